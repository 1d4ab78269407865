"""The list of a shift on paper: by room, what each resident is due, with a box to tick and room to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.domain.dates import clock_time, date_time, short_date
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
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
_LIST_PRACTICE = "PRACTICE: invented people, not for care"
_HEADERS = ("Done", "When", "What", "Last result", "Time, initials")
_SHARES = (40, 82, 214, 116, 75)


class Item(Protocol):
    """One line of the list, as the due list gives it."""

    @property
    def resident_name(self) -> str:
        """Whose it is."""

    @property
    def room(self) -> str:
        """The resident's room; may be empty."""

    @property
    def born(self) -> date:
        """The resident's date of birth."""

    @property
    def title(self) -> str:
        """What is to be done."""

    @property
    def when(self) -> str:
        """By when, in words."""

    @property
    def why(self) -> str:
        """Why, in words."""

    @property
    def changed(self) -> str:
        """The last result beside the one before."""

    @property
    def late(self) -> bool:
        """Whether it is late."""

    @property
    def then(self) -> Sequence[datetime]:
        """Further times at which it is to be done in the shift; each gets a box of its own."""


@dataclass(frozen=True, slots=True)
class DuePaper:
    """All that is printed of a shift, and who printed it when. ``rooms`` are a room's words and its lines, in order;
    ``away`` is what is due for residents who are not in the home. ``restored_from`` is when the backup was taken that
    the record came back from."""

    home: str
    practice: bool
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    shift: str
    rooms: Sequence[tuple[str, Sequence[Item]]]
    away: Sequence[Item]


def due_pdf(paper: DuePaper) -> bytes:
    """The paper as a PDF: the shift and when it was printed stand on every page. The same paper gives the same
    bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, paper)
    for room, items in paper.rooms:
        _room(flow, room, items)
    if not paper.rooms:
        flow.paragraph(("Nothing is due in this shift.", VALUE))
    _away(flow, paper.away)
    foot = _foot_lines(paper)
    for page, sheet in enumerate(flow.sheets, 1):
        draw_foot(sheet, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets,
        title="Due list of a shift",
        author=paper.home,
        subject="Confidential",
        made_at=paper.made_at,
        outline=flow.outline,
    )


def _head(flow: Flow, paper: DuePaper) -> None:
    lines = wrap((("Due list", Style(Face.REGULAR, 16)),), flow.wide)
    flow.y = flow.sheet.block(MARGIN, 36, lines, 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((paper.shift, Style(Face.BOLD, 20)),), flow.wide), 25)
    count = sum(len(items) for _, items in paper.rooms)
    late = sum(item.late for _, items in paper.rooms for item in items)
    flow.paragraph((f"{paper.home} · {count} to do, {late} of them late at {date_time(paper.made_at)}", VALUE))
    flow.paragraph(("A tick here is no record: enter what was done and what was measured.", NOTE_STRONG))
    if paper.restored_from is not None:
        since = date_time(paper.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))
    flow.y += 4


def _room(flow: Flow, room: str, items: Sequence[Item]) -> None:
    """A room: each resident in it with a table of what is to do."""
    people = list(dict.fromkeys((item.resident_name, item.born) for item in items))
    for name, born in people:
        own = [item for item in items if (item.resident_name, item.born) == (name, born)]
        who = f"{room}: {name}"
        flow.heading(f"{who}, born {short_date(born)}", f"{who}, {born}", room=70)
        flow.outline[-1] = (room, flow.outline[-1][1])  # viewers list bookmarks beside the pages: no names there
        flow.table(_HEADERS, _SHARES, [row for item in own for row in _rows(item)], least=34, tick=(0,))
        flow.y += 4
    flow.section = ""


def _rows(item: Item) -> list[Cells]:
    first: Cells = (
        (("", NOTE),),
        ((item.when, NOTE_STRONG if item.late else NOTE),),
        ((f"{item.title}.", NOTE_STRONG), (item.why, NOTE)),
        ((item.changed, NOTE),),
        (("", NOTE),),
    )
    again: list[Cells] = [
        ((("", NOTE),), ((f"At {clock_time(at)}", NOTE),), ((f"{item.title}.", NOTE_STRONG),), (("", NOTE),),
         (("", NOTE),))
        for at in item.then
    ]  # fmt: skip
    return [first, *again]


def _away(flow: Flow, items: Sequence[Item]) -> None:
    if not items:
        return
    flow.heading("Away from the home: due when they are back", "away", room=60)
    rows = [
        (((item.resident_name, NOTE_STRONG), (f"born {short_date(item.born)}", NOTE)), ((item.when, NOTE),),
         ((f"{item.title}.", NOTE_STRONG), (item.why, NOTE)))
        for item in items
    ]  # fmt: skip
    flow.table(("Resident", "When", "What"), (180, 90, 257), rows)
    flow.section = ""


def _foot_lines(paper: DuePaper) -> Sequence[Line]:
    mark = f"{_LIST_PRACTICE} · " if paper.practice else ""
    text = (
        f"{mark}Due list: {paper.shift} · {paper.home} · Printed {date_time(paper.made_at)} by {paper.made_by} · "
        f"Audit trail {paper.anchor} · Confidential: several residents"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
