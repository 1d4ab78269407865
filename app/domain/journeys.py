"""A resident's way to hospital and back: what is recorded on the way, and what it adds up to.

A journey begins when the home decides that somebody goes (the pack is made), and ends when they are back, have moved to
another home, have died, or did not go after all. Its papers are packs (:mod:`app.domain.transfer`); its bag has a life
of its own (:mod:`app.domain.bags`). The Hertfordshire audit form is signed at four points: care home out, hospital in,
hospital out, care home in. An ambulance column and ward moves are optional. All instants are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.bags import BagState
from app.domain.dates import LONDON, date_time, short_date, to_local, to_utc
from app.domain.errors import Problem, UserError

VISIT_FROM = timedelta(hours=48)
VISIT_UNTIL = timedelta(hours=72)
"""The home visits between 48 and 72 hours after admission (Sutton CCG, adopted with the red bag)."""
SHORT_STAY = timedelta(hours=24)
_PREPARED, _PLANNED_AHEAD = timedelta(hours=12), timedelta(days=14)
_HOSPITAL = re.compile(r"hospital|infirmary|general|hospice|clinic|centre", re.IGNORECASE)
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


def is_planned(kind: JourneyKind) -> bool:
    """Whether the day is known before: what is prepared for it waits for days."""
    return kind in (JourneyKind.PLANNED, JourneyKind.OUTPATIENT)


def prepared_for(kind: JourneyKind) -> timedelta:
    """How long papers may wait before they are papers of something else: for what is planned two weeks (app rule)."""
    return _PLANNED_AHEAD if is_planned(kind) else _PREPARED


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
_BEFORE_LEAVING = frozenset(
    {StepKind.CALLED, StepKind.HOME_OUT, StepKind.AMBULANCE, StepKind.NOT_CONVEYED, StepKind.DIED}
)
"""What may be recorded of somebody who is still in the home; a crew takes the bag before it takes the resident."""
_PLACES = {
    StepKind.CALLED: 0,
    StepKind.HOME_OUT: 1,
    StepKind.AMBULANCE: 1,
    StepKind.HOSPITAL_IN: 2,
    StepKind.ADMITTED: 3,
    StepKind.HOSPITAL_OUT: 5,
    **dict.fromkeys(ENDINGS, 6),
}
"""The order in which things go: one of a lower place is never after one of a higher; those of one place as they come.
What has no place here happens somewhere between leaving the home and leaving hospital (:data:`_INSIDE`)."""
_INSIDE = frozenset({StepKind.WARD_MOVE, StepKind.VISIT, StepKind.FIT, StepKind.DELAY})
_AT_HOSPITAL = frozenset({StepKind.HOSPITAL_IN, StepKind.ADMITTED, *_INSIDE})
"""Each of these shows that the resident got there, also when nobody recorded the arrival."""

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
NOT_BACK = frozenset({"replaced", "gone"})
"""A loss that ended so accounts for what is still missing; after any other the thing is there."""
_THERE = frozenset({"found", "mistake"})


class MedicineFate(StrEnum):
    """What hospital did with a medicine of the list."""

    SAME = "same"
    CHANGED = "changed"
    STOPPED = "stopped"
    STARTED = "started"


@dataclass(frozen=True, slots=True)
class MedicineChange:
    """One medicine as the discharge letter has it. ``fact_id`` is the entry of the list, empty for a new one;
    ``directions`` are the new ones; ``why`` what the letter says about it. ``seen`` is the revision of the entry that
    was compared with the letter, ``written`` the one that wrote the change into the list (empty: not written yet)."""

    name: str
    fate: MedicineFate
    fact_id: str = ""
    directions: str = ""
    why: str = ""
    next_dose: datetime | None = None
    seen: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """Something that the return left open and that is dealt with: a key of :func:`waiting`, by whom and when."""

    key: str
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An appointment or a task that hospital asks for."""

    what: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ReturnCheck:
    """What was looked at when a resident came back. Each None: nobody has looked or asked yet; an empty text is the
    answer that there is none.

    ``skin`` is ``sound`` or ``changed``; weight in kg, exact, ``weight_id`` the measurement that it was recorded as.
    ``no_cpr_form``: no original of a resuscitation form went along. ``settled`` is what was open and is dealt with;
    ``key_facts`` are the topics that were written from it.
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
    weight_id: str = ""
    no_cpr_form: bool = False
    settled: tuple[Settled, ...] = ()
    key_facts: tuple[str, ...] = ()


KEY_FACTS = {"swallow": "swallow_risk", "infection": "infection"}
"""What of the checklist goes into the key facts (:mod:`app.domain.key_facts`), and into which."""


def bag_words(step: Step) -> str:
    """Whether the bag was there; empty when nobody was asked."""
    return {True: "Was there", False: "Was not there", None: ""}[step.bag]


def step_words(step: Step) -> str:
    """What a step says beside its time, name, role, place and bag: the reason for a delay, its end, the note."""
    parts = [DELAY_REASONS.get(step.code, step.code) if step.code else ""]
    parts.append(f"until {date_time(step.until)}" if step.until else "")
    parts.append(step.note)
    return ". ".join(part for part in (", ".join(filter(None, parts[:2])), parts[2]) if part)


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
        if any(self.step(kind) for kind in _AT_HOSPITAL):
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
        """Where the resident is or goes: the hospital and, once it is known, the ward or department in it.

        A step that names a ward alone ("Ward 10B") does not make the hospital's name go.
        """
        said = [step.place for step in self.steps if step.place and step.kind is not StepKind.OTHER_HOME]
        named = [place for place in (self.destination, *said) if _HOSPITAL.search(place)]
        hospital = named[-1] if named else self.destination
        return ", ".join(dict.fromkeys(part for part in (hospital, said[-1] if said else "") if part))


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
    if step.kind not in _BEFORE_LEAVING and left is None:
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
    """At most one: the first of what is recorded that the step cannot be before, or after."""
    for other in journey.steps:
        if step.at < other.at and _comes_after(step.kind, other.kind):
            side = "after"
        elif step.at > other.at and _comes_after(other.kind, step.kind):
            side = "before"
        else:
            continue
        told = f"{STEP_LABELS[other.kind].lower()} at {date_time(other.at)}"
        return [Problem("at", f"{STEP_LABELS[step.kind]} must be {side}: {told}")]
    return []


def _comes_after(later: StepKind, earlier: StepKind) -> bool:
    """Whether the one is always after the other."""
    if later in ENDINGS:
        return earlier not in ENDINGS
    if later in _INSIDE:
        return earlier in {StepKind.CALLED, StepKind.HOME_OUT}
    if earlier in _INSIDE:
        return later is StepKind.HOSPITAL_OUT
    return _PLACES[later] > _PLACES[earlier]


# --- where the bag is ------------------------------------------------------------------------------------------------

_BAG_AFTER = {
    StepKind.HOME_OUT: BagState.OUT,
    StepKind.AMBULANCE: BagState.OUT,
    StepKind.HOSPITAL_IN: BagState.AT_HOSPITAL,
    StepKind.ADMITTED: BagState.AT_HOSPITAL,
    StepKind.WARD_MOVE: BagState.AT_HOSPITAL,
    StepKind.HOSPITAL_OUT: BagState.RETURNING,
    StepKind.HOME_IN: BagState.IN_HOME,
    StepKind.NOT_CONVEYED: BagState.IN_HOME,
    # The hospital's discharge team sends the bag back without the resident (Hertfordshire FAQ).
    StepKind.OTHER_HOME: BagState.RETURNING,
    StepKind.DIED: BagState.RETURNING,
}


def moves_bag(kind: StepKind) -> bool:
    """Whether the bag goes along at such a step, so that it is asked after."""
    return kind in _BAG_AFTER


def bag_after(journey: Journey) -> tuple[BagState, datetime] | None:
    """Where the journey has brought its bag, and since when; None while it has moved it nowhere.

    That is where it was at the last step at which it was there. A step at which nobody was asked takes the last answer,
    at first that it is there; a bag that did not come back with the resident is still at the hospital.
    """
    found: tuple[BagState, datetime] | None = None
    there = True
    for step in journey.steps:
        state = _BAG_AFTER.get(step.kind)
        if state is None:
            continue
        there = there if step.bag is None else step.bag
        if not there:
            left_behind = step.kind is StepKind.HOME_IN and step.bag is False
            if not left_behind or found is None or found[0] is BagState.IN_HOME:
                continue
            state = BagState.AT_HOSPITAL
        elif step.kind is StepKind.DIED and found is None:
            state = BagState.IN_HOME  # in the home, before anybody had taken anything
        if found is None or found[0] is not state:
            found = state, step.at
    return found


NOT_CHECKED = "The return checklist is not finished: what hospital changed may not be in the record yet."
"""Stands above what changed since the pack, lest "the same" is taken for an answer."""


# --- what waits ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that has to be done for a journey. ``due`` is when it can be done, ``late`` when it is too late; None
    when there is no hour to it. ``key`` tells what it is: ``left``, ``arrived``, ``visit``, ``back``, ``check``,
    ``items``, ``losses``, and what only the records around it can tell: ``ending``, ``bag``."""

    key: str
    words: str
    due: datetime | None = None
    late: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.late is not None and now > self.late


