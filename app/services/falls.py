"""Falls of the home: what to do now first, then the circumstances, the injuries, the observations and who was told.

A fall is recorded by signing the post-fall check: the alert is raised and the observations begin in that transaction,
and nothing else is asked before. The circumstances are a signed fall record about the fall. Whatever signs one of the
two, a window or a script, makes the fall when it names none (:func:`begun`), so that the register is never short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.domain import falls as domain
from app.domain.alerts import Recipient
from app.domain.dates import parse_instant, to_local
from app.domain.errors import UserError
from app.domain.falls import Fall, FallPattern, Injury, Progress, State, Stopped
from app.domain.instruments import registry
from app.domain.instruments.outcome import Severity
from app.domain.people import FactKind, Medicine, ResidentDetails, ResidentId, RevisionId
from app.models import alerts as alert_rows
from app.models import assessments as assessment_rows
from app.models import falls as rows
from app.models import residents as resident_rows
from app.models import restored, revisions
from app.models.falls import CHECK, CIRCUMSTANCES, FallLine
from app.models.residents import LivingLine, ResidentLine
from app.models.store import Work
from app.services import alerts, assessments
from app.services.access import Action, require
from app.services.alerts import AlertRow
from app.services.assessments import Assessment, AssessmentRow, DraftRow, DueRow, Entry, Signed
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DEPTH = 100
"""More checks and records than anybody signs about one fall."""
_WATCHED = timedelta(days=5)
"""Falls before this are over: 72 hours, and a day in which the last set may still be taken."""
_ASKED_FOR = timedelta(days=91)
_REGISTER = timedelta(days=366)
"""How far back the home's register goes on a screen; a resident's own goes back to the beginning."""
_SAME_FALL = timedelta(hours=72)
_STRUCK = "What was signed about the fall was entered in error"
_NOTE_AFTER = "Look also at the pupils, and ask about headache and vomiting; write it in the notes."
OBSERVE = (
    f"{_NOTE_AFTER} New vomiting, headache, drowsiness, confusion or a seizure: call 999.",
    "Does the resident look ill in another way? Call for help now, whatever the time of the next set.",
)
"""What goes with each set of observations after a fall."""
RECORDED, INCOMPLETE, MISSING = "Recorded", "Incomplete", "Not recorded"
"""The state of a fall's circumstances."""


@dataclass(frozen=True, slots=True)
class FallRow:
    """A fall in the register.

    ``band_label`` is what the post-fall check decided ("" without a sound one). ``circumstances`` is
    :data:`RECORDED`, :data:`INCOMPLETE` or :data:`MISSING`; ``progress`` that of the observations, None once they are
    long over; ``assessed`` whether the multifactorial assessment was done on the day of the fall or since.
    """

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    resident_name: str
    room: str
    status: str
    fall: Fall
    band: str | None
    band_label: str
    severity: Severity
    circumstances: str
    progress: Progress | None
    assessed: bool
    in_error: bool

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return bool(self.to_do)

    @property
    def to_do(self) -> tuple[str, ...]:
        """What is still to be done, in words; nothing for a fall in error, or of somebody who left or died."""
        if self.in_error or self.status in {"left", "died"}:
            return ()
        observing = self.progress is not None and not self.progress.over and self.fall.stopped is None
        checks = (
            (self.circumstances != RECORDED, "record the circumstances"),
            (observing, "observations"),
            (self.circumstances == RECORDED and self.fall.family_told is not True, "tell the family"),
            (self.circumstances == RECORDED and self.fall.gp_told is not True, "tell the GP"),
            (not self.assessed, "falls assessment"),
        )
        return tuple(words for holds, words in checks if holds)


@dataclass(frozen=True, slots=True)
class FallVersion:
    """What was recorded of a fall before: when, by whom, and why it was changed."""

    recorded_at: datetime
    by: str
    state: str
    reason: str
    fall: Fall


