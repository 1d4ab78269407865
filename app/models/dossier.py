"""Everything the store holds about one resident, as rows: for giving it out, and for destroying it.

A revision says which entity it is of, not which resident; the audit event beside it says that. So what belongs to a
resident is found through the audit trail, which nothing is ever taken out of, and not through the projections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, FromClause, Select, or_, select

from app.domain.codec import parse
from app.domain.people import ResidentId
from app.models import schema

_E = schema.event.c
_R = schema.revision.c
_JSON = frozenset({"answers", "stays", "absences", "reasons", "detail"})
Row = Mapping[str, Any]


def entities(resident_id: ResidentId) -> Select[Any]:
    """The ids of every entity that is about the resident, as a query."""
    return select(_E.object_id).where(_E.resident_id == resident_id).distinct()


def revisions(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """Every revision about the resident, oldest first, whole. The body of one that was purged is None."""
    query = select(schema.revision).where(_R.entity_id.in_(entities(resident_id))).order_by(_R.hlc)
    return tuple(_plain(row._mapping, text_body=True) for row in connection.execute(query))


def events(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """Every audit event about the resident, oldest first."""
    query = select(schema.event).where(_E.resident_id == resident_id).order_by(_E.seq)
    return tuple(_plain(row._mapping) for row in connection.execute(query))


def facts(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The facts as they stand, those entered in error too."""
    c = schema.fact.c
    return _rows(connection, schema.fact, c.resident_id == resident_id, c.kind, c.recorded_at, c.id)


def assessments(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The assessments as they stand, oldest first."""
    c = schema.assessment.c
    return _rows(connection, schema.assessment, c.resident_id == resident_id, c.at, c.id)


def observations(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The measurements, series by series, oldest first."""
    c = schema.observation.c
    query = select(schema.observation).where(c.resident_id == resident_id).order_by(c.kind, c.at, c.id)
    return tuple(dict(row._mapping) for row in connection.execute(query))  # the detail is words, and no JSON


def notes(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The notes, oldest first, those entered in error too."""
    c = schema.note.c
    return _rows(connection, schema.note, c.resident_id == resident_id, c.at, c.n)


def wounds(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The wounds as they stand, in the order in which they were found."""
    c = schema.wound.c
    return _rows(connection, schema.wound, c.resident_id == resident_id, c.found_at, c.id)


def falls(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The falls, oldest first."""
    c = schema.fall.c
    return _rows(connection, schema.fall, c.resident_id == resident_id, c.at, c.id)


def photos(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """What each photo is of, oldest first; the pictures themselves are in ``blob``."""
    c = schema.photo.c
    return _rows(connection, schema.photo, c.resident_id == resident_id, c.taken_at, c.id)


def drafts(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """Unsigned work."""
    c = schema.draft.c
    return _rows(connection, schema.draft, c.resident_id == resident_id, c.updated_at)


def alerts(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The alerts, oldest first."""
    c = schema.alert.c
    return _rows(connection, schema.alert, c.resident_id == resident_id, c.raised_at, c.id)


def transfers(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The packs as printed, oldest first."""
    c = schema.transfer.c
    return _rows(connection, schema.transfer, c.resident_id == resident_id, c.version)


def journeys(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The journeys to hospital and back, the earliest first."""
    c = schema.journey.c
    return _rows(connection, schema.journey, c.resident_id == resident_id, c.started_at, c.id)


def claims(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The claims, oldest first."""
    c = schema.claim.c
    return _rows(connection, schema.claim, c.resident_id == resident_id, c.week_start, c.version)


def messages(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """The messages about the resident, oldest first: their own, and the bundles in which a claim for them travelled.

    A bundle is about other residents too, so its body is left out (``body`` is None) and ``shared`` says so.
    """
    c, claim = schema.outbox.c, schema.claim.c
    carried = select(claim.outbox_id).where(claim.resident_id == resident_id)
    query = select(schema.outbox).where(or_(c.resident_id == resident_id, c.id.in_(carried))).order_by(c.created_at)
    return tuple(_message(dict(row._mapping), own=row.resident_id == resident_id) for row in connection.execute(query))


def answers(connection: Connection, resident_id: ResidentId) -> tuple[Row, ...]:
    """What came back to those messages, oldest first; the body of an answer to a shared one is left out."""
    c, out, claim = schema.inbox.c, schema.outbox.c, schema.claim.c
    carried = select(claim.outbox_id).where(claim.resident_id == resident_id)
    query = (
        select(schema.inbox, out.resident_id)
        .join(schema.outbox, out.id == c.outbox_id)
        .where(or_(out.resident_id == resident_id, out.id.in_(carried)))
        .order_by(c.received_at)
    )
    found = []
    for row in connection.execute(query):
        values = dict(row._mapping)
        own = values.pop("resident_id") == resident_id
        found.append(_message(values, own=own))
    return tuple(found)


def _message(values: Mapping[str, Any], *, own: bool) -> Row:
    body = bytes(values["body"])
    shown = {"body": body.decode("utf-8", errors="replace") if own and body else None}
    return {**values, **shown, "shared": not own}


def _rows(connection: Connection, table: FromClause, condition: Any, *order: Any) -> tuple[Row, ...]:
    rows: Iterator[Any] = iter(connection.execute(select(table).where(condition).order_by(*order)))
    return tuple(_plain(row._mapping) for row in rows)


def _plain(values: Mapping[Any, Any], *, text_body: bool = False) -> Row:
    """The row as plain values; JSON in it taken apart. A revision's body may have been blanked."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        parsed = name == "body" or name in _JSON
        found[str(name)] = parse(value) if parsed and value else (None if text_body and name == "body" else value)
    return found
