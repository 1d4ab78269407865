"""Records that came back from a backup: said on every page, to everybody, until a manager has looked after the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.people import Role, StaffDetails
from app.models import restored, trouble
from app.services import restore, staff
from app.services.session import Session
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.context import Context
from app.ui.restored import LookedAfterDialog
from app.ui.theme import Choice
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet
from tests.ui.test_shell import window_on

TAKEN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def note(session: Session) -> None:
    with session.write() as work:
        restored.note_restored(work, TAKEN)


def test_a_record_that_never_came_back_has_no_band(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    wait_quiet(qtbot, home.tasks)
    assert window.restored.isHidden()


def test_every_page_says_it_until_a_manager_has_looked_after_it(qtbot: QtBot, home: SignedIn) -> None:
    home.call(note)
    window = window_on(qtbot, home)
    qtbot.waitUntil(window.restored.isVisible)
    assert "the backup of 20-Nov-2026 10:00" in window.restored.words.text()
    assert "resuscitation" in window.restored.words.text()
    for key in ("today", "residents", "settings"):
        window.go(key)
        wait_quiet(qtbot, home.tasks)
        assert window.restored.isVisible(), key

    window.restored.button.setFocus()
    qtbot.keyClick(window.restored.button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.findChild(LookedAfterDialog) is not None)
    dialog = window.findChild(LookedAfterDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["reason"].error == "Enter how"
    qtbot.keyClicks(dialog.form.fields["reason"].target, "entered again from the paper of that day")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.restored.isHidden, timeout=20_000)
    assert home.call(restore.restored_from) is None


def test_a_nurse_is_told_and_cannot_say_that_it_is_settled(qtbot: QtBot, home: SignedIn) -> None:
    who = home.call(lambda s: staff.add_staff(s, StaffDetails("nia", "Nia Nurse", Role.NURSE, "", NOW))).staff_id
    home.call(lambda s: give_account(s, who, "nia", Role.NURSE, PASSWORD))
    home.call(note)
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "nia", PASSWORD, home.clock))
    home.ctx = Context(home.session, home.tasks, home.messages, home.theme)
    window = window_on(qtbot, home)
    qtbot.waitUntil(window.restored.isVisible)
    assert window.restored.button.isHidden()


def test_where_nothing_can_be_saved_it_is_said_and_its_answer_is_not_offered(qtbot: QtBot, home: SignedIn) -> None:
    home.call(note)
    window = window_on(qtbot, home)
    qtbot.waitUntil(window.restored.button.isVisible)

    def meets_damage(session: Session) -> None:
        session.store.only_read(trouble.damaged_store())
        raise trouble.damaged_store()

    home.ctx.call(meets_damage)
    qtbot.waitUntil(window.band.isVisible)
    assert window.restored.isVisible()
    assert not window.restored.button.isVisible()


@pytest.mark.parametrize("percent", [100, 200])
def test_it_can_be_read_at_every_size(qtbot: QtBot, home: SignedIn, percent: int) -> None:
    theme.apply(QApplication.instance(), Choice.CONTRAST, percent)  # type: ignore[arg-type]
    home.call(note)
    window = window_on(qtbot, home)
    qtbot.waitUntil(window.restored.isVisible)
    qtbot.waitUntil(lambda: clipped(window.restored) == [])
    assert unnamed(window.restored) == []
