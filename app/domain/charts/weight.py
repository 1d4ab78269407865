"""The weight chart, with the change over the last 1, 3 and 6 months.

The bands are those of MUST step 2: from 5 to 10 % below the weight of 6 months ago, and more than 10 % below it. The
change is worked out on the weights as measured, and rounded only to be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.domain.charts.axes import day_of, instant
from app.domain.charts.lines import Band, Event, Point, Series, Target, line_chart, renamed
from app.domain.dates import short_date
from app.domain.drawing import Chart

_SPANS = ((1, 30, 10), (3, 91, 21), (6, 182, 30))
"""Months, days, and how many days off a weighing may be and still stand for it."""


@dataclass(frozen=True, slots=True)
class Change:
    """How much the latest weight differs from the one about ``months`` ago; None when nobody weighed then."""

    months: int
    then: Point | None
    percent: Decimal | None


def weight_changes(points: Sequence[Point]) -> tuple[Change, ...]:
    """The change over 1, 3 and 6 months up to the latest weight, in exact per cent; below zero is a loss."""
    known = sorted((p for p in points if p.value is not None), key=lambda p: instant(p.at))
    if not known:
        return tuple(Change(months, None, None) for months, _, _ in _SPANS)
    last = known[-1]
    return tuple(_change(months, known[:-1], last, days, off) for months, days, off in _SPANS)


def _change(months: int, before: Sequence[Point], last: Point, days: int, off: int) -> Change:
    wanted = instant(last.at) - timedelta(days=days)
    near = [p for p in before if abs(instant(p.at) - wanted) <= timedelta(days=off)]
    then = min(near, key=lambda p: abs(instant(p.at) - wanted), default=None)
    if then is None or not then.value or last.value is None:
        return Change(months, None, None)
    return Change(months, then, (last.value - then.value) * 100 / then.value)


def weight_chart(
    points: Sequence[Point],
    *,
    target: Decimal | None = None,
    events: Sequence[Event] = (),
    title: str = "Weight",
    width: int = 640,
    height: int = 250,
) -> Chart:
    """Weights in kg with the bands of loss and the change over 1, 3 and 6 months in words."""
    changes = weight_changes(points)
    half_year = changes[-1].then
    bands: tuple[Band, ...] = ()
    if half_year is not None and half_year.value is not None:
        five, ten = (half_year.value * left / 100 for left in (95, 90))
        bands = (
            Band("5 to 10 % below the weight 6 months ago", ten, five, 1),
            Band("More than 10 % below", None, ten, 2),
        )
    words = tuple(_words(change) for change in changes)
    values = [p.value for p in points if p.value is not None]
    floor = [half_year.value * 88 / 100] if half_year is not None and half_year.value is not None else []
    chart = line_chart(
        title,
        [Series("Weight", tuple(points))],
        unit="kg",
        bands=bands,
        targets=[Target("Target", target)] if target is not None else [],
        events=events,
        low=min(values) - 2 if not floor and values else min([*floor, *values], default=None),
        high=max(values) + 2 if values else None,
        foot=words if values else (),
        width=width,
        height=height,
    )
    return renamed(chart, description=" ".join(words) if values else "")


def _words(change: Change) -> str:
    months = f"{change.months} {'month' if change.months == 1 else 'months'}"
    if change.then is None or change.percent is None:
        return f"Over {months}: nobody weighed about then."
    size = abs(change.percent).quantize(Decimal("0.1"), ROUND_HALF_UP)
    kind = "lost" if change.percent < 0 else "gained"
    since = f"from {change.then.value} kg on {short_date(day_of(change.then.at))}"
    return f"Over {months}: no change {since}." if change.percent == 0 else f"Over {months}: {kind} {size} %, {since}."
