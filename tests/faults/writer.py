"""A child process that does acknowledged work, for the recorder to watch. Run as a module with its arguments.

``transactions FOLDER COUNT [SYNCHRONOUS]`` signs observations through the real services. ``keyfile FOLDER COUNT``
changes the keyfile in every way there is. Each acknowledgement is one line, written when the work has returned.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.services import assessments, residents
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.vault import keyfile, keys
from tests.factories import NEWS2_HIGH, NEWS2_LOW, PASSWORD


def acknowledge(words: str) -> None:
    """One line, one write: what the recorder sees is where in the order it stands."""
    os.write(1, f"ack {words}\n".encode())


def transactions(folder: Path, count: int, synchronous: str = "") -> None:
    """Sign that many observations, one in three of which raises an alert and queues a message."""
    if synchronous:

        @event.listens_for(Engine, "connect")
        def weaken(connection: object, record: object) -> None:
            connection.execute(f"PRAGMA synchronous = {synchronous}")  # type: ignore[attr-defined]

    session = sign_in(folder, "mo", PASSWORD, SystemClock())
    people = [row.id for row in residents.find_residents(session)]
    acknowledge("ready")
    for number in range(count):
        answers = NEWS2_LOW if number % 3 else NEWS2_HIGH
        signed = assessments.sign(session, people[number % len(people)], "news2", answers)
        acknowledge(f"{signed.revision_id} {signed.audit_count}")
    session.close()


def keyfile_changes(folder: Path, count: int) -> None:
    """Add a slot, change a password, change the data key in its two steps, take the slot away: over and over."""
    current = keyfile.read_keyfile(folder)
    manager = keyfile.unlock(current, "mo", PASSWORD)
    data_key = manager.data_key
    acknowledge(fingerprint(folder))
    for number in range(count):
        user = f"user{number // 5}"
        match number % 5:
            case 0:
                current = keyfile.seal(
                    current, data_key, slot_id=user, kind="account", user=user, role="carer", staff_id="",
                    password="first words of mine", cost=keys.FLOOR,
                )  # fmt: skip
            case 1:
                manager = keyfile.unlock(current, "mo", PASSWORD)
                current = keyfile.with_password(current, manager, PASSWORD, keys.FLOOR)
            case 2:
                data_key = keyfile.new_data_key()
                current = keyfile.with_next_epoch(current, data_key)
            case 3:
                current = keyfile.settled(current, current.epoch + 1)
            case _:
                current = keyfile.without(current, user)
        keyfile.write_keyfile(folder, current)
        acknowledge(fingerprint(folder))


def fingerprint(folder: Path) -> str:
    """The keyfile's bytes in short."""
    return hashlib.sha256((folder / keyfile.KEYFILE_NAME).read_bytes()).hexdigest()


if __name__ == "__main__":
    what, where, how_many, *more = sys.argv[1:]
    {"transactions": transactions, "keyfile": keyfile_changes}[what](Path(where), int(how_many), *more)
