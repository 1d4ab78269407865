"""One invented premium week: claims accepted, refused and unanswered, and residents who were not claimed for."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.domain.evidence import (
    AreaEvidence,
    Column,
    EvidenceBundle,
    EvidenceRow,
    EvidenceWeek,
    Kind,
    Reason,
    Register,
)

NHS_NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077")


def dementia() -> AreaEvidence:
    """The dementia area, proved by a 4AT."""
    return AreaEvidence(
        "dementia", "4AT", date(2016, 10, 20), "5", "Possible delirium", "Nia Nurse", "Ada Champion", "HCPA-D-0012"
    )


def falls() -> AreaEvidence:
    """The falls area, proved by a multifactorial assessment."""
    return AreaEvidence(
        "falls", "Falls multifactorial", date(2016, 11, 1), "", "High risk", "Carla Carer", "Ben Champion",
        "HCPA-F-0031", date(2017, 12, 31),
    )  # fmt: skip


def claim(number: int, resident: str, **changes: object) -> EvidenceRow:
    """An eligible resident-week that was claimed."""
    given: dict[str, object] = {
        "resident": resident,
        "nhs_number": NHS_NUMBERS[number % len(NHS_NUMBERS)],
        "eligible": True,
        "amount_pence": 7000,
        "nights": 7,
        "areas": (dementia(), falls()),
        "claim_id": f"019a9f3c-0000-7000-8000-{number:012d}",
        "ccg_decision": "accepted",
        "accepted_pence": 7000,
        "signer": "Mo Manager",
        "signed_at": datetime(2016, 11, 14, 17, 0, tzinfo=UTC),
        "signature": "7F3A-91C2",
        "bundle_id": "019a9f3d-1111-7000-8000-000000000001",
    }
    return EvidenceRow(**(given | changes))  # type: ignore[arg-type]


def refused(number: int, resident: str, *reasons: tuple[str, str]) -> EvidenceRow:
    """A resident-week that the rules refuse."""
    return EvidenceRow(
        resident,
        NHS_NUMBERS[number % len(NHS_NUMBERS)],
        eligible=False,
        amount_pence=0,
        nights=5,
        reasons=tuple(Reason(code, words) for code, words in reasons),
    )


def reversal(number: int, resident: str) -> EvidenceRow:
    """The claim made before, taken back."""
    return claim(
        number, resident, eligible=False, amount_pence=-7000, version=2, areas=(), ccg_decision="Accepted",
        stands=False, accepted_pence=-7000, paid_pence=-7000, reversal_of=f"019a9f3c-0000-7000-8000-{number:012d}",
        claim_id=f"019a9f3c-0000-7000-8000-{number:012d}-2", reasons=(Reason("CHC-FUNDED", "Funded by the NHS"),),
    )  # fmt: skip


def week(rows: tuple[EvidenceRow, ...] | None = None, start: date = date(2016, 11, 7)) -> EvidenceWeek:
    """The week of 7 November 2016."""
    if rows is None:
        rows = (
            claim(0, "O'NEIL, Zoë (Mrs)", paid_pence=7000),
            claim(1, "NGUYỄN, Łukasz (Mr)", ccg_decision="refused: champion not confirmed", accepted_pence=0,
                  stands=False),
            claim(2, "SMITH, John (Mr)", ccg_decision="", accepted_pence=0, nhs_number=None),
            claim(3, "HALL, May (Mrs)", stands=False, paid_pence=7000),
            reversal(3, "HALL, May (Mrs)"),
            refused(4, "JONES, Ann", ("CHAMPION-NOT-IN-POST:falls", "No falls champion was in post at the week's end"),
                    ("CHAMPION-LT2", "Fewer than two areas have a champion")),
            refused(5, "BROWN, Tom", ("NEEDS-LT2", "Fewer than two premium needs")),
            claim(6, "GREEN, Eve", claim_id="", ccg_decision="", accepted_pence=0, signer="", signed_at=None,
                  signature="", bundle_id=""),
        )  # fmt: skip
    return EvidenceWeek(start, "2015-10-05/1", rows)


CHAMPIONS = Register(
    "Champion register", "Champions", (Column("Champion"), Column("Expires", "date"), Column("In post to", "date")),
    (("Ada Champion", "No end date", "To date"), ("Ben Champion", date(2017, 12, 31), date(2016, 11, 30))),
    "No champion is recorded at this home.",
)  # fmt: skip
SPENDING = Register(
    "What the premium was spent on", "Spending", (Column("On", "date"), Column("What"), Column("Amount", "pence")),
    ((date(2016, 11, 9), "=HYPERLINK(1)", 12345), (date(2016, 11, 10), "Came back", -45)),
    "No spending is recorded in the span.", "Whole pence.", total=True,
)  # fmt: skip


def bundle(
    *weeks: EvidenceWeek, kind: Kind = Kind.IDENTIFIABLE, registers: tuple[Register, ...] = (CHAMPIONS, SPENDING)
) -> EvidenceBundle:
    """The evidence of Practice House for the weeks, or for the one of :func:`week`."""
    found = weeks or (week(),)
    return EvidenceBundle(
        kind=kind,
        home_name="Practice House",
        home_ods="VN3X2",
        ccg="East and North Hertfordshire CCG",
        first=found[0].week_start,
        last=found[-1].week_end,
        made_at=datetime(2016, 11, 21, 9, 30, tzinfo=UTC),
        made_by="Mo Manager",
        signer_key="0a1b2c3d4e5f6071" * 4,
        weeks=found,
        registers=registers,
    )
