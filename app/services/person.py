"""The resident as a person: what they want known, how they are, what they wish, and the papers that go with it.

Everything on the Person page is read in one transaction, from what was signed and from the facts of the record. The
newest sound assessment of each kind counts; one that is overdue is shown with its date and is said to be overdue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.domain import behaviour, questionnaire, wishes
from app.domain.behaviour import Pattern
from app.domain.dates import short_date, to_local
from app.domain.engagement import Week
from app.domain.errors import UserError
from app.domain.instruments import abc_chart, about_me, dear_gp, respect_summary, soft_signs
from app.domain.instruments.medicines import ANTIPSYCHOTIC_DAYS
from app.domain.instruments.registry import band_label, score
from app.domain.instruments.wellbeing import who5_change
from app.domain.people import CprDecision, Fact, FactKind, Medicine, Resident, ResidentId
from app.models import assessments as rows
from app.models import photos as photo_rows
from app.models import residents as resident_rows
from app.models import restored
from app.models.store import Work
from app.services import assessments, patterns, permission, photos
from app.services.access import Action, require
from app.services.assessments import Assessment, AssessmentRow, DueRow
from app.services.known import known_resident
from app.services.patterns import Abc, Call
from app.services.photos import PhotoRow
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.reports.resident_paper import Stamp

MEMORY_TESTS = ("amt10", "sixcit", "four_at")
HEALTH = ("cfs", "barthel", "rhys_hearn_high", "continence", "oral_health")
DECISIONS = {
    dear_gp.REFER: "Refer to the GP",
    dear_gp.DELIRIUM: "Look for delirium first",
    dear_gp.KNOWN: "Dementia is diagnosed already",
    dear_gp.DECLINED: "Not agreed to",
    dear_gp.WATCH: "Watch, and again in three months",
    dear_gp.NONE: "No referral",
}
"""What DeAR-GP came to, by the part ``decision``."""
IDLE = "Engagement: no activity in 7 days"
"""What the list of what is due says of a resident who took part in nothing."""
_REFUSED_PAPER = "This assessment was marked as entered in error and is not printed"


@dataclass(frozen=True, slots=True)
class AboutMe:
    """The newest About me: headings with what is told under them, in order; ``blank`` names those that are empty.

    ``shared`` is the answer to whether it may leave the home, None while it was not asked.
    """

    row: AssessmentRow
    preferred_name: str
    told: tuple[tuple[str, str], ...]
    comfort: str
    blank: tuple[str, ...]
    helped_by: str
    written_on: date | None
    shared: bool | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The ABC records of the last :data:`~app.services.patterns.DAYS` days, newest first, and what they have in common.

    ``again`` names the new behaviours seen three times in the 72 hours before now; ``unfinished`` records are listed
    and not counted in the pattern. ``before`` is the newest record of all when there is none in these days.
    """

    records: tuple[Abc, ...]
    pattern: Pattern
    again: tuple[str, ...]
    unfinished: int
    before: AssessmentRow | None


@dataclass(frozen=True, slots=True)
class DearGp:
    """The newest DeAR-GP: its decision in words (empty while it is open), and whether it calls for a letter."""

    row: AssessmentRow
    decision: str
    refers: bool
    amt: int | None
    do: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wellbeing:
    """WHO-5 with how it moved, GDS-15 with what to do, and the week of the engagement log; ``logged`` when there ever
    was an entry in it."""

    who5: AssessmentRow | None
    who5_moved: str
    gds15: AssessmentRow | None
    gds15_do: tuple[str, ...]
    week: Week
    logged: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The preferred place of care and death, in words."""

    row: AssessmentRow
    first: str
    second: str
    said: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """That ReSPECT, DNACPR or an advance decision exist, what they say about CPR, and where the original is."""

    row: AssessmentRow
    named: str
    says: str
    where: str
    decided: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished for the end of life. ``cpr`` are the CPR decisions of the record; ``conflicts`` must be resolved
    before anything else, ``silence`` says what the record lacks."""

    needs_code: AssessmentRow | None
    place: Place | None
    documents: Documents | None
    cpr: tuple[CprDecision, ...]
    conflicts: tuple[str, ...]
    silence: str


