"""The pages that belong to the premium, as a row of links at the top of each: where am I, what else is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.widgets.buttons import link
from app.ui.widgets.layouts import level

PREMIUM_PAGES: Final = (
    ("premium", "Claim week"),
)  # fmt: skip
"""Key of the page in the shell, and its words; in the order of a manager's month."""


class PremiumTabs(QWidget):
    """``go`` is told the key of the page that somebody asks for; the page in front is named and cannot be pressed."""

    def __init__(self, here: str, go: Callable[[str], object]) -> None:
        super().__init__()
        self.setAccessibleName("Pages of the premium")
        self.buttons = {}
        for key, words in PREMIUM_PAGES:
            button = link(words, lambda key=key: go(key))
            if key == here:
                button.setEnabled(False)
                button.setAccessibleName(f"{words}, this page")
            self.buttons[key] = button
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(level(self.buttons.values()))
