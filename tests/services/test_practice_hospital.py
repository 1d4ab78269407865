"""The practice home's journeys are as a real one would be, on whatever day of the week it is made."""

from __future__ import annotations

from itertools import pairwise

from app.domain.journeys import Stage
from app.services import journeys, practice_hospital
from tests.factories import LivingHome


def test_the_steps_of_who_is_in_hospital_stand_apart_however_late_the_weeks_before_ended(home: LivingHome) -> None:
    journeys.add_bag(home.session, "RB-04")
    person = home.resident()
    practice_hospital.away(home.session, home.clock, person, home.clock.now())
    (row,) = journeys.of_resident(home.session, person)
    assert all(before.at < after.at for before, after in pairwise(row.journey.steps))
    assert row.stage is Stage.AT_HOSPITAL
    assert row.journey.place == "Lister Hospital, Ward 10B"
    assert row.journey.items
