"""The composition root of the window: the one place that puts all parts together.

The launcher starts processes that call :func:`run_worker`; the tour calls :func:`grab_screens` on a session of its own.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app import link
from app.link import Begin, Link, Show
from app.paths import demo_store
from app.process import hide_memory
from app.ui import clipboard, crash
from app.ui.collector import Collector
from app.ui.messages import Messages, in_words
from app.ui.signin import SignedIn, SignInWindow, read_screen
from app.ui.tasks import Tasks
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.domain.clock import Clock
    from app.services.session import Session
    from app.services.unsaved import Unsaved
    from app.ui.context import Context
    from app.ui.firstrun import FirstRunWindow
    from app.ui.place import Place
    from app.ui.shell import MainWindow
    from app.ui.watch import Watch


def run_worker() -> int:
    """Be a worker of the launcher that started this process, until the person quits, locks, or the launcher goes."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C in a terminal reaches the launcher as well, which says what to do
    wire = Link.standard()
    try:
        begin = wire.begin()
    except EOFError:
        return 1
    app = application()
    program = open_program(app, wire, begin)
    if begin.hidden:
        hide_memory()
    else:
        program.painted.connect(hide_memory)  # before anybody can have typed a password
    faults = crash.FaultLog()
    program.painted.connect(faults.open)
    wire.listen(program.told, program.cut_off)
    code = app.exec()
    program.close()
    faults.close()
    wire.say(link.CLOSED)
    return code


def open_program(app: QApplication, wire: Link, begin: Begin) -> Program:
    """Put the first window on the screen, what takes time comes after it; or get ready to, when it is to be hidden."""
    program = Program(app, Path(begin.store), wire, demo=begin.demo, user=begin.user)
    crash.install(program.crashed)
    if begin.hidden:
        program.prepare()
    else:
        program.start()
    return program


