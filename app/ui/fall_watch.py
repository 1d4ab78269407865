"""Observations after a fall, said when their time has come while somebody is signed in.

Said inside the window only, in the message bar: whose fall it is goes nowhere else. Each time is said when it is due
and once more when it is late.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from app.services.falls import ObservationDue
    from app.ui.context import Context

FIRST = 5_000
EVERY = 60_000
"""Milliseconds between two looks at the clock."""


class FallWatch(QObject):
    """Looks once a minute what is due. Lives on the main thread; a part of the Context."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._ctx = ctx
        self._by_itself = self._over = False
        self._said: set[tuple[str, object, str]] = set()
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Look by itself from now on, for somebody who may take observations."""
        from app.services.access import Action

        self._by_itself = self._ctx.allowed(Action.RECORD_ASSESSMENT)
        self._wait(FIRST)

    def end(self) -> None:
        """Never again: the session is about to be closed."""
        self._by_itself, self._over = False, True
        self.timer.stop()

    def look(self) -> None:
        """Look now."""
        from app.services import falls

        self._ctx.call(falls.observations_due, self._looked, self._failed, owner=self)

    def _looked(self, found: tuple[ObservationDue, ...]) -> None:
        if self._over:
            return
        self._wait(EVERY)
        fresh = [each for each in found if each.now and (each.fall_id, each.due, str(each.state)) not in self._said]
        self._said |= {(each.fall_id, each.due, str(each.state)) for each in fresh}
        if not fresh:
            return
        from app.domain.dates import clock_time

        lines = [
            f"{each.resident_name}{f', room {each.room}' if each.room else ''}: "
            f"{'LATE since' if each.state == 'late' else 'due'} {clock_time(each.due)}"
            for each in fresh
        ]
        where = fresh[0].fall_id if len(fresh) == 1 else None
        self._ctx.messages.warning(
            "Observations after a fall: take NEWS2 now.", "\n".join(lines),
            action="Open the fall" if where else "Open the falls",
            do=partial(self._ctx.navigate.emit, "falls", where),
        )  # fmt: skip

    def _failed(self, _exc: BaseException) -> None:
        """The records are being closed, or cannot be read; that is said elsewhere."""
        self._wait(EVERY)

    def _wait(self, milliseconds: int) -> None:
        if self._by_itself:
            self.timer.start(milliseconds)
