"""Falls: the clock of the observations, what counts as a possible head injury, and what may be claimed from counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import falls
from app.domain.charts import body
from app.domain.errors import UserError
from app.domain.falls import CLINICIAN, DIED, Fall, Injury, State, Stopped
from app.domain.instruments import fall_record

FELL = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def here(_at: datetime) -> str:
    return "here"


def times(*, head: bool, status: object = here, stopped_at: datetime | None = None) -> list[Decimal]:
    """The timetable in hours after the fall."""
    due = falls.timetable(FELL, head_injury_possible=head, status=status, stopped_at=stopped_at)  # type: ignore[arg-type]
    return [Decimal((at - FELL) // timedelta(minutes=1)) / 60 for at in due]


def minutes(count: int) -> datetime:
    return FELL + timedelta(minutes=count)


def an_injury(site: str = "left_hip", kind: str = "bruise") -> Injury:
    view, x, y = body.centre_of(site)
    return Injury(view, site, x, y, kind)


# ----------------------------------------------------------------------------------------------------------- timetable


def test_after_a_possible_head_injury_the_reference_is_followed_to_72_hours() -> None:
    """Every 30 minutes for 2 hours, hourly for 4, 4-hourly to 24, then daily to 72."""
    half_hours = [Decimal(n) / 2 for n in range(5)]
    assert times(head=True) == [*half_hours, 3, 4, 5, 6, 10, 14, 18, 22, 24, 48, 72]


def test_after_any_other_fall_it_ends_at_24_hours() -> None:
    assert times(head=False) == [each for each in times(head=True) if each <= 24]
    assert times(head=False)[-1] == 24


def test_nothing_is_due_while_the_resident_is_in_hospital_and_the_rest_is_due_after_it() -> None:
    def status(at: datetime) -> str:
        return "away" if FELL + HOUR <= at < FELL + 20 * HOUR else "here"

    assert times(head=True, status=status) == [0, Decimal("0.5"), 22, 24, 48, 72]


@pytest.mark.parametrize("word", ["away", "left", "died"])
def test_nothing_is_due_for_somebody_who_is_not_here(word: str) -> None:
    assert times(head=True, status=lambda _at: word) == []


def test_nothing_is_due_from_the_moment_at_which_it_was_ended() -> None:
    assert times(head=False, stopped_at=FELL + HOUR) == [0, Decimal("0.5")]


# ------------------------------------------------------------------------------------------------------------ progress


def states(taken: list[int], now: int, due: tuple[int, ...] = (0, 30, 60, 90, 120, 180)) -> list[str]:
    found = falls.progress(FELL, [minutes(each) for each in due], [minutes(each) for each in taken], minutes(now))
    return [str(slot.state) for slot in found.slots]


def test_a_time_is_due_then_late_after_ten_minutes_then_missed_when_the_next_has_come() -> None:
    assert states([], 0)[:2] == ["due", "ahead"]
    assert states([], 10)[0] == "due"
    assert states([], 11)[0] == "late"
    assert states([], 29)[0] == "late"
    assert states([], 30)[:2] == ["missed", "due"]


def test_a_set_counts_for_the_time_at_which_it_was_taken_or_a_little_before() -> None:
    assert states([5, 21], 31)[:2] == ["done", "done"], "a third of half an hour early still counts"
    assert states([5, 19], 31)[:2] == ["done", "due"], "eleven minutes early is another set for the time before"
    assert states([0, 45], 61)[:3] == ["done", "done", "due"]


def test_a_time_that_the_next_set_has_overtaken_is_missed_and_no_longer_late() -> None:
    assert states([0, 52], 55)[:3] == ["done", "missed", "done"]


def test_two_sets_in_one_stretch_are_one_time() -> None:
    assert states([1, 3, 6], 31)[:2] == ["done", "due"]


def test_the_last_set_may_be_taken_as_long_as_the_interval_before_it() -> None:
    due = [FELL + 48 * HOUR, FELL + 72 * HOUR]
    assert falls.progress(FELL, due, [], FELL + 95 * HOUR).next is not None
    assert falls.progress(FELL, due, [], FELL + 96 * HOUR).over


def test_a_time_before_hospital_is_not_late_until_the_return() -> None:
    due = [minutes(0), FELL + 22 * HOUR, FELL + 24 * HOUR]
    found = falls.progress(FELL, due, [FELL + 20 * HOUR], FELL + 20 * HOUR)
    assert [str(slot.state) for slot in found.slots] == ["missed", "ahead", "ahead"]


def test_what_is_next_is_what_is_late_before_what_is_to_come() -> None:
    due = [minutes(0), minutes(30)]
    late = falls.progress(FELL, due, [], minutes(15))
    assert (late.next, late.late) == (late.slots[0], late.slots[0])
    done = falls.progress(FELL, due, [minutes(2)], minutes(15))
    assert done.next == done.slots[1]
    assert (done.done, done.missed, done.late, done.over) == (1, 0, None, False)
    assert falls.progress(FELL, [], [], FELL).over


@given(
    head=st.booleans(),
    taken=st.lists(st.integers(min_value=0, max_value=6000), max_size=40),
    now=st.integers(min_value=0, max_value=8000),
)
def test_every_time_has_one_state_that_fits_the_clock(head: bool, taken: list[int], now: int) -> None:
    due = falls.timetable(FELL, head_injury_possible=head, status=here)
    found = falls.progress(FELL, due, [minutes(each) for each in taken if each <= now], minutes(now))
    assert [slot.due for slot in found.slots] == list(due)
    used = [slot.taken for slot in found.slots if slot.taken]
    assert len(used) == len(set(used)), "one set fulfils one time"
    assert all(slot.taken is not None for slot in found.slots if slot.state is State.DONE)
    assert sum(slot.state in {State.DUE, State.LATE} for slot in found.slots) <= 1
    for slot, after in pairwise(found.slots):
        if slot.state is State.AHEAD:
            assert slot.due > minutes(now)
            assert after.state in {State.AHEAD, State.DONE}
        if slot.state is State.MISSED:
            assert after.due <= minutes(now) or after.state is State.DONE


# --------------------------------------------------------------------------------------------------------- head injury


@pytest.mark.parametrize(
    ("check", "record", "possible"),
    [
        ({}, {}, True),
        ({"head_struck_or_unwitnessed": False}, {}, False),
        ({"head_struck_or_unwitnessed": True}, {}, True),
        ({"head_struck_or_unwitnessed": True}, {"head_struck": "no", "witness": "staff"}, True),
        ({"evidence_of_fracture": True}, {}, True),  # 999 before the head was asked about
        ({"evidence_of_fracture": True}, {"head_struck": "no", "witness": "staff"}, False),
        ({"trauma_head_neck_back": True}, {"head_struck": "no", "witness": "staff"}, True),
        ({"loss_of_consciousness": True}, {"head_struck": "no", "witness": "staff"}, True),
        ({"head_struck_or_unwitnessed": False}, {"head_struck": "not_known", "witness": "staff"}, True),
        ({"head_struck_or_unwitnessed": False}, {"head_struck": "no", "witness": "nobody"}, True),
        ({"head_struck_or_unwitnessed": False}, {"head_struck": "no", "injuries": ["head"]}, True),
    ],
)
def test_silence_about_the_head_is_a_possible_head_injury(
    check: dict[str, object], record: dict[str, object], possible: bool
) -> None:
    assert falls.head_injury_possible(check, record) is possible


def test_the_words_cover_every_answer_of_the_fall_record() -> None:
    assert set(falls.PLACES) == set(fall_record.PLACES)
    assert set(falls.ACTIVITIES) == set(fall_record.ACTIVITIES)
    assert set(falls.WITNESS) == set(fall_record.WITNESS)


@pytest.mark.parametrize("name", ["Apixaban 5 mg", "WARFARIN 3 mg", "Clopidogrel 75 mg", "Ticagrelor 90 mg"])
def test_blood_thinners_are_recognised_by_name(name: str) -> None:
    assert falls.is_thinner(name)


@pytest.mark.parametrize("name", ["Aspirin 75 mg", "Paracetamol 1 g", ""])
def test_aspirin_alone_is_none(name: str) -> None:
    assert not falls.is_thinner(name)


# ------------------------------------------------------------------------------------------------- what may be recorded


def test_injuries_are_marks_on_the_map_or_the_word_that_there_are_none() -> None:
    assert falls.checked_injuries([an_injury()], none_found=False)[0].words == "Left hip: bruise"
    assert falls.checked_injuries([], none_found=True) == ()
    with pytest.raises(UserError, match="Either mark"):
        falls.checked_injuries([an_injury()], none_found=True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(an_injury(), kind="scratch"), "kind of injury"),
        (replace(an_injury(), site="tail"), "where on the body"),
        (replace(an_injury(), x=Decimal("1.1")), "on the body map"),
        (replace(an_injury("sacrum"), view=body.View.FRONT), "on the body map"),
    ],
)
def test_a_mark_that_is_nowhere_is_refused(wrong: Injury, words: str) -> None:
    with pytest.raises(UserError, match=words):
        falls.checked_injuries([wrong], none_found=False)


def test_a_clinician_who_ends_the_observations_has_a_name_and_a_reason() -> None:
    fall, now = Fall(FELL), FELL + HOUR
    with pytest.raises(UserError) as refused:
        falls.checked_stop(Stopped(now, CLINICIAN), fall, now)
    assert [problem.field for problem in refused.value.problems] == ["name", "reason"]
    ended = falls.checked_stop(Stopped(now, CLINICIAN, " Dr Ash ", " comfort care "), fall, now)
    assert ended.words == "A clinician said so (Dr Ash: comfort care)"
    assert falls.checked_stop(Stopped(now, DIED), fall, now).words == "The resident died"


@pytest.mark.parametrize("hours", [-1, 2])
def test_observations_end_between_the_fall_and_now(hours: int) -> None:
    with pytest.raises(UserError, match="The time must be"):
        falls.checked_stop(Stopped(FELL + hours * HOUR, DIED), Fall(FELL), FELL + HOUR)


# ------------------------------------------------------------------------------------------------------------- pattern

TODAY = date(2026, 11, 23)


def fell(days: int, hour: int = 3, place: str = "bedroom", activity: str = "getting_up") -> Fall:
    at = datetime(2026, 11, 23, hour, tzinfo=UTC) - timedelta(days=days)
    return Fall(at, place=place, activity=activity)


def test_falls_are_counted_for_7_30_91_and_365_days_with_today() -> None:
    found = falls.pattern([fell(each) for each in (0, 6, 7, 29, 30, 90, 91, 364, 365)], TODAY)
    assert found.counts == {7: 2, 30: 4, 91: 6, 365: 8}


def test_nothing_is_claimed_from_fewer_than_five_falls() -> None:
    found = falls.pattern([fell(n) for n in range(4)], TODAY)
    assert found.words == ("4 falls in a year: too few to see a pattern, which takes 5.",)
    assert found.by_place == {"bedroom": 4}, "counted it is all the same"


def test_what_holds_for_half_of_the_falls_is_said() -> None:
    others = (fell(5, 12, "lounge", "walking"), fell(6, 15, "", ""))
    found = falls.pattern([*(fell(n) for n in range(3)), *others], TODAY)
    assert found.words == ("3 of 5 falls at night (21:00 to 07:00).",), "places are known of four falls only: too few"
    more = falls.pattern([*(fell(n) for n in range(4)), fell(5, 12, "lounge", "not_known")], TODAY)
    assert more.words[1] == "4 of 5 falls in this place: bedroom."
    assert len(more.words) == 2, "what nobody knows is no pattern"


def test_two_things_equally_frequent_are_no_pattern() -> None:
    six = [fell(n, place="bedroom" if n % 2 else "lounge", hour=3 if n % 2 else 12, activity="") for n in range(6)]
    assert falls.pattern(six, TODAY).words == ("The falls are not alike often enough to be a pattern.",)


@given(st.permutations([fell(n, 3 + n, "lounge" if n % 3 else "stairs") for n in range(9)]))
def test_the_order_of_the_falls_changes_nothing(shuffled: list[Fall]) -> None:
    assert falls.pattern(shuffled, TODAY) == falls.pattern(sorted(shuffled, key=lambda each: each.at), TODAY)


def test_the_chart_counts_twelve_months_and_says_so_in_its_table() -> None:
    chart = falls.month_chart([fell(0), fell(10), fell(40), fell(400)], TODAY)
    assert len(chart.rows) == 12
    assert chart.rows[-2:] == (("Oct 2026", "1"), ("Nov 2026", "2"))
    assert sum(int(count) for _month, count in chart.rows) == 3
    assert chart.scene.description == "Oct 2026 1, Nov 2026 2."


# ------------------------------------------------------------------------------------------------------------- actions


def test_concerns_become_actions_with_owner_and_day_the_earliest_first() -> None:
    answers = {
        "gait_balance": "concern", "gait_balance_action": "Physiotherapy", "gait_balance_owner": "Fay",
        "gait_balance_by": "2026-12-01", "dizziness": "concern", "dizziness_action": "Lying and standing BP",
        "dizziness_owner": "Nia", "dizziness_by": "2026-11-22", "alcohol": "no_concern", "medicines": "concern",
    }  # fmt: skip
    found = falls.actions(answers, TODAY)
    assert [(each.owner, each.overdue) for each in found] == [("Nia", True), ("Fay", False), ("", False)]
    assert found[0].words == "Dizziness: Lying and standing BP (Nia, by 22-Nov-2026)"
    assert found[2].words == "Medicines that raise falls risk: no action yet (nobody named)"
    assert not falls.actions(answers, date(2026, 11, 22))[0].overdue, "on its day it is not late yet"
