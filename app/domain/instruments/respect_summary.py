"""ReSPECT, DNACPR and advance decisions: that they exist, where, and what they say. Never the document itself.

Six rules. A DNACPR is not "do not treat". Without a clinician or a date it is unverified and not printed as in force.
Past its review date it warns and is still printed, with the warning. Two documents that conflict keep the transfer
pack back until somebody has resolved it. What holds for CPR stands on page 1 of the pack. Without any document: no
decision recorded, which means that CPR is attempted. The original must be looked at every time.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import SIX_MONTHS, Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

RESPECT, DNACPR, ADRT = "respect", "dnacpr", "adrt"
DOCUMENTS = {RESPECT: "ReSPECT form", DNACPR: "DNACPR form", ADRT: "Advance decision (ADRT)"}
CPR = {"attempt": "Attempt CPR", "do_not_attempt": "Do not attempt CPR"}
FOCUS = {"life_sustaining": 0, "balanced": 1, "comfort": 2}
CAPACITY = {"had_capacity": 0, "lacked_capacity": 1, "not_known": 2}
ATTORNEY = {"registered": 0, "not_registered": 1, "none": 2, "not_known": 3}

NO_DECISION = "no_decision_recorded"
CONFLICT = "conflict"
UNVERIFIED = "unverified"
PAGE_ONE = CPR | {
    NO_DECISION: "No CPR decision recorded: attempt CPR",
    CONFLICT: "CPR decisions conflict: resolve before the pack goes",
    UNVERIFIED: "CPR decision unverified, not in force: attempt CPR and find the original",
}
"""The line for page 1 of the transfer pack, by the part ``cpr``."""

KEYS = frozenset({
    "documents", "respect_cpr", "adrt_refuses_cpr", "decided_on", "clinician", "review_on", "original_at",
    "original_seen", "focus", "recommendations", "capacity", "discussed_with_resident", "not_discussed_reason",
    "discussed_with_family", "health_attorney",
})  # fmt: skip

TOOL = Instrument(
    code="respect_summary",
    version="3/1",
    title="ReSPECT, DNACPR or advance decision: where and what",
    short="ReSPECT summary",
    pathway="health",
    mode="C",
    owner="Hartwell; the ReSPECT form is the Resuscitation Council UK's",
    licence="Record of the document, never the form itself.",
    attribution="Headings after ReSPECT version 3, Resuscitation Council UK. Check the original.",
    needs_permission=False,
    routine_days=SIX_MONTHS,
    bands=(),
)

_NOT_DO_NOT_TREAT = "No CPR does not mean no treatment: give every other care and treatment."
_ORIGINAL = "Check the original every time; this is only a summary."


def keeps_pack_back(outcome: Outcome) -> bool:
    """Whether the transfer pack must wait until somebody has resolved what the documents say."""
    return CONFLICT in outcome.flags


def _says(documents: list[str], respect_cpr: str | None, adrt_refuses: bool | None) -> set[str]:
    """What the documents say about CPR: at most one each."""
    said: set[str] = set()
    if RESPECT in documents and respect_cpr is not None:
        said.add(respect_cpr)
    if DNACPR in documents or (ADRT in documents and adrt_refuses):
        said.add("do_not_attempt")
    return said


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What to show and what to warn of: part ``cpr`` is a key of :data:`PAGE_ONE`, ``in_force`` 1 or 0.

    Looked at again on the review date, at the latest after six months. Refused: a decision dated after ``on``, a review
    before the decision.
    """
    documents = answers.choices("documents", "Documents", DOCUMENTS)
    held = documents or []
    respect_cpr = answers.choice("respect_cpr", "ReSPECT on CPR", CPR, need=RESPECT in held)
    refuses = answers.yes_no("adrt_refuses_cpr", "ADRT refuses CPR", need=ADRT in held)
    decided = answers.day("decided_on", "Date of the decision", need=False)
    clinician = answers.text("clinician", "Clinician", need=False)
    review = answers.day("review_on", "Review date", need=False)
    answers.text("original_at", "Where the original is", need=bool(held))
    seen = answers.yes_no("original_seen", "Original seen", need=bool(held))
    answers.choice("focus", "Focus", FOCUS, need=False)
    answers.text("recommendations", "Other recommendations", need=False)
    answers.choice("capacity", "Capacity", CAPACITY, need=False)
    discussed = answers.yes_no("discussed_with_resident", "Discussed with the resident", need=bool(held))
    answers.text("not_discussed_reason", "Why not discussed", need=discussed is False)
    answers.yes_no("discussed_with_family", "Discussed with the family", need=False)
    answers.choice("health_attorney", "Attorney for health", ATTORNEY, need=False)
    if decided is not None and on is not None and decided > on:
        raise AnswerError("decided_on", "Date of the decision must be today or in the past")
    if decided is not None and review is not None and review < decided:
        raise AnswerError("review_on", "Review date must be after the decision")

    said = _says(held, respect_cpr, refuses)
    own_decision = held == [ADRT]  # signed by the resident; no clinician makes it
    verified = decided is not None and (clinician is not None or own_decision)
    cpr = ""
    if len(said) > 1:
        cpr = CONFLICT
    elif said:
        cpr = said.pop() if verified else UNVERIFIED
    elif documents == [] or (held == [ADRT] and refuses is False):
        cpr = NO_DECISION

    found: list[Finding] = []
    if cpr == CONFLICT:
        found.append(
            Finding(
                CONFLICT,
                Severity.URGENT,
                "The documents say different things about CPR: ask the GP today. No pack goes until this is resolved.",
            )
        )
    if held and not verified:
        found.append(
            Finding(
                UNVERIFIED,
                Severity.URGENT,
                "Without clinician and date this is not in force: find the original or ask the GP today.",
            )
        )
    if held and review is not None and on is not None and review < on:
        found.append(
            Finding("review_expired", Severity.ATTENTION, "The review date has passed: ask the GP to review it.")
        )
    if seen is False:
        found.append(Finding("original_not_seen", Severity.ATTENTION, "Find the original and look at it."))
    if cpr == NO_DECISION:
        found.append(Finding(NO_DECISION, Severity.ROUTINE, "No decision is recorded: CPR is attempted."))
    actions = [_ORIGINAL] if held else []
    if cpr == "do_not_attempt":
        found.append(Finding("dnacpr", Severity.ROUTINE, _NOT_DO_NOT_TREAT))
    parts: dict[str, int | Decimal | str] = {}
    if cpr:
        parts = {"cpr": cpr, "in_force": int(cpr in CPR)}
    return record(
        TOOL,
        answers,
        found,
        actions=actions,
        parts=parts,
        on=on,
        days=SIX_MONTHS,
        due=review if held else None,
        workings=[PAGE_ONE[cpr]] if cpr else [],
    )


SCORED = Scored(TOOL, KEYS, score)
