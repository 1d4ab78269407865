"""Signing in: from a user name and password to a session on an open store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from app.domain.clock import Clock
from app.domain.codec import instant_text
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.people import StaffId
from app.models import accounts as account_rows
from app.models import migrate, staff, trouble
from app.models.integrity import anchor_trouble
from app.models.store import (
    NEXT_NAME,
    STORE_NAME,
    Author,
    Store,
    Work,
    add_device_key,
    chain_head,
    device_signer,
    open_store,
)
from app.services import backups, questionnaires
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session
from app.vault import anchor, keyfile, keys, moving, throttle
from app.vault.signing import Signer

LOCK_NAME = "store.lock"
MAKING_NAME = "new-home"
"""Where first run makes a home before it moves it into place."""
BESIDE = (keyfile.KEYFILE_NAME, anchor.ANCHOR_NAME)
"""What stands beside the store and goes where it goes."""
ONLY_OUT = (keyfile.SPARE_NAME,)
"""What goes with the records that a restore replaces, though a backup brings none: its keys open those records."""
_WITHOUT_ANCHOR = frozenset({"0001"})
"""The schemas of programs that kept no anchor."""
_LOCK_SECONDS = 1


@trouble.of_files()
def home_exists(store_dir: Path) -> bool:
    """Whether there is a home in the folder (or what is left of one: then opening says what is wrong)."""
    if (store_dir / STORE_NAME).exists() or moving.is_ready(store_dir):
        return True
    # A keyfile alone is what is left of a home, unless a first run was cut short before it had moved the store in.
    return (store_dir / keyfile.KEYFILE_NAME).exists() and not (store_dir / MAKING_NAME / STORE_NAME).exists()


@trouble.of_files()
def accounts(store_dir: Path) -> tuple[str, ...]:
    """The user names that may sign in. Needs no password: names of accounts are not secret on this laptop."""
    _finish_restore(store_dir)
    return keyfile.read_keyfile(store_dir).users


@trouble.of_files()
def sign_in(store_dir: Path, user: str, password: str, clock: Clock, *, inspect: bool = False) -> Session:
    """Open the home for a person.

    With ``inspect`` records that are behind their anchor, or of which only a part is damaged, are opened all the same,
    for reading only; ``session.trouble`` then says why. Raises EnvironmentTrouble with its own exit code for each
    cause: wrong user or password, keyfile or store missing or damaged, open in another program, made by another
    version, behind their anchor.
    """
    _finish_restore(store_dir)
    if not (store_dir / STORE_NAME).exists():
        raise trouble.missing_store(store_dir)
    slots = keyfile.read_keyfile(store_dir)
    unlocked, failed = throttle.unlock(store_dir, slots, user, password, clock.now())
    if not unlocked.slot.wrap_key:
        slots, unlocked = _renewed(store_dir, slots, unlocked, user, password)
    lock = lock_store(store_dir)
    try:
        store, unlocked = open_with(store_dir, slots, unlocked, clock, inspect=inspect)
        try:
            return _start(store, store_dir, lock, unlocked, clock, failed, inspect=inspect)
        except BaseException:
            store.close()
            raise
    except BaseException:
        lock.release()
        raise


def open_with(
    store_dir: Path, slots: keyfile.Keyfile, unlocked: keyfile.Unlocked, clock: Clock, *, inspect: bool = False
) -> tuple[Store, keyfile.Unlocked]:
    """Open the store, checked against its anchor, with the data key it answers to; the lock must be held.

    A change of the data key that was cut short is brought to an end here: the store answers to one of two epochs, and
    the keyfile is made to hold that one alone. An older schema is migrated, after a backup into the store's own folder.
    """

    def before_migration(store: Store) -> None:
        backups.before_migration(store, store_dir, found, slots, clock.now())
        _first_anchor(store, store_dir, found)

    for epoch in slots.epochs:
        found = replace(unlocked, epoch=epoch)
        key = keys.sqlcipher_key(found.data_key, slots.store_id)
        try:
            store = open_store(store_dir, key, slots.store_id, before_migration=before_migration)
        except EnvironmentTrouble as error:
            if error.exit_code is ExitCode.DAMAGED and epoch != slots.epochs[-1]:
                continue
            raise
        break
    try:
        if len(slots.epochs) > 1:
            keyfile.write_keyfile(store_dir, keyfile.settled(slots, epoch))
        (store_dir / NEXT_NAME).unlink(missing_ok=True)
        _check_anchor(store, store_dir, found, inspect=inspect)
    except BaseException:
        store.close()
        raise
    return store, found


def _first_anchor(store: Store, store_dir: Path, found: keyfile.Unlocked) -> None:
    """Give a store from before there were anchors its first one, and only that: it must be there once it is migrated.

    Were it made afterwards, a power cut in between would leave a home whose anchor seems to have been taken away.
    """
    with store.read() as connection:
        if migrate.current(connection) not in _WITHOUT_ANCHOR:
            return
        chain = chain_head(connection)
    if anchor.read_anchor(store_dir, found.data_keys, found.epoch) is not None:
        return
    first = anchor.AnchorFile(store_dir, found.data_key, found.epoch)
    first.keep(chain.count, chain.head)
    first.close()
    if first.failed is not None:
        raise trouble.unwritten(first.failed)


def _check_anchor(store: Store, store_dir: Path, found: keyfile.Unlocked, *, inspect: bool) -> None:
    """The store may be ahead of its anchor and never behind."""
    anchored = anchor.read_anchor(store_dir, found.data_keys, found.epoch)
    try:
        with store.read() as connection:
            behind = anchor_trouble(connection, anchored)
        if behind is None:
            store.keep_anchor(anchor.AnchorFile(store_dir, found.data_key, found.epoch))
            return
    except EnvironmentTrouble as damage:
        behind = damage
        if damage.exit_code is not ExitCode.DAMAGED:
            raise
    if not inspect:
        raise behind
    store.only_read(behind)


def accept_as_is(session: Session, password: str, reason: str) -> Changes:
    """Go on with records that are behind their anchor: a manager's decision, audited with its reason.

    Raises UserError when there is nothing to accept, without a reason, and for a wrong password.
    """
    require(session, Action.ACCEPT_ANCHOR)
    found = session.trouble
    if found is None or found.exit_code is not ExitCode.BEHIND_ANCHOR:
        raise UserError("These records are not behind their anchor", field="anchor")
    if not reason.strip():
        raise UserError("Enter the reason for going on without what is missing", field="reason")
    unlock_again(session, password)
    session.store.write_again()
    try:  # the event first: while it is not there the anchor must go on saying what is missing
        with session.write() as work:
            detail = {"was": found.happened}
            work.audit("accept-anchor", "store", session.store.id, reason=reason.strip(), detail=detail)
        with trouble.of_files():
            (session.store_dir / anchor.ANCHOR_NAME).unlink(missing_ok=True)
    except BaseException:
        session.store.only_read(found)
        raise
    session.store.keep_anchor(anchor.AnchorFile(session.store_dir, session.data_key, session.epoch))
    return changes("setting")


def _renewed(
    store_dir: Path, slots: keyfile.Keyfile, unlocked: keyfile.Unlocked, user: str, password: str
) -> tuple[keyfile.Keyfile, keyfile.Unlocked]:
    """The slot in its present form, which only its owner's password can bring about."""
    changed = keyfile.with_password(slots, unlocked, password, unlocked.slot.cost, same_signer=True)
    keyfile.write_keyfile(store_dir, changed)
    return changed, keyfile.unlock(changed, user, password)


