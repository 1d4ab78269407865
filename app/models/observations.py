"""Measurements in series: laid out by resident and kind, so that a chart of ten years reads one run of pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, literal, select

from app.domain.codec import instant, instant_text
from app.domain.observations import KINDS, Measured, Reading
from app.domain.people import ResidentId
from app.models import schema
from app.models.store import Revised, Work

KIND = "observation"
IN_ERROR = "entered-in-error"
_O = schema.observation.c
_ADD = insert(schema.observation)
_SERIES = (
    select(_O.at, _O.value, _O.detail, _O.id)
    .where(
        _O.resident_id == bindparam("resident"), _O.kind == bindparam("kind"),
        _O.at >= bindparam("first"), _O.at <= bindparam("last"),
    )
    .order_by(_O.at, _O.id)
)  # fmt: skip
_NEWEST = (
    select(_O.at, _O.value, _O.detail, _O.id)
    .where(_O.resident_id == bindparam("resident"), _O.kind == bindparam("kind"))
    .order_by(_O.at.desc(), _O.id.desc())
    .limit(bindparam("limit"))
)
_EARLIEST, _LATEST = "", "9999"


def lay_out(
    connection: Connection, resident_id: ResidentId, entity_id: str, at: datetime, measured: Iterable[Measured]
) -> None:
    """Put the measurements of a record into their series."""
    rows = [
        {
            "resident_id": resident_id,
            "kind": each.kind,
            "at": instant_text(at),
            "id": entity_id,
            "value": "" if each.value is None else format(each.value, "f"),
            "detail": each.detail,
        }
        for each in measured
    ]
    if rows:
        connection.execute(_ADD, rows)


def take_out(connection: Connection, resident_id: ResidentId, entity_id: str, at: datetime) -> None:
    """Take the measurements of a record out of every series: it was corrected, or entered in error."""
    connection.execute(
        delete(schema.observation).where(
            _O.resident_id == resident_id, _O.kind.in_(list(KINDS)), _O.at == instant_text(at), _O.id == entity_id
        )
    )


def record(work: Work, resident_id: ResidentId, measured: Measured, at: datetime) -> tuple[str, Revised]:
    """Record a measurement that stands by itself; its id and its revision."""
    entity = work.new_id()
    body = {
        "resident_id": resident_id, "kind": measured.kind, "value": measured.value, "detail": measured.detail,
    }  # fmt: skip
    revised = work.revise(KIND, entity, body, resident_id=resident_id, valid_at=at)
    lay_out(work.connection, resident_id, entity, at, (measured,))
    return entity, revised


def mark_in_error(
    work: Work, resident_id: ResidentId, entity_id: str, at: datetime, body: object, reason: str
) -> Revised:
    """Say that a measurement should not have been recorded; the record keeps it, the series does not."""
    revised = work.revise(
        KIND, entity_id, body, resident_id=resident_id, state=IN_ERROR, valid_at=at, reason=reason, action=IN_ERROR
    )
    take_out(work.connection, resident_id, entity_id, at)
    return revised


def series(
    connection: Connection,
    resident_id: ResidentId,
    kind: str,
    first: datetime | None = None,
    last: datetime | None = None,
) -> tuple[Reading, ...]:
    """One series of a resident, oldest first; between the instants (both included) when they are given."""
    given = {
        "resident": resident_id,
        "kind": kind,
        "first": instant_text(first) if first else _EARLIEST,
        "last": instant_text(last) if last else _LATEST,
    }
    return _readings(connection.execute(_SERIES, given).all())


def newest(connection: Connection, resident_id: ResidentId, kind: str, limit: int = 1) -> tuple[Reading, ...]:
    """The newest of a series, newest first."""
    given = {"resident": resident_id, "kind": kind, "limit": limit}
    return _readings(connection.execute(_NEWEST, given).all())


def _readings(rows: Iterable[Any]) -> tuple[Reading, ...]:
    """Columns in the order at, value, detail, id: by place and fetched at once, there may be twenty thousand."""
    return tuple(
        Reading(instant(at), Decimal(value) if value else None, detail, entity) for at, value, detail, entity in rows
    )


@dataclass(frozen=True, slots=True)
class Single:
    """A measurement that was recorded by itself, as stored: ``at`` and ``value`` are texts."""

    kind: str
    at: str
    value: str


_SIGNED = exists(select(literal(1)).where(schema.assessment.c.id == _O.id).correlate(schema.observation))
_SINGLES = (
    select(_O.kind, _O.at, _O.value)
    .where(
        _O.resident_id == bindparam("resident"), _O.kind == bindparam("kind"),
        _O.at < bindparam("before"), _O.at >= bindparam("since"), ~_SIGNED,
    )
    .order_by(_O.at.desc(), _O.id.desc())
    .limit(bindparam("limit"))
)  # fmt: skip


def singles(
    connection: Connection, resident_id: ResidentId, kind: str, before: str, limit: int, since: str = ""
) -> tuple[Single, ...]:
    """The newest single measurements of a kind made before the instant (as text); those of assessments are left out.

    ``since`` is the earliest instant, as text; it is included.
    """
    given = {"resident": resident_id, "kind": kind, "before": before, "since": since, "limit": limit}
    return tuple(Single(*row) for row in connection.execute(_SINGLES, given))


_ALONE = (
    select(_O.at, _O.value, _O.detail, _O.id)
    .where(
        _O.resident_id == bindparam("resident"), _O.kind == bindparam("kind"), _O.at >= bindparam("since"), ~_SIGNED,
    )
    .order_by(_O.at.desc(), _O.id.desc())
    .limit(bindparam("limit"))
)  # fmt: skip


def alone(
    connection: Connection, resident_id: ResidentId, kind: str, since: datetime | None, limit: int = -1
) -> tuple[Reading, ...]:
    """The newest of a kind that were measured by themselves since the instant (included), newest first."""
    first = instant_text(since) if since else _EARLIEST
    given = {"resident": resident_id, "kind": kind, "since": first, "limit": limit}
    return _readings(connection.execute(_ALONE, given).all())


def by_whom(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The account that wrote the newest revision of each measurement."""
    revision = schema.revision.c
    query = select(revision.entity_id, revision.author).where(revision.entity_id.in_(ids)).order_by(revision.hlc)
    return {row.entity_id: row.author for row in connection.execute(query)}
