"""Signatures that only the signer's own password can make, and anybody can check."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def new_signing_key() -> bytes:
    """A new Ed25519 private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> str:
    """The public half as hexadecimal text."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """Signs in somebody's name while their key is unlocked."""

    private: bytes
    public: str = field(init=False)
    """The public key, hexadecimal, as stored beside each signature."""
    _key: Ed25519PrivateKey = field(init=False, compare=False)

    def __post_init__(self) -> None:
        key = Ed25519PrivateKey.from_private_bytes(self.private)
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "public", key.public_key().public_bytes_raw().hex())

    def sign(self, content: bytes) -> str:
        """The signature of the content, hexadecimal."""
        return self._key.sign(content).hex()


def is_signed(content: bytes, signature: str, public: str) -> bool:
    """Whether the signature was made over exactly this content by the holder of the key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
