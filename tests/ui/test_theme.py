"""Every pair of colours that carries text can be read, in all three palettes, and nothing is told by colour alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from app.domain.instruments.outcome import Severity
from app.ui import theme
from app.ui.theme import CONTRAST, DARK, LIGHT, Choice, Colours, Theme, Tone, tone_of
from app.ui.widgets.shapes import SHAPES, paint_shape

PALETTES = [LIGHT, DARK, CONTRAST]


@pytest.fixture(autouse=True)
def plain_again(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, Choice.LIGHT, 100)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_sum_is_the_published_one() -> None:
    assert round(contrast("#212b32", "#ffffff"), 2) == 14.42
    assert round(contrast("#ffffff", "#005eb8"), 2) == 6.38
    assert round(contrast("#768692", "#ffffff"), 2) == 3.75


@pytest.mark.parametrize("c", PALETTES, ids=lambda c: c.name)
def test_text_can_be_read_on_what_it_stands_on(c: Colours) -> None:
    pairs = [
        (c.text, c.page), (c.text, c.card), (c.text, c.field), (c.text, c.row), (c.text, c.nav_selected),
        (c.secondary, c.page), (c.secondary, c.card), (c.link, c.page), (c.link, c.card), (c.link, c.field_focus),
        (c.error, c.page), (c.error, c.card), (c.success, c.card), (c.focus_text, c.focus),
        (c.field_focus_text, c.field_focus), (c.primary_text, c.primary), (c.primary_text, c.primary_hover),
        (c.primary_text, c.primary_pressed), (c.danger_text, c.danger), (c.bar_text, c.bar), (c.on_link_hex, c.link),
        *((tone.text, tone.fill) for tone in c.tones.values()),
    ]  # fmt: skip
    assert [(pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("c", PALETTES, ids=lambda c: c.name)
def test_edges_and_the_focus_line_can_be_seen(c: Colours) -> None:
    pairs = [
        (c.edge, c.page), (c.edge, c.card), (c.edge, c.field), (c.field_focus_line, c.field_focus),
        (c.field_focus_line, c.card), (c.error, c.field),
    ]  # fmt: skip
    assert [(pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 3] == []
    # Yellow on white cannot be seen by itself, so there is a line; on dark the yellow itself stands out.
    assert max(contrast(c.focus, c.card), contrast(c.focus_line, c.card)) >= 3


def test_every_tone_has_a_shape_of_its_own_and_every_severity_a_tone_of_its_own(qapp: QApplication) -> None:
    images = []
    for tone in Tone:
        image = QImage(32, 32, QImage.Format.Format_ARGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        paint_shape(painter, SHAPES[tone], QRectF(0, 0, 32, 32), QColor("black"), QColor("white"))
        painter.end()
        images.append(bytes(image.constBits()))
    assert len(set(images)) == len(Tone)
    assert len({tone_of(severity) for severity in Severity}) == len(Severity)
    assert tone_of(Severity.EMERGENCY) is Tone.DANGER


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK, Choice.CONTRAST])
@pytest.mark.parametrize("size", [100, 200])
def test_the_style_sheet_is_whole(qapp: QApplication, choice: Choice, size: int) -> None:
    theme.apply(qapp, choice, size)
    sheet = qapp.styleSheet()
    icons = re.findall(r'url\("([^"]+)"\)', sheet)
    assert icons
    assert [icon for icon in icons if not Path(icon).is_file()] == []
    assert sheet.count("{") == sheet.count("}")


def test_text_size_and_colours_change_live(qapp: QApplication, qtbot: object) -> None:
    chosen = Theme(qapp, Choice.LIGHT)
    box, words = QLineEdit(), QLabel("Hartwell")
    small, plain = box.sizeHint().height(), words.sizeHint().width()
    background = box.palette().window().color()
    changes: list[None] = []
    chosen.changed.connect(lambda: changes.append(None))
    chosen.set(Choice.DARK, 200)
    box.ensurePolished()
    assert box.sizeHint().height() > small * 1.5
    assert words.sizeHint().width() > plain * 1.8
    assert box.palette().window().color() != background
    assert theme.colours() is DARK
    assert changes == [None]
    chosen.deleteLater()


@pytest.mark.parametrize(("asked", "given"), [(50, 100), (100, 100), (160, 160), (400, 200)])
def test_text_size_stays_between_100_and_200(qapp: QApplication, asked: int, given: int) -> None:
    theme.apply(qapp, Choice.LIGHT, asked)
    assert theme.percent() == given
    assert qapp.font().pointSizeF() == pytest.approx(theme.BASE_POINTS * given / 100)


def test_the_shipped_font_is_used(qapp: QApplication) -> None:
    theme.apply(qapp, Choice.LIGHT, 100)
    assert qapp.font().family() == "Open Sans"
