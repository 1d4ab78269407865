"""Signing in: from a user name and password to a session on an open store."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from app.domain.clock import Clock
from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import staff, trouble
from app.models.store import STORE_NAME, Author, Store, open_store
from app.services.session import Session
from app.vault import keyfile, keys
from app.vault.signing import Signer

LOCK_NAME = "store.lock"
MAKING_NAME = "new-home"
"""Where first run makes a home before it moves it into place."""
_LOCK_SECONDS = 1


def home_exists(store_dir: Path) -> bool:
    """Whether there is a home in the folder (or what is left of one: then opening says what is wrong)."""
    if (store_dir / STORE_NAME).exists():
        return True
    # A keyfile alone is what is left of a home, unless a first run was cut short before it had moved the store in.
    return (store_dir / keyfile.KEYFILE_NAME).exists() and not (store_dir / MAKING_NAME / STORE_NAME).exists()


def accounts(store_dir: Path) -> tuple[str, ...]:
    """The user names that may sign in. Needs no password: names of accounts are not secret on this laptop."""
    return keyfile.read_keyfile(store_dir).users


def sign_in(store_dir: Path, user: str, password: str, clock: Clock) -> Session:
    """Open the home for a person.

    Raises EnvironmentTrouble with its own exit code for each cause: wrong user or password, keyfile or store missing or
    damaged, open in another program, made by another version.
    """
    if not (store_dir / STORE_NAME).exists():
        raise trouble.missing_store(store_dir)
    slots = keyfile.read_keyfile(store_dir)
    unlocked = keyfile.unlock(slots, user, password)
    lock = lock_store(store_dir)
    try:
        store = open_store(store_dir, keys.sqlcipher_key(unlocked.data_key, slots.store_id), slots.store_id)
        try:
            return _start(store, store_dir, lock, unlocked, clock)
        except BaseException:
            store.close()
            raise
    except BaseException:
        lock.release()
        raise


def _start(store: Store, store_dir: Path, lock: FileLock, unlocked: keyfile.Unlocked, clock: Clock) -> Session:
    """The session of an account on an open store; the sign-in is audited."""
    user = unlocked.slot.user
    with store.read() as connection:
        account = staff.account(connection, user)
    if account is None:
        raise EnvironmentTrouble(
            ExitCode.DAMAGED,
            f"The keyfile knows {user}, the records do not.",
            "Nothing was changed.",
            "The keyfile and the records are from different times. Restore both from the same backup.",
        )
    with store.write(Author(user), clock.now()) as work:
        work.audit("sign-in", "account", account.staff_id)
    return Session(store, store_dir, lock, account, unlocked, clock)


def unlock_again(session: Session, password: str) -> Signer:
    """Ask the signed-in person for their password again and give their signing key: claims and other weighty acts."""
    return keyfile.unlock(keyfile.read_keyfile(session.store_dir), session.account.user, password).signer


def lock_store(store_dir: Path) -> FileLock:
    """Take the store for this program; the operating system lets go of it if the program dies."""
    lock = FileLock(store_dir / LOCK_NAME)
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        raise trouble.already_open(" in another window or command") from None
    except OSError:
        raise trouble.read_only() from None
    return lock
