"""Whether a record is whole: its pages, its audit chain, its revisions, its signatures, and its anchor."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, select

from app.domain.codec import canonical_row
from app.domain.errors import EnvironmentTrouble
from app.models import schema, trouble
from app.models.store import chain_head
from app.vault.anchor import Anchor
from app.vault.signing import is_signed

_MOST_NAMED = 50
_SIGNED = frozenset({"assessment", "claim", "transfer"})
"""What nobody records without their signature."""
_PROJECTED = (
    "resident", "fact", "assessment", "alert", "transfer", "claim", "staff", "post", "note", "wound", "fall", "photo",
    "questionnaire", "journey", "bag", "home_fact",
)  # fmt: skip
"""Tables whose rows name the revision that they stand on."""
_EVENT = tuple(column.name for column in schema.event.columns if column.name != "hash")
_REVISION = tuple(
    column.name for column in schema.revision.columns if column.name not in {"hash", "body", "device_signature"}
)
_ALL_EVENTS = f"SELECT {', '.join(_EVENT)}, hash FROM event ORDER BY seq"  # noqa: S608 - our own names
_ALL_REVISIONS = f"SELECT {', '.join(_REVISION)}, body, hash FROM revision ORDER BY device_id, seq"  # noqa: S608
_ALL_SIGNATURES = """
SELECT id, kind, author, recorded_at, device_id, body_hash, hash, signer_key, signature, device_signature FROM revision
"""


@dataclass(frozen=True, slots=True)
class Signatures:
    """How many signatures were checked, and what is wrong with those that do not hold, at most the first fifty."""

    checked: int
    bad: tuple[str, ...]


def anchor_trouble(connection: Connection, anchored: Anchor | None) -> EnvironmentTrouble | None:
    """Why the store may not be trusted to be complete, or None when it is at or ahead of its anchor."""
    if anchored is None:
        return trouble.missing_anchor()
    chain = chain_head(connection)
    found = connection.execute(select(schema.event.c.hash).where(schema.event.c.seq == anchored.count)).scalar()
    if chain.count < anchored.count or (anchored.count and found != anchored.head):
        return trouble.behind_anchor(chain.count, anchored.count)
    return None


def bad_pages(connection: driver.Connection, *, fold: bool = True) -> tuple[str, ...]:
    """What the library says of damaged pages; on a connection that is thrown away afterwards.

    The library looks at the file alone, and after a power cut a page in it may be torn that the log still holds whole,
    so the log is folded in first (``fold``), except in records that are to stay exactly as they were found. Somebody
    may be writing meanwhile, and a page read half old and half new looks damaged: only what is found twice counts.
    """
    found = _cipher_problems(connection, fold=fold)
    if found:
        again = set(_cipher_problems(connection, fold=fold))
        found = [line for line in found if line in again]
    if not found:
        found = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST_NAMED})") if row[0] != "ok"]
    return tuple(str(line) for line in found[:_MOST_NAMED])


def _cipher_problems(connection: driver.Connection, *, fold: bool) -> list[str]:
    if fold:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("BEGIN")  # a reader of the bare file keeps others from folding their log into it
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
    finally:
        connection.execute("ROLLBACK")


def quick_problems(connection: driver.Connection) -> tuple[str, ...]:
    """The same by the library's shorter check, which leaves out whether indexes agree with their tables."""
    found = [str(row[0]) for row in connection.execute(f"PRAGMA quick_check({_MOST_NAMED})")]
    return tuple(line for line in found if line != "ok")


def chain_problems(connection: Connection) -> tuple[str, ...]:
    """Recompute the audit chain from its first event; what does not hold, each named by its place.

    An event that was changed, taken out or put in is named; a chain cut short at its end is only seen by an anchor.
    """
    problems: list[str] = []
    expected, before = 1, ""
    for row in _rows(connection, _ALL_EVENTS):
        values = dict(zip(_EVENT, row[:-1], strict=True))
        if values["seq"] != expected:
            problems.append(f"audit entry {expected} is missing")
        elif values["prev_hash"] != before:
            problems.append(f"audit entry {expected} does not follow the one before it")
        if _hash(values) != row[-1]:
            problems.append(f"audit entry {values['seq']} was changed")
        expected, before = values["seq"] + 1, row[-1]
        if len(problems) >= _MOST_NAMED:
            break
    return tuple(problems)


