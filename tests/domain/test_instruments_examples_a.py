"""The worked examples of the published tables, typed from them: arm, pressure risk, wounds, falls, bowels, fluid,
frailty and the totals that are copied from their owners' forms."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal as D  # noqa: N817 - the tables stay readable
from typing import Any

import pytest

from app.domain.instruments.fluid import low_two_days
from app.domain.instruments.lines import answer_line
from app.domain.instruments.muac import muac_change, weight_change_likely
from app.domain.instruments.registry import score
from app.domain.nutrition import adjusted_weight

# ------------------------------------------------------------------------------------------------------------- MUAC


@pytest.mark.parametrize(
    ("muac", "band"),
    [
        ("21.0", "bmi_likely_under_20"),
        ("22.8", "bmi_likely_under_20"),
        ("23.9", "no_inference"),
        ("28", "no_inference"),
        ("33.5", "bmi_likely_over_30"),
    ],
)
def test_muac_supports_a_category_and_never_a_number(muac: str, band: str) -> None:
    result = score("muac", {"muac_cm": D(muac)})
    assert (result.score, result.band, result.complete) == (None, band, True)
    assert any("swollen" in action for action in result.actions), "arm oedema makes it invalid"


def test_a_muac_that_fell_from_27_to_24_means_that_weight_fell_by_ten_per_cent_or_more() -> None:
    assert (muac_change(D("27.0"), D("24.0")), weight_change_likely(D("27.0"), D("24.0"))) == (D("-11.1"), True)


def test_below_knee_amputee() -> None:
    assert round(adjusted_weight(D("50.0"), ["below_knee"]), 1) == D("53.1")


# --------------------------------------------------------------------------------------------------- pressure ulcers


@pytest.mark.parametrize(
    ("ulcer", "scar", "at_risk", "band"),
    [
        (False, False, False, "green_not_currently_at_risk"),
        (False, False, True, "amber_primary_prevention"),
        (True, False, True, "red_secondary_prevention"),
        (False, True, True, "red_secondary_prevention"),
    ],
)
def test_purpose_t(ulcer: bool, scar: bool, at_risk: bool, band: str) -> None:
    answers = {"pressure_ulcer_cat1_or_above": ulcer, "scar_from_previous_ulcer": scar, "assessed_at_risk": at_risk}
    result = score("purpose_t_outcome", answers)
    assert (result.score, result.band, result.complete, result.flags) == (None, band, True, ())


def test_purpose_t_with_a_concern_and_no_full_assessment_is_incomplete() -> None:
    result = score("purpose_t_outcome", {"pressure_ulcer_cat1_or_above": False, "scar_from_previous_ulcer": False})
    assert (result.band, result.complete, result.missing) == ("incomplete", False, ("assessed_at_risk",))


@pytest.mark.parametrize(
    ("total", "band"),
    [(6, "very_high"), (15, "mild"), (17, "mild"), (21, "none"), (11, "high")],
)
def test_braden(total: int, band: str) -> None:
    result = score("braden_total", {"total": total})
    assert (result.score, result.band, result.complete) == (total, band, True)


# ------------------------------------------------------------------------------------------------------------- PUSH


@pytest.mark.parametrize(
    ("length", "width", "exudate", "tissue", "parts", "total"),
    [
        ("4", "3", "moderate", "slough", (8, 2, 3), 13),
        ("0.4", "0.4", "none", "epithelial", (1, 0, 1), 2),
        ("1.5", "1.0", "light", "granulation", (4, 1, 2), 7),
        ("2.5", "2.5", "light", "slough", (7, 1, 3), 11),
        ("5", "4", "heavy", "necrotic", (9, 3, 4), 16),
        ("7", "5", "moderate", "granulation", (10, 2, 2), 14),
    ],
)
def test_push(length: str, width: str, exudate: str, tissue: str, parts: tuple[int, ...], total: int) -> None:
    answers: dict[str, Any] = {"length_cm": D(length), "width_cm": D(width), "exudate": exudate}
    if tissue in {"slough", "necrotic"}:
        answers |= {"dominant_tissue": "granulation", f"any_{tissue}": True}
    else:
        answers["dominant_tissue"] = tissue
    result = score("push", answers)
    assert dict(result.parts) == dict(zip(("area_score", "exudate_score", "tissue_score"), parts, strict=True))
    assert (result.score, result.band, result.complete) == (total, None, True)


# ------------------------------------------------------------------------------------------------------ skin damage


@pytest.mark.parametrize(
    ("loss", "infection", "band"), [(False, False, "1A"), (False, True, "1B"), (True, False, "2A"), (True, True, "2B")]
)
def test_globiad(loss: bool, infection: bool, band: str) -> None:
    result = score("globiad", {"skin_loss": loss, "infection_signs": infection})
    assert (result.score, result.band, result.complete) == (None, band, True)


@pytest.mark.parametrize(("flap", "band"), [("none", "type_1"), ("partial", "type_2"), ("total", "type_3")])
def test_istap(flap: str, band: str) -> None:
    result = score("istap", {"flap_loss": flap})
    assert (result.score, result.band, result.complete) == (None, band, True)


# ------------------------------------------------------------------------------------------------------------ falls


@pytest.mark.parametrize(
    ("answered", "total", "band"),
    [
        ("YNNYN", 2, "lower_risk"),
        ("NNNNY", 1, "lower_risk"),
        ("YYYNN", 3, "higher_risk"),
        ("NYNYY", 3, "higher_risk"),
        ("YYNYY", 4, "higher_risk"),
        ("NYNNN", 1, "lower_risk"),
    ],
)
def test_frat(answered: str, total: int, band: str) -> None:
    keys = (
        "fall_last_year",
        "four_or_more_meds",
        "stroke_or_parkinsons",
        "balance_problem",
        "cannot_rise_without_arms",
    )
    result = score("frat", {key: letter == "Y" for key, letter in zip(keys, answered, strict=True)}, date(2026, 11, 22))
    assert (result.score, result.band, result.complete) == (total, band, True)
    assert "multifactorial" in result.actions[0]
    assert result.next_due is None, "an optional tool is never due"


@pytest.mark.parametrize(
    ("lying", "first", "third", "symptoms", "band", "general"),
    [
        ("138/78", "120/72", "124/74", False, "negative", "negative"),
        ("128/70", "106/66", "110/68", False, "positive", "positive"),
        ("112/64", "96/60", "94/60", False, "negative", "negative"),
        ("98/60", "91/58", "88/56", False, "positive", "negative"),
        ("160/90", "150/79", "152/80", True, "positive", "positive"),
        ("160/90", "150/79", "152/80", False, "negative", "positive"),
    ],
)
def test_orthostatic_bp(lying: str, first: str, third: str, symptoms: bool, band: str, general: str) -> None:
    answers: dict[str, Any] = {"symptoms": symptoms}
    for reading, figures in (("lying", lying), ("standing_1min", first), ("standing_3min", third)):
        answers[f"{reading}_sbp"], answers[f"{reading}_dbp"] = (int(each) for each in figures.split("/"))
    result = score("orthostatic_bp", answers)
    assert (result.score, result.band, result.complete, result.flags) == (None, band, True, ())
    assert result.parts["general_definition"] == general


# ------------------------------------------------------------------------------------------- depression and frailty


@pytest.mark.parametrize(
    ("ones", "twos", "band"),
    [
        (2, 1, "no_significant_symptoms"),
        (3, 2, "subthreshold"),
        (6, 2, "subthreshold"),
        (8, 3, "probable"),
        (6, 7, "definite"),
        (4, 1, "subthreshold"),
    ],
)
def test_cornell(ones: int, twos: int, band: str) -> None:
    result = score("cornell_total", {"total": ones + 2 * twos})
    assert (result.score, result.band, result.complete) == (ones + 2 * twos, band, True)
    assert any("suicide" in action for action in result.actions)


@pytest.mark.parametrize(
    ("total", "band"),
    [(3, "not_frail"), (0, "not_frail"), (13, "severe"), (15, "severe"), (16, "severe"), (4, "not_frail")],
)
def test_edmonton(total: int, band: str) -> None:
    result = score("edmonton_total", {"total": total})
    assert (result.score, result.band, result.complete) == (total, band, True)


# -------------------------------------------------------------------------------------------------- fluid and bowels


@pytest.mark.parametrize(
    ("sex", "taken", "limit", "band", "flags"),
    [
        ("F", 1750, None, "at_target", ()),
        ("F", 1450, None, "below_target", ()),
        ("M", 2100, None, "at_target", ()),
        ("M", 1850, None, "below_target", ()),
        ("F", 1100, None, "below_target", ()),
        ("M", 1400, 1200, "restricted_individual_target", ("over_restriction",)),
    ],
)
def test_fluid(sex: str, taken: int, limit: int | None, band: str, flags: tuple[str, ...]) -> None:
    result = score("fluid", {"sex": sex, "intake_ml": taken, "fluid_restricted_to_ml": limit})
    assert (result.score, result.band, result.flags, result.complete) == (None, band, flags, True)


def test_1100_ml_on_two_days_is_an_alert() -> None:
    day = date(2026, 11, 22)
    assert low_two_days({day: 1100, day - timedelta(days=1): 1100}, day)


@pytest.mark.parametrize(
    ("kind", "band"),
    [(1, "constipation"), (2, "constipation"), (3, "normal"), (4, "normal"), (5, "loose_tendency"), (6, "loose"),
     (7, "loose")],
)  # fmt: skip
def test_bristol(kind: int, band: str) -> None:
    result = score("bristol", {"type": kind})
    assert (result.score, result.band, result.complete) == (kind, band, True)
    assert any("Blood" in action for action in result.actions)
    assert ("Watch" in result.actions[0]) is (kind == 5)


@pytest.mark.parametrize(
    ("items", "total", "band"),
    [
        ([0, 0, 0, 0, 0], 0, "none_or_slight"),
        ([3, 3, 3, 3, 3], 15, "severe"),
        ([2, 1, 1, 1, 1], 6, "mild"),
        ([1, 1, 1, 1, 0], 4, "mild"),
        ([2, 2, 2, 2, 1], 9, "moderate"),
        ([2, 2, 3, 3, 2], 12, "moderate"),
    ],
)
def test_ruis(items: list[int], total: int, band: str) -> None:
    result = score("ruis", {"items": items})
    assert (result.score, result.band, list(result.parts.values())) == (total, band, items)


# --------------------------------------------------------------------------------------------------- the line's shape


@pytest.mark.parametrize(
    ("code", "answers", "score_", "band", "parts", "flags", "due"),
    [
        ("muac", {"muac_cm": 22.8}, None, "bmi_likely_under_20", {}, [], "2026-12-20"),
        ("purpose_t_outcome", {"pressure_ulcer_cat1_or_above": True, "scar_from_previous_ulcer": False,
         "assessed_at_risk": True}, None, "red_secondary_prevention", {}, [], "2026-11-29"),
        ("braden_total", {"total": 11}, 11, "high", {}, [], "2026-11-29"),
        ("cornell_total", {"total": 14}, 14, "probable", {}, [], "2027-02-21"),
        ("edmonton_total", {"total": 13}, 13, "severe", {}, [], "2027-02-21"),
        ("push", {"length_cm": 2.5, "width_cm": 2.5, "exudate": "light", "dominant_tissue": "granulation",
         "any_slough": True}, 11, None, {"area_score": 7, "exudate_score": 1, "tissue_score": 3}, [], "2026-11-29"),
        ("globiad", {"skin_loss": True, "infection_signs": False}, None, "2A", {}, [], "2026-11-29"),
        ("istap", {"flap_loss": "partial"}, None, "type_2", {}, [], "2026-11-29"),
        ("frat", {"fall_last_year": True, "four_or_more_meds": True, "stroke_or_parkinsons": True,
         "balance_problem": False, "cannot_rise_without_arms": False}, 3, "higher_risk",
         {"fall_last_year": 1, "four_or_more_meds": 1, "stroke_or_parkinsons": 1, "balance_problem": 0,
          "cannot_rise_without_arms": 0}, [], None),
        ("orthostatic_bp", {"lying_sbp": 160, "lying_dbp": 90, "standing_1min_sbp": 150, "standing_1min_dbp": 79,
         "standing_3min_sbp": 152, "standing_3min_dbp": 80, "symptoms": False}, None, "negative",
         {"systolic_fall": 10, "diastolic_fall": 11, "general_definition": "positive"}, [], "2027-05-23"),
        ("bristol", {"type": 4}, 4, "normal", {}, [], None),
        ("fluid", {"sex": "M", "intake_ml": 1400, "fluid_restricted_to_ml": 1200}, None, "restricted_individual_target",
         {"target_ml": 1200}, ["over_restriction"], "2026-11-23"),
        ("ruis", {"items": [2, 2, 2, 2, 1]}, 9, "moderate",
         {"urgency": 2, "exertion": 2, "drops": 2, "frequency": 2, "amount": 1}, [], "2027-02-21"),
    ],
)  # fmt: skip
def test_a_line_has_the_published_shape(
    code: str, answers: dict[str, Any], score_: int | None, band: str | None, parts: dict[str, Any], flags: list[str],
    due: str | None,
) -> None:  # fmt: skip
    text, accepted = answer_line(json.dumps({"id": "a", "instrument": code, "answers": answers, "on": "2026-11-22"}))
    found = json.loads(text)
    assert accepted
    assert list(found) == [
        "id", "instrument", "version", "complete", "score", "band", "parts", "flags", "missing", "actions", "next_due",
        "attribution",
    ]  # fmt: skip
    assert (found["id"], found["instrument"], found["complete"], found["missing"]) == ("a", code, True, [])
    assert (found["score"], found["band"], found["parts"]) == (score_, band, parts)
    assert (found["flags"], found["next_due"]) == (flags, due)
    assert found["actions"]
    assert found["attribution"]
