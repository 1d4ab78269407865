"""The accreditation: what proves a criterion on a day, when it ends, and the bed within 24 hours by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.accreditation import (
    CRITERIA,
    Accredited,
    Guarantee,
    Kept,
    Proof,
    State,
    accredited_on,
    guarantee,
    kept,
    proof_on,
)
from app.domain.home_facts import AdmissionDecision, AdmissionRequest, CriterionEvidence

DAY = date(2026, 11, 23)
ASKED = datetime(2026, 10, 24, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
REQUEST = AdmissionRequest(ASKED, "Lister Hospital", "A.B.", bed_free=True)
YES, NO = AdmissionDecision.ACCEPTED, AdmissionDecision.REFUSED


def test_there_are_six_criteria_in_their_order() -> None:
    assert [criterion.number for criterion in CRITERIA] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("since", "until", "proof"),
    [
        (DAY, None, Proof.SHOWN),
        (DAY, DAY, Proof.SHOWN),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), Proof.RUN_OUT),
        (DAY + timedelta(days=1), None, Proof.NONE),
    ],
)
def test_proof_counts_on_its_days_both_included(since: date, until: date | None, proof: Proof) -> None:
    assert proof_on([CriterionEvidence(3, "x", since, until)], 3, DAY) is proof
    assert proof_on([CriterionEvidence(3, "x", since, until)], 4, DAY) is Proof.NONE


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ((), Accredited(State.NONE)),
        (((date(2016, 1, 4), None),), Accredited(State.IN_FORCE)),
        (((date(2016, 1, 4), DAY),), Accredited(State.ENDING, DAY)),
        (((date(2016, 1, 4), DAY), (DAY + timedelta(days=1), None)), Accredited(State.IN_FORCE)),
        (((date(2016, 1, 4), DAY), (DAY + timedelta(days=2), None)), Accredited(State.ENDING, DAY)),
        (((date(2016, 1, 4), DAY + timedelta(days=93)),), Accredited(State.IN_FORCE, DAY + timedelta(days=93))),
        (((date(2016, 1, 4), DAY - timedelta(days=1)),), Accredited(State.EXPIRED, DAY - timedelta(days=1))),
        (((DAY + timedelta(days=3), None),), Accredited(State.NOT_YET, DAY + timedelta(days=3))),
    ],
)  # fmt: skip
def test_the_accreditation_on_a_day(periods: tuple[tuple[date, date | None], ...], expected: Accredited) -> None:
    assert accredited_on(periods, DAY) == expected


@pytest.mark.parametrize(
    ("request_", "hours_later", "expected"),
    [
        (REQUEST, 24, Kept.OPEN),
        (REQUEST, 25, Kept.BROKEN),
        (replace(REQUEST, decision=YES, decided_at=ASKED), 25, Kept.BROKEN),
        (replace(REQUEST, decision=YES, decided_at=ASKED, arrived_at=ASKED + 24 * HOUR), 99, Kept.KEPT),
        (replace(REQUEST, decision=YES, decided_at=ASKED, arrived_at=ASKED + 25 * HOUR), 99, Kept.BROKEN),
        (replace(REQUEST, decision=NO, decided_at=ASKED), 1, Kept.BROKEN),
        (replace(REQUEST, decision=NO, decided_at=ASKED, bed_free=False), 99, Kept.NO_BED),
        (replace(REQUEST, decision=AdmissionDecision.WITHDRAWN, decided_at=ASKED), 99, Kept.WITHDRAWN),
    ],
)
def test_twenty_four_hours_are_twenty_four_hours_also_when_the_clocks_change(
    request_: AdmissionRequest, hours_later: int, expected: Kept
) -> None:
    """The request is of the afternoon before British Summer Time ends: 24 hours later it is 14:00 GMT, not 15:00."""
    assert kept(request_, ASKED + hours_later * HOUR) is expected


def test_the_counts_leave_out_what_the_guarantee_does_not_hold_for() -> None:
    met = replace(REQUEST, decision=YES, decided_at=ASKED, arrived_at=ASKED + HOUR)
    requests = [met, replace(REQUEST, decision=NO, decided_at=ASKED), replace(REQUEST, bed_free=False), REQUEST]
    assert guarantee(requests, ASKED + HOUR) == Guarantee(asked=4, held=2, kept=1, open=1)
