"""Other processes on a store that the program has open: they hold its key, and are not kept out by its lock file.

``write FOLDER COUNT`` adds audit events; ``read FOLDER`` looks, until its standard input is closed, whether what it
sees is one consistent picture. Key and store id are the first line of
standard input; each answers one line.
"""

from __future__ import annotations

import select
import sys
import time
from pathlib import Path

from sqlalchemy import func
from sqlalchemy import select as query

from app.models import schema
from app.models.store import Author, Store, open_store
from app.services.clock import SystemClock

_PAUSE_SECONDS = 0.01


def write(store: Store, count: int) -> str:
    """Write that many transactions, giving others a chance in between; how many were written."""
    for number in range(count):
        with store.write(Author("neighbour"), SystemClock().now()) as work:
            work.audit("neighbour", "test", str(number))
        time.sleep(_PAUSE_SECONDS)
    return str(count)


def read(store: Store) -> str:
    """Read until standard input is closed; how many pictures were seen, and how many did not fit together."""
    seen = wrong = 0
    before = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        with store.read() as connection:
            first = picture(store, connection)
            again = picture(store, connection)
        events, last, revisions, sequence = first
        seen += 1
        wrong += first != again or events != last or revisions != sequence or events < before
        before = events
        time.sleep(_PAUSE_SECONDS)
    return f"{seen} {wrong}"


def picture(store: Store, connection: object) -> tuple[int, ...]:
    """The audit chain's rows and last number, the revisions and the sequence that the store keeps of them."""
    event, revision = schema.event, schema.revision
    found = connection.execute(  # type: ignore[attr-defined]
        query(
            query(func.count()).select_from(event).scalar_subquery(),
            query(func.max(event.c.seq)).scalar_subquery(),
            query(func.count()).select_from(revision).where(revision.c.device_id == store.device_id).scalar_subquery(),
            query(schema.store.c.seq).scalar_subquery(),
        )
    ).one()
    return tuple(found)


if __name__ == "__main__":
    what, where, *more = sys.argv[1:]
    key, store_id = sys.stdin.readline().split()
    opened = open_store(Path(where), key, store_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.write((write(opened, int(more[0])) if what == "write" else read(opened)) + "\n")
    opened.close()
