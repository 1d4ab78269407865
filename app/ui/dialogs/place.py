"""Where a window that asks for a file or folder begins."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths


def documents(name: str = "") -> str:
    """The person's Documents folder, or their home folder where there is none, with ``name`` as a file in it."""
    places = QStandardPaths.StandardLocation
    folder = Path(QStandardPaths.writableLocation(places.DocumentsLocation))
    if not folder.is_dir():
        folder = Path(QStandardPaths.writableLocation(places.HomeLocation))
    return str(folder / name) if name else str(folder)
