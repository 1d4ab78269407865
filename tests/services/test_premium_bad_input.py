"""What cannot be about the premium is refused in words at its field, and nothing of it is half saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.domain.home_facts import Course, DatedPolicy, Duty, Training
from app.domain.people import Absence, ChampionPost, StaffId
from app.domain.premium import POLICIES
from app.services import home_facts, residents, staff
from tests.factories import NOW, LivingHome

POLICY = POLICIES[0]
DAY = timedelta(days=1)
Try = Callable[[LivingHome, StaffId], object]

ENDED = DatedPolicy(replace(POLICY, version="e", starts=date(2026, 4, 6), ends=date(2026, 11, 15)))


def _overlapping_posts(home: LivingHome, who: StaffId) -> object:
    return staff.appoint(home.session, who, ChampionPost("falls", date(2026, 1, 1), in_post_since=NOW - 10 * DAY))


def _backward_certificate(home: LivingHome, who: StaffId) -> object:
    return staff.appoint(home.session, who, ChampionPost("wound", date(2026, 1, 2), date(2026, 1, 1)))


def _backward_course(home: LivingHome, who: StaffId) -> object:
    good = Training(who, Course.LIFTING, date(2026, 1, 2))
    return home_facts.add_all(home.session, (good, replace(good, course=Course.PEG, expires_on=date(2026, 1, 1))))


def _overlapping_shifts(home: LivingHome, who: StaffId) -> object:
    shift = Duty(who, NOW, NOW + timedelta(hours=8))
    return home_facts.add_all(home.session, (shift, replace(shift, since=NOW + timedelta(hours=7))))


def _absence_before_arrival(home: LivingHome, _who: StaffId) -> object:
    person = residents.find_residents(home.session)[0].id
    return residents.add_fact(home.session, person, Absence(NOW - 400 * DAY, NOW - 390 * DAY))


def _policy_with_a_gap(home: LivingHome, _who: StaffId) -> object:
    late = DatedPolicy(replace(POLICY, version="f", starts=date(2026, 11, 23)))
    return home_facts.add_all(home.session, (ENDED, late))


BAD: dict[str, tuple[Try, str]] = {
    "overlapping posts": (_overlapping_posts, "overlaps another post"),
    "certificate ends before it starts": (_backward_certificate, "There is a problem with the champion post"),
    "course ends before it starts": (_backward_course, "The end must not be before the start"),
    "overlapping shifts": (_overlapping_shifts, "overlaps another shift"),
    "absence outside a stay": (_absence_before_arrival, "did not live in the home then"),
    "policy with a gap": (_policy_with_a_gap, "would have no policy"),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_in_words_and_nothing_is_half_saved(what: str, tmp_path: Path) -> None:
    home = LivingHome(tmp_path / "store")
    try:
        home.resident(1)
        who, _ = home.champion("falls")
        before = _revisions(home)
        attempt, words = BAD[what]
        with pytest.raises(UserError, match=words) as refused:
            attempt(home, who)
        assert refused.value.message
        assert _revisions(home) == before
    finally:
        home.session.close()


def _revisions(home: LivingHome) -> int:
    with home.session.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM revision").scalar() or 0)
