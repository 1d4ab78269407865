"""Signed assessments and the drafts that become them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from app.domain.codec import canonical, instant, instant_text, parse, to_plain
from app.domain.observations import Measured
from app.domain.people import ResidentId, RevisionId
from app.models import notes, observations, schema
from app.models.store import Work

_A = schema.assessment.c
_D = schema.draft.c
SIGNED, AMENDED, IN_ERROR = "signed", "amended", "entered-in-error"


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """An assessment as lists and charts need it; the whole of it is its revision's body.

    ``about`` is the wound or the fall that it is of; empty for an assessment of the resident as a whole.
    """

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
    about: str = ""


class Proof(NamedTuple):
    """A sound assessment as evidence of a need: its revision, when it was made, its band, when it falls due again."""

    revision_id: RevisionId
    at: datetime
    band: str | None
    next_due: date | None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """The newest sound assessment of a resident with an instrument (and of a wound or fall), as the due list needs it:
    ``at`` is the stored text of the instant."""

    resident_id: ResidentId
    instrument: str
    at: str
    next_due: str | None
    about: str


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
    about: str = ""


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
    measured: Sequence[Measured] = (),
    note: str = "",
    about: str = "",
    amends: AssessmentLine | None = None,
    reason: str = "",
) -> AssessmentLine:
    """Sign an assessment, or the amendment of one. The earlier version stays in the record.

    ``measured`` goes into the series of observations, ``note`` where notes are searched.
    """
    entity = amends.id if amends else work.new_id()
    state = AMENDED if amends else SIGNED
    revised = work.revise(
        "assessment", entity, body, resident_id=resident_id, state=state, valid_at=at, reason=reason,
        action="amend" if amends else "sign",
    )  # fmt: skip
    if amends:
        work.connection.execute(delete(schema.assessment).where(_A.id == entity))
        observations.take_out(work.connection, resident_id, entity, amends.at)
    observations.lay_out(work.connection, resident_id, entity, at, measured)
    if amends or note:
        notes.keep_of(work, resident_id, at, note, entity, revised.id)
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
            "about": about,
        },
    )
    _mark_latest(work.connection, resident_id, instrument, about)
    return AssessmentLine(
        entity, RevisionId(revised.id), resident_id, instrument, at, state, score, band, severity, complete, next_due,
        work.author.user, work.now, about,
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
    observations.take_out(work.connection, line.resident_id, line.id, line.at)
    notes.strike(work.connection, line.id)
    _mark_latest(work.connection, line.resident_id, line.instrument, line.about)
    return RevisionId(revised.id)


def assessment(connection: Connection, assessment_id: str) -> AssessmentLine | None:
    """One assessment as it stands, or None."""
    row = connection.execute(select(schema.assessment).where(_A.id == assessment_id)).first()
    return _line(row) if row else None


def latest(
    connection: Connection, resident_id: ResidentId, instrument: str | None = None, about: str | None = None
) -> tuple[AssessmentLine, ...]:
    """The newest sound assessment of each instrument for a resident; of each wound or fall, where it is of those."""
    query = select(schema.assessment).where(_A.resident_id == resident_id, _A.latest == 1)
    if instrument:
        query = query.where(_A.instrument == instrument)
    if about is not None:
        query = query.where(_A.about == about)
    return _lines(connection, query.order_by(_A.instrument))


def board(connection: Connection, residents: Sequence[ResidentId]) -> tuple[BoardLine, ...]:
    """The newest sound assessment of each instrument for the residents: what they have had, and when it is due again.

    Read through the index of what is newest, so that ten years of history cost nothing.
    """
    query = select(_A.resident_id, _A.instrument, _A.at, _A.next_due, _A.about).where(
        _A.latest == 1, _A.resident_id.in_(residents)
    )
    return tuple(BoardLine(*row) for row in connection.execute(query))


def latest_with_score_before(
    connection: Connection, resident_id: ResidentId
) -> tuple[tuple[AssessmentLine, str | None], ...]:
    """What :func:`latest` gives, each with the score of the sound assessment before it that had one."""
    earlier = schema.assessment.alias("earlier")
    e = earlier.c
    before = (
        select(e.score)
        .where(
            e.resident_id == _A.resident_id,
            e.instrument == _A.instrument,
            e.about == _A.about,
            e.at < _A.at,
            e.state != IN_ERROR,
            e.score.is_not(None),
        )
        .order_by(e.at.desc(), e.id.desc())
        .limit(1)
        .correlate(schema.assessment)
        .scalar_subquery()
    )
    query = select(schema.assessment, before.label("score_before")).where(_A.resident_id == resident_id, _A.latest == 1)
    return tuple((_line(row), row.score_before) for row in connection.execute(query.order_by(_A.instrument)))


def history(
    connection: Connection, resident_id: ResidentId, instrument: str | None, limit: int, about: str | None = None
) -> tuple[AssessmentLine, ...]:
    """A resident's assessments, newest first, those in error included; of one wound or fall when ``about`` names it."""
    query = select(schema.assessment).where(_A.resident_id == resident_id)
    if instrument:
        query = query.where(_A.instrument == instrument)
    if about is not None:
        query = query.where(_A.about == about)
    return _lines(connection, query.order_by(_A.at.desc(), _A.id.desc()).limit(limit))