_LEFT_LATE = timedelta(hours=4)
_ARRIVED_DUE, _ARRIVED_LATE = timedelta(hours=1), timedelta(hours=4)
_BACK_LATE = timedelta(hours=4)
_CHECK_LATE = timedelta(hours=24)


def waiting(journey: Journey) -> tuple[Waiting, ...]:
    """What has to be done for a journey, the most pressing first."""
    found: list[Waiting] = []
    ending = journey.ending
    if journey.stage is Stage.PREPARING:
        late = journey.started_at + (prepared_for(journey.kind) if is_planned(journey.kind) else _LEFT_LATE)
        found.append(Waiting("left", "Record when they left, or that they did not go", journey.started_at, late))
    left = journey.when(StepKind.HOME_OUT)
    if journey.stage is Stage.ON_THE_WAY and left is not None:
        words = "Ask the hospital whether they have arrived, and who has the bag"
        found.append(Waiting("arrived", words, left + _ARRIVED_DUE, left + _ARRIVED_LATE))
    out = journey.when(StepKind.HOSPITAL_OUT)
    if journey.stage is Stage.RETURNING and out is not None:
        found.append(Waiting("back", "Record when they are back in the home", out, out + _BACK_LATE))
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
    if ending is not None and journey.back is not None and journey.back.done_at is not None:
        found += left_open(journey.back, ending.at)
    if any(loss.open for loss in journey.losses):
        count = sum(loss.open for loss in journey.losses)
        found.append(Waiting("losses", f"{count} lost item{'' if count == 1 else 's'} to follow up"))
    return tuple(found)


