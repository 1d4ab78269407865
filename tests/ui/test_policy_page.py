"""The policy page and the calculation behind the amount: by keyboard, and with nothing cut off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.services import policies
from app.ui.dialogs.confirm import Confirm
from app.ui.pages.fair_cost.page import FairCostPage
from app.ui.pages.policy.dialogs import AnswerDialog, PolicyDialog
from app.ui.pages.policy.page import PolicyPage
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, exposed, unnamed, when_modal

SPACE, ENTER = Qt.Key.Key_Space, Qt.Key.Key_Return


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> Iterator[PolicyPage]:
    made = PolicyPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    qtbot.addWidget(made)
    made.resize(1150, 660)
    exposed(qtbot, made)
    made.activateWindow()
    made.opened(None)
    qtbot.waitUntil(lambda: bool(made.table.rows))
    yield made
    qtbot.waitUntil(lambda: not home.tasks.busy)


def button(page: QWidget, name: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.accessibleName() == name)


def words(part: QWidget) -> str:
    return "\n".join(str(each.property("text")) for each in part.findChildren(QWidget) if each.property("text"))


def form(qtbot: QtBot, kind: type[QWidget]) -> QWidget:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), kind))
    found = QApplication.activeModalWidget()
    assert found is not None
    return found


def test_a_new_policy_is_read_back_before_it_is_recorded(page: PolicyPage, home: SignedIn, qtbot: QtBot) -> None:
    qtbot.keyClick(page.new_button, SPACE)
    dialog = form(qtbot, PolicyDialog)
    assert isinstance(dialog, PolicyDialog)
    fields = {key: field.target for key, field in dialog.form.fields.items()}
    qtbot.keyClicks(fields["starts"], "10 Nov 2026")
    qtbot.keyClick(dialog.save_button, SPACE)
    qtbot.waitUntil(lambda: "Enter a Monday" in words(dialog))
    fields["starts"].clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(fields["starts"], "16 Nov 2026")
    fields["amount"].clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(fields["amount"], "75")
    qtbot.keyClicks(fields["reason"], "Letter of 1 November")
    seen: list[str] = []

    def agree(box: QWidget) -> None:
        assert isinstance(box, Confirm)
        seen.append(words(box))
        qtbot.keyClick(box, ENTER)

    when_modal(agree, lambda box: isinstance(box, Confirm))
    qtbot.keyClick(dialog.save_button, SPACE)
    qtbot.waitUntil(lambda: "2026-11-16/1" in words(page))
    assert "Amount for a week: £75.00 (before: £70.00)" in seen[0]
    newest = home.call(policies.overview).versions[0]
    assert (newest.policy.amount_pence, newest.reason) == (7_500, "Letter of 1 November")
    assert newest.policy.evidence_records == policies.POLICIES[0].evidence_records


def test_an_answer_is_recorded_beside_its_question(page: PolicyPage, home: SignedIn, qtbot: QtBot) -> None:
    asked = home.call(policies.overview).questions[1].question
    qtbot.keyClick(button(page, f"Record the answer: {asked.question}"), SPACE)
    dialog = form(qtbot, AnswerDialog)
    assert isinstance(dialog, AnswerDialog)
    qtbot.keyClicks(dialog.form.fields["answer"].target, "Up to three nights count")
    qtbot.keyClicks(dialog.form.fields["answered_by"].target, "C. Missioner")
    qtbot.keyClick(dialog.save_button, SPACE)
    qtbot.waitUntil(lambda: "Up to three nights count" in words(page))
    newest = home.call(policies.overview).questions[1].newest
    assert newest is not None
    assert newest.answered_by == "C. Missioner"


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.CONTRAST, 200)])
def test_every_control_is_named_and_no_words_are_cut(
    page: PolicyPage, home: SignedIn, qtbot: QtBot, choice: Choice, size: int
) -> None:
    home.theme.set(choice, size)
    assert unnamed(page) == []
    qtbot.waitUntil(lambda: clipped(page) == [])
    qtbot.keyClick(page.new_button, SPACE)
    dialog = form(qtbot, PolicyDialog)
    assert unnamed(dialog) == []
    qtbot.waitUntil(lambda: clipped(dialog) == [])
    assert isinstance(dialog, PolicyDialog)
    dialog.reject()


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.DARK, 200)])
def test_the_calculation_follows_what_is_typed_and_comes_back(
    home: SignedIn, qtbot: QtBot, choice: Choice, size: int
) -> None:
    home.theme.set(choice, size)
    page = FairCostPage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1150, 660)
    exposed(qtbot, page)
    assert [row.difference_pence for row in page.readings.rows] == [7_000, 6_962, 6_839, 6_360]
    rate = page.form.fields["rate"].target
    rate.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(rate, "nine")
    qtbot.waitUntil(lambda: "Enter an amount in pounds" in words(page))
    assert page.readings.rows[0].difference_pence == 7_000, "the figures are those of before, and say so"
    rate.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(rate, "12.21")
    assert "One post for a week: £1,025.64" in words(page)
    assert page.readings.rows[1].difference_pence == 9_862
    qtbot.keyClick(page.again_button, SPACE)
    assert page.readings.rows[0].difference_pence == 7_000
    assert unnamed(page) == []
    qtbot.waitUntil(lambda: clipped(page) == [])
