"""How keys are made: from a password by Argon2id, from the data key by HKDF, and how one key wraps another.

The data key is 256 random bits. Nothing but the data key opens the store; a password only unwraps the data key.
SQLCipher is given its key and salt directly (96 hexadecimal digits), so no slow derivation is paid per connection and
a damaged first page can be rebuilt.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
_MIB = 1024


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one derivation costs: memory in KiB, passes and lanes of Argon2id."""

    memory_kib: int = 64 * _MIB
    passes: int = 3
    lanes: int = 2

    @property
    def acceptable(self) -> bool:
        """Between the floor (64 MiB, 3 passes) and a ceiling that stops a tampered keyfile asking for 64 GiB."""
        return 64 * _MIB <= self.memory_kib <= 1024 * _MIB and 3 <= self.passes <= 64 and 1 <= self.lanes <= 8


FLOOR = KdfCost()
_TARGET_SECONDS = 0.5


def calibrated(timer: Callable[[], float] = time.perf_counter) -> KdfCost:
    """The floor, or as many more passes as bring one derivation to about half a second on this laptop."""
    start = timer()
    derive("calibration", bytes(SALT_BYTES), FLOOR)
    took = max(timer() - start, 0.001)
    return KdfCost(
        FLOOR.memory_kib, min(64, max(FLOOR.passes, int(FLOOR.passes * _TARGET_SECONDS / took))), FLOOR.lanes
    )


def derive(password: str, salt: bytes, cost: KdfCost) -> bytes:
    """The 256-bit key of a password; the same password typed on another keyboard (NFKC) gives the same key."""
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return kdf.derive(unicodedata.normalize("NFKC", password).encode())


def expand(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key for one purpose from a strong key (HKDF-SHA256); purposes never share a key."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"hartwell/" + purpose.encode()).derive(key)


def sqlcipher_key(data_key: bytes, store_id: str) -> str:
    """SQLCipher's key and salt as 96 hexadecimal digits."""
    return expand(data_key, f"sqlcipher/{store_id}", KEY_BYTES + SALT_BYTES).hex()


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A secret sealed with AES-256-GCM under another key."""

    nonce: bytes
    sealed: bytes


def wrap(secret: bytes, key: bytes, context: bytes) -> Wrapped:
    """Seal a secret; ``context`` is not hidden, but a change to it makes the seal fail to open."""
    nonce = os.urandom(NONCE_BYTES)
    return Wrapped(nonce, AESGCM(key).encrypt(nonce, secret, context))


def unwrap(wrapped: Wrapped, key: bytes, context: bytes) -> bytes | None:
    """The secret, or None when key or context is not the one it was sealed with."""
    try:
        return AESGCM(key).decrypt(wrapped.nonce, wrapped.sealed, context)
    except InvalidTag:
        return None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret sealed to the holder of an X25519 key; ``ephemeral`` is the sender's public key, used this once."""

    ephemeral: str
    nonce: bytes
    sealed: bytes


def new_wrap_key() -> bytes:
    """A new X25519 private key, 32 raw bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def wrap_public(private: bytes) -> str:
    """Its public half as hexadecimal text."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def seal_to(secret: bytes, public: str, context: bytes) -> Sealed:
    """Seal a secret so that only the holder of the key opens it; who seals need not know any secret of theirs."""
    sender = X25519PrivateKey.generate()
    ephemeral = sender.public_key().public_bytes_raw().hex()
    shared = sender.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    wrapped = wrap(secret, expand(shared, f"seal/{ephemeral}/{public}"), context)
    return Sealed(ephemeral, wrapped.nonce, wrapped.sealed)


def open_sealed(sealed: Sealed, private: bytes, context: bytes) -> bytes | None:
    """The secret, or None when it was sealed to another key, in another context, or changed since."""
    try:
        sender = X25519PublicKey.from_public_bytes(bytes.fromhex(sealed.ephemeral))
        shared = X25519PrivateKey.from_private_bytes(private).exchange(sender)
    except ValueError:
        return None
    key = expand(shared, f"seal/{sealed.ephemeral}/{wrap_public(private)}")
    return unwrap(Wrapped(sealed.nonce, sealed.sealed), key, context)
