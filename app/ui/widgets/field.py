"""A question in a form: its label, its box, a line of help, and what is wrong with the answer.

An error is said in the label's words, beside the box and in the summary above the form; the box gets a red edge and the
word "Error", and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from app.domain.errors import Problem
from app.ui.theme import XS
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.guard import keep_wheel_for_scrolling
from app.ui.widgets.text import label


class Field(QFrame):
    """One question. ``key`` is the field's name in :class:`app.domain.errors.Problem`."""

    def __init__(
        self,
        text: str,
        editor: QWidget,
        *,
        key: str = "",
        help_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.editor = editor
        self.label_text = text
        self._help = help_text
        self.label: QLabel = label(text, "strong")
        self.help: QLabel = label(help_text, "secondary")
        if not help_text:
            self.help.hide()
        self._error = label("", "error")
        self._error.hide()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        for part in (self.label, self.help, self._error, editor):
            column.addWidget(part)
        column.addStretch(0)
        self.label.setBuddy(self.target)
        self.target.setAccessibleName(text)
        self.target.setAccessibleDescription(help_text)
        keep_wheel_for_scrolling(editor)

    @property
    def target(self) -> QWidget:
        """The control that takes the keyboard: the editor itself, or the one it hands the focus to."""
        found = self.editor
        while (inner := found.focusProxy()) is not None:
            found = inner
        return found

    @property
    def error(self) -> str:
        """What is wrong, or an empty string."""
        return self._error.text().removeprefix("Error: ")

    def set_error(self, text: str) -> None:
        """Mark the answer as wrong, in words; an empty text takes the mark away."""
        self._error.setText(f"Error: {text}" if text else "")
        self._error.setVisible(bool(text))
        self.target.setAccessibleDescription(f"Error: {text} {self._help}".strip() if text else self._help)
        self._column.setContentsMargins(12 if text else 0, 0, 0, 0)
        for part in (self, self.target):
            part.setProperty("fault", "true" if text else "false")
            part.style().unpolish(part)
            part.style().polish(part)

    def focus(self) -> None:
        """Put the keyboard into the box."""
        self.target.setFocus()


def show_problems(problems: Iterable[Problem], fields: Iterable[Field], summary: ErrorSummary) -> None:
    """Mark every field at fault and list all problems in the summary, which takes the focus.

    One message a field (the first); a problem without a field of its own stands in the summary alone. With no problems
    every mark is taken away.
    """
    by_key: Mapping[str, Field] = {field.key: field for field in fields}
    first: dict[str, str] = {}
    lines: list[tuple[str, QWidget | None]] = []
    for problem in problems:
        field = by_key.get(problem.field)
        if field is None:
            lines.append((problem.message, None))
        elif problem.field not in first:
            first[problem.field] = problem.message
            lines.append((problem.message, field.target))
    for key, field in by_key.items():
        field.set_error(first.get(key, ""))
    summary.show_lines(lines)


class ChoiceBox(QComboBox):
    """A drop-down list of (value, words); the wheel scrolls the page unless the list has the focus."""

    def __init__(self, options: Iterable[tuple[object, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_wheel_for_scrolling(self)
        self._values: list[object] = []
        self.set_options(options)

    def set_options(self, options: Iterable[tuple[object, str]]) -> None:
        """Replace the list."""
        self.clear()
        self._values = []
        for value, words in options:
            self._values.append(value)
            self.addItem(words)

    def value(self) -> object:
        """The chosen value; None when nothing is chosen."""
        return self._values[self.currentIndex()] if self.currentIndex() >= 0 else None

    def set_value(self, value: object) -> None:
        """Choose a value; nothing is chosen when it is not in the list."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)
