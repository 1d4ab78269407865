"""One box for a date and one for a time, typed as people write them and echoed back in full."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.dates import age_years, long_date, parse_date, short_date
from app.domain.errors import UserError
from app.ui.widgets.text import label

_TIME = re.compile(r"(\d{1,2})[:.hH ]?(\d{2})")


class DateEdit(QWidget):
    """A date typed freely (``6/9/37`` is not guessed at; ``06/09/1937``, ``6 Sep 1937``, ``t``, ``+7d`` are read).

    Under the box stands what was understood: "6 September 1937 (88 years)". ``today`` gives the day in the home.
    """

    changed = Signal()

    def __init__(
        self, today: Callable[[], date], *, show_age: bool = False, key: str = "date", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._today = today
        self._show_age = show_age
        self._key = key
        self.box = QLineEdit()
        self.box.setAccessibleName("Date")
        self.echo = label("", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.box)
        column.addWidget(self.echo)
        self.setFocusProxy(self.box)
        self.box.textChanged.connect(self._say)
        self._say()

    def text(self) -> str:
        """What was typed."""
        return self.box.text().strip()

    def value(self) -> date | None:
        """The date typed, None for an empty box; UserError with the field's key when it cannot be read."""
        return parse_date(self.text(), today=self._today(), field=self._key) if self.text() else None

    def set_value(self, day: date | None) -> None:
        """Show a date, or nothing."""
        self.box.setText(short_date(day) if day else "")

    def _say(self) -> None:
        try:
            day = self.value()
        except UserError:
            self.echo.setText("")
        else:
            self.echo.setText(self._words(day) if day else "")
        self.echo.setVisible(bool(self.echo.text()))
        self.changed.emit()

    def _words(self, day: date) -> str:
        if not self._show_age or day > self._today():
            return long_date(day)
        years = age_years(day, self._today())
        return f"{long_date(day)} ({years} {'year' if years == 1 else 'years'})"


class TimeEdit(QLineEdit):
    """A 24-hour time typed freely: ``14:05``, ``1405``, ``9.30``."""

    def __init__(self, *, key: str = "time", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setAccessibleName("Time, 24-hour clock")

    def value(self) -> time | None:
        """The time typed, None for an empty box; UserError with the field's key when it cannot be read."""
        raw = self.text().strip()
        if not raw:
            return None
        found = _TIME.fullmatch(raw)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise UserError(f"{raw} must be a time on the 24-hour clock, such as 14:05", field=self._key)
        return time(int(found[1]), int(found[2]))

    def set_value(self, at: time | None) -> None:
        """Show a time, or nothing."""
        self.setText(f"{at:%H:%M}" if at else "")
