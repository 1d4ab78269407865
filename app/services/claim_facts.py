"""From the record to the facts that decide a resident-week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    ``posts`` finds the member of staff of a champion post; ``signed`` has what each claim rested on when it was signed,
    and ``decided_under`` the policy that it was decided under, with its window waived if it was.
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
    decided_under: Mapping[str, Policy | None]

    @property
    def policy(self) -> Policy | None:
        """The policy in force for the week, as the record has it now."""
        return policy_for(self.week_start, self.policies)

    def newest_claim(self, resident: Resident) -> claim_rows.ClaimLineRow | None:
        """The newest version of the resident's claim for the week, if there is one."""
        return max(self.claims.get(resident.id, ()), key=lambda claim: claim.version, default=None)

    def shown_claim(self, resident: Resident) -> claim_rows.ClaimLineRow | None:
        """The claim that stands for the resident and week, else the newest version, if there is one."""
        return claim_rows.standing(self.claims.get(resident.id, ())) or self.newest_claim(resident)

    def stands(self, claim: claim_rows.ClaimLineRow) -> bool:
        """Whether this version of a claim is the one that stands for its resident and week."""
        stood = claim_rows.standing(self.claims.get(claim.resident_id, ()))
        return stood is not None and stood.id == claim.id

    def facts_for(
        self,
        resident: Resident,
        submitted_at: datetime,
        *,
        late_reason: str | None = None,
        relied_upon: Sequence[str] | None = None,
    ) -> WeekFacts:
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
            relied_upon=None if relied_upon is None else tuple(relied_upon),
        )


def read_week(connection: Connection, home: Home, week_start: date) -> WeekPicture:
    """Read what bears on the week that starts on the Monday."""
    (picture,) = read_weeks(connection, home, (week_start,))
    return picture


def read_weeks(
    connection: Connection,
    home: Home,
    mondays: Iterable[date],
    *,
    under: Policy | None = None,
    as_signed: bool = True,
) -> tuple[WeekPicture, ...]:
    """Read what bears on each of the weeks, in their order: everything once, not once a week.

    ``under`` is a policy to judge evidence by in place of the one that is in force for each week, for claims that were
    decided under another. Without ``as_signed`` what the claims rested on is left out (``signed``, ``decided_under``).
    """
    weeks = sorted(set(mondays))
    if not weeks:
        return ()
    policies = home_rows.policies(connection)
    ends = {monday: _local_midnight(monday + timedelta(days=7)) for monday in weeks}
    wanted = set(weeks)
    claims = [line for line in claim_rows.claims_between(connection, weeks[0], weeks[-1]) if line.week_start in wanted]
    looked_at = claims if as_signed else ()
    signed, decided_under, proofs = _as_signed(connection, looked_at, home_rows.policies(connection, in_error=True))
    claimed: dict[date, dict[ResidentId, list[claim_rows.ClaimLineRow]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        claimed[claim.week_start][claim.resident_id].append(claim)
    # A stay corrected later does not take a signed claim out of sight.
    also = {claim.resident_id for claim in claims}
    lines = resident_rows.with_stay(connection, _local_midnight(weeks[0]), ends[weeks[-1]], also=list(also))
    kinds = (FactKind.STAY, FactKind.ABSENCE, FactKind.CHC, FactKind.NEED)
    facts = resident_rows.facts_of_all(connection, kinds, [line.resident.id for line in lines])
    everybody = staff_rows.staff(connection)
    champions = champions_of(everybody)
    posts = {post.id: member for member in everybody for post in member.posts}
    policy_of = {monday: under or policy_for(monday, policies) for monday in weeks}
    pictures = []
    for monday, newest in _newest_proofs(connection, list(facts), weeks, ends, policy_of):
        mine = claimed[monday]
        since, until = _local_midnight(monday), ends[monday]
        residents = tuple(
            line.resident for line in lines if line.resident.id in mine or _lived_here(line, since, until)
        )
        evidence, needs = _needs(residents, facts, monday, policy_of[monday], newest)
        for items in mine.values():
            for claim in items:
                evidence |= proofs.get(claim.id, {})
        pictures.append(
            WeekPicture(
                home,
                monday,
                residents,
                facts,
                needs,
                champions,
                {key: tuple(items) for key, items in mine.items()},
                evidence,
                posts,
                {claim.id: signed[claim.id] for items in mine.values() for claim in items if claim.id in signed},
                policies,
                {claim.id: decided_under[claim.id] for items in mine.values() for claim in items if claim.id in signed},
            )
        )
    return tuple(pictures)


def _local_midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), LONDON).astimezone(UTC)


