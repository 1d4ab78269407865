"""Keeping and destroying records: the periods, what is past them, holds, and destroying what a manager has reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.codec import from_plain, to_plain
from app.domain.dates import long_date, short_date, to_local
from app.domain.errors import Problem, UserError
from app.domain.people import ResidentId
from app.domain.retention import FEWEST_YEARS, MOST_YEARS, Due, Kept, RetentionPolicy, due, policy_on
from app.models import residents as resident_rows
from app.models import retention as rows
from app.models import settings
from app.models.residents import ResidentLine
from app.services import backups
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session
from app.services.sign_in import unlock_again

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "retention"
BACKUP_KIND = "before-purge"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold that stands, with whose record it holds."""

    id: str
    resident_id: ResidentId
    resident_name: str
    born: date
    placed_at: datetime
    placed_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A record that is past its period: why, since when, what holds it, and what would be destroyed.

    ``claims`` are as many as are past their own period, ``claims_kept`` as many as would stay.
    """

    resident_id: ResidentId
    resident_name: str
    born: date
    why: str
    since: date
    holds: tuple[HoldRow, ...]
    claims: int
    claims_kept: int

    @property
    def held(self) -> bool:
        """Whether a hold keeps it from being destroyed."""
        return bool(self.holds)


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to review, the longest due first, every hold that stands, and the policy of today."""

    policy: RetentionPolicy
    rows: tuple[ReviewRow, ...]
    holds: tuple[HoldRow, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """What was destroyed, and the backup that was made and checked before."""

    residents: int
    revisions: int
    packs: int
    messages: int
    claims: int
    claims_kept: int
    backup: Path
    changes: Changes


def policies(session: Session) -> tuple[RetentionPolicy, ...]:
    """Every policy that was ever recorded, in the order of recording."""
    require(session, Action.RETENTION)
    with session.read() as connection:
        return _policies(connection)


def set_policy(session: Session, policy: RetentionPolicy, *, reason: str) -> Changes:
    """Record how long records are kept from a day on. Earlier policies stay, so that a past decision can be explained.

    Raises UserError with a problem a field.
    """
    require(session, Action.RETENTION)
    problems = [
        Problem(key, f"{label} must be from {FEWEST_YEARS} to {MOST_YEARS} years")
        for key, label, years in (
            ("care_years", "Care records", policy.care_years), ("claim_years", "Claims", policy.claim_years),
        )
        if not FEWEST_YEARS <= years <= MOST_YEARS
    ]  # fmt: skip
    if not reason.strip():
        problems.append(Problem("reason", "Enter the reason for the change"))
    if problems:
        raise UserError("There is a problem", problems=tuple(problems))
    with session.write() as work:
        kept = [*_policies(work.connection), policy]
        work.revise("retention", _KEY, {"policies": to_plain(kept)}, reason=reason.strip(), action="change")
        settings.note(work, _KEY, to_plain(kept))
    return changes("setting")


def review(session: Session) -> Review:
    """What is past its period today, and every hold that stands."""
    require(session, Action.RETENTION)
    with session.read() as connection:
        return _review(session, connection)


def place_hold(session: Session, resident_id: ResidentId, reason: str) -> Changes:
    """Keep a resident's records from being destroyed, whoever they are and wherever they live now."""
    require(session, Action.RETENTION)
    if not reason.strip():
        raise UserError("Enter the reason for the hold", field="reason")
    with session.write() as work:
        known_resident(work.connection, resident_id)
        rows.place(work, resident_id, reason.strip())
    return changes("setting", resident=resident_id)


def lift_hold(session: Session, hold_id: str, reason: str) -> Changes:
    """Take a hold away, with the reason. Nothing is destroyed by that."""
    require(session, Action.RETENTION)
    if not reason.strip():
        raise UserError("Enter the reason for lifting the hold", field="reason")
    with session.write() as work:
        found = rows.hold(work.connection, hold_id)
        if found is None or found.lifted_at is not None:
            raise UserError("This hold was lifted already", field="hold")
        rows.lift(work, found, reason.strip())
    return changes("setting", resident=found.resident_id)


def purge(session: Session, resident_ids: Sequence[ResidentId], password: str, reason: str) -> Purged:
    """Destroy the records of residents that a manager has reviewed, one transaction for all of them.

    A verified backup is made first; it still holds what is destroyed, and goes when backups of its age go. Raises
    UserError, destroying nothing, when one is not past its period, is held, or has a message that was not sent yet;
    EnvironmentTrouble for a wrong password and when the backup could not be made.
    """
    require(session, Action.RETENTION)
    if not resident_ids:
        raise UserError("Choose at least one record", field="residents")
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    unlock_again(session, password)
    with session.read() as connection:
        _chosen(session, connection, resident_ids)
    made = backups.make(session, kind=BACKUP_KIND)
    revisions = packs = messages = claims = claims_kept = 0
    with session.write() as work:
        for resident_id, found in _chosen(session, work.connection, resident_ids).items():
            gone = rows.destroy(work, resident_id, keep_claims=found.claims_kept, reason=reason.strip())
            revisions, packs = revisions + gone.revisions, packs + gone.packs
            messages, claims = messages + gone.messages, claims + gone.claims
            claims_kept += len(found.claims_kept)
    kinds = changes("resident", "fact", "assessment", "draft", "alert", "transfer", "claim", "outbox", "setting")
    return Purged(
        len(set(resident_ids)), revisions, packs, messages, claims, claims_kept, made.path,
        Changes(kinds.kinds, frozenset(resident_ids)),
    )  # fmt: skip


def _policies(connection: Connection) -> tuple[RetentionPolicy, ...]:
    kept = settings.get(connection, _KEY)
    return from_plain(kept, tuple[RetentionPolicy, ...]) if kept else ()


def _due(session: Session, connection: Connection) -> tuple[RetentionPolicy, list[tuple[ResidentLine, Due]]]:
    policy = policy_on(_policies(connection), session.today())
    holds, claims = rows.standing_holds(connection), rows.claims_of_all(connection)
    gone = rows.destroyed_residents(connection)
    found = []
    for line in resident_rows.find(connection):
        who = line.resident.id
        kept = Kept(_ended_on(session, line), claims.get(who, ()), who in holds)
        past = due(kept, policy, session.today())
        # Of a care record that is destroyed only claims are left, and they wait for their own period.
        if past is not None and (who not in gone or not past.claims_kept):
            found.append((line, past))
    return policy, found


def _ended_on(session: Session, line: ResidentLine) -> date | None:
    died = line.resident.details.died_at
    if died is not None:
        return to_local(died).date()
    now = session.now()
    if not line.stays or any(stay.until is None or stay.until > now for stay in line.stays):
        return None
    return max(to_local(stay.until).date() for stay in line.stays if stay.until is not None)


def _review(session: Session, connection: Connection) -> Review:
    policy, found = _due(session, connection)
    people = {line.resident.id: line for line in resident_rows.find(connection)}
    holds: dict[ResidentId, tuple[HoldRow, ...]] = {
        who: tuple(
            HoldRow(
                each.id, who, people[who].resident.details.banner_name, people[who].resident.details.date_of_birth,
                each.placed_at, session.person(each.placed_by), each.reason,
            )
            for each in standing
        )
        for who, standing in rows.standing_holds(connection).items()
    }  # fmt: skip
    listed = [
        ReviewRow(
            line.resident.id, line.resident.details.banner_name, line.resident.details.date_of_birth,
            _why(session, line, policy), past.since, holds.get(line.resident.id, ()), len(past.claims),
            len(past.claims_kept),
        )
        for line, past in found
    ]  # fmt: skip
    everything = tuple(hold for standing in holds.values() for hold in standing)
    return Review(policy, tuple(sorted(listed, key=lambda row: row.since)), everything)


def _why(session: Session, line: ResidentLine, policy: RetentionPolicy) -> str:
    ended = _ended_on(session, line)
    if ended is None:
        raise LookupError("a record without an end is not due")
    what = "Died" if line.resident.details.died_at is not None else "Left"
    return f"{what} {short_date(ended)}; care records are kept {policy.care_years} years"


def _chosen(session: Session, connection: Connection, resident_ids: Sequence[ResidentId]) -> dict[ResidentId, Due]:
    """What is due of each; refused when anything about any of them speaks against it."""
    _, found = _due(session, connection)
    by_id = {line.resident.id: (line, past) for line, past in found}
    chosen = {}
    for resident_id in resident_ids:
        if resident_id not in by_id:
            line = resident_rows.resident(connection, resident_id)
            name = line.resident.details.banner_name if line else "A resident"
            raise UserError(f"{name}: these records are not past their period", field="residents")
        line, past = by_id[resident_id]
        name = line.resident.details.banner_name
        if past.held:
            raise UserError(f"{name}: a hold stands. Lift it first, if it may be lifted", field="residents")
        if rows.waiting_messages(connection, resident_id):
            raise UserError(f"{name}: a message about them has not been sent yet", field="residents")
        chosen[resident_id] = past
    return chosen


def policy_words(policy: RetentionPolicy) -> str:
    """A policy in a sentence."""
    return (
        f"Since {long_date(policy.since)}: care records {policy.care_years} years after the resident left or died; "
        f"claims {policy.claim_years} years and the financial year they are in."
    )
