"""Alerts: raised by what was signed, shown until somebody says how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.alerts import AlertRule, Recipient
from app.domain.errors import UserError
from app.domain.instruments.outcome import Outcome
from app.domain.messages import OutboxState
from app.domain.people import Home, Resident, ResidentDetails, ResidentId
from app.models import alerts as rows
from app.models import outbox
from app.models import residents as resident_rows
from app.models.store import Work
from app.services import outgoing
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ORDER = {"stat": 0, "asap": 1, "urgent": 2, "routine": 3}
RECIPIENT_LABELS = {
    Recipient.EMERGENCY_999: "999",
    Recipient.HOMEFIRST: "HomeFirst rapid response",
    Recipient.GP: "GP",
    Recipient.DIETETICS: "Dietetics",
    Recipient.TISSUE_VIABILITY: "Tissue viability",
    Recipient.COMMUNITY_NURSE: "Community nurse",
    Recipient.CCG_QUALITY: "CCG quality team",
}
_NO_NUMBER = "no number recorded: see the home's list"
_NOT_SHARED = "Not sent: this resident does not agree to sharing. Phone"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as the screens show it: what to do, whom to phone and the number, then where the message is."""

    id: str
    resident_id: ResidentId
    resident_name: str
    room: str
    kind: str
    priority: str
    title: str
    do: tuple[str, ...]
    phone_who: str
    phone_number: str
    raised_at: datetime
    raised_by: str
    standing: bool
    closed_outcome: str
    outbox_state: OutboxState | None
    outbox_words: str
    called_at: datetime | None
    spoke_to: str


def standing(session: Session) -> tuple[AlertRow, ...]:
    """Alerts nobody has closed, the most urgent first."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return rows_for(session, connection, standing_only=True)


def all_alerts(session: Session, resident_id: ResidentId | None = None) -> tuple[AlertRow, ...]:
    """Alerts, standing ones first, then the newest."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return rows_for(session, connection, resident_id=resident_id)


def record_call(session: Session, alert_id: str, *, spoke_to: str) -> Changes:
    """Record that somebody was rung about it, and who answered."""
    require(session, Action.CLOSE_ALERTS)
    if not spoke_to.strip():
        raise UserError("Enter who you spoke to", field="spoke_to")
    return _update(session, alert_id, "call", called_at=session.now(), spoke_to=spoke_to.strip())


def close(session: Session, alert_id: str, *, outcome: str) -> Changes:
    """Record how it ended; it stands no longer."""
    require(session, Action.CLOSE_ALERTS)
    if not outcome.strip():
        raise UserError("Enter how it ended", field="outcome")
    return _update(session, alert_id, "close", closed_at=session.now(), outcome=outcome.strip())


def raise_alert(
    work: Work,
    session: Session,
    resident: Resident,
    rule: AlertRule,
    outcome: Outcome,
    assessment_id: str,
    revision_id: str,
    at: datetime,
) -> str:
    """Raise an alert and queue its message, in the transaction that signs what called for it."""
    who, number = phone(session.home, resident, rule.phone)
    body = rows.AlertBody(
        kind=rule.kind.value,
        priority=rule.priority,
        title=rule.title,
        do=tuple(rule.do),
        phone_who=who,
        phone_number=number,
        recipients=tuple(r.value for r in rule.recipients),
        raised_at=session.now(),
        raised_by=session.account.user,
        assessment_revision=revision_id,
    )
    alert_id = work.new_id()
    shared = resident.details.consent_sharing is not False
    queue_id = outgoing.queue_alert(work, session, resident, alert_id, body, outcome, at) if shared else None
    rows.save(work, alert_id, resident.id, assessment_id, body, outbox_id=queue_id, action="raise")
    return alert_id


def withdraw(work: Work, session: Session, assessment_id: str, reason: str) -> None:
    """What an assessment called for, once it was marked as entered in error.

    A message that has not left is taken back, and an alert that nobody has been told of is closed. An alert that
    somebody was phoned about, or whose message has left, stands until they have been told.
    """
    for line in rows.alerts_of(work.connection, assessment_id):
        if not line.standing:
            continue
        message = outbox.line(work.connection, line.outbox_id) if line.outbox_id else None
        untold = message is None or (
            message.message.attempts == 0
            and outbox.move(work, message, OutboxState.SUPERSEDED, words="Withdrawn: entered in error")
        )
        if untold and line.body.called_at is None:
            body = replace(line.body, closed_at=session.now(), outcome=f"Entered in error: {reason}")
        else:
            body = replace(
                line.body,
                title=f"Entered in error: {line.body.title}",
                do=(f"Tell {line.body.phone_who} and whoever got the message: it was entered in error ({reason}).",),
            )
        rows.save(
            work, line.id, line.resident_id, assessment_id, body, outbox_id=line.outbox_id, action="withdraw",
            reason=reason,
        )  # fmt: skip


