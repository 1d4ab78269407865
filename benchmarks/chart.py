"""How long a chart of 2,000 weights takes to show and to repaint, our own painter against QtCharts in the same run.

    python benchmarks/chart.py --qtcharts-python PATH

QtCharts is no part of this project: without an interpreter that has it (PySide6-Essentials and PySide6-Addons of the
project's version) the script makes itself a temporary virtual environment with both. Each side runs in a process of its
own, one after the other, round by round; the goal is a repaint in a tenth of QtCharts' time or less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POINTS, WIDTH, HEIGHT = 2000, 900, 400

_COMMON = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget
count, width, height, rounds = map(int, sys.argv[1:])
at = datetime(2017, 1, 1, 8, tzinfo=UTC)
points = [(at + timedelta(hours=43 * n), Decimal(600 + n * 7 % 40 - n // 20) / 10) for n in range(count)]
app = QApplication([])
steady = time.perf_counter

def repaints(part):
    # QWidget.render asks the widget to paint itself into a picture, just as a repaint of the window does.
    target = QPixmap(width, height)
    QWidget.render(part, target)
    found = []
    for _ in range(rounds):
        began = steady()
        QWidget.render(part, target)
        found.append(steady() - began)
    return found
"""
_OURS = (
    _COMMON
    + """
from app.domain.charts.lines import Point, Series, line_chart
from app.ui import theme
from app.ui.widgets.scene import SceneView
theme.apply(app, theme.Choice.LIGHT, 100)
began = steady()
series = [Series("Weight", tuple(Point(when, value) for when, value in points))]
view = SceneView(lambda wide: line_chart("Weight", series, unit="kg", width=wide, height=int(height * 72 / 96)).scene)
view.resize(width, height)
view.show()
view.grab()
first = steady() - began
print(json.dumps({"first": first, "repaint": repaints(view)}))
"""
)
_QTCHARTS = (
    _COMMON
    + """
from PySide6.QtCharts import QChart, QChartView, QDateTimeAxis, QLineSeries, QValueAxis
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
began = steady()
series = QLineSeries()
for when, value in points:
    series.append(when.timestamp() * 1000, float(value))
chart = QChart()
chart.addSeries(series)
chart.setTitle("Weight")
across, up = QDateTimeAxis(), QValueAxis()
across.setFormat("MMM-yyyy")
chart.addAxis(across, Qt.AlignmentFlag.AlignBottom)
chart.addAxis(up, Qt.AlignmentFlag.AlignLeft)
series.attachAxis(across)
series.attachAxis(up)
view = QChartView(chart)
view.setRenderHint(QPainter.RenderHint.Antialiasing)
view.resize(width, height)
view.show()
view.grab()
first = steady() - began
print(json.dumps({"first": first, "repaint": repaints(view)}))
"""
)


def main() -> int:
    """Run both sides in turn and print the medians; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repaints", type=int, default=100)
    parser.add_argument("--qtcharts-python", default="", help="an interpreter that has PySide6-Addons")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        other = given.qtcharts_python or _environment(Path(folder))
        ours: list[dict[str, object]] = []
        theirs: list[dict[str, object]] = []
        for _round in range(given.rounds):
            ours.append(_run(sys.executable, _OURS, given.repaints))
            theirs.append(_run(other, _QTCHARTS, given.repaints))
    print(f"{POINTS} points, {WIDTH} x {HEIGHT}, {given.rounds} rounds of {given.repaints} repaints")
    figures = {}
    for name, runs in (("own painter", ours), ("QtCharts", theirs)):
        first = [1000 * float(str(run["first"])) for run in runs]
        paints = [1000 * each for run in runs for each in _list(run["repaint"])]
        figures[name] = statistics.median(paints)
        print(
            f"{name:12} first picture {statistics.median(first):7.2f} ms ({min(first):.2f} to {max(first):.2f}), "
            f"repaint {statistics.median(paints):7.3f} ms ({min(paints):.3f} to {max(paints):.3f})"
        )
    share = figures["own painter"] / figures["QtCharts"]
    print(f"a repaint takes {share:.4f} of QtCharts' time; the goal is 0.1")
    return 0 if share <= 0.1 else 1


def _run(python: str, script: str, repaints: int) -> dict[str, object]:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("BENCH_PLATFORM", "offscreen")}
    environment["PYTHONPATH"] = str(ROOT)
    command = [python, "-c", script, *map(str, (POINTS, WIDTH, HEIGHT, repaints))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _list(found: object) -> list[float]:
    assert isinstance(found, list)
    return [float(each) for each in found]


def _environment(folder: Path) -> str:
    """A virtual environment with QtCharts in the project's version of Qt."""
    import PySide6

    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    version = PySide6.__version__
    wheels = [f"PySide6-Essentials=={version}", f"PySide6-Addons=={version}"]
    subprocess.run([str(python), "-m", "pip", "install", "-q", *wheels], check=True)
    return str(python)


if __name__ == "__main__":
    sys.exit(main())
