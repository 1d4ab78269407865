"""A claim week on paper: who can be claimed for and what carries it, who cannot and why, where each claim is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.dates import date_time, day_date
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
from app.reports.fonts import Face
from app.reports.paper import (
    A4_LANDSCAPE,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    STRONG,
    VALUE,
    Cells,
    Flow,
    Line,
    Style,
    draw_foot,
    painted,
    wrap,
)

_FOOT = 48.0
_PRACTICE = "PRACTICE: invented people, not for care"


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One resident: ``standing`` is the word of the screen, ``areas`` what carries each area, ``why`` the reasons or
    where the claim is, ``advice`` what should be done in time."""

    who: str
    room: str
    nhs_number: str | None
    standing: str
    nights: int
    areas: Sequence[str]
    pence: int | None
    why: Sequence[str]
    advice: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WeekPaper:
    """All that is printed of a week, and who printed it when. ``at_risk`` are lines about champion cover that ends."""

    home: str
    home_ods: str
    practice: bool
    made_at: datetime
    made_by: str
    week_start: date
    policy: str
    eligible: int
    total_pence: int
    shown: str
    lines: Sequence[WeekLine]
    at_risk: Sequence[str]


def week_pdf(paper: WeekPaper) -> bytes:
    """The paper as a PDF. The same paper gives the same bytes."""
    flow = Flow(size=A4_LANDSCAPE, bottom=_FOOT + 6)
    flow.new_sheet()
    week_end = paper.week_start + timedelta(days=6)
    words = f"Claim week {day_date(paper.week_start)} to {day_date(week_end)}"
    flow.y = flow.sheet.block(MARGIN, 36, wrap(((words, Style(Face.BOLD, 20)),), flow.wide), 25)
    flow.paragraph((f"{paper.home}, {paper.home_ods}. Policy {paper.policy or 'none in force'}.", VALUE))
    flow.paragraph((f"{paper.eligible} eligible, {pounds(paper.total_pence)}. {paper.shown}", STRONG))
    for risk in paper.at_risk:
        flow.paragraph((f"At risk: {risk}.", VALUE))
    flow.y += 4
    if paper.lines:
        flow.table(
            ("Resident", "Standing", "Nights", "Areas, evidence and champions", "Amount", "Why not, or the claim"),
            (150, 92, 46, 210, 64, 211),
            [_row(line) for line in paper.lines],
            least=30,
        )
    else:
        flow.paragraph(("Nobody is in this list.", VALUE))
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets, title="Claim week", author=paper.home, subject="Confidential", made_at=paper.made_at,
        outline=flow.outline,
    )  # fmt: skip


def _row(line: WeekLine) -> Cells:
    room = f"Room {line.room}" if line.room else "Room not recorded"
    return (
        ((f"{line.who}.", NOTE_STRONG), (f"{room}. NHS No. {format_nhs_number(line.nhs_number)}", NOTE)),
        ((line.standing, NOTE_STRONG),),
        ((f"{line.nights} of 7", NOTE),),
        ((". ".join(line.areas) or "No area has both", NOTE),),
        ((pounds(line.pence) if line.pence is not None else "–", NOTE_STRONG),),
        ((". ".join((*line.why, *(f"Advice: {words}" for words in line.advice))) or "–", NOTE),),
    )


def _foot_lines(paper: WeekPaper) -> Sequence[Line]:
    mark = f"{_PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}Claim week from {day_date(paper.week_start)} · {paper.home} · Printed {date_time(paper.made_at)} by "
        f"{paper.made_by} · As it stood then · Confidential: names residents"
    )
    return wrap(((text, NOTE),), A4_LANDSCAPE[0] - 2 * MARGIN - 90)[:2]
