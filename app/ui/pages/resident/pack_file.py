"""A kept pack: printing it again, looking at it, saving it as a PDF after saying what that means, and its log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import date_time
from app.ui.dialogs import paper
from app.ui.dialogs.pack_made import PrintChoice, show_phrase
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.record_dialog import RecordDialog
from app.ui.messages import in_words
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.layouts import level
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.domain.people import ResidentDetails
    from app.services.pack_printing import LogRow, Printing
    from app.services.session import Session
    from app.services.transfers import PackRow
    from app.ui.context import Context

REASONS = (
    "For the ambulance or the hospital",
    "The first papers were lost or spoiled",
    "For the GP or the out-of-hours doctor",
    "For the resident or the family",
    "For the home's own file",
)
_SHOWN = 20


class PackFileDialog(RecordDialog):
    """Whose pack, which version, who had it in hand, and the warning that a saved PDF is no longer protected."""

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, pack: PackRow) -> None:
        super().__init__(ctx, parent, f"Red-bag pack version {pack.version}", wide=760, high=640)
        self._pack = pack
        self._details = details
        self.banner.show_resident(details, ctx.today())
        self.body.addWidget(label(f"Made {date_time(pack.printed_at)} by {pack.printed_by} · {pack.pages} pages"))
        self.why = ChoiceBox([(words, words) for words in REASONS])
        self.why.setAccessibleName("Why it is printed or saved")
        self.body.addWidget(level((label("Why", "strong", wrap=False), self.why)))
        self._choice: PrintChoice | None = None
        self._choices = self.body.count()
        self.preview_button = secondary("Preview", self.preview)
        self.print_button = secondary("Print", self.print_out)
        self.print_button.setVisible(False)
        self.body.addLayout(button_row(self.print_button, self.preview_button))
        self.body.addWidget(
            label(
                "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "Save it only where the resident's records may be kept, and delete it when it has been handed over.",
                "strong",
            )
        )
        self.body.addWidget(label("Printing, saving and looking are recorded in the audit trail with your name."))
        self.phrase_button = secondary("Save with a phrase…", self.save_locked)
        self.digital_button = secondary("Digital copy (FHIR)…", self.open_digital)
        self.body.addLayout(button_row(self.phrase_button, self.digital_button))
        self.said = label("", "good")
        self.said.hide()
        self.body.addWidget(self.said)
        self.trouble = label("", "error")
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.body.addWidget(heading("Who had it in hand"))
        self.log = label("")
        self.log.setAccessibleName("Who had it in hand")
        self.body.addWidget(self.log)
        self.body.addStretch(1)
        self.save_button = primary("Save PDF…", self.save)
        self.open_button = secondary("Save and open…", self.save_and_open)
        self.buttons.insertWidget(0, self.save_button)
        self.buttons.insertWidget(1, self.open_button)
        self.close_button.setText("Cancel")
        self.close_button.setAccessibleName("Cancel")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._load()

    def save(self) -> None:
        """Ask where, then save."""
        self._ask(lambda path: self.save_to(path, then_open=False))

    def save_and_open(self) -> None:
        """Ask where, save, and show the file with the system's PDF program."""
        self._ask(lambda path: self.save_to(path, then_open=True))

    def save_locked(self) -> None:
        """Ask where, save so that it asks for a phrase, and show the phrase once."""
        self._ask(self.save_locked_to)

    def _ask(self, then: Callable[[Path], None]) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the pack", documents(f"red-bag-pack-v{self._pack.version}.pdf"), "PDF files (*.pdf)"
        )
        if name:
            then(Path(name))

    def save_to(self, path: Path, *, then_open: bool) -> None:
        """Write the PDF there; the window says where it went."""
        pack_id, why = self._pack.id, self.why.currentText()

        def work(session: Session) -> Path:
            from app.services import pack_printing, transfers

            save_pdf(transfers.pack_pdf(session, pack_id), path, safe="The pack is safe in the record.")
            pack_printing.saved(session, pack_id, locked=False, why=why)
            return path

        def done(saved: Path) -> None:
            self.ctx.messages.good("The pack is saved", f"{saved}. It is no longer protected by this program.")
            self.accept()
            if then_open:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(saved)))

        self.trouble.hide()
        self.ctx.call(work, done, self._failed, owner=self)

    def save_locked_to(self, path: Path) -> None:
        """Write the PDF there, locked; the phrase stands on the screen until somebody says that it was told."""
        pack_id, why = self._pack.id, self.why.currentText()

        def work(session: Session) -> str:
            from app.services import pack_printing, transfers

            locked, phrase = pack_printing.locked(transfers.pack_pdf(session, pack_id))
            save_pdf(locked, path, safe="The pack is safe in the record.")
            pack_printing.saved(session, pack_id, locked=True, why=why)
            return phrase

        def done(phrase: str) -> None:
            self._say(f"Saved as {path}. It opens with the phrase only.")
            show_phrase(phrase, self)

        self.trouble.hide()
        self.ctx.call(work, done, self._failed, owner=self)

    def open_digital(self) -> None:
        """Say what the copy for a hospital's computer is, and save it."""
        from app.ui.dialogs.digital_copy import DigitalCopyDialog

        dialog = DigitalCopyDialog(self.ctx, self, self._details, self._pack, self.why.currentText())
        dialog.finished.connect(self._load)
        dialog.open()

    def preview(self) -> None:
        """Show the pages in the program."""
        pack_id, words = self._pack.id, f"Red-bag pack version {self._pack.version}"

        def work(session: Session) -> bytes:
            from app.services import transfers

            return transfers.pack_pdf(session, pack_id)

        def done(pdf: bytes) -> None:
            from app.ui.dialogs.preview import open_for

            open_for(self.ctx, pdf, pack_id, words, self)
            self._load()

        self.ctx.call(work, done, self._failed, owner=self)

    def print_out(self) -> None:
        """Print all pages, as they were."""
        pack_id = self._pack.id

        def work(session: Session) -> bytes:
            from app.services import transfers

            return transfers.pack_pdf(session, pack_id)

        self.print_button.setEnabled(False)
        self.trouble.hide()
        self.ctx.call(work, self._print, self._failed, owner=self)

    def _print(self, pdf: bytes) -> None:
        if self._choice is None:
            return
        printer, copies = self._choice.printer, self._choice.count
        self._run = paper.PrintRun(
            pdf,
            title=f"Red-bag pack, version {self._pack.version}",
            copies=copies,
            printer=printer,
            done=lambda: self._printed(printer, copies),
            failed=self._not_printed,
            parent=self,
        )

    def _printed(self, printer: str, copies: int) -> None:
        from app.services import pack_printing

        pack_id, why = self._pack.id, self.why.currentText()

        def note(session: Session) -> None:
            pack_printing.printed(session, pack_id, printer=printer, copies=copies, why=why)

        self.print_button.setEnabled(True)
        self._say(f"The printer has taken {self._pack.pages} pages. Check that all of them come out.")
        self.ctx.call(note, lambda _none: self._load(), owner=self)

    def _not_printed(self, why: str) -> None:
        self.print_button.setEnabled(True)
        self.trouble.setText(f"Not printed: {why}. The pack is kept in the record.")
        self.trouble.show()

    def _load(self) -> None:
        resident, pack_id = self._pack.resident_id, self._pack.id

        def work(session: Session) -> tuple[Printing, tuple[LogRow, ...]]:
            from app.services import pack_printing

            found = pack_printing.log(session, resident)
            return pack_printing.printing(session), tuple(row for row in found if row.pack_id == pack_id)

        self.ctx.call(work, self._show, self._failed, owner=self)

    def _show(self, found: tuple[Printing, tuple[LogRow, ...]]) -> None:
        printing, rows = found
        if self._choice is None and paper.prints_directly():
            self._choice = PrintChoice(printing)
            self.body.insertWidget(self._choices, self._choice)
            self.print_button.setVisible(True)
        lines = [f"{date_time(row.at)}  {row.who}: {row.what}{f'. {row.why}' if row.why else ''}" for row in rows]
        if len(lines) > _SHOWN:
            lines = [*lines[:_SHOWN], f"and {len(lines) - _SHOWN} earlier entries: see who looked at the record"]
        self.log.setText("\n".join(lines))

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.show()

    def _failed(self, exc: BaseException) -> None:
        message = in_words(exc)
        self.print_button.setEnabled(True)
        self.trouble.setText(f"{message.text} {message.detail}".strip())
        self.trouble.show()
