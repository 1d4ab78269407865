"""What every process of the program does before it holds anything worth stealing."""

from __future__ import annotations

import faulthandler
import os
import sys

_PR_SET_DUMPABLE = 4


def guard_process() -> None:
    """Keep what this process holds from leaking: no core dump with a record or key in it, files for the owner only.

    On Windows files are protected by the permissions of the user's own folder instead; the mask does nothing there.

    A crash still names its line: the fault handler prints the stack without the values of variables.
    """
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.stderr is not None:  # a windowed program on Windows has none
        faulthandler.enable()


def hide_memory() -> None:
    """On Linux, let no other process of this user read or trace this one's memory; an administrator still can.

    Apart from :func:`guard_process`, because a window must be on the screen first: it imports ctypes. Call it before
    the process holds a password.
    """
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def has_screen() -> bool:
    """Whether a window can be shown here."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in named)
