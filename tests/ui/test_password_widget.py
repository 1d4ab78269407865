"""Choosing a password: how strong it is in words as well as a bar, a phrase for the asking, and paste as ever."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.theme import Choice
from app.ui.widgets.field import Field
from app.ui.widgets.password import PasswordEdit
from tests.ui.helpers import clipped, press, unnamed


@pytest.fixture
def field(qtbot: QtBot) -> Field:
    edit = PasswordEdit(known=lambda: ("mo", "Mo Featherstone"))
    made = Field("New password", edit, key="password")
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    edit.box.setFocus()
    qtbot.waitUntil(edit.box.hasFocus)
    return made


@pytest.fixture
def edit(field: Field) -> PasswordEdit:
    assert isinstance(field.editor, PasswordEdit)
    return field.editor


def spoken(part: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(part)
    assert found is not None
    return found.text(QAccessible.Text.Name)


def test_the_meter_follows_the_keys_in_words_and_for_a_screen_reader(qtbot: QtBot, edit: PasswordEdit) -> None:
    assert edit.help is not None
    words, bar = edit.help.words, edit.help.bar
    assert (words.text(), bar.value()) == ("Strength: nothing typed yet", 0)
    qtbot.keyClicks(edit.box, "three q")
    assert words.text() == "Strength: too short, 7 of at least 8 characters"
    qtbot.keyClicks(edit.box, "uiet words")
    assert (words.text(), bar.value()) == ("Strength: strong", 5)
    assert spoken(bar) == "Strength: strong"
    edit.clear()
    qtbot.keyClicks(edit.box, "featherstone")
    assert words.text().startswith("Strength: very weak. Add words")
    assert bar.value() == 1


def test_a_suggested_phrase_is_shown_and_can_be_had_anew(qtbot: QtBot, edit: PasswordEdit) -> None:
    assert edit.help is not None
    edit.help.suggest_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    first = edit.text()
    assert len(first.split(" ")) == 4
    assert edit.box.echoMode() == QLineEdit.EchoMode.Normal
    assert edit.box.hasFocus()
    assert edit.help.words.text() == "Strength: strong. Learn it, or write it down and lock it away"
    edit.help.suggest_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert edit.text() != first


def test_a_password_can_be_pasted(qtbot: QtBot, edit: PasswordEdit) -> None:
    assert edit.help is not None
    QApplication.clipboard().setText("four calm grey geese")
    press(qtbot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edit.text() == "four calm grey geese"
    assert edit.help.words.text() == "Strength: strong"
    QApplication.clipboard().clear()


def test_a_box_for_a_known_password_has_no_meter(qtbot: QtBot) -> None:
    plain = PasswordEdit()
    qtbot.addWidget(plain)
    assert plain.help is None


@pytest.mark.parametrize("percent", [100, 200])
def test_every_control_has_a_name_and_nothing_is_cut_off(
    qtbot: QtBot, field: Field, edit: PasswordEdit, qapp: QApplication, percent: int
) -> None:
    theme.apply(qapp, Choice.LIGHT, percent)
    try:
        field.resize(620 * percent // 100, 260 * percent // 100)
        qtbot.keyClicks(edit.box, "password")
        assert unnamed(field) == []
        qtbot.waitUntil(lambda: clipped(field) == [])
    finally:
        theme.apply(qapp, Choice.LIGHT, 100)
