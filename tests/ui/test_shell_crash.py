"""A crash report says where the program went wrong, and nothing about anybody."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.ui import crash

NAME = "SMITH, John"


def _wrong() -> BaseException:
    resident = NAME
    try:
        try:
            raise KeyError(resident)
        except KeyError as exc:
            raise ValueError(f"cannot read {resident}") from exc
    except ValueError as exc:
        return exc


def test_the_report_names_kinds_places_and_versions_and_no_words_of_the_error() -> None:
    text = crash.report_text(_wrong(), datetime(2026, 11, 22, 14, 5, tzinfo=UTC))
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_shell_crash.py" in text
    assert "in _wrong" in text
    assert "PySide6-Essentials 6." in text
    assert "2026-11-22T14:05:00Z" in text
    assert NAME not in text
    assert "SMITH" not in text
    assert str(Path.home()) not in text


def test_a_folder_that_cannot_be_written_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("app.paths.log_dir", lambda: tmp_path / "file")
    assert crash.write_report(_wrong()) is None
    assert crash.FaultLog().open() is False


def test_a_crash_below_python_leaves_its_stack_in_the_log(tmp_path: Path) -> None:
    script = (
        "import faulthandler, sys; from pathlib import Path; import app.paths; from app.ui import crash\n"
        "app.paths.log_dir = lambda: Path(sys.argv[1])\n"
        "log = crash.FaultLog(); assert log.open()\n"
        "def resident_page(name): faulthandler._sigsegv()\n"
        "resident_page('SMITH, John')"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, capture_output=True, timeout=500)
    assert done.returncode != 0
    left = (tmp_path / "faults.txt").read_text()
    assert "resident_page" in left
    assert "SMITH" not in left


def test_exceptions_on_any_thread_reach_the_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    seen: list[BaseException] = []
    crash.install(seen.append)
    wrong = _wrong()
    sys.excepthook(type(wrong), wrong, wrong.__traceback__)

    def work() -> None:
        raise LookupError("elsewhere")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [type(exc) for exc in seen] == [ValueError, LookupError]
