"""First run: a new home, its first manager, and the recovery key to print."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from app.domain.clock import Clock
from app.domain.dates import parse_date
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.domain.nhs import parse_ods
from app.domain.people import Home, Role, StaffDetails
from app.models import schema, settings, staff, trouble
from app.models.store import STORE_NAME, Author, create_store
from app.services.accounts import user_name
from app.services.passwords import check_password
from app.services.sign_in import MAKING_NAME, home_exists, lock_store
from app.vault import keyfile, keys
from app.vault.anchor import ANCHOR_NAME, AnchorFile
from app.vault.files import sync_folder
from app.vault.place import unsafe


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


def read_setup(data: Mapping[str, Any]) -> HomeSetup:
    """The answers of first run from their JSON object; unknown and missing keys are refused by name."""
    _known(data, {"home", "manager", "device"}, "")
    home = _section(data, "home")
    manager = _section(data, "manager")
    _known(
        home,
        {"name", "ods", "cqc_location", "address", "postcode", "phone", "email", "beds", "locality", "kind",
         "accredited", "ccg"},
        "home.",
    )  # fmt: skip
    _known(manager, {"user", "name"}, "manager.")
    ccg = _section(home, "ccg") if "ccg" in home else {}
    _known(ccg, {"ods", "name"}, "home.ccg.")
    beds = home.get("beds", 0)
    if not isinstance(beds, int) or isinstance(beds, bool) or beds < 0:
        raise UserError("home.beds must be a whole number", field="home.beds")
    address = home.get("address", [])
    if not isinstance(address, list) or not all(isinstance(line, str) for line in address):
        raise UserError("home.address must be a list of lines", field="home.address")
    default = Home("", "")
    details = Home(
        name=_text(home, "name", "home."),
        ods=parse_ods(_text(home, "ods", "home."), field="home.ods"),
        cqc_location=_text(home, "cqc_location", "home.", ""),
        address=tuple(address),
        postcode=_text(home, "postcode", "home.", "").upper(),
        phone=_text(home, "phone", "home.", ""),
        email=_text(home, "email", "home.", ""),
        beds=beds,
        locality=_text(home, "locality", "home.", ""),
        kind=_text(home, "kind", "home.", default.kind),
        accredited=_periods(home.get("accredited", [])),
        ccg_ods=parse_ods(_text(ccg, "ods", "home.ccg.", default.ccg_ods), field="home.ccg.ods"),
        ccg_name=_text(ccg, "name", "home.ccg.", default.ccg_name),
    )
    return HomeSetup(
        details,
        _text(manager, "user", "manager."),
        _text(manager, "name", "manager."),
        _text(data, "device", "", "this laptop"),
    )


def _known(data: Mapping[str, Any], keys: set[str], where: str) -> None:
    for key in data:
        if key not in keys:
            raise UserError(f"{where}{key} is not known here", field=f"{where}{key}")


def _section(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    if not isinstance(found, Mapping):
        raise UserError(f"{key} must be an object", field=key)
    return found


def _text(data: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    found = data.get(key, default)
    if not isinstance(found, str) or (default is None and not found.strip()):
        raise UserError(f"{where}{key} must be text", field=f"{where}{key}")
    return found.strip()


def _periods(given: object) -> tuple[tuple[date, date | None], ...]:
    field = "home.accredited"
    if not isinstance(given, list):
        raise UserError(f"{field} must be a list of periods", field=field)
    periods = []
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise UserError(f"{field} must hold pairs of dates", field=field)
        first = parse_date(pair[0], field=field)
        last = None if pair[1] is None else parse_date(str(pair[1]), field=field)
        if last is not None and last < first:
            raise UserError(f"{field} has a period that ends before it starts", field=field)
        periods.append((first, last))
    return tuple(periods)


def create_home(
    store_dir: Path,
    setup: HomeSetup,
    password: str,
    clock: Clock,
    *,
    cost: keys.KdfCost | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> CreatedHome:
    """Make the store and the keyfile of a new home.

    ``cost`` is what one derivation of the passwords' key costs; without it, it is fitted to this laptop.

    Raises UserError for what was typed; EnvironmentTrouble when the folder already holds records or cannot be written.
    Everything is made in a folder beside its place and moved there last, so that a first run cut short leaves no home
    behind and can be started again.
    """
    _check(setup)
    setup = replace(setup, manager_user=user_name(setup.manager_user))
    check_password(password, setup.manager_user, setup.manager_name, setup.home.name)
    if home_exists(store_dir):
        raise EnvironmentTrouble(
            ExitCode.REFUSED,
            f"There is already a home in {store_dir}.",
            "It was not touched.",
            "Sign in to it, or choose another folder.",
        )
    refuse_unsafe_place(store_dir)
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
    making = store_dir / MAKING_NAME
    try:
        shutil.rmtree(making, ignore_errors=True)  # of a first run cut short: a store whose key was never kept
        making.mkdir(mode=0o700)
        store = create_store(
            making, keys.sqlcipher_key(data_key, store_id), store_id, setup.device, clock.now(), random
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
                    role=Role.MANAGER.value, staff_id=manager, password=password, cost=cost or keys.calibrated(),
                )  # fmt: skip
                slots = keyfile.seal_recovery(slots, data_key, recovery_key, slot_id=work.new_id())
                staff.add_account(work, setup.manager_user, Role.MANAGER, manager, slots.slots[0].public_key)
                staff.add_signing_key(work, "recovery", "", slots.slots[1].public_key)
            store.keep_anchor(AnchorFile(making, data_key, slots.epoch))
        finally:
            store.close()
        keyfile.write_keyfile(making, slots)
        # The key first: a keyfile beside an unfinished store is no home yet, a store without its key would be lost.
        for name in (keyfile.KEYFILE_NAME, ANCHOR_NAME, STORE_NAME):
            (making / name).replace(store_dir / name)
        sync_folder(store_dir)
    except OSError as error:
        raise trouble.unwritten(error) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
        lock.release()
    return CreatedHome(store_id, store.device_id, recovery_key, schema.SCHEMA)


def refuse_unsafe_place(folder: Path) -> None:
    """Refuse to put records where something carries them to other computers: there they are lost, or come back old."""
    if carried_by := unsafe(folder):
        raise EnvironmentTrouble(
            ExitCode.REFUSED,
            f"{folder} is on {carried_by}, which carries files to other computers.",
            "Nothing was created.",
            "Choose a folder on this computer's own disk. Backups may go there, the records themselves may not.",
        )


def _check(setup: HomeSetup) -> None:
    if not setup.home.name.strip():
        raise UserError("Enter the home's name", field="name")
    parse_ods(setup.home.ods, field="ods")
    if not setup.manager_name.strip():
        raise UserError("Enter the manager's name", field="manager_name")
