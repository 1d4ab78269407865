"""How long records are kept, and when somebody may look whether to destroy them.

Care records are kept for eight years after the resident left or died (NHS Records Management Code of Practice, adult
social care); claims for six years and the financial year they are in (as other financial records of a contractor).
Periods are the least time: nothing is ever due for destruction by itself, it only comes up for a manager's review. A
stay that begins again starts the period again. A hold (an inquiry, a claim at law, a request by the family) stops
everything about the resident until somebody lifts it.

Councils' schedules differ (some keep for six years), so the periods are dated data: a policy holds from a day on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

CARE_YEARS, CLAIM_YEARS = 8, 6
FEWEST_YEARS, MOST_YEARS = 6, 100
_YEAR_ENDS = (3, 31)


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The periods in whole years, in force from the day ``since`` on."""

    since: date
    care_years: int = CARE_YEARS
    claim_years: int = CLAIM_YEARS


FIRST_POLICY = RetentionPolicy(date(2016, 1, 1))
"""What holds until the home decides otherwise."""


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """A claim for a resident: its id, and the Monday of its week."""

    id: str
    week_start: date


@dataclass(frozen=True, slots=True)
class Kept:
    """What bears on how long a resident's records are kept.

    ``ended_on`` is the day of the death or of the last discharge, None while the resident lives here. ``held`` when a
    hold stands.
    """

    ended_on: date | None
    claims: tuple[HeldClaim, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A resident whose care records are past their period: since which day, and which claims are past theirs.

    ``claims_kept`` are younger than their own period and stay. With ``held`` nothing may be destroyed.
    """

    since: date
    claims: tuple[str, ...]
    claims_kept: tuple[str, ...]
    held: bool


def policy_on(policies: Sequence[RetentionPolicy], day: date) -> RetentionPolicy:
    """The policy in force on the day: of those that have begun the one that began last; of two of one day the later
    recorded."""
    begun = [policy for policy in policies if policy.since <= day]
    return max(reversed(begun), key=lambda policy: policy.since) if begun else FIRST_POLICY


def care_kept_until(ended_on: date, policy: RetentionPolicy) -> date:
    """The last day on which a care record must be kept. After 29 February that is 28 February where there is none."""
    return _years_later(ended_on, policy.care_years)


def claim_kept_until(week_start: date, policy: RetentionPolicy) -> date:
    """The last day on which a claim must be kept: the end of its financial year (31 March), and the years after."""
    month, day = _YEAR_ENDS
    week_end = week_start + timedelta(days=6)  # a week across 31 March belongs to the year in which it ends
    ends = date(week_end.year if (week_end.month, week_end.day) <= _YEAR_ENDS else week_end.year + 1, month, day)
    return _years_later(ends, policy.claim_years)


def due(kept: Kept, policy: RetentionPolicy, today: date) -> Due | None:
    """What of a resident's records is past its period today; None while the care record is not."""
    if kept.ended_on is None:
        return None
    until = care_kept_until(kept.ended_on, policy)
    if today <= until:
        return None
    past = tuple(claim.id for claim in kept.claims if today > claim_kept_until(claim.week_start, policy))
    return Due(
        until + timedelta(days=1),
        past,
        tuple(claim.id for claim in kept.claims if claim.id not in past),
        kept.held,
    )


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)
