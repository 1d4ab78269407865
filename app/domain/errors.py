"""The three kinds of error, so that each reaches the right person in the right words.

* :class:`UserError`: something typed or asked for cannot be done; it says what and how to mend it.
* :class:`EnvironmentTrouble`: the disk, the key, the network; it says what happened, what is safe and what to do.
* anything else is a fault of ours and goes to the crash report, never to the screen as it is.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import IntEnum

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A full disk, a person's share of it used up, or a file larger than is allowed there."""


class ExitCode(IntEnum):
    """What a headless command ends with; the numbers are a published contract."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    WRONG_PASSWORD = 10
    DAMAGED = 11
    ALREADY_OPEN = 12
    DISK_FULL = 13
    READ_ONLY = 14
    SCHEMA = 15
    BEHIND_ANCHOR = 16


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where (the field's key, or row and column of a file) and what to do, in the label's words."""

    field: str
    message: str
    row: int | None = None


class UserError(Exception):
    """A refusal that the person at the screen can mend.

    ``problems`` holds one entry a field, so that a form can mark each; ``message`` alone is enough elsewhere.
    """

    def __init__(self, message: str, *, field: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems or ((Problem(field, message),) if field else ())

    @property
    def field(self) -> str:
        """The key of the first field at fault, or an empty string."""
        return self.problems[0].field if self.problems else ""


class NotAllowed(UserError):  # noqa: N818 - reads as a sentence where it is raised
    """The signed-in person's role does not allow this action."""


class EnvironmentTrouble(Exception):  # noqa: N818 - trouble, not a programming error
    """Something around the program failed: three sentences for the person, one exit code for the script."""

    def __init__(self, exit_code: ExitCode, happened: str, safe: str, do: str) -> None:
        super().__init__(f"{happened} {safe} {do}".strip())
        self.exit_code = exit_code
        self.happened = happened
        self.safe = safe
        self.do = do


class WrongPassword(EnvironmentTrouble):
    """A user name or password that is not right, or a try that comes too soon after others.

    ``wait_seconds`` is how long the next try must wait.
    """

    def __init__(self, do: str, *, wait_seconds: int = 0) -> None:
        super().__init__(ExitCode.WRONG_PASSWORD, "The user name or password is not right.", "Nothing was changed.", do)
        self.wait_seconds = wait_seconds


def has_no_room(error: OSError) -> bool:
    """Whether a file could not be written because there is no room for it, and not for want of permission."""
    return error.errno in _NO_ROOM


def not_written(what: str, error: OSError, *, safe: str, do: str) -> EnvironmentTrouble:
    """What is said when a file could not be written; ``what`` is a sentence without its full stop."""
    full = has_no_room(error)
    return EnvironmentTrouble(
        ExitCode.DISK_FULL if full else ExitCode.READ_ONLY,
        f"{what}: {'the disk is full' if full else error.strerror or 'the system refused'}.",
        safe,
        do,
    )
