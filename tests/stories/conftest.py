"""Homes for the stories, each made once and copied: a scripted one, the practice home, and a whole tour."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.dates import to_local, week_start
from app.services import practice
from app.services.clock import SetClock
from tests.helpers.cli import Done, Home, hartwell
from tests.helpers.mesh_sandbox import MeshSandbox, running_sandbox


@pytest.fixture(scope="session")
def now() -> datetime:
    """One instant for the whole run, so that homes made in it are homes of the same day."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def last_monday(now: datetime) -> date:
    """The Monday of the last week that has ended."""
    return week_start(to_local(now).date()) - timedelta(days=7)


@pytest.fixture(scope="session")
def practice_template(tmp_path_factory: pytest.TempPathFactory, now: datetime) -> Path:
    """The practice home, made once."""
    store = tmp_path_factory.mktemp("practice") / "store"
    practice.build(store, SetClock(now)).close()
    return store


@pytest.fixture
def practice_home(practice_template: Path, tmp_path: Path) -> Home:
    """The practice home, to do with as one likes. Its connection is the template's folder: connect it anew to sync."""
    return Home(shutil.copytree(practice_template, tmp_path / "home"), practice.USER, practice.PASSWORD)


@dataclass(frozen=True)
class Tour:
    """A tour that was made: its folder, what it said, and the folder of everything else it may have written."""

    out: Path
    done: Done
    elsewhere: Path

    @property
    def home(self) -> Home:
        """The practice home that it leaves."""
        return Home(self.out / "store", practice.USER, practice.PASSWORD)


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A whole tour without a screen, whose logs, settings and temporary files all lie in one folder of their own."""
    folder = tmp_path_factory.mktemp("tour")
    out, elsewhere = folder / "out", folder / "elsewhere"
    elsewhere.mkdir()
    names = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP", "HOME",
             "LOCALAPPDATA", "APPDATA")  # fmt: skip
    env = dict.fromkeys(names, str(elsewhere)) | {"QT_QPA_PLATFORM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    done = hartwell("tour", "--out", out, env=env)
    assert done.code == 0, done.err
    return Tour(out, done, elsewhere)


@pytest.fixture(scope="session")
def mesh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshSandbox]:
    """A real MESH server."""
    with running_sandbox(tmp_path_factory.mktemp("mesh") / "sandbox.log") as sandbox:
        yield sandbox


@pytest.fixture
def mesh(mesh_server: MeshSandbox) -> MeshSandbox:
    """The server with empty mailboxes."""
    mesh_server.reset()
    return mesh_server
