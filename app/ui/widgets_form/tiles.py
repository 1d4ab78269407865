"""Large answers to press: one tile an option, for Yes/No, short choices and tick lists.

A tile is a real radio button or check box (so screen readers say what it is) painted as a big target. The group is one
Tab stop: arrows move between its tiles, Space chooses, Delete clears. A digit chooses the tile that shows it while the
group has the focus: the points of the answer where each answer has its own, else its place. A letter chooses the one
tile that begins with it; when there are several it goes to the next of them. In a tick list both only move. Nothing is
ever chosen by moving alone, so walking past a question with the keyboard cannot answer it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QRadioButton, QSizePolicy, QWidget

from app.ui.theme import colours

_PAD = 12
_GAP = 8
_TALL = 44
_WRAP = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.AlignmentFlag.AlignLeft)
_CORNER = int(Qt.AlignmentFlag.AlignTop) | int(Qt.AlignmentFlag.AlignRight)
_BEFORE = frozenset({int(Qt.Key.Key_Left), int(Qt.Key.Key_Up)})
_AFTER = frozenset({int(Qt.Key.Key_Right), int(Qt.Key.Key_Down)})
_CLEAR = frozenset({int(Qt.Key.Key_Delete), int(Qt.Key.Key_Backspace)})
_SPACE = int(Qt.Key.Key_Space)
_NONE = object()


def _paint(tile: QAbstractButton, *, round_mark: bool) -> None:
    """The tile: edge, mark (circle or square, filled and ticked when chosen) and wrapped words."""
    c, box = colours(), tile.rect().adjusted(1, 1, -2, -2)
    focused, chosen, enabled = tile.hasFocus(), tile.isChecked(), tile.isEnabled()
    ink = _colour(c.focus_text if focused else (c.text if enabled else c.secondary))
    fill = _colour(c.focus if focused else (c.nav_selected if chosen else c.field))
    edge = _colour(c.focus_line if focused else (c.text if chosen else c.edge))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, 3 if focused or chosen else 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(box, 4, 4)
    size = max(16, tile.fontMetrics().height())
    mark = QRect(box.left() + _PAD, box.center().y() - size // 2, size, size)
    painter.setPen(QPen(ink, 2))
    painter.setBrush(fill if focused else _colour(c.field))
    if round_mark:
        painter.drawEllipse(mark)
    else:
        painter.drawRect(mark)
    if chosen and round_mark:
        painter.setBrush(ink)
        painter.drawEllipse(mark.adjusted(size // 4, size // 4, -(size // 4), -(size // 4)))
    elif chosen:
        painter.setPen(QPen(ink, 3))
        left, middle, right = mark.left() + size // 5, mark.left() + size * 2 // 5, mark.right() - size // 6
        painter.drawLine(left, mark.center().y(), middle, mark.bottom() - size // 5)
        painter.drawLine(middle, mark.bottom() - size // 5, right, mark.top() + size // 5)
    if chosen:
        bold = tile.font()
        bold.setBold(True)
        painter.setFont(bold)
    painter.setPen(ink)
    painter.drawText(box.adjusted(_PAD + size + _GAP, 4, -_PAD, -4), _WRAP, tile.property("words"))
    digit = tile.property("digit")
    holder = QApplication.focusWidget()
    if digit and holder is not None and holder.parentWidget() is tile.parentWidget():
        small = tile.font()
        small.setPointSizeF(small.pointSizeF() * 0.75)
        painter.setFont(small)
        painter.drawText(box.adjusted(0, 1, -4, 0), _CORNER, digit)
    painter.end()


@lru_cache(maxsize=64)
def _colour(hex_code: str) -> QColor:
    return QColor(hex_code)


def _height(tile: QAbstractButton, width: int) -> int:
    return _measure(tile.property("words"), tile.font().key(), width)[1]


@lru_cache(maxsize=2048)
def _measure(words: str, font_key: str, width: int) -> tuple[int, int]:
    """The width on one line, and the height when wrapped in a tile so wide.

    Measured as bold words, so that choosing an answer never moves the page; kept, because a long form asks thousands of
    times while it is laid out.
    """
    font = QFont()
    font.fromString(font_key)
    font.setBold(True)
    metrics = QFontMetrics(font)
    mark = max(16, metrics.height())
    natural = metrics.horizontalAdvance(words) + 2 * _PAD + mark + _GAP + 8
    room = max(40, width - 2 * _PAD - mark - _GAP - 3)
    wrapped = metrics.boundingRect(QRect(0, 0, room, 10_000), _WRAP, words)
    return natural, max(_TALL, wrapped.height() + 20)


if TYPE_CHECKING:
    _AnyTile = QAbstractButton
else:
    _AnyTile = object


class _Tile(_AnyTile):
    """What both kinds of tile do; mixed in before Qt's button."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        _paint(self, round_mark=isinstance(self, QRadioButton))

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002, N802 - Qt's name
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if not _keys(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        _group(self).settle(self)
        _group(self).update()  # the digits show while the group has the focus

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        _group(self).update()


class _RadioTile(_Tile, QRadioButton):
    pass


class _CheckTile(_Tile, QCheckBox):
    pass


def _group(tile: QAbstractButton) -> TileGroup:
    group = tile.parentWidget()
    if not isinstance(group, TileGroup):
        raise TypeError("a tile lives in its group only")
    return group


def _keys(tile: QAbstractButton, event: QKeyEvent) -> bool:
    """Whether the key was the group's: arrows, Delete, and the first letter or the digit of a tile."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.ShiftModifier:
        return False
    key, group = event.key(), _group(tile)
    if key in _BEFORE or key in _AFTER:
        group.step(tile, 1 if key in _AFTER else -1)
    elif key in _CLEAR:
        group.clear()
    elif key != _SPACE and event.text().strip() and event.text().isalnum():
        group.choose_by_key(tile, event.text())
    else:
        return False
    return True


class TileGroup(QWidget):
    """The answers to one question.

    ``value()`` is the chosen code, None while unanswered. With ``many`` it is the list of the codes ticked; ``none``
    adds a last tile with those words that unticks the others and answers with an empty list.
    """

    changed = Signal()

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[object, str]],
        *,
        many: bool = False,
        none: str = "",
        digits: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._many = many
        self._fitting: tuple[int, int, str] | None = None
        if none:
            options = [*options, (_NONE, none)]
        self._codes = [code for code, _words in options]
        keys = list(digits) or [str(place + 1) if place < 9 else "" for place in range(len(options))]
        self._digits = keys if not many and len(options) > 1 else [""] * len(options)
        self._tiles: list[QAbstractButton] = []
        for place, (_code, words) in enumerate(options):
            tile: QAbstractButton = _CheckTile(self) if many else _RadioTile(self)
            tile.setAutoExclusive(False)
            # The words are not the button's text: Qt would take "&" in a questionnaire for a shortcut.
            tile.setProperty("words", words)
            tile.setProperty("digit", self._digits[place])
            tile.setAccessibleName(f"{label}: {words}")
            tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if place == 0 else Qt.FocusPolicy.ClickFocus)
            tile.clicked.connect(self._clicked)
            self._tiles.append(tile)
        self.setAccessibleName(label)
        # Not Fixed: then the height for a narrow group would be the least height of a wide one.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if self._tiles:
            self.setFocusProxy(self._tiles[0])

    # --- value ---

    def value(self) -> object:
        """The code chosen (with ``many`` the list of codes), None while nothing is."""
        chosen = [code for code, tile in zip(self._codes, self._tiles, strict=True) if tile.isChecked()]
        if not chosen:
            return None
        if not self._many:
            return chosen[0]
        return [code for code in chosen if code is not _NONE]

    def set_value(self, value: object) -> None:
        """Shows an answer (None clears) without telling anybody."""
        wanted = list(value) or [_NONE] if self._many and isinstance(value, list | tuple) else [value]
        for code, tile in zip(self._codes, self._tiles, strict=True):
            tile.setChecked(any(code == each and type(code) is type(each) for each in wanted))
        self._settle_on_choice()

    def clear(self) -> None:
        """Takes the answer away again, as the person's own act."""
        if self.value() is not None:
            self.set_value(None)
            self.changed.emit()

    def tiles(self) -> list[QAbstractButton]:
        """The tiles in reading order."""
        return self._tiles

    def _clicked(self) -> None:
        pressed = self.sender()
        alone = next((tile for code, tile in zip(self._codes, self._tiles, strict=True) if code is _NONE), None)
        for tile in self._tiles:
            if not self._many or (pressed is alone and pressed is not None):
                tile.setChecked(tile is pressed and (not self._many or tile.isChecked()))
            elif tile is alone:
                tile.setChecked(False)
        if isinstance(pressed, QAbstractButton):
            self.settle(pressed)
        self.changed.emit()

    # --- keyboard ---

    def settle(self, tile: QAbstractButton) -> None:
        """Makes the tile the group's one Tab stop."""
        for each in self._tiles:
            each.setFocusPolicy(Qt.FocusPolicy.StrongFocus if each is tile else Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(tile)

    def _settle_on_choice(self) -> None:
        chosen = next((tile for tile in self._tiles if tile.isChecked()), self._tiles[0] if self._tiles else None)
        if chosen is not None:
            self.settle(chosen)

    def step(self, tile: QAbstractButton, by: int) -> None:
        """Moves the focus to the next (1) or previous (-1) tile, round the ends."""
        self._tiles[(self._tiles.index(tile) + by) % len(self._tiles)].setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_by_key(self, tile: QAbstractButton, key: str) -> None:
        """Chooses the tile of that digit, or the only one that begins with the letter; else goes to the next that does.

        In a tick list it goes to the tile and ticks nothing.
        """
        if key in self._digits:
            self._choose(self._tiles[self._digits.index(key)])
            return
        start = self._tiles.index(tile) + 1
        order = self._tiles[start:] + self._tiles[:start]
        found = [each for each in order if each.property("words").lower().startswith(key.lower())]
        if not found and key.isdecimal() and 0 < int(key) <= len(self._tiles):
            found = [self._tiles[int(key) - 1]]
        if len(found) == 1 and not self._many:
            self._choose(found[0])
        elif found:
            found[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, tile: QAbstractButton) -> None:
        tile.setFocus(Qt.FocusReason.OtherFocusReason)
        if not tile.isChecked():
            tile.click()

    # --- size: equal tiles, in one row when all words fit on one line, else in as many columns as do ---

    def _columns(self, width: int) -> tuple[int, int]:
        """How many columns fit, and the width of the widest tile on one line; kept, it is asked often."""
        font = self.font().key()
        if self._fitting is None or self._fitting[2] != font:
            widest = max((_measure(tile.property("words"), font, 10_000)[0] for tile in self._tiles), default=0)
            self._fitting = (0, widest, font)
        widest = self._fitting[1]
        most = max(1, (width + _GAP) // max(widest + _GAP, 1))
        count = len(self._tiles)
        if most >= count:
            return max(1, count), widest
        return -(-count // -(-count // most)) if most > 1 else 1, widest

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        columns, _widest = self._columns(width)
        if columns == 1:
            return sum(_height(tile, width) for tile in self._tiles) + 4 * (len(self._tiles) - 1)
        rows = -(-len(self._tiles) // columns)
        return rows * self._one_line() + 4 * (rows - 1)

    def _one_line(self) -> int:
        return _height(self._tiles[0], 10_000) if self._tiles else 0

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        _count, widest = self._columns(480)
        return QSize(min((widest + _GAP) * len(self._tiles), 480), self.heightForWidth(480))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(140, _TALL)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            if self.isVisible():
                self._place()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._place()  # the text size may have changed while the group was out of sight

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        self._place()

    def _place(self) -> None:
        width = self.width()
        columns, widest = self._columns(width)
        if columns == 1:
            top = 0
            for tile in self._tiles:
                tall = _height(tile, width)
                tile.setGeometry(0, top, width, tall)
                top += tall + 4
            return
        each = max(widest, min((width - _GAP * (columns - 1)) // columns, 220))
        tall = self._one_line()
        for place, tile in enumerate(self._tiles):
            row, column = divmod(place, columns)
            tile.setGeometry(column * (each + _GAP), row * (tall + 4), each, tall)
