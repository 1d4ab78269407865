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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain import recovery
from app.domain.codec import canonical, parse
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.vault import keys, signing
from app.vault.files import replace_file

KEYFILE_NAME = "store.keys"
SPARE_NAME = KEYFILE_NAME + ".bak"
_VERSION = 2
_READABLE = (1, 2)
_RECOVERY = "recovery"
_RECOVERY_BYTES = 20  # 160 bits


@dataclass(frozen=True, slots=True, repr=False)
class Slot:
    """One way in. ``user`` is the account's name; ``kind`` is ``account`` or ``recovery``.

    ``secrets`` are the person's own private keys, sealed under their password; ``data_keys`` is the store's data key by
    epoch, sealed to ``wrap_key``, the public half of one of them. So anybody who holds the data key can give a new one
    to every slot without knowing a password, and only the password's owner can open it. A slot made before that was so
    has no ``wrap_key``: its data key is sealed under the password itself until its owner signs in again.
    """

    id: str
    kind: str
    user: str
    role: str
    staff_id: str
    cost: keys.KdfCost
    salt: bytes
    public_key: str
    wrap_key: str
    secrets: keys.Wrapped
    data_keys: Mapping[int, keys.Sealed]


@dataclass(frozen=True, slots=True, repr=False)
class Keyfile:
    """The whole file: which store and which epoch of its data key the slots open.

    While the data key is being changed the slots hold two epochs, because keyfile and store cannot change in one step.
    """

    store_id: str
    epoch: int
    slots: tuple[Slot, ...]

    @property
    def users(self) -> tuple[str, ...]:
        """The account names, in the order they were added."""
        return tuple(slot.user for slot in self.slots if slot.kind == "account")

    @property
    def epochs(self) -> tuple[int, ...]:
        """Every epoch that any slot opens, the present one first."""
        found = {epoch for slot in self.slots for epoch in slot.data_keys} - {self.epoch}
        return (self.epoch, *sorted(found, reverse=True))

    def account(self, user: str) -> Slot | None:
        """The account's slot; capitals do not matter."""
        return next((s for s in self.slots if s.kind == "account" and s.user.casefold() == user.casefold()), None)


@dataclass(frozen=True, slots=True, repr=False)
class Unlocked:
    """What the right password gives: the data key of each epoch, and the person's own private keys.

    ``epoch`` is the one whose key the store answers to; until the store has been opened, the keyfile's.
    """

    slot: Slot
    epoch: int
    data_keys: Mapping[int, bytes]
    signer: signing.Signer
    wrap_private: bytes

    @property
    def data_key(self) -> bytes:
        """The data key of ``epoch``."""
        return self.data_keys[self.epoch]


def new_data_key() -> bytes:
    """A fresh random data key."""
    return os.urandom(keys.KEY_BYTES)


def new_recovery_key() -> str:
    """A fresh recovery key to print: 160 random bits in base 32, in eight groups of four."""
    return recovery.tidy(base64.b32encode(os.urandom(_RECOVERY_BYTES)).decode())


def seal(keyfile: Keyfile, data_key: bytes, *, slot_id: str, kind: str, user: str, role: str, staff_id: str,
         password: str, cost: keys.KdfCost) -> Keyfile:  # fmt: skip
    """The keyfile with one more slot that opens the data key with the password."""
    private, wrap_private = signing.new_signing_key(), keys.new_wrap_key()
    slot = Slot(
        slot_id, kind, user, role, staff_id, cost, b"", signing.public_key(private), keys.wrap_public(wrap_private),
        keys.Wrapped(b"", b""), {},
    )  # fmt: skip
    slot = _lock(keyfile, slot, private + wrap_private, password, cost)
    return replace(keyfile, slots=(*keyfile.slots, _give(keyfile, slot, keyfile.epoch, data_key)))


def seal_recovery(keyfile: Keyfile, data_key: bytes, recovery_key: str, *, slot_id: str) -> Keyfile:
    """The keyfile with a slot for the printed recovery key, which is strong by itself: the floor cost is enough."""
    return seal(keyfile, data_key, slot_id=slot_id, kind=_RECOVERY, user="", role=_RECOVERY, staff_id="",
                password=recovery.tidy(recovery_key), cost=keys.FLOOR)  # fmt: skip


