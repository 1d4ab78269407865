"""What the CCG has answered: every claim's decision in words, what is overdue, and where its view differs from ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.dates import short_date, to_local, week_start
from app.domain.errors import UserError
from app.domain.money import pounds
from app.domain.needs import need_label
from app.domain.people import Resident, ResidentId
from app.domain.premium import POLICIES, Decision, reason_mend, reason_words
from app.domain.premium.disagreement import Disagreement, View
from app.models import claims as claim_rows
from app.models import settings
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.claim_facts import WeekPicture, read_weeks
from app.services.premium import ReasonLine, claim_words, evidence_words
from app.services.session import Session
from app.services.sign_in import unlock_again

if TYPE_CHECKING:
    from sqlalchemy import Connection

OVERDUE_DAYS_USUAL = 14
"""No source states by when the CCG decides: two weeks, until the home chooses otherwise."""
OVERDUE_DAYS = range(1, 91)
_OVERDUE_DAYS = "premium/overdue_days"


class Answered(StrEnum):
    """Where the answer to a claim is; the value is the word on screen and paper."""

    WAITING = "Waiting"
    OVERDUE = "Overdue"
    WITH_A_PERSON = "With a person"
    ACCEPTED = "Accepted"
    IN_PART = "Accepted in part"
    REFUSED = "Refused"
    TAKEN_BACK = "Taken back"
    REPLACED = "Replaced"
    NOT_SENT = "Not sent"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One version of one claim, or a reversal, with what the CCG has said.

    ``days`` counts since it was sent, None once there is a decision. ``disagrees``: the CCG gave a reason that our
    rules, on the facts as signed, do not. ``again`` is the version that followed, None when this is the newest.
    """

    identifier: str
    version: int
    resident_id: ResidentId
    resident_name: str
    resident_key: str
    week_start: date
    answered: Answered
    words: str
    disposition: str
    reasons: tuple[ReasonLine, ...]
    claimed_pence: int
    decided_pence: int | None
    sent_on: date | None
    answered_on: date | None
    days: int | None
    disagrees: bool
    again: int | None
    reversal_of: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Every claim of some weeks, the newest week first, what the CCG and the rules disagree about, and after how many
    days an answer is overdue."""

    rows: tuple[AnswerRow, ...]
    disagreements: tuple[Disagreement, ...]
    overdue_days: int

    @property
    def overdue(self) -> tuple[AnswerRow, ...]:
        """Sent too long ago without a decision."""
        return tuple(row for row in self.rows if row.answered is Answered.OVERDUE)


@dataclass(frozen=True, slots=True)
class DisagreementFiles:
    """The disagreements as a paper and as a table."""

    pdf: bytes
    csv: bytes
    count: int


def answers(session: Session, first: date | None = None, last: date | None = None) -> Answers:
    """The claims of the weeks with a day between the dates (all of them, unless given), with their answers."""
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        days = _overdue_days(connection)
        found = _claims(session, connection, first, last)
    rows = [_row(session, picture, resident, claim, days) for picture, resident, claim in found]
    return Answers(tuple(sorted(rows, key=_newest_first)), _disagreements(found), days)


def disagreements(session: Session, first: date | None = None, last: date | None = None) -> tuple[Disagreement, ...]:
    """Each claim that the CCG refused, or paid in part, for a reason that our rules do not give: both views."""
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        return _disagreements(_claims(session, connection, first, last))


def disagreement_files(
    session: Session, password: str, first: date | None = None, last: date | None = None
) -> DisagreementFiles:
    """The disagreements for the CCG, as PDF and CSV. They name residents and leave the store: the password is asked
    again, and making them is audited. UserError when there is none."""
    from app.reports.disagreements import DisagreementPaper, disagreements_csv, disagreements_pdf

    require(session, Action.EXPORT_EVIDENCE)
    unlock_again(session, password)
    with session.write() as work:
        found = _disagreements(_claims(session, work.connection, first, last))
        if not found:
            raise UserError("There is no disagreement in these weeks", field="from")
        work.audit("export", "disagreement", found[0].identifier, detail={"claims": [d.identifier for d in found]})
        home = session.home
        paper = DisagreementPaper(
            home=home.name,
            home_ods=home.ods,
            ccg=f"{home.ccg_name} ({home.ccg_ods})",
            practice=home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            rows=found,
        )
    return DisagreementFiles(disagreements_pdf(paper), disagreements_csv(paper), len(found))


def overdue_count(session: Session) -> int:
    """How many claims wait for their decision longer than that, without looking at what they rest on."""
    require(session, Action.VIEW_CLAIMS)
    today = session.today()
    with session.read() as connection:
        days = _overdue_days(connection)
        found = claim_rows.claims_between(connection, POLICIES[0].starts, today)
    return sum(_answered(claim, _days_waiting(claim, today), days) is Answered.OVERDUE for claim in found)


def overdue_days(session: Session) -> int:
    """After how many days without a decision a claim is overdue: 14 unless the manager chose another number."""
    with session.read() as connection:
        return _overdue_days(connection)


def set_overdue_days(session: Session, days: int) -> Changes:
    """Choose it for the home; UserError outside 1 to 90."""
    require(session, Action.MANAGE_HOME)
    if days not in OVERDUE_DAYS:
        raise UserError("Enter a whole number of days from 1 to 90", field="overdue_days")
    with session.write() as work:
        settings.put(work, _OVERDUE_DAYS, days)
    return changes("setting")


# --------------------------------------------------------------------------------------------------------- inside


def _overdue_days(connection: Connection) -> int:
    found = settings.get(connection, _OVERDUE_DAYS)
    return found if isinstance(found, int) and found in OVERDUE_DAYS else OVERDUE_DAYS_USUAL


def _claims(
    session: Session, connection: Connection, first: date | None, last: date | None
) -> list[tuple[WeekPicture, Resident, claim_rows.ClaimLineRow]]:
    begins = week_start(first) if first else POLICIES[0].starts
    found = claim_rows.claims_between(connection, begins, last or session.today())
    return [
        (picture, resident, claim)
        for picture in read_weeks(connection, session.home, {claim.week_start for claim in found})
        for resident in picture.residents
        for claim in picture.claims.get(resident.id, ())
    ]


def _newest_first(row: AnswerRow) -> tuple[int, str, int]:
    return (-row.week_start.toordinal(), row.resident_name, -row.version)


def _row(
    session: Session, picture: WeekPicture, resident: Resident, claim: claim_rows.ClaimLineRow, overdue_after: int
) -> AnswerRow:
    answer = claim.newest_answer
    newest = picture.newest_claim(resident)
    sent_on = to_local(claim.sent_at).date() if claim.sent_at else None
    days = _days_waiting(claim, session.today())
    return AnswerRow(
        identifier=claim.identifier,
        version=claim.version,
        resident_id=resident.id,
        resident_name=resident.details.banner_name,
        resident_key=resident.details.key,
        week_start=claim.week_start,
        answered=_answered(claim, days, overdue_after),
        words=claim_words(claim),
        disposition=claim.disposition or "",
        reasons=tuple(ReasonLine(code, reason_words(code), reason_mend(code)) for code in claim.reasons),
        claimed_pence=claim.amount_pence,
        decided_pence=claim.decided_pence if answer is not None and answer.final else None,
        sent_on=sent_on,
        answered_on=to_local(claim.answered_at).date() if claim.answered_at else None,
        days=days,
        disagrees=bool(_theirs_alone(picture, claim)),
        again=newest.version if newest is not None and newest.version > claim.version else None,
        reversal_of=claim.reversal_of,
    )


def _days_waiting(claim: claim_rows.ClaimLineRow, today: date) -> int | None:
    """Days since a claim without a decision was sent; None when it was not, or has one."""
    answer = claim.newest_answer
    if claim.sent_at is None or not claim.live or (answer is not None and answer.final):
        return None
    return (today - to_local(claim.sent_at).date()).days


def _answered(claim: claim_rows.ClaimLineRow, days: int | None, overdue_after: int) -> Answered:
    answer = claim.newest_answer
    if answer is None or not answer.final:
        if days is None or not claim.live:
            return Answered.NOT_SENT
        if days >= overdue_after:
            return Answered.OVERDUE
        return Answered.WAITING if answer is None else Answered.WITH_A_PERSON
    if answer.superseded:
        return Answered.REPLACED
    if not claim.live:
        return Answered.REFUSED
    if claim.reversal_of:
        return Answered.TAKEN_BACK
    return Answered.IN_PART if claim.counted_pence < claim.amount_pence else Answered.ACCEPTED


def _theirs_alone(picture: WeekPicture, claim: claim_rows.ClaimLineRow) -> tuple[str, ...]:
    """The CCG's reasons that our rules do not give for the claim as it was signed."""
    answer = claim.newest_answer
    if claim.reversal_of or answer is None or not answer.final or answer.superseded:
        return ()
    _, decision = picture.signed[claim.id]
    return tuple(code for code in claim.reasons if code not in decision.reasons)


