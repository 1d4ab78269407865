"""The cover and the 60-second page of a transfer pack.

The cover shows through the bag's clear pocket, so it carries nothing about the resident. Page 1 is one side of A4
whatever the record holds: every entry has its share of lines, spare lines go to the entries that need them most, and
what is still too long ends in "see page n", where it stands in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import BytesIO

from PIL import UnidentifiedImageError
from reportlab.lib.utils import ImageReader

from app.domain.dates import age_years, clock_time, date_time, short_date, to_local
from app.domain.nhs import format_nhs_number
from app.domain.transfer import (
    FLAG_LABELS,
    NONE_KNOWN,
    NOT_RECORDED,
    SAME_NAME,
    Call,
    CprDecision,
    Flag,
    LastDose,
    Observations,
    PackContent,
    PackStamp,
    Said,
    Signature,
    Silence,
    content_hash,
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
    LEADING,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    PRACTICE,
    RED,
    SHADE,
    SMALL,
    STRONG,
    VALUE,
    Line,
    Piece,
    Sheet,
    Style,
    cut,
    qr,
    spoken,
    wrap,
)
from app.reports.pdf_tags import Tag

_PAD = 2.0
_GAP = "\u00a0\u00a0\u00a0"  # sets facts on one line apart; ordinary spaces are folded into one
_BIG = Style(Face.BOLD, 13)


def cover(stamp: PackStamp, bag: Said[str], pages: int) -> Sheet:
    """Sheet 0. It is read in a corridor: home, phone, bag and page count, and nothing about the resident."""
    sheet = Sheet()
    middle = A4[0] / 2
    sheet.box(MARGIN, 60, sheet.width, 150, stroke=4)
    sheet.text(middle, 125, "CONFIDENTIAL", Style(Face.BOLD, 44), align="centre")
    sheet.text(middle, 175, "Resident's transfer papers", Style(Face.BOLD, 26), align="centre")
    if stamp.practice:
        sheet.text(middle, 232, PRACTICE, Style(Face.BOLD, 16), align="centre")
    y = 270.0
    sheet.text(middle, y, "Hand to the nurse in charge", Style(Face.BOLD, 26), align="centre")
    y += 50
    rows = (
        ("Care home", stamp.home_name),
        ("Phone, 24 hours", words(stamp.home_phone)),
        ("Red bag number", words(bag)),
        ("Papers", f"This cover and {pages} numbered pages"),
    )
    for label, value in rows:
        lines = wrap(((value, Style(Face.BOLD, 24)),), sheet.width - 150)[:4]
        sheet.block(MARGIN, y, wrap(((label, Style(Face.REGULAR, 16)),), 145), 30)
        y = sheet.block(MARGIN + 150, y, lines, 30) + 22
        sheet.rule(MARGIN, y - 10, MARGIN + sheet.width, y - 10, stroke=1)
    y += 12
    sheet.block(
        MARGIN,
        y,
        wrap(
            (("Keep this sheet on top. The bag and its papers stay with the person through every move.", VALUE),), 500
        ),
        18,
    )
    return sheet


# --- footer ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Footer:
    """The lines at the foot of every numbered page; ``room`` is the number of lines kept free for them."""

    lines: tuple[Line, ...]
    room: int

    @property
    def tall(self) -> float:
        """Height to keep free, with the margin below it."""
        return self.room * SMALL * 1.2 + 26

    def draw(self, sheet: Sheet, page: int, pages: int) -> None:
        """Put the lines and "Page x of y" on a sheet."""
        top = sheet.size[1] - self.tall + 6
        sheet.rule(MARGIN, top, sheet.size[0] - MARGIN, top, stroke=1)
        bottom = sheet.block(MARGIN, top + 2, self.lines, SMALL * 1.2, furniture=True)
        number = f"Page {page} of {pages}"
        sheet.text(sheet.size[0] - MARGIN, bottom - 3, number, STRONG, align="right", furniture=True)


def footer(content: PackContent, stamp: PackStamp) -> Footer:
    """Name, born, NHS number, pack and version, bag, copies, facts as at, printed when and by whom.

    It keeps the room of a later version's longer words, so that nothing above it moves between two versions.
    """
    lines = _foot_lines(content, stamp)
    later = replace(stamp, version=99, supersedes=98, copies=9, anchor=max(stamp.anchor, "0" * 16, key=len))
    return Footer(lines, max(len(lines), len(_foot_lines(content, later))))


def _foot_lines(content: PackContent, stamp: PackStamp) -> tuple[Line, ...]:
    who = content.identity
    wide = A4[0] - 2 * MARGIN
    name, _ = cut(((f"{who.full_name}", NOTE_STRONG),), wide, 4, "full name in the record")
    identity = f"Born {words(who.date_of_birth)} · NHS No. {_nhs(content)}"
    joined = wrap(((f"{who.full_name} · {identity}", NOTE_STRONG),), wide)
    top = joined if len(joined) == 1 else (*name, *wrap(((identity, NOTE_STRONG),), wide))
    version = f"Pack {stamp.pack_id} version {stamp.version}"
    if stamp.supersedes is not None:
        version += f", supersedes version {stamp.supersedes}"
    second = f"{version} · Bag {words(content.reason.bag)} · Copies: {stamp.copies}"
    third = f"{PRACTICE} · " if stamp.practice else ""
    third += f"Facts as at {date_time(stamp.valid_at)} · Printed {date_time(stamp.printed_at)} by {stamp.printed_by}"
    if stamp.anchor:
        third += f" · {stamp.anchor}"
    lower, _ = cut(((third, NOTE),), wide - 85, 3, "")
    if stamp.restored_from is not None:
        since = f"RECORD RESTORED from the backup of {date_time(stamp.restored_from)}"
        warning = f"{since}: what was recorded after that may be missing. Ask the home."
        lower = (*wrap(((warning, NOTE_STRONG),), wide - 85), *lower)
    bag, _ = cut(((second, NOTE),), wide - 85, 2, "")  # "Copy 1 of 2" is printed beside it
    return (*top, *bag, *lower)


def _nhs(content: PackContent) -> str:
    number = content.identity.nhs_number
    return words(number) if isinstance(number, Silence) else format_nhs_number(number).replace(" ", "\u00a0")


# --- page 1 ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Entry:
    """One paragraph of page 1: its pieces, and how many lines it is sure of, is given, and needs.

    ``rank`` says who gets spare lines first (1 is first) and loses them last; ``key`` and ``title`` name the text where
    it stands in full.
    """

    pieces: tuple[Piece, ...]
    lines: int
    rank: int
    key: str
    title: str
    short: bool = False
    floor: int = 1
    given: int = 0
    needs: int = 0

    def set_in(self, size: float) -> tuple[Piece, ...]:
        """The pieces with body text in this size, and what is larger than it larger by as much."""
        less = VALUE.size - size
        return tuple(
            (text, replace(style, size=style.size - less) if less and style.size >= VALUE.size else style)
            for text, style in self.pieces
        )

    def wanted(self, wide: float, size: float) -> int:
        return len(wrap(self.set_in(size), wide))


@dataclass(slots=True)
class _Cell:
    share: float
    entries: list[_Entry]
    bar: str = ""
    thick: bool = False
    fill: str = ""

    @property
    def bar_tall(self) -> float:
        return 15.0 if self.bar else 0.0


@dataclass(slots=True)
class _Row:
    cells: list[_Cell]

    def widths(self, wide: float) -> list[float]:
        unit = wide / sum(cell.share for cell in self.cells)
        return [cell.share * unit for cell in self.cells]

    def tall(self, leading: float) -> float:
        return max(sum(e.given for e in cell.entries) * leading + cell.bar_tall for cell in self.cells) + 2 * _PAD


@dataclass(slots=True)
class FrontPage:
    """Page 1 laid out: ``cuts`` are the (key, title, full text) that it could not hold."""

    content: PackContent
    stamp: PackStamp
    foot: Footer
    cuts: list[tuple[str, str, tuple[Piece, ...]]] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    observed_after: int = 0
    name_lines: int = 1
    name_style: Style = _BIG
    name_cut: list[tuple[str, str, tuple[Piece, ...]]] = field(default_factory=list)
    size: float = VALUE.size
    extra: float = 0.0
    fits: bool = False

    def __post_init__(self) -> None:
        self._name()
        # A point less is better than facts on another page; two points less is not, unless nothing else goes.
        found: list[tuple[int, float]] = []
        for self.size in (VALUE.size, VALUE.size - 0.5, VALUE.size - 1, SMALL):
            self._compose()
            if self.fits and not self.cuts and self.size > SMALL:
                return
            found.append((len(self.cuts) if self.fits else 1000, -self.size))
        best = min(found[:-1])
        self.size = -best[1] if best[0] < 1000 else SMALL
        self._compose()

    @property
    def leading(self) -> float:
        """The line height of entries."""
        return self.size * LEADING

    def _compose(self) -> None:
        top = _top_rows(self.content)
        self.observed_after = len(top)
        self.rows = [*top, *_lower_rows(self.content)]
        self._share_out()
        entries = (entry for row in self.rows for cell in row.cells for entry in cell.entries)
        self.cuts = [*self.name_cut, *((e.key, e.title, e.pieces) for e in entries if e.needs > e.given)]

    # The name is never cut on a screen or a page; page 1 still has to end. Beyond about 300 characters it is
    # continued like any other text.
    def _name(self) -> None:
        full = self.content.identity.full_name
        for size, most in ((19.0, 1), (16.0, 2), (12.0, 4), (SMALL, 5)):
            self.name_style = Style(Face.BOLD, size)
            lines, was_cut = cut(((full, self.name_style),), _NAME_WIDE, most, "see page 99")
            self.name_lines = len(lines)
            if not was_cut:
                break
        if was_cut:
            self.name_cut.append(("full_name", "Full name", ((full, STRONG),)))
        for pieces in self._head_facts():
            if len(wrap(pieces, _NAME_WIDE)) > 1:
                self.name_cut.append(("identity", "Identity", pieces))

    @property
    def _head_tall(self) -> float:
        return max(_SQUARE, self.name_lines * self.name_style.leading + 2 * 16 + 2) + 6

    def _share_out(self) -> None:
        room = A4[1] - self.foot.tall - _TOP - 18 - self._head_tall - _OBS_TALL - 14
        leading = self.leading
        talls: list[float] = []
        entries: list[tuple[_Entry, int]] = []  # with the number of the row that it is in
        for n, row in enumerate(self.rows):
            for cell, wide in zip(row.cells, row.widths(_WIDE), strict=True):
                for entry in cell.entries:
                    entry.needs = entry.wanted(wide - 2 * _PAD - 2, self.size)
                    entry.given = min(entry.lines, entry.needs)
                    entries.append((entry, n))
            talls.append(row.tall(leading))

        def used_with(entry: _Entry, n: int, lines: int) -> float:
            """Give the entry so many lines more; the height of all rows then."""
            entry.given += lines
            talls[n] = self.rows[n].tall(leading)
            return sum(talls)

        by_rank = sorted(entries, key=lambda each: each[0].rank)
        used = sum(talls)
        shrinking = True
        while shrinking and used > room:
            shrinking = False
            for entry, n in reversed(by_rank):
                if used > room and entry.given > entry.floor:
                    used = used_with(entry, n, -1)
                    shrinking = True
        growing = True
        while growing:
            growing = False
            for entry, n in by_rank:
                if entry.given < entry.needs:
                    after = used_with(entry, n, 1)
                    if after > max(room, used):
                        used_with(entry, n, -1)
                    else:
                        used = after
                        growing = True
        self.fits = used <= room
        # White space left over makes the rows easier to tell apart; beyond a few points it is left at the foot.
        self.extra = max(0.0, min(6.0, (room - used) / len(self.rows)))

    def sheet(self, pages_of: Mapping[str, int], contents: str) -> Sheet:
        """The page, with the numbers of the pages where cut texts go on; ``contents`` is the line that closes it."""
        sheet = Sheet()
        y = self._head(sheet, pages_of)
        for n, row in enumerate(self.rows):
            if n == self.observed_after:
                y = _observations(sheet, y, self.content)
            x = MARGIN
            tall = row.tall(self.leading) + self.extra
            for cell, wide in zip(row.cells, row.widths(_WIDE), strict=True):
                self._draw_cell(sheet, cell, (x, y, wide, tall), pages_of)
                x += wide
            y += tall
        lines, _ = cut(((contents, NOTE),), _WIDE, 1, "")
        sheet.block(MARGIN, y + 1, lines, 12)
        return sheet

    def _draw_cell(
        self, sheet: Sheet, cell: _Cell, place: tuple[float, float, float, float], pages_of: Mapping[str, int]
    ) -> None:
        x, y, wide, tall = place
        sheet.box(x, y, wide, tall, stroke=2.5 if cell.thick else 0.75, fill=cell.fill)
        top = y + _PAD
        if cell.bar:
            sheet.box(x + 1.25, y + 1.25, wide - 2.5, 15, stroke=0, fill=RED)
            sheet.text(x + 5, y + 12.5, cell.bar, Style(Face.BOLD, 11.5, "#ffffff"), tag=Tag("H2"))
            top += cell.bar_tall
        for entry in cell.entries:
            page = pages_of.get(entry.key, 0)  # only what is cut asks, and what is cut has a page
            tail = f"p.{page}" if entry.short else f"see page {page}"
            lines = _cut_entry(entry, entry.set_in(self.size), wide - 2 * _PAD - 2, tail)
            top = sheet.block(x + _PAD + 1, top + self.extra / 2 / len(cell.entries), lines, self.leading)

    def _head_facts(self) -> tuple[tuple[Piece, ...], ...]:
        who = self.content.identity
        born = words(who.date_of_birth)
        if not isinstance(who.date_of_birth, Silence):
            born += f" ({age_years(who.date_of_birth, to_local(self.stamp.valid_at).date())}y)"
        number: tuple[Piece, ...] = ((_nhs(self.content), _BIG),)
        if who.nhs_number_absent_reason and isinstance(who.nhs_number, Silence):
            number = (*number, (f"({who.nhs_number_absent_reason})", NOTE))
        return (
            (("Born", LABEL), (born, _BIG), (f"{_GAP}NHS No.", LABEL), *number),
            (
                ("Known as", LABEL), spoken(who.preferred_name, STRONG), (f"{_GAP}Sex", LABEL), spoken(who.sex),
                (f"{_GAP}Room", LABEL), spoken(who.room),
            ),
        )  # fmt: skip

    def _head(self, sheet: Sheet, pages_of: Mapping[str, int]) -> float:
        who = self.content.identity
        sheet.box(MARGIN, _TOP, _WIDE, 16, fill=INK, stroke=0)
        white = Style(Face.BOLD, 11, "#ffffff")
        # In its place, because there is room for one: why stands at the foot of every page.
        restored = self.stamp.restored_from is not None
        words_above = "RESTORED RECORD: ASK THE HOME" if restored else "HOSPITAL TRANSFER · READ THIS SIDE FIRST"
        sheet.text(MARGIN + 4, _TOP + 12, words_above, white, tag=Tag("H1"))
        version = f"Version {self.stamp.version}"
        if self.stamp.supersedes is not None:
            version += f", SUPERSEDES VERSION {self.stamp.supersedes}"
        sheet.text(MARGIN + _WIDE - 4, _TOP + 12, version, white, align="right", furniture=True)
        top = _TOP + 20
        tail = f"see page {pages_of.get('full_name', 0)}"
        name, _ = cut(((who.full_name, self.name_style),), _NAME_WIDE, self.name_lines, tail)
        y = sheet.block(MARGIN, top, name, self.name_style.leading)
        for pieces in self._head_facts():
            lines, _ = cut(pieces, _NAME_WIDE, 1, f"see page {pages_of.get('identity', 0)}")
            y = sheet.block(MARGIN, y, lines, 16)
        right = MARGIN + _WIDE - _SQUARE
        # Capitals keep the code in its alphanumeric mode: fewer, larger squares for a phone to read. Nearly all of it
        # is a digest.
        code = f"{self.stamp.pack_id} sha256:{content_hash(self.content)}".upper()
        sheet.drawing(
            lambda canvas, high: qr(canvas, code, right, high - top - _SQUARE, _SQUARE, mask=4),
            Tag("Figure", alt="QR code: number and fingerprint of this pack"),
        )
        if who.photo is not None:
            _photo(sheet, who.photo, right - _SQUARE - 6, top)
        return top - 2 + self._head_tall


_WIDE = A4[0] - 2 * MARGIN
_TOP = 20.0
_SQUARE = 62.0
_NAME_WIDE = _WIDE - 2 * _SQUARE - 12
_OBS_TALL = 17 + 2 * 28.0


def _cut_entry(entry: _Entry, pieces: tuple[Piece, ...], wide: float, tail: str) -> tuple[Line, ...]:
    """The entry in the lines that it has. Of several facts the longest give way: none is left with its label alone
    because another one is long."""
    if entry.needs > entry.given and sum(style.face is Face.BOLD and style.size == SMALL for _, style in pieces) > 1:
        texts = [text for text, _ in pieces]
        end: Piece = (tail, LABEL)
        while (longest := _longest(pieces, texts)) is not None:
            fewer = texts[longest].rstrip("…").split(" ")[:-1]
            texts[longest] = " ".join(fewer).rstrip(" .,;:(") + "…"
            shorter = tuple((text, style) for text, (_, style) in zip(texts, pieces, strict=True))
            lines = wrap((*shorter, end), wide)
            if len(lines) <= entry.given:
                return lines
    lines, _ = cut(pieces, wide, entry.given, tail)
    return lines


def _longest(pieces: tuple[Piece, ...], texts: list[str]) -> int | None:
    """The longest of the facts that can lose a word; a label cannot, and neither can a silence, which would then read
    as another."""
    free = [
        n for n, (_, style) in enumerate(pieces)
        if style.face is not Face.ITALIC and not (style.face is Face.BOLD and style.size == SMALL)
        and len(texts[n].split()) > 1
    ]  # fmt: skip
    return max(free, key=lambda n: len(texts[n]), default=None)


def _entry(label: str, key: str, value: Piece, lines: int, rank: int, *, floor: int = 1, title: str = "") -> _Entry:
    """A labelled value; ``title`` names it where it stands in full, if the label alone would not do there."""
    letter, _, rest = label.partition("  ")
    start: tuple[Piece, ...] = ((letter, _BIG), (rest, LABEL)) if rest else ((label, LABEL),)
    return _Entry((*start, value), lines, rank, key, title or rest or label, floor=floor)


def _top_rows(content: PackContent) -> list[_Row]:
    reason = content.reason
    # Two decisions, or one with why it does not stand, need the width that allergies seldom do.
    decisions = () if isinstance(content.cpr, Silence) else content.cpr
    wide = len(decisions) > 1 or any(not each.in_force for each in decisions)
    return [
        *_same_name_rows(content),
        _Row([
            _Cell(1, _allergy_entries(content), bar="ALERT: ALLERGIES", thick=True),
            _Cell(1.5 if wide else 1, _cpr_entries(content), bar="ALERT: RESUSCITATION (CPR)", thick=True),
        ]),
        _Row([
            _Cell(1, [
                _entry("S  Reason for transfer", "situation", spoken(reason.situation, STRONG), 3, 3, floor=2),
                _onset(content),
            ])
        ]),
        _Row([_Cell(1, [_entry("B  What happened", "background", spoken(reason.background), 3, 4, floor=2)])]),
    ]  # fmt: skip


def _same_name_rows(content: PackContent) -> list[_Row]:
    """A warning against taking one resident for another; most pages have none. It leaves the home, so it does not say
    who the other one is."""
    if not content.same_name:
        return []
    pieces = ((SAME_NAME, STRONG),)
    entry = _Entry(pieces, 2, 1, "same_name", "Same name in the home", floor=2)
    return [_Row([_Cell(1, [entry], thick=True, fill=SHADE)])]


def _onset(content: PackContent) -> _Entry:
    reason = content.reason
    pieces = (
        ("Onset", LABEL), spoken(reason.onset_at, STRONG), (f"{_GAP}Going to", LABEL), spoken(reason.destination),
    )  # fmt: skip
    return _Entry(pieces, 1, 8, "onset", "Onset and destination")


def _allergy_entries(content: PackContent) -> list[_Entry]:
    allergies = content.allergies
    if isinstance(allergies, Silence) or not allergies:
        text = words(allergies, none="No known allergies")
        shown = text if allergies is NONE_KNOWN else f"Allergies: {text}"
        return [_Entry(((shown, _BIG),), 2, 1, "allergies", "Allergies")]
    pieces: list[Piece] = []
    for n, each in enumerate(allergies):
        more = "" if n == len(allergies) - 1 else ";"
        reaction, style = spoken(each.reaction)
        if not is_said(each.reaction):
            reaction = f"reaction {reaction.lower()}"
        pieces += [(each.agent, _BIG), (f"({reaction}){more}", style)]
    return [_Entry(tuple(pieces), 4, 1, "allergies", "Allergies and reactions")]


def _cpr_entries(content: PackContent) -> list[_Entry]:
    decisions = content.cpr
    if isinstance(decisions, Silence) or not decisions:
        text = words(decisions, none="No CPR decision made")
        shown = text if decisions is NONE_KNOWN else f"CPR decision: {text}"
        return [_Entry(((shown, _BIG),), 2, 1, "cpr", "CPR decision")]
    entries: list[_Entry] = []
    if warning := cpr_warning(decisions):
        entries.append(_Entry(((warning, _BIG),), 3, 1, "cpr", "CPR decisions", floor=2))
    # Those in force first, however the record orders them; of two kinds both are shown before a second of one kind.
    ordered = sorted(decisions, key=lambda each: not each.in_force)
    shown_two = [ordered[0], *([other] if (other := _most_different(ordered)) else [])]
    for each in shown_two:
        entries += _cpr_decision(each)
    if len(decisions) > 2:
        entries.append(_Entry(((f"{len(decisions) - 2} more: see Legal and wishes", STRONG),), 1, 1, "cpr", "CPR"))
    return entries


def _most_different(ordered: list[CprDecision]) -> CprDecision | None:
    """The second decision to show: in force and of another kind, else of another kind, else the next."""
    rest = ordered[1:]
    first = ordered[0]
    return next(
        (each for each in rest if each.in_force and each.kind is not first.kind),
        next((each for each in rest if each.kind is not first.kind), rest[0] if rest else None),
    )


def _cpr_decision(each: CprDecision) -> list[_Entry]:
    dates = (
        ("Dated", LABEL), spoken(each.decided_on), (f"{_GAP}Review", LABEL), spoken(each.review_on),
        (f"{_GAP}By", LABEL), spoken(each.decided_by),
    )  # fmt: skip
    kind = [_Entry(((each.kind.value, _BIG),), 1, 1, "cpr", "CPR decision")]
    if not each.in_force:
        kind = [
            _entry("NOT IN FORCE. Recorded only:", "cpr", (each.kind.value, VALUE), 2, 1),
            _entry("Why:", "cpr", (why_not_in_force(each), STRONG), 2, 1),
        ]
    return [
        *kind,
        _Entry(dates, 2, 3, "cpr", "CPR decision dates"),
        _entry("Original:", "cpr", spoken(each.original_at, STRONG), 2, 2, title="Original CPR document"),
    ]


def _lower_rows(content: PackContent) -> list[_Row]:
    reason, legal, talk, move = content.reason, content.legal, content.communication, content.mobility
    (assessment,) = assessment_pieces(content)
    aids = (
        ("Hearing aid", LABEL), spoken(talk.hearing_aid), (f"{_GAP}Glasses", LABEL), spoken(talk.glasses),
        (f"{_GAP}Language", LABEL), spoken(talk.language), (f"{_GAP}Interpreter", LABEL), spoken(talk.interpreter),
    )  # fmt: skip
    wishes = (
        ("ADRT", LABEL), spoken(legal.adrt), (f"{_GAP}Preferred place", LABEL), spoken(legal.preferred_place),
    )  # fmt: skip
    return [
        _Row([
            _Cell(2, [_entry("New confusion?", "new_confusion", spoken(content.new_confusion, STRONG), 1, 2)]),
            _Cell(5, [_entry("Usual cognition", "usual_cognition", spoken(content.usual_cognition), 2, 6)]),
        ]),
        _Row([
            _Cell(1, [
                _entry("A  Assessment, actions by the home", "assessment", assessment, 3, 5, floor=2),
                _entry("Called before leaving", "called", _called(content), 1, 9),
            ])
        ]),
        _Row([_Cell(1, [_entry("R  Request", "request", spoken(reason.request), 2, 6)])]),
        _dose_row(content),
        _Row([
            _flag_cell(content, ("diabetes", "pacemaker", "anticoagulated")),
            _flag_cell(content, ("oxygen", "catheter", "swallow_risk")),
            _flag_cell(content, ("pressure_ulcer", "infection")),
        ]),
        _Row([
            _Cell(1, [_entry("Food and fluid texture", "diet_texture", spoken(content.diet_texture), 2, 7)]),
            _Cell(1, [_entry("How to communicate", "communication", spoken(talk.how), 2, 10)]),
        ]),
        _Row([_Cell(1, [_Entry(aids, 1, 10, "communication_aids", "Aids and language")])]),
        _Row([
            _Cell(1, [
                _entry("Mobility today", "mobility_today", spoken(move.today, STRONG), 2, 10),
                _entry("Usual", "mobility_usual", spoken(move.usual), 1, 12, title="Usual mobility"),
            ]),
            _Cell(1, [
                _entry("Falls risk", "falls_risk", spoken(move.falls_risk), 2, 11),
                _entry("Bed rails", "bed_rails", spoken(move.bed_rails), 1, 12),
            ]),
        ]),
        _Row([
            _Cell(1, [
                _entry("Capacity to agree to admission", "capacity", spoken(legal.capacity), 2, 8),
                _entry("DoLS in force", "dols", spoken(legal.dols), 1, 9),
            ]),
            _Cell(1, [
                _entry("Treatment limits", "treatment_limits", spoken(legal.treatment_limits), 2, 7),
                _Entry(wishes, 1, 8, "wishes", "Advance decision, preferred place of care"),
            ]),
        ]),
        _contact_row(content),
        *_closing_rows(content),
    ]  # fmt: skip


def assessment_pieces(content: PackContent) -> tuple[Piece, ...]:
    """What the home found and what it did about it."""
    actions = [value for value in (content.reason.assessment, content.actions_taken) if is_said(value)]
    return (spoken("\n".join(words(each) for each in actions) if actions else content.reason.assessment),)


def _called(content: PackContent) -> Piece:
    called = content.reason.called
    if isinstance(called, Silence):
        return spoken(called, none="Nobody")
    return "; ".join(call_words(each) for each in called), VALUE


def call_words(call: Call) -> str:
    """Who was called and when."""
    when = f"at {words(call.at)}" if is_said(call.at) else f"(time {words(call.at).lower()})"
    return f"{call.who} {when}"


def _dose_row(content: PackContent) -> _Row:
    doses = content.time_critical
    title = _Entry(
        (("Time-critical medicines and LAST DOSE", LABEL),), 3, 2, "time_critical", "Time-critical medicines"
    )
    if isinstance(doses, Silence) or not doses:
        entries = [_Entry((spoken(doses, none="None recognised in the medicine list"),), 2, 2, title.key, title.title)]
    else:
        text = "\n".join(dose_words(each) for each in doses)
        entries = [_Entry(((text, STRONG),), 4, 2, title.key, "Time-critical medicines and last dose", floor=3)]
    return _Row([_Cell(1, [title], thick=True, fill=SHADE), _Cell(4, entries, thick=True)])


def dose_words(dose: LastDose) -> str:
    """A medicine, why its clock matters, and when it was last given."""
    given = date_time(dose.given_at) if not isinstance(dose.given_at, Silence) else words(dose.given_at).lower()
    return f"{dose.medicine}{f' ({dose.kind})' if dose.kind else ''}: last {given}"


def _flag_cell(content: PackContent, keys: tuple[str, ...]) -> _Cell:
    entries: list[_Entry] = []
    for key in keys:
        flag: Flag = getattr(content.flags, key)
        state = spoken(flag.state, STRONG)
        if flag.state is True:
            state = ("YES", STRONG)
        note: tuple[Piece, ...] = ((flag.note, NOTE),) if flag.note else ()
        pieces = ((FLAG_LABELS[key], LABEL), state, *note)
        entries.append(_Entry(pieces, 1, 6, f"flag_{key}", FLAG_LABELS[key], short=True))
    return _Cell(1, entries)


def _contact_row(content: PackContent) -> _Row:
    main = content.main_contact
    if isinstance(main, Silence):
        person = [_entry("Main contact", "main_contact", spoken(main), 2, 9)]
    else:
        role = f" ({words(main.role)})" if is_said(main.role) else ""
        person = [
            _entry("Main contact", "main_contact", (f"{main.name}{role}", VALUE), 2, 9),
            _entry("Phone", "main_contact", spoken(main.phone, STRONG), 1, 3, title="Main contact's phone"),
            _entry("Told", "main_contact", spoken(main.told_at, none="No"), 1, 9),
        ]
    home, gp = content.home, content.gp
    mail = _entry("Mail", "home", spoken(home.secure_mail, NOTE), 1, 13)
    if is_said(home.secure_mail):
        mail = _Entry((spoken(home.secure_mail, NOTE),), 1, 13, "home", "Mail")  # an address needs no label
    return _Row([
        _Cell(1, person),
        _Cell(1, [
            _entry("Ring the home", "home", spoken(home.name), 1, 9),
            _entry("Phone", "home", spoken(home.phone, STRONG), 1, 3, title="Home phone"),
            mail,
        ]),
        _Cell(1, [
            _entry("GP", "gp", spoken(gp.practice), 2, 11),
            _entry("Phone", "gp", spoken(gp.phone, STRONG), 1, 4, title="GP phone"),
            _entry("Code", "gp", spoken(gp.code), 1, 13, title="GP practice code"),
        ]),
    ])  # fmt: skip


def _closing_rows(content: PackContent) -> list[_Row]:
    who = [_entry("Completed by", "completed_by", signature(content.completed_by), 1, 13)]
    signed = [_Entry((("Signature", LABEL),), 1, 13, "", "")]
    if content.second_checker is not None:
        who.append(_entry("Checked by", "completed_by", signature(content.second_checker), 1, 13))
        signed.append(_Entry((("Signature", LABEL),), 1, 13, "", ""))
    return [
        _Row([
            _Cell(2, [_entry("Escort", "escort", spoken(content.reason.escort, none="No one travels"), 2, 11)]),
            _Cell(3, [_entry("Can return?", "can_return", spoken(content.can_return), 2, 12)]),
        ]),
        _Row([_Cell(5, who), _Cell(3, signed)]),
    ]  # fmt: skip


def signature(signed: Signature) -> Piece:
    """Name, role and time of whoever filled or checked the pack."""
    if not is_said(signed.name):
        return spoken(signed.name, NOTE)
    role = f", {words(signed.role)}" if is_said(signed.role) else ""
    return f"{words(signed.name)}{role}, {words(signed.at)}", NOTE


# --- observations ----------------------------------------------------------------------------------------------------

_COLUMNS = ("", "RR", "SpO₂ %", "Air or O₂", "BP", "Pulse", "ACVPU", "Temp °C", "NEWS2", "Taken")
_SHARES = (40.0, 46.0, 70.0, 50.0, 54.0, 46.0, 46.0, 50.0, 62.0, 66.0)


def _observations(sheet: Sheet, y: float, content: PackContent) -> float:
    unit = _WIDE / sum(_SHARES)
    widths = [share * unit for share in _SHARES]
    table = Tag("Table")
    row = Tag("TR", table)
    x = MARGIN
    for title, wide in zip(_COLUMNS, widths, strict=True):
        sheet.box(x, y, wide, 17, fill=SHADE)
        fitted = Style(Face.BOLD, SMALL)
        lines = wrap(((title, fitted),), 200)
        shift = (wide - fonts.width(title, fitted.face, fitted.size)) / 2
        sheet.block(x + shift, y + 2.5, lines, 12, tag=Tag("TH", row))
        x += wide
    y += 17
    for name, taken in (("Now", content.observations), ("Usual", content.usual_observations)):
        row = Tag("TR", table)
        sheet.box(MARGIN, y, widths[0], 28)
        sheet.text(MARGIN + 3, y + 18, name, STRONG, tag=Tag("TD", row))
        if isinstance(taken, Silence):
            sheet.box(MARGIN + widths[0], y, _WIDE - widths[0], 28)
            line = wrap((spoken(taken),), 300)[0]
            sheet.line_of_text(MARGIN + widths[0] + 5, y + 18, line, Tag("TD", row, span=len(widths) - 1))
        else:
            x = MARGIN + widths[0]
            for reading, wide in zip(_readings(taken), widths[1:], strict=True):
                _draw_reading(sheet, (x, y, wide), reading, Tag("TD", row))
                x += wide
        y += 28
    return y


_Reading = tuple[Piece, Piece, bool]  # the value, what stands below it, and whether it must catch the eye


def _draw_reading(sheet: Sheet, place: tuple[float, float, float], reading: _Reading, tag: Tag) -> None:
    x, y, wide = place
    first, second, loud = reading
    sheet.box(x, y, wide, 28, fill="#d8dde0" if loud else "")
    for (text, style), baseline in ((first, y + 13), (second, y + 24.5)):
        lines, _ = cut(((text, style),), wide - 3, 1, "")
        for line in lines:
            shift = (
                (wide - fonts.width(line[-1][1], line[-1][2].face, line[-1][2].size) - line[-1][0]) / 2 if line else 0
            )
            sheet.line_of_text(x + shift, baseline, line, tag)


def _readings(taken: Observations) -> list[_Reading]:
    """Each reading over its points; a parameter that scores 3 says so in bold."""
    oxygen: Said[str] = NOT_RECORDED
    if isinstance(taken.on_oxygen, bool):
        oxygen = "Oxygen" if taken.on_oxygen else "Air"
    level: Said[str] = taken.consciousness
    pressure: Said[object] = taken.systolic
    if not isinstance(taken.systolic, Silence):
        pressure = f"{taken.systolic}/{taken.diastolic}" if is_said(taken.diastolic) else f"{taken.systolic} sys"
    temp = f"{taken.temp_c:.1f}" if isinstance(taken.temp_c, Decimal) else taken.temp_c
    cells = [
        _scored(taken, "resp_rate", taken.resp_rate),
        _scored(taken, "spo2", taken.spo2, "scale 2: " if taken.spo2_scale == 2 else ""),
        _scored(taken, "on_oxygen", oxygen),
        _scored(taken, "systolic", pressure),
        _scored(taken, "pulse", taken.pulse),
        _scored(taken, "consciousness", level),
        _scored(taken, "temp_c", temp),
        _total(taken),
    ]
    at = taken.measured_at
    if isinstance(at, Silence):
        cells.append(_two_lines(at))
    else:
        cells.append(((clock_time(at), STRONG), (short_date(to_local(at).date()), NOTE), False))
    return cells


def _scored(taken: Observations, key: str, value: object, prefix: str = "") -> _Reading:
    if not is_said(value):
        return _two_lines(value)
    points = taken.points.get(key)
    if points is None:
        return (words(value), STRONG), (prefix.rstrip(": "), NOTE), False
    mark = f"{prefix}{points} pt{'' if points == 1 else 's'}"
    return (words(value), STRONG), (mark, NOTE_STRONG if points >= 3 else NOTE), points >= 3


def _two_lines(silence: object) -> _Reading:
    first, _, second = words(silence).partition(" ")
    look = Style(Face.ITALIC, SMALL)
    return (first, look), (second, look), False


def _total(taken: Observations) -> _Reading:
    band = words(taken.band).upper() if is_said(taken.band) else ""
    large = Style(Face.BOLD, 14)
    if taken.total is not None:
        return (str(taken.total), large), (band, NOTE_STRONG), taken.total >= 5
    if taken.at_least is not None:
        return (f"≥ {taken.at_least}", large), (band or "incomplete", NOTE_STRONG), True
    return ("No total", NOTE_STRONG), ("incomplete", NOTE_STRONG), False


# --- pictures --------------------------------------------------------------------------------------------------------


def _photo(sheet: Sheet, photo: bytes, x: float, top: float) -> None:
    try:
        image = ImageReader(BytesIO(photo))
    except (UnidentifiedImageError, OSError):
        # A damaged photo must not cost the pack; the page says that there should be one.
        sheet.box(x, top, _SQUARE, _SQUARE)
        sheet.block(x + 3, top + 6, wrap((("Photo cannot be printed", NOTE),), _SQUARE - 6), 12)
        return
    sheet.drawing(
        lambda canvas, high: canvas.drawImage(
            image, x, high - top - _SQUARE, _SQUARE, _SQUARE, preserveAspectRatio=True, anchor="c"
        ),
        Tag("Figure", alt=f"Photo of the resident, {hashlib.sha256(photo).hexdigest()[:16]}"),
    )
