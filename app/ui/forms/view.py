"""Bringing a part of a page or dialog into sight, also when it has only just been shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtWidgets import QScrollArea, QWidget


def scroll_to(part: QWidget) -> None:
    """Scroll the area around a part so that all of it can be seen; its top, when it is higher than the area."""
    area = area_of(part)
    inside = area.widget() if area is not None else None
    if area is None or inside is None:
        return
    # What was shown a moment ago has its place only after the layouts have been asked for it.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    top = part.mapTo(inside, QPoint(0, 0))
    height = min(part.height(), area.viewport().height())
    area.ensureVisible(top.x(), top.y() + height, 0, 0)
    area.ensureVisible(top.x(), top.y(), 0, 0)


def area_of(part: QWidget) -> QScrollArea | None:
    """The scrolling area that a part stands in."""
    above = part.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above
