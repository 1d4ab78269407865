"""The engine: order, failures, poison, and the power going off between any two steps; on a real folder and CCG."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.messages import Effect, Event, OutboundMessage, OutboxState
from app.sync.engine import LONGEST_RETRY, Queue, SyncSummary, back_off, drain
from app.sync.fhir.parse import parse_answer
from app.sync.practice_ccg import PracticeCcg
from app.sync.transports import Received, Transport, WireTrouble
from app.sync.transports.folder import FolderTransport
from app.sync.transports.seal import new_private_key
from tests.helpers.memory_queue import MemoryQueue
from tests.helpers.sync_samples import NOW, line, queued, queued_alert, queued_claim, resident

HOME_KEY = new_private_key()


class PowerCut(BaseException):
    """The end of the process at this very step."""


class FaultyWire:
    """A transport with faults before and after the real one does its part."""

    def __init__(self, real: Transport) -> None:
        self.real = real
        self.before_send: Callable[[OutboundMessage], None] = lambda _message: None
        self.after_send: Callable[[OutboundMessage], None] = lambda _message: None
        self.after_keeping: Callable[[Received], None] = lambda _received: None
        self.sent: list[tuple[str, bytes]] = []

    @property
    def clock_skew(self) -> int | None:
        return self.real.clock_skew

    def open(self) -> None:
        self.real.open()

    def send(self, message: OutboundMessage) -> str:
        self.before_send(message)
        self.sent.append((message.id, message.body))
        transport_id = self.real.send(message)
        self.after_send(message)
        return transport_id

    def receive(self) -> Iterator[AbstractContextManager[Received]]:
        for arrival in self.real.receive():
            yield _Watched(arrival, self)

    def close(self) -> None:
        self.real.close()


class _Watched(AbstractContextManager[Received]):
    """An arrival whose taking off the wire can fail."""

    def __init__(self, arrival: AbstractContextManager[Received], wire: FaultyWire) -> None:
        self._arrival, self._wire = arrival, wire

    def __enter__(self) -> Received:
        self._received = self._arrival.__enter__()
        return self._received

    def __exit__(self, *error: Any) -> bool | None:
        if error[0] is None:
            try:
                self._wire.after_keeping(self._received)
            except BaseException as fault:
                self._arrival.__exit__(type(fault), fault, fault.__traceback__)
                raise
        return self._arrival.__exit__(*error)


@pytest.fixture
def ccg(tmp_path: Path) -> Iterator[PracticeCcg]:
    with PracticeCcg(tmp_path / "ccg", now=lambda: NOW) as practice:
        yield practice


@pytest.fixture
def wire(stick: Path, ccg: PracticeCcg) -> FaultyWire:
    return FaultyWire(FolderTransport(stick, ccg.public_key, HOME_KEY))


def sync(queue: Queue, wire: Transport, now: datetime = NOW) -> SyncSummary:
    return drain(queue, wire, lambda: now, chance=lambda: 0.0)


def lost(_message: OutboundMessage) -> None:
    raise WireTrouble("The request was lost")


def test_alerts_go_before_claims_and_older_before_newer(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    claim = queued_claim("claim", line())
    new, old = queued_alert("new"), queued_alert("old", created_at=NOW - timedelta(hours=1))
    queue.add(claim, new, old)
    assert sync(queue, wire).sent == 3
    assert [message_id for message_id, _ in wire.sent] == [old.id, new.id, claim.id]


def test_sending_is_kept_before_the_wire_is_touched(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    message = queued_claim("c", line())
    queue.add(message)
    seen = []
    wire.before_send = lambda sent: seen.append((queue.state(sent), queue.rows[sent.id].message.attempts))
    sync(queue, wire)
    assert seen == [(OutboxState.SENDING, 1)]
    assert queue.rows[message.id].history == [OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT]


def test_a_failed_try_waits_longer_each_time_and_sends_the_same_bytes(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    message = queued_alert("a")
    queue.add(message)
    wire.before_send = lost
    now, waits = NOW, []
    for _ in range(9):
        summary = sync(queue, wire, now)
        assert summary.failed
        assert summary.trouble == ("The request was lost",)
        retry_at = queue.rows[message.id].retry_at
        assert retry_at is not None
        assert sync(queue, wire, retry_at - timedelta(seconds=1)) == SyncSummary(waiting=1), "not before its time"
        waits.append(retry_at - now)
        now = retry_at
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=15)
    assert waits[-1] == LONGEST_RETRY / 2
    wire.before_send = lambda _message: None
    assert sync(queue, wire, now).sent == 1
    assert queue.rows[message.id].message.attempts == 10
    assert wire.sent == [(message.id, message.body)]


@pytest.mark.parametrize("attempts", [-1, 0, 1, 2, 7, 8, 50, 10_000])
@pytest.mark.parametrize("chance", [-1.0, 0.0, 0.5, 1.0, 9.0])
def test_back_off_is_spread_over_the_upper_half_and_capped(attempts: int, chance: float) -> None:
    wait = back_off(attempts, chance)
    assert timedelta(seconds=15) <= wait <= LONGEST_RETRY
    assert back_off(attempts, 0.0) * 2 == back_off(attempts, 1.0)
    assert back_off(attempts + 1, 0.5) >= back_off(attempts, 0.5)


def test_one_poison_message_is_put_aside_and_the_rest_go(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    broken = queued(Event.CLAIM, "broken", b'{"resourceType":"Bundle"}')
    refused, crashes, good = queued_alert("refused"), queued_alert("crashes"), queued_claim("good", line())
    queue.add(broken, refused, crashes, good)

    def faults(message: OutboundMessage) -> None:
        if message.id == refused.id:
            raise WireTrouble("The mailbox is not registered", permanent=True)
        if message.id == crashes.id:
            raise ZeroDivisionError

    wire.before_send = faults
    summary = sync(queue, wire)
    assert (summary.sent, summary.quarantined, summary.waiting) == (1, 3, 0)
    assert queue.state(good) is OutboxState.SENT
    assert "Bundle.type" in queue.rows[broken.id].last_error
    assert queue.rows[broken.id].message.attempts == 0, "it never left"
    assert queue.rows[refused.id].last_error == "The mailbox is not registered"
    assert [type(fault) for fault in summary.faults] == [ZeroDivisionError], (
        "a fault of ours is handed on, not swallowed"
    )
    assert "ZeroDivisionError" in queue.rows[crashes.id].last_error


def test_a_dead_line_is_not_tried_for_every_message(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    queue.add(*(queued_alert(f"a{number}") for number in range(20)))
    tries: list[str] = []

    def times_out(message: OutboundMessage) -> None:
        tries.append(message.id)
        raise WireTrouble("No answer in 20 seconds")

    wire.before_send = times_out
    assert sync(queue, wire).waiting == 20
    assert len(tries) == 3

    def refused(message: OutboundMessage) -> None:
        tries.append(message.id)
        raise WireTrouble("The password is wrong", permanent=True, whole_line=True)

    wire.before_send = refused
    tries.clear()
    later = NOW + timedelta(hours=2)
    summary = sync(queue, wire, later)
    assert (len(tries), summary.quarantined, summary.waiting) == (1, 0, 20), "the line's fault is no message's fault"
    wire.before_send = lambda _message: None
    assert sync(queue, wire, later).sent == 20, "and none of them waits for it"


def test_those_behind_a_waiting_message_of_the_same_resident_wait_too(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    first = queued_alert("1", lane="R001")
    second = queued_alert("2", lane="R001", created_at=NOW + timedelta(seconds=1))
    other = queued_alert("3", lane="R002", created_at=NOW + timedelta(seconds=2))
    queue.add(first, second, other)
    wire.before_send = lambda message: lost(message) if message.id == first.id else None
    assert sync(queue, wire).sent == 1
    assert queue.state(second) is OutboxState.QUEUED
    wire.before_send = lambda _message: None
    assert sync(queue, wire).sent == 0, "the first is not due yet, so the second is not either"
    sync(queue, wire, NOW + timedelta(minutes=5))
    assert [message_id for message_id, _ in wire.sent] == [other.id, first.id, second.id]


def test_cancel_stops_between_messages(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    queue.add(*(queued_alert(f"a{number}") for number in range(5)))
    summary = drain(queue, wire, lambda: NOW, cancel=lambda: len(wire.sent) >= 2)
    assert (summary.sent, summary.waiting) == (2, 3)


def test_a_row_that_moved_on_meanwhile_is_not_sent(wire: FaultyWire) -> None:
    queue = MemoryQueue()
    message = queued_alert("a")
    queue.add(message)
    stale = queue.due(NOW)
    queue.due = lambda _now: stale  # type: ignore[method-assign]
    queue.failed(message.id, "discarded by the manager", permanent=True, retry_at=None)
    assert sync(queue, wire).sent == 0
    assert wire.sent == []


# ------------------------------------------------------------------------------------------- the power going off


STEPS = (
    "before sending", "after sending", "request leaves", "request arrived", "before sent", "after sent",
    "before received", "after received", "answer kept",
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_there_is_exactly_one_effect(
    step: str, wire: FaultyWire, stick: Path, ccg: PracticeCcg
) -> None:
    queue = MemoryQueue()
    claim, alert = queued_claim("c", line()), queued_alert("a")
    queue.add(claim, alert)
    cut = [True]

    def dies_at(name: str) -> None:
        if name == step and cut.pop() if cut else False:
            raise PowerCut

    queue.before = lambda name: dies_at(f"before {name}")
    queue.after = lambda name: dies_at(f"after {name}")
    wire.before_send = lambda _message: dies_at("request leaves")
    wire.after_send = lambda _message: dies_at("request arrived")
    wire.after_keeping = lambda _received: dies_at("answer kept")
    deaths = 0
    for _ in range(4):
        try:
            sync(queue, wire)
        except PowerCut:
            deaths += 1
        ccg.run_folder(stick)
    assert deaths == 1, "the step was reached"
    assert ccg.effects().payments == {"VN3X2|R001|2016-11-07|v1": (7000,)}
    assert ccg.effects().alerts == {alert.bundle_id: 1}
    assert queue.state(claim) is OutboxState.DECIDED
    assert queue.state(alert) is OutboxState.ACKNOWLEDGED
    assert {body for message_id, body in wire.sent if message_id == claim.id} == {claim.body}


def test_a_lost_reply_is_adopted_when_the_answer_comes_first(wire: FaultyWire, stick: Path, ccg: PracticeCcg) -> None:
    queue = MemoryQueue()
    claim = queued_claim("c", line())
    queue.add(claim)
    wire.after_send = lost
    assert sync(queue, wire).sent == 0
    assert queue.state(claim) is OutboxState.QUEUED, "as far as we know it never arrived"
    ccg.run_folder(stick)
    summary = sync(queue, wire, NOW)
    assert (summary.acknowledged, summary.decided, summary.waiting) == (1, 1, 0)
    assert queue.state(claim) is OutboxState.DECIDED
    assert sync(queue, wire, NOW + timedelta(days=1)).sent == 0
    assert len(wire.sent) == 1


# ------------------------------------------------------------------------------------------------------ answers


def test_an_answer_is_taken_off_the_wire_only_after_it_is_kept(wire: FaultyWire, stick: Path, ccg: PracticeCcg) -> None:
    queue = MemoryQueue()
    queue.add(queued_alert("a"))
    sync(queue, wire)
    ccg.run_folder(stick)
    order: list[str] = []
    queue.after = order.append
    wire.after_keeping = lambda _received: order.append("taken off")
    sync(queue, wire)
    assert order == ["received", "taken off"]


def test_answers_to_nothing_of_ours_are_parked_and_block_nothing(
    wire: FaultyWire, stick: Path, ccg: PracticeCcg
) -> None:
    stranger, ours = MemoryQueue(), MemoryQueue()
    stranger.add(queued_claim("stranger", line(2)))
    sync(stranger, wire)
    alert = queued_alert("a")
    ours.add(alert)
    sync(ours, wire)
    ccg.run_folder(stick)
    summary = sync(ours, wire)
    assert (summary.parked, summary.acknowledged, summary.failed) == (2, 1, False)
    assert ours.state(alert) is OutboxState.ACKNOWLEDGED


def test_an_answer_to_something_that_never_left_changes_nothing(ccg: PracticeCcg) -> None:
    queue = MemoryQueue()
    claim = queued_claim("c", line())
    queue.add(claim)
    forged = ccg.answer(claim.body)[1]
    meta_free = parse_answer(forged.body)
    received = Received(forged.body, "t1", forged.workflow_id, None, "X26ABC9", None)

    class Inbox(FaultyWire):
        def open(self) -> None:
            raise WireTrouble("offline", whole_line=True)

    assert meta_free.bundle_id
    queue.failed(claim.id, "held", permanent=True, retry_at=None)
    wire = Inbox(_OneArrival(received))
    assert sync(queue, wire).parked == 0, "a line that is down brings nothing"
    wire.open = lambda: None  # type: ignore[method-assign]
    assert sync(queue, wire).parked == 1
    assert queue.state(claim) is OutboxState.QUARANTINED


class _OneArrival:
    """A line on which one message is waiting."""

    clock_skew = None

    def __init__(self, received: Received) -> None:
        self._received = received

    def open(self) -> None: ...

    def send(self, message: OutboundMessage) -> str:
        raise AssertionError(f"{message.id} must not be sent")

    def receive(self) -> Iterator[AbstractContextManager[Received]]:
        yield _Plain(self._received)

    def close(self) -> None: ...


class _Plain(AbstractContextManager[Received]):
    def __init__(self, received: Received) -> None:
        self._received = received

    def __enter__(self) -> Received:
        return self._received

    def __exit__(self, *_error: object) -> None:
        return None


def test_what_is_counted_is_what_the_headless_command_prints() -> None:
    summary = SyncSummary(sent=3, acknowledged=2, decided=1, waiting=4, clock_skew_seconds=-7, parked=1)
    assert summary.as_json() == {
        "sent": 3, "acknowledged": 2, "decided": 1, "refused": 0, "undelivered": 0, "quarantined": 0, "waiting": 4,
        "clock_skew_seconds": -7,
    }  # fmt: skip
    assert not summary.failed
    assert all(replace(summary, **{name: 1}).failed for name in ("refused", "undelivered", "quarantined"))
    assert replace(summary, trouble=("x",)).failed


# ------------------------------------------------------------------------------------------------ a flapping line


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_line_that_flaps_loses_nothing_and_doubles_nothing(
    seed: int, wire: FaultyWire, stick: Path, ccg: PracticeCcg
) -> None:
    rng = random.Random(seed)
    queue = MemoryQueue()
    messages = [queued_alert(f"alert {number}") for number in range(12)]
    for number in range(1, 31):
        who = resident(number, nhs_number=None, nhs_number_absent_reason="not registered")
        messages.append(queued_claim(f"claim {number}", line(number, resident=who)))
    queue.add(*messages)

    def flap(chance: float, fault: BaseException) -> Callable[[object], None]:
        def maybe(_what: object) -> None:
            if rng.random() < chance:
                raise fault

        return maybe

    wire.before_send = flap(0.3, WireTrouble("The request was lost"))
    wire.after_send = flap(0.3, WireTrouble("The reply was lost"))
    wire.after_keeping = flap(0.2, WireTrouble("The acknowledgement was lost"))
    cuts = flap(0.02, PowerCut())
    queue.before = queue.after = cuts
    now, deaths = NOW, 0
    for _ in range(300):
        try:
            sync(queue, wire, now)
        except PowerCut:
            deaths += 1
        if rng.random() < 0.7:
            ccg.run_folder(stick)
        now += timedelta(minutes=10)
        if all(row.state in {OutboxState.DECIDED, OutboxState.ACKNOWLEDGED} for row in queue.rows.values()):
            break
    effects = ccg.effects()
    assert deaths > 0
    assert len(wire.sent) > len(messages), "some went twice"
    assert len(effects.payments) == 30
    assert set(effects.payments.values()) == {(7000,)}, "paid once each"
    assert len(effects.alerts) == 12
    assert set(effects.alerts.values()) == {1}
    assert all(queue.state(m) is OutboxState.DECIDED for m in messages if m.event is Event.CLAIM), "none is stuck"
    assert Effect.PARKED not in {effect for *_, effect in queue.inbox}
