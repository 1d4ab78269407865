"""Following a resident to hospital and back: the journey, its check points, its bag, what came back and what it counts.

A journey begins with the first pack. Leaving the home begins an absence, so that the premium counts the nights; coming
back ends it. The bag follows the check points at which somebody said that it was there, and can be moved by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.domain import bags as bag_rules
from app.domain import journeys as domain
from app.domain import transfer
from app.domain.bags import Bag, BagState
from app.domain.dates import LONDON, to_utc
from app.domain.errors import UserError
from app.domain.fact_rules import check_fact
from app.domain.journeys import (
    Counts,
    Item,
    Journey,
    JourneyKind,
    Stage,
    Step,
    StepKind,
    Waiting,
)
from app.domain.people import Absence, FactId, FactKind, ResidentDetails, ResidentId, RevisionId, Stay
from app.models import bags as bag_rows
from app.models import journeys as rows
from app.models import residents as resident_rows
from app.models import revisions
from app.models import transfers as transfer_rows
from app.models.journeys import JourneyLine
from app.models.store import Work
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_RECENT = timedelta(days=14)
_SAME_JOURNEY = timedelta(hours=12)
_KINDS = ("journey", "bag", "fact", "resident")


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """A journey in a list: who, how far, what waits (the most pressing first). ``packs`` are the versions printed."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    resident_name: str
    room: str
    born: date
    journey: Journey
    stage: Stage
    waiting: tuple[Waiting, ...]
    packs: tuple[int, ...]
    in_error: bool

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.journey.ending is None and not self.in_error


@dataclass(frozen=True, slots=True)
class BagRow:
    """A bag in the list, and who has it when it is out."""

    id: str
    bag: Bag
    resident_name: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """Who is away or about to go, who came back lately, and where the bags are."""

    now: datetime
    open: tuple[JourneyRow, ...]
    recent: tuple[JourneyRow, ...]
    bags: tuple[BagRow, ...]
    bags_wanted: int


@dataclass(frozen=True, slots=True)
class JourneyVersion:
    """What was recorded of a journey before: when, by whom, why."""

    revision_id: RevisionId
    recorded_at: datetime
    by: str
    state: str
    reason: str
    journey: Journey


@dataclass(frozen=True, slots=True)
class Saved:
    """A journey or a bag was recorded. ``warnings`` are words about what does not fit and was recorded all the same."""

    id: str
    changes: Changes
    warnings: tuple[str, ...] = ()


# ----------------------------------------------------------------------------------------------------------- reading


def board(session: Session) -> Board:
    """Everything the hospital page shows."""
    require(session, Action.VIEW_RESIDENTS)
    now = session.now()
    with session.read() as connection:
        still = _rows(connection, rows.open_ones(connection))
        began = rows.between(connection, now - timedelta(days=400), now + timedelta(days=1))
        ended = [line for line in began if line.journey.ending is not None]
        listed = [line for line in ended if line.journey.ending and line.journey.ending.at > now - _RECENT]
        waits = [line for line in ended if line not in listed and domain.waiting(line.journey)]
        recent = _rows(connection, sorted([*listed, *waits], key=_ended, reverse=True))
        bags = _bags(connection)
    pressing = sorted(still, key=lambda row: (not any(w.is_late(now) for w in row.waiting), row.journey.started_at))
    return Board(now, tuple(pressing), recent, bags, bag_rules.bags_wanted(session.home.beds))


def journey(session: Session, journey_id: str, *, again: bool = False) -> JourneyRow:
    """One journey whole. Looking is audited, unless the same screen reads it ``again``."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, journey_id)
        if not again:
            work.audit("view", rows.KIND, journey_id, resident_id=line.resident_id)
        return _rows(work.connection, (line,))[0]


def of_resident(session: Session, resident_id: ResidentId) -> tuple[JourneyRow, ...]:
    """A resident's journeys, the latest first, those entered in error too."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _rows(connection, rows.of_resident(connection, resident_id))


def versions(session: Session, journey_id: str) -> tuple[JourneyVersion, ...]:
    """What was ever recorded of a journey, newest first. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, journey_id)
        work.audit("view", "history", journey_id, resident_id=line.resident_id, detail={"of": rows.KIND})
        return tuple(
            JourneyVersion(
                RevisionId(each.id), each.recorded_at, session.person(each.author), each.state, each.reason,
                rows.taken_apart(each.body),
            )
            for each in reversed(revisions.revisions(work.connection, journey_id))
            if each.body is not None
        )  # fmt: skip


def bags(session: Session) -> tuple[BagRow, ...]:
    """Every bag by number, with who has it."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _bags(connection)


