"""What is known about one resident and one week, and what was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.needs import ChampionPathway, PremiumNeed
from app.domain.periods import DatePeriod, InstantPeriod


@dataclass(frozen=True, slots=True)
class NeedEvidence:
    """A recorded need and one piece of its evidence; several pieces are several entries, and the newest counts.

    ``area`` is a premium area, a health condition or ``engagement``. ``evidenced_on`` is the date of the signed
    assessment or paper document, None when there is none; ``evidence_ref`` its identifier in the record. ``overdue``:
    at the week's end the assessment should have been made again and was not, so that it is evidence no longer.
    """

    area: str
    evidenced_on: date | None
    evidence_ref: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Champion:
    """A champion's certificate in one pathway and assignment to this home; several assignments are several entries.

    Leave and sickness do not end an assignment, so they are not facts of the claim.
    """

    name: str
    pathway: ChampionPathway
    certificate: DatePeriod
    in_post: InstantPeriod
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class OtherClaim:
    """A live claim for the same resident, at this home or another (``home`` is its ODS code)."""

    home: str
    week_start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFacts:
    """Everything that decides one resident-week. Instants without an offset are local to Europe/London.

    ``week_start`` is a Monday. ``needs`` are those that held in the week, each once or with several pieces of evidence.
    ``died_at`` may be an instant; a date alone is its midnight, which judges every night from that date on the same.
    ``relied_upon`` names the areas that the claim cites, or None to let the rules choose. A week that is tested again
    later keeps the instant at which it was submitted.
    """

    id: str
    week_start: date
    submitted_at: datetime
    home_ods: str | None
    accredited: tuple[DatePeriod, ...]
    nhs_number: str | None
    date_of_birth: date | None
    stays: tuple[InstantPeriod, ...]
    needs: tuple[NeedEvidence, ...]
    champions: tuple[Champion, ...]
    nhs_number_absent_reason: str | None = None
    absences: tuple[InstantPeriod, ...] = ()
    chc: tuple[DatePeriod, ...] = ()
    died_at: datetime | None = None
    relied_upon: tuple[str, ...] | None = None
    other_live_claims: tuple[OtherClaim, ...] = ()
    late_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """What carries one area that passes: its newest evidence and the champion or champions who cover it.

    ``champions`` are those in post both at the week's end and at submission; when cover was handed over between the
    two instants there is no such person, and everybody who covers one of the instants is listed.
    """

    area: PremiumNeed
    evidenced_on: date
    evidence_ref: str | None
    champions: tuple[Champion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer for one resident-week.

    ``reasons`` holds every failure in the order of the rules R1 to R11; empty when eligible. ``relied_upon`` is empty
    unless eligible. ``manual``: nothing but lateness stands in the way and a reason for it was given, so a person at
    the commissioner decides. ``left_out``: needs that the claim does not rely on, each with why it could not (with no
    code where it could have been cited and was not).
    ``supports``: every area that passes, whether or not the claim does. ``at_stake_pence``: what the week would earn
    for its nights were every other rule met, or the full amount when the nights are too few; 0 without a policy.
    """

    id: str
    eligible: bool
    amount_pence: int
    nights: int
    relied_upon: tuple[PremiumNeed, ...]
    manual: bool
    reasons: tuple[str, ...]
    policy: str | None
    left_out: tuple[tuple[PremiumNeed, tuple[str, ...]], ...] = ()
    supports: tuple[Support, ...] = ()
    at_stake_pence: int = 0

    def as_json(self) -> dict[str, object]:
        """The decision as ``hartwell decide`` writes it; ``left_out`` only when eligible."""
        answer: dict[str, object] = {
            "id": self.id,
            "eligible": self.eligible,
            "amount_pence": self.amount_pence,
            "nights": self.nights,
            "relied_upon": [need.value for need in self.relied_upon],
            "manual": self.manual,
            "reasons": list(self.reasons),
            "policy": self.policy,
        }
        if self.eligible:
            answer["left_out"] = self.left_out_json()
        return answer

    def left_out_json(self) -> dict[str, list[str]]:
        """Each area left out, with the codes that say why."""
        return {need.value: list(codes) for need, codes in self.left_out}
