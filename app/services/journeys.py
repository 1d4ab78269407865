"""Following a resident to hospital and back: the journey, its check points, its bag, what came back and what it counts.

A journey begins with the first pack. Leaving the home begins an absence, so that the premium counts the nights; coming
back ends it. The bag follows the check points at which somebody said that it was there, and can be moved by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.domain import bags as bag_rules
from app.domain import journeys as domain
from app.domain import transfer
from app.domain.bags import STATE_LABELS, Bag, BagState
from app.domain.dates import LONDON, date_time, to_utc
from app.domain.errors import Problem, UserError
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
from app.domain.people import Absence, Fact, FactBody, FactKind, ResidentDetails, ResidentId, RevisionId, Stay
from app.models import bags as bag_rows
from app.models import journeys as rows
from app.models import residents as resident_rows
from app.models import restored, revisions
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
_LOOKED_BACK = timedelta(days=400)
_BAG_LATE = timedelta(days=3)
_NEAR = timedelta(hours=24)
"""An absence recorded by hand that begins this close to the leaving is the same one."""
_MADE = "Left the home for hospital"
_TAKEN = "Taken over by the journey to hospital"
_COUNTED = "Counted by the journey to hospital"
_GIVEN_BACK = "The journey to hospital does not count it any more"
_SAME_JOURNEY = domain.prepared_for(JourneyKind.EMERGENCY)
_KINDS = ("journey", "bag", "fact", "resident")


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """A journey in a list: who, how far, what waits (the most pressing first). ``packs`` are the versions printed,
    ``status`` whether the resident is here, away, has left or died."""

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
    details: ResidentDetails
    status: str

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
        still = _rows(connection, rows.open_ones(connection), now)
        began = rows.between(connection, now - _LOOKED_BACK, now + timedelta(days=1))
        ended = sorted((line for line in began if line.journey.ending is not None), key=_ended, reverse=True)
        recent = [
            row
            for row in _rows(connection, ended, now)
            if row.waiting or (row.journey.ending and row.journey.ending.at > now - _RECENT)
        ]
        bags = _bags(connection)
    pressing = sorted(still, key=lambda row: (not any(w.is_late(now) for w in row.waiting), row.journey.started_at))
    return Board(now, tuple(pressing), tuple(recent), bags, bag_rules.bags_wanted(session.home.beds))


def journey(session: Session, journey_id: str, *, again: bool = False) -> JourneyRow:
    """One journey whole. Looking is audited, unless the same screen reads it ``again``."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, journey_id)
        if not again:
            work.audit("view", rows.KIND, journey_id, resident_id=line.resident_id)
        return _rows(work.connection, (line,), session.now())[0]


def row_of(connection: Connection, line: JourneyLine, now: datetime) -> JourneyRow:
    """A journey as lists show it, inside a transaction already open."""
    return _rows(connection, (line,), now)[0]


def of_resident(session: Session, resident_id: ResidentId, *, looks: bool = False) -> tuple[JourneyRow, ...]:
    """A resident's journeys, the latest first, those entered in error too. ``looks`` audits that somebody looked at
    them; what another page of the resident shows of them is audited by that page."""
    require(session, Action.VIEW_RESIDENTS)
    if looks:
        with session.look() as work:
            known_resident(work.connection, resident_id)
            work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": "journeys"})
    with session.read() as connection:
        return _rows(connection, rows.of_resident(connection, resident_id), session.now())


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
    called = _called(reason)
    if called is not None and domain.is_planned(kind):
        kind = JourneyKind.EMERGENCY
    still = (line for line in rows.of_resident(work.connection, resident_id) if line.open)
    known = next((each for each in still if _belongs(each.journey, kind, called, session.now())), None)
    line = known.journey if known else Journey(kind, session.now())
    told = replace(
        line,
        kind=kind if called is not None and line.stage is Stage.PREPARING else line.kind,
        why=_said(reason.situation) or line.why,
        destination=_said(reason.destination) or line.destination,
        escort=_said(reason.escort) or line.escort,
        bag=_named_bag(work, reason.bag, session.now()) or line.bag,
    )
    if called is not None and not told.step(StepKind.CALLED) and called <= session.now():
        with suppress(UserError):  # a call that does not fit what is recorded must not keep anybody from the paper
            lately = told.started_at - called < _SAME_JOURNEY  # an older one (or a wrong date) did not begin this
            begun = replace(told, started_at=min(told.started_at, called)) if lately else told
            told = domain.with_step(begun, Step(StepKind.CALLED, called), session.now())
    if known is not None and told == known.journey:
        return known
    return rows.save(
        work, resident_id, told, journey_id=known.id if known else None, action="change" if known else "add"
    )


