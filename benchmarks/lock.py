"""How long a lock takes, and the next person's sign-in, with a real launcher and real workers on a practice home.

    python benchmarks/lock.py --rounds 5

Times run on the one steady clock of the machine. The goals: the locked worker gone in 1 s, the next window up by then,
and from Enter to the first page painted under 3 s, of which one derivation of the key cannot be saved.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LAUNCH = (
    "import sys; from app import launcher; from app.link import Begin; "
    "raise SystemExit(launcher.run(lambda: Begin(sys.argv[1]), sys.argv[2:]))"
)


def notes(log: Path) -> list[dict[str, object]]:
    """What the workers have written down so far."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def main() -> int:
    """Lock and sign in again, round after round, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    sys.path.insert(0, str(ROOT))
    from app.services import practice
    from app.services.clock import SystemClock
    from app.vault import keyfile

    with tempfile.TemporaryDirectory() as folder:
        store, log = Path(folder) / "store", Path(folder) / "log"
        practice.build(store, SystemClock()).close()
        slots = keyfile.read_keyfile(store)
        derivations = []
        for _round in range(rounds):
            began = time.perf_counter()
            keyfile.unlock(slots, practice.USER, practice.PASSWORD)
            derivations.append(time.perf_counter() - began)
        step = f"sign_in={practice.USER}:{practice.PASSWORD}"
        plans = [f"{step},wait_warm,lock"] * rounds + [f"{step},quit"]
        worker = [sys.executable, "-m", "tests.helpers.driven_worker", str(log), *plans]
        environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("BENCH_PLATFORM", "offscreen")}
        gone: dict[object, float] = {}
        command = [sys.executable, "-c", _LAUNCH, str(store), *worker]
        with subprocess.Popen(command, cwd=ROOT, env=environment) as launcher:
            while launcher.poll() is None:
                for note in notes(log):
                    if note["what"] == "lock" and note["pid"] not in gone and not _alive(note["pid"]):
                        gone[note["pid"]] = time.monotonic()
                time.sleep(0.005)
        told = notes(log)
        if any(note["what"] == "fault" for note in told) or launcher.returncode:
            raise RuntimeError(f"the run failed: {told}")
    kinds = ("shown", "lock", "enter", "filled")
    at = {what: [float(str(n["at"])) for n in told if n["what"] == what] for what in kinds}
    locked = {note["pid"]: float(str(note["at"])) for note in told if note["what"] == "lock"}
    report = {
        "key derivation": derivations,
        "lock: process gone": [gone[pid] - at_lock for pid, at_lock in locked.items()],
        "lock: next window": [shown - at_lock for at_lock, shown in zip(at["lock"], at["shown"][1:], strict=True)],
        "Enter to page, cold": [at["filled"][0] - at["enter"][0]],
        "Enter to page, warm": [p - e for e, p in zip(at["enter"][1:], at["filled"][1:], strict=True)],
    }
    for name, found in report.items():
        print(f"{name:22} {statistics.median(found):6.3f} s, {min(found):.3f} to {max(found):.3f}, {len(found)} rounds")
    fine = statistics.median(report["lock: process gone"]) <= 1 and statistics.median(report["Enter to page, warm"]) < 3
    return 0 if fine else 1


def _alive(pid: object) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
