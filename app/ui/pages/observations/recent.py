"""What was just saved, in words, and for ten minutes one press from being taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.dates import clock_time, date_time, to_local
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.field import Field
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.tag import Tag
from app.ui.widgets_form.labels import Words, label
from app.ui.widgets_form.tiles import TileGroup

if TYPE_CHECKING:
    from app.services.observations import Recorded

WHILE = timedelta(minutes=10)
_MOST = 3
_ELSE = "else"
REASONS = (
    ("Wrong amount", "Wrong amount"),
    ("Another resident", "Another resident"),
    ("It did not happen", "It did not happen"),
    ("Entered twice", "Entered twice"),
    (_ELSE, "Something else"),
)


class Reason(QWidget):
    """Why something (``of``, in words) was entered in error: a tile, or words. ``given`` carries the reason."""

    given = Signal(str)

    def __init__(self, of: str) -> None:
        super().__init__()
        self.tiles = TileGroup(f"Why it was an error: {of}", REASONS)
        self.tiles.changed.connect(self._pressed)
        self.box = QLineEdit()
        self.box.returnPressed.connect(self._typed)
        self.button = secondary("Save the reason", self._typed)
        self.words = level((Field("The reason", self.box, key="reason"), self.button))
        self.words.setParent(self)
        self.words.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(label(f"Why was it an error: {of}? Pressing a reason takes it back.", "strong"))
        column.addWidget(self.tiles)
        column.addWidget(self.words)
        self.setFocusProxy(self.tiles)

    def _pressed(self) -> None:
        value = self.tiles.value()
        if value == _ELSE:
            self.words.show()
            self.box.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(value, str):
            self.given.emit(value)

    def _typed(self) -> None:
        if self.box.text().strip():
            self.given.emit(self.box.text().strip())


class Recent(QFrame):
    """The newest entries of this visit. ``taken_back`` carries the id of one and the reason."""

    taken_back = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName("Just saved")
        self._saved: list[tuple[Recorded, str, datetime]] = []
        self.undo: QPushButton | None = None
        self.reason: Reason | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(M, S, M, S)
        self._column.setSpacing(S)
        self.hide()

    def add(self, done: Recorded, words: str, now: datetime) -> None:
        """Say that it was saved; ``words`` are the measurement's."""
        self._saved = [(done, words, now), *self._saved][:_MOST]
        self._draw(now)

    def drop(self, observation_id: str, now: datetime) -> None:
        """It was taken back."""
        self._saved = [each for each in self._saved if each[0].observation_id != observation_id]
        self._draw(now)

    def clear(self) -> None:
        """Another resident, another visit."""
        self._saved = []
        empty(self._column)
        self.undo = self.reason = None
        self.hide()

    def fade(self, now: datetime) -> None:
        """Leave out what has stood there for ten minutes; the list of entries still has it."""
        left = [each for each in self._saved if now - each[2] < WHILE]
        if left != self._saved:
            self._saved = left
            self._draw(now)

    def ask(self, observation_id: str = "") -> None:
        """Ask why, of the newest one unless another is named (Ctrl+Z)."""
        asked = [each for each in self._saved if observation_id in ("", each[0].observation_id)][:1]
        if not asked:
            return
        if self.reason is None:
            done, words, _since = asked[0]
            self.reason = Reason(words)
            self.reason.given.connect(partial(self._given, done.observation_id))
            self._column.addWidget(self.reason)
            self.reason.show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _given(self, observation_id: str, reason: str) -> None:
        self.taken_back.emit(observation_id, reason)

    def _draw(self, now: datetime) -> None:
        empty(self._column)
        self.undo = self.reason = None
        for done, words, _since in self._saved:
            undo = secondary("Undo", partial(self._ask_of, done.observation_id))
            undo.setAccessibleName(f"Undo: {words}")
            self.undo = self.undo or undo
            detail = f", {done.detail}" if done.detail else ""
            at = clock_time(done.at) if to_local(done.at).date() == to_local(now).date() else date_time(done.at)
            self._column.addWidget(level((Tag("Saved", Tone.GOOD), Words(f"{words}{detail}, at {at}", "strong"), undo)))
            for alert in done.alerts:
                said = f"{alert.title}. Phone {alert.phone_who}, {alert.phone_number}."
                self._column.addWidget(level((Tag("Alert raised", Tone.DANGER), Words(said))))
            if done.caution:
                self._column.addWidget(level((Tag("Look", Tone.WARNING), Words(done.caution))))
        self.setVisible(bool(self._saved))

    def _ask_of(self, observation_id: str) -> None:
        if self.reason is not None:
            self._column.removeWidget(self.reason)
            self.reason.hide()
            self.reason.deleteLater()
            self.reason = None
        self.ask(observation_id)
