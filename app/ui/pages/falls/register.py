"""The register of falls, of the home or of one resident, and the question who has fallen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.dates import clock_time, date_time, to_local
from app.domain.falls import ACTIVITIES, PERIODS, PLACES, Fall, FallPattern, month_chart
from app.domain.instruments.post_fall import CALL_999, HEAD_INJURY, LIFT, LONG_LIE
from app.ui import theme
from app.ui.pages.assessment.words import TONES
from app.ui.pages.falls.check import Large
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import link
from app.ui.widgets.filters import Filters
from app.ui.widgets.layouts import level
from app.ui.widgets.scene import ChartCard
from app.ui.widgets.table import Column
from app.ui.widgets.wrapped_table import WrappedTable
from app.ui.widgets_form.labels import heading, label, title

if TYPE_CHECKING:
    from app.domain.drawing import Chart
    from app.services.falls import FallRow, Register

FALLEN = "A resident has fallen"
_PERIOD_WORDS = {7: "in the last 7 days", 30: "in 30 days", 91: "in 3 months", 365: "in a year"}
_SHIFTS = {"morning": "07:00 to 14:00", "afternoon": "14:00 to 21:00", "night": "21:00 to 07:00"}
_SHORT = {CALL_999: "Call 999", HEAD_INJURY: "Head injury", LONG_LIE: "Long lie", LIFT: "Lift, observe"}
_TABLE = 330


class RegisterView(QWidget):
    """Every fall with what is still to be done. ``fallen`` is the first button, ``opened`` carries a fall's id,
    ``record`` asks for the whole record of the one resident."""

    fallen = Signal()
    opened = Signal(str)
    record = Signal()

    def __init__(self, today: date, *, one: bool, writes: bool) -> None:
        super().__init__()
        self._today = today
        self._found: Register | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        self.record_button = link("All of the record", self.record.emit)
        column.addWidget(level((title("Falls"), self.record_button)))
        self.record_button.setVisible(one)
        self.fallen_button = Large(FALLEN, self.fallen.emit, 64, kind="primary")
        column.addWidget(self.fallen_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.fallen_button.setVisible(writes)
        self.counts = label("Loading", "strong")
        self.spread = label("")
        column.addWidget(self.counts)
        column.addWidget(self.spread)
        self.concerns = _Actions()
        column.addWidget(self.concerns)
        self.filters: Filters[FallRow] = Filters(
            "Which falls",
            (
                ("open", "Still to do", lambda row: row.open),
                ("month", "Last 30 days", lambda row: self._days(row) < 30),
                ("quarter", "Last 3 months", lambda row: self._days(row) < 91),
                ("all", "All" if one else "Last year", lambda _row: True),
            ),
        )
        self.filters.picked.connect(self._fill)
        column.addWidget(self.filters)
        self.box = QLineEdit()
        self.box.setAccessibleName("Find by name or room")
        self.box.setPlaceholderText("Name or room")
        self.box.setMaximumWidth(theme.scaled(320))
        self.box.textChanged.connect(self._fill)
        column.addWidget(self.box)
        self.box.setVisible(not one)
        self.table: WrappedTable[FallRow] = WrappedTable("Falls", _columns(today, one=one), key=lambda row: row.id)
        self.table.setMinimumHeight(theme.scaled(_TABLE))
        self.table.opened.connect(lambda row: self.opened.emit(row.id))
        column.addWidget(self.table)
        self.none = label("No fall is recorded here.")
        column.addWidget(self.none)
        self.chart: ChartCard | None = None
        self._column = column
        column.addStretch(1)

    def show_register(self, found: Register) -> None:
        """Show these falls; on the first time those with something to do, or all when there are none."""
        first, self._found = self._found is None, found
        sound = [row.fall for row in found.rows if not row.in_error]
        self.counts.setText(count_words(found.pattern))
        self.spread.setText("\n".join(spread_words(found.pattern)))
        self.concerns.show_actions(found)
        if first and not any(row.open for row in found.rows):
            self.filters.choose("all")
        self._fill()
        draw = partial(_chart, tuple(sound), self._today)
        if self.chart is None:
            self.chart = ChartCard(draw)
            self._column.insertWidget(self._column.count() - 1, self.chart)
            self.chart.show()
        else:
            self.chart.set_chart(draw)
        self.chart.setVisible(bool(sound))

    def _fill(self) -> None:
        if self._found is None:
            return
        typed = self.box.text().casefold().split()
        known = [
            row
            for row in self._found.rows
            if all(word in f"{row.resident_name} {row.room}".casefold() for word in typed)
        ]
        rows = self.filters.of(known)
        self.table.set_rows(rows)
        self.none.setVisible(not rows)
        self.table.setVisible(bool(rows))

    def _days(self, row: FallRow) -> int:
        return (self._today - to_local(row.fall.at).date()).days


class _Actions(QWidget):
    """The concerns of one resident's falls assessment, what is overdue in a word."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(heading("From the falls assessment"))
        self.words = label("")
        column.addWidget(self.words)
        self.hide()

    def show_actions(self, found: Register) -> None:
        """Show them; nothing for the register of the home."""
        lines = [f"{'OVERDUE  ' if each.overdue else ''}{each.words}" for each in found.actions]
        self.words.setText("\n".join(f"•  {line}" for line in lines))
        self.setVisible(bool(lines))


