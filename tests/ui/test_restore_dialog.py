"""Bringing records back: on a new laptop with the recovery key alone, when nothing opens, and for a manager at work."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.main import Program
from app.models.store import STORE_NAME
from app.services import backups, recovery, residents
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.dialogs.restore import RestoreDialog, restore_here
from app.ui.dialogs.salvage import SalvageDialog
from app.ui.firstrun import FirstRunWindow
from app.ui.forms.form import Form
from app.ui.shell import MainWindow
from app.ui.signin import SignInWindow
from app.ui.theme import Choice
from tests.helpers.signed_in import PASSWORD, SignedIn, StandingClock, copy_home
from tests.helpers.wires import Recorded, nowhere
from tests.ui.helpers import clipped, unnamed, wait_quiet

NEW = "copper lantern walks north"


@pytest.fixture
def program_in(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[Path], Program]]:
    made: list[Program] = []

    def start(store: Path) -> Program:
        running = Program(qapp, store, nowhere(), clock=StandingClock)
        made.append(running)
        running.start()
        return running

    yield start
    for running in made:
        running.close()
        running.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)


def dialog_of(qtbot: QtBot, parent: QWidget) -> RestoreDialog:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in parent.findChildren(RestoreDialog)), timeout=20_000)
    dialog = next(each for each in parent.findChildren(RestoreDialog) if each.isVisible())
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def choose(qtbot: QtBot, dialog: RestoreDialog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    dialog.choose_button.setFocus()
    qtbot.keyClick(dialog.choose_button, Qt.Key.Key_Space)
    qtbot.waitUntil(dialog.choose_button.isEnabled, timeout=20_000)


def fill(qtbot: QtBot, form: Form, **typed: str) -> None:
    for key, text in typed.items():
        target = form.fields[key].target
        assert isinstance(target, QLineEdit)
        target.setFocus()
        target.clear()
        qtbot.keyClicks(target, text)


def on(qtbot: QtBot, dialog: RestoreDialog) -> None:
    button = dialog.replace_button if dialog.replace_button.isVisible() else dialog.next
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def a_backup(tmp_path: Path, *, key: bool = False) -> tuple[Path, str]:
    """A backup of a home with two residents, and a recovery key that opens it."""
    store = tmp_path / "old laptop"
    copy_home(store)
    clock = StandingClock()
    session = sign_in(store, "mo", PASSWORD, clock)
    recovery_key = recovery.replace_key(session, PASSWORD).recovery_key if key else ""
    made = backups.make(session, folder=_folder(tmp_path / "stick"))
    session.close()
    return made.path, recovery_key


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


# -------------------------------------------------------------------------------------------------- a new laptop


def first_run(qtbot: QtBot, program: Program) -> FirstRunWindow:
    qtbot.waitUntil(lambda: isinstance(program.window, FirstRunWindow), timeout=20_000)
    window = program.window
    assert isinstance(window, FirstRunWindow)
    wait_quiet(qtbot, program.tasks)
    window.activateWindow()
    window.start.restore.setFocus()
    qtbot.keyClick(window.start.restore, Qt.Key.Key_Space)
    qtbot.keyClick(window.start.restore, Qt.Key.Key_Return)
    return window


def signs_in(qtbot: QtBot, program: Program, password: str) -> MainWindow:
    qtbot.waitUntil(lambda: isinstance(program.window, SignInWindow), timeout=20_000)
    window = program.window
    assert isinstance(window, SignInWindow)
    qtbot.waitUntil(lambda: window.users.value() == "mo", timeout=20_000)
    qtbot.keyClicks(window.password_box.box, password)
    qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=20_000)
    shell = program.window
    assert isinstance(shell, MainWindow)
    wait_quiet(qtbot, program.tasks)
    return shell


def test_a_new_laptop_takes_up_the_record_with_the_stick_and_a_password(
    qtbot: QtBot, program_in: Callable[[Path], Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = a_backup(tmp_path)
    program = program_in(tmp_path / "new laptop")
    dialog = dialog_of(qtbot, first_run(qtbot, program))
    assert not dialog.next.isEnabled()
    choose(qtbot, dialog, path, monkeypatch)
    assert dialog.what.text() == "Backup of 22-Nov-2026 14:05, just now"
    assert "Practice House" not in words(dialog), "before anybody has opened it, it says no name"
    assert unnamed(dialog) == []
    on(qtbot, dialog)
    on(qtbot, dialog)
    assert dialog.form.fields["password"].error == "Enter a password, or the recovery key"
    fill(qtbot, dialog.form, password="not this one", device="new laptop")
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["password"].error), timeout=20_000)
    assert "not that of an account in this backup" in dialog.form.fields["password"].error
    assert not (tmp_path / "new laptop" / STORE_NAME).exists()
    fill(qtbot, dialog.form, password=PASSWORD)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.step == 5, timeout=20_000)
    assert "Messages that wait" not in dialog.done_words.text()
    on(qtbot, dialog)
    shell = signs_in(qtbot, program, PASSWORD)
    assert shell.ctx.home.name == "Practice House"


def test_with_the_recovery_key_alone_a_manager_gets_a_password_and_a_new_key_that_is_proved(
    qtbot: QtBot, program_in: Callable[[Path], Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, old_key = a_backup(tmp_path, key=True)
    program = program_in(tmp_path / "new laptop")
    dialog = dialog_of(qtbot, first_run(qtbot, program))
    choose(qtbot, dialog, path, monkeypatch)
    on(qtbot, dialog)
    fill(qtbot, dialog.form, recovery_key=old_key.lower())
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.step == 3, timeout=20_000)
    fill(qtbot, dialog.new_password, new=NEW, again=f"{NEW} twice")
    on(qtbot, dialog)
    assert dialog.new_password.fields["again"].error == "The two new passwords must be the same"
    fill(qtbot, dialog.new_password, new="password1", again="password1")
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: bool(dialog.new_password.fields["new"].error), timeout=20_000)
    fill(qtbot, dialog.new_password, new=NEW, again=NEW)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.step == 4, timeout=20_000)
    key = dialog.key.key.text().replace("\n", "")
    assert key != old_key
    on(qtbot, dialog)
    assert dialog.step == 4, "not before it was proved"
    for field, place in zip(dialog.key.fields, dialog.key.asked, strict=True):
        box = field.target
        assert isinstance(box, QLineEdit)
        qtbot.keyClicks(box, key.split("-")[place])
    on(qtbot, dialog)
    assert dialog.step == 5
    assert dialog.key.key.text() == ""
    on(qtbot, dialog)
    signs_in(qtbot, program, NEW)


def test_a_file_that_is_no_backup_is_said_and_leads_nowhere(
    qtbot: QtBot, program_in: Callable[[Path], Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "letter.backup"
    other.write_text("not a backup", encoding="utf-8")
    dialog = dialog_of(qtbot, first_run(qtbot, program_in(tmp_path / "new laptop")))
    choose(qtbot, dialog, other, monkeypatch)
    assert "is damaged, or is not a Hartwell backup" in words(dialog.summary)
    assert not dialog.next.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


# ------------------------------------------------------------------------------------------ nothing opens any more


def test_when_the_records_do_not_open_a_backup_is_offered_at_the_door(
    qtbot: QtBot, program_in: Callable[[Path], Program], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = a_backup(tmp_path)
    store = tmp_path / "home"
    shutil.copytree(tmp_path / "old laptop", store)
    (store / STORE_NAME).write_bytes(b"\x00" * 8192)
    program = program_in(store)
    window = program.window
    assert isinstance(window, SignInWindow)
    qtbot.waitUntil(lambda: window.users.value() == "mo", timeout=20_000)
    qtbot.keyClicks(window.password_box.box, PASSWORD)
    qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window._bar is not None and window._bar.isVisible(), timeout=20_000)
    assert window._bar is not None
    action = next(each for each in window._bar.findChildren(QWidget) if each.property("text") == "Restore a backup…")
    action.setFocus()
    qtbot.keyClick(action, Qt.Key.Key_Return)
    dialog = dialog_of(qtbot, window)
    assert dialog.salvage_button.isVisible(), "and when there is no backup, what can be read"
    choose(qtbot, dialog, path, monkeypatch)
    on(qtbot, dialog)
    fill(qtbot, dialog.form, password=PASSWORD)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.step == 5, timeout=20_000)
    assert "is kept, still encrypted, in" in dialog.done_words.text()
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: "The records are back" in window.notice.text())
    signs_in(qtbot, program, PASSWORD)
    aside = list(store.glob("replaced-*"))
    assert len(aside) == 1
    assert (aside[0] / STORE_NAME).read_bytes() == b"\x00" * 8192


# ---------------------------------------------------------------------------------------------- a manager at work


def test_a_manager_sees_what_would_go_and_is_asked_again(qtbot: QtBot, home: SignedIn, window: QWidget) -> None:
    home.resident("Ada", "Kept")
    made = home.call(backups.make)
    home.clock.pass_time(hours=3)
    home.resident("Bo", "Lostname")
    left: list[bool] = []
    home.ctx.leaving.connect(lambda: left.append(True))
    dialog = restore_here(home.ctx, window, made.path)
    wait_quiet(qtbot, home.tasks)
    assert dialog.what.text() == "Backup of 22-Nov-2026 14:05, 3 hours ago"
    assert dialog.loss.text().startswith("Newer than this backup, and would go: 2 entries.")
    assert "Lostname" not in dialog.loss.text(), "no name"
    assert dialog.loss_again.text() == dialog.loss.text(), "said once more where the records are replaced"
    on(qtbot, dialog)
    fill(qtbot, dialog.form, own="wrong")
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["own"].error), timeout=20_000)
    assert not home.session.closed
    assert len(home.call(residents.find_residents)) == 2
    fill(qtbot, dialog.form, own=PASSWORD)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.step == 5, timeout=20_000)
    assert home.session.closed
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert left == [True], "and then the sign-in window"
    again = sign_in(home.session.store_dir, "mo", PASSWORD, home.clock)
    assert [row.banner_name for row in residents.find_residents(again)] == ["KEPT, Ada (Mr)"]
    again.close()


def test_the_window_locks_itself_after_a_restore_and_the_next_sign_in_finds_the_backup(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    path, _ = a_backup(tmp_path)
    store = tmp_path / "home"
    shutil.copytree(tmp_path / "old laptop", store)
    wire = Recorded()
    program = Program(qapp, store, wire, clock=StandingClock)
    program.start()
    shell = signs_in(qtbot, program, PASSWORD)
    dialog = restore_here(shell.ctx, shell, path)
    qtbot.waitUntil(dialog.next.isEnabled, timeout=20_000)
    on(qtbot, dialog)
    fill(qtbot, dialog.form, own=PASSWORD)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.step == 5, timeout=20_000)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: wire.left)
    assert not wire.show.undone
    program.close()
    program.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)
    again = sign_in(store, "mo", PASSWORD, StandingClock())
    assert len(list(store.glob("replaced-*"))) == 1
    again.close()


def test_a_restore_that_fails_after_the_session_was_closed_leads_to_the_sign_in_with_everything_there(
    qtbot: QtBot, home: SignedIn, window: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.resident("Ada", "Kept")
    made = home.call(backups.make)
    with made.path.open("r+b") as file:  # a byte in the middle of the store inside
        file.seek(made.path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    left: list[bool] = []
    home.ctx.leaving.connect(lambda: left.append(True))
    dialog = restore_here(home.ctx, window, made.path)
    wait_quiet(qtbot, home.tasks)
    on(qtbot, dialog)
    fill(qtbot, dialog.form, own=PASSWORD)
    on(qtbot, dialog)
    qtbot.waitUntil(lambda: "is damaged" in words(dialog.summary), timeout=20_000)
    assert dialog.next.text() == "Go to sign-in"
    on(qtbot, dialog)
    assert left == [True]
    again = sign_in(home.session.store_dir, "mo", PASSWORD, home.clock)
    assert [row.banner_name for row in residents.find_residents(again)] == ["KEPT, Ada (Mr)"]
    again.close()


@pytest.mark.parametrize(("choice", "percent"), [(Choice.LIGHT, 200), (Choice.DARK, 100)])
def test_nothing_is_cut_off(qtbot: QtBot, home: SignedIn, window: QWidget, choice: Choice, percent: int) -> None:
    made = home.call(backups.make)
    home.theme.set(choice, percent)
    dialog = restore_here(home.ctx, window, made.path)
    wait_quiet(qtbot, home.tasks)
    for step in (0, 1):
        assert dialog.step == step
        assert clipped(dialog) == []
        assert unnamed(dialog) == []
        on(qtbot, dialog)
        wait_quiet(qtbot, home.tasks)
    dialog.close()


# ------------------------------------------------------------------------------------------------------- salvage


def test_what_can_be_read_is_saved_with_a_report_and_the_session_ends(
    qtbot: QtBot, home: SignedIn, window: QWidget, tmp_path: Path
) -> None:
    from app.ui.dialogs.salvage import salvage_here

    home.resident("Ada", "Kept")
    left: list[bool] = []
    home.ctx.leaving.connect(lambda: left.append(True))
    dialog = salvage_here(home.ctx, window)
    assert isinstance(dialog, SalvageDialog)
    assert unnamed(dialog) == []
    fill(qtbot, dialog.form, password="wrong", folder=str(tmp_path / "saved"))
    dialog.save_button.setFocus()
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["password"].error), timeout=20_000)
    assert not home.session.closed
    fill(qtbot, dialog.form, password=PASSWORD)
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.report.isVisible, timeout=20_000)
    assert "Everything was read" in dialog.report.text()
    assert (tmp_path / "saved" / "report.txt").exists()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert left == [True]