def _belongs(journey: Journey, kind: JourneyKind, called: datetime | None, now: datetime) -> bool:
    """Whether a pack made now is of this journey, which is open.

    Papers of yesterday that nobody used, and a stay after which 999 was called again, are journeys of their own: they
    still wait to be ended. What is planned is prepared days before, and an emergency before that day is none of it.
    """
    if journey.stage is Stage.PREPARING:
        changed = domain.is_planned(journey.kind) and not domain.is_planned(kind)
        return now - journey.started_at < (_SAME_JOURNEY if changed else domain.prepared_for(journey.kind))
    return called is None or journey.stage is Stage.ON_THE_WAY or called <= journey.steps[-1].at


def open_of(connection: Connection, resident_id: ResidentId, now: datetime) -> JourneyLine | None:
    """The journey that the resident is on or about to go on; papers of long ago that nobody used are none."""
    for line in rows.of_resident(connection, resident_id):
        if line.open and _belongs(line.journey, line.journey.kind, None, now):
            return line
    return None


def record(session: Session, journey_id: str, step: Step, *, bag: str = "") -> Saved:
    """Record a step. Absence, stay and bag follow it in the same transaction. UserError with a problem a field.

    ``bag`` is the number on the bag that goes, when none was named yet or it is another one.
    """
    require(session, Action.FOLLOW_TRANSFER)
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        after = domain.with_step(line.journey, step, session.now())
        if bag.strip():
            after = replace(after, bag=_named_bag(work, bag, session.now()))
        return _follow(work, line, after)


def correct(
    session: Session,
    journey_id: str,
    journey: Journey,
    *,
    reason: str,
    seen: RevisionId | None = None,
) -> Saved:
    """Record the journey as it really was (its kind, places, bag, steps), with the reason. What was said before stays
    readable; absence, stay, death and bag are put right. Items, losses and the return checklist are kept as they are.

    ``seen`` is the version that was corrected: refused when something has been recorded since, which would be undone.
    """
    require(session, Action.FOLLOW_TRANSFER)
    why = _reason(reason)
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        _still(line, seen)
        journey = replace(journey, bag=_named_bag(work, journey.bag, session.now()))
        checked = domain.with_steps(replace(journey, absence=line.journey.absence), journey.steps, session.now())
        after = replace(checked, items=line.journey.items, losses=line.journey.losses, back=line.journey.back)
        return _follow(work, line, after, reason=why)


def entered_in_error(session: Session, journey_id: str, *, reason: str) -> Saved:
    """Say that a journey should not have been recorded. What followed from it is put back as it was: the absence, the
    end of the stay, the death, the bag. Its packs stay readable."""
    require(session, Action.FOLLOW_TRANSFER)
    why = _reason(reason)
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        nothing = replace(line.journey, steps=())
        words = _stay_follows(work, line.resident_id, line.journey, nothing)
        words += _absence(work, line, nothing, why)[1]
        words += _death_follows(work, line.resident_id, line.journey, nothing)
        words += _bag_follows(work, line, nothing, session.now())
        rows.mark_in_error(work, line, why)
    return Saved(journey_id, _changed(line.resident_id), words)


