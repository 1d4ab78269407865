"""Backups in the window: made by themselves off the store thread, said when they fail, and never in the way."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.people import Role
from app.models import copies
from app.models.store import STORE_NAME
from app.services import backups, status
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.backup_watch import SAY_AGAIN
from app.ui.pages.settings.backups_card import (
    NOT_THERE,
    THIS_LAPTOP,
    LookedDialog,
    ScheduleDialog,
    kind_words,
    size_words,
)
from app.ui.pages.settings.page import SettingsPage
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from app.vault import bundle
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


def page_on(qtbot: QtBot, home: SignedIn) -> SettingsPage:
    page = SettingsPage(home.ctx)
    qtbot.addWidget(page)
    home.ctx.changed.connect(page.refresh)
    page.resize(1200, 700)
    page.show()
    page.opened("backups")
    wait_quiet(qtbot, home.tasks)
    page.activateWindow()
    return page


def window_on(qtbot: QtBot, home: SignedIn) -> MainWindow:
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    wait_quiet(qtbot, home.tasks)
    return window


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def back_up(qtbot: QtBot, home: SignedIn, page: SettingsPage) -> None:
    page.backups.now_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert page.backups.progress.isVisible()
    qtbot.waitUntil(lambda: not home.ctx.backups.running, timeout=20_000)
    wait_quiet(qtbot, home.tasks)


def to_folder(home: SignedIn, folder: Path) -> None:
    home.call(lambda s: backups.set_schedule(s, folder, 24))


# ------------------------------------------------------------------------------------------------------- the card


def test_asked_for_by_a_key_a_backup_is_made_listed_and_said(qtbot: QtBot, home: SignedIn) -> None:
    page = page_on(qtbot, home)
    card = page.backups
    assert card.last.text() == "Last backup: Never"
    assert card.warning.text() == THIS_LAPTOP
    assert card.none.isVisible()
    back_up(qtbot, home, page)
    assert home.said[-1].text == "The backup is made, read back and compared."
    assert card.last.text() == "Last backup: 22-Nov-2026 14:05, just now"
    (row,) = card.table.rows
    assert row.there
    assert bundle.read_manifest(row.path) is not None
    spoken = card.table.records.spoken_row(0)
    assert "Why: Somebody asked" in spoken
    assert "Can be seen now: Yes" in spoken
    assert not card.progress.isVisible()


def test_the_folder_is_chosen_and_what_is_the_matter_with_it_is_said_at_once(
    qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_on(qtbot, home)
    page.backups.choose_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(each.isActiveWindow() for each in page.findChildren(ScheduleDialog)))
    dialog = page.findChildren(ScheduleDialog)[0]
    qtbot.waitUntil(lambda: dialog.verdict.text() == THIS_LAPTOP)
    qtbot.waitUntil(lambda: not dialog.verdict.visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: dialog.verdict.visibleRegion().boundingRect() == dialog.verdict.rect())  # none of it cut
    box = dialog.form.fields["folder"].target
    qtbot.keyClicks(box, "stick")
    qtbot.waitUntil(lambda: dialog.verdict.text().startswith("This folder cannot be seen now"))
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "whole path" in dialog.form.fields["folder"].error
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    dialog.browse_button.setFocus()
    qtbot.keyClick(dialog.browse_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.verdict.text().startswith("This folder is on the disk that the records are on"))
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_quiet(qtbot, home.tasks)
    qtbot.waitUntil(lambda: not home.ctx.backups.running, timeout=20_000)
    wait_quiet(qtbot, home.tasks)
    assert len(backups.found_in(folder)) == 1, "and one is made there at once"
    kept = home.call(backups.settings_of)
    assert (kept.folder, kept.hours, kept.elsewhere) == (folder, 24, False)
    assert page.backups.warning.text() == THIS_LAPTOP
    assert str(folder) in page.backups.where.text()


def test_a_stick_that_is_not_plugged_in_is_said_plainly_and_nothing_goes_elsewhere(
    qtbot: QtBot, home: SignedIn, tmp_path: Path
) -> None:
    to_folder(home, tmp_path / "stick")
    window = window_on(qtbot, home)
    home.ctx.backups.begin()
    home.ctx.backups.timer.stop()
    home.ctx.backups.timer.timeout.emit()
    qtbot.waitUntil(lambda: home.ctx.backups.trouble is not None, timeout=20_000)
    wait_quiet(qtbot, home.tasks)
    assert "the last try failed" in window.status.backup.text()
    assert window.status.backup.property("fault") == "true"
    assert "stick cannot be written to" in home.said[-1].text
    assert home.ctx.backups.timer.isActive(), "it is tried again"
    assert not list(home.session.store_dir.glob("backups/*"))
    window.status.backup.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    page = window.page
    assert isinstance(page, SettingsPage)
    assert page.backups.warning.text() == NOT_THERE
    assert page.backups.trouble.text().startswith("The last try failed. No backup was made")
    focused = window.focusWidget()
    assert focused is not None
    assert page.backups.isAncestorOf(focused)
    # the stick is plugged in
    (tmp_path / "stick").mkdir()
    home.ctx.backups.timer.timeout.emit()
    qtbot.waitUntil(lambda: home.ctx.backups.trouble is None, timeout=20_000)
    wait_quiet(qtbot, home.tasks)
    assert "failed" not in window.status.backup.text()
    assert len(backups.found_in(tmp_path / "stick")) == 1


def test_a_failure_is_repeated_not_more_than_hourly(qtbot: QtBot, home: SignedIn, tmp_path: Path) -> None:
    to_folder(home, tmp_path / "stick")
    watch = home.ctx.backups
    watch.begin()

    def look() -> int:
        watch.timer.stop()
        watch.timer.timeout.emit()
        qtbot.waitUntil(watch.timer.isActive, timeout=20_000)
        wait_quiet(qtbot, home.tasks)
        return sum("No backup was made" in message.text for message in home.said)

    assert look() == 1
    assert look() == 1
    home.clock.pass_time(minutes=59)
    assert look() == 1
    home.clock.at += SAY_AGAIN
    assert look() == 2
    watch.end()


def test_a_sudden_change_is_shown_until_a_manager_says_what_was_found(qtbot: QtBot, home: SignedIn) -> None:
    people = [home.resident(given=f"Resident {at}") for at in range(6)]
    home.call(backups.make)
    for person in people:
        _died(home, person)
    home.clock.pass_time(hours=1)
    page = page_on(qtbot, home)
    back_up(qtbot, home, page)
    assert home.said[-1].text.startswith("Look before older backups are thrown away: 6 of 6 residents are gone")
    assert page.backups.guard.isVisible()
    page.backups.looked_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(each.isActiveWindow() for each in page.findChildren(LookedDialog)))
    dialog = page.findChildren(LookedDialog)[0]
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["reason"].error == "Enter what was found"
    qtbot.keyClicks(dialog.form.fields["reason"].target, "An outbreak; recorded rightly")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_quiet(qtbot, home.tasks)
    assert not page.backups.guard.isVisible()


def _died(home: SignedIn, person: Any) -> None:
    from dataclasses import replace

    from app.services import residents

    record = home.call(lambda s: residents.open_resident(s, person))
    gone = replace(record.resident.details, died_at=home.clock.now())
    home.call(lambda s: residents.change_resident(s, person, gone, reason="died"))


def test_a_carer_sees_the_state_and_is_offered_nothing(qtbot: QtBot, home: SignedIn) -> None:
    from app.domain.people import StaffDetails
    from app.services import staff
    from app.ui.context import Context
    from tests.helpers.accounts import give_account
    from tests.helpers.signed_in import NOW

    who = home.call(lambda s: staff.add_staff(s, StaffDetails("cal", "Cal Carer", Role.CARER, "", NOW))).staff_id
    home.call(lambda s: give_account(s, who, "cal", Role.CARER, PASSWORD))
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "cal", PASSWORD, home.clock))
    home.ctx = Context(home.session, home.tasks, home.messages, home.theme)
    page = page_on(qtbot, home)
    for button in (page.backups.now_button, page.backups.choose_button, page.backups.restore_button):
        assert not button.isVisible()
    assert page.backups.last.isVisible()


# ------------------------------------------------------------------------------------------------- by itself


def test_it_is_made_off_the_store_thread_so_that_saving_goes_on(
    qtbot: QtBot, home: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = bundle.write

    def slow(*args: Any, **named: Any) -> Any:
        begun.set()
        assert go_on.wait(20)
        return real(*args, **named)

    monkeypatch.setattr(bundle, "write", slow)
    watch = home.ctx.backups
    watch.begin()
    watch.timer.timeout.emit()
    qtbot.waitUntil(begun.is_set, timeout=20_000)
    home.resident()  # a save, while the stick is being waited for
    assert watch.running
    assert not watch.back_up_now(), "one at a time"
    go_on.set()
    qtbot.waitUntil(lambda: not watch.running, timeout=20_000)
    wait_quiet(qtbot, home.tasks)
    (made,) = backups.look_for(home.call(backups.noted))
    assert (made.kind, made.there) == ("daily", True)
    assert all("made, read back" not in message.text for message in home.said), "nobody asked, nobody is told"
    watch.timer.timeout.emit()
    wait_quiet(qtbot, home.tasks)
    assert len(backups.look_for(home.call(backups.noted))) == 1, "it is due once a day"
    watch.end()


def test_a_lock_gives_one_up_at_once_and_the_next_run_clears_what_was_left(
    qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    to_folder(home, folder)
    begun, go_on = threading.Event(), threading.Event()
    real = copies.check_copy

    def slow(*args: Any, **named: Any) -> Any:
        begun.set()
        assert go_on.wait(20)
        return real(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(copies, "check_copy", slow)
        watch = home.ctx.backups
        watch.begin()
        watch.timer.timeout.emit()
        qtbot.waitUntil(begun.is_set, timeout=20_000)
        watch.end()
        assert home.tasks.finish() == (), "the lock does not wait for it"
        assert not watch.running
        go_on.set()
        done: list[bool] = []
        home.tasks.disk(lambda: True, done.append)
        qtbot.waitUntil(lambda: done == [True], timeout=20_000)
    assert list(folder.iterdir()) == []
    assert not list(home.session.store_dir.glob(f"{STORE_NAME}.backup*"))
    # a process that was killed leaves what nobody could clear
    for name in ("", "-wal", "-shm", "-journal"):
        (home.session.store_dir / f"{STORE_NAME}.backup{name}").write_bytes(b"left")
    ours = folder / ".hartwell-20261121-030000-daily.backup.part"
    ours.write_bytes(b"PK" + home.session.store.id.encode() + b"half")
    others = folder / ".hartwell-20261121-030001-daily.backup.part"
    others.write_bytes(b"PK another home's, being written this moment")
    home.call(backups.make)
    assert not list(home.session.store_dir.glob(f"{STORE_NAME}.backup*"))
    assert not ours.exists()
    assert others.exists()


def test_a_copy_is_ended_inside_the_library_when_it_is_given_up(home: SignedIn, tmp_path: Path) -> None:
    for at in range(3):
        home.resident(given=f"Resident {at}")
    plan = home.call(lambda s: backups.prepare(s, folder=tmp_path))
    with pytest.raises(EnvironmentTrouble) as found:
        backups.carry_out(plan, stopped=lambda: True)
    assert found.value.exit_code is ExitCode.REFUSED
    assert "given up" in found.value.happened
    assert not list(tmp_path.glob("*.backup"))
    assert not list(home.session.store_dir.glob(f"{STORE_NAME}.backup*"))


# ------------------------------------------------------------------------------------------------- the status line


def test_the_status_line_tells_the_truth_about_the_last_backup(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    line = window.status.backup
    assert line.text() == "Last backup: Never"
    assert line.property("fault") == "true"
    home.call(backups.make)
    window.load_status()
    wait_quiet(qtbot, home.tasks)
    assert line.text() == "Last backup: 22-Nov-2026 14:05, just now, only on this laptop"
    home.clock.pass_time(days=8)
    window.load_status()
    wait_quiet(qtbot, home.tasks)
    assert line.text() == ("Last backup: 22-Nov-2026 14:05, 8 days ago, more than a week old, only on this laptop")


def test_a_backup_on_another_disk_is_as_it_should_be(
    qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one disk here: that the folder is on another is what the system would say of a stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(backups, "on_this_disk", lambda *_: False)
        to_folder(home, folder)
    home.call(backups.make)
    window = window_on(qtbot, home)
    assert window.status.backup.text() == "Last backup: 22-Nov-2026 14:05, just now"
    assert window.status.backup.property("fault") == "false"
    folder.rename(tmp_path / "unplugged")
    assert home.call(status.status).backup_elsewhere, "a stick that was taken out is still another disk"


def test_today_says_it_when_a_week_is_in_no_backup(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    today: Any = window.page
    assert not today.backup.isVisible(), "a new home has its first week"
    home.clock.pass_time(days=8)
    window.refresh()
    wait_quiet(qtbot, home.tasks)
    assert today.backup.isVisible()
    assert any("No backup has been made yet" in text(part) for part in today.backup.findChildren(QWidget))
    home.call(backups.make)
    window.refresh()
    wait_quiet(qtbot, home.tasks)
    assert not today.backup.isVisible()


def text(part: QWidget) -> str:
    """What a part says, on the screen or to a screen reader."""
    found = part.property("text")
    return f"{found if isinstance(found, str) else ''} {part.accessibleName()}"


# ------------------------------------------------------------------------------------------------- how it looks


@pytest.mark.parametrize(("choice", "percent"), [(Choice.LIGHT, 200), (Choice.CONTRAST, 100)])
def test_everything_has_a_name_and_nothing_is_cut_off(
    qtbot: QtBot, home: SignedIn, choice: Choice, percent: int
) -> None:
    home.call(backups.make)
    home.theme.set(choice, percent)
    page = page_on(qtbot, home)
    assert unnamed(page) == []
    assert clipped(page) == []
    dialog = ScheduleDialog(home.ctx, page, home.call(backups.settings_of))
    dialog.show()
    wait_quiet(qtbot, home.tasks)
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    dialog.close()
    assert theme.percent() == percent


def test_the_words() -> None:
    assert [size_words(size) for size in (0, 1, 12_400_000, 2_500_000_000)] == ["1 MB", "1 MB", "12 MB", "2.5 GB"]
    assert kind_words("daily") == "By itself"
    assert kind_words("before-something") == "Before something"
    assert timedelta(days=7) == backups.policy.OLD_AFTER
