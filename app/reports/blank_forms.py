"""Blank forms to write on by hand while there is no computer: our own drawing, from our own questions.

The points of NEWS2 on its chart are asked of the scoring itself, so that the paper cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby
from typing import TYPE_CHECKING

from app.domain.charts.body import body_map
from app.domain.drawing import Scene
from app.domain.instruments import registry
from app.domain.questionnaire import Form, Question
from app.domain.transfer import BAG_BELONGINGS, BAG_PAPERS, CONSCIOUSNESS, FLAG_LABELS, CheckPoint
from app.reports import fonts, scene
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    LABEL,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    RULE,
    STRONG,
    VALUE,
    Flow,
    Sheet,
    Style,
    wrap,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FOOT = 76.0
"""The height kept free for the line that says whose form it is, and the foot below it."""
_HEADING = Style(Face.BOLD, 11)
_LINE = 20.5
_BOX = 11.0
_YES_NO = ("Yes", "No")
_THREE = ("Yes", "No", "Not known")


def blank_forms(forms: Mapping[str, Form]) -> Flow:
    """All of them, each beginning on a sheet of its own; ``forms`` are the questionnaires ``fall_record``,
    ``post_fall`` and ``sbard``."""
    flow = Flow(bottom=FOOT)
    _hospital(flow)
    _news2(flow)
    _from_questions(flow, forms["post_fall"], "Fall: check before moving anybody")
    _from_questions(flow, forms["fall_record"], "Fall: what happened")
    _wound(flow)
    _from_questions(flow, forms["sbard"], "Call to the GP, 111 or 999 (SBARD)")
    _bag(flow)
    _notes(flow)
    return flow


def draw_whose(sheet: Sheet) -> None:
    """The line at the foot of every blank form on which is written whose it is."""
    y = sheet.size[1] - FOOT + 22
    x = MARGIN
    for label, wide in (("Name", 200.0), ("Born", 90.0), ("NHS No.", 120.0), ("Room", 0.0)):
        end = MARGIN + sheet.width if not wide else x + wide
        sheet.text(x, y, label, NOTE_STRONG)
        sheet.rule(x + fonts.width(f"{label} ", Face.BOLD, NOTE.size) + 2, y + 2, end - 6, y + 2, stroke=0.7)
        x = end


# --- parts to write on -----------------------------------------------------------------------------------------------


def _begin(flow: Flow, title: str, about: str = "") -> None:
    flow.section = ""
    flow.heading(title, title, fresh=True)
    if about:
        flow.paragraph((about, VALUE))
    flow.y += 2


def _ticks(sheet: Sheet, x: float, y: float, right: float, options: Sequence[str]) -> float:
    """Boxes with words, running on below where the line is full; ``y`` is the top of the first line. The y below."""
    at = x
    for option in options:
        lines = wrap(((option, VALUE),), right - x - _BOX - 6)
        wide = max(fonts.width(text, style.face, style.size) + dx for line in lines for dx, text, style in line)
        if at > x and at + _BOX + 5 + wide > right:
            at, y = x, y + 16
        sheet.box(at, y + 2, _BOX, _BOX, stroke=1)
        sheet.block(at + _BOX + 5, y - 0.5, lines, 15)
        y += (len(lines) - 1) * 15
        at += _BOX + 5 + wide + 16
    return y + 16


def _ticks_tall(wide: float, options: Sequence[str]) -> float:
    return _ticks(Sheet(), 0.0, 0.0, wide, options)


def _asked(flow: Flow, label: str, options: Sequence[str] = (), *, lines: int = 1, left: float = 175.0) -> None:
    """A question with boxes to tick or lines to write on."""
    words = wrap(((label, _HEADING),), left - 8)
    wide = flow.wide - left
    tall = _ticks_tall(wide, options) if options else lines * _LINE
    flow.need(max(tall, len(words) * 14) + 4)
    x, right, top = MARGIN + left, flow.size[0] - MARGIN, flow.y
    flow.sheet.block(MARGIN, top + 3, words, 14)
    if options:
        _ticks(flow.sheet, x, top + 2, right, options)
    else:
        for n in range(lines):
            y = top + (n + 1) * _LINE - 4
            flow.sheet.rule(x, y, right, y, stroke=0.6)
    flow.y = top + max(tall, len(words) * 14) + 3
    if options:
        flow.sheet.rule(MARGIN, flow.y - 1, right, flow.y - 1, stroke=0.25, colour=RULE)


def _beside(flow: Flow, labels: Sequence[str]) -> None:
    """Short answers side by side, each with a line; a longer label gets more room."""
    flow.need(_LINE + 2)
    sizes = [fonts.width(f"{label} ", Face.BOLD, 11) + 2 for label in labels]
    line = (flow.wide - sum(sizes)) / len(labels)
    x = MARGIN
    for label, size in zip(labels, sizes, strict=True):
        flow.sheet.text(x, flow.y + 15, label, _HEADING)
        flow.sheet.rule(x + size, flow.y + 18, x + size + line - 8, flow.y + 18, stroke=0.6)
        x += size + line
    flow.y += _LINE + 2


# --- a pack's first page, by hand ------------------------------------------------------------------------------------


def _hospital(flow: Flow) -> None:
    _begin(
        flow,
        "Going to hospital: by hand",
        "Put the resident's key facts sheet with this page. Leave no line empty: write “none” or “not known”.",
    )
    _beside(flow, ("Going to", "Bag number"))
    _beside(flow, ("999 called at", "Crew arrived at"))
    _asked(flow, "S  Why they go", lines=2)
    _asked(flow, "Began (date, time)")
    _asked(flow, "B  What happened", lines=2)
    _asked(flow, "CPR decision, and where the original is", ("For CPR", "DNACPR", "ReSPECT", "Not known"))
    _beside(flow, ("Original is", "Goes with them?"))
    _beside(flow, ("Breathing", "SpO₂ %", "Air or O₂", "BP"))
    _beside(flow, ("Pulse", "A C V P U", "Temp °C", "NEWS2", "Time"))
    _asked(flow, "New confusion?", _THREE)
    _asked(flow, "A  What the home did; who was called, when", lines=2)
    _asked(flow, "R  What is asked for")
    _asked(flow, "Insulin, blood thinner, Parkinson's, patch, epilepsy: last dose, time", lines=2)
    _asked(flow, "Yes to any of these", tuple(FLAG_LABELS.values()))
    _asked(flow, "Mobility today")
    _asked(flow, "Able to agree to going?", _THREE)
    _asked(flow, "Family told: who, when")
    _asked(flow, "Who goes with them")
    _asked(flow, "Can come back to this home?", _THREE)
    _beside(flow, ("Completed by", "Role"))
    _beside(flow, ("Signed", "Date, time"))


# --- NEWS2 -----------------------------------------------------------------------------------------------------------

_USUAL: dict[str, object] = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 130, "pulse": 72,
    "consciousness": "A", "temp_c": Decimal("36.6"),
}  # fmt: skip
_COLUMNS = 8


@lru_cache(maxsize=1)
def _points() -> tuple[tuple[str, str], ...]:
    """Each row of the chart with its points, as the scoring gives them."""

    def steps(key: str, values: Sequence[object], shown: Callable[[object], str], **changes: object) -> str:
        def of(value: object) -> int:
            return int(str(registry.score("news2", {**_USUAL, **changes, key: value}).parts[key]))

        found = [(mark, list(group)) for mark, group in groupby(values, key=of)]
        said = []
        for n, (mark, group) in enumerate(found):
            first, last = shown(group[0]), shown(group[-1])
            where = f"{first} to {last}" if first != last else first
            if n == 0:
                where = f"up to {last}"
            elif n == len(found) - 1 and last != "100":
                where = f"{first} or more"
            said.append(f"{where}: {mark}".replace(" ", "\u00a0"))  # a step is not broken between two lines
        return " · ".join(said)

    whole = str
    tenths = [Decimal(n) / 10 for n in range(300, 451)]
    return (
        ("Breathing rate, a minute", steps("resp_rate", range(61), whole)),
        ("SpO₂ %, scale 1", steps("spo2", range(50, 101), whole)),
        ("SpO₂ %, scale 2 on air", steps("spo2", range(50, 101), whole, spo2_scale=2)),
        ("SpO₂ %, scale 2 on oxygen", steps("spo2", range(50, 101), whole, spo2_scale=2, on_oxygen=True)),
        ("Air or oxygen", "air: 0 · oxygen: 2"),
        ("Blood pressure, upper figure", steps("systolic", range(40, 301), whole)),
        ("Pulse, a minute", steps("pulse", range(20, 251), whole)),
        ("A, C, V, P or U", "A: 0 · any other: 3"),
        ("Temperature °C", steps("temp_c", tenths, lambda value: f"{value:.1f}")),
    )


def _news2(flow: Flow) -> None:
    _begin(flow, "Observations: NEWS2")
    flow.paragraph(("Write the figure, and its points in the small square.", VALUE))
    flow.paragraph(("Scale 2 only when a clinician has prescribed a target of 88 to 92 %.", VALUE))
    left = 187.0
    wide = (flow.wide - left) / _COLUMNS
    for label in ("Date", "Time"):
        _chart_row(flow, left, wide, label, "", 20)
    for label, points in _points():
        _chart_row(flow, left, wide, label, points, 42, corner=True)
    for label in ("Total", "Told (name)", "Initials"):
        _chart_row(flow, left, wide, label, "", 27 if label == "Total" else 21)
    flow.y += 6
    letters = " · ".join(f"{key} {value.lower()}" for key, value in CONSCIOUSNESS.items())
    flow.paragraph((f"{letters}. Confusion that is usual for the resident is A; if unsure, C.", NOTE))
    for title, actions in _news2_guide():
        flow.paragraph((f"{title}:", NOTE_STRONG), (" ".join(actions), NOTE))
    flow.paragraph((registry.instrument("news2").attribution, NOTE))


def _news2_guide() -> list[tuple[str, tuple[str, ...]]]:
    """What each result asks for, in the words of the program."""
    chosen: tuple[tuple[str, dict[str, object]], ...] = (
        ("0", {}),
        ("1 to 4", {"pulse": 95}),
        ("3 in any one row", {"pulse": 140}),
        ("5 or 6", {"resp_rate": 26, "pulse": 112}),
        ("7 or more", {"resp_rate": 26, "pulse": 140, "spo2": 94}),
    )
    return [(title, registry.score("news2", {**_USUAL, **changes}).actions) for title, changes in chosen]


def _chart_row(
    flow: Flow, left: float, wide: float, label: str, points: str, tall: float, *, corner: bool = False
) -> None:
    flow.need(tall)
    sheet, y = flow.sheet, flow.y
    sheet.box(MARGIN, y, left, tall, stroke=0.6)
    lines = wrap(((label, LABEL), *(((points, NOTE),) if points else ())), left - 6)
    sheet.block(MARGIN + 3, y + max(1.0, (tall - len(lines) * 12.5) / 2), lines, 12.5)
    for n in range(_COLUMNS):
        x = MARGIN + left + n * wide
        sheet.box(x, y, wide, tall, stroke=0.6)
        if corner:
            sheet.box(x + wide - 14, y + tall - 15, 14, 15, stroke=0.4, colour=RULE)
    flow.y += tall


# --- forms from questionnaires ---------------------------------------------------------------------------------------


def _from_questions(flow: Flow, form: Form, title: str) -> None:
    _begin(flow, title)
    for item in form.items:
        _item(flow, item)
    _beside(flow, ("Completed by", "Role", "Signed", "Date, time"))


def _item(flow: Flow, item: Question) -> None:
    if item.type == "group":
        if not any(inner.text == item.text for inner in item.items):
            flow.need(40)
            flow.y = flow.sheet.block(MARGIN, flow.y + 3, wrap(((item.text, STRONG),), flow.wide), 15)
    elif item.type == "boolean":
        _asked(flow, item.text, _YES_NO)
    elif item.options:
        _asked(flow, item.text, tuple(_option(option.display, option.code) for option in item.options))
    elif item.asked:
        unit = f" ({item.unit})" if item.unit else ""
        _asked(flow, f"{item.text}{unit}", lines=2 if item.type == "text" else 1)
    for inner in item.items:
        _item(flow, inner)


def _option(display: str, code: object) -> str:
    return display or str(code)


# --- wound, bag, notes -----------------------------------------------------------------------------------------------


def _wound(flow: Flow) -> None:
    _begin(flow, "Wound, injury or mark: body map", "Left and right are the resident's. Number each mark.")
    drawn = body_map((), width=int(flow.wide), height=400).scene
    flow.sheet.drawing(partial(_paint_map, x=MARGIN, top=flow.y, drawn=drawn))
    flow.y += 404
    flow.table(
        ("No.", "Where, left or right", "What it is, and how it came", "Length × width, cm", "Dressing"),
        (28, 120, 180, 95, 104),
        [(((str(n), NOTE_STRONG),), (), (), (), ()) for n in range(1, 6)],
        least=32,
    )
    flow.y += 6
    _beside(flow, ("Found at (date, time)", "Told"))
    _beside(flow, ("Completed by", "Signed"))


def _paint_map(canvas: Canvas, high: float, *, x: float, top: float, drawn: Scene) -> None:
    scene.draw(drawn, canvas, x, high - top)


def _bag(flow: Flow) -> None:
    _begin(flow, "Red bag: list and signatures", "Tick at each check point. The bag stays with the resident.")
    _beside(flow, ("Bag number", "Going to"))
    flow.y += 2
    items = (*BAG_PAPERS, "Medicines:", "", *BAG_BELONGINGS, "Other:", "")
    flow.table(
        ("Item", "How many", "Sent out", "Arrived", "Sent back", "Returned", "N.a.", "Note"),
        (168, 48, 40, 46, 42, 54, 34, 95),
        [(((item, NOTE),), (), (), (), (), (), (), ()) for item in items],
        least=18.0,
        tick=(2, 3, 4, 5, 6),
    )
    flow.y += 6
    flow.table(
        ("Check point", "Name", "Role", "Date and time", "Signature"),
        (130, 120, 90, 85, 102),
        [(((point.value, NOTE_STRONG),), (), (), (), ()) for point in CheckPoint],
        least=20.0,
    )


def _notes(flow: Flow) -> None:
    _begin(flow, "Notes", "Date, time and signature for each entry. Enter it in the record afterwards.")
    sheet = flow.sheet
    y = flow.y + 20
    sheet.text(MARGIN, flow.y + 8, "Date, time", NOTE_STRONG)
    sheet.text(MARGIN + 100, flow.y + 8, "What was seen, said and done", NOTE_STRONG)
    sheet.text(MARGIN + sheet.width, flow.y + 8, "Signed", NOTE_STRONG, align="right")
    while y + 22 < flow.limit:
        y += 22
        sheet.rule(MARGIN, y, A4[0] - MARGIN, y, stroke=0.5)
    for x in (MARGIN + 94, A4[0] - MARGIN - 90):
        sheet.rule(x, flow.y + 14, x, y, stroke=0.5)
    flow.y = y
