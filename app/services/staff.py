"""Staff, champion appointments, and the accounts people sign in with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Problem, UserError
from app.domain.needs import ChampionPathway, pathway_label
from app.domain.people import ChampionPost, StaffDetails, StaffId, StaffMember
from app.domain.periods import overlap
from app.domain.premium import Champion, cover_of
from app.models import accounts
from app.models import staff as rows
from app.models.store import Work
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.session import Session


@dataclass(frozen=True, slots=True)
class SavedStaff:
    """A member of staff was saved."""

    staff_id: StaffId
    changes: Changes


@dataclass(frozen=True, slots=True)
class SavedPost:
    """A champion post was saved."""

    post_id: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class PathwayCover:
    """Who covers a pathway now, and until when (None: no end is known)."""

    pathway: ChampionPathway
    label: str
    champions: tuple[str, ...]
    covered: bool
    until: datetime | None


def list_staff(session: Session, *, include_left: bool = False) -> tuple[StaffMember, ...]:
    """Staff by name, with their champion posts."""
    require(session, Action.VIEW_STAFF)
    now = session.now()
    with session.read() as connection:
        everybody = rows.staff(connection)
    return tuple(m for m in everybody if include_left or m.details.left_at is None or m.details.left_at > now)


def add_staff(session: Session, details: StaffDetails) -> SavedStaff:
    """Add a member of staff."""
    require(session, Action.MANAGE_STAFF)
    with session.write() as work:
        staff_id = save_new(work, details)
    return SavedStaff(staff_id, changes("staff"))


def change_staff(session: Session, staff_id: StaffId, details: StaffDetails, *, reason: str = "") -> SavedStaff:
    """Record a change to a member of staff."""
    require(session, Action.MANAGE_STAFF)
    check_staff(details)
    with session.write() as work:
        _refuse_account_change(work, _existing(work, staff_id), details)
        other = rows.staff_id_by_key(work.connection, details.key)
        if other not in (None, staff_id):
            raise UserError("Another member of staff has this key", field="key")
        rows.save_staff(work, staff_id, details, reason=reason)
    session.names_changed()
    return SavedStaff(staff_id, changes("staff"))


def appoint(session: Session, staff_id: StaffId, post: ChampionPost) -> SavedPost:
    """Appoint somebody as a champion of a pathway."""
    require(session, Action.MANAGE_STAFF)
    check_post(post)
    with session.write() as work:
        member = _existing(work, staff_id)
        _refuse_overlap(member, post, None)
        post_id = rows.save_post(work, staff_id, None, post)
    return SavedPost(post_id, changes("staff", "claim"))


def change_post(session: Session, post_id: str, post: ChampionPost, *, reason: str) -> SavedPost:
    """Record a change to a champion post: its end, a renewed certificate, a correction."""
    require(session, Action.MANAGE_STAFF)
    check_post(post)
    if not reason.strip():
        raise UserError("Enter the reason", field="reason")
    with session.write() as work:
        old = rows.post(work.connection, post_id)
        if old is None:
            raise UserError("This champion post is not in the records", field="post")
        _refuse_overlap(_existing(work, old.staff_id), post, post_id)
        rows.save_post(work, old.staff_id, post_id, post, reason=reason.strip())
    return SavedPost(post_id, changes("staff", "claim"))


def cover(session: Session) -> tuple[PathwayCover, ...]:
    """The six pathways and who covers each now."""
    require(session, Action.VIEW_STAFF)
    now = session.now()
    by_pathway: dict[ChampionPathway, list[tuple[str, datetime | None]]] = defaultdict(list)
    with session.read() as connection:
        everybody = rows.staff(connection)
    for champion in champions_of(everybody):
        period = cover_of(champion)
        if period is None:
            continue
        since, until = period
        if (since is None or since <= now) and (until is None or now < until):
            by_pathway[champion.pathway].append((champion.name, until))
    return tuple(
        PathwayCover(
            pathway,
            pathway_label(pathway),
            tuple(sorted(name for name, _ in by_pathway[pathway])),
            bool(by_pathway[pathway]),
            _last_end([until for _, until in by_pathway[pathway]]),
        )
        for pathway in ChampionPathway
    )


def champions_of(everybody: tuple[StaffMember, ...]) -> tuple[Champion, ...]:
    """Every champion post as the premium rules see it; ``ref`` names the post."""
    return tuple(
        Champion(
            name=member.details.name,
            pathway=ChampionPathway(post.post.pathway),
            certificate=(post.post.trained_on, post.post.expires_on),
            in_post=_in_post(member, post.post),
            ref=post.id,
        )
        for member in everybody
        for post in member.posts
    )


def save_new(work: Work, details: StaffDetails) -> StaffId:
    """Add a member of staff inside a transaction already open."""
    check_staff(details)
    if rows.staff_id_by_key(work.connection, details.key) is not None:
        raise UserError("Another member of staff has this key", field="key")
    return rows.save_staff(work, None, details)


def check_staff(details: StaffDetails) -> None:
    """Refuse details that cannot be, with a problem a field."""
    problems = []
    if not details.key.strip():
        problems.append(Problem("key", "Enter a staff key"))
    if not details.name.strip():
        problems.append(Problem("name", "Enter the name"))
    if details.started_at and details.left_at and details.left_at < details.started_at:
        problems.append(Problem("left_at", "The leaving date must not be before the start"))
    if problems:
        raise UserError("There is a problem with the staff details", problems=tuple(problems))


def check_post(post: ChampionPost) -> None:
    """Refuse a post that cannot be, with a problem a field."""
    problems = []
    if post.pathway not in {pathway.value for pathway in ChampionPathway}:
        problems.append(Problem("pathway", f"{post.pathway} is not a champion pathway"))
    if post.expires_on and post.expires_on < post.trained_on:
        problems.append(Problem("expires_on", "The certificate cannot expire before it was given"))
    if post.in_post_since and post.in_post_until and post.in_post_until < post.in_post_since:
        problems.append(Problem("in_post_until", "The post must not end before it starts"))
    if problems:
        raise UserError("There is a problem with the champion post", problems=tuple(problems))


def _in_post(member: StaffMember, post: ChampionPost) -> tuple[datetime | None, datetime | None]:
    """The post's own dates, cut short when the person leaves the home."""
    ends = [end for end in (post.in_post_until, member.details.left_at) if end is not None]
    return post.in_post_since or member.details.started_at, min(ends, default=None)


