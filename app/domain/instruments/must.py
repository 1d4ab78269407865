"""MUST, the Malnutrition Universal Screening Tool (BAPEN 2003, tables reissued 2011).

BMI over 20 scores 0, from 18.5 to 20 inclusive 1, under 18.5 2. Unplanned loss over the last 3 to 6 months under 5 % scores
0, from 5 % to 10 % inclusive 1, over 10 % 2. Acutely ill with no intake (or likely none) for more than 5 days scores 2.
Total 0 low, 1 medium, 2 or more high. The edges are compared by multiplication on the figures as typed: no BMI and no
percentage is ever rounded, or even divided, before it is judged.

Accepted: height 0.80 to 2.50 m, weights 20 to 250 kg, ulna 5 to 60 cm, MUAC 10 to 60 cm, age 18 to 120 (adults only).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments import ulna_height
from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import shown
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, MONTHLY, Band, Instrument, conclude, points

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
    needs_permission=True,
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
        "Refer to the dietitian, or follow the local policy, unless no benefit is expected (for example in the last days of "
        "life).",
        "Set goals, raise intake and review the care plan every month.",
        "Weigh every week. Repeat MUST in a month.",
    ),
    "clinical_impression_required": (
        "There is no height or weight. Judge the risk by eye with a nurse: thinness, loose clothes, rings or dentures, "
        "falling appetite, trouble swallowing, illness. Record low, medium or high with the reason.",
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

    Without height and weight, a MUAC alone supports a judgement, never a score. When a step is missing but the others come
    to 2 already, the band is ``high`` with the flag ``at_least``.
    """
    height = answers.number("height_m", "Height", Decimal("0.8"), Decimal("2.5"), unit=" m", need=False)
    ulna, sex, age = ulna_height.read(answers, need=False)
    weight = answers.number("weight_kg", "Weight", Decimal(20), Decimal(250), unit=" kg", need=False)
    highest = answers.number("previous_weight_kg", "Previous weight", Decimal(20), Decimal(250), unit=" kg", need=False)
    ill = answers.yes_no("acutely_ill_no_intake_5d", "Acutely ill with no intake for more than 5 days", need=False)
    planned = answers.yes_no("loss_planned", "Planned weight loss", need=False) or False
    muac = answers.number("muac_cm", "Mid upper arm circumference", Decimal(10), Decimal(60), unit=" cm", need=False)

    missing: list[str] = []
    notes: list[str] = []
    workings: list[str] = []
    if height is None and ulna is not None and sex is not None and age is not None:
        height = ulna_height.height_from_ulna(ulna, sex, age)
        if height is None:
            workings.append(f"Ulna {ulna} cm is not in the table (18.5 to 32.0 cm)")
        else:
            workings.append(ulna_height.describe(ulna, sex, age, height))
            notes.append(ulna_height.CAUTION)
    if height is None:
        by_ulna = ulna is not None and (sex is None or age is None)
        wanted = (
            [key for key, value in (("sex", sex), ("age_years", age)) if value is None] if by_ulna else ["height_m"]
        )
        missing += wanted
    if weight is None:
        missing.append("weight_kg")

    parts: dict[str, int | Decimal | str] = {}
    known = 0
    obese = False
    if height is not None and weight is not None:
        bmi = weight / (height * height)
        obese = weight > 30 * height * height
        known += (step := bmi_points(weight, height))
        parts["bmi_score"] = step
        workings.append(f"BMI {weight} kg / ({height} m)² = {shown(bmi, 2, _BMI_EDGES)}: {points(step)}")
    if planned:
        parts["weight_loss_score"] = 0
        workings.append(f"Weight loss was planned: {points(0)}")
    elif highest is None:
        missing.append("previous_weight_kg")
    elif weight is not None:
        known += (step := loss_points(weight, highest))
        parts["weight_loss_score"] = step
        workings.append(_loss_in_words(weight, highest, step))
    if ill is None:
        missing.append("acutely_ill_no_intake_5d")
    else:
        known += (step := 2 if ill else 0)
        parts["acute_disease_score"] = step
        workings.append(
            f"{'Acutely' if ill else 'Not acutely'} ill with no intake for more than 5 days: {points(step)}"
        )
    if weight is not None and highest is not None and highest - weight > _BIG_LOSS_KG:
        notes.append("More than 15.4 kg lost: check both weights.")
    if muac is not None:
        notes.append(_muac_in_words(muac))
    flags = ("obese",) if obese else ()

    if not missing:
        band = "high" if known >= 2 else ("medium" if known else "low")
        workings.append(f"Total {known}: {band} risk")
    elif known >= 2:
        band, flags = "high", (*flags, AT_LEAST)
        workings.append(f"At least {known} whatever the missing answers are: high risk")
    elif height is None and weight is None and muac is not None:
        band = "clinical_impression_required"
    else:
        band = INCOMPLETE
    actions = _ACTIONS.get(band, ())
    if obese:
        notes.append("BMI is over 30: record obesity; take care of acute problems before weight reduction.")
    if band in {"low", "medium", "high"}:
        notes.append(_COMMON)
    return conclude(
        TOOL,
        band,
        missing=missing,
        score=known,
        parts=parts,
        flags=flags,
        actions=(*actions, *notes),
        on=on,
        days=MONTHLY,
        workings=workings,
    )


def _loss_in_words(weight: Decimal, highest: Decimal, step: int) -> str:
    if weight >= highest:
        return f"No weight lost since {highest} kg: {points(step)}"
    percent = (highest - weight) * 100 / highest
    return f"Loss ({highest} − {weight}) / {highest} × 100 = {shown(percent, 2, _LOSS_EDGES)} %: {points(step)}"


def _muac_in_words(muac: Decimal) -> str:
    if muac < Decimal("23.5"):
        return f"MUAC {muac} cm: BMI is probably under 20. Not to be relied on with a swollen arm."
    if muac > 32:
        return f"MUAC {muac} cm: BMI is probably over 30. Not to be relied on with a swollen arm."
    return f"MUAC {muac} cm: nothing can be inferred about BMI."
