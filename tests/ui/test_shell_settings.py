"""Settings take effect at once, are kept for the person, and never swallow what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Role, StaffDetails
from app.services import settings, staff
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs.confirm import Confirm
from app.ui.forms.form import FormDialog
from app.ui.pages.settings.home_edit import HomeDialog, PeriodDialog
from app.ui.pages.settings.page import SettingsPage
from app.ui.theme import DARK, Choice
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet, when_modal


def opened(qtbot: QtBot, home: SignedIn, ctx: Context | None = None) -> SettingsPage:
    page = SettingsPage(ctx or home.ctx)
    qtbot.addWidget(page)
    page._ctx.changed.connect(page.refresh)
    page.resize(1200, 700)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    page.activateWindow()
    return page


def test_text_size_and_colours_change_at_once_and_are_kept(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert page.sizes[100].isChecked()
    assert page.choices[Choice.LIGHT].isChecked()
    page.sizes[150].setFocus()
    qtbot.keyClick(page.sizes[150], Qt.Key.Key_Space)
    page.choices[Choice.DARK].setFocus()
    qtbot.keyClick(page.choices[Choice.DARK], Qt.Key.Key_Space)
    wait_quiet(qtbot, home.tasks)
    assert theme.percent() == 150
    assert theme.colours() is DARK
    assert home.call(lambda s: (settings.get(s, "text_size"), settings.get(s, "theme"))) == (150, "dark")


def test_numbers_are_saved_and_shown_again(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    box = next(field.target for field in page.phones.fields if field.key == "homefirst")
    assert box.property("text") == "01707 555 0111"
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box, "01707 555 0222")
    assert not page.can_leave()
    assert home.said[-1].text == "The telephone numbers are not saved."
    qtbot.mouseClick(page.phones.save_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "Telephone numbers saved."
    assert page.can_leave()
    assert dict(home.session.home.phones)["homefirst"] == "01707 555 0222"


def test_numbers_can_be_put_back(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    box = next(field.target for field in page.phones.fields if field.key == "dietetics")
    qtbot.keyClicks(box, "01707")
    qtbot.mouseClick(page.phones.undo_button, Qt.MouseButton.LeftButton)
    assert box.property("text") == ""
    assert page.can_leave()


def test_a_carer_reads_the_numbers_and_changes_none(qtbot: QtBot, home: SignedIn) -> None:
    who = home.call(lambda s: staff.add_staff(s, StaffDetails("cal", "Cal Carer", Role.CARER, "", NOW))).staff_id
    home.call(lambda s: give_account(s, who, "cal", Role.CARER, PASSWORD))
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "cal", PASSWORD, home.clock))
    page = opened(qtbot, home, Context(home.session, home.tasks, home.messages, home.theme))
    assert all(field.target.property("readOnly") for field in page.phones.fields)
    assert page.phones.save_button.isHidden()
    cards = (page.home, page.accreditation)
    assert not [button for card in cards for button in card.findChildren(QPushButton) if button.isVisible()]
    assert "The manager can change these." in words(page.home)


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def dialog_after(qtbot: QtBot, page: SettingsPage, button: QPushButton) -> FormDialog:
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(each.isActiveWindow() for each in page.findChildren(FormDialog)))
    return next(each for each in page.findChildren(FormDialog) if each.isVisible())


def fill(qtbot: QtBot, dialog: FormDialog, **typed: str) -> None:
    for key, text in typed.items():
        target = dialog.form.fields[key].target
        target.setFocus()
        qtbot.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(target, Qt.Key.Key_Delete)
        qtbot.keyClicks(target, text)


def save(qtbot: QtBot, home: SignedIn, dialog: FormDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_quiet(qtbot, home.tasks)


def test_the_homes_details_are_changed_by_keys(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert "because every claim carries them" in words(page.home)
    dialog = dialog_after(qtbot, page, page.home.change_button)
    assert isinstance(dialog, HomeDialog)
    assert not {"ods", "ccg_ods"} & dialog.form.fields.keys()
    assert dialog.form.typed()["phone"] == "01920 555 0100"
    fill(qtbot, dialog, name="Hedgerow House", beds="many", postcode="SG12", email="office")
    save(qtbot, home, dialog)
    assert dialog.summary.texts() == (
        "Number of beds must be a whole number from 1 to 500",
        "Postcode must be a full postcode, such as SG12 9AA",
        "Email must be an address such as home@example.nhs.uk",
        "Enter the reason for the change",
    )
    assert dialog.form.fields["beds"].error == "Number of beds must be a whole number from 1 to 500"
    assert home.ctx.home.name == "Practice House"
    fill(qtbot, dialog, beds="38", postcode="sg129aa", email="office@hedgerow.example", reason="new owner")
    save(qtbot, home, dialog)
    assert home.said[-1].text == "The home's details are saved."
    kept = home.session.home
    assert (kept.name, kept.beds, kept.postcode, kept.ods) == ("Hedgerow House", 38, "SG12 9AA", "VN3X2")
    assert home.ctx.home == kept
    assert "Name: Hedgerow House" in words(page.home)
    assert "Address: SG12 9AA" in words(page.home)


def test_what_was_typed_about_the_home_is_not_thrown_away_by_esc(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    dialog = dialog_after(qtbot, page, page.home.change_button)
    fill(qtbot, dialog, locality="Stort Valley")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.form.typed()["locality"] == "Stort Valley"
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)
    assert "Locality: Not recorded" in words(page.home)


def test_accreditation_is_recorded_ended_and_taken_up_again_by_keys(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert "No accreditation is recorded: no premium can be claimed." in words(page.accreditation)
    assert page.accreditation.change_button.isHidden()
    dialog = dialog_after(qtbot, page, page.accreditation.add_button)
    assert isinstance(dialog, PeriodDialog)
    save(qtbot, home, dialog)
    assert dialog.form.fields["accredited_since"].error == "Enter the date in accredited since"
    fill(qtbot, dialog, accredited_since="4 Jan 2016", accredited_until="4 Jan 2015")
    save(qtbot, home, dialog)
    assert dialog.form.fields["accredited_until"].error == "Accredited until must not be before accredited since"
    fill(qtbot, dialog, accredited_until="")
    save(qtbot, home, dialog)
    assert home.ctx.home.accredited == home.session.home.accredited == ((date(2016, 1, 4), None),)
    assert home.said[-1].text == "Accreditation saved."
    assert "Accredited today.\nSince 4 January 2016, no end recorded" in words(page.accreditation)

    dialog = dialog_after(qtbot, page, page.accreditation.add_button)
    fill(qtbot, dialog, accredited_since="1 Dec 2026")
    save(qtbot, home, dialog)
    assert dialog.form.fields["accredited_since"].error == (
        "Accreditation since 1 December 2026 overlaps the one since 4 January 2016, which has no end yet"
    )
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)

    dialog = dialog_after(qtbot, page, page.accreditation.change_button)
    fill(qtbot, dialog, accredited_until="31 Oct 2026")
    save(qtbot, home, dialog)
    assert "Not accredited today" in words(page.accreditation)
    dialog = dialog_after(qtbot, page, page.accreditation.add_button)
    fill(qtbot, dialog, accredited_since="1 Dec 2026")
    save(qtbot, home, dialog)
    assert "From 4 January 2016 to 31 October 2026\nSince 1 December 2026, no end recorded" in words(page.accreditation)


def test_a_period_entered_by_mistake_is_removed_only_when_meant(qtbot: QtBot, home: SignedIn) -> None:
    kept, wrong = (date(2016, 1, 4), date(2016, 12, 31)), (date(2026, 1, 5), None)
    home.call(lambda s: settings.set_accreditation(s, (kept, wrong)))
    home.ctx.home = home.session.home
    page = opened(qtbot, home)
    asked: list[str] = []

    def answer(shown: QDialog, key: Qt.Key) -> None:
        assert isinstance(shown, Confirm)
        asked.append(shown.windowTitle())
        if key == Qt.Key.Key_Space:
            shown.action.setFocus()
        qtbot.keyClick(shown.action if key == Qt.Key.Key_Space else shown, key)

    for key, left in ((Qt.Key.Key_Escape, (kept, wrong)), (Qt.Key.Key_Space, (kept,))):
        when_modal(partial(answer, key=key))
        page.accreditation.remove_button.setFocus()
        qtbot.keyClick(page.accreditation.remove_button, Qt.Key.Key_Space)
        wait_quiet(qtbot, home.tasks)
        assert home.session.home.accredited == left
    assert asked == ["Remove the latest period?"] * 2
    assert "5 January 2026" not in words(page.accreditation)


@pytest.mark.parametrize("size", [100, 200])
def test_the_dialogs_have_names_and_room(qtbot: QtBot, home: SignedIn, size: int) -> None:
    home.theme.set(text_size=size)
    page = opened(qtbot, home)
    for button in (page.home.change_button, page.accreditation.add_button):
        dialog = dialog_after(qtbot, page, button)
        save(qtbot, home, dialog)
        assert unnamed(dialog) == []
        assert clipped(dialog) == []
        dialog.reject()
        wait_quiet(qtbot, home.tasks)


@pytest.mark.parametrize("size", [100, 200])
def test_names_and_room(qtbot: QtBot, home: SignedIn, size: int) -> None:
    home.theme.set(text_size=size)
    page = opened(qtbot, home)
    assert unnamed(page) == []
    assert clipped(page) == []


def test_999_is_not_a_number_to_be_changed(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert "emergency-999" not in {field.key for field in page.phones.fields}
    home.ctx.home = replace(home.ctx.home, phones=())
    page.opened(None)
    assert page.can_leave(), "empty boxes are not something typed"
