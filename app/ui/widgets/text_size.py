"""Smaller and larger text, on the first screen already: nobody should have to read small print to make it larger."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.theme import SIZES, S, Theme
from app.ui.widgets.buttons import secondary
from app.ui.widgets.text import label


class TextSize(QWidget):
    """Two buttons that step through the text sizes, and the size in force."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = label("", wrap=False)
        self.smaller = secondary("Smaller", lambda: self._step(-1))
        self.smaller.setAccessibleName("Smaller text")
        self.larger = secondary("Larger", lambda: self._step(1))
        self.larger.setAccessibleName("Larger text")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        for part in (self._shown, self.smaller, self.larger):
            row.addWidget(part)
        theme.changed.connect(self._say)
        self._say()

    def _step(self, by: int) -> None:
        nearest = min(range(len(SIZES)), key=lambda at: abs(SIZES[at] - self._theme.percent))
        self._theme.set(text_size=SIZES[min(max(nearest + by, 0), len(SIZES) - 1)])

    def _say(self) -> None:
        self._shown.setText(f"Text size {self._theme.percent} %")
        self.smaller.setEnabled(self._theme.percent > SIZES[0])
        self.larger.setEnabled(self._theme.percent < SIZES[-1])
