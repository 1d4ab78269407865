"""The checks of the records file in a signed-in window: what is in use weekly, every page monthly, by themselves.

Damage that nobody looks for is found on the day when the record is needed. Looking happens on the disk thread, on a
connection of its own; what it finds makes the records open for reading only, and the window says why on every page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.ui.tasks import Job

if TYPE_CHECKING:
    from app.services.checks import Plan
    from app.ui.context import Context

FIRST = 3 * 60_000
"""Milliseconds from signing in to the first look: after the pages and the backup."""
EVERY = 60 * 60_000


class CheckWatch(QObject):
    """The one check at a time of a signed-in person. Lives on the main thread; a part of the Context."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._ctx = ctx
        self._job: Job | None = None
        self._by_itself = False
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Check by itself from now on."""
        self._by_itself = True
        self.timer.start(FIRST)

    def end(self) -> None:
        """Never again: the session is about to be closed. One under way changes nothing and is forgotten."""
        self._by_itself = False
        self.timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def look_at_every_page(self) -> None:
        """Now, because something has met damage: a backup that would not copy, say."""
        from app.services import checks

        if self._job is None:
            self._start(checks.FULL)

    def _look(self) -> None:
        from app.services import checks

        if self._by_itself and self._job is None:
            self._ctx.call(checks.due, self._looked, self._failed, owner=self)

    def _looked(self, kind: str) -> None:
        if kind and self._by_itself and self._job is None:
            self._start(kind)
        else:
            self._wait()

    def _start(self, kind: str) -> None:
        from app.services import checks

        job = self._job = Job()
        self._ctx.call(
            lambda s: checks.prepare(s, kind), lambda plan: self._carry_out(job, plan), self._failed, owner=self
        )

    def _carry_out(self, job: Job, plan: Plan) -> None:
        from app.services import checks

        if self._job is job:
            self._ctx.tasks.disk(
                lambda: checks.carry_out(plan), lambda found: self._note(job, plan, found), self._failed,
                job=job, owner=self,
            )  # fmt: skip

    def _note(self, job: Job, plan: Plan, problems: tuple[str, ...]) -> None:
        from app.services import checks

        if self._job is job:
            # The context notices that the records may only be read from now on, and says so.
            self._ctx.call(lambda s: checks.note(s, plan, problems), self._done, self._failed, owner=self)

    def _done(self, _trouble: object) -> None:
        self._job = None
        self._wait()

    def _failed(self, _exc: BaseException) -> None:
        """The disk was busy or away, or the records are being closed: it is due still, and is tried again."""
        self._job = None
        self._wait()

    def _wait(self) -> None:
        if self._by_itself:
            self.timer.start(EVERY)