def set_items(session: Session, journey_id: str, items: Sequence[Item], *, seen: RevisionId | None = None) -> Saved:
    """Record what is in the bag, and after the return what came back; what is missing becomes a loss record, and what
    is there after all closes one. ``seen`` as in :func:`correct`: the list is written whole."""
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
        _still(line, seen)
        after = replace(line.journey, items=tuple(replace(i, name=n) for i, n in zip(items, names, strict=True)))
        after = replace(after, losses=domain.losses_after(after, session.now()))
        if after != line.journey:
            rows.save(work, line.resident_id, after, journey_id=line.id, action="change")
    words = tuple(
        f"Missing: {loss.quantity} × {loss.item}" if loss.open else f"Found: {loss.item}"
        for loss in after.losses
        if loss not in line.journey.losses
    )
    return Saved(journey_id, _changed(line.resident_id), words)


def follow_loss(
    session: Session, journey_id: str, item: str, *, told: str, outcome: str, note: str = "",
    noticed_at: datetime | None = None,
) -> Saved:  # fmt: skip
    """Record whom the home told about a loss, and how it ended (a key of ``LOSS_OUTCOMES``; empty: still open).

    ``noticed_at`` says which loss of the thing, when it went missing more than once; without it the one that is still
    looked for, or else the last. What is found or was never missing stands on the list as come back.
    """
    require(session, Action.FOLLOW_TRANSFER)
    if outcome and outcome not in domain.LOSS_OUTCOMES:
        raise UserError("Choose how it ended", field="outcome")
    with session.write() as work:
        line = _sound(work.connection, journey_id)
        named = [loss for loss in line.journey.losses
                 if loss.item == item and noticed_at in (None, loss.noticed_at)]  # fmt: skip
        if not named:
            raise UserError("This is not among the losses", field="item")
        which = next((loss for loss in named if loss.open), named[-1])
        if not outcome and not which.open and any(loss.open for loss in line.journey.losses if loss.item == item):
            raise UserError(f"{item} is missing again: follow the later loss", field="outcome")
        closed = which.closed_at if outcome == which.outcome else session.now() if outcome else None
        said = replace(
            which, told=told.strip(), outcome=outcome, note=note.strip() or which.note, closed_at=closed
        )  # fmt: skip
        after = domain.with_loss(line.journey, which, said)
        if after != line.journey:
            rows.save(work, line.resident_id, after, journey_id=line.id, action="change")
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


def _bag_follows(work: Work, line: JourneyLine, after: Journey, now: datetime) -> tuple[str, ...]:
    """Bring the bag to where the journey has brought it; words when it stays where somebody else has put it.

    A bag that another journey which goes on has, that is lost or no longer used, or that came home by itself, is moved
    only by a step at which somebody saw it.
    """
    before = line.journey
    if before.bag and before.bag != after.bag:
        _let_go(work, line, now)
    found = bag_rows.numbered(work.connection, after.bag) if after.bag else None
    if found is None:
        return ()
    bag, wanted = found.bag, domain.bag_after(after)
    had = domain.bag_after(before) if before.bag == after.bag else None
    if wanted is None:
        if bag.journey_id == line.id and bag.state not in _BY_HAND:
            _put(work, found, BagState.IN_HOME, now, "")
        return ()
    new = [step for step in after.steps if step not in before.steps]
    stayed = _stayed_words(new, bag, wanted)
    seen = any(step.bag is True and step.at >= bag.since and domain.moves_bag(step.kind) for step in new)
    if wanted == had:
        if not seen or bag.state is wanted[0]:
            return stayed
        wanted = wanted[0], max(step.at for step in new)  # it was elsewhere meanwhile, and has been seen again
    other = rows.journey(work.connection, bag.journey_id) if bag.journey_id not in {"", line.id} else None
    if other is not None and other.open and not seen:
        return (f"Bag {bag.number} is recorded with {_name(work.connection, other)}: it stays recorded there",)
    ours = had is None or bag.journey_id == line.id or (bag.state, bag.since) == had
    if not seen and (bag.state in _BY_HAND or not ours):
        if bag.state is wanted[0]:
            return ()
        return (f"Bag {bag.number} is recorded as {STATE_LABELS[bag.state].lower()}: it stays recorded so",)
    _put(work, found, wanted[0], wanted[1], "" if wanted[0] is BagState.IN_HOME else line.id)
    if other is not None and other.open:
        return (*stayed, f"Bag {bag.number} was recorded with {_name(work.connection, other)}. Look which bag is where")
    return stayed


