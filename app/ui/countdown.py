"""How long each account must wait after too many wrong passwords, told every second."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QObject, QTimer, Signal

_TICK_MS = 500


class Countdown(QObject):
    """The waits that the window has been told of, by account. The clock of the computer may be changed meanwhile."""

    ticked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._ends: dict[str, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, user: str, seconds: int) -> None:
        """The account must wait that long from now."""
        self._ends[user] = time.monotonic() + seconds
        self._timer.start()
        self.ticked.emit()

    def left(self, user: str) -> int:
        """Whole seconds that the account must still wait; 0 when it need not."""
        return max(0, math.ceil(self._ends.get(user, 0.0) - time.monotonic()))

    def _tick(self) -> None:
        if not any(self.left(user) for user in self._ends):
            self._timer.stop()
        self.ticked.emit()


def wait_words(seconds: int) -> str:
    """A wait that is being counted down, in words."""
    minutes, rest = divmod(seconds, 60)
    short = "1 second" if rest == 1 else f"{rest} seconds"
    if not minutes:
        return short
    return f"{minutes} min {rest} s"
