"""The recovery key: the sheet for the safe, the way back in that it opens, and the key that takes its place.

Using it gives a manager's account a new password. It is audited, and the key that was used opens nothing afterwards: a
new one is made, to be printed and sealed away. If the program dies between the records and the keyfile, either the old
key still works or the new password already does; a key that was lost that way is replaced from Settings.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app.domain.clock import Clock
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError, WrongPassword
from app.domain.people import Home, Role
from app.domain.recovery import is_whole
from app.models import accounts as rows
from app.models import settings, staff, trouble
from app.models.accounts import AccountRow
from app.models.store import STORE_NAME, Author, Work, add_device_key, device_signer
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.passwords import check_password
from app.services.session import Session
from app.services.sign_in import lock_store, open_with, unlock_again
from app.vault import keyfile, throttle

ACTOR = "recovery"
"""Who did it, in the audit trail: the person who held the key is not known to the program."""
_COUNTED_AS = ""
"""Wrong recovery keys are counted with the names that are no account: together they wait, and keep nobody out."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A way back in: the account whose password was set, and the recovery key that replaces the one used."""

    user: str
    recovery_key: str = field(repr=False)
    home: Home
    store_id: str
    made_at: datetime

    def sheet(self) -> bytes:
        """The new sheet, as a PDF made in memory."""
        return sheet(self.home, self.store_id, self.recovery_key, self.made_at, replaced=True)


@dataclass(frozen=True, slots=True)
class NewRecoveryKey:
    """A recovery key that replaces the one before."""

    recovery_key: str = field(repr=False)
    home: Home
    store_id: str
    made_at: datetime
    changes: Changes

    def sheet(self) -> bytes:
        """The new sheet, as a PDF made in memory."""
        return sheet(self.home, self.store_id, self.recovery_key, self.made_at, replaced=True)


def sheet(home: Home, store_id: str, recovery_key: str, made_at: datetime, *, replaced: bool = False) -> bytes:
    """The page to print and seal away, as a PDF made in memory; ``replaced`` when an older sheet must be destroyed."""
    from app.reports.recovery import RecoverySheet, recovery_pdf

    return recovery_pdf(
        RecoverySheet(home.name, store_id, recovery_key, made_at, practice=home.practice, replaced=replaced)
    )


def recover(store_dir: Path, user: str, recovery_key: str, new_password: str, clock: Clock) -> Recovered:
    """Set a new password for a manager's account with the recovery key, and replace the key.

    Raises UserError at ``recovery_key``, ``user`` or ``password``; EnvironmentTrouble WRONG_PASSWORD for a key that is
    not that of these records or that was tried too often, and what opening the records may raise.
    """
    if not (store_dir / STORE_NAME).exists():
        raise trouble.missing_store(store_dir)
    if not is_whole(recovery_key):
        raise UserError("The recovery key has eight groups of four. Type all of them", field="recovery_key")
    slots = keyfile.read_keyfile(store_dir)
    unlocked = _unlock(store_dir, slots, recovery_key, clock.now())
    lock = lock_store(store_dir)
    try:
        store, opened = open_with(store_dir, slots, unlocked, clock)
        slots = keyfile.read_keyfile(store_dir)  # opening may have finished a change of the data key
        try:
            with store.read() as connection:
                home = settings.home(connection)
                row = _manager(rows.find(connection, user), user)
                person = staff.account(connection, row.user)
                device = device_signer(connection)
            check_password(new_password, row.user, person.name if person else "", home.name)
            if device is not None:
                store.sign_with(device)
            fresh = keyfile.new_recovery_key()

            with store.write(Author(ACTOR), clock.now()) as work:
                if device is None:
                    store.sign_with(add_device_key(work))
                old = slots.account(row.user)
                sealed = keyfile.seal(
                    keyfile.without(slots, row.user), opened.data_key, slot_id=work.new_id(), kind="account",
                    user=row.user, role=Role.MANAGER.value, staff_id=row.staff_id, password=new_password,
                    cost=(old or opened.slot).cost,
                )  # fmt: skip
                public_key = sealed.slots[-1].public_key
                rows.offer_key(work, row.user, public_key)
                # First, whatever happens after it: from here on the key has opened the records.
                work.audit("use-recovery-key", "account", row.staff_id, detail={"user": row.user})
                both = _beside(work, sealed, opened.data_key, fresh)

            def settle(work: Work) -> None:
                rows.settle_key(work, row.user, public_key, must_change=False)
                detail = {"user": row.user, "public_key": public_key}
                work.audit("recover", "account", row.staff_id, detail=detail)
                rows.new_recovery_key(work, both.slots[-1].public_key)

            _replace(store_dir, slots, both, lambda: store.write(Author(ACTOR), clock.now()), settle)
        finally:
            store.close()
    finally:
        lock.release()
    throttle.clear(store_dir, row.user)
    throttle.clear(store_dir, _COUNTED_AS)
    return Recovered(row.user, fresh, home, slots.store_id, clock.now())


