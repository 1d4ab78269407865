"""Bristol stool form, in words (Heaton and Lewis): 1 separate hard lumps to 7 all liquid.

1 and 2 constipation, 3 and 4 normal, 5 tending to loose (sources disagree whether it is still normal), 6 and 7 loose.
The score is the type. What counts is the run of stools, not one: :func:`bowel_flags` looks at the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, Band, Instrument, Scored, conclude

KEYS = frozenset({"type"})

TYPES = {
    1: "Separate hard lumps",
    2: "Lumpy sausage",
    3: "Sausage with cracks",
    4: "Smooth and soft",
    5: "Soft blobs",
    6: "Mushy",
    7: "Watery",
}
"""The types in words; the picture chart belongs to somebody else and is not shown."""

TOOL = Instrument(
    code="bristol",
    version="1997/1",
    title="Bristol stool form",
    short="Bristol stool",
    pathway="health",
    mode="S",
    owner="Heaton and Lewis, University of Bristol",
    licence="The types in our own words; the picture chart is © others and is not used.",
    attribution="Stool form scale after Heaton K. and Lewis S., University of Bristol.",
    needs_permission=False,
    routine_days=None,
    bands=(
        Band("normal", "Normal", Severity.ROUTINE),
        Band("loose_tendency", "Tending to loose", Severity.ROUTINE),
        Band("constipation", "Constipation", Severity.ATTENTION),
        Band("loose", "Loose", Severity.ATTENTION),
    ),
)

_BANDS = {1: "constipation", 2: "constipation", 3: "normal", 4: "normal", 5: "loose_tendency", 6: "loose", 7: "loose"}
_BLOOD = "Blood, or black like tar: have a clinician look the same day."
_ACTIONS = {
    "normal": ("Nothing to do.", _BLOOD),
    "loose_tendency": ("Watch the next ones.", _BLOOD),
    "constipation": (
        "Offer drinks (unless restricted), fruit and fibre, a walk, and time on the toilet.",
        "Give a laxative only as prescribed. No stool for 3 days: tell the nurse.",
        _BLOOD,
    ),
    "loose": (
        "Offer drinks (unless restricted) and start a fluid chart. Look after the skin.",
        "A second loose stool within 24 hours: infection control, and tell the nurse.",
        "Watery after days of nothing may be overflow round a blockage: tell the nurse, give no anti-diarrhoeal.",
        _BLOOD,
    ),
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The type as the score, and its band. Nothing is due: a stool is recorded when there is one."""
    kind = answers.whole("type", "Stool type", 1, 7)
    if kind is None:
        return conclude(TOOL, INCOMPLETE, missing=answers.missing)
    band = _BANDS[kind]
    return conclude(TOOL, band, score=kind, actions=_ACTIONS[band], on=on, workings=(f"Type {kind}: {TYPES[kind]}",))


# -------------------------------------------------------------------------------------------------- the run of stools

NO_STOOL = "no_stool_3_days"
TWO_LOOSE = "two_loose_in_24_h"
OVERFLOW = "possible_overflow"
BLOOD = "blood_or_black"
FLAG_WORDS = {
    BLOOD: "Blood or black stool: have a clinician look the same day.",
    TWO_LOOSE: "Two loose stools within 24 hours: infection control, drinks, fluid chart; tell the nurse.",
    OVERFLOW: "Watery after 3 days or more of nothing: perhaps overflow round a blockage; tell the nurse.",
    NO_STOOL: "No stool for 3 days: check for discomfort, give the as-needed laxative as prescribed; tell the nurse.",
}
"""What each flag means and calls for."""

_DAY, _THREE_DAYS = timedelta(hours=24), timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Stool:
    """One stool: when, its Bristol type (1 to 7), and whether there was blood or it was black."""

    at: datetime
    type: int
    blood_or_black: bool = False


def bowel_flags(stools: Iterable[Stool], now: datetime, since: datetime | None = None) -> tuple[str, ...]:
    """What the record of stools up to ``now`` calls for, the most serious first (app rules).

    Blood or black within 24 hours; two of type 6 or 7 within the last 24 hours; a type 7 within them that came 72
    hours or more after the stool before it; no stool for 72 hours. ``since`` is when the record begins (admission, or
    the return from hospital): without it, nothing before the first stool is taken for "none".
    """
    known = sorted((each for each in stools if each.at <= now), key=lambda each: each.at)
    recent = [each for each in known if now - each.at <= _DAY]
    befores = [since, *(each.at for each in known)]
    overflow = any(
        each.type == 7 and each in recent and before is not None and each.at - before >= _THREE_DAYS
        for each, before in zip(known, befores, strict=False)
    )
    last = known[-1].at if known else since
    found = {
        BLOOD: any(each.blood_or_black for each in recent),
        TWO_LOOSE: sum(each.type >= 6 for each in recent) >= 2,
        OVERFLOW: overflow,
        NO_STOOL: last is not None and now - last >= _THREE_DAYS,
    }
    return tuple(flag for flag, raised in found.items() if raised)


SCORED = Scored(TOOL, KEYS, score)
