"""Bringing a finished PDF to paper or to a file that somebody chose.

Where the system has ``lp`` (macOS, Linux) the PDF goes to the printer through its standard input, so that no readable
copy is left on the disk. Elsewhere (Windows) its pages are painted on the printer one after the other, as pictures that
exist in memory only. Nothing is ever opened or written without a press of a button that says so.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QRectF, QTimer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
from shiboken6 import isValid

from app.domain.errors import EnvironmentTrouble, ExitCode, not_written

_MOST_DPI = 300
"""Letters of 10 points are sharp at this, and a page is 26 MB in memory."""


def printers() -> tuple[str, ...]:
    """The printers this computer has, the usual one first."""
    usual = QPrinterInfo.defaultPrinterName()
    names = [name for name in QPrinterInfo.availablePrinterNames() if name]
    return tuple(sorted(names, key=lambda name: (name != usual, name.lower())))


def prints_directly() -> bool:
    """Whether a PDF can be printed without saving it first."""
    return _has_lp() or bool(printers())


def _has_lp() -> bool:
    return sys.platform != "win32" and shutil.which("lp") is not None


class PrintRun(QObject):
    """One PDF on its way to the printer: ``done()`` when the system has taken it, ``failed(words)`` when it has not.

    Taken by the system is not printed: the words on the screen say to check the printer. ``printer`` is empty for the
    usual one of this computer. Closing the window that asked for it does not take the pages back: the run goes on, and
    only ``taken()`` is called then, which must need no window.
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
        taken: Callable[[], None] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(QCoreApplication.instance())
        self._owner, self._taken = parent, taken
        self._done, self._failed, self._over = done, failed, False
        self._process: QProcess | None = None
        self._painting: _Painting | None = None
        if _has_lp():
            self._to_lp(pdf, title, copies, printer)
        else:
            self._painting = _Painting(pdf, new_printer(printer, title), copies)
            QTimer.singleShot(0, self, self._paint)

    def _to_lp(self, pdf: bytes, title: str, copies: int, printer: str) -> None:
        self._process = QProcess(self)
        arguments = ["-n", str(copies), "-t", title, *(["-d", printer] if printer else []), "-"]
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broken)
        self._process.start("lp", arguments)
        self._process.write(pdf)
        self._process.closeWriteChannel()

    def _finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        said = bytes(self._process.readAllStandardError().data()).decode(errors="replace") if self._process else ""
        self._end("" if code == 0 else said.strip() or "the printer system refused the pages")

    def _broken(self, error: QProcess.ProcessError) -> None:
        if error != QProcess.ProcessError.WriteError:
            self._end("the printer system could not be started")

    def _paint(self) -> None:
        """One page between two events, so that the window stays alive meanwhile."""
        if self._painting is None or self._over:
            return
        try:
            more = self._painting.next_page()
        except EnvironmentTrouble as trouble:
            self._end(trouble.happened)
            return
        if more:
            QTimer.singleShot(0, self, self._paint)
        else:
            self._end("")

    def _end(self, trouble: str) -> None:
        if self._over:
            return
        self._over = True
        self._painting = None
        done, failed = self._done, self._failed
        self._done, self._failed = _nothing, _nothing  # they hold the window
        if not trouble:
            self._taken()
        if self._owner is None or isValid(self._owner):
            if trouble:
                failed(trouble)
            else:
                done()
        self._owner = None
        self.deleteLater()


def _nothing(_words: str = "") -> None:
    return


def new_printer(name: str, title: str) -> QPrinter:
    """The printer of that name, or the usual one, for A4 pages to their very edge."""
    info = QPrinterInfo.printerInfo(name) if name else QPrinterInfo.defaultPrinter()
    made = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    made.setDocName(title)
    made.setFullPage(True)
    return made


class _Painting:
    """The pages of a PDF on a printer, one at each call; a printer that cannot count copies gets the set again."""

    def __init__(self, pdf: bytes, printer: QPrinter, copies: int) -> None:
        from app.services import pack_printing

        self._pdf, self._printer, self._at = pdf, printer, 0
        counts = printer.supportsMultipleCopies()
        if counts:
            printer.setCopyCount(copies)
            printer.setCollateCopies(True)
        self._pages = pack_printing.page_count(pdf)
        self._sheets = self._pages * (1 if counts else copies)
        self._dpi = min(printer.resolution(), _MOST_DPI)
        self._painter = QPainter()

    def next_page(self) -> bool:
        """Paint the next page; False after the last one. EnvironmentTrouble when the printer does not take it."""
        from app.services import pack_printing

        if self._at == self._sheets:
            self._painter.end()
            return False
        taken = self._painter.begin(self._printer) if self._at == 0 else self._printer.newPage()
        if not taken:
            raise EnvironmentTrouble(
                ExitCode.REFUSED, "the printer did not take the pages", "", "Check that it is on and has paper."
            )
        found = pack_printing.picture(self._pdf, self._at % self._pages, self._dpi)
        image = QImage(found.rgb, found.width, found.height, 3 * found.width, QImage.Format.Format_RGB888)
        # In its true size: a picture stretched to the page would make 12-point letters smaller.
        scale = self._printer.resolution() / self._dpi
        self._painter.drawImage(QRectF(0, 0, found.width * scale, found.height * scale), image)
        self._at += 1
        return True


def save_pdf(pdf: bytes, path: Path, *, safe: str = "The pack is kept in the record.", what: str = "The PDF") -> None:
    """Writes the PDF, or ``what`` else it is, whole or not at all. EnvironmentTrouble says what happened when it cannot
    be written.

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
        raise not_written(f"{what} was not saved", error, safe=safe, do="Choose another place.") from error


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
