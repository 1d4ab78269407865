"""What a shift has to do, by room: what is due by date, what is to be looked at again by an hour, what a fall asks for.

One rule for every shift, this one, one to come or one that is over: the list holds what falls due before the shift ends
and is not done. What is due by date belongs to the whole day and stands in each of its shifts until it is done. In a
shift that has not begun, what has its hour before it is left out while there is still time for it.

Of residents who are away only what is due by date is said, apart from the rest; nothing can be done for them here. When
they are back from hospital, what the return makes due (:func:`app.domain.repeats.on_return`) stands on the list of the
day until a newer result is signed.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from app.domain import repeats
from app.domain.dates import clock_time, date_time, day_date, short_date, to_local
from app.domain.falls import State
from app.domain.instruments import registry
from app.domain.instruments.outcome import Severity
from app.domain.instruments.registry import Instrument
from app.domain.journeys import JourneyKind, StepKind
from app.domain.people import ResidentId
from app.domain.questionnaire import Unable
from app.domain.repeats import RETURN_CODES, RETURN_COUNTS, Again, Result, Return
from app.domain.shifts import Shift, shift_at
from app.domain.wounds import is_asked
from app.models import due as rows
from app.models import journeys as journey_rows
from app.models import restored
from app.models import wounds as wound_rows
from app.models.due import BeforeLine, LastLine, PersonLine
from app.services import assessments, permission
from app.services.access import Action, require
from app.services.assessments import DueRow
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.services.falls import FallRow

_FALLS_SINCE = timedelta(days=5)
_SET = "news2"
"""What a set of observations after a fall is recorded with."""
_READ = (*repeats.CODES, "sbard", "falls_multifactorial")
"""Instruments whose newest result is needed whatever its date says."""
_HOSPITAL = re.compile(r"hospital|a\s*&\s*e|admitted|admission", re.IGNORECASE)
_MOST_DAYS = 92
DAY, HOUR, FALL = "day", "hour", "fall"
_Key = tuple[ResidentId, str, str]


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing to do for one resident.

    ``when`` and ``why`` are its words ("By 15:30", "Repeat NEWS2 …"); ``at`` the hour by which it is to be done and
    ``late_at`` when it is late, both None for what is due by date; ``due`` its day. ``then`` are further times inside
    the shift. ``kind`` is :data:`DAY`, :data:`HOUR` or :data:`FALL`: what asks for it.
    ``changed`` compares the last result with the one before. ``instrument`` and ``about`` say which form is opened
    for it.
    """

    resident_id: ResidentId
    resident_name: str
    room: str
    born: date
    instrument: str
    title: str
    pathway: str
    when: str
    why: str
    severity: Severity
    late: bool
    changed: str
    due: date | None = None
    at: datetime | None = None
    late_at: datetime | None = None
    then: tuple[datetime, ...] = ()
    about: str = ""
    kind: str = DAY

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from the others, also after the list was read again."""
        return (self.resident_id, self.instrument, self.about, self.kind)


@dataclass(frozen=True, slots=True)
class ShiftList:
    """What a shift has to do, by room; ``away`` is what is due for residents who are not in the home."""

    shift: Shift
    now: datetime
    items: tuple[DueItem, ...]
    away: tuple[DueItem, ...]

    @property
    def late(self) -> int:
        """How many are late."""
        return sum(item.late for item in self.items)

    @property
    def present(self) -> bool:
        """Whether it is the shift that is on now."""
        return self.shift == shift_at(self.now)


def shift(session: Session, on: date, shift: str) -> ShiftList:
    """What there is to do in a shift (:data:`app.domain.shifts.CODES`) that begins on the day, by room.

    Raises UserError for a shift that is none.
    """
    require(session, Action.VIEW_RESIDENTS)
    return _list(session, Shift(on, shift))


def present(session: Session) -> ShiftList:
    """What there is to do in the shift that is on now."""
    require(session, Action.VIEW_RESIDENTS)
    return _list(session, shift_at(session.now()))


def passed(session: Session, since: datetime) -> tuple[DueItem, ...]:
    """What a result asked for by an hour and became late after the instant, the longest late first; observations after
    a fall are not among it."""
    require(session, Action.VIEW_RESIDENTS)
    now = session.now()
    found = [(item.late_at, item) for item in _list(session, shift_at(now)).items
             if item.late_at is not None and item.kind == HOUR]  # fmt: skip
    return tuple(item for late_at, item in sorted(found, key=lambda pair: pair[0]) if since < late_at <= now)


def coming(session: Session, days: int) -> tuple[DueItem, ...]:
    """What falls due by date after today and within so many days (1 to 92), for planning: the earliest first."""
    require(session, Action.VIEW_RESIDENTS)
    today = session.today()
    until = today + timedelta(days=min(max(days, 1), _MOST_DAYS))
    with session.read() as connection:
        known = _known(session, connection, until)
        found = [known.dated(row, until) for row in known.to_come(today, until)]
    return tuple(sorted(found, key=lambda item: (item.due or today, room_order(item.room), item.resident_name)))


def of_resident(session: Session, connection: Connection, resident_id: ResidentId) -> tuple[DueRow, ...]:
    """What is due by date for one resident and what a return from hospital makes due, inside a transaction already
    open: each instrument once, by the day that came first."""
    by_date = assessments.due_rows(session, connection, resident_id)
    people = {line.id: line for line in rows.people(connection, session.now(), resident_id)}
    back = _returned(connection, people.values(), session.now()).get(resident_id)
    if back is None or people[resident_id].away(session.now()):
        return by_date
    newest = rows.newest(connection, [resident_id], session.today(), RETURN_CODES)
    lines = {line.instrument: line for line in newest if not line.about}
    tools = {tool.code: tool for tool in permission.usable(connection)}
    person, day = people[resident_id], to_local(back.at).date()
    found = {row.instrument: row for row in by_date if not row.about}
    for each in repeats.on_return(back, set(lines), tools.keys(), session.now()):
        known = found.get(each.code)
        if _looked_at(lines.get(each.code), back):
            continue
        if known is not None and known.due is not None and known.due <= day:
            found[each.code] = replace(known, why=_back_words(day))
            continue
        late = max((session.today() - day).days, int(each.by is not None and each.by <= session.now()))
        found[each.code] = DueRow(
            person.id, person.banner_name, person.room, each.code, tools[each.code].short, day, late,
            never=each.code not in lines, why=_back_words(day),
        )  # fmt: skip
    listed = [*found.values(), *(row for row in by_date if row.about)]
    return tuple(sorted(listed, key=lambda row: -row.overdue_days))


def _looked_at(line: LastLine | None, back: Return) -> bool:
    """Whether a whole result was signed since the return."""
    return line is not None and line.complete and line.at >= back.at


def paper(session: Session, on: date, shift: str) -> bytes:
    """The list of a shift as a PDF, with boxes to tick. Printing is audited."""
    from app.reports.due import DuePaper, due_pdf

    require(session, Action.PRINT_PACK)
    found = _list(session, Shift(on, shift))
    with session.look() as work:
        work.audit("print", "due", f"{on.isoformat()}/{shift}")
        made = DuePaper(
            home=session.home.name,
            practice=session.home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
            shift=found.shift.words,
            rooms=tuple(
                (room, tuple(items)) for room, items in groupby(found.items, key=lambda item: room_words(item.room))
            ),
            away=found.away,
        )
    return due_pdf(made)


@lru_cache(maxsize=1024)
def room_order(room: str) -> tuple[bool, tuple[tuple[bool, int, str], ...]]:
    """The order of rooms as people count them: 1, 2, 10, 12A; without a room last."""
    parts = re.findall(r"\d+|\D+", room.strip().casefold())
    return not parts, tuple((not each.isdecimal(), int(each) if each.isdecimal() else 0, each) for each in parts)


def room_words(room: str) -> str:
    """``Room 12A``; "No room" without one."""
    return f"Room {room}" if room else "No room"


# ------------------------------------------------------------------------------------------------------- inner parts


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read: the people, the newest results by what they are of, and what was before each."""

    now: datetime
    people: Mapping[ResidentId, PersonLine]
    usable: Mapping[str, Instrument]
    newest: Mapping[_Key, LastLine]
    before: Mapping[str, BeforeLine]
    wound_names: Mapping[str, str]
    causes: Mapping[str, str]
    returned: Mapping[ResidentId, Return]

    def changed(self, key: _Key) -> str:
        """The last result and how it stands to the one before, in words."""
        line = self.newest.get(key)
        if line is None:
            return "No result yet"
        return compared(line, self.before.get(line.id))

    def dated(self, row: DueRow, on: date) -> DueItem:
        """What is due by date, as it stands on the day."""
        person, tool = self.people[row.resident_id], registry.instrument(row.instrument)
        late = row.overdue_days > 0
        when = (
            "Never done" if row.never
            else f"Overdue {_days(row.overdue_days)}" if late
            else "Due today" if row.due == to_local(self.now).date()
            else f"Due {day_date(row.due)}" if row.due else "Due"
        )  # fmt: skip
        return DueItem(
            row.resident_id, person.banner_name, person.room, person.born, row.instrument, tool.short, tool.pathway,
            when, self.why(row), Severity.ATTENTION if late or row.never else Severity.ROUTINE, late,
            self.changed((row.resident_id, row.instrument, row.about)), due=row.due or on, about=row.about,
        )  # fmt: skip

    def why(self, row: DueRow) -> str:
        """Why something is due by date."""
        if row.never:
            return f"Here since {short_date(row.due)}" if row.due else "Asked for on admission"
        if row.instrument == "time_wound":
            return self._wound_why(row)
        if row.instrument == "fall_record":
            return f"The circumstances of the fall of {short_date(row.due)} are not recorded"
        return f"Review due since {short_date(row.due)}" if row.overdue_days > 0 else "Review due"

    def _wound_why(self, row: DueRow) -> str:
        line = self.newest.get((row.resident_id, row.instrument, row.about))
        early = line is not None and row.due is not None and (row.due - to_local(line.at).date()).days < _WEEK
        what = "Dressing due" if early else "Weekly review due"
        name = self.wound_names.get(row.about, "")
        return f"{what}: {name}" if name else what

    def to_come(self, after: date, until: date) -> list[DueRow]:
        """What falls due after one day and by another, as rows of the due list."""
        found = []
        for line in self.newest.values():
            tool, day = self.usable.get(line.instrument), line.next_due
            if tool is None or day is None or not after < day <= until:
                continue
            if line.about and not (line.about in self.causes and is_asked(tool.code, self.causes[line.about])):
                continue
            person = self.people[line.resident_id]
            found.append(
                DueRow(
                    person.id, person.banner_name, person.room, tool.code, tool.short, day, 0, never=False,
                    about=line.about,
                )
            )  # fmt: skip
        return found


