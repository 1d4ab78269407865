"""What people type into a form's boxes, read as values; pure, so that each rule can be tested without a window.

Every refusal is a UserError in the words of the box's label, because the same text stands beside the box and in the
list of problems.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.dates import LONDON, long_date, parse_date, short_date, to_local, to_utc
from app.domain.errors import UserError

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{0,6})?|[+-]?\.[0-9]{1,6}")
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
    hour, minute = int(clock[1] or clock[4]), int(clock[2] or 0)
    half = (clock[3] or clock[5] or "").lower()
    if hour > (12 if half else 23) or minute > 59 or (half and hour == 0):
        raise UserError(f"{label} must be a real time such as 14:05", field=field)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
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
