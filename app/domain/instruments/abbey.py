"""Abbey Pain Scale (Abbey and others, 1998 to 2002), for people who cannot say that they hurt.

Six items of 0 (absent) to 3 (severe), observed while the resident is being moved: 0 to 2 no pain, 3 to 7 mild, 8 to 13
moderate, 14 to 18 severe. The last item (physical changes) raises the score without distress, so the parts are shown.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, Band, Instrument, Scored, Tally, conclude

KEYS = frozenset({"items"})
ITEMS = ("vocalisation", "facial_expression", "body_language", "behaviour", "physiological", "physical")

TOOL = Instrument(
    code="abbey",
    version="2002/1",
    title="Abbey Pain Scale",
    short="Abbey",
    pathway="dementia",
    mode="S",
    owner="Jennifer Abbey and others",
    licence="Reproduction is allowed with the acknowledgement kept; agree the use in software with the authors.",
    attribution="Abbey Pain Scale: Abbey J., De Bellis A., Piller N., Esterman A., Giles L., Parker D., Lowcay B. "
    "(1998 to 2002); funded by the JH & JD Gunn Medical Research Foundation.",
    needs_permission=False,
    routine_days=None,
    bands=(
        Band("no_pain", "No pain", Severity.NONE),
        Band("mild", "Mild pain", Severity.ROUTINE),
        Band("moderate", "Moderate pain", Severity.ATTENTION),
        Band("severe", "Severe pain", Severity.URGENT),
    ),
    serves=("dementia",),
)

_AGAIN = "Score again 1 hour after anything given or done."
_ACTIONS = {
    "no_pain": ("No pain seen. Score again if behaviour changes.",),
    "mild": ("Comfort the resident, look for the cause, give simple pain relief as prescribed.", _AGAIN),
    "moderate": ("Give pain relief as prescribed. Tell the nurse or the GP.", _AGAIN),
    "severe": ("Ask for an urgent clinical review. Give pain relief as prescribed.", _AGAIN),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score the scale; with items missing, 14 or more already is ``severe`` with ``at_least``."""
    items = answers.whole_list("items", "Abbey Pain Scale", ITEMS, 0, 3)
    tally = Tally()
    for name, step in zip(ITEMS, items, strict=True):
        tally.add(name, name.replace("_", " ").capitalize(), step)
    tally.close(incomplete=bool(answers.missing))
    total = tally.total

    flags: tuple[str, ...] = ()
    if total >= 14:
        band, flags = "severe", (AT_LEAST,) if answers.missing else ()
    elif answers.missing:
        band = INCOMPLETE
    else:
        band = "moderate" if total >= 8 else ("mild" if total >= 3 else "no_pain")
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=tally.parts,
        flags=flags,
        actions=_ACTIONS.get(band, ()),
        on=on,
        days=None if band == "no_pain" else 0,
        workings=tally.workings,
    )


SCORED = Scored(TOOL, KEYS, score, {"items": len(ITEMS)})
