"""The Complex Care Premium: facts of a resident-week and a dated policy in, a decision with every reason out.

``policy`` the rules as data · ``facts`` what goes in and comes out · ``rules`` R1 to R11 · ``words`` the reasons in
plain English · ``forecast`` what is about to be lost · ``closing`` what would close a gap · ``contract`` the JSON lines
of ``hartwell decide``.
"""

from __future__ import annotations

from app.domain.premium.closing import Closing, Effect, closings, leaving
from app.domain.premium.contract import decide_line, read_case
from app.domain.premium.facts import Champion, Decision, NeedEvidence, OtherClaim, Support, WeekFacts
from app.domain.premium.forecast import AtRisk, advice, cover_forecast, cover_of
from app.domain.premium.policy import POLICIES, ChampionRule, NightsRule, Policy, policy_for, policy_named
from app.domain.premium.rules import decide, in_post_at
from app.domain.premium.words import REASON_CODES, reason_mend, reason_words

__all__ = [
    "POLICIES",
    "REASON_CODES",
    "AtRisk",
    "Champion",
    "ChampionRule",
    "Closing",
    "Decision",
    "Effect",
    "NeedEvidence",
    "NightsRule",
    "OtherClaim",
    "Policy",
    "Support",
    "WeekFacts",
    "advice",
    "closings",
    "cover_forecast",
    "cover_of",
    "decide",
    "decide_line",
    "in_post_at",
    "leaving",
    "policy_for",
    "policy_named",
    "read_case",
    "reason_mend",
    "reason_words",
]
