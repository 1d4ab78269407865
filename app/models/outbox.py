"""The outbox and the inbox: what waits to be sent, what came back, and what each did.

A message enters in the transaction that records what it is about, as the exact bytes that will be sent. Rows are never
deleted; every change of state is checked against the published table and audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from app.domain.codec import instant, instant_text
from app.domain.messages import SETTLED, WAITING, Effect, Event, OutboundMessage, OutboxState, may_move
from app.domain.people import ResidentId
from app.models import schema
from app.models.store import Work

_O = schema.outbox.c
_MOST_SETTLED = 1000
_I = schema.inbox.c
_TIMES = {
    OutboxState.SENT: "sent_at",
    OutboxState.ACKNOWLEDGED: "acknowledged_at",
    OutboxState.DECIDED: "decided_at",
}


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """A message's story so far."""

    message: OutboundMessage
    resident_id: ResidentId | None
    about: str
    last_error: str
    next_try_at: datetime | None
    transport_id: str | None
    sent_at: datetime | None
    acknowledged_at: datetime | None
    decided_at: datetime | None


def queue(work: Work, message: OutboundMessage, *, resident_id: ResidentId | None, about: str) -> None:
    """Put a message in the outbox. ``about`` says in the home's words what it is (a week, a kind of alert)."""
    work.connection.execute(
        insert(schema.outbox),
        {
            "id": message.id,
            "event": message.event.value,
            "workflow_id": message.workflow_id,
            "bundle_id": message.bundle_id,
            "header_id": message.header_id,
            "state": message.state.value,
            "priority": message.event.priority,
            "subject": message.subject,
            "resident_id": resident_id,
            "about": about,
            "body": message.body,
            "created_at": instant_text(message.created_at),
            "attempts": 0,
            "last_error": "",
        },
    )
    work.audit(
        "queue", "message", message.id, resident_id=resident_id,
        detail={"event": message.event.value, "bundle": message.bundle_id},
    )  # fmt: skip


def due(connection: Connection, now: datetime) -> tuple[OutboundMessage, ...]:
    """What may be sent now, in sending order; rows found in ``sending`` were cut off by a crash and go again.

    A message that waits for its retry time holds back those about the same resident behind it.
    """
    query = (
        select(schema.outbox)
        .where(_O.state.in_([state.value for state in WAITING]))
        .order_by(_O.priority, _O.created_at, _O.id)
    )
    ready, held = [], set()
    for row in connection.execute(query):
        found = _line(row)
        if found.next_try_at is not None and found.next_try_at > now:
            held.add(found.message.lane)
        elif not found.message.lane or found.message.lane not in held:
            ready.append(found.message)
    return tuple(ready)


def move(
    work: Work,
    line: OutboxLine,
    to: OutboxState,
    *,
    words: str = "",
    next_try_at: datetime | None = None,
    transport_id: str | None = None,
) -> bool:
    """Move a message to another state if that is legal; False (and nothing changed) when it is not."""
    if not may_move(line.message.state, to):
        return False
    values: dict[str, object] = {
        "state": to.value,
        "last_error": words,
        "next_try_at": instant_text(next_try_at) if next_try_at else None,
    }
    if to is OutboxState.SENDING:
        values["attempts"] = line.message.attempts + 1
    if transport_id is not None:
        values["transport_id"] = transport_id
    if to in _TIMES:
        values[_TIMES[to]] = work.at
    work.connection.execute(update(schema.outbox).where(_O.id == line.message.id).values(values))
    work.audit(
        to.value, "message", line.message.id, resident_id=line.resident_id,
        detail={"from": line.message.state.value, "bundle": line.message.bundle_id},
    )  # fmt: skip
    return True


def ask_again(work: Work) -> int:
    """Queue every message whose answer is still to come again, as it is; how many.

    For a record restored from a backup: another laptop may have sent them since, and taken in the answers. The messages
    keep their identifiers, so the CCG counts each once and gives the answers it has given before.
    """
    open_still = select(schema.outbox).where(
        _O.state.not_in([state.value for state in SETTLED | {OutboxState.QUARANTINED}])
    )
    found = [_line(row) for row in work.connection.execute(open_still)]
    for one in found:
        values = {"state": OutboxState.QUEUED.value, "next_try_at": None, "last_error": ""}
        work.connection.execute(update(schema.outbox).where(_O.id == one.message.id).values(values))
        work.audit(
            "queue-again", "message", one.message.id, resident_id=one.resident_id, reason="restored from a backup",
            detail={"from": one.message.state.value, "bundle": one.message.bundle_id},
        )  # fmt: skip
    return len(found)


def keep_transport_id(work: Work, outbox_id: str, transport_id: str) -> None:
    """Keep the network's id of a message whose answer came before the network's own reply."""
    work.connection.execute(update(schema.outbox).where(_O.id == outbox_id).values(transport_id=transport_id))


