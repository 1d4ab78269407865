"""Assessments: drafts, live scores, signing, amending, and what is due."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from app import paths
from app.domain import codec, questionnaire
from app.domain.alerts import AlertRule, alerts_for
from app.domain.dates import date_time, to_local, to_utc
from app.domain.errors import UserError
from app.domain.instruments import falls_multifactorial, registry
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.registry import Instrument
from app.domain.observations import measured_by
from app.domain.people import ResidentId, RevisionId
from app.domain.questionnaire import Form, Unable
from app.domain.wounds import is_asked
from app.models import assessments as rows
from app.models import residents as resident_rows
from app.models import revisions
from app.models import wounds as wound_rows
from app.models.residents import LivingLine, ResidentLine
from app.models.store import Work
from app.services import alerts, permission, questionnaires
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ON_ADMISSION = ("must", "waterlow", "news2", "falls_multifactorial", "about_me", "cga")
"""What every resident has within the first days; a resident without one of them has it due since arrival."""
_TREND_DEPTH = 5
"""How far back to look for the sound assessment before one that is opened."""
_USUAL_AFTER = timedelta(days=1)
_USUAL_DEPTH = 100
_UNITS = {"ulna_height": " m", "wound_area_reduction": " %", "who5": " %"}
_DRAFT_AT, _DRAFT_REASON, _DRAFT_NOTE, _DRAFT_UNABLE = (
    "hartwell.at", "hartwell.reason", "hartwell.note", "hartwell.unable",
)  # fmt: skip
"""Where a draft's time, reason, note and what could not be assessed stand among its stored answers; no questionnaire
has such link ids, and only :func:`save_draft` and :func:`load_draft` know of them."""
_TO_COME = frozenset({("sbard", "requested_by")})
"""Moments in our forms that are asked for ahead."""
_NOTE_LIMIT = 4000
_NOT_ANSWERED, _NOTHING = "Not answered", "Nothing"
_STATES = {rows.SIGNED: "Signed", rows.AMENDED: "Amended", rows.IN_ERROR: "Entered in error"}


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment in a list. ``overdue`` is against today; ``trend`` compares the score with the one before."""

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    instrument: str
    short: str
    title: str
    at: datetime
    score: str
    band: str | None
    band_label: str
    severity: Severity
    state: str
    signed_by: str
    next_due: date | None
    overdue: bool
    trend: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment whole: its answers, the outcome as it was shown, and the versions before this one.

    ``note`` is what was written beside it; ``unable`` says of questions that could not be assessed why, by link id and
    code of :class:`~app.domain.questionnaire.Unable`.
    """

    row: AssessmentRow
    answers: Mapping[str, object]
    outcome: Outcome
    reason: str
    earlier: tuple[AssessmentRow, ...]
    note: str = ""
    unable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an assessment: who signed it when and why, with its answers and what they came to."""

    row: AssessmentRow
    answers: Mapping[str, object]
    outcome: Outcome
    reason: str
    note: str
    unable: Mapping[str, str]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs between two sets of answers, in words; "Not answered" where there is no answer."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """Unsigned work in a list. ``own`` when the signed-in person typed it."""

    id: str
    resident_id: ResidentId
    resident_name: str
    instrument: str
    title: str
    updated_at: datetime
    author: str
    own: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsigned work: what was typed, and the revision it would amend, if any.

    ``at`` is the time of the assessment as it was set: an instant, the text of one that cannot be read yet, or None
    for now. ``reason`` is that of an amendment; ``note`` and ``unable`` are those of :class:`Assessment`.
    """

    row: DraftRow
    answers: Mapping[str, object]
    amends: str | None
    at: datetime | str | None = None
    reason: str = ""
    note: str = ""
    unable: Mapping[str, str] = field(default_factory=dict)


