"""The axes that the charts share: even steps for a figure's axis, dates for a time axis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from app.domain.dates import short_date, to_local, to_utc

When = date | datetime
"""A day, taken as its noon, or an instant."""

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def instant(when: When) -> datetime:
    """The instant in UTC; noon, local, for a day."""
    if isinstance(when, datetime) and when.tzinfo is UTC:  # what the store gives, thousands of times
        return when
    return to_utc(when if isinstance(when, datetime) else datetime.combine(when, time(12)))


def day_of(when: When) -> date:
    """The local day."""
    return to_local(when).date() if isinstance(when, datetime) else when


@dataclass(frozen=True, slots=True)
class Scale:
    """From figures to points on paper: ``low`` stands at y ``bottom``, ``high`` at ``top``."""

    low: Decimal
    high: Decimal
    top: float
    bottom: float
    ticks: tuple[Decimal, ...]

    def y(self, value: Decimal) -> float:
        """Where the figure stands; a figure outside the axis stands at its end."""
        inside = min(max(value, self.low), self.high)
        share = int((self.high - inside) * 100_000 / (self.high - self.low))
        return self.top + (self.bottom - self.top) * share / 100_000


def even_steps(low: Decimal, high: Decimal, most: int = 6) -> tuple[Decimal, ...]:
    """Ticks at even steps of 1, 2, 2.5 or 5 times a power of ten that reach from ``low`` or below to ``high`` or above.

    At most ``most`` steps; figures that are all the same get one step above and below.
    """
    if low == high:
        pad = abs(low) / 10 or Decimal(1)
        low, high = low - pad, high + pad
    rough = (high - low) / (most - 1)
    power = Decimal(10) ** rough.adjusted()
    step = next(power * each for each in _STEPS if power * each >= rough)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return tuple(step * n for n in range(int(first), int(last) + 1))


def scale_for(
    values: Iterable[Decimal],
    top: float,
    bottom: float,
    *,
    low: Decimal | None = None,
    high: Decimal | None = None,
    most: int = 6,
) -> Scale:
    """An axis for the values; ``low`` and ``high``, where given, are always on it."""
    found = [*values, *(edge for edge in (low, high) if edge is not None)] or [Decimal(0), Decimal(1)]
    ticks = even_steps(min(found), max(found), most)
    return Scale(ticks[0], ticks[-1], top, bottom, ticks)


def figure(value: Decimal) -> str:
    """A tick's figure: no exponent, no zeros at its end, a true minus."""
    shown = format(value.normalize(), "f")
    return shown.replace("-", "−") if value else "0"


@dataclass(frozen=True, slots=True)
class TimeScale:
    """From instants to x: ``first`` stands at ``left``, ``last`` at ``right``."""

    first: datetime
    last: datetime
    left: float
    right: float

    def x(self, at: datetime) -> float:
        """Where the instant stands; beyond the ends it would stand outside."""
        return self.left + (self.right - self.left) * ((at - self.first) / (self.last - self.first))

    def ticks(self, apart: int = 84) -> tuple[tuple[float, str], ...]:
        """Days, or months where the span is long, that stand at least ``apart`` points from each other."""
        most = max(2, int((self.right - self.left) // apart))
        days = (self.last - self.first).days + 1
        if days > 31 * most * 2 or days > 200:
            return self._months(most)
        step = next(n for n in (1, 2, 7, 14, 28, 56, 112, 224) if days // n < most)
        first, last = to_local(self.first).date(), to_local(self.last).date()
        found = []
        day = first if instant(first) >= self.first else first + timedelta(days=1)
        while day <= last:
            if (x := self.x(instant(day))) <= self.right:
                found.append((x, short_date(day)))
            day += timedelta(days=step)
        return tuple(found)

    def _months(self, most: int) -> tuple[tuple[float, str], ...]:
        first, last = to_local(self.first).date(), to_local(self.last).date()
        start = first.year * 12 + first.month - 1
        end = last.year * 12 + last.month - 1
        step = next((n for n in (1, 2, 3, 6, 12, 24) if (end - start) // n < most), 60)
        found = []
        for month in range(start - start % step, end + 1, step):
            day = date(month // 12, month % 12 + 1, 1)
            x = self.x(to_utc(datetime.combine(day, time())))
            if self.left <= x <= self.right:
                found.append((x, short_date(day)[3:]))
        return tuple(found)


def time_scale(instants: Iterable[datetime], left: float, right: float) -> TimeScale:
    """A time axis for the instants, a little wider than they are; at least three days."""
    found = sorted(instants) or [datetime(2026, 1, 1, tzinfo=UTC)]
    first, last = found[0], found[-1]
    pad = max((last - first) / 40, timedelta(hours=6))
    if last - first < timedelta(days=2):
        pad = (timedelta(days=3) - (last - first)) / 2
    return TimeScale(first - pad, last + pad, left, right)
