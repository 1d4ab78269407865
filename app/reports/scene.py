"""Drawings on paper: the scene that the screen shows, on a reportlab canvas.

The print colours keep their order of lightness, so that a grey printer still tells the levels apart; the points and
words that stand on them do the rest.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from app.domain.drawing import Circle, Line, Place, Polygon, Polyline, Primitive, Rectangle, Role, Scene, Text
from app.reports import fonts
from app.reports.fonts import Face

PRINT = {
    Role.PAPER: "#ffffff", Role.INK: "#000000", Role.FAINT: "#3b4a54", Role.GRID: "#b4bec4", Role.EDGE: "#4c6272",
    Role.LEVEL_0: "#ffffff", Role.LEVEL_1: "#fff2a8", Role.LEVEL_2: "#ffc26b", Role.LEVEL_3: "#f58f83",
    Role.TINT_0: "#ffffff", Role.TINT_1: "#fffbe0", Role.TINT_2: "#ffefd9", Role.TINT_3: "#fde6e3",
    Role.SERIES_1: "#003f8a", Role.SERIES_2: "#7c2855", Role.SERIES_3: "#00552d", Role.SERIES_4: "#3f4b52",
    Role.BAR_1: "#8fbce6", Role.BAR_2: "#b9d6f0", Role.BAR_3: "#dfecf8", Role.BAR_4: "#e6c8d8",
    Role.TARGET: "#00662f", Role.EVENT: "#7c2855", Role.USUAL: "#330072",
    Role.BODY: "#f1f5f7", Role.BODY_LINE: "#4c6272", Role.MARK: "#8f1a10", Role.ON_MARK: "#ffffff",
}  # fmt: skip


def draw(scene: Scene, canvas: Any, x: float, top: float, *, width: float | None = None) -> float:
    """Paint the scene with its upper left corner at (x, top), both in the canvas's own points from the lower left.

    ``width`` scales it; without one it is as large as it says. Returns the height that it took.
    """
    scale = 1.0 if width is None else width / scene.width
    canvas.saveState()
    canvas.translate(x, top)
    canvas.scale(scale, scale)
    canvas.setLineJoin(1)
    for part in scene.parts:
        _paint(part, canvas)
    canvas.restoreState()
    return scene.height * scale


def fitted(text: Text) -> float:
    """The size at which the text has room, in points."""
    wide = fonts.width(fonts.clean(text.text), _face(text), text.size)
    if text.room is None or wide <= text.room:
        return text.size
    return text.size * text.room / wide


def _face(text: Text) -> Face:
    return Face.BOLD if text.bold else Face.REGULAR


@singledispatch
def _paint(part: Primitive, canvas: Any) -> None:  # noqa: ARG001 - the kinds that can be drawn use it
    raise TypeError(f"no way to draw {part!r}")


@_paint.register
def _(part: Line, canvas: Any) -> None:
    _pen(canvas, part.stroke, part.width, part.dash)
    canvas.line(part.x1, -part.y1, part.x2, -part.y2)


@_paint.register
def _(part: Polyline, canvas: Any) -> None:
    _pen(canvas, part.stroke, part.width, part.dash)
    canvas.drawPath(_path(canvas, part.points), stroke=1, fill=0)


@_paint.register
def _(part: Polygon, canvas: Any) -> None:
    path = _path(canvas, part.points)
    path.close()
    canvas.drawPath(path, **_fill(canvas, part.fill, part.stroke, part.width))


@_paint.register
def _(part: Rectangle, canvas: Any) -> None:
    how = _fill(canvas, part.fill, part.stroke, part.line)
    canvas.rect(part.x, -part.y - part.height, part.width, part.height, **how)


@_paint.register
def _(part: Circle, canvas: Any) -> None:
    canvas.circle(part.x, -part.y, part.radius, **_fill(canvas, part.fill, part.stroke, part.width))


@_paint.register
def _(part: Text, canvas: Any) -> None:
    size = fitted(part)
    face = _face(part)
    words = fonts.clean(part.text)
    wide = fonts.width(words, face, size)
    canvas.saveState()
    canvas.translate(part.x, -part.y)
    if part.rotation:
        canvas.rotate(part.rotation)
    canvas.setFillColor(PRINT[part.role])
    text = canvas.beginText(-wide * {"start": 0, "middle": 0.5, "end": 1}[part.anchor], 0)
    for font, piece in fonts.runs(words, face):
        text.setFont(font, size)
        text.textOut(piece)
    canvas.drawText(text)
    canvas.restoreState()


def _pen(canvas: Any, stroke: Role, width: float, dash: tuple[int, ...] = ()) -> None:
    canvas.setStrokeColor(PRINT[stroke])
    canvas.setLineWidth(width)
    canvas.setDash(list(dash))


def _fill(canvas: Any, fill: Role | None, stroke: Role | None, width: float) -> dict[str, int]:
    if fill is not None:
        canvas.setFillColor(PRINT[fill])
    if stroke is not None:
        _pen(canvas, stroke, width)
    return {"fill": int(fill is not None), "stroke": int(stroke is not None)}


def _path(canvas: Any, points: tuple[Place, ...]) -> Any:
    path = canvas.beginPath()
    path.moveTo(points[0][0], -points[0][1])
    for x, y in points[1:]:
        path.lineTo(x, -y)
    return path
