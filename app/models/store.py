"""Opening the store, and the two kinds of transaction: reading, and writing with its audit.

Opening is fail-closed: the file must exist, must not be a plain database, must answer to the key, must be the store
that the keyfile names, and must have a schema this program knows. Nothing is ever created by opening.

A :class:`Work` is one writing transaction. Whatever it records gets the next hybrid logical time and takes its place in
the device's chain of revisions, and an audit event is written beside it in the same transaction.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.pool import StaticPool

from app.domain.codec import canonical, canonical_row, instant_text, to_plain
from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.ids import HLC, uuid7
from app.models import migrate, schema, trouble
from app.vault import signing
from app.vault.anchor import AnchorFile
from app.vault.signing import Signer

STORE_NAME = "hartwell.db"
SCHEMA_VERSION = 1
NEXT_NAME = STORE_NAME + ".next"
"""The copy under a new data key, until it takes the store's place."""
_PLAIN_HEADER = b"SQLite format 3\x00"
_CACHE_KIB = 64 * 1024
_BUSY_MS = 5000
# Made once: building a statement costs more than running these.
_R, _E = schema.revision.c, schema.event.c
_PREVIOUS = select(_R.hash).where(_R.device_id == bindparam("device")).order_by(_R.seq.desc()).limit(1)
_PARENT = select(_R.id).where(_R.entity_id == bindparam("entity")).order_by(_R.hlc.desc()).limit(1)
_HEAD = select(_E.seq, _E.hash).order_by(_E.seq.desc()).limit(1)
_ADD_REVISION, _ADD_EVENT = insert(schema.revision), insert(schema.event)


@dataclass(frozen=True, slots=True)
class Author:
    """Whose work a transaction is: the account's name, and their signer while it is unlocked."""

    user: str
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision just written: its id, and the hash of its body, which is what signatures and messages refer to."""

    id: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The audit chain's length and last hash."""

    count: int
    head: str


class StoreClosedError(EnvironmentTrouble):
    """Somebody still at work on a store that has been closed: the screen was locked, or the program is ending."""

    def __init__(self) -> None:
        super().__init__(
            ExitCode.REFUSED, "The records were closed.", "Everything saved before is safe.", "Sign in again."
        )


