"""Recording assessments on screen with real keys, on a real store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.people import Gender, ResidentId
from app.services import alerts, assessments, outgoing, recording
from app.ui.dialogs.confirm import Confirm
from app.ui.pages.assessment import AssessmentPage, Open
from app.ui.pages.assessment.chooser import Chooser
from app.ui.pages.assessment.sign import SignDialog
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, unnamed, when_modal

ENTER, SPACE, RIGHT, TAB = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Tab
CTRL = Qt.KeyboardModifier.ControlModifier
ILL = {
    "resp_rate": 23, "spo2": 93, "spo2_scale": 1, "on_oxygen": False, "systolic": 104, "pulse": 112,
    "consciousness": "C", "temp_c": Decimal("38.4"),
}  # fmt: skip


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> Iterator[AssessmentPage]:
    """The page in a window of 1166 by 660, as large as the shell leaves it at 1366 by 768."""
    made = AssessmentPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    qtbot.addWidget(made)
    made.resize(1166, 660)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    qtbot.waitUntil(lambda: not home.tasks.busy)


def open_form(page: AssessmentPage, qtbot: QtBot, arg: Open) -> None:
    page.opened(arg)
    qtbot.waitUntil(lambda: page.form is not None)


def keys(qtbot: QtBot, *strokes: Qt.Key | str) -> None:
    """Type into whatever has the focus."""
    for stroke in strokes:
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget), "nothing has the focus"
        if isinstance(stroke, str):
            qtbot.keyClicks(focused, stroke)
        else:
            qtbot.keyClick(focused, stroke)


def control(qtbot: QtBot, key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert isinstance(focused, QWidget)
    qtbot.keyClick(focused, key, CTRL)


def answer_dialog(qtbot: QtBot, *strokes: Qt.Key) -> list[QDialog]:
    """Press keys in the next modal dialog; what came up is in the list afterwards."""
    seen: list[QDialog] = []

    def act(dialog: QDialog) -> None:
        seen.append(dialog)
        for stroke in strokes:
            keys(qtbot, stroke)
        if dialog.isVisible():
            dialog.reject()

    when_modal(act)
    return seen


def sign(page: AssessmentPage, qtbot: QtBot, *strokes: Qt.Key) -> None:
    """Ctrl+Enter, then the keys in the confirmation; waits for the result."""
    seen = answer_dialog(qtbot, *(strokes or (ENTER,)))
    control(qtbot, ENTER)
    assert len(seen) == 1
    assert isinstance(seen[0], SignDialog)
    qtbot.waitUntil(lambda: page.result is not None)
    back(page, qtbot)


def back(page: AssessmentPage, qtbot: QtBot) -> None:
    """Without a window manager nobody gives the keyboard back to the window behind a dialog."""
    page.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def fill_news2(qtbot: QtBot) -> None:
    keys(qtbot, "23", ENTER, "93", ENTER, SPACE, ENTER, "n", SPACE, ENTER, "104", ENTER, "112", ENTER)
    keys(qtbot, RIGHT, SPACE, ENTER, "38.4", ENTER)


def test_news2_is_recorded_and_signed_without_the_mouse(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    fill_news2(qtbot)
    assert page.form is not None
    assert page.form.answers() == ILL
    assert page.live is not None
    assert page.live.score.text() == "11"
    assert page.live.tag.word == "High"
    assert page.live.complete.text() == "8 of 8 answered"
    assert "Pulse 112 a minute: 2 points" in page.live.workings.text()
    assert QApplication.focusWidget() is page.foot.sign_button
    sign(page, qtbot)
    row = home.call(lambda s: assessments.previous(s, resident, "news2"))
    assert row is not None
    assert (row.row.score, row.row.band, dict(row.answers)) == ("11", "high", ILL)
    assert home.call(assessments.drafts) == ()


def test_signing_shows_whom_to_phone_before_everything_else(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    fill_news2(qtbot)
    sign(page, qtbot)
    assert page.result is not None
    (card,) = page.result.cards
    texts = [str(part.property("text")) for part in card.findChildren(QWidget) if part.property("text")]
    assert texts.index("Phone now") < texts.index("999") < texts.index("What to do")
    assert texts.index("999") < texts.index("Not sent yet: do not wait for it, phone")
    standing = home.call(alerts.standing)
    assert [(row.kind, row.phone_number) for row in standing] == [(card.row.kind, "999")]
    assert QApplication.focusWidget() is card.call_button
    keys(qtbot, SPACE, "Control room", ENTER)
    qtbot.waitUntil(lambda: page.result is not None and page.result.cards[0].row.called_at is not None)
    assert page.result.cards[0].row.spoke_to == "Control room"


def test_must_is_recorded_in_four_fields_without_the_mouse(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "must"))
    keys(qtbot, "1.62", TAB, "64.8", ENTER)
    assert page.form is not None
    page.form.go_to("previous_weight_kg")
    keys(qtbot, "65", ENTER)
    page.form.go_to("acutely_ill_no_intake_5d")
    keys(qtbot, "n", SPACE)
    assert page.live is not None
    assert (page.live.score.text(), page.live.tag.word) == ("0", "Low risk")
    sign(page, qtbot)
    found = home.call(lambda s: assessments.previous(s, resident, "must"))
    assert found is not None
    assert found.row.band == "low"


def test_must_offers_the_height_by_ulna_and_knows_age_and_sex(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident(gender=Gender.FEMALE, given="Ann", title="Mrs")
    open_form(page, qtbot, Open(resident, "must"))
    assert page.form is not None
    keys(qtbot, ENTER)  # no height
    keys(qtbot, "23")
    assert page.form.answers() == {"ulna_cm": Decimal(23), "sex": "F", "age_years": 89}
    assert page.live is not None
    page.form.go_to("weight_kg")
    keys(qtbot, "44")
    assert "1.55" in page.live.workings.text()


def test_a_pulse_of_700_is_refused_at_the_field(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    assert page.form is not None
    page.form.set_answers({**ILL, "pulse": None})
    page.form.go_to("pulse")
    keys(qtbot, "700")
    assert page.live is not None
    assert page.live.score.text() == "", "an impossible pulse is never scored"
    control(qtbot, ENTER)
    message = "Pulse must be between 20 a minute and 250 a minute"
    assert page.summary.texts() == (message,)
    assert page.form.error("pulse") == message
    assert QApplication.focusWidget() is page.summary
    assert page.result is None
    page.summary.links()[0].click()
    assert QApplication.focusWidget() is page.form.editor("pulse").focus_on()
    keys(qtbot, Qt.Key.Key_Backspace)
    assert page.form.error("pulse") == ""
    assert home.call(lambda s: assessments.history(s, resident)) == ()


def test_a_draft_survives_leaving_the_page_with_everything_typed(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "23", ENTER, "9x")
    assert page.can_leave()
    (row,) = home.call(assessments.drafts)
    page.opened(Open(home.resident("Ann", "Jones"), "must"))
    qtbot.waitUntil(lambda: page.form is not None and page.form.form.code == "must")
    home.clock.pass_time(hours=9)
    open_form(page, qtbot, Open(resident, "news2", draft_id=row.id))
    assert page.form is not None
    assert page.form.kept() == {"resp_rate": 23, "spo2": "9x"}
    assert page.when is not None
    assert page.when.text() == "22-Nov-2026 14:05", "a resumed draft keeps its own time"
    assert len(home.call(assessments.drafts)) == 1


def test_escape_goes_back_to_the_resident(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "23", Qt.Key.Key_Escape)
    assert home.went == [("resident", resident)]


def test_what_is_typed_is_saved_by_itself(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "23")
    qtbot.waitUntil(lambda: page.foot.state.text() == "Draft saved 14:05", timeout=5000)
    keys(qtbot, ENTER, "93", ENTER)  # leaving a question saves at once
    qtbot.waitUntil(lambda: page.foot.state.text() == "Draft saved 14:05" and not home.tasks.busy)
    (row,) = home.call(lambda s: assessments.drafts(s, resident))
    draft = home.call(lambda s: assessments.load_draft(s, row.id))
    assert {key: draft.answers[key] for key in ("resp_rate", "spo2")} == {"resp_rate": 23, "spo2": 93}


def test_waiting_work_is_offered_and_never_restored_silently(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    home.call(lambda s: assessments.save_draft(s, resident, "news2", {"resp_rate": 23}))
    open_form(page, qtbot, Open(resident, "news2"))
    assert page.form is not None
    assert page.form.kept() == {}
    assert page._notice.words.text() == "There is unsigned work from 14:05 by Mo Manager."
    keys(qtbot, SPACE)
    qtbot.waitUntil(lambda: page.form is not None and page.form.kept() == {"resp_rate": 23})


def test_discarding_a_draft_asks_first(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "23")
    control(qtbot, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(home.call(assessments.drafts)) == 1)
    seen = answer_dialog(qtbot, ENTER)  # "Keep it" is the default
    page.foot.discard_button.click()
    assert isinstance(seen[0], Confirm)
    assert len(home.call(assessments.drafts)) == 1
    back(page, qtbot)
    answer_dialog(qtbot, Qt.Key.Key_Backtab, SPACE)
    page.foot.discard_button.click()
    qtbot.waitUntil(lambda: home.went == [("resident", resident)])
    assert home.call(assessments.drafts) == ()


def test_incomplete_answers_are_signed_only_when_meant(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "30", ENTER)
    seen = answer_dialog(qtbot, ENTER)  # "Go back" is the default
    control(qtbot, ENTER)
    assert len(seen) == 1
    assert page.result is None
    back(page, qtbot)
    assert home.call(lambda s: assessments.history(s, resident)) == ()
    sign(page, qtbot, Qt.Key.Key_Backtab, SPACE)
    found = home.call(lambda s: assessments.previous(s, resident, "news2"))
    assert found is not None
    assert (found.row.score, found.row.band) == ("", "incomplete_red_flag")
    assert page.result is not None
    assert len(page.result.cards) == 1, "a red flag already met calls for somebody"


def test_an_amendment_needs_its_reason_and_keeps_the_first_version(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    signed = home.call(lambda s: assessments.sign(s, resident, "news2", ILL))
    home.clock.pass_time(hours=1)
    open_form(page, qtbot, Open(resident, "news2", amends=signed.assessment_id))
    assert page.form is not None
    assert page.form.answers() == ILL
    page.form.go_to("pulse")
    control(qtbot, Qt.Key.Key_A)
    keys(qtbot, "80")
    control(qtbot, ENTER)
    assert page.summary.texts() == ("Enter the reason for the amendment",)
    page.summary.links()[0].click()
    keys(qtbot, "Pulse was counted twice")
    sign(page, qtbot)
    found = home.call(lambda s: assessments.assessment(s, signed.assessment_id))
    assert found.answers["pulse"] == 80
    assert (found.reason, found.row.at, len(found.earlier)) == ("Pulse was counted twice", signed_at(found), 1)


def signed_at(found: assessments.Assessment) -> object:
    """When the first version was made: an amendment keeps it."""
    return found.earlier[-1].at


@contextmanager
def store_held(home: SignedIn) -> Iterator[threading.Event]:
    """The store thread stands still until the event is set, or the block has ended."""
    started, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        assert go_on.wait(20)

    home.tasks.run(hold, lambda _none: None)
    assert started.wait(20)
    try:
        yield go_on
    finally:
        go_on.set()


def soon(go_on: threading.Event) -> None:
    """Let the store go on once the main thread waits for it."""
    threading.Timer(0.05, go_on.set).start()


def test_leaving_while_it_is_signed_signs_it_once_and_leaves_no_draft(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    fill_news2(qtbot)
    control(qtbot, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(home.call(assessments.drafts)) == 1)
    with store_held(home) as go_on:
        answer_dialog(qtbot, ENTER)
        control(qtbot, ENTER)
        assert page.foot.state.text() == "Signing"
        soon(go_on)
        assert page.can_leave(), "it waits until it is signed"
    page.opened(Open(home.resident("Ann", "Jones"), "must"))
    qtbot.waitUntil(lambda: page.form is not None and page.form.form.code == "must" and not home.tasks.busy)
    assert page._left.isEnabled()
    assert len(home.call(lambda s: assessments.history(s, resident))) == 1
    assert home.call(assessments.drafts) == ()


def test_leaving_while_signing_fails_stays_and_keeps_what_is_typed(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    fill_news2(qtbot)

    def full(*_: object, **__: object) -> str:
        raise EnvironmentTrouble(ExitCode.DISK_FULL, "This was not saved: the disk is full.", "", "")

    with monkeypatch.context() as fault, store_held(home) as go_on:
        fault.setattr(outgoing, "queue_alert", full)
        answer_dialog(qtbot, ENTER)
        control(qtbot, ENTER)
        soon(go_on)
        assert not page.can_leave()
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "This was not saved: the disk is full."
    assert page.form is not None
    assert page.form.answers() == ILL
    assert page.can_leave(), "now it is a draft"
    assert len(home.call(assessments.drafts)) == 1
    back(page, qtbot)
    page.foot.sign_button.setFocus()
    sign(page, qtbot)
    assert home.call(assessments.drafts) == ()


def test_leaving_while_a_draft_is_discarded_does_not_bring_it_back(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    open_form(page, qtbot, Open(home.resident(), "news2"))
    keys(qtbot, "23")
    control(qtbot, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(home.call(assessments.drafts)) == 1)
    keys(qtbot, "5")
    with store_held(home) as go_on:
        answer_dialog(qtbot, Qt.Key.Key_Backtab, SPACE)
        page.foot.discard_button.click()
        assert not page._left.isEnabled(), "nothing more can be typed into it"
        soon(go_on)
        assert page.can_leave()
    page.hide()
    qtbot.waitUntil(lambda: not home.tasks.busy)
    assert home.call(assessments.drafts) == ()
    assert home.went == [], "whoever has gone elsewhere stays there"


@pytest.mark.parametrize("how", ["discarded", "signed"])
def test_a_draft_that_went_away_under_the_typist_goes_on_as_a_new_one(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot, how: str
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "23")
    control(qtbot, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(home.call(assessments.drafts)) == 1)
    (before,) = home.call(assessments.drafts)
    if how == "discarded":
        home.call(lambda s: assessments.discard_draft(s, before.id))
    else:
        home.call(lambda s: assessments.sign(s, resident, "news2", ILL, draft_id=before.id))
    keys(qtbot, ENTER, "93")
    assert page.can_leave()
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "This draft was signed or discarded already."
    assert "kept as a new draft" in home.said[-1].detail
    (after,) = home.call(assessments.drafts)
    assert after.id != before.id
    assert home.call(lambda s: assessments.load_draft(s, after.id)).answers == {"resp_rate": 23, "spo2": 93}
    home.said.clear()
    keys(qtbot, ENTER)
    control(qtbot, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not home.tasks.busy)
    assert home.said == [], "said once"
    assert [row.id for row in home.call(assessments.drafts)] == [after.id]


def test_a_draft_that_was_signed_already_is_not_signed_again_unseen(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    fill_news2(qtbot)
    control(qtbot, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: len(home.call(assessments.drafts)) == 1 and not home.tasks.busy)
    (row,) = home.call(assessments.drafts)
    home.call(lambda s: assessments.sign(s, resident, "news2", ILL, draft_id=row.id))
    answer_dialog(qtbot, ENTER)
    control(qtbot, ENTER)
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "This draft was signed or discarded already."
    assert len(home.call(lambda s: assessments.history(s, resident))) == 1
    assert page.can_leave()
    assert len(home.call(assessments.drafts)) == 1, "what is typed is kept, under a new draft"


def test_a_draft_of_an_amendment_whose_assessment_was_changed_meanwhile_says_so(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    signed = home.call(lambda s: assessments.sign(s, resident, "news2", ILL))
    saved = home.call(
        lambda s: assessments.save_draft(
            s, resident, "news2", {**ILL, "pulse": 80}, amends=signed.revision_id, reason="Pulse was counted twice"
        )
    )
    home.call(lambda s: assessments.amend(s, signed.revision_id, {**ILL, "spo2": 94}, reason="Wrong finger"))
    open_form(page, qtbot, Open(resident, "news2", draft_id=saved.draft_id))
    assert "changed meanwhile by Mo Manager" in page._notice.words.text()
    texts = {str(part.property("text")) for part in page.findChildren(QWidget)}
    assert "Last time: 94 %, 22-Nov-2026" in texts, "what stands now is beside what was typed"
    page.foot.sign_button.setFocus()
    sign(page, qtbot)
    (row,) = home.call(lambda s: assessments.history(s, resident))
    found = home.call(lambda s: assessments.assessment(s, row.id))
    assert (row.id, len(found.earlier), found.reason) == (signed.assessment_id, 2, "Pulse was counted twice")
    assert home.call(assessments.drafts) == ()


def test_a_draft_of_an_amendment_of_what_was_marked_in_error_cannot_be_signed(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    signed = home.call(lambda s: assessments.sign(s, resident, "news2", ILL))
    saved = home.call(
        lambda s: assessments.save_draft(s, resident, "news2", ILL, amends=signed.revision_id, reason="Pulse")
    )
    home.call(lambda s: assessments.entered_in_error(s, signed.revision_id, reason="The wrong resident"))
    open_form(page, qtbot, Open(resident, "news2", draft_id=saved.draft_id))
    assert "entered in error meanwhile" in page._notice.words.text()
    answer_dialog(qtbot, ENTER)
    page.foot.sign_button.setFocus()
    control(qtbot, ENTER)
    qtbot.waitUntil(lambda: page.summary.texts() == ("This assessment was marked as entered in error",))
    assert len(home.call(lambda s: assessments.history(s, resident))) == 1


def test_a_draft_recorded_by_a_script_opens_with_its_time(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    line = '{"resident": "R1", "instrument": "news2", "answers": {"resp_rate": 23}, "at": "2026-11-20T08:15"}'
    ack = home.call(lambda s: recording.record_line(s, line))["ack"]
    open_form(page, qtbot, Open(resident, "news2", draft_id=str(ack)))
    assert page.form is not None
    assert page.when is not None
    assert (page.form.kept(), page.when.text()) == ({"resp_rate": 23}, "20-Nov-2026 08:15")


def test_a_draft_that_is_gone_leads_back_to_the_resident(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    page.opened(Open(resident, "news2", draft_id="gone"))
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.said[-1].text == "This draft was signed or discarded already"
    (button,) = (part for part in page.findChildren(QPushButton) if part.text() == "Go to the resident")
    button.click()
    assert home.went == [("resident", resident)]


def test_a_draft_of_an_amendment_is_taken_up_as_one(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    signed = home.call(lambda s: assessments.sign(s, resident, "news2", ILL))
    open_form(page, qtbot, Open(resident, "news2", amends=signed.assessment_id))
    assert page._reason is not None
    page._reason.focus()
    keys(qtbot, "Wrong pulse")
    assert page.can_leave()
    (row,) = home.call(assessments.drafts)
    open_form(page, qtbot, Open(resident, "news2", draft_id=row.id))
    assert page._reason is not None
    assert str(page._reason.editor.property("plainText")) == "Wrong pulse"


def test_the_time_must_be_past_and_is_kept(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    assert page.form is not None
    assert page.when is not None
    page.form.set_answers(ILL)
    page.when.focus_on().setFocus()
    control(qtbot, Qt.Key.Key_A)
    keys(qtbot, "14:06")
    control(qtbot, ENTER)
    assert page.summary.texts() == ("Time of assessment must be today or in the past, and not later than now",)
    page.when.focus_on().setFocus()
    control(qtbot, Qt.Key.Key_A)
    keys(qtbot, "yesterday 21:30")
    sign(page, qtbot)
    found = home.call(lambda s: assessments.previous(s, resident, "news2"))
    assert found is not None
    assert f"{found.row.at:%d %H:%M}" == "21 21:30"


def test_the_last_answers_are_beside_the_questions(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    home.call(lambda s: assessments.sign(s, resident, "news2", ILL))
    open_form(page, qtbot, Open(resident, "news2"))
    texts = {str(part.property("text")) for part in page.findChildren(QWidget)}
    assert {"Last time: 23 a minute, 22-Nov-2026", "Last time: No, 22-Nov-2026"} <= texts


def test_a_late_answer_about_another_resident_is_not_shown(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    first, second = home.resident(), home.resident("Ann", "Jones")
    page.opened(Open(first, "news2"))
    page.opened(Open(second, "must"))
    qtbot.waitUntil(lambda: page.form is not None and not home.tasks.busy)
    assert page.form is not None
    assert page.form.form.code == "must"
    assert page.banner.name.text() == "JONES, Ann (Mr)"


def test_choosing_an_assessment_by_keyboard(page: AssessmentPage, home: SignedIn, qtbot: QtBot) -> None:
    page.opened(Open(home.resident()))
    qtbot.waitUntil(lambda: bool(page.findChildren(QWidget, options=Qt.FindChildOption.FindChildrenRecursively)))
    qtbot.waitUntil(lambda: page.banner.isVisible() and QApplication.focusWidget() is not None)
    keys(qtbot, "must", ENTER)
    qtbot.waitUntil(lambda: page.form is not None)
    assert page.form is not None
    assert page.form.form.code == "must"


def test_what_is_off_says_why_and_what_is_elsewhere_leads_there(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    page.opened(Open(resident))
    qtbot.waitUntil(lambda: page.findChild(Chooser) is not None)
    chooser = page.findChild(Chooser)
    assert chooser is not None
    waterlow = chooser.buttons["waterlow"]
    assert not waterlow.isEnabled()
    assert "licenses each home" in waterlow.accessibleDescription()
    chooser.buttons["wounds"].click()
    assert home.went == [("wounds", resident)]


def test_typing_narrows_the_list_and_says_when_nothing_is_called_that(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    page.opened(Open(home.resident()))
    qtbot.waitUntil(lambda: page.findChild(Chooser) is not None)
    chooser = page.findChild(Chooser)
    assert chooser is not None
    keys(qtbot, "bowel")
    shown = {code for code, button in chooser.buttons.items() if button.isVisible()}
    assert "bristol" in shown
    assert "must" not in shown
    keys(qtbot, "zzz")
    assert chooser.nothing.isVisible()


@pytest.mark.parametrize(("choice", "size"), [(Choice.LIGHT, 100), (Choice.DARK, 200), (Choice.CONTRAST, 200)])
@pytest.mark.parametrize("code", ["news2", "sixcit", "post_fall"])
def test_every_control_is_named_and_no_words_are_cut(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot, choice: Choice, size: int, code: str
) -> None:
    resident = home.resident()
    if code == "news2":
        home.call(lambda s: assessments.sign(s, resident, "news2", ILL))
    home.theme.set(choice, size)
    try:
        open_form(page, qtbot, Open(ResidentId(resident), code))
        qtbot.waitUntil(lambda: page.live is not None and page.live.isVisible() and not home.tasks.busy)
        assert unnamed(page) == []
        qtbot.waitUntil(lambda: clipped(page) == [], timeout=2000)  # a layout settles in a few turns of the loop
    finally:
        home.theme.set(Choice.LIGHT, 100)


def test_what_cannot_be_assessed_and_the_note_are_kept_in_the_draft_and_signed(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "news2"))
    keys(qtbot, "23")
    assert page.form is not None
    assert page._note is not None
    page.form.set_unable({"temp_c": "refused"})
    page._note.focus()
    keys(qtbot, "Turned her head away")
    page.can_leave()
    (row,) = home.call(assessments.drafts)
    open_form(page, qtbot, Open(resident, "news2", draft_id=row.id))
    qtbot.waitUntil(lambda: page.form is not None and page.form.unable() == {"temp_c": "refused"})
    assert page.live is not None
    assert "temperature" not in page.live.complete.text()
    sign(page, qtbot, Qt.Key.Key_Backtab, SPACE)
    kept = home.call(lambda s: assessments.previous(s, resident, "news2"))
    assert kept is not None
    assert (kept.note, kept.unable) == ("Turned her head away", {"temp_c": "refused"})
    assert (kept.outcome.complete, kept.outcome.score) == (False, None), "unable is not normal"


def test_must_is_recorded_and_signed_without_the_mouse_in_four_answers(
    page: AssessmentPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    open_form(page, qtbot, Open(resident, "must"))
    keys(qtbot, "5ft 3in", ENTER, "7st 1lb", ENTER, "8st", ENTER)
    keys(qtbot, ENTER)  # the loss was not planned, or nobody knows
    keys(qtbot, "n", SPACE, ENTER)
    assert page.form is not None
    assert page.live is not None
    assert QApplication.focusWidget() is page.foot.sign_button
    assert page.live.tag.word == "High risk"
    sign(page, qtbot)
    kept = home.call(lambda s: assessments.previous(s, resident, "must"))
    assert kept is not None
    assert kept.answers["weight_kg"] == 99 * Decimal("0.45359237"), "exact to the last digit"
    assert (kept.row.score, kept.row.band) == ("4", "high")
