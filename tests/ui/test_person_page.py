"""The Person page on a real store: what stands first, what is loud, what the keyboard reaches, and the papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from pypdf import PdfReader
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.instruments.registry import instrument
from app.domain.people import CprDecision, CprKind, Medicine, ResidentId, Role
from app.domain.photos import Consent
from app.services import assessments, audit, person, photos
from app.ui.pages.assessment import Open
from app.ui.pages.assessment.page import AssessmentPage
from app.ui.pages.person import PersonPage
from app.ui.pages.person.dialogs import PaperDialog, PortraitDialog, WrongPhotoDialog
from app.ui.pages.person.parts import Framed, Portrait
from app.ui.pages.resident.assessment_view import AssessmentDialog
from app.ui.pages.today.page import TodayPage
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from app.ui.widgets.tag import Tag
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, stray_windows, unnamed, wait_quiet

ABOUT = {
    "preferred_name": "Jack", "completed_on": date(2026, 11, 1), "consent_to_share": False,
    "what_matters": "My family's visits and a proper cup of tea.",
    "worries_and_comfort": "Being hurried worries me. Sit down, use my name.",
    "life_so_far": "Postman in Ware for forty years.", "helped_by": "Ann Osborn, daughter",
}  # fmt: skip
DEAR_GP = {
    "agreed": "consents", "known_diagnosis": False, "sudden_change": False, "observations": ["memory", "lost"],
    "duration": "three_months_or_more", "amt_correct": 5,
}  # fmt: skip


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), "steelblue").save(out, "JPEG")
    return out.getvalue()


def sign(home: SignedIn, who: ResidentId, code: str, answers: dict[str, object], hours_ago: float = 0) -> None:
    at = home.clock.now() - timedelta(hours=hours_ago)
    home.call(lambda s: assessments.sign(s, who, code, answers, at=at))


def behaved(home: SignedIn, who: ResidentId, hours_ago: float) -> None:
    started = home.clock.now() - timedelta(hours=hours_ago)
    sign(home, who, "abc_chart", {
        "started": started, "place": "corridor", "antecedent": "alone", "behaviour_kind": "walking",
        "behaviour": "Walked up and down and tried the front door.", "response": ["distraction"],
        "helped": "distraction", "intensity": 3, "new_behaviour": True, "harm": [],
    }, hours_ago)  # fmt: skip


def called(home: SignedIn, who: ResidentId) -> None:
    at = home.clock.now() - timedelta(hours=5)
    sign(home, who, "sbard", {
        "situation": "Breathless since this morning", "background": "COPD", "allergies": "None known",
        "cpr_plan": "in_place", "assessment": "chest", "request": "Visit", "requested_by": at + timedelta(hours=2),
        "caller": "Cal", "recipient": "Dr P", "recipient_role": "gp", "called_at": at, "read_back": True,
        "news2_now": 4,
    }, 5)  # fmt: skip


def somebody(home: SignedIn) -> ResidentId:
    """A resident of whom there is something in every section."""
    who = home.resident(
        "John", "Smith", CprDecision(CprKind.ATTEMPT), Medicine("Donepezil 10 mg", "at night"),
        *(Medicine(f"Medicine {n}", "once a day") for n in range(5)),
    )  # fmt: skip
    sign(home, who, "about_me", ABOUT)
    home.call(lambda s: photos.add(s, who, jpeg(), consent=Consent("resident")))
    for hours in (300, 200, 100, 60, 30, 3):
        behaved(home, who, hours)
    sign(home, who, "dear_gp", DEAR_GP)
    sign(home, who, "who5", {"items": [4, 4, 4, 4, 4]}, 2000)
    sign(home, who, "who5", {"items": [2, 3, 2, 3, 2]})
    sign(home, who, "cfs", {"level": 7})
    sign(home, who, "soft_signs", {"signs": ["eating_less"], "can_take_news2": True})
    sign(home, who, "respect_summary", {
        "documents": ["dnacpr"], "decided_on": date(2026, 3, 1), "clinician": "Dr P", "original_at": "Care folder",
        "original_seen": True, "discussed_with_resident": True,
    })  # fmt: skip
    sign(home, who, "antipsychotic_review", {"started": date(2026, 8, 1), "target_behaviour": "Hits out at washing"})
    called(home, who)
    sign(home, who, "engagement_log", {"kind": "one_to_one", "took_part": "refused"})
    return who


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> PersonPage:
    widget = PersonPage(home.ctx)
    home.ctx.changed.connect(widget.refresh)
    qtbot.addWidget(widget)
    widget.resize(1244, 680)
    widget.show()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def show(page: PersonPage, qtbot: QtBot, who: ResidentId) -> None:
    page.opened(who)
    qtbot.waitUntil(lambda: page.found is not None and page.found.resident.id == who)
    last = page.sections["cga"]
    qtbot.waitUntil(lambda: any(each.isVisibleTo(last) for each in last.findChildren(Tag)))


def said(part: QWidget) -> str:
    return "\n".join(found.text() for found in part.findChildren(QLabel) if found.isVisibleTo(part))


def everything(page: QWidget) -> str:
    texts = [each.property("text") or "" for each in page.findChildren(QWidget)]
    return "\n".join([*texts, *(each.accessibleName() for each in page.findChildren(QWidget)), page.accessibleName()])


def tags(part: QWidget) -> list[str]:
    return [each.word for each in part.findChildren(Tag)]


def frames(part: QWidget) -> list[str]:
    return [each.accessibleName() for each in part.findChildren(Framed)]


def button(part: QWidget, name: str) -> QPushButton:
    return next(each for each in part.findChildren(QPushButton) if name in (each.accessibleName(), each.text()))


def press(part: QWidget, qtbot: QtBot, name: str) -> None:
    found = button(part, name)
    found.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(found, Qt.Key.Key_Return)


def dialog(page: QWidget, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in page.findChildren(kind)))
    return next(each for each in page.findChildren(kind) if each.isVisible())


# ------------------------------------------------------------------------------------------------------------ the words


def test_of_somebody_new_the_page_says_what_is_missing_and_never_by_silence(
    home: SignedIn, page: PersonPage, qtbot: QtBot
) -> None:
    show(page, qtbot, home.resident("Mary", "Jones", title=""))
    words = {key: said(section) for key, section in page.sections.items()}
    assert "Not written yet" in tags(page.sections["about"])
    assert "No behaviour was recorded in the last 28 days." in words["behaviour"]
    assert tags(page.sections["memory"]) == ["Not recorded yet"] * 4
    assert "No activity in 7 days" in words["wellbeing"]
    assert "Nothing was ever logged" in words["wellbeing"]
    assert "CPR status not recorded" in words["wishes"]
    assert "Medicines not recorded" in words["medicines"]
    assert tags(page.sections["cga"]) == ["Never done"]
    assert "Due since 23-Oct-2026, then twice a year" in words["cga"]
    assert page.about_button.text() == "Write About me"
    assert not page.about_paper.isVisible()
    assert not page.behaviour_paper.isVisible()


def test_what_worries_and_what_calms_is_in_view_when_the_page_opens(
    home: SignedIn, page: PersonPage, qtbot: QtBot
) -> None:
    who = somebody(home)
    show(page, qtbot, who)
    wait_quiet(qtbot, home.tasks)
    about = page.sections["about"]
    comfort = about.findChildren(Framed)[0]
    assert comfort.accessibleName() == f"What worries me and what calms me. {ABOUT['worries_and_comfort']}"
    view = page.area.viewport()
    place = QRect(comfort.mapTo(view, QPoint(0, 0)), comfort.size())
    assert view.rect().contains(place)
    portrait = about.findChildren(Portrait)[0]
    assert portrait.accessibleName() == "Photo of SMITH, John (Mr)"
    assert not portrait.pixmap().isNull()
    words = said(about)
    for wanted in ("Likes to be called Jack", "My family's visits", "Not shared: for use in the home only",
                   "Written 01-Nov-2026 with the help of Ann Osborn, daughter"):  # fmt: skip
        assert wanted in words, wanted
    assert "Postman" not in words, "the rest is folded away"
    press(about, qtbot, "Show the rest of About me")
    assert "Postman in Ware" in said(about)


def test_what_must_not_be_overlooked_stands_in_frames_with_words(
    home: SignedIn, page: PersonPage, qtbot: QtBot
) -> None:
    show(page, qtbot, somebody(home))
    shown = page.sections
    assert frames(shown["behaviour"])[0].startswith("New, three times in 72 hours: Walking about without rest")
    assert frames(shown["health"])[0].startswith("SBARD call overdue: no decision. Call again now. Breathless")
    (conflict,) = frames(shown["wishes"])
    assert conflict.startswith("Two records conflict. The CPR status says “For CPR”, the summary of the documents “Do")
    assert conflict.endswith("Look at the originals and ask the GP today.")
    assert "Review overdue" in tags(shown["medicines"])
    assert "Started 01-Aug-2026 · never reviewed · was due 12-Sep-2026" in said(shown["medicines"])


def test_every_section_says_its_state(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    show(page, qtbot, somebody(home))
    words = {key: said(section) for key, section in page.sections.items()}
    for key, wanted in (
        ("behaviour", "6 of 6 were: walking about without rest."),
        ("behaviour", "What helped in 6 of 6: something else to do."),
        ("behaviour", "Walked up and down and tried the front door."),
        ("memory", "Refer to the GP"),
        ("memory", "AMT 5 of 10"),
        ("wellbeing", "Down 32 points: a change that counts"),
        ("wellbeing", "No activity in seven days; refused once"),
        ("health", "7 Severe frailty"),
        ("health", "Eats less"),
        ("wishes", "original: Care folder"),
        ("medicines", "6 regular medicines on the list"),
        ("medicines", "Polypharmacy: 5 to 9"),
    ):
        assert wanted in words[key], (key, wanted)
    assert words["behaviour"].count("tried the front door") == 5, "the newest five"


def test_what_is_signed_meanwhile_is_shown(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    who = home.resident()
    show(page, qtbot, who)
    home.ctx.call(lambda s: assessments.sign(s, who, "gds15", {"answers": list("NYYYYYYNYNYNYNN")}))
    qtbot.waitUntil(lambda: "6: Mild" in tags(page.sections["wellbeing"]))


# ----------------------------------------------------------------------------------------------------- the right person


def test_nothing_of_the_last_resident_is_left_while_the_next_is_read(
    home: SignedIn, page: PersonPage, qtbot: QtBot
) -> None:
    john, mary = somebody(home), home.resident("Mary", "Jones", title="")
    show(page, qtbot, john)
    gate = Event()
    home.tasks.run(lambda: gate.wait(20), lambda _: None)
    page.opened(mary)
    try:
        words = everything(page)
        for word in ("SMITH", "John", "Jack", "hurried", "Donepezil", "front door", "Care folder"):
            assert word not in words, word
        assert page.found is None
        assert not page.content.isVisible()
        assert page.findChildren(Portrait) == []
        page.record("about_me")
        page.assemble()
        page.print_about()
        assert home.went == []
    finally:
        gate.set()
    qtbot.waitUntil(lambda: page.found is not None)
    assert page.banner.name.text() == "JONES, Mary"
    assert "Jack" not in everything(page)


def test_an_answer_for_the_resident_who_was_left_is_thrown_away(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    john, mary = somebody(home), home.resident("Mary", "Jones", title="")
    page.opened(john)
    home.do(lambda: None)  # John's record has been read; the answer waits for the event loop
    page.opened(mary)
    wait_quiet(qtbot, home.tasks)
    assert page.banner.name.text() == "JONES, Mary"


def test_a_record_that_is_not_there_is_said_on_the_page(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    page.opened("no such resident")
    qtbot.waitUntil(lambda: "This resident is not in the records" in page.waiting.text())
    page.opened(None)
    assert "No resident is chosen" in page.waiting.text()


def test_opening_is_noted_once_and_what_follows_is_not(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    who = home.resident()
    show(page, qtbot, who)
    home.ctx.call(lambda s: assessments.sign(s, who, "cfs", {"level": 5}))
    qtbot.waitUntil(lambda: "5 Mild frailty" in tags(page.sections["health"]))
    rows = [row.what for row in home.call(lambda s: audit.who_looked(s, who)).rows]
    assert rows.count("Opened the record (person)") == 1


# --------------------------------------------------------------------------------------------------- the keyboard alone


def test_every_button_is_reached_by_tab_in_the_order_of_the_page(
    home: SignedIn, page: PersonPage, qtbot: QtBot
) -> None:
    show(page, qtbot, somebody(home))
    wait_quiet(qtbot, home.tasks)
    assert page.hasFocus(), "on no button"
    names: list[str] = []
    for _ in range(120):
        qtbot.keyClick(page.focusWidget() or page, Qt.Key.Key_Tab)
        now = page.focusWidget()
        if isinstance(now, QPushButton):
            name = now.accessibleName() or now.text()
            if name in names:
                break
            names.append(name)
    wanted = [
        "All of the record", "Go to About me", "Go to Comprehensive assessment", "Go through About me again",
        "About me on paper…", "Record behaviour", "Letter to the GP from the DeAR-GP of 22 November 2026",
        "Record an activity", "SBARD call", "Write the decision into the SBARD call of 22-Nov-2026 09:05",
        "Record: Needs code (end of life)", "Review: Antipsychotic review", "Assemble from the others",
    ]  # fmt: skip
    assert [name for name in names if name in wanted] == wanted
    visible = {each.accessibleName() or each.text() for each in page.findChildren(QPushButton) if each.isVisible()}
    assert visible <= set(names)


def test_a_jump_goes_to_its_section_with_the_keyboard(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    show(page, qtbot, somebody(home))
    wait_quiet(qtbot, home.tasks)
    press(page, qtbot, "Go to Medicines")
    assert page.sections["medicines"].isAncestorOf(page.focusWidget())
    assert page.area.verticalScrollBar().value() > 0


def test_recording_goes_to_the_form_and_comes_back_here(home: SignedIn, qtbot: QtBot) -> None:
    who = somebody(home)
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.go("person", who)
    wait_quiet(qtbot, home.tasks)
    page = window.page
    assert isinstance(page, PersonPage)
    assert window.windowTitle() == "Person – Hartwell (practice)"
    press(page, qtbot, "Record behaviour")
    wait_quiet(qtbot, home.tasks)
    form = window.page
    assert isinstance(form, AssessmentPage)
    assert form.form is not None
    assert form.form.form.code == "abc_chart"
    qtbot.keyClick(window.focusWidget() or form, Qt.Key.Key_Escape)
    wait_quiet(qtbot, home.tasks)
    assert window.page is page
    assert page.found is not None


def test_what_leads_where(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    who = somebody(home)
    call = home.call(lambda s: person.person(s, who)).calls[0]
    show(page, qtbot, who)
    press(page, qtbot, "Go through About me again")
    press(page, qtbot, "Write the decision into the SBARD call of 22-Nov-2026 09:05")
    press(page, qtbot, f"Record: {instrument('sixcit').title}")
    press(page, qtbot, "All of the record")
    assert home.went == [
        ("assessment", Open(who, "about_me", back="person")),
        ("assessment", Open(who, "sbard", amends=call.id, back="person")),
        ("assessment", Open(who, "sixcit", back="person")),
        ("resident", who),
    ]


def test_assembling_goes_to_a_draft_and_a_second_time_to_the_same(
    home: SignedIn, page: PersonPage, qtbot: QtBot
) -> None:
    who = somebody(home)
    show(page, qtbot, who)
    for _ in range(2):
        press(page, qtbot, "Assemble from the others")
        wait_quiet(qtbot, home.tasks)
    drafts = home.call(lambda s: assessments.drafts(s, who))
    assert [draft.instrument for draft in drafts] == ["cga"]
    assert home.went == [("assessment", Open(who, "cga", draft_id=drafts[0].id, back="person"))] * 2


def test_what_was_signed_is_opened_from_its_row(home: SignedIn, page: PersonPage, qtbot: QtBot) -> None:
    show(page, qtbot, somebody(home))
    press(page, qtbot, "Open the ABC record of 22-Nov-2026 11:05")
    opened = dialog(page, AssessmentDialog, qtbot)
    qtbot.waitUntil(lambda: "tried the front door" in said(opened))
    opened.reject()


# ---------------------------------------------------------------------------------------------------------- the papers


def test_the_letter_is_saved_where_somebody_says_and_noted(
    home: SignedIn, page: PersonPage, qtbot: QtBot, tmp_path: Path
) -> None:
    who = somebody(home)
    show(page, qtbot, who)
    press(page, qtbot, "Letter to the GP from the DeAR-GP of 22 November 2026")
    opened = dialog(page, PaperDialog, qtbot)
    assert isinstance(opened, PaperDialog)
    assert opened.banner.name.text() == "SMITH, John (Mr)"
    assert "leaves the encrypted store" in said(opened)
    qtbot.waitUntil(opened.close_button.hasFocus)  # Enter saves nothing by accident
    opened.save_to(tmp_path / "missing" / "letter.pdf")
    qtbot.waitUntil(opened.trouble.isVisible)
    assert "The PDF was not saved" in opened.trouble.text()
    opened.save_to(tmp_path / "letter.pdf")
    qtbot.waitUntil(lambda: bool(home.said))
    words = " ".join(PdfReader(tmp_path / "letter.pdf").pages[0].extract_text().split())
    assert "Mr John Smith" in words
    assert "22 November 2026" in words
    assert [message.text for message in home.said] == ["The PDF is saved"]
    rows = [row.what for row in home.call(lambda s: audit.who_looked(s, who)).rows]
    assert "Printed a letter to the GP" in rows


def test_about_me_that_is_not_shared_says_so_before_it_is_saved(
    home: SignedIn, page: PersonPage, qtbot: QtBot, tmp_path: Path
) -> None:
    show(page, qtbot, somebody(home))
    press(page, qtbot, "About me on paper…")
    opened = dialog(page, PaperDialog, qtbot)
    assert isinstance(opened, PaperDialog)
    assert "for use in the home only" in said(opened)
    opened.save_to(tmp_path / "about.pdf")
    qtbot.waitUntil(lambda: len(home.said) == 1)
    assert "For use in the home only" in PdfReader(tmp_path / "about.pdf").pages[0].extract_text()
    press(page, qtbot, "Summary of behaviour on paper")
    summary = dialog(page, PaperDialog, qtbot)
    assert isinstance(summary, PaperDialog)
    summary.save_to(tmp_path / "behaviour.pdf")
    qtbot.waitUntil(lambda: len(home.said) == 2)
    assert len(PdfReader(tmp_path / "behaviour.pdf").pages) >= 1


def test_the_geriatric_assessment_is_printed_from_its_row(
    home: SignedIn, page: PersonPage, qtbot: QtBot, tmp_path: Path
) -> None:
    who = home.resident()
    sign(home, who, "cga", {"mood": "gap", "mood_reason": "Not assessed yet"})
    show(page, qtbot, who)
    assert "1 gap" in tags(page.sections["cga"])
    press(page, qtbot, "Comprehensive geriatric assessment of 22 November 2026 on paper")
    opened = dialog(page, PaperDialog, qtbot)
    assert isinstance(opened, PaperDialog)
    opened.save_to(tmp_path / "cga.pdf")
    qtbot.waitUntil(lambda: bool(home.said))
    assert "1 domain is a gap" in " ".join(PdfReader(tmp_path / "cga.pdf").pages[0].extract_text().split())


def test_a_photo_needs_somebody_who_agrees_and_a_file(
    home: SignedIn, page: PersonPage, qtbot: QtBot, tmp_path: Path
) -> None:
    who = home.resident()
    show(page, qtbot, who)
    file = tmp_path / "jack.jpg"
    file.write_bytes(jpeg())
    press(page, qtbot, "Add a photo of the resident")
    opened = dialog(page, PortraitDialog, qtbot)
    assert isinstance(opened, PortraitDialog)
    qtbot.keyClick(opened.save_button, Qt.Key.Key_Return)
    assert "Say who agrees to the photo" in said(opened)
    assert "Choose the photo" in said(opened)
    opened.form.set_typed({"by": "resident"})
    opened.take(file)
    qtbot.keyClick(opened.save_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.sections["about"].findChildren(Portrait)) and not page.findChildren(
        Portrait)[0].pixmap().isNull())  # fmt: skip
    assert [message.text for message in home.said] == ["The photo is kept"]
    assert page.photo_button.text() == "New photo…"
    press(page, qtbot, "This photo was entered in error")
    wrong = dialog(page, WrongPhotoDialog, qtbot)
    assert isinstance(wrong, WrongPhotoDialog)
    qtbot.keyClicks(wrong.form.fields["reason"].target, "Another resident")
    qtbot.keyClick(wrong.save_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "No photo" in said(page.sections["about"]))
    assert not page.wrong_button.isVisible()


# ------------------------------------------------------------------------------------------------------ roles and looks


def test_an_auditor_reads_and_prints_and_is_offered_nothing_to_record(home: SignedIn, qtbot: QtBot) -> None:
    who = somebody(home)
    home.session.account = replace(home.session.account, role=Role.AUDITOR)
    home.ctx.account = home.session.account
    page = PersonPage(home.ctx)
    qtbot.addWidget(page)
    page.resize(1244, 680)
    page.show()
    with stray_windows() as strays:
        show(page, qtbot, who)
        wait_quiet(qtbot, home.tasks)
    assert strays == []
    names = [each.accessibleName() or each.text() for each in page.findChildren(QPushButton) if each.isVisible()]
    assert "About me on paper…" in names
    for word in ("Record", "Write", "Do again", "Review:", "Assemble", "photo", "Go through"):
        assert not any(name.startswith(word) or "Add a photo" in name for name in names), word


@pytest.mark.parametrize(
    ("look", "size"),
    [(Choice.LIGHT, 100), (Choice.DARK, 150), (Choice.CONTRAST, 200), (Choice.LIGHT, 200)],
)
def test_every_control_has_a_name_and_no_text_is_cut_off(home: SignedIn, qtbot: QtBot, look: Choice, size: int) -> None:
    who = somebody(home)
    home.theme.set(look, size)
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.go("person", who)
    wait_quiet(qtbot, home.tasks)
    page = window.page
    assert isinstance(page, PersonPage)
    assert unnamed(page) == []
    assert clipped(page) == []
    for opens in (page.print_about, page.add_photo):
        opens()
        wait_quiet(qtbot, home.tasks)
        opened = next(each for each in page.findChildren(QDialog) if each.isVisible())
        assert unnamed(opened) == []
        assert clipped(opened) == []
        opened.close()


def test_today_says_who_took_part_in_nothing_for_a_week(home: SignedIn, qtbot: QtBot) -> None:
    who = home.resident()
    activity = {"kind": "one_to_one", "took_part": "yes", "minutes": 30, "engagement": 2}
    sign(home, who, "engagement_log", activity, 24 * 8)
    today = TodayPage(home.ctx)
    qtbot.addWidget(today)
    today.resize(1244, 680)
    today.show()
    today.opened(None)
    wait_quiet(qtbot, home.tasks)
    assert "Engagement: no activity in 7 days" in everything(today)
    sign(home, who, "engagement_log", activity)
    today.opened(None)
    wait_quiet(qtbot, home.tasks)
    assert "Engagement" not in everything(today)
