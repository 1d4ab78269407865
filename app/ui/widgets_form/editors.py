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
from PySide6.QtGui import QFocusEvent
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
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.guard import keep_wheel_for_scrolling
from app.ui.widgets_form.labels import Words
from app.ui.widgets_form.tiles import TileGroup
from app.ui.widgets_form.typed import WAYS, read_clock, read_measure, read_number, read_when, say_when, write_when

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
    """A one-line box whose height follows the text size; with ``letters`` it asks for room for so many."""

    def __init__(self, label: str, letters: int = 0) -> None:
        super().__init__()
        self._letters = letters
        self.setAccessibleName(label)
        self.setMinimumHeight(_TALL)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as what is expected in it."""
        hint = super().sizeHint()
        if self._letters:
            hint.setWidth(self.fontMetrics().averageCharWidth() * self._letters + 24)
        return hint


class _Figure(_Line):
    """A box for a number: coming to it by a key chooses what is in it, so that the next figure takes its place."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Qt itself does so for Tab alone. A figure that was refused is not chosen: it is to be mended."""
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.OtherFocusReason and self.property("fault") != "true":
            self.selectAll()


class NumberEditor(QWidget):
    """A number with its unit beside it. Integers come back as int, decimals as Decimal.

    Kilograms and metres may be typed as stones and pounds, feet and inches, or centimetres: what was understood stands
    in place of the unit, and a draft keeps what was typed.
    """

    changed = Signal()

    def __init__(self, label: str, *, whole: bool, unit: str = "", places: int | None = None) -> None:
        super().__init__()
        self._label, self._whole, self._unit, self._places = label, whole, unit, places
        self._ways = WAYS.get(unit.lower(), "")
        self._box = _Figure(f"{label}, {unit}" if unit else label)
        self._box.setMaximumWidth(self._box.fontMetrics().averageCharWidth() * 16 + 24)
        if not self._ways:
            self._box.setInputMethodHints(
                Qt.InputMethodHint.ImhDigitsOnly if whole else Qt.InputMethodHint.ImhFormattedNumbersOnly
            )
        self._box.textEdited.connect(self._edited)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        self._words: QLabel | None = None
        if unit:
            self._words = Words("")
            row.addWidget(self._words, 1)
            self._say()
        else:
            row.addStretch(1)
        self.setFocusProxy(self._box)

    def _edited(self) -> None:
        if self._ways or self._unit.lower() == "cm":
            self._say()
        self.changed.emit()

    def _say(self) -> None:
        if self._words is None:
            return
        said = self.understood()
        words = said or (f"{self._unit}, {self._ways}" if self._ways else self._unit)
        if self._words.text() != words:
            self._words.setText(words)
            self._box.setAccessibleName(f"{self._label}, {words}")

    def understood(self) -> str:
        """What was made of another unit, such as "10 st 4 lb = 65.317 kg"; empty when nothing was converted."""
        try:
            return self._read(self._box.text())[1]
        except UserError:
            return ""

    def _read(self, text: str) -> tuple[object, str]:
        if not text.strip():
            return None, ""
        return read_measure(text, self._label, unit=self._unit, places=self._places, whole=self._whole)

    def value(self) -> object:
        """Decimal or int, None when empty; UserError when it is not a number."""
        return self._read(self._box.text())[0]

    def kept(self) -> object:
        """The number, or the text as typed when it was converted or cannot be read."""
        try:
            number, converted = self._read(self._box.text())
        except UserError:
            return self._box.text()
        return self._box.text().strip() if converted else number

    def set_value(self, value: object) -> None:
        """Shows a number (or the text a draft kept); a Decimal keeps the digits it has."""
        self._box.setText("" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value))
        self._say()

    def focus_on(self) -> QWidget:
        """The box."""
        return self._box


