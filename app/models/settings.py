"""Small values the home keeps: its own details, the connection, people's preferences."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, parse, to_plain
from app.domain.people import Home
from app.models import schema
from app.models.store import Work

_S = schema.setting.c
TYPED = "typed/hospital"
"""Under this and a resident's id: what was typed for a pack that was not made yet."""
TYPED_RETURN = "typed/return"
"""Under this and a resident's id: what was typed into the checklist of a return and is not saved yet."""


def get(connection: Connection, key: str) -> Any:
    """The value kept under the key, or None."""
    text = connection.execute(select(_S.value).where(_S.key == key)).scalar()
    return None if text is None else parse(text)


def under(connection: Connection, prefix: str) -> dict[str, Any]:
    """Every value whose key begins with the prefix, by the rest of its key."""
    query = select(_S.key, _S.value).where(_S.key >= prefix, _S.key < prefix + "\U0010ffff")
    return {row.key.removeprefix(prefix): parse(row.value) for row in connection.execute(query)}


def put(work: Work, key: str, value: object) -> None:
    """Keep a plain value under the key. The audit notes that it changed, never the value: it may be a password."""
    note(work, key, value)
    work.audit("set", "setting", key)


def note(work: Work, key: str, value: object) -> None:
    """Keep a plain value that the program keeps for itself, without an audit event."""
    row = {"key": key, "value": canonical(value)}
    work.connection.execute(upsert(schema.setting).values(row).on_conflict_do_update(index_elements=["key"], set_=row))


def forget(work: Work, key: str) -> None:
    """Keep nothing under the key any more; for what the program keeps for itself."""
    work.connection.execute(delete(schema.setting).where(_S.key == key))


def home(connection: Connection) -> Home:
    """The home's details, as last recorded."""
    return from_plain(get(connection, "home"), Home)


def save_home(work: Work, details: Home, *, reason: str = "") -> None:
    """Record the home's details or a change to them."""
    work.revise("home", "home", details, reason=reason, action="change")
    put(work, "home", to_plain(details))
