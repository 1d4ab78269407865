"""How long the pages of one resident take to open on a home after ten years, from the call until they are painted.

    python benchmarks/ten_years.py --store DIR --make
    python benchmarks/resident_page.py --store DIR

For the resident who has been there all the ten years: the resident's page, and the page of measurements for a month and
for ten years, in one process, on the store thread as in the window. Before each opening nobody's record is on the
screen. What is seen at once counts; of ten years the page reads the other charts after that. The service's read alone
is printed beside it. The goal is 150 ms; it is compared with the quickest of the rounds, which nothing else that runs
on the machine can make shorter. The exit code is 1 when it is missed.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from app.domain.people import ResidentId  # noqa: E402
from app.services import observations, residents  # noqa: E402
from app.services.clock import SetClock  # noqa: E402
from app.services.sign_in import sign_in  # noqa: E402
from app.ui import theme  # noqa: E402
from app.ui.context import Context  # noqa: E402
from app.ui.messages import Messages  # noqa: E402
from app.ui.pages.observations import ObservationsPage  # noqa: E402
from app.ui.pages.resident.page import ResidentPage  # noqa: E402
from app.ui.tasks import Tasks  # noqa: E402
from app.ui.theme import Choice, Theme  # noqa: E402
from benchmarks.ten_years import NOW, PASSWORD, longest_here  # noqa: E402

GOAL = 150.0
_SETTLED = 120
"""Milliseconds after which what a page does after its first paint is under way."""
_WAIT = QEventLoop.ProcessEventsFlag.WaitForMoreEvents


def opened(app: QApplication, tasks: Tasks, page: Any, person: str) -> float:
    """Milliseconds from the call until the page shows the resident and has been painted."""
    page.opened(None)
    app.processEvents()
    begun = time.perf_counter()
    page.opened(person)
    while not page.content.isVisible():
        app.processEvents(_WAIT)  # asleep until something comes: a loop would take the store thread's time
    painted(app, page)
    done = 1000 * (time.perf_counter() - begun)
    wait = QEventLoop()
    QTimer.singleShot(_SETTLED, wait.quit)
    wait.exec()
    while tasks.busy:
        app.processEvents(_WAIT)
    return done


def painted(app: QApplication, page: QWidget) -> None:
    """Everything that waits is laid out and painted."""
    app.processEvents()
    page.repaint()
    app.processEvents()


def once(tasks: Tasks, work: Callable[[], object]) -> float:
    """Milliseconds of one read on the store thread."""

    def timed() -> float:
        begun = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - begun)

    return tasks.on_store(timed)


def say(name: str, times: list[float], goal: float = 0) -> bool:
    """Print one line; whether its goal was met."""
    best, middle = min(times), statistics.median(times)
    met = not goal or best <= goal
    verdict = f"   goal <= {goal:g} ms: {'met' if met else 'MISSED'}" if goal else ""
    print(f"{name:<52}{middle:>9.1f} ms, best {best:>7.1f}{verdict}")
    return met


def main() -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(description="How long a resident's pages take to open after ten years.")
    parser.add_argument("--store", type=Path, required=True, help="what benchmarks/ten_years.py has made")
    parser.add_argument("--rounds", type=int, default=11)
    asked = parser.parse_args()
    app = QApplication(sys.argv[:1])
    waker = QTimer()
    waker.start(1)
    gc.disable()  # as in the program, which collects when nothing is under way
    tasks = Tasks()
    session = tasks.on_store(lambda: sign_in(asked.store, "mo", PASSWORD, SetClock(NOW)))
    met = []
    try:
        theme.apply(app, Choice.LIGHT, 100)
        ctx = Context(session, tasks, Messages(), Theme(app, Choice.LIGHT))
        person = ResidentId(tasks.on_store(lambda: longest_here(session)))
        month, decade = NOW - timedelta(days=31), NOW - timedelta(days=3653)
        reads: list[tuple[str, Callable[[], object]]] = [
            ("read: the resident's record", lambda: residents.read_again(session, person)),
            ("read: measurements of a month", lambda: observations.board(session, person, month, again=True)),
            ("read: measurements of ten years", lambda: observations.board(session, person, decade, again=True)),
        ]
        for name, work in reads:
            say(name, [once(tasks, work) for _ in range(asked.rounds)])
        shown: list[tuple[str, Any, str]] = [
            ("page: the resident", ResidentPage(ctx), ""),
            ("page: measurements, a month", ObservationsPage(ctx), "31"),
            ("page: measurements, ten years", ObservationsPage(ctx), "3653"),
        ]
        for name, page, period in shown:
            page.resize(1166, 660)
            page.show()
            if period:
                page.choose_period(period)
                gc.collect()
            opened(app, tasks, page, person)  # imports, fonts
            met.append(say(name, [opened(app, tasks, page, person) for _ in range(asked.rounds)], GOAL))
            page.hide()
    finally:
        tasks.on_store(session.close)
        tasks.close()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
