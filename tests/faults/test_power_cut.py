"""The power goes while records are signed: what was acknowledged is there, whatever the disk kept of the rest."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode
from tests.factories import LivingHome
from tests.faults import recorder, truth
from tests.faults.disk import Disk, lay_out
from tests.faults.figures import Row
from tests.faults.recorder import Call

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="records system calls with strace")
Image = tuple[dict[str, bytes], frozenset[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with eight residents; copied, never changed."""
    folder = tmp_path_factory.mktemp("power") / "home"
    living = LivingHome(folder)
    for place in range(1, 9):
        living.resident(place)
    living.session.close()
    return folder


def record(home: Path, place: Path, transactions: int, synchronous: str = "") -> tuple[Disk, list[Call]]:
    """Sign that many observations under the recorder: the disk as it was before, and what was done to it."""
    folder = shutil.copytree(home, place / "home")
    disk = Disk(folder)
    writer = (sys.executable, "-m", "tests.faults.writer", "transactions", folder, str(transactions))
    done = recorder.record(place / "trace", [*writer, *([synchronous] if synchronous else [])])
    assert done.returncode == 0, done.stderr.decode()
    calls = [call for call in recorder.calls(place / "trace") if call.what == "ack" or disk.touches(call)]
    (place / "trace").unlink()
    assert sum(call.what == "ack" for call in calls) == transactions + 1
    return disk, calls


def images(disk: Disk, calls: list[Call], count: int, chance: random.Random) -> Iterator[Image]:
    """The folder as it may be found after that many cuts at random places, with what was acknowledged before each."""
    ready = next(at for at, call in enumerate(calls) if call.what == "ack")
    cuts = sorted(chance.choices(range(ready, len(calls) + 1), k=count))
    acknowledged: set[str] = set()
    done = 0
    for cut in cuts:
        for call in calls[done:cut]:
            if call.what != "ack":
                disk.do(call)
            elif call.data != b"ready":
                acknowledged.add(call.data.decode().split()[0])
        done = cut
        yield disk.image(chance), frozenset(acknowledged)


@dataclass(frozen=True)
class Found:
    """What an image turned out to be: acknowledged transactions it lacks, what is broken, and what the program said."""

    lost: int
    broken: tuple[str, ...] = ()
    code: int = 0


def look(image: Image, place: Path) -> Found:
    """Open the image as the program does."""
    content, acknowledged = image
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        lay_out(content, folder)
        try:
            with truth.opened(folder) as connection:
                lost = len(acknowledged - truth.revisions(connection))
                broken = truth.chain_faults(connection)
            # Closing has folded the log into the file; only now must every page of the file itself be sound.
            with truth.opened(folder) as connection:
                return Found(lost, (*broken, *truth.damage(connection)))
        except EnvironmentTrouble as trouble:
            if trouble.exit_code is not ExitCode.BEHIND_ANCHOR:
                return Found(len(acknowledged), (str(trouble),), int(trouble.exit_code))
        with truth.opened(folder, inspect=True) as connection:
            return Found(len(acknowledged - truth.revisions(connection)), code=int(ExitCode.BEHIND_ANCHOR))


def examine(found: Iterator[Image], place: Path, row: Row) -> None:
    """Open every image, on two processors, and count."""
    row.set(images=0, images_with_losses=0, worst_loss=0, corrupt=0)

    def count(answer: Found) -> None:
        row.add("images")
        row.add("images_with_losses", bool(answer.lost))
        row.worst("worst_loss", answer.lost)
        row.add("corrupt", bool(answer.broken))
        row.add("behind_anchor", answer.code == ExitCode.BEHIND_ANCHOR)
        row.add("lost_unnoticed", bool(answer.lost) and answer.code == 0)

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.truth"])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        waiting: deque[Future[Found]] = deque()
        for image in found:
            waiting.append(pool.submit(look, image, place))
            if len(waiting) > 8:  # an image is megabytes
                count(waiting.popleft().result())
        for answer in waiting:
            count(answer.result())


def test_nothing_acknowledged_is_lost_when_the_power_goes(
    home: Path, tmp_path: Path, memory_folder: Path, chance: random.Random, row: Row, long_form: bool
) -> None:
    recorder.require()
    transactions = 500 if long_form else 100
    disk, calls = record(home, tmp_path, transactions)
    syncs = sum(call.what == "sync" and call.path.endswith("-wal") for call in calls)
    row.set(transactions=transactions, wal_syncs=syncs)
    examine(images(disk, calls, 10_000 if long_form else 500, chance), memory_folder, row)
    assert [row.count(name) for name in ("images_with_losses", "corrupt", "behind_anchor")] == [0, 0, 0]


def test_the_replay_sees_losses_when_the_store_syncs_less(
    home: Path, tmp_path: Path, memory_folder: Path, chance: random.Random, row: Row, long_form: bool
) -> None:
    """The control: without losses here, the test above would prove nothing."""
    recorder.require()
    disk, calls = record(home, tmp_path, 500 if long_form else 100, "NORMAL")
    examine(images(disk, calls, 1000 if long_form else 60, chance), memory_folder, row)
    assert row.count("images_with_losses") > row.count("images") / 10
    assert row.count("lost_unnoticed") == 0, "the anchor is synced after every commit, and must tell"
