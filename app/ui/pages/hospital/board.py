"""The board of the hospital page: who is away, who came back, where the bags are, and what the journeys add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.dates import day_date
from app.ui.pages.falls.check import Large
from app.ui.pages.hospital.bags import BagsCard
from app.ui.pages.hospital.row import journey_button
from app.ui.pages.hospital.whole_table import WholeTable
from app.ui.pages.hospital.words import MEASURES, figures, periods
from app.ui.theme import L, M, S
from app.ui.widgets.buttons import secondary
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets.row import RowButton
from app.ui.widgets.table import Column
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import heading, label, title

if TYPE_CHECKING:
    from app.domain.journeys import Counts
    from app.services.journeys import Board, JourneyRow
    from app.services.session import Session
    from app.ui.context import Context

SEND = "Send to hospital"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The board with what its journeys add up to, one a period."""

    board: Board
    counted: tuple[Counts, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the counts."""

    field: str
    name: str
    means: str
    counted: tuple[Counts, ...]

    @property
    def figures(self) -> tuple[str, ...]:
        """One figure a period."""
        return figures(self.field, self.counted)


class BoardView(QWidget):
    """``opened`` carries a journey's id; ``send`` asks who goes to hospital, ``kit`` for everybody's key facts."""

    opened = Signal(str)
    send = Signal()
    kit = Signal()

    def __init__(self, ctx: Context, *, writes: bool, prints: bool) -> None:
        super().__init__()
        self._ctx = ctx
        today = ctx.today()
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(title("Hospital"))
        self.send_button = Large(SEND, self.send.emit, 64, kind="primary")
        self.kit_button = secondary("Make a downtime kit…", self.kit.emit)
        column.addWidget(level((self.send_button, self.kit_button)))
        for button in (self.send_button, self.kit_button):
            button.setVisible(prints)
        self.away = JourneysCard("Away, or about to go")
        self.away.opened.connect(self.opened)
        self.bags = BagsCard(ctx, writes=writes)
        self.bags.opened.connect(self.opened)
        self.recent = JourneysCard("Back, or ended, in the last 14 days")
        self.recent.opened.connect(self.opened)
        for part in (self.away, self.bags, self.recent):
            column.addWidget(part)
        box, inside = card()
        inside.addWidget(heading("What the journeys add up to"))
        self.spans = label("", "secondary")
        inside.addWidget(self.spans)
        self.counts: WholeTable[Measured] = WholeTable(
            "What the journeys add up to", _count_columns(today), key=lambda row: row.field
        )
        inside.addWidget(self.counts)
        column.addWidget(box)
        column.addStretch(1)

    def show_board(self, found: Loaded) -> None:
        """Show it; the row that has the keyboard keeps it where it still stands."""
        board, today = found.board, self._ctx.today()
        self.away.show_rows(board.open, board.now, today, "Everybody is in the home, as far as this page knows.")
        self.recent.show_rows(board.recent, board.now, today, "Nobody came back in the last 14 days.")
        self.bags.show_bags(board)
        self.spans.setText(
            "Journeys are counted in the period in which they began. "
            + ". ".join(f"{name}: {day_date(first)} to {day_date(last)}" for name, first, last in periods(today))
        )
        self.counts.set_rows([Measured(field, name, means, found.counted) for field, name, means in MEASURES])
        keep_tab_order([stop for stop in tab_stops(self) if stop.window() is self.window()])

    def focus_first(self) -> None:
        """Put the keyboard on the most pressing journey, or on sending somebody."""
        first = next(iter(self.away.buttons.values()), None)
        target = first or (self.send_button if not self.send_button.isHidden() else self.bags.box)
        target.setFocus(Qt.FocusReason.OtherFocusReason)


class JourneysCard(QFrame):
    """Journeys one under the other, each a button that opens it."""

    opened = Signal(str)

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.buttons: dict[str, RowButton] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card(spacing=S)
        outer.addWidget(frame)
        self.heading = heading(words)
        column.addWidget(self.heading)
        self.none = label("", "secondary")
        column.addWidget(self.none)
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        column.addLayout(self._list)

    def show_rows(self, rows: Sequence[JourneyRow], now: datetime, today: date, none: str) -> None:
        """Show them in this order."""
        focused = self.window().focusWidget()
        had = next((name for name, button in self.buttons.items() if button is focused), "")
        empty(self._list)
        self.buttons = {}
        for row in rows:
            button = journey_button(row, now, today, partial(self.opened.emit, row.id))
            self.buttons[row.id] = button
            self._list.addWidget(button)
            button.show()
        self.heading.setText(f"{self._words} ({len(rows)})" if rows else self._words)
        self.none.setText(none)
        self.none.setVisible(not rows)
        if had in self.buttons:
            self.buttons[had].setFocus(Qt.FocusReason.OtherFocusReason)


class OneView(QWidget):
    """The journeys of one resident. ``opened`` carries a journey's id, ``send`` asks for a pack, ``record`` for the
    whole record."""

    opened = Signal(str)
    send = Signal()
    record = Signal()

    def __init__(self, *, prints: bool) -> None:
        super().__init__()
        from app.ui.widgets.buttons import link
        from app.ui.widgets.layouts import level

        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        self.record_button = link("All of the record", self.record.emit)
        column.addWidget(level((title("To hospital and back"), self.record_button)))
        self.send_button = Large(SEND, self.send.emit, 64, kind="primary")
        column.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.send_button.setVisible(prints)
        self.none = label("No journey is recorded.")
        column.addWidget(self.none)
        self.buttons: dict[str, RowButton] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(S)
        column.addLayout(self._list)
        column.addStretch(1)

    def show_rows(self, rows: Sequence[JourneyRow], now: datetime, today: date) -> None:
        """Show them, the latest first."""
        empty(self._list)
        self.buttons = {}
        for row in rows:
            button = journey_button(row, now, today, partial(self.opened.emit, row.id), named=False)
            self.buttons[row.id] = button
            self._list.addWidget(button)
            button.show()
        self.none.setVisible(not rows)
        keep_tab_order([stop for stop in tab_stops(self) if stop.window() is self.window()])

    def focus_first(self) -> None:
        """Put the keyboard on the latest journey, or on sending."""
        target = next(iter(self.buttons.values()), None) or self.send_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)


def _count_columns(today: date) -> tuple[Column[Measured], ...]:
    named: Column[Measured] = Column("What is counted", lambda row: f"{row.name}: {row.means}", stretch=True)
    spans = (
        Column(name, partial(_figure, at=at), right=True) for at, (name, _first, _last) in enumerate(periods(today))
    )
    return (named, *spans)


def _figure(row: Measured, at: int) -> str:
    return row.figures[at]


def load(session: Session) -> Loaded:
    """The board and its counts, on the store thread."""
    from app.services import journeys

    board = journeys.board(session)
    counted = tuple(journeys.outcomes(session, first, last) for _name, first, last in periods(session.today()))
    return Loaded(board, counted)
