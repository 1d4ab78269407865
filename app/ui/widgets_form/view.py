"""Draws any questionnaire as a form, and keeps what is answered in it.

The order on the screen is the order of the questionnaire and of the Tab key. Enter goes to the next question (in a box
of several lines Ctrl+Down does). Whatever is typed stays as typed: a number outside its range is refused beside its box
in the words of its label, and a draft keeps even what cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import short_date
from app.domain.errors import Problem, UserError
from app.domain.questionnaire import Form, Question, answer_words, enabled, find_problems, spread
from app.ui.widgets_form.editors import (
    ComboEditor,
    DateEditor,
    Editor,
    LinesEditor,
    NotesEditor,
    NumberEditor,
    TextEditor,
    TilesEditor,
    WhenEditor,
)
from app.ui.widgets_form.labels import label
from app.ui.widgets_form.typed import read_number

_FEW = 5
_ENTER = frozenset({int(Qt.Key.Key_Return), int(Qt.Key.Key_Enter)})
_DOWN, _UP = int(Qt.Key.Key_Down), int(Qt.Key.Key_Up)


class _Row(QFrame):
    """One question: its words, help, the last answer, the editor and what is wrong with it."""

    def __init__(self, question: Question, editor: Editor, *, marks: bool) -> None:
        super().__init__()
        self.question, self.editor = question, editor
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(4)
        marker = "" if not marks else " (required)" if question.required else " (optional)"
        asked = label(f"{question.text}{marker}", "strong")
        asked.setBuddy(editor.focus_on())
        self._column.addWidget(asked)
        if question.help:
            self._column.addWidget(label(question.help, "secondary"))
            editor.focus_on().setAccessibleDescription(question.help)
        self._previous: QLabel | None = None
        self._error: QLabel | None = None
        self._column.addWidget(editor)

    def set_previous(self, words: str) -> None:
        """Shows the last answer under the question; an empty text takes it away."""
        if self._previous is None and words:
            self._previous = label("", "secondary")
            self._column.insertWidget(self._column.indexOf(self.editor), self._previous)
        if self._previous is not None:
            self._previous.setText(words)
            self._previous.setVisible(bool(words))

    def error(self) -> str:
        """What is said to be wrong, empty when nothing is."""
        return self._error.text().removeprefix("Error: ") if self._error is not None else ""

    def set_error(self, message: str) -> None:
        """Says what is wrong beside the editor, for the eye and for the reader; an empty text takes it away."""
        if message == self.error():
            return
        if self._error is None:
            self._error = label("", "error")
            self._column.insertWidget(self._column.indexOf(self.editor), self._error)
        self._error.setText(f"Error: {message}" if message else "")
        self._error.setVisible(bool(message))
        self.editor.focus_on().setAccessibleDescription(f"Error: {message}" if message else self.question.help)
        self._column.setContentsMargins(12 if message else 0, 4, 0, 4)  # room for the red edge
        for widget in (self, self.editor.focus_on()):
            widget.setProperty("fault", "true" if message else "false")
            widget.style().unpolish(widget)
            widget.style().polish(widget)


class FormView(QWidget):
    """A questionnaire on the screen.

    With ``marks`` False nothing is called required or optional: for a form whose gaps stop nobody.
    ``changed`` follows each act that changes an answer, ``left`` follows the focus leaving a question, ``finished`` is
    Enter on the last question.
    """

    changed = Signal()
    left = Signal()
    finished = Signal()

    def __init__(
        self, form: Form, now: Callable[[], datetime], today: Callable[[], date], *, marks: bool = True
    ) -> None:
        super().__init__()
        self._marks = marks
        self.form = form
        self._now, self._today = now, today
        self._rows: dict[str, _Row] = {}
        self._blocks: list[tuple[str, QWidget]] = []
        self._hidden: dict[str, object] = {}
        self._shown: frozenset[str] = frozenset()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._build(form.items, depth=0)
        self.setAccessibleName(form.title)
        self._show_enabled()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    # --- answers ---

    def answers(self) -> dict[str, object]:
        """What is answered and can be read, of the questions that are asked now, by link id."""
        readable = self._readable()
        for problem in find_problems(self.form, readable):
            readable.pop(problem.field, None)
        return readable

    def kept(self) -> dict[str, object]:
        """Everything in the form as a draft keeps it: also what cannot be read, and answers no longer asked for."""
        found = {**self._hidden}
        for link_id, row in self._rows.items():
            value = row.editor.kept()
            if value is not None:
                found[link_id] = value
        return found

    def set_answers(self, answers: Mapping[str, object]) -> None:
        """Shows answers by link id and clears the rest; a link id the form does not have is carried along unseen."""
        given = spread(answers, self.form)
        self._hidden = {key: value for key, value in given.items() if key not in self._rows}
        for link_id, row in self._rows.items():
            row.editor.set_value(given.get(link_id))
            row.set_error("")
        self._show_enabled()

    def set_previous(self, answers: Mapping[str, object], on: date | None) -> None:
        """Writes the last answers and their date beside the questions: "Last time: 64.8 kg, 12-Oct-2026"."""
        given = spread(answers, self.form)
        for link_id, row in self._rows.items():
            value = given.get(link_id)
            said = answer_words(row.question, value) if value is not None and on is not None else ""
            row.set_previous(f"Last time: {said}, {short_date(on)}" if said else "")

    def empty(self) -> bool:
        """Whether nothing at all has been answered or typed."""
        return not self.kept()

    # --- what is wrong or missing ---

    def problems(self) -> tuple[Problem, ...]:
        """What cannot be accepted as it stands: unreadable text, then what the questionnaire's own rules refuse.

        Unanswered questions are not problems here; :meth:`missing` lists those.
        """
        found = {link_id: message for link_id in self._order() if (message := self._unreadable(link_id))}
        for problem in find_problems(self.form, self._readable()):
            found.setdefault(problem.field, problem.message)
        order = {link_id: place for place, link_id in enumerate(self._rows)}
        return tuple(Problem(key, found[key]) for key in sorted(found, key=lambda key: order.get(key, len(order))))

    def missing(self) -> tuple[str, ...]:
        """The required questions, asked now, that have no answer: their link ids in reading order."""
        answered = self.answers()
        return tuple(key for key in self._order() if self._rows[key].question.required and key not in answered)

    def required(self) -> tuple[str, ...]:
        """The required questions that are asked now."""
        return tuple(key for key in self._order() if self._rows[key].question.required)

    def label(self, link_id: str) -> str:
        """The words of a question."""
        return self._rows[link_id].question.text if link_id in self._rows else link_id

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Writes each problem beside its question and takes the others away."""
        messages = {problem.field: problem.message for problem in reversed(problems)}
        for link_id, row in self._rows.items():
            row.set_error(messages.get(link_id, ""))

    def error(self, link_id: str) -> str:
        """What is said beside a question, empty when nothing is."""
        return self._rows[link_id].error()

    def go_to(self, link_id: str) -> bool:
        """Puts the focus into a question and brings it into sight; False when the form has no such question shown."""
        if link_id not in self._shown or link_id not in self._rows:
            return False
        self._rows[link_id].editor.focus_on().setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def go_to_first(self) -> None:
        """Puts the focus into the first question without an answer, or the first of all."""
        answered = self.kept()
        order = self._order()
        for link_id in order:
            if link_id not in answered:
                self.go_to(link_id)
                return
        if order:
            self.go_to(order[0])

    def editor(self, link_id: str) -> Editor:
        """The editor of a question."""
        return self._rows[link_id].editor

    # --- inner parts ---

    def _order(self) -> list[str]:
        return [link_id for link_id in self._rows if link_id in self._shown]

    def _build(self, items: Sequence[Question], depth: int) -> None:
        for question in items:
            if question.type == "group" and question.items and question.items[0].text == question.text:
                pass  # the first question says the same
            elif question.type in ("group", "display") and not question.text:
                pass  # nothing to say
            elif question.type in ("group", "display"):
                role = "heading" if depth == 0 else "strong"
                words = label(question.text, "secondary" if question.type == "display" else role)
                self._blocks.append((question.link_id, words))
                self._column.addWidget(words)
                if question.help:
                    more = label(question.help, "secondary")
                    self._blocks.append((question.link_id, more))
                    self._column.addWidget(more)
            else:
                row = _Row(question, _editor(question, self._now, self._today), marks=self._marks)
                row.editor.changed.connect(lambda key=question.link_id: self._edited(key))
                self._rows[question.link_id] = row
                self._blocks.append((question.link_id, row))
                self._column.addWidget(row)
            self._build(question.items, depth + 1)

    def _unreadable(self, link_id: str) -> str:
        try:
            self._rows[link_id].editor.value()
        except UserError as error:
            return error.message
        return ""

    def _readable(self, *, hidden: bool = False) -> dict[str, object]:
        found: dict[str, object] = {}
        for link_id in self._rows if hidden else self._order():
            try:
                value = self._rows[link_id].editor.value()
            except UserError:
                continue
            if value is not None:
                found[link_id] = value
        return found

    def _edited(self, link_id: str) -> None:
        self._show_enabled()
        row = self._rows[link_id]
        if row.error():
            row.set_error(next((p.message for p in self.problems() if p.field == link_id), ""))
        self.changed.emit()

    def _show_enabled(self) -> None:
        self._shown = frozenset(enabled(self.form, self._readable(hidden=True)))
        for link_id, widget in self._blocks:
            wanted = link_id in self._shown
            if widget.isHidden() == wanted:
                widget.setVisible(wanted)

    def _row_of(self, widget: QWidget | None) -> _Row | None:
        while widget is not None and widget is not self:
            if isinstance(widget, _Row):
                return widget if self._rows.get(widget.question.link_id) is widget else None
            widget = widget.parentWidget()
        return None

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        before, after = self._row_of(old), self._row_of(new)
        if after is not None and new is not None:
            self._bring_into_sight(after)
        if before is None or before is after or new is None:
            return
        link_id = before.question.link_id
        before.set_error(next((p.message for p in self.problems() if p.field == link_id), ""))
        self.left.emit()

    def _bring_into_sight(self, row: _Row) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(row, 0, 24)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        row = self._row_of(QApplication.focusWidget())
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = held == Qt.KeyboardModifier.ControlModifier
        if row is None:
            super().keyPressEvent(event)
        elif (event.key() in _ENTER and not held) or (event.key() == _DOWN and control):
            self._walk(row, 1)
        elif event.key() == _UP and control:
            self._walk(row, -1)
        else:
            super().keyPressEvent(event)

    def _walk(self, row: _Row, by: int) -> None:
        order = self._order()
        place = order.index(row.question.link_id) + by
        if 0 <= place < len(order):
            self.go_to(order[place])
        elif by > 0:
            self.finished.emit()