class DraftGone(UserError):  # noqa: N818 - a refusal, said in words
    """The draft was signed or discarded meanwhile; nothing is saved into it or signed from it any more."""

    def __init__(self) -> None:
        super().__init__("This draft was signed or discarded already", field="draft")


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A draft was kept."""

    draft_id: str
    saved_at: datetime
    changes: Changes


@dataclass(frozen=True, slots=True)
class Signed:
    """An assessment was signed: what it came to, and whom it called for."""

    assessment_id: str
    revision_id: RevisionId
    outcome: Outcome
    alerts: tuple[alerts.AlertRow, ...]
    audit_count: int
    changes: Changes


@dataclass(frozen=True, slots=True)
class DueRow:
    """Something to assess. ``never`` when the resident has not had one at all; ``why`` when not its date but something
    else asks for it, such as a return from hospital."""

    resident_id: ResidentId
    resident_name: str
    room: str
    instrument: str
    title: str
    due: date | None
    overdue_days: int
    never: bool
    about: str = ""
    why: str = ""

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.overdue_days > 0


def instruments() -> tuple[Instrument, ...]:
    """Every instrument that can be recorded."""
    return registry.all_instruments()


def form(code: str, version: str = "") -> Form:
    """The instrument's form, drawn from its Questionnaire: ours, or one of the home's own, which is read in the version
    with which something was signed when that is given."""
    registry.instrument(code)
    return questionnaires.form_of(code, version) if registry.is_of_the_home(code) else _own_form(code)


@cache
def _own_form(code: str) -> Form:
    text = (paths.resources() / "instruments" / f"{code}.json").read_text(encoding="utf-8")
    return questionnaire.parse_questionnaire(json.loads(text, parse_float=Decimal))


def gathered(code: str, answers: Mapping[str, object]) -> dict[str, object]:
    """The answers as they are scored and kept: our own forms ask a list one by one, those from elsewhere have none."""
    return dict(answers) if registry.is_of_the_home(code) else questionnaire.gather(answers, form(code))


def preview(code: str, answers: Mapping[str, object], on: date) -> Outcome:
    """The score of what has been answered so far. Pure and quick: it may be asked at every key press."""
    return registry.score(code, gathered(code, answers), on)


def save_draft(
    session: Session,
    resident_id: ResidentId,
    instrument: str,
    answers: Mapping[str, object],
    draft_id: str | None = None,
    *,
    amends: str | None = None,
    at: datetime | str | None = None,
    reason: str = "",
    note: str = "",
    unable: Mapping[str, str] | None = None,
    about: str = "",
) -> SavedDraft:
    """Keep what has been typed, whatever state it is in. Answers are kept as typed; they are checked when signed.

    ``at``, ``reason``, ``note`` and ``unable`` are those of :class:`Draft`. ``amends`` is the revision that a new draft
    would amend, ``about`` the wound or fall that it is of; a draft keeps those it was begun with. Raises
    :class:`DraftGone` for a draft that was signed or discarded, which is never brought back by saving into it.
    """
    require(session, Action.RECORD_ASSESSMENT)
    registry.instrument(instrument)
    extra = {_DRAFT_AT: at, _DRAFT_REASON: reason, _DRAFT_NOTE: note, _DRAFT_UNABLE: dict(unable or {})}
    for key in extra:
        if key in answers:
            raise UserError(f"{key} is not an answer", field=key)
    typed = {**answers, **{key: value for key, value in extra.items() if value}}
    with session.write() as work:
        if draft_id is None and amends is None:
            permission.require_on(work.connection, instrument)
        if draft_id is not None:
            _draft(work.connection, draft_id, resident_id, instrument)
        elif amends is not None:
            _amended(work.connection, amends, resident_id, instrument)
        saved = rows.save_draft(work, draft_id, resident_id, instrument, typed, amends, about)
    return SavedDraft(saved, session.now(), changes("draft", resident=resident_id))


def drafts(session: Session, resident_id: ResidentId | None = None) -> tuple[DraftRow, ...]:
    """Unsigned work, newest first."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return draft_rows(session, connection, resident_id)


def load_draft(session: Session, draft_id: str) -> Draft:
    """Take up unsigned work again. Raises :class:`DraftGone`."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.read() as connection:
        line = rows.draft(connection, draft_id)
        if line is None:
            raise DraftGone
        answers = dict(line.answers)
        at, reason = answers.pop(_DRAFT_AT, None), answers.pop(_DRAFT_REASON, "")
        note, unable = answers.pop(_DRAFT_NOTE, ""), answers.pop(_DRAFT_UNABLE, {})
        row = _draft_row(session, connection, line)
        return Draft(
            row,
            answers,
            line.amends,
            _draft_time(at),
            str(reason),
            str(note),
            unable if isinstance(unable, dict) else {},
        )


def discard_draft(session: Session, draft_id: str) -> Changes:
    """Forget unsigned work, because its author said so. That it was discarded is audited."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.write() as work:
        line = rows.draft(work.connection, draft_id)
        if line is None:
            return changes("draft")
        rows.drop_draft(work, draft_id)
        work.audit("discard", "draft", draft_id, resident_id=line.resident_id)
    return changes("draft", resident=line.resident_id)


def sign(
    session: Session,
    resident_id: ResidentId,
    instrument: str,
    answers: Mapping[str, object],
    *,
    at: datetime | None = None,
    draft_id: str | None = None,
    note: str = "",
    unable: Mapping[str, str] | None = None,
    about: str = "",
) -> Signed:
    """Sign an assessment: score it, keep answers and outcome as shown, raise what it calls for, in one transaction.

    ``at`` is when it was made (now, unless given; never in the future); ``about`` the wound or fall that it is of.
    ``note`` and ``unable`` are those of :class:`Assessment`. Incomplete answers may be signed: they are kept
    as incomplete, and a red flag already met still raises its alert. Raises UserError with a problem a field,
    :class:`DraftGone` when the draft was signed or discarded already, and refuses the draft of an amendment, which
    only :func:`amend` signs.
    """
    require(session, Action.SIGN_ASSESSMENT)
    when = _checked_time(session, at)
    with session.write() as work:
        permission.require_on(work.connection, instrument)
        resident = known_resident(work.connection, resident_id)
        entry = _entry(instrument, answers, note, unable, about)
        return sign_within(work, session, resident, entry, when, draft_id=draft_id)


