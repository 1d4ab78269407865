"""The first window: light before it is on the screen, clear when the password is wrong, readable for everybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services.sign_in import sign_in
from app.ui import theme
from app.ui.firstrun import FirstRunWindow
from app.ui.signin import SCREEN_NAME, Screen, SignedIn, SignInWindow, keep_screen, read_screen
from app.ui.tasks import Tasks
from app.ui.theme import Choice, Theme
from tests.helpers.signed_in import PASSWORD, StandingClock, make_home
from tests.ui.helpers import clipped, exposed, stray_windows, unnamed, wait_quiet

HEAVY = (
    "sqlalchemy",
    "alembic",
    "reportlab",
    "pydantic",
    "fhir",
    "numpy",
    "requests",
    "httpx",
    "urllib3",
    "http.client",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("signin") / "store"
    make_home(store)
    return store


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, Choice.LIGHT)
    yield made
    made.deleteLater()
    theme.apply(qapp, Choice.LIGHT, 100)


@pytest.fixture
def window(qtbot: QtBot, tasks: Tasks, look: Theme, home: Path) -> Iterator[SignInWindow]:
    made = SignInWindow(home, tasks, look, StandingClock)
    qtbot.addWidget(made)
    exposed(qtbot, made)
    made.activateWindow()
    wait_quiet(qtbot, tasks)
    qtbot.waitUntil(lambda: made.users.value() == "mo")
    yield made
    (home / SCREEN_NAME).unlink(missing_ok=True)


def _in_a_process(script: str, *arguments: str) -> dict[str, object]:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=root, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


_FIRST_PAINT = """
import json, sys
from pathlib import Path
from PySide6 import QtCore
from app.link import Begin
from app.main import application, open_program
from tests.helpers.wires import nowhere

app = application()
program = open_program(app, nowhere(), Begin(sys.argv[1]))
found = {}

def painted():
    found.update(modules=sorted(sys.modules), visible=program.window.isVisible(), qt="Qt" in vars(QtCore))
    app.quit()

program.window.painted.disconnect()  # what the program itself does then may be slow
program.window.painted.connect(painted)
app.exec()
program.close()
print(json.dumps(found))
"""


def test_nothing_heavy_is_loaded_before_the_window_has_been_painted(home: Path) -> None:
    found = _in_a_process(_FIRST_PAINT, str(home))
    assert found["visible"] is True
    loaded = found["modules"]
    assert isinstance(loaded, list)
    assert "app.ui.signin" in loaded
    heavy = [name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in HEAVY)]
    assert heavy == []
    assert found["qt"] is False, "building Qt's enumerations takes longer than this window"


_TITLE = """
import json
from app.main import application

app = application()
app.setApplicationName("Follows")
print(json.dumps({"appended": app.applicationDisplayName()}))
"""


def test_the_title_bar_says_hartwell_once() -> None:
    """Qt appends a display name of its own to each title; without one it reads as the application's name."""
    assert _in_a_process(_TITLE) == {"appended": "Follows"}


def test_only_the_window_itself_appears(qtbot: QtBot, tasks: Tasks, look: Theme, home: Path, tmp_path: Path) -> None:
    with stray_windows() as strays:
        first = SignInWindow(home, tasks, look, StandingClock, practice=True)
        second = FirstRunWindow(tmp_path / "none", tmp_path / "practice", tasks, look, StandingClock)
        for window in (first, second):
            qtbot.addWidget(window)
            window.show()
        wait_quiet(qtbot, tasks)
    assert [stray.split("(")[0] for stray in strays] == ["SignInWindow", "FirstRunWindow"]


def test_the_right_password_opens_the_home_on_the_store_thread(
    qtbot: QtBot, window: SignInWindow, tasks: Tasks, home: Path
) -> None:
    qtbot.waitUntil(window.password_box.box.hasFocus)
    qtbot.keyClicks(window.password_box.box, PASSWORD)
    with qtbot.waitSignal(window.signed_in, timeout=20_000) as signal:
        qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
        assert window.busy
        assert window.progress.isVisible()
        assert window.progress_words.text() == "Opening…"
    result = signal.args[0]
    assert isinstance(result, SignedIn)
    assert (result.session.account.user, result.text_size, result.choice) == ("mo", 100, Choice.SYSTEM)
    assert window.password_box.text() == ""
    assert json.loads((home / SCREEN_NAME).read_text())["user"] == "mo"
    tasks.on_store(result.session.close)


