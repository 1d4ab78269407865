"""At the door: waits after wrong passwords, a one-time secret, and one's own password, by real keys on a real home."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble
from app.domain.people import Role, StaffDetails
from app.services import accounts, staff
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.countdown import Countdown, wait_words
from app.ui.dialogs.accounts import OwnPasswordDialog
from app.ui.pages.settings.page import SettingsPage
from app.ui.signin import SCREEN_NAME, SignInWindow
from app.ui.tasks import Tasks
from app.ui.theme import Choice, Theme
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import PASSWORD, SignedIn, StandingClock, make_home
from tests.ui.helpers import clipped, exposed, press, unnamed, wait_quiet

OWN = "seven calm grey geese"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with the manager, "cal", and "sal" whose one-time secret is the second part."""
    store = tmp_path_factory.mktemp("door") / "store"
    make_home(store)
    session = sign_in(store, "mo", PASSWORD, StandingClock())
    cal = staff.add_staff(session, StaffDetails("S2", "Cal Campion", Role.CARER)).staff_id
    sal = staff.add_staff(session, StaffDetails("S3", "Sal Sorrel", Role.NURSE)).staff_id
    give_account(session, cal, "cal", Role.CARER, OWN)
    secret = accounts.add_account(session, sal, "sal", Role.NURSE, PASSWORD).secret
    session.close()
    return store, secret


@pytest.fixture
def store(template: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(template[0], tmp_path / "home"))


@pytest.fixture
def secret(template: tuple[Path, str]) -> str:
    return template[1]


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, Choice.LIGHT)
    yield made
    made.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def window(qtbot: QtBot, tasks: Tasks, look: Theme, store: Path, clock: StandingClock) -> Iterator[SignInWindow]:
    made = SignInWindow(store, tasks, look, lambda: clock)
    qtbot.addWidget(made)
    exposed(qtbot, made)
    made.activateWindow()
    wait_quiet(qtbot, tasks)
    qtbot.waitUntil(lambda: made.users.count() == 3)
    yield made
    (store / SCREEN_NAME).unlink(missing_ok=True)


def type_password(qtbot: QtBot, window: SignInWindow, user: str, password: str) -> None:
    window.users.set_value(user)
    window.password_box.box.setFocus()
    press(qtbot, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.password_box.box, password)
    qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)


def guess_outside(store: Path, clock: StandingClock, user: str, times: int) -> None:
    """Wrong passwords typed elsewhere, before this window was opened."""
    for _ in range(times):
        with pytest.raises(EnvironmentTrouble):
            sign_in(store, user, "not the one", clock)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """The clock that the window counts waits on, which stands: a busy machine misses none of them."""
    clock = StandingClock()
    monkeypatch.setattr("app.ui.countdown.time", SimpleNamespace(monotonic=lambda: clock.now().timestamp()))
    return clock


def test_a_wait_is_counted_down_with_the_button_off_and_ends_by_itself(
    qtbot: QtBot, window: SignInWindow, store: Path, clock: StandingClock, counted: StandingClock, tasks: Tasks
) -> None:
    guess_outside(store, clock, "cal", 4)
    type_password(qtbot, window, "cal", "not the one")
    waiting = "The password is not right. Too many tries: wait 1 second."
    qtbot.waitUntil(lambda: window.password.error == waiting, timeout=20_000)
    assert not window.button.isEnabled()
    qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
    assert not window.busy, "nothing is tried while waiting"
    counted.pass_time(seconds=1)
    qtbot.waitUntil(window.button.isEnabled)
    assert window.password.error == ""
    clock.pass_time(seconds=2)
    with qtbot.waitSignal(window.signed_in, timeout=20_000) as signal:
        type_password(qtbot, window, "cal", OWN)
    tasks.on_store(signal.args[0].session.close)


def test_a_quarter_of_an_hour_names_a_manager_and_others_may_sign_in(
    qtbot: QtBot, window: SignInWindow, store: Path, clock: StandingClock, counted: StandingClock, tasks: Tasks
) -> None:
    for wait in (0, 0, 0, 0, 0, 1, 2, 4, 8, 16):
        clock.pass_time(seconds=wait)
        guess_outside(store, clock, "cal", 1)
    type_password(qtbot, window, "cal", OWN)
    qtbot.waitUntil(lambda: "ask a manager" in window.password.error, timeout=20_000)
    assert "wait 15 min 0 s" in window.password.error
    counted.pass_time(seconds=1)
    qtbot.waitUntil(lambda: "wait 14 min 59 s" in window.password.error)
    window.users.set_value("mo")
    assert window.password.error == ""
    assert window.button.isEnabled()
    window.users.set_value("cal")
    assert not window.button.isEnabled()
    with qtbot.waitSignal(window.signed_in, timeout=20_000) as signal:
        type_password(qtbot, window, "mo", PASSWORD)
    tasks.on_store(signal.args[0].session.close)


