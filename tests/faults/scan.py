"""Looking for words and keys where they must not be: in what was written, and in the memory of processes.

A word is looked for as people write it and in capitals and small letters, in UTF-8, UTF-16 and base64; a key as its
bytes and as hexadecimal and base64 text.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def _base64(content: bytes) -> Iterator[bytes]:
    """The part of the base64 text that does not depend on where in a longer text the content begins."""
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + content)
        yield coded[(shift * 8 + 5) // 6 : (shift + len(content)) * 8 // 6]


def disguises(word: str) -> frozenset[bytes]:
    """Every form in which the word is looked for."""
    found: set[bytes] = set()
    for text in {word, word.upper(), word.lower()}:
        for coding in ("utf-8", "utf-16-le", "utf-16-be"):
            coded = text.encode(coding)
            found |= {coded, *_base64(coded)}
    return frozenset(found)


def disguises_of_key(key: bytes) -> frozenset[bytes]:
    """Every form in which a key is looked for."""
    digits = (key.hex(), key.hex().upper())
    texts = {text.encode(coding) for text in digits for coding in ("utf-8", "utf-16-le")}
    return frozenset({key, *texts, *_base64(key)})


def count(content: bytes, needles: Mapping[str, Iterable[bytes]]) -> dict[str, int]:
    """How often each named thing is in the content, in any disguise; those that are not there are left out."""
    found = {name: sum(content.count(needle) for needle in forms) for name, forms in needles.items()}
    return {name: times for name, times in found.items() if times}


def memory_of(process: int) -> Iterator[bytes]:
    """Everything in a process's memory that it ever could have written to, part by part. Only root may.

    The program files mapped for reading only are left out: what is in them is on the disk for everybody to see.
    """
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            span, permissions, *rest = line.split(maxsplit=5)
            mapped_file = len(rest) == 4 and rest[3].startswith("/")
            if not permissions.startswith("r") or (mapped_file and permissions[1] != "w"):
                continue
            start, end = (int(address, 16) for address in span.split("-"))
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except (OSError, OverflowError):  # a part that was given back meanwhile, or a device's
                continue


def in_memory(process: int, needles: Mapping[str, Iterable[bytes]]) -> dict[str, int]:
    """How often each named thing is in the memory of the process."""
    total: dict[str, int] = {}
    for part in memory_of(process):
        for name, times in count(part, needles).items():
            total[name] = total.get(name, 0) + times
    return total
