"""Colours, text size and the style of every control: light, dark and high contrast, 100 to 200 %.

The colours are the NHS set (blue #005eb8 and its family); every pair that carries text has at least 4.5:1, and a test
computes it. Nothing is told by colour alone: a tone always comes with a word and a shape. Keyboard focus is a yellow
fill with a 3 px line.

Fusion with an own palette looks the same on every system, and works where the system has no theme at all.

Naming Qt's own namespace (Qt.AlignLeft and so on) builds all of its enumerations, which takes longer than the whole
sign-in window: this module and what that window imports leave it alone until the window has been painted.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app.paths import resources

if TYPE_CHECKING:
    from app.domain.instruments.outcome import Severity

XS, S, M, L, XL = 4, 8, 16, 24, 32
"""The spacing scale, in device-independent pixels."""
TARGET, MAIN_TARGET = 32, 44
"""Least height of a control and of a main action, in device-independent pixels."""
BASE_POINTS = 11.0
SIZES = (100, 125, 150, 175, 200)
"""Text sizes to choose from, in per cent."""


class Choice(StrEnum):
    """What somebody chose; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


CHOICE_LABELS = {
    Choice.SYSTEM: "Same as this computer",
    Choice.LIGHT: "Light",
    Choice.DARK: "Dark",
    Choice.CONTRAST: "High contrast",
}


class Tone(StrEnum):
    """How much something matters, from nothing special to emergency."""

    NEUTRAL = "neutral"
    INFO = "info"
    GOOD = "good"
    CAUTION = "caution"
    WARNING = "warning"
    DANGER = "danger"


class ToneColours(NamedTuple):
    """Fill, text and edge of a tag or a panel in one tone."""

    fill: str
    text: str
    edge: str


class Colours(NamedTuple):
    """One palette, as hex colours."""

    name: str
    page: str
    card: str
    text: str
    secondary: str
    line: str
    edge: str
    field: str
    link: str
    link_hover: str
    error: str
    success: str
    focus: str
    focus_text: str
    focus_line: str
    field_focus: str
    field_focus_text: str
    field_focus_line: str
    primary: str
    primary_hover: str
    primary_pressed: str
    primary_text: str
    danger: str
    danger_text: str
    bar: str
    bar_text: str
    nav_selected: str
    row: str
    ink: str
    on_link: str
    on_link_hex: str
    tones: Mapping[Tone, ToneColours]


