"""Residents: finding, adding and changing them, and the facts recorded about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.domain.codec import from_plain
from app.domain.dates import parse_date, to_local
from app.domain.errors import Problem, UserError
from app.domain.fact_rules import check_fact
from app.domain.nhs import parse_nhs_number
from app.domain.people import (
    CprDecision,
    CprKind,
    Fact,
    FactBody,
    FactId,
    FactKind,
    Need,
    Resident,
    ResidentDetails,
    ResidentId,
    Stay,
)
from app.models import assessments as assessment_rows
from app.models import residents as rows
from app.models import revisions
from app.services import alerts, assessments, due, transfers
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OLDEST_YEARS = 130
_LONGEST = 150
_NAMES = {"family_name": "Last name", "given_name": "First name", "preferred_name": "Preferred name"}
_TEXTS = (
    "key", "family_name", "given_name", "nhs_number_absent_reason", "title", "preferred_name", "room", "gp_code",
    "gp_name", "gp_phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """A resident in the list. ``status`` is here, away, left or died; the counts are what waits for somebody."""

    id: ResidentId
    banner_name: str
    preferred_name: str
    room: str
    nhs_number: str | None
    date_of_birth: date
    died_at: datetime | None
    gender: str
    status: str
    need_areas: tuple[str, ...]
    cpr: CprKind | None
    standing_alerts: int
    due: int
    has_draft: bool


@dataclass(frozen=True, slots=True)
class ResidentRecord:
    """Everything the resident page shows, read in one transaction. ``facts_in_error`` are kept to be read, no more."""

    resident: Resident
    status: str
    facts: Mapping[FactKind, tuple[Fact, ...]]
    facts_in_error: tuple[Fact, ...]
    latest: tuple[assessments.AssessmentRow, ...]
    alerts: tuple[alerts.AlertRow, ...]
    drafts: tuple[assessments.DraftRow, ...]
    packs: tuple[transfers.PackRow, ...]
    due: tuple[assessments.DueRow, ...]


@dataclass(frozen=True, slots=True)
class DuplicateWarning:
    """Somebody already in the home who may be the same person, and why."""

    resident: ResidentRow
    why: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A resident was saved."""

    resident_id: ResidentId
    changes: Changes


@dataclass(frozen=True, slots=True)
class SavedFact:
    """A fact was saved."""

    fact_id: FactId
    changes: Changes


def find_residents(session: Session, query: str = "", *, include_left: bool = False) -> tuple[ResidentRow, ...]:
    """Residents by family name, those who match what was typed.

    A query is matched against names (any order, without accents), known-as, room and the home's key; against NHS
    numbers with or without spaces; and against dates of birth in any form that can be typed.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        words, digits, born = _terms(query)
        found = rows.find(connection, words, digits=digits, born=born, living=None if include_left else session.now())
        return _rows(session, connection, found, include_left=include_left)


def open_resident(session: Session, resident_id: ResidentId, screen: str = "record") -> ResidentRecord:
    """The whole record of a resident, opened on a screen. Each opening is audited once, with the screen's name."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        known_resident(work.connection, resident_id)
        work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": screen})
        return _record(session, work.connection, resident_id)


def read_again(session: Session, resident_id: ResidentId) -> ResidentRecord:
    """The record again, for a screen that shows it already and whose opening was audited: after a change, say."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _record(session, connection, resident_id)


def _record(session: Session, connection: Connection, resident_id: ResidentId) -> ResidentRecord:
    line = known_resident(connection, resident_id)
    facts: dict[FactKind, tuple[Fact, ...]] = dict.fromkeys(FactKind, ())
    everything = rows.facts(connection, resident_id, in_error=True)
    for fact in everything:
        if not fact.in_error:
            facts[fact.kind] += (fact,)
    return ResidentRecord(
        line.resident,
        line.status(session.now()),
        facts,
        tuple(fact for fact in everything if fact.in_error),
        assessments.latest_rows(session, connection, resident_id),
        alerts.rows_for(session, connection, resident_id=resident_id),
        assessments.draft_rows(session, connection, resident_id),
        transfers.pack_rows(connection, resident_id),
        due.of_resident(session, connection, resident_id),
    )


def resident_by_key(session: Session, key: str) -> Resident:
    """The resident with the home's own key, or refused in words."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = rows.resident_by_key(connection, key)
    if line is None:
        raise UserError(f"There is no resident with the key {key}", field="resident")
    return line.resident


