"""What people type into a form's boxes, read as values; pure, so that each rule can be tested without a window.

Every refusal is a UserError in the words of the box's label, because the same text stands beside the box and in the
list of problems.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.domain.dates import LONDON, long_date, parse_date, short_date, to_local, to_utc
from app.domain.errors import UserError

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{0,6})?|[+-]?\.[0-9]{1,6}")
_POUND, _INCH = Decimal("0.45359237"), Decimal("0.0254")
"""A pound in kilograms and an inch in metres: exact, by the international agreement of 1959."""
_N = r"(\d{1,4}(?:\.\d{0,4})?)"
_STONES = re.compile(rf"{_N}\s*(?:st|stones?)\.?\s*(?:{_N}\s*(?:lbs?|pounds?)?\.?)?", re.ASCII)
_POUNDS = re.compile(rf"{_N}\s*(?:lbs?|pounds?)\.?", re.ASCII)
_FEET = re.compile(rf"{_N}\s*(?:ft|feet|foot|')\.?\s*(?:{_N}\s*(?:ins?|inch|inches|\"|'')?\.?)?", re.ASCII)
_INCHES = re.compile(rf"{_N}\s*(?:ins?|inch|inches|\"|'')\.?", re.ASCII)
_METRIC = re.compile(rf"{_N}\s*(mm|cm|m|kg|kgs|kilos?)", re.ASCII)
_METRES = {"mm": Decimal("0.001"), "cm": Decimal("0.01"), "m": Decimal(1)}
_FINEST = {"kg": 10, "m": 6, "cm": 4}
"""Decimal places that hold a converted figure exactly: with rounded grams a loss of exactly 10 % is a little more."""
_USUAL = 6
"""Decimal places of a question that sets none, as the questionnaire's own check has it."""
_SHOWN = {"kg": 3, "m": 4, "cm": 2}
"""Decimal places of a converted figure as it is read back: a gram, a tenth of a millimetre."""
_APART = re.compile(r"\d\s+\d")
_TWO = {"kg": "10st 4lb", "m": "5ft 2in", "cm": "12.5"}
WAYS = {"kg": "or such as 10st 4lb", "m": "or such as 157 cm, 5ft 2in", "cm": ""}
"""What else can be typed into a box of that unit, said beside it."""
_CLOCK = re.compile(
    r"(?:^|[\s,T])(?:at\s+)?(\d{1,2})[:.](\d{2})\s*(am|pm)?$|(?:^|\s)(\d{1,2})\s*(am|pm)$", re.IGNORECASE
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read_number(text: str, label: str, *, whole: bool, field: str = "") -> Decimal | int:
    """A plain number ("64.8"); with ``whole`` an integer. Decimal, never float. UserError in the label's words."""
    raw = text.strip().replace(" ", "")
    if not _NUMBER.fullmatch(raw):
        example = "18" if whole else "64.8"
        raise UserError(f"{label} must be a number such as {example}", field=field)
    number = Decimal(raw)
    if not whole:
        return number
    if number != number.to_integral_value():
        raise UserError(f"{label} must be a whole number", field=field)
    return int(number)


def read_measure(text: str, label: str, *, unit: str, places: int | None, whole: bool) -> tuple[Decimal | int, str]:
    """A number, also in units that people use where the question's is kg, m or cm, and what was converted.

    "10st 4lb" for kilograms to 10 places is 65.31730128, said as "10 st 4 lb = 65.317 kg"; a number in the question's
    own unit comes back as it is, with no words. What is converted is kept exactly, or rounded half up to the question's
    ``places`` when it takes fewer; the words round to a gram, or to a tenth of a millimetre. UserError in the label's
    words.
    """
    raw = " ".join(text.lower().translate(_QUOTES).split())
    own = unit.lower()
    if own and raw.endswith(own) and raw.removesuffix(own).strip(" ").replace(".", "").isdigit():
        raw = raw.removesuffix(own)
    if own in _FINEST and _APART.search(raw):
        raise UserError(f"{label} must say its units where there are two figures, such as {_TWO[own]}")
    found = _weight(raw, label) if own == "kg" else _length(raw, label) if own in {"m", "cm"} else None
    if found is None:
        return read_number(raw, label, whole=whole), ""
    said, exact = found
    if own == "cm":
        exact *= 100
    finest = min(_FINEST[own], 0 if whole else _USUAL if places is None else places)
    number = exact.quantize(Decimal(1).scaleb(-finest), ROUND_HALF_UP)
    number, read = _short(number), _short(number.quantize(Decimal(1).scaleb(-min(finest, _SHOWN[own])), ROUND_HALF_UP))
    return (int(number) if whole else number), f"{said} = {read:f} {unit}"


def _short(number: Decimal) -> Decimal:
    """The same number without noughts at its end."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


_QUOTES = str.maketrans({"’": "'", "′": "'", "‘": "'", "”": '"', "″": '"', "“": '"'})


def _weight(raw: str, label: str) -> tuple[str, Decimal] | None:
    """The words and the kilograms of a weight in stones and pounds; None for anything else."""
    if found := _STONES.fullmatch(raw):
        stones, pounds = Decimal(found[1]), Decimal(found[2] or 0)
        if pounds >= 14 or (found[2] and stones != stones.to_integral_value()):
            raise UserError(f"{label} must have whole stones and less than 14 pounds, such as 10st 4lb")
        said = f"{stones:f} st {pounds:f} lb" if found[2] else f"{stones:f} st"
        return said, (stones * 14 + pounds) * _POUND
    if found := _POUNDS.fullmatch(raw):
        return f"{found[1]} lb", Decimal(found[1]) * _POUND
    if (found := _METRIC.fullmatch(raw)) and found[2].startswith("k"):
        return f"{found[1]} {found[2]}", Decimal(found[1])
    return None


def _length(raw: str, label: str) -> tuple[str, Decimal] | None:
    """The words and the metres of a length in feet and inches, or in another metric unit; None for anything else."""
    if found := _INCHES.fullmatch(raw):
        return f"{found[1]} in", Decimal(found[1]) * _INCH
    if found := _FEET.fullmatch(raw):
        feet, inches = Decimal(found[1]), Decimal(found[2] or 0)
        if inches >= 12 or (found[2] and feet != feet.to_integral_value()):
            raise UserError(f"{label} must have whole feet and less than 12 inches, such as 5ft 2in")
        said = f"{feet:f} ft {inches:f} in" if found[2] else f"{feet:f} ft"
        return said, (feet * 12 + inches) * _INCH
    if (found := _METRIC.fullmatch(raw)) and found[2] in _METRES:
        return f"{found[1]} {found[2]}", Decimal(found[1]) * _METRES[found[2]]
    return None


def read_clock(text: str, now: datetime, label: str) -> str:
    """A time of day as people type it ("8.15", "9pm", "now"), as ``08:15``. UserError in the label's words."""
    if text.strip().lower() == "now":
        return f"{to_local(now):%H:%M}"
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise UserError(f"{label} must be a time such as 14:05")
    hour, minute = _hour_and_minute(found, label)
    return f"{hour:02}:{minute:02}"


def _hour_and_minute(clock: re.Match[str], label: str, field: str = "") -> tuple[int, int]:
    hour, minute = int(clock[1] or clock[4]), int(clock[2] or 0)
    half = (clock[3] or clock[5] or "").lower()
    if hour > (12 if half else 23) or minute > 59 or (half and hour == 0):
        raise UserError(f"{label} must be a real time such as 14:05", field=field)
    return (hour % 12 + (12 if half == "pm" else 0) if half else hour), minute


def read_when(text: str, now: datetime, label: str, *, field: str = "", past_only: bool = False) -> datetime:
    """A date and time as people type it, as a UTC instant.

    Read are "14:05" (today), "now", "yesterday 21:30", "22 Nov 2026 7pm".

    ``now`` may be in any zone; times are Europe/London. A date without a time is refused, because an assessment or a
    dose at an unknown hour must not look as if it were at midnight. With ``past_only`` an instant after ``now`` is
    refused.
    """
    raw = " ".join(text.split())
    if not raw:
        raise UserError(f"Enter {label[:1].lower()}{label[1:]}", field=field)
    if raw.lower() == "now":
        return to_utc(now)
    local = to_local(now)
    clock = _CLOCK.search(raw)
    if not clock:
        raise UserError(f"{label} must include a time such as 14:05", field=field)
    hour, minute = _hour_and_minute(clock, label, field)
    day_text = raw[: clock.start()].strip(" ,")
    if not day_text or day_text.lower() == "today":
        day = local.date()
    elif day_text.lower() == "yesterday":
        day = local.date() - timedelta(days=1)
    else:
        try:
            day = parse_date(day_text, today=local.date(), field=field)
        except UserError as error:
            raise UserError(f"{label}: {error.message}", field=field) from None
    when = to_utc(datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON))
    if past_only and when > to_utc(now):
        raise UserError(f"{label} must be today or in the past, and not later than now", field=field)
    return when


def say_when(instant: datetime, now: datetime) -> str:
    """The instant read back in words, so that a slip is seen: "Sunday 22 November 2026 at 14:05 (today)"."""
    local, today = to_local(instant), to_local(now).date()
    near = {0: " (today)", 1: " (yesterday)"}.get((today - local.date()).days, "")
    return f"{_DAYS[local.weekday()]} {long_date(local.date())} at {local:%H:%M}{near}"


def write_when(instant: datetime) -> str:
    """The instant as :func:`read_when` reads it back: "22-Nov-2026 14:05"."""
    local = to_local(instant)
    return f"{short_date(local.date())} {local:%H:%M}"
