"""The door a newcomer comes in by, and the promises about starting that only a fresh process can keep."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from app import paths

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    """dev.py as a module."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the code in a Python process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


# ---------------------------------------------------------------------------------------------------------- dev.py


def test_a_stamp_agrees_until_the_lock_changes(dev: ModuleType, tmp_path: Path) -> None:
    lock, project = tmp_path / "dev.lock", tmp_path / "pyproject.toml"
    lock.write_text("a==1\n")
    project.write_text("[project]\n")
    environment = tmp_path / "venv"
    environment.mkdir()
    assert dev.read_stamp(environment) == {}
    dev.write_stamp(environment, dev.stamp_for(lock, project))
    assert dev.read_stamp(environment) == dev.stamp_for(lock, project)
    lock.write_text("a==2\n")
    assert dev.read_stamp(environment) != dev.stamp_for(lock, project)


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_damaged_stamp_is_no_stamp(dev: ModuleType, tmp_path: Path, content: str) -> None:
    (tmp_path / dev.STAMP).write_text(content)
    assert dev.read_stamp(tmp_path) == {}


def test_an_environment_of_another_python_or_place_is_made_anew(dev: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "dev.lock"
    lock.write_text("a==1\n")
    wanted = dev.stamp_for(lock)
    here = Path(sys.prefix)
    assert dev.usable(here, wanted) is True
    assert dev.usable(here, {**wanted, "python": "3.9.0"}) is False
    assert dev.usable(tmp_path, wanted) is False
    dev.write_stamp(tmp_path, {**wanted, "root": "elsewhere"})
    assert dev.usable(tmp_path, wanted) is False


def test_an_installation_cut_short_leaves_no_stamp(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "x.lock"
    lock.write_text("hartwell-no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    environment = tmp_path / "venv"
    environment.mkdir()
    dev.write_stamp(environment, {"files": "an older lock"})
    monkeypatch.setattr(dev, "create_environment", lambda *_: None)
    monkeypatch.setattr(dev, "python_of", lambda _: Path(sys.executable))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(dev.Stopped, match="pip could not install"):
        dev.ensure(environment, lock)
    assert dev.read_stamp(environment) == {}


def test_missing_packages_are_named_once_and_in_order(dev: ModuleType) -> None:
    wanted = {"libA.so.1": "a", "libB.so.1": "b", "libB.so.2": "b", "libC.so.1": "c"}
    assert dev.missing_packages(wanted, {"libA.so.1"}.__contains__) == ["b", "c"]
    assert dev.missing_packages(wanted, wanted.__contains__) == []


def test_the_loader_is_asked(dev: ModuleType) -> None:
    assert dev.can_load("libhartwell-does-not-exist.so.1") is False
    if sys.platform.startswith("linux"):
        assert dev.can_load("libc.so.6") is True


def test_without_root_the_missing_libraries_are_named_and_nothing_stops(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000, raising=False)
    dev.install_system_packages(["libegl1", "libgl1"])
    assert "sudo apt-get install libegl1 libgl1" in capsys.readouterr().out


def test_every_check_runs_and_the_failures_are_named(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "setup", lambda **_: None)
    monkeypatch.setattr(dev, "ensure", lambda *_, **__: None)
    monkeypatch.setattr(dev, "fault_tools", lambda: None)
    monkeypatch.setattr(dev, "workbook_tools", lambda: None)
    monkeypatch.setattr(dev, "LAST_FAILED", tmp_path / "lastfailed")
    codes = {"one": 0, "two": 3, "three": 0}
    steps = [(name, [sys.executable, "-c", f"raise SystemExit({code})"]) for name, code in codes.items()]
    monkeypatch.setattr(dev, "checks", lambda: steps)
    assert dev.test([]) == 1
    out = capsys.readouterr().out
    assert "Failed: two\n" in out
    assert [name for name in codes if f"== {name}\n" in out] == list(codes)
    monkeypatch.setattr(dev, "checks", lambda: steps[:1])
    assert dev.test([]) == 0
    assert "All passed" in capsys.readouterr().out


SCREEN = "tests/ui/test_shell.py::test_keys"


@pytest.mark.parametrize(
    ("failed", "second", "code"),
    [
        ([SCREEN], 0, 0),
        ([SCREEN], 1, 1),
        ([f"{SCREEN}[{number}]" for number in range(4)], 0, 1),
        ([SCREEN, "tests/domain/test_news2.py::test_edge"], 0, 1),
        ([], 0, 1),
    ],
)
def test_a_few_screens_that_failed_have_a_second_chance_and_are_named(
    dev: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    failed: list[str],
    second: int,
    code: int,
) -> None:
    last = tmp_path / "lastfailed"
    ran: list[list[str]] = []

    def call(command: list[object]) -> int:
        ran.append([str(part) for part in command])
        if len(ran) > 1:
            return second
        last.write_text(json.dumps(dict.fromkeys(failed, True)), encoding="utf-8")
        return 1

    for name, stand_in in {
        "setup": lambda: None,
        "fault_tools": lambda: None,
        "workbook_tools": lambda: None,
        "ensure": lambda *_: None,
    }.items():
        monkeypatch.setattr(dev, name, stand_in)
    monkeypatch.setattr(dev, "checks", lambda: [("pytest", ["pytest"])])
    monkeypatch.setattr(dev, "LAST_FAILED", last)
    monkeypatch.setattr(dev, "call", call)
    assert dev.test([]) == code
    out = capsys.readouterr().out
    assert [SCREEN in line for line in out.splitlines() if "UNSTEADY" in line] == [True] * (code == 0)
    if failed == [SCREEN]:
        assert ran[1][-1] == SCREEN
    else:
        assert len(ran) == 1


def test_arguments_of_test_go_to_pytest_alone(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dev, "LAST_FAILED", tmp_path / "lastfailed")
    ran: list[list[str]] = []
    monkeypatch.setattr(dev, "setup", lambda **_: None)
    monkeypatch.setattr(dev, "ensure", lambda *_, **__: None)
    monkeypatch.setattr(dev, "fault_tools", lambda: None)
    monkeypatch.setattr(dev, "workbook_tools", lambda: None)
    monkeypatch.setattr(dev, "call", lambda command: ran.append([str(part) for part in command[1:]]) or 0)
    assert dev.main(["test", "tests/domain", "-k", "x"]) == 0
    assert ran == [["-m", "pytest", "tests/domain", "-k", "x"]]


@pytest.mark.parametrize(
    ("arguments", "form", "passed_on"),
    [
        ([], "short", []),
        (["--long"], "long", ["--timeout=0"]),
        (["--long", "-k", "power"], "long", ["--timeout=0", "-k", "power"]),
    ],
)
def test_faults_runs_the_fault_tests_alone_short_or_long(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], form: str, passed_on: list[str]
) -> None:
    ran: list[tuple[list[str], str]] = []
    asked: list[str] = []
    monkeypatch.setattr(dev, "setup", lambda **_: None)
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    monkeypatch.setattr(dev, "install_system_packages", asked.extend)
    monkeypatch.setattr(
        dev, "call", lambda command, **env: ran.append(([str(p) for p in command[2:]], env["HARTWELL_FAULTS"])) or 3
    )
    assert dev.main(["faults", *arguments]) == 3
    assert ran == [(["pytest", "tests/faults", "-q", "--durations=10", *passed_on], form)]
    assert asked == (["strace"] if sys.platform.startswith("linux") else [])


def test_the_tests_get_something_that_works_a_workbook_out(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(dev, "install_system_packages", asked.extend)
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)
    dev.workbook_tools()
    assert asked == (["libreoffice-calc-nogui"] if sys.platform.startswith("linux") else [])
    asked.clear()
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    dev.workbook_tools()
    assert asked == []


@pytest.mark.parametrize(
    ("screen", "arguments", "ran"),
    [
        (True, [], []),
        (True, ["--", "--demo"], ["--demo"]),
        (False, [], ["tour", "--out", str(ROOT / "out" / "tour")]),
        (False, ["--", "--demo"], ["tour", "--out", str(ROOT / "out" / "tour")]),
        (False, ["info"], ["info"]),
    ],
)
def test_run_opens_the_window_or_takes_the_tour(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, screen: bool, arguments: list[str], ran: list[str]
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(dev, "setup", lambda **_: None)
    monkeypatch.setattr(dev, "has_screen", lambda: screen)
    monkeypatch.setattr(dev, "call", lambda command, **_: seen.append([str(part) for part in command[3:]]) or 0)
    assert dev.main(["run", *arguments]) == 0
    assert seen == [ran]


# -------------------------------------------------------------------------------------------------------- starting


def test_pyside_is_the_version_that_survives_python_3_11() -> None:
    """docs/adr/0002: 6.12.0 loses a reference to None on every call and aborts."""
    assert version("PySide6-Essentials") == "6.11.3"
    assert version("shiboken6") == "6.11.3"


def test_two_hundred_thousand_calls_into_qt_survive() -> None:
    done = python(
        "from PySide6.QtWidgets import QApplication, QLabel\n"
        "app = QApplication([])\n"
        "label = QLabel()\n"
        "for n in range(200_000):\n"
        "    label.setText('on' if n % 2 else 'off')\n"
        "print(label.text())\n"
    )
    assert (done.returncode, done.stdout) == (0, "on\n"), done.stderr


@pytest.mark.xvfb
def test_a_real_window_is_mapped(x_display: str) -> None:
    """The system libraries that dev.py names are all that Qt's X11 side needs."""
    done = python(
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "app = QApplication([])\n"
        "window = QWidget()\n"
        "window.show()\n"
        "app.processEvents()\n"
        "print(app.platformName(), window.windowHandle().isVisible())\n",
        DISPLAY=x_display,
        QT_QPA_PLATFORM="xcb",
    )
    assert (done.returncode, done.stdout) == (0, "xcb True\n"), done.stderr


def test_no_test_reaches_the_network() -> None:
    with pytest.raises(Exception, match=r"look up example\.org"):
        socket.create_connection(("example.org", 80))
    with socket.socket() as line, pytest.raises(Exception, match=r"connect to \('192\.0\.2\.1', 80\)"):
        line.connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as line:
        assert line.getpeername() == server.getsockname()


def test_the_entry_point_and_the_paths_import_nothing_heavy() -> None:
    """docs/adr/0004: what is imported here is paid before anything can be seen."""
    done = python(
        "import sys, app.__main__, app.paths\n"
        "app.__main__.guard_process(); app.paths.resources()\n"
        "heavy = {'PySide6', 'sqlalchemy', 'sqlcipher3', 'alembic', 'reportlab', 'pydantic', 'fhir', 'requests',\n"
        "         'urllib3', 'cryptography', 'mesh_client', 'platformdirs', 'pypdf', 'app.domain', 'app.models'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither limits nor modes of this kind")
def test_files_are_for_the_owner_only_and_no_core_is_dumped(tmp_path: Path) -> None:
    target = tmp_path / "file"
    done = python(
        "import app.__main__, pathlib, resource, sys\n"
        "app.__main__.guard_process()\n"
        f"pathlib.Path({str(target)!r}).write_text('x')\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    assert (done.returncode, done.stdout) == (0, "(0, 0)\n"), done.stderr
    assert target.stat().st_mode & 0o777 == 0o600


# ----------------------------------------------------------------------------------------------------------- paths


def test_resources_are_found_from_a_clone_and_from_a_frozen_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paths.resources() == ROOT / "resources"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.resources() == tmp_path / "resources"


def test_the_practice_home_is_kept_apart_from_the_real_record() -> None:
    store, practice = paths.default_store(), paths.demo_store()
    assert store != practice
    assert not practice.is_relative_to(store)
    assert not store.is_relative_to(practice)
    assert "Hartwell" in store.parts
    assert "Hartwell" in paths.log_dir().parts


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems take the place from the account")
def test_no_test_can_reach_the_real_record() -> None:
    assert str(paths.default_store()).startswith(os.environ["XDG_DATA_HOME"])
    assert "hartwell-tests-" in os.environ["XDG_DATA_HOME"]
