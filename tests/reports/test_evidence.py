"""The evidence on paper and as a table: the same lines and sums, and both can be read back."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from app.domain.evidence import EvidenceBundle, EvidenceRow, Kind
from app.reports.evidence import evidence_csv, evidence_pdf
from tests.helpers.evidence_samples import bundle, claim, dementia, refused, week

MONDAY = date(2016, 11, 7)


def read(data: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(data)).pages]


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))


def table_sums(found: EvidenceBundle) -> tuple[int, ...]:
    """Submitted, standing, accepted and paid pence by the table file."""
    rows = rows_of(evidence_csv(found))
    columns = ("claimed_pence", "standing_pence", "accepted_pence", "paid_pence")
    return tuple(sum(int(row[column]) for row in rows) for column in columns)


def paper_sums(found: EvidenceBundle) -> tuple[tuple[int, ...], int]:
    """The same by the cover, and what the schedules' total rows submit, taken together."""
    paper = read(evidence_pdf(found))
    cover = [
        re.search(rf"{name} \S+ \((-?\d+) pence\)", paper[0])
        for name in ("Total submitted", "Standing", "accepted", "paid")
    ]
    totals = re.findall(r"Total (-?)£([\d,]+)\.(\d\d) Standing", " ".join(paper[1:]))
    scheduled = sum(int(f"{sign}{whole.replace(',', '')}{part}") for sign, whole, part in totals)
    return tuple(int(each[1]) for each in cover if each), scheduled


def test_paper_and_table_have_the_same_sums() -> None:
    assert table_sums(bundle()) == (21000, 14000, 7000, 7000)
    assert paper_sums(bundle()) == ((21000, 14000, 7000, 7000), 21000)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([7000, -7000, 0, 3000]), st.booleans(), st.booleans(), st.sampled_from([0, 7000, -1])
        ),
        max_size=30,
    )
)
def test_the_sums_agree_whatever_the_weeks(amounts: list[tuple[int, bool, bool, int]]) -> None:
    rows = tuple(
        claim(
            n, f"RESIDENT, Number {n}", amount_pence=pence, stands=stands,
            accepted_pence=paid if sent else 0, paid_pence=paid if sent else 0, **({} if sent else {"claim_id": ""}),
        )
        for n, (pence, sent, stands, paid) in enumerate(amounts)
    )  # fmt: skip
    half = len(rows) // 2
    found = bundle(week(rows[:half]), week(rows[half:], MONDAY + timedelta(days=7)))
    submitted = sum(pence for pence, sent, _, _ in amounts if sent)
    standing = sum(pence for pence, sent, stands, _ in amounts if sent and stands)
    money = sum(paid for _, sent, _, paid in amounts if sent)
    assert table_sums(found) == (submitted, standing, money, money)
    assert paper_sums(found) == ((submitted, standing, money, money), submitted)


def test_the_cover_has_the_totals_and_how_to_check_the_files() -> None:
    cover = read(evidence_pdf(bundle()))[0]
    for part in (
        "Mon 07-Nov-2016 to Sun 13-Nov-2016",
        "Practice House, VN3X2",
        "Policy versions 2015-10-05/1",
        "Residents who lived here 7",
        "Submitted, every version, reversals taken off 4 5 £210.00",
        "of these taken back by reversals 1 1 -£70.00",
        "Claims that stand today 2 2 £140.00",
        "Accepted by the commissioner so far 2 3 £70.00",
        "Paid, by the payments recorded 2 3 £70.00",
        "Signed with the key 0A1B-2C3D-4E5F-6071",
        "hartwell verify manifest.json",
    ):
        assert part in cover, part


def test_each_claim_has_its_proof_and_each_other_resident_a_reason() -> None:
    text = " ".join(read(evidence_pdf(bundle())))
    for part in (
        "1. O'NEIL, Zoë (Mrs) · NHS No. 999 000 0018",
        "2. NGUYỄN, Łukasz (Mr) · NHS No. 999 000 0026",
        "3. SMITH, John (Mr) · NHS No. Not known",
        "Mo Manager, 14-Nov-2016 17:00, signature 7F3A-91C2",
        "dementia 4AT 5, Possible delirium 20-Oct-2016 Nia Nurse Ada Champion HCPA-D-0012, no end date",
        "HCPA-F-0031, 31-Dec-2017",
        "refused: champion not confirmed. Accepted £0.00, paid £0.00.",
        "No answer yet",
        "version 2, takes back 019a9f3c-0000-7000-8000-000000000003",
        "Funded by the NHS (CHC-FUNDED)",
        "This version stands no more.",
        "No falls champion was in post at the week's end (CHAMPION-NOT-IN-POST:falls)",
        "Fewer than two premium needs (NEEDS-LT2)",
        "GREEN, Eve 999 000 0077 7 Eligible for £70.00, not submitted yet",
        "Ben Champion 31-Dec-2017 30-Nov-2016",
        "Total £123.00",
    ):
        assert part in text, part


