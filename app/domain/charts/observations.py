"""The observation chart: NEWS2 measurements in their scoring zones over time, as a ward reads them.

The zones are those of the RCP's table (National Early Warning Score 2, December 2017); a test holds them against the
scorer for every value that it accepts. The points stand beside every zone, so that nothing is told by colour alone, and
a value that is missing is a gap, never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import pairwise

from app.domain.dates import clock_time, date_time, short_date, to_local
from app.domain.drawing import LEVELS, SMALL, Chart, Line, Primitive, Rectangle, Role, Scene, Text, centred, marker

ACKNOWLEDGEMENT = "Zones and points: National Early Warning Score (NEWS) 2, © Royal College of Physicians 2017."

Value = int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class ObservationSet:
    """What was measured at one time; None is "not taken". ``band`` is the code of the result, as it was signed.

    ``total`` is None without a total; with ``at_least`` it is a lower bound, because something is missing. ``note``
    explains a set without figures ("refused").
    """

    at: datetime
    resp_rate: int | None = None
    spo2: int | None = None
    spo2_scale: int | None = None
    on_oxygen: bool | None = None
    systolic: int | None = None
    pulse: int | None = None
    consciousness: str | None = None
    temp_c: Decimal | None = None
    total: int | None = None
    band: str | None = None
    at_least: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Values from ``low`` to ``high`` (both included, None is open) that score ``points``."""

    label: str
    points: int
    low: Decimal | None = None
    high: Decimal | None = None
    words: tuple[str, ...] = ()
    oxygen: bool | None = None
    tall: bool = False

    def holds(self, value: Value, oxygen: bool | None) -> bool:
        """Whether the value, taken with or without oxygen, is in this zone."""
        if isinstance(value, str) or value is None:
            return value in self.words
        inside = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return inside and (self.oxygen is None or self.oxygen == oxygen)


