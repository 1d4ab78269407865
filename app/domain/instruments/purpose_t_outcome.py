"""PURPOSE-T (version 2, University of Leeds): the decision reached on the owner's form is recorded, not worked out.

Red (an ulcer of category 1 or above, or the scar of an earlier one): secondary prevention and treatment. Amber (no
ulcer and no scar, judged at risk): primary prevention. Green: not currently at risk. There is no number. A screening
that raised a concern without the full assessment leaves ``assessed_at_risk`` unanswered, and the record incomplete.

An ulcer or a scar is red whatever the other answers are, so with one of them missing the band is red with
``at_least``. Somebody with an ulcer who is "not at risk" is red all the same and not refused: the form asks about
risk first.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, MONTHLY, WEEKLY, Band, Instrument, Scored, conclude

KEYS = frozenset({"pressure_ulcer_cat1_or_above", "scar_from_previous_ulcer", "assessed_at_risk"})

RED = "red_secondary_prevention"
AMBER = "amber_primary_prevention"
GREEN = "green_not_currently_at_risk"

TOOL = Instrument(
    code="purpose_t_outcome",
    version="2/1",
    title="PURPOSE-T outcome",
    short="PURPOSE-T",
    pathway="wound",
    mode="R",
    owner="University of Leeds",
    licence="© University of Leeds; each organisation registers with the University before it uses the form.",
    attribution="Outcome of PURPOSE-T version 2, © University of Leeds, recorded from the completed form.",
    needs_permission=True,
    routine_days=MONTHLY,
    bands=(
        Band(GREEN, "Green: not currently at risk", Severity.ROUTINE),
        Band(AMBER, "Amber: primary prevention", Severity.ATTENTION),
        Band(RED, "Red: secondary prevention and treatment", Severity.URGENT),
    ),
    serves=("wound",),
)

_ACTIONS = {
    GREEN: ("No special plan. Repeat in a month, or sooner if anything changes.",),
    AMBER: (
        "Look at the skin every day.",
        "Write a prevention plan: repositioning, mattress and cushion, continence, food and drink.",
        "Repeat in a month, or sooner if anything changes.",
    ),
    RED: (
        "Tell the nurse today. Score the category of any ulcer and start a wound chart.",
        "Look at the skin at every change of position, old scars too; keep the pressure off them.",
        "Use a pressure-redistributing mattress and cushion. See to continence, food and drink.",
        "Repeat in a week.",
    ),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The outcome as a band; there is no score. See the module for answers that are missing."""
    ulcer = answers.yes_no("pressure_ulcer_cat1_or_above", "Pressure ulcer of category 1 or above")
    scar = answers.yes_no("scar_from_previous_ulcer", "Scar from an earlier pressure ulcer")
    at_risk = answers.yes_no("assessed_at_risk", "Assessed as at risk")
    flags: tuple[str, ...] = ()
    if ulcer or scar:
        band, flags = RED, (AT_LEAST,) if answers.missing else ()
        why = "Pressure ulcer of category 1 or above: red" if ulcer else "Scar from an earlier ulcer: red"
    elif answers.missing:
        band, why = INCOMPLETE, ""
    elif at_risk:
        band, why = AMBER, "No ulcer and no scar, at risk: amber"
    else:
        band, why = GREEN, "No ulcer and no scar, not at risk: green"
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        flags=flags,
        actions=_ACTIONS.get(band, ()),
        on=on,
        days=WEEKLY if band == RED else MONTHLY,
        workings=(why,) if why else (),
    )


SCORED = Scored(TOOL, KEYS, score)
