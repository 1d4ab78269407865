"""A commissioner to practise with: reads the messages a home sends and answers them by the published rules.

It judges a claim by what the claim carries, as the payer does: areas, champions, dates of the evidence, the week, the
amount, the identity, and what it has paid before. It cannot see nights or Continuing Healthcare, so it never gives
those reasons. What it did is committed before an answer leaves, and the same message gets the same answers again, to
the byte.

It keeps identifiers, codes and its own answers sealed with its key: never a name or an NHS number in clear.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import NAMESPACE_URL, uuid5

from app.domain.dates import to_local
from app.domain.messages import (
    CLAIM_RESPONSE_WORKFLOW,
    PREMIUM_AREAS,
    AckCode,
    ClaimAnswer,
    ClaimOutcome,
    Event,
)
from app.domain.money import pounds
from app.domain.needs import PremiumNeed
from app.domain.nhs import is_nhs_number
from app.domain.premium.policy import POLICIES, NightsRule, Policy, policy_for
from app.sync.fhir import codes, jsonio
from app.sync.fhir.build import AnswerEnvelope, Decided, ack_bundle, claim_response_bundle
from app.sync.fhir.check import WRONG_NHS_NUMBER, check_message
from app.sync.fhir.jsonio import dict_of, list_of, text_of
from app.sync.transports.folder import SUFFIX, TO_CCG, TO_HOME, read_sealed, sealed_files, write_whole
from app.sync.transports.seal import new_private_key, public_key, seal, unseal

if TYPE_CHECKING:
    from app.sync.transports.mesh import MeshTransport

AREAS_NEEDED = 2

_TABLES = """
CREATE TABLE IF NOT EXISTS message (bundle_id TEXT PRIMARY KEY, event TEXT NOT NULL, received_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS reply (bundle_id TEXT NOT NULL, position INTEGER NOT NULL, workflow_id TEXT NOT NULL,
  local_id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (bundle_id, position)) STRICT;
CREATE TABLE IF NOT EXISTS claim (identifier TEXT PRIMARY KEY, home TEXT NOT NULL, resident TEXT NOT NULL,
  week TEXT NOT NULL, version INTEGER NOT NULL, person TEXT, status TEXT NOT NULL, bundle_id TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS claim_by_week ON claim (week, person);
CREATE TABLE IF NOT EXISTS payment (number INTEGER PRIMARY KEY, identifier TEXT NOT NULL, pence INTEGER NOT NULL,
  bundle_id TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS alert (number INTEGER PRIMARY KEY, bundle_id TEXT NOT NULL, kind TEXT NOT NULL,
  priority TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, ready to leave."""

    workflow_id: str
    local_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Effects:
    """What the commissioner did: pence per payment by claim identifier, alerts taken in by bundle, messages known."""

    payments: dict[str, tuple[int, ...]]
    alerts: dict[str, int]
    messages: int

    @property
    def paid_pence(self) -> int:
        """The sum of all payments, those taken back subtracted."""
        return sum(sum(pence) for pence in self.payments.values())


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one Claim resource says, by identifiers and codes only."""

    identifier: str
    home: str
    resident: str
    week_start: date
    version: int
    nhs_number: str | None
    identified: bool
    cancels: str | None
    submitted_at: datetime
    pence: int
    evidence: dict[str, tuple[date, ...]]
    championed: frozenset[str]
    late_reason: bool

    @property
    def week_end(self) -> date:
        return self.week_start + timedelta(days=6)

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(sorted({*self.evidence, *self.championed}))


class PracticeCcg:
    """The commissioner, with its memory in the folder ``state``. Use as a context manager, from one thread.

    ``accredited`` names the homes it knows (None: all are accredited); ``now`` is its clock, which only dates answers.
    ``policies`` are its published numbers: amounts, ages of evidence, the claim window.
    """

    def __init__(
        self,
        state: Path,
        *,
        now: Callable[[], datetime],
        ods: str = "06K",
        name: str = "East and North Hertfordshire CCG (practice)",
        base: str = codes.DEFAULT_BASE,
        accredited: frozenset[str] | None = None,
        policies: tuple[Policy, ...] = POLICIES,
    ) -> None:
        self._policies = policies
        self._now = now
        self._ods = ods
        self._name = name
        self._base = base.rstrip("/")
        self._accredited = accredited
        state.mkdir(parents=True, exist_ok=True)
        key_file = state / "practice-ccg.key"
        if not key_file.exists():
            write_whole(state, key_file.name, new_private_key().encode("ascii"))
            key_file.chmod(0o600)
        self._key = key_file.read_text(encoding="ascii")
        self._db = sqlite3.connect(state / "practice-ccg.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its memory."""
        self._db.close()

    @property
    def public_key(self) -> str:
        """The ``recipient_public_key`` of a folder connection to this commissioner."""
        return public_key(self._key)

    # -------------------------------------------------------------------------------------------------- the two ways in

    def run_folder(self, path: Path) -> int:
        """Answer every sealed message in the folder; how many there were. What is not one is left alone."""
        for name in (TO_CCG, TO_HOME):
            (path / name).mkdir(exist_ok=True)
        answered = 0
        for file in sealed_files(path / TO_CCG):
            received = read_sealed(file, self._key, expected_sender=None)
            if received is None or received.reply_to is None:
                continue
            replies = self.answer(received.raw, local_id=received.local_id)
            about = replies[0].local_id.replace("-", "")[:28]
            for position, reply in enumerate(replies):
                meta = {"workflow": reply.workflow_id, "local_id": reply.local_id}
                name = f"{about}{position:04x}{SUFFIX}"  # read in the order of their names: the technical answer first
                write_whole(path / TO_HOME, name, seal(self._key, received.reply_to, meta, reply.body))
            file.unlink(missing_ok=True)
            answered += 1
        return answered

    def run_mesh(self, mailbox: MeshTransport) -> int:
        """Answer every message in the commissioner's own mailbox; how many there were."""
        answered = 0
        mailbox.open()
        for arrival in mailbox.receive():
            with arrival as received:
                if received.report is not None or received.reply_to is None:
                    continue
                for reply in self.answer(received.raw, local_id=received.local_id):
                    mailbox.post(
                        received.reply_to,
                        reply.body,
                        workflow_id=reply.workflow_id,
                        local_id=reply.local_id,
                        subject=reply.workflow_id,
                        filename=f"{reply.local_id}.json",
                    )
                answered += 1
        return answered

    # ------------------------------------------------------------------------------------------------------- answering

    def answer(self, raw: bytes, *, local_id: str | None = None) -> tuple[Reply, ...]:
        """The answers to one message, committed with their effects before they are returned.

        A message whose Bundle.identifier is known gets its first answers again and changes nothing.
        """
        bundle = _readable(raw)
        bundle_id = _bundle_id(bundle) or f"unreadable:{uuid5(NAMESPACE_URL, raw.hex())}"
        if known := self._replies(bundle_id):
            return known
        now = self._now()
        with self._transaction():
            replies, event = self._decide(raw, bundle, bundle_id, local_id, now)
            self._db.execute("INSERT INTO message VALUES (?, ?, ?)", (bundle_id, event, now.isoformat()))
            self._db.executemany(
                "INSERT INTO reply VALUES (?, ?, ?, ?, ?)",
                [(bundle_id, n, r.workflow_id, r.local_id, self._sealed(r.body)) for n, r in enumerate(replies)],
            )
        return replies

    def effects(self) -> Effects:
        """Everything it did so far."""
        payments: dict[str, list[int]] = {}
        for identifier, pence in self._db.execute("SELECT identifier, pence FROM payment ORDER BY number"):
            payments.setdefault(identifier, []).append(pence)
        alerts = dict(self._db.execute("SELECT bundle_id, count(*) FROM alert GROUP BY bundle_id").fetchall())
        (messages,) = self._db.execute("SELECT count(*) FROM message").fetchone()
        return Effects({key: tuple(pence) for key, pence in payments.items()}, alerts, messages)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _replies(self, bundle_id: str) -> tuple[Reply, ...]:
        rows = self._db.execute(
            "SELECT workflow_id, local_id, body FROM reply WHERE bundle_id = ? ORDER BY position", (bundle_id,)
        )
        return tuple(Reply(workflow, local_id, self._unsealed(body)) for workflow, local_id, body in rows)

    def _person(self, nhs_number: str | None) -> str | None:
        """Who a claim is for, told apart without keeping the number: its keyed hash."""
        return hmac.new(self._key.encode(), nhs_number.encode(), "sha256").hexdigest() if nhs_number else None

    def _sealed(self, body: bytes) -> bytes:
        return seal(self._key, self.public_key, {}, body)

    def _unsealed(self, sealed: bytes) -> bytes:
        return unseal(self._key, sealed, expected_sender=self.public_key)[2]

    def _decide(
        self, raw: bytes, bundle: dict[str, Any], bundle_id: str, local_id: str | None, now: datetime
    ) -> tuple[tuple[Reply, ...], str]:
        header = _header(bundle)
        named = text_of(dict_of(header.get("eventCoding")).get("code"))
        event = named if named in set(Event) else "unknown"
        ack_workflow = Event(event).ack_workflow_id if event in set(Event) else "ENH_UNKNOWN_ACK"
        problems = list(check_message(raw))
        if event == Event.CLAIM:  # one claim answers for a wrong NHS number; anything else refuses the whole message
            problems = [problem for problem in problems if problem.message != WRONG_NHS_NUMBER]
        identifiers = (header.get("id"), dict_of(bundle.get("identifier")).get("value"), local_id)
        answered = next((text for text in map(_short, identifiers) if text), "unknown")

        def envelope(kind: str, suffix: str) -> AnswerEnvelope:
            return AnswerEnvelope(
                base=self._base,
                bundle_uuid=str(uuid5(NAMESPACE_URL, f"{bundle_id}/{kind}/bundle")),
                header_id=str(uuid5(NAMESPACE_URL, f"{bundle_id}/{kind}/header")),
                event=f"{event}{suffix}",
                response_to=answered,
                from_endpoint=_endpoint(next(iter(list_of(header.get("destination"))), None), "folder:ccg"),
                to_endpoint=_endpoint(header.get("source"), "folder:home"),
                ccg_ods=self._ods,
                ccg_name=self._name,
                now=now,
            )

        def reply(kind: str, workflow_id: str, body: bytes) -> Reply:
            return Reply(workflow_id, str(uuid5(NAMESPACE_URL, f"{bundle_id}/{kind}/local")), body)

        if problems:
            words = [f"{problem.field}: {problem.message}" for problem in problems[:20]]
            return (reply("ack", ack_workflow, ack_bundle(envelope("ack", "-ack"), AckCode.FATAL, words)),), event
        if event not in {Event.CLAIM, Event.ALERT}:
            words = ["This commissioner does not take messages of this kind"]
            return (reply("ack", ack_workflow, ack_bundle(envelope("ack", "-ack"), AckCode.FATAL, words)),), event
        ack = reply("ack", ack_workflow, ack_bundle(envelope("ack", "-ack"), AckCode.OK))
        if event == Event.ALERT:
            self._take_alert(bundle, bundle_id)
            return (ack,), event
        decided = [
            Decided(self._decide_claim(claim, bundle_id), claim.nhs_number if claim.identified else None, claim.home)
            for claim in _claims(bundle)
        ]
        response = claim_response_bundle(envelope("response", "-response"), decided)
        return (ack, reply("response", CLAIM_RESPONSE_WORKFLOW, response)), event

    def _take_alert(self, bundle: dict[str, Any], bundle_id: str) -> None:
        for resource in _resources(bundle):
            if resource.get("resourceType") == "Communication":
                kind = _code(dict_of(next(iter(list_of(resource.get("category"))), None)))
                priority = text_of(resource.get("priority"))
                self._db.execute(
                    "INSERT INTO alert (bundle_id, kind, priority) VALUES (?, ?, ?)", (bundle_id, kind, priority)
                )

    # ------------------------------------------------------------------------------------------------------ one claim

    def _decide_claim(self, claim: _Claim, bundle_id: str) -> ClaimAnswer:
        earlier = self._db.execute(
            "SELECT identifier, version, status FROM claim WHERE home = ? AND resident = ? AND week = ?",
            (claim.home, claim.resident, claim.week_start.isoformat()),
        ).fetchall()
        if any(identifier == claim.identifier for identifier, _, _ in earlier):
            return _refused(claim, ("DUPLICATE",))  # known from another message; what was said then stands
        if newer := max((version for _, version, _ in earlier if version > claim.version), default=0):
            self._remember(claim, "superseded", bundle_id)
            words = f"Superseded by version {newer} of the same claim"
            return ClaimAnswer(claim.identifier, ClaimOutcome.COMPLETE, words, None, ())
        if claim.cancels is not None:
            return self._reverse(claim, claim.cancels, earlier, bundle_id)
        reasons = self._reasons(claim)
        if reasons == ("LATE",) and claim.late_reason and any(status == "reversed" for _, _, status in earlier):
            reasons = ()  # claimed in time once, taken back, and made again with a reason: the window is waived
        if reasons == ("LATE",) and claim.late_reason:
            self._remember(claim, "manual", bundle_id)
            words = "Claimed after the claim window, with a reason: a person will decide"
            return ClaimAnswer(claim.identifier, ClaimOutcome.QUEUED, words, None, ())
        if reasons:
            self._remember(claim, "refused", bundle_id)
            return _refused(claim, reasons)
        for identifier, _, status in earlier:
            if status == "paid":
                self._pay(identifier, -self._paid(identifier), bundle_id, status="superseded")
        self._remember(claim, "paid", bundle_id)
        self._pay(claim.identifier, claim.pence, bundle_id, status="paid")
        words = f"Accepted: {pounds(claim.pence)} will be paid"
        return ClaimAnswer(claim.identifier, ClaimOutcome.COMPLETE, words, claim.pence, ())

    def _reverse(self, claim: _Claim, cancels: str, earlier: list[tuple[str, int, str]], bundle_id: str) -> ClaimAnswer:
        self._remember(claim, "reversal", bundle_id)
        if any(identifier == cancels and status == "paid" for identifier, _, status in earlier):
            paid = self._paid(cancels)
            self._pay(cancels, -paid, bundle_id, status="reversed")
            words = f"Reversed: {pounds(paid)} will be taken back"
            return ClaimAnswer(claim.identifier, ClaimOutcome.COMPLETE, words, -paid, ())
        self._db.execute("UPDATE claim SET status = 'reversed' WHERE identifier = ? AND status = 'manual'", (cancels,))
        words = "Reversed: nothing had been paid"
        return ClaimAnswer(claim.identifier, ClaimOutcome.COMPLETE, words, 0, ())

    def _reasons(self, claim: _Claim) -> tuple[str, ...]:
        """Every reason to refuse, in the order of the published rules."""
        policy = policy_for(claim.week_start, self._policies)
        reasons: list[str] = []
        if self._accredited is not None and claim.home not in self._accredited:
            reasons.append("HOME-NOT-ACCREDITED")
        if len(claim.areas) < AREAS_NEEDED:
            reasons.append("NEEDS-LT2")
        evidence = {area: _evidence_reason(claim, area, policy) for area in claim.areas}
        reasons += [f"{reason}:{area}" for area, reason in evidence.items() if reason]
        reasons += [f"CHAMPION-NOT-IN-POST:{area}" for area in claim.areas if area not in claim.championed]
        if sum(1 for area, reason in evidence.items() if not reason and area in claim.championed) < AREAS_NEEDED:
            reasons.append("CHAMPION-LT2")
        if claim.nhs_number and self._claimed_elsewhere(claim):
            reasons.append("DUPLICATE")
        submitted = to_local(claim.submitted_at).date()
        if submitted <= claim.week_end:
            reasons.append("TOO-EARLY")
        elif (
            policy
            and policy.claim_window_days is not None
            and ((submitted - claim.week_end).days > policy.claim_window_days)
        ):
            reasons.append("LATE")
        if policy is None or claim.pence not in _amounts(policy):
            reasons.append("NO-POLICY")
        if not claim.identified:
            reasons.append("IDENTITY")
        return tuple(reasons)

    def _claimed_elsewhere(self, claim: _Claim) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM claim WHERE week = ? AND person = ? AND NOT (home = ? AND resident = ?)"
            " AND status IN ('paid', 'manual')",
            (claim.week_start.isoformat(), self._person(claim.nhs_number), claim.home, claim.resident),
        ).fetchone()
        return row is not None

    def _paid(self, identifier: str) -> int:
        """What it has paid for a claim so far, in pence."""
        query = "SELECT coalesce(sum(pence), 0) FROM payment WHERE identifier = ?"
        return int(self._db.execute(query, (identifier,)).fetchone()[0])

    def _remember(self, claim: _Claim, status: str, bundle_id: str) -> None:
        self._db.execute(
            "INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                claim.identifier,
                claim.home,
                claim.resident,
                claim.week_start.isoformat(),
                claim.version,
                self._person(claim.nhs_number),
                status,
                bundle_id,
            ),
        )

    def _pay(self, identifier: str, pence: int, bundle_id: str, *, status: str) -> None:
        self._db.execute(
            "INSERT INTO payment (identifier, pence, bundle_id) VALUES (?, ?, ?)", (identifier, pence, bundle_id)
        )
        self._db.execute("UPDATE claim SET status = ? WHERE identifier = ?", (status, identifier))


def _refused(claim: _Claim, reasons: tuple[str, ...]) -> ClaimAnswer:
    words = f"Refused for {len(reasons)} reason{'s' if len(reasons) != 1 else ''}"
    return ClaimAnswer(claim.identifier, ClaimOutcome.ERROR, words, 0, reasons)


def _amounts(policy: Policy) -> frozenset[int]:
    """What a week may come to: the payer cannot see nights, so under pro rata any number of them."""
    nights = range(1, 8) if policy.nights_rule == NightsRule.PRO_RATA else (7,)
    return frozenset(policy.amount_for(number) for number in nights)


def _evidence_reason(claim: _Claim, area: str, policy: Policy | None) -> str | None:
    dates = [day for day in claim.evidence.get(area, ()) if day <= claim.week_end]
    if not dates:
        return "EVIDENCE-MISSING"
    age = (claim.week_end - max(dates)).days
    return "EVIDENCE-STALE" if policy is not None and age > policy.evidence_days[PremiumNeed(area)] else None


# -------------------------------------------------------------------------- reading a message that passed the check


def _claims(bundle: dict[str, Any]) -> list[_Claim]:
    by_url = {
        text_of(entry.get("fullUrl")): dict_of(entry.get("resource"))
        for entry in map(dict_of, list_of(bundle["entry"]))
    }
    return [_claim(item, by_url) for item in _resources(bundle) if item.get("resourceType") == "Claim"]


def _claim(item: dict[str, Any], by_url: dict[str, dict[str, Any]]) -> _Claim:
    identifier = text_of(dict_of(list_of(item.get("identifier"))[0]).get("value"))
    home, resident, week, version = identifier.split("|")
    patient = by_url[text_of(dict_of(item.get("patient")).get("reference"))]
    numbers = [n for n in map(dict_of, list_of(patient.get("identifier"))) if n.get("system") == codes.NHS_NUMBER]
    nhs_number = next((text_of(n.get("value")) for n in numbers if n.get("value")), None)
    reason_given = any(n.get("extension") for n in numbers)
    provider = by_url[text_of(dict_of(item.get("provider")).get("reference"))]
    home_known = any(
        n.get("system") == codes.ODS and n.get("value") == home
        for n in map(dict_of, list_of(provider.get("identifier")))
    )
    evidence: dict[str, list[date]] = {}
    late_reason = False
    for info in map(dict_of, list_of(item.get("supportingInfo"))):
        code = _code(dict_of(info.get("category")))
        if code in PREMIUM_AREAS:
            evidence.setdefault(code, []).append(date.fromisoformat(text_of(info.get("timingDate"))))
        elif code == "late-reason" and text_of(info.get("valueString")).strip():
            late_reason = True
    championed = set()
    for member in map(dict_of, list_of(item.get("careTeam"))):
        champion = by_url[text_of(dict_of(member.get("provider")).get("reference"))]
        if list_of(champion.get("identifier")) and list_of(champion.get("name")):
            championed.add(_code(dict_of(member.get("qualification"))))
    related = dict_of(next(iter(list_of(item.get("related"))), None))
    cancels = text_of(dict_of(dict_of(related.get("claim")).get("identifier")).get("value"))
    return _Claim(
        identifier=identifier,
        home=home,
        resident=resident,
        week_start=date.fromisoformat(week),
        version=int(version.removeprefix("v")),
        nhs_number=nhs_number,
        identified=(is_nhs_number(nhs_number) if nhs_number else reason_given) and home_known,
        cancels=cancels if item.get("status") == "cancelled" else None,
        submitted_at=datetime.fromisoformat(text_of(item.get("created"))),
        pence=int(Decimal(dict_of(item.get("total"))["value"]) * 100),
        evidence={area: tuple(days) for area, days in evidence.items()},
        championed=frozenset(championed),
        late_reason=late_reason,
    )


def _readable(raw: bytes) -> dict[str, Any]:
    try:
        return jsonio.read(raw)
    except jsonio.Unreadable:
        return {}  # the check says why, in the refusal


def _bundle_id(bundle: dict[str, Any]) -> str:
    value = text_of(dict_of(bundle.get("identifier")).get("value"))
    return value if value.startswith("urn:uuid:") and len(value) <= 100 else ""


def _header(bundle: dict[str, Any]) -> dict[str, Any]:
    return next((item for item in _resources(bundle) if item.get("resourceType") == "MessageHeader"), {})


def _resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict_of(dict_of(entry).get("resource")) for entry in list_of(bundle.get("entry"))]


def _endpoint(value: object, otherwise: str) -> str:
    return _short(dict_of(value).get("endpoint")) or otherwise


def _code(concept: dict[str, Any]) -> str:
    return text_of(dict_of(next(iter(list_of(concept.get("coding"))), None)).get("code"))


def _short(value: object) -> str:
    """A text of theirs that goes back in an answer: nothing long, nothing blank."""
    return value.strip() if isinstance(value, str) and len(value) <= 200 else ""
