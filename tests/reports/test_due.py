"""The list of a shift on paper: whose each line is on every page, boxes to tick, and no name outside the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.domain.dates import short_date
from app.reports.due import DuePaper, Item, due_pdf

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the due list gives it."""

    resident_name: str = "SMITH, John (Mr)"
    room: str = "1"
    born: date = date(1937, 9, 6)
    title: str = "NEWS2"
    when: str = "By 11:00"
    why: str = "Repeat NEWS2 at least every hour, after NEWS2 5 (Medium) at 10:00"
    changed: str = "5 (Medium), up from 0 (Low)"
    late: bool = False
    then: tuple[datetime, ...] = ()


def paper(rooms: Sequence[tuple[str, Sequence[Item]]], **changes: object) -> DuePaper:
    made = DuePaper(
        home="Practice House",
        practice=False,
        made_at=NOW,
        made_by="Mo Manager",
        anchor="120-ab12cd34",
        restored_from=None,
        shift="Early, Mon 23-Nov-2026, 07:00 to 14:00",
        rooms=tuple(rooms),
        away=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def many(rooms: int = 20, each: int = 3) -> list[tuple[str, Sequence[Item]]]:
    return [
        (
            f"Room {n}",
            tuple(Line(f"FAMILY{n}, Ada (Mrs)", str(n), date(1937, 1, n), title=f"T{n}-{k}") for k in range(each)),
        )
        for n in range(1, rooms + 1)
    ]


def test_it_says_whose_each_line_is_and_what_was_measured_last() -> None:
    text = " ".join(
        pages(due_pdf(paper([("Room 1", [Line(), Line(title="Abbey", late=True, when="Late since 9:00")])])))
    )
    for words in (
        "Early, Mon 23-Nov-2026, 07:00 to 14:00", "Room 1: SMITH, John (Mr), born 06-Sep-1937", "By 11:00", "NEWS2",
        "after NEWS2 5 (Medium) at 10:00", "5 (Medium), up from 0 (Low)", "2 to do, 1 of them late",
        "A tick here is no record", "Time, initials", "Page 1 of 1", "Printed 23-Nov-2026 10:00 by Mo Manager",
        "120-ab12cd34",
    ):  # fmt: skip
        assert words in text, words


def test_each_line_and_each_further_time_has_a_box_to_tick() -> None:
    def boxes(count: int, then: tuple[datetime, ...] = ()) -> int:
        pdf = due_pdf(paper([("Room 1", [Line(then=then) for _ in range(count)])]))
        content = PdfReader(BytesIO(pdf)).pages[0].get_contents()
        assert content is not None
        return content.get_data().count(b" 10 10 re")

    assert (boxes(1), boxes(4), boxes(1, (NOW, NOW + timedelta(hours=1)))) == (1, 4, 3)


def test_every_page_says_the_shift_its_number_and_whose_a_table_is_that_runs_over() -> None:
    found = pages(due_pdf(paper(many())))
    assert len(found) > 3
    for number, text in enumerate(found, 1):
        assert "Due list: Early, Mon 23-Nov-2026" in text
        assert f"Page {number} of {len(found)}" in text
        assert "born" in text or "(continued)" in text
    long = pages(due_pdf(paper([("Room 1", [Line() for _ in range(40)])])))
    assert "Room 1: SMITH, John (Mr), born 06-Sep-1937 (continued)" in long[1]
    together = " ".join(found)
    for n in range(1, 21):
        whose = f"Room {n}: FAMILY{n}, Ada (Mrs), born {short_date(date(1937, 1, n))}"
        assert together.count(whose) - together.count(f"{whose} (continued)") == 1
        for k in range(3):
            assert f"T{n}-{k}." in together


def test_two_in_one_room_are_kept_apart() -> None:
    text = " ".join(pages(due_pdf(paper([("Room 1", [Line(), Line("BROWN, Ada (Mrs)")])]))))
    assert "Room 1: SMITH, John (Mr)" in text
    assert "Room 1: BROWN, Ada (Mrs)" in text


def test_an_empty_list_says_so_and_who_is_away_is_named() -> None:
    assert "Nothing is due in this shift." in pages(due_pdf(paper([])))[0]
    away = pages(due_pdf(paper([], away=(Line("AWAY, Percy (Mr)", when="Never done"),))))[0]
    assert "Away from the home" in away
    assert "AWAY, Percy (Mr)" in away


@pytest.mark.parametrize("changes", [{"practice": True}, {"restored_from": NOW}])
def test_practice_and_restored_records_say_so(changes: dict[str, object]) -> None:
    text = pages(due_pdf(paper([("Room 1", [Line()])], **changes)))[0]
    assert ("PRACTICE" in text) is ("practice" in changes)
    assert ("RECORD RESTORED from the backup of 23-Nov-2026" in text) is ("restored_from" in changes)


def test_the_same_paper_gives_the_same_bytes_and_no_name_outside_the_pages() -> None:
    pdf = due_pdf(paper(many(3)))
    assert pdf == due_pdf(paper(many(3)))
    reader = PdfReader(BytesIO(pdf))
    outside = f"{reader.metadata} {[entry.get('/Title') for entry in reader.outline if not isinstance(entry, list)]}"
    assert "FAMILY" not in outside
    assert "Room 1" in outside
