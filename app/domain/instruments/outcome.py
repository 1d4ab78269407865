"""What scoring an instrument answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import UserError
from app.domain.instruments.exact import json_number


class AnswerError(UserError):
    """An answer that cannot be scored; ``field`` is its key, the message is in the label's words."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)


class Severity(StrEnum):
    """How loudly a band speaks; it chooses the colour and the word on screen."""

    NONE = "none"
    ROUTINE = "routine"
    ATTENTION = "attention"
    URGENT = "urgent"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one set of answers; kept as shown when the assessment is signed.

    ``parts`` holds the points of each step that could be scored; ``missing`` the keys still to be answered;
    ``workings`` the arithmetic in words, for the screen only.
    """

    instrument: str
    version: str
    complete: bool
    score: Decimal | int | None
    band: str | None
    parts: Mapping[str, int | Decimal | str]
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    actions: tuple[str, ...]
    next_due: date | None
    attribution: str
    workings: tuple[str, ...]
    severity: Severity

    def as_json(self) -> dict[str, object]:
        """The published shape of a scored line, without its ``id``: plain values that any JSON writer takes."""
        return {
            "instrument": self.instrument,
            "version": self.version,
            "complete": self.complete,
            "score": json_number(self.score) if isinstance(self.score, Decimal) else self.score,
            "band": self.band,
            "parts": {k: json_number(v) if isinstance(v, Decimal) else v for k, v in self.parts.items()},
            "flags": list(self.flags),
            "missing": list(self.missing),
            "actions": list(self.actions),
            "next_due": self.next_due.isoformat() if self.next_due else None,
            "attribution": self.attribution,
        }
