"""Notes in words: written about a resident, read with the record, and found again among all of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.dates import to_local, to_utc
from app.domain.errors import UserError
from app.domain.instruments import registry
from app.domain.people import ResidentId
from app.models import notes as rows
from app.models import residents as resident_rows
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

LIMIT = 4000
"""The most characters of a note."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OWN = "Note"
_SOURCES = {"wound": "Wound", "fall": "Fall"}


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note in a list. ``number`` is its place among all notes of this store, and ``status`` that of its resident.

    ``source`` says in words what it stands in ("Note" for one of its own, "MUST", "Wound"); ``link`` is that record as
    (kind, id), None for a note of its own. ``extract`` is the part that was found, in pieces that were asked for (True)
    and that were not (False); of a note that nobody searched for it is the whole text in one piece.
    """

    number: int
    id: str
    resident_id: ResidentId
    resident_name: str
    room: str
    status: str
    at: datetime
    author: str
    source: str
    link: tuple[str, str] | None
    in_error: bool
    text: str
    extract: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Added:
    """A note was written."""

    note_id: str
    changes: Changes


def add(session: Session, resident_id: ResidentId, text: str, at: datetime | None = None) -> Added:
    """Write a note about a resident, true ``at`` an instant (now, unless given; never in the future).

    Raises UserError for an empty note, one over :data:`LIMIT` characters, and a time to come.
    """
    require(session, Action.RECORD_ASSESSMENT)
    words = _CONTROL.sub("", text).strip()
    if not words:
        raise UserError("Enter the note", field="text")
    if len(words) > LIMIT:
        raise UserError(f"Notes must be {LIMIT:,} characters or fewer", field="text")
    when = to_utc(at) if at else session.now()
    if when > session.now():
        raise UserError("The time of the note must be now or in the past", field="at")
    with session.write() as work:
        person = known_resident(work.connection, resident_id)
        if to_local(when).date() < person.resident.details.date_of_birth:
            raise UserError("The time of the note must be after the resident's date of birth", field="at")
        note_id = rows.add(work, resident_id, when, words)
    return Added(note_id, changes("note", resident=resident_id))


def entered_in_error(session: Session, note_id: str, *, reason: str) -> Changes:
    """Say that a note should not have been written; it stays readable, struck out.

    A note that stands in an assessment, a wound or a fall is corrected there. Raises UserError.
    """
    require(session, Action.RECORD_ASSESSMENT)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        line = rows.note(work.connection, note_id)
        if line is None:
            raise UserError("This note is not in the records", field="note")
        if line.source:
            raise UserError("This note stands in another record. Correct it there", field="note")
        if line.in_error:
            raise UserError("This note was marked as entered in error already", field="note")
        rows.mark_in_error(work, line, reason.strip())
    return changes("note", resident=line.resident_id)


def note(session: Session, note_id: str) -> NoteRow:
    """One note whole. Part of a resident's record that is open already, so that reading it is not another view."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = rows.note(connection, note_id)
        if line is None:
            raise UserError("This note is not in the records", field="note")
        return _rows(session, connection, [(line, line.text)])[0]


def of_resident(
    session: Session, resident_id: ResidentId, limit: int = 50, before: NoteRow | None = None
) -> tuple[NoteRow, ...]:
    """A resident's notes, newest first, those in error included; ``before`` goes on from the last one shown.

    Part of a resident's record that is open already, so that reading it is not another view.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        from_there = (before.at, before.number) if before else None
        found = rows.of_resident(connection, resident_id, limit, from_there)
        return _rows(session, connection, [(line, line.text) for line in found])


def search(
    session: Session,
    words: str,
    resident_id: ResidentId | None = None,
    limit: int = 50,
    *,
    ranked: bool = False,
    before: NoteRow | None = None,
) -> tuple[NoteRow, ...]:
    """The notes that have all the words, about one resident when one is named; the newest first, or ``ranked``.

    Accents and case do not count, and the last word may be the beginning of one; everything that is no letter or digit
    only separates words, so that nothing that can be typed is refused. Residents who have left or died are included.
    A search is audited once, without its words; ``before`` goes on with the same one from the last note shown (which
    only the newest first can do), and is no other search.
    """
    require(session, Action.VIEW_RESIDENTS)
    wanted = _query(words)
    if not wanted:
        return ()
    if before is not None:
        with session.read() as connection:
            return _search(session, connection, wanted, resident_id, limit, ranked=ranked, before=before.number)
    with session.look() as work:
        work.audit("search", "notes", resident_id or session.store.id, resident_id=resident_id)
        return _search(session, work.connection, wanted, resident_id, limit, ranked=ranked, before=None)


def _query(words: str) -> str:
    """What was typed as a query of the index: every word in quotes, which leaves it no other meaning."""
    found = _WORD.findall(unicodedata.normalize("NFC", words))[:_MOST_WORDS]
    return " ".join(f'"{word}"' for word in found) + "*" if found else ""


def _search(
    session: Session,
    connection: Connection,
    wanted: str,
    resident_id: ResidentId | None,
    limit: int,
    *,
    ranked: bool,
    before: int | None,
) -> tuple[NoteRow, ...]:
    found = rows.search(connection, wanted, limit, resident_id=resident_id, ranked=ranked, before=before)
    return _rows(session, connection, found)


def _rows(session: Session, connection: Connection, lines: Sequence[tuple[rows.NoteLine, str]]) -> tuple[NoteRow, ...]:
    people = resident_rows.named(connection, {line.resident_id for line, _ in lines}, session.now())
    sources = rows.sources(connection, {line.source for line, _ in lines if line.source})
    found = []
    for line, extract in lines:
        person = people[line.resident_id]
        source, link = source_words(line.source, sources)
        found.append(
            NoteRow(
                line.n, line.id, line.resident_id, person.banner_name, person.room, person.status, line.at,
                session.person(line.author), source, link, line.in_error, line.text, _pieces(extract),
            )
        )  # fmt: skip
    return tuple(found)


def source_words(source: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, tuple[str, str] | None]:
    """What a note stands in, in words and as (kind, id); ``known`` is what :func:`app.models.notes.sources` found."""
    if not source:
        return _OWN, None
    kind, code = known.get(source, ("", ""))
    if kind == "assessment":
        return registry.instrument(code).short, (kind, source)
    return _SOURCES.get(kind, _OWN), (kind, source) if kind else None


def _pieces(extract: str) -> tuple[tuple[str, bool], ...]:
    """The extract in pieces, those that were asked for marked."""
    pieces: list[tuple[str, bool]] = []
    for at, part in enumerate(extract.split(rows.HIT)):
        hit, _, rest = part.partition(rows.END) if at else ("", "", part)
        pieces += [(text, marked) for text, marked in ((hit, True), (rest, False)) if text]
    return tuple(pieces)
