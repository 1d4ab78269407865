"""Falls: when each was, what is known of it, and what was signed about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant, instant_text, parse, to_plain
from app.domain.falls import Fall
from app.domain.people import ResidentId, RevisionId
from app.models import schema
from app.models.assessments import IN_ERROR as STRUCK
from app.models.store import Work

KIND = "fall"
RECORDED, IN_ERROR = "recorded", "entered-in-error"
CHECK, CIRCUMSTANCES, ASSESSMENT, SET = "post_fall", "fall_record", "falls_multifactorial", "news2"
"""The instruments that have to do with a fall."""
_F = schema.fall.c
_A = schema.assessment.c


@dataclass(frozen=True, slots=True)
class FallLine:
    """A fall as it stands."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    fall: Fall
    in_error: bool

    @property
    def at(self) -> datetime:
        """When it happened, or the resident was found."""
        return self.fall.at


def save(
    work: Work,
    resident_id: ResidentId,
    fall: Fall,
    *,
    fall_id: str | None = None,
    action: str = "add",
    reason: str = "",
) -> FallLine:
    """Record a fall, or with ``fall_id`` what is now known of it."""
    entity = fall_id or work.new_id()
    body = _body(resident_id, fall)
    revised = work.revise(
        KIND, entity, body, resident_id=resident_id, state=RECORDED, valid_at=fall.at, reason=reason, action=action
    )
    values = {"revision_id": revised.id, "at": instant_text(fall.at), "in_error": 0, "body": canonical(body)}
    put = upsert(schema.fall).values(id=entity, resident_id=resident_id, **values)
    work.connection.execute(put.on_conflict_do_update(index_elements=[_F.id], set_=values))
    return FallLine(entity, RevisionId(revised.id), resident_id, fall, in_error=False)


def mark_in_error(work: Work, line: FallLine, reason: str) -> RevisionId:
    """Say that a fall should not have been recorded; it stays readable and is counted nowhere."""
    revised = work.revise(
        KIND, line.id, _body(line.resident_id, line.fall), resident_id=line.resident_id, state=IN_ERROR,
        valid_at=line.fall.at, reason=reason, action=IN_ERROR,
    )  # fmt: skip
    work.connection.execute(update(schema.fall).where(_F.id == line.id).values(revision_id=revised.id, in_error=1))
    return RevisionId(revised.id)


def fall(connection: Connection, fall_id: str) -> FallLine | None:
    """One fall as it stands, or None."""
    row = connection.execute(select(schema.fall).where(_F.id == fall_id)).first()
    return _line(row) if row else None


def of_resident(connection: Connection, resident_id: ResidentId) -> tuple[FallLine, ...]:
    """A resident's falls, newest first, those entered in error too."""
    query = select(schema.fall).where(_F.resident_id == resident_id).order_by(_F.at.desc(), _F.id.desc())
    return tuple(_line(row) for row in connection.execute(query))


def of_home(connection: Connection, since: datetime | None = None) -> tuple[FallLine, ...]:
    """Everybody's falls since the instant, newest first, those entered in error too."""
    query = select(schema.fall).order_by(_F.at.desc(), _F.id.desc())
    if since is not None:
        query = query.where(_F.at >= instant_text(since))
    return tuple(_line(row) for row in connection.execute(query))


@dataclass(frozen=True, slots=True)
class About:
    """What is signed about a fall, sound ones only, as the register needs it."""

    band: str | None
    severity: str
    complete: bool


def signed_about(
    connection: Connection, residents: Collection[ResidentId], instrument: str
) -> Mapping[str, tuple[About, ...]]:
    """The sound assessments with the instrument about falls of the residents, by fall, newest first."""
    query = (
        select(_A.about, _A.band, _A.severity, _A.complete)
        .where(_A.resident_id.in_(residents), _A.instrument == instrument, _A.about != "", _A.state != STRUCK)
        .order_by(_A.at.desc(), _A.id.desc())
    )
    found: dict[str, tuple[About, ...]] = {}
    for row in connection.execute(query):
        found[row.about] = (*found.get(row.about, ()), About(row.band, row.severity, bool(row.complete)))
    return found


def without_circumstances(
    connection: Connection, residents: Collection[ResidentId], since: datetime
) -> tuple[tuple[str, ResidentId, datetime], ...]:
    """Sound falls of the residents since the instant about which no sound fall record is signed: id, whose, when."""
    recorded = (
        select(literal(1))
        .select_from(schema.assessment)
        .where(
            _A.resident_id == _F.resident_id,
            _A.instrument == CIRCUMSTANCES,
            _A.about == _F.id,
            _A.state != STRUCK,
        )
        .correlate(schema.fall)
    )
    query = select(_F.id, _F.resident_id, _F.at).where(
        _F.at >= instant_text(since), _F.in_error == 0, _F.resident_id.in_(residents), ~exists(recorded)
    )
    return tuple((row.id, ResidentId(row.resident_id), instant(row.at)) for row in connection.execute(query))


def newest(connection: Connection, residents: Collection[ResidentId], instrument: str) -> Mapping[ResidentId, datetime]:
    """When each resident had the last sound, complete assessment with the instrument."""
    query = (
        select(_A.resident_id, func.max(_A.at).label("at"))
        .where(_A.resident_id.in_(residents), _A.instrument == instrument, _A.state != STRUCK, _A.complete == 1)
        .group_by(_A.resident_id)
    )
    return {ResidentId(row.resident_id): instant(row.at) for row in connection.execute(query)}


def sets_taken(
    connection: Connection, resident_id: ResidentId, since: datetime, until: datetime
) -> tuple[datetime, ...]:
    """When sound, complete sets of observations (NEWS2) were taken between the instants, both included."""
    query = (
        select(_A.at)
        .where(
            _A.resident_id == resident_id,
            _A.instrument == SET,
            _A.at >= instant_text(since),
            _A.at <= instant_text(until),
            _A.state != STRUCK,
            _A.complete == 1,
        )
        .order_by(_A.at)
    )
    return tuple(instant(at) for at in connection.execute(query).scalars())


def taken_apart(body: Mapping[str, Any]) -> Fall:
    """What a revision of a fall says."""
    return from_plain(body["fall"], Fall)


def _body(resident_id: ResidentId, fall: Fall) -> dict[str, Any]:
    return {"resident_id": resident_id, "fall": to_plain(fall)}


def _line(row: Any) -> FallLine:
    return FallLine(
        row.id, RevisionId(row.revision_id), ResidentId(row.resident_id), taken_apart(parse(row.body)),
        bool(row.in_error),
    )  # fmt: skip
