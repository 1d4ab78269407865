"""What goes to the CCG and what comes back, as values: no wire, no store, no clock.

A message is made once, as bytes, in the transaction that records the intent, and is sent as those bytes however often
it takes. Its row in the outbox moves through :class:`OutboxState`; the table below says which moves are legal, and an
answer that would need another one is kept for a person to look at, never acted on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.needs import PremiumNeed


class OutboxState(StrEnum):
    """Where a message of ours is. Sent is not done: done is the CCG's business answer."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    DECIDED = "decided"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    SUPERSEDED = "superseded"
    QUARANTINED = "quarantined"


_S = OutboxState
# An answer to an earlier attempt can arrive while the row waits for the next one (the request got through and its reply
# was lost), so a waiting row may move straight to what the answer says. `sending` to `sending` is the resend after a
# crash, when nobody knows whether the first try arrived.
_ANSWERED = frozenset({_S.ACKNOWLEDGED, _S.DECIDED, _S.REFUSED, _S.UNDELIVERED, _S.SUPERSEDED})
_MOVES: Mapping[OutboxState, frozenset[OutboxState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.QUARANTINED}) | _ANSWERED,
    _S.SENDING: frozenset({_S.SENDING, _S.SENT, _S.QUEUED, _S.QUARANTINED}) | _ANSWERED,
    _S.SENT: frozenset({_S.QUEUED}) | _ANSWERED,
    _S.ACKNOWLEDGED: frozenset({_S.DECIDED, _S.SUPERSEDED}),
    _S.DECIDED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.UNDELIVERED: frozenset({_S.QUEUED, _S.ACKNOWLEDGED, _S.DECIDED, _S.REFUSED, _S.SUPERSEDED}),
    _S.SUPERSEDED: frozenset(),
    _S.QUARANTINED: frozenset({_S.QUEUED, _S.ACKNOWLEDGED, _S.DECIDED, _S.REFUSED, _S.SUPERSEDED}),
}
#: States from which nothing more is expected.
SETTLED = frozenset({_S.DECIDED, _S.REFUSED, _S.SUPERSEDED})
#: States in which the message has not left for good: what "waiting" counts.
WAITING = frozenset({_S.QUEUED, _S.SENDING})


def may_move(now: OutboxState, to: OutboxState) -> bool:
    """Whether a row may go from one state to the other (staying put is not a move, except the resend in `sending`)."""
    return to in _MOVES[now]


class Event(StrEnum):
    """The kinds of message, by their event code."""

    CLAIM = "ccp-claim"
    ALERT = "alert"
    RAPID_REFERRAL = "rapid-referral"
    ASSESSMENT = "assessment"
    QUALITY_RETURN = "quality-return"
    VACANCY_RETURN = "vacancy-return"

    @property
    def workflow_id(self) -> str:
        """The MESH workflow that carries it."""
        return _WORKFLOWS[self]

    @property
    def ack_workflow_id(self) -> str:
        """The workflow of the technical answer."""
        return f"{_WORKFLOWS[self]}_ACK"

    @property
    def priority(self) -> int:
        """The order of sending, lowest first: a resident's safety before money, money before returns."""
        return _PRIORITIES[self]

    @property
    def has_decision(self) -> bool:
        """Whether a business answer is expected after the technical one."""
        return self in {Event.CLAIM, Event.RAPID_REFERRAL}


_WORKFLOWS: Mapping[Event, str] = {
    Event.CLAIM: "ENH_CCP_CLAIM",
    Event.ALERT: "ENH_ALERT",
    Event.RAPID_REFERRAL: "ENH_RAPID_REFERRAL",
    Event.ASSESSMENT: "ENH_ASSESSMENT",
    Event.QUALITY_RETURN: "ENH_QUALITY_RETURN",
    Event.VACANCY_RETURN: "ENH_VACANCY_RETURN",
}
_PRIORITIES: Mapping[Event, int] = {
    Event.RAPID_REFERRAL: 0,
    Event.ALERT: 1,
    Event.CLAIM: 2,
    Event.ASSESSMENT: 3,
    Event.QUALITY_RETURN: 4,
    Event.VACANCY_RETURN: 4,
}
CLAIM_RESPONSE_WORKFLOW = "ENH_CCP_CLAIM_RESPONSE"
#: The reason codes a decision may carry; the two with an area are written ``CODE:area``.
REASON_CODES = frozenset({
    "HOME-NOT-ACCREDITED", "NEEDS-LT2", "EVIDENCE-MISSING", "EVIDENCE-STALE", "CHAMPION-NOT-IN-POST", "CHAMPION-LT2",
    "CHC-FUNDED", "NIGHTS-LT4", "DUPLICATE", "TOO-EARLY", "LATE", "NO-POLICY", "IDENTITY",
})  # fmt: skip
#: The codes that name the area they are about.
AREA_REASON_CODES = frozenset({"EVIDENCE-MISSING", "EVIDENCE-STALE", "CHAMPION-NOT-IN-POST"})
#: The five areas a claim may rely upon, by the codes used on the wire.
PREMIUM_AREAS = frozenset(need.value for need in PremiumNeed)


