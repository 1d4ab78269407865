"""The signs that stand beside a word, drawn, so that they are sharp at every size."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from app.ui import theme
from app.ui.theme import Choice, Tone


class Shape(StrEnum):
    """The sign that stands beside a word, so that a tone is never told by its colour alone."""

    DOT = "dot"
    INFO = "info"
    TICK = "tick"
    BAR = "bar"
    TRIANGLE = "triangle"
    STOP = "stop"


SHAPES = {
    Tone.NEUTRAL: Shape.DOT,
    Tone.INFO: Shape.INFO,
    Tone.GOOD: Shape.TICK,
    Tone.CAUTION: Shape.BAR,
    Tone.WARNING: Shape.TRIANGLE,
    Tone.DANGER: Shape.STOP,
}


def tone_icon(tone: Tone) -> QIcon:
    """The sign of a tone on the card colour, for table cells; drawn, so that it is sharp at every size."""
    return _icon(tone, theme.colours().name, theme.scaled(16))


@lru_cache(maxsize=128)
def _icon(tone: Tone, palette: str, size: int) -> QIcon:
    found = theme.PALETTES[Choice(palette)]
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    tones = found.tones[tone]
    ink = tones.edge if tone is not Tone.DANGER or palette == "contrast" else found.error
    if tone is Tone.WARNING and palette == "dark":
        ink = tones.fill
    paint_shape(painter, SHAPES[tone], QRectF(0, 0, size, size), QColor(ink), QColor(found.card))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def paint_shape(painter: QPainter, shape: Shape, box: QRectF, ink: QColor, inside: QColor) -> None:
    """Draw a sign filled with ``ink``, its mark in ``inside``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 16, box.height() / 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    mark = QPen(inside, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    match shape:
        case Shape.DOT:
            painter.drawEllipse(QPointF(8, 8), 3.5, 3.5)
        case Shape.INFO:
            painter.drawEllipse(QPointF(8, 8), 7.5, 7.5)
            painter.setPen(mark)
            painter.drawLine(QPointF(8, 7.5), QPointF(8, 11.5))
            painter.drawPoint(QPointF(8, 4.5))
        case Shape.TICK:
            painter.drawEllipse(QPointF(8, 8), 7.5, 7.5)
            painter.setPen(mark)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([QPointF(4.5, 8.5), QPointF(7, 11), QPointF(11.5, 5.5)]))
        case Shape.BAR:
            painter.drawRoundedRect(QRectF(1, 1, 14, 14), 2, 2)
            painter.setPen(mark)
            painter.drawLine(QPointF(4.5, 8), QPointF(11.5, 8))
        case Shape.TRIANGLE:
            painter.drawPolygon(QPolygonF([QPointF(8, 0.5), QPointF(15.8, 14.8), QPointF(0.2, 14.8)]))
            painter.setPen(mark)
            painter.drawLine(QPointF(8, 6), QPointF(8, 9.5))
            painter.drawPoint(QPointF(8, 12.3))
        case Shape.STOP:
            corner = 4.6
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(x, y)
                        for x, y in (
                            (corner, 0), (16 - corner, 0), (16, corner), (16, 16 - corner),
                            (16 - corner, 16), (corner, 16), (0, 16 - corner), (0, corner),
                        )
                    ]
                )
            )  # fmt: skip
            painter.setPen(mark)
            painter.drawLine(QPointF(8, 4), QPointF(8, 8.8))
            painter.drawPoint(QPointF(8, 12))
    painter.restore()
