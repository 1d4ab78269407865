"""The keyfile: who gets in, who does not, and what a damaged one leads to."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from app.domain.codec import canonical
from app.domain.errors import EnvironmentTrouble, ExitCode, UserError
from app.vault import keyfile, keys, signing
from app.vault.signing import is_signed

DATA_KEY = bytes(range(32))
RECOVERY = keyfile.new_recovery_key()


@pytest.fixture(autouse=True, scope="module")
def derive_each_password_once() -> Iterator[None]:
    """The real derivation, remembered: the same password, salt and cost give the same key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "derive", cache(keys.derive))
        yield


@pytest.fixture(scope="module")
def slots(derive_each_password_once: None) -> keyfile.Keyfile:
    """Two accounts and the recovery key."""
    made = keyfile.Keyfile("store-1", 1, ())
    for user, role in (("mo", "manager"), ("cal", "carer")):
        made = keyfile.seal(
            made, DATA_KEY, slot_id=f"slot-{user}", kind="account", user=user, role=role, staff_id=f"staff-{user}",
            password=f"{user} has a password", cost=keys.FLOOR,
        )  # fmt: skip
    return keyfile.seal_recovery(made, DATA_KEY, RECOVERY, slot_id="slot-recovery")


def refused(call: Callable[[], object]) -> EnvironmentTrouble:
    with pytest.raises(EnvironmentTrouble) as trouble:
        call()
    assert trouble.value.happened
    assert trouble.value.safe
    assert trouble.value.do
    return trouble.value


def tampered(folder: Path, change: Callable[[dict[str, Any]], None]) -> keyfile.Keyfile:
    """The keyfile after somebody changed it and mended the checksum, as an attacker would."""
    path = folder / keyfile.KEYFILE_NAME
    body = json.loads(path.read_bytes())
    del body["checksum"]
    change(body)
    body["checksum"] = keyfile._checksum(body)
    path.write_text(canonical(body))
    return keyfile.read_keyfile(folder)


def test_a_keyfile_reads_back_as_it_was_written(slots: keyfile.Keyfile, tmp_path: Path) -> None:
    keyfile.write_keyfile(tmp_path, slots)
    assert keyfile.read_keyfile(tmp_path) == slots
    assert keyfile.read_keyfile(tmp_path).users == ("mo", "cal")


def test_every_password_opens_the_same_data_key_and_its_own_signing_key(slots: keyfile.Keyfile) -> None:
    mo = keyfile.unlock(slots, "mo", "mo has a password")
    cal = keyfile.unlock(slots, "CAL", "cal has a password")
    assert mo.data_key == cal.data_key == DATA_KEY
    assert (mo.slot.role, cal.slot.role) == ("manager", "carer")
    assert mo.signer.public == mo.slot.public_key != cal.signer.public
    assert is_signed(b"x", mo.signer.sign(b"x"), mo.slot.public_key)


def test_the_printed_recovery_key_opens_the_same_data_key_however_it_is_typed(slots: keyfile.Keyfile) -> None:
    assert slots.slots[-1].kind == "recovery"
    typed = RECOVERY.lower().replace("-", " ").replace("o", "0").replace("i", "1").replace("b", "8")
    for way in (RECOVERY, typed, RECOVERY.replace("-", "")):
        assert keyfile.unlock_recovery(slots, way).data_key == DATA_KEY
    assert keyfile.new_recovery_key() != RECOVERY
    assert [len(group) for group in RECOVERY.split("-")] == [4] * 8


def test_a_recovery_key_that_was_replaced_opens_nothing(slots: keyfile.Keyfile) -> None:
    new = keyfile.new_recovery_key()
    changed = keyfile.seal_recovery(keyfile.without_recovery(slots), DATA_KEY, new, slot_id="slot-new")
    assert keyfile.unlock_recovery(changed, new).data_key == DATA_KEY
    for typed in (RECOVERY, "", "x"):
        trouble = refused(partial(keyfile.unlock_recovery, changed, typed))
        assert trouble.exit_code is ExitCode.WRONG_PASSWORD


