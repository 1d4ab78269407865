"""Dates as people type them and as screens write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import (
    LONDON,
    age_years,
    clock_time,
    date_time,
    day_date,
    long_date,
    parse_date,
    parse_instant,
    short_date,
    to_local,
    to_utc,
    week_start,
)
from app.domain.errors import UserError

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "typed",
    [
        "06/09/1937", "6/9/1937", "6.9.1937", "6-9-1937", "06 09 1937", "6 Sep 1937", "6 sept 1937", "6-Sep-1937",
        "06-SEP-1937", "6 September 1937", "6th September, 1937", "6Sep1937", "1937-09-06", "  6/9/1937  ",
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_form_people_type(typed: str) -> None:
    assert parse_date(typed) == date(1937, 9, 6)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("t", TODAY), ("Today", TODAY), ("+7d", date(2026, 11, 30)), ("-2w", date(2026, 11, 9)),
        ("+3m", date(2027, 2, 23)), ("-1y", date(2025, 11, 23)),
    ],
)  # fmt: skip
def test_a_date_can_be_typed_by_its_distance_from_today(typed: str, meant: date) -> None:
    assert parse_date(typed, today=TODAY) == meant


def test_a_month_later_is_never_later_than_the_months_last_day() -> None:
    assert parse_date("+1m", today=date(2026, 1, 31)) == date(2026, 2, 28)
    assert parse_date("-1y", today=date(2024, 2, 29)) == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a date"),
        ("31/02/1937", "31/02/1937 must be a real date"),
        ("1937-13-01", "1937-13-01 must be a real date"),
        ("29 Feb 2023", "29 Feb 2023 must be a real date"),
        ("6/9/37", "6/9/37 must be a date such as 6 Sep 1937"),
        ("6 Sopt 1937", "6 Sopt 1937 must be a date such as 6 Sep 1937"),
        ("tomorrow", "tomorrow must be a date such as 6 Sep 1937"),
        ("t", "t must be a date such as 6 Sep 1937"),  # without a today there is nothing to count from
    ],
)
def test_what_is_not_a_date_is_refused_in_words_at_its_field(typed: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_date(typed, field="date_of_birth")
    assert refused.value.message == words
    assert refused.value.field == "date_of_birth"


def test_in_a_file_a_date_that_can_be_read_two_ways_is_refused() -> None:
    with pytest.raises(UserError, match=r"03/04/1931 can be read two ways\. Write it as YYYY-MM-DD"):
        parse_date("03/04/1931", strict=True)
    assert parse_date("13/04/1931", strict=True) == date(1931, 4, 13)
    assert parse_date("04/04/1931", strict=True) == date(1931, 4, 4)
    assert parse_date("3 Apr 1931", strict=True) == date(1931, 4, 3)
    assert parse_date("03/04/1931") == date(1931, 4, 3), "on screen, day comes first"


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_date_that_is_shown_can_be_typed_back(day: date) -> None:
    assert parse_date(short_date(day), strict=True) == day
    assert parse_date(long_date(day), strict=True) == day
    assert parse_date(day.isoformat(), strict=True) == day


@given(st.text(max_size=30))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(UserError):
        assert isinstance(parse_date(text, today=TODAY), date)


def test_dates_are_shown_as_the_nhs_shows_them() -> None:
    day = date(2026, 9, 6)
    assert short_date(day) == "06-Sep-2026"
    assert day_date(day) == "Sun 06-Sep-2026"
    assert long_date(day) == "6 September 2026"
    assert short_date(None) == "Not recorded"
    assert date_time(None) == "Not recorded"


def test_times_are_shown_where_the_home_is() -> None:
    summer = datetime(2026, 7, 1, 13, 5, tzinfo=UTC)
    winter = datetime(2026, 12, 1, 13, 5, tzinfo=UTC)
    assert date_time(summer) == "01-Jul-2026 14:05"
    assert clock_time(summer) == "14:05"
    assert date_time(winter) == "01-Dec-2026 13:05"
    assert to_local(summer).tzinfo is LONDON


def test_a_time_without_a_zone_is_local() -> None:
    assert to_utc(datetime(2026, 7, 1, 14, 5)) == datetime(2026, 7, 1, 13, 5, tzinfo=UTC)  # noqa: DTZ001 - on purpose
    assert parse_instant("2026-07-01T14:05") == datetime(2026, 7, 1, 13, 5, tzinfo=UTC)
    assert parse_instant("2026-07-01T14:05+00:00") == datetime(2026, 7, 1, 14, 5, tzinfo=UTC)
    assert parse_instant("2026-12-01T14:05") == datetime(2026, 12, 1, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30T10:00", "2026-11-20T25:00", "9999-12-31T23:59-12:00"])
def test_what_is_not_a_time_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserError, match="must be a date and time such as 2026-11-20T08:15") as refused:
        parse_instant(text, field="at")
    assert refused.value.field == "at"


def test_an_age_counts_whole_years() -> None:
    assert age_years(date(1937, 9, 6), date(2026, 9, 5)) == 88
    assert age_years(date(1937, 9, 6), date(2026, 9, 6)) == 89
    assert age_years(date(1936, 2, 29), date(2026, 2, 28)) == 89
    assert age_years(date(1936, 2, 29), date(2026, 3, 1)) == 90


@given(st.dates(min_value=date(1, 1, 8)))
def test_a_claim_week_starts_on_the_monday_before(day: date) -> None:
    monday = week_start(day)
    assert monday.weekday() == 0
    assert timedelta(0) <= day - monday < timedelta(days=7)
