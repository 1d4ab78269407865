"""Pictures of every screen, for the tour: to look at, and to show somebody what the program is like."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.context import Context
from app.ui.messages import Messages
from app.ui.shell import PAGES, MainWindow
from app.ui.tasks import Tasks
from app.ui.theme import Choice, Theme

if TYPE_CHECKING:
    from app.services.session import Session

SIZE = (1366, 768)
LOOKS = (("light", Choice.LIGHT, 100), ("dark", Choice.DARK, 100))
LARGE = ("large", Choice.LIGHT, 200)
_PATIENCE = 30.0


def grab_all(app: QApplication, session: Session, out: Path) -> tuple[Path, ...]:
    """Write ``<screen>-<look>.png`` for every page that the session's role may open."""
    out.mkdir(parents=True, exist_ok=True)
    theme = Theme(app)
    tasks = Tasks(here=True)
    made: list[Path] = []
    for look, choice, size in (*LOOKS, LARGE):
        theme.set(choice, size)
        window = MainWindow(Context(session, tasks, Messages(), theme), lambda: None)
        window.resize(*SIZE)
        window.show()
        shown = screens(session) if size == 100 else screens(session)[:1]
        for name, key, arg in shown:
            window.go(key, arg)
            settle(tasks)
            made.append(_save(window, out / f"{name}-{look}.png"))
        window.hide()
        window.deleteLater()
        settle(tasks)
    tasks.close()
    return tuple(made)


def screens(session: Session) -> tuple[tuple[str, str, Any], ...]:
    """Name, page key and argument of each screen; a resident's pages show the one with most to see."""
    from app.services import residents
    from app.services.access import Action, allowed
    from app.ui.pages.assessment.page import Open

    people = residents.find_residents(session)
    busiest = max(people, key=lambda row: (row.standing_alerts, len(row.need_areas), row.due), default=None)
    found: list[tuple[str, str, Any]] = []
    for entry in PAGES:
        if entry.action and not allowed(session, Action[entry.action]):
            continue
        if entry.key == "resident":
            if busiest is not None:
                found.append((entry.key, entry.key, busiest.id))
        elif entry.key == "assessment":
            if busiest is not None:
                found.extend((f"assessment-{code}", entry.key, Open(busiest.id, code)) for code in ("news2", "must"))
        else:
            found.append((entry.key, entry.key, None))
    return tuple(found)


def settle(tasks: Tasks, done: Callable[[], bool] = lambda: True) -> None:
    """Let everything that is under way arrive on the screen; RuntimeError when it does not within half a minute."""
    until = time.monotonic() + _PATIENCE
    quiet = 0
    while quiet < 3:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        quiet = quiet + 1 if not tasks.busy and done() else 0
        if time.monotonic() > until:
            raise RuntimeError("the screen did not come to rest")


def _save(widget: QWidget, path: Path) -> Path:
    if not widget.grab().save(str(path)):
        raise OSError(f"{path} could not be written")
    return path
