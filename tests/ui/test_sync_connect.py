"""Connecting the home: from a file or typed, with every problem at its question and no secret on the screen."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.services import sync
from app.ui.pages.sync import SyncPage
from app.ui.pages.sync.connect import ConnectDialog
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.password import PasswordEdit
from tests.helpers.signed_in import PASSWORD, SignedIn
from tests.ui.helpers import clipped, unnamed, wait_quiet

MESH = {
    "transport": "mesh",
    "url": "https://mesh.example.nhs.uk",
    "mailbox": "VN3X2HC001",
    "password": "a mailbox secret",
    "shared_key": "a shared secret",
    "ccg_mailbox": "06KHC001",
}
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def home(claim_home: SignedIn) -> SignedIn:
    return claim_home


@pytest.fixture
def page(home: SignedIn, qtbot: QtBot) -> SyncPage:
    shown = SyncPage(home.ctx)
    home.ctx.changed.connect(shown.refresh)
    qtbot.addWidget(shown)
    shown.resize(1240, 700)
    shown.show()
    shown.opened(None)
    wait_quiet(qtbot, home.tasks)
    return shown


@pytest.fixture
def form(page: SyncPage, qtbot: QtBot) -> ConnectDialog:
    qtbot.mouseClick(page.connect_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(d.isActiveWindow() for d in page.findChildren(ConnectDialog)))
    shown = page.findChildren(ConnectDialog)[0]
    shown.form.set_typed({"own": PASSWORD})
    return shown


def travel(form: ConnectDialog, transport: str) -> None:
    choice = form.form.fields["transport"].editor
    assert isinstance(choice, ChoiceBox)
    choice.set_value(transport)


def fill(form: ConnectDialog, qtbot: QtBot, **typed: str) -> None:
    for key, text in typed.items():
        editor = form.form.fields[key].editor
        box = editor.box if isinstance(editor, PasswordEdit) else editor
        assert isinstance(box, QLineEdit)
        qtbot.keyClicks(box, text)


def test_a_connection_file_connects_and_shows_no_secret(
    form: ConnectDialog, page: SyncPage, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mesh.json"
    path.write_text(json.dumps(MESH | {"ca": None, "client_cert": None, "client_key": None, "poll_minutes": 5}))
    form.use_file(path)
    qtbot.waitUntil(lambda: bool(home.said))
    wait_quiet(qtbot, home.tasks)
    assert home.call(sync.connection).target == "NHS MESH, mailbox VN3X2HC001"
    assert home.said[-1].text == "The connection is saved, and has not been tried yet"
    assert page.state.word == "Connected, not tried yet"
    assert page.send_button.isEnabled()
    everything = " ".join(part.text() for part in page.findChildren(QLabel)) + home.said[-1].detail
    assert "secret" not in everything


def test_what_is_wrong_in_a_file_stands_at_the_questions(
    form: ConnectDialog, home: SignedIn, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mesh.json"
    path.write_text(json.dumps({**MESH, "url": "http://mesh.example.nhs.uk", "mailbox": "", "colour": "blue"}))
    form.use_file(path)
    qtbot.waitUntil(lambda: bool(form.summary.texts()))
    assert form.form.fields["url"].error == "MESH address must be an https:// address"
    assert form.form.fields["mailbox"].error == "Enter our mailbox"
    assert "colour is not a setting of the mesh transport" in form.summary.texts()
    editor = form.form.fields["password"].editor
    assert isinstance(editor, PasswordEdit)
    assert editor.text() == "a mailbox secret"
    assert editor.box.echoMode() is QLineEdit.EchoMode.Password
    assert home.call(sync.connection).transport is None


def test_the_password_is_asked_again_and_a_wrong_one_said_at_its_box(
    form: ConnectDialog, home: SignedIn, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mesh.json"
    path.write_text(json.dumps(MESH))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    own = form.form.fields["own"]
    for button in (form.save_button, form.file_button):
        form.form.set_typed({"own": ""})
        own.set_error("")
        button.click()
        assert own.error == "Enter your own password"
    fill(form, qtbot, own="wrong words here")
    form.file_button.click()
    qtbot.waitUntil(lambda: own.error.startswith("The password is not right."))
    assert form.form.fields["password"].error == "", "that one is the mailbox's"
    assert home.call(sync.connection).transport is None
    fill(form, qtbot, own=PASSWORD)
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.call(sync.connection).target == "NHS MESH, mailbox VN3X2HC001"


def test_no_connection_file_fills_in_the_persons_own_password(
    form: ConnectDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mesh.json"
    path.write_text(json.dumps({**MESH, "own": "from the file"}))
    form.use_file(path)
    qtbot.waitUntil(lambda: "own is not a setting of the mesh transport" in form.summary.texts())
    assert form.form.typed()["own"] == PASSWORD


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "must be JSON text"),
        ("[1, 2]", "must hold one JSON object"),
        ('{"transport": "pigeon"}', "Transport must be mesh or folder"),
        ("x" * 200_000, "too large"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_words(
    form: ConnectDialog, home: SignedIn, qtbot: QtBot, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "connection.json"
    path.write_text(content)
    form.use_file(path)
    qtbot.waitUntil(lambda: bool(form.summary.texts()))
    assert said in form.summary.texts()[0]
    assert home.call(sync.connection).transport is None


def test_a_file_that_is_gone_is_told_apart(form: ConnectDialog, qtbot: QtBot, tmp_path: Path) -> None:
    form.use_file(tmp_path / "gone.json")
    assert "gone.json could not be read" in form.summary.texts()[0]


def test_a_folder_is_typed_in(form: ConnectDialog, home: SignedIn, qtbot: QtBot, tmp_path: Path) -> None:
    travel(form, "folder")
    assert form.form.fields["path"].isVisible()
    assert not form.form.fields["mailbox"].isVisible()
    fill(form, qtbot, path=str(tmp_path), recipient_public_key="short")
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(form.form.fields["recipient_public_key"].error))
    assert form.form.fields["recipient_public_key"].error.startswith("The CCG's public key must be")
    form.form.set_typed({"recipient_public_key": KEY})
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.call(sync.connection).target == f"Folder {tmp_path}"


def test_mesh_is_typed_in_and_every_empty_question_is_named(form: ConnectDialog, home: SignedIn, qtbot: QtBot) -> None:
    travel(form, "mesh")
    form.save_button.click()
    qtbot.waitUntil(lambda: len(form.summary.texts()) == 5)
    assert form.summary.texts()[0] == "Enter the MESH address"
    fill(form, qtbot, **{key: value for key, value in MESH.items() if key != "transport"}, poll_minutes="soon")
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(form.form.fields["poll_minutes"].error))
    assert form.form.fields["poll_minutes"].error.startswith("Minutes between looks for answers must be a whole number")
    form.form.set_typed({"poll_minutes": "15", "client_cert": "our.crt"})
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(form.form.fields["client_key"].error))
    assert "Give both our certificate file and our key file" in form.form.fields["client_key"].error
    form.form.set_typed({"client_cert": ""})
    form.save_button.click()
    qtbot.waitUntil(lambda: bool(home.said))
    assert home.call(sync.connection).transport == "mesh"


def test_what_was_typed_is_not_thrown_away_by_escape(form: ConnectDialog, qtbot: QtBot) -> None:
    travel(form, "folder")
    fill(form, qtbot, path="/media/stick")
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert form.isVisible()
    qtbot.mouseClick(form.discard_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not form.isVisible())


def test_the_form_fits_at_double_size_and_every_box_has_a_name(
    form: ConnectDialog, home: SignedIn, qtbot: QtBot
) -> None:
    home.theme.set(text_size=200)
    for transport in ("mesh", "folder"):
        travel(form, transport)
        qtbot.waitUntil(lambda: not clipped(form), timeout=3000)
    assert unnamed(form) == []
