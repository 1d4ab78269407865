"""Taking the evidence for the claims out of the store, after saying what that means and asking for the password."""

from __future__ import annotations

import os
import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from app.domain.dates import short_date
from app.domain.errors import Problem, UserError, not_written
from app.domain.evidence import Kind, Stopped
from app.ui.dialogs.place import documents
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask, Reader
from app.ui.forms.view import scroll_to
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.evidence import EvidenceFiles
    from app.services.session import Session
    from app.ui.context import Context

_LOOK_MILLISECONDS = 100
_KINDS = (
    (Kind.IDENTIFIABLE.value, "With names, for an auditor of the claims"),
    (Kind.PSEUDONYMISED.value, "With a key in place of each name; about single people all the same"),
    (Kind.ANONYMISED.value, "Counts and sums only, small numbers hidden, for the good of the community"),
)
_ASKS = (
    Ask("from", "From the week of", "date", needed="Enter the first date"),
    Ask("to", "To the week of", "date", needed="Enter the last date"),
    Ask("kind", "How much of people it shows", "choice", choices=_KINDS),
    Ask("password", "Your own password", "password", "Asked again, because the files leave this laptop",
        needed="Enter your own password"),
)  # fmt: skip


class _Progress:
    """How far the making is: written on the store thread, read on the screen's. It stops the making when asked to."""

    def __init__(self) -> None:
        self.at = (0, 0, "")
        self._stop = Event()

    def stop(self) -> None:
        """Stop at the next step."""
        self._stop.set()

    def tell(self, done: int, steps: int, words: str) -> None:
        """Note a step, or raise Stopped."""
        self.at = (done, steps, words)
        if self._stop.is_set():
            raise Stopped


class EvidenceDialog(AskingDialog):
    """Which weeks, how much of people, the password, the warning, and the folder."""

    def __init__(self, ctx: Context, parent: QWidget | None, monday: date) -> None:
        super().__init__(
            ctx,
            parent,
            "Evidence for the claims",
            _ASKS,
            {"from": short_date(monday), "to": short_date(monday + timedelta(days=6)), "kind": Kind.IDENTIFIABLE.value},
            intro="A folder with the evidence as a PDF to read, as a workbook and as a table, the papers that were "
            "attached, a signed list of their fingerprints (manifest.json) that shows later whether a file was "
            "changed, and all of it once more in one ZIP file for sending.",
            action="Choose a folder and save…",
        )
        self.below.addWidget(
            label(
                "The files leave the encrypted store. Unless they are anonymised they are about single residents, and "
                "whoever can open the folder can read them, with no password. Save them only where the residents' "
                "records may be kept.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name.", "secondary"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)  # it would stand dark on dark; the words above say the same
        self.progress.setAccessibleName("Making the evidence")
        self.progress.hide()
        self.doing = label("")
        self.doing.hide()
        self.below.addWidget(self.doing)
        self.below.addWidget(self.progress)
        self._making = _Progress()
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MILLISECONDS)
        self._look.timeout.connect(self._show_progress)

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
        """Make the evidence and write it into a folder of its own there; what is there already is never overwritten."""
        self._making = making = _Progress()
        password, kind = self.password(), Kind(str(self.form.typed()["kind"]))

        def work(session: Session) -> Path | None:
            from app.services import evidence

            own = folder / evidence.bundle_name(session.home.ods, first, last, kind)
            if own.exists():
                words = f"{own} is there already. Choose another folder: nothing is overwritten"
                raise UserError(words, problems=(Problem("folder", words),))
            try:
                files = evidence.evidence(session, first, last, password, kind=kind, tell=making.tell)
            except Stopped:
                return None
            return write_evidence(own, files)

        self.doing.setText("Making the evidence…")
        self.progress.setRange(0, 0)
        for part in (self.doing, self.progress):
            part.show()
        self.resize(self.sizeHint())
        QTimer.singleShot(0, self, self._bring_into_view)
        self._look.start()
        self.run(work, self._done)
        self.cancel_button.setEnabled(True)

    def reject(self) -> None:
        """Esc and Cancel stop the making: no file is written then."""
        if self._saving:
            self._making.stop()
            self._look.stop()
            self.doing.setText("Stopping: no file will be written.")
            self.cancel_button.setEnabled(False)
            return
        super().reject()

    def dirty(self) -> bool:
        """Two dates and a password are quickly typed again."""
        return False

    def failed(self, exc: BaseException) -> None:
        """Say why no evidence was saved."""
        self._look.stop()
        for part in (self.doing, self.progress):
            part.hide()
        super().failed(exc)

    def _bring_into_view(self) -> None:
        """Where the screen is low the form scrolls: how far it is must be seen all the same."""
        scroll_to(self.progress)

    def _show_progress(self) -> None:
        done, steps, words = self._making.at
        if steps:
            self.progress.setRange(0, steps)
            self.progress.setValue(done)
            self.doing.setText(f"{words}: step {done} of {steps}")

    def _done(self, folder: Path | None) -> None:
        self._look.stop()
        if folder is None:
            self.doing.setText("Stopped. No file was written.")
            self.progress.hide()
            return
        self.saved()
        self.ctx.messages.good(
            "The evidence is saved",
            f"{folder}. These files are no longer protected by this program. Whether one was changed later shows "
            "hartwell verify manifest.json.",
            action="Open the folder",
            do=partial(_show_folder, folder),
        )


def write_evidence(folder: Path, files: EvidenceFiles) -> Path:
    """Write the files into a new folder, all or none. EnvironmentTrouble says what happened when that fails."""
    try:
        folder.mkdir()
        try:
            for name, content in files.with_archive().items():
                path = folder / name
                path.parent.mkdir(exist_ok=True)
                with path.open("xb") as file:  # "x": never over a file that is there
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
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
