"""Falls: what is known of each, the observations that are due after it, and what a home's falls have in common.

The observations are an app rule on two published statements. After a possible head injury: every 30 minutes for 2
hours, hourly for 4 hours, 4-hourly to 24 hours, then daily to 72 hours. After any other fall that is managed in the
home a Hampshire care-home protocol says 24 hours and names no intervals: the same ones are used, up to 24 hours. The
first set is due at once. A head of which nobody can say whether it was struck counts as struck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.domain.behaviour import SHIFTS, shift_of
from app.domain.charts import body
from app.domain.charts.body import Mark, View
from app.domain.dates import short_date, to_local
from app.domain.drawing import Chart, Line, Primitive, Rectangle, Role, Scene, Text
from app.domain.errors import Problem, UserError
from app.domain.instruments import falls_multifactorial
from app.domain.transfer import time_critical_kind

PLACES = {
    "bedroom": "Bedroom",
    "bathroom": "Bathroom or toilet",
    "corridor": "Corridor",
    "lounge": "Lounge",
    "dining_room": "Dining room",
    "stairs": "Stairs",
    "outside": "Outside",
    "elsewhere": "Elsewhere",
}
ACTIVITIES = {
    "walking": "Walking",
    "getting_up": "Getting up",
    "sitting_down": "Sitting down",
    "toilet": "Going to the toilet",
    "in_bed": "In bed",
    "dressing": "Dressing or washing",
    "reaching": "Reaching",
    "being_moved": "Being moved",
    "not_known": "Not known",
}
WITNESS = {"staff": "Seen by staff", "somebody_else": "Seen by somebody else", "nobody": "Not seen"}
"""The words of the fall record's answers, by their codes (:mod:`app.domain.instruments.fall_record`)."""

INJURIES = {
    "bruise": "Bruise",
    "skin_tear": "Skin tear",
    "cut": "Cut or graze",
    "swelling": "Swelling",
    "pain": "Pain",
    "suspected_fracture": "Suspected fracture",
}
MOST_INJURIES = 50

