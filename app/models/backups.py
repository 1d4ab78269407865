"""The list of backups that were made and verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from app.domain.codec import instant, instant_text
from app.models import schema
from app.models.store import Work
from app.vault.bundle import Manifest

_B = schema.backup.c


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as it was when it had been verified; its file may be elsewhere or gone by now."""

    id: str
    taken_at: datetime
    path: str
    kind: str
    count: int
    head: str
    revisions: int
    residents: int
    bytes: int
    guard: str


def note_backup(work: Work, path: str, manifest: Manifest, size: int, guard: str) -> None:
    """Note a backup that has been verified."""
    backup_id = work.new_id()
    work.connection.execute(
        insert(schema.backup),
        {
            "id": backup_id,
            "taken_at": work.at,
            "path": path,
            "kind": manifest.kind,
            "count": manifest.count,
            "head": manifest.head,
            "revisions": manifest.revisions,
            "residents": manifest.residents,
            "bytes": size,
            "guard": guard,
        },
    )
    detail = {"kind": manifest.kind, "count": manifest.count, "head": manifest.head}
    work.audit("backup", "store", backup_id, detail=detail)


def backups(connection: Connection) -> tuple[Backup, ...]:
    """All of them, newest first."""
    rows = connection.execute(select(schema.backup).order_by(_B.taken_at.desc(), _B.id.desc())).mappings()
    return tuple(Backup(**(dict(row) | {"taken_at": instant(row["taken_at"])})) for row in rows)


def last_made(connection: Connection) -> Backup | None:
    """The one made last, whatever the clock said then; None when none was ever made."""
    return _first(connection, select(schema.backup).order_by(_B.id.desc()))  # ids go on when the clock goes back


def newest_by(connection: Connection, now: datetime) -> Backup | None:
    """The newest that is not dated after now: of one made while the clock was ahead nobody knows how old it is."""
    until = select(schema.backup).where(_B.taken_at <= instant_text(now))
    return _first(connection, until.order_by(_B.taken_at.desc(), _B.id.desc()))


def _first(connection: Connection, query: Select[Any]) -> Backup | None:
    row = connection.execute(query.limit(1)).mappings().first()
    return Backup(**(dict(row) | {"taken_at": instant(row["taken_at"])})) if row else None


def begun_at(connection: Connection) -> datetime:
    """Since when there is something to back up: when the store was made."""
    return instant(connection.execute(select(schema.store.c.created_at)).scalar_one())


def clear_guard(work: Work, reason: str) -> None:
    """A manager has looked at a sudden change: older backups may go again."""
    work.connection.execute(update(schema.backup).values(guard=""))
    work.audit("backup-guard", "store", "", reason=reason)
