"""Soft signs: a resident who is not as usual, before any measurement. Captured, not scored.

Own list. Any sign: tell the senior within the shift and take NEWS2 by whoever is trained and equipped. Two signs or
more, or one of breathing, confusion or skin colour: NEWS2 now, and without the equipment an SBARD call to the GP or
111. The worry of family or staff counts as a sign (app rules).
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.captured import Finding, record
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import Instrument, Scored

SIGNS = {
    "breathing": "Breathing is different",
    "confusion": "New or worse confusion, or sleepy",
    "agitation_withdrawal": "Agitated or withdrawn",
    "less_talking": "Talks less",
    "weaker": "Weaker, unsteady, needs more help",
    "eating_less": "Eats less",
    "drinking_less": "Drinks less",
    "urine": "Urine darker, less or smelly",
    "bowels": "Bowels not open for 3 days, or loose",
    "pain": "Pain new or worse",
    "skin": "Skin pale, mottled, clammy, hot or shivery",
    "swelling": "Swelling",
    "weight": "Weight has changed",
    "fall": "A fall",
    "not_right": "“Not right”, says family or staff",
}
NOW = frozenset({"breathing", "confusion", "skin"})
"""Signs that alone ask for NEWS2 at once."""

KEYS = frozenset({"signs", "can_take_news2", "senior_told", "note"})

TOOL = Instrument(
    code="soft_signs",
    version="1/1",
    title="Soft signs: not as usual",
    short="Soft signs",
    pathway="health",
    mode="C",
    owner="Hartwell",
    licence="Own list and wording.",
    attribution="Own list of early signs that a resident is getting worse.",
    needs_permission=False,
    routine_days=None,
    bands=(),
)

_SENIOR = Finding("tell_senior", Severity.ATTENTION, "Tell the senior on duty within this shift.")
_NEWS2 = Finding("take_news2", Severity.ATTENTION, "Take NEWS2 this shift.")
_NEWS2_NOW = Finding("news2_now", Severity.URGENT, "Take NEWS2 now and tell the senior on duty.")
_SBARD_NOW = Finding("sbard_now", Severity.URGENT, "NEWS2 cannot be taken: phone the GP or 111 now, with SBARD.")
_POST_FALL = Finding("post_fall_check", Severity.URGENT, "Do the post-fall check before moving the resident.")


def score(answers: Answers, on: date | None = None) -> Outcome:
    """What to do about the signs; part ``signs`` counts them. Nothing is due again by date."""
    signs = answers.choices("signs", "Signs", SIGNS)
    able = answers.yes_no("can_take_news2", "NEWS2 can be taken", need=bool(signs))
    answers.text("senior_told", "Who was told", need=False)
    answers.text("note", "More", need=False)

    found: list[Finding] = []
    if signs:
        found.append(_SENIOR)
        now = len(signs) >= 2 or not NOW.isdisjoint(signs)
        if now:
            found.append(_SBARD_NOW if able is False else _NEWS2_NOW)
        elif able is not False:
            found.append(_NEWS2)
        if "fall" in signs:
            found.append(_POST_FALL)
    parts = {} if signs is None else {"signs": len(signs)}
    return record(TOOL, answers, found, parts=parts, on=on, workings=[SIGNS[each] for each in signs or ()])


SCORED = Scored(TOOL, KEYS, score)
