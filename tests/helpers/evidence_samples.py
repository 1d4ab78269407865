"""One invented premium week: claims accepted, refused and unanswered, and residents who were not claimed for."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.domain.evidence import AreaEvidence, ChampionRecord, EvidenceRow, EvidenceWeek, Reason

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


def week(rows: tuple[EvidenceRow, ...] | None = None, champions: int = 2) -> EvidenceWeek:
    """The week of 7 November 2016 at Practice House."""
    if rows is None:
        rows = (
            claim(0, "O'NEIL, Zoë (Mrs)"),
            claim(1, "NGUYỄN, Łukasz (Mr)", ccg_decision="refused: champion not confirmed", accepted_pence=0),
            claim(2, "SMITH, John (Mr)", ccg_decision="", accepted_pence=0, nhs_number=None),
            refused(3, "JONES, Ann", ("CHAMPION-NOT-IN-POST:falls", "No falls champion was in post at the week's end"),
                    ("CHAMPION-LT2", "Fewer than two areas have a champion")),
            refused(4, "BROWN, Tom", ("NEEDS-LT2", "Fewer than two premium needs")),
            claim(5, "GREEN, Eve", claim_id="", ccg_decision="", accepted_pence=0, signer="", signed_at=None,
                  signature="", bundle_id=""),
        )  # fmt: skip
    register = (
        ChampionRecord("Ada Champion", "dementia", "HCPA-D-0012", date(2016, 1, 8), None, date(2016, 1, 11), None,
                       "HCPA"),
        ChampionRecord("Ben Champion", "falls", "HCPA-F-0031", date(2016, 1, 8), date(2017, 12, 31), date(2016, 1, 11),
                       date(2016, 11, 30), "HCPA"),
    )[:champions]  # fmt: skip
    return EvidenceWeek(
        "Practice House", "VN3X2", "East and North Hertfordshire CCG", date(2016, 11, 7), "2015-10-05/1",
        datetime(2016, 11, 21, 9, 30, tzinfo=UTC), "Mo Manager", rows, register,
    )  # fmt: skip
