"""How a list of 100,000 rows opens beside one of 10,000, and both beside Qt's own QTableWidget.

    python benchmarks/lists.py
    python benchmarks/lists.py --rounds 15 --widget-rows 100000     # QTableWidget with as many: half a minute a round

The list is the one of the notes found (four columns, the extract drawn with what was found in it) in the table that
every list of the program is shown in. "Open" is from the rows as values until the window with them has been painted;
"again" is putting as many other rows into a list that is on the screen. Every round measures all of them in turn, in a
changing order; the ratio is the median of the rounds' own. The goal is 100,000 rows within 1.1 of 10,000; the exit code
is 1 when it is missed. Everything is invented.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


from PySide6.QtWidgets import QApplication, QTableWidget, QTableWidgetItem, QWidget

from app.domain.people import ResidentId
from app.services.notes import NoteRow
from app.ui import theme
from app.ui.pages.search.hits import HitDelegate
from app.ui.pages.search.page import NOTE, columns
from app.ui.widgets.table import RecordTable

FEW, MANY = 10_000, 100_000
GOAL = 1.10
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_WORDS = ("slept", "well", "ate", "half", "lunch", "heel", "red", "cream", "applied", "walked", "garden", "visited")


def rows(count: int) -> tuple[NoteRow, ...]:
    """So many invented notes, newest first."""
    chance = random.Random(4)
    found = []
    for number in range(count, 0, -1):
        words = chance.choices(_WORDS, k=14)
        text = " ".join(words)
        found.append(
            NoteRow(
                number, f"note-{number}", ResidentId(f"resident-{number % 60}"), f"RESIDENT {number % 60}, John (Mr)",
                str(number % 60 + 1), "here", NOW - timedelta(minutes=number), "Mo Manager", "Note", None, number < 0,
                text, ((words[0], True), (" " + " ".join(words[1:]), False)),
            )
        )  # fmt: skip
    return tuple(found)


def open_list(app: QApplication, found: tuple[NoteRow, ...]) -> RecordTable[NoteRow]:
    """The list on the screen, painted."""
    table: RecordTable[NoteRow] = RecordTable("Notes found", columns(), key=lambda row: row.id)
    records = table.records
    table.setItemDelegateForColumn(NOTE, HitDelegate(lambda at: records.rows[at].extract, table))
    table.resize(1100, 640)
    table.set_rows(found)
    _paint(app, table)
    return table


def open_widget(app: QApplication, found: tuple[NoteRow, ...]) -> QTableWidget:
    """The same cells in a QTableWidget."""
    table = QTableWidget(len(found), 4)
    cells = [column.text for column in columns()]
    for at, row in enumerate(found):
        for place, cell in enumerate(cells):
            table.setItem(at, place, QTableWidgetItem(cell(row)))
    table.resize(1100, 640)
    _paint(app, table)
    return table


def _paint(app: QApplication, widget: QWidget) -> None:
    widget.show()
    widget.grab()
    app.processEvents()


def _timed(work: Callable[[], QWidget]) -> tuple[float, QWidget]:
    begun = time.perf_counter()
    made = work()
    return 1000 * (time.perf_counter() - begun), made


def _gone(app: QApplication, widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()
    app.processEvents()


def main() -> int:
    """Measure and print; whether the goals were met is the exit code."""
    parser = argparse.ArgumentParser(description="Lists of 10,000 and of 100,000 rows.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--widget-rows", type=int, default=20_000, help="rows of the QTableWidget; its time is scaled")
    parser.add_argument("--widget-rounds", type=int, default=3)
    asked = parser.parse_args()
    gc.disable()  # as in the program, which collects only where nothing is being drawn
    app = QApplication([])
    theme.apply(app, theme.Choice.LIGHT, 100)
    many = rows(MANY)
    few, peer = many[:FEW], many[: asked.widget_rows]
    times: dict[str, list[float]] = {name: [] for name in ("few", "many", "few again", "many again", "widget")}
    _gone(app, open_list(app, few))
    for number in range(asked.rounds):
        order = [("few", few), ("many", many)]
        for name, found in order if number % 2 else reversed(order):
            took, table = _timed(lambda found=found: open_list(app, found))  # type: ignore[misc]
            times[name].append(took)
            begun = time.perf_counter()
            assert isinstance(table, RecordTable)
            table.set_rows(found[1:])
            table.grab()
            times[f"{name} again"].append(1000 * (time.perf_counter() - begun))
            _gone(app, table)
        if number < asked.widget_rounds:
            took, table = _timed(lambda: open_widget(app, peer))
            times["widget"].append(took * MANY / len(peer))
            _gone(app, table)
    middle = {name: statistics.median(each) for name, each in times.items()}
    pairs = zip(times["many"], times["few"], strict=True)
    ratio, again = statistics.median(one / other for one, other in pairs), middle["many again"] / middle["few again"]
    share = middle["many"] / middle["widget"]
    print(f"{FEW:,} rows opened                          {middle['few']:10.1f} ms")
    print(f"{MANY:,} rows opened                         {middle['many']:10.1f} ms")
    print(f"  as a ratio                                {ratio:10.2f} x   goal <= {GOAL}: {_verdict(ratio <= GOAL)}")
    print(f"{FEW:,} other rows put in                    {middle['few again']:10.1f} ms")
    print(f"{MANY:,} other rows put in                   {middle['many again']:10.1f} ms")
    print(f"  as a ratio                                {again:10.2f} x")
    print(f"QTableWidget, scaled to {MANY:,} rows        {middle['widget']:10.1f} ms")
    print(f"  ours as a ratio                           {share:10.4f} x")
    return 0 if ratio <= GOAL else 1


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
