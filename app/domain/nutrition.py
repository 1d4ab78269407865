"""Arithmetic around weight: units that people use, a missing limb, and how much was lost over 1, 3 and 6 months.

Everything is exact and nothing is rounded before it is scored: an imperial loss of exactly 10 % stays exactly 10 % in
kilograms only with all the digits. Rounding belongs to the screen.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.errors import UserError
from app.domain.instruments.exact import half_up

KG_PER_POUND = Decimal("0.45359237")
M_PER_INCH = Decimal("0.0254")
POUNDS_PER_STONE = 14
INCHES_PER_FOOT = 12
WEIGHT_PLACES = 10
"""Decimal places of a weight: what hundredths of a pound come to, exactly (8 of the factor and 2)."""
_TYPED_PLACES = 2


# ----------------------------------------------------------------------------------------------------------- units


def kilograms(stones: int, pounds: Decimal) -> Decimal:
    """Stones and pounds in kilograms, exactly (1 lb is 0.45359237 kg): not rounded, at most 10 decimal places.

    Accepted: whole stones, pounds with at most 2 decimal places; beside stones under 14 pounds, alone any number.
    Raises UserError (field ``stones`` or ``pounds``) otherwise.
    """
    _typed(stones, pounds, "stones", "pounds", POUNDS_PER_STONE)
    return (stones * POUNDS_PER_STONE + pounds) * KG_PER_POUND


def metres(feet: int, inches: Decimal) -> Decimal:
    """Feet and inches in metres, exactly (1 in is 0.0254 m): not rounded, at most 6 decimal places.

    Accepted: whole feet, inches with at most 2 decimal places; beside feet under 12 inches, alone any number. Raises
    UserError (field ``feet`` or ``inches``) otherwise.
    """
    _typed(feet, inches, "feet", "inches", INCHES_PER_FOOT)
    return (feet * INCHES_PER_FOOT + inches) * M_PER_INCH


def _typed(large: int, small: Decimal, large_name: str, small_name: str, ratio: int) -> None:
    if large < 0:
        raise UserError(f"{large_name.capitalize()} must be 0 or more", field=large_name)
    if not small.is_finite() or small < 0:
        raise UserError(f"{small_name.capitalize()} must be 0 or more", field=small_name)
    if large and small >= ratio:
        raise UserError(f"{small_name.capitalize()} must be less than {ratio} beside {large_name}", field=small_name)
    if small != round(small, _TYPED_PLACES):
        raise UserError(f"{small_name.capitalize()} must have at most {_TYPED_PLACES} decimal places", field=small_name)


# ------------------------------------------------------------------------------------------------------- amputation

LIMB_PERCENT = {
    "hand": Decimal("0.6"),
    "forearm": Decimal("1.6"),
    "upper_arm": Decimal("2.7"),
    "foot": Decimal("1.4"),
    "calf": Decimal("4.5"),
    "thigh": Decimal("9.7"),
}
"""What each part weighs, in per cent of the whole body; a whole arm is 4.9, a whole leg 15.6."""
_ARM, _LEG = ("hand", "forearm", "upper_arm"), ("foot", "calf", "thigh")
AMPUTATIONS = {
    "hand": _ARM[:1],
    "below_elbow": _ARM[:2],
    "whole_arm": _ARM,
    "foot": _LEG[:1],
    "below_knee": _LEG[:2],
    "whole_leg": _LEG,
}
"""The parts that each amputation takes; one code for each limb that is not whole."""


def missing_percent(amputations: Iterable[str]) -> Decimal:
    """What is missing, in per cent of the body's weight: 5.9 below one knee.

    Raises UserError (field ``amputations``) for an unknown code and for more than two arms or two legs.
    """
    codes = list(amputations)
    for code in codes:
        if code not in AMPUTATIONS:
            raise UserError(f"Amputation must be one of: {', '.join(AMPUTATIONS)}", field="amputations")
    for limb, words in ((_ARM, "arms"), (_LEG, "legs")):
        if sum(AMPUTATIONS[code][0] == limb[0] for code in codes) > 2:
            raise UserError(f"Nobody has more than two {words}", field="amputations")
    return sum((LIMB_PERCENT[part] for code in codes for part in AMPUTATIONS[code]), Decimal(0))


def adjusted_weight(measured_kg: Decimal, amputations: Iterable[str]) -> Decimal:
    """The weight that a resident would have with every limb, for the BMI: measured / (1 − what is missing), half-up
    to 10 decimal places (the division seldom ends, and it is an estimate anyway).

    For a loss in per cent compare the weights as measured: the same factor on both sides changes nothing. Raises
    UserError as :func:`missing_percent` does, and for a weight that is not above 0 (field ``weight_kg``).
    """
    if not measured_kg.is_finite() or measured_kg <= 0:
        raise UserError("Weight must be more than 0 kg", field="weight_kg")
    return half_up(measured_kg * 100 / (100 - missing_percent(amputations)), WEIGHT_PLACES)


# ------------------------------------------------------------------------------------------------------------- loss

WINDOWS = (1, 3, 6)
"""The months over which a loss is looked at."""
_FEWEST_DAYS = 28
_LATE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DatedWeight:
    """A weight in kilograms and the day on which it was taken."""

    on: date
    kg: Decimal


@dataclass(frozen=True, slots=True)
class WeightLoss:
    """The loss from the highest weight of a window of so many months to the weight now."""

    months: int
    highest: DatedWeight
    now: DatedWeight

    @property
    def percent(self) -> Decimal:
        """Per cent of the highest weight, for the eye; negative when weight was gained. Points are judged on the two
        weights themselves (:func:`app.domain.instruments.must.loss_points`)."""
        return (self.highest.kg - self.now.kg) * 100 / self.highest.kg


def weight_losses(weights: Iterable[DatedWeight], on: date) -> dict[int, WeightLoss | None]:
    """The loss over 1, 3 and 6 months, by the number of months; ``now`` is the newest weight not after ``on``.

    A window reaches back so many calendar months from the day of ``now``, both ends included. It needs a weight that is
    old enough, at least 28 days for each month (residents are weighed every four weeks), or else the loss is None: five
    weeks of weights say nothing about half a year. Somebody weighed a little late has the last weight before the window
    counted when it is at most 14 days older than that. Of several equal highest weights the newest is named; of
    several on the newest day the last given is ``now`` and the others are not compared.
    """
    known = sorted((each for each in weights if each.on <= on), key=lambda each: each.on)
    if not known:
        return dict.fromkeys(WINDOWS)
    now = known[-1]
    earlier = [each for each in known if each.on < now.on]
    return {months: _loss(earlier, now, months) for months in WINDOWS}


def _loss(earlier: list[DatedWeight], now: DatedWeight, months: int) -> WeightLoss | None:
    start = _months_before(now.on, months)
    window = [each for each in earlier if each.on >= start]
    if not any((now.on - each.on).days >= _FEWEST_DAYS * months for each in window):
        late = [each for each in earlier if start - _LATE <= each.on < start]
        if not late:
            return None
        window.append(late[-1])
    return WeightLoss(months, max(window, key=lambda each: (each.kg, each.on)), now)


def _months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
