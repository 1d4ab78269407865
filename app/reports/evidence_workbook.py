"""The evidence as a workbook: the same lines as the paper, every total a formula over them.

Identifiers are text, so that no spreadsheet turns a claim into a number or a name into a formula. Money is whole pence;
beside it stand pounds, as a formula. The same bundle gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from app.domain.dates import date_time, short_date, to_local
from app.domain.evidence import Column, EvidenceBundle, Kind, Register, Value, fingerprint
from app.reports.evidence_table import nhs_words
from app.reports.paper import PRACTICE

_MOST_WIDE = 60
_POINTS_A_LETTER = 5.5
_POUNDS = "[$£-809]#,##0.00;-[$£-809]#,##0.00"
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_CLAIMS = (
    Column("Week from", "date", 66), Column("Week to", "date", 66), Column("Policy", share=74),
    Column("Resident", share=150), Column("NHS number", share=80), Column("Nights", "number", 44),
    Column("Nights in words", share=180), Column("Areas", share=150), Column("Claim", share=170),
    Column("Version", "number", 50), Column("Takes back", share=130), Column("Stands", share=44),
    Column("Submitted", "pence"), Column("Standing", "pence"), Column("Accepted", "pence"), Column("Paid", "pence"),
    Column("Decision", share=160), Column("Signed by", share=100), Column("Signed", "instant", 90),
    Column("Signature", share=90), Column("Message", share=200), Column("Why it was late", share=120),
)  # fmt: skip
_PROOF = (
    Column("Week from", "date", 66), Column("Claim", share=170), Column("Resident", share=150),
    Column("Area", share=110), Column("Proved by", share=110), Column("Score", share=60), Column("Band", share=110),
    Column("Assessed", "date", 66), Column("Assessor", share=110), Column("Champion", share=110),
    Column("Certificate", share=90), Column("Certificate expires", share=90),
)  # fmt: skip
_OPEN = (
    Column("Week from", "date", 66), Column("Policy", share=74), Column("Resident", share=150),
    Column("NHS number", share=80), Column("Nights", "number", 44), Column("Nights in words", share=180),
    Column("Eligible", share=50), Column("By the rules", "pence"), Column("Rules", share=200),
    Column("Why not", share=320),
)  # fmt: skip
_SUMS = ("Submitted", "Standing", "Accepted", "Paid")


def evidence_workbook(bundle: EvidenceBundle) -> bytes:
    """The workbook as XLSX: a summary, the claims, what proves them, who was not claimed, and each list."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = [*_claim_sheets(bundle), *bundle.registers]
    _summary(book, bundle, sheets)
    for register in sheets:
        _sheet(book, bundle, register)
    book.properties.creator = "Hartwell"
    book.properties.title = f"Complex Care Premium evidence, {bundle.home_ods}"
    return _always_the_same(_saved(book), bundle.made_at)


def _claim_sheets(bundle: EvidenceBundle) -> list[Register]:
    if bundle.kind is Kind.ANONYMISED:
        return []
    claims: list[tuple[Value, ...]] = []
    proof: list[tuple[Value, ...]] = []
    others: list[tuple[Value, ...]] = []
    for week in bundle.weeks:
        for row in week.rows:
            if not row.claimed:
                why = "\n".join(f"{each.words} ({each.code})" for each in row.reasons)
                others.append((
                    week.week_start, week.policy_version, row.resident, nhs_words(bundle, row), row.nights,
                    row.nights_words, "yes" if row.eligible else "no", row.amount_pence,
                    "; ".join(each.code for each in row.reasons), why or "Not submitted yet",
                ))  # fmt: skip
                continue
            claims.append((
                week.week_start, week.week_end, week.policy_version, row.resident, nhs_words(bundle, row), row.nights,
                row.nights_words, ", ".join(each.area for each in row.areas) or "None", row.claim_id, row.version,
                row.reversal_of or "Nothing", "yes" if row.stands else "no", row.claimed_pence, row.standing_pence,
                row.accepted_pence, row.paid_pence, row.ccg_decision or "No answer yet", row.signer, row.signed_at,
                row.signature, row.bundle_id or "Left out", row.late_reason or "Not late",
            ))  # fmt: skip
            proof += [
                (
                    week.week_start, row.claim_id, row.resident, each.area, each.instrument, each.score or "None",
                    each.band or "None", each.assessed_on, each.assessor or "Not recorded",
                    each.champion or "Not recorded", each.certificate or "Not recorded",
                    short_date(each.certificate_expires) if each.certificate_expires else "No end date",
                )
                for each in row.areas
            ]  # fmt: skip
    return [
        Register("Claims", "Claims", _CLAIMS, tuple(claims), "No claim has been submitted.", total=True),
        Register("What proves them", "Proof", _PROOF, tuple(proof), "No claim has been submitted."),
        Register("Not claimed, and why", "Not claimed", _OPEN, tuple(others), "Every resident was claimed for."),
    ]


