"""A table that is as high as its rows: the page scrolls, not a slit in it."""

from __future__ import annotations

from typing import TypeVar

from app.ui.theme import scaled
from app.ui.widgets.wrapped_table import WrappedTable

T = TypeVar("T")


class WholeTable(WrappedTable[T]):
    """Shows up to ``most`` rows whole, and scrolls beyond them; its height follows its width and the text size."""

    most = 12

    def _fit_heights(self) -> None:
        super()._fit_heights()
        rows = sum(self.rowHeight(at) for at in range(min(len(self.rows), self.most)))
        high = self.horizontalHeader().sizeHint().height() + rows + scaled(14)
        if self.minimumHeight() != high or self.maximumHeight() != high:
            self.setFixedHeight(high)
