"""The launcher: a small process that outlives every lock, and starts and watches the workers.

A worker has the windows, the password while it is checked, the keys and the open store; when it locks, it ends, and
everything in its memory ends with it. The launcher has none of these: no Qt, no store, no key, no password, and of
the record only ids (docs/adr/0007). It keeps the next worker warm, so that signing in again does not wait for imports.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, cast

from app import link
from app.link import Begin, Show

WARM_AFTER_SECONDS = 3.0
"""How long after a sign-in the next worker is started: until then the first page has the processor to itself."""
GONE_WITHIN_SECONDS = 3.0
"""How long a locking worker may take; then it is killed, which the store survives at any moment."""
_END_SECONDS = 10.0
_LONG = 3600.0
_TRIES = 2  # workers in a row that may end before anybody has signed in
_FAILED = 1
_INTERRUPTED = 130  # as a shell reports Ctrl+C

_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from app.__main__ import main; raise SystemExit(main())"


def worker_command() -> list[str]:
    """How to start a worker: the frozen program itself, or this package by its own place.

    Never by the current folder, where somebody else's package of the same name may lie.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker"]
    return [sys.executable, "-P", "-c", _START, str(Path(__file__).resolve().parents[1]), "--worker"]


def run(begin: Callable[[], Begin], command: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed; the answer is the exit code.

    ``begin`` says which window, asked while the first worker is loading already; ``command`` starts a worker.
    """
    launcher = Launcher(begin, command or worker_command())
    try:
        return launcher.run()
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        launcher.end()


class _Worker:
    """A worker's process; what it says arrives in ``events``, None when it has gone."""

    def __init__(self, command: Sequence[str], begin: Callable[[], Begin], events: queue.SimpleQueue[Any]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._to = cast("IO[bytes]", self.process.stdin)
        self._from = cast("IO[bytes]", self.process.stdout)
        self.signed_in = self.locking = self.closed = False
        self.begin = begin()
        self.tell(link.BEGIN, self.begin._asdict())
        threading.Thread(target=self._follow, args=(events,), daemon=True).start()

    def tell(self, what: str, details: dict[str, Any]) -> None:
        """Send a message; one that has gone is noticed by its silence."""
        try:
            self._to.write(link.line(what, details))
        except OSError:
            return

    def hang_up(self) -> None:
        """Tell it that the launcher goes: it saves, closes and ends."""
        try:
            self._to.close()
        except OSError:
            return

    def _follow(self, events: queue.SimpleQueue[Any]) -> None:
        for text in self._from:
            events.put((self, link.read(text)))
        events.put((self, None))


class Launcher:
    """The workers: one in front, and while somebody is signed in one that waits."""

    def __init__(self, begin: Callable[[], Begin], command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._warm: _Worker | None = None
        self._leaving: _Worker | None = None
        self._warm_at = self._kill_at = float("inf")
        self._tries = _TRIES
        self._code: int | None = None
        self._front = _Worker(self._command, begin, self._events)
        self._begin = self._front.begin

    def run(self) -> int:
        """Follow the workers until the person quits, or until none can be kept alive."""
        while self._code is None:
            wait = min(self._warm_at, self._kill_at) - time.monotonic()
            try:
                worker, said = self._events.get(timeout=max(0.0, min(wait, _LONG)))
            except queue.Empty:
                self._due()
                continue
            if said is None:
                self._gone(worker)
            elif worker is self._front:
                self._hear(worker, *said)
        return self._code

    def end(self) -> None:
        """End every worker: each has time to save and close."""
        workers = [worker for worker in (self._front, self._warm) if worker is not None]
        for worker in workers:
            worker.hang_up()
        until = time.monotonic() + _END_SECONDS
        for worker in workers:
            try:
                worker.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()

    def _start(self, begin: Begin) -> _Worker:
        return _Worker(self._command, lambda: begin, self._events)

    def _due(self) -> None:
        now = time.monotonic()
        if now >= self._kill_at:
            self._kill_at = float("inf")
            if self._leaving is not None:
                self._leaving.process.kill()
        if now >= self._warm_at:
            self._warm_at = float("inf")
            if self._warm is None:
                self._warm = self._start(self._begin._replace(hidden=True))

    def _hear(self, worker: _Worker, what: str, details: dict[str, Any]) -> None:
        if what == link.SIGNED_IN:
            worker.signed_in = True
            self._tries = _TRIES
            self._begin = Begin(**details)
            self._warm_at = time.monotonic() + WARM_AFTER_SECONDS
        elif what == link.LOCKING:
            if not worker.locking:
                worker.locking = True
                self._leaving = worker
                self._kill_at = time.monotonic() + GONE_WITHIN_SECONDS
        elif what == link.LOCKED:
            self._bring(Show(self._begin.user, **details))
        elif what == link.CLOSED:
            worker.closed = True

    def _bring(self, show: Show) -> None:
        """Let the waiting worker show its window, or one that is made now."""
        self._front = self._warm or self._start(self._begin._replace(hidden=True))
        self._warm = None
        self._warm_at = float("inf")
        self._front.tell(link.SHOW, show._asdict())

    def _gone(self, worker: _Worker) -> None:
        if worker is self._leaving:
            self._leaving = None
            self._kill_at = float("inf")
        if worker is self._warm:
            self._warm = None
            self._again_or_give_up(worker, warm=True)
        elif worker is self._front:  # else it had said that it had locked, and its successor is in front
            if worker.closed:
                self._code = worker.process.wait()
            elif worker.locking:  # too slow and killed, or it died on the way: locked all the same
                self._bring(Show(self._begin.user, unkept=True))
            elif worker.signed_in:
                self._bring(Show(self._begin.user, stopped=True))
            else:
                self._again_or_give_up(worker, warm=False)
        worker.process.wait()

    def _again_or_give_up(self, worker: _Worker, *, warm: bool) -> None:
        """A worker that ends before anybody has signed in may do so for a reason that does not go away."""
        self._tries -= 1
        if warm:
            self._warm_at = time.monotonic() + WARM_AFTER_SECONDS if self._tries > 0 else float("inf")
        elif self._tries > 0:
            self._bring(Show(self._begin.user, stopped=True))
        else:
            self._code = worker.process.wait() or _FAILED
