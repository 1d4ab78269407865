"""A signed-in home for tests of the screens: a real store in a temporary folder, real services, a clock that stands."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QApplication

from app.domain.people import FactBody, Gender, Home, ResidentDetails, ResidentId
from app.services import residents
from app.services.first_run import HomeSetup, create_home
from app.services.session import Session
from app.services.sign_in import sign_in
from app.ui.context import Context
from app.ui.messages import Message, Messages
from app.ui.tasks import Tasks
from app.ui.theme import Choice, Theme
from app.vault import keys

T = TypeVar("T")
PASSWORD = "three quiet words"
NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
_NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077")


@dataclass(slots=True)
class StandingClock:
    """A clock that moves only when told."""

    at: datetime = NOW

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at

    def pass_time(self, **how_long: float) -> None:
        """Move on, as ``timedelta`` counts."""
        self.at += timedelta(**how_long)


class SignedIn:
    """A context with its session; what was said through the message channel is kept in ``said``."""

    def __init__(self, store_dir: Path, app: QApplication, clock: StandingClock) -> None:
        self.clock = clock
        self.tasks = Tasks()
        self.session = self.do(lambda: sign_in(store_dir, "mo", PASSWORD, clock))
        self.messages = Messages()
        self.said: list[Message] = []
        self.messages.shown.connect(self.said.append)
        self.theme = Theme(app, Choice.LIGHT)
        self.ctx = Context(self.session, self.tasks, self.messages, self.theme)
        self.went: list[tuple[str, object]] = []
        self.ctx.navigate.connect(lambda page, arg: self.went.append((page, arg)))
        self._next = 0

    def do(self, work: Callable[[], T]) -> T:
        """Run something on the store thread and wait for it."""
        return self.tasks.on_store(work)

    def call(self, work: Callable[[Session], T]) -> T:
        """Run a use case on the store thread and wait for it."""
        return self.do(lambda: work(self.session))

    def resident(self, given: str = "John", family: str = "Smith", *facts: FactBody, **changes: object) -> ResidentId:
        """Add an invented resident who has lived here for a month."""
        number, self._next = _NUMBERS[self._next], self._next + 1
        details = ResidentDetails(
            **{
                "key": f"R{self._next}",
                "family_name": family,
                "given_name": given,
                "date_of_birth": date(1937, 9, 6),
                "nhs_number": number,
                "title": "Mr",
                "gender": Gender.MALE,
                "room": str(10 + self._next),
                "gp_name": "Cedar Surgery",
                "gp_phone": "01920 555 0199",
                **changes,
            }  # type: ignore[arg-type]
        )
        since = self.clock.now() - timedelta(days=30)
        saved = self.call(
            lambda s: residents.add_resident(s, details, stay_since=since, different_person_reason="another person")
        )
        for fact in facts:
            self.call(lambda s, body=fact: residents.add_fact(s, saved.resident_id, body))
        return saved.resident_id

    def close(self) -> None:
        """Sign out and end everything, as the program does: a timer of this home must not ring in the next test."""
        for watch in (self.ctx.exchange, self.ctx.backups, self.ctx.checks, self.ctx.reminders, self.ctx.falls):
            watch.end()
        self.do(self.session.close)
        self.tasks.close()
        self.theme.deleteLater()


@cache
def _template() -> Path:
    """A new home, made once a process, because deriving its keys is slow on purpose."""
    store_dir = Path(tempfile.mkdtemp(prefix="hartwell-home-")) / "store"
    atexit.register(shutil.rmtree, store_dir.parent, ignore_errors=True)
    make_home(store_dir)
    return store_dir


def make_home(store_dir: Path) -> None:
    """Create a home with its manager "mo"."""
    home = Home(
        name="Practice House",
        ods="VN3X2",
        phone="01920 555 0100",
        practice=True,
        phones=(("homefirst", "01707 555 0111"), ("gp", "01920 555 0199")),
    )
    create_home(
        store_dir, HomeSetup(home, "mo", "Mo Manager", "office laptop"), PASSWORD, StandingClock(), cost=keys.FLOOR
    )


def copy_home(store_dir: Path) -> None:
    """Put a copy of a new home into the folder; nobody is signed in."""
    shutil.copytree(_template(), store_dir)


@contextmanager
def signed_in(store_dir: Path, app: QApplication) -> Iterator[SignedIn]:
    """Sign in to the home in the folder, or to a copy of a new one when there is none; close everything afterwards."""
    if not store_dir.exists():
        copy_home(store_dir)
    made = SignedIn(store_dir, app, StandingClock())
    try:
        yield made
    finally:
        made.close()
