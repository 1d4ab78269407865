"""Records that may only be read: said on every page, nothing seems saved, an emergency goes on, and the ways out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.people import ResidentId, Role, StaffDetails
from app.domain.transfer import TransferReason
from app.models import trouble
from app.models.store import STORE_NAME
from app.services import assessments, audit, backups, residents, staff, transfers
from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs.confirm import Confirm
from app.ui.dialogs.hospital import HospitalDialog, open_for
from app.ui.dialogs.restore import RestoreDialog
from app.ui.messages import READ_ONLY, Messages
from app.ui.pages.assessment.page import AssessmentPage, Open
from app.ui.pages.settings.page import SettingsPage
from app.ui.read_only import AcceptDialog
from app.ui.shell import PAGES, MainWindow
from app.ui.theme import Choice
from tests.helpers.accounts import give_account
from tests.helpers.signed_in import NOW, PASSWORD, SignedIn, signed_in
from tests.ui.helpers import clipped, unnamed, wait_quiet, when_modal


class BehindHome:
    """A home whose store was put back to an older copy, with somebody signed in for reading only."""

    def __init__(self, home: SignedIn, app: QApplication) -> None:
        self.home, self.app = home, app
        self.resident = home.resident("Ada", "Kept")
        (home.session.store_dir.parent / "stick").mkdir()
        home.call(lambda s: backups.set_schedule(s, s.store_dir.parent / "stick", 24))
        who = home.call(lambda s: staff.add_staff(s, StaffDetails("nia", "Nia Nurse", Role.NURSE, "", NOW))).staff_id
        home.call(lambda s: give_account(s, who, "nia", Role.NURSE, PASSWORD))
        store = home.session.store_dir
        home.do(home.session.close)
        older = store.parent / "older.db"
        shutil.copy(store / STORE_NAME, older)
        session = home.do(lambda: sign_in(store, "mo", PASSWORD, home.clock))
        home.session = session
        home.call(lambda s: staff.add_staff(s, StaffDetails("late", "Lost Later", Role.CARER, "", NOW)))
        self.backup = home.call(backups.make).path
        home.do(session.close)
        shutil.copy(older, store / STORE_NAME)
        self.sign_in("mo")

    def sign_in(self, user: str) -> Context:
        home = self.home
        if not home.session.closed:
            home.do(home.session.close)
        store = home.session.store_dir
        home.session = home.do(lambda: sign_in(store, user, PASSWORD, home.clock, inspect=True))
        home.messages = Messages()
        home.messages.shown.connect(home.said.append)
        home.ctx = Context(home.session, home.tasks, home.messages, home.theme)
        return home.ctx


@pytest.fixture
def behind(tmp_path: Path, qapp: QApplication) -> Iterator[BehindHome]:
    with signed_in(tmp_path / "home", qapp) as home:
        yield BehindHome(home, qapp)
    theme.apply(qapp, Choice.LIGHT, 100)


def window_on(qtbot: QtBot, home: SignedIn) -> MainWindow:
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    wait_quiet(qtbot, home.tasks)
    return window


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def visible(parent: QWidget, kind: type[Any]) -> Any:
    return next((each for each in parent.findChildren(kind) if each.isVisible()), None)


# -------------------------------------------------------------------------------------------------------- the band


def test_the_band_says_why_on_every_page_and_every_page_can_be_read(qtbot: QtBot, behind: BehindHome) -> None:
    window = window_on(qtbot, behind.home)
    found = behind.home.session.trouble
    assert found is not None
    assert found.exit_code is ExitCode.BEHIND_ANCHOR
    for entry in PAGES:
        if entry.label:
            window.go(entry.key, None)
            wait_quiet(qtbot, behind.home.tasks)
            assert window.band.isVisible(), entry.key
    assert window.band.words.text() == f"{found.happened} {found.safe} {found.do}"
    assert READ_ONLY in words(window.band)
    assert unnamed(window.band) == []
    refused = [message.text for message in behind.home.said if "not saved" in message.text or "mistake" in message.text]
    assert refused == [], "opening a page writes nothing that would be refused"


def test_a_nurse_is_told_to_ask_and_offered_nothing_she_may_not(qtbot: QtBot, behind: BehindHome) -> None:
    behind.sign_in("nia")
    window = window_on(qtbot, behind.home)
    assert window.band.ask.text() == "Ask a manager to sign in and put it right."
    assert not window.band.restore_button.isVisible()
    assert not window.band.accept_button.isVisible()


def test_a_manager_goes_on_with_a_reason_and_the_password_and_the_band_goes(qtbot: QtBot, behind: BehindHome) -> None:
    window = window_on(qtbot, behind.home)
    window.band.accept_button.setFocus()
    qtbot.keyClick(window.band.accept_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: visible(window, AcceptDialog) is not None)
    dialog: AcceptDialog = visible(window, AcceptDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["reason"].error == "Enter the reason"
    qtbot.keyClicks(dialog.form.fields["reason"].target, "no backup; the day was on paper")
    box = dialog.form.fields["password"].target
    assert isinstance(box, QLineEdit)
    qtbot.keyClicks(box, "wrong")
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["password"].error), timeout=20_000)
    assert window.band.isVisible()
    box.clear()
    qtbot.keyClicks(box, PASSWORD)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.band.isVisible(), timeout=20_000)
    wait_quiet(qtbot, behind.home.tasks)
    assert behind.home.said[-1].text == "The records can be written to again."
    behind.home.resident("Bo", "Written")
    trail = behind.home.call(audit.trail)
    assert any(row.reason == "no backup; the day was on paper" for row in trail.rows)


def test_a_backup_that_holds_what_is_missing_says_so_and_brings_it_back(qtbot: QtBot, behind: BehindHome) -> None:
    """The list of backups was put back with the records, so the folder is asked, which holds a newer one."""
    window = window_on(qtbot, behind.home)
    window.band.restore_button.setFocus()
    qtbot.keyClick(window.band.restore_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: visible(window, RestoreDialog) is not None, timeout=20_000)
    dialog: RestoreDialog = visible(window, RestoreDialog)
    wait_quiet(qtbot, behind.home.tasks)
    assert dialog.next.isEnabled(), "the newest in the folder is chosen already"
    assert str(behind.backup) in dialog.details.text()
    assert "It goes further than the records do now: 1 entry more" in dialog.details.text()
    assert not dialog.loss.isVisible()
    qtbot.keyClick(dialog.next, Qt.Key.Key_Return)
    own = dialog.form.fields["own"].target
    assert isinstance(own, QLineEdit)
    qtbot.keyClicks(own, PASSWORD)
    qtbot.keyClick(dialog.replace_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.step == 5, timeout=20_000)
    assert behind.home.session.closed
    again = sign_in(behind.home.session.store_dir, "mo", PASSWORD, behind.home.clock)
    assert again.trouble is None
    assert "Lost Later" in [member.details.name for member in staff.list_staff(again)]
    again.close()


def test_damage_met_in_the_middle_of_the_day_brings_the_band(qtbot: QtBot, home: SignedIn) -> None:
    window = window_on(qtbot, home)
    assert not window.band.isVisible()

    def meets_damage(session: Any) -> None:
        session.store.only_read(trouble.damaged_store())
        raise trouble.damaged_store()

    home.ctx.call(meets_damage)
    wait_quiet(qtbot, home.tasks)
    assert window.band.isVisible()
    assert window.band.salvage_button.isVisible()
    assert not window.band.accept_button.isVisible(), "damage is not accepted"
    assert "something may be missing" in window.band.emergency.text(), "not everything can be read in a damaged record"


@pytest.mark.parametrize("percent", [100, 200])
def test_what_to_do_at_the_bedside_is_in_sight_at_every_size(qtbot: QtBot, behind: BehindHome, percent: int) -> None:
    behind.sign_in("nia")
    theme.apply(QApplication.instance(), Choice.CONTRAST, percent)  # type: ignore[arg-type]
    window = window_on(qtbot, behind.home)
    window.resize(1366, 768)
    for part in (window.band.emergency, window.band.ask):
        qtbot.waitUntil(lambda part=part: part.visibleRegion().boundingRect() == part.rect())


# ------------------------------------------------------------------------------------------- nothing seems saved


def test_a_form_says_at_once_that_it_takes_nothing(qtbot: QtBot, behind: BehindHome) -> None:
    from app.ui.dialogs import resident_edit

    window = window_on(qtbot, behind.home)
    dialog = resident_edit.add(behind.home.ctx, window, "R9")
    assert READ_ONLY in words(dialog)
    assert not dialog.save_button.isVisible()
    assert not dialog.form.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_quiet(qtbot, behind.home.tasks)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not any("saved" in message.text.lower() and "not" not in message.text for message in behind.home.said)


def test_an_assessment_takes_no_word_that_it_could_not_keep(qtbot: QtBot, behind: BehindHome) -> None:
    window = window_on(qtbot, behind.home)
    window.go("assessment", Open(behind.resident, "news2"))
    wait_quiet(qtbot, behind.home.tasks)
    page = window.page
    assert isinstance(page, AssessmentPage)
    assert page.form is not None
    assert not page.form.isEnabled()
    assert READ_ONLY in words(page)
    assert page.foot.state.text() == "Cannot be saved"
    assert not page.foot.sign_button.isEnabled()
    assert page.can_leave()


def test_text_typed_before_the_damage_is_not_lost_silently(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    window = window_on(qtbot, home)
    window.go("assessment", Open(resident, "must"))
    wait_quiet(qtbot, home.tasks)
    page = window.page
    assert isinstance(page, AssessmentPage)
    assert page.form is not None
    home.call(lambda s: s.store.only_read(trouble.damaged_store()))
    page._edited()
    asked: list[str] = []

    def answer(*, leave: bool) -> None:
        def press_it(box: QDialog) -> None:
            assert isinstance(box, Confirm)
            asked.append(box.windowTitle())
            qtbot.keyClick(box.action if leave else box.cancel, Qt.Key.Key_Return)

        when_modal(press_it, lambda box: isinstance(box, Confirm))

    answer(leave=False)
    window.go("today", None)
    assert asked == ["This cannot be saved"]
    assert window.page is page, "they stay, to copy it onto paper"
    answer(leave=True)
    window.go("today", None)
    assert window.here == "today"
    assert home.call(assessments.drafts) == ()


def test_a_save_that_is_under_way_and_will_fail_is_no_reason_to_let_them_leave(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    window = window_on(qtbot, home)
    window.go("assessment", Open(resident, "must"))
    wait_quiet(qtbot, home.tasks)
    page = window.page
    assert isinstance(page, AssessmentPage)
    home.call(lambda s: s.store.only_read(trouble.damaged_store()))
    page._edited()
    page._save()  # what the timer does while they reach for the next page
    asked: list[str] = []

    def answer(*, leave: bool) -> None:
        def press_it(box: QDialog) -> None:
            assert isinstance(box, Confirm)
            asked.append(box.windowTitle())
            qtbot.keyClick(box.action if leave else box.cancel, Qt.Key.Key_Return)

        when_modal(press_it, lambda box: isinstance(box, Confirm))

    answer(leave=False)
    window.go("today", None)
    assert asked == ["This cannot be saved"]
    assert window.page is page
    answer(leave=True)
    window.go("today", None)
    assert window.here == "today"


def test_settings_are_refused_in_the_same_words(qtbot: QtBot, behind: BehindHome) -> None:
    window = window_on(qtbot, behind.home)
    window.go("settings", None)
    wait_quiet(qtbot, behind.home.tasks)
    page = window.page
    assert isinstance(page, SettingsPage)
    box = next(field.target for field in page.phones.fields if field.key == "homefirst")
    box.setFocus()
    qtbot.keyClicks(box, "9")
    page.phones.save_button.setFocus()
    qtbot.keyClick(page.phones.save_button, Qt.Key.Key_Return)
    wait_quiet(qtbot, behind.home.tasks)
    found = behind.home.session.trouble
    assert found is not None
    assert behind.home.said[-1].text == found.happened
    assert not page.backups.now_button.isEnabled()
    qtbot.mouseClick(page.phones.undo_button, Qt.MouseButton.LeftButton)


def test_nothing_is_sent_that_could_not_be_noted(behind: BehindHome) -> None:
    refused: list[BaseException] = []
    assert behind.home.ctx.exchange.send(lambda _summary: pytest.fail("nothing goes out"), refused.append)
    assert refused == [behind.home.session.trouble]


# --------------------------------------------------------------------------------------------------- an emergency


def open_pack(qtbot: QtBot, behind: BehindHome, window: MainWindow) -> HospitalDialog:
    dialog = open_for(behind.home.ctx, behind.resident, window)
    wait_quiet(qtbot, behind.home.tasks)
    return dialog


def test_a_nurse_reads_the_record_and_makes_a_pack_that_says_it_is_not_recorded(
    qtbot: QtBot, behind: BehindHome
) -> None:
    behind.sign_in("nia")
    window = window_on(qtbot, behind.home)
    window.go("resident", behind.resident)
    wait_quiet(qtbot, behind.home.tasks)
    assert "KEPT" in words(window.stack)
    dialog = open_pack(qtbot, behind, window)
    assert "nothing typed here is kept" in words(dialog)
    dialog.fill({"situation": "Short of breath"})
    dialog.activateWindow()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dialog.made is not None, timeout=30_000)
    assert dialog.made is not None
    assert dialog.made.pack.pdf.startswith(b"%PDF")
    shown = words(dialog.made)
    assert "Not recorded: the record is open for reading only" in shown
    assert "kept in the record" not in shown
    assert behind.home.call(lambda s: transfers.packs(s, behind.resident)) == ()
    dialog.close()


def test_the_paper_says_that_it_is_not_recorded(behind: BehindHome) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    pack = behind.home.call(
        lambda s: transfers.send_to_hospital(s, behind.resident, TransferReason(situation="Fell in the corridor"))
    )
    assert not pack.recorded
    assert not pack.changes.kinds
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pack.pdf)).pages).replace("\n", " ")
    assert "Pack not recorded version 1" in text
    with pytest.raises(EnvironmentTrouble):
        behind.home.call(lambda s: residents.fact_in_error(s, "x", reason="y"))


def test_a_pack_printed_before_can_be_opened_again(tmp_path: Path, qapp: QApplication) -> None:
    with signed_in(tmp_path / "home", qapp) as home:
        resident: ResidentId = home.resident()
        pack = home.call(lambda s: transfers.send_to_hospital(s, resident, TransferReason(situation="Fell")))
        home.call(lambda s: s.store.only_read(trouble.damaged_store()))
        assert home.call(lambda s: transfers.pack_pdf(s, pack.id)) == pack.pdf


# ---------------------------------------------------------------------------------------------------- how it looks


@pytest.mark.parametrize(("choice", "percent"), [(Choice.LIGHT, 200), (Choice.CONTRAST, 100)])
def test_the_band_is_never_cut_off(qtbot: QtBot, behind: BehindHome, choice: Choice, percent: int) -> None:
    behind.home.theme.set(choice, percent)
    window = window_on(qtbot, behind.home)
    assert clipped(window.band) == []
