"""The box above a form that lists what must be mended; each line goes to its field."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import pairwise

from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.ui.theme import M, S
from app.ui.widgets.buttons import link
from app.ui.widgets.text import heading, label

_TAB_FOCUS = 1  # by number: app.ui.theme says why


class ErrorSummary(QFrame):
    """ "There is a problem": takes the focus when shown, so that a screen reader reads it first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "summary")
        self.setProperty("focusPolicy", _TAB_FOCUS)
        self.setAccessibleName("There is a problem")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(M, M, M, M)
        self._column.setSpacing(S)
        self._column.addWidget(heading("There is a problem"))
        self._lines: list[QWidget] = []
        self.hide()

    def show_lines(self, lines: Iterable[tuple[str, QWidget | None]]) -> None:
        """List (text, the control to go to, or None); an empty list hides the box."""
        self.clear()
        for text, target in lines:
            line: QWidget = label(text, "error") if target is None else link(text, partial(_go, target))
            self._column.addWidget(line)
            self._lines.append(line)
        for before, after in pairwise((self, *self.links())):  # made last, they would be the last that Tab reaches
            QWidget.setTabOrder(before, after)
        if self._lines:
            self.setAccessibleDescription(". ".join(self.texts()))
            self.show()
            self.setFocus()
            _scroll_to(self)

    def clear(self) -> None:
        """Nothing is wrong any more."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        self.hide()

    def texts(self) -> tuple[str, ...]:
        """What the lines say."""
        return tuple(str(line.property("text")) for line in self._lines)

    def links(self) -> tuple[QPushButton, ...]:
        """The lines that lead to a field."""
        return tuple(line for line in self._lines if isinstance(line, QPushButton))


def _go(target: QWidget) -> None:
    target.setFocus()
    _scroll_to(target)


def _scroll_to(target: QWidget) -> None:
    above = target.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(target)
            return
        above = above.parentWidget()
