"""Claims as signed, one row a resident, week and version, with the CCG's answer beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.codec import canonical, instant, parse
from app.domain.messages import ClaimAnswer, ClaimOutcome, OutboxState
from app.domain.people import ResidentId
from app.models import schema
from app.models.store import Work

_C = schema.claim.c
_CLAIMS = select(
    schema.claim,
    schema.outbox.c.state.label("message_state"),
    schema.outbox.c.attempts.label("message_attempts"),
    schema.outbox.c.sent_at.label("message_sent_at"),
).join(schema.outbox, schema.outbox.c.id == _C.outbox_id)


@dataclass(frozen=True, slots=True)
class ClaimLineRow:
    """A signed claim, where the message that carries it is, and what has been answered (outcome None: nothing yet)."""

    id: str
    resident_id: ResidentId
    week_start: date
    version: int
    identifier: str
    amount_pence: int
    revision_id: str
    signed_at: datetime
    outbox_id: str
    message_state: OutboxState
    message_attempts: int
    outcome: str | None
    disposition: str | None
    reasons: tuple[str, ...]
    decided_pence: int | None
    answered_at: datetime | None
    reversal_of: str = ""
    sent_at: datetime | None = None

    @property
    def newest_answer(self) -> ClaimAnswer | None:
        """The CCG's newest answer, or None."""
        if self.outcome is None:
            return None
        return ClaimAnswer(
            self.identifier, ClaimOutcome(self.outcome), self.disposition or "", self.decided_pence, self.reasons
        )

    @property
    def counted_pence(self) -> int:
        """What the claim is counted at: what the CCG said it pays (or takes back), else what was claimed."""
        answer = self.newest_answer
        said = answer.amount_pence if answer is not None and answer.final else None
        return self.amount_pence if said is None else said

    @property
    def live(self) -> bool:
        """Whether the claim still stands. It does not once the CCG refused it, set it aside for a later version, or
        refused the message that it travelled in, nor when that message was found faulty before it ever left."""
        answer = self.newest_answer
        if answer is None:
            never_left = self.message_state is OutboxState.QUARANTINED and self.message_attempts == 0
            return self.message_state is not OutboxState.REFUSED and not never_left
        refused = answer.outcome is ClaimOutcome.ERROR or (
            answer.final and answer.amount_pence == 0 and not self.reversal_of  # nothing to take back is no refusal
        )
        return not refused and not answer.superseded


def standing(versions: Sequence[ClaimLineRow]) -> ClaimLineRow | None:
    """The claim that stands for a resident and week among all its versions, or None.

    A reversal stands for nothing, and what it takes back stands no more, unless the reversal itself was refused.
    """
    taken_back = {line.reversal_of for line in versions if line.reversal_of and line.live}
    stand = [line for line in versions if line.live and not line.reversal_of and line.identifier not in taken_back]
    return max(stand, key=lambda line: line.version, default=None)


def save(
    work: Work,
    resident_id: ResidentId,
    week_start: date,
    version: int,
    identifier: str,
    amount_pence: int,
    outbox_id: str,
    body: Mapping[str, object],
    *,
    reversal_of: str = "",
) -> str:
    """Record a claim: the decision it rests on and every fact that decision was made from."""
    entity = work.new_id()
    content = {**body, "week_start": week_start.isoformat(), "version": version, "outbox_id": outbox_id}
    revised = work.revise("claim", entity, content, resident_id=resident_id, state="signed", action="sign")
    work.connection.execute(
        insert(schema.claim),
        {
            "id": entity,
            "resident_id": resident_id,
            "week_start": week_start.isoformat(),
            "version": version,
            "identifier": identifier,
            "amount_pence": amount_pence,
            "revision_id": revised.id,
            "signed_at": work.at,
            "outbox_id": outbox_id,
            "reversal_of": reversal_of,
        },
    )
    return entity


def answer(
    work: Work,
    claim: ClaimLineRow,
    *,
    outcome: str,
    disposition: str,
    reasons: tuple[str, ...],
    decided_pence: int | None,
) -> None:
    """Record the CCG's decision on a claim as a revision of its own; the signed claim is not touched."""
    body = {
        "identifier": claim.identifier,
        "outcome": outcome,
        "disposition": disposition,
        "reasons": list(reasons),
        "amount_pence": decided_pence,
    }
    work.revise("claim-answer", claim.id, body, resident_id=claim.resident_id, state="answered", action="answered")
    work.connection.execute(
        update(schema.claim)
        .where(_C.id == claim.id)
        .values(
            outcome=outcome,
            disposition=disposition,
            reasons=canonical(list(reasons)),
            decided_pence=decided_pence,
            answered_at=work.at,
        )
    )


def claims(connection: Connection, week_start: date) -> tuple[ClaimLineRow, ...]:
    """Every claim for a week, every version, oldest version first."""
    query = _CLAIMS.where(_C.week_start == week_start.isoformat()).order_by(_C.resident_id, _C.version)
    return tuple(_row(row) for row in connection.execute(query))


def claims_between(connection: Connection, first: date, last: date) -> tuple[ClaimLineRow, ...]:
    """Every claim for the weeks that start between two days, both included, by week, resident and version."""
    query = _CLAIMS.where(_C.week_start.between(first.isoformat(), last.isoformat()))
    return tuple(_row(row) for row in connection.execute(query.order_by(_C.week_start, _C.resident_id, _C.version)))


def decided_under(connection: Connection) -> Mapping[str, int]:
    """How many claims were decided under each version of the policy."""
    version = func.json_extract(schema.revision.c.body, "$.decision.policy")
    query = select(version, func.count()).join(schema.claim, _C.revision_id == schema.revision.c.id).group_by(version)
    return {row[0]: row[1] for row in connection.execute(query) if row[0] is not None}


def relied_upon_between(connection: Connection, first: date, last: date) -> Mapping[str, tuple[str, ...]]:
    """The premium areas that each claim for the weeks between two days relies on, by its identifier."""
    areas = func.json_extract(schema.revision.c.body, "$.relied_upon")
    query = select(_C.identifier, areas).join(schema.revision, _C.revision_id == schema.revision.c.id)
    found = connection.execute(query.where(_C.week_start.between(first.isoformat(), last.isoformat())))
    return {row[0]: tuple(item["area"] for item in parse(row[1] or "[]")) for row in found}


def claim(connection: Connection, identifier: str) -> ClaimLineRow | None:
    """The claim with the identifier, or None."""
    row = connection.execute(_CLAIMS.where(_C.identifier == identifier)).first()
    return _row(row) if row else None


def claims_of(connection: Connection, outbox_id: str) -> tuple[ClaimLineRow, ...]:
    """The claims that travelled in one message."""
    return tuple(_row(row) for row in connection.execute(_CLAIMS.where(_C.outbox_id == outbox_id)))


def _row(row: Any) -> ClaimLineRow:
    return ClaimLineRow(
        row.id, ResidentId(row.resident_id), date.fromisoformat(row.week_start), row.version, row.identifier,
        row.amount_pence, row.revision_id, instant(row.signed_at), row.outbox_id, OutboxState(row.message_state),
        row.message_attempts, row.outcome, row.disposition, tuple(parse(row.reasons)) if row.reasons else (),
        row.decided_pence, instant(row.answered_at) if row.answered_at else None,
        row.reversal_of, instant(row.message_sent_at) if row.message_sent_at else None,
    )  # fmt: skip
