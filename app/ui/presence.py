"""Whether anybody is there: how long ago a key, a click, a wheel or a touch came, and whether the laptop has slept.

Watched at the windows of the desktop, of which there are few, and not at every widget: a filter on the whole program
would see each event of each widget, tens of thousands while a page is built.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

WARN_SECONDS = 60
_TICK_MS = 1000
_SLEPT_SECONDS = 10.0
"""The wall clock may run ahead of the steady one by less than this between two ticks: a correction, not a sleep."""
_STOOD_SECONDS = 60.0
"""A gap in the steady clock this long between two ticks: on Windows that clock goes on while the laptop sleeps."""

TOUCHES = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel, QEvent.Type.TouchBegin, QEvent.Type.TabletPress, QEvent.Type.InputMethod,
})  # fmt: skip


class Presence(QObject):
    """Counts the time since the last touch, in seconds.

    ``quiet`` says each second how many are left once it is a minute or less, ``touched`` that somebody came back in
    that minute, ``away`` that the time is up, ``woke`` that the laptop has slept. ``key`` is asked about each key press
    that no shortcut has taken, in whichever window; what it takes goes no further.
    """

    quiet = Signal(int)
    touched = Signal()
    away = Signal()
    woke = Signal()

    def __init__(
        self,
        minutes: int,
        key: Callable[[QKeyEvent], bool],
        parent: QObject | None = None,
        *,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._steady, self._wall = steady, wall
        self._key = key
        self._allowed = minutes * 60.0
        self._touched_at = self._steady()
        self._last = (self._steady(), self._wall())
        self._warned = False
        self._watch_windows()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._watch_windows)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(_TICK_MS)

    def allow(self, minutes: int) -> None:
        """Another length of time, from now on."""
        self._allowed = minutes * 60.0

    def touch(self) -> None:
        """Somebody is there."""
        self._touched_at = self._steady()
        if self._warned:
            self._warned = False
            self.touched.emit()

    def tick(self) -> None:
        """Look at the clocks; a timer calls this each second."""
        self._watch_windows()
        before, self._last = self._last, (self._steady(), self._wall())
        steady, wall = (now - then for now, then in zip(self._last, before, strict=True))
        if wall - steady > _SLEPT_SECONDS or steady > _STOOD_SECONDS:
            self.woke.emit()
            return
        left = math.ceil(self._allowed - (self._last[0] - self._touched_at))
        if left <= 0:
            self.away.emit()
        elif left <= WARN_SECONDS:
            self._warned = True
            self.quiet.emit(left)

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note a touch, and offer a key."""
        if event.type() not in TOUCHES:
            return False
        if not (isinstance(event, QKeyEvent) and event.isAutoRepeat()):  # a book on a key is nobody
            self.touch()
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._key(event)

    def _watch_windows(self) -> None:
        for window in QGuiApplication.allWindows():
            window.installEventFilter(self)  # once more does no harm: Qt keeps one
