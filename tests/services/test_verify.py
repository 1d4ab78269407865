"""Tampering by somebody who holds the key, losses that SQLite does not notice, and what a manager can do about them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.people import Role
from app.models.store import STORE_NAME, chain_head, connect_raw
from app.services import backups, residents, verify
from app.services.session import Session
from app.services.sign_in import accept_as_is, sign_in
from app.vault import keys
from app.vault.anchor import ANCHOR_NAME
from tests.factories import NEWS2_HIGH, PASSWORD, LivingHome, details


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    return trouble.value


def lived_in(home: LivingHome) -> None:
    home.assess(home.complex_resident(1), "news2", NEWS2_HIGH)
    home.resident(2)


def tamper(home: LivingHome, *statements: str) -> None:
    """Change rows with the raw key, the guards taken down, as somebody with tools could."""
    key = keys.sqlcipher_key(home.session.data_key, home.session.store.id)
    connection = connect_raw(home.session.store.path, key)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        connection.execute(statement)
    connection.close()


FIRST = "(SELECT min(seq) FROM event WHERE action = 'add' AND object_kind = 'resident')"
ASSESSED = "(SELECT id FROM revision WHERE kind = 'assessment')"


@pytest.mark.parametrize(
    ("statement", "part", "named"),
    [
        (f"UPDATE event SET actor = 'nia' WHERE seq = {FIRST}", "audit", "was changed"),
        (f"DELETE FROM event WHERE seq = {FIRST}", "audit", "is missing"),
        (f"UPDATE event SET hash = 'x' WHERE seq = {FIRST}", "audit", "does not follow"),
        (f"UPDATE revision SET body = replace(body, '26', '16') WHERE id = {ASSESSED}", "store", "the content of"),
        (f"UPDATE revision SET author = 'nia' WHERE id = {ASSESSED}", "store", "was changed"),
        (f"DELETE FROM revision WHERE id = {ASSESSED}", "store", "something is missing"),
        (f"UPDATE revision SET body = '' WHERE id = {ASSESSED}", "store", "the content of"),
        ("DELETE FROM revision WHERE seq = (SELECT max(seq) FROM revision)", "store", "newest revisions are missing"),
        (f"UPDATE revision SET signature = '00' WHERE id = {ASSESSED}", "signatures", "does not hold"),
        (f"UPDATE revision SET device_signature = '00' WHERE id = {ASSESSED}", "signatures", "the laptop's"),
        ("UPDATE signing_key SET owner = 'nia' WHERE owner = 'mo'", "signatures", "somebody else's key"),
        ("DELETE FROM signing_key WHERE owner = 'mo'", "signatures", "nobody's"),
        ("UPDATE signing_key SET revoked_at = '2020' WHERE owner = 'mo'", "signatures", "withdrawn"),
        ("UPDATE assessment SET revision_id = 'x'", "store", "has no revision"),
    ],
)
def test_whatever_is_changed_behind_the_programs_back_is_named(
    home: LivingHome, statement: str, part: str, named: str
) -> None:
    lived_in(home)
    assert verify.verify(home.session).problems == ()
    tamper(home, statement)
    found = verify.verify(home.session)
    said = found.signatures.bad if part == "signatures" else getattr(found, part)
    assert any(named in line for line in said), (said, found.problems)
    assert found.exit_code is ExitCode.DAMAGED


def test_a_chain_cut_at_its_end_or_written_anew_is_caught_by_the_anchor(home: LivingHome) -> None:
    lived_in(home)
    tamper(home, "DELETE FROM event WHERE seq > (SELECT max(seq) - 2 FROM event)")
    found = verify.verify(home.session)
    assert found.audit == ()
    assert any("older than they were" in line for line in found.anchors)


def test_the_anchor_on_a_printed_pack_is_part_of_the_trail_or_is_named(home: LivingHome) -> None:
    lived_in(home)
    with home.session.read() as connection:
        chain = chain_head(connection)
    printed = f"{chain.count}-{chain.head[:8]}"
    home.resident(3)
    assert verify.verify(home.session, (printed,)).problems == ()
    for wrong in (f"{chain.count - 1}-{chain.head[:8]}", f"{chain.count + 999}-{chain.head[:8]}"):
        found = verify.verify(home.session, (printed, wrong))
        assert found.anchors == (f"the audit trail did not go through {wrong}, which was printed",)
        assert found.exit_code is ExitCode.BEHIND_ANCHOR
    with pytest.raises(UserError):
        verify.verify(home.session, ("12",))


# ------------------------------------------------------------------------------------------------- behind the anchor


def lose_the_log(home: LivingHome, tmp_path: Path) -> Path:
    """A copy of the home in which the newest rows were only in the write-ahead log, and the log is gone."""
    lived_in(home)
    home.sign_in_as(Role.MANAGER)  # the log is folded in
    home.resident(3)
    copied = tmp_path / "copied"
    shutil.copytree(home.store_dir, copied)
    (copied / f"{STORE_NAME}-wal").unlink()
    (copied / "store.lock").unlink()
    return copied


def old_copy_put_back(home: LivingHome, tmp_path: Path) -> Path:
    """A copy of the home with yesterday's store beside today's anchor."""
    home.session.close()
    yesterday = tmp_path / "yesterday"
    shutil.copytree(home.store_dir, yesterday)
    home.sign_in_as(Role.MANAGER)
    lived_in(home)
    home.session.close()
    copied = tmp_path / "copied"
    shutil.copytree(home.store_dir, copied)
    shutil.copy(yesterday / STORE_NAME, copied / STORE_NAME)
    return copied


def no_anchor(home: LivingHome, tmp_path: Path) -> Path:
    """A copy without the anchor."""
    home.session.close()
    copied = tmp_path / "copied"
    shutil.copytree(home.store_dir, copied)
    (copied / ANCHOR_NAME).unlink()
    return copied


@pytest.fixture(params=[lose_the_log, old_copy_put_back, no_anchor])
def behind(home: LivingHome, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A home from which something is missing, or may be."""
    make: Callable[[LivingHome, Path], Path] = request.param
    return make(home, tmp_path)


