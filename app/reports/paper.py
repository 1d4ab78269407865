"""Sheets of paper: measured text, boxes and tables laid out first, painted afterwards.

Laying out before painting is what makes "page 3 of 11" and "see page 4" true: nothing is painted until the number of
pages and the place of every section are known. Lengths are points (1/72 inch); y counts downwards from the top edge.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import Any, Literal

import segno
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from app.domain.dates import to_utc
from app.domain.transfer import Silence, said, words
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.pdf_ink import Ink, colour
from app.reports.pdf_small import packed
from app.reports.pdf_tags import Marker, Tag, tree_of

# Page contents as bytes: written in printable characters, as reportlab does of itself, they take a quarter more.
rl_config.useA85 = 0

A4 = (595.276, 841.89)
A4_LANDSCAPE = (841.89, 595.276)
MARGIN = 34.0
INK = "#000000"
RED = "#d5281b"
SHADE = "#e8edee"
RULE = "#4c6272"
LEADING = 1.2
# NHS advice is 12 point or more for print; nothing, footers included, goes below 10.
BODY = 12.0
SMALL = 10.0


@dataclass(frozen=True, slots=True)
class Style:
    """How a word looks."""

    face: Face = Face.REGULAR
    size: float = BODY
    colour: str = INK

    @property
    def leading(self) -> float:
        """The height of a line."""
        return self.size * LEADING


VALUE = Style()
STRONG = Style(Face.BOLD)
LABEL = Style(Face.BOLD, SMALL)
PRACTICE = "PRACTICE: an invented person, not for care"
"""Stands on every page that a practice home prints."""
NOTE = Style(Face.REGULAR, SMALL)
NOTE_STRONG = Style(Face.BOLD, SMALL)

Piece = tuple[str, Style]
Run = tuple[float, str, Style]
Line = tuple[Run, ...]
Align = Literal["left", "right", "centre"]


def spoken(value: object, style: Style = VALUE, *, none: str = "None known") -> Piece:
    """A value as a piece of text; a silence is set in italics, so that it cannot be taken for an entry."""
    text = words(value, none=none)
    if isinstance(said(value), Silence):
        return text, replace(style, face=Face.ITALIC)
    return text, style


@lru_cache(maxsize=4096)
def wrap(pieces: tuple[Piece, ...], width: float) -> tuple[Line, ...]:
    """The pieces as lines no wider than ``width``; a word that is wider than a line is broken, never cut off.

    Pieces are set apart by a space; a line break in a piece is kept; a label does not stay behind at the end of a line.
    At least one line.
    """
    lines: list[list[Run]] = [[]]
    at = 0.0
    for text, style in pieces:
        advance, size = fonts.advances(style.face), style.size
        gap = advance[" "] * size
        first = True
        for n, paragraph in enumerate(fonts.clean(text).split("\n")):
            if n:
                lines.append([])
                at = 0.0
            more: list[str] = []  # words that follow the last run of the line: nearly all words of a text do
            for word in paragraph.split(" "):
                if not word:
                    continue
                wide = advance[word] * size
                if more and at + gap + wide <= width:
                    more.append(word)
                    at += gap + wide
                    continue
                _add(lines[-1], more)
                for at_part, part in enumerate((word,) if wide <= width else _breakable(word, style, width)):
                    wide = advance[part] * size
                    if lines[-1] and at + gap + wide > width:
                        if not at_part:
                            _space_out(lines[-1])
                        at = _break(lines, style, width - gap - wide if first else 0.0)
                    at = _place(lines[-1], part, style, at, gap, wide)
                    first = False
                more = [""]
            _add(lines[-1], more)
    return tuple(tuple(line) for line in lines)


def _add(line: list[Run], words: list[str]) -> None:
    """Put the words after the line's last run; the first of them is empty, for the space before the second."""
    if len(words) > 1:
        x, text, style = line[-1]
        line[-1] = (x, text + " ".join(words), style)


def _space_out(line: list[Run]) -> None:
    """A line that ends between two words ends in a space: read aloud, the words stay apart."""
    x, text, style = line[-1]
    line[-1] = (x, f"{text} ", style)


