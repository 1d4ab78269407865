"""Which results call for somebody, and whom to phone first."""

from __future__ import annotations

from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from typing import Any

import pytest

from app.domain.alerts import AlertKind, Recipient, alerts_for
from app.domain.instruments.outcome import Outcome
from app.domain.instruments.registry import score

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
        ("falls_multifactorial", {}),
        ("about_me", {}),
    ],
)
def test_a_result_that_calls_for_nobody(code: str, answers: dict[str, Any]) -> None:
    assert kinds(score(code, answers)) == []


@pytest.mark.parametrize(
    ("code", "before", "after", "phone"),
    [
        ("must", MUST, MUST | {"previous_weight_kg": D(64)}, Recipient.DIETETICS),
        ("waterlow", WATERLOW, WATERLOW | {"mobility": "chairbound"}, Recipient.TISSUE_VIABILITY),
        ("four_at", FOUR_AT, FOUR_AT | {"amt4_mistakes": 1}, Recipient.GP),
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
