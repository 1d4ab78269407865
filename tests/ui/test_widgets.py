"""The shared controls, driven by real keys and read as a screen reader would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.domain.people import Gender, ResidentDetails
from app.ui import theme
from app.ui.messages import Message, Messages, in_words
from app.ui.theme import Choice, Theme, Tone
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import danger, link, primary, secondary
from app.ui.widgets.date_edit import DateEdit, TimeEdit
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox, Field, show_problems
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.message_bar import MessageBar
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.row import RowButton
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import NotesEdit, label, page_column
from app.ui.widgets.text_size import TextSize
from tests.ui.helpers import clipped, exposed, unnamed

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, Choice.LIGHT, 100)
    yield
    theme.apply(qapp, Choice.LIGHT, 100)


class Shown(Protocol):
    """Puts parts into a column on the screen."""

    def __call__(self, *parts: QWidget, width: int = 700) -> QWidget: ...


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    kept: list[QWidget] = []  # qtbot alone would not keep a window alive

    def show(*parts: QWidget, width: int = 700) -> QWidget:
        window = QWidget()
        kept.append(window)
        column = QVBoxLayout(window)
        for part in parts:
            column.addWidget(part)
        window.resize(width, 500)
        qtbot.addWidget(window)
        exposed(qtbot, window)
        window.activateWindow()
        return window

    show.kept = kept  # type: ignore[attr-defined]
    return show


def spoken(part: QWidget) -> tuple[str, str]:
    found = QAccessible.queryAccessibleInterface(part)
    assert found is not None
    return found.text(QAccessible.Text.Name), found.text(QAccessible.Text.Description)


def smith(**changes: Any) -> ResidentDetails:
    details: dict[str, Any] = {
        "key": "R1", "family_name": "Smith", "given_name": "John", "date_of_birth": date(1937, 9, 6),
        "nhs_number": "9990000018", "title": "Mr", "preferred_name": "Jack", "gender": Gender.MALE, "room": "12",
    }  # fmt: skip
    return ResidentDetails(**{**details, **changes})


# --------------------------------------------------------------------------------------------------------- fields


def test_a_field_gives_its_box_the_name_the_help_and_the_error(qtbot: QtBot, shown: Shown) -> None:
    field = Field("Last name", QLineEdit(), key="family_name", help_text="As on the NHS record")
    shown(field)
    assert spoken(field.target) == ("Last name", "As on the NHS record")
    field.set_error("Enter the resident's last name")
    assert field.error == "Enter the resident's last name"
    assert spoken(field.target) == ("Last name", "Error: Enter the resident's last name As on the NHS record")
    field.set_error("")
    assert field.error == ""
    assert spoken(field.target)[1] == "As on the NHS record"


def test_problems_are_marked_and_listed_and_each_line_goes_to_its_field(qtbot: QtBot, shown: Shown) -> None:
    summary = ErrorSummary()
    name, born = (
        Field("Last name", QLineEdit(), key="name"),
        Field("Date of birth", DateEdit(lambda: TODAY), key="born"),
    )
    shown(summary, name, born)
    name.target.setProperty("text", "typed before")
    problems = (
        Problem("name", "Enter the resident's last name"),
        Problem("name", "A second message about the same box"),
        Problem("born", "Date of birth must be in the past"),
        Problem("elsewhere", "Nothing was saved"),
    )
    show_problems(problems, (name, born), summary)
    qtbot.waitUntil(summary.hasFocus)
    assert summary.texts() == (
        "Enter the resident's last name", "Date of birth must be in the past", "Nothing was saved",
    )  # fmt: skip
    assert name.error == "Enter the resident's last name"
    assert name.target.property("text") == "typed before"
    qtbot.keyClick(summary.links()[1], Qt.Key.Key_Space)
    qtbot.waitUntil(born.target.hasFocus)
    show_problems((), (name, born), summary)
    assert not summary.isVisible()
    assert name.error == born.error == ""


def test_the_echo_says_what_was_understood(qtbot: QtBot, shown: Shown) -> None:
    edit = DateEdit(lambda: TODAY, show_age=True, key="born")
    shown(Field("Date of birth", edit))
    qtbot.keyClicks(edit.box, "06/03/1937")
    assert edit.echo.text() == "6 March 1937 (89 years)"
    assert edit.value() == date(1937, 3, 6)
    edit.box.clear()
    assert edit.value() is None
    qtbot.keyClicks(edit.box, "31/02/1937")
    assert edit.echo.text() == ""
    with pytest.raises(UserError, match="real date") as caught:
        edit.value()
    assert caught.value.field == "born"
    edit.set_value(date(1937, 9, 6))
    assert edit.text() == "06-Sep-1937"


@pytest.mark.parametrize(
    ("typed", "meant"), [("t", TODAY), ("+7d", date(2026, 11, 29)), ("6 sept 2026", date(2026, 9, 6))]
)
def test_dates_are_read_as_people_type_them(qtbot: QtBot, typed: str, meant: date) -> None:
    edit = DateEdit(lambda: TODAY)
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit.box, typed)
    assert edit.value() == meant


@pytest.mark.parametrize(("typed", "meant"), [("14:05", time(14, 5)), ("1405", time(14, 5)), ("9.30", time(9, 30))])
def test_times_are_read_as_people_type_them(qtbot: QtBot, typed: str, meant: time) -> None:
    edit = TimeEdit(key="at")
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit, typed)
    assert edit.value() == meant


@pytest.mark.parametrize("typed", ["24:00", "12:60", "noon", "5"])
def test_a_time_that_is_none_is_refused(qtbot: QtBot, typed: str) -> None:
    edit = TimeEdit(key="at")
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit, typed)
    with pytest.raises(UserError, match="24-hour"):
        edit.value()


def test_tab_leaves_the_notes(qtbot: QtBot, shown: Shown) -> None:
    notes, after = NotesEdit(), QLineEdit()
    shown(notes, after)
    notes.setFocus()
    qtbot.keyClicks(notes, "Slept well")
    qtbot.keyClick(notes, Qt.Key.Key_Tab)
    qtbot.waitUntil(after.hasFocus)
    assert notes.text() == "Slept well"


@pytest.mark.parametrize("make", [lambda: ChoiceBox([(1, "One"), (2, "Two")]), QSpinBox])
def test_the_wheel_scrolls_the_form_and_changes_no_answer(qtbot: QtBot, shown: Shown, make: Any) -> None:
    control = make()
    field = Field("Kind", control)
    other = QLineEdit()
    shown(other, field)
    other.setFocus()

    inverted = False

    def turn() -> bool:
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, inverted,
        )  # fmt: skip
        QApplication.sendEvent(control, event)
        return event.isAccepted()

    before = control.property("currentIndex") or control.property("value")
    assert not turn(), "the form gets the wheel"
    assert (control.property("currentIndex") or control.property("value")) == before
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    assert turn(), "with the keyboard in it, it turns"


def test_a_choice_keeps_values_apart_from_words(qtbot: QtBot) -> None:
    box = ChoiceBox([("residential", "Residential"), ("nursing", "Nursing")])
    qtbot.addWidget(box)
    box.set_value("nursing")
    assert (box.value(), box.currentText()) == ("nursing", "Nursing")
    box.set_value("unheard of")
    assert box.value() is None


def test_a_password_can_be_pasted_and_shown(qtbot: QtBot, shown: Shown) -> None:
    edit = PasswordEdit()
    shown(Field("Password", edit))
    QApplication.clipboard().setText("three quiet words")
    edit.setFocus()
    qtbot.keyClick(edit.box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edit.text() == "three quiet words"
    assert edit.box.displayText() != edit.text()
    qtbot.mouseClick(edit.show_button, Qt.MouseButton.LeftButton)
    assert edit.box.displayText() == edit.text()
    assert edit.show_button.text() == "Hide"
    edit.clear()
    assert edit.box.echoMode() is QLineEdit.EchoMode.Password


# ---------------------------------------------------------------------------------------------------------- table

ROWS = (("SMITH, John (Mr)", 12, Tone.DANGER), ("ABBOT, Ada (Miss)", 3, Tone.GOOD), ("OKORO, Ben", 7, Tone.GOOD))
COLUMNS: tuple[Column[tuple[str, int, Tone]], ...] = (
    Column("Name", lambda row: row[0], sort=lambda row: row[0], stretch=True),
    Column("Room", lambda row: str(row[1]), sort=lambda row: row[1], right=True),
    Column("Falls", lambda _row: "2 d", spoken=lambda _row: "2 days overdue", tone=lambda row: row[2]),
)


def record_table(shown: Shown) -> RecordTable[tuple[str, int, Tone]]:
    table: RecordTable[tuple[str, int, Tone]] = RecordTable("Residents", COLUMNS, key=lambda row: row[0])
    table.set_rows(ROWS)
    shown(table)
    return table


def test_enter_and_double_click_open_the_record(qtbot: QtBot, shown: Shown) -> None:
    table = record_table(shown)
    opened: list[object] = []
    table.opened.connect(opened.append)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == [ROWS[1]]
    place = table.visualRect(table.model().index(2, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [ROWS[1], ROWS[2]]


def test_the_first_cell_speaks_the_whole_row(qtbot: QtBot, shown: Shown) -> None:
    table = record_table(shown)
    found = QAccessible.queryAccessibleInterface(table)
    assert found is not None
    assert found.text(QAccessible.Text.Name) == "Residents"
    index = table.model().index(0, 0)
    said = table.model().data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert said == "SMITH, John (Mr). Room: 12. Falls: 2 days overdue"
    assert table.model().data(table.model().index(0, 2), Qt.ItemDataRole.DisplayRole) == "2 d"
    assert not table.model().data(table.model().index(0, 2), Qt.ItemDataRole.DecorationRole).isNull()


def test_a_title_sorts_numbers_as_numbers_and_the_chosen_row_stays_chosen(qtbot: QtBot, shown: Shown) -> None:
    table = record_table(shown)
    assert table.select("OKORO, Ben")
    table.horizontalHeader().sectionClicked.emit(1)
    assert [row[1] for row in table.rows] == [3, 7, 12]
    assert table.current() == ROWS[2]
    table.horizontalHeader().sectionClicked.emit(1)
    assert [row[1] for row in table.rows] == [12, 7, 3]
    table.set_rows(ROWS[:2])
    assert [row[1] for row in table.rows] == [12, 3], "the order asked for outlives a reload"
    table.horizontalHeader().sectionClicked.emit(2)
    assert [row[1] for row in table.rows] == [12, 3], "a column without an order is left alone"


def test_tab_leaves_the_table(qtbot: QtBot, shown: Shown) -> None:
    table: RecordTable[Any] = RecordTable("Residents", COLUMNS)
    table.set_rows(ROWS)
    after = QLineEdit()
    shown(table, after)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Tab)
    qtbot.waitUntil(after.hasFocus)


# --------------------------------------------------------------------------------------------------------- banner


def test_the_banner_says_who_in_the_fixed_order(qtbot: QtBot, shown: Shown) -> None:
    banner = ResidentBanner()
    shown(banner, width=1000)
    banner.show_resident(smith(), TODAY)
    assert banner.name.text() == "SMITH, John (Mr)"
    said = {key: value.text() for key, value in banner.values.items()}
    assert said == {
        "Born": "06-Sep-1937 (89y)", "Gender": "Male", "NHS No.": "999 000 0018", "Known as": "Jack", "Room": "12",
    }  # fmt: skip
    by_place = sorted(banner.values, key=lambda key: banner.values[key].mapTo(banner, QPoint(0, 0)).x())
    assert by_place == ["Born", "Gender", "NHS No.", "Known as", "Room"]
    assert spoken(banner)[0].startswith(
        "SMITH, John (Mr), known as Jack. Born 6 September 1937, 89 years. NHS number 999"
    )
    banner.clear()
    assert banner.name.text() == ""
    assert not any(value.text() for value in banner.values.values())


def test_someone_who_died_has_another_colour_another_pattern_and_the_word(qtbot: QtBot, shown: Shown) -> None:
    banner = ResidentBanner()
    shown(banner, width=1000)
    banner.show_resident(smith(), TODAY)
    alive = banner.grab().toImage()
    banner.show_resident(smith(died_at=datetime(2026, 1, 5, 3, tzinfo=UTC)), TODAY)
    dead = banner.grab().toImage()
    empty = range(banner.width() // 2, banner.width() // 2 + 40)
    row = banner.height() - 6
    assert len({alive.pixel(x, row) for x in empty}) == 1
    assert len({dead.pixel(x, row) for x in empty}) > 1, "a pattern, not only a colour"
    assert alive.pixel(empty[0], row) not in {dead.pixel(x, row) for x in empty}
    assert banner.status.word == "Died 05-Jan-2026"
    assert banner.values["Born"].text() == "06-Sep-1937 (88y)", "the age at death"


def test_nothing_in_the_banner_is_read_as_markup(qtbot: QtBot, shown: Shown) -> None:
    banner = ResidentBanner()
    shown(banner)
    banner.show_resident(smith(given_name="<b>John</b>"), TODAY)
    assert all(part.textFormat() is Qt.TextFormat.PlainText for part in banner.findChildren(QLabel))


# -------------------------------------------------------------------------------------------------------- messages


def test_a_refusal_is_said_in_its_own_words() -> None:
    said = in_words(UserError("Two things are wrong", problems=(Problem("a", "Mend this"), Problem("b", "And that"))))
    assert said == Message(Tone.WARNING, "Two things are wrong", "Mend this\nAnd that")


def test_a_trouble_says_what_happened_what_is_safe_and_what_to_do() -> None:
    said = in_words(
        EnvironmentTrouble(ExitCode.DISK_FULL, "The disk is full.", "Nothing was lost.", "Free some space.")
    )
    assert said == Message(Tone.DANGER, "The disk is full.", "Nothing was lost. Free some space.")


def test_a_message_stays_until_it_is_closed_or_replaced(qtbot: QtBot, shown: Shown) -> None:
    messages = Messages()
    bar = MessageBar(messages)
    shown(bar)
    did: list[str] = []
    messages.warning("Not saved", action="Save now", do=lambda: did.append("saved"))
    assert bar.isVisible()
    assert spoken(bar.close_button)[0] == "Close message"
    messages.good("Saved 14:05")
    assert bar.text.text() == "Saved 14:05"
    messages.warning("Not saved", action="Save now", do=lambda: did.append("saved"))
    button = next(part for part in bar.findChildren(type(bar.close_button)) if part.text() == "Save now")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert did == ["saved"]
    assert not bar.isVisible()


# ------------------------------------------------------------------------------------------------------- the rest


def gallery() -> tuple[QWidget, ...]:
    row = RowButton(
        "OKONKWO-BRAITHWAITE, Philippa (Mrs)", "Falls assessment · Room 12", tag=Tag("Overdue", Tone.DANGER)
    )
    holder = QWidget()
    flow = FlowLayout(holder)
    for tone in Tone:
        flow.addWidget(Tag(tone.value.title(), tone))
    return (
        row, holder, primary("Sign and save"), secondary("Cancel"), danger("Enter as made in error"), link("Change"),
        Field("Date of birth", DateEdit(lambda: TODAY), help_text="For example, 6 Sep 1937"),
        Field("Password", PasswordEdit()), Field("Notes", NotesEdit()),
        label("A long sentence that has to be broken into lines at large text, because nothing may be cut off."),
    )  # fmt: skip


@pytest.mark.parametrize("size", [100, 200])
def test_everything_has_a_name_and_nothing_is_cut_off(qtbot: QtBot, qapp: QApplication, size: int) -> None:
    theme.apply(qapp, Choice.LIGHT, size)
    page = QWidget()
    column = page_column(page)
    parts = gallery()
    for part in parts:
        column.addWidget(part)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    exposed(qtbot, page)
    assert unnamed(page) == []
    qtbot.waitUntil(lambda: clipped(page) == [])
    assert all(part.height() >= 32 for part in parts[2:6])


def test_the_checks_find_what_they_look_for(qtbot: QtBot, shown: Shown) -> None:
    nameless, long = QLineEdit(), QLabel("Much too long for its box")
    nameless.setPlaceholderText("Search")
    window = shown(nameless, long)
    long.setMaximumWidth(40)
    assert len(unnamed(window)) == 1
    qtbot.waitUntil(lambda: long.width() <= 40 and len(clipped(window)) == 1)


def test_a_row_is_one_button_with_the_whole_row_as_its_name(qtbot: QtBot, shown: Shown) -> None:
    pressed: list[str] = []
    row = RowButton("SMITH, John", "MUST", tag=Tag("Overdue", Tone.DANGER), slot=lambda: pressed.append("row"))
    shown(row)
    assert spoken(row)[0] == "SMITH, John. MUST. Overdue"
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() - 20, row.height() // 2))
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Space)
    assert pressed == ["row", "row"]


def test_a_flow_breaks_into_lines(qtbot: QtBot) -> None:
    holder = QWidget()
    flow = FlowLayout(holder)
    tags = [Tag(f"Tag number {at}", Tone.INFO) for at in range(6)]
    for tag in tags:
        flow.addWidget(tag)
    qtbot.addWidget(holder)
    wide, narrow = flow.heightForWidth(2000), flow.heightForWidth(tags[0].sizeHint().width() + 5)
    assert narrow > wide * 5


def test_text_size_steps_and_stops_at_its_ends(qtbot: QtBot, shown: Shown, qapp: QApplication) -> None:
    chosen = Theme(qapp, Choice.LIGHT)
    control = TextSize(chosen)
    shown(control)
    assert not control.smaller.isEnabled()
    for _ in range(4):
        qtbot.mouseClick(control.larger, Qt.MouseButton.LeftButton)
    assert chosen.percent == 200
    assert not control.larger.isEnabled()
    chosen.deleteLater()


def test_two_hundred_thousand_calls_survive(qtbot: QtBot) -> None:
    """PySide6 6.12.0 loses a reference to None in each such call and ends the process after some 5,000 of them."""
    words = QLabel()
    qtbot.addWidget(words)
    for number in range(200_000):
        words.setText("x" if number % 2 else "y")
    assert words.text() == "x"
