"""A cell of a table in which the words that were found stand out: bold and underlined, never by colour alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, Qt
from PySide6.QtGui import QFont, QPainter, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

if TYPE_CHECKING:
    from app.services.notes import NoteRow

Pieces = tuple[tuple[str, bool], ...]
_SELECTED = QStyle.StateFlag.State_Selected
_TEXT = QStyle.SubElement.SE_ItemViewItemText
_ITEM = QStyle.ControlElement.CE_ItemViewItem
_NO_WRAP = QTextOption.WrapMode.NoWrap
_ROLES = (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText)


class HitDelegate(QStyledItemDelegate):
    """Draws the extract of the row; ``pieces`` gives its parts by the number of the row."""

    def __init__(self, pieces: Callable[[int], Pieces], parent: QWidget) -> None:
        super().__init__(parent)
        self._pieces = pieces

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell as the style draws it, and the text over it."""
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        style = widget.style() if widget is not None else QApplication.style()
        style.drawControl(_ITEM, option, painter, widget)
        room = style.subElementRect(_TEXT, option, widget).adjusted(4, 0, -4, 0)
        layout = laid_out(self._pieces(index.row()), option.font)
        selected = bool(option.state & _SELECTED)
        painter.save()
        painter.setClipRect(room)
        painter.setPen(option.palette.color(_ROLES[selected]))
        height = layout.boundingRect().height()
        layout.draw(painter, QPointF(room.x(), room.y() + (room.height() - height) / 2))
        painter.restore()


def laid_out(pieces: Pieces, font: QFont) -> QTextLayout:
    """One line of the pieces, what was found in bold and underlined."""
    text = "".join(piece for piece, _ in pieces).replace("\n", " ")
    found = QTextCharFormat()
    found.setFontWeight(QFont.Weight.Bold)
    found.setFontUnderline(True)
    formats = []
    at = 0
    for piece, hit in pieces:
        if hit:
            each = QTextLayout.FormatRange()
            each.start, each.length, each.format = at, len(piece), found
            formats.append(each)
        at += len(piece)
    layout = QTextLayout(text, font)
    option = QTextOption(Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(_NO_WRAP)
    layout.setTextOption(option)
    layout.setFormats(formats)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout


def spoken(row: NoteRow) -> str:
    """The extract for a screen reader."""
    return "".join(piece for piece, _ in row.extract).replace("\n", " ")
