"""The backups of a signed-in window: made by themselves when one is due, and when somebody asks.

Deciding and noting are quick and belong to the store's thread; copying, writing and reading back happen on the disk
thread, where a slow memory stick holds up neither a save nor the exchange. One that did not succeed is said in its own
words, by itself not more than once an hour, stands in the status line until one succeeds, and is tried again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain import backups as policy
from app.ui.tasks import Job

if TYPE_CHECKING:
    from app.services.backups import Made, Plan
    from app.ui.context import Context

FIRST = 20_000
"""Milliseconds from signing in to the first look: the first page has the disk to itself until then."""
EVERY = 5 * 60_000
"""Milliseconds between two looks whether one is due, and to the next try after one that failed."""
LONG = 60 * 60_000
"""The same after a try that wrote much before it failed: on a full or failing disk."""
SAY_AGAIN = timedelta(hours=1)


class BackupWatch(QObject):
    """The one backup at a time of a signed-in person. Lives on the main thread; a part of the Context.

    Signals: ``began`` and ``ended`` around each backup, ``stepped`` with words and a percentage (-1: not known) while
    it is made. ``trouble`` is what the last try failed with, None after one that succeeded.
    """

    began = Signal()
    stepped = Signal(str, int)
    ended = Signal()

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._ctx = ctx
        self._job: Job | None = None
        self._by_itself = self._asked = False
        self._said: tuple[str, datetime] | None = None
        self._guard_said = False
        self.trouble: BaseException | None = None
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._look)

    @property
    def running(self) -> bool:
        """Whether a backup is being made."""
        return self._job is not None

    def begin(self) -> None:
        """Make backups by itself from now on."""
        self._by_itself = True
        self.timer.start(FIRST)

    def end(self) -> None:
        """Never again: the session is about to be closed. One under way is given up; the next one clears it away."""
        self._by_itself = False
        self.timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def back_up_now(self) -> bool:
        """Make one now; False when one is being made already."""
        if self.running:
            return False
        self._start(policy.ASKED)
        return True

    def _look(self) -> None:
        from app.services import backups

        if not self._by_itself or self.running:
            return
        self._ctx.call(backups.is_due, self._looked, self._failed, owner=self)

    def _looked(self, due: bool) -> None:
        if due and self._by_itself and not self.running:
            self._start(policy.DAILY)
        else:
            self._wait(EVERY)

    def _start(self, kind: str) -> None:
        from app.services import backups

        self.timer.stop()
        self._asked = kind == policy.ASKED
        job = self._job = Job()
        self.began.emit()
        self.stepped.emit("Copying the records…", -1)
        self._ctx.call(
            lambda s: backups.prepare(s, kind=kind), lambda plan: self._copy(job, plan), self._failed, owner=self
        )

    def _copy(self, job: Job, plan: Plan) -> None:
        from app.services import backups

        if self._job is not job:
            return
        tasks, last = self._ctx.tasks, [-1]

        def told(done: int, both_ways: int) -> None:
            percent = done * 100 // max(both_ways, 1)
            if percent != last[0]:
                last[0] = percent
                words = "Writing the backup…" if done * 2 <= both_ways else "Reading it back, to be sure…"
                tasks.post(lambda: self._step(job, words, percent))

        self._ctx.tasks.disk(
            lambda: backups.carry_out(plan, told, lambda: job.cancelled),
            lambda made: self._note(job, made), self._failed, job=job, owner=self,
        )  # fmt: skip

    def _step(self, job: Job, words: str, percent: int) -> None:
        if self._job is job:
            self.stepped.emit(words, percent)

    def _note(self, job: Job, made: Made) -> None:
        from app.services import backups

        if self._job is job:
            self._ctx.call(lambda s: backups.note(s, made), self._done, self._failed, owner=self)

    def _done(self, made: Made) -> None:
        self._job, self.trouble, self._said = None, None, None
        self._wait(EVERY)
        self.ended.emit()
        if self._asked:
            self._ctx.messages.good("The backup is made, read back and compared.", f"{made.path}")
        if made.guard and not self._guard_said:
            self._guard_said = True
            self._ctx.messages.warning(
                f"Look before older backups are thrown away: {made.guard}.",
                "Until a manager has looked, every backup is kept.", action="Open Backups",
                do=lambda: self._ctx.navigate.emit("settings", "backups"),
            )  # fmt: skip

    def _failed(self, exc: BaseException) -> None:
        from app.domain.errors import EnvironmentTrouble, ExitCode, UserError

        self._job = None
        refused = isinstance(exc, UserError)
        if not refused:
            self.trouble = exc
        gone = isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.READ_ONLY
        self._wait(EVERY if gone or refused else LONG)
        self.ended.emit()
        now, words = self._ctx.now(), str(exc)
        said_lately = self._said is not None and self._said[0] == words and now - self._said[1] < SAY_AGAIN
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.DAMAGED:
            self._ctx.checks.look_at_every_page()  # the stick, or the records themselves
        if self._asked or not said_lately:
            self._said = words, now
            self._ctx.messages.report(exc)
        self._asked = False

    def _wait(self, milliseconds: int) -> None:
        if self._by_itself:
            self.timer.start(milliseconds)
