"""Every cause of trouble reaches a script as its own sentence and its own exit code, on the real commands."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.errors import ExitCode, not_written
from app.models.store import connect_raw
from app.services import assessments, residents
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from tests.factories import NEWS2_LOW, PASSWORD
from tests.helpers.cli import Done, Home, hartwell, start, without_privilege
from tests.helpers.damage import FullHome, full_home

LINE = {"resident": "R01", "instrument": "news2", "sign": True, "answers": {**NEWS2_LOW, "temp_c": 36.6}}


@pytest.fixture
def home(tmp_path: Path) -> FullHome:
    """The full home, to damage."""
    return full_home(tmp_path / "home")


def record(home: FullHome, **changes: str) -> Done:
    """Record one assessment by command."""
    return Home(home.folder, **changes).run("record", lines=[LINE])


def said_in_words(done: Done) -> None:
    """Three sentences, no fault report, and nothing that a script could take for an answer."""
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.err.count(". ") >= 2


# --------------------------------------------------------------------------------------------------- before it is open


def plain_database(home: FullHome) -> None:
    home.store.unlink()
    plain = sqlite3.connect(home.store)
    plain.execute("CREATE TABLE resident (name)")
    plain.commit()
    plain.close()


def newer_schema(home: FullHome) -> None:
    connection = connect_raw(home.store, home.key)
    connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()


def both_keyfiles(home: FullHome, change: Callable[[bytes], bytes]) -> None:
    for path in home.folder.glob("store.keys*"):
        path.write_bytes(change(path.read_bytes()))


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


@dataclass(frozen=True)
class Cause:
    """What is done to the home, the code of the refusal, and what its sentence says and no other's does."""

    do: Callable[[FullHome], object]
    code: ExitCode
    words: str


CAUSES = {
    "keyfile flipped": Cause(lambda home: both_keyfiles(home, flipped), ExitCode.DAMAGED, "keyfile"),
    "keyfile cut": Cause(lambda home: both_keyfiles(home, lambda it: it[:-40]), ExitCode.DAMAGED, "keyfile"),
    "keyfile gone": Cause(
        lambda home: [path.unlink() for path in home.folder.glob("store.keys*")], ExitCode.DAMAGED, "keyfile"
    ),
    "garbage": Cause(
        lambda home: home.store.write_bytes(os.urandom(3 * 4096)), ExitCode.DAMAGED, "does not open with the right key"
    ),
    "first page": Cause(lambda home: home.zero(1), ExitCode.DAMAGED, "does not open with the right key"),
    "plain database": Cause(plain_database, ExitCode.DAMAGED, "not encrypted"),
    "no bytes": Cause(lambda home: home.cut(0), ExitCode.DAMAGED, "empty or was cut off"),
    "a few bytes": Cause(lambda home: home.cut(15), ExitCode.DAMAGED, "empty or was cut off"),
    "less than a page": Cause(lambda home: home.cut(100), ExitCode.DAMAGED, "damaged"),
    "cut in the middle": Cause(lambda home: home.cut(40 * 4096), ExitCode.DAMAGED, "damaged"),
    "missing": Cause(lambda home: home.store.unlink(), ExitCode.DAMAGED, "There are no records at"),
    "a newer program's": Cause(newer_schema, ExitCode.SCHEMA, "a newer version of Hartwell"),
    "anchor gone": Cause(lambda home: (home.folder / "store.anchor").unlink(), ExitCode.BEHIND_ANCHOR, "store.anchor"),
    "anchor flipped": Cause(
        lambda home: (home.folder / "store.anchor").write_bytes(os.urandom(512)), ExitCode.BEHIND_ANCHOR, "store.anchor"
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_what_is_wrong_with_the_files_is_said_and_nothing_is_changed(home: FullHome, name: str) -> None:
    cause = CAUSES[name]
    cause.do(home)
    before = {path.name: path.read_bytes() for path in home.folder.iterdir() if path.is_file()}
    done = record(home)
    assert done.code == cause.code, done.err
    assert cause.words in done.err
    said_in_words(done)
    after = {path.name: path.read_bytes() for path in home.folder.iterdir() if path.is_file()}
    left = {"store.lock", "hartwell.db-wal", "hartwell.db-shm", "throttle.json"}
    assert {name: content for name, content in after.items() if name not in left} == {
        name: content for name, content in before.items() if name not in left
    }


@pytest.mark.parametrize("changes", [{"password": "another password"}, {"user": "nobody"}])
def test_a_wrong_password_and_a_wrong_name_sound_the_same(home: FullHome, changes: dict[str, str]) -> None:
    done = record(home, **changes)
    assert done.code == ExitCode.WRONG_PASSWORD
    assert "The user name or password is not right" in done.err
    said_in_words(done)


def test_records_that_are_open_elsewhere(home: FullHome) -> None:
    session = sign_in(home.folder, "mo", PASSWORD, SystemClock())
    done = record(home)
    session.close()
    assert done.code == ExitCode.ALREADY_OPEN
    assert "already open" in done.err
    said_in_words(done)
    assert record(home).code == 0


# ------------------------------------------------------------------------------------------------------- the disk's


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_disk_that_takes_no_more(home: FullHome) -> None:
    """What was acknowledged before is there, and it goes on when there is room again."""
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))

    given = "\n".join([PASSWORD, *[json.dumps(LINE)] * 50]) + "\n"
    done = hartwell(
        "--store", home.folder, "--user", "mo", "record", "--password-stdin", stdin=given, preexec_fn=limited
    )
    assert done.code == ExitCode.DISK_FULL, done.err
    assert "full" in done.err
    acknowledged = {line["ack"] for line in done.lines}
    assert 0 < len(acknowledged) < 50
    assert record(home).code == 0
    connection = connect_raw(home.store, home.key)
    there = {row[0] for row in connection.execute("SELECT id FROM revision")}
    connection.close()
    assert acknowledged <= there


