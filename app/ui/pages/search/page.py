"""Searching the notes: of the whole home or of one resident, the newest or the best first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QRadioButton, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.people import ResidentId
from app.ui import theme
from app.ui.messages import in_words
from app.ui.pages.search.hits import HitDelegate, spoken
from app.ui.theme import Tone
from app.ui.widgets.buttons import button_row, link, primary, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import card, label, page_column, title

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.notes import NoteRow
    from app.services.residents import ResidentRow
    from app.services.session import Session
    from app.ui.context import Context

FIRST = 50
"""Notes shown at first, and with each "Show more"."""
STATUS = {"here": "", "away": "away", "left": "has left", "died": "has died"}
_EVERYBODY = ("", "Everybody, past and present")


class SearchPage(QWidget):
    """``opened`` with a resident's id searches that one's notes; with None everybody's."""

    title = "Search"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._asked = 0
        self._searched: tuple[str, str, bool] | None = None
        self._wanted = ""
        self.words = QLineEdit()
        self.words.setAccessibleName("Words in the notes")
        self.words.setAccessibleDescription("Every word must be there; the last may be the beginning of one")
        self.words.setPlaceholderText("Words in the notes, for example: red heel")
        self.words.setMinimumWidth(self.words.fontMetrics().averageCharWidth() * 40)
        self.words.returnPressed.connect(self.search)
        self.resident = ChoiceBox((_EVERYBODY,))
        self.resident.setAccessibleName("Whose notes")
        self.newest = QRadioButton("Newest first")
        self.best = QRadioButton("Best match first")
        self.newest.setChecked(True)
        self.search_button = primary("Search", self.search)
        self.count = label("", "strong")
        self.table: RecordTable[NoteRow] = RecordTable("Notes found", columns(), key=lambda row: row.id)
        self.delegate = HitDelegate(_pieces_of(self.table), self.table)
        self.table.setItemDelegateForColumn(NOTE, self.delegate)
        self.table.setMinimumHeight(theme.scaled(260))
        self.table.chosen.connect(self._show_note)
        self.table.opened.connect(self._open)
        self.more_button = secondary("Show more", self.more)
        self._note, inside = card()
        self.note_head = label("", "strong")
        self.note_text = label("", copyable=True)
        self.timeline_button = link("Timeline of this resident", self._timeline)
        self.record_button = link("Open the record", lambda: self._open(self.table.current()))
        for part in (self.note_head, self.note_text, level((self.record_button, self.timeline_button))):
            inside.addWidget(part)
        self._lay_out()
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._to_words)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._nothing("")

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Ready to search, the keyboard in the box. For a resident, what was found for another is gone; without one,
        what was found last is still there to go on with."""
        self._wanted = arg if isinstance(arg, str) else ""
        if self._searched is None or (self._wanted and self._searched[1] != self._wanted):
            self._nothing("")
        self._load_residents()
        self._to_words()

    def refresh(self, changes: Changes) -> None:
        """A note that was written meanwhile is found by searching again, which is for the person to do."""
        if "resident" in changes.kinds:
            self._load_residents()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    # ------------------------------------------------------------------------------------------------- what it does

    def search(self) -> None:
        """Look for what is typed."""
        words, resident = self.words.text(), str(self.resident.value() or "")
        if not words.strip():
            self._nothing("Enter a word to look for")
            self._to_words()
            return
        self._searched = (words, resident, self.best.isChecked())
        self.count.setText("Searching…")
        self._read(None)

    def more(self) -> None:
        """Show the notes before the last one shown."""
        if self.table.rows and self._searched is not None:
            self._read(self.table.rows[-1])

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        column = page_column(self)
        column.addWidget(title("Search the notes"))
        column.addWidget(
            label(
                "Finds written notes and the notes of assessments. Every word must be there; the last may be only the "
                "beginning of one. The audit trail says that you searched, not for which words.",
                "secondary",
            )
        )
        column.addWidget(level((self.words, self.search_button)))
        whose = label("Whose notes", "strong", wrap=False)
        whose.setBuddy(self.resident)
        column.addWidget(level((whose, self.resident, self.newest, self.best)))
        column.addWidget(self.count)
        found = QVBoxLayout()
        found.addWidget(self.table, 1)
        found.addLayout(button_row(self.more_button))
        column.addLayout(found, 1)
        column.addWidget(self._note)
        column.addStretch(0)

    def _to_words(self) -> None:
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()

    def _nothing(self, said: str) -> None:
        self._asked += 1
        self._searched = None
        self.count.setText(said)
        self.table.set_rows(())
        for part in (self.table, self.more_button, self._note):
            part.hide()

    def _load_residents(self) -> None:
        def arrived(rows: tuple[ResidentRow, ...]) -> None:
            options = [(str(row.id), _who(row.banner_name, row.status)) for row in rows]
            chosen = self._wanted or self.resident.value() or ""
            self._wanted = ""
            self.resident.set_options((_EVERYBODY, *options))
            self.resident.set_value(chosen)
            if self.resident.value() is None:
                self.resident.set_value("")

        self.ctx.call(_everybody, arrived, owner=self)

    def _read(self, before: NoteRow | None) -> None:
        if self._searched is None:
            return
        self._asked += 1
        asked = self._asked

        def arrived(rows: tuple[NoteRow, ...]) -> None:
            if asked == self._asked:
                self._show(rows, before)

        def failed(exc: BaseException) -> None:
            if asked == self._asked:
                message = in_words(exc)
                self._nothing(f"{message.text} {message.detail}".strip())

        self.ctx.call(partial(_search, self._searched, before), arrived, failed, owner=self)

    def _show(self, found: tuple[NoteRow, ...], before: NoteRow | None) -> None:
        rows = found if before is None else (*self.table.rows, *found)
        full = len(found) == FIRST
        ranked = self._searched is not None and self._searched[2]
        self.table.set_rows(rows)
        for part in (self.table, self._note):
            part.setVisible(bool(rows))
        self.more_button.setVisible(full and not ranked)
        notes = "1 note" if len(rows) == 1 else f"{len(rows):,} notes"
        if not rows:
            self.count.setText("No note has all these words.")
        elif ranked:
            self.count.setText(f"The best {notes}" if full else f"{notes}, the best first")
        else:
            self.count.setText(f"The newest {notes}" if full else f"{notes}, the newest first")
        self._show_note(self.table.current())
        if rows and before is None:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_note(self, row: NoteRow | None) -> None:
        """The chosen note whole, below the table."""
        if row is None:
            return
        struck = ". Entered in error" if row.in_error else ""
        self.note_head.setText(f"{_who(row.resident_name, row.status)}. {date_time(row.at)}, {row.author}{struck}")
        self.note_text.setText(row.text)

    def _open(self, row: NoteRow | None) -> None:
        if row is not None:
            self.ctx.navigate.emit("resident", ResidentId(row.resident_id))

    def _timeline(self) -> None:
        row = self.table.current()
        if row is not None:
            self.ctx.navigate.emit("timeline", ResidentId(row.resident_id))


NOTE = 3


def columns() -> tuple[Column[NoteRow], ...]:
    """The columns of the notes found; :data:`NOTE` is the one of the extract."""
    return (
        Column("When", lambda row: date_time(row.at)),
        Column("Resident", lambda row: _who(row.resident_name, row.status)),
        Column("Written in", _source, tone=lambda row: Tone.WARNING if row.in_error else None),
        Column("Note", spoken, stretch=True),
    )


def _pieces_of(table: RecordTable[NoteRow]) -> Any:
    """What the delegate asks for, without a reference from the table's own part back to the table."""
    records = table.records
    return lambda at: records.rows[at].extract


def _source(row: NoteRow) -> str:
    return f"{row.source} · entered in error" if row.in_error else row.source


def _who(name: str, status: str) -> str:
    return f"{name} ({STATUS[status]})" if STATUS[status] else name


def _everybody(session: Session) -> tuple[ResidentRow, ...]:
    from app.services import residents

    return residents.find_residents(session, include_left=True)


def _search(asked: tuple[str, str, bool], before: NoteRow | None, session: Session) -> tuple[NoteRow, ...]:
    from app.services import notes

    words, resident, ranked = asked
    person = ResidentId(resident) if resident else None
    return notes.search(session, words, person, FIRST, ranked=ranked, before=before)