def without(keyfile: Keyfile, user: str) -> Keyfile:
    """The keyfile without the account's slot."""
    gone = keyfile.account(user)
    return replace(keyfile, slots=tuple(slot for slot in keyfile.slots if slot is not gone))


def without_recovery(keyfile: Keyfile, *, keep: str = "") -> Keyfile:
    """The keyfile that no recovery key opens any more, but that of the slot with the id ``keep``."""
    return replace(keyfile, slots=tuple(s for s in keyfile.slots if s.kind != _RECOVERY or s.id == keep))


def with_password(
    keyfile: Keyfile, unlocked: Unlocked, password: str, cost: keys.KdfCost, *, same_signer: bool = False
) -> Keyfile:
    """The keyfile with another password for the unlocked person, and keys of their own that no earlier secret opens.

    The store is not touched. Whoever knew the password before and kept an old keyfile could otherwise open the slot of
    today with it. ``same_signer`` keeps the signing key: for the same password in the present form of the file.
    """
    wrap_private = keys.new_wrap_key()
    private = unlocked.signer.private if same_signer else signing.new_signing_key()
    slot = replace(
        unlocked.slot, cost=cost, public_key=signing.public_key(private), wrap_key=keys.wrap_public(wrap_private),
        data_keys={},
    )  # fmt: skip
    slot = _lock(keyfile, slot, private + wrap_private, password, cost)
    for epoch, data_key in unlocked.data_keys.items():
        slot = _give(keyfile, slot, epoch, data_key)
    return _replaced(keyfile, slot)


def with_role(keyfile: Keyfile, user: str, role: str, data_key: bytes) -> Keyfile:
    """The keyfile with another role for the account. KeyError when there is no such account."""
    found = keyfile.account(user)
    if found is None:
        raise KeyError(user)
    if not found.wrap_key:
        raise _old_slots((user,))
    slot = replace(found, role=role, data_keys={})
    return _replaced(keyfile, _give(keyfile, slot, keyfile.epoch, data_key))


def with_next_epoch(keyfile: Keyfile, data_key: bytes) -> Keyfile:
    """The keyfile whose slots open, beside the present data key, the one of the next epoch.

    Raises UserError, naming the accounts, while a slot is still of the old kind.
    """
    if old := tuple(slot.user or "the recovery key" for slot in keyfile.slots if not slot.wrap_key):
        raise _old_slots(old)
    following = keyfile.epoch + 1
    return replace(keyfile, slots=tuple(_give(keyfile, slot, following, data_key) for slot in keyfile.slots))


def settled(keyfile: Keyfile, epoch: int) -> Keyfile:
    """The keyfile that opens this epoch alone: the one that the store answers to."""
    slots = tuple(replace(slot, data_keys={epoch: slot.data_keys[epoch]}) for slot in keyfile.slots)
    return replace(keyfile, epoch=epoch, slots=slots)


def unlock(keyfile: Keyfile, user: str, password: str) -> Unlocked:
    """Open the account's slot.

    Raises EnvironmentTrouble: WRONG_PASSWORD for a wrong user or password (the same sentence and about the same time
    for both), DAMAGED when the slot asks for a derivation that no sound keyfile would.
    """
    found = _open(keyfile, keyfile.account(user), password)
    if found is None:
        raise EnvironmentTrouble(
            ExitCode.WRONG_PASSWORD, "The user name or password is not right.", "Nothing was changed.", "Type it again."
        )
    return found


def unlock_recovery(keyfile: Keyfile, recovery_key: str) -> Unlocked:
    """Open the slot of the printed recovery key; typed with or without dashes.

    Raises EnvironmentTrouble: WRONG_PASSWORD when it is not this home's recovery key (any more).
    """
    typed = recovery.tidy(recovery_key)
    ways: list[Slot | None] = [slot for slot in keyfile.slots if slot.kind == _RECOVERY]  # two while one is replaced
    found = next(filter(None, (_open(keyfile, slot, typed) for slot in ways or [None])), None)
    if found is None:
        raise EnvironmentTrouble(
            ExitCode.WRONG_PASSWORD,
            "This is not the recovery key of these records.",
            "Nothing was changed.",
            "Type it again from the newest printed sheet: every use replaces the one before.",
        )
    return found


