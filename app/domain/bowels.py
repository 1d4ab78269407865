"""The bowel chart of one resident up to a moment: when last open, and what calls for somebody.

App rules: not open for three days is looked into; type 1 or 2 is constipation; type 6 or 7 twice within 24 hours is
for infection control and fluids; type 7 after three days without may be overflow past a blockage; blood or black stool
is for a clinician the same day. No records mean "not known", never "not open", unless it is known since when the chart
has been kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.dates import to_local, to_utc
from app.domain.instruments.captured import Finding, loudest_first
from app.domain.instruments.outcome import Severity

LONG = timedelta(hours=72)
WITHIN = timedelta(hours=24)
LOOSE_TIMES = 2

NOT_OPEN = Finding(
    "not_open_3_days",
    Severity.ATTENTION,
    "Bowels not open for three days: tell the nurse, give what is prescribed when needed, offer fluids.",
)
CONSTIPATED = Finding("constipation", Severity.ATTENTION, "Hard stool: more fluids and fibre; ask about a laxative.")
LOOSE = Finding(
    "loose_repeated",
    Severity.URGENT,
    "Loose twice in 24 hours: infection control, offer fluids, tell the nurse. Ask before holding a laxative.",
)
WATCH = Finding("loose_watch", Severity.ROUTINE, "Softer than usual: watch the next one.")
OVERFLOW = Finding(
    "possible_overflow", Severity.URGENT, "Watery after days without: it may be overflow. Tell the nurse today."
)
BLOOD = Finding("blood_or_black", Severity.URGENT, "Blood or black stool: a clinician must know today.")


@dataclass(frozen=True, slots=True)
class Motion:
    """One entry of the chart: when, and its Bristol type 1 to 7."""

    at: datetime
    type: int
    blood_or_black: bool = False


@dataclass(frozen=True, slots=True)
class BowelChart:
    """``last_open`` and the whole days since, None when not known. ``loose_24h``: loose motions in the last 24 hours.
    ``findings``: the loudest first."""

    last_open: datetime | None
    days_since: int | None
    loose_24h: int
    findings: tuple[Finding, ...]
    words: str


def chart(motions: Iterable[Motion], now: datetime, *, kept_since: datetime | None = None) -> BowelChart:
    """The chart as it stands at ``now``; later entries are left out.

    ``kept_since`` is when the chart was started: without any motion, the days are counted from there.
    """
    now = to_utc(now)
    begun = to_utc(kept_since) if kept_since is not None else None
    moved = [replace(each, at=to_utc(each.at)) for each in motions]
    known = sorted((each for each in moved if each.at <= now), key=lambda each: each.at)
    last = known[-1] if known else None
    start = last.at if last else begun
    waited = now - start if start is not None and start <= now else None
    loose = [each for each in known if each.type >= 6 and now - each.at <= WITHIN]

    found: list[Finding] = []
    if waited is not None and waited >= LONG:
        found.append(NOT_OPEN)
    if last is not None:
        found += _about(last, known[-2] if len(known) > 1 else None, begun)
    if any(each.blood_or_black and now - each.at <= WITHIN for each in known):
        found.append(BLOOD)
    if len(loose) >= LOOSE_TIMES:
        found.append(LOOSE)
    elif loose or (last is not None and last.type == 5):
        found.append(WATCH)
    return BowelChart(
        last_open=last.at if last else None,
        days_since=waited.days if waited is not None else None,
        loose_24h=len(loose),
        findings=loudest_first(found),
        words=_words(last, start, now),
    )


def _about(last: Motion, before: Motion | None, kept_since: datetime | None) -> list[Finding]:
    """What the newest motion says, on its own and after the time without one."""
    found = [CONSTIPATED] if last.type <= 2 else []
    start = before.at if before else kept_since
    if last.type == 7 and start is not None and last.at - start >= LONG:
        found.append(OVERFLOW)
    return found


def _words(last: Motion | None, start: datetime | None, now: datetime) -> str:
    """By the calendar, as people say it: a motion of last night is "yesterday" before it is a day old."""
    if start is None or start > now:
        return "Not known when the bowels were last open"
    days = (to_local(now).date() - to_local(start).date()).days
    said = ("today", "yesterday")[days] if days < 2 else f"{days} days ago"
    return f"Last open {said}, type {last.type}" if last else f"Not open since the chart was started ({said})"
