"""The commands that look after the record itself: its accounts, its keys, its backups, and whether it is whole."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from app.cli_io import ask_password, password_once, print_json, signed_in, store_of, system_clock, tell
from app.domain.errors import ExitCode

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def register(add: Add) -> None:
    """Put the commands of this module among the others."""
    sub = add("export", _export, "everything held about a resident, as JSON, as a document and the papers as printed")
    sub.add_argument("resident", metavar="RESIDENT", help="the home's key of the resident")
    sub.add_argument("--out", type=Path, required=True, metavar="DIR")
    add("verify", _verify, "check the record, its audit chain, anchors, signatures and backups")
    sub = add("backup", _backup, "make a verified backup")
    sub.add_argument("--to", type=Path, required=True, metavar="DIR")
    sub = add("restore", _restore, "bring a record back from a backup, into --store DIR")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--recovery-stdin", action="store_true", help="read the recovery key from standard input")
    sub.add_argument("--device", default="restored laptop", metavar="NAME", help="what to call this laptop")
    add("rotate", _rotate, "give the record a new data key")


def _verify(arguments: argparse.Namespace) -> int:
    from app.services.verify import verify

    with signed_in(arguments, inspect=True) as session:
        found = verify(session)
    print_json(found.as_json())
    for problem in found.problems:
        tell(problem)
    return int(found.exit_code)


def _backup(arguments: argparse.Namespace) -> int:
    from app.services import backups

    with signed_in(arguments) as session:
        made = backups.make(session, folder=arguments.to.absolute())
    print_json({
        "path": str(made.path),
        "verified": True,
        "revisions": made.manifest.revisions,
        "head": made.manifest.head,
    })  # fmt: skip
    if made.guard:
        tell(f"Older backups are kept until a manager has looked: {made.guard}.")
    return int(ExitCode.DONE)


def _restore(arguments: argparse.Namespace) -> int:
    from app.services import restore

    restore.look_at(arguments.file)
    by_recovery = arguments.recovery_stdin
    secret = ask_password("Recovery key: ", always_stdin=True) if by_recovery else password_once(arguments)
    done = restore.restore(
        arguments.file,
        store_of(arguments),
        system_clock(),
        user=getattr(arguments, "user", ""),
        password="" if by_recovery else secret,
        recovery_key=secret if by_recovery else "",
        device=arguments.device,
    )
    answer: dict[str, object] = {
        "store": str(done.store_dir),
        "taken_at": done.taken_at.isoformat(),
        "revisions": done.revisions,
        "head": done.head,
        "queued_again": done.queued_again,
        "aside": str(done.aside) if done.aside else None,
    }
    if done.recovery_key:
        answer["recovery_key"] = done.recovery_key
        tell("The recovery key was used, so it was replaced. Print the new one and put it in the safe.")
    print_json(answer)
    return int(ExitCode.DONE)


def _rotate(arguments: argparse.Namespace) -> int:
    from app.services.rotation import rotate

    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        print_json({"epoch": rotate(session, password).epoch})
    return int(ExitCode.DONE)


def _export(arguments: argparse.Namespace) -> int:
    from app.services import export, residents

    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        resident = residents.resident_by_key(session, arguments.resident)
        made = export.export_resident(session, resident.id, password)
        paths = export.save_files(arguments.out, made.files, over=True)
    print_json({"files": [str(path) for path in paths], "revisions": made.revisions})
    return int(ExitCode.DONE)
