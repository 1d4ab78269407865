"""Coming home: what is looked at when a resident is back, and what of it goes into the record.

The checklist belongs to the journey. What it finds about medicines is written into the list of medicines in the same
transaction, once: what is written there is changed on the resident's page from then on, never by a checklist that is
saved again. The weight becomes a measurement of the home. What is left open stands on the journey until it is settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.domain import changed, transfer
from app.domain.codec import instant, instant_text
from app.domain.dates import date_time, short_date, to_local
from app.domain.errors import Problem, UserError
from app.domain.fact_rules import check_fact
from app.domain.journeys import (
    KEY_FACTS,
    MedicineChange,
    MedicineFate,
    ReturnCheck,
    Settled,
    StepKind,
    Waiting,
    left_open,
)
from app.domain.key_facts import topic
from app.domain.observation_board import shown_kg
from app.domain.observations import Reading, checked
from app.domain.people import CprDecision, CprKind, Fact, FactId, FactKind, KeyFact, Medicine, Resident, ResidentId
from app.models import journeys as rows
from app.models import observations as observation_rows
from app.models import residents as resident_rows
from app.models import restored, settings
from app.models import transfers as transfer_rows
from app.models.journeys import JourneyLine
from app.models.store import Work
from app.services import journeys, observations, transfers, wounds
from app.services.access import Action, require
from app.services.changes import changes
from app.services.journeys import JourneyRow, Saved
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.services.wounds import WoundRow

_LETTER = "Discharge letter"
_SAID = {
    "letter": "Is the discharge letter in the bag?",
    "supply_days": "Days of medicines supplied",
    "equipment": "New equipment",
    "skin": "Skin on return",
    "swallow": "Swallow advice",
    "infection": "Infection",
    "lines": "Catheter or line",
    "follow_up": "Follow-up",
}
"""What must be answered before the checklist is finished, in the words of the screen."""
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What somebody typed into the checklist and has not saved yet: plain values by question."""

    author: str
    at: datetime
    typed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """What the checklist needs. ``medicines`` are those of the list that are taken now, ``wounds`` the open ones,
    ``weight`` the last one recorded before the return, ``pack`` the last papers of the journey; ``cpr_form`` whether a
    decision with a paper original is recorded."""

    row: JourneyRow
    resident: Resident
    came_at: datetime
    medicines: tuple[Fact, ...]
    wounds: tuple[WoundRow, ...]
    weight: Reading | None
    pack: transfers.PackRow | None
    cpr_form: bool
    unfinished: Unfinished | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What changed since the pack. ``changes`` is None when the pack is from before its fields were kept, or there is
    none; ``whys`` says what the discharge letter told of a medicine, by its name now."""

    row: JourneyRow
    resident: Resident
    pack: transfers.PackRow | None
    changes: tuple[changed.Change, ...] | None
    whys: Mapping[str, str]
    open: tuple[Waiting, ...]
    made_at: datetime


def start(session: Session, journey_id: str) -> Start:
    """What the checklist of a journey needs. Looking is audited. UserError while the resident is not back."""
    require(session, Action.FOLLOW_TRANSFER)
    with session.look() as work:
        line, came_at = _back(work.connection, journey_id)
        person = known_resident(work.connection, line.resident_id).resident
        work.audit("view", rows.KIND, journey_id, resident_id=person.id)
        weights = observation_rows.series(work.connection, person.id, "weight_kg", None, came_at)
        facts = resident_rows.facts(work.connection, person.id)
        found = tuple(w for w in wounds.wound_rows(session, work.connection, person.id) if w.open)
        kept = settings.get(work.connection, _key(person.id))
        pack = _pack(work.connection, line)
        row = journeys.row_of(work.connection, line, session.now())
    return Start(
        row, person, came_at, _current(facts, session.today()), found,
        weights[-1] if weights else None, pack,
        any(isinstance(f.body, CprDecision) and f.body.kind is not CprKind.ATTEMPT for f in facts),
        _unfinished(session, kept, journey_id),
    )  # fmt: skip


def keep(session: Session, journey_id: str, typed: Mapping[str, Any] | None) -> None:
    """Keep what is typed into the checklist as it is, through the lock and for whoever goes on; None forgets it."""
    require(session, Action.FOLLOW_TRANSFER)
    with session.write() as work:
        line, _ = _back(work.connection, journey_id)
        if typed is None:
            settings.forget(work, _key(line.resident_id))
            return
        body = {"journey": journey_id, "author": session.account.user, "at": instant_text(session.now())}
        settings.note(work, _key(line.resident_id), body | {"typed": dict(typed)})


def compared(
    fact: Fact, fate: MedicineFate, *, name: str = "", directions: str = "", why: str = "",
    next_dose: datetime | None = None,
) -> MedicineChange:  # fmt: skip
    """A medicine of the list as it was seen, and what the discharge letter makes of it."""
    body = fact.body
    known = body.name if isinstance(body, Medicine) else ""
    return MedicineChange(name or known, fate, fact.id, directions, why, next_dose, fact.revision_id)


def save(session: Session, journey_id: str, check: ReturnCheck, *, finished: bool = False) -> Saved:
    """Keep the checklist as far as it is, and write what it found into the record; ``finished`` closes it.

    What was written or settled before stays so. UserError, with a problem a field, for what cannot be, for a medicine
    that was changed in the record since it was compared, and for a finished list with a question unanswered.
    """
    require(session, Action.FOLLOW_TRANSFER)
    if check.medicines is not None:
        require(session, Action.EDIT_RESIDENTS)
    if check.weight_kg is not None:
        require(session, Action.RECORD_ASSESSMENT)
    if finished and (check.swallow or check.infection):
        require(session, Action.EDIT_RESIDENTS)
    with session.write() as work:
        line, came_at = _back(work.connection, journey_id)
        before = line.journey.back or ReturnCheck()
        problems = _problems(check) + (_unanswered(check, line) if finished else [])
        if problems:
            raise UserError("; ".join(each.message for each in problems), problems=tuple(problems))
        now = session.now()
        after = replace(
            check,
            medicines=_reconciled(work, session, line, before, check, to_local(came_at).date()),
            weight_id=_weighed(work, session, line, before, check, now),
            key_facts=_key_facts(work, line, before, check, to_local(came_at).date(), finished=finished),
            settled=before.settled,
            done_at=before.done_at or (now if finished else None),
            done_by=before.done_by or (session.account.name if finished else ""),
        )
        settings.forget(work, _key(line.resident_id))
        if after != line.journey.back:
            journey = replace(line.journey, back=after)
            rows.save(work, line.resident_id, journey, journey_id=line.id, action="return")
    told = changes("journey", "fact", "resident", "observation", resident=line.resident_id)
    return Saved(journey_id, told, tuple(each.words for each in left_open(after, came_at)) if after.done_at else ())


def settle(session: Session, journey_id: str, key: str, *, note: str = "") -> Saved:
    """Say that something the return left open (a key of :func:`~app.domain.journeys.left_open`) is dealt with."""
    require(session, Action.FOLLOW_TRANSFER)
    with session.write() as work:
        line, came_at = _back(work.connection, journey_id)
        back = line.journey.back
        if back is None or key not in {each.key for each in left_open(back, came_at)}:
            raise UserError("This is not open any more", field="key")
        done = Settled(key, session.now(), session.account.name, note.strip())
        journey = replace(line.journey, back=replace(back, settled=(*back.settled, done)))
        rows.save(work, line.resident_id, journey, journey_id=line.id, action="settle")
    return Saved(journey_id, changes("journey", resident=line.resident_id))


def will_write(check: ReturnCheck, medicines: Sequence[Fact], before: ReturnCheck | None = None) -> tuple[str, ...]:
    """What saving the checklist writes into the record, in words; ``before`` is what was saved of it already."""
    written = _written(before or ReturnCheck())
    names = {fact.id: fact.body for fact in medicines}
    found = []
    for each in check.medicines or ():
        if _match(each, written) is not None or each.fate is MedicineFate.SAME:
            continue
        body = names.get(each.fact_id)  # type: ignore[call-overload]
        old = body.name if isinstance(body, Medicine) else each.name
        directions = f", {each.directions}" if each.directions else ""
        found.append({
            MedicineFate.STOPPED: f"{old} is stopped",
            MedicineFate.CHANGED: f"{old} becomes {each.name}{directions}",
            MedicineFate.STARTED: f"{each.name}{directions} is started",
        }[each.fate])  # fmt: skip
    if check.weight_kg is not None and not (before and before.weight_id):
        found.append(f"Weight {shown_kg(check.weight_kg)} kg is recorded")
    found += [
        f"Key fact when the list is finished: {_topic_label(code)}, {_advice(check, code)}"
        for code in KEY_FACTS.values()
        if _advice(check, code) and code not in (before.key_facts if before else ())
    ]
    return tuple(found)


# ------------------------------------------------------------------------------------------------------ what changed


def what_changed(session: Session, journey_id: str) -> Sheet:
    """What the record says now and the journey's last pack did not. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, journey_id)
        work.audit("view", rows.KIND, journey_id, resident_id=line.resident_id)
        return _sheet(session, work, line)


