"""A remittance from a CSV file: exact to the penny, or refused by row and column."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.errors import UserError
from app.domain.home_facts import Remittance, RemittanceLine
from app.domain.remittance_file import read_remittances

_TOO_MANY = "There are more cells than columns. Put texts with a comma in quotation marks"
TODAY = date(2026, 11, 24)


def read(text: str) -> tuple[Remittance, ...]:
    return read_remittances(text.encode(), today=TODAY, source="november.csv")


def problems(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(UserError) as refusal:
        read(text)
    return [(p.row, p.field, p.message) for p in refusal.value.problems]


def test_rows_of_one_reference_and_day_are_one_payment() -> None:
    found = read(
        "Claim,paid_on,amount,reference,payer\r\n"
        'a/1,2026-11-20,70.00,BACS 1,CCG\r\nb/1,20 Nov 2026,"£1,470.05",bacs 1,\r\n\r\n'
        "a/1,2026-11-21,-70,BACS 2,CCG\r\n"
    )
    assert found == (
        Remittance(
            date(2026, 11, 20), "BACS 1", 154_005, (RemittanceLine("a/1", 7000), RemittanceLine("b/1", 147_005)),
            "CCG", "november.csv",
        ),
        Remittance(date(2026, 11, 21), "BACS 2", -7000, (RemittanceLine("a/1", -7000),), "CCG", "november.csv"),
    )  # fmt: skip


def test_a_cell_may_hold_a_line_break_and_lines_may_end_as_they_like() -> None:
    for end in ("\n", "\r\n", "\r"):
        (found,) = read(
            f'claim,paid_on,amount,reference{end}a,2026-11-20,70,"BACS{end}1"{end}{end}b,2026-11-20,1,"BACS{end}1"'
        )
        assert [line.identifier for line in found.lines] == ["a", "b"]


def test_whole_pence_are_read_as_they_are() -> None:
    (found,) = read("\ufeffreference,amount_pence,claim,paid_on\nR,7001,a,2026-11-20\nR,-1,b,2026-11-20\n")
    assert [line.pence for line in found.lines] == [7001, -1]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("a,2026-11-20,70.5,R", "amount", "70.5 is not an amount in pounds, such as 70.00"),
        ("a,2026-11-20,70.001,R", "amount", "70.001 is not an amount in pounds, such as 70.00"),
        ("a,2026-11-20,1e3,R", "amount", "1e3 is not an amount in pounds, such as 70.00"),
        ("a,2026-11-20,,R", "amount", "The amount is missing"),
        ("a,2026-11-20,0,R", "amount", "The amount is nought: leave the row out"),
        ("a,2026-11-20,1000000.01,R", "amount", "The amount is more than a million pounds"),
        (",2026-11-20,70,R", "claim", "claim is missing"),
        ("a,2026-11-20,70,", "reference", "reference is missing"),
        ("a,,70,R", "paid_on", "paid_on is missing"),
        ("a,2026-11-31,70,R", "paid_on", "2026-11-31 must be a real date"),
        ("a,03/04/2026,70,R", "paid_on", "03/04/2026 can be read two ways. Write it as YYYY-MM-DD"),
        ("a,2026-11-25,70,R", "paid_on", "2026-11-25 has not come yet"),
        ("a,2026-11-20,70,R,x", "reference", _TOO_MANY),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_named_by_row_and_column(row: str, column: str, words: str) -> None:
    assert (3, column, words) in problems(f"claim,paid_on,amount,reference\nb,2026-11-20,70,R\n{row}\n")


def test_every_problem_is_told_at_once() -> None:
    found = problems("claim,paid_on,amount,reference\na,x,y,R\nb,2026-11-20,70,\n")
    assert [(row, column) for row, column, _ in found] == [(2, "paid_on"), (2, "amount"), (3, "reference")]


def test_pence_with_a_point_are_refused_and_so_are_two_amounts() -> None:
    header = "claim,paid_on,amount,amount_pence,reference\n"
    assert problems(f"{header}a,2026-11-20,,70.00,R\n")[0][1:] == (
        "amount_pence", "70.00 is not a whole number of pence, such as 7000"
    )  # fmt: skip
    assert problems(f"{header}a,2026-11-20,70,7000,R\n")[0][2] == "Give the amount once, in amount or in amount_pence"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("claim,paid_on,amount,reference\n", "The file has no rows below the header"),
        ("claim,paid_on,reference\n", "The column amount (or amount_pence) is missing"),
        ("claim,claim,paid_on,amount,reference\n", "The column claim is there twice"),
        ("claim,paid_on,amount,reference,colour\n", "colour is not a column of this file"),
        ('claim,paid_on,amount,reference\n"a', "Row 2 cannot be read: a quotation mark is not closed"),
    ],
)
def test_a_file_that_is_no_remittance_is_refused(text: str, words: str) -> None:
    assert any(words in message for _, _, message in problems(text))


def test_a_file_in_another_encoding_is_refused() -> None:
    with pytest.raises(UserError, match="not UTF-8"):
        read_remittances("claim,paid_on,amount,reference\na,2026-11-20,£70,R".encode("latin-1"), today=TODAY, source="")
