"""Writing a note, and a note whole with the way to say that it should not have been written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.dates import date_time
from app.domain.people import Resident
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.forms.typed import Ask, Reader
from app.ui.messages import in_words
from app.ui.theme import Tone
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import secondary
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.notes import NoteRow
    from app.services.session import Session
    from app.ui.context import Context

_WRONG = Ask("reason", "What was wrong", "notes", needed="Enter what was wrong")


_NOTE = (
    Ask("text", "Note", "notes", "What was seen, said or done. It is found by Search.", "Enter the note"),
    Ask("day", "Date", "date", "Today unless another is given"),
    Ask("time", "Time", "time"),
)


class WriteNoteDialog(FormDialog):
    """Writes a note about a resident, of now unless another time is given."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident) -> None:
        self._resident_id = resident.id
        super().__init__(
            ctx,
            parent,
            "Write a note",
            _NOTE,
            {},
            who=spoken_resident(resident.details, ctx.today()),
            action="Save note",
        )

    def save(self) -> None:
        """Keep it."""
        from app.services import notes

        read = Reader(_NOTE, self.form.typed(), self.ctx.today())
        text, at = read.text("text"), read.instant("day", "time")
        read.finish()
        resident_id = self._resident_id
        self.run(lambda s: notes.add(s, resident_id, text, at), lambda _: self.saved())


class NoteDialog(RecordDialog):
    """One note of one resident."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, note_id: str) -> None:
        super().__init__(ctx, parent, "Note", high=480)
        self._resident = resident
        self._row: NoteRow | None = None
        self.banner.show_resident(resident.details, ctx.today())
        self.error_button = secondary("Entered in error…", self.in_error)
        self.error_button.setEnabled(False)
        self.buttons.insertWidget(0, self.error_button)
        self.waiting = label("Opening…", "strong")
        self.body.addWidget(self.waiting)
        ctx.call(partial(_read, note_id), self._show, self._failed, owner=self)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def in_error(self) -> None:
        """Ask what was wrong, unless the role does not allow it."""
        row = self._row
        if row is None:
            return

        def may(_: None) -> None:
            dialog = NoteInErrorDialog(self.ctx, self, self._resident, row)
            dialog.accepted.connect(self.accept)
            show_dialog(dialog)

        self.ctx.call(_may_write, may, self._failed, owner=self)

    def _failed(self, exc: BaseException) -> None:
        message = in_words(exc)
        self.waiting.setText(f"{message.text} {message.detail}".strip())
        self.waiting.show()

    def _show(self, row: NoteRow) -> None:
        self._row = row
        self.waiting.hide()
        self.body.addWidget(label(f"{date_time(row.at)}, {row.author}", "strong"))
        if row.in_error:
            self.body.addWidget(Tag("Entered in error", Tone.WARNING), 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(label(row.text, copyable=True))
        self.body.addStretch(1)
        self.error_button.setEnabled(not row.in_error and row.link is None)


class NoteInErrorDialog(FormDialog):
    """Marks a note as a mistake, with the reason; it stays readable."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, row: NoteRow) -> None:
        super().__init__(
            ctx,
            parent,
            "Note entered in error",
            (_WRONG,),
            {},
            who=spoken_resident(resident.details, ctx.today()),
            intro=f"Note of {date_time(row.at)}.\n\nIt is not deleted: the record keeps it, marked, with your name and "
            "the reason.",
            action="Record as entered in error",
        )
        self._note = row.id

    def save(self) -> None:
        """Record the mistake."""
        from app.services import notes

        read = Reader((_WRONG,), self.form.typed(), self.ctx.today())
        reason = read.text("reason")
        read.finish()
        note = self._note
        self.run(lambda s: notes.entered_in_error(s, note, reason=reason), lambda _: self.saved())


def _read(note_id: str, session: Session) -> NoteRow:
    from app.services import notes

    return notes.note(session, note_id)


def _may_write(session: Session) -> None:
    from app.services import access

    access.require(session, access.Action.RECORD_ASSESSMENT)
