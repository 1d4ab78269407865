"""Single measurements: recorded, corrected, and in one series with those that assessments took."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.errors import UserError
from app.domain.observations import KINDS
from app.services import assessments, observations
from tests.factories import MUST_HIGH, NEWS2_LOW, LivingHome


def test_a_weight_of_an_assessment_and_one_by_itself_are_one_series(home: LivingHome) -> None:
    person = home.resident(1)
    now = home.session.now()
    observations.record(home.session, person, "weight_kg", Decimal("46.2"), at=now - timedelta(days=30))
    home.assess(person, "must", MUST_HIGH)
    found = observations.series(home.session, person, ("weight_kg", "pulse"))
    assert [each.value for each in found["weight_kg"]] == [Decimal("46.2"), Decimal("45")]
    assert found["pulse"] == ()


def test_an_amended_assessment_replaces_its_measurements_and_one_in_error_takes_them_away(home: LivingHome) -> None:
    person = home.resident(1)
    signed = home.assess(person, "news2", NEWS2_LOW)
    corrected = assessments.amend(
        home.session, signed.revision_id, {**NEWS2_LOW, "pulse": 88, "consciousness": "V"}, reason="Read again",
        at=home.session.now() - timedelta(hours=1),
    )  # fmt: skip
    found = observations.series(home.session, person, ("pulse", "consciousness", "on_oxygen"))
    assert [each.value for each in found["pulse"]] == [88]
    assert [(each.value, each.detail) for each in found["consciousness"]] == [(None, "V")]
    assert [each.value for each in found["on_oxygen"]] == [0], "on air is a measurement, not a gap"
    assessments.entered_in_error(home.session, corrected.revision_id, reason="Another resident")
    assert not any(observations.series(home.session, person, tuple(KINDS)).values())


def test_a_measurement_in_error_leaves_the_series_and_cannot_be_marked_twice(home: LivingHome) -> None:
    person = home.resident(1)
    done = observations.record(home.session, person, "fluid_in_ml", 200, detail="Tea")
    with pytest.raises(UserError, match="Enter the reason"):
        observations.entered_in_error(home.session, done.observation_id, reason="")
    observations.entered_in_error(home.session, done.observation_id, reason="Not drunk after all")
    assert observations.series(home.session, person, ("fluid_in_ml",))["fluid_in_ml"] == ()
    with pytest.raises(UserError, match="already"):
        observations.entered_in_error(home.session, done.observation_id, reason="Again")


@pytest.mark.parametrize(
    ("kind", "value", "detail", "words"),
    [
        ("weight_kg", "19.9", "", "Weight must be between 20 kg and 250 kg"),
        ("weight_kg", "64.12345678901", "", "Weight must have at most 10 decimal places"),
        ("fluid_in_ml", "200.5", "", "Fluid taken must be a whole number"),
        ("bowel_type", "8", "", "between 1 and 7"),
        ("pain_nrs", "-1", "", "between 0 and 10"),
        ("glucose_mmol", "5.25", "", "at most 1 decimal place"),
        ("pulse", "70", "", "is not recorded by itself"),
        ("moon", "1", "", "is not recorded by itself"),
        ("fluid_in_ml", "200", "x" * 201, "200 characters or fewer"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused_in_words(
    home: LivingHome, kind: str, value: str, detail: str, words: str
) -> None:
    person = home.resident(1)
    with pytest.raises(UserError, match=words):
        observations.record(home.session, person, kind, Decimal(value), detail=detail)
    with pytest.raises(UserError, match="must be a number"):
        observations.record(home.session, person, "weight_kg", "heavy")


def test_nothing_is_measured_in_the_future(home: LivingHome) -> None:
    person = home.resident(1)
    with pytest.raises(UserError, match="now or in the past"):
        observations.record(home.session, person, "pain_nrs", 3, at=home.session.now() + timedelta(minutes=1))


def test_must_compares_with_the_highest_weight_of_six_months_and_none_older(home: LivingHome) -> None:
    person = home.resident(1)
    now = home.session.now()
    assert observations.weight_before(home.session, person, now) is None
    for days, kilos in ((200, "70"), (150, "62.5"), (20, "60")):
        observations.record(home.session, person, "weight_kg", Decimal(kilos), at=now - timedelta(days=days))
    assert observations.weight_before(home.session, person, now) == Decimal("62.5")