_WEEK = 7


def _known(session: Session, connection: Connection, until: date) -> _Known:
    people = {line.id: line for line in rows.people(connection, session.now())}
    found = {
        (line.resident_id, line.instrument, line.about): line
        for line in rows.newest(connection, list(people), until, _READ)
    }
    returned = _returned(connection, people.values(), session.now())
    if returned:
        found |= {
            (line.resident_id, line.instrument, line.about): line
            for line in rows.newest(connection, list(returned), until, RETURN_CODES)
        }
    causes = wound_rows.open_causes(connection)
    return _Known(
        session.now(),
        people,
        {tool.code: tool for tool in permission.usable(connection)},
        found,
        rows.before(connection, [line.id for line in found.values()]),
        _wound_names(connection, found, causes),
        causes,
        returned,
    )


def _returned(connection: Connection, people: Iterable[PersonLine], now: datetime) -> dict[ResidentId, Return]:
    """Who came back from hospital lately and is still back, and from what kind of stay."""
    last = {
        person.id: max((each for each in person.absences if _HOSPITAL.search(each.reason)), key=lambda each: each.since)
        for person in people
        if any(_HOSPITAL.search(each.reason) for each in person.absences)
    }
    ends = {who: each for who, each in last.items() if each.until and now - RETURN_COUNTS < each.until <= now}
    if not ends:
        return {}
    known = {
        (line.resident_id, line.journey.ending.at): line.journey
        for line in journey_rows.ended_since(connection, now - RETURN_COUNTS)
        if line.journey.ending is not None
    }
    found = {}
    for who, each in ends.items():
        if each.until is None:
            continue
        nights = (to_local(each.until).date() - to_local(each.since).date()).days
        journey = known.get((who, each.until))
        if journey is None:
            attended = nights > 0  # written down by hand: without a night it may have been any appointment
        elif journey.kind is JourneyKind.OUTPATIENT:
            attended = any(journey.step(kind) for kind in (StepKind.ADMITTED, StepKind.WARD_MOVE))
        else:
            attended = nights > 0 or journey.kind is not JourneyKind.PLANNED
        found[who] = Return(each.until, nights, attended)
    return found


