"""Drawings as SVG files: the scene that the screen shows, standing alone, in the print colours."""

from __future__ import annotations

from functools import singledispatch
from xml.sax.saxutils import escape, quoteattr

from app.domain.drawing import Circle, Line, Place, Polygon, Polyline, Primitive, Rectangle, Role, Scene, Text
from app.reports import fonts
from app.reports.scene import PRINT, fitted

_FAMILIES = "'Open Sans', 'DejaVu Sans', sans-serif"


def svg(scene: Scene) -> str:
    """The scene as the text of one SVG 1.1 file with its title and description; nothing in it points elsewhere."""
    width, height = _n(scene.width), _n(scene.height)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" role="img" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="title description" '
        f'font-family="{_FAMILIES}">'
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        opening,
        f'<title id="title">{_escaped(scene.title)}</title>',
        f'<desc id="description">{_escaped(scene.description)}</desc>',
        f'<rect width="{width}" height="{height}" fill="{PRINT[Role.PAPER]}"/>',
        *(_element(part) for part in scene.parts),
        "</svg>",
        "",
    ]
    return "\n".join(lines)


@singledispatch
def _element(part: Primitive) -> str:
    raise TypeError(f"no way to draw {part!r}")


@_element.register
def _(part: Line) -> str:
    return (
        f'<line x1="{_n(part.x1)}" y1="{_n(part.y1)}" x2="{_n(part.x2)}" y2="{_n(part.y2)}"'
        f"{_pen(part.stroke, part.width, part.dash)}/>"
    )


@_element.register
def _(part: Polyline) -> str:
    return f'<polyline points="{_points(part.points)}" fill="none"{_pen(part.stroke, part.width, part.dash)}/>'


@_element.register
def _(part: Polygon) -> str:
    return f'<polygon points="{_points(part.points)}"{_fill(part.fill)}{_pen(part.stroke, part.width)}/>'


@_element.register
def _(part: Rectangle) -> str:
    return (
        f'<rect x="{_n(part.x)}" y="{_n(part.y)}" width="{_n(part.width)}" height="{_n(part.height)}"'
        f"{_fill(part.fill)}{_pen(part.stroke, part.line)}/>"
    )


@_element.register
def _(part: Circle) -> str:
    return (
        f'<circle cx="{_n(part.x)}" cy="{_n(part.y)}" r="{_n(part.radius)}"'
        f"{_fill(part.fill)}{_pen(part.stroke, part.width)}/>"
    )


@_element.register
def _(part: Text) -> str:
    turned = f' transform="rotate({-part.rotation} {_n(part.x)} {_n(part.y)})"' if part.rotation else ""
    bold = ' font-weight="700"' if part.bold else ""
    anchor = "" if part.anchor == "start" else f' text-anchor="{part.anchor}"'
    return (
        f'<text x="{_n(part.x)}" y="{_n(part.y)}" font-size="{_n(fitted(part))}"{bold}{anchor}{turned}'
        f' fill="{PRINT[part.role]}">{_escaped(part.text)}</text>'
    )


def _escaped(text: str) -> str:
    return escape(fonts.clean(text).replace("\n", " "))


def _pen(stroke: Role | None, width: float, dash: tuple[int, ...] = ()) -> str:
    if stroke is None:
        return ""
    dashes = f" stroke-dasharray={quoteattr(' '.join(map(str, dash)))}" if dash else ""
    return f' stroke="{PRINT[stroke]}" stroke-width="{_n(width)}" stroke-linejoin="round"{dashes}'


def _fill(fill: Role | None) -> str:
    return f' fill="{PRINT[fill] if fill is not None else "none"}"'


def _points(points: tuple[Place, ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
