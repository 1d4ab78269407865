"""The page of instruments: an owner's permission recorded, a questionnaire taken in, both by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.instruments import registry
from app.services import permission, questionnaires
from app.ui.forms.form import FormDialog
from app.ui.pages.instruments.page import InstrumentsPage
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, unnamed

FEET = {
    "resourceType": "Questionnaire", "url": "https://elsewhere.example/Questionnaire/feet", "version": "2",
    "title": "Foot care check", "status": "active",
    "item": [{"linkId": "1", "text": "Skin whole?", "type": "boolean", "required": True}],
}  # fmt: skip


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> Iterator[InstrumentsPage]:
    """The page, with one questionnaire in the folder that can be drawn and one that cannot."""
    folder = home.call(questionnaires.folder)
    folder.mkdir(exist_ok=True)
    (folder / "feet.json").write_text(json.dumps(FEET))
    (folder / "twice.json").write_text(json.dumps({**FEET, "item": [*FEET["item"], *FEET["item"]]}))
    made = InstrumentsPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    qtbot.addWidget(made)
    made.resize(1166, 660)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.opened(None)
    qtbot.waitUntil(lambda: bool(made.table.rows))
    yield made
    qtbot.waitUntil(lambda: not home.tasks.busy)
    registry.adopt(())


def button(page: QWidget, name: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.accessibleName() == name and each.isVisible())


def there(page: QWidget, name: str) -> bool:
    return any(each.accessibleName() == name and each.isVisible() for each in page.findChildren(QPushButton))


def type_and_accept(qtbot: QtBot, words: str) -> None:
    """Type into the dialog that is open and press its action."""
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, FormDialog)
    if words:
        qtbot.keyClicks(dialog.form.first(), words)
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Space)


def test_a_permission_is_recorded_with_where_it_can_be_seen(
    page: InstrumentsPage, home: SignedIn, qtbot: QtBot
) -> None:
    name = f"Turn on: {registry.instrument('waterlow').title}"
    qtbot.keyClick(button(page, name), Qt.Key.Key_Space)
    type_and_accept(qtbot, "Letter in the policy folder")
    qtbot.waitUntil(lambda: there(page, name.replace("on:", "off:")))
    states = {each.tool.code: each for each in home.call(permission.instruments)}
    given = states["waterlow"].permission
    assert given is not None
    assert given.note == "Letter in the policy folder"


def test_a_questionnaire_is_taken_in_and_one_that_cannot_be_drawn_says_where_and_why(
    page: InstrumentsPage, home: SignedIn, qtbot: QtBot
) -> None:
    said = " ".join(str(part.property("text")) for part in page.folder.findChildren(QWidget) if part.property("text"))
    assert "Question 1: this linkId is used twice" in said
    qtbot.keyClick(button(page, "Take in Foot care check"), Qt.Key.Key_Space)
    type_and_accept(qtbot, "")
    qtbot.waitUntil(lambda: there(page, "Turn off Foot care check"))
    assert [each.code for each in home.call(questionnaires.taken_in)] == ["home_feet"]
    assert not there(page, "Take in Foot care check")


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.CONTRAST, 200)])
def test_every_control_is_named_and_no_words_are_cut(
    page: InstrumentsPage, home: SignedIn, qtbot: QtBot, choice: Choice, size: int
) -> None:
    home.theme.set(choice, size)
    try:
        assert unnamed(page) == []
        qtbot.waitUntil(lambda: clipped(page) == [], timeout=3000)
    finally:
        home.theme.set(Choice.LIGHT, 100)
