"""Champions and training on screen: what is at risk, the tests, the rota, and a leaver's effect, on a real store."""

from __future__ import annotations

import csv
from datetime import date, time, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.home_facts import Course, HomeFactKind, Training
from app.domain.people import Role, StaffId
from app.domain.training import Standing
from app.services import home_facts, staff, training
from app.ui.dialogs.accounts import LeaverDialog
from app.ui.dialogs.staff_edit import EndPostDialog, StaffDialog
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.pages.training import TrainingPage
from app.ui.pages.training.dialogs import InErrorDialog, ProviderDialog, RotaDialog, ShiftDialog, TrainingDialog
from app.ui.theme import Choice
from tests.helpers.claim_home import become
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, exposed, unnamed

MONDAY = date(2026, 11, 23)
D = TypeVar("D", bound=QDialog)


def people(home: SignedIn) -> dict[str, StaffId]:
    return {member.details.key: member.id for member in home.call(staff.list_staff)}


def opened(home: SignedIn, qtbot: QtBot) -> TrainingPage:
    page = TrainingPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1260, 700)
    exposed(qtbot, page)
    page.opened(None)
    qtbot.waitUntil(lambda: bool(page.matrix.rows) and not home.tasks.busy)
    qtbot.waitUntil(page.isActiveWindow)
    return page


def said(widget: QWidget) -> list[str]:
    return [part.text() for part in widget.findChildren(QLabel) if part.isVisibleTo(widget)]


def dialog_of(page: QWidget, kind: type[D], qtbot: QtBot) -> D:
    qtbot.waitUntil(lambda: any(d.isVisible() and d.isActiveWindow() for d in page.findChildren(kind)))
    return next(d for d in page.findChildren(kind) if d.isVisible())


def press(button: QWidget, qtbot: QtBot) -> None:
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Space)


def typed(dialog: FormDialog, qtbot: QtBot, **texts: str) -> None:
    for key, text in texts.items():
        target = dialog.form.fields[key].target
        qtbot.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(target, text)


def save(dialog: FormDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def test_what_is_at_risk_and_which_training_wins_most(claim_home: SignedIn, qtbot: QtBot) -> None:
    page = opened(claim_home, qtbot)
    risk = "2 residents, £140.00 a week at risk from 14-Dec-2026: Rosa Diaz leaves"
    qtbot.waitUntil(lambda: any(risk in words for words in said(page.risks)))  # shown once it is laid out
    rows = [page.gaps.records.spoken_row(at) for at in range(len(page.gaps.rows))]
    assert rows[0].startswith(
        "Train a champion in: Falls and fragility. Wins: £140.00 a week (2 residents). When: In post by 14-Dec-2026"
    ) or rows[0].startswith("Falls and fragility. Wins: £140.00 a week (2 residents). When: In post by 14-Dec-2026")


def test_a_course_is_recorded_renewed_and_marked_in_error_by_keys(claim_home: SignedIn, qtbot: QtBot) -> None:
    home = claim_home
    page = opened(home, qtbot)
    press(page.record_button, qtbot)
    dialog = dialog_of(page, TrainingDialog, qtbot)
    qtbot.keyClicks(dialog.form.fields["staff_id"].target, "Ann")
    qtbot.keyClicks(dialog.form.fields["course"].target, "Lift")
    typed(dialog, qtbot, passed_on="5/1/2026", expires_on="4/1/2026")
    save(dialog, qtbot)
    assert "must not be before" in dialog.form.fields["expires_on"].error, "ends before it starts: refused in words"
    typed(dialog, qtbot, expires_on="4/1/2027", provider="HCPA")
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: len(page.courses.rows) == 1)
    lifting = training.MATRIX.index(Course.LIFTING)
    ann = next(row for row in page.matrix.rows if row.worker.details.key == "ann")
    assert ann.cells[lifting].standing is Standing.TRAINED

    press(page.renew_button, qtbot)
    again = dialog_of(page, TrainingDialog, qtbot)
    typed(again, qtbot, passed_on="20/11/2026")
    save(again, qtbot)
    qtbot.waitUntil(lambda: len(page.courses.rows) == 2)

    press(page.wrong_button, qtbot)
    wrong = dialog_of(page, InErrorDialog, qtbot)
    save(wrong, qtbot)
    assert wrong.form.fields["reason"].error == "Enter what was wrong"
    typed(wrong, qtbot, reason="another Ann")
    save(wrong, qtbot)
    qtbot.waitUntil(lambda: len(page.courses.rows) == 1)


