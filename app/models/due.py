"""What the list of a shift is made from: who lives here, what each has had last, and what it was before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from app.domain.codec import canonical, from_plain, instant, parse
from app.domain.people import Absence, ResidentId, banner_name
from app.models import schema
from app.models.assessments import IN_ERROR
from app.models.residents import living_at

_A = schema.assessment.c
_R = schema.resident.c
_V = schema.revision.c


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who lives here, at home or away, as the list of a shift names them on screen and paper."""

    id: ResidentId
    banner_name: str
    room: str
    born: date
    absences: tuple[Absence, ...]

    def away(self, at: datetime) -> Absence | None:
        """The absence that the instant is in, if any."""
        return next((each for each in self.absences if _covers(each, at)), None)


def _covers(absence: Absence, at: datetime) -> bool:
    return absence.since <= at and (absence.until is None or at < absence.until)


@dataclass(frozen=True, slots=True)
class LastLine:
    """The newest sound assessment of a resident with an instrument (and of a wound or fall)."""

    id: str
    revision_id: str
    resident_id: ResidentId
    instrument: str
    about: str
    at: datetime
    score: Decimal | None
    band: str | None
    severity: str
    complete: bool
    next_due: date | None


@dataclass(frozen=True, slots=True)
class BeforeLine:
    """What the assessment before another one came to."""

    score: Decimal | None
    band: str | None
    complete: bool


def people(connection: Connection, now: datetime, resident_id: ResidentId | None = None) -> tuple[PersonLine, ...]:
    """Who lives here at the instant, by family name; ``resident_id`` asks of one alone."""
    title = func.json_extract(_R.body, "$.title").label("title")
    query = select(
        _R.id, _R.family_name, _R.given_name, title, _R.room, _R.date_of_birth, _R.absences
    ).where(living_at(now))  # fmt: skip
    if resident_id is not None:
        query = query.where(_R.id == resident_id)
    return tuple(
        PersonLine(
            ResidentId(row.id),
            banner_name(row.family_name, row.given_name, row.title or ""),
            row.room,
            date.fromisoformat(row.date_of_birth),
            tuple(from_plain(each, Absence) for each in parse(row.absences)) if row.absences != "[]" else (),
        )
        for row in connection.execute(query.order_by(_R.sort_name, _R.id))
    )


def newest(
    connection: Connection, residents: Sequence[ResidentId], until: date, instruments: Collection[str]
) -> tuple[LastLine, ...]:
    """The newest of each instrument that is due by the day, is unfinished, or is of these instruments."""
    query = _lines().where(
        _A.latest == 1,
        _A.resident_id.in_(_listed(residents)),
        or_(_A.next_due <= until.isoformat(), _A.complete == 0, _A.instrument.in_(instruments)),
    )
    return tuple(_line(row) for row in connection.execute(query))


def finished_before(connection: Connection, line: LastLine) -> LastLine | None:
    """The last complete, sound assessment of the same kind that was made before this one."""
    query = _lines().where(
        _A.resident_id == line.resident_id,
        _A.instrument == line.instrument,
        _A.about == line.about,
        _A.id != line.id,
        _A.at <= select(_A.at).where(_A.id == line.id).scalar_subquery(),
        _A.state != IN_ERROR,
        _A.complete == 1,
    )
    row = connection.execute(query.order_by(_A.at.desc(), _A.id.desc()).limit(1)).first()
    return _line(row) if row else None


def before(connection: Connection, assessments: Sequence[str]) -> Mapping[str, BeforeLine]:
    """What the sound assessment before each of these came to, by the id of the later one."""
    now, then = schema.assessment.alias("now"), schema.assessment.alias("before")
    earlier = schema.assessment.alias("earlier")
    newest_before = (
        select(earlier.c.id)
        .where(
            earlier.c.resident_id == now.c.resident_id,
            earlier.c.instrument == now.c.instrument,
            earlier.c.about == now.c.about,
            or_(earlier.c.at < now.c.at, and_(earlier.c.at == now.c.at, earlier.c.id < now.c.id)),
            earlier.c.state != IN_ERROR,
        )
        .order_by(earlier.c.at.desc(), earlier.c.id.desc())
        .limit(1)
        .correlate(now)
        .scalar_subquery()
    )
    query = (
        select(now.c.id, then.c.score, then.c.band, then.c.complete)
        .join_from(now, then, then.c.id == newest_before)
        .where(now.c.id.in_(_listed(assessments)))
    )
    return {row.id: BeforeLine(_number(row.score), row.band, bool(row.complete)) for row in connection.execute(query)}


def said(connection: Connection, revisions: Sequence[str]) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """The flags of signed results, and the reasons for which something could not be assessed, by revision."""
    query = select(
        _V.id, func.json_extract(_V.body, "$.outcome.flags"), func.json_extract(_V.body, "$.unable")
    ).where(_V.id.in_(_listed(revisions)))  # fmt: skip
    return {
        found: (frozenset(parse(flags or "[]")), frozenset(parse(unable or "{}").values()))
        for found, flags, unable in connection.execute(query)
    }


def _listed(ids: Sequence[str]) -> Select[Any]:
    """The ids as a list inside the query: one parameter, where hundreds would each be taken apart."""
    return select(func.json_each(canonical(list(ids))).table_valued("value", name="listed").c.value)


def _lines() -> Select[Any]:
    return select(
        _A.id, _A.revision_id, _A.resident_id, _A.instrument, _A.about, _A.at, _A.score, _A.band, _A.severity,
        _A.complete, _A.next_due,
    )  # fmt: skip


def _line(row: Any) -> LastLine:
    return LastLine(
        row.id, row.revision_id, ResidentId(row.resident_id), row.instrument, row.about, instant(row.at),
        _number(row.score), row.band, row.severity, bool(row.complete),
        date.fromisoformat(row.next_due) if row.next_due else None,
    )  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
