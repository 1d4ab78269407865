"""A whole copy of a store, made beside a living one and really opened before anybody relies on it."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, func, select

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import integrity, migrate, schema, trouble
from app.models.store import chain_head, connect_raw, open_as_it_is


@dataclass(frozen=True, slots=True)
class Figures:
    """What a copy holds: the audit chain's length and head, revisions, residents in the home, and its schema."""

    count: int
    head: str
    revisions: int
    residents: int
    schema: str
    device_id: str


def copy_store(path: Path, key: str, target: Path, target_key: str) -> None:
    """Copy the store under another key, beside whoever is writing to it: one consistent moment of it.

    The library makes the copy durable itself. A copy cut short can open as an empty healthy store, so the caller checks
    what is in it (:func:`check_copy`) before it counts. Raises EnvironmentTrouble for a full or unwritable disk.
    """
    target.unlink(missing_ok=True)
    uri = f"file:{quote(target.resolve().as_posix())}?key=" + quote(f"x'{target_key}'")
    try:
        with trouble.in_words(), closing(connect_raw(path, key)) as connection:
            connection.execute("VACUUM INTO ?", (uri,))
    except BaseException:
        with suppress(FileNotFoundError):
            target.unlink()
        raise


def check_copy(path: Path, key: str, store_id: str) -> Figures:
    """Open the copy, check every page, recompute the audit chain and the hash of every body; what it holds.

    Raises EnvironmentTrouble DAMAGED when anything is not as it should be.
    """
    try:
        with trouble.in_words(), closing(connect_raw(path, key)) as connection:
            bad = integrity.bad_pages(connection)
    except EnvironmentTrouble as found:
        raise found if found.exit_code is not ExitCode.DAMAGED else _bad_copy() from None
    with open_as_it_is(path, key, store_id) as connection:
        figures = figures_of(connection)
        wrong = integrity.chain_problems(connection) or integrity.revision_problems(connection)
    if bad or wrong:
        raise _bad_copy()
    return figures


def figures_of(connection: Connection) -> Figures:
    """What the store holds now."""
    chain = chain_head(connection)
    revisions = connection.execute(select(func.count()).select_from(schema.revision)).scalar_one()
    here = (
        select(func.count())
        .select_from(schema.resident)
        .where(schema.resident.c.died_at.is_(None), schema.resident.c.stays.like('%"until":null%'))
    )
    residents = connection.execute(here).scalar_one()
    device = connection.execute(select(schema.store.c.device_id)).scalar_one()
    return Figures(chain.count, chain.head, revisions, residents, migrate.current(connection), device)


def holds(connection: Connection, count: int, head: str) -> bool:
    """Whether the audit chain went through this point."""
    found = connection.execute(select(schema.event.c.hash).where(schema.event.c.seq == count)).scalar()
    return count == 0 or found == head


def _bad_copy() -> EnvironmentTrouble:
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "The copy that was just made is not complete: the records or the disk are damaged.",
        "The records themselves were not changed. The bad copy was thrown away.",
        "Run a check of the records (Settings, Security), and use another disk.",
    )
