"""Opening the store: fail-closed, never creating, each cause with its own words and exit code."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as cipher
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import store as stores
from app.models.store import STORE_NAME, Author, Store, StoreClosedError, create_store, open_store
from app.services.clock import SetClock
from app.services.sign_in import sign_in
from app.vault import keys
from tests.factories import NOW, PASSWORD, new_home

KEY = keys.sqlcipher_key(bytes(32), "store-1")
NAME = "Invented Zebrafinch"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store that holds a name."""
    store = create_store(tmp_path, KEY, "store-1", "a laptop", NOW)
    with store.write(Author("mo"), NOW) as work:
        work.revise("note", "n1", {"text": NAME})
    store.close()
    return tmp_path


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    assert trouble.value.happened
    assert trouble.value.safe
    assert trouble.value.do
    return trouble.value


def pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_what_was_saved_is_there_when_it_is_opened_again(folder: Path) -> None:
    store = open_store(folder, KEY, "store-1")
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT body FROM revision").scalar() == f'{{"text":"{NAME}"}}'
    store.close()


def test_the_file_is_no_database_to_anybody_without_the_key(folder: Path) -> None:
    plain = sqlite3.connect(folder / STORE_NAME)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM sqlite_master")
    plain.close()
    for path in folder.iterdir():
        content = path.read_bytes()
        assert NAME.encode() not in content, path
        assert b"SQLite format 3" not in content, path


def test_the_log_of_an_open_store_holds_no_name_either(folder: Path) -> None:
    store = open_store(folder, KEY, "store-1")
    with store.write(Author("mo"), NOW) as work:
        work.revise("note", "n2", {"text": NAME})
    log = folder / f"{STORE_NAME}-wal"
    assert log.stat().st_size > 0
    assert NAME.encode() not in log.read_bytes()
    store.close()
    assert not log.exists(), "closing folds the log into the file"


def test_every_safety_setting_is_in_force(folder: Path) -> None:
    store = open_store(folder, KEY, "store-1")
    with store.read() as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2  # FULL
        assert pragma(connection, "temp_store") == 2  # memory: a temporary file would be in clear
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "secure_delete") == 1
        assert pragma(connection, "trusted_schema") == 0
        assert pragma(connection, "cell_size_check") == 1
        assert pragma(connection, "busy_timeout") == 5000
        assert pragma(connection, "cipher_version")
        assert str(pragma(connection, "cipher_status")) == "1"
    store.close()


def _plain_sqlite(path: Path) -> None:
    path.unlink()
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE resident (name)")
    plain.commit()
    plain.close()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a plain database": _plain_sqlite,
    "an empty file": lambda path: path.write_bytes(b"") and None,
    "a few bytes": lambda path: path.write_bytes(b"abc") and None,
    "cut to 100 bytes": lambda path: os.truncate(path, 100),
    "cut in the middle": lambda path: os.truncate(path, 4096 * 2),
    "garbage": lambda path: path.write_bytes(os.urandom(8192)) and None,
    "a damaged first page": lambda path: path.write_bytes(bytes(64) + path.read_bytes()[64:]) and None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_said_to_be_damaged_and_is_left_as_it_is(folder: Path, damage: str) -> None:
    path = folder / STORE_NAME
    DAMAGES[damage](path)
    before = path.read_bytes()
    trouble = refused(lambda: open_store(folder, KEY, "store-1"))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert "damaged" in trouble.happened
    assert path.read_bytes() == before


def test_a_missing_store_is_an_error_and_never_a_new_empty_one(tmp_path: Path) -> None:
    trouble = refused(lambda: open_store(tmp_path, KEY, "store-1"))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert "There are no records" in trouble.happened
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_vanishes_while_it_is_opened_is_not_made_again_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stores.driver.connect

    def vanished(*args: object, **kwargs: object) -> object:
        (folder / STORE_NAME).unlink(missing_ok=True)
        return real(*args, **kwargs)

    monkeypatch.setattr(stores.driver, "connect", vanished)
    refused(lambda: open_store(folder, KEY, "store-1"))
    assert not (folder / STORE_NAME).exists()