def _z(
    label: str, points: int, low: str | None = None, high: str | None = None, oxygen: bool | None = None, tall: int = 0
) -> Zone:
    bounds = [None if edge is None else Decimal(edge) for edge in (low, high)]
    return Zone(label, points, bounds[0], bounds[1], oxygen=oxygen, tall=bool(tall))


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter: its zones from the top down."""

    key: str
    title: str
    unit: str
    zones: tuple[Zone, ...]

    def zone_of(self, value: Value, oxygen: bool | None = None) -> Zone | None:
        """The zone of a value; None for a missing one, and where the oxygen that decides is not known."""
        if value is None:
            return None
        found = [zone for zone in self.zones if zone.holds(value, oxygen)]
        return found[0] if len(found) == 1 else None


RESP = Row("resp_rate", "Breathing rate", "a minute", (
    _z("25 or more", 3, "25"), _z("21–24", 2, "21", "24"), _z("12–20", 0, "12", "20", tall=1),
    _z("9–11", 1, "9", "11"), _z("8 or less", 3, None, "8"),
))  # fmt: skip
SPO2_SCALE_1 = Row("spo2", "SpO₂ scale 1", "%", (
    _z("96 or more", 0, "96"), _z("94–95", 1, "94", "95"), _z("92–93", 2, "92", "93"), _z("91 or less", 3, None, "91"),
))  # fmt: skip
SPO2_SCALE_2 = Row("spo2", "SpO₂ scale 2", "%", (
    _z("97+ oxygen", 3, "97", None, oxygen=True), _z("95–96 oxygen", 2, "95", "96", oxygen=True),
    _z("93–94 oxygen", 1, "93", "94", oxygen=True), _z("93+ on air", 0, "93", None, oxygen=False),
    _z("88–92", 0, "88", "92"), _z("86–87", 1, "86", "87"), _z("84–85", 2, "84", "85"),
    _z("83 or less", 3, None, "83"),
))  # fmt: skip
OXYGEN = Row("on_oxygen", "Air or oxygen", "", (
    Zone("Oxygen", 2, words=("O₂",)), Zone("Air", 0, words=("Air",)),
))  # fmt: skip
SYSTOLIC = Row("systolic", "Systolic", "mmHg", (
    _z("220 or more", 3, "220"), _z("111–219", 0, "111", "219", tall=1), _z("101–110", 1, "101", "110"),
    _z("91–100", 2, "91", "100"), _z("90 or less", 3, None, "90"),
))  # fmt: skip
PULSE = Row("pulse", "Pulse", "a minute", (
    _z("131 or more", 3, "131"), _z("111–130", 2, "111", "130"), _z("91–110", 1, "91", "110"),
    _z("51–90", 0, "51", "90", tall=1), _z("41–50", 1, "41", "50"), _z("40 or less", 3, None, "40"),
))  # fmt: skip
AWAKE = Row("consciousness", "Consciousness", "", (
    Zone("Alert", 0, words=("A",)), Zone("C, V, P or U", 3, words=("C", "V", "P", "U")),
))  # fmt: skip
TEMP = Row("temp_c", "Temperature", "°C", (
    _z("39.1 or more", 2, "39.1"), _z("38.1–39.0", 1, "38.1", "39.0"), _z("36.1–38.0", 0, "36.1", "38.0", tall=1),
    _z("35.1–36.0", 1, "35.1", "36.0"), _z("35.0 or less", 3, None, "35.0"),
))  # fmt: skip

# The least and greatest value that the scorer accepts close the open zones, so that a dot has a place in them.
_ENDS = {
    "resp_rate": (0, 60), "spo2": (50, 100), "systolic": (40, 300), "pulse": (20, 250), "temp_c": (30, 45),
}  # fmt: skip
_AWAKE_WORDS = {
    "A": "Alert", "C": "New or worse confusion", "V": "Responds to voice", "P": "Responds to pain", "U": "Unresponsive",
}  # fmt: skip
_BANDS = {
    "low": ("Low", "", 0),
    "low_medium": ("Low to", "medium", 1),
    "medium": ("Medium", "", 2),
    "high": ("High", "", 3),
    "incomplete_red_flag": ("Part,", "one red", 2),
    "incomplete": ("Part", "only", 0),
}
_TITLE_WIDTH = 92
_ZONE_WIDTH = 74
_POINTS_WIDTH = 22
_LEFT = _TITLE_WIDTH + _ZONE_WIDTH + _POINTS_WIDTH
_COLUMN = 42
_WIDEST = 68
_USUAL = 52
_HEAD = 46
_LOW_ROW, _TALL_ROW = 14, 27
_TOTAL = 52
_FOOT = 32


def fitting(width: int, *, usual: bool = True) -> int:
    """How many sets one chart of this width shows; at least one."""
    return max(1, (width - _LEFT - (_USUAL if usual else 0)) // _COLUMN)


def news2_chart(
    sets: Sequence[ObservationSet], *, usual: ObservationSet | None = None, width: int = 760, title: str = ""
) -> Chart:
    """The chart of these sets (oldest first), the latest that fit, with the resident's usual set beside the newest.

    The table has every set, also those that the picture has no room for.
    """
    ordered = sorted(sets, key=lambda each: each.at)
    shown = ordered[-fitting(width, usual=usual is not None) :]
    rows = _rows(shown, usual)
    columns = len(shown)
    free = width - _LEFT - (_USUAL if usual else 0)
    step = min(_WIDEST, free // columns) if columns else free
    right = _LEFT + (step * columns if columns else free)
    parts: list[Primitive] = []
    y: float = _HEAD
    lanes: list[tuple[Row, dict[Zone, tuple[float, float]]]] = []
    for row in rows:
        lane, bottom = _lane(parts, row, y, right, _USUAL if usual else 0)
        lanes.append((row, lane))
        y = bottom + 4
    bottom = y
    middles = [_LEFT + step * at + step / 2 for at in range(columns)]
    _columns(parts, shown, middles, step, bottom)
    for row, lane in lanes:
        _trace(parts, row, lane, shown, middles)
        if usual:
            _dot(parts, row, lane, usual, right + _USUAL / 2, usual=True)
    _totals(parts, shown, middles, step, bottom, usual, right)
    if not columns:
        parts.append(
            Text((_LEFT + right) / 2, _HEAD / 2, "No observations recorded yet", 12, Role.INK, "middle", bold=True)
        )
    height = bottom + _TOTAL + _FOOT
    notes = _notes(ordered, shown)
    parts += [
        Text(0, height - 18, notes, SMALL, Role.INK, room=width - 4),
        Text(0, height - 4, ACKNOWLEDGEMENT, SMALL, Role.FAINT, room=width - 4),
    ]
    scene = Scene(
        max(width, right + (_USUAL if usual else 0)),
        height,
        tuple(parts),
        title or "NEWS2 observation chart",
        _description(ordered, usual),
    )
    return Chart(scene, _HEADERS, partial(_table, ordered, usual))


def place_in(row: Row, zone: Zone, value: Value, top: float, height: float) -> float:
    """The y of a value's dot inside its zone, which begins at ``top``: a higher value stands higher."""
    if not zone.tall or value is None or isinstance(value, str):
        return top + height / 2
    ends = _ENDS[row.key]
    low = zone.low if zone.low is not None else Decimal(ends[0])
    high = zone.high if zone.high is not None else Decimal(ends[1])
    share = int((high - value) * 1000 / (high - low))
    return top + 7 + (height - 14) * share / 1000


