"""A forgotten password at the sign-in window: the key from the safe, a new password, and the new key on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from app.domain.people import Home
from app.services import audit
from app.services.first_run import HomeSetup, create_home
from app.ui import crash, theme
from app.ui.dialogs.confirm import Confirm
from app.ui.recover import RecoverPanel
from app.ui.signin import SignedIn, SignInWindow
from app.ui.tasks import Tasks
from app.ui.theme import Choice, Theme
from app.vault import keys
from tests.helpers.signed_in import PASSWORD, StandingClock
from tests.ui.helpers import clipped, press, unnamed, wait_quiet, when_modal

NEW_PASSWORD = "seven orange lanterns drift"


class Opened:
    """The sign-in window of a home whose recovery key is known."""

    def __init__(self, qtbot: QtBot, app: QApplication, store: Path) -> None:
        setup = HomeSetup(Home("Hedgerow House", "VN3X2"), "mo", "Mo Manager", "office laptop")
        self.key = create_home(store, setup, PASSWORD, StandingClock(), cost=keys.FLOOR).recovery_key
        self.tasks = Tasks()
        self.theme = Theme(app, Choice.LIGHT)
        self.window = SignInWindow(store, self.tasks, self.theme, StandingClock)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        wait_quiet(qtbot, self.tasks)
        qtbot.waitUntil(lambda: self.window.users.value() == "mo")

    def panel(self, qtbot: QtBot) -> RecoverPanel:
        qtbot.mouseClick(self.window.forgotten, Qt.MouseButton.LeftButton)
        panel = self.window.recovering
        assert panel is not None
        qtbot.waitUntil(lambda: panel.users.value() == "mo")
        return panel


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Opened]:
    made = Opened(qtbot, qapp, tmp_path / "home")
    yield made
    if made.window.recovering is not None:
        made.window.recovering.forget()  # or closing would ask
    made.tasks.close()
    made.theme.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)


def _box(panel: RecoverPanel, n: int) -> QLineEdit:
    target = panel.fresh.fields[n].target
    assert isinstance(target, QLineEdit)
    return target


def _use(qtbot: QtBot, opened: Opened, panel: RecoverPanel, key: str) -> None:
    for text, box in ((key, panel.key_box), (NEW_PASSWORD, panel.new.box), (NEW_PASSWORD, panel.again.box)):
        box.clear()
        box.setFocus()
        qtbot.keyClicks(box, text)
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, opened.tasks)


def test_key_and_new_password_lead_to_the_new_key_and_in(qtbot: QtBot, opened: Opened) -> None:
    panel = opened.panel(qtbot)
    qtbot.waitUntil(panel.key_box.hasFocus)
    _use(qtbot, opened, panel, opened.key.lower().replace("-", " "))
    assert panel.unproved
    assert panel.fresh.key.isVisible()
    fresh = panel.fresh.key.text().replace("\n", "")
    assert fresh != opened.key
    assert len(fresh.split("-")) == 8
    groups = fresh.split("-")
    _box(panel, 0).setFocus()
    qtbot.keyClicks(_box(panel, 0), groups[panel.fresh.asked[0]])
    press(qtbot, Qt.Key.Key_Return)
    assert _box(panel, 1).hasFocus()
    qtbot.keyClicks(_box(panel, 1), "wxyz")
    press(qtbot, Qt.Key.Key_Return)
    assert panel.fresh.fields[1].error == f"This is not group {panel.fresh.asked[1] + 1} of the key. Check your paper"
    _box(panel, 1).clear()
    _box(panel, 1).setFocus()  # the list of what is wrong has the keyboard
    qtbot.keyClicks(_box(panel, 1), groups[panel.fresh.asked[1]])
    with qtbot.waitSignal(opened.window.signed_in, timeout=20_000) as entered:
        press(qtbot, Qt.Key.Key_Return)
    result = entered.args[0]
    assert isinstance(result, SignedIn)
    said = opened.tasks.on_store(lambda: audit.trail(result.session).rows)
    assert "Used the recovery key to set a new password" in {row.what for row in said}
    opened.tasks.on_store(result.session.close)


def test_the_report_of_a_fault_makes_room_and_is_offered_again(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.paths.log_dir", lambda: tmp_path / "logs")
    crash.write_report(ValueError("a name"))
    opened = Opened(qtbot, qapp, tmp_path / "home")
    qtbot.waitUntil(lambda: opened.window.report is not None and opened.window.report.isVisible())
    panel = opened.panel(qtbot)
    assert opened.window.report is not None
    assert not opened.window.report.isVisible(), "in large text the boxes would be below the edge"
    assert crash.unseen() is not None, "nobody has let it rest"
    panel.forget()
    opened.tasks.close()
    opened.theme.deleteLater()


def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(qtbot: QtBot, opened: Opened) -> None:
    panel = opened.panel(qtbot)
    qtbot.mouseClick(panel.use_button, Qt.MouseButton.LeftButton)
    assert panel.summary.texts() == (
        "Recovery key must be eight groups of four. Type all of them", "Enter a new password",
    )  # fmt: skip
    _use(qtbot, opened, panel, "-".join(reversed(opened.key.split("-"))))
    assert panel.fields[1].error.startswith("This is not the recovery key of these records.")
    assert panel.new.text() == NEW_PASSWORD, "what was typed stays"
    qtbot.mouseClick(panel.back_button, Qt.MouseButton.LeftButton)
    assert opened.window.recovering is None
    assert opened.window.button.isVisible()
    qtbot.keyClicks(opened.window.password_box.box, PASSWORD)
    with qtbot.waitSignal(opened.window.signed_in, timeout=20_000) as entered:
        press(qtbot, Qt.Key.Key_Return)
    opened.tasks.on_store(entered.args[0].session.close)


def test_closing_before_the_new_key_is_on_paper_asks_first(qtbot: QtBot, opened: Opened) -> None:
    panel = opened.panel(qtbot)
    _use(qtbot, opened, panel, opened.key)
    assert panel.unproved
    asked: list[str] = []

    def answer(shown: QDialog) -> None:
        assert isinstance(shown, Confirm)
        asked.append(shown.windowTitle())
        qtbot.keyClick(shown, Qt.Key.Key_Escape)

    when_modal(answer)
    opened.window.close()
    assert asked == ["The new recovery key has not been checked"]
    assert opened.window.isVisible()
    panel.forget()


@pytest.mark.parametrize("percent", [100, 200])
def test_both_steps_have_names_and_nothing_is_cut_off(
    qtbot: QtBot, qapp: QApplication, opened: Opened, percent: int
) -> None:
    theme.apply(qapp, Choice.LIGHT, percent)
    opened.window.resize(1366, 768)
    panel = opened.panel(qtbot)
    wait_quiet(qtbot, opened.tasks)
    assert unnamed(opened.window) == []
    assert clipped(opened.window) == []
    _use(qtbot, opened, panel, opened.key)
    assert unnamed(opened.window) == []
    assert clipped(opened.window) == []
    panel.forget()