# --- the sheets ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A column of a register as it lies in the sheet: a pence column has its pounds to the right."""

    column: Column
    at: int

    @property
    def pounds_at(self) -> int:
        return self.at + 1


def _places(columns: Sequence[Column]) -> list[_Place]:
    found, at = [], 1
    for column in columns:
        found.append(_Place(column, at))
        at += 2 if column.how == "pence" else 1
    return found


def _letter(at: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(at))


def _sum_of(register: Register, name: str) -> str:
    """The formula that adds up a pence column of a sheet."""
    place = next(place for place in _places(register.columns) if place.column.name == name)
    last = max(2, len(register.rows) + 1)
    return f"SUM('{register.sheet}'!{_letter(place.at)}2:{_letter(place.at)}{last})"


def _summary(book: Any, bundle: EvidenceBundle, sheets: Sequence[Register]) -> None:
    sheet = book.create_sheet("Summary")
    cells = _Cells(sheet)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 60
    _print_set_up(sheet, bundle, wide=False)
    _kept_in_memory(sheet)
    facts = [
        ("Complex Care Premium", "Evidence"),
        ("Weeks", f"{short_date(bundle.first)} to {short_date(bundle.last)}"),
        ("Care home", f"{bundle.home_name}, {bundle.home_ods}"),
        ("Commissioner", bundle.ccg),
        ("People", bundle.kind.words),
        ("Made", f"{date_time(bundle.made_at)} by {bundle.made_by}"),
        ("Signed with the key", fingerprint(bundle.signer_key) if bundle.signer_key else "Not signed"),
    ]
    if bundle.practice:
        facts.append(("Practice", PRACTICE))
    for name, words in facts:
        sheet.append([cells.said(name, strong=True), cells.said(words)])
    sheet.append([])
    claims = next((each for each in sheets if each.sheet == "Claims"), None)
    if claims is not None:
        sheet.append([cells.said("Totals", strong=True), cells.said("Pence", strong=True),
                      cells.said("Pounds", strong=True)])  # fmt: skip
        sheet.append([cells.said("Lines"), cells.formula(f"COUNTA('Claims'!A2:A{max(2, len(claims.rows) + 1)})")
                      if claims.rows else cells.said(0)])  # fmt: skip
        for name in _SUMS:
            line = len(facts) + 4 + _SUMS.index(name)
            formula = _sum_of(claims, name)
            sheet.append([cells.said(name), cells.formula(formula), cells.formula(f"B{line}/100", money=True)])
    sheet.append([])
    sheet.append([cells.said("Sheets", strong=True)])
    for register in sheets:
        lines = len(register.rows)
        count = register.empty if not lines else "1 line" if lines == 1 else f"{lines} lines"
        sheet.append([cells.said(register.title), cells.said(count)])


def _sheet(book: Any, bundle: EvidenceBundle, register: Register) -> None:
    sheet = book.create_sheet(register.sheet)
    cells = _Cells(sheet)
    places = _places(register.columns)
    last_column = places[-1].pounds_at if places[-1].column.how == "pence" else places[-1].at
    for place in places:
        wide = min(_MOST_WIDE, max(10.0, place.column.share / _POINTS_A_LETTER))
        sheet.column_dimensions[_letter(place.at)].width = wide
        if place.column.how == "pence":
            sheet.column_dimensions[_letter(place.pounds_at)].width = 14
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    if register.rows:
        sheet.auto_filter.ref = f"A1:{_letter(last_column)}{len(register.rows) + 1}"
    _print_set_up(sheet, bundle, wide=True)
    _kept_in_memory(sheet)
    sheet.append([cells.said(name, strong=True) for name in _heads(register.columns)])
    if not register.rows:
        sheet.append([cells.said(register.empty)])
    for number, row in enumerate(register.rows, start=2):
        sheet.append(list(_row(cells, places, row, number)))
    if register.total and register.rows:
        sheet.append(list(_totals(cells, places, len(register.rows))))
    if register.note:
        sheet.append([])
        sheet.append([cells.said(register.note)])


def _heads(columns: Sequence[Column]) -> Iterable[str]:
    for column in columns:
        if column.how == "pence":
            yield f"{column.name} (pence)"
            yield f"{column.name} (£)"
        else:
            yield column.name