LIGHT = Colours(
    name="light", page="#f0f4f5", card="#ffffff", text="#212b32", secondary="#4c6272", line="#d8dde0", edge="#4c6272",
    field="#ffffff", link="#005eb8", link_hover="#7c2855", error="#d5281b", success="#007f3b",
    focus="#ffeb3b", focus_text="#212b32", focus_line="#212b32",
    field_focus="#fff9c4", field_focus_text="#212b32", field_focus_line="#212b32",
    primary="#007f3b", primary_hover="#00662f", primary_pressed="#00401e", primary_text="#ffffff",
    danger="#d5281b", danger_text="#ffffff", bar="#005eb8", bar_text="#ffffff", nav_selected="#d9e7f4", row="#f7f9fa",
    ink="dark", on_link="light", on_link_hex="#ffffff",
    tones={
        Tone.NEUTRAL: ToneColours("#f0f4f5", "#212b32", "#4c6272"),
        Tone.INFO: ToneColours("#d9e7f4", "#003087", "#005eb8"),
        Tone.GOOD: ToneColours("#d9ece2", "#00401e", "#007f3b"),
        Tone.CAUTION: ToneColours("#fff9c4", "#212b32", "#6b5d00"),
        Tone.WARNING: ToneColours("#ffb81c", "#212b32", "#6b4500"),
        Tone.DANGER: ToneColours("#d5281b", "#ffffff", "#7a120b"),
    },
)  # fmt: skip
DARK = Colours(
    name="dark", page="#161d22", card="#212b32", text="#ffffff", secondary="#aeb7bd", line="#4c6272", edge="#aeb7bd",
    field="#161d22", link="#8eb8dc", link_hover="#ffeb3b", error="#e59a9a", success="#87bca8",
    focus="#ffeb3b", focus_text="#212b32", focus_line="#ffffff",
    field_focus="#161d22", field_focus_text="#ffffff", field_focus_line="#ffeb3b",
    primary="#007f3b", primary_hover="#00662f", primary_pressed="#00401e", primary_text="#ffffff",
    danger="#d5281b", danger_text="#ffffff", bar="#003087", bar_text="#ffffff", nav_selected="#37474f", row="#263139",
    ink="light", on_link="dark", on_link_hex="#212b32",
    tones={
        Tone.NEUTRAL: ToneColours("#2f3c45", "#ffffff", "#aeb7bd"),
        Tone.INFO: ToneColours("#1d3a57", "#ffffff", "#8eb8dc"),
        Tone.GOOD: ToneColours("#0f3d26", "#ffffff", "#87bca8"),
        Tone.CAUTION: ToneColours("#4a4410", "#ffffff", "#ffeb3b"),
        Tone.WARNING: ToneColours("#ffb81c", "#212b32", "#ffffff"),
        Tone.DANGER: ToneColours("#d5281b", "#ffffff", "#e59a9a"),
    },
)  # fmt: skip
CONTRAST = Colours(
    name="contrast", page="#000000", card="#000000", text="#ffffff", secondary="#ffffff", line="#ffffff",
    edge="#ffffff", field="#000000", link="#ffeb3b", link_hover="#ffffff", error="#ffeb3b", success="#ffffff",
    focus="#ffeb3b", focus_text="#000000", focus_line="#ffffff",
    field_focus="#000000", field_focus_text="#ffffff", field_focus_line="#ffeb3b",
    primary="#ffffff", primary_hover="#d8dde0", primary_pressed="#aeb7bd", primary_text="#000000",
    danger="#000000", danger_text="#ffeb3b", bar="#000000", bar_text="#ffffff", nav_selected="#333333", row="#000000",
    ink="light", on_link="black", on_link_hex="#000000",
    tones={
        Tone.NEUTRAL: ToneColours("#000000", "#ffffff", "#ffffff"),
        Tone.INFO: ToneColours("#000000", "#ffffff", "#ffffff"),
        Tone.GOOD: ToneColours("#000000", "#ffffff", "#ffffff"),
        Tone.CAUTION: ToneColours("#000000", "#ffeb3b", "#ffeb3b"),
        Tone.WARNING: ToneColours("#ffeb3b", "#000000", "#ffeb3b"),
        Tone.DANGER: ToneColours("#ffffff", "#000000", "#ffeb3b"),
    },
)  # fmt: skip
_DRAWING = {
    "light": {
        "paper": "#ffffff", "ink": "#212b32", "faint": "#4c6272", "grid": "#c3cbd0", "edge": "#4c6272",
        "level_0": "#ffffff", "level_1": "#fff2a8", "level_2": "#ffc26b", "level_3": "#f58f83",
        "tint_0": "#ffffff", "tint_1": "#fffbe0", "tint_2": "#ffefd9", "tint_3": "#fde6e3",
        "series_1": "#005eb8", "series_2": "#7c2855", "series_3": "#00703c", "series_4": "#3f4b52",
        "bar_1": "#8fbce6", "bar_2": "#b9d6f0", "bar_3": "#dfecf8", "bar_4": "#e6c8d8",
        "target": "#007f3b", "event": "#7c2855", "usual": "#330072",
        "body": "#edf2f5", "body_line": "#4c6272", "mark": "#a51f14", "on_mark": "#ffffff",
    },
    "dark": {
        "paper": "#212b32", "ink": "#ffffff", "faint": "#aeb7bd", "grid": "#4c6272", "edge": "#aeb7bd",
        "level_0": "#212b32", "level_1": "#55500f", "level_2": "#87500c", "level_3": "#9c2a20",
        "tint_0": "#212b32", "tint_1": "#34351f", "tint_2": "#3f3322", "tint_3": "#452b2b",
        "series_1": "#8eb8dc", "series_2": "#f0a8c8", "series_3": "#8fd0b0", "series_4": "#d8dde0",
        "bar_1": "#2f6597", "bar_2": "#2a4d6e", "bar_3": "#2b3f50", "bar_4": "#6b3553",
        "target": "#8fd0b0", "event": "#f0a8c8", "usual": "#c9b6ff",
        "body": "#34434d", "body_line": "#aeb7bd", "mark": "#ffb3aa", "on_mark": "#212b32",
    },
    "contrast": {
        "paper": "#000000", "ink": "#ffffff", "faint": "#ffffff", "grid": "#8a8a8a", "edge": "#ffffff",
        "level_0": "#000000", "level_1": "#3d3a00", "level_2": "#6b3f00", "level_3": "#8f0f0f",
        "tint_0": "#000000", "tint_1": "#1f1e00", "tint_2": "#331f00", "tint_3": "#400707",
        "series_1": "#ffeb3b", "series_2": "#ffffff", "series_3": "#7fe3ff", "series_4": "#ffb0e0",
        "bar_1": "#00509e", "bar_2": "#003a73", "bar_3": "#00254a", "bar_4": "#5e0f45",
        "target": "#7fe3ff", "event": "#ffb0e0", "usual": "#7fe3ff",
        "body": "#1c1c1c", "body_line": "#ffffff", "mark": "#ffeb3b", "on_mark": "#000000",
    },
}  # fmt: skip
_HALF = 128
PALETTES = {Choice.LIGHT: LIGHT, Choice.DARK: DARK, Choice.CONTRAST: CONTRAST}