LEFT_OPEN = ("letter", "medicines", "cpr", "supply", "skin", "swallow", "infection", "clean")
"""What a finished return checklist can leave open, the most pressing first."""
SUPPLY_DAYS = 7
"""With fewer days of medicines than that, more has to be ordered now (app rule: a practice needs days for it)."""
_FOLLOW_UP = "follow_up:"


def is_left_open(key: str) -> bool:
    """Whether a key of :func:`waiting` is of something that a return left open, which somebody may say is done."""
    return key in LEFT_OPEN or key.startswith(_FOLLOW_UP)


def left_open(back: ReturnCheck, came_at: datetime) -> tuple[Waiting, ...]:
    """What the answers of a return checklist leave to do and nobody has settled, the most pressing first."""
    asked = {
        "letter": ("Ask the ward for the discharge letter", back.letter is False),
        "medicines": ("Check the medicines against the discharge letter", back.medicines is None),
        "cpr": ("Get the original of the CPR form back", back.cpr_original is False),
        "supply": (_supply(back), back.supply_days is not None and back.supply_days < SUPPLY_DAYS),
        "skin": (f"Record the change of skin under Wounds: {back.skin_note}".rstrip(": "), back.skin == "changed"),
        "swallow": (f"Put the swallow advice into the key facts: {back.swallow}", bool(back.swallow)),
        "infection": (f"Put the infection into the key facts: {back.infection}", bool(back.infection)),
        "clean": ("Clean the bag", back.bag_cleaned is False),
    }
    done = {each.key for each in back.settled} | {key for key, code in KEY_FACTS.items() if code in back.key_facts}
    late = came_at + _CHECK_LATE
    found = [
        Waiting(key, asked[key][0], came_at, _supply_ends(back, came_at) if key == "supply" else late)
        for key in LEFT_OPEN
        if asked[key][1] and key not in done
    ]
    for each in back.follow_up or ():
        if (key := f"{_FOLLOW_UP}{each.what}") not in done:
            at = to_utc(datetime.combine(each.on, time(), LONDON)) if each.on else came_at
            words = f"{each.what}, {short_date(each.on)}" if each.on else each.what
            found.append(Waiting(key, f"Follow-up: {words}", at, at + timedelta(days=1) if each.on else None))
    return tuple(found)


