"""What the premium page shows, read in one step on the store thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.messages import refusal
from app.ui.pages.premium.words import claimable, late

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.domain.messages import ClaimLine
    from app.domain.people import ResidentId
    from app.services.premium import ClaimWeek
    from app.services.session import Session
    from app.services.sync import Connection


ASKED_BELOW = "asked below"
"""Stands for the reason of a late claim until it is typed."""


@dataclass(frozen=True, slots=True)
class PremiumData:
    """The week, and in words why the signed-in person may not sign or export (empty when they may)."""

    week: ClaimWeek
    not_sign: str
    not_export: str


@dataclass(frozen=True, slots=True)
class ToSign:
    """What the manager sees before signing: the week as it is now, the lines as the message will carry them, birth
    dates, and whether there is a connection."""

    week: ClaimWeek
    born: Mapping[ResidentId, date]
    connection: Connection
    lines: tuple[ClaimLine, ...]


def load_week(session: Session, monday: date) -> PremiumData:
    """Read the week."""
    from app.services import premium
    from app.services.access import Action

    return PremiumData(
        premium.week(session, monday, ahead=True),
        refusal(session, Action.SIGN_CLAIMS),
        refusal(session, Action.EXPORT_EVIDENCE),
    )


def load_to_sign(session: Session, monday: date) -> ToSign:
    """Read the week again for signing; refused in words when the role does not allow it."""
    from app.services import premium, residents, sync
    from app.services.access import Action, require

    require(session, Action.SIGN_CLAIMS)
    born = {row.id: row.date_of_birth for row in residents.find_residents(session, include_left=True)}
    week = premium.week(session, monday)
    chosen = to_claim(week)
    lines = premium.preview(session, monday, chosen=chosen, late_reason=ASKED_BELOW).lines if chosen else ()
    return ToSign(week, born, sync.connection(session), lines)


def to_claim(week: ClaimWeek) -> tuple[ResidentId, ...]:
    """Who would be signed for: everybody who can be claimed for by rule, else those who are only late."""
    by_rule = tuple(row.resident_id for row in week.rows if claimable(row))
    return by_rule or tuple(row.resident_id for row in week.rows if late(row))
