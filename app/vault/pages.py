"""The pages of an encrypted store read one by one, without the library, which gives up at the first that is damaged.

The format is SQLCipher's own, version 4: pages of 4096 bytes, each AES-256-CBC under its own initialisation vector and
sealed with HMAC-SHA512 over what is encrypted and the page's number. So a page is either exactly what was written in
that place, or it is not given out at all. The log of what was written last is laid over the file; the files themselves
are only ever read.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_SEAL, _VECTOR = 64, 16
USABLE = PAGE - _SEAL - _VECTOR
"""Bytes of a page that hold content."""
_SALT = 16
_LOG_HEADER, _FRAME_HEADER = 32, 24
_MOST_PAGES = 1 << 24
"""64 gigabytes; a higher number in the log is damage."""


class SealedPages:
    """The pages of the store at ``path`` under ``key`` (96 hexadecimal digits: key and salt). Counted from 1."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        raw = bytes.fromhex(key)
        self._key, salt = raw[:32], raw[32:]
        masked = bytes(byte ^ 0x3A for byte in salt)
        self._seal_key = hashlib.pbkdf2_hmac("sha512", self._key, masked, 2, 32)
        self._log = path.with_name(f"{path.name}-wal")
        self._newer = self._committed()
        length = path.stat().st_size if path.exists() else 0
        self.count = max([-(-length // PAGE), *self._newer])
        """How many pages there are, a last one that was cut off among them."""
        self.went_back = False

    def read(self, number: int) -> bytes | None:
        """The content of a page, ``USABLE`` bytes, or None when it is damaged, missing or cannot be read.

        Where its newest version is damaged the one before is given, and ``went_back`` says so from then on.
        """
        if number not in self._newer:
            return self._opened(number, _part(self._path, (number - 1) * PAGE))
        newest = self._opened(number, _part(self._log, self._newer[number]))
        if newest is not None:
            return newest
        self.went_back = True
        return self._opened(number, _part(self._path, (number - 1) * PAGE))

    def _opened(self, number: int, sealed: bytes) -> bytes | None:
        if len(sealed) != PAGE:
            return None
        start = _SALT if number == 1 else 0  # the first page begins with the salt, which is not encrypted
        said = hmac.digest(self._seal_key, sealed[start:-_SEAL] + number.to_bytes(4, "little"), "sha512")
        if not hmac.compare_digest(said, sealed[-_SEAL:]):
            return None
        vector = sealed[USABLE : USABLE + _VECTOR]
        opened = Cipher(algorithms.AES(self._key), modes.CBC(vector)).decryptor().update(sealed[start:USABLE])
        return bytes(start) + opened

    def _committed(self) -> dict[int, int]:
        """Where in the log the newest committed version of each page is.

        The log's own checksums are left aside: they end it at the first damaged frame, and each page has a seal that
        says more. Frames of an earlier log in the same file carry another salt.
        """
        frames = list(self._frames())
        salt = _part(self._log, 0, _LOG_HEADER)[16:24]
        if frames and all(frame[8:16] != salt for _, frame in frames):  # the header itself is damaged
            salt = frames[0][1][8:16]
        found: dict[int, int] = {}
        pending: dict[int, int] = {}
        for at, frame in frames:
            number = int.from_bytes(frame[:4])
            if frame[8:16] != salt or not 0 < number <= _MOST_PAGES:
                continue
            pending[number] = at
            if int.from_bytes(frame[4:8]):  # the last frame of a transaction
                found |= pending
                pending = {}
        return found

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        at, length = _LOG_HEADER, self._log.stat().st_size if self._log.exists() else 0
        while at + _FRAME_HEADER + PAGE <= length:
            yield at + _FRAME_HEADER, _part(self._log, at, _FRAME_HEADER)
            at += _FRAME_HEADER + PAGE


def _part(path: Path, at: int, length: int = PAGE) -> bytes:
    """Bytes of the file; shorter, or none, where the disk cannot read them."""
    try:
        with path.open("rb", buffering=0) as handle:
            handle.seek(at)
            return handle.read(length)
    except OSError:
        return b""
