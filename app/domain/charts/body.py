"""The body map: our own outline of a person, front and back, with the places that wounds and injuries have.

Left and right are the resident's, never the reader's: on the front the resident's right hand is on the reader's left.
Places are shares of the figure's box, 0 to 1 from its upper left corner as it stands on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from app.domain.drawing import (
    Chart,
    Circle,
    Place,
    Polygon,
    Polyline,
    Primitive,
    Rectangle,
    Role,
    Scene,
    Text,
    centred,
)

WIDE, HIGH = 420, 1000
"""The figure's box in units of the outline."""
_MIDDLE = WIDE // 2
_HEAD = 30


class View(StrEnum):
    """Which side of the person is seen."""

    FRONT = "front"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Site:
    """A named place: where its middle is (units of the outline), and on which view it is drawn."""

    code: str
    label: str
    view: View
    x: int
    y: int

    @property
    def listed(self) -> str:
        """The name by its noun, "Heel, left (back)": in a long list people look for the part, then for the side."""
        side, _, rest = self.label.partition(" ")
        name = f"{rest[:1].upper()}{rest[1:]}, {side.lower()}" if side in {"Left", "Right"} else self.label
        return f"{name.replace(', from behind', '')} ({self.view})"


# Half of the outline from the top of the head round one side to the crotch: distance from the middle, height.
_HALF = (
    (0, 0), (20, 3), (36, 15), (45, 36), (47, 58), (52, 59), (54, 71), (51, 83), (46, 87), (43, 101), (36, 115),
    (28, 128), (27, 146), (38, 160), (66, 168), (94, 177), (113, 192), (123, 215), (127, 245), (131, 285), (136, 325),
    (143, 360), (152, 400), (159, 440), (164, 474), (168, 492), (177, 512), (183, 538), (184, 564), (181, 588),
    (174, 600), (165, 597), (160, 578), (156, 556), (153, 568), (146, 573), (141, 564), (141, 540), (145, 515),
    (146, 494),
    (141, 470), (132, 435), (122, 395), (114, 358), (107, 320), (101, 285), (95, 256), (92, 268), (89, 300), (84, 335),
    (80, 368), (81, 398), (88, 432), (96, 466), (101, 505), (102, 545), (99, 590), (93, 640), (86, 685), (79, 722),
    (76, 752), (78, 782), (79, 815), (74, 855), (65, 895), (58, 925), (57, 944), (64, 962), (69, 980), (62, 992),
    (44, 996), (30, 990), (26, 972), (29, 950), (30, 930), (28, 900), (22, 860), (17, 820), (19, 785), (24, 755),
    (21, 722), (15, 680), (9, 630), (4, 580), (0, 548),
)  # fmt: skip
# Inner lines of each view: mirrored unless they stand in the middle.
_FRONT_LINES = (
    ((14, 186), (40, 180), (72, 181)),
    ((20, 272), (44, 280), (70, 266)),
    ((62, 500), (40, 524), (12, 545)),
    ((38, 748), (50, 757), (62, 748)),
    ((167, 568), (169, 592)),
    ((173, 566), (175, 594)),
    ((178, 566), (179, 588)),
    ((40, 982), (40, 994)),
    ((48, 981), (48, 994)),
    ((55, 980), (56, 992)),
    ((61, 978), (63, 988)),
    ((13, 60), (21, 57), (29, 60)),
)
_FRONT_MIDDLE = (
    ((-2, 388), (2, 390), (2, 396), (-2, 396)),
    ((-11, 98), (0, 101), (11, 98)),
    ((-6, 82), (-3, 85), (0, 86), (3, 85), (6, 82)),
)
_BACK_LINES = (
    ((22, 222), (34, 262), (56, 284), (68, 262)),
    ((10, 566), (42, 572), (76, 556)),
    ((32, 752), (48, 757), (64, 752)),
    ((120, 372), (130, 377), (141, 372)),
    ((36, 950), (46, 954), (56, 950)),
    ((167, 568), (169, 592)),
    ((173, 566), (175, 594)),
    ((178, 566), (179, 588)),
)
_BACK_MIDDLE = (
    ((0, 170), (0, 240), (0, 330), (0, 430), (0, 466)),
    ((0, 494), (0, 530), (0, 556)),
)
_SIDED = (
    # code, label, views, distance from the middle, height
    ("ear", "ear", "fb", 54, 72),
    ("cheek", "cheek", "f", 30, 88),
    ("shoulder", "shoulder", "fb", 106, 200),
    ("chest", "side of the chest", "f", 48, 240),
    ("ribs", "ribs", "f", 66, 320),
    ("upper_arm", "upper arm", "fb", 117, 275),
    ("inner_elbow", "inside of the elbow", "f", 130, 374),
    ("elbow", "elbow", "b", 132, 370),
    ("forearm", "forearm", "fb", 146, 430),
    ("wrist", "wrist", "fb", 157, 494),
    ("hand", "hand", "fb", 170, 552),
    ("hip", "hip", "fb", 88, 492),
    ("groin", "groin", "f", 40, 520),
    ("thigh", "front of the thigh", "f", 58, 630),
    ("knee", "knee", "f", 50, 752),
    ("shin", "shin", "f", 49, 845),
    ("ankle", "ankle", "fb", 44, 933),
    ("foot", "top of the foot", "f", 46, 965),
    ("toes", "toes", "f", 50, 990),
    ("shoulder_blade", "shoulder blade", "b", 54, 250),
    ("loin", "loin", "b", 52, 372),
    ("buttock", "buttock", "b", 56, 520),
    ("sitting_bone", "sitting bone", "b", 46, 560),
    ("back_of_thigh", "back of the thigh", "b", 56, 650),
    ("back_of_knee", "back of the knee", "b", 49, 752),
    ("calf", "calf", "b", 49, 835),
    ("heel", "heel", "b", 47, 974),
)
_CENTRAL = (
    ("forehead", "Forehead", "f", 34),
    ("nose", "Nose", "f", 74),
    ("chin", "Chin", "f", 114),
    ("throat", "Front of the neck", "f", 146),
    ("breastbone", "Breastbone", "f", 220),
    ("upper_abdomen", "Upper abdomen", "f", 335),
    ("lower_abdomen", "Lower abdomen", "f", 430),
    ("genitals", "Genitals", "f", 540),
    ("back_of_head", "Back of head", "b", 56),
    ("back_of_neck", "Back of the neck", "b", 142),
    ("upper_spine", "Upper spine", "b", 225),
    ("middle_spine", "Middle of the spine", "b", 310),
    ("lower_spine", "Lower spine", "b", 405),
    ("sacrum", "Sacrum", "b", 470),
    ("coccyx", "Tailbone", "b", 508),
)


