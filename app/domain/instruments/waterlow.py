"""Waterlow pressure-ulcer risk (2005 card).

Under 10 not at risk, 10 to 14 at risk, 15 to 19 high, 20 and over very high. Where sources disagree: broken skin
scores 3; age 80 scores 4 and 81 scores 5; a weight loss of exactly 5, 10 or 15 kg, and a BMI of exactly 30, take the
higher points; bedbound (4) and chairbound (5) are two options. Neurological points are capped at 6, medication points
at 4.

Accepted: age 14 to 120 (the card is not for younger people), raw neurological and medication sums 0 to 30. The score
alone must not drive care (NICE): use clinical judgement with it.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import (
    AT_LEAST,
    INCOMPLETE,
    MONTHLY,
    WEEKLY,
    Band,
    Instrument,
    Scored,
    Tally,
    conclude,
    points,
)

KEYS = frozenset({
    "build", "skin", "sex", "age_years", "mst_weight_lost", "mst_amount_kg", "mst_poor_appetite", "continence",
    "mobility", "tissue_malnutrition", "neurological_points", "medication_points", "surgery",
})  # fmt: skip

TOOL = Instrument(
    code="waterlow",
    version="2005/1",
    title="Waterlow pressure ulcer risk assessment",
    short="Waterlow",
    pathway="wound",
    mode="S",
    owner="Judy Waterlow",
    licence="© J. Waterlow 1985, revised 2005; the owner's written permission is needed.",
    attribution="Waterlow score, © J. Waterlow 1985, revised 2005. Calculator aid: use clinical judgement.",
    needs_permission=True,
    routine_days=MONTHLY,
    bands=(
        Band("not_at_risk", "Not at risk", Severity.ROUTINE),
        Band("at_risk", "At risk", Severity.ATTENTION),
        Band("high_risk", "High risk", Severity.URGENT),
        Band("very_high_risk", "Very high risk", Severity.URGENT),
    ),
    serves=("wound",),
)

_BUILD = {"average": 0, "above_average": 1, "obese": 2, "below_average": 3}
_SKIN = {
    "healthy": 0, "tissue_paper": 1, "dry": 1, "oedematous": 1, "clammy_pyrexia": 1, "discoloured_cat1": 2,
    "broken_cat2_4": 3,
}  # fmt: skip
_SEX = {"M": 1, "F": 2}
_LOST = {"no": 0, "unsure": 2, "yes": 0}
_AMOUNT = {"0.5-5": 1, "5-10": 2, "10-15": 3, ">15": 4, "unsure": 2}
_CONTINENCE = {"complete_or_catheterised": 0, "urine": 1, "faeces": 2, "both": 3}
_MOBILITY = {"fully": 0, "restless": 1, "apathetic": 2, "restricted": 3, "bedbound": 4, "chairbound": 5}
_TISSUE = {
    "none": 0, "terminal_cachexia": 8, "multiple_organ_failure": 8, "single_organ_failure": 5, "pvd": 5,
    "anaemia_hb_lt_8": 2, "smoking": 1,
}  # fmt: skip
_SURGERY = {"none": 0, "orthopaedic_spinal": 5, "on_table_gt_2h": 5, "on_table_gt_6h": 8}

_NUTRITION = "The malnutrition part is 2 or more: screen with MUST and refer for nutrition advice."
_ACTIONS = {
    "not_at_risk": ("Record the score. Repeat in a month, or sooner if anything changes.",),
    "at_risk": (
        "Look at the skin every day.",
        "Write a repositioning plan: at least every 6 hours.",
        "Use a high-specification foam mattress.",
    ),
    "high_risk": (
        "Look at the skin at every change of position; reposition at least every 4 hours.",
        "Use a pressure-redistributing mattress and cushion.",
        "See to nutrition and continence. Repeat the score in a week.",
    ),
    "very_high_risk": (
        "Ask the tissue viability nurse for advice.",
        "Look at the skin at every change of position; reposition at least every 4 hours.",
        "Use a pressure-redistributing mattress and cushion.",
        "See to nutrition and continence. Repeat the score in a week.",
    ),
}


def _age_points(age: int) -> int:
    for highest, step in ((49, 1), (64, 2), (74, 3), (80, 4)):
        if age <= highest:
            return step
    return 5


def _malnutrition(answers: Answers) -> tuple[int | None, int]:
    """The card's MST part, how much weight was lost and appetite: its points (None while either is unanswered), and
    the least that they can come to."""
    lost = answers.choice("mst_weight_lost", "Weight loss", _LOST)
    amount = answers.choice("mst_amount_kg", "Weight lost in kg", _AMOUNT, need=lost == "yes")
    appetite = answers.yes_no("mst_poor_appetite", "Eating poorly")
    if amount is not None and (lost == "no" or (lost == "unsure" and amount != "unsure")):
        raise AnswerError("mst_amount_kg", "Weight lost in kg is only for a resident who has lost weight")
    if lost == "yes":
        weight = min(_AMOUNT.values()) if amount is None else _AMOUNT[amount]
    else:
        weight = 0 if lost is None else _LOST[lost]
    step = weight + (appetite is True)
    unanswered = lost is None or appetite is None or (lost == "yes" and amount is None)
    return (None if unanswered else step), step


def _ticked(answers: Answers, key: str, label: str, table: dict[str, int], nothing: str) -> int | None:
    """The sum of the ticked options; the option that says "nothing" cannot stand beside another."""
    ticked = answers.choices(key, label, table)
    if ticked is None:
        return None
    if nothing in ticked and len(ticked) > 1:
        raise AnswerError(key, f"{label} cannot be {nothing} together with something else")
    return sum(table[code] for code in ticked)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score the card; see the module. With parts missing, 20 or more already is ``very_high_risk`` with
    ``at_least``; sex and age score at least 1 each, whatever they are."""

    def picked(key: str, label: str, table: dict[str, int]) -> int | None:
        code = answers.choice(key, label, table)
        return None if code is None else table[code]

    build = picked("build", "Build", _BUILD)
    skin = _ticked(answers, "skin", "Skin", _SKIN, "healthy")
    if skin == 0 and not answers.raw("skin"):  # "healthy" is a tick of its own, so no tick at all is no answer
        answers.missing.append("skin")
        skin = None
    sex = picked("sex", "Sex", _SEX)
    age = answers.whole("age_years", "Age", 14, 120, unit=" years")
    malnutrition, least_malnutrition = _malnutrition(answers)
    continence = picked("continence", "Continence", _CONTINENCE)
    mobility = picked("mobility", "Mobility", _MOBILITY)
    tissue = _ticked(answers, "tissue_malnutrition", "Tissue malnutrition", _TISSUE, "none")
    neurological = answers.whole("neurological_points", "Neurological points", 0, 30)
    medication = answers.whole("medication_points", "Medication points", 0, 30)
    surgery = picked("surgery", "Surgery or trauma", _SURGERY)

    tally = Tally()
    tally.add("build", "Build for height", build)
    tally.add("skin", "Skin", skin)
    tally.add("sex", "Sex", sex)
    tally.add("age", f"Age {age}", None if age is None else _age_points(age))
    tally.add("malnutrition", "Weight loss and appetite", malnutrition)
    tally.add("continence", "Continence", continence)
    tally.add("mobility", "Mobility", mobility)
    tally.add("tissue_malnutrition", "Tissue malnutrition", tissue)
    tally.add("neurological", *_capped("Neurological", neurological, 6))
    tally.add("surgery", "Surgery or trauma", surgery)
    tally.add("medication", *_capped("Medication", medication, 4))
    unanswered = (sex is None) + (age is None) + (least_malnutrition if malnutrition is None else 0)
    if unanswered:
        tally.total += unanswered
        tally.workings.append(f"What is still unanswered: at least {points(unanswered)}")
    tally.close(incomplete=bool(answers.missing))
    total = tally.total

    flags: tuple[str, ...] = ()
    if answers.missing:
        band, flags = ("very_high_risk", (AT_LEAST,)) if total >= 20 else (INCOMPLETE, ())
    else:
        band = next(
            name for edge, name in ((20, "very_high_risk"), (15, "high_risk"), (10, "at_risk"), (0, "not_at_risk"))
            if total >= edge
        )  # fmt: skip
    actions = _ACTIONS.get(band, ())
    if malnutrition is not None and malnutrition >= 2:
        actions = (*actions, _NUTRITION)
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=tally.parts,
        flags=flags,
        actions=actions,
        on=on,
        days=WEEKLY if band in {"high_risk", "very_high_risk"} else MONTHLY,
        workings=tally.workings,
    )


def _capped(label: str, raw: int | None, cap: int) -> tuple[str, int | None]:
    if raw is None or raw <= cap:
        return label, raw
    return f"{label} {raw}, at most {cap} count", cap


SCORED = Scored(TOOL, KEYS, score)
