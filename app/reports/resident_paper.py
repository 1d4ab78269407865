"""What stands on every paper about one resident: whose it is, of which home, who printed it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from app.domain.dates import date_time, short_date
from app.domain.nhs import format_nhs_number
from app.domain.people import Home, ResidentDetails
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    MARGIN,
    NOTE,
    PRACTICE,
    STRONG,
    VALUE,
    Flow,
    Line,
    Style,
    draw_foot,
    painted,
    wrap,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FOOT = 54.0
"""The height kept free for the foot of each page."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whose paper it is, and who printed it when; ``anchor`` ties it to the audit trail, and ``restored_from`` is when
    the backup was taken that the record came back from."""

    details: ResidentDetails
    home: Home
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A photo as it is printed: a JPEG with its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def begun(stamp: Stamp, title: str) -> Flow:
    """A first sheet with the title and the resident on it."""
    flow = Flow(bottom=FOOT)
    flow.new_sheet()
    d = stamp.details
    flow.y = flow.sheet.block(MARGIN, 36, wrap(((title, Style(Face.REGULAR, 16)),), flow.wide), 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((d.banner_name, Style(Face.BOLD, 20)),), flow.wide), 25)
    room = f", room {d.room}" if d.room else ""
    born, number = short_date(d.date_of_birth), whole_number(d)
    flow.paragraph((f"Born {born} · NHS\u00a0No.\u00a0{number} · {stamp.home.name}{room}", VALUE))
    restored_words(flow, stamp)
    return flow


def whole_number(details: ResidentDetails) -> str:
    """The NHS number in its groups, which no line's end parts."""
    return format_nhs_number(details.nhs_number).replace(" ", "\u00a0")


def restored_words(flow: Flow, stamp: Stamp) -> None:
    """That the record came back from a backup, where it did."""
    if stamp.restored_from is not None:
        since = date_time(stamp.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))


def finished(flow: Flow, stamp: Stamp, title: str) -> bytes:
    """The sheets as a PDF, each with its foot; the same paper gives the same bytes. ``title`` names nobody: it stands
    in the window's title and in lists of recent files."""
    foot = _foot_lines(stamp)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=FOOT - 8)
    return painted(
        flow.sheets,
        title=title,
        author=stamp.home.name,
        subject="Confidential",
        made_at=stamp.made_at,
        outline=flow.outline,
    )


def draw_picture(
    flow: Flow, picture: Picture, x: float, top: float, widest: float, highest: float
) -> tuple[float, float]:
    """The photo whole in the room given, its upper left corner at (x, top); its width and height on paper."""
    scale = min(widest / picture.width, highest / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    flow.sheet.drawing(partial(_picture, jpeg=picture.jpeg, x=x, top=top, wide=wide, high=high))
    return wide, high


def _picture(canvas: Canvas, page_high: float, *, jpeg: bytes, x: float, top: float, wide: float, high: float) -> None:
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(BytesIO(jpeg)), x, page_high - top - high, wide, high)


def _foot_lines(stamp: Stamp) -> Sequence[Line]:
    d = stamp.details
    mark = f"{PRACTICE} · " if stamp.home.practice else ""
    text = (
        f"{mark}{d.banner_name} · Born {short_date(d.date_of_birth)} · NHS\u00a0No.\u00a0{whole_number(d)} · "
        f"{stamp.home.name} · Printed {date_time(stamp.made_at)} by {stamp.made_by} · Audit trail {stamp.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:3]
