"""The downtime kit in Settings: how old the last one is, making one, and how old the home lets it become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

from app.ui.pages.settings.home_cards import button_flow, inside
from app.ui.theme import scaled
from app.ui.widgets.buttons import secondary
from app.ui.widgets.field import ChoiceBox, Field
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.downtime import Standing
    from app.ui.context import Context


class DowntimeCard(QFrame):
    """Everybody may make one; the manager chooses when it is asked for again."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action
        from app.services.downtime import DAYS

        self._ctx = ctx
        self._loading = False
        self.setAccessibleName("Downtime kit")
        column = inside(self)
        column.addWidget(heading("Downtime kit"))
        column.addWidget(
            label(
                "Everybody's key facts and blank forms on paper, for when Hartwell cannot be used. It is as old as the "
                "day it was made: make a new one when residents, medicines or CPR decisions have changed.",
                "secondary",
            )
        )
        self.last = label("", "strong")
        self.old = label("", "error")
        self.old.hide()
        column.addWidget(self.last)
        column.addWidget(self.old)
        self.make_button = secondary("Make a downtime kit…", self.make)
        self.make_button.setAccessibleName("Make a downtime kit")
        column.addWidget(button_flow(self.make_button))
        self.days = ChoiceBox([(each, days_words(each)) for each in (*DAYS[1:], 0)])
        self.days.setMaximumWidth(scaled(260))
        self.days.currentIndexChanged.connect(self._chosen)
        self.field = Field("Ask for a new one", self.days, key="downtime_days", help_text="For everybody in this home")
        column.addWidget(self.field)
        self.field.setVisible(ctx.allowed(Action.MANAGE_HOME))
        if not ctx.allowed(Action.PRINT_PACK):
            self.hide()

    def load(self) -> None:
        """Read how it stands."""
        from app.services import downtime

        self._ctx.call(downtime.standing, self._show, owner=self)

    def make(self) -> None:
        """Open the dialog that makes one."""
        from app.ui.dialogs.downtime import open_kit

        open_kit(self._ctx, self)

    def _show(self, found: Standing) -> None:
        from app.ui.pages.sync.words import ago

        by = f" by {found.made_by}" if found.made_by else ""
        self.last.setText(f"Last kit: {ago(found.made_at, self._ctx.now())}{by}")
        words = "No kit has been made yet." if found.made_at is None else "It is older than this home wants."
        self.old.setText(f"{words} Make one now." if found.due else "")
        self.old.setVisible(found.due)
        self._loading = True
        self.days.set_value(found.days)
        self._loading = False

    def _chosen(self) -> None:
        days = self.days.value()
        if self._loading or not isinstance(days, int):
            return
        from app.services import downtime

        def done(_changes: Changes) -> None:
            self._ctx.messages.good(f"A new downtime kit is asked for {days_words(days).lower()}.")

        self._ctx.call(lambda session: downtime.set_days(session, days), done, owner=self)


def days_words(days: int) -> str:
    """How often, in words; 0 is never."""
    if not days:
        return "Never"
    return "Every day" if days == 1 else f"Every {days} days"
