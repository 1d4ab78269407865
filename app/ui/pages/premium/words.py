"""The claim week in words: what a resident's row says, what an end of cover costs, and where a reason can be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.dates import day_date, short_date
from app.domain.instruments import registry
from app.domain.messages import OutboxState
from app.domain.money import pounds
from app.domain.needs import PremiumNeed, need_label, pathway_label
from app.domain.premium import AtRisk, Policy, reason_mend, reason_words
from app.ui.theme import Tone

if TYPE_CHECKING:
    from app.domain.messages import Evidence
    from app.services.premium import ClaimRow, ClaimState, ClaimWeek

NEVER_LEFT = frozenset({OutboxState.REFUSED, OutboxState.UNDELIVERED, OutboxState.QUARANTINED})
_COVER_OR_EVIDENCE = frozenset({"EVIDENCE-MISSING", "EVIDENCE-STALE", "CHAMPION-NOT-IN-POST", "CHAMPION-LT2"})
_LATE_ONLY = ("LATE",)
NONE = "–"


class Standing(StrEnum):
    """Where a resident stands in the week; the value is the word on the screen."""

    ELIGIBLE = "Eligible"
    AT_RISK = "Eligible, at risk"
    LATE = "Late: give a reason"
    NOT_ELIGIBLE = "Not eligible"
    CLAIMED = "Claimed"
    STUCK = "Not received"
    WITH_A_PERSON = "With a person at the CCG"
    ANSWERED = "Answered, amount not said"
    ACCEPTED = "Accepted"
    REFUSED = "Refused"
    TAKEN_BACK = "Taken back"


TONES = {
    Standing.ELIGIBLE: Tone.GOOD,
    Standing.AT_RISK: Tone.WARNING,
    Standing.LATE: Tone.CAUTION,
    Standing.NOT_ELIGIBLE: Tone.NEUTRAL,
    Standing.CLAIMED: Tone.INFO,
    Standing.STUCK: Tone.WARNING,
    Standing.WITH_A_PERSON: Tone.INFO,
    Standing.ANSWERED: Tone.INFO,
    Standing.ACCEPTED: Tone.GOOD,
    Standing.REFUSED: Tone.DANGER,
    Standing.TAKEN_BACK: Tone.NEUTRAL,
}


def standing(row: ClaimRow) -> Standing:
    """The CCG's answer when there is one, else where the claim is, else whether there can be one."""
    claim = row.claim
    if claim is None:
        if row.decision.eligible:
            return Standing.AT_RISK if at_risk(row) else Standing.ELIGIBLE
        return Standing.LATE if row.decision.reasons == _LATE_ONLY else Standing.NOT_ELIGIBLE
    if claim.reversal_of:
        return Standing.TAKEN_BACK
    if claim.outcome is None:
        return Standing.STUCK if claim.outbox_state in NEVER_LEFT else Standing.CLAIMED
    if claim.outcome == "queued":
        return Standing.WITH_A_PERSON
    if claim.decided_pence:
        return Standing.ACCEPTED
    return Standing.ANSWERED if claim.live else Standing.REFUSED


def at_risk(row: ClaimRow) -> bool:
    """Whether the resident can be claimed for, and an end of champion cover that is known of would cost that."""
    return row.claim is None and row.decision.eligible and (row.at_risk or bool(row.advice))


def answered(row: ClaimRow) -> bool:
    """Whether the CCG has said anything about the claim."""
    return row.claim is not None and row.claim.outcome is not None


def open_for_claim(row: ClaimRow) -> bool:
    """Whether no claim stands in the way of one: none yet, or the newest does not stand any more."""
    return row.claim is None or not row.claim.live


def claimable(row: ClaimRow) -> bool:
    """Whether the resident can be claimed for now, by rule."""
    return open_for_claim(row) and row.decision.eligible


def late(row: ClaimRow) -> bool:
    """Whether nothing but the claim window stands in the way, so that a reason lets a person at the CCG decide."""
    return open_for_claim(row) and row.decision.reasons == _LATE_ONLY


def within_reach(row: ClaimRow) -> bool:
    """Whether only evidence or champion cover stands between the resident and the premium."""
    reasons = row.decision.reasons
    return row.claim is None and bool(reasons) and {code.partition(":")[0] for code in reasons} <= _COVER_OR_EVIDENCE


def amount_pence(row: ClaimRow) -> int | None:
    """What the CCG pays, or what is claimed, or what could be claimed; None when nothing can be."""
    if row.claim is not None:
        if row.claim.reversal_of:
            return 0
        decided = standing(row) in {Standing.ACCEPTED, Standing.REFUSED}
        return (row.claim.decided_pence or 0) if decided else row.claim.amount_pence
    if row.decision.eligible:
        return row.decision.amount_pence
    return row.decision.at_stake_pence if late(row) else None


