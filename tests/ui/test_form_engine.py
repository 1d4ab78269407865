"""The form that is drawn from a questionnaire, used with real keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import UserError
from app.domain.questionnaire import parse_questionnaire
from app.services import assessments
from app.ui import theme
from app.ui.widgets_form.editors import ComboEditor, LinesEditor, TilesEditor
from app.ui.widgets_form.typed import read_number, read_when, say_when
from app.ui.widgets_form.view import FormView

NOW = datetime(2026, 7, 22, 13, 5, tzinfo=UTC)  # 14:05 in London
TODAY = date(2026, 7, 22)


def _choice(link_id: str, text: str, *codes: str, **more: object) -> dict[str, object]:
    options = [{"valueCoding": {"code": code, "display": code.capitalize()}} for code in codes]
    return {"linkId": link_id, "text": text, "type": "choice", "answerOption": options, **more}


def _question(link_id: str, text: str, kind: str, **more: object) -> dict[str, object]:
    return {"linkId": link_id, "text": text, "type": kind, **more}


def _limit(low: int, high: int) -> list[dict[str, object]]:
    base = "http://hl7.org/fhir/StructureDefinition/"
    return [{"url": f"{base}minValue", "valueInteger": low}, {"url": f"{base}maxValue", "valueInteger": high}]


EVERYTHING = {
    "resourceType": "Questionnaire",
    "url": "https://example.org/Questionnaire/everything",
    "title": "Every kind of question",
    "item": [
        _question("intro", "Read this first & go on", "display"),
        {
            "linkId": "body",
            "text": "The body",
            "type": "group",
            "item": [
                _question("pulse", "Pulse", "integer", required=True, extension=_limit(20, 250)),
                _question("weight", "Weight", "decimal"),
                _question("well", "Feeling well?", "boolean", required=True),
                _question(
                    "unwell",
                    "What is wrong?",
                    "text",
                    enableWhen=[{"question": "well", "operator": "=", "answerBoolean": False}],
                ),
                _choice("side", "Side", "left", "right", "both"),
                _choice("month", "Month", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct"),
                _choice("signs", "Signs", "cough", "rash", "fever", repeats=True, required=True),
            ],
        },
        _question("names", "Names", "string", repeats=True),
        _question("day", "Day", "date"),
        _question("moment", "Moment", "dateTime"),
        _question("link", "Link", "url"),
        _question("amount", "Amount", "quantity"),
        {**_choice("drink", "Drink", "tea", "coffee"), "type": "open-choice"},
    ],
}


@pytest.fixture
def form(qtbot: QtBot, qapp: QApplication) -> Iterator[FormView]:
    """The form with every kind of question, on screen and active."""
    theme.apply(qapp, theme.Choice.LIGHT, 100)
    view = FormView(parse_questionnaire(EVERYTHING), lambda: NOW, lambda: TODAY)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(view)
    area.resize(700, 500)
    qtbot.addWidget(area)
    with qtbot.waitActive(area):
        area.show()
        area.activateWindow()
    yield view
    area.close()


def press(qtbot: QtBot, *keys: Qt.Key | str) -> None:
    """Type into whatever has the focus."""
    for key in keys:
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget), "nothing has the focus"
        if isinstance(key, str):
            qtbot.keyClicks(focused, key)
        else:
            qtbot.keyClick(focused, key)


def focused_name() -> str:
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget is not None else ""


def test_the_whole_form_is_filled_without_the_mouse(form: FormView, qtbot: QtBot) -> None:
    form.go_to_first()
    enter, right, space, tab = Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Tab
    press(qtbot, "72", enter, "64.8", enter)
    press(qtbot, right, space, enter)  # No
    press(qtbot, "Sore throat", tab)
    press(qtbot, right, right, space, enter)  # both
    press(qtbot, Qt.Key.Key_Down, Qt.Key.Key_Down, enter)  # the combo: feb
    press(qtbot, space, right, right, space, enter)  # cough and fever
    press(qtbot, "Ann", enter, "Bo", tab)
    press(qtbot, "1 Jul 2026", enter, "yesterday 21:30", enter, "https://example.org", enter, "2.5", enter)
    press(qtbot, "cocoa")
    assert form.answers() == {
        "pulse": 72,
        "weight": Decimal("64.8"),
        "well": False,
        "unwell": "Sore throat",
        "side": "both",
        "month": "feb",
        "signs": ["cough", "fever"],
        "names": ["Ann", "Bo"],
        "day": "2026-07-01",
        "moment": "2026-07-21T20:30:00.000Z",
        "link": "https://example.org",
        "amount": Decimal("2.5"),
        "drink": "cocoa",
    }
    assert form.missing() == ()
    assert form.problems() == ()


def test_nothing_is_answered_before_somebody_answers(form: FormView) -> None:
    assert form.answers() == {}
    assert form.empty()
    assert form.missing() == ("pulse", "well", "signs")


def test_walking_with_the_arrows_chooses_nothing_and_delete_clears(form: FormView, qtbot: QtBot) -> None:
    form.go_to("side")
    press(qtbot, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left)
    assert "side" not in form.answers()
    press(qtbot, Qt.Key.Key_Space)
    assert form.answers()["side"] == "right"
    press(qtbot, Qt.Key.Key_Delete)
    assert "side" not in form.answers()


def test_a_letter_goes_to_its_option_and_a_group_is_one_tab_stop(form: FormView, qtbot: QtBot) -> None:
    form.go_to("well")
    press(qtbot, "n")
    assert focused_name() == "Feeling well?: No"
    press(qtbot, Qt.Key.Key_Space, Qt.Key.Key_Tab)
    assert focused_name() == "What is wrong?"
    press(qtbot, Qt.Key.Key_Backtab)
    assert focused_name() == "Feeling well?: No"


def test_an_impossible_number_is_refused_beside_its_box_and_kept_as_typed(form: FormView, qtbot: QtBot) -> None:
    form.go_to("pulse")
    press(qtbot, "700")
    assert form.error("pulse") == "", "nobody is told off while still typing"
    press(qtbot, Qt.Key.Key_Return)
    assert form.error("pulse") == "Pulse must be between 20 and 250"
    assert "pulse" not in form.answers()
    assert form.kept()["pulse"] == 700
    box = form.editor("pulse").focus_on()
    assert isinstance(box, QLineEdit)
    assert box.text() == "700"
    assert "Error: Pulse must be between 20 and 250" in box.accessibleDescription()
    form.go_to("pulse")
    press(qtbot, Qt.Key.Key_Backspace)
    assert form.error("pulse") == ""
    assert form.answers()["pulse"] == 70


def test_unreadable_text_is_a_problem_and_survives_in_a_draft(form: FormView, qtbot: QtBot) -> None:
    form.go_to("weight")
    press(qtbot, "about 60", Qt.Key.Key_Return)
    assert [problem.message for problem in form.problems()] == ["Weight must be a number such as 64.8"]
    again = FormView(form.form, lambda: NOW, lambda: TODAY)
    qtbot.addWidget(again)
    again.set_answers(form.kept())
    assert again.kept() == form.kept() == {"weight": "about 60"}


def test_a_question_that_is_no_longer_asked_keeps_its_text_but_is_not_an_answer(form: FormView, qtbot: QtBot) -> None:
    form.set_answers({"well": False, "unwell": "Sore throat"})
    assert form.editor("unwell").isVisible()
    form.go_to("well")
    press(qtbot, "y", Qt.Key.Key_Space)
    assert not form.editor("unwell").isVisible()
    assert "unwell" not in form.answers()
    assert form.kept()["unwell"] == "Sore throat"


def test_none_of_these_is_an_answer_of_its_own(form: FormView, qtbot: QtBot) -> None:
    editor = form.editor("signs")
    assert isinstance(editor, TilesEditor)
    form.go_to("signs")
    press(qtbot, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Space)
    assert form.answers()["signs"] == []
    press(qtbot, Qt.Key.Key_Right, Qt.Key.Key_Space)
    assert form.answers()["signs"] == ["cough"]


def test_the_wheel_never_changes_an_answer_on_the_way(form: FormView) -> None:
    combo = form.editor("month")
    assert isinstance(combo, ComboEditor)
    combo.set_value("mar")
    turn = QWheelEvent(
        QPointF(5, 5), combo.mapToGlobal(QPointF(5, 5)), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,  # noqa: FBT003
    )  # fmt: skip
    QApplication.sendEvent(combo, turn)
    assert combo.value() == "mar"


def test_the_last_answers_stand_beside_the_questions(form: FormView) -> None:
    form.set_previous({"weight": Decimal("64.8"), "well": True, "signs": ["rash", "fever"]}, date(2026, 6, 12))
    words = [label.text() for label in form.findChildren(QWidget) if (label.property("role") == "secondary")]
    assert {
        "Last time: 64.8, 12-Jun-2026",
        "Last time: Yes, 12-Jun-2026",
        "Last time: Rash; Fever, 12-Jun-2026",
    } <= set(words)


def test_required_is_said_in_words_and_data_is_never_markup(form: FormView) -> None:
    texts = [str(widget.property("text")) for widget in form.findChildren(QWidget) if widget.property("text")]
    assert "Pulse (required)" in texts
    assert "Weight (optional)" in texts
    assert "Read this first & go on" in texts


def test_lines_are_a_list(qtbot: QtBot) -> None:
    editor = LinesEditor("Weights", lambda text: read_number(text, "Weight", whole=False))
    qtbot.addWidget(editor)
    editor.setPlainText("60\n\n61.5")
    assert editor.value() == [Decimal(60), Decimal("61.5")]
    editor.setPlainText("60\nsixty")
    with pytest.raises(UserError, match="Weight must be a number such as"):
        editor.value()
    assert editor.kept() == "60\nsixty"


@pytest.mark.parametrize("code", [tool.code for tool in assessments.instruments()])
def test_every_instrument_of_ours_can_be_drawn_and_names_its_controls(code: str, qtbot: QtBot) -> None:
    view = FormView(assessments.form(code), lambda: NOW, lambda: TODAY)
    qtbot.addWidget(view)
    view.show()
    for question in view.form.questions():
        assert view.editor(question.link_id).focus_on().accessibleName(), question.link_id


@pytest.mark.parametrize(
    ("text", "whole", "value"),
    [("18", True, 18), (" 64.8 ", False, Decimal("64.8")), ("64.", False, Decimal(64)), ("1 200", True, 1200)],
)
def test_numbers_are_read_exactly(text: str, whole: bool, value: object) -> None:
    found = read_number(text, "Weight", whole=whole)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["", "1e5", "nan", "64,8", "--3", "0x10", "٣", "1234567890"])
def test_what_is_not_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="Weight must be a number"):
        read_number(text, "Weight", whole=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("now", "Wednesday 22 July 2026 at 14:05 (today)"),
        ("14:05", "Wednesday 22 July 2026 at 14:05 (today)"),
        ("9.30", "Wednesday 22 July 2026 at 09:30 (today)"),
        ("9am", "Wednesday 22 July 2026 at 09:00 (today)"),
        ("yesterday 21:30", "Tuesday 21 July 2026 at 21:30 (yesterday)"),
        ("20/07/2026 7:15 pm", "Monday 20 July 2026 at 19:15"),
        ("2026-07-20T19:15", "Monday 20 July 2026 at 19:15"),
        ("-2d 08:00", "Monday 20 July 2026 at 08:00"),
    ],
)
def test_times_are_read_as_london_time(text: str, said: str) -> None:
    assert say_when(read_when(text, NOW, "Onset"), NOW) == said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Enter onset"),
        ("20 Jul 2026", "Onset must include a time such as 14:05"),
        ("25:00", "Onset must be a real time such as 14:05"),
        ("31 Jun 2026 10:00", "Onset: 31 Jun 2026 must be a real date"),
        ("14:06", "Onset must be today or in the past, and not later than now"),
    ],
)
def test_times_that_cannot_be_are_refused_in_the_labels_words(text: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        read_when(text, NOW, "Onset", past_only=True)
    assert refused.value.message == message
