"""How keys are made and wrapped."""

from __future__ import annotations

import itertools
import time

import pytest

from app.vault import keys

QUICK = keys.KdfCost(memory_kib=64, passes=1, lanes=1)
"""For tests of what a derivation depends on; a keyfile never asks for so little."""


def test_one_derivation_costs_at_least_64_mib_and_three_passes() -> None:
    assert keys.FLOOR.memory_kib >= 64 * 1024
    assert keys.FLOOR.passes >= 3
    assert keys.FLOOR.acceptable
    started = time.perf_counter()
    keys.derive("three quiet words", bytes(16), keys.FLOOR)
    assert time.perf_counter() - started > 0.02, "64 MiB cannot be filled three times in less"


@pytest.mark.parametrize(
    "cost",
    [
        keys.KdfCost(memory_kib=8 * 1024),
        keys.KdfCost(memory_kib=64 * 1024 - 1),
        keys.KdfCost(memory_kib=64 * 1024 * 1024),
        keys.KdfCost(passes=2),
        keys.KdfCost(passes=10_000),
        keys.KdfCost(lanes=0),
        keys.KdfCost(lanes=200),
    ],
)
def test_weaker_or_absurd_costs_are_not_acceptable(cost: keys.KdfCost) -> None:
    assert not cost.acceptable


def test_a_fast_laptop_pays_more_passes_and_a_slow_one_never_less_than_the_floor() -> None:
    fast = keys.calibrated(itertools.count(0, 0.1).__next__)
    slow = keys.calibrated(itertools.count(0, 5.0).__next__)
    assert fast.passes > keys.FLOOR.passes
    assert fast.acceptable
    assert slow == keys.FLOOR


def test_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    composed, decomposed, fullwidth = "Zo\u00eb's caf\u00e9", "Zoe\u0308's cafe\u0301", "\uff3a\uff4f\u00eb's caf\u00e9"
    salt = bytes(16)
    assert keys.derive(composed, salt, QUICK) == keys.derive(decomposed, salt, QUICK)
    assert keys.derive(composed, salt, QUICK) == keys.derive(fullwidth, salt, QUICK)
    assert keys.derive(composed, salt, QUICK) != keys.derive("Zoe's cafe", salt, QUICK)


def test_another_salt_or_cost_gives_another_key() -> None:
    key = keys.derive("three quiet words", bytes(16), QUICK)
    assert len(key) == 32
    assert key != keys.derive("three quiet words", bytes(15) + b"\x01", QUICK)
    assert key != keys.derive("three quiet words", bytes(16), keys.KdfCost(64, 2, 1))


def test_purposes_never_share_a_key() -> None:
    root = bytes(range(32))
    made = {keys.expand(root, purpose) for purpose in ("sqlcipher", "backup", "segment", "anchor", "sign")}
    assert len(made) == 5


def test_the_stores_key_is_96_hexadecimal_digits_and_belongs_to_one_store() -> None:
    one, other = keys.sqlcipher_key(bytes(32), "store-a"), keys.sqlcipher_key(bytes(32), "store-b")
    assert len(one) == 96
    assert bytes.fromhex(one)
    assert one != other


def test_a_wrapped_secret_opens_only_with_its_key_and_context() -> None:
    wrapped = keys.wrap(b"secret", bytes(32), b"context")
    assert keys.unwrap(wrapped, bytes(32), b"context") == b"secret"
    assert keys.unwrap(wrapped, bytes(31) + b"\x01", b"context") is None
    assert keys.unwrap(wrapped, bytes(32), b"context!") is None
    assert b"secret" not in wrapped.sealed
    assert keys.wrap(b"secret", bytes(32), b"context") != wrapped, "a nonce is never used twice"
