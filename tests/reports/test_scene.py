"""Drawings on paper and as files: the same scene, read back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from app.domain.charts.body import Mark, body_map, centre_of
from app.domain.charts.days import Day, bowel_chart, fluid_chart
from app.domain.charts.lines import Point, Series, line_chart
from app.domain.charts.observations import ObservationSet, news2_chart
from app.domain.charts.pressure import Pressure, pressure_chart
from app.domain.drawing import LEVELS, TINTS, Chart, Line, Role, Scene, Text
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.paper import A4, MARGIN
from app.reports.scene import PRINT, draw, fitted
from app.reports.svg import svg

AT = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
DAY = date(2026, 11, 20)
SVG = "{http://www.w3.org/2000/svg}"


def taken(hour: int) -> ObservationSet:
    return ObservationSet(
        AT + timedelta(hours=hour), resp_rate=16 + max(hour, 0), spo2=95, spo2_scale=1, on_oxygen=False, systolic=128,
        pulse=72, consciousness="A", temp_c=Decimal("36.8"), total=1, band="low",
    )  # fmt: skip


CHARTS: dict[str, Chart] = {
    "news2": news2_chart([taken(n) for n in range(30)], usual=taken(-900), width=527),
    "weight": line_chart(
        "Weight",
        [Series("Weight", tuple(Point(DAY - timedelta(days=30 * n), Decimal(540 + n) / 10) for n in range(12)))],
        unit="kg",
        width=527,
    ),
    "pressure": pressure_chart([Pressure(DAY, 140, 80, 110, 70)], width=527),
    "fluid": fluid_chart([Day(DAY, {"Early": 600, "Late": 700, "Night": None})], target=1600, width=527),
    "bowels": bowel_chart([], width=527),
    "body": body_map([Mark(1, *centre_of("sacrum"), "Category 3", "Cat 3")], width=527),
}  # fmt: skip


def page(scenes: Iterable[Scene], width: float | None = None) -> pypdf.PageObject:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    top = A4[1] - MARGIN
    for scene in scenes:
        top -= draw(scene, canvas, MARGIN, top, width=width) + 10
    canvas.save()
    return pypdf.PdfReader(BytesIO(out.getvalue())).pages[0]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", CHARTS)
def test_every_word_of_a_drawing_is_on_the_page(name: str) -> None:
    scene = CHARTS[name].scene
    read = squeezed(page([scene]).extract_text())
    for part in scene.parts:
        if isinstance(part, Text):
            assert squeezed(part.text) in read, part.text


@pytest.mark.parametrize("name", CHARTS)
def test_no_printed_text_is_smaller_than_ten_points(name: str) -> None:
    """On a portrait page at full width; where a text has no room it would be set smaller, so there has to be room."""
    small = {p.text: fitted(p) for p in CHARTS[name].scene.parts if isinstance(p, Text) and fitted(p) < 10}
    assert small == {}


@pytest.mark.parametrize("name", CHARTS)
def test_no_printed_text_leaves_the_drawing(name: str) -> None:
    scene = CHARTS[name].scene
    for part in scene.parts:
        if isinstance(part, Text) and not part.rotation:
            wide = fonts.width(part.text, Face.BOLD if part.bold else Face.REGULAR, fitted(part))
            left = part.x - wide * {"start": 0, "middle": 0.5, "end": 1}[part.anchor]
            assert left >= -0.5, part.text
            assert left + wide <= scene.width + 0.5, part.text


def test_a_drawing_can_be_made_to_fit() -> None:
    scene = CHARTS["news2"].scene
    canvas = Canvas(BytesIO(), pagesize=A4)
    assert draw(scene, canvas, 0, 800, width=scene.width / 2) == pytest.approx(scene.height / 2)


def test_a_name_in_another_script_is_printed() -> None:
    scene = Scene(300, 40, (Text(4, 20, "Łukasz Шевченко ↑ ნინო"),), "x", "x")
    assert "Łukasz Шевченко ↑ ნინო" in page([scene]).extract_text()


def lightness(hex_colour: str) -> float:
    red, green, blue = (int(hex_colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("roles", [LEVELS, TINTS])
def test_a_grey_printer_tells_the_levels_in_their_order(roles: tuple[Role, ...]) -> None:
    shades = [lightness(PRINT[role]) for role in roles]
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 4


def test_every_role_has_a_print_colour() -> None:
    assert set(PRINT) == set(Role)


@pytest.mark.parametrize("name", CHARTS)
def test_the_svg_is_well_formed_stands_alone_and_has_every_word(name: str) -> None:
    scene = CHARTS[name].scene
    made = svg(scene)
    root = ElementTree.fromstring(made)  # noqa: S314 - our own file
    assert [e.text for e in root.iter(f"{SVG}text")] == [p.text for p in scene.parts if isinstance(p, Text)]
    assert root.findtext(f"{SVG}title") == scene.title
    assert root.findtext(f"{SVG}desc") == scene.description
    assert len(root) == len(scene.parts) + 3
    assert "href" not in made
    assert set(re.findall(r"(?:fill|stroke)=\"([^\"]+)\"", made)) <= {*PRINT.values(), "none"}


def test_the_svg_takes_names_with_signs_of_its_own() -> None:
    scene = Scene(10, 10, (Text(0, 5, 'O\'Hara & "Sons" <3'), Line(0, 0, 5, 5, dash=(4, 2))), "A & B", "<none>")
    root = ElementTree.fromstring(svg(scene))  # noqa: S314 - our own file
    assert root.findtext(f"{SVG}text") == 'O\'Hara & "Sons" <3'
    line = root.find(f"{SVG}line")
    assert line is not None
    assert line.get("stroke-dasharray") == "4 2"
