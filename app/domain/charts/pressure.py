"""Blood pressure lying and standing, as pairs: how far it falls when the person gets up is what the picture shows.

A fall of 20 mmHg or more in the systolic pressure, or a standing systolic below 90, is marked (RCP, Measurement of
lying and standing blood pressure, 2017). The diastolic rule asks for symptoms too, which a picture does not know: the
instrument judges, the chart marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from app.domain.charts.axes import When, instant
from app.domain.charts.lines import Frame, below, frame_of, grid, nothing
from app.domain.dates import date_time, short_date
from app.domain.drawing import Chart, Line, Primitive, Role, Scene, Text, centred, marker

_FALL, _LOW = 20, 90


@dataclass(frozen=True, slots=True)
class Pressure:
    """One measurement in mmHg; None is not taken. Standing is the lowest of the standing measurements."""

    at: When
    lying_systolic: int | None = None
    lying_diastolic: int | None = None
    standing_systolic: int | None = None
    standing_diastolic: int | None = None
    note: str = ""

    @property
    def fall(self) -> int | None:
        """How far the systolic pressure falls on standing; below zero when it rises."""
        if self.lying_systolic is None or self.standing_systolic is None:
            return None
        return self.lying_systolic - self.standing_systolic

    @property
    def marked(self) -> bool:
        """Whether the fall or the standing pressure asks for somebody to look."""
        low = self.standing_systolic is not None and self.standing_systolic < _LOW
        return low or (self.fall is not None and self.fall >= _FALL)


def pressure_chart(
    readings: Sequence[Pressure], *, title: str = "Blood pressure lying and standing", width: int = 640,
    height: int = 250,
) -> Chart:  # fmt: skip
    """A bar from diastolic to systolic for lying, one beside it for standing, the fall written over marked pairs."""
    ordered = sorted(readings, key=lambda each: instant(each.at))
    values = [Decimal(n) for each in ordered for n in _figures(each) if n is not None]
    frame = frame_of(
        [instant(each.at) for each in ordered],
        values,
        width=width,
        top=44,
        bottom=height - 26,
        low=Decimal(60),
        high=Decimal(140),
    )
    parts: list[Primitive] = []
    grid(parts, frame, "mmHg")
    edge = frame.y.y(Decimal(_LOW))
    parts += [
        Line(frame.left, edge, frame.right, edge, Role.TARGET, 1, (8, 4)),
        Text(frame.right + 6, centred(edge), "Standing 90", role=Role.TARGET, room=64),
    ]
    for x, name, at in ((4, "Lying", 0), (114, "Standing", 1)):
        colour = (Role.SERIES_1, Role.SERIES_2)[at]
        parts += [
            Line(x + 2, 8, x + 24, 8, colour, 3, ((), (3, 2))[at]),
            marker(at, x + 2, 8, 3, colour, Role.INK),
            marker(at, x + 24, 8, 3, colour, Role.INK),
            Text(x + 34, centred(8, 11), name, 11),
        ]
    last: float | None = None
    for each in ordered:
        last = _pair(parts, each, frame, last)
    if not values:
        nothing(parts, frame)
    marked = [each for each in ordered if each.marked]
    foot = f"A figure over a pair is a fall of {_FALL} mmHg or more on standing, or a standing pressure below {_LOW}."
    bottom = below(parts, (foot,) if marked else (), frame)
    headers = ("Date", "Lying (mmHg)", "Standing (mmHg)", "Fall on standing", "Notes")
    return Chart(
        Scene(width, bottom, tuple(parts), title, _description(ordered, marked)), headers, partial(_rows, ordered)
    )


def _figures(each: Pressure) -> tuple[int | None, ...]:
    return each.lying_systolic, each.lying_diastolic, each.standing_systolic, each.standing_diastolic


def _pair(parts: list[Primitive], each: Pressure, frame: Frame, last: float | None) -> float | None:
    x = frame.x.x(instant(each.at))
    for at, (systolic, diastolic) in enumerate(
        ((each.lying_systolic, each.lying_diastolic), (each.standing_systolic, each.standing_diastolic))
    ):
        colour = (Role.SERIES_1, Role.SERIES_2)[at]
        where = x - 4 + at * 8
        ends = [frame.y.y(Decimal(n)) for n in (systolic, diastolic) if n is not None]
        if len(ends) == 2:
            parts.append(Line(where, ends[0], where, ends[1], colour, 3, ((), (3, 2))[at]))
        parts += [marker(at, where, y, 3, colour, Role.INK) for y in ends]
    if not each.marked or (last is not None and x - last < 26):
        return last
    top = min(frame.y.y(Decimal(n)) for n in _figures(each) if n is not None)
    words = "low" if each.fall is None or each.fall < _FALL else f"−{each.fall}"
    parts.append(Text(x, top - 8, words, 11, anchor="middle", bold=True))
    return x


def _rows(ordered: Sequence[Pressure]) -> tuple[tuple[str, ...], ...]:
    return tuple(_row(each) for each in reversed(ordered))


def _row(each: Pressure) -> tuple[str, ...]:
    fall = "" if each.fall is None else f"{each.fall} mmHg" if each.fall > 0 else "None"
    return (
        date_time(each.at) if isinstance(each.at, datetime) else short_date(each.at),
        _pressure(each.lying_systolic, each.lying_diastolic),
        _pressure(each.standing_systolic, each.standing_diastolic),
        fall,
        ". ".join(words for words in ("Marked" if each.marked else "", each.note) if words),
    )


def _pressure(systolic: int | None, diastolic: int | None) -> str:
    if systolic is None and diastolic is None:
        return "Not taken"
    return f"{'?' if systolic is None else systolic}/{'?' if diastolic is None else diastolic}"


def _description(ordered: Sequence[Pressure], marked: Sequence[Pressure]) -> str:
    if not ordered:
        return "Nothing recorded yet."
    date, lying, standing, *_ = _row(ordered[-1])
    return (
        f"{len(ordered)} recorded. Latest {date}: lying {lying}, standing {standing}. "
        f"{len(marked)} with a fall of {_FALL} mmHg or more, or standing below {_LOW}."
    )
