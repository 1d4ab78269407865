"""Everything that happened to a resident, newest first, day by day.

Wrong-resident guard as on the record's page: one resident or none, everything emptied before another is read, and an
answer for a resident who was left meanwhile is thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.domain.dates import clock_time, date_time, day_date, to_local
from app.domain.errors import UserError
from app.domain.instruments.outcome import Severity
from app.domain.people import Resident, ResidentId
from app.ui import theme
from app.ui.messages import in_words
from app.ui.pages.assessment.words import TONES, URGENCY
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.banner import ResidentBanner
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import card, label, scrolled, title

if TYPE_CHECKING:
    from datetime import datetime

    from app.services.changes import Changes
    from app.services.session import Session
    from app.services.timeline import Entry, Timeline
    from app.ui.context import Context

_TOLD = frozenset({Severity.ATTENTION, Severity.URGENT, Severity.EMERGENCY})
_VERBS = {
    "assessment": "Open the assessment",
    "note": "Open the note",
    "alert": "Go to the alerts",
    "wound": "Go to the wound",
    "fall": "Go to the fall",
    "journey": "Go to the journey",
}
_TO_RECORD = "Go to the record"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list; ``leads`` when it is the first of its day."""

    entry: Entry
    leads: bool


class TimelinePage(QWidget):
    """``opened`` with a resident's id. ``entries`` are those on the screen."""

    title = "Timeline"  # never whose: titles stand in the task bar, in lists of windows and on shared screens

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.timeline import KIND_LABELS

        self.ctx = ctx
        self.resident_id: ResidentId | None = None
        self.resident: Resident | None = None
        self.entries: tuple[Entry, ...] = ()
        self._visit = 0
        self.banner = ResidentBanner()
        self.waiting = label("", "strong")
        self.waiting.setAccessibleName("State of the timeline")
        self.back_button = link("All of the record", self._record)
        self.filters: dict[str, QCheckBox] = {}
        for kind, words in KIND_LABELS.items():
            box = QCheckBox(words)
            box.setChecked(True)
            box.toggled.connect(self._filtered)
            self.filters[kind] = box
        self.all_button = link("Show everything", self.show_everything)
        self.older_button = secondary("Show older", self.older)
        self.table: RecordTable[Line] = RecordTable("Timeline", _COLUMNS, key=lambda line: line.entry.key)
        self.table.setMinimumHeight(theme.scaled(300))  # with large text the page scrolls, not a slit of a table
        self.table.opened.connect(lambda line: self.open_entry(line.entry))
        self.table.chosen.connect(self._tell)
        self._whole, inside = card()
        self.entry_title = label("", "strong")
        self.entry_detail = label("", copyable=True)
        self.open_button = link(_TO_RECORD, self._open_chosen)
        for part in (self.entry_title, self.entry_detail):
            inside.addWidget(part)
        inside.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._lay_out()
        self._clear("")

    # ------------------------------------------------------------------------------------------ the page protocol

    def opened(self, arg: Any) -> None:
        """Show this resident's timeline; everything of the one before is gone before anything is read."""
        if not isinstance(arg, str) or not arg:
            self._clear("No resident is chosen. Choose one in the list of residents.")
            return
        self._clear("Opening the timeline…")
        self.resident_id = ResidentId(arg)
        self._choose(self.filters)
        self._load()
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # on no button: a key held a moment too long must press nothing

    def refresh(self, changes: Changes) -> None:
        """Read again when something was saved about this resident."""
        if self.resident_id is not None and (not changes.residents or self.resident_id in changes.residents):
            self._load(again=True)

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    # ------------------------------------------------------------------------------------------------- what it does

    def older(self) -> None:
        """Show the entries before the last one on the screen."""
        if self.entries:
            self._load(before=self.entries[-1].at)

    def show_everything(self) -> None:
        """Tick every kind again."""
        if self.resident_id is not None:
            self._choose(self.filters)
            self._load(again=True)

    def chosen(self) -> tuple[str, ...]:
        """The kinds that are ticked."""
        return tuple(kind for kind, box in self.filters.items() if box.isChecked())

    def open_entry(self, entry: Entry) -> None:
        """Go to what an entry is of."""
        if self.resident is None or self.resident_id is None:
            return
        kind, name = entry.link
        if kind == "assessment":
            self._open_assessment(self.resident, name)
        elif kind == "note":
            from app.ui.pages.timeline.note import NoteDialog

            NoteDialog(self.ctx, self, self.resident, name).open()
        elif kind == "alert":
            self.ctx.navigate.emit("alerts", self.resident_id)
        elif kind == "wound":
            self.ctx.navigate.emit("wounds", (self.resident_id, name))
        elif kind == "fall":
            self.ctx.navigate.emit("falls", (self.resident_id, name))
        elif kind == "journey":
            self.ctx.navigate.emit("hospital", name)
        else:
            self._record()

    # ------------------------------------------------------------------------------------------------------- inside

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, S, L, L)
        column.setSpacing(M)
        column.addWidget(self.waiting)
        self.content = QWidget()
        inside = QVBoxLayout(self.content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(M)
        inside.addWidget(level((title("Timeline"), self.back_button)))
        self.chips = level((label("Show", "strong", wrap=False), *self.filters.values(), self.all_button))
        self.chips.setAccessibleName("Which entries are shown")
        inside.addWidget(self.chips)
        self.none = label("", "secondary")
        inside.addWidget(self.none)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.older_button, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(self._whole)
        column.addWidget(self.content, 1)
        column.addStretch(0)
        self.area = scrolled(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(M, M, M, 0)
        outer.setSpacing(S)
        outer.addWidget(self.banner)
        outer.addWidget(self.area, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _clear(self, waiting: str) -> None:
        self._visit += 1
        self.resident_id = None
        self.resident = None
        self.entries = ()
        self.banner.clear()
        self.table.set_rows(())
        self.content.hide()
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        self.area.verticalScrollBar().setValue(0)
        self.ctx.resident.emit("")

    def _choose(self, kinds: Collection[str]) -> None:
        for kind, box in self.filters.items():
            box.blockSignals(True)  # noqa: FBT003 - Qt's own
            box.setChecked(kind in kinds)
            box.blockSignals(False)  # noqa: FBT003 - Qt's own

    def _filtered(self) -> None:
        self._load(again=True)

    def _load(self, *, again: bool = False, before: datetime | None = None) -> None:
        """Read a page; a late answer for other filters or another resident is thrown away."""
        resident_id, kinds = self.resident_id, self.chosen()
        if resident_id is None:
            return
        self._visit += 1
        visit = self._visit

        def arrived(found: Timeline) -> None:
            if visit == self._visit and found.resident.id == resident_id:
                self._show(found, more=before is not None)

        def failed(exc: BaseException) -> None:
            if visit == self._visit:
                message = in_words(exc)
                self._clear(f"The timeline cannot be shown. {message.text} {message.detail}".strip())
                if not isinstance(exc, UserError):
                    self.ctx.messages.report(exc)

        self.ctx.call(partial(_read, resident_id, kinds, before, again), arrived, failed, owner=self)

    def _show(self, found: Timeline, *, more: bool) -> None:
        """Show a page; with ``more`` below those that are there, and the keyboard goes to the first of the new ones."""
        first_time = self.resident is None
        self.resident = found.resident
        self.banner.show_resident(found.resident.details, self.ctx.today(), found.status)
        if first_time:
            self.ctx.resident.emit(found.resident.id)
        self.waiting.hide()
        self.content.show()
        shown = (*self.entries, *found.entries) if more else found.entries
        self.entries = shown
        self.table.set_rows(_lines(shown))
        self.older_button.setVisible(found.more)
        self.none.setText(self._none_words())
        self.none.setVisible(not shown)
        for part in (self.table, self._whole):
            part.setVisible(bool(shown))
        self.all_button.setVisible(len(self.chosen()) < len(self.filters))
        if more and found.entries:
            self.table.select(found.entries[0].key)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        elif first_time and shown:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell(self.table.current())

    def _none_words(self) -> str:
        if not self.chosen():
            return "Nothing is ticked to be shown."
        everything = len(self.chosen()) == len(self.filters)
        return "Nothing has been recorded yet." if everything else "Nothing of what is ticked has been recorded."

    def _tell(self, line: Line | None) -> None:
        """The chosen entry whole, below the list."""
        if line is None:
            return
        entry = line.entry
        words, _ = entry_mark(entry)
        self.entry_title.setText(f"{date_time(entry.at)}  {entry.title}" + (f". {words}" if words else ""))
        self.entry_detail.setText(entry.detail)
        self.entry_detail.setVisible(bool(entry.detail))
        self.open_button.setText(_VERBS.get(entry.link[0], _TO_RECORD))

    def _open_chosen(self) -> None:
        line = self.table.current()
        if line is not None:
            self.open_entry(line.entry)

    def _open_assessment(self, resident: Resident, assessment_id: str) -> None:
        from app.services import assessments
        from app.ui.pages.resident.assessment_view import AssessmentDialog

        visit = self._visit

        def found(row: assessments.AssessmentRow) -> None:
            if visit == self._visit:
                AssessmentDialog(self.ctx, self, resident, row).open()

        self.ctx.call(lambda session: assessments.listed(session, assessment_id), found, owner=self)

    def _record(self) -> None:
        if self.resident_id is not None:
            self.ctx.navigate.emit("resident", self.resident_id)


def entry_mark(entry: Entry) -> tuple[str, Tone | None]:
    """What is said of an entry: that it was struck out or amended, or else how loudly it speaks; empty for nothing."""
    if entry.state:
        return entry.state, Tone.WARNING if entry.state == "Entered in error" else Tone.INFO
    if entry.severity in _TOLD:
        return URGENCY[entry.severity], TONES[entry.severity]
    return "", None


def _lines(entries: Sequence[Entry]) -> tuple[Line, ...]:
    """The entries, the first of each day marked as such."""
    before = None
    lines = []
    for entry in entries:
        day = to_local(entry.at).date()
        lines.append(Line(entry, day != before))
        before = day
    return tuple(lines)


def _day(line: Line) -> str:
    return day_date(to_local(line.entry.at).date())


_COLUMNS: tuple[Column[Line], ...] = (
    Column("Day", lambda line: _day(line) if line.leads else "", spoken=_day),
    Column("Time", lambda line: clock_time(line.entry.at)),
    Column("What", lambda line: line.entry.title),
    Column("Mark", lambda line: entry_mark(line.entry)[0], tone=lambda line: entry_mark(line.entry)[1]),
    Column("More", lambda line: line.entry.detail.replace("\n", " "), stretch=True),
)


def _read(
    resident_id: ResidentId,
    kinds: tuple[str, ...],
    before: datetime | None,
    again: bool,
    session: Session,
) -> Timeline:
    from app.services import timeline

    return timeline.timeline(session, resident_id, kinds, before, again=again)
