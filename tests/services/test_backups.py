"""Backups: really opened, part of the record's history, thrown away by rule, and enough to begin again elsewhere."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError
from app.domain.people import ResidentId, Role
from app.domain.transfer import TransferReason
from app.models import integrity
from app.models.store import STORE_NAME
from app.services import accounts as accounts_service
from app.services import backups, premium, recovery, residents, restore, staff, sync, transfers, verify
from app.services.clock import SetClock
from app.services.sign_in import accounts, home_exists, sign_in
from app.services.status import status
from app.sync.practice_ccg import PracticeCcg
from app.vault import bundle, keyfile, moving
from tests.factories import NEWS2_HIGH, NOW, PASSWORD, USERS, WEEK, LivingHome, details, new_home
from tests.helpers.dying import killed_at


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    return trouble.value


def lived_in(home: LivingHome) -> None:
    for place in (1, 2, 3):
        home.complex_resident(place)
    home.champion("dementia")
    home.champion("falls")
    home.assess(residents.find_residents(home.session)[0].id, "news2", NEWS2_HIGH)


def names(home: LivingHome) -> list[str]:
    return [row.id for row in residents.find_residents(home.session)]


# ------------------------------------------------------------------------------------------------------- making one


def test_a_backup_holds_what_the_record_holds_and_can_be_seen_by_everybody(home: LivingHome, tmp_path: Path) -> None:
    lived_in(home)
    assert status(home.session).last_backup is None
    made = backups.make(home.session, folder=tmp_path)
    assert made.path.parent == tmp_path
    assert status(home.session).last_backup == home.clock.now()
    (listed,) = backups.look_for(backups.noted(home.session))
    assert (listed.path, listed.there, listed.revisions) == (made.path, True, made.manifest.revisions)
    found = verify.verify(home.session)
    assert [(one.path, one.ok) for one in found.backups] == [(made.path, True)]
    assert found.problems == ()
    assert not list(tmp_path.glob(".*")), "no part is left"
    assert not list(home.store_dir.glob(f"{STORE_NAME}.backup*"))


def test_nobody_reads_anything_in_it_without_a_way_in(home: LivingHome, tmp_path: Path) -> None:
    lived_in(home)
    path = backups.make(home.session, folder=tmp_path).path
    content = path.read_bytes()
    for name in ("Familyb1", "Practice House", "Mo Manager", home.session.data_key.hex()):
        for coded in (name.encode(), name.encode("utf-16-le")):
            assert coded not in content
    assert home.session.data_key not in content
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["manifest.json", keyfile.KEYFILE_NAME, STORE_NAME]
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
    assert "name" not in manifest


def test_the_record_goes_on_while_the_copy_is_made(home: LivingHome, tmp_path: Path) -> None:
    lived_in(home)
    plan = backups.prepare(home.session, folder=tmp_path)
    home.resident(7)
    copied = backups.carry_out(plan)
    home.resident(8)
    made = backups.note(home.session, copied)
    assert verify.verify(home.session).problems == ()
    assert made.manifest.residents == 4


def test_a_backup_of_another_history_is_not_noted(home: LivingHome, tmp_path: Path) -> None:
    """A copy that was swapped on the stick for one of another record."""
    lived_in(home)
    made = backups.carry_out(backups.prepare(home.session, folder=tmp_path))
    other = backups.Made(made.path, replace(made.manifest, head="0" * 64), made.size)
    assert refused(lambda: backups.note(home.session, other)).exit_code is ExitCode.DAMAGED
    assert backups.look_for(backups.noted(home.session)) == ()


@pytest.mark.parametrize("where", ["missing", "file"])
def test_a_stick_that_is_not_there_is_said_and_nothing_is_left(home: LivingHome, tmp_path: Path, where: str) -> None:
    folder = tmp_path / "stick"
    if where == "file":
        folder.write_text("")
    trouble = refused(lambda: backups.make(home.session, folder=folder))
    assert trouble.exit_code is ExitCode.READ_ONLY
    assert "stick" in trouble.happened
    assert not list(home.store_dir.glob(f"{STORE_NAME}.backup*"))
    assert status(home.session).last_backup is None


def test_a_disk_that_gives_back_something_else_is_noticed(
    home: LivingHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def lying(handle: int) -> None:
        real(handle)
        path = Path(f"/proc/self/fd/{handle}").resolve()
        if path.suffix == ".part":
            with path.open("r+b") as file:
                file.seek(path.stat().st_size // 2)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 1]))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lying)
        trouble = refused(lambda: backups.make(home.session, folder=tmp_path))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert list(tmp_path.glob("*.backup")) == []


def test_a_carer_may_not_ask_for_one_but_the_schedule_runs_in_anybodys_session(home: LivingHome) -> None:
    session = home.sign_in_as(Role.CARER)
    with pytest.raises(NotAllowed):
        backups.make(session)
    assert backups.is_due(session)
    backups.make(session, kind="daily")
    assert not backups.is_due(session)
    home.clock.advance(timedelta(hours=24))
    assert backups.is_due(session)


def test_old_ones_are_thrown_away_and_those_of_another_home_are_not(home: LivingHome, tmp_path: Path) -> None:
    new_home(tmp_path / "stranger")
    other = sign_in(tmp_path / "stranger", "mo", PASSWORD, home.clock)
    folder = tmp_path / "stick"
    folder.mkdir()
    kept = backups.make(other, folder=folder).path
    other.close()
    for _ in range(12):
        backups.make(home.session, kind="daily", folder=folder)
        home.clock.advance(timedelta(hours=1))
    left = [path for path, _ in backups.found_in(folder)]
    assert kept in left
    assert len(left) == 1 + 3
    assert len(backups.look_for(backups.noted(home.session))) == 3


def test_after_a_sudden_change_nothing_is_thrown_away_until_a_manager_has_looked(
    home: LivingHome, tmp_path: Path
) -> None:
    people = [home.resident(place) for place in range(1, 8)]
    for _ in range(4):
        backups.make(home.session, kind="daily", folder=tmp_path)
        home.clock.advance(timedelta(minutes=1))
    for person in people[:5]:
        _died(home, person)
    made = backups.make(home.session, kind="daily", folder=tmp_path)
    assert made.guard == "5 of 7 residents are gone since the last backup"
    home.clock.advance(timedelta(minutes=1))
    assert backups.make(home.session, kind="daily", folder=tmp_path).guard == made.guard
    assert len(backups.found_in(tmp_path)) == 3 + 2
    with pytest.raises(UserError):
        backups.looked_at_change(home.session, " ")
    backups.looked_at_change(home.session, "an outbreak; all five died in hospital")
    home.clock.advance(timedelta(minutes=1))
    assert backups.make(home.session, kind="daily", folder=tmp_path).guard == ""
    assert len(backups.found_in(tmp_path)) == 3


def _died(home: LivingHome, person: ResidentId) -> None:
    now = home.clock.now()
    record = residents.open_resident(home.session, person)
    residents.change_resident(home.session, person, replace(record.resident.details, died_at=now), reason="died")


# ---------------------------------------------------------------------------------------------------- bringing it back


@pytest.fixture
def backup(home: LivingHome, tmp_path: Path) -> Path:
    """A backup of a home that has been lived in."""
    lived_in(home)
    stick = tmp_path / "stick"
    stick.mkdir()
    return backups.make(home.session, folder=stick).path


def test_a_new_laptop_needs_only_the_stick_and_a_password(home: LivingHome, backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new laptop" / "store"
    done = restore.restore(backup, new, home.clock, user="nia", password=PASSWORD, device="the new laptop")
    assert (done.aside, done.recovery_key, done.user) == (None, "", "nia")
    assert set(accounts(new)) == set(USERS.values())
    session = sign_in(new, "mo", PASSWORD, home.clock)
    try:
        assert [row.id for row in residents.find_residents(session)] == names(home)
        assert session.store.id == home.session.store.id
        assert session.store.device_id != home.session.store.device_id, "it writes as another laptop"
        residents.add_resident(session, details(9), stay_since=NOW)
        found = verify.verify(session)
        assert found.problems == ()
        assert found.count > done.count
        with session.read() as connection:
            assert integrity.check_signatures(connection).checked == found.signatures.checked
    finally:
        session.close()


def test_a_restored_record_and_its_packs_say_so_until_a_manager_has_looked(
    home: LivingHome, backup: Path, tmp_path: Path
) -> None:
    """A resuscitation decision withdrawn after the backup would be shown as standing."""
    restore.restore(backup, tmp_path / "new", home.clock, user="mo", password=PASSWORD)
    session = sign_in(tmp_path / "new", "mo", PASSWORD, home.clock)
    try:
        assert restore.restored_from(session) == home.clock.now()
        person = residents.find_residents(session)[0].id
        words = _said_on_every_page(transfers.send_to_hospital(session, person, TransferReason()).pdf)
        assert all("RECORD RESTORED from the backup of 23-Nov-2026 10:00" in page for page in words)
        assert "RESTORED RECORD: ASK THE HOME" in words[0], "at the top of the page that is read in a minute"
        with pytest.raises(UserError):
            restore.looked_after(session, " ")
        restore.looked_after(session, "entered again from the paper of the day")
        assert restore.restored_from(session) is None
        words = _said_on_every_page(transfers.send_to_hospital(session, person, TransferReason()).pdf)
        assert not any("RESTORED" in page for page in words)
    finally:
        session.close()
    assert restore.restored_from(home.session) is None


def _said_on_every_page(pdf: bytes) -> list[str]:
    """The text of the numbered pages; the cover has no footer."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages[1:]]


