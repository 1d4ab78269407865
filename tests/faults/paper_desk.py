"""A process that makes, prints, looks at and saves packs with the real windows, for :mod:`test_paper_leaves_nothing`.

``python -m tests.faults.paper_desk HOME FOLDER WAY...`` does one pack for each way: ``print``, ``preview``, ``cancel``
(the window is closed while the pack is being made), ``save`` (into FOLDER). It says ``begin`` and ``made`` for each.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from app.domain.people import ResidentId
from app.main import application
from app.services import pack_printing, residents
from app.services.clock import SystemClock
from app.services.sign_in import sign_in
from app.ui.context import Context
from app.ui.dialogs.hospital import HospitalDialog, open_for
from app.ui.dialogs.preview import PreviewDialog
from app.ui.messages import Messages
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from tests.factories import PASSWORD

_PATIENCE = 240.0


def wait(app: QApplication, ready: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    until = time.monotonic() + _PATIENCE
    while not ready():
        app.processEvents()
        if time.monotonic() > until:
            raise RuntimeError("nothing happened")


def say(word: str) -> None:
    """Tell the test how far it is."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def one(app: QApplication, ctx: Context, who: ResidentId, way: str) -> None:
    """One pack, from opening the window to closing it."""
    dialog = open_for(ctx, who, None)
    wait(app, lambda: dialog.questions is not None)
    say("begin")
    dialog.make()
    if way == "cancel":
        dialog.reject()
        wait(app, lambda: not ctx.tasks.busy)
        say("made")
        return
    wait(app, lambda: dialog.made is not None)
    say("made")
    made = dialog.made
    if made is None:
        raise RuntimeError("no pack")
    if way == "print":  # it goes there at once, but for one that says nothing new
        if made.unchanged:
            made.print_all()
        wait(app, lambda: "printer has taken" in made.said.text())
    elif way == "preview":
        made.preview()
        wait(app, lambda: bool(_previews()) and _previews()[0].count > 0)
        _previews()[0].turn(1)
        wait(app, lambda: "Page 1" in _previews()[0].place.text())
        _previews()[0].reject()
    elif way == "save":
        made.save()
    _close(app, ctx, dialog)


def _previews() -> list[PreviewDialog]:
    return [top for top in QApplication.topLevelWidgets() if isinstance(top, PreviewDialog) and top.isVisible()]


def _close(app: QApplication, ctx: Context, dialog: HospitalDialog) -> None:
    dialog.reject()
    wait(app, lambda: not ctx.tasks.busy)


def main(home: Path, folder: Path, ways: list[str]) -> None:
    """Do all of them."""
    app = application()
    tasks = Tasks()
    session = tasks.on_store(lambda: sign_in(home, "mo", PASSWORD, SystemClock()))
    ctx = Context(session, tasks, Messages(), Theme(app))
    tasks.on_store(lambda: pack_printing.keep_printing(session, "", 2))
    people = tasks.on_store(lambda: residents.find_residents(session))
    QFileDialog.getSaveFileName = lambda *_: (str(folder / "pack.pdf"), "")  # type: ignore[method-assign]
    for place, way in enumerate(ways):
        one(app, ctx, people[place % len(people)].id, way)
    tasks.on_store(session.close)
    tasks.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