def out_of_date(session: Session, journey_id: str) -> tuple[str, ...]:
    """What the record says otherwise than the newest papers of a journey that goes on: the fields by name, in the
    order of their weight. Empty when they agree, when there are none, and once the journey has ended."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, journey_id)
        pack = _pack(work.connection, line)
        before = transfer_rows.body(work.connection, pack.id).get("content") if pack else None
        if before is None or line.journey.ending is not None or line.in_error:
            return ()
        now = changed.kept(transfers.content_now(session, work, line.resident_id))
        return tuple(dict.fromkeys(change.label for change in changed.compare(before, now)))


def changed_paper(session: Session, journey_id: str) -> bytes:
    """What changed, as a PDF for whoever looks after the resident next. Printing is audited."""
    from app.reports.changed import ChangedPaper, changed_pdf
    from app.reports.resident_paper import Stamp

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = _existing(work.connection, journey_id)
        work.audit("print", "changes", journey_id, resident_id=line.resident_id)
        found = _sheet(session, work, line)
        stamp = Stamp(
            found.resident.details, session.home, session.now(), session.account.name,
            f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored.restored_from(work.connection),
        )  # fmt: skip
    left = line.journey.when(StepKind.HOME_OUT)
    ending = line.journey.ending
    return changed_pdf(
        ChangedPaper(
            stamp, line.journey, left, ending.at if ending else None, found.pack.version if found.pack else None,
            found.pack.printed_at if found.pack else None, found.changes, found.whys, found.open,
        )
    )  # fmt: skip


def _sheet(session: Session, work: Work, line: JourneyLine) -> Sheet:
    pack = _pack(work.connection, line)
    before = transfer_rows.body(work.connection, pack.id).get("content") if pack else None
    now = changed.kept(transfers.content_now(session, work, line.resident_id)) if before is not None else {}
    back, ending = line.journey.back, line.journey.ending
    return Sheet(
        journeys.row_of(work.connection, line, session.now()),
        known_resident(work.connection, line.resident_id).resident,
        pack,
        changed.compare(before, now) if before is not None else None,
        {each.name: each.why for each in (back.medicines or () if back else ()) if each.why},
        left_open(back, ending.at) if back is not None and ending is not None and back.done_at else (),
        session.now(),
    )


# ------------------------------------------------------------------------------------------------------- inner parts


def _back(connection: Connection, journey_id: str) -> tuple[JourneyLine, datetime]:
    """The journey, and when the resident came back."""
    line = _existing(connection, journey_id)
    if line.in_error:
        raise UserError("This journey was marked as entered in error", field="journey")
    came_at = line.journey.when(StepKind.HOME_IN)
    if came_at is None:
        raise UserError("Record first when the resident came back", field="journey")
    return line, came_at


def _existing(connection: Connection, journey_id: str) -> JourneyLine:
    line = rows.journey(connection, journey_id)
    if line is None:
        raise UserError("This journey is not in the records", field="journey")
    return line


def _pack(connection: Connection, line: JourneyLine) -> transfers.PackRow | None:
    """The last papers that were made before the resident came back."""
    ending = line.journey.ending
    made = transfer_rows.of_journey(connection, line.id)
    found = next((each for each in made if ending is None or each.printed_at <= ending.at), None)
    listed = {row.id: row for row in transfers.pack_rows(connection, line.resident_id)}
    return listed[found.id] if found is not None else None


def _current(facts: Sequence[Fact], today: date) -> tuple[Fact, ...]:
    taken = [f for f in facts if isinstance(f.body, Medicine) and f.body.taken_on(today)]
    return tuple(sorted(taken, key=lambda f: f.body.name.casefold() if isinstance(f.body, Medicine) else ""))


def _unfinished(session: Session, kept: object, journey_id: str) -> Unfinished | None:
    if not isinstance(kept, dict) or kept["journey"] != journey_id:
        return None
    return Unfinished(session.person(kept["author"]), instant(kept["at"]), kept["typed"])


def _key(resident_id: ResidentId) -> str:
    return f"{settings.TYPED_RETURN}/{resident_id}"


def _problems(check: ReturnCheck) -> list[Problem]:
    """What cannot be, whether or not the list is finished."""
    found: list[Problem] = []
    if check.supply_days is not None and not 0 <= check.supply_days <= _MOST_DAYS:
        found.append(Problem("supply_days", f"Days of medicines supplied must be between 0 and {_MOST_DAYS}"))
    if check.skin not in (None, "sound", "changed"):
        found.append(Problem("skin", "Skin on return must be sound or changed"))
    if check.skin == "changed" and not check.skin_note.strip():
        found.append(Problem("skin_note", "Say what changed of the skin, and where"))
    if check.weight_kg is not None:
        try:
            checked("weight_kg", check.weight_kg, "")
        except UserError as error:
            found.append(Problem("weight_kg", error.message))
        if check.weight_not.strip():
            found.append(Problem("weight_not", "Enter the weight or why there is none, not both"))
    if any(not each.what.strip() for each in check.follow_up or ()):
        found.append(Problem("follow_up", "Follow-up: say what it is"))
    for each in check.medicines or ():
        if not each.name.strip():
            found.append(Problem("medicines", "Enter the name of the new medicine"))
        if each.fate is MedicineFate.STARTED and not each.directions.strip():
            found.append(Problem("medicines", f"Enter the directions of {each.name}"))
        if (each.fate is MedicineFate.STARTED) != (not each.fact_id) and not each.written:
            found.append(Problem("medicines", f"{each.name}: a new medicine is not on the list yet"))
    return found


def _unanswered(check: ReturnCheck, line: JourneyLine) -> list[Problem]:
    asked = dict(_SAID)
    if check.medicines == ():
        del asked["supply_days"]
    found = [Problem(key, f"Answer: {words}") for key, words in asked.items() if getattr(check, key) is None]
    if check.letter and check.medicines is None:
        found.append(Problem("medicines", "Compare the medicines with the discharge letter"))
    if check.weight_kg is None and not check.weight_not.strip():
        found.append(Problem("weight_kg", "Enter the weight, or why the resident was not weighed"))
    if check.cpr_original is None and not check.no_cpr_form:
        found.append(Problem("cpr_original", "Answer: is the original of the CPR form back?"))
    if line.journey.bag and check.bag_cleaned is None:
        found.append(Problem("bag_cleaned", "Answer: is the bag clean?"))
    return found


# --------------------------------------------------------------------------------------------------------- medicines


def _written(before: ReturnCheck) -> dict[str, MedicineChange]:
    """What was written into the list already, by its entry and, for new medicines, by name as well."""
    found: dict[str, MedicineChange] = {}
    for each in before.medicines or ():
        if each.written:
            found[each.fact_id] = each
            if each.fate is MedicineFate.STARTED:
                found[_named(each.name)] = each
    return found


def _named(name: str) -> str:
    return f"new:{name.strip().casefold()}"


def _match(each: MedicineChange, written: Mapping[str, MedicineChange]) -> MedicineChange | None:
    """What was written of this medicine. One that was left as it is can still be changed."""
    old = written.get(each.fact_id or _named(each.name))
    return None if old is not None and old.fate is MedicineFate.SAME != each.fate else old


def _reconciled(
    work: Work, session: Session, line: JourneyLine, before: ReturnCheck, check: ReturnCheck, came_on: date
) -> tuple[MedicineChange, ...] | None:
    """The list of medicines brought in line with the letter; what each line wrote is noted beside it."""
    if check.medicines is None:
        return before.medicines
    facts = resident_rows.facts(work.connection, line.resident_id, FactKind.MEDICINE)
    current = {fact.id: fact for fact in _current(facts, session.today())}
    written, found = _written(before), []
    problems = _named_twice(check.medicines, current)
    ends = {each.fact_id for each in check.medicines if each.fate is MedicineFate.STOPPED}
    for each in check.medicines:
        old = _match(each, written)
        if old is not None:
            if (old.fate, old.name, old.directions) != (each.fate, each.name, each.directions):
                problems.append(
                    Problem("medicines", f"{old.name} was written into the record already: change it there")
                )
            found.append(replace(old, why=each.why or old.why, next_dose=each.next_dose or old.next_dose))
            continue
        fact = current.get(each.fact_id)  # type: ignore[call-overload]
        if each.fact_id and (problem := _moved_on(session, each, fact)):
            problems.append(Problem("medicines", problem))
        elif not each.fact_id and any(_is_named(f, each.name) for f in current.values()):
            problems.append(Problem("medicines", f"{each.name} is on the list already: mark it as changed"))
        elif (
            fact is not None
            and not _is_named(fact, each.name)
            and any(_is_named(f, each.name) for f in current.values() if f.id not in {fact.id} | ends)
        ):
            problems.append(Problem("medicines", f"{each.name} is on the list already: mark that entry as changed"))
        elif not problems:
            found.append(_write(work, line.resident_id, each, fact, came_on))
    if before.medicines is None:
        seen = {each.fact_id for each in check.medicines}
        problems += [
            Problem("medicines", f"Say what the letter says of {fact.body.name}")
            for fact in current.values()
            if fact.id not in seen and isinstance(fact.body, Medicine)
        ]
    if problems:
        raise UserError("; ".join(each.message for each in problems), problems=tuple(problems))
    told = {each.written for each in found}
    return (*found, *(each for each in before.medicines or () if each.written and each.written not in told))


def _moved_on(session: Session, each: MedicineChange, fact: Fact | None) -> str:
    """Why a line cannot be written: the record has moved on since it was compared with the letter. Empty if it can."""
    if fact is None:
        return f"{each.name} was stopped or taken off the list in the record meanwhile. Compare the list again"
    if fact.revision_id != each.seen:
        who = f"{session.person(fact.recorded_by)}, {date_time(fact.recorded_at)}"
        return f"{each.name} was changed in the record meanwhile ({who}). Compare it again"
    return ""


def _named_twice(medicines: Sequence[MedicineChange], current: Mapping[FactId, Fact]) -> list[Problem]:
    """What would be written twice: two lines that come under one new name, or two lines of one entry of the list."""
    keys = [{each.fact_id or _named(each.name), *_new_name(each, current)} for each in medicines]
    return [
        Problem("medicines", f"{each.name.strip()} is listed twice")
        for place, each in enumerate(medicines)
        if any(keys[place] & other for other in keys[:place])
    ]


def _new_name(each: MedicineChange, current: Mapping[FactId, Fact]) -> tuple[str, ...]:
    """The name that a changed line brings to the list, where it is another than that of its entry."""
    fact = current.get(FactId(each.fact_id))
    renamed = each.fate is MedicineFate.CHANGED and fact is not None and not _is_named(fact, each.name)
    return (_named(each.name),) if renamed else ()


def _is_named(fact: Fact, name: str) -> bool:
    return isinstance(fact.body, Medicine) and fact.body.name.strip().casefold() == name.strip().casefold()


def _write(
    work: Work, resident_id: ResidentId, each: MedicineChange, fact: Fact | None, came_on: date
) -> MedicineChange:
    name, directions = each.name.strip(), each.directions.strip()
    if fact is None or not isinstance(fact.body, Medicine):
        body = Medicine(name, directions, bool(transfer.time_critical_kind(name)), started=came_on)
        check_fact(body, ())
        made = resident_rows.save_fact(work, resident_id, None, body, reason=_reason(each))
        return replace(each, name=name, directions=directions, fact_id=made.id, written=made.revision_id)
    if each.fate is MedicineFate.SAME:
        return replace(each, written=fact.revision_id)
    if each.fate is MedicineFate.STOPPED:
        given_last = came_on - timedelta(days=1)  # it is not given any more on the day on which they are back
        body = replace(fact.body, stopped=max(given_last, fact.body.started or given_last))
    else:
        body = replace(fact.body, name=name, directions=directions or fact.body.directions)
        if body == fact.body:
            raise UserError(f"{name}: enter what changed", field="medicines")
    check_fact(body, ())
    saved = resident_rows.save_fact(work, resident_id, fact.id, body, reason=_reason(each))
    return replace(each, name=name, directions=directions, written=saved.revision_id)


def _reason(each: MedicineChange) -> str:
    return f"{_LETTER}: {each.why.strip() or f'{each.fate.value}, no reason given'}"


# --------------------------------------------------------------------------------------------------------- key facts


def _key_facts(
    work: Work, line: JourneyLine, before: ReturnCheck, check: ReturnCheck, came_on: date, *, finished: bool
) -> tuple[str, ...]:
    """Write swallow advice and infection into the key facts when the list is finished, once; the topics written.

    What stands there already is kept behind it: one infection does not make another go, and page 1 of the next pack
    prints both.
    """
    written = before.key_facts
    for code in written:
        if _advice(check, code) != _advice(before, code):
            raise UserError(f"{_topic_label(code)} was written into the key facts already: change it there",
                            field=next(key for key, topic in KEY_FACTS.items() if topic == code))  # fmt: skip
    if not finished:
        return written
    facts = resident_rows.facts(work.connection, line.resident_id, FactKind.KEY_FACT)
    for code in KEY_FACTS.values():
        advice = _advice(check, code)
        if not advice or code in written:
            continue
        known = next((f for f in facts if isinstance(f.body, KeyFact) and f.body.topic == code), None)
        told = known.body.text.strip() if known and isinstance(known.body, KeyFact) and known.body.state else ""
        text = advice if not told or told == advice else f"{advice} (hospital, {short_date(came_on)}). Before: {told}"
        body = KeyFact(code, text, state=True)
        check_fact(body, ())
        if known is None or known.body != body:
            resident_rows.save_fact(
                work, line.resident_id, known.id if known else None, body, reason="Back from hospital: return checklist"
            )
        written = (*written, code)
    return written


def _advice(check: ReturnCheck, code: str) -> str:
    key = next(key for key, topic in KEY_FACTS.items() if topic == code)
    return str(getattr(check, key) or "").strip()


def _topic_label(code: str) -> str:
    asked = topic(code)
    return asked.label if asked else code


# ------------------------------------------------------------------------------------------------------------ weight


def _weighed(
    work: Work, session: Session, line: JourneyLine, before: ReturnCheck, check: ReturnCheck, now: datetime
) -> str:
    """Record the weight as a measurement of the home, once; its id, empty without one."""
    if before.weight_id:
        if check.weight_kg != before.weight_kg:
            raise UserError("The weight was recorded already: correct it under Observations", field="weight_kg")
        return before.weight_id
    if check.weight_kg is None:
        return ""
    return observations.record_within(
        work, session, line.resident_id, "weight_kg", check.weight_kg, "Back from hospital", now
    )[0]