class Program(QObject):
    """One worker's run: sign-in (or first run), then the window, until it is closed or locks.

    The lock closes the store and ends the process, through ``wire``: nobody else ever signs in to the same process.
    ``painted`` says that a first window is there.
    """

    painted = Signal()

    def __init__(
        self,
        app: QApplication,
        store: Path,
        wire: Link,
        *,
        demo: bool = False,
        user: str = "",
        clock: Callable[[], Clock] | None = None,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._store = store
        self._wire = wire
        self._demo = demo
        self._user = user
        self._clock = clock or _system_clock
        self._session: Session | None = None
        self._context: Context | None = None
        self._watch: Watch | None = None
        self._back: Place | None = None
        screen = read_screen(store)
        self.theme = Theme(app, screen.choice, screen.text_size)
        self.tasks = Tasks(self)
        self._collector = Collector(self)
        self.window: SignInWindow | FirstRunWindow | MainWindow | None = None
        self._messages: Messages | None = None
        self._closed = False
        self._unkept = False
        app.setQuitOnLastWindowClosed(True)

    def start(self) -> None:
        """Put the sign-in window on the screen; everything heavy comes after that."""
        self._show(self._sign_in())

    def prepare(self) -> None:
        """Make the sign-in window without showing it and load what comes after it, one module between two events."""
        self.window = self._sign_in()
        self.window.winId()  # the desktop's own window, too
        self._load_next(_modules())

    def told(self, what: str, details: dict[str, Any]) -> None:
        """A message of the launcher, on any thread."""
        if what == link.SHOW:
            self.tasks.post(lambda: self.show(Show(**details)))

    def cut_off(self) -> None:
        """The launcher has gone, heard on any thread: save, close and end."""
        self.tasks.post(self._end)

    def show(self, order: Show) -> None:
        """Show the prepared sign-in window, because the worker before this one locked or stopped."""
        window = self.window
        if not isinstance(window, SignInWindow):
            return
        if order.place is not None:
            from app.ui.place import Place

            self._back = Place.read(order.place)
        screen = read_screen(self._store)
        self.theme.set(screen.choice, screen.text_size)
        if order.stopped:
            window.follow(order.user, "Hartwell stopped unexpectedly. What was saved is safe.")
        elif order.unkept:
            window.follow(
                order.user, "Locked. What you had typed in a box that keeps no draft is lost: enter it again."
            )
        else:
            window.follow(order.user, "Locked. What you were writing is saved as a draft.")
        if order.undone:
            window.messages.warning(
                "Something asked for just before locking could not be done.", "Sign in and look what is missing."
            )
        self._show(window)

    def close(self) -> None:
        """Close the session and the threads, once everything that was asked to be saved is; waits for no network."""
        if self._closed:
            return
        self._closed = True
        self._show(None)
        self._end_session()
        self.tasks.close()
        self._collector.end()

    def lock(self) -> None:
        """Lock now, whatever is open: drafts are saved, and what cannot be saved is not asked about."""
        if self._session is not None:
            self._wire.say(link.LOCKING)
            self._keep_dialogs()
            self._hide()
            self._unkept = not self._keep()
            self._lock()

    def crashed(self, exc: BaseException) -> None:
        """A fault of ours, on whichever thread: write the report and say so."""
        self.tasks.post(lambda: self._say_crash(exc))

    def _say_crash(self, exc: BaseException) -> None:
        if self._messages is None:
            in_words(exc)
        else:
            self._messages.report(exc)

    def _sign_in(self) -> SignInWindow:
        window = SignInWindow(
            self._store,
            self.tasks,
            self.theme,
            self._clock,
            user=self._user,
            practice=self._demo,
        )
        self._messages = window.messages
        window.signed_in.connect(self._open)
        window.no_home.connect(self._first_run)
        window.painted.connect(self._after_first_window)
        return window

    def _load_next(self, modules: Iterator[str]) -> None:
        if (name := next(modules, None)) is not None and not self._closed:
            import_module(name)
            QTimer.singleShot(0, self, lambda: self._load_next(modules))

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
        window.restored.connect(self._restored)
        if self._demo:
            window.start.practice.setChecked(True)
        self._show(window)
        if self._demo:
            window.go_on()

    def _restored(self, user: str) -> None:
        """Records were brought back into an empty folder: from here on it is as on any other day."""
        self._user = user
        self._show(self._sign_in())

    def _open(self, signed_in: SignedIn) -> None:
        from app.services import unsaved
        from app.ui.context import Context
        from app.ui.shell import MainWindow
        from app.ui.watch import Watch

        self._session = signed_in.session
        self._store = signed_in.session.store_dir
        self._user = signed_in.session.account.user
        self._demo = signed_in.session.home.practice
        self.theme.set(signed_in.choice, signed_in.text_size)
        self._messages = Messages(self)
        context = self._context = Context(signed_in.session, self.tasks, self._messages, self.theme)
        place = self._back if self._back is not None and self._back.user == self._user else None
        window = MainWindow(context, self._lock, place)
        self._watch = Watch(window, context, signed_in.lock_minutes, self.lock, window.send_to_hospital)
        self._show(window)
        self._wire.say(link.SIGNED_IN, store=str(self._store.resolve()), demo=self._demo, user=self._user)
        context.call(unsaved.kept, self._show_unsaved)
        context.exchange.begin()
        context.backups.begin()
        context.checks.begin()
        context.reminders.begin()
        context.falls.begin()

    def _lock(self) -> None:
        """What follows once the drafts are saved: out of sight, what was asked for done, the store closed, the end."""
        from app.ui.shell import MainWindow

        self._wire.say(link.LOCKING)
        self._hide()
        window = self.window
        place = window.place()._asdict() if isinstance(window, MainWindow) else None
        if self._watch is not None:
            self._watch.stop()
        undone = self._end_session()
        self._wire.say(link.LOCKED, place=place, undone=undone, unkept=self._unkept)
        self._wire.leave()

    def _end(self) -> None:
        if self._session is not None:
            self._keep()
        self._app.quit()

    def _hide(self) -> None:
        for top in self._app.topLevelWidgets():
            top.hide()

    def _keep(self) -> bool:
        from app.ui.shell import MainWindow

        return not isinstance(self.window, MainWindow) or self.window.keep()

    def _keep_dialogs(self) -> None:
        """Keep what is typed in open dialogs: the hospital questions as they are, forms as texts to enter again."""
        from app.services import unsaved
        from app.ui.dialogs.handover import HandoverDialog
        from app.ui.dialogs.hospital import HospitalDialog
        from app.ui.forms.form import FormDialog

        forms = []
        for top in self._app.topLevelWidgets():
            if isinstance(top, HospitalDialog) and top.isVisible():
                top.keep()
            elif (
                isinstance(top, FormDialog | HandoverDialog)
                and top.isVisible()
                and (found := top.unsaved()) is not None
            ):
                forms.append(found)
        if forms and self._context is not None and self._context.trouble is None:
            kept = tuple(forms)
            self._context.call(lambda session: unsaved.keep(session, kept))

    def _show_unsaved(self, forms: tuple[Unsaved, ...]) -> None:
        """What this person was typing when the lock came by itself."""
        if forms and self._context is not None:
            from app.ui.dialogs.unsaved import UnsavedDialog

            UnsavedDialog(self._context, self.window, forms).show()

    def _end_session(self) -> bool:
        """Carry out what was asked for, then close the session; whether any of it failed.

        What failed is not told in words here: whoever sits in front of the laptop now may be somebody else. A fault of
        ours goes to the crash report.
        """
        clipboard.take_back()
        context, self._context = self._context, None
        if context is not None:
            context.exchange.end()
            context.backups.end()
            context.checks.end()
            context.reminders.end()
            context.falls.end()
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
        if before is not None and before is not window:
            before.hide()
            before.deleteLater()


def _modules() -> Iterator[str]:
    """What the first minutes after a sign-in need, the most needed first."""
    yield from ("app.services.sign_in", "app.ui.shell", "app.ui.watch")
    from app.ui.shell import PAGES

    yield from (entry.module for entry in PAGES)
    yield from ("app.services.status", "app.services.alerts", "app.services.premium", "app.ui.desktop")


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
    # The name is that of the window's class on the desktop; a worker's own first argument says nothing.
    app = QApplication(["hartwell", "-style", "fusion"])  # by name: a QStyle in Python costs a window's time
    app.setApplicationName("Hartwell")  # no display name: Qt would append it to titles that say it already
    return app


def _system_clock() -> Clock:
    from app.services.clock import SystemClock

    return SystemClock()
