"""The list of a shift by keys: which shift, which line, where Enter leads, and what the clock and others change."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Absence, ResidentId
from app.services import assessments, due, residents
from app.ui import theme
from app.ui.due_watch import DueWatch
from app.ui.pages.assessment.page import Open
from app.ui.pages.due.dialogs import PaperDialog
from app.ui.pages.due.page import MINUTE, DuePage
from app.ui.pages.today.page import TodayPage
from app.ui.theme import Choice
from app.ui.widgets.row import RowButton
from tests.factories import MUST_LOW, MUST_MEDIUM, NEWS2_LOW
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet

NEWS2_5 = {**NEWS2_LOW, "resp_rate": 22, "spo2": 93, "pulse": 95}
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def opened(qtbot: QtBot, home: SignedIn, arg: object = None, width: int = 1200) -> DuePage:
    page = DuePage(home.ctx)
    qtbot.addWidget(page)
    home.ctx.changed.connect(page.refresh)
    page.resize(width, 640)
    page.show()
    page.activateWindow()
    page.opened(arg)
    wait_quiet(qtbot, home.tasks)
    return page


def sign(home: SignedIn, resident: ResidentId, code: str, answers: object) -> None:
    home.call(lambda s: assessments.sign(s, resident, code, answers))  # type: ignore[arg-type]


def words(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def lines(page: DuePage) -> list[tuple[str, str, str]]:
    return [(item.room, item.title, item.when) for item in page.table.rows]


def done_with(home: SignedIn, resident: ResidentId) -> None:
    """Everything that is asked for on admission, as far as it is short."""
    sign(home, resident, "must", MUST_LOW)
    sign(home, resident, "news2", NEWS2_LOW)


def test_the_list_opens_on_this_shift_with_the_keyboard_in_it(qtbot: QtBot, home: SignedIn) -> None:
    second, first = home.resident(room="10"), home.resident("Ada", "Brown", room="2")
    sign(home, second, "news2", NEWS2_5)
    page = opened(qtbot, home)
    assert page.heading.text() == "Late, Sun 22-Nov-2026, 14:00 to 21:00 (this shift)"
    assert list(dict.fromkeys(item.room for item in page.table.rows)) == ["2", "10"]
    assert ("10", "NEWS2", "By 15:05") in lines(page)
    assert page.table.hasFocus()
    current = page.table.current()
    assert current is not None
    assert current.resident_id == first
    assert f"{len(page.table.rows)} to do" in page.count.text()
    assert unnamed(page) == []


def test_enter_opens_the_form_of_the_chosen_line_and_coming_back_finds_the_same_line(
    qtbot: QtBot, home: SignedIn
) -> None:
    resident = home.resident()
    page = opened(qtbot, home)
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Down)
    chosen = page.table.current()
    assert chosen is not None
    assert chosen == page.table.rows[2]
    press(qtbot, Qt.Key.Key_Return)
    assert home.went == [("assessment", Open(resident, chosen.instrument, about=chosen.about, back="due"))]
    page.opened(resident)  # as the form goes back
    wait_quiet(qtbot, home.tasks)
    assert page.table.current() == chosen
    assert page.table.hasFocus()


def test_the_shifts_are_gone_through_by_keys(qtbot: QtBot, home: SignedIn) -> None:
    home.resident()
    page = opened(qtbot, home)
    for key, modifier, expected in (
        (Qt.Key.Key_PageDown, CONTROL, "Night, Sun 22-Nov-2026, 21:00 to 07:00"),
        (Qt.Key.Key_PageDown, CONTROL, "Early, Mon 23-Nov-2026, 07:00 to 14:00"),
        (Qt.Key.Key_PageUp, CONTROL, "Night, Sun 22-Nov-2026, 21:00 to 07:00"),
        (Qt.Key.Key_Home, ALT, "Late, Sun 22-Nov-2026, 14:00 to 21:00 (this shift)"),
        (Qt.Key.Key_PageUp, CONTROL, "Early, Sun 22-Nov-2026, 07:00 to 14:00"),
    ):
        press(qtbot, key, modifier)
        wait_quiet(qtbot, home.tasks)
        assert page.heading.text() == expected
    page.codes["night"].setFocus()
    press(qtbot, Qt.Key.Key_Space)
    wait_quiet(qtbot, home.tasks)
    assert page.heading.text().startswith("Night, Sun 22-Nov-2026")
    assert page.place() == ("due", "2026-11-22/night")
    again = opened(qtbot, home, "2026-11-22/night")
    assert again.heading.text().startswith("Night, Sun 22-Nov-2026")


def test_it_follows_the_clock_into_the_next_shift_and_an_hour_becomes_late(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    done_with(home, resident)
    sign(home, resident, "news2", NEWS2_5)
    page = opened(qtbot, home)
    assert page._minute.interval() == MINUTE
    assert page._minute.isActive()
    at = next(n for n, item in enumerate(page.table.rows) if item.title == "NEWS2")
    page.table.setCurrentIndex(page.table.records.index(at, 0))
    home.clock.pass_time(minutes=61)
    page._minute.timeout.emit()
    wait_quiet(qtbot, home.tasks)
    assert ("11", "NEWS2", "Late since 15:05") in lines(page)
    current = page.table.current()
    assert current is not None
    assert current.title == "NEWS2", "the line that was chosen is still chosen"
    home.clock.pass_time(hours=6)
    page._minute.timeout.emit()
    wait_quiet(qtbot, home.tasks)
    assert page.heading.text() == "Night, Sun 22-Nov-2026, 21:00 to 07:00 (this shift)"
    page.hide()
    assert not page._minute.isActive(), "nothing is read behind another page"


def test_what_somebody_signs_leaves_the_list(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    page = opened(qtbot, home)
    assert ("11", "MUST", "Never done") in lines(page)
    home.ctx.call(lambda s: assessments.sign(s, resident, "must", MUST_LOW))
    qtbot.waitUntil(lambda: ("11", "MUST", "Never done") not in lines(page))
    wait_quiet(qtbot, home.tasks)


def test_late_only_and_by_pathway(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    sign(home, resident, "news2", NEWS2_5)
    page = opened(qtbot, home)
    everything = len(page.table.rows)
    page.filters["late"].setFocus()
    press(qtbot, Qt.Key.Key_Space)
    assert page.table.rows
    assert all(item.late for item in page.table.rows)
    assert len(page.table.rows) < everything
    assert f"{everything} to do" in page.count.text()
    assert f"{len(page.table.rows)} shown" in page.count.text()
    page.filters["all"].setFocus()
    press(qtbot, Qt.Key.Key_Space)
    page.pathway.setFocus()
    press(qtbot, Qt.Key.Key_Down)  # nutrition
    qtbot.waitUntil(lambda: {item.pathway for item in page.table.rows} == {"nutrition"})


def test_what_changed_is_said_in_words(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    sign(home, resident, "must", MUST_LOW)
    sign(home, resident, "must", MUST_MEDIUM)
    home.clock.pass_time(days=40)
    page = opened(qtbot, home)
    item = next(item for item in page.table.rows if item.title == "MUST")
    at = page.table.rows.index(item)
    model = page.table.records
    assert model.data(model.index(at, 3)) == "1 (Medium risk), up from 0 (Low risk)"
    spoken = model.spoken_row(at)
    for said in ("Room 11, SMITH, John (Mr)", "Overdue", "MUST: Review due since", "up from 0 (Low risk)"):
        assert said in spoken, spoken


def test_who_is_away_stands_apart_and_leads_to_the_record(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    since = home.clock.now() - timedelta(days=1)
    home.call(lambda s: residents.add_fact(s, resident, Absence(since, None, "hospital")))
    page = opened(qtbot, home)
    assert page.table.rows == ()
    assert page.count.text().startswith("Nothing is due in this shift.")
    assert not page.open_button.isEnabled()
    row = page._away.findChildren(RowButton)[0]
    assert "MUST (never done)" in row.accessibleName()
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert home.went == [("resident", resident)]


@pytest.mark.parametrize(("percent", "width"), [(100, 1200), (200, 1160), (100, 700)])
@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK, Choice.CONTRAST])
def test_nothing_is_cut_off(qtbot: QtBot, home: SignedIn, percent: int, width: int, choice: Choice) -> None:
    home.theme.set(choice, percent)
    resident = home.resident("Wilhelmina", "Carter-Featherstonehaugh")
    sign(home, resident, "news2", NEWS2_5)
    page = opened(qtbot, home, width=width)
    assert clipped(page) == []
    assert page.table.one_column == (percent == 200 or width == 700)
    shown = [at for at in range(4) if not page.table.isColumnHidden(at)]
    assert shown == ([0] if page.table.one_column else [0, 1, 2, 3])
    if page.table.one_column:
        text = page.table.records.data(page.table.records.index(0, 0))
        assert "CARTER-FEATHERSTONEHAUGH" in text
        assert "By 15:05" in text
    assert page.table.horizontalScrollBar().maximum() == 0, "no column stands outside the window"
    assert theme.percent() == percent


def test_the_paper_is_saved_only_after_the_warning(qtbot: QtBot, home: SignedIn, tmp_path: Path) -> None:
    home.resident()
    page = opened(qtbot, home)
    dialog = PaperDialog(home.ctx, page, page.shift)
    dialog.show()
    assert "leaves the encrypted store" in words(dialog)
    assert unnamed(dialog) == []
    path = tmp_path / "list.pdf"
    dialog.save_to(path)
    wait_quiet(qtbot, home.tasks)
    assert "SMITH, John (Mr)" in PdfReader(BytesIO(path.read_bytes())).pages[0].extract_text()
    assert home.said[-1].text == "The due list is saved"


def test_the_reminder_speaks_once_when_an_hour_has_passed(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    sign(home, resident, "news2", NEWS2_5)
    watch = DueWatch(home.ctx)
    watch.look()
    wait_quiet(qtbot, home.tasks)
    assert home.said == [], "it has not begun"
    watch.begin()
    assert watch.timer.isActive()
    for minutes, said in ((59, 0), (1, 1), (30, 1)):
        home.clock.pass_time(minutes=minutes)
        watch.look()
        wait_quiet(qtbot, home.tasks)
        assert len(home.said) == said
    assert home.said[0].text == "Room 11, SMITH, John (Mr): NEWS2 is late"
    assert "Repeat NEWS2 at least every hour, after NEWS2 5 (Medium) at 14:05" in home.said[0].detail
    do = home.said[0].do
    assert do is not None
    do()
    assert home.went == [("due", None)]
    watch.end()
    assert not watch.timer.isActive()
    watch.deleteLater()


def test_what_was_late_at_the_sign_in_is_not_said_again(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    sign(home, resident, "news2", NEWS2_5)
    home.clock.pass_time(minutes=90)
    watch = DueWatch(home.ctx)
    watch.begin()
    home.clock.pass_time(minutes=1)
    watch.look()
    wait_quiet(qtbot, home.tasks)
    assert home.said == []
    watch.end()
    watch.deleteLater()


def test_today_says_how_much_the_shift_has_to_do_and_leads_to_the_list(qtbot: QtBot, home: SignedIn) -> None:
    resident = home.resident()
    sign(home, resident, "news2", NEWS2_5)
    home.clock.pass_time(minutes=61)
    page = TodayPage(home.ctx)
    qtbot.addWidget(page)
    page.show()
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    row = page.shift.findChildren(RowButton)[0]
    found = home.call(due.present)
    assert found.late > 0
    assert row.accessibleName().startswith(f"Due this shift: {len(found.items)}, of which {found.late} are late. Late")
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert home.went == [("due", None)]
