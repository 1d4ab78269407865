"""Work that dies on the way: at the first, the second, the third thing that it makes durable, until it gets through."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from app.vault.anchor import AnchorFile

KILLED = 77


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that dies before the step-th thing it makes durable or moves; whether it died."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in {0, KILLED}, "the work failed by itself"
        return os.waitstatus_to_exitcode(status) == KILLED
    left = [step]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            if not left[0]:
                os._exit(KILLED)
            left[0] -= 1
            return real(*args, **kwargs)

        return call

    try:
        os.fsync = counted(os.fsync)  # type: ignore[assignment]
        Path.replace = counted(Path.replace)  # type: ignore[method-assign, assignment]
        AnchorFile.keep = counted(AnchorFile.keep)  # type: ignore[method-assign, assignment]
        work()
        os._exit(0)
    finally:
        os._exit(1)
