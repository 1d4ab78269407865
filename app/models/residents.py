"""Residents and the facts recorded about them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant, instant_text, parse, to_plain
from app.domain.people import (
    FACT_TYPES,
    Absence,
    Fact,
    FactBody,
    FactId,
    FactKind,
    Resident,
    ResidentDetails,
    ResidentId,
    RevisionId,
    Stay,
    banner_name,
    fact_kind,
)
from app.models import revisions, schema
from app.models.store import Work

_R = schema.resident.c
_F = schema.fact.c


@dataclass(frozen=True, slots=True)
class ResidentLine:
    """A resident as lists show one, with the periods that say whether they are here."""

    resident: Resident
    stays: tuple[Stay, ...]
    absences: tuple[Absence, ...]

    def status(self, now: datetime) -> str:
        """``here``, ``away``, ``left`` or ``died`` at the instant; a stay that has not begun yet does not count."""
        died = self.resident.details.died_at
        if died is not None and died <= now:
            return "died"
        if self.stay_at(now) is None:
            return "left"
        return "away" if any(_covers(absence, now) for absence in self.absences) else "here"

    def stay_at(self, now: datetime) -> Stay | None:
        """The stay that the instant is in, if any."""
        return next((stay for stay in self.stays if _covers(stay, now)), None)


def _covers(period: Stay | Absence, now: datetime) -> bool:
    return period.since <= now and (period.until is None or now < period.until)


def save_resident(
    work: Work, resident_id: ResidentId | None, details: ResidentDetails, *, reason: str = ""
) -> Resident:
    """Add a resident, or record a change to one."""
    new = resident_id is None
    entity = resident_id or ResidentId(work.new_id())
    revised = work.revise(
        "resident", entity, details, resident_id=entity, reason=reason, action="add" if new else "change"
    )
    row = {
        "id": entity,
        "revision_id": revised.id,
        "key": details.key,
        "nhs_number": details.nhs_number,
        "family_name": details.family_name,
        "given_name": details.given_name,
        "date_of_birth": details.date_of_birth.isoformat(),
        "room": details.room,
        "sort_name": fold(f"{details.family_name} {details.given_name}"),
        "search": fold(
            " ".join((details.family_name, details.given_name, details.preferred_name, details.room, details.key))
        ),
        "died_at": instant_text(details.died_at) if details.died_at else None,
        "body": canonical(to_plain(details)),
    }
    first = row | {"stays": "[]", "absences": "[]"}
    work.connection.execute(
        upsert(schema.resident).values(first).on_conflict_do_update(index_elements=["id"], set_=row)
    )
    return Resident(entity, RevisionId(revised.id), details)


def resident(connection: Connection, resident_id: ResidentId) -> ResidentLine | None:
    """One resident, or None."""
    row = connection.execute(select(schema.resident).where(_R.id == resident_id)).first()
    return _line(row) if row else None


def resident_by_key(connection: Connection, key: str) -> ResidentLine | None:
    """One resident by the home's own key, or None."""
    row = connection.execute(select(schema.resident).where(_R.key == key)).first()
    return _line(row) if row else None


@dataclass(frozen=True, slots=True)
class LivingLine:
    """Somebody who lives here, as a list of things to do names them; ``since`` is when this stay began."""

    id: ResidentId
    banner_name: str
    room: str
    since: datetime | None


_STAY = func.json_each(_R.stays).table_valued("value", name="stay")
_SINCE, _UNTIL = func.json_extract(_STAY.c.value, "$.since"), func.json_extract(_STAY.c.value, "$.until")


def living_at(now: datetime) -> ColumnElement[bool]:
    """The condition that a resident lives here at the instant, be it at home or away: what
    :meth:`ResidentLine.status` calls ``here`` and ``away``. Asked of the table, so that the hundreds who have left are
    not taken apart to find the sixty who have not."""
    at = instant_text(now)
    covered = select(literal(1)).select_from(_STAY).where(at >= _SINCE, or_(_UNTIL.is_(None), at < _UNTIL))
    return and_(or_(_R.died_at.is_(None), _R.died_at > at), exists(covered.correlate(schema.resident)))


def lived_between(first: datetime, until: datetime) -> ColumnElement[bool]:
    """The condition that a resident had a stay here some time from ``first`` and before ``until``."""
    ends = or_(_UNTIL.is_(None), instant_text(first) < _UNTIL)
    stay = select(literal(1)).select_from(_STAY).where(instant_text(until) > _SINCE, ends)
    return exists(stay.correlate(schema.resident))


