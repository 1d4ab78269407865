"""Preferences and home details that people change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

from app.domain.errors import UserError
from app.domain.people import Home
from app.models import settings
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session

_PREFERENCES = frozenset({"theme", "text_size"})


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
            raise UserError("Accreditation must not end before it starts", field="accredited_until")
    for (_, last), (following, _) in pairwise(ordered):
        if last is None or following <= last:
            raise UserError("Two periods of accreditation overlap", field="accredited_since")
    return _change_home(session, replace(session.home, accredited=tuple(ordered)), "accreditation")


def _change_home(session: Session, home: Home, reason: str) -> Changes:
    require(session, Action.MANAGE_HOME)
    with session.write() as work:
        settings.save_home(work, home, reason=reason)
    session.home = home
    return changes("setting", "claim")


def _own(session: Session, key: str) -> str:
    return f"preference/{session.account.user}/{key}"
