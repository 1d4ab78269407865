"""The premium page on a real store: figures, reasons, and what a manager can do about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.messages import OutboxState
from app.domain.people import ChcPeriod, ResidentDetails, Role
from app.services import corrections, premium, residents, settings, sync
from app.services.premium import ClaimRow
from app.ui.forms.view import area_of
from app.ui.pages.assessment.page import Open
from app.ui.pages.premium import PremiumPage
from app.ui.pages.premium.paper import WeekPaperDialog
from app.ui.pages.premium.words import Standing, amount_words, open_for_claim, standing
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from tests.helpers.claim_home import (
    MONDAY,
    a_ccg,
    become,
    exchange_once,
    resident_id,
)
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


@pytest.fixture
def home(claim_home: SignedIn) -> SignedIn:
    return claim_home


def open_page(home: SignedIn, qtbot: QtBot, arg: date | None = None) -> PremiumPage:
    page = PremiumPage(home.ctx)
    home.ctx.changed.connect(page.refresh)
    qtbot.addWidget(page)
    page.resize(1240, 700)
    page.show()
    page.opened(arg)
    wait_quiet(qtbot, home.tasks)
    qtbot.waitUntil(page.isActiveWindow)
    return page


def words(root: QWidget) -> str:
    """Everything that can be read in it."""
    explicit = Qt.WidgetAttribute.WA_WState_ExplicitShowHide  # a label just added counts as hidden until it is laid out
    labels = root.findChildren(QLabel)
    return "\n".join(part.text() for part in labels if not (part.isHidden() and part.testAttribute(explicit)))


def choose(page: PremiumPage, home: SignedIn, family: str) -> str:
    assert page.table.select(resident_id(home, family))
    return words(page.detail)


def details_of(home: SignedIn, family: str) -> ResidentDetails:
    return home.call(lambda s: residents.open_resident(s, resident_id(home, family))).resident.details


def row(page: PremiumPage, family: str) -> ClaimRow:
    return next(row for row in page.table.rows if row.resident_name.startswith(family.upper()))


def cell(page: PremiumPage, family: str, title: str) -> str:
    column = next(column for column in page.table.records.columns if column.title == title)
    return column.text(row(page, family))


def button(root: QWidget, name: str) -> QPushButton:
    return next(part for part in root.findChildren(QPushButton) if part.accessibleName().startswith(name))


def test_the_last_ended_week_is_shown_in_figures(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    assert page.week_title.text() == "Mon 16-Nov-2026 to Sun 22-Nov-2026"
    assert page.figures.eligible.value.text() == "2 of 5"
    assert "2 more stopped only by evidence or champion cover: £140.00" in words(page.figures.eligible)
    assert page.figures.total.value.text() == "£140.00"
    assert page.figures.rate.value.text() == "40.0 %"
    assert "15 %" in words(page.figures.rate)
    assert "29 %" in words(page.figures.rate)
    assert page.figures.tag.word == "Not submitted"
    assert "Claim by Sun 20-Dec-2026" in words(page.figures.submitted)
    assert page.submit_button.text() == "Sign and submit 2 claims…"


def test_every_resident_has_a_word_areas_champions_and_a_reason(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    areas, why = "Areas relied upon, champion", "Why not, or where the claim is"
    assert [row.resident_name.split(",")[0] for row in page.table.rows] == [
        "ADAMS", "BROWN", "CLARK", "DAVIES", "EVANS"
    ]  # fmt: skip
    assert cell(page, "Adams", "Standing") == "Eligible, at risk"
    assert cell(page, "Adams", areas) == "Dementia: Ann Lee\nFalls and fragility: Rosa Diaz"
    assert cell(page, "Adams", "Amount") == "£70.00"
    assert cell(page, "Brown", "Standing") == "Not eligible"
    assert cell(page, "Brown", areas) == "–"
    assert cell(page, "Brown", why).startswith("No wound champion was in post")
    assert cell(page, "Clark", why) == "Fewer than 2 qualifying needs are recorded"
    assert cell(page, "Evans", why).startswith("The newest evidence of the falls need was too old")
    spoken = page.table.records.spoken_row(0)
    assert spoken.startswith("ADAMS, Ada (Mx). Room: 1. Standing: Eligible, at risk")
    assert "Dementia: Ann Lee, Falls and fragility: Rosa Diaz" in spoken


def test_what_is_at_risk_is_said_in_pounds_and_its_residents_can_be_shown(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    assert (
        "The falls and fragility champion, Rosa Diaz, leaves on 14-Dec-2026: 2 residents, £140.00 a week at risk"
        in words(page.risks)
    )
    button(page.risks, "Show the 2 residents").click()
    assert [row.resident_name.split(",")[0] for row in page.table.rows] == ["ADAMS", "DAVIES"]
    assert page.shown.isVisible()
    page.everybody_button.click()
    assert len(page.table.rows) == 5
    assert not page.shown.isVisible()


@pytest.mark.parametrize(
    ("key", "families"),
    [
        ("all", ["ADAMS", "BROWN", "CLARK", "DAVIES", "EVANS"]),
        ("open", ["ADAMS", "DAVIES"]),
        ("not", ["BROWN", "CLARK", "EVANS"]),
        ("risk", ["ADAMS", "DAVIES"]),
        ("near", ["BROWN", "EVANS"]),
        ("answered", []),
    ],
)
def test_the_filters_show_who_they_say(home: SignedIn, qtbot: QtBot, key: str, families: list[str]) -> None:
    page = open_page(home, qtbot)
    qtbot.mouseClick(page.filters[key], Qt.MouseButton.LeftButton)
    assert [row.resident_name.split(",")[0] for row in page.table.rows] == families
    assert page.filters[key].text().endswith(f"({len(families)})")
    assert page.nobody.isVisible() == (not families)


def test_a_reason_says_what_mends_it_and_leads_there(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    shown = choose(page, home, "Brown")
    assert "No wound champion was in post both at the end of the week and at submission" in shown
    assert "Check the wound champions' dates and certificates" in shown
    button(page.detail, "Open staff: wound champions").click()
    assert home.went[-1] == ("staff", None)

    shown = choose(page, home, "Evans")
    assert "The newest evidence of the falls need was too old" in shown
    evans = resident_id(home, "Evans")
    button(page.detail, "Open the record: needs and their evidence").click()
    assert home.went[-1] == ("resident", evans)
    button(page.detail, "Assess falls and fragility now").click()
    assert home.went[-1] == ("assessment", Open(evans, "falls_multifactorial"))


def test_the_detail_names_champion_evidence_and_what_is_left_out(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    shown = choose(page, home, "Davies")
    assert "Dementia. Champion: Ann Lee. Evidence: paper document, 02-Nov-2026" in shown
    assert "Areas left out, and why" in shown
    assert "Wound: No wound champion was in post" in shown
    assert "7 of 7 nights count" in shown


def test_enter_goes_from_the_row_to_what_can_be_done(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    focused = page.focusWidget()
    assert isinstance(focused, QPushButton)
    assert page.detail.isAncestorOf(focused)
    assert "BROWN" in focused.accessibleName()


def test_tab_goes_through_the_page_in_the_order_in_which_it_is_read(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    page.week_bar.before.setFocus(Qt.FocusReason.TabFocusReason)
    passed: list[QWidget] = []
    for _ in range(40):
        focused = QApplication.focusWidget()
        assert focused is not None
        passed.append(focused)
        if page.detail.isAncestorOf(focused):
            break
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    wanted = [
        page.week_bar.before,
        page.week_bar.date.box,
        page.submit_button,
        page.evidence_button,
        button(page.risks, "Show the 2 residents"),
        page.filters["all"],
        page.table,
    ]
    assert [passed.index(part) for part in wanted] == sorted(passed.index(part) for part in wanted)
    assert page.detail.isAncestorOf(passed[-1])


def test_a_running_week_says_why_it_cannot_be_submitted(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    page.week_bar.after.click()
    wait_quiet(qtbot, home.tasks)
    assert page.week_title.text().startswith("Mon 23-Nov-2026")
    assert not page.submit_button.isEnabled()
    assert "has not ended" in page.submit_words.text()
    assert "Claim from Mon 30-Nov-2026" in page.submit_words.text()
    assert page.figures.tag.word == "The week is not over"
    page.week_bar.ended.click()
    wait_quiet(qtbot, home.tasks)
    assert page.submit_button.isEnabled()


def test_a_date_can_be_typed_and_a_wrong_one_is_said_at_the_box(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    box = page.week_bar.date.box
    qtbot.keyClicks(box, "11 Nov 2026")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    wait_quiet(qtbot, home.tasks)
    assert page.week_title.text().startswith("Mon 09-Nov-2026")
    for typed, said in (
        ("31/02/2026", "must be a real date"),
        ("1 Jan 2014", "The premium began in the week of Mon 05-Oct-2015"),
        ("1 Jan 2031", "less than a year ahead"),
        ("", "Enter a date"),
    ):
        box.setText(typed)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert said in page.week_bar.field.error
    assert page.week_title.text().startswith("Mon 09-Nov-2026")


def test_an_answer_for_a_week_that_was_left_is_not_shown(home: SignedIn, qtbot: QtBot) -> None:
    page = open_page(home, qtbot)
    page.show_week(date(2026, 11, 23))
    page.show_week(date(2016, 1, 4))
    assert not page.submit_button.isEnabled()
    assert not page.table.rows
    wait_quiet(qtbot, home.tasks)
    assert page.week_title.text().startswith("Mon 04-Jan-2016")
    assert page.figures.eligible.value.text() == "0 of 0"
    assert page.nobody.text() == "Nobody lived here in this week."


def test_a_nurse_reads_and_is_told_who_signs(home: SignedIn, qtbot: QtBot) -> None:
    become(home, Role.NURSE)
    page = open_page(home, qtbot)
    assert len(page.table.rows) == 5
    assert not page.submit_button.isEnabled()
    assert "Your role (nurse) does not let you sign premium claims. Ask a manager." in page.submit_words.text()
    assert not page.evidence_button.isEnabled()
    assert "does not let you export evidence" in page.evidence_words.text()


def test_a_carer_is_refused_in_words_and_sees_nobody(home: SignedIn, qtbot: QtBot) -> None:
    become(home, Role.CARER)
    page = open_page(home, qtbot)
    assert page.trouble.isVisible()
    assert "does not let you see premium claims" in page.trouble.text()
    assert not page.table.rows
    assert not page.submit_button.isEnabled()


def test_the_week_as_the_ccg_answered_it(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    with a_ccg(home, tmp_path / "wire") as ccg:
        home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        page = open_page(home, qtbot)
        assert page.figures.tag.word == "Signed, not sent yet"
        assert cell(page, "Adams", "Standing") == "Claimed"
        assert cell(page, "Adams", "Why not, or where the claim is") == "Signed, waiting to be sent"
        assert not page.submit_button.isEnabled()
        assert "has been claimed for" in page.submit_words.text()

        exchange_once(home, ccg, tmp_path / "wire")
    page.opened(None)
    wait_quiet(qtbot, home.tasks)
    assert page.figures.tag.word == "Submitted"
    assert "2 claims, £140.00. 2 accepted, £140.00" in words(page.figures.submitted)
    assert "£140.00 accepted by the CCG" in words(page.figures.total)
    assert cell(page, "Davies", "Standing") == "Accepted"
    assert "The CCG writes: Accepted: £70.00 will be paid" in choose(page, home, "Davies")
    assert page.filters["answered"].text() == "Answered (2)"


def test_a_refusal_is_explained_and_can_be_claimed_again(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    with a_ccg(home, tmp_path / "wire", accredited=frozenset()) as ccg:
        home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        exchange_once(home, ccg, tmp_path / "wire")
    page = open_page(home, qtbot)
    assert cell(page, "Adams", "Standing") == "Refused"
    assert cell(page, "Adams", "Amount") == "£0.00"
    shown = choose(page, home, "Adams")
    assert "Why the CCG refused" in shown
    assert "The home was not accredited on every day of the week" in shown
    assert "Check the accreditation dates of the home" in shown
    assert "the new claim is version 2" in shown
    assert page.submit_button.text() == "Sign and submit 2 claims…"
    assert "Claims that were refused are among them" in page.submit_words.text()


def test_a_message_that_could_not_be_sent_is_not_called_submitted_well(
    home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.sync.transports import WireTrouble
    from app.sync.transports.folder import FolderTransport

    def refuse(_self: FolderTransport, _message: object) -> str:
        raise WireTrouble("The stick refused the file", permanent=True)

    monkeypatch.setattr(FolderTransport, "send", refuse)
    with a_ccg(home, tmp_path / "wire"):
        home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        home.call(sync.sync_now)
    page = open_page(home, qtbot)
    assert cell(page, "Adams", "Standing") == "Not received"
    assert "2 not received by the CCG" in words(page.figures.submitted)
    choose(page, home, "Adams")
    button(page.detail, "Open Sync").click()
    assert home.went[-1][0] == "sync"


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK, Choice.CONTRAST])
def test_everything_has_a_name_and_nothing_is_cut(home: SignedIn, qtbot: QtBot, choice: Choice, size: int) -> None:
    home.theme.set(choice, size)
    page = open_page(home, qtbot)
    for family in ("Adams", "Brown", "Evans"):
        choose(page, home, family)
        qtbot.waitUntil(lambda: not clipped(page), timeout=3000)
        assert unnamed(page) == []


@pytest.mark.parametrize("rows", ["none", "some"])
def test_the_page_opens_at_its_top_and_keeps_the_keyboard(home: SignedIn, qtbot: QtBot, rows: str) -> None:
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.go("premium", date(2010, 1, 4) if rows == "none" else MONDAY)
    wait_quiet(qtbot, home.tasks)
    page = window.stack.currentWidget()
    assert isinstance(page, PremiumPage)
    assert bool(page.table.rows) is (rows == "some")
    assert page.hasFocus()
    area = area_of(page.week_bar)
    assert area is not None
    assert area.verticalScrollBar().value() == 0
    press(qtbot, Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.tabs.isAncestorOf(focused)


@pytest.mark.parametrize("size", [100, 200])
def test_down_never_moves_a_row_out_of_sight(home: SignedIn, qtbot: QtBot, size: int) -> None:
    home.theme.set(Choice.LIGHT, size)
    page = open_page(home, qtbot)
    page.resize(1060, 520)
    area = area_of(page.table)
    assert area is not None
    page.table.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in page.table.rows:
        row = page.table.visualRect(page.table.currentIndex())
        top = page.table.viewport().mapTo(area.viewport(), row.topLeft()).y()
        assert top >= 0
        assert top + row.height() <= area.viewport().height() + 1
        press(qtbot, Qt.Key.Key_Down)
    home.theme.set(Choice.LIGHT, 100)


def test_a_name_stands_on_one_line(home: SignedIn, qtbot: QtBot) -> None:
    changed = replace(details_of(home, "Evans"), family_name="Bluethroat", given_name="Rubinia-Marguerite")
    home.call(lambda s: residents.change_resident(s, resident_id(home, "Evans"), changed, reason="married"))
    page = open_page(home, qtbot)
    longest = max((row.resident_name for row in page.table.rows), key=len)
    assert page.table.columnWidth(0) > page.table.fontMetrics().horizontalAdvance(longest)


def test_without_accreditation_it_says_why_nobody_can_be_claimed(home: SignedIn, qtbot: QtBot) -> None:
    home.call(lambda s: settings.set_accreditation(s, ()))
    page = open_page(home, qtbot)
    assert "for everybody: The home was not accredited" in page.submit_words.text()
    assert page.figures.total.words.text() == "for no residents"


def test_a_claim_stands_until_it_is_refused(home: SignedIn) -> None:
    """An answer without an amount, and a message that the CCG's system refused, are two different things."""
    home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
    claimed = next(row for row in home.call(lambda s: premium.week(s, MONDAY)).rows if row.claim is not None)
    assert claimed.claim is not None
    silent = replace(claimed, claim=replace(claimed.claim, outcome="complete", decided_pence=None, live=True))
    assert (standing(silent), open_for_claim(silent)) == (Standing.ANSWERED, False)
    assert amount_words(silent) == "£70.00"
    unread = replace(claimed, claim=replace(claimed.claim, outbox_state=OutboxState.REFUSED, live=False))
    assert (standing(unread), open_for_claim(unread)) == (Standing.STUCK, True)
    nothing = replace(claimed, claim=replace(claimed.claim, outcome="complete", decided_pence=0, live=False))
    assert (standing(nothing), amount_words(nothing)) == (Standing.REFUSED, "£0.00")


