"""Signatures that only the signer's own password can make, and anybody can check."""

from __future__ import annotations

from dataclasses import dataclass

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

    @property
    def public(self) -> str:
        """The public key, hexadecimal, as stored beside each signature."""
        return public_key(self.private)

    def sign(self, content: bytes) -> str:
        """The signature of the content, hexadecimal."""
        return Ed25519PrivateKey.from_private_bytes(self.private).sign(content).hex()


def is_signed(content: bytes, signature: str, public: str) -> bool:
    """Whether the signature was made over exactly this content by the holder of the key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
