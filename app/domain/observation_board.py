"""The charts of one resident's measurements: what a page and a sheet of paper show, and what stands out in them.

A day of the charts by shift runs from 07:00 to 07:00 in the home's own time, so that a night is one shift and belongs
to the day on which it began. A night on which the clocks change is an hour shorter or longer and loses nothing. What
nobody recorded is never counted as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, partial
from itertools import pairwise

from app.domain.behaviour import shift_of
from app.domain.bowels import BowelChart, Motion
from app.domain.charts.axes import day_of
from app.domain.charts.days import SHIFTS, Bowels, Day, bowel_chart, fluid_chart
from app.domain.charts.lines import Band, Point, Series, line_chart, renamed
from app.domain.charts.observations import ObservationSet, news2_chart
from app.domain.charts.pressure import Pressure, pressure_chart
from app.domain.dates import short_date, to_local, to_utc
from app.domain.drawing import Chart
from app.domain.instruments import fluid
from app.domain.nutrition import DatedWeight, WeightLoss, weight_losses
from app.domain.observations import Reading

_EARLY, _LATE, _NIGHT = SHIFTS
_NAMES = {"morning": _EARLY, "afternoon": _LATE, "night": _NIGHT}
_DAY_BEGINS = 7
_FILL = 7
"""How many days without an entry are still shown one by one; a longer gap is left out."""
BLOOD = "Blood or black"
"""How the detail of a stool begins when there was blood or it was black like tar."""
LOW_GLUCOSE = Decimal(4)
"""mmol/L; below it somebody is looked after at once as every carer is taught. The screen says so; no alert is
raised, because no published rule for one has been agreed for the home."""
SEVERE_PAIN = 7
"""From here on a 0 to 10 scale is called severe, as PAINAD's own bands have it."""
_SHOWN_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the charts show, as it stands at ``now``; series are oldest first and begin at ``since``.

    ``losses`` are those of :func:`app.domain.nutrition.weight_losses`, which look further back than ``since`` does.
    ``target`` and ``limit`` are ml a day, one or none of them. ``bowel_state`` is None where no chart is kept.
    ``read`` names the parts that were read, None for all of them; the others are empty for now.
    """

    now: datetime
    since: datetime | None = None
    sets: tuple[ObservationSet, ...] = ()
    usual: ObservationSet | None = None
    weights: tuple[Point, ...] = ()
    losses: Mapping[int, WeightLoss | None] = field(default_factory=dict)
    must: tuple[Point, ...] = ()
    pressures: tuple[Pressure, ...] = ()
    fluids: tuple[Day, ...] = ()
    target: int | None = None
    limit: int | None = None
    bowels: tuple[Bowels, ...] = ()
    bowel_state: BowelChart | None = None
    pain: tuple[Point, ...] = ()
    painad: tuple[Point, ...] = ()
    abbey: tuple[Point, ...] = ()
    glucose: tuple[Point, ...] = ()
    low_fluid: bool = False
    read: frozenset[str] | None = None

    def has(self, part: str) -> bool:
        """Whether the part was read."""
        return self.read is None or part in self.read


# ------------------------------------------------------------------------------------------------- days and shifts


def care_day(at: datetime) -> tuple[date, str]:
    """The day and the shift (of :data:`~app.domain.charts.days.SHIFTS`) that an instant belongs to."""
    utc = at if at.tzinfo is UTC else to_utc(at)
    return _of_hour(utc.toordinal() * 24 + utc.hour)


@lru_cache(maxsize=1 << 16)
def _of_hour(number: int) -> tuple[date, str]:
    """The same for a whole hour of UTC, by its number: shifts, and the change of the clocks, begin on one. A chart of
    ten years that is read again has met its own hours before."""
    local = to_local(datetime.combine(date.fromordinal(number // 24), time(number % 24), UTC))
    day = local.date()
    return (day - timedelta(days=1) if local.hour < _DAY_BEGINS else day), _NAMES[shift_of(local)]


def day_begins(at: datetime) -> datetime:
    """The instant (UTC) at which the day of :func:`care_day` began."""
    return to_utc(datetime.combine(care_day(at)[0], time(_DAY_BEGINS)))


def fluid_days(taken: Iterable[Reading], passed: Iterable[Reading], today: date | None = None) -> tuple[Day, ...]:
    """Millilitres in and out by day and shift, oldest first. Days without an entry stand between the others and up to
    ``today``, unless there are very many of them."""
    amounts: dict[date, dict[str, int | None]] = {}
    out: dict[date, dict[str, int | None]] = {}
    for readings, into in ((taken, amounts), (passed, out)):
        for each in readings:
            if each.value is not None:
                day, shift = care_day(each.at)
                own = into.setdefault(day, {})
                own[shift] = (own.get(shift) or 0) + int(each.value)
    days = _without_gaps({*amounts, *out}, today)
    return tuple(Day(day, amounts.get(day, {}), out.get(day, {})) for day in days)


def taken_on(days: Iterable[Day], day: date) -> int:
    """The millilitres that are recorded as taken in a day; a part of the truth where a shift was not recorded."""
    return sum(amount or 0 for each in days if each.day == day for amount in each.amounts.values())


def known_totals(days: Iterable[Day]) -> dict[date, int]:
    """The millilitres taken in each day of which a total is known: both waking shifts have an entry, be it of 0 ml.

    Many sleep through the night shift, and nobody writes a nought for them.
    """
    return {
        each.day: sum(amount or 0 for amount in each.amounts.values())
        for each in days
        if each.amounts.get(_EARLY) is not None and each.amounts.get(_LATE) is not None
    }


def low_for_two_days(days: Iterable[Day], now: datetime, *, restricted: bool) -> bool:
    """Whether the two days that ended last were both low. The day that is running is not judged: it is not over."""
    yesterday = care_day(now)[0] - timedelta(days=1)
    return fluid.low_two_days(known_totals(days), yesterday, restricted=restricted)


def motion(reading: Reading) -> Motion | None:
    """A stool of the chart; None for one without its type."""
    if reading.value is None:
        return None
    return Motion(reading.at, int(reading.value), reading.detail.startswith(BLOOD))


def bowel_days(readings: Iterable[Reading], today: date | None = None) -> tuple[Bowels, ...]:
    """The stools by day and shift, oldest first, with the days between as :func:`fluid_days` has them."""
    types: dict[date, dict[str, tuple[int, ...] | None]] = {}
    notes: dict[date, list[str]] = {}
    for each in sorted(readings, key=lambda reading: reading.at):
        if each.value is None:
            continue
        day, shift = care_day(each.at)
        own = types.setdefault(day, {})
        own[shift] = (*(own.get(shift) or ()), int(each.value))
        if each.detail:
            notes.setdefault(day, []).append(each.detail)
    return tuple(
        Bowels(day, types.get(day, {}), "; ".join(notes.get(day, ()))) for day in _without_gaps(set(types), today)
    )


def _without_gaps(days: set[date], today: date | None) -> list[date]:
    found = sorted(days)
    if today is not None and found and today > found[-1]:
        found.append(today)
    filled = list(found)
    for before, after in pairwise(found):
        missing = (after - before).days - 1
        if missing <= _FILL:
            filled += [before + timedelta(days=n) for n in range(1, missing + 1)]
    return sorted(filled)


# --------------------------------------------------------------------------------------------------------- weight


def losses(readings: Iterable[Reading], on: date) -> Mapping[int, WeightLoss | None]:
    """What was lost over 1, 3 and 6 months up to the newest weight, exactly."""
    weights = [DatedWeight(to_local(each.at).date(), each.value) for each in readings if each.value is not None]
    return weight_losses(weights, on)


def loss_words(months: int, loss: WeightLoss | None) -> str:
    """ "Over 3 months: lost 4.0 %, from 62.5 kg on 01-Sep-2026."; what is lost is counted from the highest weight."""
    over = f"Over {months} {'month' if months == 1 else 'months'}"
    if loss is None:
        return f"{over}: not known, there is no weight from so long ago."
    since = f"{shown_kg(loss.highest.kg)} kg on {short_date(loss.highest.on)}"
    if loss.percent == 0:
        return f"{over}: no change from the highest, {since}."
    size = abs(loss.percent).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{over}: {'lost' if loss.percent > 0 else 'gained'} {size} % from the highest, {since}."


def shown_kg(value: Decimal) -> str:
    """A weight as it is shown: to the hundredth of a kilogram at the finest. What is kept has every digit."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        value = value.quantize(_SHOWN_PLACES, ROUND_HALF_UP)
    return format(value, "f")


