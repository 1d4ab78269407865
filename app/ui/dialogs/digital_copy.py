"""The digital copy of a kept pack: what it is, what it is not, and saving it as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import date_time
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.record_dialog import RecordDialog
from app.ui.messages import in_words
from app.ui.widgets.buttons import primary
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.domain.people import ResidentDetails
    from app.services.session import Session
    from app.services.transfers import PackRow
    from app.ui.context import Context


class DigitalCopyDialog(RecordDialog):
    """Whose pack, that the paper goes along in any case, and the warning that the file is not protected."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, details: ResidentDetails, pack: PackRow, why: str = ""
    ) -> None:
        super().__init__(ctx, parent, f"Digital copy of pack version {pack.version}", wide=680, high=520)
        self._pack = pack
        self._why = why
        self.banner.show_resident(details, ctx.today())
        self.body.addWidget(label(f"Made {date_time(pack.printed_at)} by {pack.printed_by} · {pack.pages} pages"))
        self.body.addWidget(
            label(
                "What the paper says, as one file that a hospital's computer can read: a FHIR R4 document, with the "
                "PDF of the pack inside it."
            )
        )
        self.body.addWidget(
            label("It never replaces the paper. The printed and signed pack goes with the resident.", "strong")
        )
        self.body.addWidget(
            label(
                "The saved file leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "Save it only where the resident's records may be kept, and delete it when it has been handed over.",
                "strong",
            )
        )
        self.body.addWidget(label("Save only: no hospital address can be recorded yet, so nothing is sent."))
        self.body.addWidget(label("Saving is recorded in the audit trail with your name."))
        self.trouble = label("", "error")
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.save_button = primary("Save file…", self.save)
        self.buttons.insertWidget(0, self.save_button)
        self.close_button.setText("Cancel")
        self.close_button.setAccessibleName("Cancel")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Ask where, then save."""
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Save the digital copy",
            documents(f"red-bag-pack-v{self._pack.version}.fhir.json"),
            "FHIR documents (*.json)",
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the file there; the window says where it went."""
        pack_id, why = self._pack.id, self._why

        def work(session: Session) -> Path:
            from app.services import digital_copy

            copy = digital_copy.digital_copy(session, pack_id, why=why)
            save_pdf(copy, path, safe="The pack is safe in the record.", what="The digital copy")
            return path

        def done(saved: Path) -> None:
            self.ctx.messages.good("The digital copy is saved", f"{saved}. It is no longer protected by this program.")
            self.accept()

        def failed(exc: BaseException) -> None:
            message = in_words(exc)
            self.trouble.setText(f"{message.text} {message.detail}".strip())
            self.trouble.show()

        self.trouble.hide()
        self.ctx.call(work, done, failed, owner=self)
