"""The claim week as a PDF, after saying what it means that it leaves the encrypted store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.people import ResidentId
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.pages.premium.words import week_words
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.session import Session
    from app.ui.context import Context


class WeekPaperDialog(FormDialog):
    """Saves the week where the person says, with the residents that the screen shows."""

    writes = False

    def __init__(
        self, ctx: Context, parent: QWidget | None, monday: date, standings: Mapping[ResidentId, str], shown: str
    ) -> None:
        super().__init__(
            ctx, parent, "Claim week on paper", (), {}, action="Save PDF…", who=week_words(monday), intro=f"{shown}.",
        )  # fmt: skip
        self._monday, self._standings, self._shown = monday, dict(standings), shown
        self.below.addWidget(
            label(
                "A saved PDF leaves the encrypted store and names residents. Whoever can open the folder can read it, "
                "with no password. Save it only where residents' records may be kept, and delete it when it has been "
                "printed.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name.", "secondary"))

    def save(self) -> None:
        """Ask where, then save."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the claim week", documents("claim-week.pdf"), "PDF files (*.pdf)"
        )  # fmt: skip
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF there; the window says where it went."""
        monday, standings, shown = self._monday, self._standings, self._shown

        def work(session: Session) -> Path:
            from app.services import premium

            save_pdf(premium.week_paper(session, monday, standings, shown), path, safe="It can be made again.")
            return path

        self.run(work, self._saved_at)

    def _saved_at(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good("The claim week is saved", f"{path}. It is no longer protected by this program.")
