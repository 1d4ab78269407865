"""How much a wound has shrunk: area now against area at first, in per cent.

Area is length times width in cm²; reduction is (A₀ − Aₜ) / A₀ × 100, so a negative figure is a larger wound. Under 20
% at 2 weeks the plan is reassessed, under 40 % at 4 weeks tissue viability is asked (app rules; per cent reduction
over 2 to 4 weeks foretells closure in the published series). The rules look at the exact figure, the score is rounded
to one decimal.

Accepted: first length and width 0.1 to 100 cm, later ones 0 to 100 cm, days since the first measurement 1 to 3,650.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import half_up, shown
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, WEEKLY, Instrument, Scored, conclude

KEYS = frozenset({"length0_cm", "width0_cm", "length1_cm", "width1_cm", "days"})
_EDGES = (Decimal(0), Decimal(20), Decimal(40), Decimal(100))

TOOL = Instrument(
    code="wound_area_reduction",
    version="1/1",
    title="Wound area reduction",
    short="Wound area",
    pathway="wound",
    mode="S",
    owner="Public method",
    licence="Public method; nobody's permission is needed.",
    attribution="Per cent area reduction, after van Rijswijk and Edsberg and others.",
    needs_permission=False,
    routine_days=WEEKLY,
    bands=(),
    serves=("wound",),
)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The reduction in per cent, to one decimal; flags ``larger``, ``reassess_2_weeks`` and ``refer_4_weeks``."""
    low, zero, high = Decimal("0.1"), Decimal(0), Decimal(100)
    length0 = answers.number("length0_cm", "First length", low, high, unit=" cm")
    width0 = answers.number("width0_cm", "First width", low, high, unit=" cm")
    length1 = answers.number("length1_cm", "Length now", zero, high, unit=" cm")
    width1 = answers.number("width1_cm", "Width now", zero, high, unit=" cm")
    days = answers.whole("days", "Days since the first measurement", 1, 3650, need=False)
    if length1 is not None and width1 is not None and (length1 == 0) != (width1 == 0):
        empty = "length1_cm" if length1 == 0 else "width1_cm"
        raise AnswerError(empty, "A wound has both a length and a width; enter 0 for both when it has closed")
    if length0 is None or width0 is None or length1 is None or width1 is None:
        return conclude(TOOL, INCOMPLETE, missing=answers.missing)

    before, now = length0 * width0, length1 * width1
    shrunk = before - now
    percent = shrunk * 100 / before
    flags = []
    actions = []
    severity = Severity.ROUTINE
    if now > before:
        flags.append("larger")
        actions.append("The wound is larger: tell the nurse, look for infection and reassess the plan.")
        severity = Severity.URGENT
    if days is not None and days >= 14 and shrunk * 100 < 20 * before:
        flags.append("reassess_2_weeks")
        actions.append("Less than 20 % smaller at 2 weeks: reassess the plan.")
        severity = max(severity, Severity.ATTENTION, key=list(Severity).index)
    if days is not None and days >= 28 and shrunk * 100 < 40 * before:
        flags.append("refer_4_weeks")
        actions.append("Less than 40 % smaller at 4 weeks: refer to the tissue viability nurse.")
        severity = Severity.URGENT
    return conclude(
        TOOL,
        None,
        score=half_up(percent, 1),
        parts={"area0_cm2": before, "area1_cm2": now},
        flags=tuple(flags),
        actions=tuple(actions) or ("Carry on with the plan. Measure again in a week." if now else "Closed.",),
        on=on,
        days=WEEKLY if now else None,
        workings=(
            f"Area first {length0} × {width0} = {before:f} cm², now {length1} × {width1} = {now:f} cm²",
            f"({before:f} − {now:f}) / {before:f} × 100 = {shown(percent, 1, _EDGES)} %",
        ),
        severity=severity,
    )


SCORED = Scored(TOOL, KEYS, score)