def amount_words(row: ClaimRow) -> str:
    """The same as money."""
    pence = amount_pence(row)
    return NONE if pence is None else pounds(pence)


@dataclass(frozen=True, slots=True)
class Relied:
    """One area of a claim: its name, the champion named on the claim, others who cover it, and the evidence."""

    area: str
    champion: str
    others: tuple[str, ...]
    evidence: str


def relied_upon(row: ClaimRow) -> tuple[Relied, ...]:
    """The areas that the claim rests on; for a resident who is not eligible, those that would pass."""
    wanted = row.decision.relied_upon
    evidence = dict(row.evidence)
    found = []
    for support in row.decision.supports:
        if wanted and support.area not in wanted:
            continue
        names = tuple(dict.fromkeys(champion.name for champion in support.champions))
        label = need_label(support.area)
        found.append(Relied(label, names[0] if names else NONE, names[1:], evidence.get(label, "")))
    return tuple(found)


def cites(row: ClaimRow) -> bool:
    """Whether a claim exists or can be made, so that its areas are certain."""
    return row.decision.eligible or row.claim is not None or late(row)


def areas_lines(row: ClaimRow) -> str:
    """One line an area: ``Dementia: Cass Coltsfoot``; a dash when there is no claim to make."""
    return areas_with_champions(row, "\n") if cites(row) else NONE


def areas_with_champions(row: ClaimRow, between: str) -> str:
    """``Dementia: Cass Coltsfoot``, ``Wound: Ned Nettlebed``: each area that a claim cites, with its champion."""
    return between.join(f"{relied.area}: {relied.champion}" for relied in relied_upon(row))


def evidence_words(evidence: Evidence) -> str:
    """``MUST, High risk, 02-Nov-2026``."""
    from app.services.premium import evidence_words as words

    return words(evidence)


def state_words(row: ClaimRow) -> str:
    """Where the claim is, or why there is none."""
    if row.claim is not None:
        return row.claim.words
    if row.decision.eligible:
        return "Not claimed yet"
    if late(row):
        return "The claim window has closed: give a reason, and a person at the CCG decides"
    if not row.reasons:
        return NONE
    # Too few areas follows from the others: counting it too would make one cause look like two.
    more = sum(reason.code != "CHAMPION-LT2" for reason in row.reasons[1:])
    return row.reasons[0].words + (f" (and {more} more)" if more else "")


# ------------------------------------------------------------------------------------------------------ the week


def week_words(monday: date) -> str:
    """``Mon 16-Nov-2026 to Sun 22-Nov-2026``."""
    return f"{day_date(monday)} to {day_date(monday + timedelta(days=6))}"


