"""First run: a new home, its first manager, and the recovery key to print."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from app.domain.clock import Clock
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.nhs import parse_ods
from app.domain.people import Home, Role, StaffDetails
from app.models import schema, settings, staff
from app.models.store import Author, create_store
from app.services.sign_in import home_exists, lock_store
from app.vault import keyfile, keys

_SHORTEST = 8
_COMMON = frozenset({
    "password", "password1", "password12", "password123", "12345678", "123456789", "1234567890", "qwertyui",
    "qwerty123", "qwertyuiop", "iloveyou", "11111111", "00000000", "football", "baseball", "princess", "sunshine",
    "superman", "liverpool", "welcome1", "letmein1", "abc12345", "hartwell",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class HomeSetup:
    """What first run asks for."""

    home: Home
    manager_user: str
    manager_name: str
    device: str


@dataclass(frozen=True, slots=True)
class CreatedHome:
    """The new home. ``recovery_key`` is shown once and kept nowhere."""

    store_id: str
    device_id: str
    recovery_key: str
    schema: str


def check_password(password: str) -> None:
    """Refuse a password that would not protect the records: too short, or one that everybody tries first.

    No rules about symbols and no expiry: length is what helps (NCSC, OWASP ASVS 5.0).
    """
    if len(password) < _SHORTEST:
        raise UserError(f"Password must be at least {_SHORTEST} characters. Three words are better", field="password")
    if password.casefold() in _COMMON:
        raise UserError("This password is one of the first that anybody would try. Use three words", field="password")


def create_home(
    store_dir: Path,
    setup: HomeSetup,
    password: str,
    clock: Clock,
    *,
    cost: keys.KdfCost = keys.FLOOR,
    random: Callable[[int], bytes] = os.urandom,
) -> CreatedHome:
    """Make the store and the keyfile of a new home.

    Raises UserError for what was typed; EnvironmentTrouble when the folder already holds records or cannot be written.
    The keyfile is written last: until then there is no home, and a first run cut short can be started again.
    """
    _check(setup)
    check_password(password)
    if home_exists(store_dir):
        raise EnvironmentTrouble(
            ExitCode.REFUSED,
            f"There is already a home in {store_dir}.",
            "It was not touched.",
            "Sign in to it, or choose another folder.",
        )
    try:
        store_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            f"The folder {store_dir} cannot be made.",
            "Nothing was created.",
            "Choose another folder, or ask for permission to write there.",
        ) from None
    store_id = str(UUID(bytes=os.urandom(16), version=4))
    data_key = keyfile.new_data_key()
    recovery_key = keyfile.new_recovery_key()
    lock = lock_store(store_dir)
    try:
        store = create_store(
            store_dir, keys.sqlcipher_key(data_key, store_id), store_id, setup.device, clock.now(), random
        )
        try:
            with store.write(Author(setup.manager_user), clock.now()) as work:
                settings.save_home(work, setup.home)
                details = StaffDetails(
                    setup.manager_user, setup.manager_name, Role.MANAGER, setup.manager_user, clock.now()
                )
                manager = staff.save_staff(work, None, details)
                slots = keyfile.Keyfile(store_id, 1, ())
                slots = keyfile.seal(
                    slots, data_key, slot_id=work.new_id(), kind="account", user=setup.manager_user,
                    role=Role.MANAGER.value, staff_id=manager, password=password, cost=cost,
                )  # fmt: skip
                slots = keyfile.seal_recovery(slots, data_key, recovery_key, slot_id=work.new_id())
                staff.add_account(work, setup.manager_user, Role.MANAGER, manager, slots.slots[0].public_key)
            keyfile.write_keyfile(store_dir, slots)
        finally:
            store.close()
    finally:
        lock.release()
    return CreatedHome(store_id, store.device_id, recovery_key, schema.SCHEMA)


def _check(setup: HomeSetup) -> None:
    if not setup.home.name.strip():
        raise UserError("Enter the home's name", field="name")
    parse_ods(setup.home.ods, field="ods")
    if not setup.manager_user.strip():
        raise UserError("Enter a user name for the manager", field="user")
    if not setup.manager_name.strip():
        raise UserError("Enter the manager's name", field="manager_name")
