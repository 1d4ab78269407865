"""Draws any questionnaire as a form, and keeps what is answered in it.

The order on the screen is the order of the questionnaire and of the Tab key. Enter goes to the next question (in a box
of several lines Ctrl+Down does), F7 takes over the last answer, F8 says that the question cannot be assessed. Whatever
is typed stays as typed: a number outside its range is refused beside its box in the words of its label, and a draft
keeps even what cannot be read.

The first rows are made at once and the others right after the window has been painted, some at a time: a long form is
on the screen as soon as a short one. Whoever asks for a row before gets it, with all before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import short_date
from app.domain.errors import Problem, UserError
from app.domain.questionnaire import (
    Form,
    Question,
    Unable,
    another,
    answer_words,
    can_stand,
    enabled,
    find_problems,
    spread,
    unfold,
)
from app.ui.widgets_form.choose import editor_for
from app.ui.widgets_form.editors import ComboEditor, Editor, OtherTilesEditor, TilesEditor
from app.ui.widgets_form.labels import label
from app.ui.widgets_form.row import Row
from app.ui.widgets_form.small import SmallButton

_ENTER = frozenset({int(Qt.Key.Key_Return), int(Qt.Key.Key_Enter)})
_DOWN, _UP = int(Qt.Key.Key_Down), int(Qt.Key.Key_Up)
_SAME, _UNABLE, _UNDO, _REDO = int(Qt.Key.Key_F7), int(Qt.Key.Key_F8), int(Qt.Key.Key_Z), int(Qt.Key.Key_Y)
_AT_ONCE = 10
_SLICE = 0.02
_UNDONE_AT_MOST = 200
_ANOTHER = "\0"
"""Before the key of a first instance: the button for another one. No linkId has that character."""


@dataclass(frozen=True, slots=True)
class _State:
    """One question as it stands, for undoing."""

    value: object
    reason: Unable | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something to be made: an item, with how deep it stands, or the button for another one of it."""

    key: str
    item: Question
    depth: int


