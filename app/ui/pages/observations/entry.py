"""The quick entry: a kind, then an amount, and it is saved. Everything else (what it was, when) may be left as it is.

From Ctrl+N on the keyboard alone does it: a digit for the kind, a digit for the amount; a letter in between says what
it was, "1 T 3" is 200 ml of tea. What cannot be one of the amounts is typed, and Enter saves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QLineEdit, QVBoxLayout, QWidget

from app.domain.dates import to_local, to_utc
from app.domain.errors import UserError
from app.domain.nutrition import kilograms
from app.domain.observations import KINDS, checked
from app.ui import theme
from app.ui.pages.observations.kinds import ASKED, BY_KIND, OTHER, Asked, Wanted
from app.ui.theme import MAIN_TARGET, M, S
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.date_edit import DateEdit, TimeEdit
from app.ui.widgets.field import Field
from app.ui.widgets.layouts import empty, keep_tab_order, level, tab_stops
from app.ui.widgets_form.labels import heading, label
from app.ui.widgets_form.tiles import TileGroup

if TYPE_CHECKING:
    from collections.abc import Callable

_HELP = (
    "Ctrl+N comes here. Press the digit of a kind, then of the amount: it is saved at once, for now. "
    "A letter before the amount says what it was (T for tea)."
)
_UNITS = (("kg", "Kilograms"), ("st", "Stones and pounds"))


class KeyedTiles(TileGroup):
    """Tiles that take only digits or only letters from the keyboard, and pass the other keys on."""

    passed = Signal(str)

    def __init__(
        self, name: str, options: Sequence[tuple[object, str]], *, letters: bool, digits: Sequence[str] = ()
    ) -> None:
        super().__init__(name, options, digits=digits or ("",) * len(options))
        self._letters = letters

    def choose_by_key(self, tile: QAbstractButton, key: str) -> None:
        """Choose by a key that is ours; hand on one that is not."""
        if key.isdecimal() == self._letters:
            self.passed.emit(key)
        else:
            super().choose_by_key(tile, key)

    def take(self, key: str) -> None:
        """Choose by a key that another group passed on."""
        if self.tiles():
            super().choose_by_key(self.tiles()[-1], key)

    def stay(self, _key: str) -> None:
        """Take the keyboard back after a key was passed on: the digit of a tile is shown only while it is here."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)


