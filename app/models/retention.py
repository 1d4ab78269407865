"""Holds, and destroying what a resident's record says while keeping the fingerprints that show it was there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, literal, select, update

from app.domain.codec import canonical, from_plain, instant, parse, to_plain
from app.domain.messages import WAITING
from app.domain.people import ResidentDetails, ResidentId
from app.domain.retention import HeldClaim
from app.models import dossier, schema, settings, transfers
from app.models.residents import fold
from app.models.store import Work

_H = schema.hold.c
_R = schema.revision.c
_C = schema.claim.c
_O = schema.outbox.c


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason not to destroy a resident's records; it stands until ``lifted_at``."""

    id: str
    resident_id: ResidentId
    placed_at: datetime
    placed_by: str
    reason: str
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How much was destroyed: entries, printed papers, messages and claims."""

    revisions: int
    packs: int
    messages: int
    claims: int


def standing_holds(connection: Connection) -> Mapping[ResidentId, tuple[Hold, ...]]:
    """The holds that stand, oldest first, by resident."""
    found: dict[ResidentId, list[Hold]] = defaultdict(list)
    for row in connection.execute(select(schema.hold).where(_H.lifted_at.is_(None)).order_by(_H.placed_at, _H.id)):
        hold = _hold(row)
        found[hold.resident_id].append(hold)
    return {key: tuple(holds) for key, holds in found.items()}


def hold(connection: Connection, hold_id: str) -> Hold | None:
    """One hold, or None."""
    row = connection.execute(select(schema.hold).where(_H.id == hold_id)).first()
    return _hold(row) if row else None


def place(work: Work, resident_id: ResidentId, reason: str) -> str:
    """Place a hold."""
    entity = work.new_id()
    values = {
        "id": entity, "resident_id": resident_id, "placed_at": work.at, "placed_by": work.author.user, "reason": reason,
    }  # fmt: skip
    work.connection.execute(insert(schema.hold), values)
    work.audit("hold", "resident", resident_id, resident_id=resident_id, reason=reason, detail={"hold": entity})
    return entity


def lift(work: Work, found: Hold, reason: str) -> None:
    """Lift a hold; that it stood stays."""
    work.connection.execute(update(schema.hold).where(_H.id == found.id).values(lifted_at=work.at))
    work.audit(
        "lift-hold", "resident", found.resident_id, resident_id=found.resident_id, reason=reason,
        detail={"hold": found.id},
    )  # fmt: skip


def claims_of_all(connection: Connection) -> Mapping[ResidentId, tuple[HeldClaim, ...]]:
    """Every claim that is still kept, by resident."""
    found: dict[ResidentId, list[HeldClaim]] = defaultdict(list)
    for row in connection.execute(select(_C.id, _C.resident_id, _C.week_start).order_by(_C.week_start, _C.version)):
        found[ResidentId(row.resident_id)].append(HeldClaim(row.id, date.fromisoformat(row.week_start)))
    return {key: tuple(claims) for key, claims in found.items()}


def destroyed_residents(connection: Connection) -> frozenset[ResidentId]:
    """Residents whose care record was destroyed, and whose row is kept for the sake of younger claims."""
    query = select(schema.resident.c.id).where(schema.resident.c.revision_id.in_(select(schema.purge.c.revision_id)))
    return frozenset(ResidentId(row) for row in connection.execute(query).scalars())


def waiting_messages(connection: Connection, resident_id: ResidentId) -> int:
    """How many messages about the resident have not left this laptop yet."""
    carried = select(_C.outbox_id).where(_C.resident_id == resident_id)
    waiting = [state.value for state in WAITING]
    query = select(_O.id).where((_O.resident_id == resident_id) | _O.id.in_(carried), _O.state.in_(waiting))
    return len(connection.execute(query).all())


def destroy(work: Work, resident_id: ResidentId, *, keep_claims: Sequence[str], reason: str) -> Destroyed:
    """Blank what is recorded about a resident, except the claims that are kept; hashes, signatures and the audit stay.

    With claims kept the resident's row stays with what says whom they were for; otherwise it goes.
    """
    connection = work.connection
    documents = transfers.documents(connection, resident_id)  # named in the entries that are about to be blanked
    theirs = _R.entity_id.in_(dossier.entities(resident_id)) & _R.entity_id.not_in(keep_claims)
    named = select(schema.purge.c.revision_id)
    chosen = select(_R.id, literal(work.at), literal(work.author.user), literal(reason)).where(
        theirs, _R.id.not_in(named)
    )
    ids = [row.id for row in connection.execute(chosen)]
    connection.execute(insert(schema.purge).from_select(["revision_id", "purged_at", "purged_by", "reason"], chosen))
    connection.execute(update(schema.revision).where(_R.id.in_(named), _R.body != "").values(body=""))
    packs = _papers(connection, resident_id, documents)
    claims = connection.execute(
        delete(schema.claim).where(_C.resident_id == resident_id, _C.id.not_in(keep_claims)).returning(_C.outbox_id)
    ).all()
    messages = _messages(connection, resident_id, {row.outbox_id for row in claims})
    _photos(connection, resident_id)
    for table in (
        schema.fact, schema.assessment, schema.observation, schema.note, schema.wound, schema.fall, schema.draft,
        schema.alert, schema.hold, schema.journey,
    ):  # fmt: skip
        connection.execute(delete(table).where(table.c.resident_id == resident_id))
    settings.forget(work, f"{settings.TYPED}/{resident_id}")
    settings.forget(work, f"{settings.TYPED_RETURN}/{resident_id}")
    _person(connection, resident_id, kept=bool(keep_claims))
    counts = Destroyed(len(ids), packs, messages, len(claims))
    detail = {
        "revisions": counts.revisions, "packs": packs, "messages": messages, "claims": counts.claims,
        "kept_claims": len(keep_claims),
    }  # fmt: skip
    work.audit("purge", "resident", resident_id, resident_id=resident_id, reason=reason, detail=detail)
    return counts


_ATTACHED = select(func.json_extract(schema.home_fact.c.body, "$.sha256")).where(
    schema.home_fact.c.kind == "attachment"
)
"""What the home keeps as proof stays, should the same file also have been somebody's."""


