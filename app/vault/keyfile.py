"""The keyfile beside the store: one slot per account and one for the printed recovery key.

Each slot wraps the same data key under its own password. Everything in a slot that is not secret (who, which role, what
the derivation costs) is authenticated with it, so a changed role or weakened parameters make the slot fail to open. A
checksum over the whole file tells a damaged keyfile from a wrong password. Losing this file loses everything, so it is
only ever replaced atomically, and the one before is kept.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.codec import canonical, parse
from app.domain.errors import EnvironmentTrouble, ExitCode
from app.vault import keys, signing
from app.vault.files import replace_file

KEYFILE_NAME = "store.keys"
_SPARE_NAME = KEYFILE_NAME + ".bak"
_VERSION = 1
_RECOVERY = "recovery"
_RECOVERY_BYTES = 20  # 160 bits


@dataclass(frozen=True, slots=True, repr=False)
class Slot:
    """One way in. ``user`` is the account's name; ``kind`` is ``account`` or ``recovery``."""

    id: str
    kind: str
    user: str
    role: str
    staff_id: str
    cost: keys.KdfCost
    salt: bytes
    data_key: keys.Wrapped
    public_key: str
    signing_key: keys.Wrapped


@dataclass(frozen=True, slots=True, repr=False)
class Keyfile:
    """The whole file: which store and which epoch of its data key the slots open."""

    store_id: str
    epoch: int
    slots: tuple[Slot, ...]

    @property
    def users(self) -> tuple[str, ...]:
        """The account names, in the order they were added."""
        return tuple(slot.user for slot in self.slots if slot.kind == "account")


@dataclass(frozen=True, slots=True, repr=False)
class Unlocked:
    """What the right password gives: the data key, and the person's own signing key."""

    slot: Slot
    data_key: bytes
    signer: signing.Signer


def new_data_key() -> bytes:
    """A fresh random data key."""
    return os.urandom(keys.KEY_BYTES)


def new_recovery_key() -> str:
    """A fresh recovery key to print: 160 random bits in base 32, in eight groups of four."""
    text = base64.b32encode(os.urandom(_RECOVERY_BYTES)).decode()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def seal(keyfile: Keyfile, data_key: bytes, *, slot_id: str, kind: str, user: str, role: str, staff_id: str,
         password: str, cost: keys.KdfCost) -> Keyfile:  # fmt: skip
    """The keyfile with one more slot that opens the data key with the password."""
    salt = os.urandom(keys.SALT_BYTES)
    private = signing.new_signing_key()
    empty = keys.Wrapped(b"", b"")
    slot = Slot(slot_id, kind, user, role, staff_id, cost, salt, empty, signing.public_key(private), empty)
    context = _context(keyfile, slot)
    key = keys.derive(password, salt, cost)
    slot = replace(
        slot,
        data_key=keys.wrap(data_key, keys.expand(key, "data-key"), context),
        signing_key=keys.wrap(private, keys.expand(key, "sign"), context),
    )
    return replace(keyfile, slots=(*keyfile.slots, slot))


def without(keyfile: Keyfile, user: str) -> Keyfile:
    """The keyfile without the account's slot."""
    kept = tuple(s for s in keyfile.slots if s.kind != "account" or s.user.casefold() != user.casefold())
    return replace(keyfile, slots=kept)


def seal_recovery(keyfile: Keyfile, data_key: bytes, recovery_key: str, *, slot_id: str) -> Keyfile:
    """The keyfile with a slot for the printed recovery key, which is strong by itself: the floor cost is enough."""
    return seal(keyfile, data_key, slot_id=slot_id, kind=_RECOVERY, user="", role=_RECOVERY, staff_id="",
                password=recovery_key, cost=keys.FLOOR)  # fmt: skip


def unlock(keyfile: Keyfile, user: str, password: str) -> Unlocked:
    """Open the account's slot.

    Raises EnvironmentTrouble: WRONG_PASSWORD for a wrong user or password (the same sentence and about the same time
    for both), DAMAGED when the slot asks for a derivation that no sound keyfile would.
    """
    slot = next((s for s in keyfile.slots if s.kind == "account" and s.user.casefold() == user.casefold()), None)
    # A wrong name costs what a right one would, so that the time taken does not tell them apart.
    likely = slot or next((s for s in keyfile.slots if s.kind == "account"), None)
    cost = likely.cost if likely else keys.FLOOR
    if not cost.acceptable:
        raise damaged_keyfile()
    key = keys.derive(password, slot.salt if slot else secrets.token_bytes(keys.SALT_BYTES), cost)
    if slot is not None:
        context = _context(keyfile, slot)
        data_key = keys.unwrap(slot.data_key, keys.expand(key, "data-key"), context)
        private = keys.unwrap(slot.signing_key, keys.expand(key, "sign"), context)
        if data_key is not None and private is not None:
            return Unlocked(slot, data_key, signing.Signer(private))
    raise EnvironmentTrouble(
        ExitCode.WRONG_PASSWORD, "The user name or password is not right.", "Nothing was changed.", "Type it again."
    )


