"""Rolling the mouse wheel over a form scrolls the form; it must never change an answer on the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget

_STRONG_FOCUS = 11  # Tab and click, not the wheel; by number: app.ui.theme says why


class _WheelGuard(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def keep_wheel_for_scrolling(control: QWidget) -> None:
    """Let a list, number or slider change by the wheel only when it has the focus; other widgets are left alone."""
    if isinstance(control, QComboBox | QAbstractSpinBox | QSlider):
        control.setProperty("focusPolicy", _STRONG_FOCUS)
        control.installEventFilter(_WheelGuard(control))