def phone(home: Home, resident: Resident, recipient: Recipient) -> tuple[str, str]:
    """Whom to ring and the number: 999, the resident's own GP, or the home's list."""
    if recipient is Recipient.EMERGENCY_999:
        return "999", "999"
    if recipient is Recipient.GP and resident.details.gp_phone:
        return f"GP: {resident.details.gp_name or 'the practice'}", resident.details.gp_phone
    numbers = dict(home.phones)
    return RECIPIENT_LABELS[recipient], numbers.get(recipient.value, _NO_NUMBER)


def rows_for(
    session: Session,
    connection: Connection,
    *,
    resident_id: ResidentId | None = None,
    standing_only: bool = False,
    alert_ids: frozenset[str] | None = None,
) -> tuple[AlertRow, ...]:
    """Alerts as the screens show them, inside a transaction already open."""
    lines = rows.alerts(connection, resident_id=resident_id, standing_only=standing_only)
    known: dict[ResidentId, ResidentDetails] = {}
    found = [_row(session, connection, line, known) for line in lines if alert_ids is None or line.id in alert_ids]
    return tuple(sorted(found, key=lambda row: (not row.standing, _ORDER.get(row.priority, 9) if row.standing else 0)))


def standing_counts(connection: Connection) -> Mapping[ResidentId, int]:
    """How many alerts stand, for each resident who has any."""
    return rows.standing_counts(connection)


def _row(
    session: Session, connection: Connection, line: rows.AlertLine, known: dict[ResidentId, ResidentDetails]
) -> AlertRow:
    """``known`` holds the residents of the alerts before this one, so that each is read once."""
    details = known.get(line.resident_id)
    if details is None:
        resident = resident_rows.resident(connection, line.resident_id)
        if resident is None:
            raise LookupError("an alert without its resident")
        details = known[line.resident_id] = resident.resident.details
    body = line.body
    message = outbox.line(connection, line.outbox_id) if line.outbox_id else None
    state = message.message.state if message else None
    return AlertRow(
        line.id,
        line.resident_id,
        details.banner_name,
        details.room,
        body.kind,
        body.priority,
        body.title,
        body.do,
        body.phone_who,
        body.phone_number,
        body.raised_at,
        session.person(body.raised_by),
        line.standing,
        body.outcome,
        state,
        message_words(state),
        body.called_at,
        body.spoke_to,
    )


_WORDS = {
    OutboxState.QUEUED: "Not sent yet: do not wait for it, phone",
    OutboxState.SENDING: "Being sent, not confirmed: phone",
    OutboxState.SENT: "Sent, not yet acknowledged: phone",
    OutboxState.ACKNOWLEDGED: "Received by the CCG's system",
    OutboxState.DECIDED: "Answered by the CCG",
    OutboxState.REFUSED: "Refused by the CCG's system: phone",
    OutboxState.UNDELIVERED: "Not delivered: phone",
    OutboxState.SUPERSEDED: "Replaced by a later message",
    OutboxState.QUARANTINED: "Could not be sent: phone",
}


def message_words(state: OutboxState | None) -> str:
    """Where an alert's message truly is, and what that means for the person reading."""
    return _NOT_SHARED if state is None else _WORDS[state]


def _update(session: Session, alert_id: str, action: str, **what: object) -> Changes:
    with session.write() as work:
        line = rows.alert(work.connection, alert_id)
        if line is None:
            raise UserError("This alert is not in the records", field="alert")
        if not line.standing:
            raise UserError("This alert is closed already", field="alert")
        body = replace(line.body, **what)  # type: ignore[arg-type]
        rows.save(work, alert_id, line.resident_id, line.assessment_id, body, outbox_id=line.outbox_id, action=action)
    return changes("alert", resident=line.resident_id)
