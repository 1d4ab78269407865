"""Taking the audit trail out of the store as a table, after saying what that means and asking for the password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.ui.dialogs.place import documents
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.audit import Wanted
    from app.services.session import Session
    from app.ui.context import Context

_ASKS = (Ask("password", "Your own password", "password", "Asked again, because the table leaves this laptop"),)


class AuditExportDialog(AskingDialog):
    """The warning, the password, and then the file."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget, wanted: Wanted, done: Callable[[], None]) -> None:
        super().__init__(
            ctx,
            parent,
            "Save the audit trail",
            _ASKS,
            {},
            intro="A table (CSV) of the entries that the filters let through: who did what, and when.",
            action="Choose a file and save…",
        )
        self._wanted, self._done = wanted, done
        self.below.addWidget(
            label("The table leaves the encrypted store. Whoever can open it can read it, with no password.", "strong")
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name.", "secondary"))

    def save(self) -> None:
        """Ask where, then make the table."""
        if not self.password():
            self.say_at("password", "Enter your own password")
            return
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the audit trail", documents("audit-trail.csv"), "CSV files (*.csv)"
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Save the table there; making it is an entry of the trail itself."""
        wanted, password = self._wanted, self.password()

        def work(session: Session) -> Path:
            from app.services import audit, export

            export.save_files(path.parent, {path.name: audit.trail_csv(session, password, wanted)}, over=True)
            return path

        self.run(work, self._saved_as)

    def dirty(self) -> bool:
        """A password is quickly typed again."""
        return False

    def _saved_as(self, path: Path) -> None:
        self.form.set_typed({"password": ""})
        self.saved()
        self.ctx.messages.good("The audit trail is saved", str(path))
        self._done()


def open_audit_export(ctx: Context, parent: QWidget, wanted: Wanted, done: Callable[[], None]) -> AuditExportDialog:
    """Ask for the password and a file; ``done`` is called once the table is saved."""
    dialog = AuditExportDialog(ctx, parent, wanted, done)
    show_dialog(dialog)
    return dialog
