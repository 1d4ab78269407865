"""What stands against recording a fact of the home; each refusal names the field in the label's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from app.domain.dates import day_date
from app.domain.errors import UserError
from app.domain.home_facts import (
    AdmissionDecision,
    AdmissionRequest,
    Attachment,
    ClaimReview,
    CommissionerAnswer,
    CriterionEvidence,
    DatedPolicy,
    Duty,
    HomeFactBody,
    Remittance,
    Spend,
    Training,
)
from app.domain.premium.policy import POLICIES, Policy

MEDIA_TYPES: Final = ("application/pdf", "image/jpeg", "image/png")
MOST_BYTES: Final = 10 * 1024 * 1024
CRITERIA: Final = range(1, 7)


def check_home_fact(body: HomeFactBody, others: Sequence[HomeFactBody]) -> None:
    """Raise UserError for what cannot be; ``others`` are the sound facts of the same kind beside this one."""
    _CHECKS[type(body)](body, others)


def _policy(body: DatedPolicy, others: Sequence[HomeFactBody]) -> None:
    policy = body.policy
    if not policy.version.strip():
        raise UserError("Enter a version", field="version")
    known = [*POLICIES, *(other.policy for other in others if isinstance(other, DatedPolicy))]
    if any(each.version == policy.version for each in known):
        raise UserError(f"There is a policy {policy.version} already", field="version")
    if policy.starts.weekday() != 0:
        raise UserError("A policy begins with a claim week, on a Monday", field="starts")
    if policy.starts < POLICIES[0].starts:
        raise UserError("The premium was not in force before its first policy", field="starts")
    if policy.ends is not None:
        _days_in_order(policy.starts, policy.ends, "ends")
        if policy.ends.weekday() != 6:
            raise UserError("A policy ends with a claim week, on a Sunday", field="ends")
    _no_gap([*known, policy])
    if any(value < 0 for value in (policy.amount_pence, policy.pro_rata_pence, policy.max_retained_nights)):
        raise UserError("Enter nought or more", field="amount_pence")
    if policy.areas_required > policy.needs_required:
        raise UserError("A claim cannot rely on more areas than needs are asked for", field="areas_required")


def _no_gap(policies: Sequence[Policy]) -> None:
    """A premium that ended may begin again, but never by mistake: every week between two policies has one."""
    in_order = sorted(policies, key=lambda policy: (policy.starts, policy.version))
    for ended, after in pairwise(in_order):
        if ended.ends is not None and after.starts > ended.ends + timedelta(days=1):
            first, last = ended.ends + timedelta(days=1), after.starts - timedelta(days=1)
            raise UserError(
                f"The weeks from {day_date(first)} to {day_date(last)} would have no policy", field="starts"
            )


def _answer(body: CommissionerAnswer, _others: Sequence[HomeFactBody]) -> None:
    _words(body.answer, "Enter the answer", "answer")


def _training(body: Training, others: Sequence[HomeFactBody]) -> None:
    _days_in_order(body.passed_on, body.expires_on, "expires_on")
    if any(isinstance(o, Training) and (o.staff_id, o.course, o.passed_on, o.title) ==
           (body.staff_id, body.course, body.passed_on, body.title) for o in others):  # fmt: skip
        raise UserError("This course on this day is recorded already", field="passed_on")


def _duty(body: Duty, others: Sequence[HomeFactBody]) -> None:
    if body.until <= body.since:
        raise UserError("The shift must end after it begins", field="until")
    if (body.until - body.since).total_seconds() > 24 * 3600:
        raise UserError("A shift is at most 24 hours long", field="until")
    if any(
        isinstance(o, Duty) and o.staff_id == body.staff_id and o.since < body.until and body.since < o.until
        for o in others
    ):
        raise UserError("This overlaps another shift of the same person", field="since")


def _attachment(body: Attachment, _others: Sequence[HomeFactBody]) -> None:
    _words(body.title, "Enter what the paper is", "title")
    if body.media_type not in MEDIA_TYPES:
        raise UserError("Choose a PDF, a JPEG or a PNG file", field="file")
    if not 0 < body.size <= MOST_BYTES:
        raise UserError("The file must not be empty, nor larger than 10 MB", field="file")


def _remittance(body: Remittance, others: Sequence[HomeFactBody]) -> None:
    _words(body.reference, "Enter the payment reference", "reference")
    if not body.lines:
        raise UserError("Enter at least one claim that was paid", field="lines")
    if sum(line.pence for line in body.lines) != body.total_pence:
        raise UserError("The lines do not add up to the amount paid", field="total_pence")
    if any(
        isinstance(o, Remittance) and (o.reference.casefold(), o.paid_on) == (body.reference.casefold(), body.paid_on)
        for o in others
    ):
        raise UserError("A payment with this reference on this day is recorded already", field="reference")


def _spend(body: Spend, _others: Sequence[HomeFactBody]) -> None:
    _words(body.what, "Enter what was bought", "what")
    if body.pence == 0:
        raise UserError("Enter the amount", field="pence")


def _admission(body: AdmissionRequest, _others: Sequence[HomeFactBody]) -> None:
    _words(body.source, "Enter who asked", "source")
    _words(body.person, "Enter the person's initials", "person")
    _instants_in_order(body.requested_at, body.decided_at, "decided_at", "The answer cannot come before the request")
    _instants_in_order(body.requested_at, body.arrived_at, "arrived_at", "The arrival cannot come before the request")
    if (body.decision is None) != (body.decided_at is None):
        raise UserError("Enter both the answer and when it was given", field="decided_at")
    if body.decision is AdmissionDecision.REFUSED:
        _words(body.why_not, "Enter why the request was refused", "why_not")
    if body.arrived_at is not None and body.decision is not AdmissionDecision.ACCEPTED:
        raise UserError("Only somebody who was accepted can have arrived", field="arrived_at")


def _criterion(body: CriterionEvidence, _others: Sequence[HomeFactBody]) -> None:
    if body.criterion not in CRITERIA:
        raise UserError("Choose one of the six criteria", field="criterion")
    _words(body.words, "Enter what shows it", "words")
    _days_in_order(body.since, body.until, "until")


def _review(body: ClaimReview, _others: Sequence[HomeFactBody]) -> None:
    _words(body.words, "Enter what you decided", "words")


def _words(text: str, ask: str, field: str) -> None:
    if not text.strip():
        raise UserError(ask, field=field)


def _days_in_order(since: date, until: date | None, field: str) -> None:
    if until is not None and until < since:
        raise UserError("The end must not be before the start", field=field)


def _instants_in_order(first: datetime, second: datetime | None, field: str, words: str) -> None:
    if second is not None and second < first:
        raise UserError(words, field=field)


_CHECKS: dict[type[HomeFactBody], Callable[[Any, Sequence[HomeFactBody]], None]] = {
    DatedPolicy: _policy,
    CommissionerAnswer: _answer,
    Training: _training,
    Duty: _duty,
    Attachment: _attachment,
    Remittance: _remittance,
    Spend: _spend,
    AdmissionRequest: _admission,
    CriterionEvidence: _criterion,
    ClaimReview: _review,
}
