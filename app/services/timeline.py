"""Everything that happened to a resident, in one list, newest first.

Each kind of thing is read by one query of its own and the lists are merged, so that a page costs the same after ten
years as after ten days. Measurements that were taken by themselves stand there as one entry a kind and day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from app.domain.codec import instant, instant_text
from app.domain.dates import clock_time, to_local, to_utc
from app.domain.errors import UserError
from app.domain.falls import INJURIES, WITNESS, Fall
from app.domain.instruments import registry
from app.domain.instruments.outcome import Severity
from app.domain.journeys import STEP_LABELS, Step, StepKind, step_words
from app.domain.observations import KINDS, Kind
from app.domain.people import Resident, ResidentId
from app.models import alerts as alert_rows
from app.models import assessments as assessment_rows
from app.models import falls as fall_rows
from app.models import journeys as journey_rows
from app.models import notes as note_rows
from app.models import observations as observation_rows
from app.models import transfers as transfer_rows
from app.models import wounds as wound_rows
from app.services import assessments, notes
from app.services.access import Action, require
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 50
KIND_LABELS = {
    "assessment": "Assessments",
    "observation": "Measurements",
    "note": "Notes",
    "fall": "Falls",
    "wound": "Wounds",
    "transfer": "Transfers",
    "alert": "Alerts",
}
"""The kinds of entry, with the words of their filters."""
_MANY = ("fluid_in_ml", "fluid_out_ml")
_ALONE = (*_MANY, *(kind.code for kind in KINDS.values() if kind.alone and kind.code not in _MANY))
"""What may be measured by itself, the kinds that are measured most often first."""
_READ = 2
"""How many single measurements of a kind are read for each entry of a page. There are some a day, and other entries of
that day; where there are very many, a page is shorter."""
_ALL = -1
_MOST_SINCE = 100
_TEXT = 300
_STRUCK = {assessment_rows.AMENDED: "Amended", assessment_rows.IN_ERROR: "Entered in error"}
_PRIORITY = {
    "stat": Severity.EMERGENCY,
    "asap": Severity.URGENT,
    "urgent": Severity.URGENT,
    "routine": Severity.ATTENTION,
}
_END = "9999"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: when, what kind of thing, a title, more in words, and how loudly it speaks.

    ``link`` is where it stands in full, as (kind, id): for measurements the id is the kind of measurement. ``state``
    is empty, or says "Amended" or "Entered in error".
    """

    kind: str
    at: datetime
    title: str
    detail: str
    severity: Severity
    link: tuple[str, str]
    state: str = ""

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What tells it from every other entry."""
        return (*self.link, self.at)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries, newest first, of a resident; ``more`` when there are older ones."""

    resident: Resident
    status: str
    entries: tuple[Entry, ...]
    more: bool


def timeline(
    session: Session,
    resident_id: ResidentId,
    kinds: Collection[str] | None = None,
    before: datetime | None = None,
    limit: int = PAGE,
    *,
    again: bool = False,
) -> Timeline:
    """The newest entries of the kinds (all of them, unless given) from before the instant.

    A page has about ``limit`` entries: those of one instant are never parted, so that the instant of the last entry is
    where the next page goes on. Opening it is audited as a view; going on, and reading it ``again``, are not.
    Raises UserError for a kind that there is not.
    """
    require(session, Action.VIEW_RESIDENTS)
    wanted = tuple(KIND_LABELS) if kinds is None else tuple(kinds)
    for kind in wanted:
        if kind not in KIND_LABELS:
            raise UserError(f"{kind} is not a kind of entry of a timeline", field="kinds")
    if again or before is not None:
        with session.read() as connection:
            return _page(session, connection, resident_id, wanted, before, limit)
    with session.look() as work:
        found = _page(session, work.connection, resident_id, wanted, before, limit)
        work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": "timeline"})
        return found