def _columns(today: date, *, one: bool) -> tuple[Column[FallRow], ...]:
    who: tuple[Column[FallRow], ...] = (
        Column("Resident", lambda row: row.resident_name, sort=lambda row: row.resident_name),
        Column("Room", lambda row: row.room, sort=lambda row: row.room),
    )
    return (
        Column("When", lambda row: date_time(row.fall.at), sort=lambda row: row.fall.at),
        *(() if one else who),
        Column("Decided", decided, tone=lambda row: Tone.NEUTRAL if row.in_error else TONES[row.severity]),
        Column("Where", lambda row: row.fall.where),
        Column("Observations", lambda row: observed(row, today)),
        Column("Still to do", to_do_words, stretch=True),
    )


def to_do_words(row: FallRow) -> str:
    """What is still to be done, as one sentence without its stop."""
    words = ", ".join(row.to_do)
    return f"{words[:1].upper()}{words[1:]}"


def decided(row: FallRow) -> str:
    """What the check decided, in short."""
    return "Entered in error" if row.in_error else _SHORT.get(row.band or "", row.band_label or "No check")


def observed(row: FallRow, today: date) -> str:
    """How the observations stand: the next time, late since when, or how many were taken.

    The day is named when it is not today: they go on for up to three days.
    """
    if row.fall.stopped is not None:
        return "Ended"
    if row.progress is None or not row.progress.slots:
        return ""
    if (late := row.progress.late) is not None:
        return f"LATE since {_when(late.due, today)}"
    if (slot := row.progress.next) is not None:
        return f"Next {_when(slot.due, today)}"
    return f"{row.progress.done} of {len(row.progress.slots)} taken"


def _when(at: datetime, today: date) -> str:
    return clock_time(at) if to_local(at).date() == today else date_time(at)


def count_words(pattern: FallPattern) -> str:
    """``1 fall in the last 7 days, 3 in 30 days, ...``."""
    first, *rest = PERIODS
    count = pattern.counts[first]
    said = [f"{count or 'No'} fall{'' if count == 1 else 's'} {_PERIOD_WORDS[first]}"]
    return ", ".join([*said, *(f"{pattern.counts[each]} {_PERIOD_WORDS[each]}" for each in rest)])


def spread_words(pattern: FallPattern) -> list[str]:
    """How the falls of a year are spread over times, places and activities, and what may be claimed from it."""
    lines = list(pattern.words)
    for name, counts, words in (
        ("Time of day", pattern.by_shift, _SHIFTS),
        ("Place", pattern.by_place, PLACES),
        ("Activity", pattern.by_activity, ACTIVITIES),
    ):
        if counts:
            lines.append(f"{name}: {', '.join(f'{words[code].lower()} ({count})' for code, count in counts.items())}")
    return lines


def _chart(falls: Sequence[Fall], today: date, width: int) -> Chart:
    return month_chart(falls, today, width=width)
