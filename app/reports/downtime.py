"""The downtime kit: every resident's key facts on paper, with blank forms, for when the computer cannot be used.

One side for each resident in the order of rooms, after a first page that says how old the facts are and where each
resident stands. What a side could not hold follows in full; blank forms close the kit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.dates import date_time
from app.domain.nhs import format_nhs_number
from app.domain.people import Home
from app.domain.questionnaire import Form
from app.domain.transfer import PackContent, Silence, is_said, words
from app.reports.blank_forms import blank_forms, draw_whose
from app.reports.fonts import Face
from app.reports.key_facts import KeyFacts
from app.reports.paper import (
    A4,
    LABEL,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    PRACTICE,
    STRONG,
    VALUE,
    Cells,
    Flow,
    Line,
    Sheet,
    Style,
    draw_foot,
    painted,
    wrap,
)

_FOOT = 48.0
_LIST_PRACTICE = "PRACTICE: invented people, not for care"
_HOW = (
    "Use this kit when Hartwell cannot be used: a power cut, a broken laptop, damaged records.",
    "The facts are as old as the time above. What changed after it is not here: ask the shift, look at the MAR sheets.",
    "Medicines are given from the MAR sheet and never from this kit. A CPR decision is on its original form.",
    "Going to hospital: copy or take out the resident's sheet, fill in “Going to hospital: by hand”, and send both.",
    "Write on the blank forms, with date, time and signature. Copy a form before the last one is used.",
    "When Hartwell works again, enter in the record what was written here, with the time at which it happened.",
    "Keep the kit locked away. Shred the kit before when a new one is made.",
)


@dataclass(frozen=True, slots=True)
class Living:
    """A resident who lives here. ``status`` is said on the sheet when they are not in the home, empty when they are."""

    content: PackContent
    status: str = ""


@dataclass(frozen=True, slots=True)
class KitPaper:
    """All that is printed, the residents in the order of their sheets. ``phones`` are whom to ring: (who, number).
    ``forms`` are the questionnaires that :func:`app.reports.blank_forms.blank_forms` asks for. ``restored_from`` is
    when the backup was taken that the record came back from."""

    home: Home
    as_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    phones: Sequence[tuple[str, str]]
    residents: Sequence[Living]
    forms: Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class KitPdf:
    """The kit: its bytes, how many sides, and on which page each resident stands, in the order given."""

    data: bytes
    pages: int
    places: tuple[int, ...]


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Somebody asked for it to stop."""


def kit_pdf(paper: KitPaper, told: Callable[[int, int], None], stopped: Callable[[], bool]) -> KitPdf:
    """Lay the kit out and print it; ``told`` hears of each side done, of how many. The same paper gives the same bytes.

    Raises :class:`Stopped` soon after ``stopped`` says so.
    """
    count = len(paper.residents)
    facts: list[KeyFacts] = []
    for n, living in enumerate(paper.residents):
        if stopped():
            raise Stopped
        foot = _resident_foot(paper, living.content)
        facts.append(KeyFacts(living.content, foot, living.status, restored=paper.restored_from is not None))
        told(n + 1, count)
    first = _first_pages(paper, [0] * count)  # how many pages it takes does not depend on the numbers in it
    places = tuple(len(first.sheets) + 1 + n for n in range(count))
    further, starts = _in_full(facts)
    after = len(first.sheets) + count
    sides = [
        each.sheet(f"see page {after + 1 + starts[n]}" if n in starts else "") for n, each in enumerate(facts)
    ]  # fmt: skip
    forms = blank_forms(paper.forms)
    first = _first_pages(paper, places, forms_from=after + len(further.sheets) + 1)
    sheets = [*first.sheets, *sides, *further.sheets, *forms.sheets]
    _draw_feet(paper, first, tuple(zip(facts, sides, strict=True)), further, forms)
    if stopped():
        raise Stopped
    outline = [
        ("Residents and how to use this kit", 0),
        *((f"{_room(living.content)}", place - 1) for living, place in zip(paper.residents, places, strict=True)),
        *((title, after + at) for title, at in further.outline[:1]),
        *((title, after + len(further.sheets) + at) for title, at in forms.outline),
    ]
    data = painted(
        sheets,
        title="Downtime kit",
        author=paper.home.name,
        subject="Confidential",
        made_at=paper.as_at,
        outline=outline,
    )
    return KitPdf(data, len(sheets), places)


