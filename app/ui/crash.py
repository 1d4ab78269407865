"""What happens when a fault is ours: a report for whoever mends it, and plain words for the person at the screen.

A report holds the kind of exception, where in the program it was, and versions. It holds no message of the exception,
no local variable and no line of input, because any of these may carry a resident's name.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

_SEEN = "seen.txt"
_PACKAGES = ("hartwell", "PySide6-Essentials", "SQLAlchemy", "sqlcipher3", "cryptography", "reportlab")
_ROOT = Path(__file__).resolve().parents[2]


def report_text(exc: BaseException, at: datetime) -> str:
    """The report as text: nothing in it comes from data."""
    import platform
    import traceback

    lines = [
        "Hartwell crash report. It holds no resident's details.",
        f"Time: {at:%Y-%m-%dT%H:%M:%SZ}",
        f"System: {platform.system()} {platform.release()}, Python {platform.python_version()}",
        "Versions: " + ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
        "",
    ]
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        for frame, line in traceback.walk_tb(current.__traceback__):
            code = frame.f_code
            lines.append(f"  {_place(code.co_filename)}:{line} in {code.co_qualname}")
        current = current.__cause__ or current.__context__
        if current is not None:
            lines.append("which followed from")
    return "\n".join(lines) + "\n"


def write_report(exc: BaseException) -> Path | None:
    """Write the report into the log folder, and to the console if there is one; None when it cannot be kept."""
    from app.paths import log_dir

    at = datetime.now(UTC)
    text = report_text(exc, at)
    if sys.stderr is not None:
        sys.stderr.write(text)
    try:
        folder = log_dir()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"crash-{at:%Y%m%d-%H%M%S-%f}.txt"
        path.write_text(text, encoding="utf-8")
    except OSError:
        return None
    return path


class Unseen(NamedTuple):
    """A report that nobody has been told of at a start: where it is, and the mark that lets it rest."""

    path: Path
    mark: str


def unseen() -> Unseen | None:
    """The latest report that was not yet offered; None when there is none, or none can be read."""
    from app.paths import log_dir

    folder = log_dir()
    try:
        faults = folder / "faults.txt"
        size = faults.stat().st_size if faults.exists() else 0
        latest = max((path.name for path in folder.glob("crash-*.txt")), default="")
        seen = (folder / _SEEN).read_text(encoding="utf-8") if (folder / _SEEN).exists() else " 0"
    except OSError:
        return None
    seen_name, _, seen_size = seen.rpartition(" ")
    mark = f"{latest} {size}"
    if latest > seen_name:
        return Unseen(folder / latest, mark)
    return Unseen(faults, mark) if size and str(size) != seen_size else None


def let_rest(report: Unseen) -> None:
    """Offer this report, and those before it, no more."""
    try:
        (report.path.parent / _SEEN).write_text(report.mark, encoding="utf-8")
    except OSError:
        return  # a folder that cannot be written offers it again


def install(show: Callable[[BaseException], None]) -> None:
    """Send every exception that nobody handled, on any thread, to ``show`` (which must cope with any thread)."""

    def from_main(kind: type[BaseException], exc: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, exc, None)
            return
        show(exc)

    def from_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            show(args.exc_value)

    sys.excepthook = from_main
    threading.excepthook = from_thread


class FaultLog:
    """Where a crash below Python (a segmentation fault) leaves its stack, which has no values in it."""

    def __init__(self) -> None:
        self._stream: TextIO | None = None

    def open(self) -> bool:
        """Begin; False when the log folder cannot be written. Called once the first window is there: it is slow."""
        import faulthandler

        from app.paths import log_dir

        try:
            folder = log_dir()
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = (folder / "faults.txt").open("a", encoding="utf-8")
        except OSError:
            return False
        faulthandler.enable(self._stream)
        return True

    def close(self) -> None:
        """End, and hand faults back to the console."""
        import faulthandler

        stream, self._stream = self._stream, None
        if stream is not None:
            faulthandler.disable()
            stream.close()
            if sys.stderr is not None:
                faulthandler.enable()


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _place(filename: str) -> str:
    path = Path(filename)
    try:
        return path.resolve().relative_to(_ROOT).as_posix()
    except ValueError:
        return "/".join(path.parts[-2:])
