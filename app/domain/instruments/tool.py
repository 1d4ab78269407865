"""What every instrument says about itself, and how a scoring function closes its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity

INCOMPLETE = "incomplete"
AT_LEAST = "at_least"

MONTHLY = 28
"""Days of a monthly review: four weeks keep the weekday and never slip past a calendar month."""
WEEKLY = 7
QUARTERLY = 91
SIX_MONTHLY = 182
YEARLY = 364
"""Whole weeks too, for the same reason."""


@dataclass(frozen=True, slots=True)
class Band:
    """A result category: its code as published, its words, and how loudly it speaks."""

    code: str
    label: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Instrument:
    """The facts of one instrument.

    ``version`` is the tool's own edition, a stroke, and the revision of the rules here. ``pathway`` is the champion
    pathway (dementia, nutrition, engagement, falls, wound, health). ``mode``: S scores, R records a total from the
    owner's form, C captures without a score. ``needs_permission``: the owner licenses each home, so the instrument is
    off until a manager records that this home has the permission. What the publisher of the program must agree with an
    owner before a release is another matter: ``licence`` says it, and docs/release.md lists it.
    ``routine_days``: the usual review interval, None when only an event calls for it. ``bands`` run from the mildest
    to the most serious. ``serves``: the premium need areas that a signed result may evidence. ``optional``: off until a
    manager turns it on, because another instrument is the usual one or because guidance speaks against it.
    """

    code: str
    version: str
    title: str
    short: str
    pathway: str
    mode: str
    owner: str
    licence: str
    attribution: str
    needs_permission: bool
    routine_days: int | None
    bands: tuple[Band, ...]
    serves: tuple[str, ...] = ()
    optional: bool = False

    def band(self, code: str | None) -> Band | None:
        """The band with that code; None for no band, for ``incomplete`` and for a code of another instrument."""
        for band in self.bands:
            if band.code == code:
                return band
        return None


@dataclass(frozen=True, slots=True)
class Scored:
    """An instrument with its rules: the answer keys that it knows and the function that scores them.

    ``keys`` is None where the form itself says which answers there are. ``lists`` names the answers that are lists,
    with their lengths: a form asks them one by one, as ``items.0``, ``items.1`` ….
    """

    tool: Instrument
    keys: frozenset[str] | None
    score: Callable[[Answers, date | None], Outcome]
    lists: Mapping[str, int] = field(default_factory=dict)


def conclude(
    tool: Instrument,
    band: str | None,
    *,
    missing: Iterable[str] = (),
    complete: bool | None = None,
    score: Decimal | int | None = None,
    parts: Mapping[str, int | Decimal | str] | None = None,
    flags: tuple[str, ...] = (),
    actions: tuple[str, ...] = (),
    on: date | None = None,
    days: int | None = None,
    workings: Iterable[str] = (),
    severity: Severity | None = None,
) -> Outcome:
    """The outcome of a scoring function.

    It is complete when nothing is missing, unless said otherwise. The next one is due ``days`` after ``on``, for a
    complete result only: an unfinished one starts no interval.
    """
    left = tuple(missing)
    done = not left if complete is None else complete
    if severity is None:
        found = tool.band(band)
        severity = found.severity if found else Severity.NONE
    return Outcome(
        instrument=tool.code,
        version=tool.version,
        complete=done,
        score=score if done else None,
        band=band,
        parts=parts or {},
        flags=flags,
        missing=left,
        actions=actions,
        next_due=on + timedelta(days=days) if on is not None and days is not None and done else None,
        attribution=tool.attribution,
        workings=tuple(workings),
        severity=severity,
    )


class Tally:
    """The points of a score as they are added up: ``parts`` by key, the total, and each step in words.

    A step that cannot be scored yet (None) is left out; it never counts as nothing.
    """

    __slots__ = ("parts", "total", "workings")

    def __init__(self) -> None:
        self.parts: dict[str, int | Decimal | str] = {}
        self.total = 0
        self.workings: list[str] = []

    def add(self, key: str, words: str, step: int | None) -> None:
        """Count the points of one step, when they are known."""
        if step is not None:
            self.parts[key] = step
            self.total += step
            self.workings.append(f"{words}: 1 point" if step == 1 else f"{words}: {step} points")

    def close(self, *, incomplete: bool) -> None:
        """Write the total under the steps."""
        self.workings.append(f"{'At least' if incomplete else 'Total'} {self.total}")


def points(count: int) -> str:
    """``1 point``, ``3 points``."""
    return f"{count} point" if count == 1 else f"{count} points"
