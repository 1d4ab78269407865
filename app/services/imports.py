"""Bulk entry from CSV files: all or nothing, with every problem named by row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeVar

from app.domain.dates import LONDON, parse_date
from app.domain.errors import Problem, UserError
from app.domain.fact_rules import check_fact
from app.domain.needs import premium_need
from app.domain.people import (
    Allergy,
    ChampionPost,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactBody,
    Gender,
    Medicine,
    Need,
    ResidentDetails,
    Role,
    StaffDetails,
    Stay,
)
from app.domain.transfer import time_critical_kind
from app.models import residents as resident_rows
from app.models import staff as staff_rows
from app.models.store import Work
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.residents import checked_details
from app.services.session import Session
from app.services.staff import check_post, check_staff

T = TypeVar("T")

RESIDENT_COLUMNS = (
    "key", "nhs_number", "title", "family_name", "given_name", "preferred_name", "date_of_birth", "gender", "room",
    "admitted_at", "gp_code", "gp_name", "gp_phone", "allergies", "diagnoses", "medicines", "cpr", "contact_name",
    "contact_relation", "contact_phone", "needs", "chc_from", "chc_to", "consent_sharing",
)  # fmt: skip
_RESIDENT_REQUIRED = ("key", "family_name", "given_name", "date_of_birth", "admitted_at")
STAFF_COLUMNS = ("key", "name", "role", "user", "started_at", "left_at", "champion")
_STAFF_REQUIRED = ("key", "name", "role")
_LARGEST = 5_000_000
_YES_NO = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_NO_NUMBER = "Not given in the import"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were added."""

    count: int
    changes: Changes


@dataclass(slots=True)
class _Row:
    """One row being read: its cells, where it is, and what is wrong with it so far."""

    number: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        return (self.cells.get(column) or "").strip()

    def read(self, column: str, reader: Callable[[str], T], default: T) -> T:
        """What the reader makes of the cell; the default, with a problem noted, when it refuses."""
        text = self.text(column)
        if not text:
            return default
        try:
            return reader(text)
        except UserError as error:
            self.refuse(column, error.message)
            return default

    def refuse(self, column: str, message: str) -> None:
        self.problems.append(Problem(column, message, self.number))


def import_residents(session: Session, data: bytes) -> Imported:
    """Add residents from a CSV file (UTF-8, header row), or none of them.

    Raises UserError whose problems each name the row (the header is row 1), the column and what to mend.
    """
    require(session, Action.IMPORT)
    rows = _rows(data, RESIDENT_COLUMNS, _RESIDENT_REQUIRED)
    today = session.today()
    read = [(row, *_resident(row, today, session.now())) for row in rows]
    with session.write() as work:
        _refuse_repeats(rows, "key")
        _refuse_same_people(read)
        for row, details, _ in read:
            if details is not None:
                _refuse_known(work, row, details)
        _raise_problems(rows)
        for _, details, facts in read:
            if details is None:
                raise AssertionError("a row without problems has details")
            resident = resident_rows.save_resident(work, None, details, reason="import")
            for fact in facts:
                resident_rows.save_fact(work, resident.id, None, fact, reason="import")
        work.audit("import", "residents", session.store.id, detail={"count": len(read)})
    return Imported(len(read), changes("resident", "fact"))


def import_staff(session: Session, data: bytes) -> Imported:
    """Add staff and their champion posts from a CSV file, or none of them; accounts are given separately."""
    require(session, Action.MANAGE_STAFF)
    rows = _rows(data, STAFF_COLUMNS, _STAFF_REQUIRED)
    read = [(row, *_staff(row)) for row in rows]
    with session.write() as work:
        _refuse_repeats(rows, "key")
        for row, details, _ in read:
            if details and staff_rows.staff_id_by_key(work.connection, details.key) is not None:
                row.refuse("key", f"{details.key} is the key of somebody already recorded")
        _raise_problems(rows)
        for _, details, posts in read:
            if details is None:
                raise AssertionError("a row without problems has details")
            staff_id = staff_rows.save_staff(work, None, details, reason="import")
            for post in posts:
                staff_rows.save_post(work, staff_id, None, post, reason="import")
        work.audit("import", "staff", session.store.id, detail={"count": len(read)})
    return Imported(len(read), changes("staff"))