def _reader(question: Question) -> Callable[[str], object]:
    if question.type in ("decimal", "integer", "quantity"):
        return lambda text: read_number(text, question.text, whole=question.type == "integer")
    return lambda text: text


def _editor(question: Question, now: Callable[[], datetime], today: Callable[[], date]) -> Editor:
    options = [(option.code, option.display) for option in question.options]
    match question.type:
        case "boolean":
            return TilesEditor(question.text, [(True, "Yes"), (False, "No")])
        case "choice" | "open-choice" if question.repeats:
            # An option worth no points says "none of these" already.
            nothing = question.required and all(option.ordinal != 0 for option in question.options)
            return TilesEditor(question.text, options, many=True, none="None of these" if nothing else "")
        case _ if question.repeats:
            return LinesEditor(question.text, _reader(question))
        case "choice" if len(options) <= _FEW:
            return TilesEditor(question.text, options)
        case "choice" | "open-choice":
            return ComboEditor(question.text, options, other=question.type == "open-choice")
        case "decimal" | "integer" | "quantity":
            return NumberEditor(question.text, whole=question.type == "integer", unit=question.unit)
        case "date":
            return DateEditor(question.text, today)
        case "dateTime":
            return WhenEditor(question.text, now)
        case "text":
            return NotesEditor(question.text)
        case _:
            return TextEditor(question.text)
