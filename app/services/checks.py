"""Looking for damage before somebody needs what is damaged: what is in use weekly, every page monthly.

A check has three steps, as a backup has, so that the window never waits for the disk: :func:`prepare` and :func:`note`
belong to the store's thread, :func:`carry_out` may run anywhere and uses a connection of its own.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.domain.codec import instant, instant_text
from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import integrity, settings, trouble
from app.models.store import connect_raw
from app.services.session import Session
from app.vault import keyfile, keys

QUICK, FULL = "quick", "full"
_EVERY = {FULL: timedelta(days=30), QUICK: timedelta(days=7)}


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """All that a check needs, so that it need not ask the session again."""

    kind: str
    store: Path
    store_key: str


def due(session: Session) -> str:
    """Which check should be made now: QUICK, FULL, or "" for none. Records that are in trouble are not checked."""
    if session.trouble is not None:
        return ""
    with session.read() as connection:
        last = {kind: settings.get(connection, _key(kind)) for kind in _EVERY}
    now = session.now()
    for kind, every in _EVERY.items():
        if last[kind] is None or not now - every < instant(str(last[kind])) <= now:
            return kind
    return ""


def prepare(session: Session, kind: str) -> Plan:
    """Store thread."""
    slots = keyfile.read_keyfile(session.store_dir)
    return Plan(kind, session.store.path, keys.sqlcipher_key(session.data_key, slots.store_id))


def carry_out(plan: Plan) -> tuple[str, ...]:
    """Any thread. What is damaged, in the library's words; empty when nothing is. Raises what the disk gives."""
    try:
        with trouble.in_words(), closing(connect_raw(plan.store, plan.store_key)) as connection:
            return integrity.bad_pages(connection) if plan.kind == FULL else integrity.quick_problems(connection)
    except EnvironmentTrouble as found:
        if found.exit_code is not ExitCode.DAMAGED:
            raise
        return (found.happened,)


def note(session: Session, plan: Plan, problems: tuple[str, ...]) -> EnvironmentTrouble | None:
    """Store thread. Keep when it was made; with problems refuse every write from now on, and say why."""
    if problems:
        found = trouble.damaged_part()
        session.store.only_read(found)
        return found
    if session.trouble is None:
        with session.write() as work:
            for kind in (FULL, QUICK) if plan.kind == FULL else (QUICK,):
                settings.note(work, _key(kind), instant_text(session.now()))
    return None


def run(session: Session, kind: str) -> EnvironmentTrouble | None:
    """A check, now, on this thread: the trouble it found, or None."""
    plan = prepare(session, kind)
    return note(session, plan, carry_out(plan))


def _key(kind: str) -> str:
    return f"check/{kind}"
