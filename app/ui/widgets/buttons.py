"""Buttons: one look for the main action, one for the others, one for what cannot be undone, one like a link.

Their least heights (44 for the main action, 32 for the others) are in the style sheet: a minimum set on the widget
would let a layout squeeze it below its own text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.ui.theme import S

_ENTER_KEYS = frozenset({0x01000004, 0x01000005})  # by number: app.ui.theme says why


class Button(QPushButton):
    """A button that Enter presses just as the space bar does, in a window as in a dialog.

    The key goes no further, so that a dialog does not press its default button for it as well; a key that is held down
    presses once.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter and Return press the button."""
        if event.key() not in _ENTER_KEYS:
            super().keyPressEvent(event)
            return
        event.accept()
        if not event.isAutoRepeat():
            self.click()


def primary(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """The main action of a screen; there is at most one."""
    return _button(text, "primary", slot)


def secondary(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """Any other action."""
    return _button(text, "secondary", slot)


def danger(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """An action that cannot be taken back, such as signing an entry as made in error."""
    return _button(text, "danger", slot)


def link(text: str, slot: Callable[[], object] | None = None) -> QPushButton:
    """An action that reads as a link: going somewhere, changing one thing."""
    return _button(text, "link", slot)


def button_row(*buttons: QWidget, spread: bool = False) -> QHBoxLayout:
    """Buttons from left to right; with ``spread`` the last one stands at the right edge."""
    from PySide6.QtCore import Qt

    row = QHBoxLayout()
    row.setSpacing(S)
    for at, button in enumerate(buttons):
        if spread and at == len(buttons) - 1:
            row.addStretch(1)
        # Without an alignment the lowest button of a row would cut the others down to its height.
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
    if not spread:
        row.addStretch(1)
    return row


def _button(text: str, kind: str, slot: Callable[[], object] | None) -> QPushButton:
    button = Button(text)
    button.setProperty("kind", kind)
    button.setAutoDefault(False)
    button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    if slot is not None:
        button.clicked.connect(lambda _checked: slot())
    return button
