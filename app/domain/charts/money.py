"""The premium's money as pictures: where the pounds of each month are, and amounts side by side.

Bars carry a letter as well as a colour, and the table beside each picture has every figure to the penny: a bar only
shows what is above nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.charts.axes import Scale, scale_for
from app.domain.charts.lines import Point, Series, Target, line_chart
from app.domain.dates import short_date
from app.domain.drawing import BARS, Chart, Line, Primitive, Rectangle, Role, Scene, Text, centred
from app.domain.home_facts import SpendCategory
from app.domain.ledger import Totals
from app.domain.money import pounds
from app.domain.money_words import CATEGORY_WORDS

_LEFT, _RIGHT = 60, 8
_LETTER = 12
"""Least height of a part of a bar, in points, in which its letter stands."""
PLANNED, USUAL = 15, 29
"""Per cent of residents: what the programme's model assumed, and what its homes claimed for."""
PARTS = ("Paid", "Accepted, not yet paid", "Not answered or not claimed yet", "Refused or reversed")
HEADERS = (
    "Expected", "Not claimed", "Waiting", "Accepted", "Paid", "Outstanding", "Refused", "Reversed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words on two lines, and its figures."""

    name: str
    below: str
    totals: Totals

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """Pence of each of :data:`PARTS`; they add up to what was expected."""
        t = self.totals
        return t.paid, t.outstanding, t.waiting + t.not_claimed, t.refused + t.reversed


def month_bar(ends: date, totals: Totals) -> Bar:
    """The bar of the month in which the day is."""
    name, _, year = short_date(ends)[3:].partition("-")
    return Bar(name, year, totals)


def figures(totals: Totals) -> tuple[str, ...]:
    """The figures under :data:`HEADERS`, in pounds."""
    return tuple(
        pounds(pence)
        for pence in (
            totals.expected, totals.not_claimed, totals.waiting, totals.accepted, totals.paid, totals.outstanding,
            totals.refused, totals.reversed,
        )
    )  # fmt: skip


def money_chart(title: str, bars: Sequence[Bar], *, width: int = 640, height: int = 260) -> Chart:
    """A bar for each month, with where its pounds are."""
    tall = [sum(max(part, 0) for part in bar.parts) for bar in bars]
    lines = 2 if width >= 560 else 4
    top, bottom = 14 + 16 * lines + 12, height + 16 * lines - 34
    y = scale_for([Decimal(pence) / 100 for pence in tall], top, bottom, low=Decimal(0))
    parts: list[Primitive] = []
    _legend(parts, width, lines)
    _axis(parts, y, width)
    step = (width - _LEFT - _RIGHT) / max(len(bars), 1)
    for at, bar in enumerate(bars):
        _bar(parts, bar, y, _LEFT + step * at, step)
    if not any(tall):
        parts.append(Text((_LEFT + width) / 2, (top + bottom) / 2, "Nothing yet", 12, anchor="middle", bold=True))
    whole = sum((bar.totals for bar in bars), Totals())
    description = (
        f"Expected {pounds(whole.expected)}, accepted {pounds(whole.accepted)}, paid {pounds(whole.paid)}, "
        f"outstanding {pounds(whole.outstanding)}."
    )
    rows = [(f"{bar.name} {bar.below}".strip(), *figures(bar.totals)) for bar in bars]
    rows.append(("All", *figures(whole)))
    scene = Scene(width, bottom + 34, tuple(parts), title, description)
    return Chart(scene, ("Month", *HEADERS), lambda: tuple(rows))


def amounts_chart(
    title: str, rows: Sequence[tuple[str, int]], *, head: str, width: int = 640, none: str = "Nothing yet"
) -> Chart:
    """Amounts in pence as bars from the left, each with its words above it; a negative amount has no bar."""
    parts: list[Primitive] = []
    y = 4
    most = max([pence for _, pence in rows] + [1])
    for words, pence in rows:
        parts += [
            Text(0, y + 11, words, 11, room=width - 110),
            Text(width - 4, y + 11, pounds(pence), 11, anchor="end", bold=True),
            Rectangle(0, y + 16, width - 4, 10, Role.PAPER, Role.GRID, 1 / 2),
        ]
        if pence > 0:
            parts.append(
                Rectangle(0, y + 16, max((width - 4) * (pence * 1000 // most) / 1000, 1), 10, BARS[0], Role.EDGE)
            )
        y += 36
    if not rows:
        parts.append(Text(0, 16, none, 12, bold=True))
        y = 24
    whole = sum(pence for _, pence in rows)
    description = ". ".join(f"{words}: {pounds(pence)}" for words, pence in rows) or none
    listed = tuple((words, pounds(pence)) for words, pence in rows)
    scene = Scene(width, y, tuple(parts), title, description)
    return Chart(scene, (head, "Amount"), lambda: (*listed, ("All", pounds(whole))))


def rate_chart(rates: Sequence[tuple[date, Decimal | None]], *, width: int = 640) -> Chart:
    """The claim rate of each week, by its Sunday, against what was planned and what homes claim."""
    points = tuple(Point(day, rate) for day, rate in rates if rate is not None)
    return line_chart(
        "Claim rate by week",
        (Series("Residents claimed or claimable", points),),
        unit="%",
        targets=(Target("Planned", Decimal(PLANNED)), Target("Usual", Decimal(USUAL))),
        low=Decimal(0),
        high=Decimal(40),
        width=width,
    )


def spend_chart(spent: Sequence[tuple[SpendCategory, int]], *, width: int = 640) -> Chart:
    """What was bought, by category."""
    rows = [(CATEGORY_WORDS[category], pence) for category, pence in spent]
    return amounts_chart("Spending by category", rows, head="Category", width=width, none="No spending is recorded")


def _legend(parts: list[Primitive], width: int, lines: int) -> None:
    each = 4 // lines
    wide = width / each
    for at, name in enumerate(PARTS):
        x, y = 2 + wide * (at % each), 3 + 16 * (at // each)
        parts += [
            Rectangle(x, y, 16, 11, BARS[at], Role.EDGE),
            Text(x + 22, centred(y + 11 / 2, 11), f"{name[:1]}  {name}", 11, room=wide - 28),
        ]


def _axis(parts: list[Primitive], y: Scale, width: int) -> None:
    for tick in y.ticks:
        at = y.y(tick)
        parts += [
            Line(_LEFT, at, width - _RIGHT, at, Role.GRID, 1 / 2),
            Text(_LEFT - 6, centred(at), f"£{tick.normalize():,f}", anchor="end", room=_LEFT - 8),
        ]
    parts.append(Line(_LEFT, y.bottom, width - _RIGHT, y.bottom, Role.EDGE))


def _bar(parts: list[Primitive], bar: Bar, y: Scale, left: float, step: float) -> None:
    wide = min(step * 7 / 10, 60)
    x = left + (step - wide) / 2
    done = 0
    for at, pence in enumerate(bar.parts):
        if pence <= 0:
            continue
        low, high = y.y(Decimal(done) / 100), y.y(Decimal(done + pence) / 100)
        done += pence
        parts.append(Rectangle(x, high, wide, low - high, BARS[at], Role.EDGE))
        if low - high >= _LETTER:
            parts.append(Text(left + step / 2, centred((low + high) / 2), PARTS[at][:1], anchor="middle", bold=True))
    middle = left + step / 2
    parts += [
        Text(middle, y.bottom + 12, bar.name, anchor="middle", room=step - 2),
        Text(middle, y.bottom + 24, bar.below, anchor="middle", role=Role.FAINT, room=step - 2),
    ]
