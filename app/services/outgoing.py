"""Putting messages in the outbox, in the transaction that records what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.instruments.outcome import Outcome
from app.domain.instruments.registry import band_label, instrument
from app.domain.messages import (
    AlertMessage,
    AlertPriority,
    ClaimBundle,
    Event,
    OutboundMessage,
    OutboxState,
    ResidentIdentity,
    ScoredObservation,
    ScoredPart,
    StaffMember,
    bundle_urn,
)
from app.domain.people import Resident, ResidentId
from app.models import outbox, settings
from app.models.alerts import AlertBody
from app.models.store import Work
from app.services.session import Session
from app.sync.fhir import build

BASE = "https://hartwell.example/fhir"
"""The root of the code systems and identifiers that are ours."""
CONNECTION_KEY = "connection"


def message_uuid(work: Work) -> str:
    """A UUID for a bundle or header, made once when the message is queued."""
    return str(UUID(work.new_id()))


def endpoints(connection: Mapping[str, Any] | None, home_ods: str, ccg_ods: str) -> tuple[str, str]:
    """Our address and the CCG's as message headers write them, by the connected transport.

    Before anything is connected the organisations' codes stand in, so that a home that has never been on line can still
    record and queue.
    """
    if connection is not None and connection.get("transport") == "mesh":
        return f"mesh:{connection['mailbox']}", f"mesh:{connection['ccg_mailbox']}"
    return f"folder:{home_ods}", f"folder:{ccg_ods}"


def queue_alert(
    work: Work, session: Session, resident: Resident, alert_id: str, body: AlertBody, outcome: Outcome, at: datetime
) -> str:
    """Queue the message of an alert; returns the outbox row's id."""
    home = session.home
    bundle_uuid, header_id, queue_id = message_uuid(work), message_uuid(work), work.new_id()
    message = AlertMessage(
        home_ods=home.ods,
        home_name=home.name,
        ccg_ods=home.ccg_ods,
        ccg_name=home.ccg_name,
        bundle_uuid=bundle_uuid,
        alert_id=alert_id,
        kind=body.kind,
        priority=AlertPriority(body.priority),
        resident=identity(resident),
        title=body.title,
        sbard=_sbard(body, outcome),
        raised_at=body.raised_at,
        raised_by=signed_in(session),
        standing=True,
        observation=_observation(outcome, at, body.assessment_revision),
    )
    ours, theirs = endpoints(settings.get(work.connection, CONNECTION_KEY), home.ods, home.ccg_ods)
    content = build.alert_bundle(
        message, base=BASE, header_id=header_id, from_endpoint=ours, to_endpoint=theirs, now=work.now
    )
    _queue(work, Event.ALERT, queue_id, bundle_uuid, header_id, content, resident_id=resident.id, about=body.title)
    return queue_id


def queue_claims(work: Work, session: Session, queue_id: str, header_id: str, bundle: ClaimBundle, about: str) -> None:
    """Queue the message of a week's claims."""
    ours, theirs = endpoints(settings.get(work.connection, CONNECTION_KEY), session.home.ods, session.home.ccg_ods)
    content = build.claim_bundle(
        bundle, base=BASE, header_id=header_id, from_endpoint=ours, to_endpoint=theirs, now=work.now
    )
    _queue(work, Event.CLAIM, queue_id, bundle.bundle_uuid, header_id, content, resident_id=None, about=about)


def identity(resident: Resident) -> ResidentIdentity:
    """A resident as messages name one."""
    details = resident.details
    return ResidentIdentity(
        details.key,
        details.nhs_number,
        details.nhs_number_absent_reason or None,
        details.family_name,
        details.given_name,
        details.date_of_birth,
        details.gender.value,
    )


def signed_in(session: Session) -> StaffMember:
    """The signed-in person as messages name one."""
    return StaffMember(session.account.name, session.account.staff_id)


def _queue(
    work: Work,
    event: Event,
    queue_id: str,
    bundle_uuid: str,
    header_id: str,
    content: bytes,
    *,
    resident_id: ResidentId | None,
    about: str,
) -> None:
    message = OutboundMessage(
        id=queue_id,
        event=event,
        bundle_id=bundle_urn(bundle_uuid),
        header_id=header_id,
        body=content,
        workflow_id=event.workflow_id,
        subject=event.value,
        filename=f"{queue_id}.json",
        created_at=work.now,
        attempts=0,
        state=OutboxState.QUEUED,
    )
    outbox.queue(work, message, resident_id=resident_id, about=about)


def _sbard(body: AlertBody, outcome: Outcome) -> tuple[str, ...]:
    tool = instrument(outcome.instrument)
    result = band_label(outcome.instrument, outcome.band)
    score = f" {outcome.score}" if outcome.score is not None else ""
    return (
        f"Situation: {body.title}",
        f"Background: assessed with {tool.title}",
        f"Assessment: {tool.short}{score}, {result}",
        f"Recommendation: {'; '.join(body.do)}",
    )


def _observation(outcome: Outcome, at: datetime, revision_id: str) -> ScoredObservation | None:
    if outcome.score is None or outcome.band is None:
        return None
    parts = tuple(
        ScoredPart(code, code.replace("_", " ").capitalize(), Decimal(points))
        for code, points in outcome.parts.items()
        if isinstance(points, int | Decimal)
    )
    tool = instrument(outcome.instrument)
    return ScoredObservation(tool.code, tool.title, Decimal(outcome.score), outcome.band, parts, at, revision_id)