def test_with_a_one_time_secret_a_password_is_chosen_before_anything_is_shown(
    qtbot: QtBot, window: SignInWindow, store: Path, clock: StandingClock, secret: str, tasks: Tasks
) -> None:
    entered: list[object] = []
    window.signed_in.connect(entered.append)
    type_password(qtbot, window, "sal", secret)
    qtbot.waitUntil(lambda: window._chooser is not None, timeout=20_000)
    chooser = window._chooser
    assert chooser is not None
    assert not window.button.isVisible()
    qtbot.waitUntil(chooser.new.box.hasFocus)
    qtbot.keyClicks(chooser.new.box, "sal sorrel")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(chooser.again.box.hasFocus)
    press(qtbot, Qt.Key.Key_Return)
    assert "a name that belongs to you" in chooser.fields[0].error
    chooser.new.box.setFocus()
    press(qtbot, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(chooser.new.box, OWN)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.keyClicks(chooser.again.box, "another one")
    press(qtbot, Qt.Key.Key_Return)
    assert chooser.fields[1].error == "The two passwords must be the same"
    assert entered == []
    chooser.again.box.setFocus()
    press(qtbot, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(chooser.again.box, OWN)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(entered), timeout=20_000)
    session = entered[0].session  # type: ignore[attr-defined]
    assert not session.account.must_change
    tasks.on_store(session.close)
    sign_in(store, "sal", OWN, clock).close()


def test_the_secret_itself_is_not_taken_as_the_new_password(
    qtbot: QtBot, window: SignInWindow, secret: str, tasks: Tasks
) -> None:
    type_password(qtbot, window, "sal", secret)
    qtbot.waitUntil(lambda: window._chooser is not None, timeout=20_000)
    chooser = window._chooser
    assert chooser is not None
    qtbot.keyClicks(chooser.new.box, secret)
    qtbot.keyClicks(chooser.again.box, secret)
    qtbot.mouseClick(chooser.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "another than the present" in chooser.fields[0].error, timeout=20_000)
    assert chooser.save_button.isEnabled()
    window.close()
    wait_quiet(qtbot, tasks)


@pytest.mark.parametrize("how", ["button", "left alone", "window closed"])
def test_who_does_not_choose_leaves_the_record_closed(
    qtbot: QtBot, window: SignInWindow, store: Path, clock: StandingClock, secret: str, tasks: Tasks, how: str
) -> None:
    type_password(qtbot, window, "sal", secret)
    qtbot.waitUntil(lambda: window._chooser is not None, timeout=20_000)
    chooser = window._chooser
    assert chooser is not None
    if how == "button":
        chooser.back_button.setFocus()
        press(qtbot, Qt.Key.Key_Space)
    elif how == "left alone":
        chooser._alone.start(0)
    else:
        window.close()
    qtbot.waitUntil(lambda: window._chooser is None)
    wait_quiet(qtbot, tasks)
    assert window.password_box.text() == ""
    sign_in(store, "mo", PASSWORD, clock).close()  # free again
    assert sign_in_must_change(store, secret, clock), "the secret still waits for its owner"


def sign_in_must_change(store: Path, secret: str, clock: StandingClock) -> bool:
    session = sign_in(store, "sal", secret, clock)
    try:
        return session.account.must_change
    finally:
        session.close()


@pytest.mark.parametrize("percent", [100, 200])
def test_choosing_has_names_for_everything_and_cuts_nothing_off(
    qtbot: QtBot, window: SignInWindow, look: Theme, secret: str, tasks: Tasks, percent: int
) -> None:
    look.set(text_size=percent)
    window.resize(1366, 768)
    type_password(qtbot, window, "sal", secret)
    qtbot.waitUntil(lambda: window._chooser is not None, timeout=20_000)
    chooser = window._chooser
    assert chooser is not None
    chooser.save()
    QApplication.processEvents()
    assert unnamed(window) == []
    qtbot.waitUntil(lambda: clipped(window) == [])
    window.close()
    wait_quiet(qtbot, tasks)


def test_waits_of_accounts_do_not_mix(qtbot: QtBot, window: SignInWindow) -> None:
    waits = Countdown(window)
    waits.begin("cal", 900)
    assert (waits.left("cal"), waits.left("mo")) == (900, 0)
    assert [wait_words(n) for n in (1, 59, 60, 899)] == ["1 second", "59 seconds", "1 min 0 s", "14 min 59 s"]


# ---------------------------------------------------------------------------------------------- one's own, in Settings


def test_ones_own_password_is_changed_in_settings(home: SignedIn, qtbot: QtBot) -> None:
    page = SettingsPage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1100, 800)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    page.activateWindow()
    button = page.own_password.findChild(QPushButton)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(d.isActiveWindow() for d in page.findChildren(OwnPasswordDialog)))
    dialog = page.findChildren(OwnPasswordDialog)[0]
    boxes = {key: field.target for key, field in dialog.form.fields.items()}
    qtbot.keyClicks(boxes["old"], "not the one")
    qtbot.keyClicks(boxes["new"], OWN)
    qtbot.keyClicks(boxes["again"], "something else")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["again"].error == "The two new passwords must be the same"
    qtbot.keyClick(boxes["again"], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(boxes["again"], OWN)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dialog.form.fields["old"].error == "The password is not right. Type it again.")
    qtbot.keyClick(boxes["old"], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(boxes["old"], PASSWORD)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "Your password is changed."
    store = home.session.store_dir
    home.do(home.session.close)
    sign_in(store, "mo", OWN, home.clock).close()
    home.session.close = lambda: None  # type: ignore[method-assign]  # closed above
