"""Signed assessments and the drafts that become them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from app.domain.codec import canonical, instant, instant_text, parse, to_plain
from app.domain.people import ResidentId, RevisionId
from app.models import schema
from app.models.store import Work

_A = schema.assessment.c
_D = schema.draft.c
SIGNED, AMENDED, IN_ERROR = "signed", "amended", "entered-in-error"


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """An assessment as lists and charts need it; the whole of it is its revision's body."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    instrument: str
    at: datetime
    state: str
    score: str | None
    band: str | None
    severity: str
    complete: bool
    next_due: date | None
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class DraftLine:
    """Answers that nobody has signed yet, and which assessment they would amend, if any."""

    id: str
    resident_id: ResidentId
    instrument: str
    author: str
    updated_at: datetime
    amends: str | None
    answers: Mapping[str, object]


def save(
    work: Work,
    resident_id: ResidentId,
    instrument: str,
    at: datetime,
    body: Mapping[str, object],
    *,
    score: str | None,
    band: str | None,
    severity: str,
    complete: bool,
    next_due: date | None,
    amends: AssessmentLine | None = None,
    reason: str = "",
) -> AssessmentLine:
    """Sign an assessment, or the amendment of one. The earlier version stays in the record."""
    entity = amends.id if amends else work.new_id()
    state = AMENDED if amends else SIGNED
    revised = work.revise(
        "assessment", entity, body, resident_id=resident_id, state=state, valid_at=at, reason=reason,
        action="amend" if amends else "sign",
    )  # fmt: skip
    if amends:
        work.connection.execute(delete(schema.assessment).where(_A.id == entity))
    work.connection.execute(
        insert(schema.assessment),
        {
            "resident_id": resident_id,
            "instrument": instrument,
            "at": instant_text(at),
            "id": entity,
            "revision_id": revised.id,
            "state": state,
            "score": score,
            "band": band,
            "severity": severity,
            "complete": int(complete),
            "next_due": next_due.isoformat() if next_due else None,
            "signed_by": work.author.user,
            "signed_at": work.at,
            "latest": 0,
        },
    )
    _mark_latest(work.connection, resident_id, instrument)
    return AssessmentLine(
        entity, RevisionId(revised.id), resident_id, instrument, at, state, score, band, severity, complete, next_due,
        work.author.user, work.now,
    )  # fmt: skip


def mark_in_error(work: Work, line: AssessmentLine, body: Mapping[str, object], reason: str) -> RevisionId:
    """Say that an assessment should not have been recorded; it stays readable and counts for nothing."""
    revised = work.revise(
        "assessment", line.id, body, resident_id=line.resident_id, state=IN_ERROR, valid_at=line.at, reason=reason,
        action=IN_ERROR,
    )  # fmt: skip
    work.connection.execute(
        update(schema.assessment)
        .where(_A.id == line.id)
        .values(state=IN_ERROR, revision_id=revised.id, signed_by=work.author.user, signed_at=work.at)
    )
    _mark_latest(work.connection, line.resident_id, line.instrument)
    return RevisionId(revised.id)


def assessment(connection: Connection, assessment_id: str) -> AssessmentLine | None:
    """One assessment as it stands, or None."""
    row = connection.execute(select(schema.assessment).where(_A.id == assessment_id)).first()
    return _line(row) if row else None


def latest(
    connection: Connection, resident_id: ResidentId, instrument: str | None = None
) -> tuple[AssessmentLine, ...]:
    """The newest sound assessment of each instrument for a resident."""
    query = select(schema.assessment).where(_A.resident_id == resident_id, _A.latest == 1)
    if instrument:
        query = query.where(_A.instrument == instrument)
    return _lines(connection, query.order_by(_A.instrument))


def latest_of_all(connection: Connection) -> tuple[AssessmentLine, ...]:
    """The newest sound assessment of each instrument for every resident."""
    return _lines(connection, select(schema.assessment).where(_A.latest == 1))


def history(
    connection: Connection, resident_id: ResidentId, instrument: str | None, limit: int
) -> tuple[AssessmentLine, ...]:
    """A resident's assessments, newest first, those in error included."""
    query = select(schema.assessment).where(_A.resident_id == resident_id)
    if instrument:
        query = query.where(_A.instrument == instrument)
    return _lines(connection, query.order_by(_A.at.desc(), _A.id.desc()).limit(limit))