class QuickEntry(QFrame):
    """``wanted`` carries a :class:`Wanted`; ``chose`` the kind that somebody began to record."""

    wanted = Signal(object)
    chose = Signal(str)

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._now = now
        self._unit = "kg"
        self.asked: Asked | None = None
        self.kinds = TileGroup("What to record", [(each.kind, each.words) for each in ASKED])
        self.kinds.changed.connect(self._chosen)
        self._watch(self.kinds)
        self._inside = QVBoxLayout()
        self._inside.setSpacing(S)
        self.what: KeyedTiles | None = None
        self.amounts: TileGroup | None = None
        self.boxes: dict[str, Field] = {}
        self.detail: QLineEdit | None = None
        self.earlier = secondary("Earlier than now…", self.show_time)
        self.day: DateEdit | None = None
        self.clock: TimeEdit | None = None
        self.error = label("", "error")
        self.error.hide()
        self.earlier.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(heading("Record a measurement"))
        column.addWidget(label(_HELP, "secondary"))
        column.addWidget(self.kinds)
        column.addLayout(self._inside)
        column.addWidget(self.error)

    # ------------------------------------------------------------------------------------------------- what it does

    def begin(self) -> None:
        """Put the keyboard on the kinds, whatever was chosen before."""
        self.kinds.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def reset(self) -> None:
        """Nothing chosen and nothing typed."""
        self.kinds.set_value(None)
        self._clear()

    def typed(self) -> bool:
        """Whether a number stands there that has not been saved."""
        return any(_text(field) for field in self.boxes.values())

    def refuse(self, message: str) -> None:
        """Say why it was not saved; what was typed stays."""
        self.error.setText(f"Error: {message}")
        self.error.show()
        first = next(iter(self.boxes.values()), None)
        if first is not None and first.isVisible():
            first.focus()

    def _today(self) -> date:
        return to_local(self._now()).date()

    def show_time(self) -> None:
        """Ask for another time than now."""
        if self.day is None or self.clock is None:
            return
        shown = not self._when.isHidden()
        self._when.setVisible(not shown)
        self.earlier.setText("Earlier than now…" if shown else "Now after all")
        if not shown:
            self.day.set_value(self._today())
            self.clock.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self) -> None:
        found = self.kinds.value()
        self._clear()
        if not isinstance(found, str):
            return
        self.asked = BY_KIND[found]
        self._draw(self.asked)
        self.chose.emit(found)
        first = self.amounts or next(iter(self.boxes.values())).target
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        self.asked = self.what = self.amounts = self.detail = self.day = self.clock = None
        self.boxes = {}
        self.error.hide()
        self.earlier.hide()
        self.earlier.setParent(self)
        empty(self._inside)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A key that is held down chooses once: the same digit would choose a kind and then save an amount of it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.isAutoRepeat():
            return bool(event.text().strip())
        return super().eventFilter(watched, event)

    # -------------------------------------------------------------------------------------------------- its controls

    def _draw(self, asked: Asked) -> None:
        if asked.what:
            self.what = KeyedTiles(asked.what_label, asked.what, letters=True)
            self._add(asked.what_label, self.what)
        self.detail = QLineEdit()
        self.detail.setMaxLength(160)
        self.detail.setMinimumWidth(theme.scaled(260))
        self.day, self.clock = DateEdit(self._today, key="at"), TimeEdit(key="at")
        self._inside.addWidget(level((Field("Details, if any", self.detail, key="detail"), self.earlier)))
        self.earlier.setText("Earlier than now…")
        self.earlier.show()
        self._when = level((Field("Date", self.day, key="day"), Field("Time, 24-hour clock", self.clock, key="at")))
        self._when.setParent(self)
        self._when.hide()
        self._inside.addWidget(self._when)
        if asked.amounts:
            self._draw_amounts(asked)
        elif asked.kind == "weight_kg":
            units = TileGroup("Unit", _UNITS)
            units.set_value(self._unit)
            units.changed.connect(self._other_unit)
            self._units = units
            self._add("Unit", units)
            self._draw_weight()
        else:
            self._draw_boxes((("value", f"{asked.words}, {asked.unit}"),))
        self._order()

    def _draw_amounts(self, asked: Asked) -> None:
        name = "Bristol type" if asked.kind == "bowel_type" else "Amount" if asked.unit else "How bad"
        if self.what is None:
            self.amounts = TileGroup(name, asked.amounts, digits=asked.digits)
        else:
            tiles = KeyedTiles(name, asked.amounts, letters=False, digits=asked.digits)
            tiles.passed.connect(self.what.take)
            tiles.passed.connect(tiles.stay)
            self.what.passed.connect(tiles.take)
            self.amounts = tiles
        self.amounts.changed.connect(self._pressed)
        self._add(f"{name}: pressing it saves", self.amounts)

    def _draw_weight(self) -> None:
        if self._unit == "kg":
            self._draw_boxes((("value", "Weight, kg"),))
        else:
            self._draw_boxes((("stones", "Stones"), ("pounds", "Pounds")))

    def _draw_boxes(self, asked: tuple[tuple[str, str], ...]) -> None:
        for key, words in asked:
            box = QLineEdit()
            box.setMinimumHeight(MAIN_TARGET)
            box.returnPressed.connect(self.save_typed)
            self.boxes[key] = Field(words, box, key=key)
        self.save = primary("Save", self.save_typed)
        self._row = level((*self.boxes.values(), self.save))
        self._inside.addWidget(self._row)

    def _watch(self, tiles: TileGroup) -> None:
        for tile in tiles.tiles():
            tile.installEventFilter(self)

    def _add(self, words: str, tiles: TileGroup) -> None:
        self._watch(tiles)
        self._inside.addWidget(label(words, "strong"))
        self._inside.addWidget(tiles)

    def _other_unit(self) -> None:
        unit = self._units.value()
        if unit in ("kg", "st") and unit != self._unit:
            self._unit = str(unit)
            self._row.hide()
            self._inside.removeWidget(self._row)
            self._row.deleteLater()
            self.boxes = {}
            self._draw_weight()
            self._order()
        next(iter(self.boxes.values())).focus()

    def _order(self) -> None:
        keep_tab_order(tab_stops(self.kinds, *self._parts()))

    def _parts(self) -> list[QWidget]:
        found = (self._inside.itemAt(at) for at in range(self._inside.count()))
        return [widget for item in found if item is not None and (widget := item.widget()) is not None]

    # ------------------------------------------------------------------------------------------------------- saving

    def _pressed(self) -> None:
        if self.amounts is None or self.asked is None:
            return
        value = self.amounts.value()
        if value == OTHER:
            if not self.boxes:
                self._draw_boxes((("value", f"{self.asked.words}, {self.asked.unit}"),))
                self._order()
            self.boxes["value"].focus()
        elif isinstance(value, int):
            self._want(Decimal(value))

    def save_typed(self) -> None:
        """Save the number that was typed."""
        if self.asked is None:
            return
        try:
            if "stones" in self.boxes:
                stones, pounds = (_number(self.boxes[key]) for key in ("stones", "pounds"))
                if stones != int(stones):
                    raise UserError("Stones must be a whole number", field="stones")
                self._want(kilograms(int(stones), pounds), f"{stones:f} st {pounds:f} lb")
            else:
                self._want(_number(self.boxes["value"], KINDS[self.asked.kind].label))
        except UserError as refused:
            self.refuse(refused.message)

    def _want(self, value: Decimal, said: str = "") -> None:
        if self.asked is None:
            return
        what = self.what.value() if self.what is not None else None
        detail = self.detail.text().strip() if self.detail is not None else ""
        words = ", ".join(each for each in (said, str(what or ""), detail) if each)
        try:
            at = self._at()
            checked(self.asked.kind, value, words)
        except UserError as refused:
            if self.amounts is not None:
                self.amounts.set_value(None)
            self.refuse(refused.message)
            return
        wanted = Wanted(self.asked.kind, value, words, at)
        self.begin()  # first: a control that goes away with the keyboard on it hands it to anybody
        self.reset()
        self.wanted.emit(wanted)

    def _at(self) -> datetime | None:
        """The time asked for, local; None for now."""
        if self._when.isHidden() or self.day is None or self.clock is None:
            return None
        day, clock = self.day.value(), self.clock.value()
        if day is None or clock is None:
            raise UserError("Enter the date and the time, or press Now after all", field="at")
        at = datetime.combine(day, clock)
        if to_utc(at) > self._now():
            raise UserError("The time of the measurement must be now or in the past", field="at")
        return at


def _text(field: Field) -> str:
    return field.editor.text().strip() if isinstance(field.editor, QLineEdit) else ""


def _number(field: Field, words: str = "") -> Decimal:
    name = words or field.label_text
    text = _text(field).replace(",", ".")
    if not text and field.key == "pounds":
        return Decimal(0)
    if not text:
        raise UserError(f"Enter the {name[0].lower()}{name[1:]}", field=field.key)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise UserError(f"{name} must be a number", field=field.key)
    return number
