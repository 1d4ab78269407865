"""Messages as sealed files on a stick or share, for homes whose line is down for days, and for the practice CCG.

``<path>/to-ccg`` holds what we send, ``<path>/to-home`` the answers. A file's name says nothing and is the same at
every resend, so a second try replaces the first. A file appears under its name only when it is whole; one that is not
whole, not for us or not from the CCG is left alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from app.domain.messages import OutboundMessage
from app.sync.fhir.jsonio import MAX_BYTES
from app.sync.transports import Received, WireTrouble
from app.sync.transports.seal import NotOurs, seal, unseal

TO_CCG = "to-ccg"
TO_HOME = "to-home"
SUFFIX = ".hwm"
_ROOM_FOR_SEAL = 10_000


class FolderTransport:
    """The home's side of a folder. ``unreadable`` counts the files that the last look left alone."""

    def __init__(self, path: str | Path, recipient_public_key: str, own_private_key: str) -> None:
        self._root = Path(path)
        self._recipient = recipient_public_key
        self._own = own_private_key
        self.unreadable = 0

    @property
    def clock_skew(self) -> int | None:
        """A folder has no clock to compare with."""
        return None

    def open(self) -> None:
        """The folder must be there already: a stick that is not plugged in must not become a folder on the laptop."""
        if not self._root.is_dir():
            raise WireTrouble(
                "The message folder is not there. Plug in the stick or connect the share", whole_line=True
            )
        try:
            for name in (TO_CCG, TO_HOME):
                (self._root / name).mkdir(exist_ok=True)
        except OSError as trouble:
            raise _trouble("The message folder cannot be written", trouble) from trouble

    def send(self, message: OutboundMessage) -> str:
        """Seal the message into one file and return the file's name."""
        name = hashlib.sha256(f"{message.id}\n{message.bundle_id}".encode()).hexdigest()[:32] + SUFFIX
        meta = {
            "workflow": message.workflow_id,
            "local_id": message.id,
            "subject": message.subject,
            "filename": message.filename,
        }
        sealed = seal(self._own, self._recipient, meta, message.body)
        try:
            write_whole(self._root / TO_CCG, name, sealed)
        except OSError as trouble:
            raise _trouble("The message could not be written to the folder", trouble) from trouble
        return name

    def receive(self) -> Iterator[AbstractContextManager[Received]]:
        """The answers sealed to us by the CCG's key; each file is removed when its block ends without an error."""
        self.unreadable = 0
        try:
            found = sealed_files(self._root / TO_HOME)
        except OSError as trouble:
            raise _trouble("The message folder cannot be read", trouble) from trouble
        for path in found:
            opened = read_sealed(path, self._own, expected_sender=self._recipient)
            if opened is None:
                self.unreadable += 1
            else:
                yield _taken(path, opened)

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _taken(path: Path, received: Received) -> Iterator[Received]:
    yield received
    try:
        path.unlink(missing_ok=True)
    except OSError as trouble:
        raise _trouble("The answer was kept here but could not be removed from the folder", trouble) from trouble


def read_sealed(path: Path, own_private_key: str, *, expected_sender: str | None) -> Received | None:
    """One sealed file opened, or None when it is not whole, not for us, from somebody else, or gone."""
    try:
        sender, meta, body = unseal(own_private_key, path.read_bytes(), expected_sender=expected_sender)
    except (NotOurs, OSError):
        return None  # the caller counts it, and leaves the file where it is
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Received(
        raw=body,
        transport_id=f"{path.name}:{digest}",
        workflow_id=meta.get("workflow", ""),
        local_id=meta.get("local_id"),
        sender=sender,
        reply_to=sender,
    )


def sealed_files(folder: Path) -> list[Path]:
    """The files of a folder that may be messages, by name: no links, no part files, nothing far too large."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            ours = entry.name.endswith(SUFFIX) and not entry.name.startswith(".")
            if ours and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):  # taken by somebody else between the look and the question
                    if entry.stat(follow_symlinks=False).st_size <= MAX_BYTES + _ROOM_FOR_SEAL:
                        found.append(folder / entry.name)
    return sorted(found)


def write_whole(folder: Path, name: str, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after the stick is pulled out. Raises OSError."""
    part = folder / f".{name}.part"
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / name)
    # Windows and some network shares do not let a folder be opened or synced; there the rename itself must do.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _trouble(words: str, cause: OSError) -> WireTrouble:
    reason = cause.strerror or type(cause).__name__
    return WireTrouble(f"{words} ({reason})", whole_line=True)
