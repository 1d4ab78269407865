"""What a fact must be to be recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.errors import UserError
from app.domain.fact_rules import check_fact
from app.domain.people import (
    Absence,
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactBody,
    Medicine,
    Need,
    Stay,
)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


REFUSED: list[tuple[FactBody, tuple[FactBody, ...], str, str]] = [
    (Allergy(), (), "substance", "Enter what the resident is allergic to"),
    (Allergy(none_known=True), (Allergy("Penicillin"),), "none_known", "Allergies are recorded"),
    (Allergy("Penicillin"), (Allergy(none_known=True),), "substance", '"No known allergies" is recorded'),
    (Diagnosis("  "), (), "text", "Enter the diagnosis"),
    (Medicine(" "), (), "name", "Enter the medicine"),
    (
        Medicine("A", started=date(2026, 2, 2), stopped=date(2026, 2, 1)),
        (),
        "stopped",
        "The medicine cannot stop before it started",
    ),
    (Contact(""), (), "name", "Enter the contact's name"),
    (
        CprDecision(CprKind.DNACPR, date(2026, 2, 2), review_on=date(2026, 2, 1)),
        (),
        "review_on",
        "The review date must not be before the decision",
    ),
    (Need("happiness"), (), "area", "happiness is not an area of need"),
    (Need("falls", date(2026, 2, 2), date(2026, 2, 1)), (), "until", "The end must not be before the start"),
    (ChcPeriod(date(2026, 2, 2), date(2026, 2, 1)), (), "until", "The end must not be before the start"),
    (
        ChcPeriod(date(2026, 2, 1), None),
        (ChcPeriod(date(2026, 1, 1), date(2026, 2, 1)),),
        "since",
        "This overlaps another Continuing Healthcare period",
    ),
    (Stay(at(5), at(4)), (), "until", "The end must not be before the start"),
    (Stay(at(5)), (Stay(at(1), at(6)),), "since", "This overlaps another stay"),
    (Stay(at(1)), (Stay(at(5), at(6)),), "since", "This overlaps another stay"),
    (Absence(at(5)), (), "since", "The resident did not live in the home then"),
    (Absence(at(5)), (Stay(at(1), at(5)),), "since", "The resident did not live in the home then"),
    (Absence(at(5)), (Stay(at(1)), Absence(at(4))), "since", "This overlaps another absence"),
]


@pytest.mark.parametrize(("body", "others", "field", "words"), REFUSED)
def test_a_fact_that_cannot_be_true_is_refused_at_its_field(
    body: FactBody, others: tuple[FactBody, ...], field: str, words: str
) -> None:
    with pytest.raises(UserError) as refused:
        check_fact(body, others)
    assert refused.value.field == field
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("body", "others"),
    [
        (Allergy("Nuts"), (Allergy("Penicillin"),)),
        (Allergy(none_known=True), ()),
        (ChcPeriod(date(2026, 2, 2)), (ChcPeriod(date(2026, 1, 1), date(2026, 2, 1)),)),
        (Stay(at(6)), (Stay(at(1), at(6)),)),
        (Absence(at(1)), (Stay(at(1)),)),
        (Absence(at(5)), (Stay(at(1)), Absence(at(4), at(5)))),
        (Need("engagement"), ()),
        (Need("continence"), (Need("respiratory"),)),
        (CprDecision(CprKind.DNACPR), (CprDecision(CprKind.ATTEMPT),)),
        (Medicine("A", started=date(2026, 2, 2), stopped=date(2026, 2, 2)), ()),
    ],
)
def test_facts_that_fit_together_are_accepted(body: FactBody, others: tuple[FactBody, ...]) -> None:
    check_fact(body, others)
