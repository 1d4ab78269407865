"""PAINAD, pain assessment in advanced dementia (Warden, Hurley and Volicer 2003): another way than Abbey.

Five items of 0 to 2, watched for 3 to 5 minutes: breathing, sounds, face, body, whether comfort helps. 0 none, 1 to 3
mild, 4 to 6 moderate, 7 to 10 severe (the tool's own bands, not validated). 2 and over is probable pain (flag
``probable_pain``), at 1 one watches.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, Band, Instrument, Scored, Tally, conclude

KEYS = frozenset({"items"})
ITEMS = ("breathing", "vocalisation", "face", "body", "consolability")

TOOL = Instrument(
    code="painad",
    version="2003/1",
    title="Pain Assessment in Advanced Dementia (PAINAD)",
    short="PAINAD",
    pathway="dementia",
    mode="S",
    owner="Warden, Hurley and Volicer",
    licence="Copied freely with its citation; agree the use in software with the authors. Worded here by ourselves.",
    attribution="PAINAD: Warden V., Hurley A. C., Volicer L., J Am Med Dir Assoc 2003. "
    "Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=None,
    bands=(
        Band("none", "No pain", Severity.NONE),
        Band("mild", "Mild pain", Severity.ROUTINE),
        Band("moderate", "Moderate pain", Severity.ATTENTION),
        Band("severe", "Severe pain", Severity.URGENT),
    ),
    serves=("dementia",),
    optional=True,
)

_AGAIN = "Score again 1 hour after anything given or done."
_WATCH = ("Be alert: watch again at the next care, while the resident is moved.",)
_PROBABLE = "Pain is probable. Look for its cause and comfort the resident."
_ACTIONS = {
    "none": ("No pain seen. Score again if behaviour changes.",),
    "mild": (_PROBABLE, "Give simple pain relief as prescribed.", _AGAIN),
    "moderate": (_PROBABLE, "Give pain relief as prescribed. Tell the nurse or the GP.", _AGAIN),
    "severe": ("Ask for an urgent clinical review. Give pain relief as prescribed.", _AGAIN),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score the scale; 2 or more is ``probable_pain`` and 7 or more ``severe`` even with items missing
    (``at_least``)."""
    tally = Tally()
    for name, step in zip(ITEMS, answers.whole_list("items", "PAINAD", ITEMS, 0, 2), strict=True):
        tally.add(name, name.capitalize(), step)
    tally.close(incomplete=bool(answers.missing))
    total = tally.total

    if total >= 7:
        band = "severe"
    elif answers.missing:
        band = INCOMPLETE
    else:
        band = "moderate" if total >= 4 else ("mild" if total else "none")
    actions = _ACTIONS.get(band, (_PROBABLE,) if total >= 2 else ())
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=tally.parts,
        flags=(
            *(("probable_pain",) if total >= 2 else ()),
            *((AT_LEAST,) if band == "severe" and answers.missing else ()),
        ),
        actions=_WATCH if band == "mild" and total == 1 else actions,
        on=on,
        days=None if band == "none" else 0,
        workings=tally.workings,
    )


SCORED = Scored(TOOL, KEYS, score, {"items": len(ITEMS)})
