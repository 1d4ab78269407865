"""Who goes to hospital: part of a name, a room or an NHS number, then Enter.

The keyboard stays in the search box: the arrows move through the list while one types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from app.domain.dates import short_date
from app.domain.nhs import format_nhs_number
from app.ui import theme
from app.ui.theme import L, M, Tone
from app.ui.widgets.banner import STATUS_WORDS
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.table import Column
from app.ui.widgets.wrapped_table import WrappedTable
from app.ui.widgets_form.labels import heading, label

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.transfers import Person
    from app.ui.context import Context

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_MOVE = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


class HospitalWho(QDialog):
    """The chooser. What is chosen is shown once more, with a banner, before anything is made or printed."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._ctx, self._asked = ctx, 0
        self._shown: str | None = None
        self._open_first = self._moved = False
        self.setWindowTitle("Send to hospital: who?")
        self.setAccessibleName("Send to hospital: who?")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        self.search.setMinimumHeight(40)
        self.search.setAccessibleName("Who goes to hospital")
        self.search.setAccessibleDescription("Name, room or NHS number. Arrows move through the list, Enter chooses")
        self.search.setPlaceholderText("Part of the name, the room or the NHS number")
        self.search.textChanged.connect(self._ask)
        self.search.installEventFilter(self)
        self.table: WrappedTable[Person] = WrappedTable(
            "Residents",
            (
                Column("Name", lambda row: row.name, stretch=True),
                Column("Born", lambda row: short_date(row.born)),
                Column("Room", lambda row: row.room),
                Column("NHS No.", lambda row: format_nhs_number(row.nhs_number)),
                Column("Take care", _care, tone=lambda row: Tone.WARNING if _care(row) else None),
            ),
            key=lambda row: row.id,
        )
        self.table.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.table.opened.connect(self.choose)
        self.said = label("", "strong")
        self.choose_button = primary("Choose (Enter)", self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(heading("Who goes to hospital?"))
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.said)
        column.addLayout(button_row(self.choose_button, secondary("Cancel", self.reject)))
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrows move through the list and Enter chooses, while the keyboard stays in the search box."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _ENTER:
                if not event.isAutoRepeat():
                    self.choose()
                return True
            if key in _MOVE and self.table.rows:
                here = self.table.currentIndex().row() if self._moved or self.search.text() else -1
                self._moved = True
                self._mark(min(max(here + _MOVE[key], 0), len(self.table.rows) - 1))
                return True
        return super().eventFilter(watched, event)

    def choose(self, row: Person | None = None) -> None:
        """Go on with the row that was pressed, else with the one that is marked; one still looked for is waited for.

        With nothing typed and no arrow pressed nobody is meant yet: Enter alone must not begin with who comes first.
        """
        if self._shown != self.search.text():
            self._open_first = True
            return
        at = self.table.currentIndex().row()
        if row is None and not self.search.text().strip() and not self._moved:
            self.said.setText("Type part of the name, the room or the NHS number first.")
            return
        if not 0 <= at < len(self.table.rows):
            return
        from app.ui.dialogs.hospital import open_for

        chosen = row or self.table.rows[at]
        parent = self.parentWidget()
        self.accept()
        open_for(self._ctx, chosen.id, parent)

    def _mark(self, row: int) -> None:
        self.table.setCurrentIndex(self.table.records.index(row, 0))

    def _ask(self) -> None:
        from app.services import transfers

        self._asked += 1
        self._open_first = self._moved = False
        asked, typed = self._asked, self.search.text()

        def work(session: Session) -> tuple[Person, ...]:
            return transfers.people(session, typed)

        def found(rows: tuple[Person, ...]) -> None:
            if asked == self._asked:
                self._show(typed, rows)

        self._ctx.call(work, found, owner=self)

    def _show(self, typed: str, rows: tuple[Person, ...]) -> None:
        self._shown = typed
        self.table.set_rows(rows)
        if rows and not self._moved:  # what the arrows marked while this was looked for stays marked
            self._mark(0)
        count = f"{len(rows)} {'resident' if len(rows) == 1 else 'residents'}"
        alike = any(row.same_name for row in rows)
        words = f"{count}. Two have the same name: check born and room." if alike else count
        self.said.setText(words if rows else "Nobody is found. Try fewer letters, or the room.")
        if self._open_first:
            self._open_first = False
            self.choose()


def _care(row: Person) -> str:
    """What has to be looked at before this row is chosen; empty for most."""
    words = ["Same name as another"] if row.same_name else []
    if status := STATUS_WORDS[row.status]:
        words.append(status)
    return ". ".join(words)


def open_for(ctx: Context, parent: QWidget | None) -> HospitalWho:
    """Opens the chooser over the parent's window."""
    dialog = HospitalWho(ctx, parent)
    window = parent.window() if parent is not None else None
    wide = window.width() - 80 if window is not None else 1000
    high = window.height() - 60 if window is not None else 620
    dialog.resize(max(520, min(theme.scaled(860), wide)), max(420, min(theme.scaled(620), high)))
    dialog.open()
    return dialog
