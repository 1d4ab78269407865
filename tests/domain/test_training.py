"""The two 80 % tests, the lift cover of a rota, and what would close a gap of champion cover."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.domain.errors import UserError
from app.domain.home_fact_rules import check_home_fact
from app.domain.home_facts import Course, Duty, Training
from app.domain.needs import ChampionPathway
from app.domain.people import Role, StaffDetails, StaffId
from app.domain.premium import Champion, NeedEvidence, WeekFacts, closings, leaving
from app.domain.training import (
    Cell,
    Cover,
    LiftCover,
    Share,
    Standing,
    Worker,
    cell,
    cell_words,
    counts,
    courses_to_repeat,
    lift_cover,
    lift_words,
    share,
    share_words,
    shifts_of_week,
)

DAY = date(2026, 11, 23)
MONDAY = date(2016, 11, 7)


def at(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def worker(key: str, *courses: Training, role: Role = Role.CARER, **changes: Any) -> Worker:
    return Worker(StaffId(key), StaffDetails(key, key.title(), role, **changes), courses)


def course(
    key: str, which: Course = Course.LIFTING, passed: date = date(2026, 1, 5), ends: date | None = None
) -> Training:
    return Training(StaffId(key), which, passed, ends)


def duty(key: str, since: datetime, until: datetime) -> Duty:
    return Duty(StaffId(key), since, until)


# ------------------------------------------------------------------------------------------------------ the 80 % tests


@pytest.mark.parametrize(
    ("trained", "in_post", "met", "wanting"),
    [(4, 5, True, 0), (3, 5, False, 1), (8, 10, True, 0), (9, 12, False, 1), (10, 12, True, 0), (1, 1, True, 0),
     (0, 1, False, 1), (0, 0, False, 0), (79, 99, False, 1), (80, 99, True, 0), (159, 199, False, 1)],
)  # fmt: skip
def test_eighty_per_cent_is_exact(trained: int, in_post: int, met: bool, wanting: int) -> None:
    found = Share(Course.LIFTING, DAY, trained, in_post)
    assert (found.met, found.wanting) == (met, wanting)
    again = replace(found, trained=trained + wanting)
    assert again.met or not in_post, "as many more as are wanting are enough"


def test_seventy_nine_point_nine_per_cent_is_not_eighty() -> None:
    assert round(100 * 159 / 199) == 80
    assert not Share(Course.LIFTING, DAY, 159, 199).met


def test_who_counts_is_who_is_in_post_at_the_end_of_the_day() -> None:
    assert counts(worker("a"), DAY)
    assert counts(worker("a", started_at=at(23, 9)), DAY), "whoever starts that day"
    assert not counts(worker("a", started_at=at(24)), DAY)
    assert not counts(worker("a", left_at=at(23, 9)), DAY), "whoever leaves that day"
    assert counts(worker("a", left_at=at(24, 9)), DAY)
    assert not counts(worker("a", role=Role.AUDITOR), DAY), "an auditor looks and does not work here"


def test_the_share_counts_valid_training_of_those_in_post() -> None:
    staff = [
        worker("a", course("a")),
        worker("b", course("b", ends=DAY)),
        worker("c", course("c", ends=DAY - timedelta(days=1))),
        worker("d", course("d", Course.PEG)),
        worker("e", course("e"), left_at=at(1)),
        worker("f", course("f", passed=DAY + timedelta(days=1))),
    ]
    assert share(staff, Course.LIFTING, DAY) == Share(Course.LIFTING, DAY, 2, 5)
    assert share(staff, Course.FALL_ASSESSMENT, DAY) == Share(Course.FALL_ASSESSMENT, DAY, 0, 5)


def test_a_cell_says_how_somebody_stands() -> None:
    old, new = course("a", ends=date(2026, 6, 1)), course("a", passed=date(2026, 6, 2), ends=date(2027, 6, 1))
    assert cell((old, new), Course.LIFTING, DAY) == Cell(Standing.TRAINED, new)
    assert cell((old,), Course.LIFTING, DAY) == Cell(Standing.EXPIRED, old)
    assert cell((new,), Course.LIFTING, date(2026, 6, 1)) == Cell(Standing.LATER, new)
    assert cell((old, new), Course.PEG, DAY) == Cell(Standing.NOT_RECORDED)
    assert [cell_words(cell(each, Course.LIFTING, DAY)) for each in ((new,), (old,), (), (course("a"),))] == [
        "Yes, to 01-Jun-2027", "Ended 01-Jun-2026", "Not recorded", "Yes",
    ]  # fmt: skip


def test_the_share_in_words() -> None:
    assert share_words(Share(Course.LIFTING, DAY, 9, 12)) == (
        "Lifting equipment (criterion 3): 9 of 12 trained on 23-Nov-2026. BELOW 80 %: 1 more is needed"
    )
    assert share_words(Share(Course.FALL_ASSESSMENT, DAY, 4, 5)).endswith("At least 80 %: met")
    assert "no staff in post is recorded" in share_words(Share(Course.LIFTING, DAY, 0, 0))


def test_a_certificate_that_ends_before_it_starts_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="The end must not be before the start"):
        check_home_fact(course("a", passed=DAY, ends=DAY - timedelta(days=1)), ())


# ------------------------------------------------------------------------------------------------------ the lift cover


def pieces(found: LiftCover) -> list[tuple[str, str, str]]:
    return [(each.cover.value, f"{each.since:%d %H:%M}", f"{each.until:%d %H:%M}") for each in found.stretches]


LIFTERS = (worker("a", course("a")), worker("b", course("b")), worker("c"))


def test_a_day_covered_from_end_to_end() -> None:
    duties = (duty("a", at(23, 7), at(23, 19)), duty("b", at(23, 19), at(24, 7)), duty("c", at(23, 9), at(23, 17)))
    found = lift_cover(LIFTERS, duties, at(23, 7), at(24, 7))
    assert found.met
    assert pieces(found) == [("covered", "23 07:00", "24 07:00")]
    assert found.stretches[0].trained == ("a", "b")


def test_a_gap_without_a_trained_person_and_hours_without_a_rota_are_told_apart() -> None:
    duties = (duty("a", at(23, 7), at(23, 15)), duty("c", at(23, 14), at(23, 22)), duty("b", at(24, 2), at(24, 7)))
    found = lift_cover(LIFTERS, duties, at(23, 7), at(24, 7))
    assert not found.met
    assert pieces(found) == [
        ("covered", "23 07:00", "23 15:00"),
        ("nobody_trained", "23 15:00", "23 22:00"),
        ("no_rota", "23 22:00", "24 02:00"),
        ("covered", "24 02:00", "24 07:00"),
    ]
    assert lift_words(found) == "Covered 13 h, nobody trained on duty 7 h, no rota recorded 4 h"


def test_no_shift_at_all_is_not_covered() -> None:
    found = lift_cover(LIFTERS, (), at(23), at(24))
    assert not found.met
    assert pieces(found) == [("no_rota", "23 00:00", "24 00:00")]


def test_training_that_ends_in_the_night_ends_the_cover_at_midnight() -> None:
    staff = (worker("a", course("a", ends=DAY)),)
    found = lift_cover(staff, (duty("a", at(23, 20), at(24, 8)),), at(23, 20), at(24, 8))
    assert pieces(found) == [("covered", "23 20:00", "24 00:00"), ("nobody_trained", "24 00:00", "24 08:00")]


def test_a_shift_after_somebody_left_or_of_nobody_known_does_not_count() -> None:
    staff = (worker("a", course("a"), left_at=at(23, 12)),)
    duties = (duty("a", at(23, 8), at(23, 16)), duty("zz", at(23, 16), at(23, 20)))
    found = lift_cover(staff, duties, at(23, 8), at(23, 20))
    assert pieces(found) == [("covered", "23 08:00", "23 12:00"), ("no_rota", "23 12:00", "23 20:00")]


def test_the_day_of_the_clock_change_has_25_hours_and_they_are_all_counted() -> None:
    since, until = at(24, 23, month=10), at(26, 0, month=10)  # local midnights of 25 October 2026
    found = lift_cover(LIFTERS, (duty("a", since, since + timedelta(hours=24)),), since, until)
    assert [(each.cover, each.minutes) for each in found.stretches] == [(Cover.COVERED, 1440), (Cover.NO_ROTA, 60)]


def test_a_week_s_rota_is_the_same_local_times_and_goes_over_midnight() -> None:
    people = (StaffId("a"), StaffId("b"))
    days = (date(2026, 10, 24), date(2026, 10, 25))
    found = shifts_of_week(people, days, time(20), time(8))
    assert len(found) == 4
    assert found[0] == duty("a", at(24, 19, month=10), at(25, 8, month=10)), "13 hours: the clocks go back in it"
    assert found[3] == duty("b", at(25, 20, month=10), at(26, 8, month=10))
    day = shifts_of_week(people[:1], days[:1], time(8), time(20))[0]
    assert day == duty("a", at(24, 7, month=10), at(24, 19, month=10))


def test_what_the_provider_is_asked_for() -> None:
    soon, later = DAY + timedelta(days=30), DAY + timedelta(days=200)
    staff = (
        worker("ann", course("ann", ends=soon), course("ann", Course.FALL_ASSESSMENT, ends=later)),
        worker("bob", course("bob"), course("bob", Course.PEG, ends=DAY - timedelta(days=3))),
        worker("cy", course("cy"), course("cy", Course.FALL_ASSESSMENT), left_at=at(1)),
    )
    found = courses_to_repeat(staff, DAY, DAY + timedelta(days=92))
    assert [(line.who, line.course, line.by, line.why) for line in found] == [
        ("Ann", "Lifting equipment", soon, "Certificate ends"),
        ("Bob", "Fall assessment", None, "No training recorded (accreditation, criterion 2)"),
        ("Bob", "PEG feeding", None, "Certificate has ended"),
    ]


# ------------------------------------------------------------------------------------------- what would close the gap


NOW = datetime(2016, 11, 14, 8)  # noqa: DTZ001 - local Europe/London, as the rules are written
LEAVES = datetime(2016, 11, 21, 9)  # noqa: DTZ001 - as above
HORIZON = date(2017, 2, 1)


def champion(pathway: str, until: datetime | None = None, ref: str = "") -> Champion:
    return Champion(pathway.title(), ChampionPathway(pathway), (None, None), (None, until), ref or pathway)


def resident(identifier: str, champions: tuple[Champion, ...], *areas: str) -> WeekFacts:
    return WeekFacts(
        id=identifier, week_start=MONDAY, submitted_at=NOW, home_ods="V123A", accredited=((None, None),),
        nhs_number="9990000018", date_of_birth=date(1931, 5, 2), stays=((None, None),),
        needs=tuple(NeedEvidence(area, date(2016, 11, 1)) for area in areas), champions=champions,
    )  # fmt: skip


def test_the_pathway_that_wins_most_comes_first() -> None:
    cover = (champion("dementia"), champion("wound", LEAVES))
    weeks = [
        resident("r1", cover, "dementia", "falls"),
        resident("r2", cover, "dementia", "falls"),
        resident("r3", cover, "dementia", "wound"),
        resident("r4", cover, "dementia"),
    ]
    found = closings(weeks, NOW, HORIZON)
    assert [(row.pathways, row.from_date, row.resident_ids, row.pence_per_week) for row in found] == [
        (("falls",), None, ("r1", "r2"), 14_000),
        (("wound",), date(2016, 11, 21), ("r3",), 7_000),
    ]


def test_two_pathways_that_only_together_win_are_named_together() -> None:
    weeks = [resident("r1", (), "nutrition", "falls"), resident("r2", (champion("health"),), "health", "falls")]
    found = closings(weeks, NOW, HORIZON)
    assert [(row.pathways, row.resident_ids, row.pence_per_week) for row in found] == [
        (("falls", "nutrition"), ("r1", "r2"), 14_000),
        (("falls",), ("r2",), 7_000),
    ]


def test_where_everything_is_covered_nothing_is_to_be_won() -> None:
    cover = tuple(champion(pathway) for pathway in ("dementia", "falls"))
    assert closings([resident("r1", cover, "dementia", "falls")], NOW, HORIZON) == ()


def test_what_a_leaver_takes_away() -> None:
    cover = (champion("dementia"), champion("falls", ref="f1"), champion("wound", ref="w1"))
    weeks = [
        resident("r1", cover, "dementia", "falls"),
        resident("r2", cover, "dementia", "falls", "wound"),
        resident("r3", cover, "dementia", "wound"),
    ]
    gone = leaving(weeks, ("f1",), NOW)
    assert (gone.resident_ids, gone.pence_per_week, gone.uncovered) == (("r1",), 7_000, ("falls",))
    both = leaving(weeks, ("f1", "w1"), NOW)
    assert (both.resident_ids, both.pence_per_week, both.uncovered) == (("r1", "r2", "r3"), 21_000, ("falls", "wound"))
    doubled = [replace(week, champions=(*week.champions, champion("falls", ref="f2"))) for week in weeks]
    assert leaving(doubled, ("f1",), NOW).resident_ids == ()
