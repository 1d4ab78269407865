"""From "Send to hospital" to pages on paper, with real keys on a real store; only the printer is a stand-in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader, PdfWriter
from PySide6.QtCore import Qt
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.journeys import Step, StepKind
from app.domain.key_facts import TOPICS
from app.domain.people import KeyFact, Medicine, ResidentId
from app.domain.transfer import (
    BASELINE_TOPICS,
    FIELD_LABELS,
    NONE_KNOWN,
    NOT_KNOWN,
    NOT_RECORDED,
    Call,
    LastDose,
    TransferReason,
)
from app.reports import pdf_pages
from app.services import assessments, journeys, pack_printing, residents, transfers
from app.services.sign_in import sign_in
from app.ui.context import Context
from app.ui.dialogs import hospital_who, paper, preview
from app.ui.dialogs.hospital import HospitalDialog, open_for
from app.ui.dialogs.hospital_ask import MOVING, NOW_ASKED, Questions
from app.ui.dialogs.hospital_who import HospitalWho
from app.ui.dialogs.pack_made import COUNTED_ON, PackMade, show_phrase
from app.ui.dialogs.phrase import PhraseDialog
from app.ui.dialogs.place import documents
from app.ui.dialogs.preview import PreviewDialog
from app.ui.forms.form import FormDialog
from app.ui.pages.hospital.bags import LabelsDialog
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from app.ui.watch import Watch
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet

T = TypeVar("T", bound=QWidget)
SLEEP = "Sleep"
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
    qtbot.waitUntil(lambda: dialog.questions is not None and QApplication.focusWidget() is dialog.make_button)
    return dialog


def open_questions(home: SignedIn, resident: ResidentId, qtbot: QtBot) -> HospitalDialog:
    """The window with the questions in front, before any pack."""
    dialog = open_dialog(home, resident, qtbot)
    dialog.first_button.setFocus()
    keys(qtbot, SPACE)
    qtbot.waitUntil(lambda: focused_name() == "Situation: what happened, why must they go now?")
    return dialog


def asked(dialog: HospitalDialog) -> Questions:
    assert dialog.questions is not None
    return dialog.questions


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
    before = dialog.made
    qtbot.keyClick(focused, ENTER, CTRL)
    qtbot.waitUntil(lambda: dialog.made is not None and dialog.made is not before, timeout=20_000)
    assert dialog.made is not None
    return dialog.made.pack


def focused_name() -> str:
    focused = QApplication.focusWidget()
    return focused.accessibleName() if focused is not None else ""


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
        'printf "%s " "$@" > "$0.arguments"\nn=$(ls "$0".job-* 2>/dev/null | wc -l)\n'
        'cat > "$0.pdf"\ncp "$0.pdf" "$0.job-$n"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return script


def test_from_the_questions_to_the_pdf_without_the_mouse(home: SignedIn, qtbot: QtBot, printer: Path) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_questions(home, resident, qtbot)
    keys(qtbot, "Short of breath", TAB, "13:30", ENTER, "1", TAB, "Coughing since Friday", TAB)
    keys(qtbot, "23", ENTER, "93", ENTER, SPACE, ENTER, "n", SPACE, ENTER, "104", ENTER, "112", ENTER)
    keys(qtbot, Qt.Key.Key_Right, SPACE, ENTER, "38.4", ENTER)
    assert focused_name() == "Apixaban 5 mg, last given", "time-critical medicines come first"
    keys(qtbot, "08:00", ENTER, "not known", ENTER, ENTER, ENTER)
    keys(qtbot, "NEWS2 is high, sat up, oxygen on", TAB, "Chest X-ray", TAB)
    keys(qtbot, "999", ENTER, "now", ENTER)
    asked(dialog).fields["bag"].focus()
    keys(qtbot, "RB-03", ENTER, "Lister Hospital A&E", ENTER, "none", ENTER, "14:00", ENTER, "in bed", ENTER)
    keys(qtbot, "has capacity", ENTER, "yes", ENTER, "1", TAB, "2", TAB, "2", ENTER)
    keys(qtbot, "sips only", *[ENTER] * len(NOW_ASKED), "800 ml", ENTER)
    answers = asked(dialog).answers()
    reason, today = answers.reason, answers.today
    assert reason.situation == "Short of breath"
    assert reason.onset_at == datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    assert reason.background == "Coughing since Friday"
    assert (reason.assessment, reason.request) == ("NEWS2 is high, sat up, oxygen on", "Chest X-ray")
    assert reason.last_doses == (
        LastDose("Apixaban 5 mg", datetime(2026, 11, 22, 8, 0, tzinfo=UTC), "Anticoagulant"),
        LastDose("Paracetamol 1 g", NOT_KNOWN, ""),
    )
    assert (reason.bag, reason.escort) == ("RB-03", NONE_KNOWN)
    assert reason.called == (Call("999", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),)
    assert (today.new_confusion, today.mobility, today.capacity) == (True, "in bed", "has capacity")
    assert (today.can_return, today.cpr_original_enclosed, today.cpr_copy_enclosed) == ("yes", True, False)
    assert today.mar_sheets == 2
    assert today.baseline_now == {"Eating and drinking": "sips only", MOVING: "in bed"}, "moving is asked once"
    assert today.contact_told_at == datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    assert today.fluid_intake == "800 ml"
    asked_for = {"Reason for transfer", "Onset", "New confusion", "Observations now", "Who was called", "Bag number"}
    assert asked_for & set(dialog.missing_words()) == set()
    pack = make(dialog, qtbot)
    reader = PdfReader(BytesIO(pack.pdf))
    assert len(reader.pages) == pack.pages
    assert "Short of breath" in reader.pages[1].extract_text()
    assert home.call(lambda s: transfers.pack_pdf(s, pack.id)) == pack.pdf
    assert QApplication.focusWidget() is dialog.made.print_button if dialog.made else False


def test_how_they_are_now_and_what_is_sent_along_stand_on_the_papers_and_are_there_again(
    home: SignedIn, qtbot: QtBot
) -> None:
    usual = KeyFact("sleep", "Up once at three")
    resident = home.resident("John", "Smith", *MEDICINES, usual)
    dialog = open_questions(home, resident, qtbot)
    assert "When well: Up once at three" in words_in(dialog)
    asked(dialog).fields[f"now.{SLEEP}"].focus()
    keys(qtbot, "awake all night")
    while focused_name() != "Apixaban 5 mg: how much is sent along":  # the last Tab comes back to the first
        keys(qtbot, TAB)
        assert focused_name() != f"{SLEEP} now", "Tab never came there"
    keys(qtbot, "14 tablets")
    pages = [page.extract_text() for page in PdfReader(BytesIO(make(dialog, qtbot).pdf)).pages]
    assert any("Up once at three" in page and "awake all night" in page for page in pages)
    assert any("Apixaban 5 mg" in page and "14 tablets" in page for page in pages)
    dialog.reject()
    wait_quiet(qtbot, home.tasks)
    again = asked(open_dialog(home, resident, qtbot)).today()
    assert again.baseline_now == {SLEEP: "awake all night"}
    assert again.stock_sent == {"Apixaban 5 mg": "14 tablets"}


def test_what_is_asked_of_now_are_lines_of_the_pack() -> None:
    assert {*NOW_ASKED, MOVING} < set(BASELINE_TOPICS)
    assert set(NOW_ASKED.values()) < {topic.code for topic in TOPICS}


def test_the_first_papers_of_a_second_journey_say_that_their_number_counts_on(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    first = home.call(lambda s: transfers.send_to_hospital(s, resident, TransferReason()))
    stayed = Step(StepKind.NOT_CONVEYED, home.clock.now(), "Mo Manager", "manager")
    home.call(lambda s: journeys.record(s, first.journey_id, stayed))
    dialog = open_dialog(home, resident, qtbot)
    pack = make(dialog, qtbot)
    assert (pack.version, pack.supersedes) == (2, None)
    said = words_in(dialog)
    assert "The pack is made" in said
    assert COUNTED_ON in said
    assert not any("Replaces version" in words for words in said)


def test_nothing_that_is_missing_stops_the_pack_and_the_most_important_comes_first(
    home: SignedIn, qtbot: QtBot
) -> None:
    dialog = open_dialog(home, home.resident("John", "Smith", *MEDICINES), qtbot)
    keys(qtbot, ENTER)
    qtbot.waitUntil(lambda: dialog.made is not None, timeout=20_000)
    assert dialog.made is not None
    assert dialog.made.pack.pdf.startswith(b"%PDF")
    assert "reason.situation" in dialog.made.pack.missing
    words = dialog.missing_words()
    order = [list(FIELD_LABELS.values()).index(each) for each in words]
    assert order == sorted(order)
    assert {"Reason for transfer", "Onset", "New confusion", "Funding"} <= set(words)
    assert all(f"•  {each}" in dialog.missing.lines.text() for each in words)


def test_what_cannot_be_right_is_named_and_can_be_left_out(home: SignedIn, qtbot: QtBot) -> None:
    dialog = open_questions(home, home.resident(), qtbot)
    keys(qtbot, "Fell", TAB, "half past nine", TAB)
    asked(dialog).observations.go_to("pulse")
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
    dialog = open_questions(home, resident, qtbot)
    questions = asked(dialog)
    assert questions.observations.empty(), "an old set is never taken for a new one by itself"
    assert questions.last_set_button is not None
    questions.last_set_button.setFocus()
    keys(qtbot, SPACE)
    assert questions.observations.answers() == WELL
    assert questions.reason().observed_at == datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    assert "22-Nov-2026 14:05, not measured again" in questions.observed.text()


def test_closing_by_mistake_loses_nothing(home: SignedIn, qtbot: QtBot) -> None:
    resident, other = home.resident("John", "Smith", *MEDICINES), home.resident("Ann", "Jones")
    dialog = open_questions(home, resident, qtbot)
    keys(qtbot, "Short of breath", TAB, "half past", ENTER, "2")
    asked(dialog).observations.go_to("resp_rate")
    keys(qtbot, "2")
    asked(dialog).fields["mobility"].focus()
    keys(qtbot, "in bed", Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    stranger = open_questions(home, other, qtbot)
    assert asked(stranger).reason().situation is NOT_RECORDED
    stranger.reject()
    again = asked(open_questions(home, resident, qtbot))
    assert again.text("situation") == "Short of breath"
    assert again.text("onset_at") == "half past"
    assert again.today().new_confusion is False
    assert again.today().mobility == "in bed"
    assert again.observations.kept() == {"resp_rate": 2}


def test_what_an_earlier_program_kept_is_still_read(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    kept = {"situation": "Fell", "dose.0": "08:00", "dose.2": "09:00", "dose.other": "Insulin", "call.0": "999"}
    home.call(lambda s: transfers.keep_typed(s, resident, (kept, {"pulse": 80})))
    reason = asked(open_questions(home, resident, qtbot)).reason()
    assert reason.situation == "Fell"
    assert [(dose.medicine, dose.given_at) for dose in reason.last_doses] == [
        ("Apixaban 5 mg", datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        ("Insulin", datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
    ]
    assert reason.observations == {"pulse": 80}
    assert reason.called == (Call("999", NOT_RECORDED),)


def test_a_dose_that_was_typed_stays_with_its_medicine_when_the_list_changes(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_questions(home, resident, qtbot)
    asked(dialog).instants()["last_doses.0"].focus_on().setFocus()
    assert focused_name() == "Apixaban 5 mg, last given"
    keys(qtbot, "08:00", Qt.Key.Key_Escape)
    home.call(lambda s: residents.add_fact(s, resident, Medicine("Abasaglar insulin", time_critical=True)))
    doses = asked(open_questions(home, resident, qtbot)).reason().last_doses
    assert [dose.medicine for dose in doses] == ["Apixaban 5 mg"]


def test_what_was_typed_outlives_the_session_and_a_colleague_goes_on_with_it(home: SignedIn, qtbot: QtBot) -> None:
    """A lock or a dead process in the middle of an emergency."""
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_questions(home, resident, qtbot)
    keys(qtbot, "Short of breath")
    qtbot.waitUntil(lambda: home.call(lambda s: transfers.typed(s, resident)) is not None, timeout=10_000)
    dialog.hide()  # as the lock does, without closing it
    store = home.session.store_dir
    home.do(home.session.close)
    home.session = home.do(lambda: sign_in(store, "mo", PASSWORD, home.clock))
    home.ctx = Context(home.session, home.tasks, home.messages, home.theme)
    again = open_dialog(home, resident, qtbot)
    assert asked(again).text("situation") == "Short of breath"
    assert "what Mo Manager typed at 22-Nov-2026 14:05" in again.notice.text()
    made = make(again, qtbot)
    assert made.version == 1
    assert "reason.situation" not in made.missing, "the first papers hold what was typed already"
    again.reject()
    wait_quiet(qtbot, home.tasks)
    assert home.call(lambda s: transfers.typed(s, resident)) is None


def test_the_next_version_begins_with_the_answers_of_the_last(home: SignedIn, qtbot: QtBot) -> None:
    """Closed after the first answers, opened again for one more: page 1 must not lose what it said."""
    resident = home.resident("John", "Smith", *MEDICINES)
    dialog = open_questions(home, resident, qtbot)
    keys(qtbot, "Short of breath")
    asked(dialog).fields["mobility"].focus()
    keys(qtbot, "in bed")
    make(dialog, qtbot)
    dialog.reject()
    wait_quiet(qtbot, home.tasks)
    again = open_dialog(home, resident, qtbot)
    assert any("Version 1 was made for this journey" in text for text in words_in(again))
    second = make(again, qtbot)
    assert second.version == 2
    assert not {"reason.situation", "mobility.today"} & set(second.missing)
    assert "Short of breath" in PdfReader(BytesIO(second.pdf)).pages[1].extract_text()


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


def test_who_must_not_be_mistaken_is_said_before_the_pack_is_made(home: SignedIn, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith")
    home.resident("John", "Smith", date_of_birth=date(1941, 1, 1), room="4")
    said = " ".join(words_in(open_dialog(home, john, qtbot)))
    assert "Another resident has the same name: SMITH, John (Mr), born 01-Jan-1941, room 4." in said


def test_somebody_who_is_at_hospital_already_gets_a_pack_and_a_word(home: SignedIn, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith")
    pack = home.call(lambda s: transfers.send_to_hospital(s, john, TransferReason(destination="Lister Hospital")))
    left = Step(StepKind.HOME_OUT, home.clock.now(), "Mo Manager", "manager", bag=True)
    home.call(lambda s: journeys.record(s, pack.journey_id, left))
    dialog = open_dialog(home, john, qtbot)
    said = " ".join(words_in(dialog))
    assert "Recorded as gone to hospital already. On the way to hospital: Lister Hospital." in said
    assert make(dialog, qtbot).journey_id == pack.journey_id


def test_with_the_records_open_for_reading_only_the_pack_is_made_all_the_same(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    trouble = EnvironmentTrouble(ExitCode.REFUSED, "The disk is full.", "All is safe.", "Make room.")
    home.do(lambda: home.session.store.only_read(trouble))
    dialog = open_dialog(home, resident, qtbot)
    pack = make(dialog, qtbot)
    assert (pack.recorded, pack.journey_id) == (False, "")
    assert dialog.made is not None
    assert dialog.made.unrecorded.isVisible()


def words_in(widget: QWidget) -> list[str]:
    return [part.text() for part in widget.findChildren(QLabel) if part.isVisible()]


def jobs(printer: Path) -> list[bytes]:
    """What the printer was given, one after the other."""
    found = sorted(printer.parent.glob(f"{printer.name}.job-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    return [path.read_bytes() for path in found]


def remember_printer(home: SignedIn) -> None:
    home.call(lambda s: pack_printing.keep_printing(s, "", 2))


def printed(dialog: HospitalDialog, version: int, qtbot: QtBot) -> PackMade:
    """The version that the printer has just taken."""
    qtbot.waitUntil(
        lambda: (
            dialog.made is not None
            and dialog.made.pack.version == version
            and "printer has taken" in dialog.made.said.text()
        ),
        timeout=20_000,
    )
    assert dialog.made is not None
    return dialog.made


def top(kind: type[T], qtbot: QtBot) -> T:
    """The visible window of that kind."""

    def found() -> list[T]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]

    qtbot.waitUntil(lambda: bool(found()), timeout=10_000)
    return found()[0]


@pytest.fixture
def shell(home: SignedIn, qtbot: QtBot) -> Iterator[MainWindow]:
    """The whole window, as after signing in."""
    window = MainWindow(home.ctx, lambda: None)
    watch = Watch(window, home.ctx, 5, lambda: None, window.send_to_hospital)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    wait_quiet(qtbot, home.tasks)
    yield window
    watch.stop()
    for each in QApplication.topLevelWidgets():
        if isinstance(each, HospitalDialog | HospitalWho) and each.isVisible():
            each.reject()
    wait_quiet(qtbot, home.tasks)


def test_from_today_to_paper_and_then_only_what_changed(
    home: SignedIn, qtbot: QtBot, printer: Path, shell: MainWindow
) -> None:
    """The nurse's moment: a key, part of the name, Enter, Enter; then one answer, and only its pages."""
    resident = home.resident("John", "Smith", *MEDICINES)
    home.resident("Ann", "Jones")
    remember_printer(home)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    press(qtbot, Qt.Key.Key_F12)
    who = top(HospitalWho, qtbot)
    qtbot.waitUntil(who.search.hasFocus)
    keys(qtbot, ENTER)
    assert who.isVisible(), "Enter alone must not begin with whoever comes first"
    keys(qtbot, "smi", ENTER)
    dialog = top(HospitalDialog, qtbot)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.make_button)
    assert dialog.banner.name.text() == "SMITH, John (Mr)"
    assert jobs(printer) == [], "nothing is printed before somebody has seen whose it is"
    keys(qtbot, ENTER)
    first = printed(dialog, 1, qtbot)
    assert jobs(printer) == [pack_printing.for_printer(first.pack.pdf, (), 2)]
    sets = [page.extract_text() for page in PdfReader(BytesIO(jobs(printer)[0])).pages]
    assert len(sets) == 2 * first.pack.pages
    for copy in (1, 2):
        assert all(f"Copy {copy} of 2" in page for page in sets[(copy - 1) * first.pack.pages :][: first.pack.pages])
    assert Path(f"{printer}.arguments").read_text().startswith("-n 1 ")
    qtbot.waitUntil(lambda: focused_name() == "Situation: what happened, why must they go now?")
    keys(qtbot, "Short of breath")
    press(qtbot, ENTER, CTRL)
    second = printed(dialog, 2, qtbot)
    pages = [page.extract_text() for page in PdfReader(BytesIO(jobs(printer)[1])).pages]
    assert 0 < len(second.pack.changed_pages) < second.pack.pages
    assert len(pages) == 2 * len(second.pack.changed_pages), "two numbered copies"
    assert "Short of breath" in pages[0]
    assert all("SMITH" in page for page in pages)
    assert "Take out pages 1 and " in second.said.text()
    assert "put these in" in second.said.text()
    assert focused_name() == "Situation: what happened, why must they go now?", "the keyboard stays where it was"
    log = home.call(lambda s: pack_printing.log(s, resident))
    assert [(row.version, row.who, row.what.partition(":")[0], row.why) for row in reversed(log)] == [
        (1, "Mo Manager", "Made", ""),
        (1, "Mo Manager", "Sent to the printer", "Emergency (999): the papers"),
        (2, "Mo Manager", "Made", ""),
        (2, "Mo Manager", "Sent to the printer", "Emergency (999): what changed"),
    ]
    assert log[0].what == "Sent to the printer: pages 1 and 2, 2 copies"


