"""Labels for red bags, several to a sheet of A4: home, telephone, the number large and as a QR code.

A bag stands in corridors and on wards: nothing about any resident is on its label, and the code holds the number alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from app.reports.fonts import Face, width
from app.reports.paper import A4, MARGIN, NOTE, PRACTICE, RULE, STRONG, Sheet, Style, cut, draw_foot, painted, qr, wrap

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_COLUMNS, _ROWS = 2, 4
_WIDE = (A4[0] - 2 * MARGIN) / _COLUMNS
_HIGH = 180.0
_EDGE = 12.0
_SQUARE = 84.0
_LARGEST, _SMALLEST = 54, 16


@dataclass(frozen=True, slots=True)
class LabelsPaper:
    """What is printed: one label a number, in the order given."""

    home: str
    phone: str
    numbers: Sequence[str]
    practice: bool
    made_at: datetime


def labels_pdf(paper: LabelsPaper) -> bytes:
    """The labels as a PDF, eight to a sheet, with lines to cut along. The same paper gives the same bytes."""
    sheets: list[Sheet] = []
    for at, number in enumerate(paper.numbers):
        place = at % (_COLUMNS * _ROWS)
        if place == 0:
            sheets.append(Sheet(A4))
        row, column = divmod(place, _COLUMNS)
        _label(sheets[-1], MARGIN + column * _WIDE, 30 + row * _HIGH, paper, number)
    mark = f"{PRACTICE.split(':', maxsplit=1)[0]} · " if paper.practice else ""
    foot = wrap(((f"{mark}Labels for the red bags of {paper.home}. Cut along the lines.", NOTE),), A4[0] - 160)[:2]
    for page, sheet in enumerate(sheets, 1):
        draw_foot(sheet, foot, page, len(sheets), tall=48)
    return painted(
        sheets, title="Labels for red bags", author=paper.home, subject="", made_at=paper.made_at,
        outline=[("Labels for red bags", 0)],
    )  # fmt: skip


def _label(sheet: Sheet, x: float, y: float, paper: LabelsPaper, number: str) -> None:
    sheet.box(x, y, _WIDE, _HIGH, stroke=0.6, colour=RULE)
    left, room = x + _EDGE, _WIDE - 2 * _EDGE
    lines, _whole = cut(((paper.home, Style(Face.BOLD, 14)),), room, 2, "…")
    below = sheet.block(left, y + _EDGE, lines, 17)
    below = sheet.block(left, below, wrap(((f"Telephone {paper.phone}" if paper.phone else "", STRONG),), room), 15)
    if paper.practice:
        below = sheet.block(left, below, wrap((("PRACTICE", STRONG),), room), 15)
    sheet.text(left, y + _HIGH - _SQUARE - _EDGE + 8, "Red bag", Style(Face.BOLD, 14))
    beside = room - _SQUARE - 8
    size = _fitting(number, beside)
    number_lines = wrap(((number, Style(Face.BOLD, size)),), beside)[:3]
    sheet.block(left, y + _HIGH - _EDGE - _SQUARE + 16, number_lines, size * 1.15)
    sheet.drawing(partial(_code, number=number, x=x + _WIDE - _EDGE - _SQUARE, top=y + _HIGH - _EDGE - _SQUARE))


def _fitting(number: str, room: float) -> int:
    """The largest size at which the number stands on one line; long ones wrap at the smallest."""
    for size in range(_LARGEST, _SMALLEST, -2):
        if width(number, Face.BOLD, size) <= room:
            return size
    return _SMALLEST


def _code(canvas: Canvas, high: float, *, number: str, x: float, top: float) -> None:
    qr(canvas, number, x, high - top - _SQUARE, _SQUARE)
