"""The list of a shift as a PDF, after saying what it means that it leaves the encrypted store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.shifts import Shift
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.session import Session
    from app.ui.context import Context


class PaperDialog(FormDialog):
    """Saves the list of a shift where the person says."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, shift: Shift) -> None:
        super().__init__(ctx, parent, "Due list on paper", (), {}, action="Save PDF…", who=shift.words)
        self._shift = shift
        self.below.addWidget(
            label(
                "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password, "
                "and it names every resident for whom something is due. Save it only where residents' records may be "
                "kept, and delete it when it has been printed. Shred the paper after the shift.",
                "strong",
            )
        )
        self.below.addWidget(label("A tick on the paper is no record. Saving is recorded in the audit trail."))

    def save(self) -> None:
        """Ask where, then save."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the due list", documents("due-list.pdf"), "PDF files (*.pdf)"
        )  # fmt: skip
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF there; the window says where it went."""
        on, code = self._shift.on, self._shift.code

        def work(session: Session) -> Path:
            from app.services import due

            save_pdf(due.paper(session, on, code), path, safe="The list can be made again.")
            return path

        self.run(work, self._saved_at)

    def _saved_at(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good("The due list is saved", f"{path}. It is no longer protected by this program.")
