"""Sealing for files that leave on a stick: only the receiver can read one, and only the sender can have made it.

One-way X25519 with an ephemeral and a static key of the sender's (the shape of HPKE's authenticated mode, RFC 9180),
HKDF-SHA256, AES-256-GCM. The key is used for one file only, so the nonce is constant. Layout of a sealed file::

    "HWM1" · ephemeral public key (32) · sender's public key (32) · AES-GCM of [length (4) · JSON of meta · body]
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.sync.fhir import jsonio

MAGIC = b"HWM1"
_HEADER = len(MAGIC) + 64
_NONCE = bytes(12)


class NotOurs(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The bytes are not a whole sealed file for us from a sender we expect."""


def new_private_key() -> str:
    """A fresh X25519 private key, base64: keep it in the encrypted store only."""
    return base64.b64encode(X25519PrivateKey.generate().private_bytes_raw()).decode("ascii")


def public_key(private_key: str) -> str:
    """The public half of a private key, both in base64."""
    return base64.b64encode(_private(private_key).public_key().public_bytes_raw()).decode("ascii")


def seal(own_private_key: str, recipient_public_key: str, meta: dict[str, str], body: bytes) -> bytes:
    """A sealed file for the recipient. ``meta`` travels inside, so nothing of it shows."""
    own = _private(own_private_key)
    recipient = X25519PublicKey.from_public_bytes(base64.b64decode(recipient_public_key))
    ephemeral = X25519PrivateKey.generate()
    header = MAGIC + ephemeral.public_key().public_bytes_raw() + own.public_key().public_bytes_raw()
    secret = ephemeral.exchange(recipient) + own.exchange(recipient)
    inner = jsonio.write(meta)
    plain = len(inner).to_bytes(4, "big") + inner + body
    return header + AESGCM(_key(secret, header, recipient.public_bytes_raw())).encrypt(_NONCE, plain, header)


def unseal(own_private_key: str, sealed: bytes, *, expected_sender: str | None) -> tuple[str, dict[str, str], bytes]:
    """The sender's public key, the meta and the body. Raises :class:`NotOurs` for anything else, whatever it is.

    With ``expected_sender`` a file from any other key is refused; without, the caller judges the key it gets.
    """
    if len(sealed) <= _HEADER or not sealed.startswith(MAGIC):
        raise NotOurs("It is not a sealed message")
    header, box = sealed[:_HEADER], sealed[_HEADER:]
    sender = base64.b64encode(header[-32:]).decode("ascii")
    if expected_sender is not None and sender != expected_sender:
        raise NotOurs("It is from somebody else")
    own = _private(own_private_key)
    try:
        ephemeral = X25519PublicKey.from_public_bytes(header[len(MAGIC) : len(MAGIC) + 32])
        secret = own.exchange(ephemeral) + own.exchange(X25519PublicKey.from_public_bytes(header[-32:]))
        plain = AESGCM(_key(secret, header, own.public_key().public_bytes_raw())).decrypt(_NONCE, box, header)
    except (InvalidTag, ValueError):
        raise NotOurs("It is damaged, incomplete or for somebody else") from None
    length = int.from_bytes(plain[:4], "big")
    try:
        meta: dict[str, Any] = jsonio.read(plain[4 : 4 + length])
    except jsonio.Unreadable:
        raise NotOurs("Its label cannot be read") from None
    return sender, {key: value for key, value in meta.items() if isinstance(value, str)}, plain[4 + length :]


def _private(text: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(base64.b64decode(text))


def _key(secret: bytes, header: bytes, recipient: bytes) -> bytes:
    return HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"hartwell folder message 1" + header + recipient
    ).derive(secret)
