"""Following a correction up with a signature, settling it without money, and taking disagreements out as files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.dates import short_date
from app.domain.errors import UserError, not_written
from app.domain.money import pounds
from app.ui import theme
from app.ui.dialogs.place import documents
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.pages.answers.load import Draft, load_drafts
from app.ui.pages.answers.words import line_words, task_title
from app.ui.theme import Tone
from app.ui.widgets.table import Column
from app.ui.widgets.text import heading, label
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.answers import DisagreementFiles
    from app.services.corrections import ClaimTask, Corrected
    from app.services.session import Session
    from app.ui.context import Context

_SIGNING = (
    Ask("reason", "Reason", "notes", "Goes on record with each, and to the CCG with a claim that is made again",
        "Enter the reason"),
    Ask("password", "Your password", "password", "Your password signs these lines in your name.",
        "Enter your password"),
)  # fmt: skip
_SETTLING = (
    Ask("words", "What you decided", "notes", "Why no money follows. The same difference is not asked about again",
        "Enter what you decided"),
)  # fmt: skip
_DAYS = (Ask("overdue_days", "Days without a decision", help="From 1 to 90", needed="Enter the number of days"),)
_EXPORTING = (
    Ask("password", "Your own password", "password", "Asked again, because the files leave this laptop",
        "Enter your own password"),
)  # fmt: skip


class DraftTable(WrappedTable[Draft]):
    """The weeks, each to be followed up or left: Space, Enter or a double click changes that and calls ``changed``."""

    def __init__(self, drafts: Sequence[Draft], changed: Callable[[], None]) -> None:
        self.left_out: set[str] = set()
        self._changed = changed
        super().__init__(
            "Reversals and claims to sign",
            (
                Column("Send?", self._word, tone=self._tone),
                Column(
                    "Resident and week",
                    lambda d: f"{d.task.resident_name}\nWeek from {short_date(d.task.week_start)}",
                    spoken=lambda d: task_title(d.task),
                ),
                Column(
                    "What is sent",
                    lambda d: "\n".join(map(line_words, d.lines)),
                    spoken=lambda d: ". ".join(map(line_words, d.lines)),
                    stretch=True,
                ),
                Column("Amount", lambda d: pounds(sum(line.amount_pence for line in d.lines)), right=True),
            ),
            key=lambda d: d.task.identifier,
        )
        self.opened.connect(self.toggle)
        self.set_rows(drafts)

    @property
    def taken(self) -> tuple[Draft, ...]:
        """The weeks that are followed up."""
        return tuple(draft for draft in self.rows if draft.task.identifier not in self.left_out)

    def toggle(self, draft: Draft) -> None:
        """Leave a week, or take it in again."""
        self.left_out ^= {draft.task.identifier}
        self.set_rows(self.rows)
        self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space changes the chosen week."""
        draft = self.current()
        if event.key() == Qt.Key.Key_Space and draft is not None:
            self.toggle(draft)
            return
        super().keyPressEvent(event)

    def _fit_heights(self) -> None:
        super()._fit_heights()
        rows = sum(self.rowHeight(at) for at in range(len(self.rows)))
        self.setMinimumHeight(min(rows + self.horizontalHeader().height() + 10, theme.scaled(320)))

    def _word(self, draft: Draft) -> str:
        return "Leave" if draft.task.identifier in self.left_out else "Send"

    def _tone(self, draft: Draft) -> Tone:
        return Tone.NEUTRAL if draft.task.identifier in self.left_out else Tone.GOOD


