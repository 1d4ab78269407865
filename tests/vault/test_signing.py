"""Signatures."""

from __future__ import annotations

from app.vault.signing import Signer, is_signed, new_signing_key, public_key


def test_a_signature_holds_for_exactly_what_was_signed_by_exactly_who_signed() -> None:
    signer, other = Signer(new_signing_key()), Signer(new_signing_key())
    signature = signer.sign(b"claim for week 46")
    assert is_signed(b"claim for week 46", signature, signer.public)
    assert not is_signed(b"claim for week 47", signature, signer.public)
    assert not is_signed(b"claim for week 46", signature, other.public)
    altered = ("0" if signature[0] != "0" else "1") + signature[1:]
    assert not is_signed(b"claim for week 46", altered, signer.public)


def test_nonsense_is_no_signature_rather_than_an_error() -> None:
    signer = Signer(new_signing_key())
    for signature, public in (("", signer.public), ("zz", signer.public), ("ab", signer.public), ("ab" * 64, "12")):
        assert not is_signed(b"x", signature, public)


def test_the_private_half_is_never_shown() -> None:
    private = new_signing_key()
    signer = Signer(private)
    assert signer.public == public_key(private)
    assert private.hex() not in repr(signer)
    assert private.hex() != signer.public
