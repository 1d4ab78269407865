"""After how long Hartwell locks by itself: everybody sees it, the manager chooses it for the home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.ui.theme import M, scaled
from app.ui.widgets.field import ChoiceBox, Field
from app.ui.widgets.text import card, heading, label

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.ui.context import Context


class LockCard(QFrame):
    """A choice that takes effect at once."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action
        from app.services.settings import LOCK_MINUTES

        self._ctx = ctx
        self._loading = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card(spacing=M)
        outer.addWidget(frame)
        column.addWidget(heading("Locking"))
        self.words = label("")
        column.addWidget(self.words)
        self.minutes = ChoiceBox([(each, f"{each} minutes") for each in LOCK_MINUTES])
        self.minutes.setMaximumWidth(scaled(260))
        self.minutes.currentIndexChanged.connect(self._chosen)
        self.field = Field("Lock after", self.minutes, key="lock_minutes", help_text="For everybody in this home")
        column.addWidget(self.field)
        self._may = ctx.allowed(Action.MANAGE_HOME)
        self.field.setVisible(self._may)
        self.load()

    def load(self) -> None:
        """Show what is in force."""
        from app.services import settings

        self._ctx.call(settings.lock_minutes, self._show, owner=self)

    def _show(self, minutes: int) -> None:
        whose = "" if self._may else " The manager can change this."
        self.words.setText(
            f"Hartwell locks when nobody has touched it for {minutes} minutes, and warns a minute before. "
            f"It also locks when the laptop is locked, sleeps or changes its user, and with Ctrl+L.{whose}"
        )
        self._loading = True
        self.minutes.set_value(minutes)
        self._loading = False

    def _chosen(self) -> None:
        minutes = self.minutes.value()
        if self._loading or not isinstance(minutes, int):
            return
        from app.services import settings

        def done(_changes: Changes) -> None:
            self._ctx.messages.good(f"Hartwell now locks after {minutes} minutes.")

        self._ctx.call(lambda session: settings.set_lock_minutes(session, minutes), done, owner=self)
