"""Engagement log: one activity offered to one resident. Captured, not scored.

A refusal is a record of an offer, not an absence; somebody asleep was not engaged. Engagement runs from −3 (very
unhappy with it) to 3 (absorbed). The week is summed up in :mod:`app.domain.engagement`. After an activity the next
is due within a week; after a refusal, or sleep, an offer is due again the next day.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import Finding, record
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import WEEKLY, Instrument, Scored

KINDS = {
    "physical": "Physical",
    "social": "Social",
    "creative": "Creative",
    "spiritual": "Spiritual",
    "outdoors": "Outdoors",
    "one_to_one": "One to one",
    "meaningful_task": "A meaningful task",
}
TOOK_PART = {"yes": 0, "refused": 1, "asleep": 2}
MOODS = {"low": 0, "even": 1, "happy": 2}
COMPANY = {"alone": 0, "staff": 1, "residents": 2, "family": 3, "volunteer": 4}

KEYS = frozenset({
    "kind", "activity", "took_part", "minutes", "engagement", "mood_before", "mood_after", "company", "interest",
})  # fmt: skip

TOOL = Instrument(
    code="engagement_log",
    version="1/1",
    title="Engagement log",
    short="Engagement",
    pathway="engagement",
    mode="C",
    owner="Hartwell",
    licence="Own structure.",
    attribution="Own record of activities and how the resident took part.",
    needs_permission=False,
    routine_days=WEEKLY,
    bands=(),
)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Parts ``minutes`` and ``engagement`` of an activity that the resident took part in; no score, no band."""
    answers.choice("kind", "Kind of activity", KINDS)
    answers.text("activity", "Activity", need=False)
    part = answers.choice("took_part", "Took part", TOOK_PART)
    active = part == "yes"
    minutes = answers.whole("minutes", "Minutes", 1, 720, need=active)
    engagement = answers.whole("engagement", "Engagement", -3, 3, need=active)
    answers.choice("mood_before", "Mood before", MOODS, need=False)
    answers.choice("mood_after", "Mood after", MOODS, need=False)
    answers.choice("company", "With", COMPANY, need=False)
    answers.yes_no("interest", "An interest from About me", need=False)

    found: list[Finding] = []
    if part == "refused":
        found.append(Finding("refused", Severity.ROUTINE, "Offer something else, at another time."))
    if part == "asleep":
        found.append(Finding("asleep", Severity.ROUTINE, "Offer it again when the resident is awake."))
    if active and engagement == -3:
        found.append(Finding("unhappy_with_it", Severity.ATTENTION, "Not enjoyed: find something else in About me."))
    parts: dict[str, int | Decimal | str] = {}
    if active and minutes is not None:
        parts["minutes"] = minutes
    if active and engagement is not None:
        parts["engagement"] = engagement
    return record(TOOL, answers, found, parts=parts, on=on, days=WEEKLY if active else 1)


SCORED = Scored(TOOL, KEYS, score)
