"""The evidence of the premium's claims on paper: one document with one numbering, however many weeks it spans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.dates import date_time, day_date, short_date
from app.domain.evidence import (
    AreaEvidence,
    Column,
    EvidenceBundle,
    EvidenceRow,
    EvidenceWeek,
    Kind,
    Register,
    Value,
    fingerprint,
)
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
from app.reports.evidence_table import evidence_csv
from app.reports.fonts import Face
from app.reports.paper import (
    A4,
    A4_LANDSCAPE,
    MARGIN,
    NOTE,
    NOTE_STRONG,
    PRACTICE,
    STRONG,
    VALUE,
    Cells,
    Flow,
    Line,
    Piece,
    Sheet,
    Style,
    draw_foot,
    painted,
    wrap,
)

__all__ = ["evidence_csv", "evidence_pdf"]

_FOOT = 58.0


@dataclass(slots=True)
class _Paper:
    """The sheets of the document, and what stands in its list of bookmarks: title, sheet, depth."""

    sheets: list[Sheet] = field(default_factory=list)
    outline: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, flow: Flow, marks: Sequence[tuple[str, int, int]]) -> None:
        self.outline += [(title, len(self.sheets) + at, depth) for title, at, depth in marks]
        self.sheets += flow.sheets


def evidence_pdf(bundle: EvidenceBundle, told: Callable[[int], None] | None = None) -> bytes:
    """Cover with totals, then week by week the schedule, a section a claim and who was not claimed, then the lists.

    The same bundle gives the same bytes. ``told`` hears after each week how many are laid out.
    """
    paper = _Paper()
    cover = _cover(bundle)
    paper.add(cover, [("Totals" if bundle.weeks else "About this document", 0, 0)])
    for done, week in enumerate(bundle.weeks):
        mark = (f"Week of {day_date(week.week_start)}", 0, 0)
        sections, marks = _sections(bundle, week)
        if week.claimed:
            paper.add(_schedule(bundle, week), [mark])
            paper.add(sections, marks)
        else:
            paper.add(sections, [mark, *marks])
        if told is not None:
            told(done)
    lists = Flow(size=A4_LANDSCAPE, bottom=_FOOT)
    for register in bundle.registers:
        _register(lists, register)
    paper.add(lists, [(title, at, 0) for title, at in lists.outline])
    feet = {size: _foot_lines(bundle, size[0]) for size in (A4, A4_LANDSCAPE)}
    for page, sheet in enumerate(paper.sheets, 1):
        draw_foot(sheet, feet[sheet.size], page, len(paper.sheets), tall=_FOOT - 4)
    return painted(
        paper.sheets,
        title=f"Complex Care Premium evidence, {_span(bundle)}",
        author=bundle.home_name,
        subject=f"{bundle.home_ods}, {bundle.kind.value}",
        made_at=bundle.made_at,
        outline=paper.outline,
    )


# --- cover -----------------------------------------------------------------------------------------------------------


def _span(bundle: EvidenceBundle) -> str:
    return f"{short_date(bundle.first)} to {short_date(bundle.last)}"


def _cover(bundle: EvidenceBundle) -> Flow:
    flow = Flow(bottom=_FOOT)
    flow.new_sheet()
    sheet = flow.sheet
    weeks = len(bundle.weeks)
    for_what = "Evidence for one week" if weeks == 1 else f"Evidence for {weeks} weeks" if weeks else "Counts and sums"
    flow.y = sheet.block(MARGIN, 60, wrap((("Complex Care Premium", Style(Face.BOLD, 24)),), flow.wide), 30)
    flow.y = sheet.block(MARGIN, flow.y, wrap(((for_what, Style(Face.REGULAR, 18)),), flow.wide), 24) + 14
    for label, value in (
        ("Weeks", f"{day_date(bundle.first)} to {day_date(bundle.last)}"),
        ("Care home", f"{bundle.home_name}, {bundle.home_ods}"),
        ("Commissioner", bundle.ccg),
        *((("Policy versions", bundle.policies or "No policy in force"),) if bundle.weeks else ()),
        ("People", bundle.kind.words),
        ("Made", f"{date_time(bundle.made_at)} by {bundle.made_by}"),
        ("Signed with the key", fingerprint(bundle.signer_key) if bundle.signer_key else "Not signed"),
    ):
        flow.fact(label, (value or "Not recorded", VALUE))
    flow.y += 14
    if bundle.weeks:
        _totals(flow, bundle)
    flow.y += 6
    for words in _about(bundle):
        flow.paragraph((words, VALUE))
    return flow


def _totals(flow: Flow, bundle: EvidenceBundle) -> None:
    lines = list(bundle.lines)
    claims = [row for row in lines if row.claimed]
    standing = [row for row in claims if row.stands]
    accepted = [row for row in claims if row.accepted_pence]
    paid = [row for row in claims if row.paid_pence]
    reversals = [row for row in claims if row.reversal_of]
    flow.table(
        ("Totals", "Residents", "Claims", "Amount"),
        (290, 70, 70, 97),
        [
            _total_row("Residents who lived here", lines, None, None),
            _total_row("Submitted, every version, reversals taken off", claims, len(claims), bundle.claimed_pence),
            _total_row("of these taken back by reversals", reversals, len(reversals), bundle.reversed_pence),
            _total_row("Claims that stand today", standing, len(standing), bundle.standing_pence, loud=True),
            _total_row("Accepted by the commissioner so far", accepted, len(accepted), bundle.accepted_pence),
            _total_row("Paid, by the payments recorded", paid, len(paid), bundle.paid_pence),
        ],
        least=24,
    )
    flow.y += 10
    flow.paragraph(
        (f"Total submitted {_exact(bundle.claimed_pence)}.", STRONG),
        (f"Standing {_exact(bundle.standing_pence)}, accepted {_exact(bundle.accepted_pence)},", VALUE),
        (f"paid {_exact(bundle.paid_pence)}.", VALUE),
        ("The workbook and the table that go with this document have the same lines and the same sums.", VALUE),
    )


def _exact(pence: int) -> str:
    return f"{pounds(pence)} ({pence} pence)"


_CHECK = """Whether anything was changed since can be checked without the home's records: hartwell verify manifest.json.
Ask the home for its signing key by another way, and compare it with the one above."""
_ABOUT = {
    Kind.IDENTIFIABLE: ("This document names residents. Keep it, and send it, as you would their records.",),
    Kind.PSEUDONYMISED: (
        """Each resident and each member of staff has a key in place of the name. Only the home can lead a key back to
        a person. Names, birth dates, rooms, NHS numbers, certificate numbers and free text are left out.""",
        "It is still about individual people: keep it as you would their records.",
    ),
    Kind.ANONYMISED: (
        """Counts and sums only. No line of it is about one person, and numbers from 1 to 4 people are hidden, with what
        would give them away. It may be used for the good of the community.""",
    ),
}


def _about(bundle: EvidenceBundle) -> list[str]:
    return [" ".join(words.split()) for words in (*_ABOUT[bundle.kind], _CHECK)]


def _total_row(
    label: str, rows: Sequence[EvidenceRow], claims: int | None, pence: int | None, *, loud: bool = False
) -> Cells:
    look = STRONG if loud else VALUE
    people = len({row.person for row in rows})
    return (
        ((label, look),),
        ((str(people), look),),
        ((str(claims) if claims is not None else "", look),),
        ((pounds(pence) if pence is not None else "", look),),
    )


# --- schedule --------------------------------------------------------------------------------------------------------


def _week_words(week: EvidenceWeek) -> str:
    return f"{day_date(week.week_start)} to {day_date(week.week_end)}"


def _schedule(bundle: EvidenceBundle, week: EvidenceWeek) -> Flow:
    flow = Flow(size=A4_LANDSCAPE, bottom=_FOOT)
    flow.heading(f"Claim schedule, {_week_words(week)}", "schedule")
    flow.paragraph((f"Policy {week.policy_version or 'none in force'}.", VALUE))
    named = bundle.kind is Kind.IDENTIFIABLE
    rows: list[Cells] = [_schedule_row(number, row, named=named) for number, row in enumerate(week.claimed, 1)]
    rows.append(
        (
            (),
            (("Total", NOTE_STRONG),),
            *(((),) if named else ()),
            (), (), (),
            ((pounds(week.claimed_pence), NOTE_STRONG),),
            ((f"Standing {pounds(week.standing_pence)}", NOTE_STRONG),),
            ((f"Accepted {pounds(week.accepted_pence)}", NOTE_STRONG),),
            ((pounds(week.paid_pence), NOTE_STRONG),),
        )
    )  # fmt: skip
    heads = ["No.", "Resident", "NHS number", "Nights", "Relied-upon areas", "Champions", "Amount", "Claim, version",
             "Decision", "Paid"]  # fmt: skip
    shares = [26, 112, 76, 40, 92, 100, 58, 136, 84, 50]
    if not named:
        del heads[2], shares[2]
    flow.table(heads, shares, rows)
    return flow


def _schedule_row(number: int, row: EvidenceRow, *, named: bool) -> Cells:
    return (
        ((str(number), NOTE),),
        ((row.resident, NOTE_STRONG),),
        *((((format_nhs_number(row.nhs_number), NOTE),),) if named else ()),
        ((str(row.nights), NOTE),),
        ((", ".join(each.area for each in row.areas) or "None", NOTE),),
        ((", ".join(dict.fromkeys(_or_unrecorded(each.champion) for each in row.areas)) or "None", NOTE),),
        ((pounds(row.claimed_pence), NOTE_STRONG),),
        ((_claim_words(row), NOTE),),
        ((_decision(row), NOTE),),
        ((pounds(row.paid_pence), NOTE),),
    )


def _claim_words(row: EvidenceRow) -> str:
    takes = f", takes back {row.reversal_of}" if row.reversal_of else ""
    return f"{row.claim_id}, version {row.version}{takes}"


def _decision(row: EvidenceRow) -> str:
    return row.ccg_decision or "No answer yet"


def _or_unrecorded(text: str) -> str:
    return text.strip() or "Not recorded"


# --- sections --------------------------------------------------------------------------------------------------------


def _sections(bundle: EvidenceBundle, week: EvidenceWeek) -> tuple[Flow, list[tuple[str, int, int]]]:
    """A section a claim, then who was not claimed and why; with the bookmarks to them."""
    flow = Flow(bottom=_FOOT)
    marks: list[tuple[str, int, int]] = []
    named = bundle.kind is Kind.IDENTIFIABLE
    flow.heading(f"Claims of the week of {_week_words(week)}", "claims", room=190)
    if not week.claimed:
        flow.paragraph(("No claim has been submitted for this week.", VALUE))
    for number, row in enumerate(week.claimed, 1):
        number_words = f" · NHS No. {format_nhs_number(row.nhs_number)}" if named else ""
        flow.subheading(f"{number}. {row.resident}{number_words}", room=150)
        marks.append((f"{number}. {row.resident}", len(flow.sheets) - 1, 1))
        _claim(flow, row)
    flow.heading(f"Not claimed in the week of {_week_words(week)}, and why", "not_claimed", room=80)
    marks.append(("Not claimed, and why", len(flow.sheets) - 1, 1))
    if week.not_claimed:
        heads, shares = ["Resident", "NHS number", "Nights", "Why not"], [120, 78, 42, 287]
        if not named:
            del heads[1], shares[1]
        flow.table(heads, shares, [_not_claimed_row(row, named=named) for row in week.not_claimed])
    else:
        flow.paragraph(("Every resident of the week was claimed for.", VALUE))
    return flow, marks


def _claim(flow: Flow, row: EvidenceRow) -> None:
    narrow = 92.0
    nights = "1 eligible night" if row.nights == 1 else f"{row.nights} eligible nights"
    stands = "" if row.stands else " This version stands no more."
    flow.fact(
        "Claimed", (pounds(row.claimed_pence), STRONG), (f"for {nights}: {row.nights_words}.{stands}", VALUE),
        label_width=narrow,
    )  # fmt: skip
    message = f", message {row.bundle_id}" if row.bundle_id else ""
    flow.fact("Claim", (f"{_claim_words(row)}{message}", VALUE), label_width=narrow)
    signed = f"{_or_unrecorded(row.signer)}, {date_time(row.signed_at)}, signature {_or_unrecorded(row.signature)}"
    flow.fact("Signed", (signed, VALUE), label_width=narrow)
    if row.late_reason:
        flow.fact("Why it was late", (row.late_reason, VALUE), label_width=narrow)
    money = f"Accepted {pounds(row.accepted_pence)}, paid {pounds(row.paid_pence)}."
    flow.fact("Decision", (f"{_decision(row)}.", STRONG), (money, VALUE), label_width=narrow)
    if row.areas:
        flow.table(
            ("Area", "Proved by", "Score, band", "Date", "Assessor", "Champion", "Certificate, expires"),
            (62, 84, 80, 70, 72, 75, 84),
            [_area_row(each) for each in row.areas],
        )
    else:
        why = "; ".join(f"{each.words} ({each.code})" for each in row.reasons) or "Not recorded"
        flow.fact("By the rules", (why, VALUE), label_width=narrow)
    flow.y += 6


def _area_row(each: AreaEvidence) -> Cells:
    expires = short_date(each.certificate_expires) if each.certificate_expires else "no end date"
    return (
        ((each.area, NOTE_STRONG),),
        ((each.instrument, NOTE),),
        ((", ".join(part for part in (each.score, each.band) if part) or "Not recorded", NOTE),),
        ((short_date(each.assessed_on), NOTE),),
        ((_or_unrecorded(each.assessor), NOTE),),
        ((_or_unrecorded(each.champion), NOTE),),
        ((f"{_or_unrecorded(each.certificate)}, {expires}", NOTE),),
    )


def _not_claimed_row(row: EvidenceRow, *, named: bool) -> Cells:
    why = "\n".join(f"{each.words} ({each.code})" for each in row.reasons)
    if row.eligible:
        why = f"Eligible for {pounds(row.amount_pence)}, not submitted yet\n{why}".strip()
    return (
        ((row.resident, NOTE_STRONG),),
        *((((format_nhs_number(row.nhs_number), NOTE),),) if named else ()),
        ((str(row.nights), NOTE),),
        ((why or "No reason recorded", NOTE),),
    )


# --- the lists that go with the claims -------------------------------------------------------------------------------


def _register(flow: Flow, register: Register) -> None:
    flow.heading(register.title, register.sheet, room=80)
    if register.note:
        flow.paragraph((register.note, VALUE))
    if not register.rows:
        flow.paragraph((register.empty, VALUE))
        return
    rows: list[Cells] = [
        [((shown(value, column), NOTE),) for value, column in zip(row, register.columns, strict=True)]
        for row in register.rows
    ]
    if register.total:
        rows.append([_total_cell(register, at) for at in range(len(register.columns))])
    flow.table([column.name for column in register.columns], [column.share for column in register.columns], rows)


def _total_cell(register: Register, at: int) -> Sequence[Piece]:
    if register.columns[at].how == "pence":
        return ((pounds(sum(value for row in register.rows if isinstance(value := row[at], int))), NOTE_STRONG),)
    return (("Total", NOTE_STRONG),) if at == 0 else ()


def shown(value: Value, column: Column) -> str:
    """A value of a register as paper shows it."""
    if value is None:
        return "Not recorded"
    if isinstance(value, datetime):
        return date_time(value)
    if isinstance(value, date):
        return short_date(value)
    if isinstance(value, int):
        return pounds(value) if column.how == "pence" else str(value)
    return value


# --- footer ----------------------------------------------------------------------------------------------------------


def _foot_lines(bundle: EvidenceBundle, width: float) -> Sequence[Line]:
    mark = f"{PRACTICE} · " if bundle.practice else ""
    text = (
        f"{mark}{bundle.kind.words} · {bundle.home_name}, {bundle.home_ods} · {_span(bundle)} · "
        f"Made {date_time(bundle.made_at)} by {bundle.made_by}"
    )
    return wrap(((text, NOTE),), width - 2 * MARGIN - 95)
