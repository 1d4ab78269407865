"""What the first page shows, read in one step on the store thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.services.alerts import AlertRow
    from app.services.assessments import DraftRow, DueRow
    from app.services.journeys import Board, JourneyRow
    from app.services.residents import ResidentRow
    from app.services.session import Session


@dataclass(frozen=True, slots=True)
class PremiumHint:
    """The last week that has ended: how many can be claimed for, how much, and whether it was submitted."""

    week_start: date
    eligible: int
    total_pence: int
    submitted: bool
    at_risk: int
    overdue: int = 0
    """Claims that wait too long for the CCG's decision."""


class Missing(StrEnum):
    """What a home that has just been set up still lacks."""

    PHONES = "phones"
    RESIDENTS = "residents"
    ACCREDITATION = "accreditation"


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on the page. ``shift`` names the shift that is on, with how much it has to do and how much is late."""

    alerts: tuple[AlertRow, ...]
    due: tuple[DueRow, ...]
    drafts: tuple[DraftRow, ...]
    away: tuple[ResidentRow, ...]
    premium: PremiumHint | None
    missing: tuple[Missing, ...] = ()
    backup_old: bool = False
    kit_due: bool = False
    last_kit: datetime | None = None
    last_backup: datetime | None = None
    shift: str = ""
    shift_due: int = 0
    shift_late: int = 0
    journeys: tuple[JourneyRow, ...] = ()
    """Journeys to hospital for which something can be done now, the late first."""
    out: tuple[JourneyRow, ...] = ()
    """Who is at hospital or on the way there or back, or is about to go, the most pressing first."""


def _due(session: Session) -> tuple[DueRow, ...]:
    """What is overdue or was never done; of whoever took part in nothing for a week it says so in these words."""
    from app.services import assessments, person

    idle = person.without_activity(session)
    said = {(row.resident_id, row.instrument) for row in idle}
    late = (row for row in assessments.due(session) if row.overdue_days > 0 or row.never)
    return (*idle, *(row for row in late if (row.resident_id, row.instrument) not in said))


def load_today(session: Session) -> Today:
    """Read it; the premium only for a role that may see claims."""
    from app.services import alerts, answers, assessments, downtime, due, journeys, premium, residents, status
    from app.services.access import Action, allowed

    hint: PremiumHint | None = None
    if allowed(session, Action.VIEW_CLAIMS):
        week = premium.week(session, premium.default_week(session))
        overdue = answers.overdue_count(session)
        hint = PremiumHint(
            week.week_start, week.eligible, week.total_pence, bool(week.submitted), len(week.at_risk), overdue
        )
    found = status.status(session)
    kit = downtime.standing(session)
    hospital = journeys.board(session)
    shift = due.present(session)
    people = residents.find_residents(session)
    missing = (
        (Missing.PHONES, not session.home.phones),
        (Missing.RESIDENTS, not people),
        (Missing.ACCREDITATION, hint is not None and not session.home.accredited),
    )
    return Today(
        alerts=alerts.standing(session),
        due=_due(session),
        drafts=assessments.drafts(session),
        away=tuple(row for row in people if row.status == "away"),
        premium=hint,
        missing=tuple(each for each, lacks in missing if lacks),
        backup_old=found.backup_old,
        kit_due=kit.due,
        last_kit=kit.made_at,
        last_backup=found.last_backup,
        shift=shift.shift.name,
        shift_due=len(shift.items),
        shift_late=shift.late,
        journeys=_waiting(hospital),
        out=hospital.open,
    )


def _waiting(found: Board) -> tuple[JourneyRow, ...]:
    now = found.now
    rows = [
        row for row in (*found.open, *found.recent) if any(wait.due is None or wait.due <= now for wait in row.waiting)
    ]
    return tuple(sorted(rows, key=lambda row: not any(wait.is_late(now) for wait in row.waiting)))
