"""What must hold for any answers at all, of every instrument that scores."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.instruments.outcome import AnswerError, Outcome
from app.domain.instruments.registry import instrument, score
from tests.oracle.inputs import AT_RANDOM, EVERY
from tests.oracle.tables import CHOICES, RANGES, RECORDED, TICKED, TOP
from tests.oracle.verdicts import impossible_ulcer

Answers = dict[str, Any]
ON = date(2026, 11, 22)
CODES = sorted((*EVERY, *AT_RANDOM))
DERIVED = {"barthel": {"score_100"}, "who5": {"raw"}}
"""Parts that say the total in another way."""
SUMS = ("must", "news2", "waterlow", "push", "frat", "sixcit", "four_at", "amt10", "abbey", "painad", "ruis", "barthel",
        "who5", "gds15")  # fmt: skip
OPTIONAL = {
    "must": {"loss_planned", "muac_cm"}, "fluid": {"fluid_restricted_to_ml"}, "wound_area_reduction": {"days"},
    "push": {"any_slough", "any_necrotic"}, "antipsychotic_review": {"last_review"},
    "pressure_ulcer_category": {"blanches", "colour", "depth", "slough", "fat_visible", "bone_tendon_muscle",
                                "base_obscured"},
    "waterlow": {"mst_amount_kg"},
}  # fmt: skip
"""Answers that are not always needed."""


def made(code: str, seed: int) -> Answers:
    """Complete answers that the instrument accepts, the same for the same seed."""
    rng = random.Random(seed)
    if code in AT_RANDOM:
        return AT_RANDOM[code](rng)
    answers = _combined(code, rng)
    while code == "pressure_ulcer_category" and impossible_ulcer(answers):
        answers = _combined(code, rng)
    return answers


def _combined(code: str, rng: random.Random) -> Answers:
    answers: Answers = {}
    for key, values in EVERY[code].items():
        name, entry, _ = key.partition(".")
        value = rng.choice([each for each in values if each is not None])
        if entry:
            answers.setdefault(name, []).append(value)
        else:
            answers[name] = value
    return answers


def answered(*codes: str) -> Callable[[Any], Any]:
    """Run the test for every one of the instruments, with a seed for answers."""

    def wrap(test: Any) -> Any:
        some = settings(max_examples=50)(given(seed=st.integers(0, 2**32), data=st.data())(test))
        return pytest.mark.parametrize("code", codes)(some)

    return wrap


def accepted(code: str, seed: int) -> tuple[Answers, Outcome]:
    """Answers that make a complete result, and the result."""
    answers = made(code, seed)
    result = score(code, answers, ON)
    assume(result.complete)
    return answers, result


def points(code: str, result: Outcome) -> list[int]:
    return [int(value) for key, value in result.parts.items() if key not in DERIVED.get(code, ())]


def rank(code: str, band: str | None) -> int:
    """How serious a band is among those of its instrument."""
    return [each.code for each in instrument(code).bands].index(str(band))


# ------------------------------------------------------------------------------------------------------------ the total


@answered(*SUMS)
def test_the_total_is_the_sum_of_its_parts(code: str, seed: int, data: st.DataObject) -> None:
    _, result = accepted(code, seed)
    raw = sum(points(code, result))
    assert result.score == raw * {"who5": 4}.get(code, 1)
    if code in DERIVED:
        assert result.parts[next(iter(DERIVED[code]))] == raw * {"barthel": 5}.get(code, 1)


LISTED = tuple(code for code in SUMS if any("." in key for key in CHOICES.get(code, {})))


@answered(*(code for code in SUMS if code in CHOICES and code not in {"must", "news2", "push"}))
def test_an_answer_worth_more_never_lowers_the_total_nor_moves_the_band_back(
    code: str, seed: int, data: st.DataObject
) -> None:
    answers, result = accepted(code, seed)
    tables: dict[str, Any] = {**CHOICES[code], **(RANGES[code] if code == "sixcit" else {})}
    key = data.draw(st.sampled_from([key for key in tables if key.partition(".")[0] in answers or "." in key]))
    name, entry, index = key.partition(".")
    values = EVERY[code][key] if code in EVERY else tuple(tables[key])
    other = data.draw(st.sampled_from([value for value in values if value is not None]))
    changed = dict(answers)
    if entry:
        changed[name] = [*answers[name][: int(index)], other, *answers[name][int(index) + 1 :]]
    else:
        changed[name] = other
    after = score(code, changed, ON)
    part_before, part_after = sum(points(code, result)), sum(points(code, after))
    old = answers[name][int(index)] if entry else answers[name]
    rise = part_after - part_before
    if key in CHOICES[code]:
        assert rise == CHOICES[code][key][other] - CHOICES[code][key][old]
    else:
        assert (rise >= 0) == (other >= old) or rise == 0
    worse = rank(code, after.band) - rank(code, result.band)
    low_is_worse = code in {"amt10", "barthel", "who5"}
    assert worse * rise * (-1 if low_is_worse else 1) >= 0


@answered("waterlow")
def test_one_more_tick_never_lowers_waterlow(code: str, seed: int, data: st.DataObject) -> None:
    answers, result = accepted(code, seed)
    key = data.draw(st.sampled_from(sorted(TICKED[code])))
    more = data.draw(st.sampled_from([tick for tick in TICKED[code][key] if tick != "healthy"]))
    ticks = [tick for tick in answers[key] if tick not in {more, "healthy"}]
    before = score(code, answers | {key: ticks or answers[key]}, ON)
    after = score(code, answers | {key: [*ticks, more]}, ON)
    if ticks or key != "skin":
        assert int(after.score or 0) - int(score(code, answers | {key: ticks}).score or 0) == TICKED[code][key][more]
    assert int(after.score or 0) >= int(before.score or 0) or more in answers[key]
    assert result.complete


@given(seed=st.integers(0, 2**32), less=st.decimals(0, 20, places=1))
def test_weighing_less_never_lowers_must(seed: int, less: Decimal) -> None:
    answers, result = accepted("must", seed)
    lighter = answers["weight_kg"] - less
    assume(lighter >= 20)
    after = score("must", answers | {"weight_kg": lighter}, ON)
    assert int(after.score or 0) >= int(result.score or 0)
    assert rank("must", after.band) >= rank("must", result.band)


@given(seed=st.integers(0, 2**32), wider=st.decimals(0, 9, places=2))
def test_a_larger_ulcer_never_lowers_push(seed: int, wider: Decimal) -> None:
    answers, result = accepted("push", seed)
    assume(answers["dominant_tissue"] != "closed")
    after = score("push", answers | {"width_cm": answers["width_cm"] + wider}, ON)
    assert int(after.score or 0) >= int(result.score or 0)


@pytest.mark.parametrize("code", sorted(set(RECORDED) - {"bristol"}))  # whose types run from one trouble to the other
@given(data=st.data())
def test_a_recorded_total_is_the_score_and_its_band_moves_one_way(code: str, data: st.DataObject) -> None:
    key = RECORDED[code]
    one, other = (
        score(code, {key: data.draw(st.sampled_from([v for v in EVERY[code][key] if v is not None]))}) for _ in "ab"
    )
    worse = rank(code, other.band) - rank(code, one.band)
    assert worse * (int(other.score or 0) - int(one.score or 0)) * (-1 if code == "braden_total" else 1) >= 0


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 3))
def test_one_more_medicine_never_lowers_the_burden(drugs: list[int], more: int) -> None:
    before, after = score("acb", {"drug_scores": drugs}), score("acb", {"drug_scores": [*drugs, more]})
    assert (before.score, after.score) == (sum(drugs), sum(drugs) + more)
    assert rank("acb", after.band) >= rank("acb", before.band)


# ------------------------------------------------------------------------------------------------- what is not answered


@answered(*CODES)
def test_missing_is_never_zero(code: str, seed: int, data: st.DataObject) -> None:
    """With answers taken away there is no score and no due date; a band only where every completion would reach it."""
    answers, whole = accepted(code, seed)
    needed = sorted(set(answers) - OPTIONAL.get(code, set()))
    gone = data.draw(st.lists(st.sampled_from(needed), min_size=1, unique=True))
    less = answers | dict.fromkeys(gone)
    for key in gone:
        entries = answers[key]
        if isinstance(entries, list) and entries and code != "waterlow" and data.draw(st.booleans()):
            left_out = data.draw(st.integers(0, len(entries) - 1))
            less[key] = [None if n == left_out else entry for n, entry in enumerate(entries)]
    if code == "must" and answers.get("height_m") is None and "weight_kg" not in gone:
        assume({"ulna_cm", "sex", "age_years", "previous_weight_kg", "acutely_ill_no_intake_5d"} & set(gone))
    if code == "must" and answers.get("height_m") is not None:
        assume(set(gone) - {"ulna_cm", "sex", "age_years"})
    result = score(code, less, ON)
    absent = {key: value for key, value in less.items() if value is not None}
    assert score(code, absent, ON) == result, "left out is the same as null"
    if code == "post_fall" and result.complete:  # a positive answer decides, whatever is missing after it
        assert result.band == whole.band
        return
    if code == "must" and answers.get("loss_planned") and gone == ["previous_weight_kg"]:
        assert result.score == whole.score  # what was lost on purpose scores nothing, however much it was
        return
    assert (result.score, result.complete, result.next_due) == (None, False, None)
    assert result.missing
    if code in SUMS:
        assert result.parts.items() <= whole.parts.items()
    if result.band == TOP.get(code):
        assert "at_least" in result.flags
        assert whole.band == TOP[code]
    elif result.band == "incomplete_red_flag":
        assert 3 in whole.parts.values()
    elif result.band == "urgent_head_injury_referral":
        assert "at_least" in result.flags
        assert rank(code, whole.band) >= rank(code, result.band)
    else:
        assert result.band in {"incomplete", "clinical_impression_required"}


@answered(*CODES)
def test_nothing_answered_is_incomplete_and_names_what_is_missing(code: str, seed: int, data: st.DataObject) -> None:
    result = score(code, {}, ON)
    assert (result.score, result.band, result.complete, result.next_due) == (None, "incomplete", False, None)
    assert result.missing
    assert not result.flags


# ----------------------------------------------- refused: outside the range, of the wrong kind, or not asked for at all

LIMITS: dict[str, dict[str, tuple[str, str]]] = {
    "must": {"height_m": ("0.8", "2.5"), "weight_kg": ("20", "250"), "previous_weight_kg": ("20", "250"),
             "muac_cm": ("10", "60")},
    "ulna_height": {"ulna_cm": ("5", "60"), "age_years": ("18", "120")},
    "muac": {"muac_cm": ("10", "60")},
    "news2": {"resp_rate": ("0", "60"), "spo2": ("50", "100"), "spo2_scale": ("1", "2"), "systolic": ("40", "300"),
              "pulse": ("20", "250"), "temp_c": ("30", "45")},
    "waterlow": {"age_years": ("14", "120"), "neurological_points": ("0", "30"), "medication_points": ("0", "30")},
    "braden_total": {"total": ("6", "23")}, "cornell_total": {"total": ("0", "38")},
    "edmonton_total": {"total": ("0", "17")}, "bristol": {"type": ("1", "7")}, "cfs": {"level": ("1", "9")},
    "polypharmacy": {"regular_medicines": ("0", "60")},
    "wound_area_reduction": {"length0_cm": ("0.1", "100"), "width0_cm": ("0.1", "100"), "length1_cm": ("0", "100"),
                             "width1_cm": ("0", "100"), "days": ("1", "3650")},
    "push": {"length_cm": ("0", "100"), "width_cm": ("0", "100")},
    "post_fall": {"minutes_on_floor": ("0", "10080")},
    "orthostatic_bp": {key: ("40", "300") if key.endswith("sbp") else ("20", "200") for key in (
        "lying_sbp", "lying_dbp", "standing_1min_sbp", "standing_1min_dbp", "standing_3min_sbp", "standing_3min_dbp")},
    "amt10": {"correct": ("0", "10")},
    "sixcit": {"count_back_errors": ("0", "20"), "months_back_errors": ("0", "12"), "address_errors": ("0", "5")},
    "four_at": {"amt4_mistakes": ("0", "4"), "months_backwards": ("0", "12")},
    "fluid": {"intake_ml": ("0", "10000"), "fluid_restricted_to_ml": ("0", "5000")},
}  # fmt: skip
NUMBERS = [(code, key) for code, keys in LIMITS.items() for key in keys]
ENTRIES = {"abbey": 3, "painad": 2, "ruis": 4, "barthel": 3, "who5": 5, "acb": 3}
"""The highest number that any entry of the list takes."""


@pytest.mark.parametrize(("code", "key"), NUMBERS)
@given(seed=st.integers(0, 2**32), beyond=st.decimals("0.0001", 10**9, places=4), below=st.booleans())
def test_a_number_outside_its_range_is_refused_at_its_field(
    code: str, key: str, seed: int, beyond: Decimal, below: bool
) -> None:
    low, high = (Decimal(edge) for edge in LIMITS[code][key])
    answers = {} if (code, key) == ("amt10", "correct") else made(code, seed)
    with pytest.raises(AnswerError) as caught:
        score(code, answers | {key: low - beyond if below else high + beyond})
    assert caught.value.field == key
    assert caught.value.message


@pytest.mark.parametrize("code", sorted(ENTRIES))
@given(
    seed=st.integers(0, 2**32), wrong=st.integers(max_value=-1) | st.integers(min_value=6) | st.text(), data=st.data()
)
def test_a_wrong_entry_of_a_list_is_refused_at_the_list(
    code: str, seed: int, wrong: object, data: st.DataObject
) -> None:
    answers = made(code, seed)
    (key,) = answers
    assume(answers[key])
    at = data.draw(st.integers(0, len(answers[key]) - 1))
    answers[key] = [*answers[key][:at], wrong, *answers[key][at + 1 :]]
    with pytest.raises(AnswerError) as caught:
        score(code, answers)
    assert caught.value.field == key


@pytest.mark.parametrize("code", sorted(LISTED))
@given(seed=st.integers(0, 2**32), longer=st.booleans())
def test_a_list_of_another_length_is_refused(code: str, seed: int, longer: bool) -> None:
    answers = made(code, seed)
    (key,) = answers
    with pytest.raises(AnswerError) as caught:
        score(code, {key: [*answers[key], answers[key][0]] if longer else answers[key][1:]})
    assert caught.value.field == key


@answered(*CODES)
def test_an_answer_of_the_wrong_kind_or_not_asked_for_is_refused(code: str, seed: int, data: st.DataObject) -> None:
    answers = made(code, seed)
    stranger = data.draw(st.text(min_size=1).filter(lambda key: key.rpartition(".")[0] not in answers))
    assume(stranger not in answers and stranger not in {"correct", "muac_cm", "days"})
    with pytest.raises(AnswerError) as caught:
        score(code, answers | {stranger: 1})
    assert caught.value.field == stranger
    key = data.draw(st.sampled_from(sorted(answers)))
    for wrong in ({}, "nonsense", {"value": 1}, float("nan"), Decimal("Infinity"), b"1"):
        with pytest.raises(AnswerError) as caught:
            score(code, answers | {key: wrong})
        assert caught.value.field == key or code == "pressure_ulcer_category"


# ------------------------------------------------------------------------------------------------- what changes nothing


@answered(*CODES)
def test_the_order_of_the_answers_changes_nothing(code: str, seed: int, data: st.DataObject) -> None:
    answers, result = accepted(code, seed)
    assert score(code, dict(data.draw(st.permutations(list(answers.items())))), ON) == result


@answered("waterlow", "acb", "abbey", "painad", "amt10", "who5")
def test_the_order_of_a_list_whose_entries_weigh_the_same_changes_no_score(
    code: str, seed: int, data: st.DataObject
) -> None:
    answers, result = accepted(code, seed)
    moved = {
        key: data.draw(st.permutations(value)) if isinstance(value, list) else value for key, value in answers.items()
    }
    after = score(code, moved, ON)
    assert (after.score, after.band, after.flags, after.complete) == (
        result.score, result.band, result.flags, result.complete,
    )  # fmt: skip


@answered(*sorted(LIMITS), *sorted(ENTRIES))
def test_a_number_is_the_same_as_an_integer_a_decimal_or_a_float(code: str, seed: int, data: st.DataObject) -> None:
    answers, result = accepted(code, seed)
    for kind in (Decimal, lambda number: float(str(number)), lambda number: Decimal(str(number)) * Decimal("1.0")):
        turned = {key: _numbers(value, kind) for key, value in answers.items()}
        after = score(code, turned, ON)
        assert (after.score, after.band, after.flags, after.parts, after.next_due) == (
            result.score, result.band, result.flags, result.parts, result.next_due,
        )  # fmt: skip


def _numbers(value: Any, kind: Callable[[Any], object]) -> Any:
    if isinstance(value, list):
        return [_numbers(entry, kind) for entry in value]
    return kind(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


# ----------------------------------------------------------------------------------------------------------- safeguards


@given(seed=st.integers(0, 2**32), data=st.data())
def test_an_alarm_after_a_fall_is_never_lost_among_other_answers(seed: int, data: st.DataObject) -> None:
    answers = made("post_fall", seed)
    safe = {key: key in {"danger_clear", "responsive_and_breathing"} for key in list(answers)[:11]}
    alarm = data.draw(st.sampled_from(sorted(safe)))
    others = data.draw(st.lists(st.sampled_from(sorted(set(answers) - {alarm})), unique=True))
    result = score("post_fall", answers | dict.fromkeys(others) | {alarm: not safe[alarm]})
    assert (result.band, result.complete) == ("call_999_do_not_move", True)


@given(seed=st.integers(0, 2**32))
def test_oxygen_does_not_matter_to_scale_2_at_92_or_below(seed: int) -> None:
    answers, result = accepted("news2", seed)
    assume(answers["spo2"] <= 92)
    other = score("news2", answers | {"on_oxygen": not answers["on_oxygen"]})
    assert other.parts["spo2"] == result.parts["spo2"]
