"""Both versions of an assessment can be read, and what differs is said field by field, in the words of the form."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.services import assessments
from tests.factories import MUST_HIGH, MUST_LOW, NEWS2_LOW, LivingHome


def _changed(home: LivingHome, assessment_id: str) -> list[tuple[str, str, str]]:
    later, earlier = assessments.versions(home.session, assessment_id)[:2]
    return [(each.label, each.before, each.after) for each in assessments.changes_of(earlier, later)]


def test_an_amendment_says_what_it_changed_and_leaves_the_earlier_version_as_it_was(home: LivingHome) -> None:
    person = home.resident(1)
    first = assessments.sign(home.session, person, "must", MUST_LOW, note="Weighed in her coat")
    answers = {**MUST_LOW, "weight_kg": Decimal("58.50")}
    assessments.amend(
        home.session, first.revision_id, answers, reason="Weighed again", note="Weighed without her coat",
        at=home.session.now() - timedelta(hours=1),
    )  # fmt: skip
    assert _changed(home, first.assessment_id) == [
        ("Weight now", "60 kg", "58.50 kg"),
        ("Notes", "Weighed in her coat", "Weighed without her coat"),
        ("Time of the assessment", "23-Nov-2026 10:00", "23-Nov-2026 09:00"),
        ("State", "Signed", "Amended"),
    ]
    newest, oldest = assessments.versions(home.session, first.assessment_id)
    assert (oldest.answers["weight_kg"], oldest.reason, oldest.row.state) == (Decimal("60"), "", "signed")
    assert (newest.answers["weight_kg"], newest.reason) == (Decimal("58.50"), "Weighed again")


def test_what_could_not_be_assessed_and_the_result_are_part_of_the_difference(home: LivingHome) -> None:
    person = home.resident(1)
    unable = {key: value for key, value in NEWS2_LOW.items() if key != "temp_c"}
    first = assessments.sign(home.session, person, "news2", unable, unable={"temp_c": "asleep"})
    assert first.outcome.score is None
    assessments.amend(home.session, first.revision_id, NEWS2_LOW, reason="Woke", unable={})
    assert _changed(home, first.assessment_id) == [
        ("Temperature", "Not answered", "36.6 °C"),
        ("Temperature: could not be assessed", "Asleep", "No"),
        ("Result", "Incomplete", "0 Low"),
        ("State", "Signed", "Amended"),
    ]


def test_an_assessment_in_error_differs_in_its_state_alone(home: LivingHome) -> None:
    person = home.resident(1)
    first = home.assess(person, "must", MUST_LOW)
    assessments.entered_in_error(home.session, first.revision_id, reason="Another resident")
    assert _changed(home, first.assessment_id) == [("State", "Signed", "Entered in error")]


def test_the_one_before_is_the_last_sound_and_complete_one(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_LOW)
    home.clock.advance(timedelta(days=7))
    wrong = home.assess(person, "must", MUST_HIGH)
    assessments.entered_in_error(home.session, wrong.revision_id, reason="Another resident")
    home.clock.advance(timedelta(days=7))
    home.assess(person, "must", {"height_m": Decimal("1.60")})
    home.clock.advance(timedelta(days=7))
    row = assessments.assessment(home.session, home.assess(person, "must", MUST_HIGH).assessment_id).row
    before = assessments.before(home.session, row)
    assert before is not None
    assert before.outcome.band == "low"
    found = assessments.differences("must", before.answers, MUST_HIGH)
    assert [each.label for each in found] == ["Weight now", "Highest weight in the last 3 to 6 months"]
