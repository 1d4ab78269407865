"""Accounts: a way in, a password of one's own, a forgotten one, another role, and everything that leaving ends."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError, WrongPassword
from app.domain.people import ChampionPost, Role, StaffDetails, StaffId
from app.models import accounts as rows
from app.models import staff as staff_rows
from app.models.store import Work
from app.services import accounts, recovery, residents, settings, staff, verify
from app.services.session import Session
from app.services.sign_in import accounts as names
from app.services.sign_in import sign_in, unlock_again
from app.vault import keyfile, throttle
from tests.factories import MUST_LOW, NOW, PASSWORD, USERS, WEEK, LivingHome, details
from tests.helpers.accounts import give_account
from tests.helpers.dying import killed_at

OWN = "seven calm grey geese"


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    return trouble.value


def person(home: LivingHome, key: str = "S9", name: str = "Sal Sorrel", role: Role = Role.CARER) -> StaffId:
    return staff.add_staff(home.session, StaffDetails(key, name, role)).staff_id


def enter(home: LivingHome, user: str, password: str) -> Session:
    """Sign out whoever is there and sign in."""
    home.session.close()
    home.session = sign_in(home.store_dir, user, password, home.clock)
    return home.session


def events(session: Session, *actions: str) -> list[tuple[str, str, str]]:
    with session.read() as connection:
        found = connection.exec_driver_sql("SELECT actor, action, detail FROM event ORDER BY seq").all()
    return [tuple(row) for row in found if row.action in actions]


def signing_keys(session: Session, user: str) -> list[tuple[str, bool]]:
    """The account's signing keys, oldest first, and whether each is revoked."""
    with session.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT public_key, revoked_at FROM signing_key WHERE owner = ? ORDER BY added_at, rowid", (user,)
        ).all()
    return [(row.public_key, row.revoked_at is not None) for row in found]


# -------------------------------------------------------------------------------------------------------- a new account


def test_a_new_account_opens_once_with_its_secret_and_then_with_its_owners_password(home: LivingHome) -> None:
    made = accounts.add_account(home.session, person(home), " sal ", Role.NURSE, PASSWORD)
    assert (made.user, len(made.secret.split(" "))) == ("sal", 4)
    assert made.secret not in repr(made)
    kept = b"".join(path.read_bytes() for path in home.store_dir.iterdir() if path.is_file())
    assert made.secret.encode() not in kept
    session = enter(home, "sal", made.secret)
    assert (session.account.role, session.account.name) == (Role.NURSE, "Sal Sorrel")
    assert session.account.must_change
    accounts.change_own_password(session, made.secret, OWN)
    assert residents.find_residents(session) == ()
    session = enter(home, "sal", OWN)
    assert not session.account.must_change
    session.close()
    assert refused(lambda: sign_in(home.store_dir, "sal", made.secret, home.clock)).exit_code is ExitCode.WRONG_PASSWORD
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)


def test_with_a_one_time_secret_nothing_else_can_be_done(home: LivingHome) -> None:
    made = accounts.add_account(home.session, person(home), "sal", Role.MANAGER, PASSWORD)
    session = enter(home, "sal", made.secret)
    for call in (
        lambda: residents.find_residents(session),
        lambda: residents.add_resident(session, details(1), stay_since=NOW),
        lambda: accounts.add_account(session, StaffId("x"), "zed", Role.CARER, made.secret),
        lambda: settings.set_phones(session, ()),
    ):
        with pytest.raises(NotAllowed, match="password of your own first"):
            call()


def test_a_name_must_be_one_free_word(home: LivingHome) -> None:
    who = person(home)
    for user, why in (("CAL", "taken"), (" ", "Enter a user name"), ("sal sorrel", "one word"), ("s" * 41, "one word"),
                      ("sa\u200bl", "one word"), ("a\nb", "one word")):  # fmt: skip
        with pytest.raises(UserError, match=why) as refusal:
            accounts.add_account(home.session, who, user, Role.CARER, PASSWORD)
        assert refusal.value.field == "user"
    accounts.add_account(home.session, who, "sal", Role.CARER, PASSWORD)
    with pytest.raises(UserError, match="has an account already: sal"):
        accounts.add_account(home.session, who, "sal2", Role.CARER, PASSWORD)
    with pytest.raises(UserError, match="not in the records"):
        accounts.add_account(home.session, StaffId("nobody"), "zed", Role.CARER, PASSWORD)


