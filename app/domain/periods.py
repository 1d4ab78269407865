"""Two kinds of period, and the nights of a claim week.

A period of dates includes both its ends (a certificate valid to the 11th is valid on the 11th). A period of instants
runs from its start up to, but not including, its end (who leaves at 09:00 is not there at 09:00). None is an open end.
Instants without an offset are local to Europe/London.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from app.domain.dates import to_utc

DatePeriod = tuple[date | None, date | None]
InstantPeriod = tuple[datetime | None, datetime | None]

_NIGHT: Final = time(23, 59)
_ONE_DAY: Final = timedelta(days=1)


def covers_day(period: DatePeriod, day: date) -> bool:
    """Whether the day is in the period, both ends included."""
    first, last = period
    return (first is None or first <= day) and (last is None or day <= last)


def as_utc(instant: datetime) -> datetime:
    """The UTC instant of a local, zoned or UTC datetime; one that is in UTC already is handed back untouched."""
    return instant if instant.tzinfo is UTC else to_utc(instant)


def covers_instant(period: InstantPeriod, instant: datetime) -> bool:
    """Whether the instant is in the period, the start included and the end not."""
    start, end = period
    return (start is None or as_utc(start) <= instant) and (end is None or instant < as_utc(end))


def any_covers_day(periods: Iterable[DatePeriod], day: date) -> bool:
    """Whether one of the periods has the day in it."""
    for period in periods:  # noqa: SIM110 - asked dozens of times a week; a generator doubles its cost
        if covers_day(period, day):
            return True
    return False


def any_covers_instant(periods: Iterable[InstantPeriod], instant: datetime) -> bool:
    """Whether one of the periods has the instant in it."""
    for period in periods:  # noqa: SIM110 - as above
        if covers_instant(period, instant):
            return True
    return False


@lru_cache(maxsize=512)
def nights_of_week(week_start: date) -> tuple[tuple[date, datetime], ...]:
    """The seven nights of the week: each date, and the UTC instant at which its night is judged (23:59 local)."""
    days = [week_start + timedelta(days=n) for n in range(7)]
    return tuple((day, to_utc(datetime.combine(day, _NIGHT))) for day in days)


def midnight(day: date) -> datetime:
    """The UTC instant at which the local day begins."""
    return to_utc(datetime.combine(day, time()))


def as_instants(period: DatePeriod) -> InstantPeriod:
    """A period of whole local days as UTC instants: from the first midnight to the one after the last day."""
    first, last = period
    open_ended = last is None or last == date.max  # systems that have no open end write 9999-12-31
    return (midnight(first) if first else None, None if open_ended or last is None else midnight(last + _ONE_DAY))


def overlap(one: InstantPeriod, other: InstantPeriod) -> InstantPeriod | None:
    """The UTC instants that are in both periods, or None when there are none."""
    starts = [as_utc(start) for start in (one[0], other[0]) if start is not None]
    ends = [as_utc(end) for end in (one[1], other[1]) if end is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    return None if start is not None and end is not None and end <= start else (start, end)


def cover_ends(periods: Iterable[InstantPeriod], after: datetime, before: datetime) -> tuple[datetime, ...]:
    """The UTC instants in (after, before) at which the last of the overlapping periods ends and none follows on.

    Periods that touch (one begins as the other ends) leave no gap and are not reported.
    """
    listed = [(start and as_utc(start), end and as_utc(end)) for start, end in periods]
    ends = sorted({end for _, end in listed if end is not None and after < end < before})
    return tuple(end for end in ends if not any_covers_instant(listed, end))
