"""Drawings on the screen: a painter for scenes, a card with a chart and its table, and the body map to point at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial, singledispatch
from itertools import pairwise

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.domain.charts.body import HIGH, SITES, WIDE, Mark, View, body_map, centre_of, figure_boxes, region_at, site
from app.domain.drawing import Chart, Circle, Line, Place, Polygon, Polyline, Primitive, Rectangle, Role, Scene, Text
from app.ui import theme
from app.ui.theme import M, S
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.table import Column
from app.ui.widgets.text import heading, label
from app.ui.widgets.wrapped_table import WrappedTable

Draw = Callable[[int], Scene]
"""Lays a scene out for a width in points."""

_PIXELS_A_POINT = 96 / 72
_SHOW, _HIDE = "Show as table", "Hide the table"
_ROWS = 8
_MANY = 100
_MAP, _LEAST_MAP = 420, 250
_COARSE, _FINE = Decimal("0.01"), Decimal("0.002")
_HELP = "Click or tap the place. Or choose it in the list, move the pointer with the arrow keys and press Enter."
_STEPS = {
    int(Qt.Key.Key_Left): (-1, 0), int(Qt.Key.Key_Right): (1, 0),
    int(Qt.Key.Key_Up): (0, -1), int(Qt.Key.Key_Down): (0, 1),
}  # fmt: skip
_MARK_KEYS = frozenset({int(Qt.Key.Key_Return), int(Qt.Key.Key_Enter), int(Qt.Key.Key_Space)})
_ROUND = Qt.PenCapStyle.RoundCap
_JOIN = Qt.PenJoinStyle.RoundJoin
_LEAST_POINTS = 310


def paint_scene(painter: QPainter, scene: Scene, scale: float) -> None:
    """Paint the scene at the painter's origin in the palette in force; ``scale`` is pixels a point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    for part in scene.parts:
        _paint(part, painter)
    painter.restore()


@lru_cache(maxsize=32)
def _font(family: str, size: int, bold: bool) -> tuple[QFont, QFontMetricsF]:
    font = QFont(family)
    font.setPixelSize(size)  # one pixel is one point here: the painter is scaled
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font, QFontMetricsF(font)


def _colour(role: str) -> QColor:
    return QColor(theme.drawing()[role])


def _pen(stroke: Role, width: float, dash: tuple[int, ...] = ()) -> QPen:
    pen = QPen(_colour(stroke), width, Qt.PenStyle.SolidLine, _ROUND, _JOIN)
    if dash:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([each / width for each in dash])
    return pen


def _shape(painter: QPainter, fill: Role | None, stroke: Role | None, width: float) -> None:
    painter.setPen(_pen(stroke, width) if stroke is not None else Qt.PenStyle.NoPen)
    painter.setBrush(_colour(fill) if fill is not None else Qt.BrushStyle.NoBrush)


def _points(points: tuple[Place, ...]) -> list[QPointF]:
    return [QPointF(x, y) for x, y in points]


@singledispatch
def _paint(part: Primitive, painter: QPainter) -> None:  # noqa: ARG001 - the kinds that can be drawn use it
    raise TypeError(f"no way to draw {part!r}")


@_paint.register
def _(part: Line, painter: QPainter) -> None:
    painter.setPen(_pen(part.stroke, part.width, part.dash))
    painter.drawLine(QPointF(part.x1, part.y1), QPointF(part.x2, part.y2))


@_paint.register
def _(part: Polyline, painter: QPainter) -> None:
    painter.setPen(_pen(part.stroke, part.width, part.dash))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    points = _points(part.points)
    if len(part.points) > _MANY and not part.dash:
        # One by one with round ends they look the same, and Qt needs a fifth of the time that one outline takes it.
        painter.drawLines([QLineF(a, b) for a, b in pairwise(points)])
    else:
        painter.drawPolyline(points)


@_paint.register
def _(part: Polygon, painter: QPainter) -> None:
    _shape(painter, part.fill, part.stroke, part.width)
    painter.drawPolygon(_points(part.points))


@_paint.register
def _(part: Rectangle, painter: QPainter) -> None:
    _shape(painter, part.fill, part.stroke, part.line)
    painter.drawRect(QRectF(part.x, part.y, part.width, part.height))


@_paint.register
def _(part: Circle, painter: QPainter) -> None:
    _shape(painter, part.fill, part.stroke, part.width)
    painter.drawEllipse(QPointF(part.x, part.y), part.radius, part.radius)


@_paint.register
def _(part: Text, painter: QPainter) -> None:
    font, metrics = _font(painter.font().family(), part.size, part.bold)
    wide = metrics.horizontalAdvance(part.text)
    squeeze = 1.0 if part.room is None or wide <= part.room else part.room / wide
    painter.save()
    painter.translate(part.x, part.y)
    if part.rotation:
        painter.rotate(-part.rotation)
    painter.scale(squeeze, squeeze)
    painter.setFont(font)
    painter.setPen(_colour(part.role))
    painter.drawText(QPointF(-wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[part.anchor], 0), part.text)
    painter.restore()


