"""A small button for what stands beside every question; drawn here, because a form has two hundred of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.ui.theme import colours

_LEAST = 24
"""The least height of anything that is pressed, in device-independent pixels (WCAG 2.5.8)."""
_PAD = 6


class SmallButton(QPushButton):
    """Words like a link, in a thin frame. Not a Tab stop: its key does the same, so that Tab goes to the answers."""

    def __init__(self, words: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def take_tab_stop(self, *, on: bool) -> None:
        """Makes it a Tab stop, or only something to press."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as its words."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * _PAD + 2, max(_LEAST, metrics.height() + 4))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It may be narrower than its words in a very narrow window; then they are cut off with three dots."""
        return QSize(_LEAST * 2, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        c, box = colours(), self.rect().adjusted(0, 0, -1, -1)
        focused, over = self.hasFocus(), self.underMouse() or self.isDown()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(c.focus_line if focused else c.line), 2 if focused else 1))
        painter.setBrush(QColor(c.focus if focused else c.nav_selected if over else c.card))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
        painter.setPen(QColor(c.focus_text if focused else c.link if self.isEnabled() else c.secondary))
        room = box.adjusted(_PAD, 0, -_PAD, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.end()
