"""What can be saved from damaged records: which are affected, and files of everything that could still be read.

This needs nothing of the store but its pages: the way in and the role come from the keyfile, so it works where signing
in does not. The damaged files are only read. Nothing is noted in the audit trail, because a damaged store is not
written to; the report says so, and who made it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from app.domain.clock import Clock
from app.domain.codec import canonical, instant_text, parse
from app.domain.dates import date_time
from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError, not_written
from app.domain.people import Role
from app.models import salvage, trouble
from app.models.store import STORE_NAME
from app.services import sign_in
from app.vault import keyfile, keys, throttle
from app.vault.anchor import read_anchor
from app.vault.files import replace_file

_WORDS = {
    "event": "entries of the audit trail",
    "draft": "unsigned drafts",
    "outbox": "messages to send",
    "inbox": "answers received",
    "blob": "packs as they were printed, and photos",
    "claim": "claims and what was decided on them",
    "": "entries of a kind that is not known",
}
_JPEG = b"\xff\xd8\xff"
NOT_ENCRYPTED = "These files are NOT encrypted. Keep them where only you can reach them, and delete them when done."
"""What whoever makes the files must be told."""
_NOT_AUDITED = "A damaged store is not written to, so this is not in its audit trail: keep this report instead."


@dataclass(frozen=True, slots=True)
class Affected:
    """A resident of whose record something is missing: ``lost`` counts by kind, ``revisions`` are those known by id.

    ``name`` is empty when it could not be read. ``lists`` counts what is only missing from the lists that screens show:
    no part of the record itself.
    """

    id: str
    name: str
    lost: Mapping[str, int]
    revisions: tuple[str, ...]
    lists: Mapping[str, int]


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What was found. ``whole`` when every row of the record was read, whatever else is damaged.

    ``residents`` are those of whom something is missing; ``elsewhere`` counts, by kind, what belongs to none of them
    or to nobody knows whom. ``changed`` are revisions that are not what was written, whose content is shown nowhere.
    """

    at: datetime
    user: str
    store_dir: Path
    found: salvage.Salvaged
    residents: tuple[Affected, ...]
    elsewhere: Mapping[str, int]
    whole: bool
    lists_damaged: bool

    @property
    def exit_code(self) -> ExitCode:
        """DONE when nothing is missing, DAMAGED otherwise."""
        return ExitCode.DONE if self.whole and not self.lists_damaged else ExitCode.DAMAGED

    @property
    def lost(self) -> int:
        """How many revisions are known to have been made and could not be read, those that do not hold among them."""
        found = self.found
        return len(found.lost) + found.unnamed + len(found.changed)

    @property
    def words(self) -> tuple[str, ...]:
        """The report in sentences, the weightiest first."""
        return tuple(_words(self))

    def as_json(self) -> dict[str, object]:
        """The summary as plain values."""
        found = self.found
        return {
            "store": found.store_id,
            "made_at": instant_text(self.at),
            "made_by": self.user,
            "whole": self.exit_code is ExitCode.DONE,
            "damaged_pages": len(found.bad_pages),
            "log_damaged": found.log_damaged,
            "revisions": {"read": len(found.revisions), "missing": self.lost, "changed": list(found.changed)},
            "audit": {"read": len(found.events), "missing": len(found.lost_events)},
            "residents": [
                {
                    "id": one.id,
                    "name": one.name,
                    "missing": dict(one.lost),
                    "revisions": list(one.revisions),
                    "lists": dict(one.lists),
                }
                for one in self.residents
            ],
            "elsewhere": dict(self.elsewhere),
            "tables": {name: {"read": t.read, "missing": t.missing} for name, t in found.tables.items()},
            "lists_damaged": self.lists_damaged,
            "encrypted": False,
        }