def _last_end(ends: list[datetime | None]) -> datetime | None:
    known = [end for end in ends if end is not None]
    return max(known) if ends and len(known) == len(ends) else None


def _existing(work: Work, staff_id: StaffId) -> StaffMember:
    member = rows.member(work.connection, staff_id)
    if member is None:
        raise UserError("This member of staff is not in the records", field="staff")
    return member


def _refuse_account_change(work: Work, member: StaffMember, details: StaffDetails) -> None:
    """What also decides about an account is changed where the account is, with the manager's password."""
    if (account := accounts.open_account_of(work.connection, member.id)) is None:
        return
    before = member.details
    if details.role != before.role:
        raise UserError(f"Change the role at the account {account.user}: it decides what it may do", field="role")
    if details.left_at != before.left_at and details.left_at is not None and details.left_at <= work.now:
        raise UserError(f'Use "Has left": it closes the account {account.user} as well', field="left_at")


def _refuse_overlap(member: StaffMember, post: ChampionPost, ignoring: str | None) -> None:
    for other in member.posts:
        if other.id == ignoring or other.post.pathway != post.pathway:
            continue
        if overlap((post.in_post_since, post.in_post_until), (other.post.in_post_since, other.post.in_post_until)):
            raise UserError("This overlaps another post of the same person in this pathway", field="in_post_since")
