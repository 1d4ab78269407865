"""What proves one week's Complex Care Premium claims: the content of the evidence PDF and CSV.

Values only: they are filled from decisions as stored at submission, so that a past week prints the same again. Money is
whole pence; a reversal carries a negative amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class AreaEvidence:
    """One relied-upon premium area: the assessment that proves it and the champion in post for it.

    ``certificate_expires`` None means a certificate without an end date, not an unknown one.
    """

    area: str
    instrument: str
    assessed_on: date | None
    score: str = ""
    band: str = ""
    assessor: str = ""
    champion: str = ""
    certificate: str = ""
    certificate_expires: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a resident-week is not eligible: the rule's code and what it means in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One resident-week. ``claim_id`` is empty while nothing has been submitted; ``amount_pence`` is what the rules
    decided, claimed or not; ``accepted_pence`` what the commissioner has agreed to so far (``ccg_decision`` has its
    words); ``signature`` is the short code of the signer's signature."""

    resident: str
    nhs_number: str | None
    eligible: bool
    amount_pence: int
    nights: int
    areas: tuple[AreaEvidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    claim_id: str = ""
    version: int = 1
    ccg_decision: str = ""
    accepted_pence: int = 0
    signer: str = ""
    signed_at: datetime | None = None
    signature: str = ""
    bundle_id: str = ""

    @property
    def claimed(self) -> bool:
        """Whether a claim has been submitted."""
        return bool(self.claim_id)

    @property
    def claimed_pence(self) -> int:
        """What was claimed: the amount once submitted, otherwise nothing."""
        return self.amount_pence if self.claimed else 0


@dataclass(frozen=True, slots=True)
class ChampionRecord:
    """One appointment in the champion register of this home."""

    name: str
    pathway: str
    certificate: str = ""
    passed_on: date | None = None
    expires_on: date | None = None
    in_post_from: date | None = None
    in_post_to: date | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceWeek:
    """Everything decided and claimed for one home and one Monday-to-Sunday week. ``rows`` has every resident of the
    week, claimed or not."""

    home_name: str
    home_ods: str
    ccg: str
    week_start: date
    policy_version: str
    made_at: datetime
    made_by: str
    rows: tuple[EvidenceRow, ...]
    champions: tuple[ChampionRecord, ...] = ()
    practice: bool = False

    @property
    def week_end(self) -> date:
        """The Sunday."""
        return self.week_start + timedelta(days=6)

    @property
    def claimed(self) -> tuple[EvidenceRow, ...]:
        """The submitted claims, in the order of the rows."""
        return tuple(row for row in self.rows if row.claimed)

    @property
    def not_claimed(self) -> tuple[EvidenceRow, ...]:
        """Every other resident of the week."""
        return tuple(row for row in self.rows if not row.claimed)

    @property
    def claimed_pence(self) -> int:
        """The sum of the submitted claims, reversals taken off."""
        return sum(row.claimed_pence for row in self.rows)

    @property
    def accepted_pence(self) -> int:
        """What the commissioner has agreed to so far."""
        return sum(row.accepted_pence for row in self.rows)

    @property
    def eligible_pence(self) -> int:
        """The sum of what the rules decided, submitted or not."""
        return sum(row.amount_pence for row in self.rows)