def outcomes(session: Session, first: date, last: date) -> Counts:
    """What the journeys that began from ``first`` to ``last``, both days included, add up to."""
    require(session, Action.VIEW_RESIDENTS)
    if last < first:
        raise UserError("The last day must not be before the first", field="last")
    with session.read() as connection:
        found = rows.between(connection, _midnight(first), _midnight(last + timedelta(days=1)))
    return domain.counts((line.journey for line in found), session.now())


# --------------------------------------------------------------------------------------------------------- recording


def begin(
    session: Session, work: Work, resident_id: ResidentId, reason: transfer.TransferReason, kind: JourneyKind
) -> JourneyLine:
    """The journey that a pack is made for, inside its transaction: the one that is open, or a new one.

    What the reason says about the journey (bag, destination, escort, the call of 999) is written into it.
    """
    known = rows.open_of(work.connection, resident_id)
    if known is not None and known.journey.stage is Stage.PREPARING:
        # Papers of yesterday that nobody used belong to a journey of their own, which still waits to be ended.
        known = known if session.now() - known.journey.started_at < _SAME_JOURNEY else None
    line = known.journey if known else Journey(kind, session.now())
    told = replace(
        line,
        why=_said(reason.situation) or line.why,
        destination=_said(reason.destination) or line.destination,
        escort=_said(reason.escort) or line.escort,
        bag=_named_bag(work, reason.bag, session.now()) or line.bag,
    )
    called = _called(reason)
    if called is not None and not told.step(StepKind.CALLED) and called <= session.now():
        told = replace(told, started_at=min(told.started_at, called))
        told = domain.with_step(told, Step(StepKind.CALLED, called), session.now())
    if known is not None and told == known.journey:
        return known
    return rows.save(
        work, resident_id, told, journey_id=known.id if known else None, action="change" if known else "add"
    )


def record(session: Session, journey_id: str, step: Step) -> Saved:
    """Record a step. Absence, stay and bag follow it in the same transaction. UserError with a problem a field."""
    require(session, Action.FOLLOW_TRANSFER)
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        after = domain.with_step(line.journey, step, session.now())
        return _follow(work, line, after, step)


def correct(
    session: Session,
    journey_id: str,
    journey: Journey,
    *,
    reason: str,
) -> Saved:
    """Record the journey as it really was (its kind, places, steps), with the reason. What was said before stays
    readable; the absence is put right. Items, losses and the return checklist are kept as they are."""
    require(session, Action.FOLLOW_TRANSFER)
    why = _reason(reason)
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        checked = domain.with_steps(replace(journey, absence=line.journey.absence), journey.steps, session.now())
        after = replace(checked, items=line.journey.items, losses=line.journey.losses, back=line.journey.back)
        return _follow(work, line, after, None, reason=why)


def entered_in_error(session: Session, journey_id: str, *, reason: str) -> Saved:
    """Say that a journey should not have been recorded. Its absence goes with it; its packs stay readable."""
    require(session, Action.FOLLOW_TRANSFER)
    why = _reason(reason)
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        if line.journey.absence:
            old = resident_rows.fact(work.connection, FactId(line.journey.absence))
            if old is not None and not old.in_error:
                resident_rows.save_fact(work, line.resident_id, old.id, old.body, reason=why, in_error=True)
        if line.journey.bag and line.open:
            _bag_to(work, line, BagState.IN_HOME, session.now())
        rows.mark_in_error(work, line, why)
    return Saved(journey_id, _changed(line.resident_id))


def set_items(session: Session, journey_id: str, items: Sequence[Item]) -> Saved:
    """Record what is in the bag, and after the return what came back; what is missing becomes a loss record."""
    require(session, Action.FOLLOW_TRANSFER)
    names = [item.name.strip() for item in items]
    if not all(names):
        raise UserError("Enter what it is", field="name")
    if len({name.casefold() for name in names}) != len(names):
        raise UserError("The same thing is listed twice", field="name")
    if any(item.out < 0 or (item.back is not None and item.back < 0) for item in items):
        raise UserError("How many must be 0 or more", field="out")
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        after = replace(line.journey, items=tuple(replace(i, name=n) for i, n in zip(items, names, strict=True)))
        lost = domain.missing_items(after, session.now())
        after = replace(after, losses=(*after.losses, *lost))
        rows.save(work, line.resident_id, after, journey_id=line.id, action="change")
    words = tuple(f"Missing: {loss.quantity} × {loss.item}" for loss in lost)
    return Saved(journey_id, _changed(line.resident_id), words)


