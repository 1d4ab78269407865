"""Red bags, by the number written on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.bags import Bag, kept_number, same_bag
from app.domain.codec import canonical, from_plain, parse, to_plain
from app.domain.people import RevisionId
from app.models import schema
from app.models.store import Work

KIND = "bag"
_B = schema.bag.c


@dataclass(frozen=True, slots=True)
class BagLine:
    """A bag as it stands."""

    id: str
    revision_id: RevisionId
    bag: Bag


def save(work: Work, bag: Bag, *, bag_id: str | None = None, action: str = "add", reason: str = "") -> BagLine:
    """Add a bag, or with ``bag_id`` record where it is now."""
    entity = bag_id or work.new_id()
    body = {"bag": to_plain(bag)}
    revised = work.revise(KIND, entity, body, valid_at=bag.since, reason=reason, action=action)
    values = {"revision_id": revised.id, "number": bag.number, "state": bag.state.value, "body": canonical(body)}
    put = upsert(schema.bag).values(id=entity, **values)
    work.connection.execute(put.on_conflict_do_update(index_elements=[_B.id], set_=values))
    return BagLine(entity, RevisionId(revised.id), bag)


def bags(connection: Connection) -> tuple[BagLine, ...]:
    """Every bag, by number."""
    return tuple(_line(row) for row in connection.execute(select(schema.bag).order_by(_B.number)))


def bag(connection: Connection, bag_id: str) -> BagLine | None:
    """One bag, or None."""
    row = connection.execute(select(schema.bag).where(_B.id == bag_id)).first()
    return _line(row) if row else None


def numbered(connection: Connection, number: str) -> BagLine | None:
    """The bag with a number, written in any of its ways; an exact match goes first, an ambiguous one finds none."""
    listed = bags(connection)
    exact = next((line for line in listed if line.bag.number == kept_number(number)), None)
    if exact is not None:
        return exact
    like = [line for line in listed if same_bag(line.bag.number, number)]
    return like[0] if len(like) == 1 else None


def taken_apart(body: Any) -> Bag:
    """What a revision of a bag says."""
    return from_plain(body["bag"], Bag)


def _line(row: Any) -> BagLine:
    return BagLine(row.id, RevisionId(row.revision_id), taken_apart(parse(row.body)))
