"""Recording what the home knows about itself for the premium: one way in for every kind of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.errors import UserError
from app.domain.home_fact_rules import check_home_fact
from app.domain.home_facts import Duty, HomeFact, HomeFactBody, HomeFactId, HomeFactKind, Training, home_fact_kind
from app.models import home_facts as rows
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

WHO_RECORDS: Final = {
    HomeFactKind.POLICY: Action.MANAGE_HOME,
    HomeFactKind.COMMISSIONER_ANSWER: Action.MANAGE_HOME,
    HomeFactKind.TRAINING: Action.MANAGE_STAFF,
    HomeFactKind.DUTY: Action.MANAGE_STAFF,
    HomeFactKind.ATTACHMENT: Action.MANAGE_STAFF,
    HomeFactKind.REMITTANCE: Action.MANAGE_MONEY,
    HomeFactKind.SPEND: Action.MANAGE_MONEY,
    HomeFactKind.ADMISSION: Action.FOLLOW_TRANSFER,
    HomeFactKind.CRITERION: Action.MANAGE_HOME,
    HomeFactKind.CLAIM_REVIEW: Action.MANAGE_MONEY,
}
"""What recording each kind asks for: a nurse takes the call about a bed, the rest is the manager's."""
WHO_SEES: Final = {
    HomeFactKind.TRAINING: Action.VIEW_STAFF,
    HomeFactKind.DUTY: Action.VIEW_STAFF,
    HomeFactKind.ADMISSION: Action.VIEW_RESIDENTS,
}
"""What reading a kind asks for, where it is not :attr:`Action.VIEW_CLAIMS`."""


@dataclass(frozen=True, slots=True)
class SavedHomeFact:
    """A fact was recorded."""

    fact_id: HomeFactId
    changes: Changes


def listed(session: Session, kind: HomeFactKind, *, about: str | None = None) -> tuple[HomeFact, ...]:
    """The sound facts of a kind, the latest day first."""
    require(session, WHO_SEES.get(kind, Action.VIEW_CLAIMS))
    with session.read() as connection:
        return rows.facts(connection, kind, about=about)


def add(session: Session, body: HomeFactBody) -> SavedHomeFact:
    """Record a fact. UserError names what stands against it."""
    (saved,) = add_all(session, (body,))
    return saved


def add_all(session: Session, bodies: tuple[HomeFactBody, ...], *, reason: str = "") -> tuple[SavedHomeFact, ...]:
    """Record several facts of any kinds in one transaction: all of them or, when one is refused, none."""
    for body in bodies:
        require(session, WHO_RECORDS[home_fact_kind(body)])
    saved = []
    with session.write() as work:
        for body in bodies:
            check_home_fact(body, _others(work.connection, body))
            saved.append(_saved(rows.save(work, body, reason=reason.strip())))
    return tuple(saved)


def change(session: Session, fact_id: HomeFactId, body: HomeFactBody, *, reason: str) -> SavedHomeFact:
    """Record a change to a fact, with the reason."""
    require(session, WHO_RECORDS[home_fact_kind(body)])
    _need_reason(reason)
    with session.write() as work:
        old = _existing(work.connection, fact_id)
        if old.kind is not home_fact_kind(body):
            raise TypeError("a fact stays of its kind")
        check_home_fact(body, _others(work.connection, body, ignoring=fact_id))
        return _saved(rows.save(work, body, fact_id=fact_id, reason=reason.strip()))


def in_error(session: Session, fact_id: HomeFactId, *, reason: str) -> SavedHomeFact:
    """Say that a fact should not have been recorded; it stays readable in its history."""
    _need_reason(reason)
    with session.write() as work:
        old = _existing(work.connection, fact_id)
        require(session, WHO_RECORDS[old.kind])
        return _saved(rows.save(work, old.body, fact_id=fact_id, reason=reason.strip(), in_error=True))


def history(session: Session, fact_id: HomeFactId) -> tuple[HomeFact, ...]:
    """Every recorded version of a fact, newest first; empty when there is no such fact."""
    with session.read() as connection:
        found = rows.history(connection, fact_id)
    for version in found[:1]:
        require(session, WHO_SEES.get(version.kind, Action.VIEW_CLAIMS))
    return found


def _others(
    connection: Connection, body: HomeFactBody, *, ignoring: HomeFactId | None = None
) -> tuple[HomeFactBody, ...]:
    # a course or a shift stands only beside those of the same person, and a home has years of shifts
    about = body.staff_id if isinstance(body, Training | Duty) else None
    found = rows.facts(connection, home_fact_kind(body), about=about)
    return tuple(fact.body for fact in found if fact.id != ignoring)


def _existing(connection: Connection, fact_id: HomeFactId) -> HomeFact:
    found = rows.fact(connection, fact_id)
    if found is None:
        raise UserError("This entry is not in the records", field="entry")
    if found.in_error:
        raise UserError("This entry is marked as entered in error already", field="entry")
    return found


def changed(kind: HomeFactKind) -> Changes:
    """What a fact of the kind changes on the screens."""
    return changes(kind.value, "home_fact", "claim")


def _saved(fact: HomeFact) -> SavedHomeFact:
    return SavedHomeFact(fact.id, changed(fact.kind))


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