class _Now:
    colours: Colours = LIGHT
    percent: int = 100
    system: Choice | None = None


def colours() -> Colours:
    """The palette in force; painters ask each time they paint, so that a change shows at once."""
    return _Now.colours


def drawing() -> Mapping[str, str]:
    """What the colour roles of a drawing (:class:`app.domain.drawing.Role`) are in the palette in force, as hex."""
    return _DRAWING[_Now.colours.name]


def percent() -> int:
    """The text size in force, 100 to 200."""
    return _Now.percent


def scaled(pixels: int) -> int:
    """A length that grows with the text size, such as an icon beside a word."""
    return round(pixels * _Now.percent / 100)


def apply(app: QApplication, choice: Choice, text_size: int) -> None:
    """Give the whole program a palette and a text size (per cent, brought into 100 to 200), live.

    Nothing is done when it has them already: Qt would lay out every widget anew, which a person who signs in waits for.
    """
    _Now.percent = min(max(text_size, SIZES[0]), SIZES[-1])
    _Now.colours = PALETTES[_resolve(app, choice)]
    font = QFont(_family())
    font.setPointSizeF(BASE_POINTS * _Now.percent / 100)
    sheet = _sheet(_Now.colours, _Now.percent)
    if app.styleSheet() == sheet and app.font() == font:
        return
    app.setFont(font)
    app.setPalette(_palette(_Now.colours))
    app.setStyleSheet(sheet)


class Theme(QObject):
    """The choice of palette and text size, and the one place that changes it. ``changed`` follows each change."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = Choice.SYSTEM, text_size: int = 100) -> None:
        super().__init__(app)
        self._app = app
        self._following = False
        self.choice = choice
        self.percent = text_size
        apply(app, choice, text_size)

    def follow_system(self) -> None:
        """From now on follow the desktop's dark and high-contrast settings; called once the first window is there."""
        if self._following:
            return
        self._following = True
        _Now.system = _system_look(self._app)
        self._app.styleHints().colorSchemeChanged.connect(self._system_changed)
        if self.choice is Choice.SYSTEM and _Now.system is not None and PALETTES[_Now.system] is not colours():
            self.set()

    def set(self, choice: Choice | None = None, text_size: int | None = None) -> None:
        """Change one or both, at once and everywhere."""
        self.choice = self.choice if choice is None else choice
        self.percent = self.percent if text_size is None else min(max(text_size, SIZES[0]), SIZES[-1])
        apply(self._app, self.choice, self.percent)
        self.changed.emit()

    def _system_changed(self) -> None:
        _Now.system = _system_look(self._app)
        if self.choice is Choice.SYSTEM:
            self.set()


def tone_of(severity: Severity) -> Tone:
    """The tone of a clinical severity."""
    return _SEVERITY_TONES[severity.value]


_SEVERITY_TONES = {
    "none": Tone.GOOD,
    "routine": Tone.INFO,
    "attention": Tone.CAUTION,
    "urgent": Tone.WARNING,
    "emergency": Tone.DANGER,
}


# ------------------------------------------------------------------------------------------------- inner parts


def _resolve(app: QApplication, choice: Choice) -> Choice:
    if choice is not Choice.SYSTEM:
        return choice
    if _Now.system is None:  # before the first apply the palette is still the desktop's
        dark = app.palette().color(QPalette.ColorRole.Window).lightness() < _HALF
        _Now.system = Choice.DARK if dark else Choice.LIGHT
    return _Now.system


