"""The reason codes in plain English: what stands in the way, and what the manager can do about it."""

from __future__ import annotations

from typing import Final

from app.domain.needs import PremiumNeed
from app.domain.premium import rules

_WORDS: Final[dict[str, tuple[str, str]]] = {
    rules.HOME_NOT_ACCREDITED: (
        "The home was not accredited on every day of the week",
        (
            "Check the accreditation dates of the home. If a certificate is missing, add it; otherwise no claim for "
            "this week can stand"
        ),
    ),
    rules.NEEDS_LT2: (
        "Fewer than 2 qualifying needs are recorded",
        (
            "Record each need that the resident really has, with its evidence. End of life, continence, neurological "
            "and respiratory count once together, as health; engagement does not count"
        ),
    ),
    rules.EVIDENCE_MISSING: (
        "No evidence of the {area} need is dated on or before the end of the week",
        "Link the signed assessment or the dated paper document that shows the need, or do not rely on {area}",
    ),
    rules.EVIDENCE_STALE: (
        "The newest evidence of the {area} need was too old, or overdue, at the end of the week",
        (
            "If the need was assessed nearer to the week, link that record. Otherwise do not rely on {area} for this "
            "week, and assess again now so that the next week can be claimed"
        ),
    ),
    rules.CHAMPION_NOT_IN_POST: (
        "No {area} champion was in post both at the end of the week and at submission",
        (
            "Check the {area} champions' dates and certificates, including cover by a champion from another home. "
            "HCPA can help to train another champion; meanwhile rely on needs that are covered"
        ),
    ),
    rules.CHAMPION_LT2: (
        "Too few of the needs have both current evidence and a champion in post",
        "Mend the evidence or the champion cover of one more need, then check the week again",
    ),
    rules.CHC_FUNDED: (
        "Continuing Healthcare paid for nights that the week needed",
        "Check the dates of the Continuing Healthcare award. Funded nursing care does not count against the claim",
    ),
    rules.NIGHTS_LT4: (
        "The resident was in the home for too few nights of the week",
        "Check the dates and times of arrival, leaving, hospital stays and death",
    ),
    rules.DUPLICATE: (
        "This week is already claimed for the resident",
        "Withdraw the other claim first, or ask the other home to withdraw theirs",
    ),
    rules.TOO_EARLY: (
        "The week had not ended when the claim was submitted",
        "Submit from the Monday after the week",
    ),
    rules.LATE: (
        "The claim was submitted after the claim window had closed",
        "Give the reason for the delay: the claim then goes to a person at the commissioner to decide",
    ),
    rules.NO_POLICY: (
        "The premium was not in force in this week",
        "Check the week. Only weeks after the premium began can be claimed",
    ),
    rules.IDENTITY: (
        "The resident's NHS number or date of birth, or the home's organisation code, is missing or wrong",
        "Correct the NHS number, or say why it is not known. Check the date of birth and the home's organisation code",
    ),
}

REASON_CODES: Final = tuple(_WORDS)
"""Every code, without its area, in the order of the rules."""

_AREAS: Final = frozenset(PremiumNeed)


def reason_words(code: str) -> str:
    """The reason as a sentence without a full stop, for example "Fewer than 2 qualifying needs are recorded".

    A code from somebody else's system that is not ours is named as it stands.
    """
    found = _look_up(code)
    return found[0] if found else f"The commissioner gave the reason {code}, which is not in the published list"


def reason_mend(code: str) -> str:
    """What the manager can do about the reason; a code that is not ours leads to the commissioner."""
    found = _look_up(code)
    return found[1] if found else "Ask the commissioner what is meant and how to mend it"


def _look_up(code: str) -> tuple[str, str] | None:
    kind, colon, area = code.partition(":")
    if kind not in _WORDS:
        return None
    words, mend = _WORDS[kind]
    if not colon:
        return None if "{area}" in words else (words, mend)
    if "{area}" not in words or area not in _AREAS:
        return None
    return words.format(area=area), mend.format(area=area)
