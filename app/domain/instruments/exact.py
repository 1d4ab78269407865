"""Numbers kept exactly as they were typed, on the way in and on the way out."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def as_decimal(value: object) -> Decimal | None:
    """The number as a Decimal, or None when it is not a finite number.

    Booleans and texts are not numbers. A float (from a JSON reader that knows no better) is taken as the digits that
    were typed: its shortest text, not its binary value.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return as_decimal(Decimal(repr(value)))
    return None


def json_number(value: Decimal | int) -> int | float:
    """A number that any JSON writer prints with the same value: 20.0, 1.55, 64.8, 7.

    Raises ValueError for a figure with more digits than a JSON number keeps (about 15), rather than change it.
    """
    if isinstance(value, int):
        return value
    if value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return int(value)
    written = float(value)
    if Decimal(repr(written)) != value:
        raise ValueError(f"{value} has more digits than a JSON number keeps")
    return written


def half_up(value: Decimal, places: int) -> Decimal:
    """Rounded for display or for a published result, a tie away from zero; never minus zero."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def shown(value: Decimal, places: int, edges: tuple[Decimal, ...]) -> str:
    """The value for the eye, with more places where rounding would print it on, or over, an edge that it has not
    reached.

    A BMI of 18.496 with two points must not read "18.50": it reads "18.496".
    """
    for more in range(places, 12):
        rounded = half_up(value, more)
        if all((rounded > edge) == (value > edge) and (rounded < edge) == (value < edge) for edge in edges):
            return f"{rounded:f}"
    return f"{value:f}"