def happened_since(
    session: Session, connection: Connection, resident_id: ResidentId, first: datetime, kinds: Sequence[str]
) -> tuple[Entry, ...]:
    """Everything of the kinds since the instant, newest first, inside a transaction already open; what was entered in
    error is left out."""
    found = _page(session, connection, resident_id, kinds, None, _MOST_SINCE)
    in_error = _STRUCK[assessment_rows.IN_ERROR]
    return tuple(entry for entry in found.entries if entry.at >= first and entry.state != in_error)


def _page(
    session: Session,
    connection: Connection,
    resident_id: ResidentId,
    kinds: Sequence[str],
    before: datetime | None,
    limit: int,
) -> Timeline:
    line = known_resident(connection, resident_id)
    asked = _Asked(session, connection, resident_id, to_utc(before) if before else None, limit)
    entries: list[Entry] = []
    horizon: datetime | None = None  # a list that was cut off says nothing of what is older than its end
    more = False
    for kind in kinds:
        found, cut = _READERS[kind](asked)
        entries += found
        if cut is not None:
            horizon, more = max(horizon or cut, cut), True
    entries.sort(key=lambda entry: (entry.at, entry.title), reverse=True)
    if horizon is not None:
        entries = [entry for entry in entries if entry.at >= horizon]
    shown = entries[:limit]
    shown += [entry for entry in entries[limit:] if entry.at == shown[-1].at]
    return Timeline(line.resident, line.status(session.now()), tuple(shown), more or len(shown) < len(entries))


@dataclass(frozen=True, slots=True)
class _Asked:
    session: Session
    connection: Connection
    resident_id: ResidentId
    before: datetime | None
    limit: int

    @property
    def before_text(self) -> str:
        return instant_text(self.before) if self.before else _END


_Found = tuple[list[Entry], datetime | None]
"""Entries of one kind, and the oldest instant up to which the list is complete; None when it has no older ones."""


def _newest(limit: int, read: Callable[[int], list[Entry]]) -> _Found:
    """As many as a page needs of a list that may be long; of its oldest instant all or none."""
    most = limit + 1
    while True:
        entries = read(most)
        if len(entries) < most:
            return entries, None
        whole = [entry for entry in entries if entry.at > entries[-1].at]
        if whole:
            return whole, whole[-1].at
        most *= 4  # all of one instant


def _assessments(asked: _Asked) -> _Found:
    def read(most: int) -> list[Entry]:
        lines = assessment_rows.made_before(asked.connection, asked.resident_id, asked.before_text, most)
        return [_assessment(asked.session, line) for line in lines]

    return _newest(asked.limit, read)


def _assessment(session: Session, line: assessment_rows.AssessmentLine) -> Entry:
    tool = registry.instrument(line.instrument)
    score = assessments.score_text(line.instrument, line.score)
    label = assessments.result_label(line.instrument, line.band, complete=line.complete)
    came_to = ", ".join(part for part in (score, label) if part)
    in_error = line.state == assessment_rows.IN_ERROR
    return Entry(
        "assessment",
        line.at,
        f"{tool.short}: {came_to}" if came_to else tool.short,
        f"Signed by {session.person(line.signed_by)}",
        Severity.NONE if in_error else Severity(line.severity),
        ("assessment", line.id),
        _STRUCK.get(line.state, ""),
    )


def _observations(asked: _Asked) -> _Found:
    """Single measurements, one entry for each kind and day, which stands at the last of the day."""
    found: list[Entry] = []
    horizon: datetime | None = None
    for kind in _ALONE:
        # What is older than the end of a list that was cut off is not shown, so it is not read either.
        since = _midnight(to_local(horizon).date()) if horizon is not None else ""
        entries, cut = _days(asked, kind, since)
        found += entries
        if cut is not None:
            horizon = max(horizon or cut, cut)
    return found, horizon