def _wound_names(connection: Connection, found: Iterable[_Key], still: Container[str]) -> dict[str, str]:
    """The open wounds among what the results are of, by id."""
    from app.services.wounds import name_of

    names = {}
    for about in {about for _, _, about in found if about in still}:
        line = wound_rows.wound(connection, about)
        if line is not None:
            names[about] = name_of(line.wound)
    return names


def _list(session: Session, wanted: Shift) -> ShiftList:
    from app.services import falls

    now = session.now()
    watched = falls.falls(session, None, now - _FALLS_SINCE)
    with session.read() as connection:
        known = _known(session, connection, max(wanted.on, session.today()))
        by_date = [
            row
            for row in assessments.due_rows(session, connection)
            if row.resident_id in known.people and (row.due is None or row.due <= wanted.on)
        ]
        by_date += known.to_come(session.today(), wanted.on)
        asked = _asked(connection, known)
        unfinished = _unfinished(connection, known, asked)
    moment = min(max(now, wanted.starts), wanted.ends - timedelta(microseconds=1))
    gone = {line.id for line in known.people.values() if line.away(moment)}
    observed = [item for row in watched if (item := _observation(row, known, wanted)) is not None]
    hours = [
        item
        for again, result in asked
        if (item := _again_item(again, result, known, wanted)) is not None and not _covered(item, observed)
    ]
    repeated = {(again_result.resident_id, again.code) for again, again_result in asked}
    watched_now = {(item.resident_id, item.instrument) for item in observed}
    back = {
        (item.resident_id, item.instrument): item
        for item in _on_return(known, wanted)
        if item.resident_id not in gone and (item.resident_id, item.instrument) not in repeated | watched_now
    }
    dated = [
        _with_return(known.dated(row, wanted.on), back)
        for row in by_date
        if row.resident_id in gone or row.about or (row.resident_id, row.instrument) not in repeated
    ]
    items = [*observed, *hours, *(item for item in dated if item is not None), *back.values(), *unfinished]
    here = sorted((item for item in items if item.resident_id not in gone), key=_order)
    away = sorted((item for item in items if item.resident_id in gone and item.at is None), key=_order)
    return ShiftList(wanted, now, tuple(here), tuple(away))


