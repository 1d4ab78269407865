"""Questions that interrupt: each has a default, answers Esc, and says whom it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Gender, ResidentDetails
from app.ui import theme
from app.ui.dialogs.confirm import Confirm, Reason, ask_reason, confirm
from app.ui.dialogs.password import AskPassword, ask_password
from app.ui.theme import Choice
from app.ui.widgets.banner import ResidentBanner
from tests.ui.helpers import clipped, unnamed

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

    def answer() -> None:
        shown = QApplication.activeModalWidget()
        assert isinstance(shown, QDialog)
        try:
            act(shown)
        except BaseException as exc:  # noqa: BLE001 - told below; a question left open would hang the test
            wrong.append(exc)
        finally:
            if shown.isVisible():
                shown.done(99)

    QTimer.singleShot(0, answer)
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


def test_a_reason_is_needed_and_given_back(qtbot: QtBot, parent: QWidget) -> None:
    def act(shown: QDialog) -> None:
        assert isinstance(shown, Reason)
        qtbot.mouseClick(shown.action, Qt.MouseButton.LeftButton)
        assert shown.field.error == "Enter the reason"
        qtbot.keyClicks(shown.notes, "Wrong resident")
        qtbot.mouseClick(shown.action, Qt.MouseButton.LeftButton)

    wrong = when_asked(act)
    assert (
        ask_reason(parent, "Enter as made in error?", "It stays readable.", "Enter as made in error")
        == "Wrong resident"
    )
    assert wrong == []


def test_a_password_is_needed_given_back_and_forgotten(qtbot: QtBot, parent: QWidget) -> None:
    boxes: list[AskPassword] = []

    def act(shown: QDialog) -> None:
        assert isinstance(shown, AskPassword)
        boxes.append(shown)
        assert shown.field.error == "The password is not right."
        qtbot.keyClick(shown.password.box, Qt.Key.Key_Return)
        assert shown.field.error == "Enter your password"
        qtbot.keyClicks(shown.password.box, "three quiet words")
        qtbot.keyClick(shown.password.box, Qt.Key.Key_Return)

    wrong = when_asked(act)
    given = ask_password(parent, "Sign 10 claims", "£700.00", "Sign", error="The password is not right.")
    assert wrong == []
    assert given == "three quiet words"
    assert boxes[0].password.text() == ""


def test_a_cancelled_question_gives_nothing(qtbot: QtBot, parent: QWidget) -> None:
    wrong = when_asked(lambda shown: qtbot.keyClick(shown, Qt.Key.Key_Escape))
    assert ask_password(parent, "Sign", "", "Sign") is None
    wrong += when_asked(lambda shown: qtbot.keyClick(shown, Qt.Key.Key_Escape))
    assert ask_reason(parent, "Amend", "", "Amend") is None
    assert wrong == []


@pytest.mark.parametrize("size", [100, 200])
def test_names_and_room(qtbot: QtBot, qapp: QApplication, parent: QWidget, size: int) -> None:
    theme.apply(qapp, Choice.LIGHT, size)
    text = "It stays readable with your name, the time and the reason; the newest version is the one that counts."
    for made in (
        Confirm(parent, "Sign MUST?", text, "Sign", about=SMITH, today=date(2026, 11, 22)),
        Reason(parent, "Enter as made in error?", text, "Enter as made in error", irreversible=True),
        AskPassword(parent, "Sign 10 claims", text, "Sign", "The password is not right."),
    ):
        qtbot.addWidget(made)
        made.show()
        qtbot.waitExposed(made)
        QApplication.processEvents()
        assert unnamed(made) == []
        assert clipped(made) == []
        assert made.width() <= 1366
