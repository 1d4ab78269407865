"""A resident's single measurements on one page: what to record at the top, what it has come to below.

There is one resident on the screen or none: when another is asked for everything is emptied first, and an answer that
comes back for one who was left meanwhile is thrown away.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.errors import UserError
from app.domain.observation_board import PARTS, charts
from app.domain.people import ResidentId
from app.ui.forms.view import scroll_to
from app.ui.messages import cannot_save, in_words
from app.ui.pages.observations.charts import PERIODS, USUAL_PERIOD, ChartsArea
from app.ui.pages.observations.entry import QuickEntry
from app.ui.pages.observations.kinds import BY_KIND, Wanted
from app.ui.pages.observations.recent import Recent
from app.ui.theme import L, M, S
from app.ui.widgets.banner import ResidentBanner, spoken_resident
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.text import scrolled
from app.ui.widgets_form.labels import label, title

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.services.changes import Changes
    from app.services.observations import Recorded, Shown, Single
    from app.services.session import Session
    from app.ui.context import Context

_MINUTE = 60_000
_PAINTED = 50
_LONG = 200
"""Days from which the part on the screen is read before the others."""


class ObservationsPage(QWidget):
    """``opened(resident_id)``."""

    title = "Observations"  # never whose: titles stand in the task bar

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.resident_id: ResidentId | None = None
        self.shown: Shown | None = None
        self._visit = 0
        self._period = USUAL_PERIOD
        self.banner = ResidentBanner()
        self.waiting = label("", "strong")
        self.waiting.setAccessibleName("State of the record")
        self.entry = QuickEntry(ctx.now)
        self.cannot = label("", "strong")
        self.recent = Recent()
        self.area = ChartsArea()
        self.paper_button = secondary("Charts on paper…", self.on_paper)
        self.back_button = link("All of the record", self.go_back)
        self._lay_out()
        self.entry.wanted.connect(self.save)
        self.entry.chose.connect(self._chosen)
        self.recent.taken_back.connect(self.take_back)
        self.area.period.connect(self.choose_period)
        self.area.in_error.connect(self.ask_in_error)
        self._shortcut(QKeySequence.StandardKey.New, self.begin)
        self._shortcut(QKeySequence.StandardKey.Undo, self.ask_undo)
        self._minutes = QTimer(self)
        self._minutes.setInterval(_MINUTE)
        self._minutes.timeout.connect(self._fade)
        self._clear("")

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Show the resident with this id; everything of the one before is gone before anything is read."""
        if not isinstance(arg, str):
            self._clear("No resident is chosen. Choose one in the list of residents.")
            return
        if arg != self.resident_id:
            self._clear("Opening the observations…")
            self.page_area.verticalScrollBar().setValue(0)
        self.resident_id = ResidentId(arg)
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # on no button: a key held a moment too long must press nothing

    def refresh(self, changes: Changes) -> None:
        """Read again what was saved about this resident; what is being typed stays."""
        if self.resident_id is not None and self.resident_id in changes.residents:
            self._load(again=True)

    def can_leave(self) -> bool:
        """A number that was typed and not saved is said, and has the keyboard."""
        if self.entry.isEnabled() and self.entry.typed():
            self.ctx.messages.warning("The measurement you typed is not saved.", "Press Enter to save it, or clear it.")
            self.entry.refuse("Not saved yet")
            return False
        return True

    # ------------------------------------------------------------------------------------------------- what it does

    def begin(self) -> None:
        """The keyboard to the quick entry (Ctrl+N)."""
        self.page_area.verticalScrollBar().setValue(0)
        self.entry.begin()

    def ask_undo(self) -> None:
        """Take back what was saved last, while it still stands there (Ctrl+Z)."""
        if not self.recent.isHidden():
            self.page_area.verticalScrollBar().setValue(0)
            self.recent.ask()

    def save(self, wanted: Wanted) -> None:
        """Record it now; the page says that it was saved once it has been.

        The entry is ready for the next one at once: whoever types quickly loses no key to the time that saving takes.
        """
        if self.resident_id is None:
            return
        visit = self._visit

        def done(recorded: Recorded) -> None:
            from app.services.observations import said

            if visit != self._visit:
                return
            self.recent.add(recorded, said(recorded.kind, recorded.value), self.ctx.now())
            self._minutes.start()
            for alert in recorded.alerts:
                self.ctx.messages.warning(
                    f"Alert: {alert.title}. Phone {alert.phone_who}, {alert.phone_number}",
                    " ".join(alert.do),
                    action="Go to the alerts",
                    do=partial(self.ctx.navigate.emit, "alerts", None),
                )

        def failed(exc: BaseException) -> None:
            from app.services.observations import said

            message = in_words(exc)
            not_saved = f"Not saved: {said(wanted.kind, wanted.value)}. {message.text}"
            self.ctx.messages.error(not_saved, message.detail)

        self.page_area.verticalScrollBar().setValue(0)
        self.ctx.call(partial(_record, self.resident_id, wanted), done, failed, owner=self)

    def take_back(self, observation_id: str, reason: str) -> None:
        """Mark it as entered in error."""

        def done(_: object) -> None:
            self.recent.drop(observation_id, self.ctx.now())
            self.ctx.messages.info("Taken back: it is marked as entered in error", f"Reason: {reason}.")
            self.begin()

        self.ctx.call(partial(_in_error, observation_id, reason), done, owner=self)

    def choose_period(self, days: str) -> None:
        """Show another period."""
        self._period = days
        self._load(again=True)

    def ask_in_error(self, row: Single) -> None:
        """Ask why an entry of the list was an error."""
        if self.shown is None or not self.entry.isEnabled():
            return
        from app.ui.pages.observations.dialogs import InErrorDialog

        InErrorDialog(self.ctx, self, self.shown.resident, row, date_time(row.at)).open()

    def on_paper(self) -> None:
        """Ask which charts, and where the PDF goes."""
        if self.shown is None:
            return
        from app.ui.pages.observations.dialogs import ChartsPaperDialog

        there = [part for part in PARTS if charts(self.shown.board, part)]
        words = dict(PERIODS)[self._period]
        ChartsPaperDialog(self.ctx, self, self.shown.resident, there, self._since(), words).open()

    def go_back(self) -> None:
        """To the whole record."""
        if self.resident_id is not None:
            self.ctx.navigate.emit("resident", self.resident_id)

    # ------------------------------------------------------------------------------------------------------- inside

    def _chosen(self, kind: str) -> None:
        """Show the chart that the entry will stand in, and the amounts even where large text pushed them down."""
        self.area.show_part(BY_KIND[kind].part)
        target = self.entry.amounts or next((each.target for each in self.entry.boxes.values()), None)
        if target is not None:
            scroll_to(target)

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, S, L, L)
        column.setSpacing(M)
        column.addWidget(self.waiting)
        self.content = QWidget()
        inside = QVBoxLayout(self.content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(M)
        inside.addWidget(level((title("Observations"), self.paper_button, self.back_button)))
        inside.addWidget(self.cannot)
        inside.addWidget(self.recent)
        inside.addWidget(self.entry)
        inside.addWidget(self.area)
        column.addWidget(self.content)
        column.addStretch(1)
        self.page_area = scrolled(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(M, M, M, 0)
        outer.setSpacing(S)
        outer.addWidget(self.banner)
        outer.addWidget(self.page_area, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _shortcut(self, keys: QKeySequence.StandardKey, slot: Callable[[], object]) -> None:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(slot)

    def _clear(self, waiting: str) -> None:
        self._visit += 1
        self.resident_id = None
        self.shown = None
        self.banner.clear()
        self.entry.reset()
        self.recent.clear()
        self.area.clear()
        self._minutes.stop()
        self.content.hide()
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        self.setAccessibleName(waiting or "No resident")
        self.ctx.resident.emit("")

    def _since(self) -> datetime:
        return self.ctx.now() - timedelta(days=int(self._period))

    def _load(self, *, again: bool = False) -> None:
        visit, resident_id, period = self._visit, self.resident_id, self._period
        if resident_id is None:
            return

        def arrived(shown: Shown) -> None:
            if visit == self._visit and period == self._period and shown.resident.id == resident_id:
                self._show(shown)

        def failed(exc: BaseException) -> None:
            if visit == self._visit:
                message = in_words(exc)
                self._clear(f"The observations cannot be shown. {message.text} {message.detail}".strip())
                if not isinstance(exc, UserError):
                    self.ctx.messages.report(exc)

        work = partial(_read, resident_id, self._since())
        if int(period) <= _LONG or self.area.part not in PARTS:
            self.ctx.call(partial(work, again=again), arrived, failed, owner=self)
            return

        def others() -> None:
            if visit == self._visit and period == self._period:
                self.ctx.call(partial(work, again=True), arrived, failed, owner=self)

        def first(shown: Shown) -> None:
            arrived(shown)
            QTimer.singleShot(_PAINTED, self, others)

        # What is seen comes first; the years of the other charts once it has been painted.
        self.ctx.call(partial(work, again=again, parts=(self.area.part,)), first, failed, owner=self)

    def _show(self, shown: Shown) -> None:
        from app.services.access import Action

        first = self.shown is None
        self.shown = shown
        details = shown.resident.details
        self.banner.show_resident(details, self.ctx.today(), shown.status)
        self.ctx.resident.emit(shown.resident.id)
        trouble = self.ctx.trouble
        may = trouble is None and self.ctx.allowed(Action.RECORD_ASSESSMENT)
        self.entry.setEnabled(may)
        self.entry.setVisible(may)
        self.cannot.setText(cannot_save(trouble) if trouble is not None else "")
        self.cannot.setVisible(trouble is not None)
        self.recent.fade(self.ctx.now())
        self.area.show_board(shown)
        self.waiting.hide()
        self.content.show()
        self.setAccessibleName(f"Observations of {spoken_resident(details, self.ctx.today())}")
        if first and may:
            self.entry.begin()

    def _fade(self) -> None:
        self.recent.fade(self.ctx.now())
        if self.recent.isHidden():
            self._minutes.stop()


def _read(
    resident_id: ResidentId, since: datetime, session: Session, *, again: bool, parts: tuple[str, ...] | None = None
) -> Shown:
    from app.services import observations

    return observations.board(session, resident_id, since, again=again, parts=parts)


def _record(resident_id: ResidentId, wanted: Wanted, session: Session) -> Recorded:
    from app.services import observations

    return observations.record(session, resident_id, wanted.kind, wanted.value, detail=wanted.detail, at=wanted.at)


def _in_error(observation_id: str, reason: str, session: Session) -> Changes:
    from app.services import observations

    return observations.entered_in_error(session, observation_id, reason=reason)
