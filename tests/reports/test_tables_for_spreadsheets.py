"""Text that leaves for a spreadsheet stays text there, whoever wrote it: a payer's reference is not ours."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from app.domain.ledger import Event, EventKind, ledger
from app.domain.spreadsheet import harmless
from app.reports.money import ledger_csv


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "+44", "-x", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "BACS 1", "1-2", "a=b", "VN3X2|R01|2026-11-16|v1"])
def test_other_text_is_as_it_was(text: str) -> None:
    assert harmless(text) == text


def test_a_payers_reference_cannot_run_in_the_ledger_that_is_taken_out() -> None:
    event = Event(EventKind.UNMATCHED, date(2026, 11, 2), 7_000, claim="=cmd()", reference='=HYPERLINK("http://x")')
    rows = list(csv.DictReader(io.StringIO(ledger_csv(ledger([event])).decode("utf-8-sig"))))
    assert {(row["claim"], row["reference"]) for row in rows} == {("'=cmd()", '\'=HYPERLINK("http://x")')}
    assert sum(int(row["pence"]) for row in rows) == 0