class SignDialog(AskingDialog):
    """Exactly what would be sent, the reason, and the password."""

    def __init__(self, ctx: Context, parent: QWidget | None, drafts: Sequence[Draft]) -> None:
        super().__init__(
            ctx, parent, "Sign reversals and claims", _SIGNING, {},
            intro="Each line below is signed and sent as it stands, one message a week. A reversal takes back what was "
            "paid; the claim that it takes back stays on record. Space leaves a week, or takes it in again.",
        )  # fmt: skip
        self.table = DraftTable(drafts, self._say_total)
        self.total = heading("")
        at = self.body.indexOf(self.form)
        self.body.insertWidget(at, self.table)
        self.body.insertWidget(at + 1, self.total)
        self._say_total()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for the table, never more than the screen."""
        room = self.screen().availableSize()
        width = min(theme.scaled(1080), room.width() - 40)
        return QSize(width, min(theme.scaled(760), room.height() - 60))

    def dirty(self) -> bool:
        """Only the reason is worth asking about; the password is not."""
        return bool(str(self.form.typed()["reason"]).strip())

    def save(self) -> None:
        """Sign and queue; every refusal comes back here."""
        reader = self.read(_SIGNING)
        reason = reader.text("reason")
        reader.text("password")
        if reader.problems:
            raise UserError("There is a problem", problems=tuple(reader.problems))
        password = self.password()
        chosen = {draft.task.identifier: draft.task.finding for draft in self.table.taken}

        def work(session: Session) -> Corrected:
            from app.services import corrections

            return corrections.sign(session, chosen, password, reason)

        self.run(work, self._signed)

    def _signed(self, done: Corrected) -> None:
        self.form.set_typed({"password": ""})
        self.saved()
        self.ctx.messages.good(
            "Signed and waiting to be sent",
            f"{len(done.identifiers)} lines, {pounds(done.total_pence)}. They leave this laptop with the next sending.",
            action="Open Sync to send now",
            do=lambda: self.ctx.navigate.emit("sync", None),
        )

    def _say_total(self) -> None:
        lines = [line for draft in self.table.taken for line in draft.lines]
        pence = sum(line.amount_pence for line in lines)
        many = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
        self.total.setText(f"Total: {many}, {pounds(pence)}")
        self.save_button.setText(f"Sign and send {many}" if lines else "Sign and send")
        self.save_button.setEnabled(bool(lines))


class SettleDialog(FormDialog):
    """A manager looked at the difference and says why no money follows."""

    def __init__(self, ctx: Context, parent: QWidget | None, task: ClaimTask) -> None:
        super().__init__(
            ctx, parent, "No money follows", _SETTLING, {}, who=task_title(task), intro=f"{task.words}.",
            action="Save",
        )  # fmt: skip
        self._task = task

    def save(self) -> None:
        """Record it."""
        words = str(self.form.typed()["words"])
        task = self._task

        def work(session: Session) -> object:
            from app.services import corrections

            return corrections.settle(session, task.identifier, task.finding, words)

        self.run(work, lambda _saved: self.saved())


class OverdueDialog(FormDialog):
    """After how many days an answer is overdue."""

    def __init__(self, ctx: Context, parent: QWidget | None, days: int) -> None:
        super().__init__(
            ctx, parent, "When an answer is overdue", _DAYS, {"overdue_days": str(days)},
            intro="Counted from the day on which the claim was sent. No source says how long the CCG may take.",
        )  # fmt: skip

    def save(self) -> None:
        """Keep it for the home."""
        typed = str(self.form.typed()["overdue_days"]).strip()
        if not typed.isdecimal():
            raise UserError("Enter a whole number of days from 1 to 90", field="overdue_days")

        def work(session: Session) -> object:
            from app.services import answers

            return answers.set_overdue_days(session, int(typed))

        self.run(work, lambda _changes: self.saved())


class ExportDialog(AskingDialog):
    """The disagreements as a PDF and a table, after saying what it means that they leave the store."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, count: int) -> None:
        claims = "1 claim" if count == 1 else f"{count} claims"
        super().__init__(
            ctx, parent, "Disagreements for the CCG", _EXPORTING, {}, action="Choose a folder and save…",
            intro=f"A PDF to read and a table with both views of {claims}.",
        )  # fmt: skip
        self.below.addWidget(
            label(
                "The files leave the encrypted store and name residents. Whoever can open the folder can read them, "
                "with no password. Save them only where the residents' records may be kept.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name.", "secondary"))

    def save(self) -> None:
        """Ask where, then save."""
        if not self.password():
            raise UserError("Enter your own password", field="password")
        name = QFileDialog.getExistingDirectory(self, "Choose the folder for the disagreements", documents())
        if name:
            self.save_to(Path(name))

    def save_to(self, folder: Path) -> None:
        """Write both files there; what is there already is never overwritten."""
        password = self.password()

        def work(session: Session) -> Path:
            from app.services import answers

            return _write(folder, answers.disagreement_files(session, password))

        self.run(work, self._done)

    def dirty(self) -> bool:
        """A password is quickly typed again."""
        return False

    def _done(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good("The disagreements are saved", f"{path}. They are no longer protected by this program.")


def _write(folder: Path, files: DisagreementFiles) -> Path:
    """Both files or none, under a name that is not taken; EnvironmentTrouble when that fails."""
    stem = next(
        name for n in range(1, 1000)
        if not (folder / f"{(name := f'disagreements-{n}' if n > 1 else 'disagreements')}.pdf").exists()
        and not (folder / f"{name}.csv").exists()
    )  # fmt: skip
    written: list[Path] = []
    try:
        for suffix, content in ((".pdf", files.pdf), (".csv", files.csv)):
            path = folder / f"{stem}{suffix}"
            with path.open("xb") as file:
                written.append(path)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        safe = "The records are safe, and no part of a file was left behind."
        raise not_written("The disagreements were not saved", error, safe=safe, do="Choose another folder.") from error
    return folder / f"{stem}.pdf"


def open_signing(ctx: Context, parent: QWidget) -> None:
    """Draft it anew, then show what would be signed."""

    def show(drafts: tuple[Draft, ...]) -> None:
        if not drafts:
            ctx.messages.warning("Nothing is left to take back or to claim again.")
            return
        show_dialog(SignDialog(ctx, parent, drafts))

    ctx.call(load_drafts, show, owner=parent)
