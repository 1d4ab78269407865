"""Single measurements: recorded in a moment, read as series, looked at as charts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.domain import bowels
from app.domain.alerts import AlertKind, AlertRule, alerts_for_flags
from app.domain.charts.axes import instant
from app.domain.charts.days import Day
from app.domain.charts.lines import Point
from app.domain.charts.observations import ObservationSet
from app.domain.charts.pressure import Pressure
from app.domain.dates import to_local, to_utc
from app.domain.errors import UserError
from app.domain.instruments import fluid, registry
from app.domain.instruments.outcome import Outcome
from app.domain.observation_board import (
    PARTS,
    Board,
    bowel_days,
    care_day,
    caution,
    day_begins,
    fluid_days,
    losses,
    low_for_two_days,
    motion,
    shown_kg,
    taken_on,
)
from app.domain.observations import KINDS, Kind, Reading, checked
from app.domain.people import Gender, Resident, ResidentId
from app.domain.questionnaire import Unable
from app.models import alerts as alert_rows
from app.models import assessments as assessment_rows
from app.models import observations as rows
from app.models import residents as resident_rows
from app.models import restored, revisions
from app.models.store import Work
from app.services import alerts, assessments
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SEXES = {Gender.FEMALE: "F", Gender.MALE: "M"}
_KEPT = timedelta(days=14)
"""Without a stool for so long no bowel chart is being kept, and its silence says nothing."""
_STOOLS_BACK = timedelta(days=30)
_ENTRIES = 200
_MOST_ML = 10_000
_VITALS = (
    "resp_rate", "spo2", "spo2_scale", "on_oxygen", "systolic", "pulse", "consciousness", "temp_c",
)  # fmt: skip
_STANDING = (
    "lying_sbp", "lying_dbp", "standing_1min_sbp", "standing_1min_dbp", "standing_3min_sbp", "standing_3min_dbp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """A measurement was recorded: its kind, exact value, detail and time; whom it called for (``alerts``), and what it
    says by itself (``caution``, empty when nothing)."""

    observation_id: str
    kind: str
    value: Decimal
    detail: str
    at: datetime
    alerts: tuple[alerts.AlertRow, ...]
    caution: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Single:
    """A measurement that was taken by itself, as a list shows it."""

    id: str
    kind: str
    at: datetime
    value: Decimal | None
    detail: str
    by: str

    @property
    def words(self) -> str:
        """Kind and amount: "Fluid taken 200 ml"."""
        return said(self.kind, self.value)


@dataclass(frozen=True, slots=True)
class Shown:
    """A resident's measurements: whose, the charts' data, and the newest single measurements (newest first)."""

    resident: Resident
    status: str
    board: Board
    entries: tuple[Single, ...]


def said(kind: str, value: Decimal | None) -> str:
    """A measurement in words, such as "Weight 63.5 kg"."""
    known = KINDS[kind]
    if value is None:
        return known.label
    figure = shown_kg(value) if kind == "weight_kg" else f"{value:,f}"
    return f"{known.label} {figure} {known.unit}".strip()


def kinds() -> tuple[Kind, ...]:
    """The kinds that are recorded by themselves."""
    return tuple(kind for kind in KINDS.values() if kind.alone)


def record(
    session: Session,
    resident_id: ResidentId,
    kind: str,
    value: object,
    *,
    detail: str = "",
    at: datetime | None = None,
) -> Recorded:
    """Record one measurement of a kind of :func:`kinds`, made ``at`` (now, unless given; never in the future).

    ``value`` is a number within the kind's range; ``detail`` a few words, such as what was drunk; that of a stool with
    blood begins with :data:`~app.domain.observation_board.BLOOD`. What the measurement makes of the charts of stools
    and fluids raises its alert in the same transaction, once until it is closed. Raises UserError in the label's words.
    """
    require(session, Action.RECORD_ASSESSMENT)
    measured = checked(kind, value, detail)
    when = to_utc(at) if at else session.now()
    if when > session.now():
        raise UserError("The time of the measurement must be now or in the past", field="at")
    with session.write() as work:
        entity, raised = record_within(work, session, resident_id, kind, value, detail, when)
        alert_list = (
            alerts.rows_for(session, work.connection, resident_id=resident_id, alert_ids=raised) if raised else ()
        )
    amount = measured.value if measured.value is not None else Decimal(0)
    told = changes("observation", *(("alert", "outbox", "resident") if raised else ()), resident=resident_id)
    return Recorded(entity, kind, amount, measured.detail, when, alert_list, caution(kind, amount), told)


def record_within(
    work: Work, session: Session, resident_id: ResidentId, kind: str, value: object, detail: str, when: datetime
) -> tuple[str, frozenset[str]]:
    """Record a measurement inside a transaction already open; its id and the ids of the alerts that it raised."""
    measured = checked(kind, value, detail)
    line = known_resident(work.connection, resident_id)
    if to_local(when).date() < line.resident.details.date_of_birth:
        raise UserError("The time of the measurement must be after the resident's date of birth", field="at")
    entity, revised = rows.record(work, resident_id, measured, when)
    new = _New(kind, Reading(when, measured.value, measured.detail, entity), revised.id)
    return entity, _follow(work, session, line, new)


def entered_in_error(session: Session, observation_id: str, *, reason: str) -> Changes:
    """Say that a measurement should not have been recorded; it leaves its series and stays in the record.

    One that an assessment took is corrected by amending the assessment. Raises UserError.
    """
    require(session, Action.RECORD_ASSESSMENT)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        found = revisions.revisions(work.connection, observation_id)
        if not found or found[-1].kind != rows.KIND:
            raise UserError("This measurement is not in the records", field="observation")
        last = found[-1]
        if last.state == rows.IN_ERROR:
            raise UserError("This measurement was marked as entered in error already", field="observation")
        person = ResidentId(last.body["resident_id"])
        rows.mark_in_error(work, person, observation_id, last.valid_at, last.body, reason.strip())
        alerts.withdraw(work, session, observation_id, reason.strip())
        if last.body["kind"] == "bowel_type":
            _withdraw_stools(work, session, person, reason.strip())
    return changes("observation", "alert", "outbox", "resident", resident=person)


def series(
    session: Session,
    resident_id: ResidentId,
    wanted: Sequence[str],
    first: datetime | None = None,
    last: datetime | None = None,
) -> Mapping[str, tuple[Reading, ...]]:
    """The series of the kinds, oldest first, between the instants (both included) when they are given.

    Part of a resident's record that is open already, so that reading it is not another view.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return {kind: rows.series(connection, resident_id, kind, first, last) for kind in wanted}