@pytest.mark.skipif(sys.platform != "linux", reason="modes of Linux")
@pytest.mark.parametrize(("what", "mode"), [(".", 0o500), ("hartwell.db", 0o400), ("hartwell.db", 0o000)])
def test_a_place_without_permission(home: FullHome, what: str, mode: int) -> None:
    path = home.folder / what
    before = path.stat().st_mode & 0o7777
    path.chmod(mode)
    done = without_privilege(Home(home.folder), "record", lines=(LINE,))
    path.chmod(before)
    assert done.code == ExitCode.READ_ONLY, done.err
    assert "permission" in done.err
    said_in_words(done)
    assert record(home).code == 0, "and afterwards it works"


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.ENOSPC, ExitCode.DISK_FULL, "It was not saved: the disk is full."),
        (errno.EDQUOT, ExitCode.DISK_FULL, "It was not saved: the disk is full."),
        (errno.EFBIG, ExitCode.DISK_FULL, "It was not saved: the disk is full."),
        (errno.EACCES, ExitCode.READ_ONLY, "It was not saved: Permission denied."),
        (errno.EROFS, ExitCode.READ_ONLY, "It was not saved: Read-only file system."),
    ],
)
def test_a_file_that_could_not_be_written_says_why(number: int, code: ExitCode, words: str) -> None:
    trouble = not_written("It was not saved", OSError(number, os.strerror(number)), safe="All is.", do="Go on.")
    assert (trouble.exit_code, trouble.happened) == (code, words)


def test_records_that_are_moved_while_they_are_open(home: FullHome) -> None:
    process = start("--store", home.folder, "--user", "mo", "record", "--password-stdin")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(PASSWORD + "\n" + json.dumps(LINE) + "\n")
    process.stdin.flush()
    acknowledged = json.loads(process.stdout.readline())["ack"]
    home.store.rename(home.folder / "elsewhere.db")
    out, err = process.communicate(json.dumps(LINE) + "\n")
    assert process.returncode == ExitCode.READ_ONLY, err
    assert out == ""
    assert "no longer where it was opened" in err
    (home.folder / "elsewhere.db").rename(home.store)
    assert record(home).code == 0
    connection = connect_raw(home.store, home.key)
    assert connection.execute("SELECT count(*) FROM revision WHERE id = ?", (acknowledged,)).fetchone() == (1,)
    connection.close()


