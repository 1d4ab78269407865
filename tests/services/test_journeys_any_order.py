"""Journeys, their corrections and what is recorded by hand beside them, in any order: one truth about every night.

After each move the resident's absences are those of the sound journeys and, of what was entered by hand, the part on
which no journey counts; the stay and the death are as the journeys and nobody else have said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.errors import UserError
from app.domain.journeys import JourneyKind, Step, StepKind, nights_away
from app.domain.people import Absence, FactKind, ResidentId, Stay
from app.domain.transfer import Call, TransferReason
from app.services import journeys, residents
from tests.factories import NOW, LivingHome
from tests.helpers.rebuild import same_as_stored

HOUR = timedelta(hours=1)
KINDS = st.sampled_from(list(StepKind))
HOURS = st.integers(0, 30)


class Journeys(RuleBasedStateMachine):
    """One resident, any number of journeys, leave with the family now and then."""

    home: LivingHome
    person: ResidentId

    @initialize()
    def arrive(self) -> None:
        place = len(residents.find_residents(self.home.session, include_left=True)) + 1
        self.person = self.home.resident(place, days=400)
        self.known: list[str] = []
        self.leave: dict[str, Absence] = {}

    def _row(self, at: int) -> journeys.JourneyRow:
        return journeys.journey(self.home.session, self.known[at % len(self.known)], again=True)

    @rule(hours=HOURS)
    def send(self, hours: int) -> None:
        self.home.clock.advance(hours * HOUR)
        now = self.home.clock.now()
        with self.home.session.write() as work:
            reason = TransferReason(situation="a fall", called=(Call("999", now),))
            found = journeys.begin(self.home.session, work, self.person, reason, JourneyKind.EMERGENCY).id
        if found not in self.known:
            self.known.append(found)

    @rule(since=st.integers(-60, 40), length=st.integers(1, 60), ends=st.booleans())
    def go_with_the_family(self, since: int, length: int, ends: bool) -> None:
        begins = self.home.clock.now() + since * HOUR
        body = Absence(begins, begins + length * HOUR if ends else None, f"leave {len(self.leave)}")
        try:
            saved = residents.add_fact(self.home.session, self.person, body)
        except UserError:
            return
        self.leave[saved.fact_id] = body

    @precondition(lambda self: self.known)
    @rule(at=st.integers(0, 9), kind=KINDS, hours=HOURS, back=st.integers(0, 3))
    def take_a_step(self, at: int, kind: StepKind, hours: int, back: int) -> None:
        self.home.clock.advance(hours * HOUR)
        step = Step(kind, self.home.clock.now() - back * HOUR, "Nia", place="Oak House", code="other")
        self._try(lambda: journeys.record(self.home.session, self._row(at).id, step))

    @precondition(lambda self: self.known)
    @rule(at=st.integers(0, 9), kind=st.sampled_from([StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.HOME_IN]),
          hours=st.integers(1, 30))  # fmt: skip
    def go_on(self, at: int, kind: StepKind, hours: int) -> None:
        self.take_a_step(at, kind, hours, 0)

    @precondition(lambda self: self.known)
    @rule(at=st.integers(0, 9), keep=st.integers(0, 5), later=st.integers(-4, 4))
    def correct(self, at: int, keep: int, later: int) -> None:
        row = self._row(at)
        steps = tuple(replace(each, at=each.at + later * HOUR) for each in row.journey.steps[:keep])
        told = replace(row.journey, steps=steps)
        self._try(lambda: journeys.correct(self.home.session, row.id, told, reason="it was otherwise"))

    @precondition(lambda self: self.known)
    @rule(at=st.integers(0, 9))
    def never_happened(self, at: int) -> None:
        row = self._row(at)
        self._try(lambda: journeys.entered_in_error(self.home.session, row.id, reason="somebody else"))

    def _try(self, action: object) -> None:
        """What is refused in words changes nothing; anything else that is raised is our bug."""
        before = self._facts()
        try:
            action()  # type: ignore[operator]
        except UserError:
            assert self._facts() == before

    def _facts(self) -> object:
        record = residents.read_again(self.home.session, self.person)
        return record.facts, record.facts_in_error, record.resident

    # ------------------------------------------------------------------------------------------------- what holds

    @invariant()
    def no_night_counts_twice_and_none_is_lost(self) -> None:
        if not hasattr(self, "person"):
            return
        record = residents.read_again(self.home.session, self.person)
        found = {f.id: f.body for f in record.facts[FactKind.ABSENCE] if isinstance(f.body, Absence)}
        spans = sorted((each.since, each.until) for each in found.values())
        for (_, until), (since, _) in pairwise(spans):
            assert until is not None, "two absences at once"
            assert until <= since, "two absences at once"
        sound = [row for row in journeys.of_resident(self.home.session, self.person) if not row.in_error]
        counted = {}
        for row in sound:
            fact = row.journey.absence
            if fact:
                assert (found[fact].since, found[fact].until) == row.journey.away  # type: ignore[index]
                counted[fact] = row.journey.away
            elif row.journey.away is not None:
                assert self._had_left(row.journey.away[0]), "a journey that nothing counts"
        by_hand = {key: body for key, body in found.items() if key not in counted}
        assert by_hand.keys() <= self.leave.keys(), "an absence that nobody entered"
        for key, said in self.leave.items():
            if key not in counted:
                assert by_hand.get(key) == outside(said, list(counted.values())), said  # type: ignore[arg-type]

    @invariant()
    def who_left_or_died_is_as_the_journeys_say(self) -> None:
        if not hasattr(self, "person"):
            return
        record = residents.read_again(self.home.session, self.person)
        (stay,) = (f.body for f in record.facts[FactKind.STAY] if isinstance(f.body, Stay))
        sound = [row.journey for row in journeys.of_resident(self.home.session, self.person) if not row.in_error]
        last = [j.ending.at for j in sound if j.ending and j.ending.kind in (StepKind.DIED, StepKind.OTHER_HOME)]
        died = [j.ending.at for j in sound if j.ending and j.ending.kind is StepKind.DIED]
        assert (stay.until in last) if last else (stay.until is None)
        assert (record.resident.details.died_at in died) if died else (record.resident.details.died_at is None)

    def _had_left(self, at: datetime) -> bool:
        record = residents.read_again(self.home.session, self.person)
        return all(
            isinstance(f.body, Stay) and f.body.until is not None and f.body.until <= at
            for f in record.facts[FactKind.STAY]
        )

    def teardown(self) -> None:
        if hasattr(self, "person"):
            now = self.home.clock.now()
            for row in journeys.of_resident(self.home.session, self.person):
                assert nights_away(row.journey, now) >= 0
            with self.home.session.read() as connection:
                same_as_stored(connection)


def outside(said: Absence, counted: list[tuple[datetime, datetime | None]]) -> Absence | None:
    """Hour by hour: the first run of hours of an absence that nothing else counts, from its first free hour on."""
    last = NOW + timedelta(days=400)
    edges = sorted({said.since, *(e for span in counted for e in span if e is not None), said.until or last})
    free = [
        (a, b)
        for a, b in pairwise(edges)
        if said.since <= a and (said.until is None or b <= said.until)
        and not any(since <= a and (until is None or a < until) for since, until in counted)
    ]  # fmt: skip
    if not free:
        return None
    since, until = free[0]
    for a, b in free[1:]:
        if a != until:
            break
        until = b
    return replace(said, since=since, until=None if until == last and said.until is None else until)


@pytest.fixture
def machine(home: LivingHome) -> Iterator[type[Journeys]]:
    """The machine on one home; each run has a resident of its own."""
    Journeys.home = home
    yield Journeys
    del Journeys.home


def test_any_order_of_steps_corrections_and_leave_leaves_one_truth_about_every_night(machine: type[Journeys]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
