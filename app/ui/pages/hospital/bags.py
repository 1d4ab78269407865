"""The red bags on the hospital page: where each is, found by its number, and their forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from app.domain.bags import STATE_LABELS, BagState, may_move, same_bag
from app.domain.dates import date_time
from app.ui import theme
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask, Reader
from app.ui.pages.hospital.papers import PaperDialog
from app.ui.pages.hospital.whole_table import WholeTable
from app.ui.pages.hospital.words import bag_where, bag_with, bags_words
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column
from app.ui.widgets.tag import Tag
from app.ui.widgets_form.labels import heading, label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.services.journeys import BagRow, Board
    from app.services.session import Session
    from app.ui.context import Context

_TONES = {
    BagState.IN_HOME: Tone.GOOD,
    BagState.OUT: Tone.INFO,
    BagState.AT_HOSPITAL: Tone.INFO,
    BagState.RETURNING: Tone.INFO,
    BagState.LOST: Tone.DANGER,
    BagState.RETIRED: Tone.NEUTRAL,
}
_GONE = frozenset({BagState.LOST, BagState.RETIRED})


class BagsCard(QFrame):
    """Every bag with where it is. ``opened`` carries the id of the journey that a bag is on."""

    opened = Signal(str)

    def __init__(self, ctx: Context, *, writes: bool) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._ctx, self._writes = ctx, writes
        self._rows: Sequence[BagRow] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(heading("Red bags"))
        self.count = label("")
        self.short = Tag("Too few bags", Tone.CAUTION)
        column.addWidget(self.count)
        column.addWidget(self.short, 0, Qt.AlignmentFlag.AlignLeft)
        self.box = QLineEdit()
        self.box.setAccessibleName("Where is a bag? Type its number")
        self.box.setPlaceholderText("Where is a bag? Type its number, such as 03")
        self.box.setMaximumWidth(theme.scaled(420))
        self.box.textChanged.connect(self._fill)
        column.addWidget(self.box)
        self.answer = label("", "strong")
        column.addWidget(self.answer)
        self.table: WholeTable[BagRow] = WholeTable("Red bags", _COLUMNS, key=lambda row: row.id)
        self.table.opened.connect(self._open)
        column.addWidget(self.table)
        self.add_button = secondary("Add a bag…", self.add)
        self.move_button = secondary("Say where the chosen bag is…", self.move_chosen)
        self.labels_button = secondary("Labels for the bags…", self.labels)
        column.addWidget(level((self.add_button, self.move_button, self.labels_button)))
        self.add_button.setVisible(writes)

    def show_bags(self, board: Board) -> None:
        """Show them."""
        self._rows = board.bags
        used = sum(row.bag.state not in _GONE for row in board.bags)
        self.count.setText(bags_words(used, board.bags_wanted))
        self.short.setVisible(used < board.bags_wanted)
        self.box.setVisible(bool(board.bags))
        self._fill()

    def add(self) -> None:
        """A new bag."""
        show_dialog(AddBagDialog(self._ctx, self.window()))

    def move_chosen(self) -> None:
        """Where the chosen bag is now."""
        row = self.table.current()
        if row is not None:
            show_dialog(MoveBagDialog(self._ctx, self.window(), row))

    def labels(self) -> None:
        """Labels for all, or for the one that was looked for."""
        shown = tuple(row.bag.number for row in self.table.rows) if self.box.text().strip() else ()
        LabelsDialog(self._ctx, self.window(), shown).open_with_keyboard()

    def _fill(self) -> None:
        typed = self.box.text().strip()
        rows = [row for row in self._rows if not typed or _found(row.bag.number, typed)]
        self.table.set_rows(rows)
        shown = bool(rows)
        self.table.setVisible(shown)
        self.move_button.setVisible(self._writes and shown)
        self.labels_button.setVisible(shown)
        self.answer.setText(_answer(rows, typed))
        self.answer.setVisible(bool(typed))

    def _open(self, row: BagRow) -> None:
        """Enter on a bag goes to its journey; on one that nobody has it asks where it is."""
        if row.bag.journey_id:
            self.opened.emit(row.bag.journey_id)
        elif self._writes:
            show_dialog(MoveBagDialog(self._ctx, self.window(), row))


def _found(number: str, typed: str) -> bool:
    return typed.upper() in number or same_bag(number, typed)


def _answer(rows: Sequence[BagRow], typed: str) -> str:
    """The answer to "where is bag 03 now" in a sentence."""
    if not typed:
        return ""
    exact = [row for row in rows if same_bag(row.bag.number, typed)]
    if len(exact) != 1:
        return "" if rows else "There is no bag with this number."
    row = exact[0]
    who = f", with {row.resident_name}" if row.resident_name else ""
    return f"Bag {row.bag.number}: {bag_where(row).lower()}{who}, since {date_time(row.bag.since)}."


_COLUMNS: tuple[Column[BagRow], ...] = (
    Column("Bag", lambda row: row.bag.number, sort=lambda row: row.bag.number),
    Column("Where", bag_where, tone=lambda row: _TONES[row.bag.state], sort=bag_where),
    Column("Since", lambda row: date_time(row.bag.since), sort=lambda row: row.bag.since),
    Column("With", bag_with, sort=bag_with),
    Column("Note", lambda row: row.bag.note, stretch=True),
)

_ADD = (
    Ask("number", "Number on the bag", help="As written on it, such as RB-03", needed="Enter the number on the bag"),
    Ask("note", "Note", "notes"),
)


class AddBagDialog(FormDialog):
    """A bag that the home has."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(ctx, parent, "Add a red bag", _ADD, {}, action="Add the bag")

    def save(self) -> None:
        """Record it."""
        from app.services import journeys

        reader = Reader(_ADD, self.form.typed(), self.ctx.today())
        number, note = reader.text("number"), reader.text("note")
        reader.finish()
        self.run(lambda s: journeys.add_bag(s, number, note), lambda _: self.saved())


