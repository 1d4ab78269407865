"""Where the time comes from: the laptop, or a clock that the practice home and the tour can set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The laptop's own clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands where it is put. Used to write a practice home's history as if it were happening then."""

    at: datetime

    def now(self) -> datetime:
        """The instant the clock stands at."""
        return self.at

    def advance(self, step: timedelta) -> None:
        """Move it on."""
        self.at += step
