"""The charts of a board: one part at a time, for a period, and the single entries as a list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.observation_board import PARTS, Board, cautions, charts, words
from app.ui import theme
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.scene import ChartCard
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets.wrapped_table import WrappedTable
from app.ui.widgets_form.labels import Words, label

if TYPE_CHECKING:
    from app.services.observations import Shown, Single

PERIODS = (("3", "3 days"), ("31", "1 month"), ("183", "6 months"), ("366", "1 year"), ("3653", "10 years"))
"""Days back, as keys, with their words."""
USUAL_PERIOD = "31"
ENTRIES = "entries"
_NONE = "Nothing recorded in this time."


class RadioRow(QWidget):
    """One choice of a few; ``chosen`` carries the key when somebody chooses."""

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.buttons = {key: QRadioButton(said) for key, said in options}
        group = QButtonGroup(self)
        for key, button in self.buttons.items():
            group.addButton(button)
            button.setAccessibleName(f"{name}: {button.text()}")
            button.clicked.connect(lambda _checked, key=key: self.chosen.emit(key))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(level((label(name, "strong", wrap=False), *self.buttons.values()), row_gap=2))

    def choose(self, key: str) -> None:
        """Choose from the program; says nothing."""
        self.buttons[key].setChecked(True)


class ChartsArea(QWidget):
    """``in_error`` carries the entry that should be taken back, ``period`` the days that are wanted."""

    in_error = Signal(object)
    period = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.part = "news2"
        self._shown: Shown | None = None
        self.cards: list[ChartCard] = []
        self.entries: WrappedTable[Single] | None = None
        self.periods = RadioRow("Period", PERIODS)
        self.periods.choose(USUAL_PERIOD)
        self.periods.chosen.connect(self.period)
        self.parts = RadioRow("Chart", (*PARTS.items(), (ENTRIES, "List of entries")))
        self.parts.choose(self.part)
        self.parts.chosen.connect(self.show_part)
        self._inside = QVBoxLayout()
        self._inside.setSpacing(S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.periods)
        column.addWidget(self.parts)
        column.addLayout(self._inside)

    def clear(self) -> None:
        """Nobody's charts."""
        self._shown = None
        self._empty()

    def show_board(self, shown: Shown) -> None:
        """Show newly read data; a table that is open stays open."""
        self._shown = shown
        self._draw()

    def show_part(self, part: str) -> None:
        """Show another part."""
        if part != self.part:
            self.part = part
            self.parts.choose(part)
            self._empty()
            self._draw()

    def _empty(self) -> None:
        self.cards = []
        self.entries = None
        empty(self._inside)

    def _draw(self) -> None:
        if self._shown is None:
            return
        if self.part == ENTRIES:
            self._draw_entries(self._shown.entries)
            return
        board = self._shown.board
        if not board.has(self.part):
            self._empty()
            self._inside.addWidget(label("Reading…", "strong"))
            return
        drawn = charts(board, self.part)
        open_tables = [card.table is not None and not card.table.isHidden() for card in self.cards]
        self._empty()
        self._say(board)
        for at, draw in enumerate(drawn):
            card = ChartCard(lru_cache(maxsize=8)(draw))  # while a page is laid out, a few widths are tried many times
            if at < len(open_tables) and open_tables[at]:
                card.show_table()
            self.cards.append(card)
            self._inside.addWidget(card)

    def _say(self, board: Board) -> None:
        for said in cautions(board, self.part):
            self._inside.addWidget(level((Tag("Look", Tone.WARNING), Words(said, "strong"))))
        for said in words(board, self.part):
            self._inside.addWidget(label(said))
        if not charts(board, self.part):
            self._inside.addWidget(label(_NONE))

    def _draw_entries(self, rows: Sequence[Single]) -> None:
        if self.entries is None:
            self._empty()
            columns: list[Column[Single]] = [
                Column("When", lambda row: date_time(row.at)),
                Column("What", lambda row: row.words),
                Column("By", lambda row: row.by),
                Column("Details", lambda row: row.detail, stretch=True),
            ]
            self.entries = WrappedTable("Single entries, newest first", columns, key=lambda row: row.id)
            self.entries.setMinimumHeight(min(theme.scaled(320), 460))
            self.entries.opened.connect(self.in_error)
            self._inside.addWidget(
                label(f"The newest {len(rows)} in this time. Enter, or the button, marks one as entered in error.")
                if rows
                else label(_NONE)
            )
            self._inside.addWidget(self.entries)
            self._inside.addLayout(button_row(secondary("Entered in error…", self._mark)))
        self.entries.set_rows(rows)

    def _mark(self) -> None:
        row = self.entries.current() if self.entries is not None else None
        if row is not None:
            self.in_error.emit(row)
