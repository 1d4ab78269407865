"""A resident's way to hospital and back: what is recorded on the way, and what it adds up to.

A journey begins when the home decides that somebody goes (the pack is made), and ends when they are back, have moved to
another home, have died, or did not go after all. Its papers are packs (:mod:`app.domain.transfer`); its bag has a life
of its own (:mod:`app.domain.bags`). The Hertfordshire audit form is signed at four points: care home out, hospital in,
hospital out, care home in. An ambulance column and ward moves are optional. All instants are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.dates import date_time, to_local
from app.domain.errors import Problem, UserError

VISIT_FROM = timedelta(hours=48)
VISIT_UNTIL = timedelta(hours=72)
"""The home visits between 48 and 72 hours after admission (Sutton CCG, adopted with the red bag)."""
SHORT_STAY = timedelta(hours=24)
_CLOCKS_DIFFER = timedelta(minutes=5)


class JourneyKind(StrEnum):
    """Why somebody goes."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    PLANNED = "planned"
    OUTPATIENT = "outpatient"


KIND_LABELS = {
    JourneyKind.EMERGENCY: "Emergency (999)",
    JourneyKind.URGENT: "Urgent, arranged by the GP or 111",
    JourneyKind.PLANNED: "Planned admission",
    JourneyKind.OUTPATIENT: "Outpatient visit",
}


class StepKind(StrEnum):
    """What can be recorded on the way."""

    CALLED = "called"
    HOME_OUT = "home_out"
    AMBULANCE = "ambulance"
    HOSPITAL_IN = "hospital_in"
    ADMITTED = "admitted"
    WARD_MOVE = "ward_move"
    VISIT = "visit"
    FIT = "fit"
    DELAY = "delay"
    HOSPITAL_OUT = "hospital_out"
    HOME_IN = "home_in"
    NOT_CONVEYED = "not_conveyed"
    OTHER_HOME = "other_home"
    DIED = "died"


STEP_LABELS = {
    StepKind.CALLED: "999 called",
    StepKind.HOME_OUT: "Left the home",
    StepKind.AMBULANCE: "Ambulance took the bag",
    StepKind.HOSPITAL_IN: "Arrived at hospital",
    StepKind.ADMITTED: "Admitted to a ward",
    StepKind.WARD_MOVE: "Moved to another ward",
    StepKind.VISIT: "Visited by the home",
    StepKind.FIT: "Ready to leave hospital",
    StepKind.DELAY: "Discharge delayed",
    StepKind.HOSPITAL_OUT: "Left hospital",
    StepKind.HOME_IN: "Back in the home",
    StepKind.NOT_CONVEYED: "Did not go to hospital",
    StepKind.OTHER_HOME: "Moved to another home",
    StepKind.DIED: "Died",
}
CHECK_POINTS = (StepKind.HOME_OUT, StepKind.HOSPITAL_IN, StepKind.HOSPITAL_OUT, StepKind.HOME_IN)
"""The four points at which the bag is checked against its list and signed for."""
ENDINGS = frozenset({StepKind.HOME_IN, StepKind.NOT_CONVEYED, StepKind.OTHER_HOME, StepKind.DIED})
"""After one of these nothing more happens on this journey."""
_ONCE = frozenset(StepKind) - {StepKind.WARD_MOVE, StepKind.VISIT, StepKind.DELAY}
_AFTER_LEAVING = frozenset(StepKind) - {StepKind.CALLED, StepKind.HOME_OUT, StepKind.NOT_CONVEYED, StepKind.DIED}
_ORDER = (StepKind.CALLED, StepKind.HOME_OUT, StepKind.AMBULANCE, StepKind.HOSPITAL_IN, StepKind.ADMITTED,
          StepKind.HOSPITAL_OUT)  # fmt: skip
"""Those of which the earlier cannot come after the later; the others come when they come."""

