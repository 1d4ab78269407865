"""Which results call for somebody, and whom to phone first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from itertools import combinations
from typing import Any

import pytest

from app.domain.alerts import (
    _BY_BAND,
    _BY_FLAG,
    _NO_LEVEL,
    _NO_TREND,
    AlertKind,
    Recipient,
    alerts_for,
    alerts_for_flags,
)
from app.domain.instruments.outcome import Outcome
from app.domain.instruments.registry import all_instruments, instrument, score
from app.domain.instruments.tool import conclude

NEWS2: dict[str, Any] = {
    "resp_rate": 16, "spo2": 98, "spo2_scale": 1, "on_oxygen": False, "systolic": 120, "pulse": 70,
    "consciousness": "A", "temp_c": D("37.0"),
}  # fmt: skip
MUST: dict[str, Any] = {
    "height_m": D("1.60"), "weight_kg": D(60), "previous_weight_kg": D(60), "acutely_ill_no_intake_5d": False,
}  # fmt: skip
WATERLOW: dict[str, Any] = {
    "build": "average", "skin": ["healthy"], "sex": "F", "age_years": 85, "mst_weight_lost": "no",
    "mst_poor_appetite": False, "continence": "complete_or_catheterised", "mobility": "fully",
    "tissue_malnutrition": [], "neurological_points": 0, "medication_points": 0, "surgery": "none",
}  # fmt: skip
FOUR_AT: dict[str, Any] = {"alertness": "normal", "amt4_mistakes": 0, "months_backwards": 12, "acute_change": False}
WOUND: dict[str, Any] = {"length0_cm": 10, "width0_cm": 10, "length1_cm": 10, "width1_cm": 10}
HEAD = {"head_struck_or_unwitnessed": True, "on_anticoagulant_or_antiplatelet": True}
CALM: dict[str, Any] = {
    "danger_clear": True, "responsive_and_breathing": True, "intense_pain": False, "suspected_collapse": False,
    "trauma_head_neck_back": False, "unusual_behaviour": False, "marked_breathing_difficulty_or_chest_pain": False,
    "bleeding_freely": False, "loss_of_consciousness": False, "evidence_of_fracture": False, "fast_abnormal": False,
    "head_struck_or_unwitnessed": False, "on_anticoagulant_or_antiplatelet": False, "minutes_on_floor": 5,
}  # fmt: skip


def kinds(outcome: Outcome, previous: Outcome | None = None) -> list[AlertKind]:
    return [rule.kind for rule in alerts_for(outcome, previous)]


@pytest.mark.parametrize(
    ("code", "answers", "kind", "priority", "phone"),
    [
        ("news2", NEWS2 | {"pulse": 140, "systolic": 80, "temp_c": D(39)}, "news2-high", "stat", "emergency-999"),
        ("news2", NEWS2 | {"pulse": 140, "systolic": 80}, "news2-medium", "asap", "homefirst"),
        ("news2", NEWS2 | {"pulse": 140}, "news2-red-flag", "urgent", "gp"),
        ("news2", {"pulse": 140}, "news2-red-flag", "asap", "gp"),
        ("news2", {"pulse": 140, "systolic": 80, "consciousness": "V"}, "news2-high", "stat", "emergency-999"),
        ("must", MUST | {"acutely_ill_no_intake_5d": True}, "must-high", "urgent", "dietetics"),
        ("must", {"acutely_ill_no_intake_5d": True}, "must-high", "urgent", "dietetics"),
        (
            "pressure_ulcer_category", {"skin": "broken", "depth": "partial"},
            "pressure-ulcer-category-2-or-worse", "urgent", "community-nurse",
        ),
        *(
            ("pressure_ulcer_category", found, "pressure-ulcer-category-2-or-worse", "asap", "tissue-viability")
            for found in (
                {"skin": "broken", "depth": "full"},
                {"skin": "broken", "depth": "full", "bone_tendon_muscle": True},
                {"skin": "broken", "depth": "full", "base_obscured": True},
                {"skin": "intact", "colour": "purple_maroon"},
            )
        ),
        ("post_fall", {"evidence_of_fracture": True}, "post-fall-999", "stat", "emergency-999"),
        ("post_fall", CALM | HEAD, "post-fall-head-injury", "asap", "emergency-999"),
        ("post_fall", HEAD, "post-fall-head-injury", "asap", "emergency-999"),
        ("post_fall", CALM | {"minutes_on_floor": 60}, "post-fall-long-lie", "urgent", "homefirst"),
        ("four_at", FOUR_AT | {"acute_change": True}, "possible-delirium", "asap", "gp"),
        ("abbey", {"items": [3, 3, 3, 3, 3, 3]}, "severe-pain", "asap", "gp"),
        ("painad", {"items": [2, 2, 2, 1, 0]}, "severe-pain", "asap", "gp"),
        ("painad", {"items": [2, 2, 2, 1, None]}, "severe-pain", "asap", "gp"),
        ("who5", {"items": [2, 2, 1, 1, 1]}, "possible-depression", "routine", "gp"),
        ("gds15", {"answers": list("NYYYNNYNNNYNYNN")}, "possible-depression", "routine", "gp"),
        ("gds15", {"answers": list("NYYYNNN") + [None] * 8}, "possible-depression", "routine", "gp"),
        ("gds15", {"answers": list("NYYYNYNYYYNNNNY")}, "possible-depression", "urgent", "gp"),
        ("gds15", {"answers": list("YNNNYNYNNNYYYNN")}, "hopeless-or-worthless", "urgent", "gp"),
        ("gds15", {"answers.13": "Y"}, "hopeless-or-worthless", "urgent", "gp"),
        ("cornell_total", {"total": 11}, "possible-depression", "routine", "gp"),
        ("cornell_total", {"total": 19}, "possible-depression", "urgent", "gp"),
        ("needs_code", {"code": "C"}, "needs-code-weeks", "urgent", "gp"),
        ("needs_code", {"code": "D"}, "needs-code-days", "asap", "gp"),
        (
            "antipsychotic_review", {"started": "2026-09-01", "lewy_body_or_parkinsons": True},
            "antipsychotic-lewy-body", "asap", "gp",
        ),
        (
            "orthostatic_bp",
            {"lying_sbp": 128, "lying_dbp": 70, "standing_1min_sbp": 106, "standing_1min_dbp": 66,
             "standing_3min_sbp": 110, "standing_3min_dbp": 68, "symptoms": False},
            "postural-drop", "routine", "gp",
        ),
        (
            "fluid", {"sex": "M", "intake_ml": 1400, "fluid_restricted_to_ml": 1200},
            "over-fluid-restriction", "urgent", "gp",
        ),
        ("wound_area_reduction", WOUND | {"width1_cm": 11}, "wound-larger", "urgent", "community-nurse"),
        ("wound_area_reduction", WOUND | {"days": 28}, "wound-not-healing", "urgent", "tissue-viability"),
    ],
)  # fmt: skip
def test_a_result_that_calls_for_somebody(
    code: str, answers: dict[str, Any], kind: str, priority: str, phone: str
) -> None:
    (rule,) = alerts_for(score(code, answers))
    assert (rule.kind, rule.priority, rule.phone) == (kind, priority, phone)
    assert rule.title
    assert rule.do
    assert rule.recipients
    assert Recipient.EMERGENCY_999 not in rule.recipients  # 999 takes no messages


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("news2", NEWS2),
        ("news2", NEWS2 | {"pulse": 120, "resp_rate": 21}),
        ("news2", NEWS2 | {"temp_c": None}),
        ("must", MUST),
        ("must", MUST | {"previous_weight_kg": D(64)}),
        ("must", {"muac_cm": 22}),
        ("waterlow", WATERLOW | {"tissue_malnutrition": ["terminal_cachexia"], "continence": "both", "build": "obese"}),
        ("pressure_ulcer_category", {"skin": "intact", "colour": "red", "blanches": False}),
        ("post_fall", CALM),
        ("post_fall", {}),
        ("four_at", FOUR_AT | {"amt4_mistakes": 4}),
        ("abbey", {"items": [3, 3, 3, 3, 1, 0]}),
        ("wound_area_reduction", WOUND | {"width1_cm": 7, "days": 20}),
        ("amt10", {"correct": 0}),
        ("sixcit", {"year_correct": False, "month_correct": False, "time_correct": False, "count_back_errors": 2,
                    "months_back_errors": 2, "address_errors": 5}),
        ("painad", {"items": [2, 2, 2, 0, 0]}),
        ("who5", {"items": [2, 2, 2, 1, 1]}),
        ("who5", {"items": [2, 2, 1, 1, None]}),
        ("gds15", {"answers": list("NYYYYNYNNNYNYNN")}),
        ("gds15", {}),
        ("cornell_total", {"total": 10}),
        ("needs_code", {"code": "A"}),
        ("needs_code", {"code": "B"}),
        ("cfs", {"level": 9}),
        ("barthel", {"items": [0] * 10}),
        ("polypharmacy", {"regular_medicines": 12}),
        ("acb", {"drug_scores": [3, 3]}),
        ("antipsychotic_review", {"started": "2020-01-01"}),
        ("antipsychotic_review", {"started": "2020-01-01", "stopped": True, "lewy_body_or_parkinsons": True}),
        ("bristol", {"type": 5}),
        ("bristol", {"type": 1}),
        ("frat", {"fall_last_year": True, "four_or_more_meds": True, "stroke_or_parkinsons": True,
                  "balance_problem": True, "cannot_rise_without_arms": True}),
        ("fluid", {"sex": "F", "intake_ml": 1450}),
        ("fluid", {"sex": "F", "intake_ml": 1200, "fluid_restricted_to_ml": 1200}),
        ("falls_multifactorial", {}),
        ("about_me", {}),
    ],
)  # fmt: skip
def test_a_result_that_calls_for_nobody(code: str, answers: dict[str, Any]) -> None:
    assert kinds(score(code, answers)) == []


@pytest.mark.parametrize(
    ("code", "before", "after", "phone"),
    [
        ("must", MUST, MUST | {"previous_weight_kg": D(64)}, Recipient.DIETETICS),
        ("waterlow", WATERLOW, WATERLOW | {"mobility": "chairbound"}, Recipient.TISSUE_VIABILITY),
        ("four_at", FOUR_AT, FOUR_AT | {"amt4_mistakes": 1}, Recipient.GP),
        ("amt10", {"correct": 8}, {"correct": 7}, Recipient.GP),
        ("cfs", {"level": 7}, {"level": 8}, Recipient.GP),
        ("needs_code", {"code": "A"}, {"code": "B"}, Recipient.GP),
        ("barthel", {"items": [1] * 10}, {"items": [1] * 9 + [0]}, Recipient.GP),
        ("who5", {"items": [3, 3, 3, 2, 2]}, {"items": [3, 3, 2, 2, 2]}, Recipient.GP),
        ("polypharmacy", {"regular_medicines": 4}, {"regular_medicines": 5}, Recipient.GP),
        ("acb", {"drug_scores": [1, 1]}, {"drug_scores": [1, 1, 1]}, Recipient.GP),
        ("painad", {"items": [0] * 5}, {"items": [1, 0, 0, 0, 0]}, Recipient.GP),
        ("fluid", {"sex": "F", "intake_ml": 1600}, {"sex": "F", "intake_ml": 1599}, Recipient.GP),
        ("muac", {"muac_cm": 24}, {"muac_cm": 23}, Recipient.DIETETICS),
        ("abbey", {"items": [0] * 6}, {"items": [1, 1, 1, 0, 0, 0]}, Recipient.GP),
        (
            "pressure_ulcer_category",
            {"skin": "intact", "colour": "red", "blanches": True},
            {"skin": "intact", "colour": "red", "blanches": False},
            Recipient.COMMUNITY_NURSE,
        ),
    ],
)
def test_a_band_that_got_worse_raises_and_one_that_got_better_does_not(
    code: str, before: dict[str, Any], after: dict[str, Any], phone: Recipient
) -> None:
    was, now = score(code, before), score(code, after)
    (rule,) = alerts_for(now, was)
    assert (rule.kind, rule.phone, rule.priority) == (AlertKind.BAND_WORSE, phone, "routine")
    assert "got worse" in rule.title
    assert kinds(was, now) == kinds(now, now) == kinds(now, None) == []


def test_newly_very_high_waterlow_is_urgent_and_staying_there_is_quiet() -> None:
    high = {"tissue_malnutrition": ["terminal_cachexia"], "continence": "both", "build": "obese"}
    was, now = score("waterlow", WATERLOW), score("waterlow", WATERLOW | high)
    assert now.band == "very_high_risk"
    (rule,) = alerts_for(now, was)
    assert (rule.kind, rule.priority) == (AlertKind.BAND_WORSE, "urgent")
    assert kinds(now, now) == []


@pytest.mark.parametrize(("changed", "raised"), [({"pulse": 100}, []), ({"pulse": 120}, [AlertKind.NEWS2_RISE])])
def test_a_news2_that_rose_by_two_raises_even_inside_its_band(changed: dict[str, Any], raised: list[AlertKind]) -> None:
    assert kinds(score("news2", NEWS2 | changed), score("news2", NEWS2)) == raised


def test_an_incomplete_or_foreign_previous_result_is_no_trend() -> None:
    now = score("must", MUST | {"previous_weight_kg": D(64)})
    assert kinds(now, score("must", {})) == []
    assert kinds(now, score("news2", NEWS2)) == []
    assert kinds(score("must", {"muac_cm": 22}), score("must", MUST)) == []
    assert kinds(score("news2", NEWS2 | {"pulse": 120}), score("news2", {})) == []


def test_a_level_that_raises_by_itself_is_raised_once() -> None:
    high = score("must", MUST | {"acutely_ill_no_intake_5d": True})
    assert kinds(high, score("must", MUST)) == [AlertKind.MUST_HIGH]
    slow = score("wound_area_reduction", WOUND | {"width1_cm": 11, "days": 28})
    assert kinds(slow) == [AlertKind.WOUND_LARGER, AlertKind.WOUND_NOT_HEALING]


def test_points_that_already_make_a_medium_call_for_somebody_while_measurements_are_missing() -> None:
    taken = {"resp_rate": 22, "spo2": 92, "spo2_scale": 1, "pulse": 95}  # 2 + 2 + 1
    result = score("news2", taken)
    assert (result.band, result.score) == ("incomplete", None)
    assert result.actions[0].startswith("Call the GP or the rapid response team now")
    assert [rule.kind for rule in alerts_for(result)] == [AlertKind.NEWS2_MEDIUM]
    assert alerts_for(score("news2", taken | {"pulse": 70})) == ()


def _result(code: str, band: str) -> Outcome:
    """A result with that band, as the store gives one back."""
    return conclude(instrument(code), band)


def test_any_worsening_of_any_band_raises_something_and_no_improvement_is_a_trend() -> None:
    pairs = 0
    for tool in all_instruments():
        levels = [band.code for band in tool.bands if band.code not in _NO_LEVEL]
        for milder, worse in combinations(levels, 2):
            raised = kinds(_result(tool.code, worse), _result(tool.code, milder))
            assert bool(raised) is (tool.code not in _NO_TREND), (tool.code, milder, worse)
            assert AlertKind.BAND_WORSE not in kinds(_result(tool.code, milder), _result(tool.code, worse))
            pairs += 1
    assert pairs > 100


def test_bands_without_a_level_and_the_instruments_without_a_trend_stay_quiet() -> None:
    for code, without in (("fluid", "restricted_individual_target"), ("muac", "bmi_likely_over_30")):
        for band in instrument(code).bands:
            assert kinds(_result(code, band.code), _result(code, without)) == []
            assert kinds(_result(code, without), _result(code, band.code)) == []
    assert kinds(score("bristol", {"type": 5}), score("bristol", {"type": 4})) == []
    assert kinds(_result("frat", "higher_risk"), _result("frat", "lower_risk")) == []


def test_a_needs_code_raises_when_it_is_reached_and_not_at_each_review() -> None:
    code = {letter: score("needs_code", {"code": letter}) for letter in "ABCD"}
    assert kinds(code["C"], code["B"]) == kinds(code["C"], code["A"]) == [AlertKind.NEEDS_CODE_WEEKS]
    assert kinds(code["D"], code["C"]) == [AlertKind.NEEDS_CODE_DAYS]
    assert kinds(code["C"], code["C"]) == kinds(code["C"], code["D"]) == kinds(code["D"], code["D"]) == []


def test_an_antipsychotic_is_overdue_the_day_after_six_weeks() -> None:
    answers = {"started": "2024-03-01"}
    assert kinds(score("antipsychotic_review", answers, date(2024, 4, 12))) == []
    (rule,) = alerts_for(score("antipsychotic_review", answers, date(2024, 4, 13)))
    assert (rule.kind, rule.priority, rule.phone) == ("antipsychotic-review-overdue", "urgent", "gp")
    reviewed = answers | {"last_review": "2024-04-10"}
    assert kinds(score("antipsychotic_review", reviewed, date(2024, 4, 13))) == []
    assert kinds(score("antipsychotic_review", answers | {"stopped": True}, date(2025, 1, 1))) == []


def test_depression_and_a_worthless_answer_are_two_matters_each_raised_once() -> None:
    both = score("gds15", {"answers": list("NYYYNNYNNNYYYYN")})
    assert kinds(both) == [AlertKind.POSSIBLE_DEPRESSION, AlertKind.HOPELESS_OR_WORTHLESS]
    severe = score("gds15", {"answers": list("NYYYNYNYYYNYNYY")})
    assert [(rule.kind, rule.priority) for rule in alerts_for(severe)] == [
        (AlertKind.POSSIBLE_DEPRESSION, "urgent"),
        (AlertKind.HOPELESS_OR_WORTHLESS, "urgent"),
    ]


def test_flags_of_a_record_raise_by_themselves() -> None:
    rules = alerts_for_flags("bristol", ("blood_or_black", "not_open_3_days", "unknown"))
    assert [(rule.kind, rule.priority) for rule in rules] == [("bowels", "asap"), ("bowels", "routine")]
    assert [rule.priority for rule in alerts_for_flags("time_wound", ("spreading_infection",))] == ["asap"]
    assert [rule.phone for rule in alerts_for_flags("time_wound", ("systemic_infection",))] == ["emergency-999"]
    assert alerts_for_flags("must", ("larger",)) == ()


def test_every_rule_belongs_to_an_instrument_and_a_band_that_exist() -> None:
    for code, band in _BY_BAND:
        assert band == "incomplete_red_flag" or instrument(code).band(band), (code, band)
    for (code, _flag), rule in _BY_FLAG.items():
        assert instrument(code)
        assert rule.do
