"""What a PDF says about its own order: headings, paragraphs, tables and pictures, for whoever has it read aloud.

reportlab paints and knows nothing of such tags. Each mark on a sheet knows the :class:`Tag` that it belongs to; while a
sheet is painted the marks are bracketed and numbered, and the tree of tags is added to the file at the end. Whatever
has no tag (rules, frames, the foot of a page, repeated table heads) is marked as an artifact: a reader passes over it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFName, PDFObject
from reportlab.pdfgen.canvas import Canvas


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
    """Brackets what is painted on a canvas, page by page."""

    canvas: Canvas
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
            self.canvas.addLiteral("/Artifact BMC")
        else:
            marked = self.pages[-1]
            self.canvas.addLiteral(f"/{tag.role} <</MCID {len(marked)}>> BDC")
            tag.places.append((len(self.pages) - 1, len(marked)))
            marked.append(tag)
            self.tops.setdefault(tag.top)
        self._open, self._any = tag, True

    def close(self) -> None:
        """End the bracket that is open; nothing may be left open at the end of a page."""
        if self._any:
            self.canvas.addLiteral("EMC")
        self._any = False


class _Raw(PDFObject):  # type: ignore[misc]  # reportlab is untyped
    """A PDF object whose text is known."""

    def __init__(self) -> None:
        self.text = ""

    def format(self, document: object) -> bytes:  # noqa: ARG002 - reportlab calls it
        return self.text.encode("ascii")


def write_tree(canvas: Canvas, marker: Marker) -> None:
    """Add the tree of all tags that were painted to the canvas's file, after its last page.

    reportlab offers no other way to its page objects than the canvas's ``_doc``; the tests of the tree fail if a new
    release changes it.
    """
    document = canvas._doc
    pages = document.Pages.pages
    page_refs = [_ref(document, page) for page in pages]
    root, whole, parents = _Raw(), _Raw(), _Raw()
    refs: dict[Tag, str] = {}
    made: list[tuple[Tag, _Raw, str]] = []
    whole_ref, root_ref = _ref(document, whole), _ref(document, root)
    for tag in marker.tops:
        _register(tag, whole_ref, document, refs, made)
    for tag, raw, parent in made:
        raw.text = _element(tag, parent, refs, page_refs)
    kids = " ".join(refs[tag] for tag in marker.tops)
    whole.text = f"<</S/Document/P {root_ref}/K[{kids}]>>"
    numbers = "".join(f"{n}[{' '.join(refs[tag] for tag in marked)}]" for n, marked in enumerate(marker.pages))
    parents.text = f"<</Nums[{numbers}]>>"
    parents_ref = _ref(document, parents)
    root.text = f"<</Type/StructTreeRoot/K {whole_ref}/ParentTree {parents_ref}/ParentTreeNextKey {len(marker.pages)}>>"
    for n, page in enumerate(pages):
        # The page's own way of writing entries that reportlab does not name.
        page.__Defaults__ = {**page.__Defaults__, "StructParents": n, "Tabs": PDFName("S")}
    canvas.setCatalogEntry("StructTreeRoot", root)
    canvas.setCatalogEntry("MarkInfo", {"Marked": "true"})


def _ref(document: Any, thing: PDFObject) -> str:
    return str(document.Reference(thing).format(document).decode("ascii"))


def _register(tag: Tag, parent: str, document: Any, refs: dict[Tag, str], made: list[tuple[Tag, _Raw, str]]) -> None:
    raw = _Raw()
    refs[tag] = own = _ref(document, raw)
    made.append((tag, raw, parent))
    for kid in tag.kids:
        _register(kid, own, document, refs, made)


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