def _weight(board: Board, width: int) -> Chart:
    points = tuple(
        Point(each.at, None if each.value is None else Decimal(shown_kg(each.value)), each.note)
        for each in board.weights
    )
    half_year = board.losses.get(6)
    bands: tuple[Band, ...] = ()
    values = [each.value for each in points if each.value is not None]
    floor = list(values)
    if half_year is not None:
        ten, five = (half_year.highest.kg * left / 100 for left in (90, 95))
        bands = (
            Band("5 to 10 % below the highest of 6 months", ten, five, 1),
            Band("More than 10 % below it", None, ten, 2),
        )
        floor.append(half_year.highest.kg * 88 / 100)
    words = tuple(loss_words(months, loss) for months, loss in board.losses.items()) if board.losses else ()
    chart = line_chart(
        "Weight",
        (Series("Weight", points),),
        unit="kg",
        bands=bands,
        low=min(floor) - 2 if floor else None,
        high=max(values) + 2 if values else None,
        foot=words,
        width=width,
        height=250,
    )
    return renamed(chart, description=" ".join(words))


def _must(board: Board, width: int) -> Chart:
    bands = (
        Band("Low risk", Decimal(0), Decimal(1), 0),
        Band("Medium risk", Decimal(1), Decimal(2), 1),
        Band("High risk", Decimal(2), None, 2),
    )
    return line_chart(
        "MUST", (Series("MUST", board.must),), bands=bands, low=Decimal(0), high=Decimal(6), width=width, height=200
    )


