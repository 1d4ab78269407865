"""What must hold for any answers at all."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.instruments import abbey, four_at, news2, post_fall, waterlow
from app.domain.instruments.outcome import AnswerError
from app.domain.instruments.registry import score

ON = date(2026, 11, 22)


def _decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


MUST = st.fixed_dictionaries({
    "height_m": _decimals("1.30", "2.10", 2), "weight_kg": _decimals("30", "140", 1),
    "previous_weight_kg": _decimals("30", "140", 1), "acutely_ill_no_intake_5d": st.booleans(),
})  # fmt: skip
NEWS2 = st.fixed_dictionaries({
    "resp_rate": st.integers(0, 60), "spo2": st.integers(50, 100), "spo2_scale": st.sampled_from([1, 2]),
    "on_oxygen": st.booleans(), "systolic": st.integers(40, 300), "pulse": st.integers(20, 250),
    "consciousness": st.sampled_from("ACVPU"), "temp_c": _decimals("30", "45", 1),
})  # fmt: skip
WATERLOW = st.fixed_dictionaries({
    "build": st.sampled_from(sorted(waterlow._BUILD)), "sex": st.sampled_from("FM"), "age_years": st.integers(14, 120),
    "skin": st.lists(st.sampled_from([code for code in waterlow._SKIN if code != "healthy"]), min_size=1, unique=True),
    "mst_weight_lost": st.sampled_from(["no", "unsure"]), "mst_poor_appetite": st.booleans(),
    "continence": st.sampled_from(sorted(waterlow._CONTINENCE)),
    "mobility": st.sampled_from(sorted(waterlow._MOBILITY)),
    "tissue_malnutrition": st.lists(
        st.sampled_from([code for code in waterlow._TISSUE if code != "none"]), unique=True
    ),
    "neurological_points": st.integers(0, 30), "medication_points": st.integers(0, 30),
    "surgery": st.sampled_from(sorted(waterlow._SURGERY)),
})  # fmt: skip
FOUR_AT = st.fixed_dictionaries({
    "alertness": st.sampled_from(sorted(four_at._ALERTNESS)),
    "amt4_mistakes": st.one_of(st.integers(0, 4), st.just("untestable")),
    "months_backwards": st.one_of(st.integers(0, 12), st.sampled_from(["refused", "untestable"])),
    "acute_change": st.booleans(),
})  # fmt: skip
ABBEY = st.fixed_dictionaries({"items": st.lists(st.integers(0, 3), min_size=6, max_size=6)})
SCORED = st.one_of(
    st.tuples(st.just("must"), MUST),
    st.tuples(st.just("news2"), NEWS2),
    st.tuples(st.just("waterlow"), WATERLOW),
    st.tuples(st.just("four_at"), FOUR_AT),
    st.tuples(st.just("abbey"), ABBEY),
)
TOP = {"must": "high", "news2": "high", "waterlow": "very_high_risk", "four_at": "possible_delirium", "abbey": "severe"}


@given(SCORED)
def test_the_total_is_the_sum_of_its_parts(asked: tuple[str, dict[str, Any]]) -> None:
    result = score(*asked, ON)
    assert result.complete
    assert result.score == sum(result.parts.values())  # type: ignore[arg-type]
    assert result.missing == ()
    assert result.band not in {None, "incomplete"}


@given(SCORED, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(asked: tuple[str, dict[str, Any]], rng: random.Random) -> None:
    code, answers = asked
    shuffled = list(answers.items())
    rng.shuffle(shuffled)
    assert score(code, dict(shuffled), ON) == score(code, answers, ON)
    lists = {
        key: list(reversed(value)) for key, value in answers.items() if isinstance(value, list) and code != "abbey"
    }
    assert score(code, answers | lists, ON).score == score(code, answers, ON).score


@given(SCORED, st.data())
def test_missing_is_never_zero(asked: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    """With answers taken away there is no score and no due date; a band only when every completion would reach it."""
    code, answers = asked
    gone = data.draw(st.lists(st.sampled_from(sorted(answers)), min_size=1, unique=True))
    whole = score(code, answers, ON)
    result = score(code, answers | dict.fromkeys(gone), ON)
    assert (result.score, result.complete, result.next_due) == (None, False, None)
    assert set(result.missing) & set(gone)
    assert set(result.parts.items()) <= set(whole.parts.items())
    if result.band == TOP[code]:
        assert result.flags[-1] == "at_least"
        assert whole.band == TOP[code]
    elif result.band == "incomplete_red_flag":
        assert 3 in whole.parts.values()
    else:
        assert result.band == "incomplete"
    absent = {key: value for key, value in answers.items() if key not in gone}
    assert score(code, absent, ON) == result


@given(MUST)
def test_must_agrees_with_exact_fractions(answers: dict[str, Any]) -> None:
    weight, height, before = (Fraction(answers[key]) for key in ("weight_kg", "height_m", "previous_weight_kg"))
    bmi, loss = weight / height**2, (before - weight) / before * 100
    parts = score("must", answers).parts
    assert parts["bmi_score"] == (0 if bmi > 20 else 1 if bmi >= Fraction("18.5") else 2)
    assert parts["weight_loss_score"] == (0 if loss < 5 else 1 if loss <= 10 else 2)
    assert ("obese" in score("must", answers).flags) == (bmi > 30)


@given(NEWS2)
def test_news2_bands_follow_the_order(answers: dict[str, Any]) -> None:
    result = score("news2", answers)
    total = result.score
    assert isinstance(total, int)
    assert 0 <= total <= 20
    red = 3 in result.parts.values()
    assert result.band == ("high" if total >= 7 else "medium" if total >= 5 else "low_medium" if red else "low")
    if answers["spo2"] <= 92:
        other = score("news2", answers | {"on_oxygen": not answers["on_oxygen"]})
        assert other.parts["spo2"] == result.parts["spo2"]


@given(ABBEY, st.permutations(range(6)))
def test_abbey_items_all_weigh_the_same(answers: dict[str, Any], order: list[int]) -> None:
    moved = {"items": [answers["items"][index] for index in order]}
    assert score("abbey", moved).score == score("abbey", answers).score
    assert len(score("abbey", answers).parts) == len(abbey.ITEMS)


@given(st.dictionaries(st.sampled_from(sorted(post_fall._EMERGENCY)), st.one_of(st.none(), st.booleans())))
def test_an_alarm_is_never_lost_among_other_answers(answers: dict[str, Any]) -> None:
    alarmed = any(answers.get(key) is alarm for key, (alarm, _) in post_fall._EMERGENCY.items())
    assert (score("post_fall", answers).band == "call_999_do_not_move") == alarmed


@given(st.lists(_decimals("0.1", "100", 1), min_size=4, max_size=4), st.one_of(st.none(), st.integers(1, 3650)))
def test_wound_area_agrees_with_exact_fractions(sizes: list[Decimal], days: int | None) -> None:
    keys = ("length0_cm", "width0_cm", "length1_cm", "width1_cm")
    result = score("wound_area_reduction", dict(zip(keys, sizes, strict=True)) | {"days": days}, ON)
    first, now = Fraction(sizes[0] * sizes[1]), Fraction(sizes[2] * sizes[3])
    exact = (first - now) / first * 100
    assert isinstance(result.score, Decimal)
    assert abs(Fraction(result.score) - exact) <= Fraction(1, 20)
    assert ("larger" in result.flags) == (exact < 0)
    assert ("reassess_2_weeks" in result.flags) == (days is not None and days >= 14 and exact < 20)
    assert ("refer_4_weeks" in result.flags) == (days is not None and days >= 28 and exact < 40)
    assert result.next_due == ON + timedelta(days=7)


@pytest.mark.parametrize("key", ["resp_rate", "spo2", "systolic", "pulse"])
@given(NEWS2, st.integers())
def test_news2_out_of_range_is_refused_at_its_field(key: str, answers: dict[str, Any], value: int) -> None:
    low, high = {"resp_rate": (0, 60), "spo2": (50, 100), "systolic": (40, 300), "pulse": (20, 250)}[key]
    if low <= value <= high:
        assert news2.TOOL.code == score("news2", answers | {key: value}).instrument
    else:
        with pytest.raises(AnswerError) as caught:
            score("news2", answers | {key: value})
        assert caught.value.field == key
