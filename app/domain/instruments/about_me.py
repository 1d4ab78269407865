"""About me: what somebody who has never met the resident must know. Captured, not scored.

Own headings, in the spirit of the person-centred leaflets that homes are asked to use. A preferred name, the date and
the answer about sharing make it complete; the other headings are counted, so that a thin one shows. Consent withheld
keeps it out of the red bag (flag ``not_shared``); more than 12 months old it is due for review (``review_due``);
written for a resident who lacks capacity without naming who helped is a warning (``helper_missing``).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, Instrument, Scored, conclude

HEADINGS = {
    "lives_where": "Where I live",
    "knows_me_best": "The person who knows me best",
    "what_matters": "What matters to me",
    "life_so_far": "My life so far",
    "hobbies": "What I enjoy",
    "routines": "My routines and familiar things",
    "worries_and_comfort": "What worries me and what calms me",
    "communication": "How I communicate, hear and see",
    "mobility": "How I get about",
    "sleep": "How I sleep",
    "personal_care": "How I like to be helped with personal care",
    "eating_drinking": "How I eat and drink",
    "medicines": "How I take my medicines",
    "other_notes": "Anything else",
}
"""The free-text headings, by key."""

KEYS = frozenset(HEADINGS) | {"preferred_name", "helped_by", "completed_on", "consent_to_share", "lacks_capacity"}
YEAR = 365

TOOL = Instrument(
    code="about_me",
    version="1/1",
    title="About me",
    short="About me",
    pathway="dementia",
    mode="C",
    owner="Hartwell",
    licence="Own headings.",
    attribution="Own headings, with thanks to the person-centred profiles used across care homes.",
    needs_permission=False,
    routine_days=YEAR,
    bands=(),
)


def _a_year_after(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Completeness and warnings; parts ``filled`` and ``blank`` count the free-text headings. No score, no band.

    The next review is a year after the profile's own date. A profile dated after ``on`` is refused.
    """
    answers.text("preferred_name", "Preferred name")
    written = answers.day("completed_on", "Date")
    share = answers.yes_no("consent_to_share", "Consent to share")
    filled = [key for key, label in HEADINGS.items() if answers.text(key, label, need=False)]
    helper = answers.text("helped_by", "Who helped", need=False)
    lacks = answers.yes_no("lacks_capacity", "Lacks capacity", need=False)
    if written is not None and on is not None and written > on:
        raise AnswerError("completed_on", "Date must be today or in the past")

    due = _a_year_after(written) if written is not None else None
    flags = []
    actions = []
    if share is False:
        flags.append("not_shared")
        actions.append("Consent to share is withheld: this profile is left out of the red bag.")
    if due is not None and on is not None and on > due:
        flags.append("review_due")
        actions.append("More than 12 months old: go through it again with the resident and family.")
    if lacks and helper is None:
        flags.append("helper_missing")
        actions.append("Name who helped: the resident lacks capacity to complete this alone.")
    blank = [label for key, label in HEADINGS.items() if key not in filled]
    parts: dict[str, int | Decimal | str] = {"filled": len(filled), "blank": len(blank)}
    missing = answers.missing
    return conclude(
        TOOL,
        INCOMPLETE if missing else None,
        missing=missing,
        parts=parts,
        flags=tuple(flags),
        actions=tuple(actions),
        on=due if on is not None else None,
        days=0,
        workings=(f"{len(filled)} of {len(HEADINGS)} headings filled", *(f"Still blank: {label}" for label in blank)),
        severity=Severity.ATTENTION if flags else (Severity.NONE if missing else Severity.ROUTINE),
    )


SCORED = Scored(TOOL, KEYS, score)
