"""The list of residents, used by key presses on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.people import Allergy, CprDecision, CprKind, Need, Role
from app.ui.dialogs.resident_edit import ResidentDialog
from app.ui.pages.residents import ResidentsPage
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn


def opened(home: SignedIn, qtbot: QtBot) -> ResidentsPage:
    page = ResidentsPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    page.opened(None)
    qtbot.waitUntil(lambda: page._shown is not None)
    return page


def names(page: ResidentsPage) -> list[str]:
    return [row.banner_name for row in page.table.rows]


def type_query(page: ResidentsPage, qtbot: QtBot, text: str) -> None:
    page.search.clear()
    qtbot.keyClicks(page.search, text)
    qtbot.waitUntil(lambda: page._shown == text)


@pytest.mark.parametrize(
    "query",
    ["smith", "JOHN", "jack", "9990000018", "999 000 0018", "06/09/1937", "6 sep 1937", "willow"],
)
def test_somebody_is_found_by_anything_known_about_them(home: SignedIn, qtbot: QtBot, query: str) -> None:
    home.resident("John", "Smith", preferred_name="Jack", room="Willow")
    home.resident("Mary", "Jones", date_of_birth=home.session.today() - timedelta(days=30000), room="2", title="")
    page = opened(home, qtbot)
    assert names(page) == ["JONES, Mary", "SMITH, John (Mr)"]
    type_query(page, qtbot, query)
    assert names(page) == ["SMITH, John (Mr)"]
    assert page.count.text() == f"1 resident found for “{query}”"


def test_a_question_that_was_overtaken_is_never_shown(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    home.resident("Mary", "Jones", title="")
    page = opened(home, qtbot)
    shown: list[str] = []
    show = page._show
    page._show = lambda rows, query: (shown.append(query), show(rows, query))  # type: ignore[assignment, func-returns-value]
    gate = Event()
    home.tasks.run(lambda: gate.wait(20), lambda _: None)
    qtbot.keyClicks(page.search, "jon")
    assert names(page) == ["JONES, Mary", "SMITH, John (Mr)"]
    gate.set()
    qtbot.waitUntil(lambda: not home.tasks.busy)
    assert shown == ["jon"]
    assert names(page) == ["JONES, Mary"]


def test_an_answer_that_was_already_under_way_is_dropped_too(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    page = opened(home, qtbot)
    page.search.setText("smith")
    home.do(lambda: None)  # the store thread has answered "smith"; the answer waits for the event loop
    page.search.setText("nobody of this name")
    qtbot.waitUntil(lambda: not home.tasks.busy)
    assert page._shown == "nobody of this name"
    assert page.nobody.isVisible()


def test_the_list_by_keyboard_alone(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    mary = home.resident("Mary", "Jones", title="")
    page = opened(home, qtbot)
    qtbot.waitUntil(page.search.hasFocus)
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.table.hasFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert home.went == [("resident", mary)]
    qtbot.keyClick(page.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.search.hasFocus)
    type_query(page, qtbot, "smi")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert home.went[-1][1] != mary
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.search.text() == ""


def test_the_chosen_row_stays_when_something_is_saved(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    mary = home.resident("Mary", "Jones", title="")
    page = opened(home, qtbot)
    page.table.select(mary)
    asked = page._asked
    home.ctx.changed.emit(__import__("app.services.changes", fromlist=["changes"]).changes("alert"))
    qtbot.waitUntil(lambda: page._asked > asked and not home.tasks.busy)
    chosen = page.table.current()
    assert chosen is not None
    assert chosen.id == mary


def test_those_who_left_are_shown_when_asked_for(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    home.resident("Arthur", "Gone", died_at=home.clock.now() - timedelta(days=1))
    page = opened(home, qtbot)
    assert names(page) == ["SMITH, John (Mr)"]
    qtbot.keyClick(page.left, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(page.table.rows) == 2)
    gone = page.table.rows[0]
    text = {column.title: column.text(gone) for column in page.table.records.columns}
    assert text["Status"] == "Died"
    assert text["Born"] == "06-Sep-1937 (died at 89y)"
    home.clock.pass_time(days=730)
    assert page._born(gone) == text["Born"], "the age at death does not go on growing"
    spoken = next(column.spoken for column in page.table.records.columns if column.title == "Born")
    assert spoken is not None
    assert spoken(gone) == "6 September 1937, died 21 November 2026"


def test_a_row_says_everything_in_words(home: SignedIn, qtbot: QtBot) -> None:
    cpr = CprDecision(CprKind.DNACPR, home.session.today(), "Dr Shah", "office")
    home.resident("John", "Smith", Allergy(none_known=True), cpr, Need("dementia"), Need("continence"))
    home.resident("Mary", "Jones", title="", nhs_number=None, nhs_number_absent_reason="asked", room="")
    page = opened(home, qtbot)
    mary, john = (page.table.records.spoken_row(at) for at in (0, 1))
    assert "NHS No.: Not known" in mary
    assert "Room: Not recorded" in mary
    assert "CPR: Not recorded" in mary
    assert "Needs: None recorded" in mary
    assert "CPR: DNACPR" in john
    assert "Born: 6 September 1937" in john
    assert "Needs: Health: continence, Dementia" in john
    assert "overdue" in john


def test_an_empty_home_says_what_to_do(home: SignedIn, qtbot: QtBot) -> None:
    page = opened(home, qtbot)
    assert page.nobody.isVisible()
    assert not page.table.isVisible()
    assert "Add a resident, or import a list" in page.nobody_words.text()
    type_query(page, qtbot, "smith")
    assert page.nobody_title.text() == "Nobody found for “smith”"
    qtbot.mouseClick(page.nobody_clear, Qt.MouseButton.LeftButton)
    assert page.search.text() == ""


def test_a_very_long_name_does_not_push_the_rest_away(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("Wilhelmina " * 9, "Featherstonehaugh " * 6)
    home.resident("Mary", "Jones", title="")
    page = opened(home, qtbot)
    table = page.table
    assert table.columnViewportPosition(4) < table.viewport().width()
    assert table.rowHeight(0) > table.rowHeight(1) > 0


@pytest.mark.parametrize(("size", "width", "last"), [(100, 1180, "Needs"), (200, 1060, "CPR")])
def test_alerts_and_cpr_are_on_the_screen(home: SignedIn, qtbot: QtBot, size: int, width: int, last: str) -> None:
    home.resident("Marguerite", "Bluethroat", title="Mrs", preferred_name="Peggy", room="Willow 14")
    home.resident("John", "Smith", room="")
    home.theme.set(Choice.LIGHT, size)
    try:
        page = opened(home, qtbot)
        page.resize(width, 640)
        titles = [column.title for column in page.table.records.columns]
        assert titles[:4] == ["Name", "Room", "Alerts", "CPR"]
        table = page.table
        for at in range(titles.index(last) + (size == 200)):
            assert table.columnWidth(at) >= table.sizeHintForColumn(at) or at < 2, f"{titles[at]} is cut"
            assert table.columnViewportPosition(at) + table.columnWidth(at) <= table.viewport().width(), titles[at]
        assert not any("…" in table.fontMetrics().elidedText(part, Qt.TextElideMode.ElideRight, table.columnWidth(0))
                       for row in table.rows for part in row.banner_name.split())  # fmt: skip
    finally:
        home.theme.set(Choice.LIGHT, 100)


def test_what_somebody_is_called_stands_behind_the_name(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("Margaret", "Jones", title="Mrs", preferred_name="Peggy")
    page = opened(home, qtbot)
    name = page.table.records.columns[0]
    assert name.text(page.table.rows[0]) == "JONES, Margaret (Mrs) “Peggy”"
    assert page.table.records.spoken_row(0).startswith("JONES, Margaret (Mrs), known as Peggy. Room")


def test_ctrl_n_adds_and_then_opens_the_new_record(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    page = opened(home, qtbot)
    qtbot.keyClick(page.search, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(page.findChildren(ResidentDialog)))
    dialog = page.findChildren(ResidentDialog)[0]
    typed = {"family_name": "Jones", "given_name": "Mary", "date_of_birth": "4 May 1940", "nhs_number": "999 000 0026"}
    assert dialog.form.typed()["key"] == "R002"
    for key, text in typed.items():
        qtbot.keyClicks(dialog.form.fields[key].target, text)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(home.went))
    qtbot.waitUntil(lambda: "JONES, Mary" in names(page))
    added = next(row for row in page.table.rows if row.banner_name == "JONES, Mary")
    assert home.went == [("resident", added.id)]
    assert added.nhs_number == "9990000026"


def test_a_role_that_may_not_is_refused_in_words_before_anything_is_typed(home: SignedIn, qtbot: QtBot) -> None:
    home.session.account = replace(home.session.account, role=Role.AUDITOR)
    page = opened(home, qtbot)
    qtbot.mouseClick(page.add_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(home.said) == 2)
    assert home.said[0].text.startswith("Your role (auditor) does not let you change residents' details")
    assert "import from a file" in home.said[1].text
    assert page.findChildren(ResidentDialog) == []


def test_with_large_text_the_page_scrolls_and_the_table_keeps_room(home: SignedIn, qtbot: QtBot) -> None:
    home.resident("John", "Smith")
    home.theme.set(Choice.LIGHT, 200)
    try:
        page = opened(home, qtbot)
        page.resize(1160, 460)
        add = page.add_button
        qtbot.waitUntil(lambda: page.table.height() >= 480 and add.width() >= add.sizeHint().width())
    finally:
        home.theme.set(Choice.LIGHT, 100)
