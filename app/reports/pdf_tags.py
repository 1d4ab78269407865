"""What a PDF says about its own order: headings, paragraphs, tables and pictures, for whoever has it read aloud.

reportlab paints and knows nothing of such tags. Each mark on a sheet knows the :class:`Tag` that it belongs to; while a
sheet is painted the marks are bracketed and numbered, and the tree of tags is added to the file at the end. Whatever
has no tag (rules, frames, the foot of a page, repeated table heads) is marked as an artifact: a reader passes over it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObject
from reportlab.pdfgen.canvas import Canvas

from app.reports.pdf_ink import Ink


@dataclass(eq=False, slots=True)
class Tag:
    """A part of the document by its standard name: ``H1``, ``H2``, ``P``, ``Table``, ``TR``, ``TH``, ``TD`` or
    ``Figure``, the last with ``alt``, its words.

    A tag with a parent stands among the parent's ``kids`` in the order of making; one without stands where its first
    mark does. ``span`` is the number of columns that a cell takes, ``places`` are the (page, number) of its marks.
    """

    role: str
    parent: Tag | None = None
    alt: str = ""
    span: int = 1
    kids: list[Tag] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.parent.kids.append(self)

    @property
    def top(self) -> Tag:
        """The tag at the head of its line of parents."""
        return self if self.parent is None else self.parent.top


@dataclass(slots=True)
class Marker:
    """Brackets what is painted, page by page."""

    ink: Ink
    pages: list[list[Tag]] = field(default_factory=list)
    tops: dict[Tag, None] = field(default_factory=dict)
    _open: Tag | None = None
    _any: bool = False

    def page(self) -> None:
        """Begin the next page."""
        self.pages.append([])

    def mark(self, tag: Tag | None) -> None:
        """What follows belongs to the tag; to none, it is an artifact."""
        if self._any and tag is self._open:
            return
        self.close()
        if tag is None:
            self.ink.put("/Artifact BMC")
        else:
            marked = self.pages[-1]
            self.ink.put(f"/{tag.role} <</MCID {len(marked)}>> BDC")
            tag.places.append((len(self.pages) - 1, len(marked)))
            marked.append(tag)
            self.tops.setdefault(tag.top)
        self._open, self._any = tag, True

    def close(self) -> None:
        """End the bracket that is open; nothing may be left open at the end of a page."""
        if self._any:
            self.ink.put("EMC")
        self._any = False


def tree_of(canvas: Canvas, marker: Marker) -> Callable[[int], dict[int, bytes]]:
    """Tell the canvas's file, before it is saved, that it has tags: the tree of all that were painted.

    The answer gives the tree's objects by number, when it is told the first number that the saved file leaves free.
    reportlab would turn each of a pack's hundreds of tags into an object of its own making before it writes it.
    reportlab offers no other way to its page objects than the canvas's ``_doc``; the tests of the tree fail if a new
    release changes it.
    """
    document = canvas._doc
    pages = document.Pages.pages
    page_refs = [_ref(document, page) for page in pages]
    root = PDFDictionary({})
    root_ref = _ref(document, root)
    for n, page in enumerate(pages):
        # The page's own way of writing entries that reportlab does not name.
        page.__Defaults__ = {**page.__Defaults__, "StructParents": n, "Tabs": PDFName("S")}
    canvas.setCatalogEntry("StructTreeRoot", root)
    canvas.setCatalogEntry("MarkInfo", {"Marked": "true"})

    def objects(free: int) -> dict[int, bytes]:
        refs: dict[Tag, str] = {}
        made: list[tuple[Tag, str]] = []
        whole, parents = f"{free} 0 R", f"{free + 1} 0 R"
        for tag in marker.tops:
            _register(tag, whole, free + 2, refs, made)
        kids = " ".join(refs[tag] for tag in marker.tops)
        numbers = "".join(f"{n}[{' '.join(refs[tag] for tag in marked)}]" for n, marked in enumerate(marker.pages))
        texts = [
            f"<</S/Document/P {root_ref}/K[{kids}]>>",
            f"<</Nums[{numbers}]>>",
            *(_element(tag, parent, refs, page_refs) for tag, parent in made),
        ]
        after = len(marker.pages)
        head = f"<</Type/StructTreeRoot/K {whole}/ParentTree {parents}/ParentTreeNextKey {after}>>"
        return {
            int(root_ref.split()[0]): head.encode("ascii"),
            **{free + n: text.encode("ascii") for n, text in enumerate(texts)},
        }

    return objects


def _ref(document: Any, thing: PDFObject) -> str:
    return str(document.Reference(thing).format(document).decode("ascii"))


def _register(tag: Tag, parent: str, first: int, refs: dict[Tag, str], made: list[tuple[Tag, str]]) -> None:
    refs[tag] = own = f"{first + len(made)} 0 R"
    made.append((tag, parent))
    for kid in tag.kids:
        _register(kid, own, first, refs, made)


_SCOPE = "/A<</O/Table/Scope/Column>>"


def _element(tag: Tag, parent: str, refs: dict[Tag, str], page_refs: list[str]) -> str:
    page = tag.places[0][0] if tag.places else None
    kids = [
        str(number) if at == page else f"<</Type/MCR/Pg {page_refs[at]}/MCID {number}>>" for at, number in tag.places
    ]
    kids += [refs[kid] for kid in tag.kids]
    text = f"<</S/{tag.role}/P {parent}"
    if page is not None:
        text += f"/Pg {page_refs[page]}"
    if tag.role == "TH":
        text += _SCOPE
    if tag.span > 1:
        text += f"/A<</O/Table/ColSpan {tag.span}>>"
    if tag.alt:
        text += f"/Alt<{_text(tag.alt)}>"
    return f"{text}/K {kids[0]}>>" if len(kids) == 1 else f"{text}/K[{' '.join(kids)}]>>"


def _text(words: str) -> str:
    """Words as a PDF text string in hexadecimal."""
    return ("\ufeff" + words).encode("utf-16-be", "replace").hex().upper()
