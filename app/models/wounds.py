"""Wounds: where each is, what it comes from, and whether it is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant_text, parse, to_plain
from app.domain.people import ResidentId, RevisionId
from app.domain.wounds import Closing, Wound
from app.models import schema
from app.models.store import Work

KIND = "wound"
RECORDED, CLOSED, IN_ERROR = "recorded", "closed", "entered-in-error"
_W = schema.wound.c


@dataclass(frozen=True, slots=True)
class WoundLine:
    """A wound as it stands; ``closing`` is None while it is open."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    wound: Wound
    closing: Closing | None
    in_error: bool

    @property
    def open(self) -> bool:
        """Whether it is looked after: neither closed nor entered in error."""
        return self.closing is None and not self.in_error


def save(
    work: Work,
    resident_id: ResidentId,
    wound: Wound,
    closing: Closing | None = None,
    *,
    wound_id: str | None = None,
    action: str = "add",
    reason: str = "",
) -> WoundLine:
    """Record a wound, or with ``wound_id`` what is now known of it: changed, closed, opened again."""
    entity = wound_id or work.new_id()
    body = _body(resident_id, wound, closing)
    revised = work.revise(
        KIND, entity, body, resident_id=resident_id, state=CLOSED if closing else RECORDED, valid_at=wound.found_at,
        reason=reason, action=action,
    )  # fmt: skip
    values = {
        "revision_id": revised.id,
        "found_at": instant_text(wound.found_at),
        "closed_at": instant_text(closing.at) if closing else None,
        "in_error": 0,
        "body": canonical(body),
    }
    put = upsert(schema.wound).values(id=entity, resident_id=resident_id, **values)
    work.connection.execute(put.on_conflict_do_update(index_elements=[_W.id], set_=values))
    return WoundLine(entity, RevisionId(revised.id), resident_id, wound, closing, in_error=False)


def mark_in_error(work: Work, line: WoundLine, reason: str) -> RevisionId:
    """Say that a wound should not have been recorded; it stays readable, and nothing is due for it."""
    revised = work.revise(
        KIND, line.id, _body(line.resident_id, line.wound, line.closing), resident_id=line.resident_id, state=IN_ERROR,
        valid_at=line.wound.found_at, reason=reason, action=IN_ERROR,
    )  # fmt: skip
    work.connection.execute(update(schema.wound).where(_W.id == line.id).values(revision_id=revised.id, in_error=1))
    return RevisionId(revised.id)


def wound(connection: Connection, wound_id: str) -> WoundLine | None:
    """One wound as it stands, or None."""
    row = connection.execute(select(schema.wound).where(_W.id == wound_id)).first()
    return _line(row) if row else None


def of_resident(connection: Connection, resident_id: ResidentId) -> tuple[WoundLine, ...]:
    """A resident's wounds in the order in which they were found, those entered in error too."""
    query = select(schema.wound).where(_W.resident_id == resident_id).order_by(_W.found_at, _W.id)
    return tuple(_line(row) for row in connection.execute(query))


def found_between(connection: Connection, first: datetime, until: datetime) -> tuple[WoundLine, ...]:
    """The wounds of everybody found from ``first`` and before ``until``, in error left out."""
    query = (
        select(schema.wound)
        .where(_W.in_error == 0, _W.found_at >= instant_text(first), _W.found_at < instant_text(until))
        .order_by(_W.found_at, _W.id)
    )
    return tuple(_line(row) for row in connection.execute(query))


def open_causes(connection: Connection) -> dict[str, str]:
    """The wounds that have not healed and were not entered in error: by id the cause, empty for a mucosal one."""
    cause, mucosal = (func.json_extract(_W.body, f"$.wound.{key}") for key in ("cause", "mucosal"))
    query = select(_W.id, cause, mucosal).where(_W.closed_at.is_(None), _W.in_error == 0)
    return {wound_id: "" if lining else came_from for wound_id, came_from, lining in connection.execute(query)}


def taken_apart(body: Mapping[str, Any]) -> tuple[Wound, Closing | None]:
    """What a revision of a wound says."""
    closing = body["closing"]
    return from_plain(body["wound"], Wound), from_plain(closing, Closing) if closing else None


def _body(resident_id: ResidentId, wound: Wound, closing: Closing | None) -> dict[str, Any]:
    return {
        "resident_id": resident_id,
        "wound": to_plain(wound),
        "closing": to_plain(closing) if closing else None,
    }


def _line(row: Any) -> WoundLine:
    found, closing = taken_apart(parse(row.body))
    return WoundLine(row.id, RevisionId(row.revision_id), ResidentId(row.resident_id), found, closing,
                     bool(row.in_error))  # fmt: skip
