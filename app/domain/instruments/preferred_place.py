"""Preferred place of care and death, as the resident, or who may speak for them, has said. Captured, not scored.

Value set after the Apperta care preference model. A preference has a date and says who gave it. "Discussion not
appropriate" has its reason, and "unable to express" names the best-interests source. The second choice differs from
the first. Older than six months it is due to be talked about again (flag ``review_due``). After death the place is
recorded; one that was neither choice has its reason.
"""

from __future__ import annotations

from datetime import date, timedelta

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import SIX_MONTHS, Finding, record
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

PLACES = {
    "home": "Own home",
    "usual_residence": "This care home",
    "nursing_home": "A nursing home",
    "residential_home": "A residential home",
    "hospice": "Hospice",
    "community_hospital": "Community hospital",
    "hospital": "Hospital",
}
UNABLE = "unable_to_express"
NOT_APPROPRIATE = "discussion_not_appropriate"
CHOICES = PLACES | {
    "undecided": "Undecided",
    UNABLE: "Unable to express",
    "declined": "Declined to say",
    NOT_APPROPRIATE: "Discussion not appropriate",
}
SAID_BY = {"resident": 0, "family": 1, "attorney": 2, "best_interests": 3, "clinician": 4}
CAPACITY = {"yes": 0, "no": 1, "fluctuates": 2}

KEYS = frozenset({
    "first_choice", "second_choice", "location", "stated_on", "said_by", "capacity", "not_appropriate_reason",
    "best_interests_source", "place_of_death", "variance_reason",
})  # fmt: skip

TOOL = Instrument(
    code="preferred_place",
    version="1/1",
    title="Preferred place of care and death",
    short="Preferred place",
    pathway="health",
    mode="C",
    owner="Hartwell",
    licence="Own structure; the value set is cited.",
    attribution="Value set after the Apperta care preference model.",
    needs_permission=False,
    routine_days=SIX_MONTHS,
    bands=(),
)


def _achieved(first: str | None, second: str | None, died_at: str | None) -> str | None:
    """``first``, ``second`` or ``not``, once the place of death and a choice are known; None otherwise."""
    if died_at is None or first not in PLACES:
        return None
    return "first" if died_at == first else "second" if died_at == second else "not"


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Completeness and prompts; part ``achieved`` (first, second, not) after death. No score, no band.

    A date after ``on`` is refused, and so is a second choice that is the first.
    """
    first = answers.choice("first_choice", "First choice", CHOICES)
    second = answers.choice("second_choice", "Second choice", PLACES, need=False)
    if second is not None and second == first:
        raise AnswerError("second_choice", "Second choice must differ from the first")
    answers.text("location", "Which one", need=False)
    stated = answers.day("stated_on", "Date")
    if stated is not None and on is not None and stated > on:
        raise AnswerError("stated_on", "Date must be today or in the past")
    answers.choice("said_by", "Who said it", SAID_BY)
    answers.choice("capacity", "Capacity", CAPACITY)
    answers.text("not_appropriate_reason", "Why not appropriate", need=first == NOT_APPROPRIATE)
    answers.text("best_interests_source", "Best-interests source", need=first == UNABLE)
    died_at = answers.choice("place_of_death", "Place of death", PLACES, need=False)
    achieved = _achieved(first, second, died_at)
    reason = answers.text("variance_reason", "Why elsewhere", need=achieved == "not")

    found: list[Finding] = []
    if died_at is None and stated is not None and on is not None and on > stated + timedelta(days=SIX_MONTHS):
        found.append(
            Finding("review_due", Severity.ATTENTION, "More than six months old: ask again what the resident wants.")
        )
    if died_at is None and first == "undecided":
        found.append(Finding("undecided", Severity.ROUTINE, "Undecided: offer to talk about it again."))
    if achieved == "not" and reason is None:
        found.append(
            Finding("variance_unexplained", Severity.ATTENTION, "Say why the resident did not die where they wished.")
        )
    due = stated + timedelta(days=SIX_MONTHS) if stated is not None and died_at is None else None
    return record(TOOL, answers, found, parts={"achieved": achieved} if achieved else {}, on=on, due=due)


SCORED = Scored(TOOL, KEYS, score)
