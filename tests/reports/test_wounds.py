"""The wound chart on paper: whose it is on every page, what it says, and photos only when asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from app.domain import wounds as domain
from app.domain.wounds import Classified, Closing, Measure, Wound
from app.reports.wounds import PaperPhoto, PaperReview, WoundPaper, wound_pdf
from tests.factories import details

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SEEN = (("What is in the wound?", "Granulating (red)"), ("How wet is it?", "Moist"), ("Dressing used", "Foam"))


def measures(count: int = 5) -> tuple[Measure, ...]:
    days = [7 * (count - n) for n in range(count)]
    return tuple(
        Measure(NOW - timedelta(days=day), Decimal("5.0") - Decimal(n) / 4, Decimal("4.0"))
        for n, day in enumerate(days)
    )


def photo(size: tuple[int, int] = (1600, 1200), colour: str = "firebrick") -> PaperPhoto:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return PaperPhoto(NOW, out.getvalue(), *size, "The resident agreed", "with the ruler")


def paper(count: int = 5, **changes: object) -> WoundPaper:
    view, x, y = domain.placed("sacrum")
    sizes = measures(count)
    made = WoundPaper(
        details=details(1),
        home="Practice House",
        practice=False,
        made_at=NOW,
        made_by="Mo Manager",
        anchor="120-ab12cd34",
        restored_from=None,
        wound=Wound("sacrum", view, x, y, "pressure", NOW - timedelta(days=40), "Cal Carer", "over the bone"),
        number=1,
        age_days=40,
        closing=None,
        category=domain.category_shown([Classified(NOW, "category_3"), Classified(NOW, "category_2")]),
        classified=((NOW, "Category 2", "Nia Nurse"), (NOW - timedelta(days=30), "Category 3", "Nia Nurse")),
        measures=sizes,
        healing=domain.healing(sizes),
        edge_stuck=True,
        dressing_due=NOW.date() - timedelta(days=1),
        review_due=NOW.date(),
        reviews=tuple(PaperReview(each.at, "Cal Carer", each, SEEN, "Ate well") for each in reversed(sizes)),
        photos=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_whose_it_is_stands_on_every_page_with_its_number() -> None:
    found = pages(wound_pdf(paper(12)))
    assert len(found) > 2
    for number, text in enumerate(found, 1):
        assert "FAMILYB1, John (Mr)" in text
        assert "Born 07-Sep-1937" in text
        assert f"Page {number} of {len(found)}" in text
        assert "120-ab12cd34" in text


def test_it_says_what_the_card_says() -> None:
    text = " ".join(pages(wound_pdf(paper())))
    for words in (
        "Sacrum", "Pressure", "Healing category 3", "stays category 3", "over the bone", "14-Oct-2026 by Cal Carer",
        "40 days", "22-Nov-2026, overdue", "20 cm² (5 × 4 cm)", "Since 19-Oct-2026 (28 days)", "↓ 20.0 % smaller",
        "Less than 40 % smaller over 4 weeks", "The edge has not advanced", "Granulating (red)", "Foam", "Ate well",
        "Category 2", "never classified backwards", "Nia Nurse",
    ):  # fmt: skip
        assert words in text, words


def test_a_wound_of_which_nothing_is_known_yet_says_so() -> None:
    empty = paper(0, category=None, classified=(), reviews=(), edge_stuck=False, dressing_due=None)
    text = " ".join(pages(wound_pdf(empty)))
    for words in ("Not classified", "No size has been measured", "No review has been signed", "has not been classified",
                  "No date"):  # fmt: skip
        assert words in text, words


def test_a_closed_one_says_when_and_how() -> None:
    text = " ".join(pages(wound_pdf(paper(closing=Closing(NOW, "other", "moved to hospital")))))
    assert "23-Nov-2026, another reason: moved to hospital" in text
    assert "Review due" not in text


def test_photos_are_printed_whole_with_who_agreed() -> None:
    pdf = wound_pdf(paper(photos=(photo(), photo((1200, 1600), "tan"))))
    images = [image for page in PdfReader(BytesIO(pdf)).pages for image in page.images]
    assert sorted(image.image.size for image in images if image.image) == [(1200, 1600), (1600, 1200)]
    assert " ".join(pages(pdf)).count("The resident agreed. with the ruler") == 2
    without = PdfReader(BytesIO(wound_pdf(paper())))
    assert [image for page in without.pages for image in page.images] == []


@pytest.mark.parametrize("changes", [{"practice": True}, {"restored_from": NOW}])
def test_practice_and_restored_records_say_so(changes: dict[str, object]) -> None:
    text = pages(wound_pdf(paper(**changes)))[0]
    assert ("PRACTICE" in text) is ("practice" in changes)
    assert ("RECORD RESTORED from the backup of 23-Nov-2026" in text) is ("restored_from" in changes)


def test_the_same_paper_gives_the_same_bytes_and_no_name_outside_the_pages() -> None:
    made = wound_pdf(paper(photos=(photo(),)))
    assert made == wound_pdf(paper(photos=(photo(),)))
    about = PdfReader(BytesIO(made)).metadata
    assert about is not None
    assert "FAMILY" not in str(dict(about)).upper()
