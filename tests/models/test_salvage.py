"""Reading a damaged store page by page: nothing wrong is ever given out, and what is lost is known by name."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.models import schema
from app.models.salvage import REBUILT, RECORD, Salvaged, salvage
from app.models.store import connect_raw
from app.models.trees import Contents, read_everything
from app.vault import keyfile, keys
from app.vault.pages import SealedPages
from tests.helpers.damage import PAGE, FullHome, full_home
from tests.services.conftest import derive_each_password_once  # noqa: F401 - the same, for the home's making

ROOTS = 72
"""In a new store the roots of all tables and indexes come first."""


@pytest.fixture
def home(tmp_path: Path) -> FullHome:
    """The full home, to damage."""
    return full_home(tmp_path / "home")


def by_library(home: FullHome) -> dict[str, list[str]]:
    """Every row of every table as the library reads it."""
    connection = connect_raw(home.store, home.key)
    found = {}
    for name, table in schema.metadata.tables.items():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        found[name] = sorted(map(repr, connection.execute(f"SELECT {columns} FROM {name}")))
    connection.close()
    return found


def by_pages(contents: Contents) -> dict[str, list[str]]:
    """The same as read from the pages."""
    return {
        name: sorted(
            repr(tuple(row[column.name] for column in schema.metadata.tables[name].columns)) for row in table.rows
        )
        for name, table in contents.tables.items()
    }


def rows(found: Salvaged) -> int:
    """The rows that were read, but for those that are made again whole from the revisions."""
    return sum(table.read for name, table in found.tables.items() if name not in REBUILT)


def missing(found: Salvaged) -> int:
    return sum(table.missing for table in found.tables.values())


def record(found: Salvaged) -> Mapping[str, Any]:
    """The revisions by id and the events by number."""
    return {key(row): dict(row) for row in (*found.revisions, *found.events)}


def key(row: Mapping[str, Any]) -> str:
    return str(row.get("id", row["seq"]))


def nothing_wrong(found: Salvaged, true: Mapping[str, Any]) -> bool:
    """Whether all that is given out is what was written."""
    return all(true[name] == row for name, row in record(found).items())


def test_an_undamaged_store_reads_from_its_pages_as_the_library_reads_it(home: FullHome) -> None:
    contents = read_everything(SealedPages(home.store, home.key))
    assert contents.bad == []
    assert not any(table.broken for table in contents.tables.values())
    assert by_pages(contents) == by_library(home)
    assert len(contents.tables["revision"].rows) > 150
    assert max(len(row["content"]) for row in contents.tables["blob"].rows) > 2 * PAGE, "runs over into other pages"


def test_what_only_the_log_holds_is_read_too(home: FullHome) -> None:
    connection = connect_raw(home.store, home.key)
    try:
        connection.execute("INSERT INTO setting VALUES ('new', '1')")
        assert home.store.with_name(f"{home.store.name}-wal").stat().st_size > PAGE
        contents = read_everything(SealedPages(home.store, home.key))
        assert "new" in {row["key"] for row in contents.tables["setting"].rows}
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA cache_size = 1")  # so that what is not committed reaches the log
        connection.executemany("INSERT INTO setting VALUES (?, ?)", [(f"half {n}", "x" * 2000) for n in range(500)])
        contents = read_everything(SealedPages(home.store, home.key))
        assert not any(row["key"].startswith("half") for row in contents.tables["setting"].rows)
    finally:
        connection.close()


def test_one_damaged_page_anywhere_costs_few_rows_each_counted_and_none_wrong(home: FullHome) -> None:
    """The first page, every root, and one in four of the others: inner pages, leaves, what long rows run over into."""
    whole = salvage(home.store, home.key)
    assert whole.whole_record
    assert missing(whole) == 0
    true, all_rows, chance = record(whole), rows(whole), random.Random(3)
    assert all_rows > 400
    for page in (*range(1, ROOTS + 1), *range(ROOTS + 1, home.pages + 1, 4)):
        byte, bit = chance.randrange(16 if page == 1 else 0, PAGE), chance.randrange(8)
        home.flip(page, byte, bit)
        found = salvage(home.store, home.key)
        home.flip(page, byte, bit)
        assert found.bad_pages == (page,)
        assert rows(found) >= 0.9 * all_rows, page
        assert nothing_wrong(found, true), page
        assert found.changed == ()
        uncounted = all_rows - rows(found) - missing(found)
        assert 0 <= uncounted <= 1, page  # only of a table of one row, which no index names, may nobody know
        if uncounted:
            assert any(table.unsure for table in found.tables.values()), page
        counted = {name: found.tables[name] for name in RECORD}
        assert all(whole.tables[name].read == table.read + table.missing for name, table in counted.items()), page
    assert salvage(home.store, home.key).whole_record, "every bit was put back"


@pytest.mark.parametrize("share", [0.03, 0.2])
def test_many_damaged_pages_give_less_and_nothing_wrong(home: FullHome, share: float) -> None:
    true = record(salvage(home.store, home.key))
    chance = random.Random(5)
    for page in chance.sample(range(1, home.pages + 1), int(home.pages * share)):
        home.zero(page)
    found = salvage(home.store, home.key)
    assert found.bad_pages
    assert len(found.revisions) > 0.5 * (1 - share) * 170
    assert nothing_wrong(found, true)
    assert not found.whole_record


@pytest.mark.parametrize("share", [0.9, 0.5, 0.3])
def test_a_store_that_was_cut_off_gives_what_is_left(home: FullHome, share: float) -> None:
    true = record(salvage(home.store, home.key))
    home.cut(int(home.pages * share) * PAGE + 100)
    found = salvage(home.store, home.key)
    assert nothing_wrong(found, true)
    assert found.revisions
    assert not found.whole_record
    assert found.tables["revision"].read + found.tables["revision"].missing <= len(true)


def test_pages_that_changed_places_are_damaged_pages(home: FullHome) -> None:
    content = bytearray(home.store.read_bytes())
    first, second = (slice(page * PAGE, (page + 1) * PAGE) for page in (100, 120))
    content[first], content[second] = content[second], content[first]
    home.store.write_bytes(content)
    assert salvage(home.store, home.key).bad_pages == (101, 121)


def test_a_revision_changed_with_the_key_is_named_and_never_shown(home: FullHome) -> None:
    connection = connect_raw(home.store, home.key)
    connection.execute("DROP TRIGGER revision_no_update")
    victim = connection.execute("SELECT id FROM revision WHERE kind = 'allergy' LIMIT 1").fetchone()[0]
    connection.execute("UPDATE revision SET body = replace(body, 'Penicillin', 'Nothing') WHERE id = ?", (victim,))
    connection.close()
    found = salvage(home.store, home.key)
    assert found.changed == (victim,)
    assert victim not in {row["id"] for row in found.revisions}
    assert not found.whole_record
    assert "Nothing" not in repr([dict(row) for row in found.revisions])


def test_a_body_that_was_destroyed_at_the_end_of_its_keeping_is_no_damage(home: FullHome) -> None:
    connection = connect_raw(home.store, home.key)
    victim = connection.execute("SELECT id FROM revision LIMIT 1").fetchone()[0]
    connection.execute("INSERT INTO purge VALUES (?, 'now', 'mo', 'kept long enough')", (victim,))
    connection.execute("UPDATE revision SET body = '' WHERE id = ?", (victim,))
    connection.close()
    found = salvage(home.store, home.key)
    assert found.whole_record
    assert victim in {row["id"] for row in found.revisions}


def test_revisions_taken_out_with_the_key_are_known_from_the_trail_and_the_numbering(home: FullHome) -> None:
    connection = connect_raw(home.store, home.key)
    connection.execute("DROP TRIGGER revision_no_delete")
    connection.execute("DROP TRIGGER event_no_delete")
    gone = [row[0] for row in connection.execute("SELECT id FROM revision WHERE kind = 'assessment' LIMIT 2")]
    connection.executemany("DELETE FROM revision WHERE id = ?", [(one,) for one in gone])
    connection.execute("DELETE FROM event WHERE detail LIKE ?", (f"%{gone[1]}%",))
    connection.close()
    found = salvage(home.store, home.key)
    assert [lost.id for lost in found.lost] == gone[:1], "the trail names it"
    assert (found.lost[0].kind, found.unnamed) == ("assessment", 1), "the numbering knows of the other"
    assert len(found.lost_events) == 1


def test_a_trail_that_ends_before_its_anchor_lacks_its_end(home: FullHome) -> None:
    length = len(salvage(home.store, home.key).events)
    assert salvage(home.store, home.key, anchored=length + 3).lost_events == (length + 1, length + 2, length + 3)


def test_a_damaged_log_costs_what_it_held_and_gives_what_was_before(home: FullHome) -> None:
    connection = connect_raw(home.store, home.key)
    log = home.store.with_name(f"{home.store.name}-wal")
    try:
        connection.execute("UPDATE setting SET value = 'new' WHERE key = 'home'")
        content = bytearray(log.read_bytes())
        for at in range(32 + 24, len(content), 24 + PAGE):
            content[at + 50] ^= 1
        copy = home.folder.parent / "copy.db"
        copy.write_bytes(home.store.read_bytes())
        copy.with_name("copy.db-wal").write_bytes(content)
    finally:
        connection.close()
    found = salvage(copy, home.key)
    assert found.log_damaged
    assert found.whole_record
    copy.with_name("copy.db-wal").write_bytes(os.urandom(40_000))
    assert salvage(copy, home.key).whole_record


def test_another_key_or_no_store_at_all_reads_nothing(home: FullHome) -> None:
    assert not salvage(home.store, "00" * 48).tables_read
    for content in (b"", b"abc", os.urandom(3 * PAGE), bytes(3 * PAGE)):
        home.store.write_bytes(content)
        assert not salvage(home.store, home.key).tables_read


def test_a_store_of_the_first_schema_is_read_too(tmp_path: Path) -> None:
    """Its rows are shorter: the columns that came later have their defaults."""
    folder = shutil.copytree(Path(__file__).parents[1] / "fixtures" / "schema-0001", tmp_path / "home")
    truth = json.loads((folder / "truth.json").read_text())
    slots = keyfile.read_keyfile(folder)
    data_key = keyfile.unlock(slots, truth["users"]["manager"], truth["password"]).data_key
    found = salvage(folder / "hartwell.db", keys.sqlcipher_key(data_key, slots.store_id))
    assert found.whole_record
    assert found.bad_pages == ()
    assert {name: found.tables[name].read for name in truth["rows"] if name in found.tables} == {
        name: rows for name, rows in truth["rows"].items() if name in found.tables
    }
    assert found.events[-1]["hash"] == truth["head"]
    assert {row["must_change"] for row in found.accounts} == {0}
