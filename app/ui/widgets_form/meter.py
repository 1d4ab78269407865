"""How much of a form is done, and what can be said of all that is left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets_form.labels import Words
from app.ui.widgets_form.row import SAME_KEY, UNABLE_KEY
from app.ui.widgets_form.small import SmallButton
from app.ui.widgets_form.view import FormView


class CompletenessMeter(QWidget):
    """A bar with its figure in words: "4 of 9 dealt with"."""

    def __init__(self) -> None:
        super().__init__()
        self._done, self._wanted = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_progress(0, 0)

    @property
    def words(self) -> str:
        """What it says."""
        return f"{self._done} of {self._wanted} dealt with" if self._wanted else "Nothing is required"

    def show_progress(self, done: int, wanted: int) -> None:
        """Shows how many of the wanted questions are answered or said to be impossible."""
        if (done, wanted) == (self._done, self._wanted) and self.accessibleName():
            return
        self._done, self._wanted = done, wanted
        self.setAccessibleName(f"How much is done: {self.words}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The bar, and the words behind it."""
        return QSize(
            theme.scaled(96) + 10 + self.fontMetrics().horizontalAdvance(self.words), self.fontMetrics().height() + 4
        )

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        c, long, tall = theme.colours(), theme.scaled(96), theme.scaled(10)
        painter = QPainter(self)
        painter.setPen(QPen(QColor(c.edge), 1))
        painter.setBrush(QColor(c.field))
        top = (self.height() - tall) // 2
        painter.drawRect(0, top, long - 1, tall)
        if self._wanted:
            painter.fillRect(2, top + 2, (long - 4) * self._done // self._wanted, tall - 3, QColor(c.text))
        painter.setPen(QColor(c.text))
        base = (self.height() + self.fontMetrics().ascent() - self.fontMetrics().descent()) // 2
        painter.drawText(long + 10, base, self.words)
        painter.end()


class FormBar(QWidget):
    """One line above a form: how much is done, the keys, and "Cannot be done now" for all that is left."""

    def __init__(self, view: FormView) -> None:
        super().__init__()
        self.meter = CompletenessMeter()
        words = "Cannot be done now…"
        self.button = SmallButton(
            words, "The form cannot be done now: choose why, for every question without an answer"
        )
        self.button.take_tab_stop(on=True)
        keys = Words(f"Enter: next   {SAME_KEY}: no change   {UNABLE_KEY}: cannot assess", "secondary")
        line = FlowLayout(self, gap=16, row_gap=2)
        for part in (self.meter, keys, self.button):
            line.addWidget(part)
        self.button.clicked.connect(lambda: view.ask_rest(self.button))
        view.changed.connect(lambda: self.meter.show_progress(*view.progress()))
        self.meter.show_progress(*view.progress())
