"""Reading the record itself: the revisions of an entity, as they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.domain.codec import instant, parse
from app.models import schema

_T = schema.revision.c
_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: what was said, by whom and when, and what it followed.

    ``body`` is None once it was destroyed at the end of its keeping.
    """

    id: str
    kind: str
    entity_id: str
    parent: str | None
    state: str
    author: str
    recorded_at: datetime
    valid_at: datetime
    reason: str
    body: Any
    body_hash: str
    signer_key: str | None
    signature: str | None


_COLUMNS = (
    _T.id, _T.kind, _T.entity_id, _T.parent, _T.state, _T.author, _T.recorded_at, _T.valid_at, _T.reason, _T.body,
    _T.body_hash, _T.signer_key, _T.signature,
)  # fmt: skip


def revision(connection: Connection, revision_id: str) -> Revision | None:
    """One revision by its id, or None."""
    row = connection.execute(select(*_COLUMNS).where(_T.id == revision_id)).first()
    return _revision(row) if row else None


def revisions(connection: Connection, entity_id: str) -> tuple[Revision, ...]:
    """Every revision of an entity, oldest first."""
    rows = connection.execute(select(*_COLUMNS).where(_T.entity_id == entity_id).order_by(_T.hlc))
    return tuple(_revision(row) for row in rows)


def bodies(connection: Connection, revision_ids: Sequence[str]) -> dict[str, Any]:
    """What the revisions say, by id, read together; one that was destroyed at the end of its keeping is left out."""
    found: dict[str, Any] = {}
    for start in range(0, len(revision_ids), _TOGETHER):
        query = select(_T.id, _T.body).where(_T.id.in_(revision_ids[start : start + _TOGETHER]), _T.body != "")
        found |= {row.id: parse(row.body) for row in connection.execute(query)}
    return found


@dataclass(frozen=True, slots=True)
class Signed:
    """Who recorded a revision and when, with the signature (hexadecimal, None where there is none)."""

    author: str
    recorded_at: datetime
    signature: str | None


def signers(connection: Connection, revision_ids: Sequence[str]) -> dict[str, Signed]:
    """Who recorded the revisions, by id, read together and without what they say."""
    found: dict[str, Signed] = {}
    columns = (_T.id, _T.author, _T.recorded_at, _T.signature)
    for start in range(0, len(revision_ids), _TOGETHER):
        query = select(*columns).where(_T.id.in_(revision_ids[start : start + _TOGETHER]))
        for row in connection.execute(query):
            found[row.id] = Signed(row.author, instant(row.recorded_at), row.signature)
    return found


def _revision(row: Any) -> Revision:
    return Revision(
        row.id, row.kind, row.entity_id, row.parent, row.state, row.author, instant(row.recorded_at),
        instant(row.valid_at), row.reason, parse(row.body) if row.body else None, row.body_hash,
        row.signer_key, row.signature,
    )  # fmt: skip
