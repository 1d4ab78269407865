"""How fast the premium is decided: lines of ``hartwell decide``, a home's year, and the week's screen after ten years.

    python benchmarks/premium.py                        # the command and a year of 60 residents
    python benchmarks/premium.py --store DIR            # also the claim week, on a store from benchmarks/ten_years.py

The real command answers a file of lines; what it takes for one line, its start, is taken off. Beside it, in turn, a
bare loop of ``json.loads`` and ``json.dumps`` over the same lines, in a process of its own: the ratio of the two says
how fast the rules are on any computer, however busy. The year is 52 weeks of 60 residents decided in one process, from
their facts as a screen has them. On the store the claim week that has just ended is read as the screen reads it;
champions are appointed first in a store that has none, so that there is something to decide and to forecast. Of every
time the median and the quickest are printed, and the goal is compared with the quickest.
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
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.ten_years import NOW, PASSWORD, Figure, took  # noqa: E402

GOAL_LINES = 10_000
GOAL_YEAR_MS = 1_000
GOAL_WEEK_MS = 150
WEEKS, RESIDENTS = 52, 60
_FIRST = date(2016, 1, 4)
_AREAS = ("dementia", "falls", "health", "nutrition", "wound", "continence", "engagement")
_DECIDE = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main(['decide']))"]
_BARE_LOOP = """
import json, sys
answer = json.loads(sys.argv[1])
for line in sys.stdin.buffer:
    asked = json.loads(line)
    sys.stdout.write(json.dumps({**answer, "id": asked["id"]}) + "\\n")
