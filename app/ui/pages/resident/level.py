"""A row of words and buttons of different heights that stand level, and break when there is no room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLayoutItem, QWidget

from app.ui.theme import M, S
from app.ui.widgets.flow import FlowLayout


class LevelFlow(FlowLayout):
    """A flow whose items are centred on their line."""

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Place the items, then move the low ones to the middle of their line."""
        super().setGeometry(rect)
        lines: dict[int, list[QLayoutItem]] = defaultdict(list)
        for at in range(self.count()):
            item = self.itemAt(at)
            if item is not None and not item.isEmpty():
                lines[item.geometry().y()].append(item)
        for items in lines.values():
            highest = max(item.geometry().height() for item in items)
            for item in items:
                item.setGeometry(item.geometry().translated(0, (highest - item.geometry().height()) // 2))


def level(widgets: Iterable[QWidget], *, gap: int = M, row_gap: int = S) -> QWidget:
    """The widgets side by side, breaking into lines."""
    box = QWidget()
    flow = LevelFlow(box, gap=gap, row_gap=row_gap)
    for widget in widgets:
        flow.addWidget(widget)
    return box


def tab_stops(*roots: QWidget) -> list[QWidget]:
    """The controls in the roots that Tab reaches, in the order in which they stand."""
    found: list[QWidget] = []
    for root in roots:
        for widget in (root, *root.findChildren(QWidget)):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
                found.append(widget)
    return found


def keep_tab_order(stops: list[QWidget]) -> None:
    """Make Tab go through the controls in this order; rows that are drawn later would otherwise come last."""
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)
