"""That a record came back from a backup, until somebody has said that what was recorded since is in it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from app.domain.codec import instant, instant_text
from app.models import settings
from app.models.store import Work

_KEY = "restored/from"


def note_restored(work: Work, taken_at: datetime) -> None:
    """The record is as it was when the backup was taken."""
    settings.note(work, _KEY, instant_text(taken_at))


def restored_from(connection: Connection) -> datetime | None:
    """When the backup was taken that the record came back from; None when it did not, or when that was looked after."""
    found = settings.get(connection, _KEY)
    return instant(found) if isinstance(found, str) else None


def looked_after(work: Work, reason: str) -> None:
    """What was recorded after the backup is in the record again, or was never there."""
    settings.note(work, _KEY, None)
    work.audit("restore-checked", "store", "", reason=reason)
