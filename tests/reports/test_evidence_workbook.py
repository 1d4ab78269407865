"""The evidence as a workbook: identifiers are text, totals are formulas, and another program gets the same sums."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.domain.evidence import Kind
from app.reports.evidence_workbook import evidence_workbook
from tests.helpers.evidence_samples import bundle, claim, week

MONDAY = date(2016, 11, 7)
SHEETS = ["Summary", "Claims", "Proof", "Not claimed", "Champions", "Spending"]
# Every sheet as a table of what it says after working it out, formulas as their values: LibreOffice's own numbers.
_TABLES = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"


def read(content: bytes) -> Any:
    return load_workbook(BytesIO(content))


def column(sheet: Any, name: str) -> Any:
    """The cells of a column, below its head."""
    found = next(cells for cells in sheet.iter_cols() if cells[0].value == name)
    return found[1:]


def test_there_is_a_sheet_for_each_list_with_a_head_that_stays() -> None:
    book = read(evidence_workbook(bundle()))
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert Kind.IDENTIFIABLE.words in sheet.oddHeader.left.text
        assert "page &P of &N" in sheet.oddFooter.right.text


def test_identifiers_are_text_and_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    names = ("=SUM(1;2)", "+44 1920", "@home", "-7", "0012")
    rows = tuple(claim(n, name, claim_id=f"00{n}") for n, name in enumerate(names))
    sheet = read(evidence_workbook(bundle(week(rows))))["Claims"]
    assert [cell.value for cell in column(sheet, "Resident")][:5] == list(names)
    for name in ("Resident", "NHS number", "Claim", "Signature"):
        for cell in column(sheet, name)[:5]:
            assert (cell.data_type, cell.number_format) == ("s", "@"), (name, cell.value)
    assert [cell.value for cell in column(sheet, "Claim")][:5] == ["000", "001", "002", "003", "004"]


def test_totals_are_formulas_and_money_is_whole_pence() -> None:
    book = read(evidence_workbook(bundle()))
    pence = column(book["Claims"], "Submitted (pence)")
    assert [cell.value for cell in pence] == [7000, 7000, 7000, 7000, -7000, "=SUM(M2:M6)"]
    assert all(isinstance(cell.value, int) for cell in pence[:-1])
    assert [cell.value for cell in column(book["Claims"], "Submitted (£)")][:2] == ["=M2/100", "=M3/100"]
    summary = {row[0].value: row[1].value for row in book["Summary"].iter_rows()}
    assert summary["Submitted"] == "=SUM('Claims'!M2:M6)"
    assert summary["People"] == Kind.IDENTIFIABLE.words


def test_the_same_bundle_makes_the_same_bytes() -> None:
    first, again = evidence_workbook(bundle()), evidence_workbook(bundle())
    assert first == again


def test_no_sheet_is_ever_put_into_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl does that by default, in clear: here it would have no place to do it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    with pytest.raises(FileNotFoundError):
        tempfile.NamedTemporaryFile()  # noqa: SIM115 - it fails
    assert read(evidence_workbook(bundle())).sheetnames == SHEETS


def test_an_anonymised_workbook_has_no_sheet_of_claims() -> None:
    found = replace(bundle(), kind=Kind.ANONYMISED, weeks=())
    assert read(evidence_workbook(found)).sheetnames == ["Summary", "Champions", "Spending"]


def test_an_empty_list_says_so() -> None:
    empty = replace(bundle(week(())), registers=tuple(replace(each, rows=()) for each in bundle().registers))
    book = read(evidence_workbook(empty))
    assert book["Claims"]["A2"].value == "No claim has been submitted."
    assert book["Spending"]["A2"].value == "No spending is recorded in the span."


def worked_out(content: bytes, folder: Path) -> dict[str, list[list[str]]]:
    """Each sheet as LibreOffice works it out; fails where it must be there (``dev.py`` installs it), else skips."""
    if shutil.which("soffice") is None:
        why = "NOT TESTED: LibreOffice (soffice) is missing, so nobody worked the workbook's totals out"
        if Path("/etc/debian_version").exists() and os.geteuid() == 0:
            pytest.fail(why)
        pytest.skip(why)
    (folder / "evidence.xlsx").write_bytes(content)
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", _TABLES,
         "--outdir", str(folder / "out"), str(folder / "evidence.xlsx")],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {}
    for path in (folder / "out").iterdir():
        with path.open(newline="", encoding="utf-8") as file:
            found[path.stem.removeprefix("evidence-")] = list(csv.reader(file))
    return found


def test_libreoffice_works_out_the_same_sums(tmp_path: Path) -> None:
    rows = tuple(
        claim(
            n, f"RESIDENT, Number {n}", amount_pence=7000 - n, accepted_pence=6999 - 3 * n, paid_pence=n, stands=n > 9
        )
        for n in range(40)
    )
    found = bundle(week(rows), week(start=MONDAY + timedelta(days=7)))
    content = evidence_workbook(found)
    sheets = worked_out(content, tmp_path)
    assert set(sheets) == set(SHEETS)
    summary = {row[0]: row[1:] for row in sheets["Summary"] if row}
    sums = {
        "Submitted": found.claimed_pence, "Standing": found.standing_pence, "Accepted": found.accepted_pence,
        "Paid": found.paid_pence,
    }  # fmt: skip
    assert {name: int(summary[name][0]) for name in sums} == sums
    assert {name: round(float(summary[name][1]) * 100) for name in sums} == sums
    assert summary["Lines"][0] == "45"
    assert sheets["Claims"][-1][0] == "Total"
    assert [int(sheets["Claims"][-1][at]) for at in (12, 14, 16, 18)] == list(sums.values())
    assert sheets["Spending"][-3][2:4] == ["12300", "123"]
    assert not any("#" in cell or "Err:" in cell for table in sheets.values() for row in table for cell in row)