def test_an_answer_changed_back_prints_the_page_again_and_the_same_answer_nothing(
    home: SignedIn, qtbot: QtBot, printer: Path
) -> None:
    remember_printer(home)
    dialog = open_dialog(home, home.resident(), qtbot)
    keys(qtbot, ENTER)
    printed(dialog, 1, qtbot)
    asked(dialog).fields["situation"].focus()
    make(dialog, qtbot)
    assert dialog.made is not None
    assert dialog.made.pack.changed_pages == ()
    assert "Nothing was printed" in dialog.made.said.text()
    assert len(jobs(printer)) == 1
    keys(qtbot, "Fell")
    make(dialog, qtbot)
    assert printed(dialog, 3, qtbot).pack.changed_pages[0] == 1


def test_what_was_made_and_not_printed_is_printed_with_the_next_answer(
    home: SignedIn, qtbot: QtBot, printer: Path
) -> None:
    """A version whose printing failed: its changes are not on paper, whatever the record says."""
    remember_printer(home)
    dialog = open_dialog(home, home.resident(), qtbot)
    keys(qtbot, ENTER)
    printed(dialog, 1, qtbot)
    Path(f"{printer}.broken").touch()
    asked(dialog).fields["situation"].focus()
    keys(qtbot, "Fell")
    make(dialog, qtbot)
    qtbot.waitUntil(lambda: dialog.made is not None and "Not printed" in dialog.made.said.text())
    Path(f"{printer}.broken").unlink()
    before = dialog.made.pack.changed_pages if dialog.made else ()
    asked(dialog).fields["fluid_intake"].focus()
    keys(qtbot, "800 ml")
    make(dialog, qtbot)
    assert set(before) <= set(printed(dialog, 3, qtbot).pack.changed_pages)


