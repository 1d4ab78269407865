"""The slip with a one-time secret: one page, the words whole, the same bytes each time."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from pypdf import PdfReader

from app.reports.secret import SecretSlip, secret_pdf

MADE = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SLIP = SecretSlip("Hedgerow House", "Sal Sorrel", "sal", "cranberry unsterile t-shirt verify", MADE)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def test_the_slip_says_whose_it_is_and_the_secret_as_it_must_be_typed() -> None:
    pdf = secret_pdf(SLIP)
    text = text_of(pdf)
    for words in ("One-time secret", "Sal Sorrel", "Hedgerow House", "sal", "cranberry unsterile t-shirt verify"):
        assert words in text
    assert "PRACTICE" not in text
    assert secret_pdf(SLIP) == pdf
    assert b"cranberry" not in pdf.split(b"stream")[0], "not in the title or any other property"
    assert PdfReader(io.BytesIO(pdf)).metadata.title == "One-time secret"  # type: ignore[union-attr]


def test_a_practice_home_says_so_and_long_names_stay_on_the_page() -> None:
    long = SecretSlip(
        "House " * 40, "Name " * 40, "x" * 40, "w" * 9 + " " + "m" * 9 + " " + "w" * 9, MADE, practice=True
    )
    assert "PRACTICE HOME" in text_of(secret_pdf(long))


def test_the_secret_is_not_in_what_a_crash_report_would_show() -> None:
    assert "cranberry" not in repr(SLIP)
