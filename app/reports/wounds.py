"""The chart of one wound on paper: where it is, its area over time, every review, its category, photos if asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from app.domain.charts.body import body_map
from app.domain.dates import date_time, short_date, to_local
from app.domain.nhs import format_nhs_number
from app.domain.people import ResidentDetails
from app.domain.wounds import CAUSES, CLOSINGS, FLAG_WORDS, CategoryShown, Closing, Healing, Measure, Wound, area_chart
from app.reports import scene
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    PRACTICE,
    STRONG,
    VALUE,
    Flow,
    Line,
    Piece,
    Style,
    draw_foot,
    painted,
    wrap,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from app.domain.drawing import Scene

_FOOT = 48.0
_MAP_WIDE, _MAP_HIGH = 250, 300
_PHOTO_HIGH = 300.0


@dataclass(frozen=True, slots=True)
class PaperReview:
    """A review as it is printed: when, by whom, the size, and what was seen as question and answer."""

    at: datetime
    by: str
    measure: Measure | None
    seen: Sequence[tuple[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class PaperPhoto:
    """A photo as it is printed: a JPEG with its size in pixels, and who agreed to it."""

    at: datetime
    jpeg: bytes
    width: int
    height: int
    consent: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WoundPaper:
    """All that is printed of one wound, and who printed it when. ``reviews`` and ``classified`` are newest first;
    ``restored_from`` is when the backup was taken that the record came back from."""

    details: ResidentDetails
    home: str
    practice: bool
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    wound: Wound
    number: int
    age_days: int
    closing: Closing | None
    category: CategoryShown | None
    classified: Sequence[tuple[datetime, str, str]]
    measures: Sequence[Measure]
    healing: Healing
    edge_stuck: bool
    dressing_due: date | None
    review_due: date | None
    reviews: Sequence[PaperReview]
    photos: Sequence[PaperPhoto]


def wound_pdf(paper: WoundPaper) -> bytes:
    """The paper as a PDF: whose wound it is stands on every page. The same paper gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, paper)
    _place(flow, paper)
    _size(flow, paper)
    _reviews(flow, paper)
    _categories(flow, paper)
    _photos(flow, paper)
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Wound chart",  # the window's title and recent files show it: no name
        author=paper.home,
        subject="Confidential",
        made_at=paper.made_at,
        outline=flow.outline,
    )


def _head(flow: Flow, paper: WoundPaper) -> None:
    d = paper.details
    lines = wrap((("Wound chart", Style(Face.REGULAR, 16)),), flow.wide)
    flow.y = flow.sheet.block(MARGIN, 36, lines, 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((d.banner_name, Style(Face.BOLD, 20)),), flow.wide), 25)
    who = (
        f"Born {short_date(d.date_of_birth)} · NHS No. {format_nhs_number(d.nhs_number)} · "
        f"{paper.home}{f', room {d.room}' if d.room else ''}"
    )
    flow.paragraph((who, VALUE))
    if paper.restored_from is not None:
        since = date_time(paper.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))
    flow.y += 4


def _place(flow: Flow, paper: WoundPaper) -> None:
    """The body map on the left, the facts beside it."""
    wound = paper.wound
    label = paper.category.words if paper.category else CAUSES[wound.cause]
    drawn = body_map((wound.mark(paper.number, label),), width=_MAP_WIDE, height=_MAP_HIGH, key=False).scene
    top = flow.y
    _draw(flow, drawn, MARGIN - 8, top)
    left = MARGIN + _MAP_WIDE + 4
    wide = flow.size[0] - MARGIN - left
    y = top + 4
    for name, piece in _facts(paper):
        y = flow.sheet.block(left, y, wrap(((f"{name}\u00a0", NOTE_STRONG), piece), wide), 15) + 3
    flow.y = max(y, top + drawn.height) + 6


def _facts(paper: WoundPaper) -> list[tuple[str, Piece]]:
    wound, category = paper.wound, paper.category
    found = to_local(wound.found_at).date()
    came = [
        word
        for word, on in (
            ("present on admission", wound.on_admission),
            ("pressed by a device", wound.device_related),
            ("in a moist lining: has no category", wound.mucosal),
        )
        if on
    ]
    facts: list[tuple[str, Piece]] = [
        ("Where", (wound.where, STRONG)),
        ("Cause", (CAUSES[wound.cause], STRONG)),
        ("Category", (category.words if category else "Not classified", STRONG)),
    ]
    if category and category.explained:
        facts.append(("", (category.explained, NOTE)))
    if category and category.warning:
        facts.append(("", (category.warning, NOTE_STRONG)))
    if wound.words:
        facts.append(("In words", (wound.words, VALUE)))
    facts.append(("Found", (f"{short_date(found)} by {wound.found_by}", VALUE)))
    facts.append(("Age", (f"{paper.age_days} day{'' if paper.age_days == 1 else 's'}", VALUE)))
    if came:
        facts.append(("Also", (", ".join(came), VALUE)))
    if paper.closing is None:
        day = to_local(paper.made_at).date()
        facts.append(("Dressing due", _due(paper.dressing_due, day)))
        facts.append(("Review due", _due(paper.review_due, day)))
    else:
        how = CLOSINGS[paper.closing.how]
        why = f": {paper.closing.reason}" if paper.closing.reason else ""
        facts.append(("Closed", (f"{short_date(to_local(paper.closing.at).date())}, {how.lower()}{why}", STRONG)))
    return facts