def test_the_recovery_key_is_enough_and_is_replaced(tmp_path: Path) -> None:
    made = new_home(tmp_path / "old")
    clock = SetClock(NOW)
    session = sign_in(tmp_path / "old", "mo", PASSWORD, clock)
    path = backups.make(session).path
    session.close()
    done = restore.restore(path, tmp_path / "new", clock, recovery_key=made.recovery_key.lower())
    assert done.recovery_key not in {"", made.recovery_key}
    slots = keyfile.read_keyfile(tmp_path / "new")
    assert keyfile.unlock_recovery(slots, done.recovery_key).slot.kind == "recovery"
    assert refused(lambda: keyfile.unlock_recovery(slots, made.recovery_key)).exit_code is ExitCode.WRONG_PASSWORD
    again = sign_in(tmp_path / "new", "mo", PASSWORD, clock)
    found = verify.verify(again)
    again.close()
    assert found.problems == ()


def test_a_wrong_way_in_leaves_no_home(home: LivingHome, backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    for way in ({"password": "not it"}, {"user": "mo", "password": "not it"}, {"recovery_key": "AAAA-BBBB"}):
        trouble = refused(partial(restore.restore, backup, new, home.clock, **way))
        assert trouble.exit_code is ExitCode.WRONG_PASSWORD
        assert not home_exists(new)
        assert not (new / moving.INCOMING).exists()


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_damaged_backup_is_refused_whole(home: LivingHome, backup: Path, tmp_path: Path, place: float) -> None:
    content = bytearray(backup.read_bytes())
    content[int(len(content) * place)] ^= 4
    backup.write_bytes(content)
    trouble = refused(lambda: restore.restore(backup, tmp_path / "new", home.clock, password=PASSWORD))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert not home_exists(tmp_path / "new")


def test_an_older_backup_passed_off_as_newer_is_refused(home: LivingHome, backup: Path, tmp_path: Path) -> None:
    """The manifest is authenticated: its date and figures cannot be edited."""
    with zipfile.ZipFile(backup) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = json.loads(parts["manifest.json"])
    parts["manifest.json"] = json.dumps(body | {"taken_at": "2027-01-01T00:00:00.000Z"}).encode()
    forged = tmp_path / "forged.backup"
    with zipfile.ZipFile(forged, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    trouble = refused(lambda: restore.restore(forged, tmp_path / "new", home.clock, password=PASSWORD))
    assert trouble.exit_code is ExitCode.DAMAGED


def test_records_in_the_folder_are_replaced_by_a_manager_only_and_kept_beside(home: LivingHome, backup: Path) -> None:
    home.resident(8)
    newest = names(home)
    home.session.close()
    (home.store_dir / keyfile.SPARE_NAME).write_bytes((home.store_dir / keyfile.KEYFILE_NAME).read_bytes())
    for user in ("nia", "cal", "ada"):
        with pytest.raises(NotAllowed):
            restore.restore(backup, home.store_dir, home.clock, user=user, password=PASSWORD)
    done = restore.restore(backup, home.store_dir, home.clock, user="mo", password=PASSWORD)
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)
    assert len(names(home)) == len(newest) - 1
    assert done.aside is not None
    assert (done.aside / keyfile.SPARE_NAME).exists()
    assert not (home.store_dir / keyfile.SPARE_NAME).exists(), "no way into the records before is left"
    kept = home.store_dir.parent / "kept"
    shutil.copytree(done.aside, kept)
    before = sign_in(kept, "mo", PASSWORD, home.clock)
    assert [row.id for row in residents.find_residents(before)] == newest
    before.close()


def test_a_backup_of_another_home_does_not_take_the_place_of_this_one(home: LivingHome, tmp_path: Path) -> None:
    new_home(tmp_path / "stranger")
    stranger = sign_in(tmp_path / "stranger", "mo", PASSWORD, home.clock)
    path = backups.make(stranger, folder=tmp_path).path
    stranger.close()
    home.session.close()
    with pytest.raises(NotAllowed, match="other records"):
        restore.restore(path, home.store_dir, home.clock, user="mo", password=PASSWORD)
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)


