"""What the timeline reads that no other list does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.domain.codec import instant, parse
from app.domain.people import ResidentId
from app.models import schema

_F = schema.fall.c


@dataclass(frozen=True, slots=True)
class FallLine:
    """A fall as it stands, its body as plain values."""

    id: str
    at: datetime
    in_error: bool
    body: Mapping[str, Any]


def falls(connection: Connection, resident_id: ResidentId) -> tuple[FallLine, ...]:
    """A resident's falls, newest first, those entered in error too."""
    query = select(schema.fall).where(_F.resident_id == resident_id).order_by(_F.at.desc(), _F.id.desc())
    return tuple(
        FallLine(row.id, instant(row.at), bool(row.in_error), parse(row.body)) for row in connection.execute(query)
    )