def check_resident(
    session: Session, details: ResidentDetails, ignoring: ResidentId | None = None
) -> tuple[DuplicateWarning, ...]:
    """Who already in the home may be the same person."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return tuple(
            DuplicateWarning(_rows(session, connection, (line,), include_left=True)[0], why)
            for line, why in rows.possible_duplicates(connection, details, ignoring)
        )


def add_resident(
    session: Session, details: ResidentDetails, *, stay_since: datetime, different_person_reason: str = ""
) -> Saved:
    """Add a resident who lives here from ``stay_since``.

    Raises UserError with a problem a field; with a problem on ``duplicate`` when somebody in the home may be the same
    person and no reason says otherwise.
    """
    require(session, Action.EDIT_RESIDENTS)
    clean = checked_details(details, session.today())
    if stay_since > session.now():
        raise UserError("The resident must have moved in now or in the past", field="stay_since")
    with session.write() as work:
        _refuse_duplicates(work.connection, clean, None, different_person_reason)
        resident = rows.save_resident(work, None, clean, reason=different_person_reason)
        rows.save_fact(work, resident.id, None, Stay(stay_since))
    return Saved(resident.id, changes("resident", "fact", resident=resident.id))


def change_resident(
    session: Session,
    resident_id: ResidentId,
    details: ResidentDetails,
    *,
    reason: str = "",
    different_person_reason: str = "",
) -> Saved:
    """Record a change to a resident's details; what was recorded before stays readable.

    Only a change to who the resident is asks again whether somebody else may be the same person.
    """
    require(session, Action.EDIT_RESIDENTS)
    clean = checked_details(details, session.today())
    with session.write() as work:
        old = known_resident(work.connection, resident_id).resident.details
        if _identity(clean) != _identity(old):
            _refuse_duplicates(work.connection, clean, resident_id, different_person_reason)
        rows.save_resident(work, resident_id, clean, reason=reason or different_person_reason)
    return Saved(resident_id, changes("resident", resident=resident_id))


def add_fact(session: Session, resident_id: ResidentId, body: FactBody) -> SavedFact:
    """Record a new fact about a resident."""
    require(session, Action.EDIT_RESIDENTS)
    with session.write() as work:
        known_resident(work.connection, resident_id)
        check_fact(body, tuple(f.body for f in rows.facts(work.connection, resident_id)))
        fact = rows.save_fact(work, resident_id, None, body)
    return SavedFact(fact.id, changes("fact", "resident", resident=resident_id))


def change_fact(session: Session, fact_id: FactId, body: FactBody, *, reason: str) -> SavedFact:
    """Record a change to a fact (its end, a correction), with the reason."""
    require(session, Action.EDIT_RESIDENTS)
    _need_reason(reason)
    with session.write() as work:
        old = _existing_fact(work.connection, fact_id)
        others = tuple(f.body for f in rows.facts(work.connection, old.resident_id) if f.id != fact_id)
        check_fact(body, others)
        rows.save_fact(work, old.resident_id, fact_id, body, reason=reason)
    return SavedFact(fact_id, changes("fact", "resident", resident=old.resident_id))


def fact_in_error(session: Session, fact_id: FactId, *, reason: str) -> SavedFact:
    """Say that a fact should not have been recorded; it stays readable in the history."""
    require(session, Action.EDIT_RESIDENTS)
    _need_reason(reason)
    with session.write() as work:
        old = _existing_fact(work.connection, fact_id)
        rows.save_fact(work, old.resident_id, fact_id, old.body, reason=reason, in_error=True)
    return SavedFact(fact_id, changes("fact", "resident", resident=old.resident_id))


@dataclass(frozen=True, slots=True)
class DetailsVersion:
    """A resident's details as they once were recorded."""

    details: ResidentDetails
    recorded_at: datetime
    recorded_by: str
    reason: str


def details_history(session: Session, resident_id: ResidentId) -> tuple[DetailsVersion, ...]:
    """Every recorded version of a resident's own details, newest first. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        work.audit("view", "history", resident_id, resident_id=resident_id)
        return tuple(
            DetailsVersion(from_plain(r.body, ResidentDetails), r.recorded_at, session.person(r.author), r.reason)
            for r in reversed(revisions.revisions(work.connection, resident_id))
            if r.body is not None
        )


def fact_history(session: Session, fact_id: FactId) -> tuple[Fact, ...]:
    """Every recorded version of a fact, newest first. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        found = rows.fact_history(work.connection, fact_id)
        if found:
            work.audit("view", "history", fact_id, resident_id=found[0].resident_id)
        return found