def replace_key(session: Session, password: str) -> NewRecoveryKey:
    """Make a new recovery key while signed in: the old one was seen, lost, or is from before this version.

    ``password`` is the manager's own, asked again.
    """
    require(session, Action.MANAGE_ACCOUNTS)
    unlock_again(session, password)
    slots = keyfile.read_keyfile(session.store_dir)
    fresh = keyfile.new_recovery_key()

    with session.write() as work:
        both = _beside(work, slots, session.data_key, fresh)

    def settle(work: Work) -> None:
        rows.new_recovery_key(work, both.slots[-1].public_key)
        work.audit("replace-recovery-key", "account", session.account.staff_id)

    _replace(session.store_dir, slots, both, session.write, settle)
    return NewRecoveryKey(fresh, session.home, slots.store_id, session.now(), changes("setting"))


def managers(store_dir: Path) -> tuple[str, ...]:
    """The accounts whose password the recovery key can set, by the roles that the keyfile gives. Needs no password."""
    slots = keyfile.read_keyfile(store_dir).slots
    return tuple(slot.user for slot in slots if slot.kind == "account" and slot.role == Role.MANAGER.value)


def _unlock(store_dir: Path, slots: keyfile.Keyfile, recovery_key: str, now: datetime) -> keyfile.Unlocked:
    try:
        before = throttle.begin(store_dir, _COUNTED_AS, slots.users, now)
    except WrongPassword as wait:
        raise EnvironmentTrouble(
            ExitCode.WRONG_PASSWORD,
            "Wrong keys or unknown names were typed too often.",
            "Nothing was changed.",
            f"Wait {throttle.wait_words(wait.wait_seconds)}, then type the recovery key again.",
        ) from None
    unlocked = keyfile.unlock_recovery(slots, recovery_key)
    throttle.put_back(store_dir, _COUNTED_AS, before)
    return unlocked


def _manager(row: AccountRow | None, user: str) -> AccountRow:
    if row is None or row.disabled_at is not None:
        raise UserError(f"There is no account {user} that is open", field="user")
    if row.role is not Role.MANAGER:
        raise UserError(
            f"{row.user} is not a manager's account. Recover a manager's, who can give {row.user} a new secret",
            field="user",
        )
    return row


def _beside(work: Work, slots: keyfile.Keyfile, data_key: bytes, recovery_key: str) -> keyfile.Keyfile:
    """The keyfile that this recovery key opens as well, in its last slot."""
    return keyfile.seal_recovery(slots, data_key, recovery_key, slot_id=work.new_id())


def _replace(
    store_dir: Path,
    before: keyfile.Keyfile,
    both: keyfile.Keyfile,
    write: Callable[[], AbstractContextManager[Work]],
    settle: Callable[[Work], None],
) -> None:
    """Keyfile, records, keyfile: the old recovery key stops opening only once the records know the new one.

    Whatever is cut short before that leaves the sheet in the safe as good as it was.
    """
    _write(store_dir, both)
    try:
        with write() as work:
            settle(work)
    except Exception:
        with contextlib.suppress(EnvironmentTrouble):
            _write(store_dir, before)
        raise
    after = keyfile.without_recovery(both, keep=both.slots[-1].id)
    with contextlib.suppress(EnvironmentTrouble):  # the new key is in force; the old one goes with the next change
        _write(store_dir, after)
        _write(store_dir, after)  # once more, so that the copy kept beside it does not open with the old key either


def _write(store_dir: Path, slots: keyfile.Keyfile) -> None:
    try:
        keyfile.write_keyfile(store_dir, slots)
    except OSError as error:
        raise trouble.unwritten(error) from error
