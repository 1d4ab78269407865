"""When to look again in hours: by the tables of the reference, from results that the scorers themselves give."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain import repeats
from app.domain.dates import LONDON
from app.domain.errors import UserError
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.registry import score
from app.domain.repeats import Again, OnReturn, Result, Return, again, on_return, standing
from app.domain.shifts import Shift, shift_at

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTES = {"now": 0, "30": 30, "hour": 60, "six": 360, "day": 1440}
WELL: dict[str, Any] = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 130, "pulse": 72,
    "consciousness": "A", "temp_c": Decimal("36.6"),
}  # fmt: skip


def after(code: str, answers: dict[str, Any]) -> Again | None:
    found = score(code, answers, AT.date())
    return again(code, found.band, found.flags, AT, found.score, found.severity)


def result(outcome: Outcome, at: datetime = AT, **more: Any) -> Result:
    return Result(
        outcome.instrument, at, outcome.band, outcome.score, outcome.complete, outcome.severity, outcome.flags, **more
    )


@pytest.mark.parametrize(
    ("changes", "total", "minutes", "severity"),
    [
        ({}, 0, None, None),  # the date alone
        ({"pulse": 95}, 1, 360, Severity.ATTENTION),
        ({"pulse": 115, "spo2": 93}, 4, 360, Severity.ATTENTION),
        ({"spo2": 91}, 3, 60, Severity.URGENT),  # one red score
        ({"spo2": 91, "pulse": 95}, 4, 60, Severity.URGENT),
        ({"resp_rate": 22, "spo2": 93, "pulse": 95}, 5, 60, Severity.URGENT),
        ({"resp_rate": 22, "spo2": 93, "pulse": 115}, 6, 60, Severity.URGENT),
        ({"resp_rate": 26, "spo2": 91, "pulse": 95}, 7, 0, Severity.EMERGENCY),
        ({"resp_rate": 26, "spo2": 91, "pulse": 115, "consciousness": "U"}, 11, 0, Severity.EMERGENCY),
    ],
)
def test_news2_by_its_total(
    changes: dict[str, Any], total: int, minutes: int | None, severity: Severity | None
) -> None:
    answers = WELL | changes
    assert score("news2", answers, AT.date()).score == total
    found = after("news2", answers)
    if minutes is None:
        assert found is None
        return
    assert found is not None
    assert (found.at, found.code, found.severity) == (AT + timedelta(minutes=minutes), "news2", severity)
    assert found.late_at == (AT + repeats.AT_ONCE if minutes == 0 else found.at)


def test_seven_and_over_is_to_stay_and_keep_measuring() -> None:
    found = after("news2", WELL | {"resp_rate": 26, "spo2": 91, "pulse": 95})
    assert found is not None
    assert found.at_once
    assert "Stay with the resident and keep measuring" in found.words


def test_a_set_that_is_unfinished_is_repeated_within_the_hour_when_it_is_red_or_sure_to_be_five() -> None:
    for missing in (
        {"spo2": 91, "temp_c": None},  # red
        {"resp_rate": 22, "spo2": 93, "pulse": 95, "temp_c": None},  # 5 already, none of them red
    ):
        found = after("news2", WELL | missing)
        assert found is not None
        assert (found.at, found.severity) == (AT + timedelta(hours=1), Severity.URGENT)
    assert after("news2", WELL | {"temp_c": None}) is None
    high = after("news2", WELL | {"resp_rate": 26, "spo2": 91, "pulse": 95, "temp_c": None})
    assert high is not None
    assert high.at == AT, "7 already is high, whatever is missing"


@pytest.mark.parametrize(
    ("code", "items", "minutes"),
    [
        ("abbey", [0, 1, 0, 0, 0, 0], None),  # 1: no pain
        ("abbey", [1, 1, 0, 0, 0, 0], None),
        ("abbey", [1, 1, 1, 0, 0, 0], 60),  # 3: mild
        ("abbey", [2, 2, 2, 1, 1, 1], 60),  # 9: moderate
        ("abbey", [3, 3, 3, 2, 2, 3], 60),  # 16: severe
        ("abbey", [3, 3, 3, 3, 3, None], 60),  # severe, at least
        ("abbey", [1, 1, 1, None, 0, 0], None),  # unfinished: nothing is certain
        ("painad", [0, 0, 0, 0, 0], None),
        ("painad", [0, 0, 0, 0, 1], None),  # 1: be alert
        ("painad", [0, 0, 0, 1, 1], 60),  # 2: probable pain
        ("painad", [0, 2, 2, 1, 1], 60),
        ("painad", [2, 2, 2, 1, 1], 60),
        ("painad", [1, 1, None, 0, 0], 60),  # unfinished, and probable already
        ("painad", [1, 0, None, 0, 0], None),
    ],
)
def test_pain_is_scored_again_after_an_hour(code: str, items: list[int | None], minutes: int | None) -> None:
    found = after(code, {f"items.{n}": value for n, value in enumerate(items) if value is not None})
    assert (found.at if found else None) == (AT + timedelta(minutes=minutes) if minutes else None)
    assert found is None or found.code == code


@pytest.mark.parametrize(
    ("answers", "hours"),
    [
        (("normal", 0, 9, False), None),
        (("mild_sleepiness_lt_10s", 1, 5, False), None),  # possible cognitive impairment
        (("normal", 2, 8, True), 24),
        (("clearly_abnormal", None, None, None), 24),  # 4 already
    ],
)
def test_possible_delirium_is_tested_every_day(answers: tuple[Any, ...], hours: int | None) -> None:
    keys = ("alertness", "amt4_mistakes", "months_backwards", "acute_change")
    found = after("four_at", {key: each for key, each in zip(keys, answers, strict=True) if each is not None})
    assert (found.at if found else None) == (AT + timedelta(hours=hours) if hours else None)


@pytest.mark.parametrize(
    ("signs", "able", "code", "at"),
    [
        ([], None, None, None),
        (["eating_less"], True, "news2", datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),  # this shift
        (["not_right"], True, "news2", datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        (["confusion", "drinking_less"], True, "news2", AT),  # now
        (["breathing"], True, "news2", AT),
        (["breathing"], False, "sbard", AT),  # no equipment
        (["eating_less"], False, None, None),  # the senior decides
    ],
)
def test_soft_signs_ask_for_news2_this_shift_or_now(
    signs: list[str], able: bool | None, code: str | None, at: datetime | None
) -> None:
    answers: dict[str, Any] = {"signs": signs, "senior_told": "Nia"}
    found = after("soft_signs", answers if able is None else answers | {"can_take_news2": able})
    assert (found.code if found else None, found.at if found else None) == (code, at)


def test_other_instruments_set_no_hour() -> None:
    for code in ("must", "waterlow", "post_fall", "time_wound"):
        assert again(code, "high", (), AT, 9, Severity.URGENT) is None


NEWS2_5 = score("news2", WELL | {"resp_rate": 22, "spo2": 93, "pulse": 95}, AT.date())
NEWS2_0 = score("news2", WELL, AT.date())
UNFINISHED = score("news2", WELL | {"temp_c": None}, AT.date())
LATER = AT + timedelta(minutes=40)


def test_a_newer_result_takes_the_place_of_what_was_asked_for() -> None:
    asked = standing([result(NEWS2_5)])
    assert asked is not None
    assert asked.at == AT + timedelta(hours=1)
    assert standing([result(NEWS2_0, LATER), result(NEWS2_5)]) is None
    renewed = standing([result(NEWS2_5, LATER), result(NEWS2_5)])
    assert renewed is not None
    assert renewed.at == LATER + timedelta(hours=1)


def test_an_unfinished_result_that_asks_for_nothing_takes_nothing_away() -> None:
    asked = standing([result(UNFINISHED, LATER), result(NEWS2_5)])
    assert asked is not None
    assert asked.at == AT + timedelta(hours=1)
    assert standing([result(UNFINISHED, LATER), result(NEWS2_0)]) is None


def test_it_ends_where_the_plan_says_not_to_measure_and_when_the_hospital_has_taken_over() -> None:
    assert standing([result(UNFINISHED, LATER, plan=True), result(NEWS2_5)]) is None
    assert standing([result(NEWS2_5)], hospital_since=LATER) is None
    assert standing([result(NEWS2_5, LATER)], hospital_since=AT) is not None


@pytest.mark.parametrize(
    ("local", "shift"),
    [
        (datetime(2026, 11, 24, 6, 59, tzinfo=LONDON), (date(2026, 11, 23), "night")),
        (datetime(2026, 11, 24, 7, 0, tzinfo=LONDON), (date(2026, 11, 24), "morning")),
        (datetime(2026, 11, 24, 13, 59, tzinfo=LONDON), (date(2026, 11, 24), "morning")),
        (datetime(2026, 11, 24, 14, 0, tzinfo=LONDON), (date(2026, 11, 24), "afternoon")),
        (datetime(2026, 11, 24, 21, 0, tzinfo=LONDON), (date(2026, 11, 24), "night")),
        (datetime(2026, 11, 25, 0, 0, tzinfo=LONDON), (date(2026, 11, 24), "night")),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(local: datetime, shift: tuple[date, str]) -> None:
    found = shift_at(local)
    assert (found.on, found.code) == shift
    assert found.after.before == found
    assert found.ends == found.after.starts


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 10, 24), 11), (date(2026, 3, 28), 9), (date(2026, 11, 24), 10)])
def test_the_night_in_which_the_clocks_change_is_longer_or_shorter(on: date, hours: int) -> None:
    night = Shift(on, "night")
    assert night.ends - night.starts == timedelta(hours=hours)
    assert Shift(on, "night").words.endswith("21:00 to 07:00")


def test_there_are_three_shifts() -> None:
    with pytest.raises(UserError, match="Shift must be one of"):
        Shift(date(2026, 11, 24), "evening")


# ------------------------------------------------------------------------------------------------ back from hospital

ALL = frozenset(repeats.RETURN_CODES)
HAD = frozenset({"waterlow", "cfs", "barthel", "cga"})


def codes(nights: int, *, attended: bool = True, had: frozenset[str] = HAD, usable: frozenset[str] = ALL,
          after: timedelta = timedelta(hours=1)) -> list[str]:  # fmt: skip
    return [each.code for each in on_return(Return(AT, nights, attended), had, usable, AT + after)]


def test_a_return_after_a_night_asks_for_what_everybody_needs_and_what_the_resident_has() -> None:
    found = on_return(Return(AT, 1), HAD, ALL, AT)
    assert found == (
        OnReturn("waterlow", AT + timedelta(hours=6)), OnReturn("news2"), OnReturn("must"),
        OnReturn("medicines_review"), OnReturn("cfs"), OnReturn("barthel"),
    )  # fmt: skip


@pytest.mark.parametrize(("nights", "expected"), [(0, False), (1, False), (13, False), (14, True), (15, True)])
def test_the_whole_assessment_is_done_again_from_fourteen_nights(nights: int, expected: bool) -> None:
    assert ("cga" in codes(nights)) is expected
    assert "cga" not in codes(nights, had=HAD - {"cga"}), "only for those who have one"


def test_without_a_night_only_news2_is_asked_for_and_nothing_after_an_appointment() -> None:
    assert codes(0) == ["news2"]
    assert codes(0, attended=False) == []
    assert codes(2, attended=False) == []
    assert codes(0, usable=ALL - {"news2"}) == []


def test_skin_risk_is_asked_for_with_what_the_home_uses() -> None:
    nobody: frozenset[str] = frozenset()
    assert codes(1, had=nobody)[0] == "waterlow"
    assert codes(1, had=frozenset({"purpose_t_outcome"}))[0] == "purpose_t_outcome"
    assert codes(1, had=nobody, usable=ALL - {"waterlow"})[0] == "purpose_t_outcome"
    assert codes(1, usable=frozenset({"must"})) == ["must"]


def test_a_return_counts_for_ninety_two_days_and_not_before_it_was() -> None:
    assert codes(1, after=timedelta(days=92) - timedelta(microseconds=1))
    assert codes(1, after=timedelta(days=92)) == []
    assert codes(1, after=timedelta(microseconds=-1)) == []