def _due(day: date | None, today: date) -> Piece:
    if day is None:
        return "No date", VALUE
    return (f"{short_date(day)}, overdue", STRONG) if day < today else (short_date(day), VALUE)


def _size(flow: Flow, paper: WoundPaper) -> None:
    flow.heading("Size and healing", "size", room=120)
    if not paper.measures:
        flow.paragraph(("No size has been measured.", VALUE))
        return
    chart = area_chart(paper.measures, width=int(flow.wide), height=210)
    flow.need(chart.scene.height + 6)
    _draw(flow, chart.scene, MARGIN, flow.y)
    flow.y += chart.scene.height + 6
    for flag in paper.healing.flags:
        flow.paragraph((FLAG_WORDS[flag], STRONG))
    if paper.edge_stuck:
        flow.paragraph(("The edge has not advanced for two weekly reviews: reassess the plan.", STRONG))
    rows = [tuple(((cell, NOTE),) for cell in row) for row in chart.rows]
    flow.table(chart.headers, (150, 90, 287), rows)
    flow.y += 6


def _reviews(flow: Flow, paper: WoundPaper) -> None:
    flow.heading("Reviews, newest first", "reviews")
    if not paper.reviews:
        flow.paragraph(("No review has been signed.", VALUE))
    for each in paper.reviews:
        flow.subheading(f"{date_time(each.at)}, {each.by}")
        seen = [("Size", _size_words(each.measure)), *each.seen]
        if each.note:
            seen.append(("Notes", each.note))
        for label, value in seen:
            flow.fact(label, (value, NOTE), label_width=190)
        flow.y += 6


def _size_words(measure: Measure | None) -> str:
    return measure.words if measure else "Not measured"


def _categories(flow: Flow, paper: WoundPaper) -> None:
    flow.heading("Category, newest first", "category", room=60)
    if not paper.classified:
        flow.paragraph(("It has not been classified.", VALUE))
        return
    rows = [((((date_time(at)), NOTE),), ((words, NOTE_STRONG),), ((by, NOTE),)) for at, words, by in paper.classified]
    flow.table(("When", "Classified as", "By"), (130, 227, 170), rows)
    flow.paragraph(
        ("A pressure ulcer keeps its highest category while it heals: it is never classified backwards.", NOTE)
    )


def _photos(flow: Flow, paper: WoundPaper) -> None:
    if not paper.photos:
        return
    flow.heading("Photos, newest first", "photos", room=_PHOTO_HIGH + 40)
    for each in paper.photos:
        scale = min(flow.wide / each.width, _PHOTO_HIGH / each.height)
        wide, high = each.width * scale, each.height * scale
        flow.need(high + 34)
        flow.sheet.drawing(partial(_picture, jpeg=each.jpeg, top=flow.y, wide=wide, high=high))
        flow.y += high + 4
        note = f" {each.note}." if each.note else ""
        flow.paragraph((f"{date_time(each.at)}. {each.consent}.{note}", NOTE))
        flow.y += 8


def _picture(canvas: Canvas, page_high: float, *, jpeg: bytes, top: float, wide: float, high: float) -> None:
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(BytesIO(jpeg)), MARGIN, page_high - top - high, wide, high)


def _draw(flow: Flow, drawn: Scene, x: float, top: float) -> None:
    flow.sheet.drawing(partial(_paint, drawn=drawn, x=x, top=top))


def _paint(canvas: Canvas, high: float, *, drawn: Scene, x: float, top: float) -> None:
    scene.draw(drawn, canvas, x, high - top)


def _foot_lines(paper: WoundPaper) -> Sequence[Line]:
    d = paper.details
    mark = f"{PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}{d.banner_name} · Born {short_date(d.date_of_birth)} · NHS No. {format_nhs_number(d.nhs_number)} · "
        f"{paper.home} · Printed {date_time(paper.made_at)} by {paper.made_by} · Audit trail {paper.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