def test_somebody_who_has_left_gets_no_account(home: LivingHome) -> None:
    gone = StaffDetails("S8", "Gus Gorse", Role.CARER, left_at=NOW - timedelta(days=1))
    who = staff.add_staff(home.session, gone).staff_id
    with pytest.raises(UserError, match="Gus Gorse has left"):
        accounts.add_account(home.session, who, "gus", Role.CARER, PASSWORD)


def test_scripts_name_staff_by_key_or_by_the_user_name_of_an_import_or_make_them(home: LivingHome) -> None:
    by_key = person(home, "K1", "Kay Kestrel")
    by_user = staff.add_staff(home.session, StaffDetails("K2", "Una Umber", Role.CARER, "una")).staff_id
    for user, key in (("kay", "K1"), ("una", ""), ("new", "")):
        accounts.add_account_by_key(home.session, user, Role.NURSE, PASSWORD, staff_key=key)
    known = {member.details.user: member for member in staff.list_staff(home.session)}
    assert (known["kay"].id, known["una"].id) == (by_key, by_user)
    assert (known["new"].details.key, known["new"].details.name, known["new"].details.role) == (
        "new", "new", Role.NURSE,
    )  # fmt: skip
    with pytest.raises(UserError, match="No member of staff has the key K9"):
        accounts.add_account_by_key(home.session, "zed", Role.NURSE, PASSWORD, staff_key="K9")


def test_only_a_practice_home_has_passwords_that_everybody_knows(home: LivingHome) -> None:
    with pytest.raises(UserError, match="Only a practice home"):
        accounts.add_practice_account(home.session, person(home), "sal", Role.CARER, "known to everybody")


# --------------------------------------------------------------------------------------------------- one's own password


def test_a_changed_password_brings_a_new_signing_key_and_does_not_touch_the_data_key(home: LivingHome) -> None:
    """Whoever knew the old password and kept an old keyfile can neither open the slot of now nor sign as its owner."""
    old = unlock_again(home.session, PASSWORD).public
    data_key = home.session.data_key
    signed = home.assess(home.resident(1), "must", MUST_LOW)
    accounts.change_own_password(home.session, PASSWORD, OWN)
    new = unlock_again(home.session, OWN).public
    assert new != old
    home.assess(home.resident(2), "must", MUST_LOW)  # the same session goes on, with the new key
    session = enter(home, "mo", OWN)
    assert session.data_key == data_key
    assert sorted(signing_keys(session, "mo")) == sorted([(old, True), (new, False)])
    assert [actor for actor, _, _ in events(session, "change-password")] == ["mo"]
    assert verify.verify(session).problems == ()
    assert signed.revision_id


def test_an_old_keyfile_put_back_opens_nothing(home: LivingHome) -> None:
    slip = accounts.reset_password(home.session, "cal", PASSWORD).secret
    old = (home.store_dir / "store.keys").read_bytes()
    session = enter(home, "cal", slip)
    accounts.change_own_password(session, slip, OWN)
    session.close()
    now = (home.store_dir / "store.keys").read_bytes()
    (home.store_dir / "store.keys").write_bytes(old)
    with pytest.raises(EnvironmentTrouble) as trouble:
        sign_in(home.store_dir, "cal", slip, home.clock)
    assert trouble.value.exit_code is ExitCode.REFUSED
    assert "old one" in trouble.value.happened
    (home.store_dir / "store.keys").write_bytes(now)
    home.session = sign_in(home.store_dir, "cal", OWN, home.clock)


