"""Who is trained in what on a day, whether that is 80 % of the staff, and when nobody who can use the lift was on duty.

The accreditation asks that 80 % of the staff are trained to assess somebody who fell (criterion 2), that 80 % are
trained in the use of lifting equipment, and that one of them is on duty all 24 hours (criterion 3). Everything here is
pure: people, courses and shifts in, whole numbers and periods out. What is not recorded is said as that, never as met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from app.domain.dates import short_date, to_utc
from app.domain.home_facts import Course, Duty, Training
from app.domain.people import Role, StaffDetails, StaffId
from app.domain.periods import InstantPeriod, as_instants, as_utc, covers_instant, overlap

PER_CENT: Final = 80
"""The share of the staff, in per cent, that criteria 2 and 3 ask for."""
TESTED: Final = {Course.FALL_ASSESSMENT: 2, Course.LIFTING: 3}
"""The two courses with an 80 % test, and the criterion that asks for each."""
COURSE_LABELS: Final = {
    Course.FALL_ASSESSMENT: "Fall assessment",
    Course.LIFTING: "Lifting equipment",
    Course.NUTRITION_TOOLS: "Nutrition tools",
    Course.BANDAGING: "Four-layer bandaging",
    Course.PEG: "PEG feeding",
    Course.SYRINGE_DRIVER: "Syringe driver",
    Course.OTHER: "Other course",
}


class Standing(StrEnum):
    """How somebody stands in a course on a day. ``NOT_RECORDED`` says nothing, and cannot count as trained."""

    TRAINED = "trained"
    EXPIRED = "expired"
    LATER = "later"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Cell:
    """One person and one course on a day.

    ``training`` is the course that counts: the valid one that lasts longest, else the last that expired, else the next
    to come; None when nothing is recorded.
    """

    standing: Standing
    training: Training | None = None

    @property
    def until(self) -> date | None:
        """The last day on which it counts, None for one without an end or where nothing is recorded."""
        return self.training.expires_on if self.training is not None else None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the staff in post on a day are trained in a course."""

    course: Course
    day: date
    trained: int
    in_post: int

    @property
    def met(self) -> bool:
        """Whether it is at least 80 %, by whole numbers: 79.99 % is not 80 %. Nobody in post is not met."""
        return self.in_post > 0 and 100 * self.trained >= PER_CENT * self.in_post

    @property
    def wanting(self) -> int:
        """How many more of the same staff must be trained; 0 when it is met."""
        needed = -(-PER_CENT * self.in_post // 100)
        return max(0, needed - self.trained)


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of staff with their courses, as far as the tests look at them."""

    id: StaffId
    details: StaffDetails
    trainings: tuple[Training, ...] = ()

    @property
    def employed(self) -> InstantPeriod:
        """From the start (open where it is not recorded) up to the leaving."""
        return self.details.started_at, self.details.left_at


def counts(worker: Worker, day: date) -> bool:
    """Whether somebody is staff in post on a day: employed at 23:59 of it, as the premium judges a day.

    An auditor's account is for looking, not for work here, and counts nowhere. Without a recorded start somebody counts
    from the beginning.
    """
    return worker.details.role is not Role.AUDITOR and covers_instant(worker.employed, last_minute(day))


def last_minute(day: date) -> datetime:
    """23:59 local of the day, in UTC."""
    return to_utc(datetime.combine(day, time(23, 59)))


def cell(trainings: Iterable[Training], course: Course, day: date) -> Cell:
    """How somebody with these courses stands in one of them on a day."""
    of_it = [each for each in trainings if each.course is course]
    valid = [each for each in of_it if each.passed_on <= day and (each.expires_on is None or day <= each.expires_on)]
    if valid:
        return Cell(Standing.TRAINED, max(valid, key=lambda each: (each.expires_on or date.max, each.passed_on)))
    gone = [each for each in of_it if each.expires_on is not None and each.expires_on < day]
    if gone:
        return Cell(Standing.EXPIRED, max(gone, key=lambda each: (each.expires_on or date.max, each.passed_on)))
    if of_it:
        return Cell(Standing.LATER, min(of_it, key=lambda each: each.passed_on))
    return Cell(Standing.NOT_RECORDED)


def share(workers: Iterable[Worker], course: Course, day: date) -> Share:
    """How many of those in post on the day are trained in the course on that day."""
    staff = [worker for worker in workers if counts(worker, day)]
    trained = sum(cell(worker.trainings, course, day).standing is Standing.TRAINED for worker in staff)
    return Share(course, day, trained, len(staff))


class Cover(StrEnum):
    """What the rota says of a stretch of time. Where no shift is recorded nobody can say that it was covered."""

    COVERED = "covered"
    NOBODY_TRAINED = "nobody_trained"
    NO_ROTA = "no_rota"


COVER_WORDS: Final = {
    Cover.COVERED: "Covered",
    Cover.NOBODY_TRAINED: "NOBODY on duty was trained to lift",
    Cover.NO_ROTA: "No rota recorded: not known",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch ``[since, until)`` in UTC with the same answer from end to end.

    ``on_duty`` are those with a shift and ``trained`` those of them who are trained to lift, somewhere in it.
    """

    cover: Cover
    since: datetime
    until: datetime
    on_duty: tuple[StaffId, ...] = ()
    trained: tuple[StaffId, ...] = ()

    @property
    def minutes(self) -> int:
        """How long it is, in whole minutes of real time: a day on which the clocks change has 23 or 25 hours."""
        return int((self.until - self.since).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class LiftCover:
    """A span and its stretches in order, without a hole and none of the same kind side by side."""

    since: datetime
    until: datetime
    stretches: tuple[Stretch, ...]

    @property
    def met(self) -> bool:
        """Whether somebody trained to lift was on duty at every moment, by the rota."""
        return bool(self.stretches) and all(each.cover is Cover.COVERED for each in self.stretches)

    def minutes(self, cover: Cover) -> int:
        """How many minutes of the span have this answer."""
        return sum(each.minutes for each in self.stretches if each.cover is cover)


def lift_cover(workers: Sequence[Worker], duties: Iterable[Duty], since: datetime, until: datetime) -> LiftCover:
    """When in ``[since, until)`` somebody trained to lift was on duty, when nobody was, and when no rota is recorded.

    A shift counts as far as the person was employed, training from the first midnight of its day to the midnight after
    its last. A shift of somebody who is not among ``workers`` is not known to be anybody's, and does not count.
    """
    since, until = as_utc(since), as_utc(until)
    by_id = {worker.id: worker for worker in workers}
    shifts: list[tuple[StaffId, datetime, datetime]] = []
    lifting: dict[StaffId, list[InstantPeriod]] = {}
    for duty in duties:
        worker = by_id.get(duty.staff_id)
        span = overlap((duty.since, duty.until), (since, until))
        worked = overlap(span, worker.employed) if worker is not None and span is not None else None
        if worked is not None and worked[0] is not None and worked[1] is not None:
            shifts.append((duty.staff_id, worked[0], worked[1]))
    for worker in workers:
        lifting[worker.id] = [
            as_instants((each.passed_on, each.expires_on)) for each in worker.trainings if each.course is Course.LIFTING
        ]
    edges = {since, until} | {edge for _, first, last in shifts for edge in (first, last)}
    for person in {person for person, _, _ in shifts}:
        edges |= {edge for period in lifting[person] for edge in period if edge is not None and since < edge < until}
    ordered = sorted(edges)
    found: list[Stretch] = []
    for first, last in pairwise(ordered):
        on_duty = {person for person, starts, ends in shifts if starts <= first < ends}
        trained = {p for p in on_duty if any(covers_instant(period, first) for period in lifting[p])}
        cover = Cover.COVERED if trained else Cover.NOBODY_TRAINED if on_duty else Cover.NO_ROTA
        begins = first
        if found and found[-1].cover is cover:
            before = found.pop()
            on_duty, trained, begins = on_duty | set(before.on_duty), trained | set(before.trained), before.since
        found.append(Stretch(cover, begins, last, tuple(sorted(on_duty)), tuple(sorted(trained))))
    return LiftCover(since, until, tuple(found))


@dataclass(frozen=True, slots=True)
class ToTrain:
    """A line for the training provider: who (empty where the home has yet to choose), which course, by when, and why.

    ``by`` None is as soon as can be.
    """

    who: str
    course: str
    by: date | None
    why: str
    staff_id: StaffId | None = None


def courses_to_repeat(workers: Iterable[Worker], day: date, horizon: date) -> tuple[ToTrain, ...]:
    """The courses that ran out or run out up to ``horizon`` of those in post, and the tested ones nobody recorded.

    Of the courses without a test only those that somebody had are asked for again.
    """
    found = []
    for worker in workers:
        if not counts(worker, day):
            continue
        for course in Course:
            if course is Course.OTHER:
                continue
            state = cell(worker.trainings, course, day)
            why, by = _why_again(state, course, horizon)
            if why:
                found.append(ToTrain(worker.details.name, COURSE_LABELS[course], by, why, worker.id))
    return tuple(found)


def _why_again(state: Cell, course: Course, horizon: date) -> tuple[str, date | None]:
    if state.standing is Standing.TRAINED:
        ends = state.until
        return ("Certificate ends", ends) if ends is not None and ends <= horizon else ("", None)
    if state.standing is Standing.EXPIRED:
        return "Certificate has ended", None
    if state.standing is Standing.NOT_RECORDED and course in TESTED:
        return f"No training recorded (accreditation, criterion {TESTED[course]})", None
    return "", None


def shifts_of_week(people: Sequence[StaffId], days: Sequence[date], begins: time, ends: time) -> tuple[Duty, ...]:
    """The same shift for several people on several days: local times, over midnight when it ends before it begins.

    A night on which the clocks change is an hour shorter or longer. Equal times are a shift of a whole day.
    """
    found: list[Duty] = []
    for day in days:
        since = to_utc(datetime.combine(day, begins))
        until = to_utc(datetime.combine(day + timedelta(days=ends <= begins), ends))
        found.extend(Duty(person, since, until) for person in people)
    return tuple(found)


def by_worker(trainings: Iterable[Training]) -> Mapping[StaffId, tuple[Training, ...]]:
    """Courses by the person who passed them."""
    found: dict[StaffId, tuple[Training, ...]] = {}
    for each in trainings:
        found[each.staff_id] = (*found.get(each.staff_id, ()), each)
    return found


def share_words(each: Share) -> str:
    """``Lifting equipment (criterion 3): 9 of 12 trained on 23-Nov-2026. BELOW 80 %: 1 more is needed``."""
    head = f"{COURSE_LABELS[each.course]} (criterion {TESTED[each.course]}): "
    if not each.in_post:
        return f"{head}no staff in post is recorded on {short_date(each.day)}"
    counted = f"{each.trained} of {each.in_post} trained on {short_date(each.day)}"
    if each.met:
        return f"{head}{counted}. At least {PER_CENT} %: met"
    more = "1 more is" if each.wanting == 1 else f"{each.wanting} more are"
    return f"{head}{counted}. BELOW {PER_CENT} %: {more} needed"


def hours_words(minutes: int) -> str:
    """``168 h`` or ``7 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def lift_words(lift: LiftCover) -> str:
    """``Covered 120 h, nobody trained on duty 8 h, no rota recorded 40 h``: every hour is in one of them."""
    return (
        f"Covered {hours_words(lift.minutes(Cover.COVERED))}, nobody trained on duty "
        f"{hours_words(lift.minutes(Cover.NOBODY_TRAINED))}, no rota recorded "
        f"{hours_words(lift.minutes(Cover.NO_ROTA))}"
    )


def cell_words(each: Cell) -> str:
    """``Yes, to 03-Mar-2027``, ``Yes``, ``Ended 03-Mar-2026``, ``From 01-Dec-2026`` or ``Not recorded``."""
    match each.standing:
        case Standing.TRAINED:
            return f"Yes, to {short_date(each.until)}" if each.until else "Yes"
        case Standing.EXPIRED:
            return f"Ended {short_date(each.until)}"
        case Standing.LATER:
            return f"From {short_date(each.training.passed_on if each.training else None)}"
        case _:
            return "Not recorded"