def weight_before(session: Session, resident_id: ResidentId, at: datetime) -> Decimal | None:
    """The highest weight (kg) of the six months before the instant, which is what MUST compares with; None without one.

    The highest in the window and not the oldest, so that a loss is never hidden by a later gain (BAPEN).
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        found = rows.series(connection, resident_id, "weight_kg", at - timedelta(days=183), at)
    return max((each.value for each in found if each.value is not None), default=None)


# ------------------------------------------------------------------------------------------------------ the charts


def board(
    session: Session,
    resident_id: ResidentId,
    since: datetime | None = None,
    *,
    again: bool = False,
    parts: Collection[str] | None = None,
) -> Shown:
    """The charts of a resident's measurements since the instant (all of them without one), read in one transaction.

    With ``parts`` only those are read, for a screen that shows one of them before the years of the others are there.
    Opening is audited as a view of the record; reading ``again``, for the same screen, is not another one. Raises
    UserError for a resident who is not in the records.
    """
    require(session, Action.VIEW_RESIDENTS)
    wanted = None if parts is None else frozenset(parts)
    if again:
        with session.read() as connection:
            return _shown(session, connection, resident_id, since, wanted)
    with session.look() as work:
        found = _shown(session, work.connection, resident_id, since, wanted)
        work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": "observations"})
        return found


def paper(session: Session, resident_id: ResidentId, parts: Collection[str], since: datetime | None = None) -> bytes:
    """The charts of the parts (of :data:`~app.domain.observation_board.PARTS`) as a PDF, each with its table.

    Printing is audited. Raises UserError when no part is named, or one that there is not.
    """
    from app.reports.observations import ObservationsPaper, observations_pdf

    require(session, Action.PRINT_PACK)
    wanted = tuple(part for part in PARTS if part in parts)
    if not wanted or set(parts) - set(PARTS):
        raise UserError("Choose at least one chart", field="parts")
    with session.look() as work:
        found = _shown(session, work.connection, resident_id, since, frozenset(wanted))
        work.audit("print", "observations", resident_id, resident_id=resident_id, detail={"parts": ", ".join(wanted)})
        content = ObservationsPaper(
            details=found.resident.details,
            home=session.home.name,
            practice=session.home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
            board=found.board,
            parts=wanted,
        )
    made: bytes = observations_pdf(content)
    return made


def _shown(
    session: Session,
    connection: Connection,
    resident_id: ResidentId,
    since: datetime | None,
    parts: frozenset[str] | None,
) -> Shown:
    line = known_resident(connection, resident_id)
    now = session.now()
    asked = _Asked(connection, resident_id, now, day_begins(since) if since else None)
    content: dict[str, Any] = {}
    for part in PARTS:
        if parts is None or part in parts:
            content |= _READERS[part](asked, session, line.resident)
    return Shown(
        line.resident,
        line.status(now),
        Board(now=now, since=asked.first, read=parts, **content),
        _entries(session, connection, resident_id, asked.first),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose measurements, and from when: a day is shown whole or not at all."""

    connection: Connection
    resident_id: ResidentId
    now: datetime
    first: datetime | None

    def read(self, kind: str) -> tuple[Reading, ...]:
        return rows.series(self.connection, self.resident_id, kind, self.first, self.now)

    def inside(self, readings: Sequence[Reading]) -> list[Reading]:
        return [each for each in readings if self.first is None or each.at >= self.first]


