"""The evidence of one premium week, on paper and as a table file. Both show the same rows and the same sums."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from app.domain.dates import date_time, day_date, short_date
from app.domain.evidence import AreaEvidence, EvidenceRow, EvidenceWeek
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
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

_FOOT = 46.0


def evidence_pdf(week: EvidenceWeek) -> bytes:
    """Cover with totals, schedule, one section a claimed resident-week, who was not claimed and why, the champions.

    The same week gives the same bytes.
    """
    sheets = [_cover(week)]
    outline = [("Totals", 0)]
    for flow in (_schedule(week), _sections(week)):
        outline += [(title, len(sheets) + index) for title, index in flow.outline]
        sheets += flow.sheets
    foot = _foot_lines(week)
    for page, sheet in enumerate(sheets, 1):
        draw_foot(sheet, foot, page, len(sheets), tall=42)
    return painted(
        sheets,
        title=f"Complex Care Premium evidence, week from {short_date(week.week_start)}",
        author=week.home_name,
        subject=f"{week.home_ods}, policy {week.policy_version}",
        made_at=week.made_at,
        outline=outline,
    )


# --- cover -----------------------------------------------------------------------------------------------------------


def _week_words(week: EvidenceWeek) -> str:
    return f"{day_date(week.week_start)} to {day_date(week.week_end)}"


def _cover(week: EvidenceWeek) -> Sheet:
    flow = Flow(bottom=_FOOT)
    flow.new_sheet()
    sheet = flow.sheet
    big = Style(Face.BOLD, 24)
    flow.y = sheet.block(MARGIN, 60, wrap((("Complex Care Premium", big),), flow.wide), 30)
    flow.y = (
        sheet.block(MARGIN, flow.y, wrap((("Evidence for one week", Style(Face.REGULAR, 18)),), flow.wide), 24) + 14
    )
    for label, value in (
        ("Week", _week_words(week)),
        ("Care home", f"{week.home_name}, {week.home_ods}"),
        ("Commissioner", week.ccg),
        ("Policy version", week.policy_version),
        ("Made", f"{date_time(week.made_at)} by {week.made_by}"),
    ):
        flow.fact(label, (value or "Not recorded", VALUE))
    claimed, eligible = week.claimed, [row for row in week.rows if row.eligible]
    accepted = [row for row in claimed if row.accepted_pence]
    flow.y += 24
    flow.table(
        ("Totals", "Residents", "Amount"),
        (300, 100, 127),
        [
            _total_row("Residents in the week", len(week.rows), None),
            _total_row("Eligible by the rules", len(eligible), week.eligible_pence),
            _total_row("Claimed", len(claimed), week.claimed_pence, loud=True),
            _total_row("Accepted by the commissioner so far", len(accepted), week.accepted_pence),
            _total_row("Not claimed", len(week.not_claimed), None),
        ],
        least=24,
    )
    flow.y += 10
    flow.paragraph(
        (f"Total claimed {pounds(week.claimed_pence)} ({week.claimed_pence} pence).", STRONG),
        ("The table file that goes with this document holds the same rows and sums.", VALUE),
    )
    flow.paragraph(("This document names residents. Keep it, and send it, as you would their records.", VALUE))
    return sheet


def _total_row(label: str, count: int, pence: int | None, *, loud: bool = False) -> Cells:
    look = STRONG if loud else VALUE
    return (((label, look),), ((str(count), look),), ((pounds(pence) if pence is not None else "", look),))


# --- schedule --------------------------------------------------------------------------------------------------------


def _schedule(week: EvidenceWeek) -> Flow:
    flow = Flow(size=A4_LANDSCAPE, bottom=_FOOT)
    flow.heading(f"Claim schedule, {_week_words(week)}", "schedule")
    if not week.claimed:
        flow.paragraph(("No claim has been submitted for this week.", VALUE))
        return flow
    rows: list[Cells] = [_schedule_row(number, row) for number, row in enumerate(week.claimed, 1)]
    total: Piece = (pounds(week.claimed_pence), NOTE_STRONG)
    rows.append(((), (("Total", NOTE_STRONG),), (), (), (), (), (total,), (), ()))
    flow.table(
        (
            "No.",
            "Resident",
            "NHS number",
            "Nights",
            "Relied-upon areas",
            "Champions",
            "Amount",
            "Claim, version",
            "Decision",
        ),
        (28, 122, 78, 42, 100, 112, 62, 142, 88),
        rows,
    )
    return flow


def _schedule_row(number: int, row: EvidenceRow) -> Cells:
    return (
        ((str(number), NOTE),),
        ((row.resident, NOTE_STRONG),),
        ((format_nhs_number(row.nhs_number), NOTE),),
        ((str(row.nights), NOTE),),
        ((", ".join(each.area for each in row.areas) or "None", NOTE),),
        ((", ".join(dict.fromkeys(_or_unrecorded(each.champion) for each in row.areas)) or "None", NOTE),),
        ((pounds(row.claimed_pence), NOTE_STRONG),),
        ((f"{row.claim_id}, version {row.version}", NOTE),),
        ((_decision(row), NOTE),),
    )


def _decision(row: EvidenceRow) -> str:
    return row.ccg_decision or "No answer yet"


def _or_unrecorded(text: str) -> str:
    return text.strip() or "Not recorded"


# --- sections --------------------------------------------------------------------------------------------------------


def _sections(week: EvidenceWeek) -> Flow:
    flow = Flow(bottom=_FOOT)
    for number, row in enumerate(week.claimed, 1):
        flow.heading(
            f"{number}. {row.resident} · NHS No. {format_nhs_number(row.nhs_number)}", f"row{number}", room=190
        )
        flow.fact("Claimed", (pounds(row.claimed_pence), STRONG), (f"for {row.nights} eligible nights", VALUE))
        flow.fact("Claim", (f"{row.claim_id}, version {row.version}", VALUE))
        signed = f"{_or_unrecorded(row.signer)}, {date_time(row.signed_at)}, signature {_or_unrecorded(row.signature)}"
        flow.fact("Signed", (signed, VALUE))
        flow.fact("Message", (_or_unrecorded(row.bundle_id), VALUE))
        flow.fact("Commissioner's decision", (_decision(row), STRONG))
        flow.table(
            ("Area", "Proved by", "Score, band", "Date", "Assessor", "Champion", "Certificate, expires"),
            (62, 84, 80, 70, 72, 75, 84),
            [_area_row(each) for each in row.areas],
        )
    flow.heading("Not claimed, and why", "not_claimed", room=80)
    if week.not_claimed:
        flow.table(
            ("Resident", "NHS number", "Nights", "Why not"),
            (140, 80, 45, 262),
            [_not_claimed_row(row) for row in week.not_claimed],
        )
    else:
        flow.paragraph(("Every resident of the week was claimed for.", VALUE))
    flow.heading("Champion register", "champions", room=80)
    if week.champions:
        flow.table(
            ("Champion", "Pathway", "Certificate", "Passed", "Expires", "In post"),
            (110, 80, 110, 72, 72, 83),
            [
                (
                    ((each.name, NOTE_STRONG),),
                    ((each.pathway, NOTE),),
                    ((_or_unrecorded(each.certificate), NOTE), (each.provider, NOTE)),
                    ((short_date(each.passed_on), NOTE),),
                    ((short_date(each.expires_on) if each.expires_on else "No end date", NOTE),),
                    (
                        (f"from {short_date(each.in_post_from)}", NOTE),
                        (f"to {short_date(each.in_post_to)}" if each.in_post_to else "to date", NOTE),
                    ),
                )
                for each in week.champions
            ],
        )
    else:
        flow.paragraph(("No champion is recorded at this home.", VALUE))
    return flow


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


def _not_claimed_row(row: EvidenceRow) -> Cells:
    why = "\n".join(f"{each.words} ({each.code})" for each in row.reasons)
    if row.eligible:
        why = f"Eligible for {pounds(row.amount_pence)}, not submitted yet\n{why}".strip()
    return (
        ((row.resident, NOTE_STRONG),),
        ((format_nhs_number(row.nhs_number), NOTE),),
        ((str(row.nights), NOTE),),
        ((why or "No reason recorded", NOTE),),
    )


# --- footer ----------------------------------------------------------------------------------------------------------


def _foot_lines(week: EvidenceWeek) -> Sequence[Line]:
    mark = f"{PRACTICE} · " if week.practice else ""
    text = (
        f"{mark}{week.home_name}, {week.home_ods} · Week from {short_date(week.week_start)} · "
        f"Policy {week.policy_version} · "
        f"Made {date_time(week.made_at)} by {week.made_by}"
    )
    return wrap(((text, NOTE),), A4[0] - 2 * MARGIN - 85)[:2]


# --- table file ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    free_text: bool = True


_COLUMNS = (
    _Column("home_ods"), _Column("home"), _Column("week_start"), _Column("week_end"), _Column("policy"),
    _Column("resident"), _Column("nhs_number"), _Column("eligible"), _Column("nights", free_text=False),
    _Column("amount_pence", free_text=False), _Column("amount", free_text=False),
    _Column("claimed_pence", free_text=False), _Column("claimed", free_text=False),
    _Column("areas"), _Column("evidence"), _Column("champions"), _Column("reason_codes"), _Column("reasons"),
    _Column("claim_id"), _Column("version", free_text=False), _Column("ccg_decision"),
    _Column("accepted_pence", free_text=False), _Column("signer"), _Column("signed_at"), _Column("signature"),
    _Column("bundle_id"),
)  # fmt: skip
_FORMULA_STARTS = "=+-@\t\r＝＋－＠"


def evidence_csv(week: EvidenceWeek) -> bytes:
    """One row a resident-week: UTF-8 with a byte-order mark, header row, quoted, CR LF.

    Numbers are the pence, nights and version columns; everything else is text. Text that a spreadsheet would take for
    a formula gets an apostrophe in front. The NHS number keeps its 3-3-4 spaces, which also keeps it text.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([column.name for column in _COLUMNS])
    for row in week.rows:
        cells = _cells(week, row)
        writer.writerow([
            _harmless(str(cells[column.name])) if column.free_text else cells[column.name] for column in _COLUMNS
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _cells(week: EvidenceWeek, row: EvidenceRow) -> dict[str, str | int]:
    return {
        "home_ods": week.home_ods,
        "home": week.home_name,
        "week_start": week.week_start.isoformat(),
        "week_end": week.week_end.isoformat(),
        "policy": week.policy_version,
        "resident": row.resident,
        "nhs_number": format_nhs_number(row.nhs_number),
        "eligible": "yes" if row.eligible else "no",
        "nights": row.nights,
        "amount_pence": row.amount_pence,
        "amount": pounds(row.amount_pence),
        "claimed_pence": row.claimed_pence,
        "claimed": pounds(row.claimed_pence),
        "areas": "; ".join(each.area for each in row.areas),
        "evidence": "; ".join(_evidence_words(each) for each in row.areas),
        "champions": "; ".join(_champion_words(each) for each in row.areas),
        "reason_codes": "; ".join(each.code for each in row.reasons),
        "reasons": "; ".join(each.words for each in row.reasons),
        "claim_id": row.claim_id,
        "version": row.version,
        "ccg_decision": row.ccg_decision,
        "accepted_pence": row.accepted_pence,
        "signer": row.signer,
        "signed_at": date_time(row.signed_at) if row.signed_at else "",
        "signature": row.signature,
        "bundle_id": row.bundle_id,
    }


def _evidence_words(each: AreaEvidence) -> str:
    found = [
        each.instrument,
        each.score,
        each.band,
        short_date(each.assessed_on),
        f"by {_or_unrecorded(each.assessor)}",
    ]
    return f"{each.area}: {', '.join(part for part in found if part)}"


def _champion_words(each: AreaEvidence) -> str:
    expires = f"expires {short_date(each.certificate_expires)}" if each.certificate_expires else "no end date"
    return f"{each.area}: {_or_unrecorded(each.champion)}, certificate {_or_unrecorded(each.certificate)}, {expires}"


def _harmless(text: str) -> str:
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA_STARTS and text.strip() else text
