"""A recorder of what a process really does to files: every open for writing, write, cut, sync, rename and unlink.

It reads the system calls themselves (``strace``), because what a program believes it wrote and synced is the question.
Reading through memory maps is not seen; the only map that SQLite writes is its shared index, which is never trusted
after a crash.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

_CALLS = (
    "open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,link,linkat,lseek,copy_file_range,sendfile,splice"
)
_LONGEST = 64_000_000
_LINE = re.compile(r"(\d+) +(.*)", re.S)
_CALL = re.compile(r"(\w+)\((.*)\) += (\d+)(?:<(.*)>(?:\(deleted\))?)?$", re.S)
_HANDLE = re.compile(r"(\d+)<([^>]*)>(?:\(deleted\))?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_FROM = re.compile(r"AT_FDCWD<([^>]*)>")

UNSEEN = -1
"""The offset of a write whose bytes were not recorded."""
What = Literal["open", "write", "cut", "sync", "rename", "unlink", "ack"]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing done to a file. ``offset`` of a write is where it went; of a cut, the new length."""

    what: What
    path: str
    offset: int = 0
    data: bytes = b""
    to: str = ""
    new: bool = False
    empty: bool = False


def available() -> bool:
    """Whether calls can be recorded here: there is strace, and the system lets it trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


def require() -> None:
    """Fail where recording must work (root on Debian, where ``dev.py`` installs strace), else skip, saying so."""
    if available():
        return
    why = "NOT TESTED: strace is missing or may not trace, so what reaches the disk was not looked at"
    if Path("/etc/debian_version").exists() and os.geteuid() == 0:
        pytest.fail(why)
    pytest.skip(why)


def command(trace: Path, *program: str | Path) -> list[str]:
    """The command that runs the program, and every process it starts, under the recorder."""
    options = ["-f", "-y", "-qq", "-xx", "--seccomp-bpf", "-s", str(_LONGEST), "-e", f"trace={_CALLS}"]
    return ["strace", *options, "-e", "signal=none", "-o", str(trace), *map(str, program)]


def record(trace: Path, program: Sequence[str | Path], **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run the program to its end under the recorder."""
    return subprocess.run(command(trace, *program), capture_output=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def calls(trace: Path) -> Iterator[Call]:
    """What was done, in the order in which the calls returned; failed calls are left out."""
    positions: dict[tuple[str, str], int] = {}
    for text in _whole_lines(trace):
        found = _CALL.match(text)
        if found is None:
            continue
        name, arguments, result, opened = found.groups()
        yield from _read(name, arguments, int(result), opened, positions)


def _whole_lines(trace: Path) -> Iterator[str]:
    """The lines, with a call that another thread interrupted put together again."""
    waiting: dict[str, str] = {}
    with trace.open(encoding="latin-1") as lines:
        for line in lines:
            found = _LINE.match(line.rstrip("\n"))
            if found is None:
                continue
            process, text = found.groups()
            if text.endswith(" <unfinished ...>"):
                waiting[process] = text.removesuffix(" <unfinished ...>")
            elif text.startswith("<... "):
                yield waiting.pop(process, "") + text.partition(" resumed>")[2]
            else:
                yield text


def _read(
    name: str, arguments: str, result: int, opened: str | None, positions: dict[tuple[str, str], int]
) -> Iterator[Call]:
    match name:
        case "open" | "openat" | "creat":
            path = _plain(opened or "")
            positions[str(result), path] = 0
            if name == "creat" or "O_WRONLY" in arguments or "O_RDWR" in arguments:
                yield Call("open", path, new="O_CREAT" in arguments, empty="O_TRUNC" in arguments)
        case "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2":
            yield _written(name, arguments, result, positions)
        case "lseek":
            positions[_handle(arguments)] = result
        case "ftruncate":
            yield Call("cut", _handle(arguments)[1], int(arguments.rsplit(", ", 1)[1]))
        case "truncate":
            yield Call("cut", _paths(arguments)[0], int(arguments.rsplit(", ", 1)[1]))
        case "fsync" | "fdatasync":
            yield Call("sync", _handle(arguments)[1])
        case "rename" | "renameat" | "renameat2":
            old, new = _paths(arguments)
            yield Call("rename", old, to=new)
        case "unlink" | "unlinkat":
            yield Call("unlink", _paths(arguments)[0])
        case _:  # a copy made inside the system shows no bytes; whoever needs them is told by the offset
            for _, path in _HANDLE.findall(arguments):
                yield Call("write", _plain(path), UNSEEN)


def _written(name: str, arguments: str, result: int, positions: dict[tuple[str, str], int]) -> Call:
    handle, path = _handle(arguments)
    data = b"".join(_texts(arguments))[:result]
    if len(data) != result:
        raise AssertionError(f"{name} to {path} was recorded with {len(data)} of {result} bytes")
    if handle == "1" and data.startswith(b"ack "):
        return Call("ack", "", data=data.removeprefix(b"ack ").rstrip())
    if name.startswith("pwrite"):
        return Call("write", path, int(arguments.rsplit(", ", 1)[1]), data)
    place = positions.get((handle, path), 0)
    positions[handle, path] = place + result
    return Call("write", path, place, data)


def _plain(text: str) -> str:
    return bytes.fromhex(text.replace("\\x", "")).decode("utf-8", "surrogateescape") if "\\x" in text else text


def _handle(arguments: str) -> tuple[str, str]:
    found = _HANDLE.match(arguments)
    if found is None:
        return arguments.partition(",")[0], ""
    return found.group(1), _plain(found.group(2))


def _texts(arguments: str) -> list[bytes]:
    found = _TEXT.findall(arguments)
    if any(cut for _, cut in found):
        raise AssertionError("a recorded write was cut short")
    return [bytes.fromhex(text.replace("\\x", "")) for text, _ in found]


def _paths(arguments: str) -> list[str]:
    start = _FROM.search(arguments)
    here = _plain(start.group(1)) if start else ""
    return [str(Path(here, _plain(text))) for text, _ in _TEXT.findall(arguments)]
