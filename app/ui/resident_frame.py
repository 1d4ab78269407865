"""What the pages of one resident share: the banner that never scrolls away, and two columns where there is room."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.theme import L, M, S
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.text import scrolled


class ResidentFrame(QWidget):
    """A page of one resident: ``banner`` above, what scrolls (``area``) below, and ``columns`` inside it.

    ``two_columns`` is the page's width, at 100 % text, from which the columns stand side by side.
    """

    two_columns = 960

    def __init__(self) -> None:
        super().__init__()
        self.banner = ResidentBanner()
        self.columns = QHBoxLayout()
        self.columns.setSpacing(L)

    def add_side(self, parts: Iterable[QWidget]) -> None:
        """One of the columns, filled from the top."""
        side = QVBoxLayout()
        side.setSpacing(M)
        for part in parts:
            side.addWidget(part)
        side.addStretch(1)
        self.columns.addLayout(side, 1)

    def stand(self, body: QWidget) -> None:
        """Put the banner and the body into the page; called once, when the body is laid out."""
        self.area = scrolled(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(M, M, M, 0)
        outer.setSpacing(S)
        outer.addWidget(self.banner)
        outer.addWidget(self.area, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Two columns where there is room for them at this text size, otherwise one."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The same when the text size changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        side_by_side = self.width() >= theme.scaled(self.two_columns)
        direction = QBoxLayout.Direction.LeftToRight if side_by_side else QBoxLayout.Direction.TopToBottom
        if self.columns.direction() != direction:
            self.columns.setDirection(direction)
