"""Questions that interrupt: each has a default, answers Esc, and says whom it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Gender, ResidentDetails
from app.ui import theme
from app.ui.dialogs.confirm import Confirm, confirm
from app.ui.theme import Choice
from app.ui.widgets.banner import ResidentBanner
from tests.ui.helpers import clipped, exposed, unnamed, when_modal

SMITH = ResidentDetails("R1", "Smith", "John", date(1937, 9, 6), "9990000018", title="Mr", gender=Gender.MALE)


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, Choice.LIGHT, 100)
    yield
    theme.apply(qapp, Choice.LIGHT, 100)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def when_asked(act: Callable[[QDialog], None]) -> list[BaseException]:
    """Do something with the question as soon as it stands; whatever goes wrong closes it and is told."""
    wrong: list[BaseException] = []

    def answer(shown: QDialog) -> None:
        try:
            act(shown)
        except BaseException as exc:  # noqa: BLE001 - told below; a question left open would hang the test
            wrong.append(exc)
        finally:
            if shown.isVisible():
                shown.done(99)

    when_modal(answer)
    return wrong


@pytest.mark.parametrize(("key", "meant"), [(Qt.Key.Key_Return, True), (Qt.Key.Key_Escape, False)])
def test_enter_does_it_and_esc_does_not(qtbot: QtBot, parent: QWidget, key: Qt.Key, meant: bool) -> None:
    wrong = when_asked(lambda shown: qtbot.keyClick(shown, key))
    assert confirm(parent, "Print the pack?", "Two copies.", "Print") is meant
    assert wrong == []


def test_what_cannot_be_taken_back_is_not_the_default(qtbot: QtBot, parent: QWidget) -> None:
    wrong = when_asked(lambda shown: qtbot.keyClick(shown, Qt.Key.Key_Return))
    assert confirm(parent, "Discard the draft?", "It is gone for good.", "Discard", irreversible=True) is False
    assert wrong == []


def test_a_confirmation_about_a_resident_shows_name_and_birth(qtbot: QtBot, parent: QWidget) -> None:
    seen: list[str] = []

    def look(shown: QDialog) -> None:
        banner = shown.findChild(ResidentBanner)
        assert banner is not None
        seen.extend((banner.name.text(), banner.values["Born"].text()))
        qtbot.keyClick(shown, Qt.Key.Key_Escape)

    wrong = when_asked(look)
    confirm(parent, "Sign MUST?", "", "Sign", about=SMITH, today=date(2026, 11, 22))
    assert wrong == []
    assert seen == ["SMITH, John (Mr)", "06-Sep-1937 (89y)"]


@pytest.mark.parametrize("size", [100, 200])
def test_names_and_room(qtbot: QtBot, qapp: QApplication, parent: QWidget, size: int) -> None:
    theme.apply(qapp, Choice.LIGHT, size)
    text = "It stays readable with your name, the time and the reason; the newest version is the one that counts."
    made = Confirm(parent, "Sign MUST?", text, "Sign", about=SMITH, today=date(2026, 11, 22))
    qtbot.addWidget(made)
    exposed(qtbot, made)
    assert unnamed(made) == []
    qtbot.waitUntil(lambda: clipped(made) == [])
    assert made.width() <= 1366
