"""Hand-overs and the downtime kit on the screen: choosing, answering, saving, stopping, and the reminder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.handovers import QUESTIONS, TITLES, Handover
from app.domain.people import Allergy, Contact, ResidentId
from app.services import audit, downtime, residents
from app.services.session import Session
from app.ui.dialogs import downtime as kit_dialog
from app.ui.dialogs import handover, paper, paper_out
from app.ui.pages.settings.downtime_card import DowntimeCard
from app.ui.pages.today.load import load_today
from app.ui.widgets.text import NotesEdit
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


@pytest.fixture(autouse=True)
def no_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The computer of these tests has none, whatever the one has that runs them."""
    monkeypatch.setattr(paper, "prints_directly", lambda: False)


def opened(home: SignedIn, window: QWidget, qtbot: QtBot, person: ResidentId) -> handover.HandoverDialog:
    details = home.call(lambda s: residents.read_again(s, person)).resident.details
    dialog = handover.open_for(home.ctx, window, person, details)
    wait_quiet(qtbot, home.tasks)
    return dialog


def texts(path: Path) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(path.read_bytes())).pages)


def printed(session: Session) -> list[tuple[str, str]]:
    rows = audit.trail(session, audit.Wanted(categories=("printed",))).rows
    return [(row.what, row.detail) for row in rows]


def type_into(dialog: handover.HandoverDialog, key: str, text: str) -> None:
    box = dialog.form.fields[key].target
    assert isinstance(box, QLineEdit | NotesEdit)
    if isinstance(box, NotesEdit):
        box.set_text(text)
    else:
        box.setText(text)


def test_each_hand_over_says_what_the_record_lacks_and_asks_its_own_questions(
    home: SignedIn, window: QWidget, qtbot: QtBot
) -> None:
    dialog = opened(home, window, qtbot, home.resident("John", "Smith", Allergy("Penicillin")))
    assert dialog.missing.text().startswith("•  CPR decision\n")
    assert "Allergies" not in dialog.missing.text()
    for which in Handover:
        dialog.which.set_value(which.value)
        assert list(dialog.form.fields) == [each.code for each in QUESTIONS[which]]
        assert dialog.missing.text().startswith("•  ")
        assert unnamed(dialog) == []