def _lived_here(line: resident_rows.ResidentLine, since: datetime, until: datetime) -> bool:
    return any(stay.since < until and (stay.until is None or since < stay.until) for stay in line.stays)


def _as_signed(
    connection: Connection, claims: Sequence[claim_rows.ClaimLineRow], policies: tuple[Policy, ...]
) -> tuple[dict[str, tuple[WeekFacts, Decision]], dict[str, Policy | None], dict[str, dict[str, Evidence]]]:
    """What each claim rested on: the facts as they were known, decided again under the policy that it was decided by,
    that policy, and the evidence by its reference."""
    bodies = revisions.bodies(connection, [claim.revision_id for claim in claims])
    signed, decided_under, proofs = {}, {}, {}
    for claim in claims:
        body = bodies[claim.revision_id]
        facts = from_plain(body["facts"], WeekFacts)
        policy = policy_named(body["decision"]["policy"] or "", policies)
        if policy is not None and body.get("window_waived"):
            policy = replace(policy, claim_window_days=None)
        signed[claim.id], decided_under[claim.id] = (facts, decide(facts, policy)), policy
        relied_upon = from_plain(body["relied_upon"], tuple[ReliedUpon, ...])
        proofs[claim.id] = {item.evidence.revision_id: item.evidence for item in relied_upon}
    return signed, decided_under, proofs


_Newest = Mapping[tuple[ResidentId, str], assessment_rows.Proof]


def _newest_proofs(
    connection: Connection,
    residents: Sequence[ResidentId],
    weeks: Sequence[date],
    ends: Mapping[date, datetime],
    policy_of: Mapping[date, Policy | None],
) -> Iterator[tuple[date, _Newest]]:
    """For each week the newest sound assessment of every resident with each instrument that may serve, by its end."""
    serving = {record for policy in policy_of.values() if policy for records in policy.evidence_records.values()
               for record in records}  # fmt: skip
    codes = [tool.code for tool in registry.all_instruments() if tool.code in serving]
    oldest = {m: max(policy.evidence_days.values(), default=0) if policy else 0 for m, policy in policy_of.items()}
    # Twice the longest age, so that stale evidence is seen and called stale, not missing.
    first_of = {monday: ends[monday] - timedelta(days=2 * oldest[monday] + 7) for monday in weeks}
    begins, last = ends[weeks[0]], ends[weeks[-1]]
    newest = assessment_rows.newest_proofs(connection, residents, codes, min(first_of.values()), begins)
    coming = iter(()) if last == begins else assessment_rows.proofs_in_order(connection, residents, codes, begins, last)
    waiting = next(coming, None)
    for monday in weeks:
        while waiting is not None and waiting[1].at < ends[monday]:
            newest[waiting[0]] = waiting[1]
            waiting = next(coming, None)
        yield monday, {key: proof for key, proof in newest.items() if proof.at >= first_of[monday]}


def _needs(
    residents: Sequence[Resident],
    facts: Mapping[ResidentId, Sequence[Fact]],
    week_start: date,
    policy: Policy | None,
    newest: _Newest,
) -> tuple[dict[str, Evidence], dict[ResidentId, tuple[NeedEvidence, ...]]]:
    """Each recorded need that held in the week, with its newest evidence dated by the week's end and not overdue then;
    overdue evidence only where there is no other."""
    serving = policy.evidence_records if policy else {}
    week_end = week_start + timedelta(days=6)
    evidence: dict[str, Evidence] = {}
    needs: dict[ResidentId, list[NeedEvidence]] = defaultdict(list)
    for resident in residents:
        for fact in facts.get(resident.id, ()):
            need = fact.body
            if not isinstance(need, Need) or not _held(need, week_start, week_end):
                continue
            pieces: list[tuple[bool, date, Evidence]] = []
            if need.evidenced_on is not None and need.evidenced_on <= week_end:
                paper = Evidence(PAPER, need.evidenced_on, "", fact.revision_id)
                pieces.append((False, need.evidenced_on, paper))
            area = premium_need(need.area)
            for code in serving.get(area, ()) if area else ():
                found = newest.get((resident.id, code))
                if found is not None:
                    on = to_local(found.at).date()
                    again = _review_due(code, on, found.next_due)
                    overdue = again is not None and again < week_end
                    pieces.append((overdue, on, Evidence(code, on, found.band or "", found.revision_id)))
            if not pieces:
                needs[resident.id].append(NeedEvidence(need.area, None))
                continue
            overdue, on, best = max(pieces, key=lambda piece: (not piece[0], piece[1]))
            evidence[best.revision_id] = best
            needs[resident.id].append(NeedEvidence(need.area, on, best.revision_id, overdue))
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
