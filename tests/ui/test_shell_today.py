"""Today: what needs somebody now stands first, and every line leads to where it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Absence, ResidentId
from app.services import alerts, assessments, residents
from app.services.assessments import DueRow
from app.ui.pages.assessment.page import Open
from app.ui.pages.today.page import FIRST, TodayPage, by_resident
from app.ui.widgets.row import RowButton
from tests.helpers.signed_in import NOW, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet
from tests.ui.test_shell import UNWELL


def opened(qtbot: QtBot, home: SignedIn, width: int = 1260) -> TodayPage:
    page = TodayPage(home.ctx)
    qtbot.addWidget(page)
    home.ctx.changed.connect(page.refresh)
    page.resize(width, 700)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    page.activateWindow()
    return page


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def rows(part: QWidget) -> list[RowButton]:
    return [found for found in part.findChildren(RowButton) if found.isVisibleTo(part)]


def test_an_empty_home_says_that_nothing_waits(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    assert page.day.text() == "Sun 22-Nov-2026"
    assert "No standing alerts." in words(page.alerts)
    assert "Nothing is overdue." in words(page.due)
    assert "No drafts." in words(page.drafts)
    assert "Everybody is in the home." in words(page.away)


def test_an_alert_shows_the_number_first_and_the_call_is_recorded_here(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    home.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    page = opened(qtbot, home)
    said = words(page.alerts)
    assert said.index("999") < said.index("What to do")
    assert "SMITH, John (Mr), room 11" in said
    assert page.alerts.heading.text() == "Alerts that need somebody now (1)"
    card = page._cards()[0]
    qtbot.mouseClick(card.call_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(card.call_form.box.hasFocus)
    qtbot.keyClicks(card.call_form.box, "Ambulance control")
    qtbot.keyClick(card.call_form.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "spoke to Ambulance control" in words(page.alerts))
    assert home.call(alerts.standing)[0].spoke_to == "Ambulance control"
    wait_quiet(qtbot, home.tasks)


def test_what_is_being_typed_about_a_call_survives_a_change_elsewhere(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    home.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    page = opened(qtbot, home)
    card = page._cards()[0]
    qtbot.mouseClick(card.call_button, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(card.call_form.box, "Ambulan")
    assert not page.can_leave()
    assert home.said[-1].text == "What you typed about the alert is not saved."
    home.ctx.call(lambda s: assessments.save_draft(s, resident, "must", {"height_m": Decimal("1.60")}))
    qtbot.waitUntil(lambda: len(rows(page.drafts)) == 1)
    assert page._cards() == [card]
    assert card.call_form.box.text() == "Ambulan"
    card.call_form.box.clear()
    assert page.can_leave()


def test_overdue_assessments_stand_by_resident_and_lead_to_the_form_or_the_person(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    page = opened(qtbot, home)
    row = rows(page.due)[0]
    assert "SMITH, John (Mr) · Room 11" in row.accessibleName()
    assert "never done" in row.accessibleName()
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Space)
    assert home.went == [("resident", resident)]


def test_a_draft_is_continued(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    draft = home.call(lambda s: assessments.save_draft(s, resident, "must", {"height_m": Decimal("1.60")}))
    page = opened(qtbot, home)
    row = rows(page.drafts)[0]
    assert "saved 14:05 by" in row.accessibleName()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert home.went == [("assessment", Open(resident, "must", draft.draft_id))]


def test_who_is_away_and_mondays_claim(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    home.call(lambda s: residents.add_fact(s, resident, Absence(NOW - timedelta(days=1), None, "hospital")))
    page = opened(qtbot, home)
    assert "SMITH, John (Mr)" in rows(page.away)[0].accessibleName()
    claim = rows(page.premium)[0]
    assert claim.accessibleName().startswith("Mon 09-Nov-2026 to 15-Nov-2026. 0 eligible, £0.00")
    claim.setFocus()
    qtbot.keyClick(claim, Qt.Key.Key_Space)
    assert home.went == [("premium", date(2026, 11, 9))], "the very week that the line speaks of"


def test_a_long_list_is_short_until_it_is_asked_for(qtbot: QtBot, home: SignedIn) -> None:
    page = opened(qtbot, home)
    many = [due(f"Resident {at}", days=at + 1) for at in range(FIRST + 4)]
    assert page._today is not None
    page._show(replace(page._today, due=tuple(many)))
    qtbot.waitUntil(lambda: len(rows(page.due)) == FIRST)
    more = next(part for part in page.due.findChildren(QPushButton) if part.text().startswith("Show all"))
    assert more.text() == f"Show all {FIRST + 4} residents"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(rows(page.due)) == FIRST + 4)


def due(name: str, *, days: int = 0, never: bool = False, title: str = "MUST") -> DueRow:
    return DueRow(ResidentId(name), name, "1", "must", title, date(2026, 11, 1), days, never)


def test_the_longest_overdue_comes_first_and_never_done_last() -> None:
    found = by_resident(
        [
            due("A", never=True),
            due("B", days=2),
            due("C", days=9),
            due("B", days=30, title="Falls"),
            due("C", never=True),
        ]
    )
    assert [person[0].resident_name for person in found] == ["B", "C", "A"]
    assert [row.title for row in found[0]] == ["Falls", "MUST"]


@pytest.mark.parametrize(("width", "size"), [(1260, 100), (1160, 200), (620, 100)])
def test_names_and_room(qtbot: QtBot, home: SignedIn, width: int, size: int) -> None:
    resident = home.resident("Philippa", "Okonkwo-Braithwaite", title="Mrs")
    home.call(lambda s: assessments.sign(s, resident, "news2", UNWELL))
    home.theme.set(text_size=size)
    page = opened(qtbot, home, width)
    assert unnamed(page) == []
    assert clipped(page) == []
