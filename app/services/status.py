"""What is always in sight: who is signed in, what waits, how old things are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.backups import OLD_AFTER
from app.domain.people import Role
from app.models import alerts, assessments, outbox
from app.models.backups import begun_at
from app.models.store import last_stamp
from app.services import backups, sync
from app.services.session import Session

_CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Status:
    """The status bar.

    ``trouble`` counts messages that somebody must look at; ``last_backup`` None means never, or with a date still to
    come; ``clock_behind`` that the laptop's clock is earlier than what has been recorded already, so that dates written
    now may be wrong.
    """

    user: str
    name: str
    role: Role
    home_name: str
    practice: bool
    waiting: int
    trouble: int
    late: bool
    connected: bool
    last_exchange: datetime | None
    last_error: str
    last_backup: datetime | None
    backup_elsewhere: bool
    backup_old: bool
    standing_alerts: int
    drafts: int
    clock_behind: bool


def status(session: Session) -> Status:
    """Computed from the rows each time; nothing is remembered from the last call."""
    last = backups.last_of(session)
    with session.read() as connection:
        line = sync.connection_now(session, connection)
        born = begun_at(connection)
        return Status(
            user=session.account.user,
            name=session.account.name,
            role=session.account.role,
            home_name=session.home.name,
            practice=session.home.practice,
            waiting=line.waiting,
            trouble=outbox.in_trouble(connection),
            late=line.late,
            connected=line.transport is not None,
            last_exchange=line.last_exchange,
            last_error=line.last_error,
            last_backup=last.taken_at if last else None,
            backup_elsewhere=last is not None and last.elsewhere,
            backup_old=_old(last, born, session.now()),
            standing_alerts=len(alerts.alerts(connection, standing_only=True)),
            drafts=len(assessments.drafts(connection)),
            clock_behind=last_stamp(connection) - session.now() > _CLOCK_SLACK,
        )


def _old(last: backups.Last | None, born: datetime, now: datetime) -> bool:
    """Whether a week's work or more is in no backup."""
    return now - (last.taken_at if last else born) > OLD_AFTER
