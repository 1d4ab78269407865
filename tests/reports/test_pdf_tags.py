"""What a paper says about its own order, read back from the file: headings, paragraphs, tables, pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from app.reports.pack import pack_pdf
from app.reports.paper import NOTE, STRONG, VALUE, Flow, Sheet, painted
from app.reports.pdf_pages import only_pages
from app.reports.pdf_small import packed
from tests.helpers.pack_samples import at, overstuffed, sparse, stamp, typical


@dataclass
class Node:
    """One element of the tree, with the text of its own marks."""

    role: str
    text: str = ""
    alt: str = ""
    span: int = 1
    kids: list[Node] = field(default_factory=list)

    def whole(self) -> str:
        return " ".join([self.text, *(kid.whole() for kid in self.kids)]).strip()

    def all(self) -> list[Node]:
        return [self, *(each for kid in self.kids for each in kid.all())]


def texts_by_mark(reader: PdfReader) -> list[dict[int, str]]:
    """For each page the text inside each numbered mark; text in none is refused."""
    found: list[dict[int, str]] = []
    for page in reader.pages:
        fonts = {name: Decoder(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
        marks: dict[int, str] = {}
        inside: list[int | None] = []
        font: Decoder | None = None
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator == b"BDC":
                inside.append(int(operands[1]["/MCID"]))
                assert inside[-1] not in marks, "a number is used once on a page"
                marks[inside[-1]] = ""  # type: ignore[index]
            elif operator == b"BMC":
                assert operands[0] == "/Artifact"
                inside.append(None)
            elif operator == b"EMC":
                inside.pop()
            elif operator == b"Tf":
                font = fonts[operands[0]]
            elif operator == b"Tj":
                assert len(inside) == 1, "every word is in one mark or an artifact"
                assert font is not None
                if inside[0] is not None:
                    marks[inside[0]] += font.text(operands[0].original_bytes)
        assert inside == []
        found.append(marks)
    return found


class Decoder:
    """The words of a font's codes, by its own table."""

    def __init__(self, font: Any) -> None:
        table = font["/ToUnicode"].get_data().decode("latin-1")
        listed = re.findall(r"^<(\w{2})> <((?:\w{4})+)>$", table, re.MULTILINE)
        self.letters = {int(code, 16): bytes.fromhex(letter).decode("utf-16-be") for code, letter in listed}

    def text(self, codes: bytes) -> str:
        return "".join(self.letters.get(code, chr(code)) for code in codes)


def tree(pdf: bytes) -> Node:
    """The whole tree; every mark of every page is in it once, and the pages know their elements."""
    reader = PdfReader(BytesIO(pdf))
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    marks = texts_by_mark(reader)
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    owners = {int(numbers[n]): numbers[n + 1] for n in range(0, len(numbers), 2)}
    pages = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages)}  # type: ignore[union-attr]
    seen: set[tuple[int, int]] = set()

    def read(reference: Any, parent: int) -> Node:
        element = reference.get_object()
        assert element.raw_get("/P").idnum == parent
        attributes = element.get("/A", {})
        node = Node(str(element["/S"])[1:], alt=str(element.get("/Alt", "")), span=int(attributes.get("/ColSpan", 1)))
        kids = element.raw_get("/K")
        for kid in kids if isinstance(kids, list) else [kids]:
            page, number = element.raw_get("/Pg").idnum if "/Pg" in element else None, kid
            if isinstance(kid, dict) and kid.get("/Type") == "/MCR":
                page, number = kid.raw_get("/Pg").idnum, kid["/MCID"]
            if isinstance(number, int):
                place = (pages[page], int(number))
                assert place not in seen
                seen.add(place)
                assert owners[place[0]][place[1]].idnum == reference.idnum
                node.text += marks[place[0]][place[1]]
            else:
                node.kids.append(read(kid, reference.idnum))
        return node

    top = root["/StructTreeRoot"].raw_get("/K")
    whole = read(top, root.raw_get("/StructTreeRoot").idnum)
    assert seen == {(n, mark) for n, page in enumerate(marks) for mark in page}
    for n, page in enumerate(reader.pages):
        assert page["/StructParents"] == n
    return whole


@pytest.mark.parametrize("content", [typical(), sparse(), overstuffed(2)], ids=["typical", "sparse", "overstuffed"])
def test_every_mark_of_a_pack_is_in_its_tree_and_tables_are_regular(content: Any) -> None:
    whole = tree(pack_pdf(content, stamp()).data)
    assert whole.role == "Document"
    for table in (each for each in whole.all() if each.role == "Table"):
        widths = {sum(cell.span for cell in row.kids) for row in table.kids}
        assert len(widths) == 1, "every row of a table has as many columns as the others"
        assert {cell.role for cell in table.kids[0].kids} == {"TH"}
        assert all(cell.role == "TD" for row in table.kids[1:] for cell in row.kids)