class QuantityEditor(QWidget):
    """A number and one of several units. The value is both as a text, "12.5 mg"; no unit is chosen beforehand."""

    changed = Signal()

    def __init__(self, label: str, units: Sequence[str]) -> None:
        super().__init__()
        self._label, self._units = label, list(units)
        self._box = _Line(label)
        self._box.setMaximumWidth(self._box.fontMetrics().averageCharWidth() * 16 + 24)
        self._box.textEdited.connect(self.changed)
        self._unit = QComboBox()
        self._unit.setAccessibleName(f"Unit of {label}")
        self._unit.setMinimumHeight(_TALL)
        self._unit.addItems(["Unit", *units])
        keep_wheel_for_scrolling(self._unit)
        self._unit.activated.connect(lambda _index: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        row.addWidget(self._unit)
        row.addStretch(1)
        self.setFocusProxy(self._box)

    def value(self) -> object:
        """The number and the unit, None when empty; UserError without a unit or with a number that is none."""
        text = self._box.text().strip()
        if not text:
            return None
        unit = next((each for each in self._units if text.lower().endswith(each.lower())), "")
        number = read_number(text[: len(text) - len(unit)], self._label, whole=False)
        if not unit and self._unit.currentIndex() < 1:
            raise UserError(f"{self._label} must have a unit: {' or '.join(self._units)}")
        return f"{number:f} {unit or self._units[self._unit.currentIndex() - 1]}"

    def kept(self) -> object:
        """The value, or what is typed while it cannot be read."""
        try:
            return self.value()
        except UserError:
            return self._box.text()

    def set_value(self, value: object) -> None:
        """Shows a quantity, or the text a draft kept."""
        text = "" if value is None else str(value)
        unit = next((place for place, each in enumerate(self._units) if text.lower().endswith(f" {each.lower()}")), -1)
        self._unit.setCurrentIndex(unit + 1)
        self._box.setText(text[: -len(self._units[unit]) - 1] if unit >= 0 else text)

    def focus_on(self) -> QWidget:
        """The box of the number."""
        return self._box


class OtherTilesEditor(QWidget):
    """A tick list with a line for an answer of one's own. The value is the list of codes, and the words typed."""

    changed = Signal()

    def __init__(self, label: str, options: Sequence[tuple[object, str]]) -> None:
        super().__init__()
        self._codes = [code for code, _words in options]
        self._tiles = TilesEditor(label, options, many=True)
        self._other = _Line(f"{label}: something else")
        self._other.setPlaceholderText("Something else")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._tiles)
        column.addWidget(self._other)
        self._tiles.changed.connect(self.changed)
        self._other.textEdited.connect(lambda _text: self.changed.emit())
        self.setFocusProxy(self._tiles)

    def value(self) -> object:
        """The codes ticked, then the words typed; None when there is neither."""
        ticked = self._tiles.value()
        found = list(ticked) if isinstance(ticked, list) else []
        typed = self._other.text().strip()
        return [*found, *([typed] if typed and typed not in found else [])] or None

    def kept(self) -> object:
        """The same as the value."""
        return self.value()

    def set_value(self, value: object) -> None:
        """Shows the answers; what is no option stands in the line."""
        given = list(value) if isinstance(value, list | tuple) else []
        self._tiles.set_value([each for each in given if each in self._codes] or None)
        self._other.setText("; ".join(str(each) for each in given if each not in self._codes))

    def focus_on(self) -> QWidget:
        """The tile that is the group's Tab stop."""
        return self._tiles.focus_on()


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
        self.setPlaceholderText("One on each line")
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
    """A box with what was understood written beside it, or under it where there is no room."""

    changed = Signal()

    def __init__(self, label: str, example: str) -> None:
        super().__init__()
        self._box = _Line(label, 36)
        self._box.setPlaceholderText(example)
        self._echo = Words("")
        line = FlowLayout(self)
        line.addWidget(self._box)
        line.addWidget(self._echo)
        self._box.textEdited.connect(self._edited)
        self.setFocusProxy(self._box)

    def _edited(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        words = self._words()
        if words != self._echo.text():
            self._echo.setText(words)
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


class ClockEditor(_Echoed):
    """A time of day in one box. The value is a text such as ``08:15``."""

    def __init__(self, label: str, now: Callable[[], datetime]) -> None:
        super().__init__(label, "for example 14:05, or now")
        self._label, self._now = label, now

    def value(self) -> object:
        """``08:15``, None when empty; UserError when it is not a time."""
        text = self._box.text().strip()
        return read_clock(text, self._now(), self._label) if text else None

    def _shown(self, value: object) -> str:
        return str(value)

    def _words(self) -> str:
        try:
            found = self.value()
        except UserError:
            return ""
        return str(found) if found and found != self._box.text().strip() else ""


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
            # Nothing is added to the options by Enter, and no word is finished by the program: what is typed counts.
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self.setCompleter(None)  # type: ignore[arg-type]
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
            place = self.findText(typed, Qt.MatchFlag.MatchFixedString)
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


Editor = (
    TilesEditor
    | NumberEditor
    | TextEditor
    | NotesEditor
    | LinesEditor
    | DateEditor
    | WhenEditor
    | ComboEditor
    | QuantityEditor
    | OtherTilesEditor
    | ClockEditor
)
