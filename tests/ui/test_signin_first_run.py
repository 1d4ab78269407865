"""First run: four steps to a home that opens, with the recovery key proved before it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.main import Program
from app.services.sign_in import accounts
from app.ui import theme
from app.ui.dialogs.confirm import Confirm
from app.ui.firstrun import FirstRunWindow
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from tests.helpers.signed_in import StandingClock
from tests.helpers.wires import nowhere
from tests.ui.helpers import clipped, press, unnamed, wait_quiet, when_modal

PASSWORD = "three quiet words"


@pytest.fixture
def program(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setattr("app.main.demo_store", lambda: tmp_path / "practice")
    running = Program(qapp, tmp_path / "home", nowhere(), clock=StandingClock)
    running.start()
    yield running
    running.close()
    running.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)


def first_run(qtbot: QtBot, program: Program) -> FirstRunWindow:
    qtbot.waitUntil(lambda: isinstance(program.window, FirstRunWindow), timeout=20_000)
    window = program.window
    assert isinstance(window, FirstRunWindow)
    wait_quiet(qtbot, program.tasks)
    window.activateWindow()
    return window


def press_on(qtbot: QtBot, window: FirstRunWindow) -> None:
    qtbot.mouseClick(window.next, Qt.MouseButton.LeftButton)


def fill(qtbot: QtBot, window: FirstRunWindow, **answers: str) -> None:
    fields = {field.key: field for field in (*window.home.fields, *window.manager.fields, *window.recovery.fields)}
    for key, text in answers.items():
        target = fields[key].target
        target.setFocus()
        qtbot.keyClicks(target, text)


def as_far_as_the_key(qtbot: QtBot, window: FirstRunWindow) -> str:
    press_on(qtbot, window)
    fill(qtbot, window, name="Hedgerow House", ods="vn3x2", beds="45", accredited="04/01/2016")
    press_on(qtbot, window)
    assert window.step == 2
    fill(qtbot, window, manager_name="Mo Manager", user="mo", password=PASSWORD, again=PASSWORD)
    press_on(qtbot, window)
    qtbot.waitUntil(lambda: window.step == 3, timeout=20_000)
    return window.recovery.key.key.text().replace("\n", "")


def test_four_steps_open_the_new_home(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    window = first_run(qtbot, program)
    assert window.where.text() == "Setting up Hartwell: step 1 of 4"
    key = as_far_as_the_key(qtbot, window)
    assert len(key.split("-")) == 8
    shown = window.recovery.key
    first, second = shown.asked
    fill(qtbot, window, group0="1111", group1=f" {key.split('-')[second].lower()} ")
    press_on(qtbot, window)
    assert shown.fields[0].error == f"This is not group {first + 1} of the key. Check your paper"
    assert not shown.fields[1].error
    assert window.step == 3
    target = shown.fields[0].target
    assert isinstance(target, QLineEdit)
    target.clear()
    # O and I, as a hand writes them and an eye reads them back.
    fill(qtbot, window, group0=key.split("-")[first].replace("O", "0").replace("I", "1"))
    press_on(qtbot, window)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=20_000)
    shell = program.window
    assert isinstance(shell, MainWindow)
    assert shell.ctx.home.name == "Hedgerow House"
    assert (shell.ctx.home.ods, shell.ctx.home.beds) == ("VN3X2", 45)
    assert shell.ctx.home.accredited == ((date(2016, 1, 4), None),)
    assert not shell.ctx.home.practice
    assert accounts(tmp_path / "home") == ("mo",)
    wait_quiet(qtbot, program.tasks)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir())
    assert key.encode() not in kept
    assert b"Hedgerow" not in kept


def test_the_recovery_sheet_is_saved_from_the_step_that_shows_the_key(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = first_run(qtbot, program)
    key = as_far_as_the_key(qtbot, window)
    path = tmp_path / "sheet.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(window.recovery.key.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.recovery.key.said.text().startswith("Saved as"), timeout=20_000)
    text = PdfReader(path).pages[0].extract_text().replace("\n", " ")
    assert "Hedgerow House" in text
    letters = "".join(char for char in text if char.isalnum())
    assert all(group in letters for group in key.split("-"))
    window._unproved = False


def test_what_is_missing_is_listed_and_what_was_typed_stays(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    window = first_run(qtbot, program)
    press_on(qtbot, window)
    fill(qtbot, window, ods="V", beds="many", accredited="04/13/2016")
    press_on(qtbot, window)
    assert window.step == 1
    assert window.home.summary.texts() == (
        "Enter the name of the home",
        "ODS code must be 3 to 12 letters and digits",
        "Number of beds must be a whole number from 1 to 500",
        "Accredited for the premium since: 04/13/2016 must be a real date",
    )
    assert window.home.form.typed()["ods"] == "V"
    fill(qtbot, window, name="Hedgerow House", ods="N3X2")
    window.home.form.set_typed({"beds": "", "accredited": ""})
    press_on(qtbot, window)
    assert window.step == 2
    fill(qtbot, window, password="short", again="other")
    press_on(qtbot, window)
    assert window.manager.summary.texts()[:2] == ("Enter the manager's name", "Enter a user name")
    assert "8 characters" in window.manager.summary.texts()[2]
    qtbot.mouseClick(window.back, Qt.MouseButton.LeftButton)
    assert window.step == 1
    assert window.home.form.typed()["name"] == "Hedgerow House"
    assert not (tmp_path / "home").exists(), "nothing is created before the last answer"


def test_closing_before_the_key_is_proved_asks_first(qtbot: QtBot, program: Program) -> None:
    window = first_run(qtbot, program)
    as_far_as_the_key(qtbot, window)
    asked: list[str] = []

    def answer(shown: QDialog) -> None:
        assert isinstance(shown, Confirm)
        asked.append(shown.windowTitle())
        qtbot.keyClick(shown, Qt.Key.Key_Escape)

    when_modal(answer)
    window.close()
    assert asked == ["The recovery key has not been checked"]
    assert window.isVisible()


def test_enter_leads_through_the_set_up(qtbot: QtBot, program: Program) -> None:
    window = first_run(qtbot, program)
    qtbot.waitUntil(window.start.real.hasFocus)
    press(qtbot, Qt.Key.Key_Return)
    assert window.step == 1
    targets = [field.target for field in window.home.fields if field.isVisible()]
    qtbot.waitUntil(targets[0].hasFocus)
    answers = {"name": "Hedgerow House", "ods": "vn3x2"}
    for field in window.home.fields:
        if not field.isVisible():
            continue
        assert field.target.hasFocus(), field.key
        qtbot.keyClicks(field.target, answers.get(field.key, ""))
        press(qtbot, Qt.Key.Key_Tab if isinstance(field.target, QPlainTextEdit) else Qt.Key.Key_Return)
    assert window.step == 2
    for text in ("Mo Manager", "mo", PASSWORD, PASSWORD):
        box = QApplication.focusWidget()
        assert box is not None
        qtbot.keyClicks(box, text)
        press(qtbot, Qt.Key.Key_Return)
    assert window.manager.device.hasFocus()
    window.back.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert window.step == 1
    window._go(2)
    window.manager.device.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_Return)  # twice in a row must not create it twice
    qtbot.waitUntil(lambda: window.step == 3, timeout=20_000)
    wait_quiet(qtbot, program.tasks)
    assert window.step == 3
    window._unproved = False


def test_tab_goes_from_the_password_to_its_repetition_before_the_buttons_that_show_them(
    qtbot: QtBot, program: Program
) -> None:
    window = first_run(qtbot, program)
    window._go(2)
    manager = window.manager
    manager.user.setFocus()
    for part in (
        manager.password.box, manager.again.box, manager.password.show_button, manager.password.help.suggest_button,
        manager.again.show_button, manager.device, window.next, window.back,
    ):  # fmt: skip
        press(qtbot, Qt.Key.Key_Tab)
        assert part.hasFocus()


@pytest.mark.timeout(1200)  # six weeks of a whole home are written, claimed and answered
def test_the_practice_home_opens_marked_as_practice(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    window = first_run(qtbot, program)
    qtbot.mouseClick(window.start.practice, Qt.MouseButton.LeftButton)
    said: set[str] = set()
    press_on(qtbot, window)

    def opened() -> bool:
        if isinstance(program.window, FirstRunWindow):
            said.add(program.window.progress_words.text())
        return isinstance(program.window, MainWindow)

    qtbot.waitUntil(opened, timeout=1_000_000)
    shell = program.window
    assert isinstance(shell, MainWindow)
    assert shell.ctx.home.practice
    assert "(practice)" in shell.windowTitle()
    assert any("45 invented residents" in line for line in said), "it says what it is doing"
    assert not (tmp_path / "home").exists()
    wait_quiet(qtbot, program.tasks)


@pytest.mark.parametrize("size", [100, 200])
def test_names_and_room_on_every_step(qtbot: QtBot, program: Program, size: int) -> None:
    window = first_run(qtbot, program)
    program.theme.set(Choice.LIGHT, size)
    window.resize(1366, 768)
    for step in range(4):
        window._go(step)
        wait_quiet(qtbot, program.tasks)
        assert unnamed(window) == []
        assert clipped(window) == []
