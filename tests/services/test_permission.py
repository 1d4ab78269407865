"""Instruments that their owners license home by home: off until a manager records that this home may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.errors import NotAllowed, UserError
from app.domain.people import Role
from app.services import assessments, due, permission
from tests.factories import LivingHome


def _state(home: LivingHome, code: str) -> permission.InstrumentState:
    return next(each for each in permission.instruments(home.session) if each.tool.code == code)


def test_an_instrument_is_off_until_a_manager_records_the_permission(home: LivingHome) -> None:
    person = home.resident(1)
    permission.withdraw(home.session, "waterlow", reason="The letter has run out")
    assert not _state(home, "waterlow").on
    assert "licenses each home" in _state(home, "waterlow").why_off
    with pytest.raises(UserError, match="Waterlow is off") as refused:
        assessments.sign(home.session, person, "waterlow", {"sex": "F"})
    assert refused.value.field == "instrument"
    with pytest.raises(UserError, match="Waterlow is off"):
        assessments.save_draft(home.session, person, "waterlow", {"sex": "F"})
    assert "waterlow" not in {row.instrument for row in assessments.due(home.session)}

    permission.permit(home.session, "waterlow", note=" Letter of 3 November, policy folder ")
    now = _state(home, "waterlow")
    assert now.on
    assert now.permission is not None
    assert (now.permission.by, now.permission.note) == ("Mo Manager", "Letter of 3 November, policy folder")
    assert assessments.sign(home.session, person, "waterlow", {"sex": "F"}).outcome.band == "incomplete"


def test_what_was_signed_while_it_was_on_is_readable_and_can_be_amended(home: LivingHome) -> None:
    person = home.resident(1)
    signed = home.assess(person, "waterlow", {"sex": "F", "age_years": 84})
    permission.withdraw(home.session, "waterlow", reason="Not renewed")
    again = assessments.amend(home.session, signed.revision_id, {"sex": "F", "age_years": 85}, reason="Birthday")
    assert assessments.assessment(home.session, again.assessment_id).answers["age_years"] == 85


def test_a_draft_begun_while_it_was_on_can_be_saved_but_not_signed(home: LivingHome) -> None:
    person = home.resident(1)
    draft = assessments.save_draft(home.session, person, "waterlow", {"sex": "F"}).draft_id
    permission.withdraw(home.session, "waterlow", reason="Not renewed")
    assessments.save_draft(home.session, person, "waterlow", {"sex": "F", "age_years": 84}, draft)
    with pytest.raises(UserError, match="Waterlow is off"):
        assessments.sign(home.session, person, "waterlow", {"sex": "F"}, draft_id=draft)
    assert assessments.load_draft(home.session, draft).answers == {"sex": "F", "age_years": 84}


@pytest.mark.parametrize(
    ("code", "note", "words"),
    [
        ("must", "Letter", "MUST needs no permission"),
        ("waterlow", "  ", "Enter where the owner's permission can be seen"),
        ("waterlow", "x" * 501, "500 characters or fewer"),
        ("nothing", "Letter", "There is no instrument called nothing"),
    ],
)
def test_a_permission_that_cannot_be_recorded_says_why(home: LivingHome, code: str, note: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        permission.permit(home.session, code, note=note)


def test_an_optional_instrument_is_turned_on_with_a_reason(home: LivingHome) -> None:
    assert _state(home, "frat").on
    permission.withdraw(home.session, "frat", reason="NG249 advises against scores")
    assert "another assessment is the usual one" in _state(home, "frat").why_off
    with pytest.raises(UserError, match="Enter why the home uses it"):
        permission.permit(home.session, "frat", note="")
    permission.permit(home.session, "frat", note="Asked for by the falls service")
    assert _state(home, "frat").on


def test_turning_off_asks_for_a_reason_and_for_something_to_turn_off(home: LivingHome) -> None:
    with pytest.raises(UserError, match="Enter the reason"):
        permission.withdraw(home.session, "waterlow", reason=" ")
    permission.withdraw(home.session, "waterlow", reason="Not renewed")
    with pytest.raises(UserError, match="no permission on record"):
        permission.withdraw(home.session, "waterlow", reason="Again")


def test_only_a_manager_decides(home: LivingHome) -> None:
    session = home.sign_in_as(Role.NURSE)
    with pytest.raises(NotAllowed):
        permission.permit(session, "waterlow", note="Letter")
    assert _state(home, "waterlow").permission is not None


def test_nothing_is_asked_for_with_an_instrument_that_is_off(home: LivingHome) -> None:
    """PAINAD needs nobody's permission and is optional; off, it could not be recorded."""
    person = home.resident(1)
    home.assess(person, "painad", {"items": [1, 1, 1, 1, 0]})
    home.clock.advance(timedelta(hours=9))
    assert "painad" in {item.instrument for item in due.present(home.session).items}
    permission.withdraw(home.session, "painad", reason="Abbey is enough")
    assert "painad" not in {item.instrument for item in due.present(home.session).items}
    with home.session.read() as connection:
        usable = {tool.code for tool in permission.usable(connection)}
    assert usable == {each.tool.code for each in permission.instruments(home.session) if each.on}