def test_a_new_password_brings_new_keys_that_no_earlier_secret_opens(slots: keyfile.Keyfile) -> None:
    """Somebody who knew the password before and kept the keyfile of then has nothing of the keyfile of now."""
    mo = keyfile.unlock(slots, "mo", "mo has a password")
    changed = keyfile.with_password(slots, mo, "quite another one", keys.FLOOR)
    again = keyfile.unlock(changed, "mo", "quite another one")
    assert again.data_key == DATA_KEY
    assert again.signer.public == again.slot.public_key != mo.signer.public
    assert refused(lambda: keyfile.unlock(changed, "mo", "mo has a password")).exit_code is ExitCode.WRONG_PASSWORD
    following = keyfile.with_next_epoch(changed, bytes(32))
    slot = following.account("mo")
    assert slot is not None
    for epoch, sealed in slot.data_keys.items():
        context = keyfile._data_context(following, slot, epoch)
        assert keys.open_sealed(sealed, mo.wrap_private, context) is None
        assert keys.open_sealed(sealed, again.wrap_private, context) is not None
    assert keyfile.unlock(changed, "cal", "cal has a password").data_key == DATA_KEY


def test_another_role_needs_no_password_of_its_owner(slots: keyfile.Keyfile) -> None:
    changed = keyfile.with_role(slots, "cal", "nurse", DATA_KEY)
    assert keyfile.unlock(changed, "cal", "cal has a password").slot.role == "nurse"


def test_every_slot_is_given_the_next_data_key_without_any_password(slots: keyfile.Keyfile, tmp_path: Path) -> None:
    following = bytes(reversed(range(32)))
    keyfile.write_keyfile(tmp_path, keyfile.with_next_epoch(keyfile.without(slots, "mo"), following))
    both = keyfile.read_keyfile(tmp_path)
    assert (both.epoch, both.epochs) == (1, (1, 2))
    cal = keyfile.unlock(both, "cal", "cal has a password")
    assert (cal.epoch, dict(cal.data_keys)) == (1, {1: DATA_KEY, 2: following})
    keyfile.write_keyfile(tmp_path, keyfile.settled(both, 2))
    after = keyfile.read_keyfile(tmp_path)
    assert after.epochs == (2,)
    assert keyfile.unlock(after, "cal", "cal has a password").data_key == following
    assert keyfile.unlock_recovery(after, RECOVERY).data_key == following
    assert refused(lambda: keyfile.unlock(after, "mo", "mo has a password")).exit_code is ExitCode.WRONG_PASSWORD


def test_a_slot_of_the_first_version_opens_and_is_renewed_with_the_password(tmp_path: Path) -> None:
    """A keyfile as version 1 wrote it: the data key sealed under the password itself."""
    old = keyfile.Keyfile("store-1", 1, (_first_version_slot("mo", "mo has a password"),))
    body = {"version": 1, "store_id": "store-1", "epoch": 1, "slots": [_first_version_json(old.slots[0])]}
    content = canonical(body | {"checksum": keyfile._checksum(body)})
    (tmp_path / keyfile.KEYFILE_NAME).write_text(content)
    read = keyfile.read_keyfile(tmp_path)
    mo = keyfile.unlock(read, "mo", "mo has a password")
    assert mo.data_key == DATA_KEY
    assert refused(lambda: keyfile.unlock(read, "mo", "no")).exit_code is ExitCode.WRONG_PASSWORD
    with pytest.raises(UserError, match="mo"):
        keyfile.with_next_epoch(read, DATA_KEY)
    keyfile.write_keyfile(tmp_path, read)  # beside other changes it is kept as it is
    assert keyfile.unlock(keyfile.read_keyfile(tmp_path), "mo", "mo has a password").data_key == DATA_KEY
    renewed = keyfile.with_password(read, mo, "mo has a password", keys.FLOOR, same_signer=True)
    assert renewed.slots[0].wrap_key
    again = keyfile.unlock(keyfile.with_next_epoch(renewed, bytes(32)), "mo", "mo has a password")
    assert (again.data_keys[2], again.signer.public) == (bytes(32), mo.signer.public)


