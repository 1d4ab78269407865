"""Reading what was typed: a form's questions as data, and its answers checked all at once.

A form is a tuple of :class:`Ask`; the answers come back as a mapping of key to text (or True/False for a tick). The
:class:`Reader` turns them into values and collects one problem a field, in the words of the label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from app.domain.dates import LONDON, parse_date, short_date, to_local, to_utc
from app.domain.errors import Problem, UserError

Typed = Mapping[str, str | bool]
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a form.

    ``needed`` is the message when it is left empty; empty when it may be. ``beside`` stands right of the one before.
    ``heading`` opens a part of a long form with this question.
    """

    key: str
    label: str
    how: Literal["text", "notes", "date", "time", "choice", "tick", "password", "new password"] = "text"
    help: str = ""
    needed: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    beside: bool = False
    heading: str = ""


class Reader:
    """Takes values out of what was typed; :meth:`finish` raises every problem together."""

    def __init__(self, asks: Sequence[Ask], typed: Typed, today: date) -> None:
        self._asks = {ask.key: ask for ask in asks}
        self._typed = typed
        self._today = today
        self.problems: list[Problem] = []

    def bad(self, key: str, message: str) -> None:
        """Mark the field, unless it is marked already: one message a field."""
        if all(problem.field != key for problem in self.problems):
            self.problems.append(Problem(key, message))

    def text(self, key: str) -> str:
        """The text without outer spaces; empty is a problem when the question is needed."""
        text = str(self._typed.get(key, "")).strip()
        if not text and (needed := self._asks[key].needed):
            self.bad(key, needed)
        return text

    def tick(self, key: str) -> bool:
        """Whether the box is ticked."""
        return bool(self._typed.get(key, False))

    def day(self, key: str, *, past: bool = False) -> date | None:
        """The date, or None when empty or not readable (then it is marked); ``past`` refuses days after today."""
        text = self.text(key)
        if not text:
            return None
        label = self._asks[key].label
        try:
            day = parse_date(text, today=self._today, field=key)
        except UserError as error:
            self.bad(key, f"{label}: {error.message}")
            return None
        if past and day > self._today:
            self.bad(key, f"{label} must be today or in the past")
        return day

    def instant(self, day_key: str, time_key: str) -> datetime | None:
        """A date and a 24-hour time, local, as an instant in UTC; None when both are empty or one is wrong."""
        day = self.day(day_key)
        text = str(self._typed.get(time_key, "")).strip()
        if day is None:
            if text and not any(p.field == day_key for p in self.problems):
                self.bad(day_key, f"Enter the date: {self._asks[day_key].label}")
            return None
        if not text:
            self.bad(time_key, f"{self._asks[time_key].label}: enter the time, such as 14:05")
            return None
        if not (clock := _TIME.fullmatch(text)):
            self.bad(time_key, f"{self._asks[time_key].label} must be a 24-hour time such as 14:05")
            return None
        return to_utc(datetime.combine(day, time(int(clock[1]), int(clock[2])), LONDON))

    def in_order(self, first: date | datetime | None, last: date | datetime | None, key: str, message: str) -> None:
        """Mark ``key`` when the second moment is before the first."""
        if first is not None and last is not None and last < first:
            self.bad(key, message)

    def finish(self) -> None:
        """Raise UserError with every problem, in the order of the form; nothing when there is none."""
        if self.problems:
            order = list(self._asks)
            found = sorted(self.problems, key=lambda problem: order.index(problem.field))
            raise UserError("There is a problem", problems=tuple(found))


def typed_date(day: date | None) -> str:
    """A date as the form shows it for editing; empty for None."""
    return short_date(day) if day else ""


def typed_instant(instant: datetime | None) -> tuple[str, str]:
    """Date and 24-hour time of an instant as the form shows them, local; two empty texts for None."""
    if instant is None:
        return "", ""
    local = to_local(instant)
    return short_date(local.date()), f"{local:%H:%M}"
