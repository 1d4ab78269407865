"""A backup: one file that holds the encrypted store, the keyfile that opens it, and a manifest that says what it is.

It is a plain ZIP without compression, so that its parts can be taken out with any tool in an emergency. Nothing in it
is readable without a password or the recovery key except the manifest, which holds no name of anybody and not the
home's. The manifest is authenticated with a key made from the data key, and holds the SHA-256 of the store.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from app.domain.codec import canonical, instant, instant_text, parse
from app.domain.errors import EnvironmentTrouble, ExitCode
from app.vault import keyfile, keys
from app.vault.files import sync_folder

SUFFIX = ".backup"
_FORMAT = 1
_MANIFEST, _STORE = "manifest.json", "hartwell.db"
_CHUNK = 1 << 20
_BEGINNING = 4096
_MOST_MANIFEST, _MOST_KEYFILE = 64 * 1024, 1024 * 1024
_TYPES = {"str": str, "int": int, "datetime": datetime}
_NO_BACKUP = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError, RuntimeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
"""What the reading of a file raises that is no backup, or was made up to do harm (RuntimeError: also recursion)."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: whose record, as of when, and how far its audit chain had come (``count``, ``head``).

    ``kind`` is why it was made: ``daily``, ``asked``, or ``before-`` something that cannot be undone.
    """

    store_id: str
    device_id: str
    epoch: int
    schema: str
    taken_at: datetime
    kind: str
    count: int
    head: str
    revisions: int
    residents: int
    sha256: str = ""
    mac: str = ""

    def authentic(self, data_key: bytes) -> bool:
        """Whether it is as it was written by somebody who held the data key."""
        return hmac.compare_digest(self.mac.encode(), _mac(self, data_key).encode())


def store_key(data_key: bytes, store_id: str) -> str:
    """SQLCipher's key and salt of the store inside a backup: another than the living store's."""
    return keys.expand(data_key, f"backup/{store_id}", keys.KEY_BYTES + keys.SALT_BYTES).hex()


def write(path: Path, manifest: Manifest, slots: bytes, store: Path, data_key: bytes,
          progress: Callable[[int], None] = lambda _done: None) -> Manifest:  # fmt: skip
    """Write the backup under another name, read it back from the disk, compare, and only then give it its name.

    OSError comes through; no unfinished backup is left behind under the right name. Raises EnvironmentTrouble when what
    the disk gives back is not what it was given. ``progress`` is told the bytes of the store written and read so far,
    twice its size in the end; what it raises ends the writing.
    """
    part = path.with_name(f".{path.name}.part")
    digest = _sha256(store)
    manifest = replace(manifest, sha256=digest)
    manifest = replace(manifest, mac=_mac(manifest, data_key))
    try:
        with part.open("wb") as handle:
            with zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                archive.writestr(_MANIFEST, canonical(_plain(manifest)) + "\n")
                archive.writestr(keyfile.KEYFILE_NAME, slots)
                with store.open("rb") as source, archive.open(_STORE, "w", force_zip64=True) as target:
                    _copy(source, target, progress)
            handle.flush()
            os.fsync(handle.fileno())
            _forget(handle.fileno())
        if not whole(part, manifest):
            raise EnvironmentTrouble(
                ExitCode.DAMAGED,
                "The backup does not read back as it was written: the disk or stick is failing.",
                "The records themselves are safe. The bad copy was thrown away.",
                "Use another disk or memory stick.",
            )
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    sync_folder(path.parent)
    return manifest


def remove_leftovers(folder: Path, store_id: str) -> None:
    """Take away what a writing of this home's that was cut short has left in a folder. One that stays does no harm."""
    for part in folder.glob(f".*{SUFFIX}.part"):
        with suppress(OSError):
            with part.open("rb") as handle:
                begun = handle.read(_BEGINNING)
            if not begun or store_id.encode() in begun:  # the manifest comes first, and is not compressed
                part.unlink()


def read_manifest(path: Path) -> Manifest | None:
    """What a file says it is, or None when it is no backup of ours. OSError comes through, for a stick that is gone."""
    try:
        with zipfile.ZipFile(path) as archive:
            body = parse(archive.read(_small(archive, _MANIFEST, _MOST_MANIFEST)))
        if body.pop("format") != _FORMAT:
            return None
        manifest = Manifest(**(body | {"taken_at": instant(body["taken_at"])}))
    except _NO_BACKUP:
        return None
    typed = all(type(getattr(manifest, one.name)) is _TYPES[str(one.type)] for one in fields(Manifest))
    return manifest if typed else None


def read_slots(path: Path, folder: Path) -> bytes:
    """Take the keyfile out into a folder; its bytes. Raises EnvironmentTrouble DAMAGED when it cannot be read."""
    content = _part_of(path, keyfile.KEYFILE_NAME, _MOST_KEYFILE)
    (folder / keyfile.KEYFILE_NAME).write_bytes(content)
    return content


def take_store(path: Path, manifest: Manifest, target: Path) -> None:
    """Take the store out into a file, compared with the manifest's sum. Raises EnvironmentTrouble DAMAGED."""
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(_stored(archive, _STORE)) as source,
            target.open("wb") as sink,
        ):
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
    except _NO_BACKUP:
        raise damaged(path) from None
    if digest.hexdigest() != manifest.sha256:
        raise damaged(path)


def whole(path: Path, manifest: Manifest) -> bool:
    """Whether the store inside reads and has the manifest's sum. OSError comes through."""
    try:
        return _digest_of(path) == manifest.sha256
    except _NO_BACKUP:
        return False


def damaged(path: Path) -> EnvironmentTrouble:
    """What is said of a backup that cannot be used."""
    return EnvironmentTrouble(
        ExitCode.DAMAGED,
        f"{path.name} is damaged, or is not a Hartwell backup.",
        "Nothing was changed.",
        "Choose another backup.",
    )


def _stored(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """A part as :func:`write` writes it: not compressed, so that it is no longer than the file that holds it."""
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise zipfile.BadZipFile
    return entry


def _small(archive: zipfile.ZipFile, name: str, most: int) -> zipfile.ZipInfo:
    """The same, of at most so many bytes: it is read at once."""
    entry = _stored(archive, name)
    if entry.file_size > most:
        raise zipfile.BadZipFile
    return entry


def _part_of(path: Path, name: str, most: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(_small(archive, name, most))
    except _NO_BACKUP:
        raise damaged(path) from None


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {"format": _FORMAT} | asdict(manifest) | {"taken_at": instant_text(manifest.taken_at)}


def _mac(manifest: Manifest, data_key: bytes) -> str:
    body: Mapping[str, Any] = {name: value for name, value in _plain(manifest).items() if name != "mac"}
    return hmac.digest(keys.expand(data_key, "backup-manifest"), canonical(body).encode(), "sha256").hex()


def _copy(source: IO[bytes], target: IO[bytes], progress: Callable[[int], None]) -> None:
    done = 0
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        done += len(chunk)
        progress(done)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _digest_of(path: Path, progress: Callable[[int], None] = lambda _done: None) -> str:
    with zipfile.ZipFile(path) as archive, archive.open(_stored(archive, _STORE)) as source:
        digest = hashlib.sha256()
        done = archive.getinfo(_STORE).file_size
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress(done)
    return digest.hexdigest()


def _forget(handle: int) -> None:
    """Let the system drop what it remembers of the file, so that reading it back asks the disk itself."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
