"""The audit trail of the whole home: sign-ins, accounts, backups, exports and everything done to any record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import UserError
from app.ui import theme
from app.ui.audit_list import AuditList
from app.ui.theme import L, M
from app.ui.widgets.buttons import button_row, link, secondary
from app.ui.widgets.text import label, scrolled, title

if TYPE_CHECKING:
    from app.services.audit import AuditPage, Wanted
    from app.services.changes import Changes
    from app.services.session import Session
    from app.ui.context import Context


class AuditTrailPage(QWidget):
    """Who did what on this laptop, and the same as a table for the DSPT."""

    title = "Audit"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.audit import CATEGORIES

        self._ctx = ctx
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(title("Audit"))
        column.addWidget(
            label(
                "Everything that was done on this laptop and by whom, newest first. Nobody can change or delete an "
                "entry. The table for a DSPT assessment holds what the filters show, and no resident's name.",
                "secondary",
            )
        )
        self.entries = AuditList(ctx, _load, [(key, words) for key, (words, _) in CATEGORIES.items()], residents=True)
        self.entries.table.setMinimumHeight(min(theme.scaled(380), 460))  # the page scrolls; four lines are no list
        column.addWidget(self.entries, 1)
        self.export_button = secondary("Save as a table (CSV)…", self.export)
        column.addLayout(
            button_row(self.export_button, link("Back to Settings", lambda: ctx.navigate.emit("settings", None)))
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))

    def opened(self, _arg: Any) -> None:
        """Show the newest entries."""
        self.entries.load()

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002 - every page has this shape
        """Whatever was saved made an entry."""
        self.entries.load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def export(self) -> None:
        """Ask for the password and where, then save what the filters show."""
        from app.ui.pages.audit.export import open_audit_export

        try:
            wanted = self.entries.wanted()
        except UserError:
            self.entries.load()  # marks what is wrong
            return
        open_audit_export(self._ctx, self, wanted, self.entries.load)


def _load(session: Session, wanted: Wanted, before: int | None) -> AuditPage:
    from app.services import audit

    return audit.trail(session, wanted, before=before)
