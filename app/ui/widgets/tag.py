"""A tag says how much something matters in a word, with a shape beside it; its colour only helps."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.ui import theme
from app.ui.theme import S, Tone
from app.ui.widgets.shapes import SHAPES, paint_shape
from app.ui.widgets.text import label


class Sign(QWidget):
    """The shape of a tone by itself; it is decoration, so a word must stand beside it."""

    def __init__(self, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_tone(self, tone: Tone) -> None:
        """Show another tone's shape."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as the text beside it."""
        side = theme.scaled(18)
        return QSize(side, side)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Draw the shape in the tone's colours."""
        tones = theme.colours().tones[self._tone]
        side = float(min(self.width(), self.height()))
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        paint_shape(painter, SHAPES[self._tone], box, QColor(tones.text), QColor(tones.fill))
        painter.end()


class Tag(QFrame):
    """A word with its shape, filled in the tone's colour: ``Tag("Overdue", Tone.DANGER)``."""

    def __init__(self, word: str, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign(tone)
        self._word = label(word, "strong", wrap=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(S, 3, S, 3)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self._word)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(word, tone)

    @property
    def word(self) -> str:
        """What it says."""
        return self._word.text()

    def set(self, word: str, tone: Tone) -> None:
        """Say something else."""
        self._word.setText(word)
        self._sign.set_tone(tone)
        self.setAccessibleName(word)
        self.setProperty("tone", str(tone))
        self.style().unpolish(self)
        self.style().polish(self)
        for part in (self._word, self._sign):
            self.style().unpolish(part)
            self.style().polish(part)
