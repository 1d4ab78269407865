"""A policy in words: what a manager reads before a number is changed, and what an auditor reads three years later."""

from __future__ import annotations

from typing import Final

from app.domain.money import pounds
from app.domain.needs import PremiumNeed, need_label
from app.domain.premium.policy import ChampionRule, NightsRule, Policy

CHAMPION_WORDS: Final = {
    ChampionRule.EVERY_CITED: "Every need that the claim cites must have evidence and a champion",
    ChampionRule.ANY: "One need with evidence and a champion is enough",
}
NIGHTS_WORDS: Final = {
    NightsRule.AT_LEAST_4: "At least 4 eligible nights, then the whole amount",
    NightsRule.ANY: "One eligible night is enough for the whole amount",
    NightsRule.ALL_7: "All 7 nights, or nothing",
    NightsRule.PRO_RATA: "Paid by the night",
}


def policy_lines(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Label and words of everything that the policy says, in the order of the rules."""
    window = policy.claim_window_days
    by_night = policy.nights_rule == NightsRule.PRO_RATA
    return (
        ("Amount for a week", pounds(policy.amount_pence)),
        ("Needs recorded", f"At least {policy.needs_required} different areas"),
        ("Areas to rely on", f"At least {policy.areas_required}"),
        ("Champions", CHAMPION_WORDS[ChampionRule(policy.champion_rule)]),
        (
            "Nights",
            NIGHTS_WORDS[NightsRule(policy.nights_rule)]
            + (f", {pounds(policy.pro_rata_pence)} a night, never more than the week" if by_night else ""),
        ),
        (
            "Nights away that still count",
            "None" if not policy.max_retained_nights else f"Up to {policy.max_retained_nights} a week",
        ),
        (
            "Claim window",
            "No limit" if window is None else f"{window} days after the Sunday; later with a reason, decided by hand",
        ),
        *(
            (f"Evidence of {need_label(need).lower()}", f"At most {policy.evidence_days[need]} days old on the Sunday")
            for need in PremiumNeed
        ),
    )


def differences(old: Policy, new: Policy) -> tuple[tuple[str, str, str], ...]:
    """What a new policy changes: label, words before, words after; the records that serve as evidence included."""
    before, after = policy_lines(old), policy_lines(new)
    found = [(label, was, now) for (label, was), (_, now) in zip(before, after, strict=True) if was != now]
    for need in PremiumNeed:
        was, now = set(old.evidence_records[need]), set(new.evidence_records[need])
        if was != now:
            found.append(
                (f"Records that show {need_label(need).lower()}", ", ".join(sorted(was)), ", ".join(sorted(now)))
            )
    return tuple(found)
