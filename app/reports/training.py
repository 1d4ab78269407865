"""Training on paper: the matrix with its two 80 % tests, the rota's lift cover and the champions, and the list for the
training provider. Neither says anything about a resident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.dates import date_time, day_date, short_date, to_local
from app.domain.home_facts import Course
from app.domain.training import (
    COURSE_LABELS,
    COVER_WORDS,
    Cell,
    Cover,
    LiftCover,
    Share,
    Standing,
    ToTrain,
    cell_words,
    hours_words,
    lift_words,
    share_words,
)
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
    Style,
    draw_foot,
    painted,
    wrap,
)

_FOOT = 48.0
_LIST_PRACTICE = "PRACTICE: invented people"

RegisterLine = tuple[str, str, str, date, date | None, datetime | None, datetime | None, bool]
"""Name, pathway, provider and number, trained on, expires on, in post from and until, and whether the post holds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Whose paper it is, and who made it when. ``restored_from`` is when the backup was taken that the record came back
    from."""

    home: str
    practice: bool
    made_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None


@dataclass(frozen=True, slots=True)
class MatrixPaper:
    """All that is printed of a day: each person's name, cells in the order of ``courses``, and champion of what."""

    sheet: Sheet
    day: date
    courses: Sequence[Course]
    rows: Sequence[tuple[str, Sequence[Cell], str]]
    shares: Sequence[Share]
    lift: LiftCover
    register: Sequence[RegisterLine]


def matrix_pdf(paper: MatrixPaper) -> bytes:
    """The matrix as a PDF. The same paper gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, paper.sheet, "Staff and training", day_date(paper.day))
    flow.heading("The two tests of 80 %", "tests")
    for each in paper.shares:
        flow.paragraph((share_words(each), VALUE if each.met else STRONG))
    counted = f"Counted: staff in post at 23:59 on {short_date(paper.day)}"
    flow.paragraph((f"{counted}. Where nothing is recorded, nobody is counted as trained.", NOTE))
    _lift(flow, paper.lift)
    _matrix(flow, paper)
    _register(flow, paper.register)
    return _finished(flow, paper.sheet, f"Staff and training on {short_date(paper.day)}", "Staff and training")


def provider_pdf(sheet: Sheet, lines: Sequence[ToTrain]) -> bytes:
    """The list for the training provider as a PDF. The same list gives the same bytes."""
    flow = Flow(bottom=_FOOT + 6)
    flow.new_sheet()
    _head(flow, sheet, "Training wanted", sheet.home)
    many = "1 place" if len(lines) == 1 else f"{len(lines)} places"
    flow.paragraph((f"{many} wanted, as of {short_date(to_local(sheet.made_at).date())}", VALUE))
    if lines:
        flow.table(("Who", "Course", "By", "Why"), (125, 150, 92, 160), [_line(line) for line in lines], least=20)
    else:
        flow.paragraph(("Nobody needs a course in the next three months, as far as is recorded.", VALUE))
    return _finished(flow, sheet, "Training wanted", "Training wanted")


def _line(line: ToTrain) -> Cells:
    who = line.who or "To be chosen by the home"
    by = short_date(line.by) if line.by else "As soon as possible"
    return (
        ((who, NOTE_STRONG if line.who else NOTE),),
        ((line.course, NOTE),),
        ((by, NOTE_STRONG if line.by is None else NOTE),),
        ((line.why, NOTE),),
    )


def _head(flow: Flow, sheet: Sheet, small: str, large: str) -> None:
    flow.y = flow.sheet.block(MARGIN, 36, wrap(((small, Style(Face.REGULAR, 16)),), flow.wide), 20)
    flow.y = flow.sheet.block(MARGIN, flow.y, wrap(((large, Style(Face.BOLD, 20)),), flow.wide), 25)
    if sheet.home != large:
        flow.paragraph((sheet.home, VALUE))
    if sheet.restored_from is not None:
        since = date_time(sheet.restored_from)
        flow.paragraph((f"RECORD RESTORED from the backup of {since}: what came after may be missing.", STRONG))


def _lift(flow: Flow, lift: LiftCover) -> None:
    first, last = to_local(lift.since).date(), to_local(lift.until - timedelta(minutes=1)).date()
    flow.heading("Somebody trained to lift on duty, all 24 hours", "lift")
    verdict = "met by the rota" if lift.met else "NOT shown by the rota"
    flow.paragraph((f"{day_date(first)} to {day_date(last)}: {verdict}.", VALUE if lift.met else STRONG))
    flow.paragraph((lift_words(lift), VALUE))
    rows = [
        (
            ((date_time(each.since), NOTE),),
            ((date_time(each.until), NOTE),),
            ((hours_words(each.minutes), NOTE),),
            ((COVER_WORDS[each.cover], NOTE_STRONG),),
        )
        for each in lift.stretches
        if each.cover is not Cover.COVERED
    ]
    if rows:
        flow.table(("From", "Until", "Long", "What the rota says"), (120, 120, 77, 210), rows)


def _matrix(flow: Flow, paper: MatrixPaper) -> None:
    flow.heading("Who is trained in what", "matrix", room=120)
    if not paper.rows:
        flow.paragraph(("No staff in post is recorded.", STRONG))
        return
    flow.paragraph(("A date is the last day on which the training counts.", NOTE))
    names = [COURSE_LABELS[course] for course in paper.courses]
    shares = (95, *([72] * len(names)))
    rows: list[Cells] = [
        (((name, NOTE_STRONG), (champion and f"Champion: {champion}", NOTE)), *(_cell(each) for each in cells))
        for name, cells, champion in paper.rows
    ]
    flow.table(("Name", *names), shares, rows)


def _cell(each: Cell) -> tuple[tuple[str, Style], ...]:
    words = cell_words(each)
    return ((words, NOTE if each.standing is Standing.TRAINED else NOTE_STRONG),)


def _register(flow: Flow, register: Sequence[RegisterLine]) -> None:
    flow.heading("Champions", "champions", room=90)
    rows: list[Cells] = []
    for name, pathway, certificate, trained, expires, since, left, holds in register:
        ends = short_date(expires) if expires else "no end"
        until = date_time(left) if left else "no end"
        rows.append(
            (
                ((name, NOTE_STRONG), ("in post" if holds else "NOT in post now", NOTE)),
                ((pathway, NOTE),),
                ((certificate, NOTE),),
                ((f"{short_date(trained)} to {ends}", NOTE),),
                ((f"{date_time(since)} to {until}", NOTE),),
            )
        )
    if rows:
        flow.table(
            ("Name", "Pathway", "Provider, number", "Certificate", "In post here"), (110, 85, 112, 90, 130), rows
        )
    else:
        flow.paragraph(("No champion post is recorded.", STRONG))


def _finished(flow: Flow, sheet: Sheet, what: str, title: str) -> bytes:
    mark = f"{_LIST_PRACTICE} · " if sheet.practice else ""
    text = (
        f"{mark}{what} · {sheet.home} · Printed {date_time(sheet.made_at)} by {sheet.made_by} · "
        f"Audit trail {sheet.anchor}"
    )
    foot = wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 90)[:2]
    for page, side in enumerate(flow.sheets, 1):
        draw_foot(side, foot, page, len(flow.sheets), tall=44)
    return painted(
        flow.sheets, title=title, author=sheet.home, subject="Staff records", made_at=sheet.made_at,
        outline=flow.outline,
    )  # fmt: skip
