"""There and back: the journey, what follows it, and what it adds up to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.domain.bags import Bag, BagState
from app.domain.errors import UserError
from app.domain.journeys import Item, JourneyKind, Stage, Step, StepKind, bag_after, nights_away
from app.domain.people import Absence, FactKind, ResidentId, Stay
from app.domain.transfer import Call, TransferReason
from app.models import bags as bag_rows
from app.models.journeys import JourneyLine
from app.services import journeys, premium, residents, transfers
from tests.factories import NOW, WEEK, LivingHome
from tests.helpers.rebuild import same_as_stored

HOUR = timedelta(hours=1)


def send(home: LivingHome, person: ResidentId, **changes: object) -> transfers.Pack:
    given = {"situation": "a fall", "bag": "RB-03", "destination": "Lister Hospital", "called": (Call("999", NOW),)}
    return transfers.send_to_hospital(home.session, person, TransferReason(**(given | changes)))  # type: ignore[arg-type]


def step(home: LivingHome, journey: str, kind: StepKind, hours: float, **given: object) -> journeys.Saved:
    home.clock.advance(NOW + hours * HOUR - home.clock.now())
    return journeys.record(home.session, journey, Step(kind, NOW + hours * HOUR, **({"name": "Nia"} | given)))  # type: ignore[arg-type]


def absences(home: LivingHome, person: ResidentId) -> list[Absence]:
    facts = residents.read_again(home.session, person).facts[FactKind.ABSENCE]
    return [fact.body for fact in facts if isinstance(fact.body, Absence)]


def test_there_and_back_moves_the_bag_and_counts_the_nights(home: LivingHome) -> None:
    person = home.resident(1)
    pack = send(home, person)
    (bag,) = journeys.bags(home.session)
    assert (bag.bag.number, bag.bag.state) == ("RB-03", BagState.IN_HOME)
    journeys.set_items(home.session, pack.journey_id, [Item("Glasses", 1), Item("Hearing aid", 2)])
    for hours, kind, state in (
        (1, StepKind.HOME_OUT, BagState.OUT),
        (2, StepKind.HOSPITAL_IN, BagState.AT_HOSPITAL),
        (5, StepKind.ADMITTED, BagState.AT_HOSPITAL),
        (70, StepKind.HOSPITAL_OUT, BagState.RETURNING),
        (71, StepKind.HOME_IN, BagState.IN_HOME),
    ):
        step(home, pack.journey_id, kind, hours)
        assert journeys.bags(home.session)[0].bag.state is state
        if kind is StepKind.HOME_OUT:
            assert [a.until for a in absences(home, person)] == [None]
            assert residents.read_again(home.session, person).status == "away"
    assert absences(home, person) == [Absence(NOW + HOUR, NOW + 71 * HOUR, "Hospital: Lister Hospital")]
    row = journeys.journey(home.session, pack.journey_id)
    assert row.stage is Stage.ENDED
    assert [wait.key for wait in row.waiting] == ["check", "items"]
    saved = journeys.set_items(
        home.session, pack.journey_id, [Item("Glasses", 1, back=1), Item("Hearing aid", 2, back=1)]
    )
    assert saved.warnings == ("Missing: 1 × Hearing aid",)
    found = journeys.outcomes(home.session, NOW.date(), NOW.date())
    assert (found.called_999, found.attended, found.admitted, found.under_24h, found.avoided) == (1, 1, 1, 0, 0)
    assert (found.nights, found.losses) == (3, 1)
    with home.session.read() as connection:
        same_as_stored(connection)


def test_a_second_pack_belongs_to_the_journey_that_is_open_and_the_next_journey_supersedes_nothing(
    home: LivingHome,
) -> None:
    person = home.resident(1)
    first = send(home, person)
    second = send(home, person, situation="worse")
    assert second.journey_id == first.journey_id
    step(home, first.journey_id, StepKind.NOT_CONVEYED, 1)
    home.clock.advance(timedelta(days=30))
    third = send(home, person, called=())
    assert third.journey_id != first.journey_id
    assert (first.version, second.version, third.version) == (1, 2, 3)
    assert absences(home, person) == []


@pytest.mark.parametrize("bag", ["the big red bag in the hall, number RB-03", "ß" * 30, "RB  3", "?"])
def test_whatever_is_typed_as_the_number_of_a_bag_names_one_bag_however_often(home: LivingHome, bag: str) -> None:
    for number in ("RB-03", "BR-03", "RB 3"):
        with home.session.write() as work:
            bag_rows.save(work, Bag(number, BagState.IN_HOME, NOW))
    person = home.resident(1)
    journey = begin(home, person, bag)
    named = journeys.journey(home.session, journey).journey.bag
    assert named
    listed = len(journeys.bags(home.session))
    assert begin(home, person, bag) == journey
    assert journeys.journey(home.session, journey).journey.bag == named
    assert len(journeys.bags(home.session)) == listed


def test_a_call_of_yesterday_does_not_part_the_packs_of_one_journey(home: LivingHome) -> None:
    person = home.resident(1)
    reason = TransferReason(situation="a fall", called=(Call("999", NOW - 13 * HOUR),))
    found = []
    for _ in range(2):
        with home.session.write() as work:
            found.append(journeys.begin(home.session, work, person, reason, JourneyKind.EMERGENCY))
    assert found[0].id == found[1].id
    assert found[0].journey.when(StepKind.CALLED) == NOW - 13 * HOUR


@pytest.mark.parametrize("kind", [StepKind.HOSPITAL_IN, StepKind.HOME_IN, StepKind.WARD_MOVE])
def test_nobody_arrives_who_has_not_left(home: LivingHome, kind: StepKind) -> None:
    pack = send(home, home.resident(1))
    with pytest.raises(UserError, match="Record first when the resident left the home"):
        step(home, pack.journey_id, kind, 1)


# ------------------------------------------------------------------------------------- what follows, and is put back


def begin(home: LivingHome, person: ResidentId, bag: str = "RB-03") -> str:
    """A journey without the papers, which take longer to draw than everything else here."""
    with home.session.write() as work:
        reason = TransferReason(situation="a fall", bag=bag, destination="Lister Hospital")
        return journeys.begin(home.session, work, person, reason, JourneyKind.EMERGENCY).id


def the_bag(home: LivingHome, number: str = "RB-03") -> Bag:
    return next(row.bag for row in journeys.bags(home.session) if row.bag.number == number)


def status(home: LivingHome, person: ResidentId) -> str:
    return residents.read_again(home.session, person).status


def test_a_correction_puts_absence_and_bag_right_with_the_steps(home: LivingHome) -> None:
    person = home.resident(1)
    journey = begin(home, person)
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.HOSPITAL_IN, 2)
    step(home, journey, StepKind.HOME_IN, 30)
    row = journeys.journey(home.session, journey)
    earlier = [replace(each, at=each.at - timedelta(minutes=30)) for each in row.journey.steps]
    journeys.correct(home.session, journey, replace(row.journey, steps=tuple(earlier)), reason="the clock was wrong")
    assert absences(home, person) == [
        Absence(NOW + HOUR / 2, NOW + 29.5 * HOUR, "Hospital: Lister Hospital")
    ]  # fmt: skip
    assert the_bag(home) == Bag("RB-03", BagState.IN_HOME, NOW + 29.5 * HOUR)
    row = journeys.journey(home.session, journey)
    journeys.correct(
        home.session, journey, replace(row.journey, steps=row.journey.steps[:-1]), reason="that was somebody else"
    )
    assert status(home, person) == "away"
    assert the_bag(home).state is BagState.AT_HOSPITAL
    assert [version.reason for version in journeys.versions(home.session, journey)][:2] == [
        "that was somebody else", "the clock was wrong",
    ]  # fmt: skip
    with home.session.read() as connection:
        same_as_stored(connection)


def test_a_correction_of_what_somebody_has_added_to_meanwhile_is_refused(home: LivingHome) -> None:
    person = home.resident(1)
    journey = begin(home, person)
    old = journeys.journey(home.session, journey)
    step(home, journey, StepKind.HOME_OUT, 1)
    with pytest.raises(UserError, match="while you were writing"):
        journeys.correct(home.session, journey, old.journey, reason="r", seen=old.revision_id)
    with pytest.raises(UserError, match="while you were writing"):
        journeys.set_items(home.session, journey, [Item("Glasses", 1)], seen=old.revision_id)
    assert journeys.journey(home.session, journey).stage is Stage.ON_THE_WAY


@pytest.mark.parametrize("kind", [StepKind.DIED, StepKind.OTHER_HOME], ids=["died", "another home"])
def test_who_does_not_come_back_has_left_until_the_journey_was_entered_in_error(
    home: LivingHome, kind: StepKind
) -> None:
    person = home.resident(1)
    journey = begin(home, person)
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.HOSPITAL_IN, 2)
    step(home, journey, kind, 40, place="Oak House")
    record = residents.read_again(home.session, person)
    (stay,) = (fact.body for fact in record.facts[FactKind.STAY])
    assert isinstance(stay, Stay)
    assert stay.until == NOW + 40 * HOUR
    died = record.resident.details.died_at
    assert died == (NOW + 40 * HOUR if kind is StepKind.DIED else None)
    assert absences(home, person)[0].until == NOW + 40 * HOUR
    assert the_bag(home).state is BagState.RETURNING
    row = journeys.journey(home.session, journey)
    assert [wait.key for wait in row.waiting] == ["bag"]
    journeys.entered_in_error(home.session, journey, reason="the wrong resident")
    record = residents.read_again(home.session, person)
    (stay,) = (fact.body for fact in record.facts[FactKind.STAY])
    assert isinstance(stay, Stay)
    assert (stay.until, record.resident.details.died_at, record.status) == (None, None, "here")
    assert absences(home, person) == []
    assert (the_bag(home).state, the_bag(home).journey_id) == (BagState.IN_HOME, "")
    with home.session.read() as connection:
        same_as_stored(connection)


def test_an_absence_by_hand_is_taken_over_and_given_back(home: LivingHome) -> None:
    person = home.resident(1)
    by_hand = Absence(NOW - 2 * HOUR, None, "Lister")
    home.fact(person, by_hand)
    journey = begin(home, person)
    step(home, journey, StepKind.HOME_OUT, 0)
    assert absences(home, person) == [Absence(NOW, None, "Lister")], "one absence, at the time that was signed"
    journeys.entered_in_error(home.session, journey, reason="the wrong resident")
    assert absences(home, person) == [by_hand]


def test_other_absences_make_room_and_nothing_counts_a_night_twice(home: LivingHome) -> None:
    person = home.resident(1)
    home.fact(person, Absence(NOW - 90 * HOUR, NOW + 10 * HOUR, "with the family"))
    journey = begin(home, person)
    saved = step(home, journey, StepKind.HOME_OUT, 1)
    assert ["now ends when the resident left for hospital" in words for words in saved.warnings] == [True]
    step(home, journey, StepKind.HOME_IN, 50)
    first, second = sorted(absences(home, person), key=lambda each: each.since)
    assert (first.until, second.since, second.until) == (NOW + HOUR, NOW + HOUR, NOW + 50 * HOUR)
    with home.session.read() as connection:
        same_as_stored(connection)


def test_what_made_room_is_given_back_when_no_journey_counts_it(home: LivingHome) -> None:
    """Leave with the family that is cut by two journeys: each gives back what it alone took."""
    person = home.resident(1)
    leave, later = Absence(NOW - 90 * HOUR, NOW + 90 * HOUR, "family"), Absence(NOW + 100 * HOUR, None, "holiday")
    home.fact(person, leave)
    home.fact(person, later)
    first = begin(home, person)
    step(home, first, StepKind.HOME_OUT, 1)
    assert absences(home, person) == [
        Absence(NOW + HOUR, None, "Hospital: Lister Hospital"), replace(leave, until=NOW + HOUR)
    ], "the holiday gives way as long as nobody knows when they come back"  # fmt: skip
    saved = step(home, first, StepKind.HOME_IN, 3)
    assert "is again as it was entered" in " ".join(saved.warnings)
    second = begin(home, person)
    step(home, second, StepKind.HOME_OUT, 5)
    step(home, second, StepKind.HOME_IN, 120)
    journeys.entered_in_error(home.session, first, reason="the wrong resident")
    assert sorted(absences(home, person), key=lambda each: each.since) == [
        replace(leave, until=NOW + 5 * HOUR),
        Absence(NOW + 5 * HOUR, NOW + 120 * HOUR, "Hospital: Lister Hospital"),
        replace(later, since=NOW + 120 * HOUR),
    ]
    saved = journeys.entered_in_error(home.session, second, reason="the wrong resident")
    assert len(saved.warnings) == 2
    assert sorted(absences(home, person), key=lambda each: each.since) == [leave, later]
    with home.session.read() as connection:
        same_as_stored(connection)


def test_leaving_is_recorded_of_somebody_whose_stay_has_ended(home: LivingHome) -> None:
    """The stay was ended by hand at the hour of the call; then the paper with the signed times came back."""
    person = home.resident(1)
    journey = begin(home, person)
    (stay,) = residents.read_again(home.session, person).facts[FactKind.STAY]
    assert isinstance(stay.body, Stay)
    ended = replace(stay.body, until=NOW)
    residents.change_fact(home.session, stay.id, ended, reason="went to hospital for good")
    saved = step(home, journey, StepKind.HOME_OUT, 1)
    assert saved.warnings[0] == "The record says that the resident had left this home by then: no absence is counted"
    assert absences(home, person) == []
    step(home, journey, StepKind.HOSPITAL_IN, 2)
    saved = step(home, journey, StepKind.OTHER_HOME, 30, place="Oak House")
    assert "another day on which the stay ended" in saved.warnings[0]
    row = journeys.journey(home.session, journey)
    assert (row.stage, row.journey.absence) == (Stage.ENDED, "")
    journeys.entered_in_error(home.session, journey, reason="r")
    (stay,) = residents.read_again(home.session, person).facts[FactKind.STAY]
    assert stay.body == ended, "what somebody else has said stays"


def test_who_has_moved_in_again_is_not_given_two_stays(home: LivingHome) -> None:
    person = home.resident(1)
    journey = begin(home, person)
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.OTHER_HOME, 30, place="Oak House")
    home.fact(person, Stay(NOW + 20 * HOUR + 20 * HOUR))
    with pytest.raises(UserError, match="moved in again since"):
        journeys.entered_in_error(home.session, journey, reason="r")
    assert journeys.journey(home.session, journey).in_error is False


def test_what_is_planned_is_prepared_days_ahead_and_an_emergency_is_none_of_it(home: LivingHome) -> None:
    person = home.resident(1)
    planned = TransferReason(situation="cataract", destination="Lister Hospital")

    def prepared(kind: JourneyKind, reason: TransferReason = planned) -> JourneyLine:
        with home.session.write() as work:
            return journeys.begin(home.session, work, person, reason, kind)

    first = prepared(JourneyKind.PLANNED).id
    home.clock.advance(timedelta(days=3))
    assert prepared(JourneyKind.PLANNED).id == first
    (wait,) = journeys.journey(home.session, first).waiting
    assert not wait.is_late(home.clock.now())
    assert transfers.start(home.session, person).kind is JourneyKind.PLANNED
    fall = TransferReason(situation="a fall", called=(Call("999", home.clock.now()),))
    emergency = prepared(JourneyKind.PLANNED, fall)
    assert (emergency.id == first, emergency.journey.kind) == (False, JourneyKind.EMERGENCY)
    home.clock.advance(HOUR)
    journeys.record(home.session, emergency.id, Step(StepKind.NOT_CONVEYED, home.clock.now()))
    assert prepared(JourneyKind.PLANNED).id == first, "the operation is still to come"
    home.clock.advance(timedelta(days=14))
    assert prepared(JourneyKind.PLANNED).id != first


def test_nobody_is_away_on_two_journeys_at_once(home: LivingHome) -> None:
    person = home.resident(1)
    first = begin(home, person)
    step(home, first, StepKind.HOME_OUT, 1)
    step(home, first, StepKind.HOSPITAL_IN, 2)
    home.clock.advance(timedelta(days=3))
    second = send(home, person, called=(Call("999", home.clock.now()),)).journey_id
    assert second != first, "999 was called again: this is another journey"
    with pytest.raises(UserError, match="away on another journey"):
        step(home, second, StepKind.HOME_OUT, 75)
    step(home, first, StepKind.HOME_IN, 60)
    step(home, second, StepKind.HOME_OUT, 75)
    assert [each.until for each in sorted(absences(home, person), key=lambda each: each.since)] == [
        NOW + 60 * HOUR, None,
    ]  # fmt: skip


def test_a_call_that_does_not_fit_keeps_nobody_from_the_paper(home: LivingHome) -> None:
    person = home.resident(1)
    pack = send(home, person, called=())
    step(home, pack.journey_id, StepKind.HOME_OUT, 1)
    home.clock.advance(HOUR)
    again = send(home, person, called=(Call("999", home.clock.now()),))
    assert (again.journey_id, again.version) == (pack.journey_id, 2)
    assert journeys.journey(home.session, pack.journey_id).journey.step(StepKind.CALLED) is None


def test_papers_of_yesterday_that_nobody_used_belong_to_a_journey_of_their_own(home: LivingHome) -> None:
    person = home.resident(1)
    stale = begin(home, person)
    home.clock.advance(timedelta(hours=13))
    fresh = begin(home, person)
    assert fresh != stale
    board = journeys.board(home.session)
    assert [row.id for row in board.open] == [stale, fresh], "the late one first"
    assert board.open[0].waiting[0].is_late(board.now)
    journeys.record(home.session, stale, Step(StepKind.NOT_CONVEYED, home.clock.now()))
    assert [row.id for row in journeys.board(home.session).open] == [fresh]


def test_an_absence_before_the_resident_lived_here_is_refused_at_the_time(home: LivingHome) -> None:
    person = home.resident(1, days=1)
    journey = begin(home, person)
    with pytest.raises(UserError) as refused:
        journeys.record(home.session, journey, Step(StepKind.HOME_OUT, NOW - 30 * HOUR, "Nia"))
    assert [problem.field for problem in refused.value.problems] == ["at"]
    assert journeys.journey(home.session, journey).stage is Stage.PREPARING, "nothing of it was kept"


# ------------------------------------------------------------------------------------------------------------ bags


def test_a_bag_that_another_has_is_not_taken_unless_somebody_saw_it(home: LivingHome) -> None:
    one, other = home.resident(1), home.resident(2)
    first, second = begin(home, one), begin(home, other)
    step(home, first, StepKind.HOME_OUT, 1)
    (wait,) = (each for each in journeys.journey(home.session, second).waiting if each.key == "bag")
    assert "which bag went?" in wait.words
    saved = step(home, second, StepKind.HOME_OUT, 2)
    assert "stays recorded there" in saved.warnings[0]
    assert the_bag(home).journey_id == first
    saved = step(home, second, StepKind.HOSPITAL_IN, 3, bag=True)
    assert "was recorded with" in saved.warnings[0]
    assert (the_bag(home).journey_id, the_bag(home).state) == (second, BagState.AT_HOSPITAL)


def test_a_lost_bag_stays_lost_until_somebody_sees_it(home: LivingHome) -> None:
    journey = begin(home, home.resident(1))
    step(home, journey, StepKind.HOME_OUT, 1)
    bag = journeys.bags(home.session)[0]
    home.clock.advance(HOUR / 2)
    journeys.move_bag(home.session, bag.id, BagState.LOST, note="not in the ambulance")
    saved = step(home, journey, StepKind.HOSPITAL_IN, 2)
    assert saved.warnings == ("Bag RB-03 is recorded as lost: it stays recorded so",)
    assert the_bag(home).note == "not in the ambulance"
    step(home, journey, StepKind.ADMITTED, 3, bag=True)
    assert the_bag(home).state is BagState.AT_HOSPITAL


def test_a_bag_that_came_home_by_itself_stays_there(home: LivingHome) -> None:
    journey = begin(home, home.resident(1))
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.HOSPITAL_IN, 2)
    home.clock.advance(HOUR)
    journeys.move_bag(home.session, journeys.bags(home.session)[0].id, BagState.IN_HOME, note="a taxi brought it")
    saved = step(home, journey, StepKind.HOSPITAL_OUT, 20)
    assert saved.warnings == ("Bag RB-03 is recorded as in the home: it stays recorded so",)
    assert step(home, journey, StepKind.HOME_IN, 21).warnings == ()
    assert the_bag(home).state is BagState.IN_HOME


def test_a_bag_left_behind_is_asked_for_until_it_is_home(home: LivingHome) -> None:
    journey = begin(home, home.resident(1))
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.HOSPITAL_IN, 2)
    saved = step(home, journey, StepKind.HOME_IN, 9, bag=False)
    assert saved.warnings == ("Bag RB-03 did not come back: it is recorded as still at the hospital",)
    assert "bag" in [wait.key for wait in journeys.journey(home.session, journey).waiting]
    journeys.move_bag(home.session, journeys.bags(home.session)[0].id, BagState.IN_HOME)
    assert "bag" not in [wait.key for wait in journeys.journey(home.session, journey).waiting]


def test_a_bag_may_be_named_when_they_leave_and_be_corrected_to_another(home: LivingHome) -> None:
    journey = begin(home, home.resident(1), bag="")
    home.clock.advance(HOUR)
    journeys.record(home.session, journey, Step(StepKind.HOME_OUT, home.clock.now(), "Nia"), bag="rb-7")
    assert the_bag(home, "RB-7").state is BagState.OUT
    row = journeys.journey(home.session, journey)
    journeys.correct(home.session, journey, replace(row.journey, bag="RB-8"), reason="it was another bag")
    assert (the_bag(home, "RB-7").state, the_bag(home, "RB-8").state) == (BagState.IN_HOME, BagState.OUT)
    assert journeys.journey(home.session, journey).journey.bag == "RB-8"


def test_two_bags_of_one_number_are_refused(home: LivingHome) -> None:
    journeys.add_bag(home.session, "RB-03")
    with pytest.raises(UserError, match="There is a bag RB-03 already"):
        journeys.add_bag(home.session, " rb 3 ")
    with pytest.raises(UserError, match="Enter the number on the bag"):
        journeys.add_bag(home.session, "  ")


def test_losses_are_followed_up_and_end(home: LivingHome) -> None:
    journey = begin(home, home.resident(1))
    journeys.set_items(home.session, journey, [Item("Glasses", 1)])
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.HOME_IN, 9)
    journeys.set_items(home.session, journey, [Item("Glasses", 1, back=0)])
    journeys.follow_loss(home.session, journey, "Glasses", told="Ash Ward", outcome="")
    row = journeys.journey(home.session, journey)
    assert "losses" in [wait.key for wait in row.waiting]
    saved = journeys.set_items(home.session, journey, [Item("Glasses", 1, back=1)])
    assert saved.warnings == ("Found: Glasses",)
    (loss,) = journeys.journey(home.session, journey).journey.losses
    assert (loss.told, loss.outcome, loss.closed_at) == ("Ash Ward", "found", home.clock.now())


def test_what_goes_missing_again_is_a_loss_of_its_own(home: LivingHome) -> None:
    journey = begin(home, home.resident(1))

    def came_back(count: int) -> None:
        home.clock.advance(HOUR)
        journeys.set_items(home.session, journey, [Item("Glasses", 2, back=count)])

    def losses() -> list[tuple[int, str, str]]:
        found = journeys.journey(home.session, journey).journey.losses
        return [(loss.quantity, loss.outcome, loss.told) for loss in found]

    journeys.set_items(home.session, journey, [Item("Glasses", 2)])
    step(home, journey, StepKind.HOME_OUT, 1)
    step(home, journey, StepKind.HOME_IN, 9)
    came_back(1)
    journeys.follow_loss(home.session, journey, "Glasses", told="Ash Ward", outcome="found")
    row = journeys.journey(home.session, journey).journey
    assert row.items[0].back == 2, "what is found is back"
    first = row.losses[0].noticed_at
    came_back(2)
    assert losses() == [(1, "found", "Ash Ward")]
    came_back(0)
    assert losses() == [(1, "found", "Ash Ward"), (2, "", "")]
    journeys.follow_loss(home.session, journey, "Glasses", told="the family", outcome="gone")
    assert losses() == [(1, "found", "Ash Ward"), (2, "gone", "the family")]
    came_back(0)
    assert len(losses()) == 2, "what was not found is still the same loss"
    journeys.follow_loss(
        home.session, journey, "Glasses", told="Elm Ward", outcome="found", note="under the bed", noticed_at=first
    )
    assert losses() == [(1, "found", "Elm Ward"), (2, "gone", "the family")]
    with pytest.raises(UserError, match="not among the losses"):
        journeys.follow_loss(home.session, journey, "Glasses", told="", outcome="", noticed_at=NOW - HOUR)


# ------------------------------------------------------------------------------------------------------ all together


MOVES = st.lists(
    st.tuples(st.sampled_from(list(StepKind)), st.integers(0, 12), st.sampled_from([True, False, None])),
    min_size=4, max_size=7,
)  # fmt: skip


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_absence_bag_and_presence_always_say_what_the_steps_say(
    home: LivingHome, moves: list[tuple[StepKind, int, bool | None]]
) -> None:
    """Any steps that are taken; then the same ones corrected; then all of it entered in error."""
    place = len(residents.find_residents(home.session, include_left=True)) + 1
    number = f"B-{place}"
    person = home.resident(place)
    journey = begin(home, person, bag=number)
    for kind, hours, bag in moves:
        home.clock.advance(hours * HOUR)
        place_name = "Oak House" if kind is StepKind.OTHER_HOME else ""
        with suppress(UserError):
            journeys.record(
                home.session, journey, Step(kind, home.clock.now(), "Nia", place=place_name, bag=bag, code="other")
            )
        _agrees(home, person, journey, number)
    row = journeys.journey(home.session, journey)
    for cut in (len(row.journey.steps) // 2, 0):
        told = replace(row.journey, steps=row.journey.steps[:cut])
        journeys.correct(home.session, journey, told, reason="it was not so")
        _agrees(home, person, journey, number)
    journeys.correct(home.session, journey, row.journey, reason="it was so after all")
    _agrees(home, person, journey, number)
    journeys.entered_in_error(home.session, journey, reason="the wrong resident")
    assert absences(home, person) == []
    assert status(home, person) == "here"
    assert (the_bag(home, number).state, the_bag(home, number).journey_id) == (BagState.IN_HOME, "")
    with home.session.read() as connection:
        same_as_stored(connection)


def _agrees(home: LivingHome, person: ResidentId, journey_id: str, number: str) -> None:
    journey = journeys.journey(home.session, journey_id, again=True).journey
    assert [(each.since, each.until) for each in absences(home, person)] == ([journey.away] if journey.away else [])
    where = bag_after(journey)
    assert the_bag(home, number).state is (where[0] if where else BagState.IN_HOME)
    ending = journey.ending.kind if journey.ending else None
    away = "away" if journey.away and ending is None else "here"
    assert status(home, person) == {StepKind.DIED: "died", StepKind.OTHER_HOME: "left"}.get(ending, away)  # type: ignore[arg-type]


def test_the_nights_of_a_journey_are_those_that_the_premium_leaves_out(home: LivingHome) -> None:
    """Four nights in hospital leave three of the week, which is too few to be paid for."""
    for pathway in ("dementia", "falls"):
        home.champion(pathway)
    person = home.complex_resident(1)
    monday = datetime.combine(WEEK, time(12), UTC)
    home.clock.advance(monday + timedelta(hours=26) - home.clock.now())
    with home.session.write() as work:
        reason = TransferReason(situation="a fall", bag="RB-03")
        journey = journeys.begin(home.session, work, person, reason, JourneyKind.EMERGENCY).id
    journeys.record(home.session, journey, Step(StepKind.HOME_OUT, home.clock.now(), "Nia"))
    home.clock.advance(timedelta(days=4))
    journeys.record(home.session, journey, Step(StepKind.HOME_IN, home.clock.now(), "Nia"))
    home.clock.advance(timedelta(days=5))
    (claim,) = (row for row in premium.week(home.session, WEEK).rows if row.resident_id == person)
    away = journeys.outcomes(home.session, WEEK, WEEK + timedelta(days=6)).nights
    assert away == 4
    assert claim.decision.nights == 7 - away
    assert "NIGHTS-LT4" in [reason.code for reason in claim.reasons]
    assert nights_away(journeys.journey(home.session, journey).journey, home.clock.now()) == away


# ---------------------------------------------------------------------------------------------------------- on paper


def test_the_custody_record_says_who_had_the_bag_and_what_is_missing(home: LivingHome) -> None:
    person = home.resident(1)
    journey = begin(home, person)
    journeys.set_items(home.session, journey, [Item("Glasses", 1, "brown case"), Item("Slippers", 2)])
    step(home, journey, StepKind.HOME_OUT, 1, role="Nurse", bag=True)
    step(home, journey, StepKind.HOSPITAL_IN, 2, name="S Patel", place="Lister Hospital", bag=True)
    step(home, journey, StepKind.DELAY, 30, code="medicines")
    step(home, journey, StepKind.HOME_IN, 40, bag=False)
    journeys.set_items(home.session, journey, [Item("Glasses", 1, "brown case", back=0), Item("Slippers", 2, back=2)])
    (text,) = pages(journeys.custody_paper(home.session, journey))
    for words in (
        "Left the home", "Nia, Nurse", "S Patel", "Lister Hospital", "Waiting for medicines to take home",
        "Was not there", "RB-03, now at hospital", "Glasses", "brown case", "0, 1 missing", "1 × Glasses",
        "Nobody has been told yet", "Check points not recorded: left hospital", "Finish the return checklist",
        "Page 1 of 1",
    ):  # fmt: skip
        assert words in text, words
    journeys.entered_in_error(home.session, journey, reason="r")
    with pytest.raises(UserError, match="entered in error"):
        journeys.custody_paper(home.session, journey)


def test_labels_carry_the_home_and_the_number_and_nothing_of_anybody(home: LivingHome) -> None:
    person = home.resident(1)
    begin(home, person)
    for number in range(4, 12):
        journeys.add_bag(home.session, f"RB-{number:02}")
    retired = journeys.bags(home.session)[1]
    journeys.move_bag(home.session, retired.id, BagState.RETIRED)
    (sheet,) = pages(journeys.bag_labels(home.session))
    assert home.session.home.name in sheet
    assert home.session.home.phone in sheet
    assert [number for number in range(3, 12) if f"RB-{number:02}" in sheet] == [3, 5, 6, 7, 8, 9, 10, 11]
    details = residents.read_again(home.session, person).resident.details
    assert details.family_name not in sheet
    (one,) = pages(journeys.bag_labels(home.session, ("RB-07",)))
    assert "RB-07" in one
    assert "RB-08" not in one
    with pytest.raises(UserError, match="no bag to print"):
        journeys.bag_labels(home.session, ("RB-99",))


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
