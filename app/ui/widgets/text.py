"""Text: labels that show data as it is, headings a screen reader can tell, a box for notes that Tab leaves."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import L, M

# By number, as properties: app.ui.theme says why the Qt namespace is not named before the first window.
_PLAIN_TEXT = 0
_NO_FOCUS = 0
_WHOLE = re.compile(r"(?:NHS number )?\d{3} \d{3} \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}")


def label(text: str, role: str = "body", *, wrap: bool = True, copyable: bool = False) -> QLabel:
    """A label of plain text: nothing that comes from data is read as markup.

    ``role`` is body, title, heading, strong, number, secondary, error or good; ``copyable`` lets mouse and keyboard
    select it.
    """
    made = QLabel(text)
    made.setProperty("textFormat", _PLAIN_TEXT)
    made.setWordWrap(wrap)
    made.setProperty("role", role)
    if copyable:
        from PySide6.QtCore import Qt

        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def unbroken(text: str) -> str:
    """The text with its NHS numbers (3-3-4) and dates kept whole at the end of a line."""
    return _WHOLE.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


def title(text: str) -> QLabel:
    """The one title of a page."""
    return label(text, "title")


def heading(text: str) -> QLabel:
    """The heading of a part of a page."""
    return label(text, "heading")


def rule() -> QFrame:
    """A thin line between parts."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line


class NotesEdit(QPlainTextEdit):
    """Several lines of plain text. Tab moves on instead of typing a tab; the height follows the text size."""

    def __init__(self, lines: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._fit()

    def text(self) -> str:
        """What was typed, without space at the ends."""
        return self.toPlainText().strip()

    def set_text(self, text: str) -> None:
        """Replace what is in the box."""
        self.setPlainText(text)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as its lines."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the number of lines when the text size changes."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(self.fontMetrics().lineSpacing() * self._lines + 24)


def card(*, spacing: int = 8) -> tuple[QFrame, QVBoxLayout]:
    """A white panel and the column inside it."""
    frame = QFrame()
    frame.setProperty("role", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(M, M, M, M)
    column.setSpacing(spacing)
    return frame, column


def scrolled(inside: QWidget) -> QScrollArea:
    """The widget in an area that scrolls when there is not enough room, which never takes the focus itself."""
    inside.setProperty("role", "page")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setProperty("focusPolicy", _NO_FOCUS)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inside)
    return area


def page_column(page: QWidget, *, widest: int = 0) -> QVBoxLayout:
    """Give a page a scrolling column with the usual margins, and return the column to fill.

    ``widest`` limits the width of the column in pixels at 100 % text, so that lines of text stay readable.
    """
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(L, L, L, L)
    column.setSpacing(M)
    if widest:
        body.setMaximumWidth(widest)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scrolled(body))
    return column
