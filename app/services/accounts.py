"""Accounts: giving somebody a way in, their own password, a forgotten one, another role, and the leaver.

A manager never knows anybody's password. What a manager hands over is a secret made by chance and shown once, with
which nothing can be done but choosing a password of one's own.

Every change here touches two files that cannot change in one step. The keyfile is replaced last inside the records'
transaction, and put back when that is not committed. If the program dies between the two, the keyfile is ahead: an
account that was being added or reset cannot sign in yet, one that was being closed cannot sign in any more, and one
whose password was being changed opens with the new one; doing the same again completes it. Nobody is ever let in whom
the records call closed. Then the keyfile is written once more, so that the copy kept beside it has no old slot either.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.errors import EnvironmentTrouble, UserError
from app.domain.people import Role, StaffDetails, StaffId, StaffMember
from app.models import accounts as rows
from app.models import staff as staff_rows
from app.models import trouble
from app.models.accounts import AccountRow
from app.models.store import Work
from app.services import sign_in
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.passwords import check_password, suggest_phrase
from app.services.session import Session
from app.services.staff import check_staff, save_new
from app.vault import keyfile, throttle

_LONGEST_NAME = 40
_RESERVED = frozenset({"recovery", "system"})
"""What acts of nobody's account are recorded under: a person of that name could not be told from them."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """How an account stands.

    ``must_change`` while its owner has not chosen a password yet; ``closed_at`` once nobody can sign in with it;
    ``failures`` since the last sign-in, and for how many seconds the next try must wait.
    """

    user: str
    staff_id: StaffId
    role: Role
    added_at: datetime
    must_change: bool
    closed_at: datetime | None
    failures: int
    wait_seconds: int


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A one-time secret for an account: shown once, kept nowhere."""

    user: str
    secret: str = field(repr=False)
    changes: Changes


@dataclass(frozen=True, slots=True)
class Left:
    """What leaving ended: the account (empty when there was none) and the champion posts, by pathway.

    ``rotation_advised`` says that the leaver had a way in: who kept copies of the files and the old password can still
    open those copies, so the records' key should be changed.
    """

    user: str
    posts_ended: tuple[str, ...]
    rotation_advised: bool
    changes: Changes


def list_accounts(session: Session) -> tuple[AccountState, ...]:
    """Every account there ever was, by name."""
    require(session, Action.MANAGE_ACCOUNTS)
    with session.read() as connection:
        found = rows.accounts(connection)
    return tuple(_state(session, row) for row in found)


def add_account(session: Session, staff_id: StaffId, user: str, role: Role, password: str) -> NewSecret:
    """Give a member of staff an account. ``password`` is the manager's own, asked again.

    Raises UserError for a name that is taken or cannot be, and for somebody who has left or has an account.
    """
    require(session, Action.MANAGE_ACCOUNTS)
    name = user_name(user)
    sign_in.unlock_again(session, password)
    return _add(session, lambda work: _existing(work, staff_id), name, role)


def add_account_by_key(session: Session, user: str, role: Role, password: str, *, staff_key: str = "") -> NewSecret:
    """The same for scripts, where staff are known by the home's own key.

    Without a key it is the member of staff whose user name or key is ``user``, and a new one when there is nobody.
    """
    require(session, Action.MANAGE_ACCOUNTS)
    name = user_name(user)
    sign_in.unlock_again(session, password)
    return _add(session, lambda work: _person(work, name, role, staff_key), name, role)


def add_practice_account(session: Session, staff_id: StaffId, user: str, role: Role, secret: str) -> Changes:
    """An account whose password everybody may know, in a practice home only."""
    require(session, Action.MANAGE_ACCOUNTS)
    if not session.home.practice:
        raise UserError("Only a practice home has accounts whose password is known", field="user")
    return _add(session, lambda work: _existing(work, staff_id), user, role, secret).changes


