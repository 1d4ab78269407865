"""The six criteria that a home is accredited by, and the guarantee of a bed within 24 hours.

Source: the board paper of the earlier scheme ("Care Home premium", Herts Valleys, March 2014). Whether East and North
Hertfordshire uses the same list is an open question (``domain.premium.questions``); until it is answered the home keeps
its proof by these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.home_facts import AdmissionDecision, AdmissionRequest, Course, CriterionEvidence
from app.domain.periods import any_covers_day

GUARANTEE: Final = timedelta(hours=24)
WARN_DAYS: Final = 92
"""An accreditation that ends within this many days is said to be ending."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the six: what it asks for, and the courses of which the record itself can show how many have them."""

    number: int
    title: str
    asks: str
    courses: tuple[Course, ...] = ()


CRITERIA: Final = (
    Criterion(
        1, "Staffing for high dependency",
        "Staffing that suits residents of high dependency, set with a dependency tool",
    ),
    Criterion(
        2, "Assessing somebody who has fallen",
        "80 % of staff trained to look for injuries that rule out lifting, and to decide whether an ambulance or a GP "
        "is needed even when the resident can be lifted",
        (Course.FALL_ASSESSMENT,),
    ),
    Criterion(
        3, "Lifting equipment",
        "Lifting equipment, 80 % of staff trained in its use, and one trained person on duty through all 24 hours",
        (Course.LIFTING,),
    ),
    Criterion(
        4, "Admission within 24 hours",
        "Admission from hospital or the community is guaranteed within 24 hours where a bed is free",
    ),
    Criterion(
        5, "Nutrition", "Tools to assess nutrition, and proper use of dietetics", (Course.NUTRITION_TOOLS,),
    ),
    Criterion(
        6, "Skilled procedures", "Staff trained in four-layer bandaging, PEG feeding, syringe drivers and the like",
        (Course.BANDAGING, Course.PEG, Course.SYRINGE_DRIVER),
    ),
)  # fmt: skip


class Proof(StrEnum):
    """Whether a criterion has proof on a day: written down and in force, run out, or none at all."""

    SHOWN = "shown"
    RUN_OUT = "run_out"
    NONE = "none"


def proof_on(evidence: Sequence[CriterionEvidence], number: int, day: date) -> Proof:
    """How one criterion stands on a day by what was written down for it."""
    own = [each for each in evidence if each.criterion == number and each.since <= day]
    if any(each.until is None or day <= each.until for each in own):
        return Proof.SHOWN
    return Proof.RUN_OUT if own else Proof.NONE


class State(StrEnum):
    """How the accreditation itself stands on a day."""

    IN_FORCE = "in_force"
    ENDING = "ending"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Accredited:
    """The state on a day, and the day that it turns on: its last day, or the first day of one to come."""

    state: State
    day: date | None = None


def accredited_on(periods: Sequence[tuple[date, date | None]], day: date) -> Accredited:
    """The accreditation on a day. Periods that follow each other without a gap count as one."""
    if not periods:
        return Accredited(State.NONE)
    if not any_covers_day(periods, day):
        ahead = min((since for since, _ in periods if since > day), default=None)
        if ahead is not None:
            return Accredited(State.NOT_YET, ahead)
        return Accredited(State.EXPIRED, max((until for _, until in periods if until is not None), default=None))
    last: date | None = day
    while last is not None and any_covers_day(periods, last):
        ends = [until for since, until in periods if since <= last and (until is None or last <= until)]
        furthest = None if None in ends else max(end for end in ends if end is not None)
        if furthest is None:
            return Accredited(State.IN_FORCE)
        last = furthest + timedelta(days=1)
    ends_on = (last or day) - timedelta(days=1)
    return Accredited(State.ENDING if ends_on - day <= timedelta(days=WARN_DAYS) else State.IN_FORCE, ends_on)


class Kept(StrEnum):
    """Whether the guarantee was kept for one request."""

    KEPT = "kept"
    BROKEN = "broken"
    NO_BED = "no_bed"
    OPEN = "open"
    WITHDRAWN = "withdrawn"


def kept(request: AdmissionRequest, now: datetime) -> Kept:
    """The guarantee for one request: only where a bed was free does it hold, and 24 hours are 24 hours by the clock.

    A request that was refused with a free bed, or not met in time, breaks it, whatever the reason was.
    """
    if request.decision is AdmissionDecision.WITHDRAWN:
        return Kept.WITHDRAWN
    if not request.bed_free:
        return Kept.NO_BED
    if request.arrived_at is not None:
        return Kept.KEPT if request.arrived_at - request.requested_at <= GUARANTEE else Kept.BROKEN
    if request.decision is AdmissionDecision.REFUSED or now - request.requested_at > GUARANTEE:
        return Kept.BROKEN
    return Kept.OPEN


@dataclass(frozen=True, slots=True)
class Guarantee:
    """The requests of a span: how many the guarantee held for, and how many of these it was kept for."""

    asked: int
    held: int
    kept: int
    open: int


def guarantee(requests: Sequence[AdmissionRequest], now: datetime) -> Guarantee:
    """The counts that are shown to the commissioner; an open request is counted neither way."""
    states = [kept(request, now) for request in requests]
    done = [state for state in states if state in {Kept.KEPT, Kept.BROKEN}]
    return Guarantee(len(states), len(done), done.count(Kept.KEPT), states.count(Kept.OPEN))
