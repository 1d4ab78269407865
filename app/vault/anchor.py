"""The anchor beside the keyfile: how long the audit chain was, and its last hash, after the latest commit.

SQLite does not notice a write-ahead log that was lost, nor an old copy of the whole file put back; every check of its
own passes. So the chain's length and head are also kept outside the store, after each commit: the store may be ahead of
its anchor (the power went in between) and never behind it.

The file has two places of a fixed size, written in turn and in place: a write cut short can only damage the place it
was made in, the other still holds the anchor before. Writing in place needs no room, so a full disk cannot stop it.
Each place is authenticated with a key made from the data key, so that an invented anchor is not taken for one.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.codec import canonical, parse
from app.vault import keys

ANCHOR_NAME = "store.anchor"
_PLACE = 512
_PLACES = 2


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain had reached: ``count`` events, the last one's hash ``head``, under the data key of ``epoch``."""

    count: int
    head: str
    epoch: int


class AnchorFile:
    """The open anchor file of an open store. Not for two threads at once: it belongs to the store's.

    ``failed`` holds what the system said when the last anchor could not be written: the commit before it stands, and
    a loss of it could pass unnoticed until the next anchor is written.
    """

    def __init__(self, folder: Path, data_key: bytes, epoch: int) -> None:
        self._path = folder / ANCHOR_NAME
        self._key = _mac_key(data_key)
        self._epoch = epoch
        self._turn = 0
        self._handle: int | None = None
        self.failed: OSError | None = None

    def keep(self, count: int, head: str) -> None:
        """Write the anchor and make it durable. Never raises for a disk that refuses: see ``failed``."""
        content = _sealed({"count": count, "head": head, "epoch": self._epoch, "turn": self._turn}, self._key)
        try:
            if self._handle is None:
                self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            os.lseek(self._handle, (self._turn % _PLACES) * _PLACE, os.SEEK_SET)
            os.write(self._handle, content)
            _flush(self._handle)
        except OSError as error:
            self.failed = error
            return
        self._turn += 1
        self.failed = None

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def read_anchor(folder: Path, data_keys: Mapping[int, bytes], epoch: int) -> Anchor | None:
    """The furthest anchor of the epoch in the folder, or None when there is no sound one. OSError comes through."""
    try:
        content = (folder / ANCHOR_NAME).read_bytes()
    except FileNotFoundError:
        return None
    key = _mac_key(data_keys[epoch])
    found = [_opened(content[at * _PLACE : (at + 1) * _PLACE], key) for at in range(_PLACES)]
    sound = [anchor for anchor in found if anchor is not None and anchor.epoch == epoch]
    return max(sound, key=lambda anchor: anchor.count, default=None)


def _mac_key(data_key: bytes) -> bytes:
    return keys.expand(data_key, "anchor")


def _sealed(body: dict[str, object], key: bytes) -> bytes:
    text = canonical(body).encode()
    line = text + b" " + hmac.digest(key, text, "sha256").hex().encode() + b"\n"
    return line.rjust(_PLACE)


def _opened(place: bytes, key: bytes) -> Anchor | None:
    text, _, mac = place.strip().rpartition(b" ")
    if not hmac.compare_digest(mac, hmac.digest(key, text, "sha256").hex().encode()):
        return None
    body = parse(text)
    return Anchor(body["count"], body["head"], body["epoch"])


def _flush(handle: int) -> None:
    # fdatasync leaves the time of the change out, which spares the disk a write; not every system has it.
    getattr(os, "fdatasync", os.fsync)(handle)
