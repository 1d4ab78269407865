"""The instruments: whose they are, which are on, and the questionnaires that the home took in itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.ui import theme
from app.ui.pages.instruments.dialogs import PermitDialog, TakeInDialog, TurnOffDialog
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, scrolled, title

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.permission import InstrumentState
    from app.services.questionnaires import InFolder, OwnQuestionnaire
    from app.services.session import Session
    from app.ui.context import Context

MODES = {"S": "Scored here", "R": "Total from the owner's form", "C": "Recorded without a score"}


@dataclass(frozen=True, slots=True)
class _Found:
    states: tuple[InstrumentState, ...]
    folder: Path
    files: tuple[InFolder, ...]
    own: tuple[OwnQuestionnaire, ...]


class InstrumentsPage(QWidget):
    """For the manager: permissions of owners, questionnaires from elsewhere, and the list with every licence."""

    title = "Instruments"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        back = link("Back to Settings", lambda: ctx.navigate.emit("settings", None))
        column.addWidget(level((title("Instruments"), back)))
        self.gated = _Part(
            "Instruments that are off until you turn them on",
            "Some owners license each home. Record here that this home has the permission and where it can be seen; "
            "until then nobody can record with the instrument. Others are optional.",
        )
        self.folder = _Part(
            "Questionnaires of the home's own",
            "Any FHIR R4 questionnaire can be used: put its file into the folder below, look, and take it in. It is "
            "recorded without a score and evidences no premium need.",
        )
        self.table: RecordTable[InstrumentState] = RecordTable(
            "All instruments", _COLUMNS, key=lambda row: row.tool.code
        )
        self.table.setMinimumHeight(theme.scaled(320))
        for part in (self.gated, self.folder):
            column.addWidget(part)
        column.addWidget(heading("All instruments"))
        column.addWidget(self.table, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))

    def opened(self, _arg: Any) -> None:
        """Show what is in force, and what lies in the folder."""
        self._load()

    def refresh(self, changes: Changes) -> None:
        """A permission was recorded, or a questionnaire taken in."""
        if "setting" in changes.kinds:
            self._load()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def _load(self) -> None:
        self._ctx.call(_read, self._show, owner=self)

    def _show(self, found: _Found) -> None:
        self.gated.clear()
        for state in found.states:
            if state.tool.needs_permission or state.tool.optional:
                self.gated.add(self._gate(state))
        self.folder.clear()
        self.folder.add(label(f"Folder: {found.folder}", "strong", copyable=True))
        self.folder.add(secondary("Look in the folder again", self._load))
        if not found.files:
            self.folder.add(label("No questionnaire lies in the folder.", "secondary"))
        for each in found.files:
            self.folder.add(self._file(each))
        for own in found.own:
            self.folder.add(self._own(own))
        self.table.set_rows(found.states)

    def _gate(self, state: InstrumentState) -> QWidget:
        tool, given = state.tool, state.permission
        said = f"{tool.owner}. {tool.licence}"
        if given is not None:
            said = f"{said}\nRecorded by {given.by} on {date_time(given.at)}: {given.note}"
        act = (
            secondary("Turn off…", partial(self._turn_off, tool.code, tool.title))
            if state.on
            else secondary("Turn on…", partial(self._permit, state))
        )
        act.setAccessibleName(f"{act.text().rstrip('…')}: {tool.title}")
        tag = Tag("On", Tone.GOOD) if state.on else Tag("Off", Tone.NEUTRAL)
        return _line(tag, said, act, name=tool.title)

    def _file(self, found: InFolder) -> QWidget:
        if found.refused:
            return _line(Tag("Cannot be drawn", Tone.WARNING), f"{found.name}. {found.refused}", None)
        said = f"{found.title}, version {found.version}, {found.questions} questions ({found.name})"
        notes = "".join(f"\n{note}" for note in found.notes)
        if found.taken:
            return _line(Tag("Taken in", Tone.GOOD), said + notes, None)
        act = secondary("Take in…", partial(self._take_in, found))
        act.setAccessibleName(f"Take in {found.title}")
        return _line(Tag("New", Tone.INFO), said + notes, act)

    def _own(self, own: OwnQuestionnaire) -> QWidget:
        said = f"{own.title}, version {own.version}, taken in by {own.added_by} on {date_time(own.added_at)}"
        if not own.active:
            return _line(Tag("Not offered", Tone.NEUTRAL), said, None)
        act = secondary("Turn off…", partial(self._turn_off, own.code, own.title))
        act.setAccessibleName(f"Turn off {own.title}")
        return _line(Tag("In use", Tone.GOOD), said, act)

    def _permit(self, state: InstrumentState) -> None:
        PermitDialog(self._ctx, self, state.tool).open()

    def _turn_off(self, code: str, name: str) -> None:
        TurnOffDialog(self._ctx, self, code, name).open()

    def _take_in(self, found: InFolder) -> None:
        TakeInDialog(self._ctx, self, found).open()


class _Part(QFrame):
    """A card whose lines are drawn anew each time they are read."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card(spacing=S)
        outer.addWidget(frame)
        column.addWidget(heading(name))
        column.addWidget(label(words, "secondary"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(S)
        column.addLayout(self._lines)

    def clear(self) -> None:
        """Take the lines away."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def add(self, line: QWidget) -> None:
        """Draw a line."""
        self._lines.addWidget(line)
        line.show()


def _line(tag: Tag, said: str, act: QWidget | None, *, name: str = "") -> QWidget:
    frame, column = card(spacing=S)
    holder = QWidget()
    flow = FlowLayout(holder, gap=M)
    if name:
        flow.addWidget(label(name, "strong", wrap=False))
    flow.addWidget(tag)
    if act is not None:
        flow.addWidget(act)
    column.addWidget(holder)
    column.addWidget(label(said, copyable=True))
    return frame


def _code(state: InstrumentState) -> str:
    return state.tool.code


def _read(session: Session) -> _Found:
    from app.services import permission, questionnaires

    return _Found(
        permission.instruments(session),
        questionnaires.folder(session),
        questionnaires.in_folder(session),
        questionnaires.taken_in(session),
    )


_COLUMNS: tuple[Column[InstrumentState], ...] = (
    Column("Instrument", lambda r: r.tool.title, sort=lambda r: r.tool.title),
    Column("", lambda r: "On" if r.on else "Off", tone=lambda r: Tone.GOOD if r.on else Tone.NEUTRAL),
    Column("How", lambda r: MODES[r.tool.mode], sort=lambda r: r.tool.mode),
    Column("Version", lambda r: r.tool.version),
    Column("Owner", lambda r: r.tool.owner, sort=lambda r: r.tool.owner),
    Column("Licence", lambda r: r.tool.licence, stretch=True),
)
