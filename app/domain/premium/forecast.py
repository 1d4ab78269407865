"""What will be lost, and when: champion cover that is about to end, and what to do about one week's claim.

Nothing here counts citations. Each resident's week is decided again without the cover that ends, so a resident who
keeps enough other needs is not at risk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.domain.dates import clock_time, day_date, to_local, to_utc
from app.domain.needs import ChampionPathway, need_label
from app.domain.periods import InstantPeriod, any_covers_instant, as_instants, cover_ends, midnight, overlap
from app.domain.premium.facts import Champion, Decision, WeekFacts
from app.domain.premium.policy import POLICIES, Policy, policy_for
from app.domain.premium.rules import CHAMPION_NOT_IN_POST, TOO_EARLY, decide

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One end of a pathway's champion cover, and what it costs.

    ``from_date`` is the first local date with an uncovered moment; ``resident_ids`` the ``id`` of the facts of each
    eligible resident who loses eligibility then; ``champions`` the last ones, sorted by name; ``leaves`` whether it is
    a leaving date that ends the cover rather than the certificate's last day.
    """

    pathway: ChampionPathway
    from_date: date
    resident_ids: tuple[str, ...]
    pence_per_week: int
    champions: tuple[str, ...]
    leaves: bool

    @property
    def residents(self) -> int:
        """How many residents lose eligibility."""
        return len(self.resident_ids)


def cover_of(champion: Champion) -> InstantPeriod | None:
    """The UTC instants at which the champion counts: the assignment while the certificate is valid; None if never."""
    return overlap(champion.in_post, as_instants(champion.certificate))


def cover_forecast(
    residents: Iterable[WeekFacts], now: datetime, horizon: date, policies: tuple[Policy, ...] = POLICIES
) -> tuple[AtRisk, ...]:
    """Every end of a pathway's cover after ``now`` up to and including the day ``horizon``, the soonest first.

    ``residents`` are the facts of the residents' latest week. Their needs, evidence and nights are taken to stay as
    they are, their claims to be made on the Monday after, once and citing what is best: whether that week is over, late
    or already claimed does not matter. A row with no resident is a pathway whose end costs nobody the premium.
    Two pathways that end at the same instant may name the same resident, because either alone would have sufficed.
    """
    weeks = [(_standing(facts), policy_for(facts.week_start, policies)) for facts in residents]
    everyone = {champion for facts, _ in weeks for champion in facts.champions}
    covers = [(champion, cover) for champion in everyone if (cover := cover_of(champion)) is not None]
    by_pathway = {p: [(c, cover) for c, cover in covers if c.pathway == p] for p in ChampionPathway}
    after, before = to_utc(now), midnight(horizon + timedelta(days=1))
    ends = sorted(
        (end, pathway)
        for pathway, listed in by_pathway.items()
        for end in cover_ends([cover for _, cover in listed], after, before)
    )
    rows = []
    for end, pathway in ends:
        lost = _lost(weeks, by_pathway, pathway, end)
        last = [champion for champion, cover in by_pathway[pathway] if cover[1] == end]
        rows.append(
            AtRisk(
                pathway=pathway,
                from_date=to_local(end).date(),
                resident_ids=tuple(sorted(identifier for identifier, _ in lost)),
                pence_per_week=sum(pence for _, pence in lost),
                champions=tuple(sorted({champion.name for champion in last})),
                leaves=any(_leaves_at(champion, end) for champion in last),
            )
        )
    return tuple(rows)


