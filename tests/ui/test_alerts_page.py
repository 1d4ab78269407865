"""The alerts of the home, worked through with real keys on a real store."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.messages import OutboxState
from app.domain.people import ResidentId
from app.services import alerts, assessments
from app.ui.forms.view import area_of
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.alerts.card import AlertCard, message_words
from app.ui.theme import Choice, Tone
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, unnamed

ENTER, SPACE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab
ILL = {
    "resp_rate": 23, "spo2": 93, "spo2_scale": 1, "on_oxygen": False, "systolic": 104, "pulse": 112,
    "consciousness": "C", "temp_c": Decimal("38.4"),
}  # fmt: skip
THIN = {
    "height_m": Decimal("1.57"), "weight_kg": Decimal("45.5"), "previous_weight_kg": Decimal("46.0"),
    "acutely_ill_no_intake_5d": False,
}  # fmt: skip


def open_page(home: SignedIn, qtbot: QtBot, arg: object = None) -> AlertsPage:
    page = AlertsPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1166, 660)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.opened(arg)
    qtbot.waitUntil(lambda: not home.tasks.busy)
    return page


def raise_two(home: SignedIn) -> tuple[ResidentId, ResidentId]:
    first, second = home.resident(), home.resident("Ann", "Jones", title="Mrs")
    home.call(lambda s: assessments.sign(s, second, "must", THIN))
    home.clock.pass_time(minutes=5)
    home.call(lambda s: assessments.sign(s, first, "news2", ILL))
    return first, second


def texts(widget: QWidget) -> list[str]:
    return [str(part.property("text")) for part in widget.findChildren(QWidget) if part.property("text")]


def keys(qtbot: QtBot, *strokes: Qt.Key | str) -> None:
    for stroke in strokes:
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget), "nothing has the focus"
        if isinstance(stroke, str):
            qtbot.keyClicks(focused, stroke)
        else:
            qtbot.keyClick(focused, stroke)


def test_the_most_pressing_alert_stands_first_with_its_number_first(home: SignedIn, qtbot: QtBot) -> None:
    raise_two(home)
    page = open_page(home, qtbot)
    assert [card.row.resident_name for card in page.cards] == ["SMITH, John (Mr)", "JONES, Ann (Mrs)"]
    for card in page.cards:
        said = texts(card)
        number, todo = said.index(card.row.phone_number), said.index("What to do")
        assert number < todo < said.index(card.row.outbox_words)
        assert "phone" in card.row.outbox_words.lower()


def test_a_call_is_recorded_and_an_alert_closed_without_the_mouse(home: SignedIn, qtbot: QtBot) -> None:
    raise_two(home)
    page = open_page(home, qtbot)
    page.cards[0].call_button.setFocus()
    keys(qtbot, SPACE, ENTER)
    assert page.cards[0].call_form.field.error == "Enter who you spoke to"
    keys(qtbot, "Control room", ENTER)
    qtbot.waitUntil(lambda: page.cards[0].row.spoke_to == "Control room")
    page.cards[0].close_button.setFocus()
    keys(qtbot, SPACE, "Taken to hospital 14:40", ENTER)
    qtbot.waitUntil(lambda: len(page.cards) == 1)
    assert page.cards[0].row.resident_name == "JONES, Ann (Mrs)"
    page.earlier_button.setFocus()
    keys(qtbot, SPACE)
    qtbot.waitUntil(lambda: len(page.earlier.rows) == 1)
    assert page.earlier.rows[0].closed_outcome == "Taken to hospital 14:40"


def test_what_is_being_typed_is_not_swept_away_by_news(home: SignedIn, qtbot: QtBot) -> None:
    first, _second = raise_two(home)
    page = open_page(home, qtbot)
    page.cards[0].call_button.click()
    keys(qtbot, "Dr Pa")
    changes = home.call(lambda s: assessments.sign(s, first, "news2", {**ILL, "pulse": 140})).changes
    page.refresh(changes)
    qtbot.waitUntil(lambda: len(page.cards) == 3)
    assert [card.call_form.box.text() for card in page.cards].count("Dr Pa") == 1


def test_a_half_answered_question_is_not_lost_by_leaving(home: SignedIn, qtbot: QtBot) -> None:
    raise_two(home)
    page = open_page(home, qtbot)
    assert page.can_leave()
    page.cards[1].call_button.setFocus()
    keys(qtbot, SPACE, "Dr Pa")
    page._reload.setFocus()
    assert not page.can_leave()
    assert home.said[-1].text == "What you typed about the alert is not saved."
    assert page.cards[1].call_form.box.hasFocus()
    keys(qtbot, *[Qt.Key.Key_Backspace] * 5)
    assert page.can_leave()


def test_a_question_is_in_sight_as_soon_as_it_is_asked(home: SignedIn, qtbot: QtBot) -> None:
    raise_two(home)
    page = open_page(home, qtbot)
    page.resize(900, 420)
    area = area_of(page.cards[1])
    assert area is not None
    page.cards[1].close_button.setFocus()
    keys(qtbot, SPACE)
    form = page.cards[1].close_form
    assert form.box.hasFocus()
    top = form.mapTo(area.viewport(), QPoint(0, 0)).y()
    assert 0 <= top <= area.viewport().height() - form.height()


def test_tab_comes_to_the_first_alert_first(home: SignedIn, qtbot: QtBot) -> None:
    raise_two(home)
    page = open_page(home, qtbot)
    page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # as the window does
    page.setFocus()
    passed: list[QWidget] = []
    while len(passed) < 40 and page._reload not in passed:
        keys(qtbot, TAB)
        focused = QApplication.focusWidget()
        assert focused is not None
        passed.append(focused)
    assert page.cards[0].isAncestorOf(passed[0]), [str(part.property("text")) for part in passed]
    first, second = (card.call_button for card in page.cards)
    wanted = [passed.index(part) for part in (first, second, page.earlier_button, page._reload)]
    assert wanted == sorted(wanted)


def test_one_residents_alerts(home: SignedIn, qtbot: QtBot) -> None:
    _first, second = raise_two(home)
    page = open_page(home, qtbot, second)
    assert [card.row.resident_id for card in page.cards] == [second]


def test_no_alert_is_said_in_words(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    assert "No alert is standing." in texts(page)


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        (OutboxState.QUEUED, Tone.WARNING),
        (OutboxState.SENT, Tone.WARNING),
        (OutboxState.UNDELIVERED, Tone.DANGER),
        (OutboxState.QUARANTINED, Tone.DANGER),
        (OutboxState.ACKNOWLEDGED, Tone.GOOD),
    ],
)
def test_only_a_received_message_looks_good(home: SignedIn, state: OutboxState, tone: Tone) -> None:
    raise_two(home)
    row = replace(home.call(alerts.standing)[0], outbox_state=state, outbox_words=alerts.message_words(state))
    words, shown = message_words(row)
    assert shown is tone
    assert ("phone" in words.lower()) is (tone is not Tone.GOOD)


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.DARK, 200)])
def test_every_control_is_named_and_no_words_are_cut(home: SignedIn, qtbot: QtBot, choice: Choice, size: int) -> None:
    raise_two(home)
    home.theme.set(choice, size)
    try:
        page = open_page(home, qtbot)
        page.cards[0].call_button.click()
        assert unnamed(page) == []
        qtbot.waitUntil(lambda: clipped(page) == [], timeout=2000)  # a layout settles in a few turns of the loop
        assert all(isinstance(card, AlertCard) for card in page.cards)
    finally:
        home.theme.set(Choice.LIGHT, 100)
