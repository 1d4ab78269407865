"""Security in Settings: how the records are protected, checking them, changing their key, a new recovery key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFrame, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import ExitCode, UserError
from app.ui import theme
from app.ui.dialogs.confirm import confirm
from app.ui.forms.asking import AskingDialog
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.forms.view import scroll_to
from app.ui.pages.settings.home_cards import button_flow, inside
from app.ui.pages.sync.words import ago
from app.ui.recovery_key import RecoveryKey
from app.ui.theme import L, M, Tone
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import heading, label, scrolled, title

if TYPE_CHECKING:
    from app.services.protection import Protection
    from app.services.recovery import NewRecoveryKey
    from app.services.rotation import Rotated
    from app.services.verify import Verified
    from app.ui.context import Context

_PASSWORD = (
    Ask("password", "Your own password", "password", "Asked again, because this is about who can open the records",
        needed="Enter your own password"),
)  # fmt: skip
_PRINTED = (
    Ask("printed", "Numbers from the foot of printed packs (optional)", "notes",
        "One on each line, such as 1234-0a1b2c3d. They show whether anything was taken away since"),
)  # fmt: skip
_MOST = 20
WHEN_TO_CHANGE = (
    "Change it when somebody who has left could have copied the files of this laptop or a backup, or when a laptop or "
    "a stick was lost. Everybody keeps their password. Copies made before still open with the passwords of then; "
    "nothing that is written from now on does."
)
_WHAT_TO_DO = {
    ExitCode.DAMAGED: "Restore the newest backup that is sound, and keep the files of now: part of them may be read.",
    ExitCode.BEHIND_ANCHOR: "Something that was saved is missing. Restore the newest backup, and find out who could "
    "have changed the files.",
}


class SecurityCard(QFrame):
    """What protects the records, in plain facts, and the three things a manager does about it."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action

        self._ctx = ctx
        self._data: Protection | None = None
        self.setAccessibleName("Security")
        column = inside(self)
        column.addWidget(heading("Security"))
        column.addWidget(
            label(
                "The records, their log and every backup are encrypted (AES-256, SQLCipher). The key is opened by each "
                "person's own password, or by the recovery key, and by nothing else."
            )
        )
        self.facts = label("", copyable=True)
        self.warning = label("", "error")
        self.warning.hide()
        column.addWidget(self.facts)
        column.addWidget(self.warning)
        self.check_button = secondary("Check the records now…", self._check)
        self.rotate_button = secondary("Change the records' key…", self._rotate)
        self.recovery_button = secondary("Replace the recovery key…", self._replace)
        may = (Action.VERIFY, Action.ROTATE, Action.MANAGE_ACCOUNTS)
        self._buttons = (self.check_button, self.rotate_button, self.recovery_button)
        column.addWidget(button_flow(*self._buttons))
        for button, action in zip(self._buttons, may, strict=True):
            button.setVisible(ctx.allowed(action))
        if not ctx.allowed(Action.VERIFY):
            column.addWidget(label("The manager looks after these.", "secondary"))

    def load(self) -> None:
        """Read the facts."""
        from app.services import protection

        self._ctx.call(protection.protection, self._show, owner=self)

    def _show(self, data: Protection) -> None:
        self._data = data
        checked = "never" if data.checked_at is None else ago(data.checked_at, self._ctx.now())
        found = "" if data.checked_at is None else f": {_problems(data.problems)}"
        recovery = "yes" if data.recovery_key else "none"
        number = f"{data.count}-{data.head[:8]}"
        self.facts.setText(
            "\n".join(
                (
                    f"Records (Store on the recovery sheet): {data.store_id}, key number {data.epoch}",
                    f"Accounts that can open them: {data.accounts}. Recovery key: {recovery}",
                    f"Audit trail: {data.count} entries. Its number now, as at the foot of packs: {number}",
                    f"Last checked: {checked}{found}",
                )
            )
        )
        warnings = []
        if not data.recovery_key:
            warnings.append("There is no recovery key: when every password is forgotten, nobody can open the records.")
        if data.anchor_failed:
            warnings.append("The newest anchor could not be written, so that a loss could pass unnoticed.")
        self.warning.setText("\n".join(warnings))
        self.warning.setVisible(bool(warnings))

    def _check(self) -> None:
        show_dialog(CheckDialog(self._ctx, self))

    def _rotate(self) -> None:
        if self._data is not None:
            show_dialog(RotateDialog(self._ctx, self, self._data.old_slots))

    def _replace(self) -> None:
        show_dialog(ReplaceKeyDialog(self._ctx, self))


