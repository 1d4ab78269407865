"""Red-bag packs as printed, and the bytes that were printed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import instant
from app.domain.people import ResidentId
from app.models import revisions, schema
from app.models.store import Work

_T = schema.transfer.c
DOCUMENT = "digital_sha256"
"""Under which name a pack's body says which document is kept beside it."""


@dataclass(frozen=True, slots=True)
class PackLine:
    """One printed version of a resident's pack."""

    id: str
    resident_id: ResidentId
    version: int
    printed_at: datetime
    printed_by: str
    pages: int
    sha256: str
    bag: str
    situation: str
    journey_id: str = ""


def next_version(connection: Connection, resident_id: ResidentId) -> int:
    """The version that the resident's next pack will have; the first is 1."""
    newest = connection.execute(select(func.max(_T.version)).where(_T.resident_id == resident_id)).scalar()
    return (newest or 0) + 1


def save(
    work: Work,
    pack_id: str,
    resident_id: ResidentId,
    version: int,
    pdf: bytes,
    body: Mapping[str, object],
    *,
    pages: int,
    sha256: str,
    bag: str,
    situation: str,
    journey_id: str = "",
) -> PackLine:
    """Keep a pack exactly as printed, with what it was made from."""
    blob = upsert(schema.blob).values(sha256=sha256, media_type="application/pdf", content=pdf)
    work.connection.execute(blob.on_conflict_do_nothing())
    revised = work.revise("transfer", pack_id, body, resident_id=resident_id, action="print")
    work.connection.execute(
        insert(schema.transfer),
        {
            "id": pack_id,
            "resident_id": resident_id,
            "version": version,
            "revision_id": revised.id,
            "printed_at": work.at,
            "printed_by": work.author.user,
            "pages": pages,
            "sha256": sha256,
            "bag": bag,
            "situation": situation,
            "journey_id": journey_id,
        },
    )
    return PackLine(pack_id, resident_id, version, work.now, work.author.user, pages, sha256, bag, situation,
                    journey_id)  # fmt: skip


def keep_document(work: Work, document: bytes, media_type: str) -> str:
    """Keep what belongs to a pack beside its PDF; the hash under which :func:`content` finds it."""
    sha256 = hashlib.sha256(document).hexdigest()
    blob = upsert(schema.blob).values(sha256=sha256, media_type=media_type, content=document)
    work.connection.execute(blob.on_conflict_do_nothing())
    return sha256


def documents(connection: Connection, resident_id: ResidentId) -> tuple[str, ...]:
    """The hashes of what is kept beside a resident's packs (of packs that were not destroyed)."""
    kept = revisions.bodies(
        connection, [row.revision_id for row in connection.execute(
            select(_T.revision_id).where(_T.resident_id == resident_id)
        )]
    )  # fmt: skip
    return tuple(sorted(body[DOCUMENT] for body in kept.values() if body.get(DOCUMENT)))


def packs(connection: Connection, resident_id: ResidentId) -> tuple[PackLine, ...]:
    """A resident's packs, newest first."""
    rows = connection.execute(select(schema.transfer).where(_T.resident_id == resident_id).order_by(_T.version.desc()))
    return tuple(_line(row) for row in rows)


def of_journey(connection: Connection, journey_id: str) -> tuple[PackLine, ...]:
    """The packs made for a journey, newest first."""
    query = select(schema.transfer).where(_T.journey_id == journey_id).order_by(_T.version.desc())
    return tuple(_line(row) for row in connection.execute(query))


def pack(connection: Connection, pack_id: str) -> PackLine | None:
    """One pack, or None."""
    row = connection.execute(select(schema.transfer).where(_T.id == pack_id)).first()
    return _line(row) if row else None


def body(connection: Connection, pack_id: str) -> dict[str, Any]:
    """What was kept beside the bytes of a pack; empty for a pack that is not there or was destroyed."""
    found = revisions.revisions(connection, pack_id)
    kept = found[-1].body if found else None
    return dict(kept) if isinstance(kept, dict) else {}


def page_digests(connection: Connection, pack_id: str) -> tuple[str, ...]:
    """A digest of what each page of a pack says; none for packs of before this was kept."""
    return tuple(body(connection, pack_id).get("page_digests") or ())


def content(connection: Connection, sha256: str) -> bytes | None:
    """The bytes kept under a hash, or None."""
    return connection.execute(select(schema.blob.c.content).where(schema.blob.c.sha256 == sha256)).scalar()


def bags_used(connection: Connection) -> tuple[str, ...]:
    """Bag numbers on packs so far, the latest first."""
    rows = connection.execute(select(_T.bag).where(_T.bag != "").group_by(_T.bag).order_by(func.max(_T.id).desc()))
    return tuple(row.bag for row in rows)


def _line(row: Any) -> PackLine:
    return PackLine(
        row.id, ResidentId(row.resident_id), row.version, instant(row.printed_at), row.printed_by, row.pages,
        row.sha256, row.bag, row.situation, row.journey_id,
    )  # fmt: skip
