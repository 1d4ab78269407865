"""The step between a one-time secret and the record: choosing a password that nobody else knows."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import Problem, UserError
from app.ui.theme import XL, M
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import Field, show_problems
from app.ui.widgets.layouts import keep_tab_order
from app.ui.widgets.password import PasswordEdit
from app.ui.widgets.text import card, label, title

_LEFT_ALONE_MS = 5 * 60 * 1000


class OwnPassword(QWidget):
    """Asks for the new password twice. ``chosen`` carries it; ``given_up`` says that nobody goes on with it, pressed or
    left alone for five minutes: until then the record is open behind it, and whoever comes by could choose."""

    chosen = Signal(str)
    given_up = Signal()

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names
        self.new, self.again = PasswordEdit(known=lambda: names), PasswordEdit()
        self.fields = (
            Field("Your new password", self.new, key="new",
                  help_text="At least 8 characters. Words that have nothing to do with each other are best"),
            Field("Your new password again", self.again, key="again"),
        )  # fmt: skip
        self.summary = ErrorSummary()
        self.save_button = primary("Save and go on", self.save)
        self.back_button = secondary("Back to sign-in", self.given_up.emit)
        panel, inside = card(spacing=M)
        inside.setContentsMargins(XL, XL, XL, XL)
        inside.addWidget(title("Choose your own password"))
        inside.addWidget(
            label(
                "You signed in with a one-time secret that a manager made. Choose a password that only you know: your "
                "signature rests on it. Nobody can look it up."
            )
        )
        inside.addWidget(self.summary)
        for field in self.fields:
            inside.addWidget(field)
        inside.addLayout(button_row(self.save_button, self.back_button))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        if self.new.help is not None:
            keep_tab_order([self.new.box, self.again, self.again.box, self.new.show_button,
                            self.new.help.suggest_button, self.again.show_button])  # fmt: skip
        self._alone = QTimer(self)
        self._alone.setSingleShot(True)
        self._alone.timeout.connect(self.given_up)
        for edit in (self.new, self.again):
            edit.box.textChanged.connect(lambda _text: self._alone.start(_LEFT_ALONE_MS))
        self._alone.start(_LEFT_ALONE_MS)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter goes from the first box to the second, and from there on."""
        super().keyPressEvent(event)
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or event.isAutoRepeat():
            return
        if self.new.box.hasFocus():
            self.again.box.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.again.box.hasFocus():
            self.save()

    def focus_first(self) -> None:
        """The keyboard to the new password."""
        self.new.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Give out the password, once both boxes agree and it would protect."""
        from app.services.passwords import check_password

        if not self.save_button.isEnabled():
            return
        new = self.new.text()
        try:
            check_password(new, *self._names, field="new")
        except UserError as refusal:
            self.mark(refusal.problems)
            return
        if new != self.again.text():
            self.mark((Problem("again", "The two passwords must be the same"),))
            return
        self.mark(())
        self.busy(on=True)
        self.chosen.emit(new)

    def mark(self, problems: tuple[Problem, ...]) -> None:
        """Mark these problems; none takes every mark away."""
        show_problems(problems, self.fields, self.summary)

    def busy(self, *, on: bool) -> None:
        """No second press while the first is being carried out."""
        self.save_button.setEnabled(not on)
        self.back_button.setEnabled(not on)

    def forget(self) -> None:
        """Drop what was typed, and count no more time."""
        self._alone.stop()
        self.new.clear()
        self.again.clear()
        self._alone.stop()