class FormView(QWidget):
    """A questionnaire on the screen.

    With ``marks`` False nothing is called required or optional, and nothing "cannot be assessed": for a form whose gaps
    stop nobody. ``changed`` follows each act that changes an answer, ``left`` follows the focus leaving a question,
    ``finished`` is Enter on the last question.
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
        self._whole = form
        self._grown = False
        self._asked: dict[str, Question] = {}
        self._waiting: list[_Entry] = []
        self._last_stop: QWidget | None = None
        self._rows: dict[str, Row] = {}
        self._blocks: dict[str, list[QWidget]] = {}
        self._unseen: dict[str, object] = {}
        self._given: dict[str, object] = {}
        self._removed: dict[str, object] = {}
        self._removers: dict[str, SmallButton] = {}
        self._last: dict[str, object] = {}
        self._last_on: date | None = None
        self._confirmed: set[str] = set()
        self._reasons: dict[str, Unable] = {}
        self._states: dict[str, _State] = {}
        self._done: list[tuple[str, _State]] = []
        self._undone: list[tuple[str, _State]] = []
        self._shown: frozenset[str] = frozenset()
        self._began: dict[str, object] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._later = QTimer(self)
        self._later.setInterval(0)
        self._later.timeout.connect(self._make_some)
        self.setAccessibleName(form.title)
        self._plan()
        self.start({})
        self._make(_AT_ONCE)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    # --- answers ---

    def start(self, answers: Mapping[str, object]) -> None:
        """Begins a new form: what the questionnaire begins with, and over it the answers that are known already."""
        first = {
            each.link_id: list(each.initial) if each.repeats else each.initial[0]
            for each in self._whole.questions()
            if each.initial and each.asked
        }
        self.set_answers({**first, **answers})
        self._began = self.kept()

    def answers(self) -> dict[str, object]:
        """What is answered and can be read, of the questions that are asked now, by link id."""
        readable = self._readable()
        for problem in find_problems(self._whole, readable):
            readable.pop(problem.field, None)
        return readable

    def kept(self) -> dict[str, object]:
        """Everything in the form as a draft keeps it: also what cannot be read, and answers no longer asked for.

        Why questions cannot be assessed, and which answers were confirmed as unchanged, is kept apart: see
        :meth:`unable` and :meth:`confirmed`.
        """
        found = {**self._unseen, **self._given}
        for link_id, row in self._rows.items():
            value = row.editor.kept()
            if value is not None:
                found[link_id] = value
        return found

    def set_answers(self, answers: Mapping[str, object]) -> None:
        """Shows answers by link id and clears the rest; a link id the form does not have is carried along unseen."""
        given = spread(answers, self.form)
        self._grow(given)
        self._unseen = {key: value for key, value in given.items() if key not in self._asked}
        self._given, self._removed = {}, {}
        self._confirmed.clear()
        self._done, self._undone = [], []
        last = ""
        for link_id, question in self._asked.items():
            value = given.get(link_id)
            if link_id in self._rows:
                self._fill(self._rows[link_id], value)
            elif value is not None:
                self._given[link_id] = value
                last = last if can_stand(question, value) else link_id
        if last:
            self._make_until(last)  # what cannot be read is judged by its editor
        self._show_enabled()

    def set_previous(self, answers: Mapping[str, object], on: date | None) -> None:
        """Writes the last answers and their date beside the questions: "Last time: 64.8 kg, 12-Oct-2026"."""
        self._last, self._last_on = spread(answers, self.form), on
        for row in self._rows.values():
            self._show_last(row)

    def confirmed(self) -> frozenset[str]:
        """The questions whose last answer was taken over by pressing "No change", and not touched since."""
        return frozenset(self._confirmed & set(self._order()))

    def empty(self) -> bool:
        """Whether nothing at all has been answered or typed, or said to be impossible, since the form was begun."""
        kept = self.kept()
        return not self._reasons and (not kept or (bool(self._began) and kept == self._began))

    # --- what cannot be assessed ---

    def unable(self) -> dict[str, str]:
        """Why questions that are asked now cannot be assessed, by link id, as a :class:`Unable` code."""
        return {key: str(self._reasons[key]) for key in self._order() if key in self._reasons}

    def set_unable(self, reasons: Mapping[str, str]) -> None:
        """Shows why questions cannot be assessed, and clears the rest; what is no reason of ours is left out."""
        codes = {str(each) for each in Unable}
        self._reasons = {key: Unable(why) for key, why in reasons.items() if key in self._asked and why in codes}
        for link_id, row in self._rows.items():
            row.set_reason(self._reasons.get(link_id))
            self._remember(link_id)
        self._show_enabled()

    def set_rest_unable(self, reason: str) -> None:
        """Says of every question without an answer that it cannot be assessed, for one reason: a person's own act."""
        kept = self.kept()
        rest = [key for key in self._order() if key not in kept and key not in self._reasons]
        for link_id in rest:
            self._set_reason(link_id, Unable(reason))
        if rest:
            self._show_enabled()
            self.changed.emit()

    def ask_rest(self, beside: QWidget) -> None:
        """Opens the reasons why the form cannot be done now, under a button."""
        self._ask(beside, self.set_rest_unable, clear=None)

    # --- how far it is, what is wrong or missing ---

    def progress(self) -> tuple[int, int]:
        """How many of the required questions that are asked now are dealt with, and how many there are.

        A question that cannot be assessed is dealt with. On a form that requires nothing all questions count.
        """
        required = self.required()
        wanted = required or tuple(self._order())
        answered = self.answers()
        return sum(key in answered or key in self._reasons for key in wanted), len(wanted)

    def problems(self) -> tuple[Problem, ...]:
        """What cannot be accepted as it stands: unreadable text, then what the questionnaire's own rules refuse.

        Unanswered questions are not problems here; :meth:`missing` lists those.
        """
        found = {link_id: message for link_id in self._order() if (message := self._unreadable(link_id))}
        for problem in find_problems(self._whole, self._readable()):
            found.setdefault(problem.field, problem.message)
        order = {link_id: place for place, link_id in enumerate(self._asked)}
        return tuple(Problem(key, found[key]) for key in sorted(found, key=lambda key: order.get(key, len(order))))

    def missing(self) -> tuple[str, ...]:
        """The required questions, asked now, that have neither an answer nor a reason why: link ids in order."""
        answered = self.answers()
        return tuple(key for key in self.required() if key not in answered and key not in self._reasons)

    def required(self) -> tuple[str, ...]:
        """The required questions that are asked now."""
        return tuple(key for key in self._order() if self._asked[key].required)

    def label(self, link_id: str) -> str:
        """The words of a question."""
        return self._asked[link_id].text or link_id if link_id in self._asked else link_id

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Writes each problem beside its question and takes the others away."""
        messages = {problem.field: problem.message for problem in reversed(problems)}
        for link_id in messages:
            self._make_until(link_id)
        for link_id, row in self._rows.items():
            row.set_error(messages.get(link_id, ""))

    def error(self, link_id: str) -> str:
        """What is said beside a question, empty when nothing is."""
        return self._rows[link_id].error() if link_id in self._rows else ""

    def go_to(self, link_id: str) -> bool:
        """Puts the focus into a question and brings it into sight; False when the form has no such question shown."""
        if link_id not in self._shown or link_id not in self._asked:
            return False
        self._make_until(link_id)
        self._rows[link_id].focus_on().setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def go_to_first(self) -> None:
        """Puts the focus into the first question without an answer, or the first of all."""
        answered = {*self.kept(), *self._reasons}
        order = self._order()
        for link_id in order:
            if link_id not in answered:
                self.go_to(link_id)
                return
        if order:
            self.go_to(order[0])

    def has(self, link_id: str) -> bool:
        """Whether somebody is asked that on the form, in any instance, shown now or not."""
        return link_id in self._asked

    def editor(self, link_id: str) -> Editor:
        """The editor of a question; KeyError when nobody is asked that."""
        self._make_until(link_id)
        return self._rows[link_id].editor

    def row(self, link_id: str) -> Row:
        """A question as it stands on the form; KeyError when nobody is asked that."""
        self._make_until(link_id)
        return self._rows[link_id]

    def finish(self) -> None:
        """Makes every row now."""
        self._make(len(self._waiting))

    def finished_making(self) -> bool:
        """Whether every row has been made."""
        return not self._waiting

    # --- rows ---

    def _plan(self) -> None:
        """Lays out what is to be made: every item that is seen, in reading order, with how deep it stands."""
        self._asked = {each.link_id: each for each in self._whole.questions() if each.asked}
        self._waiting = [entry for entry in _entries(self._whole.items, 0) if entry.key not in self._blocks]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Once something is to be seen there is time for the rest."""
        super().paintEvent(event)
        if self._waiting and not self._later.isActive():
            self._later.start()

    def _make_some(self) -> None:
        """Some more rows, for as long as nobody notices."""
        until = time.perf_counter() + _SLICE
        while self._waiting and time.perf_counter() < until:
            self._make(4)

    def _make_until(self, link_id: str) -> None:
        if link_id in self._asked and link_id not in self._rows:
            places = [place for place, entry in enumerate(self._waiting) if entry.key == link_id]
            self._make(places[0] + 1 if places else 0)

    def _make(self, count: int) -> None:
        """Makes the next rows. Those of a further instance go to their place, the others to the end."""
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        if not self._waiting:
            self._later.stop()
        if not batch:
            return
        for entry in batch:
            self._blocks[entry.key] = self._block(entry)
        places = self._places() if self._grown else {}
        self._column.setEnabled(False)  # each row that is shown would have the whole form laid out
        for entry in batch:
            at = places.get(entry.key, self._column.count())
            for offset, widget in enumerate(self._blocks[entry.key]):
                self._column.insertWidget(at + offset, widget)
                widget.setVisible(self._is_on(entry.key))
        self._column.setEnabled(True)
        self._column.update()
        if self.isVisible():
            # Now, up to the page: a new row that waits for its place is painted over the first one.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        self._chain([entry.key for entry in batch])

    def _places(self) -> dict[str, int]:
        """Where the widgets of each item begin in the column."""
        places: dict[str, int] = {}
        at = 0
        for entry in _entries(self._whole.items, 0):
            places[entry.key] = at
            at += len(self._blocks.get(entry.key, ()))
        return places

    def _block(self, entry: _Entry) -> list[QWidget]:
        """The widgets of one item, from the top; none when it has nothing to say."""
        item = entry.item
        if entry.key != item.link_id:
            return [self._another_button(item, entry.key.removeprefix(_ANOTHER))]
        if item.asked:
            return [self._row(item)]
        if item.answerable:  # only shown
            fixed = list(item.initial) if item.repeats else item.initial[0] if item.initial else None
            said = answer_words(item, fixed) if fixed is not None else "no answer"
            return [label(f"{item.text}: {said}")]
        if item.not_here:
            return [label(f"{item.text} (cannot be answered here: {item.not_here})", "secondary")]
        found: list[QWidget] = []
        # A group whose first question says the same needs no words of its own.
        if item.text and not (item.items and item.items[0].text == item.text):
            role = "secondary" if item.type == "display" else "heading" if entry.depth == 0 else "strong"
            number = f" {item.number}" if item.number > 1 else ""
            found.append(label(f"{item.text}{number}", role))
        if item.help:
            found.append(label(item.help, "secondary"))
        return found

    def _row(self, question: Question) -> Row:
        row = Row(question, editor_for(question, self._now, self._today), marks=self._marks, parent=self)
        key = question.link_id
        row.editor.changed.connect(lambda: self._edited(key))
        row.unable_pressed.connect(lambda: self._ask_reason(key))
        row.same_pressed.connect(lambda: self._take_over(key))
        self._rows[key] = row
        self._fill(row, self._given.pop(key, None))
        row.set_reason(self._reasons.get(key))
        self._show_last(row)
        self._remember(key)
        return row

    def _fill(self, row: Row, value: object) -> None:
        row.editor.set_value(value)
        row.set_error("")
        row.set_confirmed(confirmed=False)
        self._remember(row.question.link_id)

    def _show_last(self, row: Row) -> None:
        value, on = self._last.get(row.question.link_id), self._last_on
        said = answer_words(row.question, value) if value is not None and on is not None else ""
        offer = bool(said) and self._marks and row.question.carry_over and can_stand(row.question, value)
        row.set_previous(f"Last time: {said}, {short_date(on)}" if said and on is not None else "", offer=offer)
        row.set_confirmed(confirmed=row.question.link_id in self._confirmed)

    def _chain(self, made: Sequence[str]) -> None:
        """Puts the controls of new rows behind those of the row before them, as Tab goes."""
        order: Sequence[str] = made
        if self._grown:
            order = [entry.key for entry in _entries(self._whole.items, 0) if entry.key in self._blocks]
            self._last_stop = None
        for key in order:
            for widget in self._blocks[key]:
                for stop in _stops(widget):
                    if self._last_stop is not None:
                        QWidget.setTabOrder(self._last_stop, stop)
                    self._last_stop = stop

    # --- further instances ---

    def _another_button(self, item: Question, first: str) -> QWidget:
        """Below the last instance of what repeats: the button for another one."""
        holder = QWidget(self)
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        words = f"Add another: {item.text}" if item.text else "Add another"
        button = SmallButton(words, words, holder)
        button.take_tab_stop(on=True)
        button.clicked.connect(lambda: self.add_another(first))
        remover = self._removers[first] = SmallButton("Remove the last", f"Remove the last: {item.text}", holder)
        remover.take_tab_stop(on=True)
        remover.clicked.connect(lambda: self.remove_last(first))
        line.addWidget(button)
        line.addWidget(remover)
        line.addStretch(1)
        remover.setVisible(self._last_instance(first) is not None)
        return holder

    def add_another(self, link_id: str) -> bool:
        """One more instance of what repeats, and the focus into its first question; False when there may be no more."""
        keys = [each.link_id for each in self._whole.walk()]
        new = another(self.form, keys, link_id)
        if not new:
            return False
        self._grow([*keys, new])
        back = [key for key in self._asked if key in self._removed and key not in self._rows]
        self._given.update({key: self._removed.pop(key) for key in back})
        self._show_enabled()
        self.finish()
        inside = next((each for each in self._whole.walk() if each.link_id == new), None)
        todo = [inside] if inside is not None else []
        while todo:
            item = todo.pop(0)
            if self.go_to(item.link_id):
                break
            todo[:0] = item.items
        return True

    def remove_last(self, link_id: str) -> bool:
        """Takes the last instance of what repeats away; False when there is only one.

        What was typed in it is kept in hand: another instance begins with it again.
        """
        last = self._last_instance(link_id)
        if last is None:
            return False
        gone = {last.link_id}
        todo = list(last.items)
        while todo:
            item = todo.pop()
            gone.add(item.link_id)
            todo.extend(item.items)
        self._removed.update({key: value for key, value in self.kept().items() if key in gone})
        self._given = {key: value for key, value in self._given.items() if key not in gone}
        self._grow([each.link_id for each in self._whole.walk() if each.link_id not in gone])
        self._show_enabled()
        self.changed.emit()
        return True

    def _last_instance(self, first: str) -> Question | None:
        """The last of several instances, by the key of the first; None when there is one only."""
        for items in (self._whole.items, *(each.items for each in self._whole.walk())):
            found = next((each for each in items if each.link_id == first), None)
            if found is not None:
                last = [each for each in items if each.source_id == found.source_id][-1]
                return last if last is not found else None
        return None

    def _grow(self, keys: Iterable[str]) -> None:
        """Takes the form with the instances that the keys name in hand; rows that are still in it stay as they are."""
        whole = unfold(self.form, keys)
        if whole is self._whole:
            return
        self._whole, self._grown = whole, True
        still = {entry.key for entry in _entries(whole.items, 0)}
        for link_id in [each for each in self._blocks if each not in still]:
            for widget in self._blocks.pop(link_id):
                self._column.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
            self._rows.pop(link_id, None)
            self._reasons.pop(link_id, None)
            self._removers.pop(link_id.removeprefix(_ANOTHER), None)
        self._plan()

    # --- inner parts ---

    def _order(self) -> list[str]:
        return [link_id for link_id in self._asked if link_id in self._shown]

    def _unreadable(self, link_id: str) -> str:
        if link_id not in self._rows or link_id in self._reasons:
            return ""
        try:
            self._rows[link_id].editor.value()
        except UserError as error:
            return error.message
        return ""

    def _readable(self, *, hidden: bool = False) -> dict[str, object]:
        found: dict[str, object] = {}
        for link_id in self._asked if hidden else self._order():
            if link_id in self._reasons:
                continue
            row = self._rows.get(link_id)
            try:
                value = row.editor.value() if row is not None else self._given.get(link_id)
            except UserError:
                continue
            if value is not None:
                found[link_id] = value
        return found

    def _edited(self, link_id: str) -> None:
        row = self._rows[link_id]
        if isinstance(row.editor, TilesEditor | OtherTilesEditor | ComboEditor):
            self._note_done(link_id)
        self._confirmed.discard(link_id)
        row.set_confirmed(confirmed=False)
        self._remember(link_id)
        self._show_enabled()
        if row.error():
            row.set_error(next((p.message for p in self.problems() if p.field == link_id), ""))
        self.changed.emit()

    def _is_on(self, key: str) -> bool:
        """Whether an item is seen now, or the button for another one: it goes when there may be no more."""
        if not key.startswith(_ANOTHER):
            return key in self._shown
        first = key.removeprefix(_ANOTHER)
        return first in self._shown and bool(another(self.form, self._blocks, first))

    def _show_enabled(self) -> None:
        shown = enabled(self._whole, self._readable(hidden=True))
        changed, self._shown = shown ^ self._shown, shown
        if not changed and not self._grown:
            return
        self._column.setEnabled(False)
        for key, widgets in self._blocks.items():
            if key in changed or key.startswith(_ANOTHER):
                for widget in widgets:
                    widget.setVisible(self._is_on(key))
        for first, remover in self._removers.items():
            remover.setVisible(self._last_instance(first) is not None)
        self._column.setEnabled(True)
        self._column.invalidate()

    # --- the last answer, and reasons ---

    def _take_over(self, link_id: str) -> None:
        """The last answer becomes this time's: only ever because somebody pressed for it."""
        row = self._rows[link_id]
        value = self._last.get(link_id)
        if value is None or not row.offers_same():
            return
        self._note_done(link_id)
        self._fill(row, value)
        self._confirmed.add(link_id)
        row.set_confirmed(confirmed=True)
        self._remember(link_id)
        self._show_enabled()
        self.changed.emit()

    def _ask_reason(self, link_id: str) -> None:
        def chosen(reason: str) -> None:
            self._set_reason(link_id, Unable(reason))
            self._acted(link_id)

        def clear() -> None:
            self._set_reason(link_id, None)
            self._acted(link_id)

        if self._marks:
            row = self._rows[link_id]
            self._ask(row.unable_button(), chosen, clear=clear if link_id in self._reasons else None)

    def _acted(self, link_id: str) -> None:
        self._show_enabled()
        self.go_to(link_id)
        self.changed.emit()

    def _ask(self, beside: QWidget, chosen: Callable[[str], None], *, clear: Callable[[], None] | None) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Why it cannot be assessed")
        if clear is not None:
            menu.addAction("It can be assessed").triggered.connect(clear)
        for reason in Unable:
            menu.addAction(reason.words).triggered.connect(lambda _on=False, why=str(reason): chosen(why))
        menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
        menu.setActiveAction(menu.actions()[0])

    def _set_reason(self, link_id: str, reason: Unable | None) -> None:
        """A person says why, or that it can be assessed after all; what was typed before waits in the editor."""
        self._make_until(link_id)
        self._note_done(link_id)
        if reason is None:
            self._reasons.pop(link_id, None)
        else:
            self._reasons[link_id] = reason
        self._rows[link_id].set_reason(reason)
        self._rows[link_id].set_error("")
        self._remember(link_id)

    # --- undo ---

    def _state(self, link_id: str) -> _State:
        kept = self._rows[link_id].editor.kept()
        return _State(kept, self._reasons.get(link_id), link_id in self._confirmed)

    def _remember(self, link_id: str) -> None:
        self._states[link_id] = self._state(link_id)

    def _note_done(self, link_id: str) -> None:
        """Before an act that is not typing: what the question was, so that Ctrl+Z brings it back."""
        self._done = [*self._done[-_UNDONE_AT_MOST:], (link_id, self._states[link_id])]
        self._undone = []

    def undo(self) -> bool:
        """Takes back the last choice, "no change" or reason; False when there is none."""
        return self._go_back(self._done, self._undone)

    def redo(self) -> bool:
        """Does again what was taken back; False when there is nothing."""
        return self._go_back(self._undone, self._done)

    def _go_back(self, acts: list[tuple[str, _State]], others: list[tuple[str, _State]]) -> bool:
        while acts and acts[-1][0] not in self._rows:
            acts.pop()
        if not acts:
            return False
        link_id, state = acts.pop()
        others.append((link_id, self._states[link_id]))
        row = self._rows[link_id]
        self._fill(row, state.value)
        if state.reason is None:
            self._reasons.pop(link_id, None)
        else:
            self._reasons[link_id] = state.reason
        row.set_reason(state.reason)
        (self._confirmed.add if state.confirmed else self._confirmed.discard)(link_id)
        row.set_confirmed(confirmed=state.confirmed)
        self._remember(link_id)
        self._acted(link_id)
        return True

    # --- focus and keys ---

    def _row_of(self, widget: QWidget | None) -> Row | None:
        while widget is not None and widget is not self:
            if isinstance(widget, Row):
                return widget if self._rows.get(widget.question.link_id) is widget else None
            widget = widget.parentWidget()
        return None

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        before, after = self._row_of(old), self._row_of(new)
        if after is not None and new is not None:
            self._make_next(after)
            self._bring_into_sight(after)
        if before is None or before is after or new is None:
            return
        link_id = before.question.link_id
        before.set_error(next((p.message for p in self.problems() if p.field == link_id), ""))
        self.left.emit()

    def _make_next(self, row: Row) -> None:
        """Sees to it that Tab finds the next question, however quick somebody is."""
        if self._waiting:
            order = self._order()
            place = order.index(row.question.link_id) + 1 if row.question.link_id in order else len(order)
            if place < len(order):
                self._make_until(order[place])

    def _bring_into_sight(self, row: Row) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(row, 0, 24)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        row = self._row_of(QApplication.focusWidget())
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = held == Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (_UNDO, _REDO):
            if not (self.undo() if event.key() == _UNDO else self.redo()):
                super().keyPressEvent(event)
        elif row is None:
            super().keyPressEvent(event)
        elif (event.key() in _ENTER and not held) or (event.key() == _DOWN and control):
            self._walk(row, 1)
        elif event.key() == _UP and control:
            self._walk(row, -1)
        elif event.key() == _SAME and not held:
            self._take_over(row.question.link_id)
        elif event.key() == _UNABLE and not held:
            self._ask_reason(row.question.link_id)
        else:
            super().keyPressEvent(event)

    def _walk(self, row: Row, by: int) -> None:
        order = self._order()
        place = order.index(row.question.link_id) + by
        if 0 <= place < len(order):
            self.go_to(order[place])
        elif by > 0:
            self.finished.emit()


def _entries(items: Sequence[Question], depth: int) -> Iterator[_Entry]:
    """Everything that is seen, in reading order, and the button for another one behind the last of what repeats."""
    for place, item in enumerate(items):
        if item.hidden:
            continue
        yield _Entry(item.link_id, item, depth)
        yield from _entries(item.items, depth + 1)
        last = place + 1 == len(items) or items[place + 1].source_id != item.source_id
        if last and (item.again or item.number):
            first = items[place + 1 - item.number].link_id if item.number else item.link_id
            yield _Entry(f"{_ANOTHER}{first}", item, depth)


def _stops(widget: QWidget) -> list[QWidget]:
    """The controls inside that take the focus, in the order in which they stand."""
    inside = [widget, *widget.findChildren(QWidget)]
    window, never = widget.window(), Qt.FocusPolicy.NoFocus
    return [
        each for each in inside if each.focusPolicy() != never and each.focusProxy() is None and each.window() is window
    ]
