"""What the database says, told apart by cause and put into words.

SQLAlchemy wraps every driver error in the same few classes, so the cause is read from ``sqlite_errorname``.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as driver
from sqlalchemy.exc import DBAPIError

from app.domain.errors import EnvironmentTrouble, ExitCode, has_no_room

_SAFE = "Everything saved before this is still there."


def disk_full() -> EnvironmentTrouble:
    """The disk is full."""
    return EnvironmentTrouble(
        ExitCode.DISK_FULL,
        "This was not saved: the disk is full.",
        _SAFE,
        "Free some space on this computer, then save again.",
    )


def disk_failed() -> EnvironmentTrouble:
    """The disk refused to read or write. A full disk looks like this too, when it is the log that finds no room."""
    return EnvironmentTrouble(
        ExitCode.DISK_FULL,
        "The disk does not read or write as it should: it is full, or it is failing. The last step was not done.",
        _SAFE,
        "Free some space on this computer and try again. If there is space, ask for help before doing anything else.",
    )


def read_only() -> EnvironmentTrouble:
    """The folder or file cannot be written."""
    return EnvironmentTrouble(
        ExitCode.READ_ONLY,
        "The records' folder cannot be written to, so nothing was saved.",
        _SAFE,
        "Ask whoever looks after the computer to give you permission to write there.",
    )


def unwritten(error: OSError) -> EnvironmentTrouble:
    """A file beside the store could not be written."""
    return disk_full() if has_no_room(error) else read_only()


def unreachable(error: OSError) -> EnvironmentTrouble:
    """The system refuses to read or write the files of the records."""
    if isinstance(error, PermissionError):
        return not_permitted()
    if error.errno == errno.EROFS:
        return read_only()
    return disk_full() if has_no_room(error) else disk_failed()


def not_permitted() -> EnvironmentTrouble:
    """The store's files belong to somebody else on this computer."""
    return EnvironmentTrouble(
        ExitCode.READ_ONLY,
        "The records may not be opened: this account of the computer has no permission to read and write their files.",
        "Nothing was changed.",
        "Sign in to the computer as the one who set Hartwell up, or have whoever looks after it give you permission.",
    )


def cannot_open() -> EnvironmentTrouble:
    """The system opens no file there: the place is gone, read only, or not this person's."""
    return EnvironmentTrouble(
        ExitCode.READ_ONLY,
        "The records cannot be opened: their folder cannot be written to, or is no longer there.",
        _SAFE,
        "See that the folder and its disk are there. If they are, ask whoever looks after the computer for permission.",
    )


def damaged_store() -> EnvironmentTrouble:
    """The store cannot be read with the right key: it is damaged."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "The records file is damaged: it does not open with the right key.",
        "Nothing was changed.",
        "Restore the last backup, and keep the damaged file: part of it may be readable.",
    )


def damaged_part() -> EnvironmentTrouble:
    """The store opened, and a part of it that was asked for is damaged."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "A part of the records file is damaged and cannot be read.",
        "Nothing was changed.",
        "A manager can see what is affected and save the rest (hartwell salvage). Then restore the newest backup, and "
        "keep the damaged file.",
    )


def cut_off_store() -> EnvironmentTrouble:
    """The store's file is empty, or too short to be one."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "The records file is damaged: it is empty or was cut off.",
        "Nothing was changed.",
        "Restore the newest backup, and keep the file as it is.",
    )


def plain_store() -> EnvironmentTrouble:
    """Where the store should be there is a database that anybody can read."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "The records file is damaged: what is there is not encrypted, so it is not Hartwell's.",
        "It was not opened and not changed.",
        "Find out who put it there. Then restore the newest backup.",
    )


def missing_store(path: object) -> EnvironmentTrouble:
    """There is no store where one was named; one is never made by opening."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        f"There are no records at {path}.",
        "Nothing was created.",
        "Check the folder, or restore a backup there.",
    )


def moved_store() -> EnvironmentTrouble:
    """The store was moved, deleted or its disk taken away while it was open."""
    return EnvironmentTrouble(
        ExitCode.READ_ONLY,
        "The records file is no longer where it was opened: it was moved or deleted, or its disk was taken out. "
        "The last step may not be kept.",
        _SAFE,
        "Put it back, or plug the disk in, then close Hartwell and start it again. Until then write on paper.",
    )


def behind_anchor(have: int, anchored: int) -> EnvironmentTrouble:
    """The store is shorter than, or another than, what the anchor says was committed."""
    return EnvironmentTrouble(
        ExitCode.BEHIND_ANCHOR,
        f"These records are older than they were: entry {anchored} of the audit trail was reached, and they hold "
        f"{have} or differ there. Something saved before is missing.",
        "They are open for reading only, so that nothing more is lost.",
        "Restore the newest backup. If there is none, a manager can go on with what is here, which is noted.",
    )


def missing_anchor() -> EnvironmentTrouble:
    """The file that shows whether the store is complete is missing or damaged."""
    return EnvironmentTrouble(
        ExitCode.BEHIND_ANCHOR,
        "The file store.anchor is missing or damaged, so nobody can tell whether these records are complete.",
        "They are open for reading only.",
        "Put the file back, or restore the newest backup. Or a manager goes on with what is here, which is noted.",
    )


def already_open(who: str) -> EnvironmentTrouble:
    """Another program holds the store."""
    return EnvironmentTrouble(
        ExitCode.ALREADY_OPEN,
        f"These records are already open{who}.",
        "Nothing was changed.",
        "Close Hartwell there first, or use the window that is open.",
    )


_BY_NAME: dict[str, Callable[[], EnvironmentTrouble]] = {
    "SQLITE_FULL": disk_full,
    "SQLITE_IOERR": disk_failed,
    "SQLITE_READONLY": read_only,
    "SQLITE_CANTOPEN": cannot_open,
    "SQLITE_PERM": not_permitted,
    "SQLITE_CORRUPT": damaged_part,
    "SQLITE_NOTADB": damaged_store,
    "SQLITE_BUSY": lambda: already_open(" in another program"),
}


def trouble_for(error: DBAPIError) -> EnvironmentTrouble | None:
    """The trouble behind a driver error, or None when it is a fault of ours (a constraint, a bad statement).

    Extended names such as SQLITE_IOERR_WRITE or SQLITE_READONLY_DIRECTORY count as their family.
    """
    return _trouble_named(getattr(error.orig, "sqlite_errorname", ""))


def _trouble_named(name: str) -> EnvironmentTrouble | None:
    family = "_".join(name.split("_")[:2])
    return _BY_NAME[family]() if family in _BY_NAME else None


@contextmanager
def of_files() -> Iterator[None]:
    """Turn what the system says about files inside the block into EnvironmentTrouble."""
    try:
        yield
    except OSError as error:
        raise unreachable(error) from error


@contextmanager
def in_words() -> Iterator[None]:
    """Turn the environment's database errors inside the block into EnvironmentTrouble; faults of ours pass through."""
    try:
        yield
    except DBAPIError as error:
        if (trouble := trouble_for(error)) is not None:
            raise trouble from error
        raise
    except driver.Error as error:  # from loops that read straight from the driver
        if (trouble := _trouble_named(getattr(error, "sqlite_errorname", ""))) is not None:
            raise trouble from error
        raise