def _first_version_slot(user: str, password: str) -> keyfile.Slot:
    private = signing.new_signing_key()
    public_key, nothing = signing.public_key(private), keys.Wrapped(b"", b"")
    slot = keyfile.Slot("s", "account", user, "manager", "staff", keys.FLOOR, bytes(16), public_key, "", nothing, {})
    public = {
        "id": "s", "kind": "account", "user": user, "role": "manager", "staff_id": "staff", "salt": bytes(16).hex(),
        "kdf": {"name": "argon2id", "memory_kib": 65536, "passes": 3, "lanes": 2}, "public_key": slot.public_key,
    }  # fmt: skip
    context = canonical({"store": "store-1", "epoch": 1, "slot": public}).encode()
    key = keys.derive(password, slot.salt, slot.cost)
    data = keys.wrap(DATA_KEY, keys.expand(key, "data-key"), context)
    signed = keys.wrap(private, keys.expand(key, "sign"), context)
    return replace(slot, secrets=signed, data_keys={1: keys.Sealed("", data.nonce, data.sealed)})


def _first_version_json(slot: keyfile.Slot) -> dict[str, object]:
    body: dict[str, Any] = dict(keyfile._slot_json(slot))
    secret, data = body.pop("secrets"), body.pop("data_keys")
    one = dict(data["1"])
    del one["from"]
    return body | {"signing_key": secret, "data_key": one}


def test_a_wrong_password_and_an_unknown_user_are_told_the_same_thing(slots: keyfile.Keyfile) -> None:
    wrong = refused(lambda: keyfile.unlock(slots, "mo", "mo has a passwort"))
    unknown = refused(lambda: keyfile.unlock(slots, "nobody", "mo has a password"))
    nobodys = refused(lambda: keyfile.unlock(slots, "", RECOVERY))
    assert {wrong.exit_code, unknown.exit_code, nobodys.exit_code} == {ExitCode.WRONG_PASSWORD}
    assert str(wrong) == str(unknown) == str(nobodys)


def test_nothing_secret_is_in_the_file_or_in_what_the_program_might_print(
    slots: keyfile.Keyfile, tmp_path: Path
) -> None:
    keyfile.write_keyfile(tmp_path, slots)
    content = (tmp_path / keyfile.KEYFILE_NAME).read_text()
    for secret in (DATA_KEY.hex(), RECOVERY, "has a password"):
        assert secret not in content
    unlocked = keyfile.unlock(slots, "mo", "mo has a password")
    assert DATA_KEY.hex() not in repr(unlocked)
    assert repr(DATA_KEY) not in repr(unlocked)


def _promote(body: dict[str, Any]) -> None:
    body["slots"][1]["role"] = "manager"


def _swap(body: dict[str, Any]) -> None:
    first, second = body["slots"][:2]
    first["data_keys"], second["data_keys"] = second["data_keys"], first["data_keys"]


def _rename(body: dict[str, Any]) -> None:
    body["slots"][0]["user"], body["slots"][1]["user"] = "cal", "mo"


def _other_store(body: dict[str, Any]) -> None:
    body["store_id"] = "store-2"


def _other_epoch(body: dict[str, Any]) -> None:
    body["epoch"] = 2


def _other_signer(body: dict[str, Any]) -> None:
    body["slots"][1]["public_key"] = body["slots"][0]["public_key"]


def _fewer_lanes(body: dict[str, Any]) -> None:
    body["slots"][1]["kdf"]["lanes"] = 1


@pytest.mark.parametrize("change", [_promote, _swap, _rename, _other_store, _other_epoch, _other_signer, _fewer_lanes])
def test_a_slot_that_somebody_changed_does_not_open(
    slots: keyfile.Keyfile, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    keyfile.write_keyfile(tmp_path, slots)
    changed = tampered(tmp_path, change)
    trouble = refused(lambda: keyfile.unlock(changed, "cal", "cal has a password"))
    assert trouble.exit_code is ExitCode.WRONG_PASSWORD


@pytest.mark.parametrize(
    ("name", "value"), [("memory_kib", 1024), ("memory_kib", 64 * 1024 * 1024), ("passes", 1), ("passes", 100_000)]
)
def test_weak_or_absurd_costs_are_refused_without_deriving_anything(
    slots: keyfile.Keyfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError("derived")

    keyfile.write_keyfile(tmp_path, slots)
    changed = tampered(tmp_path, lambda body: body["slots"][0]["kdf"].__setitem__(name, value))
    monkeypatch.setattr(keys, "derive", never)
    assert refused(lambda: keyfile.unlock(changed, "mo", "mo has a password")).exit_code is ExitCode.DAMAGED


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 100_000, b'{"checksum": 1e999}'])
def test_anything_that_is_not_a_keyfile_is_a_damaged_keyfile(tmp_path: Path, content: bytes) -> None:
    (tmp_path / keyfile.KEYFILE_NAME).write_bytes(content)
    trouble = refused(lambda: keyfile.read_keyfile(tmp_path))
    assert trouble.exit_code is ExitCode.DAMAGED
    assert "store.keys" in trouble.happened