def read_keyfile(folder: Path) -> Keyfile:
    """The keyfile in a store's folder; the kept previous one when the current one is damaged.

    Raises EnvironmentTrouble DAMAGED when neither can be read, also when there is none.
    """
    for name in (KEYFILE_NAME, _SPARE_NAME):
        if (keyfile := _read(folder / name)) is not None:
            return keyfile
    raise damaged_keyfile()


def write_keyfile(folder: Path, keyfile: Keyfile) -> None:
    """Replace the keyfile atomically, keeping the one before as ``store.keys.bak``.

    A damaged one is not kept: it would take the place of the last sound one.
    """
    body = {
        "version": _VERSION,
        "store_id": keyfile.store_id,
        "epoch": keyfile.epoch,
        "slots": [_slot_json(slot) for slot in keyfile.slots],
    }
    content = canonical(body | {"checksum": _checksum(body)}) + "\n"
    current = folder / KEYFILE_NAME
    if _read(current) is not None:
        replace_file(folder / _SPARE_NAME, current.read_bytes())
    replace_file(current, content.encode())


def _read(path: Path) -> Keyfile | None:
    """The keyfile at the path, or None when there is no sound one."""
    try:
        return _parse(path.read_bytes())
    except PermissionError:
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            "This computer does not let you read the keyfile.",
            "Nothing was changed.",
            f"Ask whoever looks after the computer to give you access to {path.parent}.",
        ) from None
    except OSError:  # missing, a folder of that name, or a disk that cannot read it
        return None


def damaged_keyfile() -> EnvironmentTrouble:
    """What is said when the keyfile is missing or damaged."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        "The keyfile (store.keys) is missing or damaged.",
        "The records are still there, encrypted.",
        "Put back the keyfile from a backup; do not start a new home in this folder.",
    )


def _public_part(slot: Slot) -> dict[str, object]:
    return {
        "id": slot.id, "kind": slot.kind, "user": slot.user, "role": slot.role, "staff_id": slot.staff_id,
        "kdf": {"name": "argon2id", "memory_kib": slot.cost.memory_kib, "passes": slot.cost.passes,
                "lanes": slot.cost.lanes},
        "salt": slot.salt.hex(), "public_key": slot.public_key,
    }  # fmt: skip


def _context(keyfile: Keyfile, slot: Slot) -> bytes:
    return canonical({"store": keyfile.store_id, "epoch": keyfile.epoch, "slot": _public_part(slot)}).encode()


def _slot_json(slot: Slot) -> dict[str, object]:
    sealed = {name: {"nonce": w.nonce.hex(), "sealed": w.sealed.hex()}
              for name, w in (("data_key", slot.data_key), ("signing_key", slot.signing_key))}  # fmt: skip
    return _public_part(slot) | sealed


def _checksum(body: dict[str, object]) -> str:
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def _parse(content: bytes) -> Keyfile | None:
    """None for anything that is not exactly a keyfile we wrote."""
    try:
        body = parse(content)
        checksum = body.pop("checksum")
        if checksum != _checksum(body) or body["version"] != _VERSION:
            return None
        slots = tuple(_parse_slot(slot) for slot in body["slots"])
        return Keyfile(body["store_id"], body["epoch"], slots)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _parse_slot(slot: dict[str, object]) -> Slot:
    kdf = slot["kdf"]
    if not isinstance(kdf, dict) or kdf["name"] != "argon2id":
        raise ValueError("unknown key derivation")
    wrapped = []
    for name in ("data_key", "signing_key"):
        sealed = slot[name]
        if not isinstance(sealed, dict):
            raise TypeError(name)
        wrapped.append(keys.Wrapped(bytes.fromhex(sealed["nonce"]), bytes.fromhex(sealed["sealed"])))
    return Slot(
        str(slot["id"]), str(slot["kind"]), str(slot["user"]), str(slot["role"]), str(slot["staff_id"]),
        keys.KdfCost(int(kdf["memory_kib"]), int(kdf["passes"]), int(kdf["lanes"])),
        bytes.fromhex(str(slot["salt"])), wrapped[0], str(slot["public_key"]), wrapped[1],
    )  # fmt: skip
