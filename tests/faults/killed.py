"""One command, killed at a moment that nobody chose, and what its store is like afterwards.

Runs in a worker process that has the program imported already: the command is a child made by fork, so that thousands
of kills do not pay for thousands of imports. It is the program's own command line, on real files, with a real SIGKILL.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from app import __main__ as entry
from app import cli
from app.models import schema
from app.reports import pack as _paper  # noqa: F401 - imported once here and not in each child
from app.services import backups, evidence, practice_ccg, premium, restore, rotation, sync, tour, transfers  # noqa: F401
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.sync.practice_ccg import PracticeCcg
from app.vault import bundle, keyfile
from tests.factories import NEWS2_HIGH, NEWS2_LOW, PASSWORD
from tests.faults import homes, truth

LINES = 1500
PATIENCE_SECONDS = 240.0


@dataclass
class Verdict:
    """What was found after a kill."""

    operation: str
    ended: bool = False
    in_the_midst: bool = False
    acknowledged: int = 0
    lost: int = 0
    half_done: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    reopened_seconds: float = 0.0


@dataclass
class Place:
    """Where one kill happens."""

    folder: Path
    user: str
    password: str
    events: int = 0
    said: list[Any] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """The home's folder."""
        return self.folder / "home"


def start(place: Place, arguments: list[str], lines: list[str]) -> int:
    """Start the program's command as a process of its own; its id. What it says goes to the file ``said``."""
    given = place.folder / "given"
    given.write_text("\n".join([place.password, *lines]) + "\n")
    child = os.fork()
    if child:
        return child
    try:
        handles = [os.open(given, os.O_RDONLY), os.open(place.folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)]
        handles.append(os.open(place.folder / "told", os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
        for number, handle in enumerate(handles):
            os.dup2(handle, number)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - this process's own streams
            for number, mode in enumerate(("r", "w", "w"))
        )
        entry.guard_process()
        home = ["--store", str(place.store), "--user", place.user, "--password-stdin"]
        code = cli.main([*arguments, *home])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - whatever happens, this process must not go on as its parent
        os._exit(99)
    os._exit(code)


def wait_for(child: int, ready: Callable[[], bool]) -> bool:
    """Wait until something is so or the child has ended; whether the child still runs."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        if ready():
            return True
        time.sleep(0.001)
    raise AssertionError("nothing happened")


def kill(place: Place, arguments: list[str], lines: list[str], chance: random.Random, usual: float) -> bool:
    """Run the command and kill it, soon after an acknowledgement or at any moment; was it over already?"""
    child = start(place, arguments, lines)
    said = place.folder / "said"
    begun = time.monotonic()
    if arguments[0] == "record" and chance.random() < 0.75:
        lines_said = chance.randint(1, 30)  # counted, not timed: how many a second are said is the machine's affair
        wait_for(child, lambda: said.exists() and said.read_bytes().count(b"\n") >= lines_said)
        begun, usual = time.monotonic(), 0.02
    elif chance.random() < 0.8:  # once the records are open: before that there is nothing to spoil
        log = place.store / "hartwell.db-wal"
        wait_for(child, log.exists)
        begun, usual = time.monotonic(), usual / 3
    moment = begun + usual * chance.random()
    ended = not wait_for(child, lambda: time.monotonic() >= moment)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, (place.folder / "told").read_text()
    text = said.read_text() if said.exists() else ""
    place.said = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return ended


def count(connection: Connection, table: Table, *where: Any) -> int:
    """How many rows."""
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def look(place: Place, check: Callable[[Connection, Verdict], None], verdict: Verdict) -> None:
    """Open it again and judge: what every store must be, and what this operation promised."""
    truth.unlocked(keyfile.read_keyfile(place.store), place.user, place.password)  # the derivation is not counted
    begun = time.monotonic()
    with truth.opened(place.store, place.user, place.password) as connection:
        count(connection, schema.resident)
        verdict.reopened_seconds = time.monotonic() - begun
        verdict.in_the_midst |= not verdict.ended and count(connection, schema.event) > place.events
        verdict.damaged += truth.chain_faults(connection)
        if count(connection, schema.alert) != count(connection, schema.outbox, schema.outbox.c.event == "alert"):
            verdict.half_done.append("an alert and its message")
        check(connection, verdict)
    with truth.opened(place.store, place.user, place.password) as connection:
        verdict.damaged += truth.damage(connection)


# ------------------------------------------------------------------------------------------------------ the operations


def _record(place: Place, *, sign: bool) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    lines = [
        json.dumps({
            "resident": f"R{number % homes.RESIDENTS + 1:02d}", "instrument": "news2", "sign": sign,
            "answers": {**(NEWS2_HIGH if number % 2 else NEWS2_LOW), "temp_c": 36.6},
        })
        for number in range(LINES)
    ]  # fmt: skip

    def check(connection: Connection, verdict: Verdict) -> None:
        acknowledged = {line["ack"] for line in place.said}
        verdict.acknowledged = len(acknowledged)
        column = schema.assessment.c.revision_id if sign else schema.draft.c.id
        found = set(connection.execute(select(column)).scalars())
        verdict.lost = len(acknowledged - found)
        if len(found) - len(acknowledged) not in (0, 1):
            verdict.half_done.append(f"{len(found)} recorded of {len(acknowledged)} acknowledged")
        if sign:
            raised = sum(len(line["alerts"]) for line in place.said)
            if count(connection, schema.alert) - raised not in (0, 1):
                verdict.half_done.append("alerts that were not raised")

    return ["record"], lines, check


def _claim(place: Place) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    def check(connection: Connection, verdict: Verdict) -> None:
        verdict.acknowledged = len(place.said)
        claims = count(connection, schema.claim)
        messages = count(connection, schema.outbox, schema.outbox.c.event == "ccp-claim")
        verdict.lost = homes.ELIGIBLE - claims if place.said else 0
        if (claims, messages) not in ((0, 0), (homes.ELIGIBLE, 1)):
            verdict.half_done.append(f"{claims} claims in {messages} messages")

    return ["claim", "--week", homes.last_monday().isoformat(), "--submit"], [], check


def _pack(place: Place) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    reason = {"situation": "Fell in the night", "background": "Falls", "assessment": "Hip", "request": "X-ray",
              "bag": "RB-03", "destination": "The hospital"}  # fmt: skip
    (place.folder / "reason.json").write_text(json.dumps(reason))
    paper = place.folder / "pack.pdf"

    def check(connection: Connection, verdict: Verdict) -> None:
        verdict.acknowledged = len(place.said)
        kept = set(connection.execute(select(schema.transfer.c.sha256)).scalars())
        verdict.lost = len({line["sha256"] for line in place.said} - kept)
        if paper.exists() and hashlib.sha256(paper.read_bytes()).hexdigest() not in kept:
            verdict.half_done.append("a paper that is not the one that was noted")
        if place.said and not paper.exists():
            verdict.lost += 1

    return ["pack", "R01", "--reason", str(place.folder / "reason.json"), "--out", str(paper)], [], check


def _sync(place: Place) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    session = sign_in(place.store, place.user, place.password, SystemClock())
    sync.connect(session, practice_ccg.connection(place.store, session.now), place.password)
    session.close()

    def check(connection: Connection, verdict: Verdict) -> None:
        verdict.acknowledged = len(place.said)
        waiting = count(connection, schema.outbox)
        if waiting != 3:
            verdict.lost += 3 - waiting

    return ["sync"], [], check


def _after_sync(place: Place, verdict: Verdict) -> None:
    """Exchange again, to the end: each message has had its effect once, however often it was sent."""
    session = sign_in(place.store, place.user, place.password, SystemClock())
    try:
        for _ in range(3):
            sync.sync_now(session)
        states = [str(row.state) for row in sync.outbox(session)]
    finally:
        session.close()
    if not set(states) <= {"acknowledged", "decided"}:
        verdict.half_done.append(f"messages that never arrived: {states}")
    with PracticeCcg(place.store / "practice-ccg", now=SystemClock().now) as ccg:
        effects = ccg.effects()
    if sorted(effects.payments.values()) != [(7000,)] * homes.ELIGIBLE or set(effects.alerts.values()) != {1}:
        verdict.half_done.append("an effect that is missing or happened twice")


def _backup(place: Place) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    target = place.folder / "stick"
    target.mkdir()

    def check(connection: Connection, verdict: Verdict) -> None:
        verdict.acknowledged = len(place.said)
        found = backups.found_in(target)
        verdict.lost = len({line["path"] for line in place.said} - {str(path) for path, _ in found})
        for path, manifest in found:
            if not bundle.whole(path, manifest):
                verdict.half_done.append("a backup that looks finished and is not whole")
                continue
            restored = restore.restore(
                path, place.folder / "restored", SystemClock(), user=place.user, password=place.password,
                recovery_key="", device="another laptop",
            )  # fmt: skip
            if restored.revisions < count(connection, schema.revision):
                verdict.lost += 1

    return ["backup", "--to", str(target)], [], check


def _migrate(place: Place) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    known = json.loads((place.store / "truth.json").read_text())

    def check(connection: Connection, verdict: Verdict) -> None:
        verdict.acknowledged = len(place.said)
        for name, rows in known["rows"].items():
            table = schema.metadata.tables[name]
            found = count(connection, table)
            verdict.lost += max(0, rows - found)
        kept = connection.execute(select(schema.event.c.hash).where(schema.event.c.seq == known["count"])).scalar()
        if kept != known["head"]:
            verdict.damaged.append("another audit chain")

    return ["outbox"], [], check


def _rotate(place: Place) -> tuple[list[str], list[str], Callable[[Connection, Verdict], None]]:
    with truth.opened(place.store) as connection:
        before = truth.revisions(connection)

    def check(connection: Connection, verdict: Verdict) -> None:
        verdict.acknowledged = len(place.said)
        verdict.lost = len(before - truth.revisions(connection))
        epoch = keyfile.read_keyfile(place.store).epoch
        if any(line["epoch"] != epoch for line in place.said):
            verdict.half_done.append("a change of key that was acknowledged and is not there")

    return ["rotate"], [], check


OPERATIONS: dict[str, Callable[[Place], tuple[list[str], list[str], Callable[[Connection, Verdict], None]]]] = {
    "record": lambda place: _record(place, sign=False),
    "sign": lambda place: _record(place, sign=True),
    "claim": _claim,
    "pack": _pack,
    "sync": _sync,
    "backup": _backup,
    "migrate": _migrate,
    "rotate": _rotate,
}


def template_of(operation: str) -> str:
    """Which template an operation begins from."""
    return {"sync": "waiting", "migrate": "old"}.get(operation, "home")


def prepare(operation: str, templates: Path, folder: Path) -> Place:
    """A copy of the template that the operation works on."""
    folder.mkdir()
    shutil.copytree(templates / template_of(operation), folder / "home")
    if operation == "migrate":
        known = json.loads((folder / "home" / "truth.json").read_text())
        return Place(folder, known["users"]["manager"], known["password"], known["count"])
    with truth.opened(folder / "home") as connection:
        return Place(folder, "mo", PASSWORD, count(connection, schema.event))


def usual_seconds(operation: str, templates: Path, folder: Path) -> float:
    """How long the operation takes when nobody kills it; it must succeed, or killing it would prove nothing."""
    place = prepare(operation, templates, folder)
    arguments, lines, _ = OPERATIONS[operation](place)
    begun = time.monotonic()
    child = start(place, arguments, lines[:20])
    _, status, used = os.wait4(child, 0)
    # Whichever is less: what it had to wait for the processor now, it need not wait for when it is killed.
    took = min(time.monotonic() - begun, used.ru_utime + used.ru_stime)
    assert os.WIFEXITED(status), operation
    assert os.WEXITSTATUS(status) == 0, (place.folder / "told").read_text()
    shutil.rmtree(folder)
    return took


def kill_once(operation: str, templates: Path, folder: Path, seed: str, usual: float) -> Verdict:
    """Kill the operation once and judge what is left."""
    place = prepare(operation, templates, folder)
    arguments, lines, check = OPERATIONS[operation](place)
    verdict = Verdict(operation)
    verdict.ended = kill(place, arguments, lines, random.Random(seed), usual)
    if operation == "migrate":  # opening it again brings it up to date; had the killed one begun?
        verdict.in_the_midst = not verdict.ended and (place.store / backups.FOLDER).exists()
    look(place, check, verdict)
    if operation == "sync":
        _after_sync(place, verdict)
    shutil.rmtree(folder)
    return verdict
