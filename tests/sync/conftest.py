"""One real MESH server for all tests of the wire, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.mesh_sandbox import MeshSandbox, running_sandbox


@pytest.fixture(scope="session")
def mesh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeshSandbox]:
    """The server, started once."""
    with running_sandbox(tmp_path_factory.mktemp("mesh") / "sandbox.log") as sandbox:
        yield sandbox


@pytest.fixture
def mesh(mesh_server: MeshSandbox) -> MeshSandbox:
    """The server with empty mailboxes."""
    mesh_server.reset()
    return mesh_server


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder for sealed messages."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
