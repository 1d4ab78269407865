"""Finding, adding and changing residents, and the facts recorded about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import UserError
from app.domain.people import (
    Absence,
    Allergy,
    CprDecision,
    CprKind,
    FactKind,
    Need,
    ResidentDetails,
    ResidentId,
    Stay,
)
from app.services import assessments, residents
from app.services.changes import Changes
from tests.factories import MUST_LOW, NEWS2_HIGH, NOW, LivingHome, details, nhs_number


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


def names(home: LivingHome, query: str = "", **options: bool) -> list[str]:
    return [row.banner_name for row in residents.find_residents(home.session, query, **options)]


@pytest.fixture
def people(home: LivingHome) -> LivingHome:
    """Four people who are easily confused."""
    home.resident(1, family_name="O'Neil", given_name="Zoë", preferred_name="Zo", room="12", title="Mrs")
    home.resident(2, family_name="Smith", given_name="John", room="7", date_of_birth=date(1931, 5, 2))
    home.resident(3, family_name="Smithson", given_name="Ann", room="17", title="")
    home.resident(4, family_name="Smith-Łódź", given_name="Siân", preferred_name="Sally", room="Garden 2", title="Miss")
    return home


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["O'NEIL, Zoë (Mrs)", "SMITH, John (Mr)", "SMITH-ŁÓDŹ, Siân (Miss)", "SMITHSON, Ann"]),
        ("smith", ["SMITH, John (Mr)", "SMITH-ŁÓDŹ, Siân (Miss)", "SMITHSON, Ann"]),
        ("john smith", ["SMITH, John (Mr)"]),
        ("SMITH  john", ["SMITH, John (Mr)"]),
        ("jo smi", ["SMITH, John (Mr)"]),
        ("mith", []),  # people type how a name begins
        ("oneil", ["O'NEIL, Zoë (Mrs)"]),
        ("O’Neil", ["O'NEIL, Zoë (Mrs)"]),
        ("zoe", ["O'NEIL, Zoë (Mrs)"]),
        ("Zoë", ["O'NEIL, Zoë (Mrs)"]),
        ("lodz", ["SMITH-ŁÓDŹ, Siân (Miss)"]),
        ("smith-lodz", ["SMITH-ŁÓDŹ, Siân (Miss)"]),
        ("sally", ["SMITH-ŁÓDŹ, Siân (Miss)"]),
        ("7", ["SMITH, John (Mr)"]),
        ("17", ["SMITHSON, Ann"]),
        ("garden", ["SMITH-ŁÓDŹ, Siân (Miss)"]),
        ("R03", ["SMITHSON, Ann"]),
        (nhs_number(2), ["SMITH, John (Mr)"]),
        (f"{nhs_number(2)[:3]} {nhs_number(2)[3:6]} {nhs_number(2)[6:]}", ["SMITH, John (Mr)"]),
        (nhs_number(2)[5:], ["SMITH, John (Mr)"]),
        ("02/05/1931", ["SMITH, John (Mr)"]),
        ("2 May 1931", ["SMITH, John (Mr)"]),
        ("1931-05-02", ["SMITH, John (Mr)"]),
        ("02-May-1931", ["SMITH, John (Mr)"]),
        ("nobody", []),
        ("%", []),
        ("_mith", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_resident_is_found_by_whatever_is_known(people: LivingHome, query: str, found: list[str]) -> None:
    assert names(people, query) == found


def test_what_is_typed_is_tidied_and_kept(home: LivingHome) -> None:
    person = home.resident(1, family_name="  Smith ", nhs_number="999 000 0018", room=" 4 ", gp_name=" Cedar ")
    kept = residents.open_resident(home.session, person).resident.details
    assert (kept.family_name, kept.nhs_number, kept.room, kept.gp_name) == ("Smith", "9990000018", "4", "Cedar")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"key": " "}, ["key"]),
        ({"family_name": "", "given_name": " "}, ["family_name", "given_name"]),
        ({"date_of_birth": date(2026, 11, 23)}, ["date_of_birth"]),
        ({"date_of_birth": date(1890, 1, 1)}, ["date_of_birth"]),
        ({"nhs_number": "9990000019"}, ["nhs_number"]),
        ({"nhs_number": None}, ["nhs_number"]),
        ({"nhs_number": None, "nhs_number_absent_reason": " "}, ["nhs_number"]),
        ({"died_at": NOW + timedelta(days=1)}, ["died_at"]),
        ({"died_at": datetime(1930, 1, 1, tzinfo=UTC)}, ["died_at"]),
        ({"key": "", "nhs_number": "1"}, ["key", "nhs_number"]),
    ],
)
def test_every_field_at_fault_is_named(home: LivingHome, changes: dict[str, Any], fields: list[str]) -> None:
    problem = refused(lambda: home.resident(1, **changes))
    assert [each.field for each in problem.problems] == fields
    assert all(each.message for each in problem.problems)
    assert names(home) == []


def test_a_resident_without_a_number_is_accepted_with_the_reason(home: LivingHome) -> None:
    person = home.resident(1, nhs_number=None, nhs_number_absent_reason="Moved from abroad")
    assert residents.open_resident(home.session, person).resident.details.nhs_number is None


def test_nobody_moves_in_tomorrow(home: LivingHome) -> None:
    assert refused(lambda: home.resident(1, days=-1)).field == "stay_since"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nhs_number": nhs_number(9)}, "has the same name and date of birth"),
        ({"nhs_number": nhs_number(9), "family_name": "SMÍTH"}, "has the same name and date of birth"),
        ({"nhs_number": nhs_number(9), "given_name": "Jack"}, "has the same last name and date of birth"),
    ],
)
def test_somebody_who_may_be_there_already_is_shown_and_needs_a_reason(
    home: LivingHome, changes: dict[str, Any], why: str
) -> None:
    first = home.resident(1, family_name="Smith")
    other = details(1, **({"key": "R99", "family_name": "Smith"} | changes))
    warnings = residents.check_resident(home.session, other)
    assert [(warning.resident.id, warning.why) for warning in warnings] == [(first, why)]
    since = NOW - timedelta(days=1)
    problem = refused(lambda: residents.add_resident(home.session, other, stay_since=since))
    assert problem.field == "duplicate"
    assert "SMITH, John (Mr)" in problem.message
    saved = residents.add_resident(
        home.session, other, stay_since=since, different_person_reason="twins, checked with the GP"
    )
    with home.session.read() as connection:
        reason = connection.exec_driver_sql(
            "SELECT reason FROM revision WHERE entity_id = ? ORDER BY seq", (saved.resident_id,)
        ).scalar()
    assert reason == "twins, checked with the GP"


def test_one_nhs_number_is_never_two_peoples_whatever_the_reason(home: LivingHome) -> None:
    first = home.resident(1)
    other = details(1, key="R99", family_name="Jones", date_of_birth=date(1940, 1, 1))
    assert residents.check_resident(home.session, other)[0].why == "has the same NHS number"
    problem = refused(
        lambda: residents.add_resident(
            home.session, other, stay_since=NOW - timedelta(days=1), different_person_reason="twin sister"
        )
    )
    assert problem.field == "nhs_number"
    assert "has this NHS number" in problem.message
    (row,) = residents.find_residents(home.session)
    assert row.id == first


@pytest.mark.parametrize("field", ["family_name", "given_name", "preferred_name"])
def test_a_name_that_no_page_could_hold_is_refused_at_its_field(home: LivingHome, field: str) -> None:
    assert refused(lambda: home.resident(1, **{field: "x" * 151})).field == field
    home.resident(2, **{field: "x" * 150})


@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": "Smithson"},  # begins alike, is another name
        {"date_of_birth": date(1937, 9, 8)},
        {"family_name": "Jones"},
    ],
)
def test_people_who_only_look_alike_are_not_called_the_same(home: LivingHome, changes: dict[str, Any]) -> None:
    home.resident(1, family_name="Smith")
    other = details(1, **({"key": "R99", "family_name": "Smith", "nhs_number": nhs_number(9)} | changes))
    assert residents.check_resident(home.session, other) == ()


def test_a_key_belongs_to_one_resident_whatever_the_reason(home: LivingHome) -> None:
    home.resident(1)
    problem = refused(
        lambda: residents.add_resident(
            home.session, details(2, key="R01"), stay_since=NOW, different_person_reason="another person"
        )
    )
    assert problem.field == "key"


def test_once_two_people_are_known_to_be_two_nobody_is_asked_again_to_move_rooms(home: LivingHome) -> None:
    home.resident(1, family_name="Smith", given_name="John")
    twin = details(1, key="R02", family_name="Smith", given_name="Jack", nhs_number=nhs_number(2))
    person = residents.add_resident(home.session, twin, stay_since=NOW, different_person_reason="twins").resident_id
    moved = details(1, key="R02", family_name="Smith", given_name="Jack", nhs_number=nhs_number(2), room="30")
    residents.change_resident(home.session, person, moved)
    assert names(home, "30") == ["SMITH, Jack (Mr)"]
    renamed = details(1, key="R02", family_name="Smith", given_name="John", nhs_number=nhs_number(2))
    assert refused(lambda: residents.change_resident(home.session, person, renamed)).field == "duplicate"


def test_a_change_is_seen_everywhere_and_what_was_recorded_before_stays(home: LivingHome) -> None:
    person = home.resident(1, family_name="Smith", room="7")
    saved = residents.change_resident(home.session, person, details(1, family_name="Jones", room="8"), reason="married")
    assert saved.changes == Changes(frozenset({"resident"}), frozenset({person}))
    assert names(home, "jones") == ["JONES, John (Mr)"]
    assert names(home, "smith") == []
    with home.session.read() as connection:
        history = connection.exec_driver_sql(
            "SELECT body, reason, author FROM revision WHERE entity_id = ? ORDER BY seq", (person,)
        ).fetchall()
    assert ["Smith" in row.body for row in history] == [True, False]
    assert (history[1].reason, history[1].author) == ("married", "mo")


def test_nobody_who_is_not_in_the_records_can_be_opened_or_changed(home: LivingHome) -> None:
    nobody = ResidentId("nobody")
    for call in (
        lambda: residents.open_resident(home.session, nobody),
        lambda: residents.change_resident(home.session, nobody, details(1)),
        lambda: residents.add_fact(home.session, nobody, Allergy("Nuts")),
        lambda: residents.resident_by_key(home.session, "R99"),
    ):
        assert refused(call).field == "resident"


def test_looking_at_a_record_is_audited(home: LivingHome) -> None:
    person = home.resident(1)
    residents.open_resident(home.session, person)
    with home.session.read() as connection:
        event = connection.exec_driver_sql("SELECT actor, action, resident_id FROM event ORDER BY seq DESC").first()
    assert tuple(event or ()) == ("mo", "view", person)


def status_of(home: LivingHome, person: ResidentId) -> str:
    return residents.open_resident(home.session, person).status


def test_a_resident_is_here_away_left_or_died(home: LivingHome) -> None:
    person = home.resident(1)
    assert status_of(home, person) == "here"
    absence = home.fact(person, Absence(home.clock.now() - timedelta(hours=2), reason="hospital"))
    assert status_of(home, person) == "away"
    home.clock.advance(timedelta(days=1))
    residents.change_fact(
        home.session, absence, Absence(NOW - timedelta(hours=2), home.clock.now()), reason="came back"
    )
    assert status_of(home, person) == "here"
    stay = residents.open_resident(home.session, person).facts[FactKind.STAY][0]
    residents.change_fact(home.session, stay.id, Stay(NOW - timedelta(days=200), home.clock.now()), reason="moved on")
    assert status_of(home, person) == "left"
    assert names(home) == []
    assert names(home, include_left=True) == ["FAMILYB1, John (Mr)"]
    home.fact(person, Stay(home.clock.now()))
    assert status_of(home, person) == "here", "somebody can come back"
    residents.change_resident(home.session, person, details(1, died_at=home.clock.now()))
    assert status_of(home, person) == "died"
    assert names(home) == []


def test_a_return_that_is_planned_has_not_happened_yet(home: LivingHome) -> None:
    person = home.resident(1)
    home.fact(person, Absence(NOW - timedelta(days=1), NOW + timedelta(days=1)))
    assert status_of(home, person) == "away"
    home.clock.advance(timedelta(days=1))
    assert status_of(home, person) == "here"


def test_a_row_says_what_waits_for_somebody(home: LivingHome) -> None:
    person = home.resident(
        1, Need("falls"), Need("continence"), Need("wound", until=date(2026, 11, 1)), CprDecision(CprKind.ATTEMPT)
    )
    home.clock.advance(timedelta(minutes=1))
    home.fact(person, CprDecision(CprKind.DNACPR))
    home.assess(person, "news2", NEWS2_HIGH)
    assessments.save_draft(home.session, person, "must", MUST_LOW)
    (row,) = residents.find_residents(home.session)
    assert row.need_areas == ("continence", "falls")
    assert row.cpr is CprKind.DNACPR, "the newest decision is the one shown"
    assert row.standing_alerts == 1
    assert row.has_draft
    assert row.due == 5, "everything but NEWS2 has been due since arrival"


def test_a_fact_keeps_its_history_and_a_mistake_stays_readable(home: LivingHome) -> None:
    person = home.resident(1)
    fact = home.fact(person, Allergy("Penicilin"))
    home.clock.advance(timedelta(hours=1))
    residents.change_fact(home.session, fact, Allergy("Penicillin", "rash"), reason="spelling")
    home.clock.advance(timedelta(hours=1))
    residents.fact_in_error(home.session, fact, reason="another resident's")
    assert residents.open_resident(home.session, person).facts[FactKind.ALLERGY] == ()
    history = residents.fact_history(home.session, fact)
    assert [(f.body, f.in_error, f.reason) for f in history] == [
        (Allergy("Penicillin", "rash"), True, "another resident's"),
        (Allergy("Penicillin", "rash"), False, "spelling"),
        (Allergy("Penicilin"), False, ""),
    ]
    assert {f.recorded_by for f in history} == {"mo"}
    again = refused(lambda: residents.change_fact(home.session, fact, Allergy("Nuts"), reason="r"))
    assert "entered in error" in again.message


def test_a_change_or_a_mistake_needs_a_reason(home: LivingHome) -> None:
    fact = home.fact(home.resident(1), Allergy("Nuts"))
    for call in (
        lambda: residents.change_fact(home.session, fact, Allergy("Eggs"), reason=" "),
        lambda: residents.fact_in_error(home.session, fact, reason=""),
    ):
        assert refused(call).field == "reason"


def test_facts_are_checked_beside_the_residents_other_facts(home: LivingHome) -> None:
    person = home.resident(1, Allergy("Penicillin"))
    assert refused(lambda: home.fact(person, Allergy(none_known=True))).field == "none_known"
    wrong = residents.open_resident(home.session, person).facts[FactKind.ALLERGY][0]
    residents.fact_in_error(home.session, wrong.id, reason="mistake")
    home.fact(person, Allergy(none_known=True))
    other = home.resident(2)
    home.fact(other, Allergy("Nuts"))


def test_changing_a_fact_is_not_held_up_by_itself(home: LivingHome) -> None:
    person = home.resident(1)
    stay = residents.open_resident(home.session, person).facts[FactKind.STAY][0]
    residents.change_fact(home.session, stay.id, Stay(NOW - timedelta(days=100)), reason="wrong date")
    assert residents.open_resident(home.session, person).facts[FactKind.STAY][0].body == Stay(NOW - timedelta(days=100))


def test_one_residents_record_shows_nothing_of_anothers(home: LivingHome) -> None:
    person = home.resident(1, Allergy("Penicillin"))
    other = home.resident(2, Allergy("Nuts"))
    home.assess(other, "news2", NEWS2_HIGH)
    record = residents.open_resident(home.session, person)
    assert [f.body for f in record.facts[FactKind.ALLERGY]] == [Allergy("Penicillin")]
    assert (record.latest, record.alerts, record.drafts, record.packs) == ((), (), (), ())
    assert {row.resident_id for row in record.due} == {person}


def test_details_are_what_was_typed_and_nothing_more(home: LivingHome) -> None:
    person = home.resident(1)
    kept = residents.open_resident(home.session, person).resident.details
    assert isinstance(kept, ResidentDetails)
    assert kept == details(1)


def test_a_stay_or_absence_that_is_only_planned_hides_nothing(home: LivingHome) -> None:
    person = home.resident(1)
    day = timedelta(days=1)
    (stay,) = residents.open_resident(home.session, person).facts[FactKind.STAY]
    residents.change_fact(home.session, stay.id, Stay(NOW - 200 * day, NOW + 4 * day), reason="respite ends Friday")
    home.fact(person, Stay(NOW + 30 * day))
    assert residents.open_resident(home.session, person).status == "here"
    home.fact(person, Absence(NOW - day, NOW + 2 * day, "hospital"))
    home.fact(person, Absence(NOW + 3 * day, None, "family visit"))
    assert residents.open_resident(home.session, person).status == "away"
    home.clock.at = NOW + 10 * day
    assert residents.open_resident(home.session, person).status == "left"
    home.clock.at = NOW + 31 * day
    assert residents.open_resident(home.session, person).status == "away"


def test_the_list_shows_the_cpr_decision_that_was_decided_last_however_late_it_was_typed(home: LivingHome) -> None:
    person = home.resident(1)
    home.fact(person, CprDecision(CprKind.DNACPR, date(2024, 5, 1), "Dr P. Practice"))
    home.fact(person, CprDecision(CprKind.ATTEMPT, date(2020, 5, 1)))
    (row,) = residents.find_residents(home.session)
    assert row.cpr is CprKind.DNACPR
