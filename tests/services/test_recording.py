"""Lines to record that are kept as drafts: they keep their time, and are previewed at it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from app.services import assessments, recording
from tests.factories import LivingHome


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
