"""The words of a journey on the screen: where somebody is, what waits, what can be done next, what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.bags import STATE_LABELS
from app.domain.dates import clock_time, date_time, to_local
from app.domain.journeys import STAGE_LABELS, STEP_LABELS, Counts, Journey, Stage, StepKind, Waiting
from app.ui.theme import Tone

if TYPE_CHECKING:
    from app.services.journeys import BagRow, JourneyRow

_NEXT = {
    StepKind.HOME_OUT: "They have left the home",
    StepKind.HOSPITAL_IN: "They have arrived at hospital",
    StepKind.ADMITTED: "They are admitted to a ward",
    StepKind.HOSPITAL_OUT: "They have left hospital",
    StepKind.HOME_IN: "They are back in the home",
}
_OTHERS = (
    StepKind.CALLED, StepKind.AMBULANCE, StepKind.HOSPITAL_IN, StepKind.ADMITTED, StepKind.WARD_MOVE, StepKind.VISIT,
    StepKind.FIT, StepKind.DELAY, StepKind.HOSPITAL_OUT, StepKind.HOME_IN, StepKind.NOT_CONVEYED, StepKind.OTHER_HOME,
    StepKind.DIED,
)  # fmt: skip
_ONLY_THERE = frozenset({StepKind.WARD_MOVE, StepKind.VISIT, StepKind.FIT, StepKind.DELAY, StepKind.HOSPITAL_OUT})
_ONLY_OUT = _ONLY_THERE | {StepKind.HOSPITAL_IN, StepKind.ADMITTED, StepKind.HOME_IN, StepKind.OTHER_HOME}
_AGAIN = frozenset({StepKind.WARD_MOVE, StepKind.VISIT, StepKind.DELAY})
MEASURES = (
    ("journeys", "Journeys begun", "a pack was made because somebody was to go, also when they stayed after all"),
    ("called_999", "999 called", "an ambulance was called for the journey"),
    ("attended", "A&E", "emergency and urgent journeys that reached hospital"),
    ("admitted", "Admissions", "journeys with a stay on a ward, outpatient visits left out"),
    (
        "under_24h",
        "Under 24 hours",
        "emergency and urgent visits of less than 24 hours from arrival to leaving, without deaths",
    ),
    ("avoided", "Avoided", "a pack was made, and the resident stayed in the home"),
    ("nights", "Nights away", "midnights out of the home on these journeys, up to now"),
    ("delayed", "Discharges delayed", "somebody recorded a delay"),
    ("died", "Deaths away", "the resident died after leaving the home on the journey"),
    ("losses", "Things lost", "how many things did not come back, those that were never missing left out"),
)
"""Field of :class:`Counts`, its name on the screen, and what is counted."""


def next_step(journey: Journey) -> StepKind | None:
    """The step that comes next on the usual way; None once it has ended."""
    match journey.stage:
        case Stage.PREPARING:
            return StepKind.HOME_OUT
        case Stage.ON_THE_WAY:
            return StepKind.HOSPITAL_IN
        case Stage.AT_HOSPITAL if journey.step(StepKind.ADMITTED) or journey.step(StepKind.WARD_MOVE):
            return StepKind.HOSPITAL_OUT
        case Stage.AT_HOSPITAL:
            return StepKind.ADMITTED
        case Stage.RETURNING:
            return StepKind.HOME_IN
        case Stage.ENDED:
            return None


def next_words(kind: StepKind) -> str:
    """What the large button says."""
    return _NEXT[kind]


def other_steps(journey: Journey) -> tuple[StepKind, ...]:
    """What may also be recorded now, in the order in which things go."""
    if journey.ending is not None:
        return ()
    out = journey.step(StepKind.HOME_OUT) is not None
    first = next_step(journey)
    return tuple(
        kind
        for kind in _OTHERS
        if kind is not first
        and (kind in _AGAIN or not journey.step(kind))
        and (out or kind not in _ONLY_OUT)
        and not (kind in _ONLY_THERE and journey.stage is Stage.RETURNING and kind is StepKind.HOSPITAL_OUT)
        and not (kind is StepKind.NOT_CONVEYED and journey.stage in {Stage.AT_HOSPITAL, Stage.RETURNING})
    )


def forgotten_steps(journey: Journey) -> tuple[StepKind, ...]:
    """What may have been forgotten on a journey that has ended."""
    ended = {StepKind.NOT_CONVEYED, StepKind.OTHER_HOME, StepKind.DIED, StepKind.HOME_IN}
    kinds = (StepKind.CALLED, StepKind.HOME_OUT, *_OTHERS[1:])
    return tuple(kind for kind in kinds if kind not in ended and (kind in _AGAIN or not journey.step(kind)))


def when(at: datetime, today: date) -> str:
    """The time, with the day unless it is today."""
    return clock_time(at) if to_local(at).date() == today else date_time(at)


def where_words(row: JourneyRow, today: date) -> str:
    """How far, where, and since when: ``At hospital: Lister Hospital, Ash Ward, since 14:05``."""
    journey = row.journey
    said = ending_words(journey) if journey.ending else STAGE_LABELS[journey.stage]
    to = ", to " if journey.stage in {Stage.PREPARING, Stage.ON_THE_WAY} else ": "
    place = f"{to}{place_words(journey)}" if place_words(journey) and not journey.ending else ""
    since = journey.ending or (journey.steps[-1] if journey.steps else None)
    bag = f". Bag {journey.bag}" if journey.bag else ". No bag named"
    if journey.stage is Stage.PREPARING:  # it began with the call, which is not when the papers were made
        return f"{said}{place}, begun {when(journey.started_at, today)}{bag}"
    at = when(since.at if since else journey.started_at, today)
    return f"{said}{place}, since {at}{bag}"


def place_words(journey: Journey) -> str:
    """The hospital and, once it is known, the ward in it."""
    return journey.place


def ending_words(journey: Journey) -> str:
    """How it ended."""
    return STEP_LABELS[journey.ending.kind] if journey.ending else ""


def late_words(wait: Waiting, now: datetime) -> str:
    """How long its time is over: ``Overdue 3 hours``; empty while it is not."""
    if wait.late is None or not wait.is_late(now):
        return ""
    return f"Overdue {_long(now - wait.late)}"


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for size, name in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than an hour"


def mark(row: JourneyRow, now: datetime) -> tuple[str, Tone]:
    """One word for a row: overdue, to do, or nothing waits."""
    if row.in_error:
        return "Entered in error", Tone.NEUTRAL
    late = next((said for wait in row.waiting if (said := late_words(wait, now))), "")
    if late:
        return late, Tone.DANGER
    if any(wait.due is None or wait.due <= now for wait in row.waiting):
        return "To do", Tone.CAUTION
    return ("Later", Tone.INFO) if row.waiting else ("Nothing waits", Tone.GOOD)


def pressing(row: JourneyRow, now: datetime) -> str:
    """What waits, the late first."""
    waits = sorted(row.waiting, key=lambda wait: not wait.is_late(now))
    return ". ".join(wait.words for wait in waits)


def bag_with(row: BagRow) -> str:
    """Who has a bag, or that nobody has it."""
    return row.resident_name or ("" if row.bag.journey_id else "Nobody")


def bag_where(row: BagRow) -> str:
    """Where a bag is."""
    return STATE_LABELS[row.bag.state]


def bags_words(count: int, wanted: int) -> str:
    """How many bags there are against how many are advised."""
    have = f"{count} bag{'' if count == 1 else 's'} in use" if count else "No bag is entered"
    advised = f"{wanted} for the size of this home" if wanted != 1 else "1 for the size of this home"
    short = wanted - count
    lacks = f" {short} {'is' if short == 1 else 'are'} missing." if short > 0 else ""
    return f"{have}. About one for ten residents is advised: {advised}.{lacks}"


def periods(today: date) -> tuple[tuple[str, date, date], ...]:
    """The periods that are counted: their names, first and last days."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return (
        ("This month", month, today),
        ("Last month", before.replace(day=1), before),
        ("This quarter", quarter, today),
        ("This year", today.replace(month=1, day=1), today),
    )


def figures(field: str, counted: Sequence[Counts]) -> tuple[str, ...]:
    """A measure over the periods."""
    return tuple(str(getattr(each, field)) for each in counted)
