"""Python's garbage collector and Qt: widgets are only taken apart on the main thread, between two events."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui import collector


class Circle:
    """Garbage that only the collector can find."""

    def __init__(self) -> None:
        self.me = self
        self.died_on: list[str] = []
        weakref.finalize(self, _note, self.died_on)


def _note(died_on: list[str]) -> None:
    died_on.append(threading.current_thread().name)


def _garbage(count: int) -> list[list[str]]:
    return [Circle().died_on for _ in range(count)]


def test_another_thread_never_collects_and_the_timer_on_the_main_thread_does(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "_EVERY_MS", 10)
    owner = QObject()
    started = collector.Collector(owner)
    made: list[list[str]] = []
    thread = threading.Thread(target=lambda: made.extend(_garbage(5000)), name="store")
    thread.start()
    thread.join()
    assert not any(made)
    qtbot.waitUntil(lambda: all(made))
    assert {where for died in made for where in died} == {"MainThread"}
    started.end()


def test_ending_leaves_collection_as_it_was() -> None:
    gc.enable()
    try:
        started = collector.Collector()
        assert not gc.isenabled()
        started.end()
        assert gc.isenabled()
    finally:
        gc.disable()
    started = collector.Collector()
    started.end()
    assert not gc.isenabled()


_HANDLER_COLLECTS = """
import gc
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from app.ui.collector import Collector

class Page(QWidget):
    def __init__(self):
        super().__init__()
        column = QVBoxLayout(self)
        for _ in range(5):
            column.addWidget(QLabel("line"))
    def changeEvent(self, event):
        super().changeEvent(event)
        junk = [[i] for i in range(3000)]
        for part in junk:
            part.append(part)

def leave():
    page = Page()
    page.me = page
    page.show()
    page.hide()

app = QApplication([])
kept = Collector(app)
for turn in range(60):
    pages = [Page() for _ in range(3)]
    for page in pages:
        page.show()
    for _ in range(3):
        leave()
    app.setStyleSheet(f"QLabel {{ padding: {turn % 3}px }}")
    app.processEvents()
print("still here")
"""


def test_a_change_of_look_survives_garbage_that_its_handlers_make() -> None:
    """Without the collector this program dies of a segmentation fault inside the change of style sheet."""
    done = subprocess.run([sys.executable, "-c", _HANDLER_COLLECTS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "still here"), done.stderr
