"""How a captured (mode C) instrument closes its record: what was found, loudest first, and no score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, Instrument, conclude

QUARTERLY = 91
SIX_MONTHS = 182
YEARLY = 365

_LOUDNESS = {each: rank for rank, each in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a record shows: its code, how loudly it speaks, and what to do about it (empty: nothing)."""

    flag: str
    severity: Severity
    action: str = ""


def louder(severity: Severity, other: Severity) -> bool:
    """Whether the first speaks more loudly than the second."""
    return _LOUDNESS[severity] > _LOUDNESS[other]


def loudest_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by how loudly they speak; equals stay in their order."""
    return tuple(sorted(found, key=lambda each: -_LOUDNESS[each.severity]))


def record(
    tool: Instrument,
    answers: Answers,
    found: Iterable[Finding],
    *,
    actions: Iterable[str] = (),
    parts: Mapping[str, int | Decimal | str] | None = None,
    on: date | None = None,
    days: int | None = None,
    due: date | None = None,
    workings: Iterable[str] = (),
) -> Outcome:
    """The outcome of a captured instrument: complete when nothing is missing, as loud as its loudest finding.

    ``actions`` follow those of the findings. The next one is due ``days`` after ``on``, or on the day ``due`` when
    that is earlier; never for an unfinished record, and never when ``on`` is not known.
    """
    ordered = loudest_first(found)
    said = [each.action for each in ordered if each.action] + list(actions)
    missing = tuple(dict.fromkeys(answers.missing))
    loudest = ordered[0].severity if ordered else Severity.NONE
    if not missing and not louder(loudest, Severity.ROUTINE):
        loudest = Severity.ROUTINE
    wait = days
    if on is not None and due is not None:
        wait = (due - on).days if days is None else min(days, (due - on).days)
    return conclude(
        tool,
        INCOMPLETE if missing else None,
        missing=missing,
        parts=parts,
        flags=tuple(dict.fromkeys(each.flag for each in ordered)),
        actions=tuple(dict.fromkeys(said)),
        on=on,
        days=wait,
        workings=workings,
        severity=loudest,
    )
