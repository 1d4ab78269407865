"""Choosing a resident by a few letters of the name or by the room, with the keyboard alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.ui.theme import MAIN_TARGET, L, M
from app.ui.widgets.row import RowButton
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import label, title

if TYPE_CHECKING:
    from app.services.residents import ResidentRow


class ChooseView(QWidget):
    """A question about one of the residents: a few letters or the room, then Enter. ``chosen`` carries the id."""

    chosen = Signal(str)

    def __init__(self, question: str, rows: Sequence[ResidentRow]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(title(question))
        self.box = QLineEdit()
        self.box.setAccessibleName(f"{question} Name or room")
        self.box.setPlaceholderText("Type a few letters of the name, or the room; then Enter")
        self.box.setMinimumHeight(MAIN_TARGET)
        self.box.textChanged.connect(self._narrow)
        self.box.returnPressed.connect(self._first)
        column.addWidget(self.box)
        box, inside = card()
        self.buttons: list[tuple[str, RowButton]] = []
        for row in rows:
            away = " · away from the home" if row.status == "away" else ""
            button = RowButton(
                row.banner_name, f"Room {row.room}{away}" if row.room else away, slot=partial(self.chosen.emit, row.id)
            )
            self.buttons.append((f"{row.banner_name} {row.room}".casefold(), button))
            inside.addWidget(button)
        self.none = label("Nobody here is called that.", "strong")
        inside.addWidget(self.none)
        self.none.setVisible(not rows)
        column.addWidget(box)
        column.addStretch(1)

    def _narrow(self, typed: str) -> None:
        words = typed.casefold().split()
        for letters, button in self.buttons:
            names = letters.replace(",", " ").split()
            button.setVisible(all(any(name.startswith(word) for name in names) for word in words))
        self.none.setVisible(not self._left())

    def _left(self) -> list[RowButton]:
        return [button for _letters, button in self.buttons if not button.isHidden()]

    def _first(self) -> None:
        """Enter takes the only one that is left; with several it goes to the first of them."""
        left = self._left()
        if len(left) == 1:
            left[0].click()
        elif left:
            left[0].setFocus(Qt.FocusReason.TabFocusReason)