# ------------------------------------------------------------------------------------------------------- the picture


def _rows(shown: Sequence[ObservationSet], usual: ObservationSet | None) -> tuple[Row, ...]:
    scales = {each.spo2_scale for each in (*shown, *((usual,) if usual else ()))}
    spo2 = [SPO2_SCALE_1] if 1 in scales or 2 not in scales else []
    if 2 in scales:
        spo2.append(SPO2_SCALE_2)
    return (RESP, *spo2, OXYGEN, SYSTOLIC, PULSE, AWAKE, TEMP)


def _lane(
    parts: list[Primitive], row: Row, top: float, right: float, usual: int
) -> tuple[dict[Zone, tuple[float, float]], float]:
    """Paint the zones of one parameter; returns where each is, and the bottom."""
    lane: dict[Zone, tuple[float, float]] = {}
    y = top
    for zone in row.zones:
        height = _TALL_ROW if zone.tall else _LOW_ROW
        lane[zone] = (y, height)
        parts += [
            Rectangle(_TITLE_WIDTH, y, right - _TITLE_WIDTH, height, LEVELS[zone.points], Role.GRID, 1 / 2),
            Text(_TITLE_WIDTH + 4, centred(y + height / 2), zone.label, room=_ZONE_WIDTH - 6),
            Text(_LEFT - _POINTS_WIDTH / 2, centred(y + height / 2), str(zone.points), anchor="middle", bold=True),
        ]
        if usual:
            parts.append(Rectangle(right + 4, y, usual - 4, height, LEVELS[zone.points], Role.GRID, 1 / 2))
        y += height
    parts.append(Rectangle(_TITLE_WIDTH, top, right - _TITLE_WIDTH, y - top, None, Role.EDGE))
    if usual:
        parts.append(Rectangle(right + 4, top, usual - 4, y - top, None, Role.USUAL, 3 / 2))
    middle = (top + y) / 2
    parts.append(Text(0, centred(middle - (6 if row.unit else 0), 11), row.title, 11, bold=True, room=_TITLE_WIDTH - 6))
    if row.unit:
        parts.append(Text(0, centred(middle + 8), row.unit, role=Role.FAINT))
    return lane, y


