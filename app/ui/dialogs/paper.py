"""Bringing a finished PDF to paper or to a file that somebody chose.

Where the system has ``lp`` (macOS, Linux) the PDF goes to the printer through its standard input, so that no readable
copy is left on the disk. Windows prints files only: there the PDF is saved first, where the person says, and handed to
the program that prints PDFs. Nothing is ever opened or written without a press of a button that says so.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess
from PySide6.QtPrintSupport import QPrinterInfo

from app.domain.errors import EnvironmentTrouble, ExitCode, not_written


def printers() -> tuple[str, ...]:
    """The printers this computer has, the usual one first."""
    usual = QPrinterInfo.defaultPrinterName()
    names = [name for name in QPrinterInfo.availablePrinterNames() if name]
    return tuple(sorted(names, key=lambda name: (name != usual, name.lower())))


def prints_directly() -> bool:
    """Whether a PDF can be printed without saving it first."""
    return sys.platform != "win32" and shutil.which("lp") is not None


class PrintRun(QObject):
    """One PDF on its way to the printer: ``done()`` when the system has taken it, ``failed(words)`` when it has not.

    Taken by the system is not printed: the words on the screen say to check the printer.
    """

    def __init__(
        self,
        pdf: bytes,
        *,
        title: str,
        copies: int,
        printer: str = "",
        done: Callable[[], None],
        failed: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._done, self._failed, self._over = done, failed, False
        self._process = QProcess(self)
        arguments = ["-n", str(copies), "-t", title, *(["-d", printer] if printer else []), "-"]
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broken)
        self._process.start("lp", arguments)
        self._process.write(pdf)
        self._process.closeWriteChannel()

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        said = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
        self._end("" if code == 0 else said or "the printer system refused the pages")

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error != QProcess.ProcessError.WriteError:
            self._end("the printer system could not be started")

    def _end(self, trouble: str) -> None:
        if self._over:
            return
        self._over = True
        if trouble:
            self._failed(trouble)
        else:
            self._done()


def save_pdf(pdf: bytes, path: Path, *, safe: str = "The pack is kept in the record.") -> None:
    """Writes the PDF whole or not at all. EnvironmentTrouble says what happened when it cannot be written.

    ``safe`` is what is said to be safe then.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise not_written("The PDF was not saved", error, safe=safe, do="Choose another place.") from error


def print_saved(path: Path) -> None:
    """Hands a saved PDF to the program that prints PDFs on Windows. EnvironmentTrouble when there is none."""
    try:
        os.startfile(path, "print")  # type: ignore[attr-defined,unused-ignore]  # noqa: S606 - the person pressed Print
    except (OSError, AttributeError) as error:
        raise EnvironmentTrouble(
            ExitCode.REFUSED,
            "This computer has no program that prints PDF files.",
            f"The PDF is saved as {path.name}.",
            "Open the saved file and print it from there, or take it to another computer.",
        ) from error