def _system_look(app: QApplication) -> Choice:
    from PySide6.QtCore import Qt

    hints = app.styleHints()
    if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
        return Choice.CONTRAST
    if hints.colorScheme() is Qt.ColorScheme.Unknown:
        return _Now.system or Choice.LIGHT
    return Choice.DARK if hints.colorScheme() is Qt.ColorScheme.Dark else Choice.LIGHT


@lru_cache(maxsize=1)
def _family() -> str:
    """The shipped font when there is one, so that screen and paper agree on every system; else the system's."""
    families = [_load(resources() / "fonts" / f"OpenSans-{style}.ttf") for style in ("Regular", "Bold")]
    return families[0] if all(families) else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def _load(path: Path) -> str:
    number = QFontDatabase.addApplicationFont(str(path))
    return QFontDatabase.applicationFontFamilies(number)[0] if number >= 0 else ""


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, c.page), (role.WindowText, c.text), (role.Base, c.field), (role.AlternateBase, c.row),
        (role.Text, c.text), (role.Button, c.card), (role.ButtonText, c.text), (role.BrightText, c.error),
        (role.Link, c.link), (role.LinkVisited, c.link), (role.Highlight, c.focus),
        (role.HighlightedText, c.focus_text),
        (role.ToolTipBase, c.card), (role.ToolTipText, c.text), (role.PlaceholderText, c.secondary),
        (role.Light, c.card), (role.Midlight, c.line), (role.Mid, c.edge), (role.Dark, c.edge), (role.Shadow, c.edge),
        (role.Accent, c.link),
    ):  # fmt: skip
        palette.setColor(which, QColor(colour))
    inactive = QPalette.ColorGroup.Inactive
    palette.setColor(inactive, role.Highlight, QColor(c.nav_selected))
    palette.setColor(inactive, role.HighlightedText, QColor(c.text))
    disabled = QPalette.ColorGroup.Disabled
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, which, QColor(c.secondary))
    return palette