# ------------------------------------------------------------------------------------------------- the other charts


def _news2(board: Board, width: int) -> Chart:
    return news2_chart(board.sets, usual=board.usual, width=width)


def _pressure(board: Board, width: int) -> Chart:
    return pressure_chart(board.pressures, width=width)


def _fluids(board: Board, width: int) -> Chart:
    title = "Fluid in and out, by day from 07:00"
    return fluid_chart(board.fluids, target=board.target, limit=board.limit, title=title, width=width)


def _bowels(board: Board, width: int) -> Chart:
    return bowel_chart(board.bowels, title="Bowels, by day from 07:00", width=width)


def _pain(board: Board, width: int) -> Chart:
    found = (Series("Said, 0 to 10", board.pain), Series("PAINAD", board.painad))
    bands = (Band("Severe", Decimal(SEVERE_PAIN), None, 2),)
    return line_chart(
        "Pain, 0 to 10", [each for each in found if each.points] or found[:1], bands=bands, low=Decimal(0),
        high=Decimal(10), width=width, height=230,
    )  # fmt: skip


def _abbey(board: Board, width: int) -> Chart:
    bands = (
        Band("No pain", Decimal(0), Decimal(3), 0),
        Band("Mild", Decimal(3), Decimal(8), 1),
        Band("Moderate", Decimal(8), Decimal(14), 2),
        Band("Severe", Decimal(14), None, 3),
    )
    return line_chart(
        "Abbey pain scale", (Series("Abbey", board.abbey),), bands=bands, low=Decimal(0), high=Decimal(18),
        width=width, height=230,
    )  # fmt: skip


def _glucose(board: Board, width: int) -> Chart:
    bands = (Band("Below 4.0: low", None, LOW_GLUCOSE, 2),)
    return line_chart(
        "Blood glucose", (Series("Glucose", board.glucose),), unit="mmol/L", bands=bands, low=Decimal(2),
        high=Decimal(12), width=width, height=230,
    )  # fmt: skip


