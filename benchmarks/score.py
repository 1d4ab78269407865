"""How many NEWS2 lines a second ``hartwell score`` answers in one process, once it has started.

    python benchmarks/score.py --lines 200000 --rounds 3

The real command reads a file of lines; what it takes for one line, its start, is taken off. Beside it, in turn, a bare
loop of ``json.loads`` and ``json.dumps`` over the same lines and answers, in a process of its own: the ratio of the two
says how fast the scoring is on any computer, however busy. The goal is 20,000 lines a second.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_GOAL = 20_000
_SCORE = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main(['score']))"]
_BARE_LOOP = """
import json, sys
answer = json.loads(sys.argv[1])
for line in sys.stdin.buffer:
    asked = json.loads(line)
    sys.stdout.write(json.dumps({**answer, "id": asked["id"]}) + "\\n")
"""
_BARE = [sys.executable, "-c", _BARE_LOOP]


def some_line(number: int, rng: random.Random) -> str:
    """One set of observations, mostly near what is usual."""
    answers = {
        "resp_rate": rng.randint(8, 28), "spo2": rng.randint(86, 100), "spo2_scale": rng.choice((1, 1, 1, 2)),
        "on_oxygen": rng.random() < 0.1, "systolic": rng.randint(85, 225), "pulse": rng.randint(40, 140),
        "consciousness": rng.choice("AAAAAAACVPU"), "temp_c": rng.randint(345, 400) / 10,
    }  # fmt: skip
    return json.dumps({"id": number, "instrument": "news2", "answers": answers, "on": "2026-11-22"})


def seconds(command: list[str], lines: Path, out: Path) -> tuple[float, float]:
    """Wall time and processor time of the command over the lines."""
    with lines.open("rb") as source, out.open("wb") as target:
        before, began = os.times(), time.perf_counter()
        subprocess.run(command, stdin=source, stdout=target, cwd=ROOT, check=True)
        wall, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, spent


def main() -> int:
    """Measure both, round after round, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rng = random.Random(2017)
    with tempfile.TemporaryDirectory() as folder:
        many, one, out = (Path(folder) / name for name in ("many", "one", "out"))
        asked = [some_line(number, rng) for number in range(options.lines)]
        many.write_text("\n".join(asked) + "\n", encoding="utf-8")
        one.write_text(asked[0] + "\n", encoding="utf-8")
        found: dict[str, list[float]] = {"wall": [], "processor": [], "bare wall": [], "bare processor": []}
        for _round in range(options.rounds):
            for name, command in (("", _SCORE), ("bare ", [*_BARE, "{}"])):
                start = seconds(command, one, out)
                if not name:
                    answer = out.read_text(encoding="utf-8")
                else:
                    command = [*_BARE, answer]  # noqa: PLW2901 - an answer of the same length as the real ones
                whole = seconds(command, many, out)
                if out.read_bytes().count(b"\n") != options.lines:
                    raise RuntimeError(f"{options.lines} lines were asked and not as many answered")
                found[f"{name}wall"].append(whole[0] - start[0])
                found[f"{name}processor"].append(whole[1] - start[1])
    middle = {name: statistics.median(times) for name, times in found.items()}
    rate = options.lines / middle["wall"]
    print(f"{rate:10,.0f} lines a second by the clock, {options.lines / middle['processor']:,.0f} by processor time")
    print(f"{options.lines / middle['bare wall']:10,.0f} lines a second of the bare loop")
    print(f"{middle['processor'] / middle['bare processor']:10.2f} times the processor time of the bare loop")
    return 0 if rate >= _GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
