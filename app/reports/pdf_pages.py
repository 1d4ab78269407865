"""What is done with a finished PDF: a page as a picture for the preview and the printer, a file of some
pages, one file of several.

The libraries are imported when first used: most runs of the program open no PDF at all.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PdfReader

_POINTS_PER_INCH = 72.0
COPY_BASELINE = 47.0
"""Points from the lower edge at which the number of the copy stands, one line above the number of the page."""
# PDFium keeps state for the whole process and may be called by one thread at a time, whatever document it is about.
_PDFIUM = threading.Lock()


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as pixels: ``rgb`` holds three bytes a pixel, row by row from the top, without padding
    (``len(rgb) == 3 * width * height``)."""

    width: int
    height: int
    rgb: bytes


def picture(pdf: bytes, page: int, dpi: int) -> Picture:
    """One page (from 0) on white paper; A4 at 100 dpi is 827 x 1170 pixels and 2.9 MB.

    It may be called from any thread; two calls at once wait for each other. IndexError when there is no such page.
    """
    import pypdfium2

    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 0 <= page < len(document):
                raise IndexError(f"page {page} of {len(document)}")
            sheet = document[page]
            bitmap = sheet.render(scale=dpi / _POINTS_PER_INCH, rev_byteorder=True, maybe_alpha=False)
            taken = Picture(bitmap.width, bitmap.height, _tight(bitmap))
            bitmap.close()
            sheet.close()
        finally:
            document.close()
    return taken


def _tight(bitmap: Any) -> bytes:
    """The bitmap's bytes as RGB without the padding that PDFium puts at the end of a row."""
    held, wide, step = bytes(bitmap.buffer), bitmap.width * bitmap.n_channels, bitmap.stride
    rows = held if wide == step else b"".join(held[y * step : y * step + wide] for y in range(bitmap.height))
    if bitmap.n_channels == 3:
        return rows
    out = bytearray(3 * bitmap.width * bitmap.height)
    for channel in range(3):
        out[channel::3] = rows[min(channel, bitmap.n_channels - 1) :: bitmap.n_channels]
    return bytes(out)


def page_count(pdf: bytes) -> int:
    """How many pages the file has."""
    return len(_reader(pdf).pages)


def only_pages(pdf: bytes, indexes: Sequence[int]) -> bytes:
    """A file of these pages (from 0), in this order, as they were, footers included; it keeps title and language.

    The same pages give the same bytes. IndexError when there is no such page.
    """
    from pypdf import PdfWriter
    from pypdf.generic import NameObject

    reader = _reader(pdf)
    writer = PdfWriter()
    for index in indexes:
        if not 0 <= index < len(reader.pages):
            raise IndexError(f"page {index} of {len(reader.pages)}")
        page = writer.add_page(reader.pages[index])
        page.pop(NameObject("/StructParents"), None)  # the tree it points into stays behind
    writer.metadata = reader.metadata
    for key in ("/Lang", "/ViewerPreferences"):
        if key in reader.root_object:
            writer.root_object[NameObject(key)] = reader.root_object[key].clone(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def numbered(pdf: bytes, copies: int) -> bytes:
    """The pages once for each copy, "Copy 1 of 2" above "Page x of y", where a pack's foot leaves room for it.

    So that two sets of papers can be told apart, and a set that is not whole noticed. One copy is returned as it is.
    """
    if copies == 1:
        return pdf
    from pypdf import PdfWriter

    writer = PdfWriter()
    for copy in range(1, copies + 1):
        mark = _reader(_mark(f"Copy {copy} of {copies}")).pages[0]
        for page in _reader(pdf).pages:  # read again: a page that was marked once keeps its mark
            writer.add_page(page).merge_page(mark)
    writer.metadata = _reader(pdf).metadata
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _mark(words: str) -> bytes:
    """A page with nothing but a few words at its lower right edge."""
    from reportlab.pdfgen.canvas import Canvas

    from app.reports import fonts
    from app.reports.fonts import Face
    from app.reports.paper import A4, MARGIN, SMALL

    fonts.register()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, initialFontName=Face.BOLD.value)
    canvas.setFont(Face.BOLD.value, SMALL)
    canvas.drawRightString(A4[0] - MARGIN, COPY_BASELINE, words)
    canvas.save()
    return out.getvalue()


def joined(documents: Sequence[bytes]) -> bytes:
    """The documents one after the other in one file; a single one is returned as it is."""
    from pypdf import PdfWriter

    if len(documents) == 1:
        return documents[0]
    writer = PdfWriter()
    for document in documents:
        writer.append(BytesIO(document))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _reader(pdf: bytes) -> PdfReader:
    from pypdf import PdfReader

    return PdfReader(BytesIO(pdf))
