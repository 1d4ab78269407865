"""What a store must hold, asked of the tables themselves and not of the program's own verification."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from app.domain.codec import canonical
from app.models import schema
from app.models.store import Store
from app.services.clock import SystemClock
from app.services.sign_in import open_with
from app.vault import keys
from app.vault.keyfile import Keyfile, Unlocked, read_keyfile, unlock
from tests.factories import PASSWORD

_derived: dict[tuple[bytes, str, str], Unlocked] = {}


def unlocked(slots: Keyfile, user: str = "mo", password: str = PASSWORD) -> Unlocked:
    """What the password gives, derived once for each keyfile and not once for each image of a disk."""
    asked = (pickle.dumps(slots), user, password)
    if asked not in _derived:
        _derived[asked] = unlock(slots, user, password)
    return _derived[asked]


def open_as_program(folder: Path, user: str = "mo", password: str = PASSWORD, *, inspect: bool = False) -> Store:
    """Open the store as signing in does, anchor and all; ``inspect`` opens one that is behind its anchor too."""
    slots = read_keyfile(folder)
    return open_with(folder, slots, unlocked(slots, user, password), SystemClock(), inspect=inspect)[0]


@contextmanager
def opened(folder: Path, user: str = "mo", password: str = PASSWORD, *, inspect: bool = False) -> Iterator[Connection]:
    """The store in the folder, opened as the program does it, and read in one transaction."""
    store = open_as_program(folder, user, password, inspect=inspect)
    try:
        with store.read() as connection:
            yield connection
    finally:
        store.close()


def sqlcipher_key(folder: Path) -> tuple[str, str]:
    """What opens the store in the folder without the program, and the store's id."""
    slots = read_keyfile(folder)
    return keys.sqlcipher_key(unlocked(slots).data_key, slots.store_id), slots.store_id


def revisions(connection: Connection) -> set[str]:
    """The ids of all revisions."""
    return set(connection.execute(select(schema.revision.c.id)).scalars())


def chain_faults(connection: Connection) -> list[str]:
    """Where the two hash chains are broken, if they are."""
    faults = []
    head = ""
    for place, row in enumerate(connection.execute(select(schema.event).order_by(schema.event.c.seq)), start=1):
        values = dict(row._mapping)
        digest = values.pop("hash")
        if (row.seq, row.prev_hash) != (place, head):
            faults.append(f"event {row.seq} does not follow {place - 1}")
        if hashlib.sha256(canonical(values).encode()).hexdigest() != digest:
            faults.append(f"event {row.seq} is not what was hashed")
        head = digest
    head = ""
    for place, row in enumerate(connection.execute(select(schema.revision).order_by(schema.revision.c.seq)), start=1):
        if (row.seq, row.prev_hash) != (place, head):
            faults.append(f"revision {row.seq} does not follow {place - 1}")
        if hashlib.sha256(row.body.encode()).hexdigest() != row.body_hash:
            faults.append(f"revision {row.seq} has another body")
        head = row.hash
    return faults


def damage(connection: Connection) -> list[str]:
    """What the library itself finds wrong with the file, every page of it."""
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    sealed = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check")]
    return [words for words in found if words != "ok"] + sealed