def _read_news2(asked: _Asked, session: Session, _: Resident) -> dict[str, object]:
    return {
        "sets": _sets(asked.connection, asked.resident_id, asked.first),
        "usual": _usual(session, asked.connection, asked.resident_id),
    }


def _read_weight(asked: _Asked, _: Session, __: Resident) -> dict[str, object]:
    """Every weight, because a loss looks further back than the period does."""
    weights = rows.series(asked.connection, asked.resident_id, "weight_kg", None, asked.now)
    return {
        "weights": tuple(Point(each.at, each.value, each.detail) for each in asked.inside(weights)),
        "losses": losses(weights, to_local(asked.now).date()) if weights else {},
        "must": _scores(asked.connection, asked.resident_id, "must", asked.first),
    }


def _read_pressure(asked: _Asked, _: Session, __: Resident) -> dict[str, object]:
    return {"pressures": _pressures(asked.connection, asked.resident_id, asked.first)}


def _read_fluids(asked: _Asked, _: Session, person: Resident) -> dict[str, object]:
    target, limit = _fluid_aim(asked.connection, person)
    return {
        "fluids": fluid_days(asked.read("fluid_in_ml"), asked.read("fluid_out_ml"), care_day(asked.now)[0]),
        "target": target,
        "limit": limit,
        "low_fluid": _is_low(asked.connection, asked.resident_id, asked.now, restricted=limit is not None),
    }


def _read_bowels(asked: _Asked, _: Session, __: Resident) -> dict[str, object]:
    """The state of the chart looks at the last weeks, be the period shorter or longer."""
    lately = rows.series(asked.connection, asked.resident_id, "bowel_type", asked.now - _STOOLS_BACK, asked.now)
    return {
        "bowels": bowel_days(asked.read("bowel_type"), care_day(asked.now)[0]),
        "bowel_state": _bowel_state(lately, asked.now),
    }


def _read_pain(asked: _Asked, _: Session, __: Resident) -> dict[str, object]:
    return {
        "pain": _alone(asked.connection, asked.resident_id, "pain_nrs", asked.first),
        "painad": _scores(asked.connection, asked.resident_id, "painad", asked.first),
        "abbey": _scores(asked.connection, asked.resident_id, "abbey", asked.first),
    }


def _read_glucose(asked: _Asked, _: Session, __: Resident) -> dict[str, object]:
    return {"glucose": _alone(asked.connection, asked.resident_id, "glucose_mmol", asked.first)}