def line(connection: Connection, outbox_id: str) -> OutboxLine | None:
    """One message, or None."""
    return _first(connection, _O.id == outbox_id)


def line_answered(connection: Connection, name: str) -> OutboxLine | None:
    """The message that an answer names: by its header, or, when the CCG could not read that far, by the bundle's
    identifier or our own local id."""
    return _first(connection, or_(_O.header_id == name, _O.bundle_id == name, _O.id == name))


def line_reported(connection: Connection, local_id: str | None, transport_id: str | None) -> OutboxLine | None:
    """The message that the network reports on: by our local id, or by the id that the network gave it."""
    found = line(connection, local_id) if local_id else None
    return found or (_first(connection, _O.transport_id == transport_id) if transport_id else None)


def lines(connection: Connection) -> tuple[OutboxLine, ...]:
    """Every message that is not settled and the newest of those that are (1,000 at most), newest first."""
    newest = select(schema.outbox).order_by(_O.created_at.desc(), _O.id.desc())
    settled = _O.state.in_([state.value for state in SETTLED])
    rows = [
        *connection.execute(newest.where(~settled)),
        *connection.execute(newest.where(settled).limit(_MOST_SETTLED)),
    ]
    return tuple(_line(row) for row in sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True))


def waiting(connection: Connection) -> tuple[int, datetime | None]:
    """How many messages have not left, and since when the oldest has waited."""
    row = connection.execute(
        select(func.count().label("n"), func.min(_O.created_at).label("oldest")).where(
            _O.state.in_([state.value for state in WAITING])
        )
    ).one()
    return row.n, instant(row.oldest) if row.oldest else None


def in_trouble(connection: Connection) -> int:
    """How many messages somebody must look at."""
    states = [OutboxState.QUARANTINED, OutboxState.UNDELIVERED, OutboxState.REFUSED]
    return connection.execute(
        select(func.count()).select_from(schema.outbox).where(_O.state.in_([state.value for state in states]))
    ).scalar_one()


def was_received(connection: Connection, transport_id: str) -> bool:
    """Whether this very delivery was dealt with before."""
    return connection.execute(select(_I.id).where(_I.transport_id == transport_id)).first() is not None


def bundle_was_received(connection: Connection, bundle_id: str) -> bool:
    """Whether the same message of the CCG took effect before, perhaps in another delivery.

    One that was parked has settled nothing, and is looked at again.
    """
    query = select(_I.id).where(_I.bundle_id == bundle_id, _I.effect != Effect.PARKED.value)
    return connection.execute(query).first() is not None


def keep_received(
    work: Work,
    *,
    transport_id: str,
    workflow_id: str,
    bundle_id: str | None,
    effect: str,
    words: str,
    outbox_id: str | None,
    body: bytes,
) -> None:
    """Keep what arrived, and what it did, before it is acknowledged on the network."""
    entity = work.new_id()
    work.connection.execute(
        insert(schema.inbox),
        {
            "id": entity,
            "transport_id": transport_id,
            "bundle_id": bundle_id,
            "workflow_id": workflow_id,
            "received_at": work.at,
            "effect": effect,
            "words": words,
            "outbox_id": outbox_id,
            "body": body,
        },
    )
    work.audit("received", "message", entity, detail={"workflow": workflow_id, "effect": effect, "answers": outbox_id})


def parked(connection: Connection, limit: int = 200) -> tuple[tuple[datetime, str, str], ...]:
    """What arrived and matched nothing or was not understood, newest first: when, by which workflow, in which words."""
    query = select(_I.received_at, _I.workflow_id, _I.words).where(_I.effect == Effect.PARKED.value)
    rows = connection.execute(query.order_by(_I.received_at.desc()).limit(limit))
    return tuple((instant(row.received_at), row.workflow_id, row.words) for row in rows)


def _first(connection: Connection, condition: Any) -> OutboxLine | None:
    row = connection.execute(select(schema.outbox).where(condition)).first()
    return _line(row) if row else None


def _line(row: Any) -> OutboxLine:
    def when(text: str | None) -> datetime | None:
        return instant(text) if text else None

    message = OutboundMessage(
        id=row.id,
        event=Event(row.event),
        bundle_id=row.bundle_id,
        header_id=row.header_id,
        body=row.body,
        workflow_id=row.workflow_id,
        subject=row.subject,
        filename=f"{row.id}.json",
        created_at=instant(row.created_at),
        attempts=row.attempts,
        state=OutboxState(row.state),
        lane=row.resident_id or "",
    )
    return OutboxLine(
        message,
        ResidentId(row.resident_id) if row.resident_id else None,
        row.about,
        row.last_error,
        when(row.next_try_at),
        row.transport_id,
        when(row.sent_at),
        when(row.acknowledged_at),
        when(row.decided_at),
    )
