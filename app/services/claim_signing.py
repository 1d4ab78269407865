"""Signing claims and reversals and queueing them: the lines of one week go in one message, whatever kind they are."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from app.domain.codec import to_plain
from app.domain.messages import ClaimBundle, ClaimLine, ReliedUpon, StaffMember, claim_identifier, claim_statement
from app.domain.people import Resident
from app.domain.premium import Decision, WeekFacts
from app.models import claims as claim_rows
from app.models.store import Work
from app.services import outgoing
from app.services.changes import Changes
from app.services.claim_facts import WeekPicture
from app.services.session import Session
from app.vault.signing import Signer


@dataclass(frozen=True, slots=True)
class ToSign:
    """One line as the message will carry it, with the facts and the decision that it rests on.

    ``beside`` is what else the record keeps of it: why the window was waived, why it is taken back.
    """

    resident: Resident
    facts: WeekFacts
    decision: Decision
    line: ClaimLine
    beside: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """Claims were signed and queued, in one message; ``total_pence`` is negative where more is taken back."""

    bundle_id: str
    identifiers: tuple[str, ...]
    total_pence: int
    changes: Changes


def claim_to_sign(
    picture: WeekPicture,
    resident: Resident,
    facts: WeekFacts,
    decision: Decision,
    version: int,
    *,
    beside: Mapping[str, object] | None = None,
) -> ToSign:
    """A claim for a week that passes the rules, or that a person at the commissioner is to decide."""
    supports = {support.area: support for support in decision.supports}
    areas = decision.relied_upon or tuple(sorted(supports, key=lambda need: need.value))
    relied = []
    for area in areas:
        support = supports[area]
        member = picture.posts[support.champions[0].ref or ""]
        evidence = picture.evidence[support.evidence_ref or ""]
        relied.append(ReliedUpon(area, StaffMember(member.details.name, member.id), evidence))
    amount = decision.amount_pence or decision.at_stake_pence
    line = replace(_line(picture, resident, version, amount), relied_upon=tuple(relied), late_reason=facts.late_reason)
    return ToSign(resident, facts, decision, line, beside or {})


def reversal_to_sign(
    picture: WeekPicture,
    resident: Resident,
    facts: WeekFacts,
    decision: Decision,
    version: int,
    taken_back: claim_rows.ClaimLineRow,
    *,
    beside: Mapping[str, object],
) -> ToSign:
    """A reversal: what the claim is counted at is taken back. It relies upon nothing."""
    line = replace(_line(picture, resident, version, -taken_back.counted_pence), reversal_of=taken_back.identifier)
    return ToSign(resident, facts, decision, line, beside)


def sign_and_queue(
    session: Session, work: Work, signer: Signer, monday: date, items: Sequence[ToSign], about: str
) -> tuple[str, tuple[str, ...], int]:
    """Sign the lines of one week with the key that was unlocked for it, queue their message and record each line, in
    the transaction that is open. The bundle's id, the identifiers, and the sum in pence."""
    queue_id, bundle_uuid, header_id = work.new_id(), outgoing.message_uuid(work), outgoing.message_uuid(work)
    chain = work.chain
    bundle = ClaimBundle(
        home_ods=session.home.ods,
        home_name=session.home.name,
        ccg_ods=session.home.ccg_ods,
        ccg_name=session.home.ccg_name,
        bundle_uuid=bundle_uuid,
        lines=tuple(item.line for item in items),
        signer=outgoing.signed_in(session),
        signed_at=work.now,
        signature="",
        audit_count=chain.count,
        audit_head=chain.head,
    )
    signature = base64.b64encode(bytes.fromhex(signer.sign(claim_statement(bundle)))).decode()
    outgoing.queue_claims(work, session, queue_id, header_id, replace(bundle, signature=signature), about)
    for item in items:
        _save(work, item, monday, queue_id)
    return f"urn:uuid:{bundle_uuid}", tuple(item.line.identifier for item in items), sum_pence(items)


def sum_pence(items: Sequence[ToSign]) -> int:
    """What the lines come to."""
    return sum(item.line.amount_pence for item in items)


def next_version(picture: WeekPicture, resident: Resident) -> int:
    """The version that the resident's next claim or reversal for the week has."""
    newest = picture.newest_claim(resident)
    return newest.version + 1 if newest else 1


def _line(picture: WeekPicture, resident: Resident, version: int, pence: int) -> ClaimLine:
    return ClaimLine(
        identifier=claim_identifier(picture.home.ods, resident.details.key, picture.week_start, version),
        version=version,
        resident=outgoing.identity(resident),
        week_start=picture.week_start,
        week_end=picture.week_start + timedelta(days=6),
        relied_upon=(),
        amount_pence=pence,
    )


def _save(work: Work, item: ToSign, monday: date, queue_id: str) -> None:
    line = item.line
    body = {
        "resident_id": item.resident.id,
        "identifier": line.identifier,
        "amount_pence": line.amount_pence,
        "decision": item.decision.as_json(),
        "facts": to_plain(item.facts),
        "relied_upon": to_plain(line.relied_upon),
        **item.beside,
    }
    claim_rows.save(
        work, item.resident.id, monday, line.version, line.identifier, line.amount_pence, queue_id, body,
        reversal_of=line.reversal_of or "",
    )  # fmt: skip
