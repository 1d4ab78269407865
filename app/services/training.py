"""Champions and training: the register, who is trained in what, the rota's lift cover, what is about to be lost and
what would close the gap, and the list for the training provider.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Final

from app.domain.dates import short_date, to_local, week_start
from app.domain.errors import UserError
from app.domain.home_fact_rules import check_home_fact
from app.domain.home_facts import Course, Duty, HomeFact, HomeFactBody, HomeFactKind, Training
from app.domain.needs import ChampionPathway, pathway_label
from app.domain.people import Role, StaffId, StaffMember
from app.domain.periods import covers_instant, midnight
from app.domain.premium import (
    AtRisk,
    Champion,
    Closing,
    Effect,
    closings,
    cover_forecast,
    cover_of,
    decide,
    leaving,
)
from app.domain.spreadsheet import harmless
from app.domain.training import (
    TESTED,
    Cell,
    Cover,
    LiftCover,
    Share,
    ToTrain,
    Worker,
    by_worker,
    cell,
    counts,
    courses_to_repeat,
    lift_cover,
    share,
    shifts_of_week,
)
from app.models import home_facts as rows
from app.models import restored
from app.models import staff as staff_rows
from app.services.access import Action, allowed, require
from app.services.changes import Changes, changes
from app.services.claim_facts import WeekPicture, read_week
from app.services.session import Session
from app.services.staff import champions_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.reports.training import Sheet

HORIZON: Final = timedelta(days=92)
"""How far ahead ends of certificates and of cover are looked for: a course takes weeks to book."""
MATRIX: Final = tuple(course for course in Course if course is not Course.OTHER)
"""The courses that the matrix has a column for; the two tested ones first."""
_ROTA_AHEAD = timedelta(days=28)
_LONGEST_SHIFT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Row:
    """One member of staff in the matrix: how they stand in each course of :data:`MATRIX`, and champion of what."""

    worker: Worker
    cells: tuple[Cell, ...]
    champion_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A champion post in the register: whose, the certificate, the dates at this home, and whether it holds now.

    ``until`` is the UTC instant at which it stops counting (leaving or certificate), None without an end; ``others``
    are who else covers the pathway now.
    """

    post_id: str
    staff_id: StaffId
    name: str
    pathway: ChampionPathway
    provider: str
    certificate_no: str
    trained_on: date
    expires_on: date | None
    since: datetime | None
    left: datetime | None
    holds: bool
    until: datetime | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingBoard:
    """Everything of a day: the matrix of those in post, the two tests, the lift cover of its week, register, records.

    ``trainings`` and ``duties`` (of the week) are the recorded facts themselves; ``names`` finds a person's name.
    """

    day: date
    rows: tuple[Row, ...]
    shares: tuple[Share, ...]
    lift: LiftCover
    register: tuple[RegisterRow, ...]
    trainings: tuple[HomeFact, ...]
    duties: tuple[HomeFact, ...]
    names: dict[StaffId, str]