Draw = Callable[[int], Chart]
_Make = Callable[[Board, int], Chart]
_PARTS: Mapping[str, tuple[str, Sequence[tuple[_Make, Callable[[Board], Sequence[object]]]]]] = {
    "news2": ("NEWS2", ((_news2, lambda board: board.sets),)),
    "weight": ("Weight", ((_weight, lambda board: board.weights), (_must, lambda board: board.must))),
    "pressure": ("Blood pressure", ((_pressure, lambda board: board.pressures),)),
    "fluids": ("Fluids", ((_fluids, lambda board: board.fluids),)),
    "bowels": ("Bowels", ((_bowels, lambda board: board.bowels),)),
    "pain": (
        "Pain",
        ((_pain, lambda board: (*board.pain, *board.painad)), (_abbey, lambda board: board.abbey)),
    ),
    "glucose": ("Glucose", ((_glucose, lambda board: board.glucose),)),
}
PARTS: Mapping[str, str] = {key: words for key, (words, _) in _PARTS.items()}
"""The parts that can be shown and printed, in their order, with their words."""


def charts(board: Board, part: str) -> tuple[Draw, ...]:
    """The charts of a part of :data:`PARTS` in which there is anything, each laid out for the width in points that it
    is given."""
    return tuple(partial(make, board) for make, shown in _PARTS[part][1] if shown(board))


def words(board: Board, part: str) -> tuple[str, ...]:
    """What is to be said of a part in plain words: the state of things, nothing that calls for anybody."""
    if part == "news2":
        if board.usual is None or board.usual.total is None:
            return ("What is usual when well is not known yet: sign a NEWS2 on a day when the resident is well.",)
        return (f"Usual when well: NEWS2 {board.usual.total}, on {short_date(to_local(board.usual.at).date())}.",)
    if part == "fluids":
        return (_aim(board),)
    if part == "bowels":
        return (board.bowel_state.words + ".",) if board.bowel_state else ("No bowel chart is kept now.",)
    return ()


def _aim(board: Board) -> str:
    if board.limit is not None:
        return f"Restricted to {board.limit:,} ml a day, by the newest fluid assessment. More than that is the alert."
    if board.target is not None:
        return f"Target: at least {board.target:,} ml a day."
    return "No target is known: record a fluid assessment."


def cautions(board: Board, part: str) -> tuple[str, ...]:
    """What stands out in a part and wants somebody's eye."""
    if part == "bowels" and board.bowel_state is not None:
        return tuple(finding.action for finding in board.bowel_state.findings)
    if part == "fluids":
        found = []
        if board.low_fluid:
            found.append(f"Under {fluid.LOW_ML:,} ml on two days running: tell the nurse or the GP today.")
        today = care_day(board.now)[0]
        if board.limit is not None and taken_on(board.fluids, today) > board.limit:
            found.append("More than the resident's limit today: tell the nurse today.")
        return tuple(found)
    if part == "glucose":
        return _of_latest(board.glucose, "glucose_mmol")
    return _of_latest(board.pain, "pain_nrs") if part == "pain" else ()


def _of_latest(points: Sequence[Point], kind: str) -> tuple[str, ...]:
    value = points[-1].value if points else None
    said = caution(kind, value) if value is not None else ""
    return (f"Latest, {short_date(day_of(points[-1].at))}: {said}",) if said else ()


def caution(kind: str, value: Decimal) -> str:
    """What a single measurement says by itself, in words; empty when it says nothing."""
    if kind == "glucose_mmol" and value < LOW_GLUCOSE:
        return "Below 4.0 mmol/L, which is low. Treat it as the care plan says, tell the nurse, and measure again."
    if kind == "pain_nrs" and value >= SEVERE_PAIN:
        return "Severe pain. Give pain relief as prescribed, tell the nurse, and ask again after 1 hour."
    return ""
