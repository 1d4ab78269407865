"""The stop before somebody is entered twice: shows the person who is already in the record, and asks.

Two people may share a name or a birthday; then this is a different person, and a reason says how that is known.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import UserError
from app.domain.nhs import format_nhs_number
from app.domain.people import GENDER_LABELS, Gender
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.typed import Ask
from app.ui.pages.resident.words import STATUS_WORDS, born_words, breakable
from app.ui.widgets.buttons import secondary
from app.ui.widgets.text import card, label

if TYPE_CHECKING:
    from app.services.residents import DuplicateWarning, ResidentRow
    from app.ui.context import Context

REASON = Ask(
    "duplicate",
    "How do you know that this is a different person?",
    help="For example twin sister, or different NHS number seen on the GP letter",
    needed="Enter how you know that this is a different person",
)


class DuplicateDialog(FormDialog):
    """Shows who is already there. ``different`` carries the reason; ``same`` carries the resident to open instead."""

    different = Signal(str)
    same = Signal(str)

    def __init__(
        self, ctx: Context, parent: QWidget | None, typed_name: str, warnings: tuple[DuplicateWarning, ...]
    ) -> None:
        super().__init__(
            ctx,
            parent,
            "Is this somebody who is already in the record?",
            (REASON,),
            {},
            intro=f"{breakable(typed_name)} looks like somebody who is already in the record. "
            "One person must have one record.",
            action="Different person: add",
        )
        self.same_buttons = []
        place = self.body.indexOf(self.summary)
        for at, warning in enumerate(warnings):
            frame, column = card()
            column.addWidget(label(breakable(warning.resident.banner_name), "heading"))
            column.addWidget(label(who_line(warning.resident, ctx)))
            column.addWidget(label(f"Why it looks like the same person: {warning.why}", "strong"))
            same = secondary("This is the same person: open their record", partial(self._same, warning.resident))
            same.setAccessibleName(f"Same person: open the record of {warning.resident.banner_name}")
            self.same_buttons.append(same)
            column.addWidget(same)
            self.body.insertWidget(place + at, frame)

    def save(self) -> None:
        """A different person: the reason goes with the new record."""
        reason = str(self.form.typed()["duplicate"]).strip()
        if not reason:
            raise UserError(REASON.needed, field="duplicate")
        self.saved()
        self.different.emit(reason)

    def _same(self, row: ResidentRow) -> None:
        self.saved()
        self.same.emit(row.id)


def who_line(row: ResidentRow, ctx: Context) -> str:
    """Born, gender, NHS number, room and where they are now, in one line."""
    born = born_words(row.date_of_birth, row.died_at, ctx.today())
    room = f"Room {row.room}" if row.room else "Room not recorded"
    parts = (f"Born {born}", GENDER_LABELS[Gender(row.gender)], f"NHS No. {format_nhs_number(row.nhs_number)}", room)
    return " · ".join((*parts, STATUS_WORDS[row.status]))


def open_for(
    ctx: Context, parent: QWidget | None, typed_name: str, warnings: tuple[DuplicateWarning, ...]
) -> DuplicateDialog:
    """Open the question; connect ``different`` and ``same``."""
    dialog = DuplicateDialog(ctx, parent, typed_name, warnings)
    show_dialog(dialog)
    return dialog