def is_reason_code(code: str) -> bool:
    """Whether the code is one of the published reasons, with its area where it must have one."""
    name, colon, area = code.partition(":")
    if name in AREA_REASON_CODES:
        return area in PREMIUM_AREAS
    return name in REASON_CODES and not colon


class AlertPriority(StrEnum):
    """How soon somebody must act (FHIR request priority)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


# ------------------------------------------------------------------------------------------------ what goes out


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff as the CCG sees one: a name and the home's own identifier."""

    name: str
    staff_id: str


@dataclass(frozen=True, slots=True)
class ResidentIdentity:
    """Who a message is about.

    ``key`` is the home's own opaque key. Either ``nhs_number`` (ten digits) or ``nhs_number_absent_reason`` is given.
    ``gender`` is ``male``, ``female``, ``other`` or ``unknown`` (FHIR administrative gender).
    """

    key: str
    nhs_number: str | None
    nhs_number_absent_reason: str | None
    family_name: str
    given_name: str
    birth_date: date
    gender: str = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The record that proves a need: which instrument, of what date, with what result, and its revision here.

    For a dated paper document ``instrument`` is its kind, and ``revision_id`` the revision that records it.
    """

    instrument: str
    on: date
    band: str
    revision_id: str


@dataclass(frozen=True, slots=True)
class ReliedUpon:
    """One area a claim rests on, its champion, and the newest evidence of the need."""

    area: PremiumNeed
    champion: StaffMember
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """The claim for one resident and one week (Monday to Sunday).

    A reversal takes back an earlier version: it names it in ``reversal_of`` and its ``amount_pence`` is negative (-7000
    for -£70.00); the message marks it cancelled. ``late_reason`` is given when the claim window was
    missed and a person at the CCG must decide.
    """

    identifier: str
    version: int
    resident: ResidentIdentity
    week_start: date
    week_end: date
    relied_upon: tuple[ReliedUpon, ...]
    amount_pence: int
    reversal_of: str | None = None
    late_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimBundle:
    """One home's claims for one week, signed by one person.

    ``bundle_uuid`` is made once, when the claim is queued, and is what makes every resend harmless. ``signature`` is
    the base64 text of the signer's Ed25519 signature over :func:`claim_statement`. ``audit_count`` and ``audit_head``
    are the length and last hash of the home's audit chain at signing: kept by the CCG, they show later whether it was
    rewritten.
    """

    home_ods: str
    home_name: str
    ccg_ods: str
    ccg_name: str
    bundle_uuid: str
    lines: tuple[ClaimLine, ...]
    signer: StaffMember
    signed_at: datetime
    signature: str
    audit_count: int
    audit_head: str


@dataclass(frozen=True, slots=True)
class ScoredPart:
    """One line of a score: the item's code, its label, and its points (None when the item was not answered)."""

    code: str
    label: str
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class ScoredObservation:
    """The score that raised an alert: instrument, total (never rounded here), parts, band, and when it was observed."""

    instrument: str
    title: str
    total: Decimal
    band: str
    parts: tuple[ScoredPart, ...]
    observed_at: datetime
    revision_id: str


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """A call for somebody's attention: what happened, in SBARD lines, to whom, raised by whom and when.

    ``standing`` says that the state lasts (a category 2 pressure ulcer) rather than happened once (a fall).
    """

    home_ods: str
    home_name: str
    ccg_ods: str
    ccg_name: str
    bundle_uuid: str
    alert_id: str
    kind: str
    priority: AlertPriority
    resident: ResidentIdentity
    title: str
    sbard: tuple[str, ...]
    raised_at: datetime
    raised_by: StaffMember
    standing: bool
    observation: ScoredObservation | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message as the outbox holds it: the bytes and everything a transport needs, without any resident data outside
    ``body``.

    ``id`` is opaque and travels as the local id; ``bundle_id`` (``urn:uuid:…``) is the idempotency key; ``header_id``
    is the MessageHeader's id, which the CCG's answer names. ``lane`` is an opaque key (never sent): messages of one
    lane leave in order, and one that must wait holds back those behind it. ``attempts`` counts the tries already begun.
    """

    id: str
    event: Event
    bundle_id: str
    header_id: str
    body: bytes
    workflow_id: str
    subject: str
    filename: str
    created_at: datetime
    attempts: int
    state: OutboxState
    lane: str = ""


def bundle_urn(bundle_uuid: str) -> str:
    """``urn:uuid:…`` for a UUID with or without that prefix, in lower case."""
    return "urn:uuid:" + bundle_uuid.removeprefix("urn:uuid:").lower()


def claim_identifier(home_ods: str, resident_key: str, week_start: date, version: int) -> str:
    """``<home>|<resident key>|<week start>|v<n>``: the name of one version of one claim, for ever."""
    return f"{home_ods}|{resident_key}|{week_start.isoformat()}|v{version}"


def claim_statement(bundle: ClaimBundle) -> bytes:
    """The text that the manager signs: who claims what for whom, one line a claim, in a fixed order, UTF-8.

    It leaves out names, so that it can be shown and kept without them, and the signature itself. Two bundles that
    differ in any claimed fact have different statements.
    """
    head = (
        "complex-care-premium-claim/1", bundle_urn(bundle.bundle_uuid), bundle.home_ods, bundle.ccg_ods,
        bundle.signer.staff_id, bundle.signed_at.isoformat(), str(bundle.audit_count), bundle.audit_head,
    )  # fmt: skip
    rows = [_quoted(head)]
    for line in sorted(bundle.lines, key=lambda item: item.identifier):
        areas = [
            f"{r.area}/{r.champion.staff_id}/{r.evidence.instrument}/{r.evidence.on.isoformat()}/{r.evidence.revision_id}"
            for r in sorted(line.relied_upon, key=lambda item: item.area)
        ]
        rows.append(
            _quoted((
                line.identifier, line.week_start.isoformat(), line.week_end.isoformat(), str(line.amount_pence),
                line.resident.nhs_number or "", line.resident.birth_date.isoformat(), line.reversal_of or "",
                line.late_reason or "", *areas,
            ))
        )  # fmt: skip
    return "\n".join(rows).encode("utf-8")


def _quoted(fields: Collection[str]) -> str:
    """Fields joined by tabs, with tabs and line ends in them escaped, so that no field can pretend to be two."""
    return "\t".join(field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") for field in fields)


# ---------------------------------------------------------------------------------------------- what comes back


class AckCode(StrEnum):
    """The technical answer: received and understood, try again later, or never."""

    OK = "ok"
    TRANSIENT = "transient-error"
    FATAL = "fatal-error"


class ClaimOutcome(StrEnum):
    """FHIR ClaimResponse outcome: decided, refused as faulty, decided in part, or not decided yet."""

    COMPLETE = "complete"
    ERROR = "error"
    PARTIAL = "partial"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Ack:
    """The technical answer to the message whose MessageHeader id is ``response_to``, with the CCG's words.

    A receiver that could not even read the header names what it can: the Bundle.identifier or our local id.
    """

    response_to: str
    code: AckCode
    words: str


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """The decision on one claim. ``amount_pence`` is what is to be paid, negative if taken back, None if not said."""

    identifier: str
    outcome: ClaimOutcome
    disposition: str
    amount_pence: int | None
    reason_codes: tuple[str, ...]

    @property
    def final(self) -> bool:
        """False while a person at the CCG still has to decide."""
        return self.outcome is not ClaimOutcome.QUEUED

    @property
    def superseded(self) -> bool:
        """Whether the CCG holds a later version and set this one aside."""
        return not self.amount_pence and self.disposition.casefold().startswith("superseded")

    @property
    def paid(self) -> bool:
        """Whether money follows from this answer."""
        return self.outcome in {ClaimOutcome.COMPLETE, ClaimOutcome.PARTIAL} and (self.amount_pence or 0) > 0


@dataclass(frozen=True, slots=True)
class ClaimAnswers:
    """Decisions on one or more claims; ``response_to`` is our MessageHeader id where the CCG named it."""

    response_to: str | None
    answers: tuple[ClaimAnswer, ...]


@dataclass(frozen=True, slots=True)
class NonDelivery:
    """The network's report that a message was not collected: its transport id and our local id, where named."""

    message_id: str | None
    local_id: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that arrived and could not be understood. Kept and shown; blocks nothing and changes nothing."""

    words: str


Answer = Ack | ClaimAnswers | NonDelivery | Unknown


def settled_claims(identifiers: Collection[str], answers: Mapping[str, ClaimAnswer]) -> OutboxState:
    """What the answers known so far make of a claim message: ``decided`` when every claim in it has its decision,
    ``superseded`` when the CCG set every one aside for a later version, otherwise ``acknowledged``.

    ``answers`` maps claim identifiers to the newest answer on each, including the one just received.
    """
    known = [answers.get(identifier) for identifier in identifiers]
    if not known or any(answer is None or not answer.final for answer in known):
        return OutboxState.ACKNOWLEDGED
    if all(answer is not None and answer.superseded for answer in known):
        return OutboxState.SUPERSEDED
    return OutboxState.DECIDED


class Effect(StrEnum):
    """What recording an arrival did."""

    ACKNOWLEDGED = "acknowledged"
    DECIDED = "decided"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    SUPERSEDED = "superseded"
    REQUEUED = "requeued"
    NOTED = "noted"
    """Part of an answer was recorded, and the message is not settled yet."""
    REPEATED = "repeated"
    """It says nothing that was not known; nothing changed."""
    PARKED = "parked"
    """It matches nothing, contradicts something or is not understood: kept for a person, nothing changed."""


@dataclass(frozen=True, slots=True)
class ReceivedMeta:
    """What the transport knows of an arrival: everything but its content.

    ``transport_id`` is the network's own id, or the file's; ``bundle_id`` is the arrival's own Bundle.identifier where
    it has one. Either may repeat, and a repeat must change nothing.
    """

    transport_id: str
    workflow_id: str
    local_id: str | None
    sender: str | None
    bundle_id: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer makes of a message of ours: its state from now on, the decisions to record, and its name.

    ``new_answers`` holds only the decisions that were not known before, for a claim message.
    """

    state: OutboxState
    new_answers: tuple[ClaimAnswer, ...]
    effect: Effect


