"""The box for a password: paste and password managers work, and it can be shown."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.ui.theme import S
from app.ui.widgets.buttons import secondary


class PasswordEdit(QWidget):
    """A password with a button to show it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QLineEdit()
        self.box.setEchoMode(QLineEdit.EchoMode.Password)
        self.box.setAccessibleName("Password")
        self.show_button = secondary("Show")
        self.show_button.setAccessibleName("Show password")
        self.show_button.setCheckable(True)
        self.show_button.toggled.connect(self._reveal)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(self.box, 1)
        row.addWidget(self.show_button)
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
