"""An outbox in memory that keeps the promises of the real one, and fails a test when the engine breaks one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.messages import (
    SETTLED,
    WAITING,
    Ack,
    Answer,
    ClaimAnswer,
    ClaimAnswers,
    Effect,
    Event,
    NonDelivery,
    OutboundMessage,
    OutboxState,
    ReceivedMeta,
    judge,
    may_move,
)


@dataclass
class Row:
    """One message and what became of it."""

    message: OutboundMessage
    claims: dict[str, ClaimAnswer | None]
    retry_at: datetime | None = None
    last_error: str = ""
    transport_id: str | None = None
    history: list[OutboxState] = field(default_factory=list)

    @property
    def state(self) -> OutboxState:
        return self.message.state


def _sending_order(row: Row) -> tuple[int, datetime, str]:
    """By priority, then oldest first, then by id (which sorts by time of making)."""
    return row.message.event.priority, row.message.created_at, row.message.id


class MemoryQueue:
    """``before`` and ``after`` are called with the name of each step, so that a test can end the world there."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.inbox: list[tuple[ReceivedMeta, Answer, bytes, Effect]] = []
        self.before: Callable[[str], None] = lambda _step: None
        self.after: Callable[[str], None] = lambda _step: None
        self._seen: set[str] = set()

    def add(self, *messages: OutboundMessage) -> None:
        for message in messages:
            claims: dict[str, ClaimAnswer | None] = {}
            if message.event is Event.CLAIM and message.body.startswith(b"{"):
                resources = [entry["resource"] for entry in json.loads(message.body).get("entry", ())]
                claims = {r["identifier"][0]["value"]: None for r in resources if r["resourceType"] == "Claim"}
            self.rows[message.id] = Row(message, claims, history=[message.state])

    def state(self, message: OutboundMessage) -> OutboxState:
        return self.rows[message.id].state

    def due(self, now: datetime) -> tuple[OutboundMessage, ...]:
        waiting = [row for row in self.rows.values() if row.state in WAITING]
        ready, held = [], set()
        for row in sorted(waiting, key=_sending_order):
            lane = row.message.lane
            if row.state is OutboxState.QUEUED and row.retry_at is not None and row.retry_at > now:
                held.add(lane)
            elif not lane or lane not in held:
                ready.append(row.message)
        return tuple(ready)

    def sending(self, message_id: str) -> bool:
        self.before("sending")
        row = self.rows[message_id]
        if row.state not in WAITING:
            return False
        row.message = replace(row.message, attempts=row.message.attempts + 1)
        self._move(row, OutboxState.SENDING)
        self.after("sending")
        return True

    def sent(self, message_id: str, transport_id: str) -> None:
        self.before("sent")
        row = self.rows[message_id]
        row.transport_id = transport_id
        if row.state is OutboxState.SENDING:
            self._move(row, OutboxState.SENT)
        self.after("sent")

    def failed(self, message_id: str, words: str, permanent: bool, retry_at: datetime | None) -> None:
        self.before("failed")
        row = self.rows[message_id]
        assert words
        assert permanent == (retry_at is None)
        row.last_error, row.retry_at = words, retry_at
        if row.state in WAITING:
            self._move(row, OutboxState.QUARANTINED if permanent else OutboxState.QUEUED)
        self.after("failed")

    def received(self, meta: ReceivedMeta, answer: Answer, raw: bytes) -> Effect:
        self.before("received")
        keys = {f"transport {meta.transport_id}"} | ({f"bundle {meta.bundle_id}"} if meta.bundle_id else set())
        if keys & self._seen:
            effect = Effect.REPEATED
        else:
            row = self._about(answer)
            verdict = row and judge(row.state, row.message.attempts, row.claims, answer)
            if row is None or verdict is None:
                effect = Effect.PARKED
            else:
                row.claims.update({one.identifier: one for one in verdict.new_answers})
                if verdict.state is not row.state:
                    self._move(row, verdict.state)
                    row.retry_at = None
                effect = verdict.effect
        self._seen |= keys
        self.inbox.append((meta, answer, raw, effect))
        self.after("received")
        return effect

    def waiting(self) -> int:
        return sum(row.state in WAITING for row in self.rows.values())

    def unsettled(self) -> list[Row]:
        return [row for row in self.rows.values() if row.state not in SETTLED]

    def _about(self, answer: Answer) -> Row | None:
        for row in self.rows.values():
            message = row.message
            names = {message.id, message.bundle_id, message.header_id}
            match answer:
                case Ack():
                    found = answer.response_to in names
                case ClaimAnswers(response_to=str()):
                    found = answer.response_to in names
                case ClaimAnswers():
                    found = any(one.identifier in row.claims for one in answer.answers)
                case NonDelivery():
                    found = message.id == answer.local_id or (
                        answer.message_id is not None and row.transport_id == answer.message_id
                    )
                case _:
                    found = False
            if found:
                return row
        return None

    @staticmethod
    def _move(row: Row, to: OutboxState) -> None:
        assert may_move(row.state, to), f"{row.state} to {to} is not a legal move"
        row.message = replace(row.message, state=to)
        row.history.append(to)
