"""Adding and changing a resident by key presses: what is wrong, what is asked, what is kept."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import ResidentDetails, ResidentId
from app.services import residents
from app.ui.dialogs import resident_edit
from app.ui.dialogs.duplicate import DuplicateDialog
from app.ui.dialogs.resident_edit import ResidentDialog
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, press

MARY = {
    "family_name": "Jones", "given_name": "Mary", "date_of_birth": "4 May 1940", "nhs_number": "999-000-0026",
}  # fmt: skip


def fill(dialog: ResidentDialog, qtbot: QtBot, typed: dict[str, str]) -> None:
    for key, text in typed.items():
        target = dialog.form.fields[key].target
        qtbot.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(target, text)


def save(dialog: ResidentDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def errors(dialog: ResidentDialog) -> dict[str, str]:
    return {key: field.error for key, field in dialog.form.fields.items() if field.error}


def details_of(home: SignedIn, resident_id: str) -> ResidentDetails:
    return home.call(lambda s: residents.open_resident(s, ResidentId(resident_id))).resident.details


def test_what_is_missing_is_named_beside_the_box_and_at_the_top(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    save(dialog, qtbot)
    assert errors(dialog) == {
        "family_name": "Enter the resident's last name",
        "given_name": "Enter the resident's first name",
        "date_of_birth": "Enter the date of birth",
        "nhs_number": "Enter the NHS number, or tick that it is not known",
    }
    assert dialog.summary.texts() == tuple(errors(dialog).values())
    qtbot.waitUntil(dialog.summary.hasFocus)
    qtbot.mouseClick(dialog.summary.links()[2], Qt.MouseButton.LeftButton)
    assert dialog.form.fields["date_of_birth"].target.hasFocus()


@pytest.mark.parametrize(
    ("key", "typed", "message"),
    [
        ("nhs_number", "999 000 001", "NHS number must be 10 digits"),
        ("nhs_number", "9990000019", "Check the NHS number: one or more digits are wrong"),
        ("nhs_number", "QQ123456C", "This looks like a National Insurance number. Enter the NHS number"),
        ("date_of_birth", "31/02/1940", "Date of birth: 31/02/1940 must be a real date"),
        ("date_of_birth", "tomorrow", "Date of birth: tomorrow must be a date such as 6 Sep 1937"),
        ("date_of_birth", "1 Jan 2030", "Date of birth must be in the past"),
        ("gp_code", "!", "GP practice code must be 3 to 12 letters and digits"),
    ],
)
def test_what_cannot_be_is_said_in_the_words_of_the_label_and_stays_typed(
    home: SignedIn, window: QWidget, qtbot: QtBot, key: str, typed: str, message: str
) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    fill(dialog, qtbot, MARY | {key: typed})
    save(dialog, qtbot)
    assert errors(dialog) == {key: message}
    assert dialog.form.typed()[key] == typed
    assert home.call(residents.find_residents) == ()


def test_the_date_of_birth_is_read_back_in_full(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    fill(dialog, qtbot, {"date_of_birth": "6/3/1937"})
    assert dialog.form.fields["date_of_birth"].editor.echo.text() == "6 March 1937 (89 years)"  # type: ignore[attr-defined]


def test_without_an_nhs_number_the_reason_is_asked_for(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    reason, tick = (dialog.form.fields[key] for key in ("nhs_number_absent_reason", "nhs_unknown"))
    assert not reason.isVisible()
    fill(dialog, qtbot, {key: text for key, text in MARY.items() if key != "nhs_number"})
    qtbot.keyClick(tick.target, Qt.Key.Key_Space)
    assert reason.isVisible()
    save(dialog, qtbot)
    assert errors(dialog) == {"nhs_number_absent_reason": "Enter why the NHS number is not known"}
    fill(dialog, qtbot, {"nhs_number_absent_reason": "asked the GP"})
    with qtbot.waitSignal(dialog.added) as added:
        save(dialog, qtbot)
    assert added.args is not None
    kept = details_of(home, added.args[0])
    assert (kept.nhs_number, kept.nhs_number_absent_reason) == (None, "asked the GP")


def test_somebody_alike_stops_the_way_and_a_reason_opens_it(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    first = home.resident("Mary", "Jones", title="Mrs", nhs_number="9990000026", room="4")
    dialog = resident_edit.add(home.ctx, window, "R900")
    fill(dialog, qtbot, MARY | {"nhs_number": "9990000034", "date_of_birth": "6 Sep 1937"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(DuplicateDialog)))
    ask = dialog.findChildren(DuplicateDialog)[0]
    assert [button.accessibleName() for button in ask.same_buttons] == [
        "Same person: open the record of JONES, Mary (Mrs)"
    ]
    qtbot.mouseClick(ask.save_button, Qt.MouseButton.LeftButton)
    assert ask.form.fields["duplicate"].error == "Enter how you know that this is a different person"
    assert len(home.call(residents.find_residents)) == 1
    qtbot.keyClicks(ask.form.fields["duplicate"].target, "cousins, both seen")
    with qtbot.waitSignal(dialog.added) as added:
        qtbot.keyClick(ask, Qt.Key.Key_Return)
    assert added.args is not None
    assert added.args[0] != first
    assert len(home.call(residents.find_residents)) == 2


def test_the_same_person_is_opened_and_not_entered_twice(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    first = home.resident("Mary", "Jones", title="", nhs_number="9990000034", date_of_birth=date(1940, 5, 4))
    dialog = resident_edit.add(home.ctx, window, "R900")
    fill(dialog, qtbot, MARY)
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(DuplicateDialog)))
    with qtbot.waitSignal(dialog.added) as added:
        qtbot.mouseClick(dialog.findChildren(DuplicateDialog)[0].same_buttons[0], Qt.MouseButton.LeftButton)
    assert added.args == [first]
    assert len(home.call(residents.find_residents)) == 1


def test_a_number_that_somebody_has_is_said_at_its_box_and_leads_to_them(
    home: SignedIn, window: QWidget, qtbot: QtBot
) -> None:
    ada = home.resident("Ada", "Alderfly", title="", nhs_number="9990000026")
    dialog = resident_edit.add(home.ctx, window, "R900")
    fill(dialog, qtbot, MARY)
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(errors(dialog)))
    assert errors(dialog) == {
        "nhs_number": "ALDERFLY, Ada has this NHS number. Open that record, or mark the number as not known"
    }
    assert dialog.findChildren(DuplicateDialog) == [], "no reason can make one number belong to two people"
    assert dialog.form.fields["nhs_number"].target.hasFocus()
    assert dialog.open_other.accessibleName() == "Open the record of ALDERFLY, Ada"
    press(qtbot, Qt.Key.Key_Tab)
    assert dialog.open_other.hasFocus()
    with qtbot.waitSignal(dialog.added) as known:
        press(qtbot, Qt.Key.Key_Return)
    assert known.args == [ada]
    assert len(home.call(residents.find_residents)) == 1


def test_another_number_takes_the_way_to_the_other_record_away(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    home.resident("Ada", "Alderfly", title="", nhs_number="9990000026")
    dialog = resident_edit.add(home.ctx, window, "R900")
    fill(dialog, qtbot, MARY)
    save(dialog, qtbot)
    qtbot.waitUntil(dialog.open_other.isVisible)
    qtbot.keyClicks(dialog.form.fields["nhs_number"].target, "999 000 001")  # what is there is selected: it goes
    save(dialog, qtbot)
    assert errors(dialog) == {"nhs_number": "NHS number must be 10 digits"}
    assert not dialog.open_other.isVisible()


def test_an_added_resident_is_said_after_the_record_has_opened(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    order: list[str] = []
    dialog.added.connect(lambda _known: order.append("opened"))
    home.messages.shown.connect(lambda message: order.append(message.text))
    fill(dialog, qtbot, MARY | {"title": "Miss"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["opened", "JONES, Mary (Miss) added."]


def test_a_name_that_nobody_has_is_refused_at_its_box(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    fill(dialog, qtbot, MARY | {"family_name": "Jones" * 40})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "family_name" in errors(dialog))
    assert "150 characters or fewer" in errors(dialog)["family_name"]
    assert home.call(residents.find_residents) == ()


@pytest.mark.parametrize("percent", [100, 200])
def test_the_longest_name_is_shown_whole_where_it_is_asked_about(
    home: SignedIn, window: QWidget, qtbot: QtBot, percent: int
) -> None:
    longest = "W" * 150
    home.resident("Mary", longest, title="", nhs_number="9990000034", date_of_birth=date(1940, 5, 4))
    home.theme.set(Choice.LIGHT, percent)
    try:
        dialog = resident_edit.add(home.ctx, window, "R900")
        fill(dialog, qtbot, MARY | {"family_name": longest})
        save(dialog, qtbot)
        qtbot.waitUntil(lambda: bool(dialog.findChildren(DuplicateDialog)))
        ask = dialog.findChildren(DuplicateDialog)[0]
        sideways = ask.area.horizontalScrollBar()  # may show for a moment while the layout settles
        qtbot.waitUntil(lambda: ask.isVisible() and clipped(ask) == [] and not sideways.isVisible())
    finally:
        home.theme.set(Choice.LIGHT, 100)


def test_a_home_reference_that_is_taken_is_marked_at_its_box(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    home.resident("John", "Smith", key="R001")
    dialog = resident_edit.add(home.ctx, window, "R001")
    fill(dialog, qtbot, MARY)
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(errors(dialog)) or bool(dialog.findChildren(DuplicateDialog)))
    for ask in dialog.findChildren(DuplicateDialog):
        qtbot.keyClicks(ask.form.fields["duplicate"].target, "another person")
        qtbot.keyClick(ask, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "key" in errors(dialog))
    assert dialog.form.typed()["family_name"] == "Jones"


def test_changing_who_somebody_is_needs_a_reason_and_changing_the_room_does_not(
    home: SignedIn, window: QWidget, qtbot: QtBot
) -> None:
    john = home.resident("John", "Smith")
    dialog = resident_edit.change(home.ctx, window, john, details_of(home, john))
    fill(dialog, qtbot, {"family_name": "Smythe"})
    save(dialog, qtbot)
    assert errors(dialog) == {"reason": "Enter the reason for the change"}
    fill(dialog, qtbot, {"reason": "misheard on arrival"})
    with qtbot.waitSignal(dialog.accepted):
        save(dialog, qtbot)
    assert details_of(home, john).family_name == "Smythe"
    second = resident_edit.change(home.ctx, window, john, details_of(home, john))
    fill(second, qtbot, {"room": "21"})
    with qtbot.waitSignal(second.accepted):
        save(second, qtbot)
    assert details_of(home, john).room == "21"


def test_a_change_that_makes_two_people_alike_is_stopped_as_well(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    mary = home.resident("Mary", "Jones", title="", nhs_number="9990000026")
    john = home.resident("John", "Smith", nhs_number="9990000034")
    dialog = resident_edit.change(home.ctx, window, john, details_of(home, john))
    fill(dialog, qtbot, {"nhs_number": "9990000026", "reason": "read off the wrong letter"})
    save(dialog, qtbot)
    qtbot.waitUntil(lambda: "nhs_number" in errors(dialog))
    with qtbot.waitSignal(dialog.added) as known:
        qtbot.keyClick(dialog.open_other, Qt.Key.Key_Return)
    assert known.args == [mary]
    assert details_of(home, john).nhs_number == "9990000034"


def test_a_death_is_recorded_with_its_hour(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith")
    dialog = resident_edit.change(home.ctx, window, john, details_of(home, john))
    fill(dialog, qtbot, {"died_at": "23 Nov 2026", "died_at_time": "0510", "reason": "died"})
    save(dialog, qtbot)
    assert errors(dialog) == {"died_at": "Died on must be today or in the past"}
    fill(dialog, qtbot, {"died_at": "21 Nov 2026"})
    with qtbot.waitSignal(dialog.accepted):
        save(dialog, qtbot)
    died = details_of(home, john).died_at
    assert died is not None
    assert died.isoformat() == "2026-11-21T05:10:00+00:00"


def test_escape_asks_before_anything_typed_is_lost(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    fill(dialog, qtbot, {"family_name": "Jones"})
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.form.typed()["family_name"] == "Jones"
    with qtbot.waitSignal(dialog.rejected):
        qtbot.mouseClick(dialog.discard_button, Qt.MouseButton.LeftButton)


def test_escape_closes_at_once_when_nothing_was_typed(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_every_box_has_a_name(home: SignedIn, window: QWidget) -> None:
    dialog = resident_edit.add(home.ctx, window, "R001")
    for field in dialog.form.fields.values():
        assert field.target.accessibleName() == field.label_text
        if isinstance(field.editor, QCheckBox):
            assert field.editor.text() == "Yes"
