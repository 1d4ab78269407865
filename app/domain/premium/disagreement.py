"""A claim that was refused for a reason that our rules do not give: what each side says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class View:
    """One reason of the commissioner, as code and in words, beside what our rules found there."""

    code: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Both views of one claim. Amounts in pence; ``decided_pence`` is what the commissioner pays, nought or a part."""

    identifier: str
    version: int
    resident: str
    resident_key: str
    nhs_number: str | None
    born: date | None
    week_start: date
    claimed_pence: int
    decided_pence: int
    answered_on: date | None
    disposition: str
    views: tuple[View, ...]
    ours: str
