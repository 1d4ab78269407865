"""Bristol stool form, in words (Heaton and Lewis): 1 separate hard lumps to 7 all liquid.

1 and 2 constipation, 3 and 4 normal, 5 tending to loose (sources disagree whether it is still normal), 6 and 7 loose.
The score is the type. What counts is the run of stools, not one: :mod:`app.domain.bowels` looks at the chart.
"""

from __future__ import annotations

from datetime import date

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


SCORED = Scored(TOOL, KEYS, score)
