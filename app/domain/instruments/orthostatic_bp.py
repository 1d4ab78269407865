"""Lying and standing blood pressure (Royal College of Physicians, 2017).

Lie for 5 minutes, stand, measure in the first minute and at 3 minutes. Positive when the upper (systolic) figure falls
by 20 or more, or is under 90 on standing, or the lower (diastolic) figure falls by 10 or more WITH symptoms. The
general definition (20 or 10, with or without symptoms) differs: it is kept in ``general_definition`` beside the RCP's
result, which is the band.

The falls in ``parts`` are the largest of the two measurements, in mmHg; a rise is negative. With readings missing, what
is measured may already be positive: then so it is, with ``at_least``. A resident who cannot stand is "unable to
assess"; there is no score.

Accepted: systolic 40 to 300 mmHg, diastolic 20 to 200 mmHg and under its systolic.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, MONTHLY, SIX_MONTHLY, Band, Instrument, Scored, conclude

_READINGS = {"lying": "Lying", "standing_1min": "Standing 1 minute", "standing_3min": "Standing 3 minutes"}
KEYS = frozenset(f"{reading}_{kind}" for reading in _READINGS for kind in ("sbp", "dbp")) | {"symptoms"}

_SYSTOLIC_FALL, _DIASTOLIC_FALL, _LOW_SYSTOLIC = 20, 10, 90

TOOL = Instrument(
    code="orthostatic_bp",
    version="2017/1",
    title="Lying and standing blood pressure",
    short="Lying/standing BP",
    pathway="falls",
    mode="S",
    owner="Royal College of Physicians",
    licence="Free resource of the Royal College of Physicians; acknowledged and paraphrased.",
    attribution="After the Royal College of Physicians' guide to measuring lying and standing blood pressure (2017).",
    needs_permission=False,
    routine_days=SIX_MONTHLY,
    bands=(
        Band("negative", "No postural drop", Severity.ROUTINE),
        Band("positive", "Postural drop", Severity.ATTENTION),
    ),
    serves=("falls",),
)

_ACTIONS = {
    "negative": (
        "No postural drop by the RCP rule. Measure again in 6 months, and after a fall or a medicine change.",
    ),
    "positive": (
        "Sit the resident down if dizzy. Tell the nurse.",
        "Ask the GP or pharmacist to review the medicines.",
        "Offer drinks through the day, unless fluids are restricted.",
        "Write it into the falls plan: sit on the edge of the bed first, stand up slowly, somebody near.",
        "Measure again after any change of medicine, and in a month.",
    ),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Positive or negative by the RCP rule. AnswerError for a reading whose lower figure is not the lower."""
    upper: list[int | None] = []
    lower: list[int | None] = []
    for reading, label in _READINGS.items():
        systolic = answers.whole(f"{reading}_sbp", f"{label} systolic", 40, 300, unit=" mmHg")
        diastolic = answers.whole(f"{reading}_dbp", f"{label} diastolic", 20, 200, unit=" mmHg")
        if systolic is not None and diastolic is not None and diastolic >= systolic:
            raise AnswerError(f"{reading}_dbp", f"{label} diastolic must be lower than {label.lower()} systolic")
        upper.append(systolic)
        lower.append(diastolic)
    symptoms = answers.yes_no("symptoms", "Symptoms on standing")

    falls, low_falls = _falls(upper), _falls(lower)
    lowest = min((value for value in upper[1:] if value is not None), default=None)
    why = []
    if any(fall >= _SYSTOLIC_FALL for fall in falls):
        why.append(f"Systolic falls by {max(falls)} (20 or more)")
    if lowest is not None and lowest < _LOW_SYSTOLIC:
        why.append(f"Standing systolic {lowest} (under 90)")
    diastolic_drop = any(fall >= _DIASTOLIC_FALL for fall in low_falls)
    if diastolic_drop and symptoms:
        why.append(f"Diastolic falls by {max(low_falls)} (10 or more), with symptoms")
    general = diastolic_drop or any(fall >= _SYSTOLIC_FALL for fall in falls)

    parts: dict[str, int | Decimal | str] = {}
    if len(falls) == 2:
        parts["systolic_fall"] = max(falls)
    if len(low_falls) == 2:
        parts["diastolic_fall"] = max(low_falls)
    if general or len(falls) == len(low_falls) == 2:
        parts["general_definition"] = "positive" if general else "negative"
    band = "positive" if why else (INCOMPLETE if answers.missing else "negative")
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        parts=parts,
        flags=(AT_LEAST,) if why and answers.missing else (),
        actions=_ACTIONS.get(band, ()),
        on=on,
        days=MONTHLY if band == "positive" else SIX_MONTHLY,
        workings=(*why, *_in_words(falls, low_falls, general=general, positive=bool(why))),
    )


def _falls(readings: list[int | None]) -> list[int]:
    """How far each standing figure is below the lying one, where both are known."""
    lying, *standing = readings
    return [lying - value for value in standing if lying is not None and value is not None]


def _in_words(falls: list[int], low_falls: list[int], *, general: bool, positive: bool) -> list[str]:
    words = []
    if falls and low_falls:
        words.append(f"Largest fall: systolic {max(falls)} mmHg, diastolic {max(low_falls)} mmHg")
    if general and not positive:
        words.append("A drop by the general definition (20 or 10, symptoms or not), not by the RCP rule")
    return words


SCORED = Scored(TOOL, KEYS, score)