@dataclass(frozen=True, slots=True)
class Antipsychotic:
    """What is known of an antipsychotic: whether it is given, since when, reviewed when, and due when."""

    row: AssessmentRow
    active: bool
    started: date | None
    reviewed: date | None
    due: date | None
    overdue: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Medicines:
    """The medicines list with its counts. ``regular`` leaves out what is given when needed; whether an emollient or a
    combination is on it, a person must judge."""

    listed: tuple[Medicine, ...]
    regular: int
    when_needed: int
    band: str
    count: AssessmentRow | None
    review: AssessmentRow | None
    review_do: tuple[str, ...]
    antipsychotic: Antipsychotic | None


@dataclass(frozen=True, slots=True)
class SoftSigns:
    """The newest soft signs: which, and what to do."""

    row: AssessmentRow
    signs: tuple[str, ...]
    do: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """All that the Person page shows. ``picture`` is the JPEG of the newest photo of the resident, ``usable`` the
    instruments that this home may use, ``due`` what is due by instrument."""

    resident: Resident
    status: str
    photo: PhotoRow | None
    picture: bytes | None = field(repr=False)
    about_me: AboutMe | None
    behaviour: Behaviour
    dear_gp: DearGp | None
    memory: Mapping[str, AssessmentRow]
    wellbeing: Wellbeing
    soft_signs: SoftSigns | None
    calls: tuple[Call, ...]
    health: Mapping[str, AssessmentRow]
    wishes: Wishes
    medicines: Medicines
    cga: AssessmentRow | None
    cga_gaps: int
    due: Mapping[str, DueRow]
    usable: frozenset[str]


def person(session: Session, resident_id: ResidentId, *, again: bool = False) -> Person:
    """Read it. The opening of the page is audited, with the picture; reading it ``again`` after a change is not."""
    require(session, Action.VIEW_RESIDENTS)
    if again:
        with session.read() as connection:
            return _person(session, connection, resident_id)
    with session.look() as work:
        found = _person(session, work.connection, resident_id)
        work.audit("view", "resident", resident_id, resident_id=resident_id, detail={"screen": "person"})
        return found


def without_activity(session: Session) -> tuple[DueRow, ...]:
    """Residents who live here, whose engagement log is kept, and who took part in nothing in the last seven days.

    No entry makes it so, only time: it is said in the list of what is due and raises no alert.
    """
    require(session, Action.VIEW_RESIDENTS)
    today, found = session.today(), []
    with session.read() as connection:
        people = {each.id: each for each in resident_rows.living(connection, session.now())}
        for line in rows.board(connection, list(people)):
            if line.instrument != patterns.ENGAGEMENT or line.next_due is None:
                continue
            since = date.fromisoformat(line.next_due)
            # The next one is due later only after an activity; after a refusal of today's it is tomorrow.
            if since > today + timedelta(days=1):
                continue
            if patterns.engagement_week(connection, line.resident_id, today).activities == 0:
                one, late = people[line.resident_id], max((today - since).days, 1)
                found.append(DueRow(one.id, one.banner_name, one.room, line.instrument, IDLE, since, late, never=False))
    return tuple(found)


def _person(session: Session, connection: Connection, resident_id: ResidentId) -> Person:
    line = known_resident(connection, resident_id)
    now, today = session.now(), session.today()
    newest = assessments.latest_whole(session, connection, resident_id)
    facts = resident_rows.facts(connection, resident_id)
    pictures = photo_rows.of_resident(connection, resident_id, "")
    cga = newest.get("cga")
    return Person(
        resident=line.resident,
        status=line.status(now),
        photo=next(iter(photos.photo_rows(connection, resident_id, "")), None),
        picture=photo_rows.content(connection, pictures[0].sha256) if pictures else None,
        about_me=_about_me(newest.get("about_me")),
        behaviour=_behaviour(connection, resident_id, newest.get(patterns.ABC), now),
        dear_gp=_dear_gp(newest.get("dear_gp")),
        memory={code: newest[code].row for code in MEMORY_TESTS if code in newest},
        wellbeing=_wellbeing(connection, resident_id, newest, today),
        soft_signs=_soft_signs(newest.get("soft_signs")),
        calls=patterns.open_calls(connection, resident_id, now),
        health={code: newest[code].row for code in HEALTH if code in newest},
        wishes=_wishes(newest, facts),
        medicines=_medicines(newest, facts, today),
        cga=cga.row if cga else None,
        cga_gaps=int(cga.outcome.parts.get("gaps", 0)) if cga else 0,
        due={row.instrument: row for row in assessments.due_rows(session, connection, resident_id)},
        usable=frozenset(tool.code for tool in permission.usable(connection)),
    )  # fmt: skip


