"""Photos: what each shows, who agreed to it, and the picture itself, which stays in the encrypted store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant, instant_text, parse, to_plain
from app.domain.people import ResidentId, RevisionId
from app.domain.photos import Photo
from app.models import schema
from app.models.store import Work

KIND = "photo"
IN_ERROR = "entered-in-error"
MEDIA_TYPE = "image/jpeg"
_P = schema.photo.c


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """A photo as it stands. ``about`` is the wound that it shows; empty for the resident's own picture."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    about: str
    taken_at: datetime
    sha256: str
    in_error: bool
    photo: Photo


def save(
    work: Work, resident_id: ResidentId, about: str, taken_at: datetime, photo: Photo, sha256: str, jpeg: bytes
) -> PhotoLine:
    """Keep a picture and what is known of it."""
    blob = upsert(schema.blob).values(sha256=sha256, media_type=MEDIA_TYPE, content=jpeg)
    work.connection.execute(blob.on_conflict_do_nothing())
    entity = work.new_id()
    body = _body(resident_id, about, sha256, photo)
    revised = work.revise(KIND, entity, body, resident_id=resident_id, valid_at=taken_at, action="add")
    work.connection.execute(
        insert(schema.photo),
        {
            "id": entity,
            "resident_id": resident_id,
            "revision_id": revised.id,
            "about": about,
            "taken_at": instant_text(taken_at),
            "sha256": sha256,
            "in_error": 0,
            "body": canonical(body),
        },
    )
    return PhotoLine(entity, RevisionId(revised.id), resident_id, about, taken_at, sha256, in_error=False, photo=photo)


def mark_in_error(work: Work, line: PhotoLine, reason: str) -> RevisionId:
    """Say that a photo should not be in this record; it is shown no more, and the record keeps it."""
    revised = work.revise(
        KIND, line.id, _body(line.resident_id, line.about, line.sha256, line.photo), resident_id=line.resident_id,
        state=IN_ERROR, valid_at=line.taken_at, reason=reason, action=IN_ERROR,
    )  # fmt: skip
    work.connection.execute(update(schema.photo).where(_P.id == line.id).values(revision_id=revised.id, in_error=1))
    return RevisionId(revised.id)


def photo(connection: Connection, photo_id: str) -> PhotoLine | None:
    """One photo, or None."""
    row = connection.execute(select(schema.photo).where(_P.id == photo_id)).first()
    return _line(row) if row else None


def of_resident(connection: Connection, resident_id: ResidentId, about: str | None = None) -> tuple[PhotoLine, ...]:
    """A resident's photos, newest first, without those entered in error; of one wound when ``about`` names it."""
    query = select(schema.photo).where(_P.resident_id == resident_id, _P.in_error == 0)
    if about is not None:
        query = query.where(_P.about == about)
    return tuple(_line(row) for row in connection.execute(query.order_by(_P.taken_at.desc(), _P.id.desc())))


def content(connection: Connection, sha256: str) -> bytes | None:
    """The picture kept under a hash, or None."""
    return connection.execute(select(schema.blob.c.content).where(schema.blob.c.sha256 == sha256)).scalar()


def _body(resident_id: ResidentId, about: str, sha256: str, photo: Photo) -> dict[str, Any]:
    return {"resident_id": resident_id, "about": about, "sha256": sha256, "photo": to_plain(photo)}


def _line(row: Any) -> PhotoLine:
    body = parse(row.body)
    return PhotoLine(
        row.id, RevisionId(row.revision_id), ResidentId(row.resident_id), row.about, instant(row.taken_at), row.sha256,
        bool(row.in_error), from_plain(body["photo"], Photo),
    )  # fmt: skip