def _days(asked: _Asked, kind: str, since: str) -> _Found:
    most = asked.limit * _READ
    # Of the day that the page goes on in the whole is read: its entry may stand on this page or on the one before.
    until = _midnight(to_local(asked.before).date() + timedelta(days=1)) if asked.before is not None else _END
    while True:
        rows = observation_rows.singles(asked.connection, asked.resident_id, kind, until, most, since)
        days: dict[date, list[observation_rows.Single]] = {}
        for row in rows:
            days.setdefault(_local_day(row.at[:13]), []).append(row)
        full = len(rows) == most
        if full:  # of the last day perhaps only a part
            last = next(reversed(days))
            until, ends = _midnight(last), _midnight(last + timedelta(days=1))
            days[last] = list(
                observation_rows.singles(asked.connection, asked.resident_id, kind, ends, _ALL, since=until)
            )
        entries = [_day(KINDS[kind], day) for day in days.values()]
        entries = [entry for entry in entries if asked.before is None or entry.at < asked.before]
        if entries or not full:
            return entries, entries[-1].at if full else None


def _midnight(day: date) -> str:
    """The beginning of a day in the home, as a stored instant."""
    return instant_text(datetime.combine(day, time(0)))


@lru_cache(maxsize=4096)
def _local_day(hour: str) -> date:
    """The day in the home of an hour in UTC, such as ``2026-07-01T23``."""
    return to_local(instant(f"{hour}:00:00.000Z")).date()


def _day(kind: Kind, rows: Sequence[observation_rows.Single]) -> Entry:
    """One kind on one day; the rows are newest first."""
    values = [Decimal(row.value) for row in rows if row.value]
    at = instant(rows[0].at)
    return Entry("observation", at, f"{kind.label}: {_amount(kind, values)}", _times(rows), Severity.NONE,
                 ("observation", kind.code))  # fmt: skip


def _amount(kind: Kind, values: Sequence[Decimal]) -> str:
    unit = f" {kind.unit}" if kind.unit else ""
    if kind.code in ("fluid_in_ml", "fluid_out_ml"):
        entries = "1 entry" if len(values) == 1 else f"{len(values)} entries"
        return f"{entries}, {sum(values):,f}{unit}"
    if len(values) == 1:
        return f"{values[0]:f}{unit}"
    if kind.code == "bowel_type":
        return f"{len(values)} times, {', '.join(f'{value:f}' for value in reversed(values))}"
    return f"{len(values)} entries, {min(values):f} to {max(values):f}{unit}"


def _times(rows: Sequence[observation_rows.Single]) -> str:
    if len(rows) == 1:
        return ""
    return f"From {clock_time(instant(rows[-1].at))} to {clock_time(instant(rows[0].at))}"


def _notes(asked: _Asked) -> _Found:
    start = (asked.before, 0) if asked.before else None  # number 0: none of that very instant

    def read(most: int) -> list[Entry]:
        lines = note_rows.of_resident(asked.connection, asked.resident_id, most, start)
        sources = note_rows.sources(asked.connection, {line.source for line in lines if line.source})
        return [_note(asked.session, line, sources) for line in lines]

    return _newest(asked.limit, read)


def _note(session: Session, line: note_rows.NoteLine, sources: Mapping[str, tuple[str, str]]) -> Entry:
    source, link = notes.source_words(line.source, sources)
    text = line.text if len(line.text) <= _TEXT else line.text[: _TEXT - 1] + "…"
    return Entry(
        "note",
        line.at,
        f"{source}: note" if line.source else source,
        f"{text} ({session.person(line.author)})",
        Severity.NONE,
        link or ("note", line.id),
        _STRUCK[assessment_rows.IN_ERROR] if line.in_error else "",
    )


def _falls(asked: _Asked) -> _Found:
    entries = []
    for line in fall_rows.of_resident(asked.connection, asked.resident_id):
        fall, link = line.fall, ("fall", line.id)
        title = f"Fall: {fall.where.lower()}" if fall.where else "Fall"
        state = _STRUCK[assessment_rows.IN_ERROR] if line.in_error else ""
        severity = Severity.NONE if line.in_error else Severity.ATTENTION
        entries.append(Entry("fall", fall.at, title, _injuries(fall), severity, link, state))
    return _earlier(asked, entries)


def _injuries(fall: Fall) -> str:
    seen = WITNESS.get(fall.witness, "")
    if fall.injuries:
        hurt = "Injuries: " + ", ".join(sorted({INJURIES[each.kind].lower() for each in fall.injuries}))
    else:
        hurt = "No injury seen" if fall.no_injury else "Injuries not recorded yet"
    return f"{seen}. {hurt}" if seen else hurt