def _about_me(found: Assessment | None) -> AboutMe | None:
    if found is None:
        return None
    answers = found.answers
    texts = {key: _text(answers.get(key)) for key in about_me.HEADINGS}
    return AboutMe(
        row=found.row,
        preferred_name=_text(answers.get("preferred_name")),
        told=tuple((label, texts[key]) for key, label in about_me.HEADINGS.items() if texts[key]),
        comfort=texts["worries_and_comfort"],
        blank=tuple(label for key, label in about_me.HEADINGS.items() if not texts[key]),
        helped_by=_text(answers.get("helped_by")),
        written_on=_day(answers.get("completed_on")),
        shared=_yes_no(answers.get("consent_to_share")),
        warnings=found.outcome.actions,
    )


def _behaviour(connection: Connection, resident_id: ResidentId, newest: Assessment | None, now: datetime) -> Behaviour:
    records = patterns.abc_records(connection, resident_id, patterns.month_before(now))
    return Behaviour(
        records=records,
        pattern=behaviour.pattern(each.episode for each in records if each.whole),
        again=tuple(
            abc_chart.BEHAVIOURS[code] for code in behaviour.frequent_new((each.episode for each in records), now)
        ),
        unfinished=sum(not each.whole for each in records),
        before=newest.row if newest is not None and not records else None,
    )


def _dear_gp(found: Assessment | None) -> DearGp | None:
    if found is None:
        return None
    decision = str(found.outcome.parts.get("decision", ""))
    amt = found.outcome.parts.get("amt")
    return DearGp(
        found.row,
        DECISIONS.get(decision, ""),
        decision == dear_gp.REFER,
        int(amt) if amt is not None else None,
        found.outcome.actions,
    )


def _wellbeing(
    connection: Connection, resident_id: ResidentId, newest: Mapping[str, Assessment], today: date
) -> Wellbeing:
    who5, gds15 = newest.get("who5"), newest.get("gds15")
    return Wellbeing(
        who5=who5.row if who5 else None,
        who5_moved=_who5_moved(connection, who5.row) if who5 else "",
        gds15=gds15.row if gds15 else None,
        gds15_do=gds15.outcome.actions if gds15 else (),
        week=patterns.engagement_week(connection, resident_id, today),
        logged=patterns.ENGAGEMENT in newest,
    )


def _who5_moved(connection: Connection, row: AssessmentRow) -> str:
    """How wellbeing moved since the complete result before; empty without one."""
    now = rows.assessment(connection, row.id)
    before = rows.before(connection, row.resident_id, row.instrument, row.at, other_than=row.id)
    if now is None or before is None or now.score is None or before.score is None:
        return ""
    moved = who5_change(Decimal(now.score), Decimal(before.score))
    return f"{moved} (before: {before.score} % on {short_date(to_local(before.at).date())})"


def _soft_signs(found: Assessment | None) -> SoftSigns | None:
    if found is None:
        return None
    signs = tuple(soft_signs.SIGNS[code] for code in found.answers.get("signs") or ())  # type: ignore[attr-defined]
    return SoftSigns(found.row, signs, found.outcome.actions)


def cpr_conflicts(connection: Connection, resident_id: ResidentId, summary: Assessment | None) -> tuple[str, ...]:
    """Where the CPR status of the record and the newest summary of the documents conflict, in sentences."""
    facts = resident_rows.facts(connection, resident_id, FactKind.CPR)
    return _conflicts(tuple(fact.body for fact in facts if isinstance(fact.body, CprDecision)), summary)


def _conflicts(recorded: Sequence[CprDecision], summary: Assessment | None) -> tuple[str, ...]:
    documents: Any = summary.answers.get("documents") if summary else None
    return wishes.cpr_conflicts(documents, _says(summary), recorded)


def _says(summary: Assessment | None) -> str:
    return str(summary.outcome.parts.get("cpr", "")) if summary else ""


def _wishes(newest: Mapping[str, Assessment], facts: Sequence[Fact]) -> Wishes:
    recorded = tuple(fact.body for fact in facts if isinstance(fact.body, CprDecision))
    summary, code = newest.get("respect_summary"), newest.get("needs_code")
    says = _says(summary)
    return Wishes(
        needs_code=code.row if code else None,
        place=_place(newest.get("preferred_place")),
        documents=_documents(summary, says) if summary else None,
        cpr=recorded,
        conflicts=_conflicts(recorded, summary),
        silence=wishes.cpr_silence(says, recorded),
    )