def _asked(connection: Connection, known: _Known) -> list[tuple[Again, LastLine]]:
    """What results ask for by an hour: the earliest of each resident and form, with the result that asks."""
    lines = {key: line for key, line in known.newest.items() if line.instrument in repeats.CODES}
    before = {
        key: found
        for key, line in lines.items()
        if not line.complete and (found := rows.finished_before(connection, line)) is not None
    }
    telling = [
        line.revision_id
        for line in (*lines.values(), *before.values())
        if not line.complete or line.instrument in {"soft_signs", "painad"}
    ]
    said = rows.said(connection, telling)
    earliest: dict[tuple[ResidentId, str], tuple[Again, LastLine]] = {}
    for key, line in lines.items():
        series = [line, *([before[key]] if key in before else [])]
        person = known.people[line.resident_id]
        again = repeats.standing([_result(each, said) for each in series], hospital_since=_hospital(person, known.now))
        if again is None or again.code not in known.usable or _done_since(known, line, again):
            continue
        standing = earliest.get((person.id, again.code))
        if standing is None or again.at < standing[0].at:
            asking = next(each for each in series if each.at == again.asked_at)
            earliest[person.id, again.code] = again, asking
    return list(earliest.values())


def _done_since(known: _Known, line: LastLine, again: Again) -> bool:
    """Whether another instrument than the one that asks has answered since."""
    if again.code == line.instrument:
        return False
    answer = known.newest.get((line.resident_id, again.code, ""))
    return answer is not None and answer.at >= again.asked_at


def _result(line: LastLine, said: Mapping[str, tuple[frozenset[str], frozenset[str]]]) -> Result:
    flags, reasons = said.get(line.revision_id, (frozenset(), frozenset()))
    return Result(
        line.instrument, line.at, line.band, line.score, line.complete, Severity(line.severity), flags,
        plan=Unable.PLAN in reasons,
    )  # fmt: skip


def _hospital(person: PersonLine, now: datetime) -> datetime | None:
    """When the resident last went to hospital. An absence for another reason leaves things to do as they are."""
    return max(
        (each.since for each in person.absences if each.since <= now and _HOSPITAL.search(each.reason)), default=None
    )


