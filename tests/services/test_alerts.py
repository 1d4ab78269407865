"""Alerts: the telephone first, then the message and its true state."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.errors import UserError
from app.domain.messages import OutboxState
from app.services import alerts, assessments, settings
from app.services.sync import StoreQueue
from app.sync.fhir.check import check_message
from tests.factories import MUST_HIGH, NEWS2_HIGH, LivingHome


def refused(call: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value


def queue(home: LivingHome) -> StoreQueue:
    return StoreQueue(home.session, lambda step: step())


def test_an_alert_says_what_to_do_whom_to_phone_and_that_the_message_has_not_left(home: LivingHome) -> None:
    home.assess(home.resident(1), "must", MUST_HIGH)
    (alert,) = alerts.standing(home.session)
    assert alert.title == "MUST high: refer to the dietitian"
    assert (alert.phone_who, alert.phone_number) == ("Dietetics", "01632 960102")
    assert alert.outbox_state is OutboxState.QUEUED
    assert alert.outbox_words == "Not sent yet: do not wait for it, phone"
    assert alert.raised_by == "Mo Manager"


def test_the_residents_own_gp_is_rung_and_a_missing_number_is_said(home: LivingHome) -> None:
    settings.set_phones(home.session, ())
    four_at = {"alertness": "clearly_abnormal", "amt4_mistakes": 0, "months_backwards": 12, "acute_change": True}
    with_gp = home.assess(home.resident(1), "four_at", four_at).alerts[0]
    assert (with_gp.phone_who, with_gp.phone_number) == ("GP: Cedar Surgery", "01632 960110")
    without = home.assess(home.resident(2, gp_phone=""), "four_at", four_at).alerts[0]
    assert (without.phone_who, without.phone_number) == ("GP", "no number recorded: see the home's list")
    home.assess(home.resident(3), "must", MUST_HIGH)
    assert "no number recorded" in {a.phone_number.split(":")[0] for a in alerts.standing(home.session)}


def test_the_message_is_a_valid_bundle_that_says_what_the_alert_says(home: LivingHome) -> None:
    home.assess(home.resident(1), "news2", NEWS2_HIGH)
    (message,) = queue(home).due(home.clock.now())
    assert check_message(message.body) == ()
    assert "FAMILY" not in message.subject.upper() + message.filename.upper()
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(message.body)["entry"]]
    assert kinds[0] == "MessageHeader"
    assert "Communication" in kinds


def test_for_a_resident_who_does_not_agree_to_sharing_nothing_is_queued_and_the_words_say_so(
    home: LivingHome,
) -> None:
    home.assess(home.resident(1, consent_sharing=False), "news2", NEWS2_HIGH)
    (alert,) = alerts.standing(home.session)
    assert alert.outbox_state is None
    assert alert.outbox_words == "Not sent: this resident does not agree to sharing. Phone"
    assert alert.phone_number == "999"
    assert queue(home).due(home.clock.now()) == ()


def test_when_nobody_has_asked_for_consent_a_call_for_help_is_still_sent(home: LivingHome) -> None:
    home.assess(home.resident(1, consent_sharing=None), "news2", NEWS2_HIGH)
    assert len(queue(home).due(home.clock.now())) == 1


def test_the_call_is_recorded_with_its_time_and_who_answered(home: LivingHome) -> None:
    home.assess(home.resident(1), "must", MUST_HIGH)
    (alert,) = alerts.standing(home.session)
    assert refused(lambda: alerts.record_call(home.session, alert.id, spoke_to=" ")).field == "spoke_to"
    home.clock.advance(timedelta(minutes=5))
    alerts.record_call(home.session, alert.id, spoke_to=" Dee at dietetics ")
    (called,) = alerts.standing(home.session)
    assert (called.called_at, called.spoke_to) == (home.clock.now(), "Dee at dietetics")
    assert called.standing


def test_an_alert_stands_until_somebody_says_how_it_ended_and_then_for_ever_does_not(home: LivingHome) -> None:
    person = home.resident(1)
    home.assess(person, "must", MUST_HIGH)
    (alert,) = alerts.standing(home.session)
    assert refused(lambda: alerts.close(home.session, alert.id, outcome="")).field == "outcome"
    alerts.close(home.session, alert.id, outcome="Seen by the dietitian")
    assert alerts.standing(home.session) == ()
    (closed,) = alerts.all_alerts(home.session, person)
    assert (closed.standing, closed.closed_outcome) == (False, "Seen by the dietitian")
    for call in (
        lambda: alerts.close(home.session, alert.id, outcome="again"),
        lambda: alerts.record_call(home.session, alert.id, spoke_to="x"),
    ):
        assert "closed already" in refused(call).message
    assert "not in the records" in refused(lambda: alerts.close(home.session, "x", outcome="y")).message


def test_the_most_urgent_stands_first_and_closed_ones_come_last(home: LivingHome) -> None:
    first, second = home.resident(1), home.resident(2)
    home.assess(first, "must", MUST_HIGH)
    home.clock.advance(timedelta(minutes=1))
    home.assess(second, "news2", NEWS2_HIGH)
    home.clock.advance(timedelta(minutes=1))
    home.assess(second, "must", MUST_HIGH)
    assert [alert.priority for alert in alerts.standing(home.session)] == ["stat", "urgent", "urgent"]
    stat = alerts.standing(home.session)[0]
    alerts.close(home.session, stat.id, outcome="in hospital")
    assert [alert.standing for alert in alerts.all_alerts(home.session)] == [True, True, False]


def test_what_the_words_say_follows_where_the_message_is(home: LivingHome) -> None:
    home.assess(home.resident(1), "news2", NEWS2_HIGH)
    store = queue(home)
    (message,) = store.due(home.clock.now())

    def words() -> str:
        return alerts.standing(home.session)[0].outbox_words

    store.sending(message.id)
    assert words() == "Being sent, not confirmed: phone"
    store.sent(message.id, "network-1")
    assert words() == "Sent, not yet acknowledged: phone"


@pytest.mark.parametrize("state", OutboxState)
def test_every_state_but_an_answer_says_to_phone(state: OutboxState) -> None:
    answered = {OutboxState.ACKNOWLEDGED, OutboxState.DECIDED, OutboxState.SUPERSEDED}
    assert ("phone" in alerts.message_words(state)) == (state not in answered)


def test_what_was_entered_in_error_is_taken_back_before_anybody_is_told(home: LivingHome) -> None:
    signed = home.assess(home.resident(1), "news2", NEWS2_HIGH)
    assessments.entered_in_error(home.session, signed.revision_id, reason="the wrong resident")
    assert alerts.standing(home.session) == ()
    (closed,) = alerts.all_alerts(home.session)
    assert closed.closed_outcome == "Entered in error: the wrong resident"
    assert closed.outbox_state is OutboxState.SUPERSEDED
    assert queue(home).due(home.clock.now()) == ()


@pytest.mark.parametrize("told", ["by telephone", "by message"])
def test_what_was_entered_in_error_after_somebody_was_told_stands_until_they_know(home: LivingHome, told: str) -> None:
    signed = home.assess(home.resident(1), "news2", NEWS2_HIGH)
    (alert,) = signed.alerts
    if told == "by telephone":
        alerts.record_call(home.session, alert.id, spoke_to="Control room")
    else:
        (message,) = queue(home).due(home.clock.now())
        queue(home).sending(message.id)
    assessments.entered_in_error(home.session, signed.revision_id, reason="the wrong resident")
    (standing,) = alerts.standing(home.session)
    assert standing.title.startswith("Entered in error: ")
    assert standing.do == ("Tell 999 and whoever got the message: it was entered in error (the wrong resident).",)
