"""A PDF as reportlab writes it, made smaller: its many small objects are packed and compressed together.

The tags of a page are hundreds of objects of some forty bytes, each with a line of its own in the file's table. PDF 1.5
(2003) lets such objects stand in compressed "object streams" and the table be a compressed stream itself; reportlab
writes neither.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

_HEADER = b"%PDF-1.5\n%\xcd\xcb\xd1\xd0 Hartwell\n"
_TABLE = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_ENTRY = re.compile(rb"(\d{10}) 00000 n")
_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*)\sendobj\s*$", re.DOTALL)
_STREAM = re.compile(rb"<<(.*?)/Length (\d+)(.*?)>>\s*stream\r?\n", re.DOTALL)
_KEPT = (rb"/Root \d+ 0 R", rb"/Info \d+ 0 R", rb"/ID\s*\[.*?\]")
_A_STREAM = 200  # objects: a reader that wants one of them unpacks the others beside it


@dataclass(frozen=True, slots=True)
class Parts:
    """A file taken apart: ``streams`` are (number, entries but the length, content), ``packed`` maps an object without
    a stream of its own to (the stream that holds it, its place there), ``trailer`` names root, information and
    identifier."""

    streams: list[tuple[int, bytes, bytes]]
    packed: dict[int, tuple[int, int]]
    trailer: bytes


def packed(pdf: bytes, more: Callable[[int], Mapping[int, bytes]] = lambda _free: {}) -> bytes:
    """The same document, for a file that reportlab has written (one classic table, no encryption, no updates).

    ``more`` gives further objects by number, and others in place of those that the file has; it is told the first
    number that is free.
    """
    found = _TABLE.search(pdf)
    if found is None or b"\ntrailer" not in pdf[int(found[1]) :]:
        raise ValueError("not a PDF with a table at its end")
    table = int(found[1])
    starts = sorted(int(entry) for entry in _ENTRY.findall(pdf, table))
    streams: list[tuple[int, bytes, bytes]] = []
    small: list[tuple[int, bytes]] = []
    for start, end in pairwise((*starts, table)):
        parts = _OBJECT.match(pdf, start, end)
        if parts is None:
            raise ValueError(f"no object at {start}")
        number, body = int(parts[1]), parts[2]
        if body.endswith(b"endstream"):
            streams.append((number, *_stream_parts(body)))
        else:
            small.append((number, body.strip()))
    fresh = len(starts) + 1
    others = dict(more(fresh))
    small = [(number, others.pop(number, body)) for number, body in small] + list(others.items())
    fresh += len(others)
    places: dict[int, tuple[int, int]] = {}
    for first in range(0, len(small), _A_STREAM):
        group = small[first : first + _A_STREAM]
        places |= {number: (fresh, index) for index, (number, _) in enumerate(group)}
        streams.append((fresh, *_object_stream(group)))
        fresh += 1
    trailer = pdf[pdf.index(b"trailer", table) :]
    kept = b" ".join(match[0] for each in _KEPT if (match := re.search(each, trailer, re.DOTALL)))
    return written(Parts(streams, places, kept))


def written(parts: Parts, *, encrypt: bytes = b"") -> bytes:
    """The parts as a file; ``encrypt`` is the dictionary that says how its streams have been encrypted."""
    out = bytearray(_HEADER)
    where = {number: (2, stream, index) for number, (stream, index) in parts.packed.items()}
    trailer = parts.trailer
    for number, entries, content in parts.streams:
        where[number] = (1, len(out), 0)
        out += _stream(number, entries, content)
    number = max(where) + 1
    if encrypt:
        where[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, encrypt)
        trailer += b" /Encrypt %d 0 R" % number
        number += 1
    where[number] = (1, len(out), 0)
    rows = b"".join(
        kind.to_bytes(1, "big") + at.to_bytes(4, "big") + second.to_bytes(2, "big")
        for kind, at, second in (where.get(each, (0, 0, 65535)) for each in range(number + 1))
    )
    start = len(out)
    entries = b"/Type/XRef/W[1 4 2]/Size %d %b/Filter/FlateDecode" % (number + 1, trailer)
    out += _stream(number, entries, zlib.compress(rows, 9))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def parts_of(pdf: bytes) -> Parts | None:
    """A file that :func:`packed` has written, taken apart again; None for any other."""
    found = _TABLE.search(pdf)
    if found is None or not pdf.startswith(_HEADER):
        return None
    entries, content = _stream_parts(pdf[pdf.index(b"<<", int(found[1])) :])
    rows = zlib.decompress(content)
    streams: list[tuple[int, bytes, bytes]] = []
    places: dict[int, tuple[int, int]] = {}
    last = len(rows) // 7 - 1  # the table itself
    for number in range(last):
        row = rows[7 * number : 7 * number + 7]
        kind, at, second = row[0], int.from_bytes(row[1:5], "big"), int.from_bytes(row[5:], "big")
        if kind == 1:
            streams.append((number, *_stream_parts(pdf[pdf.index(b"<<", at) :])))
        elif kind == 2:
            places[number] = (at, second)
    trailer = b" ".join(match[0] for each in _KEPT if (match := re.search(each, entries, re.DOTALL)))
    return Parts(streams, places, trailer)


def _stream_parts(body: bytes) -> tuple[bytes, bytes]:
    """The entries (without the length) and the content of an object with a stream."""
    head = _STREAM.match(body)
    if head is None:
        raise ValueError("no stream")
    return head[1] + head[3], body[head.end() : head.end() + int(head[2])]


def _object_stream(group: list[tuple[int, bytes]]) -> tuple[bytes, bytes]:
    heads: list[bytes] = []
    at = 0
    for each, body in group:
        heads.append(b"%d %d" % (each, at))
        at += len(body) + 1
    head = b" ".join(heads) + b"\n"
    content = zlib.compress(head + b"\n".join(body for _, body in group), 9)
    return b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(group), len(head)), content


def _stream(number: int, entries: bytes, content: bytes) -> bytes:
    return b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        number, entries.strip(), len(content), content,
    )  # fmt: skip