def _place(found: Assessment | None) -> Place | None:
    if found is None:
        return None
    said = answers_in_words("preferred_place", found.answers)
    first = said.get("first_choice", "Not answered")
    if said.get("location"):
        first = f"{first}: {said['location']}"
    by = f"{said['said_by'].lower()}, " if said.get("said_by") else ""
    return Place(
        found.row,
        first,
        said.get("second_choice", ""),
        f"Said by {by}{said.get('stated_on', 'on a day that is not recorded')}",
        found.outcome.actions,
    )


def _documents(summary: Assessment, says: str) -> Documents:
    said = answers_in_words("respect_summary", summary.answers)
    held: Any = summary.answers.get("documents") or ()
    parts = [said.get("decided_on", "date not recorded"), said.get("clinician", "clinician not recorded")]
    if said.get("review_on"):
        parts.append(f"review {said['review_on']}")
    return Documents(
        summary.row,
        ", ".join(respect_summary.DOCUMENTS[code] for code in held) or "None of these documents",
        respect_summary.PAGE_ONE.get(says, "Not finished: what it says about CPR is not known"),
        said.get("original_at", ""),
        ", ".join(parts) if held else "",
        summary.outcome.actions,
    )


def _medicines(newest: Mapping[str, Assessment], facts: Sequence[Fact], today: date) -> Medicines:
    bodies = (fact.body for fact in facts if fact.kind is FactKind.MEDICINE)
    listed = tuple(each for each in bodies if isinstance(each, Medicine) and each.taken_on(today))
    needed = sum(each.when_needed for each in listed)
    regular = len(listed) - needed
    count, review = newest.get("polypharmacy"), newest.get("medicines_review")
    band = score("polypharmacy", {"regular_medicines": min(regular, 60)}, today).band
    return Medicines(
        listed,
        regular,
        needed,
        band_label("polypharmacy", band) if listed else "",
        count.row if count else None,
        review.row if review else None,
        review.outcome.actions if review else (),
        _antipsychotic(newest.get("antipsychotic_review"), review, today),
    )


def _antipsychotic(own: Assessment | None, review: Assessment | None, today: date) -> Antipsychotic | None:
    """From whichever was signed later: its own review, or the medicines review that says whether there is one."""
    if review is not None and review.answers.get("antipsychotic") in {None, "no"}:
        review = None  # says nothing of what was stopped, or is still given and was not asked about
    found = max((each for each in (own, review) if each is not None), key=lambda each: each.row.at, default=None)
    if found is None:
        return None
    answers, theirs = found.answers, found is own
    started = _day(answers.get("started" if theirs else "antipsychotic_started"))
    reviewed = _day(answers.get("last_review" if theirs else "antipsychotic_reviewed"))
    stopped = answers.get("stopped") is True if theirs else answers.get("antipsychotic") == "stopped"
    last = reviewed or started
    due = None if stopped or last is None else last + timedelta(days=ANTIPSYCHOTIC_DAYS)
    return Antipsychotic(
        found.row,
        not stopped,
        started,
        reviewed,
        due,
        due is not None and due < today,
        tuple(each for each in found.outcome.actions if theirs),
    )


def answers_in_words(code: str, answers: Mapping[str, object]) -> dict[str, str]:
    """The answers to one of our own instruments in the words of its form, by link id; those not answered left out."""
    asked = assessments.form(code)
    given = questionnaire.spread(answers, asked)
    return {
        each.link_id: questionnaire.answer_words(each, given[each.link_id])
        for each in asked.questions()
        if given.get(each.link_id) not in (None, "", [])
    }


# ------------------------------------------------------------------------------------------------------------- papers


