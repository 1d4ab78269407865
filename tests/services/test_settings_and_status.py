"""Preferences, the telephone list, and what is always in sight."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.errors import UserError
from app.domain.people import Role
from app.services import assessments, premium, settings
from app.services.status import status
from tests.factories import MUST_HIGH, LivingHome, home_details


def test_preferences_are_each_persons_own(home: LivingHome) -> None:
    assert settings.get(home.session, "theme", "system") == "system"
    settings.put(home.session, "theme", "dark")
    settings.put(home.session, "text_size", 150)
    assert settings.get(home.session, "theme") == "dark"
    other = home.sign_in_as(Role.CARER)
    assert settings.get(other, "theme", "system") == "system"
    back = home.sign_in_as(Role.MANAGER)
    assert (settings.get(back, "theme"), settings.get(back, "text_size")) == ("dark", 150)


def test_only_what_is_a_preference_can_be_kept_as_one(home: LivingHome) -> None:
    with pytest.raises(KeyError):
        settings.put(home.session, "home", {})


def test_the_telephone_list_is_kept_and_used_at_once(home: LivingHome) -> None:
    settings.set_phones(home.session, (("dietetics", "01632 960199"),))
    assert home.assess(home.resident(1), "must", MUST_HIGH).alerts[0].phone_number == "01632 960199"
    again = home.sign_in_as(Role.MANAGER)
    assert again.home.phones == (("dietetics", "01632 960199"),)
    assert again.home.name == home_details().name


def test_accreditation_is_kept_and_decides_the_week(home: LivingHome) -> None:
    home.resident(1)
    settings.set_accreditation(home.session, ())
    monday = premium.default_week(home.session)
    assert "HOME-NOT-ACCREDITED" in premium.week(home.session, monday).rows[0].decision.reasons
    settings.set_accreditation(home.session, ((date(2016, 1, 4), None),))
    assert "HOME-NOT-ACCREDITED" not in premium.week(home.session, monday).rows[0].decision.reasons


@pytest.mark.parametrize(
    ("periods", "field"),
    [
        (((date(2016, 2, 1), date(2016, 1, 1)),), "accredited_until"),
        (((date(2016, 1, 1), None), (date(2017, 1, 1), None)), "accredited_since"),
        (((date(2017, 1, 1), None), (date(2016, 1, 1), date(2017, 1, 1))), "accredited_since"),
    ],
)
def test_accreditation_that_cannot_be_is_refused(
    home: LivingHome, periods: tuple[tuple[date, date | None], ...], field: str
) -> None:
    with pytest.raises(UserError) as refused:
        settings.set_accreditation(home.session, periods)
    assert refused.value.field == field


def test_status_is_counted_from_the_rows(home: LivingHome) -> None:
    before = status(home.session)
    assert (before.user, before.name, before.role, before.home_name) == (
        "mo", "Mo Manager", Role.MANAGER, "Practice House",
    )  # fmt: skip
    assert (before.standing_alerts, before.drafts, before.waiting, before.trouble) == (0, 0, 0, 0)
    assert before.last_backup is None
    assert not before.connected
    person = home.resident(1)
    home.assess(person, "must", MUST_HIGH)
    assessments.save_draft(home.session, person, "news2", {})
    after = status(home.session)
    assert (after.standing_alerts, after.drafts, after.waiting) == (1, 1, 1)


def test_a_clock_that_was_put_back_is_said(home: LivingHome) -> None:
    home.resident(1)
    assert not status(home.session).clock_behind
    home.clock.advance(timedelta(hours=-1))
    assert status(home.session).clock_behind
    home.clock.advance(timedelta(hours=2))
    assert not status(home.session).clock_behind
