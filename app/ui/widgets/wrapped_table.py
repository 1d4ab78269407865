"""A table whose rows are as high as their words, for lists where what matters is a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtGui import QResizeEvent

from app.ui.theme import TARGET, scaled
from app.ui.widgets.table import RecordTable

T = TypeVar("T")


class WrappedTable(RecordTable[T]):
    """Columns are as wide as their longest line, the stretching one takes the rest and wraps; nothing is cut off."""

    def set_rows(self, rows: Sequence[T]) -> None:
        """Show these records."""
        self.setWordWrap(True)
        self.verticalHeader().setAccessibleName(f"{self.accessibleName()}: rows")
        super().set_rows(rows)
        self._fit_heights()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A wider last column needs fewer lines."""
        super().resizeEvent(event)
        self._fit_heights()

    def _fit_columns(self) -> None:
        super()._fit_columns()
        self.horizontalHeader().setMinimumSectionSize(scaled(48))
        for at, column in enumerate(self.records.columns):
            if not column.stretch:
                self.resizeColumnToContents(at)

    def _fit_heights(self) -> None:
        self.resizeRowsToContents()
        for at in range(len(self.rows)):
            self.setRowHeight(at, max(self.rowHeight(at) + 8, TARGET + 4))
