"""Copying a store: what is said when it fails never holds the key of the copy."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from app.models import copies
from app.models.store import STORE_NAME, create_store
from app.vault import keys
from tests.factories import NOW

KEY, OTHER = (keys.sqlcipher_key(bytes([number]) * 32, "store-1") for number in (1, 2))


def chained(error: BaseException) -> list[BaseException]:
    """The exception and everything that hangs on it."""
    found, waiting = [], [error]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [more for more in (one.__cause__, one.__context__) if more is not None and more not in found]
    return found


@pytest.mark.parametrize("why", ["no folder", "no store", "given up", "another key"])
def test_no_failure_holds_the_key_of_the_copy(tmp_path: Path, why: str) -> None:
    create_store(tmp_path, KEY, "store-1", "a laptop", NOW).close()
    target = tmp_path / ("missing" if why == "no folder" else "") / "copy.db"
    source = tmp_path / ("missing.db" if why == "no store" else STORE_NAME)
    key = OTHER if why == "another key" else KEY
    with pytest.raises(Exception) as failed:  # noqa: PT011 - whatever it is
        copies.copy_store(source, key, target, OTHER, stopped=lambda: why == "given up")
    for one in chained(failed.value):
        assert OTHER not in "".join(traceback.format_exception(one))
        assert OTHER not in repr(one.__dict__)
    assert chained(failed.value) == [failed.value], "the driver's own words may hold it"
    assert not target.exists()
