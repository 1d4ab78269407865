"""The frame of what opens over a resident's page and is read rather than filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.theme import L, M
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.text import rule, scrolled, title

if TYPE_CHECKING:
    from app.ui.context import Context


class RecordDialog(QDialog):
    """A dialog about one resident: the banner stays at the top, the rest scrolls, buttons stay at the bottom."""

    def __init__(self, ctx: Context, parent: QWidget | None, words: str, *, wide: int = 760, high: int = 620) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self._size = (wide, high)
        self.setWindowTitle(words)
        self.setAccessibleName(words)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.banner = ResidentBanner()
        body = QWidget()
        self.body = QVBoxLayout(body)
        self.body.setContentsMargins(L, M, L, M)
        self.body.setSpacing(M)
        self.body.addWidget(title(words))
        self.close_button = secondary("Close", self.reject)
        self.buttons = button_row(self.close_button)
        self.buttons.setContentsMargins(L, M, L, M)
        self.area = scrolled(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.banner)
        outer.addWidget(self.area, 1)
        outer.addWidget(rule())
        outer.addLayout(self.buttons)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take the size asked for: Qt alone would not go beyond two thirds of the screen."""
        super().showEvent(event)
        if not event.spontaneous():
            self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The size asked for at this text size, never more than the screen."""
        room = self.screen().availableSize()
        wide, high = (theme.scaled(side) for side in self._size)
        return QSize(min(wide, room.width() - 40), min(high, room.height() - 80))
