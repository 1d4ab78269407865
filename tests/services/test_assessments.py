"""Assessments from the first answer to the amendment, and what each calls for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.people import ResidentId
from app.services import alerts, assessments, outgoing, residents
from tests.factories import MUST_HIGH, MUST_LOW, MUST_MEDIUM, NEWS2_HIGH, NEWS2_LOW, NOW, LivingHome

NEWS2_RED: Mapping[str, object] = {"resp_rate": 26}
"""One answer, and it is a red flag already."""
DEEP_ULCER: Mapping[str, object] = {
    "skin": "broken",
    "depth": "full",
    "slough": False,
    "fat_visible": True,
    "bone_tendon_muscle": False,
    "base_obscured": False,
}


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


def kinds(signed: assessments.Signed) -> list[str]:
    return [alert.kind for alert in signed.alerts]


def count(home: LivingHome, table: str) -> int:
    with home.session.read() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_a_draft_becomes_a_signed_assessment(home: LivingHome) -> None:
    person = home.resident(1)
    first = assessments.save_draft(home.session, person, "must", {"height_m": "1.60"})
    home.clock.advance(timedelta(seconds=30))
    again = assessments.save_draft(home.session, person, "must", {"height_m": "1.60", "weight_kg": "6"}, first.draft_id)
    assert again.draft_id == first.draft_id
    assert again.saved_at > first.saved_at
    draft = assessments.load_draft(home.session, first.draft_id)
    assert draft.answers == {"height_m": "1.60", "weight_kg": "6"}, "kept as typed, sound or not"
    assert [row.id for row in assessments.drafts(home.session, person)] == [first.draft_id]
    signed = assessments.sign(home.session, person, "must", MUST_LOW, draft_id=first.draft_id)
    assert signed.outcome.complete
    assert assessments.drafts(home.session) == ()
    assert refused(lambda: assessments.load_draft(home.session, first.draft_id)).field == "draft"
    record = residents.open_resident(home.session, person)
    assert [(row.instrument, row.score, row.state) for row in record.latest] == [("must", "0", "signed")]


@given(st.text(max_size=40), st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=10**6))
def test_whatever_is_typed_can_be_scored_live_without_an_error(text: str, number: Decimal) -> None:
    for answers in ({"weight_kg": text}, {"weight_kg": number, "height_m": text}, {"height_m": number}):
        try:
            assessments.preview("must", answers, date(2026, 11, 23))
        except UserError as refusal:
            assert refusal.message  # noqa: PT017 - either is right: a score, or words


def test_a_discarded_draft_is_gone_and_that_is_audited(home: LivingHome) -> None:
    person = home.resident(1)
    draft = assessments.save_draft(home.session, person, "must", {}).draft_id
    assessments.discard_draft(home.session, draft)
    assessments.discard_draft(home.session, draft)
    assert assessments.drafts(home.session) == ()
    with home.session.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event WHERE action = 'discard'").scalar() == 1


def test_a_draft_never_takes_another_residents_answers(home: LivingHome) -> None:
    person, other = home.resident(1), home.resident(2)
    draft = assessments.save_draft(home.session, person, "must", {"height_m": "1.60"}).draft_id
    for wrong, code in ((other, "must"), (person, "news2")):
        assert refused(lambda: assessments.save_draft(home.session, wrong, code, {}, draft)).field == "draft"  # noqa: B023 - called at once
        assert refused(lambda: assessments.sign(home.session, wrong, code, {}, draft_id=draft)).field == "draft"  # noqa: B023 - called at once
    assert assessments.load_draft(home.session, draft).answers == {"height_m": "1.60"}
    assert count(home, "assessment") == 0


def test_a_draft_that_was_signed_or_discarded_is_neither_saved_nor_signed_again(home: LivingHome) -> None:
    person = home.resident(1)
    signed, discarded = (assessments.save_draft(home.session, person, "must", MUST_LOW).draft_id for _ in range(2))
    assessments.sign(home.session, person, "must", MUST_LOW, draft_id=signed)
    assessments.discard_draft(home.session, discarded)
    for gone in (signed, discarded):
        for call in (
            lambda gone=gone: assessments.save_draft(home.session, person, "must", MUST_LOW, gone),
            lambda gone=gone: assessments.sign(home.session, person, "must", MUST_LOW, draft_id=gone),
        ):
            with pytest.raises(assessments.DraftGone, match="signed or discarded already"):
                call()
    assert (count(home, "draft"), count(home, "assessment")) == (0, 1)


def test_a_draft_keeps_its_time_and_reason_apart_from_the_answers(home: LivingHome) -> None:
    person = home.resident(1)
    at = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
    first = assessments.save_draft(home.session, person, "must", {"height_m": "1.60"}, at=at, reason="Wrong height")
    draft = assessments.load_draft(home.session, first.draft_id)
    assert (draft.answers, draft.at, draft.reason) == ({"height_m": "1.60"}, at, "Wrong height")
    for typed in ("yesterday", "2026-11-20T08:15", "Z"):
        assessments.save_draft(home.session, person, "must", {}, first.draft_id, at=typed)
        assert assessments.load_draft(home.session, first.draft_id).at == typed, "kept as typed, readable or not"
    assessments.save_draft(home.session, person, "must", {}, first.draft_id)
    draft = assessments.load_draft(home.session, first.draft_id)
    assert (draft.answers, draft.at, draft.reason) == ({}, None, "")
    forged = {"hartwell.at": "2020-01-01T00:00:00.000Z"}
    assert refused(lambda: assessments.save_draft(home.session, person, "must", forged)).field == "hartwell.at"


def test_a_draft_of_an_amendment_is_signed_as_one_and_never_as_a_new_assessment(home: LivingHome) -> None:
    person = home.resident(1)
    first = home.assess(person, "must", MUST_LOW)
    draft = assessments.save_draft(home.session, person, "must", MUST_HIGH, amends=first.revision_id).draft_id
    assert refused(lambda: assessments.sign(home.session, person, "must", MUST_HIGH, draft_id=draft)).field == "draft"
    between = assessments.amend(home.session, first.revision_id, MUST_LOW, reason="Another colleague was quicker")
    assert assessments.assessment_of(home.session, first.revision_id) == first.assessment_id
    assert assessments.assessment_of(home.session, between.revision_id) == first.assessment_id
    other = home.assess(person, "must", MUST_LOW)
    wrong = refused(lambda: assessments.amend(home.session, other.revision_id, MUST_HIGH, reason="No", draft_id=draft))
    assert wrong.field == "draft"
    assessments.amend(home.session, between.revision_id, MUST_HIGH, reason="Weighed again", draft_id=draft)
    whole = assessments.assessment(home.session, first.assessment_id)
    assert (whole.row.band, len(whole.earlier)) == ("high", 2)
    assert (count(home, "assessment"), count(home, "draft")) == (2, 0)


def test_a_draft_of_a_new_assessment_corrects_none_and_amends_only_what_there_is(home: LivingHome) -> None:
    person, other = home.resident(1), home.resident(2)
    first = home.assess(person, "must", MUST_LOW)
    draft = assessments.save_draft(home.session, person, "must", MUST_HIGH).draft_id
    wrong = refused(lambda: assessments.amend(home.session, first.revision_id, MUST_HIGH, reason="No", draft_id=draft))
    assert wrong.field == "draft"
    for revision, who in ((first.revision_id, other), ("no such revision", person)):
        assert (
            refused(
                lambda: assessments.save_draft(home.session, who, "must", {}, amends=revision)  # noqa: B023 - called at once
            ).field
            == "amends"
        )
    assert refused(lambda: assessments.assessment_of(home.session, "no such revision")).field == "amends"


def test_what_was_signed_is_kept_exactly_as_shown(home: LivingHome) -> None:
    person = home.resident(1)
    shown = assessments.preview("must", MUST_HIGH, home.session.today())
    signed = home.assess(person, "must", MUST_HIGH)
    kept = assessments.assessment(home.session, signed.assessment_id)
    assert kept.outcome == signed.outcome == shown
    assert kept.answers["weight_kg"] == Decimal("45")
    assert (kept.row.score, kept.row.band, kept.row.signed_by) == ("4", "high", "Mo Manager")
    assert kept.row.next_due == shown.next_due


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({**NEWS2_LOW, "pulse": 700}, "pulse"),
        ({**NEWS2_LOW, "temp_c": "warm"}, "temp_c"),
        ({**NEWS2_LOW, "consciousness": "X"}, "consciousness"),
        ({**NEWS2_LOW, "surprise": 1}, "surprise"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_at_its_field(
    home: LivingHome, answers: Mapping[str, object], field: str
) -> None:
    person = home.resident(1)
    before = count(home, "event")
    assert refused(lambda: home.assess(person, "news2", answers)).field == field
    assert (count(home, "assessment"), count(home, "event")) == (0, before)


def test_the_time_may_be_earlier_and_never_later_than_now(home: LivingHome) -> None:
    person = home.resident(1)
    later = NOW + timedelta(minutes=1)
    assert refused(lambda: assessments.sign(home.session, person, "must", MUST_LOW, at=later)).field == "at"
    earlier = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
    signed = assessments.sign(home.session, person, "must", MUST_LOW, at=earlier)
    assert assessments.assessment(home.session, signed.assessment_id).row.at == earlier
    with home.session.read() as connection:
        row = connection.exec_driver_sql("SELECT valid_at, recorded_at FROM revision ORDER BY seq DESC").first()
    assert tuple(row or ()) == ("2026-11-20T08:15:00.000Z", "2026-11-23T10:00:00.000Z")


def test_a_result_that_calls_for_somebody_raises_an_alert_and_queues_its_message(home: LivingHome) -> None:
    person = home.resident(1)
    signed = home.assess(person, "news2", NEWS2_HIGH)
    (alert,) = signed.alerts
    assert (alert.kind, alert.priority, alert.phone_number) == ("news2-high", "stat", "999")
    assert alert.do[0].startswith("Call 999")
    assert alert.outbox_words.endswith("phone")
    assert count(home, "outbox") == 1
    assert kinds(home.assess(person, "must", MUST_LOW)) == []


def test_when_the_message_cannot_be_queued_there_is_no_assessment_and_no_alert_either(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> str:
        raise OSError("no room for the message")

    person = home.resident(1)
    draft = assessments.save_draft(home.session, person, "news2", NEWS2_HIGH).draft_id
    before = [count(home, table) for table in ("revision", "event", "assessment", "alert", "outbox", "draft")]
    with monkeypatch.context() as patch:
        patch.setattr(outgoing, "queue_alert", fails)
        with pytest.raises(OSError, match="no room"):
            assessments.sign(home.session, person, "news2", NEWS2_HIGH, draft_id=draft)
    assert [count(home, table) for table in ("revision", "event", "assessment", "alert", "outbox", "draft")] == before
    assert len(assessments.sign(home.session, person, "news2", NEWS2_HIGH, draft_id=draft).alerts) == 1


def test_an_incomplete_result_is_kept_as_incomplete_and_its_red_flag_still_alerts(home: LivingHome) -> None:
    person = home.resident(1)
    signed = home.assess(person, "news2", NEWS2_RED)
    assert not signed.outcome.complete
    assert signed.outcome.score is None
    assert kinds(signed) == ["news2-red-flag"]
    assert "pulse" in signed.outcome.missing
    row = residents.open_resident(home.session, person).latest[0]
    assert row.score == ""


def test_an_amendment_keeps_the_earlier_version_with_author_time_and_reason(home: LivingHome) -> None:
    person = home.resident(1)
    first = home.assess(person, "must", MUST_LOW)
    home.clock.advance(timedelta(hours=2))
    second = assessments.amend(home.session, first.revision_id, MUST_MEDIUM, reason="scales were wrong")
    assert second.assessment_id == first.assessment_id
    whole = assessments.assessment(home.session, first.assessment_id)
    assert (whole.row.state, whole.row.band, whole.reason) == ("amended", "medium", "scales were wrong")
    assert whole.row.at == NOW, "when it was made does not change"
    assert [(row.band, row.state) for row in whole.earlier] == [("low", "signed")]
    assert len(assessments.history(home.session, person)) == 1


def test_an_amendment_needs_a_reason_and_the_newest_version(home: LivingHome) -> None:
    person = home.resident(1)
    first = home.assess(person, "must", MUST_LOW)
    assert refused(lambda: assessments.amend(home.session, first.revision_id, MUST_LOW, reason=" ")).field == "reason"
    assessments.amend(home.session, first.revision_id, MUST_MEDIUM, reason="scales")
    stale = refused(lambda: assessments.amend(home.session, first.revision_id, MUST_LOW, reason="again"))
    assert "changed meanwhile" in stale.message
    assert "not in the records" in refused(lambda: assessments.amend(home.session, "x", MUST_LOW, reason="r")).message


def test_an_amendment_raises_only_what_was_not_called_for_before(home: LivingHome) -> None:
    person = home.resident(1)
    high = home.assess(person, "must", MUST_HIGH)
    assert kinds(high) == ["must-high"]
    still_high = assessments.amend(
        home.session, high.revision_id, {**MUST_HIGH, "weight_kg": Decimal("44")}, reason="scales"
    )
    assert kinds(still_high) == []
    news = home.assess(person, "news2", NEWS2_LOW)
    assert kinds(assessments.amend(home.session, news.revision_id, NEWS2_HIGH, reason="misread")) == ["news2-high"]


def test_an_ulcer_that_turns_out_deeper_is_told_to_whoever_treats_deep_ones(home: LivingHome) -> None:
    person = home.resident(1)
    shallow = home.assess(person, "pressure_ulcer_category", {"skin": "broken", "depth": "partial"})
    assert [alert.phone_who for alert in shallow.alerts] == ["Community nurse"]
    deeper = assessments.amend(home.session, shallow.revision_id, DEEP_ULCER, reason="seen in daylight")
    assert [(alert.priority, alert.phone_who) for alert in deeper.alerts] == [("asap", "Tissue viability")]


def test_correcting_a_slip_is_not_getting_worse(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_MEDIUM)
    home.clock.advance(timedelta(days=7))
    slip = home.assess(person, "must", MUST_LOW)
    assert kinds(assessments.amend(home.session, slip.revision_id, MUST_MEDIUM, reason="wrong weight")) == []


def test_getting_worse_is_judged_against_the_last_complete_result(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_LOW)
    home.clock.advance(timedelta(days=7))
    home.assess(person, "must", {"height_m": Decimal("1.60")})
    home.clock.advance(timedelta(days=1))
    worse = home.assess(person, "must", MUST_MEDIUM)
    assert kinds(worse) == ["band-worse"]
    assert worse.alerts[0].phone_who == "Dietetics"


def test_an_older_result_entered_late_is_compared_with_what_was_before_it(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_LOW)
    home.clock.advance(timedelta(days=14))
    home.assess(person, "must", MUST_LOW)
    late = assessments.sign(home.session, person, "must", MUST_MEDIUM, at=NOW + timedelta(days=7))
    assert kinds(late) == ["band-worse"]
    latest = residents.open_resident(home.session, person).latest[0]
    assert latest.band == "low", "the newest is the one that was made last"


def test_an_assessment_in_error_counts_for_nothing_and_stays_readable(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_LOW)
    home.clock.advance(timedelta(days=7))
    wrong = home.assess(person, "must", MUST_HIGH)
    assert refused(lambda: assessments.entered_in_error(home.session, wrong.revision_id, reason="")).field == "reason"
    assessments.entered_in_error(home.session, wrong.revision_id, reason="another resident's weight")
    last = assessments.previous(home.session, person, "must")
    assert last is not None
    assert last.row.band == "low"
    struck = assessments.assessment(home.session, wrong.assessment_id)
    assert (struck.row.state, struck.reason) == ("entered-in-error", "another resident's weight")
    assert [row.state for row in assessments.history(home.session, person, "must")] == ["entered-in-error", "signed"]
    again = refused(
        lambda: assessments.amend(home.session, struck.row.revision_id, MUST_LOW, reason="make it good again")
    )
    assert "entered in error" in again.message


def test_previous_and_trend(home: LivingHome) -> None:
    person = home.resident(1)
    assert assessments.previous(home.session, person, "must") is None
    for answers in (MUST_LOW, MUST_MEDIUM, {"height_m": Decimal("1.60")}, MUST_MEDIUM, MUST_LOW):
        home.assess(person, "must", answers)
        home.clock.advance(timedelta(days=7))
    trends = [(row.score, row.trend) for row in assessments.history(home.session, person, "must")]
    assert trends == [("0", "down"), ("1", "same"), ("", ""), ("1", "up"), ("0", "")]


def due(home: LivingHome, person: ResidentId | None = None) -> dict[str, tuple[date | None, int, bool]]:
    return {row.instrument: (row.due, row.overdue_days, row.never) for row in assessments.due(home.session, person)}


def test_what_is_due_is_due_since_arrival_until_it_is_done_and_again_when_its_day_comes(home: LivingHome) -> None:
    person = home.resident(1, days=3)
    arrived = date(2026, 11, 20)
    assert due(home, person) == dict.fromkeys(
        ("must", "waterlow", "news2", "falls_multifactorial", "about_me", "cga"), (arrived, 3, True)
    )
    signed = home.assess(person, "must", MUST_LOW)
    assert "must" not in due(home)
    next_due = signed.outcome.next_due
    assert next_due is not None
    home.clock.advance(timedelta(days=(next_due - home.session.today()).days))
    assert due(home)["must"] == (next_due, 0, False)
    home.clock.advance(timedelta(days=2))
    assert due(home)["must"] == (next_due, 2, False)
    row = assessments.history(home.session, person, "must")[0]
    assert row.overdue


def test_nothing_is_due_for_who_is_gone_or_not_in_the_records(home: LivingHome) -> None:
    person = home.resident(1)
    home.resident(2)
    assert assessments.due(home.session, ResidentId("nobody")) == ()
    details = residents.open_resident(home.session, person).resident.details
    residents.change_resident(home.session, person, replace(details, died_at=home.clock.now()))
    assert {row.resident_id for row in assessments.due(home.session)} != set()
    assert person not in {row.resident_id for row in assessments.due(home.session)}


def test_a_revision_belongs_to_its_resident_and_instrument(home: LivingHome) -> None:
    person, other = home.resident(1), home.resident(2)
    signed = home.assess(person, "must", MUST_LOW)
    assert assessments.revision_of(home.session, signed.revision_id, person, "must") == signed.revision_id
    for who, code in ((other, "must"), (person, "news2")):
        assert refused(lambda w=who, c=code: assessments.revision_of(home.session, signed.revision_id, w, c)).field


def test_reading_an_assessment_is_audited(home: LivingHome) -> None:
    signed = home.assess(home.resident(1), "must", MUST_LOW)
    assessments.assessment(home.session, signed.assessment_id)
    with home.session.read() as connection:
        row = connection.exec_driver_sql("SELECT action, object_id FROM event ORDER BY seq DESC").first()
    assert tuple(row or ()) == ("view", signed.assessment_id)
    assert refused(lambda: assessments.assessment(home.session, "x")).field == "assessment"


@pytest.mark.parametrize("code", [tool.code for tool in assessments.instruments()])
def test_every_instrument_can_be_begun_and_signed_unfinished(home: LivingHome, code: str) -> None:
    person = home.resident(1)
    assert assessments.form(code).questions()
    signed = home.assess(person, code, {})
    assert not signed.outcome.complete
    whole = assessments.assessment(home.session, signed.assessment_id)
    assert whole.outcome == signed.outcome
    assert alerts.standing(home.session) == ()
