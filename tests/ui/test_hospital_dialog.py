"""From "Send to hospital" to pages on paper, with real keys on a real store; only the printer is a stand-in."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble
from app.domain.people import Medicine, ResidentId
from app.domain.transfer import NONE_KNOWN, NOT_KNOWN, NOT_RECORDED, Call, LastDose
from app.services import assessments, transfers
from app.services.sign_in import sign_in
from app.ui.context import Context
from app.ui.dialogs import paper
from app.ui.dialogs.hospital import HospitalDialog, open_for
from app.ui.dialogs.place import documents
from app.ui.theme import Choice
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet

ENTER, SPACE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab
CTRL = Qt.KeyboardModifier.ControlModifier
WELL = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 130, "pulse": 72,
    "consciousness": "A", "temp_c": Decimal("36.8"),
}  # fmt: skip
MEDICINES = (Medicine("Paracetamol 1 g", "as needed"), Medicine("Apixaban 5 mg", "twice a day", time_critical=True))


def open_dialog(home: SignedIn, resident: ResidentId, qtbot: QtBot) -> HospitalDialog:
    dialog = open_for(home.ctx, resident, None)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.resize(1266, 700)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.observations is not None and QApplication.focusWidget() is not None)
    return dialog


def keys(qtbot: QtBot, *strokes: Qt.Key | str) -> None:
    for stroke in strokes:
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget), "nothing has the focus"
        if isinstance(stroke, str):
            qtbot.keyClicks(focused, stroke)
        else:
            qtbot.keyClick(focused, stroke)


def make(dialog: HospitalDialog, qtbot: QtBot) -> transfers.Pack:
    focused = QApplication.focusWidget()
    assert isinstance(focused, QWidget)
    qtbot.keyClick(focused, ENTER, CTRL)
    qtbot.waitUntil(lambda: dialog.made is not None, timeout=20_000)
    assert dialog.made is not None
    return dialog.made.pack


def focused_name() -> str:
    focused = QApplication.focusWidget()
    return focused.accessibleName() if focused is not None else ""


def test_from_the_questions_to_the_pdf_without_the_mouse(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_dialog(home, resident, qtbot)
    keys(qtbot, "Short of breath", TAB, "13:30", ENTER, "Coughing since Friday", TAB)
    keys(qtbot, "NEWS2 is high, sat up, oxygen on", TAB, "Chest X-ray", TAB)
    keys(qtbot, "23", ENTER, "93", ENTER, SPACE, ENTER, "n", SPACE, ENTER, "104", ENTER, "112", ENTER)
    keys(qtbot, Qt.Key.Key_Right, SPACE, ENTER, "38.4", ENTER)
    assert focused_name() == "Apixaban 5 mg, last given", "time-critical medicines come first"
    keys(qtbot, "08:00", ENTER, "not known", ENTER)
    dialog._fields["bag"].focus()
    keys(qtbot, "RB-03", ENTER, "Lister Hospital A&E", ENTER, "none", ENTER, "999", ENTER, "now")
    reason = dialog.reason()
    assert reason.situation == "Short of breath"
    assert reason.onset_at == datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    assert reason.last_doses == (
        LastDose("Apixaban 5 mg", datetime(2026, 11, 22, 8, 0, tzinfo=UTC), "Anticoagulant"),
        LastDose("Paracetamol 1 g", NOT_KNOWN, ""),
    )
    assert (reason.bag, reason.escort) == ("RB-03", NONE_KNOWN)
    assert reason.called == (Call("999", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),)
    assert dialog.unanswered() == ()
    pack = make(dialog, qtbot)
    reader = PdfReader(BytesIO(pack.pdf))
    assert len(reader.pages) == pack.pages
    assert "Short of breath" in reader.pages[1].extract_text()
    assert home.call(lambda s: transfers.pack_pdf(s, pack.id)) == pack.pdf
    assert QApplication.focusWidget() is dialog.made.print_button if dialog.made else False


def test_nothing_that_is_missing_stops_the_pack(home: SignedIn, qtbot: QtBot) -> None:
    dialog = open_dialog(home, home.resident("John", "Smith", *MEDICINES), qtbot)
    first = dialog.unanswered()
    assert first[:4] == ("Reason for transfer", "Onset", "What happened", "Observations now")
    pack = make(dialog, qtbot)
    assert pack.pdf.startswith(b"%PDF")
    assert "reason.situation" in pack.missing
    assert dialog.made is not None
    assert any("Reason for transfer" in str(part.property("text")) for part in dialog.made.findChildren(QWidget))


def test_what_cannot_be_right_is_named_and_can_be_left_out(home: SignedIn, qtbot: QtBot) -> None:
    dialog = open_dialog(home, home.resident(), qtbot)
    keys(qtbot, "Fell", TAB, "half past nine", TAB)
    assert dialog.observations is not None
    dialog.observations.go_to("pulse")
    keys(qtbot, "700")
    focused = QApplication.focusWidget()
    assert isinstance(focused, QWidget)
    qtbot.keyClick(focused, ENTER, CTRL)
    assert dialog.made is None
    assert dialog.summary.texts() == (
        "Onset must include a time such as 14:05",
        "Pulse must be between 20 a minute and 250 a minute",
    )
    assert dialog.anyway_button.isVisible()
    dialog.anyway_button.setFocus()
    keys(qtbot, SPACE)
    qtbot.waitUntil(lambda: dialog.made is not None, timeout=20_000)
    assert dialog.made is not None
    assert {"reason.onset_at", "observations"} <= set(dialog.made.pack.missing)


def test_the_last_set_is_offered_with_its_time_and_marked(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    home.call(lambda s: assessments.sign(s, resident, "news2", WELL))
    home.clock.pass_time(hours=3)
    dialog = open_dialog(home, resident, qtbot)
    assert dialog.observations is not None
    assert dialog.observations.empty(), "an old set is never taken for a new one by itself"
    assert dialog.last_set_button is not None
    dialog.last_set_button.setFocus()
    keys(qtbot, SPACE)
    assert dialog.observations.answers() == WELL
    assert dialog.reason().observed_at == datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    assert "22-Nov-2026 14:05, not measured again" in dialog._observed.text()


def test_closing_by_mistake_loses_nothing(home: SignedIn, qtbot: QtBot) -> None:
    resident, other = home.resident("John", "Smith", *MEDICINES), home.resident("Ann", "Jones")
    dialog = open_dialog(home, resident, qtbot)
    keys(qtbot, "Short of breath", TAB, "half past")
    assert dialog.observations is not None
    dialog.observations.go_to("resp_rate")
    keys(qtbot, "2", Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    stranger = open_dialog(home, other, qtbot)
    assert stranger.reason().situation is NOT_RECORDED
    stranger.reject()
    again = open_dialog(home, resident, qtbot)
    assert again._text("situation") == "Short of breath"
    assert again._text("onset_at") == "half past"
    assert again.observations is not None
    assert again.observations.kept() == {"resp_rate": 2}


def test_what_was_typed_outlives_the_session_and_a_colleague_goes_on_with_it(home: SignedIn, qtbot: QtBot) -> None:
    """A lock or a dead process in the middle of an emergency."""
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_dialog(home, resident, qtbot)
    keys(qtbot, "Short of breath")
    qtbot.waitUntil(lambda: home.call(lambda s: transfers.typed(s, resident)) is not None, timeout=10_000)
    dialog.hide()  # as the lock does, without closing it
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "mo", PASSWORD, home.clock))
    home.ctx = Context(home.session, home.tasks, home.messages, home.theme)
    again = open_dialog(home, resident, qtbot)
    assert again._text("situation") == "Short of breath"
    assert "what Mo Manager typed at 22-Nov-2026 14:05" in again._notice.text()
    made = make(again, qtbot)
    assert made.version == 1
    again.reject()
    assert home.call(lambda s: transfers.typed(s, resident)) is None


def test_a_window_in_which_nothing_was_typed_keeps_nothing(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_dialog(home, resident, qtbot)
    dialog.keep()
    dialog.reject()
    wait_quiet(qtbot, home.tasks)
    assert home.call(lambda s: transfers.typed(s, resident)) is None


def test_a_second_pack_says_which_papers_it_replaces(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    make(open_dialog(home, resident, qtbot), qtbot)
    dialog = open_dialog(home, resident, qtbot)
    assert make(dialog, qtbot).version == 2
    assert dialog.made is not None
    assert any("Replaces version 1" in part.accessibleName() for part in dialog.made.findChildren(QWidget))


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for ``lp`` that keeps what it was given, or fails when told to."""
    if sys.platform == "win32":
        pytest.skip("Windows has no lp")
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "lp"
    script.write_text(
        '#!/bin/sh\nif [ -e "$0.broken" ]; then echo "lp: no default destination" >&2; exit 1; fi\n'
        'printf "%s " "$@" > "$0.arguments"\ncat > "$0.pdf"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return script


def test_printing_hands_over_the_same_bytes_and_leaves_no_file(home: SignedIn, qtbot: QtBot, printer: Path) -> None:
    dialog = open_dialog(home, home.resident(), qtbot)
    dialog.copies.setCurrentIndex(1)
    pack = make(dialog, qtbot)
    assert dialog.made is not None
    keys(qtbot, SPACE)
    qtbot.waitUntil(lambda: dialog.made is not None and "has taken" in dialog.made.said.text())
    assert Path(f"{printer}.pdf").read_bytes() == pack.pdf
    assert Path(f"{printer}.arguments").read_text().startswith("-n 2 ")


def test_a_printer_that_refuses_is_said_in_words(home: SignedIn, qtbot: QtBot, printer: Path) -> None:
    Path(f"{printer}.broken").touch()
    dialog = open_dialog(home, home.resident(), qtbot)
    make(dialog, qtbot)
    assert dialog.made is not None
    dialog.made.print_out()
    qtbot.waitUntil(lambda: dialog.made is not None and dialog.made.print_button.isEnabled())
    assert dialog.made.said.text().startswith(
        "Not printed: lp: no default destination. The pack is kept in the record."
    )


def test_saving_warns_first_and_writes_the_same_bytes(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = open_dialog(home, home.resident(), qtbot)
    pack = make(dialog, qtbot)
    assert dialog.made is not None
    asked: list[str] = []
    target = ""

    def where(_parent: object, _title: str, begins: str, _kinds: str) -> tuple[str, str]:
        asked.append(begins)
        return target, ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", where)
    assert dialog.made.warning.isVisible()
    assert dialog.made.warning.text().startswith("A saved PDF leaves the protected record")
    keys(qtbot, TAB, SPACE)
    assert asked == [documents("red-bag-pack-v1.pdf")], "the place is all that is asked"
    target = str(tmp_path / "pack")
    keys(qtbot, SPACE)
    assert (tmp_path / "pack.pdf").read_bytes() == pack.pdf


def test_a_place_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble:
        paper.save_pdf(b"%PDF", tmp_path / "no such folder" / "pack.pdf")
    assert trouble.value.happened.startswith("The PDF was not saved: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.DARK, 200)])
def test_every_control_is_named_and_no_words_are_cut(home: SignedIn, qtbot: QtBot, choice: Choice, size: int) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    home.theme.set(choice, size)
    try:
        dialog = open_dialog(home, resident, qtbot)
        assert unnamed(dialog) == []
        qtbot.waitUntil(lambda: clipped(dialog) == [], timeout=2000)  # a layout settles in a few turns of the loop
        make(dialog, qtbot)
        assert unnamed(dialog) == []
        qtbot.waitUntil(lambda: clipped(dialog) == [], timeout=2000)  # a layout settles in a few turns of the loop
    finally:
        home.theme.set(Choice.LIGHT, 100)
