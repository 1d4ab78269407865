"""Photos of wounds and of residents: consent first, then shrunk, stripped of everything but the picture, and kept.

A picture is decoded only once its header says that it is small enough, and only as JPEG or PNG. What is kept is a new
JPEG in the encrypted store: its longest side 1,600 pixels, turned the right way up, in standard colours, with none of
the file's metadata (where it was taken, with which device, when). Nothing is written to disk in clear.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.dates import to_local, to_utc
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.people import ResidentId
from app.domain.photos import (
    LONGEST_SIDE,
    MOST_BYTES,
    MOST_PIXELS,
    Consent,
    Photo,
    checked_consent,
    checked_note,
)
from app.models import photos as rows
from app.models import wounds as wound_rows
from app.models.photos import PhotoLine
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image
    from sqlalchemy import Connection

_QUALITY = 85
_KINDS = ("JPEG", "PNG")
"""A JPEG with a second picture in it, as telephones write (MPO), is opened as the first: that is the photo."""
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc")
_KNOWN_SIGNS = (
    (b"GIF8", "a GIF"), (b"BM", "a BMP"), (b"II*\x00", "a TIFF"), (b"MM\x00*", "a TIFF"), (b"%PDF", "a PDF"),
    (b"RIFF", "a WebP or a film"),
)  # fmt: skip
_FIELD = "file"
_DAMAGED = "The photo is damaged. Copy it again from the camera"


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A picture ready to be kept: JPEG bytes without metadata, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo in a list; the picture itself is :func:`photo_bytes`."""

    id: str
    resident_id: ResidentId
    about: str
    taken_at: datetime
    photo: Photo


@dataclass(frozen=True, slots=True)
class Added:
    """A photo was kept."""

    photo_id: str
    changes: Changes


def read_file(path: Path) -> bytes:
    """The file's bytes. UserError for one that is empty or larger than 40 MB; EnvironmentTrouble when unreadable."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UserError(_too_large(size), field=_FIELD)
        if path.is_dir():
            raise UserError("This is a folder. Choose the photo in it", field=_FIELD)
        data = path.read_bytes()
    except OSError as error:
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            f"The photo could not be read: {error.strerror or 'the system refused'}.",
            "Nothing was kept.",
            "Check that the file is still there and that you may open it.",
        ) from error
    return data


def prepared(data: bytes) -> Picture:
    """The picture as it will be kept. UserError in words when it is none, or none that can be kept."""
    from PIL import ImageOps

    if not data:
        raise UserError("The file is empty (0 bytes). Choose the photo again", field=_FIELD)
    if len(data) > MOST_BYTES:
        raise UserError(_too_large(len(data)), field=_FIELD)
    with _opened(data) as image:
        try:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded at a fraction of its size
            image.load()
            whole = image if image.mode in {"RGB", "RGBA", "L", "LA", "CMYK"} else image.convert("RGBA")
            whole.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # before anything is copied: 60 megapixels are 180 MB
            picture = _plain(ImageOps.exif_transpose(whole))
        except (OSError, SyntaxError, ValueError, EOFError, TypeError, MemoryError) as error:
            raise UserError(
                "The photo is damaged or only part of it is there. Copy it again from the camera", field=_FIELD
            ) from error
        out = BytesIO()
        picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
        return Picture(out.getvalue(), picture.width, picture.height)


def add(
    session: Session,
    resident_id: ResidentId,
    data: bytes,
    *,
    consent: Consent | None,
    about: str = "",
    taken_at: datetime | None = None,
    note: str = "",
) -> Added:
    """Keep a photo of a wound (``about`` is its id) or, without one, of the resident.

    ``taken_at`` is now unless given. Refused without consent, before the picture is looked at. Raises UserError.
    """
    require(session, Action.RECORD_ASSESSMENT)
    agreed, said = checked_consent(consent), checked_note(note)
    when = to_utc(taken_at) if taken_at else session.now()
    if when > session.now():
        raise UserError("The time of the photo must be now or in the past", field="taken_at")
    picture = prepared(data)
    photo = Photo(picture.width, picture.height, len(picture.jpeg), agreed, said)
    digest = hashlib.sha256(picture.jpeg).hexdigest()
    with session.write() as work:
        person = known_resident(work.connection, resident_id)
        if to_local(when).date() < person.resident.details.date_of_birth:
            raise UserError("The time of the photo must be after the resident's date of birth", field="taken_at")
        wound = wound_rows.wound(work.connection, about) if about else None
        if about and (wound is None or wound.resident_id != resident_id):
            raise UserError("This wound is not in the record of this resident", field="about")
        if wound is not None and wound.in_error:
            raise UserError("This wound was marked as entered in error", field="about")
        line = rows.save(work, resident_id, about, when, photo, digest, picture.jpeg)
    return Added(line.id, changes("photo", resident=resident_id))


def photos(session: Session, resident_id: ResidentId, about: str | None = None) -> tuple[PhotoRow, ...]:
    """A resident's photos, newest first; of one wound when ``about`` names it, of the resident alone when it is ""."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return photo_rows(connection, resident_id, about)


