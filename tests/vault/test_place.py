"""Folders that a syncing program or a network carries elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.vault.place import unsafe

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/homes /srv/homes nfs4 rw 0 0
//nas/share /mnt/the\\040nas cifs rw 0 0
/dev/sdb1 /srv/homes/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "carried_by"),
    [
        ("/home/mo/OneDrive/Hartwell", "OneDrive"),
        ("/home/mo/OneDrive - Elm House/Documents/Hartwell", "OneDrive"),
        ("/home/mo/Dropbox (Home)/x", "Dropbox"),
        ("/home/mo/Google Drive/x", "Google Drive"),
        ("/home/mo/Onedriver/x", ""),
        ("/home/mo/records", ""),
        ("/srv/homes/elm", "a network drive"),
        ("/srv/homes", "a network drive"),
        ("/srv/homeslocal", ""),
        ("/srv/homes/local/elm", ""),
        ("/mnt/the nas/elm", "a network drive"),
    ],
)
def test_what_carries_a_folder_elsewhere_is_named(tmp_path: Path, folder: str, carried_by: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert unsafe(Path(folder), mounts) == carried_by


def test_a_trace_of_a_syncing_program_counts_in_any_folder_above(tmp_path: Path) -> None:
    assert unsafe(tmp_path / "a" / "b") == ""
    (tmp_path / ".stfolder").mkdir()
    assert unsafe(tmp_path / "a" / "b") == "Syncthing"


def test_without_a_list_of_mounts_nothing_is_claimed(tmp_path: Path) -> None:
    assert unsafe(Path("/srv/homes"), tmp_path / "none") == ""
