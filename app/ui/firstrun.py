"""First run: four steps from an empty folder to a home that somebody can sign in to.

The recovery key is shown once and kept nowhere by the program; the step is passed by typing two of its groups back, so
that it has been printed or written down before it is needed.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.domain.errors import Problem, UserError
from app.ui.dialogs.confirm import confirm
from app.ui.forms.form import Form
from app.ui.messages import Messages
from app.ui.pages.settings.home_form import FIRST_RUN_FORM, read_first_home
from app.ui.recovery_key import RecoveryKey
from app.ui.tasks import Tasks
from app.ui.theme import L, M, Theme
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import Field, show_problems
from app.ui.widgets.layouts import keep_tab_order
from app.ui.widgets.message_bar import MessageBar
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.text import card, label, scrolled, title
from app.ui.widgets.text_size import TextSize

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.domain.people import Home
    from app.services.first_run import CreatedHome, HomeSetup
    from app.ui.signin import SignedIn

STEPS = 4


class FirstRunWindow(QWidget):
    """The four steps. ``finished`` carries a SignedIn, on the new home or on the practice home; ``restored`` the user
    to sign in with, when records were brought back from a backup instead.

    ``practice_store`` is where a practice home goes: never into the folder of the real one.
    """

    finished = Signal(object)
    restored = Signal(str)

    def __init__(
        self, store: Path, practice_store: Path, tasks: Tasks, theme: Theme, clock: Callable[[], Clock]
    ) -> None:
        super().__init__()
        self._store = store
        self._practice_store = practice_store
        self._tasks = tasks
        self._clock = clock
        self._unproved = False
        self.setProperty("role", "page")
        self.setWindowTitle("Hartwell – set up")
        self.resize(1000, 720)
        self.messages = Messages(self)
        self.step = 0
        self.start = _Start()
        self.home = _HomeStep(lambda: _today(clock))
        self.manager = _ManagerStep()
        self.recovery = _RecoveryStep(tasks)
        self._pages: tuple[QWidget, ...] = (self.start, self.home, self.manager, self.recovery)
        self.where = label("", "secondary")
        self.back = secondary("Back", self._back)
        self.next = primary("Continue", self.go_on)
        self.next.setDefault(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress_words = label("", "strong")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        top = QHBoxLayout()
        top.addWidget(self.where, 1)
        top.addWidget(TextSize(theme))
        column.addLayout(top)
        column.addWidget(MessageBar(self.messages))
        for page in self._pages:
            column.addWidget(page)
        column.addWidget(self.progress_words)
        column.addWidget(self.progress)
        column.addLayout(button_row(self.next, self.back))
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = scrolled(body)
        outer.addWidget(self._area)
        keep_tab_order(self.manager.tab_order())
        self._busy("")
        self._go(0)

    def go_on(self) -> None:
        """Check the step and go to the next one."""
        if not self.next.isEnabled():
            return
        self.messages.clear()
        match self.step:
            case 0:
                if self.start.practice.isChecked():
                    self._make_practice()
                elif self.start.restore.isChecked():
                    self._restore()
                else:
                    self._go(1)
            case 1:
                if self.home.check() is not None:
                    self._go(2)
            case 2:
                self._create()
            case _:
                self._prove()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter in a box goes on to the next one, and from the last one to the next step."""
        super().keyPressEvent(event)
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or event.isAutoRepeat():
            return
        here = self.focusWidget()
        page = self._pages[self.step]
        boxes = (
            [field.target for field in page.fields if field.isVisible()]
            if isinstance(page, _FormStep | _RecoveryStep)
            else []
        )
        after = boxes[boxes.index(here) + 1 :] if here in boxes else []
        if after:
            after[0].setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(after[0], 0, L)
        elif here is not None and page.isAncestorOf(here):
            self.go_on()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The recovery key is shown only now: closing before it is proved asks first."""
        if self._unproved and not confirm(
            self,
            "The recovery key has not been checked",
            "It is shown only this once. Without it, records cannot be opened when every password is forgotten.",
            "Close without it",
            irreversible=True,
            cancel="Go back to the key",
        ):
            event.ignore()
            return
        event.accept()

    def _back(self) -> None:
        self.messages.clear()
        self._go(self.step - 1)

    def _go(self, step: int) -> None:
        self.step = step
        for at, page in enumerate(self._pages):
            page.setVisible(at == step)
        self.where.setText(f"Setting up Hartwell: step {step + 1} of {STEPS}")
        self.back.setVisible(step in {1, 2})
        self.next.setText({0: "Continue", 1: "Continue", 2: "Create the home", 3: "Start"}[step])
        first: dict[int, QWidget] = {
            0: self.start.real,
            1: self.home.fields[0].target,
            2: self.manager.fields[0].target,
            3: self.recovery.key.print_button,
        }
        first[step].setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore(self) -> None:
        from app.ui.dialogs.restore import RestoreDialog

        dialog = RestoreDialog(self, self._tasks, self._store, self._clock)
        dialog.restored.connect(self.restored)
        dialog.open()

    def _make_practice(self) -> None:
        self._busy("Making the practice home…")
        store, clock, tasks = self._practice_store, self._clock, self._tasks

        def say(line: str) -> None:
            tasks.post(lambda: self._making(line))

        def work() -> SignedIn:
            from app.services import practice, sign_in
            from app.ui.signin import preferences

            if sign_in.home_exists(store):  # made before: the same practice home goes on
                return preferences(sign_in.sign_in(store, practice.USER, practice.PASSWORD, clock()))
            return preferences(practice.build(store, clock(), say))

        self._tasks.run(work, self._done, self._failed, owner=self)

    def _making(self, line: str) -> None:
        if isValid(self) and not self.next.isEnabled():
            self.progress_words.setText(f"Making the practice home: {line[:1].lower()}{line[1:]}…")

    def _create(self) -> None:
        home = self.home.check()
        manager = self.manager.check()
        if home is None or manager is None:
            if home is None:
                self._go(1)
            return
        user, name, device, password = manager
        self._busy("Creating the home…")
        store, clock = self._store, self._clock

        def work() -> CreatedHome:
            from app.services import first_run

            setup: HomeSetup = first_run.HomeSetup(home, user, name, device)
            return first_run.create_home(store, setup, password, clock())

        self._tasks.run(work, self._created, self._failed, owner=self)

    def _created(self, created: CreatedHome) -> None:
        self._busy("")
        self._unproved = True
        home, now, key, store_id = self.home.check(), self._clock().now(), created.recovery_key, created.store_id
        if home is None:
            raise AssertionError("the home was made from these answers")

        def sheet() -> bytes:
            from app.services import recovery

            return recovery.sheet(home, store_id, key, now)

        self.recovery.key.show_key(key, sheet)
        self._go(3)

    def _prove(self) -> None:
        if not self.recovery.key.proved():
            return
        self._unproved = False
        self.recovery.key.forget()
        manager = self.manager.check()
        if manager is None:
            return
        user, _name, _device, password = manager
        self._busy("Opening…")
        store, clock = self._store, self._clock

        def work() -> SignedIn:
            from app.services import sign_in
            from app.ui.signin import preferences

            return preferences(sign_in.sign_in(store, user, password, clock()))

        self._tasks.run(work, self._done, self._failed, owner=self)

    def _done(self, result: SignedIn) -> None:
        self._busy("")
        self.manager.forget()
        self.finished.emit(result)

    def _failed(self, exc: BaseException) -> None:
        self._busy("")
        if isinstance(exc, UserError) and exc.problems:
            keys = {problem.field for problem in exc.problems}
            step = 1 if keys & {field.key for field in self.home.fields} else 2
            self._go(step)
            (self.home if step == 1 else self.manager).mark(exc.problems)
            return
        self.messages.report(exc)

    def _busy(self, words: str) -> None:
        self.progress.setVisible(bool(words))
        self.progress.setAccessibleName(words or "Progress")
        self.progress_words.setVisible(bool(words))
        self.progress_words.setText(words)
        self.next.setEnabled(not words)
        self.back.setEnabled(not words)


class _Start(QWidget):
    """Step 1: a real home, or a practice home to try everything on."""

    def __init__(self) -> None:
        super().__init__()
        self.real = QRadioButton("Set up our care home")
        self.practice = QRadioButton("Try a practice home first")
        self.restore = QRadioButton("Bring records back from a backup")
        self.real.setChecked(True)
        group = QButtonGroup(self)
        panel, inside = card(spacing=M)
        inside.addWidget(title("Welcome to Hartwell"))
        for button, words in (
            (self.real, "You need the home's name and its organisation (ODS) code. It takes about five minutes."),
            (
                self.practice,
                "45 invented residents and a practice CCG, marked as practice throughout, kept apart from real ones.",
            ),
            (
                self.restore,
                "After a laptop was lost, broken or replaced. You need the backup, and a password or the recovery key.",
            ),
        ):
            group.addButton(button)
            button.setAccessibleDescription(words)
            inside.addWidget(button)
            inside.addWidget(label(words, "secondary"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)


class _FormStep(QWidget):
    """A step with fields and the summary of what is wrong with them."""

    def __init__(self, heading: str, intro: str) -> None:
        super().__init__()
        self.summary = ErrorSummary()
        self.fields: tuple[Field, ...] = ()
        self.panel, self.inside = card(spacing=M)
        self.inside.addWidget(title(heading))
        self.inside.addWidget(label(intro, "secondary"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.summary)
        column.addWidget(self.panel)

    def mark(self, problems: tuple[Problem, ...]) -> None:
        """Mark these problems; none takes every mark away."""
        show_problems(problems, self.fields, self.summary)


class _HomeStep(_FormStep):
    """Step 2: the home."""

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__(
            "Your care home",
            "These are printed on red-bag packs and sent with claims. You can change them later, all but the ODS code.",
        )
        self._today = today
        self.form = Form(FIRST_RUN_FORM, today, {"kind": "residential"})
        self.fields = tuple(self.form.fields.values())
        self.inside.addWidget(self.form)

    def check(self) -> Home | None:
        """The home as typed; None, with the fields marked, when something must be mended."""
        try:
            found = read_first_home(self.form.typed(), self._today())
        except UserError as exc:
            self.mark(exc.problems)
            return None
        self.mark(())
        return found


class _ManagerStep(_FormStep):
    """Step 3: the manager's account."""

    def __init__(self) -> None:
        super().__init__(
            "The manager's account",
            "The manager adds the other staff, signs claims and can change everything. Nobody can look the password "
            "up: not even us.",
        )
        self.name, self.user, self.device = QLineEdit(), QLineEdit(), QLineEdit()
        self.device.setText(platform.node() or "office laptop")
        self.password, self.again = PasswordEdit(known=self._known), PasswordEdit()
        self.fields = (
            Field("Manager's name", self.name, key="manager_name"),
            Field("User name", self.user, key="user", help_text="Short, to sign in with, for example mo"),
            Field(
                "Password",
                self.password,
                key="password",
                help_text="At least 8 characters. Words that have nothing to do with each other are best",
            ),
            Field("Password again", self.again, key="again"),
            Field("Name of this computer", self.device, key="device", help_text="So that you can tell laptops apart"),
        )
        for field in self.fields:
            self.inside.addWidget(field)

    def check(self) -> tuple[str, str, str, str] | None:
        """User name, name, computer and password; None, with the fields marked, when something must be mended."""
        from app.services.accounts import user_name
        from app.services.passwords import check_password

        problems: list[Problem] = []
        if not self.name.text().strip():
            problems.append(Problem("manager_name", "Enter the manager's name"))
        try:
            user_name(self.user.text())
        except UserError as exc:
            problems.extend(exc.problems)
        try:
            check_password(self.password.text(), *self._known())
        except UserError as exc:
            problems.extend(exc.problems)
        else:
            if self.password.text() != self.again.text():
                problems.append(Problem("again", "The two passwords must be the same"))
        if not self.device.text().strip():
            problems.append(Problem("device", "Enter a name for this computer"))
        self.mark(tuple(problems))
        if problems:
            return None
        return self.user.text().strip(), self.name.text().strip(), self.device.text().strip(), self.password.text()

    def tab_order(self) -> list[QWidget]:
        """The password and its repetition one after the other; the buttons that show them come afterwards."""
        first, second = self.password, self.again
        helping = [first.help.suggest_button] if first.help is not None else []
        return [first.box, second, second.box, first.show_button, *helping, second.show_button]

    def _known(self) -> tuple[str, ...]:
        """The names that a password should not be made of."""
        return self.user.text().strip(), self.name.text().strip()

    def forget(self) -> None:
        """Drop the passwords."""
        self.password.clear()
        self.again.clear()


class _RecoveryStep(QWidget):
    """Step 4: the recovery key, on paper and proved."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        panel, inside = card(spacing=M)
        inside.addWidget(title("The recovery key"))
        inside.addWidget(
            label(
                "It opens a way back in on the day when the manager's password is forgotten. Print the sheet, or write "
                "the key down by hand, seal it, and keep it in the home's safe, not with this laptop. It is shown only "
                "now and is kept nowhere on this computer. O and I are letters: the key has no digits but 2 to 7.",
                "secondary",
            )
        )
        self.key = RecoveryKey(tasks)
        inside.addWidget(self.key)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The boxes that ask for part of the key."""
        return self.key.fields


def _today(clock: Callable[[], Clock]) -> date:
    from app.domain.dates import to_local

    return to_local(clock().now()).date()
