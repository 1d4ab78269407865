"""First run and signing in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.people import Role
from app.models.store import STORE_NAME
from app.services import first_run
from app.services.clock import SetClock
from app.services.first_run import HomeSetup, create_home, read_setup
from app.services.sign_in import accounts, home_exists, sign_in, unlock_again
from app.vault import keyfile
from tests.factories import NOW, PASSWORD, USERS, LivingHome, home_details, new_home

CLOCK = SetClock(NOW)
SETUP = HomeSetup(home_details(), "mo", "Mo Manager", "office laptop")


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    return trouble.value


def test_a_new_home_opens_with_its_managers_password(tmp_path: Path) -> None:
    made = new_home(tmp_path / "store")
    assert len(made.recovery_key) == 39
    session = sign_in(tmp_path / "store", "Mo", PASSWORD, CLOCK)
    assert (session.account.user, session.account.name, session.account.role) == ("mo", "Mo Manager", Role.MANAGER)
    assert session.home == home_details()
    assert session.store.id == made.store_id
    assert session.store.device_id == made.device_id
    session.close()
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == [
        "attempts.lock", "hartwell.db", "store.anchor", "store.keys", "store.lock",
    ]  # fmt: skip


def test_a_second_first_run_does_not_touch_the_home_that_is_there(tmp_path: Path) -> None:
    new_home(tmp_path)
    before = (tmp_path / STORE_NAME).read_bytes()
    trouble = refused(lambda: new_home(tmp_path))
    assert trouble.exit_code is ExitCode.REFUSED
    assert "already a home" in trouble.happened
    assert (tmp_path / STORE_NAME).read_bytes() == before


@pytest.mark.parametrize("step", ["create_store", "write_keyfile"])
def test_a_first_run_cut_short_leaves_no_home_and_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut_short(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    owner = first_run if step == "create_store" else keyfile
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, cut_short)
        with pytest.raises(KeyboardInterrupt):
            new_home(tmp_path)
    assert not home_exists(tmp_path)
    (tmp_path / "new-home").mkdir()  # what a power cut would leave
    (tmp_path / "new-home" / STORE_NAME).write_bytes(b"half a store")
    new_home(tmp_path)
    sign_in(tmp_path, "mo", PASSWORD, CLOCK).close()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"home": replace(SETUP.home, name=" ")}, "name"),
        ({"home": replace(SETUP.home, ods="V")}, "ods"),
        ({"manager_user": " "}, "user"),
        ({"manager_name": ""}, "manager_name"),
    ],
)
def test_first_run_says_what_is_missing(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as refusal:
        create_home(tmp_path / "store", replace(SETUP, **change), PASSWORD, CLOCK)
    assert refusal.value.field == field
    assert not (tmp_path / "store").exists()


def test_a_home_in_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert refused(lambda: new_home(tmp_path / "file" / "store")).exit_code is ExitCode.READ_ONLY


def test_the_accounts_are_named_without_a_password(home: LivingHome) -> None:
    assert set(accounts(home.store_dir)) == set(USERS.values())


@pytest.mark.parametrize("role", Role)
def test_every_account_signs_in_in_its_own_role(home: LivingHome, role: Role) -> None:
    session = home.sign_in_as(role)
    assert session.account.role is role
    assert session.person(session.account.user) == session.account.name


def test_signing_in_is_audited(home: LivingHome) -> None:
    with home.session.read() as connection:
        row = connection.exec_driver_sql("SELECT actor, action FROM event ORDER BY seq DESC LIMIT 1").one()
    assert tuple(row) == ("mo", "sign-in")


def test_each_cause_of_not_getting_in_has_its_own_exit_code(home: LivingHome, tmp_path: Path) -> None:
    def exit_code(store_dir: Path, password: str = PASSWORD, user: str = "mo") -> ExitCode:
        trouble = refused(lambda: sign_in(store_dir, user, password, CLOCK))
        assert trouble.happened
        assert trouble.safe
        assert trouble.do
        return trouble.exit_code

    assert exit_code(home.store_dir) is ExitCode.ALREADY_OPEN
    home.session.close()
    copy = tmp_path / "copy"
    shutil.copytree(home.store_dir, copy)
    assert exit_code(copy, "a wrong password") is ExitCode.WRONG_PASSWORD
    assert exit_code(copy, user="nobody") is ExitCode.WRONG_PASSWORD
    (copy / "store.keys.bak").unlink()
    (copy / "store.keys").write_bytes(b"{}")
    assert exit_code(copy) is ExitCode.DAMAGED
    shutil.copy(home.store_dir / "store.keys", copy)
    (copy / STORE_NAME).write_bytes(b"")
    assert exit_code(copy) is ExitCode.DAMAGED
    (copy / STORE_NAME).unlink()
    assert exit_code(copy) is ExitCode.DAMAGED
    assert not (copy / STORE_NAME).exists()
    assert exit_code(tmp_path / "nothing here") is ExitCode.DAMAGED
    assert not (tmp_path / "nothing here").exists()
    home.session = sign_in(home.store_dir, "mo", PASSWORD, CLOCK)


def test_after_a_refused_sign_in_the_store_is_free_for_the_next(home: LivingHome) -> None:
    home.session.close()
    with pytest.raises(EnvironmentTrouble):
        sign_in(home.store_dir, "mo", "a wrong password", CLOCK)
    home.session = sign_in(home.store_dir, "mo", PASSWORD, CLOCK)


def test_a_keyfile_and_records_from_different_times_are_said_to_be_so(home: LivingHome) -> None:
    slots = keyfile.read_keyfile(home.store_dir)
    stranger = keyfile.seal(
        slots, home.session.data_key, slot_id="x", kind="account", user="zed", role="carer", staff_id="x",
        password=PASSWORD, cost=slots.slots[0].cost,
    )  # fmt: skip
    keyfile.write_keyfile(home.store_dir, stranger)
    home.session.close()
    trouble = refused(lambda: sign_in(home.store_dir, "zed", PASSWORD, CLOCK))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert "knows zed" in trouble.happened
    home.session = sign_in(home.store_dir, "mo", PASSWORD, CLOCK)


def test_asking_for_the_password_again_gives_the_signing_key_or_nothing(home: LivingHome) -> None:
    signer = unlock_again(home.session, PASSWORD)
    with home.session.read() as connection:
        key = connection.exec_driver_sql("SELECT public_key FROM account WHERE user = 'mo'").scalar()
    assert signer.public == key
    assert refused(lambda: unlock_again(home.session, "a wrong one")).exit_code is ExitCode.WRONG_PASSWORD


EXAMPLE: dict[str, Any] = {
    "home": {
        "name": "Practice House", "ods": "VN3X2", "cqc_location": "1-123456789", "address": ["1 High Street", "Ware"],
        "postcode": "sg12 9aa", "phone": "01920 555 0100", "email": "practice.house@example.nhs.uk", "beds": 45,
        "locality": "Lower Lea Valley", "kind": "residential", "accredited": [["2016-01-04", None]],
        "ccg": {"ods": "06K", "name": "East and North Hertfordshire CCG"},
    },
    "manager": {"user": "mo", "name": "Mo Manager"},
    "device": "office laptop",
}  # fmt: skip


def test_a_setup_file_is_read() -> None:
    setup = read_setup(EXAMPLE)
    assert setup.home.postcode == "SG12 9AA"
    assert setup.home.beds == 45
    assert setup.device == "office laptop"
    least = read_setup({"home": {"name": "A", "ods": "VN3X2"}, "manager": {"user": "mo", "name": "Mo"}})
    assert least.home.ccg_ods == "06K"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("surprise",), 1, "surprise"),
        (("home", "surprise"), 1, "home.surprise"),
        (("home", "ccg", "surprise"), 1, "home.ccg.surprise"),
        (("home",), [], "home"),
        (("home", "name"), "", "home.name"),
        (("home", "name"), 5, "home.name"),
        (("home", "beds"), "many", "home.beds"),
        (("home", "beds"), True, "home.beds"),
        (("home", "address"), "1 High Street", "home.address"),
        (("home", "ods"), "V-1", "home.ods"),
        (("home", "accredited"), [["2016-01-04"]], "home.accredited"),
        (("home", "accredited"), [["2016-13-04", None]], "home.accredited"),
        (("home", "accredited"), [["2016-01-04", "2015-01-01"]], "home.accredited"),
        (("manager",), None, "manager"),
        (("manager", "user"), " ", "manager.user"),
        (("device",), 7, "device"),
    ],
)
def test_a_setup_file_is_refused_by_the_name_of_the_field(path: tuple[str, ...], value: object, field: str) -> None:
    data: dict[str, Any] = {**EXAMPLE, "home": {**EXAMPLE["home"], "ccg": dict(EXAMPLE["home"]["ccg"])},
                            "manager": dict(EXAMPLE["manager"])}  # fmt: skip
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(UserError) as refusal:
        read_setup(data)
    assert refusal.value.field == field


def test_a_first_run_cut_between_its_last_two_steps_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    real = Path.replace

    def cut(path: Path, target: Path) -> Path:
        if path.name == STORE_NAME:
            raise PowerCut
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        patch.setattr(first_run.shutil, "rmtree", lambda *_, **__: None)  # a dead process tidies nothing away
        with pytest.raises(PowerCut):
            new_home(tmp_path)
    assert (tmp_path / keyfile.KEYFILE_NAME).exists()
    assert not home_exists(tmp_path)
    new_home(tmp_path)
    sign_in(tmp_path, "mo", PASSWORD, CLOCK).close()


@pytest.mark.parametrize("folder", ["OneDrive", "OneDrive - Elm House", "Dropbox"])
def test_no_home_is_made_where_a_program_carries_it_to_other_computers(tmp_path: Path, folder: str) -> None:
    with pytest.raises(EnvironmentTrouble) as trouble:
        new_home(tmp_path / folder / "store")
    assert trouble.value.exit_code is ExitCode.REFUSED
    assert "other computers" in trouble.value.happened
    assert not (tmp_path / folder).exists()