def test_print_all_prints_every_page(home: SignedIn, qtbot: QtBot, printer: Path) -> None:
    remember_printer(home)
    dialog = open_dialog(home, home.resident(), qtbot)
    keys(qtbot, ENTER)
    printed(dialog, 1, qtbot)
    asked(dialog).fields["situation"].focus()
    keys(qtbot, "Fell")
    dialog.all_button.setFocus()
    keys(qtbot, SPACE)
    second = printed(dialog, 2, qtbot)
    assert jobs(printer)[-1] == pack_printing.for_printer(second.pack.pdf, (), 2)


def test_from_a_residents_page_the_key_begins_with_that_resident_and_one_press_changes_it(
    home: SignedIn, qtbot: QtBot, shell: MainWindow
) -> None:
    john = home.resident("John", "Smith")
    shell.go("resident", john)
    wait_quiet(qtbot, home.tasks)
    press(qtbot, Qt.Key.Key_F12)
    dialog = top(HospitalDialog, qtbot)
    qtbot.waitUntil(lambda: dialog.banner.name.text() == "SMITH, John (Mr)")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.make_button)
    press(qtbot, Qt.Key.Key_F12)
    assert len([w for w in QApplication.topLevelWidgets() if isinstance(w, HospitalDialog) and w.isVisible()]) == 1
    press(qtbot, Qt.Key.Key_R, CTRL)
    who = top(HospitalWho, qtbot)
    assert not dialog.isVisible()
    who.reject()


