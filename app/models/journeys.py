"""Journeys to hospital and back: each a record of its own, its steps within it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant_text, parse, to_plain
from app.domain.journeys import Journey
from app.domain.people import ResidentId, RevisionId
from app.models import schema
from app.models.store import Work

KIND = "journey"
RECORDED, ENDED, IN_ERROR = "recorded", "ended", "entered-in-error"
_J = schema.journey.c


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """A journey as it stands."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    journey: Journey
    in_error: bool

    @property
    def open(self) -> bool:
        """Whether it goes on: neither ended nor entered in error."""
        return self.journey.ending is None and not self.in_error


def save(
    work: Work,
    resident_id: ResidentId,
    journey: Journey,
    *,
    journey_id: str | None = None,
    action: str = "add",
    reason: str = "",
) -> JourneyLine:
    """Record a journey, or with ``journey_id`` what is now known of it."""
    entity = journey_id or work.new_id()
    body = {"resident_id": resident_id, "journey": to_plain(journey)}
    ending = journey.ending
    revised = work.revise(
        KIND, entity, body, resident_id=resident_id, state=ENDED if ending else RECORDED,
        valid_at=journey.started_at, reason=reason, action=action,
    )  # fmt: skip
    values = {
        "revision_id": revised.id,
        "started_at": instant_text(journey.started_at),
        "ended_at": instant_text(ending.at) if ending else None,
        "bag": journey.bag,
        "in_error": 0,
        "body": canonical(body),
    }
    put = upsert(schema.journey).values(id=entity, resident_id=resident_id, **values)
    work.connection.execute(put.on_conflict_do_update(index_elements=[_J.id], set_=values))
    return JourneyLine(entity, RevisionId(revised.id), resident_id, journey, in_error=False)


def mark_in_error(work: Work, line: JourneyLine, reason: str) -> RevisionId:
    """Say that a journey should not have been recorded; it stays readable and counts for nothing."""
    body = {"resident_id": line.resident_id, "journey": to_plain(line.journey)}
    revised = work.revise(
        KIND, line.id, body, resident_id=line.resident_id, state=IN_ERROR, valid_at=line.journey.started_at,
        reason=reason, action=IN_ERROR,
    )  # fmt: skip
    work.connection.execute(update(schema.journey).where(_J.id == line.id).values(revision_id=revised.id, in_error=1))
    return RevisionId(revised.id)


def journey(connection: Connection, journey_id: str) -> JourneyLine | None:
    """One journey as it stands, or None."""
    row = connection.execute(select(schema.journey).where(_J.id == journey_id)).first()
    return _line(row) if row else None


def of_resident(connection: Connection, resident_id: ResidentId) -> tuple[JourneyLine, ...]:
    """A resident's journeys, the latest first, those entered in error too."""
    query = select(schema.journey).where(_J.resident_id == resident_id).order_by(_J.started_at.desc(), _J.id.desc())
    return _lines(connection.execute(query))


def open_of(connection: Connection, resident_id: ResidentId) -> JourneyLine | None:
    """The journey that the resident is on, or None."""
    return next((line for line in of_resident(connection, resident_id) if line.open), None)


def open_ones(connection: Connection) -> tuple[JourneyLine, ...]:
    """Every journey that goes on, the earliest first."""
    query = select(schema.journey).where(_J.ended_at.is_(None), _J.in_error == 0).order_by(_J.started_at, _J.id)
    return _lines(connection.execute(query))


def between(connection: Connection, first: datetime, until: datetime) -> tuple[JourneyLine, ...]:
    """The sound journeys that began from ``first`` and before ``until``, the earliest first."""
    query = (
        select(schema.journey)
        .where(_J.started_at >= instant_text(first), _J.started_at < instant_text(until), _J.in_error == 0)
        .order_by(_J.started_at, _J.id)
    )
    return _lines(connection.execute(query))


def ended_since(connection: Connection, at: datetime) -> tuple[JourneyLine, ...]:
    """The sound journeys that ended at the instant or later, the earliest end first."""
    query = select(schema.journey).where(_J.ended_at >= instant_text(at), _J.in_error == 0).order_by(_J.ended_at, _J.id)
    return _lines(connection.execute(query))


def taken_apart(body: Any) -> Journey:
    """What a revision of a journey says."""
    return from_plain(body["journey"], Journey)


def _lines(found: Iterable[Any]) -> tuple[JourneyLine, ...]:
    return tuple(_line(row) for row in found)


def _line(row: Any) -> JourneyLine:
    journey = taken_apart(parse(row.body))
    return JourneyLine(row.id, RevisionId(row.revision_id), ResidentId(row.resident_id), journey, bool(row.in_error))
