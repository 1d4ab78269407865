"""The keys that work everywhere, in one list (Ctrl+/)."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.ui.theme import L, M
from app.ui.widgets.buttons import button_row, primary
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import heading

KEYS = (
    ("Send to hospital, from anywhere", "F12"),
    ("Find a resident", "Ctrl+F"),
    ("New resident, assessment or member of staff", "Ctrl+N"),
    ("Save a draft or a form", "Ctrl+S"),
    ("In a form: next question, the one before", "Enter, Ctrl+Up"),
    ("In a form: the answer of last time, unchanged", "F7"),
    ("In a form: cannot be assessed, and why", "F8"),
    ("In a form: sign", "Ctrl+Enter"),
    ("Print a pack", "Ctrl+P"),
    ("Load again", "F5"),
    ("Cancel, close a question", "Esc"),
    ("Back to the page before", "Alt+Left"),
    ("Go to a page on the left, from the top", "Ctrl+1 to Ctrl+9, Ctrl+0"),
    ("Next part of the window", "F6"),
    ("Larger text, smaller text", "Ctrl++, Ctrl+-"),
    ("Cover the screen, and uncover it", "F9"),
    ("Lock", "Ctrl+L"),
    ("Settings", "Ctrl+,"),
    ("This list", "Ctrl+/"),
    ("Quit", "Ctrl+Q"),
)


class Shortcuts(QDialog):
    """The list; Esc or Enter closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        table: RecordTable[tuple[str, str]] = RecordTable(
            "Keyboard shortcuts",
            (Column("To do this", lambda row: row[0], stretch=True), Column("Press", lambda row: row[1])),
        )
        table.set_rows(KEYS)
        table.opened.connect(self.accept)
        close = primary("Close", self.accept)
        close.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(heading("Keyboard shortcuts"))
        column.addWidget(table, 1)
        column.addLayout(button_row(close))
        rows = table.verticalHeader().defaultSectionSize() * (len(KEYS) + 1)
        self.resize(max(560, table.fontMetrics().averageCharWidth() * 64), min(rows + 180, 680))
