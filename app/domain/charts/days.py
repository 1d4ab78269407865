"""Charts by day and shift: fluid in and out, bowels, minutes of engagement.

A shift that nobody recorded is not a shift in which nothing happened: it is left open and said, and a day's total with
such a shift is a part total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain.charts.axes import Scale, scale_for
from app.domain.dates import day_date, short_date
from app.domain.drawing import BARS, LEVELS, SMALL, Chart, Line, Primitive, Rectangle, Role, Scene, Text, centred

SHIFTS = ("Early", "Late", "Night")
_LEFT, _RIGHT = 52, 8
_COLUMN, _WIDEST = 58, 96
_HEAD = 44

Amounts = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Day:
    """One day: the amount of each shift, and what came out where that is measured; None or absent is not recorded."""

    day: date
    amounts: Amounts
    out: Amounts = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bowels:
    """One day: the Bristol types of each shift in order; () is "none", None or absent is not recorded."""

    day: date
    types: Mapping[str, tuple[int, ...] | None]
    note: str = ""


def fluid_chart(
    days: Sequence[Day],
    *,
    target: int | None = None,
    limit: int | None = None,
    title: str = "Fluid in and out",
    shifts: tuple[str, ...] = SHIFTS,
    width: int = 640,
) -> Chart:
    """Millilitres in by shift beside millilitres out. A ``target`` is to be reached, a ``limit`` not to be exceeded."""
    return day_bars(title, days, unit="ml", target=target, limit=limit, shifts=shifts, width=width, out=True)


def engagement_chart(
    days: Sequence[tuple[date, int | None]],
    *,
    target: int | None = None,
    title: str = "Minutes of engagement",
    width: int = 640,
) -> Chart:
    """Minutes of engagement a day; None is not recorded."""
    found = [Day(day, {"Minutes": minutes}) for day, minutes in days]
    return day_bars(title, found, unit="minutes", target=target, shifts=("Minutes",), width=width)


def day_bars(
    title: str,
    days: Sequence[Day],
    *,
    unit: str,
    shifts: tuple[str, ...] = SHIFTS,
    target: int | None = None,
    limit: int | None = None,
    out: bool = False,
    width: int = 640,
    height: int = 250,
) -> Chart:
    """A bar for each day, stacked by shift, with its total; the latest days that fit. The table has them all."""
    ordered = sorted(days, key=lambda each: each.day)
    fit = max(1, (width - _LEFT - _RIGHT) // (_COLUMN + (20 if out else 0)))
    shown = ordered[-fit:]
    tops = [total(each.amounts, shifts)[0] for each in shown] + [total(each.out, shifts)[0] for each in shown]
    edges = [edge for edge in (target, limit) if edge is not None]
    y = scale_for([Decimal(n) for n in (*tops, *edges)], _HEAD, height - 40, low=Decimal(0), high=Decimal(10))
    parts: list[Primitive] = []
    _axis(parts, y, width, unit)
    _key(parts, shifts, out=out, width=width)
    step = min(_WIDEST, (width - _LEFT - _RIGHT) / max(1, len(shown)))
    figures: list[Primitive] = []
    for at, each in enumerate(shown):
        left = _LEFT + step * at
        figures += _bar(parts, each.amounts, shifts, y, left + step / 8, step * (3 if out else 6) / 8, BARS)
        if out:
            figures += _bar(
                parts, each.out, shifts, y, left + step * 4 / 8 + 1, step * 3 / 8, (Role.BAR_4,) * len(shifts)
            )
        _day(parts, each.day, left + step / 2, y.bottom, step)
        parts.append(
            Text(left + step / 2, y.bottom + 34, verdict(each, shifts, target, limit), anchor="middle", room=step - 4)
        )
    foot = []
    for edge, words in ((target, "Target"), (limit, "Limit")):
        if edge is not None:
            place = y.y(Decimal(edge))
            parts.append(Line(_LEFT, place, width - _RIGHT, place, Role.TARGET, 3 / 2, (8, 4)))
            if all(abs(y.y(tick) - place) > 11 for tick in y.ticks):
                parts.append(Text(_LEFT - 6, centred(place), words, role=Role.TARGET, anchor="end", bold=True, room=46))
            foot.append(f"The dashed line is the {words.lower()} of {edge:,} {unit}.")
    parts += figures
    if not shown:
        parts.append(Text(width / 2, (_HEAD + y.bottom) / 2, "Nothing recorded yet", 12, anchor="middle", bold=True))
    bottom = y.bottom + 40
    for words in foot:
        bottom += 14
        parts.append(Text(0, bottom, words, room=width - 4))
    bottom = _left_out(parts, len(shown), len(ordered), bottom + 2, width)
    heads = ["Day", *(f"{shift} in ({unit})" if out else _head(shift, unit) for shift in shifts)]
    if len(shifts) > 1:
        heads.append(f"Total {'in ' if out else ''}({unit})")
    if out:
        heads.append(f"Total out ({unit})")
    scene = Scene(width, bottom, tuple(parts), title, _describe(ordered, shifts, unit, target, limit))
    return Chart(
        scene,
        (*heads, "Notes"),
        lambda: tuple(_row(each, shifts, target, limit, out=out) for each in reversed(ordered)),
    )


def total(amounts: Amounts, shifts: Sequence[str]) -> tuple[int, bool, bool]:
    """The sum of what was recorded, whether every shift was, and whether any was."""
    found = [amounts.get(shift) for shift in shifts]
    known = [n for n in found if n is not None]
    return sum(known), len(known) == len(found), bool(known)


def verdict(day: Day, shifts: Sequence[str], target: int | None, limit: int | None) -> str:
    """A day against its target or limit, in a word; a shift without a record keeps a day from being below."""
    amount, whole, some = total(day.amounts, shifts)
    if not some:
        return "no record"
    if limit is not None and amount > limit:
        return "over limit"
    if target is not None and amount >= target:
        return "reached"
    if not whole:
        return "part only"
    return "below" if target is not None else "within" if limit is not None else ""


def bowel_chart(
    days: Sequence[Bowels], *, title: str = "Bowels", shifts: tuple[str, ...] = SHIFTS, width: int = 640
) -> Chart:
    """The Bristol types of each shift and day, and how many days have gone without, day by day."""
    ordered = sorted(days, key=lambda each: each.day)
    fit = max(1, (width - 100 - _RIGHT) // _COLUMN)
    shown, waits = ordered[-fit:], without(ordered, shifts)[-fit:]
    step = min(_WIDEST, (width - 100 - _RIGHT) / max(1, len(shown)))
    row = 24
    parts: list[Primitive] = []
    for at, shift in enumerate(shifts):
        parts.append(Text(0, centred(34 + row * at + row / 2, 11), shift, 11, bold=True, room=94))
    strip = 34 + row * len(shifts) + 6
    parts.append(Text(0, centred(strip + row / 2), "Days without", bold=True, room=94))
    for at, (each, wait) in enumerate(zip(shown, waits, strict=True)):
        left = 100 + step * at
        _day(parts, each.day, left + step / 2, -2, step)
        for n, shift in enumerate(shifts):
            _stool(parts, each.types.get(shift), left, 34 + row * n, step, row)
        days_without, sure = wait
        level = 0 if days_without < 2 else 1 if days_without == 2 else 2
        parts += [
            Rectangle(left, strip, step, row, LEVELS[level], Role.EDGE),
            Text(
                left + step / 2, centred(strip + row / 2, 11), f"{days_without}{'' if sure else '?'}", 11,
                anchor="middle", bold=level > 0,
            ),
        ]  # fmt: skip
    if not shown:
        parts.append(Text(width / 2, 70, "Nothing recorded yet", 12, anchor="middle", bold=True))
    bottom: float = strip + row + 14
    parts.append(
        Text(0, bottom, "Figures are Bristol types. – not recorded. ? a shift was not recorded.", room=width - 4)
    )
    bottom = _left_out(parts, len(shown), len(ordered), bottom + 4, width)
    words = f"{len(ordered)} days. Days without: {_wait_words(without(ordered, shifts)[-1])}." if ordered else ""
    scene = Scene(width, bottom, tuple(parts), title, words or "Nothing recorded yet.")
    return Chart(scene, ("Day", *shifts, "Days without", "Notes"), lambda: _bowel_rows(ordered, shifts))


def without(ordered: Sequence[Bowels], shifts: Sequence[str]) -> list[tuple[int, bool]]:
    """For each day how many days in a row had no stool, this one included, and whether every shift of them is known.

    A day on which one was passed counts 0. A day that is not in the list at all counts, and is not known.
    """
    found: list[tuple[int, bool]] = []
    count, sure = 0, True
    last: date | None = None
    for each in ordered:
        missed = (each.day - last).days - 1 if last else 0
        last = each.day
        got = [each.types.get(shift) for shift in shifts]
        if any(got):
            count, sure = 0, True
        else:
            count += 1 + missed
            sure = sure and not missed and None not in got
        found.append((count, sure))
    return found


# ------------------------------------------------------------------------------------------------------- inner parts


def _axis(parts: list[Primitive], y: Scale, width: int, unit: str) -> None:
    parts.append(Text(_LEFT - 6, _HEAD - 12, unit, anchor="end", role=Role.FAINT, room=_LEFT - 6))
    for tick in y.ticks:
        at = y.y(tick)
        parts += [
            Line(_LEFT, at, width - _RIGHT, at, Role.GRID, 1 / 2),
            Text(_LEFT - 6, centred(at), f"{int(tick):,}", anchor="end", room=_LEFT - 8),
        ]
    parts.append(Line(_LEFT, y.bottom, width - _RIGHT, y.bottom, Role.EDGE))


def _key(parts: list[Primitive], shifts: Sequence[str], *, out: bool, width: int) -> None:
    if len(shifts) < 2 and not out:
        return
    names = [(f"{shift[:1]} {shift}", BARS[at % 3]) for at, shift in enumerate(shifts)]
    if out:
        names.append(("Out", Role.BAR_4))
    step = min(110, width // len(names))
    for at, (name, colour) in enumerate(names):
        parts += [
            Rectangle(2 + step * at, 3, 16, 11, colour, Role.EDGE),
            Text(24 + step * at, centred(9, 11), name, 11, room=step - 28),
        ]


def _bar(
    parts: list[Primitive],
    amounts: Amounts,
    shifts: Sequence[str],
    y: Scale,
    left: float,
    width: float,
    fills: Sequence[Role],
) -> tuple[Primitive, ...]:
    """Paint one bar; returns its figure on a plate, to be painted over the lines."""
    amount, whole, some = total(amounts, shifts)
    done = 0
    for at, shift in enumerate(shifts):
        part = amounts.get(shift)
        if not part:
            continue
        bottom, top = y.y(Decimal(done)), y.y(Decimal(done + part))
        done += part
        parts.append(Rectangle(left, top, width, bottom - top, fills[at % len(fills)], Role.EDGE))
        if bottom - top >= 12 and len(shifts) > 1:
            parts.append(Text(left + width / 2, centred((top + bottom) / 2), shift[:1], anchor="middle"))
    if not some:
        return ()
    words = f"{amount:,}{'' if whole else '+'}"
    middle, top = left + width / 2, y.y(Decimal(amount))
    plate = 2 + 6 * len(words)
    return (
        Rectangle(middle - plate / 2, top - 14, plate, 12, Role.PAPER),
        Text(middle, top - 4, words, anchor="middle", bold=True),
    )


def _day(parts: list[Primitive], day: date, middle: float, top: float, step: float) -> None:
    weekday, rest = day_date(day).split(" ")
    parts += [
        Text(middle, top + 12, f"{weekday} {rest[:6]}", anchor="middle", room=step - 4),
        Text(middle, top + 23, rest[7:], anchor="middle", role=Role.FAINT, room=step - 4),
    ]


def _stool(
    parts: list[Primitive], types: tuple[int, ...] | None, left: float, top: float, width: float, height: float
) -> None:
    level = 0
    if types:
        level = 2 if max(types) >= 6 else 1 if min(types) <= 2 else 0
    words = "–" if types is None else ", ".join(map(str, types)) if types else "none"
    parts += [
        Rectangle(left, top, width, height, LEVELS[level], Role.GRID),
        Text(
            left + width / 2, centred(top + height / 2, 12 if types else SMALL), words, 12 if types else SMALL,
            Role.INK if types else Role.FAINT, "middle", bold=bool(types), room=width - 6,
        ),
    ]  # fmt: skip


def _bowel_rows(ordered: Sequence[Bowels], shifts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    rows = [
        (day_date(each.day), *(_stool_words(each.types.get(shift)) for shift in shifts), _wait_words(wait), each.note)
        for each, wait in zip(ordered, without(ordered, shifts), strict=True)
    ]
    return tuple(reversed(rows))


def _stool_words(types: tuple[int, ...] | None) -> str:
    if types is None:
        return "Not recorded"
    return "None" if not types else f"Type {', '.join(map(str, types))}"


def _wait_words(wait: tuple[int, bool]) -> str:
    return f"{wait[0]}{'' if wait[1] else ', not all shifts recorded'}"


def _left_out(parts: list[Primitive], shown: int, there: int, bottom: float, width: int) -> float:
    if shown == there:
        return bottom + 2
    words = f"The latest {shown} of {there} days; the table has them all."
    parts.append(Text(0, bottom + 12, words, room=width - 4))
    return bottom + 16


def _head(shift: str, unit: str) -> str:
    return shift if shift.lower() == unit else f"{shift} ({unit})"


def _row(day: Day, shifts: Sequence[str], target: int | None, limit: int | None, *, out: bool) -> tuple[str, ...]:
    cells = [short_date(day.day), *(_amount(day.amounts.get(shift)) for shift in shifts)]
    if len(shifts) > 1:
        cells.append(_total_words(day.amounts, shifts))
    if out:
        cells.append(_total_words(day.out, shifts))
    word = verdict(day, shifts, target, limit)
    return (*cells, ". ".join(words for words in (word[:1].upper() + word[1:], day.note) if words))


def _amount(amount: int | None) -> str:
    return "Not recorded" if amount is None else f"{amount:,}"


def _total_words(amounts: Amounts, shifts: Sequence[str]) -> str:
    amount, whole, some = total(amounts, shifts)
    if not some:
        return "Not recorded"
    return f"{amount:,}" if whole else f"At least {amount:,}"


def _describe(ordered: Sequence[Day], shifts: Sequence[str], unit: str, target: int | None, limit: int | None) -> str:
    if not ordered:
        return "Nothing recorded yet."
    last = ordered[-1]
    words = f"{len(ordered)} days. {day_date(last.day)}: {_total_words(last.amounts, shifts).lower()} {unit}"
    word = verdict(last, shifts, target, limit)
    edge = (
        f"Target {target:,} {unit}." if target is not None else f"Limit {limit:,} {unit}." if limit is not None else ""
    )
    return f"{words}{', ' + word if word else ''}. {edge}".strip()
