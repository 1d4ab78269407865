"""What the record holds about a resident for a transfer pack, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from app.domain.dates import short_date
from app.domain.falls import Fall
from app.domain.journeys import Journey
from app.domain.observations import Reading
from app.domain.people import CprDecision, CprKind, Fact, FactKind, Home, KeyFact, ResidentDetails, ResidentId, Role
from app.models import alerts as alert_rows
from app.models import assessments as assessment_rows
from app.models import falls as fall_rows
from app.models import journeys as journey_rows
from app.models import observations as observation_rows
from app.models import photos as photo_rows
from app.models import residents as resident_rows
from app.models import staff as staff_rows
from app.models.alerts import AlertBody
from app.services import alerts, assessments, timeline, wounds
from app.services.alerts import AlertRow
from app.services.assessments import Assessment
from app.services.key_facts import by_topic
from app.services.known import known_resident
from app.services.session import Session
from app.services.timeline import Entry
from app.services.wounds import WoundRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

LAST_DAYS = timedelta(hours=72)
"""What page 2 of the pack looks back on."""
_RECENT_JOURNEY = timedelta(days=14)
_KINDS = ("fluid_in_ml", "fluid_out_ml", "bowel_type", "pain_nrs", "glucose_mmol", "weight_kg")
_MOST_READINGS = 60
_TOLD_ON_PAPER = ("assessment", "note", "fall", "wound", "alert")
_PHOTO_SIDE, _PHOTO_QUALITY = 300, 70
"""Printed some 3 cm wide: more pixels would only make the file larger."""


@dataclass(frozen=True, slots=True)
class FallHeld:
    """A fall with what was signed about it: the answers of the post-fall check and of the fall record."""

    fall: Fall
    check: Assessment | None = None
    record: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Everything a pack is made of. ``facts`` and ``latest`` hold sound ones only; ``falls`` are newest first, the
    answers read only for those of the last 72 hours; ``happened`` are the entries of these hours; ``readings`` the
    newest measurements of a kind, newest first; ``withdrawn`` says when each kind of decision about CPR was last marked
    as entered in error; ``called`` the alerts that somebody was rung about in these hours;
    ``photo`` the resident's own picture, small, None without consent; ``manager`` the name of the home's manager."""

    details: ResidentDetails
    home: Home
    now: datetime
    facts: Mapping[FactKind, tuple[Fact, ...]]
    known: Mapping[str, KeyFact]
    latest: Mapping[str, Assessment]
    usual: Assessment | None
    wounds: tuple[WoundRow, ...]
    alerts: tuple[AlertRow, ...]
    called: tuple[AlertBody, ...]
    falls: tuple[FallHeld, ...]
    happened: tuple[Entry, ...]
    readings: Mapping[str, tuple[Reading, ...]]
    journeys: tuple[Journey, ...]
    withdrawn: Mapping[CprKind, datetime]
    same_name: tuple[str, ...]
    photo: bytes | None
    manager: str


def read(session: Session, connection: Connection, resident_id: ResidentId) -> Held:
    """Read it. UserError for a resident who is not in the records."""
    details = known_resident(connection, resident_id).resident.details
    now = session.now()
    first = now - LAST_DAYS
    facts: dict[FactKind, tuple[Fact, ...]] = dict.fromkeys(FactKind, ())
    for fact in resident_rows.facts(connection, resident_id):
        facts[fact.kind] += (fact,)
    known = by_topic(facts[FactKind.KEY_FACT])
    return Held(
        details,
        session.home,
        now,
        facts,
        {code: fact.body for code, fact in known.items() if isinstance(fact.body, KeyFact)},
        assessments.latest_whole(session, connection, resident_id),
        assessments.usual_news2(session, connection, resident_id),
        wounds.wound_rows(session, connection, resident_id),
        alerts.rows_for(session, connection, resident_id=resident_id, standing_only=True),
        _called(connection, resident_id, first),
        _falls(session, connection, resident_id, first),
        timeline.happened_since(session, connection, resident_id, first, _TOLD_ON_PAPER),
        {kind: observation_rows.newest(connection, resident_id, kind, _MOST_READINGS) for kind in _KINDS},
        tuple(
            line.journey
            for line in journey_rows.of_resident(connection, resident_id)
            if not line.in_error and line.journey.started_at >= now - _RECENT_JOURNEY
        ),
        _withdrawn(connection, resident_id),
        same_name(connection, resident_id, details, now),
        None if details.consent_sharing is False else _photo(connection, resident_id),
        _manager(connection, now),
    )


def _withdrawn(connection: Connection, resident_id: ResidentId) -> dict[CprKind, datetime]:
    found: dict[CprKind, datetime] = {}
    for fact in resident_rows.facts(connection, resident_id, FactKind.CPR, in_error=True):
        if fact.in_error and isinstance(fact.body, CprDecision):
            found[fact.body.kind] = max(found.get(fact.body.kind, fact.recorded_at), fact.recorded_at)
    return found


def _called(connection: Connection, resident_id: ResidentId, first: datetime) -> tuple[AlertBody, ...]:
    found = (line.body for line in alert_rows.alerts(connection, resident_id=resident_id))
    return tuple(body for body in found if body.called_at is not None and body.called_at >= first)


def _falls(session: Session, connection: Connection, resident_id: ResidentId, first: datetime) -> tuple[FallHeld, ...]:
    def signed(instrument: str, fall_id: str) -> Assessment | None:
        lines = assessment_rows.latest(connection, resident_id, instrument, fall_id)
        return assessments.whole(session, connection, lines[0]) if lines else None

    sound = [line for line in fall_rows.of_resident(connection, resident_id) if not line.in_error]
    sound.sort(key=lambda line: line.at, reverse=True)
    return tuple(
        FallHeld(line.fall, signed(fall_rows.CHECK, line.id), signed(fall_rows.CIRCUMSTANCES, line.id))
        if line.at >= first
        else FallHeld(line.fall)
        for line in sound
    )


def same_name(
    connection: Connection, resident_id: ResidentId, details: ResidentDetails, now: datetime
) -> tuple[str, ...]:
    """Who else lives in the home under the same name, as a warning names them."""
    return tuple(
        f"{other.banner_name}, born {short_date(other.date_of_birth)}, " + (f"room {other.room}" if other.room else
        "room not recorded")
        for other in resident_rows.of_the_same_name(connection, resident_id, details, now)
    )  # fmt: skip


def _manager(connection: Connection, now: datetime) -> str:
    """The manager by name; empty when the staff list names none."""
    listed = (member.details for member in staff_rows.staff(connection))
    found = (each for each in listed if each.role is Role.MANAGER and (each.left_at is None or each.left_at > now))
    return next((each.name for each in found), "")


def _photo(connection: Connection, resident_id: ResidentId) -> bytes | None:
    """The newest picture of the resident, which is kept with consent only; entered in error it is none."""
    line = next(iter(photo_rows.of_resident(connection, resident_id, "")), None)
    jpeg = photo_rows.content(connection, line.sha256) if line else None
    return _small(jpeg) if jpeg else None


def _small(jpeg: bytes) -> bytes | None:
    from PIL import Image

    out = BytesIO()
    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
            picture.draft("RGB", (_PHOTO_SIDE, _PHOTO_SIDE))
            picture.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE))
            picture.convert("RGB").save(out, "JPEG", quality=_PHOTO_QUALITY, optimize=True)
    except OSError:
        return None  # a damaged picture must not keep a pack from the ambulance
    return out.getvalue()
