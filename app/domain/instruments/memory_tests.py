"""Two short memory tests: AMT-10 (Hodkinson 1972) and 6CIT (Kingshill 2000).

AMT-10: ten questions, a point for each right answer; 8 and over is normal, 7 and under impaired. The score may come
from a test done on paper (``correct``) or from the ten answers (``items``); the two must not contradict each other.

6CIT: year wrong 4, month wrong 3, time wrong by an hour or more 3; counting back from 20 and months backwards, one
error 2 and more than one 4 each; 2 for each of the five parts of the address that is not recalled. 0 to 28, high is
worse: 0 to 7 normal, 8 to 9 mild, 10 and over significant impairment.

Neither is a diagnosis, and neither is for somebody who suddenly changed: that is the 4AT.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import AT_LEAST, INCOMPLETE, YEARLY, Band, Instrument, Scored, Tally, conclude

AMT10_KEYS = frozenset({"correct", "items"})
AMT10_ITEMS = (
    "age", "time", "address_recall", "year", "place", "two_people", "date_of_birth", "war_year", "monarch",
    "count_back",
)  # fmt: skip

AMT10_TOOL = Instrument(
    code="amt10",
    version="1972/1",
    title="Abbreviated Mental Test (AMT-10)",
    short="AMT-10",
    pathway="dementia",
    mode="S",
    owner="H. M. Hodkinson",
    licence="Published in a journal and copied widely since; cite the paper. The questions are in our own words.",
    attribution="Abbreviated Mental Test: Hodkinson H. M., Age and Ageing 1972. "
    "Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=YEARLY,
    bands=(
        Band("normal", "Normal", Severity.ROUTINE),
        Band("impaired", "Impaired", Severity.ATTENTION),
    ),
    serves=("dementia",),
)

_FIRST_DELIRIUM = "A sudden change, or ups and downs over days? Do the 4AT today instead: it may be delirium."
_AMT10_ACTIONS = {
    "normal": (
        "No sign of a memory problem in this test. Repeat in a year, sooner if somebody is worried.",
        _FIRST_DELIRIUM,
    ),
    "impaired": (
        _FIRST_DELIRIUM,
        "Tell the nurse or the manager, and refer to the GP (the DeAR-GP letter) unless a diagnosis is known.",
        "Look at hearing, glasses, language, pain and tiredness: each can lower the score.",
    ),
}


def score_amt10(answers: Answers, on: date | None = None) -> Outcome:
    """Score the AMT-10; see the module. Three wrong answers make it ``impaired`` whatever is missing (``at_least``)."""
    correct = answers.whole("correct", "Number of right answers", 0, len(AMT10_ITEMS), need=False)
    items: list[bool | None] = []
    for name, item in zip(
        AMT10_ITEMS,
        answers.entries("items", "AMT-10 must be a list of 10 answers, right or wrong", len(AMT10_ITEMS), need=False),
        strict=True,
    ):
        if item is not None and not isinstance(item, bool):
            raise AnswerError("items", f"AMT-10: {name} must be right or wrong (true or false)")
        items.append(item)
    tally = Tally()
    for name, right in zip(AMT10_ITEMS, items, strict=True):
        tally.add(name, name.replace("_", " ").capitalize(), None if right is None else int(right))
    wrong = items.count(False)
    if correct is not None:
        if not tally.total <= correct <= len(items) - wrong:
            raise AnswerError("correct", f"Number of right answers is {correct}, which the single answers contradict")
        answers.missing.clear()
        wrong = len(items) - correct
        if None in items:
            tally.parts, tally.workings, tally.total = {}, [], 0
            tally.add("correct", "Right answers", correct)
    elif not tally.parts and not answers.missing:
        answers.missing.append("correct")
    tally.close(incomplete=bool(answers.missing))

    fewer = INCOMPLETE if answers.missing else "normal"
    band = "impaired" if wrong >= 3 else fewer
    return conclude(
        AMT10_TOOL,
        band,
        missing=answers.missing,
        score=tally.total,
        parts=tally.parts,
        flags=(AT_LEAST,) if band == "impaired" and answers.missing else (),
        actions=_AMT10_ACTIONS.get(band, ()),
        on=on,
        days=YEARLY,
        workings=tally.workings,
    )


AMT10 = Scored(AMT10_TOOL, AMT10_KEYS, score_amt10, {"items": len(AMT10_ITEMS)})


SIXCIT_KEYS = frozenset({
    "year_correct", "month_correct", "time_correct", "count_back_errors", "months_back_errors", "address_errors",
})  # fmt: skip

SIXCIT_TOOL = Instrument(
    code="sixcit",
    version="2000/1",
    title="Six-item Cognitive Impairment Test (6CIT, Kingshill version)",
    short="6CIT",
    pathway="dementia",
    mode="S",
    owner="Kingshill Research Centre, Swindon",
    licence="Free for health and care staff; the owner is to confirm its use in software before a release.",
    attribution="6CIT, Kingshill version 2000, © Kingshill Research Centre. Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=YEARLY,
    bands=(
        Band("normal", "Normal", Severity.ROUTINE),
        Band("mild_impairment", "Mild impairment", Severity.ATTENTION),
        Band("significant_impairment", "Significant impairment", Severity.ATTENTION),
    ),
    serves=("dementia",),
)

_SIXCIT_CAUTION = (
    "Does not count within 2 weeks of moving in, or when hearing, sight or language stood in the way: repeat later."
)
_SIXCIT_ACTIONS = {
    "normal": (
        "No sign of a memory problem in this test. Repeat in a year, sooner if somebody is worried.",
        _FIRST_DELIRIUM,
    ),
    "mild_impairment": (
        _FIRST_DELIRIUM,
        "Tell the nurse or the manager: referral to the GP is probably right, unless a diagnosis is known.",
        _SIXCIT_CAUTION,
    ),
    "significant_impairment": (
        _FIRST_DELIRIUM,
        "Refer to the GP for a memory assessment, unless a diagnosis is known.",
        _SIXCIT_CAUTION,
    ),
}


def _error_points(errors: int | None) -> int | None:
    return None if errors is None else 2 * min(errors, 2)


def score_sixcit(answers: Answers, on: date | None = None) -> Outcome:
    """Score the 6CIT; see the module. With answers missing, 10 and over already is ``significant_impairment`` with
    ``at_least``.

    Accepted: errors counting back 0 to 20, in the months 0 to 12, in the address 0 to 5.
    """
    tally = Tally()
    for key, words, step in (("year_correct", "Year", 4), ("month_correct", "Month", 3), ("time_correct", "Time", 3)):
        right = answers.yes_no(key, f"{words} right")
        wrong = None if right is None else step * int(not right)
        tally.add(key.removesuffix("_correct"), f"{words} {'right' if right else 'wrong'}", wrong)
    count = answers.whole("count_back_errors", "Errors counting back", 0, 20)
    months = answers.whole("months_back_errors", "Errors in the months", 0, 12)
    address = answers.whole("address_errors", "Errors in the address", 0, 5)
    tally.add("count_back", f"Errors counting back: {count}", _error_points(count))
    tally.add("months_back", f"Errors in the months: {months}", _error_points(months))
    tally.add("address", f"Errors in the address: {address}", None if address is None else 2 * address)
    tally.close(incomplete=bool(answers.missing))

    if tally.total >= 10:
        band = "significant_impairment"
    elif answers.missing:
        band = INCOMPLETE
    else:
        band = "mild_impairment" if tally.total >= 8 else "normal"
    return conclude(
        SIXCIT_TOOL,
        band,
        missing=answers.missing,
        score=tally.total,
        parts=tally.parts,
        flags=(AT_LEAST,) if band == "significant_impairment" and answers.missing else (),
        actions=_SIXCIT_ACTIONS.get(band, ()),
        on=on,
        days=YEARLY,
        workings=tally.workings,
    )


SIXCIT = Scored(SIXCIT_TOOL, SIXCIT_KEYS, score_sixcit)
