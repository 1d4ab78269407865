"""The exchange with the CCG: one at a time, whoever asked for it, and by itself as long as somebody is signed in.

It looks for answers every few minutes, as the connection's settings say, and leaves at once when an alert or a claim
was queued. A laptop without a line is the usual case: what a look by itself finds wrong stands in the rows, which the
status line and the sync page are computed from, and interrupts nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from app.ui import crash
from app.ui.tasks import Job

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.session import Session
    from app.sync.engine import SyncSummary
    from app.ui.context import Context

T = TypeVar("T")
FIRST = 5_000
"""Milliseconds from signing in to the first look, so that the window is there first."""
SOON = 1_000
"""Milliseconds from queueing a message to sending it: what is queued together leaves together."""
USUAL = timedelta(minutes=5)
"""How often to look while nothing says otherwise; MESH asks for no oftener."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look came to: nothing without a connection, and how long to wait for the next."""

    summary: SyncSummary | None
    every: timedelta


class Exchange(QObject):
    """The one exchange at a time of a signed-in person. Lives on the main thread; a part of the Context.

    Signals: ``began`` and ``ended`` around each exchange, ``stepped`` after each of its steps in the store. The timer
    runs from :meth:`begin` to :meth:`end`; without it an exchange is only ever asked for by :meth:`send`.
    """

    began = Signal()
    stepped = Signal()
    ended = Signal()

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._ctx = ctx
        self._job: Job | None = None
        self._stop = Event()
        self._by_itself = self._again = self._telling = False
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._look)
        ctx.changed.connect(self._changed)

    @property
    def running(self) -> bool:
        """Whether an exchange is under way."""
        return self._job is not None

    @property
    def stopping(self) -> bool:
        """Whether the one under way has been asked to stop."""
        return self._stop.is_set()

    def begin(self) -> None:
        """Exchange by itself from now on, if the person's role may send at all."""
        from app.services.access import Action

        if self._ctx.allowed(Action.SYNC):
            self._by_itself = True
            self.timer.start(FIRST)

    def end(self) -> None:
        """Never again: the session is about to be closed. One under way stops at its next step."""
        self._by_itself = False
        self.timer.stop()
        self._stop.set()

    def send(self, done: Callable[[SyncSummary], None], failed: Callable[[BaseException], None]) -> bool:
        """Exchange now; False, and neither is called, when one is under way already."""

        def told(look: _Look) -> None:
            if look.summary is not None:
                done(look.summary)

        if self._ctx.trouble is not None:  # what was sent could not be noted, and would be sent again
            failed(self._ctx.trouble)
            return True
        return self._start(told, failed, asked=True)

    def stop(self) -> None:
        """Ask the one under way to end after the message it is at; what was sent stays sent."""
        self._stop.set()

    # ------------------------------------------------------------------------------------------------- by itself

    def _look(self) -> None:
        if self._by_itself and self._ctx.trouble is not None:
            self._wait(USUAL)  # nothing could be noted of what was sent
        elif self._by_itself:
            self._start(lambda _look: None, self._quietly, asked=False)

    def _quietly(self, exc: BaseException) -> None:
        """A connection that cannot be opened is in the rows; any other trouble is nobody's fault but is said."""
        from app.domain.errors import EnvironmentTrouble, ExitCode, UserError

        refused = isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.REFUSED
        if not refused and not isinstance(exc, UserError):
            self._ctx.messages.report(exc)

    def _changed(self, changes: Changes) -> None:
        """Something was queued, or the connection was changed: send soon, and after the exchange under way, if any."""
        if not self._by_itself or self._telling or "outbox" not in changes.kinds:
            return
        if self.running:
            self._again = True
        else:
            self.timer.start(SOON)

    # ------------------------------------------------------------------------------------------------------- inside

    def _start(self, done: Callable[[_Look], None], failed: Callable[[BaseException], None], *, asked: bool) -> bool:
        if self._job is not None:
            return False
        self.timer.stop()
        self._again = False
        stop = self._stop = Event()
        job = self._job = Job()
        tasks = self._ctx.tasks

        def say(signal: SignalInstance) -> None:
            if self._job is job:
                signal.emit()

        def on_store(step: Callable[[], T]) -> T:
            found = tasks.on_store(step)
            tasks.post(lambda: say(self.stepped))
            return found

        def work(session: Session) -> _Look:
            from app.services import sync

            every = tasks.on_store(lambda: sync.poll_every(session))
            if every is None and not asked:
                return _Look(None, USUAL)
            tasks.post(lambda: say(self.began))
            summary = sync.sync_now(session, cancel=lambda: job.cancelled or stop.is_set(), on_store=on_store)
            return _Look(summary, every or USUAL)

        def finished(look: _Look) -> None:
            self._job = None
            for fault in look.summary.faults if look.summary is not None else ():
                crash.write_report(fault)
            self._wait(look.every)
            done(look)
            self.ended.emit()
            if look.summary is not None:
                self._tell(look.summary)

        def broken(exc: BaseException) -> None:
            self._job = None
            self._wait(USUAL)
            failed(exc)
            self.ended.emit()

        self._ctx.net(work, finished, broken, job=job)
        return True

    def _wait(self, every: timedelta) -> None:
        if self._by_itself:
            self.timer.start(SOON if self._again else int(every.total_seconds() * 1000))

    def _tell(self, summary: SyncSummary) -> None:
        """Tell the pages, when messages have moved; that the line is down again moves nothing."""
        from app.services.changes import Changes

        moved = (summary.sent, summary.acknowledged, summary.decided, summary.refused, summary.undelivered,
                 summary.quarantined, summary.parked)  # fmt: skip
        if any(moved):
            self._telling = True
            try:
                self._ctx.changed.emit(Changes(frozenset({"outbox", "claim", "alert"})))
            finally:
                self._telling = False
