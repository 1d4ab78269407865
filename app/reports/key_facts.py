"""One resident's key facts on one side of A4: what a shift must know when there is no computer to ask.

The side never overflows: every entry has its share of lines, allergies and CPR decisions give way last, and what cannot
be held ends in "see page n", where it stands in full. A silence is printed as such, never as a blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from app.domain.nhs import format_nhs_number
from app.domain.transfer import (
    CONSCIOUSNESS,
    FLAG_LABELS,
    NONE_KNOWN,
    SAME_NAME,
    Allergy,
    CprDecision,
    Medicine,
    Observations,
    PackContent,
    Said,
    Silence,
    cpr_warning,
    is_said,
    why_not_in_force,
    words,
)
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    INK,
    LABEL,
    MARGIN,
    NOTE,
    RED,
    STRONG,
    VALUE,
    Line,
    Piece,
    Sheet,
    Style,
    cut,
    spoken,
    wrap,
)

BIG = Style(Face.BOLD, 13)
GAP = "\u00a0\u00a0\u00a0"  # sets facts on one line apart; ordinary spaces are folded into one
_WIDE = A4[0] - 2 * MARGIN
_TOP = 20.0
_PAD = 2.5
_SIZES = (12.0, 11.0, 10.0)
_TWO_COLUMNS = 5
"""From this many medicines on the list stands in two columns."""
_LAST = 99
_WHITE = Style(Face.BOLD, 11, "#ffffff")


@dataclass(slots=True)
class _Entry:
    """A paragraph. ``rank`` says who keeps lines longest: 0 gives way only when nothing else is left to."""

    title: str
    pieces: tuple[Piece, ...]
    rank: int
    floor: int = 1
    given: int = 0

    def set_in(self, size: float) -> tuple[Piece, ...]:
        """The pieces with body text in this size; large text stays a point larger."""
        sizes = {VALUE.size: size, BIG.size: size + 1}
        return tuple((text, replace(style, size=sizes.get(style.size, style.size))) for text, style in self.pieces)


@dataclass(slots=True)
class _Cell:
    share: float
    entries: list[_Entry]
    bar: str = ""

    @property
    def bar_tall(self) -> float:
        return 15.0 if self.bar else 0.0


@dataclass(slots=True)
class KeyFacts:
    """The side laid out for one resident. ``status`` is said above the facts when the resident is not at home ("Away
    from the home"); ``foot`` are the lines at its foot. ``cuts`` are the (title, full text) that it could not hold."""

    content: PackContent
    foot: Sequence[Line]
    status: str = ""
    restored: bool = False
    cuts: list[tuple[str, tuple[Piece, ...]]] = field(default_factory=list)
    _rows: list[list[_Cell]] = field(default_factory=list)
    _name: tuple[Line, ...] = ()
    _leading: float = 24.0
    _size: float = VALUE.size

    def __post_init__(self) -> None:
        for self._size in _SIZES:
            self._compose()
            if not self.cuts:
                return

    @property
    def foot_tall(self) -> float:
        """The height of the foot, with the margin below it."""
        return len(self.foot) * NOTE.leading + 24

    def sheet(self, see: str) -> Sheet:
        """The side; ``see`` ends what is cut ("see page 71")."""
        sheet = Sheet()
        y = self._head(sheet)
        spare = max(0.0, A4[1] - self.foot_tall - y - 4 - sum(self._tall(row) for row in self._rows))
        extra = min(8.0, spare / max(1, len(self._rows)))
        for row in self._rows:
            x, tall = MARGIN, self._tall(row) + extra
            for cell, wide in zip(row, _widths(row), strict=True):
                self._draw(sheet, cell, (x, y, wide, tall), see)
                x += wide
            y += tall
        return sheet

    def _compose(self) -> None:
        self.cuts.clear()
        self._rows = _rows(self.content)
        who = self.content.identity
        for size, most in ((20.0, 1), (16.0, 2), (12.0, 4), (10.0, 6)):
            lines, was_cut = cut(
                ((who.full_name, Style(Face.BOLD, size)),), _WIDE, most, "in full on the page named below"
            )
            self._name, self._leading = lines, size * 1.2
            if not was_cut:
                break
        else:
            self.cuts.append(("Full name", ((who.full_name, STRONG),)))
        self._share_out(A4[1] - self.foot_tall - self._head(Sheet()) - 6)
        for row in self._rows:
            for cell, wide in zip(row, _widths(row), strict=True):
                for entry in cell.entries:
                    if len(wrap(entry.set_in(self._size), _inner(wide))) > entry.given:
                        self.cuts.append((entry.title, entry.pieces))

    def _share_out(self, room: float) -> None:
        """Every entry what it wants; then lines are taken away from the least important until the side holds it."""
        entries = [
            entry
            for row in self._rows
            for cell, wide in zip(row, _widths(row), strict=True)
            for entry in cell.entries
            if self._want(entry, wide)
        ]
        entries.sort(key=lambda entry: -entry.rank)
        for least in (None, 1):  # the second time nobody's floor counts but a single line
            for entry in entries:
                floor = entry.floor if least is None else least
                while entry.given > floor and sum(map(self._tall, self._rows)) > room:
                    entry.given -= 1

    def _want(self, entry: _Entry, wide: float) -> bool:
        entry.given = len(wrap(entry.set_in(self._size), _inner(wide)))
        entry.floor = min(entry.floor, entry.given)
        return True

    def _tall(self, row: list[_Cell]) -> float:
        leading = self._size * 1.2
        return max(sum(e.given for e in cell.entries) * leading + cell.bar_tall for cell in row) + 2 * _PAD

    def _head(self, sheet: Sheet) -> float:
        who = self.content.identity
        sheet.box(MARGIN, _TOP, _WIDE, 16, fill=INK, stroke=0)
        title = (
            "KEY FACTS · RESTORED RECORD: what came after the backup may be missing" if self.restored else "KEY FACTS"
        )
        sheet.text(MARGIN + 4, _TOP + 12, title, _WHITE)
        room = f"ROOM {words(who.room)}" if is_said(who.room) else "NO ROOM RECORDED"
        right, _ = cut(((room, _WHITE),), _WIDE / 2 if not self.restored else 110, 1, "")
        for line in right:
            wide = line[-1][0] + _text_wide(line)
            sheet.line_of_text(MARGIN + _WIDE - 4 - wide, _TOP + 12, line)
        y = sheet.block(MARGIN, _TOP + 19, self._name, self._leading)
        number = who.nhs_number
        nhs = words(number) if isinstance(number, Silence) else format_nhs_number(number)
        if isinstance(number, Silence) and who.nhs_number_absent_reason:
            nhs = f"{nhs} ({who.nhs_number_absent_reason})"
        for pieces in (
            (("Born", LABEL), (words(who.date_of_birth), BIG), (f"{GAP}NHS No.", LABEL), (nhs, BIG)),
            (
                ("Known as", LABEL), spoken(who.preferred_name, STRONG), (f"{GAP}Sex", LABEL), spoken(who.sex),
                (f"{GAP}Room", LABEL), spoken(who.room, STRONG),
            ),
        ):  # fmt: skip
            y = sheet.block(MARGIN, y, wrap(pieces, _WIDE)[:3], 16)
        warnings = [SAME_NAME] if self.content.same_name else []  # a side may leave the home with the resident
        for text in ([self.status] if self.status else []) + warnings:
            lines, _ = cut(((text, STRONG),), _WIDE - 10, 2, "")
            sheet.box(MARGIN, y + 1, _WIDE, len(lines) * 14.4 + 4, stroke=2)
            y = sheet.block(MARGIN + 5, y + 3, lines, 14.4) + 4
        return y + 3

    def _draw(self, sheet: Sheet, cell: _Cell, place: tuple[float, float, float, float], see: str) -> None:
        x, y, wide, tall = place
        sheet.box(x, y, wide, tall, stroke=2.5 if cell.bar else 0.75)
        top = y + _PAD
        if cell.bar:
            sheet.box(x + 1.25, y + 1.25, wide - 2.5, 15, stroke=0, fill=RED)
            sheet.text(x + 5, y + 12.5, cell.bar, _WHITE)
            top += cell.bar_tall
        for entry in cell.entries:
            lines, _ = cut(entry.set_in(self._size), _inner(wide), entry.given, see)
            top = sheet.block(x + _PAD + 1, top, lines, self._size * 1.2)


def _text_wide(line: Line) -> float:
    _, text, style = line[-1]
    return fonts.width(text, style.face, style.size)


def _widths(row: Sequence[_Cell]) -> list[float]:
    unit = _WIDE / sum(cell.share for cell in row)
    return [cell.share * unit for cell in row]


def _inner(wide: float) -> float:
    return wide - 2 * _PAD - 2


def _entry(label: str, value: Piece, rank: int, floor: int = 1) -> _Entry:
    return _Entry(label, ((label, LABEL), value), rank, floor)


def _rows(content: PackContent) -> list[list[_Cell]]:
    legal, talk, move = content.legal, content.communication, content.mobility
    aids: tuple[Piece, ...] = (
        ("Hearing aid", LABEL), spoken(talk.hearing_aid), (f"{GAP}Glasses", LABEL), spoken(talk.glasses),
        (f"{GAP}Language", LABEL), spoken(talk.language), (f"{GAP}Interpreter", LABEL), spoken(talk.interpreter),
    )  # fmt: skip
    well = {each.topic: each.well for each in content.baseline}
    return [
        [
            _Cell(1, [_Entry("Allergies", allergy_pieces(content.allergies), 0, _LAST)], "ALLERGIES"),
            _Cell(1, [_Entry("CPR decision", e, 0, _LAST) for e in cpr_pieces(content.cpr)], "RESUSCITATION (CPR)"),
        ],
        [_Cell(1, [_entry("Diagnoses", _diagnoses(content), 5, 2)])],
        _medicines(content),
        [
            _Cell(1, [_entry("Food and fluid texture", spoken(content.diet_texture, STRONG), 2, 2)]),
            _Cell(1, [_entry("Eating and drinking", spoken(well.get("Eating and drinking")), 8, 2)]),
        ],
        [
            _Cell(1, [
                _entry("Usual mobility", spoken(move.usual), 3, 2),
                _entry("Falls risk", spoken(move.falls_risk), 6),
                _entry("Bed rails", spoken(move.bed_rails), 7),
            ]),
            _Cell(1, [
                _entry("How to communicate", spoken(talk.how), 4, 2),
                _entry("Usual memory and thinking", spoken(content.usual_cognition), 6),
            ]),
        ],
        [_Cell(1, [_Entry("Aids and language", aids, 7)])],
        [_Cell(1, [
            _Entry("Key risks", _flags(content), 3, 2),
            _entry("Alerts", _listed(content.alerts), 5),
            _entry("Wounds", _wounds(content), 5),
            _entry("Skin", spoken(well.get("Skin") if is_said(well.get("Skin")) else content.skin), 9),
        ])],
        [_Cell(1, [_entry("Usual observations", (observation_words(content.usual_observations), VALUE), 4)])],
        [
            _Cell(1, [
                _entry("Treatment limits", spoken(legal.treatment_limits), 4),
                _entry("Advance decision (ADRT)", spoken(legal.adrt), 5),
                _entry("Preferred place of care", spoken(legal.preferred_place), 8),
            ]),
            _Cell(1, [
                _entry("DoLS", spoken(legal.dols), 8),
                _entry("LPA health and welfare", spoken(legal.lpa_health), 8),
                _entry("Toileting and continence", spoken(well.get("Toileting and continence")), 9),
            ]),
        ],
        [
            _Cell(3, [_Entry("Contacts", _contacts(content), 4, 2)]),
            _Cell(2, [
                _entry("GP", spoken(content.gp.practice), 6),
                _entry("Phone", spoken(content.gp.phone, STRONG), 3),
            ]),
        ],
    ]  # fmt: skip


def allergy_pieces(allergies: Said[tuple[Allergy, ...]]) -> tuple[Piece, ...]:
    """The allergies as page 1 of a pack words them."""
    if isinstance(allergies, Silence) or not allergies:
        text = words(allergies, none="No known allergies")
        return ((text if allergies is NONE_KNOWN else f"Allergies: {text}", BIG),)
    pieces: list[Piece] = []
    for n, each in enumerate(allergies):
        more = "" if n == len(allergies) - 1 else ";"
        reaction, style = spoken(each.reaction)
        if not is_said(each.reaction):
            reaction = f"reaction {reaction.lower()}"
        pieces += [(each.agent, BIG), (f"({reaction}){more}", style)]
    return tuple(pieces)


def cpr_pieces(cpr: Said[tuple[CprDecision, ...]]) -> list[tuple[Piece, ...]]:
    """Each CPR decision as page 1 of a pack words it, a conflict said first. One that is not in force says so before
    anything else."""
    if isinstance(cpr, Silence) or not cpr:
        text = words(cpr, none="No CPR decision made")
        return [((text if cpr is NONE_KNOWN else f"CPR decision: {text}", BIG),)]
    found: list[tuple[Piece, ...]] = []
    if warning := cpr_warning(cpr):
        found.append(((warning, BIG),))
    for each in sorted(cpr, key=lambda each: not each.in_force):  # those in force first, as in a pack
        note: tuple[Piece, ...] = ((f"{each.note}.", STRONG),) if each.note else ()
        says: tuple[Piece, ...] = ((each.kind.value, BIG), *note)
        if not each.in_force:
            says = (
                ("NOT IN FORCE. Recorded only:", BIG), (f"{each.kind.value}.", VALUE),
                (why_not_in_force(each), STRONG),
            )  # fmt: skip
        found.append((
            *says, ("Dated", LABEL), spoken(each.decided_on), ("Review", LABEL), spoken(each.review_on),
            ("By", LABEL), spoken(each.decided_by), ("Original", LABEL), spoken(each.original_at, STRONG),
        ))  # fmt: skip
    return found


def medicine_pieces(content: PackContent, medicines: Sequence[Medicine]) -> tuple[Piece, ...]:
    """One medicine a line: its name, its directions, and why its time matters where it does."""
    critical = {} if isinstance(content.time_critical, Silence) else {e.medicine: e.kind for e in content.time_critical}
    pieces: list[Piece] = []
    for n, each in enumerate(medicines):
        parts = [words(part) for part in (each.dose, each.route, each.frequency) if is_said(part)]
        told = ", ".join(parts) or "directions not recorded"
        if each.patch_site:
            told += f", patch on {each.patch_site}"
        if each.as_needed:
            told += ", AS NEEDED"
        if each.name in critical:
            told += f" [TIME-CRITICAL{f': {critical[each.name]}' if critical[each.name] else ''}]"
        pieces += [(each.name, STRONG), (f"{told}{'' if n == len(medicines) - 1 else chr(10)}", VALUE)]
    return tuple(pieces)


def _medicines(content: PackContent) -> list[_Cell]:
    listed = content.medicines
    if isinstance(listed, Silence) or not listed:
        return [_Cell(1, [_entry("Medicines", spoken(listed, STRONG, none="No medicines"), 1, _LAST)])]
    head: Piece = (f"Medicines ({len(listed)})", LABEL)
    if len(listed) < _TWO_COLUMNS:
        return [_Cell(1, [_Entry("Medicines", (head, ("\n", VALUE), *medicine_pieces(content, listed)), 1, _LAST)])]
    half = (len(listed) + 1) // 2
    rest: Piece = ("Medicines, further", LABEL)
    return [
        _Cell(1, [_Entry("Medicines", (top, ("\n", VALUE), *medicine_pieces(content, part)), 1, _LAST)])
        for top, part in ((head, listed[:half]), (rest, listed[half:]))
    ]


def _diagnoses(content: PackContent) -> Piece:
    if isinstance(content.diagnoses, Silence):
        return spoken(content.diagnoses)
    return spoken("; ".join(
        f"{each.name} (since {words(each.since)})" if is_said(each.since) else each.name for each in content.diagnoses
    ))  # fmt: skip


def _listed(values: Said[tuple[str, ...]]) -> Piece:
    return spoken(values) if isinstance(values, Silence) else spoken("; ".join(values))


def _flags(content: PackContent) -> tuple[Piece, ...]:
    """Each of the eight under yes, no, or the silence that it has."""
    said: dict[str, list[str]] = {}
    for key, name in FLAG_LABELS.items():
        flag = getattr(content.flags, key)
        state = "YES" if flag.state is True else words(flag.state)
        note = f" ({flag.note})" if flag.note and flag.state is True else ""
        said.setdefault(state, []).append(f"{name}{note}")
    order = sorted(said, key=lambda state: ("YES", "No").index(state) if state in {"YES", "No"} else 2)
    pieces: list[Piece] = [("Key risks", LABEL)]
    for state in order:
        style = STRONG if state == "YES" else VALUE
        pieces += [(f"{state}:", style), (f"{'; '.join(said[state])}.", style if state == "YES" else VALUE)]
    return tuple(pieces)


def _wounds(content: PackContent) -> Piece:
    if isinstance(content.wounds, Silence):
        return spoken(content.wounds, none="No wounds")
    return spoken("; ".join(
        ", ".join((each.site, *(words(v) for v in (each.kind, each.category, each.dressing) if is_said(v))))
        for each in content.wounds
    ))  # fmt: skip


def _contacts(content: PackContent) -> tuple[Piece, ...]:
    if isinstance(content.contacts, Silence):
        return ("Contacts", LABEL), spoken(content.contacts)
    pieces: list[Piece] = [("Contacts", LABEL)]
    for n, each in enumerate(content.contacts):
        role = f" ({words(each.role)})" if is_said(each.role) else ""
        end = "" if n == len(content.contacts) - 1 else "\n"
        phone = words(each.phone) if is_said(each.phone) else f"phone {words(each.phone).lower()}"
        pieces += [(f"{each.name}{role}:", VALUE), (f"{phone}{end}", STRONG)]
    return tuple(pieces)


def observation_words(taken: Said[Observations]) -> str:
    """A set of observations in a line, with NEWS2 and when it was taken; what was not measured says so."""
    if isinstance(taken, Silence):
        return words(taken)
    oxygen = {True: "on oxygen", False: "on air"}.get(taken.on_oxygen) if isinstance(taken.on_oxygen, bool) else None
    level = words(taken.consciousness)
    temp = f"{taken.temp_c:.1f} °C" if isinstance(taken.temp_c, Decimal) else words(taken.temp_c).lower()
    pressure = _with(taken.systolic, "mmHg systolic")
    if is_said(taken.systolic) and is_said(taken.diastolic):
        pressure = f"{words(taken.systolic)}/{words(taken.diastolic)} mmHg"
    scale = f", scale {words(taken.spo2_scale)}" if is_said(taken.spo2_scale) else ""
    parts = [
        f"breathing {_with(taken.resp_rate, 'a minute')}",
        f"SpO₂ {_with(taken.spo2, '%')} {oxygen or 'air or oxygen not recorded'}{scale}",
        f"blood pressure {pressure}",
        f"pulse {_with(taken.pulse, 'a minute')}",
        f"{CONSCIOUSNESS.get(level, level).lower() if is_said(taken.consciousness) else 'consciousness not recorded'}",
        f"temperature {temp}",
    ]
    if taken.total is not None:
        score = f"NEWS2 {taken.total}"
    else:
        score = f"NEWS2 at least {taken.at_least}" if taken.at_least is not None else "NEWS2 has no total"
    band = f" ({words(taken.band)})" if is_said(taken.band) else ""
    return f"{', '.join(parts)}. {score}{band}. Taken {words(taken.measured_at)}"


def _with(value: object, unit: str) -> str:
    return f"{words(value)} {unit}" if is_said(value) else words(value).lower()
