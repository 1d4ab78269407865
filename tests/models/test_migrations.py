"""Every earlier schema, as a program of its time wrote it: opened, backed up, brought up to date, and complete."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.models import integrity, migrate, schema
from app.models.store import STORE_NAME, open_store
from app.services import backups
from app.services.sign_in import sign_in
from app.vault import anchor, bundle, keyfile, keys
from tests.helpers.dying import killed_at

FIXTURES = Path(__file__).parents[1] / "fixtures"
EARLIER = sorted(path.name for path in FIXTURES.glob("schema-*"))
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands."""

    def now(self) -> datetime:
        """The instant it stands at."""
        return NOW


@pytest.fixture(params=EARLIER)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A copy of a store of an earlier schema, and what is in it."""
    store_dir = tmp_path / "store"
    shutil.copytree(FIXTURES / request.param, store_dir)
    truth = json.loads((store_dir / "truth.json").read_text())
    (store_dir / "truth.json").unlink()
    return store_dir, {**truth, "fixture": request.param}


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The search index has tables that SQLite makes for itself."""
    return kind != "table" or name is None or not name.startswith(schema.SEARCH_INDEX)


first_schema = pytest.mark.parametrize("earlier", ["schema-0001"], indirect=True)
"""For what only programs did that kept no anchor yet and wrapped no key."""


def test_there_is_a_fixture_for_every_schema_that_can_be_brought_up_to_date() -> None:
    assert {name.removeprefix("schema-") for name in EARLIER} == migrate.OLDER


def test_an_earlier_store_is_backed_up_brought_up_to_date_and_complete(earlier: tuple[Path, dict[str, Any]]) -> None:
    store_dir, truth = earlier
    session = sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock())
    try:
        with session.read() as connection:
            counted = {
                name: connection.execute(select(func.count()).select_from(schema.metadata.tables[name])).scalar_one()
                for name in truth["rows"]
            }
            reached = connection.execute(select(schema.event.c.hash).where(schema.event.c.seq == truth["count"]))
            assert reached.scalar_one() == truth["head"]
            assert counted["event"] == truth["rows"]["event"] + 1, "and this sign-in"
            assert counted | {"event": 0} == truth["rows"] | {"event": 0}
            assert integrity.chain_problems(connection) == integrity.revision_problems(connection) == ()
            assert integrity.check_signatures(connection).bad == ()
            context = MigrationContext.configure(connection, opts={"include_name": _ours})
            assert compare_metadata(context, schema.metadata) == []
    finally:
        session.close()
    (made,) = backups.found_in(store_dir / backups.FOLDER)
    kept = (made[1].kind, made[1].count, f"schema-{made[1].schema}")
    assert kept == ("before-update", truth["count"], truth["fixture"])
    assert bundle.whole(*made)
    sign_in(store_dir, truth["users"]["nurse"], truth["password"], Clock()).close()
    assert len(backups.found_in(store_dir / backups.FOLDER)) == 1, "once"


def test_cut_short_anywhere_on_the_way_it_opens_at_the_next_sign_in(
    earlier: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    store_dir, truth = earlier
    died, step = True, 0
    while died:
        after = tmp_path / f"after-{step}"
        shutil.copytree(store_dir, after)
        died = killed_at(step, partial(_in_and_out, after, truth))
        _in_and_out(after, truth)
        step += 1
    assert step > 5


def _in_and_out(store_dir: Path, truth: dict[str, Any]) -> None:
    sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock()).close()


@first_schema
def test_without_room_for_its_first_anchor_nothing_is_migrated(
    earlier: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_dir, truth = earlier
    real = os.open

    def full(path: str | Path, *rest: int) -> int:
        if Path(path).name == anchor.ANCHOR_NAME:
            raise OSError(errno.ENOSPC, "no room")
        return real(path, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(anchor.os, "open", full)
        with pytest.raises(EnvironmentTrouble) as refused:
            _in_and_out(store_dir, truth)
    assert refused.value.exit_code is ExitCode.DISK_FULL
    slots = keyfile.read_keyfile(store_dir)
    unlocked = keyfile.unlock(slots, truth["users"]["manager"], truth["password"])
    with pytest.raises(EnvironmentTrouble, match="an older version"):
        open_store(store_dir, keys.sqlcipher_key(unlocked.data_key, slots.store_id), slots.store_id)
    _in_and_out(store_dir, truth)


@first_schema
def test_once_it_has_an_anchor_an_earlier_copy_is_refused(earlier: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    store_dir, truth = earlier
    early = tmp_path / "early.db"
    shutil.copyfile(store_dir / STORE_NAME, early)
    _in_and_out(store_dir, truth)
    shutil.copyfile(early, store_dir / STORE_NAME)
    with pytest.raises(EnvironmentTrouble) as refused:
        _in_and_out(store_dir, truth)
    assert refused.value.exit_code is ExitCode.BEHIND_ANCHOR
    (store_dir / anchor.ANCHOR_NAME).unlink()
    with pytest.raises(EnvironmentTrouble, match=r"store\.anchor is missing"):
        _in_and_out(store_dir, truth)


@first_schema
def test_a_slot_is_renewed_when_its_owner_signs_in(earlier: tuple[Path, dict[str, Any]]) -> None:
    store_dir, truth = earlier
    sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock()).close()
    slots = keyfile.read_keyfile(store_dir)
    renewed = {slot.user for slot in slots.slots if slot.wrap_key}
    assert renewed == {truth["users"]["manager"]}
    sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock()).close()
    assert keyfile.read_keyfile(store_dir) == slots


def test_without_room_for_the_backup_nothing_is_migrated(
    earlier: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_dir, truth = earlier
    (store_dir / backups.FOLDER).write_text("a file where the folder should be")
    with pytest.raises(EnvironmentTrouble) as refused:
        sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock())
    assert refused.value.exit_code is ExitCode.READ_ONLY
    (store_dir / backups.FOLDER).unlink()
    unlocked = keyfile.unlock(keyfile.read_keyfile(store_dir), truth["users"]["manager"], truth["password"])
    key = keys.sqlcipher_key(unlocked.data_key, keyfile.read_keyfile(store_dir).store_id)
    with pytest.raises(EnvironmentTrouble) as older:
        open_store(store_dir, key, keyfile.read_keyfile(store_dir).store_id)
    assert older.value.exit_code is ExitCode.SCHEMA
    assert "an older version" in older.value.happened
    sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock()).close()


def test_the_fixture_is_encrypted(earlier: tuple[Path, dict[str, Any]]) -> None:
    store_dir, truth = earlier
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(store_dir / STORE_NAME).execute("SELECT * FROM resident")
    content = (store_dir / STORE_NAME).read_bytes()
    assert not any(name.encode() in content for name in truth["names"])


@pytest.mark.parametrize("earlier", ["schema-0002"], indirect=True)
def test_measurements_signed_before_are_in_their_series_exactly(earlier: tuple[Path, dict[str, Any]]) -> None:
    store_dir, truth = earlier
    session = sign_in(store_dir, truth["users"]["manager"], truth["password"], Clock())
    try:
        with session.read() as connection:
            found = {(row.kind, row.value, row.detail) for row in connection.execute(select(schema.observation)).all()}
            kept = connection.execute(select(func.count()).select_from(schema.observation)).scalar_one()
    finally:
        session.close()
    assert {
        ("weight_kg", "45.50", ""),
        ("resp_rate", "26", ""),
        ("on_oxygen", "0", ""),
        ("consciousness", "", "A"),
    } <= (found)
    assert kept == len(found) == 2 + 8, "two of one MUST, eight of one NEWS2, none of the one entered in error"
