"""Revised Urinary Incontinence Scale (RUIS, Sansoni and others), answered by the resident.

Five items: leaking with urgency, on exertion, and in drops (0 to 3 each), how often (0 to 4) and how much (0 to 3). 0
to 3 none or slight, 4 to 8 mild, 9 to 12 moderate, 13 to 16 severe. The resident answers, so it says little in
dementia: a bladder diary of three days serves better there.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import (
    AT_LEAST,
    INCOMPLETE,
    QUARTERLY,
    SIX_MONTHLY,
    Band,
    Instrument,
    Scored,
    Tally,
    conclude,
)

KEYS = frozenset({"items"})
ITEMS = {"urgency": 3, "exertion": 3, "drops": 3, "frequency": 4, "amount": 3}
"""The items in order, with the most points of each."""
_WORDS = {
    "urgency": "Leaks with urgency",
    "exertion": "Leaks on exertion",
    "drops": "Small leaks",
    "frequency": "How often",
    "amount": "How much",
}

TOOL = Instrument(
    code="ruis",
    version="1/1",
    title="Revised Urinary Incontinence Scale (RUIS)",
    short="RUIS",
    pathway="health",
    mode="S",
    owner="Janet Sansoni and others, University of Wollongong",
    licence="Licence not verified; items in our own words. Agree the use in software with the authors.",
    attribution="Revised Urinary Incontinence Scale, Sansoni J. and others, University of Wollongong.",
    needs_permission=False,
    routine_days=SIX_MONTHLY,
    bands=(
        Band("none_or_slight", "None or slight", Severity.ROUTINE),
        Band("mild", "Mild", Severity.ROUTINE),
        Band("moderate", "Moderate", Severity.ATTENTION),
        Band("severe", "Severe", Severity.ATTENTION),
    ),
)

_CAUSES = "Look for a cause that can be treated: infection, constipation, medicines, trouble reaching the toilet."
_DIARY = "Keep a bladder diary for 3 days and write a continence plan."
_ACTIONS = {
    "none_or_slight": ("Ask again in 6 months, sooner when something changes.",),
    "mild": (_CAUSES, _DIARY, "Score again in 3 months."),
    "moderate": (_CAUSES, _DIARY, "Ask the continence nurse for an assessment.", "Score again in 3 months."),
    "severe": (
        _CAUSES,
        _DIARY,
        "Ask the continence nurse for an assessment. Protect the skin and score the pressure ulcer risk.",
        "Score again in 3 months.",
    ),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score the scale; with items missing, 13 or more already is ``severe`` with ``at_least``."""
    items = answers.whole_list("items", "RUIS", tuple(ITEMS), 0, tuple(ITEMS.values()))
    tally = Tally()
    for name, step in zip(ITEMS, items, strict=True):
        tally.add(name, _WORDS[name], step)
    tally.close(incomplete=bool(answers.missing))
    total = tally.total

    flags: tuple[str, ...] = ()
    if total >= 13:
        band, flags = "severe", (AT_LEAST,) if answers.missing else ()
    elif answers.missing:
        band = INCOMPLETE
    else:
        band = "moderate" if total >= 9 else ("mild" if total >= 4 else "none_or_slight")
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=tally.parts,
        flags=flags,
        actions=_ACTIONS.get(band, ()),
        on=on,
        days=SIX_MONTHLY if band == "none_or_slight" else QUARTERLY,
        workings=tally.workings,
    )


SCORED = Scored(TOOL, KEYS, score, {"items": len(ITEMS)})