class CheckDialog(FormDialog):
    """Checks everything, and says what was found."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "Check the records", _PRINTED, {},
            intro="Reads every page, every entry with its signature, the audit trail, and every backup that can be "
            "seen now. Nothing is changed. Nobody can save meanwhile: a large record takes some minutes.",
            action="Check now",
        )  # fmt: skip
        self.progress = Working("Checking the records…")
        self.outcome = QWidget()
        self._lines = QVBoxLayout(self.outcome)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(M)
        self.tag = Tag("", Tone.NEUTRAL)
        self.words = label("", copyable=True)
        self._lines.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignLeft)
        self._lines.addWidget(self.words)
        self.outcome.hide()
        self.below.addWidget(self.progress)
        self.below.addWidget(self.outcome)

    def dirty(self) -> bool:
        """Nothing here is worth keeping."""
        return False

    def save(self) -> None:
        """Check; the dialog stays to show the result."""
        from app.services import verify

        printed = tuple(str(self.form.typed()["printed"]).split())
        self.outcome.hide()
        self.progress.show()
        self.run(lambda s: verify.verify(s, printed), self._found)

    def failed(self, exc: BaseException) -> None:
        """The check itself could not be made."""
        self.progress.hide()
        super().failed(exc)

    def _found(self, found: Verified) -> None:
        self.progress.hide()
        self.save_button.setText("Check again")
        self.cancel_button.setText("Close")
        self.cancel_button.setAccessibleName("Close")
        problems = found.problems
        if problems:
            self.tag.set("Something is wrong", Tone.DANGER)
            shown = [f"•  {problem}" for problem in problems[:_MOST]]
            if len(problems) > _MOST:
                shown.append(f"and {len(problems) - _MOST} more")
            self.words.setText("\n".join((*shown, "", _WHAT_TO_DO.get(found.exit_code, ""))).strip())
        else:
            self.tag.set("All is well", Tone.GOOD)
            self.words.setText(
                f"Read and found whole: {found.count} entries of the audit trail, {found.signatures.checked} "
                f"signatures, {_backups(len(found.backups))}."
            )
        self.outcome.show()
        self.outcome.setAccessibleName(f"{self.tag.word}. {self.words.text()}")
        self.resize(self.sizeHint())
        QTimer.singleShot(0, self, lambda: scroll_to(self.outcome))
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        refresh_security(self.parentWidget())


class RotateDialog(AskingDialog):
    """A new data key."""

    def __init__(self, ctx: Context, parent: QWidget | None, old_slots: tuple[str, ...]) -> None:
        super().__init__(
            ctx, parent, "Change the records' key", _PASSWORD, {}, intro=WHEN_TO_CHANGE, action="Change the key"
        )
        self.progress = Working("Backing up, then writing the records under the new key…")
        self.below.addWidget(
            label("A backup is made first. Nobody can save meanwhile. If the laptop is switched off half-way, nothing "
                  "is lost: the next sign-in finishes it or leaves everything as it was.")
        )  # fmt: skip
        self.below.addWidget(self.progress)
        if old_slots:
            last = old_slots[-1]
            names = f"{', '.join(old_slots[:-1])} and {last}" if len(old_slots) > 1 else last
            self.only_look(
                f"Not yet: {names} must be renewed first. An account is renewed when its owner signs in once; the "
                "recovery key by replacing it."
            )

    def save(self) -> None:
        """Change it."""
        from app.services import rotation

        read = self.read(_PASSWORD)
        read.text("password")
        read.finish()
        if self.ctx.backups.running:
            raise UserError("A backup is being made. Wait until it is done")
        password = self.password()
        self.progress.show()
        self.run(lambda s: rotation.rotate(s, password), self._rotated)

    def failed(self, exc: BaseException) -> None:
        """The records open with the key they had before."""
        self.progress.hide()
        super().failed(exc)

    def _rotated(self, rotated: Rotated) -> None:
        self.saved()
        self.ctx.messages.good(
            f"The records have a new key (number {rotated.epoch}). Passwords are as they were.",
            f"Backups from before, and the one just made ({rotated.backup.path.name}), still open with the passwords "
            "of then. Make a new backup, and look after the old ones.",
        )


class ReplaceKeyDialog(AskingDialog):
    """A new recovery key; the one before opens nothing any more."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx, parent, "Replace the recovery key", _PASSWORD, {},
            intro="Do this when the sheet was lost, or seen by somebody who should not have. The key before opens "
            "nothing any more from that moment, except backups that were made before.", action="Make a new key",
        )  # fmt: skip

    def save(self) -> None:
        """Make it, and show it."""
        from app.services import recovery

        read = self.read(_PASSWORD)
        read.text("password")
        read.finish()
        password = self.password()
        self.run(lambda s: recovery.replace_key(s, password), self._made)

    def _made(self, key: NewRecoveryKey) -> None:
        parent = self.parentWidget()
        self.saved()
        shown = NewKeyDialog(self.ctx, parent, key)
        shown.open()
        shown.key.focus_first()


