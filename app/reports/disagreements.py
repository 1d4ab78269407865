"""Claims refused for a reason that the home's rules do not give: both views side by side, on paper and as a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

from app.domain.dates import date_time, day_date, short_date
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
from app.domain.premium.disagreement import Disagreement
from app.domain.spreadsheet import harmless
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    MARGIN,
    NOTE,
    NOTE_STRONG,
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
_PRACTICE = "PRACTICE: invented people, not for care"
_INTRO = (
    "Each claim below was refused, or paid in part, for a reason that the published rules did not give when it was "
    "signed. Both views stand side by side."
)
_COLUMNS = (
    "home_ods", "week_start", "week_end", "resident", "resident_key", "nhs_number", "claim_id", "version",
    "claimed_pence", "claimed", "decided_pence", "decided", "answered_on", "ccg_words", "reason_code", "ccg_view",
    "home_view", "as_submitted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DisagreementPaper:
    """All that is printed, and who printed it when."""

    home: str
    home_ods: str
    ccg: str
    practice: bool
    made_at: datetime
    made_by: str
    rows: Sequence[Disagreement]


def disagreements_pdf(paper: DisagreementPaper) -> bytes:
    """The paper as a PDF: a section a claim. The same paper gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    flow.y = flow.sheet.block(MARGIN, 36, wrap((("Disagreements about claims", Style(Face.BOLD, 20)),), flow.wide), 25)
    flow.fact("Care home", (f"{paper.home}, {paper.home_ods}", VALUE))
    flow.fact("Commissioner", (paper.ccg, VALUE))
    flow.fact("Claims", (f"{len(paper.rows)}, {pounds(sum(_open_pence(row) for row in paper.rows))} not paid", STRONG))
    flow.paragraph((_INTRO, VALUE))
    for row in paper.rows:
        _section(flow, row)
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Disagreements about claims",
        author=paper.home,
        subject="Confidential",
        made_at=paper.made_at,
        outline=flow.outline,
    )


def _section(flow: Flow, row: Disagreement) -> None:
    week_end = row.week_start + timedelta(days=6)
    flow.y += 6
    flow.heading(f"{row.resident}, week from {short_date(row.week_start)}", row.identifier, room=150)
    flow.outline[-1] = (row.identifier, flow.outline[-1][1])  # viewers list bookmarks beside the pages: no names there
    flow.fact("NHS number", (format_nhs_number(row.nhs_number), VALUE))
    flow.fact("Born", (short_date(row.born) if row.born else "Not known", VALUE))
    flow.fact("Week", (f"{day_date(row.week_start)} to {day_date(week_end)}", VALUE))
    flow.fact("Claim", (row.identifier, VALUE))
    flow.fact("Claimed", (pounds(row.claimed_pence), STRONG))
    flow.fact("Decided", (f"{pounds(row.decided_pence)}, {_answered(row)}", STRONG))
    flow.fact("As submitted", (row.ours, VALUE))
    flow.table(
        ("The commissioner's reason", "What the rules found"),
        (240, 287),
        [
            (((f"{view.theirs}.", NOTE_STRONG), (f"Code {view.code}", NOTE)), ((f"{view.ours}.", NOTE),))
            for view in row.views
        ],
    )
    flow.section = ""


def disagreements_csv(paper: DisagreementPaper) -> bytes:
    """The same, one line a reason; text that a spreadsheet would run as a formula is made harmless."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in paper.rows:
        for view in row.views:
            writer.writerow([
                paper.home_ods,
                row.week_start.isoformat(),
                (row.week_start + timedelta(days=6)).isoformat(),
                harmless(row.resident),
                harmless(row.resident_key),
                format_nhs_number(row.nhs_number),
                harmless(row.identifier),
                row.version,
                row.claimed_pence,
                pounds(row.claimed_pence),
                row.decided_pence,
                pounds(row.decided_pence),
                row.answered_on.isoformat() if row.answered_on else "",
                harmless(row.disposition),
                harmless(view.code),
                harmless(view.theirs),
                harmless(view.ours),
                harmless(row.ours),
            ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _open_pence(row: Disagreement) -> int:
    return row.claimed_pence - row.decided_pence


def _answered(row: Disagreement) -> str:
    words = f"answered {short_date(row.answered_on)}" if row.answered_on else "no date of the answer"
    return f"{words}. The commissioner writes: {row.disposition}" if row.disposition else words


def _foot_lines(paper: DisagreementPaper) -> Sequence[Line]:
    mark = f"{_PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}Disagreements about claims · {paper.home} · Printed {date_time(paper.made_at)} by {paper.made_by} · "
        "Confidential: names residents"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
