"""4AT, rapid test for delirium (version 1.2, MacLullich and others).

Alertness: normal or mildly sleepy for under 10 seconds 0, clearly abnormal 4. AMT4 (age, date of birth, place, year):
no mistake 0, one 1, two or more or untestable 2. Months backwards: 7 or more right 0, fewer or refused 1, untestable
2. Acute change or fluctuation 4. 4 and over possible delirium, 1 to 3 possible cognitive impairment, 0 unlikely
(delirium is still possible when it is not known whether there was a change).
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.exact import as_decimal
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, Band, Instrument, Scored, Tally, conclude

KEYS = frozenset({"alertness", "amt4_mistakes", "months_backwards", "acute_change"})

TOOL = Instrument(
    code="four_at",
    version="1.2/1",
    title="4AT rapid test for delirium",
    short="4AT",
    pathway="dementia",
    mode="S",
    owner="MacLullich and others (the4AT.com)",
    licence="Free to use with acknowledgement; no registration.",
    attribution="4AT version 1.2, MacLullich A., Ryan T., Cash H.",
    needs_permission=False,
    routine_days=None,
    bands=(
        Band("unlikely", "Delirium unlikely", Severity.ROUTINE),
        Band("possible_cognitive_impairment", "Possible cognitive impairment", Severity.ATTENTION),
        Band("possible_delirium", "Possible delirium", Severity.URGENT),
    ),
    serves=("dementia",),
)

_ALERTNESS = {"normal": 0, "mild_sleepiness_lt_10s": 0, "clearly_abnormal": 4}
_ALERTNESS_WORDS = {
    "normal": "Normally alert",
    "mild_sleepiness_lt_10s": "Sleepy for under 10 seconds, then normal",
    "clearly_abnormal": "Alertness clearly abnormal",
}
_ACTIONS = {
    "unlikely": (
        "Delirium is unlikely. It is still possible if nobody could say whether there was a change: watch and repeat.",
    ),
    "possible_cognitive_impairment": ("Arrange memory testing when the resident is well.",),
    "possible_delirium": (
        "Ask a clinician to see the resident today.",
        "Take NEWS2.",
        "Look for infection, pain, constipation, a full bladder, dehydration and medicines that may be the cause.",
        "Repeat the 4AT every day until it is clear.",
    ),
}


def _count_or_word(answers: Answers, key: str, label: str, highest: int, words: tuple[str, ...]) -> int | str | None:
    value = answers.raw(key)
    if value is None or (isinstance(value, str) and value in words):
        return value
    number = as_decimal(value)
    if number is None or not 0 <= number <= highest or number != number.to_integral_value():
        raise AnswerError(key, f"{label} must be a whole number from 0 to {highest}, or {' or '.join(words)}")
    return int(number)


def score(answers: Answers, on: date | None = None) -> Outcome:
    """Score the 4AT; see the module. With answers missing, 4 or more already is ``possible_delirium`` with
    ``at_least``."""
    alertness = answers.choice("alertness", "Alertness", _ALERTNESS)
    mistakes = _count_or_word(answers, "amt4_mistakes", "AMT4 mistakes", 4, ("untestable",))
    months = _count_or_word(answers, "months_backwards", "Months backwards", 12, ("refused", "untestable"))
    change = answers.yes_no("acute_change", "Acute change")

    tally = Tally()
    tally.add(
        "alertness", _ALERTNESS_WORDS.get(alertness or "", ""), None if alertness is None else _ALERTNESS[alertness]
    )
    tally.add("amt4_mistakes", f"AMT4 mistakes: {mistakes}", _mistake_points(mistakes))
    tally.add("months_backwards", f"Months backwards, right answers: {months}", _month_points(months))
    tally.add(
        "acute_change", "Acute change" if change else "No acute change", None if change is None else 4 * int(change)
    )
    tally.close(incomplete=bool(answers.missing))
    total = tally.total

    flags: tuple[str, ...] = ()
    if total >= 4:
        band, flags = "possible_delirium", (AT_LEAST,) if answers.missing else ()
    elif answers.missing:
        band = INCOMPLETE
    else:
        band = "possible_cognitive_impairment" if total else "unlikely"
    return conclude(
        TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=tally.parts,
        flags=flags,
        actions=_ACTIONS.get(band, ()),
        on=on,
        days=1 if band == "possible_delirium" else None,
        workings=tally.workings,
    )


def _mistake_points(mistakes: int | str | None) -> int | None:
    if mistakes is None:
        return None
    return 2 if isinstance(mistakes, str) else min(mistakes, 2)


def _month_points(months: int | str | None) -> int | None:
    if months is None:
        return None
    if isinstance(months, str):
        return 2 if months == "untestable" else 1
    return 0 if months >= 7 else 1


SCORED = Scored(TOOL, KEYS, score)
