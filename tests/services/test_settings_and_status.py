"""Preferences, the telephone list, and what is always in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

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


def test_an_overlap_says_which_periods_and_why(home: LivingHome) -> None:
    with pytest.raises(UserError) as refused:
        settings.set_accreditation(home.session, ((date(2016, 1, 4), None), (date(2017, 4, 1), None)))
    assert refused.value.message == (
        "Accreditation since 1 April 2017 overlaps the one since 4 January 2016, which has no end yet"
    )
    assert home.session.home.accredited == ((date(2016, 1, 4), None),)


def test_the_homes_details_are_changed_with_a_revision_and_are_there_after_signing_in(home: LivingHome) -> None:
    before = home.session.home
    changed = replace(
        before,
        name="  Hedgerow   House ",
        cqc_location="1-123456789",
        address=("1 High Street", " ", "Ware "),
        postcode="sg129aa",
        phone="01632 960199 x12",
        email="office@hedgerow.example",
        beds=30,
        locality="Stort Valley",
        kind="nursing",
        accredited=(),
        phones=(),
        practice=not before.practice,
    )
    assert settings.change_home(home.session, changed, reason="new owner").kinds == {"setting", "claim"}
    kept = home.session.home
    assert (kept.name, kept.address, kept.postcode) == ("Hedgerow House", ("1 High Street", "Ware"), "SG12 9AA")
    assert (kept.phone, kept.email, kept.beds, kept.locality, kept.kind) == (
        "01632 960199 x12", "office@hedgerow.example", 30, "Stort Valley", "nursing",
    )  # fmt: skip
    assert (kept.accredited, kept.phones, kept.practice) == (before.accredited, before.phones, before.practice)
    with home.session.read() as connection:
        reasons = connection.exec_driver_sql("SELECT reason FROM revision WHERE kind = 'home' ORDER BY seq").scalars()
        assert list(reasons) == ["", "new owner"]
    assert home.sign_in_as(Role.MANAGER).home == kept


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": "  "}, "name", "Enter the name of the home"),
        ({"name": "x" * 101}, "name", "Name of the home must be 100 characters or fewer"),
        ({"cqc_location": "VN3X2"}, "cqc_location", "CQC location must be 1- and 6 to 11 digits"),
        ({"beds": 501}, "beds", "Number of beds must be a whole number from 1 to 500"),
        ({"beds": -1}, "beds", "Number of beds must be a whole number from 1 to 500"),
        ({"address": ("line",) * 7}, "address", "Address must be 6 lines or fewer"),
        ({"postcode": "SG12"}, "postcode", "Postcode must be a full postcode"),
        ({"phone": "960100"}, "phone", "Telephone must be a number with its area code"),
        ({"phone": "01632 96010O"}, "phone", "Telephone must be a number with its area code"),
        ({"email": "office@hedgerow"}, "email", "Email must be an address"),
        ({"locality": "x" * 101}, "locality", "Locality must be 100 characters or fewer"),
        ({"kind": "hotel"}, "kind", "Choose the kind of home"),
        ({"ods": "VN3X3"}, "ods", "ODS code cannot be changed: claims carry it"),
        ({"ccg_ods": "06N"}, "ccg_ods", "Commissioner cannot be changed: claims carry it"),
        ({"ccg_name": "Another CCG"}, "ccg_ods", "Commissioner cannot be changed: claims carry it"),
    ],
)
def test_details_that_cannot_be_are_refused_at_their_field(
    home: LivingHome, change: dict[str, Any], field: str, words: str
) -> None:
    before = home.session.home
    with pytest.raises(UserError) as refused:
        settings.change_home(home.session, replace(before, **change), reason="r")
    assert [problem.field for problem in refused.value.problems] == [field]
    assert refused.value.problems[0].message.startswith(words)
    assert home.session.home == before


def test_everything_wrong_is_said_at_once_and_a_change_needs_its_reason(home: LivingHome) -> None:
    with pytest.raises(UserError) as refused:
        settings.change_home(home.session, replace(home.session.home, name="", postcode="?"), reason=" ")
    assert [problem.field for problem in refused.value.problems] == ["name", "postcode", "reason"]


@pytest.mark.parametrize("phone", ["01632 960100", "(01632) 960100", "+44 1632 960100", "01632960100 ext 12"])
def test_telephone_numbers_as_people_write_them(home: LivingHome, phone: str) -> None:
    settings.change_home(home.session, replace(home.session.home, phone=phone), reason="r")
    assert home.session.home.phone == phone


@pytest.mark.parametrize(("typed", "kept"), [("sg12 9aa", "SG12 9AA"), ("M11ae", "M1 1AE"), ("ec1a1bb", "EC1A 1BB")])
def test_postcodes_are_kept_with_their_one_space(home: LivingHome, typed: str, kept: str) -> None:
    settings.change_home(home.session, replace(home.session.home, postcode=typed), reason="r")
    assert home.session.home.postcode == kept


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
