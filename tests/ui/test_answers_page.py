"""Answers and corrections on a real store: tasks first, what is signed stands there first, both views of a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import ChcPeriod, Role
from app.models import claims as claim_rows
from app.services import answers, corrections, premium, residents, sync
from app.services.session import Session
from app.ui.forms.form import FormDialog
from app.ui.pages.answers.dialogs import ExportDialog, OverdueDialog, SettleDialog, SignDialog
from app.ui.pages.answers.page import AnswersPage
from app.ui.pages.today.page import TodayPage
from app.ui.theme import Choice
from app.ui.widgets.password import PasswordEdit
from tests.helpers.claim_home import MONDAY, a_ccg, become, exchange_once, resident_id
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


@pytest.fixture
def home(claim_home: SignedIn, tmp_path: Path) -> Iterator[SignedIn]:
    """Two claims were made, sent and paid; then funding was granted back for one of the two."""
    with a_ccg(claim_home, tmp_path) as ccg:
        claim_home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        exchange_once(claim_home, ccg, tmp_path)
        claim_home.clock.pass_time(days=1)
        fund(claim_home)
        yield claim_home


def fund(home: SignedIn) -> None:
    who = resident_id(home, "Adams")
    home.call(lambda s: residents.add_fact(s, who, ChcPeriod(date(2026, 11, 18))))


def open_page(home: SignedIn, qtbot: QtBot) -> AnswersPage:
    page = AnswersPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1240, 700)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    qtbot.waitUntil(page.isActiveWindow)
    return page


def words(root: QWidget) -> str:
    explicit = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
    labels = root.findChildren(QLabel)
    return "\n".join(part.text() for part in labels if not (part.isHidden() and part.testAttribute(explicit)))


def button(root: QWidget, text: str) -> QPushButton:
    return next(b for b in root.findChildren(QPushButton) if b.text() == text and not b.isHidden())


def dialog(page: AnswersPage, qtbot: QtBot, kind: type[FormDialog]) -> FormDialog:
    qtbot.waitUntil(lambda: any(d.isVisible() and d.isActiveWindow() for d in page.findChildren(kind)))
    return next(d for d in page.findChildren(kind) if d.isVisible())


def refuse(home: SignedIn, family: str, *codes: str) -> None:
    identifier = next(
        row.claim.identifier
        for row in home.call(lambda s: premium.week(s, MONDAY)).rows
        if row.claim and row.resident_name.startswith(family.upper())
    )

    def work(session: Session) -> None:
        with session.write() as written:
            line = claim_rows.claim(written.connection, identifier)
            assert line is not None
            claim_rows.answer(
                written, line, outcome="error", disposition="Not agreed", reasons=codes, decided_pence=0
            )  # fmt: skip

    home.call(work)


def test_a_task_says_the_reason_what_was_recorded_and_what_it_costs(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    said = words(page)
    assert "1 week touched by a correction, no overdue answers, no disagreements" in said
    assert "ADAMS, Ada (Mx), week from 16-Nov-2026" in said
    assert "Would not stand now: Continuing Healthcare paid for nights that the week needed" in said
    assert "Continuing Healthcare. When it was signed: none in the week. Now: from 18-Nov-2026 (recorded" in said
    assert "£70.00 to give back: take it back." in said
    assert unnamed(page) == []


def test_a_reversal_is_signed_with_keys_from_what_stands_there(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    qtbot.mouseClick(page.sign_button, Qt.MouseButton.LeftButton)
    shown = dialog(page, qtbot, SignDialog)
    assert isinstance(shown, SignDialog)
    texts = [[column.text(draft) for column in shown.table.records.columns] for draft in shown.table.rows]
    assert texts == [
        [
            "Send",
            "ADAMS, Ada (Mx)\nWeek from 16-Nov-2026",
            "Version 2 takes back £70.00 of VN3X2|R1|2026-11-16|v1",
            "-£70.00",
        ]
    ]
    assert shown.total.text() == "Total: 1 line, -£70.00"
    assert unnamed(shown) == []
    shown.table.setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert not shown.save_button.isEnabled()
    press(qtbot, Qt.Key.Key_Space)
    qtbot.mouseClick(shown.save_button, Qt.MouseButton.LeftButton)
    assert shown.form.fields["reason"].error == "Enter the reason"
    qtbot.keyClicks(shown.form.fields["reason"].target, "CHC granted back")
    box = shown.form.fields["password"].editor
    assert isinstance(box, PasswordEdit)
    qtbot.keyClicks(box.box, PASSWORD)
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "Signed and waiting to be sent"
    wait_quiet(qtbot, home.tasks)
    qtbot.waitUntil(lambda: "No weeks touched by a correction" in page.state.text())
    assert home.call(corrections.tasks) == ()


def test_a_task_is_settled_without_money_and_stays_readable(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    qtbot.mouseClick(button(page, "No money follows…"), Qt.MouseButton.LeftButton)
    shown = dialog(page, qtbot, SettleDialog)
    qtbot.keyClicks(shown.form.fields["words"].target, "Agreed by telephone")
    qtbot.mouseClick(shown.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "No weeks touched" in page.state.text())
    assert "Agreed by telephone" not in words(page)
    qtbot.mouseClick(page.settled_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Settled: Agreed by telephone (Mo Manager" in words(page))


def test_a_refusal_that_the_rules_do_not_give_shows_both_views_and_is_saved(
    home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    refuse(home, "Davies", "CHAMPION-NOT-IN-POST:dementia")
    page = open_page(home, qtbot)
    said = words(page)
    assert "The CCG: No dementia champion was in post both at the end of the week and at submission." in said
    assert "Our rules: In post at the end of the week and at submission: Ann Lee, certificate C-ann" in said
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    shown = dialog(page, qtbot, ExportDialog)
    assert isinstance(shown, ExportDialog)
    box = shown.form.fields["password"].editor
    assert isinstance(box, PasswordEdit)
    qtbot.keyClicks(box.box, PASSWORD)
    folder = tmp_path / "out"
    folder.mkdir()
    shown.save_to(folder)
    qtbot.waitUntil(lambda: bool(home.said))
    assert sorted(path.name for path in folder.iterdir()) == ["disagreements.csv", "disagreements.pdf"]


def test_an_answer_is_overdue_after_the_days_that_were_chosen(
    claim_home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    with a_ccg(claim_home, tmp_path):
        claim_home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        claim_home.call(sync.sync_now)
    claim_home.clock.pass_time(days=15)
    page = open_page(claim_home, qtbot)
    assert "Sent on 23-Nov-2026, 15 days ago. Claimed £70.00." in words(page)
    qtbot.mouseClick(page.days_button, Qt.MouseButton.LeftButton)
    shown = dialog(page, qtbot, OverdueDialog)
    shown.form.set_typed({"overdue_days": ""})
    qtbot.keyClicks(shown.form.fields["overdue_days"].target, "21")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "no overdue answers" in page.state.text())
    assert claim_home.call(answers.overdue_days) == 21


def test_a_nurse_reads_and_signs_nothing(home: SignedIn, qtbot: QtBot) -> None:
    become(home, Role.NURSE)
    page = open_page(home, qtbot)
    assert not page.sign_button.isEnabled()
    assert "sign premium claims" in page.sign_words.text()
    assert page.days_button.isHidden()
    assert not any(b.text() == "No money follows…" for b in page.findChildren(QPushButton))


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK, Choice.CONTRAST])
def test_everything_has_a_name_and_nothing_is_cut(home: SignedIn, qtbot: QtBot, choice: Choice, size: int) -> None:
    refuse(home, "Davies", "CHAMPION-NOT-IN-POST:dementia")
    home.theme.set(choice, size)
    page = open_page(home, qtbot)
    qtbot.waitUntil(lambda: not clipped(page), timeout=3000)
    assert unnamed(page) == []


def test_today_says_how_many_answers_are_overdue_and_leads_there(
    claim_home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    with a_ccg(claim_home, tmp_path):
        claim_home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        claim_home.call(sync.sync_now)
    claim_home.clock.pass_time(days=15)
    page = TodayPage(claim_home.ctx)
    qtbot.addWidget(page)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, claim_home.tasks)
    qtbot.waitUntil(lambda: len(page.premium.parts) == 2)
    shown = page.premium.parts[1]
    assert "2 claims wait too long for the CCG's decision" in shown.accessibleName()
    shown.click()
    assert claim_home.went[-1][0] == "answers"