@dataclass(frozen=True, slots=True)
class GapRow:
    """What new champions would win, and who could be trained: first who had the certificate, then who has no post."""

    closing: Closing
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is about to be lost, the soonest first, and what would close the gap, the most money first."""

    week_start: date
    at_risk: tuple[AtRisk, ...]
    gaps: tuple[GapRow, ...]


@dataclass(frozen=True, slots=True)
class LeaverEffect:
    """What somebody's leaving brings about.

    ``effect`` is what is lost each week; ``names`` who these residents are; ``open_pence`` and ``open_residents`` what
    of the last week, not claimed yet, could be claimed no more; ``shares`` the two tests before and after; ``shifts``
    how many recorded shifts are theirs from then on, ``lift_minutes`` how many minutes of them have nobody else who is
    trained to lift.
    """

    at: datetime
    effect: Effect
    names: tuple[str, ...]
    open_week: date
    open_residents: int
    open_pence: int
    shares: tuple[tuple[Share, Share], ...] = ()
    shifts: int = 0
    lift_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Recorded:
    """Facts were recorded: how many."""

    count: int
    changes: Changes


def board(session: Session, day: date) -> TrainingBoard:
    """Who is trained in what on the day, and what the rota of its week says."""
    require(session, Action.VIEW_STAFF)
    first = week_start(day)
    since, until = midnight(first), midnight(first + timedelta(days=7))
    with session.read() as connection:
        everybody = staff_rows.staff(connection)
        trainings = rows.facts(connection, HomeFactKind.TRAINING)
        duties = _duties(connection, since, until)
    workers = _workers(everybody, trainings)
    posts = champions_of(everybody)
    now = session.now()
    held = {champion.ref for champion in posts if _holds(champion, now)}
    return TrainingBoard(
        day=day,
        rows=tuple(
            Row(
                worker,
                tuple(cell(worker.trainings, course, day) for course in MATRIX),
                tuple(pathway_label(ChampionPathway(post.post.pathway)) for post in member.posts if post.id in held),
            )
            for worker, member in zip(workers, everybody, strict=True)
            if counts(worker, day)
        ),
        shares=tuple(share(workers, course, day) for course in TESTED),
        lift=lift_cover(workers, [_body(fact, Duty) for fact in duties], since, until),
        register=_register(everybody, posts, now),
        trainings=trainings,
        duties=tuple(reversed(duties)),
        names={member.id: member.details.name for member in everybody},
    )


def forecast(session: Session) -> Forecast:
    """What of the last week that has ended is about to be lost, and what would close the gap."""
    require(session, Action.VIEW_CLAIMS)
    require(session, Action.VIEW_STAFF)
    with session.read() as connection:
        picture = read_week(connection, session.home, _last_week(session))
        everybody = staff_rows.staff(connection)
    return _forecast(session, picture, everybody)


def record(session: Session, body: Training) -> Recorded:
    """Record a course that somebody passed."""
    return _record(session, (body,))


def record_shifts(
    session: Session, people: Sequence[StaffId], days: Sequence[date], begins: time, ends: time
) -> Recorded:
    """Record the same shift for several people on several days: all of them or, when one cannot be, none.

    Times are local; a shift that ends before it begins ends on the next day. UserError names whose shift is refused.
    """
    if not people:
        raise UserError("Choose who is on duty", field="people")
    if not days:
        raise UserError("Choose the days", field="days")
    return _record(session, shifts_of_week(people, days, begins, ends))


def leaver_effect(session: Session, staff_id: StaffId, at: datetime) -> LeaverEffect:
    """What would be lost if somebody left at the instant: to be seen before it is confirmed."""
    require(session, Action.MANAGE_STAFF)
    with session.read() as connection:
        picture = read_week(connection, session.home, _last_week(session))
        everybody = staff_rows.staff(connection)
        trainings = rows.facts(connection, HomeFactKind.TRAINING)
        since = max(at, session.now())
        duties = [_body(fact, Duty) for fact in _duties(connection, since, since + _ROTA_AHEAD)]
    member = next((each for each in everybody if each.id == staff_id), None)
    if member is None:
        raise UserError("This member of staff is not in the records", field="staff")
    workers = _workers(everybody, trainings)
    staying = [worker for worker in workers if worker.id != staff_id]
    day = to_local(at).date()
    with_them = [worker for worker in workers if worker.id != staff_id or counts(worker, day)]
    theirs = [duty for duty in duties if duty.staff_id == staff_id and duty.until > since]
    lost = 0
    for duty in theirs:
        before = lift_cover(workers, duties, max(duty.since, since), duty.until)
        after = lift_cover(staying, duties, max(duty.since, since), duty.until)
        lost += before.minutes(Cover.COVERED) - after.minutes(Cover.COVERED)
    return _effect(
        session,
        picture,
        [post.id for post in member.posts],
        at,
        shares=tuple((share(with_them, course, day), share(staying, course, day)) for course in TESTED),
        shifts=len(theirs),
        lift_minutes=lost,
    )


def post_effect(session: Session, post_id: str, at: datetime) -> LeaverEffect:
    """The same for the end of one champion post: what of the premium is lost."""
    require(session, Action.MANAGE_STAFF)
    with session.read() as connection:
        picture = read_week(connection, session.home, _last_week(session))
    return _effect(session, picture, [post_id], at)


def provider_list(session: Session) -> tuple[ToTrain, ...]:
    """Who needs which course, by when and why: what to send to the training provider. Nothing about residents is in it.

    Champions whose certificate ends, new champions where cover is missing or ends, and courses to repeat. Where money
    is at stake the pathways that win most come first; after them the soonest.
    """
    require(session, Action.VIEW_STAFF)
    today, now = session.today(), session.now()
    with session.read() as connection:
        everybody = staff_rows.staff(connection)
        workers = _workers(everybody, rows.facts(connection, HomeFactKind.TRAINING))
        picture = (
            read_week(connection, session.home, _last_week(session)) if allowed(session, Action.VIEW_CLAIMS) else None
        )
    gaps = _forecast(session, picture, everybody).gaps if picture is not None else ()
    renewals = _renewals(everybody, now, today + HORIZON)
    new: list[ToTrain] = []
    for gap in gaps:
        for pathway in gap.closing.pathways:
            course = _champion_course(pathway)
            ends = gap.closing.from_date
            if all(line.course != course for line in (*renewals, *new)):
                why = f"No champion from {short_date(ends)}" if ends else "No champion now"
                new.append(ToTrain("", course, ends, why))
    repeats = courses_to_repeat(workers, today, today + HORIZON)
    ordered = sorted((*renewals, *repeats), key=lambda line: (line.by or date.min, line.course, line.who))
    return (*new, *ordered)


def provider_csv(session: Session) -> bytes:
    """The list as a table (UTF-8 with a byte-order mark, quoted, CR LF). Making it is audited."""
    lines = provider_list(session)
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("home", "who", "course", "by", "why"))
    for line in lines:
        by = line.by.isoformat() if line.by else "as soon as possible"
        cells = (session.home.name, line.who or "to be chosen by the home", line.course, by, line.why)
        writer.writerow([harmless(cell) for cell in cells])
    with session.look() as work:
        work.audit("print", "training-provider", session.today().isoformat(), detail={"lines": len(lines)})
    return out.getvalue().encode("utf-8-sig")


def provider_paper(session: Session) -> bytes:
    """The list as a PDF. Making it is audited."""
    from app.reports.training import provider_pdf

    lines = provider_list(session)
    return provider_pdf(_sheet(session, "training-provider", session.today().isoformat()), lines)


def matrix_paper(session: Session, day: date) -> bytes:
    """The two tests, the lift cover, the matrix and the register of a day as a PDF. Printing is audited."""
    from app.reports.training import MatrixPaper, matrix_pdf

    found = board(session, day)
    paper = MatrixPaper(
        sheet=_sheet(session, "training", day.isoformat()),
        day=day,
        courses=MATRIX,
        rows=tuple((row.worker.details.name, row.cells, ", ".join(row.champion_of)) for row in found.rows),
        shares=found.shares,
        lift=found.lift,
        register=tuple(
            (
                row.name,
                pathway_label(row.pathway),
                " · ".join(part for part in (row.provider, row.certificate_no) if part) or "Not recorded",
                row.trained_on,
                row.expires_on,
                row.since,
                row.left,
                row.holds,
            )
            for row in found.register
        ),
    )
    return matrix_pdf(paper)


# ------------------------------------------------------------------------------------------------------- inner parts


def _record(session: Session, bodies: Sequence[Training | Duty]) -> Recorded:
    """Record courses or shifts of known staff in one transaction; a refusal names the person and saves nothing."""
    require(session, Action.MANAGE_STAFF)
    with session.write() as work:
        people = {member.id: member for member in staff_rows.staff(work.connection)}
        beside: dict[StaffId, list[HomeFactBody]] = {}
        for body in bodies:
            member = people.get(body.staff_id)
            if member is None:
                raise UserError("This member of staff is not in the records", field="staff_id")
            kind = HomeFactKind.DUTY if isinstance(body, Duty) else HomeFactKind.TRAINING
            if member.id not in beside:
                known = rows.facts(work.connection, kind, about=member.id)
                beside[member.id] = [fact.body for fact in known]
            _check(member, body, beside[member.id])
            rows.save(work, body)
            beside[member.id].append(body)
    return Recorded(len(bodies), changes("training", "duty", "home_fact"))


def _check(member: StaffMember, body: Training | Duty, others: Sequence[HomeFactBody]) -> None:
    name = member.details.name
    left, started = member.details.left_at, member.details.started_at
    if isinstance(body, Duty):
        if left is not None and body.until > left:
            raise UserError(f"{name} has left by then: {short_date(to_local(left).date())}", field="people")
        if started is not None and body.since < started:
            raise UserError(f"{name} starts only on {short_date(to_local(started).date())}", field="people")
    try:
        check_home_fact(body, others)
    except UserError as refused:
        if not isinstance(body, Duty):
            raise
        on = short_date(to_local(body.since).date())
        raise UserError(f"{name}, {on}: {refused.message}", field="people") from None


def _duties(connection: Connection, since: datetime, until: datetime) -> tuple[HomeFact, ...]:
    """The shifts that reach into ``[since, until)``, the latest first."""
    first, before = (since - _LONGEST_SHIFT).isoformat(), until.isoformat()
    found = rows.facts(connection, HomeFactKind.DUTY, first=first, before=before)
    return tuple(fact for fact in found if _body(fact, Duty).until > since)


def _body(fact: HomeFact, cls: type[Duty]) -> Duty:
    if not isinstance(fact.body, cls):
        raise TypeError("not a shift")
    return fact.body


def _workers(everybody: Sequence[StaffMember], trainings: Sequence[HomeFact]) -> tuple[Worker, ...]:
    courses = by_worker(fact.body for fact in trainings if isinstance(fact.body, Training))
    return tuple(Worker(member.id, member.details, courses.get(member.id, ())) for member in everybody)


def _holds(champion: Champion, at: datetime) -> bool:
    cover = cover_of(champion)
    return cover is not None and covers_instant(cover, at)


def _register(everybody: Sequence[StaffMember], posts: Sequence[Champion], now: datetime) -> tuple[RegisterRow, ...]:
    by_ref = {champion.ref: champion for champion in posts}
    holding = {ref for ref, champion in by_ref.items() if _holds(champion, now)}
    found = []
    for member in everybody:
        for appointment in member.posts:
            post, champion = appointment.post, by_ref[appointment.id]
            cover = cover_of(champion)
            others = {c.name for c in posts if c.ref in holding and c.pathway == champion.pathway} - {champion.name}
            found.append(
                RegisterRow(
                    appointment.id, member.id, champion.name, champion.pathway, post.provider, post.certificate_no,
                    post.trained_on, post.expires_on, champion.in_post[0], champion.in_post[1],
                    appointment.id in holding, cover[1] if cover is not None else None, tuple(sorted(others)),
                )
            )  # fmt: skip
    order = list(ChampionPathway)
    return tuple(sorted(found, key=lambda row: (order.index(row.pathway), not row.holds, row.name, row.post_id)))


def _last_week(session: Session) -> date:
    return week_start(session.today()) - timedelta(days=7)


def _forecast(session: Session, picture: WeekPicture, everybody: Sequence[StaffMember]) -> Forecast:
    now = session.now()
    horizon = session.today() + HORIZON
    facts = [picture.facts_for(resident, now) for resident in picture.residents]
    risks = cover_forecast(facts, now, horizon, picture.policies)
    return Forecast(
        picture.week_start,
        tuple(risk for risk in risks if risk.resident_ids),
        tuple(
            GapRow(found, _candidates(everybody, found.pathways[0], horizon))
            for found in closings(facts, now, horizon, picture.policies)
        ),
    )


def _candidates(everybody: Sequence[StaffMember], pathway: ChampionPathway, on: date) -> tuple[str, ...]:
    """Who could be trained and would still be here: first who had this certificate, then who holds fewest posts."""
    at = midnight(on + timedelta(days=1))
    ranked = []
    for member in everybody:
        details = member.details
        if details.role is Role.AUDITOR or not covers_instant((details.started_at, details.left_at), at):
            continue
        had = any(post.post.pathway == pathway.value for post in member.posts)
        posts = sum(post.post.in_post_until is None or post.post.in_post_until > at for post in member.posts)
        ranked.append((not had, posts, details.name))
    return tuple(name for _, _, name in sorted(ranked)[:3])


def _effect(
    session: Session,
    picture: WeekPicture,
    post_ids: Sequence[str],
    at: datetime,
    *,
    shares: tuple[tuple[Share, Share], ...] = (),
    shifts: int = 0,
    lift_minutes: int = 0,
) -> LeaverEffect:
    now = session.now()
    facts = [picture.facts_for(resident, now) for resident in picture.residents]
    effect = leaving(facts, post_ids, at, picture.policies)
    names = {resident.id: resident.details.banner_name for resident in picture.residents}
    residents, pence = _open_claims(picture, post_ids, at, now)
    return LeaverEffect(
        at, effect, tuple(names[key] for key in names if key in effect.resident_ids), picture.week_start,
        residents, pence, shares, shifts, lift_minutes,
    )  # fmt: skip


def _open_claims(picture: WeekPicture, post_ids: Sequence[str], at: datetime, now: datetime) -> tuple[int, int]:
    """How many residents of the last week could be claimed for now and not once the posts have ended, and the pence."""
    ended = tuple(
        replace(champion, in_post=(champion.in_post[0], min(at, champion.in_post[1] or at)))
        if champion.ref in post_ids
        else champion
        for champion in picture.champions
    )
    residents = pence = 0
    for resident in picture.residents:
        facts = picture.facts_for(resident, now)
        before = decide(facts, picture.policy)
        if not before.eligible:
            continue
        after = decide(replace(facts, champions=ended, submitted_at=max(at, now)), picture.policy)
        if not after.eligible and after.reasons != ("LATE",):
            residents, pence = residents + 1, pence + before.amount_pence
    return residents, pence


def _renewals(everybody: Sequence[StaffMember], now: datetime, horizon: date) -> tuple[ToTrain, ...]:
    """Champions in post whose certificate has ended or ends by ``horizon``, unless they hold a longer one."""
    found = []
    for member in everybody:
        if member.details.left_at is not None and member.details.left_at <= now:
            continue
        open_posts = [
            appointment.post
            for appointment in member.posts
            if appointment.post.in_post_until is None or appointment.post.in_post_until > now
        ]
        for pathway in ChampionPathway:
            ends = [post.expires_on for post in open_posts if post.pathway == pathway.value]
            last = max((end for end in ends if end is not None), default=None)
            if last is None or None in ends or last > horizon:
                continue
            gone = last < to_local(now).date()
            why = f"Certificate ended on {short_date(last)}" if gone else "Certificate ends"
            by = None if gone else last
            found.append(ToTrain(member.details.name, _champion_course(pathway), by, why, member.id))
    return tuple(found)


def _champion_course(pathway: ChampionPathway) -> str:
    return f"Champion: {pathway_label(pathway)}"


def _sheet(session: Session, kind: str, what: str) -> Sheet:
    from app.reports.training import Sheet

    with session.look() as work:
        work.audit("print", kind, what)
        return Sheet(
            home=session.home.name,
            practice=session.home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
        )