def amend(
    session: Session,
    revision_id: str,
    answers: Mapping[str, object],
    *,
    reason: str,
    at: datetime | None = None,
    draft_id: str | None = None,
    note: str | None = None,
    unable: Mapping[str, str] | None = None,
) -> Signed:
    """Sign a corrected version of an assessment.

    The earlier version stays readable; alerts are raised only for what it had not called for already. A draft may have
    been begun on an earlier version of the same assessment. Without ``note`` or ``unable`` (None) what the version
    before said stays, of questions that are not answered now. Raises as :func:`sign` does.
    """
    require(session, Action.SIGN_ASSESSMENT)
    if not reason.strip():
        raise UserError("Enter the reason for the amendment", field="reason")
    with session.write() as work:
        line = _current(work.connection, revision_id)
        when = _checked_time(session, at) if at else line.at
        resident = known_resident(work.connection, line.resident_id)
        said = revisions.revision(work.connection, line.revision_id)
        if said is None:
            raise LookupError("an assessment without its revision")
        if note is None:
            note = said.body.get("note", "")
        if unable is None:
            kept = said.body.get("unable", {})
            unable = {key: why for key, why in kept.items() if answers.get(key) is None}
        entry = _entry(line.instrument, answers, note, unable, line.about)
        return sign_within(work, session, resident, entry, when, line, reason.strip(), draft_id)


def assessment_of(session: Session, revision_id: str) -> str:
    """The id of the assessment that a revision belongs to, be it the newest of it or an earlier one."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return _entity(connection, revision_id)


def revision_of(session: Session, revision_id: str, resident_id: ResidentId, instrument: str) -> str:
    """The revision id, once it is certain that it is this resident's and this instrument's; refused otherwise."""
    with session.read() as connection:
        line = _current(connection, revision_id)
    if line.resident_id != resident_id or line.instrument != instrument:
        raise UserError("That assessment belongs to another resident or instrument", field="amends")
    return revision_id


def entered_in_error(session: Session, revision_id: str, *, reason: str) -> Changes:
    """Say that an assessment should not have been recorded (the wrong resident, say). It stays readable, struck out."""
    require(session, Action.SIGN_ASSESSMENT)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        line = _current(work.connection, revision_id)
        revision = revisions.revision(work.connection, line.revision_id)
        if revision is None:
            raise LookupError("an assessment without its revision")
        rows.mark_in_error(work, line, revision.body, reason.strip())
        alerts.withdraw(work, session, line.id, reason.strip())
        _followed(work, session, known_resident(work.connection, line.resident_id), line.instrument, line.about)
    return changes("assessment", "resident", "alert", "outbox", resident=line.resident_id)


def assessment(session: Session, assessment_id: str) -> Assessment:
    """One assessment whole, with its earlier versions. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = rows.assessment(work.connection, assessment_id)
        if line is None:
            raise UserError("This assessment is not in the records", field="assessment")
        work.audit("view", "assessment", assessment_id, resident_id=line.resident_id)
        return _whole(session, work.connection, line)