def photo_rows(connection: Connection, resident_id: ResidentId, about: str | None = None) -> tuple[PhotoRow, ...]:
    """The same inside a transaction already open."""
    return tuple(_row(line) for line in rows.of_resident(connection, resident_id, about))


def photo_bytes(session: Session, photo_id: str) -> bytes:
    """The picture as JPEG. Looking is audited. UserError for a photo that is not there or was entered in error."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, photo_id)
        if line.in_error:
            raise UserError("This photo was marked as entered in error and is shown no more", field="photo")
        jpeg = rows.content(work.connection, line.sha256)
        if jpeg is None:
            raise UserError("This photo is not in the records", field="photo")
        work.audit("view", rows.KIND, photo_id, resident_id=line.resident_id)
    return jpeg


def entered_in_error(session: Session, photo_id: str, *, reason: str) -> Changes:
    """Say that a photo should not be in this record (another resident, say): it is shown no more."""
    require(session, Action.RECORD_ASSESSMENT)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        line = _existing(work.connection, photo_id)
        if line.in_error:
            raise UserError("This photo was marked as entered in error already", field="photo")
        rows.mark_in_error(work, line, reason.strip())
    return changes("photo", resident=line.resident_id)


def _existing(connection: Connection, photo_id: str) -> PhotoLine:
    line = rows.photo(connection, photo_id)
    if line is None:
        raise UserError("This photo is not in the records", field="photo")
    return line


def _row(line: PhotoLine) -> PhotoRow:
    return PhotoRow(line.id, line.resident_id, line.about, line.taken_at, line.photo)


@contextmanager
def _opened(data: bytes) -> Iterator[Image]:
    """The picture with its header read and nothing decoded; UserError in words when it is none that can be kept."""
    from PIL import Image, UnidentifiedImageError

    # Pillow's own limit warns where nothing is wrong yet; ours is checked below, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(BytesIO(data), formats=_KINDS)
    except UnidentifiedImageError as error:
        raise UserError(_not_known(data), field=_FIELD) from error
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, MemoryError) as error:
        raise UserError(_DAMAGED, field=_FIELD) from error
    with image:
        pixels = image.width * image.height
        if pixels > MOST_PIXELS:
            raise UserError(
                f"The photo has {-(-pixels // 1_000_000)} megapixels. The most is {MOST_PIXELS // 1_000_000}: "
                "set the camera to a smaller picture",
                field=_FIELD,
            )
        if image.format == "PNG" and getattr(image, "is_animated", False):
            raise UserError("The file is a moving picture. Choose a photo", field=_FIELD)
        yield image


def _plain(image: Image) -> Image:
    """The picture alone in standard colours, on white where it was see-through; nothing of what the file says of it."""
    from PIL import Image as Images

    seen = _standard_colours(image)
    if seen.mode in {"RGBA", "LA", "PA"} or "transparency" in seen.info:
        cut = seen.convert("RGBA")
        seen = Images.new("RGB", cut.size, "white")
        seen.paste(cut, mask=cut.getchannel("A"))
    plain = Images.new("RGB", seen.size)
    plain.paste(seen.convert("RGB"))
    return plain


def _standard_colours(image: Image) -> Image:
    """sRGB for a picture with a colour profile of its own: a wound's tissue is judged by its colour."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode != "RGB":
        return image
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        changed = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return image  # a profile that cannot be read changes nothing
    return changed or image


def _too_large(size: int) -> str:
    return f"The file has {size // 1_000_000} MB. The most is {MOST_BYTES // 1_000_000} MB: choose a smaller photo"


def _not_known(data: bytes) -> str:
    """What the file seems to be instead, as far as its first bytes say."""
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return _DAMAGED
    if any(sign in data[:32] for sign in _HEIC):
        return "The photo is in Apple's HEIC format. Set the phone to “Most Compatible”, or save it as JPEG"
    kind = next((name for sign, name in _KNOWN_SIGNS if data.startswith(sign)), "")
    if kind:
        return f"The file is {kind}. Choose a JPEG or PNG photo"
    return "The file is not a photo. Choose a JPEG or PNG photo"
