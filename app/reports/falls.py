"""The sheet of one fall on paper: what was decided, what happened, where it hurts, what was observed, who was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from app.domain.charts.body import body_map
from app.domain.dates import date_time, short_date
from app.domain.falls import STATE_WORDS, WITNESS, Action, Fall, Progress, State, marks
from app.domain.nhs import format_nhs_number
from app.domain.people import ResidentDetails
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
    Cells,
    Flow,
    Line,
    Style,
    draw_foot,
    painted,
    wrap,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from app.domain.drawing import Scene

_FOOT = 48.0
_MAP_WIDE, _MAP_HIGH = 270, 300
_BESIDE = 10
"""How many injuries have room beside the body map."""
_SIGNED = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class FallPaper:
    """All that is printed of one fall, and who printed it when.

    ``answers`` and ``circumstances`` are question and answer of the signed check and record, ``checked`` and
    ``recorded`` when and by whom they were signed; ``sets`` the observations (when, result, by whom); ``alerts`` each
    alert with whom to phone, when that was done and who answered. ``restored_from`` is when the backup was taken that
    the record came back from.
    """

    details: ResidentDetails
    home: str
    practice: bool
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    fall: Fall
    decision: str
    do: Sequence[str]
    why: Sequence[str]
    checked: _SIGNED | None
    answers: Sequence[tuple[str, str]]
    circumstances: Sequence[tuple[str, str]]
    recorded: _SIGNED | None
    progress: Progress
    sets: Sequence[tuple[datetime, str, str]]
    alerts: Sequence[tuple[str, str, datetime | None, str]]
    assessed: bool
    actions: Sequence[Action]
    notes: Sequence[str] = ()


def fall_pdf(paper: FallPaper) -> bytes:
    """The sheet as a PDF: whose fall it is stands on every page. The same paper gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, paper)
    _decision(flow, paper)
    _injuries(flow, paper)
    _circumstances(flow, paper)
    _observations(flow, paper)
    _told(flow, paper)
    _afterwards(flow, paper)
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Fall",  # the window's title and recent files show it: no name
        author=paper.home,
        subject="Confidential",
        made_at=paper.made_at,
        outline=flow.outline,
    )


def _head(flow: Flow, paper: FallPaper) -> None:
    d = paper.details
    flow.y = flow.sheet.block(MARGIN, 36, wrap((("Record of a fall", Style(Face.REGULAR, 16)),), flow.wide), 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((d.banner_name, Style(Face.BOLD, 20)),), flow.wide), 25)
    who = (
        f"Born {short_date(d.date_of_birth)} · NHS No. {format_nhs_number(d.nhs_number)} · "
        f"{paper.home}{f', room {d.room}' if d.room else ''}"
    )
    flow.paragraph((who, VALUE))
    if paper.restored_from is not None:
        since = date_time(paper.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))
    fall = paper.fall
    flow.fact("Fell, or was found", (date_time(fall.at), STRONG))
    seen = WITNESS.get(fall.witness, "")
    flow.fact("Where", (", ".join(part for part in (fall.where, seen.lower()) if part) or "Not recorded", VALUE))


def _decision(flow: Flow, paper: FallPaper) -> None:
    flow.heading("What was decided", "decision")
    flow.paragraph((paper.decision or "No post-fall check is signed", Style(Face.BOLD, 15)))
    for words in paper.why:
        flow.paragraph((words, VALUE))
    for words in paper.do:
        flow.paragraph((f"•  {words}", VALUE), indent=8)
    _signed(flow, paper.checked)
    _answers(flow, paper.answers)


def _injuries(flow: Flow, paper: FallPaper) -> None:
    """The body map on the left, what each number stands for beside it."""
    flow.heading("Injuries", "injuries", room=240)
    fall = paper.fall
    if not fall.looked_over:
        flow.paragraph(("Nobody has recorded yet what was looked for and seen.", STRONG))
        return
    drawn = body_map(marks(fall.injuries), width=_MAP_WIDE, height=_MAP_HIGH, key=False).scene
    top = flow.y
    _draw(flow, drawn, MARGIN - 8, top)
    left = MARGIN + _MAP_WIDE + 4
    wide = flow.size[0] - MARGIN - left
    y = top + 6
    lines = [(f"{n}\u00a0", each.words) for n, each in enumerate(fall.injuries, 1)]
    for number, words in lines[:_BESIDE] or [("", "Looked over: no injury seen.")]:
        y = flow.sheet.block(left, y, wrap(((number, STRONG), (words, VALUE)), wide), 15) + 4
    flow.y = max(y, top + drawn.height) + 6
    for number, words in lines[_BESIDE:]:
        flow.paragraph((number, STRONG), (words, VALUE))