@pytest.mark.parametrize("what", ["own password", "reset", "recovery", "new recovery key"])
def test_cut_short_at_any_step_somebody_gets_in_and_signs_what_holds(
    home: LivingHome, tmp_path: Path, what: str
) -> None:
    key = recovery.replace_key(home.session, PASSWORD).recovery_key
    home.session.close()

    def work() -> None:
        if what == "recovery":
            recovery.recover(after, "mo", key, OWN, home.clock)
            return
        session = sign_in(after, "mo", PASSWORD, home.clock)
        if what == "own password":
            accounts.change_own_password(session, PASSWORD, OWN)
        elif what == "reset":
            accounts.reset_password(session, "cal", PASSWORD)
        else:
            recovery.replace_key(session, PASSWORD)
        session.close()

    died, step = True, 0
    while died:
        after = tmp_path / f"after-{step}"
        shutil.copytree(home.store_dir, after)
        died = killed_at(step, work)
        session = _first_that_opens(after, home)
        if session.account.must_change:
            accounts.change_own_password(session, OWN, "yet another quiet phrase")
        residents.add_resident(session, details(9), stay_since=NOW)
        found = verify.verify(session)
        assert found.problems == (), step
        session.close()
        if died and what in {"recovery", "new recovery key"}:
            _old_sheet_opens(after, key)
        step += 1
    assert step > 5


def _first_that_opens(store_dir: Path, home: LivingHome) -> Session:
    for password in (PASSWORD, OWN):
        try:
            return sign_in(store_dir, "mo", password, home.clock)
        except WrongPassword:
            continue
    raise AssertionError("nobody gets in")


def _old_sheet_opens(store_dir: Path, key: str) -> None:
    """Until the new key has been given out; once everything else is done, only the new one does."""
    slots = keyfile.read_keyfile(store_dir)
    if len([slot for slot in slots.slots if slot.kind == "recovery"]) == 2:
        assert keyfile.unlock_recovery(slots, key).slot.kind == "recovery"


def test_a_changed_password_leaves_no_copy_of_the_old_slot(home: LivingHome) -> None:
    accounts.change_own_password(home.session, PASSWORD, OWN)
    assert (home.store_dir / "store.keys").read_bytes() == (home.store_dir / "store.keys.bak").read_bytes()
    (home.store_dir / "store.keys").unlink()
    home.session.close()
    assert refused(lambda: sign_in(home.store_dir, "mo", PASSWORD, home.clock)).exit_code is ExitCode.WRONG_PASSWORD
    home.session = sign_in(home.store_dir, "mo", OWN, home.clock)


@pytest.mark.parametrize(
    ("new", "why"),
    [("short", "at least 8"), ("password1", "first that anybody"), ("mo manager", "a name that belongs"),
     (PASSWORD, "another than the present")],
)  # fmt: skip
def test_a_new_password_must_protect_and_be_another(home: LivingHome, new: str, why: str) -> None:
    with pytest.raises(UserError, match=why) as refusal:
        accounts.change_own_password(home.session, PASSWORD, new)
    assert refusal.value.field == "new"
    enter(home, "mo", PASSWORD)


def test_the_present_password_is_asked_for_and_a_wrong_one_counts(home: LivingHome) -> None:
    trouble = refused(lambda: accounts.change_own_password(home.session, "not the one", OWN))
    assert trouble.exit_code is ExitCode.WRONG_PASSWORD
    found = throttle.failures(home.store_dir, "mo")
    assert found is not None
    assert found.count == 1
    enter(home, "mo", PASSWORD)


# ----------------------------------------------------------------------------------------------------------- forgotten


def test_a_reset_gives_a_secret_and_a_new_signing_key_and_revokes_the_old(home: LivingHome) -> None:
    before = signing_keys(home.session, "cal")
    made = accounts.reset_password(home.session, "CAL", PASSWORD)
    after = signing_keys(home.session, "cal")
    assert after[0] == (before[0][0], True)
    assert after[1][1] is False
    home.session.close()
    assert refused(lambda: sign_in(home.store_dir, "cal", PASSWORD, home.clock)).exit_code is ExitCode.WRONG_PASSWORD
    home.session = sign_in(home.store_dir, "cal", made.secret, home.clock)
    assert home.session.account.must_change
    accounts.change_own_password(home.session, made.secret, OWN)
    now = [key for key, revoked in signing_keys(home.session, "cal") if not revoked]
    assert now == [unlock_again(home.session, OWN).public] != [after[1][0]]