def _rows(data: bytes, columns: Sequence[str], required: Sequence[str]) -> list[_Row]:
    if len(data) > _LARGEST:
        raise UserError("The file is larger than 5 MB. Split it", field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("The file is not UTF-8 text. Save it as CSV UTF-8", field="file") from None
    if "\x00" in text:
        raise UserError("The file is not text. Save it as CSV UTF-8", field="file")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error:
        number = len(lines) + 1
        words = f"Row {number} cannot be read: a quotation mark is not closed, or a cell is far too long"
        raise UserError(words, problems=(Problem("file", words, number),)) from None
    if not lines:
        raise UserError("The file is empty", field="file")
    header = [name.strip() for name in lines[0]]
    problems = [
        Problem(name, f"{name or 'A column without a name'} is not a column of this file", 1)
        for name in header
        if name not in columns
    ]
    problems += [Problem(name, f"The column {name} is missing", 1) for name in required if name not in header]
    problems += [Problem(name, f"The column {name} is there twice", 1) for name in columns if header.count(name) > 1]
    if problems:
        raise UserError("There is a problem with the header row", problems=tuple(problems))
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(number, dict(zip(header, cells, strict=False)))
        if len(cells) > len(header):
            row.refuse(header[-1], "There are more cells than columns. Put texts with a comma in quotation marks")
        rows.append(row)
        for name in required:
            if not row.text(name):
                row.refuse(name, f"{name} is missing")
    if not rows:
        raise UserError("The file has no rows below the header", field="file")
    return rows


def _resident(row: _Row, today: date, now: datetime) -> tuple[ResidentDetails | None, tuple[FactBody, ...]]:
    born = row.read("date_of_birth", lambda text: parse_date(text, field="date_of_birth", strict=True), date.min)
    admitted = row.read("admitted_at", _instant, None)
    if admitted is not None and admitted > now:
        row.refuse("admitted_at", "The date of admission must be today or in the past")
    number = row.text("nhs_number")
    details = ResidentDetails(
        key=row.text("key"),
        family_name=row.text("family_name"),
        given_name=row.text("given_name"),
        date_of_birth=born,
        nhs_number=number or None,
        nhs_number_absent_reason="" if number else _NO_NUMBER,
        title=row.text("title"),
        preferred_name=row.text("preferred_name"),
        gender=row.read("gender", _gender, Gender.UNKNOWN),
        room=row.text("room"),
        gp_code=row.text("gp_code"),
        gp_name=row.text("gp_name"),
        gp_phone=row.text("gp_phone"),
        consent_sharing=row.read("consent_sharing", _yes_no, None),
    )
    facts = _facts(row, admitted)
    others: list[FactBody] = []
    for column, fact in facts:
        try:
            check_fact(fact, others)
        except UserError as error:
            row.refuse(column, error.message)
        others.append(fact)
    refused = {problem.field for problem in row.problems}
    try:
        details = checked_details(details, today)
    except UserError as error:
        for problem in error.problems:
            # A cell that could not be read, or is missing, has its own words already.
            if problem.field not in refused:
                row.refuse(problem.field, problem.message)
    return (None if row.problems else details), tuple(fact for _, fact in facts)


def _facts(row: _Row, admitted: datetime | None) -> list[tuple[str, FactBody]]:
    facts: list[tuple[str, FactBody]] = []
    if admitted is not None:
        facts.append(("admitted_at", Stay(admitted)))
    listed = [item.partition("=") for item in _list(row.text("allergies"))]
    named = [(name.strip(), reaction.strip()) for name, _, reaction in listed if name.strip().upper() != "NKDA"]
    facts += [("allergies", Allergy(name, reaction)) for name, reaction in named]
    if listed and not named:  # NKDA beside a named allergy says nothing more than the name does
        facts.append(("allergies", Allergy(none_known=True)))
    facts += [("diagnoses", Diagnosis(item)) for item in _list(row.text("diagnoses"))]
    for item in _list(row.text("medicines")):
        name, _, directions = item.partition("=")
        critical = bool(time_critical_kind(name))
        facts.append(("medicines", Medicine(name.strip(), directions.strip(), time_critical=critical)))
    cpr = row.read("cpr", _cpr, None)
    if cpr is not None:
        facts.append(("cpr", CprDecision(cpr)))
    if row.text("contact_name"):
        contact = Contact(row.text("contact_name"), row.text("contact_relation"), row.text("contact_phone"), main=True)
        facts.append(("contact_name", contact))
    elif row.text("contact_phone") or row.text("contact_relation"):
        row.refuse("contact_name", "contact_name is missing")
    none: tuple[Need, ...] = ()
    facts += [("needs", need) for need in row.read("needs", _needs, none)]
    since = row.read("chc_from", lambda text: parse_date(text, field="chc_from", strict=True), None)
    until = row.read("chc_to", lambda text: parse_date(text, field="chc_to", strict=True), None)
    if since is not None:
        facts.append(("chc_to", ChcPeriod(since, until)))
    elif row.text("chc_to") and not row.text("chc_from"):
        row.refuse("chc_from", "chc_from is missing")
    return facts


def _staff(row: _Row) -> tuple[StaffDetails | None, tuple[ChampionPost, ...]]:
    details = StaffDetails(
        key=row.text("key"),
        name=row.text("name"),
        role=row.read("role", _role, Role.CARER),
        user=row.text("user"),
        started_at=row.read("started_at", _instant, None),
        left_at=row.read("left_at", _instant, None),
    )
    posts = []
    for item in _list(row.text("champion")):
        try:
            post = _post(item, details)
            check_post(post)
            posts.append(post)
        except UserError as error:
            for problem in error.problems:
                row.refuse("champion", problem.message)
    try:
        check_staff(details)
    except UserError as error:
        missing = {problem.field for problem in row.problems}
        for problem in error.problems:
            if problem.field not in missing:
                row.refuse(problem.field, problem.message)
    return (None if row.problems else details), tuple(posts)


def _post(item: str, details: StaffDetails) -> ChampionPost:
    pathway, equals, rest = item.partition("=")
    parts = [part.strip() for part in rest.split("/", 2)]
    if not equals or not parts[0]:
        raise UserError(f"{item} must be written pathway=trained_on/expires_on/certificate_no", field="champion")
    trained_on = parse_date(parts[0], field="champion", strict=True)
    expires_on = parse_date(parts[1], field="champion", strict=True) if len(parts) > 1 and parts[1] else None
    return ChampionPost(
        pathway.strip(),
        trained_on,
        expires_on,
        parts[2] if len(parts) > 2 else "",
        in_post_since=details.started_at,
        in_post_until=details.left_at,
    )


def _refuse_known(work: Work, row: _Row, details: ResidentDetails) -> None:
    for line, why in resident_rows.possible_duplicates(work.connection, details, None):
        known = line.resident.details
        if known.key == details.key:
            row.refuse("key", f"{details.key} is the key of a resident already recorded")
        elif details.nhs_number and known.nhs_number == details.nhs_number:
            row.refuse("nhs_number", f"A resident already recorded (key {known.key}) has this NHS number")
        elif why == "has the same name and date of birth" and not (details.nhs_number and known.nhs_number):
            row.refuse("family_name", f"A resident already recorded (key {known.key}) {why}")


def _refuse_same_people(read: Sequence[tuple[_Row, ResidentDetails | None, object]]) -> None:
    """Refuse rows with one NHS number, or with one name and birth and no two numbers to tell them apart: in a file
    nobody can be asked whether they are two people."""
    numbers: dict[str, int] = {}
    people: dict[tuple[str, str, date], tuple[int, str | None]] = {}
    for row, details, _ in read:
        if details is None:
            continue
        number = details.nhs_number
        person = (
            resident_rows.fold(details.family_name),
            resident_rows.fold(details.given_name),
            details.date_of_birth,
        )
        namesake, other_number = people.get(person, (0, None))
        if number and number in numbers:
            row.refuse("nhs_number", f"The same nhs_number is in row {numbers[number]}")
        elif namesake and not (number and other_number):
            row.refuse("family_name", f"The same name and date of birth are in row {namesake}")
        if number:
            numbers.setdefault(number, row.number)
        people.setdefault(person, (row.number, number))


def _refuse_repeats(rows: Sequence[_Row], column: str) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        text = row.text(column)
        if text and text in seen:
            row.refuse(column, f"The same {column} is in row {seen[text]}")
        elif text:
            seen[text] = row.number


def _raise_problems(rows: Sequence[_Row]) -> None:
    problems = tuple(problem for row in rows for problem in row.problems)
    if problems:
        count = len(problems)
        raise UserError(f"Nothing was imported: {count} problem{'' if count == 1 else 's'}", problems=problems)


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(";") if item.strip()]


