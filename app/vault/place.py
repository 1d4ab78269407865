"""Whether a folder is a safe home for an open database: on this computer's own disk, and not synchronised elsewhere.

A write-ahead log works within one computer only. Programs that carry a folder's files to other computers copy the store
and its log at different moments, and bring old ones back; homes lost records that way.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_SYNCED = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "mobile documents": "iCloud",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "box sync": "Box",
    "syncthing": "Syncthing",
}
_MARKERS = {
    ".stfolder": "Syncthing",
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".owncloudsync.log": "ownCloud",
}
_FAR = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "davfs", "fuse.davfs2", "9p", "afs", "ncpfs"})
_REMOTE_DRIVE = 4


def unsafe(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """What carries the folder to other computers ("OneDrive", "a network drive"), or an empty string for none.

    The folder need not exist yet. An answer of none is no proof: a program may watch a folder without a trace in it.
    """
    path = folder.absolute()
    for part in (path, *path.parents):
        name = part.name.casefold()
        for start, program in _SYNCED.items():
            if name == start or name.startswith((f"{start} -", f"{start}-", f"{start} (")):
                return program
        for marker, program in _MARKERS.items():
            if (part / marker).exists():
                return program
    return "a network drive" if _is_far(path, mounts) else ""


def _is_far(path: Path, mounts: Path) -> bool:
    if sys.platform == "win32":
        return str(path).startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == _REMOTE_DRIVE
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no such list on this system
        return False
    best, kind = "", ""
    for line in lines:
        _, where, found, *_ = [*line.split(" "), "", "", ""]
        where = where.replace("\\040", " ")
        if len(where) >= len(best) and (where == "/" or str(path) == where or str(path).startswith(where + os.sep)):
            best, kind = where, found
    return kind in _FAR
