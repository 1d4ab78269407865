"""What a page is given, and what a page must be.

A page never opens the store, never starts a thread and never looks for another page: it calls services through
:meth:`Context.call` and says where to go by a signal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from PySide6.QtCore import QObject, Signal

from app.ui.backup_watch import BackupWatch
from app.ui.check_watch import CheckWatch
from app.ui.due_watch import DueWatch
from app.ui.exchange import Exchange
from app.ui.fall_watch import FallWatch
from app.ui.tasks import Job, Tasks

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.clock import Clock
    from app.domain.errors import EnvironmentTrouble
    from app.services.access import Action
    from app.services.changes import Changes
    from app.services.session import Session
    from app.ui.messages import Messages
    from app.ui.theme import Theme

T = TypeVar("T")


class Page(Protocol):
    """A screen inside the window. It is a QWidget, is made once with a Context, and is kept until the window closes.

    ``title`` names the page in the window title and to a screen reader.
    """

    title: str

    def opened(self, arg: Any) -> None:
        """The page has come to the front; ``arg`` says for what (a resident id, or None). Clear, then load."""

    def refresh(self, changes: Changes) -> None:
        """Something was saved while the page is in front: reload what it touches, and keep what is being typed."""

    def can_leave(self) -> bool:
        """Save drafts; False when the person must decide first. Called before another page, the lock and quitting."""


@runtime_checkable
class Placed(Protocol):
    """A page that says itself what would bring somebody back to what it shows now."""

    def place(self) -> tuple[str, Any]:
        """The key of a page, and its argument: ids only, no name and nothing that was typed."""


class Context(QObject):
    """The signed-in session as the pages see it.

    Signals: ``changed`` carries a Changes value after each write; ``navigate`` asks for a page by its key with an
    argument (``navigate.emit("resident", resident_id)``); ``resident`` says whose record is on the screen ("" for
    nobody's); ``titled`` gives the window its title, for pages that learn theirs late: never a resident's name, because
    titles stand in the task bar and in lists of recent windows. ``exchange`` is the one place
    through which messages are sent and fetched, ``backups`` the one that makes backups, ``checks`` the one that
    looks for damage, ``falls`` the one that says when observations after a fall are due,
    ``reminders`` the one that says when another look at a resident has become late. ``troubled`` follows when the
    records turn out to be for reading only, and when they no longer are (:attr:`trouble`); ``leaving`` asks for the
    sign-in window, because the session has been closed.
    """

    changed = Signal(object)
    navigate = Signal(str, object)
    resident = Signal(str)
    titled = Signal(str)
    troubled = Signal()
    leaving = Signal()

    def __init__(self, session: Session, tasks: Tasks, messages: Messages, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self.account = session.account
        self.home = session.home
        self.tasks = tasks
        self.messages = messages
        self.theme = theme
        self._trouble_told = session.trouble
        self.exchange = Exchange(self)
        self.backups = BackupWatch(self)
        self.checks = CheckWatch(self)
        self.reminders = DueWatch(self)
        self.falls = FallWatch(self)

    def call(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run ``work(session)`` on the store thread, then ``done(result)`` on the main thread.

        When the result is a Changes, or has one as ``.changes``, ``changed`` is emitted after ``done``: a page does
        not announce its own writes. ``failed`` defaults to the message bar, which says a refusal or a trouble in its
        own words. Give ``owner=self`` from anything that can be deleted before the answer is there.
        """

        told = failed or self.messages.report

        def broken(exc: BaseException) -> None:
            told(exc)
            self._look_for_trouble()

        return self.tasks.run(lambda: work(self._session), self._then(done), broken, owner=owner)

    def net(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
        *,
        job: Job | None = None,
    ) -> Job:
        """The same on the net thread, for talking to the network; store steps inside go through ``tasks.on_store``."""
        return self.tasks.net(lambda: work(self._session), self._then(done), failed or self.messages.report, job=job)

    def _then(self, done: Callable[[T], None] | None) -> Callable[[T], None]:
        def finished(result: T) -> None:
            if done is not None:
                done(result)
            if changes := _changes_of(result):
                self.changed.emit(changes)
            self._look_for_trouble()

        return finished

    @property
    def trouble(self) -> EnvironmentTrouble | None:
        """Why the records may only be read; None when they may be written to."""
        return self._session.trouble

    @property
    def closed(self) -> bool:
        """Whether the session is over: nothing can be read or saved any more."""
        return self._session.closed

    @property
    def store_dir(self) -> Path:
        """The folder that the records are in."""
        return self._session.store_dir

    @property
    def store_id(self) -> str:
        """Which records these are."""
        return self._session.store.id

    @property
    def clock(self) -> Clock:
        """The session's clock."""
        return self._session.clock

    def _look_for_trouble(self) -> None:
        if self._trouble_told is not self._session.trouble:
            self._trouble_told = self._session.trouble
            self.troubled.emit()

    def allowed(self, action: Action) -> bool:
        """Whether the signed-in person's role allows the action; services ask again, this only spares dead buttons."""
        from app.services.access import allowed

        return allowed(self._session, action)

    def today(self) -> date:
        """The day in the home, from the session's clock."""
        return self._session.today()

    def now(self) -> datetime:
        """The instant in UTC, from the session's clock."""
        return self._session.now()


def _changes_of(result: object) -> Changes | None:
    from app.services.changes import Changes

    found = result if isinstance(result, Changes) else getattr(result, "changes", None)
    return found if isinstance(found, Changes) and (found.kinds or found.residents) else None
