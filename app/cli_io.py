"""What every command shares: signing in, reading what is given, and saying things to people and to scripts.

JSON goes to standard output, words for people to standard error. Passwords come by ``--password-stdin`` or a prompt.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from app.domain.errors import UserError, not_written
from app.paths import default_store

if TYPE_CHECKING:
    from io import BufferedReader

    from app.services.session import Session

_FIRST_YEAR, _LAST_YEAR = 1948, 2199
_LARGEST_FILE = 64_000_000
_BLOCK = 1_048_576


@contextmanager
def signed_in(
    arguments: argparse.Namespace, password: str | None = None, *, inspect: bool = False, choosing: bool = False
) -> Iterator[Session]:
    """The session of the named account (the only one, if there is just one); with ``inspect`` also on records that may
    only be read. With a one-time secret nothing can be done but ``choosing`` a password."""
    from app.services.sign_in import sign_in

    store, user = store_of(arguments), account_of(arguments)
    given = password_once(arguments) if password is None else password
    session = sign_in(store, user, given, system_clock(), inspect=inspect)
    try:
        if session.account.must_change and not choosing:
            raise UserError(
                "This is a one-time secret. Choose a password of your own first: hartwell user password "
                f"{session.account.user}, with the secret and the new password as two lines of standard input",
                field="password",
            )
        yield session
    finally:
        session.close()


def account_of(arguments: argparse.Namespace) -> str:
    """The account that is named, or the only one there is; empty where there is no home."""
    from app.services.sign_in import accounts, home_exists

    store, user = store_of(arguments), str(getattr(arguments, "user", ""))
    if user or not home_exists(store):
        return user
    known = accounts(store)
    if len(known) != 1:
        raise UserError(f"Name the account with --user ({', '.join(known)})", field="user")
    return known[0]


def store_of(arguments: argparse.Namespace, otherwise: Path | None = None) -> Path:
    return getattr(arguments, "store", None) or otherwise or default_store()


def system_clock() -> Any:
    from app.services.clock import SystemClock

    return SystemClock()


def password_once(arguments: argparse.Namespace) -> str:
    return ask_password("Password: ", always_stdin=getattr(arguments, "password_stdin", False))


def ask_password(prompt: str, *, always_stdin: bool) -> str:
    if always_stdin or not sys.stdin.isatty():
        return as_text(sys.stdin.buffer.readline()).rstrip("\r\n")
    from getpass import getpass

    return getpass(prompt)


def lines_of(source: Path | None) -> Iterable[str]:
    """The lines to record; standard input has given its first line to the password already, if it carries one."""
    if source is None:
        return input_lines()
    return [line for line in as_text(read_bytes(source)).splitlines() if line.strip()]


def input_lines() -> Iterator[str]:
    """The lines of standard input, blank ones left out, read one at a time as they come."""
    return (text for raw in sys.stdin.buffer if (text := as_text(raw)).strip())


def input_blocks() -> Iterator[list[str]]:
    """The lines of standard input, blank ones left out, each time all of them that have come: a script that waits for
    the answer to its last line is not kept waiting for the next, and a long file is not taken line by line."""
    given, rest = cast("BufferedReader", sys.stdin.buffer), b""
    while block := given.read1(_BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        yield [text for raw in whole if (text := as_text(raw)).strip()]
    if (last := as_text(rest)).strip():
        yield [last]


def is_text(line: str) -> bool:
    return line.isascii() or not any("\ud800" <= character <= "\udfff" for character in line)


def as_text(raw: bytes) -> str:
    """UTF-8 as text. Bytes that are no text become lone surrogates, and those are refused where the line is read."""
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")


def read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", field="file") from None
    if len(content) > _LARGEST_FILE:
        raise UserError(f"{path} is larger than {_LARGEST_FILE // 1_000_000} MB", field="file")
    return content


def read_json(path: Path) -> Mapping[str, Any]:
    from app.services.recording import read_object

    return read_object(as_text(read_bytes(path)), str(path), field="file")


def read_connection(path: Path) -> Mapping[str, Any]:
    """A connection file; the paths in it are kept whole, because the next command may run in another folder."""
    files = ("path", "ca", "client_cert", "client_key")
    return {
        key: str(Path(value).absolute()) if key in files and isinstance(value, str) and value else value
        for key, value in read_json(path).items()
    }


def read_day(text: str, field: str) -> date:
    """A date on the command line, where nobody can be asked which way round it is meant."""
    from app.domain.dates import parse_date

    day = parse_date(text, field=field, strict=True)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UserError(f"{text} must be a date from {_FIRST_YEAR} to {_LAST_YEAR}", field=field)
    return day


def folder_for(path: Path) -> None:
    """Refuse a place that cannot take the file, before anything is made and recorded."""
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}. Make it first, or choose another", field="out")
    if path.is_dir():
        raise UserError(f"{path} is a folder. Name a file", field="out")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        safe = "What was recorded is kept."
        raise not_written(f"{path} was not written", error, safe=safe, do="Choose another place.") from None


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_number) + "\n")
    sys.stdout.flush()


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def tell(words: str) -> None:
    print(words, file=sys.stderr)


def tell_fault(fault: Exception) -> None:
    """A fault of ours: what kind and where goes to the report, and nothing of what was being worked on anywhere."""
    from app.ui.crash import write_report

    report = write_report(fault)
    where = f"A report without any resident's details is in {report}. " if report else ""
    tell(
        f"Hartwell failed on this ({type(fault).__name__}). What was saved before is safe. "
        f"{where}Please pass it on to whoever looks after Hartwell."
    )


def tell_refusal(error: UserError) -> None:
    """Each problem on a line of its own, with its field and, for a file, its row."""
    if len(error.problems) != 1 or error.problems[0].row is not None:
        said = "; ".join(problem.message for problem in error.problems)
        if error.message != said:
            tell(error.message)
    for problem in error.problems:
        if problem.row is not None:
            tell(f"row {problem.row}, column {problem.field}: {problem.message}")
        elif problem.message.startswith(f"{problem.field}: "):
            tell(problem.message)
        else:
            tell(f"{problem.field}: {problem.message}")