def _row(cells: _Cells, places: Sequence[_Place], row: Sequence[Value], number: int) -> Iterable[Any]:
    for place, value in zip(places, row, strict=True):
        yield cells.said(value)
        if place.column.how == "pence":
            if isinstance(value, int):
                yield cells.formula(f"{_letter(place.at)}{number}/100", money=True)
            else:
                yield cells.said(value)


def _totals(cells: _Cells, places: Sequence[_Place], rows: int) -> Iterable[Any]:
    for place in places:
        letter = _letter(place.at)
        if place.column.how == "pence":
            yield cells.formula(f"SUM({letter}2:{letter}{rows + 1})", strong=True)
            yield cells.formula(f"{letter}{rows + 2}/100", strong=True, money=True)
        else:
            yield cells.said("Total" if place.at == 1 else "", strong=True)


_FORMATS = {"text": "@", "number": "0", "date": "dd-mmm-yyyy", "instant": "dd-mmm-yyyy hh:mm", "pounds": _POUNDS}


class _Cells:
    """Makes the cells of one sheet. A look is worked out once and handed on: a workbook has tens of thousands."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        self._sheet = sheet
        self._cell = WriteOnlyCell
        self._illegal = ILLEGAL_CHARACTERS_RE
        self._looks: dict[tuple[str, bool], Any] = {}

    def said(self, value: Value, *, strong: bool = False) -> Any:
        """A cell of what is recorded: text stays text, whatever it begins with."""
        if isinstance(value, datetime):
            return self._made(to_local(value).replace(tzinfo=None, microsecond=0), "instant", strong=strong)
        if isinstance(value, date):
            return self._made(value, "date", strong=strong)
        if isinstance(value, int):
            return self._made(value, "number", strong=strong)
        text = self._illegal.sub(" ", value if value is not None else "Not recorded")
        cell = self._made(text, "text", strong=strong)
        cell.data_type = "s"  # never a formula
        return cell

    def formula(self, text: str, *, strong: bool = False, money: bool = False) -> Any:
        """A cell that is worked out, in whole numbers or as pounds."""
        return self._made(f"={text}", "pounds" if money else "number", strong=strong)

    def _made(self, value: object, form: str, *, strong: bool) -> Any:
        cell = self._cell(self._sheet, value=value)
        if (form, strong) not in self._looks:
            from openpyxl.styles import Alignment, Font

            cell.number_format = _FORMATS[form]
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if strong:
                cell.font = Font(bold=True)
            self._looks[form, strong] = cell._style  # openpyxl has no public way to hand a look on
        cell._style = self._looks[form, strong]
        return cell


def _print_set_up(sheet: Any, bundle: EvidenceBundle, *, wide: bool) -> None:
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    mark = f"{PRACTICE}. " if bundle.practice else ""
    sheet.oddHeader.left.text = _escaped(f"{mark}{bundle.kind.words}")
    sheet.oddFooter.left.text = _escaped(f"{bundle.home_name}, {bundle.home_ods}. Made {date_time(bundle.made_at)}")
    sheet.oddFooter.right.text = "&A, page &P of &N"


def _escaped(text: str) -> str:
    return text.replace("&", "&&")


def _kept_in_memory(sheet: Any) -> None:
    """Left to itself openpyxl puts every sheet into a temporary file first, in clear: what people read in the records
    would be left for whoever looks at the disk. To be called when the sheet is set up and before its first row."""
    from openpyxl.worksheet._writer import WorksheetWriter

    sheet._writer = WorksheetWriter(sheet, out=BytesIO())
    sheet._writer.write_top()


def _saved(book: Any) -> bytes:
    """The workbook's file, from sheets that are kept in memory."""
    from openpyxl.writer.excel import ExcelWriter

    class Writer(ExcelWriter):  # type: ignore[misc] # openpyxl has no types
        def write_worksheet(self, ws: Any) -> None:
            ws.close()
            ws._rels = ws._writer._rels
            self._archive.writestr(ws.path[1:], ws._writer.read())
            self.manifest.append(ws)

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        Writer(book, archive).save()
    return out.getvalue()


def _always_the_same(content: bytes, made_at: datetime) -> bytes:
    """The same workbook without the machine's clock in it."""
    stamp = to_local(made_at)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in read.namelist():
            part = read.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + f"{stamp:%Y-%m-%dT%H:%M:%SZ}".encode(), part)
            entry = zipfile.ZipInfo(name, date_time=stamp.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, part)
    return out.getvalue()