_BY_HAND = frozenset({BagState.LOST, BagState.RETIRED})


def _stayed_words(new: Sequence[Step], bag: Bag, wanted: tuple[BagState, datetime]) -> tuple[str, ...]:
    if not any(step.bag is False for step in new):
        return ()
    if any(step.kind is StepKind.HOME_IN for step in new) and wanted[0] is BagState.AT_HOSPITAL:
        return (f"Bag {bag.number} did not come back: it is recorded as still at the hospital",)
    return (f"Bag {bag.number} was not with the resident: it is recorded where it was",)


def _let_go(work: Work, line: JourneyLine, now: datetime) -> None:
    """The bag that was named before was not on this journey: it is in the home, unless somebody put it elsewhere."""
    found = bag_rows.numbered(work.connection, line.journey.bag)
    if found is not None and found.bag.journey_id == line.id and found.bag.state not in _BY_HAND:
        _put(work, found, BagState.IN_HOME, now, "")


def _put(work: Work, found: bag_rows.BagLine, state: BagState, since: datetime, journey_id: str) -> None:
    moved = replace(found.bag, state=state, since=since, journey_id=journey_id, note="")
    if moved != found.bag:
        bag_rows.save(work, moved, bag_id=found.id, action="move")


def _named_bag(work: Work, said: transfer.Said[str], now: datetime) -> str:
    """The number of the bag that was named; a number that nobody has entered yet is entered, because it exists."""
    number = bag_rules.kept_number(_said(said))
    if not number:
        return ""
    found = bag_rows.numbered(work.connection, number)
    if found is None:
        found = bag_rows.save(work, Bag(number, BagState.IN_HOME, now))
    return found.bag.number


# ----------------------------------------------------------------------------------------------- on paper


def custody_paper(session: Session, journey_id: str) -> bytes:
    """Who had the bag and what was in it, so far, as a PDF. Printing is audited."""
    from app.reports.custody import CustodyPaper, custody_pdf
    from app.reports.resident_paper import Stamp

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = _sound(work.connection, journey_id)
        work.audit("print", rows.KIND, journey_id, resident_id=line.resident_id)
        row = _rows(work.connection, (line,), session.now())[0]
        found = bag_rows.numbered(work.connection, line.journey.bag) if line.journey.bag else None
        stamp = Stamp(
            details=row.details,
            home=session.home,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
        )
        bag = line.journey.bag
        if found is not None:
            state = STATE_LABELS[found.bag.state].lower()
            bag = f"{bag}, now {state} since {date_time(found.bag.since)}"
        waits = tuple(wait.words for wait in row.waiting)
        paper = CustodyPaper(stamp, line.journey, bag, row.packs, waits)
    return custody_pdf(paper)


def bag_labels(session: Session, numbers: Sequence[str] = ()) -> bytes:
    """Labels for the bags of these numbers, or for every bag in use, as a PDF. Printing is audited."""
    from app.reports.bag_labels import LabelsPaper, labels_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        listed = [line.bag.number for line in bag_rows.bags(work.connection) if line.bag.state is not BagState.RETIRED]
        wanted = [number for number in listed if not numbers or number in numbers]
        if not wanted:
            raise UserError("There is no bag to print a label for. Add one first", field="number")
        work.audit("print", bag_rows.KIND, "labels", detail={"count": len(wanted)})
        home = session.home
    return labels_pdf(LabelsPaper(home.name, home.phone, wanted, home.practice, session.now()))