def test_nobody_resets_or_promotes_themselves(home: LivingHome) -> None:
    with pytest.raises(UserError, match="Change your own password"):
        accounts.reset_password(home.session, "Mo", PASSWORD)
    with pytest.raises(UserError, match="Another manager"):
        accounts.change_role(home.session, "mo", Role.CARER, PASSWORD)
    with pytest.raises(UserError, match="no account zed"):
        accounts.reset_password(home.session, "zed", PASSWORD)


def test_another_role_counts_from_the_next_sign_in(home: LivingHome) -> None:
    accounts.change_role(home.session, "cal", Role.NURSE, PASSWORD)
    assert next(m for m in staff.list_staff(home.session) if m.details.user == "cal").details.role is Role.NURSE
    session = enter(home, "cal", PASSWORD)
    assert session.account.role is Role.NURSE
    slot = keyfile.read_keyfile(home.store_dir).account("cal")
    assert slot is not None
    assert slot.role == "nurse"


def test_role_and_leaving_of_an_account_are_changed_where_the_account_is(home: LivingHome) -> None:
    member = next(m for m in staff.list_staff(home.session) if m.details.user == "cal")
    for change, field in ((replace(member.details, role=Role.MANAGER), "role"),
                          (replace(member.details, left_at=NOW), "left_at")):  # fmt: skip
        with pytest.raises(UserError) as refusal:
            staff.change_staff(home.session, member.id, change, reason="r")
        assert refusal.value.field == field
    staff.change_staff(home.session, member.id, replace(member.details, left_at=NOW + timedelta(days=9)), reason="r")


# ---------------------------------------------------------------------------------------------------------- the leaver


def test_leaving_is_one_action(home: LivingHome) -> None:
    cass = next(m for m in staff.list_staff(home.session) if m.details.user == "cass").id
    for pathway in ("falls", "dementia"):
        staff.appoint(home.session, cass, ChampionPost(pathway, WEEK, in_post_since=NOW - timedelta(days=30)))
    ended = ChampionPost("wound", WEEK, in_post_since=NOW - timedelta(days=30), in_post_until=NOW - timedelta(days=9))
    staff.appoint(home.session, cass, ended)
    old_keys = (home.store_dir / "store.keys").read_bytes()
    left_at = NOW - timedelta(hours=1)
    left = accounts.disable_leaver(home.session, cass, left_at, PASSWORD)
    assert (left.user, sorted(left.posts_ended), left.rotation_advised) == ("cass", ["dementia", "falls"], True)
    member = next(m for m in staff.list_staff(home.session, include_left=True) if m.id == cass)
    assert (member.details.left_at, member.details.user) == (left_at, "")
    assert {a.post.pathway: a.post.in_post_until for a in member.posts} == {
        "dementia": left_at, "falls": left_at, "wound": NOW - timedelta(days=9),
    }  # fmt: skip
    assert signing_keys(home.session, "cass")[-1][1] is True
    assert "cass" not in names(home.store_dir)
    state = next(a for a in accounts.list_accounts(home.session) if a.user == "cass")
    assert state.closed_at == NOW
    assert home.session.person("cass") == "Cass Champion", "what they did stays in their name"
    home.session.close()
    assert refused(lambda: sign_in(home.store_dir, "cass", PASSWORD, home.clock)).exit_code is ExitCode.WRONG_PASSWORD
    (home.store_dir / "store.keys").write_bytes(old_keys)
    trouble = refused(lambda: sign_in(home.store_dir, "cass", PASSWORD, home.clock))
    assert (trouble.exit_code, trouble.happened) == (ExitCode.REFUSED, "The account cass has been closed.")
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)


def test_a_damaged_keyfile_does_not_bring_a_leaver_back(home: LivingHome) -> None:
    cass = next(m for m in staff.list_staff(home.session) if m.details.user == "cass").id
    accounts.disable_leaver(home.session, cass, NOW, PASSWORD)
    (home.store_dir / "store.keys").write_bytes(b"damaged")
    assert "cass" not in names(home.store_dir)


