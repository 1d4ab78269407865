"""Taking the evidence for the claims out of the store as three files, after saying what that means and asking for the
password."""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from app.domain.dates import short_date
from app.domain.errors import Problem, UserError, not_written
from app.ui.dialogs.place import documents
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask, Reader
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.evidence import EvidenceFiles
    from app.services.session import Session
    from app.ui.context import Context

NAMES = ("evidence.pdf", "evidence.csv", "manifest.json")
_ASKS = (
    Ask("from", "From the week of", "date", needed="Enter the first date"),
    Ask("to", "To the week of", "date", needed="Enter the last date"),
    Ask("password", "Your own password", "password", "Asked again, because the files leave this laptop",
        needed="Enter your own password"),
)  # fmt: skip


class EvidenceDialog(AskingDialog):
    """Which weeks, the password, the warning, and the folder."""

    def __init__(self, ctx: Context, parent: QWidget | None, monday: date) -> None:
        super().__init__(
            ctx,
            parent,
            "Evidence for the claims",
            _ASKS,
            {"from": short_date(monday), "to": short_date(monday + timedelta(days=6))},
            intro="Three files: the evidence as a PDF to read, the same as a CSV table, and a signed list of their "
            "fingerprints (manifest.json) that shows later whether a file was changed.",
            action="Choose a folder and save…",
        )
        self.below.addWidget(
            label(
                "The files leave the encrypted store and name residents. Whoever can open the folder can read them, "
                "with no password. Save them only where the residents' records may be kept.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name.", "secondary"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Making the evidence")
        self.progress.hide()
        self.doing = label("")
        self.doing.hide()
        self.below.addWidget(self.doing)
        self.below.addWidget(self.progress)
        self._stop = Event()

    def save(self) -> None:
        """Check what was typed, ask where, and make the files."""
        first, last = self.weeks()
        name = QFileDialog.getExistingDirectory(self, "Choose the folder for the evidence", documents())
        if name:
            self.save_to(Path(name), first, last)

    def weeks(self) -> tuple[date, date]:
        """The two dates typed; UserError marks what cannot be read, and a password left out."""
        reader = Reader(_ASKS, self.form.typed(), self.ctx.today())
        for ask in _ASKS:
            reader.text(ask.key)
        first, last = reader.day("from"), reader.day("to")
        if first is not None and last is not None and last < first:
            reader.bad("to", "The last date must not be before the first")
        if reader.problems or first is None or last is None:
            raise UserError("There is a problem", problems=tuple(reader.problems))
        return first, last

    def save_to(self, folder: Path, first: date, last: date) -> None:
        """Make the evidence and write it there; evidence that is there already is never overwritten."""
        there = [name for name in NAMES if (folder / name).exists()]
        if there:
            words = f"{folder} holds {' and '.join(there)} already. Choose an empty folder: nothing is overwritten"
            self.problems((Problem("folder", words),))
            return
        self._stop.clear()
        stop, password = self._stop, self.password()

        def work(session: Session) -> Path | None:
            from app.services import evidence

            if stop.is_set():
                return None
            files = evidence.evidence(session, first, last, password)
            return None if stop.is_set() else write_evidence(folder, files)

        self.doing.setText("Making the evidence…")
        for part in (self.doing, self.progress):
            part.show()
        self.run(work, self._done)
        self.cancel_button.setEnabled(True)

    def reject(self) -> None:
        """Esc and Cancel stop the making: no file is written then."""
        if self._saving:
            self._stop.set()
            self.doing.setText("Stopping: no file will be written.")
            self.cancel_button.setEnabled(False)
            return
        super().reject()

    def dirty(self) -> bool:
        """Two dates and a password are quickly typed again."""
        return False

    def failed(self, exc: BaseException) -> None:
        """Say why no evidence was saved."""
        for part in (self.doing, self.progress):
            part.hide()
        super().failed(exc)

    def _done(self, folder: Path | None) -> None:
        if folder is None:
            self.doing.setText("Stopped. No file was written.")
            self.progress.hide()
            return
        self.saved()
        self.ctx.messages.good(
            "The evidence is saved",
            f"{', '.join(NAMES)} in {folder}. These files are no longer protected by this program.",
            action="Open the folder",
            do=partial(_show_folder, folder),
        )


def write_evidence(folder: Path, files: EvidenceFiles) -> Path:
    """Write the three files, all or none. EnvironmentTrouble says what happened when they cannot be written."""
    written: list[Path] = []
    try:
        for name, content in zip(NAMES, (files.pdf, files.csv, files.manifest), strict=True):
            path = folder / name
            with path.open("xb") as file:  # "x": never over a file that is there
                written.append(path)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        safe = "The records are safe, and no part of a file was left behind."
        raise not_written("The evidence was not saved", error, safe=safe, do="Choose another folder.") from error
    return folder


def _show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def open_evidence(ctx: Context, parent: QWidget, monday: date) -> EvidenceDialog:
    """Ask for the weeks, beginning with the one on the screen."""
    dialog = EvidenceDialog(ctx, parent, monday)
    show_dialog(dialog)
    return dialog
