"""The ways out of the home: NHS MESH, or sealed files on a stick or share. One small protocol serves both."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from app.domain.errors import Problem, UserError
from app.domain.messages import NonDelivery, OutboundMessage


class WireTrouble(Exception):  # noqa: N818 - trouble, not a programming error
    """The wire refused or failed, in words for a person.

    ``permanent``: trying the same again cannot help. ``whole_line``: it says nothing about this one message (no
    connection, credentials or certificate refused), so nothing else need be tried now and no message is to blame.
    """

    def __init__(self, words: str, *, permanent: bool = False, whole_line: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.permanent = permanent
        self.whole_line = whole_line


@dataclass(frozen=True, slots=True)
class Received:
    """Something that arrived. ``report`` is set for the network's own non-delivery report, whose body is empty.

    ``reply_to`` is where an answer goes: a mailbox, or the sender's public key on a stick. ``expected`` is False when
    it came from somebody other than the CCG that we are connected to.
    """

    raw: bytes
    transport_id: str
    workflow_id: str
    local_id: str | None
    sender: str | None
    reply_to: str | None
    report: NonDelivery | None = None
    expected: bool = True


class Transport(Protocol):
    """One way out. Used by one thread; every failure is a :class:`WireTrouble`."""

    @property
    def clock_skew(self) -> int | None:
        """Seconds by which this laptop's clock is ahead of the server's (negative: behind); None when not known."""
        ...

    def open(self) -> None:
        """Make sure that the other end can be reached and knows us, before anything is marked as being sent."""
        ...

    def send(self, message: OutboundMessage) -> str:
        """Hand the message over and return the network's id for it. Its bytes and local id are the same at each try."""
        ...

    def receive(self) -> Iterator[AbstractContextManager[Received]]:
        """What has arrived. Leaving a block without an error takes the message off the network, so commit inside it."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


_MESH = ("url", "mailbox", "password", "shared_key", "ccg_mailbox")
_MESH_OPTIONAL = ("ca", "client_cert", "client_key", "poll_minutes")
_FOLDER = ("path", "recipient_public_key")
OWN_KEY = "own_private_key"


def check_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The connection settings a person gave (a ``connect`` file), checked; what to keep in the encrypted store.

    For a folder a key pair of our own is made here and kept with the rest, because answers are sealed to it. Raises
    UserError with one problem a field; unknown fields are refused by name.
    """
    kind = settings.get("transport")
    if kind == "https":
        raise UserError("The HTTPS transport is not available yet. Use mesh or folder", field="transport")
    if kind not in ("mesh", "folder"):
        raise UserError("Transport must be mesh or folder", field="transport")
    required, optional = (_MESH, _MESH_OPTIONAL) if kind == "mesh" else (_FOLDER, ())
    problems = [
        Problem(key, f"{key} is not a setting of the {kind} transport")
        for key in settings
        if key not in {"transport", *required, *optional}
    ]
    for key in required:
        value = settings.get(key)
        if not isinstance(value, str) or not value.strip():
            problems.append(Problem(key, f"Enter {key}"))
    for key in ("ca", "client_cert", "client_key"):
        value = settings.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            problems.append(Problem(key, f"{key} must be the path of a file, or null"))
    problems += _mesh_problems(settings) if kind == "mesh" else _folder_problems(settings)
    if problems:
        raise UserError("; ".join(problem.message for problem in problems), problems=tuple(problems))
    kept: dict[str, Any] = {"transport": kind, **{key: settings[key] for key in required}}
    if kind == "mesh":
        kept |= {key: settings.get(key) for key in ("ca", "client_cert", "client_key")}
        kept["poll_minutes"] = settings.get("poll_minutes", 5)
    else:
        from app.sync.transports.seal import new_private_key

        kept[OWN_KEY] = new_private_key()
    return kept


def _mesh_problems(settings: Mapping[str, Any]) -> list[Problem]:
    problems = []
    url = settings.get("url")
    if isinstance(url, str) and url.strip():
        try:
            parts = urlsplit(url)
            port_ok = parts.port is None or parts.port > 0
        except ValueError:
            parts, port_ok = urlsplit(""), False
        # Message bodies name residents: in the clear they may only go to a server on this same machine.
        loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if not (port_ok and parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and loopback))):
            problems.append(Problem("url", "url must be an https:// address"))
        elif parts.username or parts.password:
            problems.append(Problem("url", "url must not hold a user name or password"))
    if (settings.get("client_cert") is None) != (settings.get("client_key") is None):
        problems.append(Problem("client_key", "client_cert and client_key belong together: give both or neither"))
    minutes = settings.get("poll_minutes", 5)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 5 <= minutes <= 1440:
        problems.append(Problem("poll_minutes", "poll_minutes must be a whole number from 5 to 1440"))
    return problems


def _folder_problems(settings: Mapping[str, Any]) -> list[Problem]:
    key = settings.get("recipient_public_key")
    if isinstance(key, str) and key.strip():
        try:
            good = len(base64.b64decode(key, validate=True)) == 32
        except (binascii.Error, ValueError):
            good = False
        if not good:
            message = "recipient_public_key must be the CCG's public key: 32 bytes (X25519) in base64"
            return [Problem("recipient_public_key", message)]
    return []


def open_transport(
    settings: Mapping[str, Any], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Transport:
    """The transport for settings that :func:`check_settings` returned. Nothing is sent yet.

    Raises UserError for settings that it would refuse, and WireTrouble when certificates or keys cannot be read.
    """
    own_key = settings.get(OWN_KEY)
    given = {key: value for key, value in settings.items() if key != OWN_KEY}
    if settings.get("transport") == "folder" and not isinstance(own_key, str):
        raise UserError("This folder was not connected on this laptop. Connect it again", field=OWN_KEY)
    kept = check_settings(given)
    if kept["transport"] == "mesh":
        from app.sync.transports.mesh import MeshTransport

        return MeshTransport(kept, now=now)
    from app.sync.transports.folder import FolderTransport

    return FolderTransport(kept["path"], kept["recipient_public_key"], str(own_key))