def follow_loss(session: Session, journey_id: str, item: str, *, told: str, outcome: str, note: str = "") -> Saved:
    """Record whom the home told about a loss, and how it ended (a key of ``LOSS_OUTCOMES``; empty: still open)."""
    require(session, Action.FOLLOW_TRANSFER)
    if outcome and outcome not in domain.LOSS_OUTCOMES:
        raise UserError("Choose how it ended", field="outcome")
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        if not any(loss.item == item for loss in line.journey.losses):
            raise UserError("This is not among the losses", field="item")
        closed = session.now() if outcome else None
        losses = tuple(
            replace(loss, told=told.strip(), outcome=outcome, note=note.strip() or loss.note, closed_at=closed)
            if loss.item == item
            else loss
            for loss in line.journey.losses
        )
        rows.save(work, line.resident_id, replace(line.journey, losses=losses), journey_id=line.id, action="change")
    return Saved(journey_id, _changed(line.resident_id))


# -------------------------------------------------------------------------------------------------------------- bags


def add_bag(session: Session, number: str, note: str = "") -> Saved:
    """Add a bag that is in the home. UserError when there is one with that number."""
    require(session, Action.FOLLOW_TRANSFER)
    tidy = bag_rules.tidy_number(number)
    with session.write() as work:
        like = bag_rows.numbered(work.connection, tidy)
        if like is not None:
            raise UserError(f"There is a bag {like.bag.number} already", field="number")
        line = bag_rows.save(work, Bag(tidy, BagState.IN_HOME, session.now(), note=note.strip()))
    return Saved(line.id, changes("bag"))


def move_bag(session: Session, bag_id: str, state: BagState, *, note: str = "") -> Saved:
    """Say where a bag is now: found, lost, back by itself, no longer used. UserError for what cannot be."""
    require(session, Action.FOLLOW_TRANSFER)
    with session.write() as work:
        line = bag_rows.bag(work.connection, bag_id)
        if line is None:
            raise UserError("This bag is not in the records", field="bag")
        bag_rules.check_move(line.bag, state)
        keeps = state in (BagState.OUT, BagState.AT_HOSPITAL, BagState.RETURNING, BagState.LOST)
        moved = replace(
            line.bag, state=state, since=session.now(), note=note.strip(),
            journey_id=line.bag.journey_id if keeps else "",
        )  # fmt: skip
        bag_rows.save(work, moved, bag_id=bag_id, action="move", reason=note.strip())
    return Saved(bag_id, changes("bag"))


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


def _bag_follows(work: Work, line: JourneyLine, before: Journey, step: Step) -> tuple[str, ...]:
    """Move the bag as the step says; words when it stayed behind."""
    state = _BAG_AFTER.get(step.kind)
    if not line.journey.bag or state is None:
        return ()
    if step.bag is False:
        if step.kind is StepKind.HOME_IN:
            _bag_to(work, line, BagState.AT_HOSPITAL, step.at)
            return (f"Bag {line.journey.bag} did not come back: it is recorded as still at the hospital",)
        return (f"Bag {line.journey.bag} was not with the resident: it is recorded where it was",)
    if step.kind is StepKind.DIED and not before.step(StepKind.HOME_OUT):
        state = BagState.IN_HOME
    _bag_to(work, line, state, step.at)
    return ()


def _bag_to(work: Work, line: JourneyLine, state: BagState, at: datetime) -> None:
    found = bag_rows.numbered(work.connection, line.journey.bag)
    if found is None or (found.bag.journey_id not in ("", line.id) and state is BagState.IN_HOME):
        return
    if found.bag.state is state and found.bag.journey_id == line.id:
        return
    kept = "" if state is BagState.IN_HOME else line.id
    bag_rows.save(work, replace(found.bag, state=state, since=at, journey_id=kept), bag_id=found.id, action="move")


def _named_bag(work: Work, said: transfer.Said[str], now: datetime) -> str:
    """The number of the bag that was named; a number that nobody has entered yet is entered, because it exists."""
    number = _said(said)
    if not number:
        return ""
    found = bag_rows.numbered(work.connection, number)
    if found is None:
        found = bag_rows.save(work, Bag(bag_rules.tidy_number(number[:30]), BagState.IN_HOME, now))
    return found.bag.number


# ----------------------------------------------------------------------------------------------------- what follows


def _follow(work: Work, line: JourneyLine, after: Journey, step: Step | None, *, reason: str = "") -> Saved:
    after = replace(after, absence=_absence(work, line, after, reason))
    saved = rows.save(
        work, line.resident_id, after, journey_id=line.id, action="correct" if reason else "step", reason=reason
    )
    words = _bag_follows(work, saved, line.journey, step) if step is not None else ()
    _stay_follows(work, line.resident_id, line.journey, after)
    _death_follows(work, line.resident_id, line.journey, after)
    return Saved(line.id, _changed(line.resident_id), words)


