"""A resident's wounds: the series of each, from the day it was found to the day it has healed.

A review is a signed ``time_wound`` about the wound; each review with a size, from the second on, has a signed
``wound_area_reduction`` beside it, worked out here and never typed. It compares with the first measurement, as the
published series do: measured against the review before, a wound that creeps would never be "larger" by much. What
changed since the last review and over the last 2 and 4 weeks is said beside it (:mod:`app.domain.wounds`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.domain import wounds as domain
from app.domain.codec import canonical, to_plain
from app.domain.dates import short_date, to_local
from app.domain.errors import UserError
from app.domain.instruments import registry
from app.domain.instruments.exact import as_decimal
from app.domain.people import ResidentDetails, ResidentId, RevisionId
from app.domain.wounds import CategoryShown, Classified, Closing, Healing, Measure, Wound
from app.models import assessments as assessment_rows
from app.models import restored, revisions
from app.models import wounds as rows
from app.models.assessments import AssessmentLine
from app.models.residents import ResidentLine
from app.models.store import Work
from app.models.wounds import WoundLine
from app.services import alerts, assessments, photos
from app.services.access import Action, require
from app.services.assessments import AssessmentRow, Entry, Signed
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.photos import PhotoRow
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVIEW, REDUCTION, CATEGORY = "time_wound", "wound_area_reduction", "pressure_ulcer_category"
_CLASSIFYING = frozenset(domain.CLASSIFIED_BY.values())
_DEPTH = 1000
"""More reviews than a wound has in ten years, were it dressed twice a week."""
_CORRECTED = "A review of the wound was corrected"


@dataclass(frozen=True, slots=True)
class Review:
    """A signed review: its row, its answers, what was called for, and the size that it measured."""

    row: AssessmentRow
    answers: Mapping[str, Any]
    actions: tuple[str, ...]
    measure: Measure | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClassifiedRow:
    """A signed classification of the wound, with its words."""

    row: AssessmentRow
    words: str


@dataclass(frozen=True, slots=True)
class WoundVersion:
    """What was recorded of a wound before: when, by whom, why, and in which state."""

    revision_id: RevisionId
    recorded_at: datetime
    by: str
    state: str
    reason: str
    wound: Wound
    closing: Closing | None


@dataclass(frozen=True, slots=True)
class WoundRow:
    """A wound with all that its card shows.

    ``number`` is its mark on the body map, 0 for one that is closed or in error. ``category`` is how the category of a
    pressure ulcer is shown (None without one); ``classified`` every classification, ``reviews`` every sound review,
    both newest first; ``measures`` the sizes, oldest first. ``dressing_due`` and ``review_due`` are days, None when
    nothing is due. ``edge_stuck``: two weekly reviews without an advance.
    """

    id: str
    revision_id: RevisionId
    resident_id: ResidentId
    number: int
    wound: Wound
    closing: Closing | None
    in_error: bool
    age_days: int
    category: CategoryShown | None
    classified: tuple[ClassifiedRow, ...]
    reviews: tuple[Review, ...]
    measures: tuple[Measure, ...]
    healing: Healing
    edge_stuck: bool
    dressing_due: date | None
    review_due: date | None
    photos: tuple[PhotoRow, ...]

    @property
    def open(self) -> bool:
        """Whether it is still looked after."""
        return self.closing is None and not self.in_error

    @property
    def name(self) -> str:
        """``Sacrum, pressure``: which wound it is, in a few words."""
        return f"{self.wound.where}, {domain.CAUSES[self.wound.cause].lower()}"


@dataclass(frozen=True, slots=True)
class Wounds:
    """A resident's wounds: the open ones by number, then those closed, the latest first, then those in error."""

    resident_id: ResidentId
    details: ResidentDetails
    status: str
    rows: tuple[WoundRow, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A wound was recorded, changed, closed or opened again."""

    wound_id: str
    revision_id: RevisionId
    changes: Changes


# ----------------------------------------------------------------------------------------------------------- reading


def wounds(session: Session, resident_id: ResidentId, *, again: bool = False) -> Wounds:
    """Every wound of a resident, opened on a screen. Audited once, unless the same screen reads them ``again``."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        person = known_resident(work.connection, resident_id)
        if not again:
            work.audit(
                "view", "resident", resident_id, resident_id=resident_id, detail={"screen": "wounds"}
            )  # fmt: skip
        found = wound_rows(session, work.connection, resident_id)
        return Wounds(resident_id, person.resident.details, person.status(session.now()), found)


def wound(session: Session, wound_id: str) -> WoundRow:
    """One wound whole. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, wound_id)
        work.audit("view", rows.KIND, wound_id, resident_id=line.resident_id)
        return _one(session, work.connection, line)


def versions(session: Session, wound_id: str) -> tuple[WoundVersion, ...]:
    """What was ever recorded of where a wound is and what it comes from, newest first. Looking is audited."""
    require(session, Action.VIEW_RESIDENTS)
    with session.look() as work:
        line = _existing(work.connection, wound_id)
        work.audit("view", "history", wound_id, resident_id=line.resident_id, detail={"of": rows.KIND})
        return tuple(
            WoundVersion(
                RevisionId(each.id), each.recorded_at, session.person(each.author), each.state, each.reason,
                *rows.taken_apart(each.body),
            )
            for each in reversed(revisions.revisions(work.connection, wound_id))
        )  # fmt: skip


def wound_rows(session: Session, connection: Connection, resident_id: ResidentId) -> tuple[WoundRow, ...]:
    """The same inside a transaction already open: open ones first, then closed ones, then those in error."""
    lines = rows.of_resident(connection, resident_id)
    still = [line for line in lines if line.open]
    closed = sorted((line for line in lines if not line.open), key=_how_late)
    numbered = [(line, number) for number, line in enumerate(still, 1)] + [(line, 0) for line in closed]
    return tuple(_row(session, connection, line, number) for line, number in numbered)


def _how_late(line: WoundLine) -> tuple[bool, float]:
    ended = line.closing.at if line.closing else line.wound.found_at
    return line.in_error, -ended.timestamp()


# --------------------------------------------------------------------------------------------------------- recording


def add(session: Session, resident_id: ResidentId, wound: Wound) -> Saved:
    """Record a wound. Raises UserError with a problem a field."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.write() as work:
        person = known_resident(work.connection, resident_id)
        sound = domain.checked(wound, session.now(), person.resident.details.date_of_birth)
        return _saved(rows.save(work, resident_id, sound))


def change(session: Session, wound_id: str, wound: Wound, *, reason: str) -> Saved:
    """Record what is better known of a wound, with the reason; the earlier version stays readable."""
    require(session, Action.RECORD_ASSESSMENT)
    why = _reason(reason, "Enter the reason for the change")
    with session.write() as work:
        line = _sound(work.connection, wound_id)
        person = known_resident(work.connection, line.resident_id)
        sound = domain.checked(wound, session.now(), person.resident.details.date_of_birth)
        _check_found(work.connection, line, sound)
        return _saved(
            rows.save(
                work, line.resident_id, sound, line.closing, wound_id=wound_id, action="change", reason=why
            )
        )  # fmt: skip


def close(session: Session, wound_id: str, closing: Closing) -> Saved:
    """Record that a wound has healed, or why its series ends. Nothing is due for it any more."""
    require(session, Action.RECORD_ASSESSMENT)
    with session.write() as work:
        line = _sound(work.connection, wound_id)
        if line.closing is not None:
            raise UserError("This wound is closed already", field="how")
        sound = domain.checked_closing(closing, line.wound, session.now())
        _check_closed(work.connection, line, sound)
        return _saved(
            rows.save(
                work, line.resident_id, line.wound, sound, wound_id=wound_id, action="close", reason=sound.reason
            )
        )  # fmt: skip


def reopen(session: Session, wound_id: str, *, reason: str) -> Saved:
    """Record that a closed wound is open again; that it was closed stays readable."""
    require(session, Action.RECORD_ASSESSMENT)
    why = _reason(reason, "Enter why the wound is opened again")
    with session.write() as work:
        line = _sound(work.connection, wound_id)
        if line.closing is None:
            raise UserError("This wound is open", field="reason")
        return _saved(
            rows.save(work, line.resident_id, line.wound, None, wound_id=wound_id, action="reopen", reason=why)
        )


def entered_in_error(session: Session, wound_id: str, *, reason: str) -> Changes:
    """Say that a wound should not have been recorded (another resident, say). It and what was signed about it stay
    readable and count for nothing, on no list, pack or claim; what they called for is withdrawn, and whoever was told
    of it must be told again."""
    require(session, Action.SIGN_ASSESSMENT)
    why = _reason(reason, "Enter the reason")
    with session.write() as work:
        line = _sound(work.connection, wound_id)
        rows.mark_in_error(work, line, why)
        lines = _signed(work.connection, line)
        bodies = revisions.bodies(work.connection, [each.revision_id for each in lines])
        for each in lines:
            assessment_rows.mark_in_error(work, each, bodies[each.revision_id], why)
            alerts.withdraw(work, session, each.id, why)
    return _changed(line.resident_id) | changes("alert", "outbox")


def review(
    session: Session,
    wound_id: str,
    answers: Mapping[str, object],
    *,
    at: datetime | None = None,
    note: str = "",
    unable: Mapping[str, str] | None = None,
    draft_id: str | None = None,
) -> Signed:
    """Sign a review of a wound. With a size, and one measured before, the area reduction is signed in the same
    transaction and raises what it calls for. Which wound it is, is written in when nobody has. Raises UserError."""
    require(session, Action.SIGN_ASSESSMENT)
    with session.read() as connection:
        line = _sound(connection, wound_id)
    named = {"wound": name_of(line.wound), **{key: value for key, value in answers.items() if value is not None}}
    return assessments.sign(
        session, line.resident_id, REVIEW, named, at=at, draft_id=draft_id, note=note, unable=unable, about=wound_id
    )


def classify(
    session: Session,
    wound_id: str,
    answers: Mapping[str, object],
    *,
    at: datetime | None = None,
    note: str = "",
    draft_id: str | None = None,
) -> Signed:
    """Sign the classification that goes with the wound's cause: the category of a pressure ulcer, GLOBIAD for moisture
    damage, ISTAP for a skin tear. Raises UserError for a cause without one."""
    require(session, Action.SIGN_ASSESSMENT)
    with session.read() as connection:
        line = _sound(connection, wound_id)
    code = line.wound.classified_by
    if not code:
        raise UserError(_no_class(line.wound), field="cause")
    return assessments.sign(
        session, line.resident_id, code, answers, at=at, note=note, draft_id=draft_id, about=wound_id
    )


def name_of(wound: Wound) -> str:
    """Which wound it is, for the question of a review: at most 100 characters."""
    return f"{wound.where}, {domain.CAUSES[wound.cause].lower()}"[:100]


# ----------------------------------------------------------------------- what follows when an assessment is of a wound


def check_about(
    connection: Connection, resident_id: ResidentId, instrument: str, about: str, at: datetime, *, new: bool
) -> None:
    """Refuse to sign an assessment about a wound that it cannot be of. Nothing is said of what is about no wound."""
    line = rows.wound(connection, about) if about else None
    if line is None:
        if about and instrument in {REVIEW, REDUCTION, *_CLASSIFYING}:
            raise UserError("This wound is not in the records", field="about")
        return
    if line.resident_id != resident_id:
        raise UserError("This wound is in the record of another resident", field="about")
    if line.in_error:
        raise UserError("This wound was marked as entered in error", field="about")
    if new and instrument != REDUCTION and line.closing is not None and at > line.closing.at:
        raise UserError("This wound is closed. Open it again first", field="about")
    if instrument in _CLASSIFYING and line.wound.classified_by != instrument:
        raise UserError(_no_class(line.wound), field="about")
    if to_local(at).date() < to_local(line.wound.found_at).date():
        found = short_date(to_local(line.wound.found_at).date())
        raise UserError(f"The wound was found on {found}: it cannot have been looked at before", field="at")


def follow_review(work: Work, session: Session, person: ResidentLine, about: str) -> tuple[Signed, ...]:
    """Bring the signed area reductions of a wound in line with its reviews; what was signed anew.

    Called in the transaction in which a review was signed, corrected or marked as entered in error. Whatever the order
    in which reviews come, each is compared with the first.
    """
    if rows.wound(work.connection, about) is None:
        return ()
    resident_id = person.resident.id
    measures = [m for each in _reviews(session, work.connection, resident_id, about) if (m := each.measure)]
    first = domain.first_measure(measures)
    wanted = {
        each.at: domain.reduction_answers(first, each)
        for each in measures
        if first is not None and each.at > first.at
    }  # fmt: skip
    signed = []
    lines = [
        line
        for line in assessment_rows.history(work.connection, resident_id, REDUCTION, _DEPTH, about)
        if line.state != assessment_rows.IN_ERROR
    ]
    bodies = revisions.bodies(work.connection, [line.revision_id for line in lines])
    for line in lines:
        body = bodies[line.revision_id]
        answers = wanted.pop(line.at, None)
        if answers is None:
            assessment_rows.mark_in_error(work, line, body, _CORRECTED)
            alerts.withdraw(work, session, line.id, _CORRECTED)
        elif canonical(to_plain(answers)) != canonical(body["answers"]):
            signed.append(
                assessments.sign_within(
                    work, session, person, Entry(REDUCTION, answers, about=about), line.at, line, _CORRECTED
                )
            )  # fmt: skip
    for at, answers in sorted(wanted.items()):
        signed.append(
            assessments.sign_within(work, session, person, Entry(REDUCTION, answers, about=about), at)
        )  # fmt: skip
    return tuple(signed)


# ------------------------------------------------------------------------------------------------------------- paper


def wound_paper(session: Session, wound_id: str, *, photos_too: bool = False) -> bytes:
    """The chart of one wound as a PDF. Printing is audited; photos are on it only when asked for."""
    from app.reports.wounds import WoundPaper, wound_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = _existing(work.connection, wound_id)
        if line.in_error:
            raise UserError("This wound was marked as entered in error and is not printed", field="wound")
        person = known_resident(work.connection, line.resident_id)
        row = _one(session, work.connection, line)
        shown = _pictures(work, row) if photos_too else ()
        work.audit(
            "print", rows.KIND, wound_id, resident_id=line.resident_id, detail={"photos": len(shown)}
        )  # fmt: skip
        paper = WoundPaper(
            details=person.resident.details,
            home=session.home.name,
            practice=session.home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
            wound=row.wound,
            number=row.number or 1,
            age_days=row.age_days,
            closing=row.closing,
            category=row.category,
            classified=tuple((each.row.at, each.words, each.row.signed_by) for each in row.classified),
            measures=row.measures,
            healing=row.healing,
            edge_stuck=row.edge_stuck,
            dressing_due=row.dressing_due,
            review_due=row.review_due,
            reviews=tuple(_paper_review(each) for each in row.reviews),
            photos=shown,
        )
    made: bytes = wound_pdf(paper)
    return made


def _pictures(work: Work, row: WoundRow) -> tuple[Any, ...]:
    from app.models import photos as photo_rows
    from app.reports.wounds import PaperPhoto

    lines = photo_rows.of_resident(work.connection, row.resident_id, row.id)
    return tuple(
        PaperPhoto(line.taken_at, jpeg, line.photo.width, line.photo.height, line.photo.consent.words, line.photo.note)
        for line in lines
        if (jpeg := photo_rows.content(work.connection, line.sha256)) is not None
    )


def _paper_review(each: Review) -> Any:
    from app.reports.wounds import PaperReview

    return PaperReview(each.row.at, each.row.signed_by, each.measure, review_words(each.answers), each.note)


def review_words(answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a review saw, as question and answer in the words of its form, without the size."""
    from app.domain.questionnaire import answer_words, spread

    asked = assessments.form(REVIEW)
    given = spread(answers, asked)
    return tuple(
        (each.text, answer_words(each, given[each.link_id]))
        for each in asked.questions()
        if given.get(each.link_id) is not None and each.link_id not in {"wound", "length_cm", "width_cm"}
    )


# ------------------------------------------------------------------------------------------------------- inner parts


def _one(session: Session, connection: Connection, line: WoundLine) -> WoundRow:
    of = rows.of_resident(connection, line.resident_id)
    number = next((n for n, each in enumerate((w for w in of if w.open), 1) if each.id == line.id), 0)
    return _row(session, connection, line, number)


def _row(session: Session, connection: Connection, line: WoundLine, number: int) -> WoundRow:
    reviews = _reviews(session, connection, line.resident_id, line.id)
    measures = tuple(sorted((m for each in reviews if (m := each.measure)), key=lambda m: m.at))
    healing = domain.healing(measures)
    classified = _classified(session, connection, line)
    known = [
        Classified(each.row.at, each.row.band)
        for each in classified
        if each.row.instrument == CATEGORY and each.row.band in domain.BANDS
    ]
    smaller = healing.since_first is not None and healing.since_first.percent > 0
    shown = domain.category_shown(known, smaller=smaller, closed=line.closing is not None) if known else None
    ended = line.closing.at if line.closing else session.now()
    newest = reviews[0] if reviews else None
    return WoundRow(
        id=line.id,
        revision_id=line.revision_id,
        resident_id=line.resident_id,
        number=number,
        wound=line.wound,
        closing=line.closing,
        in_error=line.in_error,
        age_days=(to_local(ended).date() - to_local(line.wound.found_at).date()).days,
        category=None if line.wound.classified_by != CATEGORY else shown,
        classified=classified,
        reviews=reviews,
        measures=measures,
        healing=healing,
        edge_stuck=domain.edge_stuck([(each.row.at, each.answers.get("edge")) for each in reviews]),
        dressing_due=_day(newest.answers.get("next_change")) if newest and line.open else None,
        review_due=_review_due(line, newest),
        photos=photos.photo_rows(connection, line.resident_id, line.id),
    )


def _review_due(line: WoundLine, newest: Review | None) -> date | None:
    """The day of the next review: that of the newest one, or the day on which the wound was found."""
    if not line.open:
        return None
    if newest is not None and newest.row.next_due is not None:
        return newest.row.next_due
    return to_local(newest.row.at if newest else line.wound.found_at).date()


def _reviews(session: Session, connection: Connection, resident_id: ResidentId, about: str) -> tuple[Review, ...]:
    """The sound reviews of a wound, newest first."""
    lines = [
        line
        for line in assessment_rows.history(connection, resident_id, REVIEW, _DEPTH, about)
        if line.state != assessment_rows.IN_ERROR
    ]
    bodies = revisions.bodies(connection, [line.revision_id for line in lines])
    found = []
    for line in lines:
        body = bodies[line.revision_id]
        answers = body["answers"]
        length, width = as_decimal(answers.get("length_cm")), as_decimal(answers.get("width_cm"))
        measure = Measure(line.at, length, width) if length is not None and width is not None else None
        row = assessments.row_of(session, line)
        found.append(Review(row, answers, tuple(body["outcome"]["actions"]), measure, body.get("note", "")))
    return tuple(found)


def _classified(session: Session, connection: Connection, line: WoundLine) -> tuple[ClassifiedRow, ...]:
    found = [
        ClassifiedRow(row := assessments.row_of(session, each), row.band_label or row.title)
        for code in sorted(_CLASSIFYING)
        for each in assessment_rows.history(connection, line.resident_id, code, _DEPTH, line.id)
        if each.state != assessment_rows.IN_ERROR
    ]
    return tuple(sorted(found, key=lambda each: each.row.at, reverse=True))


def _signed(connection: Connection, line: WoundLine) -> tuple[AssessmentLine, ...]:
    """What is signed about a wound and was not entered in error, newest first."""
    found = assessment_rows.history(connection, line.resident_id, None, 3 * _DEPTH, line.id)
    return tuple(each for each in found if each.state != assessment_rows.IN_ERROR)


def _check_found(connection: Connection, line: WoundLine, wound: Wound) -> None:
    """Refuse a day of finding after what was seen of the wound: what was signed could be corrected no more."""
    found = to_local(wound.found_at).date()
    first = min((each.at for each in _signed(connection, line)), default=None)
    if first is not None and to_local(first).date() < found:
        raise UserError(
            f"The wound was looked at on {short_date(to_local(first).date())}: it cannot have been found later",
            field="found_at",
        )
    if line.closing is not None and line.closing.at < wound.found_at:
        raise UserError("Found must be before the wound was closed", field="found_at")


def _check_closed(connection: Connection, line: WoundLine, closing: Closing) -> None:
    """Refuse an end on a day before the wound was last looked at."""
    last = max((each.at for each in _signed(connection, line)), default=None)
    if last is not None and to_local(closing.at).date() < to_local(last).date():
        raise UserError(
            f"The wound was looked at on {short_date(to_local(last).date())}: it cannot have closed before", field="at"
        )


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _existing(connection: Connection, wound_id: str) -> WoundLine:
    line = rows.wound(connection, wound_id)
    if line is None:
        raise UserError("This wound is not in the records", field="wound")
    return line


def _sound(connection: Connection, wound_id: str) -> WoundLine:
    line = _existing(connection, wound_id)
    if line.in_error:
        raise UserError("This wound was marked as entered in error", field="wound")
    return line


def _reason(reason: str, needed: str) -> str:
    if not reason.strip():
        raise UserError(needed, field="reason")
    return reason.strip()


def _no_class(wound: Wound) -> str:
    if wound.mucosal:
        return "A pressure injury in a moist lining has no category"
    own = wound.classified_by
    if own:
        return f"A wound from this cause is classified with {registry.instrument(own).title}"
    return f"{domain.CAUSES[wound.cause]}: there is no classification for this cause"


def _saved(line: WoundLine) -> Saved:
    return Saved(line.id, line.revision_id, _changed(line.resident_id))


def _changed(resident_id: ResidentId) -> Changes:
    return changes("wound", "assessment", "resident", resident=resident_id)
