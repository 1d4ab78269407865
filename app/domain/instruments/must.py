"""MUST, the Malnutrition Universal Screening Tool (BAPEN 2003, tables reissued 2011).

BMI over 20 scores 0, from 18.5 to 20 inclusive 1, under 18.5 2. Unplanned loss over the last 3 to 6 months under 5 %
scores 0, from 5 % to 10 % inclusive 1, over 10 % 2. Acutely ill with no intake (or likely none) for more than 5 days
scores 2. Total 0 low, 1 medium, 2 or more high. The edges are compared by multiplication on the figures as typed: no
BMI and no percentage is ever rounded, or even divided, before it is judged.

Accepted: height 0.80 to 2.50 m, weights 20 to 250 kg (to 10 decimal places: what stones and pounds come to, exactly),
ulna 5 to 60 cm, MUAC 10 to 60 cm, age 18 to 120 (adults only).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments import ulna_height
from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import shown
from app.domain.instruments.muac import OVER_30, UNDER_20, muac_band
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, MONTHLY, Band, Instrument, Scored, Tally, conclude
from app.domain.nutrition import WEIGHT_PLACES

KEYS = frozenset({
    "height_m", "ulna_cm", "sex", "age_years", "weight_kg", "previous_weight_kg", "acutely_ill_no_intake_5d",
    "loss_planned", "muac_cm",
})  # fmt: skip

TOOL = Instrument(
    code="must",
    version="2011/1",
    title="Malnutrition Universal Screening Tool (MUST)",
    short="MUST",
    pathway="nutrition",
    mode="S",
    owner="BAPEN (Malnutrition Action Group)",
    licence="© BAPEN; staff may use it unaltered with acknowledgement, software needs BAPEN's permission.",
    attribution="Malnutrition Universal Screening Tool, © BAPEN. Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=MONTHLY,
    bands=(
        Band("low", "Low risk", Severity.ROUTINE),
        Band("medium", "Medium risk", Severity.ATTENTION),
        Band("high", "High risk", Severity.URGENT),
        Band("clinical_impression_required", "Clinical impression required", Severity.ATTENTION),
    ),
    serves=("nutrition",),
)

_BMI_EDGES = (Decimal("18.5"), Decimal(20), Decimal(30))
_LOSS_EDGES = (Decimal(5), Decimal(10))
_WEIGHTS = Decimal(20), Decimal(250)
_BIG_LOSS_KG = Decimal("15.4")

_COMMON = "Treat the cause, give help with choosing, eating and drinking, and record the risk and any special diet."
_ACTIONS = {
    "low": ("Routine care: repeat MUST in a month.",),
    "medium": (
        "Record what is eaten and drunk for 3 days.",
        "If intake is adequate there is little concern; if not, set goals and raise intake.",
        "Weigh every week. Repeat MUST in a month.",
    ),
    "high": (
        "Refer to the dietitian or follow local policy, unless no benefit is expected (as in the last days of life).",
        "Set goals, raise intake and review the care plan every month.",
        "Weigh every week. Repeat MUST in a month.",
    ),
    "clinical_impression_required": (
        "There is no height or weight: judge the risk by eye, with a nurse.",
        "Look for thinness, loose clothes, rings or dentures, falling appetite, trouble swallowing, illness.",
        "Record low, medium or high with the reason.",
    ),
}


def bmi_points(weight_kg: Decimal, height_m: Decimal) -> int:
    """Step 1: over 20 is 0, 18.5 to 20 is 1, under 18.5 is 2."""
    square = height_m * height_m
    if weight_kg > 20 * square:
        return 0
    return 1 if weight_kg >= _BMI_EDGES[0] * square else 2


def loss_points(weight_kg: Decimal, highest_kg: Decimal) -> int:
    """Step 2, unplanned: under 5 % of the highest weight is 0, 5 % to 10 % is 1, over 10 % is 2."""
    lost = (highest_kg - weight_kg) * 100
    if lost < 5 * highest_kg:
        return 0
    return 1 if lost <= 10 * highest_kg else 2


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score MUST; see the module for the steps.

    Without height and weight, a MUAC alone supports a judgement, never a score. When a step is missing but the others
    come to 2 already, the band is ``high`` with the flag ``at_least``.
    """
    tally = Tally()
    height, notes = _height(answers, tally)
    weight = answers.number("weight_kg", "Weight", *_WEIGHTS, unit=" kg", places=WEIGHT_PLACES)
    highest = answers.number(
        "previous_weight_kg", "Previous weight", *_WEIGHTS, unit=" kg", places=WEIGHT_PLACES, need=False
    )
    ill = answers.yes_no("acutely_ill_no_intake_5d", "Acutely ill with no intake for more than 5 days", need=False)
    planned = answers.yes_no("loss_planned", "Planned weight loss", need=False)
    muac = answers.number("muac_cm", "Upper arm circumference", Decimal(10), Decimal(60), unit=" cm", need=False)

    obese = False
    if height is not None and weight is not None:
        square = height * height
        obese = weight > 30 * square
        words = f"BMI {weight} kg / ({height} m)² = {shown(weight / square, 2, _BMI_EDGES)}"
        tally.add("bmi_score", words, bmi_points(weight, height))
    if planned:
        tally.add("weight_loss_score", "Weight loss was planned", 0)
    elif highest is None:
        answers.missing.append("previous_weight_kg")
    elif weight is not None:
        tally.add("weight_loss_score", _loss_in_words(weight, highest), loss_points(weight, highest))
    if ill is None:
        answers.missing.append("acutely_ill_no_intake_5d")
    else:
        words = "Acutely ill with no intake for more than 5 days" if ill else "No acute illness without intake"
        tally.add("acute_disease_score", words, 2 * int(ill))
    tally.close(incomplete=bool(answers.missing))

    only_muac = height is None and weight is None and muac is not None
    band = _band(tally.total, incomplete=bool(answers.missing), only_muac=only_muac)
    flags = (*(("obese",) if obese else ()), *((AT_LEAST,) if band == "high" and answers.missing else ()))
    if weight is not None and highest is not None and highest - weight > _BIG_LOSS_KG:
        notes.append("More than 15.4 kg lost: check both weights.")
    if muac is not None:
        notes.append(_muac_in_words(muac))
    if obese:
        notes.append("BMI is over 30: record obesity; acute problems come before weight reduction.")
    if band in {"low", "medium", "high"}:
        notes.append(_COMMON)
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=tally.total,
        parts=tally.parts,
        flags=flags,
        actions=(*_ACTIONS.get(band, ()), *notes),
        on=on,
        days=MONTHLY,
        workings=tally.workings,
    )