_MOVES = {
    BagState.IN_HOME: "Here in the home",
    BagState.OUT: "On the way to hospital",
    BagState.AT_HOSPITAL: "At the hospital",
    BagState.RETURNING: "Coming back",
    BagState.LOST: "Lost",
    BagState.RETIRED: "No longer used",
}


class MoveBagDialog(FormDialog):
    """Where a bag is now, said by hand: found, lost, back by itself, no longer used."""

    def __init__(self, ctx: Context, parent: QWidget | None, row: BagRow) -> None:
        choices = tuple((state.value, words) for state, words in _MOVES.items() if may_move(row.bag, state))
        self._asks = (
            Ask("state", "Where is it now?", "choice", needed="Choose where it is", choices=choices),
            Ask("note", "Note", "notes", "Such as who found it, or who brought it"),
        )
        with_whom = f", with {row.resident_name}" if row.resident_name else ""
        super().__init__(
            ctx, parent, f"Bag {row.bag.number}", self._asks, {},
            intro=f"Recorded as: {STATE_LABELS[row.bag.state].lower()}{with_whom}, since {date_time(row.bag.since)}.",
        )  # fmt: skip
        self._id = row.id

    def save(self) -> None:
        """Record it."""
        from app.services import journeys

        reader = Reader(self._asks, self.form.typed(), self.ctx.today())
        state, note = reader.text("state"), reader.text("note")
        reader.finish()
        bag_id = self._id
        self.run(lambda s: journeys.move_bag(s, bag_id, BagState(state), note=note), lambda _: self.saved())


class LabelsDialog(PaperDialog):
    """The labels of the bags on paper."""

    def __init__(self, ctx: Context, parent: QWidget | None, numbers: tuple[str, ...]) -> None:
        which = f"of bag {', '.join(numbers)}" if numbers else "of every bag in use"
        super().__init__(
            ctx, parent, "Labels for red bags", "bag-labels.pdf",
            f"Eight labels to a sheet of A4, {which}: the home, its telephone, the number large and as a code.", None,
        )  # fmt: skip
        self._numbers = numbers

    def maker(self) -> Callable[[Session], bytes]:
        """The labels."""
        from app.services import journeys

        numbers = self._numbers
        return lambda session: journeys.bag_labels(session, numbers)
