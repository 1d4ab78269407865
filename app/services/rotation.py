"""A new data key: the whole record copied under it, so that no copy of an old keyfile opens what is written from now
on.

For when somebody who has left could have copied the files. Keyfile and store cannot change in one step, so each step
leaves a home that opens, whatever happens after it:

1. a verified backup under the old key;
2. the copy under the new key, beside the store, checked;
3. the keyfile opens both keys, for everybody who has an account, without their passwords;
4. the copy takes the store's place: one rename;
5. the keyfile opens the new key alone.

Signing in brings a change that was cut short to its end (:func:`app.services.sign_in.open_with`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from app.domain.errors import UserError
from app.models import copies, trouble
from app.models.store import NEXT_NAME, STORE_NAME, add_device_key
from app.services import backups
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session
from app.services.sign_in import open_with, unlock_again
from app.vault import keyfile, keys
from app.vault.anchor import AnchorFile
from app.vault.files import sync_folder


@dataclass(frozen=True, slots=True)
class Rotated:
    """The record answers to the data key of this epoch from now on; ``backup`` is the one under the key before."""

    epoch: int
    backup: backups.Made
    changes: Changes


def rotate(session: Session, password: str) -> Rotated:
    """Give the record a new data key; the session goes on with it.

    Raises UserError for a wrong password, while an account or the recovery key is of the old kind, and while something
    else reads the store; EnvironmentTrouble as a backup does. Whatever fails, the record opens with what it had before.
    """
    require(session, Action.ROTATE)
    if session.trouble is not None:
        raise session.trouble
    unlock_again(session, password)
    store_dir = session.store_dir
    slots = keyfile.read_keyfile(store_dir)
    following, old_key = slots.epoch + 1, keys.sqlcipher_key(session.data_key, slots.store_id)
    data_key = keyfile.new_data_key()
    both = keyfile.with_next_epoch(slots, data_key)
    backup = backups.make(session, kind="before-rotation")
    with session.write() as work:
        device = add_device_key(work)  # the one before is in whatever copy made this necessary
        work.audit("rotate", "store", session.store.id, detail={"epoch": following})
        reached = work.chain
    session.store.sign_with(device)
    session.store.close()
    unlocked = replace(session.unlocked, data_keys={**session.unlocked.data_keys, following: data_key})
    try:
        log = store_dir / f"{STORE_NAME}-wal"
        if log.exists() and log.stat().st_size:
            raise UserError("A backup is being made. Wait until it is done", field="store")
        copy, copy_key = store_dir / NEXT_NAME, keys.sqlcipher_key(data_key, slots.store_id)
        copies.copy_store(store_dir / STORE_NAME, old_key, copy, copy_key)
        figures = copies.check_copy(copy, copy_key, slots.store_id)
        if (figures.count, figures.head) != (reached.count, reached.head):
            raise trouble.damaged_store()
        keyfile.write_keyfile(store_dir, both)
        anchor = AnchorFile(store_dir, data_key, following)
        anchor.keep(reached.count, reached.head)
        anchor.close()
        copy.replace(store_dir / STORE_NAME)
        sync_folder(store_dir)
        keyfile.write_keyfile(store_dir, keyfile.settled(both, following))
    except OSError as error:
        raise backups.not_written(store_dir, error) from error
    finally:
        for name in (NEXT_NAME, f"{NEXT_NAME}-wal", f"{NEXT_NAME}-shm"):
            with suppress(FileNotFoundError):
                (store_dir / name).unlink()
        _go_on(session, unlocked)
    return Rotated(following, backup, changes("setting", "backup"))


def _go_on(session: Session, unlocked: keyfile.Unlocked) -> None:
    """Open the store again with whichever key it answers to now."""
    slots = keyfile.read_keyfile(session.store_dir)
    known = {epoch: unlocked.data_keys[epoch] for epoch in slots.epochs}
    store, found = open_with(session.store_dir, slots, replace(unlocked, data_keys=known), session.clock)
    device = session.store.device
    if device is not None:
        store.sign_with(device)
    session.moved_to(store, replace(found, slot=slots.account(session.account.user) or found.slot))
