"""The forms of a fall: the end of the observations, that they go on, entered in error, and the sheet on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import date_time
from app.domain.falls import STOPS
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader, typed_instant
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.falls import FallWhole
    from app.services.session import Session
    from app.ui.context import Context

_STOP = (
    Ask("why", "Why they end", "choice", needed="Choose why the observations end", choices=tuple(STOPS.items())),
    Ask("name", "Clinician's name and role", help="Needed when a clinician said so"),
    Ask("reason", "Reason", "notes", "Needed when a clinician said so"),
    Ask("at", "Since", "date", needed="Enter the day"),
    Ask("at_time", "at", "time"),
)
_WHY = (Ask("reason", "Reason", "notes", needed="Enter the reason"),)


def _who(ctx: Context, whole: FallWhole) -> str:
    return f"Fall of {date_time(whole.row.fall.at)}. {spoken_resident(whole.details, ctx.today())}"


class StopDialog(FormDialog):
    """Ends the observations before their time."""

    def __init__(self, ctx: Context, parent: QWidget | None, whole: FallWhole) -> None:
        day, time = typed_instant(ctx.now())
        super().__init__(
            ctx, parent, "End the observations", _STOP, {"at": day, "at_time": time}, who=_who(ctx, whole),
            intro="Nothing is due after this fall any more. It can be taken up again.", action="End the observations",
        )  # fmt: skip
        self._fall_id, self._fell = whole.row.id, whole.row.fall.at

    def save(self) -> None:
        """Record it."""
        from app.services import falls

        reader = Reader(_STOP, self.form.typed(), self.ctx.today())
        why, name, reason = (reader.text(key) for key in ("why", "name", "reason"))
        at = reader.instant("at", "at_time")
        reader.finish()
        # The minute as typed; the seconds of the fall, when both are of one minute.
        at = self._fell if at == self._fell.replace(second=0, microsecond=0) else at
        fall_id = self._fall_id
        self.run(
            lambda s: falls.stop_observations(s, fall_id, why=why, name=name, reason=reason, at=at),
            lambda _: self.saved(),
        )


class ReasonDialog(FormDialog):
    """One reason for something about a fall."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, whole: FallWhole, title: str, intro: str, action: str,
        work: Callable[[Session, str], object],
    ) -> None:  # fmt: skip
        super().__init__(ctx, parent, title, _WHY, {}, intro=intro, action=action, who=_who(ctx, whole))
        self._work = work

    def save(self) -> None:
        """Record it with the reason."""
        reader = Reader(_WHY, self.form.typed(), self.ctx.today())
        reason = reader.text("reason")
        reader.finish()
        work = self._work
        self.run(lambda s: work(s, reason), lambda _: self.saved())


def go_on_dialog(ctx: Context, parent: QWidget, whole: FallWhole) -> ReasonDialog:
    """Ask why observations that were ended go on."""
    from app.services import falls

    fall_id = whole.row.id
    return ReasonDialog(
        ctx, parent, whole, "Go on with the observations", "That they were ended stays in the record.", "Go on",
        lambda s, reason: falls.go_on_observing(s, fall_id, reason=reason),
    )  # fmt: skip


def in_error_dialog(ctx: Context, parent: QWidget, whole: FallWhole) -> ReasonDialog:
    """Ask what was wrong about a fall that should not have been recorded."""
    from app.services import falls

    fall_id = whole.row.id
    return ReasonDialog(
        ctx, parent, whole, "Fall entered in error",
        "It will no longer count, nothing is due for it, and its alerts are withdrawn. It is not deleted: the record "
        "keeps it, with the check and the circumstances, your name and the reason.", "Record as entered in error",
        lambda s, reason: falls.entered_in_error(s, fall_id, reason=reason),
    )  # fmt: skip


class PaperDialog(FormDialog):
    """Takes the sheet of a fall out of the encrypted store as a PDF, after saying what that means."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, whole: FallWhole) -> None:
        super().__init__(ctx, parent, "Fall on paper", (), {}, action="Save PDF…", who=_who(ctx, whole))
        self._fall_id = whole.row.id
        self.below.addWidget(
            label(
                "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "Save it only where the resident's records may be kept, and delete it when it has been handed over.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name."))

    def save(self) -> None:
        """Ask where, then save."""
        name, _ = QFileDialog.getSaveFileName(self, "Save the sheet", documents("fall.pdf"), "PDF files (*.pdf)")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF there; the window says where it went."""
        fall_id = self._fall_id

        def work(session: Session) -> Path:
            from app.services import falls

            save_pdf(falls.fall_paper(session, fall_id), path, safe="The fall is safe in the record.")
            return path

        self.run(work, self._saved_at)

    def _saved_at(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good("The sheet is saved", f"{path}. It is no longer protected by this program.")
