"""The downtime kit: the whole home's key facts and blank forms on paper, and the reminder when it is getting old.

It is made in steps, so that nobody's save waits for it: :func:`plan` says who is in it, :func:`read` reads a few
residents at a time on the store's thread, :func:`draw` lays the kit out on any other, and :func:`released` writes the
audit entry before it leaves the encrypted store. :func:`note_made` keeps when the last one was made, once it is on
paper or in a file. The kit itself is not kept: it is made of what the record holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.codec import instant, instant_text
from app.domain.errors import UserError
from app.domain.people import Home, Resident, ResidentId
from app.models import residents as resident_rows
from app.models import restored, settings
from app.services import assessments, transfers
from app.services.access import Action, require
from app.services.alerts import RECIPIENT_LABELS
from app.services.changes import Changes, changes
from app.services.due import room_order
from app.services.known import known_resident
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.reports.downtime import KitPaper, Living

DAYS = range(32)
"""How old a kit may become before it is asked for again: 0 asks for none, ever."""
DAYS_USUAL = 7
FORMS = ("fall_record", "post_fall", "sbard")
SAVED, PROTECTED, PRINTED = "saved", "saved with a phrase", "printed"
_DAYS = "downtime_days"
_MADE = "downtime/made"
AWAY = "Away from the home"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the kit stands: when the last one was made and by whom (None: never), how many ``days`` old it may become
    (0: no reminder), how many ``residents`` live here, and whether a new one is ``due``."""

    made_at: datetime | None
    made_by: str
    days: int
    residents: int
    due: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is in a kit, in the order of their sheets, and what stands on its first page; facts are ``as_at``."""

    residents: tuple[ResidentId, ...]
    home: Home
    as_at: datetime
    made_by: str
    anchor: str
    restored_from: datetime | None
    phones: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Kit:
    """A kit that is laid out: the bytes to print or save, its sides, and how many residents are in it."""

    pdf: bytes
    pages: int
    residents: int
    as_at: datetime


def standing(session: Session) -> Standing:
    """Computed from what is kept each time."""
    now = session.now()
    with session.read() as connection:
        made = settings.get(connection, _MADE)
        days = _days(connection)
        count = len(resident_rows.living(connection, now))
    at = instant(made["at"]) if isinstance(made, dict) else None
    if at is not None and at > now:
        at = None  # of a clock that was wrong: nobody knows how old it is
    old = at is None or now - at > timedelta(days=days)
    who = session.person(made["by"]) if at is not None else ""
    return Standing(at, who, days, count, due=bool(days and count and old))


def set_days(session: Session, days: int) -> Changes:
    """Choose for the home how old a kit may become: 1 to 31 days, or 0 for no reminder. UserError outside."""
    require(session, Action.MANAGE_HOME)
    if days not in DAYS:
        raise UserError("How often a kit is made must be 1 to 31 days, or 0 for no reminder", field=_DAYS)
    with session.write() as work:
        settings.put(work, _DAYS, days)
    return changes("setting")


def plan(session: Session) -> Plan:
    """Who is in the kit, in the order of rooms, and what stands on its first page.

    Whoever lives here is in it, at home or away; nobody who left or died.
    """
    require(session, Action.PRINT_PACK)
    now = session.now()
    with session.look() as work:
        lines = sorted(resident_rows.find(work.connection, living=now), key=lambda line: _order(line.resident))
        return Plan(
            residents=tuple(line.resident.id for line in lines),
            home=session.home,
            as_at=now,
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
            phones=_phones(session),
        )


def read(session: Session, residents: Sequence[ResidentId]) -> tuple[Living, ...]:
    """What the kit says of these residents, in one transaction; one who has left meanwhile is left out."""
    from app.reports.downtime import Living

    require(session, Action.PRINT_PACK)
    now = session.now()
    found: list[Living] = []
    with session.look() as work:
        for resident_id in residents:
            status = known_resident(work.connection, resident_id).status(now)
            if status not in {"here", "away"}:
                continue
            content = transfers.content_now(session, work, resident_id)
            # The photo stays in the store: sixty of them would make the file large, and the kit is for facts.
            plain = replace(content, identity=replace(content.identity, photo=None))
            found.append(Living(plain, AWAY if status == "away" else ""))
    return tuple(found)


def paper(planned: Plan, found: Sequence[Living]) -> KitPaper:
    """What was planned and read, together as it is laid out."""
    from app.reports.downtime import KitPaper

    return KitPaper(
        home=planned.home,
        as_at=planned.as_at,
        made_by=planned.made_by,
        anchor=planned.anchor,
        restored_from=planned.restored_from,
        phones=planned.phones,
        residents=tuple(found),
        forms={code: assessments.form(code) for code in FORMS},
    )


def draw(
    laid: KitPaper,
    told: Callable[[int, int], None] = lambda _done, _all: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Kit | None:
    """Lay it out; the store is not touched, so any thread will do. None when ``stopped`` said so."""
    from app.reports.downtime import Stopped, kit_pdf

    try:
        made = kit_pdf(laid, told, stopped)
    except Stopped:
        return None
    return Kit(made.data, made.pages, len(laid.residents), laid.as_at)


def locked(kit: Kit, phrase: str) -> bytes:
    """The kit's PDF encrypted with AES-256: the phrase opens it. UserError on ``phrase`` when it is blank."""
    from app.reports.pdf_lock import locked as lock

    return lock(kit.pdf, phrase)


def released(session: Session, kit: Kit, how: str) -> None:
    """The kit is about to leave the encrypted store, ``how`` in words (:data:`SAVED`): the audit entry comes first."""
    require(session, Action.PRINT_PACK)
    with session.look() as work:
        detail = {"residents": kit.residents, "kind": how, "pages": kit.pages}
        work.audit("print", "downtime", session.store.id, detail=detail)


def note_made(session: Session, kit: Kit) -> Changes:
    """Keep that this kit is on paper or in a file, for the reminder; nothing on records that may only be read."""
    require(session, Action.PRINT_PACK)
    if session.trouble is not None:
        return Changes()
    with session.write() as work:
        settings.note(work, _MADE, {"at": instant_text(kit.as_at), "by": session.account.user})
    return changes("setting")


def _days(connection: Connection) -> int:
    found = settings.get(connection, _DAYS)
    return found if isinstance(found, int) and not isinstance(found, bool) and found in DAYS else DAYS_USUAL


def _order(resident: Resident) -> tuple[object, ...]:
    d = resident.details
    return room_order(d.room), resident_rows.fold(f"{d.family_name} {d.given_name}"), resident.id


def _phones(session: Session) -> tuple[tuple[str, str], ...]:
    home = session.home
    kept = dict(home.phones)
    listed = tuple((words, kept[code.value]) for code, words in RECIPIENT_LABELS.items() if kept.get(code.value))
    return ((f"This home, {home.name}", home.phone), *listed)