def versions(session: Session, assessment_id: str) -> tuple[Version, ...]:
    """Every version of an assessment whole, the newest first. Part of an assessment that is open already."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = rows.assessment(connection, assessment_id)
        if line is None:
            raise UserError("This assessment is not in the records", field="assessment")
        return tuple(
            Version(
                _revision_row(session, line, found),
                found.body["answers"],
                outcome_from(found.body["outcome"]),
                found.reason,
                found.body.get("note", ""),
                found.body.get("unable", {}),
                found.recorded_at,
            )
            for found in reversed(revisions.revisions(connection, assessment_id))
            if found.body is not None
        )


def differences(
    code: str, before: Mapping[str, object], after: Mapping[str, object], version: str = ""
) -> tuple[Difference, ...]:
    """What differs between two sets of answers to an instrument, field by field, in the order of its form (in the
    ``version`` of a questionnaire of the home's own)."""
    questions = form(code, version)
    old, new = (questionnaire.spread(each, questions) for each in (before, after))
    asked = questionnaire.unfold(questions, {**old, **new}).questions()
    return tuple(
        Difference(each.text, _said(each, old.get(each.link_id)), _said(each, new.get(each.link_id)))
        for each in asked
        if _said(each, old.get(each.link_id)) != _said(each, new.get(each.link_id))
    )


def changes_of(earlier: Version, later: Version) -> tuple[Difference, ...]:
    """What differs between two versions: the answers, what could not be assessed, the note, the time and the result.

    A question that the form of the earlier version does not ask (the home's own questionnaire has changed since) is
    named by its link id.
    """
    code, version = later.row.instrument, earlier.outcome.version
    found = list(differences(code, earlier.answers, later.answers, version))
    labels = {each.link_id: each.text for each in form(code, version).questions()}
    unable = {*earlier.unable, *later.unable}
    labels |= {link_id: link_id for link_id in sorted(unable - labels.keys())}
    for link_id in sorted(unable, key=list(labels).index):
        was, now = (_unable_words(each.unable.get(link_id)) for each in (earlier, later))
        if was != now:
            found.append(Difference(f"{labels[link_id]}: could not be assessed", was, now))
    for label, was, now in (
        ("Notes", earlier.note or _NOTHING, later.note or _NOTHING),
        ("Time of the assessment", date_time(earlier.row.at), date_time(later.row.at)),
        ("Result", _result(earlier), _result(later)),
        ("State", _STATES.get(earlier.row.state, earlier.row.state), _STATES.get(later.row.state, later.row.state)),
    ):
        if was != now:
            found.append(Difference(label, was, now))
    return tuple(found)


def listed(session: Session, assessment_id: str) -> AssessmentRow:
    """One assessment as lists show it, to be opened from another list; opening it is what is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = rows.assessment(connection, assessment_id)
        if line is None:
            raise UserError("This assessment is not in the records", field="assessment")
        return _row(session, line, None)


def previous(session: Session, resident_id: ResidentId, instrument: str, about: str = "") -> Assessment | None:
    """The newest sound assessment with the instrument (of the same wound or fall), to show beside today's."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = next(iter(rows.latest(connection, resident_id, instrument, about)), None)
        return _whole(session, connection, line) if line else None


def before(session: Session, row: AssessmentRow) -> Assessment | None:
    """The last complete, sound assessment of the same kind (and wound or fall) before this one, or None.

    Part of an assessment that is open already.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        line = rows.before(connection, row.resident_id, row.instrument, row.at, about=row.about, other_than=row.id)
        return _whole(session, connection, line) if line else None


def history(
    session: Session,
    resident_id: ResidentId,
    instrument: str | None = None,
    limit: int = 200,
    *,
    again: bool = False,
    about: str | None = None,
) -> tuple[AssessmentRow, ...]:
    """A resident's assessments, newest first, of one wound or fall when ``about`` names it.

    Looking is audited, unless the same list is read ``again``.
    """
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        if not again:
            detail = {"of": instrument or "assessments"}
            work.audit("view", "history", resident_id, resident_id=resident_id, detail=detail)
        lines = rows.history(work.connection, resident_id, instrument, limit, about)
        return tuple(_row(session, line, _before(lines, line)) for line in lines)


def due(session: Session, resident_id: ResidentId | None = None) -> tuple[DueRow, ...]:
    """What is due for residents who live here, the longest overdue first."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return due_rows(session, connection, resident_id)


def latest_rows(session: Session, connection: Connection, resident_id: ResidentId) -> tuple[AssessmentRow, ...]:
    """The newest of each instrument for a resident, inside a transaction already open."""
    found = rows.latest_with_score_before(connection, resident_id)
    return tuple(_row(session, line, score_before) for line, score_before in found)


def latest_whole(session: Session, connection: Connection, resident_id: ResidentId) -> dict[str, Assessment]:
    """The newest of each instrument whole, by instrument, inside a transaction already open."""
    lines = sorted(rows.latest(connection, resident_id), key=lambda line: line.at)
    newest = {line.instrument: line for line in lines}  # of several wounds, the one seen last
    return {code: _whole(session, connection, line) for code, line in newest.items()}


def usual_news2(session: Session, connection: Connection, resident_id: ResidentId) -> Assessment | None:
    """The newest complete NEWS2 in its mildest band from at least a day ago: what is usual for the resident.

    Today's set is never its own baseline, and one from a bad day is nobody's usual.
    """
    before = session.now() - _USUAL_AFTER
    for line in rows.history(connection, resident_id, "news2", _USUAL_DEPTH):
        if line.at <= before and line.complete and line.band == "low" and line.state != rows.IN_ERROR:
            return _whole(session, connection, line)
    return None


def draft_rows(session: Session, connection: Connection, resident_id: ResidentId | None = None) -> tuple[DraftRow, ...]:
    """Unsigned work inside a transaction already open."""
    return tuple(_draft_row(session, connection, line) for line in rows.drafts(connection, resident_id))


def due_rows(session: Session, connection: Connection, resident_id: ResidentId | None = None) -> tuple[DueRow, ...]:
    """What is due, inside a transaction already open.

    Who lives here and what each has had come from the tables' own columns; no record is taken apart for it.
    """
    from app.services import falls

    today = session.today()
    people = resident_rows.living(connection, session.now(), resident_id)
    done: dict[ResidentId, dict[str, list[rows.BoardLine]]] = {}
    for line in rows.board(connection, [person.id for person in people]):
        done.setdefault(line.resident_id, {}).setdefault(line.instrument, []).append(line)
    medicines = _medicine_changes(connection, done)
    tools = permission.usable(connection)
    still = wound_rows.open_causes(connection)
    found: list[DueRow] = []
    for person in people:
        own = done.get(person.id, {})
        for tool in tools:
            for line in own.get(tool.code, ()):
                if line.about and (line.about not in still or not is_asked(tool.code, still[line.about])):
                    continue  # healed, or dealt with
                due_on, at_once = date.fromisoformat(line.next_due) if line.next_due else None, False
                if tool.code == "falls_multifactorial":
                    fall = _last_fall(own)
                    due_on, at_once = _falls_due(line, due_on, fall, medicines.get(person.id, ()))
                if due_on is not None and due_on <= today:
                    days = max((today - due_on).days, int(at_once))
                    found.append(_due(person, tool, due_on, days, never=False, about=line.about))
            if tool.code not in own and tool.code in _ON_ADMISSION:
                since = to_local(person.since).date() if person.since else None
                found.append(_due(person, tool, since, (today - since).days if since else 0, never=True))
    found += falls.due_rows(session, connection, people)
    return tuple(sorted(found, key=lambda row: (-row.overdue_days, row.resident_name)))


def _last_fall(own: Mapping[str, Sequence[rows.BoardLine]]) -> str | None:
    """The instant of the last fall. What is signed of one fall names it, and the first of these says when it was: a
    fall that is written up days later is no second one."""
    first: dict[str, str] = {}
    for each in (*own.get("post_fall", ()), *own.get("fall_record", ())):
        key = each.about or each.at
        first[key] = min(first.get(key, each.at), each.at)
    return max(first.values(), default=None)


def _medicine_changes(
    connection: Connection, done: Mapping[ResidentId, Mapping[str, Sequence[rows.BoardLine]]]
) -> Mapping[ResidentId, tuple[date, ...]]:
    """Changes of medicine since the oldest falls assessment that still counts for somebody."""
    made = [line.at for own in done.values() for line in own.get("falls_multifactorial", ())]
    if not made:
        return {}
    return resident_rows.medicine_changes(connection, list(done), to_local(codec.instant(min(made))).date())


def _falls_due(
    falls: rows.BoardLine, next_due: date | None, fell_at: str | None, medicine_changes: Sequence[date]
) -> tuple[date | None, bool]:
    """A fall or a change of medicine after the falls assessment makes it due again from that day."""
    fell = to_local(codec.instant(fell_at)).date() if fell_at else None
    return falls_multifactorial.due_again(
        to_local(codec.instant(falls.at)).date(), next_due, last_fall=fell, medicine_changes=medicine_changes
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """What is signed: the instrument, its answers, what could not be assessed and why, a note, and what it is of."""

    instrument: str
    answers: Mapping[str, object]
    note: str = ""
    unable: Mapping[str, str] = field(default_factory=dict)
    about: str = ""


def _entry(
    instrument: str, answers: Mapping[str, object], note: str, unable: Mapping[str, str] | None, about: str
) -> Entry:
    """The entry, once note and reasons can stand; UserError otherwise."""
    if len(note) > _NOTE_LIMIT:
        raise UserError(f"Notes must be {_NOTE_LIMIT:,} characters or fewer", field="note")
    asked = {question.link_id for question in form(instrument).questions()} if unable else set()
    for link_id, reason in (unable or {}).items():
        if link_id not in asked:
            raise UserError(f"{link_id} is not a question of this assessment", field=link_id)
        if reason not in set(Unable):
            raise UserError(f"The reason must be one of: {', '.join(Unable)}", field=link_id)
        if answers.get(link_id) is not None:
            raise UserError("A question that was answered was not impossible to assess", field=link_id)
    return Entry(instrument, answers, note.strip(), dict(unable or {}), about)


def sign_within(
    work: Work,
    session: Session,
    resident: ResidentLine,
    entry: Entry,
    at: datetime,
    amends: rows.AssessmentLine | None = None,
    reason: str = "",
    draft_id: str | None = None,
) -> Signed:
    """Sign inside a transaction already open, for a use case that records something else with it."""
    code = entry.instrument
    if to_local(at).date() < resident.resident.details.date_of_birth:
        raise UserError("The time of the assessment must be after the resident's date of birth", field="at")
    if draft_id:
        _check_draft(work.connection, draft_id, resident.resident.id, code, amends)
    entry = _of_a_fall(work, resident, entry, at, amends)
    _check_about(work.connection, resident.resident.id, entry, at, amends)
    questions = form(code)
    checked = questionnaire.check_answers(questions, entry.answers)
    _check_moments(questions, code, checked, resident.resident.details.date_of_birth, session.now())
    answers = gathered(code, checked)
    outcome = registry.score(code, answers, to_local(at).date())
    person = resident.resident
    rules = _called_for(work.connection, person.id, outcome, at, entry.about, amends)
    response = questionnaire.response(
        questions,
        checked,
        subject=f"Patient/{person.id}",
        authored=at,
        author=f"Practitioner/{session.account.staff_id}",
        unable=entry.unable,
    )
    body = {
        "resident_id": person.id,
        "instrument": code,
        "response": codec.parse(json.dumps(response)),  # its JSON numbers as exact decimals
        "answers": _plain(answers),
        "outcome": outcome_plain(outcome),
        "note": entry.note,
        "unable": dict(entry.unable),
        "about": entry.about,
    }
    line = rows.save(
        work,
        person.id,
        code,
        at,
        body,
        score=None if outcome.score is None else str(outcome.score),
        band=outcome.band,
        severity=outcome.severity.value,
        complete=outcome.complete,
        next_due=outcome.next_due,
        measured=measured_by(code, answers, entry.about),
        note=entry.note,
        about=entry.about,
        amends=amends,
        reason=reason,
    )
    rules += _of_the_record(work.connection, session, person.id, line.id, body, rules)
    raised = frozenset(
        alerts.raise_alert(work, session, person, rule, outcome, line.id, line.revision_id, at) for rule in rules
    )
    if draft_id:
        rows.drop_draft(work, draft_id)
    raised |= _followed(work, session, resident, code, entry.about)
    alert_rows = alerts.rows_for(session, work.connection, resident_id=person.id, alert_ids=raised) if raised else ()
    kinds = ("assessment", "resident", "draft", *(("alert", "outbox") if raised else ()))
    return Signed(line.id, line.revision_id, outcome, alert_rows, work.chain.count, changes(*kinds, resident=person.id))


def _of_the_record(
    connection: Connection,
    session: Session,
    resident_id: ResidentId,
    assessment_id: str,
    body: Mapping[str, Any],
    rules: tuple[AlertRule, ...],
) -> tuple[AlertRule, ...]:
    """The alerts that an entry calls for together with those before it, besides those that it calls for by itself."""
    from app.services import patterns

    found = patterns.called_for(
        connection, resident_id, body["instrument"], body["answers"], assessment_id, session.now()
    )
    return tuple(rule for rule in found if rule.kind not in {each.kind for each in rules})


def _check_about(
    connection: Connection, resident_id: ResidentId, entry: Entry, at: datetime, amends: rows.AssessmentLine | None
) -> None:
    if entry.about:
        from app.services import falls, wounds

        wounds.check_about(connection, resident_id, entry.instrument, entry.about, at, new=amends is None)
        falls.check_about(connection, resident_id, entry.instrument, entry.about)


def _of_a_fall(
    work: Work, resident: ResidentLine, entry: Entry, at: datetime, amends: rows.AssessmentLine | None
) -> Entry:
    """A post-fall check or fall record that names no fall is of one all the same, whoever signs it: the register of
    falls is never short."""
    if amends is not None or entry.about or entry.instrument not in {"post_fall", "fall_record"}:
        return entry
    from app.services import falls

    return replace(entry, about=falls.begun(work, resident, entry, at))


def _followed(work: Work, session: Session, resident: ResidentLine, instrument: str, about: str) -> frozenset[str]:
    """What follows from a review of a wound, from a stool, or from what is signed about a fall, is worked out again;
    the alerts that this raised."""
    from app.services import falls, observations, wounds

    if about and instrument in {"post_fall", "fall_record"}:
        falls.follow(work, about)
    if instrument == "bristol":
        return observations.follow_stool(work, session, resident)
    if instrument != "time_wound" or not about:
        return frozenset()

    return frozenset(
        alert.id for signed in wounds.follow_review(work, session, resident, about) for alert in signed.alerts
    )


def outcome_plain(outcome: Outcome) -> dict[str, object]:
    """An outcome as it is kept: the published shape, exact, with the workings and how loudly it spoke."""
    return {
        "instrument": outcome.instrument,
        "version": outcome.version,
        "complete": outcome.complete,
        "score": outcome.score,
        "band": outcome.band,
        "parts": dict(outcome.parts),
        "flags": list(outcome.flags),
        "missing": list(outcome.missing),
        "actions": list(outcome.actions),
        "next_due": outcome.next_due.isoformat() if outcome.next_due else None,
        "attribution": outcome.attribution,
        "workings": list(outcome.workings),
        "severity": outcome.severity.value,
    }


def outcome_from(plain: Mapping[str, object]) -> Outcome:
    """The outcome as it was kept and shown, whatever the rules say today."""
    values = dict(plain)
    next_due = values["next_due"]
    for name in ("flags", "missing", "actions", "workings"):
        values[name] = tuple(values[name])  # type: ignore[arg-type]
    values["next_due"] = date.fromisoformat(str(next_due)) if next_due else None
    values["severity"] = Severity(str(values["severity"]))
    return Outcome(**values)  # type: ignore[arg-type]


def score_text(code: str, score: str | None) -> str:
    """A stored score with its unit: ``16``, ``1.55 m``, ``25.0 %``; empty when there is none."""
    return "" if score is None else f"{score}{_UNITS.get(code, '')}"


def result_label(code: str, band: str | None, *, complete: bool) -> str:
    """The result in words: the band, or for what is captured without one whether it is complete; else nothing."""
    if band is not None:
        return registry.band_label(code, band)
    if registry.instrument(code).mode == "C":
        return "Complete" if complete else "Incomplete"
    return ""


def _said(question: questionnaire.Question, value: object) -> str:
    return _NOT_ANSWERED if value is None or value == [] else questionnaire.answer_words(question, value)


def _unable_words(reason: str | None) -> str:
    return Unable(reason).words if reason else "No"


def _result(version: Version) -> str:
    words = f"{version.row.score} {version.row.band_label}".strip()
    return words or ("Complete" if version.outcome.complete else "Incomplete")


def _plain(answers: Mapping[str, object]) -> dict[str, object]:
    def plain(value: object) -> object:
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, Mapping):
            return _plain(value)
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value

    return {key: plain(value) for key, value in answers.items()}


def _check_moments(form: Form, code: str, answers: Mapping[str, object], born: date, now: datetime) -> None:
    """Refuse a moment of our own forms that nobody can have lived through yet, or before the resident was born: a fall
    that is found tomorrow would be watched from tomorrow."""
    if registry.is_of_the_home(code):
        return
    for question in form.questions():
        at = answers.get(question.link_id)
        if not isinstance(at, datetime) or (code, question.link_id) in _TO_COME:
            continue
        label = question.text.rstrip(" ?:.")
        if at > now:
            raise UserError(f"{label} must be now or in the past", field=question.link_id)
        if to_local(at).date() < born:
            raise UserError(f"{label} must be after the resident's date of birth", field=question.link_id)


def _called_for(
    connection: Connection,
    resident_id: ResidentId,
    outcome: Outcome,
    at: datetime,
    about: str,
    amends: rows.AssessmentLine | None,
) -> tuple[AlertRule, ...]:
    """The alerts that a result calls for; of an amendment, those that the version it corrects did not call for."""
    other_than = amends.id if amends else ""
    line = rows.before(connection, resident_id, outcome.instrument, at, about=about, other_than=other_than)
    before = _outcome(connection, line) if line else None
    rules = alerts_for(outcome, before)
    known = alerts_for(_outcome(connection, amends), before) if amends else ()
    return tuple(rule for rule in rules if rule not in known)


def _checked_time(session: Session, at: datetime | None) -> datetime:
    when = to_utc(at) if at else session.now()
    if when > session.now():
        raise UserError("The time of the assessment must be now or in the past", field="at")
    return when


def _draft(connection: Connection, draft_id: str, resident_id: ResidentId, instrument: str) -> rows.DraftLine:
    line = rows.draft(connection, draft_id)
    if line is None:
        raise DraftGone
    if (line.resident_id, line.instrument) != (resident_id, instrument):
        raise UserError("This draft belongs to another resident or instrument", field="draft")
    return line


def _check_draft(
    connection: Connection, draft_id: str, resident_id: ResidentId, instrument: str, amends: rows.AssessmentLine | None
) -> None:
    """Whether what is signed is what the draft was begun as: otherwise one assessment would become two."""
    line = _draft(connection, draft_id, resident_id, instrument)
    if line.amends is None and amends is not None:
        raise UserError("This draft is of a new assessment and corrects none", field="draft")
    if line.amends is not None and (amends is None or _entity(connection, line.amends) != amends.id):
        raise UserError(
            "This draft corrects an earlier assessment. Continue it from the list of drafts to sign the correction",
            field="draft",
        )


def _draft_time(kept: object) -> datetime | str | None:
    """The time as a draft kept it: an instant is stored with its Z, and anything else is what was typed."""
    if isinstance(kept, str) and kept.endswith("Z"):
        try:
            return codec.instant(kept)
        except ValueError:
            return kept
    return kept if isinstance(kept, str) else None


def _entity(connection: Connection, revision_id: str) -> str:
    """The assessment that a revision belongs to."""
    revision = revisions.revision(connection, revision_id)
    if revision is None or revision.kind != "assessment":
        raise UserError("This assessment is not in the records", field="amends")
    return revision.entity_id


def _amended(connection: Connection, revision_id: str, resident_id: ResidentId, instrument: str) -> rows.AssessmentLine:
    line = rows.assessment(connection, _entity(connection, revision_id))
    if line is None or (line.resident_id, line.instrument) != (resident_id, instrument):
        raise UserError("That assessment belongs to another resident or instrument", field="amends")
    return line


def _current(connection: Connection, revision_id: str) -> rows.AssessmentLine:
    """The assessment that a revision belongs to, refused when something newer has been said about it since."""
    line = rows.assessment(connection, _entity(connection, revision_id))
    if line is None:
        raise UserError("This assessment is not in the records", field="amends")
    if line.revision_id != revision_id:
        raise UserError(
            "This assessment was changed meanwhile. Open it again to see the newest version", field="amends"
        )
    if line.state == rows.IN_ERROR:
        raise UserError("This assessment was marked as entered in error", field="amends")
    return line


def _outcome(connection: Connection, line: rows.AssessmentLine) -> Outcome:
    revision = revisions.revision(connection, line.revision_id)
    if revision is None:
        raise LookupError("an assessment without its revision")
    return outcome_from(revision.body["outcome"])


def whole(session: Session, connection: Connection, line: rows.AssessmentLine) -> Assessment:
    """An assessment whole, inside a transaction already open."""
    return _whole(session, connection, line)


def _whole(session: Session, connection: Connection, line: rows.AssessmentLine) -> Assessment:
    *earlier, current = revisions.revisions(connection, line.id)
    series = rows.history(connection, line.resident_id, line.instrument, _TREND_DEPTH, line.about)
    return Assessment(
        _row(session, line, _before(series, line)),
        current.body["answers"],
        outcome_from(current.body["outcome"]),
        current.reason,
        tuple(_revision_row(session, line, revision) for revision in reversed(earlier)),
        current.body.get("note", ""),
        current.body.get("unable", {}),
    )


def _revision_row(session: Session, line: rows.AssessmentLine, revision: revisions.Revision) -> AssessmentRow:
    outcome = outcome_from(revision.body["outcome"])
    tool = registry.instrument(line.instrument)
    return AssessmentRow(
        line.id,
        RevisionId(revision.id),
        line.resident_id,
        line.instrument,
        tool.short,
        tool.title,
        revision.valid_at,
        score_text(line.instrument, None if outcome.score is None else str(outcome.score)),
        outcome.band,
        result_label(line.instrument, outcome.band, complete=outcome.complete),
        outcome.severity,
        revision.state,
        session.person(revision.author),
        outcome.next_due,
        overdue=False,
        trend="",
        about=line.about,
    )


def row_of(session: Session, line: rows.AssessmentLine) -> AssessmentRow:
    """An assessment for a list that compares with nothing."""
    return _row(session, line, None)


def _row(session: Session, line: rows.AssessmentLine, score_before: str | None) -> AssessmentRow:
    tool = registry.instrument(line.instrument)
    return AssessmentRow(
        line.id,
        line.revision_id,
        line.resident_id,
        line.instrument,
        tool.short,
        tool.title,
        line.at,
        score_text(line.instrument, line.score),
        line.band,
        result_label(line.instrument, line.band, complete=line.complete),
        Severity(line.severity),
        line.state,
        session.person(line.signed_by),
        line.next_due,
        overdue=line.next_due is not None and line.next_due < session.today(),
        trend=_trend(line.score, score_before),
        about=line.about,
    )


def _before(lines: tuple[rows.AssessmentLine, ...], line: rows.AssessmentLine) -> str | None:
    """The score of the sound assessment with one just before this one, in a list that is newest first."""
    older = (
        other.score
        for other in lines
        if (other.instrument, other.about) == (line.instrument, line.about)
        and other.at < line.at
        and other.state != rows.IN_ERROR
        and other.score is not None
    )
    return next(older, None)


def _trend(score: str | None, score_before: str | None) -> str:
    if score is None or score_before is None:
        return ""
    now, then = Decimal(score), Decimal(score_before)
    return "same" if now == then else ("up" if now > then else "down")


def _draft_row(session: Session, connection: Connection, line: rows.DraftLine) -> DraftRow:
    resident = resident_rows.resident(connection, line.resident_id)
    return DraftRow(
        line.id,
        line.resident_id,
        resident.resident.details.banner_name if resident else "",
        line.instrument,
        registry.instrument(line.instrument).short,
        line.updated_at,
        session.person(line.author),
        own=line.author == session.account.user,
        about=line.about,
    )


def _due(
    person: LivingLine, tool: Instrument, due_on: date | None, days: int, *, never: bool, about: str = ""
) -> DueRow:
    return DueRow(person.id, person.banner_name, person.room, tool.code, tool.short, due_on, days, never, about)
