"""Due: what a shift has to do, by room; each line leads to the form that does it.

The page follows the clock: it reads again every minute and after every change, stays on the line that was chosen, and
goes over to the next shift by itself as long as "this shift" is what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QHeaderView, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from app.domain.dates import clock_time
from app.domain.instruments.outcome import Severity
from app.domain.shifts import CODES, NAMES, Shift, shift_at
from app.ui import theme
from app.ui.pages.assessment.chooser import PATHWAYS
from app.ui.pages.assessment.page import Open
from app.ui.pages.assessment.words import TONES, URGENCY
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.filters import Filters
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.row import RowButton
from app.ui.widgets.table import Column
from app.ui.widgets.text import card, heading, label, page_column, title
from app.ui.widgets.wrapped_table import WrappedTable

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.due import DueItem, ShiftList
    from app.services.session import Session
    from app.ui.context import Context

MINUTE = 60_000
_KINDS = frozenset({"resident", "fact", "assessment", "alert", "wound", "fall", "setting"})
_PREVIOUS, _NEXT, _NOW = "Ctrl+PgUp", "Ctrl+PgDown", "Alt+Home"


class DuePage(QWidget):
    """``opened`` with a shift as ``2026-11-24/night``, or None for the shift that is on now. Coming back from a form it
    is opened with a resident's id, and stays on the shift and the line from which the form was opened."""

    title = "Due"

    def __init__(self, ctx: Context) -> None:
        from app.services.access import Action

        super().__init__()
        self.ctx = ctx
        self.setAccessibleName("Due")
        self.shift = shift_at(ctx.now())
        self.found: ShiftList | None = None
        self._follows = True
        self._asked = 0
        self._fresh = True
        self._may_record = ctx.allowed(Action.RECORD_ASSESSMENT)
        self.heading = label("", "strong")
        self.count = label("Loading…", "secondary")
        self.previous_button = secondary("Previous shift", self.previous)
        self.next_button = secondary("Next shift", self.next)
        self.now_button = secondary("This shift", self.present)
        self.paper_button = secondary("Save as PDF…", self.paper)
        for button, keys, words in (
            (self.previous_button, _PREVIOUS, "Ctrl+Page Up"),
            (self.next_button, _NEXT, "Ctrl+Page Down"),
            (self.now_button, _NOW, "Alt+Home"),
            (self.paper_button, "Ctrl+P", "Ctrl+P"),
        ):
            button.setToolTip(words)
            button.setAccessibleDescription(words)
            made = QShortcut(QKeySequence(keys), self, button.click)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.codes: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for code in CODES:
            radio = self.codes[code] = QRadioButton(NAMES[code])
            radio.clicked.connect(self._chosen_code)
            group.addButton(radio)
        self.filters: Filters[DueItem] = Filters(
            "Which are shown", (("all", "All", lambda _item: True), ("late", "Overdue only", lambda item: item.late))
        )
        self.filters.picked.connect(self._fill)
        self.pathway = ChoiceBox((("", "All pathways"), *PATHWAYS))
        self.pathway.setAccessibleName("Pathway")
        self.pathway.activated.connect(self._fill)
        self.table = DueTable("Due in this shift")
        self.table.opened.connect(self.open)
        self.open_button = primary("Open the form (Enter)", self._open_chosen)
        self._away, self._away_column = card(spacing=S)
        self._away_head = heading("Away from the home")
        self._away_rows = QVBoxLayout()
        self._lay_out()
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE)
        self._minute.timeout.connect(self._load)

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Show a shift; see the class."""
        named = _named(arg)
        if named is not None or not isinstance(arg, str):
            self._follows = named is None
            self.shift = named or shift_at(self.ctx.now())
            self._fresh = True
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._fresh = True  # back from a form: the same place, and the keyboard in the list again
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Read again when something on it may have changed."""
        if changes.kinds & _KINDS:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def place(self) -> tuple[str, Any]:
        """The shift, unless it is the present one, which is found again by the clock."""
        return "due", None if self._follows else f"{self.shift.on.isoformat()}/{self.shift.code}"

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the clock while it is on the screen."""
        super().showEvent(event)
        self._minute.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """And not behind another page."""
        super().hideEvent(event)
        self._minute.stop()

    # ------------------------------------------------------------------------------------------------- what it does

    def previous(self) -> None:
        """The shift before."""
        self._go(self.shift.before)

    def next(self) -> None:
        """The shift after."""
        self._go(self.shift.after)

    def present(self) -> None:
        """The shift that is on now, and those that follow it as the clock goes on."""
        self._go(shift_at(self.ctx.now()))

    def open(self, item: DueItem) -> None:
        """The form that does it; for who may not record anything, the resident."""
        if self._may_record:
            form = Open(item.resident_id, item.instrument, about=item.about, back="due")
            self.ctx.navigate.emit("assessment", form)
        else:
            self.ctx.navigate.emit("resident", item.resident_id)

    def paper(self) -> None:
        """Ask before the list leaves the encrypted store."""
        from app.ui.pages.due.dialogs import PaperDialog

        PaperDialog(self.ctx, self, self.shift).open()

    # ------------------------------------------------------------------------------------------------------ inside

    def _go(self, shift: Shift) -> None:
        self.shift = shift
        self._follows = shift == shift_at(self.ctx.now())
        self._load()

    def _chosen_code(self) -> None:
        code = next(code for code, radio in self.codes.items() if radio.isChecked())
        self._go(Shift(self.shift.on, code))

    def _open_chosen(self) -> None:
        item = self.table.current()
        if item is not None:
            self.open(item)

    def _load(self) -> None:
        if self._follows:
            self.shift = shift_at(self.ctx.now())
        self._asked += 1
        asked, wanted = self._asked, self.shift

        def work(session: Session) -> ShiftList:
            from app.services import due

            return due.shift(session, wanted.on, wanted.code)

        def done(found: ShiftList) -> None:
            if asked == self._asked:
                self._show(found)

        self.ctx.call(work, done, owner=self)

    def _show(self, found: ShiftList) -> None:
        self.found = found
        this = " (this shift)" if found.present else ""
        self.heading.setText(f"{found.shift.words}{this}")
        self.codes[found.shift.code].setChecked(True)
        self.now_button.setEnabled(not found.present)
        self._fill()
        self._show_away(found)
        if self._fresh:
            self._fresh = False
            self._start_in_list()

    def _fill(self, _at: int = 0) -> None:
        """The lines that are asked for, without losing the place of who is reading."""
        if self.found is None:
            return
        pathway = self.pathway.value()
        rows = [item for item in self.filters.of(self.found.items) if pathway in {"", item.pathway}]
        if tuple(rows) != self.table.rows:
            bar = self.table.verticalScrollBar()
            at, row = bar.value(), self.table.currentIndex().row()
            self.table.set_rows(rows)
            if row == self.table.currentIndex().row():
                bar.setValue(at)
        self.open_button.setEnabled(bool(rows))
        self.count.setText(self._counted(len(rows)))

    def _counted(self, shown: int) -> str:
        found = self.found
        if found is None:
            return ""
        if not found.items:
            return f"Nothing is due in this shift. Read at {clock_time(found.now)}."
        some = "" if shown == len(found.items) else f", {shown} shown"
        return f"{len(found.items)} to do, {found.late} of them late{some}. Read at {clock_time(found.now)}."

    def _start_in_list(self) -> None:
        """The keyboard in the list, unless somebody has moved on while it was read."""
        focused = self.window().focusWidget()
        if self.table.rows and focused in {self, None}:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            for area in self.findChildren(QScrollArea):
                if area.isAncestorOf(self.table):
                    area.ensureWidgetVisible(self.table, 0, 0)

    def _show_away(self, found: ShiftList) -> None:
        empty(self._away_rows)
        people: dict[str, list[DueItem]] = {}
        for item in found.away:
            people.setdefault(item.resident_id, []).append(item)
        for own in people.values():
            room = f" · Room {own[0].room}" if own[0].room else ""
            detail = ", ".join(f"{item.title} ({_lower(item.when)})" for item in own)
            row = RowButton(
                f"{own[0].resident_name}{room}",
                detail,
                slot=partial(self.ctx.navigate.emit, "resident", own[0].resident_id),
            )
            self._away_rows.addWidget(row)
        self._away_head.setText(f"Away from the home: due when they are back ({len(people)})")
        self._away.setVisible(bool(people))
        keep_tab_order(tab_stops(self.table, self._away))

    def _lay_out(self) -> None:
        column = page_column(self)
        head = QHBoxLayout()
        head.setSpacing(L)
        head.addWidget(title("Due"))
        head.addWidget(self.heading, 1, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(head)
        shifts = [self.previous_button, self.next_button, self.now_button, *self.codes.values()]
        column.addWidget(level(shifts, gap=S))
        chosen = QHBoxLayout()
        chosen.setSpacing(M)
        chosen.addWidget(self.filters, 1)
        chosen.addWidget(self.pathway, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(chosen)
        column.addWidget(self.count)
        self.table.setMinimumHeight(max(320, theme.scaled(220)))
        column.addWidget(self.table, 1)
        column.addLayout(button_row(self.open_button, self.paper_button))
        self._away_column.addWidget(self._away_head)
        self._away_column.addLayout(self._away_rows)
        self._away.hide()
        column.addWidget(self._away)


class DueTable(WrappedTable["DueItem"]):
    """The lines of a shift: in columns where there is room for them, else everything of a line one under the other."""

    def __init__(self, name: str) -> None:
        self._room = _Room()
        super().__init__(name, _columns(self._room), key=lambda item: item.key)

    @property
    def one_column(self) -> bool:
        """Whether everything of a line stands one under the other."""
        return self._room.one_column

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Change over where the room ends."""
        if self._room.one_column != self._narrow():
            self._fit_columns()
        super().resizeEvent(event)

    def _narrow(self) -> bool:
        return self.width() < theme.scaled(_COLUMNS_FROM)

    def _fit_columns(self) -> None:
        self._room.one_column = self._narrow()
        super()._fit_columns()
        for at in range(1, len(self.records.columns)):
            self.setColumnHidden(at, self._room.one_column)
        if self._room.one_column:
            self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


