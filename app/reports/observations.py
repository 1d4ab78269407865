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
from app.reports import scene
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

_FOOT = 48.0
_MOST_NEWS2 = 4
"""Pictures of NEWS2, one a page; the table has every set."""
_WHEN, _PLAIN, _NOTES = 100.0, 70.0, 110.0


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


def _part(flow: Flow, board: Board, part: str) -> None:
    made = _news2(board, int(flow.wide)) if part == "news2" else [draw(int(flow.wide)) for draw in charts(board, part)]
    flow.heading(PARTS[part], part, room=made[0].scene.height + 40, fresh=part == "news2")
    for each in cautions(board, part):
        flow.paragraph((each, STRONG))
    for each in words(board, part):
        flow.paragraph((each, NOTE))
    for at, chart in enumerate(made):
        if chart.scene.height > flow.limit - flow.y:
            flow.new_sheet()
        _draw(flow, chart.scene)
        if part != "news2" or at == len(made) - 1:
            _table(flow, _whole_table(board, chart, part))


def _news2(board: Board, width: int) -> list[Chart]:
    """The newest sets, as many a picture as fit, the newest picture first."""
    fit = fitting(width, usual=board.usual is not None)
    ordered = sorted(board.sets, key=lambda each: each.at)
    pieces = [ordered[max(0, end - fit) : end] for end in range(len(ordered), 0, -fit)][:_MOST_NEWS2] or [ordered]
    return [charts(replace(board, sets=tuple(piece)), "news2")[0](width) for piece in pieces]


def _whole_table(board: Board, chart: Chart, part: str) -> Chart:
    return charts(board, part)[0](int(chart.scene.width)) if part == "news2" else chart


def _table(flow: Flow, chart: Chart) -> None:
    if not chart.rows:
        flow.paragraph(("Nothing recorded in this time.", VALUE))
        return
    shares = [_WHEN, *(_PLAIN for _ in chart.headers[1:-1]), _NOTES]
    rows = [tuple(((cell, NOTE),) for cell in row) for row in chart.rows]
    flow.table(chart.headers, shares, rows)
    flow.y += 6


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
