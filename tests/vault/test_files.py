"""Files that are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from app.vault.files import replace_file


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("start", [b"the old content", None])
@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_failure_at_any_step_leaves_the_old_file_whole_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, start: bytes | None
) -> None:
    path = tmp_path / "store.keys"
    if start is not None:
        path.write_bytes(start)
    owner, name = {"write": (Path, "open"), "fsync": (os, "fsync"), "replace": (os, "replace")}[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, full)
        with pytest.raises(OSError, match="No space left"):
            replace_file(path, b"the new content")
    assert (path.read_bytes() if path.exists() else None) == start
    assert [p.name for p in tmp_path.iterdir()] == ([path.name] if start is not None else [])


def test_once_renamed_the_new_file_stands_even_if_the_folder_cannot_be_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.keys"
    path.write_bytes(b"old")
    calls = []

    def second_fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            full()

    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"new"


def test_the_file_is_synced_before_it_takes_the_old_ones_place_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.keys"
    path.write_bytes(b"old")
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(path.read_bytes()))
    replace_file(path, b"new")
    assert seen == [b"old", b"new"]