def _unfinished(connection: Connection, known: _Known, asked: Sequence[tuple[Again, LastLine]]) -> list[DueItem]:
    """What is done regularly and was signed unfinished: it starts no interval, so that no date would ask for it."""
    asks = {(line.resident_id, again.code) for again, line in asked}
    lines = [
        line
        for line in known.newest.values()
        if not line.complete
        and not line.about
        and (tool := known.usable.get(line.instrument)) is not None
        and tool.routine_days is not None
        and (line.resident_id, line.instrument) not in asks
    ]
    said = rows.said(connection, [line.revision_id for line in lines])
    found = []
    for line in lines:
        if Unable.PLAN in said.get(line.revision_id, (frozenset(), frozenset()))[1]:
            continue
        person, tool = known.people[line.resident_id], known.usable[line.instrument]
        day = to_local(line.at).date()
        found.append(
            DueItem(
                person.id, person.banner_name, person.room, person.born, tool.code, tool.short, tool.pathway,
                "Not finished", f"Signed unfinished {date_time(line.at)}: what is missing is still asked for",
                Severity.ATTENTION, late=False, due=day,
                changed=known.changed((line.resident_id, line.instrument, line.about)),
            )
        )  # fmt: skip
    return found


def _on_return(known: _Known, wanted: Shift) -> list[DueItem]:
    """What returns from hospital make due and nobody has signed since."""
    found = []
    for who, back in known.returned.items():
        if back.at >= wanted.ends:
            continue
        had = {code for resident, code, about in known.newest if resident == who and not about}
        for each in repeats.on_return(back, had, known.usable, known.now):
            line, tool = known.newest.get((who, each.code, "")), known.usable[each.code]
            # One that was signed unfinished and is done regularly is asked for as such.
            if line is not None and line.at >= back.at and (line.complete or tool.routine_days is not None):
                continue
            if each.by is not None and each.by <= wanted.starts and _in_time(each.by, known.now, wanted):
                continue  # an earlier shift can still do it in time; until then it can be done in any
            found.append(_return_item(known, who, back, each))
    return found


def _with_return(item: DueItem, back: dict[tuple[ResidentId, str], DueItem]) -> DueItem | None:
    """What is due by date, where a return asks for the same: the one that is due longer stands, with both reasons; what
    has its hour goes before what has its day."""
    key = item.resident_id, item.instrument
    other = None if item.about else back.get(key)
    if other is None:
        return item
    if other.at is not None or item.due is None or other.due is None or item.due >= other.due:
        return None
    del back[key]
    return replace(item, why=f"{item.why}. {other.why}", severity=other.severity)


def _back_words(day: date) -> str:
    return f"Back from hospital on {short_date(day)}"


def _return_item(known: _Known, who: ResidentId, back: Return, each: repeats.OnReturn) -> DueItem:
    person, tool = known.people[who], known.usable[each.code]
    day, today = to_local(back.at).date(), to_local(known.now).date()
    if each.by is None:
        late = day < today
        when = f"Overdue {_days((today - day).days)}" if late else "Due today"
    else:
        late = each.by <= known.now
        days = (known.now - each.by) // repeats.IN_DAYS if late else 0
        when = (
            f"Overdue {_days(days)}" if days
            else f"Late since {_clock(each.by, known.now)}" if late
            else f"By {_clock(each.by, known.now)}"
        )  # fmt: skip
    return DueItem(
        person.id, person.banner_name, person.room, person.born, tool.code, tool.short, tool.pathway, when,
        _back_words(day), Severity.ATTENTION, late,
        known.changed((who, each.code, "")), due=day, at=each.by, late_at=each.by,
        kind=DAY if each.by is None else HOUR,
    )  # fmt: skip


def _again_item(again: Again, result: LastLine, known: _Known, wanted: Shift) -> DueItem | None:
    if again.at > wanted.ends or (again.at <= wanted.starts and _in_time(again.late_at, known.now, wanted)):
        return None
    person, tool = known.people[result.resident_id], registry.instrument(again.code)
    late = again.late_at <= known.now
    days = (known.now - again.late_at) // repeats.IN_DAYS if late else 0
    when = (
        f"Overdue {_days(days)}" if days
        else f"Late since {_clock(again.late_at, known.now)}" if late
        else "Now" if again.at_once
        else f"By {_clock(again.at, known.now)}"
    )  # fmt: skip
    after = result_words(result.instrument, result.score, result.band, complete=result.complete)
    asked_by = registry.instrument(result.instrument).short
    return DueItem(
        person.id, person.banner_name, person.room, person.born, again.code, tool.short, tool.pathway, when,
        f"{again.words}, after {asked_by} {after} at {_clock(result.at, known.now)}", again.severity, late,
        known.changed((person.id, again.code, "")), due=to_local(again.at).date(), at=again.at, late_at=again.late_at,
        kind=HOUR,
    )  # fmt: skip