def test_the_key_works_while_a_form_has_the_keyboard_and_the_form_stays(
    home: SignedIn, qtbot: QtBot, shell: MainWindow
) -> None:
    shell.go("residents", None)
    wait_quiet(qtbot, home.tasks)
    press(qtbot, Qt.Key.Key_N, CTRL)
    form = top(FormDialog, qtbot)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    keys(qtbot, "Typed before")
    handle = form.windowHandle()
    qtbot.keyClick(handle, Qt.Key.Key_F12)
    who = top(HospitalWho, qtbot)
    who.reject()
    assert form.isVisible()
    assert any(box.text() == "Typed before" for box in form.findChildren(QLineEdit))
    form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=True)
    form.hide()
    form.deleteLater()


def test_those_with_the_same_name_are_told_apart(home: SignedIn, qtbot: QtBot, shell: MainWindow) -> None:
    home.resident("John", "Smith")
    second = home.resident("John", "Smith", date_of_birth=date(1941, 1, 1))
    press(qtbot, Qt.Key.Key_F12)
    who = top(HospitalWho, qtbot)
    qtbot.waitUntil(who.search.hasFocus)
    keys(qtbot, "smith")
    qtbot.waitUntil(lambda: "Two have the same name: check born and room" in who.said.text())
    assert "Same name as another" in who.table.records.spoken_row(0)
    keys(qtbot, Qt.Key.Key_Down, ENTER)
    dialog = top(HospitalDialog, qtbot)
    qtbot.waitUntil(lambda: dialog.resident is not None)
    assert dialog.resident is not None
    assert dialog.resident.id == second


