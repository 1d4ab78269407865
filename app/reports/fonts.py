"""The fonts of everything printed, embedded in each document, and what happens to characters they do not have.

Open Sans prints Latin (with every accent), Greek and Cyrillic; DejaVu Sans stands in for other scripts and signs. A
character that neither has is printed as its code point, ``[U+4E2D]``: a name may look odd, but it never loses a letter
in silence. Right-to-left scripts are put in visual order and Arabic letters joined, because a PDF page holds glyphs in
the order in which they stand.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.paths import resources


class Face(Enum):
    """A printed face; the value is the name it is registered under."""

    REGULAR = "HartwellSans"
    BOLD = "HartwellSans-Bold"
    ITALIC = "HartwellSans-Italic"

    __hash__ = object.__hash__  # an enum's own is Python code, and a pack looks faces up tens of thousands of times


_FILES = {
    Face.REGULAR: "OpenSans-Regular.ttf",
    Face.BOLD: "OpenSans-Bold.ttf",
    Face.ITALIC: "OpenSans-Italic.ttf",
}
_FALLBACK = "HartwellFallback"
_FALLBACK_FILE = "DejaVuSans.ttf"


@lru_cache(maxsize=1)
def register() -> None:
    """Make the faces known to reportlab, once a process. OSError when a font file is not where it was installed."""
    for face, file in _FILES.items():
        _register(face.value, file)


def _register(name: str, file: str) -> None:
    font = TTFont(name, str(resources() / "fonts" / file))
    # Most papers need the same letters: what a file embeds of the font is made once and not for each.
    made = lru_cache(maxsize=8)(font.face.makeSubset)
    font.face.makeSubset = lambda letters: made(tuple(letters))
    pdfmetrics.registerFont(font)


@lru_cache(maxsize=1)
def _register_fallback() -> None:
    # Most records never need it, and it is the largest file to read.
    _register(_FALLBACK, _FALLBACK_FILE)


@lru_cache(maxsize=8)
def _glyphs(font: str) -> frozenset[int]:
    if font == _FALLBACK:
        _register_fallback()
    else:
        register()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def clean(text: str) -> str:
    """The text as it can be printed: composed accents, no control or invisible formatting characters.

    Line breaks stay. Nothing that has a shape is dropped.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line if line.isprintable() else _visible(line) for line in lines)


def _visible(line: str) -> str:
    kinds = [(char, unicodedata.category(char)) for char in line]
    return "".join(
        char if kind not in {"Cc", "Zs"} or char == "\u00a0" else " " for char, kind in kinds if kind != "Cf"
    )


@lru_cache(maxsize=8192)
def runs(text: str, face: Face) -> tuple[tuple[str, str], ...]:
    """The text, in visual order, as pieces of (registered font, text) that each have all their glyphs."""
    if text.isascii() and text.isprintable():  # nearly every word of a record, and each face has all of these
        return ((face.value, text),)
    have = _glyphs(face.value)
    shown = _visual(text) if any(unicodedata.bidirectional(c) in _RTL for c in text if c > "\u0590") else text
    if all(ord(c) in have for c in shown):
        return ((face.value, shown),)
    spare = _glyphs(_FALLBACK)
    pieces: list[tuple[str, str]] = []
    for char in shown:
        font, piece = face.value, char
        if ord(char) not in have:
            font, piece = (_FALLBACK, char) if ord(char) in spare else (face.value, f"[U+{ord(char):04X}]")
        if pieces and pieces[-1][0] == font:
            pieces[-1] = (font, pieces[-1][1] + piece)
        else:
            pieces.append((font, piece))
    return tuple(pieces)


def width(text: str, face: Face, size: float) -> float:
    """The printed width in points."""
    return advances(face)[text] * size


class _Advances(dict[str, float]):
    """The width of a text at a size of 1, measured when it is first asked for: sizes differ by a factor alone."""

    def __init__(self, face: Face) -> None:
        register()
        self._face = face
        self._measure = pdfmetrics.getFont(face.value).stringWidth

    def __missing__(self, text: str) -> float:
        if len(self) >= _REMEMBERED:
            self.clear()
        if text.isascii() and text.isprintable():  # as in runs()
            wide = float(self._measure(text, 1))
        else:
            wide = float(sum(pdfmetrics.stringWidth(piece, font, 1) for font, piece in runs(text, self._face)))
        self[text] = wide
        return wide


_REMEMBERED = 16384


@lru_cache(maxsize=len(Face))
def advances(face: Face) -> _Advances:
    """The widths of texts in the face at a size of 1, by text. OSError when a font file is not where it was
    installed."""
    return _Advances(face)


def forget() -> None:
    """Forget every text that was measured; whoever measures the measuring wants it new."""
    advances.cache_clear()
    runs.cache_clear()


# --- right-to-left ---------------------------------------------------------------------------------------------------

_RTL = frozenset({"R", "AL"})


def _visual(text: str) -> str:
    """The line with each right-to-left stretch joined and reversed; digits inside keep their own order.

    Enough for names and short phrases within an English page, which is what a record holds; it is not the whole
    Unicode bidirectional algorithm.
    """
    clusters = _clusters(_join_arabic(text))
    kinds = [unicodedata.bidirectional(cluster[0]) in _RTL for cluster in clusters]
    out: list[str] = []
    i = 0
    while i < len(clusters):
        if not kinds[i]:
            out.append(clusters[i])
            i += 1
            continue
        last = i
        for j in range(i, len(clusters)):
            if kinds[j]:
                last = j
            elif not clusters[j].isspace():
                break
        out += reversed(clusters[i : last + 1])
        i = last + 1
    return "".join(out)


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    for char in text:
        if clusters and unicodedata.combining(char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


@lru_cache(maxsize=1)
def _arabic_forms() -> dict[str, dict[str, str]]:
    """Letter (or lam-alef pair) to its presentation forms, read from the Unicode tables."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFDF0), *range(0xFE70, 0xFEFD)):
        kind, *base = unicodedata.decomposition(chr(code)).split()[:3] or ("",)
        letters = "".join(chr(int(each, 16)) for each in base)
        pair = len(letters) == 2 and letters[0] == "\u0644" and letters[1] in "\u0622\u0623\u0625\u0627"
        if kind in {"<isolated>", "<initial>", "<medial>", "<final>"} and (len(letters) == 1 or pair):
            forms.setdefault(letters, {})[kind] = chr(code)
    return forms


def _join_arabic(text: str) -> str:
    forms = _arabic_forms()
    letters = [(i, c) for i, c in enumerate(text) if not unicodedata.combining(c)]
    out = list(text)
    skip = -1
    for n, (i, char) in enumerate(letters):
        if n == skip or char not in forms:
            continue
        before = letters[n - 1][1] if n else ""
        joins_before = "<initial>" in forms.get(before, {}) and "<final>" in forms[char] and n - 1 != skip
        after = letters[n + 1][1] if n + 1 < len(letters) else ""
        if (pair := forms.get(char + after)) and after:
            out[i] = pair["<final>" if joins_before else "<isolated>"]
            out[letters[n + 1][0]] = ""
            skip = n + 1
            continue
        joins_after = "<initial>" in forms[char] and "<final>" in forms.get(after, {})
        if joins_after:
            kind = "<medial>" if joins_before else "<initial>"
        else:
            kind = "<final>" if joins_before else "<isolated>"
        out[i] = forms[char].get(kind, char)
    return "".join(out)
