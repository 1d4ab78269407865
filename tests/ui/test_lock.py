"""Locking by itself: nobody is there, the laptop sleeps, the desktop says so. And covering the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app import link
from app.domain.errors import NotAllowed, UserError
from app.domain.people import ResidentId, Role
from app.main import Program
from app.services import assessments, settings, unsaved
from app.ui import clipboard, crash, desktop
from app.ui.dialogs.unsaved import UnsavedDialog
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask
from app.ui.idle import LockWarning, stay_words
from app.ui.pages.assessment.page import Open
from app.ui.pages.settings.page import SettingsPage
from app.ui.presence import Presence
from app.ui.shell import MainWindow
from app.ui.signin import SignInWindow
from app.ui.watch import Watch
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn, StandingClock, copy_home
from tests.helpers.wires import Recorded
from tests.ui.helpers import clipped, exposed, unnamed, wait_quiet
from tests.ui.test_shell import window_on


class Clocks:
    """The steady clock and the one on the wall, which move only when told."""

    def __init__(self) -> None:
        self.steady = self.wall = 1000.0

    def go(self, seconds: float, *, asleep: float = 0.0) -> None:
        """Both go on; while the laptop sleeps only the one on the wall does."""
        self.steady += seconds
        self.wall += seconds + asleep


class Heard:
    """What a presence has said."""

    def __init__(self, presence: Presence) -> None:
        self.said: list[object] = []
        presence.quiet.connect(self.said.append)
        for name in ("touched", "away", "woke"):
            getattr(presence, name).connect(lambda name=name: self.said.append(name))


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def presence(qapp: QApplication, clocks: Clocks) -> Iterator[Presence]:
    made = Presence(2, lambda _event: False, steady=lambda: clocks.steady, wall=lambda: clocks.wall)
    made.stop()  # the test moves the clocks
    yield made
    made.deleteLater()


def tick_on(presence: Presence, clocks: Clocks, seconds: int) -> None:
    for _second in range(seconds):
        clocks.go(1)
        presence.tick()


def test_a_minute_of_warning_then_the_time_is_up(presence: Presence, clocks: Clocks) -> None:
    heard = Heard(presence)
    tick_on(presence, clocks, 59)
    assert heard.said == []
    tick_on(presence, clocks, 60)
    assert heard.said == list(range(60, 0, -1))
    tick_on(presence, clocks, 1)
    assert heard.said[60:] == ["away"]


def test_a_touch_starts_the_time_again(presence: Presence, clocks: Clocks) -> None:
    heard = Heard(presence)
    tick_on(presence, clocks, 100)
    assert heard.said[-1] == 20
    presence.touch()
    assert heard.said[-1] == "touched"
    heard.said.clear()
    tick_on(presence, clocks, 59)
    assert heard.said == []
    presence.touch()
    assert heard.said == [], "nobody was warned, so nothing is taken away"


def test_another_length_holds_at_once(presence: Presence, clocks: Clocks) -> None:
    heard = Heard(presence)
    presence.allow(15)
    tick_on(presence, clocks, 14 * 60 - 1)
    assert heard.said == []
    presence.allow(2)
    tick_on(presence, clocks, 1)
    assert heard.said == ["away"]


@pytest.mark.parametrize("asleep", [11.0, 3600.0, 8 * 3600.0])
def test_a_laptop_that_slept_is_noticed_at_the_first_tick(presence: Presence, clocks: Clocks, asleep: float) -> None:
    heard = Heard(presence)
    clocks.go(1, asleep=asleep)
    presence.tick()
    assert heard.said == ["woke"]
    clocks.go(1)
    presence.tick()
    assert heard.said == ["woke"], "once"


def test_where_the_steady_clock_goes_on_in_sleep_the_gap_is_noticed(presence: Presence, clocks: Clocks) -> None:
    heard = Heard(presence)
    clocks.go(61)
    presence.tick()
    assert heard.said == ["woke"]


@pytest.mark.parametrize("by", [-3600.0, -1.0, 2.0, 9.0])
def test_a_corrected_clock_or_a_slow_moment_is_no_sleep(presence: Presence, clocks: Clocks, by: float) -> None:
    heard = Heard(presence)
    clocks.go(5, asleep=by)
    presence.tick()
    assert heard.said == []


@pytest.mark.parametrize("kind", [QEvent.Type.KeyPress, QEvent.Type.KeyRelease])
def test_a_key_held_down_by_a_weight_is_nobody(
    qtbot: QtBot, presence: Presence, clocks: Clocks, kind: QEvent.Type
) -> None:
    window = QLineEdit()
    qtbot.addWidget(window)
    exposed(qtbot, window)
    tick_on(presence, clocks, 100)
    heard = Heard(presence)
    for again in (True, False):
        assert heard.said == []
        event = QKeyEvent(kind, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a", autorep=again)
        QApplication.sendEvent(window.windowHandle(), event)
    assert heard.said == ["touched"]


@pytest.mark.parametrize("how", ["key", "click", "wheel", "move"])
def test_a_touch_in_any_window_counts_and_a_moved_mouse_does_not(
    qtbot: QtBot, presence: Presence, clocks: Clocks, how: str
) -> None:
    """The pointer of a laptop on a trolley moves by itself."""
    window = QLineEdit()
    qtbot.addWidget(window)
    exposed(qtbot, window)
    tick_on(presence, clocks, 100)
    heard = Heard(presence)
    handle = window.windowHandle()
    if how == "key":
        QTest.keyClick(handle, Qt.Key.Key_A)
    elif how == "click":
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton)
    elif how == "wheel":
        at = QPointF(1, 1)
        none = Qt.MouseButton.NoButton
        QApplication.sendEvent(
            handle,
            QWheelEvent(at, at, at.toPoint(), at.toPoint(), none, Qt.KeyboardModifier.NoModifier,
                        Qt.ScrollPhase.NoScrollPhase, False),  # noqa: FBT003 - Qt's own argument
        )  # fmt: skip
    else:
        QTest.mouseMove(handle, window.rect().center())
    assert ("touched" in heard.said) == (how != "move")


# ------------------------------------------------------------------------------------------------------- the warning


class Desk(QWidget):
    """A window with a box and a button, as a page has them."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QLineEdit()
        self.pressed = 0
        self.button = QPushButton("Sign", shortcut="Ctrl+S")
        self.button.clicked.connect(self._count)
        column = QVBoxLayout(self)
        column.addWidget(self.box)
        column.addWidget(self.button)
        self.resize(700, 400)

    def _count(self) -> None:
        self.pressed += 1


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    made = Desk()
    qtbot.addWidget(made)
    exposed(qtbot, made)
    made.activateWindow()
    made.box.setFocus()
    qtbot.waitUntil(made.box.hasFocus)
    return made