# ----------------------------------------------------------------------------------------------------- what follows


def _follow(work: Work, line: JourneyLine, after: Journey, *, reason: str = "") -> Saved:
    words = _stay_follows(work, line.resident_id, line.journey, after)
    absence, told = _absence(work, line, after, reason)
    after = replace(after, absence=absence)
    rows.save(work, line.resident_id, after, journey_id=line.id, action="correct" if reason else "step", reason=reason)
    words += told + _bag_follows(work, line, after, work.now)
    words += _death_follows(work, line.resident_id, line.journey, after)
    return Saved(line.id, _changed(line.resident_id), words)


def _absence(work: Work, line: JourneyLine, after: Journey, reason: str) -> tuple[str, tuple[str, ...]]:
    """Begin, end or put right the absence that counts the nights: the id of its fact (empty for none), and words.

    An absence that somebody recorded by hand for the same leaving is taken over. Others keep the days on which no
    journey counts, so that no night counts twice, and get back what a journey does not count any more. Nobody can be
    absent who does not live here any more. UserError when the resident was away on another journey then, or did not
    live in the home yet.
    """
    every = resident_rows.facts(work.connection, line.resident_id, FactKind.ABSENCE, in_error=True)
    sound = [fact for fact in every if not fact.in_error]
    elsewhere = _on_other_journeys(work.connection, line)
    known = next((fact for fact in sound if fact.id == line.journey.absence), None)
    words: tuple[str, ...] = ()
    wanted = after.away
    if wanted is not None and _had_left(work.connection, line.resident_id, wanted[0]):
        wanted, words = None, ("The record says that the resident had left this home by then: no absence is counted",)
    others = [fact for fact in sound if fact.id in elsewhere]
    by_hand = [fact for fact in every if fact not in others and fact is not known
               and (not fact.in_error or fact.reason == _COUNTED)]  # fmt: skip
    if wanted is None:
        if known is not None and not _made(work.connection, known):
            by_hand.append(known)
        elif known is not None:
            resident_rows.save_fact(
                work, line.resident_id, known.id, known.body, reason=reason or "Did not go to hospital", in_error=True
            )
        return "", words + _make_room(work, by_hand, others, None)
    since, until = wanted
    if any(_meets(fact.body, wanted) for fact in others):
        raise _refused("The resident is recorded as away on another journey then. Record first when that one ended")
    near = [f for f in by_hand if not f.in_error and _meets(f.body, wanted) and _apart(f, since) <= _NEAR]
    taken = known is None and bool(near)
    if taken:
        known = min(near, key=lambda fact: _apart(fact, since))
        by_hand.remove(known)
    place = after.destination or after.place
    said = f"Hospital: {place}" if place else "Hospital"
    body = Absence(since, until, said)
    if known is not None and isinstance(known.body, Absence) and not known.body.reason.startswith("Hospital"):
        body = replace(body, reason=known.body.reason or said)
    if known is not None and known.body == body:
        return known.id, words + _make_room(work, by_hand, others, body)
    stays = resident_rows.facts(work.connection, line.resident_id, FactKind.STAY)
    try:
        check_fact(body, tuple(fact.body for fact in (*stays, *others)))
    except UserError as error:
        raise _refused(error.message) from error
    words += _make_room(work, by_hand, others, body)
    why = _MADE if known is None else _TAKEN if taken else reason or "The journey to hospital was followed"
    saved = resident_rows.save_fact(work, line.resident_id, known.id if known else None, body, reason=why)
    return saved.id, words


def _on_other_journeys(connection: Connection, line: JourneyLine) -> set[str]:
    """The absences that the resident's other journeys count."""
    found = rows.of_resident(connection, line.resident_id)
    return {each.journey.absence for each in found if each.id != line.id and not each.in_error} - {""}


