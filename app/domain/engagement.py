"""The week of a resident's engagement log: minutes, days with a meaningful activity, and what was refused.

A refusal is an offer and no absence; somebody asleep was not engaged and refused nothing. No activity in seven days is
an alert (app rule), whatever was offered. Three times −3 in the week: look at the choice of activities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.instruments.captured import Finding
from app.domain.instruments.outcome import Severity

DAYS = 7
LOW_MINUTES = 60
"""A week with an activity but fewer minutes than this is low (app rule)."""
UNHAPPY = -3
UNHAPPY_TIMES = 3

NO_ACTIVITY = Finding(
    "no_activity",
    Severity.ATTENTION,
    "No activity in seven days: sit with the resident, look in About me and plan one today.",
)
LOW = Finding("low", Severity.ROUTINE, "Less than an hour in the week: plan more time.")
REVIEW = Finding(
    "review_choice", Severity.ATTENTION, "Three times very unhappy with it: look at the choice of activities."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One engagement record: the codes of :mod:`app.domain.instruments.engagement_log`, on its local day."""

    day: date
    kind: str
    took_part: str
    minutes: int = 0
    engagement: int | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days up to ``last_day``. ``activities`` counts what the resident took part in, ``by_kind`` too."""

    last_day: date
    minutes: int
    days: int
    activities: int
    refusals: int
    asleep: int
    by_kind: Mapping[str, int]
    findings: tuple[Finding, ...]
    words: str


def week(entries: Iterable[Entry], last_day: date) -> Week:
    """The summary of the seven days that end with ``last_day``; entries of other days are left out."""
    first = last_day - timedelta(days=DAYS - 1)
    known = [each for each in entries if first <= each.day <= last_day]
    done = [each for each in known if each.took_part == "yes"]
    refusals = sum(each.took_part == "refused" for each in known)
    asleep = sum(each.took_part == "asleep" for each in known)
    minutes = sum(each.minutes for each in done)
    days = len({each.day for each in done})
    findings: list[Finding] = []
    if not done:
        findings.append(NO_ACTIVITY)
    elif minutes < LOW_MINUTES:
        findings.append(LOW)
    if sum(each.engagement == UNHAPPY for each in done) >= UNHAPPY_TIMES:
        findings.append(REVIEW)
    return Week(
        last_day=last_day,
        minutes=minutes,
        days=days,
        activities=len(done),
        refusals=refusals,
        asleep=asleep,
        by_kind=dict(sorted(Counter(each.kind for each in done).items(), key=lambda item: (-item[1], item[0]))),
        findings=tuple(findings),
        words=_words(days, minutes, refusals, asleep),
    )


def _words(days: int, minutes: int, refusals: int, asleep: int) -> str:
    said = f"{_of(minutes, 'minute')} on {_of(days, 'day')}" if days else "No activity in seven days"
    if refusals:
        said += f"; refused {_times(refusals)}"
    if asleep:
        said += f"; asleep {_times(asleep)}"
    return said


def _of(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
