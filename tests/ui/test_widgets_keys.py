"""The shared controls by keys alone, and the message bar in the colours of each tone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import Problem
from app.ui import theme
from app.ui.messages import Message, Messages
from app.ui.theme import Choice, Tone
from app.ui.widgets.buttons import danger, link, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import Field, show_problems
from app.ui.widgets.message_bar import MessageBar
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.row import RowButton
from tests.ui.helpers import exposed, press


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, Choice.LIGHT, 100)
    yield
    theme.apply(qapp, Choice.LIGHT, 100)


def show(qtbot: QtBot, window: QWidget, *parts: QWidget) -> None:
    column = QVBoxLayout(window)
    for part in parts:
        column.addWidget(part)
    window.resize(700, 500)
    qtbot.addWidget(window)
    exposed(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


MAKERS: dict[str, Callable[[Callable[[], object]], QPushButton]] = {
    "primary": lambda slot: primary("Go", slot),
    "secondary": lambda slot: secondary("Go", slot),
    "danger": lambda slot: danger("Go", slot),
    "link": lambda slot: link("Go", slot),
    "row": lambda slot: RowButton("Go", slot=slot),
    "show": lambda slot: _shown(slot).show_button,
}


def _shown(slot: Callable[[], object]) -> PasswordEdit:
    edit = PasswordEdit()
    edit.show_button.toggled.connect(lambda _on: slot())
    _kept.append(edit)
    return edit


_kept: list[QWidget] = []


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
@pytest.mark.parametrize("kind", MAKERS)
def test_enter_presses_a_button_as_the_space_bar_does(qtbot: QtBot, kind: str, key: Qt.Key) -> None:
    did: list[str] = []
    window = QWidget()
    button = MAKERS[kind](lambda: did.append("pressed"))
    show(qtbot, window, button)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    press(qtbot, key)
    assert did == ["pressed"]
    button.setEnabled(False)
    qtbot.keyClick(button, key)
    assert did == ["pressed"]
    _kept.clear()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_in_a_dialog_enter_presses_the_button_with_the_keyboard_and_only_that(qtbot: QtBot, key: Qt.Key) -> None:
    did: list[str] = []
    dialog = QDialog()
    sign, cancel = primary("Sign", lambda: did.append("sign")), secondary("No", lambda: did.append("no"))
    box = QLineEdit()
    sign.setDefault(True)
    show(qtbot, dialog, box, cancel, sign)
    for part, expected in ((cancel, ["no"]), (sign, ["sign"]), (box, ["sign"])):
        did.clear()
        part.setFocus()
        qtbot.waitUntil(part.hasFocus)
        press(qtbot, key)
        assert did == expected


def test_enter_held_down_presses_once(qtbot: QtBot) -> None:
    did: list[str] = []
    dialog = QDialog()
    sign, other = primary("Sign", lambda: did.append("sign")), secondary("Choose a file…", lambda: did.append("file"))
    sign.setDefault(True)
    show(qtbot, dialog, other, sign)
    for button in (other, sign):
        button.setFocus()
        press(qtbot, Qt.Key.Key_Return)
        for _again in range(3):
            held = QKeyEvent(
                QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
            )
            QApplication.sendEvent(button, held)
    assert did == ["file", "sign"]


def test_tab_goes_from_the_summary_to_its_links_and_enter_to_the_field(qtbot: QtBot) -> None:
    window, summary = QWidget(), ErrorSummary()
    name, born = Field("Last name", QLineEdit(), key="name"), Field("Born", QLineEdit(), key="born")
    show(qtbot, window, summary, name, born, primary("Save"))
    problems = (Problem("name", "Enter a name"), Problem("", "Nothing was saved"), Problem("born", "Enter a date"))
    for _time in range(2):
        show_problems(problems, (name, born), summary)
        qtbot.waitUntil(summary.hasFocus)
        for stop in (*summary.links(), name.target, born.target):
            press(qtbot, Qt.Key.Key_Tab)
            assert stop.hasFocus()
    summary.setFocus()
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Return)
    assert born.target.hasFocus()


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK, Choice.CONTRAST])
def test_the_message_bar_has_the_colours_of_its_tone_whatever_came_before(
    qtbot: QtBot, qapp: QApplication, choice: Choice
) -> None:
    theme.apply(qapp, choice, 100)
    messages, window = Messages(), QWidget()
    bar = MessageBar(messages)
    show(qtbot, window, bar)
    link_button = next(part for part in bar.findChildren(QPushButton) if part.property("kind") == "link")
    for first, second in permutations((Tone.INFO, Tone.GOOD, Tone.WARNING, Tone.DANGER), 2):
        for tone in (first, second):
            messages.shown.emit(Message(tone, "Not saved", "The disk is full.", "Try again", lambda: None))
            qtbot.waitUntil(bar.isVisible)
            ink = QColor(theme.colours().tones[tone].text)
            for part, role in (
                (bar.text, QPalette.ColorRole.WindowText),
                (bar.detail, QPalette.ColorRole.WindowText),
                (link_button, QPalette.ColorRole.ButtonText),
            ):
                assert part.palette().color(role) == ink, (tone, part.property("text"))
