"""The evidence as a table file: one line a version of a claim and one a resident-week that was not claimed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from app.domain.dates import date_time, short_date
from app.domain.evidence import AreaEvidence, EvidenceBundle, EvidenceRow, EvidenceWeek, Kind
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
from app.domain.spreadsheet import harmless


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
    _Column("bundle_id"), _Column("reversal_of"), _Column("stands"), _Column("standing_pence", free_text=False),
    _Column("paid_pence", free_text=False), _Column("nights_in_words"), _Column("late_reason"), _Column("shows"),
)  # fmt: skip
_COUNTS = ("list", "line", "column", "value", "shows")


def evidence_csv(bundle: EvidenceBundle) -> bytes:
    """UTF-8 with a byte-order mark, header row, quoted, CR LF; of an anonymised bundle its lists, a cell a line.

    Numbers are the pence, nights and version columns; everything else is text. Text that a spreadsheet would take for
    a formula gets an apostrophe in front. The NHS number keeps its 3-3-4 spaces, which also keeps it text. ``shows``
    says on each line how much of people the file shows.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    if bundle.kind is Kind.ANONYMISED:
        writer.writerow(_COUNTS)
        for register in bundle.registers:
            for line, values in enumerate(register.rows, start=1):
                for column, value in zip(register.columns, values, strict=True):
                    name = f"{column.name} (pence)" if column.how == "pence" else column.name
                    told = value if isinstance(value, int) else harmless(_text(value))
                    writer.writerow([register.sheet, line, name, told, bundle.kind.value])
        return out.getvalue().encode("utf-8-sig")
    writer.writerow([column.name for column in _COLUMNS])
    for week in bundle.weeks:
        for row in week.rows:
            cells = _cells(bundle, week, row)
            writer.writerow([
                harmless(str(cells[column.name])) if column.free_text else cells[column.name] for column in _COLUMNS
            ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _text(value: str | date | datetime | None) -> str:
    if isinstance(value, datetime):
        return date_time(value)
    return value.isoformat() if isinstance(value, date) else value or ""


def _cells(bundle: EvidenceBundle, week: EvidenceWeek, row: EvidenceRow) -> dict[str, str | int]:
    return {
        "home_ods": bundle.home_ods,
        "home": bundle.home_name,
        "week_start": week.week_start.isoformat(),
        "week_end": week.week_end.isoformat(),
        "policy": week.policy_version,
        "resident": row.resident,
        "nhs_number": nhs_words(bundle, row),
        "eligible": "yes" if row.eligible else "no",
        "nights": row.nights,
        "amount_pence": row.amount_pence,
        "amount": pounds(row.amount_pence),
        "claimed_pence": row.claimed_pence,
        "claimed": pounds(row.claimed_pence),
        "areas": "; ".join(each.area for each in row.areas),
        "evidence": "; ".join(evidence_words(each) for each in row.areas),
        "champions": "; ".join(champion_words(each) for each in row.areas),
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
        "reversal_of": row.reversal_of,
        "stands": ("yes" if row.stands else "no") if row.claimed else "",
        "standing_pence": row.standing_pence,
        "paid_pence": row.paid_pence,
        "nights_in_words": row.nights_words,
        "late_reason": row.late_reason,
        "shows": bundle.kind.value,
    }


def nhs_words(bundle: EvidenceBundle, row: EvidenceRow) -> str:
    """The NHS number in groups, where people are named; otherwise that it is left out."""
    return format_nhs_number(row.nhs_number) if bundle.kind is Kind.IDENTIFIABLE else "left out"


def evidence_words(each: AreaEvidence) -> str:
    """What proves an area, in one line."""
    found = [
        each.instrument,
        each.score,
        each.band,
        short_date(each.assessed_on),
        f"by {each.assessor.strip() or 'Not recorded'}",
    ]
    return f"{each.area}: {', '.join(part for part in found if part)}"


def champion_words(each: AreaEvidence) -> str:
    """Who covers an area, with the certificate, in one line."""
    expires = f"expires {short_date(each.certificate_expires)}" if each.certificate_expires else "no end date"
    who, number = (text.strip() or "Not recorded" for text in (each.champion, each.certificate))
    return f"{each.area}: {who}, certificate {number}, {expires}"
