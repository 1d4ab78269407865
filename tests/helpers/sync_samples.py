"""Claims and alerts of invented residents, ready to queue."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.domain.messages import (
    AlertMessage,
    AlertPriority,
    ClaimBundle,
    ClaimLine,
    Event,
    Evidence,
    OutboundMessage,
    OutboxState,
    ReliedUpon,
    ResidentIdentity,
    ScoredObservation,
    ScoredPart,
    StaffMember,
    bundle_urn,
    claim_identifier,
)
from app.domain.needs import PremiumNeed
from app.sync.fhir.build import alert_bundle, claim_bundle
from app.sync.fhir.codes import DEFAULT_BASE

NOW = datetime(2016, 11, 14, 17, 0, tzinfo=UTC)
WEEK = date(2016, 11, 7)
HOME = "VN3X2"
NHS_NUMBERS = ("9990000018", "9990000026", "9990000034")
MO = StaffMember("Mo Manager", "S001")
CHAMPIONS = {
    PremiumNeed.DEMENTIA: StaffMember("Dee Mentor", "S002"),
    PremiumNeed.FALLS: StaffMember("Fay Ling", "S003"),
    PremiumNeed.NUTRITION: StaffMember("Nat Rishan", "S004"),
}


def uuid(name: str) -> str:
    """The same UUID for the same name, so that a failing test shows the same bytes again."""
    return str(uuid5(NAMESPACE_URL, f"test/{name}"))


def resident(number: int = 1, **changes: Any) -> ResidentIdentity:
    identity = ResidentIdentity(
        key=f"R{number:03d}",
        nhs_number=NHS_NUMBERS[number - 1] if number <= len(NHS_NUMBERS) else None,
        nhs_number_absent_reason=None if number <= len(NHS_NUMBERS) else "never registered with a GP",
        family_name="O’Invented-Żak",
        given_name=f"Résident{number}",
        birth_date=date(1931, 5, 2),
        gender="female",
    )
    return replace(identity, **changes)


def relied(area: PremiumNeed, on: date = date(2016, 10, 20)) -> ReliedUpon:
    evidence = Evidence(f"{area.value}_review", on, "High risk", uuid(f"revision {area} {on}"))
    return ReliedUpon(area, CHAMPIONS[area], evidence)


def line(number: int = 1, version: int = 1, *, week: date = WEEK, **changes: Any) -> ClaimLine:
    made = ClaimLine(
        identifier=claim_identifier(HOME, f"R{number:03d}", week, version),
        version=version,
        resident=resident(number),
        week_start=week,
        week_end=week + timedelta(days=6),
        relied_upon=(relied(PremiumNeed.DEMENTIA), relied(PremiumNeed.FALLS)),
        amount_pence=7000,
    )
    return replace(made, **changes)


def claims(name: str, *lines: ClaimLine, **changes: Any) -> ClaimBundle:
    made = ClaimBundle(
        home_ods=HOME,
        home_name="Practice House",
        ccg_ods="06K",
        ccg_name="East and North Hertfordshire CCG",
        bundle_uuid=uuid(name),
        lines=lines or (line(),),
        signer=MO,
        signed_at=NOW,
        signature=base64.b64encode(b"s" * 64).decode(),
        audit_count=1234,
        audit_head="ab" * 32,
    )
    return replace(made, **changes)


def alert(name: str, *, scored: bool = True, **changes: Any) -> AlertMessage:
    observation = ScoredObservation(
        instrument="news2",
        title="NEWS2",
        total=Decimal(7),
        band="High",
        parts=(ScoredPart("respiration", "Respiration rate", Decimal(3)), ScoredPart("pulse", "Pulse", None)),
        observed_at=NOW,
        revision_id=uuid(f"{name} observation"),
    )
    made = AlertMessage(
        home_ods=HOME,
        home_name="Practice House",
        ccg_ods="06K",
        ccg_name="East and North Hertfordshire CCG",
        bundle_uuid=uuid(name),
        alert_id=uuid(f"{name} alert"),
        kind="news2_high",
        priority=AlertPriority.STAT,
        resident=resident(),
        title="NEWS2 7: emergency response",
        sbard=("Situation: NEWS2 is 7", "Recommendation: call 999"),
        raised_at=NOW,
        raised_by=MO,
        standing=True,
        observation=observation if scored else None,
    )
    return replace(made, **changes)


def queued(event: Event, name: str, body: bytes, *, created_at: datetime = NOW, lane: str = "") -> OutboundMessage:
    return OutboundMessage(
        id=uuid(f"{name} queue"),
        event=event,
        bundle_id=bundle_urn(uuid(name)),
        header_id=uuid(f"{name} header"),
        body=body,
        workflow_id=event.workflow_id,
        subject=event.workflow_id,
        filename=f"{uuid(f'{name} queue')}.json",
        created_at=created_at,
        attempts=0,
        state=OutboxState.QUEUED,
        lane=lane,
    )


def claim_bytes(name: str, *lines: ClaimLine, **changes: Any) -> bytes:
    return claim_bundle(
        claims(name, *lines, **changes),
        base=DEFAULT_BASE,
        header_id=uuid(f"{name} header"),
        from_endpoint="mesh:X26ABC1",
        to_endpoint="mesh:X26ABC2",
        now=NOW,
    )


def alert_bytes(name: str, **changes: Any) -> bytes:
    return alert_bundle(
        alert(name, **changes),
        base=DEFAULT_BASE,
        header_id=uuid(f"{name} header"),
        from_endpoint="mesh:X26ABC1",
        to_endpoint="mesh:X26ABC2",
        now=NOW,
    )


def queued_claim(name: str = "claim", *lines: ClaimLine, **changes: Any) -> OutboundMessage:
    return queued(Event.CLAIM, name, claim_bytes(name, *lines, **changes))


def queued_alert(name: str = "alert", *, created_at: datetime = NOW, lane: str = "", **changes: Any) -> OutboundMessage:
    return queued(Event.ALERT, name, alert_bytes(name, **changes), created_at=created_at, lane=lane)