def test_the_week_is_printed_with_the_residents_that_are_shown(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_page(home, qtbot)
    qtbot.mouseClick(page.filters["risk"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.print_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(d.isVisible() for d in page.findChildren(WeekPaperDialog)))
    shown = page.findChildren(WeekPaperDialog)[0]
    path = tmp_path / "week.pdf"
    shown.save_to(path)
    qtbot.waitUntil(lambda: bool(home.said))
    text = " ".join(" ".join(sheet.extract_text().split()) for sheet in PdfReader(path).pages)
    for said in ("ADAMS, Ada (Mx)", "Eligible, at risk", "999 000 0018", "Submit before 09:00", "Page 1 of 1"):
        assert said in text
    assert "BROWN" not in text


def test_a_reversed_week_is_said_to_be_taken_back_with_every_version(
    home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    with a_ccg(home, tmp_path) as ccg:
        home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
        exchange_once(home, ccg, tmp_path)
        home.clock.pass_time(days=1)
        adams = resident_id(home, "Adams")
        home.call(lambda s: residents.add_fact(s, adams, ChcPeriod(date(2026, 11, 16))))
        found = home.call(corrections.tasks)
        chosen = {task.identifier: task.finding for task in found}
        home.call(lambda s: corrections.sign(s, chosen, PASSWORD, "CHC granted back"))
        exchange_once(home, ccg, tmp_path)
    page = open_page(home, qtbot, MONDAY)
    assert cell(page, "Adams", "Standing") == "Taken back"
    assert cell(page, "Adams", "Amount") == "£0.00"
    said = choose(page, home, "Adams")
    assert "Version 2, -£70.00, takes back VN3X2|R1|2026-11-16|v1. Taken back: the CCG takes £70.00 back." in said
    assert "Version 1, £70.00. Accepted." in said
    assert "1 claim, £70.00. 1 accepted, £70.00. 1 taken back" in words(page.figures.submitted)
