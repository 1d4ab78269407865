"""Killed at random moments in everything that writes: nothing acknowledged is lost, nothing is half-done."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from app.services import assessments, premium, residents
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from tests.factories import NEWS2_HIGH, PASSWORD
from tests.faults import homes, killed
from tests.faults.figures import Row

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork")
FIXTURES = Path(__file__).parents[1] / "fixtures"
SHARES = {"record": 14, "sign": 22, "claim": 12, "pack": 10, "sync": 10, "backup": 10, "migrate": 12, "rotate": 10}
"""How a hundred kills are shared out."""
REOPEN_SECONDS = 3.0


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, the same with a claim and two alerts waiting to be sent, and one of the first schema."""
    folder = tmp_path_factory.mktemp("templates")
    homes.make(folder / "home")
    shutil.copytree(folder / "home", folder / "waiting")
    session = sign_in(folder / "waiting", "mo", PASSWORD, SystemClock())
    for person in residents.find_residents(session)[:2]:
        assessments.sign(session, person.id, "news2", NEWS2_HIGH)
    premium.submit(session, homes.last_monday(), PASSWORD)
    session.close()
    shutil.copytree(FIXTURES / "schema-0001", folder / "old")
    return folder


@pytest.mark.timeout(7200)
def test_killed_at_random_moments_nothing_acknowledged_is_lost(
    templates: Path, memory_folder: Path, chance: random.Random, row: Row, long_form: bool, slack: float
) -> None:
    # A kill takes nothing from the system's own memory, so that the speed of a disk is not needed here.
    assert sum(SHARES.values()) == 100
    assert set(SHARES) == set(killed.OPERATIONS)
    times = 20 if long_form else 1
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.killed"])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        usual = {
            operation: pool.submit(killed.usual_seconds, operation, templates, memory_folder / operation)
            for operation in SHARES
        }
        waiting = [
            pool.submit(
                killed.kill_once, operation, templates, memory_folder / f"{operation}-{number}",
                str(chance.random()), usual[operation].result(),
            )
            for operation, share in SHARES.items()
            for number in range(share * times)
        ]  # fmt: skip
        verdicts = [each.result() for each in waiting]
        # On a machine that has become busy since an operation was measured, all its kills may have come too early.
        for operation, longer in itertools.product(SHARES, (2, 4, 8, 16)):
            if not any(verdict.in_the_midst for verdict in verdicts if verdict.operation == operation):
                again = [
                    pool.submit(
                        killed.kill_once, operation, templates, memory_folder / f"{operation}-{longer}x{number}",
                        str(chance.random()), longer * usual[operation].result(),
                    )
                    for number in range(4)
                ]  # fmt: skip
                verdicts += [each.result() for each in again]
    row.set(kills=len(verdicts))
    for verdict in verdicts:
        row.add("after_the_end", verdict.ended)
        row.add("in_the_midst", verdict.in_the_midst)
        row.add("acknowledged", verdict.acknowledged)
        row.add("lost", verdict.lost)
        row.add("half_done", bool(verdict.half_done))
        row.add("damaged", bool(verdict.damaged))
        row.worst("reopen_worst_s", verdict.reopened_seconds)
    bad = [verdict for verdict in verdicts if verdict.lost or verdict.half_done or verdict.damaged]
    assert bad == []
    assert row.count("after_the_end") < row.count("kills") / 3, "most commands had ended before they were killed"
    assert {verdict.operation for verdict in verdicts if verdict.in_the_midst} == set(SHARES)
    assert sum(verdict.acknowledged for verdict in verdicts if verdict.operation == "sign") > SHARES["sign"] * times
    assert max(verdict.reopened_seconds for verdict in verdicts) <= REOPEN_SECONDS * slack
