"""Where the keyboard is after a page has been opened, built again or left, and what its keys then do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Role, StaffDetails
from app.main import Program
from app.services import assessments, settings, staff
from app.ui import theme
from app.ui.pages.alerts.card import AlertCard
from app.ui.pages.today.page import TodayPage
from app.ui.shell import BACKUP_HELP, FRAME, WANTED, MainWindow, fitted
from app.ui.signin import SCREEN_NAME, SignInWindow, read_screen
from app.ui.theme import Choice
from app.ui.widgets.row import RowButton
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn, StandingClock, signed_in
from tests.helpers.wires import nowhere
from tests.ui.helpers import press, wait_quiet
from tests.ui.test_shell import UNWELL, window_on

CTRL = Qt.KeyboardModifier.ControlModifier


def today(window: MainWindow) -> TodayPage:
    page = window.page
    assert isinstance(page, TodayPage)
    return page


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def test_today_opens_at_the_alert_each_time(qtbot: QtBot, home: SignedIn) -> None:
    for name in ("Olive", "Percy", "Quentin", "Rose"):
        resident = home.resident(name, "Example")
        home.call(lambda s, who=resident: assessments.sign(s, who, "news2", UNWELL))
    window = window_on(qtbot, home)
    window.resize(1000, 600)
    area = today(window).findChildren(QScrollArea)[0]
    bar = area.verticalScrollBar()
    for _time in range(2):
        first = today(window)._cards()[0]
        qtbot.waitUntil(lambda first=first: first.isAncestorOf(focused()) and bar.value() == 0 and bar.maximum() > 0)
        last = today(window).premium.parts[0]
        last.setFocus()
        area.ensureWidgetVisible(last)
        assert bar.value() > 0
        press(qtbot, Qt.Key.Key_2, CTRL)
        wait_quiet(qtbot, home.tasks)
        press(qtbot, Qt.Key.Key_1, CTRL)
        wait_quiet(qtbot, home.tasks)


def test_tab_goes_through_today_from_above_to_below(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    home.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    window = window_on(qtbot, home)
    page = today(window)
    seen: list[int] = []
    assert isinstance(page.alerts.parts[0], AlertCard)
    while page.isAncestorOf(focused()):
        seen.append(page.alerts.parts[0].isAncestorOf(focused()) or focused() in page.alerts.parts)
        assert len(seen) < 50
        press(qtbot, Qt.Key.Key_Tab)
    assert seen.count(True) >= 3
    assert False in seen, "the lines below are reached as well"
    assert seen == sorted(seen, reverse=True)


def test_a_row_that_goes_keeps_the_keyboard_on_the_page(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    draft = home.call(lambda s: assessments.save_draft(s, resident, "must", {}))
    window = window_on(qtbot, home)
    page = today(window)
    page.drafts.parts[0].setFocus()
    home.ctx.call(lambda s: assessments.discard_draft(s, draft.draft_id))
    qtbot.waitUntil(lambda: not page.drafts.parts)
    wait_quiet(qtbot, home.tasks)
    assert focused() is page


class Rebuilt(QWidget):
    """A page whose only control is taken away when it is loaded."""

    title = "Rebuilt"

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton("Appoint", self)

    def opened(self, _arg: object) -> None:
        self.button.setFocus()

    def refresh(self, _changes: object) -> None:
        self.button.hide()
        self.button.deleteLater()

    def can_leave(self) -> bool:
        return True


@pytest.mark.parametrize("how", ["hidden", "disabled"])
def test_the_keyboard_never_falls_from_the_page_onto_lock(qtbot: QtBot, home: SignedIn, how: str) -> None:
    locks: list[str] = []
    window = window_on(qtbot, home, locks=locks)
    page = Rebuilt()
    page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    window._pages["alerts"] = page
    window.stack.addWidget(page)
    window.go("alerts", None)
    qtbot.waitUntil(page.button.hasFocus)
    if how == "hidden":
        press(qtbot, Qt.Key.Key_F5)
    else:
        page.button.setEnabled(False)
    wait_quiet(qtbot, home.tasks)
    assert focused() is page
    press(qtbot, Qt.Key.Key_Space)
    assert locks == []


def test_what_a_dialog_changes_on_the_page_behind_it_does_not_hand_the_keyboard_to_lock(
    qtbot: QtBot, home: SignedIn
) -> None:
    window = window_on(qtbot, home)
    page = Rebuilt()
    page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    window._pages["staff"] = page
    window.stack.addWidget(page)
    window.go("staff", None)
    qtbot.waitUntil(page.button.hasFocus)
    dialog = QDialog(window)
    box = QLineEdit(dialog)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(box.hasFocus)
    window.refresh()
    wait_quiet(qtbot, home.tasks)
    dialog.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(page.hasFocus)


@pytest.mark.parametrize("key", ["premium", "sync", "staff", "alerts", "residents", "settings"])
def test_an_opened_page_has_the_keyboard(qtbot: QtBot, home: SignedIn, key: str) -> None:
    window = window_on(qtbot, home)
    window.nav["today"].setFocus()
    window.go(key, None)
    wait_quiet(qtbot, home.tasks)
    page = window.stack.currentWidget()
    assert page is not None
    assert focused() is page or page.isAncestorOf(focused())


def test_enter_opens_a_page_from_the_left_and_locks_once(qtbot: QtBot, home: SignedIn) -> None:
    locks: list[str] = []
    window = window_on(qtbot, home, locks=locks)
    window.nav["alerts"].setFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert window.here == "alerts"
    wait_quiet(qtbot, home.tasks)
    window.lock_button.setFocus()
    press(qtbot, Qt.Key.Key_Enter)
    assert locks == ["locked"]


def test_a_small_screen_gets_a_window_that_fits_with_its_frame() -> None:
    assert fitted(QSize(1920, 1080)) == WANTED
    assert (fitted(QSize(1366, 728)) + FRAME).boundedTo(QSize(1366, 728)) == fitted(QSize(1366, 728)) + FRAME


def test_on_a_small_screen_the_window_fills_it_and_the_status_line_is_in_sight(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    room = window.screen().availableGeometry()
    assert room.height() < WANTED.height() + FRAME.height(), "the drawing surface of the tests is a small screen"
    assert window.isMaximized()
    assert room.contains(window.status.mapToGlobal(QPoint(0, window.status.height() - 1)))


def test_the_backup_part_of_the_status_line_leads_to_the_backups(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    backup = window.status.backup
    assert backup.text() == "Last backup: Never"
    assert backup.accessibleDescription() == backup.toolTip() == BACKUP_HELP
    backup.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.here == "settings")


# ---------------------------------------------------------------------------------------------- a home just set up


def test_what_the_home_lacks_is_said_with_the_way_to_it(qtbot: QtBot, home: SignedIn) -> None:
    home.call(lambda s: settings.set_phones(s, ()))
    window = window_on(qtbot, home)
    page = today(window)
    assert "No telephone numbers are recorded: alerts cannot show whom to ring." in words(page.missing)
    assert "No residents are recorded yet." in words(page.missing)
    assert "No accreditation is recorded" in words(page.missing)
    assert focused() is page.missing.parts[0]
    press(qtbot, Qt.Key.Key_Return)
    assert window.here == "settings"
    home.resident()
    window.ctx.call(lambda s: settings.set_phones(s, (("gp", "01920 555 0199"),)))
    window.ctx.call(lambda s: settings.set_accreditation(s, ((NOW.date(), None),)))
    wait_quiet(qtbot, home.tasks)
    window.go("today", None)
    wait_quiet(qtbot, home.tasks)
    assert page.missing.isHidden()


def test_one_post_at_risk_is_one_post(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    page = today(window)
    assert page._today is not None
    assert page._today.premium is not None
    for count, said in ((1, "1 champion post at risk"), (2, "2 champion posts at risk")):
        page._show(replace(page._today, premium=replace(page._today.premium, at_risk=count)))
        row = page.premium.parts[0]
        assert isinstance(row, RowButton)
        assert row.accessibleName().split(". ")[-2] == said


# ----------------------------------------------------------------------------------------------------- signing in again


@pytest.fixture
def program(qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    store = tmp_path / "home"
    with signed_in(store, qapp) as opened:
        who = opened.call(lambda s: staff.add_staff(s, StaffDetails("cal", "Cal Carer", Role.CARER, "", NOW))).staff_id
        opened.call(lambda s: give_account(s, who, "cal", Role.CARER, PASSWORD))
        opened.call(lambda s: settings.put(s, "theme", "dark"))
    running = Program(qapp, store, nowhere(), clock=StandingClock)
    running.start()
    yield running
    running.close()
    running.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)


def first_window(qtbot: QtBot, program: Program) -> SignInWindow:
    window = program.window
    assert isinstance(window, SignInWindow)
    window.activateWindow()
    qtbot.waitUntil(lambda: window.users.count() == 2, timeout=20_000)
    wait_quiet(qtbot, program.tasks)
    return window


def test_with_several_users_the_keyboard_asks_who_and_the_last_one_is_remembered(
    qtbot: QtBot, program: Program, qapp: QApplication, tmp_path: Path
) -> None:
    window = first_window(qtbot, program)
    assert window.users.value() is None
    assert window.users.hasFocus()
    window.users.set_value("mo")
    press(qtbot, Qt.Key.Key_Tab)
    assert window.password_box.box.hasFocus()
    qtbot.keyClicks(window.password_box.box, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=20_000)
    wait_quiet(qtbot, program.tasks)
    kept = json.loads((tmp_path / "home" / SCREEN_NAME).read_text(encoding="utf-8"))
    assert (kept["user"], kept["theme"]) == ("mo", "dark")
    assert read_screen(tmp_path / "home").user == "mo"
    program.close()
    again = Program(qapp, tmp_path / "home", nowhere(), clock=StandingClock)
    again.start()
    second = first_window(qtbot, again)
    assert second.users.value() == "mo"
    assert second.password_box.box.hasFocus()
    again.close()
    again.deleteLater()


def test_the_password_box_is_in_sight_at_the_largest_text(qtbot: QtBot, program: Program) -> None:
    program.theme.set(text_size=200)
    window = first_window(qtbot, program)
    window.users.set_value("mo")
    window.password_box.box.setFocus()
    window.resize(900, 420)
    wait_quiet(qtbot, program.tasks)
    box = window.password_box.box
    seen = window._area.viewport().rect()
    for corner in (box.rect().topLeft(), box.rect().bottomRight()):
        assert seen.contains(box.mapTo(window._area.viewport(), corner))


def test_another_look_leaves_every_page_as_it_was(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    window = window_on(qtbot, home)
    for key, arg in (("residents", None), ("resident", resident), ("settings", None)):
        window.go(key, arg)
        wait_quiet(qtbot, home.tasks)
    press(qtbot, Qt.Key.Key_Plus, CTRL)
    wait_quiet(qtbot, home.tasks)
    window.go_back()
    wait_quiet(qtbot, home.tasks)
    assert window.here == "resident"
    assert window.windowTitle().startswith("Resident")
    assert window.ctx.theme.percent == 125