def _columns(
    parts: list[Primitive], shown: Sequence[ObservationSet], middles: list[float], step: int, bottom: float
) -> None:
    parts += [
        Text(_TITLE_WIDTH + 4, _HEAD - 6, "Range", role=Role.FAINT),
        Text(_LEFT - 3, _HEAD - 6, "Points", role=Role.FAINT, anchor="end", room=_POINTS_WIDTH + 12),
    ]
    last = None
    for each, x in zip(shown, middles, strict=True):
        day, year = short_date(to_local(each.at).date()).rsplit("-", 1)
        new = (day, year) != last
        last = (day, year)
        parts += [
            Text(x, 11, day, anchor="middle", bold=True, room=step - 3, role=Role.INK if new else Role.FAINT),
            Text(x, 24, year, anchor="middle", room=step - 3, role=Role.INK if new else Role.FAINT),
            Text(x, _HEAD - 6, clock_time(each.at), 11, anchor="middle", bold=True, room=step - 3),
            Line(x + step / 2, _HEAD - 18, x + step / 2, bottom - 4, Role.GRID, 1 / 2),
        ]
        if new:
            parts.append(Line(x - step / 2, 2, x - step / 2, bottom - 4, Role.EDGE, 1))


def _trace(
    parts: list[Primitive],
    row: Row,
    lane: dict[Zone, tuple[float, float]],
    shown: Sequence[ObservationSet],
    middles: list[float],
) -> None:
    """The trend between sets that follow each other, then the values on top of it."""
    places = [_spot(row, lane, each) for each in shown]
    at = zip(middles, places, strict=True)
    for (x1, y1), (x2, y2) in pairwise(at):
        if y1 is not None and y2 is not None and row.zones[0].words == ():
            parts.append(Line(x1 - 13, y1, x2 - 13, y2, Role.SERIES_1, 5 / 4))
    for each, x in zip(shown, middles, strict=True):
        _dot(parts, row, lane, each, x)


def _spot(row: Row, lane: dict[Zone, tuple[float, float]], each: ObservationSet) -> float | None:
    value = _value(row, each)
    zone = row.zone_of(value, each.on_oxygen)
    return None if zone is None else place_in(row, zone, value, *lane[zone])


def _dot(
    parts: list[Primitive],
    row: Row,
    lane: dict[Zone, tuple[float, float]],
    each: ObservationSet,
    x: float,
    *,
    usual: bool = False,
) -> None:
    value = _value(row, each)
    zone = row.zone_of(value, each.on_oxygen)
    if zone is None:
        return
    y = place_in(row, zone, value, *lane[zone])
    # The plate keeps the trend line from running through the figure.
    parts += [
        Rectangle(x - 9, y - 6, 4 + 13 * len(str(value)) / 2, 12, LEVELS[zone.points]),
        marker(
            3 if usual else 0, x - 13, y, 3, Role.PAPER if usual else Role.SERIES_1, Role.USUAL if usual else Role.INK
        ),
        Text(x - 7, centred(y), str(value), bold=True, room=28),
    ]


def _value(row: Row, each: ObservationSet) -> Value:
    if row is OXYGEN:
        return None if each.on_oxygen is None else "O₂" if each.on_oxygen else "Air"
    if row in (SPO2_SCALE_1, SPO2_SCALE_2) and each.spo2_scale != (1 if row is SPO2_SCALE_1 else 2):
        return None
    found: Value = getattr(each, row.key)
    return found


def _totals(
    parts: list[Primitive],
    shown: Sequence[ObservationSet],
    middles: list[float],
    step: int,
    top: float,
    usual: ObservationSet | None,
    right: float,
) -> None:
    parts.append(Text(0, centred(top + 12, 12), "NEWS2 total", 12, bold=True))
    if usual and usual.total is not None:
        parts.append(Text(0, centred(top + 44), "Against usual", role=Role.FAINT))
    for each, x in zip(shown, middles, strict=True):
        _total(parts, each, x - step / 2, step, top)
        if usual and usual.total is not None and each.total is not None and not each.at_least:
            parts.append(Text(x, centred(top + 44), _against(each.total - usual.total), anchor="middle", bold=True))
    if usual:
        middle = right + 2 + _USUAL / 2
        parts += [
            Text(middle, 24, "Usual", 11, anchor="middle", bold=True, room=_USUAL - 4),
            Text(middle, _HEAD - 6, "when well", anchor="middle", room=_USUAL - 4),
        ]
        _total(parts, usual, right + 4, _USUAL - 4, top)


