"""What the vault costs: ratios to plain sqlite3 doing the same writes in the same run, and times that have a limit.

    python benchmarks/vault.py

The goals: a signed assessment, audit and anchor included, at least 100 times a second; warm reads at most 1.05 of the
same library without a key; opening 150 MB at most 60 ms once the key is known; verifying 100,000 audit entries at most
2 s; one derivation of a key a session. The exit code is 1 when one is missed. Everything is invented and is deleted.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIGNED = 400
ENTRIES = 100_000
MEGABYTES = 150
ROUNDS = 9


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> int:
    """Measure and print; whether every goal was met is the exit code."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="hartwell-vault-") as folder:
        found = [*writes(Path(folder)), *reads(Path(folder)), *opening(Path(folder)), *verifying(Path(folder))]
    for name, value, unit, goal, met in found:
        verdict = "" if met is None else f"   goal {goal}: {'met' if met else 'MISSED'}"
        print(f"{name:<58}{value:>10.3f} {unit:<8}{verdict}")
    return 1 if any(met is False for *_, met in found) else 0


Figure = tuple[str, float, str, str, bool | None]


def writes(folder: Path) -> list[Figure]:
    """Sign assessments through the services; then let plain sqlite3 do the very same statements."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from app.services import assessments
    from app.services.clock import SystemClock
    from app.services.sign_in import sign_in
    from app.vault import keys
    from tests.factories import NEWS2_LOW, PASSWORD, LivingHome

    living = LivingHome(folder / "home")
    people = [living.resident(place) for place in range(1, 41)]
    living.session.close()
    plain_copy(folder / "home", folder / "plain.db")

    derive, derived = keys.derive, []
    keys.derive = lambda *given: derived.append(1) or derive(*given)
    session = sign_in(folder / "home", "mo", PASSWORD, SystemClock())
    for person in people:  # the first of everything is not what is measured
        assessments.sign(session, person, "news2", NEWS2_LOW)
    plain_copy(folder / "home", folder / "plain.db")

    transactions: list[list[tuple[str, object]]] = []

    def sign(count: int) -> None:
        for number in range(count):
            assessments.sign(session, people[number % len(people)], "news2", NEWS2_LOW)

    busy = time.process_time()
    took = seconds(lambda: sign(SIGNED))
    busy = time.process_time() - busy

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, given: object, _x: object, many: bool) -> None:
        if statement.startswith("BEGIN"):
            transactions.append([])
        elif statement.startswith(("INSERT", "UPDATE", "DELETE")):
            transactions[-1] += [(statement, each) for each in given] if many else [(statement, given)]  # type: ignore[attr-defined]

    # The statements of as many again, on a store that is as it was for the plain one.
    plain_copy(folder / "home", folder / "plain.db")
    sign(SIGNED)
    event.remove(Engine, "before_cursor_execute", note)
    session.close()
    keys.derive = derive

    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("PRAGMA foreign_keys = ON")

    def again() -> None:
        for statements in transactions:
            if statements:
                plain.execute("BEGIN IMMEDIATE")
                for statement, given in statements:
                    plain.execute(statement, given)
                plain.execute("COMMIT")

    bare = seconds(again)
    plain.close()
    return [
        ("signed assessments a second, audit and anchor included", SIGNED / took, "/s", ">= 100", SIGNED / took >= 100),
        ("signed assessments a second of processor time", SIGNED / busy, "/s", "", None),
        ("the same writes a second, plain sqlite3", SIGNED / bare, "/s", "", None),
        ("a signed assessment as a ratio to plain sqlite3", took / bare, "x", "", None),
        ("key derivations in that session", len(derived), "", "= 1", len(derived) == 1),
    ]


def plain_copy(home: Path, target: Path) -> None:
    """The same rows without encryption. They are invented, and the folder is deleted."""
    import sqlcipher3.dbapi2 as sqlcipher

    for path in target.parent.glob(f"{target.name}*"):
        path.unlink()
    source = sqlcipher.connect(str(home / "hartwell.db"))
    source.execute(f"PRAGMA key = \"x'{key_of(home)}'\"")
    source.execute("ATTACH DATABASE ? AS plain KEY ''", (str(target),))
    source.execute("SELECT sqlcipher_export('plain')")
    source.execute("DETACH DATABASE plain")
    source.close()


_keys: dict[Path, str] = {}


def key_of(home: Path) -> str:
    """What opens the store; derived once."""
    from tests.faults import truth

    if home not in _keys:
        _keys[home] = truth.sqlcipher_key(home)[0]
    return _keys[home]


def reads(folder: Path) -> list[Figure]:
    """Read every revision again and again, with all pages in the cache: with the key, and without one."""
    import sqlcipher3.dbapi2 as sqlcipher

    home = folder / "home"
    plain_copy(home, folder / "plain.db")
    keyed = sqlcipher.connect(str(home / "hartwell.db"))
    keyed.execute(f"PRAGMA key = \"x'{key_of(home)}'\"")
    bare = sqlcipher.connect(str(folder / "plain.db"))
    query = "SELECT * FROM revision ORDER BY seq"
    ratios, times = [], []
    for connection in (keyed, bare):
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute(query).fetchall()
    for _ in range(ROUNDS * 5):
        with_key = seconds(lambda: keyed.execute(query).fetchall())
        without = seconds(lambda: bare.execute(query).fetchall())
        ratios.append(with_key / without)
        times.append(1000 * with_key)
    keyed.close()
    bare.close()
    ratio = statistics.median(ratios)
    return [
        ("every revision read, warm", statistics.median(times), "ms", "", None),
        ("warm reads as a ratio to the library without a key", ratio, "x", "<= 1.05", ratio <= 1.05),
    ]


def opening(folder: Path) -> list[Figure]:
    """Open a store of 150 MB, all checks of signing in included, once the password has given its key."""
    import sqlcipher3.dbapi2 as sqlcipher

    from tests.faults import truth

    home = shutil.copytree(folder / "home", folder / "large")
    connection = sqlcipher.connect(str(home / "hartwell.db"))
    connection.execute(f"PRAGMA key = \"x'{key_of(folder / 'home')}'\"")
    for number in range(MEGABYTES * 2):
        connection.execute(
            "INSERT INTO blob (sha256, media_type, content) VALUES (?, 'application/pdf', ?)",
            (f"{number:064x}", os.urandom(1 << 19)),
        )
    connection.commit()
    connection.close()
    size = (home / "hartwell.db").stat().st_size / 2**20
    assert size >= MEGABYTES

    def open_it() -> None:
        store = truth.open_as_program(home)
        took.append(1000 * (time.perf_counter() - begun))
        store.close()

    truth.open_as_program(home).close()
    took: list[float] = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        open_it()
    typical = statistics.median(took)
    return [(f"opening {size:.0f} MB after the key is known", typical, "ms", "<= 60", typical <= 60)]


def verifying(folder: Path) -> list[Figure]:
    """Check the chain of 100,000 audit entries, as ``hartwell verify`` does it."""
    from app.models import integrity
    from app.services.clock import SystemClock
    from app.services.sign_in import sign_in
    from app.services.verify import verify
    from tests.factories import PASSWORD

    session = sign_in(folder / "home", "mo", PASSWORD, SystemClock())
    with session.write() as work:
        for number in range(ENTRIES):
            work.audit("view", "resident", f"R{number % 40}", resident_id=None)
    with session.read() as connection:
        chain = seconds(lambda: integrity.chain_problems(connection))
    begun = time.perf_counter()
    found = verify(session)
    whole = time.perf_counter() - begun
    session.close()
    assert found.exit_code == 0, found.problems
    return [
        (f"the audit chain of {ENTRIES:,} entries recomputed", chain, "s", "", None),
        (f"verify with {ENTRIES:,} audit entries, all its checks", whole, "s", "<= 2", whole <= 2),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
