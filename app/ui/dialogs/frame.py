"""The frame of a small question: a title, words, something to fill in, and two buttons with a default and Esc."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.theme import L, M
from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.text import heading, label


class Question(QDialog):
    """A modal question. Put controls into ``body``; the action button accepts, Esc and Cancel reject."""

    def __init__(self, parent: QWidget | None, title: str, text: str, action: QPushButton, cancel: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.action = action
        self.body = QVBoxLayout()
        self.body.setSpacing(M)
        self.cancel = secondary(cancel, self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(heading(title))
        if text:
            words = label(text)
            words.setMinimumWidth(min(theme.scaled(440), 900))
            column.addWidget(words)
        column.addLayout(self.body)
        column.addStretch(1)
        column.addLayout(button_row(action, self.cancel))
        action.setDefault(True)