def living(connection: Connection, now: datetime, resident_id: ResidentId | None = None) -> tuple[LivingLine, ...]:
    """Who lives here at the instant, by family name."""
    title = func.json_extract(_R.body, "$.title").label("title")
    query = select(_R.id, _R.family_name, _R.given_name, title, _R.room, _R.stays).where(living_at(now))
    if resident_id is not None:
        query = query.where(_R.id == resident_id)
    found = []
    for row in connection.execute(query.order_by(_R.sort_name, _R.id)):
        stays = (from_plain(item, Stay) for item in parse(row.stays))
        since = next((stay.since for stay in stays if _covers(stay, now)), None)
        name = banner_name(row.family_name, row.given_name, row.title or "")
        found.append(LivingLine(ResidentId(row.id), name, row.room, since))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A resident as a list of other things names one, with the status of :meth:`ResidentLine.status`."""

    banner_name: str
    room: str
    status: str


def named(connection: Connection, residents: Collection[ResidentId], now: datetime) -> Mapping[ResidentId, NamedLine]:
    """The residents by id, as lists of other things name them."""
    return {ResidentId(row.id): _named(_line(row), now) for row in connection.execute(
        select(schema.resident).where(_R.id.in_(residents)))}  # fmt: skip


def _named(line: ResidentLine, now: datetime) -> NamedLine:
    details = line.resident.details
    return NamedLine(details.banner_name, details.room, line.status(now))


def medicine_changes(
    connection: Connection, residents: Sequence[ResidentId], after: date
) -> Mapping[ResidentId, tuple[date, ...]]:
    """The days after the one given on which a medicine of the residents was started or stopped."""
    days = [func.json_extract(_F.body, f"$.{name}") for name in ("started", "stopped")]
    query = select(_F.resident_id, *days).where(
        _F.resident_id.in_(residents),
        _F.kind == FactKind.MEDICINE.value,
        _F.in_error == 0,
        or_(*(day > after.isoformat() for day in days)),
    )
    found: dict[ResidentId, list[date]] = defaultdict(list)
    for resident_id, *changed in connection.execute(query):
        found[ResidentId(resident_id)] += [date.fromisoformat(day) for day in changed if day]
    return {key: tuple(items) for key, items in found.items()}


def find(
    connection: Connection,
    words: Sequence[str] = (),
    *,
    digits: str = "",
    born: date | None = None,
    living: datetime | None = None,
) -> tuple[ResidentLine, ...]:
    """Residents by family name whose names, known-as, room or key hold every folded word, in any order.

    ``digits`` also finds part of an NHS number, and ``born`` a date of birth; each widens the search. ``living`` leaves
    out who does not live here at that instant.
    """
    query = select(schema.resident).order_by(_R.sort_name, _R.id)
    if living is not None:
        query = query.where(living_at(living))
    if words or digits or born:
        found = []
        if words:
            matches = [or_(_R.search.startswith(w, autoescape=True), _R.search.contains(" " + w, autoescape=True))
                       for w in words]  # fmt: skip
            found.append(and_(*matches))
        if digits:
            found.append(_R.nhs_number.contains(digits))
        if born:
            found.append(_R.date_of_birth == born.isoformat())
        query = query.where(or_(*found))
    return tuple(_line(row) for row in connection.execute(query))


def with_stay(
    connection: Connection, first: datetime, until: datetime, also: Collection[ResidentId] = ()
) -> tuple[ResidentLine, ...]:
    """Who had a stay here some time from ``first`` and before ``until``, and those named, by family name."""
    query = select(schema.resident).where(or_(lived_between(first, until), _R.id.in_(also)))
    return tuple(_line(row) for row in connection.execute(query.order_by(_R.sort_name, _R.id)))


def possible_duplicates(
    connection: Connection, details: ResidentDetails, ignoring: ResidentId | None
) -> tuple[tuple[ResidentLine, str], ...]:
    """Residents who may be the same person, with why: the same NHS number, the same key, or the same name and birth."""
    born = details.date_of_birth.isoformat()
    alike = (_R.key == details.key) | (_R.date_of_birth == born)
    if details.nhs_number:
        alike |= _R.nhs_number == details.nhs_number
    found = []
    for row in connection.execute(select(schema.resident).where(alike).order_by(_R.sort_name, _R.id)):
        line = _line(row)
        if row.id != ignoring and (why := _alike(line.resident.details, details)):
            found.append((line, why))
    return tuple(found)


def of_the_same_name(
    connection: Connection, resident_id: ResidentId, details: ResidentDetails, now: datetime
) -> tuple[ResidentDetails, ...]:
    """Others who live here at the instant under the same family and given name, however they are spelt with accents."""
    wanted = fold(details.family_name), fold(details.given_name)
    sort_name = fold(f"{details.family_name} {details.given_name}")
    query = select(schema.resident).where(_R.sort_name == sort_name, _R.id != resident_id, living_at(now))
    found = (_line(row).resident.details for row in connection.execute(query.order_by(_R.sort_name, _R.id)))
    return tuple(each for each in found if (fold(each.family_name), fold(each.given_name)) == wanted)


def _alike(known: ResidentDetails, details: ResidentDetails) -> str:
    """Why two may be the same person, the strongest reason there is; empty when nothing says so."""
    if details.nhs_number and known.nhs_number == details.nhs_number:
        return "has the same NHS number"
    if known.key == details.key:
        return "has the same resident key"
    if known.date_of_birth != details.date_of_birth or fold(known.family_name) != fold(details.family_name):
        return ""
    same = fold(known.given_name) == fold(details.given_name)
    return "has the same name and date of birth" if same else "has the same last name and date of birth"


def save_fact(
    work: Work,
    resident_id: ResidentId,
    fact_id: FactId | None,
    body: FactBody,
    *,
    reason: str = "",
    in_error: bool = False,
) -> Fact:
    """Record a fact, a change to one, or that it was entered in error."""
    kind = fact_kind(body)
    entity = fact_id or FactId(work.new_id())
    state = "entered-in-error" if in_error else "recorded"
    action = state if in_error else ("change" if fact_id else "add")
    content = {"resident_id": resident_id, "fact": to_plain(body)}
    revised = work.revise(kind, entity, content, resident_id=resident_id, state=state, reason=reason, action=action)
    row = {
        "resident_id": resident_id,
        "kind": kind.value,
        "id": entity,
        "revision_id": revised.id,
        "recorded_at": work.at,
        "recorded_by": work.author.user,
        "in_error": int(in_error),
        "reason": reason,
        "body": canonical(to_plain(body)),
    }
    work.connection.execute(
        upsert(schema.fact).values(row).on_conflict_do_update(index_elements=["resident_id", "kind", "id"], set_=row)
    )
    if kind in (FactKind.STAY, FactKind.ABSENCE):
        _project_presence(work.connection, resident_id)
    return Fact(
        entity, resident_id, RevisionId(revised.id), body, work.now, work.author.user, in_error=in_error, reason=reason
    )


def fact(connection: Connection, fact_id: FactId) -> Fact | None:
    """One fact as last recorded, or None."""
    row = connection.execute(select(schema.fact).where(_F.id == fact_id)).first()
    return _fact(row) if row else None


def facts(
    connection: Connection, resident_id: ResidentId, kind: FactKind | None = None, *, in_error: bool = False
) -> tuple[Fact, ...]:
    """A resident's facts, newest first; those entered in error only when asked for."""
    query = select(schema.fact).where(_F.resident_id == resident_id)
    if kind is not None:
        query = query.where(_F.kind == kind.value)
    if not in_error:
        query = query.where(_F.in_error == 0)
    return tuple(_fact(row) for row in connection.execute(query.order_by(_F.kind, _F.recorded_at.desc(), _F.id.desc())))


