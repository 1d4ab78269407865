"""Bringing packs to paper: what this laptop remembers of its printer, pages as pictures, and who printed what.

Nothing here writes a file. A PDF that somebody saves is written by the screen, at the place that was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.domain.errors import UserError
from app.domain.people import ResidentId
from app.models import audit as events
from app.models import settings
from app.models import transfers as rows
from app.models.audit import Kind
from app.models.store import Work
from app.services.access import Action, require
from app.services.passwords import suggest_phrase
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.reports.pdf_pages import Picture

COPIES = 2
"""One for the ambulance and ward, one that stays with the bag."""
MOST_COPIES = 10
_DEVICE = "device/printing"
_LOG = 1000
PRINTED, SAVED, PREVIEWED = "to-printer", "save", "preview"
_KINDS = (Kind(("print", "reopen", "export", PRINTED, SAVED, PREVIEWED), ("transfer",)),)
_DONE = {
    "print": "Made",
    "reopen": "Taken out again",
    "export": "Taken out as a digital copy",
    PRINTED: "Sent to the printer",
    SAVED: "Saved as a PDF",
    PREVIEWED: "Looked at on the screen",
}


@dataclass(frozen=True, slots=True)
class Printing:
    """How this laptop prints packs. ``remembered`` is False until somebody has printed one here; an empty ``printer``
    is the usual one of the computer."""

    printer: str = ""
    copies: int = COPIES
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log of a resident's packs: when, who, what was done with which version, and why."""

    at: datetime
    who: str
    pack_id: str
    version: int
    what: str
    why: str


# ------------------------------------------------------------------------------------------------ printer and copies


def printing(session: Session) -> Printing:
    """The printer and the number of copies that were used last on this laptop."""
    require(session, Action.PRINT_PACK)
    with session.read() as connection:
        found = settings.get(connection, _DEVICE)
    if not isinstance(found, dict):
        return Printing()
    copies = found.get("copies")
    usable = copies if isinstance(copies, int) and 1 <= copies <= MOST_COPIES else COPIES
    return Printing(str(found.get("printer", "")), usable, remembered=True)


def keep_printing(session: Session, printer: str, copies: int) -> None:
    """Remember them for whoever prints next on this laptop. UserError for a number of copies that makes no sense."""
    require(session, Action.PRINT_PACK)
    if not 1 <= copies <= MOST_COPIES:
        raise UserError(f"Copies must be between 1 and {MOST_COPIES}", field="copies")
    kept = {"printer": printer, "copies": copies}
    with session.read() as connection:
        known = settings.get(connection, _DEVICE)
    if known != kept and session.trouble is None:
        with session.write() as work:
            settings.note(work, _DEVICE, kept)


# ------------------------------------------------------------------------------------------------------------ the log


def printed(
    session: Session, pack_id: str, *, printer: str, copies: int, pages: Sequence[int] = (), why: str = ""
) -> None:
    """Note that a pack was given to the printer. ``pages`` are indexes from 0 (the cover); none means all of them."""
    require(session, Action.PRINT_PACK)
    which = page_words(pages) if pages else "all pages"
    detail = {"printer": printer, "copies": copies, "which": which, "indexes": list(pages)}
    with session.look() as work:
        _note(work, PRINTED, pack_id, why, detail)


def saved(session: Session, pack_id: str, *, locked: bool, why: str = "") -> None:
    """Note that a pack was saved as a file, ``locked`` with a phrase or open to anybody."""
    require(session, Action.PRINT_PACK)
    with session.look() as work:
        _note(work, SAVED, pack_id, why, {"protection": "with a phrase" if locked else "none"})


def previewed(session: Session, pack_id: str) -> None:
    """Note that a pack was looked at on the screen."""
    require(session, Action.PRINT_PACK)
    with session.look() as work:
        _note(work, PREVIEWED, pack_id, "", {})