def _had_left(connection: Connection, resident_id: ResidentId, at: datetime) -> bool:
    """Whether the record says that the resident lived here and does so no longer; not yet is something else."""
    facts = resident_rows.facts(connection, resident_id, FactKind.STAY)
    stays = [fact.body for fact in facts if isinstance(fact.body, Stay) and fact.body.since <= at]
    return bool(stays) and all(stay.until is not None and stay.until <= at for stay in stays)


def _refused(message: str) -> UserError:
    return UserError(message, problems=(Problem("at", message),))


def _apart(fact: Fact, since: datetime) -> timedelta:
    return abs(fact.body.since - since) if isinstance(fact.body, Absence) else timedelta.max


def _make_room(work: Work, by_hand: Sequence[Fact], others: Sequence[Fact], body: Absence | None) -> tuple[str, ...]:
    """Bring what was recorded by hand to the days on which no journey counts, and say what became otherwise by it."""
    counted = [fact.body for fact in others if isinstance(fact.body, Absence)] + ([body] if body else [])
    words: list[str] = []
    for fact in by_hand:
        said = _as_said(work.connection, fact)
        left = _outside(said, counted)
        if left == (None if fact.in_error else fact.body):
            continue
        resident_rows.save_fact(
            work, fact.resident_id, fact.id, left or said, reason=_COUNTED if left != said else _GIVEN_BACK,
            in_error=left is None,
        )  # fmt: skip
        words.append(_room_words(said, left))
    return tuple(words)


def _room_words(said: Absence, left: Absence | None) -> str:
    told = f"The absence since {date_time(said.since)}"
    if left is None:
        return f"{told} is counted by the journey now, and was marked as entered in error"
    if left == said:
        return f"{told} is again as it was entered"
    if left.since == said.since:
        return f"{told} now ends when the resident left for hospital"
    return f"{told} now begins when the resident came back from hospital"


def _outside(said: Absence, counted: Sequence[Absence]) -> Absence | None:
    """What of an absence lies outside of those that journeys count: what is before the first, else what is after."""
    left: Absence | None = said
    for each in sorted(counted, key=lambda absence: absence.since):
        if left is None or not _meets(left, (each.since, each.until)):
            continue
        if left.since < each.since:
            left = replace(left, until=each.since)
        elif each.until is not None and (left.until is None or each.until < left.until):
            left = replace(left, since=each.until)
        else:
            left = None
    return left


def _as_said(connection: Connection, fact: Fact) -> Absence:
    """An absence as somebody recorded it, before a journey took it over or made it give way."""
    said, taken = fact.body, False
    for version in reversed(resident_rows.fact_history(connection, fact.id)):
        if version.reason in (_COUNTED, _GIVEN_BACK):
            taken = False
        elif version.reason == _TAKEN:
            taken = True
        elif not taken:
            said = version.body
    if not isinstance(said, Absence):
        raise TypeError("only absences give way")
    return said


def _made(connection: Connection, fact: Fact) -> bool:
    """Whether a journey recorded the absence, and nobody by hand."""
    return resident_rows.fact_history(connection, fact.id)[-1].reason == _MADE


def _meets(body: FactBody, wanted: tuple[datetime, datetime | None]) -> bool:
    since, until = wanted
    return (
        isinstance(body, Absence)
        and (body.until is None or since < body.until)
        and (until is None or body.since < until)
    )


def _stay_follows(work: Work, resident_id: ResidentId, before: Journey, after: Journey) -> tuple[str, ...]:
    """Who moved to another home or died lives here no longer; a correction puts that right as well. Words when somebody
    else has said when the stay ended. UserError when the resident has moved in again since."""
    had, wanted = _leaves_for_good(before), _leaves_for_good(after)
    if had == wanted:
        return ()
    facts = resident_rows.facts(work.connection, resident_id, FactKind.STAY)
    fact = next((f for f in facts if isinstance(f.body, Stay) and f.body.until == had
                 and f.body.since <= after.started_at), None)  # fmt: skip
    if fact is None or not isinstance(fact.body, Stay):
        return ("The record has another day on which the stay ended: look which one is right",) if wanted else ()
    ended = replace(fact.body, until=wanted)
    why = domain.STEP_LABELS[after.ending.kind] if after.ending and wanted else "The journey was corrected"
    try:
        check_fact(ended, tuple(other.body for other in facts if other.id != fact.id))
    except UserError as error:
        raise _refused(
            "The resident has moved in again since: correct the stay on the resident's page first"
        ) from error
    resident_rows.save_fact(work, resident_id, fact.id, ended, reason=why)
    return ()


