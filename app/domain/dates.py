"""Dates, times and ages as clinical screens write them, and as people type them.

Display follows the NHS common user interface: ``06-Sep-1937``, 24-hour ``14:05``, ``(81y)``. Month names come from the
table here because Qt's British locale writes "Sept". Local time is always Europe/London; instants are kept in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import UserError

LONDON = ZoneInfo("Europe/London")
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_EARLIEST, _LATEST = 1850, 9998  # nobody alive is older, and beyond either end no zone can be applied
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH_BY_NAME = {name.lower(): i + 1 for names in (_SHORT, _LONG) for i, name in enumerate(names)} | {"sept": 9}
_NUMERIC = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[/.\- ]*([A-Za-z]+)[/.\-, ]*(\d{4})")
_RELATIVE = re.compile(r"([+-])(\d{1,3})([dwmy])")


def short_date(day: date | None) -> str:
    """``06-Sep-1937``; "Not recorded" for None, never a blank."""
    return f"{day.day:02d}-{_SHORT[day.month - 1]}-{day.year:04d}" if day else "Not recorded"


def day_date(day: date) -> str:
    """``Mon 05-Jan-2026``, for rosters and claim weeks."""
    return f"{_DAYS[day.weekday()]} {short_date(day)}"


def long_date(day: date) -> str:
    """``6 September 1937``: letters, dialogs and screen readers."""
    return f"{day.day} {_LONG[day.month - 1]} {day.year}"


def to_local(instant: datetime) -> datetime:
    """The instant in Europe/London; a naive datetime is taken as local already."""
    return instant.replace(tzinfo=LONDON) if instant.tzinfo is None else instant.astimezone(LONDON)


def to_utc(local: datetime) -> datetime:
    """The UTC instant of a local (or already zoned) datetime."""
    return to_local(local).astimezone(UTC)


def date_time(instant: datetime | None) -> str:
    """``06-Sep-2026 14:05`` in local time; "Not recorded" for None."""
    if instant is None:
        return "Not recorded"
    local = to_local(instant)
    return f"{short_date(local.date())} {local:%H:%M}"


def clock_time(instant: datetime) -> str:
    """``14:05`` in local time."""
    return f"{to_local(instant):%H:%M}"


def age_years(born: date, on: date) -> int:
    """Completed years; someone born on 29 February has a birthday on 1 March in other years (English law)."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def week_start(day: date) -> date:
    """The Monday of the claim week that the day is in."""
    return day - timedelta(days=day.weekday())


def parse_date(text: str, *, today: date | None = None, field: str = "date", strict: bool = False) -> date:
    """Read a date as people type it: ``06/09/1937``, ``6 Sep 1937``, ``1937-09-06``, ``t``, ``+7d``, ``-2w``.

    Numbers are day/month/year. With ``strict`` (files, where nobody can be asked) a date that could also be read month
    first is refused. Raises UserError in the field's words.
    """
    raw = text.strip()
    if not raw:
        raise UserError("Enter a date", field=field)
    if today is not None and raw.lower() in {"t", "today"}:
        return today
    if today is not None and (step := _RELATIVE.fullmatch(raw.lower())):
        return _shift(today, int(step[2]) * (1 if step[1] == "+" else -1), step[3])
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
            return date.fromisoformat(raw)
        if number := _NUMERIC.fullmatch(raw):
            day, month, year = (int(part) for part in number.groups())
            if strict and day <= 12 and month <= 12 and day != month:
                raise UserError(f"{raw} can be read two ways. Write it as YYYY-MM-DD", field=field)
            return date(year, month, day)
        if (named := _NAMED.fullmatch(raw)) and named[2].lower() in _MONTH_BY_NAME:
            return date(int(named[3]), _MONTH_BY_NAME[named[2].lower()], int(named[1]))
    except ValueError:
        raise UserError(f"{raw} must be a real date", field=field) from None
    raise UserError(f"{raw} must be a date such as 6 Sep 1937", field=field)


def _shift(day: date, count: int, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    last = 31
    while True:
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            last -= 1


def parse_instant(text: str, *, field: str = "time") -> datetime:
    """Read an ISO date and time, local Europe/London unless it carries an offset; the answer is in UTC."""
    try:
        found = to_utc(datetime.fromisoformat(text))
        if not _EARLIEST <= found.year <= _LATEST:
            raise ValueError
    except (ValueError, OverflowError):
        raise UserError(f"{text} must be a date and time such as 2026-11-20T08:15", field=field) from None
    return found