def test_what_was_typed_for_one_waits_while_another_is_looked_at(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = opened(home, window, qtbot, home.resident())
    type_into(dialog, "situation", "Short of breath")
    dialog.which.set_value(Handover.DEATH.value)
    assert dialog.told() == {}
    dialog.which.set_value(Handover.CALL.value)
    assert dialog.told() == {"situation": "Short of breath"}
    kept = dialog.unsaved()
    assert kept is not None
    assert kept.lines == (("Situation", "Short of breath"),)


def test_saving_writes_the_paper_and_the_audit_says_which_and_how(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(home, window, qtbot, home.resident("John", "Smith", Allergy("Penicillin")))
    type_into(dialog, "situation", "Short of breath")
    offered: list[str] = []

    def choose(*args: object) -> tuple[str, str]:
        offered.append(Path(str(args[2])).name)
        return str(tmp_path / "mine"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Saved as" in dialog.said.text(), timeout=20_000)
    assert offered == ["hand-over-call.pdf"]
    assert "Short of breath" in texts(tmp_path / "mine.pdf")
    assert home.call(printed) == [("Printed a hand-over", f"kind {TITLES[Handover.CALL]}, protection saved")]
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_that_cannot_be_written_is_said_and_what_was_typed_stays(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(home, window, qtbot, home.resident())
    type_into(dialog, "situation", "Short of breath")
    dialog.save_to(tmp_path / "nowhere" / "mine.pdf")
    qtbot.waitUntil(lambda: "was not saved" in dialog.said.text(), timeout=20_000)
    assert dialog.told() == {"situation": "Short of breath"}
    assert dialog.save_button.isEnabled()


def test_a_phrase_is_shown_once_and_opens_the_file(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(paper_out, "show_phrase", lambda phrase, _parent: shown.append(phrase))
    dialog = opened(home, window, qtbot, home.resident())
    dialog.save_to(tmp_path / "mine.pdf", protected=True)
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=20_000)
    found = PdfReader(tmp_path / "mine.pdf")
    assert found.is_encrypted
    assert found.decrypt(shown[0])


def test_closing_asks_once_about_what_is_on_no_paper(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    dialog = opened(home, window, qtbot, home.resident())
    type_into(dialog, "request", "A visit today")
    press(qtbot, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert "on no paper yet" in dialog.said.text()
    with qtbot.waitSignal(dialog.rejected):
        press(qtbot, Qt.Key.Key_Escape)


def test_large_text_is_not_cut(home: SignedIn, window: QWidget, qtbot: QtBot) -> None:
    home.theme.set(text_size=200)
    dialog = opened(home, window, qtbot, home.resident())
    for which in Handover:
        dialog.which.set_value(which.value)
        wait_quiet(qtbot, home.tasks)
        assert clipped(dialog) == []


def test_the_whole_kit_is_saved_with_everybody_in_it(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    for given in ("Ada", "Bo", "Cy", "Di"):
        home.resident(given, "Smith", Contact("Ann", "niece", "01632 960111"))
    dialog = kit_dialog.open_kit(home.ctx, window)
    wait_quiet(qtbot, home.tasks)
    assert unnamed(dialog) == []
    dialog.save_to(tmp_path / "kit.pdf")
    qtbot.waitUntil(lambda: "Saved as" in dialog.said.text(), timeout=30_000)
    found = texts(tmp_path / "kit.pdf")
    assert [given for given in ("Ada", "Bo", "Cy", "Di") if f"SMITH, {given} (Mr) Born" not in found] == []
    assert home.call(downtime.standing).made_at == home.clock.now()
    assert [what for what, _ in home.call(printed)] == [
        "Took out the downtime kit, the key facts of everybody in the home"
    ]


def test_stopping_the_kit_leaves_no_file_no_entry_and_no_date(
    home: SignedIn, window: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    for given in ("Ada", "Bo", "Cy", "Di"):
        home.resident(given)
    dialog = kit_dialog.open_kit(home.ctx, window)
    dialog.save_to(tmp_path / "kit.pdf")
    assert dialog.stop_button.isVisible()
    qtbot.mouseClick(dialog.stop_button, Qt.MouseButton.LeftButton)
    wait_quiet(qtbot, home.tasks)
    assert dialog.said.text() == "Stopped. Nothing was printed or saved."
    assert dialog.save_button.isEnabled()
    assert list(tmp_path.glob("*.pdf*")) == []
    assert home.call(printed) == []
    assert home.call(downtime.standing).made_at is None


@pytest.mark.parametrize(
    ("later", "asked"),
    [(timedelta(days=6, hours=23), False), (timedelta(days=7, hours=1), True)],
    ids=["6d23h", "7d1h"],
)
def test_today_asks_for_a_new_kit_when_the_last_is_too_old(home: SignedIn, later: timedelta, asked: bool) -> None:
    home.resident()
    assert home.call(load_today).kit_due
    home.call(lambda s: downtime.note_made(s, downtime.Kit(b"", 1, 1, s.now())))
    home.clock.at += later
    found = home.call(load_today)
    assert (found.kit_due, found.last_kit) == (asked, home.clock.at - later)


def test_the_card_says_how_old_it_is_and_keeps_what_the_manager_chooses(home: SignedIn, qtbot: QtBot) -> None:
    home.resident()
    card = DowntimeCard(home.ctx)
    qtbot.addWidget(card)
    card.show()
    card.load()
    wait_quiet(qtbot, home.tasks)
    assert card.last.text() == "Last kit: Never"
    assert card.old.text() == "No kit has been made yet. Make one now."
    assert unnamed(card) == []
    pick: Callable[[int], None] = card.days.set_value
    pick(0)
    wait_quiet(qtbot, home.tasks)
    assert home.call(downtime.standing).days == 0
    card.load()
    qtbot.waitUntil(lambda: not card.old.isVisible(), timeout=20_000)
