"""What a store must hold, asked of the tables themselves and not of the program's own verification."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from app.domain.codec import canonical
from app.models import schema
from app.models.store import open_store
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.vault import keys
from app.vault.keyfile import read_keyfile
from tests.factories import PASSWORD


@dataclass(frozen=True)
class Key:
    """What opens a store without deriving anything: SQLCipher's key, and whose it is."""

    sqlcipher: str
    store_id: str


def key_of(folder: Path, user: str = "mo", password: str = PASSWORD) -> Key:
    """The key of the store in the folder, got once by really signing in."""
    session = sign_in(folder, user, password, SystemClock())
    try:
        store_id = read_keyfile(folder).store_id
        return Key(keys.sqlcipher_key(session.data_key, store_id), store_id)
    finally:
        session.close()


@contextmanager
def opened(folder: Path, key: Key) -> Iterator[Connection]:
    """The store in the folder, opened by the program with its key and read in one transaction."""
    store = open_store(folder, key.sqlcipher, key.store_id)
    try:
        with store.read() as connection:
            yield connection
    finally:
        store.close()


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
