"""Pictures of every screen, for the tour: to look at, and to show somebody what the program is like.

Nothing is written to the store but that records were looked at: what a dialog shows is typed into it and thrown away.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, QPoint, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QScrollArea, QWidget

from app.domain.people import FactKind, Resident, ResidentId
from app.ui.collector import Collector
from app.ui.context import Context
from app.ui.messages import Messages
from app.ui.shell import PAGES, MainWindow
from app.ui.tasks import Tasks
from app.ui.theme import Choice, Theme, scaled
from app.ui.widgets_form.view import FormView

if TYPE_CHECKING:
    from app.services.residents import ResidentRow
    from app.services.session import Session

_LOG = logging.getLogger(__name__)
SIZE = (1366, 768)
_LARGE = frozenset({
    "today", "residents", "resident", "assessment-news2", "premium", "money", "training", "hospital", "send",
})  # fmt: skip
_PATIENCE = 30.0
_QUIET = 6
"""How many turns of the event loop must bring nothing: layouts inside layouts take several."""
_SITUATION = {
    "situation": "Short of breath since this morning, confused, cannot get out of bed",
    "onset_at": "06:30",
    "background": "Well yesterday evening. Coughing for three days",
    "assessment": "Breathing fast, lips pale, hands cold. Oxygen from the emergency bag since 07:10",
    "request": "Please assess for pneumonia and sepsis",
}
_BAD_FILE = """key,family_name,given_name,date_of_birth,admitted_at,nhs_number
A1,,Ida,1937-09-06,2026-01-05T10:00,9990000018
A2,Example,Olive,soon,2026-01-05T10:00,9990000026
A3,Example,Percy,1941-05-14,2026-01-05T10:00,9990000019
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A palette and a text size; ``only`` names the screens that are pictured in it, None for all of them."""

    name: str
    choice: Choice
    percent: int = 100
    only: frozenset[str] | None = None


_OF_A_RESIDENT = frozenset({"resident", "observations", "wounds", "person", "timeline"})
"""Pages that show one resident."""
_FORMS = ("news2", "must", "sixcit", "falls_multifactorial")
LOOKS = (
    Look("light", Choice.LIGHT),
    Look("dark", Choice.DARK),
    Look("large", Choice.LIGHT, 200, _LARGE),
    Look("contrast", Choice.CONTRAST, 100, frozenset({"today", "money", "training"})),
)


def grab_all(app: QApplication, session: Session, out: Path) -> tuple[Path, ...]:
    """Write ``<screen>-<look>.png`` for every page that the session's role may open, and for what opens over them."""
    out.mkdir(parents=True, exist_ok=True)
    theme = Theme(app)
    tasks = Tasks(here=True)
    collector = Collector(app)
    made: list[Path] = []
    with _no_size_warnings():
        for look in LOOKS:
            theme.set(look.choice, look.percent)
            taker = _Taker(session, tasks, theme, look, out)
            with taker.window():
                taker.pages()
                taker.dialogs()
            taker.before_signing_in()
            made += taker.made
    tasks.close()
    collector.end()
    return tuple(made)


@contextmanager
def _no_size_warnings() -> Iterator[None]:
    """Qt without a real screen says for every dialog that nobody takes its least size; other words are passed on."""

    def say(kind: QtMsgType, where: QMessageLogContext, text: str) -> None:
        if "propagateSizeHints" in text:
            return
        if before is not None:
            before(kind, where, text)
        else:
            _LOG.warning("%s", text)

    before = qInstallMessageHandler(say)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def screens(session: Session) -> tuple[tuple[str, str, Any], ...]:
    """Name, page key and argument of each page; a resident's pages show the one with most to see."""
    from app.services.access import Action, allowed
    from app.ui.pages.assessment.page import Open

    busiest = _busiest(session)
    found: list[tuple[str, str, Any]] = []
    for entry in PAGES:
        if entry.action and not allowed(session, Action[entry.action]):
            continue
        if entry.key == "hospital":
            found.append((entry.key, entry.key, None))
            found.extend(("hospital-journey", entry.key, journey) for journey in _journey(session))
        elif entry.key in _OF_A_RESIDENT:
            if busiest is not None:
                found.append((entry.key, entry.key, busiest.id))
        elif entry.key == "assessment":
            if busiest is not None:
                found.extend((f"assessment-{code}", entry.key, Open(busiest.id, code)) for code in _FORMS)
                found.append(("assessment-choice", entry.key, Open(busiest.id)))
        else:
            found.append((entry.key, entry.key, None))
        if entry.key == "falls" and busiest is not None:
            found.append(("falls-resident", entry.key, busiest.id))
        if entry.key == "settings":
            found.extend((f"settings-{part}", "settings", part) for part in ("backups", "security"))
    return tuple(found)


