"""A payer's remittance as a CSV file: which claim was paid how much, when, and under which reference.

UTF-8, the first line names the columns, in any order: ``claim`` (the identifier as the claim schedule prints it),
``paid_on`` (YYYY-MM-DD, or 24 Nov 2026), ``reference`` (of the payment), and either ``amount`` (pounds, such as 70.00)
or ``amount_pence`` (whole pence); ``payer`` may be there. A negative amount is money taken back. Rows of one reference
and day are one payment. Nothing is guessed: what cannot be read is refused with its row and column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.domain.dates import parse_date
from app.domain.errors import Problem, UserError
from app.domain.home_facts import Remittance, RemittanceLine
from app.domain.money import parse_pounds

COLUMNS: Final = ("claim", "paid_on", "amount", "amount_pence", "reference", "payer")
LARGEST: Final = 5_000_000
MOST_PENCE: Final = 100_000_000
"""A million pounds for one claim is a slip of the decimal point."""
_REQUIRED: Final = ("claim", "paid_on", "reference")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PENCE = re.compile(r"[-\u2212]?\d{1,11}")


@dataclass(slots=True)
class _Row:
    number: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def refuse(self, column: str, words: str) -> None:
        self.problems.append(Problem(column, words, self.number))


def read_remittances(data: bytes, *, today: date, source: str) -> tuple[Remittance, ...]:
    """The payments of the file, by day and reference; ``source`` names the file in the record.

    Raises UserError with every problem by row (the header is row 1) and column; then nothing of the file counts.
    """
    rows = _rows(data)
    paid: dict[tuple[date, str], list[tuple[_Row, RemittanceLine]]] = {}
    for row in rows:
        found = _line(row, today)
        if found is not None:
            on, line = found
            paid.setdefault((on, row.text("reference").casefold()), []).append((row, line))
    problems = tuple(problem for row in rows for problem in row.problems)
    if problems:
        raise UserError("There is a problem in the file", problems=problems)
    return tuple(_payment(on, lines, source) for (on, _), lines in sorted(paid.items(), key=lambda item: item[0]))


def _payment(on: date, lines: list[tuple[_Row, RemittanceLine]], source: str) -> Remittance:
    first = lines[0][0]
    return Remittance(
        on,
        first.text("reference"),
        sum(line.pence for _, line in lines),
        tuple(line for _, line in lines),
        payer=next((words for row, _ in lines if (words := row.text("payer"))), ""),
        source=source,
    )


def _line(row: _Row, today: date) -> tuple[date, RemittanceLine] | None:
    for column in _REQUIRED:
        if not row.text(column):
            row.refuse(column, f"{column} is missing")
    on, pence = _day(row, today), _pence(row)
    if row.problems or on is None or pence is None:
        return None
    return on, RemittanceLine(row.text("claim"), pence)


def _day(row: _Row, today: date) -> date | None:
    if not (text := row.text("paid_on")):
        return None
    try:
        on = parse_date(text, field="paid_on", strict=True)
    except UserError as error:
        row.refuse("paid_on", error.message)
        return None
    if on > today:
        row.refuse("paid_on", f"{text} has not come yet")
        return None
    return on


def _pence(row: _Row) -> int | None:
    pounds, pence = row.text("amount"), row.text("amount_pence")
    if bool(pounds) == bool(pence):
        words = "Give the amount once, in amount or in amount_pence" if pounds else "The amount is missing"
        row.refuse("amount" if "amount" in row.cells else "amount_pence", words)
        return None
    if pence:
        column, found = "amount_pence", int(pence.replace("\u2212", "-")) if _PENCE.fullmatch(pence) else None
        if found is None:
            row.refuse(column, f"{pence} is not a whole number of pence, such as 7000")
            return None
    else:
        column = "amount"
        try:
            found = parse_pounds(pounds)
        except UserError:
            row.refuse(column, f"{pounds} is not an amount in pounds, such as 70.00")
            return None
    if found == 0:
        row.refuse(column, "The amount is nought: leave the row out")
    elif abs(found) > MOST_PENCE:
        row.refuse(column, "The amount is more than a million pounds")
    return found


def _rows(data: bytes) -> list[_Row]:
    lines = _cells(_text(data))
    header = [name.strip().casefold() for name in lines[0]]
    problems = [
        Problem(name, f"{name or 'A column without a name'} is not a column of this file", 1)
        for name in header
        if name not in COLUMNS
    ]
    problems += [Problem(name, f"The column {name} is missing", 1) for name in _REQUIRED if name not in header]
    problems += [Problem(name, f"The column {name} is there twice", 1) for name in COLUMNS if header.count(name) > 1]
    if "amount" not in header and "amount_pence" not in header:
        problems.append(Problem("amount", "The column amount (or amount_pence) is missing", 1))
    if problems:
        raise UserError("There is a problem with the header row", problems=tuple(problems))
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(number, dict(zip(header, cells, strict=False)))
        if len(cells) > len(header):
            row.refuse(header[-1], "There are more cells than columns. Put texts with a comma in quotation marks")
        rows.append(row)
    if not rows:
        raise UserError("The file has no rows below the header", field="file")
    return rows


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise UserError("The file is larger than 5 MB. Split it", field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("The file is not UTF-8 text. Save it as CSV UTF-8", field="file") from None
    if "\x00" in text:
        raise UserError("The file is not text. Save it as CSV UTF-8", field="file")
    return text


def _cells(text: str) -> list[list[str]]:
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(_LINES.findall(text), strict=True))
    except csv.Error:
        number = len(lines) + 1
        words = f"Row {number} cannot be read: a quotation mark is not closed, or a cell is far too long"
        raise UserError(words, problems=(Problem("file", words, number),)) from None
    if not lines:
        raise UserError("The file is empty", field="file")
    return lines
