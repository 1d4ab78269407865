"""Fluid taken in one day against the target.

At least 1,600 ml of drinks a day for women and 2,000 ml for men (EFSA and ESPEN, older adults). A resident whose fluid
is restricted has a target of his or her own: there exceeding it is the alert (flag ``over_restriction``; exactly the
limit is not over). Under 1,200 ml on two days running is an alert (app rule): one record cannot know the other day, so
:func:`low_two_days` looks at the totals. There is no score, and no sign of dehydration is scored: none is diagnostic.

Accepted, whole ml: taken 0 to 10,000, restriction 0 to 5,000 (0 is nothing by mouth).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, MONTHLY, Band, Instrument, Scored, conclude

KEYS = frozenset({"sex", "intake_ml", "fluid_restricted_to_ml"})

TARGETS_ML = {"F": 1600, "M": 2000}
"""The least to drink in a day, by sex, without a restriction."""
LOW_ML = 1200
OVER_RESTRICTION = "over_restriction"
LOW_TWO_DAYS = "low_two_days"
"""What :func:`low_two_days` finds, as a flag of the record behind a result; no single result carries it."""
RESTRICTED = "restricted_individual_target"

TOOL = Instrument(
    code="fluid",
    version="1/1",
    title="Fluid taken in a day",
    short="Fluid",
    pathway="nutrition",
    mode="S",
    owner="Public guidance (EFSA, ESPEN)",
    licence="Public figures, cited; nobody's permission is needed.",
    attribution="Daily drinks for older adults after EFSA and ESPEN. A target set for the resident comes first.",
    needs_permission=False,
    routine_days=MONTHLY,
    bands=(
        Band(RESTRICTED, "Restricted: the resident's own limit", Severity.ROUTINE),
        Band("at_target", "At target", Severity.ROUTINE),
        Band("below_target", "Below target", Severity.ATTENTION),
    ),
    serves=("nutrition",),
)

_OVER = "More than the limit: tell the nurse today. Weigh the resident; look for swelling and breathlessness."
_VERY_LOW = "Under 1,200 ml. If yesterday was under 1,200 ml as well, tell the nurse or GP today."
_ACTIONS = {
    "at_target": ("Carry on. Look at it again in a month, daily in hot weather, fever, diarrhoea or vomiting.",),
    "below_target": (
        "Offer drinks often, in small amounts, of the kind the resident likes. Help with the cup.",
        "Keep a fluid chart tomorrow.",
        "Look for a dry mouth, little dark urine, drowsiness or new confusion, dizziness, constipation.",
    ),
    RESTRICTED: ("Keep to the resident's own limit, and keep the fluid chart.",),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The band; no score. More than the restriction is flagged even while another answer is missing."""
    sex = answers.choice("sex", "Sex", TARGETS_ML)
    taken = answers.whole("intake_ml", "Fluid taken", 0, 10000, unit=" ml")
    limit = answers.whole("fluid_restricted_to_ml", "Restricted to", 0, 5000, unit=" ml", need=False)

    over = taken is not None and limit is not None and taken > limit
    flags = (OVER_RESTRICTION,) if over else ()
    first = (_OVER,) if over else ()
    if sex is None or taken is None:
        return conclude(TOOL, INCOMPLETE, missing=answers.missing, flags=flags, actions=first)
    target = TARGETS_ML[sex] if limit is None else limit
    if limit is not None:
        band = RESTRICTED
        words = f"{taken:,} ml of at most {limit:,} ml"
    else:
        band = "at_target" if taken >= target else "below_target"
        words = f"{taken:,} ml of at least {target:,} ml"
        first = (_VERY_LOW,) if taken < LOW_ML else ()
    return conclude(
        TOOL,
        band,
        parts={"target_ml": target},
        flags=flags,
        actions=(*first, *_ACTIONS[band]),
        on=on,
        days=MONTHLY if band == "at_target" else 1,
        workings=(words,),
        severity=Severity.ATTENTION if over else None,
    )


def low_two_days(taken_ml: Mapping[date, int], day: date, *, restricted: bool = False) -> bool:
    """Whether the day and the one before were both under 1,200 ml. A day without a total is not known, never nothing;
    a restricted resident is judged by the limit instead."""
    two = (taken_ml.get(day), taken_ml.get(day - timedelta(days=1)))
    return not restricted and all(total is not None and total < LOW_ML for total in two)


SCORED = Scored(TOOL, KEYS, score)
