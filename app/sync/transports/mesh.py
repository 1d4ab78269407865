"""NHS MESH through ``mesh-client``: the national message exchange for health and social care.

What the client library leaves to us: it waits ten minutes by default (we wait 20 seconds), obeys certificate and proxy
variables of the environment (we do not), trusts public authorities beside a pinned one (we do not), raises errors of
three families (we raise one), and takes a message off the network when its block ends (we end it after the commit).
"""

from __future__ import annotations

import logging
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3.exceptions
from mesh_client import MeshClient, MeshError

from app.domain.messages import NonDelivery, OutboundMessage
from app.sync.fhir.jsonio import MAX_BYTES
from app.sync.fhir.parse import plain
from app.sync.transports import Received, WireTrouble

TIMEOUT_SECONDS = 20
CONTENT_TYPE = "application/fhir+json"
TOLERATED_SKEW_SECONDS = 90 * 60  # the service refuses a clock that is two hours out

_NOT_ACCEPTED = frozenset({401, 403})
_log = logging.getLogger(__name__)


class MeshTransport:
    """One mailbox. Not for use by two threads at once.

    ``settings`` are those that ``check_settings`` returned for ``mesh``; ``now`` is the laptop's clock, compared with
    the server's. Raises WireTrouble when the certificate files cannot be used.
    """

    def __init__(self, settings: Mapping[str, Any], *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._recipient: str = settings["ccg_mailbox"]
        self._skew: int | None = None
        self._last_status = 0
        cert = (settings["client_cert"], settings["client_key"]) if settings.get("client_cert") else None
        ca: str | None = settings.get("ca")
        _check_files(ca, cert)
        self._client = MeshClient(
            settings["url"],
            settings["mailbox"],
            settings["password"],
            shared_key=settings["shared_key"].encode("utf-8"),
            cert=cert,
            verify=ca,
            max_retries=0,  # the engine tries again; the library's way leaks the connection of a refused request
            timeout=TIMEOUT_SECONDS,
            application_name="Hartwell",
        )
        session = self._client._session
        session.trust_env = False
        if ca is not None:
            # Left at True, the HTTP library would load the public authorities into the pinned context as well.
            session.verify = ca
        session.hooks["response"].append(self._note_answer)

    @property
    def clock_skew(self) -> int | None:
        """Seconds by which this laptop is ahead of the server, from its last answer; None before the first one."""
        return self._skew

    def open(self) -> None:
        """Handshake: proves address, certificate, mailbox, password and clock before anything is marked as sending."""
        with self._wire("MESH refused the connection", whole_line=True):
            self._client.handshake()  # type: ignore[no-untyped-call]

    def send(self, message: OutboundMessage) -> str:
        """Send to the CCG's mailbox under the message's own local id; the MESH message id.

        The first request is never repeated here: an error can mean that the message was stored all the same, and only a
        resend of the same bytes by the engine is safe.
        """
        return self.post(
            self._recipient,
            message.body,
            workflow_id=message.workflow_id,
            local_id=message.id,
            subject=message.subject,
            filename=message.filename,
        )

    def post(self, mailbox: str, body: bytes, *, workflow_id: str, local_id: str, subject: str, filename: str) -> str:
        """Send bytes to any mailbox."""
        with self._wire("MESH did not take the message"):
            sent = self._client.send_message(
                mailbox,
                body,
                workflow_id=workflow_id,
                local_id=local_id,
                subject=subject,
                filename=filename,
                content_type=CONTENT_TYPE,
            )
            return str(sent)

    def receive(self) -> Iterator[AbstractContextManager[Received]]:
        """Everything in the mailbox, page by page."""
        ids = self._ids()
        while True:
            with self._wire("The mailbox could not be read"):
                message_id = next(ids, None)
            if message_id is None:
                return
            yield self._taken(message_id)

    def _ids(self) -> Iterator[str]:
        yield from self._client.iterate_message_ids()

    @contextmanager
    def _taken(self, message_id: str) -> Iterator[Received]:
        with self._wire("A message could not be fetched"):
            message = self._client.retrieve_message(message_id)
        try:
            with self._wire("A message could not be fetched"):
                received = _received(message_id, message, self._recipient)
            yield received
        finally:
            message.close()  # type: ignore[no-untyped-call]
        with self._wire("A message was kept here but not yet taken out of the mailbox"):
            self._client.acknowledge_message(message_id)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _note_answer(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        self._last_status = response.status_code
        try:
            served = parsedate_to_datetime(response.headers.get("Date", ""))
        except (ValueError, OverflowError):
            return  # a server without a readable Date tells nothing about our clock
        if served.tzinfo is None:
            served = served.replace(tzinfo=UTC)
        self._skew = round((self._now() - served).total_seconds())

    @contextmanager
    def _wire(self, what: str, *, whole_line: bool = False) -> Iterator[None]:
        """Turn each of the client's families of errors into one, in words, and say whether trying again can help."""
        self._last_status = 0
        try:
            yield
        except MeshError as refused:
            if self._last_status in _NOT_ACCEPTED:
                raise self._not_accepted(what) from refused
            said = plain(refused.args[0] if refused.args else "", 200) or "no reason given"
            permanent = not _is_temporary(self._last_status)
            raise WireTrouble(f"{what}: {said}", permanent=permanent, whole_line=whole_line) from refused
        except requests.HTTPError as refused:
            raise self._http(what, refused, whole_line=whole_line) from refused
        except requests.exceptions.SSLError as trouble:
            raise WireTrouble(f"{what}: {_TLS}", permanent=True, whole_line=True) from trouble
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as trouble:
            words = f"{what}: MESH did not answer in {TIMEOUT_SECONDS} seconds"
            raise WireTrouble(words, whole_line=whole_line or _never_connected(trouble)) from trouble
        except (requests.ConnectionError, urllib3.exceptions.NewConnectionError) as trouble:
            if whole_line or _never_connected(trouble):
                raise WireTrouble(f"{what}: there is no connection to MESH", whole_line=True) from trouble
            raise WireTrouble(f"{what}: the connection broke off") from trouble
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, EOFError, zlib.error) as trouble:
            raise WireTrouble(f"{what}: the connection broke off", whole_line=whole_line) from trouble
        except (AttributeError, KeyError, IndexError, TypeError, ValueError, AssertionError) as trouble:
            # Raised inside the client when the server's answer has not the shape it expects.
            _log.warning("answer of the MESH server not understood: %s", type(trouble).__name__)
            raise WireTrouble(f"{what}: the server's answer was not understood", whole_line=whole_line) from trouble

    def _http(self, what: str, refused: requests.HTTPError, *, whole_line: bool) -> WireTrouble:
        status = refused.response.status_code if refused.response is not None else 0
        if refused.response is not None:
            refused.response.close()  # the client leaves the body of a refused download unread and the connection open
        if status in _NOT_ACCEPTED:
            return self._not_accepted(what)
        return WireTrouble(
            f"{what}: MESH answered {status}", permanent=not _is_temporary(status), whole_line=whole_line
        )

    def _not_accepted(self, what: str) -> WireTrouble:
        """The credentials, not the message: nothing else need be tried."""
        why = "mailbox, password or shared key are not accepted"
        if self._skew is not None and abs(self._skew) > TOLERATED_SKEW_SECONDS:
            why = f"this computer's clock is {skew_in_words(self._skew)}. Set it right"
        return WireTrouble(f"{what}: {why}", permanent=True, whole_line=True)


_TLS = "the server could not prove who it is, so nothing was sent. Check its address and the certificate file"


def skew_in_words(seconds: int) -> str:
    """``3 hours 5 minutes fast`` or ``slow``: positive is ahead of the server."""
    minutes = abs(seconds) // 60
    hours, rest = divmod(minutes, 60)
    parts = [
        f"{number} {unit}{'s' if number != 1 else ''}" for number, unit in ((hours, "hour"), (rest, "minute")) if number
    ]
    return f"{' '.join(parts) or f'{abs(seconds)} seconds'} {'fast' if seconds > 0 else 'slow'}"


def _is_temporary(status: int) -> bool:
    """Whether an HTTP status is worth another try: the server's own trouble, too many requests, not there just now."""
    return status >= 500 or status in {0, 404, 408, 410, 423, 425, 429}


def _never_connected(trouble: BaseException) -> bool:
    """Whether not even a connection was made: then the line is at fault, and nothing can have arrived."""
    if isinstance(trouble, requests.ConnectTimeout | urllib3.exceptions.NewConnectionError):
        return True
    cause = trouble.args[0] if trouble.args else None
    return isinstance(getattr(cause, "reason", None), urllib3.exceptions.NewConnectionError)


def _check_files(ca: str | None, cert: tuple[str, str] | None) -> None:
    """Raise WireTrouble for certificate files that cannot be used, before the client trips over them half made."""
    try:
        context = ssl.create_default_context(cafile=ca)
        if cert:
            context.load_cert_chain(*cert, password="")  # an encrypted key fails here instead of asking the terminal
    except OSError as trouble:
        words = f"A certificate or key file cannot be used ({type(trouble).__name__}). Check the connection settings"
        raise WireTrouble(words, permanent=True, whole_line=True) from trouble


def _received(message_id: str, message: Any, ccg_mailbox: str) -> Received:
    header: Callable[[str], str] = lambda name: message.mex_header(name, "") or ""  # noqa: E731 - a short name for a long call
    sender = message.sender or None
    if (message.message_type or "").upper() == "REPORT":
        status = plain(header("statuscode"), 10)
        said = plain(header("statusdescription"), 300) or "The message was not delivered"
        report = NonDelivery(
            header("linkedmsgid") or None,
            message.local_id or None,
            f"{said} (code {status})" if status else said,
        )
        return Received(b"", message_id, message.workflow_id or "", message.local_id or None, sender, None, report)
    # One byte more than allowed is enough to know that it is too large: parsing then says so.
    return Received(
        _read(message, MAX_BYTES + 1),
        message_id,
        message.workflow_id or "",
        message.local_id or None,
        sender,
        sender,
        expected=(sender or "").upper() == ccg_mailbox.upper(),
    )


def _read(message: Any, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while left and (part := message.read(left)):
        parts.append(part[:left])
        left -= len(parts[-1])
    return b"".join(parts)