HOSPITAL, DIED, CLINICIAN = "hospital", "died", "clinician"
STOPS = {HOSPITAL: "Sent to hospital", DIED: "The resident died", CLINICIAN: "A clinician said so"}
"""What ends the observations before their time."""
WORDS_LIMIT = 500
_NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Injury:
    """A mark on the body map: the place (:data:`app.domain.charts.body.SITES`), the point, 0 to 1 of the figure's box,
    and what was seen there (:data:`INJURIES`)."""

    view: View
    site: str
    x: Decimal
    y: Decimal
    kind: str

    @property
    def words(self) -> str:
        """``Left hip: bruise``."""
        return f"{body.site(self.site).label}: {INJURIES[self.kind].lower()}"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why the observations end early (:data:`STOPS`) and since when; for a clinician's word the name and the reason."""

    at: datetime
    why: str
    name: str = ""
    reason: str = ""

    @property
    def words(self) -> str:
        """In words, with the name and the reason."""
        said = ": ".join(part for part in (self.name, self.reason) if part)
        return f"{STOPS[self.why]}{f' ({said})' if said else ''}"


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall. ``at`` is when it happened or the resident was found.

    ``place``, ``activity``, ``witness`` and who was told follow the signed fall record: empty or None while it is not
    recorded. ``head``: a head injury is possible. ``injuries`` are what was looked for and seen; ``no_injury`` when
    somebody looked and saw none, which is not the same as nobody having looked.
    """

    at: datetime
    head: bool = True
    place: str = ""
    activity: str = ""
    witness: str = ""
    family_told: bool | None = None
    gp_told: bool | None = None
    injuries: tuple[Injury, ...] = ()
    no_injury: bool = False
    stopped: Stopped | None = None

    @property
    def where(self) -> str:
        """The place in words; empty while it is not recorded."""
        return PLACES.get(self.place, "")

    @property
    def looked_over(self) -> bool:
        """Whether somebody has looked for injuries."""
        return self.no_injury or bool(self.injuries)


def marks(injuries: Sequence[Injury]) -> tuple[Mark, ...]:
    """The injuries as numbered marks for the body map."""
    return tuple(Mark(n, each.view, each.x, each.y, INJURIES[each.kind]) for n, each in enumerate(injuries, 1))


# --------------------------------------------------------------------------------------------------- what was signed


def head_injury_possible(check: Mapping[str, Any], circumstances: Mapping[str, Any]) -> bool:
    """Whether the head may have been hurt, by the answers of the post-fall check and of the fall record.

    Either may say so. Only answers can say that it was not: the check's, or else the record's.
    """
    said = [check.get(key) for key in ("head_struck_or_unwitnessed", "trauma_head_neck_back", "loss_of_consciousness")]
    struck, unseen = circumstances.get("head_struck"), circumstances.get("witness") == "nobody"
    if True in said or unseen or struck in {"yes", "not_known"} or "head" in (circumstances.get("injuries") or ()):
        return True
    return said[0] is None and struck != "no"


def after_signing(fall: Fall, check: Mapping[str, Any], circumstances: Mapping[str, Any], found: datetime) -> Fall:
    """The fall as its signed post-fall check and fall record tell it; ``found`` is when, by the newest of them."""
    return replace(
        fall,
        at=found,
        head=head_injury_possible(check, circumstances),
        place=_known(circumstances.get("place"), PLACES),
        activity=_known(circumstances.get("activity"), ACTIVITIES),
        witness=_known(circumstances.get("witness"), WITNESS),
        family_told=_yes_no(circumstances.get("family_told")),
        gp_told=_yes_no(circumstances.get("gp_told")),
    )


def _known(value: object, words: Mapping[str, str]) -> str:
    return value if isinstance(value, str) and value in words else ""


def _yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def checked_injuries(injuries: Sequence[Injury], *, none_found: bool) -> tuple[Injury, ...]:
    """The marks as they may be kept; UserError (field ``injuries``) when they cannot be."""
    if none_found and injuries:
        raise UserError("Either mark the injuries, or say that none was seen", field="injuries")
    if len(injuries) > MOST_INJURIES:
        raise UserError(f"At most {MOST_INJURIES} injuries can be marked", field="injuries")
    for each in injuries:
        if each.kind not in INJURIES:
            raise UserError("Choose what kind of injury it is", field="injuries")
        if not any(place.code == each.site for place in body.SITES):
            raise UserError("Choose where on the body it is", field="injuries")
        if each.view is not body.site(each.site).view or not (0 <= each.x <= 1 and 0 <= each.y <= 1):
            raise UserError("The mark must be on the body map", field="injuries")
    return tuple(replace(each, x=round(each.x, 4), y=round(each.y, 4)) for each in injuries)


def checked_stop(stopped: Stopped, fall: Fall, now: datetime) -> Stopped:
    """What ends the observations, with its texts trimmed; UserError with a problem a field when it cannot be."""
    name, reason = stopped.name.strip(), stopped.reason.strip()
    wrong: list[Problem] = []
    if stopped.why not in STOPS:
        wrong.append(Problem("why", "Choose why the observations end"))
    if stopped.why == CLINICIAN and not name:
        wrong.append(Problem("name", "Enter the clinician's name and role"))
    if stopped.why == CLINICIAN and not reason:
        wrong.append(Problem("reason", "Enter the clinician's reason"))
    if len(name) > _NAME_LIMIT:
        wrong.append(Problem("name", f"The name must be {_NAME_LIMIT} characters or fewer"))
    if len(reason) > WORDS_LIMIT:
        wrong.append(Problem("reason", f"The reason must be {WORDS_LIMIT} characters or fewer"))
    if stopped.at > now:
        wrong.append(Problem("at", "The time must be now or in the past"))
    elif stopped.at < fall.at:
        wrong.append(Problem("at", "The time must be after the fall"))
    if wrong:
        raise UserError(wrong[0].message if len(wrong) == 1 else "There is a problem", problems=tuple(wrong))
    return Stopped(stopped.at, stopped.why, name, reason)


# ------------------------------------------------------------------------------------------------------ observations

_MINUTES_TO_24_HOURS = (0, 30, 60, 90, 120, 180, 240, 300, 360, 600, 840, 1080, 1320, 1440)
_MINUTES_TO_72_HOURS = (*_MINUTES_TO_24_HOURS, 2880, 4320)
_GRACE = timedelta(minutes=10)
"""How long after its time a set is still due and not late."""
_EARLIEST = timedelta(hours=1)


class State(StrEnum):
    """What a time of the timetable is: done, due now, late (due, and its ten minutes are over), missed (the next one
    has come), or still to come."""

    DONE = "done"
    DUE = "due"
    LATE = "late"
    MISSED = "missed"
    AHEAD = "ahead"


STATE_WORDS = {
    State.DONE: "Done",
    State.DUE: "Due now",
    State.LATE: "Late",
    State.MISSED: "Missed",
    State.AHEAD: "To come",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of the timetable, its state, and when the set that fulfils it was taken."""

    due: datetime
    state: State
    taken: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The timetable against what was taken."""

    slots: tuple[Slot, ...]

    @property
    def done(self) -> int:
        """How many times are fulfilled."""
        return sum(slot.state is State.DONE for slot in self.slots)

    @property
    def missed(self) -> int:
        """How many times passed without a set."""
        return sum(slot.state is State.MISSED for slot in self.slots)

    @property
    def next(self) -> Slot | None:
        """What is to be done next: what is late or due now, else the next time to come; None when all is over."""
        return next((slot for slot in self.slots if slot.state not in {State.DONE, State.MISSED}), None)

    @property
    def late(self) -> Slot | None:
        """The time that is late now, if any."""
        return next((slot for slot in self.slots if slot.state is State.LATE), None)

    @property
    def over(self) -> bool:
        """Whether nothing is left to be taken."""
        return self.next is None


def timetable(
    fell_at: datetime,
    *,
    head_injury_possible: bool,
    status: Callable[[datetime], str],
    stopped_at: datetime | None = None,
) -> tuple[datetime, ...]:
    """When observations are due after a fall.

    ``status`` gives ``here``, ``away``, ``left`` or ``died`` for an instant: nothing is due while the resident is not
    here, and what remains of the timetable goes on when a resident is back from hospital. Nothing is due after
    ``stopped_at``.
    """
    minutes = _MINUTES_TO_72_HOURS if head_injury_possible else _MINUTES_TO_24_HOURS
    times = (fell_at + timedelta(minutes=each) for each in minutes)
    return tuple(at for at in times if status(at) == "here" and (stopped_at is None or at < stopped_at))


def progress(fell_at: datetime, due: Sequence[datetime], taken: Iterable[datetime], now: datetime) -> Progress:
    """Which times of the timetable are done, late or still to come.

    A set counts for the time that it was taken at or after, up to the next time; also when it was taken a little
    before (a third of the interval, at most an hour), for nobody goes by the second. A time that the resident was away
    after is not late until the return: it is missed when the next one would have come.
    """
    times, sets = sorted(due), sorted(taken)
    opens = [at - _early(fell_at, at) for at in times]
    afters = [at + _room(fell_at, at, last=at == times[-1]) for at in times]
    closes = [min(after, following) for after, following in zip(afters, [*opens[1:], *afters[-1:]], strict=True)]
    found = [next((each for each in sets if opens[n] <= each < closes[n]), None) for n in range(len(times))]
    slots = []
    for n, (at, when) in enumerate(zip(times, found, strict=True)):
        overtaken = n + 1 < len(times) and found[n + 1] is not None  # the next one was taken a little before its time
        state = State.DONE if when else State.MISSED if overtaken else _open_state(at, afters[n], now)
        slots.append(Slot(at, state, when))
    return Progress(tuple(slots))


def _interval(fell_at: datetime, at: datetime, step: int) -> timedelta:
    """From a time of the timetable to the one before (-1) or after (1) it; half an hour beyond the ends."""
    place = _MINUTES_TO_72_HOURS.index((at - fell_at) // timedelta(minutes=1)) + min(step, 0)
    pair = _MINUTES_TO_72_HOURS[max(place, 0) : place + 2]
    return timedelta(minutes=pair[1] - pair[0] if place >= 0 and len(pair) == 2 else 30)


def _early(fell_at: datetime, at: datetime) -> timedelta:
    return timedelta(0) if at == fell_at else min(_interval(fell_at, at, -1) / 3, _EARLIEST)


def _room(fell_at: datetime, at: datetime, *, last: bool) -> timedelta:
    """How long a set for this time still makes sense: to the next time; after the last as long as before it."""
    return _interval(fell_at, at, -1 if last else 1)


def _open_state(due: datetime, after: datetime, now: datetime) -> State:
    if now < due:
        return State.AHEAD
    if now >= after:
        return State.MISSED
    return State.LATE if now > due + _GRACE else State.DUE


# ---------------------------------------------------------------------------------------------------- blood thinners

_MORE_THINNERS = (
    "clopidogrel", "prasugrel", "ticagrelor", "dipyridamole", "plavix", "efient", "brilique", "cilostazol",
    "phenindione", "argatroban",
)  # fmt: skip


def is_thinner(medicine: str) -> bool:
    """Whether the name is that of an anticoagulant or antiplatelet; aspirin alone is none here.

    Read from the name: it reminds whoever answers, and never answers for them.
    """
    return time_critical_kind(medicine) == "Anticoagulant" or any(each in medicine.lower() for each in _MORE_THINNERS)


# ------------------------------------------------------------------------------------------------------------ counts

ENOUGH = 5
"""The fewest falls from which a pattern is claimed."""
PERIODS = (7, 30, 91, 365)
"""Days for which falls are counted, today included."""


@dataclass(frozen=True, slots=True)
class FallPattern:
    """How many falls in the last 7, 30, 91 and 365 days, and how those of the longest period are spread: counts by
    code, most first. ``words`` is what may be claimed."""

    counts: Mapping[int, int]
    by_shift: Mapping[str, int]
    by_place: Mapping[str, int]
    by_activity: Mapping[str, int]
    words: tuple[str, ...]


def pattern(falls: Iterable[Fall], today: date) -> FallPattern:
    """What the falls of the last year have in common. Place and activity count only where they are recorded; nothing
    is claimed from fewer than :data:`ENOUGH`, nor for what holds for less than half."""
    aged = [(fall, (today - to_local(fall.at).date()).days) for fall in falls]
    year = [fall for fall, days in aged if 0 <= days < PERIODS[-1]]
    by_shift = _counted(shift_of(fall.at) for fall in year)
    by_place = _counted(fall.place for fall in year if fall.place)
    by_activity = _counted(fall.activity for fall in year if fall.activity and fall.activity != "not_known")
    found = [
        f"{count} of {total} falls {words[code]}."
        for counts, words in (
            (by_shift, SHIFTS),
            (by_place, {code: f"in this place: {words.lower()}" for code, words in PLACES.items()}),
            (by_activity, {code: f"while doing this: {words.lower()}" for code, words in ACTIVITIES.items()}),
        )
        if (total := sum(counts.values())) >= ENOUGH and (top := _top(counts, total))
        for code, count in (top,)
    ]
    if len(year) < ENOUGH:
        count = f"{len(year)} fall{'' if len(year) == 1 else 's'}"
        found = [f"{count} in a year: too few to see a pattern, which takes {ENOUGH}."]
    return FallPattern(
        {period: sum(0 <= days < period for _, days in aged) for period in PERIODS},
        by_shift,
        by_place,
        by_activity,
        tuple(found) or ("The falls are not alike often enough to be a pattern.",),
    )


def _counted(codes: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))


def _top(counts: Mapping[str, int], total: int) -> tuple[str, int] | None:
    ranked = list(counts.items())
    if ranked[0][1] * 2 < total or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    return ranked[0]


_TALL, _LEFT_EDGE, _HEAD = 120, 34, 14
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_chart(falls: Iterable[Fall], today: date, *, width: int = 640) -> Chart:
    """How many falls in each of the last twelve calendar months, this one included."""
    months = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(11, -1, -1)]
    days = (to_local(fall.at).date() for fall in falls)
    counted = Counter((day.year, day.month - 1) for day in days if day <= today)
    counts = [(year, month, counted[year, month]) for year, month in months]
    most = max((count for *_, count in counts), default=0)
    step = (width - _LEFT_EDGE) / 12
    bottom = _HEAD + _TALL
    parts: list[Primitive] = [Line(_LEFT_EDGE, bottom, width, bottom, Role.EDGE)]
    for n, (year, month, count) in enumerate(counts):
        left, middle = _LEFT_EDGE + n * step, _LEFT_EDGE + (n + 1 / 2) * step
        tall = _TALL * count / most if most else 0
        if count:
            parts.append(Rectangle(left + step / 6, bottom - tall, step * 2 / 3, tall, Role.BAR_1, Role.EDGE))
            parts.append(Text(middle, bottom - tall - 3, str(count), 11, anchor="middle", bold=True))
        parts.append(Text(middle, bottom + 13, _MONTHS[month], 10, anchor="middle", room=step - 2))
        if n == 0 or month == 0:
            parts.append(Text(middle, bottom + 26, str(year), 10, Role.FAINT, anchor="middle", room=step - 2))
    rows = tuple((f"{_MONTHS[month]} {year}", str(count)) for year, month, count in counts)
    said = ", ".join(f"{when} {count}" for when, count in rows if count != "0")
    scene = Scene(width, bottom + 32, tuple(parts), "Falls by month", f"{said or 'No falls'}.")
    return Chart(scene, ("Month", "Falls"), lambda: rows)


# ----------------------------------------------------------------------------------------------------------- actions


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done about a concern of the multifactorial assessment: by whom, until which day."""

    concern: str
    action: str
    owner: str
    by: date | None
    overdue: bool

    @property
    def words(self) -> str:
        """In one line."""
        until = f", by {short_date(self.by)}" if self.by else ""
        return f"{self.concern}: {self.action or 'no action yet'} ({self.owner or 'nobody named'}{until})"


def actions(answers: Mapping[str, Any], today: date) -> tuple[Action, ...]:
    """The concerns of a multifactorial assessment with what is to be done, what is overdue first, then by day."""
    found = []
    for domain, label in falls_multifactorial.DOMAINS.items():
        if answers.get(domain) != "concern":
            continue
        by = _day(answers.get(f"{domain}_by"))
        action, owner = (str(answers.get(f"{domain}_{part}") or "") for part in ("action", "owner"))
        found.append(Action(label, action, owner, by, overdue=by is not None and by < today))
    return tuple(sorted(found, key=lambda each: (each.by or date.max, each.concern)))


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if isinstance(value, str) and value else None
