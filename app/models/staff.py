"""Staff, their champion posts, and the accounts they sign in with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.codec import canonical, from_plain, instant_text, parse, to_plain
from app.domain.people import Appointment, ChampionPost, RevisionId, Role, StaffDetails, StaffId, StaffMember
from app.models import schema
from app.models.store import Work

_S = schema.staff.c
_P = schema.post.c


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in: the account's name, the person's name, their role and staff record.

    ``must_change`` while the password is one that a manager was shown; ``closed`` when nobody may sign in with it.
    """

    user: str
    name: str
    role: Role
    staff_id: StaffId
    must_change: bool = False
    closed: bool = False


def save_staff(work: Work, staff_id: StaffId | None, details: StaffDetails, *, reason: str = "") -> StaffId:
    """Add a member of staff, or record a change to one."""
    entity = staff_id or StaffId(work.new_id())
    revised = work.revise("staff", entity, details, reason=reason, action="change" if staff_id else "add")
    row = {
        "id": entity,
        "revision_id": revised.id,
        "key": details.key,
        "name": details.name,
        "left_at": instant_text(details.left_at) if details.left_at else None,
        "body": canonical(to_plain(details)),
    }
    work.connection.execute(upsert(schema.staff).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
    return entity


def save_post(work: Work, staff_id: StaffId, post_id: str | None, post: ChampionPost, *, reason: str = "") -> str:
    """Appoint a champion, or record a change to a post (its end, a renewed certificate)."""
    entity = post_id or work.new_id()
    body = {"staff_id": staff_id, "post": to_plain(post)}
    revised = work.revise("post", entity, body, reason=reason, action="change" if post_id else "appoint")
    row = {
        "id": entity,
        "staff_id": staff_id,
        "revision_id": revised.id,
        "pathway": post.pathway,
        "body": canonical(to_plain(post)),
    }
    work.connection.execute(upsert(schema.post).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
    return entity


def staff(connection: Connection) -> tuple[StaffMember, ...]:
    """Everybody, by name, with their posts."""
    posts: dict[str, list[Appointment]] = defaultdict(list)
    for row in connection.execute(select(schema.post).order_by(_P.pathway, _P.id)):
        posts[row.staff_id].append(_appointment(row))
    rows = connection.execute(select(schema.staff).order_by(_S.name, _S.id))
    return tuple(_member(row, tuple(posts[row.id])) for row in rows)


def member(connection: Connection, staff_id: StaffId) -> StaffMember | None:
    """One member of staff with their posts, or None."""
    row = connection.execute(select(schema.staff).where(_S.id == staff_id)).first()
    if row is None:
        return None
    posts = connection.execute(select(schema.post).where(_P.staff_id == staff_id).order_by(_P.pathway, _P.id))
    return _member(row, tuple(_appointment(post) for post in posts))


def staff_id_by_key(connection: Connection, key: str) -> StaffId | None:
    """The member of staff with the home's own key, or None."""
    found = connection.execute(select(_S.id).where(_S.key == key)).scalar()
    return StaffId(found) if found else None


def post(connection: Connection, post_id: str) -> Appointment | None:
    """One champion post, or None."""
    row = connection.execute(select(schema.post).where(_P.id == post_id)).first()
    return _appointment(row) if row else None


def add_account(work: Work, user: str, role: Role, staff_id: StaffId, public_key: str) -> None:
    """Note that a member of staff has an account; the way in itself is a slot of the keyfile."""
    work.connection.execute(
        insert(schema.account),
        {"user": user, "role": role.value, "staff_id": staff_id, "public_key": public_key, "added_at": work.at},
    )
    add_signing_key(work, "account", user, public_key)
    detail = {"user": user, "role": role.value, "public_key": public_key}
    work.audit("add-account", "account", staff_id, detail=detail)


def add_signing_key(work: Work, kind: str, owner: str, public_key: str) -> None:
    """Note whose signing key this is, so that what it signed can be checked for good (``kind``: account, recovery)."""
    work.connection.execute(
        insert(schema.signing_key), {"public_key": public_key, "kind": kind, "owner": owner, "added_at": work.at}
    )


def account(connection: Connection, user: str) -> Account | None:
    """The account with its owner's name, or None."""
    row = connection.execute(
        select(schema.account, _S.name)
        .join(schema.staff, _S.id == schema.account.c.staff_id)
        .where(schema.account.c.user == user)
    ).first()
    if row is None:
        return None
    return Account(
        row.user, row.name, Role(row.role), StaffId(row.staff_id), must_change=bool(row.must_change),
        closed=row.disabled_at is not None,
    )  # fmt: skip


def account_names(connection: Connection) -> dict[str, str]:
    """The person's name by account name, for everybody who has or had an account."""
    rows = connection.execute(
        select(schema.account.c.user, _S.name).join(schema.staff, _S.id == schema.account.c.staff_id)
    )
    return {row.user: row.name for row in rows}


def _member(row: Any, posts: tuple[Appointment, ...]) -> StaffMember:
    return StaffMember(StaffId(row.id), RevisionId(row.revision_id), from_plain(parse(row.body), StaffDetails), posts)


def _appointment(row: Any) -> Appointment:
    return Appointment(
        row.id, StaffId(row.staff_id), RevisionId(row.revision_id), from_plain(parse(row.body), ChampionPost)
    )
