"""There and back: the journey, what follows it, and what it adds up to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.bags import BagState
from app.domain.errors import UserError
from app.domain.journeys import Item, Stage, Step, StepKind
from app.domain.people import Absence, FactKind, ResidentId
from app.domain.transfer import Call, TransferReason
from app.services import journeys, residents, transfers
from tests.factories import NOW, LivingHome
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


@pytest.mark.parametrize("kind", [StepKind.HOSPITAL_IN, StepKind.HOME_IN, StepKind.WARD_MOVE])
def test_nobody_arrives_who_has_not_left(home: LivingHome, kind: StepKind) -> None:
    pack = send(home, home.resident(1))
    with pytest.raises(UserError, match="Record first when the resident left the home"):
        step(home, pack.journey_id, kind, 1)
