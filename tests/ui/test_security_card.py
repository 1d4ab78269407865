"""Security in Settings: the records are checked, their key is changed and the recovery key replaced, in calm words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble
from app.domain.people import Role, StaffDetails
from app.domain.transfer import TransferReason
from app.services import backups, recovery, staff, transfers
from app.services.clock import SetClock
from app.services.sign_in import sign_in
from app.ui.context import Context
from app.ui.dialogs.confirm import Confirm
from app.ui.pages.settings.page import SettingsPage
from app.ui.pages.settings.security_card import CheckDialog, NewKeyDialog, ReplaceKeyDialog, RotateDialog
from app.ui.theme import Choice
from app.vault import keyfile
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet, when_modal

ANOTHER = "amber kettle follows rain"


def page_on(qtbot: QtBot, home: SignedIn) -> SettingsPage:
    page = SettingsPage(home.ctx)
    qtbot.addWidget(page)
    home.ctx.changed.connect(page.refresh)
    page.resize(1200, 700)
    page.show()
    page.opened("security")
    wait_quiet(qtbot, home.tasks)
    page.activateWindow()
    return page


def opened(qtbot: QtBot, page: SettingsPage, button: QPushButton, kind: type[Any]) -> Any:
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    return shown(qtbot, page, kind)


def shown(qtbot: QtBot, page: SettingsPage, kind: type[Any]) -> Any:
    def found() -> Any:
        return next((each for each in page.findChildren(kind) if each.isActiveWindow()), None)

    qtbot.waitUntil(lambda: found() is not None, timeout=20_000)
    return found()


def typed(qtbot: QtBot, dialog: Any, text: str) -> None:
    box = dialog.form.fields["password"].target
    assert isinstance(box, QLineEdit)
    box.setFocus()
    box.clear()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def test_a_check_says_that_all_is_well_and_settings_remember_it(qtbot: QtBot, home: SignedIn) -> None:
    home.resident()
    home.call(backups.make)
    page = page_on(qtbot, home)
    assert "Last checked: never" in page.security.facts.text()
    focused = page.window().focusWidget()
    assert focused is page.security.check_button, "opened for this part, the keyboard is in it"
    dialog: CheckDialog = opened(qtbot, page, page.security.check_button, CheckDialog)
    assert unnamed(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(dialog.outcome.isVisible, timeout=30_000)
    wait_quiet(qtbot, home.tasks)
    assert dialog.tag.word == "All is well"
    assert re.fullmatch(
        r"Read and found whole: \d+ entries of the audit trail, \d+ signatures, 1 backup\.", dialog.words.text()
    )
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert "just now: nothing was wrong" in page.security.facts.text()


def test_a_check_lists_what_is_wrong_and_what_to_do(qtbot: QtBot, home: SignedIn) -> None:
    made = home.call(backups.make)
    content = bytearray(made.path.read_bytes())
    content[len(content) // 2] ^= 1
    made.path.write_bytes(content)
    page = page_on(qtbot, home)
    dialog: CheckDialog = opened(qtbot, page, page.security.check_button, CheckDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(dialog.outcome.isVisible, timeout=30_000)
    assert dialog.tag.word == "Something is wrong"
    assert f"the backup {made.path.name} cannot be used" in dialog.words.text()


def test_a_number_from_a_printed_pack_that_is_none_is_said_beside_its_box(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    home.call(lambda s: transfers.send_to_hospital(s, resident, TransferReason(situation="Fell")))
    page = page_on(qtbot, home)
    dialog: CheckDialog = opened(qtbot, page, page.security.check_button, CheckDialog)
    qtbot.keyClicks(dialog.form.fields["printed"].target, "abc")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(dialog.summary.isVisible, timeout=20_000)
    assert not dialog.outcome.isVisible()
    assert not dialog.progress.isVisible()


def test_the_key_is_changed_with_the_password_and_everybody_keeps_theirs(qtbot: QtBot, home: SignedIn) -> None:
    home.resident("Ada", "Kept")
    page = page_on(qtbot, home)
    dialog: RotateDialog = opened(qtbot, page, page.security.rotate_button, RotateDialog)
    assert "when somebody who has left could have copied the files" in words(dialog)
    typed(qtbot, dialog, "wrong")
    qtbot.waitUntil(lambda: bool(dialog.form.fields["password"].error), timeout=20_000)
    typed(qtbot, dialog, PASSWORD)
    qtbot.waitUntil(lambda: home.session.epoch == 2, timeout=30_000)
    wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "The records have a new key (number 2). Passwords are as they were."
    assert "key number 2" in page.security.facts.text()
    home.resident("Bo", "After")
    home.do(home.session.close)
    again = sign_in(home.session.store_dir, "mo", PASSWORD, SetClock(NOW))
    assert again.epoch == 2
    again.close()


def test_who_must_be_renewed_first_is_named_and_nothing_is_asked(
    qtbot: QtBot, home: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    real = keyfile.read_keyfile

    def old(folder: Any) -> keyfile.Keyfile:
        found = real(folder)
        return replace(found, slots=tuple(replace(slot, wrap_key="") for slot in found.slots))

    page = page_on(qtbot, home)
    with monkeypatch.context() as patch:
        patch.setattr(keyfile, "read_keyfile", old)
        page.security.load()
        wait_quiet(qtbot, home.tasks)
    dialog: RotateDialog = opened(qtbot, page, page.security.rotate_button, RotateDialog)
    assert "Not yet: mo and the recovery key must be renewed first" in words(dialog)
    assert not dialog.save_button.isVisible()


def test_the_recovery_key_is_replaced_shown_once_and_proved(qtbot: QtBot, home: SignedIn) -> None:
    old = home.call(lambda s: recovery.replace_key(s, PASSWORD)).recovery_key
    page = page_on(qtbot, home)
    asking: ReplaceKeyDialog = opened(qtbot, page, page.security.recovery_button, ReplaceKeyDialog)
    typed(qtbot, asking, PASSWORD)
    dialog: NewKeyDialog = shown(qtbot, page, NewKeyDialog)
    assert unnamed(dialog) == []
    key = dialog.key.key.text().replace("\n", "")
    assert len(key.split("-")) == 8
    assert key != old
    asked: list[str] = []

    def stay(box: QDialog) -> None:
        assert isinstance(box, Confirm)
        asked.append(box.windowTitle())
        qtbot.keyClick(box.cancel, Qt.Key.Key_Return)

    when_modal(stay, lambda box: isinstance(box, Confirm))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert asked == ["The recovery key has not been checked"]
    assert dialog.isVisible()
    for field, place in zip(dialog.key.fields, dialog.key.asked, strict=True):
        box = field.target
        assert isinstance(box, QLineEdit)
        qtbot.keyClicks(box, key.split("-")[place])
    dialog.done_button.setFocus()
    qtbot.keyClick(dialog.done_button, Qt.Key.Key_Return)
    assert home.said[-1].text == "The recovery key is replaced."
    store = home.session.store_dir
    home.do(home.session.close)
    with pytest.raises(EnvironmentTrouble):
        recovery.recover(store, "mo", old, ANOTHER, home.clock)
    assert recovery.recover(store, "mo", key, ANOTHER, home.clock).user == "mo"


def test_a_carer_reads_the_facts_and_is_offered_nothing(qtbot: QtBot, home: SignedIn) -> None:
    who = home.call(lambda s: staff.add_staff(s, StaffDetails("cal", "Cal Carer", Role.CARER, "", NOW))).staff_id
    home.call(lambda s: give_account(s, who, "cal", Role.CARER, PASSWORD))
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "cal", PASSWORD, home.clock))
    home.ctx = Context(home.session, home.tasks, home.messages, home.theme)
    page = page_on(qtbot, home)
    assert not [each for each in page.security.findChildren(QPushButton) if each.isVisible()]
    assert "The manager looks after these." in words(page.security)
    assert "key number 1" in page.security.facts.text()


@pytest.mark.parametrize("choice", [Choice.DARK, Choice.CONTRAST])
def test_nothing_is_cut_off_at_twice_the_size(qtbot: QtBot, home: SignedIn, choice: Choice) -> None:
    home.theme.set(choice, 200)
    page = page_on(qtbot, home)
    assert clipped(page.security) == []
    for made in (CheckDialog(home.ctx, page), RotateDialog(home.ctx, page, ("nia",)), ReplaceKeyDialog(home.ctx, page)):
        made.show()
        wait_quiet(qtbot, home.tasks)
        assert clipped(made) == []
        made.close()
