"""Alerts: what calls for somebody, until somebody has said how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant_text, parse, to_plain
from app.domain.people import ResidentId
from app.models import schema
from app.models.store import Work

_A = schema.alert.c
_MOST_CLOSED = 500


@dataclass(frozen=True, slots=True)
class AlertBody:
    """An alert as raised and as it has gone since.

    ``do`` says what to do, in order; ``phone_who`` and ``phone_number`` whom to ring first. ``called_at`` and
    ``spoke_to`` record the call; ``outcome`` says how it was closed.
    """

    kind: str
    priority: str
    title: str
    do: tuple[str, ...]
    phone_who: str
    phone_number: str
    recipients: tuple[str, ...]
    raised_at: datetime
    raised_by: str
    assessment_revision: str
    called_at: datetime | None = None
    spoke_to: str = ""
    closed_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert with where it belongs: resident, assessment, message."""

    id: str
    resident_id: ResidentId
    assessment_id: str
    outbox_id: str | None
    standing: bool
    body: AlertBody


def save(
    work: Work,
    alert_id: str | None,
    resident_id: ResidentId,
    assessment_id: str,
    body: AlertBody,
    *,
    outbox_id: str | None,
    action: str,
    reason: str = "",
) -> str:
    """Raise an alert, or record what has happened to it since. It stands until an outcome is recorded."""
    entity = alert_id or work.new_id()
    content = {
        "resident_id": resident_id,
        "assessment_id": assessment_id,
        "outbox_id": outbox_id,
        "alert": to_plain(body),
    }
    revised = work.revise("alert", entity, content, resident_id=resident_id, reason=reason, action=action)
    row = {
        "id": entity,
        "resident_id": resident_id,
        "revision_id": revised.id,
        "kind": body.kind,
        "priority": body.priority,
        "raised_at": instant_text(body.raised_at),
        "standing": int(body.closed_at is None),
        "assessment_id": assessment_id,
        "outbox_id": outbox_id,
        "body": canonical(to_plain(body)),
    }
    work.connection.execute(upsert(schema.alert).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
    return entity


def alerts(
    connection: Connection, *, resident_id: ResidentId | None = None, standing_only: bool = False
) -> tuple[AlertLine, ...]:
    """Alerts: every standing one, then the newest of those that were closed (500 at most)."""
    query = select(schema.alert).order_by(_A.raised_at.desc(), _A.id.desc())
    if resident_id:
        query = query.where(_A.resident_id == resident_id)
    found = [_line(row) for row in connection.execute(query.where(_A.standing == 1))]
    if not standing_only:
        found += [_line(row) for row in connection.execute(query.where(_A.standing == 0).limit(_MOST_CLOSED))]
    return tuple(found)


def standing_counts(connection: Connection) -> dict[ResidentId, int]:
    """How many alerts stand, for each resident who has any."""
    query = select(_A.resident_id, func.count()).where(_A.standing == 1).group_by(_A.resident_id)
    return {ResidentId(resident_id): count for resident_id, count in connection.execute(query)}


def alerts_of(connection: Connection, assessment_id: str) -> tuple[AlertLine, ...]:
    """What one assessment called for."""
    rows = connection.execute(select(schema.alert).where(_A.assessment_id == assessment_id).order_by(_A.id))
    return tuple(_line(row) for row in rows)


def alert(connection: Connection, alert_id: str) -> AlertLine | None:
    """One alert, or None."""
    row = connection.execute(select(schema.alert).where(_A.id == alert_id)).first()
    return _line(row) if row else None


def _line(row: Any) -> AlertLine:
    return AlertLine(
        row.id, ResidentId(row.resident_id), row.assessment_id, row.outbox_id, bool(row.standing),
        from_plain(parse(row.body), AlertBody),
    )  # fmt: skip
