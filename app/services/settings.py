"""Preferences and home details that people change."""

from __future__ import annotations

from dataclasses import replace

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
    require(session, Action.MANAGE_HOME)
    home = replace(session.home, phones=phones)
    with session.write() as work:
        settings.save_home(work, home, reason="telephone numbers")
    session.home = home
    return changes("setting")


def _own(session: Session, key: str) -> str:
    return f"preference/{session.account.user}/{key}"
