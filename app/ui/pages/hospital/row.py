"""A journey as one button: who, how far, where, since when, with which bag, and what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.ui.pages.hospital.words import mark, pressing, when, where_words
from app.ui.widgets.row import RowButton
from app.ui.widgets.tag import Tag

if TYPE_CHECKING:
    from app.services.journeys import JourneyRow


def journey_button(
    row: JourneyRow, now: datetime, today: date, slot: Callable[[], object], *, named: bool = True
) -> RowButton:
    """A journey as one button; without ``named`` it is on the resident's own list."""
    room = f" · Room {row.room}" if row.room else ""
    begun = f"Begun {when(row.journey.started_at, today)}"
    waits = pressing(row, now)
    detail = "\n".join(part for part in (where_words(row, today), waits) if part)
    return RowButton(
        f"{row.resident_name}{room}" if named else begun, detail, tag=Tag(*mark(row, now)), slot=slot
    )  # fmt: skip
