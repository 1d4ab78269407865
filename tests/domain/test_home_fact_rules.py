"""What the home cannot record about itself, each refused in words at the field that is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.codec import canonical, from_plain, parse, to_plain
from app.domain.errors import UserError
from app.domain.home_fact_rules import check_home_fact
from app.domain.home_facts import (
    HOME_FACT_TYPES,
    AdmissionDecision,
    AdmissionRequest,
    Attachment,
    ClaimReview,
    CommissionerAnswer,
    Course,
    CriterionEvidence,
    DatedPolicy,
    Duty,
    HomeFactBody,
    Remittance,
    RemittanceLine,
    Spend,
    SpendCategory,
    Training,
    home_fact_kind,
)
from app.domain.people import StaffId
from app.domain.premium import POLICIES, Policy

DAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(version="2026-11-02/1", starts=DAY)
TRAINING = Training(StaffId("s1"), Course.LIFTING, DAY, date(2027, 11, 1))
DUTY = Duty(StaffId("s1"), AT, AT + 12 * HOUR)
PAPER = Attachment("p1", "Certificate", "application/pdf", "ab" * 32, 1000)
PAID = Remittance(DAY, "BACS 1", 14_000, (RemittanceLine("H|R1|2026-10-05|v1", 7_000),
                                         RemittanceLine("H|R2|2026-10-05|v1", 7_000)))  # fmt: skip
SPENT = Spend(DAY, SpendCategory.EQUIPMENT, 12_000, "Sensor mats")
ASKED = AdmissionRequest(AT, "Lister Hospital", "A.B.", bed_free=True)
SHOWN = CriterionEvidence(3, "Hoist serviced", DAY)
ANSWER = CommissionerAnswer("part_weeks", "Paid by the night", DAY, "The commissioner's office")
REVIEW = ClaimReview("H|R1|2026-10-05|v1", "abc", "Nothing to take back: the ward kept the bed")
SOUND: tuple[HomeFactBody, ...] = (
    DatedPolicy(POLICY), ANSWER, TRAINING, DUTY, PAPER, PAID, SPENT, ASKED, SHOWN, REVIEW,
)  # fmt: skip


def test_there_is_one_of_every_kind_here() -> None:
    assert {home_fact_kind(body) for body in SOUND} == set(HOME_FACT_TYPES)


@pytest.mark.parametrize("body", SOUND, ids=lambda body: type(body).__name__)
def test_what_is_sound_is_taken_and_reads_back_the_same(body: HomeFactBody) -> None:
    check_home_fact(body, ())
    assert from_plain(parse(canonical(to_plain(body))), type(body)) == body


WRONG: list[tuple[HomeFactBody, tuple[HomeFactBody, ...], str]] = [
    (DatedPolicy(replace(POLICY, starts=DAY + timedelta(days=1))), (), "starts"),
    (DatedPolicy(replace(POLICY, starts=date(2015, 9, 28))), (), "starts"),
    (DatedPolicy(replace(POLICY, ends=DAY + timedelta(days=5))), (), "ends"),
    (DatedPolicy(replace(POLICY, ends=DAY - timedelta(days=1))), (), "ends"),
    (DatedPolicy(replace(POLICY, version=POLICIES[0].version)), (), "version"),
    (DatedPolicy(replace(POLICY, version=" ")), (), "version"),
    (DatedPolicy(replace(POLICY, areas_required=3)), (), "areas_required"),
    (
        DatedPolicy(replace(POLICY, version="late", starts=date(2026, 11, 23))),
        (DatedPolicy(replace(POLICY, ends=date(2026, 11, 15))),),
        "starts",
    ),
    (replace(ANSWER, answer=" "), (), "answer"),
    (replace(TRAINING, expires_on=DAY - timedelta(days=1)), (), "expires_on"),
    (TRAINING, (TRAINING,), "passed_on"),
    (replace(DUTY, until=AT), (), "until"),
    (replace(DUTY, until=AT + 25 * HOUR), (), "until"),
    (DUTY, (replace(DUTY, since=AT + 11 * HOUR, until=AT + 20 * HOUR),), "since"),
    (replace(PAPER, media_type="text/html"), (), "file"),
    (replace(PAPER, size=0), (), "file"),
    (replace(PAPER, title=""), (), "title"),
    (replace(PAID, total_pence=14_001), (), "total_pence"),
    (replace(PAID, lines=()), (), "lines"),
    (PAID, (replace(PAID, reference="bacs 1"),), "reference"),
    (replace(SPENT, pence=0), (), "pence"),
    (replace(ASKED, decision=AdmissionDecision.ACCEPTED), (), "decided_at"),
    (replace(ASKED, decision=AdmissionDecision.ACCEPTED, decided_at=AT - HOUR), (), "decided_at"),
    (replace(ASKED, decision=AdmissionDecision.REFUSED, decided_at=AT), (), "why_not"),
    (replace(ASKED, arrived_at=AT + HOUR), (), "arrived_at"),
    (replace(SHOWN, criterion=7), (), "criterion"),
    (replace(SHOWN, until=DAY - timedelta(days=1)), (), "until"),
    (replace(REVIEW, words=""), (), "words"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "others", "field"), WRONG, ids=[f"{type(b).__name__}-{f}-{n}" for n, (b, _, f) in enumerate(WRONG)]
)
def test_what_cannot_be_is_refused_at_its_field(
    body: HomeFactBody, others: tuple[HomeFactBody, ...], field: str
) -> None:
    with pytest.raises(UserError) as refused:
        check_home_fact(body, others)
    assert refused.value.field == field


def test_a_premium_that_ended_may_begin_again_the_week_after() -> None:
    ended = DatedPolicy(replace(POLICY, ends=date(2026, 11, 15)))
    check_home_fact(DatedPolicy(replace(POLICY, version="again", starts=date(2026, 11, 16))), (ended,))
