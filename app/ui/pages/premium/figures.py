"""The week in four figures, side by side where there is room."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.money import pounds
from app.ui import theme
from app.ui.pages.premium.words import amount_pence, count, late, submitted_words, within_reach
from app.ui.theme import M, Tone
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, label

if TYPE_CHECKING:
    from app.services.premium import ClaimWeek

_NARROWEST = 232
"""Least width of a figure at 100 % text."""


class _Figure(QFrame):
    """One figure: what it is, the figure itself, and what it means."""

    def __init__(self, name: str) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self.column = card(spacing=4)
        outer.addWidget(frame)
        self._name = name
        self.column.addWidget(label(name, "secondary"))
        self.value = label("", "number")
        self.column.addWidget(self.value)
        self.words = label("")
        self.words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)  # as high as it wraps
        self.column.addWidget(self.words)
        self.column.addStretch(1)

    def say(self, value: str, words: str) -> None:
        """Show it."""
        self.value.setText(value)
        self.value.setVisible(bool(value))
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.setAccessibleName(f"{self._name}: {value}. {words}")


class Figures(QWidget):
    """Eligible residents, money, claim rate, and whether the week was submitted."""

    def __init__(self) -> None:
        super().__init__()
        self.eligible = _Figure("Eligible")
        self.total = _Figure("Premium for the week")
        self.rate = _Figure("Claim rate")
        self.submitted = _Figure("Submitted")
        self.tag = Tag("", Tone.NEUTRAL)
        self.submitted.column.insertWidget(1, self.tag, 0, Qt.AlignmentFlag.AlignLeft)
        self._all = (self.eligible, self.total, self.rate, self.submitted)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(M)
        self._columns = 0
        self._place(4)

    def clear(self) -> None:
        """Nothing is known yet."""
        for figure in self._all:
            figure.say("…", "")
        self.tag.hide()

    def show_week(self, week: ClaimWeek, today: date) -> None:
        """Say the week's figures."""
        reach = [row for row in week.rows if within_reach(row)]
        lost = pounds(sum(row.decision.at_stake_pence for row in reach))
        near = f"{len(reach)} more stopped only by evidence or champion cover: {lost}" if reach else "residents"
        self.eligible.say(f"{week.eligible} of {len(week.rows)}", near)
        self.total.say(pounds(week.total_pence), _money_words(week, today))
        self.rate.say(f"{week.claim_rate} %", "of residents. Planned: 15 %. Usual in the scheme: 29 %")
        word, tone, words = submitted_words(week, today)
        self.tag.set(word, tone)
        self.tag.show()
        self.submitted.say("", words)
        self.submitted.setAccessibleName(f"Submitted: {word}. {words}")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fewer beside each other when there is less room."""
        super().resizeEvent(event)
        room = max(1, self.width() // theme.scaled(_NARROWEST))
        self._place(4 if room >= 4 else min(room, 2))

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for at, figure in enumerate(self._all):
            self._grid.addWidget(figure, at // columns, at % columns)
        for at in range(4):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)


def _money_words(week: ClaimWeek, today: date) -> str:
    paid = sum(row.claim.decided_pence or 0 for row in week.rows if row.claim is not None)
    waiting = sum(amount_pence(row) or 0 for row in week.rows if late(row))
    parts = []
    if paid:
        parts.append(f"{pounds(paid)} accepted by the CCG")
    if waiting:
        parts.append(f"{pounds(waiting)} more is late and needs a reason")
    so_far = ", as things stand" if today <= week.week_end else ""
    return ". ".join(parts) or f"for {count(week.eligible, 'resident').lower()}{so_far}"
