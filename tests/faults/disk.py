"""A model of a disk that loses its power: what was synced stays, the rest may be there, be gone, or be torn.

Each write that was not synced is kept, dropped, or kept in some of its 512-byte sectors only. Each new name, rename and
unlink whose folder was not synced has happened or has not, each on its own. It is a model and not a disk: a drive that
lies about having flushed defeats every program.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.recorder import Call

SECTOR = 512


@dataclass(slots=True)
class _File:
    durable: bytearray
    pending: list[Call] = field(default_factory=list)

    def sync(self) -> None:
        for call in self.pending:
            _apply(self.durable, call)
        self.pending.clear()


class Disk:
    """A folder as it would be found again after a cut, call by call."""

    def __init__(self, folder: Path, *, ignoring: tuple[str, ...] = ("-shm", ".lock")) -> None:
        """Start from the folder as it is now; names that end in ``ignoring`` are left out of every image."""
        self._root = folder
        self._ignoring = ignoring
        self._files: list[_File] = []
        self._now: dict[str, int] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(ignoring):
                self._now[self._name(str(path)) or ""] = self._add(path.read_bytes())
        self._durable = dict(self._now)
        self._pending: list[dict[str, int | None]] = []

    def _add(self, content: bytes) -> int:
        self._files.append(_File(bytearray(content)))
        return len(self._files) - 1

    def _name(self, path: str) -> str | None:
        """The path inside the folder, or None for a file elsewhere or one that does not count."""
        if path.endswith(self._ignoring) or not path.startswith(f"{self._root}/"):
            return None
        return path.removeprefix(f"{self._root}/")

    def touches(self, call: Call) -> bool:
        """Whether the call does anything to the folder."""
        here = self._name(call.path) is not None or (call.what == "rename" and self._name(call.to) is not None)
        return here or (call.what == "sync" and self._folder(call.path) is not None)

    def _folder(self, path: str) -> str | None:
        """A folder's own name inside the folder, as the parents of names are written."""
        if path == str(self._root):
            return "."
        return path.removeprefix(f"{self._root}/") if Path(path).is_dir() and self._name(path) else None

    def do(self, call: Call) -> None:
        """Let the call happen."""
        name = self._name(call.path)
        if call.what == "sync" and name not in self._now:
            folder = self._folder(call.path)
            if folder is not None:
                self._sync_folder(folder)
        elif call.what == "rename":
            self._rename(name, self._name(call.to))
        elif name is None:
            return
        elif call.what == "open":
            self._open(name, call)
        elif call.what == "unlink":
            if name in self._now:
                self._change({name: None})
        elif name in self._now:
            file = self._files[self._now[name]]
            if call.what == "sync":
                file.sync()
            else:
                assert call.offset >= 0, f"{name} was written by a call whose bytes are not recorded"
                file.pending.append(call)

    def _open(self, name: str, call: Call) -> None:
        if name not in self._now:
            assert call.new, f"{name} was opened but never made"
            self._change({name: self._add(b"")})
        elif call.empty:
            self._files[self._now[name]].pending.append(Call("cut", call.path, 0))

    def _rename(self, old: str | None, new: str | None) -> None:
        if old in self._now:
            assert new is not None, f"{old} was moved out of the folder"
            assert old is not None
            self._change({new: self._now[old], old: None})
        else:
            assert new is None, f"{new} was moved in from elsewhere"

    def _change(self, change: dict[str, int | None]) -> None:
        self._pending.append(change)
        _rename(self._now, change)

    def _sync_folder(self, folder: str) -> None:
        left = []
        for change in self._pending:
            here = {name: file for name, file in change.items() if str(Path(name).parent) == folder}
            _rename(self._durable, here)
            if elsewhere := {name: file for name, file in change.items() if name not in here}:
                left.append(elsewhere)
        self._pending = left

    def image(self, chance: random.Random) -> dict[str, bytes]:
        """One of the ways in which the folder may be found if the power goes now."""
        policy = chance.choice(("none", "all", "random", "random", "random", "random"))
        names = dict(self._durable)
        for change in self._pending:
            if policy == "all" or (policy == "random" and chance.random() < 0.5):
                _rename(names, change)
        return {name: self._content(self._files[file], policy, chance) for name, file in names.items()}

    @staticmethod
    def _content(file: _File, policy: str, chance: random.Random) -> bytes:
        content = bytearray(file.durable)
        for call in file.pending if policy != "none" else ():
            fate = "kept" if policy == "all" else chance.choice(("kept", "dropped", "torn"))
            if fate == "kept":
                _apply(content, call)
            elif fate == "torn" and call.what == "write":
                for at in range(0, len(call.data), SECTOR):
                    if chance.random() < 0.5:
                        _apply(content, Call("write", call.path, call.offset + at, call.data[at : at + SECTOR]))
        return bytes(content)


def _apply(content: bytearray, call: Call) -> None:
    if call.what == "cut":
        del content[call.offset :]
        content.extend(bytes(call.offset - len(content)))
        return
    end = call.offset + len(call.data)
    content.extend(bytes(max(0, call.offset - len(content))))
    content[call.offset : end] = call.data


def _rename(names: dict[str, int], change: dict[str, int | None]) -> None:
    for name, file in change.items():
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def lay_out(image: dict[str, bytes], folder: Path) -> None:
    """Write an image into a folder that is empty or not there."""
    for name, content in image.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
