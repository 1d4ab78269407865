"""Figures over time: one or more series with background bands, target lines and events.

Thousands of points are thinned to what the picture can show: in each column of one point's width the lowest and the
highest figure stay, so no extreme is ever lost. A missing figure breaks the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from app.domain.charts.axes import Scale, TimeScale, When, figure, instant, scale_for, time_scale
from app.domain.dates import date_time, short_date, to_local
from app.domain.drawing import (
    LEVELS,
    SERIES,
    TINTS,
    Chart,
    Dash,
    Line,
    Place,
    Polyline,
    Primitive,
    Rectangle,
    Role,
    Scene,
    Text,
    centred,
    marker,
)

LEFT, RIGHT, BOTTOM = 46, 74, 24
_MARKED = 8
"""Points of width that a figure needs for a mark of its own; with less only the line is drawn."""
_DASHES: tuple[Dash, ...] = ((), (6, 3), (2, 2), (8, 3, 2, 3))


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at a time. ``value`` None is "tried and not got": it breaks the line. ``note`` goes into the table."""

    at: When
    value: Decimal | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line, oldest figure first or not."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the axis behind the lines, from ``low`` to ``high`` (None is the end of the axis).

    ``level`` 0 is nothing special, 3 most serious.
    """

    label: str
    low: Decimal | None
    high: Decimal | None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A line across at a figure to reach or to keep."""

    label: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a fall, a hospital stay. A letter stands in the picture, the word in table and key."""

    at: When
    label: str


Figure = tuple[datetime, Decimal | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """The axes of a chart over time and where the picture stands between them."""

    x: TimeScale
    y: Scale
    width: int
    top: float
    bottom: float

    @property
    def left(self) -> float:
        """The left end of the picture."""
        return self.x.left

    @property
    def right(self) -> float:
        """The right end of the picture."""
        return self.x.right


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    unit: str = "",
    bands: Sequence[Band] = (),
    targets: Sequence[Target] = (),
    events: Sequence[Event] = (),
    low: Decimal | None = None,
    high: Decimal | None = None,
    foot: Sequence[str] = (),
    width: int = 640,
    height: int = 240,
) -> Chart:
    """The chart. ``low`` and ``high`` are always on the axis (0 and the greatest score, for a score).

    ``unit`` stands at the head of the axis; ``foot`` are lines of words below the picture.
    """
    rows = _legend_rows(series, width)
    lines = [in_order(each.points) for each in series]
    frame = _frame(lines, targets, events, low, high, width, height, rows)
    parts: list[Primitive] = []
    _bands(parts, bands, frame)
    grid(parts, frame, unit)
    _legend(parts, series, width, shown=len(series) > 1)
    labels = _targets(parts, targets, frame)
    keys = _events(parts, events, frame)
    for at, line in enumerate(lines):
        last = _line(parts, at, line, frame)
        if last is not None:
            labels.append((frame.y.y(last), f"{figure(last)} {unit}".strip(), SERIES[at % 4]))
    _band_labels(parts, bands, frame)
    _last_figures(parts, labels, frame)
    if not any(value is not None for line in lines for _, value in line):
        nothing(parts, frame)
    bottom = below(parts, (*keys, *foot), frame)
    scene = Scene(width, bottom, tuple(parts), title, _describe(series, lines, unit))
    heads = tuple(f"{each.name} ({unit})" if unit else each.name for each in series)
    return Chart(scene, ("Date", *heads, "Notes"), partial(_rows, series, events))


# ----------------------------------------------------------------------------------------- parts for every such chart


def frame_of(
    instants: Iterable[datetime],
    values: Iterable[Decimal],
    *,
    width: int,
    top: float,
    bottom: float,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Frame:
    """Axes for these instants and figures."""
    y = scale_for(values, top, bottom, low=low, high=high, most=max(3, int((bottom - top) // 28)))
    return Frame(time_scale(instants, LEFT, width - RIGHT), y, width, top, bottom)


def grid(parts: list[Primitive], frame: Frame, unit: str) -> None:
    """The axes with their figures and dates."""
    for tick in frame.y.ticks:
        y = frame.y.y(tick)
        parts += [
            Line(frame.left, y, frame.right, y, Role.GRID, 1 / 2),
            Text(frame.left - 6, centred(y), figure(tick), anchor="end", room=LEFT - 8),
        ]
    for x, words in frame.x.ticks():
        parts += [
            Line(x, frame.bottom, x, frame.bottom + 4, Role.EDGE),
            Text(x, frame.bottom + 16, words, anchor="middle"),
        ]
    parts += [
        Line(frame.left, frame.top, frame.left, frame.bottom, Role.EDGE),
        Line(frame.left, frame.bottom, frame.right, frame.bottom, Role.EDGE),
    ]
    if unit:
        parts.append(Text(frame.left - 6, frame.top - 10, unit, anchor="end", role=Role.FAINT, room=LEFT - 6))


def nothing(parts: list[Primitive], frame: Frame) -> None:
    """The words of a chart without figures."""
    middle = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
    parts.append(Text(middle[0], middle[1], "Nothing recorded yet", 12, anchor="middle", bold=True))


def below(parts: list[Primitive], lines: Sequence[str], frame: Frame) -> float:
    """Lines of words under the picture; returns the height of it all."""
    y = frame.bottom + BOTTOM
    for words in lines:
        y += 14
        parts.append(Text(frame.left, y - 2, words, room=frame.width - LEFT - 4))
    return y + 2


def thinned(places: Sequence[Place], column: int = 1) -> tuple[Place, ...]:
    """The places (ordered by x) with no more than the highest and the lowest of each column, first and last kept."""
    if len(places) <= 2:
        return tuple(places)
    kept: list[Place] = []
    for group in _columns(places, column):
        highest = min(range(len(group)), key=lambda n: group[n][1])
        lowest = max(range(len(group)), key=lambda n: group[n][1])
        kept += [group[n] for n in sorted({highest, lowest})]
    if kept[0] != places[0]:
        kept.insert(0, places[0])
    if kept[-1] != places[-1]:
        kept.append(places[-1])
    return tuple(kept)


def _columns(places: Sequence[Place], column: int) -> Iterator[list[Place]]:
    group: list[Place] = []
    for place in places:
        if group and place[0] // column != group[0][0] // column:
            yield group
            group = []
        group.append(place)
    yield group


def in_order(points: Iterable[Point]) -> list[Figure]:
    """The figures by their instants, oldest first."""
    return sorted(((instant(each.at), each.value) for each in points), key=lambda each: each[0])


def stretches(line: Sequence[Figure], frame: Frame) -> Iterator[tuple[Place, ...]]:
    """The places of a line, one tuple for each stretch without a missing figure."""
    stretch: list[Place] = []
    for at, value in line:
        if value is None:
            if stretch:
                yield tuple(stretch)
            stretch = []
        else:
            stretch.append((frame.x.x(at), frame.y.y(value)))
    if stretch:
        yield tuple(stretch)


# ------------------------------------------------------------------------------------------------------- inner parts


def _describe(series: Sequence[Series], lines: Sequence[Sequence[Figure]], unit: str) -> str:
    """What a screen reader says: how many, the latest, the lowest and the highest of each series."""
    words = []
    for each, line in zip(series, lines, strict=True):
        known = [(at, value) for at, value in line if value is not None]
        if not known:
            words.append(f"{each.name}: nothing recorded yet.")
            continue
        values = [value for _, value in known]
        day = short_date(to_local(known[-1][0]).date())
        words.append(
            f"{each.name}: {len(known)} recorded, latest {f'{figure(values[-1])} {unit}'.strip()} on {day}, "
            f"lowest {figure(min(values))}, highest {figure(max(values))}."
        )
    return " ".join(words)


def _legend_rows(series: Sequence[Series], width: int) -> int:
    if len(series) < 2:
        return 0
    across = max(1, width // 150)
    return (len(series) + across - 1) // across


def _frame(
    lines: Sequence[Sequence[Figure]],
    targets: Sequence[Target],
    events: Sequence[Event],
    low: Decimal | None,
    high: Decimal | None,
    width: int,
    height: int,
    rows: int,
) -> Frame:
    instants = [at for line in lines for at, _ in line]
    instants += [instant(each.at) for each in events]
    values = [value for line in lines for _, value in line if value is not None]
    top = 26 + rows * 16 + (14 if events else 0)
    every = [*values, *(target.value for target in targets)] if values else [target.value for target in targets]
    return frame_of(instants, every, width=width, top=top, bottom=top + height - 70, low=low, high=high)


def _bands(parts: list[Primitive], bands: Sequence[Band], frame: Frame) -> None:
    for band in bands:
        top, bottom = _ends(band, frame)
        if bottom - top < 1:
            continue
        parts += [
            Rectangle(frame.left, top, frame.right - frame.left, bottom - top, TINTS[band.level]),
            Rectangle(frame.left, top, 6, bottom - top, LEVELS[band.level]),
        ]


def _band_labels(parts: list[Primitive], bands: Sequence[Band], frame: Frame) -> None:
    """Over the lines, on a plate, so that many figures do not hide what the band means."""
    for band in bands:
        top, bottom = _ends(band, frame)
        if bottom - top >= 14:
            plate = 6 + 11 * len(band.label) / 2
            parts += [
                Rectangle(frame.left + 8, top + 1, plate, 12, TINTS[band.level]),
                Text(frame.left + 10, top + 11, band.label, room=plate - 2),
            ]


def _ends(band: Band, frame: Frame) -> tuple[float, float]:
    top = frame.top if band.high is None else frame.y.y(band.high)
    return top, frame.bottom if band.low is None else frame.y.y(band.low)


def _legend(parts: list[Primitive], series: Sequence[Series], width: int, *, shown: bool) -> None:
    if not shown:
        return
    across = max(1, width // 150)
    step = width / across
    for at, each in enumerate(series):
        x, y = 4 + step * (at % across), 8 + 16 * (at // across)
        colour = SERIES[at % 4]
        parts += [
            Line(x, y, x + 26, y, colour, 2, _DASHES[at % 4]),
            marker(at, x + 13, y, 3, colour, Role.INK),
            Text(x + 32, centred(y, 11), each.name, 11, room=step - 40),
        ]


def _targets(parts: list[Primitive], targets: Sequence[Target], frame: Frame) -> list[tuple[float, str, Role]]:
    """The lines across; returns their labels, which stand at the right edge among the latest figures."""
    labels = []
    for target in targets:
        y = frame.y.y(target.value)
        parts.append(Line(frame.left, y, frame.right, y, Role.TARGET, 3 / 2, (8, 4)))
        labels.append((y, f"{target.label} {figure(target.value)}", Role.TARGET))
    return labels


def _events(parts: list[Primitive], events: Sequence[Event], frame: Frame) -> tuple[str, ...]:
    """A letter over a line for each event; returns the lines of the key."""
    kinds = list(dict.fromkeys(each.label for each in events))
    letters = _letters(kinds)
    last = None
    for each in sorted(events, key=lambda e: instant(e.at)):
        x = frame.x.x(instant(each.at))
        parts.append(Line(x, frame.top, x, frame.bottom, Role.EVENT, 1, (3, 3)))
        if last is None or x - last >= 11:
            parts.append(Text(x, frame.top - 4, letters[each.label], 11, Role.EVENT, "middle", bold=True))
            last = x
    if not kinds:
        return ()
    return ("Events: " + ", ".join(f"{letters[kind]} {kind[:1].lower()}{kind[1:]}" for kind in kinds) + ".",)


def _letters(kinds: Sequence[str]) -> dict[str, str]:
    """A letter for each kind of event: its own first one where it is free."""
    taken: dict[str, str] = {}
    for kind in kinds:
        wanted = [char.upper() for char in kind if char.isalpha()] + list("ABCDEFGHIJKLMNOPQRSTUVWXYZ*")
        taken[kind] = next(char for char in wanted if char not in taken.values() or char == "*")
    return taken


def _line(parts: list[Primitive], at: int, line: Sequence[Figure], frame: Frame) -> Decimal | None:
    """Paint one series; returns its latest known figure."""
    colour, dash = SERIES[at % 4], _DASHES[at % 4]
    known = [value for _, value in line if value is not None]
    roomy = len(known) * _MARKED <= frame.right - frame.left
    for stretch in stretches(line, frame):
        places = thinned(stretch)
        if len(places) > 1:
            parts.append(Polyline(places, colour, 2 if roomy else 5 / 4, dash if roomy else ()))
        if roomy or len(places) == 1:
            parts += [marker(at, x, y, 3, colour, Role.INK) for x, y in places]
    return known[-1] if known else None


def _last_figures(parts: list[Primitive], labels: list[tuple[float, str, Role]], frame: Frame) -> None:
    """The latest figures and the targets at the right edge, moved apart where they would stand on each other."""
    y = frame.top - 20
    for wanted, words, colour in sorted(labels, key=lambda each: each[0]):
        y = max(wanted, y + 13)
        parts.append(Text(frame.right + 6, centred(y, 11), words, 11, colour, bold=True, room=RIGHT - 8))


def _when(at: When) -> str:
    return date_time(at) if isinstance(at, datetime) else short_date(at)


def _rows(series: Sequence[Series], events: Sequence[Event]) -> tuple[tuple[str, ...], ...]:
    """Newest first: one row for each time, one column for each series, a last one for notes and events."""
    found: dict[When, tuple[list[str], list[str]]] = {}
    blank: tuple[list[str], list[str]] = ([""] * len(series), [])
    for n, each in enumerate(series):
        for point in each.points:
            cells, notes = found.setdefault(point.at, (list(blank[0]), []))
            cells[n] = "Not taken" if point.value is None else figure_as_typed(point.value)
            if point.note:
                notes.append(point.note)
    for event in events:
        found.setdefault(event.at, (list(blank[0]), []))[1].append(event.label)
    rows = [
        (_when(at), *cells, ". ".join(notes))
        for at, (cells, notes) in sorted(found.items(), key=lambda item: instant(item[0]), reverse=True)
    ]
    return tuple(rows)


def figure_as_typed(value: Decimal) -> str:
    """The figure with the places it was measured to, a true minus."""
    return format(value, "f").replace("-", "−")


def renamed(chart: Chart, *, description: str) -> Chart:
    """The chart with more to say to a screen reader."""
    return replace(chart, scene=replace(chart.scene, description=f"{chart.scene.description} {description}".strip()))
