"""Accounts as the records know them; the way in itself is a slot of the keyfile.

A row is never deleted: what an account did and signed must stay attributable to somebody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.codec import instant
from app.domain.people import Role, StaffId
from app.models import schema, staff
from app.models.store import Work

_A = schema.account.c
_K = schema.signing_key.c


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account: ``must_change`` while its secret is one that a manager was shown, ``disabled_at`` once closed."""

    user: str
    role: Role
    staff_id: StaffId
    public_key: str
    added_at: datetime
    disabled_at: datetime | None
    must_change: bool


def accounts(connection: Connection) -> tuple[AccountRow, ...]:
    """Every account there ever was, by name."""
    return tuple(_row(row) for row in connection.execute(select(schema.account).order_by(_A.user)))


def find(connection: Connection, user: str) -> AccountRow | None:
    """The account of the name, whatever its capitals."""
    return next((row for row in accounts(connection) if row.user.casefold() == user.casefold()), None)


def open_account_of(connection: Connection, staff_id: StaffId) -> AccountRow | None:
    """The account with which a member of staff can sign in, or None."""
    return next((row for row in accounts(connection) if row.staff_id == staff_id and row.disabled_at is None), None)


def add(work: Work, user: str, role: Role, staff_id: StaffId, public_key: str, *, must_change: bool) -> None:
    """Note a new account, or a closed one that is opened again for the same person."""
    row = find(work.connection, user)
    if row is None:
        staff.add_account(work, user, role, staff_id, public_key)
        _set(work, user, must_change=int(must_change))
        return
    _set(work, row.user, role=role.value, public_key=public_key, disabled_at=None, must_change=int(must_change))
    _add_key(work, row.user, public_key)
    detail = {"user": row.user, "role": role.value, "public_key": public_key}
    work.audit("reopen-account", "account", staff_id, detail=detail)


def offer_key(work: Work, user: str, public_key: str) -> None:
    """Note a signing key that a slot of the account is about to have; until :func:`settle_key` both keys are theirs.

    Keyfile and store cannot change together: whichever of them the power leaves behind, the person gets in.
    """
    _add_key(work, user, public_key)


def settle_key(work: Work, user: str, public_key: str, *, must_change: bool) -> None:
    """The slot has the key: what the account signed with another one from now on counts for nothing."""
    of_account = (_K.kind == "account") & (_K.owner == user) & _K.revoked_at.is_(None) & (_K.public_key != public_key)
    work.connection.execute(update(schema.signing_key).where(of_account).values(revoked_at=work.at))
    _set(work, user, public_key=public_key, must_change=int(must_change))


def key_state(connection: Connection, user: str, public_key: str) -> str:
    """What a slot's signing key is to the account: ``present``, ``offered`` (a change was cut short), ``revoked``, or
    ``unknown``."""
    now = connection.execute(select(_A.public_key).where(_A.user == user)).scalar()
    if now == public_key:
        return "present"
    mine = (_K.kind == "account") & (_K.owner == user) & (_K.public_key == public_key)
    row = connection.execute(select(_K.revoked_at).where(mine)).first()
    return "unknown" if row is None else "offered" if row.revoked_at is None else "revoked"


def new_recovery_key(work: Work, public_key: str) -> None:
    """Note the signing key of a new recovery key; the one before counts for nothing that is signed from now on."""
    of_recovery = (_K.kind == "recovery") & _K.revoked_at.is_(None)
    work.connection.execute(update(schema.signing_key).where(of_recovery).values(revoked_at=work.at))
    staff.add_signing_key(work, "recovery", "", public_key)


def set_role(work: Work, row: AccountRow, role: Role) -> None:
    """Note another role."""
    _set(work, row.user, role=role.value)
    work.audit("change-role", "account", row.staff_id, detail={"user": row.user, "from": row.role.value,
                                                               "to": role.value})  # fmt: skip


def disable(work: Work, row: AccountRow) -> None:
    """Close an account; its signing key counts for nothing that is signed from now on."""
    _revoke_keys(work, row.user)
    _set(work, row.user, disabled_at=work.at, must_change=0)
    work.audit("disable-account", "account", row.staff_id, detail={"user": row.user, "public_key": row.public_key})


def _add_key(work: Work, user: str, public_key: str) -> None:
    staff.add_signing_key(work, "account", user, public_key)


def _revoke_keys(work: Work, user: str) -> None:
    of_account = (_K.kind == "account") & (_K.owner == user) & _K.revoked_at.is_(None)
    work.connection.execute(update(schema.signing_key).where(of_account).values(revoked_at=work.at))


def _set(work: Work, user: str, **values: object) -> None:
    work.connection.execute(update(schema.account).where(_A.user == user).values(**values))


def _row(row: Any) -> AccountRow:
    return AccountRow(
        row.user, Role(row.role), StaffId(row.staff_id), row.public_key, instant(row.added_at),
        instant(row.disabled_at) if row.disabled_at else None, bool(row.must_change),
    )  # fmt: skip