@pytest.mark.parametrize("kind", Kind)
def test_every_page_is_numbered_and_says_which_weeks_and_how_much_of_people(kind: Kind) -> None:
    rows = tuple(claim(n, f"RESIDENT, Number {n}") for n in range(15))
    weeks = [week(rows, MONDAY + timedelta(weeks=number)) for number in range(3)]
    found = replace(bundle(*weeks), kind=kind, practice=True)
    pages = read(evidence_pdf(found))
    assert len(pages) > 10
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "07-Nov-2016 to 27-Nov-2016" in text
        assert kind.words in text
        assert "PRACTICE: an invented person" in text


def test_the_bookmarks_lead_to_each_week_and_each_claim() -> None:
    found = bundle(week(), week((), MONDAY + timedelta(days=7)))
    reader = PdfReader(BytesIO(evidence_pdf(found)))
    outline = reader.outline
    assert [entry.title for entry in outline if not isinstance(entry, list)] == [
        "Totals", "Week of Mon 07-Nov-2016", "Week of Mon 14-Nov-2016", "Champion register",
        "What the premium was spent on",
    ]  # fmt: skip
    below = next(entry for entry in outline if isinstance(entry, list))
    assert [entry.title for entry in below][:2] == ["1. O'NEIL, Zoë (Mrs)", "2. NGUYỄN, Łukasz (Mr)"]
    for entry in below[:5]:
        page = reader.pages[reader.get_destination_page_number(entry)]
        assert entry.title in re.sub(r"\s+", " ", page.extract_text())


def test_an_empty_week_says_so() -> None:
    empty = replace(bundle(week(())), registers=tuple(replace(each, rows=()) for each in bundle().registers))
    text = " ".join(read(evidence_pdf(empty)))
    assert "No claim has been submitted for this week." in text
    assert "No champion is recorded at this home." in text


def test_the_same_bundle_makes_the_same_bytes() -> None:
    assert evidence_pdf(bundle()) == evidence_pdf(bundle())


def test_a_pseudonymised_paper_has_no_column_for_nhs_numbers() -> None:
    found = replace(bundle(), kind=Kind.PSEUDONYMISED)
    text = " ".join(read(evidence_pdf(found)))
    assert "NHS" not in text.replace("NHS numbers, certificate numbers", "").replace("Funded by the NHS", "")
    assert {row["nhs_number"] for row in rows_of(evidence_csv(found))} == {"left out"}


def test_the_table_file_has_a_mark_a_header_and_one_row_a_version_of_a_claim() -> None:
    data = evidence_csv(bundle())
    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data)
    assert len(rows) == 8
    first = rows[0]
    assert first["resident"] == "O'NEIL, Zoë (Mrs)"
    assert first["nhs_number"] == "999 000 0018"
    assert first["amount_pence"] == "7000"
    assert first["claimed"] == "£70.00"
    assert first["accepted_pence"] == "7000"
    assert first["version"] == "1"
    assert first["stands"] == "yes"
    assert rows[4]["reversal_of"] == rows[3]["claim_id"]
    assert (rows[4]["claimed_pence"], rows[4]["stands"]) == ("-7000", "no")
    assert rows[5]["reason_codes"] == "CHAMPION-NOT-IN-POST:falls; CHAMPION-LT2"
    assert (rows[7]["claimed_pence"], rows[7]["stands"]) == ("0", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " =", "＝"])
def test_no_text_of_the_table_file_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://example.invalid";"x")'
    row: EvidenceRow = replace(
        refused(0, text, ("CODE", text)), areas=(replace(dementia(), champion=text),), ccg_decision=text, signer=text
    )
    for cell in rows_of(evidence_csv(replace(bundle(week((row,))), home_name=text)))[0].values():
        assert cell.lstrip(" ")[:1] not in {"=", "+", "@", "\t", "＝"}
        assert not cell.lstrip(" ").startswith("-H")


def test_a_resident_name_with_quotes_and_line_breaks_comes_back_whole() -> None:
    name = 'SMITH, "Jack"\nJohn; O\'Neil'
    assert rows_of(evidence_csv(bundle(week((claim(0, name),)))))[0]["resident"] == name
