"""The timeline on the screen: day by day, filtered, older ones on demand, opened, by keyboard alone; never mixed up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import ResidentId
from app.services import assessments, audit, notes, observations, timeline
from app.services.changes import Changes
from app.ui.pages.resident.assessment_view import AssessmentDialog
from app.ui.pages.timeline.note import NoteDialog, NoteInErrorDialog
from app.ui.pages.timeline.page import TimelinePage
from tests.factories import MUST_LOW, NEWS2_HIGH
from tests.helpers.signed_in import NOW, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


def _filled(home: SignedIn) -> ResidentId:
    """A resident with a note, drinks of two days, a bad NEWS2 and its alert."""
    person = home.resident()
    home.call(lambda s: notes.add(s, person, "Slept well, ate half of lunch", NOW - timedelta(hours=3)))
    for hours in (1, 2, 26):
        home.call(lambda s, h=hours: observations.record(s, person, "fluid_in_ml", 200, at=NOW - timedelta(hours=h)))
    home.call(lambda s: assessments.sign(s, person, "news2", NEWS2_HIGH, at=NOW - timedelta(minutes=5)))
    return person


def _page(qtbot: QtBot, home: SignedIn, person: ResidentId) -> TimelinePage:
    page = TimelinePage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1366, 768)
    page.show()
    page.opened(person)
    wait_quiet(qtbot, home.tasks)
    return page


def _shown(page: TimelinePage) -> list[tuple[str, ...]]:
    columns = page.table.records.columns
    return [tuple(column.text(line) for column in columns[:4]) for line in page.table.rows]


def test_entries_stand_day_by_day_newest_first(qtbot: QtBot, home: SignedIn) -> None:
    page = _page(qtbot, home, _filled(home))
    shown = _shown(page)
    assert [row[0] for row in shown] == ["Sun 22-Nov-2026", "", "", "", "Sat 21-Nov-2026"]
    assert [row[2].split(":")[0] for row in shown] == ["Alert", "NEWS2", "Fluid taken", "Note", "Fluid taken"]
    assert shown[1][3] == "Emergency"  # the word, not its colour alone
    assert page.banner.name.text() == "SMITH, John (Mr)"
    assert page.table.records.spoken_row(2).startswith("Sun 22-Nov-2026. Time: 13:05. What: Fluid taken")
    assert not page.older_button.isVisible()


def test_the_chosen_entry_is_told_whole_below(qtbot: QtBot, home: SignedIn) -> None:
    page = _page(qtbot, home, _filled(home))
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Down)
    assert page.entry_title.text() == "22-Nov-2026 11:05  Note"
    assert page.entry_detail.text() == "Slept well, ate half of lunch (Mo Manager)"
    assert page.open_button.text() == "Open the note"


def test_filters_are_ticked_by_keyboard_and_leave_only_their_kinds(qtbot: QtBot, home: SignedIn) -> None:
    page = _page(qtbot, home, _filled(home))
    page.filters["observation"].setFocus()
    press(qtbot, Qt.Key.Key_Space)
    wait_quiet(qtbot, home.tasks)
    assert {line.entry.kind for line in page.table.rows} == {"alert", "assessment", "note"}
    for kind in ("alert", "assessment", "note", "fall", "wound", "transfer"):
        page.filters[kind].setChecked(False)
    wait_quiet(qtbot, home.tasks)
    assert page.none.text() == "Nothing is ticked to be shown."
    assert not page.table.isVisible()
    page.filters["fall"].setChecked(True)
    wait_quiet(qtbot, home.tasks)
    assert page.none.text() == "Nothing of what is ticked has been recorded."
    page.all_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    assert len(page.table.rows) == 5
    assert not page.all_button.isVisible()


def test_older_ones_are_added_below_and_the_keyboard_goes_to_the_first_of_them(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    for number in range(timeline.PAGE + 10):
        home.call(lambda s, n=number: notes.add(s, person, f"note {n}", NOW - timedelta(hours=n)))
    page = _page(qtbot, home, person)
    first = [line.entry.detail for line in page.table.rows]
    assert len(first) == timeline.PAGE
    page.older_button.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    shown = [line.entry.detail for line in page.table.rows]
    assert shown == [f"note {n} (Mo Manager)" for n in range(timeline.PAGE + 10)]
    assert QApplication.focusWidget() is page.table
    current = page.table.current()
    assert current is not None
    assert current.entry.detail == f"note {timeline.PAGE} (Mo Manager)"
    assert not page.older_button.isVisible()


def _dialog(page: TimelinePage, kind: type[QDialog]) -> QDialog:
    return next(found for found in page.findChildren(kind) if found.isVisible())


def test_enter_opens_what_an_entry_is_of(qtbot: QtBot, home: SignedIn) -> None:
    person = _filled(home)
    page = _page(qtbot, home, person)
    press(qtbot, Qt.Key.Key_Return)  # the alert
    assert home.went[-1] == ("alerts", person)
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    dialog = _dialog(page, AssessmentDialog)
    assert dialog.windowTitle().startswith("National Early Warning Score")
    dialog.reject()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)  # no window has the keyboard of this screen any more
    qtbot.keyClick(page.table, Qt.Key.Key_Return)  # drinks
    assert home.went[-1] == ("resident", person)


def test_a_note_opens_whole_and_is_struck_out_with_a_reason(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    home.call(lambda s: notes.add(s, person, "Of the wrong resident"))
    page = _page(qtbot, home, person)
    press(qtbot, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    dialog = _dialog(page, NoteDialog)
    assert isinstance(dialog, NoteDialog)
    dialog.error_button.click()
    wait_quiet(qtbot, home.tasks)
    form = dialog.findChild(NoteInErrorDialog)
    assert isinstance(form, NoteInErrorDialog)
    form.save_button.click()
    assert form.form.fields["reason"].error == "Enter what was wrong"
    form.form.set_typed({"reason": "Another resident"})
    form.save_button.click()
    wait_quiet(qtbot, home.tasks)
    page.refresh(Changes(frozenset({"note"}), frozenset({person})))
    wait_quiet(qtbot, home.tasks)
    assert _shown(page)[0][3] == "Entered in error"


def test_a_resident_who_was_left_is_never_shown_for_the_next(qtbot: QtBot, home: SignedIn) -> None:
    one, other = _filled(home), home.resident("Jane", "Jones")
    page = _page(qtbot, home, one)
    page.opened(other)
    assert page.table.rows == ()  # before anything of the other has been read
    assert page.banner.name.text() == ""
    page.opened(one)
    page.opened(other)
    wait_quiet(qtbot, home.tasks)
    assert page.banner.name.text() == "JONES, Jane (Mr)"
    assert page.none.text() == "Nothing has been recorded yet."
    page.opened(None)
    assert "No resident is chosen" in page.waiting.text()
    page.opened("nobody")
    wait_quiet(qtbot, home.tasks)
    assert page.waiting.text().startswith("The timeline cannot be shown. This resident is not in the records")


def test_opening_it_is_one_view_and_filters_and_changes_are_none(qtbot: QtBot, home: SignedIn) -> None:
    person = _filled(home)
    page = _page(qtbot, home, person)
    page.filters["note"].setChecked(False)
    wait_quiet(qtbot, home.tasks)
    home.call(lambda s: assessments.sign(s, person, "must", MUST_LOW))
    page.refresh(Changes(frozenset({"assessment"}), frozenset({person})))
    wait_quiet(qtbot, home.tasks)
    assert any(line.entry.title.startswith("MUST") for line in page.table.rows)
    wanted = audit.Wanted(categories=("looked",))
    assert [row.what for row in home.call(lambda s: audit.who_looked(s, person, wanted)).rows] == [
        "Opened the record (timeline)"
    ]


@pytest.mark.parametrize("percent", [100, 200])
def test_every_part_has_a_name_and_nothing_is_cut_off(qtbot: QtBot, home: SignedIn, percent: int) -> None:
    person = _filled(home)
    home.theme.set(text_size=percent)
    page = _page(qtbot, home, person)
    note = home.call(lambda s: notes.of_resident(s, person))[0]
    assert page.resident is not None
    dialog = NoteDialog(home.ctx, page, page.resident, note.id)
    dialog.show()
    wait_quiet(qtbot, home.tasks)
    parts: tuple[QWidget, ...] = (page, dialog)
    for part in parts:
        assert unnamed(part) == []
        assert clipped(part) == []
    home.theme.set(text_size=100)