@pytest.fixture
def reading(home: LivingHome, behind: Path) -> Session:
    """It, opened by the manager for reading only."""
    return sign_in(behind, "mo", PASSWORD, home.clock, inspect=True)


def test_a_command_does_not_open_it(home: LivingHome, behind: Path) -> None:
    trouble = refused(lambda: sign_in(behind, "mo", PASSWORD, home.clock))
    assert trouble.exit_code is ExitCode.BEHIND_ANCHOR
    assert "reading only" in trouble.safe
    assert "backup" in trouble.do


def test_it_can_be_read_and_not_written(reading: Session) -> None:
    assert reading.trouble is not None
    for row in residents.find_residents(reading):
        assert residents.open_resident(reading, row.id).resident.id == row.id
    for write in (
        lambda: residents.add_resident(reading, details(9), stay_since=reading.now()),
        lambda: backups.set_schedule(reading, None, 4),
    ):
        assert refused(write).exit_code is ExitCode.BEHIND_ANCHOR
    found = verify.verify(reading)
    assert found.exit_code is ExitCode.BEHIND_ANCHOR
    assert found.anchors
    reading.close()


def test_a_manager_goes_on_with_what_is_there_and_that_is_noted(
    home: LivingHome, behind: Path, reading: Session
) -> None:
    with pytest.raises(UserError):
        accept_as_is(reading, PASSWORD, "  ")
    assert refused(lambda: accept_as_is(reading, "not it", "a reason")).exit_code is ExitCode.WRONG_PASSWORD
    assert reading.trouble is not None
    accept_as_is(reading, PASSWORD, "the stick with yesterday's backup broke")
    residents.add_resident(reading, details(9), stay_since=reading.now())
    with reading.read() as connection:
        row = connection.exec_driver_sql("SELECT actor, reason FROM event WHERE action = 'accept-anchor'").one()
    assert tuple(row) == ("mo", "the stick with yesterday's backup broke")
    assert verify.verify(reading).problems == ()
    with pytest.raises(UserError, match="not behind"):
        accept_as_is(reading, PASSWORD, "again")
    reading.close()
    sign_in(behind, "mo", PASSWORD, home.clock).close()


@pytest.mark.parametrize("fault", ["event", "anchor"])
def test_what_could_not_be_noted_was_not_accepted(
    home: LivingHome, behind: Path, reading: Session, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with closing(connect_raw(reading.store.path, keys.sqlcipher_key(reading.data_key, reading.store.id))) as beside:
        if fault == "event":
            beside.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON event WHEN new.action = 'accept-anchor' "
                "BEGIN SELECT raise(ABORT, 'not now'); END"
            )
    real = Path.unlink

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == ANCHOR_NAME and fault == "anchor":
            raise PermissionError(13, "not now")
        real(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", unlink)
        with pytest.raises(IntegrityError if fault == "event" else EnvironmentTrouble):
            accept_as_is(reading, PASSWORD, "a reason")
    assert reading.trouble is not None
    reading.close()
    assert refused(lambda: sign_in(behind, "mo", PASSWORD, home.clock)).exit_code is ExitCode.BEHIND_ANCHOR


def test_nobody_but_a_manager_may(home: LivingHome, behind: Path) -> None:
    session = sign_in(behind, "nia", PASSWORD, home.clock, inspect=True)
    with pytest.raises(NotAllowed):
        accept_as_is(session, PASSWORD, "a reason")
    session.close()


def test_a_store_ahead_of_its_anchor_opens(home: LivingHome, tmp_path: Path) -> None:
    """The power went between the commit and its anchor."""
    lived_in(home)
    early = (home.store_dir / ANCHOR_NAME).read_bytes()
    home.resident(3)
    home.session.close()
    (home.store_dir / ANCHOR_NAME).write_bytes(early)
    home.sign_in_as(Role.MANAGER)
    assert len(residents.find_residents(home.session)) == 3


def test_a_store_moved_away_while_open_is_noticed_at_the_next_save(home: LivingHome) -> None:
    path = home.store_dir / STORE_NAME
    path.rename(home.store_dir / "elsewhere")
    trouble = refused(lambda: home.resident(1))
    assert trouble.exit_code is ExitCode.READ_ONLY
    assert "no longer where it was" in trouble.happened
    path.write_bytes(b"another file")
    assert refused(lambda: home.resident(1)).exit_code is ExitCode.READ_ONLY
    path.unlink()
    (home.store_dir / "elsewhere").rename(path)
    home.resident(1)
    assert len(residents.find_residents(home.session)) == 1


def test_a_record_without_room_for_an_anchor_is_still_saved_and_verify_says_so(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", refuse)
        home.resident(1)
        assert home.session.store.anchor_failed
    assert "the newest anchor could not be written" in verify.verify(home.session).anchors
    home.resident(2)
    assert verify.verify(home.session).problems == ()
