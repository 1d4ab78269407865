"""The bridge between the working threads and the screen: the only module that knows both threads and Qt.

There is one store thread, because the encrypted store has one connection that lives as long as the session, one net
thread, so that a slow mailbox never holds up a save, and one disk thread for other disks, so that a slow memory stick
holds up neither. Work is a plain function that returns plain values. Its
result comes back on the main thread through :class:`Tasks` alone, which lives there: a callback connected to a signal
of a worker thread would run in the worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

T = TypeVar("T")
_DISK_SECONDS = 5.0


class Job:
    """A piece of work that was asked for; cancelling sets a flag and never stops a thread.

    Work that can stop half-way reads :attr:`cancelled` between its steps. The result of a cancelled job is dropped.
    A job that is ``forgotten`` is done all the same, and nobody hears of it.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self.forgotten = False
        self.trouble: BaseException | None = None

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked for it to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to stop: work that has not begun is skipped, and no result is delivered."""
        self._cancelled.set()


class _Lane:
    """One thread that does one thing after another until it is told to stop, and then what it has been given before."""

    def __init__(self, name: str) -> None:
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._door = threading.Lock()
        self._begun = self._stopped = False

    def put(self, step: Callable[[], None]) -> None:
        with self._door:
            if self._stopped:  # nobody would ever do it, and whoever waits for it would wait for ever
                raise RuntimeError("the working threads have been closed")
            if not self._begun:
                self._begun = True
                self.thread.start()
            self._waiting.put(step)

    def stop(self) -> None:
        with self._door:
            self._stopped = True
            if self._begun:
                self._waiting.put(None)

    def _work(self) -> None:
        while (step := self._waiting.get()) is not None:
            step()


class _Here:
    """Does each step on the main thread, when that is next idle."""

    thread = threading.main_thread()

    def put(self, step: Callable[[], None]) -> None:
        QTimer.singleShot(0, step)

    def stop(self) -> None:
        return


class Tasks(QObject):
    """Runs work off the main thread and brings the results back to it. Make it on the main thread, one a process.

    With ``here`` the store's work is done on the main thread: for pictures of a session that was opened there.
    """

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, *, here: bool = False) -> None:
        super().__init__(parent)
        self._store: _Lane | _Here = _Here() if here else _Lane("store")
        self._net = _Lane("net")
        self._disk = _Lane("disk")
        self._open: set[Job] = set()
        self._elsewhere: set[Job] = set()
        self._closed = False
        self._arrived.connect(self._deliver)  # from another thread it is queued, because this object lives here

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
        *,
        job: Job | None = None,
        owner: QObject | None = None,
    ) -> Job:
        """Do the work on the store thread, then call ``done(result)`` or ``failed(exception)`` on the main thread.

        Without ``failed`` an exception is raised on the main thread, where it reaches the crash report. With ``owner``
        nothing is delivered once that object has been deleted. Pass a ``job`` made beforehand when the work itself
        reads its flag.
        """
        return self._start(self._store, work, done, failed, job or Job(), owner)

    def net(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
        *,
        job: Job | None = None,
        owner: QObject | None = None,
    ) -> Job:
        """The same as :meth:`run`, on the net thread; its store steps go through :meth:`on_store`."""
        return self._start(self._net, work, done, failed, job or Job(), owner)

    def disk(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
        *,
        job: Job | None = None,
        owner: QObject | None = None,
    ) -> Job:
        """The same as :meth:`run`, on the disk thread, for what must not touch the open store."""
        return self._start(self._disk, work, done, failed, job or Job(), owner)

    def on_store(self, work: Callable[[], T]) -> T:
        """Do the work on the store thread and wait for it; for the net thread, and for the main thread when closing.

        Called on the store thread it runs at once. RuntimeError after :meth:`close`.
        """
        if threading.current_thread() is self._store.thread:
            return work()
        answers: list[T] = []
        troubles: list[BaseException] = []
        finished = threading.Event()

        def step() -> None:
            try:
                answers.append(work())
            except BaseException as exc:  # noqa: BLE001 - raised again where it was asked for
                troubles.append(exc)
            finished.set()

        self._store.put(step)
        finished.wait()
        if troubles:
            raise troubles[0]
        return answers[0]

    def post(self, call: Callable[[], None]) -> None:
        """Call something on the main thread soon, from any thread: for progress. Not after :meth:`close`."""
        if not self._closed:
            self._arrived.emit(call)

    def forget(self) -> None:
        """Deliver nothing more of what is under way, so that nothing of one session is told in the next.

        What was handed to the store thread is still done, whether it has begun or not: it may be somebody's work to
        save. What is on the net and the disk thread is asked to stop.
        """
        for job in tuple(self._open):
            job.forgotten = True
        for job in tuple(self._elsewhere):
            job.cancel()
        self._open.clear()
        self._elsewhere.clear()

    def finish(self) -> tuple[BaseException, ...]:
        """The same, once the store thread has done everything it was given; what of that failed is the answer.

        Waits for transactions, never for the network. For the end of a session, before it is closed.
        """
        given = tuple(self._open - self._elsewhere)
        self.forget()
        self.on_store(lambda: None)
        return tuple(job.trouble for job in given if job.trouble is not None)

    def close(self, seconds: float = 30.0) -> None:
        """Take no more work and wait until the store thread has done what it was given; not for the network.

        The disk thread is asked to stop and gets a moment: a process that ends under the library's hands may crash.
        """
        self.forget()
        self._closed = True
        self._store.stop()
        self._net.stop()
        self._disk.stop()
        if isinstance(self._store, _Lane) and self._store.thread.is_alive():
            self._store.thread.join(seconds)
        if self._disk.thread.is_alive():
            self._disk.thread.join(min(seconds, _DISK_SECONDS))

    @property
    def busy(self) -> bool:
        """Whether any result is still to come."""
        return bool(self._open)

    def _start(
        self,
        lane: _Lane | _Here,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None,
        job: Job,
        owner: QObject | None,
    ) -> Job:
        if self._closed:
            raise RuntimeError("the working threads have been closed")
        self._open.add(job)
        if lane is not self._store:
            self._elsewhere.add(job)

        def finish(report: Callable[[], None]) -> None:
            self._open.discard(job)
            self._elsewhere.discard(job)
            if not (job.cancelled or job.forgotten) and (owner is None or isValid(owner)):
                report()

        def arrive(report: Callable[[], None]) -> None:
            if not self._closed:  # after closing there is nobody to tell, and soon no main thread
                self._arrived.emit(lambda: finish(report))

        def step() -> None:
            if job.cancelled:
                arrive(lambda: None)
                return
            try:
                result = work()
            except BaseException as exc:  # noqa: BLE001 - told to `failed`, or raised on the main thread
                trouble = job.trouble = exc
                arrive(lambda: _tell(failed, trouble))
            else:
                arrive(lambda: done(result))

        lane.put(step)
        return job

    def _deliver(self, call: Callable[[], None]) -> None:
        call()


def _tell(failed: Callable[[BaseException], None] | None, exc: BaseException) -> None:
    if failed is None:
        raise exc
    failed(exc)
