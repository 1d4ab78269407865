"""The signed-in person's password again, before an act that carries their signature."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.dialogs.frame import Question
from app.ui.widgets.buttons import primary
from app.ui.widgets.field import Field
from app.ui.widgets.password import PasswordEdit


class AskPassword(Question):
    """Asks for the password; whether it is right is for the service to say."""

    def __init__(self, parent: QWidget | None, title: str, text: str, action: str, error: str) -> None:
        button = primary(action)
        super().__init__(parent, title, text, button, "Cancel")
        self.password = PasswordEdit()
        self.field = Field("Your password", self.password, key="password")
        self.body.addWidget(self.field)
        button.clicked.connect(self._check)
        self.field.set_error(error)
        self.field.focus()

    def _check(self) -> None:
        self.field.set_error("" if self.password.text() else "Enter your password")
        if self.password.text():
            self.accept()
        else:
            self.field.focus()


def ask_password(parent: QWidget | None, title: str, text: str, action: str, *, error: str = "") -> str | None:
    """Ask for the password; None when it was cancelled. After a wrong one ask again with ``error``."""
    asked = AskPassword(parent, title, text, action, error)
    answer = asked.exec()
    password = asked.password.text()
    asked.password.clear()
    asked.deleteLater()
    return password if answer == AskPassword.DialogCode.Accepted else None