def look(store_dir: Path, user: str, password: str, clock: Clock) -> Report:
    """Read everything that can be read and say what is missing: about ten megabytes a second. Changes nothing.

    Raises NotAllowed for anybody but a manager, and EnvironmentTrouble: WRONG_PASSWORD; DAMAGED when there is no store,
    its keyfile is lost or not a single page of it is whole; ALREADY_OPEN.
    """
    sign_in.accounts(store_dir)  # a restore that was cut short is brought to its end first
    path = store_dir / STORE_NAME
    try:
        path.open("rb").close()
    except FileNotFoundError:
        raise trouble.missing_store(store_dir) from None
    except PermissionError:
        raise trouble.not_permitted() from None
    except OSError:  # a folder in its place
        raise trouble.damaged_store() from None
    slots = keyfile.read_keyfile(store_dir)
    unlocked, _ = throttle.unlock(store_dir, slots, user, password, clock.now())
    if unlocked.slot.role != Role.MANAGER.value:
        role = unlocked.slot.role
        raise NotAllowed(f"Your role ({role}) does not let you save what can be read of the records. Ask a manager.")
    lock = _locked(store_dir)
    try:
        anchored = read_anchor(store_dir, unlocked.data_keys, unlocked.epoch)
        count = anchored.count if anchored else 0
        tries = (
            salvage.salvage(path, keys.sqlcipher_key(data_key, slots.store_id), anchored=count)
            for data_key in unlocked.data_keys.values()
        )
        found = min(tries, key=lambda one: len(one.bad_pages))
    finally:
        if lock is not None:
            lock.release()
    if not found.tables_read:
        raise trouble.damaged_store()
    account = next((row for row in found.accounts if row["user"].casefold() == user.casefold()), None)
    if account is not None and (account["disabled_at"] is not None or account["must_change"]):
        raise NotAllowed("Only a manager with a password of their own may salvage the records")
    return _report(found, unlocked.slot.user, store_dir, clock.now())


def export(report: Report, out: Path) -> tuple[Path, ...]:
    """Write what could be read into a folder that is new or empty; the paths. The files are not encrypted.

    There is a file for each resident, one for the home, the audit trail, the packs as printed, the photos, and the
    report as JSON and in words.

    Raises UserError when the folder holds anything, EnvironmentTrouble when it cannot be written.
    """
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UserError(f"{out} is not an empty folder. Name a new one", field="out")
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in ("packs", "photos"):
            (out / folder).mkdir(exist_ok=True)
        written = []
        for name, content in _files(report).items():
            replace_file(out / name, content)
            written.append(out / name)
    except OSError as error:
        safe = "The records were not touched. Files that are in the folder are whole."
        what = "The rest of the records was not saved"
        raise not_written(what, error, safe=safe, do="Choose another place.") from error
    return tuple(written)


def _locked(store_dir: Path) -> FileLock | None:
    """Nobody writes meanwhile. Where no lock can be made, on a disk that is read only, nobody can write either."""
    try:
        return sign_in.lock_store(store_dir)
    except EnvironmentTrouble as found:
        if found.exit_code is not ExitCode.READ_ONLY:
            raise
    return None


def _report(found: salvage.Salvaged, user: str, store_dir: Path, at: datetime) -> Report:
    lost: dict[str | None, Counter[str]] = {}
    lists: dict[str | None, Counter[str]] = {}
    known: dict[str | None, list[str]] = {}
    for one in found.lost:
        lost.setdefault(one.resident_id, Counter())[one.kind] += 1
        if one.id:
            known.setdefault(one.resident_id, []).append(one.id)
    for (owner, table), count in found.lost_rows.items():
        kept = lost if table == "event" or table in salvage.WORKING else lists
        kept.setdefault(owner, Counter())[table] += count
    if found.unnamed:
        lost.setdefault(None, Counter())[""] += found.unnamed
    if found.changed:
        lost.setdefault(None, Counter())["changed"] += len(found.changed)
    people = sorted({owner for owner in (*lost, *lists) if owner}, key=lambda one: (found.names.get(one, "~"), one))
    none: Counter[str] = Counter()
    residents = tuple(
        Affected(one, found.names.get(one, ""), lost.get(one, none), tuple(known.get(one, ())), lists.get(one, none))
        for one in people
    )
    working = any(found.tables[name].missing or found.tables[name].unsure for name in salvage.WORKING)
    rest = (t for name, t in found.tables.items() if name not in (*salvage.RECORD, *salvage.WORKING))
    return Report(
        at, user, store_dir, found, residents, lost.get(None, Counter()), found.whole_record and not working,
        any(table.missing or table.unsure for table in rest),
    )  # fmt: skip