def _finish_restore(store_dir: Path) -> None:
    """A restore that was cut short after everything had been made ready."""
    if moving.is_ready(store_dir):
        with lock_store(store_dir):
            moving.finish(store_dir, STORE_NAME, BESIDE, ONLY_OUT)


def _start(
    store: Store, store_dir: Path, lock: FileLock, unlocked: keyfile.Unlocked, clock: Clock,
    failed: throttle.Failures | None, *, inspect: bool,
) -> Session:  # fmt: skip
    """The session of an account on an open store; the sign-in is audited, and the failures before it."""
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
    if account.closed:
        raise EnvironmentTrouble(
            ExitCode.REFUSED,
            f"The account {user} has been closed.",
            "Nothing was changed.",
            "Ask a manager to open it again.",
        )
    with store.read() as connection:
        key = account_rows.key_state(connection, user, unlocked.slot.public_key)
    if key == "revoked" or (key == "unknown" and store.trouble is None):
        raise EnvironmentTrouble(
            ExitCode.REFUSED,
            f"This way in for {user} has been replaced: the keyfile is an old one.",
            "Nothing was changed.",
            "Put the newest keyfile back (store.keys, from the newest backup), or ask a manager for a new secret.",
        )
    try:
        offered = unlocked if key == "offered" else None
        account = _note_sign_in(store, store_dir, account, clock, failed, offered=offered)
    except EnvironmentTrouble as damage:
        if not inspect or damage.exit_code is not ExitCode.DAMAGED:
            raise  # else the store has noted it, and is read only
    try:
        with store.read() as connection:
            questionnaires.adopt(connection)
    except EnvironmentTrouble as damage:
        if not inspect or damage.exit_code is not ExitCode.DAMAGED:
            raise  # else what was recorded with them can be read with the page that is lost only
    return Session(store, store_dir, lock, account, unlocked, clock)


