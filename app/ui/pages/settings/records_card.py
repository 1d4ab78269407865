"""From Settings to what a manager or auditor looks at now and then: instruments, audit, keeping and destroying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

from app.ui.pages.settings.home_cards import button_flow, inside
from app.ui.widgets.buttons import secondary
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from app.ui.context import Context


class RecordsCard(QFrame):
    """Ways on; each is there for the roles that may go it, and the card for none that may go neither."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action

        self.setAccessibleName("Looking after the records")
        column = inside(self)
        column.addWidget(heading("Looking after the records"))
        column.addWidget(
            label(
                "Which instruments may be used, who did and looked at what, and which records are past the time they "
                "must be kept.",
                "secondary",
            )
        )
        self.audit_button = secondary("Audit trail", lambda: ctx.navigate.emit("audit", None))
        self.retention_button = secondary(
            "Keeping and destroying records", lambda: ctx.navigate.emit("retention", None)
        )
        self.instruments_button = secondary("Instruments", lambda: ctx.navigate.emit("instruments", None))
        column.addWidget(button_flow(self.instruments_button, self.audit_button, self.retention_button))
        ways = (
            (self.instruments_button, Action.MANAGE_HOME),
            (self.audit_button, Action.VIEW_AUDIT),
            (self.retention_button, Action.RETENTION),
        )
        closed = [button for button, action in ways if not ctx.allowed(action)]
        # Only ever hidden here: what is shown before it stands in the page would be a window of its own.
        for button in closed:
            button.hide()
        if len(closed) == len(ways):
            self.hide()