def _open(keyfile: Keyfile, slot: Slot | None, password: str) -> Unlocked | None:
    # A wrong name costs what a right one would, so that the time taken does not tell them apart.
    likely = slot or next((s for s in keyfile.slots if s.kind == "account"), None)
    cost = likely.cost if likely else keys.FLOOR
    if not cost.acceptable:
        raise damaged_keyfile()
    key = keys.derive(password, slot.salt if slot else secrets.token_bytes(keys.SALT_BYTES), cost)
    if slot is None:
        return None
    if not slot.wrap_key:
        return _open_old(keyfile, slot, key)
    private = keys.unwrap(slot.secrets, keys.expand(key, "secrets"), _secrets_context(keyfile, slot))
    if private is None or len(private) != 2 * keys.KEY_BYTES:
        return None
    signing_private, wrap_private = private[: keys.KEY_BYTES], private[keys.KEY_BYTES :]
    opened = {
        epoch: keys.open_sealed(sealed, wrap_private, _data_context(keyfile, slot, epoch))
        for epoch, sealed in slot.data_keys.items()
    }
    found = {epoch: data_key for epoch, data_key in opened.items() if data_key is not None}
    if keyfile.epoch not in found or len(found) < len(opened):
        return None
    return Unlocked(slot, keyfile.epoch, found, signing.Signer(signing_private), wrap_private)


def _open_old(keyfile: Keyfile, slot: Slot, key: bytes) -> Unlocked | None:
    """A slot whose data key is sealed under the password itself."""
    context = _data_context(keyfile, slot, keyfile.epoch)
    sealed = slot.data_keys.get(keyfile.epoch)
    data_key = (
        keys.unwrap(keys.Wrapped(sealed.nonce, sealed.sealed), keys.expand(key, "data-key"), context)
        if sealed
        else None
    )
    private = keys.unwrap(slot.secrets, keys.expand(key, "sign"), context)
    if data_key is None or private is None:
        return None
    return Unlocked(slot, keyfile.epoch, {keyfile.epoch: data_key}, signing.Signer(private), keys.new_wrap_key())


def _lock(keyfile: Keyfile, slot: Slot, private: bytes, password: str, cost: keys.KdfCost) -> Slot:
    """The slot with its private keys sealed under the password."""
    slot = replace(slot, cost=cost, salt=os.urandom(keys.SALT_BYTES))
    key = keys.derive(password, slot.salt, cost)
    return replace(slot, secrets=keys.wrap(private, keys.expand(key, "secrets"), _secrets_context(keyfile, slot)))


def _give(keyfile: Keyfile, slot: Slot, epoch: int, data_key: bytes) -> Slot:
    """The slot that opens the data key of the epoch too."""
    sealed = keys.seal_to(data_key, slot.wrap_key, _data_context(keyfile, slot, epoch))
    return replace(slot, data_keys={**slot.data_keys, epoch: sealed})


def _replaced(keyfile: Keyfile, slot: Slot) -> Keyfile:
    return replace(keyfile, slots=tuple(slot if old.id == slot.id else old for old in keyfile.slots))


def _old_slots(users: tuple[str, ...]) -> UserError:
    return UserError(
        f"Made before this version: {', '.join(users)}. An account must sign in once, or be removed, and the "
        "recovery key be replaced, before this can be done",
        field="account",
    )


def read_keyfile(folder: Path) -> Keyfile:
    """The keyfile in a store's folder; the kept previous one when the current one is damaged.

    Raises EnvironmentTrouble DAMAGED when neither can be read, also when there is none.
    """
    for name in (KEYFILE_NAME, SPARE_NAME):
        if (keyfile := _read(folder / name)) is not None:
            return keyfile
    raise damaged_keyfile()


