"""Which backups are kept, when the next is due, and what counts as a sudden change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.domain.backups import Taken, bulk_change, due, to_keep

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def days_ago(days: float, kind: str = "daily") -> Taken:
    at = NOW - timedelta(days=days)
    return Taken(f"{at:%Y%m%d%H%M}-{kind}", at, kind)


def test_two_years_of_daily_backups_come_down_to_a_few() -> None:
    taken = [days_ago(day) for day in range(730)]
    names = to_keep(taken, NOW)
    kept = sorted((one.at for one in taken if one.name in names), reverse=True)
    assert kept[:7] == [NOW - timedelta(days=day) for day in range(7)]
    assert 7 + 3 <= len(kept) <= 7 + 5 + 12
    assert max(gap.days for gap in (a - b for a, b in pairwise(kept))) <= 31
    assert (NOW - kept[-1]).days >= 300


def test_the_three_newest_are_kept_however_many_there_are_in_a_day() -> None:
    taken = [days_ago(minutes / 1440) for minutes in range(10)]
    kept = to_keep(taken, NOW)
    assert {one.name for one in taken[:3]} <= kept
    assert len(kept) == 3


@pytest.mark.parametrize(("age", "kept"), [(29, True), (30, True), (31, False)])
def test_one_made_before_what_cannot_be_undone_is_kept_for_thirty_days(age: int, *, kept: bool) -> None:
    forced = days_ago(age - 0.1 if kept else age, "before-purge")
    taken = [forced, *(days_ago(day) for day in range(60))]
    same_day = [days_ago(age, "daily")]
    assert (forced.name in to_keep([*taken, *same_day], NOW)) is kept


def test_one_dated_in_the_future_is_kept() -> None:
    ahead = [days_ago(-400 - day) for day in range(20)]
    assert {one.name for one in ahead} <= to_keep([*ahead, *(days_ago(day) for day in range(20))], NOW)


def test_those_dated_in_the_future_take_no_place_of_the_others() -> None:
    true = [days_ago(day) for day in range(400)]
    ahead = [days_ago(-30 * month) for month in range(1, 40)]
    assert to_keep([*ahead, *true], NOW) == to_keep(true, NOW) | {one.name for one in ahead}


@pytest.mark.parametrize(
    ("last", "expected"),
    [(None, True), (timedelta(hours=23, minutes=59), False), (timedelta(hours=24), True)],
)
def test_when_the_next_is_due(last: timedelta | None, *, expected: bool) -> None:
    assert due(NOW - last if last is not None else None, NOW, timedelta(hours=24)) is expected


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ((45, 1000), (45, 1010), False),
        ((45, 1000), (41, 1010), False),
        ((45, 1000), (36, 1010), True),
        ((25, 1000), (20, 1010), True),
        ((26, 1000), (21, 1010), False),
        ((4, 1000), (0, 1010), False),
        ((45, 1000), (45, 999), True),
    ],
)
def test_a_sudden_change_is_named(before: tuple[int, int], now: tuple[int, int], *, said: bool) -> None:
    assert bool(bulk_change(before[0], now[0], before[1], now[1])) is said
