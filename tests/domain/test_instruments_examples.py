"""The worked examples of the published tables, typed from them: exact scores, parts and bands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from typing import Any

import pytest

from app.domain.instruments.falls_multifactorial import DOMAINS, due_again
from app.domain.instruments.outcome import Severity
from app.domain.instruments.registry import score
from app.domain.instruments.ulna_height import TABLE

# ------------------------------------------------------------------------------------------------------------- MUST


@pytest.mark.parametrize(
    ("height", "weight", "before", "ill", "parts", "total", "band", "flags"),
    [
        ("1.68", "71.0", "72.0", False, (0, 0, 0), 0, "low", ()),
        ("1.80", "64.8", "65.0", False, (1, 0, 0), 1, "medium", ()),
        ("1.57", "45.5", "46.0", False, (2, 0, 0), 2, "high", ()),
        ("1.70", "66.5", "70.0", False, (0, 1, 0), 1, "medium", ()),
        ("1.52", "41.0", "47.0", False, (2, 2, 0), 4, "high", ()),
        ("1.75", "95.0", "96.0", False, (0, 0, 0), 0, "low", ("obese",)),
        ("1.66", "58.0", "58.0", True, (0, 0, 2), 2, "high", ()),
    ],
)
def test_must(
    height: str,
    weight: str,
    before: str,
    ill: bool,
    parts: tuple[int, ...],
    total: int,
    band: str,
    flags: tuple[str, ...],
) -> None:
    result = score("must", _must(height, weight, before, ill=ill))
    assert tuple(result.parts.values()) == parts
    assert tuple(result.parts) == ("bmi_score", "weight_loss_score", "acute_disease_score")
    assert (result.score, result.band, result.flags, result.complete) == (total, band, flags, True)


def _must(height: str, weight: str, before: str, *, ill: bool) -> dict[str, object]:
    return {
        "height_m": D(height),
        "weight_kg": D(weight),
        "previous_weight_kg": D(before),
        "acutely_ill_no_intake_5d": ill,
    }


def test_must_with_height_from_the_ulna() -> None:
    answers = {"ulna_cm": D("23.0"), "sex": "F", "age_years": 86, "weight_kg": D("44.0"),
               "previous_weight_kg": D("47.5"), "acutely_ill_no_intake_5d": False}  # fmt: skip
    result = score("must", answers)
    assert tuple(result.parts.values()) == (2, 1, 0)
    assert (result.score, result.band) == (3, "high")
    assert "height about 1.55 m" in result.workings[0]
    assert "18.31" in result.workings[1]


def test_must_with_a_muac_alone_is_a_judgement_not_a_score() -> None:
    result = score("must", {"muac_cm": D("22.8"), "acutely_ill_no_intake_5d": False})
    assert (result.score, result.band, result.complete) == (None, "clinical_impression_required", False)
    assert any("probably under 20" in action for action in result.actions)


def test_must_shows_the_arithmetic() -> None:
    result = score("must", _must("1.80", "64.8", "65.0", ill=False))
    assert result.workings[0] == "BMI 64.8 kg / (1.80 m)² = 20.00: 1 point"
    assert result.workings[1] == "Loss (65.0 − 64.8) / 65.0 × 100 = 0.31 %: 0 points"


# ------------------------------------------------------------------------------------------------------------- ulna


def test_the_ulna_table_is_whole_and_differs_from_its_regressions_in_eight_cells_by_a_centimetre() -> None:
    """The regressions reproduce 104 of the 112 cells; the other eight are 1 cm lower, seven of them women 65 and
    over."""
    lines = {("M", False): ("79.2", "3.60"), ("M", True): ("86.3", "3.15"), ("F", False): ("95.6", "2.77"),
             ("F", True): ("80.4", "3.25")}  # fmt: skip
    lower = []
    for ulna, row in TABLE.items():
        for group, height in row.items():
            base, slope = (D(figure) for figure in lines[group])
            modelled = (base + slope * ulna).quantize(D(1), "ROUND_HALF_UP") / 100
            if height != modelled:
                assert modelled - height == D("0.01"), (ulna, group)
                lower.append(group)
    assert sum(len(row) for row in TABLE.values()) == 112
    assert [TABLE[D(n) / 2] for n in range(37, 65)] == list(TABLE.values())
    assert sorted(lower) == [("F", False), *[("F", True)] * 7]


@pytest.mark.parametrize(
    ("ulna", "sex", "age", "height"),
    [
        ("23.0", "F", 86, "1.55"),
        ("32.0", "M", 64, "1.94"),
        ("32.0", "M", 65, "1.87"),
        ("18.5", "F", 64, "1.47"),
        ("18.5", "F", 65, "1.40"),
        ("25.0", "M", 80, "1.65"),
        ("25.0", "F", 40, "1.65"),
        ("25.0", "F", 70, "1.61"),
        ("23.2", "F", 86, "1.55"),
        ("23.25", "F", 86, "1.56"),
        ("22.75", "F", 86, "1.55"),
        ("18.25", "M", 30, "1.46"),
        ("32.2", "M", 30, "1.94"),
    ],
)
def test_ulna_height(ulna: str, sex: str, age: int, height: str) -> None:
    result = score("ulna_height", {"ulna_cm": D(ulna), "sex": sex, "age_years": age})
    assert (result.score, result.band, result.complete) == (D(height), None, True)


@pytest.mark.parametrize("ulna", ["18.2", "18.0", "32.25", "32.5", "40"])
def test_an_ulna_outside_the_table_gives_no_height(ulna: str) -> None:
    result = score("ulna_height", {"ulna_cm": D(ulna), "sex": "F", "age_years": 80})
    assert (result.score, result.band) == (None, "out_of_table")


# ------------------------------------------------------------------------------------------------------------ NEWS2


@pytest.mark.parametrize(
    ("resp", "spo2", "scale", "oxygen", "systolic", "pulse", "awake", "temp", "parts", "total", "band"),
    [
        (20, 98, 1, False, 111, 78, "A", "37.0", (0, 0, 0, 0, 0, 0, 0), 0, "low"),
        (20, 91, 1, False, 111, 78, "A", "37.0", (0, 3, 0, 0, 0, 0, 0), 3, "low_medium"),
        (20, 98, 2, True, 111, 78, "A", "37.0", (0, 3, 2, 0, 0, 0, 0), 5, "medium"),
        (20, 98, 2, True, 111, 78, "C", "40.0", (0, 3, 2, 0, 0, 3, 2), 10, "high"),
        (20, 98, 2, True, 111, 150, "C", "40.0", (0, 3, 2, 0, 3, 3, 2), 13, "high"),
        (20, 98, 2, True, 80, 150, "C", "40.0", (0, 3, 2, 3, 3, 3, 2), 16, "high"),
        (23, 93, 1, False, 104, 112, "C", "38.4", (2, 2, 0, 1, 2, 3, 1), 11, "high"),
        (22, 90, 2, True, 140, 96, "A", "36.5", (2, 0, 2, 0, 1, 0, 0), 5, "medium"),
    ],
)
def test_news2(
    resp: int, spo2: int, scale: int, oxygen: bool, systolic: int, pulse: int, awake: str, temp: str,
    parts: tuple[int, ...], total: int, band: str,
) -> None:  # fmt: skip
    answers = {"resp_rate": resp, "spo2": spo2, "spo2_scale": scale, "on_oxygen": oxygen, "systolic": systolic,
               "pulse": pulse, "consciousness": awake, "temp_c": D(temp)}  # fmt: skip
    result = score("news2", answers)
    assert tuple(result.parts) == ("resp_rate", "spo2", "on_oxygen", "systolic", "pulse", "consciousness", "temp_c")
    assert tuple(result.parts.values()) == parts
    assert (result.score, result.band, result.complete) == (total, band, True)


# --------------------------------------------------------------------------------------------------------- Waterlow

WELL: dict[str, Any] = {
    "build": "average", "skin": ["healthy"], "sex": "F", "age_years": 78, "mst_weight_lost": "no",
    "mst_poor_appetite": False, "continence": "complete_or_catheterised", "mobility": "fully",
    "tissue_malnutrition": [], "neurological_points": 0, "medication_points": 0, "surgery": "none",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "total", "band"),
    [
        ({"mobility": "restless"}, 7, "not_at_risk"),
        (
            {"age_years": 91, "build": "below_average", "skin": ["tissue_paper", "dry"], "mst_poor_appetite": True,
             "continence": "urine", "mobility": "restricted"},
            17, "high_risk",
        ),
        (
            {"sex": "M", "age_years": 83, "build": "obese", "skin": ["oedematous"], "continence": "both",
             "mobility": "chairbound", "tissue_malnutrition": ["single_organ_failure"]},
            22, "very_high_risk",
        ),
        ({"age_years": 66, "neurological_points": 5, "mobility": "bedbound", "continence": "both"}, 17, "high_risk"),
        (
            {"sex": "M", "age_years": 77, "tissue_malnutrition": ["smoking"], "mst_weight_lost": "yes",
             "mst_amount_kg": "5-10"},
            8, "not_at_risk",
        ),
        (
            {"age_years": 88, "build": "below_average", "skin": ["discoloured_cat1"], "continence": "faeces",
             "mobility": "chairbound", "surgery": "orthopaedic_spinal", "medication_points": 4},
            28, "very_high_risk",
        ),
    ],
)  # fmt: skip
def test_waterlow(changed: dict[str, Any], total: int, band: str) -> None:
    result = score("waterlow", WELL | changed)
    assert (result.score, result.band, result.complete) == (total, band, True)
    assert sum(int(part) for part in result.parts.values()) == total


# -------------------------------------------------------------------------------------------------------------- 4AT


@pytest.mark.parametrize(
    ("alertness", "mistakes", "months", "change", "total", "band"),
    [
        ("normal", 0, 9, False, 0, "unlikely"),
        ("normal", 1, 7, False, 1, "possible_cognitive_impairment"),
        ("mild_sleepiness_lt_10s", 1, 5, False, 2, "possible_cognitive_impairment"),
        ("normal", 2, 8, True, 6, "possible_delirium"),
        ("clearly_abnormal", 2, "untestable", False, 8, "possible_delirium"),
        ("clearly_abnormal", 1, 3, True, 10, "possible_delirium"),
    ],
)
def test_four_at(alertness: str, mistakes: int, months: int | str, change: bool, total: int, band: str) -> None:
    answers = {"alertness": alertness, "amt4_mistakes": mistakes, "months_backwards": months, "acute_change": change}
    result = score("four_at", answers)
    assert (result.score, result.band, result.complete) == (total, band, True)


# ------------------------------------------------------------------------------------------------------------ Abbey


@pytest.mark.parametrize(
    ("items", "total", "band"),
    [
        ([0, 1, 0, 0, 0, 0], 1, "no_pain"),
        ([1, 1, 1, 1, 0, 0], 4, "mild"),
        ([2, 2, 1, 1, 0, 0], 6, "mild"),
        ([2, 2, 2, 1, 1, 1], 9, "moderate"),
        ([3, 3, 2, 2, 1, 1], 12, "moderate"),
        ([3, 3, 3, 2, 2, 3], 16, "severe"),
    ],
)
def test_abbey(items: list[int], total: int, band: str) -> None:
    result = score("abbey", {"items": items})
    assert (result.score, result.band, list(result.parts.values())) == (total, band, items)


# ------------------------------------------------------------------------------------------------------------ falls


def _falls(concerns: int, actions: int) -> dict[str, Any]:
    answers: dict[str, Any] = dict.fromkeys(DOMAINS, "no_concern")
    for index, domain in enumerate(list(DOMAINS)[:concerns]):
        answers[domain] = "concern"
        if index < actions:
            answers |= {f"{domain}_action": "Physio", f"{domain}_owner": "Ann", f"{domain}_by": "2026-12-01"}
    return answers


def test_falls_without_a_concern_is_complete_without_actions() -> None:
    result = score("falls_multifactorial", _falls(0, 0), date(2026, 11, 22))
    assert result.complete
    assert result.score is None
    assert dict(result.parts) == {"domains": 17, "concerns": 0, "actions": 0, "gaps": 0}
    assert result.next_due == date(2027, 5, 23)


def test_falls_with_an_action_for_each_concern_is_complete() -> None:
    result = score("falls_multifactorial", _falls(3, 3))
    assert result.complete
    assert dict(result.parts) == {"domains": 17, "concerns": 3, "actions": 3, "gaps": 0}
    assert result.actions[0] == "Falls history: Physio (Ann, by 01-Dec-2026)"


def test_falls_with_a_concern_that_lacks_its_action_is_incomplete() -> None:
    result = score("falls_multifactorial", _falls(3, 2))
    assert (result.complete, result.band) == (False, "incomplete")
    third = list(DOMAINS)[2]
    assert result.missing == (f"{third}_action", f"{third}_owner", f"{third}_by")


def test_falls_with_blood_pressure_not_assessed_for_a_reason_is_complete_with_a_gap() -> None:
    answers = _falls(0, 0) | {"blood_pressure": "not_assessed", "blood_pressure_reason": "Refused"}
    result = score("falls_multifactorial", answers)
    assert (result.complete, result.flags, result.parts["gaps"]) == (True, ("gap",), 1)
    del answers["blood_pressure_reason"]
    assert score("falls_multifactorial", answers).missing == ("blood_pressure_reason",)


def test_a_later_fall_makes_the_assessment_overdue_and_a_later_medicine_change_makes_it_due() -> None:
    done, later, own = date(2026, 11, 1), date(2026, 11, 9), date(2027, 5, 2)
    assert due_again(done, own, last_fall=later) == (later, True)
    assert due_again(done, own, medicine_changes=[later]) == (later, False)
    assert due_again(done, own, last_fall=later, medicine_changes=[later]) == (later, True)
    assert due_again(done, own, last_fall=done, medicine_changes=[done]) == (own, False)
    assert due_again(done, done, last_fall=later) == (done, True), "it was due before the fall"
    assert due_again(done, None) == (None, False)


# -------------------------------------------------------------------------------------------------------- post-fall

CALM: dict[str, Any] = {
    "danger_clear": True, "responsive_and_breathing": True, "intense_pain": False, "suspected_collapse": False,
    "trauma_head_neck_back": False, "unusual_behaviour": False, "marked_breathing_difficulty_or_chest_pain": False,
    "bleeding_freely": False, "loss_of_consciousness": False, "evidence_of_fracture": False, "fast_abnormal": False,
    "head_struck_or_unwitnessed": False, "on_anticoagulant_or_antiplatelet": False, "minutes_on_floor": 5,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "band"),
    [
        ({}, "lift_with_equipment_and_observe"),
        ({"evidence_of_fracture": True}, "call_999_do_not_move"),
        ({"suspected_collapse": True}, "call_999_do_not_move"),
        (
            {"head_struck_or_unwitnessed": True, "on_anticoagulant_or_antiplatelet": True},
            "urgent_head_injury_referral",
        ),
        ({"head_struck_or_unwitnessed": True, "minutes_on_floor": 90}, "lift_and_clinical_review_long_lie"),
        ({"fast_abnormal": True}, "call_999_do_not_move"),
    ],
)
def test_post_fall(changed: dict[str, Any], band: str) -> None:
    result = score("post_fall", CALM | changed)
    assert (result.band, result.score, result.complete) == (band, None, True)


# ----------------------------------------------------------------------------------------------------- ulcer, wound


@pytest.mark.parametrize(
    ("found", "band"),
    [
        ({"skin": "intact", "colour": "red", "blanches": True}, "not_a_pressure_ulcer"),
        ({"skin": "intact", "colour": "red", "blanches": False}, "category_1"),
        ({"skin": "broken", "colour": "red", "depth": "partial"}, "category_2"),
        (
            {"skin": "broken", "colour": "red", "depth": "full", "fat_visible": True, "bone_tendon_muscle": False},
            "category_3",
        ),
        ({"skin": "broken", "colour": "red", "depth": "full", "base_obscured": True}, "unstageable"),
        ({"skin": "intact", "colour": "purple_maroon"}, "deep_tissue_injury"),
        ({"skin": "broken", "colour": "red", "depth": "full", "bone_tendon_muscle": True}, "category_4"),
        ({"skin": "blood_blister", "colour": "purple_maroon"}, "deep_tissue_injury"),
        ({"skin": "serum_blister", "colour": "red"}, "category_2"),
    ],
)
def test_pressure_ulcer_category(found: dict[str, Any], band: str) -> None:
    result = score("pressure_ulcer_category", found)
    assert (result.band, result.score, result.complete) == (band, None, True)


@pytest.mark.parametrize(
    ("first", "now", "percent"),
    [
        (("6", "4"), ("4.8", "4"), "20.0"),
        (("4", "4"), ("4", "3"), "25.0"),
        (("3", "2"), ("2.5", "1.5"), "37.5"),
        (("2", "2"), ("2.2", "2"), "-10.0"),
        (("5", "3"), ("2.5", "2"), "66.7"),
        (("1.5", "1"), ("0", "0"), "100.0"),
    ],
)
def test_wound_area_reduction(first: tuple[str, str], now: tuple[str, str], percent: str) -> None:
    result = score("wound_area_reduction", wound(first, now))
    assert str(result.score) == percent
    assert (result.band, result.flags) == (None, ("larger",) if percent.startswith("-") else ())


def wound(first: tuple[str, str], now: tuple[str, str]) -> dict[str, object]:
    """The four measures as the instrument asks for them."""
    return dict(zip(("length0_cm", "width0_cm", "length1_cm", "width1_cm"), map(D, (*first, *now)), strict=True))


# --------------------------------------------------------------------------------------------------------- About me

PROFILE: dict[str, Any] = {
    "preferred_name": "Dot", "completed_on": "2026-01-10", "consent_to_share": True, "helped_by": "Her daughter",
    "lives_where": "Ware", "knows_me_best": "Jean", "what_matters": "Church", "life_so_far": "A teacher",
    "hobbies": "Knitting", "routines": "Tea at 7", "worries_and_comfort": "The dark", "communication": "Hearing aid",
    "mobility": "Frame", "sleep": "Well", "personal_care": "Bath", "eating_drinking": "Soft food",
    "medicines": "With water", "other_notes": "None",
}  # fmt: skip
TODAY = date(2026, 11, 22)


def test_about_me_all_filled_is_complete() -> None:
    result = score("about_me", PROFILE, TODAY)
    assert (result.complete, result.flags, result.band, result.score) == (True, (), None, None)
    assert dict(result.parts) == {"filled": 14, "blank": 0}
    assert result.next_due == date(2027, 1, 10)


@pytest.mark.parametrize("key", ["preferred_name", "completed_on"])
@pytest.mark.parametrize("blank", [None, ""])
def test_about_me_without_name_or_date_is_incomplete(key: str, blank: str | None) -> None:
    if key == "completed_on" and blank == "":
        blank = None
    result = score("about_me", PROFILE | {key: blank}, TODAY)
    assert (result.complete, result.band, result.missing) == (False, "incomplete", (key,))


def test_about_me_warnings() -> None:
    assert score("about_me", PROFILE | {"consent_to_share": False}, TODAY).flags == ("not_shared",)
    assert score("about_me", PROFILE | {"completed_on": "2025-11-22"}, TODAY).flags == ()
    assert score("about_me", PROFILE | {"completed_on": "2025-11-21"}, TODAY).flags == ("review_due",)
    lacking = PROFILE | {"helped_by": " ", "lacks_capacity": True}
    assert score("about_me", lacking, TODAY).flags == ("helper_missing",)
    assert score("about_me", lacking | {"lacks_capacity": False}, TODAY).flags == ()
    assert score("about_me", lacking, TODAY).severity is Severity.ATTENTION
    leap = PROFILE | {"completed_on": "2024-02-29"}
    assert score("about_me", leap, date(2025, 3, 1)).flags == ()
    assert score("about_me", leap, date(2025, 3, 2)).flags == ("review_due",)
