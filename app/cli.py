"""The command line: the same use cases as the window, for scripts, for IT staff and for checks.

JSON goes to standard output, messages for people to standard error, and every cause of failure has its own exit code
(:class:`app.domain.errors.ExitCode`). Passwords come by ``--password-stdin`` or a prompt, never as an argument. What a
command needs is imported when it runs, so that ``hartwell score`` starts at once.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.paths import default_store, demo_store

if TYPE_CHECKING:
    from app.domain.transfer import TransferReason
    from app.services.session import Session

Command = Callable[[argparse.Namespace], int]
_INTERRUPTED = 130  # as a shell reports Ctrl+C
_FIRST_YEAR, _LAST_YEAR = 1948, 2199
_LARGEST_FILE = 64_000_000
_NO_TEXT = json.dumps({"id": None, "error": {"field": "line", "message": "The line is not UTF-8 text"}})


def main(argv: list[str]) -> int:
    """Run the command that the arguments name, or open the window when they name none."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8, whatever the terminal's own code page
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command or _window
    try:
        return command(arguments)
    except EnvironmentTrouble as trouble:
        _tell(f"{trouble.happened} {trouble.safe} {trouble.do}")
        return int(trouble.exit_code)
    except UserError as error:
        _tell_refusal(error)
        return int(ExitCode.REFUSED)
    except BrokenPipeError:
        # The reader went away; what is still in the buffer must not be tried again on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.REFUSED)
    except KeyboardInterrupt:
        _tell("Stopped. What was acknowledged is saved.")
        return _INTERRUPTED
    except Exception as fault:  # noqa: BLE001 - the last one to see it: reported without anybody's details
        _tell_fault(fault)
        return int(ExitCode.REFUSED)


def program_version() -> str:
    """The installed version, or a word that says it is not installed."""
    try:
        return version("hartwell")
    except PackageNotFoundError:
        return "not installed"


# ------------------------------------------------------------------------------------------------------ the arguments


def _parser() -> argparse.ArgumentParser:
    # The store and user may stand before or after the command's name.
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--store", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="the home's folder")
    common.add_argument("--user", default=argparse.SUPPRESS, metavar="NAME", help="the account to sign in with")
    common.add_argument(
        "--password-stdin", action="store_true", default=argparse.SUPPRESS, help="read the password from standard input"
    )
    parser = argparse.ArgumentParser(
        prog="hartwell", description="The record of a care home's champions.", parents=[common], allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"hartwell {program_version()}")
    parser.add_argument("--demo", action="store_true", help="a practice home with 45 invented residents")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, run: Command, help_text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, parents=[common], help=help_text, description=help_text, allow_abbrev=False)
        sub.set_defaults(command=run)
        return sub

    sub = add("tour", _tour, "the main job without a screen, on a practice home; leaves its papers and pictures")
    sub.add_argument("--out", type=Path, required=True, metavar="DIR")
    sub.add_argument("--connect", type=Path, metavar="FILE.json", help="a connection to use, not the practice CCG")
    sub.add_argument("--no-pictures", action="store_true", help="leave out the pictures of the screens")
    add("score", _score, "score answers: JSON lines in, JSON lines out")
    add("decide", _decide, "decide premium weeks: JSON lines in, JSON lines out")
    sub = add("init", _init, "first run from a script; the manager's password on standard input")
    sub.add_argument("--home", type=Path, required=True, metavar="FILE.json")
    sub = add("import", _import, "add residents or staff from a CSV file, all or nothing")
    sub.add_argument("what", choices=("residents", "staff"))
    sub.add_argument("file", type=Path, metavar="FILE.csv")
    sub = add("record", _record, "record assessments: JSON lines in, one acknowledgement a line out")
    sub.add_argument("--from", dest="source", type=Path, metavar="FILE", help="read the lines from a file")
    sub = add("pack", _pack, "make a resident's red-bag pack")
    sub.add_argument("resident", metavar="RESIDENT", help="the home's key of the resident")
    sub.add_argument("--reason", type=Path, required=True, metavar="FILE.json")
    sub.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    sub.add_argument("--copies", type=int, default=1, metavar="N")
    sub = add("claim", _claim, "the week's decisions; with --submit, sign and queue them")
    sub.add_argument("--week", required=True, metavar="DATE")
    sub.add_argument("--submit", action="store_true")
    sub.add_argument("--late-reason", default="", metavar="TEXT")
    sub = add("evidence", _evidence, "the evidence for the claims of a span of weeks")
    sub.add_argument("--from", dest="first", required=True, metavar="DATE")
    sub.add_argument("--to", dest="last", required=True, metavar="DATE")
    sub.add_argument("--out", type=Path, required=True, metavar="DIR")
    sub = add("connect", _connect, "keep the settings of a transport")
    sub.add_argument("file", type=Path, metavar="FILE.json")
    add("sync", _sync, "send what waits and take in what came, once")
    add("outbox", _outbox, "the queue as JSON")
    sub = add("check-message", _check_message, "check one message bundle and say what is wrong with it")
    sub.add_argument("file", type=Path, metavar="FILE")
    add("info", _info, "versions, paths and sizes; no resident data")
    return parser


