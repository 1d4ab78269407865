"""Choosing a claim week: the one before, the one after, any date, or the last week that has ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import day_date, week_start
from app.domain.errors import UserError
from app.domain.premium import POLICIES
from app.ui.theme import S, scaled
from app.ui.widgets.buttons import secondary
from app.ui.widgets.date_edit import DateEdit
from app.ui.widgets.field import Field
from app.ui.widgets.layouts import level

_WEEK = timedelta(days=7)
_AHEAD = timedelta(days=366)


class WeekBar(QWidget):
    """``chosen`` carries the Monday of the week that somebody asks for."""

    chosen = Signal(object)

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._monday = week_start(today()) - _WEEK
        self.date = DateEdit(today, key="week")
        self.date.box.setMaximumWidth(scaled(200))
        self.field = Field("Go to the week of", self.date, key="week")
        self.date.box.setAccessibleName("Go to the week of this date")
        self.date.box.returnPressed.connect(self._typed)
        self.go_button = secondary("Go", self._typed)
        self.go_button.setAccessibleName("Go to that week")
        self.before = secondary("Previous week", lambda: self.ask(self._monday - _WEEK))
        self.after = secondary("Next week", lambda: self.ask(self._monday + _WEEK))
        self.ended = secondary("Last ended week", lambda: self.ask(week_start(self._today()) - _WEEK))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(level((self.before, self.after, self.ended, self.field, self.go_button)))

    def show_week(self, monday: date) -> None:
        """The week that is on the screen now."""
        self._monday = monday
        self.field.set_error("")
        self.date.box.clear()
        self.before.setEnabled(_problem(monday - _WEEK, self._today()) == "")
        self.after.setEnabled(_problem(monday + _WEEK, self._today()) == "")

    def ask(self, day: date) -> None:
        """Ask for the week that the day is in, or say beside the box why there is none."""
        problem = _problem(day, self._today())
        self.field.set_error(problem)
        if problem:
            self.field.focus()
        else:
            self.chosen.emit(week_start(day))

    def _typed(self) -> None:
        try:
            day = self.date.value()
        except UserError as error:
            self.field.set_error(error.message)
            self.field.focus()
            return
        if day is None:
            self.field.set_error("Enter a date in the week")
            self.field.focus()
            return
        self.ask(day)


def _problem(day: date, today: date) -> str:
    """Why there is nothing to see for the day's week; empty when there is."""
    first = POLICIES[0].starts
    if day < first:
        return f"The premium began in the week of {day_date(first)}. Choose that week or a later one"
    if day > today + _AHEAD:
        return "Choose a week that is less than a year ahead"
    return ""
