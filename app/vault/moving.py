"""Putting a whole home's files in the place of others: each step may be the last one before the power goes.

What comes in is made ready in a folder inside its place, with a note that names the folder for what goes out. From then
on :func:`finish` can be called again and again: it moves what has not been moved yet, the store itself last.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from app.vault.files import replace_file, sync_folder

INCOMING = "restoring"
_READY = "ready"


def begin(place: Path) -> Path:
    """An empty folder to make the files ready in; what an attempt cut short left in it is thrown away."""
    incoming = place / INCOMING
    if not is_ready(place):
        shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(mode=0o700)
    return incoming


def ready(place: Path, aside: str) -> None:
    """Everything is made: from now on the files belong in their place, and what is there goes into ``aside``."""
    sync_folder(place / INCOMING)
    replace_file(place / INCOMING / _READY, aside.encode())


def is_ready(place: Path) -> bool:
    """Whether files wait to be moved in."""
    return (place / INCOMING / _READY).exists()


def finish(place: Path, store: str, beside: tuple[str, ...], only_out: tuple[str, ...] = ()) -> None:
    """Move out what is there and move in what is ready; ``store`` goes last, ``beside`` in this order before it.

    ``only_out`` belongs to what is there and goes out with it, though nothing of that name ever comes in.

    Nothing happens when nothing is ready. The write-ahead log of the store that goes out goes with it: replayed into
    another store it would be taken for its own.
    """
    incoming = place / INCOMING
    if not is_ready(place):
        return
    aside = place / (incoming / _READY).read_text(encoding="utf-8")
    if (incoming / store).exists():
        aside.mkdir(mode=0o700, exist_ok=True)
        for name in (store, f"{store}-wal", f"{store}-shm", *only_out):
            _move(place / name, aside / name)
        for name in beside:
            if (incoming / name).exists():
                _move(place / name, aside / name)
        sync_folder(aside)
        if not any(aside.iterdir()):  # nothing was there before
            aside.rmdir()
        sync_folder(place)
        for name in (*beside, store):
            _move(incoming / name, place / name)
        sync_folder(place)
    shutil.rmtree(incoming)
    sync_folder(place)


def _move(here: Path, there: Path) -> None:
    if here.exists():
        here.replace(there)
