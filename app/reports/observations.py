"""The charts of a resident's measurements on paper: the pictures of the screen, each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from app.domain.charts.observations import fitting
from app.domain.dates import date_time, short_date, to_local
from app.domain.drawing import Chart, Scene
from app.domain.nhs import format_nhs_number
from app.domain.observation_board import PARTS, Board, cautions, charts, words
from app.domain.people import ResidentDetails
from app.reports import fonts, scene
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
    Piece,
    Style,
    draw_foot,
    painted,
    wrap,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_FOOT = 48.0
_MOST_NEWS2 = 4
"""Pictures of NEWS2, one a page; the table has every set."""


@dataclass(frozen=True, slots=True)
class ObservationsPaper:
    """All that is printed: whose, by whom and when, the charts' data and which parts of it.

    ``restored_from`` is when the backup was taken that the record came back from.
    """

    details: ResidentDetails
    home: str
    practice: bool
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    board: Board
    parts: Sequence[str]


def observations_pdf(paper: ObservationsPaper) -> bytes:
    """The paper as a PDF; whose it is stands on every page. The same paper gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, paper)
    _at_a_glance(flow, paper)
    for part in paper.parts:
        _part(flow, paper.board, part)
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Observation charts",  # the window's title and recent files show it: no name
        author=paper.home,
        subject="Confidential",
        made_at=paper.made_at,
        outline=flow.outline,
    )


def _head(flow: Flow, paper: ObservationsPaper) -> None:
    d = paper.details
    lines = wrap((("Observation charts", Style(Face.REGULAR, 16)),), flow.wide)
    flow.y = flow.sheet.block(MARGIN, 36, lines, 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((d.banner_name, Style(Face.BOLD, 20)),), flow.wide), 25)
    who = (
        f"Born {short_date(d.date_of_birth)} · NHS No. {format_nhs_number(d.nhs_number)} · "
        f"{paper.home}{f', room {d.room}' if d.room else ''}"
    )
    flow.paragraph((who, VALUE))
    flow.paragraph((f"{period_words(paper.board)}. A calculator's aid: use clinical judgement.", VALUE))
    if paper.restored_from is not None:
        since = date_time(paper.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))


def period_words(board: Board) -> str:
    """From when to when the charts go."""
    until = date_time(board.now)
    if board.since is None:
        return f"All measurements up to {until}"
    return f"Measurements from {short_date(to_local(board.since).date())} to {until}"


def _at_a_glance(flow: Flow, paper: ObservationsPaper) -> None:
    """Each part in a sentence or two, and what stands out in it."""
    flow.heading("At a glance", "glance")
    for part in paper.parts:
        said = [draw(int(flow.wide)).scene.description for draw in charts(paper.board, part)]
        found: list[Piece] = [(each, STRONG) for each in cautions(paper.board, part)]
        found.append((" ".join(said) or "Nothing recorded in this time.", VALUE))
        flow.fact(PARTS[part], *found, label_width=110)


def _part(flow: Flow, board: Board, part: str) -> None:
    wide = int(flow.wide)
    made = _news2(board, wide) if part == "news2" else [draw(wide) for draw in charts(board, part)]
    room = made[0].scene.height + 40 if made else 30
    flow.heading(PARTS[part], part, room=room)
    for each in cautions(board, part):
        flow.paragraph((each, STRONG))
    for each in words(board, part):
        flow.paragraph((each, NOTE))
    if not made:
        flow.paragraph(("Nothing recorded in this time.", VALUE))
    for at, chart in enumerate(made):
        if at and part != "news2":
            flow.need(chart.scene.height + 40)
            flow.subheading(chart.scene.title)
        elif chart.scene.height > flow.limit - flow.y:
            flow.new_sheet()
        _draw(flow, chart.scene)
        if part != "news2":
            _table(flow, chart)
    if part == "news2" and made:
        _table(flow, charts(board, part)[0](wide))  # the pictures show the newest sets, the table every one


def _news2(board: Board, width: int) -> list[Chart]:
    """The newest sets, as many a picture as fit, the newest picture first."""
    fit = fitting(width, usual=board.usual is not None)
    ordered = sorted(board.sets, key=lambda each: each.at)
    pieces = [ordered[max(0, end - fit) : end] for end in range(len(ordered), 0, -fit)][:_MOST_NEWS2]
    return [charts(replace(board, sets=tuple(piece)), "news2")[0](width) for piece in pieces]


def _table(flow: Flow, chart: Chart) -> None:
    rows = [tuple(((cell, NOTE),) for cell in row) for row in chart.rows]
    flow.table(chart.headers, _widths(chart, flow.wide), rows)
    flow.y += 6


def _widths(chart: Chart, wide: float) -> list[float]:
    """Every column is wide enough for its longest word; what is left goes where the longest texts are."""
    columns = list(zip(chart.headers, *chart.rows, strict=True))
    least = [max(_word(word, first) for first, cell in _marked(column) for word in cell.split()) for column in columns]
    longest = [max(_word(cell, first) for first, cell in _marked(column)) for column in columns]
    spare = wide - sum(least) - 8 * len(columns)
    wanted = [max(0.0, much - little) for much, little in zip(longest, least, strict=True)]
    unit = max(0.0, spare) / (sum(wanted) or 1)
    return [little + 8 + more * unit for little, more in zip(least, wanted, strict=True)]


def _marked(column: Sequence[str]) -> list[tuple[bool, str]]:
    """The cells, each with whether it is the header; an empty one counts as a short word."""
    return [(at == 0, cell or "–") for at, cell in enumerate(column)]


def _word(text: str, bold: bool) -> float:
    return fonts.width(fonts.clean(text), Face.BOLD if bold else Face.REGULAR, NOTE.size)


def _draw(flow: Flow, drawn: Scene) -> None:
    flow.sheet.drawing(partial(_paint, drawn=drawn, top=flow.y, width=flow.wide))
    flow.y += drawn.height * flow.wide / drawn.width + 6


def _paint(canvas: Canvas, high: float, *, drawn: Scene, top: float, width: float) -> None:
    scene.draw(drawn, canvas, MARGIN, high - top, width=width)


def _foot_lines(paper: ObservationsPaper) -> Sequence[Line]:
    d = paper.details
    mark = f"{PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}{d.banner_name} · Born {short_date(d.date_of_birth)} · NHS No. {format_nhs_number(d.nhs_number)} · "
        f"{paper.home} · Printed {date_time(paper.made_at)} by {paper.made_by} · Audit trail {paper.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
