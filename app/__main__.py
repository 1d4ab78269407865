"""Where ``hartwell`` and ``python -m app`` start.

Only what must happen before anything else is here; the command line itself belongs to :mod:`app.cli`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.process import guard_process, has_screen, hide_memory

if TYPE_CHECKING:
    from app.link import Begin

_PLAIN: tuple[list[str], ...] = ([], ["--demo"])


def main(argv: list[str] | None = None) -> int:
    """Run one command, or open the window when there is none; the answer is the exit code.

    ``--worker`` alone is how the launcher starts a process for a window (docs/adr/0007). The window with nothing else
    asked for does not wait until the command line has been loaded.
    """
    guard_process()
    given = sys.argv[1:] if argv is None else argv
    if given == ["--worker"]:
        from app.main import run_worker

        return run_worker()
    if given in _PLAIN and has_screen():
        from app import launcher

        return launcher.run(lambda: _usual(demo=bool(given)))
    hide_memory()
    from app.cli import main as run_command

    return run_command(given)


def _usual(*, demo: bool) -> Begin:
    from app.link import Begin
    from app.paths import default_store, demo_store

    return Begin(str(demo_store() if demo else default_store()), demo)


if __name__ == "__main__":
    raise SystemExit(main())
