"""The banner that says whose record this is: name, born, gender, NHS number, in that order, always the same.

The order and the marks follow the NHS common user interface: no colon after a label, the value stronger than its label,
the preferred name shown, and someone who has died shown in another colour and another pattern.
"""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.domain.dates import age_years, long_date, short_date, to_local
from app.domain.nhs import format_nhs_number
from app.domain.people import GENDER_LABELS, ResidentDetails
from app.ui import theme
from app.ui.theme import M, S, Tone
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import label

STATUS_WORDS = {"here": "", "away": "Away from the home", "left": "Has left the home", "died": "Died"}


class ResidentBanner(QFrame):
    """Who is on the screen. :meth:`clear` it before another resident is loaded, so that nobody is mistaken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._died = False
        self.name = label("", "heading", copyable=False)
        self.status = Tag("", Tone.NEUTRAL)
        first = QHBoxLayout()
        first.setSpacing(M)
        first.addWidget(self.name, 1)
        first.addWidget(self.status, 0, Qt.AlignmentFlag.AlignTop)
        self._facts = QWidget()
        self._flow = FlowLayout(self._facts, gap=20, row_gap=4)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S + 4, M, S + 4)
        column.setSpacing(6)
        column.addLayout(first)
        column.addWidget(self._facts)
        self.values: dict[str, QLabel] = {}
        for key in ("Born", "Gender", "NHS No.", "Known as", "Room"):
            self._flow.addWidget(self._pair(key))
        self.clear()

    def clear(self) -> None:
        """Nobody, until the next resident has been read."""
        self._died = False
        self.name.setText("")
        self.status.hide()
        for key in self.values:
            self._set(key, "")
        self.setAccessibleName("No resident")
        self.update()

    def show_resident(self, details: ResidentDetails, today: date, status: str = "here") -> None:
        """Show a resident; ``status`` is here, away, left or died."""
        died = details.died_at is not None or status == "died"
        self._died = died
        self.name.setText(details.banner_name)
        self._set("Born", details.born_with_age(today))
        self._set("Gender", GENDER_LABELS[details.gender])
        self._set("NHS No.", format_nhs_number(details.nhs_number))
        self._set("Known as", details.preferred_name)
        self._set("Room", details.room)
        word = STATUS_WORDS["died" if died else status]
        if details.died_at is not None:
            word = f"Died {short_date(to_local(details.died_at).date())}"
        self.status.setVisible(bool(word))
        if word:
            self.status.set(word, Tone.NEUTRAL if died or status == "left" else Tone.CAUTION)
        self.setAccessibleName(spoken_resident(details, today) + (f". {word}" if word else ""))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Hatch the banner of someone who has died: the pattern says it where the colour cannot."""
        super().paintEvent(event)
        if not self._died:
            return
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), QColor(colours.nav_selected))
        pattern = QColor(colours.edge)
        pattern.setAlpha(70)
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), QBrush(pattern, Qt.BrushStyle.BDiagPattern))
        painter.end()

    def _pair(self, key: str) -> QWidget:
        value = label("", "strong", wrap=False)
        self.values[key] = value
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label(key, "secondary", wrap=False))
        row.addWidget(value)
        return pair

    def _set(self, key: str, text: str) -> None:
        value = self.values[key]
        value.setText(text)
        pair = value.parentWidget()
        if pair is not None:
            pair.setVisible(bool(text))
        self._flow.invalidate()


def spoken_resident(details: ResidentDetails, today: date) -> str:
    """Name, birth date in full, age and NHS number, for a screen reader and for a confirmation."""
    age = age_years(details.date_of_birth, details.died_at.date() if details.died_at else today)
    known = f", known as {details.preferred_name}" if details.preferred_name else ""
    return (
        f"{details.banner_name}{known}. Born {long_date(details.date_of_birth)}, {age} years. "
        f"NHS number {format_nhs_number(details.nhs_number)}"
    )
