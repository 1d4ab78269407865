"""The rest of the worked examples: the figures beside the points, and the tables as lines that a script would send.

The other tables are in ``test_instruments_examples*``, ``test_captured``, ``test_summaries``, ``test_nutrition`` and
``test_wounds``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from app.domain.instruments.lines import answer_line
from app.domain.instruments.registry import score


def asked(code: str, answers: str) -> dict[str, Any]:
    """What ``hartwell score`` answers to the answers, given as JSON text."""
    text, accepted = answer_line(f'{{"id": "row", "instrument": "{code}", "answers": {answers}}}')
    assert accepted, text
    found: dict[str, Any] = json.loads(text)
    return found


# --------------------------------------------------------------------------------------------------------------- 1 MUST

MUST = [
    # height or ulna, weight, weight before, ill, BMI, loss, points, total, band
    ('"height_m": 1.68', "71.0", "72.0", "false", "25.16", "1.39", [0, 0, 0], 0, "low"),
    ('"height_m": 1.80', "64.8", "65.0", "false", "20.00", "0.31", [1, 0, 0], 1, "medium"),
    ('"height_m": 1.57', "45.5", "46.0", "false", "18.46", "1.09", [2, 0, 0], 2, "high"),
    ('"height_m": 1.70', "66.5", "70.0", "false", "23.01", "5.00", [0, 1, 0], 1, "medium"),
    ('"height_m": 1.52', "41.0", "47.0", "false", "17.75", "12.77", [2, 2, 0], 4, "high"),
    ('"height_m": 1.75', "95.0", "96.0", "false", "31.02", "1.04", [0, 0, 0], 0, "low"),
    ('"height_m": 1.66', "58.0", "58.0", "true", "21.05", None, [0, 0, 2], 2, "high"),
    ('"ulna_cm": 23.0, "sex": "F", "age_years": 86', "44.0", "47.5", "false", "18.31", "7.37", [2, 1, 0], 3, "high"),
]


@pytest.mark.parametrize(("height", "weight", "before", "ill", "bmi", "loss", "points", "total", "band"), MUST)
def test_must_with_the_figures_of_its_table(
    height: str, weight: str, before: str, ill: str, bmi: str, loss: str | None, points: list[int], total: int,
    band: str,
) -> None:  # fmt: skip
    answers = f'{{{height}, "weight_kg": {weight}, "previous_weight_kg": {before}, "acutely_ill_no_intake_5d": {ill}}}'
    found = asked("must", answers)
    assert list(found["parts"].values()) == points
    assert (found["score"], found["band"], found["flags"]) == (total, band, ["obese"] if bmi == "31.02" else [])
    workings = score("must", json.loads(answers)).workings
    assert any(f"= {bmi}: {points[0]} point" in line for line in workings)
    if loss is None:
        assert f"No weight lost since {before} kg: 0 points" in workings
    else:
        assert any(f"= {loss} %: {points[1]} point" in line for line in workings)


# -------------------------------------------------------------------------------------------------------------- 2 NEWS2

NEWS2 = [
    ("20 98 1 false 111 78 A 37.0", "0+0+0+0+0+0+0", 0, "low"),
    ("20 91 1 false 111 78 A 37.0", "0+3+0+0+0+0+0", 3, "low_medium"),
    ("20 98 2 true 111 78 A 37.0", "0+3+2+0+0+0+0", 5, "medium"),
    ("20 98 2 true 111 78 C 40.0", "0+3+2+0+0+3+2", 10, "high"),
    ("20 98 2 true 111 150 C 40.0", "0+3+2+0+3+3+2", 13, "high"),
    ("20 98 2 true 80 150 C 40.0", "0+3+2+3+3+3+2", 16, "high"),
    ("23 93 1 false 104 112 C 38.4", "2+2+0+1+2+3+1", 11, "high"),
    ("22 90 2 true 140 96 A 36.5", "2+0+2+0+1+0+0", 5, "medium"),
]


@pytest.mark.parametrize(("row", "points", "total", "band"), NEWS2)
def test_news2_as_a_line(row: str, points: str, total: int, band: str) -> None:
    resp, spo2, scale, oxygen, systolic, pulse, awake, temp = row.split()
    found = asked(
        "news2",
        f'{{"resp_rate": {resp}, "spo2": {spo2}, "spo2_scale": {scale}, "on_oxygen": {oxygen}, "systolic": {systolic}, '
        f'"pulse": {pulse}, "consciousness": "{awake}", "temp_c": {temp}}}',
    )
    assert list(found["parts"].values()) == [int(step) for step in points.split("+")]
    assert (found["score"], found["band"]) == (total, band)


# ----------------------------------------------------------------------------------------- 3.3, 4.1, 4.5, 4.6: findings


@pytest.mark.parametrize(
    ("code", "answers", "band"),
    [
        # A medical device on skin with redness that blanches, judged at risk
        ("purpose_t_outcome", {"pressure_ulcer_cat1_or_above": False, "scar_from_previous_ulcer": False,
         "assessed_at_risk": True}, "amber_primary_prevention"),
        # Step 1 shows a concern, and step 2 has not been completed
        ("purpose_t_outcome", {"pressure_ulcer_cat1_or_above": False, "scar_from_previous_ulcer": False},
         "incomplete"),
        # Heel, red, fades on pressure; sacrum, intact, stays red; hip, a shallow pink open area
        ("pressure_ulcer_category", {"skin": "intact", "colour": "red", "blanches": True}, "not_a_pressure_ulcer"),
        ("pressure_ulcer_category", {"skin": "intact", "colour": "red", "blanches": False}, "category_1"),
        ("pressure_ulcer_category", {"skin": "broken", "colour": "red", "depth": "partial"}, "category_2"),
        # Sacrum, deep, yellow fat seen, no bone; heel, hard black eschar; heel, intact, maroon, boggy
        ("pressure_ulcer_category", {"skin": "broken", "depth": "full", "fat_visible": True,
         "bone_tendon_muscle": False}, "category_3"),
        ("pressure_ulcer_category", {"skin": "broken", "depth": "full", "base_obscured": True}, "unstageable"),
        ("pressure_ulcer_category", {"skin": "intact", "colour": "purple_maroon", "blanches": False},
         "deep_tissue_injury"),
        # Red groin, intact, no satellite spots; with them; eroded natal cleft, clean; eroded with green exudate
        ("globiad", {"skin_loss": False, "infection_signs": False}, "1A"),
        ("globiad", {"skin_loss": False, "infection_signs": True}, "1B"),
        ("globiad", {"skin_loss": True, "infection_signs": False}, "2A"),
        ("globiad", {"skin_loss": True, "infection_signs": True}, "2B"),
        # Edges meet, or the flap covers the bed again; half of it is covered; the whole flap is gone
        ("istap", {"flap_loss": "none"}, "type_1"),
        ("istap", {"flap_loss": "partial"}, "type_2"),
        ("istap", {"flap_loss": "total"}, "type_3"),
    ],
)  # fmt: skip
def test_findings_as_a_line(code: str, answers: dict[str, Any], band: str) -> None:
    found = asked(code, json.dumps(answers))
    assert (found["band"], found["score"], found["complete"]) == (band, None, band != "incomplete")


# ------------------------------------------------------------------------------------------------ 10.1: a code may fall


def test_a_resident_who_rallies_goes_from_c_back_to_b_and_is_looked_at_less_often() -> None:
    on = date(2026, 11, 22)
    weeks, months = (score("needs_code", {"code": code}, on) for code in ("C", "B"))
    assert (weeks.band, months.band) == ("yellow", "green")
    assert weeks.next_due is not None
    assert months.next_due is not None
    assert weeks.next_due < months.next_due