def dear_gp_letter(session: Session, assessment_id: str) -> bytes:
    """The letter to the GP that a signed DeAR-GP asks for, as a PDF. Printing is audited.

    UserError for an assessment that is no DeAR-GP, was entered in error, or whose decision is not to refer.
    """
    from app.reports.letter import Letter, letter_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        found = _assessment(session, work.connection, assessment_id, "dear_gp")
        if found.outcome.parts.get("decision") != dear_gp.REFER:
            raise UserError("This assessment does not ask for a referral, so there is no letter", field="assessment")
        said = answers_in_words("dear_gp", found.answers)
        observations: Any = found.answers.get("observations") or ()
        work.audit("print", "letter", assessment_id, resident_id=found.row.resident_id)
        letter = Letter(
            stamp=stamp(session, work, found.row.resident_id),
            noticed=tuple(dear_gp.OBSERVATIONS[code] for code in observations),
            long_enough=found.answers.get("duration") == "three_months_or_more",
            examples=_text(found.answers.get("examples")),
            amt=_whole(found.answers.get("amt_correct")),
            amt_not_done=said.get("amt_not_done", ""),
            best_interests=found.answers.get("agreed") == "best_interests",
            assessed_on=to_local(found.row.at).date(),
            assessed_by=found.row.signed_by,
            tests=tuple(
                (each.row.title, f"{each.row.score}: {each.row.band_label}", to_local(each.row.at).date())
                for code, each in assessments.latest_whole(session, work.connection, found.row.resident_id).items()
                if code in MEMORY_TESTS and each.outcome.complete
            ),
            attribution=found.outcome.attribution,
        )
    return letter_pdf(letter)


def about_me_paper(session: Session, resident_id: ResidentId) -> bytes:
    """The newest About me on one or two pages, with the resident's photo when there is one. Printing is audited.

    One that may not leave the home says so on the paper. UserError when none has been signed.
    """
    from app.reports.about_me import AboutMePaper, Picture, about_me_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        newest = assessments.latest_whole(session, work.connection, resident_id).get("about_me")
        told = _about_me(newest)
        if told is None:
            raise UserError("About me has not been written yet", field="assessment")
        picture = None
        for line in photo_rows.of_resident(work.connection, resident_id, "")[:1]:
            jpeg = photo_rows.content(work.connection, line.sha256)
            if jpeg is not None:
                picture = Picture(jpeg, line.photo.width, line.photo.height)
        detail = {"photos": int(picture is not None)}
        work.audit("print", "about-me", told.row.id, resident_id=resident_id, detail=detail)
        paper = AboutMePaper(
            stamp=stamp(session, work, resident_id),
            preferred_name=told.preferred_name,
            told=told.told,
            blank=told.blank,
            helped_by=told.helped_by,
            written_on=told.written_on,
            shared=told.shared,
            review_due=told.row.next_due,
            picture=picture,
        )
    return about_me_pdf(paper)


def behaviour_paper(session: Session, resident_id: ResidentId) -> bytes:
    """The ABC records of the last four weeks with what they have in common, for the GP or a specialist. Audited."""
    from app.reports.behaviour import BehaviourPaper, PaperEpisode, behaviour_pdf

    require(session, Action.PRINT_PACK)
    with session.look() as work:
        now = session.now()
        found = _behaviour(work.connection, resident_id, None, now)
        if not found.records:
            raise UserError(f"No behaviour has been recorded in the last {patterns.DAYS} days", field="resident")
        work.audit("print", "behaviour", resident_id, resident_id=resident_id, detail={"records": len(found.records)})
        paper = BehaviourPaper(
            stamp=stamp(session, work, resident_id),
            first=to_local(patterns.month_before(now)).date(),
            last=session.today(),
            pattern=found.pattern,
            again=found.again,
            unfinished=found.unfinished,
            episodes=tuple(
                PaperEpisode(each.started, abc_words(each), session.person(each.signed_by)) for each in found.records
            ),
        )
    return behaviour_pdf(paper)


def abc_words(record: Abc) -> Mapping[str, str]:
    """An ABC record in the words of its form, by link id."""
    return answers_in_words(patterns.ABC, record.answers)


def stamp(session: Session, work: Work, resident_id: ResidentId) -> Stamp:
    """Whose paper it is and who printed it when, inside a transaction already open."""
    from app.reports.resident_paper import Stamp

    return Stamp(
        details=known_resident(work.connection, resident_id).resident.details,
        home=session.home,
        made_at=session.now(),
        made_by=session.account.name,
        anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
        restored_from=restored.restored_from(work.connection),
    )


def _assessment(session: Session, connection: Connection, assessment_id: str, code: str) -> Assessment:
    line = rows.assessment(connection, assessment_id)
    if line is None or line.instrument != code:
        raise UserError("This assessment is not in the records", field="assessment")
    if line.state == rows.IN_ERROR:
        raise UserError(_REFUSED_PAPER, field="assessment")
    return assessments.whole(session, connection, line)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return to_local(value).date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None
