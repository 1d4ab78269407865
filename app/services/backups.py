"""Backups: made on a schedule, when asked, and before whatever cannot be undone; each one verified before it counts.

A backup has three steps so that the window never waits for a slow memory stick: :func:`prepare` and :func:`note`
belong to the store's thread and are quick, :func:`carry_out` may run anywhere and uses a connection of its own.
:func:`make` does all three for a command.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from app.domain import backups as policy
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError, has_no_room
from app.models import backups as rows
from app.models import copies, settings
from app.models.store import Store
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session
from app.vault import bundle, keyfile, keys

FOLDER = "backups"
"""Where backups go that nobody chose a folder for: beside the records, on the same disk."""
_FOLDER_KEY, _HOURS_KEY, _SAME_DISK_KEY = "backup/folder", "backup/hours", "backup/same-disk"
HOURS = (4, 12, 24)
_DEFAULT_HOURS = 24
NOT_SEEN = False


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """All that making a backup needs, so that it need not ask the session again."""

    store: Path
    store_key: str
    data_key: bytes
    store_id: str
    epoch: int
    slots: bytes
    folder: Path
    kind: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A verified backup. ``guard`` says why older ones are kept until a manager has looked, "" for no reason."""

    path: Path
    manifest: bundle.Manifest
    size: int
    guard: str = ""
    changes: Changes | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Where and how often. ``elsewhere`` is False while backups stay on the disk that the records are on.

    Which disk a chosen folder is on is noticed when it is chosen: a stick that is not plugged in is on none.
    """

    folder: Path
    elsewhere: bool
    hours: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A backup as the list shows it; ``there`` tells whether its file can be seen now."""

    path: Path
    taken_at: datetime
    kind: str
    revisions: int
    size: int
    there: bool
    guard: str


@dataclass(frozen=True, slots=True)
class Last:
    """The newest backup: when, whether it is on another disk than the records, and why older ones are kept or ""."""

    taken_at: datetime
    elsewhere: bool
    guard: str


def prepare(session: Session, *, kind: str = policy.ASKED, folder: Path | None = None) -> Plan:
    """Store thread. Decide what goes where. Raises NotAllowed for a person who asks and may not."""
    if kind == policy.ASKED:
        require(session, Action.BACKUP)
    chosen = folder or settings_of(session).folder
    slots = keyfile.read_keyfile(session.store_dir)
    key = keys.sqlcipher_key(session.data_key, slots.store_id)
    return Plan(
        session.store.path, key, session.data_key, slots.store_id, session.epoch,
        keyfile.content(keyfile.settled(slots, session.epoch)), chosen, kind, session.now(),
    )  # fmt: skip


