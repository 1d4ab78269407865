"""Drawings on the screen: painted in every look, named for a screen reader, and a place marked with keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.charts.body import HIGH, WIDE, Mark, View, centre_of, figure_boxes
from app.domain.charts.lines import Point, Series, line_chart
from app.domain.drawing import LEVELS, TINTS, Chart, Circle, Line, Polygon, Polyline, Rectangle, Role, Scene, Text
from app.ui import theme
from app.ui.theme import Choice
from app.ui.widgets.scene import BodyMapView, ChartCard, SceneView
from app.ui.widgets.text import page_column
from tests.ui.helpers import clipped, exposed, unnamed

DAY = date(2026, 11, 20)
LOOKS = [(choice, size) for choice in (Choice.LIGHT, Choice.DARK, Choice.CONTRAST) for size in (100, 200)]


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, Choice.LIGHT, 100)
    yield
    theme.apply(qapp, Choice.LIGHT, 100)


def weights(width: int) -> Chart:
    points = tuple(Point(DAY - timedelta(days=30 * n), Decimal(540 + n) / 10) for n in range(12))
    return line_chart("Weight", [Series("Weight", points)], unit="kg", width=width)


def one_of_each(width: int) -> Scene:
    parts = (
        Rectangle(10, 10, 40, 20, Role.LEVEL_3),
        Circle(100, 20, 10, Role.SERIES_1),
        Polygon(((150, 10), (170, 10), (170, 30), (150, 30)), Role.LEVEL_2),
        Line(200, 20, 240, 20, Role.EVENT, 6),
        Polyline(((260, 10), (260, 30), (290, 30)), Role.TARGET, 6),
        Text(10, 60, "Sacrum", 20, Role.INK, bold=True),
    )
    return Scene(width, 80, parts, "One of each", "Six shapes.")


def show(qtbot: QtBot, part: QWidget, width: int = 700, height: int = 500) -> QWidget:
    window = QWidget()
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(part)
    column.addStretch(1)
    window.resize(width, height)
    qtbot.addWidget(window)
    exposed(qtbot, window)
    window.activateWindow()
    return window


def colour_at(image: QImage, view: SceneView, x: float, y: float) -> str:
    return image.pixelColor(round(x * view.scale), round(y * view.scale)).name()


@pytest.mark.parametrize(("choice", "size"), LOOKS)
def test_each_shape_is_painted_in_the_colour_of_its_role(
    qtbot: QtBot, qapp: QApplication, choice: Choice, size: int
) -> None:
    theme.apply(qapp, choice, size)
    view = SceneView(one_of_each)
    window = show(qtbot, view, 900)
    image = view.grab().toImage()
    roles = theme.drawing()
    spots = {
        (30, 20): "level_3", (100, 20): "series_1", (160, 20): "level_2", (220, 20): "event", (260, 20): "target",
        (300, 70): "paper",
    }  # fmt: skip
    assert {spot: colour_at(image, view, *spot) for spot in spots} == {
        spot: roles[role] for spot, role in spots.items()
    }
    ink = QColor(roles["ink"])
    box = [
        image.pixelColor(x, y)
        for x in range(round(10 * view.scale), round(90 * view.scale))
        for y in range(round(42 * view.scale), round(60 * view.scale))
    ]
    assert ink in box
    window.close()


@pytest.mark.parametrize("count", [3, 300])
def test_a_line_of_few_or_many_points_is_painted_all_along(qtbot: QtBot, count: int) -> None:
    def scene(width: int) -> Scene:
        places = tuple((10 + 280 * n / (count - 1), 20.0) for n in range(count))
        return Scene(width, 40, (Polyline(places, Role.SERIES_2, 4),), "x", "x")

    view = SceneView(scene)
    window = show(qtbot, view)
    image = view.grab().toImage()
    assert {colour_at(image, view, x, 20) for x in range(12, 288)} == {theme.drawing()["series_2"]}
    window.close()


def test_a_change_of_look_is_painted_at_once(qtbot: QtBot, qapp: QApplication) -> None:
    view = SceneView(one_of_each)
    window = show(qtbot, view, 900)
    light = view.grab().toImage()
    height = view.sizeHint().height()
    theme.apply(qapp, Choice.DARK, 150)
    assert view.sizeHint().height() == round(height * 1.5)
    qtbot.waitUntil(lambda: view.height() == round(height * 1.5))
    dark = view.grab().toImage()
    assert colour_at(dark, view, 300, 70) == theme.drawing()["paper"]
    assert light != dark
    window.close()


def test_larger_text_gets_fewer_points_and_not_smaller_ones(qtbot: QtBot, qapp: QApplication) -> None:
    asked: list[int] = []

    def draw(width: int) -> Scene:
        asked.append(width)
        return one_of_each(width)

    view = SceneView(draw)
    window = show(qtbot, view, 1000)
    assert asked[-1] == 750
    theme.apply(qapp, Choice.LIGHT, 200)
    assert asked[-1] == 375
    window.close()


def test_a_repaint_does_not_draw_again(qtbot: QtBot) -> None:
    view = SceneView(one_of_each)
    window = show(qtbot, view)
    first = view._picture().cacheKey()
    view.repaint()
    assert view._picture().cacheKey() == first
    view.set_draw(lambda width: Scene(width, 80, (), "Empty", "Nothing."))
    assert view._picture().cacheKey() != first
    window.close()


def test_a_text_without_room_is_set_smaller(qtbot: QtBot) -> None:
    def scene(width: int) -> Scene:
        return Scene(width, 60, (Text(10, 40, "W" * 30, 20, room=100),), "x", "x")

    view = SceneView(scene)
    window = show(qtbot, view)
    image = view.grab().toImage()
    paper = QColor(theme.drawing()["paper"])
    inked = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != paper]
    assert min(inked) >= round(9 * view.scale)
    assert max(inked) <= round(111 * view.scale)
    window.close()


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK, Choice.CONTRAST])
def test_every_role_has_a_colour_and_words_can_be_read_on_what_they_stand_on(
    qapp: QApplication, choice: Choice
) -> None:
    theme.apply(qapp, choice, 100)
    roles = theme.drawing()
    assert set(roles) == {str(role) for role in Role}
    grounds = [*LEVELS, *TINTS, Role.BAR_1, Role.BAR_2, Role.BAR_3, Role.BAR_4, Role.PAPER, Role.BODY]
    for ground in grounds:
        assert contrast(roles["ink"], roles[ground]) >= 4.5, ground
    for role in ("faint", "target", "event", "usual", "series_1", "series_2", "series_3", "series_4"):
        assert contrast(roles[role], roles["paper"]) >= 4.5, role
    assert contrast(roles["on_mark"], roles["mark"]) >= 4.5
    assert contrast(roles["mark"], roles["body"]) >= 3
    assert contrast(roles["body_line"], roles["body"]) >= 3
    for level in LEVELS:
        assert contrast(roles["edge"], roles[level]) >= 2 or contrast(roles["ink"], roles[level]) >= 4.5


# ------------------------------------------------------------------------------------------------------------- card


def test_a_card_says_what_it_shows_and_has_it_as_a_table(qtbot: QtBot) -> None:
    card = ChartCard(weights)
    window = show(qtbot, card, 800, 900)
    found = QAccessible.queryAccessibleInterface(card.view)
    assert found is not None
    assert found.text(QAccessible.Text.Name) == "Weight"
    assert "12 recorded, latest 54 kg on 20-Nov-2026" in found.text(QAccessible.Text.Description)
    assert card.toggle.accessibleName() == "Show as table: Weight"
    card.toggle.setFocus()
    qtbot.keyClick(card.toggle, Qt.Key.Key_Return)
    assert card.table is not None
    assert card.table.isVisible()
    assert card.table.accessibleName() == "Weight, as a table"
    assert card.table.rows == weights(600).rows
    assert card.table.rows[0][:2] == ("20-Nov-2026", "54")
    assert unnamed(card) == []
    qtbot.keyClick(card.toggle, Qt.Key.Key_Return)
    assert card.table.isHidden()
    assert card.toggle.text() == "Show as table"
    window.close()


def test_another_chart_brings_its_own_table(qtbot: QtBot) -> None:
    card = ChartCard(weights)
    window = show(qtbot, card, 800, 900)
    card.show_table()
    card.set_chart(lambda width: line_chart("Pain", [Series("Pain", (Point(DAY, Decimal(3)),))], width=width))
    assert card.heading.text() == "Pain"
    assert card.view.accessibleName() == "Pain"
    assert card.table is not None
    assert card.table.rows == (("20-Nov-2026", "3", ""),)
    window.close()


@pytest.mark.parametrize("size", [100, 200])
def test_a_card_is_not_cut_in_a_small_window(qtbot: QtBot, qapp: QApplication, size: int) -> None:
    theme.apply(qapp, Choice.LIGHT, size)
    page = QWidget()
    card = ChartCard(weights)
    page_column(page).addWidget(card)
    page.resize(1000, 760)
    qtbot.addWidget(page)
    page.show()
    card.show_table()
    qtbot.waitUntil(lambda: card.table is not None and card.table.isVisible())
    view = card.view
    qtbot.waitUntil(lambda: clipped(card) == [] and view.scene.width * view.scale <= view.width() + 1)
    qtbot.waitUntil(lambda: view.height() >= round(view.scene.height * view.scale))
    page.close()


# --------------------------------------------------------------------------------------------------------- body map

Placed = list[tuple[str, Decimal, Decimal, str]]


@pytest.fixture
def placed() -> Placed:
    return []


@pytest.fixture
def body(qtbot: QtBot, qapp: QApplication, placed: Placed) -> Iterator[BodyMapView]:
    view = BodyMapView()
    view.placed.connect(lambda *found: placed.append(found))
    window = show(qtbot, view, 1000, 760)
    usual = qapp.keyboardInputInterval()
    qapp.setKeyboardInputInterval(60_000)  # a busy machine may need longer than usual between two letters of a word
    yield view
    qapp.setKeyboardInputInterval(usual)
    window.close()


def test_a_place_is_marked_with_the_keyboard_alone(qtbot: QtBot, body: BodyMapView, placed: Placed) -> None:
    body.sites.setFocus()
    for letter in "heel":
        QTest.keyClick(body.sites, letter)
    assert body.where.text() == "Pointer: Left heel, back"
    qtbot.keyClick(body.sites, Qt.Key.Key_Tab)
    qtbot.waitUntil(body.button.hasFocus)
    qtbot.keyClick(body.button, Qt.Key.Key_Tab)
    qtbot.waitUntil(body.figures.hasFocus)
    _, x, y = centre_of("left_heel")
    qtbot.keyClick(body.figures, Qt.Key.Key_Up)
    qtbot.keyClick(body.figures, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(body.figures, Qt.Key.Key_Return)
    assert len(placed) == 1
    view, px, py, site = placed[0]
    assert (view, site) == ("back", "left_heel")
    assert float(py) == pytest.approx(float(y) - 0.01, abs=0.0011)
    assert float(px) == pytest.approx(float(x) + 0.002 * HIGH / WIDE, abs=0.0011)
    assert isinstance(px, Decimal)
    assert px.as_tuple().exponent >= -3


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_mark_once(qtbot: QtBot, body: BodyMapView, placed: Placed, key: Qt.Key) -> None:
    body.figures.setFocus()
    qtbot.keyClick(body.figures, key)
    assert [found[3] for found in placed] == ["sacrum"]


def test_the_button_marks_the_pointed_place(qtbot: QtBot, body: BodyMapView, placed: Placed) -> None:
    body.point_at("right_elbow")
    qtbot.keyClick(body.button, Qt.Key.Key_Return)
    assert [found[3] for found in placed] == ["right_elbow"]


@pytest.mark.parametrize("code", ["sacrum", "left_heel", "right_forearm", "left_knee", "right_ear_back"])
@pytest.mark.parametrize("size", [100, 200])
def test_a_click_marks_where_it_was(
    qtbot: QtBot, qapp: QApplication, body: BodyMapView, placed: Placed, code: str, size: int
) -> None:
    theme.apply(qapp, Choice.LIGHT, size)
    view, x, y = centre_of(code)
    figures = body.figures
    left, top, unit = figures._boxes()[view]
    spot = QPoint(
        round((left + float(x) * WIDE * unit) * figures.scale), round((top + float(y) * HIGH * unit) * figures.scale)
    )
    qtbot.mouseClick(figures, Qt.MouseButton.LeftButton, pos=spot)
    assert [(found[0], found[3]) for found in placed] == [(str(view), code)]
    assert body.sites.value() == code


def test_beside_the_figures_nothing_can_be_marked(qtbot: QtBot, body: BodyMapView, placed: Placed) -> None:
    qtbot.mouseClick(body.figures, Qt.MouseButton.LeftButton, pos=QPoint(3, 300))
    body.figures.move_to(View.FRONT, Decimal("0.02"), Decimal("0.02"))
    body.figures.setFocus()
    qtbot.keyClick(body.figures, Qt.Key.Key_Return)
    assert placed == []
    assert not body.button.isEnabled()
    assert "Beside the figure" in body.where.text()


def test_the_pointer_goes_from_one_figure_to_the_other(qtbot: QtBot, body: BodyMapView) -> None:
    body.point_at("left_hand")
    body.figures.setFocus()
    for _ in range(12):
        qtbot.keyClick(body.figures, Qt.Key.Key_Right)
    assert body.place[0] is View.BACK
    for _ in range(12):
        qtbot.keyClick(body.figures, Qt.Key.Key_Left)
    assert body.place[0] is View.FRONT


def test_tab_leaves_the_figures(qtbot: QtBot, body: BodyMapView) -> None:
    body.figures.setFocus()
    qtbot.waitUntil(body.figures.hasFocus)
    qtbot.keyClick(body.figures, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: not body.figures.hasFocus())


def test_the_figures_say_the_pointer_and_the_marks(body: BodyMapView) -> None:
    body.set_marks([Mark(1, *centre_of("sacrum"), "Category 3")])
    body.point_at("left_heel")
    found = QAccessible.queryAccessibleInterface(body.figures)
    assert found is not None
    assert found.text(QAccessible.Text.Name) == "Body map"
    assert found.text(QAccessible.Text.Description) == "Left heel, back. 1 Sacrum: Category 3."
    assert unnamed(body) == []


@pytest.mark.parametrize(("choice", "size"), LOOKS)
def test_a_mark_and_the_focus_can_be_seen_in_every_look(
    qtbot: QtBot, qapp: QApplication, body: BodyMapView, choice: Choice, size: int
) -> None:
    theme.apply(qapp, choice, size)
    mark = Mark(1, *centre_of("left_knee"), "Bruise")
    body.set_marks([mark])
    image = body.figures.grab().toImage()
    left, top, unit = figure_boxes(int(body.figures.scene.width), {100: 420, 200: 250}[size])[View.FRONT]
    x, y = left + float(mark.x) * WIDE * unit - 6, top + float(mark.y) * HIGH * unit
    assert colour_at(image, body.figures, x, y) == theme.drawing()["mark"]
    body.figures.setFocus()
    qtbot.waitUntil(body.figures.hasFocus)
    assert body.figures.grab().toImage().pixelColor(2, 40).name() == theme.colours().focus
    qtbot.waitUntil(lambda: clipped(body) == [])