def test_a_folder_in_the_stores_place_is_damage_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / STORE_NAME).mkdir()
    assert refused(lambda: open_store(tmp_path, KEY, "store-1")).exit_code is ExitCode.DAMAGED


def test_another_key_does_not_open_it(folder: Path) -> None:
    other = keys.sqlcipher_key(bytes(31) + b"\x01", "store-1")
    assert refused(lambda: open_store(folder, other, "store-1")).exit_code is ExitCode.DAMAGED


def test_the_store_of_another_keyfile_is_not_opened_even_with_its_key(folder: Path) -> None:
    assert refused(lambda: open_store(folder, KEY, "store-2")).exit_code is ExitCode.DAMAGED


def keyed(folder: Path) -> cipher.Connection:
    connection = cipher.connect(str(folder / STORE_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY}'\"")
    return connection


@pytest.mark.parametrize(
    "change",
    ["UPDATE alembic_version SET version_num = '0999'", "DROP TABLE alembic_version", "DELETE FROM alembic_version"],
)
def test_a_store_of_another_version_is_not_touched(folder: Path, change: str) -> None:
    connection = keyed(folder)
    connection.execute(change)
    connection.commit()
    connection.close()
    trouble = refused(lambda: open_store(folder, KEY, "store-1"))
    assert trouble.exit_code is ExitCode.SCHEMA
    assert "a newer version" in trouble.happened


def test_a_store_that_lost_its_identity_is_damaged(folder: Path) -> None:
    connection = keyed(folder)
    connection.execute("DELETE FROM store")
    connection.commit()
    connection.close()
    assert refused(lambda: open_store(folder, KEY, "store-1")).exit_code is ExitCode.DAMAGED


def test_a_new_store_never_takes_the_place_of_one_that_is_there(folder: Path) -> None:
    before = (folder / STORE_NAME).read_bytes()
    trouble = refused(lambda: create_store(folder, KEY, "store-3", "a laptop", NOW))
    assert trouble.exit_code is ExitCode.REFUSED
    assert (folder / STORE_NAME).read_bytes() == before


def test_a_driver_without_encryption_opens_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "driver", sqlite3)
    trouble = refused(lambda: open_store(folder, KEY, "store-1"))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert "encryption library is missing" in trouble.happened
    other = folder / "other"
    other.mkdir()
    assert refused(lambda: create_store(other, KEY, "store-3", "a laptop", NOW)).exit_code is ExitCode.DAMAGED
    assert all(NAME.encode() not in path.read_bytes() for path in other.iterdir())


def test_a_disk_that_cannot_hold_the_write_ahead_log_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoLog(cipher.Connection):
        def execute(self, sql: str, *args: object) -> cipher.Cursor:
            return super().execute(sql.replace("journal_mode = WAL", "journal_mode = DELETE"), *args)

    real = cipher.connect
    connection = keyed(folder)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    monkeypatch.setattr(stores.driver, "connect", lambda *args, **kwargs: real(*args, factory=NoLog, **kwargs))
    trouble = refused(lambda: open_store(folder, KEY, "store-1"))
    assert trouble.exit_code is ExitCode.READ_ONLY
    assert "this computer's own disk" in trouble.do


def test_nothing_is_left_open_whether_opening_succeeds_or_fails(folder: Path) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ResourceWarning)
        store = open_store(folder, KEY, "store-1")
        with store.read() as connection:
            connection.exec_driver_sql("SELECT 1")
        store.close()
        del store, connection
        refused(lambda: open_store(folder, KEY, "store-2"))
        refused(lambda: open_store(folder, "00" * 48, "store-1"))
        (folder / STORE_NAME).write_bytes(os.urandom(8192))
        refused(lambda: open_store(folder, KEY, "store-1"))
        gc.collect()
    assert [str(warning.message) for warning in seen if warning.category is ResourceWarning] == []


@pytest.fixture
def store(folder: Path) -> Store:
    """The store, open."""
    return open_store(folder, KEY, "store-1")


