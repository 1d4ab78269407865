"""The keyfile, which everything hangs on: cut off while it is changed, and with a bit the wrong way round."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.vault.keyfile import KEYFILE_NAME, SPARE_NAME, Keyfile, read_keyfile, unlock
from tests.factories import PASSWORD, LivingHome
from tests.faults import recorder
from tests.faults.disk import Disk, lay_out
from tests.faults.figures import Row
from tests.helpers.cli import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an account of every role; copied, never changed."""
    folder = tmp_path_factory.mktemp("keyfile") / "home"
    LivingHome(folder).session.close()
    return folder


def code_of(folder: Path, password: str = PASSWORD) -> int:
    """What the manager is told who signs in with the password: an exit code."""
    try:
        unlock(read_keyfile(folder), "mo", password)
    except EnvironmentTrouble as trouble:
        return int(trouble.exit_code)
    return 0


@pytest.mark.skipif(sys.platform != "linux", reason="records system calls with strace")
def test_a_keyfile_cut_off_while_it_changes_is_the_old_or_the_new_one(
    home: Path, tmp_path: Path, memory_folder: Path, chance: random.Random, row: Row, long_form: bool
) -> None:
    recorder.require()
    folder = shutil.copytree(home, tmp_path / "home")
    disk = Disk(folder, ignoring=("-shm", ".lock", ".db", "-wal", ".anchor"))
    changes = 40 if long_form else 10
    writer = (sys.executable, "-m", "tests.faults.writer", "keyfile", folder, str(changes))
    done = recorder.record(tmp_path / "trace", writer)
    assert done.returncode == 0, done.stderr.decode()
    calls = [call for call in recorder.calls(tmp_path / "trace") if call.what == "ack" or disk.touches(call)]
    states = [call.data.decode() for call in calls if call.what == "ack"]
    ready = next(at for at, call in enumerate(calls) if call.what == "ack")
    cuts = sorted(chance.choices(range(ready, len(calls) + 1), k=2000 if long_form else 160))
    row.set(changes=changes, cuts=0, neither=0, unreadable=0)
    reached, done_calls = 0, 0
    read: dict[bytes, Keyfile] = {}
    for cut in cuts:
        for call in calls[done_calls:cut]:
            if call.what == "ack":
                reached += 1
            else:
                disk.do(call)
        done_calls = cut
        place = memory_folder / str(row.count("cuts"))
        lay_out(disk.image(chance), place)
        row.add("cuts")
        try:
            found = read_keyfile(place)
        except EnvironmentTrouble:
            row.add("unreadable")
            continue
        # What is read is what one of the two was: the last acknowledged change, or the one that was under way.
        allowed = states[max(0, reached - 1) : reached + 1]
        content = (place / KEYFILE_NAME).read_bytes()
        row.add("neither", hashlib.sha256(content).hexdigest() not in allowed)
        read[content] = found
        shutil.rmtree(place)
    assert (row.count("neither"), row.count("unreadable")) == (0, 0)
    assert len(read) > changes / 2, "too few states were seen to prove anything"
    opened = [unlock(found, "mo", PASSWORD).slot.user for found in (*read.values(),)[:: max(1, len(read) // 10)]]
    row.set(states_seen=len(read), states_unlocked=len(opened))
    assert set(opened) == {"mo"}


def flipped(content: bytes, chance: random.Random) -> bytes:
    """The content with one bit the wrong way round."""
    place = chance.randrange(len(content) * 8)
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_a_keyfile_with_a_flipped_bit_is_never_taken_for_a_wrong_password(
    home: Path, memory_folder: Path, chance: random.Random, row: Row, long_form: bool
) -> None:
    folder = shutil.copytree(home, memory_folder / "home")
    sound, spare = ((folder / name).read_bytes() for name in (KEYFILE_NAME, SPARE_NAME))
    (folder / KEYFILE_NAME).unlink()
    of_spare = read_keyfile(folder)
    row.set(flips=0, damaged_told=0, spare_used=0, wrong_keyfile_used=0)
    for flip in range(200 if long_form else 40):
        (folder / KEYFILE_NAME).write_bytes(flipped(sound, chance))
        if flip % 2:  # both damaged: there is nothing to open with, and it is not the person's fault
            (folder / SPARE_NAME).write_bytes(flipped(spare, chance))
            told = code_of(folder)
            row.add("damaged_told", told == ExitCode.DAMAGED)
        else:
            (folder / SPARE_NAME).write_bytes(spare)
            found = read_keyfile(folder)
            row.add("spare_used", found == of_spare)
            row.add("wrong_keyfile_used", found != of_spare)
        row.add("flips")
    assert row.count("damaged_told") == row.count("flips") / 2
    assert row.count("spare_used") == row.count("flips") / 2
    assert row.count("wrong_keyfile_used") == 0


def test_wrong_password_damaged_keyfile_and_missing_keyfile_are_told_apart(
    home: Path, tmp_path: Path, chance: random.Random, row: Row
) -> None:
    """As a script is told: 10 for the password, 11 for the file; and the spare opens the records again."""
    folder = shutil.copytree(home, tmp_path / "home")
    sound = (folder / KEYFILE_NAME).read_bytes()
    wrong = Home(folder, password="not the right words").run("outbox")
    (folder / KEYFILE_NAME).write_bytes(flipped(sound, chance))
    spared = Home(folder).run("outbox")
    wrong_on_spare = code_of(folder, "not the right words")
    (folder / SPARE_NAME).write_bytes(flipped(sound, chance))
    damaged = Home(folder).run("outbox")
    os.unlink(folder / KEYFILE_NAME)  # noqa: PTH108 - the file as such, whatever it is
    (folder / SPARE_NAME).unlink()
    missing = Home(folder).run("outbox")
    row.set(
        wrong=wrong.code, spare=spared.code, wrong_on_spare=wrong_on_spare, damaged=damaged.code, missing=missing.code
    )
    assert (wrong.code, wrong_on_spare, damaged.code, missing.code) == (10, 10, 11, 11)
    assert spared.code == 0, spared.err
    assert "not right" in wrong.err
    assert "keyfile" in damaged.err
    assert damaged.err == missing.err
    assert not (folder / KEYFILE_NAME).exists()
