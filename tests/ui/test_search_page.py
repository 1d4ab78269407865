"""Searching the notes on the screen: typed, found, marked, filtered, gone on with; by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.people import ResidentId
from app.services import notes
from app.services.changes import Changes
from app.ui.pages.search import page as search_page
from app.ui.pages.search.hits import laid_out
from app.ui.pages.search.page import SearchPage
from app.ui.shell import MainWindow
from tests.helpers.signed_in import NOW, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


def _page(qtbot: QtBot, home: SignedIn, person: ResidentId | None = None) -> SearchPage:
    page = SearchPage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1366, 768)
    page.show()
    page.activateWindow()
    page.opened(person)
    wait_quiet(qtbot, home.tasks)
    return page


def _search(qtbot: QtBot, home: SignedIn, page: SearchPage, words: str) -> list[str]:
    page.words.setFocus()
    page.words.selectAll()
    qtbot.keyClicks(page.words, words)
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    return [row.text for row in page.table.rows]


def test_what_is_typed_is_found_and_the_keyboard_goes_into_the_list(qtbot: QtBot, home: SignedIn) -> None:
    one, other = home.resident("John", "Smith"), home.resident("Jane", "Jones")
    home.call(lambda s: notes.add(s, one, "Left heel is red, cream applied"))
    home.call(lambda s: notes.add(s, other, "Heel intact"))
    page = _page(qtbot, home)
    assert QApplication.focusWidget() is page.words
    assert _search(qtbot, home, page, "heel") == ["Heel intact", "Left heel is red, cream applied"]
    assert page.count.text() == "2 notes, the newest first"
    assert QApplication.focusWidget() is page.table
    assert page.note_text.text() == "Heel intact"
    press(qtbot, Qt.Key.Key_Down)
    assert page.note_text.text() == "Left heel is red, cream applied"
    assert page.note_head.text().startswith("SMITH, John (Mr). 22-Nov-2026 14:05, Mo Manager")
    press(qtbot, Qt.Key.Key_Return)
    assert home.went[-1] == ("resident", one)
    page.timeline_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert home.went[-1] == ("timeline", one)


def test_nothing_found_and_nothing_typed_are_said(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    home.call(lambda s: notes.add(s, person, "Slept well"))
    page = _page(qtbot, home)
    assert _search(qtbot, home, page, '"zebra*') == []
    assert page.count.text() == "No note has all these words."
    assert not page.table.isVisible()
    page.words.clear()
    page.search_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    assert page.count.text() == "Enter a word to look for"
    assert QApplication.focusWidget() is page.words


def test_one_residents_notes_alone(qtbot: QtBot, home: SignedIn) -> None:
    one, other = home.resident("John", "Smith"), home.resident("Jane", "Jones")
    for person in (one, other):
        home.call(lambda s, p=person: notes.add(s, p, "Slept well"))
    page = _page(qtbot, home, other)
    assert page.resident.currentText() == "JONES, Jane (Mr)"
    assert len(_search(qtbot, home, page, "slept")) == 1
    assert page.table.rows[0].resident_id == other
    page.resident.set_value("")
    assert len(_search(qtbot, home, page, "slept")) == 2
    page.opened(one)
    assert page.table.rows == ()  # what was found before is of others
    wait_quiet(qtbot, home.tasks)
    assert page.resident.value() == one


def test_who_comes_back_finds_what_was_found(qtbot: QtBot, home: SignedIn) -> None:
    one, other = home.resident("John", "Smith"), home.resident("Jane", "Jones")
    home.call(lambda s: notes.add(s, other, "Slept well"))
    page = _page(qtbot, home, other)
    assert len(_search(qtbot, home, page, "slept")) == 1
    page.opened(None)  # as from the record that was opened, or from the words on the left
    wait_quiet(qtbot, home.tasks)
    assert (page.resident.value(), page.words.text()) == (other, "slept")
    assert [row.resident_id for row in page.table.rows] == [other]
    page.opened(one)
    assert page.table.rows == ()


def test_more_is_shown_when_asked_for(qtbot: QtBot, home: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_page, "FIRST", 4)
    person = home.resident()
    for number in range(6):
        home.call(lambda s, n=number: notes.add(s, person, f"slept {n}", NOW - timedelta(hours=n)))
    page = _page(qtbot, home)
    assert len(_search(qtbot, home, page, "slept")) == 4
    assert page.count.text() == "The newest 4 notes"
    page.more_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    assert [row.text for row in page.table.rows] == [f"slept {n}" for n in (5, 4, 3, 2, 1, 0)]  # as they were written
    assert not page.more_button.isVisible()


def test_the_best_first_when_that_is_chosen(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    home.call(lambda s: notes.add(s, person, "cough cough cough"))
    home.call(lambda s: notes.add(s, person, "of many things in a long note, a cough is the least that was seen"))
    page = _page(qtbot, home)
    assert _search(qtbot, home, page, "cough")[1] == "cough cough cough"
    page.best.setChecked(True)
    assert _search(qtbot, home, page, "cough")[0] == "cough cough cough"
    assert page.count.text() == "2 notes, the best first"


def test_a_note_in_error_says_so_where_it_is_found(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    note = home.call(lambda s: notes.add(s, person, "slept")).note_id
    home.call(lambda s: notes.entered_in_error(s, note, reason="Another resident"))
    page = _page(qtbot, home)
    _search(qtbot, home, page, "slept")
    assert "Written in: Note · entered in error" in page.table.records.spoken_row(0)
    assert page.note_head.text().endswith("Entered in error")


def test_what_was_found_stands_out_in_bold_and_underlined(qtbot: QtBot, home: SignedIn) -> None:
    layout = laid_out((("left ", False), ("heel", True), (" is\nred", False)), QFont())
    assert layout.text() == "left heel is red"
    (found,) = layout.formats()
    assert (found.start, found.length) == (5, 4)
    assert found.format.fontWeight() == QFont.Weight.Bold
    assert found.format.fontUnderline()
    person = home.resident()
    home.call(lambda s: notes.add(s, person, "left heel is red"))
    page = _page(qtbot, home)
    _search(qtbot, home, page, "heel")
    assert page.table.rows[0].extract == (("left ", False), ("heel", True), (" is red", False))
    cell = page.table.visualRect(page.table.records.index(0, search_page.NOTE))
    marked = page.table.viewport().grab(cell).toImage()
    page.table.setItemDelegateForColumn(search_page.NOTE, page.table.itemDelegate())
    plain = page.table.viewport().grab(cell).toImage()
    assert marked != plain


def test_it_is_a_page_of_the_window_and_a_new_resident_can_be_chosen(qtbot: QtBot, home: SignedIn) -> None:
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.show()
    window.nav["search"].click()
    wait_quiet(qtbot, home.tasks)
    page = window.page
    assert isinstance(page, SearchPage)
    assert page.resident.count() == 1
    home.resident("Jane", "Jones")
    page.refresh(Changes(frozenset({"resident"})))
    wait_quiet(qtbot, home.tasks)
    assert page.resident.count() == 2


@pytest.mark.parametrize("percent", [100, 200])
def test_every_part_has_a_name_and_nothing_is_cut_off(qtbot: QtBot, home: SignedIn, percent: int) -> None:
    person = home.resident()
    home.call(lambda s: notes.add(s, person, "Left heel is red, cream applied. " * 20))
    home.theme.set(text_size=percent)
    page = _page(qtbot, home)
    _search(qtbot, home, page, "heel")
    assert unnamed(page) == []
    assert clipped(page) == []
    home.theme.set(text_size=100)
