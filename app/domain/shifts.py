"""The three shifts of a day: early from 07:00, late from 14:00, night from 21:00 to 07:00, in the home's local time.

A night belongs to the day on which it begins. In the night in which the clocks change it is an hour longer or shorter,
because a shift ends at the hour on the wall and not after a number of hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.behaviour import SHIFTS, shift_of
from app.domain.dates import day_date, to_local, to_utc
from app.domain.errors import UserError

CODES = tuple(SHIFTS)
"""``morning``, ``afternoon`` and ``night``, as :func:`app.domain.behaviour.shift_of` names them."""
NAMES = {"morning": "Early", "afternoon": "Late", "night": "Night"}
"""What the shifts are called on a rota."""
_BEGINS = {"morning": time(7), "afternoon": time(14), "night": time(21)}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift: the day on which it begins, and its code. UserError for a code that is none."""

    on: date
    code: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise UserError(f"Shift must be one of: {', '.join(CODES)}", field="shift")

    @property
    def starts(self) -> datetime:
        """The instant (UTC) of its first minute."""
        return to_utc(datetime.combine(self.on, _BEGINS[self.code]))

    @property
    def ends(self) -> datetime:
        """The instant (UTC) at which the next one begins."""
        return self.after.starts

    @property
    def after(self) -> Shift:
        """The shift that follows."""
        if self.code == "night":
            return Shift(self.on + _DAY, "morning")
        return Shift(self.on, CODES[CODES.index(self.code) + 1])

    @property
    def before(self) -> Shift:
        """The shift that it follows."""
        if self.code == "morning":
            return Shift(self.on - _DAY, "night")
        return Shift(self.on, CODES[CODES.index(self.code) - 1])

    @property
    def name(self) -> str:
        """``Early``, ``Late`` or ``Night``."""
        return NAMES[self.code]

    @property
    def words(self) -> str:
        """``Early, Tue 24-Nov-2026, 07:00 to 14:00``."""
        return f"{self.name}, {day_date(self.on)}, {_BEGINS[self.code]:%H:%M} to {_BEGINS[self.after.code]:%H:%M}"


def shift_at(now: datetime) -> Shift:
    """The shift that an instant is in."""
    code, local = shift_of(now), to_local(now)
    of_yesterday = code == "night" and local.hour < _BEGINS["morning"].hour
    return Shift(local.date() - _DAY if of_yesterday else local.date(), code)
