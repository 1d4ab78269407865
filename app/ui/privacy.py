"""The privacy screen: one key covers every window of the program, and the same key takes the cover away.

It is no lock: whoever is signed in stays signed in, which it says. Nothing that is typed or clicked meanwhile reaches
what lies below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ui.idle import MEANWHILE, PRESSES, RELEASES
from app.ui.theme import XL, M
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.ui.context import Context

COVER_KEY = Qt.Key.Key_F9
_WORDS = "Covered, not locked. Press F9 to go on, Ctrl+L to lock."
_TAKEN = PRESSES | RELEASES | MEANWHILE


class Cover(QObject):
    """Covers ``window`` and every dialog over it. ``lock`` is what Ctrl+L does, also while it is covered."""

    def __init__(self, window: QWidget, ctx: Context, lock: Callable[[], None]) -> None:
        super().__init__(window)
        self._ctx, self._lock = ctx, lock
        self._sheets: list[QWidget] = []
        self.on = False

    def toggle(self) -> None:
        """Cover, or uncover."""
        app = QApplication.instance()
        if app is None:
            return
        if self.on:
            self.on = False
            app.removeEventFilter(self)
            for sheet in self._standing():
                sheet.hide()
                sheet.deleteLater()
            self._sheets.clear()
            return
        self.on = True
        QToolTip.hideText()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for top in QApplication.topLevelWidgets():  # the window itself is among them
            if top.isVisible() and _has_a_page(top):
                self._cover(top)
        app.installEventFilter(self)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._sheets[0], _WORDS))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let nothing through but the two keys; cover what opens or grows meanwhile."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if not event.isAutoRepeat():
                self._pressed(event)
            return True
        if kind in _TAKEN:
            return True
        if isinstance(watched, QWidget) and watched.isWindow():
            if kind == QEvent.Type.Resize:
                for sheet in self._standing():
                    if sheet.parent() is watched:
                        sheet.resize(watched.size())
            elif kind == QEvent.Type.Show and _has_a_page(watched):
                self._cover(watched)
        return False

    def _pressed(self, event: QKeyEvent) -> None:
        if event.key() == COVER_KEY:
            self.toggle()
        elif event.key() == Qt.Key.Key_L and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._lock()

    def _standing(self) -> list[QWidget]:
        """The sheets whose window is still there."""
        return [sheet for sheet in self._sheets if isValid(sheet)]

    def _cover(self, top: QWidget) -> None:
        if any(sheet.parent() is top for sheet in self._standing()):
            return
        sheet = QWidget(top)
        self._sheets.append(sheet)
        sheet.setProperty("role", "page")
        sheet.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sheet.setAutoFillBackground(True)
        sheet.setAccessibleName(_WORDS)
        column = QVBoxLayout(sheet)
        column.setContentsMargins(XL, XL, XL, XL)
        column.setSpacing(M)
        column.addStretch(1)
        who = f"Signed in: {self._ctx.account.name}, {self._ctx.account.role.value}"
        for text, role in ((self._ctx.home.name, "title"), (who, "strong"), (_WORDS, "heading")):
            words = label(text, role)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(words)
        column.addStretch(2)
        sheet.setGeometry(top.rect())
        sheet.show()
        sheet.raise_()


def _has_a_page(top: QWidget) -> bool:
    """A window or dialog, and not a tool tip or the list of a choice."""
    return top.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog, Qt.WindowType.Sheet)