def test_printing_hands_over_the_same_bytes_and_remembers_printer_and_copies(
    home: SignedIn, qtbot: QtBot, printer: Path
) -> None:
    dialog = open_dialog(home, home.resident(), qtbot)
    assert dialog.choice.count == 2, "two copies, unless somebody chose otherwise"
    dialog.choice.copies.setCurrentIndex(2)
    pack = make(dialog, qtbot)
    assert jobs(printer) == [], "where nobody has printed yet the printer is looked at first"
    assert dialog.made is not None
    assert dialog.made.print_button.hasFocus()
    keys(qtbot, ENTER)
    printed(dialog, 1, qtbot)
    assert Path(f"{printer}.pdf").read_bytes() == pack_printing.for_printer(pack.pdf, (), 3)
    qtbot.waitUntil(lambda: home.call(pack_printing.printing) == pack_printing.Printing("", 3, remembered=True))


def test_labels_of_the_bags_go_to_the_printer_as_the_pack_does(home: SignedIn, qtbot: QtBot, printer: Path) -> None:
    home.call(lambda s: journeys.add_bag(s, "RB-01"))
    dialog = LabelsDialog(home.ctx, None, ())
    qtbot.addWidget(dialog)
    dialog.open_with_keyboard()
    wait_quiet(qtbot, home.tasks)
    assert dialog.focusWidget() is dialog.print_button
    qtbot.keyClick(dialog.print_button, SPACE)
    qtbot.waitUntil(lambda: "The printer has taken 1 page" in dialog.said.text(), timeout=20_000)
    (printed,) = jobs(printer)
    assert "RB-01" in PdfReader(BytesIO(printed)).pages[0].extract_text()