def _sites() -> tuple[Site, ...]:
    found = []
    for code, label, where, y in _CENTRAL:
        found.append(Site(code, label, View.FRONT if where == "f" else View.BACK, _MIDDLE, y))
    for code, label, views, off, y in _SIDED:
        for letter in views:
            view = View.FRONT if letter == "f" else View.BACK
            for side in ("left", "right"):
                # On the front the resident's left is on the reader's right.
                outwards = 1 if (side == "left") == (view is View.FRONT) else -1
                suffix = "_back" if len(views) == 2 and view is View.BACK else ""
                words = f"{side.capitalize()} {label}" + (", from behind" if suffix else "")
                found.append(Site(f"{side}_{code}{suffix}", words, view, _MIDDLE + outwards * off, y))
    return tuple(found)


SITES = _sites()
"""Every named place; a code is never given another meaning, because records hold it."""
_BY_CODE = {site.code: site for site in SITES}


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered mark; ``x`` and ``y`` are 0 to 1 of the figure's box, ``label`` says what it is ("Category 3")."""

    number: int
    view: View
    x: Decimal
    y: Decimal
    label: str
    letter: str = ""


def site(code: str) -> Site:
    """The place with this code; KeyError for one that does not exist."""
    return _BY_CODE[code]


def centre_of(code: str) -> tuple[View, Decimal, Decimal]:
    """The view a place is drawn on and its middle, 0 to 1 of the figure's box."""
    found = _BY_CODE[code]
    return found.view, Decimal(found.x) / WIDE, Decimal(found.y) / HIGH


def region_at(view: View, x: Decimal, y: Decimal) -> str | None:
    """The code of the place at (x, y), 0 to 1 of the figure's box; None beside the figure.

    A tap a little beside the outline (about a finger's edge) still counts.
    """
    px, py = int(x * WIDE), int(y * HIGH)
    if not _inside(px, py) and not _near(px, py, 9):
        return None
    here = [each for each in SITES if each.view is view]
    return min(here, key=lambda each: (each.x - px) ** 2 + (each.y - py) ** 2).code


@lru_cache(maxsize=1)
def outline() -> tuple[Place, ...]:
    """The closed outline in units, both halves, as smooth as it is painted."""
    side = _smooth(_HALF)
    return (
        *((_MIDDLE + x, y) for x, y in side),
        *((_MIDDLE - x, y) for x, y in reversed(side[1:-1])),
    )