"""
_BARE = [sys.executable, "-c", _BARE_LOOP]


def some_case(number: int, rng: random.Random) -> dict[str, Any]:
    """One resident-week with five champions, two to four needs, and now and then an absence, an award or a leaver."""
    monday = _FIRST + timedelta(days=7 * rng.randrange(WEEKS))
    thursday, sunday = monday + timedelta(days=3), monday + timedelta(days=6)
    needs = rng.sample(_AREAS, rng.randint(2, 4))
    left = f"{thursday}T09:00" if rng.random() < 0.1 else None
    return {
        "id": f"c{number}",
        "week_start": monday.isoformat(),
        "submitted_at": f"{monday + timedelta(days=7)}T09:30",
        "home": {"ods": "V123A", "accredited": [["2015-01-05", None]]},
        "resident": {
            "nhs_number": "9990000018", "nhs_number_absent_reason": None, "date_of_birth": "1931-05-02",
            "stays": [["2015-02-01T11:00", None]],
            "absences": [[f"{thursday}T14:00", f"{sunday}T11:00"]] if rng.random() < 0.2 else [],
            "chc": [[thursday.isoformat(), None]] if rng.random() < 0.1 else [],
            "died_at": None,
        },
        "needs": [
            {"area": area, "evidenced_on": (sunday - timedelta(days=rng.randint(0, 60))).isoformat()} for area in needs
        ],
        "champions": [
            {"name": pathway.title(), "pathway": pathway, "certificate": ["2015-01-01", "2017-12-31"],
             "in_post": ["2015-01-01T00:00", left if pathway == "falls" else None]}
            for pathway in _AREAS[:5]
        ],
        "relied_upon": None, "other_live_claims": [], "late_reason": None,
    }  # fmt: skip


def seconds(command: list[str], lines: Path, out: Path) -> tuple[float, float]:
    """Wall time and processor time of the command over the lines."""
    with lines.open("rb") as source, out.open("wb") as target:
        before = os.times()
        subprocess.run(command, stdin=source, stdout=target, cwd=ROOT, check=True)
        after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return after.elapsed - before.elapsed, spent


def command(lines: int, rounds: int) -> bool:
    """Measure the command and the bare loop in turn; whether the goal was met."""
    rng = random.Random(2016)
    with tempfile.TemporaryDirectory() as folder:
        many, one, out = (Path(folder) / name for name in ("many", "one", "out"))
        asked = [json.dumps(some_case(number, rng)) for number in range(lines)]
        many.write_text("\n".join(asked) + "\n", encoding="utf-8")
        one.write_text(asked[0] + "\n", encoding="utf-8")
        found: dict[str, list[float]] = {"wall": [], "processor": [], "bare processor": []}
        for _round in range(rounds):
            start = seconds(_DECIDE, one, out)
            bare = [*_BARE, out.read_text(encoding="utf-8")]
            whole = seconds(_DECIDE, many, out)
            answered = out.read_bytes().splitlines()
            if len(answered) != lines or any(b'"error"' in line for line in answered):
                raise RuntimeError(f"{lines} lines were asked and not as many decided")
            bare_start, bare_whole = seconds(bare, one, out), seconds(bare, many, out)
            found["wall"].append(whole[0] - start[0])
            found["processor"].append(whole[1] - start[1])
            found["bare processor"].append(bare_whole[1] - bare_start[1])
        eligible = sum(json.loads(line)["eligible"] for line in answered)
    rate, by_processor = lines / min(found["wall"]), lines / min(found["processor"])
    print(f"{rate:10,.0f} lines a second by the clock, {by_processor:,.0f} by processor time; {eligible:,} eligible")
    ratio = statistics.median(found["processor"]) / statistics.median(found["bare processor"])
    print(f"{ratio:10.2f} times the processor time of a bare loop of json")
    print(f"           goal >= {GOAL_LINES:,} lines a second: {'met' if rate >= GOAL_LINES else 'MISSED'} by the clock")
    return by_processor >= GOAL_LINES


def year() -> Figure:
    """52 weeks of 60 residents, each decided from its facts."""
    from app.domain.premium import decide, policy_for, read_case

    rng = random.Random(60)
    cases = []
    for resident in range(RESIDENTS):
        facts, _ = read_case(some_case(resident, rng))
        for n in range(WEEKS):
            monday = _FIRST + timedelta(days=7 * n)
            submitted = facts.submitted_at + (monday - facts.week_start)
            cases.append(replace(facts, id=f"{resident}/{n}", week_start=monday, submitted_at=submitted))

    def all_of_them() -> int:
        return sum(decide(facts, policy_for(facts.week_start)).eligible for facts in cases)

    return Figure(f"{WEEKS} weeks of {RESIDENTS} residents decided", took(all_of_them), goal=GOAL_YEAR_MS)


def store(folder: Path) -> list[Figure]:
    """The claim week and the page of training on a store of ten years."""
    from app.services import premium, training
    from app.services.clock import SetClock
    from app.services.sign_in import sign_in

    session = sign_in(folder, "mo", PASSWORD, SetClock(NOW))
    try:
        _appoint(session)
        monday = premium.default_week(session)
        found = premium.week(session, monday)
        return [
            Figure("residents in the claim week", float(len(found.rows))),
            Figure("of them eligible", float(found.eligible)),
            Figure(
                "the claim week as the screen reads it", took(lambda: premium.week(session, monday)), goal=GOAL_WEEK_MS
            ),
            Figure("who is trained in what, of today", took(lambda: training.board(session, NOW.date()))),
            Figure("what is at risk and what would close it", took(lambda: training.forecast(session))),
        ]
    finally:
        session.close()


def _appoint(session: Any) -> None:
    """Champions for a home that has none: two pathways of five covered, one of them not for long."""
    from app.domain.people import ChampionPost, Role, StaffDetails
    from app.services import staff

    if any(member.posts for member in staff.list_staff(session)):
        return
    ends = {"dementia": None, "falls": NOW + timedelta(days=40), "health": None}
    for pathway, until in ends.items():
        who = staff.add_staff(session, StaffDetails(f"B-{pathway}", f"Champion {pathway.title()}", Role.CHAMPION))
        post = ChampionPost(
            pathway, date(2025, 1, 6), date(2028, 1, 5), "B-1", "HCPA", NOW - timedelta(days=400), until
        )
        staff.appoint(session, who.staff_id, post)


def main() -> int:
    """Measure and print; whether every goal was met is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", type=Path, help="a store that benchmarks/ten_years.py made")
    asked = parser.parse_args()
    met = command(asked.lines, asked.rounds)
    figures = [year(), *(store(asked.store) if asked.store else ())]
    for figure in figures:
        print(figure.line())
    return 0 if met and all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
