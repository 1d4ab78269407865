"""The recovery key: a way back in that is audited, works once, and leaves a new key behind."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.errors import EnvironmentTrouble, ExitCode, NotAllowed, UserError, WrongPassword
from app.domain.people import Role
from app.models.integrity import chain_problems, check_signatures, revision_problems
from app.services import audit, recovery
from app.services.clock import SetClock
from app.services.sign_in import sign_in
from app.vault import keyfile
from tests.factories import MUST_LOW, NOW, PASSWORD, LivingHome, new_home

NEW_PASSWORD = "seven orange lanterns drift"


@pytest.fixture
def closed(tmp_path: Path) -> tuple[Path, str]:
    """A new home that nobody is signed in to, and its recovery key."""
    store = tmp_path / "home"
    return store, new_home(store).recovery_key


def _opens(store: Path, user: str, password: str) -> bool:
    try:
        sign_in(store, user, password, SetClock(NOW)).close()
    except WrongPassword:
        return False
    return True


def test_the_key_gives_the_manager_a_new_password_and_is_replaced(closed: tuple[Path, str]) -> None:
    store, key = closed
    typed = key.lower().replace("-", " ").replace("o", "0").replace("i", "1")
    done = recovery.recover(store, "MO", typed, NEW_PASSWORD, SetClock(NOW))
    assert done.user == "mo"
    assert done.recovery_key != key
    assert _opens(store, "mo", NEW_PASSWORD)
    assert not _opens(store, "mo", PASSWORD)
    for name in (keyfile.KEYFILE_NAME, keyfile.SPARE_NAME):  # nor with the copy kept beside it
        (store / keyfile.KEYFILE_NAME).write_bytes((store / name).read_bytes())
        slots = keyfile.read_keyfile(store)
        with pytest.raises(EnvironmentTrouble):
            keyfile.unlock_recovery(slots, key)
        assert keyfile.unlock_recovery(slots, done.recovery_key).data_key


def test_the_use_is_audited_and_the_record_stays_whole(home: LivingHome, tmp_path: Path) -> None:
    key = recovery.replace_key(home.session, PASSWORD).recovery_key
    home.assess(home.resident(1), "must", MUST_LOW)
    home.session.close()
    recovery.recover(home.store_dir, "mo", key, NEW_PASSWORD, home.clock)
    home.session = sign_in(home.store_dir, "mo", NEW_PASSWORD, home.clock)
    rows = audit.trail(home.session).rows
    assert [(row.user, row.what, row.detail) for row in rows[:2]] == [
        ("mo", "Signed in", ""),
        ("recovery", "Used the recovery key to set a new password", "user mo"),
    ]
    home.assess(home.resident(2), "must", MUST_LOW)
    with home.session.read() as connection:
        assert chain_problems(connection) == ()
        assert revision_problems(connection) == ()
        signatures = check_signatures(connection)
    assert signatures.bad == ()
    assert signatures.checked > 4


def test_the_new_key_works_the_next_time(closed: tuple[Path, str]) -> None:
    store, key = closed
    first = recovery.recover(store, "mo", key, NEW_PASSWORD, SetClock(NOW))
    second = recovery.recover(store, "mo", first.recovery_key, PASSWORD, SetClock(NOW))
    assert second.recovery_key not in (key, first.recovery_key)
    assert _opens(store, "mo", PASSWORD)


def test_the_new_sheet_says_that_it_replaces_another(closed: tuple[Path, str]) -> None:
    store, key = closed
    done = recovery.recover(store, "mo", key, NEW_PASSWORD, SetClock(NOW))
    text = PdfReader(BytesIO(done.sheet())).pages[0].extract_text()
    assert "It replaces the sheet before" in text.replace("\n", " ")
    assert "Practice House" in text


@pytest.mark.parametrize(
    ("user", "password", "field"),
    [("nobody", NEW_PASSWORD, "user"), ("cal", NEW_PASSWORD, "user"), ("mo", "short", "password"),
     ("mo", "mo manager", "password")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field_and_changes_nothing(
    home: LivingHome, user: str, password: str, field: str
) -> None:
    key = recovery.replace_key(home.session, PASSWORD).recovery_key
    home.session.close()
    before = (home.store_dir / keyfile.KEYFILE_NAME).read_bytes()
    with pytest.raises(UserError) as refused:
        recovery.recover(home.store_dir, user, key, password, home.clock)
    assert refused.value.field == field
    assert (home.store_dir / keyfile.KEYFILE_NAME).read_bytes() == before
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)


def test_part_of_a_key_is_no_key(closed: tuple[Path, str]) -> None:
    store, key = closed
    with pytest.raises(UserError, match="eight groups"):
        recovery.recover(store, "mo", key[:-2], NEW_PASSWORD, SetClock(NOW))


def test_wrong_keys_are_slowed_down_and_keep_no_account_out(closed: tuple[Path, str]) -> None:
    store, key = closed
    wrong = "-".join(reversed(key.split("-")))
    clock = SetClock(NOW)
    said = []
    for _ in range(7):
        with pytest.raises(EnvironmentTrouble) as refused:
            recovery.recover(store, "mo", wrong, NEW_PASSWORD, clock)
        assert refused.value.exit_code is ExitCode.WRONG_PASSWORD
        said.append(refused.value.happened)
    assert said[0] == "This is not the recovery key of these records."
    assert said[-1] == "Wrong keys or unknown names were typed too often."
    with pytest.raises(EnvironmentTrouble, match="Wait"):
        recovery.recover(store, "mo", key, NEW_PASSWORD, clock)
    assert _opens(store, "mo", PASSWORD)
    clock.at += timedelta(minutes=1)
    assert recovery.recover(store, "mo", key, NEW_PASSWORD, clock).user == "mo"


def test_a_home_that_is_open_elsewhere_is_said(home: LivingHome) -> None:
    key = recovery.replace_key(home.session, PASSWORD).recovery_key
    with pytest.raises(EnvironmentTrouble) as trouble:
        recovery.recover(home.store_dir, "mo", key, NEW_PASSWORD, home.clock)
    assert trouble.value.exit_code is ExitCode.ALREADY_OPEN


def test_no_home_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble:
        recovery.recover(tmp_path, "mo", "A" * 32, NEW_PASSWORD, SetClock(NOW))
    assert trouble.value.exit_code is ExitCode.DAMAGED


def test_a_manager_replaces_a_key_that_was_seen(home: LivingHome) -> None:
    first = recovery.replace_key(home.session, PASSWORD)
    second = recovery.replace_key(home.session, PASSWORD)
    slots = keyfile.read_keyfile(home.store_dir)
    with pytest.raises(EnvironmentTrouble):
        keyfile.unlock_recovery(slots, first.recovery_key)
    assert keyfile.unlock_recovery(slots, second.recovery_key).data_key == home.session.data_key
    assert audit.trail(home.session).rows[0].what == "Made a new recovery key"
    with pytest.raises(EnvironmentTrouble) as refused:
        recovery.replace_key(home.session, "wrong words here")
    assert refused.value.exit_code is ExitCode.WRONG_PASSWORD


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_nobody_else_replaces_it(home: LivingHome, role: Role) -> None:
    with pytest.raises(NotAllowed):
        recovery.replace_key(home.sign_in_as(role), PASSWORD)


def test_the_accounts_it_can_set_are_known_without_a_password(home: LivingHome) -> None:
    assert recovery.managers(home.store_dir) == ("mo",)


def test_a_keyfile_that_cannot_be_written_leaves_everything_as_it_was(
    home: LivingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = recovery.replace_key(home.session, PASSWORD).recovery_key
    home.session.close()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keyfile, "replace_file", full)
        with pytest.raises(EnvironmentTrouble) as trouble:
            recovery.recover(home.store_dir, "mo", key, NEW_PASSWORD, home.clock)
    assert trouble.value.exit_code is ExitCode.DISK_FULL
    home.session = sign_in(home.store_dir, "mo", PASSWORD, home.clock)
    assert "Used the recovery key" not in " ".join(row.what for row in audit.trail(home.session).rows)
