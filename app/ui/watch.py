"""Over a signed-in window: who is there, the warning, the lock that asks nobody, and the privacy screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui.idle import LockWarning
from app.ui.presence import Presence
from app.ui.privacy import COVER_KEY, Cover

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.ui.context import Context

HOSPITAL_KEY = Qt.Key.Key_F12
_DESKTOP_AFTER_MS = 1500
"""The desktop is asked to say when it locks once the first page is there: loading D-Bus takes a tenth of a second."""


class Watch(QObject):
    """Watches over the window until it goes. ``lock`` must lock whatever is open, and may be called at any moment;
    ``hospital`` opens "Send to hospital" over whatever is open."""

    def __init__(
        self,
        window: QWidget,
        ctx: Context,
        minutes: int,
        lock: Callable[[], None],
        hospital: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(window)
        self._ctx, self._lock, self._hospital = ctx, lock, hospital
        self.presence = Presence(minutes, self._key, self)
        self.presence.away.connect(lock)
        self.presence.woke.connect(lock)
        self.warning = LockWarning(self.presence, window)
        self.cover = Cover(window, ctx, lock)
        self.desktop: QObject | None = None
        ctx.changed.connect(self._changed)
        QTimer.singleShot(_DESKTOP_AFTER_MS, self, self._follow_desktop)

    def stop(self) -> None:
        """Watch no more."""
        self.presence.stop()
        if self.cover.on:
            self.cover.toggle()

    def _key(self, event: QKeyEvent) -> bool:
        """F9, F12 and Ctrl+L work in every window, also in a dialog, where the window's own shortcuts rest."""
        if event.isAutoRepeat():
            return False
        if event.key() == COVER_KEY:
            self.cover.toggle()
            return True
        if event.key() == HOSPITAL_KEY and self._hospital is not None and not self.cover.on:
            self._hospital()
            return True
        if event.key() == Qt.Key.Key_L and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._lock()
            return True
        return False

    def _follow_desktop(self) -> None:
        from app.ui import desktop

        window = self.parent()
        if isinstance(window, QWidget):
            self.desktop = desktop.watch(window, self._lock)

    def _changed(self, changes: Changes) -> None:
        if "setting" in changes.kinds:
            from app.services import settings

            self._ctx.call(settings.lock_minutes, self.presence.allow, owner=self)
