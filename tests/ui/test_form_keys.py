"""What a carer does at a form besides answering: units, "no change", "cannot assess", undo, digits; by real keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import UserError
from app.domain.questionnaire import (
    NO_CARRY_OVER,
    Form,
    Unable,
    check_answers,
    parse_questionnaire,
    read_questionnaire,
    response,
)
from app.services import assessments
from app.ui import theme
from app.ui.widgets_form.meter import FormBar
from app.ui.widgets_form.small import SmallButton
from app.ui.widgets_form.typed import read_clock, read_measure
from app.ui.widgets_form.view import FormView

NOW = datetime(2026, 7, 22, 13, 5, tzinfo=UTC)  # 14:05 in London
TODAY = date(2026, 7, 22)
LAST = date(2026, 6, 12)
VISIT = Path(__file__).resolve().parents[1] / "fixtures" / "questionnaires" / "home-visit.json"
ENTER, SPACE, TAB, RIGHT, DOWN = (
    Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Right, Qt.Key.Key_Down,
)  # fmt: skip
F7, F8, CTRL = Qt.Key.Key_F7, Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier

Draw = Callable[[Form], FormView]


@pytest.fixture
def draw(qtbot: QtBot, qapp: QApplication) -> Iterator[Draw]:
    """Draws a form in an active window, with its bar above it."""
    theme.apply(qapp, theme.Choice.LIGHT, 100)
    areas: list[QScrollArea] = []

    def drawn(form: Form) -> FormView:
        view = FormView(form, lambda: NOW, lambda: TODAY)
        page = QWidget()
        column = QVBoxLayout(page)
        column.addWidget(FormBar(view))
        column.addWidget(view)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        area.resize(800, 600)
        qtbot.addWidget(area)
        areas.append(area)
        with qtbot.waitActive(area):
            area.show()
            area.activateWindow()
        return view

    yield drawn
    for area in areas:
        area.close()


def press(qtbot: QtBot, *keys: Qt.Key | str) -> None:
    """Type into whatever has the focus; a menu that is open gets the keys."""
    for key in keys:
        target = QApplication.activePopupWidget() or QApplication.focusWidget()
        assert isinstance(target, QWidget), "nothing has the focus"
        if isinstance(key, str):
            qtbot.keyClicks(target, key)
        else:
            qtbot.keyClick(target, key)


def control(qtbot: QtBot, key: Qt.Key) -> None:
    """A key with Ctrl."""
    focused = QApplication.focusWidget()
    assert isinstance(focused, QWidget)
    qtbot.keyClick(focused, key, CTRL)


def form(*items: dict[str, Any], **more: Any) -> Form:
    """A form of those items."""
    return parse_questionnaire({"resourceType": "Questionnaire", "title": "Q", "status": "active",
                                "url": "https://example.org/q", "item": list(items), **more})  # fmt: skip


def item(link_id: str, kind: str = "boolean", **more: Any) -> dict[str, Any]:
    """One item."""
    return {"linkId": link_id, "text": link_id.capitalize(), "type": kind, **more}


def coded(*words: str, points: bool = False) -> list[dict[str, Any]]:
    """Options; with ``points`` worth 0, 1, 2 …"""
    ordinal = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
    return [
        {"valueCoding": {"code": each, "display": each,
                         **({"extension": [{"url": ordinal, "valueDecimal": n}]} if points else {})}}
        for n, each in enumerate(words)
    ]  # fmt: skip


def error_of(view: FormView, link_id: str) -> str:
    return view.error(link_id)


# --------------------------------------------------------------------------------------------- our own, without a mouse


def test_news2_is_filled_with_the_keyboard_alone(draw: Draw, qtbot: QtBot) -> None:
    view = draw(assessments.form("news2"))
    view.go_to_first()
    with qtbot.waitSignal(view.finished):
        press(
            qtbot,
            "18",
            ENTER,
            "96",
            ENTER,
            "1",
            ENTER,
            "n",
            ENTER,
            "128",
            ENTER,
            "72",
            ENTER,
            "a",
            ENTER,
            "36.8",
            ENTER,
        )
    assert view.answers() == {
        "resp_rate": 18, "spo2": 96, "spo2_scale": view.answers()["spo2_scale"], "on_oxygen": False, "systolic": 128,
        "pulse": 72, "consciousness": view.answers()["consciousness"], "temp_c": Decimal("36.8"),
    }  # fmt: skip
    found = assessments.preview("news2", view.answers(), TODAY)
    assert (found.score, found.missing) == (0, ())
    assert view.progress() == (8, 8)


def test_must_is_filled_with_the_keyboard_alone_in_stones_and_feet(draw: Draw, qtbot: QtBot) -> None:
    view = draw(assessments.form("must"))
    view.start({"sex": "F", "age_years": 88})
    view.go_to_first()
    press(qtbot, "5ft 2in", ENTER)
    view.go_to("weight_kg")
    press(qtbot, "10st 4lb", ENTER)
    view.go_to("previous_weight_kg")
    press(qtbot, "66", ENTER)
    view.go_to("acutely_ill_no_intake_5d")
    press(qtbot, "n")
    assert view.answers()["height_m"] == Decimal("1.5748")
    assert view.answers()["weight_kg"] == Decimal("65.31730128")
    assert view.kept()["weight_kg"] == "10st 4lb", "a draft keeps what was typed"
    assert view.missing() == ()


# --------------------------------------------------------------------------------------------------------- units


def _unit(code: str) -> list[dict[str, Any]]:
    url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
    return [{"url": url, "valueCoding": {"code": code, "display": code}}]


def test_another_unit_is_said_back_and_the_way_to_type_it_is_on_the_screen(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("weight", "decimal", extension=_unit("kg")), item("height", "decimal", extension=_unit("m"))))
    box = view.editor("weight").focus_on()
    assert isinstance(box, QLineEdit)
    words = [str(each.property("text")) for each in view.row("weight").findChildren(QWidget)]
    assert "kg, or such as 10st 4lb" in words
    view.go_to("weight")
    press(qtbot, "10st 4lb")
    words = [str(each.property("text")) for each in view.row("weight").findChildren(QWidget)]
    assert "10 st 4 lb = 65.317 kg" in words
    assert "10 st 4 lb = 65.317 kg" in box.accessibleName()
    press(qtbot, ENTER, "5'2\"")
    assert view.answers() == {"weight": Decimal("65.317301"), "height": Decimal("1.5748")}
    again = FormView(view.form, lambda: NOW, lambda: TODAY)
    qtbot.addWidget(again)
    again.set_answers(view.kept())
    assert again.answers() == view.answers()


@pytest.mark.parametrize(
    ("text", "unit", "value", "said"),
    [
        ("10st 4lb", "kg", "65.317301", "10 st 4 lb = 65.317 kg"),
        ("10 st", "kg", "63.502932", "10 st = 63.503 kg"),
        ("0st 1lb", "kg", "0.453592", "0 st 1 lb = 0.454 kg"),
        ("142 lb", "kg", "64.410117", "142 lb = 64.41 kg"),
        ("64.5kg", "kg", "64.5", ""),
        ("64.50", "kg", "64.50", ""),
        ("157 cm", "m", "1.57", "157 cm = 1.57 m"),
        ("5ft 2in", "m", "1.5748", "5 ft 2 in = 1.5748 m"),
        ("5’ 2”", "m", "1.5748", "5 ft 2 in = 1.5748 m"),
        ("6ft", "m", "1.8288", "6 ft = 1.8288 m"),
        ("1.57", "m", "1.57", ""),
        ("125mm", "cm", "12.5", "125 mm = 12.5 cm"),
        ("98%", "%", "98", ""),
    ],
)
def test_units_are_converted_exactly(text: str, unit: str, value: str, said: str) -> None:
    number, words = read_measure(text, "It", unit=unit, places=6, whole=False)
    assert (number, words) == (Decimal(value), said)


def test_a_converted_figure_has_no_more_places_than_the_question_takes() -> None:
    assert read_measure("10st 4lb", "It", unit="kg", places=10, whole=False)[0] == Decimal("65.31730128")
    assert read_measure("11 st", "It", unit="kg", places=1, whole=False)[0] == Decimal("69.9")  # 69.853
    assert read_measure("1lb", "It", unit="kg", places=0, whole=False)[0] == Decimal(0)
    assert read_measure("10st", "It", unit="kg", places=None, whole=True) == (64, "10 st = 64 kg")


@pytest.mark.parametrize("text", ["10st 14lb", "10.5st 3lb", "10 4", "st", "5ft 2in", "ten", "10st4lb5"])
def test_what_is_no_weight_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="Weight must"):
        read_measure(text, "Weight", unit="kg", places=3, whole=False)


@pytest.mark.parametrize(("text", "value"), [("8.15", "08:15"), ("9pm", "21:00"), ("now", "14:05"), ("00:00", "00:00")])
def test_a_time_of_day_is_read_as_people_type_it(text: str, value: str) -> None:
    assert read_clock(text, NOW, "At") == value
    with pytest.raises(UserError, match="At must be"):
        read_clock("25:00", NOW, "At")


# ------------------------------------------------------------------------------------------------------- no change


def test_last_times_answer_is_taken_over_only_when_somebody_presses_for_it(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("weight", "decimal"), item("well"), item("words", "string")))
    view.set_previous({"weight": Decimal("64.8"), "well": True}, LAST)
    assert view.answers() == {}
    assert view.confirmed() == frozenset()
    view.go_to("weight")
    with qtbot.waitSignal(view.changed):
        press(qtbot, F7)
    assert view.answers() == {"weight": Decimal("64.8")}
    assert view.confirmed() == {"weight"}
    press(qtbot, "1")
    assert view.confirmed() == frozenset(), "what is changed after that is no longer unchanged"
    view.go_to("well")
    button = next(each for each in view.row("well").findChildren(SmallButton) if each.text() == "No change")
    assert "last time" in button.accessibleName()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.answers()["well"] is True
    assert "confirmed" in button.text()
    view.go_to("words")
    press(qtbot, F7)
    assert "words" not in view.answers(), "there is nothing to take over"


def test_it_is_not_offered_where_the_form_forbids_it_or_the_answer_cannot_stand(draw: Draw, qtbot: QtBot) -> None:
    never = [{"url": NO_CARRY_OVER, "valueBoolean": True}]
    options = coded("Left", "Right")
    view = draw(form(item("pulse", "integer", extension=never), item("side", "choice", answerOption=options)))
    view.set_previous({"pulse": 72, "side": "gone"}, LAST)
    for link_id in ("pulse", "side"):
        view.go_to(link_id)
        press(qtbot, F7)
        assert not view.row(link_id).offers_same()
    assert view.answers() == {}


@pytest.mark.parametrize("code", ["news2", "post_fall"])
def test_what_must_be_measured_is_measured(code: str) -> None:
    assert not any(each.carry_over for each in assessments.form(code).questions())


# --------------------------------------------------------------------------------------------------- cannot assess


def test_why_it_cannot_be_assessed_is_chosen_by_key_and_is_no_answer(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("weight", "decimal", required=True), item("well", required=True), item("more")))
    view.go_to("weight")
    press(qtbot, "64", F8)
    assert isinstance(QApplication.activePopupWidget(), QMenu)
    with qtbot.waitSignal(view.changed):
        press(qtbot, DOWN, ENTER)  # asleep
    assert view.unable() == {"weight": "asleep"}
    assert view.answers() == {}, "incomplete is not zero"
    assert view.missing() == ("well",)
    assert view.progress() == (1, 2)
    assert not view.editor("weight").isVisible()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert "Asleep" in focused.accessibleName()
    press(qtbot, ENTER, "y")
    assert view.answers() == {"well": True}
    assert view.progress() == (2, 2)
    view.go_to("weight")
    press(qtbot, F8, ENTER)  # it can be assessed
    assert view.unable() == {}
    assert view.answers() == {"weight": Decimal(64), "well": True}, "what was typed before is there again"


def test_escape_leaves_the_question_as_it_was(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("well")))
    view.go_to("well")
    press(qtbot, F8, Qt.Key.Key_Escape)
    assert view.unable() == {}
    press(qtbot, "n")
    assert view.answers() == {"well": False}


def test_a_form_that_cannot_be_done_now_gives_one_reason_for_all_that_is_left(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("a"), item("b"), item("c", enableWhen=[
        {"question": "a", "operator": "=", "answerBoolean": True}])))  # fmt: skip
    view.set_answers({"b": False})
    page = view.parentWidget()
    assert page is not None
    bar = page.findChild(FormBar)
    assert isinstance(bar, FormBar)
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    press(qtbot, ENTER)  # refused
    assert view.unable() == {"a": "refused"}
    assert view.answers() == {"b": False}
    assert bar.meter.words == "2 of 2 dealt with"
    assert "2 of 2" in bar.meter.accessibleName()


def test_reasons_are_kept_by_a_draft_and_wrong_ones_are_let_go(draw: Draw) -> None:
    view = draw(form(item("a"), item("b")))
    view.set_unable({"a": "plan", "b": "tired", "z": "plan"})
    assert view.unable() == {"a": str(Unable.PLAN)}
    assert not view.empty()
    view.set_unable({})
    assert view.unable() == {}
    assert view.empty()


# ------------------------------------------------------------------------------------------------------ tiles and undo


def test_digits_choose_by_points_where_each_answer_has_its_own_else_by_place(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(
        item("pain", "choice", answerOption=coded("Absent", "Mild", "Moderate", "Severe", points=True)),
        item("side", "choice", answerOption=coded("Left", "Right")),
        item("signs", "choice", repeats=True, answerOption=coded("Cough", "Rash")),
    ))  # fmt: skip
    view.go_to("pain")
    press(qtbot, "0", ENTER, "2", ENTER, "2")
    assert view.answers() == {"pain": "Absent", "side": "Right"}, "a tick list is only walked by digits"
    view.go_to("pain")
    press(qtbot, "m")
    assert view.answers()["pain"] == "Absent", "two begin with m: it only goes to the first"
    press(qtbot, "s")
    assert view.answers()["pain"] == "Severe"


def test_what_was_chosen_is_taken_back_and_done_again(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("well"), item("side", "choice", answerOption=coded("Left", "Right"))))
    view.set_previous({"side": "Right"}, LAST)
    view.go_to("well")
    press(qtbot, "y", "n", ENTER, F7, F8, ENTER)
    assert (view.answers(), view.unable()) == ({"well": False}, {"side": "refused"})
    control(qtbot, Qt.Key.Key_Z)
    assert (view.answers(), view.unable()) == ({"well": False, "side": "Right"}, {})
    assert view.confirmed() == {"side"}
    control(qtbot, Qt.Key.Key_Z)
    control(qtbot, Qt.Key.Key_Z)
    assert view.answers() == {"well": True}
    control(qtbot, Qt.Key.Key_Y)
    assert view.answers() == {"well": False}
    assert not FormView(view.form, lambda: NOW, lambda: TODAY).undo()


# ---------------------------------------------------------------------------------------------------- made elsewhere


def test_a_form_of_sixty_questions_made_elsewhere_is_filled_with_the_keyboard(draw: Draw, qtbot: QtBot) -> None:
    view = draw(read_questionnaire(VISIT.read_bytes()))
    view.go_to_first()
    press(qtbot, "t", ENTER, "9.30", ENTER, "yesterday 21:30", ENTER, "w", ENTER, "Ward 6", ENTER)  # the visit
    press(qtbot, "y", ENTER, "Ann", ENTER, "Bo", TAB, ENTER)
    press(qtbot, "10st 4lb", ENTER, "5ft 2in", ENTER, "130", ENTER, "Ran upstairs", TAB)  # measured
    press(qtbot, "1.5 g", ENTER, "Dr Example", ENTER, "750", ENTER, "5.4", ENTER, "6.1", TAB, "n", ENTER)
    press(qtbot, "y", ENTER)  # falls
    press(qtbot, "1 Jul 2026", ENTER, "2", ENTER, "y", ENTER, "Hip", ENTER, "2", ENTER)
    assert view.add_another("4.2.4")
    press(qtbot, "Elbow", ENTER, "0", ENTER, "n")
    assert view.add_another("4.2")
    press(qtbot, "2 Jul 2026", ENTER, "3", ENTER, "n", ENTER, "y", ENTER)
    press(qtbot, "a", ENTER, "n", "y", ENTER)  # always: the clinic was offered
    press(qtbot, "Paracetamol", ENTER, "500 mg", ENTER, "b", ENTER)
    assert view.add_another("5.1")
    press(qtbot, "Codeine", ENTER, "15 mg", ENTER, "p", ENTER)
    press(qtbot, SPACE, TAB, "Pollen", ENTER, "3", ENTER, "Nurse", ENTER, "1", ENTER, "r", ENTER, "2", ENTER)
    for points in "012012012012":
        press(qtbot, points, ENTER)
    press(qtbot, DOWN, DOWN, ENTER, "Not January", ENTER)  # February
    press(qtbot, "Her garden", TAB, "1 Dec 2026", ENTER, "m", ENTER, "2 Jan 2027 10:00", ENTER, "y", ENTER)
    with qtbot.waitSignal(view.finished):
        press(qtbot, "y", ENTER, "n", ENTER, "AB1234", ENTER)
    assert view.problems() == ()
    assert view.missing() == ()
    typed = check_answers(view.form, view.answers())
    written = response(view.form, view.answers(), subject="Patient/1", authored=NOW, author="Practitioner/2")
    QuestionnaireResponse.model_validate(json.loads(json.dumps(written)))
    assert {"4.2.1", "4.2.1#2", "4.2.4.1#1#2", "5.1#2", "9.5", "3.12", "3.7"} <= set(typed)
    text = json.dumps(written)
    assert '"valueQuantity": {"value": 1.5, "unit": "g"' in text
    assert '{"reference": "Organization/2", "display": "Station Road"}' in text
    assert typed["3.1"] == Decimal("65.317")
    assert typed["5.2"] == ["penicillin", "Pollen"]
    assert typed["2.7"] == ["Ann", "Bo"]


def test_the_tab_key_follows_the_page_also_into_rows_made_later(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(*(item(f"q{n}", "string") for n in range(25))))
    after = QPushButton("After the form")
    page = view.parentWidget()
    assert page is not None
    layout = page.layout()
    assert layout is not None
    layout.addWidget(after)
    qtbot.waitUntil(view.finished_making)
    view.go_to("q0")
    for n in range(1, 25):
        press(qtbot, TAB)
        assert view.editor(f"q{n}").focus_on().hasFocus(), n
    press(qtbot, TAB)
    assert after.hasFocus()


def test_a_draft_of_a_long_form_comes_back_whole_before_its_rows_are_made(qtbot: QtBot) -> None:
    asked = form(*(item(f"q{n}", "decimal", required=True) for n in range(40)))
    view = FormView(asked, lambda: NOW, lambda: TODAY)
    qtbot.addWidget(view)
    kept: dict[str, object] = {f"q{n}": Decimal(n) for n in range(35)} | {"q36": "about 3", "gone": "x"}
    view.set_answers(kept)
    assert view.kept() == kept
    assert len(view.answers()) == 35
    assert [each.message for each in view.problems()] == ["Q36 must be a number such as 64.8"]
    assert view.missing() == ("q35", "q36", "q37", "q38", "q39")
    view.finish()
    assert view.kept() == kept
    assert view.missing() == ("q35", "q36", "q37", "q38", "q39")


def test_what_is_hidden_shown_or_impossible_here_stands_as_it_should(draw: Draw) -> None:
    view = draw(read_questionnaire(VISIT.read_bytes()))
    view.finish()
    words = [str(each.property("text")) for each in view.findChildren(QWidget) if each.property("text")]
    assert "Scale used: Chair scale 4" in words
    assert "Letter of the clinic (cannot be answered here: attachments cannot be given on this form)" in words
    assert not any("Protocol" in each for each in words)
    assert view.answers()["2.10"] == "https://clinic.example/report", "what the form begins with"
    assert view.empty(), "but nobody has answered yet"


def test_instances_come_back_from_a_draft_and_go_when_the_form_is_cleared(draw: Draw, qtbot: QtBot) -> None:
    inside = [item("a", "string"), item("b", "integer")]
    asked = form(item("g", "group", repeats=True, item=inside), item("z", "string"))
    view = draw(asked)
    view.set_answers({"a": "x", "a#3": "y"})
    assert view.answers() == {"a": "x", "a#3": "y"}
    assert view.editor("b#2").isVisible()

    def tops() -> list[int]:
        return [view.editor(key).mapTo(view, view.rect().topLeft()).y() for key in ("a", "b", "a#2", "a#3", "z")]

    qtbot.waitUntil(lambda: tops() == sorted(set(tops())))
    view.set_answers({"a": "x"})
    assert view.kept() == {"a": "x"}
    with pytest.raises(KeyError):
        view.editor("a#3")


def test_an_instance_added_by_mistake_goes_and_what_was_typed_in_it_comes_back(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("g", "group", repeats=True, item=[item("a", "string", required=True)]), item("z")))
    view.go_to("a")
    press(qtbot, "x", TAB)
    focused = QApplication.focusWidget()
    assert isinstance(focused, SmallButton)
    assert focused.accessibleName() == "Add another: G"
    press(qtbot, SPACE, "y")
    assert view.answers() == {"a": "x", "a#2": "y"}
    remover = next(each for each in view.findChildren(SmallButton) if each.text() == "Remove the last")
    with qtbot.waitSignal(view.changed):
        qtbot.mouseClick(remover, Qt.MouseButton.LeftButton)
    assert view.answers() == view.kept() == {"a": "x"}
    assert view.missing() == ()
    assert not remover.isVisible()
    assert not view.remove_last("g")
    assert view.add_another("g")
    assert view.answers() == {"a": "x", "a#2": "y"}


def test_coming_to_a_filled_number_by_enter_the_next_figure_takes_its_place(draw: Draw, qtbot: QtBot) -> None:
    view = draw(form(item("pulse", "integer"), item("temp", "decimal")))
    view.set_answers({"pulse": 72, "temp": Decimal("36.6")})
    view.go_to("pulse")
    press(qtbot, "80", ENTER, "37.1")
    assert view.answers() == {"pulse": 80, "temp": Decimal("37.1")}