def _height(answers: Answers, tally: Tally) -> tuple[Decimal | None, list[str]]:
    """The height as measured or recorded, otherwise from the ulna; and what must be said about the latter."""
    height = answers.number("height_m", "Height", Decimal("0.8"), Decimal("2.5"), unit=" m", need=False)
    ulna, sex, age = ulna_height.read(answers, need=False)
    if height is not None:
        return height, []
    if ulna is None:
        answers.missing.append("height_m")
        return None, []
    if sex is None or age is None:
        answers.missing += [key for key, value in (("sex", sex), ("age_years", age)) if value is None]
        return None, []
    height = ulna_height.height_from_ulna(ulna, sex, age)
    if height is None:
        answers.missing.append("height_m")
        tally.workings.append(f"Ulna {ulna} cm is not in the table (18.5 to 32.0 cm)")
        return None, [ulna_height.REMEASURE]
    tally.workings.append(ulna_height.describe(ulna, sex, age, height))
    return height, [ulna_height.CAUTION]


def _band(total: int, *, incomplete: bool, only_muac: bool) -> str:
    if total >= 2:
        return "high"
    if incomplete:
        return "clinical_impression_required" if only_muac else INCOMPLETE
    return "medium" if total else "low"


def _loss_in_words(weight: Decimal, highest: Decimal) -> str:
    if weight >= highest:
        return f"No weight lost since {highest} kg"
    percent = (highest - weight) * 100 / highest
    return f"Loss ({highest} − {weight}) / {highest} × 100 = {shown(percent, 2, _LOSS_EDGES)} %"


def _muac_in_words(muac: Decimal) -> str:
    band = muac_band(muac)
    if band == UNDER_20:
        return f"MUAC {muac} cm: BMI is probably under 20. Not to be relied on with a swollen arm."
    if band == OVER_30:
        return f"MUAC {muac} cm: BMI is probably over 30. Not to be relied on with a swollen arm."
    return f"MUAC {muac} cm: nothing can be inferred about BMI."


SCORED = Scored(TOOL, KEYS, score)
