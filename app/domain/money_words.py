"""The words of the premium's money, the same on the screen and on paper."""

from __future__ import annotations

from typing import Final

from app.domain.home_facts import SpendCategory
from app.domain.ledger import Totals
from app.domain.money import pounds

CATEGORY_WORDS: Final = {
    SpendCategory.PAY: "Pay",
    SpendCategory.COVER: "Cover while staff train",
    SpendCategory.MEALTIME_STAFFING: "Staff at meal times",
    SpendCategory.EQUIPMENT: "Equipment",
    SpendCategory.IT: "Laptops and other IT",
    SpendCategory.CARE_PLANS: "Electronic care plans",
    SpendCategory.TRAINING: "Training",
    SpendCategory.OTHER: "Other",
}
FIGURES: Final = (
    ("expected", "Expected", "by the rules, for weeks that have ended"),
    ("not_claimed", "Not claimed yet", "can be claimed now"),
    ("waiting", "Waiting", "claimed, and the CCG has not answered"),
    ("accepted", "Accepted", "by the CCG, and it stands"),
    ("paid", "Paid", "arrived, and matched to a claim"),
    ("outstanding", "Outstanding", "accepted and not paid"),
    ("refused", "Refused", "not accepted by the CCG"),
    ("reversed", "Reversed", "taken back by the home"),
)
"""The field of the totals, its name and what it means."""


def year_words(year: int) -> str:
    """``April 2026 to March 2027``."""
    return f"April {year} to March {year + 1}"


def sum_words(t: Totals) -> str:
    """How the figures add up."""
    return (
        f"Expected {pounds(t.expected)} = not claimed {pounds(t.not_claimed)} + waiting {pounds(t.waiting)} + accepted "
        f"{pounds(t.accepted)} + refused {pounds(t.refused)} + reversed {pounds(t.reversed)}. Accepted = paid "
        f"{pounds(t.paid)} + outstanding {pounds(t.outstanding)}."
    )


def lost_words(lost: int, not_owed: int) -> str:
    """What was not won, each week counted once: pence that the home could have had, and pence that nobody owed."""
    return (
        f"Within reach and not won: {pounds(lost)}. Not owed, because the resident was away or Continuing Healthcare "
        f"paid: {pounds(not_owed)}. What the CCG refused or the home reversed comes beside it."
    )
