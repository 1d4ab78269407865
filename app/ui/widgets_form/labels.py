"""Wrapped words that always get the height they need, and fields made of them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.ui.widgets import text as texts
from app.ui.widgets.field import Field


def label(words: str, role: str = "body", *, wrap: bool = True, copyable: bool = False) -> QLabel:
    """As :func:`app.ui.widgets.text.label`, free to grow.

    A wrapped label held to its hinted height loses lines in a narrow column, because the hint knows nothing of the
    width it will get.
    """
    made = texts.label(words, role, wrap=wrap, copyable=copyable)
    if wrap:
        policy = made.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        made.setSizePolicy(policy)
    return made


class Words(QLabel):
    """Plain text for a row that breaks: it asks for one line, and takes several when there is no room for that."""

    def __init__(self, words: str, role: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", role)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 4, metrics.lineSpacing())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It may be as narrow as a long word."""
        return QSize(min(self.sizeHint().width(), 100), self.sizeHint().height())


def heading(words: str) -> QLabel:
    """The heading of a part of a page."""
    return label(words, "heading")


def title(words: str) -> QLabel:
    """The one title of a page."""
    return label(words, "title")


def field(words: str, editor: QWidget, *, key: str, help_text: str = "") -> Field:
    """A :class:`Field` whose help may wrap, and whose parts are never windows of their own, not even for a moment."""
    made = Field(words, editor, key=key)
    if help_text:
        more = label(help_text, "secondary")
        column = made.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(1, more)
        made.target.setAccessibleDescription(help_text)
    return made
