"""The board of a resident's measurements: days and shifts, targets, losses, and alerts that come once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.errors import UserError
from app.domain.nutrition import kilograms
from app.domain.observation_board import BLOOD, care_day, cautions, day_begins, loss_words
from app.domain.people import Absence, Gender, ResidentId
from app.services import alerts, assessments, audit, observations
from tests.factories import MUST_LOW, NEWS2_HIGH, NEWS2_LOW, LivingHome

AUTUMN = date(2026, 10, 24)
"""The Saturday whose night has the hour twice: 02:00 BST becomes 01:00 GMT on the Sunday."""
SPRING = date(2026, 3, 28)


def _drink(home: LivingHome, person: ResidentId, at: datetime, ml: int = 100) -> observations.Recorded:
    return observations.record(home.session, person, "fluid_in_ml", ml, at=at)


def _stool(home: LivingHome, person: ResidentId, kind: int, at: datetime | None = None, detail: str = "") -> list[str]:
    done = observations.record(home.session, person, "bowel_type", kind, at=at, detail=detail)
    return [each.title for each in done.alerts]


def _local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An instant by the clock on the wall, 2026."""
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - the home's own time


def _standing(home: LivingHome) -> list[str]:
    return [each.title for each in alerts.standing(home.session)]


# ------------------------------------------------------------------------------------------------- days and shifts


@pytest.mark.parametrize(
    ("at", "day", "shift"),
    [
        (_local(20, 6, 59), 19, "Night"),
        (_local(20, 7), 20, "Early"),
        (_local(20, 13, 59), 20, "Early"),
        (_local(20, 14), 20, "Late"),
        (_local(20, 20, 59), 20, "Late"),
        (_local(20, 21), 20, "Night"),
        (_local(21, 0), 20, "Night"),
    ],
)
def test_a_day_runs_from_seven_to_seven_and_a_night_belongs_to_the_day_it_began_on(
    at: datetime, day: int, shift: str
) -> None:
    assert care_day(at) == (date(2026, 11, day), shift)


