"""The first window: who you are, your password, and how large the text should be.

Nothing heavy is imported before it is on the screen: the store's libraries load on the store thread while the person
types. What the laptop shows before anybody has signed in (palette, text size, the last user name) is kept in a small
file beside the store; it holds nothing about residents.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.ui import crash
from app.ui.countdown import Countdown, wait_words
from app.ui.messages import Message, Messages
from app.ui.tasks import Tasks
from app.ui.theme import SIZES, XL, Choice, L, M, Theme
from app.ui.widgets.buttons import link, primary
from app.ui.widgets.field import ChoiceBox, Field
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.text import card, label, scrolled, title
from app.ui.widgets.text_size import TextSize

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.services.session import Session
    from app.ui.crash_offer import CrashOffer
    from app.ui.own_password import OwnPassword
    from app.ui.recover import RecoverPanel

SCREEN_NAME = "screen.json"
_LONG_SECONDS = 60


class Screen(NamedTuple):
    """What the first window looks like on this laptop."""

    choice: Choice = Choice.SYSTEM
    text_size: int = SIZES[0]
    user: str = ""


def read_screen(store: Path) -> Screen:
    """The kept look; the plain one when there is none or it cannot be read, because nobody can be asked yet."""
    try:
        found = json.loads((store / SCREEN_NAME).read_text(encoding="utf-8"))
        size = int(found["text_size"])
        return Screen(Choice(found["theme"]), min(max(size, SIZES[0]), SIZES[-1]), str(found["user"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Screen()


def keep_screen(store: Path, screen: Screen) -> None:
    """Keep the look beside the store. A folder that cannot be written is said when it matters: at the first save."""
    if not store.is_dir():
        return
    text = json.dumps({"theme": screen.choice.value, "text_size": screen.text_size, "user": screen.user})
    try:
        (store / SCREEN_NAME).write_text(text, encoding="utf-8")
    except OSError:
        return


class SignedIn(NamedTuple):
    """A session with the preferences of the person it belongs to."""

    session: Session
    choice: Choice
    text_size: int
    lock_minutes: int


class SignInWindow(QWidget):
    """Asks who and the password. ``signed_in`` carries a :class:`SignedIn`; ``no_home`` asks for the first run;
    ``painted`` says that it is on the screen, so that slower things may begin."""

    signed_in = Signal(object)
    no_home = Signal()
    painted = Signal()

    def __init__(
        self,
        store: Path,
        tasks: Tasks,
        theme: Theme,
        clock: Callable[[], Clock],
        *,
        user: str = "",
        practice: bool = False,
    ) -> None:
        super().__init__()
        self._store = store
        self._tasks = tasks
        self._theme = theme
        self._clock = clock
        self._screen = read_screen(store)
        self._practice = practice
        self._sized = False
        self._asked = False
        self._known = False
        self._working = False
        self._chooser: OwnPassword | None = None
        self._choosing: SignedIn | None = None
        self._waits = Countdown(self)
        self._waits.ticked.connect(self._tell_wait)
        self._told_to_wait = False
        self._bar: QWidget | None = None
        self.report: CrashOffer | None = None
        self.setProperty("role", "page")
        self.setWindowTitle("Hartwell (practice) – sign in" if practice else "Hartwell – sign in")
        self.resize(900, 640)
        self.messages = Messages(self)
        self.messages.shown.connect(self._say)
        self.text_size = TextSize(theme)
        theme.changed.connect(self._text_size_changed)
        self.users = ChoiceBox()
        self.users.setMinimumWidth(200)
        self._offer([user or self._screen.user] if user or self._screen.user else [])
        self.users.currentIndexChanged.connect(lambda _at: self._tell_wait())
        self.user = Field("User name", self.users, key="user")
        self.password_box = PasswordEdit()
        self.password = Field("Password", self.password_box, key="password")
        self.button = primary("Sign in", self.sign_in)
        self.button.setDefault(True)
        self.password_box.box.returnPressed.connect(self.sign_in)
        self.forgotten = link("Forgotten password? Use the recovery key", self.recover)
        self.recovering: RecoverPanel | None = None
        self.notice = label("", "strong")
        self.notice.hide()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Opening the records")
        self.progress_words = label("Opening…", "strong")
        self._show_progress("")
        self._build(practice=practice)
        self._focus_first()

    def _build(self, *, practice: bool) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        top = QHBoxLayout()
        top.addWidget(_brand(), 1)
        top.addWidget(self.text_size)
        column.addLayout(top)
        self._column = column
        column.addStretch(1)
        panel, inside = card(spacing=M)
        inside.setContentsMargins(XL, XL, XL, XL)
        inside.addWidget(title("Sign in"))
        self.practice = label("Practice home: invented residents. Nothing here is real.", "strong")
        if not practice:
            self.practice.hide()
        inside.addWidget(self.practice)
        inside.addWidget(self.notice)
        for part in (self.user, self.password, self.progress_words, self.progress):
            inside.addWidget(part)
        below = QHBoxLayout()
        below.addWidget(self.button)
        below.addStretch(1)
        inside.addLayout(below)
        inside.addWidget(self.forgotten)
        panel.setMinimumWidth(440)
        panel.setMaximumWidth(760)
        self._panel = panel
        middle = self._middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(panel, 4)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addStretch(2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = scrolled(body)
        outer.addWidget(self._area)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Once it has been painted, and not before, load what signing in needs."""
        super().paintEvent(event)
        if not self._asked:
            self._asked = True
            QTimer.singleShot(0, self, self._load)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is little room, the box that waits for typing is the part in sight."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._see_focus)

    @property
    def busy(self) -> bool:
        """Whether the records are being opened."""
        return self._working

    def follow(self, user: str, words: str) -> None:
        """Say why this window follows another, and choose the person who was signed in there."""
        self.notice.setText(words)
        self.notice.show()
        if user:
            self._offer([user])
            self.users.set_value(user)

    def sign_in(self) -> None:
        """Check the password on the store thread and open the records."""
        user, password = str(self.users.value() or ""), self.password_box.text()
        if self.busy or self._waits.left(user):
            return
        self.messages.clear()
        self.user.set_error("" if user else "Choose your user name")
        self.password.set_error("" if password else "Enter your password")
        if not user or not password:
            (self.user if not user else self.password).focus()
            return
        self._show_progress("Opening…")
        store, clock, sized, theme = self._store, self._clock, self._sized, self._theme
        size = theme.percent

        def work() -> SignedIn:
            return _open(store, user, password, clock(), size if sized else None)

        self._tasks.run(work, self._opened, self._failed, owner=self)

    def _say(self, message: Message) -> None:
        """The bar is made for the first message; the window is there sooner without it."""
        if self._bar is None:
            from app.ui.widgets.message_bar import MessageBar

            self._bar = MessageBar(self.messages)
            self._column.insertWidget(1, self._bar)
            self._bar.show_message(message)

    def _load(self) -> None:
        self.painted.emit()
        self._see_focus()
        if self._practice:
            self._tasks.run(_practice_password, self._tell_password, self._failed, owner=self)
        self._ask_accounts()
        self._tasks.run(_warm, lambda _none: None, owner=self)
        self._tasks.run(crash.unseen, self._offer_report, owner=self)

    def _ask_accounts(self) -> None:
        store = self._store

        def work() -> tuple[str, ...] | None:
            from app.services import sign_in

            return sign_in.accounts(store) if sign_in.home_exists(store) else None

        self._tasks.run(work, self._loaded, self._failed, owner=self)

    def _offer_report(self, report: crash.Unseen | None) -> None:
        if report is None or self.report is not None:
            return
        from app.ui.crash_offer import CrashOffer

        self.report = CrashOffer(report)
        self._column.insertWidget(1, self.report)

    def _loaded(self, users: tuple[str, ...] | None) -> None:
        if users is None:
            self.no_home.emit()
            return
        self._known = True
        chosen = self.users.value()
        self._offer(list(users))
        only = users[0] if len(users) == 1 or self._practice else None
        self.users.set_value(chosen if chosen in users else only)
        if not self.password_box.text():
            self._focus_first()

    def _focus_first(self) -> None:
        """To what is asked first: who, unless that is known, else the password."""
        (self.user if self._known and self.users.value() is None else self.password).focus()
        self._see_focus()

    def _see_focus(self) -> None:
        """Bring the box with the keyboard into sight, and the button below it when there is room for both."""
        box = self._area.focusWidget()
        if box is not None and self._chooser is not None:
            self._area.ensureWidgetVisible(box, 0, M)
        elif box is not None and box is not self.button:
            field = self.user if box is self.users else self.password
            for part in (self.button, field, box):
                self._area.ensureWidgetVisible(part, 0, M)

    def _tell_password(self, password: str) -> None:
        self.practice.setText(
            f"Practice home: invented residents. Nothing here is real. The password of every account is: {password}"
        )

    def _offer(self, users: list[str]) -> None:
        self.users.set_options((user, user) for user in users)

    def _opened(self, result: SignedIn) -> None:
        secret = self.password_box.text()
        self.password_box.clear()
        self._show_progress("")
        if result.session.account.must_change:
            self._choose_own(result, secret)
        else:
            self._enter(result)

    def _choose_own(self, result: SignedIn, secret: str) -> None:
        """Nothing of the record is shown before the person has a password that nobody else knows."""
        from app.ui.own_password import OwnPassword

        session = result.session
        chooser = self._chooser = OwnPassword((session.account.user, session.account.name, session.home.name))
        self._choosing = result

        def change(new: str) -> None:
            def work() -> None:
                from app.services import accounts

                accounts.change_own_password(session, secret, new)

            self._tasks.run(work, lambda _none: self._chosen(), self._not_chosen, owner=self)

        chooser.chosen.connect(change)
        chooser.given_up.connect(self._give_up)
        self._only_this()
        self._middle.insertWidget(1, chooser, 4)
        chooser.focus_first()
        QTimer.singleShot(0, self, self._see_focus)  # in large text it starts below the edge

    def _chosen(self) -> None:
        result = self._end_choosing()
        if result is not None:
            self._enter(result)

    def _not_chosen(self, exc: BaseException) -> None:
        from app.domain.errors import UserError

        if self._chooser is None:
            return
        self._chooser.busy(on=False)
        if isinstance(exc, UserError) and exc.problems:
            self._chooser.mark(exc.problems)
        else:
            self.messages.report(exc)

    def _give_up(self) -> None:
        """Back to the sign-in, with the record closed."""
        result = self._end_choosing()
        if result is not None:
            self._tasks.run(result.session.close, lambda _none: None, self.messages.report, owner=self)
            self.password.focus()

    def _end_choosing(self) -> SignedIn | None:
        chooser, self._chooser = self._chooser, None
        result, self._choosing = self._choosing, None
        if chooser is not None:
            chooser.forget()
            chooser.hide()
            chooser.deleteLater()
            self._panel.show()
        return result

    def recover(self) -> None:
        """Put the way back in, with the recovery key, in the place of the sign-in."""
        if self.busy or self.recovering is not None:
            return
        from app.ui.recover import RecoverPanel

        self.messages.clear()
        panel = self.recovering = RecoverPanel(self._store, self._tasks, self.messages, self._clock)
        panel.recovered.connect(self._recovered)
        panel.given_up.connect(self._end_recovering)
        self._only_this()
        self._middle.insertWidget(1, panel, 4)
        panel.focus_first()

    def _only_this(self) -> None:
        """Room for what takes the place of the sign-in; the report of a fault is offered again at the next start."""
        self._panel.hide()
        if self.report is not None:
            self.report.hide()

    def _recovered(self, user: str, password: str) -> None:
        self._end_recovering()
        self.users.set_value(user)
        self.password_box.box.setText(password)
        self.sign_in()

    def _end_recovering(self) -> None:
        panel, self.recovering = self.recovering, None
        if panel is not None:
            panel.forget()
            panel.hide()
            panel.deleteLater()
            self._panel.show()
            self.password.focus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """A record that was opened for choosing a password is closed with the window."""
        if self.recovering is not None and not self.recovering.may_close():
            event.ignore()
            return
        self._end_recovering()
        self._give_up()
        super().closeEvent(event)

    def _enter(self, result: SignedIn) -> None:
        self._theme.changed.disconnect(self._text_size_changed)  # from now on the look is that of the person
        keep_screen(self._store, Screen(result.choice, result.text_size, result.session.account.user))
        self.signed_in.emit(result)

    def _failed(self, exc: BaseException) -> None:
        from app.domain.errors import EnvironmentTrouble, ExitCode, UserError, WrongPassword

        self._show_progress("")
        if isinstance(exc, WrongPassword) and exc.wait_seconds:
            self._waits.begin(str(self.users.value() or ""), exc.wait_seconds)
            self.password_box.box.selectAll()
            self.password.focus()
            self._see_focus()
            return
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code is ExitCode.WRONG_PASSWORD:
            self.password.set_error("The password is not right.")
            self.password_box.box.selectAll()
            self.password.focus()
            self._see_focus()
            return
        if isinstance(exc, UserError) and exc.field == "password":
            self.password.set_error(exc.message)
            self.password.focus()
            return
        restorable = (ExitCode.DAMAGED, ExitCode.SCHEMA, ExitCode.BEHIND_ANCHOR)
        if isinstance(exc, EnvironmentTrouble) and exc.exit_code in restorable:
            damaged = exc.exit_code is ExitCode.DAMAGED
            self.messages.error(
                exc.happened,
                f"{exc.safe} {exc.do}",
                action="Restore a backup…",
                do=lambda: self._restore(damaged=damaged),
            )
            return
        self.messages.report(exc)

    def _restore(self, *, damaged: bool) -> None:
        """The records do not open: a manager or the recovery key may put a backup in their place."""
        from app.ui.dialogs.restore import RestoreDialog

        dialog = RestoreDialog(self, self._tasks, self._store, self._clock, damaged=damaged)
        dialog.restored.connect(self._restored)
        dialog.open()

    def _restored(self, user: str) -> None:
        self.messages.clear()
        self.password_box.clear()
        self.follow(user, "The records are back. Sign in with a password from the time of the backup.")
        self._ask_accounts()

    def _show_progress(self, words: str) -> None:
        self.progress.setVisible(bool(words))
        self.progress_words.setVisible(bool(words))
        self.progress_words.setText(words)
        self._working = bool(words)
        self.button.setEnabled(not words)

    def _tell_wait(self) -> None:
        """How long the chosen account must wait, for as long as it must; other accounts need not."""
        left = self._waits.left(str(self.users.value() or ""))
        if left:
            ask = ", or ask a manager to let you try again now" if left > _LONG_SECONDS else ""
            words = f"The password is not right. Too many tries: wait {wait_words(left)}{ask}."
            if self.password.error != words:
                self.password.set_error(words)
        elif self._told_to_wait:
            self.password.set_error("")
        self._told_to_wait = bool(left)
        self.button.setEnabled(not left and not self._working)

    def _text_size_changed(self) -> None:
        self._sized = True
        self._screen = Screen(self._theme.choice, self._theme.percent, self._screen.user)
        keep_screen(self._store, self._screen)
        QTimer.singleShot(0, self, self._see_focus)


def _open(store: Path, user: str, password: str, clock: Clock, text_size: int | None) -> SignedIn:
    from app.services import settings, sign_in

    session = sign_in.sign_in(store, user, password, clock, inspect=True)
    if text_size is not None and session.trouble is None:
        settings.put(session, "text_size", text_size)
    return preferences(session)


def preferences(session: Session) -> SignedIn:
    """The session with the palette and text size of its person. Store thread."""
    from app.services import settings

    choice = Choice(str(settings.get(session, "theme", Choice.SYSTEM.value)))
    size = settings.get(session, "text_size", SIZES[0])
    return SignedIn(session, choice, size if isinstance(size, int) else SIZES[0], settings.lock_minutes(session))


def _practice_password() -> str:
    from app.services import practice

    return practice.PASSWORD


def _warm() -> None:
    """Load what the first pages need while the password is being typed."""
    from app.services import alerts, assessments, premium, residents, status  # noqa: F401


def _brand() -> QLabel:
    brand = label("Hartwell", "title")
    brand.setAccessibleName("Hartwell")
    return brand
