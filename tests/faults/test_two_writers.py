"""The screen and the exchange write at once, others read, and somebody with the key writes beside them.

The program has one connection, one store thread, and a lock file that keeps a second program out. So the two writers
are its own two threads, which meet on the store thread; the readers and the neighbour are processes that ignore the
lock.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import func, select

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import schema
from app.services import assessments, residents
from app.services.sign_in import sign_in
from app.ui.tasks import Tasks
from tests.factories import MUST_LOW, NEWS2_LOW, PASSWORD, LivingHome
from tests.faults import truth
from tests.faults.figures import Row

READERS = 4
P99_SECONDS = 0.25


def beside(folder: Path, *what: str) -> subprocess.Popen[str]:
    """A neighbour that has opened the store."""
    program = [sys.executable, "-m", "tests.faults.neighbour", what[0], str(folder), *what[1:]]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(" ".join(truth.sqlcipher_key(folder)) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"
    return process


def answer(process: subprocess.Popen[str]) -> list[int]:
    """Close the neighbour's standard input, and what it answers to that."""
    said, _ = process.communicate()
    assert process.returncode == 0
    return [int(word) for word in said.split()]


@pytest.mark.timeout(900)
def test_two_writers_and_four_readers_neither_refuse_nor_lose(
    qapp: QApplication, tmp_path: Path, row: Row, long_form: bool, slack: float
) -> None:
    count = 5000 if long_form else 1000
    folder = tmp_path / "home"
    living = LivingHome(folder)
    people = [living.resident(place) for place in range(1, 9)]
    living.session.close()
    tasks = Tasks()
    session = tasks.on_store(lambda: sign_in(folder, "mo", PASSWORD, living.clock))
    with session.read() as connection:
        before = connection.execute(select(func.count()).select_from(schema.event)).scalar_one()
    drafts = {person: assessments.save_draft(session, person, "must", {}).draft_id for person in people}
    kept: list[list[str]] = [[], []]
    took: list[float] = []
    refused: list[BaseException] = []

    def screen() -> None:
        for number in range(count):
            person = people[number % len(people)]
            started = time.perf_counter()
            if number % 10:
                typed = {**MUST_LOW, "weight_kg": str(40 + number)}
                tasks.on_store(
                    lambda: assessments.save_draft(session, person, "must", typed, drafts[person])  # noqa: B023
                )
            else:
                signed = tasks.on_store(lambda: assessments.sign(session, person, "news2", NEWS2_LOW))  # noqa: B023
                kept[0].append(signed.revision_id)
            took.append(time.perf_counter() - started)

    def exchange() -> None:
        def step() -> str:
            with session.write() as work:
                return work.revise("exchange-step", work.new_id(), {"a": "step"}).id

        kept[1].extend(tasks.on_store(step) for _ in range(count))

    def guarded(work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as trouble:  # noqa: BLE001 - told below, on the thread that can fail the test
            refused.append(trouble)

    writers = [threading.Thread(target=guarded, args=(work,)) for work in (screen, exchange)]
    neighbour = beside(folder, "write", str(count // 4))
    readers = [beside(folder, "read") for _ in range(READERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    seen = [answer(reader) for reader in readers]
    assert answer(neighbour) == [count // 4]
    assert refused == []
    last = {person: assessments.load_draft(session, drafts[person]).answers["weight_kg"] for person in people}
    tasks.on_store(session.close)
    tasks.close()
    with truth.opened(folder) as connection:
        lost = len({*kept[0], *kept[1]} - truth.revisions(connection))
        faults = truth.chain_faults(connection)
        events = connection.execute(select(func.count()).select_from(schema.event)).scalar_one()
    took.sort()
    p99 = took[len(took) * 99 // 100]
    pictures, wrong = (sum(found) for found in zip(*seen, strict=True))
    row.set(
        transactions=2 * count + count // 4, refused=len(refused), lost=lost, pictures=pictures, inconsistent=wrong,
        save_median_ms=1000 * took[len(took) // 2], save_p99_ms=1000 * p99, save_worst_ms=1000 * took[-1],
    )  # fmt: skip
    assert (lost, wrong, faults) == (0, 0, [])
    assert events >= before + count + count // 4
    newest = {people[number % len(people)]: str(40 + number) for number in range(count) if number % 10}
    assert {person: str(value) for person, value in last.items()} == newest
    assert all(looked > 0 for looked, _ in seen)
    assert p99 <= P99_SECONDS * slack


def test_a_second_program_is_told_that_the_records_are_open(tmp_path: Path, row: Row) -> None:
    living = LivingHome(tmp_path / "home")
    living.resident(1)
    started = time.perf_counter()
    with pytest.raises(EnvironmentTrouble) as refusal:
        sign_in(living.store_dir, "mo", PASSWORD, living.clock)
    row.set(code=int(refusal.value.exit_code), refused_after_s=time.perf_counter() - started)
    assert refusal.value.exit_code is ExitCode.ALREADY_OPEN
    assert len(residents.find_residents(living.session)) == 1
    living.session.close()
