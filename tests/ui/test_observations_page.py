"""A resident's measurements: each kind recorded with real keys, taken back, looked at as charts, brought to paper."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.domain.observation_board import BLOOD, PARTS
from app.domain.people import ResidentId
from app.services import alerts, assessments, observations
from app.ui.pages.observations import ObservationsPage
from app.ui.pages.observations.charts import ENTRIES
from app.ui.pages.observations.dialogs import ChartsPaperDialog, InErrorDialog
from app.ui.theme import Choice, Tone
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet

CTRL = Qt.KeyboardModifier.ControlModifier
ENTER, TAB, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Space
NEWS2 = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 130, "pulse": 72,
    "consciousness": "A", "temp_c": Decimal("36.6"),
}  # fmt: skip


def open_page(home: SignedIn, qtbot: QtBot, person: ResidentId) -> ObservationsPage:
    page = ObservationsPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1166, 660)
    with qtbot.waitActive(page):
        page.show()
    page.opened(person)
    wait_quiet(qtbot, home.tasks)
    return page


def type_keys(qtbot: QtBot, home: SignedIn, keys: str) -> None:
    """Each key goes where the keyboard is then; a line break is Enter."""
    for key in keys:
        target = QApplication.focusWidget()
        assert target is not None
        if key == "\n":
            qtbot.keyClick(target, ENTER)
        else:
            qtbot.keyClicks(target, key)
    wait_quiet(qtbot, home.tasks)


def taken(home: SignedIn, person: ResidentId, kind: str) -> list[tuple[Decimal | None, str]]:
    found = home.call(lambda s: observations.series(s, person, (kind,)))[kind]
    return [(each.value, each.detail) for each in found]


def words(page: ObservationsPage) -> str:
    return "\n".join(part.text() for part in page.findChildren(QLabel) if part.isVisibleTo(page))


# -------------------------------------------------------------------------------------------------- the quick entry


@pytest.mark.parametrize(
    ("keys", "kind", "value", "detail"),
    [
        ("13", "fluid_in_ml", "200", ""),
        ("1t3", "fluid_in_ml", "200", "Tea"),
        ("10", "fluid_in_ml", "0", ""),
        ("15180\n", "fluid_in_ml", "180", ""),
        ("22", "fluid_out_ml", "200", ""),
        ("2c4", "fluid_out_ml", "400", "Catheter"),
        ("34", "bowel_type", "4", ""),
        ("3b6", "bowel_type", "6", BLOOD),
        ("463.5\n", "weight_kg", "63.5", ""),
        ("55.4\n", "glucose_mmol", "5.4", ""),
        ("67", "pain_nrs", "7", ""),
        ("60", "pain_nrs", "0", ""),
        ("611 ", "pain_nrs", "10", ""),
        ("61 ", "pain_nrs", "1", ""),
    ],
)
def test_each_kind_is_recorded_by_its_keys_alone(
    qtbot: QtBot, home: SignedIn, keys: str, kind: str, value: str, detail: str
) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    page.page_area.setFocus()
    press(qtbot, Qt.Key.Key_N, CTRL)
    type_keys(qtbot, home, keys)
    assert taken(home, person, kind) == [(Decimal(value), detail)]
    assert page.recent.isVisible()
    assert observations.said(kind, Decimal(value)) in words(page)
    assert page.entry.kinds.isAncestorOf(QApplication.focusWidget()), "ready for the next one"
    type_keys(qtbot, home, "11")
    assert taken(home, person, "fluid_in_ml")[-1] == (100, "")


def test_a_letter_leaves_the_keyboard_where_the_digits_of_the_amounts_are_shown(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    type_keys(qtbot, home, "1t")
    assert page.entry.what is not None
    assert page.entry.amounts is not None
    assert page.entry.what.value() == "Tea"
    assert page.entry.amounts.isAncestorOf(QApplication.focusWidget())
    type_keys(qtbot, home, "3")
    assert taken(home, person, "fluid_in_ml") == [(Decimal(200), "Tea")]


def test_a_weight_in_stones_is_kept_with_all_its_digits(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    type_keys(qtbot, home, "4")
    box = page.entry.boxes["value"].target
    qtbot.keyClick(box, TAB, Qt.KeyboardModifier.ShiftModifier)
    type_keys(qtbot, home, "s10")
    press(qtbot, TAB)
    type_keys(qtbot, home, "3.5\n")
    assert taken(home, person, "weight_kg") == [(Decimal("143.5") * Decimal("0.45359237"), "10 st 3.5 lb")]
    assert "Weight 65.09 kg, 10 st 3.5 lb, at 14:05" in words(page)


def test_what_cannot_be_is_refused_beside_the_box_and_stays(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    for typed, said in (
        ("", "Enter the weight"),
        ("heavy", "Weight must be a number"),
        ("6.5", "Weight must be between 20 kg and 250 kg"),
    ):
        press(qtbot, Qt.Key.Key_N, CTRL)
        type_keys(qtbot, home, f"4{typed}\n")
        box = page.entry.boxes["value"].target
        assert isinstance(box, QLineEdit)
        assert (page.entry.error.text(), box.text()) == (f"Error: {said}", typed)
        page.entry.reset()
    assert taken(home, person, "weight_kg") == []


def test_a_number_that_was_typed_is_not_left_behind_unsaid(qtbot: QtBot, home: SignedIn) -> None:
    page = open_page(home, qtbot, home.resident())
    type_keys(qtbot, home, "463")
    assert not page.can_leave()
    assert home.said[-1].tone is Tone.WARNING
    type_keys(qtbot, home, "\n")
    assert page.can_leave()


def test_a_key_that_is_held_down_saves_nothing(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    open_page(home, qtbot, person)
    type_keys(qtbot, home, "1")
    for _ in range(5):
        target = QApplication.focusWidget()
        assert target is not None
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1", True)  # noqa: FBT003
        QApplication.sendEvent(target, held)
    wait_quiet(qtbot, home.tasks)
    assert taken(home, person, "fluid_in_ml") == []


def test_an_earlier_time_is_of_one_entry_and_never_in_the_future(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    type_keys(qtbot, home, "1")
    page.entry.earlier.setFocus()
    press(qtbot, ENTER)
    type_keys(qtbot, home, "1430")
    assert page.entry.amounts is not None
    page.entry.amounts.setFocus()
    type_keys(qtbot, home, "3")
    assert page.entry.error.text() == "Error: The time of the measurement must be now or in the past"
    assert page.entry.clock is not None
    page.entry.clock.setText("0915")
    page.entry.amounts.setFocus()
    type_keys(qtbot, home, "3")
    type_keys(qtbot, home, "13")
    found = home.call(lambda s: observations.series(s, person, ("fluid_in_ml",)))["fluid_in_ml"]
    assert [f"{each.at:%H:%M}" for each in found] == ["09:15", "14:05"]
    assert "Fluid taken 200 ml, at 09:15" in words(page)


# ------------------------------------------------------------------------------------------------- taking back, alerts


def test_ctrl_z_and_one_digit_take_the_last_entry_back(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    type_keys(qtbot, home, "1314")
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert "Why was it an error: Fluid taken 250 ml?" in words(page)
    type_keys(qtbot, home, "1")
    assert taken(home, person, "fluid_in_ml") == [(200, "")]
    assert "Fluid taken 250 ml" not in words(page)
    assert "Fluid taken 200 ml" in words(page), "the one before it can be taken back still"
    press(qtbot, Qt.Key.Key_Z, CTRL)
    type_keys(qtbot, home, "5Spilt\n")
    assert taken(home, person, "fluid_in_ml") == []
    assert not page.recent.isVisible()


def test_after_ten_minutes_only_the_list_takes_back(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    type_keys(qtbot, home, "13")
    home.clock.pass_time(minutes=9, seconds=59)
    page.recent.fade(home.ctx.now())
    assert page.recent.isVisible()
    home.clock.pass_time(seconds=1)
    page.recent.fade(home.ctx.now())
    assert not page.recent.isVisible()
    page.area.parts.buttons[ENTRIES].click()
    wait_quiet(qtbot, home.tasks)
    assert page.area.entries is not None
    page.area.entries.setFocus()
    press(qtbot, ENTER)
    dialog = page.findChild(InErrorDialog)
    assert dialog is not None
    assert "Fluid taken 200 ml" in "\n".join(part.text() for part in dialog.findChildren(QLabel))
    qtbot.waitUntil(dialog.isActiveWindow)
    type_keys(qtbot, home, "4")
    assert taken(home, person, "fluid_in_ml") == []
    assert page.area.entries is None or page.area.entries.rows == ()


def test_an_alert_is_said_with_whom_to_phone(qtbot: QtBot, home: SignedIn) -> None:
    person = home.resident()
    page = open_page(home, qtbot, person)
    type_keys(qtbot, home, "36")
    home.clock.pass_time(hours=1)
    type_keys(qtbot, home, "37")
    assert [each.title for each in home.call(alerts.standing)] == ["Two loose stools within 24 hours"]
    assert "Phone GP: Cedar Surgery, 01920 555 0199" in home.said[-1].text
    assert "Two loose stools within 24 hours. Phone GP" in words(page)
    assert page.area.part == "bowels"


def test_a_low_glucose_is_said_beside_the_entry_and_over_the_chart(qtbot: QtBot, home: SignedIn) -> None:
    page = open_page(home, qtbot, home.resident())
    type_keys(qtbot, home, "53.9\n")
    assert words(page).count("Below 4.0 mmol/L, which is low.") == 2
    assert home.call(alerts.standing) == ()


# ----------------------------------------------------------------------------------------------------- the charts


def _filled(home: SignedIn) -> ResidentId:
    person = home.resident("Philippa", "Okonkwo-Braithwaite", title="Mrs", preferred_name="Pip")
    now = home.clock.now()
    for days in range(1, 25):
        at = now - timedelta(days=days)
        for kind, value in (("fluid_in_ml", 900), ("fluid_out_ml", 300), ("bowel_type", 1 + days % 7)):
            home.call(lambda s, k=kind, v=value, t=at: observations.record(s, person, k, v, at=t))
    for kind, value in (("weight_kg", "61.2"), ("glucose_mmol", "6.1"), ("pain_nrs", "8")):
        home.call(lambda s, k=kind, v=value: observations.record(s, person, k, Decimal(v), at=now))
    for days in (20, 3):
        home.call(lambda s, d=days: assessments.sign(s, person, "news2", NEWS2, at=now - timedelta(days=d)))
    pressures = {
        "lying_sbp": 140, "lying_dbp": 80, "standing_1min_sbp": 112, "standing_1min_dbp": 78,
        "standing_3min_sbp": 118, "standing_3min_dbp": 76, "symptoms": False,
    }  # fmt: skip
    home.call(lambda s: assessments.sign(s, person, "orthostatic_bp", pressures))
    return person


@pytest.mark.parametrize("size", [100, 200])
def test_every_part_has_names_and_cuts_nothing_off(qtbot: QtBot, home: SignedIn, size: int) -> None:
    person = _filled(home)
    home.theme.set(Choice.LIGHT, size)
    page = open_page(home, qtbot, person)
    page.resize(1366, 768)
    wrong: list[str] = []
    for at, kind in enumerate("123456"):
        page.entry.reset()
        press(qtbot, Qt.Key.Key_N, CTRL)
        type_keys(qtbot, home, kind)
        wrong += [f"kind {at}: {found}" for found in (*unnamed(page), *clipped(page))]
    page.entry.reset()
    type_keys(qtbot, home, "13")
    for part in (*PARTS, ENTRIES):
        page.area.show_part(part)
        for card in page.area.cards:
            card.show_table()
        wait_quiet(qtbot, home.tasks)
        wrong += [f"{part}: {found}" for found in (*unnamed(page), *clipped(page))]
        assert page.area.cards or part == ENTRIES, part
    assert wrong == [], "\n".join(wrong)


def test_a_chart_says_its_figures_to_a_screen_reader(qtbot: QtBot, home: SignedIn) -> None:
    page = open_page(home, qtbot, _filled(home))
    card = page.area.cards[0]
    assert card.view.accessibleName() == "NEWS2 observation chart"
    assert "2 sets of observations" in card.view.accessibleDescription()
    assert "Usual when well: NEWS2 0" in words(page)


def test_a_period_shows_what_is_in_it(qtbot: QtBot, home: SignedIn) -> None:
    person = _filled(home)
    page = open_page(home, qtbot, person)
    assert page.shown is not None
    assert len(page.shown.board.sets) == 2
    page.area.periods.buttons["3"].click()
    wait_quiet(qtbot, home.tasks)
    assert len(page.shown.board.sets) == 1
    assert {each.day for each in page.shown.board.fluids} <= {
        home.ctx.today() - timedelta(days=days) for days in range(5)
    }


def test_of_ten_years_the_chart_in_sight_comes_first_and_the_others_follow(qtbot: QtBot, home: SignedIn) -> None:
    person = _filled(home)
    page = open_page(home, qtbot, person)
    boards = []
    show = page.area.show_board
    page.area.show_board = lambda shown: (boards.append(shown.board), show(shown))[1]  # type: ignore[method-assign]
    page.area.periods.buttons["3653"].click()
    qtbot.waitUntil(lambda: len(boards) == 2)
    assert [(bool(each.sets), bool(each.fluids), each.has("fluids")) for each in boards] == [
        (True, False, False), (True, True, True),
    ]  # fmt: skip
    page.area.show_part("fluids")
    wait_quiet(qtbot, home.tasks)
    assert "Reading" not in words(page)
    assert page.area.cards


def test_another_resident_is_another_screen(qtbot: QtBot, home: SignedIn) -> None:
    first, second = home.resident(), home.resident("Ida", "Example")
    page = open_page(home, qtbot, first)
    type_keys(qtbot, home, "13")
    page.opened(second)
    assert page.banner.name.text() == ""
    assert not page.recent.isVisible()
    wait_quiet(qtbot, home.tasks)
    assert page.banner.name.text() == "EXAMPLE, Ida (Mr)"
    assert page.shown is not None
    assert page.shown.entries == ()
    page.opened(None)
    assert "No resident is chosen" in words(page)


def test_the_charts_go_on_paper_after_a_warning(
    qtbot: QtBot, home: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(home, qtbot, _filled(home))
    page.paper_button.click()
    dialog = page.findChild(ChartsPaperDialog)
    assert dialog is not None
    said = "\n".join(part.text() for part in dialog.findChildren(QLabel))
    assert "leaves the encrypted store" in said
    assert unnamed(dialog) == []
    target = tmp_path / "charts.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    for box in dialog.boxes.values():
        box.setChecked(False)
    dialog.save_button.click()
    assert dialog.trouble.text() == "Choose at least one chart"
    dialog.boxes["weight"].setChecked(True)
    dialog.save_button.click()
    wait_quiet(qtbot, home.tasks)
    text = "\n".join(found.extract_text() for found in PdfReader(target).pages)
    assert "OKONKWO-BRAITHWAITE, Philippa (Mrs)" in text
    assert "61.2" in text
    assert "no longer protected" in home.said[-1].detail