@dataclass(slots=True)
class _Room:
    """How the table stands now, for its columns; a column that knew its table would be a circle."""

    one_column: bool = False


_COLUMNS_FROM = 760
"""From this width on, in pixels at 100 % text, the columns stand side by side."""


def _named(arg: object) -> Shift | None:
    """The shift that an argument names, or None: a resident's id names none."""
    if not isinstance(arg, str) or "/" not in arg:
        return None
    day, _, code = arg.partition("/")
    return Shift(date.fromisoformat(day), code) if code in CODES else None


def _tone(item: DueItem) -> Tone:
    if item.severity is Severity.EMERGENCY:
        return Tone.DANGER
    return Tone.WARNING if item.late else TONES[item.severity]


def _where(item: DueItem) -> str:
    return f"Room {item.room}\n{item.resident_name}" if item.room else f"No room\n{item.resident_name}"


def _urgency(item: DueItem) -> str:
    loud = item.severity in {Severity.URGENT, Severity.EMERGENCY}
    return f"{item.when}\n{URGENCY[item.severity]}" if loud else item.when


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _in_one_line(words: str) -> str:
    return words.replace("\n", ", ")


def _columns(room: _Room) -> tuple[Column[DueItem], ...]:
    def where(item: DueItem) -> str:
        if not room.one_column:
            return _where(item)
        return "\n".join(
            (_in_one_line(_where(item)), _in_one_line(_urgency(item)), f"{item.title}: {item.why}", item.changed)
        )

    return (
        Column(
            "Room and resident",
            where,
            spoken=lambda item: _in_one_line(_where(item)),
            tone=lambda item: _tone(item) if room.one_column else None,
        ),
        Column("When", _urgency, spoken=lambda item: _in_one_line(_urgency(item)), tone=_tone),
        Column(
            "To do",
            lambda item: f"{item.title}\n{item.why}",
            spoken=lambda item: f"{item.title}: {item.why}",
            stretch=True,
        ),
        Column("What changed", lambda item: item.changed, stretch=True),
    )
