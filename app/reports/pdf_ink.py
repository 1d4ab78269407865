"""Words, frames and lines as a PDF page holds them.

reportlab's canvas makes an object for each word that it draws and names font, colour and place anew each time. A pack
is a thousand words and frames: written straight into the page, with what has not changed left out, they take a third
of the time and of the bytes. Pictures and drawings still go through the canvas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

_READABLE = "".join(map(chr, range(32, 127)))


@lru_cache(maxsize=64)
def colour(code: str) -> Color:
    """reportlab reads a colour's code anew each time it is given one."""
    return HexColor(code)


@lru_cache(maxsize=64)
def _rgb(code: str) -> str:
    return " ".join(f"{part:.4g}" for part in colour(code).rgb())


def _n(number: float) -> str:
    """To a hundredth of a point, the tenth of a hair; PDF knows no exponents."""
    return f"{round(number, 2):g}"


class Ink:
    """Writes on the pages of one canvas, one after the other; lengths are points from the lower left corner.

    ``put`` adds an operator as it is, outside of any text.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._fonts: dict[str, tuple[Any, str]] = {}
        self._parts: list[str] = []
        self._in_text = False
        self._font: tuple[str, float] | None = None
        self._fill: str | None = None
        self._line: tuple[str, float] | None = None

    def put(self, operator: str) -> None:
        """Add an operator that draws nothing and changes nothing about how things are drawn."""
        self._no_text()
        self._parts.append(operator)

    def text(self, x: float, y: float, pieces: Iterable[tuple[str, str]], size: float, ink: str) -> None:
        """Pieces of (registered font, words) one after the other from x on the baseline y."""
        parts = self._parts
        if ink != self._fill:
            self._fill = ink
            parts.append(f"{_rgb(ink)} rg")
        if not self._in_text:
            self._in_text = True
            parts.append("BT")
        placed = False
        for name, words in pieces:
            for font, shown in self._coded(name, words):
                if (font, size) != self._font:
                    self._font = (font, size)
                    parts.append(f"{font} {size:g} Tf")
                if placed:  # the place after the piece before is where this one begins
                    parts.append(f"({shown}) Tj")
                else:
                    placed = True
                    parts.append(f"1 0 0 1 {_n(x)} {_n(y)} Tm ({shown}) Tj")

    def box(self, x: float, y: float, wide: float, tall: float, *, stroke: float, fill: str, edge: str) -> None:
        """A rectangle; ``stroke`` 0 leaves its edge out, an empty ``fill`` its inside."""
        self._no_text()
        if fill and fill != self._fill:
            self._fill = fill
            self._parts.append(f"{_rgb(fill)} rg")
        if stroke:
            self._pen(edge, stroke)
        how = ("B" if stroke else "f") if fill else "S" if stroke else "n"
        self._parts.append(f"{_n(x)} {_n(y)} {_n(wide)} {_n(tall)} re {how}")

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, stroke: float, edge: str) -> None:
        """A straight line."""
        self._no_text()
        self._pen(edge, stroke)
        self._parts.append(f"{_n(x1)} {_n(y1)} m {_n(x2)} {_n(y2)} l S")

    def drawing(self, paint: Callable[[Canvas, float], None], high: float) -> None:
        """Whatever ``paint`` does with the canvas; font, pen and colours are unknown afterwards."""
        self.flush()
        paint(self._canvas, high)

    def flush(self) -> None:
        """Give the page what has been written; nothing is kept for the next one."""
        self._no_text()
        if self._parts:
            self._canvas.addLiteral("\n".join(self._parts))
            self._parts.clear()
        self._font = self._fill = self._line = None

    def _no_text(self) -> None:
        if self._in_text:
            self._in_text = False
            self._parts.append("ET")

    def _pen(self, edge: str, stroke: float) -> None:
        if self._line != (edge, stroke):
            self._line = (edge, stroke)
            self._parts.append(f"{_rgb(edge)} RG {stroke:g} w")

    def _coded(self, name: str, words: str) -> Iterable[tuple[str, str]]:
        """The words as (font of the file, codes): a font's first part holds ASCII as it is, others its further
        letters in the order in which they come."""
        font, plain = self._fonts.get(name) or self._begin(name)
        if plain and words.isascii():
            if "\\" in words or "(" in words or ")" in words:
                words = escapePDF(words)
            return ((plain, words),)
        document = self._canvas._doc
        return [
            (font.getSubsetInternalName(part, document), escapePDF(codes))
            for part, codes in font.splitString(words, document)
        ]

    def _begin(self, name: str) -> tuple[Any, str]:
        """The font, and its name in the file where that holds ASCII as it is."""
        document, font = self._canvas._doc, pdfmetrics.getFont(name)
        as_it_is = font.splitString(_READABLE, document) == [(0, _READABLE.encode("ascii"))]
        self._fonts[name] = made = (font, font.getSubsetInternalName(0, document) if as_it_is else "")
        return made