def write_keyfile(folder: Path, keyfile: Keyfile) -> None:
    """Replace the keyfile atomically, keeping the one before as ``store.keys.bak``.

    A damaged one is not kept: it would take the place of the last sound one.
    """
    current = folder / KEYFILE_NAME
    if _read(current) is not None:
        replace_file(folder / SPARE_NAME, current.read_bytes())
    replace_file(current, content(keyfile))


def content(keyfile: Keyfile) -> bytes:
    """The bytes of the keyfile as a file."""
    body = {
        "version": _VERSION,
        "store_id": keyfile.store_id,
        "epoch": keyfile.epoch,
        "slots": [_slot_json(slot) for slot in keyfile.slots],
    }
    return (canonical(body | {"checksum": _checksum(body)}) + "\n").encode()


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
    part: dict[str, object] = {
        "id": slot.id, "kind": slot.kind, "user": slot.user, "role": slot.role, "staff_id": slot.staff_id,
        "kdf": {"name": "argon2id", "memory_kib": slot.cost.memory_kib, "passes": slot.cost.passes,
                "lanes": slot.cost.lanes},
        "salt": slot.salt.hex(), "public_key": slot.public_key,
    }  # fmt: skip
    return part | ({"wrap_key": slot.wrap_key} if slot.wrap_key else {})


def _data_context(keyfile: Keyfile, slot: Slot, epoch: int) -> bytes:
    return canonical({"store": keyfile.store_id, "epoch": epoch, "slot": _public_part(slot)}).encode()


def _secrets_context(keyfile: Keyfile, slot: Slot) -> bytes:
    """Without the role, which a manager may change and the password's owner need not be there for."""
    part = {name: value for name, value in _public_part(slot).items() if name != "role"}
    return canonical({"store": keyfile.store_id, "slot": part}).encode()


def _slot_json(slot: Slot) -> dict[str, object]:
    return _public_part(slot) | {
        "secrets": {"nonce": slot.secrets.nonce.hex(), "sealed": slot.secrets.sealed.hex()},
        "data_keys": {
            str(epoch): {"from": sealed.ephemeral, "nonce": sealed.nonce.hex(), "sealed": sealed.sealed.hex()}
            for epoch, sealed in slot.data_keys.items()
        },
    }


def _checksum(body: dict[str, object]) -> str:
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def _parse(text: bytes) -> Keyfile | None:
    """None for anything that is not exactly a keyfile we wrote."""
    try:
        body = parse(text)
        checksum = body.pop("checksum")
        version = body["version"]
        if checksum != _checksum(body) or version not in _READABLE:
            return None
        epoch = body["epoch"]
        slots = tuple(_parse_slot(_from_first_version(slot, epoch) if version == 1 else slot) for slot in body["slots"])
        return Keyfile(body["store_id"], epoch, slots)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _from_first_version(slot: dict[str, Any], epoch: int) -> dict[str, Any]:
    """A slot of the first version of the file in the words of this one."""
    return slot | {"secrets": slot["signing_key"], "data_keys": {str(epoch): {"from": "", **slot["data_key"]}}}


def _parse_slot(slot: dict[str, Any]) -> Slot:
    kdf, private = slot["kdf"], slot["secrets"]
    if kdf["name"] != "argon2id":
        raise ValueError("unknown key derivation")
    return Slot(
        str(slot["id"]), str(slot["kind"]), str(slot["user"]), str(slot["role"]), str(slot["staff_id"]),
        keys.KdfCost(int(kdf["memory_kib"]), int(kdf["passes"]), int(kdf["lanes"])),
        bytes.fromhex(slot["salt"]), str(slot["public_key"]), str(slot.get("wrap_key", "")),
        keys.Wrapped(bytes.fromhex(private["nonce"]), bytes.fromhex(private["sealed"])),
        {
            int(epoch): keys.Sealed(str(one["from"]), bytes.fromhex(one["nonce"]), bytes.fromhex(one["sealed"]))
            for epoch, one in slot["data_keys"].items()
        },
    )  # fmt: skip
