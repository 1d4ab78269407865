"""What a resident's ABC records have in common: when, after what, what was seen, what helped.

Counts are always given; a pattern is claimed in words only from :data:`ENOUGH` records on, and only for what holds for
at least half of them and for nothing else as often: two evenings are no pattern. A new behaviour three times within
72 hours calls for a 4AT, a pain score and a look at bowels and bladder (app rule).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.dates import to_local, to_utc
from app.domain.instruments.abc_chart import ANTECEDENTS, BEHAVIOURS, HELPED, NOTHING_HELPED
from app.domain.instruments.captured import Finding
from app.domain.instruments.outcome import Severity

ENOUGH = 5
"""The fewest records from which a pattern is claimed."""
NEW_TIMES = 3
NEW_WITHIN = timedelta(hours=72)
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHIFTS = {"morning": "in the morning (07:00 to 14:00)", "afternoon": "in the afternoon and evening (14:00 to 21:00)",
          "night": "at night (21:00 to 07:00)"}  # fmt: skip

FREQUENT_NEW = Finding(
    "frequent_new_behaviour",
    Severity.URGENT,
    "New behaviour three times in 72 hours: do a 4AT and a pain score, and look at bowels and bladder today.",
)


@dataclass(frozen=True, slots=True)
class Episode:
    """One ABC record: the codes of :mod:`app.domain.instruments.abc_chart`; ``at`` is when it started."""

    at: datetime
    antecedent: str
    behaviour: str
    helped: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """Counts by code, most first; ``by_hour`` and ``by_day`` in order of time. ``words``: what may be claimed."""

    episodes: int
    by_shift: Mapping[str, int]
    by_weekday: Mapping[str, int]
    by_hour: Mapping[int, int]
    by_day: Mapping[date, int]
    by_antecedent: Mapping[str, int]
    by_behaviour: Mapping[str, int]
    by_helped: Mapping[str, int]
    words: tuple[str, ...]


def shift_of(at: datetime) -> str:
    """``morning`` from 07:00, ``afternoon`` from 14:00, ``night`` from 21:00, in local time."""
    hour = to_local(at).hour
    return "morning" if 7 <= hour < 14 else "afternoon" if 14 <= hour < 21 else "night"


def pattern(episodes: Iterable[Episode]) -> Pattern:
    """What the records have in common; the order in which they come does not matter."""
    known = sorted(episodes, key=lambda each: to_utc(each.at))
    local = [to_local(each.at) for each in known]
    by_shift = _counted(shift_of(each.at) for each in known)
    by_weekday = _counted(DAY_NAMES[each.weekday()] for each in local)
    by_antecedent = _counted(each.antecedent for each in known)
    by_behaviour = _counted(each.behaviour for each in known)
    by_helped = _counted(each.helped for each in known)
    return Pattern(
        episodes=len(known),
        by_shift=by_shift,
        by_weekday=by_weekday,
        by_hour=dict(sorted(Counter(each.hour for each in local).items())),
        by_day=dict(sorted(Counter(each.date() for each in local).items())),
        by_antecedent=by_antecedent,
        by_behaviour=by_behaviour,
        by_helped=by_helped,
        words=_words(len(known), by_shift, by_weekday, by_antecedent, by_behaviour, by_helped),
    )


def frequent_new(episodes: Iterable[Episode], now: datetime) -> tuple[str, ...]:
    """The new behaviours seen at least three times in the 72 hours up to ``now``, in the order of the chart."""
    until = to_utc(now)
    lately = Counter(each.behaviour for each in episodes if each.new and until - NEW_WITHIN <= to_utc(each.at) <= until)
    return tuple(code for code in BEHAVIOURS if lately[code] >= NEW_TIMES)


def _counted(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))


def _top(counts: Mapping[str, int], total: int) -> tuple[str, int] | None:
    """The one code that holds for at least half; None when there is none, or when another is as frequent."""
    ranked = list(counts.items())
    if not ranked or ranked[0][1] * 2 < total or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    return ranked[0]


def _words(
    total: int,
    shifts: Mapping[str, int],
    weekdays: Mapping[str, int],
    antecedents: Mapping[str, int],
    behaviours: Mapping[str, int],
    helped: Mapping[str, int],
) -> tuple[str, ...]:
    if total < ENOUGH:
        return (f"{total} record{'' if total == 1 else 's'}: too few to see a pattern, which takes {ENOUGH}.",)
    found: list[str] = []
    if top := _top(shifts, total):
        found.append(f"{top[1]} of {total} {SHIFTS[top[0]]}.")
    if top := _top(weekdays, total):
        found.append(f"{top[1]} of {total} on a {top[0]}.")
    if (top := _top(antecedents, total)) and top[0] != "nothing_seen":
        found.append(f"{top[1]} of {total} after: {_lower(ANTECEDENTS[top[0]])}.")
    if top := _top(behaviours, total):
        found.append(f"{top[1]} of {total} were: {_lower(BEHAVIOURS[top[0]])}.")
    if top := _top(helped, total):
        if top[0] == NOTHING_HELPED:
            found.append(f"Nothing helped in {top[1]} of {total}.")
        else:
            found.append(f"What helped in {top[1]} of {total}: {_lower(HELPED[top[0]])}.")
    return tuple(found) or (f"{total} records, and none of them alike often enough to be a pattern.",)


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]
