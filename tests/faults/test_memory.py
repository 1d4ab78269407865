"""After the lock: no resident and no key in the memory of any process of the program, within three seconds."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.services import residents
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.vault import keys
from tests.factories import PASSWORD
from tests.faults import homes, scan
from tests.faults.figures import Row
from tests.helpers.cli import Home
from tests.stories.test_launcher import alive, launched

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of processes in /proc")
MARK = "Zzleakmark"
SECONDS = 3.0


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """The process standing still."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def family(process: int) -> list[int]:
    """The process and everything that it started and that is there."""
    found = [process]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        if parent == process and alive(int(path.parent.name)):
            found += family(int(path.parent.name))
    return found


@pytest.mark.timeout(3600)
def test_after_the_lock_nobody_and_no_key_is_left_in_any_process(
    tmp_path: Path, row: Row, long_form: bool, slack: float
) -> None:
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root may read the memory of processes that hide it")
    home = Home(tmp_path / "home")
    homes.make(home.store, MARK)
    session = sign_in(home.store, home.user, PASSWORD, SystemClock())
    resident = residents.find_residents(session)[0].id
    store_key = bytes.fromhex(keys.sqlcipher_key(session.data_key, session.store.id))[: keys.KEY_BYTES]
    needles = {
        "resident": scan.disguises(MARK),
        "data key": scan.disguises_of_key(session.data_key),
        "store key": scan.disguises_of_key(store_key),
    }
    session.close()
    cycles = 50 if long_form else 1
    me = f"sign_in={home.user}:{home.password},assess={resident}"
    plans = [f"{me},wait_warm,lock"] * cycles
    row.set(cycles=cycles, processes=0, residents_left=0, keys_left=0)
    with launched(home, tmp_path / "log", *plans, gone_within=SECONDS) as run:
        for cycle in range(1, cycles + 1):
            worker = run.wait_for("typed", cycle)["pid"]
            if cycle == 1:
                with stopped(worker):
                    before = scan.in_memory(worker, needles)
                run.wait_for("warm")
            with stopped(run.process.pid):  # else the next person would be in before we have looked
                locked = run.wait_for("lock", cycle)["at"]
                run.gone(worker)
                with ExitStack() as standing:
                    processes = family(run.process.pid)
                    for process in processes[1:]:
                        standing.enter_context(stopped(process))
                    row.worst("seconds_after_lock", time.monotonic() - locked)
                    for process in processes:
                        left = scan.in_memory(process, needles)
                        row.add("processes")
                        row.add("residents_left", left.pop("resident", 0))
                        row.add("keys_left", sum(left.values()))
    seen = before.pop("resident", 0)
    row.set(residents_before=seen, keys_before=sum(before.values()))
    assert seen > 0, "the scan does not see residents where they are"
    assert row.count("keys_before") > 0, "nor keys"
    assert row.count("processes") >= 2 * cycles
    assert (row.count("residents_left"), row.count("keys_left")) == (0, 0)
    assert row.counts["seconds_after_lock"] <= SECONDS * slack
