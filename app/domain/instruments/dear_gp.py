"""DeAR-GP route: whether to ask the GP about memory problems, or look for delirium first. Captured, not scored.

Own structure after the published idea: care staff look for confusion or memory problems that have lasted over three
months and tell the GP. The order of the decision (app rule): a diagnosis already known ends it; a sudden or
fluctuating change is delirium until shown otherwise (4AT first); any observation for three months or more is referred
whatever the Abbreviated Mental Test (AMT) says; an AMT of 7 or less is referred; observations for a shorter time are
watched and looked at again after three months; nothing seen and an AMT of 8 or more: again in six months.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import QUARTERLY, SIX_MONTHS, Finding, record
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

AGREED = {"consents": "The resident agrees", "best_interests": "Best-interests decision", "declined": "Declined"}
OBSERVATIONS = {
    "memory": "Forgets recent events",
    "orientation": "Unsure of day, time or place",
    "words": "Struggles to find words",
    "recognising": "Does not recognise people they know",
    "daily_tasks": "Struggles with daily tasks",
    "judgement": "Poor judgement",
    "mood": "Low or withdrawn",
    "behaviour": "Behaves differently",
    "sleep": "Sleeps differently",
    "lost": "Gets lost",
}
DURATION = {"under_3_months": 0, "three_months_or_more": 1}
AMT_NOT_DONE = {"refused": 0, "unwell": 1, "cannot_communicate": 2, "not_trained": 3}
AMT_IMPAIRED = 7
"""The highest AMT that counts as impaired."""

REFER = "refer_to_gp"
DELIRIUM = "delirium_first"
KNOWN = "known_diagnosis"
DECLINED = "declined"
WATCH = "watch"
NONE = "no_referral"

KEYS = frozenset({
    "agreed", "known_diagnosis", "observations", "examples", "duration", "sudden_change", "amt_correct", "amt_not_done",
})  # fmt: skip

TOOL = Instrument(
    code="dear_gp",
    version="2015/1",
    title="DeAR-GP: should the GP look for dementia?",
    short="DeAR-GP",
    pathway="dementia",
    mode="C",
    owner="Health Innovation Network (South London)",
    licence="Own paraphrase of the route; obtain the owner's form from the Health Innovation Network.",
    attribution="After DeAR-GP, Health Innovation Network with the Alzheimer's Society.",
    needs_permission=False,
    routine_days=None,
    bands=(),
    serves=("dementia",),
)

_FINDINGS = {
    REFER: Finding(
        REFER, Severity.ATTENTION, "Print the GP letter and ask the GP to assess memory. Note the date it was sent."
    ),
    DELIRIUM: Finding(
        DELIRIUM, Severity.URGENT, "A sudden change may be delirium: do a 4AT and NEWS2 today before anything else."
    ),
    KNOWN: Finding(KNOWN, Severity.ROUTINE, "Dementia is already diagnosed: check that the care plan says so."),
    DECLINED: Finding(DECLINED, Severity.ROUTINE, "Not agreed to: no referral. Ask again if things change."),
    WATCH: Finding(WATCH, Severity.ATTENTION, "Keep watching and write down examples; do this again in three months."),
    NONE: Finding(NONE, Severity.ROUTINE, "No referral. Do this again in six months, or sooner if things change."),
}
_DAYS = {WATCH: QUARTERLY, NONE: SIX_MONTHS}


def _decision(
    agreed: str | None, known: bool | None, seen: list[str] | None, duration: str | None, sudden: bool | None,
    amt: int | None, excused: str | None,
) -> str | None:  # fmt: skip
    """The first rule that holds; None while a rule that comes first is open."""
    if agreed == DECLINED:
        return DECLINED
    if known:
        return KNOWN
    if sudden:
        return DELIRIUM
    if None in {agreed, known, sudden}:
        return None
    if (seen and duration == "three_months_or_more") or (amt is not None and amt <= AMT_IMPAIRED):
        return REFER
    if seen is None or (amt is None and excused is None) or (seen and duration is None):
        return None
    return WATCH if seen else NONE


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The decision, as part ``decision`` and as the flag of the same name; parts ``observations`` and ``amt`` too."""
    agreed = answers.choice("agreed", "Agreed to", AGREED)
    go = agreed != DECLINED
    known = answers.yes_no("known_diagnosis", "Dementia already diagnosed", need=go)
    go = go and not known
    sudden = answers.yes_no("sudden_change", "Sudden change", need=go)
    go = go and not sudden
    seen = answers.choices("observations", "What staff see", OBSERVATIONS, need=go)
    answers.text("examples", "Examples", need=False)
    duration = answers.choice("duration", "How long", DURATION, need=go and bool(seen))
    amt = answers.whole("amt_correct", "AMT correct answers", 0, 10, need=False)
    excused = answers.choice("amt_not_done", "Why no AMT", AMT_NOT_DONE, need=False)
    if go and amt is None and excused is None:
        answers.missing.append("amt_correct")

    decision = _decision(agreed, known, seen, duration, sudden, amt, excused)
    found = [_FINDINGS[decision]] if decision else []
    if decision == NONE and amt is None:
        found.append(Finding("amt_not_done", Severity.ROUTINE, "Try the AMT again when the resident is able."))
    parts: dict[str, int | Decimal | str] = {}
    workings = [OBSERVATIONS[each] for each in seen or ()]
    if seen is not None:
        parts["observations"] = len(seen)
    if amt is not None:
        parts["amt"] = amt
        workings.append(f"AMT {amt} of 10: {'impaired' if amt <= AMT_IMPAIRED else 'normal'}")
    if decision:
        parts["decision"] = decision
    return record(TOOL, answers, found, parts=parts, on=on, days=_DAYS.get(decision or ""), workings=workings)


SCORED = Scored(TOOL, KEYS, score)