def _disagreements(
    claims: Iterable[tuple[WeekPicture, Resident, claim_rows.ClaimLineRow]],
) -> tuple[Disagreement, ...]:
    found = []
    for picture, resident, claim in claims:
        codes = _theirs_alone(picture, claim)
        # What was refused and paid on a later version is a disagreement no more.
        if codes and not any(
            later.version > claim.version and later.newest_answer is not None and later.newest_answer.paid
            and later.counted_pence >= claim.amount_pence
            for later in picture.claims[resident.id]
        ):  # fmt: skip
            found.append(_disagreement(picture, resident, claim, codes))
    return tuple(sorted(found, key=lambda each: (-each.week_start.toordinal(), each.resident, each.identifier)))


def _disagreement(
    picture: WeekPicture, resident: Resident, claim: claim_rows.ClaimLineRow, codes: tuple[str, ...]
) -> Disagreement:
    facts, decision = picture.signed[claim.id]
    details = resident.details
    return Disagreement(
        identifier=claim.identifier,
        version=claim.version,
        resident=details.banner_name,
        resident_key=details.key,
        nhs_number=details.nhs_number,
        born=details.date_of_birth,
        week_start=claim.week_start,
        claimed_pence=claim.amount_pence,
        decided_pence=claim.decided_pence or 0,
        answered_on=to_local(claim.answered_at).date() if claim.answered_at else None,
        disposition=claim.disposition or "",
        views=tuple(View(code, reason_words(code), _our_view(picture, code, decision)) for code in codes),
        ours=(
            f"Submitted on {short_date(to_local(facts.submitted_at).date())}, decided under policy {decision.policy}. "
            f"{decision.nights} of 7 nights count. Amount by the rules: "
            f"{pounds(decision.amount_pence or decision.at_stake_pence)}"
        ),
    )


