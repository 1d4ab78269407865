"""A PDF that asks for a phrase before it opens."""

from __future__ import annotations

import os
import unicodedata
from io import BytesIO

from app.domain.errors import UserError
from app.reports.pdf_small import Parts, parts_of, written

# Whoever has the phrase may do everything; the rest of the 32 bits is reserved and set.
_ALL_ALLOWED = 0xFFFFFFFC


def locked(pdf: bytes, phrase: str) -> bytes:
    """The same file, encrypted with AES-256 (PDF 2.0, revision 6); the phrase opens it, and nothing else does.

    The phrase is taken as typed, without the spaces around it. Each call gives other bytes, as encryption must.
    UserError on ``phrase`` when it is blank.
    """
    phrase = unicodedata.normalize("NFKC", phrase.strip())
    if not phrase:
        raise UserError("Phrase is needed", field="phrase")
    parts = parts_of(pdf)
    return _by_pypdf(pdf, phrase) if parts is None else _encrypted(parts, phrase.encode())


def _by_pypdf(pdf: bytes, phrase: str) -> bytes:
    """Any PDF: one that an older version of the program wrote, or somebody else."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.encrypt(phrase, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _encrypted(parts: Parts, phrase: bytes) -> bytes:
    """A file of ours: its streams are encrypted as they stand. pypdf takes every object apart and puts it together
    again, which for a pack of hundreds of tags is four times as long; only its key derivation is used."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.padding import PKCS7
    from pypdf._encryption import AlgV5  # the tests of the lock fail if a new release moves it

    key = os.urandom(32)

    def shut(content: bytes) -> bytes:
        start = os.urandom(16)
        pad, cipher = PKCS7(128).padder(), Cipher(AES256(key), CBC(start)).encryptor()
        return start + cipher.update(pad.update(content) + pad.finalize()) + cipher.finalize()

    made = AlgV5.generate_values(6, phrase, phrase, key, _ALL_ALLOWED, True)  # noqa: FBT003 - pypdf's own signature
    values = "".join(f"{name}<{value.hex()}>" for name, value in made.items())
    encrypt = (
        f"<</Filter/Standard/V 5/R 6/Length 256/P {_ALL_ALLOWED - (1 << 32)}{values}/EncryptMetadata true"
        "/CF<</StdCF<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>/StmF/StdCF/StrF/StdCF>>"
    )
    streams = [(number, entries, shut(content)) for number, entries, content in parts.streams]
    return written(Parts(streams, parts.packed, parts.trailer), encrypt=encrypt.encode("ascii"))
