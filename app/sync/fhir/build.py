"""Messages as plain dictionaries, written once to the bytes that are queued, signed for and sent.

Everything is made from what is passed in: the same values give the same bytes. Each resource is an entry under a
``urn:uuid`` of its own, derived from the bundle's, and every reference points to one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from app.domain.messages import (
    AckCode,
    AlertMessage,
    ClaimAnswer,
    ClaimBundle,
    ClaimLine,
    ClaimOutcome,
    Event,
    ReliedUpon,
    ResidentIdentity,
    ScoredObservation,
    StaffMember,
    bundle_urn,
)
from app.sync.fhir import codes, jsonio

Resource = dict[str, Any]


def claim_bundle(
    claims: ClaimBundle, *, base: str, header_id: str, from_endpoint: str, to_endpoint: str, now: datetime
) -> bytes:
    """The ``ccp-claim`` message of one home-week.

    ``header_id`` is a UUID; the endpoints are ``mesh:<mailbox>`` or ``folder:<name>``; ``now`` is when it was queued.
    Raises ValueError when there is no claim in it.
    """
    if not claims.lines:
        raise ValueError("A claim message needs at least one claim")
    kit = _Kit(base, claims.bundle_uuid)
    home = kit.organisation(claims.home_ods, claims.home_name)
    ccg = kit.organisation(claims.ccg_ods, claims.ccg_name)
    signer = kit.practitioner(claims.signer)
    built = [kit.claim(line, claims, home, ccg, signer) for line in claims.lines]
    kit.provenance(claims, built, signer, home)
    anchor = {
        "url": f"{base}/audit-anchor",
        "extension": [
            {"url": "count", "valueString": str(claims.audit_count)},
            {"url": "head", "valueString": claims.audit_head},
        ],
    }
    return kit.message(
        Event.CLAIM.value, header_id, from_endpoint, to_endpoint, now, home, receiver=ccg, focus=built, extension=anchor
    )


def alert_bundle(
    alert: AlertMessage, *, base: str, header_id: str, from_endpoint: str, to_endpoint: str, now: datetime
) -> bytes:
    """The ``alert`` message: a Communication, a Flag while the state lasts, and the score that raised it."""
    kit = _Kit(base, alert.bundle_uuid)
    home = kit.organisation(alert.home_ods, alert.home_name)
    ccg = kit.organisation(alert.ccg_ods, alert.ccg_name)
    by = kit.practitioner(alert.raised_by)
    resident = kit.patient(alert.resident, home)
    kind = {"coding": [{"system": f"{base}/alert-kind", "code": alert.kind}], "text": alert.title}
    communication: Resource = {
        "resourceType": "Communication",
        "identifier": [{"system": f"{base}/alert-id", "value": alert.alert_id}],
        "status": "completed",
        "category": [kind],
        "priority": alert.priority.value,
        "subject": resident,
        "topic": {"text": alert.title},
        "sent": instant(alert.raised_at),
        "recipient": [ccg],
        "sender": by,
    }
    if alert.observation is not None:
        communication["reasonReference"] = [kit.observation(alert.observation, resident, by)]
    communication["payload"] = [{"contentString": line} for line in alert.sbard]
    focus = [kit.add("communication", communication)]
    if alert.standing:
        flag: Resource = {
            "resourceType": "Flag",
            "identifier": [{"system": f"{base}/alert-id", "value": alert.alert_id}],
            "status": "active",
            "category": [{"coding": [{"system": f"{base}/alert-kind", "code": alert.kind}]}],
            "code": {"text": alert.title},
            "subject": resident,
            "period": {"start": instant(alert.raised_at)},
            "author": by,
        }
        focus.append(kit.add("flag", flag))
    return kit.message(Event.ALERT.value, header_id, from_endpoint, to_endpoint, now, home, receiver=ccg, focus=focus)


# ------------------------------------------------------------------------------------- the CCG's side, for rehearsals


@dataclass(frozen=True, slots=True)
class AnswerEnvelope:
    """What every answer of a CCG has: who answers whom, which message of theirs (its header id), and its own ids."""

    base: str
    bundle_uuid: str
    header_id: str
    event: str
    response_to: str
    from_endpoint: str
    to_endpoint: str
    ccg_ods: str
    ccg_name: str
    now: datetime


def ack_bundle(envelope: AnswerEnvelope, code: AckCode, words: Sequence[str] = ()) -> bytes:
    """The technical answer. ``words`` say what was wrong with the message, without any resident's data."""
    kit = _Kit(envelope.base, envelope.bundle_uuid)
    ccg = kit.organisation(envelope.ccg_ods, envelope.ccg_name)
    details = None
    if words:
        severity = "error" if code is AckCode.FATAL else "warning"
        issue_code = "invalid" if code is AckCode.FATAL else "transient"
        issues = [{"severity": severity, "code": issue_code, "details": {"text": text}} for text in words]
        details = kit.add("outcome", {"resourceType": "OperationOutcome", "issue": issues})
    return kit.message(
        envelope.event,
        envelope.header_id,
        envelope.from_endpoint,
        envelope.to_endpoint,
        envelope.now,
        ccg,
        response=_response(envelope.response_to, code, details),
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and what it needs to be told: the resident's NHS number (or None) and the home."""

    answer: ClaimAnswer
    nhs_number: str | None
    home_ods: str


def claim_response_bundle(envelope: AnswerEnvelope, decisions: Sequence[Decided]) -> bytes:
    """The business answer ``ENH_CCP_CLAIM_RESPONSE``, one ClaimResponse a claim; ValueError when there is none."""
    if not decisions:
        raise ValueError("A claim response needs at least one decision")
    kit = _Kit(envelope.base, envelope.bundle_uuid)
    ccg = kit.organisation(envelope.ccg_ods, envelope.ccg_name)
    focus = [kit.claim_response(decided, ccg, envelope.now) for decided in decisions]
    return kit.message(
        envelope.event,
        envelope.header_id,
        envelope.from_endpoint,
        envelope.to_endpoint,
        envelope.now,
        ccg,
        focus=focus,
        response=_response(envelope.response_to, AckCode.OK, None),
    )


def _response(response_to: str, code: AckCode, details: Resource | None) -> Resource:
    response: Resource = {"identifier": response_to, "code": code.value}
    if details is not None:
        response["details"] = details
    return response


# ----------------------------------------------------------------------------------------------------------- the parts


class _Kit:
    """The entries of one bundle as they are made."""

    def __init__(self, base: str, bundle_uuid: str) -> None:
        self.base = base.rstrip("/")
        self.urn = bundle_urn(bundle_uuid)
        self._namespace = UUID(self.urn.removeprefix("urn:uuid:"))
        self._entries: dict[str, tuple[Resource, Resource]] = {}

    def add(self, name: str, resource: Resource) -> Resource:
        """Put a resource into the bundle once a name; the reference to it."""
        if name not in self._entries:
            uuid = str(uuid5(self._namespace, name))
            body = {"resourceType": resource["resourceType"], "id": uuid, **resource}
            reference = {"reference": f"urn:uuid:{uuid}", "type": resource["resourceType"]}
            self._entries[name] = (reference, {"fullUrl": f"urn:uuid:{uuid}", "resource": body})
        return dict(self._entries[name][0])

    def message(
        self,
        event: str,
        header_id: str,
        from_endpoint: str,
        to_endpoint: str,
        now: datetime,
        sender: Resource,
        *,
        receiver: Resource | None = None,
        focus: Sequence[Resource] = (),
        response: Resource | None = None,
        extension: Resource | None = None,
    ) -> bytes:
        """The whole bundle, header first."""
        destination: Resource = {"endpoint": to_endpoint}
        if receiver is not None:
            destination["receiver"] = receiver
        header: Resource = {"resourceType": "MessageHeader", "id": header_id}
        if extension is not None:
            header["extension"] = [extension]
        header["eventCoding"] = {"system": f"{self.base}/message-event", "code": event}
        header["destination"] = [destination]
        header["sender"] = sender
        header["source"] = {"name": "Hartwell", "software": "Hartwell", "endpoint": from_endpoint}
        if response is not None:
            header["response"] = response
        if focus:
            header["focus"] = list(focus)
        first = {"fullUrl": f"urn:uuid:{header_id}", "resource": header}
        bundle: Resource = {
            "resourceType": "Bundle",
            "identifier": {"system": f"{self.base}/message", "value": self.urn},
            "type": "message",
            "timestamp": instant(now),
            "entry": [first, *(entry for _reference, entry in self._entries.values())],
        }
        return jsonio.write(bundle)

    def organisation(self, ods: str, name: str) -> Resource:
        body = {"resourceType": "Organization", "identifier": [{"system": codes.ODS, "value": ods}], "name": name}
        return self.add(f"organisation/{ods}", body)

    def practitioner(self, staff: StaffMember) -> Resource:
        body = {
            "resourceType": "Practitioner",
            "identifier": [{"system": f"{self.base}/staff-id", "value": staff.staff_id}],
            "name": [{"text": staff.name}],
        }
        return self.add(f"practitioner/{staff.staff_id}", body)

    def patient(self, resident: ResidentIdentity, home: Resource) -> Resource:
        number: Resource = {"system": codes.NHS_NUMBER}
        if resident.nhs_number:
            # A home has no means of tracing a number, so it never claims that it was verified.
            status = {"system": codes.VERIFICATION_SYSTEM, "code": "number-present-but-not-traced"}
            number = {
                "extension": [
                    {"url": codes.VERIFICATION_EXTENSION, "valueCodeableConcept": {"coding": [status]}},
                ],
                **number,
                "value": resident.nhs_number,
            }
        else:
            reason = resident.nhs_number_absent_reason or "not recorded"
            absent = {"url": f"{self.base}/nhs-number-absent-reason", "valueString": reason}
            number = {"extension": [absent], **number}
        body = {
            "resourceType": "Patient",
            "identifier": [number, {"system": f"{self.base}/resident-key", "value": resident.key}],
            "name": [{"use": "official", "family": resident.family_name, "given": [resident.given_name]}],
            "gender": resident.gender,
            "birthDate": resident.birth_date.isoformat(),
            "managingOrganization": home,
        }
        return self.add(f"patient/{resident.key}", body)

    def claim(self, line: ClaimLine, claims: ClaimBundle, home: Resource, ccg: Resource, signer: Resource) -> Resource:
        week = {"start": line.week_start.isoformat(), "end": line.week_end.isoformat()}
        body: Resource = {
            "resourceType": "Claim",
            "identifier": [{"system": f"{self.base}/claim-id", "value": line.identifier}],
            "status": "cancelled" if line.reversal_of else "active",
            "type": _coded("http://terminology.hl7.org/CodeSystem/claim-type", "institutional"),
            "use": "claim",
            "patient": self.patient(line.resident, home),
            "billablePeriod": week,
            "created": instant(claims.signed_at),
            "enterer": signer,
            "insurer": ccg,
            "provider": home,
            "priority": _coded("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
        }
        if line.reversal_of:
            taken_back = {"identifier": {"system": f"{self.base}/claim-id", "value": line.reversal_of}, "type": "Claim"}
            prior = _coded("http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship", "prior")
            body["related"] = [{"claim": taken_back, "relationship": prior}]
        areas = sorted(line.relied_upon, key=lambda item: item.area)
        if areas:
            body["careTeam"] = [self._champion(number, item) for number, item in enumerate(areas, 1)]
        info = [self._evidence(number, item) for number, item in enumerate(areas, 1)]
        if line.late_reason:
            late = _coded(f"{self.base}/claim-information", "late-reason")
            info.append({"sequence": len(info) + 1, "category": late, "valueString": line.late_reason})
        if info:
            body["supportingInfo"] = info
        premium = {"system": f"{self.base}/coverage", "value": codes.COVERAGE}
        body["insurance"] = [{"sequence": 1, "focal": True, "coverage": {"identifier": premium, "type": "Coverage"}}]
        item: Resource = {"sequence": 1}
        if areas:
            item["careTeamSequence"] = [number for number, _ in enumerate(areas, 1)]
            item["informationSequence"] = [number for number, _ in enumerate(areas, 1)]
        item["productOrService"] = _coded(f"{self.base}/coverage", codes.COVERAGE)
        item["servicedPeriod"] = week
        item["net"] = money(line.amount_pence)
        body["item"] = [item]
        body["total"] = money(line.amount_pence)
        return self.add(f"claim/{line.identifier}", body)

    def _champion(self, number: int, item: ReliedUpon) -> Resource:
        return {
            "sequence": number,
            "provider": self.practitioner(item.champion),
            "responsible": True,
            "qualification": _coded(f"{self.base}/premium-area", item.area.value),
        }

    def _evidence(self, number: int, item: ReliedUpon) -> Resource:
        return {
            "sequence": number,
            "category": _coded(f"{self.base}/premium-area", item.area.value),
            "code": _coded(f"{self.base}/instrument", item.evidence.instrument),
            "timingDate": item.evidence.on.isoformat(),
            "valueReference": {
                "type": "QuestionnaireResponse",
                "identifier": {"system": f"{self.base}/revision-id", "value": item.evidence.revision_id},
                "display": item.evidence.band or "recorded",
            },
        }

    def provenance(
        self, claims: ClaimBundle, targets: Iterable[Resource], signer: Resource, home: Resource
    ) -> Resource:
        author = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}
        body = {
            "resourceType": "Provenance",
            "target": list(targets),
            "recorded": instant(claims.signed_at),
            "agent": [{"who": signer, "onBehalfOf": home}],
            "signature": [
                {
                    "type": [author],
                    "when": instant(claims.signed_at),
                    "who": signer,
                    "sigFormat": "application/octet-stream",
                    "data": claims.signature,
                }
            ],
        }
        return self.add("provenance", body)

    def observation(self, scored: ScoredObservation, resident: Resource, by: Resource) -> Resource:
        coding = [{"system": f"{self.base}/instrument", "code": scored.instrument}]
        if concept := codes.SCORE_CONCEPTS.get(scored.instrument):
            coding.append({"system": codes.SNOMED, "code": concept[0], "display": concept[1]})
        body: Resource = {
            "resourceType": "Observation",
            "identifier": [{"system": f"{self.base}/revision-id", "value": scored.revision_id}],
            "status": "final",
            "category": [_coded("http://terminology.hl7.org/CodeSystem/observation-category", "survey")],
            "code": {"coding": coding, "text": scored.title},
            "subject": resident,
            "effectiveDateTime": instant(scored.observed_at),
            "performer": [by],
            "valueQuantity": _points(scored.total),
            "interpretation": [{"text": scored.band}],
        }
        if scored.parts:
            body["component"] = [
                {
                    "code": {
                        "coding": [{"system": f"{self.base}/{scored.instrument}-item", "code": part.code}],
                        "text": part.label,
                    },
                    **(
                        {"dataAbsentReason": _coded(codes.DATA_ABSENT, "not-performed")}
                        if part.points is None
                        else {"valueQuantity": _points(part.points)}
                    ),
                }
                for part in scored.parts
            ]
        return self.add(f"observation/{scored.revision_id}", body)

    def claim_response(self, decided: Decided, ccg: Resource, now: datetime) -> Resource:
        answer = decided.answer
        number: Resource = {"system": codes.NHS_NUMBER}
        if decided.nhs_number:
            number["value"] = decided.nhs_number
        else:
            number["extension"] = [{"url": f"{self.base}/nhs-number-absent-reason", "valueString": "not known"}]
        body: Resource = {
            "resourceType": "ClaimResponse",
            "identifier": [{"system": f"{self.base}/claim-response-id", "value": f"{answer.identifier}/{self.urn}"}],
            "status": "active",
            "type": _coded("http://terminology.hl7.org/CodeSystem/claim-type", "institutional"),
            "use": "claim",
            "patient": {"type": "Patient", "identifier": number},
            "created": instant(now),
            "insurer": ccg,
            "requestor": {"type": "Organization", "identifier": {"system": codes.ODS, "value": decided.home_ods}},
            "request": {"type": "Claim", "identifier": {"system": f"{self.base}/claim-id", "value": answer.identifier}},
            "outcome": answer.outcome.value,
            "disposition": answer.disposition,
        }
        if answer.amount_pence is not None and answer.outcome is not ClaimOutcome.QUEUED:
            benefit = _coded("http://terminology.hl7.org/CodeSystem/adjudication", "benefit")
            paid = {"category": benefit, "amount": money(answer.amount_pence)}
            body["item"] = [{"itemSequence": 1, "adjudication": [paid]}]
        if answer.reason_codes:
            body["error"] = [{"code": _coded(f"{self.base}/claim-reason", code)} for code in answer.reason_codes]
        return self.add(f"claim-response/{answer.identifier}", body)


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def _points(points: Decimal) -> Resource:
    return {"value": points, "unit": "points", "system": codes.UCUM, "code": "{score}"}


def money(pence: int) -> Resource:
    """Pounds sterling with two decimals, exactly: 7000 pence is ``70.00``."""
    return {"value": (Decimal(pence) / 100).quantize(Decimal("0.01")), "currency": "GBP"}


def instant(moment: datetime) -> str:
    """An aware datetime as a FHIR instant in UTC, to the second; ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("An instant needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
