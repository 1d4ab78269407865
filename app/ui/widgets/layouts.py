"""Rows that break when there is no room, the order in which Tab goes through them, and taking everything out again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

from app.ui.theme import M, S
from app.ui.widgets.flow import FlowLayout


def level(widgets: Iterable[QWidget], *, gap: int = M, row_gap: int = S) -> QWidget:
    """The widgets side by side, breaking into lines."""
    box = QWidget()
    flow = FlowLayout(box, gap=gap, row_gap=row_gap)
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


def empty(layout: QLayout) -> None:
    """Take everything out of a layout now, so that nothing of what stood there can be seen or pressed."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            empty(inner)