def _wounds(asked: _Asked) -> _Found:
    entries = []
    for line in wound_rows.of_resident(asked.connection, asked.resident_id):
        wound, link = line.wound, ("wound", line.id)
        state = _STRUCK[assessment_rows.IN_ERROR] if line.in_error else ""
        severity = Severity.NONE if line.in_error else Severity.ATTENTION
        entries.append(
            Entry("wound", wound.found_at, f"Wound found: {wound.where}", wound.words, severity, link, state)
        )
        if line.closing is not None:
            how = "healed" if line.closing.how == "healed" else "closed"
            entries.append(
                Entry("wound", line.closing.at, f"Wound {how}: {wound.where}", line.closing.reason, Severity.NONE, link,
                      state)
            )  # fmt: skip
    return _earlier(asked, entries)


def _transfers(asked: _Asked) -> _Found:
    entries = []
    for line in transfer_rows.packs(asked.connection, asked.resident_id):
        bag = f"Bag {line.bag}. " if line.bag else ""
        detail = f"{bag}{line.situation} ({asked.session.person(line.printed_by)})".strip()
        title = f"Red-bag pack printed, version {line.version}"
        entries.append(Entry("transfer", line.printed_at, title, detail, Severity.ATTENTION, ("transfer", line.id)))
    for journey in journey_rows.of_resident(asked.connection, asked.resident_id):
        entries += _journey(journey)
    return _earlier(asked, entries)


def _journey(line: journey_rows.JourneyLine) -> list[Entry]:
    """The steps of a journey, one entry for those of one moment."""
    moments: dict[datetime, list[Step]] = {}
    for step in line.journey.steps:
        moments.setdefault(step.at, []).append(step)
    state = _STRUCK[assessment_rows.IN_ERROR] if line.in_error else ""
    loud = Severity.NONE if line.in_error else Severity.ATTENTION
    return [
        Entry(
            "transfer",
            at,
            ", ".join(STEP_LABELS[step.kind] for step in steps),
            ". ".join(words for step in steps if (words := _step_told(step))),
            loud if any(step.kind in _LOUD for step in steps) else Severity.NONE,
            ("journey", line.id),
            state,
        )
        for at, steps in moments.items()
    ]


_LOUD = frozenset({StepKind.HOME_OUT, StepKind.DIED, StepKind.OTHER_HOME})


def _step_told(step: Step) -> str:
    who = ", ".join(part for part in (step.name, step.role) if part)
    bag = {True: "The bag was there", False: "The bag was not there", None: ""}[step.bag]
    return ". ".join(part.rstrip(".") for part in (step.place, who, bag, step_words(step)) if part)


def _alerts(asked: _Asked) -> _Found:
    person = asked.session.person
    entries = []
    for line in alert_rows.alerts(asked.connection, resident_id=asked.resident_id):
        body, link = line.body, ("alert", line.id)
        loud = _PRIORITY.get(body.priority, Severity.ATTENTION)
        entries.append(
            Entry("alert", body.raised_at, f"Alert: {body.title}", f"Raised by {person(body.raised_by)}", loud, link)
        )
        if body.called_at is not None:
            said = f"Spoke to {body.spoke_to}"
            entries.append(Entry("alert", body.called_at, f"Called: {body.title}", said, Severity.NONE, link))
        if body.closed_at is not None:
            entries.append(
                Entry("alert", body.closed_at, f"Alert closed: {body.title}", body.outcome, Severity.NONE, link)
            )
    return _earlier(asked, entries)


def _earlier(asked: _Asked, entries: list[Entry]) -> _Found:
    """Of a list that is always read whole, because it is short: what is from before the instant."""
    return [entry for entry in entries if asked.before is None or entry.at < asked.before], None


_READERS: Mapping[str, Callable[[_Asked], _Found]] = {
    "assessment": _assessments,
    "observation": _observations,
    "note": _notes,
    "fall": _falls,
    "wound": _wounds,
    "transfer": _transfers,
    "alert": _alerts,
}