def _observation(row: FallRow, known: _Known, wanted: Shift) -> DueItem | None:
    """The sets of observations after a fall that belong to the shift: the first, and the times of the others."""
    person = known.people.get(row.resident_id)
    if row.in_error or row.progress is None or row.status != "here" or person is None:
        return None
    slots = [
        slot
        for slot in row.progress.slots
        if slot.state in {State.DUE, State.LATE, State.AHEAD} and slot.due < wanted.ends
    ]
    slots = [slot for slot in slots if slot.due >= wanted.starts or not _in_time(slot.due + _GRACE, known.now, wanted)]
    if not slots:
        return None
    first, tool = slots[0], registry.instrument(_SET)
    when = {
        State.DUE: f"Now, due {_clock(first.due, known.now)}",
        State.LATE: f"Late since {_clock(first.due, known.now)}",
    }.get(first.state, f"At {_clock(first.due, known.now)}")
    then = tuple(slot.due for slot in slots[1:])
    more = f", then {', '.join(_clock(each, known.now) for each in then)}" if then else ""
    return DueItem(
        person.id, person.banner_name, person.room, person.born, _SET, f"{tool.short} after a fall", "falls", when,
        f"Observations after the fall at {_clock(row.fall.at, known.now)}{more}", Severity.URGENT,
        first.state is State.LATE, known.changed((person.id, _SET, "")), due=to_local(first.due).date(),
        at=first.due, late_at=first.due + _GRACE, then=then, kind=FALL,
    )  # fmt: skip


_GRACE = timedelta(minutes=10)
"""How long after its time a set after a fall is not called late yet (:mod:`app.domain.falls`)."""


def _in_time(late_at: datetime, now: datetime, wanted: Shift) -> bool:
    """Whether something that belongs to an earlier shift can still be done in time before this one begins."""
    return now < wanted.starts and late_at > now


def _covered(item: DueItem, observed: Iterable[DueItem]) -> bool:
    """Whether the observations after a fall ask for the same NEWS2 no later."""
    return item.instrument == _SET and any(
        each.resident_id == item.resident_id and each.at is not None and item.at is not None and each.at <= item.at
        for each in observed
    )


_LOUDNESS = {each: rank for rank, each in enumerate(Severity)}
_LAST = datetime.max.replace(tzinfo=UTC)


def _order(item: DueItem) -> tuple[object, ...]:
    hour = item.at or _LAST
    return (room_order(item.room), item.resident_name, item.at is None, -_LOUDNESS[item.severity], hour,
            item.due or date.max, item.title)  # fmt: skip


def compared(line: LastLine, before: BeforeLine | None) -> str:
    """``5 Medium, up from 1 Low``: the last result, and up, down or the same as the one before."""
    now = result_words(line.instrument, line.score, line.band, complete=line.complete)
    if before is None:
        return f"{now}, done once so far"
    then = result_words(line.instrument, before.score, before.band, complete=before.complete)
    if line.score is not None and before.score is not None:
        if line.score == before.score and line.band == before.band:
            return f"{now}, the same as before"
        word = "up" if line.score > before.score else "down" if line.score < before.score else "the same score"
        return f"{now}, {word} from {then}"
    if now == then:
        return f"{now}, the same as before"
    bands = [band.code for band in registry.instrument(line.instrument).bands]
    if line.band in bands and before.band in bands:
        return f"{now}, {'up' if bands.index(line.band) > bands.index(before.band) else 'down'} from {then}"
    return f"{now}, before: {then}"


def result_words(code: str, score: Decimal | None, band: str | None, *, complete: bool) -> str:
    """A result in words: ``5 (Medium)``, ``Grade 2``, ``Incomplete``."""
    text = assessments.score_text(code, None if score is None else str(score))
    label = assessments.result_label(code, band, complete=complete)
    return f"{text} ({label})" if text and label else text or label or "recorded"


def _clock(at: datetime, now: datetime) -> str:
    """``15:30``; with its day when that is not today."""
    local = to_local(at)
    return clock_time(at) if local.date() == to_local(now).date() else f"{clock_time(at)} on {short_date(local.date())}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
