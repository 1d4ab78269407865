"""Wrapped words that always get the height they need, and fields made of them."""

from __future__ import annotations

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
