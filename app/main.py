"""The composition root of the window: the one place that puts all parts together.

``hartwell`` calls :func:`run_window`; the tour calls :func:`grab_screens` on a session of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.paths import demo_store
from app.ui import crash
from app.ui.collector import Collector
from app.ui.messages import Messages, in_words
from app.ui.signin import SignedIn, SignInWindow, read_screen
from app.ui.tasks import Tasks
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.services.session import Session
    from app.ui.context import Context
    from app.ui.firstrun import FirstRunWindow
    from app.ui.shell import MainWindow


def run_window(store: Path, *, demo: bool = False, user: str = "") -> int:
    """Open the window on a home's folder and stay until it is closed; the answer is the exit code.

    With ``demo`` the folder is that of the practice home, which is made when it is not there yet.
    """
    app = application()
    program = open_program(app, store, demo=demo, user=user)
    faults = crash.FaultLog()
    program.painted.connect(faults.open)
    code = app.exec()
    program.close()
    faults.close()
    return code


def open_program(app: QApplication, store: Path, *, demo: bool = False, user: str = "") -> Program:
    """Put the first window on the screen; what takes time comes after it."""
    program = Program(app, store, demo=demo, user=user)
    crash.install(program.crashed)
    program.start()
    return program


class Program(QObject):
    """The run of the program: sign-in (or first run), the window, the lock, and back to sign-in.

    The lock closes the session and the store; a process of its own for the keys can take the place of
    :meth:`_lock` and :meth:`_sign_in` without the pages noticing. ``painted`` says that a first window is there.
    """

    painted = Signal()

    def __init__(
        self,
        app: QApplication,
        store: Path,
        *,
        demo: bool = False,
        user: str = "",
        clock: Callable[[], Clock] | None = None,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._store = store
        self._demo = demo
        self._user = user
        self._clock = clock or _system_clock
        self._session: Session | None = None
        self._context: Context | None = None
        screen = read_screen(store)
        self.theme = Theme(app, screen.choice, screen.text_size)
        self.tasks = Tasks(self)
        self._collector = Collector(self)
        self.window: SignInWindow | FirstRunWindow | MainWindow | None = None
        self._messages: Messages | None = None
        self._closed = False
        app.setQuitOnLastWindowClosed(True)

    def start(self) -> None:
        """Put the sign-in window on the screen; everything heavy comes after that."""
        self._sign_in(locked=False)

    def close(self) -> None:
        """Close the session and the threads, once everything that was asked to be saved is; waits for no network."""
        if self._closed:
            return
        self._closed = True
        self._show(None)
        self._end_session()
        self.tasks.close()
        self._collector.end()

    def crashed(self, exc: BaseException) -> None:
        """A fault of ours, on whichever thread: write the report and say so."""
        self.tasks.post(lambda: self._say_crash(exc))

    def _say_crash(self, exc: BaseException) -> None:
        if self._messages is None:
            in_words(exc)
        else:
            self._messages.report(exc)

    def _sign_in(self, *, locked: bool) -> None:
        window = SignInWindow(
            self._store,
            self.tasks,
            self.theme,
            self._clock,
            user=self._user,
            practice=self._demo,
            locked=locked,
        )
        self._messages = window.messages
        window.signed_in.connect(self._open)
        window.no_home.connect(self._first_run)
        window.painted.connect(self._after_first_window)
        self._show(window)

    def _after_first_window(self) -> None:
        self.theme.follow_system()
        self.painted.emit()

    def _first_run(self) -> None:
        from app.ui.firstrun import FirstRunWindow

        window = FirstRunWindow(
            self._store, self._store if self._demo else demo_store(), self.tasks, self.theme, self._clock
        )
        self._messages = window.messages
        window.finished.connect(self._open)
        if self._demo:
            window.start.practice.setChecked(True)
        self._show(window)
        if self._demo:
            window.go_on()

    def _open(self, signed_in: SignedIn) -> None:
        from app.ui.context import Context
        from app.ui.shell import MainWindow

        self._session = signed_in.session
        self._store = signed_in.session.store_dir
        self._user = signed_in.session.account.user
        self._demo = signed_in.session.home.practice
        self.theme.set(signed_in.choice, signed_in.text_size)
        self._messages = Messages(self)
        context = self._context = Context(signed_in.session, self.tasks, self._messages, self.theme)
        self._show(MainWindow(context, self._lock))
        context.exchange.begin()

    def _lock(self) -> None:
        not_done = self._end_session()
        self._sign_in(locked=True)
        if not_done and self._messages is not None:
            self._messages.warning(
                "Something asked for just before locking could not be done.", "Sign in and look what is missing."
            )

    def _end_session(self) -> bool:
        """Carry out what was asked for, then close the session; whether any of it failed.

        What failed is not told in words here: whoever sits in front of the laptop now may be somebody else. A fault of
        ours goes to the crash report.
        """
        context, self._context = self._context, None
        if context is not None:
            context.exchange.end()
        failed = self.tasks.finish()
        for exc in failed:
            in_words(exc)
        session, self._session = self._session, None
        if session is not None:
            self.tasks.on_store(session.close)
        return bool(failed)

    def _show(self, window: SignInWindow | FirstRunWindow | MainWindow | None) -> None:
        before, self.window = self.window, window
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()
        if before is not None:
            before.hide()
            before.deleteLater()


def grab_screens(session: Session, out: Path) -> tuple[Path, ...]:
    """Write a picture of every screen, light and dark, and of the first page at 200 % text, as PNG into ``out``.

    For the session's own thread; nothing is shown on a real screen and nothing is changed.
    """
    from app.ui.pictures import grab_all

    return grab_all(application(), session, out)


def application() -> QApplication:
    """The one QApplication of the process."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    app = QApplication([*sys.argv[:1], "-style", "fusion"])  # by name: a QStyle in Python costs a window's time
    app.setApplicationName("Hartwell")  # no display name: Qt would append it to titles that say it already
    return app


def _system_clock() -> Clock:
    from app.services.clock import SystemClock

    return SystemClock()
