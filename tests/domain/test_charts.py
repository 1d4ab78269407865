"""The charts: every figure where it belongs, nothing lost, nothing made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charts import observations as obs
from app.domain.charts.axes import even_steps, figure, time_scale
from app.domain.charts.body import SITES, Mark, View, body_map, centre_of, outline, region_at, site
from app.domain.charts.days import Bowels, Day, bowel_chart, engagement_chart, fluid_chart
from app.domain.charts.lines import Band, Event, Point, Series, Target, line_chart, thinned
from app.domain.charts.observations import ObservationSet, Row, news2_chart
from app.domain.charts.pressure import Pressure, pressure_chart
from app.domain.drawing import Chart, Circle, Line, Polygon, Polyline, Rectangle, Role, Text
from app.domain.instruments import news2
from app.domain.instruments.answers import Answers

AT = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
DAY = date(2026, 11, 20)
WELL: dict[str, Any] = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 128, "pulse": 72,
    "consciousness": "A", "temp_c": Decimal("36.8"),
}  # fmt: skip


def points_scored(key: str, **answers: Any) -> int:
    found = news2.score(Answers(answers, news2.KEYS)).parts[key]
    assert isinstance(found, int)
    return found


def texts(chart: Chart) -> list[str]:
    return [part.text for part in chart.scene.parts if isinstance(part, Text)]


def inside_the_page(chart: Chart) -> bool:
    for part in chart.scene.parts:
        if isinstance(part, Text | Circle):
            xs, ys = [part.x], [part.y]
        elif isinstance(part, Line):
            xs, ys = [part.x1, part.x2], [part.y1, part.y2]
        elif isinstance(part, Rectangle):
            xs, ys = [part.x, part.x + part.width], [part.y, part.y + part.height]
        else:
            xs, ys = [x for x, _ in part.points], [y for _, y in part.points]
        if min(xs) < 0 or min(ys) < -0.01 or max(xs) > chart.scene.width or max(ys) > chart.scene.height:
            return False
    return True


# ------------------------------------------------------------------------------------------------ observation chart

NUMBERS: list[tuple[Row, dict[str, Any], list[int | Decimal]]] = [
    (obs.RESP, {}, list(range(61))),
    (obs.SPO2_SCALE_1, {"spo2_scale": 1}, list(range(50, 101))),
    (obs.SPO2_SCALE_2, {"spo2_scale": 2, "on_oxygen": False}, list(range(50, 101))),
    (obs.SPO2_SCALE_2, {"spo2_scale": 2, "on_oxygen": True}, list(range(50, 101))),
    (obs.SYSTOLIC, {}, list(range(40, 301))),
    (obs.PULSE, {}, list(range(20, 251))),
    (obs.TEMP, {}, [Decimal(n) / 10 for n in range(300, 451)]),
]


@pytest.mark.parametrize(("row", "other", "values"), NUMBERS)
def test_every_accepted_value_is_in_the_zone_with_its_points(
    row: Row, other: dict[str, Any], values: list[int | Decimal]
) -> None:
    for value in values:
        zone = row.zone_of(value, {**WELL, **other}["on_oxygen"])
        assert zone is not None, value
        assert zone.points == points_scored(row.key, **{**WELL, **other, row.key: value}), value


@pytest.mark.parametrize("letter", "ACVPU")
def test_consciousness_and_oxygen_have_their_points(letter: str) -> None:
    zone = obs.AWAKE.zone_of(letter)
    assert zone is not None
    assert zone.points == points_scored("consciousness", **{**WELL, "consciousness": letter})
    for oxygen in (True, False):
        air = obs.OXYGEN.zone_of("O₂" if oxygen else "Air")
        assert air is not None
        assert air.points == points_scored("on_oxygen", **{**WELL, "on_oxygen": oxygen})


@pytest.mark.parametrize(("row", "other", "values"), NUMBERS)
def test_every_figure_is_drawn_inside_its_zone(row: Row, other: dict[str, Any], values: list[int | Decimal]) -> None:
    for value in values:
        chart = news2_chart([ObservationSet(AT, **{**WELL, **other, row.key: value})])
        zone = row.zone_of(value, {**WELL, **other}["on_oxygen"])
        assert zone is not None
        # The name of a row tells its own zones from equal ones of another.
        head = next(p for p in chart.scene.parts if isinstance(p, Text) and p.text == row.title)
        boxes = [p for p in chart.scene.parts if isinstance(p, Rectangle) and p.stroke is Role.GRID]
        label = min(
            (p for p in chart.scene.parts if isinstance(p, Text) and p.text == zone.label),
            key=lambda p: abs(p.y - head.y),
        )
        box = next(b for b in boxes if b.y < label.y < b.y + b.height)
        dots = [p for p in chart.scene.parts if isinstance(p, Circle) and box.y < p.y < box.y + box.height]
        figures = [p for p in chart.scene.parts if isinstance(p, Text) and p.bold and p.text == str(value)]
        assert len(dots) == 1, value
        assert any(box.y < p.y < box.y + box.height for p in figures), value


def test_higher_values_stand_higher_within_a_tall_zone() -> None:
    tall = obs.SYSTOLIC.zones[1]
    places = [obs.place_in(obs.SYSTOLIC, tall, value, 0, 30) for value in range(111, 220)]
    assert all(above < below for below, above in pairwise(places))
    assert min(places) >= 7
    assert max(places) <= 23


def test_the_trend_runs_between_sets_that_follow_each_other_and_stops_at_a_gap() -> None:
    def lines(*pulses: int | None) -> int:
        sets = [ObservationSet(AT + timedelta(hours=n), pulse=pulse) for n, pulse in enumerate(pulses)]
        parts = news2_chart(sets).scene.parts
        return sum(isinstance(part, Line) and part.stroke is Role.SERIES_1 for part in parts)

    assert lines(70, 80, 90) == 2
    assert lines(70, None, 90) == 0
    assert lines(70, 80, None, 90) == 1


def test_a_missing_value_is_a_gap_and_said() -> None:
    chart = news2_chart([ObservationSet(AT, pulse=72, band="incomplete")])
    assert sum(isinstance(part, Circle) for part in chart.scene.parts) == 1
    assert chart.rows == (
        ("20-Nov-2026 08:15", "Not taken", "Not taken", "Not recorded", "Not taken", "72", "Not recorded",
         "Not taken", "No total", "Incomplete"),
    )  # fmt: skip
    assert "0" not in chart.rows[0]


def test_spo2_without_its_scale_is_said_and_not_guessed() -> None:
    chart = news2_chart([ObservationSet(AT, spo2=93)])
    assert not [part for part in chart.scene.parts if isinstance(part, Circle)]
    assert chart.rows[0][2] == "93 (scale not recorded)"
    assert any("SpO₂ without its scale" in text for text in texts(chart))


@pytest.mark.parametrize("count", [0, 1, 2, 30])
@pytest.mark.parametrize("width", [310, 527, 774, 1100])
def test_any_number_of_sets_fits_and_the_table_has_them_all(count: int, width: int) -> None:
    sets = [ObservationSet(AT + timedelta(hours=6 * n), **WELL, total=0, band="low") for n in range(count)]
    usual = ObservationSet(AT - timedelta(days=60), **WELL, total=0, band="low")
    chart = news2_chart(sets, usual=usual, width=width)
    assert inside_the_page(chart)
    assert chart.scene.width <= width
    assert len(chart.rows) == count + 1
    assert all(len(row) == len(chart.headers) for row in chart.rows)
    fit = obs.fitting(width)
    said = any("the table has them all" in text for text in texts(chart))
    assert said == (count > fit)
    assert texts(chart).count("08:15") + texts(chart).count("14:15") + texts(chart).count("20:15") + texts(chart).count(
        "02:15"
    ) == min(count, fit)


def test_usual_stands_beside_now_and_the_difference_is_written() -> None:
    usual = ObservationSet(AT - timedelta(days=60), **WELL, total=1, band="low")
    worse = ObservationSet(AT, **{**WELL, "pulse": 112}, total=4, band="low")
    found = texts(news2_chart([worse], usual=usual))
    assert "Usual" in found
    assert "+3" in found
    diamonds = [p for p in news2_chart([worse], usual=usual).scene.parts if isinstance(p, Polygon)]
    assert len(diamonds) == 7


def test_a_lower_bound_is_not_shown_as_a_total() -> None:
    chart = news2_chart([ObservationSet(AT, resp_rate=26, total=7, band="high", at_least=True)])
    assert "7+" in texts(chart)
    assert chart.rows[0][8] == "At least 7"


def test_the_college_is_acknowledged() -> None:
    assert any("Royal College of Physicians 2017" in text for text in texts(news2_chart([])))


# ----------------------------------------------------------------------------------------------------------- axes

decimals = st.decimals(min_value=-10_000, max_value=10_000, places=2, allow_nan=False, allow_infinity=False)


@given(decimals, decimals)
def test_ticks_are_even_and_cover_the_figures(one: Decimal, other: Decimal) -> None:
    low, high = min(one, other), max(one, other)
    ticks = even_steps(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8
    assert len({b - a for a, b in pairwise(ticks)}) == 1


def test_ticks_are_written_plainly() -> None:
    ticks = even_steps(Decimal("49.1"), Decimal("60.4"))
    assert [figure(tick) for tick in ticks] == ["47.5", "50", "52.5", "55", "57.5", "60", "62.5"]
    assert figure(Decimal("-5.0")) == "−5"
    assert figure(Decimal("0.00")) == "0"
    assert figure(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize("days", [0, 1, 2, 7, 30, 90, 200, 400, 1200, 3650])
@pytest.mark.parametrize("width", [190, 500, 1000])
def test_dates_stand_apart_and_inside(days: int, width: int) -> None:
    axis = time_scale([AT, AT + timedelta(days=days)], 46, 46 + width)
    ticks = axis.ticks()
    assert ticks
    assert all(46 <= x <= 46 + width for x, _ in ticks)
    assert all(b - a >= 60 for (a, _), (b, _) in pairwise(ticks))
    assert all(len(words) == (11 if days < 200 else 8) for _, words in ticks) or days == 200


# ------------------------------------------------------------------------------------------------------- line chart


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1000)), min_size=1, max_size=400))
def test_thinning_keeps_each_column_s_extremes_and_both_ends(places: list[tuple[int, int]]) -> None:
    ordered: list[tuple[float, float]] = sorted(((x / 7, float(y)) for x, y in places), key=lambda p: p[0])
    kept = thinned(ordered)
    assert kept[0] == ordered[0]
    assert kept[-1] == ordered[-1]
    assert set(kept) <= set(ordered)
    columns: dict[float, list[float]] = {}
    for x, y in ordered:
        columns.setdefault(x // 1, []).append(y)
    for column, ys in columns.items():
        mine = [y for x, y in kept if x // 1 == column]
        assert (min(mine), max(mine)) == (min(ys), max(ys))
    assert len(kept) <= 2 * len(columns) + 2


@pytest.mark.parametrize("count", [0, 1, 2, 60, 2000, 5000])
def test_any_number_of_points_is_drawn_with_few_parts(count: int) -> None:
    points = tuple(Point(AT + timedelta(hours=17 * n), Decimal(60 + n * 7 % 40)) for n in range(count))
    chart = line_chart("Glucose", [Series("Glucose", points)], unit="mmol/L", width=640)
    assert inside_the_page(chart)
    drawn = sum(len(p.points) for p in chart.scene.parts if isinstance(p, Polyline))
    assert drawn <= 2 * 520 + 2
    assert len(chart.scene.parts) <= 200
    assert len(chart.rows) == count


def test_the_one_extreme_among_thousands_is_on_the_picture() -> None:
    values = [Decimal(60)] * 4000
    values[2345] = Decimal(200)
    points = tuple(Point(AT + timedelta(hours=n), value) for n, value in enumerate(values))
    chart = line_chart("x", [Series("x", points)])
    line = next(p for p in chart.scene.parts if isinstance(p, Polyline))
    ys = sorted({y for _, y in line.points})
    assert len(ys) == 2


def test_gaps_break_the_line_and_a_lone_point_is_still_seen() -> None:
    values = [Decimal(5), Decimal(6), None, Decimal(7), None, Decimal(8), Decimal(9)]
    points = tuple(Point(DAY + timedelta(days=n), value) for n, value in enumerate(values))
    chart = line_chart("Pain", [Series("Pain", points)], low=Decimal(0), high=Decimal(10))
    assert [len(p.points) for p in chart.scene.parts if isinstance(p, Polyline)] == [2, 2]
    assert sum(isinstance(p, Circle) for p in chart.scene.parts) == 5
    assert [row[1] for row in chart.rows] == ["9", "8", "Not taken", "7", "Not taken", "6", "5"]


def test_a_lone_point_among_thousands_is_seen() -> None:
    points = [Point(AT + timedelta(hours=n), Decimal(5)) for n in range(3000)]
    points += [Point(AT + timedelta(hours=3100), None), Point(AT + timedelta(hours=4000), Decimal(9))]
    chart = line_chart("x", [Series("x", tuple(points))])
    assert sum(isinstance(p, Circle) for p in chart.scene.parts) == 1


def test_points_in_any_order_give_the_same_picture() -> None:
    points = [Point(DAY + timedelta(days=n), Decimal(n)) for n in range(6)]
    forwards = line_chart("x", [Series("x", tuple(points))])
    backwards = line_chart("x", [Series("x", tuple(reversed(points)))])
    assert backwards == forwards
    assert backwards.rows == forwards.rows


def test_bands_targets_and_events_are_drawn_and_named() -> None:
    points = tuple(Point(DAY + timedelta(days=30 * n), Decimal(n)) for n in range(4))
    chart = line_chart(
        "MUST",
        [Series("MUST", points)],
        bands=[Band("High", Decimal(2), None, 3)],
        targets=[Target("Target", Decimal(1))],
        events=[Event(DAY + timedelta(days=15), "Fall"), Event(DAY + timedelta(days=20), "Hospital stay")],
        low=Decimal(0),
        high=Decimal(6),
    )
    band = next(p for p in chart.scene.parts if isinstance(p, Rectangle) and p.fill is Role.TINT_3)
    line = next(p for p in chart.scene.parts if isinstance(p, Polyline))
    inside = [band.y <= y <= band.y + band.height for _, y in line.points]
    assert inside == [False, False, True, True]
    found = texts(chart)
    assert {"High", "Target 1", "F", "H", "Events: F fall, H hospital stay."} <= set(found)
    assert [row for row in chart.rows if row[-1] == "Fall"] == [("05-Dec-2026", "", "Fall")]


def test_several_series_share_a_row_for_a_time_and_have_marks_of_their_own() -> None:
    series = [Series(name, (Point(DAY, Decimal(n)),)) for n, name in enumerate(("Sacrum", "Heel", "Shin"))]
    chart = line_chart("Wound area", series, unit="cm²")
    assert chart.headers == ("Date", "Sacrum (cm²)", "Heel (cm²)", "Shin (cm²)", "Notes")
    assert chart.rows == (("20-Nov-2026", "0", "1", "2", ""),)
    assert {"Sacrum", "Heel", "Shin"} <= set(texts(chart))


# ------------------------------------------------------------------------------------------------------- pressure


@pytest.mark.parametrize(
    ("lying", "standing", "marked"),
    [((138, 78), (120, 72), False), ((128, 70), (108, 66), True), ((128, 70), (109, 66), False),
     ((98, 60), (90, 56), False), ((98, 60), (89, 56), True), ((130, 70), (None, None), False)],
)  # fmt: skip
def test_a_fall_of_twenty_or_standing_below_ninety_is_marked(
    lying: tuple[int, int], standing: tuple[int | None, int | None], marked: bool
) -> None:
    chart = pressure_chart([Pressure(DAY, *lying, *standing)])
    assert ("Marked" in chart.rows[0][4]) is marked
    assert any(text in {"low"} or text.startswith("−") for text in texts(chart)) is marked
    assert inside_the_page(chart)


def test_pressures_not_taken_are_said() -> None:
    chart = pressure_chart([Pressure(DAY, 128, 70, note="Cannot stand")])
    assert chart.rows == (("20-Nov-2026", "128/70", "Not taken", "", "Cannot stand"),)
    assert "Nothing recorded yet" in texts(pressure_chart([]))


# ----------------------------------------------------------------------------------------------------------- days


def test_a_day_with_an_unrecorded_shift_is_a_part_total() -> None:
    days = [
        Day(DAY, {"Early": 600, "Late": 700, "Night": 300}),
        Day(DAY + timedelta(days=1), {"Early": 600, "Late": 500, "Night": None}),
        Day(DAY + timedelta(days=2), {"Early": 600, "Late": 0, "Night": 0}),
        Day(DAY + timedelta(days=3), {}),
    ]
    chart = fluid_chart(days, target=1600)
    assert [row[-1] for row in chart.rows] == ["No record", "Below", "Part only", "Reached"]
    assert [row[4] for row in chart.rows] == ["Not recorded", "600", "At least 1,100", "1,600"]
    assert chart.rows[1][2] == "0"
    assert chart.rows[0][2] == "Not recorded"
    assert "1,100+" in texts(chart)
    assert inside_the_page(chart)


def test_over_a_limit_is_said() -> None:
    chart = fluid_chart([Day(DAY, {"Early": 700, "Late": 700, "Night": None})], limit=1200)
    assert "over limit" in texts(chart)


def test_bars_are_as_high_as_the_amounts() -> None:
    chart = fluid_chart([Day(DAY, {"Early": 400, "Late": 800, "Night": 400})])
    heights = [p.height for p in chart.scene.parts if isinstance(p, Rectangle) and p.stroke and p.width > 20]
    assert heights[1] == pytest.approx(2 * heights[0])
    assert heights[2] == pytest.approx(heights[0])


def test_days_without_a_stool_count_and_doubt_is_shown() -> None:
    none: tuple[int, ...] = ()
    days = [
        Bowels(DAY, {"Early": (4,), "Late": none, "Night": none}),
        Bowels(DAY + timedelta(days=1), {"Early": none, "Late": none, "Night": none}),
        Bowels(DAY + timedelta(days=2), {"Early": none, "Late": None, "Night": none}),
        Bowels(DAY + timedelta(days=4), {"Early": none, "Late": none, "Night": none}),
        Bowels(DAY + timedelta(days=5), {"Early": (6, 7), "Late": none, "Night": none}),
    ]
    chart = bowel_chart(days)
    assert [row[4] for row in reversed(chart.rows)] == [
        "0", "1", "2, not all shifts recorded", "4, not all shifts recorded", "0",
    ]  # fmt: skip
    assert chart.rows[0][1] == "Type 6, 7"
    assert chart.rows[2][2] == "Not recorded"
    assert {"4?", "6, 7", "–", "none"} <= set(texts(chart))
    assert inside_the_page(chart)


def test_minutes_not_recorded_are_not_zero() -> None:
    chart = engagement_chart([(DAY, None), (DAY + timedelta(days=1), 0)], target=30)
    assert [row[1] for row in chart.rows] == ["0", "Not recorded"]
    assert "no record" in texts(chart)


@pytest.mark.parametrize("draw", [fluid_chart, bowel_chart, engagement_chart])
@pytest.mark.parametrize("width", [310, 640])
def test_no_days_is_said(draw: Any, width: int) -> None:
    chart = draw([], width=width)
    assert "Nothing recorded yet" in texts(chart)
    assert inside_the_page(chart)


# ----------------------------------------------------------------------------------------------------------- body


@pytest.mark.parametrize("code", [each.code for each in SITES])
def test_the_middle_of_a_place_is_that_place(code: str) -> None:
    assert region_at(*centre_of(code)) == code


def test_places_have_codes_and_names_of_their_own() -> None:
    assert len({each.code for each in SITES}) == len(SITES)
    assert len({each.label for each in SITES}) == len(SITES)


@pytest.mark.parametrize(
    "words", ["sacrum", "heel", "hip", "elbow", "shoulder", "back of head", "spine", "buttock", "shin", "forearm",
              "hand", "knee", "ear"],
)  # fmt: skip
def test_the_usual_places_are_there(words: str) -> None:
    assert any(words in each.label.lower() for each in SITES)


def test_left_is_the_resident_s_left_on_both_views() -> None:
    for code in (each.code for each in SITES if each.code.startswith("left_")):
        view, x, _ = centre_of(code)
        assert (x > Decimal("0.5")) == (view is View.FRONT), code
    assert site("left_heel").view is View.BACK


def test_the_outline_is_the_same_on_both_sides() -> None:
    edge = outline()
    mirrored = {(round(420 - x, 6), round(y, 6)) for x, y in edge}
    assert mirrored == {(round(x, 6), round(y, 6)) for x, y in edge}


@pytest.mark.parametrize(("x", "y"), [("0.02", "0.05"), ("0.98", "0.95"), ("0.5", "0.9"), ("0", "1")])
def test_beside_the_figure_is_no_place(x: str, y: str) -> None:
    assert region_at(View.FRONT, Decimal(x), Decimal(y)) is None


def test_the_body_map_shows_and_says_its_marks() -> None:
    chart = body_map(
        [Mark(1, *centre_of("sacrum"), "Category 3", "Cat 3"), Mark(2, *centre_of("left_heel"), "Blister")]
    )
    assert chart.rows == (("1", "Sacrum", "Category 3"), ("2", "Left heel", "Blister"))
    assert "1 Sacrum: Category 3" in chart.scene.description
    assert {"1", "2", "Cat 3", "Front", "Back"} <= set(texts(chart))
    assert texts(chart).count("Left") == texts(chart).count("Right") == 2
    assert inside_the_page(chart)