def test_a_printer_that_refuses_is_said_in_words(home: SignedIn, qtbot: QtBot, printer: Path) -> None:
    Path(f"{printer}.broken").touch()
    dialog = open_dialog(home, home.resident(), qtbot)
    make(dialog, qtbot)
    assert dialog.made is not None
    dialog.made.print_out()
    qtbot.waitUntil(lambda: dialog.made is not None and dialog.made.said.text().startswith("Not printed"))
    assert dialog.made.print_button.isEnabled()
    assert dialog.made.said.text().startswith(
        "Not printed: lp: no default destination. The pack is kept in the record."
    )


def test_saving_warns_first_and_writes_the_same_bytes(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printer: Path
) -> None:
    resident = home.resident()
    dialog = open_dialog(home, resident, qtbot)
    pack = make(dialog, qtbot)
    assert dialog.made is not None
    asked_for: list[str] = []
    target = ""

    def where(_parent: object, _title: str, begins: str, _kinds: str) -> tuple[str, str]:
        asked_for.append(begins)
        return target, ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", where)
    assert dialog.made.warning.isVisible()
    assert dialog.made.warning.text().startswith("A saved PDF leaves the protected record")
    press(qtbot, Qt.Key.Key_S, CTRL)
    assert asked_for == [documents("red-bag-pack-v1.pdf")], "the place is all that is asked"
    target = str(tmp_path / "pack")
    press(qtbot, Qt.Key.Key_S, CTRL)
    assert (tmp_path / "pack.pdf").read_bytes() == pack.pdf
    qtbot.waitUntil(
        lambda: [row.what for row in home.call(lambda s: pack_printing.log(s, resident))] == ["Saved as a PDF", "Made"]
    )