def _break(lines: list[list[Run]], style: Style, room: float) -> float:
    """Begin a new line; a label at the end of the old one moves along if it has the room. Returns where to go on."""
    _, text, last = lines[-1][-1]
    label = text.strip("\u00a0 ")
    wide = fonts.width(label, last.face, last.size)
    if len(lines[-1]) > 1 and last != style and last.face is Face.BOLD and last.size == SMALL and wide <= room:
        lines[-1].pop()
        lines.append([(0.0, label, last)])
        return wide
    lines.append([])
    return 0.0


def _place(line: list[Run], word: str, style: Style, at: float, gap: float, wide: float) -> float:
    if not line:
        line.append((0.0, word, style))
        return wide
    x, text, last = line[-1]
    if last is style or last == style:
        line[-1] = (x, f"{text} {word}", style)
    else:
        # The space is drawn with the run before it, so that copied text keeps it.
        line[-1] = (x, f"{text} ", last)
        line.append((at + gap, word, style))
    return at + gap + wide


def _breakable(word: str, style: Style, width: float) -> Iterable[str]:
    if fonts.width(word, style.face, style.size) <= width:
        yield word
        return
    part = ""
    for bit in re.findall(r"[^-]+-?|-", word):  # after a hyphen if that will do, between letters if not
        if fonts.width(part + bit, style.face, style.size) <= width:
            part += bit
            continue
        if part:
            yield part
        part = ""
        for char in bit:
            if part and fonts.width(part + char, style.face, style.size) > width:
                yield part
                part = ""
            part += char
    if part:
        yield part


def cut(pieces: tuple[Piece, ...], width: float, most: int, tail: str) -> tuple[tuple[Line, ...], bool]:
    """At most ``most`` lines; when text is left out the last line ends in ``tail``, in bold. Says whether it was."""
    lines = wrap(pieces, width)
    if len(lines) <= most:
        return lines, False
    style = lines[most - 1][-1][2] if lines[most - 1] else pieces[-1][1]
    end: tuple[Piece, ...] = ((tail, replace(style, face=Face.BOLD, size=SMALL)),) if tail else ()
    # A single line also offers the text of the next: a word too long for one line may still show its beginning.
    offered = lines[:2] if most == 1 else lines[most - 1 : most]
    kept = [(text, look) for line in offered for _, text, look in line]
    while kept:
        text, look = kept.pop()
        for shorter in (*_shorter(text, whole_words=bool(kept) or " " in text.strip()), ""):
            before = (*kept, (f"{shorter}…", look)) if shorter else _with_dots(kept)
            again = wrap((*before, *end), width)
            if len(again) == 1:
                return (*lines[: most - 1], again[0]), True
    return (*lines[: most - 1], wrap(end or (("…", style),), width)[0]), True


def _with_dots(pieces: list[Piece]) -> tuple[Piece, ...]:
    if not pieces:
        return ()
    *rest, (text, look) = pieces
    if look.face is Face.BOLD and look.size == SMALL:
        return (*rest, (text, look))  # a label whose value is elsewhere: nothing of its own is left out
    return (*rest, (f"{text.rstrip(' .,;:…')}…", look))


def _shorter(text: str, *, whole_words: bool) -> Iterable[str]:
    left = text.split()
    while len(left) > 1:
        left.pop()
        yield " ".join(left).rstrip(".,;:…")
    if left and not whole_words:
        yield from (left[0][:n] for n in range(len(left[0]) - 1, 0, -1))


def height(lines: Sequence[Line], leading: float) -> float:
    """The height of lines set with one leading."""
    return len(lines) * leading