def _supply(back: ReturnCheck) -> str:
    days = f"{back.supply_days} day{'' if back.supply_days == 1 else 's'}" if back.supply_days else "no day"
    return f"Order medicines: there is enough for {days}"


def _supply_ends(back: ReturnCheck, came_at: datetime) -> datetime:
    return came_at + timedelta(days=back.supply_days or 0)


def _stays(journey: Journey) -> bool:
    return journey.kind is not JourneyKind.OUTPATIENT and journey.stage is Stage.AT_HOSPITAL


def losses_after(journey: Journey, noticed_at: datetime) -> tuple[Loss, ...]:
    """The losses once somebody has looked at what came back.

    What is missing and no closed loss accounts for (:data:`NOT_BACK`) is looked for: how much is put right in the loss
    that is open, or becomes a new one, also when the thing was lost and found before. A loss whose thing is there after
    all is closed as found.
    """
    looked = {item.name.casefold(): item for item in journey.items if item.back is not None}
    missing = {
        name: item.missing - sum(loss.quantity for loss in journey.losses
                                 if loss.outcome in NOT_BACK and loss.item.casefold() == name)
        for name, item in looked.items()
    }  # fmt: skip
    found: list[Loss] = []
    for loss in journey.losses:
        name = loss.item.casefold()
        if not loss.open or name not in looked:
            found.append(loss)
        elif (count := missing.pop(name, 0)) > 0:
            found.append(replace(loss, quantity=count, note=looked[name].back_note or loss.note))
        else:
            found.append(replace(loss, outcome="found", closed_at=noticed_at))
    new = (Loss(looked[name].name, count, noticed_at, looked[name].back_note)
           for name, count in missing.items() if count > 0)  # fmt: skip
    return (*found, *new)


def with_loss(journey: Journey, old: Loss, new: Loss) -> Journey:
    """The journey with one loss as it is known now; what is found, or was never missing, counts as come back, and what
    was not after all does so no longer."""
    place = journey.losses.index(old)
    there = old.outcome in _THERE, new.outcome in _THERE
    more = 0 if there[0] == there[1] else new.quantity if there[1] else -old.quantity
    items = tuple(
        replace(item, back=min(item.out, max(0, item.back + more)))
        if more and item.back is not None and item.name.casefold() == new.item.casefold()
        else item
        for item in journey.items
    )
    return replace(journey, items=items, losses=(*journey.losses[:place], new, *journey.losses[place + 1 :]))


# --- what it adds up to ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What journeys that began in a period add up to, for the home's outcome measures.

    ``called_999`` ambulances called; ``attended`` arrivals at A&E (emergency or urgent); ``admitted`` admissions to a
    ward; ``under_24h`` hospital visits of less than 24 hours, planned and outpatient ones and deaths left
    out; ``avoided`` journeys prepared that ended with the resident staying; ``died`` deaths away; ``nights`` nights
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
    return any(journey.step(kind) for kind in (*_AT_HOSPITAL, StepKind.HOSPITAL_OUT))


def _admitted(journey: Journey) -> bool:
    if journey.kind is JourneyKind.OUTPATIENT:
        return False
    return any(journey.step(kind) for kind in (StepKind.ADMITTED, StepKind.WARD_MOVE))


def _stay(journey: Journey) -> timedelta | None:
    """How long the resident was in hospital; None while they are, when nobody said when it began, and for a death:
    that is no short visit."""
    if journey.step(StepKind.DIED):
        return None
    began = journey.when(StepKind.HOSPITAL_IN)
    ended = journey.when(StepKind.HOSPITAL_OUT) or (journey.ending.at if journey.ending else None)
    return ended - began if began is not None and ended is not None else None
