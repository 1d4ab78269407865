"""A journey in two windows, in records that may only be read, and on the night on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.errors import EnvironmentTrouble, UserError
from app.domain.journeys import Item, JourneyKind, ReturnCheck, Step, StepKind
from app.domain.people import Allergy, FactKind, ResidentId, Role
from app.domain.transfer import TransferReason
from app.services import journeys, premium, residents, returns, transfers
from tests.factories import LivingHome
from tests.helpers.rebuild import same_as_stored

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def begin(home: LivingHome, person: ResidentId) -> str:
    with home.session.write() as work:
        return journeys.begin(
            home.session, work, person, TransferReason(situation="a fall", bag="RB-03"), JourneyKind.EMERGENCY
        ).id


def test_two_windows_that_record_the_same_step_record_it_once(home: LivingHome) -> None:
    """One waits for the other (a session does one thing at a time), and is told in words."""
    person = home.resident(1)
    journey = begin(home, person)
    step = Step(StepKind.HOME_OUT, home.clock.now(), "Nia", bag=True)
    journeys.record(home.session, journey, step)
    with pytest.raises(UserError, match="Left the home is recorded already"):
        journeys.record(home.session, journey, step)
    assert len(residents.read_again(home.session, person).facts[FactKind.ABSENCE]) == 1
    with home.session.read() as connection:
        same_as_stored(connection)


def test_two_windows_that_make_a_pack_make_two_versions_of_one_journey(home: LivingHome) -> None:
    person = home.resident(1)
    reason = TransferReason(situation="a fall", bag="RB-03")
    packs = [transfers.send_to_hospital(home.session, person, reason) for _ in range(2)]
    assert [(pack.version, pack.supersedes) for pack in packs] == [(1, None), (2, 1)]
    assert len({pack.journey_id for pack in packs}) == 1
    assert len(journeys.bags(home.session)) == 1


def test_in_records_that_may_only_be_read_there_is_paper_and_nothing_pretends(home: LivingHome) -> None:
    person = home.resident(1, Allergy("Penicillin", "rash"))
    journey = begin(home, person)
    home.clock.advance(MINUTE)
    for kind in (StepKind.HOME_OUT, StepKind.HOME_IN):
        home.clock.advance(MINUTE)
        journeys.record(home.session, journey, Step(kind, home.clock.now(), "Nia"))
    before = journeys.of_resident(home.session, person)
    bag = journeys.bags(home.session)[0]
    home.session.store.trouble = EnvironmentTrouble(1, "The disk is full.", "", "")  # type: ignore[arg-type]
    pack = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"))
    assert (pack.recorded, pack.journey_id) == (False, "")
    assert pack.pdf.startswith(b"%PDF")
    assert journeys.custody_paper(home.session, journey).startswith(b"%PDF")
    assert returns.changed_paper(home.session, journey).startswith(b"%PDF")
    step = Step(StepKind.FIT, home.clock.now())
    for write in (
        lambda: journeys.record(home.session, journey, step),
        lambda: journeys.correct(home.session, journey, before[0].journey, reason="r"),
        lambda: journeys.entered_in_error(home.session, journey, reason="r"),
        lambda: journeys.set_items(home.session, journey, [Item("Glasses", 1)]),
        lambda: journeys.add_bag(home.session, "RB-09"),
        lambda: journeys.move_bag(home.session, bag.id, bag.bag.state),
        lambda: returns.save(home.session, journey, ReturnCheck(letter=True)),
        lambda: returns.keep(home.session, journey, {"letter_note": "x"}),
        lambda: transfers.keep_typed(home.session, person, ({"situation": "x"}, {})),
    ):
        with pytest.raises(EnvironmentTrouble, match="The disk is full"):
            write()
    home.session.store.trouble = None
    assert journeys.of_resident(home.session, person) == before
    assert [row.version for row in transfers.packs(home.session, person)] == []


@pytest.mark.parametrize("role", list(Role))
def test_whoever_is_signed_in_may_print_in_an_emergency(home: LivingHome, role: Role) -> None:
    person = home.resident(1)
    home.sign_in_as(role)
    pack = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall", bag="RB-03"))
    assert (pack.version, pack.recorded) == (1, True)
    assert journeys.journey(home.session, pack.journey_id).packs == (1,)


@pytest.mark.parametrize(
    ("out", "back", "nights"),
    [
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 1),  # 23:30 to 01:30
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, 30, tzinfo=UTC), 0),  # 00:30 to 23:30
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), datetime(2027, 3, 28, 23, 30, tzinfo=UTC), 2),  # 23:30 to 00:30
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 22, 30, tzinfo=UTC), 0),  # 00:30 to 23:30
    ],
    ids=["autumn night", "autumn day of 25 hours", "spring two nights", "spring day of 23 hours"],
)
def test_nights_away_are_those_that_the_premium_leaves_out_when_the_clocks_change(
    home: LivingHome, out: datetime, back: datetime, nights: int
) -> None:
    person = home.complex_resident(1, days=400)
    home.clock.advance(out - home.clock.now() if out > home.clock.now() else timedelta(0))
    began = min(out, home.clock.now())
    home.clock.at = out
    journey = begin(home, person)
    journeys.record(home.session, journey, Step(StepKind.HOME_OUT, out, "Nia"))
    home.clock.at = back
    journeys.record(home.session, journey, Step(StepKind.HOME_IN, back, "Nia"))
    monday = began.date() - timedelta(days=began.date().weekday())
    assert journeys.outcomes(home.session, date(2026, 10, 1), date(2027, 4, 30)).nights == nights
    home.clock.advance(timedelta(days=10))
    decided = [
        row.decision.nights
        for week in (monday, monday + timedelta(days=7))
        for row in premium.week(home.session, week).rows
        if row.resident_id == person
    ]
    assert sum(7 - each for each in decided) == nights