def _journey(session: Session) -> tuple[str, ...]:
    """The journey with most to see, if anybody was ever sent."""
    from app.services import journeys

    found = journeys.board(session)
    rows = sorted((*found.open, *found.recent), key=lambda row: len(row.journey.steps), reverse=True)
    return tuple(row.id for row in rows[:1])


def settle(tasks: Tasks, done: Callable[[], bool] = lambda: True) -> None:
    """Let everything that is under way arrive on the screen; RuntimeError when it does not within half a minute."""
    until = time.monotonic() + _PATIENCE
    quiet = 0
    while quiet < _QUIET:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        quiet = quiet + 1 if not tasks.busy and done() else 0
        if time.monotonic() > until:
            raise RuntimeError("the screen did not come to rest")


class _Taker:
    """Takes the pictures of one look."""

    def __init__(self, session: Session, tasks: Tasks, theme: Theme, look: Look, out: Path) -> None:
        self._session, self._tasks, self._theme, self._look, self._out = session, tasks, theme, look, out
        self.made: list[Path] = []

    @contextmanager
    def window(self) -> Iterator[None]:
        """The signed-in window, shown meanwhile."""
        self._ctx = Context(self._session, self._tasks, Messages(), self._theme)
        self._window = MainWindow(self._ctx, lambda: None)
        with self._shown(self._window):
            yield

    def pages(self) -> None:
        """Every page."""
        for name, key, arg in screens(self._session):
            if self._wanted(name):
                self._go(key, arg)
                self._save(name, self._window.grab())

    def dialogs(self) -> None:
        """What opens over the pages, for a role that may open it, and the result of signing."""
        from app.services import residents, staff
        from app.services.access import Action, allowed

        session, busiest = self._session, _busiest(self._session)
        if busiest is not None:
            resident = residents.open_resident(session, busiest.id).resident
            self._about(resident)
        if allowed(session, Action.EDIT_RESIDENTS) and self._wanted("resident-add"):
            self._go("residents")
            from app.ui.dialogs import resident_edit

            self._dialog("resident-add", resident_edit.add(self._ctx, self._page, "R046"))
        if allowed(session, Action.IMPORT) and self._wanted("import-problems"):
            self._import()
        if allowed(session, Action.MANAGE_STAFF) and self._wanted("staff-appoint"):
            self._go("staff")
            from app.ui.dialogs import staff_edit

            member = next((one for one in staff.list_staff(session) if one.details.role.value == "champion"), None)
            if member is not None:
                self._dialog("staff-appoint", staff_edit.appoint(self._ctx, self._page, member))
        if allowed(session, Action.SIGN_CLAIMS) and self._wanted("premium-sign"):
            self._claims()
        if allowed(session, Action.MANAGE_HOME) and self._wanted("sync-connect"):
            self._go("sync")
            from app.services import sync
            from app.ui.pages.sync.connect import open_connect

            self._dialog("sync-connect", open_connect(self._ctx, self._page, sync.connection(session)))
        if allowed(session, Action.RESTORE) and self._wanted("restore"):
            self._go("settings", "backups")
            from app.ui.dialogs.restore import restore_here

            self._dialog("restore", restore_here(self._ctx, self._page))

    def before_signing_in(self) -> None:
        """The windows of somebody who is not signed in: the password, and the first run's first two steps."""
        from app.ui.firstrun import FirstRunWindow
        from app.ui.signin import SignInWindow

        session = self._session
        if self._wanted("sign-in"):
            first = SignInWindow(
                session.store_dir, self._tasks, self._theme, lambda: session.clock,
                user=session.account.user, practice=session.home.practice,
            )  # fmt: skip
            with self._shown(first):
                self._save("sign-in", first.grab())
        if self._wanted("first-run"):
            nowhere = self._out / "nowhere"  # the first two steps write nothing
            setup = FirstRunWindow(nowhere, nowhere, self._tasks, self._theme, lambda: session.clock)
            with self._shown(setup):
                self._save("first-run", setup.grab())
                setup.go_on()
                settle(self._tasks)
                self._save("first-run-home", setup.grab())

    def _about(self, resident: Resident) -> None:
        from app.services import residents
        from app.ui.dialogs import fact_edit, hospital, hospital_who
        from app.ui.dialogs.history import DetailsHistory

        who, details = resident.id, resident.details
        self._go("resident", who)
        if self._wanted("send"):
            asked = hospital.open_for(self._ctx, who, self._page)
            settle(self._tasks)
            self._picture("send-first", asked)
            asked.ask()
            last_set = asked.questions.last_set_button if asked.questions is not None else None
            if isinstance(last_set, QPushButton):
                last_set.click()
            asked.fill(_SITUATION)
            for area in asked.findChildren(QScrollArea):
                area.verticalScrollBar().setValue(0)
            self._dialog("send", asked)
        if self._wanted("send-who"):
            self._dialog("send-who", hospital_who.open_for(self._ctx, self._page))
        if self._wanted("fact-change"):
            medicines = residents.open_resident(self._session, who).facts[FactKind.MEDICINE]
            change = fact_edit.open_for(
                self._ctx, self._page, who, details, FactKind.MEDICINE, medicines[0] if medicines else None
            )
            self._dialog("fact-change", change)
        if self._wanted("details-history"):
            history = DetailsHistory(self._ctx, self._page, resident)
            history.open()
            self._dialog("details-history", history)
        if self._wanted("assessment-signed"):
            self._result(who)

    def _result(self, who: ResidentId) -> None:
        """The newest NEWS2 as it looked when it was signed, which is not done again for a picture."""
        from app.services import alerts, assessments
        from app.services.changes import Changes
        from app.ui.pages.assessment.page import AssessmentPage, Open

        last = assessments.previous(self._session, who, "news2")
        if last is None:
            return
        self._go("assessment", Open(who, "news2"))
        page = self._page
        if not isinstance(page, AssessmentPage):
            return
        raised = tuple(row for row in alerts.all_alerts(self._session, who) if row.standing)
        page.show_signed(
            assessments.Signed(last.row.id, last.row.revision_id, last.outcome, raised, 0, Changes(frozenset()))
        )
        settle(self._tasks)
        self._save("assessment-signed", self._window.grab())

    def _import(self) -> None:
        from app.ui.dialogs import import_csv

        self._go("residents")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "residents.csv"
            path.write_text(_BAD_FILE, encoding="utf-8")
            shown = import_csv.open_for(self._ctx, self._page, "residents")
            shown.start(path)
            self._dialog("import-problems", shown)

    def _claims(self) -> None:
        """The last week's claims as they stood before they were signed."""
        from app.services import premium
        from app.ui.pages.premium.load import load_to_sign
        from app.ui.pages.premium.submit import SubmitDialog

        self._go("premium")
        found = load_to_sign(self._session, premium.default_week(self._session))
        unsigned = tuple(replace(row, claim=None) for row in found.week.rows)
        dialog = SubmitDialog(self._ctx, self._page, replace(found, week=replace(found.week, rows=unsigned)))
        dialog.open()
        self._dialog("premium-sign", dialog, wide=1080)

    # ------------------------------------------------------------------------------------------------------- inside

    @property
    def _page(self) -> QWidget:
        page = self._window.page
        if not isinstance(page, QWidget):
            raise TypeError("no page is shown")
        return page

    def _wanted(self, name: str) -> bool:
        return self._look.only is None or name in self._look.only

    def _go(self, key: str, arg: Any = None) -> None:
        self._window.go(key, arg)
        settle(self._tasks, lambda: all(form.finished_making() for form in self._forms()))

    def _forms(self) -> list[FormView]:
        """The forms that are on the screen: one that is out of sight makes its rows when it is seen."""
        return [form for form in self._window.findChildren(FormView) if form.isVisible()]

    @contextmanager
    def _shown(self, widget: QWidget) -> Iterator[None]:
        widget.resize(*SIZE)
        widget.show()
        settle(self._tasks)
        try:
            yield
        finally:
            widget.hide()
            widget.deleteLater()
            settle(self._tasks)

    def _dialog(self, name: str, dialog: QDialog, *, wide: int = 0) -> None:
        """The window with the dialog over it, which is closed; ``wide`` is its width where the surface is narrower."""
        self._picture(name, dialog, wide=wide)
        dialog.hide()
        dialog.deleteLater()
        settle(self._tasks)

    def _picture(self, name: str, dialog: QDialog, *, wide: int = 0) -> None:
        """The window with the dialog over it, which stays."""
        settle(self._tasks)
        if wide:
            dialog.resize(min(scaled(wide), SIZE[0] - 40), min(dialog.height(), SIZE[1] - 60))
            settle(self._tasks)
        picture = self._window.grab()
        painter = QPainter(picture)
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 90))
        over = dialog.grab()
        painter.drawPixmap(QPoint((SIZE[0] - over.width()) // 2, (SIZE[1] - over.height()) // 2), over)
        painter.end()
        self._save(name, picture)

    def _save(self, name: str, picture: QPixmap) -> None:
        path = self._out / f"{name}-{self._look.name}.png"
        if not picture.save(str(path)):
            raise OSError(f"{path} could not be written")
        self.made.append(path)


def _busiest(session: Session) -> ResidentRow | None:
    from app.services import residents

    people = residents.find_residents(session)
    return max(people, key=lambda row: (row.standing_alerts, len(row.need_areas), row.due), default=None)