def _photos(connection: Connection, resident_id: ResidentId) -> None:
    p, b = schema.photo.c, schema.blob.c
    gone = connection.execute(delete(schema.photo).where(p.resident_id == resident_id).returning(p.sha256)).all()
    digests = [row.sha256 for row in gone]
    unused = b.sha256.not_in(select(p.sha256)) & b.sha256.not_in(_ATTACHED)
    connection.execute(delete(schema.blob).where(b.sha256.in_(digests), unused))


def _papers(connection: Connection, resident_id: ResidentId, documents: Sequence[str]) -> int:
    t, b = schema.transfer.c, schema.blob.c
    gone = connection.execute(delete(schema.transfer).where(t.resident_id == resident_id).returning(t.sha256)).all()
    digests = [row.sha256 for row in gone]
    unused = b.sha256.in_([*digests, *documents]) & b.sha256.not_in(select(t.sha256)) & b.sha256.not_in(_ATTACHED)
    connection.execute(delete(schema.blob).where(unused))
    return len(digests)


def _messages(connection: Connection, resident_id: ResidentId, carried: set[str]) -> int:
    """Blank the messages about the resident alone, and bundles in which no kept claim of anybody travelled."""
    still = select(_C.outbox_id).where(_C.outbox_id.in_(carried))
    theirs = (_O.resident_id == resident_id) | (_O.id.in_(carried) & _O.id.not_in(still))
    ids = list(connection.execute(select(_O.id).where(theirs, _O.body != b"")).scalars())
    inbox = schema.inbox.c
    connection.execute(update(schema.inbox).where(inbox.outbox_id.in_(ids)).values(body=b"", words=""))
    connection.execute(update(schema.outbox).where(_O.id.in_(ids)).values(body=b""))
    connection.execute(update(schema.outbox).where(_O.resident_id == resident_id).values(resident_id=None))
    return len(ids)


def _person(connection: Connection, resident_id: ResidentId, *, kept: bool) -> None:
    c = schema.resident.c
    if not kept:
        connection.execute(delete(schema.resident).where(c.id == resident_id))
        return
    row = connection.execute(select(c.body).where(c.id == resident_id)).one()
    full = from_plain(parse(row.body), ResidentDetails)
    who = ResidentDetails(
        full.key, full.family_name, full.given_name, full.date_of_birth, full.nhs_number,
        full.nhs_number_absent_reason, full.title, died_at=full.died_at,
    )  # fmt: skip
    search = fold(f"{who.family_name} {who.given_name} {who.key}")
    values = {"room": "", "search": search, "absences": "[]", "body": canonical(to_plain(who))}
    connection.execute(update(schema.resident).where(c.id == resident_id).values(values))


def _hold(row: Any) -> Hold:
    return Hold(
        row.id, ResidentId(row.resident_id), instant(row.placed_at), row.placed_by, row.reason,
        instant(row.lifted_at) if row.lifted_at else None,
    )  # fmt: skip
