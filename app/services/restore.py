"""Bringing a record back from a backup, onto this laptop or a new one, with nothing but the file and a way in.

The restored record goes on as another laptop: with an identity, a key and a numbering of its own, because the one that
the backup came from may still be at work. Messages whose answer is still to come are sent again with the identifiers
they had, so the CCG counts each once. What was in the folder before is kept beside it, whole.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.domain.clock import Clock
from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.people import Home, Role
from app.models import accounts as account_rows
from app.models import copies, outbox, restored, settings
from app.models.store import STORE_NAME, Author, Work, open_store
from app.services import backups
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.first_run import refuse_unsafe_place
from app.services.session import Session
from app.services.sign_in import BESIDE, ONLY_OUT, home_exists, lock_store, unlock_again
from app.vault import bundle, keyfile, keys, moving, throttle
from app.vault.anchor import AnchorFile

_AS_IT_CAME = "from-backup.db"


@dataclass(frozen=True, slots=True)
class Restored:
    """A record that is in its place again.

    ``queued_again`` counts messages that wait for an answer and will be sent once more under their old identifiers;
    ``aside`` is the folder that holds what was there before, None when nothing was; ``recovery_key`` is the new one
    that takes the place of the one that was used, to print and show once, or empty.
    """

    store_dir: Path
    taken_at: datetime
    count: int
    head: str
    revisions: int
    user: str
    queued_again: int
    aside: Path | None
    recovery_key: str
    home: Home


def look_at(path: Path) -> bundle.Manifest:
    """What a backup says it is, before anybody signs in to it. Raises EnvironmentTrouble when it is none."""
    try:
        manifest = bundle.read_manifest(path)
    except OSError as error:
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            f"{path} cannot be read ({error.strerror}).",
            "Nothing was changed.",
            "Plug the memory stick in, or choose another backup.",
        ) from error
    if manifest is None:
        raise bundle.damaged(path)
    return manifest


@dataclass(frozen=True, slots=True)
class Newer:
    """What the open record holds that a backup does not, and that would leave it with a restore.

    ``known`` is False when the backup is not from this record's history: of another home, or of another laptop's own
    way since they parted. ``entries`` counts revisions that people wrote, ``steps`` events of the audit trail. Both are
    below zero when the backup is of these records and holds more than they do: then they are what has lost something.
    """

    known: bool
    entries: int
    steps: int


def newer_than(session: Session, manifest: bundle.Manifest) -> Newer:
    """What would go from the open record if it were replaced by this backup."""
    require(session, Action.RESTORE)
    with session.read() as connection:
        figures = copies.figures_of(connection)
        further = manifest.count > figures.count  # the trail here ends before the backup's does
        known = manifest.store_id == session.store.id and (
            further or copies.holds(connection, manifest.count, manifest.head)
        )
    entries = figures.revisions - (manifest.revisions if known else 0)
    return Newer(known, entries, figures.count - (manifest.count if known else 0))


def try_way_in(path: Path, *, user: str = "", password: str = "", recovery_key: str = "") -> None:
    """Whether a password or the recovery key opens a backup, before anything is closed for it.

    Raises EnvironmentTrouble WRONG_PASSWORD or DAMAGED, and NotAllowed when it is the password of somebody who may not
    replace records.
    """
    with tempfile.TemporaryDirectory() as folder:  # the keyfile alone, in which every key is sealed
        bundle.read_slots(path, Path(folder))
        _may_replace(_way_in(keyfile.read_keyfile(Path(folder)), user, password, recovery_key))


def restore_in_place(
    session: Session, path: Path, own_password: str, *, password: str = "", recovery_key: str = "", device: str
) -> Restored:
    """Replace the open record with that of a backup; the session is over afterwards, also when it fails.

    ``own_password`` is the manager's, asked again; ``password`` what it was at the time of the backup, if it was
    another. Everything that can be refused is refused before the session is closed. Raises what :func:`restore` raises.
    """
    require(session, Action.RESTORE)
    unlock_again(session, own_password)
    user, password = session.account.user, password or own_password
    if not recovery_key:
        try_way_in(path, user=user, password=password)
    else:
        try_way_in(path, recovery_key=recovery_key)
    store_dir, clock = session.store_dir, session.clock
    session.close()
    return restore(
        path, store_dir, clock, user=user, password="" if recovery_key else password, recovery_key=recovery_key,
        device=device, today=own_password,
    )  # fmt: skip


def restore(
    path: Path,
    store_dir: Path,
    clock: Clock,
    *,
    user: str = "",
    password: str = "",
    recovery_key: str = "",
    device: str = "restored laptop",
    today: str = "",
) -> Restored:
    """Put the record of a backup into the folder.

    The way in is the password of an account in the backup (any, or that of ``user``), or the recovery key, which is
    then replaced. Records that are in the folder already are only replaced by those of the same home, by somebody who
    is a manager there now (``today`` is their present password, if it is another) or with the recovery key of now, and
    are kept in a folder beside. Who has lost their account since the backup does not get it back.
    Raises NotAllowed, and EnvironmentTrouble: WRONG_PASSWORD, DAMAGED, ALREADY_OPEN, DISK_FULL or READ_ONLY; the
    folder is then as it was.
    """
    manifest = look_at(path)
    replaces = home_exists(store_dir)
    now_there = _keyfile_there(store_dir) if replaces else None
    refuse_unsafe_place(store_dir)
    try:
        store_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = lock_store(store_dir)
    except OSError as error:
        raise backups.not_written(store_dir, error) from error
    try:
        incoming = moving.begin(store_dir)
        try:
            bundle.read_slots(path, incoming)
            slots = keyfile.read_keyfile(incoming)
            unlocked = _way_in(slots, user, password, recovery_key)
            if replaces:
                _may_replace(unlocked)
                _in_place(store_dir, now_there, slots, unlocked, recovery_key or today or password, clock)
            restored = _make_ready(path, manifest, incoming, slots, unlocked, clock, device, now_there)
        except BaseException:
            shutil.rmtree(incoming, ignore_errors=True)
            raise
        aside = f"replaced-{clock.now():%Y%m%d-%H%M%S}"
        moving.ready(store_dir, aside)
        moving.finish(store_dir, STORE_NAME, BESIDE, ONLY_OUT)
    except OSError as error:
        raise backups.not_written(store_dir, error) from error
    finally:
        lock.release()
    return replace(restored, store_dir=store_dir, aside=store_dir / aside if replaces else None)


def restored_from(session: Session) -> datetime | None:
    """When the backup was taken that these records came back from, while nobody has looked after what is missing since.

    A decision withdrawn after that backup would be shown as standing: every screen and every printed pack says so.
    """
    with session.read() as connection:
        return restored.restored_from(connection)


def looked_after(session: Session, reason: str) -> Changes:
    """A manager says that what was recorded after the backup has been written in again, or that there was nothing."""
    require(session, Action.RESTORE)
    if not reason.strip():
        raise UserError("Enter how the entries since the backup were looked after", field="reason")
    with session.write() as work:
        restored.looked_after(work, reason.strip())
    return changes("setting")


def _may_replace(unlocked: keyfile.Unlocked) -> None:
    if unlocked.slot.kind != "recovery" and unlocked.slot.role != Role.MANAGER.value:
        raise NotAllowed("There are records in this folder. Only a manager may replace them")


def _keyfile_there(store_dir: Path) -> keyfile.Keyfile | None:
    """The keyfile of the records in the folder; None when it is damaged, so that nobody can be asked for theirs."""
    try:
        return keyfile.read_keyfile(store_dir)
    except EnvironmentTrouble as damage:
        if damage.exit_code is not ExitCode.DAMAGED:
            raise
        return None


def _in_place(
    store_dir: Path,
    there: keyfile.Keyfile | None,
    slots: keyfile.Keyfile,
    unlocked: keyfile.Unlocked,
    secret: str,
    clock: Clock,
) -> None:
    """Refuse what a backup alone does not give a right to: other records' place, or a manager's rights of long ago."""
    if there is None:
        return
    if there.store_id != slots.store_id:
        raise NotAllowed("The backup is of other records than those in this folder. Choose an empty folder")
    if unlocked.slot.kind == "recovery":
        keyfile.unlock_recovery(there, secret)
        return
    slot = there.account(unlocked.slot.user)
    if slot is None or slot.role != Role.MANAGER.value:
        raise NotAllowed(f"{unlocked.slot.user} is no manager of the records in this folder now")
    throttle.unlock(store_dir, there, slot.user, secret, clock.now())


def _way_in(slots: keyfile.Keyfile, user: str, password: str, recovery_key: str) -> keyfile.Unlocked:
    if recovery_key:
        return keyfile.unlock_recovery(slots, recovery_key)
    for name in (user,) if user else slots.users:
        with suppress(EnvironmentTrouble):
            return keyfile.unlock(slots, name, password)
    raise EnvironmentTrouble(
        ExitCode.WRONG_PASSWORD,
        "The password is not that of an account in this backup.",
        "Nothing was changed.",
        "Type it again, or use the recovery key from the home's safe.",
    )


def _without_those_gone(work: Work, slots: keyfile.Keyfile, there: keyfile.Keyfile) -> keyfile.Keyfile:
    """The backup's keyfile without the accounts that have been closed since, in the records as well."""
    for user in slots.users:
        if there.account(user) is None:
            slots = keyfile.without(slots, user)
            row = account_rows.find(work.connection, user)
            if row is not None and row.disabled_at is None:
                account_rows.disable(work, row)
    return slots


