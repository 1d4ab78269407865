"""What would close a gap of champion cover (one more champion, in which pathway, for how much a week), and what
somebody's leaving costs.

Nothing counts citations: each resident's week is decided with and without the cover in question, as the forecast does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from app.domain.dates import to_local, to_utc
from app.domain.needs import ChampionPathway, PremiumNeed
from app.domain.periods import cover_ends, covers_instant, midnight
from app.domain.premium.facts import Champion, WeekFacts
from app.domain.premium.forecast import cover_of
from app.domain.premium.policy import POLICIES, Policy, policy_for
from app.domain.premium.rules import decide

_WEEK = timedelta(days=7)
_EARNING = tuple(need.pathway for need in PremiumNeed)


@dataclass(frozen=True, slots=True)
class Closing:
    """New champions that would win money: one pathway, or two that only together win (more than each alone).

    ``from_date`` is the day on which the cover of the first of them ends, None where it is missing already.
    ``resident_ids`` are the ``id`` of the facts of each resident whose week could be claimed with them and not without.
    """

    pathways: tuple[ChampionPathway, ...]
    from_date: date | None
    resident_ids: tuple[str, ...]
    pence_per_week: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What somebody's leaving takes away: whose week could be claimed no more, the pence a week, which pathways."""

    resident_ids: tuple[str, ...]
    pence_per_week: int
    uncovered: tuple[ChampionPathway, ...]


def closings(
    residents: Iterable[WeekFacts], now: datetime, horizon: date, policies: tuple[Policy, ...] = POLICIES
) -> tuple[Closing, ...]:
    """What one more champion would win each week, the most money first: of the pathways without cover by ``horizon``.

    The residents' latest week is decided with the cover that will stand at the end of the day ``horizon`` when nobody
    is trained, and again with the pathway covered. Two pathways are named together where they win more than both alone.
    """
    weeks = [(claimed_on_monday(facts), policy_for(facts.week_start, policies)) for facts in residents]
    champions = {champion for facts, _ in weeks for champion in facts.champions}
    end = midnight(horizon + timedelta(days=1))
    standing = _covered(champions, end)
    missing = [pathway for pathway in _EARNING if pathway not in standing]
    before = _won(weeks, standing)
    singles: dict[ChampionPathway, dict[str, int]] = {}
    found: list[tuple[tuple[ChampionPathway, ...], dict[str, int]]] = []
    for pathway in missing:
        singles[pathway] = _gained(before, _won(weeks, standing | {pathway}))
        found.append(((pathway,), singles[pathway]))
    for pair in combinations(missing, 2):
        both = _gained(before, _won(weeks, standing | set(pair)))
        if sum(both.values()) > sum(sum(singles[pathway].values()) for pathway in pair):
            found.append((pair, both))
    rows = [
        Closing(pathways, _first_end(champions, pathways, now, end), tuple(sorted(won)), sum(won.values()))
        for pathways, won in found
        if won
    ]
    return tuple(sorted(rows, key=lambda row: (-row.pence_per_week, len(row.pathways), row.pathways)))


def leaving(
    residents: Iterable[WeekFacts], refs: Sequence[str], at: datetime, policies: tuple[Policy, ...] = POLICIES
) -> Effect:
    """What is lost when the posts ``refs`` end at the instant, beside everything that ends then or before anyway."""
    weeks = [(claimed_on_monday(facts), policy_for(facts.week_start, policies)) for facts in residents]
    champions = {champion for facts, _ in weeks for champion in facts.champions}
    going = {champion for champion in champions if champion.ref in set(refs)}
    instant = to_utc(at)
    with_them = _covered(champions, instant)
    without = _covered(champions - going, instant)
    lost = _gained(_won(weeks, without), _won(weeks, with_them))
    uncovered = tuple(pathway for pathway in ChampionPathway if pathway in with_them - without)
    return Effect(tuple(sorted(lost)), sum(lost.values()), uncovered)


def claimed_on_monday(facts: WeekFacts) -> WeekFacts:
    """The week as if claimed on its Monday, once, with the best choice of needs."""
    monday = datetime.combine(facts.week_start + _WEEK, time(9))
    return replace(facts, submitted_at=monday, relied_upon=None, other_live_claims=(), late_reason=None)


def _covered(champions: Iterable[Champion], at: datetime) -> set[ChampionPathway]:
    covers = [(champion.pathway, cover_of(champion)) for champion in champions]
    return {pathway for pathway, cover in covers if cover is not None and covers_instant(cover, at)}


def _won(weeks: Sequence[tuple[WeekFacts, Policy | None]], covered: set[ChampionPathway]) -> dict[str, int]:
    """Whose week can be claimed with cover in these pathways at every moment, and the pence."""
    always = tuple(Champion("", pathway, (None, None), (None, None)) for pathway in sorted(covered))
    decided = [decide(replace(facts, champions=always), policy) for facts, policy in weeks]
    return {decision.id: decision.amount_pence for decision in decided if decision.eligible}


def _gained(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {identifier: pence for identifier, pence in after.items() if identifier not in before}


def _first_end(
    champions: Iterable[Champion], pathways: Sequence[ChampionPathway], now: datetime, end: datetime
) -> date | None:
    """The day on which the first of the pathways loses its cover; None when one has none now."""
    listed = [(champion.pathway, cover) for champion in champions if (cover := cover_of(champion)) is not None]
    days = []
    for pathway in pathways:
        covers = [cover for of, cover in listed if of == pathway]
        if not any(covers_instant(cover, to_utc(now)) for cover in covers):
            return None
        ends = cover_ends(covers, to_utc(now), end + timedelta(microseconds=1))
        days.append(to_local(ends[0]).date() if ends else to_local(end).date())
    return min(days)
