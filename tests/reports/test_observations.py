"""The charts on paper, read back from the PDF: whose they are on every page, every row of every table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from app.domain.charts.lines import Point
from app.domain.charts.observations import ObservationSet
from app.domain.observation_board import PARTS, Board, bowel_days, charts, fluid_days, losses
from app.domain.observations import Reading
from app.reports.observations import ObservationsPaper, observations_pdf
from tests.factories import details

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def _readings(values: list[tuple[int, str, str]]) -> list[Reading]:
    return [
        Reading(NOW - timedelta(days=days), Decimal(value), detail, f"{days}-{value}") for days, value, detail in values
    ]


def _board() -> Board:
    weights = _readings([(170, "66", ""), (80, "64", ""), (1, "59.4", "")])
    sets = tuple(
        ObservationSet(
            NOW - timedelta(days=40 - n), 12 + n, 97, 1, None, 130, 70 + n, "A", Decimal("36.6"), total=0, band="low"
        )
        for n in range(40)
    )
    return Board(
        now=NOW,
        sets=sets,
        usual=sets[0],
        weights=tuple(Point(each.at, each.value) for each in weights),
        losses=losses(weights, date(2026, 11, 23)),
        fluids=fluid_days(_readings([(n, "1450", "") for n in range(20)]), ()),
        target=1600,
        bowels=bowel_days(_readings([(3, "4", ""), (1, "6", "Blood or black")])),
        glucose=(Point(NOW, Decimal("3.9")),),
    )


def _paper(**changes: object) -> ObservationsPaper:
    given = {
        "details": details(1), "home": "Practice House", "practice": False, "made_at": NOW, "made_by": "Nia Nurse",
        "anchor": "12-abcdef01", "restored_from": None, "board": _board(), "parts": tuple(PARTS),
    }  # fmt: skip
    return ObservationsPaper(**(given | changes))  # type: ignore[arg-type]


def _pages(paper: ObservationsPaper) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(observations_pdf(paper))).pages]


def test_every_page_says_whose_it_is_which_page_and_who_printed_it_when() -> None:
    pages = _pages(_paper())
    assert len(pages) > 5
    for number, text in enumerate(pages, 1):
        assert "FAMILYB1, John (Mr)" in text, number
        assert "Born 07-Sep-1937" in text, number
        assert "NHS No. 999 000 0018" in text, number
        assert "Printed 23-Nov-2026 10:00 by Nia Nurse" in text, number
        assert f"Page {number} of {len(pages)}" in text, number


def test_every_row_of_every_table_is_on_the_paper() -> None:
    text = " ".join(_pages(_paper())).replace(" ", "")
    board = _board()
    for part in PARTS:
        for draw in charts(board, part):
            chart = draw(527)
            assert chart.rows, part
            for row in chart.rows:
                for cell in row:
                    assert cell.replace(" ", "") in text, (part, cell)


def test_the_first_page_says_what_stands_out_and_what_there_is_nothing_of() -> None:
    first = _pages(_paper())[0]
    assert "Over 6 months: lost 10.0 % from the highest, 66 kg on" in first
    assert "Below 4.0 mmol/L, which is low" in first
    assert "Pain Nothing recorded in this time." in first
    assert "All measurements up to 23-Nov-2026 10:00" in first


def test_only_the_parts_that_were_chosen_are_printed() -> None:
    text = " ".join(_pages(_paper(parts=("glucose",))))
    assert "Glucose" in text
    assert "NEWS2" not in text
    assert "Weight" not in text


def test_news2_is_printed_in_pictures_of_what_fits_and_never_more_than_four() -> None:
    pages = _pages(_paper(parts=("news2",)))
    pictures = [text for text in pages if "© Royal College of Physicians" in text]
    assert len(pictures) == 4
    assert "22-Nov" in pictures[0], "the newest first"


def test_the_same_paper_is_the_same_file_and_a_practice_home_says_so_on_every_page() -> None:
    assert observations_pdf(_paper()) == observations_pdf(_paper())
    for text in _pages(_paper(practice=True, restored_from=NOW)):
        assert "PRACTICE: an invented person, not for care" in text
    assert "RECORD RESTORED" in _pages(_paper(restored_from=NOW))[0]
