"""The window: where you are on the left, whose laptop and home this is above, and the truth about sending below.

Pages are made when they are first opened and kept until the window closes. The status line is computed from the
records each time something changes, never from what the last call returned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QFont, QFontMetrics, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.domain.dates import date_time
from app.domain.people import ResidentId
from app.ui.context import Context, Page, Placed
from app.ui.read_only import ReadOnlyBand
from app.ui.restored import RestoredBand
from app.ui.theme import SIZES, XL, L, M, S
from app.ui.widgets.buttons import Button, danger, link, secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.message_bar import MessageBar
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.changes import Changes
    from app.services.status import Status
    from app.ui.place import Place

MINUTE = 60_000
WANTED = QSize(1366, 768)
FRAME = QSize(16, 40)
"""Room for the title bar and the edges, which the desktop adds and whose size is not known before the first show."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its key in ``navigate``, its words on the left ("" when it is reached from another page), its class.

    ``action`` names what the role must allow for the page to be offered; ``below`` is the entry it belongs under.
    """

    key: str
    label: str
    module: str
    cls: str
    action: str = ""
    below: str = ""


PAGES = (
    Entry("today", "Today", "app.ui.pages.today.page", "TodayPage"),
    Entry("due", "Due", "app.ui.pages.due.page", "DuePage", "VIEW_RESIDENTS"),
    Entry("residents", "Residents", "app.ui.pages.residents.page", "ResidentsPage", "VIEW_RESIDENTS"),
    Entry("search", "Search", "app.ui.pages.search.page", "SearchPage", "VIEW_RESIDENTS"),
    Entry("alerts", "Alerts", "app.ui.pages.alerts.page", "AlertsPage", "VIEW_RESIDENTS"),
    Entry("falls", "Falls", "app.ui.pages.falls.page", "FallsPage", "VIEW_RESIDENTS"),
    Entry("hospital", "Hospital", "app.ui.pages.hospital.page", "HospitalPage", "VIEW_RESIDENTS"),
    Entry("premium", "Premium", "app.ui.pages.premium.page", "PremiumPage", "VIEW_CLAIMS"),
    Entry("sync", "Sync", "app.ui.pages.sync.page", "SyncPage", "SYNC"),
    Entry("staff", "Staff", "app.ui.pages.staff.page", "StaffPage", "VIEW_STAFF"),
    Entry("training", "", "app.ui.pages.training.page", "TrainingPage", "VIEW_STAFF", "staff"),
    Entry("settings", "Settings", "app.ui.pages.settings.page", "SettingsPage"),
    Entry("audit", "", "app.ui.pages.audit.page", "AuditTrailPage", "VIEW_AUDIT", "settings"),
    Entry("retention", "", "app.ui.pages.retention.page", "RetentionPage", "RETENTION", "settings"),
    Entry("instruments", "", "app.ui.pages.instruments.page", "InstrumentsPage", "MANAGE_HOME", "settings"),
    Entry("accreditation", "", "app.ui.pages.accreditation.page", "AccreditationPage", "VIEW_CLAIMS", "premium"),
    Entry("money", "", "app.ui.pages.money.page", "MoneyPage", "VIEW_CLAIMS", "premium"),
    Entry("answers", "", "app.ui.pages.answers.page", "AnswersPage", "VIEW_CLAIMS", "premium"),
    Entry("policy", "", "app.ui.pages.policy.page", "PolicyPage", "VIEW_CLAIMS", "premium"),
    Entry("fair-cost", "", "app.ui.pages.fair_cost.page", "FairCostPage", "VIEW_CLAIMS", "premium"),
    Entry("resident", "", "app.ui.pages.resident.page", "ResidentPage", "VIEW_RESIDENTS", "residents"),
    Entry("timeline", "", "app.ui.pages.timeline.page", "TimelinePage", "VIEW_RESIDENTS", "residents"),
    Entry("wounds", "", "app.ui.pages.wounds.page", "WoundsPage", "VIEW_RESIDENTS", "residents"),
    Entry("observations", "", "app.ui.pages.observations.page", "ObservationsPage", "VIEW_RESIDENTS", "residents"),
    Entry("person", "", "app.ui.pages.person.page", "PersonPage", "VIEW_RESIDENTS", "residents"),
    Entry("assessment", "", "app.ui.pages.assessment.page", "AssessmentPage", "RECORD_ASSESSMENT", "residents"),
)
ALL_KINDS = frozenset(
    {"resident", "wound", "fall", "photo", "fact", "assessment", "draft", "note", "observation", "alert", "transfer",
     "journey", "bag", "claim", "home_fact", "outbox", "staff", "setting", "backup"}
)  # fmt: skip

BACKUP_HELP = "Opens the backups in Settings"


def fitted(available: QSize) -> QSize:
    """The size for the window inside its frame on a screen with that much room."""
    return WANTED.boundedTo(available - FRAME)


def make_page(entry: Entry, ctx: Context) -> QWidget:
    """The page, its module imported now."""
    cls: Callable[[Context], QWidget] = getattr(import_module(entry.module), entry.cls)
    return cls(ctx)


class MainWindow(QMainWindow):
    """The window of one signed-in person. ``on_lock`` is called once the drafts are saved and the window may go.

    It opens on Today, or on the ``place`` where this person locked it.
    """

    def __init__(self, ctx: Context, on_lock: Callable[[], None], place: Place | None = None) -> None:
        super().__init__()
        self.ctx = ctx
        self._on_lock = on_lock
        self._entries = {entry.key: entry for entry in PAGES if self._offered(entry)}
        self._pages: dict[str, QWidget] = {}
        self._here: tuple[str, Any] = ("", None)
        self._before: list[tuple[str, Any]] = []
        self._leaving = False
        self._in_front = ""
        self._last_focus: QWidget | None = None
        self.setMinimumSize(640, 480)
        self.resize(fitted(self.screen().availableSize()))
        self.messages = MessageBar(ctx.messages)
        self.band = ReadOnlyBand(ctx)
        self.restored = RestoredBand(ctx)
        self.stack = QStackedWidget()
        self.stack.setAccessibleName("Page")
        self.nav: dict[str, QPushButton] = {}
        self.status = StatusLine(lambda key: self.go(key, None), lambda: self.go("settings", "backups"))
        self._build()
        self._shortcuts()
        ctx.changed.connect(self._changed)
        ctx.navigate.connect(self.go)
        ctx.titled.connect(self._title)
        ctx.resident.connect(self._follow_resident)
        ctx.exchange.ended.connect(self.load_status)
        ctx.backups.began.connect(self.load_status)
        ctx.backups.ended.connect(self.load_status)
        ctx.troubled.connect(self._troubled)
        ctx.leaving.connect(self._leave_at_once)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE)
        self._minute.timeout.connect(self.load_status)
        self._minute.start()
        self.load_status()
        if place is None or place.page not in self._entries:
            self.go("today", None)
        else:
            self._come_back(place)

    # ------------------------------------------------------------------------------------------------- moving

    @property
    def here(self) -> str:
        """The key of the page in front."""
        return self._here[0]

    @property
    def page(self) -> Page | None:
        """The page in front."""
        found = self._pages.get(self.here)
        return cast("Page", found) if found is not None else None

    def go(self, key: str, arg: Any = None) -> None:
        """Open a page; ``back`` is the one before. Stays when the page in front says that it cannot be left."""
        if key == "back":
            self.go_back()
            return
        entry = self._entries.get(key)
        if entry is None:
            self.ctx.messages.warning("Your role does not open this page.", "Ask the manager if you need it.")
            return
        if not self._may_leave():
            return
        if self.here and self._here != (key, arg):
            self._before.append(self._here)
        self._open(entry, arg)

    def go_back(self) -> None:
        """Open the page before this one, as it was opened then."""
        if self._before and self._may_leave():
            key, arg = self._before.pop()
            self._open(self._entries[key], arg)

    def send_to_hospital(self) -> None:
        """The first screen for the resident in front, or the choice of one; over an open form, which stays as it is."""
        from app.ui.dialogs import hospital, hospital_who

        kinds = (hospital.HospitalDialog, hospital_who.HospitalWho)
        if self.ctx.closed or any(isinstance(top, kinds) and top.isVisible() for top in QApplication.topLevelWidgets()):
            return
        parent = QApplication.activeModalWidget() or self
        if self._in_front:
            hospital.open_for(self.ctx, ResidentId(self._in_front), parent)
        else:
            hospital_who.open_for(self.ctx, parent)

    def _follow_resident(self, resident_id: str) -> None:
        self._in_front = resident_id

    def refresh(self) -> None:
        """Load what is on the screen again (F5)."""
        from app.services.changes import Changes

        self._changed(Changes(ALL_KINDS))

    def load_status(self) -> None:
        """Compute the status line again from the records."""
        from app.services import status

        self.ctx.call(status.status, self._show_status, owner=self)

    def _show_status(self, found: Status) -> None:
        backups = self.ctx.backups
        self.status.show_status(found)
        self.status.show_backup(found, self.ctx.now(), failed=backups.trouble is not None, running=backups.running)

    def lock(self) -> None:
        """Save the drafts and go back to the sign-in window (Ctrl+L)."""
        if self._may_leave():
            self._leaving = True
            self._on_lock()

    def _leave_at_once(self) -> None:
        """The session is closed already: nothing more can be saved, and nothing is asked."""
        if not self._leaving:
            self._leaving = True
            self._on_lock()

    def _troubled(self) -> None:
        """The records have become readable only, or writable again: every page says so, and shows what is there."""
        self.band.load()
        if self.ctx.trouble is None:
            self.refresh()

    def keep(self) -> bool:
        """Save what can be saved, for a lock that asks nobody; False when the page would have asked about something."""
        self._leaving = True
        return self._may_leave()

    def place(self) -> Place:
        """Where the person is, for :class:`MainWindow` to come back to."""
        from app.ui.place import place_of

        page = self.stack.currentWidget()
        key, arg = page.place() if isinstance(page, Placed) else self._here
        return place_of(self.ctx.account.user, key, arg, page)

    def _come_back(self, place: Place) -> None:
        from app.ui.place import Return, argument

        if place.page != "today":
            self._before.append(("today", None))
        self._open(self._entries[place.page], argument(place.arg))
        page = self.stack.currentWidget()
        if page is not None:
            Return(page, place, self.ctx.tasks)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """On a small screen fill it, unless the window has been given another size before it was shown."""
        if not event.spontaneous() and self.size() != WANTED and self.size() == fitted(self.screen().availableSize()):
            self.setWindowState(Qt.WindowState.WindowMaximized)
        super().showEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Quitting saves the drafts first."""
        if self._leaving or self._may_leave():
            self._minute.stop()
            event.accept()
        else:
            event.ignore()

    def _open(self, entry: Entry, arg: Any) -> None:
        page = self._pages.get(entry.key)
        if page is None:
            page = make_page(entry, self.ctx)
            page.setProperty("role", "page")
            page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._pages[entry.key] = page
            self.stack.addWidget(page)
        self.ctx.messages.clear()
        self.ctx.resident.emit("")
        self._here = (entry.key, arg)
        self._find.setEnabled(entry.key != "residents")  # there the page's own key goes to its search box
        self.stack.setCurrentWidget(page)
        button = self.nav.get(entry.below or entry.key)
        if button is not None:
            button.setChecked(True)
        shown = cast("Page", page)
        shown.opened(arg)
        self._title(shown.title)
        page.setAccessibleName(shown.title)
        focused = self.focusWidget()
        if focused is None or not page.isAncestorOf(focused):
            page.setFocus(Qt.FocusReason.OtherFocusReason)  # Tab goes on to the page's first control

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Give the keyboard to the page when Qt has moved it out of there by itself.

        That happens when the control that had it is hidden, disabled or removed, as when a page is built again, also
        behind a dialog: the next control in the chain may be Lock, which a press meant for the page must never reach.
        """
        if now is None or not isValid(self.stack) or now.window() is not self:
            return
        last, self._last_focus = self._last_focus, now
        gone = last is None or not isValid(last) or not last.isVisible() or not last.isEnabled()
        page = self.stack.currentWidget()
        if gone and page is not None and not self.stack.isAncestorOf(now):
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _may_leave(self) -> bool:
        return self.page is None or self.page.can_leave()

    def _changed(self, changes: Changes) -> None:
        if "setting" in changes.kinds:
            self.home_name.setText(self.ctx.home.name)
            self.restored.load()
        if self.page is not None:
            self.page.refresh(changes)
        self.load_status()

    def _title(self, text: str) -> None:
        practice = " (practice)" if self.ctx.home.practice else ""
        self.setWindowTitle(f"{text} – Hartwell{practice}" if text else f"Hartwell{practice}")

    def _offered(self, entry: Entry) -> bool:
        from app.services.access import Action

        return not entry.action or self.ctx.allowed(Action[entry.action])

    # ------------------------------------------------------------------------------------------------ building

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top())
        if self.ctx.home.practice:
            column.addWidget(_practice_band())
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._navigation())
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.band)
        right.addWidget(self.restored)
        right.addWidget(self.messages)
        right.addWidget(self.stack, 1)
        middle.addLayout(right, 1)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(inside)

    def _top(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(L, S, L, S)
        row.setSpacing(M)
        self.home_name = label(self.ctx.home.name, "heading")
        row.addWidget(self.home_name, 1)
        who = f"{self.ctx.account.name}, {self.ctx.account.role.value}"
        self.who = label(who, wrap=False)
        self.who.setAccessibleName(f"Signed in: {who}")
        row.addWidget(self.who)
        self.hospital_button = danger("Send to hospital (F12)", self.send_to_hospital)
        row.addWidget(self.hospital_button)
        self.lock_button = secondary("Lock", self.lock)
        self.lock_button.setToolTip("Save drafts and go back to the sign-in window (Ctrl+L). To cover the screen: F9")
        row.addWidget(self.lock_button)
        return bar

    def _navigation(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("role", "nav")
        bar.setAccessibleName("Pages")
        column = QVBoxLayout(bar)
        column.setContentsMargins(0, M, 0, M)
        column.setSpacing(2)
        group = QButtonGroup(self)
        for entry in self._entries.values():
            if not entry.label:
                continue
            button = _NavButton(entry.label)
            button.clicked.connect(lambda _checked, key=entry.key: self._pressed(key))
            group.addButton(button)
            self.nav[entry.key] = button
            column.addWidget(button)
        column.addStretch(1)
        return _NavArea(bar)

    def _pressed(self, key: str) -> None:
        self.go(key, None)
        here = self._entries[self.here]
        self.nav[here.below or here.key].setChecked(True)

    def _shortcuts(self) -> None:
        standard = QKeySequence.StandardKey
        for keys, slot in (
            ("Ctrl+L", self.lock),
            ("Ctrl+Q", self.close),
            ("Ctrl+,", lambda: self.go("settings", None)),
            ("Ctrl+/", self.show_shortcuts),
            ("F1", self.show_shortcuts),
            ("F12", self.send_to_hospital),
            ("F5", self.refresh),
            ("F6", self._next_part),
            ("Alt+Left", self.go_back),
            (standard.ZoomIn, lambda: self._zoom(1)),
            (standard.ZoomOut, lambda: self._zoom(-1)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        self._find = QShortcut(QKeySequence(standard.Find), self)
        self._find.activated.connect(lambda: self.go("residents", None))
        for digit, key in zip("1234567890", self.nav, strict=False):
            QShortcut(QKeySequence(f"Ctrl+{digit}"), self).activated.connect(lambda key=key: self.go(key, None))

    def show_shortcuts(self) -> None:
        """The list of keys (Ctrl+/)."""
        from app.ui.dialogs.shortcuts import Shortcuts

        shown = Shortcuts(self)
        shown.exec()
        shown.deleteLater()

    def _zoom(self, by: int) -> None:
        nearest = min(range(len(SIZES)), key=lambda at: abs(SIZES[at] - self.ctx.theme.percent))
        size = SIZES[min(max(nearest + by, 0), len(SIZES) - 1)]
        if size != self.ctx.theme.percent:
            from app.services import settings

            self.ctx.theme.set(text_size=size)
            self.ctx.call(lambda session: settings.put(session, "text_size", size))

    def _next_part(self) -> None:
        """From the pages on the left to the page, and back: F6, as on every desktop."""
        checked = next((button for button in self.nav.values() if button.isChecked()), None)
        inside = self.stack.currentWidget()
        if checked is not None and not checked.hasFocus():
            checked.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif inside is not None:
            first = next(
                (
                    part
                    for part in inside.findChildren(QWidget)
                    if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible() and part.isEnabled()
                ),
                None,
            )
            if first is not None:
                first.setFocus(Qt.FocusReason.ShortcutFocusReason)


class _NavArea(QScrollArea):
    """The pages on the left; with large text on a low screen they scroll, and the one with the keyboard is in sight."""

    def __init__(self, bar: QFrame) -> None:
        super().__init__()
        self._bar = bar
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setWidget(bar)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the pages' names, with room for the scroll bar while there is one."""
        wanted = self._bar.sizeHint()
        more = self.verticalScrollBar().sizeHint().width() if wanted.height() > self.height() else 0
        return QSize(wanted.width() + more, wanted.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same width; any height will do."""
        return QSize(self.sizeHint().width(), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Rather scroll than squeeze the buttons; a scroll bar that comes or goes changes the width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The same when the text size changes."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        self._bar.setMinimumHeight(self._bar.sizeHint().height())
        self.updateGeometry()


class _NavButton(Button):
    """A page on the left; it asks for the width of its bold text, so that nothing moves when it is chosen."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setProperty("kind", "nav")
        self.setCheckable(True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the text in bold."""
        bold = QFont(self.font())
        bold.setBold(True)
        size = super().sizeHint()
        return QSize(QFontMetrics(bold).horizontalAdvance(self.text()) + XL + M, size.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same: it is never made narrower."""
        return self.sizeHint()


class StatusLine(QFrame):
    """What is waiting, when we last heard, when the last backup was: always in sight, each leading to its page."""

    def __init__(self, go: Callable[[str], None], backup: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("role", "status")
        self.setAccessibleName("Status")
        flow = FlowLayout(self, gap=M, row_gap=0)
        flow.setContentsMargins(M, 2, M, 2)
        self.alerts = link("", lambda: go("alerts"))
        self.drafts = link("", lambda: go("today"))
        self.waiting = link("", lambda: go("sync"))
        self.exchange = link("", lambda: go("sync"))
        self.backup = link("", backup)
        self.backup.setToolTip(BACKUP_HELP)
        self.backup.setAccessibleDescription(BACKUP_HELP)
        self.clock = label("The laptop's clock is behind: check its date", "error", wrap=False)
        self.clock.hide()
        for part in (self.clock, self.alerts, self.drafts, self.waiting, self.exchange, self.backup):
            flow.addWidget(part)

    def show_status(self, status: Status) -> None:
        """Say it."""
        self.clock.setVisible(status.clock_behind)
        self.alerts.setText(_count(status.standing_alerts, "standing alert"))
        self.drafts.setText(_count(status.drafts, "draft"))
        trouble = f", {status.trouble} in trouble" if status.trouble else ""
        late = ", late" if status.late else ""
        self.waiting.setText(f"{status.waiting or 'Nothing'} waiting to send{late}{trouble}")
        mark(self.waiting, wrong=bool(late or trouble))
        heard = _when(status.last_exchange)
        failed = ", the last try failed" if status.last_error else ""
        self.exchange.setText(
            f"Last exchange with the CCG: {heard}{failed}" if status.connected else "Not connected to the CCG"
        )
        mark(self.exchange, wrong=bool(failed) or not status.connected)
        mark(self.alerts, wrong=status.standing_alerts > 0)
        inside = self.layout()
        if inside is not None:
            inside.invalidate()

    def show_backup(self, status: Status, now: datetime, *, failed: bool, running: bool) -> None:
        """Say when the last backup was, and everything that is the matter with it."""
        from app.ui.pages.sync.words import ago

        faults = [
            words
            for words, found in (
                ("more than a week old", status.backup_old and status.last_backup is not None),
                ("only on this laptop", status.last_backup is not None and not status.backup_elsewhere),
                ("the last try failed", failed),
            )
            if found
        ]
        under_way = ["one is being made now"] if running else []
        self.backup.setText(", ".join([f"Last backup: {ago(status.last_backup, now)}", *faults, *under_way]))
        mark(self.backup, wrong=bool(faults) or status.last_backup is None)


def mark(part: QWidget, *, wrong: bool) -> None:
    """Set off what needs a look; its words say what is the matter."""
    part.setProperty("fault", "true" if wrong else "false")
    part.style().unpolish(part)
    part.style().polish(part)


def _count(count: int, noun: str) -> str:
    return f"{count or 'No'} {noun}{'' if count == 1 else 's'}"


def _when(at: Any) -> str:
    return "Never" if at is None else date_time(at)


def _practice_band() -> QFrame:
    band = QFrame()
    band.setProperty("role", "practice")
    row = QHBoxLayout(band)
    row.setContentsMargins(L, S, L, S)
    row.addWidget(label("PRACTICE: invented residents and a practice CCG. Do not use for real care."))
    return band