def change_own_password(session: Session, old: str, new: str) -> Changes:
    """Choose another password. With it come new keys, so that the old secret opens nothing with an old keyfile either.

    What was signed before stays valid. Raises UserError at ``new`` for one that would not protect, or is the same;
    WrongPassword when ``old`` is not right.
    """
    account = session.account
    check_password(new, account.user, account.name, session.home.name, field="new")
    if unicodedata.normalize("NFKC", old) == unicodedata.normalize("NFKC", new):
        raise UserError("The new password must be another than the present one", field="new")
    slots = keyfile.read_keyfile(session.store_dir)
    unlocked = sign_in.own_slot(session, old)
    after = keyfile.with_password(slots, unlocked, new, unlocked.slot.cost)
    opened = keyfile.unlock(after, account.user, new)
    public_key = opened.slot.public_key
    with session.write() as work:
        rows.offer_key(work, account.user, public_key)

    def settle(work: Work) -> None:
        rows.settle_key(work, account.user, public_key, must_change=False)
        detail = {"user": account.user, "public_key": public_key}
        work.audit("change-password", "account", account.staff_id, detail=detail)

    _replace_slot(session, slots, after, settle)
    session.moved_to(session.store, replace(opened, epoch=session.epoch))
    session.account = replace(account, must_change=False)
    return changes("staff")


def reset_password(session: Session, user: str, password: str) -> NewSecret:
    """Give somebody who forgot their password a new one-time secret; ``password`` is the manager's own, asked again.

    They get new keys, because only the forgotten password could have opened the old ones. What was signed before stays
    valid.
    """
    require(session, Action.MANAGE_ACCOUNTS)
    _refuse_own(session, user, "Change your own password in Settings, with the present one")
    sign_in.unlock_again(session, password)
    slots = keyfile.read_keyfile(session.store_dir)
    secret = suggest_phrase()
    with session.write() as work:
        row = _open_account(work, user)
        _note_failures(session, work, row)
        after = _sealed(session, work, slots, row.user, row.role, row.staff_id, secret)
        public_key = after.slots[-1].public_key
        rows.offer_key(work, row.user, public_key)

    def settle(work: Work) -> None:
        rows.settle_key(work, row.user, public_key, must_change=True)
        detail = {"user": row.user, "public_key": public_key}
        work.audit("reset-password", "account", row.staff_id, detail=detail)

    _replace_slot(session, slots, after, settle)
    throttle.clear(session.store_dir, user)
    return NewSecret(user, secret, changes("staff"))


def change_role(session: Session, user: str, role: Role, password: str) -> Changes:
    """Give an account another role; ``password`` is the manager's own, asked again. Nobody changes their own."""
    require(session, Action.MANAGE_ACCOUNTS)
    _refuse_own(session, user, "Another manager must change your role")
    sign_in.unlock_again(session, password)
    slots = keyfile.read_keyfile(session.store_dir)

    def change(work: Work) -> keyfile.Keyfile:
        row = _open_account(work, user)
        member = _existing(work, row.staff_id)
        rows.set_role(work, row, role)
        staff_rows.save_staff(work, row.staff_id, replace(member.details, role=role), reason="another role")
        if slots.account(row.user) is None:
            raise UserError(f"{row.user} has no way in at present. Give a new one-time secret first", field="user")
        return keyfile.with_role(slots, row.user, role.value, session.data_key)

    _commit(session, slots, change)
    return changes("staff")


