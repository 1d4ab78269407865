"""Bringing records back from a backup: which one, what it is, a way in, and, if it was the recovery key, a new one.

The same questions on three occasions: on a new laptop, when the records do not open, and for a manager who is signed
in, whose own password is asked first and who sees what would go. Until the last question is answered nothing changes.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.ui import theme
from app.ui.dialogs.confirm import confirm
from app.ui.forms.form import Form
from app.ui.forms.typed import Ask
from app.ui.messages import in_words
from app.ui.pages.sync.words import ago
from app.ui.recovery_key import RecoveryKey
from app.ui.theme import L, M
from app.ui.widgets.buttons import button_row, danger, link, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox, show_problems
from app.ui.widgets.text import label, rule, scrolled, title

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.services.recovery import Recovered
    from app.services.restore import Newer, Restored
    from app.services.session import Session
    from app.ui.context import Context
    from app.ui.tasks import Tasks
    from app.vault.bundle import Manifest

_OWN = Ask("own", "Your own password", "password", "Asked again, because this replaces the records",
           needed="Enter your own password")  # fmt: skip
_WAY_IN = (
    Ask("password", "Password", "password", "Of any account, as it was when the backup was made"),
    Ask("recovery_key", "Or the recovery key, when no password is known",
        help="From the sheet in the home's safe. It is replaced by a new one"),
    Ask("device", "Name for this laptop", help="So that the audit trail can tell laptops apart",
        needed="Enter a name for this laptop"),
)  # fmt: skip
_THEN = Ask("password", "Your password when the backup was made, if it was another", "password")
_NEW_PASSWORD = (
    Ask("user", "Manager's account", "choice", needed="Choose the account"),
    Ask("new", "New password", "new password", "At least 8 characters. Words that have nothing to do with each other "
        "are best", needed="Enter the new password"),
    Ask("again", "New password again", "password", needed="Enter the new password again"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Looked:
    """What is known about a backup before anybody has opened it; ``newer`` only for records that are open."""

    path: Path
    manifest: Manifest
    newer: Newer | None = None
    unknown: str = ""


class RestoreDialog(QDialog):
    """The steps. ``restored`` carries the user to sign in with ("" when not known) once everything is in its place.

    With ``ctx`` the open record is replaced, whose session is over then, also when it failed half-way. ``damaged``
    offers to save what can be read instead.
    """

    restored = Signal(str)

    def __init__(
        self, parent: QWidget | None, tasks: Tasks, store: Path, clock: Callable[[], Clock], *,
        ctx: Context | None = None, path: Path | None = None, damaged: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._tasks, self._store, self._clock, self._ctx = tasks, store, clock, ctx
        self._looked: _Looked | None = None
        self._result: Restored | None = None
        self._user = ""
        self._damaged = damaged
        self._unproved = self._working = self._over = self._paused = False
        self.setWindowTitle("Restore a backup")
        self.setAccessibleName("Restore a backup")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.summary = ErrorSummary()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Restoring")
        self.progress_words = label("", "strong")
        self._build_choose()
        asks = (_OWN, _THEN, *_WAY_IN[1:]) if ctx is not None else _WAY_IN
        self.form = Form(asks, lambda: clock().now().date(), {"device": platform.node()})
        self.new_password = Form(_NEW_PASSWORD, lambda: clock().now().date())
        self.key = RecoveryKey(tasks)
        self._build_steps()
        self.next = primary("Continue", self.go_on)
        self.next.setDefault(True)
        self.replace_button = danger("Replace the records with this backup", self.go_on)
        self.keep_button = secondary("Leave the passwords as they are", self._keep_passwords)
        self.cancel_button = secondary("Cancel", self.reject)
        self._lay_out()
        self._show_step(0)
        if path is not None:
            self.look_at(path)

    # ------------------------------------------------------------------------------------------------ building

    def _build_choose(self) -> None:
        self.choose_button = secondary("Choose the backup file…", self.choose)
        self.salvage_button = link("There is no backup: save what can be read…", self._salvage)
        self.what = label("", "strong")
        self.details = label("")
        self.loss = label("", "error")
        self.loss_again = label("", "error")
        """The same where the records are replaced: it is the last thing to be read before."""
        for part in (self.what, self.details, self.loss, self.loss_again):
            part.hide()

    def _build_steps(self) -> None:
        here = self._ctx is not None
        self._steps = (
            _step(
                "Which backup?",
                "Plug the memory stick in and choose the backup: a file whose name ends in .backup. Nothing is changed "
                "until you have seen what it is.",
                self.choose_button, self.what, self.details, self.loss, self.salvage_button,
            ),
            _step(
                "Replace the records" if here else "A way in",
                "Afterwards you sign in again. The only way back from there is to restore another backup."
                if here else "Only somebody with a password or the recovery key can open a backup.",
                self.loss_again, self.form,
            ),
            _step("Restoring", "This may take some minutes. Do not switch the laptop off.", self.progress_words,
                  self.progress),
            _step(
                "A new password",
                "The records are back. Choose a new password for a manager, who can give everybody else a new secret.",
                self.new_password,
            ),
            _step(
                "The new recovery key",
                "The recovery key that was used opens nothing any more. This one takes its place, and is shown only "
                "now: print the sheet, destroy the old one, and keep the new one in the home's safe.",
                self.key,
            ),
            _step("The records are back", ""),
        )  # fmt: skip
        self.done_words = label("")
        column = self._steps[5].layout()
        if column is not None:
            column.addWidget(self.done_words)

    def _lay_out(self) -> None:
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(M)
        column.addWidget(self.summary)
        for step in self._steps:
            column.addWidget(step)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(L, M, L, M)
        foot.addLayout(button_row(self.next, self.replace_button, self.keep_button, self.cancel_button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.area = scrolled(self._inside)
        outer.addWidget(self.area, 1)
        outer.addWidget(rule())
        outer.addLayout(foot)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take the size asked for."""
        super().showEvent(event)
        if not event.spontaneous():
            self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the longest step, never more than the screen."""
        room = self.screen().availableSize()
        return QSize(min(theme.scaled(720), room.width() - 40), min(theme.scaled(660), room.height() - 80))

    # ------------------------------------------------------------------------------------------------- choosing

    def choose(self) -> None:
        """Ask for the file."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Choose the backup", str(Path.home()), "Hartwell backups (*.backup);;All files (*)"
        )
        if chosen:
            self.look_at(Path(chosen))

    def _salvage(self) -> None:
        from app.ui.dialogs.salvage import SalvageDialog

        dialog = SalvageDialog(self.parentWidget(), self._tasks, self._store, self._clock)
        self.reject()
        dialog.open()

    def look_at(self, path: Path) -> None:
        """Find out what a file is, without opening it."""
        self._looked = None
        self._tell_looked()
        self._busy("Looking at the backup…")
        ctx = self._ctx

        def look() -> Manifest:
            from app.services import restore

            return restore.look_at(path)

        def compare(manifest: Manifest) -> None:
            def work(session: Session) -> _Looked:
                from app.services import restore

                try:
                    return _Looked(path, manifest, restore.newer_than(session, manifest))
                except EnvironmentTrouble as trouble:  # a damaged record may not be able to say what it holds
                    return _Looked(path, manifest, None, trouble.happened)

            if ctx is None:
                self._found(_Looked(path, manifest))
            else:
                ctx.call(work, self._found, self._failed, owner=self)

        self._tasks.disk(look, compare, self._failed, owner=self)

    def _found(self, looked: _Looked) -> None:
        self._looked = looked
        self._busy("")
        self._tell_looked()
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_looked(self) -> None:
        looked = self._looked
        for part in (self.what, self.details):
            part.setVisible(looked is not None)
        self.loss.hide()
        self.loss_again.hide()
        self.next.setEnabled(looked is not None)
        if looked is None:
            return
        manifest = looked.manifest
        self.what.setText(f"Backup of {ago(manifest.taken_at, self._clock().now())}")
        self.details.setText(
            f"{_many(manifest.revisions, 'entry', 'entries')}, {_many(manifest.residents, 'resident', 'residents')} in "
            f"the home. File: {looked.path}"
        )
        if self._ctx is not None:
            words = _loss_words(looked)
            for part in (self.loss, self.loss_again):
                part.setText(words)
                part.setVisible(bool(words))
            if not words:
                self.details.setText(f"{self.details.text()}\n{_gain_words(looked)}")

    # ------------------------------------------------------------------------------------------------- the steps

    @property
    def step(self) -> int:
        """Which step is shown, from 0."""
        return self._at

    def go_on(self) -> None:
        """Check the step and go to the next one."""
        if self._working or self._looked is None:
            return
        self.summary.clear()
        match self._at:
            case 0:
                self._show_step(1)
            case 1:
                self._restore()
            case 3:
                self._set_password()
            case 4:
                if self.key.proved():
                    self._unproved = False
                    self.key.forget()
                    self._show_step(5)
            case _:
                self.accept()
                self.restored.emit(self._user)

    def reject(self) -> None:
        """Esc and Cancel: possible as long as nothing has been replaced, and once all is done."""
        if self._working:
            return
        if self._over or self._at == 5:
            self.accept()
            self.restored.emit(self._user)
            return
        if self._at == 3:
            self._keep_passwords()
            return
        if self._unproved and not confirm(
            self,
            "The recovery key has not been checked",
            "It is shown only this once. The one before opens nothing any more.",
            "Close without it",
            irreversible=True,
            cancel="Go back to the key",
        ):
            return
        if self._at == 4:
            self.key.forget()
            self.accept()
            self.restored.emit(self._user)
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The window's own close button does what Esc does."""
        event.ignore()
        self.reject()

    def _show_step(self, at: int) -> None:
        self._at = at
        for place, step in enumerate(self._steps):
            step.setVisible(place == at)
        replaces = self._ctx is not None and at == 1
        self.next.setText({1: "Restore", 3: "Set the password", 5: "Go to sign-in"}.get(at, "Continue"))
        self.next.setVisible(at != 2 and not replaces)
        self.next.setEnabled(at != 0 or self._looked is not None)
        self.replace_button.setVisible(replaces)
        self.salvage_button.setVisible(self._damaged)
        self.keep_button.setVisible(at == 3)
        self.cancel_button.setVisible(at in {0, 1})
        first: QWidget = {
            0: self.choose_button, 1: self.form.first(), 3: self.new_password.first(), 4: self.key.print_button,
        }.get(at, self.next)  # fmt: skip
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore(self) -> None:
        typed = self.form.typed()
        own, password = str(typed.get("own", "")), str(typed["password"])
        recovery_key, device = str(typed["recovery_key"]).strip(), str(typed["device"]).strip()
        problems = []
        if self._ctx is not None and not own:
            problems.append(Problem("own", _OWN.needed))
        if self._ctx is None and not password and not recovery_key:
            problems.append(Problem("password", "Enter a password, or the recovery key"))
        if not device:
            problems.append(Problem("device", _WAY_IN[2].needed))
        show_problems(problems, self.form.fields.values(), self.summary)
        looked = self._looked
        if problems or looked is None:
            return
        if self._ctx is not None and self._ctx.backups.running:
            self.summary.show_lines([("A backup is being made. Wait until it is done", self.form.first())])
            return
        path, store, clock, device_name = looked.path, self._store, self._clock, device

        def into_folder() -> Restored:
            from app.services import restore

            return restore.restore(
                path, store, clock(), password=password, recovery_key=recovery_key, device=device_name
            )

        def in_place(session: Session) -> Restored:
            from app.services import restore

            return restore.restore_in_place(
                session, path, own, password=password, recovery_key=recovery_key, device=device_name
            )

        self._show_step(2)
        self._busy("Restoring the records…")
        if self._ctx is None:
            self._tasks.run(into_folder, self._is_back, self._failed, owner=self)
        else:
            self._paused = self._ctx.backups.timer.isActive()
            self._ctx.backups.end()  # a backup that began now would hold the files that are to be moved
            self._ctx.call(in_place, self._is_back, self._failed, owner=self)

    def _is_back(self, restored: Restored) -> None:
        self._busy("")
        self._result, self._user, self._over = restored, restored.user, True
        for form in (self.form, self.new_password):
            form.set_typed({key: "" for key in ("own", "password", "recovery_key") if key in form.fields})
        self._tell_done(restored)
        if not restored.recovery_key:
            self._show_step(5)
            return
        self._unproved, self._over = True, False
        store = self._store

        def work() -> tuple[str, ...]:
            from app.services import recovery

            return recovery.managers(store)

        self._tasks.run(work, self._offer_managers, self._failed, owner=self)

    def _offer_managers(self, users: tuple[str, ...]) -> None:
        box = self.new_password.fields["user"].editor
        if isinstance(box, ChoiceBox):
            box.set_options((user, user) for user in users)
            box.set_value(users[0] if users else None)
        self.new_password.known = users
        self._show_step(3)

    def _set_password(self) -> None:
        typed = self.new_password.typed()
        user, new = str(typed["user"]), str(typed["new"])
        problems = [Problem(ask.key, ask.needed) for ask in _NEW_PASSWORD if not typed[ask.key]]
        if new and typed["again"] and new != typed["again"]:
            problems.append(Problem("again", "The two new passwords must be the same"))
        show_problems(problems, self.new_password.fields.values(), self.summary)
        result = self._result
        if problems or result is None:
            return
        store, clock, key = self._store, self._clock, result.recovery_key

        def work() -> Recovered:
            from app.services import recovery

            return recovery.recover(store, user, key, new, clock())

        def done(recovered: Recovered) -> None:
            self._busy("")
            self._user = recovered.user
            self.new_password.set_typed({"new": "", "again": ""})
            self._show_key(recovered.recovery_key, recovered.sheet)

        self._busy("Setting the password…")
        self._tasks.run(work, done, self._failed, owner=self)

    def _keep_passwords(self) -> None:
        result, looked, now = self._result, self._looked, self._clock().now()
        if result is None or looked is None:
            return
        home, store_id, key = result.home, looked.manifest.store_id, result.recovery_key

        def sheet() -> bytes:
            from app.services import recovery

            return recovery.sheet(home, store_id, key, now, replaced=True)

        self._show_key(key, sheet)

    def _show_key(self, key: str, sheet: Callable[[], bytes]) -> None:
        self.key.show_key(key, sheet)
        self._show_step(4)

    def _tell_done(self, restored: Restored) -> None:
        words = [f"As of {date_time(restored.taken_at)}: {_many(restored.revisions, 'entry', 'entries')}."]
        if restored.queued_again:
            words.append(
                f"Messages that wait for an answer: {restored.queued_again}. They are sent once more under the names "
                "they had, so that the CCG counts each once."
            )
        if restored.aside is not None:
            words.append(f"What was here before is kept, still encrypted, in {restored.aside}.")
        words.append("If another laptop still holds these records, use only one of the two from now on.")
        self.done_words.setText("\n\n".join(words))

    def _failed(self, exc: BaseException) -> None:
        self._busy("")
        self.summary.clear()
        fields = self.form.fields
        if isinstance(exc, UserError) and exc.problems and self._at == 3:
            at_new = [Problem("new" if each.field == "password" else each.field, each.message) for each in exc.problems]
            show_problems(at_new, self.new_password.fields.values(), self.summary)
            return
        if self._at == 2:
            self._show_step(1)
        closed = self._ctx is not None and self._ctx.closed
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.WRONG_PASSWORD and not closed:
            own = hasattr(exc, "wait_seconds")
            typed_key = bool(str(self.form.typed()["recovery_key"]).strip())
            at = "own" if own and "own" in fields else "recovery_key" if typed_key else "password"
            show_problems((Problem(at, f"{exc.happened} {exc.do}"),), fields.values(), self.summary)
            self._again()
            return
        message = in_words(exc)
        self.summary.show_lines([(f"{message.text} {message.detail}".strip(), None)])
        if closed:
            self._over = True
            self._show_step(5)
            self._steps[5].hide()
            self.next.setText("Go to sign-in")
        else:
            self._again()

    def _again(self) -> None:
        """Nothing was closed for it: what stopped meanwhile goes on."""
        if self._ctx is not None and self._paused:
            self._ctx.backups.begin()

    def _busy(self, words: str) -> None:
        self._working = bool(words)
        self.progress_words.setText(words)
        for button in (self.next, self.replace_button, self.keep_button, self.cancel_button, self.choose_button):
            button.setEnabled(not words)
        if not words and self._at == 0:
            self.next.setEnabled(self._looked is not None)


