"""The premium's rules as dated data: every number and every choice is a field, so an answer from the commissioner is
one edit, and a past week recomputes to what was decided then.

Stated by the programme: £70 a week, more than one of five needs, a champion in place, not Continuing Healthcare. The
rest are readings to confirm with the commissioner: evidence ages, nights, retained bed, window, ``every_cited``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.needs import PremiumNeed


class ChampionRule(StrEnum):
    """How many relied-upon areas must have evidence and a champion."""

    EVERY_CITED = "every_cited"
    ANY = "any"


class NightsRule(StrEnum):
    """How many eligible nights a week needs; under ``pro_rata`` one is enough and each is paid for."""

    AT_LEAST_4 = "at_least_4"
    ANY = "any"
    ALL_7 = "all7"
    PRO_RATA = "pro_rata"

    @property
    def minimum(self) -> int:
        """The fewest eligible nights with which the week is payable at all."""
        return _MINIMUM_NIGHTS[self]


_MINIMUM_NIGHTS: Final = {
    NightsRule.AT_LEAST_4: 4,
    NightsRule.ANY: 1,
    NightsRule.ALL_7: 7,
    NightsRule.PRO_RATA: 1,
}

_EVIDENCE_DAYS: Final = MappingProxyType({
    PremiumNeed.DEMENTIA: 183,
    PremiumNeed.FALLS: 183,
    PremiumNeed.HEALTH: 92,
    PremiumNeed.NUTRITION: 35,
    PremiumNeed.WOUND: 35,
})  # fmt: skip

_EVIDENCE_RECORDS: Final = MappingProxyType({
    PremiumNeed.DEMENTIA: ("dementia_diagnosis", "dear_gp", "sixcit", "four_at", "abc_chart", "abbey"),
    PremiumNeed.FALLS: ("falls_multifactorial", "post_fall", "orthostatic_bp"),
    PremiumNeed.HEALTH: (
        "news2", "continence", "needs_code", "advance_care_plan", "neurological_record", "respiratory_record",
    ),
    PremiumNeed.NUTRITION: ("must", "fluid", "oral_health", "dietitian_plan"),
    PremiumNeed.WOUND: (
        "waterlow", "purpose_t_outcome", "braden_total", "pressure_ulcer_category", "time_wound",
        "wound_area_reduction", "push",
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One dated reading of the rules, in force for weeks that start on or after ``starts`` until the next one starts.

    ``ends`` is the Sunday of the last week that it governs, for a premium that came to an end; None otherwise.

    ``evidence_days``: the age in days, at the week's last day, beyond which evidence of an area is stale.
    ``evidence_records``: the instruments and paper documents that may serve as evidence of an area; records of
    wellbeing and engagement serve none. ``max_retained_nights``: nights of the week on which an absent resident's bed
    still counts. ``claim_window_days``: days after the week's last day within which a claim is decided by rule; None
    waives the window (a claim made again after an appeal).
    """

    version: str
    starts: date
    amount_pence: int = 7000
    needs_required: int = 2
    areas_required: int = 2
    evidence_days: Mapping[PremiumNeed, int] = field(default_factory=lambda: _EVIDENCE_DAYS)
    evidence_records: Mapping[PremiumNeed, tuple[str, ...]] = field(default_factory=lambda: _EVIDENCE_RECORDS)
    champion_rule: ChampionRule = ChampionRule.EVERY_CITED
    nights_rule: NightsRule = NightsRule.AT_LEAST_4
    pro_rata_pence: int = 1000
    max_retained_nights: int = 0
    claim_window_days: int | None = 28
    ends: date | None = None

    @property
    def areas_to_pass(self) -> int:
        """How many relied-upon areas must have current evidence and a champion: under ``any`` one is enough."""
        return 1 if self.champion_rule == ChampionRule.ANY else self.areas_required

    def amount_for(self, nights: int) -> int:
        """Pence for a week with this many eligible nights, were every other rule met; 0 below the fewest nights."""
        if nights < NightsRule(self.nights_rule).minimum:
            return 0
        if self.nights_rule == NightsRule.PRO_RATA:
            return min(self.pro_rata_pence * nights, self.amount_pence)
        return self.amount_pence


POLICIES: Final = (Policy(version="2015-10-05/1", starts=date(2015, 10, 5)),)
"""Every policy that has been in force, the oldest first. A change is a new entry, never an edit of an old one."""


def policy_for(week_start: date, policies: tuple[Policy, ...] = POLICIES) -> Policy | None:
    """The policy in force for the week that starts on this Monday, or None when there was none yet."""
    begun = [policy for policy in policies if policy.starts <= week_start]
    newest = max(begun, key=lambda policy: (policy.starts, policy.version), default=None)
    return None if newest is None or (newest.ends is not None and newest.ends < week_start) else newest


def policy_named(version: str, policies: tuple[Policy, ...] = POLICIES) -> Policy | None:
    """The policy that a stored decision was made under, by its version."""
    return next((policy for policy in policies if policy.version == version), None)