def facts_of_all(
    connection: Connection, kinds: Sequence[FactKind], residents: Sequence[ResidentId] | None = None
) -> Mapping[ResidentId, tuple[Fact, ...]]:
    """Sound facts of the kinds for every resident, or for those named, newest first, in one query."""
    query = (
        select(schema.fact)
        .where(_F.in_error == 0, _F.kind.in_([kind.value for kind in kinds]))
        .order_by(_F.recorded_at.desc(), _F.id.desc())
    )
    if residents is not None:
        query = query.where(_F.resident_id.in_(residents))
    found: dict[ResidentId, list[Fact]] = defaultdict(list)
    for row in connection.execute(query):
        found[ResidentId(row.resident_id)].append(_fact(row))
    return {key: tuple(items) for key, items in found.items()}


def fact_history(connection: Connection, fact_id: FactId) -> tuple[Fact, ...]:
    """Every recorded version of a fact, newest first."""
    return tuple(
        Fact(
            FactId(r.entity_id), ResidentId(r.body["resident_id"]), RevisionId(r.id),
            from_plain(r.body["fact"], FACT_TYPES[FactKind(r.kind)]), r.recorded_at, r.author,
            in_error=r.state == "entered-in-error", reason=r.reason,
        )
        for r in reversed(revisions.revisions(connection, fact_id))
    )  # fmt: skip


def fold(text: str) -> str:
    """Text as the search sees it: no accents, no case, single spaces, apostrophes dropped (O'Neil finds oneil)."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o").replace("đ", "d"))
    kept = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’`")
    return re.sub(r"[\s\-]+", " ", kept).strip()


def _project_presence(connection: Connection, resident_id: ResidentId) -> None:
    """Keep the stays and absences on the resident's row, where lists read them."""
    bodies = [item.body for item in facts(connection, resident_id)]
    connection.execute(
        update(schema.resident)
        .where(_R.id == resident_id)
        .values(
            stays=canonical(to_plain([body for body in bodies if isinstance(body, Stay)])),
            absences=canonical(to_plain([body for body in bodies if isinstance(body, Absence)])),
        )
    )


def _line(row: Any) -> ResidentLine:
    return ResidentLine(
        Resident(ResidentId(row.id), RevisionId(row.revision_id), from_plain(parse(row.body), ResidentDetails)),
        tuple(from_plain(item, Stay) for item in parse(row.stays)),
        tuple(from_plain(item, Absence) for item in parse(row.absences)),
    )


def _fact(row: Any) -> Fact:
    body = from_plain(parse(row.body), FACT_TYPES[FactKind(row.kind)])
    return Fact(
        FactId(row.id), ResidentId(row.resident_id), RevisionId(row.revision_id), body, instant(row.recorded_at),
        row.recorded_by, in_error=bool(row.in_error), reason=row.reason,
    )  # fmt: skip
