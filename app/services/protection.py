"""What Settings says about the protection of these records: facts that can be looked up, nothing that is hoped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.models import audit as rows
from app.models.store import chain_head
from app.services.session import Session
from app.vault import keyfile


@dataclass(frozen=True, slots=True)
class Protection:
    """How the open record is protected.

    ``epoch`` counts data keys from 1; ``old_slots`` names who must sign in once before the data key can be changed;
    ``recovery_key`` whether there is one; ``count`` and ``head`` are the audit chain's; ``checked_at`` and
    ``problems`` the last check, None and 0 when there was none; ``anchor_failed`` that the newest anchor could not be
    written.
    """

    store_id: str
    epoch: int
    accounts: int
    old_slots: tuple[str, ...]
    recovery_key: bool
    count: int
    head: str
    checked_at: datetime | None
    problems: int
    anchor_failed: bool


def protection(session: Session) -> Protection:
    """Read it from the keyfile and the record."""
    slots = keyfile.read_keyfile(session.store_dir)
    with session.read() as connection:
        chain = chain_head(connection)
        checked = rows.events(connection, kinds=(rows.Kind(("verify",)),), limit=1)
    return Protection(
        slots.store_id,
        session.epoch,
        len(slots.users),
        tuple(slot.user or "the recovery key" for slot in slots.slots if not slot.wrap_key),
        any(slot.kind == "recovery" for slot in slots.slots),
        chain.count,
        chain.head,
        checked[0].at if checked else None,
        int(checked[0].detail.get("problems", 0)) if checked else 0,
        session.store.anchor_failed,
    )