def _our_view(picture: WeekPicture, code: str, decision: Decision) -> str:
    """What our rules found where the CCG found a reason to refuse."""
    kind, _, area = code.partition(":")
    supports = {support.area.value: support for support in decision.supports}
    support = supports.get(area)
    if kind == "CHAMPION-NOT-IN-POST" and support is not None:
        posts = [
            f"{champion.name}, certificate {post.certificate_no or 'without a number'}, "
            f"valid {short_date(post.trained_on)} to {short_date(post.expires_on)}"
            for champion in support.champions
            for appointment in picture.posts[champion.ref or ""].posts
            if appointment.id == champion.ref
            for post in (appointment.post,)
        ]
        return "In post at the end of the week and at submission: " + "; ".join(posts)
    if kind in {"EVIDENCE-MISSING", "EVIDENCE-STALE"} and support is not None and support.evidence_ref:
        return "Evidence: " + evidence_words(picture.evidence[support.evidence_ref])
    if kind in {"NEEDS-LT2", "CHAMPION-LT2"}:
        cited = ", ".join(need_label(each.area).lower() for each in decision.supports)
        return f"{len(decision.supports)} areas have evidence and a champion: {cited}"
    if kind in {"CHC-FUNDED", "NIGHTS-LT4"}:
        return f"{decision.nights} of 7 nights count"
    if kind in {"LATE", "TOO-EARLY"}:
        ends = picture.week_start + timedelta(days=6)
        return f"The week ended on {short_date(ends)} and was submitted inside the claim window"
    return "Our rules do not give this reason for the claim as it was signed"