def test_a_pdf_with_a_phrase_opens_with_the_words_on_the_screen_only(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = home.resident()
    dialog = open_dialog(home, resident, qtbot)
    pack = make(dialog, qtbot)
    assert dialog.made is not None
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "pack.pdf"), ""))
    dialog.made.phrase_button.setFocus()
    keys(qtbot, SPACE)
    shown = top(PhraseDialog, qtbot)
    phrase = shown.words.text().replace("\n", " ")
    assert len(phrase.split()) == 4
    saved = (tmp_path / "pack.pdf").read_bytes()
    assert PdfReader(BytesIO(saved)).decrypt("another phrase") == 0
    opened = PdfReader(BytesIO(saved))
    assert opened.decrypt(phrase) != 0
    assert len(opened.pages) == pack.pages
    assert clipped(shown) == []
    keys(qtbot, Qt.Key.Key_Escape)
    assert shown.isVisible(), "Esc does not throw the phrase away"
    keys(qtbot, SPACE)
    qtbot.waitUntil(lambda: home.call(lambda s: pack_printing.log(s, resident))[0].what.endswith("asks for a phrase"))
    kept = home.session.store_dir.rglob("*")
    assert not any(phrase.encode() in path.read_bytes() for path in kept if path.is_file())


def test_the_preview_shows_each_page_without_a_file(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    dialog = open_dialog(home, resident, qtbot)
    pack = make(dialog, qtbot)
    press(qtbot, Qt.Key.Key_P, CTRL | Qt.KeyboardModifier.ShiftModifier)
    shown = top(PreviewDialog, qtbot)
    qtbot.waitUntil(lambda: shown.place.text().startswith("The cover, whole page, "), timeout=10_000)
    cover = shown.sheet.pixmap().toImage()
    press(qtbot, Qt.Key.Key_PageDown)
    first = f"Page 1 of {pack.pages - 1}"
    qtbot.waitUntil(lambda: shown.place.text().startswith(f"{first}, whole page, "), timeout=10_000)
    assert shown.sheet.pixmap().toImage() != cover
    qtbot.waitUntil(lambda: shown.area.verticalScrollBar().maximum() == 0, timeout=10_000)
    wait_quiet(qtbot, home.tasks)
    wide = shown.sheet.pixmap().width()
    press(qtbot, Qt.Key.Key_2, CTRL)
    qtbot.waitUntil(lambda: shown.place.text().startswith(f"{first}, page width, "), timeout=10_000)
    assert shown.sheet.pixmap().width() > 1.5 * wide
    qtbot.waitUntil(lambda: shown.area.horizontalScrollBar().maximum() == 0, timeout=10_000)
    press(qtbot, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: shown.place.text() == f"{first}, 125 %", timeout=10_000)
    press(qtbot, Qt.Key.Key_0, CTRL)
    qtbot.waitUntil(lambda: shown.sheet.pixmap().width() == wide, timeout=10_000)
    press(qtbot, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: shown.place.text().startswith(f"Page {pack.pages - 1} of"), timeout=10_000)
    assert not shown.next_button.isEnabled()
    press(qtbot, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: shown.place.text().startswith(f"Page {pack.pages - 2} of"), timeout=10_000)
    assert unnamed(shown) == []
    assert clipped(shown) == []
    keys(qtbot, Qt.Key.Key_Escape)
    wait_quiet(qtbot, home.tasks)
    assert home.call(lambda s: pack_printing.log(s, resident))[0].what == "Looked at on the screen"


def test_where_there_is_no_lp_the_pages_are_painted_on_the_printer(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows. The stand-in printer writes a PDF of what was painted."""
    pack = home.call(lambda s: transfers.send_to_hospital(s, home.resident(), TransferReason(situation="Fell")))
    out = tmp_path / "painted.pdf"
    made: list[QPrinter] = []

    def stand_in(_name: str, title: str) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(out))
        printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        printer.setResolution(100)
        printer.setFullPage(True)
        printer.setDocName(title)
        made.append(printer)
        return printer

    monkeypatch.setattr(paper, "_has_lp", lambda: False)
    monkeypatch.setattr(paper, "new_printer", stand_in)
    ended: list[str] = []
    paper.PrintRun(  # it looks after itself, until the printer has everything
        pack.pdf, title="Red-bag pack", copies=2, done=lambda: ended.append("done"), failed=ended.append
    )
    qtbot.waitUntil(lambda: bool(ended), timeout=60_000)
    assert ended == ["done"]
    count = len(PdfReader(out).pages)
    assert count in (pack.pages, 2 * pack.pages)
    for page in (0, 1):
        original, painted = (
            Image.frombytes("RGB", (found.width, found.height), found.rgb).convert("L").resize((42, 59))
            for found in (pdf_pages.picture(data, page, 50) for data in (pack.pdf, out.read_bytes()))
        )
        difference = ImageStat.Stat(ImageChops.difference(original, painted)).mean[0]
        blank = ImageStat.Stat(ImageChops.invert(original)).mean[0]
        assert difference < blank / 5, "the same things at the same places"


def test_large_text_leaves_the_phrase_and_the_preview_on_a_small_screen(home: SignedIn, qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    home.theme.set(Choice.LIGHT, 200)
    try:
        window.show()
        phrase = show_phrase("marmalade thistledown buttercup nightingale saxophone wheelbarrow", window)
        assert phrase.height() < 768
        phrase.close()
        home.resident()
        who = hospital_who.open_for(home.ctx, window)
        qtbot.waitUntil(lambda: bool(who.table.rows))
        columns = who.table.records.columns
        name = who.table.fontMetrics().horizontalAdvance(columns[0].text(who.table.rows[0]))
        assert who.table.columnWidth(0) > name, "no name is cut off"
        who.reject()
        shown = preview.open_for(home.ctx, blank_pdf(), "", "Pack", window)
        qtbot.waitUntil(lambda: shown.place.text().startswith("The cover, whole page, "), timeout=10_000)
        assert shown.width() < 1366
        shown.reject()
        wait_quiet(qtbot, home.tasks)
    finally:
        home.theme.set(Choice.LIGHT, 100)


def blank_pdf() -> bytes:
    """One empty sheet of A4."""
    out = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def test_a_place_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble:
        paper.save_pdf(b"%PDF", tmp_path / "no such folder" / "pack.pdf")
    assert trouble.value.happened.startswith("The PDF was not saved: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.DARK, 200)])
def test_every_control_is_named_and_no_words_are_cut(
    home: SignedIn, qtbot: QtBot, choice: Choice, size: int, printer: Path
) -> None:
    resident = home.resident("John", "Smith", *MEDICINES)
    home.resident("John", "Smith", date_of_birth=date(1941, 1, 1))
    home.theme.set(choice, size)
    try:
        dialog = open_dialog(home, resident, qtbot)
        assert unnamed(dialog) == []
        qtbot.waitUntil(lambda: clipped(dialog) == [], timeout=2000)  # a layout settles in a few turns of the loop
        keys(qtbot, ENTER)
        qtbot.waitUntil(lambda: dialog.made is not None, timeout=20_000)
        assert unnamed(dialog) == []
        qtbot.waitUntil(lambda: clipped(dialog) == [], timeout=2000)  # a layout settles in a few turns of the loop
    finally:
        home.theme.set(Choice.LIGHT, 100)
