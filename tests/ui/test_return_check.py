"""The return checklist on screen, with real keys, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.domain.journeys import Item, MedicineFate, ReturnCheck, Step, StepKind
from app.domain.people import FactKind, Medicine
from app.domain.transfer import TransferReason
from app.services import journeys, residents, returns, transfers
from app.ui.pages.hospital.items import BackDialog
from app.ui.pages.hospital.journey_view import JourneyView, Whole
from app.ui.pages.hospital.return_changed import ChangedDialog
from app.ui.pages.hospital.return_check import ReturnCheckDialog, open_for
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet

TAB, SPACE, ENTER, ESC = Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape
CTRL = Qt.KeyboardModifier.ControlModifier


class Back:
    """A resident with two medicines, back from three nights in hospital, and the window of the home."""

    def __init__(self, home: SignedIn, qtbot: QtBot) -> None:
        self.home, self.qtbot = home, qtbot
        amlodipine, ramipril = (Medicine(name, "one in the morning") for name in ("Amlodipine 5 mg", "Ramipril 2.5 mg"))
        self.person = home.resident("John", "Smith", amlodipine, ramipril)
        reason = TransferReason(situation="a fall", bag="RB-03", destination="Lister Hospital")
        self.journey = home.call(lambda s: transfers.send_to_hospital(s, self.person, reason)).journey_id
        items = [Item("Glasses", 1), Item("Hearing aid", 2)]
        home.call(lambda s: journeys.set_items(s, self.journey, items))
        for kind in (StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.HOSPITAL_OUT, StepKind.HOME_IN):
            home.clock.pass_time(hours=24)
            step = Step(kind, home.clock.now(), name="Nia")
            home.call(lambda s, step=step: journeys.record(s, self.journey, step))
        self.host = QWidget()
        self.host.resize(1366, 768)
        qtbot.addWidget(self.host)
        with qtbot.waitActive(self.host):
            self.host.show()
            self.host.activateWindow()

    def open(self) -> ReturnCheckDialog:
        dialog = open_for(self.home.ctx, self.journey, self.host)
        self.qtbot.waitUntil(lambda: dialog.start is not None)
        wait_quiet(self.qtbot, self.home.tasks)
        dialog.activateWindow()
        self.qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    def check(self) -> ReturnCheck | None:
        return self.home.call(lambda s: journeys.journey(s, self.journey)).journey.back

    def taken(self) -> dict[str, str]:
        record = self.home.call(lambda s: residents.read_again(s, self.person))
        bodies = [fact.body for fact in record.facts[FactKind.MEDICINE]]
        return {b.name: b.directions for b in bodies if isinstance(b, Medicine) and b.stopped is None}


@pytest.fixture
def back(home: SignedIn, qtbot: QtBot) -> Iterator[Back]:
    yield Back(home, qtbot)
    wait_quiet(qtbot, home.tasks)


def typed(qtbot: QtBot, *parts: str | Qt.Key) -> None:
    """Type texts and press keys where the keyboard is."""
    for part in parts:
        if isinstance(part, str):
            target = QApplication.focusWidget()
            assert target is not None
            qtbot.keyClicks(target, part)
        else:
            press(qtbot, part)


def changed_window(qtbot: QtBot) -> ChangedDialog:
    def shown() -> list[ChangedDialog]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, ChangedDialog) and w.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def test_the_whole_checklist_goes_by_keys_alone_and_says_beforehand_what_it_writes(back: Back, qtbot: QtBot) -> None:
    dialog = back.open()
    typed(qtbot, "y", TAB)
    typed(qtbot, "2", TAB, "Amlodipine 10 mg", TAB, TAB, "blood pressure", TAB, TAB)
    typed(qtbot, "3", TAB, "kidneys", TAB, SPACE)
    typed(qtbot, "Apixaban 2.5 mg", TAB, "one twice a day", TAB, TAB, "23:30", TAB, TAB, TAB)
    typed(qtbot, "y", TAB, "14", TAB)
    typed(qtbot, "1", TAB, "61.2", TAB, TAB)
    typed(qtbot, "1", TAB, "1", TAB, "1", TAB, "1", TAB, "1", TAB)
    typed(qtbot, "3", TAB, "y")
    assert dialog.will.text().splitlines() == [
        "•  Amlodipine 5 mg becomes Amlodipine 10 mg, one in the morning",
        "•  Ramipril 2.5 mg is stopped",
        "•  Apixaban 2.5 mg, one twice a day is started",
        "•  Weight 61.2 kg is recorded",
    ]
    assert back.taken() == {"Amlodipine 5 mg": "one in the morning", "Ramipril 2.5 mg": "one in the morning"}
    press(qtbot, ENTER, CTRL)
    sheet = changed_window(qtbot)
    told = [words for _, words in sheet.lines]
    assert "NO LONGER: Ramipril 2.5 mg. Before: one in the morning (kidneys)" in told
    assert "NEW: Apixaban 2.5 mg. one twice a day" in told
    assert back.taken() == {"Amlodipine 10 mg": "one in the morning", "Apixaban 2.5 mg": "one twice a day"}
    check = back.check()
    assert check is not None
    assert (check.letter, check.supply_days, check.skin, check.weight_kg) == (True, 14, "sound", Decimal("61.2"))
    assert (check.swallow, check.follow_up, check.no_cpr_form, check.bag_cleaned) == ("", (), True, True)
    assert check.done_by == "Mo Manager"
    assert unnamed(sheet) == []
    sheet.close()


def test_what_is_typed_is_there_again_after_the_window_was_closed(back: Back, qtbot: QtBot) -> None:
    first = back.open()
    first.rows[0].tiles.setFocus()
    typed(qtbot, "2", TAB, "Amlodipine 10 mg")
    first.weight.focus_on().setFocus()
    typed(qtbot, "6o")
    first.words["swallow"].tiles.setFocus()
    typed(qtbot, "2", TAB, "thickened")
    press(qtbot, ESC)
    wait_quiet(qtbot, back.home.tasks)
    assert back.check() is None, "nothing is in the record yet"
    again = back.open()
    assert again.rows[0].tiles.value() is MedicineFate.CHANGED
    assert again.rows[0].name.text() == "Amlodipine 10 mg"
    assert again.weight.kept() == "6o"
    assert again.words["swallow"].words() == "thickened"
    assert "Mo Manager typed this" in again.notice.text()
    again.reject()


def test_what_is_missing_is_listed_and_leads_to_its_question(back: Back, qtbot: QtBot) -> None:
    dialog = back.open()
    typed(qtbot, "y")
    press(qtbot, ENTER, CTRL)
    qtbot.waitUntil(lambda: len(dialog.summary.texts()) > 5)
    texts = dialog.summary.texts()
    assert "Compare the medicines with the discharge letter" in texts
    assert "Enter the weight, or why the resident was not weighed" in texts
    dialog.summary.links()[texts.index("Enter the weight, or why the resident was not weighed")].click()
    assert QApplication.focusWidget() is dialog.weight.focus_on()
    assert back.check() is None
    dialog.reject()


def test_saving_for_later_keeps_the_answers_and_leaves_the_list_open(back: Back, qtbot: QtBot) -> None:
    dialog = back.open()
    dialog.letter.tiles.setFocus()
    typed(qtbot, "n", TAB, "ward 7b")
    press(qtbot, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible())
    wait_quiet(qtbot, back.home.tasks)
    check = back.check()
    assert check is not None
    assert (check.letter, check.letter_note, check.medicines, check.done_at) == (False, "ward 7b", None, None)
    again = back.open()
    assert again.letter.words() == "ward 7b"
    assert again.notice.isHidden()
    again.reject()


def test_a_medicine_changed_meanwhile_is_refused_in_words_beside_the_list(back: Back, qtbot: QtBot) -> None:
    dialog = back.open()
    fact = dialog.rows[0].fact
    changed = Medicine("Amlodipine 5 mg", "one at night")
    back.home.call(lambda s: residents.change_fact(s, fact.id, changed, reason="GP"))
    for row in dialog.rows:
        row.tiles.setFocus()
        typed(qtbot, "1")
    dialog.compared.setFocus()
    typed(qtbot, "y")
    press(qtbot, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: any("changed in the record meanwhile" in t for t in dialog.summary.texts()))
    assert dialog.isVisible()
    dialog.reject()


def test_what_came_back_is_checked_from_here(back: Back, qtbot: QtBot) -> None:
    dialog = back.open()
    assert dialog.things.text() == "Property: 2 of 2 things have not been looked for yet."
    dialog.items_button.setFocus()
    press(qtbot, SPACE)
    asked = dialog.findChild(BackDialog)
    assert asked is not None
    asked.form.set_typed({"back0": "1", "back1": "1"})
    asked.save_button.click()
    qtbot.waitUntil(lambda: dialog.things.text() == "Property: Missing: 1 × Hearing aid.")
    dialog.reject()


@pytest.mark.parametrize("text_size", [100, 200])
def test_nothing_is_cut_off_and_everything_has_a_name(back: Back, qtbot: QtBot, text_size: int) -> None:
    back.home.theme.set(Choice.LIGHT, text_size)
    dialog = back.open()
    for row, fate in zip(dialog.rows, (MedicineFate.CHANGED, MedicineFate.STOPPED), strict=True):
        row.fill({"fate": fate.value, "name": "Amlodipine 10 mg"})
    dialog.add_medicine()
    dialog.skin.fill("changed", "left heel")
    dialog.follow_up.setFocus()
    typed(qtbot, "2")
    wait_quiet(qtbot, back.home.tasks)
    for at in range(0, dialog.area.verticalScrollBar().maximum() + 1, 400):
        dialog.area.verticalScrollBar().setValue(at)
        assert clipped(dialog) == []
    assert unnamed(dialog) == []
    dialog.reject()


def test_what_is_left_open_is_settled_on_the_journey(back: Back, qtbot: QtBot) -> None:
    check = ReturnCheck(
        letter=False, supply_days=14, equipment="", skin="changed", skin_note="left heel", weight_not="tired",
        swallow="", infection="", lines="", follow_up=(), no_cpr_form=True, bag_cleaned=True,
    )  # fmt: skip
    home, journey = back.home, back.journey
    home.call(lambda s: returns.save(s, journey, check, finished=True))
    row = home.call(lambda s: journeys.journey(s, journey))
    view = JourneyView(home.ctx, Whole(row, (), None), writes=True)
    qtbot.addWidget(view)
    view.show()
    assert {"settle letter", "settle medicines", "settle skin", "changed"} <= set(view.buttons)
    assert unnamed(view) == []
    view.buttons["settle skin"].click()
    wait_quiet(qtbot, home.tasks)
    left = [wait.key for wait in home.call(lambda s: journeys.journey(s, journey)).waiting]
    assert sorted(left) == ["items", "letter", "medicines"]
    view.buttons["changed"].click()
    changed_window(qtbot).close()
