"""Damage that nobody announced: what is shown is true, or the program says that the records are damaged or behind.

An error is fine, a backup helps. A wrong value, a row that is silently missing, or an empty home would not be.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import schema
from app.services import assessments, residents
from app.services.clock import SetClock
from app.services.sign_in import sign_in
from tests.factories import NEWS2_HIGH, NEWS2_LOW, NOW, PASSWORD, LivingHome
from tests.faults import truth
from tests.faults.figures import Row

DB, WAL = "hartwell.db", "hartwell.db-wal"
SHOWN = (schema.resident, schema.revision, schema.assessment, schema.alert, schema.outbox, schema.event)
SAID = {ExitCode.DAMAGED: "said_damaged", ExitCode.BEHIND_ANCHOR: "said_behind"}
Rows = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Sources:
    """Homes to damage: one closed, the same with acknowledged work in its log only, an older copy, and a stranger."""

    closed: Path
    open: Path
    older: Path
    stranger: Path


def everything(folder: Path, *, inspect: bool = False) -> Rows:
    """All rows of what is shown to people, read by the program's own way in."""
    with truth.opened(folder, inspect=inspect) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in SHOWN
        }


def sign_some(living: LivingHome, count: int) -> None:
    """Acknowledged work."""
    people = [row.id for row in residents.find_residents(living.session)]
    for number in range(count):
        answers = NEWS2_LOW if number % 4 else NEWS2_HIGH
        assessments.sign(living.session, people[number % len(people)], "news2", answers)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """The homes, made once; tests damage copies."""
    folder = tmp_path_factory.mktemp("damage")
    living = LivingHome(folder / "living")
    for place in range(1, 9):
        living.resident(place)
    sign_some(living, 10)
    living.session.close()
    older = shutil.copytree(living.store_dir, folder / "older")
    stranger = LivingHome(folder / "stranger")
    stranger.resident(9)
    shutil.copytree(stranger.store_dir, folder / "stranger open")  # its log, while it is open
    stranger.session.close()
    living.session = sign_in(living.store_dir, "mo", PASSWORD, SetClock(NOW))
    sign_some(living, 20)
    opened = shutil.copytree(living.store_dir, folder / "open")
    living.session.close()
    assert (opened / WAL).stat().st_size > 100_000
    return Sources(living.store_dir, opened, older, folder / "stranger open")


