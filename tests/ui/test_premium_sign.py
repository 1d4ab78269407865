"""Signing the claims and taking the evidence out, with real keys and a real signature."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.evidence import Kind, Tell
from app.domain.messages import OutboxState
from app.domain.people import Role
from app.services import audit, evidence, premium, sync
from app.services.evidence import EvidenceFiles
from app.services.evidence_check import check_bundle
from app.services.session import Session
from app.ui.forms.form import FormDialog
from app.ui.pages.premium import PremiumPage
from app.ui.pages.premium.evidence import EvidenceDialog
from app.ui.pages.premium.submit import SubmitDialog
from app.ui.widgets.password import PasswordEdit
from tests.helpers.claim_home import MONDAY, a_ccg, become, exchange_once, resident_id
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, press, unnamed, wait_quiet


@pytest.fixture
def home(claim_home: SignedIn) -> SignedIn:
    return claim_home


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> PremiumPage:
    return open_page(home, qtbot)


def open_page(home: SignedIn, qtbot: QtBot) -> PremiumPage:
    shown = PremiumPage(home.ctx)
    home.ctx.changed.connect(shown.refresh)
    qtbot.addWidget(shown)
    shown.resize(1240, 700)
    shown.show()
    shown.opened(None)
    wait_quiet(qtbot, home.tasks)
    return shown


def dialog(page: PremiumPage, qtbot: QtBot, kind: type[FormDialog]) -> FormDialog:
    qtbot.waitUntil(lambda: any(d.isVisible() and d.isActiveWindow() for d in page.findChildren(kind)))
    return next(d for d in page.findChildren(kind) if d.isVisible())


def signing(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> SubmitDialog:
    qtbot.mouseClick(page.submit_button, Qt.MouseButton.LeftButton)
    shown = dialog(page, qtbot, SubmitDialog)
    assert isinstance(shown, SubmitDialog)
    return shown


def type_password(shown: SubmitDialog, qtbot: QtBot, text: str) -> PasswordEdit:
    box = shown.form.fields["password"].editor
    assert isinstance(box, PasswordEdit)
    qtbot.keyClicks(box.box, text)
    return box


def messages(home: SignedIn) -> list[OutboxState]:
    return [row.state for row in home.call(sync.outbox)]


def test_what_is_signed_stands_there_first(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    texts = [[column.text(line) for column in shown.table.records.columns] for line in shown.table.rows]
    assert texts[0] == [
        "Claim",
        "ADAMS, Ada (Mx)\nBorn 04-Mar-1931\nNHS No. 999 000 0018",
        (
            "VN3X2|R1|2026-11-16|v1\nDementia: Ann Lee, paper document, 02-Nov-2026\n"
            "Falls and fragility: Rosa Diaz, paper document, 02-Nov-2026"
        ),
        "£70.00",
    ]
    assert len(texts) == 2
    assert shown.total.text() == "Total: 2 claims, £140.00"
    assert "not connected to the CCG yet" in shown.later.text()
    assert unnamed(shown) == []


def test_other_areas_can_be_relied_upon_where_there_are_more_than_needed(home: SignedIn, qtbot: QtBot) -> None:
    appoint(home, "wound")
    page = open_page(home, qtbot)
    shown = signing(page, home, qtbot)
    assert shown.areas.isHidden(), "two areas are needed, and there are two"
    davies = resident_id(home, "Davies")
    assert shown.table.select(davies)
    qtbot.waitUntil(lambda: list(shown.areas.ticks) == ["dementia", "falls", "wound"])
    qtbot.keyClick(shown.areas.ticks["falls"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Falls" not in next(ln.areas for ln in shown.table.rows if ln.resident_id == davies))
    qtbot.keyClick(shown.areas.ticks["wound"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Too few of the needs" in shown.areas.trouble.text())
    assert not shown.save_button.isEnabled()
    qtbot.keyClick(shown.areas.ticks["wound"], Qt.Key.Key_Space)
    qtbot.waitUntil(shown.save_button.isEnabled)
    assert unnamed(shown) == []
    box = type_password(shown, qtbot, PASSWORD)
    qtbot.keyClick(box.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(home.said))
    row = next(r for r in home.call(lambda s: premium.week(s, MONDAY)).rows if r.resident_id == davies)
    assert [need.value for need in row.decision.relied_upon] == ["dementia", "wound"]


def test_a_wrong_password_signs_nothing_and_is_said_at_its_box(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    box = type_password(shown, qtbot, "not this one at all")
    qtbot.keyClick(box.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(shown.form.fields["password"].error))
    assert shown.form.fields["password"].error == "The password is not right. Nothing was signed"
    assert shown.isVisible()
    assert messages(home) == []
    assert box.box.hasFocus()
    assert not shown.summary.isVisible(), "one thing is wrong, and it is said beside its box"
    field = shown.form.fields["password"]
    spot = field.mapTo(shown.area.viewport(), QPoint(0, 0))
    assert 0 <= spot.y() <= shown.area.viewport().height() - field.height()
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, PASSWORD)  # typed blind
    assert box.text() == PASSWORD, "the wrong one was selected, so it goes"
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "Signed and waiting to be sent"


def test_no_password_is_asked_for_before_anything_is_done(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    shown.save_button.click()
    assert shown.form.fields["password"].error == "Enter your password"
    box = shown.form.fields["password"].target
    assert box.hasFocus()
    assert messages(home) == []


def test_signed_is_said_to_be_waiting_and_never_sent(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    box = type_password(shown, qtbot, PASSWORD)
    qtbot.keyClick(box.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(home.said))
    wait_quiet(qtbot, home.tasks)
    said = home.said[-1]
    assert said.text == "Signed and waiting to be sent"
    assert said.detail.startswith("2 claims, £140.00.")
    assert messages(home) == [OutboxState.QUEUED]
    assert page.figures.tag.word == "Signed, not sent yet"
    assert not page.submit_button.isEnabled()
    assert said.do is not None
    said.do()
    assert home.went[-1] == ("sync", None)


def test_a_resident_can_be_left_out_with_the_space_bar(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    qtbot.keyClick(shown.table, Qt.Key.Key_Space)
    assert shown.total.text() == "Total: 1 claim, £70.00. 1 resident left out"
    assert shown.save_button.text() == "Sign and submit 1 claim"
    qtbot.keyClick(shown.table, Qt.Key.Key_Space)
    qtbot.keyClick(shown.table, Qt.Key.Key_Down)
    qtbot.keyClick(shown.table, Qt.Key.Key_Return)
    assert [line.who.split(",")[0] for line in shown.table.taken] == ["ADAMS"]
    type_password(shown, qtbot, PASSWORD)
    qtbot.mouseClick(shown.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(home.said))
    wait_quiet(qtbot, home.tasks)
    week = home.call(lambda s: premium.week(s, MONDAY))
    assert [row.resident_name for row in week.rows if row.claim] == ["ADAMS, Ada (Mx)"]
    assert page.submit_button.text() == "Sign and submit 1 claim…"


def test_leaving_everybody_out_leaves_nothing_to_sign(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    qtbot.keyClick(shown.table, Qt.Key.Key_Space)
    qtbot.keyClick(shown.table, Qt.Key.Key_Down)
    qtbot.keyClick(shown.table, Qt.Key.Key_Space)
    assert not shown.save_button.isEnabled()


def test_escape_leaves_without_signing(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = signing(page, home, qtbot)
    type_password(shown, qtbot, PASSWORD)
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.findChildren(SubmitDialog))
    assert messages(home) == []


def test_after_the_window_a_reason_is_needed_and_a_person_decides(home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    home.clock.pass_time(days=33)  # the falls champion has left by then, so another is appointed from before
    appoint_falls(home)
    page = open_page(home, qtbot)
    page.show_week(MONDAY)
    wait_quiet(qtbot, home.tasks)
    assert page.submit_button.text() == "Sign and submit 2 late claims…"
    assert "give a reason" in page.submit_words.text()
    shown = signing(page, home, qtbot)
    type_password(shown, qtbot, PASSWORD)
    shown.save_button.click()
    assert shown.form.fields["late_reason"].error == "Enter why the claims are late"
    qtbot.keyClicks(shown.form.fields["late_reason"].editor, "The laptop was away for repair")
    with a_ccg(home, tmp_path / "wire") as ccg:
        shown.save_button.click()
        qtbot.waitUntil(lambda: any(message.text.startswith("Signed") for message in home.said))
        exchange_once(home, ccg, tmp_path / "wire")
    page.show_week(MONDAY)
    wait_quiet(qtbot, home.tasks)
    assert "2 with a person at the CCG" in page.figures.submitted.accessibleName()
    assert not page.submit_button.isEnabled()


def appoint_falls(home: SignedIn) -> None:
    appoint(home, "falls")


def appoint(home: SignedIn, pathway: str) -> None:
    from app.domain.people import ChampionPost, StaffDetails
    from app.services import staff
    from tests.helpers.claim_home import NOW

    def work(session: Session) -> None:
        saved = staff.add_staff(session, StaffDetails("sam", "Sam Other", Role.CHAMPION, started_at=NOW.replace(day=2)))
        post = ChampionPost(pathway, date(2026, 1, 2), date(2027, 12, 31), "C-sam", "HCPA", NOW.replace(day=2))
        staff.appoint(session, saved.staff_id, post)

    home.call(work)


def test_a_role_lost_meanwhile_is_refused_in_words(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    become(home, Role.NURSE)
    page.submit()
    wait_quiet(qtbot, home.tasks)
    assert "does not let you sign premium claims" in home.said[-1].text
    assert page.findChildren(SubmitDialog) == []


def test_the_dialogs_fit_at_double_size(home: SignedIn, qtbot: QtBot) -> None:
    home.theme.set(text_size=200)
    page = open_page(home, qtbot)
    shown = signing(page, home, qtbot)
    qtbot.waitUntil(lambda: not clipped(shown), timeout=3000)
    shown.reject()
    page.evidence()
    again = dialog(page, qtbot, EvidenceDialog)
    qtbot.waitUntil(lambda: not clipped(again), timeout=3000)
    assert unnamed(again) == []


# ------------------------------------------------------------------------------------------------------ evidence


def exporting(page: PremiumPage, qtbot: QtBot) -> EvidenceDialog:
    qtbot.mouseClick(page.evidence_button, Qt.MouseButton.LeftButton)
    shown = dialog(page, qtbot, EvidenceDialog)
    assert isinstance(shown, EvidenceDialog)
    shown.form.set_typed({"password": PASSWORD})
    return shown


OWN = f"evidence-VN3X2-{MONDAY}-2026-11-22"
"""The folder that a bundle is saved in."""


def test_the_evidence_is_a_folder_whose_files_can_be_checked(
    page: PremiumPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
    shown = exporting(page, qtbot)
    shown.save_to(tmp_path, *shown.weeks())
    qtbot.waitUntil(lambda: bool(home.said), timeout=30_000)
    assert home.said[-1].text == "The evidence is saved"
    assert "no longer protected" in home.said[-1].detail
    folder = tmp_path / OWN
    assert {path.name for path in folder.iterdir()} == {*evidence.NAMES, f"{OWN}.zip"}
    checked = check_bundle(folder / "manifest.json")
    assert checked.problems == ()
    assert checked.manifest["kind"] == "identifiable"
    assert "ADAMS" in (folder / "evidence.csv").read_text(encoding="utf-8-sig")


def test_how_much_of_people_it_shows_is_chosen_with_keys(
    page: PremiumPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    home.call(lambda s: premium.submit(s, MONDAY, PASSWORD))
    shown = exporting(page, qtbot)
    box = shown.form.fields["kind"].editor
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    shown.save_to(tmp_path, *shown.weeks())
    qtbot.waitUntil(lambda: bool(home.said), timeout=30_000)
    table = (tmp_path / f"{OWN}-pseudonymised" / "evidence.csv").read_text(encoding="utf-8-sig")
    assert "ADAMS" not in table
    assert "Resident " in table


def test_the_evidence_asks_for_the_password_again(
    page: PremiumPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    shown = exporting(page, qtbot)
    shown.form.set_typed({"password": ""})
    shown.save_button.click()
    assert shown.form.fields["password"].error == "Enter your own password"
    shown.form.set_typed({"password": "wrong words here"})
    shown.save_to(folder, *shown.weeks())
    qtbot.waitUntil(lambda: shown.form.fields["password"].error.startswith("The password is not right."))
    assert not shown.progress.isVisible()
    assert list(folder.iterdir()) == []
    shown.form.set_typed({"password": PASSWORD})
    shown.save_to(folder, *shown.weeks())
    qtbot.waitUntil(lambda: bool(home.said), timeout=30_000)
    assert [path.name for path in folder.iterdir()] == [OWN]


def test_evidence_that_is_there_already_is_not_overwritten(
    page: PremiumPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / OWN).mkdir()
    (tmp_path / OWN / "evidence.csv").write_text("mine")
    shown = exporting(page, qtbot)
    shown.save_to(tmp_path, *shown.weeks())
    qtbot.waitUntil(lambda: any(f"{OWN} is there already" in text for text in shown.summary.texts()), timeout=30_000)
    assert (tmp_path / OWN / "evidence.csv").read_text() == "mine"


def test_a_stopped_export_says_how_far_it_is_and_leaves_no_file(
    page: PremiumPage, home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    shown = exporting(page, qtbot)
    real, go_on = evidence.evidence, Event()

    def slow(session: Session, first: date, last: date, password: str, *, kind: Kind, tell: Tell) -> EvidenceFiles:
        def told(done: int, steps: int, words: str) -> None:
            tell(done, steps, words)
            if done == steps - 2:
                assert go_on.wait(20)

        return real(session, first, last, password, kind=kind, tell=told)

    monkeypatch.setattr(evidence, "evidence", slow)
    shown.save_to(folder, *shown.weeks())
    qtbot.waitUntil(lambda: shown.doing.text() == "Writing the workbook: step 3 of 5", timeout=30_000)
    assert (shown.progress.value(), shown.progress.maximum()) == (3, 5)
    qtbot.waitUntil(lambda: not shown.progress.visibleRegion().isEmpty(), timeout=5000)
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    go_on.set()
    qtbot.waitUntil(lambda: shown.doing.text() == "Stopped. No file was written.", timeout=30_000)
    assert list(folder.iterdir()) == []
    assert home.call(lambda s: audit.trail(s, audit.Wanted(categories=("exported",)))).total == 0


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(
    page: PremiumPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    shown = exporting(page, qtbot)
    shown.save_to(tmp_path / "gone", *shown.weeks())
    qtbot.waitUntil(lambda: bool(shown.summary.texts()), timeout=30_000)
    assert "The evidence was not saved" in shown.summary.texts()[0]
    assert not shown.progress.isVisible()


def test_dates_the_wrong_way_round_are_marked(page: PremiumPage, home: SignedIn, qtbot: QtBot) -> None:
    shown = exporting(page, qtbot)
    shown.form.set_typed({"to": "1 Nov 2026"})
    shown.save_button.click()
    assert shown.form.fields["to"].error == "The last date must not be before the first"


def test_a_week_that_is_only_late_says_so(home: SignedIn) -> None:
    home.clock.pass_time(days=33)
    appoint_falls(home)
    week = home.call(lambda s: premium.week(s, MONDAY))
    assert week.why_not == "2 residents are past the claim window: give a reason, and the CCG decides by hand"
    assert week.submittable == 0
    home.call(lambda s: premium.submit(s, MONDAY, PASSWORD, late_reason="The laptop was away for repair"))
    assert "has been claimed for" in home.call(lambda s: premium.week(s, MONDAY)).why_not
