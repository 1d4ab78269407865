"""Large text in a dialog: the form scrolls, the buttons keep their full height."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.ui.pages.resident.form import FormDialog


def give_buttons_their_height(dialog: FormDialog) -> None:
    """Side by side without an alignment, the lowest of the buttons would limit the height of them all."""
    for button in (dialog.save_button, dialog.cancel_button):
        dialog.buttons.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
