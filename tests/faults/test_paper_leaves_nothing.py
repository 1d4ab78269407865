"""Packs that were printed, looked at, cancelled and killed midway leave no file that nobody asked for.

A process of its own works on a home with the real windows: it makes packs, prints them to a stand-in for ``lp``, opens
the preview, saves one where it was asked to, and is killed at moments that nobody chose. Afterwards every file under
the home, the folder for temporary files and the working folder is one that was there, the record's own, or the one
asked for, and in none but that one is there a PDF or a resident's name.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from tests.factories import PASSWORD
from tests.faults import homes, scan
from tests.faults.figures import Row

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL, and a printer that is a shell script")
PACKS = 20
MARK = "Zzpapermark"
KILLED = (("preview", "print"), ("print", "preview"), ("preview", "preview"))
"""What the killed processes are at: each is killed within its second pack."""
PATIENCE_SECONDS = 300.0
_OWN = {"hartwell.db", "hartwell.db-wal", "hartwell.db-shm", "store.keys", "store.anchor", "store.lock"}
_WAYS = ("print", "preview", "cancel")


@dataclass(frozen=True, slots=True)
class Desk:
    """The folders that somebody could write to, each empty at first but for the home."""

    folder: Path

    @property
    def home(self) -> Path:
        """The records."""
        return self.folder / "home"

    @property
    def printer(self) -> Path:
        """Where the stand-in for ``lp`` lies; what it was given goes to ``out``."""
        return self.folder / "bin"

    @property
    def asked_for(self) -> Path:
        """Where somebody says that a PDF is to be saved."""
        return self.folder / "asked for"

    def environment(self) -> dict[str, str]:
        """Every folder that a program may choose by itself lies under this one."""
        elsewhere = self.folder / "elsewhere"
        names = ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                 "XDG_RUNTIME_DIR")  # fmt: skip
        return os.environ | dict.fromkeys(names, str(elsewhere)) | {
            "PATH": f"{self.printer}{os.pathsep}{os.environ['PATH']}", "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """Every file that lies anywhere here, the printer's own left out."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and self.printer not in path.parents
        }


@pytest.fixture
def desk(memory_folder: Path) -> Desk:
    """A home whose residents' names are marked, a printer that throws away what it is given, and a working folder."""
    made = Desk(memory_folder)
    homes.make(made.home, MARK)
    for folder in ("bin", "elsewhere", "work", "asked for"):
        (made.folder / folder).mkdir()
    script = made.printer / "lp"
    script.write_text('#!/bin/sh\ncat > /dev/null\necho taken >> "$0.taken"\n')
    script.chmod(0o755)
    return made


def start(desk: Desk, plan: tuple[str, ...]) -> subprocess.Popen[str]:
    """The working process; it says on its standard output what it has done."""
    command = (sys.executable, "-m", "tests.faults.paper_desk", str(desk.home), str(desk.asked_for), *plan)
    return subprocess.Popen(
        command, env=desk.environment(), cwd=desk.folder / "work", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def kill(process: subprocess.Popen[str], after_line: str, times: int, moment: float) -> None:
    """Kill it a moment after it has said a line so many times."""
    assert process.stdout is not None
    said = 0
    for line in process.stdout:
        said += line.strip() == after_line
        if said == times:
            break
    until = time.monotonic() + moment
    while time.monotonic() < until and process.poll() is None:
        os.sched_yield()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_SECONDS)


@pytest.mark.timeout(900)
def test_twenty_packs_leave_no_file_that_nobody_asked_for(desk: Desk, chance: random.Random, row: Row) -> None:
    before = set(desk.files())
    whole = tuple(_WAYS[place % len(_WAYS)] for place in range(PACKS - 1 - sum(map(len, KILLED))))
    done = start(desk, (*whole, "save"))
    said, trouble = done.communicate(timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, trouble
    assert said.split().count("made") == len(whole) + 1
    for number, ways in enumerate(KILLED):
        kill(start(desk, ways), ("begin", "made")[number % 2], 2, chance.random() * 0.6)
    printed = (desk.printer / "lp.taken").read_text().split()
    assert printed.count("taken") >= whole.count("print")
    files = desk.files()
    session = sign_in(desk.home, "mo", PASSWORD, SystemClock())
    session.close()
    new = {name for name in files if name not in before and not (name.startswith("home/") and Path(name).name in _OWN)}
    asked_for = {f"asked for/{path.name}" for path in desk.asked_for.iterdir()}
    row.set(packs=len(whole) + 1, killed=len(KILLED), files=len(files), not_asked_for=len(new - asked_for))
    assert new == asked_for == {"asked for/pack.pdf"}
    needles = {"resident": scan.disguises(MARK), "pdf": frozenset({b"%PDF-"})}
    found = {name: there for name, content in files.items() if (there := scan.count(content, needles))}
    assert found == {"asked for/pack.pdf": {"pdf": 1}}
    shutil.rmtree(desk.asked_for)