def _recovery(slots: keyfile.Keyfile) -> tuple[str, ...]:
    return tuple(slot.public_key for slot in slots.slots if slot.kind == "recovery")


def _make_ready(
    path: Path,
    manifest: bundle.Manifest,
    incoming: Path,
    slots: keyfile.Keyfile,
    unlocked: keyfile.Unlocked,
    clock: Clock,
    device: str,
    there: keyfile.Keyfile | None,
) -> Restored:
    """All the files of the restored home, complete, in the incoming folder."""
    store_id, data_key = slots.store_id, unlocked.data_key
    if not manifest.authentic(data_key) or manifest.store_id != store_id or manifest.epoch != slots.epoch:
        raise bundle.damaged(path)
    came = incoming / _AS_IT_CAME
    bundle.take_store(path, manifest, came)
    came_key, key = bundle.store_key(data_key, store_id), keys.sqlcipher_key(data_key, store_id)
    figures = copies.check_copy(came, came_key, store_id)
    if (figures.count, figures.head, figures.revisions) != (manifest.count, manifest.head, manifest.revisions):
        raise bundle.damaged(path)
    copies.copy_store(came, came_key, incoming / STORE_NAME, key)
    for name in (came.name, f"{came.name}-wal", f"{came.name}-shm"):
        (incoming / name).unlink(missing_ok=True)
    new_recovery = ""
    store = open_store(incoming, key, store_id, before_migration=lambda _store: None)
    try:
        who = unlocked.slot.user or "recovery"
        with store.write(Author(who), clock.now()) as work:
            work.become_device(device)
            detail = {"taken_at": manifest.taken_at.isoformat(), "count": manifest.count, "head": manifest.head}
            work.audit("restore", "store", store_id, detail=detail)
            queued = outbox.ask_again(work)
            restored.note_restored(work, manifest.taken_at)
            if there is not None:
                slots = _without_those_gone(work, slots, there)
            if unlocked.slot.kind == "recovery" or (there is not None and _recovery(there) != _recovery(slots)):
                # Used, or no longer the one on the sheet in the safe.
                new_recovery = keyfile.new_recovery_key()
                slots = keyfile.without_recovery(slots)
                slots = keyfile.seal_recovery(slots, data_key, new_recovery, slot_id=work.new_id())
                account_rows.new_recovery_key(work, slots.slots[-1].public_key)
                work.audit("use-recovery-key" if unlocked.slot.kind == "recovery" else "replace-recovery-key", "store",
                           store_id)  # fmt: skip
        store.keep_anchor(AnchorFile(incoming, data_key, slots.epoch))
        with store.read() as connection:
            home = settings.home(connection)
    finally:
        store.close()
    keyfile.write_keyfile(incoming, slots)
    (incoming / keyfile.SPARE_NAME).unlink(missing_ok=True)
    return Restored(
        incoming, manifest.taken_at, manifest.count, manifest.head, manifest.revisions, unlocked.slot.user, queued,
        None, new_recovery, home,
    )  # fmt: skip
