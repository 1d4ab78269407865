"""Sending what waits and taking in what came back: the store's side of the sync engine, and what screens show of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from app.domain.codec import instant, instant_text
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.messages import (
    Ack,
    Answer,
    ClaimAnswers,
    Effect,
    NonDelivery,
    OutboundMessage,
    OutboxState,
    ReceivedMeta,
    Unknown,
    Verdict,
    judge,
)
from app.models import claims as claim_rows
from app.models import outbox as rows
from app.models import residents as resident_rows
from app.models import settings
from app.models.store import Work
from app.services import practice_ccg
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.outgoing import CONNECTION_KEY
from app.services.session import Session
from app.services.sign_in import unlock_again

if TYPE_CHECKING:
    from sqlalchemy import Connection as StoreConnection

    from app.sync.engine import SyncSummary

T = TypeVar("T")
_LAST_KEY = "sync/last"
_LATE = timedelta(hours=24)
_LEAST_POLL = timedelta(minutes=5)
"""MESH asks its users to look for messages no oftener than this."""
OnStore = Callable[[Callable[[], Any]], Any]
"""Runs a step on the thread that owns the store and gives back its result."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message's story: what it is about, where it truly is, and what went wrong last."""

    id: str
    event: str
    about: str
    resident_name: str
    state: OutboxState
    state_words: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    decided_at: datetime | None
    last_error: str
    bundle: str


@dataclass(frozen=True, slots=True)
class Connection:
    """How the home is connected and when that last worked. ``late`` when a message has waited more than 24 hours."""

    transport: str | None
    target: str
    last_exchange: datetime | None
    last_try: datetime | None
    last_error: str
    waiting: int
    oldest_waiting: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Something that arrived and changed nothing, because it matched nothing of ours or could not be understood."""

    received_at: datetime
    workflow_id: str
    words: str


STATE_WORDS = {
    OutboxState.QUEUED: "Waiting to be sent",
    OutboxState.SENDING: "Being sent, not confirmed",
    OutboxState.SENT: "Sent, no answer yet",
    OutboxState.ACKNOWLEDGED: "Received by the CCG",
    OutboxState.DECIDED: "Answered by the CCG",
    OutboxState.REFUSED: "Refused by the CCG's system",
    OutboxState.UNDELIVERED: "Not delivered",
    OutboxState.SUPERSEDED: "Replaced by a later version",
    OutboxState.QUARANTINED: "Set aside: could not be sent",
}


def connect(session: Session, given: Mapping[str, Any], password: str) -> Changes:
    """Keep the settings of a transport in the encrypted store. Nothing that is queued is touched.

    They say who is sent the residents' data, so the signed-in person's password is asked again. Raises NotAllowed,
    EnvironmentTrouble for a wrong password, UserError for settings that cannot be.
    """
    from app.sync.transports import check_settings

    require(session, Action.MANAGE_HOME)
    unlock_again(session, password)
    kept = check_settings(given)
    with session.write() as work:
        settings.put(work, CONNECTION_KEY, kept)
    return changes("setting", "outbox")


def connection(session: Session) -> Connection:
    """How the home is connected, told from the rows and from the last exchange that worked."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as store:
        return connection_now(session, store)


def connection_now(session: Session, store: StoreConnection) -> Connection:
    """The same inside a transaction already open."""
    kept = settings.get(store, CONNECTION_KEY)
    last = settings.get(store, _LAST_KEY) or {}
    waiting, oldest = rows.waiting(store)
    return Connection(
        transport=kept["transport"] if kept else None,
        target=_target(kept),
        last_exchange=instant(last["worked_at"]) if last.get("worked_at") else None,
        last_try=instant(last["tried_at"]) if last.get("tried_at") else None,
        last_error=last.get("words", ""),
        waiting=waiting,
        oldest_waiting=oldest,
        late=oldest is not None and session.now() - oldest > _LATE,
    )


def poll_every(session: Session) -> timedelta | None:
    """How long to wait between two looks for answers (5 minutes at least), or None while nothing is connected."""
    kept = _settings(session)
    if kept is None:
        return None
    minutes = kept.get("poll_minutes")
    return max(timedelta(minutes=minutes), _LEAST_POLL) if minutes else _LEAST_POLL


