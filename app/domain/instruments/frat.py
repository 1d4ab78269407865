"""Falls Risk Assessment Tool (FRAT), five items (Nandy and others, 2004): optional and historic.

One point each: a fall in the last year, four or more medicines a day, a stroke or Parkinson's disease, a balance
problem, cannot rise from a chair without the arms. 3 and over is the higher risk. Some programs add a middle band for 2
and a sixth item; the published tool has neither.

NICE NG249 (2025) says not to use tools that predict falls. Nothing may depend on this score: it is kept for homes that
compare with older records, and whatever it comes to, the multifactorial assessment is what counts. So it is never due,
evidences nothing, and speaks no louder than "attention".
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, Band, Instrument, Scored, Tally, conclude

ITEMS = {
    "fall_last_year": "Fall in the last year",
    "four_or_more_meds": "Four or more medicines a day",
    "stroke_or_parkinsons": "Stroke or Parkinson's disease",
    "balance_problem": "Balance problem",
    "cannot_rise_without_arms": "Cannot rise from a chair without the arms",
}
KEYS = frozenset(ITEMS)
_HIGHER_FROM = 3

TOOL = Instrument(
    code="frat",
    version="2004/1",
    title="Falls Risk Assessment Tool (FRAT), historic",
    short="FRAT",
    pathway="falls",
    mode="S",
    owner="Nandy and others",
    licence="Published in a journal and widely reproduced; cited and paraphrased.",
    attribution="Falls Risk Assessment Tool: Nandy S. and others, Journal of Public Health 2004;26:138. NICE NG249 "
    "(2025) advises against tools that predict falls: the multifactorial assessment is what counts.",
    needs_permission=False,
    routine_days=None,
    bands=(
        Band("lower_risk", "Lower risk", Severity.ROUTINE),
        Band("higher_risk", "Higher risk", Severity.ATTENTION),
    ),
    optional=True,
)

_MULTIFACTORIAL = (
    "Do the multifactorial falls assessment whatever this score says: NICE (NG249) advises against predicting falls."
)
_ACTIONS = {
    "lower_risk": (_MULTIFACTORIAL, "A low score does not mean that the resident is safe from falls."),
    "higher_risk": (_MULTIFACTORIAL, "Act on each thing found: medicines, balance, strength, getting up."),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The count of the items present; 3 already is ``higher_risk`` with ``at_least`` while items are missing."""
    tally = Tally()
    for key, label in ITEMS.items():
        present = answers.yes_no(key, label)
        tally.add(key, label if present else f"{label}: no", None if present is None else int(present))
    tally.close(incomplete=bool(answers.missing))
    flags: tuple[str, ...] = ()
    if tally.total >= _HIGHER_FROM:
        band, flags = "higher_risk", (AT_LEAST,) if answers.missing else ()
    else:
        band = INCOMPLETE if answers.missing else "lower_risk"
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=tally.total,
        parts=tally.parts,
        flags=flags,
        actions=_ACTIONS.get(band, ()),
        on=on,
        workings=tally.workings,
    )


SCORED = Scored(TOOL, KEYS, score)
