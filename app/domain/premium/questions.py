"""What the programme's documents leave open, to be asked of the commissioner, and what the rules assume until then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question, what this program assumes, and which field of the policy an answer would change."""

    key: str
    question: str
    assumed: str
    field: str


OPEN_QUESTIONS: Final = (
    OpenQuestion(
        "part_weeks",
        "A resident arrives, leaves or dies in the middle of a week: is the week paid, not paid, or paid by the night?",
        "Paid in full with 4 eligible nights or more, otherwise not at all",
        "nights_rule",
    ),
    OpenQuestion(
        "retained_bed",
        "A resident is in hospital and the bed is kept: do those nights count?",
        "They do not count",
        "max_retained_nights",
    ),
    OpenQuestion(
        "every_cited",
        "Must every need that a claim cites have a champion in post, or is one champion enough?",
        "Every need that the claim cites",
        "champion_rule",
    ),
    OpenQuestion(
        "claim_time",
        "A champion must be in place at the time of the claim: is that the end of the week, the moment of submission, "
        "or both?",
        "Both",
        "",
    ),
    OpenQuestion(
        "claim_window",
        "How long after a week may it be claimed, and who decides about a later claim?",
        "28 days; later with a reason, decided by a person",
        "claim_window_days",
    ),
    OpenQuestion(
        "evidence_age",
        "How old may the assessment be that shows a need?",
        "35 days for nutrition and wounds, 92 for health, 183 for dementia and falls",
        "evidence_days",
    ),
    OpenQuestion(
        "respite",
        "Do residents count who stay for respite only?",
        "They count like everybody else",
        "",
    ),
    OpenQuestion(
        "placed_elsewhere",
        "Do residents count who were placed by another council or whose GP belongs to another CCG?",
        "They count like everybody else",
        "",
    ),
    OpenQuestion(
        "accreditation",
        "Which criteria does the accreditation of East and North Hertfordshire use? The six that are known are those "
        "of an earlier scheme in another part of the county",
        "The six criteria of the earlier scheme",
        "",
    ),
)
"""In the order in which an answer would move money."""


def open_question(key: str) -> OpenQuestion | None:
    """The question with the key, or None."""
    return next((each for each in OPEN_QUESTIONS if each.key == key), None)
