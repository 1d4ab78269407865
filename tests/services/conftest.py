"""A real home for each test: the same freshly made one, copied."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.domain.people import Role
from app.vault import keys
from tests.factories import LivingHome


@pytest.fixture(autouse=True, scope="session")
def derive_each_password_once() -> Iterator[None]:
    """The real derivation, remembered: the same password, salt and cost give the same key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "derive", cache(keys.derive))
        yield


@pytest.fixture
def home(tmp_path: Path) -> Iterator[LivingHome]:
    """A home with its manager signed in."""
    living = LivingHome(tmp_path / "store", Role.MANAGER)
    yield living
    living.session.close()
