"""How long until the sign-in window is on the screen, as a ratio to an empty PySide6 window in the same run.

Both are started in turn, a fresh process each, on an X server of its own (Xvfb); the time runs from the start of the
process to the first expose event of the window. Absolute times depend on the machine and its mood, the ratio does not:

    python benchmarks/first_window.py --rounds 9

The goal is a ratio of at most 1.5 (docs/architecture.md); the exit code is 1 when it is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GOAL = 1.5
SHOWN = "shown"


def child(which: str, store: Path) -> None:
    """Open one window, say when it is exposed, and end at once; ours by way of the launcher."""
    if which == "ours":
        from app import launcher
        from app.link import Begin

        raise SystemExit(launcher.run(lambda: Begin(str(store)), [sys.executable, __file__, "--child", "worker"]))
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QWidget

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Expose:
                print(SHOWN, file=sys.stderr, flush=True)  # a worker's standard output belongs to its launcher
                if wire is not None:
                    wire.say(link.CLOSED)
                os._exit(0)
            return False

    wire = None
    if which == "bare":
        app = QApplication(sys.argv[:1])
        window = QWidget()
        window.resize(900, 640)
        window.show()
    else:
        from app import link
        from app.main import application, open_program

        wire = link.Link.standard()
        app = application()
        program = open_program(app, wire, wire.begin())
        assert program.window is not None
        window = program.window
    watch = Watch()
    window.windowHandle().installEventFilter(watch)
    app.exec()


def measure(which: str, store: Path, display: str) -> float:
    """Milliseconds from the start of the process to the exposed window."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, __file__, "--child", which, "--store", str(store)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = next((line.strip() for line in process.stderr if line.strip() == SHOWN), "")
        took = (time.perf_counter() - began) * 1000
    if said != SHOWN:
        raise RuntimeError(f"the {which} window did not open")
    return took


@contextmanager
def x_server() -> Iterator[str]:
    """An Xvfb of our own."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def main() -> int:
    """Run the rounds and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--child", choices=("bare", "ours", "worker"))
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.store)
        return 0
    with tempfile.TemporaryDirectory() as folder, x_server() as display:
        store = Path(folder) / "store"
        store.mkdir()
        times: dict[str, list[float]] = {"bare": [], "ours": []}
        for number in range(given.rounds + 1):
            for which, found in times.items():
                took = measure(which, store, display)
                if number:  # the first round only warms the file cache
                    found.append(took)
    ratios = sorted(b / a for a, b in zip(times["bare"], times["ours"], strict=True))
    ratio = statistics.median(ratios)
    for name, found in (("bare window", times["bare"]), ("sign-in", times["ours"])):
        print(
            f"{name:12} {statistics.median(found):6.0f} ms, {min(found):.0f} to {max(found):.0f}, {given.rounds} rounds"
        )
    print(f"ratio        {ratio:6.2f} (median of pairs; {ratios[0]:.2f} to {ratios[-1]:.2f}); goal {GOAL}")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
