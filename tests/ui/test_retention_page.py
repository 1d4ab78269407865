"""Keeping and destroying on the screen: nothing is chosen by itself, held records stay, and it is asked twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import ResidentId
from app.services import residents, retention
from app.ui.dialogs.confirm import Confirm
from app.ui.pages.retention.dialogs import DestroyDialog, HoldDialog, LiftDialog, PolicyDialog
from app.ui.pages.retention.page import RetentionPage
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet, when_modal


@pytest.fixture
def past(home: SignedIn) -> tuple[ResidentId, ResidentId]:
    """Two residents who died long ago; the second is held."""
    died = home.clock.now() - timedelta(days=1)
    first, second = home.resident("John", "Smith", died_at=died), home.resident("Jane", "Brown", died_at=died)
    home.call(lambda s: retention.place_hold(s, second, "inquest"))
    home.clock.pass_time(days=9 * 366)
    return first, second


def _page(qtbot: QtBot, home: SignedIn) -> RetentionPage:
    page = RetentionPage(home.ctx)
    qtbot.addWidget(page)
    home.ctx.changed.connect(page.refresh)
    page.resize(1366, 768)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    return page


def _fill(qtbot: QtBot, dialog: QWidget, **typed: str) -> None:
    form = dialog.form  # type: ignore[attr-defined]
    for key, text in typed.items():
        form.fields[key].target.setFocus()
        qtbot.keyClicks(form.fields[key].target, text)


def _answer(qtbot: QtBot, *, yes: bool) -> list[str]:
    """Answer the last question, when it is there."""
    asked: list[str] = []

    def answer(shown: QDialog) -> None:
        assert isinstance(shown, Confirm)
        asked.append(shown.windowTitle())
        qtbot.mouseClick(shown.action if yes else shown.cancel, Qt.MouseButton.LeftButton)

    when_modal(answer)
    return asked


def test_nothing_is_chosen_and_a_held_record_cannot_be(
    qtbot: QtBot, home: SignedIn, past: tuple[ResidentId, ResidentId]
) -> None:
    page = _page(qtbot, home)
    assert page.state.text() == "2 records wait for your look. Space or Enter marks one to be destroyed, or unmarks it."
    assert page.table.to_destroy == ()
    page.destroy_chosen()
    assert home.said[-1].text == "No record is marked."
    page.table.setFocus()
    for who in past:
        assert page.table.select(who)
        press(qtbot, Qt.Key.Key_Space)
    assert [row.resident_id for row in page.table.to_destroy] == [past[0]]
    press(qtbot, Qt.Key.Key_Space)
    assert page.table.select(past[0])
    press(qtbot, Qt.Key.Key_Space)
    assert page.table.to_destroy == ()


def test_destroying_asks_for_reason_password_and_once_more(
    qtbot: QtBot, home: SignedIn, past: tuple[ResidentId, ResidentId]
) -> None:
    page = _page(qtbot, home)
    page.table.toggle(next(row for row in page.table.rows if row.resident_id == past[0]))
    page.destroy_chosen()
    dialog = page.findChild(DestroyDialog)
    assert isinstance(dialog, DestroyDialog)
    dialog.save_button.click()
    assert dialog.summary.texts() == ("Enter the reason", "Enter your own password")
    _fill(qtbot, dialog, reason="reviewed in November", password=PASSWORD)
    asked = _answer(qtbot, yes=False)
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert asked == ["Destroy 1 record for good?"]
    assert len(home.call(retention.review).rows) == 2
    asked = _answer(qtbot, yes=True)
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert asked == ["Destroy 1 record for good?"]
    assert home.said[-1].text == "1 record is destroyed."
    assert [row.resident_id for row in page.table.rows] == [past[1]]
    names = {row.banner_name for row in home.call(lambda s: residents.find_residents(s, include_left=True))}
    assert names == {"BROWN, Jane (Mr)"}


def test_a_wrong_password_destroys_nothing(qtbot: QtBot, home: SignedIn, past: tuple[ResidentId, ResidentId]) -> None:
    page = _page(qtbot, home)
    page.table.toggle(next(row for row in page.table.rows if row.resident_id == past[0]))
    page.destroy_chosen()
    dialog = page.findChild(DestroyDialog)
    assert isinstance(dialog, DestroyDialog)
    _fill(qtbot, dialog, reason="reviewed", password="wrong words here")
    _answer(qtbot, yes=True)
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert dialog.form.fields["password"].error.startswith("The password is not right.")
    assert len(home.call(retention.review).rows) == 2
    dialog.form.set_typed({"reason": "", "password": ""})
    dialog.reject()


def test_holds_are_placed_and_lifted(qtbot: QtBot, home: SignedIn, past: tuple[ResidentId, ResidentId]) -> None:
    page = _page(qtbot, home)
    page.table.select(past[0])
    page.place_hold()
    dialog = page.findChild(HoldDialog)
    assert isinstance(dialog, HoldDialog)
    wait_quiet(qtbot, home.tasks)
    _fill(qtbot, dialog, reason="the family asked")
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert {row.reason for row in page.holds.rows} == {"inquest", "the family asked"}
    page.holds.select(next(row.id for row in page.holds.rows if row.reason == "inquest"))
    page.lift_hold()
    lift = page.findChild(LiftDialog)
    assert isinstance(lift, LiftDialog)
    _fill(qtbot, lift, reason="closed")
    lift.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert [row.reason for row in page.holds.rows] == ["the family asked"]


def test_other_times_are_recorded_with_a_reason(qtbot: QtBot, home: SignedIn) -> None:
    page = _page(qtbot, home)
    assert page.state.text() == "No record is past its time."
    page.change_policy()
    dialog = page.findChild(PolicyDialog)
    assert isinstance(dialog, PolicyDialog)
    dialog.form.set_typed({"care_years": "ten"})
    dialog.save_button.click()
    assert dialog.summary.texts() == ("Care records must be a whole number of years", "Enter the reason")
    dialog.form.set_typed({"care_years": "10", "reason": "the council's schedule"})
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    assert "care records 10 years" in page.policy.text()


@pytest.mark.parametrize("percent", [100, 200])
def test_every_part_has_a_name_and_nothing_is_cut_off(
    qtbot: QtBot, home: SignedIn, past: tuple[ResidentId, ResidentId], percent: int
) -> None:
    home.theme.set(text_size=percent)
    page = _page(qtbot, home)
    dialog = DestroyDialog(home.ctx, page, page.table.rows[:1])
    dialog.show()
    wait_quiet(qtbot, home.tasks)
    for part in (page, dialog):
        assert unnamed(part) == []
        assert clipped(part) == []
    home.theme.set(text_size=100)
