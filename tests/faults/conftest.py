"""What every fault test shares: its length, its chance, a place without a slow disk, and the table of figures."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.figures import Row


@pytest.fixture(scope="session")
def long_form() -> bool:
    """Whether this is the long form, as ``dev.py faults --long`` asks for it."""
    return os.environ.get("HARTWELL_FAULTS") == "long"


@pytest.fixture(scope="session")
def slack(long_form: bool) -> float:
    """By how much a limit in seconds is multiplied.

    The long form runs on a machine that has nothing else to do, and holds the program to the limits themselves. The
    short one runs beside other tests, where seconds tell how busy the machine is; ten times as much still finds a
    wait for a lock or a time-out.
    """
    return 1.0 if long_form else 10.0


@pytest.fixture
def chance(request: pytest.FixtureRequest, long_form: bool) -> random.Random:
    """The same chance every time in the short form; in the long form another one each time, which is printed."""
    given = os.environ.get("HARTWELL_FAULTS_SEED")
    seed = given or (str(time.time_ns()) if long_form else "2016")
    figures.seeds.add(seed)
    return random.Random(f"{seed}/{request.node.name}")


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    """This test's row of the table: fill it in as things are counted."""
    return figures.new_row(request.node.nodeid)


@pytest.fixture
def memory_folder() -> Iterator[Path]:
    """A folder whose fsync costs nothing, for the many images whose own safety nobody asks about."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    place = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hartwell-faults-", dir=place) as folder:
        yield Path(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table after the tests that filled it in."""
    outcomes = {
        report.nodeid: outcome
        for outcome in ("passed", "failed", "error", "skipped")
        for report in terminalreporter.stats.get(outcome, ())
    }
    lines = figures.table(outcomes)
    if lines:
        terminalreporter.write_sep("=", "faults")
        for line in lines:
            terminalreporter.write_line(line)
