"""The table of records: a thin model over a tuple of values, so that 100,000 rows open as fast as ten.

Qt enums are module constants because ``data()`` runs thousands of times for one repaint; ``role`` arrives as an int.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.ui import theme
from app.ui.theme import TARGET, Tone
from app.ui.widgets.shapes import tone_icon

T = TypeVar("T")

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_DECORATION = int(Qt.ItemDataRole.DecorationRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_HORIZONTAL = Qt.Orientation.Horizontal
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its title, its text for a row, and optionally

    ``spoken`` (text for a screen reader where the shown one is short), ``tone`` (a sign before the text, whose word is
    the text), ``sort`` (a key; clicking the title sorts by it), ``stretch`` (takes the room that is left), ``right``
    (figures align right).
    """

    title: str
    text: Callable[[T], str]
    spoken: Callable[[T], str] | None = None
    tone: Callable[[T], Tone | None] | None = None
    sort: Callable[[T], Any] | None = None
    stretch: bool = False
    right: bool = False


class _Model(QAbstractTableModel, Generic[T]):
    def __init__(self, columns: Sequence[Column[T]]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.rows: tuple[T, ...] = ()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if role in (_DISPLAY, _TOOLTIP):
            return self.columns[index.column()].text(self.rows[index.row()])
        if role == _DECORATION:
            tone_of = self.columns[index.column()].tone
            tone = tone_of(self.rows[index.row()]) if tone_of else None
            return tone_icon(tone) if tone else None
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[index.column()].right else _LEFT
        if role == _ACCESSIBLE:
            return self.spoken_row(index.row()) if index.column() == 0 else self._spoken(index.row(), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802 - Qt's name
        if orientation == _HORIZONTAL and 0 <= section < len(self.columns):
            if role in {_DISPLAY, _ACCESSIBLE}:
                return self.columns[section].title
            if role == _ALIGNMENT:
                return _RIGHT if self.columns[section].right else _LEFT
        return None

    def spoken_row(self, row: int) -> str:
        return ". ".join(
            f"{column.title}: {text}" if at else text
            for at, column in enumerate(self.columns)
            if (text := self._spoken(row, at))
        )

    def _spoken(self, row: int, column: int) -> str:
        found = self.columns[column]
        return (found.spoken or found.text)(self.rows[row])

    def replace(self, rows: tuple[T, ...]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()


class RecordTable(QTableView, Generic[T]):
    """Records in rows. Enter or a double click opens one (``opened`` carries the record); arrows move.

    ``name`` is what a screen reader calls the table; ``key`` says which record a row is, so that the chosen one stays
    chosen when the rows are loaded again.
    """

    opened = Signal(object)
    chosen = Signal(object)

    def __init__(
        self,
        name: str,
        columns: Sequence[Column[T]],
        *,
        key: Callable[[T], object] = lambda row: row,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._sort: tuple[int, bool] | None = None
        self.records: _Model[T] = _Model(columns)
        self.setModel(self.records)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setAccessibleName(f"{name}: rows")
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(200)
        header.setSectionsClickable(True)
        header.setAccessibleName(f"{name}: column titles")
        header.sectionClicked.connect(self._sort_by)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.records.rows[index.row()]))
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self._tell_chosen(now))
        self._fit_rows()

    @property
    def rows(self) -> tuple[T, ...]:
        """The records as they stand in the table."""
        return self.records.rows

    def set_rows(self, rows: Sequence[T]) -> None:
        """Show these records in this order (or in the order that a clicked title asks for)."""
        kept = self.current()
        self.records.replace(self._sorted(tuple(rows)))
        self._fit_columns()
        if kept is not None:
            self.select(self._key(kept))
        if self.current() is None and self.rows:
            self.setCurrentIndex(self.records.index(0, 0))

    def current(self) -> T | None:
        """The record that is chosen."""
        at = self.currentIndex().row()
        return self.records.rows[at] if 0 <= at < len(self.records.rows) else None

    def select(self, key: object) -> bool:
        """Choose the record with this key; False when it is not there."""
        for at, row in enumerate(self.records.rows):
            if self._key(row) == key:
                self.setCurrentIndex(self.records.index(at, 0))
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the chosen record."""
        record = self.current()
        if event.key() in _ENTER and record is not None:
            self.opened.emit(record)
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Rows and columns follow the text size."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_rows()
            self._fit_columns()

    def _tell_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.records.rows[index.row()])

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(max(TARGET + 4, self.fontMetrics().height() + 18))
        self.verticalHeader().setMinimumSectionSize(TARGET)

    def _fit_columns(self) -> None:
        header = self.horizontalHeader()
        for at, column in enumerate(self.records.columns):
            if column.stretch:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
            else:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Interactive)
                self.resizeColumnToContents(at)
                self.setColumnWidth(at, self.columnWidth(at) + 12)
        widest = max((header.sectionSizeHint(at) for at in range(header.count())), default=60)
        header.setMinimumSectionSize(min(widest, 120 * theme.percent() // 100))

    def _sort_by(self, column: int) -> None:
        if self.records.columns[column].sort is None:
            return
        down = self._sort == (column, False)
        self._sort = (column, down)
        header = self.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(column, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
        self.set_rows(self.records.rows)

    def _sorted(self, rows: tuple[T, ...]) -> tuple[T, ...]:
        if self._sort is None:
            return rows
        at, down = self._sort
        key = self.records.columns[at].sort
        return tuple(sorted(rows, key=key, reverse=down)) if key else rows
