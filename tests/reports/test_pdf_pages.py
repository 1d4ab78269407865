"""Pages of a finished PDF as pictures and as files of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.reports.pack import pack_pdf
from app.reports.paper import A4_LANDSCAPE, Sheet, painted
from app.reports.pdf_pages import joined, numbered, only_pages, page_count, picture
from tests.helpers.pack_samples import at, stamp, typical


def paper(*words: str, size: tuple[float, float] = A4_LANDSCAPE) -> bytes:
    sheets = []
    for word in words:
        sheet = Sheet(size)
        sheet.box(0, 0, size[0] / 2, size[1] / 2, fill="#ff0000", stroke=0)
        sheet.text(100, 500, word)
        sheets.append(sheet)
    return painted(sheets, title="Words", author="Home", subject="", made_at=at(20, 8), outline=())


def test_a_picture_has_the_colours_and_the_size_of_the_page() -> None:
    taken = picture(paper("one"), 0, 72)
    assert (taken.width, taken.height) == (842, 596)
    assert len(taken.rgb) == 3 * 842 * 596
    assert taken.rgb[:3] == b"\xff\x00\x00"  # the upper left quarter is red, the paper white
    assert taken.rgb[-3:] == b"\xff\xff\xff"
    middle = 3 * (10 * 842 + 800)
    assert taken.rgb[middle : middle + 3] == b"\xff\xff\xff"


def test_pictures_may_be_asked_for_by_several_threads_at_once() -> None:
    pdf = paper("one", "two", "three")
    alone = [picture(pdf, n, 50) for n in range(3)]
    assert alone[0] != alone[1]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda n: picture(pdf, n % 3, 50), range(12)))
    assert together == alone * 4


@pytest.mark.parametrize("page", [-1, 1])
def test_a_page_that_is_not_there_is_said_to_be_missing(page: int) -> None:
    with pytest.raises(IndexError):
        picture(paper("one"), page, 50)
    with pytest.raises(IndexError):
        only_pages(paper("one"), [page])


def test_only_the_pages_asked_for_are_kept_with_title_and_language() -> None:
    pdf = paper("one", "two", "three")
    some = only_pages(pdf, [2, 0])
    reader = PdfReader(BytesIO(some))
    assert [page.extract_text().strip() for page in reader.pages] == ["three", "one"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Words"
    assert reader.root_object["/Lang"] == "en-GB"
    assert some == only_pages(pdf, [2, 0])
    assert page_count(pdf) == 3
    assert page_count(some) == 2


def test_documents_are_joined_in_their_order_and_one_is_left_as_it_is() -> None:
    one, two = paper("one"), paper("two", "three")
    assert [page.extract_text().strip() for page in PdfReader(BytesIO(joined([one, two]))).pages] == [
        "one",
        "two",
        "three",
    ]
    assert joined([one]) is one


def test_the_number_of_a_copy_stands_clear_of_the_number_of_the_page() -> None:
    page = PdfReader(BytesIO(numbered(pack_pdf(typical(), stamp()).data, 2))).pages[1]
    at_height: dict[str, float] = {}

    def seen(text: str, matrix: list[float], placed: list[float], *_: object) -> None:
        at_height[text.strip()] = matrix[5] + placed[5]

    page.extract_text(visitor_text=seen)
    (copy,) = [height for text, height in at_height.items() if "Copy 1 of 2" in text]
    (number,) = [height for text, height in at_height.items() if "Page 1 of" in text]
    assert copy - number >= 12
