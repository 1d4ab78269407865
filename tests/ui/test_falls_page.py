"""A fall from the first key to the ticked observations, with real keys on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.dates import date_time
from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.people import Medicine, ResidentId
from app.services import alerts, assessments, falls
from app.ui.choose_resident import ChooseView
from app.ui.fall_watch import FallWatch
from app.ui.forms.view import area_of
from app.ui.pages.assessment.page import Open
from app.ui.pages.falls import FallsPage
from app.ui.pages.falls.check import CheckView
from app.ui.pages.falls.fall_view import FallView
from app.ui.pages.falls.register import RegisterView, observed, to_do_words
from app.ui.place import argument, plain_argument
from app.ui.shell import MainWindow
from app.ui.theme import Choice
from tests.helpers.signed_in import SignedIn
from tests.ui.helpers import clipped, press, stray_windows, unnamed, wait_quiet

ENTER, BACK, TAB, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Tab, Qt.Key.Key_Space
SIGNS = (
    "intense_pain", "suspected_collapse", "trauma_head_neck_back", "unusual_behaviour",
    "marked_breathing_difficulty_or_chest_pain", "bleeding_freely", "loss_of_consciousness", "evidence_of_fracture",
    "fast_abnormal",
)  # fmt: skip
LIFT: dict[str, object] = {
    "danger_clear": True, "responsive_and_breathing": True, **dict.fromkeys(SIGNS, False),
    "head_struck_or_unwitnessed": False, "minutes_on_floor": 5,
}  # fmt: skip
WELL = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 130, "pulse": 72,
    "consciousness": "A", "temp_c": Decimal("36.6"),
}  # fmt: skip


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> Iterator[FallsPage]:
    """The page in a window as large as the shell leaves it at 1366 by 768; it goes to itself as the shell would."""
    made = FallsPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    home.ctx.navigate.connect(lambda key, arg: made.opened(arg) if key == "falls" else None)
    qtbot.addWidget(made)
    made.resize(1166, 660)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    wait_quiet(qtbot, home.tasks)


def show(page: FallsPage, home: SignedIn, qtbot: QtBot, arg: object) -> None:
    page.opened(arg)
    wait_quiet(qtbot, home.tasks)


def keys(qtbot: QtBot, *strokes: Qt.Key | str) -> None:
    """Type into whatever has the keyboard."""
    for stroke in strokes:
        target = QApplication.focusWidget()
        assert isinstance(target, QWidget), "nothing has the keyboard"
        if isinstance(stroke, str):
            qtbot.keyClicks(target, stroke)
        else:
            qtbot.keyClick(target, stroke)


def tab_to(qtbot: QtBot, wanted: QWidget) -> None:
    for _ in range(200):
        if QApplication.focusWidget() is wanted:
            return
        keys(qtbot, TAB)
    raise AssertionError("Tab never came there")


def in_dialog(focused: QWidget | None) -> bool:
    dialog = QApplication.activeModalWidget()
    return dialog is not None and focused is not None and dialog.isAncestorOf(focused)


def check(page: FallsPage) -> CheckView:
    assert isinstance(page.view, CheckView)
    return page.view


def the_fall(page: FallsPage) -> FallView:
    assert isinstance(page.view, FallView)
    return page.view


def texts(part: QWidget | None) -> str:
    assert part is not None
    QApplication.processEvents()  # what was just put into a layout is shown at the next turn
    return "\n".join(
        str(each.property("text"))
        for each in part.findChildren(QWidget)
        if each.property("text") and each.isVisibleTo(part)
    )


def begin(page: FallsPage, home: SignedIn, qtbot: QtBot, *medicines: Medicine) -> ResidentId:
    resident = home.resident("John", "Smith", *medicines)
    show(page, home, qtbot, f"check:{resident}")
    return resident


# ------------------------------------------------------------------------------------------------------- the whole path


def test_from_the_register_to_the_alert_with_the_keyboard_alone(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident("John", "Smith", Medicine("Apixaban 5 mg"))
    home.resident("Ann", "Jones", title="Mrs")
    show(page, home, qtbot, None)
    assert isinstance(page.view, RegisterView)
    keys(qtbot, ENTER)  # "A resident has fallen" has the keyboard
    wait_quiet(qtbot, home.tasks)
    assert isinstance(page.view, ChooseView)
    keys(qtbot, "smi", ENTER)
    wait_quiet(qtbot, home.tasks)
    assert check(page).key == "danger_clear"
    keys(qtbot, "yy", "nnnnnnnnn", "y")
    assert check(page).key == "on_anticoagulant_or_antiplatelet"
    assert "The medicine list names Apixaban 5 mg. Ask all the same." in texts(page)
    keys(qtbot, "y")
    assert "Urgent head injury referral" in texts(page)
    assert "Phone 999" in texts(page)
    assert home.call(alerts.standing) == (), "nothing is signed yet"
    assert QApplication.focusWidget() is check(page).sign_button
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    (alert,) = home.call(alerts.standing)
    assert (alert.kind, alert.resident_id) == ("post-fall-head-injury", resident)
    (row,) = home.call(falls.falls)
    assert (row.resident_id, row.band) == (resident, "urgent_head_injury_referral")
    assert home.call(assessments.drafts) == ()
    view = the_fall(page)
    assert QApplication.focusWidget() is view.cards[0].call_button, "the call comes first"
    assert "hospital" in view.buttons, "with the red bag ready"
    assert list(view.steps) == ["circumstances", "injuries", "assessment"]
    assert "Due now (14:05)" in texts(page)


def test_after_signing_every_step_is_reached_by_key(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, LIFT)).fall_id
    show(page, home, qtbot, fall_id)
    view = the_fall(page)
    assert QApplication.focusWidget() is view.steps["circumstances"]
    keys(qtbot, ENTER)
    assert home.went[-1] == ("assessment", Open(resident, "fall_record", about=fall_id, back="falls"))
    tab_to(qtbot, view.buttons["news2"])
    keys(qtbot, ENTER)
    assert home.went[-1] == ("assessment", Open(resident, "news2", back="falls"))
    home.call(lambda s: assessments.sign(s, resident, "news2", WELL))
    show(page, home, qtbot, resident)  # where the form of an assessment goes back to
    assert page.place() == ("falls", fall_id), "back at the fall that it was opened from"
    assert the_fall(page).whole.progress.done == 1
    assert "1 of 14 taken" in texts(page)
    show(page, home, qtbot, resident)
    assert isinstance(page.view, RegisterView), "the second time it is the resident's register"


def test_injuries_are_marked_with_the_keyboard_alone(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, LIFT)).fall_id
    show(page, home, qtbot, fall_id)
    view = the_fall(page)
    tab_to(qtbot, view.steps["injuries"])
    keys(qtbot, ENTER)
    assert QApplication.focusWidget() is view.injuries.kind
    tab_to(qtbot, view.injuries.map.button)
    keys(qtbot, ENTER)
    assert "Choose first what it is" in view.injuries.wrong.text()
    assert QApplication.focusWidget() is view.injuries.kind
    keys(qtbot, "Bru")
    tab_to(qtbot, view.injuries.map.sites)
    keys(qtbot, "Hip,")
    tab_to(qtbot, view.injuries.map.button)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    (injury,) = home.call(lambda s: falls.fall(s, fall_id)).row.fall.injuries
    assert injury.kind == "bruise"
    assert "1  " in texts(view.injuries)
    assert the_fall(page) is view, "the page was not built again under the hands"
    tab_to(qtbot, view.injuries.remove_buttons[0])
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert home.call(lambda s: falls.fall(s, fall_id)).row.fall.injuries == ()
    tab_to(qtbot, view.injuries.none_button)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert home.call(lambda s: falls.fall(s, fall_id)).row.fall.no_injury
    assert "Looked over: no injury seen." in texts(view.injuries)


# ---------------------------------------------------------------------------------------------------------- the check


@pytest.mark.parametrize(("answers", "words"), [("n", 1), ("yn", 2), ("yyy", 3), ("yynnnnnnnny", 11)])
def test_the_first_answer_that_decides_stops_the_questions(
    page: FallsPage, home: SignedIn, qtbot: QtBot, answers: str, words: int
) -> None:
    begin(page, home, qtbot)
    for at, stroke in enumerate(answers):
        assert check(page).outcome is None, at
        keys(qtbot, stroke)
    assert len(answers) == words
    assert "Call 999, do not move" in texts(page)
    assert "Phone 999" in texts(page)


def test_backspace_goes_back_and_enter_keeps_an_answer(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    begin(page, home, qtbot)
    keys(qtbot, ENTER)
    assert check(page).key == "danger_clear", "Enter answers nothing by itself"
    keys(qtbot, "yy", BACK, BACK)
    assert check(page).key == "danger_clear"
    keys(qtbot, ENTER)
    assert check(page).key == "responsive_and_breathing"
    keys(qtbot, "n")
    assert check(page).outcome is not None
    keys(qtbot, BACK)
    assert check(page).key == "responsive_and_breathing", "a slip of the finger is mended"
    keys(qtbot, "y")
    assert check(page).answers == {"danger_clear": True, "responsive_and_breathing": True}


def test_a_key_that_is_held_down_answers_once(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    begin(page, home, qtbot)
    keys(qtbot, "y")
    again = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Y, Qt.KeyboardModifier.NoModifier, "y", autorep=True)
    QApplication.sendEvent(check(page), again)
    assert check(page).key == "responsive_and_breathing"


def test_minutes_on_the_floor_decide_a_long_lie(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    begin(page, home, qtbot)
    keys(qtbot, "yy", "nnnnnnnnn", "n")
    assert check(page).key == "minutes_on_floor"
    keys(qtbot, "an hour", ENTER)
    assert "whole number" in texts(page)
    box = check(page).box
    assert box is not None
    box.clear()
    keys(qtbot, "99999", ENTER)
    assert "between 0 and 10,080" in texts(page) or "10080" in texts(page)
    box.clear()
    keys(qtbot, "90", ENTER)
    assert "Long lie: lift with equipment, clinical review today" in texts(page)
    assert "01707 555 0111" in texts(page), "HomeFirst's number from the home's list"


def test_every_answer_is_a_draft_at_once_and_is_taken_up_again(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = begin(page, home, qtbot)
    keys(qtbot, "y")
    assert page.can_leave()
    (draft,) = home.call(assessments.drafts)
    keys(qtbot, "yn")
    assert page.can_leave()
    kept = home.call(lambda s: assessments.load_draft(s, draft.id)).answers
    assert kept == {"danger_clear": True, "responsive_and_breathing": True, "intense_pain": False}
    key, arg = page.place()  # what the lock keeps
    assert (key, arg) == ("falls", f"check:{resident}:{draft.id}")
    show(page, home, qtbot, argument(plain_argument(arg)))
    assert check(page).key == "suspected_collapse"
    show(page, home, qtbot, f"check:{resident}")
    assert check(page).key == "danger_clear", "the first question is there at once"
    assert "There is an unsigned check from 14:05 by Mo Manager." in texts(page)
    tab_to(qtbot, check(page).continue_button)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert check(page).key == "suspected_collapse"
    assert len(home.call(assessments.drafts)) == 1


def test_a_check_that_was_left_can_be_discarded(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = begin(page, home, qtbot)
    keys(qtbot, "y")
    show(page, home, qtbot, f"check:{resident}")
    tab_to(qtbot, check(page).discard_button)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert home.call(assessments.drafts) == ()
    assert check(page).key == "danger_clear"


def test_what_to_do_is_said_also_when_nothing_can_be_saved(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    begin(page, home, qtbot)
    full = EnvironmentTrouble(ExitCode.READ_ONLY, "The disk is full.", "What was saved is safe.", "Make room.")
    home.session.store.only_read(full)
    keys(qtbot, "n")
    wait_quiet(qtbot, home.tasks)
    assert "Call 999, do not move" in texts(page)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert home.said[-1].text == "The disk is full."
    assert isinstance(page.view, CheckView)
    assert page.can_leave()


# ------------------------------------------------------------------------------------------------------- what it shows


def test_observations_end_with_a_clinicians_name_by_key(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, LIFT)).fall_id
    show(page, home, qtbot, fall_id)
    tab_to(qtbot, the_fall(page).buttons["stop"])
    keys(qtbot, ENTER)
    qtbot.waitUntil(lambda: in_dialog(QApplication.focusWidget()))
    keys(qtbot, "A", TAB, "Dr Ash, GP", TAB, "comfort care")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait_quiet(qtbot, home.tasks)
    stopped = home.call(lambda s: falls.fall(s, fall_id)).row.fall.stopped
    assert stopped is not None
    assert (stopped.why, stopped.name, stopped.reason) == ("clinician", "Dr Ash, GP", "comfort care")
    assert "A clinician said so (Dr Ash, GP: comfort care)" in texts(page)
    assert "resume" in the_fall(page).buttons


def test_the_register_shows_what_is_open_and_filters(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    first, second = home.resident(), home.resident("Ann", "Jones", title="Mrs")
    home.clock.pass_time(days=-8)
    home.call(lambda s: falls.record(s, second, LIFT))
    home.clock.pass_time(days=8)
    home.call(lambda s: falls.record(s, first, LIFT))
    show(page, home, qtbot, None)
    view = page.view
    assert isinstance(view, RegisterView)
    assert view.counts.text() == "1 fall in the last 7 days, 2 in 30 days, 2 in 3 months, 2 in a year"
    assert "too few to see a pattern" in view.spread.text()
    assert [row.resident_id for row in view.table.rows] == [first, second]
    assert to_do_words(view.table.rows[0]) == "Record the circumstances, observations, falls assessment"
    view.box.setFocus()
    keys(qtbot, "jon")
    assert [row.resident_id for row in view.table.rows] == [second]
    tab_to(qtbot, view.table)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert the_fall(page).whole.row.resident_id == second


def test_late_observations_come_first_and_say_of_which_day_they_are(
    page: FallsPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, LIFT)).fall_id
    home.clock.pass_time(hours=9, minutes=57)  # just after midnight: the set of the evening before is late
    show(page, home, qtbot, resident)
    view = page.view
    assert isinstance(view, RegisterView)
    progress = view.table.rows[0].progress
    assert progress is not None
    assert progress.late is not None
    assert observed(view.table.rows[0], home.ctx.today()) == f"LATE since {date_time(progress.late.due)}"
    tab_to(qtbot, view.record_button)
    keys(qtbot, ENTER)
    assert home.went[-1] == ("resident", resident)
    show(page, home, qtbot, fall_id)
    assert QApplication.focusWidget() is the_fall(page).buttons["news2"]


def test_the_page_learns_of_a_set_that_was_signed_elsewhere(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, LIFT)).fall_id
    show(page, home, qtbot, fall_id)
    assert the_fall(page).whole.progress.done == 0
    home.ctx.call(lambda s: assessments.sign(s, resident, "news2", WELL))
    qtbot.waitUntil(lambda: the_fall(page).whole.progress.done == 1)


def test_what_is_typed_about_the_call_is_asked_about(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, {"danger_clear": False})).fall_id
    show(page, home, qtbot, fall_id)
    keys(qtbot, ENTER, "Sam")
    assert not page.can_leave()
    home.call(lambda s: falls.mark_injuries(s, fall_id, (), none_found=True))
    home.ctx.call(lambda s: falls.go_on_observing(s, fall_id, reason="x"), failed=lambda _exc: None)
    wait_quiet(qtbot, home.tasks)
    keys(qtbot, " Ash", ENTER)
    wait_quiet(qtbot, home.tasks)
    assert home.call(alerts.standing)[0].spoke_to == "Sam Ash"


@pytest.mark.parametrize(("look", "size"), [(Choice.LIGHT, 100), (Choice.LIGHT, 200), (Choice.CONTRAST, 150)])
def test_nothing_is_cut_off_and_everything_has_a_name(
    page: FallsPage, home: SignedIn, qtbot: QtBot, look: Choice, size: int
) -> None:
    resident = home.resident("Philippa", "Okonkwo-Braithwaite", Medicine("Apixaban 5 mg"), title="Mrs")
    fall_id = home.call(lambda s: falls.record(s, resident, {"danger_clear": False})).fall_id
    home.theme.set(look, size)
    wrong: list[str] = []
    for arg, strokes in (
        (None, ""), ("choose", ""), (resident, ""), (fall_id, ""), (f"check:{resident}", ""),
        (f"check:{resident}", "yynnnnnnnnny"), (f"check:{resident}", "yynnnnnnnnnn"), (f"check:{resident}", "n"),
    ):  # fmt: skip
        with stray_windows() as strays:
            show(page, home, qtbot, arg)
            for stroke in strokes:
                keys(qtbot, stroke)
            wait_quiet(qtbot, home.tasks)
        wrong += [f"{arg} {strokes}: {found}" for found in (*strays, *unnamed(page), *clipped(page))]
    assert wrong == [], "\n".join(wrong)


def test_at_200_per_cent_the_sign_button_is_in_sight(page: FallsPage, home: SignedIn, qtbot: QtBot) -> None:
    home.theme.set(Choice.LIGHT, 200)
    begin(page, home, qtbot)
    keys(qtbot, "n")
    wait_quiet(qtbot, home.tasks)
    button = check(page).sign_button
    assert button is not None
    area = area_of(button)
    assert area is not None
    assert button.visibleRegion().boundingRect().height() == button.height()


# ---------------------------------------------------------------------------------------------------------- reminders


def test_a_set_is_said_when_it_is_due_and_again_when_it_is_late(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    fall_id = home.call(lambda s: falls.record(s, resident, LIFT)).fall_id
    watch = FallWatch(home.ctx)

    def looked() -> list[str]:
        before = len(home.said)
        watch.look()
        wait_quiet(qtbot, home.tasks)
        return [f"{said.text} {said.detail}" for said in home.said[before:]]

    assert looked() == ["Observations after a fall: take NEWS2 now. SMITH, John (Mr), room 11: due 14:05"]
    assert looked() == [], "said once"
    home.clock.pass_time(minutes=11)
    assert looked() == ["Observations after a fall: take NEWS2 now. SMITH, John (Mr), room 11: LATE since 14:05"]
    home.call(lambda s: assessments.sign(s, resident, "news2", WELL))
    assert looked() == []
    home.clock.pass_time(minutes=19)
    assert len(looked()) == 1
    act = home.said[-1].do
    assert act is not None
    act()
    assert home.went[-1] == ("falls", fall_id)
    watch.end()


def test_a_form_that_was_opened_from_a_fall_comes_back_to_it_after_the_lock(home: SignedIn) -> None:
    asked = Open(home.resident(), "fall_record", about="a fall", back="falls")
    assert argument(plain_argument(asked)) == asked


def test_in_the_window_the_lock_brings_back_to_the_question(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    window = MainWindow(home.ctx, lambda: None)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.go("falls", resident)
    wait_quiet(qtbot, home.tasks)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    keys(qtbot, "yy")
    assert window.keep()
    place = window.place()
    again = MainWindow(home.ctx, lambda: None, place)
    qtbot.addWidget(again)
    with qtbot.waitActive(again):
        again.show()
        again.activateWindow()
    wait_quiet(qtbot, home.tasks)
    found = again.page
    assert isinstance(found, FallsPage)
    assert check(found).key == "intense_pain"
    assert again.nav["falls"].isChecked()
