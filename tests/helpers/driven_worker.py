"""A worker of a real launcher with somebody at its keyboard: started as a script, it runs the program's own worker and
presses keys in its windows.

    python driven_worker.py LOG PLAN [PLAN ...]

Each worker whose window comes to the screen takes the next plan, a comma-separated list of the steps below; LOG gets a
JSON line for each thing that happened, with the time of the one steady clock that all processes of a machine share.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_LOOK_EVERY_MS = 5
_LAST_MODULE = "app.ui.desktop"  # the last that a waiting worker loads
Step = Iterator[Callable[[], bool]]


def main() -> None:
    """Be the worker."""
    log, plans = Path(sys.argv[1]), sys.argv[2:]

    from PySide6.QtCore import QTimer

    from app import main as program

    driver = Driver(log, plans)
    program.application()
    timer = QTimer()
    timer.timeout.connect(driver.look)
    timer.start(_LOOK_EVERY_MS)
    raise SystemExit(program.run_worker())


def note(log: Path, what: str, **details: object) -> None:
    """A line into the log, whole even when two processes write."""
    text = json.dumps({"what": what, "at": time.monotonic(), "pid": os.getpid(), **details}) + "\n"
    line = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(line, text.encode())
    os.close(line)


class Driver:
    """Follows a plan, one step after another, each waiting for what it needs to see."""

    def __init__(self, log: Path, plans: list[str]) -> None:
        self._log, self._plans = log, plans
        self._steps: Step = self._all()
        self._wait: Callable[[], bool] = lambda: True
        self._done = False
        self._number = 0

    def look(self) -> None:
        """Go on when what the step waits for is there."""
        try:
            while not self._done and self._wait():
                self._wait = next(self._steps)
        except StopIteration:
            self._done = True
        except Exception as fault:  # noqa: BLE001 - told to the test, which waits for this log
            self._done = True
            self.say("fault", text=repr(fault))

    def say(self, what: str, **details: object) -> None:
        """A line into the log."""
        note(self._log, what, **details)

    def _all(self) -> Step:
        from app.ui.signin import SignInWindow

        yield lambda: _window(SignInWindow) is not None or _LAST_MODULE in sys.modules
        if _window(SignInWindow) is None:
            self.say("warm")
        yield lambda: _window(SignInWindow) is not None
        seen = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        number = self._number = sum(json.loads(each)["what"] == "shown" for each in seen)
        window = _window(SignInWindow)
        self.say("shown", user=window.users.value(), notice=window.notice.text(), title=window.windowTitle())
        for step in self._plans[number].split(",") if number < len(self._plans) else []:
            name, _, argument = step.partition("=")
            yield from getattr(self, f"do_{name}")(argument)

    def do_sign_in(self, argument: str) -> Step:
        """``sign_in=USER:PASSWORD``, and wait until the first page is filled and painted."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        from app.ui.place import Return
        from app.ui.shell import MainWindow
        from app.ui.signin import SignInWindow

        user, _, password = argument.partition(":")
        window = _window(SignInWindow)
        yield lambda: user in [window.users.itemText(at) for at in range(window.users.count())] and window._known
        window.users.set_value(user)
        yield lambda: not window._tasks.busy
        QTest.keyClicks(window.password_box.box, password)
        self.say("enter")
        QTest.keyClick(window.password_box.box, Qt.Key.Key_Return)
        yield lambda: _window(MainWindow) is not None
        self.say("window")
        main = _window(MainWindow)
        yield lambda: not main.ctx.tasks.busy
        main.repaint()
        self.say("filled")
        page = main.stack.currentWidget()
        yield lambda: not any(isinstance(each, Return) for each in page.children())
        self.say("page", page=main.here, draft=_draft(main), focus=_focus_key(main), title=main.windowTitle())

    def do_assess(self, resident: str) -> Step:
        """Open MUST for a resident and type a height."""
        from PySide6.QtTest import QTest

        from app.ui.pages.assessment.page import Open
        from app.ui.shell import MainWindow

        main = _window(MainWindow)
        main.go("assessment", Open(resident, "must"))
        yield lambda: not main.ctx.tasks.busy
        box = main.focusWidget()
        QTest.keyClicks(box, "1.63")
        yield lambda: True
        self.say("typed", focus=_focus_key(main))

    def do_wait_warm(self, _argument: str) -> Step:
        """Until the launcher has started the next worker and that has made its window."""
        yield lambda: self._log.read_text(encoding="utf-8").count('"warm"') >= self._number + 1

    def do_lock(self, _argument: str) -> Step:
        """Ctrl+L."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        from app.ui.shell import MainWindow

        self.say("lock")
        QTest.keyClick(_window(MainWindow), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        yield lambda: True

    def do_hang(self, _argument: str) -> Step:
        """Lock while the store's thread never answers."""
        import threading

        from app.ui.shell import MainWindow

        main = _window(MainWindow)
        main.ctx.tasks.run(threading.Event().wait, lambda _none: None)
        yield from self.do_lock("")

    def do_die(self, _argument: str) -> Step:
        """Crash."""
        import signal

        self.say("dies")
        os.kill(os.getpid(), signal.SIGKILL)
        yield lambda: True

    def do_quit(self, _argument: str) -> Step:
        """Ctrl+Q, or the window's cross before anybody has signed in."""
        from app.ui.shell import MainWindow
        from app.ui.signin import SignInWindow

        (_window(MainWindow) or _window(SignInWindow)).close()
        yield lambda: True


def _window(kind: type) -> object:
    from PySide6.QtWidgets import QApplication

    return next((top for top in QApplication.topLevelWidgets() if isinstance(top, kind) and top.isVisible()), None)


def _focus_key(main: object) -> str:
    part = main.focusWidget()
    return part.accessibleName() if part is not None else ""


def _draft(main: object) -> object:
    form = getattr(main.page, "form", None)
    return {key: str(value) for key, value in form.answers().items()} if form is not None else None


if __name__ == "__main__":
    main()
