"""The window as a whole, driven by keys on a real store: moving about, what is always in sight, locking, roles."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app import link
from app.domain.messages import OutboundMessage, OutboxState
from app.domain.people import ResidentId, Role, StaffDetails
from app.main import Program
from app.services import assessments, practice_ccg, staff, sync
from app.services.session import Session
from app.services.sign_in import sign_in
from app.sync.transports.folder import FolderTransport
from app.ui.context import Context
from app.ui.messages import Message
from app.ui.pages.assessment.page import Open
from app.ui.pages.settings.home_edit import HomeDialog
from app.ui.pages.settings.page import SettingsPage
from app.ui.shell import PAGES, MainWindow, make_page
from app.ui.signin import SignInWindow
from app.ui.theme import Choice
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn, StandingClock
from tests.helpers.wires import Recorded
from tests.ui.helpers import clipped, exposed, press, stray_windows, unnamed, wait_quiet, when_modal

CTRL = Qt.KeyboardModifier.ControlModifier
UNWELL = {
    "resp_rate": 26, "spo2": 90, "spo2_scale": 1, "on_oxygen": False, "systolic": 95, "pulse": 120,
    "consciousness": "A", "temp_c": Decimal("38.4"),
}  # fmt: skip


def window_on(qtbot: QtBot, home: SignedIn, ctx: Context | None = None, locks: list[str] | None = None) -> MainWindow:
    made = MainWindow(ctx or home.ctx, lambda: (locks if locks is not None else []).append("locked"))
    qtbot.addWidget(made, before_close_func=lambda window: setattr(window, "_leaving", True))  # whatever its page says
    exposed(qtbot, made)
    made.activateWindow()
    wait_quiet(qtbot, home.tasks)
    return made


def test_it_opens_on_today_and_says_where_whose_and_that_it_is_practice(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    assert window.here == "today"
    assert window.windowTitle() == "Today – Hartwell (practice)"
    assert window.who.text() == "Mo Manager, manager"
    words = [part.property("text") for part in window.findChildren(QWidget) if part.property("text")]
    assert "Practice House" in words
    assert any("PRACTICE" in word for word in words)
    assert window.nav["today"].isChecked()


def test_every_page_of_the_registry_is_a_page(qtbot: QtBot, home: SignedIn) -> None:
    for entry in PAGES:
        page = make_page(entry, home.ctx)
        qtbot.addWidget(page)
        assert page.title if hasattr(page, "title") else False, entry.key
        assert all(callable(getattr(page, name, None)) for name in ("opened", "refresh", "can_leave")), entry.key


def test_no_part_of_a_page_keeps_what_it_stands_in(qtbot: QtBot, home: SignedIn) -> None:
    """Such a circle is taken apart by Python's garbage collector, in an order that crashes Qt."""
    resident = home.resident("Ida", "Example")
    window = window_on(qtbot, home)
    arguments = {
        "resident": resident, "person": resident, "observations": resident, "assessment": Open(resident, "must"),
    }  # fmt: skip
    wrong = set()
    for entry in PAGES:
        window.go(entry.key, arguments.get(entry.key))
        wait_quiet(qtbot, home.tasks)
        for part in (window, *window.findChildren(QWidget)):
            for name, held in getattr(part, "__dict__", {}).items():
                if isinstance(held, QWidget) and held is not part and held.isAncestorOf(part):
                    wrong.add(f"{type(part).__name__}.{name}")
    assert wrong == set()


@pytest.mark.parametrize("size", [100, 200])
def test_every_page_has_names_for_its_controls_and_cuts_nothing_off(qtbot: QtBot, home: SignedIn, size: int) -> None:
    resident = home.resident("Philippa", "Okonkwo-Braithwaite", title="Mrs", preferred_name="Pip")
    home.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    home.theme.set(Choice.LIGHT, size)
    window = window_on(qtbot, home)
    window.resize(1366, 768)
    arguments = {
        "resident": resident, "person": resident, "observations": resident, "assessment": Open(resident, "must"),
    }  # fmt: skip
    wrong = []
    for entry in PAGES:
        with stray_windows() as strays:
            window.go(entry.key, arguments.get(entry.key))
            wait_quiet(qtbot, home.tasks)
        wrong += [f"{entry.key}: flashed a window of its own: {stray}" for stray in strays]
        wrong += [f"{entry.key}: no name: {found}" for found in unnamed(window)]
        wrong += [f"{entry.key}: cut off: {found}" for found in clipped(window)]
    assert wrong == [], "\n".join(wrong)


