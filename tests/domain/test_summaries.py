"""What several records say together: behaviour, engagement and the bowel chart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain import behaviour, bowels, engagement
from app.domain.dates import LONDON
from app.domain.instruments import abc_chart, engagement_log
from app.domain.instruments.outcome import Severity

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=LONDON)
TODAY = date(2026, 11, 22)

# ---------------------------------------------------------------------------------------------------------- behaviour


def episode(hours_ago: int = 0, **changed: Any) -> behaviour.Episode:
    """An episode of calling out after noise."""
    known: dict[str, Any] = {
        "antecedent": "noise", "behaviour": "calling_out", "helped": "moved_away", "new": True,
    } | changed  # fmt: skip
    return behaviour.Episode(NOW - timedelta(hours=hours_ago), **known)


def test_every_record_is_counted() -> None:
    seen = [episode(0), episode(1, antecedent="meal"), episode(24, behaviour="crying"), episode(26, helped="toilet")]
    found = behaviour.pattern(seen)
    assert found.episodes == 4
    assert found.by_shift == {"afternoon": 4}
    assert found.by_weekday == {"Saturday": 2, "Sunday": 2}
    assert found.by_hour == {16: 1, 17: 1, 18: 2}
    assert found.by_day == {date(2026, 11, 21): 2, date(2026, 11, 22): 2}
    assert list(found.by_antecedent.items()) == [("noise", 3), ("meal", 1)]
    assert found.by_behaviour == {"calling_out": 3, "crying": 1}
    assert found.by_helped == {"moved_away": 3, "toilet": 1}
    assert behaviour.pattern(reversed(seen)) == found


def test_nothing_is_claimed_from_too_few() -> None:
    four = [episode(each) for each in range(4)]
    assert behaviour.pattern(four).words == ("4 records: too few to see a pattern, which takes 5.",)
    assert behaviour.pattern([]).words == ("0 records: too few to see a pattern, which takes 5.",)
    assert behaviour.pattern([*four, episode(4)]).words == (
        "5 of 5 in the afternoon and evening (14:00 to 21:00).",
        "5 of 5 on a Sunday.",
        "5 of 5 after: noise or many people.",
        "5 of 5 were: calling out or shouting.",
        "What helped in 5 of 5: a quieter place.",
    )


def test_a_pattern_holds_for_half_and_for_nothing_else_as_often() -> None:
    def mixed(*antecedents: str) -> tuple[str, ...]:
        # Each a day and five hours further back: no shift or weekday stands out.
        return behaviour.pattern(
            episode(
                29 * place, antecedent=each, behaviour=list(abc_chart.BEHAVIOURS)[place],
                helped=list(abc_chart.HELPED)[place],
            )
            for place, each in enumerate(antecedents)
        ).words  # fmt: skip

    assert "3 of 6 after: noise or many people." in mixed("noise", "noise", "noise", "meal", "moved", "alone")
    tied = mixed("noise", "noise", "noise", "meal", "meal", "meal")
    assert not any("after:" in words for words in tied)
    fewer = mixed("noise", "noise", "meal", "moved", "alone", "asked")
    assert not any("after:" in words for words in fewer)
    unseen = mixed("nothing_seen", "nothing_seen", "nothing_seen", "nothing_seen", "meal", "asked")
    assert not any("after:" in words for words in unseen)


def test_no_pattern_is_said_in_words_and_so_is_that_nothing_helped() -> None:
    codes = list(zip(abc_chart.ANTECEDENTS, abc_chart.BEHAVIOURS, abc_chart.HELPED, strict=False))[:6]
    spread = [behaviour.Episode(NOW - timedelta(hours=29 * place), *each) for place, each in enumerate(codes)]
    shifts = behaviour.pattern(spread).by_shift
    assert max(shifts.values()) < 3 or list(shifts.values()).count(max(shifts.values())) > 1
    assert behaviour.pattern(spread).words == ("6 records, and none of them alike often enough to be a pattern.",)
    helpless = behaviour.pattern([episode(0, helped="nothing")] * 5)
    assert "Nothing helped in 5 of 5." in helpless.words


@pytest.mark.parametrize(
    ("hour", "shift"),
    [(6, "night"), (7, "morning"), (13, "morning"), (14, "afternoon"), (20, "afternoon"), (21, "night"), (0, "night")],
)
def test_shifts_are_local(hour: int, shift: str) -> None:
    assert behaviour.shift_of(datetime(2026, 11, 22, hour, 59, tzinfo=LONDON)) == shift


def test_summer_time_counts_in_shifts() -> None:
    assert behaviour.shift_of(datetime(2026, 7, 1, 6, 30, tzinfo=UTC)) == "morning"
    assert behaviour.shift_of(datetime(2026, 1, 1, 6, 30, tzinfo=UTC)) == "night"


def test_a_new_behaviour_three_times_in_72_hours() -> None:
    """The reference: 2 entries in 72 hours raise nothing, 3 do."""
    two = [episode(1), episode(30)]
    assert behaviour.frequent_new(two, NOW) == ()
    assert behaviour.frequent_new([*two, episode(72)], NOW) == ("calling_out",)
    assert behaviour.frequent_new([*two, episode(73)], NOW) == ()
    assert behaviour.frequent_new([*two, episode(2, new=False)], NOW) == ()
    assert behaviour.frequent_new([*two, episode(2, behaviour="crying")], NOW) == ()
    assert behaviour.frequent_new([*two, episode(-1)], NOW) == ()


# --------------------------------------------------------------------------------------------------------- engagement


def entry(days_ago: int = 0, **changed: Any) -> engagement.Entry:
    """Half an hour outdoors."""
    known: dict[str, Any] = {"kind": "outdoors", "took_part": "yes", "minutes": 30, "engagement": 2} | changed
    return engagement.Entry(TODAY - timedelta(days=days_ago), **known)


def flags(week: engagement.Week) -> tuple[str, ...]:
    """The flags of the week."""
    return tuple(each.flag for each in week.findings)


def test_a_good_week() -> None:
    week = engagement.week([entry(each, kind="social" if each else "outdoors") for each in range(5)], TODAY)
    assert (week.minutes, week.days, week.activities, week.refusals, week.asleep) == (150, 5, 5, 0, 0)
    assert (flags(week), week.words) == ((), "150 minutes on 5 days")
    assert list(week.by_kind.items()) == [("social", 4), ("outdoors", 1)]


def test_no_activity_in_seven_days_alerts_whatever_was_offered() -> None:
    assert flags(engagement.week([], TODAY)) == ("no_activity",)
    refused = engagement.week([entry(each, took_part="refused", minutes=0) for each in range(7)], TODAY)
    assert (flags(refused), refused.refusals, refused.days) == (("no_activity",), 7, 0)
    assert refused.words == "No activity in seven days; refused 7 times"
    asleep = engagement.week([entry(0, took_part="asleep", minutes=40)], TODAY)
    assert (flags(asleep), asleep.minutes, asleep.asleep, asleep.refusals) == (("no_activity",), 0, 1, 0)
    assert asleep.words == "No activity in seven days; asleep once"


def test_the_week_has_seven_days() -> None:
    assert flags(engagement.week([entry(6, minutes=60)], TODAY)) == ()
    assert flags(engagement.week([entry(7, minutes=60)], TODAY)) == ("no_activity",)
    assert flags(engagement.week([entry(-1, minutes=60)], TODAY)) == ("no_activity",)


def test_ten_minutes_one_to_one_is_enough_and_low() -> None:
    week = engagement.week([entry(0, kind="one_to_one", minutes=10)], TODAY)
    assert (flags(week), week.words) == (("low",), "10 minutes on 1 day")
    assert all(each.severity is Severity.ROUTINE for each in week.findings)
    assert flags(engagement.week([entry(0, minutes=59)], TODAY)) == ("low",)
    assert flags(engagement.week([entry(0, minutes=60)], TODAY)) == ()


def test_three_unhappy_activities_ask_for_another_choice() -> None:
    unhappy = [entry(each, engagement=-3) for each in range(3)]
    assert flags(engagement.week(unhappy, TODAY)) == ("review_choice",)
    assert flags(engagement.week(unhappy[:2], TODAY)) == ()
    assert flags(engagement.week([*unhappy[:2], entry(0, engagement=-2)], TODAY)) == ()
    assert engagement.UNHAPPY == -3
    assert set(engagement.week([entry()], TODAY).by_kind) <= set(engagement_log.KINDS)


# ------------------------------------------------------------------------------------------------------------- bowels


def motion(kind: int, hours_ago: int, **changed: Any) -> bowels.Motion:
    """One entry of the chart."""
    return bowels.Motion(NOW - timedelta(hours=hours_ago), kind, **changed)


def found(motions: list[bowels.Motion], **changed: Any) -> tuple[str, ...]:
    """The flags of the chart."""
    return tuple(each.flag for each in bowels.chart(motions, NOW, **changed).findings)


@pytest.mark.parametrize(
    ("motions", "expected"),
    [
        ([motion(4, 50), motion(4, 26), motion(4, 2)], ()),
        ([motion(6, 20), motion(6, 2)], ("loose_repeated",)),
        ([motion(6, 24), motion(7, 0)], ("loose_repeated",)),
        ([motion(6, 25), motion(6, 0)], ("loose_watch",)),
        ([motion(4, 72)], ("not_open_3_days",)),
        ([motion(4, 71)], ()),
        ([motion(4, 121), motion(7, 1)], ("possible_overflow", "loose_watch")),
        ([motion(4, 72), motion(7, 0)], ("possible_overflow", "loose_watch")),
        ([motion(4, 71), motion(7, 0)], ("loose_watch",)),
        ([motion(4, 121), motion(6, 1)], ("loose_watch",)),
        ([motion(5, 1)], ("loose_watch",)),
        ([motion(4, 1, blood_or_black=True)], ("blood_or_black",)),
        ([motion(4, 30, blood_or_black=True), motion(4, 1)], ()),
        ([motion(1, 1)], ("constipation",)),
        ([motion(2, 80)], ("not_open_3_days", "constipation")),
        ([motion(1, 30), motion(4, 1)], ()),
        ([motion(3, 1)], ()),
        ([motion(7, 80), motion(7, 79), motion(4, 70)], ()),
    ],
)
def test_the_bowel_chart(motions: list[bowels.Motion], expected: tuple[str, ...]) -> None:
    assert found(motions) == expected
    assert found(list(reversed(motions))) == expected


def test_no_record_is_not_known_and_never_not_open() -> None:
    empty = bowels.chart([], NOW)
    assert (empty.last_open, empty.days_since, empty.findings) == (None, None, ())
    assert empty.words == "Not known when the bowels were last open"
    kept = bowels.chart([], NOW, kept_since=NOW - timedelta(days=3))
    assert (kept.last_open, kept.days_since, [each.flag for each in kept.findings]) == (None, 3, ["not_open_3_days"])
    assert kept.words == "Not open since the chart was started (3 days ago)"
    assert found([], kept_since=NOW - timedelta(hours=71)) == ()
    assert found([motion(7, 0)], kept_since=NOW - timedelta(days=3)) == ("possible_overflow", "loose_watch")
    assert found([], kept_since=NOW + timedelta(hours=1)) == ()


def test_hours_are_hours_on_the_night_when_the_clocks_change() -> None:
    """From midnight on Thursday to midnight on Sunday it is 73 hours in October, and 71 in March."""
    for midnight, open_for, due in (
        (datetime(2026, 10, 26, 0, 0, tzinfo=LONDON), 73, True),
        (datetime(2026, 3, 30, 0, 0, tzinfo=LONDON), 71, False),
    ):
        then = bowels.Motion(midnight - timedelta(days=3), 4)
        assert midnight.astimezone(UTC) - then.at.astimezone(UTC) == timedelta(hours=open_for)
        assert bool(bowels.chart([then], midnight).findings) is due
        three = [behaviour.Episode(then.at, "noise", "crying", "toilet", new=True)] * 3
        assert bool(behaviour.frequent_new(three, midnight)) is not due


def test_days_are_told_by_the_calendar() -> None:
    assert bowels.chart([motion(4, 2)], NOW).words == "Last open today, type 4"
    last_night = bowels.chart([motion(4, 20)], NOW)
    assert (last_night.words, last_night.days_since) == ("Last open yesterday, type 4", 0)
    assert bowels.chart([motion(3, 49)], NOW).words == "Last open 2 days ago, type 3"
    ahead = bowels.chart([motion(4, 2), motion(6, -3)], NOW)
    assert (ahead.words, ahead.loose_24h) == ("Last open today, type 4", 0)
