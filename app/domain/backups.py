"""Which backups to keep, when one is due, and when a sudden change is a reason to throw none away.

Kept are the three newest, one a day for a week, one a week for five weeks, one a month for a year, and for 30 days
each that was made before something that cannot be undone. Ransomware, a mistaken import or a dishonest hand show as
many residents gone at once: then nothing is thrown away until a manager has looked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAILY, ASKED = "daily", "asked"
_NEWEST = 3
_DAYS, _WEEKS, _MONTHS = 7, 5, 12
_FORCED_KEPT = timedelta(days=30)
OLD_AFTER = timedelta(days=7)
"""A last backup older than this is said on every screen."""
_FEWER, _SHARE = 5, 5


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup in a folder: its file's name, when it was taken, and why (``daily``, ``asked``, ``before-...``)."""

    name: str
    at: datetime
    kind: str


def to_keep(taken: Iterable[Taken], now: datetime) -> frozenset[str]:
    """The names of those to keep; a backup dated after now is kept, because then a clock is wrong.

    It takes no other's place: else a few with a date far ahead would have all true ones thrown away.
    """
    by_date = sorted(taken, key=lambda one: one.at, reverse=True)
    newest_first = [one for one in by_date if one.at <= now]
    kept = {one.name for one in by_date if one.at > now}
    kept |= {one.name for one in newest_first[:_NEWEST]}
    kept |= {one.name for one in newest_first if one.kind.startswith("before-") and now - one.at <= _FORCED_KEPT}
    for label, most in (("%Y-%m-%d", _DAYS), ("%G-%V", _WEEKS), ("%Y-%m", _MONTHS)):
        seen: list[str] = []
        for one in newest_first:
            period = one.at.strftime(label)
            if period not in seen and len(seen) < most:
                seen.append(period)
                kept.add(one.name)
    return frozenset(kept)


def due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether the next scheduled backup should be made. ``last`` is the newest that is not dated after now.

    One dated after now says nothing of its age: leaving it out makes one backup more, and then it is normal.
    """
    return last is None or now - last >= every


def bulk_change(residents_before: int, residents_now: int, revisions_before: int, revisions_now: int) -> str:
    """Why older backups should be kept until somebody has looked, or an empty string.

    At least five residents, and a fifth of them, fewer than at the last backup; or fewer revisions, which an
    append-only record cannot have.
    """
    gone = residents_before - residents_now
    if revisions_now < revisions_before:
        return f"{revisions_before - revisions_now} entries of the record are fewer than at the last backup"
    if gone >= _FEWER and gone * _SHARE >= residents_before:
        return f"{gone} of {residents_before} residents are gone since the last backup"
    return ""