def _instant(text: str) -> datetime:
    """A date and time, or a date alone (its first moment), local."""
    if ":" in text:
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            raise UserError(f"{text} must be a date and time such as 2026-11-20T08:15") from None
        return (local if local.tzinfo else local.replace(tzinfo=LONDON)).astimezone(UTC)
    return datetime.combine(parse_date(text, strict=True), time(0), LONDON).astimezone(UTC)


def _gender(text: str) -> Gender:
    short = {"f": Gender.FEMALE, "m": Gender.MALE}
    try:
        return short.get(text.lower()) or Gender(text.lower())
    except ValueError:
        raise UserError(f"{text} must be female, male, other or unknown") from None


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise UserError(f"{text} must be yes or no")
    return _YES_NO[text.lower()]


def _cpr(text: str) -> CprKind:
    try:
        return CprKind(text.lower())
    except ValueError:
        raise UserError(f"{text} must be attempt, dnacpr or respect") from None


def _role(text: str) -> Role:
    try:
        return Role(text.lower())
    except ValueError:
        raise UserError(f"{text} must be {', '.join(Role)}") from None


def _needs(text: str) -> tuple[Need, ...]:
    needs = []
    for item in _list(text):
        area, _, on = item.partition("=")
        premium_need(area.strip(), field="needs")
        needs.append(Need(area.strip(), evidenced_on=parse_date(on, strict=True) if on.strip() else None))
    return tuple(needs)