def _leaves_for_good(journey: Journey) -> datetime | None:
    ending = journey.ending
    return ending.at if ending is not None and ending.kind in (StepKind.OTHER_HOME, StepKind.DIED) else None


def _death_follows(work: Work, resident_id: ResidentId, before: Journey, after: Journey) -> tuple[str, ...]:
    had, wanted = before.when(StepKind.DIED), after.when(StepKind.DIED)
    if had == wanted:
        return ()
    details: ResidentDetails = known_resident(work.connection, resident_id).resident.details
    if details.died_at != had:
        return ("The details already have another date of death: look which one is right",) if wanted else ()
    why = "Died" if wanted else "The journey was corrected"
    resident_rows.save_resident(work, resident_id, replace(details, died_at=wanted), reason=why)
    return ()


# ------------------------------------------------------------------------------------------------------- small parts


def _rows(connection: Connection, lines: Sequence[JourneyLine], now: datetime) -> tuple[JourneyRow, ...]:
    held = bag_rows.bags(connection)
    found = []
    for line in lines:
        person = known_resident(connection, line.resident_id)
        details, status = person.resident.details, person.status(now)
        packs = tuple(pack.version for pack in transfer_rows.of_journey(connection, line.id))
        waits = () if line.in_error else (
            *_ending_waits(line, status), *domain.waiting(line.journey), *_bag_waits(connection, line, held)
        )  # fmt: skip
        found.append(
            JourneyRow(
                line.id, line.revision_id, line.resident_id, details.banner_name, details.room, details.date_of_birth,
                line.journey, line.journey.stage, waits, packs, line.in_error, details, status,
            )
        )  # fmt: skip
    return tuple(found)


def _ending_waits(line: JourneyLine, status: str) -> tuple[Waiting, ...]:
    said = {"died": "has died", "left": "no longer lives here"}.get(status)
    if said is None or not line.open:
        return ()
    return (Waiting("ending", f"The record says that the resident {said}: record how this journey ended"),)


def _bag_waits(connection: Connection, line: JourneyLine, held: Sequence[bag_rows.BagLine]) -> tuple[Waiting, ...]:
    """A bag that is still out after the journey, or that somebody else has."""
    ending = line.journey.ending
    named = next((each.bag for each in held if each.bag.number == line.journey.bag), None)
    if named is None or not named.journey_id:
        return ()
    if ending is not None and named.journey_id == line.id:
        where = STATE_LABELS[named.state].lower()
        words = f"Bag {named.number} is not home: {where}. Ask the hospital's discharge team"
        return (Waiting("bag", words, ending.at, ending.at + _BAG_LATE),)
    other = rows.journey(connection, named.journey_id) if ending is None and named.journey_id != line.id else None
    if other is not None and other.open:
        return (Waiting("bag", f"Bag {named.number} is recorded with {_name(connection, other)}: which bag went?"),)
    return ()


def _name(connection: Connection, line: JourneyLine) -> str:
    return known_resident(connection, line.resident_id).resident.details.banner_name


def _bags(connection: Connection) -> tuple[BagRow, ...]:
    found = []
    for line in bag_rows.bags(connection):
        name = ""
        if line.bag.journey_id and (journey := rows.journey(connection, line.bag.journey_id)) is not None:
            name = _name(connection, journey)
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


def _still(line: JourneyLine, seen: RevisionId | None) -> None:
    if seen is not None and line.revision_id != seen:
        raise UserError(
            "Something was recorded on this journey while you were writing. Close this, look at it, and say it again"
        )


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