def revision_problems(connection: Connection) -> tuple[str, ...]:
    """Recompute every revision's hash, its body's hash and each laptop's chain; what does not hold, named by its id.

    A body that was destroyed at the end of its keeping is empty and named in ``purge``: its hashes stay and hold.
    """
    problems: list[str] = []
    purged = _purged(connection)
    last: dict[str, tuple[int, str]] = {}
    for row in _rows(connection, _ALL_REVISIONS):
        values = dict(zip(_REVISION, row[:-2], strict=True))
        body, digest = row[-2:]
        seq, before = last.get(values["device_id"], (0, ""))
        if values["seq"] != seq + 1 or values["prev_hash"] != before:
            problems.append(f"before revision {values['id']} something is missing or was put in")
        if _hash(values) != digest:
            problems.append(f"revision {values['id']} was changed")
        elif body == "" and values["id"] in purged:
            pass
        elif hashlib.sha256(body.encode()).hexdigest() != values["body_hash"]:
            problems.append(f"the content of revision {values['id']} was changed")
        last[values["device_id"]] = (values["seq"], digest)
        if len(problems) >= _MOST_NAMED:
            break
    counted = connection.execute(select(schema.store.c.device_id, schema.store.c.seq)).one()
    if not problems and last.get(counted.device_id, (0, ""))[0] != counted.seq:
        problems.append("the newest revisions are missing")
    return tuple(problems)


def check_signatures(connection: Connection) -> Signatures:
    """Check every signature with the public key alone: people's over the body's hash, laptops' over the whole row.

    A person's signature must be by a key that was that account's when it was made.
    """
    checked, bad = 0, []
    known = {row.public_key: row for row in connection.execute(select(schema.signing_key))}
    devices: dict[str, list[str]] = defaultdict(list)  # one for each data key that the record had on that laptop
    for row in known.values():
        if row.kind == "device":
            devices[row.owner].append(row.public_key)
    for row in _rows(connection, _ALL_SIGNATURES):
        revision, kind, author, at, device, body_hash, digest, signer, signature, countersigned = row
        if signature is None and kind in _SIGNED:
            bad.append(f"revision {revision}: nobody signed it")
        if signature is not None:
            checked += 1
            if (wrong := _wrong_signer(known.get(signer), author, at)) or not is_signed(
                body_hash.encode(), signature, signer
            ):
                bad.append(f"revision {revision}: {wrong or 'the signature does not hold'}")
        if countersigned is not None:
            checked += 1
            if not any(is_signed(digest.encode(), countersigned, public) for public in devices.get(device, ())):
                bad.append(f"revision {revision}: the laptop's signature does not hold")
    return Signatures(checked, tuple(bad[:_MOST_NAMED]))


def projection_problems(connection: Connection) -> tuple[str, ...]:
    """Rows that screens read and that no revision stands behind."""
    problems = []
    for table in _PROJECTED:
        missing = "WHERE revision_id NOT IN (SELECT id FROM revision)"
        named = "code" if table == "questionnaire" else "id"
        query = f"SELECT {named} FROM {table} {missing} LIMIT {_MOST_NAMED}"  # noqa: S608 - our own names
        problems += [f"{table} {row[0]} has no revision" for row in _rows(connection, query)]
    return tuple(problems)


def _wrong_signer(key: Any, author: str, at: str) -> str:
    if key is None:
        return "signed with a key that is nobody's"
    if key.kind != "account" or key.owner != author:
        return "signed with somebody else's key"
    if key.revoked_at is not None and at > key.revoked_at:
        return "signed with a key that had been withdrawn"
    return ""


def _purged(connection: Connection) -> frozenset[str]:
    try:
        return frozenset(row[0] for row in _rows(connection, "SELECT revision_id FROM purge"))
    except driver.OperationalError:  # a store from before anything could be destroyed
        return frozenset()


def event_holds(row: Mapping[str, Any]) -> bool:
    """Whether an audit event is what was hashed when it was written."""
    return bool(_hash({name: row[name] for name in _EVENT}) == row["hash"])


def revision_holds(row: Mapping[str, Any], *, purged: bool) -> bool:
    """Whether a revision is what was hashed when it was written; the body of one that was ``purged`` is empty."""
    if _hash({name: row[name] for name in _REVISION}) != row["hash"]:
        return False
    if purged and row["body"] == "":
        return True
    return bool(hashlib.sha256(row["body"].encode()).hexdigest() == row["body_hash"])


def _hash(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_row(values).encode()).hexdigest()


def _rows(connection: Connection, query: str) -> Iterator[Any]:
    """Plain rows straight from the driver: these loops are over everything there is."""
    raw: Any = connection.connection.driver_connection
    return iter(raw.execute(query))