def _lost(
    weeks: list[tuple[WeekFacts, Policy | None]],
    by_pathway: dict[ChampionPathway, list[tuple[Champion, InstantPeriod]]],
    ending: ChampionPathway,
    end: datetime,
) -> list[tuple[str, int]]:
    """Who is eligible with the cover that stands just before ``end`` and not with what stands at it, and the pence."""
    covered_after = {
        pathway for pathway, listed in by_pathway.items() if any_covers_instant([cover for _, cover in listed], end)
    }
    covered_before = {ending} | {
        pathway
        for pathway, listed in by_pathway.items()
        if any((cover[0] is None or cover[0] < end) and (cover[1] is None or end <= cover[1]) for _, cover in listed)
    }
    lost = []
    for facts, policy in weeks:
        before = decide(replace(facts, champions=_always(covered_before)), policy)
        # a pathway that ends together with others is judged with them: what stands at the instant is what counts
        uses = ending in {support.area.pathway for support in before.supports}
        if before.eligible and uses and not decide(replace(facts, champions=_always(covered_after)), policy).eligible:
            lost.append((facts.id, before.amount_pence))
    return lost


def _always(pathways: set[ChampionPathway]) -> tuple[Champion, ...]:
    return tuple(Champion("", pathway, (None, None), (None, None)) for pathway in pathways)


def _standing(facts: WeekFacts) -> WeekFacts:
    """The week as if claimed on its Monday, once, with the best choice of needs."""
    monday = datetime.combine(facts.week_start + _WEEK, time(9))
    return replace(facts, submitted_at=monday, relied_upon=None, other_live_claims=(), late_reason=None)


def _leaves_at(champion: Champion, end: datetime) -> bool:
    leaves = champion.in_post[1]
    return leaves is not None and to_utc(leaves) == end


def advice(facts: WeekFacts, decision: Decision, policies: tuple[Policy, ...] = POLICIES) -> tuple[str, ...]:
    """What would make or keep the claim good, in sentences for the manager; empty when there is nothing to say.

    Either a deadline (the claim stands now, or will once the week is over, and would fall when a champion's cover ends
    within the claim window), or that it will have fallen before the week is over, or needs to leave out (the areas
    named refuse the claim and others suffice).
    """
    policy = policy_for(facts.week_start, policies)
    if policy is None:
        return ()
    if decision.eligible or decision.reasons == (TOO_EARLY,):
        return _deadline(facts, decision, policy)
    if facts.relied_upon is not None:
        best = decide(replace(facts, relied_upon=None), policy)
        if best.eligible:
            cited = " and ".join(need_label(need) for need in best.relied_upon)
            return (f"Rely on {cited} only: the claim then stands",)
    return ()


def _deadline(facts: WeekFacts, decision: Decision, policy: Policy) -> tuple[str, ...]:
    week_over = midnight(facts.week_start + _WEEK)
    opens = max(to_utc(facts.submitted_at), week_over)
    window = policy.claim_window_days
    closes = midnight(facts.week_start + _WEEK + timedelta(days=window if window is not None else 365))
    supported = {support.area.pathway for support in decision.supports}
    if not decision.eligible:
        opening = decide(replace(facts, submitted_at=week_over), policy)
        if not opening.eligible:
            lost = [pathway.value for pathway in sorted(_uncovered(opening))]
            return (f"This week cannot be claimed: {' and '.join(lost)} champion cover ends as the week does",)
    covers = {p: [c for c in map(cover_of, _of(facts, p)) if c is not None] for p in supported}
    ends = sorted((end, p) for p, listed in covers.items() for end in cover_ends(listed, opens, closes))
    for end, pathway in ends:
        if decide(replace(facts, submitted_at=end, late_reason=None), policy).eligible:
            continue
        if any(_leaves_at(champion, end) for champion in _of(facts, pathway)):
            local = to_local(end)
            return (
                f"Submit before {clock_time(end)} on {day_date(local.date())}: the {pathway.value} champion leaves",
            )
        last_day = to_local(end).date() - timedelta(days=1)
        return (f"Submit by the end of {day_date(last_day)}: the {pathway.value} champion's certificate expires",)
    return ()


def _uncovered(decision: Decision) -> list[ChampionPathway]:
    codes = {code for code in decision.reasons if code.startswith(CHAMPION_NOT_IN_POST)}
    return [ChampionPathway(code.partition(":")[2]) for code in codes]


def _of(facts: WeekFacts, pathway: ChampionPathway) -> list[Champion]:
    return [champion for champion in facts.champions if champion.pathway == pathway]
