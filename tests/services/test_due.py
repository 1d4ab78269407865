"""The list of a shift on a real store: by hour and by date, by room, while the clock goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.domain import wounds as wound_domain
from app.domain.errors import UserError
from app.domain.instruments.outcome import Severity
from app.domain.journeys import JourneyKind, Step, StepKind
from app.domain.people import Absence, ResidentId
from app.domain.transfer import TransferReason
from app.domain.wounds import Wound
from app.services import assessments, audit, due, journeys, permission, residents, transfers, wounds
from app.services.assessments import DueRow
from app.services.due import DueItem, room_order
from tests.factories import MUST_LOW, MUST_MEDIUM, NEWS2_HIGH, NEWS2_LOW, NOW, LivingHome

NEWS2_5 = {**NEWS2_LOW, "resp_rate": 22, "spo2": 93, "pulse": 95}
NEWS2_1 = {**NEWS2_LOW, "pulse": 95}
TODAY = date(2026, 11, 23)


def items(home: LivingHome, person: ResidentId | None = None, code: str = "") -> list[DueItem]:
    return [
        item
        for item in due.present(home.session).items
        if person in {None, item.resident_id} and code in {"", item.instrument}
    ]


def one(home: LivingHome, person: ResidentId, code: str) -> DueItem:
    found = items(home, person, code)
    assert len(found) == 1, found
    return found[0]


def sign(home: LivingHome, person: ResidentId, code: str, answers: Mapping[str, object], **more: Any) -> None:
    assessments.sign(home.session, person, code, answers, **more)


# ------------------------------------------------------------------------------------------------------------ by hour


def test_a_news2_of_five_is_asked_for_again_within_the_hour_until_it_is_done(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_5)
    item = one(home, person, "news2")
    assert (item.when, item.late, item.severity) == ("By 11:00", False, Severity.URGENT)
    assert "after NEWS2 5 (Medium) at 10:00" in item.why
    home.clock.advance(timedelta(minutes=61))
    item = one(home, person, "news2")
    assert (item.when, item.late) == ("Late since 11:00", True)
    home.clock.advance(timedelta(hours=25))
    assert one(home, person, "news2").when == "Overdue 1 day", "it is not forgotten"
    sign(home, person, "news2", NEWS2_LOW)
    assert items(home, person, "news2") == []


def test_a_high_news2_is_due_from_the_moment_and_late_after_half_an_hour(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_HIGH)
    item = one(home, person, "news2")
    assert (item.when, item.late, item.severity) == ("Now", False, Severity.EMERGENCY)
    assert item.why.startswith("Stay with the resident and keep measuring")
    home.clock.advance(timedelta(minutes=30))
    assert one(home, person, "news2").when == "Late since 10:30"


def test_an_amendment_and_an_entry_in_error_change_what_is_asked_for(home: LivingHome) -> None:
    person = home.resident(1)
    first = assessments.sign(home.session, person, "news2", NEWS2_5)
    amended = assessments.amend(home.session, first.revision_id, NEWS2_1, reason="pulse misread")
    assert items(home, person, "news2") == []
    later = [item for item in due.shift(home.session, TODAY, "afternoon").items if item.instrument == "news2"]
    assert [(item.when, item.severity) for item in later] == [("By 16:00", Severity.ATTENTION)]
    assessments.entered_in_error(home.session, amended.revision_id, reason="another resident")
    assert one(home, person, "news2").when == "Never done"


def test_an_unfinished_set_does_not_take_away_what_the_one_before_asks_for(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_5)
    home.clock.advance(timedelta(minutes=30))
    unfinished = {key: value for key, value in NEWS2_LOW.items() if key != "temp_c"}
    sign(home, person, "news2", unfinished)
    item = one(home, person, "news2")
    assert item.when == "By 11:00"
    assert "after NEWS2 5 (Medium) at 10:00" in item.why
    sign(home, person, "news2", unfinished, unable={"temp_c": "plan"})
    assert items(home, person, "news2") == [], "the care plan says not to measure"


def test_pain_delirium_and_soft_signs_have_their_hours(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_LOW)
    sign(home, person, "abbey", {f"items.{n}": 1 for n in range(6)})
    four_at = {"alertness": "normal", "amt4_mistakes": 2, "months_backwards": 8, "acute_change": True}
    sign(home, person, "four_at", four_at)
    assert one(home, person, "abbey").when == "By 11:00"
    assert items(home, person, "four_at") == [], "tomorrow at this hour: not in this shift"
    home.clock.advance(timedelta(minutes=1))
    sign(home, person, "soft_signs", {"signs": ["eating_less"], "can_take_news2": True, "senior_told": "Nia"})
    item = one(home, person, "news2")
    assert (item.when, item.why.startswith("Take NEWS2 this shift: soft signs")) == ("By 14:00", True)
    home.clock.advance(timedelta(minutes=1))
    sign(home, person, "news2", NEWS2_LOW)
    assert items(home, person, "news2") == []
    home.clock.advance(timedelta(hours=24))
    assert one(home, person, "four_at").late


def test_no_equipment_means_an_sbard_call(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "soft_signs", {"signs": ["breathing"], "can_take_news2": False, "senior_told": "Nia"})
    item = one(home, person, "sbard")
    assert (item.when, item.severity) == ("Now", Severity.URGENT)


def test_an_hour_may_lie_after_midnight(home: LivingHome) -> None:
    person = home.resident(1)
    home.clock.advance(timedelta(hours=13))  # 23:00
    sign(home, person, "news2", NEWS2_1)
    found = due.present(home.session)
    assert found.shift.words == "Night, Mon 23-Nov-2026, 21:00 to 07:00"
    item = one(home, person, "news2")
    assert (item.when, item.due) == ("By 05:00 on 24-Nov-2026", date(2026, 11, 24))
    home.clock.advance(timedelta(hours=2))  # 01:00, and still the same night
    assert due.present(home.session).shift == found.shift
    assert one(home, person, "news2").when == "By 05:00"


def test_six_hours_are_six_hours_when_the_clocks_go_back(home: LivingHome) -> None:
    home.clock.advance(datetime(2027, 10, 30, 22, 0, tzinfo=UTC) - NOW)  # 23:00 in summer time
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_1)
    item = one(home, person, "news2")
    assert item.at == datetime(2027, 10, 31, 4, 0, tzinfo=UTC)
    assert item.when == "By 04:00 on 31-Oct-2027", "an hour was gained: 23:00 and 6 hours is 04:00"
    night = due.present(home.session).shift
    assert night.ends - night.starts == timedelta(hours=11)


def test_what_is_still_in_time_is_not_in_the_list_of_a_later_shift(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_5)  # by 11:00
    later = due.shift(home.session, TODAY, "afternoon")
    assert [item for item in later.items if item.instrument == "news2"] == []
    home.clock.advance(timedelta(minutes=70))
    later = due.shift(home.session, TODAY, "afternoon")
    assert [item.when for item in later.items if item.instrument == "news2"] == ["Late since 11:00"]


# ------------------------------------------------------------------------------------------------------------ by date


def test_what_is_due_by_date_stands_in_each_shift_of_its_day_until_it_is_done(home: LivingHome) -> None:
    person = home.resident(1)
    signed = home.assess(person, "must", MUST_MEDIUM)
    day = signed.outcome.next_due
    assert day is not None
    assert items(home, person, "must") == []
    before = due.shift(home.session, day - timedelta(days=1), "night")
    assert [item for item in before.items if item.instrument == "must"] == []
    ahead = due.shift(home.session, day, "morning")
    assert [item.when for item in ahead.items if item.instrument == "must"] == [f"Due {ahead.shift.words[7:22]}"]
    home.clock.advance(timedelta(days=(day - TODAY).days))
    for code in ("morning", "afternoon", "night"):
        found = due.shift(home.session, day, code)
        assert [item.when for item in found.items if item.instrument == "must"] == ["Due today"], code
    home.clock.advance(timedelta(days=3))
    item = one(home, person, "must")
    assert (item.when, item.late) == ("Overdue 3 days", True)
    home.assess(person, "must", MUST_LOW)
    assert items(home, person, "must") == []


def test_what_was_never_done_is_asked_for_since_arrival(home: LivingHome) -> None:
    person = home.resident(1, days=3)
    item = one(home, person, "waterlow")
    assert (item.when, item.why, item.changed) == ("Never done", "Here since 20-Nov-2026", "No result yet")
    assert item.late


def test_an_unfinished_one_is_still_asked_for(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", {"height_m": Decimal("1.60")})
    item = one(home, person, "must")
    assert item.when == "Not finished"
    home.assess(person, "must", MUST_LOW)
    assert items(home, person, "must") == []


def test_a_dressing_is_named_by_its_wound(home: LivingHome) -> None:
    person = home.resident(1)
    view, x, y = wound_domain.placed("left_heel")
    found = NOW - timedelta(days=20)
    wound_id = wounds.add(home.session, person, Wound("left_heel", view, x, y, "pressure", found, "Cal")).wound_id
    answers = {
        "tissue": ["granulating"], "infection": "none", "moisture": "moist", "exudate": "clear", "edge": "advancing",
        "pain": 2, "odour": "none", "surrounding_skin": ["red"], "dressing": "foam", "length_cm": Decimal(4),
        "width_cm": Decimal(3), "next_change": date(2026, 11, 25),
    }  # fmt: skip
    wounds.review(home.session, wound_id, answers, at=NOW)
    ahead = [item for item in due.shift(home.session, date(2026, 11, 25), "morning").items if item.about]
    assert [(item.why, item.about) for item in ahead] == [("Dressing due: Left heel, pressure", wound_id)]
    home.clock.advance(timedelta(days=2))
    assert one(home, person, "time_wound").when == "Due today"


def test_only_instruments_that_are_on_are_asked_for(home: LivingHome) -> None:
    person = home.resident(1)
    code = next(
        tool.code for tool in due.registry.all_instruments() if tool.needs_permission and tool.code == "waterlow"
    )
    assert items(home, person, code)
    permission.withdraw(home.session, code, reason="the licence has ended")
    assert items(home, person, code) == []


def test_the_result_is_compared_with_the_one_before(home: LivingHome) -> None:
    person = home.resident(1)
    for answers, expected in (
        (MUST_LOW, "0 (Low risk), done once so far"),
        (MUST_MEDIUM, "1 (Medium risk), up from 0 (Low risk)"),
        (MUST_MEDIUM, "1 (Medium risk), the same as before"),
        (MUST_LOW, "0 (Low risk), down from 1 (Medium risk)"),
    ):
        home.assess(person, "must", answers)
        coming = [item for item in due.coming(home.session, 92) if item.instrument == "must"]
        assert [item.changed for item in coming] == [expected]
        home.clock.advance(timedelta(days=1))


def test_what_is_coming_is_planned_by_day(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_LOW)
    home.assess(person, "news2", NEWS2_LOW)
    assert due.coming(home.session, 7) == ()
    found = due.coming(home.session, 28)
    assert [(item.instrument, item.due) for item in found] == [
        ("must", date(2026, 12, 21)), ("news2", date(2026, 12, 21))
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------- whose, where, away


def test_rooms_stand_in_the_order_in_which_people_count_them(home: LivingHome) -> None:
    for place, room in enumerate(("10", "2", "12A", "1", ""), 1):
        home.resident(place, room=room)
    rooms = list(dict.fromkeys(item.room for item in due.present(home.session).items))
    assert rooms == ["1", "2", "10", "12A", ""]
    assert sorted(["12B", "12", "A2", "A10", "3", " 3a"], key=room_order) == ["3", " 3a", "12", "12B", "A2", "A10"]


def test_who_is_in_hospital_is_listed_apart_and_nothing_by_the_hour_is_asked_for(home: LivingHome) -> None:
    person, other = home.resident(1), home.resident(2)
    sign(home, person, "news2", NEWS2_5)
    home.clock.advance(timedelta(minutes=5))
    home.fact(person, Absence(home.clock.now(), None, "Hospital: chest infection"))
    found = due.present(home.session)
    assert {item.resident_id for item in found.items} == {other}
    assert {item.resident_id for item in found.away} == {person}
    assert all(item.at is None for item in found.away)


def test_what_was_asked_for_before_the_hospital_is_not_asked_for_by_the_hour_afterwards(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_5)
    absence = Absence(NOW + timedelta(minutes=20), NOW + timedelta(days=2), "hospital")
    home.clock.advance(timedelta(days=3))
    home.fact(person, absence)
    item = one(home, person, "news2")
    assert (item.at, item.when) == (None, "Overdue 3 days"), "by date it is due all the same"


def journey(
    home: LivingHome, person: ResidentId, hours: float, *steps: StepKind, kind: JourneyKind = JourneyKind.EMERGENCY
) -> None:
    """Somebody goes to hospital now, and is back after so many hours."""
    begun = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"), kind=kind).journey_id
    for step in (StepKind.HOME_OUT, StepKind.HOSPITAL_IN, *steps):
        journeys.record(home.session, begun, Step(step, home.clock.now(), name="Nia"))
    home.clock.advance(timedelta(hours=hours))
    journeys.record(home.session, begun, Step(StepKind.HOME_IN, home.clock.now(), name="Nia"))


def returned(home: LivingHome, person: ResidentId) -> dict[str, DueItem]:
    return {item.instrument: item for item in items(home, person) if "Back from hospital" in item.why}


def test_who_is_back_from_hospital_is_looked_at_anew_until_it_is_signed(home: LivingHome) -> None:
    person = home.resident(1)
    for code, answers in (("must", MUST_LOW), ("news2", NEWS2_LOW), ("cfs", {"level": 6})):
        home.assess(person, code, answers)
    home.clock.advance(timedelta(hours=1))
    journey(home, person, 48)  # back on Wednesday at 11:00
    found = returned(home, person)
    assert set(found) == {"waterlow", "must", "news2", "medicines_review", "cfs"}
    assert {item.why for item in found.values()} == {"Back from hospital on 25-Nov-2026"}
    assert {(item.when, item.late) for code, item in found.items() if code != "waterlow"} == {("Due today", False)}
    assert (found["waterlow"].when, found["waterlow"].late) == ("By 17:00", False)
    assert found["cfs"].changed.startswith("6 ("), "the last result is named"
    assert found["medicines_review"].changed == "No result yet"
    home.clock.advance(timedelta(hours=6))
    assert returned(home, person)["waterlow"].when == "Late since 17:00"
    sign(home, person, "must", MUST_LOW)
    assert "must" not in returned(home, person)
    home.clock.advance(timedelta(days=2))
    found = returned(home, person)
    assert (found["news2"].when, found["waterlow"].when) == ("Overdue 2 days", "Overdue 2 days")
    sign(home, person, "news2", NEWS2_LOW)
    home.clock.advance(timedelta(hours=1))
    journey(home, person, 24)
    assert {"must", "news2"} <= set(returned(home, person)), "another stay asks again"


def test_what_a_return_makes_due_stands_on_the_resident_s_own_page_too(home: LivingHome) -> None:
    person = home.resident(1)
    for code, answers in (("must", MUST_LOW), ("news2", NEWS2_LOW), ("cfs", {"level": 6})):
        home.assess(person, code, answers)

    def page() -> dict[str, DueRow]:
        return {row.instrument: row for row in residents.read_again(home.session, person).due}

    assert {"must", "news2", "cfs"} & page().keys() == set()
    home.clock.advance(timedelta(hours=1))
    journey(home, person, 48)
    found = {code: row for code, row in page().items() if row.why}
    assert found.keys() == returned(home, person).keys()
    assert {row.why for row in found.values()} == {"Back from hospital on 25-Nov-2026"}
    assert (found["news2"].never, found["medicines_review"].never, found["news2"].overdue) == (False, True, False)
    home.clock.advance(timedelta(days=2))
    assert page()["news2"].overdue_days == 2
    sign(home, person, "news2", NEWS2_LOW)
    assert "news2" not in page()
    home.clock.advance(timedelta(days=26))
    must = page()["must"]
    assert (must.due, must.why) == (date(2026, 11, 25), "Back from hospital on 25-Nov-2026"), "each stands there once"
    again = transfers.send_to_hospital(home.session, person, TransferReason(situation="worse")).journey_id
    journeys.record(home.session, again, Step(StepKind.HOME_OUT, home.clock.now(), name="Nia"))
    assert all(not row.why for row in page().values()), "nothing can be done while they are away"


def test_a_return_without_a_night_asks_for_news2_and_an_appointment_for_nothing(home: LivingHome) -> None:
    people = [home.resident(place) for place in (1, 2, 3)]
    for person in people:
        for code, answers in (("must", MUST_LOW), ("news2", NEWS2_LOW)):
            home.assess(person, code, answers)
    home.clock.advance(timedelta(minutes=30))
    journey(home, people[0], 2)
    assert set(returned(home, people[0])) == {"news2"}
    journey(home, people[1], 1, kind=JourneyKind.OUTPATIENT)
    assert returned(home, people[1]) == {}
    now = home.clock.now()
    home.fact(people[2], Absence(now - timedelta(minutes=9), now - timedelta(minutes=5), "Hospital appointment"))
    assert returned(home, people[2]) == {}


def test_what_was_overdue_before_the_hospital_says_both_and_a_stay_written_by_hand_counts(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_LOW)
    home.clock.advance(timedelta(days=30))
    home.fact(person, Absence(NOW + timedelta(days=29), home.clock.now(), "Lister hospital, chest infection"))
    must = returned(home, person)["must"]
    assert must.when == "Overdue 2 days"
    assert must.why == "Review due since 21-Dec-2026. Back from hospital on 23-Dec-2026"
    assert len(items(home, person, "must")) == 1


def test_nothing_is_asked_for_of_a_return_while_the_resident_is_in_hospital_again(home: LivingHome) -> None:
    person = home.resident(1)
    journey(home, person, 24)
    assert returned(home, person)
    home.clock.advance(timedelta(hours=1))
    again = transfers.send_to_hospital(home.session, person, TransferReason(situation="worse")).journey_id
    journeys.record(home.session, again, Step(StepKind.HOME_OUT, home.clock.now(), name="Nia"))
    found = due.present(home.session)
    assert [item for item in (*found.items, *found.away) if "Back from" in item.why] == []
    assert {item.resident_id for item in found.away} == {person}
    assert found.items == ()


def test_a_visit_to_the_family_changes_nothing_afterwards(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_5)
    home.clock.advance(timedelta(hours=5))
    home.fact(person, Absence(NOW + timedelta(minutes=20), NOW + timedelta(hours=4), "with the family"))
    assert one(home, person, "news2").when == "Late since 11:00"


def test_nothing_is_asked_for_of_somebody_who_died(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_HIGH)
    details = residents.open_resident(home.session, person).resident.details
    residents.change_resident(home.session, person, replace(details, died_at=home.clock.now()))
    found = due.present(home.session)
    assert (found.items, found.away) == ((), ())


# ---------------------------------------------------------------------------------------------------- falls, reminders


def test_observations_after_a_fall_are_one_line_with_their_times(home: LivingHome) -> None:
    from app.services import falls

    person = home.resident(1)
    falls.record(home.session, person, {"head_struck_or_unwitnessed": True})
    found = [item for item in items(home, person, "news2") if item.at]
    assert len(found) == 1
    assert found[0].when == "Now, due 10:00"
    assert "then 10:30, 11:00, 11:30, 12:00, 13:00" in found[0].why
    later = [item for item in due.shift(home.session, TODAY, "afternoon").items if item.at]
    assert [item.when for item in later] == ["At 14:00"]
    home.clock.advance(timedelta(minutes=1))
    sign(home, person, "news2", NEWS2_1)
    assert [item.when for item in items(home, person, "news2") if item.at] == ["At 10:30"], (
        "the NEWS2 within 6 hours is among them"
    )


def test_what_became_late_is_told_once_by_the_time_since_the_last_look(home: LivingHome) -> None:
    person = home.resident(1)
    sign(home, person, "news2", NEWS2_5)
    began = home.clock.now()
    assert due.passed(home.session, began) == ()
    home.clock.advance(timedelta(hours=1))
    assert [item.resident_id for item in due.passed(home.session, began)] == [person]
    assert due.passed(home.session, home.clock.now()) == ()


# --------------------------------------------------------------------------------------------------------------- paper


def test_the_paper_is_audited_and_names_everybody_by_room(home: LivingHome) -> None:
    for place in (1, 2):
        home.resident(place)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(due.paper(home.session, TODAY, "night"))).pages)
    for words in ("Night, Mon 23-Nov-2026, 21:00 to 07:00", "FAMILYB1, John (Mr)", "born 07-Sep-1937", "Never done"):
        assert words in " ".join(text.split()), words
    entry = audit.trail(home.session).rows[0]
    assert "Printed the due list of a shift" in str(entry)


def test_a_shift_that_is_none_is_refused(home: LivingHome) -> None:
    with pytest.raises(UserError, match="Shift must be one of"):
        due.shift(home.session, TODAY, "evening")
