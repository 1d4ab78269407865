"""The words of the money page: months, weeks, rates and claims."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.domain.dates import short_date

if TYPE_CHECKING:
    from app.services.money import Period


def month_words(period: Period) -> str:
    """The month that a period of weeks belongs to: the one in which its last Sunday falls."""
    return short_date(period.ends)[3:]


def week_words(period: Period) -> str:
    """The week by its Monday."""
    return short_date(period.starts)


def rate_words(period: Period) -> str:
    """The claim rate, or a dash where nobody lived here."""
    return "–" if period.rate is None else f"{period.rate} %"


def weeks_count(count: int) -> str:
    """``1 resident-week``, ``3 resident-weeks``."""
    return f"{count:,} resident-week{'' if count == 1 else 's'}"


def claim_words(identifier: str) -> str:
    """A claim as people read it: whose, which week, which version; what is no identifier of ours stays as it is."""
    parts = identifier.split("|")
    if len(parts) != 4 or not parts[3].startswith("v"):
        return identifier
    try:
        week = date.fromisoformat(parts[2])
    except ValueError:
        return identifier
    return f"{parts[1]}, week of {short_date(week)}, version {parts[3][1:]}"