def body_map(
    marks: Sequence[Mark], *, title: str = "Body map", width: int = 520, height: int = 420, key: bool = True
) -> Chart:
    """Both figures side by side with the marks on them, and below what each number stands for."""
    parts: list[Primitive] = []
    boxes = figure_boxes(width, height)
    for view, (left, top, scale) in boxes.items():
        _figure(parts, view, left, top, scale)
    for mark in marks:
        left, top, scale = boxes[mark.view]
        x, y = left + int(mark.x * WIDE * 100) * scale / 100, top + int(mark.y * HIGH * 100) * scale / 100
        _mark(parts, mark, x, y, left + _MIDDLE * scale)
    _, top, scale = boxes[View.FRONT]
    bottom = top + HIGH * scale + 14
    rows = tuple(_row(mark) for mark in marks)
    if key:
        for number, where, what in rows:
            parts.append(Text(8, bottom + 12, f"{number}  {where}: {what}", 11, room=width - 16))
            bottom += 15
        bottom += 6 if marks else 0
    words = ". ".join(f"{number} {where}: {what}" for number, where, what in rows)
    description = f"{words}." if marks else "Nothing marked."
    return Chart(Scene(width, bottom, tuple(parts), title, description), ("Number", "Where", "What"), lambda: rows)


def figure_boxes(width: int, height: int) -> dict[View, tuple[float, float, float]]:
    """Where each figure's box stands in a body map of this size: left, top, points a unit."""
    half = width / 2
    scale = min((height - _HEAD - 14) / HIGH, (half - 56) / WIDE)
    found: dict[View, tuple[float, float, float]] = {}
    for at, view in enumerate(View):
        found[view] = (half * at + (half - WIDE * scale) / 2, _HEAD, scale)
    return found


# ------------------------------------------------------------------------------------------------------- inner parts


def _row(mark: Mark) -> tuple[str, str, str]:
    code = region_at(mark.view, mark.x, mark.y)
    where = _BY_CODE[code].label if code else f"Beside the figure, {mark.view}"
    return str(mark.number), where, mark.label


def _figure(parts: list[Primitive], view: View, left: float, top: float, scale: float) -> None:
    def placed(points: Sequence[Place], side: int = 1) -> tuple[Place, ...]:
        return tuple((left + (_MIDDLE + side * x) * scale, top + y * scale) for x, y in points)

    parts.append(
        Polygon(
            tuple((left + x * scale, top + y * scale) for x, y in outline()), Role.BODY, Role.BODY_LINE, 5 / 4
        )
    )  # fmt: skip
    sided, middle = (_FRONT_LINES, _FRONT_MIDDLE) if view is View.FRONT else (_BACK_LINES, _BACK_MIDDLE)
    for line in sided:
        smooth = _smooth(line)
        parts += [Polyline(placed(smooth, side), Role.BODY_LINE, 3 / 4) for side in (1, -1)]
    parts += [Polyline(placed(_smooth(line)), Role.BODY_LINE, 3 / 4) for line in middle]
    centre = left + _MIDDLE * scale
    edge = WIDE * scale / 2 + 8
    names = ("Right", "Left") if view is View.FRONT else ("Left", "Right")
    parts += [
        Text(centre, 13, view.capitalize(), 13, anchor="middle", bold=True),
        Text(centre - edge, top + 12, names[0], 11, anchor="start", role=Role.FAINT, bold=True),
        Text(centre + edge, top + 12, names[1], 11, anchor="end", role=Role.FAINT, bold=True),
    ]


def _mark(parts: list[Primitive], mark: Mark, x: float, y: float, centre: float) -> None:
    parts += [
        Circle(x, y, 8, Role.MARK, Role.ON_MARK, 3 / 2),
        Text(x, centred(y, 11), str(mark.number), 11, Role.ON_MARK, "middle", bold=True, room=14),
    ]
    if mark.letter:
        wide = 6 + 7 * len(mark.letter)
        left = x + 10 if x >= centre else x - 10 - wide
        parts += [
            Rectangle(left, y - 8, wide, 16, Role.PAPER, Role.MARK),
            Text(left + wide / 2, centred(y, 11), mark.letter, 11, anchor="middle", bold=True, room=wide - 4),
        ]


def _smooth(points: Sequence[tuple[int, int]], steps: int = 6) -> tuple[Place, ...]:
    """A Catmull-Rom curve through the points: it passes each of them and has no corner."""
    if len(points) < 3:
        return tuple(points)
    ends = [points[0], *points, points[-1]]
    found: list[Place] = []
    for n in range(1, len(ends) - 2):
        p0, p1, p2, p3 = ends[n - 1 : n + 3]
        found += [_between(p0, p1, p2, p3, step, steps) for step in range(steps)]
    return (*found, points[-1])


def _between(
    p0: tuple[int, int], p1: tuple[int, int], p2: tuple[int, int], p3: tuple[int, int], step: int, steps: int
) -> Place:
    t = step / steps

    def at(n: int) -> float:
        a, b, c, d = p0[n], p1[n], p2[n], p3[n]
        return (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t) / 2

    return at(0), at(1)


def _inside(x: float, y: float) -> bool:
    inside = False
    edge = outline()
    for (x1, y1), (x2, y2) in pairwise((*edge, edge[0])):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def _near(x: float, y: float, reach: int) -> bool:
    return any((px - x) ** 2 + (py - y) ** 2 <= reach * reach for px, py in outline())
