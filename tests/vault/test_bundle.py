"""Files that are no backup, or were made up to do harm: none of them is more than refused."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.vault import bundle, keyfile

DATA_KEY = bytes(32)
STORE = bytes(range(256)) * 40
SLOTS = b'{"slots": []}'


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A backup as it should be."""
    (tmp_path / "store").write_bytes(STORE)
    manifest = bundle.Manifest("s", "d", 1, "0002", datetime(2026, 11, 24, tzinfo=UTC), "daily", 1, "h", 2, 3)
    bundle.write(tmp_path / "sound.backup", manifest, SLOTS, tmp_path / "store", DATA_KEY)
    return tmp_path / "sound.backup"


def remade(
    sound: Path, *, compressed: str = "", change: Callable[[dict[str, bytes]], object] = lambda _parts: None
) -> Path:
    """The same backup with parts changed, or one of them compressed."""
    with zipfile.ZipFile(sound) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    path = sound.with_name("remade.backup")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_DEFLATED if name == compressed else zipfile.ZIP_STORED
            archive.writestr(name, content, compress_type=how)
    return path


def manifest_of(path: Path) -> bundle.Manifest:
    found = bundle.read_manifest(path)
    assert found is not None
    return found


def test_a_sound_one_reads(sound: Path) -> None:
    again = remade(sound)
    manifest = manifest_of(again)
    assert manifest.authentic(DATA_KEY)
    assert not manifest.authentic(bytes(31) + b"1")
    assert bundle.whole(again, manifest)
    assert bundle.read_slots(again, sound.parent) == SLOTS
    bundle.take_store(again, manifest, sound.parent / "taken")
    assert (sound.parent / "taken").read_bytes() == STORE


def test_a_manifest_that_is_compressed_or_too_long_is_none(sound: Path) -> None:
    assert bundle.read_manifest(remade(sound, compressed="manifest.json")) is None
    for spaces, reads in ((100, True), (64 * 1024, False)):
        path = remade(sound, change=lambda parts, n=spaces: parts.update({"manifest.json": _padded(parts, n)}))
        assert (bundle.read_manifest(path) is not None) is reads


def _padded(parts: dict[str, bytes], spaces: int) -> bytes:
    return parts["manifest.json"] + b" " * spaces


@pytest.mark.parametrize(
    "changes",
    [
        {"count": "1"}, {"mac": 5}, {"kind": None}, {"residents": True}, {"taken_at": 1}, {"more": 1},
        {"taken_at": "0001-01-01T00:00:00+23:59"}, {"format": 2},
    ],
)  # fmt: skip
def test_a_manifest_with_other_values_is_none(sound: Path, changes: dict[str, Any]) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | changes).encode()

    assert bundle.read_manifest(remade(sound, change=change)) is None


@pytest.mark.parametrize("content", [b"[" * 60_000, b"[]", b"", b"\xff", b"{}"])
def test_a_manifest_that_is_no_manifest_is_none(sound: Path, content: bytes) -> None:
    path = remade(sound, change=lambda parts: parts.update({"manifest.json": content}))
    assert bundle.read_manifest(path) is None


def test_a_mac_of_other_letters_is_not_authentic(sound: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | {"mac": "\u00e9"}).encode()

    assert not manifest_of(remade(sound, change=change)).authentic(DATA_KEY)


def test_a_keyfile_that_is_compressed_or_too_long_is_refused(sound: Path) -> None:
    too_long = {keyfile.KEYFILE_NAME: b" " * (1024 * 1024 + 1)}
    for path in (
        remade(sound, compressed=keyfile.KEYFILE_NAME), remade(sound, change=lambda parts: parts.update(too_long)),
    ):  # fmt: skip
        with pytest.raises(EnvironmentTrouble) as refused:
            bundle.read_slots(path, sound.parent)
        assert refused.value.exit_code is ExitCode.DAMAGED
    assert not (sound.parent / keyfile.KEYFILE_NAME).exists()


@pytest.mark.parametrize("how", ["compressed", "encrypted", "damaged"])
def test_a_store_that_cannot_be_taken_out_is_refused(sound: Path, how: str) -> None:
    manifest = manifest_of(sound)
    path = remade(sound, compressed="hartwell.db" if how == "compressed" else "")
    if how != "compressed":
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            local = archive.getinfo("hartwell.db").header_offset
        central = content.rindex(b"PK\x01\x02")  # the store is the last part
        if how == "encrypted":
            content[local + 6] |= 1
            content[central + 8] |= 1
        else:
            content[local + 100] ^= 1
        path.write_bytes(content)
    assert hashlib.sha256(STORE).hexdigest() == manifest.sha256
    assert not bundle.whole(path, manifest)
    with pytest.raises(EnvironmentTrouble) as refused:
        bundle.take_store(path, manifest, sound.parent / "taken")
    assert refused.value.exit_code is ExitCode.DAMAGED
