"""Taking a printed pack out of the encrypted store as a PDF file, after saying what that means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import date_time
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.record_dialog import RecordDialog
from app.ui.messages import in_words
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.domain.people import ResidentDetails
    from app.services.session import Session
    from app.services.transfers import PackRow
    from app.ui.context import Context


class PackFileDialog(RecordDialog):
    """Whose pack, which version, and the warning that a saved PDF is no longer protected."""

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, pack: PackRow) -> None:
        super().__init__(ctx, parent, f"Red-bag pack version {pack.version}", wide=680, high=430)
        self._pack = pack
        self.banner.show_resident(details, ctx.today())
        self.body.addWidget(label(f"Printed {date_time(pack.printed_at)} by {pack.printed_by} · {pack.pages} pages"))
        self.body.addWidget(
            label(
                "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "Save it only where the resident's records may be kept, and delete it when it has been handed over.",
                "strong",
            )
        )
        self.body.addWidget(label("Saving is recorded in the audit trail with your name."))
        self.trouble = label("", "error")
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.save_button = primary("Save PDF…", self.save)
        self.open_button = secondary("Save and open…", self.save_and_open)
        self.buttons.insertWidget(0, self.save_button)
        self.buttons.insertWidget(1, self.open_button)
        self.close_button.setText("Cancel")
        self.close_button.setAccessibleName("Cancel")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Ask where, then save."""
        self._ask(then_open=False)

    def save_and_open(self) -> None:
        """Ask where, save, and show the file with the system's PDF program."""
        self._ask(then_open=True)

    def _ask(self, *, then_open: bool) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the pack", documents(f"red-bag-pack-v{self._pack.version}.pdf"), "PDF files (*.pdf)"
        )
        if name:
            self.save_to(Path(name), then_open=then_open)

    def save_to(self, path: Path, *, then_open: bool) -> None:
        """Write the PDF there; the window says where it went."""
        pack_id = self._pack.id

        def work(session: Session) -> Path:
            from app.services import transfers

            save_pdf(transfers.pack_pdf(session, pack_id), path, safe="The pack is safe in the record.")
            return path

        def done(saved: Path) -> None:
            self.ctx.messages.good("The pack is saved", f"{saved}. It is no longer protected by this program.")
            self.accept()
            if then_open:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(saved)))

        def failed(exc: BaseException) -> None:
            message = in_words(exc)
            self.trouble.setText(f"{message.text} {message.detail}".strip())
            self.trouble.show()

        self.trouble.hide()
        self.ctx.call(work, done, failed, owner=self)
