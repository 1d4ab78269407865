"""The recovery sheet, read back from the PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.reports.recovery import RecoverySheet, recovery_pdf

KEY = "WQGM-BOOK-MMMM-IIII-WWWW-OQ27-A2B3-ZZ77"
AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


def _text(sheet: RecoverySheet) -> str:
    reader = PdfReader(BytesIO(recovery_pdf(sheet)))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def test_the_sheet_says_what_it_is_and_holds_the_key_in_order() -> None:
    text = _text(RecoverySheet("Hedgerow House", "0f8fad5b-d9cb-469f-a165-70867728950e", KEY, AT))
    assert "Hedgerow House" in text
    assert "0f8fad5b" in text
    assert "d9cb" not in text
    assert "01-Jul-2026 10:30" in text, "the home's own time"
    assert "envelope" in text
    assert "audit trail" in text
    places = [text.replace(" ", "").index(f"group{n + 1}{part}") for n, part in enumerate(KEY.split("-"))]
    assert places == sorted(places)
    assert "It replaces" not in text
    assert "PRACTICE" not in text


def test_a_sheet_that_replaces_another_says_so_and_a_practice_home_is_marked() -> None:
    text = _text(RecoverySheet("Hedgerow House", "0f8fad5b-d9cb", KEY, AT, practice=True, replaced=True))
    assert "It replaces the sheet before" in text
    assert "PRACTICE HOME" in text


@pytest.mark.parametrize("name", ["Ł" * 40, "A very long name of a home " * 5, "養老院"])
def test_any_name_of_a_home_stays_on_one_page(name: str) -> None:
    assert _text(RecoverySheet(name, "0f8fad5b-d9cb", "WWWW-" * 7 + "WWWW", AT, practice=True, replaced=True))


def test_the_same_sheet_gives_the_same_bytes() -> None:
    sheet = RecoverySheet("Hedgerow House", "0f8fad5b", KEY, AT)
    assert recovery_pdf(sheet) == recovery_pdf(sheet)
    assert recovery_pdf(sheet) != recovery_pdf(RecoverySheet("Hedgerow House", "0f8fad5b", KEY[::-1], AT))
