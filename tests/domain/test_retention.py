"""How long records are kept: periods, holds, dated policies, and the odd days of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.retention import (
    FIRST_POLICY,
    HeldClaim,
    Kept,
    RetentionPolicy,
    care_kept_until,
    claim_kept_until,
    due,
    policy_on,
)

DAYS = st.dates(date(2016, 1, 1), date(2080, 12, 31))


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        (date(2018, 5, 10), date(2026, 5, 10)),
        (date(2018, 12, 31), date(2026, 12, 31)),
        (date(2020, 2, 29), date(2028, 2, 29)),
        (date(2092, 2, 29), date(2100, 2, 28)),  # 2100 is no leap year
    ],
)
def test_care_is_kept_eight_years_after_the_end(ended: date, until: date) -> None:
    assert care_kept_until(ended, FIRST_POLICY) == until
    assert due(Kept(ended), FIRST_POLICY, until) is None
    found = due(Kept(ended), FIRST_POLICY, until + timedelta(days=1))
    assert found is not None
    assert found.since == until + timedelta(days=1)


@pytest.mark.parametrize(
    ("week", "until"),
    [
        (date(2019, 4, 1), date(2026, 3, 31)),  # the first week of 2019/20
        (date(2020, 3, 23), date(2026, 3, 31)),  # the last whole week of 2019/20
        (date(2020, 3, 30), date(2027, 3, 31)),  # ends on 5 April: 2020/21
        (date(2019, 12, 30), date(2026, 3, 31)),
        (date(2025, 3, 24), date(2031, 3, 31)),  # ends on Sunday 30 March
    ],
)
def test_claims_are_kept_six_years_and_the_financial_year_they_are_in(week: date, until: date) -> None:
    assert claim_kept_until(week, FIRST_POLICY) == until


def test_who_lives_here_is_never_due() -> None:
    assert due(Kept(None, (HeldClaim("c", date(2016, 4, 4)),)), FIRST_POLICY, date(2090, 1, 1)) is None


def test_claims_younger_than_their_own_period_are_kept() -> None:
    policy = RetentionPolicy(date(2016, 1, 1), care_years=6, claim_years=10)
    kept = Kept(date(2020, 6, 1), (HeldClaim("old", date(2016, 1, 4)), HeldClaim("young", date(2020, 5, 25))))
    found = due(kept, policy, date(2026, 7, 1))
    assert found is not None
    assert (found.claims, found.claims_kept) == (("old",), ("young",))


def test_a_hold_is_told_and_does_not_move_the_day() -> None:
    free, held = Kept(date(2018, 1, 1)), Kept(date(2018, 1, 1), held=True)
    today = date(2026, 6, 1)
    one, other = due(free, FIRST_POLICY, today), due(held, FIRST_POLICY, today)
    assert one is not None
    assert other is not None
    assert (one.since, other.since) == (date(2026, 1, 2), date(2026, 1, 2))
    assert (one.held, other.held) == (False, True)


def test_the_policy_of_the_day_holds() -> None:
    first, second = RetentionPolicy(date(2020, 1, 1), 10), RetentionPolicy(date(2024, 1, 1), 7)
    again = RetentionPolicy(date(2024, 1, 1), 9)
    assert policy_on((), date(2026, 1, 1)) == FIRST_POLICY
    assert policy_on((first, second), date(2019, 12, 31)) == FIRST_POLICY
    assert policy_on((second, first), date(2023, 12, 31)) == first
    assert policy_on((first, second), date(2024, 1, 1)) == second
    assert policy_on((first, second, again), date(2024, 1, 1)) == again


@given(DAYS, DAYS)
def test_once_due_always_due_and_never_before_the_period_is_over(ended: date, today: date) -> None:
    found = due(Kept(ended), FIRST_POLICY, today)
    if found is None:
        assert (today - ended).days <= 8 * 366
    else:
        assert (today - ended).days >= 8 * 365
        assert due(Kept(ended), FIRST_POLICY, today + timedelta(days=1)) is not None


@given(DAYS)
def test_a_claim_is_kept_between_six_and_seven_years(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    until = claim_kept_until(monday, FIRST_POLICY)
    assert (until.month, until.day) == (3, 31)
    assert 6 * 365 <= (until - monday).days + 1 <= 7 * 366 + 6