def test_who_cannot_be_ended(home: LivingHome) -> None:
    own = home.session.account.staff_id
    with pytest.raises(UserError, match="another manager must"):
        accounts.disable_leaver(home.session, own, NOW, PASSWORD)
    cal = next(m for m in staff.list_staff(home.session) if m.details.user == "cal").id
    with pytest.raises(UserError, match="when it has happened"):
        accounts.disable_leaver(home.session, cal, NOW + timedelta(days=1), PASSWORD)
    assert refused(
        lambda: accounts.disable_leaver(home.session, cal, NOW, "wrong")
    ).exit_code is ExitCode.WRONG_PASSWORD  # fmt: skip
    assert "cal" in names(home.store_dir)


def test_somebody_without_an_account_leaves_too(home: LivingHome) -> None:
    left = accounts.disable_leaver(home.session, person(home), NOW, PASSWORD)
    assert (left.user, left.rotation_advised) == ("", False)


def test_somebody_who_comes_back_gets_their_old_name(home: LivingHome) -> None:
    member = next(m for m in staff.list_staff(home.session) if m.details.user == "cal")
    accounts.disable_leaver(home.session, member.id, NOW, PASSWORD)
    other = person(home)
    with pytest.raises(UserError, match="taken"):
        accounts.add_account(home.session, other, "cal", Role.CARER, PASSWORD)
    with pytest.raises(UserError, match="has left"):
        accounts.add_account(home.session, member.id, "cal", Role.CARER, PASSWORD)
    staff.change_staff(home.session, member.id, replace(member.details, user="", left_at=None), reason="is back")
    made = accounts.add_account(home.session, member.id, "Cal", Role.NURSE, PASSWORD)
    session = enter(home, "cal", made.secret)
    assert (session.account.user, session.account.role) == ("cal", Role.NURSE)


# ----------------------------------------------------------------------------------------------------- safe at any line


Change = Callable[[Session], object]
CHANGES: dict[str, Change] = {
    "own password": lambda s: accounts.change_own_password(s, PASSWORD, OWN),
    "reset": lambda s: accounts.reset_password(s, "cal", PASSWORD),
    "role": lambda s: accounts.change_role(s, "cal", Role.NURSE, PASSWORD),
    "leaver": lambda s: accounts.disable_leaver(s, _staff_id(s, "cal"), NOW, PASSWORD),
}


def _staff_id(session: Session, user: str) -> StaffId:
    with session.read() as connection:
        row = rows.find(connection, user)
    assert row is not None
    return row.staff_id


def _picture(home: LivingHome) -> tuple[object, ...]:
    """What keyfile and records say about the accounts."""
    slots = keyfile.read_keyfile(home.store_dir)
    with home.session.read() as connection:
        return rows.accounts(connection), [(s.user, s.role, s.public_key, s.salt) for s in slots.slots]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("step", ["keyfile", "commit"])
