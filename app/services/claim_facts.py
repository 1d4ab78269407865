"""From the record to the facts that decide a resident-week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.domain.codec import from_plain
from app.domain.dates import LONDON, to_local
from app.domain.instruments import registry
from app.domain.messages import Evidence, ReliedUpon
from app.domain.needs import premium_need
from app.domain.people import Absence, ChcPeriod, Fact, FactKind, Home, Need, Resident, ResidentId, StaffMember, Stay
from app.domain.premium import (
    Champion,
    Decision,
    NeedEvidence,
    OtherClaim,
    Policy,
    WeekFacts,
    decide,
    policy_for,
    policy_named,
)
from app.models import assessments as assessment_rows
from app.models import claims as claim_rows
from app.models import home_facts as home_rows
from app.models import residents as resident_rows
from app.models import revisions
from app.models import staff as staff_rows
from app.services.staff import champions_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAPER = "paper"
"""The "instrument" of evidence that is a dated paper document."""


@dataclass(frozen=True, slots=True)
class WeekPicture:
    """Everything the store holds that bears on one claim week, read in one transaction.

    ``residents`` lived in the home on some day of the week; ``evidence`` finds a piece of evidence by its reference;
    ``posts`` finds the member of staff of a champion post; ``signed`` has what each claim rested on when it was signed.
    """

    home: Home
    week_start: date
    residents: tuple[Resident, ...]
    facts: Mapping[ResidentId, tuple[Fact, ...]]
    needs: Mapping[ResidentId, tuple[NeedEvidence, ...]]
    champions: tuple[Champion, ...]
    claims: Mapping[ResidentId, tuple[claim_rows.ClaimLineRow, ...]]
    evidence: Mapping[str, Evidence]
    posts: Mapping[str, StaffMember]
    signed: Mapping[str, tuple[WeekFacts, Decision]]
    policies: tuple[Policy, ...]

    @property
    def policy(self) -> Policy | None:
        """The policy in force for the week, as the record has it now."""
        return policy_for(self.week_start, self.policies)

    def newest_claim(self, resident: Resident) -> claim_rows.ClaimLineRow | None:
        """The newest version of the resident's claim for the week, if there is one."""
        return max(self.claims.get(resident.id, ()), key=lambda claim: claim.version, default=None)

    def stands(self, claim: claim_rows.ClaimLineRow) -> bool:
        """Whether this version of a claim is the one that stands for its resident and week."""
        stood = claim_rows.standing(self.claims.get(claim.resident_id, ()))
        return stood is not None and stood.id == claim.id

    def facts_for(self, resident: Resident, submitted_at: datetime, *, late_reason: str | None = None) -> WeekFacts:
        """The facts of one resident as the record has them now, for a claim submitted at the instant."""
        details = resident.details
        bodies = [fact.body for fact in self.facts.get(resident.id, ())]
        return WeekFacts(
            id=resident.id,
            week_start=self.week_start,
            submitted_at=submitted_at,
            home_ods=self.home.ods,
            accredited=self.home.accredited,
            nhs_number=details.nhs_number,
            nhs_number_absent_reason=details.nhs_number_absent_reason or None,
            date_of_birth=details.date_of_birth,
            stays=tuple((b.since, b.until) for b in bodies if isinstance(b, Stay)),
            absences=tuple((b.since, b.until) for b in bodies if isinstance(b, Absence)),
            chc=tuple((b.since, b.until) for b in bodies if isinstance(b, ChcPeriod)),
            died_at=details.died_at,
            needs=self.needs.get(resident.id, ()),
            champions=self.champions,
            other_live_claims=tuple(
                OtherClaim(self.home.ods, claim.week_start)
                for claim in self.claims.get(resident.id, ())
                if self.stands(claim)
            ),
            late_reason=late_reason,
        )