@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23)])
def test_a_day_on_which_the_clocks_change_loses_no_entry(home: LivingHome, day: date, hours: int) -> None:
    person = home.resident(1, days=300)
    begins = day_begins(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001 - the home's own time
    for n in range(hours):
        _drink(home, person, begins + timedelta(hours=n, minutes=30))
    _drink(home, person, begins + timedelta(hours=hours), 50)
    home.clock.at = begins + timedelta(days=3)
    days = {each.day: each for each in observations.board(home.session, person).board.fluids}
    night = hours - 14
    assert dict(days[day].amounts) == {"Early": 700, "Late": 700, "Night": night * 100}
    assert dict(days[day + timedelta(days=1)].amounts) == {"Early": 50}


def test_both_half_past_ones_of_the_autumn_night_are_kept(home: LivingHome) -> None:
    person = home.resident(1, days=300)
    for hour in (0, 1):
        _drink(home, person, datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    days = observations.board(home.session, person).board.fluids
    assert days[0].amounts == {"Night": 200}


def test_a_period_begins_with_a_whole_day(home: LivingHome) -> None:
    person = home.resident(1)
    _drink(home, person, _local(20, 7, 5), 150)
    _drink(home, person, _local(20, 6, 55), 70)
    board = observations.board(home.session, person, _local(20, 12).replace(tzinfo=UTC)).board
    assert next((each.day.day, dict(each.amounts)) for each in board.fluids) == (20, {"Early": 150})
    assert all(each.day.day >= 20 for each in board.fluids)


def test_stools_stand_in_their_shift_with_the_days_between(home: LivingHome) -> None:
    person = home.resident(1)
    for day, hour, kind in ((18, 8, 4), (18, 9, 3), (21, 22, 5)):
        _stool(home, person, kind, _local(day, hour))
    found = observations.board(home.session, person).board
    assert [(each.day.day, dict(each.types)) for each in found.bowels] == [
        (18, {"Early": (4, 3)}), (19, {}), (20, {}), (21, {"Night": (5,)}), (22, {}), (23, {}),
    ]  # fmt: skip
    assert found.bowel_state is not None
    assert found.bowel_state.words == "Last open 2 days ago, type 5"


# ------------------------------------------------------------------------------------- target, losses, other series


def test_the_target_is_that_of_the_sex_and_the_newest_assessments_restriction_comes_first(home: LivingHome) -> None:
    man, woman = home.resident(1), home.resident(2, gender=Gender.FEMALE)
    unknown = home.resident(3, gender=Gender.UNKNOWN)
    aims = [observations.board(home.session, each).board for each in (man, woman, unknown)]
    assert [(each.target, each.limit) for each in aims] == [(2000, None), (1600, None), (None, None)]
    home.assess(man, "fluid", {"sex": "M", "intake_ml": 1000, "fluid_restricted_to_ml": 1200})
    found = observations.board(home.session, man).board
    assert (found.target, found.limit) == (None, 1200)
    home.clock.at += timedelta(hours=1)
    home.assess(man, "fluid", {"sex": "M", "intake_ml": 1000})
    assert observations.board(home.session, man).board.target == 2000


def test_losses_are_from_the_highest_weight_of_each_window_exactly(home: LivingHome) -> None:
    person = home.resident(1, days=400)
    now = home.session.now()
    for days, kilos in ((170, "66"), (80, "64"), (29, "62"), (0, "59.4")):
        observations.record(home.session, person, "weight_kg", Decimal(kilos), at=now - timedelta(days=days))
    found = observations.board(home.session, person, now - timedelta(days=3)).board
    assert [point.value for point in found.weights] == [Decimal("59.4")], "the picture shows the period"
    percents = {months: None if loss is None else loss.percent for months, loss in found.losses.items()}
    assert percents[6] == 10
    assert percents[1] == Decimal("2.6") * 100 / 62
    assert loss_words(6, found.losses[6]).startswith("Over 6 months: lost 10.0 % from the highest, 66 kg on")


def test_stones_and_pounds_are_kept_exactly(home: LivingHome) -> None:
    person = home.resident(1)
    kilos = kilograms(10, Decimal("3.5"))
    observations.record(home.session, person, "weight_kg", kilos, detail="10 st 3.5 lb")
    series = observations.series(home.session, person, ("weight_kg",))["weight_kg"]
    assert [each.value for each in series] == [kilos]
    assert observations.said("weight_kg", kilos) == "Weight 65.09 kg"


def test_news2_sets_carry_what_was_signed_the_red_flag_too(home: LivingHome) -> None:
    person = home.resident(1)
    home.clock.at -= timedelta(days=3)
    home.assess(person, "news2", NEWS2_LOW)
    home.clock.at += timedelta(days=3)
    partly = {key: value for key, value in NEWS2_HIGH.items() if key not in ("spo2", "spo2_scale", "pulse")}
    assessments.sign(home.session, person, "news2", partly, unable={"spo2": "equipment"})
    wrong = home.assess(person, "news2", NEWS2_HIGH)
    assessments.entered_in_error(home.session, wrong.revision_id, reason="Another resident")
    found = observations.board(home.session, person).board
    assert [(each.total, each.band) for each in found.sets] == [(0, "low"), (None, "incomplete_red_flag")]
    last = found.sets[-1]
    assert (last.resp_rate, last.spo2, last.on_oxygen, last.consciousness) == (26, None, False, "A")
    assert last.note
    assert found.usual is not None
    assert (found.usual.total, found.usual.temp_c) == (0, Decimal("36.6"))


def test_standing_pressure_is_the_lower_of_the_two_and_wound_pain_is_not_the_residents(home: LivingHome) -> None:
    person = home.resident(1)
    answers = {
        "lying_sbp": 140, "lying_dbp": 80, "standing_1min_sbp": 124, "standing_1min_dbp": 78,
        "standing_3min_sbp": 118, "standing_3min_dbp": 76, "symptoms": False,
    }  # fmt: skip
    home.assess(person, "orthostatic_bp", answers)
    observations.record(home.session, person, "pain_nrs", 4, detail="Left hip")
    home.assess(person, "must", MUST_LOW)
    found = observations.board(home.session, person).board
    pair = found.pressures[0]
    assert (pair.lying_systolic, pair.standing_systolic, pair.standing_diastolic, pair.fall) == (140, 118, 76, 22)
    assert [(each.value, each.note) for each in found.pain] == [(4, "Left hip")]
    assert [each.value for each in found.must] == [0]


def test_entries_say_who_recorded_them_and_lose_those_in_error(home: LivingHome) -> None:
    person = home.resident(1)
    first = _drink(home, person, home.session.now() - timedelta(hours=1), 200)
    second = observations.record(home.session, person, "glucose_mmol", Decimal("3.9"))
    assert second.caution.startswith("Below 4.0")
    shown = observations.board(home.session, person)
    assert [(each.words, each.by) for each in shown.entries] == [
        ("Blood glucose 3.9 mmol/L", "Mo Manager"), ("Fluid taken 200 ml", "Mo Manager"),
    ]  # fmt: skip
    assert cautions(shown.board, "glucose")[0].endswith("measure again.")
    observations.entered_in_error(home.session, first.observation_id, reason="Wrong amount")
    again = observations.board(home.session, person, again=True)
    assert [each.id for each in again.entries] == [second.observation_id]
    assert again.board.fluids == ()


def test_opening_is_one_view_and_reading_again_is_none(home: LivingHome) -> None:
    person = home.resident(1)

    def views() -> int:
        return audit.who_looked(home.session, person, audit.Wanted(categories=("looked",))).total

    before = views()
    observations.board(home.session, person)
    observations.board(home.session, person, again=True)
    assert views() == before + 1
    with pytest.raises(UserError, match="not in the records"):
        observations.board(home.session, ResidentId("nobody"))


# ------------------------------------------------------------------------------------------------- once-only alerts


def test_two_loose_stools_raise_one_alert_until_it_is_closed(home: LivingHome) -> None:
    person = home.resident(1)
    assert _stool(home, person, 6) == []
    home.clock.at += timedelta(hours=3)
    assert _stool(home, person, 6) == ["Two loose stools within 24 hours"]
    home.clock.at += timedelta(hours=1)
    assert _stool(home, person, 7) == [], "it stands already"
    assert _standing(home) == ["Two loose stools within 24 hours"]
    alerts.close(home.session, alerts.standing(home.session)[0].id, outcome="Seen by the nurse")
    _drink(home, person, home.session.now())
    assert _standing(home) == [], "a drink says nothing new about the stools"
    home.clock.at += timedelta(hours=1)
    assert _stool(home, person, 6) == ["Two loose stools within 24 hours"]


def test_blood_and_overflow_are_called_out_by_the_stool_itself(home: LivingHome) -> None:
    person = home.resident(1)
    assert _stool(home, person, 4, home.session.now() - timedelta(days=5)) == []
    assert _stool(home, person, 7, detail=f"{BLOOD}, little") == [
        "Blood or black stool", "Watery after days of nothing",
    ]  # fmt: skip


def test_three_days_without_are_called_out_once_by_whatever_is_recorded_next(home: LivingHome) -> None:
    person = home.resident(1)
    start = home.session.now()
    _stool(home, person, 4)
    home.clock.at = start + timedelta(hours=71, minutes=59)
    assert _drink(home, person, home.clock.at).alerts == ()
    home.clock.at = start + timedelta(hours=72)
    assert [each.title for each in _drink(home, person, home.clock.at).alerts] == ["No stool for 3 days"]
    alerts.close(home.session, alerts.standing(home.session)[0].id, outcome="Laxative given")
    assert _drink(home, person, home.clock.at).alerts == (), "said already, and nothing has changed since"
    home.clock.at = start + timedelta(days=15)
    assert _drink(home, person, home.clock.at).alerts == (), "nobody keeps a chart any more"


def test_days_in_hospital_are_not_days_without(home: LivingHome) -> None:
    person = home.resident(1)
    _stool(home, person, 4)
    now = home.session.now()
    home.clock.at = now + timedelta(days=5)
    home.fact(person, Absence(now + timedelta(days=1), now + timedelta(days=4), "hospital"))
    assert _drink(home, person, home.clock.at).alerts == ()


def _day_of_drinks(home: LivingHome, person: ResidentId, day: int, *amounts: tuple[int, int]) -> None:
    for hour, ml in amounts:
        _drink(home, person, _local(day, hour), ml)


def test_under_1200_on_two_days_running_is_called_out_on_the_day_after_once(home: LivingHome) -> None:
    person = home.resident(1)
    home.clock.at = _local(21, 20).replace(tzinfo=UTC)
    _day_of_drinks(home, person, 20, (9, 500), (15, 650))  # 1,150
    _day_of_drinks(home, person, 21, (9, 500), (15, 650))
    assert _standing(home) == [], "the second day is not over"
    home.clock.at = _local(22, 8).replace(tzinfo=UTC)
    done = _drink(home, person, home.clock.at)
    assert [each.title for each in done.alerts] == ["Under 1,200 ml of fluid on two days running"]
    assert "tell the nurse" in cautions(observations.board(home.session, person).board, "fluids")[0]
    alerts.close(home.session, done.alerts[0].id, outcome="GP rung")
    assert _drink(home, person, home.clock.at).alerts == ()


@pytest.mark.parametrize(
    "second",
    [
        ((9, 550), (15, 650)),  # exactly 1,200
        ((9, 500),),  # the late shift was not recorded: not known, never nothing
    ],
)
def test_a_day_at_the_edge_or_half_recorded_is_not_low(home: LivingHome, second: tuple[tuple[int, int], ...]) -> None:
    person = home.resident(1)
    home.clock.at = _local(22, 8).replace(tzinfo=UTC)
    _day_of_drinks(home, person, 20, (9, 500), (15, 500))
    _day_of_drinks(home, person, 21, *second)
    assert _drink(home, person, home.clock.at).alerts == ()


def test_a_restricted_resident_is_called_out_above_the_limit_and_never_for_little(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "fluid", {"sex": "M", "intake_ml": 900, "fluid_restricted_to_ml": 1000})
    home.clock.at = _local(24, 18).replace(tzinfo=UTC)
    _day_of_drinks(home, person, 23, (9, 400), (15, 100))
    assert _drink(home, person, _local(24, 9), 1000).alerts == (), "exactly the limit"
    over = _drink(home, person, _local(24, 17), 50)
    assert [each.title for each in over.alerts] == ["More fluid than the resident's limit"]
    assert _drink(home, person, _local(24, 17, 30), 50).alerts == ()
    assert "limit" in cautions(observations.board(home.session, person).board, "fluids")[0]


def test_stools_signed_as_assessments_stand_in_the_same_chart(home: LivingHome) -> None:
    person = home.resident(1)
    assert _stool(home, person, 6) == []
    home.clock.at += timedelta(hours=2)
    signed = home.assess(person, "bristol", {"type": 7})
    assert [each.title for each in signed.alerts] == ["Two loose stools within 24 hours"]
    assessments.entered_in_error(home.session, signed.revision_id, reason="Another resident")
    assert _standing(home) == []


def test_an_entry_in_error_takes_back_the_alert_that_it_raised(home: LivingHome) -> None:
    person = home.resident(1)
    _stool(home, person, 6)
    second = observations.record(home.session, person, "bowel_type", 7)
    assert len(second.alerts) == 1
    observations.entered_in_error(home.session, second.observation_id, reason="Another resident")
    assert _standing(home) == []


def test_a_stool_in_error_takes_back_what_another_called_out_only_with_it(home: LivingHome) -> None:
    person = home.resident(1)
    first = observations.record(home.session, person, "bowel_type", 6)
    home.clock.at += timedelta(hours=2)
    assert _stool(home, person, 6) == ["Two loose stools within 24 hours"]
    home.clock.at += timedelta(hours=30)
    normal = observations.record(home.session, person, "bowel_type", 4)
    observations.entered_in_error(home.session, normal.observation_id, reason="Another resident")
    assert _standing(home) == ["Two loose stools within 24 hours"], "it held when it was raised"
    observations.entered_in_error(home.session, first.observation_id, reason="Another resident")
    assert _standing(home) == []