# ------------------------------------------------------------------------------------------------ less than there was


def signed_once_more(home: FullHome, meanwhile: Callable[[], object]) -> None:
    """Sign one more assessment, and do something before the log is folded into the file."""
    session = sign_in(home.folder, "mo", PASSWORD, SystemClock())
    person = residents.find_residents(session)[0].id
    assessments.sign(session, person, "news2", NEWS2_LOW)
    meanwhile()
    session.close()


def log_lost(home: FullHome, tmp_path: Path) -> Path:
    """The folder as it is found when the log was not kept."""
    found = tmp_path / "found"
    ignored = shutil.ignore_patterns("*-wal", "*-shm", "*.lock")
    signed_once_more(home, lambda: shutil.copytree(home.folder, found, ignore=ignored))
    return found


def old_copy_put_back(home: FullHome, tmp_path: Path) -> Path:
    """Yesterday's file in the place of today's."""
    old = shutil.copy(home.store, tmp_path / "old.db")
    signed_once_more(home, lambda: None)
    shutil.copy(old, home.store)
    return home.folder


@pytest.mark.parametrize("lose", [log_lost, old_copy_put_back])
def test_records_that_are_less_than_they_were(
    home: FullHome, tmp_path: Path, lose: Callable[[FullHome, Path], Path]
) -> None:
    folder = lose(home, tmp_path)
    done = Home(folder).run("record", lines=[LINE])
    assert done.code == ExitCode.BEHIND_ANCHOR, done.err
    assert "These records are older than they were" in done.err
    said_in_words(done)
    checked = Home(folder).run("verify")
    assert checked.code == ExitCode.BEHIND_ANCHOR
    assert checked.json["store"] == "ok", "SQLite itself notices nothing"
    assert checked.json["anchors"] != "ok"


# -------------------------------------------------------------------------------------------------------- a part of it


def root(home: FullHome, name: str) -> int:
    connection = connect_raw(home.store, home.key)
    found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    connection.close()
    return int(found)


def test_damage_met_at_work_ends_the_command_and_salvage_saves_the_rest(home: FullHome, tmp_path: Path) -> None:
    home.flip(root(home, "assessment"))
    done = record(home)
    assert done.code == ExitCode.DAMAGED, done.err
    assert "A part of the records file is damaged" in done.err
    assert "hartwell salvage" in done.err
    said_in_words(done)
    checked = Home(home.folder).run("verify")
    assert checked.code == ExitCode.DAMAGED
    assert checked.json["store"] != "ok"
    backup = Home(home.folder).run("backup", "--to", tmp_path)
    assert backup.code == ExitCode.DAMAGED, backup.err
    assert list(tmp_path.glob("*.hartwell*")) == []
    before = home.store.read_bytes()
    saved = Home(home.folder).run("salvage", "--out", tmp_path / "saved")
    assert home.store.read_bytes() == before
    assert saved.code == ExitCode.DAMAGED
    assert saved.json["whole"] is False
    assert saved.json["revisions"]["missing"] == 0
    assert all(Path(path).is_file() for path in saved.json["files"])
    assert "lists made from them for the screens" in saved.err
    assert "NOT encrypted" in saved.err


def test_salvage_of_whole_records_ends_well(home: FullHome, tmp_path: Path) -> None:
    done = Home(home.folder).run("salvage", "--out", tmp_path / "saved")
    assert done.code == ExitCode.DONE, done.err
    assert done.json["whole"] is True
    assert done.json["residents"] == []
    again = Home(home.folder).run("salvage", "--out", tmp_path / "saved")
    assert again.code == ExitCode.REFUSED
    assert "not an empty folder" in again.err