def _total(parts: list[Primitive], each: ObservationSet, left: float, width: float, top: float) -> None:
    first, second, level = _BANDS.get(each.band or "", ("", "", 0))
    middle = left + width / 2
    parts += [
        Rectangle(left, top, width, 36, LEVELS[level], Role.EDGE),
        Text(middle, top + 12, _figure(each), 12, anchor="middle", bold=True, room=width - 4),
        Text(middle, top + (23 if second else 26), first, SMALL, anchor="middle", room=width - 4),
    ]
    if second:
        parts.append(Text(middle, top + 32, second, SMALL, anchor="middle", room=width - 4))


def _figure(each: ObservationSet) -> str:
    if each.total is None:
        return "–"
    return f"{each.total}+" if each.at_least else str(each.total)


def _against(change: int) -> str:
    return "same" if change == 0 else f"+{change}" if change > 0 else f"−{-change}"


def _notes(ordered: Sequence[ObservationSet], shown: Sequence[ObservationSet]) -> str:
    words = []
    if len(shown) < len(ordered):
        words.append(f"The latest {len(shown)} of {len(ordered)} sets; the table has them all.")
    if any(each.spo2 is not None and each.spo2_scale not in (1, 2) for each in shown):
        words.append("SpO₂ without its scale is in the table only.")
    words.append("A gap is a value that was not taken.")
    return " ".join(words)


# --------------------------------------------------------------------------------------------------------- the words

_HEADERS = (
    "Date and time", "Breathing rate", "SpO₂ %", "Air or oxygen", "Systolic", "Pulse", "Consciousness",
    "Temperature °C", "NEWS2", "Band",
)  # fmt: skip
BAND_WORDS = {
    "low": "Low",
    "low_medium": "Low to medium: one red score",
    "medium": "Medium",
    "high": "High",
    "incomplete_red_flag": "Incomplete, with one red score",
    "incomplete": "Incomplete",
}


def _table(ordered: Sequence[ObservationSet], usual: ObservationSet | None) -> tuple[tuple[str, ...], ...]:
    rows = [_table_row(date_time(each.at), each) for each in reversed(ordered)]
    if usual:
        rows.append(_table_row(f"Usual, when well ({short_date(to_local(usual.at).date())})", usual))
    return tuple(rows)


def _table_row(when: str, each: ObservationSet) -> tuple[str, ...]:
    scale = f" (scale {each.spo2_scale})" if each.spo2_scale else " (scale not recorded)"
    return (
        when,
        _said(each.resp_rate),
        "Not taken" if each.spo2 is None else f"{each.spo2}{scale}",
        "Not recorded" if each.on_oxygen is None else "Oxygen" if each.on_oxygen else "Air",
        _said(each.systolic),
        _said(each.pulse),
        _AWAKE_WORDS.get(each.consciousness or "", "Not recorded"),
        _said(each.temp_c),
        "No total" if each.total is None else f"{'At least ' if each.at_least else ''}{each.total}",
        BAND_WORDS.get(each.band or "", "") + (f". {each.note}" if each.note else ""),
    )


def _said(value: int | Decimal | None) -> str:
    return "Not taken" if value is None else str(value)


def _description(ordered: Sequence[ObservationSet], usual: ObservationSet | None) -> str:
    if not ordered:
        return "No observations recorded yet."
    last = ordered[-1]
    words = [f"{len(ordered)} {'set' if len(ordered) == 1 else 'sets'} of observations."]
    band = BAND_WORDS.get(last.band or "", "")
    words.append(f"Latest {date_time(last.at)}: NEWS2 {_table_row('', last)[8].lower()}{', ' + band if band else ''}.")
    if usual and usual.total is not None:
        words.append(f"Usual when well: {usual.total}.")
    return " ".join(words)