@dataclass(frozen=True, slots=True)
class FallWhole:
    """A fall with all that its page shows.

    ``check`` is the newest sound post-fall check, ``record`` the newest sound fall record, ``sets`` the signed sets of
    observations since, ``alerts`` those that the two raised, ``actions`` the concerns of the newest multifactorial
    assessment, ``drafts`` the unsigned work about this fall.
    """

    row: FallRow
    details: ResidentDetails
    check: Assessment | None
    record: Assessment | None
    progress: Progress
    sets: tuple[AssessmentRow, ...]
    alerts: tuple[AlertRow, ...]
    actions: tuple[domain.Action, ...]
    drafts: tuple[DraftRow, ...]
    versions: tuple[FallVersion, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The falls of the home or of one resident, newest first, with what they have in common.

    ``details``, ``status`` and ``actions`` are the resident's, when it is of one.
    """

    rows: tuple[FallRow, ...]
    pattern: FallPattern
    details: ResidentDetails | None = None
    status: str = ""
    actions: tuple[domain.Action, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckStart:
    """What the first question needs: whose fall, the blood thinners of the medicine list, unsigned work, and whom to
    phone under which number, by recipient."""

    resident_id: ResidentId
    details: ResidentDetails
    status: str
    thinners: tuple[str, ...]
    drafts: tuple[DraftRow, ...]
    phones: Mapping[Recipient, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fall was recorded by signing its post-fall check."""

    fall_id: str
    signed: Signed
    changes: Changes


@dataclass(frozen=True, slots=True)
class Saved:
    """What is known of a fall was changed."""

    fall_id: str
    revision_id: RevisionId
    changes: Changes


@dataclass(frozen=True, slots=True)
class ObservationDue:
    """The next set of observations after a fall: whose, when, and whether it is due, late or still to come."""

    fall_id: str
    resident_id: ResidentId
    resident_name: str
    room: str
    due: datetime
    state: State

    @property
    def now(self) -> bool:
        """Whether it is to be taken now."""
        return self.state in {State.DUE, State.LATE}


# ----------------------------------------------------------------------------------------------------------- reading


def falls(
    session: Session, resident_id: ResidentId | None = None, since: datetime | None = None
) -> tuple[FallRow, ...]:
    """The register, newest first: the home's or one resident's, since the instant when one is given."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _register(session, connection, resident_id, since)


def register(session: Session, resident_id: ResidentId | None = None, *, again: bool = False) -> Register:
    """The register as a screen shows it: of the home the last year, of one resident everything.

    One resident's is a look at the record: audited once, unless the same screen reads it ``again``; the home's is a
    list.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        since = session.now() - _REGISTER if resident_id is None else None
        found = _register(session, work.connection, resident_id, since)
        pattern = domain.pattern((row.fall for row in found if not row.in_error), session.today())
        if resident_id is None:
            return Register(found, pattern)
        person = known_resident(work.connection, resident_id)
        if not again:
            work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": "falls"})
        return Register(
            found, pattern, person.resident.details, person.status(session.now()),
            _actions(session, work.connection, resident_id),
        )  # fmt: skip


def whose(session: Session, name: str) -> tuple[ResidentId, str]:
    """The resident and, when ``name`` is the id of a fall, that id; a resident's own id gives no fall."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = rows.fall(connection, name)
        if line is not None:
            return line.resident_id, line.id
        return known_resident(connection, ResidentId(name)).resident.id, ""


def fall(session: Session, fall_id: str, *, again: bool = False) -> FallWhole:
    """One fall whole. Looking is audited, unless the same screen reads it ``again``."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, fall_id)
        if not again:
            work.audit("view", rows.KIND, fall_id, resident_id=line.resident_id)
        return _whole(session, work.connection, line)


def start(session: Session, resident_id: ResidentId, *, again: bool = False) -> CheckStart:
    """What the post-fall check of a resident begins with. Opening it is a look at the record."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.look() as work:
        person = known_resident(work.connection, resident_id)
        if not again:
            work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": "post-fall"})
        drafts = assessments.draft_rows(session, work.connection, resident_id)
        return CheckStart(
            resident_id, person.resident.details, person.status(session.now()),
            _thinners(work.connection, resident_id, session.today()),
            tuple(row for row in drafts if row.instrument == CHECK and not row.about),
            {each: alerts.phone(session.home, person.resident, each) for each in Recipient},
        )  # fmt: skip


def observations_due(session: Session) -> tuple[ObservationDue, ...]:
    """The next set of observations after each fall that is being watched, the earliest first. Nobody's record is
    opened for it: it is what the shift needs to find its work."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        found = []
        for line in rows.of_home(connection, session.now() - _WATCHED):
            if line.in_error:
                continue
            person = known_resident(connection, line.resident_id)
            if person.status(session.now()) != "here":
                continue
            slot = _progress(session, connection, line, person).next
            if slot is not None:
                details = person.resident.details
                found.append(
                    ObservationDue(
                        line.id, line.resident_id, details.banner_name, details.room, slot.due, slot.state
                    )
                )  # fmt: skip
        return tuple(sorted(found, key=lambda each: each.due))


def actions(session: Session, resident_id: ResidentId) -> tuple[domain.Action, ...]:
    """The concerns of the newest signed multifactorial assessment, each with action, owner and day. Part of a record
    that is open already."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _actions(session, connection, resident_id)


def due_rows(session: Session, connection: Connection, people: Sequence[LivingLine]) -> tuple[DueRow, ...]:
    """Falls of these residents without their circumstances, inside a transaction already open: due since the day of
    the fall, and no longer asked for after three months: the register still says so."""
    known = {person.id: person for person in people}
    tool, today, found = registry.instrument(CIRCUMSTANCES), session.today(), []
    for fall_id, resident_id, at in rows.without_circumstances(connection, list(known), session.now() - _ASKED_FOR):
        person, day = known[resident_id], to_local(at).date()
        days = max((today - day).days, 0)
        found.append(
            DueRow(
                person.id, person.banner_name, person.room, tool.code, tool.short, day, days, never=False, about=fall_id
            )
        )
    return tuple(found)


# --------------------------------------------------------------------------------------------------------- recording


def record(
    session: Session,
    resident_id: ResidentId,
    answers: Mapping[str, object],
    *,
    at: datetime | None = None,
    draft_id: str | None = None,
    note: str = "",
) -> Recorded:
    """Sign the post-fall check of a new fall. The fall, the check and its alert are kept together or not at all.

    ``at`` is when the resident fell or was found, now unless given. Raises as :func:`assessments.sign` does.
    """
    signed = assessments.sign(session, resident_id, CHECK, answers, at=at, draft_id=draft_id, note=note)
    with session.read() as connection:
        line = assessment_rows.assessment(connection, signed.assessment_id)
    if line is None:
        raise LookupError("a signed check that is not in the records")
    return Recorded(line.about, signed, signed.changes | changes(rows.KIND, resident=resident_id))


def mark_injuries(session: Session, fall_id: str, injuries: Sequence[Injury], *, none_found: bool = False) -> Saved:
    """Record what was seen when the resident was looked over: every injury there is, or that there was none."""
    require(session, Action.RECORD_ASSESSMENT)
    marks = domain.checked_injuries(injuries, none_found=none_found)
    with session.write() as work:
        line = _sound(work.connection, fall_id)
        known = replace(line.fall, injuries=marks, no_injury=none_found)
        return _saved(rows.save(work, line.resident_id, known, fall_id=fall_id, action="change"))


def stop_observations(
    session: Session, fall_id: str, *, why: str, name: str = "", reason: str = "", at: datetime | None = None
) -> Saved:
    """End the observations before their time (:data:`app.domain.falls.STOPS`). Raises UserError with a problem a
    field."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.write() as work:
        line = _sound(work.connection, fall_id)
        if line.fall.stopped is not None:
            raise UserError("The observations were ended already", field="why")
        stopped = domain.checked_stop(Stopped(at or session.now(), why, name, reason), line.fall, session.now())
        known = replace(line.fall, stopped=stopped)
        return _saved(
            rows.save(work, line.resident_id, known, fall_id=fall_id, action="stop", reason=stopped.words)
        )  # fmt: skip


def go_on_observing(session: Session, fall_id: str, *, reason: str) -> Saved:
    """Take up observations again that were ended; that they were stays readable."""
    require(session, Action.RECORD_ASSESSMENT)
    why = _reason(reason, "Enter why the observations go on")
    with session.write() as work:
        line = _sound(work.connection, fall_id)
        if line.fall.stopped is None:
            raise UserError("The observations were not ended", field="reason")
        known = replace(line.fall, stopped=None)
        return _saved(rows.save(work, line.resident_id, known, fall_id=fall_id, action="resume", reason=why))


def entered_in_error(session: Session, fall_id: str, *, reason: str) -> Changes:
    """Say that a fall should not have been recorded (another resident, say). It and what was signed about it stay
    readable and count for nothing; what they called for is withdrawn."""
    require(session, Action.SIGN_ASSESSMENT)
    why = _reason(reason, "Enter the reason")
    with session.write() as work:
        line = _sound(work.connection, fall_id)
        for code in (CHECK, CIRCUMSTANCES):
            for each in _signed(work.connection, line, code):
                assessment_rows.mark_in_error(work, each, _body(work.connection, each), why)
                alerts.withdraw(work, session, each.id, why)
        rows.mark_in_error(work, line, why)
    return _changed(line.resident_id) | changes("alert", "outbox")


# ------------------------------------------------------------------- what follows when something about one is signed


def begun(work: Work, resident: ResidentLine, entry: Entry, at: datetime) -> str:
    """The fall that a check or a record is of which names none: a new one, in the transaction that signs it.

    A record without a fall belongs to the resident's last fall of the three days before, when that has none yet.
    """
    resident_id = resident.resident.id
    if entry.instrument == CIRCUMSTANCES:
        recorded = rows.signed_about(work.connection, [resident_id], CIRCUMSTANCES)
        for line in rows.of_resident(work.connection, resident_id):
            if not line.in_error and line.id not in recorded and timedelta(0) <= at - line.at <= _SAME_FALL:
                return line.id
    return rows.save(work, resident_id, Fall(at)).id


def check_about(connection: Connection, resident_id: ResidentId, instrument: str, about: str) -> None:
    """Refuse to sign an assessment about a fall that it cannot be of. Nothing is said of what is about no fall."""
    line = rows.fall(connection, about)
    if line is None:
        if instrument in {CHECK, CIRCUMSTANCES}:
            raise UserError("This fall is not in the records", field="about")
        return
    if instrument not in {CHECK, CIRCUMSTANCES}:
        raise UserError(f"{registry.instrument(instrument).title} is of the resident, not of one fall", field="about")
    if line.resident_id != resident_id:
        raise UserError("This fall is in the record of another resident", field="about")
    if line.in_error:
        raise UserError("This fall was marked as entered in error", field="about")


def follow(work: Work, about: str) -> None:
    """Bring a fall in line with what is signed about it, in the transaction in which that was signed, corrected or
    marked as entered in error. A fall about which nothing sound is left was none."""
    line = rows.fall(work.connection, about)
    if line is None or line.in_error:
        return
    checks, records = (_signed(work.connection, line, code) for code in (CHECK, CIRCUMSTANCES))
    if not checks and not records:
        rows.mark_in_error(work, line, _STRUCK)
        return
    check = _answers(work.connection, checks[0]) if checks else {}
    record = _answers(work.connection, records[0]) if records else {}
    found = record.get("found_at")
    at = parse_instant(found) if isinstance(found, str) and found else (checks or records)[-1].at
    known = domain.after_signing(line.fall, check, record, at)
    if known != line.fall:
        rows.save(work, line.resident_id, known, fall_id=line.id, action="change")


# ------------------------------------------------------------------------------------------------------------- paper


def fall_paper(session: Session, fall_id: str) -> bytes:
    """The incident sheet of one fall as a PDF. Printing is audited."""
    from app.reports.falls import FallPaper, fall_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = _existing(work.connection, fall_id)
        if line.in_error:
            raise UserError("This fall was marked as entered in error and is not printed", field="fall")
        whole = _whole(session, work.connection, line)
        work.audit("print", rows.KIND, fall_id, resident_id=line.resident_id)
        paper = FallPaper(
            details=whole.details,
            home=session.home.name,
            practice=session.home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
            fall=whole.row.fall,
            decision=whole.row.band_label,
            do=whole.check.outcome.actions if whole.check else (),
            why=whole.check.outcome.workings if whole.check else (),
            checked=_signed_words(whole.check),
            answers=answer_words(whole.check),
            circumstances=answer_words(whole.record),
            recorded=_signed_words(whole.record),
            progress=whole.progress,
            sets=tuple((row.at, f"{row.score} {row.band_label}".strip(), row.signed_by) for row in whole.sets),
            alerts=tuple((each.title, each.phone_who, each.called_at, each.spoke_to) for each in whole.alerts),
            assessed=whole.row.assessed,
            actions=whole.actions,
            notes=tuple(each.note for each in (whole.check, whole.record) if each is not None and each.note),
        )
    return fall_pdf(paper)


def _signed_words(signed: Assessment | None) -> tuple[datetime, str] | None:
    return (signed.row.at, signed.row.signed_by) if signed else None


def answer_words(signed: Assessment | None) -> tuple[tuple[str, str], ...]:
    """What was answered, as question and answer in the words of the form, in its order."""
    from app.domain.questionnaire import answer_words as words
    from app.domain.questionnaire import spread

    if signed is None:
        return ()
    asked = assessments.form(signed.row.instrument)
    given = spread(signed.answers, asked)
    return tuple(
        (each.text, words(each, given[each.link_id]))
        for each in asked.questions()
        if given.get(each.link_id) is not None and given.get(each.link_id) != []
    )


# ------------------------------------------------------------------------------------------------------- inner parts


def _register(
    session: Session, connection: Connection, resident_id: ResidentId | None, since: datetime | None
) -> tuple[FallRow, ...]:
    if resident_id is None:
        lines = rows.of_home(connection, since)
    else:
        lines = tuple(
            line for line in rows.of_resident(connection, resident_id) if since is None or line.at >= since
        )  # fmt: skip
    residents = {line.resident_id for line in lines}
    people = {each: known_resident(connection, each) for each in residents}
    checks, records = (rows.signed_about(connection, residents, code) for code in (CHECK, CIRCUMSTANCES))
    assessed = rows.newest(connection, residents, rows.ASSESSMENT)
    return tuple(_row(session, connection, line, people[line.resident_id], checks, records, assessed) for line in lines)


def _row(
    session: Session,
    connection: Connection,
    line: FallLine,
    person: ResidentLine,
    checks: Mapping[str, tuple[rows.About, ...]],
    records: Mapping[str, tuple[rows.About, ...]],
    assessed: Mapping[ResidentId, datetime],
) -> FallRow:
    check = next(iter(checks.get(line.id, ())), None)
    circumstances = next(iter(records.get(line.id, ())), None)
    watched = not line.in_error and line.at >= session.now() - _WATCHED
    details = person.resident.details
    done = assessed.get(line.resident_id)
    return FallRow(
        id=line.id,
        revision_id=line.revision_id,
        resident_id=line.resident_id,
        resident_name=details.banner_name,
        room=details.room,
        status=person.status(session.now()),
        fall=line.fall,
        band=check.band if check else None,
        band_label=assessments.result_label(CHECK, check.band, complete=check.complete) if check else "",
        severity=Severity(check.severity) if check else Severity.NONE,
        circumstances=MISSING if circumstances is None else RECORDED if circumstances.complete else INCOMPLETE,
        progress=_progress(session, connection, line, person) if watched else None,
        assessed=done is not None and to_local(done).date() >= to_local(line.at).date(),
        in_error=line.in_error,
    )


def _progress(session: Session, connection: Connection, line: FallLine, person: ResidentLine) -> Progress:
    stopped = line.fall.stopped
    due = domain.timetable(
        line.at, head_injury_possible=line.fall.head, status=person.status, stopped_at=stopped.at if stopped else None
    )
    taken = rows.sets_taken(connection, line.resident_id, line.at, line.at + _WATCHED)
    return domain.progress(line.at, due, taken, session.now())


def _whole(session: Session, connection: Connection, line: FallLine) -> FallWhole:
    resident_id = line.resident_id
    person = known_resident(connection, resident_id)
    residents = (resident_id,)
    checks, records = (rows.signed_about(connection, residents, code) for code in (CHECK, CIRCUMSTANCES))
    row = _row(session, connection, line, person, checks, records, rows.newest(connection, residents, rows.ASSESSMENT))
    signed = {code: _signed(connection, line, code) for code in (CHECK, CIRCUMSTANCES)}
    whole = {code: assessments.whole(session, connection, each[0]) for code, each in signed.items() if each}
    ids = frozenset(
        alert.id for found in signed.values() for each in found for alert in alert_rows.alerts_of(connection, each.id)
    )
    until = line.at + _WATCHED
    return FallWhole(
        row=row,
        details=person.resident.details,
        check=whole.get(CHECK),
        record=whole.get(CIRCUMSTANCES),
        progress=_progress(session, connection, line, person),
        sets=tuple(
            assessments.row_of(session, each)
            for each in assessment_rows.sound(connection, (rows.SET,), line.at, until, resident_id)
        ),
        alerts=alerts.rows_for(session, connection, resident_id=resident_id, alert_ids=ids) if ids else (),
        actions=_actions(session, connection, resident_id),
        drafts=tuple(
            each for each in assessments.draft_rows(session, connection, resident_id) if each.about == line.id
        ),
        versions=tuple(
            FallVersion(each.recorded_at, session.person(each.author), each.state, each.reason,
                        rows.taken_apart(each.body))
            for each in reversed(revisions.revisions(connection, line.id))
        ),
    )  # fmt: skip


def _actions(session: Session, connection: Connection, resident_id: ResidentId) -> tuple[domain.Action, ...]:
    line = next(iter(assessment_rows.latest(connection, resident_id, rows.ASSESSMENT, "")), None)
    return domain.actions(_answers(connection, line), session.today()) if line else ()


def _thinners(connection: Connection, resident_id: ResidentId, today: date) -> tuple[str, ...]:
    listed = [fact.body for fact in resident_rows.facts(connection, resident_id, FactKind.MEDICINE)]
    return tuple(
        each.name
        for each in listed
        if isinstance(each, Medicine) and each.taken_on(today) and domain.is_thinner(each.name)
    )


def _signed(connection: Connection, line: FallLine, code: str) -> tuple[assessment_rows.AssessmentLine, ...]:
    """What is signed about the fall with an instrument and was not entered in error, newest first."""
    found = assessment_rows.history(connection, line.resident_id, code, _DEPTH, line.id)
    return tuple(each for each in found if each.state != assessment_rows.IN_ERROR)


def _body(connection: Connection, line: assessment_rows.AssessmentLine) -> Any:
    revision = revisions.revision(connection, line.revision_id)
    if revision is None:
        raise LookupError("an assessment without its revision")
    return revision.body


def _answers(connection: Connection, line: assessment_rows.AssessmentLine) -> Mapping[str, Any]:
    answers: Mapping[str, Any] = _body(connection, line)["answers"]
    return answers


def _existing(connection: Connection, fall_id: str) -> FallLine:
    line = rows.fall(connection, fall_id)
    if line is None:
        raise UserError("This fall is not in the records", field="fall")
    return line


def _sound(connection: Connection, fall_id: str) -> FallLine:
    line = _existing(connection, fall_id)
    if line.in_error:
        raise UserError("This fall was marked as entered in error", field="fall")
    return line


def _reason(reason: str, needed: str) -> str:
    if not reason.strip():
        raise UserError(needed, field="reason")
    return reason.strip()


def _saved(line: FallLine) -> Saved:
    return Saved(line.id, line.revision_id, _changed(line.resident_id))


def _changed(resident_id: ResidentId) -> Changes:
    return changes(rows.KIND, "assessment", "resident", resident=resident_id)
