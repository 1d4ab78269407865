"""Two processes on a real store: the lock ends the one that was open, the next person's is ready, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.launcher import GONE_WITHIN_SECONDS
from app.services.clock import SystemClock
from app.services.residents import find_residents
from app.services.sign_in import sign_in
from tests.helpers.cli import Home

ROOT = Path(__file__).resolve().parents[2]
_LAUNCH = (
    "import sys; from app import launcher; from app.link import Begin; "
    "launcher.GONE_WITHIN_SECONDS = float(sys.argv[1]); "
    "raise SystemExit(launcher.run(lambda: Begin(sys.argv[2]), sys.argv[3:]))"
)
PATIENCE_SECONDS = 240


class Run:
    """A launcher and what its workers have written down."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def notes(self, what: str = "") -> list[dict[str, Any]]:
        """What has happened so far."""
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        found = [json.loads(line) for line in lines]
        faults = [each for each in found if each["what"] == "fault"]
        assert faults == []
        return [each for each in found if not what or each["what"] == what]

    def wait(self, seen: Callable[[], bool], why: str) -> None:
        """Wait for a condition."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not seen():
            assert time.monotonic() < until, f"{why}: {self.notes()}"
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            assert seen(), f"{why}; the launcher ended with {self.process.returncode}: {self.notes()}"

    def wait_for(self, what: str, count: int = 1) -> dict[str, Any]:
        """Wait until it has happened that often; the last time it did."""
        self.wait(lambda: len(self.notes(what)) >= count, f"{what} did not happen {count} times")
        return self.notes(what)[count - 1]

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(PATIENCE_SECONDS)

    def gone(self, pid: int) -> None:
        """Wait until the process has ended."""
        self.wait(lambda: not alive(pid), f"process {pid} is still there")


def alive(pid: int) -> bool:
    """Whether a process is there (and is not only waiting to be counted)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def launched(home: Home, log: Path, *plans: str, gone_within: float = PATIENCE_SECONDS) -> Iterator[Run]:
    """A launcher on a home whose workers follow these plans.

    A worker that locks is killed after ``gone_within`` seconds. A busy machine may need more than the program allows:
    so a test in which nobody is to be killed gives it all the time there is, and what the launcher says on the next
    sign-in window tells whether the worker ended by itself.
    """
    worker = [sys.executable, "-m", "tests.helpers.driven_worker", str(log), *plans]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, str(gone_within), str(home.store), *worker], cwd=ROOT, env=environment
    ) as process:
        try:
            yield Run(process, log)
        finally:
            process.kill()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which processes are there")


@pytest.fixture
def resident(practice_home: Home) -> str:
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SystemClock())
    try:
        return find_residents(session)[0].id
    finally:
        session.close()


def test_the_lock_ends_the_process_and_the_same_person_comes_back_to_the_same_field(
    practice_home: Home, resident: str, tmp_path: Path
) -> None:
    me = f"sign_in={practice_home.user}:{practice_home.password}"
    plans = (f"{me},assess={resident},wait_warm,lock", f"{me},quit")
    with launched(practice_home, tmp_path / "log", *plans) as run:
        locked = run.wait_for("lock")
        first = locked["pid"]
        run.gone(first)
        shown = run.wait_for("shown", 2)
        assert shown["pid"] != first
        assert shown["pid"] == run.notes("warm")[0]["pid"], "the next worker was ready"
        assert (shown["user"], shown["notice"]) == (
            practice_home.user,
            "Locked. What you were writing is saved as a draft.",
        )
        page = run.wait_for("page", 2)
        typed_in = run.notes("typed")[0]["focus"]
        assert "height" in typed_in.lower()
        assert (page["page"], page["focus"]) == ("assessment", typed_in)
        assert page["draft"]["height_m"].startswith("1.63")
        assert run.ends() == 0
        assert not any(alive(note["pid"]) for note in run.notes())


def test_a_worker_that_does_not_end_is_killed_and_one_that_dies_is_said(practice_home: Home, tmp_path: Path) -> None:
    me = f"sign_in={practice_home.user}:{practice_home.password}"
    plans = (f"{me},hang", f"{me},die", "quit")
    assert GONE_WITHIN_SECONDS == 3, "longer is too long for somebody who has locked"
    with launched(practice_home, tmp_path / "log", *plans, gone_within=GONE_WITHIN_SECONDS) as run:
        first = run.wait_for("lock")
        second = run.wait_for("shown", 2)
        assert second["at"] - first["at"] > 0.8 * GONE_WITHIN_SECONDS, "it is not killed before its time"
        assert second["notice"].startswith("Locked. What you had typed")
        assert not alive(first["pid"])
        run.wait_for("dies")
        assert run.wait_for("shown", 3)["notice"] == "Hartwell stopped unexpectedly. What was saved is safe."
        assert run.ends() == 0


def test_when_the_launcher_is_killed_the_worker_saves_what_is_typed_and_ends(
    practice_home: Home, resident: str, tmp_path: Path
) -> None:
    me = f"sign_in={practice_home.user}:{practice_home.password}"
    with launched(practice_home, tmp_path / "log", f"{me},assess={resident}") as run:
        worker = run.wait_for("typed")["pid"]
        run.process.send_signal(signal.SIGKILL)
        run.process.wait()
        until = time.monotonic() + PATIENCE_SECONDS
        while alive(worker):
            assert time.monotonic() < until
            run.process.poll()
    session = sign_in(practice_home.store, practice_home.user, practice_home.password, SystemClock())
    try:
        from app.services.assessments import drafts

        assert [row.instrument for row in drafts(session, resident)] == ["must"]
    finally:
        session.close()
