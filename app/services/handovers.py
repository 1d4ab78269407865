"""Hand-overs beside the red-bag pack, made of what the record holds and of a few answers that only the moment can give.

A hand-over is not kept: it copies facts that the record has, and what is written on it by hand is entered in the record
afterwards. That it was made, which one, and for whom stands in the audit trail, before anybody has the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.dates import date_time
from app.domain.errors import Problem, UserError
from app.domain.handovers import QUESTIONS, TITLES, Handover, not_recorded
from app.domain.people import ResidentDetails, ResidentId
from app.models.store import Work
from app.services import assessments, transfers
from app.services.access import Action, require
from app.services.known import known_resident
from app.services.person import answers_in_words, stamp
from app.services.session import Session

if TYPE_CHECKING:
    from app.reports.handovers import Call

_LATEST = timedelta(days=1)
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be said before anything is made: for each hand-over what it would print as "not recorded", and what
    stands in for the questions (of an SBARD signed in the last day, say)."""

    details: ResidentDetails
    missing: Mapping[Handover, tuple[str, ...]]
    call: str


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """A hand-over: the bytes to print or save, its sides, and what it prints as "not recorded"."""

    pdf: bytes
    pages: int
    missing: tuple[str, ...]


def offer(session: Session, resident_id: ResidentId) -> Offer:
    """What the record lacks for each hand-over; for the questions on the screen, of a resident whose record is open."""
    require(session, Action.PRINT_PACK)
    with session.look() as work:
        details = known_resident(work.connection, resident_id).resident.details
        content = transfers.content_now(session, work, resident_id)
        call = _call(session, work, resident_id)
    lacking = {which: not_recorded(which, content) for which in Handover}
    return Offer(details, lacking, f"{date_time(call.at)} by {call.signed_by}" if call else "")


def make(
    session: Session,
    resident_id: ResidentId,
    which: Handover,
    told: Mapping[str, str] | None = None,
    *,
    how: str = "made",
) -> Made:
    """Make the paper; every answer may be missing. Making it is audited, with ``how`` it is to leave the store.

    UserError for an answer that is not asked, or too long.
    """
    from app.reports.handovers import HandoverPaper, handover_pdf

    require(session, Action.PRINT_PACK)
    answers = _checked(which, told or {})
    with session.look() as work:
        line = known_resident(work.connection, resident_id)
        content = transfers.content_now(session, work, resident_id)
        packs = transfers.pack_rows(work.connection, resident_id)
        work.audit(
            "print", "handover", resident_id, resident_id=resident_id, detail={"kind": TITLES[which], "protection": how}
        )
        paper = HandoverPaper(
            which=which,
            stamp=stamp(session, work, resident_id),
            content=content,
            told=answers,
            call=_call(session, work, resident_id) if which is Handover.CALL else None,
            last_pack=f"red-bag pack version {packs[0].version} of {date_time(packs[0].printed_at)}" if packs else "",
            died_at=line.resident.details.died_at,
        )
    made = handover_pdf(paper)
    return Made(made.data, made.pages, not_recorded(which, content))


def _checked(which: Handover, told: Mapping[str, str]) -> dict[str, str]:
    asked = {each.code: each for each in QUESTIONS[which]}
    problems = [Problem(key, f"{key} is not asked for this hand-over") for key in told if key not in asked]
    for key, text in told.items():
        if key in asked and len(text) > _LONGEST:
            problems.append(Problem(key, f"{asked[key].label} must be {_LONGEST} characters or fewer"))
    if problems:
        raise UserError("There is a problem", problems=tuple(problems))
    return {key: text.strip() for key, text in told.items() if text.strip()}


def _call(session: Session, work: Work, resident_id: ResidentId) -> Call | None:
    """The newest SBARD, if it was signed in the last day."""
    from app.reports.handovers import Call

    found = assessments.latest_whole(session, work.connection, resident_id).get("sbard")
    if found is None or session.now() - found.row.at > _LATEST:
        return None
    return Call(found.row.at, found.row.signed_by, answers_in_words("sbard", found.answers))