def _note_sign_in(
    store: Store,
    store_dir: Path,
    account: staff.Account,
    clock: Clock,
    failed: throttle.Failures | None,
    *,
    offered: keyfile.Unlocked | None,
) -> staff.Account:
    """Take up the laptop's own key, and write down that somebody signed in, where the records can be written to.

    A change of the person's keys that was cut short (``offered``) is brought to its end; they choose a password again.
    """
    with store.read() as connection:
        device = device_signer(connection)
    if device is not None:
        store.sign_with(device)
    if store.trouble is not None:
        return account
    with store.write(Author(account.user), clock.now()) as work:
        if device is None:
            store.sign_with(add_device_key(work))
        if offered is not None:
            public_key = offered.slot.public_key
            account_rows.settle_key(work, account.user, public_key, must_change=True)
            detail = {"user": account.user, "public_key": public_key}
            work.audit("complete-password-change", "account", account.staff_id, detail=detail)
            account = replace(account, must_change=True)
        if failed is not None:
            note_failures(work, account.user, account.staff_id, failed)
        work.audit("sign-in", "account", account.staff_id)
    if failed is not None:
        throttle.clear(store_dir, account.user)
    return account


def unlock_again(session: Session, password: str) -> Signer:
    """Ask the signed-in person for their password again and give their signing key: claims and other weighty acts."""
    return own_slot(session, password).signer


def own_slot(session: Session, password: str) -> keyfile.Unlocked:
    """The same, with everything else that the password opens. Wrong ones count against the account as at sign-in."""
    account = session.account
    slots = keyfile.read_keyfile(session.store_dir)
    unlocked, failed = throttle.unlock(session.store_dir, slots, account.user, password, session.now())
    if failed is not None and session.trouble is None:
        with session.write() as work:
            note_failures(work, account.user, account.staff_id, failed)
        throttle.clear(session.store_dir, account.user)
    return unlocked


def note_failures(work: Work, user: str, staff_id: StaffId, failed: throttle.Failures) -> None:
    """Into the audit: how many tries of an account failed, and from when to when."""
    detail = {
        "user": user, "count": failed.count, "first": instant_text(failed.first), "last": instant_text(failed.last),
    }  # fmt: skip
    work.audit("sign-in-failed", "account", staff_id, detail=detail)


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