@dataclass(slots=True)
class Sheet:
    """One side of paper: its marks in the order in which they are painted."""

    size: tuple[float, float] = A4
    marks: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def width(self) -> float:
        """The printable width between the margins."""
        return self.size[0] - 2 * MARGIN

    def line_of_text(self, x: float, baseline: float, line: Line, tag: Tag | None = None) -> None:
        """A measured line, its left edge at ``x``; without a ``tag`` it is a paragraph of its own."""
        tag = tag or Tag("P")
        for dx, text, style in line:
            self.marks.append(("text", tag, x + dx, baseline, text, style))

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        style: Style = VALUE,
        *,
        align: Align = "left",
        tag: Tag | None = None,
        furniture: bool = False,
    ) -> None:
        """One piece on one line; ``align`` is left, right or centre of ``x``. ``furniture`` is no part of what the
        sheet says: its foot, its version, a heading repeated at the top."""
        wide = fonts.width(text, style.face, style.size)
        shift = {"left": 0.0, "right": wide, "centre": wide / 2}[align]
        self.marks.append(("text", None if furniture else tag or Tag("P"), x - shift, baseline, text, style))

    def block(
        self,
        x: float,
        top: float,
        lines: Sequence[Line],
        leading: float,
        *,
        tag: Tag | None = None,
        furniture: bool = False,
    ) -> float:
        """Lines below ``top``, one paragraph unless a ``tag`` says otherwise; the y below them."""
        tag = None if furniture else tag or Tag("P")
        marks, baseline = self.marks, top + leading * 0.78
        for line in lines:
            for dx, text, style in line:
                marks.append(("text", tag, x + dx, baseline, text, style))
            baseline += leading
        return top + len(lines) * leading

    def box(
        self, x: float, top: float, wide: float, high: float, *, stroke: float = 0.75, fill: str = "", colour: str = INK
    ) -> None:
        """A rectangle; ``stroke`` 0 leaves the edge out."""
        self.marks.append(("box", None, x, top, wide, high, stroke, fill, colour))

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, stroke: float = 0.5, colour: str = INK) -> None:
        """A straight line."""
        self.marks.append(("rule", None, x1, y1, x2, y2, stroke, colour))

    def drawing(self, paint: Callable[[Canvas, float], None], tag: Tag | None = None) -> None:
        """Anything else: ``paint`` gets the canvas and the sheet's height. Its ``tag`` is a Figure that says in words
        what is to be seen; without one it is an ornament."""
        self.marks.append(("drawing", tag, paint))

    def digest(self) -> str:
        """A hash (hex) of what the sheet says and where, as far as it has been laid out; furniture is left out, so
        that two printings of the same facts have the same."""
        seen = hashlib.sha256()
        for kind, tag, *rest in self.marks:
            if kind == "text" and tag is not None:
                x, y, text, style = rest
                seen.update(f"{x:.2f} {y:.2f} {style.size} {style.face.value} {text}\n".encode("utf-8", "replace"))
            elif tag is not None:
                seen.update(f"{tag.alt}\n".encode("utf-8", "replace"))
        return seen.hexdigest()

    def paint(self, canvas: Canvas, ink: Ink, marker: Marker) -> None:
        """Put every mark on the canvas's current page."""
        high = self.size[1]
        canvas.setPageSize(self.size)
        marker.page()
        for kind, tag, *rest in self.marks:
            marker.mark(tag)
            if kind == "text":
                x, y, text, style = rest
                ink.text(x, high - y, fonts.runs(text, style.face), style.size, style.colour)
            elif kind == "box":
                x, y, wide, tall, stroke, fill, edge = rest
                ink.box(x, high - y - tall, wide, tall, stroke=stroke, fill=fill, edge=edge)
            elif kind == "rule":
                x1, y1, x2, y2, stroke, edge = rest
                ink.rule(x1, high - y1, x2, high - y2, stroke=stroke, edge=edge)
            else:
                ink.drawing(rest[0], high)
        marker.close()
        ink.flush()