def _absence(work: Work, line: JourneyLine, after: Journey, reason: str) -> str:
    """Begin, end or put right the absence that counts the nights; the id of its fact, empty for none.

    An absence that somebody recorded by hand for the same days is taken over, so that no night counts twice.
    """
    wanted = after.away
    facts = resident_rows.facts(work.connection, line.resident_id)
    known = next((f for f in facts if f.id == line.journey.absence), None)
    if known is None and wanted is not None:
        known = next((f for f in facts if isinstance(f.body, Absence) and _meets(f.body, wanted)), None)
    if wanted is None:
        if known is not None and known.id == line.journey.absence:
            resident_rows.save_fact(
                work, line.resident_id, known.id, known.body, reason=reason or "Did not go", in_error=True
            )
        return ""
    since, until = wanted
    said = f"Hospital: {after.destination or after.place}" if after.destination or after.place else "Hospital"
    body = Absence(since, until, known.body.reason if known and isinstance(known.body, Absence) else said)
    if known is not None and known.body == body:
        return known.id
    others = tuple(f.body for f in facts if known is None or f.id != known.id)
    check_fact(body, others)
    why = "" if known is None else reason or "The journey to hospital was followed"
    return resident_rows.save_fact(work, line.resident_id, known.id if known else None, body, reason=why).id


def _meets(body: Absence, wanted: tuple[datetime, datetime | None]) -> bool:
    since, until = wanted
    return (body.until is None or since < body.until) and (until is None or body.since < until)


def _stay_follows(work: Work, resident_id: ResidentId, before: Journey, after: Journey) -> None:
    """Who moved to another home or died lives here no longer; a correction puts that right as well."""
    had, wanted = _leaves_for_good(before), _leaves_for_good(after)
    if had == wanted:
        return
    for fact in resident_rows.facts(work.connection, resident_id, FactKind.STAY):
        if isinstance(fact.body, Stay) and fact.body.until == had and fact.body.since <= after.started_at:
            ended = replace(fact.body, until=wanted)
            why = domain.STEP_LABELS[after.ending.kind] if after.ending and wanted else "The journey was corrected"
            resident_rows.save_fact(work, resident_id, fact.id, ended, reason=why)
            return


def _leaves_for_good(journey: Journey) -> datetime | None:
    ending = journey.ending
    return ending.at if ending is not None and ending.kind in (StepKind.OTHER_HOME, StepKind.DIED) else None


def _death_follows(work: Work, resident_id: ResidentId, before: Journey, after: Journey) -> None:
    had, wanted = before.when(StepKind.DIED), after.when(StepKind.DIED)
    details: ResidentDetails = known_resident(work.connection, resident_id).resident.details
    if had != wanted and details.died_at == had:
        why = "Died" if wanted else "The journey was corrected"
        resident_rows.save_resident(work, resident_id, replace(details, died_at=wanted), reason=why)


# ------------------------------------------------------------------------------------------------------- small parts


def _rows(connection: Connection, lines: Sequence[JourneyLine]) -> tuple[JourneyRow, ...]:
    found = []
    for line in lines:
        person = known_resident(connection, line.resident_id)
        details = person.resident.details
        packs = tuple(pack.version for pack in transfer_rows.of_journey(connection, line.id))
        waits = () if line.in_error else domain.waiting(line.journey)
        found.append(
            JourneyRow(
                line.id, line.revision_id, line.resident_id, details.banner_name, details.room, details.date_of_birth,
                line.journey, line.journey.stage, waits, packs, line.in_error,
            )
        )  # fmt: skip
    return tuple(found)


def _bags(connection: Connection) -> tuple[BagRow, ...]:
    found = []
    for line in bag_rows.bags(connection):
        name = ""
        if line.bag.journey_id and (journey := rows.journey(connection, line.bag.journey_id)) is not None:
            name = known_resident(connection, journey.resident_id).resident.details.banner_name
        found.append(BagRow(line.id, line.bag, name))
    return tuple(found)


def _ended(line: JourneyLine) -> datetime:
    return line.journey.ending.at if line.journey.ending else line.journey.started_at


def _existing(connection: Connection, journey_id: str) -> JourneyLine:
    line = rows.journey(connection, journey_id)
    if line is None:
        raise UserError("This journey is not in the records", field="journey")
    return line


def _sound(connection: Connection, journey_id: str) -> JourneyLine:
    line = _existing(connection, journey_id)
    if line.in_error:
        raise UserError("This journey was marked as entered in error", field="journey")
    return line


def _said(value: transfer.Said[str]) -> str:
    return value.strip() if isinstance(value, str) else ""


def _called(reason: transfer.TransferReason) -> datetime | None:
    """When 999 was rung, as far as it was said."""
    if isinstance(reason.called, transfer.Silence):
        return None
    times = [call.at for call in reason.called if "999" in call.who and not isinstance(call.at, transfer.Silence)]
    return min((to_utc(at) for at in times), default=None)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    return reason.strip()


def _midnight(day: date) -> datetime:
    return to_utc(datetime.combine(day, time(), LONDON))


def _changed(resident_id: ResidentId) -> Changes:
    return changes(*_KINDS, resident=resident_id)
