"""Killed at the worst moments: nothing acknowledged is lost, nothing is half-done, nothing is done twice."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.models import schema
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.sync.practice_ccg import PracticeCcg
from app.sync.transports import open_transport
from app.sync.transports.mesh import MeshTransport
from tests.helpers.cli import Home, start, write_json
from tests.helpers.held_line import HeldLine, Moment, held_line
from tests.helpers.mesh_sandbox import CCG_MAILBOX, HOME_MAILBOX, MeshSandbox

KILLS = 15
PATIENCE_SECONDS = 240
HIGH = {
    "resp_rate": 26, "spo2": 90, "spo2_scale": 1, "on_oxygen": False, "systolic": 98, "pulse": 118,
    "consciousness": "C", "temp_c": 38.9,
}  # fmt: skip
CALM = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 122, "pulse": 71,
    "consciousness": "A", "temp_c": 36.8,
}  # fmt: skip
OBSERVATION = schema.assessment.c.instrument == "news2"


@contextmanager
def killed(home: Home, *command: str | Path) -> Iterator[Any]:
    """A command that runs, and is killed (SIGKILL on Unix) at the end of the block."""
    process = start("--store", home.store, "--user", home.user, "--password-stdin", *command)
    with process:
        assert process.stdin is not None
        try:
            process.stdin.write(home.password + "\n")
            process.stdin.flush()
            yield process
        finally:
            process.kill()


class Counts:
    """What a store holds of observations and of what follows from them."""

    def __init__(self, home: Home) -> None:
        session = sign_in(home.store, home.user, home.password, SystemClock())
        try:
            with session.read() as connection:
                self.sound = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
                self.sealed = connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchall()

                def count(table: Any, *where: Any) -> int:
                    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

                self.revisions = set(
                    connection.execute(select(schema.assessment.c.revision_id).where(OBSERVATION)).scalars()
                )
                self.high = count(schema.assessment, OBSERVATION, schema.assessment.c.band == "high")
                self.alerts = count(schema.alert)
                self.messages = count(schema.outbox, schema.outbox.c.event == "alert")
                self.signed = set(connection.execute(
                    select(schema.event.c.detail).where(schema.event.c.object_kind == "assessment")
                ).scalars())  # fmt: skip
                self.chain = count(schema.event)
                self.chain_end = connection.execute(select(func.max(schema.event.c.seq))).scalar_one()
        finally:
            session.close()


def test_recording_killed_at_any_moment_keeps_every_acknowledged_line_whole(
    practice_home: Home, tmp_path: Path
) -> None:
    chance = random.Random(2016)
    lines = tmp_path / "lines.jsonl"
    # One line in two calls for somebody: assessment, alert and message are one transaction or nothing.
    lines.write_text("\n".join(
        json.dumps({"resident": f"R{number % 40 + 1:02d}", "instrument": "news2", "sign": True,
                    "answers": HIGH if number % 2 else CALM})
        for number in range(2000)
    ))  # fmt: skip
    before = Counts(practice_home)
    acknowledged: list[dict[str, Any]] = []
    unacknowledged = 0
    for kill in range(KILLS):
        with killed(practice_home, "record", "--from", lines) as process:
            first = ""
            if kill % 3:
                first = "".join(process.stdout.readline() for _line in range(chance.randint(1, 12)))
                assert first, process.stderr.read()
                time.sleep(chance.uniform(0, 0.02))
            else:
                time.sleep(chance.uniform(0.2, 1.2))
            process.kill()
            # What was flushed before the end; a last line may be cut, and then was not acknowledged.
            said = (first + process.stdout.read()).splitlines(keepends=True)
        acks = [json.loads(line) for line in said if line.endswith("\n")]
        assert all("ack" in ack for ack in acks), acks
        acknowledged += acks
        after = Counts(practice_home)
        new = after.revisions - before.revisions
        assert {ack["ack"] for ack in acknowledged} <= new, "an acknowledged line is lost"
        unacknowledged = len(new) - len(acknowledged)
        assert 0 <= unacknowledged <= kill + 1, "more was recorded than lines were being worked on"
        assert after.sound == ["ok"]
        assert after.sealed == []
        assert after.chain == after.chain_end
        assert after.alerts - before.alerts == after.messages - before.messages
        assert all(any(revision in detail for detail in after.signed) for revision in new)
        raised = sum(len(ack["alerts"]) for ack in acknowledged)
        assert raised <= after.alerts - before.alerts <= raised + unacknowledged
    assert len(acknowledged) > KILLS
    assert sum(len(ack["alerts"]) for ack in acknowledged) > 3


def wait_until_it_waits(pid: int) -> None:
    """Wait until a process sleeps, as it does at an empty standard input; only Linux tells.

    Python notices a signal between two steps or when it wakes from a system call: one that arrives in the few
    microseconds before such a call is noticed after it, and this one ends when somebody types.
    """
    state = Path(f"/proc/{pid}/stat")
    asleep, until = 0, time.monotonic() + PATIENCE_SECONDS
    while state.exists() and asleep < 20:
        assert time.monotonic() < until, "it never waited for a line"
        asleep = asleep + 1 if state.read_text().rpartition(")")[2].split()[0] == "S" else 0
        time.sleep(0.005)


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl+C reaches what is started here. A test run that a shell put in the background ignores it, and a process
    ignores what the one that started it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C reaches a whole console there")
@pytest.mark.usefixtures("heard")
def test_an_interrupted_recording_ends_in_words_and_keeps_what_it_acknowledged(practice_home: Home) -> None:
    before = Counts(practice_home)
    with start("--store", practice_home.store, "--user", practice_home.user, "record") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        line = json.dumps({"resident": "R01", "instrument": "news2", "sign": True, "answers": CALM})
        process.stdin.write(f"{practice_home.password}\n{line}\n")
        process.stdin.flush()
        acknowledged = json.loads(process.stdout.readline())
        wait_until_it_waits(process.pid)
        for _press in range(PATIENCE_SECONDS // 10):  # one that comes in the moment before it reads is not noticed
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.returncode is not None:
                break
        said = process.stderr.read()
        assert process.returncode == 130
    assert said == "Stopped. What was acknowledged is saved.\n"
    assert Counts(practice_home).revisions - before.revisions == {acknowledged["ack"]}


def test_a_first_run_that_was_killed_can_be_started_again(tmp_path: Path) -> None:
    setup = {"home": {"name": "Practice House", "ods": "VN3X2"}, "manager": {"user": "mo", "name": "Mo Manager"}}
    home = Home(tmp_path / "store")
    command = ("init", "--home", write_json(tmp_path / "home.json", setup))
    for _try in range(5):  # whoever looks may be kept waiting for the processor until it has ended
        shutil.rmtree(home.store, ignore_errors=True)
        with killed(home, *command):
            until = time.monotonic() + PATIENCE_SECONDS
            while not (home.store.is_dir() and any(home.store.iterdir())):
                assert time.monotonic() < until, "it never began"
                time.sleep(0.001)
        if home.run("outbox").code != 0:
            break
    assert home.run("outbox").code != 0, "killed too late to prove anything"
    assert set(home.ok(*command)) == {"store_id", "device_id", "recovery_key", "schema"}
    assert home.ok("outbox") == []


# ------------------------------------------------------------------------------------------------------ on the wire


@pytest.fixture
def line(mesh: MeshSandbox) -> Iterator[HeldLine]:
    """The line to MESH."""
    with held_line(mesh.url) as relay:
        yield relay


class Commissioner:
    """The practice CCG at its own mailbox."""

    def __init__(self, mesh: MeshSandbox, state: Path) -> None:
        self._settings = mesh.settings(CCG_MAILBOX, HOME_MAILBOX)
        self._state = state

    def answer(self) -> int:
        """Answer everything in the mailbox; how many messages there were."""
        mailbox = open_transport(self._settings, now=lambda: datetime.now(UTC))
        assert isinstance(mailbox, MeshTransport)
        try:
            with PracticeCcg(self._state, now=lambda: datetime.now(UTC)) as ccg:
                return ccg.run_mesh(mailbox)
        finally:
            mailbox.close()

    def payments(self) -> dict[str, tuple[int, ...]]:
        """Every payment so far, by claim."""
        with PracticeCcg(self._state, now=lambda: datetime.now(UTC)) as ccg:
            return ccg.effects().payments

    def alerts(self) -> dict[str, int]:
        """How often each alert was taken in."""
        with PracticeCcg(self._state, now=lambda: datetime.now(UTC)) as ccg:
            return ccg.effects().alerts


@pytest.fixture
def commissioner(mesh: MeshSandbox, tmp_path: Path) -> Commissioner:
    """Who answers."""
    return Commissioner(mesh, tmp_path / "ccg")


def connect(home: Home, mesh: MeshSandbox, line: HeldLine, folder: Path) -> None:
    home.ok("connect", write_json(folder / "mesh.json", mesh.settings() | {"url": line.url}))


def submit_and_die(home: Home, week: date) -> dict[str, Any]:
    """Claim, and be killed as soon as the claim says that it is queued."""
    with killed(home, "claim", "--week", week.isoformat(), "--submit") as process:
        said = process.stdout.readline()
        assert said, process.stderr.read()
    answer: dict[str, Any] = json.loads(said)["submitted"]
    return answer


def row_of(home: Home, bundle: str) -> dict[str, Any]:
    return next(row for row in home.ok("outbox") if row["bundle"] == bundle)


@pytest.mark.parametrize("moment", ["before the server has it", "before its answer is back"])
def test_a_claim_killed_on_the_wire_has_one_effect(
    moment: Moment,
    practice_home: Home,
    mesh: MeshSandbox,
    line: HeldLine,
    commissioner: Commissioner,
    last_monday: date,
    tmp_path: Path,
) -> None:
    connect(practice_home, mesh, line, tmp_path)
    submitted = submit_and_die(practice_home, last_monday)
    line.hold(moment, workflow="ENH_CCP_CLAIM")
    with killed(practice_home, "sync"):
        assert line.held.wait(PATIENCE_SECONDS), "the claim never came to the line"
    line.free()
    cut_off = row_of(practice_home, submitted["bundle"])
    assert (cut_off["state"], cut_off["attempts"]) == ("sending", 1), "a crash leaves a row that is known to be unknown"

    again = practice_home.ok("sync")
    assert (again["sent"], again["waiting"]) == (1, 0), "the alerts had left before"
    posted = [(local_id, body) for local_id, workflow, body in line.posted if workflow == "ENH_CCP_CLAIM"]
    assert len(posted) == 2
    assert posted[0] == posted[1], "the same bytes under the same local id"
    assert posted[0][0] == cut_off["id"]
    claims = sum(workflow == "ENH_CCP_CLAIM" for _, workflow, _ in line.posted)
    arrived = claims if moment == "before its answer is back" else claims - 1
    alerts = sum(workflow == "ENH_ALERT" for _, workflow, _ in line.posted)
    assert commissioner.answer() == arrived + alerts

    answered = practice_home.ok("sync")
    assert (answered["decided"], answered["refused"]) == (1, 0)
    settled = row_of(practice_home, submitted["bundle"])
    assert (settled["state"], settled["attempts"]) == ("decided", 2)
    assert commissioner.payments() == dict.fromkeys(submitted["claims"], (7000,))
    assert set(commissioner.alerts().values()) == {1}
    quiet = practice_home.ok("sync")
    assert (quiet["sent"], quiet["acknowledged"], quiet["decided"]) == (0, 0, 0)
    assert commissioner.answer() == 0


def test_killed_after_a_decision_was_kept_it_is_not_taken_in_twice(
    practice_home: Home,
    mesh: MeshSandbox,
    line: HeldLine,
    commissioner: Commissioner,
    last_monday: date,
    tmp_path: Path,
) -> None:
    connect(practice_home, mesh, line, tmp_path)
    submitted = practice_home.ok("claim", "--week", last_monday.isoformat(), "--submit")["submitted"]
    practice_home.ok("sync")
    assert commissioner.answer() > 0
    line.hold("before the server has it", method="PUT", path="/status/acknowledged")
    with killed(practice_home, "sync"):
        assert line.held.wait(PATIENCE_SECONDS), "no answer was taken out of the mailbox"
    line.free()
    practice_home.ok("sync")
    assert row_of(practice_home, submitted["bundle"])["state"] == "decided"
    week = practice_home.ok("claim", "--week", last_monday.isoformat())
    assert week["total_pence"] == 7000 * len(submitted["claims"])
    assert practice_home.ok("sync")["decided"] == 0
    assert commissioner.payments() == dict.fromkeys(submitted["claims"], (7000,))
