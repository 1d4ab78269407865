"""How long a form of 60 questions takes to open, and what one key costs, as ratios to windows of bare Qt.

In one process, taken in turn: an empty window, a window with bare Qt widgets of the same kinds and number (a label, a
box, radio buttons, in one column), and the form as the program draws it, in the program's style. "Open" is from the
call until the window has been painted: rows out of sight are made after that, and how long that takes is said. "Key" is
from the key press until everything that hangs on it has been done.

    python benchmarks/form.py --rounds 9

The goals are 100 ms to open and 10 ms a key; the exit code is 1 when one is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.questionnaire import Form, parse_questionnaire
from app.ui import theme
from app.ui.widgets_form.view import FormView

OPEN_GOAL, KEY_GOAL = 100.0, 10.0
KINDS = ("integer", "decimal", "boolean", "choice", "long", "date", "dateTime", "string", "text", "many")
NOW = datetime(2026, 7, 22, 13, 5, tzinfo=UTC)


def sixty() -> Form:
    """Sixty questions of ten kinds in six groups; every tenth waits for another."""
    groups: list[dict[str, Any]] = []
    for group in range(6):
        items: list[dict[str, Any]] = []
        for place, kind in enumerate(KINDS):
            link_id = f"{kind}{group}"
            few, lots = ("Never", "Sometimes", "Often", "Always"), tuple(f"Answer {each}" for each in range(12))
            words = lots if kind == "long" else few
            item: dict[str, Any] = {
                "linkId": link_id,
                "text": f"Question {place + 1} of part {group + 1}",
                "type": "choice" if kind in {"choice", "long", "many"} else kind,
                "required": place % 2 == 0,
            }
            if item["type"] == "choice":
                item["answerOption"] = [{"valueCoding": {"code": each, "display": each}} for each in words]
                item["repeats"] = kind == "many"
            if kind == "string":
                item["enableWhen"] = [{"question": f"boolean{group}", "operator": "!=", "answerBoolean": False}]
            if kind == "decimal":
                unit = {"display": "kg", "code": "kg", "system": "http://unitsofmeasure.org"}
                base = "http://hl7.org/fhir/StructureDefinition/"
                item["extension"] = [
                    {"url": f"{base}questionnaire-unit", "valueCoding": unit},
                    {"url": f"{base}minValue", "valueInteger": 20},
                    {"url": f"{base}maxValue", "valueInteger": 250},
                ]
            items.append(item)
        groups.append({"linkId": f"g{group}", "text": f"Part {group + 1}", "type": "group", "item": items})
    return parse_questionnaire({
        "resourceType": "Questionnaire", "url": "https://example.org/Questionnaire/sixty", "title": "Sixty questions",
        "status": "active", "item": groups,
    })  # fmt: skip


def bare(form: Form) -> QWidget:
    """The same number and kinds of widgets as plain Qt has them."""
    page = QWidget()
    column = QVBoxLayout(page)
    for question in form.questions():
        column.addWidget(QLabel(question.text))
        if question.type == "boolean":
            column.addWidget(QRadioButton("Yes"))
            column.addWidget(QRadioButton("No"))
        elif question.type == "choice" and len(question.options) > 5:
            box = QComboBox()
            box.addItems([option.display for option in question.options])
            column.addWidget(box)
        elif question.type == "choice":
            for option in question.options:
                column.addWidget(QRadioButton(option.display))
        else:
            column.addWidget(QPlainTextEdit() if question.type == "text" else QLineEdit())
    return page


def opened(app: QApplication, make: Callable[[], QWidget]) -> tuple[float, QScrollArea]:
    """Milliseconds until the window with it has been painted, and the window."""
    began = time.perf_counter()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(make())
    area.resize(900, 700)
    area.show()
    app.processEvents()
    area.grab()
    return (time.perf_counter() - began) * 1000, area


def keys(view: FormView, link_id: str, text: str) -> list[float]:
    """Milliseconds of each key typed into a question; the listener asks what a page asks at every key."""
    found: list[float] = []
    view.go_to(link_id)
    QApplication.processEvents()  # the page has scrolled before the first key
    box = view.editor(link_id).focus_on()
    for letter in text:
        began = time.perf_counter()
        QTest.keyClick(box, letter)
        QApplication.processEvents()
        found.append((time.perf_counter() - began) * 1000)
    return found


def main() -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    app = QApplication(sys.argv[:1])
    theme.apply(app, theme.Choice.LIGHT, 100)
    form = sixty()
    times: dict[str, list[float]] = {"empty": [], "bare": [], "form": []}
    rest: list[float] = []
    typed: list[float] = []
    tiles: list[float] = []
    for number in range(rounds + 1):
        views: list[FormView] = []

        def ours(kept: list[FormView] = views) -> QWidget:
            kept.append(FormView(form, lambda: NOW, lambda: date(2026, 7, 22)))
            return kept[-1]

        for which, make in (("empty", QWidget), ("bare", lambda: bare(form)), ("form", ours)):
            took, area = opened(app, make)
            if number:  # the first round loads fonts and style
                times[which].append(took)
            if which == "form" and number:
                view = views[-1]
                began = time.perf_counter()
                while not view.finished_making():
                    app.processEvents()
                rest.append((time.perf_counter() - began) * 1000)
                view.changed.connect(lambda view=view: (view.answers(), view.missing(), view.required()))
                area.activateWindow()
                typed += keys(view, "decimal3", "64.85") + keys(view, "text4", "Sore heel")
                view.go_to("boolean2")
                app.processEvents()
                for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Space):
                    focused = QApplication.focusWidget()
                    assert focused is not None
                    began = time.perf_counter()
                    QTest.keyClick(focused, key)
                    app.processEvents()
                    tiles.append((time.perf_counter() - began) * 1000)
            area.close()
            area.deleteLater()
            app.processEvents()
    middle = {which: statistics.median(found) for which, found in times.items()}
    key, tile = statistics.median(typed), statistics.median(tiles)
    sys.stdout.write(
        f"open: empty window {middle['empty']:.1f} ms, bare widgets {middle['bare']:.1f} ms, "
        f"form {middle['form']:.1f} ms (x{middle['form'] / middle['empty']:.1f} of empty, "
        f"x{middle['form'] / middle['bare']:.2f} of bare);\n"
        f"      the rows out of sight are there {statistics.median(rest):.0f} ms later\n"
        f"key in a box {key:.2f} ms (slowest {max(typed):.1f}), "
        f"key on a tile {tile:.2f} ms (slowest {max(tiles):.1f})\n"
    )
    return 0 if middle["form"] <= OPEN_GOAL and key <= KEY_GOAL and tile <= KEY_GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