def judge(
    state: OutboxState, attempts: int, claims: Mapping[str, ClaimAnswer | None], answer: Answer
) -> Verdict | None:
    """What an answer leads to for the message it is about; None when it must be parked for a person.

    ``attempts`` is the number of tries begun; ``claims`` maps the identifiers of the message's claims to the newest
    decision known on each (empty for any other message). Parked are: an answer to something that never left, one that
    contradicts what the CCG said before, decisions on claims that are not in the message, and the unintelligible.
    """
    if attempts < 1:
        return None  # whoever answers what never left is not answering us
    if _says_nothing_new(state, answer):
        return Verdict(state, (), Effect.REPEATED)
    new: tuple[ClaimAnswer, ...] = ()
    match answer:
        case Ack():
            target = _AFTER_ACK[answer.code]
        case ClaimAnswers():
            for one in answer.answers:
                known = claims.get(one.identifier)
                if one.identifier not in claims or (known is not None and known.final and known != one):
                    return None
            new = tuple(one for one in answer.answers if claims[one.identifier] != one)
            known_now = {identifier: known for identifier, known in claims.items() if known is not None}
            target = settled_claims(claims, known_now | {one.identifier: one for one in answer.answers})
        case NonDelivery():
            target = _S.UNDELIVERED
        case Unknown():
            return None
    if target is state:
        return Verdict(state, new, Effect.NOTED if new else Effect.REPEATED)
    if not may_move(state, target):
        return None
    effect = Effect.REQUEUED if target is _S.QUEUED else Effect(target.value)
    return Verdict(target, new, effect)


_AFTER_ACK: Mapping[AckCode, OutboxState] = {
    AckCode.OK: _S.ACKNOWLEDGED,
    AckCode.TRANSIENT: _S.QUEUED,
    AckCode.FATAL: _S.REFUSED,
}


def _says_nothing_new(state: OutboxState, answer: Answer) -> bool:
    match answer:
        case Ack(code=AckCode.OK):
            return state in {_S.ACKNOWLEDGED, _S.DECIDED, _S.SUPERSEDED}
        case Ack(code=AckCode.TRANSIENT):
            return state in WAITING  # it is going to be sent again anyway
        case _:
            return False
