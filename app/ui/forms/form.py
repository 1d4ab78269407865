"""A form drawn from its questions, and the dialog that every form of this folder opens in.

What was typed stays until it is saved or somebody says to discard it; an answer that cannot be is marked beside its box
and listed at the top, where each line leads to the box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import Problem, UserError
from app.ui import theme
from app.ui.forms.typed import Ask, Typed
from app.ui.forms.view import scroll_to
from app.ui.messages import cannot_save, in_words
from app.ui.theme import L, M, S
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.date_edit import DateEdit, TimeEdit
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox, Field, show_problems
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.text import NotesEdit, heading, label, rule, scrolled, title, unbroken

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.unsaved import Unsaved
    from app.ui.context import Context

T = TypeVar("T")
_AGED = frozenset({"date_of_birth"})


class Form(QWidget):
    """The questions one under the other, short ones that belong together side by side.

    ``changed`` follows each keystroke; ``known`` are the names that a new password should not be made of.
    """

    changed = Signal()

    def __init__(self, asks: Sequence[Ask], today: Callable[[], date], typed: Typed | None = None) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self.known: tuple[str, ...] = ()
        self._how = {ask.key: ask.how for ask in asks}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        beside: QHBoxLayout | None = None
        for ask in asks:
            field = self.fields[ask.key] = self._field(ask, today)
            if (ask.beside or ask.how == "time") and beside is not None:
                beside.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
                continue
            if ask.heading:
                column.addWidget(heading(ask.heading))
            beside = QHBoxLayout()
            beside.setSpacing(L)
            beside.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            column.addLayout(beside)
        self.set_typed(typed or {})
        self._connect()

    def typed(self) -> dict[str, str | bool]:
        """What stands in the boxes, unread."""
        return {key: _typed(field.editor) for key, field in self.fields.items()}

    def set_typed(self, typed: Typed) -> None:
        """Fill the boxes; a question that is not in ``typed`` is left as it is."""
        for key, value in typed.items():
            if key in self.fields:
                _fill(self.fields[key].editor, value)

    def first(self) -> QWidget:
        """The control that takes the keyboard when the form opens."""
        return next(iter(self.fields.values())).target

    def _field(self, ask: Ask, today: Callable[[], date]) -> Field:
        editor: QWidget
        if ask.how == "notes":
            editor = NotesEdit(3)
        elif ask.how == "date":
            editor = DateEdit(today, show_age=ask.key in _AGED, key=ask.key)
        elif ask.how == "time":
            editor = TimeEdit(key=ask.key)
        elif ask.how == "choice":
            editor = ChoiceBox(ask.choices)
            editor.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            editor.setMinimumContentsLength(12)
            editor.setPlaceholderText("Choose")
            editor.set_value(None)
        elif ask.how == "tick":
            editor = QCheckBox("Yes")
        elif ask.how == "password":
            editor = PasswordEdit()
        elif ask.how == "new password":
            editor = PasswordEdit(known=lambda: self.known)
        else:
            editor = QLineEdit()
        return Field(ask.label, editor, key=ask.key, help_text=ask.help)

    def _connect(self) -> None:
        for field in self.fields.values():
            editor = field.editor
            if isinstance(editor, QLineEdit | NotesEdit):
                editor.textChanged.connect(self.changed)
            elif isinstance(editor, DateEdit):
                editor.changed.connect(self.changed)
            elif isinstance(editor, ChoiceBox):
                editor.currentIndexChanged.connect(self.changed)
            elif isinstance(editor, QCheckBox):
                editor.toggled.connect(self.changed)
            elif isinstance(editor, PasswordEdit):
                editor.box.textChanged.connect(self.changed)


def _typed(editor: QWidget) -> str | bool:
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, ChoiceBox):
        value = editor.value()
        return value if isinstance(value, str) else ""
    if isinstance(editor, QLineEdit | NotesEdit | DateEdit | PasswordEdit):
        return editor.text()
    raise AssertionError(f"no form has a {type(editor).__name__}")


def _fill(editor: QWidget, value: str | bool) -> None:
    if isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, ChoiceBox):
        editor.set_value(value)
    elif isinstance(editor, NotesEdit):
        editor.set_text(str(value))
    elif isinstance(editor, DateEdit | PasswordEdit):
        editor.box.setText(str(value))
    elif isinstance(editor, QLineEdit):
        editor.setText(str(value))


class FormDialog(QDialog):
    """A titled form with its list of problems, what stands below it (``below``), and the buttons at the bottom.

    A subclass or caller gives ``save``: called when the main button is pressed; it reads :attr:`form` and either raises
    UserError or calls :meth:`run`. Esc asks before anything typed is thrown away. Ctrl+S saves. While the records may
    only be read, a form that ``writes`` says so at once and takes nothing: what cannot be kept is not typed.
    """

    writes = True

    def __init__(
        self, ctx: Context, parent: QWidget | None, words: str, asks: Sequence[Ask], typed: Typed, *,
        who: str = "", intro: str = "", action: str = "Save",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.ctx = ctx
        self.setWindowTitle(words)
        self.setAccessibleName(words)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.summary = ErrorSummary()
        self.form = Form(asks, ctx.today, typed)
        self.save_button = primary(action, self._save)
        self.save_button.setDefault(True)
        self.cancel_button = secondary("Cancel", self.reject)
        self._start = self.form.typed()
        self._saving = False
        self._about = who

        self._inside = body = QWidget()
        self.body = QVBoxLayout(body)
        self.body.setContentsMargins(L, L, L, M)
        self.body.setSpacing(M)
        self.body.addWidget(title(words))
        if who:
            self.body.addWidget(label(unbroken(who), "strong"))
        if intro:
            self.body.addWidget(label(intro))
        self.body.addWidget(self.summary)
        self.body.addWidget(self.form)
        self.below = QVBoxLayout()
        self.below.setSpacing(M)
        self.body.addLayout(self.below)
        self.body.addStretch(1)

        self._sure = self._unsaved_bar()
        foot = QVBoxLayout()
        foot.setContentsMargins(L, S, L, M)
        foot.setSpacing(S)
        foot.addWidget(self._sure)
        self.buttons = button_row(self.save_button, self.cancel_button)
        foot.addLayout(self.buttons)
        self.area: QScrollArea = scrolled(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.area, 1)
        outer.addWidget(rule())
        outer.addLayout(foot)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self._save)
        if self.writes and ctx.trouble is not None:
            self.only_look(cannot_save(ctx.trouble))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take the size asked for: Qt alone would not go beyond two thirds of the screen."""
        super().showEvent(event)
        if not event.spontaneous():
            self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for a line of words at this text size, and never higher or wider than the screen."""
        room = self.screen().availableSize()
        width = min(theme.scaled(680), room.width() - 40)
        height = self._inside.heightForWidth(width)
        return QSize(width, min(height + theme.scaled(110), room.height() - 80))

    def save(self) -> None:
        """Read the form and start the work; UserError marks the fields."""
        raise NotImplementedError

    def saved(self) -> None:
        """Everything is safe: close without asking."""
        self.accept()

    def dirty(self) -> bool:
        """Whether anything was typed since the dialog opened."""
        return self.form.typed() != self._start

    def unsaved(self) -> Unsaved | None:
        """What was typed since the dialog opened, for whoever typed it to have after a lock; no password, ever."""
        from app.services.unsaved import Unsaved

        lines = tuple(
            (self.form.fields[key].label_text, str(text))
            for key, text in self.form.typed().items()
            if text != self._start.get(key) and not isinstance(self.form.fields[key].editor, PasswordEdit)
        )
        return Unsaved(self.windowTitle(), self._about, lines) if lines else None

    def run(self, work: Callable[[Session], T], done: Callable[[T], None]) -> None:
        """Do ``work`` on the store thread with the buttons off; a refusal comes back to the fields."""
        self._busy(on=True)

        def finished(result: T) -> None:
            self._busy(on=False)
            done(result)

        self.ctx.call(work, finished, self.failed, owner=self)

    def failed(self, exc: BaseException) -> None:
        """Say what is wrong, beside the fields where it can be, and keep what was typed."""
        self._busy(on=False)
        if isinstance(exc, UserError):
            self.problems(exc.problems or (Problem("", exc.message),))
            return
        message = in_words(exc)
        self.problems((Problem("", f"Not saved. {message.text} {message.detail}".strip()),))

    def only_look(self, why: str) -> None:
        """Turn the form into something to read."""
        self.form.setEnabled(False)
        self.save_button.hide()
        self.cancel_button.setText("Close")
        self.cancel_button.setAccessibleName("Close")
        self.cancel_button.setDefault(True)
        self.body.insertWidget(self.body.indexOf(self.form), label(why, "strong"))

    def problems(self, found: Iterable[Problem]) -> None:
        """Mark these problems; none takes every mark away."""
        show_problems(found, self.form.fields.values(), self.summary)

    def say_at(self, key: str, message: str) -> None:
        """One thing is wrong at one box: said beside it, with the keyboard there and what it holds selected."""
        self.problems(())
        field = self.form.fields[key]
        field.set_error(message)
        field.focus()
        if isinstance(field.target, QLineEdit):
            field.target.selectAll()
        scroll_to(field)

    def reject(self) -> None:
        """Esc and Cancel: ask first when something was typed."""
        if self._saving:
            return
        if self.dirty() and self._sure.isHidden():
            self._sure.show()
            self._keep_button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().reject()

    def _unsaved_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("tone", str(theme.Tone.WARNING))
        self._keep_button = secondary("Keep editing", self._keep)
        self.discard_button = secondary("Discard what was typed", self._discard)
        column = QVBoxLayout(bar)
        column.setContentsMargins(M, S, M, S)
        column.addWidget(label("What was typed here is not saved.", "strong"))
        column.addLayout(button_row(self._keep_button, self.discard_button))
        bar.hide()
        return bar

    def _keep(self) -> None:
        self._sure.hide()
        self.form.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def _discard(self) -> None:
        super().reject()

    def _save(self) -> None:
        if self._saving or self.save_button.isHidden():
            return
        self._sure.hide()
        self.problems(())
        try:
            self.save()
        except UserError as error:
            self.failed(error)

    def _busy(self, *, on: bool) -> None:
        self._saving = on
        self.save_button.setEnabled(not on)
        self.cancel_button.setEnabled(not on)


def show_dialog(dialog: QDialog) -> None:
    """Open a dialog over its window without stopping anything else, with the keyboard in its first field."""
    dialog.open()
    if isinstance(dialog, FormDialog):
        dialog.form.first().setFocus(Qt.FocusReason.OtherFocusReason)