def test_a_manager_of_long_ago_gets_nothing_back(home: LivingHome, backup: Path, tmp_path: Path) -> None:
    """Closed accounts stay closed, and the sheet in the safe is replaced when the backup knew another."""
    staff_id = next(m.id for m in staff.list_staff(home.session) if m.details.user == "nia")
    accounts_service.change_role(home.session, "nia", Role.MANAGER, PASSWORD)
    path = backups.make(home.session, folder=tmp_path).path
    accounts_service.disable_leaver(home.session, staff_id, home.clock.now(), PASSWORD)
    recovery.replace_key(home.session, PASSWORD)
    home.session.close()
    with pytest.raises(NotAllowed, match="no manager"):
        restore.restore(path, home.store_dir, home.clock, user="nia", password=PASSWORD)
    done = restore.restore(path, home.store_dir, home.clock, user="mo", password=PASSWORD)
    assert done.recovery_key
    assert "nia" not in accounts(home.store_dir)
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)
    assert verify.verify(home.session).problems == ()
    slots = keyfile.read_keyfile(home.store_dir)
    assert keyfile.unlock_recovery(slots, done.recovery_key).slot.kind == "recovery"


def test_while_the_records_are_open_nothing_is_restored_over_them(home: LivingHome, backup: Path) -> None:
    trouble = refused(lambda: restore.restore(backup, home.store_dir, home.clock, user="mo", password=PASSWORD))
    assert trouble.exit_code is ExitCode.ALREADY_OPEN


