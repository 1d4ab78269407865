"""One's own password, for everybody who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.text import card, heading, label

if TYPE_CHECKING:
    from app.ui.context import Context


def password_card(ctx: Context) -> QFrame:
    """Who is signed in, and the button that opens the form for another password."""
    frame, column = card()
    column.addWidget(heading("My password"))
    column.addWidget(label(f"Signed in as {ctx.account.user} ({ctx.account.name})."))

    def change() -> None:
        from app.ui.dialogs import accounts

        accounts.open_form(accounts.OwnPasswordDialog(ctx, frame.window()))

    column.addLayout(button_row(secondary("Change my password…", change)))
    return frame