def restore_here(ctx: Context, parent: QWidget | None, path: Path | None = None) -> RestoreDialog:
    """Replace the open records; afterwards the sign-in window."""
    dialog = RestoreDialog(
        parent, ctx.tasks, ctx.store_dir, lambda: ctx.clock, ctx=ctx, path=path
    )  # fmt: skip
    dialog.restored.connect(lambda _user: ctx.leaving.emit())
    dialog.open()
    return dialog


def _loss_words(looked: _Looked) -> str:
    """What would go, in words; empty when nothing would."""
    if looked.newer is None:
        return f"Nobody can tell what is newer than this backup: {looked.unknown}"
    newer = looked.newer
    aside = "The files of now are kept aside, but nobody sees them in Hartwell."
    if not newer.known:
        return (
            "This backup is not from these records: it is of another home, or of a laptop that has gone its own way. "
            f"All of now would go: {_many(newer.entries, 'entry', 'entries')}. {aside}"
        )
    if newer.steps < 0:
        return ""
    if newer.entries:
        return f"Newer than this backup, and would go: {_many(newer.entries, 'entry', 'entries')}. {aside}"
    if newer.steps:
        return (
            "No entry is newer than this backup. Of the audit trail (who signed in, who looked) would go: "
            f"{_many(newer.steps, 'step', 'steps')}. {aside}"
        )
    return ""


def _gain_words(looked: _Looked) -> str:
    """What it holds beside everything that is here; for records that something is missing from."""
    newer = looked.newer
    if newer is None or newer.steps >= 0:
        return "It holds everything that is in the records now."
    more = f": {_many(-newer.entries, 'entry', 'entries')} more" if newer.entries < 0 else ""
    return f"It goes further than the records do now{more}. This is what is missing here, or part of it."


def _many(count: int, one: str, more: str) -> str:
    """``1 entry``, ``4 entries``."""
    return f"{count} {one if count == 1 else more}"


def _step(words: str, intro: str, *parts: QWidget) -> QWidget:
    step = QWidget()
    column = QVBoxLayout(step)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(M)
    column.addWidget(title(words))
    if intro:
        column.addWidget(label(intro))
    for part in parts:
        if isinstance(part, QPushButton):
            column.addLayout(button_row(part))
        else:
            column.addWidget(part)
    return step