# ------------------------------------------------------------------------------------------------ without a home's data


def _window(arguments: argparse.Namespace) -> int:
    if not _has_screen():
        raise UserError("There is no screen here. Use a command (hartwell --help), or hartwell tour --out DIR")
    from app.main import run_window

    store = _store(arguments, demo_store() if arguments.demo else default_store())
    return run_window(store, demo=arguments.demo, user=getattr(arguments, "user", ""))


def _has_screen() -> bool:
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in named)


def _tour(arguments: argparse.Namespace) -> int:
    from app.services import tour

    pictures: tour.Pictures | None = None
    if not arguments.no_pictures:
        if not _has_screen():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from app.main import grab_screens

        pictures = grab_screens
    connection = _read_connection(arguments.connect) if arguments.connect else None
    with _writing(arguments.out):
        arguments.out.mkdir(parents=True, exist_ok=True)
    found = tour.run(arguments.out, _clock(), connection=connection, pictures=pictures, say=_tell)
    _print_json(found)
    return int(ExitCode.DONE)


def _score(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    from app.domain.instruments.lines import answer_line

    return _answer_lines(answer_line)


def _decide(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    from app.domain.premium import decide_line

    return _answer_lines(decide_line)


def _answer_lines(answer: Callable[[str], tuple[str, bool]]) -> int:
    refused = False
    for line in _input_lines():
        text, accepted = answer(line) if _is_text(line) else (_NO_TEXT, False)
        refused |= not accepted
        sys.stdout.write(text + "\n")
        sys.stdout.flush()  # a script may wait for this answer before it writes its next line
    return int(ExitCode.REFUSED if refused else ExitCode.DONE)


def _check_message(arguments: argparse.Namespace) -> int:
    from app.sync.fhir.check import check_message, validate_r4

    content = _read_bytes(arguments.file)
    problems = [*check_message(content), *validate_r4(content)]
    _print_json({"ok": not problems, "problems": [{"field": p.field, "message": p.message} for p in problems]})
    return int(ExitCode.REFUSED if problems else ExitCode.DONE)


def _info(arguments: argparse.Namespace) -> int:
    from app.models.schema import SCHEMA
    from app.models.store import STORE_NAME
    from app.paths import log_dir, resources
    from app.vault.keyfile import KEYFILE_NAME

    store = _store(arguments)
    files = {name: store / name for name in (STORE_NAME, f"{STORE_NAME}-wal", KEYFILE_NAME)}
    _print_json({
        "version": program_version(),
        "schema": SCHEMA,
        "python": sys.version.split()[0],
        "libraries": {name: _library(name) for name in ("PySide6-Essentials", "SQLAlchemy", "sqlcipher3", "reportlab")},
        "store": str(store),
        "bytes": {name: path.stat().st_size for name, path in files.items() if path.exists()},
        "resources": str(resources()),
        "logs": str(log_dir()),
    })  # fmt: skip
    return int(ExitCode.DONE)


def _library(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "in the bundle"


# --------------------------------------------------------------------------------------------------- on a home's store


def _init(arguments: argparse.Namespace) -> int:
    from app.services import first_run

    setup = first_run.read_setup(_read_json(arguments.home))
    password = _password("Password for the first manager: ", always_stdin=getattr(arguments, "password_stdin", False))
    made = first_run.create_home(_store(arguments), setup, password, _clock())
    _print_json({
        "store_id": made.store_id,
        "device_id": made.device_id,
        "recovery_key": made.recovery_key,
        "schema": made.schema,
    })  # fmt: skip
    return int(ExitCode.DONE)


def _import(arguments: argparse.Namespace) -> int:
    from app.services import imports

    data = _read_bytes(arguments.file)
    with _session(arguments) as session:
        run = imports.import_residents if arguments.what == "residents" else imports.import_staff
        _print_json({"imported": run(session, data).count})
    return int(ExitCode.DONE)


def _record(arguments: argparse.Namespace) -> int:
    from app.services.recording import record_line

    refused = False
    with _session(arguments) as session:
        for line in _lines(arguments.source):
            try:
                answer = record_line(session, line)
            except UserError as error:
                refused = True
                answer = {"error": {"field": error.field, "message": error.message}}
            _print_json(answer)
    return int(ExitCode.REFUSED if refused else ExitCode.DONE)


def _pack(arguments: argparse.Namespace) -> int:
    from app.services import residents, transfers
    from app.vault.files import replace_file

    reason = _reason(arguments.reason)
    _folder_for(arguments.out)
    with _session(arguments) as session:
        resident = residents.resident_by_key(session, arguments.resident)
        pack = transfers.send_to_hospital(session, resident.id, reason, copies=arguments.copies)
        with _writing(arguments.out):
            replace_file(arguments.out, pack.pdf)
        _print_json({
            "pack": pack.id,
            "version": pack.version,
            "pages": pack.pages,
            "missing": list(pack.missing),
            "sha256": pack.sha256,
        })  # fmt: skip
    return int(ExitCode.DONE)


def _reason(path: Path) -> TransferReason:
    from app.domain.transfer import read_reason

    return read_reason(_read_json(path))


def _claim(arguments: argparse.Namespace) -> int:
    from app.services import premium

    day = _day(arguments.week, "week")
    if arguments.late_reason and not arguments.submit:
        raise UserError("A late reason belongs to --submit", field="late_reason")
    password = _password_once(arguments)
    with _session(arguments, password) as session:
        submitted = None
        premium.refuse_future(session, day)
        if arguments.submit:
            done = premium.submit(session, day, password, late_reason=arguments.late_reason)
            submitted = {"bundle": done.bundle_id, "claims": list(done.identifiers)}
        _print_json(premium.week_json(premium.week(session, day), submitted))
    return int(ExitCode.DONE)


def _evidence(arguments: argparse.Namespace) -> int:
    from app.services import evidence
    from app.vault.files import replace_file

    first, last = _day(arguments.first, "from"), _day(arguments.last, "to")
    with _writing(arguments.out):
        arguments.out.mkdir(parents=True, exist_ok=True)
    with _session(arguments) as session:
        files = evidence.evidence(session, first, last)
        with _writing(arguments.out):
            for name, content in files.by_name().items():
                replace_file(arguments.out / name, content)
        _print_json({"files": [str(arguments.out / name) for name in files.by_name()]})
    return int(ExitCode.DONE)


def _connect(arguments: argparse.Namespace) -> int:
    from app.services import sync

    given = _read_connection(arguments.file)
    with _session(arguments) as session:
        sync.connect(session, given)
        _print_json({"connected": sync.connection(session).target})
    return int(ExitCode.DONE)


def _sync(arguments: argparse.Namespace) -> int:
    from app.services import sync

    with _session(arguments) as session:
        summary = sync.sync_now(session)
    _print_json(summary.as_json())
    for words in dict.fromkeys(summary.trouble):
        _tell(words)
    for fault in summary.faults:
        _tell_fault(fault)
    return int(ExitCode.REFUSED if summary.failed else ExitCode.DONE)


def _outbox(arguments: argparse.Namespace) -> int:
    from app.services import sync

    with _session(arguments) as session:
        _print_json(sync.outbox_json(session))
    return int(ExitCode.DONE)


# ---------------------------------------------------------------------------------------------------------- in and out


@contextmanager
def _session(arguments: argparse.Namespace, password: str | None = None) -> Iterator[Session]:
    from app.services.sign_in import accounts, home_exists, sign_in

    store = _store(arguments)
    user = getattr(arguments, "user", "")
    if not user and home_exists(store):
        known = accounts(store)
        user = known[0] if len(known) == 1 else ""
        if not user:
            raise UserError(f"Name the account with --user ({', '.join(known)})", field="user")
    session = sign_in(store, user, _password_once(arguments) if password is None else password, _clock())
    try:
        yield session
    finally:
        session.close()


def _store(arguments: argparse.Namespace, otherwise: Path | None = None) -> Path:
    return getattr(arguments, "store", None) or otherwise or default_store()


def _clock() -> Any:
    from app.services.clock import SystemClock

    return SystemClock()


def _password_once(arguments: argparse.Namespace) -> str:
    return _password("Password: ", always_stdin=getattr(arguments, "password_stdin", False))


def _password(prompt: str, *, always_stdin: bool) -> str:
    if always_stdin or not sys.stdin.isatty():
        return _text(sys.stdin.buffer.readline()).rstrip("\r\n")
    from getpass import getpass

    return getpass(prompt)


def _lines(source: Path | None) -> Iterable[str]:
    """The lines to record; standard input has given its first line to the password already, if it carries one."""
    if source is None:
        return _input_lines()
    return [line for line in _text(_read_bytes(source)).splitlines() if line.strip()]


def _input_lines() -> Iterator[str]:
    """The lines of standard input, blank ones left out, read one at a time as they come."""
    return (text for raw in sys.stdin.buffer if (text := _text(raw)).strip())


def _is_text(line: str) -> bool:
    return line.isascii() or not any("\ud800" <= character <= "\udfff" for character in line)


def _text(raw: bytes) -> str:
    """UTF-8 as text. Bytes that are no text become lone surrogates, and those are refused where the line is read."""
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", field="file") from None
    if len(content) > _LARGEST_FILE:
        raise UserError(f"{path} is larger than {_LARGEST_FILE // 1_000_000} MB", field="file")
    return content


def _read_json(path: Path) -> Mapping[str, Any]:
    from app.services.recording import read_object

    return read_object(_text(_read_bytes(path)), str(path), field="file")


def _read_connection(path: Path) -> Mapping[str, Any]:
    """A connection file; the paths in it are kept whole, because the next command may run in another folder."""
    files = ("path", "ca", "client_cert", "client_key")
    return {
        key: str(Path(value).absolute()) if key in files and isinstance(value, str) and value else value
        for key, value in _read_json(path).items()
    }


def _day(text: str, field: str) -> date:
    """A date on the command line, where nobody can be asked which way round it is meant."""
    from app.domain.dates import parse_date

    day = parse_date(text, field=field, strict=True)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UserError(f"{text} must be a date from {_FIRST_YEAR} to {_LAST_YEAR}", field=field)
    return day


def _folder_for(path: Path) -> None:
    """Refuse a place that cannot take the file, before anything is made and recorded."""
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}. Make it first, or choose another", field="out")
    if path.is_dir():
        raise UserError(f"{path} is a folder. Name a file", field="out")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise EnvironmentTrouble(
            ExitCode.DISK_FULL if full else ExitCode.READ_ONLY,
            f"{path} was not written: {error.strerror}.",
            "What was recorded is kept.",
            "Choose another place.",
        ) from None


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_number) + "\n")
    sys.stdout.flush()


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _tell(words: str) -> None:
    print(words, file=sys.stderr)


def _tell_fault(fault: Exception) -> None:
    """A fault of ours: what kind and where goes to the report, and nothing of what was being worked on anywhere."""
    from app.ui.crash import write_report

    report = write_report(fault)
    where = f"A report without any resident's details is in {report}. " if report else ""
    _tell(
        f"Hartwell failed on this ({type(fault).__name__}). What was saved before is safe. "
        f"{where}Please pass it on to whoever looks after Hartwell."
    )


def _tell_refusal(error: UserError) -> None:
    """Each problem on a line of its own, with its field and, for a file, its row."""
    if len(error.problems) != 1 or error.problems[0].row is not None:
        said = "; ".join(problem.message for problem in error.problems)
        if error.message != said:
            _tell(error.message)
    for problem in error.problems:
        if problem.row is not None:
            _tell(f"row {problem.row}, column {problem.field}: {problem.message}")
        elif problem.message.startswith(f"{problem.field}: "):
            _tell(problem.message)
        else:
            _tell(f"{problem.field}: {problem.message}")