def _first_pages(paper: KitPaper, places: Sequence[int], forms_from: int = 0) -> Flow:
    flow = Flow(bottom=_FOOT + 8)
    flow.new_sheet()
    flow.y = flow.sheet.block(MARGIN, 32, wrap((("Downtime kit", Style(Face.REGULAR, 16)),), flow.wide), 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((paper.home.name, Style(Face.BOLD, 20)),), flow.wide), 25)
    lines = wrap(((f"As at {date_time(paper.as_at)}", Style(Face.BOLD, 18)),), flow.wide - 16)
    tall = len(lines) * 22 + 10
    flow.sheet.box(MARGIN, flow.y + 2, flow.wide, tall, stroke=2.5)
    flow.sheet.block(MARGIN + 8, flow.y + 7, lines, 22)
    flow.y += tall + 8
    if paper.restored_from is not None:
        since = date_time(paper.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))
    for each in _HOW:
        flow.paragraph((f"•  {each}", VALUE))
    flow.heading("Whom to ring", "phones", room=60)
    rows: list[Cells] = [
        (((who, VALUE),), ((number or "Not recorded", STRONG),)) for who, number in (("999", "999"), *paper.phones)
    ]
    flow.table(("Who", "Number"), (260, 267), rows)
    flow.y += 6
    flow.section = ""
    count = len(paper.residents)
    flow.heading(f"Residents: {count}, by room", "residents", room=60)
    if not paper.residents:
        flow.paragraph(("Nobody lives here according to the record.", VALUE))
    else:
        flow.table(
            ("Room", "Resident", "Born", "Where", "Page"),
            (60, 237, 80, 105, 45),
            [_listed(living, page) for living, page in zip(paper.residents, places, strict=True)],
        )
    flow.y += 6
    flow.section = ""
    flow.paragraph((f"Blank forms begin on page {forms_from}.", STRONG))
    return flow


def _listed(living: Living, page: int) -> Cells:
    who = living.content.identity
    return (
        ((words(who.room) if is_said(who.room) else "None", NOTE),),
        ((who.full_name, NOTE_STRONG),),
        ((words(who.date_of_birth), NOTE),),
        ((living.status or "In the home", NOTE),),
        ((str(page), NOTE_STRONG),),
    )


def _in_full(facts: Sequence[KeyFacts]) -> tuple[Flow, dict[int, int]]:
    """What the sides could not hold, by resident; on which of these sheets each begins."""
    flow = Flow(bottom=_FOOT + 8)
    starts: dict[int, int] = {}
    for n, each in enumerate(facts):
        if each.cuts:
            who = each.content.identity
            flow.heading(f"In full: {who.full_name}, born {words(who.date_of_birth)}", f"full{n}")
            starts[n] = flow.places[f"full{n}"]
            for title, pieces in each.cuts:
                flow.fact(title, *(piece for piece in pieces if piece[0].strip() and piece != (title, LABEL)))
    flow.outline = [("Continued from the sheets, in full", at) for _, at in flow.outline[:1]]
    return flow, starts


def _draw_feet(
    paper: KitPaper, first: Flow, sides: Sequence[tuple[KeyFacts, Sheet]], further: Flow, forms: Flow
) -> None:
    pages = len(first.sheets) + len(sides) + len(further.sheets) + len(forms.sheets)
    page = 0
    for sheet in first.sheets:
        page += 1
        draw_foot(sheet, _general_foot(paper, "Downtime kit"), page, pages, tall=_FOOT - 4)
    for facts, sheet in sides:
        page += 1
        draw_foot(sheet, facts.foot, page, pages, tall=facts.foot_tall - 6)
    for sheet in further.sheets:
        page += 1
        draw_foot(sheet, _general_foot(paper, "Continued from the sheets"), page, pages, tall=_FOOT - 4)
    for sheet in forms.sheets:
        page += 1
        draw_whose(sheet)
        draw_foot(sheet, _general_foot(paper, "Blank form"), page, pages, tall=_FOOT - 4)


def _room(content: PackContent) -> str:
    """A bookmark names no resident: viewers list bookmarks beside the pages."""
    return f"Room {words(content.identity.room)}" if is_said(content.identity.room) else "No room"


def _resident_foot(paper: KitPaper, content: PackContent) -> Sequence[Line]:
    who = content.identity
    number = who.nhs_number
    nhs = words(number) if isinstance(number, Silence) else format_nhs_number(number).replace(" ", "\u00a0")
    mark = f"{PRACTICE} · " if paper.home.practice else ""
    text = (
        f"{mark}{who.full_name} · Born {words(who.date_of_birth)} · NHS No. {nhs} · {paper.home.name} · "
        f"Facts as at {date_time(paper.as_at)} · Printed by {paper.made_by} · Audit trail {paper.anchor}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:6]


def _general_foot(paper: KitPaper, what: str) -> Sequence[Line]:
    mark = f"{_LIST_PRACTICE} · " if paper.home.practice else ""
    text = (
        f"{mark}{what} · {paper.home.name} · As at {date_time(paper.as_at)} · Printed by {paper.made_by} · "
        f"Audit trail {paper.anchor} · Confidential"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