_READERS: Mapping[str, Callable[[_Asked, Session, Resident], dict[str, object]]] = {
    "news2": _read_news2,
    "weight": _read_weight,
    "pressure": _read_pressure,
    "fluids": _read_fluids,
    "bowels": _read_bowels,
    "pain": _read_pain,
    "glucose": _read_glucose,
}


def _sets(connection: Connection, resident_id: ResidentId, first: datetime | None) -> tuple[ObservationSet, ...]:
    """NEWS2 as it was signed: the figures from their series, which is quick, and the result from the list."""
    figures: dict[str, dict[str, Reading]] = {}
    for kind in _VITALS:
        for reading in rows.series(connection, resident_id, kind, first):
            figures.setdefault(reading.id, {})[kind] = reading
    found = []
    for line in assessment_rows.since(connection, resident_id, "news2", first):
        known = figures.get(line.id, {})
        oxygen, awake, temp = (known.get(kind) for kind in ("on_oxygen", "consciousness", "temp_c"))
        total, note = (int(line.score) if line.score is not None else None), ""
        if not line.complete:
            total, note = _part(connection, line)
        found.append(
            ObservationSet(
                line.at,
                **{kind: _whole(known.get(kind)) for kind in ("resp_rate", "spo2", "spo2_scale", "systolic", "pulse")},
                on_oxygen=oxygen.value == 1 if oxygen is not None else None,
                consciousness=awake.detail if awake is not None else None,
                temp_c=temp.value if temp is not None else None,
                total=total,
                band=line.band,
                at_least=not line.complete and total is not None,
                note=note,
            )
        )
    return tuple(found)


def _part(connection: Connection, line: assessment_rows.AssessmentLine) -> tuple[int | None, str]:
    """Of an incomplete set what is certain (only where that settles the band), and why the rest could not be had."""
    revision = revisions.revision(connection, line.revision_id)
    if revision is None or revision.body is None:
        return None, ""
    points = [n for n in revision.body["outcome"]["parts"].values() if isinstance(n, int)]
    reasons = dict.fromkeys(Unable(code).words for code in revision.body.get("unable", {}).values())
    return (sum(points) if line.band == "high" else None), ", ".join(reasons)


def _whole(reading: Reading | None) -> int | None:
    return int(reading.value) if reading is not None and reading.value is not None else None


def _usual(session: Session, connection: Connection, resident_id: ResidentId) -> ObservationSet | None:
    found = assessments.usual_news2(session, connection, resident_id)
    if found is None:
        return None
    given = found.answers
    kinds_given = {kind: given[kind] for kind in _VITALS if given.get(kind) is not None}
    score = found.outcome.score
    return ObservationSet(
        found.row.at, total=int(score) if score is not None else None, band=found.outcome.band,
        **kinds_given,  # type: ignore[arg-type]
    )  # fmt: skip


def _scores(
    connection: Connection, resident_id: ResidentId, instrument: str, first: datetime | None
) -> tuple[Point, ...]:
    return tuple(
        Point(line.at, Decimal(line.score), registry.band_label(instrument, line.band))
        for line in assessment_rows.since(connection, resident_id, instrument, first)
        if line.score is not None
    )


def _alone(connection: Connection, resident_id: ResidentId, kind: str, first: datetime | None) -> tuple[Point, ...]:
    """Of pain only what was asked by itself: that of a wound belongs to the wound."""
    found = rows.alone(connection, resident_id, kind, first)
    return tuple(Point(each.at, each.value, each.detail) for each in reversed(found))


def _pressures(connection: Connection, resident_id: ResidentId, first: datetime | None) -> tuple[Pressure, ...]:
    taken: dict[str, dict[str, int]] = {}
    when: dict[str, datetime] = {}
    for kind in _STANDING:
        for reading in rows.series(connection, resident_id, kind, first):
            if reading.value is not None:
                taken.setdefault(reading.id, {})[kind] = int(reading.value)
                when[reading.id] = reading.at
    pairs = []
    for name, figures in taken.items():
        standing = [
            (figures[f"standing_{minute}_sbp"], figures.get(f"standing_{minute}_dbp"))
            for minute in ("1min", "3min")
            if f"standing_{minute}_sbp" in figures
        ]
        lowest = min(standing, key=lambda pair: pair[0], default=(None, None))
        pairs.append(Pressure(when[name], figures.get("lying_sbp"), figures.get("lying_dbp"), *lowest))
    return tuple(sorted(pairs, key=lambda pair: instant(pair.at)))


