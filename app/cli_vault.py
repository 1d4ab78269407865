"""The commands that look after the record itself: its accounts, its keys, its backups, and whether it is whole."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from app.cli_io import (
    account_of,
    ask_password,
    folder_for,
    password_once,
    print_json,
    signed_in,
    store_of,
    system_clock,
    tell,
    writing,
)
from app.domain.errors import ExitCode, UserError

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def register(add: Add) -> None:
    """Put the commands of this module among the others."""
    sub = add("export", _export, "everything held about a resident, as JSON, as a document and the papers as printed")
    sub.add_argument("resident", metavar="RESIDENT", help="the home's key of the resident")
    sub.add_argument("--out", type=Path, required=True, metavar="DIR")
    sub = add(
        "verify", _verify, "check the record, its audit chain, anchors, signatures and backups; or a bundle of evidence"
    )
    sub.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a bundle's manifest.json or ZIP: without the records"
    )
    sub.add_argument("--key", default="", metavar="KEY", help="with FILE: the key that the home says it signs with")
    sub.add_argument("--printed", nargs="+", default=[], metavar="ANCHOR", help="anchors from the foot of packs")
    sub = add("backup", _backup, "make a verified backup")
    sub.add_argument("--to", type=Path, required=True, metavar="DIR")
    sub = add("restore", _restore, "bring a record back from a backup, into --store DIR")
    sub.add_argument("file", type=Path, metavar="FILE")
    sub.add_argument("--recovery-stdin", action="store_true", help="read the recovery key from standard input")
    sub.add_argument("--today-stdin", action="store_true", help="the next line is the present password, if another")
    sub.add_argument("--device", default="restored laptop", metavar="NAME", help="what to call this laptop")
    sub = add("recover", _recover, "set a manager's password with the recovery key, which is then replaced")
    sub.add_argument("--sheet", type=Path, metavar="FILE.pdf", help="write the new recovery sheet there")
    sub = add("salvage", _salvage, "save what can be read of damaged records, in clear, and say what is missing")
    sub.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    add("rotate", _rotate, "give the record a new data key")
    sub = add("user", _user, "accounts: give one, close a leaver's, change one's own password or reset another's")
    sub.add_argument("what", choices=("add", "remove", "password"))
    sub.add_argument("name", metavar="NAME", help="the account")
    sub.add_argument("--role", choices=("carer", "champion", "nurse", "manager", "auditor"), help="for add")
    sub.add_argument("--staff", default="", metavar="KEY", help="for add: the home's key of the member of staff")
    sub = add(
        "instruments", _instruments, "which instruments are on, as JSON; turn one on or off; take in a questionnaire"
    )
    what = sub.add_mutually_exclusive_group()
    what.add_argument("--permit", metavar="CODE", help="record that this home may use the instrument")
    what.add_argument(
        "--withdraw", metavar="CODE", help="turn an instrument, or a questionnaire of the home's own, off"
    )
    what.add_argument("--take-in", metavar="FILE", help="a questionnaire in the home's instruments folder")
    sub.add_argument("--note", default="", metavar="TEXT", help="where the permission can be seen, or the reason")
    sub.add_argument(
        "--pathway", default="health", metavar="NAME", help="for --take-in: the champion pathway it serves"
    )


def _instruments(arguments: argparse.Namespace) -> int:
    from app.domain.instruments import registry
    from app.services import permission, questionnaires

    with signed_in(arguments) as session:
        if arguments.permit:
            permission.permit(session, arguments.permit, note=arguments.note)
        elif arguments.withdraw and registry.is_of_the_home(arguments.withdraw):
            questionnaires.turn_off(session, arguments.withdraw, reason=arguments.note)
        elif arguments.withdraw:
            permission.withdraw(session, arguments.withdraw, reason=arguments.note)
        elif arguments.take_in:
            questionnaires.take_in(session, arguments.take_in, pathway=arguments.pathway)
        print_json([
            {
                "instrument": state.tool.code,
                "title": state.tool.title,
                "version": state.tool.version,
                "mode": state.tool.mode,
                "owner": state.tool.owner,
                "licence": state.tool.licence,
                "on": state.on,
                "why_off": state.why_off,
                "permission": {"by": state.permission.by, "note": state.permission.note} if state.permission else None,
            }
            for state in permission.instruments(session)
        ])  # fmt: skip
    return int(ExitCode.DONE)


def _verify(arguments: argparse.Namespace) -> int:
    from app.services.verify import verify

    if arguments.file is not None:
        if arguments.printed:
            raise UserError("Anchors are looked up in the record: leave FILE out", field="anchor")
        return _verify_bundle(arguments.file, arguments.key)
    if arguments.key:
        raise UserError("A key belongs to a bundle of evidence: name its FILE", field="key")
    with signed_in(arguments, inspect=True) as session:
        found = verify(session, tuple(arguments.printed))
    print_json(found.as_json())
    for problem in found.problems:
        tell(problem)
    return int(found.exit_code)


def _verify_bundle(path: Path, key: str) -> int:
    from app.services.evidence_check import check_bundle

    found = check_bundle(path, key=key)
    print_json(found.as_json())
    for words in found.words:
        tell(words)
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
        today=ask_password("Your password of today: ", always_stdin=True) if arguments.today_stdin else "",
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


def _salvage(arguments: argparse.Namespace) -> int:
    from app.services import salvage

    report = salvage.look(store_of(arguments), account_of(arguments), password_once(arguments), system_clock())
    files = salvage.export(report, arguments.out)
    print_json(report.as_json() | {"files": [str(path) for path in files]})
    for words in report.words:
        tell(words)
    tell(salvage.NOT_ENCRYPTED)
    return int(report.exit_code)


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


def _user(arguments: argparse.Namespace) -> int:
    if arguments.what == "add":
        if arguments.role is None:
            raise UserError("Name the role with --role", field="role")
        return _user_add(arguments)
    if arguments.role is not None or arguments.staff:
        raise UserError("--role and --staff belong to user add", field="role")
    return _user_remove(arguments) if arguments.what == "remove" else _user_password(arguments)


def _user_add(arguments: argparse.Namespace) -> int:
    from app.domain.people import Role
    from app.services import accounts

    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        made = accounts.add_account_by_key(
            session, arguments.name, Role(arguments.role), password, staff_key=arguments.staff
        )
        print_json({"user": made.user, "secret": made.secret})
    return int(ExitCode.DONE)


def _user_remove(arguments: argparse.Namespace) -> int:
    from app.services import accounts

    password = password_once(arguments)
    with signed_in(arguments, password) as session:
        who = accounts.leaver_by_user(session, arguments.name)
        left = accounts.disable_leaver(session, who, session.now(), password)
        print_json({"user": left.user, "removed": True, "posts_ended": list(left.posts_ended)})
    tell("Copies of the files made before can still be opened with the old password: hartwell rotate changes the key.")
    return int(ExitCode.DONE)


def _user_password(arguments: argparse.Namespace) -> int:
    """One's own password: the present one and the new one are the first two lines of standard input."""
    from app.services import accounts

    own = getattr(arguments, "user", arguments.name).casefold() == arguments.name.casefold()
    if own:
        arguments.user = arguments.name
    password = password_once(arguments)
    with signed_in(arguments, password, choosing=own) as session:
        if own:
            always = getattr(arguments, "password_stdin", False)
            accounts.change_own_password(session, password, ask_password("New password: ", always_stdin=always))
            print_json({"user": session.account.user, "changed": True})
        else:
            made = accounts.reset_password(session, arguments.name, password)
            print_json({"user": made.user, "secret": made.secret})
    return int(ExitCode.DONE)


def _recover(arguments: argparse.Namespace) -> int:
    from app.services import recovery
    from app.vault.files import replace_file

    store, sheet = store_of(arguments), arguments.sheet
    if sheet is not None:
        folder_for(sheet)
    known = recovery.managers(store)
    user = getattr(arguments, "user", "") or (known[0] if len(known) == 1 else "")
    if not user:
        raise UserError(f"Name the account with --user ({', '.join(known)})", field="user")
    always = getattr(arguments, "password_stdin", False)
    key = ask_password("Recovery key: ", always_stdin=always)
    password = ask_password(f"New password for {user}: ", always_stdin=always)
    done = recovery.recover(store, user, key, password, system_clock())
    # First the key: whatever becomes of the sheet, it must reach somebody.
    print_json({"user": done.user, "recovery_key": done.recovery_key})
    tell("The recovery key that was used opens nothing any more. Seal the new one away.")
    if sheet is not None:
        with writing(sheet):
            replace_file(sheet, done.sheet())
    return int(ExitCode.DONE)
