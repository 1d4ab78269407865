"""One resident's record on screen: whose it is, what it says, and what can be done, on a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.people import (
    Absence,
    Allergy,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactKind,
    Medicine,
    Need,
    ResidentId,
    Role,
)
from app.domain.transfer import TransferReason
from app.services import assessments, notes, residents, transfers
from app.services.assessments import AssessmentRow
from app.services.changes import changes
from app.services.transfers import PackRow
from app.ui.dialogs.fact_edit import FactDialog, FactErrorDialog
from app.ui.dialogs.history import DetailsHistory, FactHistory
from app.ui.dialogs.hospital import HospitalDialog
from app.ui.forms.form import FormDialog
from app.ui.pages.alerts.card import AlertCard
from app.ui.pages.assessment import Open
from app.ui.pages.resident import ResidentPage
from app.ui.pages.resident.assessment_view import AssessmentDialog, HistoryDialog, InErrorDialog
from app.ui.pages.resident.pack_file import PackFileDialog
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet

ABBEY = {"items": [2, 2, 2, 1, 1, 0]}


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> ResidentPage:
    widget = ResidentPage(home.ctx)
    home.ctx.changed.connect(widget.refresh)
    qtbot.addWidget(widget)
    widget.resize(1260, 700)
    widget.show()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def show(page: ResidentPage, qtbot: QtBot, resident_id: ResidentId) -> None:
    page.opened(resident_id)
    qtbot.waitUntil(lambda: page.record is not None and page.record.resident.id == resident_id)


def everything_said(page: QWidget) -> str:
    """Every text on the page and every accessible name, shown or not."""
    texts = [label.text() for label in page.findChildren(QLabel)]
    texts += [button.text() for button in page.findChildren(QPushButton)]
    texts += [widget.accessibleName() for widget in page.findChildren(QWidget)] + [page.accessibleName()]
    return "\n".join(texts)


def dialog_of(page: QWidget, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    def there() -> bool:
        return any(d.isVisible() and d.isActiveWindow() for d in page.findChildren(kind))

    qtbot.waitUntil(there)
    return next(d for d in page.findChildren(kind) if d.isVisible())


def fill(dialog: FormDialog, qtbot: QtBot, typed: dict[str, str]) -> None:
    for key, text in typed.items():
        target = dialog.form.fields[key].target
        qtbot.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(target, text)


def press(page: QWidget, qtbot: QtBot, name: str) -> None:
    button = next(b for b in page.findChildren(QPushButton) if name in (b.accessibleName(), b.text()))
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Space)


def current(home: SignedIn, resident_id: ResidentId, kind: FactKind) -> list[object]:
    return [fact.body for fact in home.call(lambda s: residents.open_resident(s, resident_id)).facts[kind]]


def test_the_banner_and_what_a_screen_reader_says_agree(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith", preferred_name="Jack")
    show(page, qtbot, john)
    assert page.banner.name.text() == "SMITH, John (Mr)"
    assert page.accessibleName().startswith("Record of SMITH, John (Mr), known as Jack.")
    assert page.banner.values["Born"].text() == "06-Sep-1937 (89y)"
    assert page.banner.values["NHS No."].text() == "999 000 0018"
    assert page.banner.values["Known as"].text() == "Jack"


def test_an_empty_record_says_so_in_words_and_never_by_silence(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    show(page, qtbot, home.resident("Mary", "Jones", title=""))
    said = {key: section.texts() for key, section in page.sections.items()}
    assert page.safety.accessibleName() == "Allergies: Not known (nothing recorded). CPR: Not recorded"
    assert "Allergies not known" in said["allergy"]
    assert "CPR status not recorded." in said["cpr"]
    assert "Medicines not recorded." in said["medicine"]
    assert "No contact recorded: nobody to ring." in said["contact"]
    assert "No needs recorded." in said["need"]
    assert "No Continuing Healthcare period recorded." in said["chc"]
    assert "No red-bag pack has been printed." in said["packs"]
    assert "No alert is standing." in said["alerts"]
    assert "Never done" in said["assessments"]
    assert "Lives here now" in said["stay"]


def test_no_known_allergies_is_not_the_same_as_not_recorded(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    show(page, qtbot, home.resident("Mary", "Jones", Allergy(none_known=True), title=""))
    assert page.safety.accessibleName().startswith("Allergies: No known allergies")
    assert "No known allergies" in page.sections["allergy"].texts()


def test_a_full_record_reads_in_clinical_words(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    show(
        page,
        qtbot,
        home.resident(
            "John", "Smith",
            Allergy("Penicillin", "rash"), Diagnosis("Vascular dementia", date(2021, 3, 4)),
            Medicine("Insulin glargine", "14 units at 21:00", time_critical=True),
            Contact("Ann Osborn", "daughter", "01920 555 0142", main=True),
            CprDecision(CprKind.DNACPR, None, ""), Need("continence", why="pads"),
        ),
    )  # fmt: skip
    assert page.safety.accessibleName() == (
        "Allergies: Allergic to Penicillin (rash). "
        "CPR: DNACPR unverified Clinician or decision date missing: not printed as in force"
    )
    assert "Time-critical: a dose must not be late or missed" in page.sections["medicine"].texts()
    assert "Ann Osborn · 01920\u00a0555\u00a00142" in page.sections["contact"].texts()
    assert "Health: continence" in page.sections["need"].texts()


def test_nothing_of_the_last_resident_is_left_while_the_next_is_read(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident("John", "Smith", Allergy("Penicillin"), Medicine("Levodopa"), Contact("Ann Osborn"))
    mary = home.resident("Mary", "Jones", title="")
    home.call(lambda s: assessments.sign(s, john, "abbey", ABBEY))
    home.call(lambda s: assessments.save_draft(s, john, "must", {}))
    show(page, qtbot, john)
    assert "Penicillin" in everything_said(page)
    residents_shown: list[str] = []
    home.ctx.resident.connect(residents_shown.append)
    gate = Event()
    home.tasks.run(lambda: gate.wait(20), lambda _: None)
    page.opened(mary)
    try:
        said = everything_said(page)
        for word in ("SMITH", "Smith", "John", "Penicillin", "Levodopa", "Osborn", "999 000 0018", "Abbey", "MUST"):
            assert word not in said
        assert page.record is None
        assert not page.content.isVisible()
        assert residents_shown == [""]
        for action in (page.send_to_hospital, page.new_assessment, page.change_details):
            action()
        assert home.went == []
    finally:
        gate.set()
    qtbot.waitUntil(lambda: page.record is not None)
    assert page.banner.name.text() == "JONES, Mary"
    assert "Penicillin" not in everything_said(page)
    assert residents_shown == ["", mary]


def test_an_answer_for_the_resident_who_was_left_is_thrown_away(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john, mary = home.resident("John", "Smith", Allergy("Penicillin")), home.resident("Mary", "Jones", title="")
    page.opened(john)
    home.do(lambda: None)  # John's record has been read; the answer waits for the event loop
    page.opened(mary)
    shown: list[str] = []
    home.ctx.resident.connect(shown.append)
    qtbot.waitUntil(lambda: not home.tasks.busy)
    assert page.banner.name.text() == "JONES, Mary"
    assert shown == [mary]


def test_the_title_of_the_window_never_says_whose_record_is_open(home: SignedIn, qtbot: QtBot) -> None:
    """It stands in the task bar, in lists of recent windows and on a shared screen."""
    john = home.resident("John", "Smith")
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    titles: list[str] = []
    window.windowTitleChanged.connect(titles.append)
    window.show()
    window.go("resident", john)
    page = window.page
    assert isinstance(page, ResidentPage)
    qtbot.waitUntil(lambda: page.record is not None)
    assert page.banner.name.text() == "SMITH, John (Mr)"
    assert window.windowTitle() == "Resident – Hartwell (practice)"
    page.send_to_hospital()
    wait_quiet(qtbot, home.tasks)
    for dialog in window.findChildren(QDialog):
        titles.append(dialog.windowTitle())
        dialog.close()
    window.go("assessment", Open(john, "must"))
    wait_quiet(qtbot, home.tasks)
    assert window.windowTitle() == "MUST – Hartwell (practice)"
    assert "Send to hospital" in titles
    assert not any("SMITH" in each.upper() for each in titles)


def test_a_record_that_is_not_there_is_said_on_the_page(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    page.opened("no such resident")
    qtbot.waitUntil(lambda: "This resident is not in the records" in page.waiting.text())
    assert page.resident_id is None
    assert not page.content.isVisible()


def test_the_page_takes_the_focus_on_no_button(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    show(page, qtbot, home.resident())
    assert page.hasFocus()
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert home.went == []
    assert page.accessibleName().startswith("Record of SMITH, John (Mr). Born 6 September 1937")


def test_tab_goes_down_the_page_also_through_rows_drawn_later(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith", Allergy("Penicillin"), Contact("Ann Osborn", phone="1"))
    show(page, qtbot, john)
    home.call(lambda s: residents.add_fact(s, john, Allergy("Latex")))
    page.refresh(changes("fact", resident=john))
    rows = page.sections["allergy"]
    qtbot.waitUntil(lambda: sum(b.isVisible() for b in rows.findChildren(QPushButton)) == 3)
    names: list[str] = []
    for _ in range(60):
        qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_Tab)
        now = page.focusWidget()
        assert now is not None
        if names and now is page.hospital_button:
            break
        names.append(now.accessibleName() or str(now.property("text")))
    wanted = [
        "Send to hospital", "New assessment", "All residents", "Go to Alerts", "All assessments", "Add allergy",
        "Change or see the history of allergy: Latex. Reaction not recorded", "Add CPR status", "Add contact",
        "Change or see the history of contact: Ann Osborn · 1", "Add need", "Add absence",
    ]  # fmt: skip
    assert [name for name in names if name in wanted] == wanted


def test_a_fact_is_added_by_keys_and_shown(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident()
    show(page, qtbot, john)
    press(page, qtbot, "Add medicine")
    dialog = dialog_of(page, FactDialog, qtbot)
    assert isinstance(dialog, FactDialog)
    qtbot.keyClick(dialog.form.fields["name"].target, Qt.Key.Key_Return)
    assert dialog.form.fields["name"].error == "Enter the medicine"
    fill(dialog, qtbot, {"name": "Levodopa 100 mg", "directions": "08:00", "started": "1 Nov 2026"})
    qtbot.keyClick(dialog.form.fields["time_critical"].target, Qt.Key.Key_Space)
    qtbot.keyClick(dialog.form.fields["name"].target, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Levodopa 100 mg" in page.sections["medicine"].texts())
    assert current(home, john, FactKind.MEDICINE) == [
        Medicine("Levodopa 100 mg", "08:00", time_critical=True, started=date(2026, 11, 1))
    ]


def test_a_change_needs_a_reason_and_the_earlier_value_stays_readable(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident("John", "Smith", Need("wound", since=date(2026, 1, 5), why="leg ulcer"))
    show(page, qtbot, john)
    press(page, qtbot, "Change or see the history of need: Wound. Since 05-Jan-2026 · leg ulcer")
    dialog = dialog_of(page, FactDialog, qtbot)
    assert isinstance(dialog, FactDialog)
    fill(dialog, qtbot, {"until": "20 Nov 2026"})
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["reason"].error == "Enter the reason for the change"
    assert dialog.form.typed()["until"] == "20 Nov 2026"
    fill(dialog, qtbot, {"reason": "healed"})
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "Wound (ended)" in page.sections["need"].texts())
    fact = home.call(lambda s: residents.open_resident(s, john)).facts[FactKind.NEED][0]
    page.change_fact(fact)
    again = next(d for d in page.findChildren(FactDialog) if d.isVisible())
    qtbot.waitUntil(lambda: "Recorded values" in everything_said(again))
    said = everything_said(again)
    assert "Reason: healed" in said
    assert "Wound. Since 05-Jan-2026 · leg ulcer" in said


def test_a_mistake_is_marked_and_no_longer_counts(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith", Allergy("Penicillin"))
    show(page, qtbot, john)
    assert page.record is not None
    page.change_fact(page.record.facts[FactKind.ALLERGY][0])
    dialog = dialog_of(page, FactDialog, qtbot)
    assert isinstance(dialog, FactDialog)
    qtbot.keyClick(dialog.error_button, Qt.Key.Key_Space)
    ask = dialog_of(page, FactErrorDialog, qtbot)
    assert isinstance(ask, FactErrorDialog)
    qtbot.mouseClick(ask.save_button, Qt.MouseButton.LeftButton)
    assert ask.form.fields["reason"].error == "Enter what was wrong"
    qtbot.keyClicks(ask.form.fields["reason"].target, "belongs to another resident")
    qtbot.mouseClick(ask.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Allergies not known" in page.sections["allergy"].texts())
    assert current(home, john, FactKind.ALLERGY) == []


@pytest.mark.parametrize(("kind", "typed", "choose"), [
    (FactKind.DIAGNOSIS, {"text": "COPD"}, {}),
    (FactKind.CONTACT, {"name": "Ann", "phone": "01920 555 0142"}, {}),
    (FactKind.CPR, {"clinician": "Dr Shah", "decided_on": "1 Nov 2026"}, {"kind": CprKind.DNACPR.value}),
    (FactKind.NEED, {"since": "1 Nov 2026"}, {"area": "falls"}),
    (FactKind.CHC, {"since": "1 Nov 2026"}, {}),
    (FactKind.ABSENCE, {"reason": "Lister Hospital"}, {}),
])  # fmt: skip
def test_every_kind_of_fact_can_be_recorded_from_the_page(
    home: SignedIn, page: ResidentPage, qtbot: QtBot, kind: FactKind, typed: dict[str, str], choose: dict[str, str]
) -> None:
    john = home.resident()
    show(page, qtbot, john)
    page.add_fact(kind)
    dialog = dialog_of(page, FactDialog, qtbot)
    assert isinstance(dialog, FactDialog)
    dialog.form.set_typed(choose)
    fill(dialog, qtbot, typed)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(page.record.facts[kind]) == 1 if page.record else False)


def test_what_the_store_refuses_comes_back_to_the_field(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident()
    show(page, qtbot, john)
    page.add_fact(FactKind.STAY)
    dialog = dialog_of(page, FactDialog, qtbot)
    assert isinstance(dialog, FactDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(dialog.form.fields["since"].error))
    assert "overlaps" in dialog.form.fields["since"].error
    assert dialog.isVisible()


THIN = {
    "height_m": Decimal("1.57"), "weight_kg": Decimal("45.5"), "previous_weight_kg": Decimal("46.0"),
    "acutely_ill_no_intake_5d": False,
}  # fmt: skip


def test_a_half_answered_question_about_an_alert_is_not_lost(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident()
    home.call(lambda s: assessments.sign(s, john, "must", THIN))
    show(page, qtbot, john)
    card = page.findChildren(AlertCard)[0]
    card.call_button.click()
    qtbot.keyClicks(card.call_form.box, "Dr Pa")
    assert not page.can_leave()
    assert home.said[-1].text == "What you typed about the alert is not saved."
    card.call_form.box.clear()
    assert page.can_leave()


def test_a_draft_is_offered_and_can_be_discarded(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident()
    saved = home.call(lambda s: assessments.save_draft(s, john, "abbey", {}))
    show(page, qtbot, john)
    assert "You have a draft from 14:05: Abbey. Continue or discard?" in everything_said(page.drafts)
    assert "Continue or discard?" in everything_said(page.drafts)
    press(page.drafts, qtbot, "Continue")
    assert home.went == [("assessment", Open(john, "abbey", draft_id=saved.draft_id))]
    press(page.drafts, qtbot, "Discard")
    ask = next(d for d in page.findChildren(QDialog) if d.isVisible())
    assert "cannot be brought back" in everything_said(ask)
    qtbot.mouseClick(next(b for b in ask.findChildren(QPushButton) if b.text() == "Discard"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.drafts.isVisible())
    assert home.call(lambda s: assessments.drafts(s, john)) == ()


def test_a_new_assessment_and_doing_one_again(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident()
    home.call(lambda s: assessments.sign(s, john, "abbey", ABBEY))
    show(page, qtbot, john)
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(home.went))
    press(page, qtbot, "Do again")
    assert home.went == [("assessment", Open(john)), ("assessment", Open(john, "abbey"))]


def signed(home: SignedIn, john: ResidentId) -> AssessmentRow:
    home.call(lambda s: assessments.sign(s, john, "abbey", {"items": [1, 0, 0, 0, 0, 0]}))
    home.clock.pass_time(hours=1)
    home.call(lambda s: assessments.sign(s, john, "abbey", ABBEY))
    return home.call(lambda s: assessments.history(s, john))[0]


def test_the_latest_result_is_shown_with_band_date_author_and_trend(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident()
    signed(home, john)
    show(page, qtbot, john)
    said = page.sections["assessments"].texts()
    assert "8: Moderate pain" in said
    assert "22-Nov-2026 15:05 by" in said
    assert "↑ higher than last time" in said


def test_a_signed_assessment_opens_read_only_with_its_workings(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident()
    row = signed(home, john)
    show(page, qtbot, john)
    press(page, qtbot, "Open Abbey Pain Scale of 22 November 2026")
    dialog = dialog_of(page, AssessmentDialog, qtbot)
    assert isinstance(dialog, AssessmentDialog)
    qtbot.waitUntil(dialog.amend_button.isEnabled)
    said = everything_said(dialog)
    assert "Total 8" in said
    assert "How it is worked out" in said
    assert dialog.banner.name.text() == "SMITH, John (Mr)"
    assert dialog.findChildren(QLineEdit) == []
    qtbot.keyClick(dialog.amend_button, Qt.Key.Key_Space)
    assert home.went == [("assessment", Open(john, "abbey", amends=row.id))]


def test_an_assessment_entered_in_error_needs_a_reason_and_stops_counting(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident()
    row = signed(home, john)
    show(page, qtbot, john)
    page.look_at(row)
    dialog = dialog_of(page, AssessmentDialog, qtbot)
    assert isinstance(dialog, AssessmentDialog)
    qtbot.waitUntil(dialog.error_button.isEnabled)
    qtbot.keyClick(dialog.error_button, Qt.Key.Key_Space)
    ask = dialog_of(page, InErrorDialog, qtbot)
    assert isinstance(ask, InErrorDialog)
    qtbot.mouseClick(ask.save_button, Qt.MouseButton.LeftButton)
    assert ask.form.fields["reason"].error == "Enter what was wrong"
    qtbot.keyClicks(ask.form.fields["reason"].target, "wrong resident")
    qtbot.mouseClick(ask.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "8: Moderate pain" not in page.sections["assessments"].texts())
    assert "1: " in page.sections["assessments"].texts()


def test_the_history_lists_every_result_and_opens_one(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident()
    signed(home, john)
    show(page, qtbot, john)
    press(page, qtbot, "All assessments")
    dialog = dialog_of(page, HistoryDialog, qtbot)
    assert isinstance(dialog, HistoryDialog)
    qtbot.waitUntil(lambda: len(dialog.table.rows) == 2)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    dialog_of(dialog, AssessmentDialog, qtbot)


def test_a_standing_alert_shows_the_phone_first_and_typing_in_it_survives_a_refresh(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident()
    signed(home, john)
    show(page, qtbot, john)
    said = page.sections["alerts"].texts()
    assert "Phone now: GP: Cedar Surgery" in said
    assert said.index("01920 555 0199") < said.index("What to do")
    card = page.sections["alerts"].findChildren(QLineEdit)[0]
    card.setText("Dr Pat")
    home.call(lambda s: residents.add_fact(s, john, Allergy("Latex")))
    page.refresh(changes("fact", resident=john))
    qtbot.waitUntil(lambda: "Latex" in page.sections["allergy"].texts())
    assert card.text() == "Dr Pat"


def test_a_role_that_may_only_look_is_refused_in_words_before_typing(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident("John", "Smith", Allergy("Penicillin"))
    home.session.account = replace(home.session.account, role=Role.AUDITOR)
    show(page, qtbot, john)
    for name in ("Add allergy", "Change details", "New assessment"):
        said = len(home.said)
        press(page, qtbot, name)
        qtbot.waitUntil(lambda before=said: len(home.said) > before)
        assert home.said[-1].text.startswith("Your role (auditor) does not let you")
    assert [d for d in page.findChildren(QDialog) if d.isVisible()] == []
    assert page.record is not None
    page.change_fact(page.record.facts[FactKind.ALLERGY][0])
    dialog = next(d for d in page.findChildren(FactDialog) if d.isVisible())
    qtbot.waitUntil(lambda: "Recorded values" in everything_said(dialog))
    assert not dialog.save_button.isVisible()


def packed(home: SignedIn, john: ResidentId) -> PackRow:
    reason = TransferReason(situation="Fell in the lounge", bag="7")
    home.call(lambda s: transfers.send_to_hospital(s, john, reason))
    return home.call(lambda s: residents.open_resident(s, john)).packs[0]


def test_a_pack_leaves_the_store_only_after_a_warning_with_the_name(
    home: SignedIn, page: ResidentPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    john = home.resident()
    packed(home, john)
    show(page, qtbot, john)
    assert "Pack version 1: Fell in the lounge" in page.sections["packs"].texts()
    assert "bag 7" in page.sections["packs"].texts()
    press(page, qtbot, "Save or open the PDF of pack version 1")
    dialog = dialog_of(page, PackFileDialog, qtbot)
    assert isinstance(dialog, PackFileDialog)
    said = everything_said(dialog)
    assert "leaves the encrypted store" in said
    assert dialog.banner.name.text() == "SMITH, John (Mr)"
    assert dialog.close_button.hasFocus()  # Enter held too long saves nothing
    out = tmp_path / "pack.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))  # the system's window, not ours
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(home.said))
    assert out.read_bytes().startswith(b"%PDF")
    assert home.said[-1].text == "The pack is saved"


def test_a_pack_that_cannot_be_written_says_so_and_stays_open(
    home: SignedIn, page: ResidentPage, qtbot: QtBot, tmp_path: Path
) -> None:
    john = home.resident()
    pack = packed(home, john)
    show(page, qtbot, john)
    page.get_pack(pack)
    dialog = dialog_of(page, PackFileDialog, qtbot)
    assert isinstance(dialog, PackFileDialog)
    dialog.save_to(tmp_path / "no such folder" / "pack.pdf", then_open=False)
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert dialog.trouble.text().startswith("The PDF was not saved: No such file or directory.")
    assert dialog.isVisible()


def test_send_to_hospital_opens_the_questions_for_this_resident(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident()
    show(page, qtbot, john)
    press(page, qtbot, "Send to hospital")
    dialog = dialog_of(page, HospitalDialog, qtbot)
    qtbot.waitUntil(lambda: "SMITH, John (Mr)" in everything_said(dialog))
    qtbot.waitUntil(lambda: not home.tasks.busy)


def test_someone_who_died_cannot_be_sent_to_hospital(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    show(page, qtbot, home.resident(died_at=home.clock.now() - timedelta(days=1)))
    assert not page.hospital_button.isVisible()
    assert page.banner.status.word == "Died 21-Nov-2026"


def test_somebody_away_says_so(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    away = Absence(home.clock.now() - timedelta(hours=2), None, "Lister Hospital")
    show(page, qtbot, home.resident("John", "Smith", away))
    assert page.banner.status.word == "Away from the home"
    assert "Away now · Lister Hospital" in page.sections["absence"].texts()


def test_every_control_has_a_name(home: SignedIn, page: ResidentPage, qtbot: QtBot) -> None:
    john = home.resident("John", "Smith", Allergy("Penicillin"), Contact("Ann", phone="1"))
    signed(home, john)
    home.call(lambda s: assessments.save_draft(s, john, "must", {}))
    show(page, qtbot, john)
    assert unnamed(page) == []
    buttons = [b for b in page.content.findChildren(QPushButton) if b.isVisible()]
    spoken = [QAccessible.queryAccessibleInterface(b).text(QAccessible.Text.Name) for b in buttons]
    assert len(set(spoken)) == len(spoken)  # two buttons that sound the same cannot be told apart


@pytest.mark.parametrize("percent", [100, 200])
def test_nothing_is_clipped_with_a_very_long_name(
    home: SignedIn, page: ResidentPage, qtbot: QtBot, percent: int
) -> None:
    home.theme.set(Choice.LIGHT, percent)
    try:
        show(page, qtbot, home.resident("Wilhelmina " * 9, "Featherstonehaugh " * 6, Allergy("Penicillin")))
        page.resize(1160, 460)
        qtbot.waitUntil(lambda: page.area.widget().width() <= page.area.viewport().width())
        name = page.banner.name
        qtbot.waitUntil(lambda: clipped(page) == [] and name.height() >= name.heightForWidth(name.width()))
    finally:
        home.theme.set(Choice.LIGHT, 100)


def test_what_was_entered_in_error_is_out_of_the_way_and_can_be_read(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident("John", "Smith", Allergy("Penicillin", "rash"), Diagnosis("Asthma"))
    wrong = next(f for f in home.call(lambda s: residents.open_resident(s, john)).facts[FactKind.ALLERGY])
    home.clock.pass_time(minutes=20)
    home.call(lambda s: residents.change_fact(s, wrong.id, Allergy("Penicillin", "swelling"), reason="said the GP"))
    home.call(lambda s: residents.fact_in_error(s, wrong.id, reason="Another resident's letter"))
    show(page, qtbot, john)
    section = page.sections["allergy"]
    assert "Allergies not known (nothing recorded)" in section.texts()
    assert page.safety.accessibleName().startswith("Allergies: Not known (nothing recorded)"), "a mistake is no allergy"
    struck = next(part for part in section.findChildren(QLabel) if part.text() == "Penicillin")
    assert not struck.isVisible()
    assert unnamed(page) == []

    press(page, qtbot, "Show 1 entered in error")
    assert struck.isVisible()
    assert struck.fontInfo().strikeOut()
    assert struck.accessibleName() == "Entered in error: Penicillin. swelling"
    said = "Marked as entered in error 22-Nov-2026 14:25 by Mo Manager. Reason: Another resident's letter"
    assert said in section.texts()
    assert "entered in error" not in page.sections["diagnosis"].texts()

    press(page, qtbot, "History of allergy entered in error: Penicillin. swelling")
    dialog = dialog_of(page, FactHistory, qtbot)
    wait_quiet(qtbot, home.tasks)
    texts = everything_said(dialog)
    assert texts.index("Entered in error. Penicillin") < texts.index("said the GP") < texts.index("Penicillin. rash")
    assert "SMITH, John" in texts
    dialog.reject()
    press(page, qtbot, "Hide 1 entered in error")
    assert not struck.isVisible()


def test_the_history_of_the_details_says_what_changed_when_by_whom_and_why(
    home: SignedIn, page: ResidentPage, qtbot: QtBot
) -> None:
    john = home.resident("John", "Smith", preferred_name="Jack")
    show(page, qtbot, john)
    press(page, qtbot, "History of the details")
    assert "Nothing has been changed" in _history(page, home, qtbot)
    first = page.record
    assert first is not None
    home.clock.pass_time(days=1)
    new = replace(first.resident.details, given_name="Jon", room="", consent_sharing=True)
    home.call(lambda s: residents.change_resident(s, john, new, reason="Birth certificate seen"))
    show(page, qtbot, john)
    press(page, qtbot, "History of the details")
    said = _history(page, home, qtbot)
    assert "Changed 23-Nov-2026 14:05 by Mo Manager" in said
    assert "First name: Jon (before: John)" in said
    assert "Room: not recorded (before: 11)" in said
    assert "Agrees to sharing with the NHS: Yes (before: Not asked yet)" in said
    assert "Last name: " not in said.partition("First recorded")[0], "what did not change is not listed as a change"
    assert "Reason: Birth certificate seen" in said
    assert "First recorded 22-Nov-2026 14:05 by Mo Manager" in said
    assert "Likes to be called: Jack" in said


def _history(page: ResidentPage, home: SignedIn, qtbot: QtBot) -> str:
    """What the history says, read from top to bottom; the dialog is closed again."""
    dialog = dialog_of(page, DetailsHistory, qtbot)
    assert isinstance(dialog, DetailsHistory)
    wait_quiet(qtbot, home.tasks)
    assert unnamed(dialog) == []
    assert clipped(dialog) == []
    inside = dialog.area.widget()
    labels = sorted(
        (part for part in inside.findChildren(QLabel) if part.isVisible()),
        key=lambda part: part.mapTo(inside, part.rect().topLeft()).y(),
    )
    dialog.reject()
    return "\n".join(part.text() for part in labels)


def test_a_note_is_written_from_the_record_and_kept_with_its_author(
    page: ResidentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    show(page, qtbot, resident)
    qtbot.keyClick(page.note_button, Qt.Key.Key_Space)
    dialog = dialog_of(page, FormDialog, qtbot)
    assert isinstance(dialog, FormDialog)
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.form.fields["text"].error == "Enter the note")
    qtbot.keyClicks(dialog.form.fields["text"].target, "Asked for her sister")
    qtbot.keyClick(dialog.save_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(home.call(lambda s: notes.of_resident(s, resident))))
    (kept,) = home.call(lambda s: notes.of_resident(s, resident))
    assert (kept.text, kept.author, kept.at) == ("Asked for her sister", "Mo Manager", home.clock.now())


def test_each_other_page_of_the_resident_is_reached_from_the_record(
    page: ResidentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    show(page, qtbot, resident)
    for button in page.places.values():
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert home.went == [(key, resident) for key in ("observations", "wounds", "falls", "person", "timeline")]


def test_an_amended_assessment_shows_both_versions_and_what_differs(
    page: ResidentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    first = home.call(lambda s: assessments.sign(s, resident, "abbey", ABBEY, note="While being washed"))
    home.call(
        lambda s: assessments.amend(s, first.revision_id, {"items": [0, 0, 0, 0, 0, 0]}, reason="The wrong line")
    )  # fmt: skip
    show(page, qtbot, resident)
    page.look_at(home.call(lambda s: assessments.listed(s, first.assessment_id)))
    dialog = dialog_of(page, AssessmentDialog, qtbot)
    qtbot.waitUntil(lambda: "Earlier versions" in everything_said(dialog))
    said = everything_said(dialog)
    assert "Changed by Mo Manager: The wrong line" in said
    assert "Notes: While being washed" in said
    assert "8 Moderate pain" in said
    show_all = next(each for each in dialog.findChildren(QPushButton) if each.text().startswith("Show every answer"))
    qtbot.keyClick(show_all, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: show_all.text().startswith("Hide every answer"))
