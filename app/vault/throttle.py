"""Slowing down whoever tries passwords at the keyboard.

Failed tries are counted in a small file beside the keyfile, so that closing the program changes nothing. Each account
is counted by itself: nobody's guessing keeps anybody else out. All names that are not accounts are counted as one.

The first five failures cost nothing; then there are waits of 1, 2, 4 seconds and so on; from the tenth on it is a
quarter of an hour each, or a manager's word. A try is counted *before* the password is looked at and taken back when
it was right, so that stopping the program in the middle, or trying in many windows at once, gains nothing.

This holds up a person at the keyboard. Whoever can change files here can copy them and guess elsewhere; against them
only the cost of the derivation and the password itself count. So a damaged file counts as an empty one, and a folder
that cannot be written throttles nobody: it must never keep the staff from their records.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from app.domain.codec import canonical, instant, instant_text, parse
from app.domain.errors import EnvironmentTrouble, ExitCode, WrongPassword
from app.vault import keyfile
from app.vault.files import replace_file

ATTEMPTS_NAME = "attempts.json"
_LOCK_NAME = "attempts.lock"
_LOCK_SECONDS = 2
FREE = 5
"""Failures that cost no wait."""
MANY = 10
"""Failures from which on only a manager or a quarter of an hour helps."""
_LONGEST_STEP = timedelta(seconds=60)
SHUT = timedelta(minutes=15)
_NO_ACCOUNT = ""
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed tries since the last sign-in: how many, and when the first and the last were (UTC)."""

    count: int
    first: datetime
    last: datetime

    @property
    def wait(self) -> timedelta:
        """How long after the last one the next try may come."""
        if self.count < FREE:
            return timedelta(0)
        if self.count >= MANY:
            return SHUT
        return min(timedelta(seconds=2 ** (self.count - FREE)), _LONGEST_STEP)


def unlock(
    folder: Path, slots: keyfile.Keyfile, user: str, password: str, now: datetime
) -> tuple[keyfile.Unlocked, Failures | None]:
    """Open the account's slot, unless it must wait; with the failures since its last sign-in, which still stand.

    Raises what :func:`app.vault.keyfile.unlock` raises; a WrongPassword says how long the next try must wait.
    """
    before = begin(folder, user, slots.users, now)
    try:
        unlocked = keyfile.unlock(slots, user, password)
    except EnvironmentTrouble as trouble:
        if trouble.exit_code is ExitCode.WRONG_PASSWORD:
            raise refusal(left_to_wait(folder, user, slots.users, now)) from None
        put_back(folder, user, before)
        raise
    put_back(folder, user, before)
    return unlocked, before


def begin(folder: Path, user: str, users: Iterable[str], now: datetime) -> Failures | None:
    """Count a try of the account, before its password is looked at; the failures before it, or None.

    ``users`` are the names that have an account. Raises WrongPassword, without counting, while the account must wait.
    """
    known = _by_folded(users)
    name = known.get(user.casefold(), _NO_ACCOUNT)
    left = timedelta(0)
    before: Failures | None = None

    def count(kept: dict[str, Failures]) -> None:
        nonlocal left, before
        left, before = timedelta(0), kept.get(name)
        if before is not None:
            if before.last > now:
                # The clock was put back, or was ahead when it failed: the wait starts again from now, once.
                kept[name] = replace(before, first=min(before.first, now), last=now)
            left = kept[name].last + before.wait - now
            if left > timedelta(0):
                return
        kept[name] = Failures(before.count + 1 if before else 1, before.first if before else now, now)
        for gone in set(kept) - {*known.values(), _NO_ACCOUNT}:
            del kept[gone]

    if not _change(folder, count):
        return None
    if left > timedelta(0):
        raise refusal(left)
    return before


def put_back(folder: Path, user: str, before: Failures | None) -> None:
    """The password was right: the try that :func:`begin` counted is none, and what was before it stands."""

    def restore(kept: dict[str, Failures]) -> None:
        name = _own_name(kept, user)
        kept.pop(name, None)
        if before is not None:
            kept[name] = before

    _change(folder, restore)


def clear(folder: Path, user: str) -> None:
    """Forget the failures of an account: its person signed in, or a manager vouches for them."""
    _change(folder, lambda kept: kept.pop(_own_name(kept, user), None))


def failures(folder: Path, user: str) -> Failures | None:
    """The failed tries of an account since its last sign-in, or None."""
    kept = _read(folder)
    return kept.get(_own_name(kept, user))


def left_to_wait(folder: Path, user: str, users: Iterable[str], now: datetime) -> timedelta:
    """How long the account must still wait; zero when it may try."""
    name = _by_folded(users).get(user.casefold(), _NO_ACCOUNT)
    found = _read(folder).get(name)
    if found is None:
        return timedelta(0)
    return max(timedelta(0), min(found.last, now) + found.wait - now)


def refusal(left: timedelta = timedelta(0)) -> WrongPassword:
    """What is said to somebody who must wait: the words of a wrong password, and for how long."""
    seconds = whole_seconds(left)
    if seconds <= 0:
        return WrongPassword("Type it again.")
    words = f"Too many tries: wait {wait_words(seconds)}, then try again."
    if left > _LONGEST_STEP:
        words = f"Too many tries: wait {wait_words(seconds)}, or ask a manager to let you try again now."
    return WrongPassword(words, wait_seconds=seconds)


def whole_seconds(left: timedelta) -> int:
    """A wait in seconds, rounded up: whoever waits that long need not wait again."""
    return math.ceil(left.total_seconds())


def wait_words(seconds: int) -> str:
    """A wait in words; minutes are rounded up."""
    if seconds <= 90:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"


def _by_folded(users: Iterable[str]) -> dict[str, str]:
    return {user.casefold(): user for user in users}


def _own_name(kept: dict[str, Failures], user: str) -> str:
    return _by_folded(kept).get(user.casefold(), user)


def _change(folder: Path, change: Callable[[dict[str, Failures]], object]) -> bool:
    """Read, change and write the file, one program at a time; False when it could not be written."""
    with _alone(folder):
        kept = _read(folder)
        before = dict(kept)
        change(kept)
        if kept == before:
            return True
        try:
            if kept:
                replace_file(folder / ATTEMPTS_NAME, _text(kept))
            else:
                (folder / ATTEMPTS_NAME).unlink(missing_ok=True)
        except OSError:
            return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / _LOCK_NAME)
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except (Timeout, OSError):  # held by something that hangs, or a folder that cannot be written: nobody is kept out
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _read(folder: Path) -> dict[str, Failures]:
    """What is kept, without whatever does not make sense."""
    try:
        with (folder / ATTEMPTS_NAME).open("rb") as handle:
            found = parse(handle.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    kept = {}
    for user, value in found.items() if isinstance(found, dict) else ():
        try:
            count = int(value["count"])
            first, last = _when(value["first"]), _when(value["last"])
        except (ValueError, KeyError, TypeError, OverflowError):
            continue
        if count > 0:
            kept[user] = Failures(count, first, last)
    return kept


def _when(text: str) -> datetime:
    found = instant(text)
    instant_text(found)  # an OverflowError at either end of time: it could not be written again
    return found


def _text(kept: dict[str, Failures]) -> bytes:
    plain = {
        user: {"count": f.count, "first": instant_text(f.first), "last": instant_text(f.last)}
        for user, f in kept.items()
    }
    return (canonical(plain) + "\n").encode()