@contextmanager
def a_ccg(folder: Path) -> Iterator[PracticeCcg]:
    (folder / "exchange").mkdir(parents=True, exist_ok=True)
    with PracticeCcg(folder / "state", now=lambda: NOW) as ccg:
        yield ccg


def paid(folder: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(folder / "state" / "practice-ccg.sqlite3") as connection:
        return connection.execute("SELECT identifier, pence FROM payment ORDER BY identifier").fetchall()


def alerts_taken(folder: Path) -> int:
    with sqlite3.connect(folder / "state" / "practice-ccg.sqlite3") as connection:
        return int(connection.execute("SELECT count(*) FROM alert").fetchone()[0])


def test_what_waits_for_an_answer_is_sent_again_under_the_same_identifiers(home: LivingHome, tmp_path: Path) -> None:
    """The old laptop sent its claims after the backup, was paid, and broke: the CCG counts each claim once."""
    lived_in(home)
    folder = tmp_path / "ccg"
    with a_ccg(folder) as ccg:
        given = {"transport": "folder", "path": str(folder / "exchange"), "recipient_public_key": ccg.public_key}
        sync.connect(home.session, given, PASSWORD)
        premium.submit(home.session, WEEK, PASSWORD)
        path = backups.make(home.session, folder=tmp_path).path
        before = {row.id for row in sync.outbox(home.session)}
        for _ in range(2):
            sync.sync_now(home.session)
            ccg.run_folder(folder / "exchange")
        counted, alerted = paid(folder), alerts_taken(folder)
        assert len(counted) == 3
        assert alerted == 1
        home.session.close()
        done = restore.restore(path, tmp_path / "new", home.clock, user="mo", password=PASSWORD)
        assert done.queued_again == len(before) == 2
        home.session = sign_in(tmp_path / "new", "mo", PASSWORD, home.clock)
        for _ in range(2):
            sync.sync_now(home.session)
            ccg.run_folder(folder / "exchange")
        sync.sync_now(home.session)
        assert (paid(folder), alerts_taken(folder)) == (counted, alerted)
        assert {row.id for row in sync.outbox(home.session)} == before
        assert {row.state.value for row in sync.outbox(home.session)} <= {"decided", "acknowledged"}


def test_assessments_stay_signed_through_it(home: LivingHome, backup: Path, tmp_path: Path) -> None:
    restore.restore(backup, tmp_path / "new", home.clock, user="mo", password=PASSWORD)
    session = sign_in(tmp_path / "new", "nia", PASSWORD, home.clock)
    person = residents.find_residents(session)[0]
    assert residents.open_resident(session, person.id).latest
    session.close()


@pytest.mark.parametrize("over", [True, False])
def test_a_restore_cut_short_at_any_step_leaves_the_old_home_or_the_new_one(
    home: LivingHome, backup: Path, tmp_path: Path, *, over: bool
) -> None:
    home.resident(8)
    now, then = names(home), names(home)[:3]
    home.session.close()
    outcomes = []
    for step in range(60):
        after = tmp_path / f"after-{step}"
        if over:
            shutil.copytree(home.store_dir, after)
        died = killed_at(step, partial(restore.restore, backup, after, home.clock, user="mo", password=PASSWORD))
        if home_exists(after):
            assert "mo" in accounts(after)
            session = sign_in(after, "mo", PASSWORD, home.clock)
            found = [row.id for row in residents.find_residents(session)]
            assert verify.verify(session).problems == ()
            session.close()
            assert len(found) in ({len(now), len(then)} if over else {len(then)})
            outcomes.append(len(found))
        else:
            assert not over, "the old home is gone"
            outcomes.append(0)
        if not died:
            break
    assert not died
    assert outcomes == sorted(outcomes, reverse=over)
    assert set(outcomes) == ({len(now), len(then)} if over else {0, len(then)})
    again = restore.restore(backup, after, home.clock, user="mo", password=PASSWORD)
    assert again.aside is not None


def test_a_backup_cut_short_is_never_taken_for_one(home: LivingHome, tmp_path: Path) -> None:
    lived_in(home)
    home.session.close()

    def work() -> None:
        session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)
        backups.make(session, folder=folder)
        session.close()

    died, step = True, 0
    while died:
        folder = tmp_path / f"stick-{step}"
        folder.mkdir()
        died = killed_at(step, work)
        for path, manifest in backups.found_in(folder):
            assert bundle.whole(path, manifest)
            done = restore.restore(path, tmp_path / f"from-{step}", home.clock, user="mo", password=PASSWORD)
            assert done.revisions == manifest.revisions
        step += 1
    assert step > 5
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)
    backups.make(home.session, folder=tmp_path)
    assert not list(home.store_dir.glob(f"{STORE_NAME}.backup*")), "what a dead process left is cleared away"
