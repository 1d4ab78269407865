"""What a damaged store still holds, and what is known to have been in it and cannot be read.

Every revision and audit event is checked against its own hash before it counts, so nothing that was changed is ever
taken for what was written. What is lost is known from elsewhere: an index names rows, the audit trail names revisions,
and the numbering of both has no gaps.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.codec import parse
from app.models import schema
from app.models.integrity import event_holds, revision_holds
from app.models.trees import Contents, Value, read_everything
from app.vault.pages import SealedPages

Row = Mapping[str, Any]
RECORD = ("revision", "event")
REBUILT = frozenset({"observation"})
"""Tables without row numbers that are made again whole from the revisions: what is lost of them is lost nowhere."""
WORKING = ("draft", "outbox", "inbox", "blob", "claim")
"""Tables of which no other holds a copy: what is lost of them cannot be made again from the revisions."""
_BY_NAMED_KEY = {"fact": "ix_fact_id", "assessment": "ix_assessment_id"}
"""Tables without row numbers, and the index that names each of their rows: by its id and the resident's."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A revision that was made and cannot be read. ``id``, ``kind``, ``entity_id`` are empty where not known."""

    id: str
    kind: str
    entity_id: str
    resident_id: str | None


@dataclass(frozen=True, slots=True)
class TableFigures:
    """How many rows were read, and of how many more is known. ``unsure``: there may be others nobody knows of."""

    read: int
    missing: int
    unsure: bool


@dataclass(frozen=True, slots=True, repr=False)
class Salvaged:
    """All that could be read, checked.

    ``revisions`` and ``events`` hold; ``changed`` are the ids of revisions that are not what was written, whose content
    is given out nowhere. ``owners`` says which resident an entity is about; ``names`` are readable names by resident.
    ``lost_rows`` counts, by resident and table, rows of other tables that are lost; None stands for nobody's or not
    known. ``unnamed`` counts revisions of which only the number is missing; ``lost_events`` are places in the trail.
    """

    bad_pages: tuple[int, ...]
    log_damaged: bool
    tables: Mapping[str, TableFigures]
    revisions: tuple[Row, ...]
    changed: tuple[str, ...]
    lost: tuple[Lost, ...]
    unnamed: int
    events: tuple[Row, ...]
    lost_events: tuple[int, ...]
    drafts: tuple[Row, ...]
    packs: tuple[Row, ...]
    files: Mapping[str, bytes]
    accounts: tuple[Row, ...]
    store_id: str
    owners: Mapping[str, str]
    names: Mapping[str, str]
    lost_rows: Mapping[tuple[str | None, str], int]

    @property
    def tables_read(self) -> bool:
        """Whether a single row of anything was read: with the right key, or of a file that is a store at all."""
        return any(table.read for table in self.tables.values())

    @property
    def whole_record(self) -> bool:
        """Whether every revision and every event was read and holds."""
        return not (self.changed or self.lost or self.unnamed or self.lost_events)


def salvage(path: Path, key: str, *, anchored: int = 0) -> Salvaged:
    """Read the store at ``path``, whose files are left as they are. ``anchored`` is how long the trail once was."""
    pages = SealedPages(path, key)
    return _Sorted(read_everything(pages), anchored).result(went_back=pages.went_back)