def window_ends(week: ClaimWeek) -> date | None:
    """The last day on which the week can be claimed without a reason; None when there is no limit or no policy."""
    if week.rules is None or week.rules.claim_window_days is None:
        return None
    return week.week_end + timedelta(days=week.rules.claim_window_days)


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 claim``, ``3 claims``, ``No claims``."""
    return f"{number or 'No'} {noun if number == 1 else plural or noun + 's'}"


def why_nobody(week: ClaimWeek) -> str:
    """Why nothing can be signed for the week; when nobody passes, with the reason that most residents share."""
    words = _sentence(week.why_not)
    if any(row.claim is not None or row.decision.eligible or late(row) for row in week.rows):
        return words
    # Too few areas follows from the others: it would hide the cause that can be mended.
    codes = Counter(reason.code for row in week.rows for reason in row.reasons if reason.code != "CHAMPION-LT2")
    if not codes:
        return words
    code, number = codes.most_common(1)[0]
    who = "everybody" if number == len(week.rows) else f"{number} of {count(len(week.rows), 'resident')}"
    return f"{words} The reason for {who}: {_sentence(reason_words(code))} {_sentence(reason_mend(code))}".strip()


def _sentence(words: str) -> str:
    return f"{words.rstrip('.')}." if words else ""


def submitted_words(week: ClaimWeek, today: date) -> tuple[str, Tone, str]:
    """Whether the week was submitted, as a word with its tone, and what became of it or when it can be claimed."""
    claims = [row.claim for row in week.rows if row.claim is not None and not row.claim.reversal_of]
    if today <= week.week_end:
        begins = "The week has not begun" if today < week.week_start else "The week is not over"
        return begins, Tone.NEUTRAL, f"Claim from {day_date(week.week_end + timedelta(days=1))}"
    if not claims:
        if back := sum(standing(row) is Standing.TAKEN_BACK for row in week.rows):
            return "Taken back", Tone.NEUTRAL, count(back, "claim")
        if not any(claimable(row) or late(row) for row in week.rows):
            return "Nothing submitted", Tone.NEUTRAL, ""
        closes = window_ends(week)
        by_rule = any(claimable(row) for row in week.rows) and closes is not None
        return "Not submitted", Tone.CAUTION, f"Claim by {day_date(closes)}" if by_rule and closes else ""
    parts = [f"{count(len(claims), 'claim')}, {pounds(sum(claim.amount_pence for claim in claims))}"]
    found = [standing(row) for row in week.rows]
    for which, words in (
        (Standing.ACCEPTED, f"accepted, {pounds(_decided(claims))}"),
        (Standing.REFUSED, "refused"),
        (Standing.TAKEN_BACK, "taken back"),
        (Standing.ANSWERED, "answered, amount not said"),
        (Standing.WITH_A_PERSON, "with a person at the CCG"),
        (Standing.STUCK, "not received by the CCG"),
    ):
        if number := found.count(which):
            parts.append(f"{number} {words}")
    open_claims = [claim for claim in claims if claim.outcome is None and claim.outbox_state not in NEVER_LEFT]
    for words in dict.fromkeys(claim.words for claim in open_claims):
        number = sum(claim.words == words for claim in open_claims)
        parts.append(words if number == len(claims) else f"{number}: {words[:1].lower()}{words[1:]}")
    if Standing.STUCK in found or Standing.REFUSED in found:
        tone = Tone.WARNING
    else:
        tone = Tone.GOOD if found.count(Standing.ACCEPTED) == len(claims) else Tone.INFO
    waits = any(claim.outbox_state in {OutboxState.QUEUED, OutboxState.SENDING} for claim in open_claims)
    return "Signed, not sent yet" if waits else "Submitted", tone, ". ".join(parts)


def _decided(claims: Iterable[ClaimState]) -> int:
    return sum(claim.decided_pence or 0 for claim in claims if claim.outcome != "queued")


def risk_words(risk: AtRisk) -> str:
    """``The wound champion, Fay Fernleaf, leaves on 28-Dec-2026: 4 residents, £280.00 a week at risk``."""
    pathway = pathway_label(risk.pathway).lower()
    names = " and ".join(risk.champions)
    many = len(risk.champions) > 1
    who = f"The {pathway} {'champions' if many else 'champion'}, {names},"
    if risk.leaves:
        what = f"{who} {'leave' if many else 'leaves'} on {short_date(risk.from_date)}"
    else:
        last = risk.from_date - timedelta(days=1)
        what = f"{who} {'have certificates that expire' if many else 'has a certificate that expires'} on "
        what += short_date(last)
    return f"{what}: {count(risk.residents, 'resident')}, {pounds(risk.pence_per_week)} a week at risk"


# ---------------------------------------------------------------------------------------------- where it is mended

_FIRST_INSTRUMENT = {
    PremiumNeed.NUTRITION: "must",
    PremiumNeed.WOUND: "waterlow",
    PremiumNeed.FALLS: "falls_multifactorial",
    PremiumNeed.DEMENTIA: "sixcit",
    PremiumNeed.HEALTH: "news2",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in the program: the words of the button, the page and what to open it for."""

    words: str
    page: str
    arg: object


def mend_place(code: str, row: ClaimRow) -> Place | None:
    """Where a reason can be mended; None when there is nothing to open for it."""
    kind, _, area = code.partition(":")
    if kind == "CHAMPION-NOT-IN-POST":
        return Place(f"Open staff: {need_label(PremiumNeed(area)).lower()} champions", "staff", None)
    if kind in {"NEEDS-LT2", "EVIDENCE-MISSING", "EVIDENCE-STALE"}:
        return Place("Open the record: needs and their evidence", "resident", row.resident_id)
    if kind in {"CHC-FUNDED", "NIGHTS-LT4"}:
        return Place("Open the record: stays, absences and funding", "resident", row.resident_id)
    if kind == "HOME-NOT-ACCREDITED":
        return Place("Open settings: accreditation dates", "settings", None)
    if kind == "IDENTITY":
        return Place("Open the record: NHS number and date of birth", "resident", row.resident_id)
    return None


def assess_place(code: str, row: ClaimRow, rules: Policy | None) -> Place | None:
    """An assessment that serves the area whose evidence is missing or too old, the usual one where the policy takes
    it, so that the next week can be claimed; None when only a paper document serves."""
    kind, _, area = code.partition(":")
    if kind not in {"EVIDENCE-MISSING", "EVIDENCE-STALE"}:
        return None
    from app.ui.pages.assessment.page import Open

    need = PremiumNeed(area)
    usual = _FIRST_INSTRUMENT[need]
    serving = rules.evidence_records.get(need, ()) if rules is not None else (usual,)
    known = {tool.code for tool in registry.all_instruments()}
    form = usual if usual in serving else next((code for code in serving if code in known), None)
    if form is None:
        return None
    return Place(f"Assess {need_label(need).lower()} now", "assessment", Open(row.resident_id, form))
