"""One editor for each kind of question.

An editor has ``value()`` (None = unanswered; UserError in the label's words when what is typed cannot be read),
``kept()`` (what a draft keeps, the typed text itself when it cannot be read), ``set_value()``, ``focus_on()`` (the
control that takes the focus) and the signal ``changed``, which only a person's own act sends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.codec import instant, instant_text
from app.domain.dates import age_years, long_date, parse_date, short_date
from app.domain.errors import UserError
from app.ui.widgets.guard import keep_wheel_for_scrolling
from app.ui.widgets_form.tiles import TileGroup
from app.ui.widgets_form.typed import read_number, read_when, say_when, write_when

_TALL = 40


class TilesEditor(TileGroup):
    """Yes/No, a short choice, or a tick list."""

    def kept(self) -> object:
        """The same as the value: a choice is always readable."""
        return self.value()

    def focus_on(self) -> QWidget:
        """The tile that is the group's Tab stop."""
        proxy = self.focusProxy()
        return proxy if proxy is not None else self


class _Line(QLineEdit):
    """A one-line box whose height follows the text size."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.setAccessibleName(label)
        self.setMinimumHeight(_TALL)


class NumberEditor(QWidget):
    """A number with its unit beside it. Integers come back as int, decimals as Decimal."""

    changed = Signal()

    def __init__(self, label: str, *, whole: bool, unit: str = "") -> None:
        super().__init__()
        self._label, self._whole = label, whole
        self._box = _Line(f"{label}, {unit}" if unit else label)
        self._box.setMaximumWidth(self._box.fontMetrics().averageCharWidth() * 16 + 24)
        self._box.setInputMethodHints(
            Qt.InputMethodHint.ImhDigitsOnly if whole else Qt.InputMethodHint.ImhFormattedNumbersOnly
        )
        self._box.textEdited.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        if unit:
            words = QLabel(unit)
            words.setTextFormat(Qt.TextFormat.PlainText)
            row.addWidget(words)
        row.addStretch(1)
        self.setFocusProxy(self._box)

    def value(self) -> object:
        """Decimal or int, None when empty; UserError when it is not a number."""
        text = self._box.text().strip()
        return read_number(text, self._label, whole=self._whole) if text else None

    def kept(self) -> object:
        """The number, or the text as typed while it cannot be read."""
        try:
            return self.value()
        except UserError:
            return self._box.text()

    def set_value(self, value: object) -> None:
        """Shows a number (or the text a draft kept); a Decimal keeps the digits it has."""
        self._box.setText("" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value))

    def focus_on(self) -> QWidget:
        """The box."""
        return self._box


class TextEditor(_Line):
    """One line of text."""

    changed = Signal()

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.textEdited.connect(lambda _text: self.changed.emit())

    def value(self) -> object:
        """The text without outer spaces, None when empty."""
        return self.text().strip() or None

    def kept(self) -> object:
        """The text as typed."""
        return self.text() or None

    def set_value(self, value: object) -> None:
        """Shows the text."""
        self.setText("" if value is None else str(value))

    def focus_on(self) -> QWidget:
        """The box itself."""
        return self


class NotesEditor(QPlainTextEdit):
    """Several lines of text. Tab moves on; Enter makes a new line and Ctrl+Down goes to the next question."""

    changed = Signal()

    def __init__(self, label: str) -> None:
        super().__init__()
        self.setAccessibleName(label)
        self.setTabChangesFocus(True)
        self._quiet = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._typed)

    def _typed(self) -> None:
        self.updateGeometry()
        if not self._quiet:
            self.changed.emit()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as what is typed, from 2 to 8 lines."""
        lines = min(max(self.document().size().height(), 2.0), 8.0)
        return QSize(240, round(self.fontMetrics().lineSpacing() * lines) + 24)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The same height; the width may shrink."""
        return QSize(120, self.sizeHint().height())

    def text(self) -> str:
        """What is typed, without space at the ends."""
        return self.toPlainText().strip()

    def value(self) -> object:
        """The text without outer spaces, None when empty."""
        return self.toPlainText().strip() or None

    def kept(self) -> object:
        """The text as typed."""
        return self.toPlainText() or None

    def set_value(self, value: object) -> None:
        """Shows the text without telling anybody."""
        self._quiet = True
        self.setPlainText("" if value is None else str(value))
        self._quiet = False

    def focus_on(self) -> QWidget:
        """The box itself."""
        return self


class LinesEditor(NotesEditor):
    """Several answers to one question, one on each line. The value is their list."""

    def __init__(self, label: str, read: Callable[[str], object]) -> None:
        super().__init__(f"{label}, one on each line")
        self._read = read

    def value(self) -> object:
        """The list of answers, None when there is none; UserError when one cannot be read."""
        lines = [line.strip() for line in self.toPlainText().splitlines()]
        return [self._read(line) for line in lines if line] or None

    def kept(self) -> object:
        """The list of answers, or the text as typed while one cannot be read."""
        try:
            return self.value()
        except UserError:
            return self.toPlainText()

    def set_value(self, value: object) -> None:
        """Shows the answers, or the text a draft kept."""
        super().set_value("\n".join(map(str, value)) if isinstance(value, list | tuple) else value)


class _Echoed(QWidget):
    """A box with what was understood written under it."""

    changed = Signal()

    def __init__(self, label: str, example: str) -> None:
        super().__init__()
        self._box = _Line(label)
        self._box.setPlaceholderText(example)
        self._box.setMaximumWidth(self._box.fontMetrics().averageCharWidth() * 34 + 24)
        self._echo = QLabel()
        self._echo.setTextFormat(Qt.TextFormat.PlainText)
        self._echo.setWordWrap(True)
        self._echo.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._box)
        column.addWidget(self._echo)
        self._box.textEdited.connect(self._edited)
        self.setFocusProxy(self._box)

    def _edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        words = self._words()
        self._echo.setText(words)
        self._echo.setVisible(bool(words))
        self._box.setAccessibleDescription(words)

    def _words(self) -> str:
        raise NotImplementedError

    def _shown(self, value: object) -> str:
        """A value as it stands in the box; ValueError when it is none, but the text that a draft kept."""
        raise NotImplementedError

    def value(self) -> object:
        """What was typed as a value, None when empty; UserError when it cannot be read."""
        raise NotImplementedError

    def kept(self) -> object:
        """The value, or the text as typed while it cannot be read."""
        try:
            return self.value()
        except UserError:
            return self._box.text()

    def set_value(self, value: object) -> None:
        """Shows a value, or the text a draft kept."""
        try:
            text = self._shown(value) if value is not None else ""
        except ValueError:
            text = str(value)
        self._box.setText(text)
        self._say()

    def focus_on(self) -> QWidget:
        """The box."""
        return self._box

    def text(self) -> str:
        """What is in the box, as typed."""
        return self._box.text()


class DateEditor(_Echoed):
    """A day in one box, typed in any usual way, read back in words. The value is an ISO date."""

    def __init__(self, label: str, today: Callable[[], date]) -> None:
        super().__init__(label, "for example 6 Sep 2026, or t for today")
        self._label, self._today = label, today

    def value(self) -> object:
        """``2026-09-06``, None when empty; UserError when it is not a date."""
        text = self._box.text().strip()
        if not text:
            return None
        try:
            return parse_date(text, today=self._today()).isoformat()
        except UserError as error:
            raise UserError(f"{self._label}: {error.message}") from None

    def _shown(self, value: object) -> str:
        return short_date(date.fromisoformat(str(value)[:10]))

    def _words(self) -> str:
        try:
            found = self.value()
        except UserError:
            return ""
        if found is None:
            return ""
        day = date.fromisoformat(str(found))
        years = age_years(day, self._today())
        return f"{long_date(day)} ({years} years)" if years > 1 else long_date(day)


class WhenEditor(_Echoed):
    """A date and time in one box, read back in words. The value is a UTC instant as ISO text."""

    def __init__(self, label: str, now: Callable[[], datetime], *, past_only: bool = True) -> None:
        super().__init__(label, "for example 14:05, or yesterday 21:30")
        self._label, self._now, self._past_only = label, now, past_only

    def instant(self) -> datetime | None:
        """The instant, None when empty; UserError when it cannot be read."""
        text = self._box.text().strip()
        return read_when(text, self._now(), self._label, past_only=self._past_only) if text else None

    def value(self) -> object:
        """The instant as text, None when empty; UserError when it cannot be read."""
        found = self.instant()
        return instant_text(found) if found else None

    def _shown(self, value: object) -> str:
        return write_when(value if isinstance(value, datetime) else instant(str(value)))

    def _words(self) -> str:
        try:
            found = self.instant()
        except UserError:
            return ""
        return say_when(found, self._now()) if found else ""


class ComboEditor(QComboBox):
    """A long choice; with ``other`` words of one's own may be typed instead.

    The wheel passes by unless the box has the focus, so scrolling the page never changes an answer.
    """

    changed = Signal()

    def __init__(self, label: str, options: Sequence[tuple[object, str]], *, other: bool = False) -> None:
        super().__init__()
        self._other = other
        self.setEditable(other)
        self.setAccessibleName(label)
        self.setMinimumHeight(_TALL)
        self._codes: list[object] = [None, *(code for code, _words in options)]
        self.addItems(["" if other else "Not answered", *(words for _code, words in options)])
        keep_wheel_for_scrolling(self)
        self.activated.connect(lambda _index: self.changed.emit())
        box = self.lineEdit()
        if box is not None:
            box.setAccessibleName(label)
            box.textEdited.connect(lambda _text: self.changed.emit())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for most answers; longer ones are read whole in the open list."""
        return QSize(self.fontMetrics().averageCharWidth() * 40, max(_TALL, self.fontMetrics().height() + 18))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It may shrink with the page."""
        return QSize(140, self.sizeHint().height())

    def value(self) -> object:
        """The code chosen (or the words typed), None for "Not answered"."""
        if self._other:
            typed = self.currentText().strip()
            place = self.findText(typed)
            return self._codes[place] if place >= 0 else typed or None
        return self._codes[self.currentIndex()]

    def kept(self) -> object:
        """The same as the value."""
        return self.value()

    def set_value(self, value: object) -> None:
        """Shows an answer; one that is not among the options shows as not answered."""
        place = (i for i, code in enumerate(self._codes) if code == value and type(code) is type(value))
        found = next(place, 0)
        self.setCurrentIndex(found)
        if self._other and not found and isinstance(value, str):
            self.setEditText(value)

    def focus_on(self) -> QWidget:
        """The box itself."""
        return self


Editor = TilesEditor | NumberEditor | TextEditor | NotesEditor | LinesEditor | DateEditor | WhenEditor | ComboEditor
