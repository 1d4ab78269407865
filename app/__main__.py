"""Where ``hartwell`` and ``python -m app`` start.

Only what must happen before anything else is here; the command line itself belongs to :mod:`app.cli`.
"""

from __future__ import annotations

import faulthandler
import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command, or open the window when there is none; the answer is the exit code."""
    guard_process()
    from app.cli import main as run_command

    return run_command(sys.argv[1:] if argv is None else argv)


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


if __name__ == "__main__":
    raise SystemExit(main())