def disable_leaver(session: Session, staff_id: StaffId, left_at: datetime, password: str) -> Left:
    """Everything that follows from somebody leaving, in one action; ``password`` is the manager's own, asked again.

    Records the leaving date (UTC, not in the future), ends their champion posts, closes their account, takes its slot
    out of the keyfile and revokes its signing key. Raises UserError for oneself: another manager must do it, so there
    is always one left.
    """
    require(session, Action.MANAGE_ACCOUNTS)
    if staff_id == session.account.staff_id:
        raise UserError("You cannot end your own work here: another manager must", field="staff")
    if left_at > session.now():
        raise UserError("Record the leaving when it has happened: it closes the account at once", field="left_at")
    sign_in.unlock_again(session, password)
    slots = keyfile.read_keyfile(session.store_dir)
    ended: list[str] = []
    user = ""

    def change(work: Work) -> keyfile.Keyfile:
        nonlocal user
        member = _existing(work, staff_id)
        details = replace(member.details, left_at=left_at, user="")
        check_staff(details)
        staff_rows.save_staff(work, staff_id, details, reason="left the home")
        for appointment in member.posts:
            post = appointment.post
            if post.in_post_until is None or post.in_post_until > left_at:
                until = max(left_at, post.in_post_since) if post.in_post_since else left_at
                over = replace(post, in_post_until=until)
                staff_rows.save_post(work, staff_id, appointment.id, over, reason="left the home")
                ended.append(post.pathway)
        row = rows.open_account_of(work.connection, staff_id)
        if row is None:
            return slots
        user = row.user
        _note_failures(session, work, row)
        rows.disable(work, row)
        return keyfile.without(slots, user)

    _commit(session, slots, change)
    if user:
        throttle.clear(session.store_dir, user)
    return Left(user, tuple(ended), bool(user), changes("staff", "claim"))


def leaver_by_user(session: Session, user: str) -> StaffId:
    """The member of staff behind an account, for scripts."""
    require(session, Action.MANAGE_ACCOUNTS)
    with session.read() as connection:
        row = rows.find(connection, user)
    if row is None or row.disabled_at is not None:
        raise _no_account(user)
    return row.staff_id


def secret_slip(session: Session, secret: NewSecret, person: str) -> bytes:
    """The page to hand over with a one-time secret, as a PDF made in memory."""
    require(session, Action.MANAGE_ACCOUNTS)
    from app.reports.secret import SecretSlip, secret_pdf

    home = session.home
    slip = SecretSlip(home.name, person, secret.user, secret.secret, session.now(), practice=home.practice)
    return secret_pdf(slip)


def reset_throttle(session: Session, user: str) -> Changes:
    """Let somebody try their password again at once: the manager knows that it was them."""
    require(session, Action.MANAGE_ACCOUNTS)
    with session.write() as work:
        row = _open_account(work, user)
        _note_failures(session, work, row)
        work.audit("reset-throttle", "account", row.staff_id, detail={"user": row.user})
    throttle.clear(session.store_dir, row.user)
    return changes("staff")


# ---------------------------------------------------------------------------------------------------------- inside


def _add(
    session: Session, person: Callable[[Work], StaffMember], name: str, role: Role, secret: str | None = None
) -> NewSecret:
    """The account with a one-time secret, or with one that is known."""
    slots = keyfile.read_keyfile(session.store_dir)
    phrase = secret or suggest_phrase()

    def change(work: Work) -> keyfile.Keyfile:
        member = person(work)
        details = member.details
        if details.left_at is not None and details.left_at <= work.now:
            raise UserError(f"{details.name} has left. Take the leaving date out first", field="staff")
        known = rows.find(work.connection, name)
        if known is not None and (known.disabled_at is None or known.staff_id != member.id):
            raise UserError("This user name is taken", field="user")
        if (other := rows.open_account_of(work.connection, member.id)) is not None:
            raise UserError(f"{details.name} has an account already: {other.user}", field="user")
        user = known.user if known is not None else name
        sealed = _sealed(session, work, slots, user, role, member.id, phrase)
        rows.add(work, user, role, member.id, sealed.slots[-1].public_key, must_change=secret is None)
        staff_rows.save_staff(work, member.id, replace(details, role=role, user=user), reason="given an account")
        return sealed

    _commit(session, slots, change)
    throttle.clear(session.store_dir, name)
    return NewSecret(name, phrase, changes("staff"))


def _sealed(
    session: Session, work: Work, slots: keyfile.Keyfile, user: str, role: Role, staff_id: StaffId, secret: str
) -> keyfile.Keyfile:
    """The keyfile with a new slot, the last, for the account; it takes the place of one that was there."""
    own = slots.account(session.account.user)
    return keyfile.seal(
        keyfile.without(slots, user), session.data_key, slot_id=work.new_id(), kind="account", user=user,
        role=role.value, staff_id=staff_id, password=secret, cost=own.cost if own else slots.slots[0].cost,
    )  # fmt: skip


