"""Lines to record that are kept as drafts: they keep their time, and are previewed at it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from app.services import assessments, notes, recording
from tests.factories import NEWS2_LOW, LivingHome


def test_a_line_that_is_not_to_be_signed_becomes_a_draft_with_its_time(home: LivingHome) -> None:
    home.resident(1)
    answers = {"sex": "F", "age_years": 84, "build": "below_average"}
    line = {"resident": "R01", "instrument": "waterlow", "answers": answers, "at": "2026-11-20T08:15", "sign": False}
    ack = recording.record_line(home.session, json.dumps(line))
    assert ack["draft"] is True
    draft = assessments.load_draft(home.session, str(ack["ack"]))
    assert draft.answers == answers, "the time is no answer"
    assert draft.at == datetime(2026, 11, 20, 8, 15, tzinfo=UTC)


def test_a_draft_is_previewed_at_its_own_time(home: LivingHome) -> None:
    home.resident(1)
    line = {"resident": "R01", "instrument": "about_me", "answers": {"completed_on": "2025-10-01"}, "sign": False}
    now = recording.record_line(home.session, json.dumps(line))
    then = recording.record_line(home.session, json.dumps({**line, "at": "2026-09-30T08:15"}))
    assert (now["flags"], then["flags"]) == (["review_due"], []), "its year was over between the two"


def test_an_amendment_by_a_script_keeps_the_note_and_what_could_not_be_assessed(home: LivingHome) -> None:
    """A script corrects a figure; what a nurse wrote beside it is not its to take away."""
    person = home.resident(1)
    without = {key: value for key, value in NEWS2_LOW.items() if key not in {"temp_c", "pulse"}}
    signed = assessments.sign(
        home.session, person, "news2", without, note="Shivering", unable={"temp_c": "refused", "pulse": "asleep"}
    )
    line = {
        "resident": "R01", "instrument": "news2", "answers": {**without, "pulse": 74}, "amends": signed.revision_id,
        "reason": "pulse taken since", "sign": True,
    }  # fmt: skip
    recording.record_line(home.session, json.dumps(line, default=float))
    whole = assessments.assessment(home.session, signed.assessment_id)
    assert (whole.answers["pulse"], whole.note, whole.unable) == (74, "Shivering", {"temp_c": "refused"})
    assert [each.text for each in notes.search(home.session, "shivering")] == ["Shivering"]