def log(session: Session, resident_id: ResidentId) -> tuple[LogRow, ...]:
    """Who made, printed, saved and looked at a resident's packs, newest first; as far back as a thousand entries."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        versions = {line.id: line.version for line in rows.packs(connection, resident_id)}
        lines = events.events(connection, resident_id=resident_id, kinds=_KINDS, limit=_LOG)
    return tuple(
        LogRow(
            line.at, session.person(line.actor), line.object_id, versions[line.object_id],
            _what(line.action, line.detail), line.reason,
        )
        for line in lines
        if line.object_id in versions
    )  # fmt: skip


def on_paper(connection: Connection, resident_id: ResidentId, packs: Sequence[rows.PackLine]) -> dict[int, str] | None:
    """What lies on paper for these packs (those of one journey): by page index the digest of what was printed last.

    None when none of them was printed or saved, or when one of them does not know its pages' digests.
    """
    found: dict[int, str] = {}
    digests = {line.id: rows.page_digests(connection, line.id) for line in packs}
    lines = events.events(
        connection, resident_id=resident_id, kinds=(Kind((PRINTED, SAVED), ("transfer",)),), limit=_LOG
    )
    for line in reversed(lines):
        known = digests.get(line.object_id)
        if known is None:
            continue
        if not known:
            return None
        some = line.detail.get("indexes") or ()
        if not some:
            found = {}
        found |= {index: known[index] for index in some or range(len(known)) if index < len(known)}
    return found or None


def _note(work: Work, action: str, pack_id: str, why: str, detail: dict[str, object]) -> None:
    line = rows.pack(work.connection, pack_id)
    if line is not None:  # one that was made while the records could only be read is kept nowhere
        work.audit(action, "transfer", pack_id, resident_id=line.resident_id, reason=why, detail=detail)


def _what(action: str, detail: Any) -> str:
    words = _DONE[action]
    if not isinstance(detail, dict):
        return words
    if action == PRINTED:
        which, copies = detail.get("which"), detail.get("copies")
        printer = f" {detail['printer']}" if detail.get("printer") else ""
        return f"{words}{printer}: {which}, {copies} {'copy' if copies == 1 else 'copies'}"
    return f"{words} that asks for a phrase" if detail.get("protection") == "with a phrase" else words


def page_words(indexes: Sequence[int]) -> str:
    """Pages in words, as they are numbered on paper: ``cover and pages 1 and 2``."""
    numbers = sorted(index for index in indexes if index)
    parts = ["the cover"] if 0 in indexes else []
    if numbers:
        parts.append(f"page{'' if len(numbers) == 1 else 's'} {_row(numbers)}")
    return " and ".join(parts) or "no page"


def _row(numbers: Sequence[int]) -> str:
    """``1, 2 and 5``; three and more that follow each other as ``7 to 11``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][-1] == number - 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    words = [
        each
        for span in spans
        for each in ([f"{span[0]} to {span[-1]}"] if len(span) > 2 else [str(number) for number in span])
    ]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# --------------------------------------------------------------------------------------------------- pages and phrase


def picture(pdf: bytes, page: int, dpi: int) -> Picture:
    """A page (from 0) as pixels, for the screen and for printers that take no PDF."""
    from app.reports import pdf_pages

    return pdf_pages.picture(pdf, page, dpi)


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from app.reports import pdf_pages

    return pdf_pages.page_count(pdf)


def for_printer(pdf: bytes, indexes: Sequence[int], copies: int) -> bytes:
    """What goes to the printer: these pages (all when none are named), once for each copy, the copies numbered."""
    from app.reports import pdf_pages

    return pdf_pages.numbered(pdf_pages.only_pages(pdf, indexes) if indexes else pdf, copies)


def locked(pdf: bytes) -> tuple[bytes, str]:
    """The PDF encrypted (AES-256), and the phrase that opens it: four words to be said on the phone, kept nowhere."""
    from app.reports import pdf_lock

    phrase = suggest_phrase()
    return pdf_lock.locked(pdf, phrase), phrase
