"""Which rows of a list are shown: one choice of a few, each with how many rows it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.ui.widgets.layouts import level

T = TypeVar("T")
Choices = Sequence[tuple[str, str, Callable[[T], bool]]]
"""A key, its words, and whether a row belongs to it."""


class Filters(QWidget, Generic[T]):
    """Radio buttons by key; the first is chosen to begin with. ``picked`` follows a choice of the person."""

    picked = Signal()

    def __init__(self, name: str, choices: Choices[T]) -> None:
        super().__init__()
        self._choices = tuple(choices)
        self._buttons: dict[str, QRadioButton] = {}
        self.setAccessibleName(name)
        group = QButtonGroup(self)
        for key, words, _ in self._choices:
            button = QRadioButton(words)
            button.clicked.connect(self.picked)
            group.addButton(button)
            self._buttons[key] = button
        self.choose(self._choices[0][0])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(level(self._buttons.values()))

    def __getitem__(self, key: str) -> QRadioButton:
        return self._buttons[key]

    def __iter__(self) -> Iterator[str]:
        """The keys. Without it Python would count from 0 through the keys when Qt takes the widget apart, and fail."""
        return iter(tuple(self._buttons))

    def choose(self, key: str) -> None:
        """Choose from the program; says nothing."""
        self._buttons[key].setChecked(True)

    def of(self, rows: Sequence[T]) -> list[T]:
        """The rows that belong to what is chosen; every choice says how many belong to it."""
        chosen: list[T] = []
        for key, words, belongs in self._choices:
            found = [row for row in rows if belongs(row)]
            self._buttons[key].setText(f"{words} ({len(found)})")
            if self._buttons[key].isChecked():
                chosen = found
        return chosen
