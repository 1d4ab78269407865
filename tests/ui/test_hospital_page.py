"""The way to hospital and back on the screen, with real keys on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.domain.bags import BagState
from app.domain.handovers import Handover
from app.domain.journeys import Item, JourneyKind, Stage, Step, StepKind
from app.domain.people import Allergy, FactKind, ResidentId, Stay
from app.domain.transfer import TransferReason
from app.services import journeys, residents, transfers
from app.ui.dialogs.downtime import DowntimeDialog
from app.ui.dialogs.handover import HandoverDialog
from app.ui.dialogs.hospital_who import HospitalWho
from app.ui.forms.form import FormDialog
from app.ui.pages.hospital.bags import LabelsDialog
from app.ui.pages.hospital.board import BoardView, OneView
from app.ui.pages.hospital.items import OutDialog
from app.ui.pages.hospital.journey_view import JourneyView
from app.ui.pages.hospital.page import HospitalPage
from app.ui.pages.hospital.papers import CustodyDialog, VersionsDialog
from app.ui.pages.hospital.words import late_words
from app.ui.pages.resident.page import ResidentPage
from app.ui.pages.timeline.page import TimelinePage
from app.ui.pages.today.page import TodayPage
from app.ui.place import argument, plain_argument
from app.ui.theme import Choice
from tests.helpers.signed_in import NOW, SignedIn
from tests.ui.helpers import clipped, press, stray_windows, unnamed, wait_quiet

ENTER, TAB = Qt.Key.Key_Return, Qt.Key.Key_Tab
HOUR = timedelta(hours=1)


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> Iterator[HospitalPage]:
    """The page in a window as large as the shell leaves it at 1366 by 768; it goes to itself as the shell would."""
    made = HospitalPage(home.ctx)
    home.ctx.changed.connect(made.refresh)
    home.ctx.navigate.connect(lambda key, arg: made.opened(arg) if key == "hospital" else None)
    qtbot.addWidget(made)
    made.resize(1166, 660)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    usual = QApplication.keyboardInputInterval()
    QApplication.setKeyboardInputInterval(60_000)  # a busy machine may be slow between the letters of a choice
    yield made
    QApplication.setKeyboardInputInterval(usual)
    wait_quiet(qtbot, home.tasks)


def show(page: HospitalPage, home: SignedIn, qtbot: QtBot, arg: object) -> None:
    page.opened(arg)
    wait_quiet(qtbot, home.tasks)


def begin(home: SignedIn, resident: ResidentId, bag: str = "RB-03") -> str:
    """A journey without the papers, which take longer to draw than everything else here."""
    reason = TransferReason(situation="Fell on the stairs", bag=bag, destination="Lister Hospital")

    def work() -> str:
        with home.session.write() as opened:
            return journeys.begin(home.session, opened, resident, reason, JourneyKind.EMERGENCY).id

    return home.do(work)


def record(home: SignedIn, journey: str, kind: StepKind, **given: object) -> None:
    step = Step(kind, home.clock.now(), **({"name": "Nia Nurse", "role": "Nurse"} | given))  # type: ignore[arg-type]
    home.call(lambda s: journeys.record(s, journey, step))


def keys(qtbot: QtBot, *strokes: Qt.Key | str) -> None:
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


def dialog(qtbot: QtBot) -> QDialog:
    """What stands over the page, with the keyboard in it."""
    found: list[QDialog] = []

    def there() -> bool:
        now = QApplication.activeModalWidget()
        focused = QApplication.focusWidget()
        if isinstance(now, QDialog) and focused is not None and now.isAncestorOf(focused):
            found[:] = [now]
        return bool(found)

    qtbot.waitUntil(there)
    return found[0]


def form(qtbot: QtBot) -> FormDialog:
    found = dialog(qtbot)
    assert isinstance(found, FormDialog)
    return found


def fill(qtbot: QtBot, shown: FormDialog, **texts: str) -> None:
    """Type into boxes, reached by Tab; a choice is made by its first letters."""
    for key, text in texts.items():
        tab_to(qtbot, shown.form.fields[key].target)
        target = shown.form.fields[key].target
        if hasattr(target, "selectAll"):
            target.selectAll()
        keys(qtbot, text)


def save(qtbot: QtBot, home: SignedIn) -> None:
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    closed(qtbot, home)


def closed(qtbot: QtBot, home: SignedIn) -> None:
    """The dialog has gone, and its window has the keyboard again, which a desktop sees to."""
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    wait_quiet(qtbot, home.tasks)
    (shown,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, HospitalPage) and each.isVisible())
    with qtbot.waitActive(shown):
        shown.activateWindow()


def board(page: HospitalPage) -> BoardView:
    assert isinstance(page.view, BoardView)
    return page.view


def journey(page: HospitalPage) -> JourneyView:
    assert isinstance(page.view, JourneyView)
    return page.view


def texts(part: QWidget) -> str:
    return "\n".join(
        str(each.property("text")) for each in part.findChildren(QWidget) if each.property("text") and each.isVisible()
    )


# ------------------------------------------------------------------------------------------------------- there and back


def test_there_and_back_with_the_keyboard_alone(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    journey_id = begin(home, resident)
    show(page, home, qtbot, None)
    keys(qtbot, ENTER)  # the journey has the keyboard
    wait_quiet(qtbot, home.tasks)
    for kind, typed, stage in (
        (StepKind.HOME_OUT, {"bag": "Y"}, Stage.ON_THE_WAY),
        (StepKind.HOSPITAL_IN, {"name": "S Patel", "role": "Staff nurse", "bag": "Y"}, Stage.AT_HOSPITAL),
        (StepKind.ADMITTED, {"place": "Ash Ward", "bag": "Nob"}, Stage.AT_HOSPITAL),
        (StepKind.HOSPITAL_OUT, {"name": "S Oak", "bag": "Y"}, Stage.RETURNING),
        (StepKind.HOME_IN, {"note": "left on the ward"}, Stage.ENDED),
    ):
        home.clock.pass_time(hours=3)
        tab_to(qtbot, journey(page).buttons["next"])
        keys(qtbot, ENTER)
        shown = form(qtbot)
        fill(qtbot, shown, **typed)
        if kind is StepKind.HOME_IN:  # whoever stands beside the resident can look: it is not left unasked
            press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
            assert shown.form.fields["bag"].error == "Look whether the red bag came back"
            fill(qtbot, shown, bag="No")
        save(qtbot, home)
        row = home.call(lambda s: journeys.journey(s, journey_id))
        assert (row.journey.steps[-1].kind, row.stage) == (kind, stage)
        assert journey(page).whole.row.stage is stage
    steps = {step.kind: step for step in row.journey.steps}
    assert (steps[StepKind.HOME_OUT].name, steps[StepKind.HOME_OUT].role) == ("Mo Manager", "Manager")
    assert steps[StepKind.HOSPITAL_IN].place == "Lister Hospital", "offered from what the pack says"
    assert steps[StepKind.ADMITTED].bag is None
    assert steps[StepKind.HOME_IN].bag is False
    assert home.said[-1].detail == "Bag RB-03 did not come back: it is recorded as still at the hospital."
    assert "Red bag RB-03: at hospital since" in texts(page)
    assert QApplication.focusWidget() is journey(page).buttons["check"]


def test_a_check_point_needs_a_name_and_a_time_that_can_be(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    journey_id = begin(home, home.resident())
    record(home, journey_id, StepKind.HOME_OUT)
    show(page, home, qtbot, journey_id)
    keys(qtbot, ENTER)
    shown = form(qtbot)
    fill(qtbot, shown, at_time="23:59")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(shown.form.fields["name"].error))
    assert shown.form.fields["name"].error == "Enter who signed or told you"
    fill(qtbot, shown, name="S Patel")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(shown.form.fields["at"].error))
    assert "must be now or in the past" in shown.form.fields["at"].error
    fill(qtbot, shown, at_time="14:05")
    save(qtbot, home)
    assert journey(page).whole.row.stage is Stage.AT_HOSPITAL


@pytest.mark.parametrize(
    ("kind", "follows"),
    [(StepKind.DIED, "date of death"), (StepKind.OTHER_HOME, "stay in this home ends")],
    ids=["died", "another home"],
)
def test_what_follows_from_an_end_is_said_before_it_is_recorded(
    page: HospitalPage, home: SignedIn, qtbot: QtBot, kind: StepKind, follows: str
) -> None:
    resident = home.resident()
    journey_id = begin(home, resident)
    record(home, journey_id, StepKind.HOME_OUT)
    home.clock.pass_time(hours=2)
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons[kind.value])
    keys(qtbot, ENTER)
    shown = form(qtbot)
    assert follows in " ".join(texts(shown).split())
    if kind is StepKind.OTHER_HOME:
        fill(qtbot, shown, place="Oak House")
    save(qtbot, home)
    found = home.call(lambda s: residents.read_again(s, resident))
    (stay,) = (fact.body for fact in found.facts[FactKind.STAY])
    assert isinstance(stay, Stay)
    assert stay.until == home.clock.now().replace(second=0)
    assert found.status == ("died" if kind is StepKind.DIED else "left")
    assert "next" not in journey(page).buttons


def test_a_step_is_corrected_with_its_reason_and_what_was_said_before_is_read_field_by_field(
    page: HospitalPage, home: SignedIn, qtbot: QtBot
) -> None:
    resident = home.resident()
    journey_id = begin(home, resident)
    home.clock.pass_time(hours=3)
    record(home, journey_id, StepKind.HOME_OUT)
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons["correct"])
    keys(qtbot, ENTER)
    shown = form(qtbot)
    fill(qtbot, shown, at_time="15:30", name="Cal Carer")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert shown.form.fields["reason"].error == "Enter the reason for the change"
    fill(qtbot, shown, reason="the clock in the hall is fast")
    save(qtbot, home)
    (step,) = home.call(lambda s: journeys.journey(s, journey_id)).journey.steps
    assert (step.at, step.name) == (NOW + timedelta(hours=1, minutes=25), "Cal Carer")
    tab_to(qtbot, journey(page).buttons["versions"])
    keys(qtbot, ENTER)
    history = dialog(qtbot)
    assert isinstance(history, VersionsDialog)
    wait_quiet(qtbot, home.tasks)
    said = texts(history)
    assert "Left the home: 22-Nov-2026 15:30, Cal Carer, Nurse (before: 22-Nov-2026 17:05, Nia Nurse, Nurse)" in said
    assert "Reason: the clock in the hall is fast" in said
    assert "First recorded" in said
    press(qtbot, Qt.Key.Key_Escape)
    closed(qtbot, home)


def test_a_step_that_did_not_happen_is_taken_away_and_one_that_was_forgotten_added(
    page: HospitalPage, home: SignedIn, qtbot: QtBot
) -> None:
    journey_id = begin(home, home.resident())
    for kind in (StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.HOME_IN):
        home.clock.pass_time(hours=4)
        record(home, journey_id, kind)
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons["forgotten"])
    keys(qtbot, ENTER)
    fill(qtbot, form(qtbot), kind="Admitted")
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), FormDialog) and "Add: Admitted" in
                    QApplication.activeModalWidget().windowTitle())  # fmt: skip
    shown = form(qtbot)
    fill(qtbot, shown, at="22/11/2026", at_time="23:30", place="Ash Ward", reason="nobody wrote it down")
    save(qtbot, home)
    steps = home.call(lambda s: journeys.journey(s, journey_id)).journey.steps
    assert [step.kind for step in steps] == [
        StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.ADMITTED, StepKind.HOME_IN,
    ]  # fmt: skip
    table = journey(page).steps
    assert table is not None
    tab_to(qtbot, table)
    keys(qtbot, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, ENTER)
    shown = form(qtbot)
    tab_to(qtbot, shown.form.fields["gone"].target)
    keys(qtbot, " ")
    fill(qtbot, shown, reason="they are still there")
    save(qtbot, home)
    assert journey(page).whole.row.stage is Stage.AT_HOSPITAL


def test_the_bags_list_goes_out_and_comes_back_and_a_loss_is_followed(
    page: HospitalPage, home: SignedIn, qtbot: QtBot
) -> None:
    journey_id = begin(home, home.resident())
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons["items"])
    keys(qtbot, ENTER)
    shown = form(qtbot)
    assert isinstance(shown, OutDialog)
    glasses = next(key for key, field in shown.form.fields.items() if field.label_text == "Glasses: how many")
    assert shown.form.fields[glasses].isHidden()
    for name in ("Glasses", "Toiletries"):
        tab_to(qtbot, shown.ticks[name])
        keys(qtbot, Qt.Key.Key_Space)
    assert shown.form.typed()[glasses] == "1", "a tick is one of it"
    fill(qtbot, shown, **{glasses: "one", "name0": "Insulin pen", "more0": "2"})
    press(qtbot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert shown.form.fields[glasses].error == "Glasses: enter how many as a number, such as 1"
    fill(qtbot, shown, **{glasses: "1"})
    save(qtbot, home)
    items = journey(page).whole.row.journey.items
    assert items == (Item("Glasses", 1), Item("Toiletries", 1), Item("Insulin pen", 2))
    for kind in (StepKind.HOME_OUT, StepKind.HOME_IN):
        home.clock.pass_time(hours=4)
        record(home, journey_id, kind)
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons["back"])
    keys(qtbot, ENTER)
    fill(qtbot, form(qtbot), back0="1", back1="1", back2="0", note2="not in the bag")
    save(qtbot, home)
    assert home.said[-1].detail == "Missing: 2 × Insulin pen."
    tab_to(qtbot, journey(page).buttons["loss:Insulin pen"])
    keys(qtbot, ENTER)
    fill(qtbot, form(qtbot), told="Ash Ward", outcome="Found")
    save(qtbot, home)
    (loss,) = journey(page).whole.row.journey.losses
    assert (loss.told, loss.outcome, loss.note) == ("Ash Ward", "found", "not in the bag")


# ------------------------------------------------------------------------------------------------------------ the board


def test_where_is_bag_03_now(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    journey_id = begin(home, home.resident())
    for number in ("RB-01", "RB-02"):
        home.call(lambda s, number=number: journeys.add_bag(s, number))
    record(home, journey_id, StepKind.HOME_OUT)
    show(page, home, qtbot, None)
    bags = board(page).bags
    assert bags.count.text().startswith("3 bags in use. About one for ten residents is advised")
    tab_to(qtbot, bags.box)
    keys(qtbot, "03")
    assert bags.answer.text() == "Bag RB-03: on the way to hospital, with SMITH, John (Mr), since 22-Nov-2026 14:05."
    assert [row.bag.number for row in bags.table.rows] == ["RB-03"]
    tab_to(qtbot, bags.table)
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert journey(page).whole.row.id == journey_id


def test_a_bag_is_added_lost_and_found(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    show(page, home, qtbot, None)
    bags = board(page).bags
    assert not bags.short.isHidden(), "no bag, and one is advised"
    tab_to(qtbot, bags.add_button)
    keys(qtbot, ENTER)
    fill(qtbot, form(qtbot), number="rb-9", note="new")
    save(qtbot, home)
    for typed, state in (("Lost", BagState.LOST), ("Here", BagState.IN_HOME)):
        tab_to(qtbot, bags.move_button)
        keys(qtbot, ENTER)
        fill(qtbot, form(qtbot), state=typed, note="the taxi brought it")
        save(qtbot, home)
        (row,) = bags.table.rows
        assert (row.bag.number, row.bag.state, row.bag.note) == ("RB-9", state, "the taxi brought it")


def test_the_board_says_who_is_away_what_is_late_and_what_it_adds_up_to(
    page: HospitalPage, home: SignedIn, qtbot: QtBot
) -> None:
    home.clock.pass_time(days=-5)
    first = begin(home, home.resident())
    record(home, first, StepKind.HOME_OUT)
    record(home, first, StepKind.HOSPITAL_IN)
    home.clock.pass_time(days=5)
    second = begin(home, home.resident("Ann", "Jones", title="Mrs"), bag="")
    show(page, home, qtbot, None)
    view = board(page)
    assert list(view.away.buttons) == [first, second], "the late one first"
    late = view.away.buttons[first].accessibleName()
    assert "At hospital: Lister Hospital" in late
    assert "Overdue 2 days" in late
    assert "Visit in hospital between 19-Nov-2026 14:05 and 20-Nov-2026 14:05" in late
    assert "No bag named" in view.away.buttons[second].accessibleName()
    figures = {row.field: row.figures for row in view.counts.rows}
    assert figures["journeys"] == ("2", "0", "2", "2")
    assert figures["nights"] == ("5", "0", "5", "5")
    assert figures["attended"] == ("1", "0", "1", "1")
    record(home, second, StepKind.NOT_CONVEYED)
    home.ctx.changed.emit(home.call(lambda s: journeys.add_bag(s, "RB-8")).changes)
    qtbot.waitUntil(lambda: list(board(page).away.buttons) == [first] and second in board(page).recent.buttons)


def test_send_to_hospital_asks_who(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    home.resident()
    home.resident("Ann", "Jones", title="Mrs")
    show(page, home, qtbot, None)
    assert QApplication.focusWidget() is board(page).send_button
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    asked = dialog(qtbot)
    assert isinstance(asked, HospitalWho), "the same question as everywhere"
    keys(qtbot, "jon")
    qtbot.waitUntil(lambda: [row.name for row in asked.table.rows] == ["JONES, Ann (Mrs)"])
    press(qtbot, Qt.Key.Key_Escape)
    closed(qtbot, home)


def test_the_downtime_kit_is_made_from_here_too(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    home.resident()
    show(page, home, qtbot, None)
    tab_to(qtbot, board(page).kit_button)
    keys(qtbot, ENTER)
    assert isinstance(dialog(qtbot), DowntimeDialog)
    press(qtbot, Qt.Key.Key_Escape)
    closed(qtbot, home)


def test_a_hand_over_of_a_journey_does_not_ask_again_where_and_why(
    page: HospitalPage, home: SignedIn, qtbot: QtBot
) -> None:
    journey_id = begin(home, home.resident())
    record(home, journey_id, StepKind.HOME_OUT)
    record(home, journey_id, StepKind.ADMITTED, place="Ash Ward")
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons["handover"])
    keys(qtbot, ENTER)
    shown = dialog(qtbot)
    assert isinstance(shown, HandoverDialog)
    assert shown.told() == {"ward": "Lister Hospital, Ash Ward"}
    shown.which.set_value(Handover.OUTPATIENT.value)
    assert shown.told() == {"clinic": "Lister Hospital, Ash Ward", "why": "Fell on the stairs"}
    assert shown.unsaved() is None
    press(qtbot, Qt.Key.Key_Escape)  # nothing of it was typed here, so nothing is asked
    closed(qtbot, home)


def test_a_residents_own_journeys_and_the_way_back(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    journey_id = begin(home, resident)
    show(page, home, qtbot, f"resident:{resident}")
    assert isinstance(page.view, OneView)
    assert page.place() == ("hospital", f"resident:{resident}")
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert page.place() == ("hospital", journey_id)
    assert argument(plain_argument(journey_id)) == journey_id
    tab_to(qtbot, journey(page).buttons["error"])
    keys(qtbot, ENTER)
    fill(qtbot, form(qtbot), reason="the wrong resident")
    save(qtbot, home)
    assert "next" not in journey(page).buttons
    assert "Entered in error" in texts(page)
    tab_to(qtbot, journey(page).buttons["all"])
    keys(qtbot, ENTER)
    wait_quiet(qtbot, home.tasks)
    assert isinstance(page.view, OneView)
    assert "Entered in error" in page.view.buttons[journey_id].accessibleName()


def test_the_papers_are_saved_where_somebody_says(
    page: HospitalPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    journey_id = begin(home, home.resident())
    show(page, home, qtbot, journey_id)
    tab_to(qtbot, journey(page).buttons["paper"])
    keys(qtbot, ENTER)
    shown = dialog(qtbot)
    assert isinstance(shown, CustodyDialog)
    shown.save_to(tmp_path / "custody.pdf")
    qtbot.waitUntil(lambda: shown.said.text().startswith(f"Saved as {tmp_path / 'custody.pdf'}"))
    press(qtbot, Qt.Key.Key_Escape)
    closed(qtbot, home)
    assert "SMITH, John (Mr)" in PdfReader(BytesIO((tmp_path / "custody.pdf").read_bytes())).pages[0].extract_text()
    show(page, home, qtbot, None)
    tab_to(qtbot, board(page).bags.labels_button)
    keys(qtbot, ENTER)
    labels = dialog(qtbot)
    assert isinstance(labels, LabelsDialog)
    assert labels.banner.isHidden()
    labels.save_to(tmp_path / "labels.pdf")
    qtbot.waitUntil(lambda: labels.said.text().startswith(f"Saved as {tmp_path / 'labels.pdf'}"))
    press(qtbot, Qt.Key.Key_Escape)
    closed(qtbot, home)
    assert "SMITH" not in PdfReader(BytesIO((tmp_path / "labels.pdf").read_bytes())).pages[0].extract_text()
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix) == ["custody.pdf", "labels.pdf"]


def test_papers_that_the_record_has_overtaken_say_so(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    pack = home.call(lambda s: transfers.send_to_hospital(s, resident, TransferReason(situation="a fall")))
    show(page, home, qtbot, pack.journey_id)
    assert journey(page).whole.outdated == ()
    home.ctx.call(lambda s: residents.add_fact(s, resident, Allergy("Latex", "rash")))
    qtbot.waitUntil(lambda: journey(page).whole.outdated == ("Allergies",))


def test_a_pack_of_the_journey_opens(page: HospitalPage, home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    pack = home.call(lambda s: transfers.send_to_hospital(s, resident, TransferReason(situation="a fall")))
    show(page, home, qtbot, pack.journey_id)
    tab_to(qtbot, journey(page).buttons[f"pack:{pack.id}"])
    keys(qtbot, ENTER)
    shown = dialog(qtbot)
    assert shown.windowTitle() == "Red-bag pack version 1"
    press(qtbot, Qt.Key.Key_Escape)
    closed(qtbot, home)


# ------------------------------------------------------------------------------------------------------ on other pages


def test_the_timeline_tells_the_steps_and_leads_to_the_journey(home: SignedIn, qtbot: QtBot) -> None:
    resident = home.resident()
    journey_id = begin(home, resident)
    record(home, journey_id, StepKind.HOME_OUT)
    home.clock.pass_time(hours=1)
    record(home, journey_id, StepKind.HOSPITAL_IN, place="Lister Hospital", bag=True)
    shown = TimelinePage(home.ctx)
    qtbot.addWidget(shown)
    shown.show()
    shown.opened(resident)
    wait_quiet(qtbot, home.tasks)
    told = [(entry.title, entry.detail) for entry in shown.entries if entry.link[0] == "journey"]
    assert told == [
        ("Arrived at hospital", "Lister Hospital. Nia Nurse, Nurse. The bag was there"),
        ("Left the home", "Nia Nurse, Nurse"),
    ]
    shown.open_entry(next(entry for entry in shown.entries if entry.link[0] == "journey"))
    assert home.went[-1] == ("hospital", journey_id)


def test_the_residents_page_says_where_they_are_and_leads_there(home: SignedIn, qtbot: QtBot) -> None:
    here, gone = home.resident(), home.resident("Ann", "Jones", title="Mrs")
    journey_id = begin(home, gone)
    record(home, journey_id, StepKind.HOME_OUT)
    record(home, journey_id, StepKind.HOSPITAL_IN, place="Lister Hospital")
    record(home, journey_id, StepKind.ADMITTED, place="Ash Ward")
    shown = ResidentPage(home.ctx)
    qtbot.addWidget(shown)
    shown.show()
    shown.opened(gone)
    qtbot.waitUntil(shown.away.isVisible)
    wait_quiet(qtbot, home.tasks)
    assert shown.away.words.text() == "In hospital since 22-Nov-2026 14:05, Lister Hospital, Ash Ward"
    shown.away.open_button.click()
    assert home.went[-1] == ("hospital", journey_id)
    shown.away.all_button.click()
    assert home.went[-1] == ("hospital", f"resident:{gone}")
    shown.opened(here)
    wait_quiet(qtbot, home.tasks)
    assert shown.away.isHidden()
    assert shown.away.words.text() == ""


def test_today_shows_what_waits_the_late_first(home: SignedIn, qtbot: QtBot) -> None:
    first, second = home.resident(), home.resident("Ann", "Jones", title="Mrs")
    fresh, late = begin(home, first, bag=""), ""
    home.clock.pass_time(hours=-6)
    late = begin(home, second, bag="")
    home.clock.pass_time(hours=6)
    shown = TodayPage(home.ctx)
    qtbot.addWidget(shown)
    shown.resize(1166, 660)
    shown.show()
    shown.opened(None)
    wait_quiet(qtbot, home.tasks)
    names = [part.accessibleName() for part in shown.hospital.parts]
    assert [name.split(",")[0] for name in names] == ["JONES", "SMITH"]
    assert "Overdue 2 hours" in names[0]
    (out,) = shown.out.parts
    assert out.accessibleName().startswith(
        "Hospital: JONES, Ann (Mrs), papers made, still in the home; SMITH, John (Mr), "
    )
    assert "1 overdue" in out.accessibleName()
    assert shown.out.mapTo(shown, QPoint()).y() < shown.alerts.mapTo(shown, QPoint()).y()
    out.click()  # type: ignore[attr-defined]
    assert home.went[-1] == ("hospital", None)
    shown.hospital.parts[0].click()  # type: ignore[attr-defined]
    assert home.went[-1] == ("hospital", late)
    for journey_id in (fresh, late):
        record(home, journey_id, StepKind.NOT_CONVEYED)
    shown.opened(None)
    wait_quiet(qtbot, home.tasks)
    assert shown.hospital.isHidden()
    assert shown.out.isHidden()


@pytest.mark.parametrize(("look", "size"), [(Choice.DARK, 100), (Choice.LIGHT, 200), (Choice.CONTRAST, 150)])
def test_nothing_is_cut_off_and_everything_has_a_name(
    page: HospitalPage, home: SignedIn, qtbot: QtBot, look: Choice, size: int
) -> None:
    resident = home.resident("Philippa", "Okonkwo-Braithwaite", title="Mrs")
    home.clock.pass_time(days=-4)
    journey_id = begin(home, resident)
    home.call(lambda s: journeys.set_items(s, journey_id, [Item("Hearing aid, left + batteries", 2, "in a blue case")]))
    record(home, journey_id, StepKind.HOME_OUT, bag=True)
    record(home, journey_id, StepKind.HOSPITAL_IN, place="Queen Elizabeth II Hospital, Welwyn Garden City")
    home.clock.pass_time(days=4)
    record(
        home, journey_id, StepKind.DELAY, code="equipment", note="the bed with the mattress is not there before Monday"
    )
    home.theme.set(look, size)
    wrong: list[str] = []
    for arg in (None, f"resident:{resident}", journey_id):
        with stray_windows() as strays:
            show(page, home, qtbot, arg)
        wrong += [f"{arg}: {found}" for found in (*strays, *unnamed(page), *clipped(page))]
    show(page, home, qtbot, journey_id)
    for key in ("next", StepKind.DIED.value, "items", "correct", "correct-journey", "error", "versions"):
        journey(page).buttons[key].click()
        shown = dialog(qtbot)
        wait_quiet(qtbot, home.tasks)
        wrong += [f"{key}: {found}" for found in (*unnamed(shown), *clipped(shown))]
        shown.reject()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    assert wrong == [], "\n".join(wrong)


def test_how_late_is_said_in_words(home: SignedIn) -> None:
    journey_id = begin(home, home.resident())
    (wait,) = home.call(lambda s: journeys.journey(s, journey_id)).waiting
    assert late_words(wait, NOW + 4 * HOUR) == ""
    assert late_words(wait, NOW + 4.5 * HOUR) == "Overdue less than an hour"
    assert late_words(wait, NOW + 5 * HOUR) == "Overdue 1 hour"
    assert late_words(wait, NOW + 60 * HOUR) == "Overdue 2 days"
