"""The wire between the launcher and a worker: one JSON object a line, over the worker's standard input and output.

Both ends use this module, so it imports nothing but a few light modules. What crosses is ids and switches: never a
name of a resident, a text, a password or a key.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn

_CHUNK = 65536


class Begin(NamedTuple):
    """The first thing a worker is told: whose window to make. ``hidden`` means to get ready and wait for Show."""

    store: str
    demo: bool = False
    user: str = ""
    hidden: bool = False


class Show(NamedTuple):
    """The order to a waiting worker to show its sign-in window.

    ``stopped`` when the worker before it ended unexpectedly, otherwise it locked. ``place`` is where its person was
    (:class:`app.ui.place.Place`, as JSON), ``undone`` whether something asked for just before could not be done, and
    ``unkept`` whether something was typed that is in no draft.
    """

    user: str = ""
    place: dict[str, Any] | None = None
    undone: bool = False
    unkept: bool = False
    stopped: bool = False


# What a worker says.
SIGNED_IN = "signed_in"  # user, store, demo: somebody is in, so that the next worker may be made ready
LOCKING = "locking"  # the time in which it must be gone starts now
LOCKED = "locked"  # place, undone, unkept: the store is closed
CLOSED = "closed"  # the person has quit
# What a worker is told.
BEGIN = "begin"
SHOW = "show"


def line(what: str, details: dict[str, Any]) -> bytes:
    """A message as it stands on the wire."""
    return json.dumps({"what": what, **details}).encode() + b"\n"


def read(text: bytes) -> tuple[str, dict[str, Any]]:
    """What a line says, and its details."""
    details: dict[str, Any] = json.loads(text)
    return str(details.pop("what")), details


class Link:
    """The worker's end. ``heard`` and ``said`` are file descriptors of its own."""

    def __init__(self, heard: int, said: int) -> None:
        self._said = said
        self._lines = _lines(heard)

    @classmethod
    def standard(cls) -> Link:
        """The pipes that the launcher gave this process as its standard input and output, taken for messages alone.

        From now on nothing else can write to them, and no program that this one starts keeps them open.
        """
        link = cls(os.dup(0), os.dup(1))
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing if sys.stderr is None else 2, 1)
        os.close(nothing)
        return link

    def begin(self) -> Begin:
        """Wait for the first message. EOFError when the launcher has gone before it."""
        for text in self._lines:
            return Begin(**read(text)[1])
        raise EOFError

    def listen(self, heard: Callable[[str, dict[str, Any]], None], ended: Callable[[], None]) -> None:
        """Call ``heard`` for each further message and ``ended`` when the launcher has gone, on a thread of its own."""

        def follow() -> None:
            for text in self._lines:
                heard(*read(text))
            ended()

        threading.Thread(target=follow, name="link", daemon=True).start()

    def say(self, what: str, **details: Any) -> None:
        """Tell the launcher. When it has gone nobody is told; :meth:`listen` notices that."""
        try:
            os.write(self._said, line(what, details))
        except OSError:
            return

    def leave(self) -> NoReturn:
        """End this process now, with everything its memory holds."""
        os._exit(0)


def _lines(heard: int) -> Iterator[bytes]:
    """Each line, read without a buffer object whose lock a thread could hold while the process ends."""
    kept = b""
    while chunk := _read(heard):
        *whole, kept = (kept + chunk).split(b"\n")
        yield from whole


def _read(heard: int) -> bytes:
    try:
        return os.read(heard, _CHUNK)
    except OSError:  # the other end was torn down
        return b""