def test_pages_are_reached_by_keys_alone_and_the_way_back_is_kept(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    window = window_on(qtbot, home)
    press(qtbot, Qt.Key.Key_3, CTRL)
    assert window.here == "residents"
    window.ctx.navigate.emit("resident", resident)
    assert window.here == "resident"
    assert window.nav["residents"].isChecked(), "a resident's page belongs under Residents"
    press(qtbot, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.here == "residents"
    window.ctx.navigate.emit("back", None)
    assert window.here == "today"
    press(qtbot, Qt.Key.Key_Comma, CTRL)
    assert window.here == "settings"
    press(qtbot, Qt.Key.Key_F, CTRL)
    assert window.here == "residents"
    wait_quiet(qtbot, home.tasks)
    box = QApplication.focusWidget()
    assert isinstance(box, QLineEdit), "the search box is ready for typing"
    qtbot.keyClicks(box, "Smi")
    press(qtbot, Qt.Key.Key_F, CTRL)
    assert box.selectedText() == "Smi"
    press(qtbot, Qt.Key.Key_Comma, CTRL)
    press(qtbot, Qt.Key.Key_F6)
    assert window.nav["settings"].hasFocus()
    press(qtbot, Qt.Key.Key_F6)
    inside = QApplication.focusWidget()
    assert inside is not None
    assert window.stack.isAncestorOf(inside)
    wait_quiet(qtbot, home.tasks)


def test_a_button_on_the_left_is_pressed_with_the_space_bar(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    window.nav["alerts"].setFocus()
    qtbot.keyClick(window.nav["alerts"], Qt.Key.Key_Space)
    assert window.here == "alerts"
    wait_quiet(qtbot, home.tasks)


class Stubborn(QWidget):
    """A page that cannot be left."""

    title = "Stubborn"

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.stays = True
        self.seen: list[object] = []

    def opened(self, arg: object) -> None:
        self.seen.append(arg)

    def refresh(self, changes: object) -> None:
        self.seen.append(changes)

    def can_leave(self) -> bool:
        self.asked += 1
        return not self.stays


def test_a_page_that_cannot_be_left_keeps_the_window_where_it_is(qtbot: QtBot, home: SignedIn) -> None:
    locks: list[str] = []
    window = window_on(qtbot, home, locks=locks)
    page = Stubborn()
    window._pages["alerts"] = page
    window.stack.addWidget(page)
    window.go("alerts", "a1")
    assert page.seen == ["a1"]
    qtbot.mouseClick(window.nav["staff"], Qt.MouseButton.LeftButton)
    assert window.here == "alerts"
    assert window.nav["alerts"].isChecked(), "the left must not claim another page"
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert locks == []
    window.close()
    assert window.isVisible()
    assert page.asked == 3
    page.stays = False
    window.close()
    assert not window.isVisible()


def test_the_page_in_front_hears_of_changes_and_f5_reloads_it(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    page = Stubborn()
    window._pages["alerts"] = page
    window.stack.addWidget(page)
    window.go("alerts", None)
    resident = home.resident()
    page.seen.clear()
    window.ctx.call(lambda s: assessments.save_draft(s, resident, "must", {"height_m": Decimal("1.60")}))
    qtbot.waitUntil(lambda: len(page.seen) == 1)
    assert "draft" in page.seen[0].kinds  # type: ignore[attr-defined]
    press(qtbot, Qt.Key.Key_F5)
    assert len(page.seen) == 2
    page.stays = False
    wait_quiet(qtbot, home.tasks)


def test_the_status_line_is_computed_from_the_records(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    status = window.status
    assert (status.alerts.text(), status.drafts.text(), status.waiting.text()) == (
        "No standing alerts", "No drafts", "Nothing waiting to send",
    )  # fmt: skip
    assert status.backup.text() == "Last backup: Never"
    assert status.exchange.text() == "Not connected to the CCG"
    resident = home.resident()
    window.ctx.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    window.ctx.call(lambda s: assessments.save_draft(s, resident, "must", {"height_m": Decimal("1.60")}))
    qtbot.waitUntil(lambda: status.drafts.text() == "1 draft")
    assert status.alerts.text() == "1 standing alert"
    assert status.waiting.text() == "1 waiting to send"
    qtbot.mouseClick(status.alerts, Qt.MouseButton.LeftButton)
    assert window.here == "alerts"
    wait_quiet(qtbot, home.tasks)


def test_a_laptops_clock_that_is_behind_is_said_and_only_then(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    home.resident()
    window.load_status()
    wait_quiet(qtbot, home.tasks)
    assert window.status.clock.isHidden()
    home.clock.pass_time(hours=-2)
    press(qtbot, Qt.Key.Key_F5)
    qtbot.waitUntil(window.status.clock.isVisible)
    assert window.status.clock.text() == "The laptop's clock is behind: check its date"
    home.clock.pass_time(hours=3)
    press(qtbot, Qt.Key.Key_F5)
    qtbot.waitUntil(window.status.clock.isHidden)
    wait_quiet(qtbot, home.tasks)


def test_a_new_name_of_the_home_stands_above_at_once(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    window.go("settings", None)
    page = window.page
    assert isinstance(page, SettingsPage)
    page.home.change_button.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    (dialog,) = window.findChildren(HomeDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    name, reason = (dialog.form.fields[key].target for key in ("name", "reason"))
    qtbot.keyClick(name, Qt.Key.Key_A, CTRL)
    qtbot.keyClicks(name, "Hedgerow House")
    qtbot.keyClicks(reason, "new owner")
    qtbot.keyClick(dialog, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: window.home_name.text() == "Hedgerow House")
    wait_quiet(qtbot, home.tasks)


def _as(home: SignedIn, role: Role) -> Context:
    """The same home through another person's eyes."""
    who = home.call(lambda s: staff.add_staff(s, StaffDetails("cal", "Cal Carer", role, "", NOW))).staff_id
    home.call(lambda s: give_account(s, who, "cal", role, PASSWORD))
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "cal", PASSWORD, home.clock))
    return Context(home.session, home.tasks, home.messages, home.theme)


def test_a_role_is_offered_only_what_it_may_open(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home, _as(home, Role.CARER))
    assert "premium" not in window.nav
    assert "residents" in window.nav
    window.ctx.navigate.emit("premium", None)
    assert window.here == "today"
    assert home.said[-1].text == "Your role does not open this page."
    wait_quiet(qtbot, home.tasks)


def test_a_refusal_of_a_service_is_shown_in_its_words(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    window.ctx.call(lambda s: staff.add_staff(s, StaffDetails("", "Nobody", Role.CARER)))
    qtbot.waitUntil(window.messages.isVisible)
    assert "Enter a staff key" in f"{window.messages.text.text()} {window.messages.detail.text()}"


def test_the_title_follows_the_page_and_a_page_may_name_itself_late(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    window.ctx.titled.emit("MUST")
    assert window.windowTitle() == "MUST – Hartwell (practice)"
    window.go("settings", None)
    assert window.windowTitle() == "Settings – Hartwell (practice)"


def test_larger_text_by_keys_is_kept_for_the_person(qtbot: QtBot, home: SignedIn) -> None:
    from app.services import settings

    window = window_on(qtbot, home)
    press(qtbot, Qt.Key.Key_Plus, CTRL)
    wait_quiet(qtbot, home.tasks)
    assert window.ctx.theme.percent == 125
    assert home.call(lambda s: settings.get(s, "text_size")) == 125
    press(qtbot, Qt.Key.Key_Minus, CTRL)
    wait_quiet(qtbot, home.tasks)
    assert window.ctx.theme.percent == 100


def test_the_list_of_keys_opens_by_key_and_closes_by_esc(qtbot: QtBot, home: SignedIn) -> None:
    from app.ui.dialogs.shortcuts import KEYS, Shortcuts

    window = window_on(qtbot, home)
    seen: list[str] = []

    def close(shown: QDialog) -> None:
        assert isinstance(shown, Shortcuts)
        seen.extend(unnamed(shown))
        seen.append(f"{len(KEYS)} keys")
        qtbot.keyClick(shown, Qt.Key.Key_Escape)

    when_modal(close)
    press(qtbot, Qt.Key.Key_Slash, CTRL)
    assert seen == [f"{len(KEYS)} keys"]
    assert window.isVisible()


# ----------------------------------------------------------------------------------------------------- the program


@contextmanager
def after_lock(qapp: QApplication, wire: Recorded, store: Path, **changed: object) -> Iterator[Program]:
    """The worker that comes to the front after one has locked, told what the launcher tells it."""
    running = Program(qapp, store, Recorded(), clock=StandingClock)
    running.prepare()
    running.show(wire.show._replace(**changed))
    yield running
    _end(running)


def _end(running: Program) -> None:
    running.close()
    running.deleteLater()


def _sign_in(qtbot: QtBot, program: Program) -> MainWindow:
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


def test_locking_closes_the_records_and_ends_the_process_and_unlocking_comes_back(
    qtbot: QtBot, qapp: QApplication, program: Program, wire: Recorded, tmp_path: Path
) -> None:
    window = _sign_in(qtbot, program)
    assert [what for what, _ in wire.said] == [link.SIGNED_IN]
    window.activateWindow()
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert [what for what, _ in wire.said] == [link.SIGNED_IN, link.LOCKING, link.LOCKED]
    assert wire.left
    assert not any(isinstance(top, MainWindow) and top.isVisible() for top in QApplication.topLevelWidgets())
    sign_in(tmp_path / "home", "mo", PASSWORD, StandingClock()).close()  # nobody else holds the store now
    with after_lock(qapp, wire, tmp_path / "home") as again:
        locked = again.window
        assert isinstance(locked, SignInWindow)
        assert locked.isVisible()
        assert locked.notice.text() == "Locked. What you were writing is saved as a draft."
        assert locked.users.value() == "mo"
        assert _sign_in(qtbot, again).here == "today"


def test_the_same_person_comes_back_to_what_was_being_written_and_another_starts_at_today(
    qtbot: QtBot, qapp: QApplication, program: Program, wire: Recorded, tmp_path: Path
) -> None:
    window = _sign_in(qtbot, program)
    resident = _add_resident(program)
    window.go("assessment", Open(resident, "must"))
    wait_quiet(qtbot, program.tasks)
    box = _first_box(window)
    box.setFocus()
    qtbot.keyClicks(box, "1.60")
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert wire.left
    said = json.dumps(wire.said)
    assert resident in said
    assert not any(word in said for word in ("Example", "Ida", "1.60", PASSWORD)), "ids cross, and nothing else"
    with after_lock(qapp, wire, tmp_path / "home") as again:
        window = _sign_in(qtbot, again)
        assert window.here == "assessment"
        qtbot.waitUntil(lambda: _first_box(window).text() == "1.60")
        qtbot.waitUntil(_first_box(window).hasFocus)
        assert window.status.drafts.text() == "1 draft"
        window.go_back()
        assert window.here == "today"
    somebody_else = dict(wire.show.place or {}, user="cal")
    with after_lock(qapp, wire, tmp_path / "home", place=somebody_else) as again:
        assert _sign_in(qtbot, again).here == "today"


def test_quitting_closes_the_records(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    window = _sign_in(qtbot, program)
    window.close()
    program.close()
    sign_in(tmp_path / "home", "mo", PASSWORD, StandingClock()).close()


@contextmanager
def store_held(program: Program) -> Iterator[None]:
    """The store thread is busy until the main thread has waited for it a while."""
    started, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        assert go_on.wait(20)

    program.tasks.run(hold, lambda _none: None)
    assert started.wait(20)
    threading.Timer(0.1, go_on.set).start()
    yield


@pytest.mark.parametrize("end", ["lock", "quit"])
def test_what_was_asked_for_just_before_locking_or_quitting_is_still_done(
    qtbot: QtBot, program: Program, tmp_path: Path, end: str
) -> None:
    window = _sign_in(qtbot, program)
    resident = _add_resident(program)
    with store_held(program):
        window.ctx.call(lambda s: assessments.save_draft(s, resident, "must", {}))
        if end == "lock":
            window.lock()
        else:
            window.close()
            program.close()
    opened = sign_in(tmp_path / "home", "mo", PASSWORD, StandingClock())
    assert len(assessments.drafts(opened)) == 1
    opened.close()


def test_what_could_not_be_done_before_locking_is_said_without_a_word_about_whom(
    qtbot: QtBot, qapp: QApplication, program: Program, wire: Recorded, tmp_path: Path
) -> None:
    window = _sign_in(qtbot, program)
    with store_held(program):
        window.ctx.call(lambda s: staff.add_staff(s, StaffDetails("", "Nobody Known", Role.CARER)))
        window.lock()
    assert wire.show.undone
    with after_lock(qapp, wire, tmp_path / "home") as again:
        assert isinstance(again.window, SignInWindow)
        words = " ".join(str(part.property("text")) for part in again.window.findChildren(QWidget) if part.isVisible())
    assert "Something asked for just before locking could not be done." in words
    assert "Nobody Known" not in words
    assert "staff" not in words


def test_locking_ends_an_exchange_quietly_and_the_message_goes_after_the_next_signing_in(
    qtbot: QtBot, qapp: QApplication, program: Program, wire: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.paths.log_dir", lambda: tmp_path / "logs")
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    real = FolderTransport.send

    def slow(self: FolderTransport, message: OutboundMessage) -> str:
        begun.set()
        assert go_on.wait(20)
        return real(self, message)

    monkeypatch.setattr(FolderTransport, "send", slow)
    for name in ("FIRST", "SOON"):  # the test says when: an exchange by itself would be waited for below, and hold
        monkeypatch.setattr(f"app.ui.exchange.{name}", 3_600_000)
    given = practice_ccg.connection(tmp_path / "home", lambda: NOW)
    window = _sign_in(qtbot, program)
    resident = _add_resident(program)
    assert window.ctx.exchange.timer.isActive()
    window.ctx.call(lambda s: sync.connect(s, given, PASSWORD))
    window.ctx.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    wait_quiet(qtbot, program.tasks)
    timer = window.ctx.exchange.timer
    timer.timeout.emit()
    qtbot.waitUntil(begun.is_set)
    said: list[Message] = []
    window.ctx.messages.shown.connect(said.append)
    window.lock()
    assert not timer.isActive(), "nothing is sent by itself while it is locked"
    go_on.set()
    program.tasks.net(ended.set, lambda _none: None)
    qtbot.waitUntil(ended.is_set)
    opened = sign_in(tmp_path / "home", "mo", PASSWORD, StandingClock())
    assert [row.state for row in sync.outbox(opened)] == [OutboxState.SENDING], "what is locked is not written to"
    opened.close()
    assert said == []
    assert not (tmp_path / "logs").exists(), "being locked is no fault of ours"
    with after_lock(qapp, wire, tmp_path / "home") as again:
        window = _sign_in(qtbot, again)
        window.ctx.exchange.timer.timeout.emit()
        wait_quiet(qtbot, again.tasks)
        (row,) = again.tasks.on_store(lambda: sync.outbox(_session(again)))
        assert row.state is OutboxState.ACKNOWLEDGED


def test_a_fault_of_ours_is_said_as_ours(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.paths.log_dir", lambda: tmp_path / "logs")
    window = _sign_in(qtbot, program)
    said: list[Message] = []
    window.ctx.messages.shown.connect(said.append)
    program.crashed(LookupError("SMITH, John must not be in the report"))
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].text == "Hartwell made a mistake. This is our fault, not yours."
    reports = list((tmp_path / "logs").glob("crash-*.txt"))
    assert len(reports) == 1
    assert "SMITH" not in reports[0].read_text()


def _add_resident(program: Program) -> ResidentId:
    from datetime import date, timedelta

    from app.domain.people import ResidentDetails
    from app.services import residents

    session = _session(program)
    details = ResidentDetails("R1", "Smith", "John", date(1937, 9, 6), "9990000018")
    saved = program.tasks.on_store(
        lambda: residents.add_resident(session, details, stay_since=NOW - timedelta(days=30))
    )
    return saved.resident_id


def _session(program: Program) -> Session:
    assert program._session is not None
    return program._session


def _first_box(window: MainWindow) -> QWidget:
    page = window.stack.currentWidget()
    assert page is not None
    return next(box for box in page.findChildren(QLineEdit) if box.isVisible() and not box.isReadOnly())