def test_the_warning_counts_down_and_any_key_takes_it_away_and_does_nothing_else(
    qtbot: QtBot, presence: Presence, clocks: Clocks, desk: Desk
) -> None:
    warning = LockWarning(presence, desk)
    tick_on(presence, clocks, 60)
    assert warning.words == "Hartwell locks in 60 seconds. Press any key to stay."
    tick_on(presence, clocks, 48)
    assert warning.words == stay_words(12)
    strip = desk.findChildren(QLabel)[-1].parentWidget()
    assert strip is not None
    assert strip.isVisible()
    assert clipped(desk) == []
    qtbot.keyClick(desk.box, Qt.Key.Key_A)
    assert (desk.box.text(), warning.words) == ("", "")
    qtbot.keyClick(desk.box, Qt.Key.Key_B)
    assert desk.box.text() == "b"
    tick_on(presence, clocks, 59)
    assert warning.words == "", "the time starts again"


@pytest.mark.parametrize("how", ["shortcut", "click", "enter"])
def test_what_takes_the_warning_away_presses_no_button(
    qtbot: QtBot, presence: Presence, clocks: Clocks, desk: Desk, how: str
) -> None:
    warning = LockWarning(presence, desk)
    tick_on(presence, clocks, 90)
    desk.button.setFocus()

    def do() -> None:
        if how == "shortcut":
            qtbot.keyClick(desk.button, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        elif how == "click":
            qtbot.mouseClick(desk.button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(desk.button, Qt.Key.Key_Space)

    assert warning.words
    do()
    assert (desk.pressed, warning.words) == (0, "")
    do()
    qtbot.waitUntil(lambda: desk.pressed == 1)


def test_over_an_open_dialog_the_warning_stands_in_the_dialog(
    qtbot: QtBot, presence: Presence, clocks: Clocks, desk: Desk
) -> None:
    warning = LockWarning(presence, desk)
    dialog = QDialog(desk)
    dialog.resize(500, 300)
    box = QLineEdit(dialog)
    dialog.open()
    tick_on(presence, clocks, 75)
    assert dialog.findChildren(QLabel)[-1].text() == warning.words == stay_words(45)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "the key that says I am here closes nothing"
    tick_on(presence, clocks, 70)
    dialog.close()
    dialog.deleteLater()
    tick_on(presence, clocks, 5)
    assert warning.words == stay_words(45)


# ------------------------------------------------------------------------------------------------------- the program


def signed_in_window(qtbot: QtBot, program: Program) -> MainWindow:
    first = program.window
    assert isinstance(first, SignInWindow)
    qtbot.waitUntil(lambda: first.users.value() == "mo", timeout=20_000)
    qtbot.keyClicks(first.password_box.box, PASSWORD)
    qtbot.keyClick(first.password_box.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=20_000)
    window = program.window
    assert isinstance(window, MainWindow)
    wait_quiet(qtbot, program.tasks)
    return window


def a_resident(window: MainWindow, home: Path) -> ResidentId:
    from datetime import date, timedelta

    from app.domain.people import ResidentDetails
    from app.services import residents

    details = ResidentDetails("R1", "Smith", "John", date(1937, 9, 6), "9990000018")
    made: list[ResidentId] = []
    window.ctx.call(
        lambda s: residents.add_resident(s, details, stay_since=NOW - timedelta(days=30)),
        lambda saved: made.append(saved.resident_id),
    )
    window.ctx.tasks.on_store(lambda: None)
    while not made:
        QApplication.processEvents()
    return made[0]


def test_a_lock_that_asks_nobody_keeps_an_unfinished_form_as_a_draft_behind_an_open_dialog(
    qtbot: QtBot, program: Program, wire: Recorded, tmp_path: Path
) -> None:
    window = signed_in_window(qtbot, program)
    resident = a_resident(window, tmp_path / "home")
    window.go("assessment", Open(resident, "must"))
    wait_quiet(qtbot, program.tasks)
    box = next(each for each in window.stack.currentWidget().findChildren(QLineEdit) if each.isVisible())
    qtbot.keyClicks(box, "1.60")
    dialog = QDialog(window)
    dialog.open()
    program.lock()
    assert wire.left
    assert [what for what, _ in wire.said][-1] == link.LOCKED
    assert not any(top.isVisible() for top in QApplication.topLevelWidgets())
    place = wire.show.place
    assert place is not None
    assert (place["page"], place["arg"]["resident_id"]) == ("assessment", resident)
    assert place["arg"]["draft_id"]
    assert not wire.show.unkept


def test_a_page_that_asks_first_does_not_hold_up_the_lock(qtbot: QtBot, program: Program, wire: Recorded) -> None:
    window = signed_in_window(qtbot, program)
    window.go("settings")
    wait_quiet(qtbot, program.tasks)
    page = window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    qtbot.keyClicks(page.phones.fields[0].target, "9")
    window.lock()
    assert not wire.left, "somebody who is there is asked"
    program.lock()
    assert wire.left
    assert wire.show.unkept, "and it is said that this could not be kept"


def test_what_was_typed_in_a_form_is_given_back_to_whoever_typed_it(
    qtbot: QtBot, qapp: QApplication, program: Program, wire: Recorded, tmp_path: Path
) -> None:
    window = signed_in_window(qtbot, program)
    asks = (Ask("note", "Note", "notes"), Ask("secret", "Password", "password"))
    form = FormDialog(window.ctx, window, "A note", asks, {}, who="Mr John Smith")
    form.show()
    qtbot.keyClicks(form.form.fields["note"].target, "rang the surgery at four")
    qtbot.keyClicks(form.form.fields["secret"].target, "never kept")
    program.lock()
    assert wire.left
    assert not wire.show.unkept
    following = Program(qapp, tmp_path / "home", Recorded(), clock=StandingClock)
    following.prepare()
    following.show(wire.show)
    again = signed_in_window(qtbot, following)
    qtbot.waitUntil(lambda: again.findChild(UnsavedDialog) is not None, timeout=20_000)
    dialog = again.findChild(UnsavedDialog)
    assert dialog is not None
    assert dialog.box.toPlainText() == "A note: Mr John Smith\nNote: rang the surgery at four"
    dialog.reject()
    qtbot.waitUntil(lambda: following.tasks.on_store(lambda: unsaved.kept(again.ctx._session)) == ())
    following.close()
    following.deleteLater()


def test_the_program_locks_when_nobody_has_touched_it(qtbot: QtBot, program: Program, wire: Recorded) -> None:
    signed_in_window(qtbot, program)
    watch = program._watch
    assert watch is not None
    watch.presence.away.emit()
    assert wire.left


@pytest.mark.parametrize("copied_since", [False, True])
def test_what_hartwell_put_on_the_clipboard_does_not_outlive_the_session(
    qtbot: QtBot, program: Program, *, copied_since: bool
) -> None:
    signed_in_window(qtbot, program)
    clipboard.put("four calm grey geese")
    if copied_since:
        QGuiApplication.clipboard().setText("somebody else's")
    program.lock()
    assert QGuiApplication.clipboard().text() == ("somebody else's" if copied_since else "")
    QGuiApplication.clipboard().clear()


def test_before_anybody_has_signed_in_there_is_nothing_to_lock(program: Program, wire: Recorded) -> None:
    program.lock()
    assert wire.said == []


def test_when_the_launcher_goes_what_is_typed_is_saved_and_the_program_ends(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = signed_in_window(qtbot, program)
    resident = a_resident(window, tmp_path / "home")
    window.go("assessment", Open(resident, "must"))
    wait_quiet(qtbot, program.tasks)
    box = next(each for each in window.stack.currentWidget().findChildren(QLineEdit) if each.isVisible())
    qtbot.keyClicks(box, "1.60")
    ended: list[bool] = []
    monkeypatch.setattr(QApplication, "quit", lambda *_app: ended.append(True))
    program.cut_off()
    qtbot.waitUntil(lambda: bool(ended))
    rows = program.tasks.on_store(lambda: assessments.drafts(program._session, resident))
    assert [row.instrument for row in rows] == ["must"]


# --------------------------------------------------------------------------------------------------- how many minutes


def test_the_manager_chooses_the_minutes_in_settings_and_they_hold_at_once(
    qtbot: QtBot, home: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_on(qtbot, home)
    watch = Watch(window, home.ctx, 5, lambda: None)
    allowed: list[int] = []
    monkeypatch.setattr(watch.presence, "allow", allowed.append)
    window.go("settings")
    wait_quiet(qtbot, home.tasks)
    page = window.stack.currentWidget()
    assert isinstance(page, SettingsPage)
    assert "for 5 minutes" in page.lock.words.text()
    qtbot.keyClick(page.lock.minutes, Qt.Key.Key_Up)
    wait_quiet(qtbot, home.tasks)
    assert home.call(settings.lock_minutes) == 4
    assert "for 4 minutes" in page.lock.words.text()
    assert home.said[-1].text == "Hartwell now locks after 4 minutes."


@pytest.mark.parametrize("minutes", [-5, 0, 1, 16, 60])
def test_minutes_out_of_range_are_refused(home: SignedIn, minutes: int) -> None:
    with pytest.raises(UserError, match="2 to 15 minutes"):
        home.call(lambda s: settings.set_lock_minutes(s, minutes))
    assert home.call(settings.lock_minutes) == 5


def test_only_the_manager_may(home: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setattr(home.session, "account", replace(home.session.account, role=Role.CARER))
    with pytest.raises(NotAllowed):
        home.call(lambda s: settings.set_lock_minutes(s, 3))


# ---------------------------------------------------------------------------------------------------- privacy screen


@pytest.fixture
def watched(qtbot: QtBot, home: SignedIn) -> tuple[MainWindow, Watch, list[str]]:
    window = window_on(qtbot, home)
    locks: list[str] = []
    return window, Watch(window, home.ctx, 5, lambda: locks.append("lock")), locks


def press_at(window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the desktop brings it: to the window first."""
    QTest.keyClick(window.windowHandle(), key, modifier)


def sheets(top: QWidget) -> list[str]:
    return [
        " | ".join(words.text() for words in part.findChildren(QLabel))
        for part in top.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if part.accessibleName().startswith("Covered") and part.isVisible() and part.size() == top.size()
    ]


def test_one_key_covers_everything_and_takes_the_cover_away(
    qtbot: QtBot, watched: tuple[MainWindow, Watch, list[str]]
) -> None:
    window, watch, _locks = watched
    press_at(window, Qt.Key.Key_F9)
    assert watch.cover.on
    words = "Covered, not locked. Press F9 to go on, Ctrl+L to lock."
    assert sheets(window) == [f"Practice House | Signed in: Mo Manager, manager | {words}"]
    assert unnamed(window) == []
    assert clipped(window) == []
    window.resize(900, 600)
    qtbot.waitUntil(lambda: len(sheets(window)) == 1)  # it grows with the window
    press_at(window, Qt.Key.Key_F9)
    assert not watch.cover.on
    assert sheets(window) == []


def test_nothing_reaches_what_is_covered(qtbot: QtBot, watched: tuple[MainWindow, Watch, list[str]]) -> None:
    window, _watch, locks = watched
    window.go("residents")
    wait_quiet(qtbot, window.ctx.tasks)
    box = window.focusWidget()
    assert isinstance(box, QLineEdit)
    press_at(window, Qt.Key.Key_F9)
    press_at(window, Qt.Key.Key_S)
    press_at(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    today = window.nav["today"]
    at = today.mapTo(window, today.rect().center())
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert (box.text(), window.here) == ("", "residents")
    press_at(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert locks == ["lock"], "locking works all the same"
    press_at(window, Qt.Key.Key_F9)
    press_at(window, Qt.Key.Key_S)
    assert box.text() == "s"
    wait_quiet(qtbot, window.ctx.tasks)


def test_dialogs_are_covered_too_also_those_that_open_meanwhile(
    qtbot: QtBot, watched: tuple[MainWindow, Watch, list[str]]
) -> None:
    window, watch, _locks = watched
    first, second = QDialog(window), QDialog(window)
    for dialog in (first, second):
        dialog.resize(400, 300)
        QLineEdit(dialog)
    first.open()
    exposed(qtbot, first)
    watch.presence.tick()  # each second the windows are looked for
    press_at(first, Qt.Key.Key_F9)
    assert sheets(first)
    second.open()
    qtbot.waitUntil(lambda: bool(sheets(second)))
    second.close()
    second.deleteLater()
    press_at(first, Qt.Key.Key_F9)
    assert (sheets(first), sheets(window)) == ([], [])
    first.close()


def test_ctrl_l_locks_from_inside_a_dialog(qtbot: QtBot, watched: tuple[MainWindow, Watch, list[str]]) -> None:
    window, watch, locks = watched
    dialog = QDialog(window)
    QLineEdit(dialog)
    dialog.open()
    exposed(qtbot, dialog)
    watch.presence.tick()
    press_at(dialog, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert locks == ["lock"]
    dialog.close()


# ------------------------------------------------------------------------------------------------ what the desktop says


@pytest.mark.parametrize(
    ("message", "wparam", "locks"),
    [(0x02B1, 7, True), (0x02B1, 2, True), (0x02B1, 4, True), (0x02B1, 6, True), (0x02B1, 8, False), (0x02B1, 1, False),
     (0x02B1, 5, False), (0x0218, 4, True), (0x0218, 7, False), (0x0218, 18, False), (0x0100, 7, False)],
)  # fmt: skip
def test_which_messages_of_windows_lock(message: int, wparam: int, *, locks: bool) -> None:
    """Session lock, disconnects and log-off, and suspend; not unlock, connect, resume or a key."""
    assert desktop.windows_locks(message, wparam) is locks


def test_where_the_desktop_says_nothing_nothing_fails(qtbot: QtBot, window: QWidget) -> None:
    from PySide6.QtDBus import QDBusConnection

    nobody = QDBusConnection("nobody")
    session = desktop.LinuxSession(window, lambda: None)
    assert session.follow_login(nobody, "auto") is False
    assert session.follow_savers(nobody) is False


# ------------------------------------------------------------------------------------------------------ crash reports


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "logs"
    monkeypatch.setattr("app.paths.log_dir", lambda: folder)
    return folder


def test_without_a_report_nothing_is_offered(logs: Path) -> None:
    assert crash.unseen() is None


def test_the_latest_report_is_offered_until_it_may_rest(logs: Path) -> None:
    for _time in range(2):
        assert crash.write_report(ValueError()) is not None
    report = crash.unseen()
    assert report is not None
    assert report.path == max(logs.glob("crash-*.txt"))
    crash.let_rest(report)
    assert crash.unseen() is None
    crash.write_report(ValueError())
    assert crash.unseen() is not None


def test_a_crash_below_python_is_offered_as_well(logs: Path) -> None:
    logs.mkdir()
    (logs / "faults.txt").write_text("")
    assert crash.unseen() is None, "the file is there from every start on"
    (logs / "faults.txt").write_text("Fatal Python error: Segmentation fault")
    report = crash.unseen()
    assert report is not None
    assert report.path == logs / "faults.txt"
    crash.let_rest(report)
    assert crash.unseen() is None


@pytest.mark.parametrize("button", ["copy_button", "close_button"])
def test_the_sign_in_window_offers_it_in_plain_words(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, logs: Path, button: str
) -> None:
    copy_home(tmp_path / "home")
    written = crash.write_report(ValueError("SMITH"))
    running = Program(qapp, tmp_path / "home", Recorded(), clock=StandingClock)
    running.start()
    first = running.window
    assert isinstance(first, SignInWindow)
    qtbot.waitUntil(lambda: first.report is not None, timeout=20_000)
    wait_quiet(qtbot, running.tasks)
    offer = first.report
    assert offer is not None
    assert offer.where.text() == str(written)
    assert (unnamed(first), clipped(first)) == ([], [])
    assert first.password_box.box.hasFocus() or first.users.hasFocus(), "it does not take the keyboard"
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(getattr(offer, button), Qt.MouseButton.LeftButton)
    assert offer.isHidden()
    assert crash.unseen() is None
    assert QGuiApplication.clipboard().text() == (str(written) if button == "copy_button" else "")
    running.close()
    running.deleteLater()
