"""Reading the audit trail: newest first, filtered and paged by the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from app.domain.codec import instant, instant_text, parse
from app.models import schema

_E = schema.event.c


@dataclass(frozen=True, slots=True)
class EventLine:
    """One entry: who did what to which thing, and why."""

    seq: int
    at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: str
    resident_id: str | None
    reason: str
    detail: Any


@dataclass(frozen=True, slots=True)
class Kind:
    """Entries by what was done and to what kind of thing; an empty tuple asks for any. ``but`` turns it round."""

    actions: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    but: tuple[Kind, ...] = ()


def events(
    connection: Connection,
    *,
    resident_id: str | None = None,
    actor: str | None = None,
    kinds: Sequence[Kind] = (),
    first: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> tuple[EventLine, ...]:
    """Entries newest first: about a resident, by an account, of the kinds (any of them), from ``first`` on and before
    ``until``, and with a number lower than ``before``."""
    query = select(schema.event).where(_wanted(resident_id, actor, kinds, first, until))
    if before is not None:
        query = query.where(_E.seq < before)
    return tuple(_line(row) for row in connection.execute(query.order_by(_E.seq.desc()).limit(limit)))


def every(
    connection: Connection, *, kinds: Sequence[Kind], actor: str | None, first: datetime | None, until: datetime | None
) -> Iterator[EventLine]:
    """The same for the whole home and without a limit, oldest first, one at a time."""
    query = select(schema.event).where(_wanted(None, actor, kinds, first, until)).order_by(_E.seq)
    return (_line(row) for row in connection.execute(query))


def count(
    connection: Connection,
    *,
    resident_id: str | None = None,
    actor: str | None = None,
    kinds: Sequence[Kind] = (),
    first: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """How many entries there are."""
    query = select(func.count()).select_from(schema.event).where(_wanted(resident_id, actor, kinds, first, until))
    return int(connection.execute(query).scalar_one())


def actors(connection: Connection, resident_id: str | None = None) -> tuple[str, ...]:
    """The accounts that did something, by name."""
    query = select(_E.actor).distinct().order_by(_E.actor)
    if resident_id is not None:
        query = query.where(_E.resident_id == resident_id)
    return tuple(connection.execute(query).scalars())


def _wanted(
    resident_id: str | None, actor: str | None, kinds: Sequence[Kind], first: datetime | None, until: datetime | None
) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [true()]
    if resident_id is not None:
        wanted.append(_E.resident_id == resident_id)
    if actor is not None:
        wanted.append(_E.actor == actor)
    if kinds:
        wanted.append(or_(*(_of(kind) for kind in kinds)))
    if first is not None:
        wanted.append(_E.at >= instant_text(first))
    if until is not None:
        wanted.append(_E.at < instant_text(until))
    return and_(*wanted)


def _of(kind: Kind) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [true()]
    if kind.actions:
        wanted.append(_E.action.in_(kind.actions))
    if kind.objects:
        wanted.append(_E.object_kind.in_(kind.objects))
    if kind.but:
        wanted.append(~or_(*(_of(other) for other in kind.but)))
    return and_(*wanted)


def _line(row: Any) -> EventLine:
    return EventLine(
        row.seq, instant(row.at), row.actor, row.action, row.object_kind, row.object_id, row.resident_id, row.reason,
        parse(row.detail),
    )  # fmt: skip