def carry_out(
    plan: Plan,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Made:
    """Any thread. Copy the store, open and check the copy, write it, read it back.

    ``progress`` is told how many bytes have been written and read back, of how many; ``stopped`` is asked between the
    steps whether to give up. What a backup that was cut short has left behind is taken away first. Raises
    EnvironmentTrouble: DISK_FULL, READ_ONLY, REFUSED when it was given up, or DAMAGED when the copy or the stick does
    not hold what it should. Then nothing is left that could be taken for a backup.
    """
    temporary = plan.store.with_name(f"{plan.store.name}.backup")
    copy_key = bundle.store_key(plan.data_key, plan.store_id)
    try:
        _make_folder(plan)
        bundle.remove_leftovers(plan.folder, plan.store_id)
        try:
            copies.copy_store(plan.store, plan.store_key, temporary, copy_key, stopped=stopped)
            figures = copies.check_copy(temporary, copy_key, plan.store_id)
            manifest = bundle.Manifest(
                plan.store_id, figures.device_id, plan.epoch, figures.schema, plan.now, plan.kind, figures.count,
                figures.head, figures.revisions, figures.residents,
            )  # fmt: skip
            path, both_ways = _free_name(plan), temporary.stat().st_size * 2

            def told(done: int) -> None:
                if stopped():
                    raise copies.abandoned()
                progress(done, both_ways)

            told(0)
            manifest = bundle.write(path, manifest, plan.slots, temporary, plan.data_key, told)
            return Made(path, manifest, path.stat().st_size)
        finally:
            copies.remove_copy(temporary)
    except OSError as error:
        raise not_written(plan.folder, error) from error


def note(session: Session, made: Made) -> Made:
    """Store thread. Put a verified backup on the list, and throw away those that need not be kept.

    After a sudden change (:func:`app.domain.backups.bulk_change`) nothing is thrown away. Raises EnvironmentTrouble
    DAMAGED when the living record does not hold what the copy holds.
    """
    with session.write() as work:
        before = rows.last_made(work.connection)
        if not copies.holds(work.connection, made.manifest.count, made.manifest.head):
            raise bundle.damaged(made.path)
        guard = before.guard if before else ""
        if before and not guard:
            guard = policy.bulk_change(
                before.residents, made.manifest.residents, before.revisions, made.manifest.revisions
            )
        rows.note_backup(work, str(made.path), made.manifest, made.size, guard)
    if not guard:
        _prune(session, made.path)
    return Made(made.path, made.manifest, made.size, guard, changes("backup"))


def make(session: Session, *, kind: str = policy.ASKED, folder: Path | None = None) -> Made:
    """A verified backup, now, on this thread."""
    return note(session, carry_out(prepare(session, kind=kind, folder=folder)))


def before_migration(
    store: Store, store_dir: Path, unlocked: keyfile.Unlocked, slots: keyfile.Keyfile, now: datetime
) -> None:
    """The backup before a store is brought to a newer schema; it goes beside the records."""
    key = keys.sqlcipher_key(unlocked.data_key, slots.store_id)
    plan = Plan(
        store.path, key, unlocked.data_key, slots.store_id, unlocked.epoch,
        keyfile.content(keyfile.settled(slots, unlocked.epoch)), store_dir / FOLDER, "before-update", now,
    )  # fmt: skip
    carry_out(plan)


def is_due(session: Session) -> bool:
    """Whether the next scheduled backup should be made now."""
    if session.trouble is not None:
        return False
    with session.read() as connection:
        last = rows.newest_by(connection, session.now())
    return policy.due(last.taken_at if last else None, session.now(), timedelta(hours=settings_of(session).hours))


def settings_of(session: Session) -> Settings:
    """Where backups go and how often."""
    with session.read() as connection:
        folder = settings.get(connection, _FOLDER_KEY)
        hours = settings.get(connection, _HOURS_KEY)
        same_disk = bool(settings.get(connection, _SAME_DISK_KEY))
    chosen = Path(str(folder)) if folder else session.store_dir / FOLDER
    return Settings(chosen, bool(folder) and not same_disk, hours if isinstance(hours, int) else _DEFAULT_HOURS)


def on_this_disk(folder: Path, store_dir: Path) -> bool:
    """Whether a folder is on the disk that the records are on; a folder that cannot be seen is on another."""
    try:
        return folder.stat().st_dev == store_dir.stat().st_dev
    except OSError:
        return False


def set_schedule(session: Session, folder: Path | None, hours: int) -> Changes:
    """Choose the folder (None: beside the records) and how often: every 4, 12 or 24 hours."""
    require(session, Action.MANAGE_HOME)
    if hours not in HOURS:
        raise UserError("Choose how often a backup is made", field="hours")
    if folder is not None and not folder.is_absolute():
        raise UserError("Choose a folder", field="folder")
    same_disk = folder is not None and on_this_disk(folder, session.store_dir)
    with session.write() as work:
        settings.put(work, _FOLDER_KEY, str(folder) if folder else None)
        settings.put(work, _HOURS_KEY, hours)
        settings.note(work, _SAME_DISK_KEY, same_disk)
    return changes("setting", "backup")


def noted(session: Session) -> tuple[Listed, ...]:
    """Every backup that was ever made, newest first; nobody has looked yet which of them can be seen."""
    with session.read() as connection:
        found = rows.backups(connection)
    return tuple(Listed(Path(b.path), b.taken_at, b.kind, b.revisions, b.bytes, NOT_SEEN, b.guard) for b in found)


def look_for(listed: tuple[Listed, ...]) -> tuple[Listed, ...]:
    """Any thread: look which of them can be seen, and leave out those thrown away. A sleeping disk takes its time."""
    looked = tuple(replace(one, there=_is_file(one.path)) for one in listed)
    gone_from = {folder for folder in {one.path.parent for one in listed} if _is_folder(folder)}
    return tuple(one for one in looked if one.there or one.path.parent not in gone_from)


def last_of(session: Session) -> Last | None:
    """What the status line says of the newest backup; None when there is none, or none that is not from the future."""
    with session.read() as connection:
        last, made = rows.newest_by(connection, session.now()), rows.last_made(connection)
    if last is None or made is None:
        return None
    kept = settings_of(session)
    folder = Path(last.path).parent
    here = folder.is_relative_to(session.store_dir) or (folder == kept.folder and not kept.elsewhere)
    return Last(last.taken_at, not here, made.guard)


def looked_at_change(session: Session, reason: str) -> Changes:
    """A manager has looked at a sudden change and let older backups go again."""
    require(session, Action.MANAGE_HOME)
    if not reason.strip():
        raise UserError("Enter what was found", field="reason")
    with session.write() as work:
        rows.clear_guard(work, reason.strip())
    return changes("backup")


def not_written(folder: Path, error: OSError) -> EnvironmentTrouble:
    """What is said when a backup cannot be written there."""
    if has_no_room(error):
        return EnvironmentTrouble(
            ExitCode.DISK_FULL,
            f"No backup was made: there is no room in {folder}.",
            "The records and the backups before are safe.",
            "Free some space there, or use another disk or memory stick.",
        )
    return EnvironmentTrouble(
        ExitCode.READ_ONLY,
        f"No backup was made: {folder} cannot be written to ({error.strerror}).",
        "The records and the backups before are safe.",
        "Plug the memory stick in, or choose another folder.",
    )


def found_in(folder: Path) -> tuple[tuple[Path, bundle.Manifest], ...]:
    """The backups in a folder, newest first, whoever they belong to. OSError when it cannot be read."""
    found = [(path, bundle.read_manifest(path)) for path in folder.glob(f"*{bundle.SUFFIX}") if path.is_file()]
    known = [(path, manifest) for path, manifest in found if manifest is not None]
    return tuple(sorted(known, key=lambda one: one[1].taken_at, reverse=True))


def newest_in(folders: tuple[Path, ...], store_id: str) -> Path | None:
    """Any thread. The newest backup of this home in any of the folders that can be seen, also one that is not noted."""
    found: list[tuple[datetime, Path]] = []
    for folder in folders:
        with suppress(OSError):
            found += [(m.taken_at, path) for path, m in found_in(folder) if m.store_id == store_id]
    return max(found)[1] if found else None


def _make_folder(plan: Plan) -> None:
    """The home's own folder is made; a chosen one must be there, or the empty place of a stick would fill the disk."""
    if plan.folder == plan.store.parent / FOLDER:
        plan.folder.mkdir(mode=0o700, exist_ok=True)
    elif not plan.folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "it is not there")