def outbox(session: Session) -> tuple[OutboxRow, ...]:
    """The newest messages first, as they truly are."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as store:
        return tuple(_row(store, line) for line in rows.lines(store))


def requeue(session: Session, message_id: str) -> Changes:
    """Send a message again that did not arrive or was set aside, because somebody has mended what was wrong.

    It is the same message under the same identifiers, so a CCG that has it already does nothing twice.
    """
    require(session, Action.SYNC)
    with session.write() as work:
        line = rows.line(work.connection, message_id)
        if line is None:
            raise UserError("This message is not in the records", field="message")
        if line.message.state not in (OutboxState.UNDELIVERED, OutboxState.QUARANTINED):
            words = STATE_WORDS[line.message.state]
            raise UserError(f"{words}: there is nothing to send again", field="message")
        rows.move(work, line, OutboxState.QUEUED)
    return changes("outbox", "alert", "claim")


def parked(session: Session) -> tuple[ParkedRow, ...]:
    """What a person should look at, newest first: kept whole, shown, and without effect on any record."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as store:
        return tuple(ParkedRow(*row) for row in rows.parked(store))


def outbox_json(session: Session) -> list[dict[str, object]]:
    """The queue in the shape of ``hartwell outbox``, oldest first."""
    return [
        {
            "id": row.id,
            "event": row.event,
            "state": row.state.value,
            "attempts": row.attempts,
            "bundle": row.bundle,
            "created_at": instant_text(row.created_at),
            "last_error": row.last_error or None,
        }
        for row in reversed(outbox(session))
    ]


def sync_now(
    session: Session,
    *,
    cancel: Callable[[], bool] = lambda: False,
    on_store: OnStore = lambda step: step(),
) -> SyncSummary:
    """Send what is due and take in what has arrived, once.

    The caller's thread does the network; each step on the store goes through ``on_store``. Raises UserError when
    nothing is connected. Trouble with the line is in the summary and is kept for the screen.
    """
    from app.sync import engine
    from app.sync.transports import WireTrouble, open_transport

    def note(summary: SyncSummary) -> None:
        on_store(lambda: _note(session, summary))

    require(session, Action.SYNC)
    kept = on_store(lambda: _settings(session))
    if kept is None:
        raise UserError("Nothing is connected yet. Connect to the CCG first", field="connection")
    try:
        transport = open_transport(kept, now=session.now)
    except WireTrouble as trouble:
        note(engine.SyncSummary(trouble=(trouble.words,)))
        raise EnvironmentTrouble(
            ExitCode.REFUSED, trouble.words, "Everything that waits stays queued.", "Check the connection's settings."
        ) from trouble
    queue = StoreQueue(session, on_store)
    try:
        summary = engine.drain(queue, transport, session.now, cancel=cancel)
        if session.home.practice and kept["transport"] == "folder" and not cancel():
            # The practice CCG answers at once, so that a first try shows the whole way there and back.
            practice_ccg.answer(session.store_dir, session.now)
            summary = _both(summary, engine.drain(queue, transport, session.now, cancel=cancel))
    finally:
        transport.close()
    note(summary)
    return summary


class StoreQueue:
    """The outbox and inbox as the engine drives them: every call is one committed transaction."""

    def __init__(self, session: Session, on_store: OnStore) -> None:
        self._session = session
        self._on_store = on_store

    def due(self, now: datetime) -> tuple[OutboundMessage, ...]:
        """What may be sent now, in sending order."""

        def step() -> tuple[OutboundMessage, ...]:
            with self._session.read() as store:
                return rows.due(store, now)

        return self._step(step)

    def sending(self, message_id: str) -> bool:
        """Mark a try as begun; False when the row has moved on."""
        return self._move(message_id, OutboxState.SENDING)

    def sent(self, message_id: str, transport_id: str) -> None:
        """The network took it; an answer may have come first, and then only the network's id is kept."""

        def step() -> None:
            with self._session.write() as work:
                line = rows.line(work.connection, message_id)
                if line and not rows.move(work, line, OutboxState.SENT, transport_id=transport_id):
                    rows.keep_transport_id(work, message_id, transport_id)

        self._step(step)

    def failed(self, message_id: str, words: str, permanent: bool, retry_at: datetime | None) -> None:
        """The try failed: wait, or set it aside for a person."""
        to = OutboxState.QUARANTINED if permanent else OutboxState.QUEUED
        self._move(message_id, to, words=words, next_try_at=retry_at)

    def received(self, meta: ReceivedMeta, answer: Answer, raw: bytes) -> Effect:
        """Record an arrival and what follows from it."""

        def step() -> Effect:
            with self._session.write() as work:
                return _take_in(work, meta, answer, raw)

        return self._step(step)

    def waiting(self) -> int:
        """How many messages have not left."""

        def step() -> int:
            with self._session.read() as store:
                return rows.waiting(store)[0]

        return self._step(step)

    def _move(self, message_id: str, to: OutboxState, *, words: str = "", next_try_at: datetime | None = None) -> bool:
        def step() -> bool:
            with self._session.write() as work:
                line = rows.line(work.connection, message_id)
                return line is not None and rows.move(work, line, to, words=words, next_try_at=next_try_at)

        return self._step(step)

    def _step(self, step: Callable[[], T]) -> T:
        result: T = self._on_store(step)
        return result