def _entries(
    session: Session, connection: Connection, resident_id: ResidentId, first: datetime | None
) -> tuple[Single, ...]:
    found = [
        (kind.code, each)
        for kind in kinds()
        for each in rows.alone(connection, resident_id, kind.code, first, _ENTRIES)
    ]
    newest = sorted(found, key=lambda pair: (pair[1].at, pair[1].id), reverse=True)[:_ENTRIES]
    authors = rows.by_whom(connection, [each.id for _, each in newest])
    return tuple(
        Single(each.id, kind, each.at, each.value, each.detail, session.person(authors.get(each.id, "")))
        for kind, each in newest
    )


# -------------------------------------------------------------------------------------- what a measurement calls for


@dataclass(frozen=True, slots=True)
class _New:
    """What was just recorded, with its revision."""

    kind: str
    reading: Reading
    revision_id: str


def _follow(
    work: Work, session: Session, line: resident_rows.ResidentLine, new: _New, once_since: datetime | None = None
) -> frozenset[str]:
    """Raise what the charts call for now, and nobody has been called for yet; the ids of the alerts.

    With ``once_since`` an alert that was raised since then is not raised again, even when it has been closed.
    """
    person, now = line.resident, session.now()
    found: list[tuple[str, datetime | None, Outcome]] = []
    found += _stool_flags(work.connection, line, new, now)
    if new.kind == "fluid_in_ml":
        found += _fluid_flags(work.connection, person, new, now)
    raised = set()
    known = alert_rows.alerts(work.connection, resident_id=person.id) if found else ()
    for flag, since, outcome in found:
        for rule in alerts_for_flags(outcome.instrument, (flag,)):
            if not _is_known(known, rule, since or once_since):
                raised.add(
                    alerts.raise_alert(
                        work, session, person, rule, outcome, new.reading.id, new.revision_id, new.reading.at
                    )
                )
    return frozenset(raised)


def follow_stool(work: Work, session: Session, line: resident_rows.ResidentLine) -> frozenset[str]:
    """What the bowel chart calls for after a stool was signed as an assessment, or marked as an error; the ids of the
    alerts. Part of signing, inside its transaction."""
    last = next(iter(rows.newest(work.connection, line.resident.id, "bowel_type")), None)
    found = revisions.revisions(work.connection, last.id) if last is not None else ()
    if last is None or not found:
        return frozenset()
    return _follow(work, session, line, _New("bowel_type", last, found[-1].id), once_since=last.at)


def _withdraw_stools(work: Work, session: Session, person: ResidentId, reason: str) -> None:
    """Take back what other stools called out that does not hold any more without the one that was an error, judged as
    of their own time."""
    now = session.now()
    stools = {each.id: each for each in rows.series(work.connection, person, "bowel_type", now - _STOOLS_BACK, now)}
    raised: dict[str, list[str]] = {}
    for line in alert_rows.alerts(work.connection, resident_id=person, standing_only=True):
        if line.body.kind == AlertKind.BOWELS and line.assessment_id in stools:
            raised.setdefault(line.assessment_id, []).append(line.body.title)
    moved = [each for each in map(motion, stools.values()) if each is not None]
    for name, titles in raised.items():
        flags = (finding.flag for finding in bowels.chart(moved, stools[name].at).findings)
        if not {rule.title for rule in alerts_for_flags("bristol", flags)} & set(titles):
            alerts.withdraw(work, session, name, reason)


def _is_known(known: Sequence[alert_rows.AlertLine], rule: AlertRule, since: datetime | None) -> bool:
    """Whether the alert stands, or was raised since the instant for the same thing and has been closed."""
    return any(
        (line.standing or (since is not None and line.body.raised_at >= since))
        and (line.body.kind, line.body.title) == (rule.kind.value, rule.title)
        for line in known
    )