def flip(path: Path, chance: random.Random) -> None:
    """Turn one bit round."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content) * 8)
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    """Cut it short: anywhere, or at the lengths that invite mistakes."""
    content = path.read_bytes()
    path.write_bytes(content[: chance.choice((0, 1, 15, 16, 100, 4096, *(chance.randrange(len(content)),) * 6))])


def blank(path: Path, chance: random.Random) -> None:
    """Zero the header, a page, or a run of pages."""
    content = bytearray(path.read_bytes())
    length = chance.choice((16, 4096, 4096 * chance.randrange(1, 9)))
    start = 0 if chance.random() < 0.3 else chance.randrange(0, len(content), 4096)
    end = min(len(content), start + length)
    content[start:end] = bytes(end - start)
    path.write_bytes(content)


def damage_store(how: Callable[[Path, random.Random], None]) -> Callable[[Sources, Path, random.Random], Path]:
    """A copy of the closed home with its file damaged."""

    def make(sources: Sources, place: Path, chance: random.Random) -> Path:
        folder = shutil.copytree(sources.closed, place)
        how(folder / DB, chance)
        return folder

    return make


def damage_log(how: Callable[[Path, random.Random], None]) -> Callable[[Sources, Path, random.Random], Path]:
    """A copy of the home with work in its log, and the log damaged."""

    def make(sources: Sources, place: Path, chance: random.Random) -> Path:
        folder = shutil.copytree(sources.open, place, ignore=shutil.ignore_patterns("*-shm"))
        how(folder / WAL, chance)
        return folder

    return make


def swap_log(sources: Sources, place: Path, chance: random.Random) -> Path:
    """The log of another home, or of this one at an earlier time."""
    folder = shutil.copytree(sources.open, place, ignore=shutil.ignore_patterns("*-shm"))
    shutil.copy(sources.stranger / WAL, folder / WAL)
    if chance.random() < 0.5:
        flip(folder / WAL, chance)
    return folder


def roll_back(sources: Sources, place: Path, chance: random.Random) -> Path:
    """An old copy of the records put back beside the present keyfile and anchor, with or without its log."""
    folder = shutil.copytree(sources.closed, place)
    shutil.copy(sources.older / DB, folder / DB)
    if chance.random() < 0.5:
        (folder / WAL).write_bytes(b"")
    return folder


KINDS: dict[str, Callable[[Sources, Path, random.Random], Path]] = {
    "store, one bit": damage_store(flip),
    "store, cut": damage_store(cut),
    "store, zeroed": damage_store(blank),
    "log, one bit": damage_log(flip),
    "log, cut": damage_log(cut),
    "log, deleted": damage_log(lambda path, _: path.unlink()),
    "log, another's": swap_log,
    "whole store, rolled back": roll_back,
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_said_and_nothing_wrong_is_shown(
    sources: Sources, memory_folder: Path, chance: random.Random, row: Row, long_form: bool, kind: str
) -> None:
    known = everything(
        shutil.copytree(sources.open if kind.startswith("log") else sources.closed, memory_folder / "sound")
    )
    row.title = kind
    row.set(tried=0, right=0, said_damaged=0, said_behind=0, wrong=0, other=0)
    times = 500 if long_form else 50
    for number in range(times):
        folder = KINDS[kind](sources, memory_folder / "damaged", chance)
        row.add("tried")
        try:
            shown = everything(folder)
        except EnvironmentTrouble as trouble:
            name = {ExitCode.DAMAGED: "said_damaged", ExitCode.BEHIND_ANCHOR: "said_behind"}.get(
                trouble.exit_code, "other"
            )
            row.add(name)
            if trouble.exit_code is ExitCode.BEHIND_ANCHOR and number % 5 == 0:
                read_only(folder, known, row)
        else:
            row.add("right" if shown == known else "wrong")
        shutil.rmtree(folder)
    assert (row.count("wrong"), row.count("other")) == (0, 0)
    assert row.count("right") < times, "damage that changes nothing proves nothing"


def read_only(folder: Path, known: Rows, row: Row) -> None:
    """What is shown of records that are behind is all true, only not complete."""
    try:
        shown = everything(folder, inspect=True)
    except EnvironmentTrouble as trouble:
        assert trouble.exit_code is ExitCode.DAMAGED  # noqa: PT017 - it may be damaged as well
        return
    assert shown["resident"], "never an empty home"
    row.add("wrong", not all(set(shown[name]) <= set(known[name]) for name in ("event", "revision")))


def test_records_that_are_behind_are_opened_for_reading_only(sources: Sources, tmp_path: Path, row: Row) -> None:
    """As a person finds it: refused with its code, and opened to look at on purpose, but not to write in."""
    folder = roll_back(sources, tmp_path / "home", random.Random(1))
    clock = SetClock(datetime.now(UTC))
    with pytest.raises(EnvironmentTrouble) as refusal:
        sign_in(folder, "mo", PASSWORD, clock)
    row.set(code=int(refusal.value.exit_code))
    assert refusal.value.exit_code is ExitCode.BEHIND_ANCHOR
    session = sign_in(folder, "mo", PASSWORD, clock, inspect=True)
    try:
        people = residents.find_residents(session)
        assert len(people) == 8
        with pytest.raises(EnvironmentTrouble) as no_writing:
            assessments.sign(session, people[0].id, "news2", NEWS2_LOW)
        assert no_writing.value.exit_code is ExitCode.BEHIND_ANCHOR
    finally:
        session.close()