def _circumstances(flow: Flow, paper: FallPaper) -> None:
    flow.heading("How it happened", "circumstances")
    if not paper.circumstances:
        flow.paragraph(("The circumstances are not recorded yet.", STRONG))
        return
    _signed(flow, paper.recorded)
    _answers(flow, paper.circumstances)
    for note in paper.notes:
        flow.fact("Notes", (note, VALUE))


def _observations(flow: Flow, paper: FallPaper) -> None:
    flow.heading("Observations after the fall", "observations", room=120)
    stopped = paper.fall.stopped
    long = "72 hours: a head injury is possible" if paper.fall.head else "24 hours"
    flow.paragraph((f"NEWS2, pupils, headache and vomiting for {long}.", VALUE))
    if stopped is not None:
        flow.paragraph((f"Ended {date_time(stopped.at)}: {stopped.words}.", STRONG))
    by_time = {at: (words, by) for at, words, by in paper.sets}
    rows: list[Cells] = []
    for slot in paper.progress.slots:
        words, by = by_time.get(slot.taken, ("", "")) if slot.taken else ("", "")
        look = NOTE_STRONG if slot.state in {State.LATE, State.MISSED} else NOTE
        taken = date_time(slot.taken) if slot.taken else ""
        rows.append(
            (
                ((date_time(slot.due), NOTE),),
                ((STATE_WORDS[slot.state], look),),
                ((taken, NOTE),),
                ((words, NOTE_STRONG),),
                ((by, NOTE),),
            )
        )
    if rows:
        flow.table(("Due", "State", "Taken", "NEWS2", "By"), (105, 62, 105, 130, 125), rows)
    else:
        flow.paragraph(("No observations are due in the home.", VALUE))


def _told(flow: Flow, paper: FallPaper) -> None:
    flow.heading("Who was called", "called", room=60)
    for title, who, at, spoke_to in paper.alerts:
        said = f"{date_time(at)}, spoke to {spoke_to}" if at else "No call is recorded"
        flow.fact(title, (f"{who}. {said}", VALUE), label_width=230)
    if not paper.alerts:
        flow.paragraph(("The check raised no alert.", VALUE))
    for who, told in (("The family", paper.fall.family_told), ("The GP", paper.fall.gp_told)):
        flow.fact(who, (_TOLD[told], STRONG if told is not True else VALUE), label_width=230)


_TOLD = {True: "Told", False: "Not told yet", None: "Not recorded"}


def _afterwards(flow: Flow, paper: FallPaper) -> None:
    flow.heading("Falls assessment", "assessment", room=60)
    done = "done since the fall" if paper.assessed else "not done since the fall: it is due"
    flow.paragraph((f"Multifactorial falls assessment: {done}.", VALUE if paper.assessed else STRONG))
    for each in paper.actions:
        flow.paragraph(
            (f"•  {each.words}{'. Overdue' if each.overdue else ''}", STRONG if each.overdue else VALUE), indent=8
        )


def _signed(flow: Flow, signed: _SIGNED | None) -> None:
    if signed is not None:
        at, by = signed
        flow.paragraph((f"Signed by {by}, of {date_time(at)}", NOTE))


def _answers(flow: Flow, answers: Sequence[tuple[str, str]]) -> None:
    for question, answer in answers:
        flow.fact(question, (answer, NOTE), label_width=250)
    flow.y += 4


def _draw(flow: Flow, drawn: Scene, x: float, top: float) -> None:
    flow.sheet.drawing(partial(_paint, drawn=drawn, x=x, top=top))


def _paint(canvas: Canvas, high: float, *, drawn: Scene, x: float, top: float) -> None:
    scene.draw(drawn, canvas, x, high - top)


def _foot_lines(paper: FallPaper) -> Sequence[Line]:
    d = paper.details
    mark = f"{PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}{d.banner_name} · Born {short_date(d.date_of_birth)} · NHS No. {format_nhs_number(d.nhs_number)} · "
        f"{paper.home} · Printed {date_time(paper.made_at)} by {paper.made_by} · Audit trail {paper.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
