"""The store's side of sending and receiving: states that move one way, repeats that change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.messages import (
    Ack,
    AckCode,
    Answer,
    ClaimAnswer,
    ClaimAnswers,
    ClaimOutcome,
    Effect,
    NonDelivery,
    OutboundMessage,
    OutboxState,
    ReceivedMeta,
    Unknown,
)
from app.services import alerts, practice_ccg, premium, sync
from app.services.status import status
from app.services.sync import StoreQueue
from tests.factories import MUST_HIGH, NEWS2_HIGH, NOW, PASSWORD, WEEK, LivingHome, details

OK, TRANSIENT, FATAL = AckCode.OK, AckCode.TRANSIENT, AckCode.FATAL


class Wire:
    """The outbox as the engine drives it, with short names for what arrives."""

    def __init__(self, home: LivingHome) -> None:
        self.home = home
        self.queue = StoreQueue(home.session, lambda step: step())
        self._arrivals = 0

    def due(self) -> list[OutboundMessage]:
        return list(self.queue.due(self.home.clock.now()))

    def send(self, message: OutboundMessage) -> None:
        assert self.queue.sending(message.id)
        self.queue.sent(message.id, f"network-{message.id}")

    def receive(self, answer: Answer, *, delivery: str = "", bundle: str | None = "new") -> Effect:
        self._arrivals += 1
        transport_id = delivery or f"delivery-{self._arrivals}"
        bundle_id = f"urn:{self._arrivals}" if bundle == "new" else bundle
        meta = ReceivedMeta(transport_id, "WORKFLOW", None, "06K", bundle_id, self.home.clock.now())
        return self.queue.received(meta, answer, b"{}")

    def row(self, message: OutboundMessage) -> sync.OutboxRow:
        return next(row for row in sync.outbox(self.home.session) if row.id == message.id)

    def state(self, message: OutboundMessage) -> OutboxState:
        return self.row(message).state


@pytest.fixture
def wire(home: LivingHome) -> Wire:
    """The outbox of a home."""
    return Wire(home)


@pytest.fixture
def alert(wire: Wire) -> OutboundMessage:
    """An alert that waits to be sent."""
    wire.home.assess(wire.home.resident(1), "news2", NEWS2_HIGH)
    return wire.due()[0]


@pytest.fixture
def claim(wire: Wire) -> OutboundMessage:
    """A claim for two residents that waits to be sent."""
    home = wire.home
    home.champion("dementia")
    home.champion("falls")
    home.complex_resident(1)
    home.complex_resident(2)
    premium.submit(home.session, WEEK, PASSWORD)
    return wire.due()[0]


ONE, TWO = (f"VN3X2|R0{n}|2026-11-16|v1" for n in (1, 2))


def paid(identifier: str, pence: int = 7000) -> ClaimAnswer:
    return ClaimAnswer(identifier, ClaimOutcome.COMPLETE, "Paid", pence, ())


def test_a_message_goes_from_queued_to_decided_and_each_time_is_kept(wire: Wire, claim: OutboundMessage) -> None:
    home = wire.home
    assert wire.state(claim) is OutboxState.QUEUED
    home.clock.advance(timedelta(minutes=1))
    assert wire.queue.sending(claim.id)
    assert wire.state(claim) is OutboxState.SENDING
    wire.queue.sent(claim.id, "network-1")
    home.clock.advance(timedelta(minutes=1))
    assert wire.receive(Ack(claim.header_id, OK, "")) is Effect.ACKNOWLEDGED
    home.clock.advance(timedelta(minutes=1))
    assert wire.receive(ClaimAnswers(claim.header_id, (paid(ONE), paid(TWO)))) is Effect.DECIDED
    row = wire.row(claim)
    assert (row.state, row.attempts) == (OutboxState.DECIDED, 1)
    assert (row.sent_at, row.acknowledged_at, row.decided_at) == tuple(NOW + timedelta(minutes=n) for n in (1, 2, 3))
    assert wire.due() == []
    with home.session.read() as connection:
        actions = [
            event.action
            for event in connection.exec_driver_sql(
                "SELECT action FROM event WHERE object_kind = 'message' ORDER BY seq"
            )
        ]
    assert actions == ["queue", "sending", "sent", "acknowledged", "received", "decided", "received"]


def test_a_message_cut_off_while_sending_goes_again_with_the_same_bytes(wire: Wire, alert: OutboundMessage) -> None:
    wire.queue.sending(alert.id)
    (again,) = wire.due()
    assert (again.id, again.bundle_id, again.header_id, again.body) == (
        alert.id, alert.bundle_id, alert.header_id, alert.body,
    )  # fmt: skip
    assert wire.queue.sending(alert.id)
    assert wire.row(alert).attempts == 2


def test_the_same_answer_delivered_again_changes_nothing(wire: Wire, claim: OutboundMessage) -> None:
    wire.send(claim)
    decision = ClaimAnswers(claim.header_id, (paid(ONE), paid(TWO)))
    assert wire.receive(decision, delivery="d1", bundle="urn:d") is Effect.DECIDED
    before = everything(wire.home)
    assert wire.receive(decision, delivery="d1", bundle="urn:d") is Effect.REPEATED
    assert everything(wire.home) == before, "the very same delivery leaves no trace"
    assert wire.receive(decision, delivery="d2", bundle="urn:d") is Effect.REPEATED
    assert wire.receive(decision, delivery="d3", bundle="urn:e") is Effect.REPEATED
    assert wire.state(claim) is OutboxState.DECIDED
    with wire.home.session.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM revision WHERE kind = 'claim-answer'").scalar() == 2


def everything(home: LivingHome) -> list[tuple[object, ...]]:
    with home.session.read() as connection:
        return [
            tuple(row)
            for table in ("event", "revision", "outbox", "inbox", "claim")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]


def test_an_answer_that_contradicts_an_earlier_one_is_kept_and_not_acted_on(wire: Wire, claim: OutboundMessage) -> None:
    wire.send(claim)
    wire.receive(ClaimAnswers(claim.header_id, (paid(ONE), paid(TWO))))
    assert wire.receive(ClaimAnswers(claim.header_id, (paid(ONE, 0),))) is Effect.PARKED
    assert wire.receive(Ack(claim.header_id, FATAL, "no")) is Effect.PARKED
    claims = [row.claim for row in premium.week(wire.home.session, WEEK).rows]
    assert [c.decided_pence for c in claims if c] == [7000, 7000]
    with wire.home.session.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM inbox WHERE effect = 'parked'").scalar() == 2


def test_decisions_may_come_one_by_one(wire: Wire, claim: OutboundMessage) -> None:
    wire.send(claim)
    assert wire.receive(ClaimAnswers(claim.header_id, (paid(ONE),))) is Effect.ACKNOWLEDGED
    assert wire.receive(ClaimAnswers(None, (paid(TWO),))) is Effect.DECIDED, (
        "found by the claim when no header is named"
    )
    assert wire.state(claim) is OutboxState.DECIDED


@pytest.mark.parametrize("name", ["header_id", "bundle_id", "id"])
def test_a_message_is_found_by_whichever_name_the_ccg_could_read(wire: Wire, alert: OutboundMessage, name: str) -> None:
    wire.send(alert)
    assert wire.receive(Ack(getattr(alert, name), OK, "")) is Effect.ACKNOWLEDGED


def test_an_answer_may_come_before_the_networks_own_reply(wire: Wire, alert: OutboundMessage) -> None:
    wire.queue.sending(alert.id)
    assert wire.receive(Ack(alert.header_id, OK, "")) is Effect.ACKNOWLEDGED
    wire.queue.sent(alert.id, "network-9")
    assert wire.state(alert) is OutboxState.ACKNOWLEDGED
    assert wire.receive(NonDelivery("network-9", None, "not collected")) is Effect.PARKED, "it was, and said so"


def test_a_failed_try_waits_its_time_and_a_hopeless_one_is_set_aside(wire: Wire, alert: OutboundMessage) -> None:
    wire.queue.sending(alert.id)
    retry = wire.home.clock.now() + timedelta(minutes=5)
    wire.queue.failed(alert.id, "The line is down", permanent=False, retry_at=retry)
    assert (wire.state(alert), wire.row(alert).last_error) == (OutboxState.QUEUED, "The line is down")
    assert wire.due() == []
    wire.home.clock.advance(timedelta(minutes=5))
    assert [m.id for m in wire.due()] == [alert.id]
    wire.queue.sending(alert.id)
    wire.queue.failed(alert.id, "The CCG's mailbox is not known", permanent=True, retry_at=None)
    assert wire.state(alert) is OutboxState.QUARANTINED
    assert wire.due() == []
    assert status(wire.home.session).trouble == 1


def test_a_message_that_waits_holds_back_those_about_the_same_resident_only(wire: Wire) -> None:
    home = wire.home
    one, two = home.resident(1), home.resident(2)
    home.assess(one, "news2", NEWS2_HIGH)
    home.clock.advance(timedelta(minutes=1))
    home.assess(one, "must", MUST_HIGH)
    home.assess(two, "must", MUST_HIGH)
    first, second, other = wire.due()
    wire.queue.sending(first.id)
    wire.queue.failed(first.id, "later", permanent=False, retry_at=home.clock.now() + timedelta(minutes=5))
    assert [m.id for m in wire.due()] == [other.id]
    home.clock.advance(timedelta(minutes=5))
    assert [m.id for m in wire.due()] == [first.id, second.id, other.id]


def test_alerts_go_before_claims_however_late_they_were_raised(wire: Wire, claim: OutboundMessage) -> None:
    wire.home.clock.advance(timedelta(hours=1))
    wire.home.assess(wire.home.resident(5), "news2", NEWS2_HIGH)
    assert [m.event.value for m in wire.due()] == ["alert", "ccp-claim"]


def test_a_transient_answer_sends_the_same_message_again(wire: Wire, alert: OutboundMessage) -> None:
    wire.send(alert)
    assert wire.receive(Ack(alert.header_id, TRANSIENT, "Try later")) is Effect.REQUEUED
    assert wire.row(alert).last_error == "Try later"
    (again,) = wire.due()
    assert again.body == alert.body
    wire.send(again)
    assert wire.receive(Ack(alert.header_id, OK, "")) is Effect.ACKNOWLEDGED


def test_an_old_answer_that_arrives_again_does_not_undo_what_came_after_it(wire: Wire, alert: OutboundMessage) -> None:
    wire.send(alert)
    later = Ack(alert.header_id, TRANSIENT, "Try later")
    assert wire.receive(later, bundle="urn:later") is Effect.REQUEUED
    wire.send(wire.due()[0])
    assert wire.receive(later, bundle="urn:later") is Effect.REPEATED
    assert wire.state(alert) is OutboxState.SENT


def test_a_refusal_of_the_message_says_why(wire: Wire, alert: OutboundMessage) -> None:
    wire.send(alert)
    assert wire.receive(Ack(alert.header_id, FATAL, "No such home")) is Effect.REFUSED
    assert wire.row(alert).last_error == "No such home"
    assert alerts.standing(wire.home.session)[0].outbox_words == "Refused by the CCG's system: phone"


@pytest.mark.parametrize("by", ["local id", "network id"])
def test_a_message_that_was_not_collected_is_said_to_be_undelivered_and_can_be_sent_again(
    wire: Wire, alert: OutboundMessage, by: str
) -> None:
    wire.send(alert)
    named = (None, alert.id) if by == "local id" else (f"network-{alert.id}", None)
    assert wire.receive(NonDelivery(*named, "Not collected in 5 days")) is Effect.UNDELIVERED
    assert alerts.standing(wire.home.session)[0].outbox_words == "Not delivered: phone"
    assert wire.due() == []
    sync.requeue(wire.home.session, alert.id)
    (again,) = wire.due()
    assert (again.id, again.bundle_id, again.body) == (alert.id, alert.bundle_id, alert.body)
    assert wire.row(alert).last_error == ""


def test_only_what_did_not_arrive_can_be_sent_again(wire: Wire, alert: OutboundMessage) -> None:
    for message_id, words in ((alert.id, "Waiting to be sent: there is nothing"), ("x", "not in the records")):
        with pytest.raises(UserError, match=words):
            sync.requeue(wire.home.session, message_id)


@pytest.mark.parametrize(
    "answer",
    [
        Ack("somebody else's", OK, ""),
        Unknown("A message of another program"),
        NonDelivery("other", "other", "x"),
        ClaimAnswers(None, (paid("VN9|R99|2026-11-16|v1"),)),
    ],
)
def test_what_belongs_to_nothing_here_is_kept_and_changes_nothing(
    wire: Wire, alert: OutboundMessage, answer: Answer
) -> None:
    wire.send(alert)
    assert wire.receive(answer, bundle=None) is Effect.PARKED
    assert wire.state(alert) is OutboxState.SENT


def test_an_answer_to_what_never_left_is_parked(wire: Wire, alert: OutboundMessage) -> None:
    assert wire.receive(Ack(alert.header_id, OK, "")) is Effect.PARKED
    assert wire.state(alert) is OutboxState.QUEUED


def test_a_row_that_has_moved_on_is_not_sent(wire: Wire, alert: OutboundMessage) -> None:
    wire.queue.sending(alert.id)
    wire.receive(Ack(alert.header_id, OK, ""))
    assert not wire.queue.sending(alert.id)
    assert not wire.queue.sending("unknown")
    wire.queue.failed(alert.id, "late failure", permanent=False, retry_at=NOW)
    assert wire.state(alert) is OutboxState.ACKNOWLEDGED


def test_every_step_on_the_store_goes_through_the_stores_own_thread(home: LivingHome) -> None:
    home.assess(home.resident(1), "news2", NEWS2_HIGH)
    steps: list[Callable[[], object]] = []

    def on_store(step: Callable[[], object]) -> object:
        steps.append(step)
        return step()

    queue = StoreQueue(home.session, on_store)
    (message,) = queue.due(NOW)
    queue.sending(message.id)
    queue.sent(message.id, "n1")
    queue.waiting()
    assert len(steps) == 4


def test_without_a_connection_nothing_is_sent_and_that_is_said(home: LivingHome) -> None:
    with pytest.raises(UserError, match="Nothing is connected yet"):
        sync.sync_now(home.session)
    found = sync.connection(home.session)
    assert (found.transport, found.target, found.last_exchange) == (None, "Not connected", None)


def test_a_connections_password_is_in_no_audit_event(home: LivingHome, tmp_path: Path) -> None:
    settings = practice_ccg.connection(tmp_path / "ccg", home.session.now)
    sync.connect(home.session, settings, PASSWORD)
    with home.session.read() as connection:
        details_kept = connection.exec_driver_sql("SELECT group_concat(detail || reason) FROM event").scalar()
    assert settings["recipient_public_key"] not in str(details_kept)
    assert sync.connection(home.session).transport == "folder"


def test_connecting_asks_for_the_password_again(home: LivingHome, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble:
        sync.connect(home.session, practice_ccg.connection(tmp_path / "ccg", home.session.now), "a wrong one")
    assert trouble.value.exit_code is ExitCode.WRONG_PASSWORD
    assert sync.connection(home.session).transport is None


def test_a_practice_home_may_be_connected_to_another_folder_than_its_own(home: LivingHome, tmp_path: Path) -> None:
    home.session.home = replace(home.session.home, practice=True)
    sync.connect(home.session, practice_ccg.connection(tmp_path / "elsewhere", home.session.now), PASSWORD)
    home.assess(home.resident(1), "news2", NEWS2_HIGH)
    assert sync.sync_now(home.session).sent == 1
    assert [row.state for row in sync.outbox(home.session)] == [OutboxState.SENT]


def test_with_the_practice_ccg_a_claim_and_an_alert_go_there_and_back(home: LivingHome) -> None:
    home.session.home = replace(home.session.home, practice=True)
    sync.connect(home.session, practice_ccg.connection(home.store_dir, home.session.now), PASSWORD)
    home.champion("dementia")
    home.champion("falls")
    home.complex_resident(1)
    home.assess(home.resident(2), "news2", NEWS2_HIGH)
    premium.submit(home.session, WEEK, PASSWORD)
    waiting = status(home.session)
    assert (waiting.waiting, waiting.trouble, waiting.connected) == (2, 0, True)
    home.clock.advance(timedelta(minutes=1))
    summary = sync.sync_now(home.session)
    assert (summary.sent, summary.waiting, summary.failed) == (2, 0, False)
    states = {row.event: row.state for row in sync.outbox(home.session)}
    assert states == {"ccp-claim": OutboxState.DECIDED, "alert": OutboxState.ACKNOWLEDGED}
    claim = next(row.claim for row in premium.week(home.session, WEEK).rows if row.claim)
    assert claim is not None
    assert claim.words == "Accepted"
    after = status(home.session)
    assert (after.waiting, after.last_exchange, after.last_error) == (0, home.clock.now(), "")
    again = sync.sync_now(home.session)
    assert (again.sent, again.decided, again.parked) == (0, 0, 0)


def test_the_outbox_as_json_has_the_published_keys(wire: Wire, alert: OutboundMessage) -> None:
    (row,) = sync.outbox_json(wire.home.session)
    assert list(row) == ["id", "event", "state", "attempts", "bundle", "created_at", "last_error"]
    assert (row["event"], row["state"], row["bundle"]) == ("alert", "queued", alert.bundle_id)


def test_what_has_waited_a_day_is_said_to_be_late(wire: Wire, alert: OutboundMessage) -> None:
    assert not status(wire.home.session).late
    wire.home.clock.advance(timedelta(hours=24, minutes=1))
    found = status(wire.home.session)
    assert (found.late, found.waiting) == (True, 1)
    assert sync.connection(wire.home.session).oldest_waiting == NOW


def test_the_outbox_names_the_resident_to_people_and_not_to_the_network(wire: Wire, alert: OutboundMessage) -> None:
    row = wire.row(alert)
    assert row.resident_name == details(1).banner_name
    assert row.about == "NEWS2 high: emergency"
    assert "Family" not in f"{alert.id}{alert.subject}{alert.filename}{alert.workflow_id}"


def test_how_often_to_look_for_answers_is_what_the_connection_says(home: LivingHome, tmp_path: Path) -> None:
    assert sync.poll_every(home.session) is None, "there is nobody to ask"
    sync.connect(home.session, practice_ccg.connection(tmp_path / "ccg", home.session.now), PASSWORD)
    assert sync.poll_every(home.session) == timedelta(minutes=5)
    mesh = {"transport": "mesh", "url": "https://mesh.example", "mailbox": "X26HC005", "password": "p",
            "shared_key": "k", "ccg_mailbox": "X26HC006"}  # fmt: skip
    for given, wait in (({}, 5), ({"poll_minutes": 30}, 30)):
        sync.connect(home.session, {**mesh, **given}, PASSWORD)
        assert sync.poll_every(home.session) == timedelta(minutes=wait)
