"""The two questions of the page: why an entry was an error, and which charts go on paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from app.domain.observation_board import PARTS
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.record_dialog import RecordDialog
from app.ui.messages import in_words
from app.ui.pages.observations.recent import Reason
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets_form.labels import label

if TYPE_CHECKING:
    from app.domain.people import Resident
    from app.services.observations import Single
    from app.services.session import Session
    from app.ui.context import Context

_SAFE = "The measurements are safe in the record."


class InErrorDialog(RecordDialog):
    """Whose entry, which one, and why it should not have been recorded."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, row: Single, when: str) -> None:
        super().__init__(ctx, parent, "Entered in error", wide=680, high=460)
        self._id = row.id
        self.banner.show_resident(resident.details, ctx.today())
        detail = f", {row.detail}" if row.detail else ""
        self.body.addWidget(label(f"{row.words}{detail}, {when}, recorded by {row.by or 'somebody'}", "strong"))
        self.body.addWidget(label("It leaves the charts. The record keeps it, with your name and the reason."))
        self.reason = Reason(row.words)
        self.reason.given.connect(self.take_back)
        self.body.addWidget(self.reason)
        self.trouble = label("", "error")
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.close_button.setText("Keep the entry")
        self.close_button.setAccessibleName("Keep the entry")
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_back(self, reason: str) -> None:
        """Mark it, and close."""

        def failed(exc: BaseException) -> None:
            self.trouble.setText(in_words(exc).text)
            self.trouble.show()

        self.ctx.call(partial(_mark, self._id, reason), lambda _: self.accept(), failed, owner=self)


def _mark(observation_id: str, reason: str, session: Session) -> object:
    from app.services import observations

    return observations.entered_in_error(session, observation_id, reason=reason)


class ChartsPaperDialog(RecordDialog):
    """Which charts, for which period, and the warning that a saved PDF is no longer protected."""

    def __init__(
        self,
        ctx: Context,
        parent: QWidget | None,
        resident: Resident,
        recorded: Iterable[str],
        since: datetime,
        period: str,
    ) -> None:
        super().__init__(ctx, parent, "Charts on paper", wide=680, high=520)
        self._resident_id, self._since = resident.id, since
        self.banner.show_resident(resident.details, ctx.today())
        self.boxes = {part: QCheckBox(words) for part, words in PARTS.items()}
        there = set(recorded)
        for part, box in self.boxes.items():
            box.setChecked(part in there)
        self.body.addWidget(label(f"The period is that of the page: {period}. Each chart is printed with its table."))
        self.body.addWidget(level(self.boxes.values()))
        self.body.addWidget(
            label(
                "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "Save it only where the resident's records may be kept, and delete it when it is no longer needed.",
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

    def save(self) -> None:
        """Ask where, then save."""
        self._ask(then_open=False)

    def save_and_open(self) -> None:
        """Ask where, save, and show the file with the system's PDF program."""
        self._ask(then_open=True)

    def parts(self) -> tuple[str, ...]:
        """The charts that are ticked."""
        return tuple(part for part, box in self.boxes.items() if box.isChecked())

    def _ask(self, *, then_open: bool) -> None:
        if not self.parts():
            self._say("Choose at least one chart")
            return
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the charts", documents("observation-charts.pdf"), "PDF files (*.pdf)"
        )
        if name:
            self.save_to(Path(name), then_open=then_open)

    def save_to(self, path: Path, *, then_open: bool) -> None:
        """Write the PDF there; the window says where it went."""

        def done(saved: Path) -> None:
            self.ctx.messages.good("The charts are saved", f"{saved}. They are no longer protected by this program.")
            self.accept()
            if then_open:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(saved)))

        def failed(exc: BaseException) -> None:
            message = in_words(exc)
            self._say(f"{message.text} {message.detail}".strip())

        self.trouble.hide()
        self.ctx.call(partial(_written, self._resident_id, self.parts(), self._since, path), done, failed, owner=self)

    def _say(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.show()


def _written(resident_id: str, parts: tuple[str, ...], since: datetime, path: Path, session: Session) -> Path:
    from app.domain.people import ResidentId
    from app.services import observations

    save_pdf(observations.paper(session, ResidentId(resident_id), parts, since), path, safe=_SAFE)
    return path