def test_a_pack_is_read_aloud_in_the_order_of_its_pages() -> None:
    whole = tree(pack_pdf(typical(), stamp()).data)
    headings = [each.text for each in whole.all() if each.role == "H1"]
    assert headings == [
        "HOSPITAL TRANSFER · READ THIS SIDE FIRST",
        "Situation in detail",
        "Baseline: when well, and now",
        "Problems and risk",
        "Medicines",
        "Skin and wounds",
        "Legal and wishes",
        "About me",
        "Contacts and funding",
        "Bag checklist and custody",
        "Discharge checklist: for the ward",
    ]
    said = [each.text for each in whole.all()]
    page_one = said.index("HOSPITAL TRANSFER · READ THIS SIDE FIRST")
    assert said[page_one + 1] == "OKONKWO-SMITH, Margaret Anne (Mrs)"
    assert "ALERT: RESUSCITATION (CPR)" in [each.text for each in whole.all() if each.role == "H2"]
    background = next(text for text in said if text.startswith("B What happened"))
    # The line ends where it must, and the words stay apart.
    assert "Right leg short and turned out." in background
    row = next(each for each in whole.all() if each.role == "TR" and "Buprenorphine" in each.whole())
    assert [cell.text for cell in row.kids][2:5] == ["pain", "16-Nov-2026 09:00", "23-Nov-2026 09:00"]
    figures = [each.alt for each in whole.all() if each.role == "Figure"]
    assert any("1 Sacrum (back, 50 % across, 50 % down); 2 Left shin (front" in alt for alt in figures)
    assert any(alt.startswith("Photo of the resident") for alt in figures)


def test_what_stands_at_the_foot_and_a_repeated_head_is_not_read_aloud() -> None:
    whole = tree(pack_pdf(overstuffed(2), stamp(version=2, supersedes=1)).data).whole()
    assert "Facts as at" not in whole
    assert "Page 1 of" not in whole
    assert "(continued)" not in whole
    assert whole.count("Last given") == 1  # the medicine table runs over several sheets


def test_a_paragraph_over_two_sheets_is_one_paragraph() -> None:
    flow = Flow()
    flow.new_sheet()
    words = " ".join(f"word{n}" for n in range(1200))
    flow.paragraph((words, VALUE))
    assert len(flow.sheets) > 1
    pdf = painted(flow.sheets, title="T", author="A", subject="", made_at=at(20, 8), outline=())
    assert [each.text for each in tree(pdf).all() if each.role == "P"] == [words]


def test_a_table_is_never_begun_at_the_foot_of_a_sheet_without_its_first_row() -> None:
    for start in range(560, 780, 7):
        flow = Flow()
        flow.new_sheet()
        flow.y = float(start)
        flow.table(("A", "B"), (1, 1), [((("first " * 60, NOTE),), (("b", NOTE),))], title="Its title")
        where = [n for n, sheet in enumerate(flow.sheets) for mark in sheet.marks if "Its title" in mark]
        first = [n for n, sheet in enumerate(flow.sheets) for mark in sheet.marks if "first" in str(mark[4:5])]
        assert where == first[:1]
        assert max(mark[3] for sheet in flow.sheets for mark in sheet.marks if mark[0] == "text") < flow.limit


def test_some_pages_of_a_tagged_file_do_not_claim_its_tree() -> None:
    some = PdfReader(BytesIO(only_pages(pack_pdf(typical(), stamp()).data, [1, 4])))
    assert "/StructTreeRoot" not in some.root_object
    assert "/MarkInfo" not in some.root_object
    assert all("/StructParents" not in page for page in some.pages)


def test_a_file_is_packed_and_still_says_the_same() -> None:
    sheet = Sheet()
    sheet.text(100, 100, "Whole", STRONG)
    pdf = painted([sheet], title="T", author="A", subject="", made_at=at(20, 8), outline=[("Whole", 0)])
    assert pdf.startswith(b"%PDF-1.5")
    assert b"/ObjStm" in pdf
    reader = PdfReader(BytesIO(pdf), strict=True)
    assert reader.pages[0].extract_text().strip() == "Whole"
    assert [entry.title for entry in reader.outline] == ["Whole"]
    for broken in (b"", b"%PDF-1.4\n", pdf):
        with pytest.raises(ValueError, match="not a PDF with a table"):
            packed(broken)


def test_names_in_every_letter_are_in_the_alternative_text() -> None:
    base = typical()
    wound = replace(base.wounds[0], site="Kreuzbein, křížová kost, 骶骨")  # type: ignore[index]
    whole = tree(pack_pdf(replace(base, wounds=(wound,)), stamp()).data)
    assert any("křížová kost, 骶骨" in each.alt for each in whole.all())
