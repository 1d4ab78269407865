"""The home's own questionnaires: any FHIR R4 Questionnaire that the manager takes in from the instruments folder.

A file in the folder does nothing by itself. The manager sees what each one is, or the place and the reason why it
cannot be drawn, and takes it in: it is then kept in the records with its version and its fingerprint, so that what is
recorded with it can be read for as long as the records are, with or without the file. A later version is taken in
beside the earlier one and used from then on. Turned off, it stays readable and is no longer offered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.codec import instant
from app.domain.errors import UserError
from app.domain.instruments import home_made, registry
from app.domain.questionnaire import Form, read_questionnaire
from app.domain.questionnaire.reading import SIZE_LIMIT
from app.models import questionnaires as rows
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = "instruments"
MOST_FILES = 200
_SUFFIX = ".json"
_forms: dict[str, Form] = {}
_earlier: dict[tuple[str, str], str] = {}
"""The text of every version by code and version: what was recorded with one is read as it was asked."""


@dataclass(frozen=True, slots=True)
class InFolder:
    """A file in the instruments folder. ``refused`` says why it cannot be drawn, empty when it can.

    ``taken`` when this very version is among the home's questionnaires already; ``notes`` are what to know about it.
    """

    name: str
    title: str = ""
    version: str = ""
    questions: int = 0
    refused: str = ""
    taken: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnQuestionnaire:
    """One version of a questionnaire that was taken in; ``active`` while it is the one that is offered."""

    code: str
    title: str
    version: str
    added_at: datetime
    added_by: str
    active: bool


def folder(session: Session) -> Path:
    """Where the manager drops questionnaires: beside the records."""
    return session.store_dir / FOLDER


def in_folder(session: Session) -> tuple[InFolder, ...]:
    """What lies in the folder, by name; a file that cannot be drawn comes with the place and the reason."""
    require(session, Action.MANAGE_HOME)
    place = folder(session)
    files = sorted(path for path in place.glob("*") if path.suffix.casefold() == _SUFFIX) if place.is_dir() else []
    with session.read() as connection:
        held = {(line.code, line.version): line.sha256 for line in rows.lines(connection)}
    return tuple(_look(path, held) for path in files[:MOST_FILES])


def taken_in(session: Session) -> tuple[OwnQuestionnaire, ...]:
    """The versions that were taken in, by title, the newest first."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return tuple(
            OwnQuestionnaire(
                line.code, line.title, line.version, instant(line.added_at), session.person(line.added_by), line.active
            )
            for line in rows.lines(connection)
        )


def take_in(session: Session, name: str, *, pathway: str) -> Changes:
    """Take in the file of that name in the folder, for the champion pathway that it serves.

    Raises UserError with the place and the reason when it cannot be drawn, and for another text under a version that
    was taken in already: what was recorded with that version must stay readable as it was asked.
    """
    require(session, Action.MANAGE_HOME)
    if pathway not in home_made.PATHWAYS:
        raise UserError(f"Pathway must be one of: {', '.join(home_made.PATHWAYS)}", field="pathway")
    path = folder(session) / name
    if Path(name).name != name or path.suffix.casefold() != _SUFFIX:
        raise UserError(f"{name} is not a file of the instruments folder", field="name")
    text = _read(path)
    form = read_questionnaire(text)
    code, version = home_made.code_of(form), form.version or "unversioned"
    digest = hashlib.sha256(text).hexdigest()
    with session.write() as work:
        for line in rows.lines(work.connection):
            if line.code == code and read_questionnaire(line.text).url != form.url:
                raise UserError(
                    f"{line.title} was taken in under another address that ends alike, and this would take its place. "
                    "Give the file an address with another last part",
                    field="name",
                )
            if (line.code, line.version) == (code, version):
                if line.sha256 != digest:
                    raise UserError(
                        f"Another text was taken in as version {version} already. Give the changed file a new version",
                        field="name",
                    )
                if line.active:
                    raise UserError(f"Version {version} of {line.title} is taken in already", field="name")
        rows.take_in(work, code, version, form.title or code, digest, pathway, text.decode("utf-8-sig"))
    _adopt(session)
    return changes("setting", "assessment")


def turn_off(session: Session, code: str, *, reason: str) -> Changes:
    """Offer a questionnaire no longer; what was recorded with it stays. UserError without a reason."""
    require(session, Action.MANAGE_HOME)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        if not rows.turn_off(work, code, reason.strip()):
            raise UserError("This questionnaire is not in use", field="code")
    return changes("setting", "assessment")


def is_on(connection: Connection, code: str) -> bool:
    """Whether a questionnaire of the home's own is offered, inside a transaction already open."""
    return rows.active_version(connection, code) is not None


def offered(connection: Connection) -> frozenset[str]:
    """The codes of all that are offered, inside a transaction already open."""
    return rows.active(connection)


def form_of(code: str, version: str = "") -> Form:
    """The form of a questionnaire of the home's own, in the version or, when it is not there, in the newest one."""
    text = _earlier.get((code, version))
    return _forms[code] if text is None else _read_again(text)


@lru_cache(maxsize=32)
def _read_again(text: str) -> Form:
    return read_questionnaire(text)


def adopt(connection: Connection) -> None:
    """Know the questionnaires of these records, and no others: called as they are opened."""
    forms: dict[str, Form] = {}
    scored = []
    for line in rows.newest(connection):
        form = read_questionnaire(line.text)
        publisher, copyright_words = rows.credits_of(line.text)
        found = home_made.captured(form, pathway=line.pathway, publisher=publisher, copyright_words=copyright_words)
        forms[found.tool.code] = form
        scored.append(found)
    registry.adopt(scored)
    _forms.clear()
    _forms.update(forms)
    _earlier.clear()
    _earlier.update({(line.code, line.version): line.text for line in rows.lines(connection)})


def _adopt(session: Session) -> None:
    with session.read() as connection:
        adopt(connection)


def _look(path: Path, held: Mapping[tuple[str, str], str]) -> InFolder:
    try:
        text = _read(path)
        form = read_questionnaire(text)
        code = home_made.code_of(form)
    except UserError as error:
        return InFolder(path.name, refused=error.message)
    version = form.version or "unversioned"
    known = held.get((code, version))
    digest = hashlib.sha256(text).hexdigest()
    if known is not None and known != digest:
        refused = f"Another text was taken in as version {version} already: a changed file needs a new version"
        return InFolder(path.name, form.title, version, len(form.questions()), refused)
    return InFolder(
        path.name, form.title or code, version, len(form.questions()), "", known is not None, tuple(form.notes)
    )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise UserError(f"The file is larger than {SIZE_LIMIT // 1_000_000} MB, which no questionnaire is")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path.name} is no longer in the instruments folder", field="name") from None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror or 'the system refused'}", field="name") from None
