"""Stones and pounds, feet and inches, a missing limb, and how much was lost over 1, 3 and 6 months."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D  # noqa: N817 - the tables stay readable

import pytest

from app.domain.errors import UserError
from app.domain.instruments.must import loss_points
from app.domain.instruments.registry import score
from app.domain.nutrition import (
    AMPUTATIONS,
    LIMB_PERCENT,
    DatedWeight,
    adjusted_weight,
    kilograms,
    metres,
    missing_percent,
    weight_losses,
)

# ----------------------------------------------------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("stones", "pounds", "kg"),
    [
        (0, "0", "0"),
        (0, "1", "0.45359237"),
        (1, "0", "6.35029318"),
        (9, "11", "62.14215469"),
        (9, "11.5", "62.368950875"),
        (0, "137.5", "62.368950875"),
        (2, "6", "15.42214058"),
        (10, "13.99", "69.8486890563"),
    ],
)
def test_stones_and_pounds_come_to_exact_kilograms(stones: int, pounds: str, kg: str) -> None:
    assert kilograms(stones, D(pounds)) == D(kg)


@pytest.mark.parametrize(
    ("feet", "inches", "m"),
    [(0, "1", "0.0254"), (5, "0", "1.524"), (5, "2", "1.5748"), (5, "2.25", "1.58115"), (0, "62", "1.5748"),
     (6, "11.99", "2.133346")],
)  # fmt: skip
def test_feet_and_inches_come_to_exact_metres(feet: int, inches: str, m: str) -> None:
    assert metres(feet, D(inches)) == D(m)


@pytest.mark.parametrize(
    ("stones", "pounds", "field"),
    [
        (-1, "2", "stones"),
        (9, "-1", "pounds"),
        (9, "14", "pounds"),
        (9, "13.999", "pounds"),
        (0, "100.001", "pounds"),
        (9, "NaN", "pounds"),
        (9, "Infinity", "pounds"),
    ],
)
def test_pounds_that_cannot_be_are_refused(stones: int, pounds: str, field: str) -> None:
    with pytest.raises(UserError) as caught:
        kilograms(stones, D(pounds))
    assert caught.value.field == field
    assert field in caught.value.message.lower()


@pytest.mark.parametrize(("feet", "inches", "field"), [(-1, "2", "feet"), (5, "12", "inches"), (5, "1.125", "inches")])
def test_inches_that_cannot_be_are_refused(feet: int, inches: str, field: str) -> None:
    with pytest.raises(UserError) as caught:
        metres(feet, D(inches))
    assert caught.value.field == field


@pytest.mark.parametrize("pounds", range(70, 400, 10))
def test_an_imperial_loss_of_exactly_a_tenth_stays_exactly_a_tenth(pounds: int) -> None:
    """210 lb to 189 lb is exactly 10 % (1 point); rounded to a millionth of a kilogram it would read as more (2)."""
    before, after = kilograms(0, D(pounds)), kilograms(0, D(pounds) * 9 / 10)
    assert loss_points(after, before) == 1
    answers = {"height_m": metres(5, D(2)), "weight_kg": after, "previous_weight_kg": before,
               "acutely_ill_no_intake_5d": False}  # fmt: skip
    assert score("must", answers).parts["weight_loss_score"] == 1


def test_rounding_before_scoring_would_give_the_wrong_band() -> None:
    before, after = round(kilograms(0, D(210)), 6), round(kilograms(0, D(189)), 6)
    assert loss_points(after, before) == 2


# ------------------------------------------------------------------------------------------------------- amputation


@pytest.mark.parametrize(
    ("amputations", "percent"),
    [
        ([], "0"),
        (["hand"], "0.6"),
        (["below_elbow"], "2.2"),
        (["whole_arm"], "4.9"),
        (["foot"], "1.4"),
        (["below_knee"], "5.9"),
        (["whole_leg"], "15.6"),
        (["whole_leg", "whole_leg"], "31.2"),
        (["below_knee", "foot", "hand"], "7.9"),
        (["whole_arm", "whole_arm", "whole_leg", "whole_leg"], "41.0"),
    ],
)
def test_what_is_missing(amputations: list[str], percent: str) -> None:
    assert missing_percent(amputations) == D(percent)


def test_a_limb_is_the_sum_of_its_parts() -> None:
    assert {code: sum(LIMB_PERCENT[part] for part in parts) for code, parts in AMPUTATIONS.items()} == {
        "hand": D("0.6"), "below_elbow": D("2.2"), "whole_arm": D("4.9"), "foot": D("1.4"), "below_knee": D("5.9"),
        "whole_leg": D("15.6"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amputations", "words"),
    [
        (["hand", "hand", "whole_arm"], "two arms"),
        (["whole_leg"] * 3, "two legs"),
        (["foot", "below_knee", "whole_leg"], "two legs"),
        (["leg"], "one of"),
    ],
)
def test_more_limbs_than_anybody_has_are_refused(amputations: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        missing_percent(amputations)
    assert caught.value.field == "amputations"
    with pytest.raises(UserError, match=words):
        adjusted_weight(D(50), amputations)


def test_the_adjusted_weight_divides_by_what_is_left() -> None:
    assert adjusted_weight(D("50.0"), ["below_knee"]) == D("53.1349628055")
    assert adjusted_weight(D("50.0"), []) == D(50)
    assert adjusted_weight(D("47.55"), ["whole_arm"]) == D(50)
    for weight in ("0", "-1", "NaN"):
        with pytest.raises(UserError) as caught:
            adjusted_weight(D(weight), [])
        assert caught.value.field == "weight_kg"


# ------------------------------------------------------------------------------------------------------------- loss

ON = date(2026, 11, 24)


def weights(*days_ago_and_kg: tuple[int, str]) -> list[DatedWeight]:
    """Weights so many days before the 24th of November."""
    return [DatedWeight(ON - timedelta(days=days), D(kg)) for days, kg in days_ago_and_kg]


def test_the_loss_is_from_the_highest_weight_of_each_window_and_says_which() -> None:
    taken = weights((182, "64"), (150, "66"), (90, "62"), (60, "63"), (30, "61"), (7, "61.5"), (0, "60"))
    found = weight_losses(taken, ON)
    named = {months: (loss.highest.kg, (ON - loss.highest.on).days) for months, loss in found.items() if loss}
    assert named == {1: (D("61.5"), 7), 3: (D(63), 60), 6: (D(66), 150)}
    assert all(loss is not None and loss.now == DatedWeight(ON, D(60)) for loss in found.values())
    three = found[3]
    assert three is not None
    assert round(three.percent, 2) == D("4.76")


def test_weighed_every_four_weeks_or_every_calendar_month_every_window_is_known() -> None:
    four_weekly = weights(*((28 * n, str(60 + n)) for n in range(8)))
    found = weight_losses(four_weekly, ON)
    assert {months: loss.highest.kg for months, loss in found.items() if loss} == {1: D(61), 3: D(63), 6: D(66)}
    for year in (2023, 2024):
        for month in range(1, 13):
            now = date(year, month, 1)
            firsts = [date(year - (month <= n), (month - n - 1) % 12 + 1, 1) for n in range(7)]
            calendar = [DatedWeight(day, D(60 + n)) for n, day in enumerate(firsts)]
            monthly = weight_losses(calendar, now)
            assert {n: loss.highest.kg for n, loss in monthly.items() if loss} == {1: D(61), 3: D(63), 6: D(66)}


@pytest.mark.parametrize(
    ("days", "known"),
    [
        (1, []),
        (27, []),
        (28, [1]),
        (31, [1]),  # the 24th of October, the first day of the window
        (32, [1]),  # late, and still the last one before it
        (45, [1]),
        (46, []),  # too old for a month, too young for three
        (83, []),
        (84, [3]),
        (92, [3]),
        (106, [3]),
        (107, []),
        (167, []),
        (168, [6]),
        (184, [6]),
        (198, [6]),
        (199, []),
    ],
)
def test_a_window_needs_a_weight_that_is_old_enough_and_not_too_old(days: int, known: list[int]) -> None:
    found = weight_losses(weights((days, "66"), (0, "60")), ON)
    assert [months for months, loss in found.items() if loss] == known


def test_a_late_weight_counts_only_when_none_in_the_window_is_old_enough() -> None:
    late = weight_losses(weights((40, "70"), (35, "65"), (10, "62"), (0, "60")), ON)[1]
    assert late is not None
    assert late.highest.kg == D(65), "the last one before the window, not the highest there"
    in_time = weight_losses(weights((35, "65"), (29, "62"), (0, "60")), ON)[1]
    assert in_time is not None
    assert in_time.highest.kg == D(62)


def test_nothing_is_known_without_weights_or_with_one() -> None:
    assert weight_losses([], ON) == {1: None, 3: None, 6: None}
    assert weight_losses(weights((0, "60")), ON) == {1: None, 3: None, 6: None}
    assert weight_losses(weights((0, "60"), (0, "70")), ON) == {1: None, 3: None, 6: None}


def test_the_weight_now_is_the_newest_not_after_the_day_and_the_last_given_on_it() -> None:
    taken = [*weights((0, "60"), (30, "66")), DatedWeight(ON, D("59.5")), DatedWeight(ON + timedelta(days=1), D(50))]
    loss = weight_losses(taken, ON)[1]
    assert loss is not None
    assert loss.now.kg == D("59.5")
    old = weight_losses(weights((60, "60"), (90, "66")), ON)[1]
    assert old is not None
    assert old.now.on == ON - timedelta(days=60), "the windows end at the weight, not at today"


def test_a_gain_is_a_negative_loss_and_equal_highest_weights_name_the_newest() -> None:
    gained = weight_losses(weights((30, "50"), (0, "55")), ON)[1]
    assert gained is not None
    assert gained.percent == D(-10)
    same = weight_losses(weights((30, "60"), (10, "60"), (0, "57")), ON)[1]
    assert same is not None
    assert (same.highest.on, same.percent) == (ON - timedelta(days=10), D(5))


def test_the_end_of_a_long_month_reaches_back_to_the_end_of_a_short_one() -> None:
    now = date(2027, 3, 31)
    for day, known in ((date(2027, 2, 28), True), (date(2027, 2, 14), True), (date(2027, 2, 13), False)):
        found = weight_losses([DatedWeight(day, D(60)), DatedWeight(now, D(57))], now)
        assert (found[1] is not None) is known
