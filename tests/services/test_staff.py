"""Staff, champion posts and who covers which pathway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.errors import UserError
from app.domain.needs import ChampionPathway
from app.domain.people import ChampionPost, Role, StaffDetails, StaffId
from app.services import staff
from tests.factories import NOW, LivingHome


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


def covered(home: LivingHome) -> dict[str, tuple[tuple[str, ...], object]]:
    return {c.pathway.value: (c.champions, c.until) for c in staff.cover(home.session) if c.covered}


def test_staff_are_listed_by_name_until_they_leave(home: LivingHome) -> None:
    fay = staff.add_staff(home.session, StaffDetails("S1", "Fay Fernleaf", Role.CHAMPION)).staff_id
    assert "Fay Fernleaf" in [m.details.name for m in staff.list_staff(home.session)]
    staff.change_staff(home.session, fay, StaffDetails("S1", "Fay Fern", Role.CHAMPION, left_at=NOW), reason="left")
    assert "Fay Fern" not in [m.details.name for m in staff.list_staff(home.session)]
    assert "Fay Fern" in [m.details.name for m in staff.list_staff(home.session, include_left=True)]


def test_a_key_is_one_persons_and_details_must_be_possible(home: LivingHome) -> None:
    one = staff.add_staff(home.session, StaffDetails("S1", "One", Role.CARER)).staff_id
    assert refused(lambda: staff.add_staff(home.session, StaffDetails("S1", "Two", Role.CARER))).field == "key"
    staff.add_staff(home.session, StaffDetails("S2", "Two", Role.CARER))
    assert refused(lambda: staff.change_staff(home.session, one, StaffDetails("S2", "One", Role.CARER))).field == "key"
    wrong = refused(
        lambda: staff.add_staff(
            home.session, StaffDetails(" ", "", Role.CARER, started_at=NOW, left_at=NOW - timedelta(days=1))
        )
    )
    assert [p.field for p in wrong.problems] == ["key", "name", "left_at"]
    nobody = StaffId("nobody")
    assert (
        refused(lambda: staff.change_staff(home.session, nobody, StaffDetails("S9", "X", Role.CARER))).field == "staff"
    )
    assert (
        refused(lambda: staff.appoint(home.session, nobody, ChampionPost("falls", date(2026, 1, 1)))).field == "staff"
    )


def test_a_changed_name_is_the_one_shown_from_then_on(home: LivingHome) -> None:
    me = home.session.account.staff_id
    staff.change_staff(home.session, me, StaffDetails("mo", "Mo Married", Role.MANAGER, "mo"), reason="married")
    assert home.session.person("mo") == "Mo Married"


def test_cover_names_the_six_pathways_and_who_covers_each_now(home: LivingHome) -> None:
    assert [c.pathway for c in staff.cover(home.session)] == list(ChampionPathway)
    home.champion("falls", expires_on=date(2026, 12, 31))
    home.champion("dementia")
    home.champion("wound", in_post_until=NOW)
    home.champion("nutrition", expires_on=date(2026, 11, 22))
    home.champion("health", in_post_since=NOW + timedelta(days=1))
    found = covered(home)
    assert set(found) == {"falls", "dementia"}
    assert found["dementia"][1] is None
    assert found["falls"][1] is not None


def test_cover_lasts_until_the_last_champion_goes(home: LivingHome) -> None:
    home.champion("falls", in_post_until=NOW + timedelta(days=10))
    home.champion("falls", in_post_until=NOW + timedelta(days=20))
    assert covered(home)["falls"][1] == NOW + timedelta(days=20)
    home.champion("falls")
    assert covered(home)["falls"][1] is None


def test_who_leaves_the_home_leaves_the_post(home: LivingHome) -> None:
    person, _ = home.champion("falls")
    assert "falls" in covered(home)
    member = next(m for m in staff.list_staff(home.session) if m.id == person)
    gone = StaffDetails(member.details.key, member.details.name, Role.CHAMPION, left_at=NOW)
    staff.change_staff(home.session, person, gone, reason="left")
    assert "falls" not in covered(home)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pathway": "happiness"}, "pathway"),
        ({"expires_on": date(2020, 1, 1)}, "expires_on"),
        ({"in_post_since": NOW, "in_post_until": NOW - timedelta(days=1)}, "in_post_until"),
    ],
)
def test_a_post_that_cannot_be_is_refused_at_its_field(home: LivingHome, changes: dict[str, Any], field: str) -> None:
    pathway = changes.pop("pathway", "falls")
    assert refused(lambda: home.champion(pathway, **changes)).field == field


def test_one_person_has_one_post_in_a_pathway_at_a_time(home: LivingHome) -> None:
    person, post = home.champion("falls")
    later = ChampionPost("falls", date(2026, 1, 1), in_post_since=NOW)
    assert refused(lambda: staff.appoint(home.session, person, later)).field == "in_post_since"
    ended = ChampionPost("falls", date(2025, 1, 1), in_post_since=NOW - timedelta(days=365), in_post_until=NOW)
    assert refused(lambda: staff.change_post(home.session, post, ended, reason=" ")).field == "reason"
    staff.change_post(home.session, post, ended, reason="renewed")
    staff.appoint(home.session, person, later)
    staff.appoint(home.session, person, ChampionPost("dementia", date(2026, 1, 1)))
    assert refused(lambda: staff.change_post(home.session, "x", later, reason="r")).field == "post"
    assert set(covered(home)) == {"falls", "dementia"}
