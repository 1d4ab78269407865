"""Preferences and home details that people change."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from app.domain.dates import long_date
from app.domain.errors import Problem, UserError
from app.domain.people import Home
from app.models import settings
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session

MOST_BEDS = 500
BEDS_PROBLEM = f"Number of beds must be a whole number from 1 to {MOST_BEDS}"
LOCK_MINUTES = range(2, 16)
LOCK_MINUTES_USUAL = 5
_LOCK_MINUTES = "lock_minutes"
_PREFERENCES = frozenset({"theme", "text_size"})
_KINDS = frozenset({"residential", "nursing", "dual"})
_LONGEST = 100
_LINES = 6
_CQC = re.compile(r"1-[0-9]{6,11}")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_PHONE = re.compile(r"(\+?[0-9 ()-]+)(?:(?:x|ext\.?) ?[0-9]+)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def get(session: Session, key: str, default: object = None) -> object:
    """The signed-in person's own preference, or the default."""
    with session.read() as connection:
        found = settings.get(connection, _own(session, key))
    return default if found is None else found


def put(session: Session, key: str, value: object) -> Changes:
    """Keep the signed-in person's own preference (``theme``, ``text_size``)."""
    if key not in _PREFERENCES:
        raise KeyError(key)
    with session.write() as work:
        settings.put(work, _own(session, key), value)
    return changes("setting")


def lock_minutes(session: Session) -> int:
    """After how many minutes without a touch the window locks: 2 to 15, 5 unless the manager chose another."""
    with session.read() as connection:
        found = settings.get(connection, _LOCK_MINUTES)
    return found if isinstance(found, int) and found in LOCK_MINUTES else LOCK_MINUTES_USUAL


def set_lock_minutes(session: Session, minutes: int) -> Changes:
    """Choose it for everybody in this home; UserError outside 2 to 15 minutes."""
    require(session, Action.MANAGE_HOME)
    if minutes not in LOCK_MINUTES:
        raise UserError("The time until Hartwell locks must be 2 to 15 minutes", field="lock_minutes")
    with session.write() as work:
        settings.put(work, _LOCK_MINUTES, minutes)
    return changes("setting")


def set_phones(session: Session, phones: tuple[tuple[str, str], ...]) -> Changes:
    """Record whom to ring: pairs of recipient code and number, as alerts show them."""
    return _change_home(session, replace(session.home, phones=phones), "telephone numbers")


def set_accreditation(session: Session, periods: tuple[tuple[date, date | None], ...]) -> Changes:
    """Record when the home is accredited for the premium: periods of dates, both days included, None while it runs.

    Raises UserError for a period that ends before it starts and for two that overlap.
    """
    ordered = sorted(periods, key=lambda period: period[0])
    for first, last in ordered:
        if last is not None and last < first:
            raise UserError("Accredited until must not be before accredited since", field="accredited_until")
    for (first, last), (following, _) in pairwise(ordered):
        if last is None or following <= last:
            end = f"ends on {long_date(last)}" if last else "has no end yet"
            raise UserError(
                f"Accreditation since {long_date(following)} overlaps the one since {long_date(first)}, which {end}",
                field="accredited_since",
            )
    return _change_home(session, replace(session.home, accredited=tuple(ordered)), "accreditation")


def change_home(session: Session, details: Home, *, reason: str) -> Changes:
    """Record a change of the home's name, CQC location, address, postcode, telephone, e-mail, beds, locality or kind.

    Accreditation and the telephone list are kept as they are: :func:`set_accreditation` and :func:`set_phones` change
    those. Raises UserError, with one problem a field, for what cannot be, for a change without a reason, and for
    another ODS code or commissioner, because every claim that was sent carries them.
    """
    require(session, Action.MANAGE_HOME)
    kept, given = session.home, tidy_home(details)
    problems = list(home_problems(given))
    if given.ods != kept.ods:
        problems.append(Problem("ods", "ODS code cannot be changed: claims carry it"))
    if (given.ccg_ods, given.ccg_name) != (kept.ccg_ods, kept.ccg_name):
        problems.append(Problem("ccg_ods", "Commissioner cannot be changed: claims carry it"))
    if not reason.strip():
        problems.append(Problem("reason", "Enter the reason for the change"))
    if problems:
        raise UserError("There is a problem", problems=tuple(problems))
    changed = replace(given, accredited=kept.accredited, phones=kept.phones, practice=kept.practice)
    return _change_home(session, changed, reason.strip())


def tidy_home(details: Home) -> Home:
    """The details without stray space and empty lines; a postcode in capitals with its one space."""
    postcode = "".join(details.postcode.split()).upper()
    return replace(
        details,
        name=_one_line(details.name),
        cqc_location="".join(details.cqc_location.split()),
        address=tuple(_one_line(line) for line in details.address if line.strip()),
        postcode=f"{postcode[:-3]} {postcode[-3:]}" if _POSTCODE.fullmatch(postcode) else details.postcode.strip(),
        phone=_one_line(details.phone),
        email="".join(details.email.split()),
        locality=_one_line(details.locality),
    )


def home_problems(details: Home) -> tuple[Problem, ...]:
    """What cannot be in a home's details, at most one problem a field, in the order of the form; all but the name may
    be left empty, and 0 beds means not recorded."""
    found = (
        ("name", bool(details.name), "Enter the name of the home"),
        ("name", len(details.name) <= _LONGEST, f"Name of the home must be {_LONGEST} characters or fewer"),
        (
            "cqc_location",
            not details.cqc_location or bool(_CQC.fullmatch(details.cqc_location)),
            "CQC location must be 1- and 6 to 11 digits, such as 1-123456789",
        ),
        ("beds", 0 <= details.beds <= MOST_BEDS, BEDS_PROBLEM),
        (
            "address",
            len(details.address) <= _LINES and all(len(line) <= _LONGEST for line in details.address),
            f"Address must be {_LINES} lines or fewer, each of {_LONGEST} characters or fewer",
        ),
        (
            "postcode",
            not details.postcode or bool(_POSTCODE.fullmatch(details.postcode.replace(" ", ""))),
            "Postcode must be a full postcode, such as SG12 9AA",
        ),
        (
            "phone",
            not details.phone or _is_phone(details.phone),
            "Telephone must be a number with its area code, such as 01632 960100",
        ),
        (
            "email",
            not details.email or bool(_EMAIL.fullmatch(details.email)),
            "Email must be an address such as home@example.nhs.uk",
        ),
        ("locality", len(details.locality) <= _LONGEST, f"Locality must be {_LONGEST} characters or fewer"),
        ("kind", details.kind in _KINDS, "Choose the kind of home"),
    )
    problems: dict[str, Problem] = {}
    for field, fine, message in found:
        if not fine:
            problems.setdefault(field, Problem(field, message))
    return tuple(problems.values())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_phone(text: str) -> bool:
    """Ten to thirteen digits with the area code; an extension may follow as x1234."""
    found = _PHONE.fullmatch(text)
    return found is not None and 10 <= sum(map(str.isdigit, found[1])) <= 13


def _change_home(session: Session, home: Home, reason: str) -> Changes:
    require(session, Action.MANAGE_HOME)
    with session.write() as work:
        settings.save_home(work, home, reason=reason)
    session.home = home
    return changes("setting", "claim")


def _own(session: Session, key: str) -> str:
    return f"preference/{session.account.user}/{key}"