def test_what_could_not_be_saved_has_not_happened(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch, name: str, step: str
) -> None:
    before = _picture(home)
    with monkeypatch.context() as patch:
        if step == "keyfile":

            def full(*_: object) -> None:
                raise OSError(errno.ENOSPC, "No space left on device")

            patch.setattr(keyfile, "write_keyfile", full)
        else:

            def failing(*_: object) -> None:
                raise EnvironmentTrouble(ExitCode.DISK_FULL, "The disk is full.", "", "")

            patch.setattr(Work, "finish", failing)
        assert refused(lambda: CHANGES[name](home.session)).exit_code is ExitCode.DISK_FULL
    assert _picture(home) == before
    CHANGES[name](home.session)
    assert _picture(home) != before


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("name", CHANGES)
def test_a_power_cut_between_keyfile_and_records_lets_nobody_in_wrongly_and_can_be_done_again(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(Work, "finish", cut)
        with pytest.raises(PowerCut):
            CHANGES[name](home.session)
    with home.session.read() as connection:
        row = rows.find(connection, "cal")
    assert row is not None
    assert row.disabled_at is None, "nothing was committed"
    # As the laptop starts again, with the files as they are.
    again = tmp_path / "after"
    shutil.copytree(home.store_dir, again)
    mo = sign_in(again, "mo", PASSWORD, home.clock)
    if name != "own password":
        CHANGES[name](mo)
    mo.close()
    cal = {"leaver": None, "reset": None}.get(name, PASSWORD)
    if cal is None:
        assert refused(lambda: sign_in(again, "cal", PASSWORD, home.clock)).exit_code is ExitCode.WRONG_PASSWORD
    else:
        sign_in(again, "cal", cal, home.clock).close()


def test_an_account_whose_records_were_not_kept_can_be_added_again(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = person(home)

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(Work, "finish", cut)
        with pytest.raises(PowerCut):
            give_account(home.session, who, "sal", Role.CARER, OWN)
    assert "sal" in names(home.store_dir)
    with home.session.read() as connection:
        assert staff_rows.account(connection, "sal") is None
    give_account(home.session, who, "sal", Role.CARER, "nine other green frogs")
    assert names(home.store_dir).count("sal") == 1
    enter(home, "sal", "nine other green frogs")


# ------------------------------------------------------------------------------------------------------ too many tries


def guess(home: LivingHome, user: str, times: int) -> None:
    """Type wrong passwords, each as soon as it is allowed."""
    for _ in range(times):
        home.clock.advance(throttle.left_to_wait(home.store_dir, user, names(home.store_dir), home.clock.now()))
        with pytest.raises(EnvironmentTrouble):
            sign_in(home.store_dir, user, "not the one", home.clock)


def test_twelve_wrong_passwords_hold_up_that_account_alone_and_a_manager_helps(home: LivingHome) -> None:
    guess(home, "cal", 12)
    trouble = refused(lambda: sign_in(home.store_dir, "cal", PASSWORD, home.clock))
    assert (trouble.exit_code, trouble.happened) == (
        ExitCode.WRONG_PASSWORD, "The user name or password is not right.",
    )  # fmt: skip
    assert "ask a manager" in trouble.do
    home.sign_in_as(Role.NURSE)
    home.sign_in_as(Role.MANAGER)
    state = next(a for a in accounts.list_accounts(home.session) if a.user == "cal")
    assert (state.failures, state.wait_seconds) == (12, 900)
    accounts.reset_throttle(home.session, "cal")
    home.sign_in_as(Role.CARER)
    assert [actor for actor, _, _ in events(home.session, "reset-throttle", "sign-in-failed")] == ["mo", "mo"]


def test_a_wait_costs_no_derivation(home: LivingHome, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(home, "cal", 6)

    def never(*_: object) -> Any:
        raise AssertionError("the password was looked at")

    monkeypatch.setattr(keyfile, "unlock", never)
    assert "wait 2 seconds" in refused(lambda: sign_in(home.store_dir, "cal", PASSWORD, home.clock)).do


def test_the_failures_before_a_sign_in_are_audited_with_it_and_forgotten(home: LivingHome) -> None:
    guess(home, "cal", 3)
    home.clock.advance(timedelta(minutes=1))
    session = home.sign_in_as(Role.CARER)
    (failed,) = events(session, "sign-in-failed")
    assert failed[0] == "cal"
    assert '"count":3' in failed[2]
    assert '"first":"2026-11-23T10:00:00.000Z"' in failed[2]
    assert throttle.failures(home.store_dir, "cal") is None
    home.sign_in_as(Role.CARER)
    assert len(events(home.session, "sign-in-failed")) == 1


def test_the_right_password_for_records_that_are_open_elsewhere_is_no_failure(home: LivingHome) -> None:
    trouble = refused(lambda: sign_in(home.store_dir, "cal", PASSWORD, home.clock))
    assert trouble.exit_code is ExitCode.ALREADY_OPEN
    assert throttle.failures(home.store_dir, "cal") is None


def test_every_weighty_act_asks_the_managers_own_password(home: LivingHome) -> None:
    who = person(home)
    for call in (
        lambda: accounts.add_account(home.session, who, "sal", Role.CARER, "wrong"),
        lambda: accounts.add_account_by_key(home.session, "sal", Role.CARER, "wrong"),
        lambda: accounts.reset_password(home.session, USERS[Role.CARER], "wrong"),
        lambda: accounts.change_role(home.session, USERS[Role.CARER], Role.NURSE, "wrong"),
    ):
        assert refused(call).exit_code is ExitCode.WRONG_PASSWORD
    with pytest.raises(EnvironmentTrouble):
        accounts.change_own_password(home.session, "wrong", OWN)
    assert "Too many tries" in refused(lambda: unlock_again(home.session, PASSWORD)).do
