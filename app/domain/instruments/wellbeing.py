"""WHO-5 wellbeing index and GDS-15 (Geriatric Depression Scale, short form): the resident's own answers about mood.

WHO-5 (1998): five good things over the last 2 weeks, each 0 (never) to 5 (always). Raw 0 to 25; the score is raw × 4,
a percentage. Raw 13 and over ok, 8 to 12 low wellbeing, 7 and under (28 % and under) look for depression. Not for
moderate or severe dementia.

GDS-15 (Sheikh and Yesavage 1986): over the past week, a point for "no" to 1, 5, 7, 11 and 13 and for "yes" to the
others. 5 and over suggests depression (flag ``suggests_depression``; the only firm edge): 0 to 4 normal, 5 to 8 mild,
9 to 11 moderate, 12 to 15 severe. "Yes" to feeling worthless (12) or hopeless (14) asks for a conversation the same
day (flag ``same_day_conversation``), whatever the score and whatever is missing. Not reliable in moderate or severe
dementia: use Cornell there.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import (
    AT_LEAST,
    INCOMPLETE,
    QUARTERLY,
    SIX_MONTHLY,
    Band,
    Instrument,
    Scored,
    Tally,
    conclude,
)

WHO5_KEYS = frozenset({"items"})
WHO5_ITEMS = ("good_spirits", "calm", "active", "rested", "interested")

WHO5_TOOL = Instrument(
    code="who5",
    version="1998/1",
    title="WHO-5 Wellbeing Index",
    short="WHO-5",
    pathway="engagement",
    mode="S",
    owner="World Health Organization; Psychiatric Centre North Zealand",
    licence="CC BY-NC-SA 3.0 IGO: free where nothing is sold; for a program that is sold, ask the owner.",
    attribution="WHO-5 Wellbeing Index, © World Health Organization 1998; statements shortened by us. "
    "Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=QUARTERLY,
    bands=(
        Band("ok", "Wellbeing good", Severity.ROUTINE),
        Band("low_wellbeing", "Low wellbeing", Severity.ATTENTION),
        Band("screen_depression", "Look for depression", Severity.URGENT),
    ),
)

_WHO5_DAYS = {"ok": SIX_MONTHLY, "low_wellbeing": QUARTERLY, "screen_depression": QUARTERLY}
_WHO5_ACTIONS = {
    "ok": ("Wellbeing is good. Ask again in 6 months, or after a loss or a change.",),
    "low_wellbeing": (
        "Talk with the resident about what is missing, and look at activities and company.",
        "Look for pain, poor sleep, hearing and sight. Ask again in 3 months, sooner if it gets worse.",
    ),
    "screen_depression": (
        "Depression is likely: do the GDS-15 (with moderate or severe dementia Cornell), and tell the GP.",
        "Talk with the resident about what is missing, and look at activities and company.",
        "Ask again in 3 months. A change of 10 points or more counts.",
    ),
}
WHO5_MEANINGFUL = 10
"""Percentage points by which wellbeing must have changed for the change to count."""


def who5_change(now: Decimal, before: Decimal) -> str:
    """How wellbeing moved, in words: "Up 16 points: a change that counts", "Down 4 points: too small to count"."""
    moved = now - before
    if not moved:
        return "No change"
    counts = "a change that counts" if abs(moved) >= WHO5_MEANINGFUL else "too small to count"
    return f"{'Up' if moved > 0 else 'Down'} {abs(moved)} points: {counts}"


def score_who5(answers: Answers, on: date | None = None) -> Outcome:
    """The percentage, with part ``raw``; low is worse.

    With items missing it is ``screen_depression`` with ``at_least`` when even 5 for each cannot lift raw over 7.
    """
    items = answers.whole_list("items", "WHO-5", WHO5_ITEMS, 0, 5)
    tally = Tally()
    for name, step in zip(WHO5_ITEMS, items, strict=True):
        tally.add(name, name.replace("_", " ").capitalize(), step)
    tally.close(incomplete=bool(answers.missing))
    raw = tally.total
    parts = dict(tally.parts)

    if answers.missing:
        band = "screen_depression" if raw + 5 * items.count(None) <= 7 else INCOMPLETE
    else:
        parts["raw"] = raw
        tally.workings.append(f"{raw} × 4 = {4 * raw} %")
        band = "screen_depression" if raw <= 7 else ("low_wellbeing" if raw <= 12 else "ok")
    return conclude(
        WHO5_TOOL,
        band,
        missing=answers.missing,
        score=4 * raw,
        parts=parts,
        flags=(AT_LEAST,) if answers.missing and band == "screen_depression" else (),
        actions=_WHO5_ACTIONS.get(band, ()),
        on=on,
        days=_WHO5_DAYS.get(band),
        workings=tally.workings,
    )


WHO5 = Scored(WHO5_TOOL, WHO5_KEYS, score_who5, {"items": len(WHO5_ITEMS)})

GDS15_KEYS = frozenset({"answers"})
_QUESTIONS = 15
_NO_COUNTS = frozenset({1, 5, 7, 11, 13})
"""The questions about good things, where "no" is the depressed answer."""
_WORTHLESS, _HOPELESS = 12, 14

GDS15_TOOL = Instrument(
    code="gds15",
    version="1986/1",
    title="Geriatric Depression Scale, short form (GDS-15)",
    short="GDS-15",
    pathway="engagement",
    mode="S",
    owner="Public domain",
    licence="Public domain; the questions keep their official wording.",
    attribution="GDS-15: Sheikh J. I. and Yesavage J. A., 1986 (Stanford University). "
    "Calculator aid: use clinical judgement.",
    needs_permission=False,
    routine_days=QUARTERLY,
    bands=(
        Band("normal", "Normal", Severity.ROUTINE),
        Band("mild", "Mild", Severity.ATTENTION),
        Band("moderate", "Moderate", Severity.ATTENTION),
        Band("severe", "Severe", Severity.URGENT),
    ),
)

_TALK = (
    "Feels worthless or hopeless: a nurse or senior sits down with the resident today. Ask about thoughts of dying "
    "or self-harm; if there are any, do not leave the resident alone and phone the GP or 111 at once."
)
_SUGGESTS = "The answers suggest depression: tell the GP."
_GDS15_ACTIONS = {
    "normal": ("No sign of depression. Ask again in 6 months, or after a loss or when somebody withdraws.",),
    "mild": (
        _SUGGESTS,
        "Talk with the resident about what is missing; look at activities, company, pain and sleep.",
        "Ask again in 3 months.",
    ),
    "moderate": (
        _SUGGESTS,
        "Talk with the resident about what is missing; look at activities, company, pain and sleep.",
        "Ask again in 3 months.",
    ),
    "severe": (
        "Depression is very likely: ask the GP to see the resident this week.",
        "Look at eating, drinking, sleep and safety every day. Ask again in 3 months.",
    ),
}


def score_gds15(answers: Answers, on: date | None = None) -> Outcome:
    """Score the scale; see the module. 12 points already are ``severe`` with ``at_least``."""
    given = answers.entries("answers", "GDS-15 must be a list of 15 answers, Y or N", _QUESTIONS)
    tally = Tally()
    for number, answer in enumerate(given, start=1):
        if answer is None:
            continue
        if not isinstance(answer, str) or answer not in {"Y", "N"}:
            raise AnswerError("answers", f"GDS-15: question {number} must be Y or N")
        words = f"Question {number}: {'yes' if answer == 'Y' else 'no'}"
        tally.add(f"q{number}", words, int((answer == "N") == (number in _NO_COUNTS)))
    tally.close(incomplete=bool(answers.missing))
    total = tally.total
    talk = "Y" in (given[_WORTHLESS - 1], given[_HOPELESS - 1])

    if total >= 12:
        band = "severe"
    elif answers.missing:
        band = INCOMPLETE
    else:
        band = "moderate" if total >= 9 else ("mild" if total >= 5 else "normal")
    found = GDS15_TOOL.band(band)
    calm = found.severity if found else Severity.NONE
    return conclude(
        GDS15_TOOL,
        band,
        missing=answers.missing,
        score=total,
        parts=tally.parts,
        flags=(
            *(("suggests_depression",) if total >= 5 else ()),
            *(("same_day_conversation",) if talk else ()),
            *((AT_LEAST,) if band == "severe" and answers.missing else ()),
        ),
        actions=(
            *((_TALK,) if talk else ()),
            *_GDS15_ACTIONS.get(band, (_SUGGESTS,) if total >= 5 else ()),
        ),
        on=on,
        days=SIX_MONTHLY if band == "normal" else QUARTERLY,
        workings=tally.workings,
        severity=Severity.URGENT if talk else calm,
    )


GDS15 = Scored(GDS15_TOOL, GDS15_KEYS, score_gds15, {"answers": _QUESTIONS})
