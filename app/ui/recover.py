"""A forgotten password: the recovery key from the safe gives a manager a new one, and a new key is shown and proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.domain.recovery import is_whole
from app.ui.dialogs.confirm import confirm
from app.ui.messages import Messages
from app.ui.recovery_key import RecoveryKey
from app.ui.tasks import Tasks
from app.ui.theme import XL, M
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox, Field, show_problems
from app.ui.widgets.layouts import keep_tab_order
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.text import card, label, title

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.services.recovery import Recovered

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class RecoverPanel(QWidget):
    """Two steps in the place of the sign-in: the key and a new password, then the key that replaces it.

    ``recovered`` carries the account and its new password once the new key is proved; ``given_up`` says that nothing
    was done.
    """

    recovered = Signal(str, str)
    given_up = Signal()

    def __init__(self, store: Path, tasks: Tasks, messages: Messages, clock: Callable[[], Clock]) -> None:
        super().__init__()
        self._store = store
        self._tasks = tasks
        self._messages = messages
        self._clock = clock
        self._user = ""
        self.users = ChoiceBox()
        self.key_box = QLineEdit()
        self.new, self.again = PasswordEdit(known=lambda: (str(self.users.value() or ""),)), PasswordEdit()
        self.fields = (
            Field("Manager's account", self.users, key="user"),
            Field("Recovery key", self.key_box, key="recovery_key",
                  help_text="Eight groups of four, from the sheet in the safe. Case, spaces and hyphens do not matter"),
            Field("New password", self.new, key="password",
                  help_text="At least 8 characters. Words that have nothing to do with each other are best"),
            Field("New password again", self.again, key="again"),
        )  # fmt: skip
        self.summary = ErrorSummary()
        self.use_button = primary("Set the new password", self.use)
        self.back_button = secondary("Back to sign-in", self.given_up.emit)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Opening the records")
        self.progress.hide()
        self._first, inside = card(spacing=M)
        inside.setContentsMargins(XL, XL, XL, XL)
        inside.addWidget(title("Use the recovery key"))
        inside.addWidget(
            label(
                "It gives a manager a new password. The use is written into the audit trail, the key opens nothing "
                "afterwards, and a new one takes its place. Other staff need no key: a manager gives them a new secret."
            )
        )
        inside.addWidget(self.summary)
        for field in self.fields:
            inside.addWidget(field)
        inside.addWidget(self.progress)
        inside.addLayout(button_row(self.use_button, self.back_button))
        self.fresh = RecoveryKey(tasks)
        self.said = label("", "strong")
        self.on_button = primary("Sign in", self.go_on)
        self._second, inside = card(spacing=M)
        inside.setContentsMargins(XL, XL, XL, XL)
        inside.addWidget(title("The new recovery key"))
        inside.addWidget(self.said)
        inside.addWidget(self.fresh)
        inside.addLayout(button_row(self.on_button))
        self._second.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._first)
        column.addWidget(self._second)
        helping = [self.new.help.suggest_button] if self.new.help is not None else []
        keep_tab_order([self.new.box, self.again, self.again.box, self.new.show_button, *helping,
                        self.again.show_button])  # fmt: skip
        tasks.run(lambda: _managers(store), self._offer, messages.report, owner=self)

    @property
    def unproved(self) -> bool:
        """Whether a new key is on the screen that nobody has shown to be on paper."""
        return bool(self._user)

    def focus_first(self) -> None:
        """The keyboard to the key."""
        self.key_box.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter goes from box to box, and from the last one on."""
        super().keyPressEvent(event)
        if event.key() not in _ENTER or event.isAutoRepeat():
            return
        fields = self.fresh.fields if self.unproved else self.fields
        targets = [field.target for field in fields]
        here = self.focusWidget()
        if here not in targets:
            return
        after = targets[targets.index(here) + 1 :]
        if after:
            after[0].setFocus(Qt.FocusReason.TabFocusReason)
        elif self.unproved:
            self.go_on()
        else:
            self.use()

    def use(self) -> None:
        """Set the new password with the key."""
        if not self.use_button.isEnabled():
            return
        user, key, new = str(self.users.value() or ""), self.key_box.text(), self.new.text()
        problems = []
        if not user:
            problems.append(Problem("user", "Choose the manager's account"))
        if not is_whole(key):
            problems.append(Problem("recovery_key", "Recovery key must be eight groups of four. Type all of them"))
        if not new:
            problems.append(Problem("password", "Enter a new password"))
        elif new != self.again.text():
            problems.append(Problem("again", "The two passwords must be the same"))
        self._mark(tuple(problems))
        if problems:
            return
        self._busy(on=True)
        store, clock = self._store, self._clock

        def work() -> Recovered:
            from app.services import recovery

            return recovery.recover(store, user, key, new, clock())

        self._tasks.run(work, self._done, self._failed, owner=self)

    def go_on(self) -> None:
        """To signing in, once the new key is on paper."""
        if self.fresh.proved():
            user, password = self._user, self.new.text()
            self.forget()
            self.recovered.emit(user, password)

    def may_close(self) -> bool:
        """Ask before a key that nobody has on paper goes from the screen."""
        return not self.unproved or confirm(
            self,
            "The new recovery key has not been checked",
            "It is shown only this once, and the old one opens nothing any more. With your new password you can make "
            "another in Settings.",
            "Close without it",
            irreversible=True,
            cancel="Go back to the key",
        )

    def forget(self) -> None:
        """Drop the keys and the passwords."""
        self._user = ""
        self.fresh.forget()
        self.key_box.clear()
        self.new.clear()
        self.again.clear()

    def _offer(self, users: tuple[str, ...]) -> None:
        self.users.set_options((user, user) for user in users)
        if len(users) == 1:
            self.users.set_value(users[0])

    def _done(self, done: Recovered) -> None:
        self._busy(on=False)
        self._user = done.user
        self.key_box.clear()
        self.said.setText(
            f"{done.user} has the new password. The key that you used opens nothing any more: print this one, seal "
            "it away, and destroy the old sheet. It is shown only now."
        )
        self.fresh.show_key(done.recovery_key, done.sheet)
        self._first.hide()
        self._second.show()
        self.fresh.focus_first()

    def _failed(self, exc: BaseException) -> None:
        self._busy(on=False)
        if isinstance(exc, UserError) and exc.problems:
            self._mark(exc.problems)
        elif isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.WRONG_PASSWORD:
            self._mark((Problem("recovery_key", f"{exc.happened} {exc.do}".strip()),))
        else:
            self._messages.report(exc)

    def _mark(self, problems: tuple[Problem, ...]) -> None:
        show_problems(problems, self.fields, self.summary)

    def _busy(self, *, on: bool) -> None:
        self.progress.setVisible(on)
        for button in (self.use_button, self.back_button):
            button.setEnabled(not on)


def _managers(store: Path) -> tuple[str, ...]:
    from app.services import recovery

    return recovery.managers(store)