class _Sorted:
    def __init__(self, found: Contents, anchored: int) -> None:
        self._found = found
        rows = {name: table.rows for name, table in found.tables.items()}
        purged = {row["revision_id"] for row in rows["purge"]}
        self._events = sorted(_once(filter(event_holds, rows["event"]), "seq"), key=lambda row: row["seq"])
        sound = [row for row in rows["revision"] if revision_holds(row, purged=row["id"] in purged)]
        self._revisions = sorted(_once(sound, "id"), key=lambda row: (row["device_id"], row["seq"]))
        ids = {row["id"] for row in self._revisions}
        self._changed = tuple(sorted({row["id"] for row in rows["revision"]} - ids))
        self._rows = rows
        last = max([anchored, *(row["seq"] for row in self._events), *self._numbers("event")])
        self._lost_events = tuple(sorted(set(range(1, last + 1)) - {row["seq"] for row in self._events}))
        self._owners = self._entity_owners()

    def result(self, *, went_back: bool) -> Salvaged:
        lost, unnamed = self._lost_revisions()
        names = {row["id"]: _called(row) for row in self._rows["resident"]}
        for row in sorted(self._revisions, key=lambda row: row["hlc"]):
            if row["kind"] == "resident" and row["body"]:
                names[row["entity_id"]] = _called(parse(row["body"]))
        files = {row["sha256"]: row["content"] for row in self._rows["blob"] if _is_file(row)}
        return Salvaged(
            tuple(self._found.bad), went_back, self._figures(len(lost) + unnamed), tuple(self._revisions),
            self._changed, lost, unnamed, tuple(self._events), self._lost_events, tuple(self._rows["draft"]),
            tuple(self._rows["transfer"]), files, tuple(self._rows["account"]),
            next((row["store_id"] for row in self._rows["store"]), ""), self._owners, names, self._lost_rows(),
        )  # fmt: skip

    def _entries(self, table: str) -> Iterable[tuple[str, tuple[Value, ...]]]:
        """Every index entry of a table, with the index's first column."""
        for name, entries in self._found.indexes.items():
            if self._found.of[name] == table:
                yield from ((name, entry) for entry in entries)

    def _numbers(self, table: str) -> set[int]:
        """The numbers of all rows that the table's indexes know of."""
        if table in _BY_NAMED_KEY or table in REBUILT:
            return set()
        return {entry[-1] for _, entry in self._entries(table) if isinstance(entry[-1], int)}

    def _entity_owners(self) -> dict[str, str]:
        """Which resident each entity is about: the trail says it, or the body does."""
        owners = {row["object_id"]: row["resident_id"] for row in self._events if row["resident_id"]}
        for row in self._revisions:
            if row["kind"] == "resident":
                owners.setdefault(row["entity_id"], row["entity_id"])
            elif row["entity_id"] not in owners and row["body"]:
                body = parse(row["body"])
                about = body.get("resident_id") if isinstance(body, dict) else None
                if isinstance(about, str):
                    owners[row["entity_id"]] = about
        for table in ("fact", "assessment", "alert", "draft", "transfer", "claim", "note", "wound", "fall", "photo",
                      "journey"):  # fmt: skip
            for row in self._rows[table]:
                owners.setdefault(row["id"], row["resident_id"])
        return owners

    def _lost_revisions(self) -> tuple[tuple[Lost, ...], int]:
        read = {row["id"] for row in self._revisions} | set(self._changed)
        kinds = {row["object_id"]: row["object_kind"] for row in self._events}
        kinds |= {row["entity_id"]: row["kind"] for row in self._revisions}
        found: dict[str, Lost] = {}
        for event in self._events:
            detail = parse(event["detail"])
            revision = detail.get("revision") if isinstance(detail, dict) else None
            if isinstance(revision, str) and "body_hash" in detail and revision not in read:
                found[revision] = Lost(revision, event["object_kind"], event["object_id"], event["resident_id"])
        by_number: dict[int, dict[str, str]] = {}
        for name, entry in self._entries("revision"):
            number = entry[-1]
            if isinstance(number, int) and number not in self._found.tables["revision"].numbers:
                known = by_number.setdefault(number, {})
                if name == "ix_revision_entity_id_hlc":
                    known["entity_id"] = str(entry[0])
                elif len(entry) == 2:
                    known["id"] = str(entry[0])
        for number, known in by_number.items():
            revision, entity = known.get("id", ""), known.get("entity_id", "")
            told = not revision and any(lost.entity_id == entity for lost in found.values())
            if revision not in read and revision not in found and not told:
                owner = self._owners.get(entity)
                found[revision or f"row {number}"] = Lost(revision, kinds.get(entity, ""), entity, owner)
        gaps = self._gaps()
        return tuple(sorted(found.values(), key=lambda lost: lost.id)), max(0, gaps - len(found) - len(self._changed))

    def _gaps(self) -> int:
        """How many revisions are missing by their laptops' numbering."""
        held: dict[str, set[int]] = {}
        for row in self._revisions:
            held.setdefault(row["device_id"], set()).add(row["seq"])
        last = {device: max(seqs) for device, seqs in held.items()}
        for row in self._rows["store"]:
            last[row["device_id"]] = max(row["seq"], last.get(row["device_id"], 0))
        return sum(highest - len(held.get(device, ())) for device, highest in last.items())

    def _figures(self, lost_revisions: int) -> dict[str, TableFigures]:
        figures = {}
        for name, table in self._found.tables.items():
            read, missing = len(table.rows), self._missing(name)
            if name == "revision":
                read, missing = len(self._revisions), lost_revisions + len(self._changed)
            elif name == "event":
                read, missing = len(self._events), len(self._lost_events)
            figures[name] = TableFigures(read, missing, table.broken)
        return figures

    def _missing(self, table: str) -> int:
        if table in _BY_NAMED_KEY:
            return len(self._lost_keys(table))
        return len(self._numbers(table) - self._found.tables[table].numbers)

    def _lost_keys(self, table: str) -> dict[str, str]:
        """Of a table without row numbers: the ids of rows that are lost, and whose they were."""
        held = {row["id"] for row in self._rows[table]}
        entries = self._found.indexes.get(_BY_NAMED_KEY[table], ())
        return {str(entry[0]): str(entry[1]) for entry in entries if entry[0] not in held}

    def _lost_rows(self) -> dict[tuple[str | None, str], int]:
        counted: Counter[tuple[str | None, str]] = Counter()
        for table in schema.metadata.tables:
            if table == "revision" or table in REBUILT:
                continue
            if table in _BY_NAMED_KEY:
                counted.update((owner, table) for owner in self._lost_keys(table).values())
                continue
            lost = self._numbers(table) - self._found.tables[table].numbers
            lost |= set(self._lost_events) if table == "event" else set()
            owners = self._owners_by_number(table)
            counted.update((owners.get(number), table) for number in lost)
        return dict(counted)

    def _owners_by_number(self, table: str) -> dict[int, str]:
        """Whose each row was, by the index on residents, or by the row's own id."""
        owners: dict[int, str] = {}
        by_resident = f"ix_{table}_resident_id", f"ix_{table}_resident_id_seq"
        for name, entry in self._entries(table):
            number, first = entry[-1], entry[0]
            if not isinstance(number, int) or not isinstance(first, str):
                continue
            if name in by_resident or (table == "resident" and first in self._owners.values()):
                owners[number] = first
            elif first in self._owners:
                owners.setdefault(number, self._owners[first])
        return owners


def _once(rows: Iterable[Row], key: str) -> Iterable[Row]:
    """Each row once: a page may have been found in two versions."""
    return {row[key]: row for row in rows}.values()


def _called(row: Row) -> str:
    return f"{row['given_name']} {row['family_name']} ({row['key']})"


def _is_file(row: Row) -> bool:
    return bool(hashlib.sha256(row["content"]).hexdigest() == row["sha256"])