DELAY_REASONS = {
    "assessment": "Waiting for an assessment",
    "funding": "Waiting for a decision on funding",
    "medicines": "Waiting for medicines to take home",
    "transport": "Waiting for transport",
    "equipment": "Waiting for equipment",
    "home": "The home could not take the resident back yet",
    "letter": "Waiting for the discharge letter",
    "other": "Another reason",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: when, who signed or told it, and in which role.

    ``place`` is the hospital or ward, for ``other_home`` the other home. ``bag`` says whether the bag was there with
    the resident; None when nobody said. ``code`` is a key of :data:`DELAY_REASONS` for a delay. ``until`` ends a delay.
    """

    kind: StepKind
    at: datetime
    name: str = ""
    role: str = ""
    place: str = ""
    bag: bool | None = None
    code: str = ""
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the bag's list: how many went, how many came back (None until somebody has looked)."""

    name: str
    out: int
    out_note: str = ""
    back: int | None = None
    back_note: str = ""

    @property
    def missing(self) -> int:
        """How many have not come back, 0 until somebody has looked."""
        return 0 if self.back is None else max(0, self.out - self.back)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that went and did not come back. Open until ``outcome`` says how it ended."""

    item: str
    quantity: int
    noticed_at: datetime
    note: str = ""
    told: str = ""
    outcome: str = ""
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still looked for."""
        return not self.outcome


LOSS_OUTCOMES = {
    "found": "Found and returned",
    "replaced": "Replaced or paid for",
    "gone": "Not found",
    "mistake": "It was never missing",
}


class MedicineFate(StrEnum):
    """What hospital did with a medicine of the list."""

    SAME = "same"
    CHANGED = "changed"
    STOPPED = "stopped"
    STARTED = "started"


@dataclass(frozen=True, slots=True)
class MedicineChange:
    """One medicine as the discharge letter has it. ``fact_id`` is the entry of the list, empty for a new one;
    ``directions`` are the new ones; ``why`` what the letter says about it."""

    name: str
    fate: MedicineFate
    fact_id: str = ""
    directions: str = ""
    why: str = ""
    next_dose: datetime | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An appointment or a task that hospital asks for."""

    what: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ReturnCheck:
    """What was looked at when a resident came back. Each None: nobody has looked or asked yet.

    ``skin`` is ``sound`` or ``changed``; weight in kg, exact.
    """

    letter: bool | None = None
    letter_note: str = ""
    medicines: tuple[MedicineChange, ...] | None = None
    supply_days: int | None = None
    equipment: str | None = None
    skin: str | None = None
    skin_note: str = ""
    weight_kg: Decimal | None = None
    weight_not: str = ""
    swallow: str | None = None
    infection: str | None = None
    lines: str | None = None
    follow_up: tuple[FollowUp, ...] | None = None
    cpr_original: bool | None = None
    bag_cleaned: bool | None = None
    done_at: datetime | None = None
    done_by: str = ""


class Stage(StrEnum):
    """How far a journey is."""

    PREPARING = "preparing"
    ON_THE_WAY = "on_the_way"
    AT_HOSPITAL = "at_hospital"
    RETURNING = "returning"
    ENDED = "ended"


STAGE_LABELS = {
    Stage.PREPARING: "Papers made, still in the home",
    Stage.ON_THE_WAY: "On the way to hospital",
    Stage.AT_HOSPITAL: "At hospital",
    Stage.RETURNING: "On the way back",
    Stage.ENDED: "Ended",
}


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey as last recorded. ``started_at`` is when the home decided; ``bag`` the number on the bag, empty while
    none was named; ``steps`` in the order of their time; ``absence`` the fact that counts the nights away."""

    kind: JourneyKind
    started_at: datetime
    why: str = ""
    destination: str = ""
    bag: str = ""
    escort: str = ""
    steps: tuple[Step, ...] = ()
    items: tuple[Item, ...] = ()
    losses: tuple[Loss, ...] = ()
    back: ReturnCheck | None = None
    absence: str = ""

    def all(self, kind: StepKind) -> tuple[Step, ...]:
        """The steps of a kind, earliest first."""
        return tuple(step for step in self.steps if step.kind is kind)

    def step(self, kind: StepKind) -> Step | None:
        """The latest step of a kind, or None."""
        found = self.all(kind)
        return found[-1] if found else None

    def when(self, kind: StepKind) -> datetime | None:
        """When the latest step of a kind was, or None."""
        found = self.step(kind)
        return found.at if found else None

    @property
    def ending(self) -> Step | None:
        """How it ended, None while it goes on."""
        return next((step for step in self.steps if step.kind in ENDINGS), None)

    @property
    def stage(self) -> Stage:
        """How far it is."""
        if self.ending is not None:
            return Stage.ENDED
        if self.step(StepKind.HOSPITAL_OUT):
            return Stage.RETURNING
        if any(self.step(kind) for kind in (StepKind.HOSPITAL_IN, StepKind.ADMITTED, StepKind.WARD_MOVE)):
            return Stage.AT_HOSPITAL
        return Stage.ON_THE_WAY if self.step(StepKind.HOME_OUT) else Stage.PREPARING

    @property
    def away(self) -> tuple[datetime, datetime | None] | None:
        """From when until when the resident was out of the home, None when they never left; still out: until None."""
        left = self.when(StepKind.HOME_OUT)
        if left is None or self.step(StepKind.NOT_CONVEYED):
            return None
        return left, self.ending.at if self.ending else None

    @property
    def place(self) -> str:
        """Where the resident is or goes, as last said: the ward, else the hospital, else the destination."""
        for step in reversed(self.steps):
            if step.place and step.kind is not StepKind.OTHER_HOME:
                return step.place
        return self.destination


def with_step(journey: Journey, step: Step, now: datetime) -> Journey:
    """The journey with one more step. UserError, with a problem a field, when it cannot have happened so."""
    problems = _step_problems(journey, step, now)
    if problems:
        raise UserError("; ".join(each.message for each in problems), problems=tuple(problems))
    return replace(journey, steps=_ordered((*journey.steps, step)))


def with_steps(journey: Journey, steps: Iterable[Step], now: datetime) -> Journey:
    """The journey with its steps corrected: checked one after the other, as if each were recorded now."""
    found = replace(journey, steps=())
    for step in _ordered(steps):
        found = with_step(found, step, now)
    return found


def _ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """By time; at one time in the order in which things go."""
    kinds = tuple(StepKind)
    return tuple(sorted(steps, key=lambda step: (step.at, kinds.index(step.kind))))


def _step_problems(journey: Journey, step: Step, now: datetime) -> list[Problem]:
    words = STEP_LABELS[step.kind]
    problems: list[Problem] = []
    if step.at > now + _CLOCKS_DIFFER:
        problems.append(Problem("at", f"{words}: the time must be now or in the past"))
    if step.at < journey.started_at - timedelta(days=2):
        problems.append(Problem("at", f"{words}: the time must not be before {date_time(journey.started_at)}"))
    if journey.ending is not None:
        problems.append(Problem("kind", f"This journey ended: {STEP_LABELS[journey.ending.kind].lower()}"))
    elif step.kind in _ONCE and journey.step(step.kind):
        problems.append(Problem("kind", f"{words} is recorded already. Correct it instead"))
    left = journey.when(StepKind.HOME_OUT)
    if step.kind in _AFTER_LEAVING and left is None:
        problems.append(Problem("kind", "Record first when the resident left the home"))
    if step.kind is StepKind.NOT_CONVEYED and left is not None and journey.stage is not Stage.ON_THE_WAY:
        problems.append(Problem("kind", "The resident is recorded as arrived at hospital"))
    problems += _order_problems(journey, step)
    if step.kind is StepKind.DELAY and step.code not in DELAY_REASONS:
        problems.append(Problem("code", "Choose the reason for the delay"))
    if step.kind is StepKind.DELAY and step.until is not None and step.until < step.at:
        problems.append(Problem("until", "The delay cannot end before it began"))
    if step.kind is StepKind.OTHER_HOME and not step.place.strip():
        problems.append(Problem("place", "Enter the name of the other home"))
    if step.kind in CHECK_POINTS and not step.name.strip():
        problems.append(Problem("name", "Enter who signed or told you"))
    return problems


def _order_problems(journey: Journey, step: Step) -> list[Problem]:
    found: list[Problem] = []
    words = STEP_LABELS[step.kind]
    for other in journey.steps:
        earlier = step.kind in ENDINGS or (
            step.kind in _ORDER and other.kind in _ORDER and _ORDER.index(other.kind) < _ORDER.index(step.kind)
        )
        later = step.kind in _ORDER and other.kind in _ORDER and _ORDER.index(other.kind) > _ORDER.index(step.kind)
        if (earlier and step.at < other.at) or (later and step.at > other.at):
            side = "after" if earlier else "before"
            told = f"{STEP_LABELS[other.kind].lower()} at {date_time(other.at)}"
            found.append(Problem("at", f"{words} must be {side}: {told}"))
    return found[:1]


# --- what waits ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that has to be done for a journey. ``due`` is when it can be done, ``late`` when it is too late; None
    when there is no hour to it. ``key`` tells what it is: ``left``, ``visit``, ``check``, ``items``, ``losses``."""

    key: str
    words: str
    due: datetime | None = None
    late: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.late is not None and now > self.late


_LEFT_LATE = timedelta(hours=4)
_CHECK_LATE = timedelta(hours=24)


def waiting(journey: Journey) -> tuple[Waiting, ...]:
    """What has to be done for a journey, the most pressing first."""
    found: list[Waiting] = []
    ending = journey.ending
    if journey.stage is Stage.PREPARING:
        late = journey.started_at + _LEFT_LATE
        found.append(Waiting("left", "Record when they left, or that they did not go", journey.started_at, late))
    admitted = journey.when(StepKind.ADMITTED) or journey.when(StepKind.HOSPITAL_IN)
    if ending is None and admitted is not None and not journey.step(StepKind.VISIT) and _stays(journey):
        due, late = admitted + VISIT_FROM, admitted + VISIT_UNTIL
        words = f"Visit in hospital between {date_time(due)} and {date_time(late)}"
        found.append(Waiting("visit", words, due, late))
    if ending is not None and ending.kind is StepKind.HOME_IN:
        if journey.back is None or journey.back.done_at is None:
            found.append(Waiting("check", "Finish the return checklist", ending.at, ending.at + _CHECK_LATE))
        if any(item.back is None for item in journey.items):
            found.append(Waiting("items", "Check what came back against the list", ending.at, ending.at + _CHECK_LATE))
    if any(loss.open for loss in journey.losses):
        count = sum(loss.open for loss in journey.losses)
        found.append(Waiting("losses", f"{count} lost item{'' if count == 1 else 's'} to follow up"))
    return tuple(found)


def _stays(journey: Journey) -> bool:
    return journey.kind is not JourneyKind.OUTPATIENT and journey.stage is Stage.AT_HOSPITAL


def missing_items(journey: Journey, noticed_at: datetime) -> tuple[Loss, ...]:
    """What did not come back and is not among the losses yet."""
    known = {loss.item for loss in journey.losses}
    return tuple(
        Loss(item.name, item.missing, noticed_at, item.back_note)
        for item in journey.items
        if item.missing and item.name not in known
    )


# --- what it adds up to ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What journeys that began in a period add up to, for the home's outcome measures.

    ``called_999`` ambulances called; ``attended`` arrivals at A&E (emergency or urgent); ``admitted`` admissions to a
    ward; ``under_24h`` hospital visits of less than 24 hours, planned and outpatient ones left out; ``avoided``
    journeys prepared that ended with the resident staying; ``died`` deaths away; ``nights`` nights
    away of these journeys up to the moment of counting; ``delayed``
    journeys whose discharge was delayed; ``losses`` items lost.
    """

    journeys: int = 0
    called_999: int = 0
    attended: int = 0
    admitted: int = 0
    under_24h: int = 0
    avoided: int = 0
    died: int = 0
    nights: int = 0
    delayed: int = 0
    losses: int = 0


def counts(journeys: Iterable[Journey], now: datetime) -> Counts:
    """Count the journeys given (those that began in the period, entered in error left out by the caller)."""
    listed = tuple(journeys)
    return Counts(
        journeys=len(listed),
        called_999=sum(bool(j.step(StepKind.CALLED)) for j in listed),
        attended=sum(_attended(j) for j in listed),
        admitted=sum(_admitted(j) for j in listed),
        under_24h=sum(_attended(j) and (stay := _stay(j)) is not None and stay < SHORT_STAY for j in listed),
        avoided=sum(bool(j.step(StepKind.NOT_CONVEYED)) for j in listed),
        died=sum(bool(j.step(StepKind.DIED) and j.step(StepKind.HOME_OUT)) for j in listed),
        nights=sum(nights_away(j, now) for j in listed),
        delayed=sum(bool(j.step(StepKind.DELAY)) for j in listed),
        losses=sum(loss.quantity for j in listed for loss in j.losses if loss.outcome != "mistake"),
    )


def nights_away(journey: Journey, now: datetime) -> int:
    """Midnights, where the home is, that the resident was out of it, so far."""
    away = journey.away
    if away is None:
        return 0
    since, until = away
    return max(0, (to_local(until or now).date() - to_local(since).date()).days)


def _attended(journey: Journey) -> bool:
    return journey.kind in (JourneyKind.EMERGENCY, JourneyKind.URGENT) and _reached(journey)


def _reached(journey: Journey) -> bool:
    """Whether the resident got to hospital: said, or shown by what came after."""
    shown = (StepKind.HOSPITAL_IN, StepKind.ADMITTED, StepKind.WARD_MOVE, StepKind.HOSPITAL_OUT)
    return any(journey.step(kind) for kind in shown)


def _admitted(journey: Journey) -> bool:
    if journey.kind is JourneyKind.OUTPATIENT:
        return False
    return any(journey.step(kind) for kind in (StepKind.ADMITTED, StepKind.WARD_MOVE))


def _stay(journey: Journey) -> timedelta | None:
    """How long the resident was in hospital; None while they are, or when nobody said when it began."""
    began = journey.when(StepKind.HOSPITAL_IN)
    ended = journey.when(StepKind.HOSPITAL_OUT) or (journey.ending.at if journey.ending else None)
    return ended - began if began is not None and ended is not None else None
