"""The reminder of a signed-in window: when the hour passes by which something had to be looked at again, it is said.

Once for each, above the page, and only while the window is unlocked: the watch ends with the session. Observations
after a fall have a reminder of their own (:mod:`app.ui.fall_watch`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from app.services.due import DueItem
    from app.ui.context import Context

EVERY = 60_000
"""Milliseconds between two looks."""


class DueWatch(QObject):
    """Looks every minute what has become late since the look before. Lives on the main thread; a part of the Context.

    What was late already at the sign-in stands on Today and on Due and is not said again.
    """

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._ctx = ctx
        self._by_itself = False
        self._looking = False
        self._since: datetime | None = None
        self.timer = QTimer(self)
        self.timer.setInterval(EVERY)
        self.timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Remind from now on, for somebody who may record what is asked for."""
        from app.services.access import Action

        self._by_itself = self._ctx.allowed(Action.RECORD_ASSESSMENT)
        self._since = self._ctx.now()
        self.timer.start()

    def end(self) -> None:
        """Never again: the session is about to be closed."""
        self._by_itself = False
        self.timer.stop()

    def look(self) -> None:
        """Ask what has become late since the last look."""
        from app.services import due

        since = self._since
        if not self._by_itself or self._looking or since is None:
            return
        self._looking = True
        until = self._ctx.now()
        self._ctx.call(
            lambda session: due.passed(session, since), lambda found: self._tell(found, until), self._failed, owner=self
        )

    def _tell(self, found: tuple[DueItem, ...], until: datetime) -> None:
        self._looking = False
        self._since = until
        if not found or not self._by_itself:
            return
        if len(found) == 1:
            item = found[0]
            where = f"Room {item.room}, " if item.room else ""
            words, detail = f"{where}{item.resident_name}: {item.title} is late", item.why
        else:
            words = f"{len(found)} are late now"
            detail = "; ".join(
                f"{f'room {item.room}, ' if item.room else ''}{item.resident_name}: {item.title}" for item in found
            )
        self._ctx.messages.warning(
            words, detail, action="Open Due", do=lambda: self._ctx.navigate.emit("due", None)
        )  # fmt: skip

    def _failed(self, _exc: BaseException) -> None:
        """The records are being closed, or busy: the next look asks again from the same time on."""
        self._looking = False