def qr(canvas: Canvas, text: str, x: float, y: float, side: float, *, mask: int | None = None) -> None:
    """A QR code of the text as vectors, its lower left corner at (x, y) of the canvas.

    ``mask`` (0 to 7) saves the trial of all eight, which takes longer than the code itself: for texts that are as good
    as random, and so have no pattern that a mask must break up. Every reader knows all eight.
    """
    matrix = segno.make(text, error="m", micro=False, mask=mask).matrix
    unit = side / (len(matrix) + 4)  # two modules of quiet zone; the page around it is white too
    canvas.setFillColor(colour(INK))
    path = canvas.beginPath()
    for row, cells in enumerate(matrix):
        column = 0
        for dark, alike in groupby(cells):  # squares side by side are one mark: no hair line shows between them
            wide = len(list(alike))
            if dark:
                path.rect(x + (column + 2) * unit, y + side - (row + 3) * unit, wide * unit, unit)
            column += wide
    canvas.drawPath(path, stroke=0, fill=1)


Cells = Sequence[Sequence[Piece]]


@dataclass(slots=True)
class Flow:
    """Content that runs over as many sheets as it needs, with section headings and their places.

    ``bottom`` is the height kept free for the footer; ``places`` maps an anchor to the index of its sheet.
    """

    size: tuple[float, float] = A4
    bottom: float = 60.0
    sheets: list[Sheet] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    outline: list[tuple[str, int]] = field(default_factory=list)
    y: float = 0.0
    section: str = ""

    @property
    def sheet(self) -> Sheet:
        """The sheet being filled."""
        return self.sheets[-1]

    @property
    def wide(self) -> float:
        """The width between the margins."""
        return self.size[0] - 2 * MARGIN

    @property
    def limit(self) -> float:
        """The lowest y that content may reach."""
        return self.size[1] - self.bottom

    def new_sheet(self) -> None:
        """Go on at the top of a fresh sheet; a section that runs over is named again."""
        self.sheets.append(Sheet(self.size))
        self.y = 30.0
        if self.section:
            self.sheet.text(MARGIN, self.y + 10, f"{self.section} (continued)", NOTE_STRONG, furniture=True)
            self.y += 18

    def need(self, tall: float) -> bool:
        """Start a new sheet unless ``tall`` still fits; True when it did."""
        if self.sheets and self.y + tall <= self.limit:
            return False
        self.new_sheet()
        return True

    def heading(self, title: str, anchor: str, *, room: float = 90.0, fresh: bool = False) -> None:
        """A section: never at the foot of a sheet without ``room`` for its first rows; ``fresh`` starts a new sheet."""
        self.section = ""
        if fresh and self.sheets and self.y > 30:
            self.new_sheet()
        elif not self.need(28 + room) and self.y > 40:
            self.y += 10
        style = Style(Face.BOLD, 14)
        lines = wrap(((title, style),), self.wide)
        self.y = self.sheet.block(MARGIN, self.y, lines, 18, tag=Tag("H1"))
        self.sheet.rule(MARGIN, self.y + 1, self.size[0] - MARGIN, self.y + 1, stroke=2)
        self.y += 7
        self.section = title
        self.places[anchor] = len(self.sheets) - 1
        self.outline.append((title, len(self.sheets) - 1))

    def subheading(self, title: str, anchor: str = "", *, room: float = 34.0) -> None:
        """A lesser heading inside a section, on one sheet with ``room`` for what begins below it."""
        lines = wrap(((title, STRONG),), self.wide)
        self.need(len(lines) * 16 + 6 + room)
        self.y = self.sheet.block(MARGIN, self.y + 5, lines, 16, tag=Tag("H2")) + 1
        if anchor:
            self.places[anchor] = len(self.sheets) - 1

    def paragraph(self, *pieces: Piece, indent: float = 0.0) -> None:
        """Running text; it may go on over the page."""
        leading = max(style.leading for _, style in pieces)
        tag = Tag("P")
        for line in wrap(pieces, self.wide - indent):
            self.need(leading)
            self.y = self.sheet.block(MARGIN + indent, self.y, (line,), leading, tag=tag)
        self.y += 3

    def fact(self, label: str, *pieces: Piece, anchor: str = "", label_width: float = 150.0) -> None:
        """A label and its value side by side with a hair line below; a long value goes on over the page."""
        leading = max(style.leading for _, style in pieces)
        left = wrap(((label, replace(LABEL, size=10.5)),), label_width - 8)
        lines = wrap(pieces, self.wide - label_width)
        together = max(min(len(lines), 3) * leading, len(left) * leading)
        self.need(together + 5)
        if anchor:
            self.places[anchor] = len(self.sheets) - 1
        self.y += 2
        tag = Tag("P")
        after_label = self.sheet.block(MARGIN, self.y, left, leading, tag=tag)
        sheet = self.sheet
        for line in lines:
            if self.need(leading):
                after_label = self.y
            self.y = self.sheet.block(MARGIN + label_width, self.y, (line,), leading, tag=tag)
        if sheet is self.sheet:
            self.y = max(self.y, after_label)
        self.y += 2
        self.sheet.rule(MARGIN, self.y, self.size[0] - MARGIN, self.y, stroke=0.4, colour=RULE)

    def grid(self, facts: Sequence[tuple[str, Piece]], *, columns: int = 2) -> None:
        """Short facts in columns, label above nothing: label and value run in, one hair line a row."""
        wide = self.wide / columns
        for start in range(0, len(facts), columns):
            cells = [
                wrap(((label, replace(LABEL, size=10.5)), value), wide - 10)
                for label, value in facts[start : start + columns]
            ]
            leading = VALUE.leading
            tall = max(len(cell) for cell in cells) * leading
            self.need(min(tall, self.limit - 80) + 5)
            self.y += 2
            bottoms = [self.sheet.block(MARGIN + n * wide, self.y, cell, leading) for n, cell in enumerate(cells)]
            self.y = max(bottoms) + 2
            self.sheet.rule(MARGIN, self.y, self.size[0] - MARGIN, self.y, stroke=0.4, colour=RULE)

    def table(
        self,
        headers: Sequence[str],
        shares: Sequence[float],
        rows: Sequence[Cells],
        *,
        style: Style = NOTE_STRONG,
        least: float = 0.0,
        tick: Sequence[int] = (),
        title: str = "",
    ) -> None:
        """A ruled table whose header row repeats on each sheet; ``shares`` are relative column widths.

        ``least`` is the least row height, ``tick`` the columns that get an empty box to tick, ``title`` the lesser
        heading above it. A row that does not fit on what is left of the sheet moves to the next one; a row taller than
        a sheet is split between lines. Title and header row never stand alone at the foot of a sheet.
        """
        unit = self.wide / sum(shares)
        widths = [share * unit for share in shares]
        head = [wrap(((each, style),), wide - 6) for each, wide in zip(headers, widths, strict=True)]
        head_tall = max(len(each) for each in head) * style.leading + 4
        whole_sheet = self.limit - 30 - 18 - head_tall
        laid = [_cells(row, widths) for row in rows]
        first = max(least, max(len(cell) for cell in laid[0][0]) * laid[0][1] + 5) if laid else 30.0
        above = 3 + head_tall + (first if first <= whole_sheet else 60.0)
        if title:
            self.subheading(title, room=above)
        else:
            self.need(above)
        self.y += 3
        tag = Tag("Table")
        self._table_head(head, widths, style, head_tall, Tag("TR", tag))
        for cells, leading in laid:
            row_tag = Tag("TR", tag)
            tags = _cell_tags(cells, row_tag)
            done = 0
            total = max(len(cell) for cell in cells)
            while done < total:
                tall = max(least, (total - done) * leading + 5)
                together = tall if tall <= whole_sheet else min(3, total - done) * leading + 5
                if self.y + together > self.limit:
                    self.new_sheet()
                    self._table_head(head, widths, style, head_tall, None)
                fit = total - done if tall <= whole_sheet else max(1, int((self.limit - self.y - 5) // leading))
                fit = min(fit, total - done)
                tall = max(least, fit * leading + 5)
                part = [cell[done : done + fit] for cell in cells]
                self._row(part, widths, leading, tall, () if done else tick, tags)
                done += fit

    def _table_head(
        self, head: Sequence[Sequence[Line]], widths: Sequence[float], style: Style, tall: float, row: Tag | None
    ) -> None:
        """The header row; repeated at the top of another sheet (no ``row``) it is furniture."""
        x = MARGIN
        for wide in widths:
            self.sheet.box(x, self.y, wide, tall, fill=SHADE)
            x += wide
        x = MARGIN
        for lines, wide in zip(head, widths, strict=True):
            tag = Tag("TH", row) if row else None
            self.sheet.block(x + 3, self.y + 2, lines, style.leading, tag=tag, furniture=row is None)
            x += wide
        self.y += tall

    def _row(
        self,
        cells: Sequence[Sequence[Line]],
        widths: Sequence[float],
        leading: float,
        tall: float,
        tick: Sequence[int],
        tags: Sequence[Tag],
    ) -> None:
        # Frames first, then words: what is read aloud is not interrupted by lines.
        x = MARGIN
        for n, wide in enumerate(widths):
            self.sheet.box(x, self.y, wide, tall, stroke=0.5)
            if n in tick:
                self.sheet.box(x + wide / 2 - 5, self.y + tall / 2 - 5, 10, 10, stroke=0.9)
            x += wide
        x = MARGIN
        for lines, wide, tag in zip(cells, widths, tags, strict=True):
            self.sheet.block(x + 3, self.y + (tall - len(lines) * leading) / 2, lines, leading, tag=tag)
            x += wide
        self.y += tall


def _cells(row: Cells, widths: Sequence[float]) -> tuple[list[tuple[Line, ...]], float]:
    """A row's cells as lines, and the height of a line of it."""
    cells = [wrap(tuple(cell), wide - 6) for cell, wide in zip(row, widths, strict=True)]
    return cells, max((piece[1].leading for cell in row for piece in cell), default=NOTE.leading)


def _cell_tags(cells: Sequence[Sequence[Line]], row: Tag) -> list[Tag]:
    """A tag for each cell; an empty one, kept for a pen, is part of the cell before it: there is nothing to read."""
    tags: list[Tag] = []
    for lines in cells:
        if tags and not any(lines):
            tags[-1].span += 1
            tags.append(tags[-1])
        else:
            tags.append(Tag("TD", row))
    return tags


def draw_foot(sheet: Sheet, lines: Sequence[Line], page: int, pages: int, *, tall: float) -> None:
    """A rule, small lines below it, and "Page x of y"; ``tall`` is its height from the lower edge."""
    top = sheet.size[1] - tall
    sheet.rule(MARGIN, top, sheet.size[0] - MARGIN, top, stroke=1)
    sheet.block(MARGIN, top + 2, lines, SMALL * 1.2, furniture=True)
    sheet.text(sheet.size[0] - MARGIN, top + 14, f"Page {page} of {pages}", STRONG, align="right", furniture=True)


def painted(
    sheets: Sequence[Sheet],
    *,
    title: str,
    author: str,
    subject: str,
    made_at: datetime,
    outline: Iterable[tuple[str, int] | tuple[str, int, int]],
) -> bytes:
    """The sheets as a PDF, made in memory: the same sheets and ``made_at`` give the same bytes.

    ``outline`` holds bookmark titles and sheet indexes in reading order, with how deep a bookmark lies where it lies
    below others (1 below 0).
    """
    fonts.register()
    out = BytesIO()
    stamp = to_utc(made_at).astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1, lang="en-GB", initialFontName=Face.REGULAR.value)
    # Without "invariant" the file would carry the machine's clock and a random identifier.
    canvas.setDateFormatter(lambda *_: stamp)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setSubject(subject)
    canvas.setCreator("Hartwell")
    canvas.setProducer("Hartwell")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    bookmarks: dict[int, list[tuple[str, int]]] = {}
    for name, index, *depth in outline:
        bookmarks.setdefault(index, []).append((name, depth[0] if depth else 0))
    ink = Ink(canvas)
    marker = Marker(ink)
    for index, sheet in enumerate(sheets):
        for n, (name, level) in enumerate(bookmarks.get(index, ())):
            key = f"s{index}-{n}"
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(name, key, level=level, closed=bool(level))
        sheet.paint(canvas, ink, marker)
        canvas.showPage()
    tree = tree_of(canvas, marker)
    canvas.save()
    return packed(out.getvalue(), tree)