def _is_file(path: Path) -> bool:
    with suppress(OSError):
        return path.is_file()
    return False


def _is_folder(path: Path) -> bool:
    with suppress(OSError):
        return path.is_dir()
    return False


def _free_name(plan: Plan) -> Path:
    stem = f"hartwell-{plan.now:%Y%m%d-%H%M%S}-{plan.kind}"
    names = (stem if turn == 0 else f"{stem}-{turn}" for turn in range(1000))
    return next(path for name in names if not (path := plan.folder / f"{name}{bundle.SUFFIX}").exists())


def _prune(session: Session, made: Path) -> None:
    """Throw away what need not be kept, of this home only. A backup that cannot be removed does no harm.

    Only what is known to be ours counts and goes: files made up by somebody else must not push the true ones out.
    """
    with session.read() as connection:
        known = {(one.path, one.count, one.head): one for one in rows.backups(connection)}
    with suppress(OSError):
        ours = []
        for path, manifest in found_in(made.parent):
            row = known.get((str(path), manifest.count, manifest.head))
            if row is not None:  # the list's date, not the file's
                ours.append(policy.Taken(path.name, row.taken_at, row.kind))
            elif _is_ours(session, manifest):
                ours.append(policy.Taken(path.name, manifest.taken_at, manifest.kind))
        kept = policy.to_keep(ours, session.now()) | {made.name}
        for one in ours:
            if one.name not in kept:
                (made.parent / one.name).unlink()


def _is_ours(session: Session, manifest: bundle.Manifest) -> bool:
    same_home = (manifest.store_id, manifest.epoch) == (session.store.id, session.epoch)
    return same_home and manifest.authentic(session.data_key)