def test_a_missing_keyfile_is_said_and_none_is_made(tmp_path: Path) -> None:
    assert refused(lambda: keyfile.read_keyfile(tmp_path)).exit_code is ExitCode.DAMAGED
    (tmp_path / keyfile.KEYFILE_NAME).mkdir()
    assert refused(lambda: keyfile.read_keyfile(tmp_path)).exit_code is ExitCode.DAMAGED


def test_every_flipped_byte_is_noticed(slots: keyfile.Keyfile, tmp_path: Path) -> None:
    keyfile.write_keyfile(tmp_path, slots)
    path = tmp_path / keyfile.KEYFILE_NAME
    content = path.read_bytes()
    for place in range(0, len(content) - 1, 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x01]) + content[place + 1 :])
        assert refused(lambda: keyfile.read_keyfile(tmp_path)).exit_code is ExitCode.DAMAGED


def test_when_the_keyfile_is_damaged_the_one_before_is_used(slots: keyfile.Keyfile, tmp_path: Path) -> None:
    earlier = replace(slots, slots=slots.slots[:1])
    keyfile.write_keyfile(tmp_path, earlier)
    keyfile.write_keyfile(tmp_path, slots)
    (tmp_path / keyfile.KEYFILE_NAME).write_bytes(b"half a keyf")
    assert keyfile.read_keyfile(tmp_path) == earlier
    (tmp_path / keyfile.KEYFILE_NAME).unlink()
    assert keyfile.read_keyfile(tmp_path) == earlier


def test_a_damaged_keyfile_never_takes_the_place_of_the_sound_one_before(
    slots: keyfile.Keyfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyfile.write_keyfile(tmp_path, slots)
    keyfile.write_keyfile(tmp_path, slots)
    (tmp_path / keyfile.KEYFILE_NAME).write_bytes(b"half a keyf")
    real = os.replace

    def cut_short_at_the_last(source: Path, target: Path) -> None:
        if target.name == keyfile.KEYFILE_NAME:
            raise OSError(errno.EIO, "the power went")
        real(source, target)

    monkeypatch.setattr(os, "replace", cut_short_at_the_last)
    with pytest.raises(OSError, match="the power went"):
        keyfile.write_keyfile(tmp_path, slots)
    assert keyfile.read_keyfile(tmp_path) == slots


@pytest.mark.parametrize("fails_at", range(1, 7))
def test_whenever_writing_is_cut_short_there_is_an_old_or_a_new_keyfile(
    slots: keyfile.Keyfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Each write syncs, renames and syncs the folder, twice: for the spare and for the file itself."""
    old = replace(slots, slots=slots.slots[:1])
    keyfile.write_keyfile(tmp_path, old)
    steps = 0
    real_fsync, real_replace = os.fsync, os.replace

    def step(real: Callable[..., None], *args: object) -> None:
        nonlocal steps
        steps += 1
        if steps == fails_at:
            raise OSError(errno.EIO, "cut short")
        real(*args)

    monkeypatch.setattr(os, "fsync", lambda *args: step(real_fsync, *args))
    monkeypatch.setattr(os, "replace", lambda *args: step(real_replace, *args))
    with pytest.raises(OSError, match="cut short"):
        keyfile.write_keyfile(tmp_path, slots)
    assert keyfile.read_keyfile(tmp_path) == (slots if fails_at == 6 else old)


def test_an_account_can_be_taken_out(slots: keyfile.Keyfile) -> None:
    left = keyfile.without(slots, "Cal")
    assert left.users == ("mo",)
    assert [slot.kind for slot in left.slots] == ["account", "recovery"]
    assert refused(lambda: keyfile.unlock(left, "cal", "cal has a password")).exit_code is ExitCode.WRONG_PASSWORD
