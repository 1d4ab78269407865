"""A long list of lines is answered by all cores, in order; a short one by this process alone.

Only where a process can be forked: what is started anew, as on Windows, would load the program again for each helper.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

T = TypeVar("T")

_FIRST: Final = 1_000
"""Lines that this process answers alone before it asks for help: making helpers costs as much as a few hundred."""
_LEAST: Final = 16
"""Lines in one go below which handing them over is not worth it."""
_MOST: Final = 4


class SideBySide(Generic[T]):
    """Called with a list of lines it gives their answers in the same order. ``work`` is a function of a module."""

    def __init__(self, work: Callable[[list[str]], list[T]]) -> None:
        self._work = work
        self._answered = 0
        self._pool: ProcessPoolExecutor | None = None
        self._cores = min(os.cpu_count() or 1, _MOST) if hasattr(os, "fork") else 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def __call__(self, lines: list[str]) -> list[T]:
        self._answered += len(lines)
        if self._cores == 1 or len(lines) < _LEAST or self._answered < _FIRST:
            return self._work(lines)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._cores - 1, mp_context=get_context("fork"), initializer=_leave_ctrl_c_to_the_first
            )
        size = -(-len(lines) // self._cores)
        own, *others = (lines[at : at + size] for at in range(0, len(lines), size))
        # A helper that was killed is no reason to leave a line unanswered: then this process does its part too.
        with suppress(BrokenProcessPool):
            asked = [self._pool.submit(self._work, part) for part in others]
            return [*self._work(own), *(each for future in asked for each in future.result())]
        self._cores = 1
        return self._work(lines)


def _leave_ctrl_c_to_the_first() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
