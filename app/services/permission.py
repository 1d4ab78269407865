"""Which instruments this home may use.

Some owners license each home that uses their instrument. Such an instrument is off, for screens and commands alike,
until a manager records that this home has the permission: who recorded it, when, and where the paper is. A few others
are optional (FRAT, against which NICE NG249 speaks; PAINAD, where Abbey is usual): off until a manager turns them on
and says why. What was signed while one was on stays readable and can be amended when it is off again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.domain.codec import instant
from app.domain.errors import UserError
from app.domain.instruments import registry
from app.domain.instruments.registry import Instrument
from app.models import settings
from app.services import questionnaires
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEY = "permission/"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Permission:
    """That the home may use an instrument: who recorded it, when, and what the manager wrote about it."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class InstrumentState:
    """An instrument, whether it can be used here now, and the permission on record where one is needed."""

    tool: Instrument
    on: bool
    permission: Permission | None

    @property
    def why_off(self) -> str:
        """In words, empty when it is on."""
        return "" if self.on else off_words(self.tool)


def instruments(session: Session) -> tuple[InstrumentState, ...]:
    """Every instrument, in the order of lists, with whether it is on."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        found = settings.under(connection, _KEY)
        return tuple(
            InstrumentState(tool, is_on(connection, tool), _permission(session, found.get(tool.code)))
            for tool in registry.all_instruments()
        )


def permit(session: Session, code: str, *, note: str) -> Changes:
    """Record that the home has the owner's permission, and where it can be seen (a letter, a licence number).

    Raises UserError for an instrument that needs none and for an empty note.
    """
    require(session, Action.MANAGE_HOME)
    tool = registry.instrument(code)
    if not _gated(tool):
        raise UserError(f"{tool.short} needs no permission of its owner", field="instrument")
    if not note.strip():
        wanted = "where the owner's permission can be seen" if tool.needs_permission else "why the home uses it"
        raise UserError(f"Enter {wanted}", field="note")
    if len(note) > _LONGEST:
        raise UserError(f"Notes must be {_LONGEST} characters or fewer", field="note")
    with session.write() as work:
        value = {"by": session.account.user, "at": work.at, "note": note.strip()}
        work.revise("permission", code, value, action="permit", reason=note.strip())
        settings.note(work, f"{_KEY}{code}", value)
    return changes("setting", "assessment")


def withdraw(session: Session, code: str, *, reason: str) -> Changes:
    """Turn an instrument off again. Raises UserError without a reason and when it is off already."""
    require(session, Action.MANAGE_HOME)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        if settings.get(work.connection, f"{_KEY}{code}") is None:
            raise UserError("There is no permission on record for this instrument", field="instrument")
        work.revise("permission", code, {}, state="withdrawn", action="withdraw", reason=reason.strip())
        settings.forget(work, f"{_KEY}{code}")
    return changes("setting", "assessment")


def is_on(connection: Connection, tool: Instrument) -> bool:
    """Whether the instrument may be used in this home, inside a transaction already open."""
    if registry.is_of_the_home(tool.code):
        return questionnaires.is_on(connection, tool.code)
    return not _gated(tool) or settings.get(connection, f"{_KEY}{tool.code}") is not None


def usable(connection: Connection) -> tuple[Instrument, ...]:
    """Every instrument that may be used in this home, in the order of lists."""
    given = settings.under(connection, _KEY)
    own = questionnaires.offered(connection)
    return tuple(
        tool
        for tool in registry.all_instruments()
        if (tool.code in own if registry.is_of_the_home(tool.code) else not _gated(tool) or tool.code in given)
    )


def require_on(connection: Connection, code: str) -> None:
    """Refuse, in words, an instrument that is off."""
    tool = registry.instrument(code)
    if is_on(connection, tool):
        return
    if registry.is_of_the_home(code):
        raise UserError(f"{tool.short} was turned off by the manager", field="instrument")
    raise UserError(off_words(tool), field="instrument")


def off_words(tool: Instrument) -> str:
    """Why an instrument is off and what turns it on."""
    if not tool.needs_permission:
        return (
            f"{tool.short} is off: another assessment is the usual one. "
            "A manager can turn it on under Settings, Instruments"
        )
    return (
        f"{tool.short} is off: its owner licenses each home. "
        "A manager records under Settings, Instruments, that this home has the permission"
    )


def _gated(tool: Instrument) -> bool:
    return tool.needs_permission or tool.optional


def _permission(session: Session, kept: Any) -> Permission | None:
    if not isinstance(kept, dict):
        return None
    return Permission(session.person(kept["by"]), instant(kept["at"]), kept["note"])
