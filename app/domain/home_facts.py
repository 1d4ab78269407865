"""What a home records about itself for the premium: policies, training, shifts, money, admissions, proof.

The same idea as the facts about a resident: a fact is added, changed with a reason, or said to have been entered in
error; nothing is ever overwritten. When a thing was so (its own dates) and when it was recorded are kept apart, so that
what was known on a day can be told from what is known now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from app.domain.people import RevisionId, StaffId
from app.domain.premium.policy import Policy

HomeFactId = NewType("HomeFactId", str)


@dataclass(frozen=True, slots=True)
class DatedPolicy:
    """A reading of the premium's rules that the home has been told of; the reason stands in its revision."""

    policy: Policy


@dataclass(frozen=True, slots=True)
class CommissionerAnswer:
    """What the commissioner said to one of the open questions (a key of ``domain.premium.questions``)."""

    question: str
    answer: str
    answered_on: date
    answered_by: str = ""


class Course(StrEnum):
    """What staff are trained in beside the champion pathways: what the accreditation asks for."""

    FALL_ASSESSMENT = "fall_assessment"
    LIFTING = "lifting"
    NUTRITION_TOOLS = "nutrition_tools"
    BANDAGING = "bandaging"
    PEG = "peg"
    SYRINGE_DRIVER = "syringe_driver"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Training:
    """A course that a member of staff passed; both dates included, ``expires_on`` None for one without an end."""

    staff_id: StaffId
    course: Course
    passed_on: date
    expires_on: date | None = None
    provider: str = ""
    certificate_no: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift on the rota, ``[since, until)`` in UTC."""

    staff_id: StaffId
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper that proves something, kept in the store: ``about`` is the id of the post, fact or member it belongs to.

    ``media_type`` is application/pdf, image/jpeg or image/png; the bytes are found by their SHA-256.
    """

    about: str
    title: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """What was paid for one claim, in pence; negative where money was taken back. ``identifier`` names the claim."""

    identifier: str
    pence: int


@dataclass(frozen=True, slots=True)
class Remittance:
    """A payment that arrived: what the payer says it is for. ``source`` is ``typed`` or the name of a file."""

    paid_on: date
    reference: str
    total_pence: int
    lines: tuple[RemittanceLine, ...]
    payer: str = ""
    source: str = "typed"


class SpendCategory(StrEnum):
    """What the premium is spent on: the programme's own examples, and the rest."""

    PAY = "pay"
    COVER = "cover"
    MEALTIME_STAFFING = "mealtime_staffing"
    EQUIPMENT = "equipment"
    IT = "it"
    CARE_PLANS = "care_plans"
    TRAINING = "training"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Spend:
    """Something bought with the premium, in whole pence; negative for money that came back."""

    on: date
    category: SpendCategory
    pence: int
    what: str
    supplier: str = ""


class AdmissionDecision(StrEnum):
    """What the home answered to a request for a bed."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AdmissionRequest:
    """A request for a bed from hospital or the community: asked, answered, arrived. ``person`` holds initials only.

    The home guarantees admission within 24 hours where a bed is free (criterion 4 of the accreditation).
    """

    requested_at: datetime
    source: str
    person: str
    bed_free: bool
    decision: AdmissionDecision | None = None
    decided_at: datetime | None = None
    arrived_at: datetime | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class CriterionEvidence:
    """What shows that one of the six criteria (1 to 6) is met, for a span of days; papers are attached to it."""

    criterion: int
    words: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """A manager has looked at a claim that a later correction touches: ``finding`` names what they looked at."""

    identifier: str
    finding: str
    words: str


HomeFactBody = (
    DatedPolicy | CommissionerAnswer | Training | Duty | Attachment | Remittance | Spend | AdmissionRequest
    | CriterionEvidence | ClaimReview
)  # fmt: skip


class HomeFactKind(StrEnum):
    """The kinds of fact, named as in the store and the audit trail."""

    POLICY = "policy"
    COMMISSIONER_ANSWER = "commissioner_answer"
    TRAINING = "training"
    DUTY = "duty"
    ATTACHMENT = "attachment"
    REMITTANCE = "remittance"
    SPEND = "spend"
    ADMISSION = "admission"
    CRITERION = "criterion"
    CLAIM_REVIEW = "claim_review"


HOME_FACT_TYPES: dict[HomeFactKind, type[HomeFactBody]] = {
    HomeFactKind.POLICY: DatedPolicy,
    HomeFactKind.COMMISSIONER_ANSWER: CommissionerAnswer,
    HomeFactKind.TRAINING: Training,
    HomeFactKind.DUTY: Duty,
    HomeFactKind.ATTACHMENT: Attachment,
    HomeFactKind.REMITTANCE: Remittance,
    HomeFactKind.SPEND: Spend,
    HomeFactKind.ADMISSION: AdmissionRequest,
    HomeFactKind.CRITERION: CriterionEvidence,
    HomeFactKind.CLAIM_REVIEW: ClaimReview,
}


def home_fact_kind(body: HomeFactBody) -> HomeFactKind:
    """The kind that a body is of."""
    return next(kind for kind, cls in HOME_FACT_TYPES.items() if type(body) is cls)


def home_fact_about(body: HomeFactBody) -> str:
    """What a fact is looked for by: the person, the claim, the thing that a paper proves; empty for the home's own."""
    match body:
        case Training() | Duty():
            return body.staff_id
        case Attachment():
            return body.about
        case ClaimReview():
            return body.identifier
        case CommissionerAnswer():
            return body.question
        case _:
            return ""


def home_fact_day(body: HomeFactBody) -> str:
    """The day (or instant) that a fact is sorted by, as ISO text; empty when it has none."""
    match body:
        case DatedPolicy():
            return body.policy.starts.isoformat()
        case CommissionerAnswer():
            return body.answered_on.isoformat()
        case Training():
            return body.passed_on.isoformat()
        case Duty():
            return body.since.isoformat()
        case Remittance():
            return body.paid_on.isoformat()
        case Spend():
            return body.on.isoformat()
        case AdmissionRequest():
            return body.requested_at.isoformat()
        case CriterionEvidence():
            return body.since.isoformat()
        case Attachment() | ClaimReview():
            return ""


@dataclass(frozen=True, slots=True)
class HomeFact:
    """A fact as last recorded: who said so and when (``recorded_at`` in UTC)."""

    id: HomeFactId
    revision_id: RevisionId
    body: HomeFactBody
    recorded_at: datetime
    recorded_by: str
    in_error: bool = False
    reason: str = ""

    @property
    def kind(self) -> HomeFactKind:
        """Which kind of fact it is."""
        return home_fact_kind(self.body)
