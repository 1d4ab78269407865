"""A signed-in person at work on an open store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from app.domain.clock import Clock
from app.domain.dates import to_local
from app.domain.errors import EnvironmentTrouble
from app.domain.people import Home
from app.models import settings, staff
from app.models.staff import Account
from app.models.store import Author, Store, Work
from app.vault.keyfile import Unlocked
from app.vault.signing import Signer

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Session:
    """Who is signed in, to which home, on which store. Belongs to the thread that opened it.

    Attributes: ``account`` the person and role; ``home`` the home's details as they were at sign-in (or last changed);
    ``store_dir`` the folder; ``store`` the open store, for services only; ``closed`` once it is over.
    """

    def __init__(
        self,
        store: Store,
        store_dir: Path,
        lock: FileLock,
        account: Account,
        unlocked: Unlocked,
        clock: Clock,
    ) -> None:
        self.store = store
        self.store_dir = store_dir
        self.account = account
        self.clock = clock
        self._lock = lock
        self.closed = False
        self._unlocked = unlocked
        self._author = Author(account.user, unlocked.signer)
        with store.read() as connection:
            self.home: Home = settings.home(connection)
            self._names = staff.account_names(connection)

    @property
    def data_key(self) -> bytes:
        """The store's data key, for sealing another way in."""
        return self._unlocked.data_key

    @property
    def unlocked(self) -> Unlocked:
        """The person's own keys, as their password opened them."""
        return self._unlocked

    @property
    def epoch(self) -> int:
        """Which data key of this store that is, counted from 1."""
        return self._unlocked.epoch

    @property
    def trouble(self) -> EnvironmentTrouble | None:
        """Why the records are open for reading only; None when they are not."""
        return self.store.trouble

    def moved_to(self, store: Store, unlocked: Unlocked) -> None:
        """Go on with the same records under another data key; the store before must be closed."""
        self.store = store
        self._unlocked = unlocked
        self._author = Author(self.account.user, unlocked.signer)

    def person(self, user: str) -> str:
        """The name of the person behind an account, as screens and paper show who did something."""
        return self._names.get(user, user)

    def names_changed(self) -> None:
        """Read the names again, after a change to staff or accounts was committed."""
        with self.read() as connection:
            self._names = staff.account_names(connection)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Today's date where the home is."""
        return to_local(self.now()).date()

    def read(self) -> AbstractContextManager[Connection]:
        """A reading transaction."""
        return self.store.read()

    def write(self) -> AbstractContextManager[Work]:
        """A writing transaction in this person's name, now."""
        return self.store.write(self._author, self.now())

    def look(self) -> AbstractContextManager[Work]:
        """A transaction for showing something whose viewing is audited; also on records that may only be read."""
        return self.store.look(self._author, self.now())

    def write_signed(self, signer: Signer) -> AbstractContextManager[Work]:
        """A writing transaction signed with a key that was unlocked for it again."""
        return self.store.write(Author(self.account.user, signer), self.now())

    def close(self) -> None:
        """Close the store and let others open it."""
        self.closed = True
        self.store.close()
        self._lock.release()