def _words(report: Report) -> Iterator[str]:
    found = report.found
    yield f"Made {date_time(report.at)} by {report.user}, from the records in {report.store_dir}."
    yield _outcome(report)
    if found.bad_pages:
        yield f"Damaged pages of the file: {len(found.bad_pages)}."
    if found.log_damaged:
        yield "The log of the newest changes is damaged: drafts and lists may be older than they were."
    if found.changed:
        yield f"{len(found.changed)} entries are not what was written. Their content is in none of these files."
    if found.lost_events:
        yield f"{len(found.lost_events)} entries of the audit trail are missing."
    for one in report.residents:
        name = one.name or f"A resident whose name cannot be read ({one.id})"
        if one.lost:
            yield f"{name}: missing are {_listed(one.lost)}."
        if one.lists:
            yield f"{name}: missing from the screens' lists only are {_listed(one.lists)}."
    if report.elsewhere:
        yield f"Not about one resident, or not known about whom: {_listed(report.elsewhere)}."
    working = {name: found.tables[name] for name in salvage.WORKING}
    if unsure := [_WORDS[name] for name, table in working.items() if table.unsure and not table.missing]:
        yield f"There may be more that nobody knows of: {', '.join(unsure)}."
    if found.bad_pages or report.exit_code is not ExitCode.DONE:
        yield "The way back is to restore the newest backup, and to enter again what was recorded after it."
    yield _NOT_AUDITED


def _outcome(report: Report) -> str:
    read = len(report.found.revisions)
    if report.exit_code is ExitCode.DONE:
        return f"Everything was read: {read} entries of the record, and nothing is missing."
    if report.whole:
        return (
            f"Every one of the {read} entries of the record was read. What is damaged are lists made from them for the "
            "screens."
        )
    return (
        f"{read} entries of the record were read and are as they were written. "
        f"{report.lost} more were made and cannot be read."
    )


def _listed(counts: Mapping[str, int]) -> str:
    kinds = {**_WORDS, "changed": "entries that are not what was written"}
    plain = {kind: kind.replace("_", " ").replace("-", " ") for kind in counts}
    return ", ".join(f"{kinds.get(kind, plain[kind])} ({count})" for kind, count in counts.items())


def _files(report: Report) -> dict[str, bytes]:
    found = report.found
    entries: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in found.revisions:
        entries.setdefault(found.owners.get(row["entity_id"]), []).append(row)
    affected = {one.id: one for one in report.residents}
    files: dict[str, bytes] = {}
    for owner in sorted({one for one in (*entries, *affected, *found.names) if one}):
        one = affected.get(owner)
        drafts = [row for row in found.drafts if row["resident_id"] == owner]
        content = {
            "resident": owner,
            "name": found.names.get(owner, ""),
            "complete": one is None or not one.lost,
            "missing": dict(one.lost) if one else {},
            "missing_revisions": list(one.revisions) if one else [],
            "revisions": [_plain(row, "body") for row in sorted(entries.get(owner, ()), key=lambda row: row["hlc"])],
            "drafts": [_plain(row, "answers") for row in sorted(drafts, key=lambda row: row["updated_at"])],
            "packs": [dict(row) for row in found.packs if row["resident_id"] == owner],
        }
        files[f"resident-{_name(owner)}.json"] = canonical(content).encode()
    files["home.json"] = canonical({"revisions": [_plain(row, "body") for row in entries.get(None, ())]}).encode()
    files["audit.json"] = canonical({"events": [_plain(row, "detail") for row in found.events]}).encode()
    for sha256, kept in found.files.items():
        # What a file is, its own first bytes say: the row that knows may be lost.
        if kept.startswith(_JPEG):
            files[f"photos/{_name(sha256)}.jpg"] = kept
        else:
            files[f"packs/{_name(sha256)}.{'fhir.json' if kept.startswith(b'{') else 'pdf'}"] = kept
    files["report.json"] = canonical(report.as_json()).encode()
    files["report.txt"] = "\n\n".join((*report.words, NOT_ENCRYPTED, "")).encode()
    return files


def _plain(row: Mapping[str, Any], *parsed: str) -> dict[str, Any]:
    return {name: parse(value) if name in parsed and value else value for name, value in row.items()}


def _name(text: str) -> str:
    """An id as a part of a file's name: whatever it is, it leads out of no folder."""
    return "".join(letter for letter in text if letter.isalnum() or letter == "-")[:80]
