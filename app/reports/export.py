"""Everything held about one resident as a document to read: sections of labelled values and of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.dates import date_time, short_date
from app.domain.nhs import format_nhs_number
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
    Style,
    draw_foot,
    painted,
    wrap,
)

_FOOT = 48.0


@dataclass(frozen=True, slots=True)
class Block:
    """A titled part of a section: labelled values, or a table with its headers and relative column widths."""

    title: str = ""
    values: Sequence[tuple[str, str]] = ()
    headers: Sequence[str] = ()
    shares: Sequence[float] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the document; ``none`` is said when it has no blocks."""

    title: str
    blocks: Sequence[Block]
    none: str = "Nothing is recorded."


@dataclass(frozen=True, slots=True)
class ResidentDocument:
    """The document: whose it is, who asked for it and when, how long the audit trail was, and its sections."""

    name: str
    date_of_birth: date
    nhs_number: str | None
    home: str
    made_at: datetime
    made_by: str
    anchor: str
    sections: Sequence[Section]
    practice: bool = False


def export_pdf(document: ResidentDocument) -> bytes:
    """The document as a PDF: whose it is stands on every page. The same document gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    sheet = flow.sheet
    big, middle = Style(Face.BOLD, 22), Style(Face.REGULAR, 16)
    flow.y = sheet.block(MARGIN, 40, wrap((("Everything held about", middle),), flow.wide), 21)
    flow.y = sheet.block(MARGIN, flow.y, wrap(((document.name, big),), flow.wide), 28) + 8
    for label, value in (
        ("Born", short_date(document.date_of_birth)),
        ("NHS No.", format_nhs_number(document.nhs_number)),
        ("Care home", document.home),
        ("Made", f"{date_time(document.made_at)} by {document.made_by}"),
        ("Audit trail", f"{document.anchor} (number of entries and the beginning of the last one's fingerprint)"),
    ):
        flow.fact(label, (value, VALUE))
    flow.y += 8
    complete = (
        "The file resident.json that goes with this document holds the same record complete: every version of every "
        "entry with its fingerprint and signature. Papers that were printed are beside it as they were printed."
    )
    flow.paragraph((complete, VALUE))
    flow.paragraph(("It is confidential. Give it only to somebody who has the right to it.", STRONG))
    flow.y += 6
    flow.paragraph(("In this document", STRONG))
    for number, section in enumerate(document.sections, 1):
        flow.paragraph((f"{number}. {section.title}", VALUE))
    for number, section in enumerate(document.sections, 1):
        _section(flow, f"{number}. {section.title}", f"s{number}", section, fresh=number == 1)
    foot = _foot_lines(document)
    for page, each in enumerate(flow.sheets, 1):
        draw_foot(each, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Everything held about a resident",  # the window's title and recent files show it: no name
        author=document.home,
        subject="Confidential",
        made_at=document.made_at,
        outline=flow.outline,
    )


def _section(flow: Flow, title: str, anchor: str, section: Section, *, fresh: bool) -> None:
    flow.heading(title, anchor, fresh=fresh)
    if not section.blocks:
        flow.paragraph((section.none, VALUE))
    for block in section.blocks:
        if block.title:
            flow.subheading(block.title)
        if block.note:
            flow.paragraph((block.note, NOTE))
        for label, value in block.values:
            flow.fact(label, (value or "Not recorded", VALUE))
        if block.rows:
            flow.table(
                block.headers,
                block.shares,
                [tuple(((cell, NOTE_STRONG if n == 0 else NOTE),) for n, cell in enumerate(row)) for row in block.rows],
            )
        flow.y += 6


def _foot_lines(document: ResidentDocument) -> Sequence[Line]:
    mark = f"{PRACTICE} · " if document.practice else ""
    text = (
        f"{mark}{document.name} · Born {short_date(document.date_of_birth)} · "
        f"NHS No. {format_nhs_number(document.nhs_number)} · {document.home} · "
        f"Made {date_time(document.made_at)} by {document.made_by}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
