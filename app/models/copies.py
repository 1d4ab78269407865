"""A whole copy of a store, made beside a living one and really opened before anybody relies on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, func, select

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import integrity, migrate, schema, trouble
from app.models.store import chain_head, connect_raw, open_as_it_is

_ASK_EVERY = 500
"""Steps of the library's machine between two questions whether to stop: a row of a copy takes a few."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a copy holds: the audit chain's length and head, revisions, residents in the home, and its schema."""

    count: int
    head: str
    revisions: int
    residents: int
    schema: str
    device_id: str


def copy_store(
    path: Path, key: str, target: Path, target_key: str, *, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Copy the store under another key, beside whoever is writing to it: one consistent moment of it.

    The library makes the copy durable itself. A copy cut short can open as an empty healthy store, so the caller checks
    what is in it (:func:`check_copy`) before it counts. ``stopped`` is asked now and then, and ends it with
    :func:`abandoned`. Raises EnvironmentTrouble for a full or unwritable disk.
    """
    remove_copy(target)
    uri = f"file:{quote(target.resolve().as_posix())}?key=" + quote(f"x'{target_key}'")
    failure: BaseException | None = None
    try:
        with trouble.in_words(), closing(connect_raw(path, key)) as connection:
            connection.set_progress_handler(stopped, _ASK_EVERY)
            connection.execute("VACUUM INTO ?", (uri,))
    except BaseException as error:  # noqa: BLE001 - raised again below
        remove_copy(target)
        failure = _without_words(error)
    if failure is not None:  # raised out here, where no exception that names the new key is its context
        raise abandoned() if stopped() else failure


def _without_words(error: BaseException) -> BaseException:
    """The same failure without the driver's words, which can hold the target's address and so the new store's key."""
    if isinstance(error, driver.Error):
        return RuntimeError(f"the copy could not be made: {getattr(error, 'sqlite_errorname', type(error).__name__)}")
    error.__cause__ = error.__context__ = None
    return error


def remove_copy(path: Path) -> None:
    """Take a copy away with everything the library keeps beside it, also one that was cut short."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        with suppress(FileNotFoundError):
            path.with_name(name).unlink()


def abandoned() -> EnvironmentTrouble:
    """What is said of a copy that was given up because the window locked or closed meanwhile."""
    return EnvironmentTrouble(
        ExitCode.REFUSED,
        "The copy was given up before it was complete.",
        "The records and the backups before are safe.",
        "It is made again after the next sign-in.",
    )


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
    return count == 0 or hash_at(connection, count) == head


def hash_at(connection: Connection, count: int) -> str | None:
    """The hash that the audit chain had after so many entries, or None when it never had as many."""
    return connection.execute(select(schema.event.c.hash).where(schema.event.c.seq == count)).scalar()


def _bad_copy() -> EnvironmentTrouble:
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "The copy that was just made is not complete: the records or the disk are damaged.",
        "The records themselves were not changed. The bad copy was thrown away.",
        "Run a check of the records (Settings, Security), and use another disk.",
    )
