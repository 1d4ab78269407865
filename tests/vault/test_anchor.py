"""The anchor: written in place, in turn, and never taken for what it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.vault.anchor import ANCHOR_NAME, Anchor, AnchorFile, read_anchor

KEY, OTHER = bytes(32), bytes([1]) * 32


def kept(folder: Path, *counts: int, epoch: int = 1, key: bytes = KEY) -> None:
    anchor = AnchorFile(folder, key, epoch)
    for count in counts:
        anchor.keep(count, f"{count:064x}")
    anchor.close()
    assert anchor.failed is None


def read(folder: Path, epoch: int = 1, key: bytes = KEY) -> int | None:
    found = read_anchor(folder, {epoch: key}, epoch)
    return found.count if found else None


def test_the_furthest_anchor_is_read_back(tmp_path: Path) -> None:
    assert read_anchor(tmp_path, {1: KEY}, 1) is None
    kept(tmp_path, 1, 2, 3)
    assert read_anchor(tmp_path, {1: KEY}, 1) == Anchor(3, f"{3:064x}", 1)
    kept(tmp_path, 4)
    assert read(tmp_path) == 4


@pytest.mark.parametrize("cut", range(0, 1025, 64))
def test_a_write_cut_short_leaves_the_anchor_before(tmp_path: Path, cut: int) -> None:
    kept(tmp_path, 7, 8)
    path = tmp_path / ANCHOR_NAME
    before = path.read_bytes()
    kept(tmp_path, 9)
    after = path.read_bytes()
    assert len(before) == len(after) == 1024
    path.write_bytes(after[:cut] + before[cut:])
    assert read(tmp_path) in {8, 9}


@pytest.mark.parametrize("place", [0, 300, 511, 512, 900, 1023])
def test_a_flipped_bit_costs_one_place_and_no_more(tmp_path: Path, place: int) -> None:
    kept(tmp_path, 7, 8)
    path = tmp_path / ANCHOR_NAME
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert read(tmp_path) in {7, 8}


def test_an_anchor_of_another_key_or_epoch_is_none(tmp_path: Path) -> None:
    kept(tmp_path, 7)
    assert read(tmp_path, key=OTHER) is None
    assert read(tmp_path, epoch=2) is None
    kept(tmp_path, 3, epoch=2, key=OTHER)
    assert read(tmp_path, epoch=2, key=OTHER) == 3


@pytest.mark.parametrize("content", [b"", b"\n" * 1024, b"{}" * 512, os.urandom(1024), b"x"])
def test_anything_else_is_no_anchor(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ANCHOR_NAME).write_bytes(content)
    assert read(tmp_path) is None


def test_a_disk_that_refuses_is_remembered_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / ANCHOR_NAME).mkdir()
    anchor = AnchorFile(tmp_path, KEY, 1)
    anchor.keep(1, "x")
    assert isinstance(anchor.failed, OSError)
    (tmp_path / ANCHOR_NAME).rmdir()
    anchor.keep(2, "y")
    anchor.close()
    assert anchor.failed is None
    assert read(tmp_path) == 2