def test_a_wrong_password_is_said_at_its_box_and_another_try_is_at_hand(
    qtbot: QtBot, window: SignInWindow, tasks: Tasks
) -> None:
    qtbot.keyClicks(window.password_box.box, "not the one")
    qtbot.mouseClick(window.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.password.error == "The password is not right.", timeout=20_000)
    assert not window.busy
    assert window.password_box.box.selectedText(), "typing replaces the wrong one"
    qtbot.waitUntil(window.password_box.box.hasFocus)
    qtbot.keyClicks(window.password_box.box, PASSWORD)
    with qtbot.waitSignal(window.signed_in, timeout=20_000) as signal:
        qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
    assert window.password.error == ""
    tasks.on_store(signal.args[0].session.close)


def test_an_empty_password_is_asked_for_without_trying(qtbot: QtBot, window: SignInWindow) -> None:
    qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
    assert window.password.error == "Enter your password"
    assert not window.busy


def test_a_home_that_is_open_elsewhere_says_what_happened_and_what_to_do(
    qtbot: QtBot, window: SignInWindow, home: Path
) -> None:
    elsewhere = sign_in(home, "mo", PASSWORD, StandingClock())
    try:
        said = []
        window.messages.shown.connect(said.append)
        qtbot.keyClicks(window.password_box.box, PASSWORD)
        qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    finally:
        elsewhere.close()
    assert "open" in said[0].text
    assert said[0].detail
    assert window.password.error == ""
    assert not window.busy


def test_a_damaged_keyfile_is_told_from_a_wrong_password(
    qtbot: QtBot, tasks: Tasks, look: Theme, tmp_path: Path
) -> None:
    make_home(tmp_path / "store")
    keyfile = next(path for path in (tmp_path / "store").iterdir() if path.suffix == ".keys")
    keyfile.write_bytes(keyfile.read_bytes()[:-20])
    made = SignInWindow(tmp_path / "store", tasks, look, StandingClock)
    qtbot.addWidget(made)
    said = []
    made.messages.shown.connect(said.append)
    made.show()
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert "damaged" in f"{said[0].text} {said[0].detail}"


def test_text_size_is_on_the_first_screen_and_is_kept(qtbot: QtBot, window: SignInWindow, home: Path) -> None:
    before = window.button.height()
    qtbot.mouseClick(window.text_size.larger, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.text_size.larger, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.button.height() > before)
    assert read_screen(home).text_size == 150


def test_a_size_chosen_before_signing_in_becomes_the_persons_own(
    qtbot: QtBot, window: SignInWindow, tasks: Tasks
) -> None:
    qtbot.mouseClick(window.text_size.larger, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(window.password_box.box, PASSWORD)
    with qtbot.waitSignal(window.signed_in, timeout=20_000) as signal:
        qtbot.keyClick(window.password_box.box, Qt.Key.Key_Return)
    result = signal.args[0]
    assert result.text_size == 125
    from app.services import settings

    assert tasks.on_store(lambda: settings.get(result.session, "text_size")) == 125
    tasks.on_store(lambda: settings.put(result.session, "text_size", 100))
    tasks.on_store(result.session.close)


def test_no_home_asks_for_the_first_run(qtbot: QtBot, tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    made = SignInWindow(tmp_path / "nothing", tasks, look, StandingClock)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.no_home, timeout=20_000):
        made.show()
    assert not (tmp_path / "nothing").exists(), "looking must not create a store"


@pytest.mark.parametrize("size", [100, 200])
def test_every_control_has_a_name_and_nothing_is_cut_off(
    qtbot: QtBot, window: SignInWindow, look: Theme, tasks: Tasks, size: int
) -> None:
    look.set(text_size=size)
    window.resize(1366, 768)
    wait_quiet(qtbot, tasks)
    assert unnamed(window) == []
    qtbot.waitUntil(lambda: clipped(window) == [])


@pytest.mark.parametrize(
    "content", ["", "{", '{"theme": "sepia", "text_size": 100, "user": ""}', '{"text_size": "x"}', "[]"]
)
def test_a_spoilt_screen_file_gives_the_plain_look(tmp_path: Path, content: str) -> None:
    (tmp_path / SCREEN_NAME).write_text(content)
    assert read_screen(tmp_path) == Screen()


def test_the_screen_file_is_read_back(tmp_path: Path) -> None:
    keep_screen(tmp_path, Screen(Choice.DARK, 175, "mo"))
    assert read_screen(tmp_path) == Screen(Choice.DARK, 175, "mo")
    keep_screen(tmp_path / "not there", Screen())
    assert not (tmp_path / "not there").exists()


def test_the_practice_home_tells_its_password(qtbot: QtBot, tasks: Tasks, look: Theme, home: Path) -> None:
    from app.services import practice

    made = SignInWindow(home, tasks, look, StandingClock, practice=True)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: practice.PASSWORD in made.practice.text(), timeout=20_000)
    assert "practice" in made.windowTitle()