def _take_in(work: Work, meta: ReceivedMeta, answer: Answer, raw: bytes) -> Effect:
    if rows.was_received(work.connection, meta.transport_id):
        return Effect.REPEATED
    line, verdict = _verdict(work, answer)
    if meta.bundle_id and rows.bundle_was_received(work.connection, meta.bundle_id):
        effect = Effect.REPEATED
    elif line is None or verdict is None:
        effect = Effect.PARKED
    else:
        effect = verdict.effect
        _carry_out(work, line, verdict, answer)
    rows.keep_received(
        work,
        transport_id=meta.transport_id,
        workflow_id=meta.workflow_id,
        bundle_id=meta.bundle_id,
        effect=effect.value,
        words=_words(answer),
        outbox_id=line.message.id if line else None,
        body=raw,
    )
    return effect


def _verdict(work: Work, answer: Answer) -> tuple[rows.OutboxLine | None, Verdict | None]:
    line = _answered(work, answer)
    if line is None:
        return None, None
    claims = {c.identifier: c.newest_answer for c in claim_rows.claims_of(work.connection, line.message.id)}
    return line, judge(line.message.state, line.message.attempts, claims, answer)


def _answered(work: Work, answer: Answer) -> rows.OutboxLine | None:
    """The message of ours that an answer is about."""
    match answer:
        case Ack(response_to=name):
            return rows.line_answered(work.connection, name)
        case ClaimAnswers(response_to=name, answers=answers):
            if name:
                return rows.line_answered(work.connection, name)
            # Without the header's name, the first claim that is ours says which message it is.
            found = (claim_rows.claim(work.connection, one.identifier) for one in answers)
            claim = next((claim for claim in found if claim is not None), None)
            return rows.line(work.connection, claim.outbox_id) if claim else None
        case NonDelivery(message_id=transport_id, local_id=local_id):
            return rows.line_reported(work.connection, local_id, transport_id)
        case Unknown():
            return None


def _carry_out(work: Work, line: rows.OutboxLine, verdict: Verdict, answer: Answer) -> None:
    for one in verdict.new_answers:
        claim = claim_rows.claim(work.connection, one.identifier)
        if claim is not None:
            claim_rows.answer(
                work,
                claim,
                outcome=one.outcome.value,
                disposition=one.disposition,
                reasons=one.reason_codes,
                decided_pence=one.amount_pence,
            )
    if verdict.state is not line.message.state:
        trouble = verdict.state in (OutboxState.REFUSED, OutboxState.UNDELIVERED, OutboxState.QUEUED)
        rows.move(work, line, verdict.state, words=_words(answer) if trouble else "")


def _words(answer: Answer) -> str:
    match answer:
        case Ack(words=words) | NonDelivery(words=words) | Unknown(words=words):
            return words
        case ClaimAnswers(answers=answers):
            return f"{len(answers)} decision{'' if len(answers) == 1 else 's'}"


def _settings(session: Session) -> dict[str, Any] | None:
    with session.read() as store:
        kept: dict[str, Any] | None = settings.get(store, CONNECTION_KEY)
    return kept


def _both(first: SyncSummary, second: SyncSummary) -> SyncSummary:
    """Two drains, one after the other, as one."""
    counts = ("sent", "acknowledged", "decided", "refused", "undelivered", "quarantined", "parked")
    return replace(
        second,
        trouble=tuple(dict.fromkeys(first.trouble + second.trouble)),
        faults=first.faults + second.faults,
        **{name: getattr(first, name) + getattr(second, name) for name in counts},
    )


def _note(session: Session, summary: SyncSummary) -> None:
    """Keep when the line was tried and when it last worked. No audit event: each message has its own."""
    now = instant_text(session.now())
    with session.write() as work:
        last = settings.get(work.connection, _LAST_KEY) or {}
        worked = last.get("worked_at") if summary.trouble else now
        settings.note(work, _LAST_KEY, {"tried_at": now, "worked_at": worked, "words": " ".join(summary.trouble)})


def _row(store: StoreConnection, line: rows.OutboxLine) -> OutboxRow:
    resident = resident_rows.resident(store, line.resident_id) if line.resident_id else None
    message = line.message
    return OutboxRow(
        message.id,
        message.event.value,
        line.about,
        resident.resident.details.banner_name if resident else "",
        message.state,
        STATE_WORDS[message.state],
        message.attempts,
        message.created_at,
        line.sent_at,
        line.acknowledged_at,
        line.decided_at,
        line.last_error,
        message.bundle_id,
    )


def _target(kept: Mapping[str, Any] | None) -> str:
    if kept is None:
        return "Not connected"
    if kept["transport"] == "mesh":
        return f"NHS MESH, mailbox {kept['mailbox']}"
    return f"Folder {kept['path']}"
