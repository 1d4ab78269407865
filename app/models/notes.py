"""Notes in words, and the full-text index that finds them.

A note of its own is a revision; one that stands in an assessment, a wound or a fall is laid out here as well, so that
one search finds both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update
from sqlalchemy import text as statement

from app.domain.codec import instant, instant_text
from app.domain.people import ResidentId, RevisionId
from app.models import schema
from app.models.store import Work

KIND = "note"
IN_ERROR = "entered-in-error"
_N = schema.note.c


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as it stands. ``source`` is the assessment, wound or fall that it stands in; empty for one of its own.

    ``n`` numbers the notes of this store in the order in which they were laid out.
    """

    n: int
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


def of_resident(
    connection: Connection, resident_id: ResidentId, limit: int, before: tuple[datetime, int] | None = None
) -> tuple[NoteLine, ...]:
    """A resident's notes, newest first, those in error included; ``before`` (time and number) goes on from a note."""
    query = select(schema.note).where(_N.resident_id == resident_id)
    if before is not None:
        at = instant_text(before[0])
        query = query.where(_N.at <= at, or_(_N.at < at, _N.n < before[1]))
    rows = connection.execute(query.order_by(_N.at.desc(), _N.n.desc()).limit(limit))
    return tuple(_line(row) for row in rows)


HIT, END = "\x02", "\x03"
"""What stands before and after a word that was found, in the extract of a note."""
_FOUND = """
SELECT note.n, note.id, note.resident_id, note.at, note.author, note.source, note.in_error, note.revision_id,
    note.text, snippet(note_fts, 0, char(2), char(3), '…', 12) AS extract
FROM note_fts JOIN note ON note.n = note_fts.rowid
WHERE note_fts MATCH :words {also}
ORDER BY {order} LIMIT :limit
"""
_ONE = "AND note.resident_id = :resident"
_BEFORE = "AND note_fts.rowid < :before"
_SEARCHES = {
    (one, ranked): statement(
        _FOUND.format(
            also=f"{_ONE if one else ''} {'' if ranked else _BEFORE}",
            order="note_fts.rank" if ranked else "note_fts.rowid DESC",
        )
    ).bindparams(bindparam("words"), bindparam("limit"))
    for one in (False, True)
    for ranked in (False, True)
}
_PAST_ALL = 1 << 62


def search(
    connection: Connection,
    words: str,
    limit: int,
    *,
    resident_id: ResidentId | None = None,
    ranked: bool = False,
    before: int | None = None,
) -> tuple[tuple[NoteLine, str], ...]:
    """Notes that the query of the index finds, each with an extract in which :data:`HIT` and :data:`END` mark words.

    The newest first (``before`` goes on from a note's number) or, ``ranked``, the best first. Sorting by the index's
    own row number lets it stop at the limit, and by its own rank alone lets it sort numbers only; by anything else
    every note that has the words would be read, and its extract made.
    """
    given: dict[str, object] = {"words": words, "limit": limit}
    if resident_id is not None:
        given["resident"] = resident_id
    if not ranked:
        given["before"] = _PAST_ALL if before is None else before
    rows = connection.execute(_SEARCHES[resident_id is not None, ranked], given)
    return tuple((_line(row), row.extract) for row in rows)


def sources(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """What the records that notes stand in are: (``assessment``, its instrument), (``wound``, ``""``) and so on."""
    found: dict[str, tuple[str, str]] = {}
    if not ids:
        return found
    a = schema.assessment.c
    for row in connection.execute(select(a.id, a.instrument).where(a.id.in_(ids))):
        found[row.id] = ("assessment", row.instrument)
    for kind, table in (("wound", schema.wound), ("fall", schema.fall)):
        left = [each for each in ids if each not in found]
        if left:
            found |= dict.fromkeys(
                connection.execute(select(table.c.id).where(table.c.id.in_(left))).scalars(), (kind, "")
            )
    return found


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
        row.n, row.id, ResidentId(row.resident_id), instant(row.at), row.author, row.source, bool(row.in_error),
        RevisionId(row.revision_id), row.text,
    )  # fmt: skip
