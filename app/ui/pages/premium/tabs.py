"""The pages that belong to the premium, as a row of links at the top of each: where am I, what else is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.ui.widgets.buttons import link
from app.ui.widgets.layouts import level
from app.ui.widgets.text import label

PREMIUM_PAGES: Final = (
    ("premium", "Claim week"),
    ("answers", "Answers and corrections"),
    ("money", "Money"),
    ("accreditation", "Accreditation"),
    ("policy", "Policy"),
    ("training", "Training"),
    ("fair-cost", "Where £70 comes from"),
)  # fmt: skip
"""Key of the page in the shell, and its words; in the order of a manager's month."""


class PremiumTabs(QWidget):
    """``go`` is told the key of the page that somebody asks for; the page in front is named and leads nowhere."""

    def __init__(self, here: str, go: Callable[[str], object]) -> None:
        super().__init__()
        self.setAccessibleName("Pages of the premium")
        self.buttons: dict[str, QPushButton] = {}
        parts: list[QWidget] = []
        for key, words in PREMIUM_PAGES:
            if key == here:
                parts.append(label(words, "strong", wrap=False))
                continue
            self.buttons[key] = link(words, partial(go, key))
            parts.append(self.buttons[key])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(level(parts))