def read_week(connection: Connection, home: Home, week_start: date) -> WeekPicture:
    """Read what bears on the week that starts on the Monday."""
    policies = home_rows.policies(connection)
    policy = policy_for(week_start, policies)
    ever = home_rows.policies(connection, in_error=True)
    week_end = week_start + timedelta(days=6)
    starts = datetime.combine(week_start, time(0), LONDON).astimezone(UTC)
    ends = datetime.combine(week_end + timedelta(days=1), time(0), LONDON).astimezone(UTC)
    claims: dict[ResidentId, list[claim_rows.ClaimLineRow]] = defaultdict(list)
    signed: dict[str, tuple[WeekFacts, Decision]] = {}
    as_signed: dict[str, Evidence] = {}
    for claim in claim_rows.claims(connection, week_start):
        claims[claim.resident_id].append(claim)
        signed[claim.id], relied_upon = _as_signed(connection, claim, ever)
        as_signed |= {item.evidence.revision_id: item.evidence for item in relied_upon}
    # A stay corrected later does not take a signed claim out of sight.
    lines = resident_rows.with_stay(connection, starts, ends, also=list(claims))
    residents = tuple(line.resident for line in lines)
    kinds = (FactKind.STAY, FactKind.ABSENCE, FactKind.CHC, FactKind.NEED)
    facts = resident_rows.facts_of_all(connection, kinds, [resident.id for resident in residents])
    evidence, needs = _needs(connection, facts, week_start, week_end, ends, policy)
    everybody = staff_rows.staff(connection)
    return WeekPicture(
        home,
        week_start,
        residents,
        facts,
        needs,
        champions_of(everybody),
        {key: tuple(items) for key, items in claims.items()},
        evidence | as_signed,
        {post.id: member for member in everybody for post in member.posts},
        signed,
        policies,
    )


def _as_signed(
    connection: Connection, claim: claim_rows.ClaimLineRow, policies: tuple[Policy, ...]
) -> tuple[tuple[WeekFacts, Decision], tuple[ReliedUpon, ...]]:
    """What a claim rested on: the facts as they were known, decided again under the policy that it was decided by."""
    revision = revisions.revision(connection, claim.revision_id)
    if revision is None:
        raise LookupError("a claim without its revision")
    facts = from_plain(revision.body["facts"], WeekFacts)
    decision = decide(facts, policy_named(revision.body["decision"]["policy"] or "", policies))
    return (facts, decision), from_plain(revision.body["relied_upon"], tuple[ReliedUpon, ...])


def _needs(
    connection: Connection,
    facts: Mapping[ResidentId, Sequence[Fact]],
    week_start: date,
    week_end: date,
    ends: datetime,
    policy: Policy | None,
) -> tuple[dict[str, Evidence], dict[ResidentId, tuple[NeedEvidence, ...]]]:
    """Each recorded need that held in the week, with its newest evidence dated by the week's end and not overdue then;
    overdue evidence only where there is no other."""
    serving = policy.evidence_records if policy else {}
    codes = [tool.code for tool in registry.all_instruments() if any(tool.code in rec for rec in serving.values())]
    oldest = max(policy.evidence_days.values(), default=0) if policy else 0
    # Twice the longest age, so that stale evidence is seen and called stale, not missing.
    first = ends - timedelta(days=2 * oldest + 7)
    newest: dict[tuple[ResidentId, str], assessment_rows.AssessmentLine] = {}
    for line in assessment_rows.sound(connection, codes, first, ends - timedelta(microseconds=1)):
        newest.setdefault((line.resident_id, line.instrument), line)
    evidence: dict[str, Evidence] = {}
    needs: dict[ResidentId, list[NeedEvidence]] = defaultdict(list)
    for resident_id, items in facts.items():
        for fact in items:
            need = fact.body
            if not isinstance(need, Need) or not _held(need, week_start, week_end):
                continue
            pieces: list[tuple[bool, date, Evidence]] = []
            if need.evidenced_on is not None and need.evidenced_on <= week_end:
                paper = Evidence(PAPER, need.evidenced_on, "", fact.revision_id)
                pieces.append((False, need.evidenced_on, paper))
            area = premium_need(need.area)
            for code in serving.get(area, ()) if area else ():
                found = newest.get((resident_id, code))
                if found is not None:
                    on = to_local(found.at).date()
                    again = _review_due(code, on, found.next_due)
                    overdue = again is not None and again < week_end
                    pieces.append((overdue, on, Evidence(code, on, found.band or "", found.revision_id)))
            if not pieces:
                needs[resident_id].append(NeedEvidence(need.area, None))
                continue
            overdue, on, best = max(pieces, key=lambda piece: (not piece[0], piece[1]))
            evidence[best.revision_id] = best
            needs[resident_id].append(NeedEvidence(need.area, on, best.revision_id, overdue))
    return evidence, {key: tuple(items) for key, items in needs.items()}


def _held(need: Need, week_start: date, week_end: date) -> bool:
    return (need.since is None or need.since <= week_end) and (need.until is None or need.until >= week_start)


def _review_due(code: str, on: date, next_due: date | None) -> date | None:
    """The day by which the assessment should have been made again, after which it is evidence no longer.

    A repeat that was asked for within hours (NEWS2, pain) is no review: then the instrument's usual interval counts.
    """
    if next_due is not None and next_due > on:
        return next_due
    usual = registry.instrument(code).routine_days
    return on + timedelta(days=usual) if usual is not None else None
