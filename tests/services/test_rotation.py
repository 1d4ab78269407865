"""A new data key: everybody still gets in, nobody with old files does, and every step of it leaves a home that
opens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.people import Role
from app.models.store import NEXT_NAME, connect_raw, open_store
from app.services import backups, residents, restore, rotation, verify
from app.services.sign_in import sign_in
from app.vault import keyfile, keys
from tests.factories import NEWS2_HIGH, PASSWORD, USERS, LivingHome, details
from tests.helpers.dying import killed_at


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    return trouble.value


def lived_in(home: LivingHome) -> int:
    home.assess(home.complex_resident(1), "news2", NEWS2_HIGH)
    home.resident(2)
    return len(residents.find_residents(home.session))


def test_the_session_goes_on_and_everybody_still_gets_in(home: LivingHome) -> None:
    many = lived_in(home)
    done = rotation.rotate(home.session, PASSWORD)
    assert (done.epoch, home.session.epoch) == (2, 2)
    home.resident(3)
    assert len(residents.find_residents(home.session)) == many + 1
    for role in USERS:
        session = home.sign_in_as(role)
        assert session.epoch == 2
        assert len(residents.find_residents(session)) == many + 1
    home.sign_in_as(Role.MANAGER)
    assert verify.verify(home.session).problems == ()
    assert keyfile.read_keyfile(home.store_dir).epochs == (2,)
    assert not (home.store_dir / NEXT_NAME).exists()
    assert rotation.rotate(home.session, PASSWORD).epoch == 3


def test_what_a_leaver_copied_opens_nothing_new(home: LivingHome, tmp_path: Path) -> None:
    """The keyfile and the store of before, and the password they had: KEY-5."""
    lived_in(home)
    home.session.close()
    copied = tmp_path / "copied"
    shutil.copytree(home.store_dir, copied)
    home.sign_in_as(Role.MANAGER)
    slots = keyfile.without(keyfile.read_keyfile(home.store_dir), "nia")
    keyfile.write_keyfile(home.store_dir, slots)
    rotation.rotate(home.session, PASSWORD)
    made = backups.make(home.session, folder=tmp_path)
    home.session.close()

    old = keyfile.unlock(keyfile.read_keyfile(copied), "nia", PASSWORD)
    key = keys.sqlcipher_key(old.data_key, slots.store_id)
    assert refused(lambda: open_store(home.store_dir, key, slots.store_id)).exit_code is ExitCode.DAMAGED
    shutil.copy(copied / keyfile.KEYFILE_NAME, home.store_dir / keyfile.KEYFILE_NAME)
    assert refused(lambda: sign_in(home.store_dir, "nia", PASSWORD, home.clock)).exit_code is ExitCode.DAMAGED
    trouble = refused(lambda: restore.restore(made.path, tmp_path / "new", home.clock, user="nia", password=PASSWORD))
    assert trouble.exit_code is ExitCode.WRONG_PASSWORD
    keyfile.write_keyfile(home.store_dir, keyfile.read_keyfile(copied))
    shutil.copytree(copied, tmp_path / "there")  # what they have already stays what it was
    sign_in(copied, "nia", PASSWORD, home.clock).close()
    restore.restore(made.path, home.store_dir.parent / "again", home.clock, user="mo", password=PASSWORD)


def test_only_a_manager_with_the_password_changes_the_key(home: LivingHome) -> None:
    assert refused(lambda: rotation.rotate(home.session, "not it")).exit_code is ExitCode.WRONG_PASSWORD
    with pytest.raises(NotAllowed):
        rotation.rotate(home.sign_in_as(Role.NURSE), PASSWORD)
    assert keyfile.read_keyfile(home.store_dir).epoch == 1


def test_while_somebody_else_reads_the_store_nothing_is_changed(home: LivingHome) -> None:
    """Its write-ahead log would stay behind and be taken for the new store's."""
    many = lived_in(home)
    key = keys.sqlcipher_key(home.session.data_key, home.session.store.id)
    other = connect_raw(home.session.store.path, key)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM revision").fetchone()
    with pytest.raises(UserError, match="backup is being made"):
        rotation.rotate(home.session, PASSWORD)
    other.execute("ROLLBACK")
    other.close()
    assert len(residents.find_residents(home.session)) == many
    home.resident(3)
    assert keyfile.read_keyfile(home.store_dir).epochs == (1,)
    assert rotation.rotate(home.session, PASSWORD).epoch == 2


def test_cut_short_at_any_step_the_home_opens_whole(home: LivingHome, tmp_path: Path) -> None:
    many = lived_in(home)
    home.session.close()

    def work() -> None:
        session = sign_in(after, "mo", PASSWORD, home.clock)
        rotation.rotate(session, PASSWORD)

    epochs = []
    for step in range(100):
        after = tmp_path / f"after-{step}"
        shutil.copytree(home.store_dir, after)
        died = killed_at(step, work)
        session = sign_in(after, "mo", PASSWORD, home.clock)
        try:
            assert len(residents.find_residents(session)) == many
            assert verify.verify(session).problems == ()
            assert keyfile.read_keyfile(after).epochs == (session.epoch,)
            assert not (after / NEXT_NAME).exists()
            residents.add_resident(session, details(9), stay_since=home.clock.now())
            epochs.append(session.epoch)
        finally:
            session.close()
        sign_in(after, "nia", PASSWORD, home.clock).close()
        if not died:
            break
    assert not died, "more steps than were tried"
    assert len(epochs) > 15
    assert epochs == sorted(epochs), "the old key until a certain step, the new one from there on"
    assert set(epochs) == {1, 2}
