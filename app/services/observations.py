"""Single measurements: recorded in a moment, read as series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.dates import to_utc
from app.domain.errors import UserError
from app.domain.observations import KINDS, Kind, Reading, checked
from app.domain.people import ResidentId
from app.models import observations as rows
from app.models import residents as resident_rows
from app.models import revisions
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session


@dataclass(frozen=True, slots=True)
class Recorded:
    """A measurement was recorded."""

    observation_id: str
    changes: Changes


def kinds() -> tuple[Kind, ...]:
    """The kinds that are recorded by themselves."""
    return tuple(kind for kind in KINDS.values() if kind.alone)


def record(
    session: Session,
    resident_id: ResidentId,
    kind: str,
    value: object,
    *,
    detail: str = "",
    at: datetime | None = None,
) -> Recorded:
    """Record one measurement of a kind of :func:`kinds`, made ``at`` (now, unless given; never in the future).

    ``value`` is a number within the kind's range; ``detail`` a few words, such as what was drunk. Raises UserError in
    the label's words.
    """
    require(session, Action.RECORD_ASSESSMENT)
    measured = checked(kind, value, detail)
    when = to_utc(at) if at else session.now()
    if when > session.now():
        raise UserError("The time of the measurement must be now or in the past", field="at")
    with session.write() as work:
        if resident_rows.resident(work.connection, resident_id) is None:
            raise UserError("This resident is not in the records", field="resident")
        entity, _ = rows.record(work, resident_id, measured, when)
    return Recorded(entity, changes("observation", resident=resident_id))


def entered_in_error(session: Session, observation_id: str, *, reason: str) -> Changes:
    """Say that a measurement should not have been recorded; it leaves its series and stays in the record.

    One that an assessment took is corrected by amending the assessment. Raises UserError.
    """
    require(session, Action.RECORD_ASSESSMENT)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        found = revisions.revisions(work.connection, observation_id)
        if not found or found[-1].kind != rows.KIND:
            raise UserError("This measurement is not in the records", field="observation")
        last = found[-1]
        if last.state == rows.IN_ERROR:
            raise UserError("This measurement was marked as entered in error already", field="observation")
        person = ResidentId(last.body["resident_id"])
        rows.mark_in_error(work, person, observation_id, last.valid_at, last.body, reason.strip())
    return changes("observation", resident=person)


def series(
    session: Session,
    resident_id: ResidentId,
    wanted: Sequence[str],
    first: datetime | None = None,
    last: datetime | None = None,
) -> Mapping[str, tuple[Reading, ...]]:
    """The series of the kinds, oldest first, between the instants (both included) when they are given.

    Part of a resident's record that is open already, so that reading it is not another view.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return {kind: rows.series(connection, resident_id, kind, first, last) for kind in wanted}


def weight_before(session: Session, resident_id: ResidentId, at: datetime) -> Decimal | None:
    """The highest weight (kg) of the six months before the instant, which is what MUST compares with; None without one.

    The highest in the window and not the oldest, so that a loss is never hidden by a later gain (BAPEN).
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        found = rows.series(connection, resident_id, "weight_kg", at - timedelta(days=183), at)
    return max((each.value for each in found if each.value is not None), default=None)