def sound(
    connection: Connection,
    instruments: Sequence[str],
    first: datetime,
    last: datetime,
    resident_id: ResidentId | None = None,
) -> tuple[AssessmentLine, ...]:
    """Complete assessments, not in error, of the instruments, made between the instants (both included); newest
    first."""
    query = select(schema.assessment).where(
        _A.instrument.in_(instruments),
        _A.at >= instant_text(first),
        _A.at <= instant_text(last),
        _A.state != IN_ERROR,
        _A.complete == 1,
    )
    if resident_id:
        query = query.where(_A.resident_id == resident_id)
    return _lines(connection, query.order_by(_A.at.desc(), _A.id.desc()))


def before(
    connection: Connection, resident_id: ResidentId, instrument: str, at: datetime, *, other_than: str = ""
) -> AssessmentLine | None:
    """The resident's last complete assessment with the instrument, not in error, made by the instant, or None."""
    query = (
        select(schema.assessment)
        .where(
            _A.resident_id == resident_id,
            _A.instrument == instrument,
            _A.at <= instant_text(at),
            _A.id != other_than,
            _A.state != IN_ERROR,
            _A.complete == 1,
        )
        .order_by(_A.at.desc(), _A.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _line(row) if row else None


def save_draft(
    work: Work,
    draft_id: str | None,
    resident_id: ResidentId,
    instrument: str,
    answers: Mapping[str, object],
    amends: str | None = None,
) -> str:
    """Keep what has been typed so far, in the draft with the id or, without one, as a new draft.

    Drafts are working state: no revision and no audit event each two seconds. ``amends`` is kept of a new draft only.
    LookupError when there is no such draft of the resident and instrument: a draft that was dropped stays dropped.
    """
    text = canonical(to_plain(answers))
    if draft_id is not None:
        same = (_D.id == draft_id) & (_D.resident_id == resident_id) & (_D.instrument == instrument)
        changed = work.connection.execute(update(schema.draft).where(same).values(answers=text, updated_at=work.at))
        if changed.rowcount == 0:
            raise LookupError("no such draft of this resident and instrument")
        return draft_id
    entity = work.new_id()
    work.connection.execute(
        insert(schema.draft),
        {
            "id": entity,
            "resident_id": resident_id,
            "instrument": instrument,
            "author": work.author.user,
            "updated_at": work.at,
            "amends": amends,
            "answers": text,
        },
    )
    return entity


def drafts(connection: Connection, resident_id: ResidentId | None = None) -> tuple[DraftLine, ...]:
    """Drafts, newest first."""
    query = select(schema.draft).order_by(_D.updated_at.desc())
    if resident_id:
        query = query.where(_D.resident_id == resident_id)
    return tuple(_draft(row) for row in connection.execute(query))


def draft(connection: Connection, draft_id: str) -> DraftLine | None:
    """One draft, or None."""
    row = connection.execute(select(schema.draft).where(_D.id == draft_id)).first()
    return _draft(row) if row else None


def drop_draft(work: Work, draft_id: str) -> None:
    """Forget a draft: it was signed, or its author discarded it."""
    work.connection.execute(delete(schema.draft).where(_D.id == draft_id))


def _mark_latest(connection: Connection, resident_id: ResidentId, instrument: str) -> None:
    series = (_A.resident_id == resident_id) & (_A.instrument == instrument)
    newest = connection.execute(
        select(_A.id).where(series, _A.state != IN_ERROR).order_by(_A.at.desc(), _A.id.desc()).limit(1)
    ).scalar()
    connection.execute(
        update(schema.assessment).where(series, _A.latest == 1, _A.id != (newest or "")).values(latest=0)
    )
    if newest:
        connection.execute(update(schema.assessment).where(series, _A.id == newest).values(latest=1))


def _lines(connection: Connection, query: Select[Any]) -> tuple[AssessmentLine, ...]:
    return tuple(_line(row) for row in connection.execute(query))


def _line(row: Any) -> AssessmentLine:
    return AssessmentLine(
        row.id, RevisionId(row.revision_id), ResidentId(row.resident_id), row.instrument, instant(row.at), row.state,
        row.score, row.band, row.severity, bool(row.complete),
        date.fromisoformat(row.next_due) if row.next_due else None, row.signed_by, instant(row.signed_at),
    )  # fmt: skip


def _draft(row: Any) -> DraftLine:
    return DraftLine(
        row.id, ResidentId(row.resident_id), row.instrument, row.author, instant(row.updated_at), row.amends,
        parse(row.answers),
    )  # fmt: skip
