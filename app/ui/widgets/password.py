"""The box for a password: paste and password managers work, and it can be shown; for a new one, help in choosing it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.ui.theme import XS, S
from app.ui.widgets.buttons import secondary
from app.ui.widgets.text import label


class PasswordEdit(QWidget):
    """A password with a button to show it.

    With ``known``, a call that gives the names of the person and the home, it is for choosing a new password: it says
    how strong what was typed is, and a button puts in a phrase of words chosen by chance, shown so that it can be
    learnt or written down.
    """

    def __init__(self, parent: QWidget | None = None, *, known: Callable[[], tuple[str, ...]] | None = None) -> None:
        super().__init__(parent)
        self.box = QLineEdit()
        self.box.setEchoMode(QLineEdit.EchoMode.Password)
        self.box.setAccessibleName("Password")
        self.show_button = secondary("Show")
        self.show_button.setAccessibleName("Show password")
        self.show_button.setCheckable(True)
        self.show_button.toggled.connect(self._reveal)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.box, 1)
        row.addWidget(self.show_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addLayout(row)
        self.help = _Choosing(self, known) if known is not None else None
        if self.help is not None:
            column.addWidget(self.help)
        self.setFocusProxy(self.box)

    def text(self) -> str:
        """The password as typed: spaces count."""
        return self.box.text()

    def clear(self) -> None:
        """Forget it and hide the next one."""
        self.box.clear()
        self.show_button.setChecked(False)

    def _reveal(self, on: bool) -> None:
        self.box.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)
        self.show_button.setText("Hide" if on else "Show")
        self.show_button.setAccessibleName("Hide password" if on else "Show password")


class _Choosing(QWidget):
    """How strong the password in the box is, as a word and a bar, and the button that suggests one."""

    def __init__(self, edit: PasswordEdit, known: Callable[[], tuple[str, ...]]) -> None:
        super().__init__()
        self._edit = edit
        self._known = known
        self.words = label("", "secondary")
        self.bar = QProgressBar()
        self.bar.setRange(0, 5)
        self.bar.setTextVisible(False)
        self.suggest_button = secondary("Suggest a phrase", self.suggest)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.bar, 1)
        row.addWidget(self.suggest_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addLayout(row)
        column.addWidget(self.words)
        edit.box.textChanged.connect(self.measure)
        self.measure()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Load the estimate once it is on the screen, so that the first key typed does not wait for it."""
        super().showEvent(event)
        QTimer.singleShot(0, self, _load)

    def measure(self) -> None:
        """Say how strong the password is now."""
        text = self._edit.text()
        if not text:
            self._say(0, "Strength: nothing typed yet")
            return
        from app.services.passwords import SHORTEST, strength

        found = strength(text, *self._known())
        if len(text) < SHORTEST:
            self._say(1, f"Strength: too short, {len(text)} of at least {SHORTEST} characters")
        elif not found.enough:
            self._say(found.score + 1, f"Strength: {found.label}. Add words that have nothing to do with each other")
        else:
            self._say(found.score + 1, f"Strength: {found.label}")

    def suggest(self) -> None:
        """Put a phrase into the box and show it."""
        from app.services.passwords import suggest_phrase

        self._edit.show_button.setChecked(True)
        self._edit.box.setText(suggest_phrase())
        self._edit.box.setFocus()
        self.words.setText(f"{self.words.text()}. Learn it, or write it down and lock it away")

    def _say(self, value: int, words: str) -> None:
        self.bar.setValue(value)
        self.bar.setAccessibleName(words)
        self.words.setText(words)


def _load() -> None:
    from app.services import passwords

    passwords.strength("loaded")
