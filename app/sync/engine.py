"""Drain the outbox, then read the answers: the one place that decides when a message is tried and what a failure means.

Three rules carry it. ``sending`` is committed before the wire is touched, so a crash leaves a row that is known to be
unknown. A resend is the same bytes under the same local id, so the receiver's own check makes it harmless. An answer is
committed here before it is taken off the network, so a crash leaves it there to be read again.
"""

from __future__ import annotations

import random as _random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.messages import Answer, Effect, OutboundMessage, ReceivedMeta, Unknown
from app.sync.fhir.check import check_message
from app.sync.fhir.parse import Parsed, parse_answer, plain
from app.sync.transports import Received, Transport, WireTrouble

#: Failures one after the other that are taken to mean the line, not the messages.
LINE_IS_DOWN_AFTER = 3
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)


class Queue(Protocol):
    """The store's side of the engine. Each call is one committed transaction by the time it returns.

    Every move goes through :func:`app.domain.messages.may_move`. Errors of the store (disk full, locked) are raised and
    end the drain; nothing is lost by it.
    """

    def due(self, now: datetime) -> tuple[OutboundMessage, ...]:
        """What may be sent now, in sending order: queued rows whose retry time has come, every row in ``sending``.

        A row behind another of its lane that waits for its retry time is not due either.
        """
        ...

    def sending(self, message_id: str) -> bool:
        """Mark a try as begun (one more attempt). False when the row has meanwhile moved on and must not be sent."""
        ...

    def sent(self, message_id: str, transport_id: str) -> None:
        """The network took it under this id. An answer may have come first; then the id is kept and the state stays."""
        ...

    def failed(self, message_id: str, words: str, permanent: bool, retry_at: datetime | None) -> None:
        """The try failed: back to ``queued`` until ``retry_at``, ``quarantined`` when permanent."""
        ...

    def received(self, meta: ReceivedMeta, answer: Answer, raw: bytes) -> Effect:
        """Record an arrival and what follows from it, in one transaction; a repeat (of the transport id or the bundle
        id) changes nothing."""
        ...

    def waiting(self) -> int:
        """How many messages have not left yet."""
        ...


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """One drain in figures. ``trouble`` has a sentence for each kind of failure; ``faults`` are programming errors met
    while sending, for the crash report."""

    sent: int = 0
    acknowledged: int = 0
    decided: int = 0
    refused: int = 0
    undelivered: int = 0
    quarantined: int = 0
    waiting: int = 0
    clock_skew_seconds: int | None = None
    parked: int = 0
    trouble: tuple[str, ...] = ()
    faults: tuple[Exception, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything needs somebody's attention."""
        return bool(self.refused or self.undelivered or self.quarantined or self.trouble or self.faults)

    def as_json(self) -> dict[str, int | None]:
        """The figures under the names of the headless ``sync`` command."""
        return {
            "sent": self.sent,
            "acknowledged": self.acknowledged,
            "decided": self.decided,
            "refused": self.refused,
            "undelivered": self.undelivered,
            "quarantined": self.quarantined,
            "waiting": self.waiting,
            "clock_skew_seconds": self.clock_skew_seconds,
        }


def back_off(attempts: int, chance: float) -> timedelta:
    """How long to wait after the given number of tries (1 or more): doubling from 30 seconds to an hour.

    ``chance`` (0 to 1) spreads it over the upper half of that, so that many homes coming back at once do not keep step.
    """
    doubled = min(FIRST_RETRY * (1 << min(max(attempts, 1) - 1, 20)), LONGEST_RETRY)
    return doubled / 2 + doubled / 2 * min(max(chance, 0.0), 1.0)


def drain(
    queue: Queue,
    transport: Transport,
    now: Callable[[], datetime],
    *,
    cancel: Callable[[], bool] = lambda: False,
    chance: Callable[[], float] = _random.random,
) -> SyncSummary:
    """Send what is due, in order, then read and record everything that has arrived.

    ``now`` is the clock, ``chance`` the spread of the back-off, ``cancel`` is asked between messages. A message that
    cannot be sent is quarantined and the others go on. Trouble with the wire is in the summary; trouble with the store
    is raised.
    """
    run = _Run(queue, transport, now, cancel, chance)
    try:
        transport.open()
    except WireTrouble as trouble:
        run.trouble[trouble.words] = None
    else:
        run.send_due()
        run.read_answers()
    return run.summary()


class _Run:
    """The running totals of one drain."""

    def __init__(
        self,
        queue: Queue,
        transport: Transport,
        now: Callable[[], datetime],
        cancel: Callable[[], bool],
        chance: Callable[[], float],
    ) -> None:
        self.queue = queue
        self.transport = transport
        self.now = now
        self.cancel = cancel
        self.chance = chance
        self.sent = 0
        self.quarantined = 0
        self.effects: Counter[Effect] = Counter()
        self.trouble: dict[str, None] = {}
        self.faults: list[Exception] = []
        self.failures_in_a_row = 0
        self.line_down = False
        self.held_lanes: set[str] = set()

    def send_due(self) -> None:
        for message in self.queue.due(self.now()):
            if self.cancel() or self.line_down:
                return
            if message.lane and message.lane in self.held_lanes:
                continue
            if not self._send(message) and message.lane:
                self.held_lanes.add(message.lane)

    def _send(self, message: OutboundMessage) -> bool:
        """Try one message; whether those behind it in its lane may go."""
        # Only before the first try: once it may have left, only the same bytes again can settle what became of it.
        if not message.attempts and (problems := check_message(message.body)):
            words = "; ".join(f"{problem.field}: {problem.message}" for problem in problems[:5])
            self._quarantine(message, f"The message is faulty and was not sent. {words}")
            return True
        if not self.queue.sending(message.id):
            return True
        try:
            transport_id = self.transport.send(message)
        except WireTrouble as trouble:
            return self._failed(message, trouble)
        except Exception as fault:  # noqa: BLE001 - one message must not stop the rest; the fault is reported
            self.faults.append(fault)
            self._quarantine(message, f"The program failed on this message ({type(fault).__name__}).")
            return True
        self.queue.sent(message.id, transport_id)
        self.sent += 1
        self.failures_in_a_row = 0
        return True

    def _failed(self, message: OutboundMessage, trouble: WireTrouble) -> bool:
        if trouble.permanent and not trouble.whole_line:
            self._quarantine(message, trouble.words)
            return True
        if trouble.whole_line:
            self.line_down = True
            retry_at = self.now()  # the line failed, not the message: it goes first when the line is back
        else:
            self.failures_in_a_row += 1
            self.line_down = self.failures_in_a_row >= LINE_IS_DOWN_AFTER
            retry_at = self.now() + back_off(message.attempts + 1, self.chance())
        self.trouble[trouble.words] = None
        self.queue.failed(message.id, trouble.words, permanent=False, retry_at=retry_at)
        return False

    def _quarantine(self, message: OutboundMessage, words: str) -> None:
        self.quarantined += 1
        self.queue.failed(message.id, words, permanent=True, retry_at=None)

    def read_answers(self) -> None:
        self.failures_in_a_row = 0
        try:
            for arrival in self.transport.receive():
                if self.cancel() or not self._read(arrival):
                    return
        except WireTrouble as trouble:
            self.trouble[trouble.words] = None

    def _read(self, arrival: AbstractContextManager[Received]) -> bool:
        """Take in one arrival; whether to go on to the next."""
        try:
            with arrival as received:
                if received.report is not None:
                    parsed = Parsed(received.report, None)
                elif not received.expected:
                    what = plain(received.workflow_id, 60) or "A message"
                    parsed = Parsed(Unknown(f"{what}: from {plain(received.sender, 60)}, who is not the CCG"), None)
                else:
                    parsed = self._parse(received)
                meta = ReceivedMeta(
                    transport_id=received.transport_id,
                    workflow_id=received.workflow_id,
                    local_id=received.local_id,
                    sender=received.sender,
                    bundle_id=parsed.bundle_id,
                    received_at=self.now(),
                )
                # Counted as soon as the store has it: taking it off the network afterwards may still fail.
                self.effects[self.queue.received(meta, parsed.answer, received.raw)] += 1
        except WireTrouble as trouble:
            # One that cannot be fetched must not hide those behind it, unless the line itself is gone.
            self.trouble[trouble.words] = None
            self.failures_in_a_row += 1
            return not trouble.whole_line and self.failures_in_a_row < LINE_IS_DOWN_AFTER
        self.failures_in_a_row = 0
        return True

    def _parse(self, received: Received) -> Parsed:
        """What it says. What our own reading fails on is kept for a person, and what is behind it is read."""
        try:
            return parse_answer(received.raw, workflow_id=received.workflow_id)
        except Exception as fault:  # noqa: BLE001 - the fault is reported; one arrival must not stop the rest
            self.faults.append(fault)
            return Parsed(Unknown(f"The program failed on this message ({type(fault).__name__})."), None)

    def summary(self) -> SyncSummary:
        return SyncSummary(
            sent=self.sent,
            acknowledged=self.effects[Effect.ACKNOWLEDGED],
            decided=self.effects[Effect.DECIDED] + self.effects[Effect.SUPERSEDED],
            refused=self.effects[Effect.REFUSED],
            undelivered=self.effects[Effect.UNDELIVERED],
            quarantined=self.quarantined,
            waiting=self.queue.waiting(),
            clock_skew_seconds=self.transport.clock_skew,
            parked=self.effects[Effect.PARKED],
            trouble=tuple(self.trouble),
            faults=tuple(self.faults),
        )