def test_while_another_program_writes_it_is_said_to_be_open_elsewhere(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = keyed(folder)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(EnvironmentTrouble) as trouble, store.write(Author("mo"), NOW):
        pass
    assert trouble.value.exit_code is ExitCode.ALREADY_OPEN
    other.rollback()
    other.close()
    with store.write(Author("mo"), NOW) as work:
        work.audit("view", "note", "n1")
    store.close()


class Broken(cipher.OperationalError):
    """A driver error with the name that the real one carries."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sqlite_errorname = name


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("SQLITE_FULL", ExitCode.DISK_FULL, "the disk is full"),
        ("SQLITE_IOERR_WRITE", ExitCode.DISK_FULL, "full, or it is failing"),
        ("SQLITE_IOERR_FSYNC", ExitCode.DISK_FULL, "full, or it is failing"),
        ("SQLITE_READONLY", ExitCode.READ_ONLY, "cannot be written"),
        ("SQLITE_READONLY_DIRECTORY", ExitCode.READ_ONLY, "cannot be written"),
        ("SQLITE_CANTOPEN", ExitCode.READ_ONLY, "cannot be written"),
        ("SQLITE_PERM", ExitCode.READ_ONLY, "no permission"),
        ("SQLITE_CORRUPT", ExitCode.DAMAGED, "damaged"),
        ("SQLITE_CORRUPT_INDEX", ExitCode.DAMAGED, "damaged"),
        ("SQLITE_NOTADB", ExitCode.DAMAGED, "damaged"),
        ("SQLITE_BUSY_SNAPSHOT", ExitCode.ALREADY_OPEN, "already open"),
    ],
)
def test_each_cause_the_database_names_has_its_words_and_code(
    store: Store, name: str, code: ExitCode, words: str
) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble, store.write(Author("mo"), NOW) as work:  # noqa: PT012
        work.revise("note", "n3", {})
        raise OperationalError("INSERT", {}, Broken(name))
    assert trouble.value.exit_code is code
    assert words in trouble.value.happened
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM revision WHERE entity_id = 'n3'").scalar() == 0
    store.close()


def test_a_fault_of_ours_is_not_dressed_up_as_the_environments(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write(Author("mo"), NOW) as work:
        work.connection.exec_driver_sql("INSERT INTO setting (key) VALUES ('x')")
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 2 MB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("mount") is None or not mounted("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)):
        pytest.skip("needs to mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def mounted(*options: str) -> bool:
    return subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0


def test_on_a_disk_that_is_really_full_nothing_is_saved_and_everything_before_is_safe(small_disk: Path) -> None:
    store = create_store(small_disk, KEY, "store-1", "a laptop", NOW)
    saved = 0
    with pytest.raises(EnvironmentTrouble) as trouble:  # noqa: PT012 - which save fails is the disk's affair
        for _ in range(200):
            with store.write(Author("mo"), NOW) as work:
                work.revise("note", work.new_id(), {"text": "x" * 20_000})
            saved += 1
    assert trouble.value.exit_code is ExitCode.DISK_FULL
    assert saved > 0
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM revision").scalar() == saved
    store.close()
    store = open_store(small_disk, KEY, "store-1")
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM revision").scalar() == saved
    store.close()


def test_on_a_disk_that_is_really_read_only_opening_says_so(folder: Path, small_disk: Path) -> None:
    shutil.copy(folder / STORE_NAME, small_disk)
    assert mounted("-o", "remount,ro", str(small_disk))
    trouble = refused(lambda: open_store(small_disk, KEY, "store-1"))
    assert trouble.exit_code is ExitCode.READ_ONLY
    assert "cannot be written" in trouble.happened


def test_a_store_that_was_closed_does_not_open_again_by_itself(tmp_path: Path) -> None:
    new_home(tmp_path)
    session = sign_in(tmp_path, "mo", PASSWORD, SetClock(NOW))
    session.close()
    with pytest.raises(StoreClosedError), session.read():
        pass
    with pytest.raises(StoreClosedError), session.write():
        pass
    assert not (tmp_path / f"{STORE_NAME}-wal").exists(), "nothing was connected again"
