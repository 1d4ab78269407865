"""Papers that prove something: certificates and letters as PDF or photo, kept in the encrypted store.

A photo is drawn anew, without what the camera wrote about place and time. A PDF is kept byte for byte, because its own
signature may be part of the proof; it is opened once to see that it is one and is not locked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.domain.errors import UserError
from app.domain.home_fact_rules import MOST_BYTES, check_home_fact
from app.domain.home_facts import Attachment, HomeFact, HomeFactId, HomeFactKind
from app.models import home_facts as rows
from app.services.access import Action, require
from app.services.changes import changes
from app.services.home_facts import SavedHomeFact
from app.services.session import Session

_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """A file ready to be kept."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, repr=False)
class PaperContent:
    """A paper taken out again, with a name to save it under."""

    name: str
    media_type: str
    content: bytes


def prepared(data: bytes) -> Paper:
    """The file as it will be kept; UserError in words when it cannot be."""
    from app.reports.pdf_pages import page_count
    from app.services.photos import prepared as picture

    if not data:
        raise UserError("The file is empty (0 bytes). Choose the file again", field="file")
    if len(data) > MOST_BYTES:
        raise UserError("The file is larger than 10 MB. Scan it in black and white or with fewer dots", field="file")
    if not data[:1024].lstrip().startswith(_PDF):
        return Paper(picture(data).jpeg, "image/jpeg")
    try:
        page_count(data)
    except Exception:  # noqa: BLE001 - whatever a broken PDF makes its reader say
        words = "The PDF is damaged or locked with a password. Save it again without one"
        raise UserError(words, field="file") from None
    return Paper(data, "application/pdf")


def add(session: Session, about: str, title: str, data: bytes) -> SavedHomeFact:
    """Keep a paper about a post, a training, a criterion or another entry (its id)."""
    require(session, Action.MANAGE_STAFF)
    paper = prepared(data)
    sha256 = hashlib.sha256(paper.content).hexdigest()
    body = Attachment(about, title.strip(), paper.media_type, sha256, len(paper.content))
    check_home_fact(body, ())
    with session.write() as work:
        rows.keep_paper(work, sha256, paper.media_type, paper.content)
        fact = rows.save(work, body)
    return SavedHomeFact(fact.id, changes(HomeFactKind.ATTACHMENT.value, "home_fact"))


def of(session: Session, about: str) -> tuple[HomeFact, ...]:
    """The papers about one thing."""
    require(session, Action.VIEW_STAFF)
    with session.read() as connection:
        return rows.facts(connection, HomeFactKind.ATTACHMENT, about=about)


def every(session: Session) -> tuple[HomeFact, ...]:
    """Every paper that is kept."""
    require(session, Action.VIEW_STAFF)
    with session.read() as connection:
        return rows.facts(connection, HomeFactKind.ATTACHMENT)


def content(session: Session, fact_id: HomeFactId) -> PaperContent:
    """One paper itself. Looking at it is audited."""
    require(session, Action.VIEW_STAFF)
    with session.look() as work:
        found = rows.fact(work.connection, fact_id)
        if found is None or not isinstance(found.body, Attachment):
            raise UserError("This paper is not in the records", field="paper")
        held = rows.paper(work.connection, found.body.sha256)
        if held is None:
            raise UserError("The paper was listed but its content is not in the records", field="paper")
        work.audit("view", "attachment", fact_id)
    ending = "pdf" if found.body.media_type == "application/pdf" else "jpg"
    plain = "".join(c if c.isalnum() else "-" for c in found.body.title).strip("-") or "paper"
    return PaperContent(f"{plain}.{ending}", found.body.media_type, held)