class NewKeyDialog(QDialog):
    """Shows the new key once: printed, and proved by typing part of it back."""

    def __init__(self, ctx: Context, parent: QWidget | None, made: NewRecoveryKey) -> None:
        super().__init__(parent)
        self.setWindowTitle("The new recovery key")
        self.setAccessibleName("The new recovery key")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx = ctx
        self.key = RecoveryKey(ctx.tasks)
        self.key.show_key(made.recovery_key, made.sheet)
        self.done_button = primary("I have the sheet", self._prove)
        self.done_button.setDefault(True)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(M)
        column.addWidget(title("The new recovery key"))
        column.addWidget(
            label("Print the sheet, destroy the old one, and keep this one in the home's safe. It is shown only now.")
        )
        column.addWidget(self.key)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(L, M, L, M)
        foot.addLayout(button_row(self.done_button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body), 1)
        outer.addLayout(foot)
        room = self.screen().availableSize()
        self.resize(min(theme.scaled(720), room.width() - 40), min(theme.scaled(640), room.height() - 80))

    def reject(self) -> None:
        """Esc: not before it was proved, unless somebody says so."""
        if confirm(
            self, "The recovery key has not been checked",
            "It is shown only this once. The one before opens nothing any more.", "Close without it",
            irreversible=True, cancel="Go back to the key",
        ):  # fmt: skip
            self.key.forget()
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The window's own close button does what Esc does."""
        event.ignore()
        self.reject()

    def _prove(self) -> None:
        if self.key.proved():
            self.key.forget()
            self.accept()
            self._ctx.messages.good("The recovery key is replaced.", "Destroy the old sheet.")


class Working(QWidget):
    """Words and a bar that moves while something takes its time."""

    def __init__(self, words: str) -> None:
        super().__init__()
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(words, "strong"))
        column.addWidget(bar)
        self.hide()


def refresh_security(card: QWidget | None) -> None:
    """Show the facts again, if the dialog stands on the card."""
    if isinstance(card, SecurityCard):
        card.load()


def _problems(count: int) -> str:
    return f"{count} problem{'' if count == 1 else 's'}" if count else "nothing was wrong"


def _backups(count: int) -> str:
    return f"{count} backup{'' if count == 1 else 's'}" if count else "no backup that can be seen now"
