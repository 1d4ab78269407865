"""A picture as plain values: one drawing that the screen, an SVG file and paper all paint alike.

A scene is a size and its parts in the order in which they are painted. Lengths are points (1/72 inch), y counts
downwards, a text's y is its base line. Colours are roles, never values: each painter has its own, so that the same
scene is right in light, dark and high contrast and on a grey printer. A measurement stays a Decimal until it has its
place; only places are plain numbers. The domain cannot measure text: a text that must not run into something says how
much ``room`` it has, and the painter sets it smaller when it needs more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

SMALL = 10
"""The smallest text of a drawing, in points: nothing that is printed goes below it."""

Anchor = Literal["start", "middle", "end"]
Dash = tuple[int, ...]
Place = tuple[float, float]
"""x and y in points."""


class Role(StrEnum):
    """What a colour is for. Ink is readable on the paper, on every level and on every bar."""

    PAPER = "paper"
    INK = "ink"
    FAINT = "faint"
    GRID = "grid"
    EDGE = "edge"
    LEVEL_0 = "level_0"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    TINT_0 = "tint_0"
    TINT_1 = "tint_1"
    TINT_2 = "tint_2"
    TINT_3 = "tint_3"
    SERIES_1 = "series_1"
    SERIES_2 = "series_2"
    SERIES_3 = "series_3"
    SERIES_4 = "series_4"
    BAR_1 = "bar_1"
    BAR_2 = "bar_2"
    BAR_3 = "bar_3"
    BAR_4 = "bar_4"
    TARGET = "target"
    EVENT = "event"
    USUAL = "usual"
    BODY = "body"
    BODY_LINE = "body_line"
    MARK = "mark"
    ON_MARK = "on_mark"


LEVELS = (Role.LEVEL_0, Role.LEVEL_1, Role.LEVEL_2, Role.LEVEL_3)
"""The fill for 0, 1, 2 and 3 points, or for nothing special up to most serious."""
TINTS = (Role.TINT_0, Role.TINT_1, Role.TINT_2, Role.TINT_3)
"""The same, faint, for what lies behind lines."""
SERIES = (Role.SERIES_1, Role.SERIES_2, Role.SERIES_3, Role.SERIES_4)
BARS = (Role.BAR_1, Role.BAR_2, Role.BAR_3, Role.BAR_4)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: Role = Role.INK
    width: float = 1
    dash: Dash = ()


@dataclass(frozen=True, slots=True)
class Polyline:
    """Straight lines from place to place; two places or more."""

    points: tuple[Place, ...]
    stroke: Role = Role.INK
    width: float = 1
    dash: Dash = ()


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed shape."""

    points: tuple[Place, ...]
    fill: Role | None = None
    stroke: Role | None = None
    width: float = 1


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box by its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: Role | None = None
    stroke: Role | None = None
    line: float = 1


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle by its middle."""

    x: float
    y: float
    radius: float
    fill: Role | None = None
    stroke: Role | None = None
    width: float = 1


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    ``rotation`` is in degrees, anticlockwise about (x, y). ``room`` is the greatest width in points; a painter sets a
    wider text smaller, so that it never runs into its neighbour.
    """

    x: float
    y: float
    text: str
    size: int = SMALL
    role: Role = Role.INK
    anchor: Anchor = "start"
    bold: bool = False
    rotation: int = 0
    room: float | None = None


Primitive = Line | Polyline | Polygon | Rectangle | Circle | Text


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with the words that a screen reader says for it."""

    width: float
    height: float
    parts: tuple[Primitive, ...]
    title: str
    description: str


@dataclass(frozen=True)
class Chart:
    """A picture and the same data as a table: for who cannot see the picture, and for paper.

    The rows are made when somebody asks for them, because most people look at the picture.
    """

    scene: Scene
    headers: tuple[str, ...]
    make_rows: Callable[[], tuple[tuple[str, ...], ...]] = field(compare=False, repr=False)

    @cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The table's rows, each as long as the headers."""
        return self.make_rows()


def centred(y: float, size: int = SMALL) -> float:
    """The base line of a text of this size whose middle is to be at ``y``."""
    return y + size * 9 / 25


def marker(shape: int, x: float, y: float, radius: float, fill: Role, edge: Role) -> Primitive:
    """The mark of a series: circle, square, triangle, diamond, so that a series is never told by its colour alone."""
    r = radius
    if shape % 4 == 0:
        return Circle(x, y, r, fill, edge)
    corners: Sequence[Place] = (
        ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)),
        ((x, y - r * 6 / 5), (x + r * 6 / 5, y + r), (x - r * 6 / 5, y + r)),
        ((x, y - r * 4 / 3), (x + r * 4 / 3, y), (x, y + r * 4 / 3), (x - r * 4 / 3, y)),
    )[shape % 4 - 1]
    return Polygon(tuple(corners), fill, edge)
