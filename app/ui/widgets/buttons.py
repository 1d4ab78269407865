"""Buttons: one look for the main action, one for the others, one for what cannot be undone, one like a link."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.ui.theme import MAIN_TARGET, TARGET, S


def primary(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """The main action of a screen; there is at most one."""
    return _button(text, "primary", MAIN_TARGET, slot)


def secondary(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """Any other action."""
    return _button(text, "secondary", TARGET, slot)


def danger(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """An action that cannot be taken back, such as signing an entry as made in error."""
    return _button(text, "danger", MAIN_TARGET, slot)


def link(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """An action that reads as a link: going somewhere, changing one thing."""
    return _button(text, "link", TARGET, slot)


def button_row(*buttons: QWidget, spread: bool = False) -> QHBoxLayout:
    """Buttons from left to right; with ``spread`` the last one stands at the right edge."""
    row = QHBoxLayout()
    row.setSpacing(S)
    for button in buttons[:-1] if spread else buttons:
        row.addWidget(button)
    row.addStretch(1)
    if spread and buttons:
        row.addWidget(buttons[-1])
    return row


def _button(text: str, kind: str, height: int, slot: Callable[[], object] | None) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setMinimumHeight(height)
    button.setAutoDefault(False)
    button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    if slot is not None:
        button.clicked.connect(lambda _checked: slot())
    return button
