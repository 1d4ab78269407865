"""Identifiers and time stamps that can meet another laptop's later without colliding.

``HLC`` is a hybrid logical clock: it follows the wall clock, but never goes back, even when the laptop's clock does.
Identifiers are UUIDv7 (RFC 9562) made from it, so that they sort in the order in which things were recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

_COUNTER_MAX = 0xFFF


@dataclass(frozen=True, slots=True, order=True)
class HLC:
    """A hybrid logical time: milliseconds since 1970 (UTC), then a counter within the millisecond (0 to 4095)."""

    millis: int
    counter: int

    def tick(self, wall_millis: int) -> HLC:
        """The next stamp: the wall clock when it is ahead, otherwise one step past the last stamp."""
        if wall_millis > self.millis:
            return HLC(wall_millis, 0)
        if self.counter < _COUNTER_MAX:
            return HLC(self.millis, self.counter + 1)
        return HLC(self.millis + 1, 0)

    def __str__(self) -> str:
        """A text that sorts as the time does, for example ``018f3c1b2a00-0003``."""
        return f"{self.millis:012x}-{self.counter:04x}"

    @classmethod
    def parse(cls, text: str) -> HLC:
        """Read back what :meth:`__str__` wrote; ValueError on anything else."""
        millis, counter = text.split("-")
        return cls(int(millis, 16), int(counter, 16))


def uuid7(stamp: HLC, random: bytes) -> str:
    """A UUIDv7 as lower-case text: the stamp's time and counter, then 62 of the 64 random bits given.

    ``random`` must be 8 bytes from a good source; the domain makes no randomness of its own.
    """
    tail = int.from_bytes(random, "big") & ((1 << 62) - 1)
    value = (stamp.millis << 80) | (0x7 << 76) | (stamp.counter << 64) | (0b10 << 62) | tail
    return str(UUID(int=value))
