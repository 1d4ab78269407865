"""What was overdue at the end of a claim week is no evidence for it, whatever its age, and the week says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from app.domain.people import Need, ResidentId
from app.services import assessments, premium
from tests.factories import MUST_LOW, NEWS2_LOW, WEEK, LivingHome


@pytest.fixture
def covered(home: LivingHome) -> LivingHome:
    """A home with champions for nutrition, health and falls."""
    for pathway in ("nutrition", "health", "falls"):
        home.champion(pathway)
    return home


def codes(home: LivingHome, person: ResidentId) -> list[str]:
    row = next(row for row in premium.week(home.session, WEEK).rows if row.resident_id == person)
    return [reason.code for reason in row.reasons]


def signed(home: LivingHome, person: ResidentId, code: str, answers: Mapping[str, object], day: date) -> date | None:
    at = datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
    return assessments.sign(home.session, person, code, answers, at=at).outcome.next_due


PAPER = Need("falls", evidenced_on=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("day", "overdue"),
    [
        (date(2026, 10, 24), True),  # due on the Saturday; 29 days old, and evidence may be 35 days old
        (date(2026, 10, 25), False),  # due on the Sunday, the week's last day: that day is not over
        (date(2026, 11, 20), False),
    ],
)
def test_a_must_counts_only_until_it_should_have_been_done_again(
    covered: LivingHome, day: date, overdue: bool
) -> None:  # fmt: skip
    person = covered.resident(1, Need("nutrition"), PAPER)
    assert signed(covered, person, "must", MUST_LOW, day) is not None
    assert ("EVIDENCE-STALE:nutrition" in codes(covered, person)) is overdue


@pytest.mark.parametrize(("day", "overdue"), [(date(2026, 10, 24), True), (date(2026, 10, 25), False)])
def test_a_repeat_within_hours_is_no_review_and_the_usual_interval_counts(
    covered: LivingHome, day: date, overdue: bool
) -> None:  # fmt: skip
    person = covered.resident(1, Need("continence"), PAPER)
    assert signed(covered, person, "news2", {**NEWS2_LOW, "pulse": 95}, day) == day, "again within 6 hours"
    assert ("EVIDENCE-STALE:health" in codes(covered, person)) is overdue


def test_other_evidence_of_the_same_need_stands_in_for_what_is_overdue(covered: LivingHome) -> None:
    person = covered.resident(1, Need("nutrition", evidenced_on=date(2026, 10, 22)), PAPER)
    due = signed(covered, person, "must", MUST_LOW, date(2026, 10, 24))
    assert due is not None
    assert due < date(2026, 11, 22), "overdue at the week's end, and newer than the paper"
    assert codes(covered, person) == []
    row = premium.week(covered.session, WEEK).rows[0]
    assert ("Nutrition", "paper document, 22-Oct-2026") in row.evidence


def test_doing_it_after_the_week_mends_the_next_week_and_not_that_one(covered: LivingHome) -> None:
    person = covered.resident(1, Need("nutrition"), PAPER)
    signed(covered, person, "must", MUST_LOW, date(2026, 10, 20))
    assessments.sign(covered.session, person, "must", MUST_LOW)  # on Monday the 23rd
    assert "EVIDENCE-STALE:nutrition" in codes(covered, person)
