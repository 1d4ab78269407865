"""The connection a person sets up: every field checked, in words, and nothing unknown let through."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import UserError
from app.sync.transports import OWN_KEY, check_settings, open_transport
from app.sync.transports.folder import FolderTransport
from app.sync.transports.mesh import MeshTransport
from app.sync.transports.seal import new_private_key, public_key
from tests.helpers.mesh_sandbox import MeshSandbox

MESH = MeshSandbox("https://mesh.example").settings()
KEY = public_key(new_private_key())
FOLDER = {"transport": "folder", "path": "stick", "recipient_public_key": KEY}


def test_what_is_kept() -> None:
    assert check_settings(MESH) == {**MESH, "ca": None, "client_cert": None, "client_key": None, "poll_minutes": 5}
    kept = check_settings(FOLDER)
    assert {key: kept[key] for key in FOLDER} == FOLDER
    assert len(kept[OWN_KEY]) == 44
    assert check_settings(FOLDER)[OWN_KEY] != kept[OWN_KEY], "a key of its own for each connection"


def test_each_opens_as_what_it_is() -> None:
    mesh, folder = open_transport(check_settings(MESH)), open_transport(check_settings(FOLDER))
    assert isinstance(mesh, MeshTransport)
    assert isinstance(folder, FolderTransport)
    mesh.close()
    folder.close()


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({}, ["transport"]),
        ({"transport": "pigeon"}, ["transport"]),
        ({"transport": "https", "url": "https://x", "token": "t"}, ["transport"]),
        ({**MESH, "colour": "red", "verify": False}, ["colour", "verify"]),
        ({**MESH, "path": "x"}, ["path"]),
        ({"transport": "mesh"}, ["url", "mailbox", "password", "shared_key", "ccg_mailbox"]),
        ({**MESH, "mailbox": 7, "password": " "}, ["mailbox", "password"]),
        ({**MESH, "url": "http://mesh.example"}, ["url"]),
        ({**MESH, "url": "https://"}, ["url"]),
        ({**MESH, "url": "https://me:secret@mesh.example"}, ["url"]),
        ({**MESH, "url": "https://mesh.example:port"}, ["url"]),
        ({**MESH, "client_cert": "c.pem"}, ["client_key"]),
        ({**MESH, "ca": ""}, ["ca"]),
        ({**MESH, "poll_minutes": 1}, ["poll_minutes"]),
        ({**MESH, "poll_minutes": True}, ["poll_minutes"]),
        ({**FOLDER, "recipient_public_key": "short"}, ["recipient_public_key"]),
        ({**FOLDER, OWN_KEY: KEY}, [OWN_KEY]),
        ({"transport": "folder"}, ["path", "recipient_public_key"]),
    ],
)
def test_what_is_refused_names_its_fields_and_tells_no_secret(settings: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(UserError) as refusal:
        check_settings(settings)
    assert [problem.field for problem in refusal.value.problems] == fields
    assert "secret" not in refusal.value.message


def test_https_says_that_it_is_not_there_yet() -> None:
    with pytest.raises(UserError, match="not available yet"):
        check_settings({"transport": "https", "url": "https://x", "token": "t"})


def test_a_folder_without_the_key_made_when_it_was_connected_is_not_opened() -> None:
    with pytest.raises(UserError, match="Connect it again"):
        open_transport(FOLDER)