def _stool_flags(
    connection: Connection, line: resident_rows.ResidentLine, new: _New, now: datetime
) -> list[tuple[str, datetime | None, Outcome]]:
    """What the bowel chart says. A loose stool, an overflow and blood are called out by the stool itself; the days
    without one by whatever is recorded next, once since the last stool, unless the resident was away meanwhile."""
    stools = rows.series(connection, line.resident.id, "bowel_type", now - _STOOLS_BACK, now)
    state = _bowel_state(stools, now)
    if state is None:
        return []
    last = next(each for each in reversed(stools) if each.value is not None)
    outcome = registry.score("bristol", {"type": int(last.value or 0)}, to_local(last.at).date())
    flags = {finding.flag for finding in state.findings}
    found: list[tuple[str, datetime | None, Outcome]] = []
    if new.kind == "bowel_type":
        own = motion(new.reading)
        if own is not None and own.type >= 6:
            found += [(flag, None, outcome) for flag in (bowels.LOOSE.flag, bowels.OVERFLOW.flag) if flag in flags]
        if own is not None and own.blood_or_black and bowels.BLOOD.flag in flags:
            found.append((bowels.BLOOD.flag, None, outcome))
    elif bowels.NOT_OPEN.flag in flags and not _was_away(line, last.at, now):
        found.append((bowels.NOT_OPEN.flag, last.at, outcome))
    return found


def _was_away(line: resident_rows.ResidentLine, first: datetime, last: datetime) -> bool:
    return any(each.since < last and (each.until is None or each.until > first) for each in line.absences)


def _fluid_flags(
    connection: Connection, person: Resident, new: _New, now: datetime
) -> list[tuple[str, datetime | None, Outcome]]:
    """More than the limit in the day of the entry, once a day; two low days running, once on the day after them."""
    limit = _fluid_aim(connection, person)[1]
    sex = _SEXES.get(person.details.gender)
    day, today = care_day(new.reading.at)[0], care_day(now)[0]
    if limit is not None:
        taken = taken_on(_fluid_since(connection, person.id, day_begins(new.reading.at), now), day)
        if taken <= limit or (today - day).days > 1:
            return []
        return [(fluid.OVER_RESTRICTION, day_begins(new.reading.at), _fluid_outcome(sex, taken, limit, day))]
    if not _is_low(connection, person.id, now, restricted=False):
        return []
    yesterday = today - timedelta(days=1)
    taken = taken_on(_fluid_since(connection, person.id, now - timedelta(days=2), now), yesterday)
    return [(fluid.LOW_TWO_DAYS, day_begins(now), _fluid_outcome(sex, taken, None, yesterday))]


def _fluid_outcome(sex: str | None, taken: int, limit: int | None, day: date) -> Outcome:
    given = {"intake_ml": min(taken, _MOST_ML), "sex": sex, "fluid_restricted_to_ml": limit}
    return registry.score("fluid", {key: value for key, value in given.items() if value is not None}, day)


def _fluid_since(connection: Connection, resident_id: ResidentId, first: datetime, last: datetime) -> tuple[Day, ...]:
    return fluid_days(rows.series(connection, resident_id, "fluid_in_ml", day_begins(first), last), ())


def _is_low(connection: Connection, resident_id: ResidentId, now: datetime, *, restricted: bool) -> bool:
    days = _fluid_since(connection, resident_id, now - timedelta(days=3), now)
    return low_for_two_days(days, now, restricted=restricted)


def _fluid_aim(connection: Connection, person: Resident) -> tuple[int | None, int | None]:
    """The target and the limit in ml a day: the newest fluid assessment's limit, else the target of the sex."""
    line = next(iter(assessment_rows.latest(connection, person.id, "fluid")), None)
    revision = revisions.revision(connection, line.revision_id) if line else None
    answers = revision.body["answers"] if revision is not None and revision.body is not None else {}
    limit = answers.get("fluid_restricted_to_ml")
    if limit is not None:
        return None, int(limit)
    return fluid.TARGETS_ML.get(_SEXES.get(person.details.gender) or answers.get("sex", "")), None


def _bowel_state(stools: Sequence[Reading], now: datetime) -> bowels.BowelChart | None:
    """The bowel chart as it stands; None when none is kept: there has been no stool in it for two weeks."""
    moved = [each for each in map(motion, stools) if each is not None]
    if not moved or now - moved[-1].at > _KEPT:
        return None
    return bowels.chart(moved, now)
