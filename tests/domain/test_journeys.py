"""Journeys by the rules alone: what may follow what, where the bag is, what waits, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import journeys
from app.domain.bags import BagState, bags_wanted, same_bag
from app.domain.errors import UserError
from app.domain.journeys import (
    DELAY_REASONS,
    ENDINGS,
    Counts,
    Item,
    Journey,
    JourneyKind,
    Loss,
    Stage,
    Step,
    StepKind,
)

BEGAN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = BEGAN + timedelta(days=60)


def step(kind: StepKind, hours: float, **given_: object) -> Step:
    place = "Oak House" if kind is StepKind.OTHER_HOME else ""
    code = next(iter(DELAY_REASONS)) if kind is StepKind.DELAY else ""
    return Step(kind, BEGAN + hours * HOUR, **({"name": "Nia", "place": place, "code": code} | given_))  # type: ignore[arg-type]


def journey(*steps: Step, **changes: object) -> Journey:
    begun = Journey(JourneyKind.EMERGENCY, BEGAN, bag="RB-03", **changes)  # type: ignore[arg-type]
    return journeys.with_steps(begun, steps, LATER)


def there_and_back(**changes: object) -> Journey:
    return journey(
        step(StepKind.CALLED, 0),
        step(StepKind.HOME_OUT, 1),
        step(StepKind.HOSPITAL_IN, 2),
        step(StepKind.ADMITTED, 4),
        step(StepKind.HOSPITAL_OUT, 70),
        step(StepKind.HOME_IN, 71),
        **changes,
    )


KINDS = st.sampled_from(list(StepKind))
TRIES = st.lists(st.tuples(KINDS, st.integers(0, 30), st.sampled_from([True, False, None])), max_size=14)


@settings(max_examples=200, deadline=None)
@given(TRIES)
def test_whatever_order_is_tried_what_was_taken_is_a_journey_that_can_be_said_again(
    tries: list[tuple[StepKind, int, bool | None]],
) -> None:
    found = Journey(JourneyKind.EMERGENCY, BEGAN, bag="RB-03")
    hours = 0.0
    for kind, forward, bag in tries:
        hours += forward / 4
        try:
            found = journeys.with_step(found, step(kind, hours, bag=bag), LATER)
        except UserError:
            continue
    assert journeys.with_steps(found, reversed(found.steps), LATER) == found
    assert [each.at for each in found.steps] == sorted(each.at for each in found.steps)
    endings = [each for each in found.steps if each.kind in ENDINGS]
    assert endings == ([found.steps[-1]] if endings else []), "nothing follows an ending"
    assert (found.stage is Stage.ENDED) == bool(endings)
    left = found.when(StepKind.HOME_OUT)
    stayed = found.step(StepKind.NOT_CONVEYED)
    assert found.away == (None if left is None or stayed else (left, endings[0].at if endings else None))
    counted = journeys.counts([found], LATER)
    assert counted.attended <= counted.journeys
    assert counted.avoided == bool(stayed)
    assert counted.nights == 0 or found.away is not None
    assert not (counted.avoided and counted.attended)


@settings(max_examples=200, deadline=None)
@given(TRIES)
def test_the_bag_is_where_it_was_seen_last(tries: list[tuple[StepKind, int, bool | None]]) -> None:
    """Where somebody was asked at each step, the last step at which the bag was there says where it is."""
    found = Journey(JourneyKind.EMERGENCY, BEGAN, bag="RB-03")
    hours = 0.0
    for kind, forward, bag in tries:
        hours += forward / 4
        try:
            found = journeys.with_step(found, step(kind, hours, bag=bool(bag)), LATER)
        except UserError:
            continue
    moves = {
        StepKind.HOME_OUT: BagState.OUT, StepKind.AMBULANCE: BagState.OUT, StepKind.HOSPITAL_IN: BagState.AT_HOSPITAL,
        StepKind.ADMITTED: BagState.AT_HOSPITAL, StepKind.WARD_MOVE: BagState.AT_HOSPITAL,
        StepKind.HOSPITAL_OUT: BagState.RETURNING, StepKind.HOME_IN: BagState.IN_HOME,
        StepKind.NOT_CONVEYED: BagState.IN_HOME, StepKind.OTHER_HOME: BagState.RETURNING,
        StepKind.DIED: BagState.RETURNING,
    }  # fmt: skip
    seen = [each for each in found.steps if each.bag and each.kind in moves]
    where = journeys.bag_after(found)
    if not seen:
        assert where is None
        return
    last = seen[-1]
    wanted = moves[last.kind]
    if last.kind is StepKind.DIED and len(seen) == 1:
        wanted = BagState.IN_HOME
    came = found.step(StepKind.HOME_IN)
    if came is not None and not came.bag:
        wanted = BagState.AT_HOSPITAL
    assert where is not None
    assert where[0] is wanted


def test_a_bag_nobody_was_asked_about_goes_along_and_one_that_stayed_at_home_does_not() -> None:
    along = there_and_back()
    assert journeys.bag_after(along) == (BagState.IN_HOME, BEGAN + 71 * HOUR)
    stayed = journey(step(StepKind.HOME_OUT, 1, bag=False), step(StepKind.HOSPITAL_IN, 2), step(StepKind.ADMITTED, 3))
    assert journeys.bag_after(stayed) is None
    left_behind = journey(
        step(StepKind.HOME_OUT, 1), step(StepKind.HOSPITAL_IN, 2), step(StepKind.HOME_IN, 9, bag=False)
    )
    assert journeys.bag_after(left_behind) == (BagState.AT_HOSPITAL, BEGAN + 2 * HOUR)


@pytest.mark.parametrize(
    ("kind", "hours", "words"),
    [
        (StepKind.WARD_MOVE, 0.5, "must be after: left the home"),
        (StepKind.VISIT, 0.5, "must be after: left the home"),
        (StepKind.HOSPITAL_OUT, 2.5, "must be after: admitted to a ward"),
        (StepKind.HOME_IN, 3, "must be after: moved to another ward"),
        (StepKind.HOSPITAL_OUT, 4, "must be after: moved to another ward"),
        (StepKind.CALLED, 1.5, "must be before: left the home"),
        (StepKind.NOT_CONVEYED, 9, "arrived at hospital"),
        (StepKind.ADMITTED, 9, "recorded already"),
    ],
    ids=lambda value: getattr(value, "value", value),
)
def test_what_cannot_have_happened_so_is_refused_in_words(kind: StepKind, hours: float, words: str) -> None:
    begun = journey(
        step(StepKind.HOME_OUT, 1), step(StepKind.HOSPITAL_IN, 2), step(StepKind.ADMITTED, 3),
        step(StepKind.WARD_MOVE, 5),
    )  # fmt: skip
    with pytest.raises(UserError) as refused:
        journeys.with_step(begun, step(kind, hours), LATER)
    assert words in refused.value.message


def test_a_crew_may_take_the_bag_before_it_takes_the_resident() -> None:
    begun = journey(step(StepKind.CALLED, 0), step(StepKind.AMBULANCE, 0.5))
    assert begun.stage is Stage.PREPARING
    assert journeys.bag_after(begun) == (BagState.OUT, BEGAN + HOUR / 2)
    assert journeys.with_step(begun, step(StepKind.HOME_OUT, 0.75), LATER).stage is Stage.ON_THE_WAY


def test_a_step_ahead_of_now_and_a_check_point_without_a_name_are_refused() -> None:
    begun = Journey(JourneyKind.EMERGENCY, BEGAN)
    with pytest.raises(UserError, match="now or in the past"):
        journeys.with_step(begun, step(StepKind.HOME_OUT, 1), BEGAN)
    with pytest.raises(UserError, match="Enter who signed or told you"):
        journeys.with_step(begun, step(StepKind.HOME_OUT, 1, name=" "), LATER)


def test_nights_are_counted_by_the_clocks_of_the_home_when_they_change() -> None:
    """Clocks go back on 25 October 2026 at 02:00: the 25 hours are still one night."""
    began = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
    out, back = datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, 30, tzinfo=UTC)
    went = Journey(
        JourneyKind.EMERGENCY, began, steps=(Step(StepKind.HOME_OUT, out, "N"), Step(StepKind.HOME_IN, back, "N"))
    )
    assert journeys.nights_away(went, LATER) == 1
    summer = replace(went, steps=(Step(StepKind.HOME_OUT, datetime(2026, 6, 30, 22, 59, tzinfo=UTC), "N"),))
    assert journeys.nights_away(summer, datetime(2026, 6, 30, 23, 1, tzinfo=UTC)) == 1, "00:01 in the home"


@pytest.mark.parametrize(
    ("hours", "key", "late"),
    [(0.1, "left", False), (4.5, "left", True)],
    ids=["just made", "four hours old"],
)
def test_papers_that_nobody_used_wait_and_become_late(hours: float, key: str, late: bool) -> None:
    (wait,) = journeys.waiting(Journey(JourneyKind.EMERGENCY, BEGAN))
    assert (wait.key, wait.is_late(BEGAN + hours * HOUR)) == (key, late)


def test_the_visit_is_due_from_48_to_72_hours_after_the_admission_and_not_for_an_outpatient() -> None:
    steps = (step(StepKind.HOME_OUT, 1), step(StepKind.HOSPITAL_IN, 2), step(StepKind.ADMITTED, 4))
    (wait,) = journeys.waiting(journey(*steps))
    assert (wait.key, wait.due, wait.late) == ("visit", BEGAN + 52 * HOUR, BEGAN + 76 * HOUR)
    assert wait.words == "Visit in hospital between 22-Nov-2026 14:00 and 23-Nov-2026 14:00"
    assert journeys.waiting(replace(journey(*steps), kind=JourneyKind.OUTPATIENT)) == ()
    assert journeys.waiting(journey(*steps, step(StepKind.VISIT, 60))) == ()


def test_who_is_on_the_way_for_hours_is_asked_after() -> None:
    (going,) = journeys.waiting(journey(step(StepKind.HOME_OUT, 1)))
    assert (going.key, going.is_late(BEGAN + 6 * HOUR)) == ("arrived", True)
    out = journey(step(StepKind.HOME_OUT, 1), step(StepKind.HOSPITAL_IN, 2), step(StepKind.HOSPITAL_OUT, 5))
    (coming,) = journeys.waiting(out)
    assert (coming.key, coming.is_late(BEGAN + 8 * HOUR), coming.is_late(BEGAN + 10 * HOUR)) == ("back", False, True)


def test_what_a_return_leaves_to_do_is_said() -> None:
    found = there_and_back(items=(Item("Glasses", 1),))
    assert {each.key for each in journeys.waiting(found)} >= {"check", "items"}


def test_a_loss_follows_what_is_found_in_the_bag() -> None:
    bag = there_and_back(items=(Item("Glasses", 1, back=0, back_note="empty case"), Item("Aids", 2, back=1)))
    first = journeys.losses_after(bag, LATER)
    assert first == (Loss("Glasses", 1, LATER, "empty case"), Loss("Aids", 1, LATER))
    again = replace(bag, losses=first, items=(Item("Glasses", 1, back=1), Item("Aids", 2, back=0)))
    glasses, aids = journeys.losses_after(again, LATER)
    assert (glasses.outcome, glasses.open, aids.quantity, aids.open) == ("found", False, 2, True)
    closed = replace(glasses, outcome="mistake")
    assert journeys.losses_after(replace(again, losses=(closed, aids)), LATER)[0] is closed


def test_counts_say_what_each_word_means() -> None:
    whole = there_and_back(losses=(Loss("Aids", 2, LATER), Loss("Coat", 1, LATER, outcome="mistake")))
    short = journey(step(StepKind.HOME_OUT, 1), step(StepKind.HOSPITAL_IN, 2), step(StepKind.HOME_IN, 9))
    stayed = journey(step(StepKind.CALLED, 0), step(StepKind.NOT_CONVEYED, 1))
    died = journey(
        step(StepKind.HOME_OUT, 1), step(StepKind.ADMITTED, 3), step(StepKind.DELAY, 50), step(StepKind.DIED, 60)
    )
    planned = replace(there_and_back(), kind=JourneyKind.PLANNED, steps=there_and_back().steps[1:])
    outpatient = replace(short, kind=JourneyKind.OUTPATIENT)
    assert journeys.counts([whole, short, stayed, died, planned, outpatient], LATER) == Counts(
        journeys=6, called_999=2, attended=3, admitted=3, under_24h=1, avoided=1, died=1, nights=8, delayed=1, losses=2
    )


@pytest.mark.parametrize(("beds", "bags"), [(1, 1), (10, 1), (11, 2), (45, 5)])
def test_one_bag_for_ten_residents(beds: int, bags: int) -> None:
    assert bags_wanted(beds) == bags


def test_a_bag_is_found_by_any_way_to_write_its_number() -> None:
    assert same_bag("RB-03", "3") and same_bag("RB-03", "rb 03") and same_bag("RB-03", "03")  # noqa: PT018
    assert not same_bag("RB-03", "BR-03")
    assert not same_bag("RB-03", "30")
    assert not same_bag("BLUE", "?")
    assert not same_bag("?", "!")


def test_each_step_says_in_words_what_stands_beside_it() -> None:
    delay = step(StepKind.DELAY, 3, code="medicines", until=BEGAN + 5 * HOUR, note="rang twice")
    assert journeys.step_words(delay) == "Waiting for medicines to take home, until 20-Nov-2026 15:00. rang twice"
    assert journeys.step_words(step(StepKind.VISIT, 3)) == ""
