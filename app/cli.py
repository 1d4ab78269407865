"""The command line: the same use cases as the window, for scripts, for IT staff and for checks.

JSON goes to standard output, messages for people to standard error, and every cause of failure has its own exit code
(:class:`app.domain.errors.ExitCode`). Passwords come by ``--password-stdin`` or a prompt, never as an argument. What a
command needs is imported when it runs, so that ``hartwell score`` starts at once.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from app import cli_vault
from app.cli_io import (
    ask_password,
    folder_for,
    input_blocks,
    is_text,
    lines_of,
    password_once,
    print_json,
    read_bytes,
    read_connection,
    read_day,
    read_json,
    signed_in,
    store_of,
    system_clock,
    tell,
    tell_fault,
    tell_refusal,
    writing,
)
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.paths import default_store, demo_store
from app.process import has_screen

if TYPE_CHECKING:
    from app.domain.transfer import TransferReason

Command = Callable[[argparse.Namespace], int]
_INTERRUPTED = 130  # as a shell reports Ctrl+C
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
        tell(f"{trouble.happened} {trouble.safe} {trouble.do}")
        return int(trouble.exit_code)
    except UserError as error:
        tell_refusal(error)
        return int(ExitCode.REFUSED)
    except BrokenPipeError:
        # The reader went away; what is still in the buffer must not be tried again on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.REFUSED)
    except KeyboardInterrupt:
        tell("Stopped. What was acknowledged is saved.")
        return _INTERRUPTED
    except Exception as fault:  # noqa: BLE001 - the last one to see it: reported without anybody's details
        tell_fault(fault)
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
    sub.add_argument(
        "--kind",
        choices=("identifiable", "pseudonymised", "anonymised"),
        default="identifiable",
        help="how much of people it shows",
    )
    sub = add("connect", _connect, "keep the settings of a transport")
    sub.add_argument("file", type=Path, metavar="FILE.json")
    add("sync", _sync, "send what waits and take in what came, once")
    add("outbox", _outbox, "the queue as JSON")
    sub = add("check-message", _check_message, "check one message bundle, or a digital copy, and say what is wrong")
    sub.add_argument("file", type=Path, metavar="FILE")
    cli_vault.register(add)
    add("info", _info, "versions, paths and sizes; no resident data")
    return parser


# ------------------------------------------------------------------------------------------------ without a home's data


def _window(arguments: argparse.Namespace) -> int:
    if not has_screen():
        raise UserError("There is no screen here. Use a command (hartwell --help), or hartwell tour --out DIR")
    from app import launcher
    from app.link import Begin

    store = store_of(arguments, demo_store() if arguments.demo else default_store())
    return launcher.run(lambda: Begin(str(store.absolute()), arguments.demo, getattr(arguments, "user", "")))


def _tour(arguments: argparse.Namespace) -> int:
    from app.services import tour

    pictures: tour.Pictures | None = None
    if not arguments.no_pictures:
        if not has_screen():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from app.main import grab_screens

        pictures = grab_screens
    connection = read_connection(arguments.connect) if arguments.connect else None
    with writing(arguments.out):
        arguments.out.mkdir(parents=True, exist_ok=True)
    found = tour.run(arguments.out, system_clock(), connection=connection, pictures=pictures, say=tell)
    print_json(found)
    return int(ExitCode.DONE)


def _score(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    from app.domain.instruments.lines import answer_line

    return _answer_lines(answer_line)


def _decide(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    from app.side_by_side import SideBySide

    with SideBySide(_decided) as answer:
        return _answer_blocks(answer)


def _decided(lines: list[str]) -> list[tuple[str, bool]]:
    from app.domain.premium import decide_line

    return _answers(decide_line, lines)


def _answer_lines(answer: Callable[[str], tuple[str, bool]]) -> int:
    return _answer_blocks(lambda lines: _answers(answer, lines))


def _answers(answer: Callable[[str], tuple[str, bool]], lines: list[str]) -> list[tuple[str, bool]]:
    return [answer(line) if is_text(line) else (_NO_TEXT, False) for line in lines]


def _answer_blocks(answer: Callable[[list[str]], list[tuple[str, bool]]]) -> int:
    refused = False
    for lines in input_blocks():
        answers = answer(lines)
        refused |= not all(accepted for _, accepted in answers)
        sys.stdout.writelines(f"{text}\n" for text, _ in answers)
        sys.stdout.flush()  # a script may wait for these answers before it writes its next line
    return int(ExitCode.REFUSED if refused else ExitCode.DONE)


def _check_message(arguments: argparse.Namespace) -> int:
    from app.sync.fhir.document_check import check_bundle

    problems = check_bundle(read_bytes(arguments.file))
    print_json({"ok": not problems, "problems": [{"field": p.field, "message": p.message} for p in problems]})
    return int(ExitCode.REFUSED if problems else ExitCode.DONE)


def _info(arguments: argparse.Namespace) -> int:
    from app.models.schema import SCHEMA
    from app.models.store import STORE_NAME
    from app.paths import log_dir, resources
    from app.vault.keyfile import KEYFILE_NAME

    store = store_of(arguments)
    files = {name: store / name for name in (STORE_NAME, f"{STORE_NAME}-wal", KEYFILE_NAME)}
    print_json({
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

    setup = first_run.read_setup(read_json(arguments.home))
    password = ask_password(
        "Password for the first manager: ", always_stdin=getattr(arguments, "password_stdin", False)
    )
    made = first_run.create_home(store_of(arguments), setup, password, system_clock())
    print_json({
        "store_id": made.store_id,
        "device_id": made.device_id,
        "recovery_key": made.recovery_key,
        "schema": made.schema,
    })  # fmt: skip
    return int(ExitCode.DONE)


def _import(arguments: argparse.Namespace) -> int:
    from app.services import imports

    data = read_bytes(arguments.file)
    with signed_in(arguments) as session:
        run = imports.import_residents if arguments.what == "residents" else imports.import_staff
        print_json({"imported": run(session, data).count})
    return int(ExitCode.DONE)


def _record(arguments: argparse.Namespace) -> int:
    from app.services.recording import record_line

    refused = False
    with signed_in(arguments) as session:
        for line in lines_of(arguments.source):
            try:
                answer = record_line(session, line)
            except UserError as error:
                refused = True
                answer = {"error": {"field": error.field, "message": error.message}}
            print_json(answer)
    return int(ExitCode.REFUSED if refused else ExitCode.DONE)


def _pack(arguments: argparse.Namespace) -> int:
    from app.services import residents, transfers
    from app.vault.files import replace_file

    reason = _reason(arguments.reason)
    folder_for(arguments.out)
    with signed_in(arguments) as session:
        resident = residents.resident_by_key(session, arguments.resident)
        pack = transfers.send_to_hospital(session, resident.id, reason, copies=arguments.copies)
        with writing(arguments.out):
            replace_file(arguments.out, pack.pdf)
        print_json({
            "pack": pack.id,
            "version": pack.version,
            "pages": pack.pages,
            "missing": list(pack.missing),
            "sha256": pack.sha256,
        })  # fmt: skip
    return int(ExitCode.DONE)


def _reason(path: Path) -> TransferReason:
    from app.domain.transfer import read_reason

    return read_reason(read_json(path))


def _claim(arguments: argparse.Namespace) -> int:
    from app.services import premium

    day = read_day(arguments.week, "week")
    if arguments.late_reason and not arguments.submit:
        raise UserError("A late reason belongs to --submit", field="late_reason")
    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        submitted = None
        premium.refuse_future(session, day)
        if arguments.submit:
            done = premium.submit(session, day, password, late_reason=arguments.late_reason)
            submitted = {"bundle": done.bundle_id, "claims": list(done.identifiers)}
        print_json(premium.week_json(premium.week(session, day), submitted))
    return int(ExitCode.DONE)


def _evidence(arguments: argparse.Namespace) -> int:
    from app.domain.evidence import Kind
    from app.services import evidence
    from app.vault.files import replace_file

    first, last = read_day(arguments.first, "from"), read_day(arguments.last, "to")
    with writing(arguments.out):
        arguments.out.mkdir(parents=True, exist_ok=True)
    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        files = evidence.evidence(session, first, last, password, kind=Kind(arguments.kind)).with_archive()
        with writing(arguments.out):
            for name, content in files.items():
                (arguments.out / name).parent.mkdir(exist_ok=True)
                replace_file(arguments.out / name, content)
        print_json({"files": [str(arguments.out / name) for name in files]})
    return int(ExitCode.DONE)


def _connect(arguments: argparse.Namespace) -> int:
    from app.services import sync

    given = read_connection(arguments.file)
    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        sync.connect(session, given, password)
        print_json({"connected": sync.connection(session).target})
    return int(ExitCode.DONE)


def _sync(arguments: argparse.Namespace) -> int:
    from app.services import sync

    with signed_in(arguments) as session:
        summary = sync.sync_now(session)
    print_json(summary.as_json())
    for words in dict.fromkeys(summary.trouble):
        tell(words)
    for fault in summary.faults:
        tell_fault(fault)
    return int(ExitCode.REFUSED if summary.failed else ExitCode.DONE)


def _outbox(arguments: argparse.Namespace) -> int:
    from app.services import sync

    with signed_in(arguments) as session:
        print_json(sync.outbox_json(session))
    return int(ExitCode.DONE)
