"""The premium week's evidence: the paper and the table file say the same, and both can be read back."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.domain.evidence import EvidenceRow, EvidenceWeek
from app.reports.evidence import evidence_csv, evidence_pdf
from tests.helpers.evidence_samples import claim, dementia, refused, week


def read(data: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(data)).pages]


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))


def sums(found: EvidenceWeek) -> tuple[int, int, int]:
    """Claimed pence by the cover, by the schedule's total row, and by the table file."""
    paper = read(evidence_pdf(found))
    cover = re.search(r"Total claimed \S+ \((-?\d+) pence\)", paper[0])
    total = re.search(r"Total (-?)£([\d,]+)\.(\d\d)", " ".join(paper[1:]))
    assert cover
    schedule = int(f"{total[1]}{total[2].replace(',', '')}{total[3]}") if total else 0
    return int(cover[1]), schedule, sum(int(row["claimed_pence"]) for row in rows_of(evidence_csv(found)))


def test_paper_and_table_have_the_same_sum() -> None:
    assert sums(week()) == (21000, 21000, 21000)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([7000, -7000, 0, 3000]), st.booleans()), max_size=40))
def test_the_sums_agree_whatever_the_week(amounts: list[tuple[int, bool]]) -> None:
    rows = tuple(
        claim(n, f"RESIDENT, Number {n}", amount_pence=pence, **({} if sent else {"claim_id": ""}))
        for n, (pence, sent) in enumerate(amounts)
    )
    expected = sum(pence for pence, sent in amounts if sent)
    assert sums(week(rows)) == (expected, expected, expected)


def test_the_cover_has_the_totals() -> None:
    cover = read(evidence_pdf(week()))[0]
    for part in (
        "Mon 07-Nov-2016 to Sun 13-Nov-2016",
        "Practice House, VN3X2",
        "Policy version 2015-10-05/1",
        "Residents in the week 6",
        "Eligible by the rules 4 £280.00",
        "Claimed 3 £210.00",
        "Accepted by the commissioner so far 1 £70.00",
        "Not claimed 3",
    ):
        assert part in cover, part


def test_each_claim_has_its_proof_and_each_other_resident_a_reason() -> None:
    text = " ".join(read(evidence_pdf(week())))
    for part in (
        "1. O'NEIL, Zoë (Mrs) · NHS No. 999 000 0018",
        "2. NGUYỄN, Łukasz (Mr) · NHS No. 999 000 0026",
        "3. SMITH, John (Mr) · NHS No. Not known",
        "Mo Manager, 14-Nov-2016 17:00, signature 7F3A-91C2",
        "dementia 4AT 5, Possible delirium 20-Oct-2016 Nia Nurse Ada Champion HCPA-D-0012, no end date",
        "HCPA-F-0031, 31-Dec-2017",
        "refused: champion not confirmed",
        "No answer yet",
        "No falls champion was in post at the week's end (CHAMPION-NOT-IN-POST:falls)",
        "Fewer than two premium needs (NEEDS-LT2)",
        "GREEN, Eve 999 000 0069 7 Eligible for £70.00, not submitted yet",
        "Ben Champion falls HCPA-F-0031 HCPA 08-Jan-2016 31-Dec-2017 from 11-Jan-2016 to 30-Nov-2016",
    ):
        assert part in text, part


def test_every_page_is_numbered_and_says_which_week() -> None:
    many = week(tuple(claim(n, f"RESIDENT, Number {n}") for n in range(45)))
    pages = read(evidence_pdf(many))
    assert len(pages) > 10
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Week from 07-Nov-2016" in text
    titles = [entry.title for entry in PdfReader(BytesIO(evidence_pdf(many))).outline]
    assert titles[0] == "Totals"
    assert titles[-1] == "Champion register"


def test_an_empty_week_says_so() -> None:
    text = " ".join(read(evidence_pdf(week((), champions=0))))
    assert "No claim has been submitted for this week." in text
    assert "No champion is recorded at this home." in text


def test_the_same_week_makes_the_same_bytes() -> None:
    assert evidence_pdf(week()) == evidence_pdf(week())


def test_the_table_file_has_a_mark_a_header_and_one_row_a_resident_week() -> None:
    data = evidence_csv(week())
    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data)
    assert len(rows) == 6
    first = rows[0]
    assert first["resident"] == "O'NEIL, Zoë (Mrs)"
    assert first["nhs_number"] == "999 000 0018"
    assert first["amount_pence"] == "7000"
    assert first["claimed"] == "£70.00"
    assert first["accepted_pence"] == "7000"
    assert first["version"] == "1"
    assert rows[3]["reason_codes"] == "CHAMPION-NOT-IN-POST:falls; CHAMPION-LT2"
    assert rows[5]["claimed_pence"] == "0"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " =", "＝"])
def test_no_text_of_the_table_file_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://example.invalid";"x")'
    row: EvidenceRow = replace(
        refused(0, text, ("CODE", text)), areas=(replace(dementia(), champion=text),), ccg_decision=text, signer=text
    )
    for cell in rows_of(evidence_csv(replace(week((row,)), home_name=text)))[0].values():
        assert cell.lstrip(" ")[:1] not in {"=", "+", "@", "\t", "＝"}
        assert not cell.lstrip(" ").startswith("-H")


def test_a_resident_name_with_quotes_and_line_breaks_comes_back_whole() -> None:
    name = 'SMITH, "Jack"\nJohn; O\'Neil'
    assert rows_of(evidence_csv(week((claim(0, name),))))[0]["resident"] == name