def _commit(session: Session, before: keyfile.Keyfile, change: Callable[[Work], keyfile.Keyfile]) -> None:
    """One transaction and the keyfile that goes with it, as the top of this module says."""
    written = False
    try:
        with session.write() as work:
            after = change(work)
            written = True
            _write(session, after)
    except Exception:
        if written:
            with contextlib.suppress(EnvironmentTrouble):  # then the keyfile is ahead, and doing it again completes it
                _write(session, before)
        raise
    _write(session, after)
    session.names_changed()


def _replace_slot(
    session: Session, before: keyfile.Keyfile, after: keyfile.Keyfile, settle: Callable[[Work], None]
) -> None:
    """The second and third step of a change of somebody's keys, after the new one was offered: keyfile, records."""
    _write(session, after)
    try:
        with session.write() as work:
            settle(work)
    except Exception:
        with contextlib.suppress(EnvironmentTrouble):  # else signing in settles it
            _write(session, before)
        raise
    with contextlib.suppress(EnvironmentTrouble):  # once more, so that the copy beside it has no old slot either
        _write(session, after)
    session.names_changed()


def _write(session: Session, slots: keyfile.Keyfile) -> None:
    try:
        keyfile.write_keyfile(session.store_dir, slots)
    except OSError as error:
        raise trouble.unwritten(error) from error


def _state(session: Session, row: AccountRow) -> AccountState:
    users = (row.user,)
    found = throttle.failures(session.store_dir, row.user)
    left = throttle.left_to_wait(session.store_dir, row.user, users, session.now())
    return AccountState(
        row.user, row.staff_id, row.role, row.added_at, row.must_change, row.disabled_at,
        found.count if found else 0, throttle.whole_seconds(left),
    )  # fmt: skip


def user_name(typed: str) -> str:
    """A name that an account can have, tidied. Raises UserError, also for one that the records use for no person."""
    name = unicodedata.normalize("NFC", typed.strip())
    if not name:
        raise UserError("Enter a user name", field="user")
    if any(character.isspace() or not character.isprintable() for character in name) or len(name) > _LONGEST_NAME:
        raise UserError(f"User name must be one word of at most {_LONGEST_NAME} characters", field="user")
    if unicodedata.normalize("NFKC", name).casefold() in _RESERVED:
        raise UserError(f"{name} cannot be a user name: Hartwell itself goes by it in the records", field="user")
    return name


def _existing(work: Work, staff_id: StaffId) -> StaffMember:
    member = staff_rows.member(work.connection, staff_id)
    if member is None:
        raise UserError("This member of staff is not in the records", field="staff")
    return member


def _person(work: Work, name: str, role: Role, staff_key: str) -> StaffMember:
    wanted = (staff_key or name).casefold()
    for member in staff_rows.staff(work.connection):
        names = {member.details.key} if staff_key else {member.details.key, member.details.user}
        if wanted in {known.casefold() for known in names}:
            return member
    if staff_key:
        raise UserError(f"No member of staff has the key {staff_key}", field="staff")
    return _existing(work, save_new(work, StaffDetails(name, name, role, started_at=work.now)))


def _open_account(work: Work, user: str) -> AccountRow:
    row = rows.find(work.connection, user)
    if row is None or row.disabled_at is not None:
        raise _no_account(user)
    return row


def _note_failures(session: Session, work: Work, row: AccountRow) -> None:
    """Failures that are about to be forgotten, into the audit."""
    if (found := throttle.failures(session.store_dir, row.user)) is not None:
        sign_in.note_failures(work, row.user, row.staff_id, found)


def _no_account(user: str) -> UserError:
    return UserError(f"There is no account {user} that is open", field="user")


def _refuse_own(session: Session, user: str, words: str) -> None:
    if user.casefold() == session.account.user.casefold():
        raise UserError(words, field="user")