def made_before(connection: Connection, resident_id: ResidentId, before: str, limit: int) -> tuple[AssessmentLine, ...]:
    """A resident's assessments made before the instant (as text), newest first, those in error included."""
    query = select(schema.assessment).where(_A.resident_id == resident_id, _A.at < before)
    return _lines(connection, query.order_by(_A.at.desc(), _A.id.desc()).limit(limit))


def since(
    connection: Connection, resident_id: ResidentId, instrument: str, first: datetime | None
) -> tuple[AssessmentLine, ...]:
    """A resident's sound assessments with the instrument since the instant (included), oldest first; incomplete ones
    too."""
    query = select(schema.assessment).where(
        _A.resident_id == resident_id, _A.instrument == instrument, _A.state != IN_ERROR
    )
    if first:
        query = query.where(_A.at >= instant_text(first))
    return _lines(connection, query.order_by(_A.at, _A.id))


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


def newest_proofs(
    connection: Connection,
    residents: Sequence[ResidentId],
    instruments: Sequence[str],
    first: datetime,
    until: datetime,
) -> dict[tuple[ResidentId, str], Proof]:
    """The newest of what :func:`sound` finds from ``first`` and before ``until``, of each of the residents with each
    instrument."""
    newest = func.max(_A.at + _A.id)  # SQLite takes the other columns from the row that has the greatest
    query = _proofs(residents, instruments, first, until).add_columns(newest).group_by(_A.resident_id, _A.instrument)
    return dict(map(_proof, connection.execute(query)))


def proofs_in_order(
    connection: Connection,
    residents: Sequence[ResidentId],
    instruments: Sequence[str],
    first: datetime,
    until: datetime,
) -> Iterator[tuple[tuple[ResidentId, str], Proof]]:
    """Each of what :func:`sound` finds from ``first`` and before ``until``, the oldest first."""
    query = _proofs(residents, instruments, first, until).order_by(_A.at, _A.id)
    return map(_proof, connection.execute(query))


def _proofs(
    residents: Sequence[ResidentId], instruments: Sequence[str], first: datetime, until: datetime
) -> Select[Any]:
    return select(_A.resident_id, _A.instrument, _A.revision_id, _A.at, _A.band, _A.next_due).where(
        _A.resident_id.in_(residents),
        _A.instrument.in_(instruments),
        _A.at >= instant_text(first),
        _A.at < instant_text(until),
        _A.state != IN_ERROR,
        _A.complete == 1,
    )


def _proof(row: Any) -> tuple[tuple[ResidentId, str], Proof]:
    next_due = date.fromisoformat(row[5]) if row[5] else None
    return (ResidentId(row[0]), row[1]), Proof(RevisionId(row[2]), instant(row[3]), row[4], next_due)


def before(
    connection: Connection,
    resident_id: ResidentId,
    instrument: str,
    at: datetime,
    *,
    about: str = "",
    other_than: str = "",
) -> AssessmentLine | None:
    """The resident's last complete assessment with the instrument, not in error, made by the instant, or None."""
    query = (
        select(schema.assessment)
        .where(
            _A.resident_id == resident_id,
            _A.instrument == instrument,
            _A.about == about,
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
    about: str = "",
) -> str:
    """Keep what has been typed so far, in the draft with the id or, without one, as a new draft.

    Drafts are working state: no revision and no audit event each two seconds. ``amends`` and ``about`` are kept of a
    new draft only.
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
            "about": about,
        },
    )
    return entity


def drafts(connection: Connection, resident_id: ResidentId | None = None) -> tuple[DraftLine, ...]:
    """Drafts, newest first."""
    query = select(schema.draft).order_by(_D.updated_at.desc())
    if resident_id:
        query = query.where(_D.resident_id == resident_id)
    return tuple(_draft(row) for row in connection.execute(query))


def drafted(connection: Connection) -> frozenset[ResidentId]:
    """The residents of whom there are drafts."""
    return frozenset(ResidentId(found) for found in connection.execute(select(_D.resident_id).distinct()).scalars())


def draft(connection: Connection, draft_id: str) -> DraftLine | None:
    """One draft, or None."""
    row = connection.execute(select(schema.draft).where(_D.id == draft_id)).first()
    return _draft(row) if row else None


def drop_draft(work: Work, draft_id: str) -> None:
    """Forget a draft: it was signed, or its author discarded it."""
    work.connection.execute(delete(schema.draft).where(_D.id == draft_id))


def _mark_latest(connection: Connection, resident_id: ResidentId, instrument: str, about: str) -> None:
    series = (_A.resident_id == resident_id) & (_A.instrument == instrument) & (_A.about == about)
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
        row.about,
    )  # fmt: skip


def _draft(row: Any) -> DraftLine:
    return DraftLine(
        row.id, ResidentId(row.resident_id), row.instrument, row.author, instant(row.updated_at), row.amends,
        parse(row.answers), row.about,
    )  # fmt: skip
