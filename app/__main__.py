"""Where ``hartwell`` and ``python -m app`` start.

Only what must happen before anything else is here; the command line itself belongs to :mod:`app.cli`.
"""

from __future__ import annotations

import sys

from app.process import guard_process, hide_memory


def main(argv: list[str] | None = None) -> int:
    """Run one command, or open the window when there is none; the answer is the exit code.

    ``--worker`` alone is how the launcher starts a process for a window (docs/adr/0007).
    """
    guard_process()
    given = sys.argv[1:] if argv is None else argv
    if given == ["--worker"]:
        from app.main import run_worker

        return run_worker()
    hide_memory()
    from app.cli import main as run_command

    return run_command(given)


if __name__ == "__main__":
    raise SystemExit(main())