def checked_details(details: ResidentDetails, today: date) -> ResidentDetails:
    """The details tidied (spaces, NHS number), or UserError with one problem a field."""
    problems: list[Problem] = []
    clean = replace(details, **{name: getattr(details, name).strip() for name in _TEXTS})
    for field, words in (
        ("key", "Enter a resident key"),
        ("family_name", "Enter the resident's last name"),
        ("given_name", "Enter the resident's first name"),
    ):
        if not getattr(clean, field):
            problems.append(Problem(field, words))
    problems += [
        Problem(name, f"{label} must be {_LONGEST} characters or fewer")
        for name, label in _NAMES.items()
        if len(getattr(clean, name)) > _LONGEST
    ]
    if clean.date_of_birth >= today:
        problems.append(Problem("date_of_birth", "Date of birth must be in the past"))
    elif today.year - clean.date_of_birth.year > _OLDEST_YEARS:
        problems.append(Problem("date_of_birth", f"Date of birth must be within the last {_OLDEST_YEARS} years"))
    if clean.died_at is not None and not clean.date_of_birth <= to_local(clean.died_at).date() <= today:
        problems.append(Problem("died_at", "Date of death must be after the date of birth, and today or in the past"))
    if clean.nhs_number:
        try:
            clean = replace(clean, nhs_number=parse_nhs_number(clean.nhs_number), nhs_number_absent_reason="")
        except UserError as error:
            problems.extend(error.problems)
    elif not clean.nhs_number_absent_reason.strip():
        problems.append(Problem("nhs_number", "Enter the NHS number, or say why it is not known"))
    else:
        clean = replace(clean, nhs_number=None)
    if problems:
        raise UserError("There is a problem with the resident's details", problems=tuple(problems))
    return clean


def _terms(query: str) -> tuple[tuple[str, ...], str, date | None]:
    """What was typed, read three ways: folded words, digits of an NHS number, a date of birth."""
    typed = query.strip()
    if not typed:
        return (), "", None
    compact = re.sub(r"[\s\-]", "", typed)
    digits = compact if compact.isdecimal() and len(compact) >= 3 else ""
    try:
        born = parse_date(typed)
    except UserError:
        born = None
    return tuple(rows.fold(typed).split()), digits, born


def _rows(
    session: Session, connection: Connection, lines: tuple[rows.ResidentLine, ...], *, include_left: bool
) -> tuple[ResidentRow, ...]:
    now = session.now()
    facts = rows.facts_of_all(connection, (FactKind.NEED, FactKind.CPR), [line.resident.id for line in lines])
    standing = alerts.standing_counts(connection)
    overdue = Counter(row.resident_id for row in assessments.due_rows(session, connection) if row.overdue)
    drafted = assessment_rows.drafted(connection)
    found = []
    for line in lines:
        status = line.status(now)
        if status in ("left", "died") and not include_left:
            continue
        resident = line.resident
        details = resident.details
        bodies = [fact.body for fact in facts.get(resident.id, ())]
        areas = sorted(
            {b.area for b in bodies if isinstance(b, Need) and (b.until is None or b.until >= session.today())}
        )
        decisions = [b for b in bodies if isinstance(b, CprDecision)]  # newest recorded first
        # The one decided last counts, however late it was typed; without a date, the one recorded last.
        cpr = max(decisions, key=lambda decision: decision.decided_on or date.min, default=None)
        found.append(
            ResidentRow(
                resident.id, details.banner_name, details.preferred_name, details.room, details.nhs_number,
                details.date_of_birth, details.died_at, details.gender.value, status, tuple(areas),
                cpr.kind if cpr else None, standing.get(resident.id, 0), overdue[resident.id], resident.id in drafted,
            )
        )  # fmt: skip
    return tuple(found)


def _identity(details: ResidentDetails) -> tuple[object, ...]:
    return details.key, details.nhs_number, details.family_name, details.given_name, details.date_of_birth


def _existing_fact(connection: Connection, fact_id: FactId) -> Fact:
    fact = rows.fact(connection, fact_id)
    if fact is None:
        raise UserError("This entry is not in the records", field="fact")
    if fact.in_error:
        raise UserError("This entry was marked as entered in error. Add a new one", field="fact")
    return fact


def _refuse_duplicates(
    connection: Connection, details: ResidentDetails, ignoring: ResidentId | None, reason: str
) -> None:
    for line, why in rows.possible_duplicates(connection, details, ignoring):
        if line.resident.details.key == details.key:
            raise UserError("Another resident has this key", field="key")
        if details.nhs_number and line.resident.details.nhs_number == details.nhs_number:
            # No reason can make one number belong to two people.
            raise UserError(
                f"{line.resident.details.banner_name} has this NHS number. "
                "Open that record, or mark the number as not known",
                field="nhs_number",
            )
        if not reason.strip():
            raise UserError(
                f"{line.resident.details.banner_name} {why}. Open that record, or say why this is a different person",
                field="duplicate",
            )


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
