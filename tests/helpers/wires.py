"""The worker's end of the wire to a launcher, for tests in one process: what is said is kept, and nothing ends."""

from __future__ import annotations

import os
from typing import Any, NoReturn

from app import link
from app.link import Link, Show


class Recorded(Link):
    """Keeps what a worker says in ``said``."""

    def __init__(self) -> None:
        super().__init__(-1, -1)
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.left = False

    def say(self, what: str, **details: Any) -> None:
        """Keep it, as it would arrive."""
        self.said.append(link.read(link.line(what, details)))

    def leave(self) -> NoReturn:  # type: ignore[misc]
        """The process would end here; the test's goes on."""
        self.left = True

    @property
    def show(self) -> Show:
        """What the launcher would tell the next worker after the lock."""
        found = [details for what, details in self.said if what == link.LOCKED]
        return Show(**found[-1])


def nowhere() -> Link:
    """A wire to nobody."""
    return Link(os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_WRONLY))