class SceneView(QWidget):
    """Shows a scene, laid out anew for its own width and the text size, painted from a picture that is kept.

    ``draw`` makes the scene for a width in points; a screen reader says the scene's title and description.
    """

    def __init__(self, draw: Draw, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draw = draw
        self._kept: QPixmap | None = None
        self._kept_for: tuple[object, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._laid_out_for = _LEAST_POINTS * 2
        self.scene = draw(self._laid_out_for)
        self._tried = (self._laid_out_for, self.scene)
        self._name()

    def set_draw(self, draw: Draw) -> None:
        """Show another scene."""
        self._draw = draw
        self._tried = (0, self.scene)
        self._laid_out_for = 0
        self._lay_out()
        self.updateGeometry()

    @property
    def scale(self) -> float:
        """Pixels a point, with the text size in it."""
        return _PIXELS_A_POINT * theme.percent() / 100

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as the scene."""
        return QSize(round(self.scene.width * self.scale), round(self.scene.height * self.scale))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for the narrowest layout, high enough for this one."""
        return QSize(round(_LEAST_POINTS * self.scale), round(self.scene.height * self.scale))

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """A narrower scene may be higher."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The height of the scene at this width in pixels."""
        return round(self._laid(self._points(width)).height * self.scale)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out for the new width."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out for the new text size, paint in the new palette."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange}:
            self._tried = (0, self.scene)
            self._laid_out_for = 0
            self._lay_out()
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Copy the kept picture to the screen."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture())
        painter.end()

    def _points(self, width: int) -> int:
        return max(_LEAST_POINTS, int(width / self.scale))

    def _laid(self, points: int) -> Scene:
        # A layout asks for the height at a width before it gives that width: the scene is laid out once for both.
        if self._tried[0] != points:
            self._tried = (points, self._draw(points))
        return self._tried[1]

    def _lay_out(self) -> None:
        points = self._points(self.width())
        if points == self._laid_out_for:
            return
        before = self.scene.height
        self.scene = self._laid(points)
        self._laid_out_for = points
        self._kept = None
        self._name()
        if self.scene.height != before:
            self.updateGeometry()
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(self.scene.title)
        self.setAccessibleDescription(self.scene.description)

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        wanted = (self.width(), self.height(), ratio, theme.colours().name, theme.percent())
        if self._kept is None or self._kept_for != wanted:
            made = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
            made.setDevicePixelRatio(ratio)
            made.fill(_colour(Role.PAPER))
            painter = QPainter(made)
            painter.setFont(self.font())
            paint_scene(painter, self.scene, self.scale)
            painter.end()
            self._kept, self._kept_for = made, wanted
        return self._kept


class ChartCard(QFrame):
    """A chart with its title, and under it the same data as a table for who asks for it.

    ``draw`` makes the chart for a width in points.
    """

    def __init__(self, draw: Callable[[int], Chart], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._draw = draw
        self.view = SceneView(lambda width: draw(width).scene)
        self.heading = heading(self.view.scene.title)
        self.toggle = link(_SHOW, self.show_table)
        self.table: WrappedTable[tuple[str, ...]] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(M, M, M, M)
        self._column.setSpacing(S)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.view)
        self._column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._name_toggle()

    def set_chart(self, draw: Callable[[int], Chart]) -> None:
        """Show another chart, and its table where the table is open."""
        self._draw = draw
        self.view.set_draw(lambda width: draw(width).scene)
        self.heading.setText(self.view.scene.title)
        shown = self.table is not None and not self.table.isHidden()
        if self.table is not None:
            self._column.removeWidget(self.table)
            self.table.hide()
            self.table.deleteLater()
            self.table = None
        if shown:
            self.show_table()
        self._name_toggle()

    def show_table(self) -> None:
        """Show the table under the picture, or take it away again."""
        if self.table is None:
            self.table = _table(self._draw(_LEAST_POINTS * 2))
            self._column.addWidget(self.table)
            self.table.show()
        else:
            self.table.setVisible(self.table.isHidden())
        self._name_toggle()

    def _name_toggle(self) -> None:
        shown = self.table is not None and not self.table.isHidden()
        self.toggle.setText(_HIDE if shown else _SHOW)
        self.toggle.setAccessibleName(f"{self.toggle.text()}: {self.view.scene.title}")


def _table(chart: Chart) -> WrappedTable[tuple[str, ...]]:
    last = len(chart.headers) - 1
    columns: list[Column[tuple[str, ...]]] = [
        Column(title, partial(_cell, at), stretch=at == last) for at, title in enumerate(chart.headers)
    ]
    table: WrappedTable[tuple[str, ...]] = WrappedTable(f"{chart.scene.title}, as a table", columns)
    table.set_rows(chart.rows)
    rows = min(max(len(chart.rows), 1), _ROWS)
    table.setMinimumHeight(table.horizontalHeader().height() + rows * table.verticalHeader().defaultSectionSize() + 8)
    return table


def _cell(at: int, row: tuple[str, ...]) -> str:
    return row[at]


class _Figures(SceneView):
    """The two figures with a pointer that mouse, finger and arrow keys move."""

    pointed = Signal()
    chosen = Signal()

    def __init__(self) -> None:
        super().__init__(partial(_map, ()))
        self.at: tuple[View, Decimal, Decimal] = centre_of("sacrum")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows move the pointer, with Ctrl by less; Enter or the space bar marks the place."""
        if event.key() in _MARK_KEYS:
            if not event.isAutoRepeat():
                self.chosen.emit()
            return
        step = _STEPS.get(event.key())
        if step is None:
            super().keyPressEvent(event)
            return
        by = _FINE if event.modifiers() & Qt.KeyboardModifier.ControlModifier else _COARSE
        view, x, y = self.at
        x, y = x + step[0] * by * HIGH / WIDE, y + step[1] * by
        # Past the side of one figure the pointer goes on at the other one.
        if x > 1 and view is View.FRONT:
            view, x = View.BACK, Decimal(0)
        elif x < 0 and view is View.BACK:
            view, x = View.FRONT, Decimal(1)
        self.move_to(view, x, y)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click or a tap on a figure marks the place."""
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        px, py = event.position().x() / self.scale, event.position().y() / self.scale
        for view, (left, top, scale) in self._boxes().items():
            x, y = (px - left) / (WIDE * scale), (py - top) / (HIGH * scale)
            if 0 <= x <= 1 and 0 <= y <= 1 and region_at(view, _share(x), _share(y)):
                self.move_to(view, _share(x), _share(y))
                self.chosen.emit()

    def move_to(self, view: View, x: Decimal, y: Decimal) -> None:
        """Put the pointer there, or as near as the box goes."""
        self.at = view, min(max(_share(x), Decimal(0)), Decimal(1)), min(max(_share(y), Decimal(0)), Decimal(1))
        self.pointed.emit()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the pointer."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show it without the focus."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The figures, the pointer, and the line of the focus round both."""
        super().paintEvent(event)
        view, x, y = self.at
        left, top, scale = self._boxes()[view]
        middle = QPointF(left + float(x) * WIDE * scale, top + float(y) * HIGH * scale) * self.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = 11 * self.scale
        for colour, width in (
            (_colour(Role.PAPER), 5),
            (_colour(Role.INK if self.hasFocus() else Role.FAINT), 2),
        ):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(middle, size, size)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(middle + QPointF(dx, dy) * size, middle + QPointF(dx, dy) * size * 1.6)
        if self.hasFocus():
            colours = theme.colours()
            for name, inset, width in ((colours.focus_line, 2, 4), (colours.focus, 2, 2)):
                painter.setPen(QPen(QColor(name), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))
        painter.end()

    def _boxes(self) -> dict[View, tuple[float, float, float]]:
        return figure_boxes(int(self.scene.width), _map_height())


class BodyMapView(QWidget):
    """The body map to mark a place on: a click or a tap, or the list of places, arrow keys and Enter.

    ``placed`` carries the view ("front", "back"), x and y (Decimal, 0 to 1 of the figure's box, three places) and the
    code of the place. A place beside the figures cannot be marked.
    """

    placed = Signal(str, object, object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sites = ChoiceBox(sorted(((each.code, each.listed) for each in SITES), key=lambda each: each[1]))
        self.sites.setAccessibleName("Place on the body")
        self.figures = _Figures()
        self.where = label("", "strong")
        self.button = secondary("Mark this place", self._place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        row = FlowLayout()
        caption = label("Place on the body", wrap=False)
        caption.setBuddy(self.sites)
        for part in (caption, self.sites, self.button):
            row.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.where)
        column.addWidget(label(_HELP, "secondary"))
        column.addWidget(self.figures)
        self.sites.activated.connect(lambda _at: self.point_at(str(self.sites.value())))
        self.figures.pointed.connect(self._say)
        self.figures.chosen.connect(self._place)
        self._say()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Show these marks."""
        self.figures.set_draw(partial(_map, tuple(marks)))
        self._say()

    @property
    def place(self) -> tuple[View, Decimal, Decimal]:
        """Where the pointer is."""
        return self.figures.at

    def point_at(self, code: str) -> None:
        """Move the pointer to a named place; KeyError for one that does not exist."""
        self.figures.move_to(*centre_of(code))

    def _say(self) -> None:
        view, x, y = self.figures.at
        code = region_at(view, x, y)
        words = f"{site(code).label}, {view}" if code else f"Beside the figure, {view}: move onto it to mark a place"
        self.where.setText(f"Pointer: {words}")
        self.button.setEnabled(code is not None)
        self.figures.setAccessibleDescription(f"{words}. {self.figures.scene.description}")
        self.sites.set_value(code)

    def _place(self) -> None:
        view, x, y = self.figures.at
        code = region_at(view, x, y)
        if code is not None:
            self.placed.emit(str(view), x, y, code)


def _map(marks: tuple[Mark, ...], width: int) -> Scene:
    return body_map(marks, width=width, height=_map_height()).scene


def _map_height() -> int:
    # The figures need not grow with the text: at 200 % they must still fit on a small screen.
    return max(_LEAST_MAP, _MAP * 100 // theme.percent())


def _share(share: Decimal | float) -> Decimal:
    return Decimal(str(round(share, 3)))
