"""Every threshold from both sides, what is missing, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from typing import Any

import pytest

from app.domain.errors import UserError
from app.domain.instruments.exact import half_up, json_number, shown
from app.domain.instruments.falls_multifactorial import DOMAINS
from app.domain.instruments.must import bmi_points, loss_points
from app.domain.instruments.outcome import AnswerError, Severity
from app.domain.instruments.registry import all_instruments, band_label, instrument, score

MUST: dict[str, Any] = {
    "height_m": D("1.60"), "weight_kg": D(60), "previous_weight_kg": D(60), "acutely_ill_no_intake_5d": False,
}  # fmt: skip
NEWS2: dict[str, Any] = {
    "resp_rate": 16, "spo2": 98, "spo2_scale": 1, "on_oxygen": False, "systolic": 120, "pulse": 70,
    "consciousness": "A", "temp_c": D("37.0"),
}  # fmt: skip
WATERLOW: dict[str, Any] = {
    "build": "average", "skin": ["healthy"], "sex": "M", "age_years": 40, "mst_weight_lost": "no",
    "mst_poor_appetite": False, "continence": "complete_or_catheterised", "mobility": "fully",
    "tissue_malnutrition": [], "neurological_points": 0, "medication_points": 0, "surgery": "none",
}  # fmt: skip
FOUR_AT: dict[str, Any] = {"alertness": "normal", "amt4_mistakes": 0, "months_backwards": 12, "acute_change": False}
FALL: dict[str, Any] = {
    "danger_clear": True, "responsive_and_breathing": True, "intense_pain": False, "suspected_collapse": False,
    "trauma_head_neck_back": False, "unusual_behaviour": False, "marked_breathing_difficulty_or_chest_pain": False,
    "bleeding_freely": False, "loss_of_consciousness": False, "evidence_of_fracture": False, "fast_abnormal": False,
    "head_struck_or_unwitnessed": False, "on_anticoagulant_or_antiplatelet": False, "minutes_on_floor": 0,
}  # fmt: skip
WOUND: dict[str, Any] = {"length0_cm": D(10), "width0_cm": D(10), "length1_cm": D(10), "width1_cm": D(9)}
ON = date(2026, 11, 22)


def refused(code: str, answers: dict[str, Any]) -> AnswerError:
    """The refusal of the answers."""
    with pytest.raises(AnswerError) as caught:
        score(code, answers, ON)
    return caught.value


# ------------------------------------------------------------------------------------------------------------- MUST


def test_exact_bmi_edges_over_every_one_decimal_weight() -> None:
    """Of the pairs lying exactly on 20, a binary float gets some wrong; none may be wrong here."""
    on_edge = 0
    for centimetres in range(140, 200):
        height = D(centimetres) / 100
        for tenths in range(300, 1300):
            weight = D(tenths) / 10
            if weight == 20 * height * height:
                on_edge += 1
                assert bmi_points(weight, height) == 1
                assert bmi_points(weight + D("0.1"), height) == 0
    assert on_edge >= 5
    assert bmi_points(D("18.5"), D(1)) == 1
    assert bmi_points(D("18.499999"), D(1)) == 2


def test_exact_loss_edges() -> None:
    for start in range(350, 1101):
        highest = D(start) / 10
        assert loss_points(highest * D("0.95"), highest) == 1
        assert loss_points(highest * D("0.95") + D("0.001"), highest) == 0
        assert loss_points(highest * D("0.90"), highest) == 1
        assert loss_points(highest * D("0.90") - D("0.001"), highest) == 2


def test_must_obesity_needs_more_than_thirty() -> None:
    at = score("must", MUST | {"height_m": D("1.60"), "weight_kg": D("76.8"), "previous_weight_kg": D("76.8")})
    over = score("must", MUST | {"height_m": D("1.60"), "weight_kg": D("76.9"), "previous_weight_kg": D("76.9")})
    assert (at.flags, over.flags) == ((), ("obese",))


def test_must_planned_loss_scores_nothing_and_a_gain_is_no_loss() -> None:
    lost = MUST | {"weight_kg": D(52), "previous_weight_kg": D(70)}
    assert score("must", lost).score == 2
    planned = score("must", lost | {"loss_planned": True})
    assert (planned.score, planned.band) == (0, "low")
    assert any("15.4 kg" in action for action in planned.actions)
    assert score("must", MUST | {"previous_weight_kg": D(50)}).parts["weight_loss_score"] == 0


@pytest.mark.parametrize(
    ("changed", "band", "flags", "missing"),
    [
        ({"weight_kg": D(40), "previous_weight_kg": None}, "high", ("at_least",), ("previous_weight_kg",)),
        ({"previous_weight_kg": None}, "incomplete", (), ("previous_weight_kg",)),
        ({"acutely_ill_no_intake_5d": None}, "incomplete", (), ("acutely_ill_no_intake_5d",)),
        (
            {"weight_kg": D("50.0"), "previous_weight_kg": D("53.0"), "acutely_ill_no_intake_5d": None},
            "high",
            ("at_least",),
            ("acutely_ill_no_intake_5d",),
        ),
        ({"height_m": None, "weight_kg": None}, "incomplete", (), ("height_m", "weight_kg")),
        (
            {"height_m": None, "weight_kg": None, "acutely_ill_no_intake_5d": True},
            "high",
            ("at_least",),
            ("height_m", "weight_kg"),
        ),
        ({"height_m": None, "weight_kg": None, "muac_cm": D(33)}, "clinical_impression_required", (), None),
        ({"height_m": None, "muac_cm": D(33)}, "incomplete", (), ("height_m",)),
        ({"height_m": None, "ulna_cm": D(23)}, "incomplete", (), ("sex", "age_years")),
        ({"height_m": None, "ulna_cm": D(40), "sex": "F", "age_years": 80}, "incomplete", (), ("height_m",)),
    ],
)
def test_must_with_answers_missing(
    changed: dict[str, Any], band: str, flags: tuple[str, ...], missing: tuple[str, ...] | None
) -> None:
    result = score("must", MUST | changed, ON)
    assert (result.band, result.flags, result.score, result.complete) == (band, flags, None, False)
    assert result.next_due is None
    if missing is not None:
        assert result.missing == missing


@pytest.mark.parametrize(
    ("muac", "words"), [("23.4", "under 20"), ("23.5", "nothing"), ("32.0", "nothing"), ("32.1", "over 30")]
)
def test_muac_edges(muac: str, words: str) -> None:
    result = score("must", {"muac_cm": D(muac)})
    assert any(words in action for action in result.actions)


# ------------------------------------------------------------------------------------------------------------ NEWS2


@pytest.mark.parametrize(
    ("key", "edges"),
    [
        ("resp_rate", {0: 3, 8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3, 60: 3}),
        ("spo2", {50: 3, 91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0}),
        ("systolic", {40: 3, 90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3, 300: 3}),
        ("pulse", {20: 3, 40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3, 250: 3}),
        ("consciousness", {"A": 0, "C": 3, "V": 3, "P": 3, "U": 3}),
        (
            "temp_c",
            {D("30.0"): 3, D("35.0"): 3, D("35.1"): 1, D("36.0"): 1, D("36.1"): 0, D("38.0"): 0, D("38.1"): 1,
             D("39.0"): 1, D("39.1"): 2, D("45.0"): 2},
        ),
    ],
)  # fmt: skip
def test_news2_edges(key: str, edges: dict[Any, int]) -> None:
    assert {value: score("news2", NEWS2 | {key: value}).parts[key] for value in edges} == edges


@pytest.mark.parametrize(
    ("oxygen", "edges"),
    [
        (False, {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 0, 97: 0, 100: 0}),
        (True, {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0, 93: 1, 94: 1, 95: 2, 96: 2, 97: 3, 100: 3}),
    ],
)
def test_news2_scale_2_edges(oxygen: bool, edges: dict[int, int]) -> None:
    answers = NEWS2 | {"spo2_scale": 2, "on_oxygen": oxygen}
    assert {value: score("news2", answers | {"spo2": value}).parts["spo2"] for value in edges} == edges


@pytest.mark.parametrize(
    ("changed", "total", "band", "severity", "due"),
    [
        ({}, 0, "low", Severity.ROUTINE, date(2026, 12, 20)),
        ({"pulse": 100}, 1, "low", Severity.ROUTINE, ON),
        ({"pulse": 120, "resp_rate": 21}, 4, "low", Severity.ROUTINE, ON),
        ({"pulse": 140}, 3, "low_medium", Severity.ATTENTION, ON),
        ({"pulse": 140, "systolic": 105}, 4, "low_medium", Severity.ATTENTION, ON),
        ({"pulse": 120, "resp_rate": 21, "systolic": 105}, 5, "medium", Severity.URGENT, ON),
        ({"pulse": 140, "systolic": 80}, 6, "medium", Severity.URGENT, ON),
        ({"pulse": 140, "systolic": 80, "temp_c": D("38.5")}, 7, "high", Severity.EMERGENCY, ON),
    ],
)
def test_news2_bands(changed: dict[str, Any], total: int, band: str, severity: Severity, due: date) -> None:
    result = score("news2", NEWS2 | changed, ON)
    assert (result.score, result.band, result.severity, result.next_due) == (total, band, severity, due)


@pytest.mark.parametrize(
    ("changed", "band", "flags", "missing"),
    [
        ({"temp_c": None}, "incomplete", (), ("temp_c",)),
        ({"temp_c": None, "pulse": 140}, "incomplete_red_flag", (), ("temp_c",)),
        ({"temp_c": None, "pulse": 140, "systolic": 80}, "incomplete_red_flag", (), ("temp_c",)),
        ({"temp_c": None, "pulse": 140, "systolic": 80, "resp_rate": 10}, "high", ("at_least",), ("temp_c",)),
        ({"spo2_scale": None, "spo2": 83}, "incomplete_red_flag", (), ("spo2_scale",)),
        ({"spo2_scale": None, "spo2": 90}, "incomplete", (), ("spo2_scale",)),
        ({"spo2_scale": 2, "on_oxygen": None, "spo2": 99}, "incomplete", (), ("on_oxygen",)),
    ],
)
def test_news2_with_answers_missing(
    changed: dict[str, Any], band: str, flags: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    result = score("news2", NEWS2 | changed, ON)
    assert (result.band, result.flags, result.missing) == (band, flags, missing)
    assert (result.score, result.complete, result.next_due) == (None, False, None)


def test_news2_nothing_answered() -> None:
    result = score("news2", {})
    assert (result.band, result.score, dict(result.parts), len(result.missing)) == ("incomplete", None, {}, 8)


# --------------------------------------------------------------------------------------------------------- Waterlow


@pytest.mark.parametrize(
    ("part", "key", "values"),
    [
        ("build", "build", {"average": 0, "above_average": 1, "obese": 2, "below_average": 3}),
        ("sex", "sex", {"M": 1, "F": 2}),
        ("age", "age_years", {14: 1, 49: 1, 50: 2, 64: 2, 65: 3, 74: 3, 75: 4, 80: 4, 81: 5, 120: 5}),
        ("continence", "continence", {"complete_or_catheterised": 0, "urine": 1, "faeces": 2, "both": 3}),
        (
            "mobility",
            "mobility",
            {"fully": 0, "restless": 1, "apathetic": 2, "restricted": 3, "bedbound": 4, "chairbound": 5},
        ),
        ("neurological", "neurological_points", {0: 0, 4: 4, 6: 6, 7: 6, 12: 6}),
        ("medication", "medication_points", {0: 0, 3: 3, 4: 4, 5: 4, 12: 4}),
        ("surgery", "surgery", {"none": 0, "orthopaedic_spinal": 5, "on_table_gt_2h": 5, "on_table_gt_6h": 8}),
    ],
)
def test_waterlow_parts(part: str, key: str, values: dict[Any, int]) -> None:
    assert {value: score("waterlow", WATERLOW | {key: value}).parts[part] for value in values} == values


@pytest.mark.parametrize(
    ("skin", "step"),
    [
        (["healthy"], 0),
        (["tissue_paper"], 1),
        (["dry"], 1),
        (["oedematous"], 1),
        (["clammy_pyrexia"], 1),
        (["discoloured_cat1"], 2),
        (["broken_cat2_4"], 3),
        (["dry", "broken_cat2_4", "oedematous"], 5),
    ],
)
def test_waterlow_skin(skin: list[str], step: int) -> None:
    assert score("waterlow", WATERLOW | {"skin": skin}).parts["skin"] == step


@pytest.mark.parametrize(
    ("tissue", "step"),
    [
        ([], 0),
        (["none"], 0),
        (["terminal_cachexia"], 8),
        (["multiple_organ_failure"], 8),
        (["single_organ_failure", "pvd"], 10),
        (["anaemia_hb_lt_8", "smoking"], 3),
    ],
)
def test_waterlow_tissue(tissue: list[str], step: int) -> None:
    assert score("waterlow", WATERLOW | {"tissue_malnutrition": tissue}).parts["tissue_malnutrition"] == step


@pytest.mark.parametrize(
    ("lost", "amount", "appetite", "step"),
    [
        ("no", None, False, 0),
        ("no", None, True, 1),
        ("unsure", None, False, 2),
        ("unsure", "unsure", True, 3),
        ("yes", "0.5-5", False, 1),
        ("yes", "5-10", False, 2),
        ("yes", "10-15", False, 3),
        ("yes", ">15", True, 5),
        ("yes", "unsure", False, 2),
    ],
)
def test_waterlow_malnutrition(lost: str, amount: str | None, appetite: bool, step: int) -> None:
    answers = WATERLOW | {"mst_weight_lost": lost, "mst_amount_kg": amount, "mst_poor_appetite": appetite}
    result = score("waterlow", answers)
    assert result.parts["malnutrition"] == step
    assert any("MUST" in action for action in result.actions) == (step >= 2)


@pytest.mark.parametrize(
    ("changed", "total", "band", "due"),
    [
        ({"neurological_points": 6, "sex": "F"}, 9, "not_at_risk", date(2026, 12, 20)),
        ({"neurological_points": 6, "sex": "F", "mobility": "restless"}, 10, "at_risk", date(2026, 12, 20)),
        ({"neurological_points": 6, "medication_points": 4, "sex": "F", "skin": ["dry"]}, 14, "at_risk", None),
        ({"neurological_points": 6, "medication_points": 4, "sex": "F", "build": "obese"}, 15, "high_risk", None),
        ({"tissue_malnutrition": ["terminal_cachexia"], "surgery": "on_table_gt_6h", "build": "above_average"},
         19, "high_risk", date(2026, 11, 29)),
        ({"tissue_malnutrition": ["terminal_cachexia"], "surgery": "on_table_gt_6h", "build": "obese"},
         20, "very_high_risk", date(2026, 11, 29)),
    ],
)  # fmt: skip
def test_waterlow_bands(changed: dict[str, Any], total: int, band: str, due: date | None) -> None:
    result = score("waterlow", WATERLOW | changed, ON)
    assert (result.score, result.band) == (total, band)
    if due is not None:
        assert result.next_due == due


def test_waterlow_missing() -> None:
    result = score("waterlow", WATERLOW | {"surgery": None, "skin": []})
    assert (result.band, result.score, result.missing) == ("incomplete", None, ("skin", "surgery"))
    yes = score("waterlow", WATERLOW | {"mst_weight_lost": "yes"})
    assert (yes.band, yes.missing) == ("incomplete", ("mst_amount_kg",))
    severe = {"tissue_malnutrition": ["terminal_cachexia", "multiple_organ_failure", "single_organ_failure"]}
    sure = score("waterlow", WATERLOW | severe | {"surgery": None})
    assert (sure.band, sure.flags, sure.score, sure.complete) == ("very_high_risk", ("at_least",), None, False)


@pytest.mark.parametrize(
    ("changed", "mobility", "band"),
    [
        ({"sex": None}, "apathetic", "very_high_risk"),
        ({"sex": None}, "restless", "incomplete"),
        ({"age_years": None}, "apathetic", "very_high_risk"),
        ({"age_years": None}, "restless", "incomplete"),
        ({"mst_weight_lost": "yes"}, "restless", "very_high_risk"),
        ({"mst_weight_lost": "yes"}, "fully", "incomplete"),
        ({"mst_weight_lost": "unsure", "mst_poor_appetite": None}, "fully", "very_high_risk"),
        ({"surgery": None}, "restless", "incomplete"),
    ],
)
def test_waterlow_of_nineteen_is_very_high_where_the_missing_answer_must_add_a_point(
    changed: dict[str, Any], mobility: str, band: str
) -> None:
    """Nobody scores nothing for sex or age, nor for weight that was lost, however much it was."""
    sixteen = {"tissue_malnutrition": ["terminal_cachexia", "multiple_organ_failure"], "mobility": mobility}
    result = score("waterlow", WATERLOW | sixteen | changed)
    assert (result.band, result.score, result.complete) == (band, None, False)
    assert ("at_least" in result.flags) == (band == "very_high_risk")
    if band == "very_high_risk":
        assert result.workings[-1] == "At least 20"


# ------------------------------------------------------------------------------------------------------- 4AT, Abbey


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("alertness", {"normal": 0, "mild_sleepiness_lt_10s": 0, "clearly_abnormal": 4}),
        ("amt4_mistakes", {0: 0, 1: 1, 2: 2, 3: 2, 4: 2, "untestable": 2}),
        ("months_backwards", {12: 0, 7: 0, 6: 1, 0: 1, "refused": 1, "untestable": 2}),
        ("acute_change", {False: 0, True: 4}),
    ],
)
def test_four_at_parts(key: str, values: dict[Any, int]) -> None:
    assert {value: score("four_at", FOUR_AT | {key: value}).parts[key] for value in values} == values


def test_four_at_bands_and_missing() -> None:
    three = FOUR_AT | {"amt4_mistakes": 2, "months_backwards": 3}
    assert (score("four_at", three).score, score("four_at", three).band) == (3, "possible_cognitive_impairment")
    four = score("four_at", FOUR_AT | {"acute_change": True}, ON)
    assert (four.score, four.band, four.next_due) == (4, "possible_delirium", date(2026, 11, 23))
    sure = score("four_at", FOUR_AT | {"acute_change": True, "amt4_mistakes": None}, ON)
    assert (sure.band, sure.flags, sure.score, sure.next_due) == ("possible_delirium", ("at_least",), None, None)
    open_ = score("four_at", FOUR_AT | {"acute_change": None})
    assert (open_.band, open_.missing) == ("incomplete", ("acute_change",))


@pytest.mark.parametrize(
    ("items", "total", "band"),
    [
        ([2, 0, 0, 0, 0, 0], 2, "no_pain"),
        ([3, 0, 0, 0, 0, 0], 3, "mild"),
        ([3, 3, 1, 0, 0, 0], 7, "mild"),
        ([3, 3, 2, 0, 0, 0], 8, "moderate"),
        ([3, 3, 3, 3, 1, 0], 13, "moderate"),
        ([3, 3, 3, 3, 2, 0], 14, "severe"),
        ([3, 3, 3, 3, 3, 3], 18, "severe"),
    ],
)
def test_abbey_bands(items: list[int], total: int, band: str) -> None:
    result = score("abbey", {"items": items})
    assert (result.score, result.band) == (total, band)


def test_abbey_missing_and_one_by_one() -> None:
    assert score("abbey", {}).missing == ("items",)
    part = score("abbey", {"items": [1, None, 1, 1, 1, 1]})
    assert (part.band, part.score, part.missing) == ("incomplete", None, ("items.1",))
    assert score("abbey", {"items": [3, 3, 3, 3, 3, None]}).flags == ("at_least",)
    single = {f"items.{index}": 1 for index in range(6)}
    assert score("abbey", single) == score("abbey", {"items": [1] * 6})
    assert score("abbey", {"items.0": 1}).missing == tuple(f"items.{index}" for index in range(1, 6))


# -------------------------------------------------------------------------------------------------------- post-fall


@pytest.mark.parametrize(
    ("key", "alarm"),
    [("danger_clear", False), ("responsive_and_breathing", False)]
    + [(key, True) for key, calm in FALL.items() if calm is False and "head" not in key and "anti" not in key],
)
def test_any_alarm_is_999_even_alone(key: str, alarm: bool) -> None:
    for answers in (FALL | {key: alarm}, {key: alarm}):
        result = score("post_fall", answers)
        assert (result.band, result.complete, result.severity) == ("call_999_do_not_move", True, Severity.EMERGENCY)
        assert result.parts == {"decided_by": key}


@pytest.mark.parametrize(("minutes", "band"), [(59, "lift_with"), (60, "lift_and_clinical"), (10080, "lift_and")])
def test_long_lie_starts_at_an_hour(minutes: int, band: str) -> None:
    assert str(score("post_fall", FALL | {"minutes_on_floor": minutes}).band).startswith(band)


def test_nobody_is_lifted_on_unanswered_questions() -> None:
    for key in ("intense_pain", "danger_clear", "fast_abnormal", "minutes_on_floor"):
        result = score("post_fall", FALL | {"minutes_on_floor": 90, key: None})
        assert (result.band, result.complete, result.missing) == ("incomplete", False, (key,))
    half = score("post_fall", FALL | {"head_struck_or_unwitnessed": True, "on_anticoagulant_or_antiplatelet": None})
    assert (half.band, half.missing) == ("incomplete", ("on_anticoagulant_or_antiplatelet",))
    no_thinner = FALL | {"head_struck_or_unwitnessed": None}
    assert score("post_fall", no_thinner).complete


def test_a_head_injury_on_a_blood_thinner_is_urgent_before_the_rest_is_known() -> None:
    head = {"head_struck_or_unwitnessed": True, "on_anticoagulant_or_antiplatelet": True}
    late = score("post_fall", FALL | head | {"minutes_on_floor": None})
    assert (late.band, late.complete, late.flags) == ("urgent_head_injury_referral", True, ())
    long_lie = score("post_fall", FALL | head | {"minutes_on_floor": 90})
    assert long_lie.actions[-1] == "Say that the resident lay on the floor for 90 minutes."
    early = score("post_fall", FALL | head | {"bleeding_freely": None})
    assert (early.band, early.complete, early.flags) == ("urgent_head_injury_referral", False, ("at_least",))
    assert early.missing == ("bleeding_freely",)


# ----------------------------------------------------------------------------------------------------- ulcer, wound


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        ({}, ("skin",)),
        ({"skin": "intact"}, ("colour", "blanches")),
        ({"skin": "intact", "colour": "red"}, ("blanches",)),
        ({"skin": "intact", "blanches": False}, ("colour",)),
        ({"skin": "broken"}, ("depth",)),
    ],
)
def test_ulcer_missing(found: dict[str, Any], missing: tuple[str, ...]) -> None:
    result = score("pressure_ulcer_category", found)
    assert (result.band, result.missing, result.complete) == ("incomplete", missing, False)


@pytest.mark.parametrize(
    ("found", "band"),
    [
        ({"skin": "broken", "slough": True}, "category_3"),
        ({"skin": "broken", "bone_tendon_muscle": True, "slough": True}, "category_4"),
        ({"skin": "broken", "base_obscured": True, "depth": "full", "bone_tendon_muscle": True}, "unstageable"),
        ({"skin": "blood_blister"}, "deep_tissue_injury"),
        ({"skin": "serum_blister", "depth": "partial"}, "category_2"),
    ],
)
def test_ulcer_depth_that_the_findings_imply(found: dict[str, Any], band: str) -> None:
    assert score("pressure_ulcer_category", found).band == band


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ({"skin": "intact", "colour": "red", "blanches": True, "depth": "full"}, "depth"),
        ({"skin": "intact", "colour": "red", "depth": "partial"}, "depth"),
        ({"skin": "intact", "colour": "red", "slough": True}, "slough"),
        ({"skin": "serum_blister", "depth": "full"}, "depth"),
        ({"skin": "serum_blister", "bone_tendon_muscle": True}, "bone_tendon_muscle"),
        ({"skin": "broken", "depth": "partial", "slough": True}, "slough"),
        ({"skin": "broken", "depth": "partial", "base_obscured": True}, "base_obscured"),
    ],
)
def test_ulcer_findings_that_exclude_each_other(found: dict[str, Any], field: str) -> None:
    assert refused("pressure_ulcer_category", found).field == field


@pytest.mark.parametrize(
    ("width", "days", "flags"),
    [
        ("10", None, ()),
        ("10.1", None, ("larger",)),
        ("8.1", 13, ()),
        ("8.1", 14, ("reassess_2_weeks",)),
        ("8", 14, ()),
        ("6.1", 27, ()),
        ("6.1", 28, ("refer_4_weeks",)),
        ("6", 28, ()),
        ("9", 30, ("reassess_2_weeks", "refer_4_weeks")),
        ("10.1", 30, ("larger", "reassess_2_weeks", "refer_4_weeks")),
    ],
)
def test_wound_flags(width: str, days: int | None, flags: tuple[str, ...]) -> None:
    assert score("wound_area_reduction", WOUND | {"width1_cm": D(width), "days": days}).flags == flags


def test_wound_rules_look_at_the_exact_figure() -> None:
    """19.96 % prints as 20.0 and is still under 20 %."""
    result = score("wound_area_reduction", WOUND | {"width1_cm": D("8.004"), "days": 14}, ON)
    assert (str(result.score), result.flags) == ("20.0", ("reassess_2_weeks",))
    assert "19.96 %" in result.workings[1]
    tiny = score("wound_area_reduction", WOUND | {"width1_cm": D("10.001"), "length1_cm": D(10)})
    assert (str(tiny.score), tiny.flags) == ("0.0", ("larger",))
    assert result.next_due == date(2026, 11, 29)


def test_a_closed_wound_needs_no_next_measurement() -> None:
    result = score("wound_area_reduction", WOUND | {"length1_cm": 0, "width1_cm": 0, "days": 40}, ON)
    assert (result.score, result.flags, result.next_due) == (D(100), (), None)


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("code", "base", "key", "low", "high", "step"),
    [
        ("must", MUST, "height_m", "0.8", "2.5", "0.01"),
        ("must", MUST, "weight_kg", "20", "250", "0.1"),
        ("must", MUST, "previous_weight_kg", "20", "250", "0.1"),
        ("must", MUST, "muac_cm", "10", "60", "0.1"),
        ("ulna_height", {"sex": "F", "age_years": 80}, "ulna_cm", "5", "60", "0.1"),
        ("ulna_height", {"sex": "F", "ulna_cm": 23}, "age_years", "18", "120", "1"),
        ("news2", NEWS2, "resp_rate", "0", "60", "1"),
        ("news2", NEWS2, "spo2", "50", "100", "1"),
        ("news2", NEWS2, "spo2_scale", "1", "2", "1"),
        ("news2", NEWS2, "systolic", "40", "300", "1"),
        ("news2", NEWS2, "pulse", "20", "250", "1"),
        ("news2", NEWS2, "temp_c", "30", "45", "0.1"),
        ("waterlow", WATERLOW, "age_years", "14", "120", "1"),
        ("waterlow", WATERLOW, "neurological_points", "0", "30", "1"),
        ("waterlow", WATERLOW, "medication_points", "0", "30", "1"),
        ("four_at", FOUR_AT, "amt4_mistakes", "0", "4", "1"),
        ("four_at", FOUR_AT, "months_backwards", "0", "12", "1"),
        ("post_fall", FALL, "minutes_on_floor", "0", "10080", "1"),
        ("wound_area_reduction", WOUND, "length0_cm", "0.1", "100", "0.1"),
        ("wound_area_reduction", WOUND, "width0_cm", "0.1", "100", "0.1"),
        ("wound_area_reduction", WOUND, "length1_cm", "0.1", "100", "0.2"),
        ("wound_area_reduction", WOUND, "days", "1", "3650", "1"),
    ],
)
def test_accepted_range(code: str, base: dict[str, Any], key: str, low: str, high: str, step: str) -> None:
    for edge in (low, high):
        score(code, base | {key: D(edge)})
    for value in (D(low) - D(step), D(high) + D(step), D("NaN"), D("Infinity"), True, "70", [1], {}, float("nan")):
        assert refused(code, base | {key: value}).field == key, value


def test_the_refusal_speaks_in_the_labels_words() -> None:
    assert refused("news2", NEWS2 | {"pulse": 700}).message == "Pulse must be between 20 and 250"
    assert refused("must", MUST | {"weight_kg": 648}).message == "Weight must be between 20 kg and 250 kg"
    assert refused("news2", NEWS2 | {"temp_c": D("37.05")}).message == "Temperature must have at most 1 decimal place"
    assert refused("news2", NEWS2 | {"pulse": D("70.5")}).message == "Pulse must be a whole number"
    assert score("news2", NEWS2 | {"temp_c": D("37.000"), "pulse": D("70.0")}).complete


@pytest.mark.parametrize(
    ("code", "answers", "field"),
    [
        ("must", MUST | {"weight": 60}, "weight"),
        ("must", MUST | {"acutely_ill_no_intake_5d": 0}, "acutely_ill_no_intake_5d"),
        ("must", MUST | {"acutely_ill_no_intake_5d": "no"}, "acutely_ill_no_intake_5d"),
        ("must", MUST | {"sex": "f"}, "sex"),
        ("news2", NEWS2 | {"consciousness": "a"}, "consciousness"),
        ("news2", NEWS2 | {"on_oxygen": 1}, "on_oxygen"),
        ("waterlow", WATERLOW | {"skin": "dry"}, "skin"),
        ("waterlow", WATERLOW | {"skin": ["dry", "dry"]}, "skin"),
        ("waterlow", WATERLOW | {"skin": ["healthy", "dry"]}, "skin"),
        ("waterlow", WATERLOW | {"skin": [["dry"]]}, "skin"),
        ("waterlow", WATERLOW | {"tissue_malnutrition": ["none", "pvd"]}, "tissue_malnutrition"),
        ("waterlow", WATERLOW | {"mst_amount_kg": "5-10"}, "mst_amount_kg"),
        ("waterlow", WATERLOW | {"mst_weight_lost": "unsure", "mst_amount_kg": "5-10"}, "mst_amount_kg"),
        ("waterlow", WATERLOW | {"mobility": ["bedbound"]}, "mobility"),
        ("four_at", FOUR_AT | {"amt4_mistakes": "refused"}, "amt4_mistakes"),
        ("abbey", {"items": [0, 0, 0, 0, 0]}, "items"),
        ("abbey", {"items": [0, 0, 0, 0, 0, 0, 0]}, "items"),
        ("abbey", {"items": [0, 0, 0, 0, 0, 4]}, "items"),
        ("abbey", {"items": [0, 0, 0, 0, 0, True]}, "items"),
        ("abbey", {"items": "000000"}, "items"),
        ("abbey", {"items": [0] * 6, "items.0": 1}, "items"),
        ("abbey", {"items.6": 1}, "items.6"),
        ("wound_area_reduction", WOUND | {"length1_cm": 0}, "length1_cm"),
        ("wound_area_reduction", WOUND | {"width1_cm": 0}, "width1_cm"),
        ("falls_multifactorial", {"alcohol": "no_concern", "alcohol_action": "Stop"}, "alcohol_action"),
        ("falls_multifactorial", {"alcohol": "concern", "alcohol_reason": "Asleep"}, "alcohol_reason"),
        ("falls_multifactorial", {"alcohol": "concern", "alcohol_by": "2026-02-30"}, "alcohol_by"),
        ("falls_multifactorial", {"alcohol": "concern", "alcohol_owner": 7}, "alcohol_owner"),
        ("about_me", {"completed_on": "2026-11-23"}, "completed_on"),
        ("about_me", {"preferred_name": "x" * 4001}, "preferred_name"),
    ],
)
def test_refused(code: str, answers: dict[str, Any], field: str) -> None:
    error = refused(code, answers)
    assert error.field == field
    assert error.message


def test_an_unknown_instrument_is_refused() -> None:
    for call in (lambda: score("musty", {}), lambda: instrument("musty")):
        with pytest.raises(UserError, match="no instrument called musty") as caught:
            call()
        assert caught.value.field == "instrument"
    with pytest.raises(UserError, match="object"):
        score("must", [])  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------- what it says


def test_band_labels() -> None:
    assert band_label("must", "high") == "High risk"
    assert band_label("must", None) == "No band"
    assert band_label("news2", "incomplete") == "Incomplete"
    with pytest.raises(UserError, match="no band called severe"):
        band_label("must", "severe")


def test_every_instrument_names_its_owner_and_where_it_serves() -> None:
    serves = {tool.code: tool.serves for tool in all_instruments()}
    assert serves == {
        "must": ("nutrition",), "ulna_height": (), "news2": ("health",), "waterlow": ("wound",),
        "four_at": ("dementia",), "abbey": ("dementia",), "falls_multifactorial": ("falls",), "post_fall": ("falls",),
        "pressure_ulcer_category": ("wound",), "wound_area_reduction": ("wound",), "about_me": (),
        "time_wound": ("wound",), "fall_record": (), "dear_gp": ("dementia",), "abc_chart": ("dementia",),
        "soft_signs": (), "sbard": (), "continence": ("health",), "oral_health": ("nutrition",),
        "medicines_review": (), "preferred_place": (), "respect_summary": (), "engagement_log": (), "cga": (),
        "muac": (), "fluid": ("nutrition",), "bristol": (), "ruis": (), "edmonton_total": (), "cornell_total": (),
        "purpose_t_outcome": ("wound",), "braden_total": ("wound",), "push": ("wound",), "globiad": (), "istap": (),
        "orthostatic_bp": ("falls",), "frat": (),
        "amt10": ("dementia",), "sixcit": ("dementia",), "painad": ("dementia",), "cfs": ("health",),
        "needs_code": ("health",), "rhys_hearn_high": ("health",), "barthel": ("health",), "who5": (), "gds15": (),
        "polypharmacy": (), "acb": (), "antipsychotic_review": (),
    }  # fmt: skip
    for tool in all_instruments():
        assert tool.pathway in {"dementia", "nutrition", "engagement", "falls", "wound", "health"}
        assert all((tool.owner, tool.licence, tool.attribution, tool.title, tool.short, tool.version))
        assert instrument(tool.code) is tool
    assert "waterlow" in {tool.code for tool in all_instruments() if tool.needs_permission}


def test_falls_domains_cover_the_guideline() -> None:
    assert len(DOMAINS) == 17


def test_a_rounded_figure_never_contradicts_its_points() -> None:
    edges = (D("18.5"), D(20), D(30))
    assert shown(D("18.496"), 2, edges) == "18.496"
    assert shown(D("20.0000001"), 2, edges) == "20.0000001"
    assert shown(D(20), 2, edges) == "20.00"
    assert shown(D(2) / 3, 2, edges) == "0.67"
    assert shown(D("18.5") - D("1e-20"), 2, edges) == "18.49999999999999999999"
    assert str(half_up(D("-0.04"), 1)) == "0.0"
    assert str(half_up(D("0.25"), 1)) == "0.3"


def test_json_numbers_keep_their_value_or_refuse() -> None:
    assert (json_number(D("20.0")), json_number(D(7)), json_number(3)) == (20.0, 7, 3)
    with pytest.raises(ValueError, match="more digits"):
        json_number(D("0.12345678901234567890"))
