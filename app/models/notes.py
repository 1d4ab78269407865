"""Notes in words, and the full-text index that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.codec import instant, instant_text
from app.domain.people import ResidentId, RevisionId
from app.models import schema
from app.models.store import Work

KIND = "note"
IN_ERROR = "entered-in-error"
_N = schema.note.c


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as it stands. ``source`` is the assessment, wound or fall that it stands in; empty for one of its own."""

    id: str
    resident_id: ResidentId
    at: datetime
    author: str
    source: str
    in_error: bool
    revision_id: RevisionId
    text: str


def add(work: Work, resident_id: ResidentId, at: datetime, text: str) -> str:
    """Record a note of its own; its id."""
    entity = work.new_id()
    body = {"resident_id": resident_id, "text": text}
    revised = work.revise(KIND, entity, body, resident_id=resident_id, valid_at=at)
    _insert(work, entity, resident_id, at, text, "", revised.id)
    return entity


def keep_of(work: Work, resident_id: ResidentId, at: datetime, text: str, source: str, revision_id: str) -> None:
    """Lay out the note that stands in a record, in the place of the one of its version before; "" for none."""
    work.connection.execute(schema.note.delete().where(_N.source == source))
    if text:
        _insert(work, work.new_id(), resident_id, at, text, source, revision_id)


def mark_in_error(work: Work, line: NoteLine, reason: str) -> None:
    """Say that a note should not have been written; it stays readable, struck out."""
    body = {"resident_id": line.resident_id, "text": line.text}
    revised = work.revise(
        KIND, line.id, body, resident_id=line.resident_id, state=IN_ERROR, valid_at=line.at, reason=reason,
        action=IN_ERROR,
    )  # fmt: skip
    values = {"in_error": 1, "revision_id": revised.id}
    work.connection.execute(update(schema.note).where(_N.id == line.id).values(values))


def strike(connection: Connection, source: str) -> None:
    """The record that a note stands in was entered in error, and so is the note."""
    connection.execute(update(schema.note).where(_N.source == source).values(in_error=1))


def note(connection: Connection, note_id: str) -> NoteLine | None:
    """One note, or None."""
    row = connection.execute(select(schema.note).where(_N.id == note_id)).first()
    return _line(row) if row else None


def _insert(
    work: Work, entity: str, resident_id: ResidentId, at: datetime, text: str, source: str, revision_id: str
) -> None:
    work.connection.execute(
        insert(schema.note),
        {
            "id": entity,
            "resident_id": resident_id,
            "at": instant_text(at),
            "author": work.author.user,
            "source": source,
            "in_error": 0,
            "revision_id": revision_id,
            "text": text,
        },
    )


def _line(row: Any) -> NoteLine:
    return NoteLine(
        row.id, ResidentId(row.resident_id), instant(row.at), row.author, row.source, bool(row.in_error),
        RevisionId(row.revision_id), row.text,
    )  # fmt: skip
