"""Taking a resident's whole record out of the store, after saying what that means and asking for the password."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.people import Resident
from app.ui.dialogs.place import documents
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.session import Session
    from app.ui.context import Context

_ASKS = (Ask("password", "Your own password", "password", "Asked again, because the record leaves this laptop"),)


class ExportDialog(AskingDialog):
    """Whose record, the warning, the password, and then the folder."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident) -> None:
        super().__init__(
            ctx,
            parent,
            "Export the whole record",
            _ASKS,
            {},
            intro="For the resident or somebody who acts for them, another home, or a court: a document to read "
            "(resident.pdf), every version of every entry for a computer (resident.json), and the packs as printed.",
            action="Choose a folder and save…",
        )
        self._resident = resident
        banner = ResidentBanner()
        banner.show_resident(resident.details, ctx.today())
        self.body.insertWidget(1, banner)
        self.below.addWidget(
            label(
                "The files leave the encrypted store. Whoever can open the folder can read them, with no password. "
                "Save them only where the resident's records may be kept, and delete them once handed over.",
                "strong",
            )
        )
        self.below.addWidget(label("Exporting is recorded in the audit trail with your name.", "secondary"))

    def save(self) -> None:
        """Ask where, then make the files."""
        if not self.password():
            self.say_at("password", "Enter your own password")
            return
        name = QFileDialog.getExistingDirectory(self, "Choose an empty folder for the record", documents())
        if name:
            self.save_to(Path(name))

    def save_to(self, folder: Path) -> None:
        """Make the files and write them there; nothing that is there already is overwritten."""
        who, password = self._resident.id, self.password()

        def work(session: Session) -> Path:
            from app.services import export

            export.refuse_over(folder, (export.JSON_NAME, export.PDF_NAME))
            export.save_files(folder, export.export_resident(session, who, password).files)
            return folder

        self.run(work, self._saved_in)

    def dirty(self) -> bool:
        """A password is quickly typed again."""
        return False

    def _saved_in(self, folder: Path) -> None:
        self.form.set_typed({"password": ""})
        self.saved()
        self.ctx.messages.good(
            "The record is exported",
            f"{folder}. These files are no longer protected by this program.",
            action="Open the folder",
            do=partial(_show_folder, folder),
        )


def _show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def open_export(ctx: Context, parent: QWidget, resident: Resident) -> ExportDialog:
    """Ask for the password and a folder."""
    dialog = ExportDialog(ctx, parent, resident)
    show_dialog(dialog)
    return dialog