def test_a_week_s_rota_in_one_go_and_a_shift_corrected(claim_home: SignedIn, qtbot: QtBot) -> None:
    home = claim_home
    page = opened(home, qtbot)
    press(page.rota_button, qtbot)
    dialog = dialog_of(page, RotaDialog, qtbot)
    save(dialog, qtbot)
    assert "Tick the days" in said(dialog.summary)
    for box in dialog.findChildren(QCheckBox):
        if box.text() in {"Monday", "Tuesday", "Ann Lee", "Rosa Diaz"}:
            press(box, qtbot)
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: dialog.said.isVisible() and len(page.shifts.rows) == 4)
    assert dialog.said.text().startswith("4 shifts are recorded")
    for box in dialog.findChildren(QCheckBox):
        if box.text() == "Ann Lee":
            press(box, qtbot)
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: any("overlaps another shift" in words for words in said(dialog.summary)))
    dialog.discard_button.click()
    press(page.shift_button, qtbot)
    shift = dialog_of(page, ShiftDialog, qtbot)
    typed(shift, qtbot, until_time="14:00", reason="went home ill")
    save(shift, qtbot)
    qtbot.waitUntil(lambda: any("14:00" in page.shifts.records.spoken_row(at) for at in range(4)))
    assert len(home.call(lambda s: home_facts.listed(s, HomeFactKind.DUTY))) == 4


def test_the_tests_are_counted_on_the_day_that_is_typed(claim_home: SignedIn, qtbot: QtBot) -> None:
    home = claim_home
    who = people(home)
    for key in who:
        home.call(lambda s, key=key: training.record(s, Training(who[key], Course.LIFTING, date(2026, 11, 10))))
    page = opened(home, qtbot)
    met = "3 of 3 trained on 23-Nov-2026. At least 80 %: met"
    qtbot.waitUntil(lambda: any(met in words for words in said(page.tests)))
    qtbot.keyClick(page.day.box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.day.box, "09/11/2026")
    qtbot.waitUntil(lambda: any("0 of 3 trained on 09-Nov-2026" in words for words in said(page.tests)))


def test_a_leaver_s_effect_stands_in_the_form_before_it_is_confirmed(claim_home: SignedIn, qtbot: QtBot) -> None:
    home = claim_home
    page = opened(home, qtbot)
    everybody = home.call(staff.list_staff)
    rosa = next(member for member in everybody if member.details.key == "rosa")
    lost = "⚠ 2 residents, £140.00 a week, could be claimed for no more: ADAMS, Ada (Mx); DAVIES, Dora (Mx)."

    leaver = LeaverDialog(home.ctx, page, rosa, None, everybody)
    show_dialog(leaver)
    qtbot.waitUntil(lambda: lost in leaver.lost.lines)
    assert any("is not claimed yet: 2 residents, £140.00" in line for line in leaver.lost.lines)
    typed(leaver, qtbot, left_at="soon")
    qtbot.waitUntil(lambda: leaver.lost.lines == ())
    leaver.discard_button.click()

    ending = EndPostDialog(home.ctx, page, rosa, rosa.posts[0], everybody)
    show_dialog(ending)
    qtbot.waitUntil(lambda: lost in ending.lost.lines)
    ending.reject()

    changing = StaffDialog(home.ctx, page, rosa, "")
    show_dialog(changing)
    assert not changing.lost.isVisible(), "a leaving date that is recorded already is no news"
    typed(changing, qtbot, left_at="1/12/2026")
    qtbot.waitUntil(lambda: lost in changing.lost.lines)
    changing.discard_button.click()
    assert home.call(staff.list_staff) == everybody, "nothing was recorded"


def test_the_list_for_the_provider_is_saved_as_a_table(claim_home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened(claim_home, qtbot)
    press(page.provider_button, qtbot)
    dialog = dialog_of(page, ProviderDialog, qtbot)
    dialog.csv_to(tmp_path / "list.csv")
    qtbot.waitUntil(lambda: dialog.said.text().startswith("Saved as"))
    rows = list(csv.reader((tmp_path / "list.csv").read_text("utf-8-sig").splitlines()))
    assert rows[1][2] == "Champion: Falls and fragility"
    dialog.reject()


def test_a_carer_looks_and_neither_records_nor_sees_money(claim_home: SignedIn, qtbot: QtBot) -> None:
    become(claim_home, Role.CARER)
    page = opened(claim_home, qtbot)
    assert not page.record_button.isVisible()
    assert not page.rota_button.isVisible()
    assert not page.gaps.isVisible()
    assert not any("£" in words for words in said(page))


@pytest.mark.parametrize("size", [100, 200])
def test_nothing_is_cut_off_and_everything_has_a_name(claim_home: SignedIn, qtbot: QtBot, size: int) -> None:
    home = claim_home
    who = people(home)
    home.call(lambda s: training.record(s, Training(who["ann"], Course.LIFTING, date(2026, 1, 5), MONDAY)))
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    home.call(lambda s: training.record_shifts(s, (who["ann"], who["rosa"]), days, time(8), time(20)))
    home.theme.set(Choice.LIGHT, size)
    try:
        page = opened(home, qtbot)
        assert (clipped(page), unnamed(page)) == ([], [])
        names = {member.id: member.details.name for member in home.call(staff.list_staff)}
        for dialog in (
            RotaDialog(home.ctx, page, names, MONDAY),
            TrainingDialog(home.ctx, page, names),
            ShiftDialog(home.ctx, page, page.shifts.rows[0], "Ann Lee"),
            InErrorDialog(home.ctx, page, page.courses.rows[0], "Ann Lee"),
        ):
            exposed(qtbot, dialog)
            assert (clipped(dialog), unnamed(dialog)) == ([], [])
            dialog.reject()
    finally:
        home.theme.set(Choice.LIGHT, 100)
