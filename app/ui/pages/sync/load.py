"""What the sync page shows, read in one step on the store thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.messages import refusal

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.status import Status
    from app.services.sync import Connection, OutboxRow, ParkedRow


@dataclass(frozen=True, slots=True)
class SyncData:
    """The connection, the messages, what arrived and was set aside, the status line's figures, and in words why the
    person may not send or connect."""

    connection: Connection
    rows: tuple[OutboxRow, ...]
    parked: tuple[ParkedRow, ...]
    status: Status
    not_send: str
    not_connect: str


def load_sync(session: Session) -> SyncData:
    """Read it."""
    from app.services import status, sync
    from app.services.access import Action

    return SyncData(
        sync.connection(session),
        sync.outbox(session),
        sync.parked(session),
        status.status(session),
        refusal(session, Action.SYNC),
        refusal(session, Action.MANAGE_HOME),
    )
