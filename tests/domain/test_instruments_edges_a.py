"""Every threshold from both sides, what is missing and what is refused: arm, pressure risk, wounds, falls, bowels,
fluid, continence and the totals that are copied from their owners' forms."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from pathlib import Path
from typing import Any

import pytest

from app.domain.alerts import alerts_for
from app.domain.instruments.fluid import low_two_days
from app.domain.instruments.muac import muac_change, weight_change_likely
from app.domain.instruments.outcome import AnswerError, Severity
from app.domain.instruments.push import area_points
from app.domain.instruments.registry import all_instruments, instrument, score
from app.domain.premium.policy import POLICIES
from app.domain.questionnaire import Form, enabled, parse_questionnaire

PURPOSE_T: dict[str, Any] = {
    "pressure_ulcer_cat1_or_above": False, "scar_from_previous_ulcer": False, "assessed_at_risk": False,
}  # fmt: skip
PUSH: dict[str, Any] = {
    "length_cm": D(2), "width_cm": D(2), "exudate": "none", "dominant_tissue": "epithelial", "any_slough": False,
    "any_necrotic": False,
}  # fmt: skip
FRAT: dict[str, Any] = {
    "fall_last_year": False, "four_or_more_meds": False, "stroke_or_parkinsons": False, "balance_problem": False,
    "cannot_rise_without_arms": False,
}  # fmt: skip
STANDING: dict[str, Any] = {
    "lying_sbp": 130, "lying_dbp": 80, "standing_1min_sbp": 130, "standing_1min_dbp": 80, "standing_3min_sbp": 130,
    "standing_3min_dbp": 80, "symptoms": False,
}  # fmt: skip
FLUID: dict[str, Any] = {"sex": "F", "intake_ml": 1600}
OURS = ("muac", "purpose_t_outcome", "braden_total", "cornell_total", "edmonton_total", "push", "globiad", "istap",
        "frat", "orthostatic_bp", "bristol", "fluid", "ruis")  # fmt: skip
ON = date(2026, 11, 22)


FOLDER = Path(__file__).resolve().parents[2] / "resources" / "instruments"


def form(code: str) -> Form:
    """The form of an instrument."""
    return parse_questionnaire(json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"), parse_float=D))


def refused(code: str, answers: dict[str, Any]) -> AnswerError:
    """The refusal of the answers."""
    with pytest.raises(AnswerError) as caught:
        score(code, answers, ON)
    return caught.value


# ------------------------------------------------------------------------------------------------------------- MUAC


@pytest.mark.parametrize(
    ("muac", "band"),
    [
        ("23.4", "bmi_likely_under_20"),
        ("23.499999", "bmi_likely_under_20"),
        ("23.5", "no_inference"),
        ("32.0", "no_inference"),
        ("32.000001", "bmi_likely_over_30"),
        ("32.1", "bmi_likely_over_30"),
    ],
)
def test_muac_edges(muac: str, band: str) -> None:
    result = score("muac", {"muac_cm": D(muac)}, ON)
    assert (result.band, result.score, result.next_due) == (band, None, date(2026, 12, 20))


@pytest.mark.parametrize(
    ("before", "now", "percent", "likely"),
    [
        ("27", "24.4", "-9.6", False),
        ("27", "24.3", "-10.0", True),
        ("27", "24.301", "-10.0", False),
        ("27", "29.7", "10.0", True),
        ("27", "29.6", "9.6", False),
        ("27", "27", "0.0", False),
    ],
)
def test_a_change_of_ten_per_cent_of_the_arm_either_way(before: str, now: str, percent: str, likely: bool) -> None:
    assert (muac_change(D(before), D(now)), weight_change_likely(D(before), D(now))) == (D(percent), likely)


# -------------------------------------------------------------------------------------------------------- PURPOSE-T


@pytest.mark.parametrize("decided", ["pressure_ulcer_cat1_or_above", "scar_from_previous_ulcer"])
def test_an_ulcer_or_a_scar_is_red_whatever_else_is_known(decided: str) -> None:
    alone = score("purpose_t_outcome", {decided: True}, ON)
    assert (alone.band, alone.complete, alone.flags) == ("red_secondary_prevention", False, ("at_least",))
    assert set(alone.missing) == set(PURPOSE_T) - {decided}
    assert (alone.next_due, alone.severity) == (None, Severity.URGENT)
    for at_risk in (False, True):
        whole = score("purpose_t_outcome", PURPOSE_T | {decided: True, "assessed_at_risk": at_risk}, ON)
        assert (whole.band, whole.complete, whole.flags) == ("red_secondary_prevention", True, ())
        assert whole.next_due == date(2026, 11, 29)


@pytest.mark.parametrize("key", list(PURPOSE_T))
def test_purpose_t_is_not_amber_while_an_ulcer_is_possible(key: str) -> None:
    result = score("purpose_t_outcome", PURPOSE_T | {"assessed_at_risk": True} | {key: None})
    assert (result.band, result.missing, result.actions) == ("incomplete", (key,), ())


# ----------------------------------------------------------------------------------------------------- copied totals


@pytest.mark.parametrize(
    ("code", "total", "band", "days"),
    [
        ("braden_total", 6, "very_high", 7),
        ("braden_total", 9, "very_high", 7),
        ("braden_total", 10, "high", 7),
        ("braden_total", 12, "high", 7),
        ("braden_total", 13, "moderate", 28),
        ("braden_total", 14, "moderate", 28),
        ("braden_total", 15, "mild", 28),
        ("braden_total", 18, "mild", 28),
        ("braden_total", 19, "none", 28),
        ("braden_total", 23, "none", 28),
        ("cornell_total", 0, "no_significant_symptoms", 182),
        ("cornell_total", 5, "no_significant_symptoms", 182),
        ("cornell_total", 6, "subthreshold", 91),
        ("cornell_total", 10, "subthreshold", 91),
        ("cornell_total", 11, "probable", 91),
        ("cornell_total", 18, "probable", 91),
        ("cornell_total", 19, "definite", 91),
        ("cornell_total", 38, "definite", 91),
        ("edmonton_total", 0, "not_frail", 91),
        ("edmonton_total", 5, "not_frail", 91),
        ("edmonton_total", 6, "vulnerable", 91),
        ("edmonton_total", 7, "vulnerable", 91),
        ("edmonton_total", 8, "mild", 91),
        ("edmonton_total", 9, "mild", 91),
        ("edmonton_total", 10, "moderate", 91),
        ("edmonton_total", 11, "moderate", 91),
        ("edmonton_total", 12, "severe", 91),
        ("edmonton_total", 17, "severe", 91),
    ],
)
def test_the_bands_of_a_copied_total(code: str, total: int, band: str, days: int) -> None:
    result = score(code, {"total": total}, ON)
    assert (result.score, result.band, result.next_due) == (total, band, ON + timedelta(days=days))


@pytest.mark.parametrize(
    ("code", "rising"), [("braden_total", False), ("cornell_total", True), ("edmonton_total", True)]
)
def test_a_worse_total_is_a_later_band_and_never_a_quieter_one(code: str, rising: bool) -> None:
    tool = instrument(code)
    order = [band.code for band in tool.bands]
    question = form(code).questions()[0]
    assert question.minimum is not None
    assert question.maximum is not None
    totals: Iterable[int] = range(int(question.minimum), int(question.maximum) + 1)
    results = [score(code, {"total": total}) for total in (totals if rising else reversed(list(totals)))]
    levels = [order.index(str(result.band)) for result in results]
    loudness = [list(Severity).index(result.severity) for result in results]
    assert levels == sorted(levels)
    assert set(levels) == set(range(len(order)))
    assert loudness == sorted(loudness)


def test_a_cornell_total_without_symptoms_warns_of_questions_that_could_not_be_answered() -> None:
    assert "do not say that there are no symptoms" in " ".join(score("cornell_total", {"total": 3}).actions)


# ------------------------------------------------------------------------------------------------------------- PUSH


@pytest.mark.parametrize(
    ("area", "points"),
    [
        ("0", 0),
        ("0.000001", 1),
        ("0.25", 1),
        ("0.299999", 1),
        ("0.3", 2),
        ("0.649999", 2),
        ("0.65", 3),
        ("1.049999", 3),
        ("1.05", 4),
        ("2.049999", 4),
        ("2.05", 5),
        ("3.049999", 5),
        ("3.05", 6),
        ("4.049999", 6),
        ("4.05", 7),
        ("8.049999", 7),
        ("8.05", 8),
        ("12.049999", 8),
        ("12.05", 9),
        ("24.049999", 9),
        ("24.05", 10),
        ("10000", 10),
    ],
)
def test_push_area_edges(area: str, points: int) -> None:
    assert area_points(D(area)) == points


@pytest.mark.parametrize(
    ("low", "high", "points"),
    [("0.3", "0.6", 2), ("0.7", "1.0", 3), ("1.1", "2.0", 4), ("2.1", "3.0", 5), ("3.1", "4.0", 6), ("4.1", "8.0", 7),
     ("8.1", "12.0", 8), ("12.1", "24.0", 9), ("24.1", "30", 10)],
)  # fmt: skip
def test_push_classes_as_printed(low: str, high: str, points: int) -> None:
    assert (area_points(D(low)), area_points(D(high))) == (points, points)


def test_push_area_is_the_exact_product() -> None:
    """0.5 × 1.3 is 0.65 and rounds up to 0.7; as binary fractions it is a little less or more."""
    result = score("push", PUSH | {"length_cm": D("0.5"), "width_cm": D("1.3")})
    assert result.parts["area_score"] == 3
    assert "0.65 cm², counted as 0.7" in result.workings[0]
    assert "counted" not in score("push", PUSH).workings[0]


@pytest.mark.parametrize(
    ("changed", "points"),
    [
        ({}, 1),
        ({"dominant_tissue": "granulation"}, 2),
        ({"any_slough": True}, 3),
        ({"any_necrotic": True}, 4),
        ({"any_slough": True, "any_necrotic": True}, 4),
        ({"dominant_tissue": "granulation", "any_slough": True}, 3),
        ({"any_slough": None, "any_necrotic": None}, 1),
        ({"dominant_tissue": None, "any_slough": True}, 3),
        ({"dominant_tissue": None, "any_necrotic": True}, 4),
    ],
)
def test_push_the_worst_tissue_wins(changed: dict[str, Any], points: int) -> None:
    assert score("push", PUSH | changed).parts["tissue_score"] == points


def test_push_runs_from_healed_to_seventeen() -> None:
    healed = score("push", PUSH | {"length_cm": 0, "width_cm": 0, "dominant_tissue": "closed"}, ON)
    assert (healed.score, healed.next_due, healed.actions[0][:6]) == (0, None, "Healed")
    worst = score("push", PUSH | {"length_cm": 9, "width_cm": 9, "exudate": "heavy", "any_necrotic": True}, ON)
    assert (worst.score, worst.next_due, worst.severity) == (17, date(2026, 11, 29), Severity.ATTENTION)
    assert "necrotic" in worst.actions[0]


@pytest.mark.parametrize("key", ["length_cm", "width_cm", "exudate", "dominant_tissue"])
def test_push_has_no_score_while_an_answer_is_missing(key: str) -> None:
    result = score("push", PUSH | {key: None}, ON)
    assert (result.score, result.band, result.missing, result.next_due) == (None, "incomplete", (key,), None)
    assert len(result.parts) == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"length_cm": 0}, "length_cm"),
        ({"width_cm": 0}, "width_cm"),
        ({"dominant_tissue": "closed"}, "dominant_tissue"),
        ({"length_cm": 0, "width_cm": 0, "dominant_tissue": "closed", "any_slough": True}, "any_slough"),
        ({"length_cm": 0, "width_cm": 0, "dominant_tissue": "closed", "any_necrotic": True}, "any_necrotic"),
        ({"length_cm": None, "dominant_tissue": "closed", "any_slough": True}, "any_slough"),
    ],
)
def test_push_refuses_what_cannot_be(changed: dict[str, Any], field: str) -> None:
    assert refused("push", PUSH | changed).field == field


def test_push_takes_a_pinhole_that_is_open_and_what_a_closed_wound_left_on_the_dressing() -> None:
    pinhole = score("push", PUSH | {"length_cm": 0, "width_cm": 0}, ON)
    assert (pinhole.score, pinhole.next_due) == (1, date(2026, 11, 29))
    closed = PUSH | {"length_cm": 0, "width_cm": 0, "dominant_tissue": "closed", "exudate": "light"}
    assert score("push", closed).score == 1


# ------------------------------------------------------------------------------------------------------ skin damage


def test_globiad_half_answered_is_incomplete_and_infection_is_acted_on_all_the_same() -> None:
    infected = score("globiad", {"infection_signs": True}, ON)
    assert (infected.band, infected.missing, infected.next_due) == ("incomplete", ("skin_loss",), None)
    assert "infection" in infected.actions[0]
    for answers in ({"skin_loss": True}, {"infection_signs": False}, {}):
        result = score("globiad", answers)
        assert (result.band, result.actions) == ("incomplete", ())


def test_globiad_infection_comes_first_in_what_to_do() -> None:
    for loss, band in ((False, "1B"), (True, "2B")):
        result = score("globiad", {"skin_loss": loss, "infection_signs": True}, ON)
        assert (result.band, result.severity) == (band, Severity.URGENT)
        assert "infection" in result.actions[0]
        assert result.next_due == date(2026, 11, 29)


# ------------------------------------------------------------------------------------------------------------ falls


@pytest.mark.parametrize(
    ("present", "band"), [(0, "lower_risk"), (2, "lower_risk"), (3, "higher_risk"), (5, "higher_risk")]
)
def test_frat_edge(present: int, band: str) -> None:
    result = score("frat", FRAT | dict.fromkeys(list(FRAT)[:present], True), ON)
    assert (result.score, result.band, sum(int(each) for each in result.parts.values())) == (present, band, present)


def test_frat_three_present_is_higher_whatever_is_missing_and_two_is_not_known() -> None:
    three = score("frat", dict.fromkeys(list(FRAT)[:3], True), ON)
    assert (three.band, three.score, three.flags, three.complete) == ("higher_risk", None, ("at_least",), False)
    two = score("frat", FRAT | dict.fromkeys(list(FRAT)[:2], True) | {"balance_problem": None})
    assert (two.band, two.score, two.missing) == ("incomplete", None, ("balance_problem",))


def test_frat_gates_nothing() -> None:
    tool = instrument("frat")
    assert (tool.routine_days, tool.serves) == (None, ())
    assert "NG249" in tool.attribution
    for present in (0, 5):
        result = score("frat", FRAT | dict.fromkeys(list(FRAT)[:present], True), ON)
        assert result.next_due is None
        assert "multifactorial" in result.actions[0]
        assert "NG249" in result.actions[0]
        assert result.severity in {Severity.ROUTINE, Severity.ATTENTION}


@pytest.mark.parametrize(
    ("changed", "band"),
    [
        ({"standing_1min_sbp": 111}, "negative"),
        ({"standing_1min_sbp": 110}, "positive"),
        ({"standing_3min_sbp": 111}, "negative"),
        ({"standing_3min_sbp": 110}, "positive"),
        ({"lying_sbp": 100, "standing_1min_sbp": 90, "standing_3min_sbp": 90, "lying_dbp": 60}, "negative"),
        ({"lying_sbp": 100, "standing_1min_sbp": 89, "standing_3min_sbp": 90, "lying_dbp": 60}, "positive"),
        ({"lying_sbp": 89, "standing_1min_sbp": 90, "standing_3min_sbp": 90, "lying_dbp": 60}, "negative"),
        ({"standing_1min_dbp": 71, "symptoms": True}, "negative"),
        ({"standing_1min_dbp": 70, "symptoms": True}, "positive"),
        ({"standing_3min_dbp": 70, "symptoms": True}, "positive"),
        ({"standing_3min_dbp": 70}, "negative"),
        ({"symptoms": True}, "negative"),
        ({"standing_1min_sbp": 150, "standing_1min_dbp": 90, "symptoms": True}, "negative"),
    ],
)
def test_orthostatic_edges(changed: dict[str, Any], band: str) -> None:
    assert score("orthostatic_bp", STANDING | changed).band == band


def test_orthostatic_keeps_both_definitions_and_the_largest_falls() -> None:
    result = score("orthostatic_bp", STANDING | {"standing_1min_sbp": 125, "standing_3min_dbp": 70}, ON)
    assert result.parts == {"systolic_fall": 5, "diastolic_fall": 10, "general_definition": "positive"}
    assert (result.band, result.next_due) == ("negative", date(2027, 5, 23))
    assert "general definition" in result.workings[-1]
    risen = score("orthostatic_bp", STANDING | {"standing_1min_sbp": 140, "standing_3min_sbp": 135})
    assert (risen.parts["systolic_fall"], risen.parts["general_definition"]) == (-5, "negative")
    dropped = score("orthostatic_bp", STANDING | {"standing_1min_sbp": 100}, ON)
    assert (dropped.next_due, dropped.severity) == (date(2026, 12, 20), Severity.ATTENTION)


@pytest.mark.parametrize("key", list(STANDING))
def test_orthostatic_is_never_negative_with_a_reading_missing(key: str) -> None:
    result = score("orthostatic_bp", STANDING | {key: None}, ON)
    assert (result.band, result.complete, result.missing, result.next_due) == ("incomplete", False, (key,), None)
    if key != "symptoms":
        assert "general_definition" not in result.parts


@pytest.mark.parametrize(
    ("answers", "general"),
    [
        ({"lying_sbp": 130, "standing_1min_sbp": 110}, "positive"),
        ({"standing_3min_sbp": 89}, None),
        ({"lying_dbp": 80, "standing_3min_dbp": 70, "symptoms": True}, "positive"),
    ],
)
def test_what_is_measured_may_already_be_a_drop(answers: dict[str, Any], general: str | None) -> None:
    result = score("orthostatic_bp", answers, ON)
    assert (result.band, result.complete, result.flags) == ("positive", False, ("at_least",))
    assert result.parts.get("general_definition") == general
    assert set(result.missing) == set(STANDING) - set(answers)


@pytest.mark.parametrize("reading", ["lying", "standing_1min", "standing_3min"])
def test_the_lower_figure_is_the_lower(reading: str) -> None:
    for lower in (130, 131):
        error = refused("orthostatic_bp", STANDING | {f"{reading}_dbp": lower})
        assert error.field == f"{reading}_dbp"
        assert "must be lower than" in error.message
    # Only the order is judged here; a fall that follows from it is no refusal.
    score("orthostatic_bp", STANDING | {f"{reading}_dbp": 129})


# ----------------------------------------------------------------------------------------------------------- bowels


def test_a_stool_is_never_due() -> None:
    assert [score("bristol", {"type": kind}, ON).next_due for kind in range(1, 8)] == [None] * 7


# ------------------------------------------------------------------------------------------------------------ fluid


@pytest.mark.parametrize(
    ("changed", "band", "flags", "due"),
    [
        ({"intake_ml": 1599}, "below_target", (), 1),
        ({"intake_ml": 1600}, "at_target", (), 28),
        ({"sex": "M", "intake_ml": 1999}, "below_target", (), 1),
        ({"sex": "M", "intake_ml": 2000}, "at_target", (), 28),
        ({"intake_ml": 0}, "below_target", (), 1),
        ({"intake_ml": 1200, "fluid_restricted_to_ml": 1200}, "restricted_individual_target", (), 1),
        ({"intake_ml": 1201, "fluid_restricted_to_ml": 1200}, "restricted_individual_target", ("over_restriction",), 1),
        ({"intake_ml": 300, "fluid_restricted_to_ml": 1200}, "restricted_individual_target", (), 1),
        ({"intake_ml": 0, "fluid_restricted_to_ml": 0}, "restricted_individual_target", (), 1),
        ({"intake_ml": 1, "fluid_restricted_to_ml": 0}, "restricted_individual_target", ("over_restriction",), 1),
    ],
)
def test_fluid_edges(changed: dict[str, Any], band: str, flags: tuple[str, ...], due: int) -> None:
    result = score("fluid", FLUID | changed, ON)
    assert (result.band, result.flags, result.next_due) == (band, flags, ON + timedelta(days=due))
    assert (result.score, result.complete) == (None, True)


def test_fluid_too_much_for_a_restriction_speaks_up_even_when_the_rest_is_missing() -> None:
    result = score("fluid", {"intake_ml": 1400, "fluid_restricted_to_ml": 1200}, ON)
    assert (result.band, result.missing, result.flags) == ("incomplete", ("sex",), ("over_restriction",))
    assert "tell the nurse" in result.actions[0]
    over = score("fluid", FLUID | {"fluid_restricted_to_ml": 1200}, ON)
    assert (over.severity, over.parts) == (Severity.ATTENTION, {"target_ml": 1200})
    within = score("fluid", FLUID | {"fluid_restricted_to_ml": 1700}, ON)
    assert within.severity is Severity.ROUTINE
    assert score("fluid", {"sex": "F"}).missing == ("intake_ml",)


@pytest.mark.parametrize(("taken", "said"), [(1199, True), (1200, False)])
def test_fluid_under_1200_asks_about_yesterday(taken: int, said: bool) -> None:
    assert any("yesterday" in action for action in score("fluid", FLUID | {"intake_ml": taken}).actions) is said


@pytest.mark.parametrize(
    ("today", "yesterday", "restricted", "low"),
    [
        (1199, 1199, False, True),
        (1200, 1199, False, False),
        (1199, 1200, False, False),
        (None, 1000, False, False),
        (1000, None, False, False),
        (0, 0, False, True),
        (1000, 1000, True, False),
    ],
)
def test_low_two_days(today: int | None, yesterday: int | None, restricted: bool, low: bool) -> None:
    totals = {day: total for day, total in ((ON, today), (ON - timedelta(days=1), yesterday)) if total is not None}
    assert low_two_days(totals | {ON - timedelta(days=2): 100}, ON, restricted=restricted) is low


def test_a_new_restriction_is_neither_better_nor_worse_than_a_target() -> None:
    target, low = score("fluid", FLUID), score("fluid", FLUID | {"intake_ml": 900})
    limited = score("fluid", FLUID | {"intake_ml": 900, "fluid_restricted_to_ml": 1000})
    assert alerts_for(target, limited) == alerts_for(limited, target) == alerts_for(low, limited) == ()
    assert [rule.kind for rule in alerts_for(low, target)] == ["band-worse"]


# ------------------------------------------------------------------------------------------------------------- RUIS


@pytest.mark.parametrize(
    ("items", "total", "band", "days"),
    [
        ([3, 0, 0, 0, 0], 3, "none_or_slight", 182),
        ([3, 1, 0, 0, 0], 4, "mild", 91),
        ([3, 3, 2, 0, 0], 8, "mild", 91),
        ([3, 3, 3, 0, 0], 9, "moderate", 91),
        ([3, 3, 3, 3, 0], 12, "moderate", 91),
        ([3, 3, 3, 4, 0], 13, "severe", 91),
        ([3, 3, 3, 4, 3], 16, "severe", 91),
    ],
)
def test_ruis_edges(items: list[int], total: int, band: str, days: int) -> None:
    result = score("ruis", {"items": items}, ON)
    assert (result.score, result.band, result.next_due) == (total, band, ON + timedelta(days=days))


def test_ruis_missing() -> None:
    assert score("ruis", {}).missing == ("items",)
    part = score("ruis", {"items": [3, 3, 3, None, 3]})
    assert (part.band, part.score, part.missing) == ("incomplete", None, ("items.3",))
    sure = score("ruis", {"items": [3, 3, 3, 4, None]}, ON)
    assert (sure.band, sure.score, sure.flags, sure.next_due) == ("severe", None, ("at_least",), None)
    assert score("ruis", {f"items.{index}": 1 for index in range(5)}) == score("ruis", {"items": [1] * 5})


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("code", "base", "key", "low", "high", "step"),
    [
        ("muac", {}, "muac_cm", "10", "60", "0.1"),
        ("braden_total", {}, "total", "6", "23", "1"),
        ("cornell_total", {}, "total", "0", "38", "1"),
        ("edmonton_total", {}, "total", "0", "17", "1"),
        ("push", PUSH, "length_cm", "0.1", "100", "0.2"),
        ("push", PUSH, "width_cm", "0.1", "100", "0.2"),
        ("orthostatic_bp", {}, "lying_sbp", "40", "300", "1"),
        ("orthostatic_bp", {}, "lying_dbp", "20", "200", "1"),
        ("orthostatic_bp", {}, "standing_1min_sbp", "40", "300", "1"),
        ("orthostatic_bp", {}, "standing_1min_dbp", "20", "200", "1"),
        ("orthostatic_bp", {}, "standing_3min_sbp", "40", "300", "1"),
        ("orthostatic_bp", {}, "standing_3min_dbp", "20", "200", "1"),
        ("bristol", {}, "type", "1", "7", "1"),
        ("fluid", FLUID, "intake_ml", "0", "10000", "1"),
        ("fluid", FLUID, "fluid_restricted_to_ml", "0", "5000", "1"),
    ],
)
def test_accepted_range(code: str, base: dict[str, Any], key: str, low: str, high: str, step: str) -> None:
    for edge in (low, high):
        score(code, base | {key: D(edge)})
    for value in (D(low) - D(step), D(high) + D(step), D("NaN"), D("Infinity"), True, "20", [20], {}, float("nan")):
        assert refused(code, base | {key: value}).field == key, value


@pytest.mark.parametrize(
    ("code", "answers", "field"),
    [
        ("muac", {"muac_cm": D("23.4999999")}, "muac_cm"),
        ("muac", {"muac": 23}, "muac"),
        ("braden_total", {"total": D("11.5")}, "total"),
        ("braden_total", {"total": 11, "sensory": 2}, "sensory"),
        ("purpose_t_outcome", {"assessed_at_risk": "yes"}, "assessed_at_risk"),
        ("purpose_t_outcome", {"assessed_at_risk": 1}, "assessed_at_risk"),
        ("push", PUSH | {"exudate": "Heavy"}, "exudate"),
        ("push", PUSH | {"dominant_tissue": "slough"}, "dominant_tissue"),
        ("push", PUSH | {"any_slough": 1}, "any_slough"),
        ("push", PUSH | {"any_necrotic": "no"}, "any_necrotic"),
        ("globiad", {"skin_loss": 0}, "skin_loss"),
        ("globiad", {"infection_signs": "none"}, "infection_signs"),
        ("istap", {"flap_loss": False}, "flap_loss"),
        ("istap", {"flap_loss": "type_1"}, "flap_loss"),
        ("frat", FRAT | {"balance_problem": 1}, "balance_problem"),
        ("frat", FRAT | {"dementia": True}, "dementia"),
        ("orthostatic_bp", STANDING | {"lying_sbp": D("130.5")}, "lying_sbp"),
        ("orthostatic_bp", STANDING | {"symptoms": "dizzy"}, "symptoms"),
        ("bristol", {"type": "4"}, "type"),
        ("fluid", FLUID | {"sex": "female"}, "sex"),
        ("fluid", FLUID | {"intake_ml": D("0.5")}, "intake_ml"),
        ("ruis", {"items": [0, 0, 0, 0]}, "items"),
        ("ruis", {"items": [4, 0, 0, 0, 0]}, "items"),
        ("ruis", {"items": [0, 4, 0, 0, 0]}, "items"),
        ("ruis", {"items": [0, 0, 4, 0, 0]}, "items"),
        ("ruis", {"items": [0, 0, 0, 5, 0]}, "items"),
        ("ruis", {"items": [0, 0, 0, 0, 4]}, "items"),
        ("ruis", {"items": [0, 0, 0, 0, -1]}, "items"),
        ("ruis", {"items.5": 1}, "items.5"),
    ],
)
def test_refused(code: str, answers: dict[str, Any], field: str) -> None:
    error = refused(code, answers)
    assert error.field == field
    assert error.message


# ------------------------------------------------------------------------------------------------------- what they say


@pytest.mark.parametrize("code", OURS)
def test_nothing_answered_is_incomplete_and_never_a_result(code: str) -> None:
    result = score(code, {}, ON)
    assert (result.band, result.score, result.complete, result.next_due) == ("incomplete", None, False, None)
    assert result.missing
    assert dict(result.parts) == {}
    assert result.flags == ()
    given = [None] * 5 if code == "ruis" else None
    nulls = score(code, dict.fromkeys({"items"} if code == "ruis" else set(result.missing), given), ON)
    assert (nulls.band, nulls.score, nulls.complete) == ("incomplete", None, False)


@pytest.mark.parametrize("code", OURS)
def test_what_serves_an_area_is_what_the_policy_lists_for_it(code: str) -> None:
    records = POLICIES[-1].evidence_records
    assert {area.value for area, codes in records.items() if code in codes} == set(instrument(code).serves)


def test_only_what_its_owner_licenses_to_each_home_waits_for_permission() -> None:
    gated = {tool.code for tool in all_instruments() if tool.needs_permission}
    assert gated & set(OURS) == {"push", "purpose_t_outcome", "braden_total", "cornell_total", "edmonton_total"}
    assert {code for code in OURS if instrument(code).mode == "R"} == {
        "purpose_t_outcome", "braden_total", "cornell_total", "edmonton_total",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "base", "part"),
    [
        ("push", {"length_cm": 0, "width_cm": 0}, {"exudate": "exudate_score", "dominant_tissue": "tissue_score"}),
        ("ruis", {}, {f"items.{index}": name for index, name in
                      enumerate(("urgency", "exertion", "drops", "frequency", "amount"))}),
    ],
)  # fmt: skip
def test_the_points_beside_an_option_are_the_points_it_scores(
    code: str, base: dict[str, Any], part: dict[str, str]
) -> None:
    checked = 0
    for question in form(code).questions():
        for option in question.options:
            found = score(code, base | {question.link_id: option.code}).parts[part[question.link_id]]
            assert found == option.ordinal, (question.link_id, option.code)
            checked += 1
    assert checked == {"push": 7, "ruis": 21}[code]


def test_the_push_form_asks_about_dead_tissue_only_of_an_open_wound() -> None:
    dead = {"any_slough", "any_necrotic"}
    assert dead <= enabled(form("push"), {"dominant_tissue": "granulation"})
    assert dead <= enabled(form("push"), {"dominant_tissue": "epithelial"})
    assert dead.isdisjoint(enabled(form("push"), {"dominant_tissue": "closed"}))
    assert dead.isdisjoint(enabled(form("push"), {}))