class Store:
    """An open store. Belongs to one thread; everybody else asks that thread.

    ``trouble`` is None, or why nothing may be written to it: it is behind its anchor, or it turned out to be damaged.
    """

    def __init__(
        self,
        engine: Engine,
        path: Path,
        store_id: str,
        device_id: str,
        random: Callable[[int], bytes],
    ) -> None:
        self._reading = engine.execution_options(hartwell_begin="BEGIN")
        self._writing = engine.execution_options(hartwell_begin="BEGIN IMMEDIATE")
        self.path = path
        self.id = store_id
        self.device_id = device_id
        self.trouble: EnvironmentTrouble | None = None
        self._random = random
        self._closed = False
        self._device: Signer | None = None
        self._anchor: AnchorFile | None = None
        self._place = _place(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction: one consistent picture."""
        self._check_open()
        with self._noticing(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self, author: Author, now: datetime) -> Iterator[Work]:
        """A writing transaction. Committed when the block ends, undone whole when it raises.

        Once it is committed the anchor beside the keyfile is brought up to it. Raises EnvironmentTrouble when the store
        is open for reading only, or is no longer in its place.
        """
        self._check_open()
        if self.trouble is not None:
            raise self.trouble
        self._check_place()
        with self._noticing(), self._writing.begin() as connection:
            work = Work(connection, self.device_id, author, now, self._random, self._device)
            yield work
            work.finish()
        self._check_place()  # SQLite reports success for a write into a file that has been moved away or deleted
        if self._anchor is not None:
            self._anchor.keep(work.chain.count, work.chain.head)

    @contextmanager
    def look(self, author: Author, now: datetime) -> Iterator[Work]:
        """A transaction for showing something that is audited: what is asked may be seen also when it cannot be noted.

        On a store that may only be read the events go nowhere, because keeping them would mean writing to it; residents
        come first.
        """
        if self.trouble is None:
            with self.write(author, now) as work:
                yield work
            return
        with self.read() as connection:
            yield _Looking(connection, author, now)

    def close(self) -> None:
        """Close it for good; the library folds the write-ahead log into the file as the last connection goes."""
        self._closed = True
        self._reading.dispose()
        if self._anchor is not None:
            self._anchor.close()

    def keep_anchor(self, anchor: AnchorFile) -> None:
        """From now on keep this anchor up to each commit, beginning with the chain as it is."""
        self._anchor = anchor
        with self.read() as connection:
            chain = chain_head(connection)
        anchor.keep(chain.count, chain.head)

    @property
    def anchor_failed(self) -> bool:
        """Whether the last anchor could not be written, so that a loss could pass unnoticed."""
        return self._anchor is not None and self._anchor.failed is not None

    @property
    def device(self) -> Signer | None:
        """The laptop's own key, once it is known."""
        return self._device

    def sign_with(self, device: Signer) -> None:
        """The laptop's own key: from now on it countersigns each revision."""
        self._device = device

    def only_read(self, trouble: EnvironmentTrouble) -> None:
        """Refuse every write from now on, for this reason."""
        self.trouble = trouble

    def write_again(self) -> None:
        """Somebody entitled to has looked at the trouble and goes on."""
        self.trouble = None

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Database errors in words; a store that turns out to be damaged is not written to any more."""
        try:
            with trouble.in_words():
                yield
        except EnvironmentTrouble as found:
            if found.exit_code is ExitCode.DAMAGED:
                self.trouble = self.trouble or found
                self._reading.dispose()  # having met damage, a connection reads nothing more, not even what is whole
            raise

    def _check_open(self) -> None:
        # The engine would quietly connect again, key and all, after the screen was locked.
        if self._closed:
            raise StoreClosedError

    def _check_place(self) -> None:
        try:
            there = _place(self.path)
        except OSError:
            raise trouble.moved_store() from None
        if there != self._place:
            raise trouble.moved_store()


def _place(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


class Work:
    """One writing transaction by one author at one time."""

    def __init__(
        self,
        connection: Connection,
        device_id: str,
        author: Author,
        now: datetime,
        random: Callable[[int], bytes],
        device: Signer | None,
    ) -> None:
        self.connection = connection
        self.author = author
        self.now = now
        self._device_id = device_id
        self._random = random
        self._device = device
        row = connection.execute(select(schema.store.c.seq, schema.store.c.hlc)).one()
        self._seq: int = row.seq
        self._hlc = HLC.parse(row.hlc)
        self._chain = chain_head(connection)

    @property
    def chain(self) -> ChainHead:
        """The audit chain as this transaction will leave it."""
        return self._chain

    @property
    def at(self) -> str:
        """The transaction's time as stored text."""
        return instant_text(self.now)

    def new_id(self) -> str:
        """A UUIDv7 that sorts after every id made before it on this device, even when the clock went back."""
        return uuid7(self._tick(), self._random(8))

    def revise(
        self,
        kind: str,
        entity_id: str,
        body: object,
        *,
        resident_id: str | None = None,
        state: str = "recorded",
        valid_at: datetime | None = None,
        reason: str = "",
        action: str = "record",
    ) -> Revised:
        """Add a revision of an entity, and its audit event.

        ``body`` is a dataclass or plain values; ``valid_at`` is when it is true of the world, if that is not now. The
        body's hash is signed when the author's signing key is unlocked, and the laptop signs the whole row's hash.
        Earlier revisions stay as they are.
        """
        text = canonical(to_plain(body))
        body_hash = hashlib.sha256(text.encode()).hexdigest()
        previous = self.connection.execute(_PREVIOUS, {"device": self._device_id}).scalar()
        parent = self.connection.execute(_PARENT, {"entity": entity_id}).scalar()
        stamp = self._tick()
        self._seq += 1
        signer = self.author.signer
        values: dict[str, str | int | None] = {
            "id": uuid7(stamp, self._random(8)),
            "kind": kind,
            "entity_id": entity_id,
            "parent": parent,
            "state": state,
            "device_id": self._device_id,
            "seq": self._seq,
            "hlc": str(stamp),
            "author": self.author.user,
            "recorded_at": self.at,
            "valid_at": instant_text(valid_at or self.now),
            "reason": reason,
            "schema_v": SCHEMA_VERSION,
            "body_hash": body_hash,
            "prev_hash": previous or "",
            "signer_key": signer.public if signer else None,
            "signature": signer.sign(body_hash.encode()) if signer else None,
        }
        values["hash"] = hashlib.sha256(canonical_row(values).encode()).hexdigest()
        signed = self._device.sign(str(values["hash"]).encode()) if self._device else None
        self.connection.execute(_ADD_REVISION, {**values, "body": text, "device_signature": signed})
        detail = {"revision": values["id"], "state": state, "body_hash": body_hash}
        self.audit(action, kind, entity_id, resident_id=resident_id, reason=reason, detail=detail)
        return Revised(str(values["id"]), body_hash)

    def audit(
        self,
        action: str,
        kind: str,
        object_id: str,
        *,
        resident_id: str | None = None,
        reason: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Add an event to the audit chain: who did what to which thing, and why. Never a resident's words."""
        values: dict[str, str | int | None] = {
            "seq": self._chain.count + 1,
            "hlc": str(self._tick()),
            "at": self.at,
            "device_id": self._device_id,
            "actor": self.author.user,
            "action": action,
            "object_kind": kind,
            "object_id": object_id,
            "resident_id": resident_id,
            "reason": reason,
            "detail": canonical(detail or {}),
            "prev_hash": self._chain.head,
        }
        digest = hashlib.sha256(canonical_row(values).encode()).hexdigest()
        self.connection.execute(_ADD_EVENT, {**values, "hash": digest})
        self._chain = ChainHead(self._chain.count + 1, digest)

    def become_device(self, name: str) -> Signer:
        """From now on write as another laptop, with a key and a sequence of its own; the signer to go on with.

        A copy of a record that goes on living elsewhere must not number its revisions as the first one does.
        """
        self._device_id = self.new_id()
        self.connection.execute(update(schema.device).values(private_key=""))
        self._device = add_device(self.connection, self._device_id, name, self.at)
        self._seq = 0
        self.connection.execute(update(schema.store).values(device_id=self._device_id, device_name=name))
        return self._device

    def finish(self) -> None:
        """Keep the device's sequence and logical time with the rows that used them."""
        self.connection.execute(update(schema.store).values(seq=self._seq, hlc=str(self._hlc)))

    def _tick(self) -> HLC:
        self._hlc = self._hlc.tick(int(self.now.timestamp() * 1000))
        return self._hlc


class _Looking(Work):
    """A reading transaction in the place of a writing one: its audit events are not kept.

    It asks nothing of the store, so that what is whole of a damaged one may be looked at.
    """

    def __init__(self, connection: Connection, author: Author, now: datetime) -> None:
        self.connection = connection
        self.author = author
        self.now = now

    def audit(
        self,
        action: str,
        kind: str,
        object_id: str,
        *,
        resident_id: str | None = None,
        reason: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Nothing: the store may not be written to."""


def chain_head(connection: Connection) -> ChainHead:
    """The audit chain's length and last hash; zero and empty before the first event."""
    row = connection.execute(_HEAD).first()
    return ChainHead(row.seq, row.hash) if row else ChainHead(0, "")


def last_stamp(connection: Connection) -> datetime:
    """The latest logical time given out; a wall clock well behind it has been put back."""
    stamp = HLC.parse(connection.execute(select(schema.store.c.hlc)).scalar_one())
    return datetime.fromtimestamp(stamp.millis / 1000, UTC)


def create_store(
    folder: Path,
    key: str,
    store_id: str,
    device_name: str,
    now: datetime,
    random: Callable[[int], bytes] = os.urandom,
) -> Store:
    """Make a new, empty store in the folder; refuses to touch one that is there."""
    path = folder / STORE_NAME
    if path.exists():
        raise EnvironmentTrouble(
            ExitCode.REFUSED, f"There are already records in {folder}.", "They were not touched.", "Use another folder."
        )
    stamp = HLC(int(now.timestamp() * 1000), 0)
    device_id = uuid7(stamp, random(8))
    engine = _engine(path, key, create=True)
    try:
        with trouble.in_words():
            migrate.to_newest(engine.execution_options(hartwell_begin="BEGIN IMMEDIATE"))
            with engine.execution_options(hartwell_begin="BEGIN IMMEDIATE").begin() as connection:
                connection.execute(
                    insert(schema.store),
                    {
                        "one": 1,
                        "store_id": store_id,
                        "device_id": device_id,
                        "device_name": device_name,
                        "created_at": instant_text(now),
                        "seq": 0,
                        "hlc": str(stamp),
                    },
                )
                device = add_device(connection, device_id, device_name, instant_text(now))
    except BaseException:
        engine.dispose()
        raise
    store = Store(engine, path, store_id, device_id, random)
    store.sign_with(device)
    return store


def add_device(connection: Connection, device_id: str, name: str, at: str) -> Signer:
    """Give the laptop an Ed25519 key of its own, whose private half is only in this store."""
    signer = Signer(signing.new_signing_key())
    connection.execute(
        upsert(schema.device)
        .values(id=device_id, name=name, public_key=signer.public, private_key=signer.private.hex(), added_at=at)
        .on_conflict_do_update(
            index_elements=["id"], set_={"public_key": signer.public, "private_key": signer.private.hex()}
        )
    )
    connection.execute(
        insert(schema.signing_key), {"public_key": signer.public, "kind": "device", "owner": device_id, "added_at": at}
    )
    return signer


def add_device_key(work: Work) -> Signer:
    """The same for the laptop that this store is on: it has none yet, or gets another with a new data key."""
    row = work.connection.execute(select(schema.store.c.device_id, schema.store.c.device_name)).one()
    return add_device(work.connection, row.device_id, row.device_name, work.at)


def device_signer(connection: Connection) -> Signer | None:
    """The key of the laptop that holds this store; None in a store from before laptops had one."""
    private = connection.execute(
        select(schema.device.c.private_key).join(schema.store, schema.store.c.device_id == schema.device.c.id)
    ).scalar()
    return Signer(bytes.fromhex(private)) if private else None


def open_store(
    folder: Path,
    key: str,
    store_id: str,
    random: Callable[[int], bytes] = os.urandom,
    *,
    name: str = STORE_NAME,
    before_migration: Callable[[Store], None] | None = None,
) -> Store:
    """Open the store in the folder with its key.

    A store of an older schema is migrated when ``before_migration`` is given, which is called first with the store as
    it is: to make a backup. Raises EnvironmentTrouble: DAMAGED when there is none, when it is not encrypted, or when
    it does not open with the right key; SCHEMA when it was made by another program; READ_ONLY or DISK_FULL as the case
    is.
    """
    path = folder / name
    try:
        # For writing too: the library would open a file that may only be read, and leave a log with its permissions.
        with path.open("r+b") as handle:
            header = handle.read(len(_PLAIN_HEADER))
    except FileNotFoundError:
        raise trouble.missing_store(path) from None
    except IsADirectoryError:
        raise trouble.damaged_store() from None
    except OSError as error:
        raise trouble.unreachable(error) from None
    if len(header) < len(_PLAIN_HEADER):
        raise trouble.cut_off_store()
    if header == _PLAIN_HEADER:
        raise trouble.plain_store()
    engine = _engine(path, key, create=False)
    try:
        found, row = _identity(engine)
        store = Store(engine, path, row.store_id, row.device_id, random)
        if row.store_id != store_id:
            raise trouble.damaged_store()
        if found != schema.SCHEMA:
            if before_migration is None:
                raise _other_version(newer=False)
            before_migration(store)
            with trouble.in_words():
                migrate.to_newest(engine.execution_options(hartwell_begin="BEGIN IMMEDIATE"))
    except BaseException:
        engine.dispose()
        raise
    return store


@contextmanager
def open_as_it_is(path: Path, key: str, store_id: str) -> Iterator[Connection]:
    """A reading connection to a copy or to a store of any known schema, for looking it over.

    Raises EnvironmentTrouble DAMAGED when it is not the store of that id.
    """
    engine = _engine(path, key, create=False)
    try:
        _found, row = _identity(engine)
        if row.store_id != store_id:
            raise trouble.damaged_store()
        with trouble.in_words(), engine.execution_options(hartwell_begin="BEGIN").begin() as connection:
            yield connection
    finally:
        engine.dispose()


def connect_raw(path: Path, key: str) -> driver.Connection:
    """A keyed connection of one's own, beside the store's: for copying it and for looking at its pages."""
    uri = f"file:{quote(path.resolve().as_posix())}?mode=rw"
    connection = driver.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000)
    try:
        _prepare(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _identity(engine: Engine) -> tuple[str, Any]:
    """The schema's version, and whose store this is."""
    with trouble.in_words(), engine.execution_options(hartwell_begin="BEGIN").begin() as connection:
        found = migrate.current(connection)
        if found != schema.SCHEMA and found not in migrate.OLDER:
            raise _other_version(newer=True)
        row = connection.execute(select(schema.store.c.store_id, schema.store.c.device_id)).first()
    if row is None:
        raise trouble.damaged_store()
    return found, row


def _other_version(*, newer: bool) -> EnvironmentTrouble:
    return EnvironmentTrouble(
        ExitCode.SCHEMA,
        f"These records were made by {'a newer' if newer else 'an older'} version of Hartwell.",
        "Nothing was changed.",
        "Use the newest version of the program."
        if newer
        else "Sign in to them with this version once: it makes a backup and brings them up to date.",
    )


def _engine(path: Path, key: str, *, create: bool) -> Engine:
    """One engine on one connection. Naming the driver gets its errors wrapped; the key stays in the closure."""
    uri = f"file:{quote(path.resolve().as_posix())}?mode={'rwc' if create else 'rw'}"

    def connect() -> driver.Connection:
        connection = driver.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000
        )
        try:
            _prepare(connection, key)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", module=driver, creator=connect, poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own transaction handling defers the write lock and splits migrations; every BEGIN is ours.
        connection.exec_driver_sql(connection.get_execution_options().get("hartwell_begin", "BEGIN"))

    return engine


def _prepare(connection: driver.Connection, key: str) -> None:
    run = connection.execute
    run("PRAGMA cipher_log_level = NONE")  # the library's own log goes to standard error, which nobody controls
    run(f"PRAGMA key = \"x'{key}'\"")
    if not run("PRAGMA cipher_version").fetchone():
        raise EnvironmentTrouble(
            ExitCode.DAMAGED,
            "The encryption library is missing from this program.",
            "Nothing was opened.",
            "Install Hartwell again.",
        )
    for pragma in (
        f"busy_timeout = {_BUSY_MS}",
        "temp_store = MEMORY",  # a temporary file would hold residents' data in clear
        "foreign_keys = ON",
        "secure_delete = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        f"cache_size = -{_CACHE_KIB}",
        "synchronous = FULL",
    ):
        run(f"PRAGMA {pragma}")
    run("SELECT count(*) FROM sqlite_master").fetchone()
    if run("PRAGMA cipher_status").fetchone() not in (None, ("1",), (1,)) or run("PRAGMA temp_store").fetchone() != (
        2,
    ):
        raise EnvironmentTrouble(
            ExitCode.DAMAGED,
            "The encryption library does not do what it was asked.",
            "Nothing was written.",
            "Install Hartwell again.",
        )
    if run("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            "The records' folder does not allow safe saving.",
            "Nothing was changed.",
            "Move the records to this computer's own disk.",
        )
