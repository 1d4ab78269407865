"""Mid-upper-arm circumference (MUAC), for a resident who can be neither weighed nor measured (MUST, alternatives).

Left arm, midway between shoulder and elbow. Under 23.5 cm the BMI is probably under 20, over 32.0 cm probably over 30;
between the two, both ends included, nothing can be inferred. It supports a judgement, never a number, so there is no
score. Not valid on a swollen arm. A change of 10 % or more over time suggests that weight changed by as much.

Accepted: 10 to 60 cm, as MUST takes it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import half_up
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, MONTHLY, Band, Instrument, Scored, conclude

KEYS = frozenset({"muac_cm"})

UNDER_20 = "bmi_likely_under_20"
OVER_30 = "bmi_likely_over_30"
NO_INFERENCE = "no_inference"
_LOW, _HIGH = Decimal("23.5"), Decimal(32)

TOOL = Instrument(
    code="muac",
    version="2011/1",
    title="Mid-upper-arm circumference (MUAC)",
    short="MUAC",
    pathway="nutrition",
    mode="S",
    owner="BAPEN (Malnutrition Action Group)",
    licence="Cut-offs published with MUST, © BAPEN; software needs BAPEN's permission.",
    attribution="Arm measurement from the Malnutrition Universal Screening Tool, © BAPEN. Use clinical judgement.",
    needs_permission=False,
    routine_days=MONTHLY,
    bands=(
        Band(NO_INFERENCE, "Says nothing about BMI", Severity.ROUTINE),
        Band(OVER_30, "BMI probably over 30", Severity.ROUTINE),
        Band(UNDER_20, "BMI probably under 20", Severity.ATTENTION),
    ),
)

_COMPARE = "Measure the same arm again in a month: a change of 10 % or more means that weight has changed as much."
_SWOLLEN = "Not to be relied on when the arm is swollen."
_ACTIONS = {
    UNDER_20: (
        "Probably underweight: do MUST, or judge the risk with a nurse when there is no height or weight.",
        "Record for 3 days what is eaten and drunk.",
        _COMPARE,
        _SWOLLEN,
    ),
    OVER_30: (
        "Probably obese: record it. Do MUST as well; obesity does not rule out undernutrition.",
        _COMPARE,
        _SWOLLEN,
    ),
    NO_INFERENCE: ("The arm alone says nothing about weight: do MUST.", _COMPARE, _SWOLLEN),
}


def muac_band(muac_cm: Decimal) -> str:
    """What the arm suggests about the BMI, as a band code."""
    if muac_cm < _LOW:
        return UNDER_20
    return OVER_30 if muac_cm > _HIGH else NO_INFERENCE


def muac_change(before_cm: Decimal, now_cm: Decimal) -> Decimal:
    """The change in per cent of the earlier measurement, to one decimal for the eye; negative when the arm is
    thinner."""
    return half_up((now_cm - before_cm) * 100 / before_cm, 1)


def weight_change_likely(before_cm: Decimal, now_cm: Decimal) -> bool:
    """Whether the arm changed by 10 % or more, up or down, judged exactly: weight then probably changed as much."""
    return abs(now_cm - before_cm) * 10 >= before_cm


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The band; there is no score."""
    muac = answers.number("muac_cm", "Upper arm circumference", Decimal(10), Decimal(60), unit=" cm")
    if muac is None:
        return conclude(TOOL, INCOMPLETE, missing=answers.missing)
    band = muac_band(muac)
    words = {
        UNDER_20: f"{muac} cm is under 23.5 cm",
        OVER_30: f"{muac} cm is over 32.0 cm",
        NO_INFERENCE: f"{muac} cm is between 23.5 and 32.0 cm",
    }[band]
    return conclude(TOOL, band, actions=_ACTIONS[band], on=on, days=MONTHLY, workings=(words,))


SCORED = Scored(TOOL, KEYS, score)