def _sheet(c: Colours, size: int) -> str:
    def pt(points: float) -> str:
        return f"{points * size / 100:.2f}pt"

    def icon(name: str, ink: str) -> str:
        return f'url("{(resources() / "icons" / f"{name}-{ink}.svg").as_posix()}")'

    mark = round(20 * size / 100)
    # A sign drawn for a dark card cannot be seen on yellow: there yellow lines stand above and below the chosen row.
    lines = f"border: 0 solid {c.focus}; border-top-width: 2px; border-bottom-width: 2px;"
    chosen = f"background: {c.focus}; color: {c.focus_text};"
    if c.ink == "light":
        chosen = f"background: {c.nav_selected}; color: {c.text}; {lines}"
    tones = "\n".join(
        f"""
*[tone="{tone}"] {{ background: {t.fill}; color: {t.text}; border: 1px solid {t.edge}; border-radius: 4px; }}
*[tone="{tone}"] QLabel {{ color: {t.text}; background: transparent; }}
*[tone="{tone}"] QPushButton[kind="link"]:!focus {{ color: {t.text}; background: transparent; }}"""
        for tone, t in c.tones.items()
    )
    return f"""
QToolTip {{ background: {c.card}; color: {c.text}; border: 1px solid {c.edge}; padding: 4px; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {pt(18)}; font-weight: 700; color: {c.text}; }}
QLabel[role="heading"] {{ font-size: {pt(13.5)}; font-weight: 700; color: {c.text}; }}
QLabel[role="strong"] {{ font-weight: 700; }}
QLabel[role="number"] {{ font-size: {pt(20)}; font-weight: 700; }}
QLabel[role="secondary"] {{ color: {c.secondary}; }}
QLabel[role="struck"] {{ color: {c.secondary}; text-decoration: line-through; }}
QLabel[role="error"] {{ color: {c.error}; font-weight: 700; }}
QLabel[role="good"] {{ color: {c.success}; font-weight: 700; }}
QFrame[role="card"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 6px; }}
QFrame[role="rule"] {{ background: {c.line}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[role="summary"] {{ background: {c.card}; border: 4px solid {c.error}; border-radius: 0; }}
QFrame[role="summary"]:focus {{ border-color: {c.field_focus_line}; background: {c.field_focus}; }}
QFrame[fault="true"] {{ border: none; border-left: 4px solid {c.error}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget[role="page"] {{ background: {c.page}; }}

QPushButton, QToolButton {{
    background: {c.card}; color: {c.text}; border: 1px solid {c.edge}; border-radius: 4px;
    padding: 5px 14px; min-height: 20px;
}}
QPushButton:hover, QToolButton:hover {{ background: {c.nav_selected}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; color: {c.text}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {c.secondary}; border-style: dashed; background: {c.page}; }}
QPushButton[kind="primary"] {{
    background: {c.primary}; color: {c.primary_text}; border: 1px solid {c.primary}; font-weight: 700;
    padding: 9px 22px; min-height: 24px;
}}
QPushButton[kind="primary"]:hover {{ background: {c.primary_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {c.primary_pressed}; }}
QPushButton[kind="primary"]:disabled {{
    background: {c.page}; color: {c.secondary}; border: 1px dashed {c.edge};
}}
QPushButton[kind="danger"] {{
    background: {c.danger}; color: {c.danger_text}; border: 1px solid {c.danger_text}; font-weight: 700;
    padding: 9px 22px; min-height: 24px;
}}
QPushButton[kind="link"] {{
    background: transparent; color: {c.link}; border: none; text-align: left; padding: 6px 2px;
    text-decoration: underline; min-height: 20px;
}}
QPushButton[kind="link"][fault="true"] {{ color: {c.error}; font-weight: 700; }}
QPushButton[kind="link"]:hover {{ color: {c.link_hover}; }}
QPushButton[kind="row"] {{
    background: {c.card}; color: {c.text}; border: none; border-bottom: 1px solid {c.line}; border-radius: 0;
    text-align: left; padding: 10px 8px;
}}
QPushButton[kind="row"]:hover {{ background: {c.nav_selected}; }}
QPushButton:focus, QToolButton:focus {{
    background: {c.focus}; color: {c.focus_text}; border: 3px solid {c.focus_line}; padding: 3px 12px;
}}
QPushButton[kind="primary"]:focus, QPushButton[kind="danger"]:focus {{
    background: {c.focus}; color: {c.focus_text}; border: 3px solid {c.focus_line}; padding: 7px 20px;
}}
QPushButton[kind="link"]:focus {{
    background: {c.focus}; color: {c.focus_text}; border: none; border-bottom: 3px solid {c.focus_line};
    padding: 6px 2px 3px 2px; text-decoration: none;
}}
QPushButton[kind="row"]:focus {{ padding: 8px 5px; }}
QLabel[lit="true"] {{ color: {c.focus_text}; }}

QFrame[role="bar"] {{ background: {c.bar}; border: none; border-bottom: 1px solid {c.line}; }}
QFrame[role="bar"] QLabel {{ color: {c.bar_text}; }}
QFrame[role="bar"] QPushButton:!focus {{ background: transparent; color: {c.bar_text}; border-color: {c.bar_text}; }}
QFrame[role="bar"] QPushButton:!focus:hover {{ background: {c.bar_text}; color: {c.bar}; }}
QFrame[role="nav"] {{ background: {c.card}; border: none; border-right: 1px solid {c.line}; }}
QFrame[role="status"] {{ background: {c.card}; border: none; border-top: 1px solid {c.line}; }}
QFrame[role="practice"] {{ background: {c.tones[Tone.WARNING].fill}; border: none; }}
QFrame[role="practice"] QLabel {{ color: {c.tones[Tone.WARNING].text}; font-weight: 700; }}
QPushButton[kind="nav"] {{
    background: transparent; color: {c.text}; border: none; border-left: 5px solid transparent; border-radius: 0;
    text-align: left; padding: 9px 28px 9px 14px; min-height: 24px;
}}
QPushButton[kind="nav"]:hover {{ background: {c.nav_selected}; }}
QPushButton[kind="nav"]:checked {{
    background: {c.nav_selected}; border-left: 5px solid {c.link}; font-weight: 700;
}}
QPushButton[kind="nav"]:focus {{
    background: {c.focus}; color: {c.focus_text}; border: 3px solid {c.focus_line}; padding: 6px 28px 6px 16px;
}}

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {{
    background: {c.field}; color: {c.text}; border: 2px solid {c.edge}; border-radius: 3px; padding: 4px 6px;
    min-height: 20px; selection-background-color: {c.link}; selection-color: {c.card};
    placeholder-text-color: {c.secondary};
}}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {{
    background: {c.field_focus}; color: {c.field_focus_text}; border: 3px solid {c.field_focus_line}; padding: 3px 5px;
}}
QLineEdit[fault="true"]:!focus, QPlainTextEdit[fault="true"]:!focus, QComboBox[fault="true"]:!focus {{
    border: 3px solid {c.error}; padding: 3px 5px;
}}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {{ color: {c.secondary}; border-style: dashed; }}
QLineEdit[readOnly="true"] {{ background: {c.page}; }}
QComboBox QAbstractItemView {{
    background: {c.card}; color: {c.text}; border: 2px solid {c.edge};
    selection-background-color: {c.focus}; selection-color: {c.focus_text};
}}
QComboBox QAbstractItemView::item {{ min-height: {mark + 8}px; }}
QCheckBox, QRadioButton {{
    spacing: 10px; padding: 5px 6px 5px 4px; border: 3px solid transparent; min-height: {mark}px;
    background: transparent;
}}
QCheckBox::indicator, QRadioButton::indicator {{
    width: {mark - 4}px; height: {mark - 4}px; background: {c.field}; border: 2px solid {c.edge}; border-radius: 3px;
}}
QRadioButton::indicator {{ border-radius: {mark // 2}px; }}
QCheckBox::indicator:checked {{ background: {c.link}; border-color: {c.edge}; image: {icon("tick", c.on_link)}; }}
QRadioButton::indicator:checked {{ border: {round(mark * 0.3)}px solid {c.link}; background: {c.on_link_hex};
    width: {mark - 2 * round(mark * 0.3)}px; height: {mark - 2 * round(mark * 0.3)}px; }}
QCheckBox::indicator:focus, QRadioButton::indicator:unchecked:focus {{ border-color: {c.focus_text}; }}
QComboBox {{ padding-right: {mark + 8}px; }}
QComboBox::drop-down {{ border: none; width: {mark + 8}px; background: transparent; }}
QComboBox::down-arrow {{ image: {icon("chevron", c.ink)}; width: {mark - 4}px; height: {mark - 4}px; }}
QCheckBox:focus, QRadioButton:focus {{
    background: {c.focus}; color: {c.focus_text}; border: 3px solid {c.focus_line}; border-radius: 3px;
}}
QGroupBox {{ border: none; margin: 0; padding: 0; }}
QTableView {{
    background: {c.card}; alternate-background-color: {c.row}; border: 3px solid {c.line}; border-radius: 4px;
    gridline-color: {c.line};
}}
QTableView {{ outline: none; }}
QTableView:focus {{ border: 3px solid {c.field_focus_line}; }}
QTableView::item {{ padding: 2px 6px; }}
QTableView::item:selected {{ background: {c.nav_selected}; color: {c.text}; }}
QTableView::item:selected:active {{ {chosen} }}
QHeaderView::section {{
    background: {c.page}; color: {c.text}; border: none; border-bottom: 2px solid {c.edge}; padding: 8px;
    font-weight: 700;
}}
QHeaderView {{ background: {c.page}; }}
QTabBar::tab {{
    background: transparent; color: {c.link}; padding: 9px 16px; border: none; border-bottom: 4px solid transparent;
    margin-right: 4px;
}}
QTabBar::tab:selected {{ color: {c.text}; border-bottom: 4px solid {c.link}; font-weight: 700; }}
QTabBar::tab:hover {{ background: {c.nav_selected}; }}
QTabBar:focus {{ outline: none; }}
QTabBar::tab:selected:focus {{
    background: {c.focus}; color: {c.focus_text}; border-bottom: 4px solid {c.focus_line};
}}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
QProgressBar {{ background: {c.card}; border: 1px solid {c.edge}; border-radius: 3px; min-height: 12px;
    text-align: center; color: {c.text}; }}
QProgressBar::chunk {{ background: {c.link}; }}
QDialog, QMainWindow, QWidget[role="page"] {{ background: {c.page}; }}
QScrollBar:vertical {{ background: {c.page}; width: 14px; margin: 0; }}
QScrollBar:horizontal {{ background: {c.page}; height: 14px; margin: 0; }}
QScrollBar::handle {{ background: {c.edge}; border-radius: 4px; margin: 3px; min-height: 32px; min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
{tones}
"""
