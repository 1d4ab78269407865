"""The list of residents: find somebody by anything known about them, open their record, add, import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.domain.dates import long_date, to_local
from app.domain.nhs import format_nhs_number
from app.domain.people import CprKind, ResidentId
from app.ui import theme
from app.ui.pages.resident.words import AREA_LABELS, CPR_SHORT, STATUS_WORDS, born_words, plural
from app.ui.theme import M, Tone
from app.ui.widgets.buttons import link, primary, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import card, heading, label, page_column, title

if TYPE_CHECKING:
    from app.services.changes import Changes
    from app.services.residents import ResidentRow
    from app.services.session import Session
    from app.ui.context import Context
    from app.ui.tasks import Job

_KINDS = frozenset({"resident", "fact", "assessment", "draft", "alert", "transfer"})
_WIDEST = {0: 280, 1: 120}
"""Name and room, at 100 % text: wide enough for nearly everybody."""
_SHARE = {0: 0.36, 1: 0.18}
"""The most of the table that these take, so that alerts and CPR are on the screen with large text as well."""
_NEXT = frozenset({Qt.Key.Key_Down, Qt.Key.Key_PageDown})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ResidentsPage(QWidget):
    """Everybody who lives here, or everybody ever, filtered while typing."""

    title = "Residents"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._asked = 0
        self._job: Job | None = None
        self._shown: str | None = None

        self.search = QLineEdit()
        self.search.setAccessibleName("Find a resident")
        self.search.setAccessibleDescription("By name, room, NHS number or date of birth. Down arrow goes to the list")
        self.search.setPlaceholderText("Name, room, NHS number or date of birth")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(self.search.fontMetrics().averageCharWidth() * 44)
        self.search.textChanged.connect(self._ask)
        self.search.installEventFilter(self)
        self.left = QCheckBox("Include residents who have left or died")
        self.left.toggled.connect(self._ask)
        self.count = label("", "secondary", wrap=False)
        self.count.setAccessibleName("How many")
        self.add_button = primary("Add resident", self.add)
        self.import_button = secondary("Import from CSV…", self.import_csv)
        self.table: RecordTable[ResidentRow] = RecordTable("Residents", self._columns(), key=lambda row: row.id)
        self._fitted = 0
        self._higher: set[int] = set()
        self.table.opened.connect(lambda row: self.ctx.navigate.emit("resident", row.id))
        self.nobody, inside = card()
        self.nobody_title = heading("")
        self.nobody_words = label("")
        self.nobody_clear = link("Clear the search", self._clear)
        for part in (self.nobody_title, self.nobody_words):
            inside.addWidget(part)
        inside.addWidget(self.nobody_clear, 0, Qt.AlignmentFlag.AlignLeft)
        self.nobody.hide()
        self._lay_out()
        self._shortcuts()

    def opened(self, arg: Any) -> None:
        """Show the list; a text as ``arg`` is what to look for."""
        if isinstance(arg, str) and arg != self.search.text():
            self.search.setText(arg)
        else:
            self._ask()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Names take their share of the new width."""
        super().resizeEvent(event)
        if self.table.rows and self._fitted != self.table.viewport().width():
            self._fit_names()

    def refresh(self, changes: Changes) -> None:
        """Read the list again when something in it may have changed; the search and the chosen row stay."""
        if changes.kinds & _KINDS:
            self._ask()

    def can_leave(self) -> bool:
        """Nothing is typed here that could be lost."""
        return True

    def add(self) -> None:
        """Open the form of a new resident, unless the role does not allow it."""
        from app.ui.dialogs import resident_edit

        def opened(key: str) -> None:
            dialog = resident_edit.add(self.ctx, self, key)
            dialog.added.connect(lambda resident_id: self.ctx.navigate.emit("resident", ResidentId(resident_id)))

        self.ctx.call(_may_add, opened, owner=self)

    def import_csv(self) -> None:
        """Open the import, unless the role does not allow it."""
        from app.ui.dialogs import import_csv

        def may(_: None) -> None:
            import_csv.open_for(self.ctx, self, "residents")

        self.ctx.call(_may_import, may, owner=self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Down goes from the search into the list; Enter opens the only one found, or goes into the list."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _ENTER and len(self.table.rows) == 1 and self._shown == self.search.text():
                self.ctx.navigate.emit("resident", self.table.rows[0].id)
                return True
            if (key in _ENTER or key in _NEXT) and self.table.rows:
                self.table.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if key == Qt.Key.Key_Escape and self.search.text():
                self._clear()
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        tools = level((self.search, self.left, self.count))
        top = level((title("Residents"), self.add_button, self.import_button))
        self.table.setMinimumHeight(theme.scaled(240))  # with large text the page scrolls, not a slit of a table
        column = page_column(self)
        column.addWidget(top)
        column.addWidget(tools)
        column.addWidget(self.table, 1)
        column.addWidget(self.nobody)
        column.addStretch(0)

    def _shortcuts(self) -> None:
        for keys, slot in (
            (QKeySequence.StandardKey.Find, self._find),
            (QKeySequence.StandardKey.New, self.add),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _clear(self) -> None:
        self.search.clear()
        self._find()

    def _ask(self) -> None:
        """Ask the store for what is typed now; questions still waiting are dropped, and so is a late answer."""
        from app.services import residents

        if self._job is not None:
            self._job.cancel()
        self._asked += 1
        number, query, with_left = self._asked, self.search.text(), self.left.isChecked()

        def answered(rows: tuple[ResidentRow, ...]) -> None:
            if number == self._asked:
                self._show(rows, query)

        self._job = self.ctx.call(
            lambda s: residents.find_residents(s, query, include_left=with_left), answered, owner=self
        )

    def _show(self, rows: tuple[ResidentRow, ...], query: str) -> None:
        self._shown = query
        self._higher = set()
        self.table.set_rows(rows)
        self._fit_names()
        found = bool(rows)
        self.table.setVisible(found)
        self.nobody.setVisible(not found)
        who = "residents, past and present" if self.left.isChecked() else "residents"
        count = plural(len(rows), "resident", who)
        self.count.setText(f"{count} found for “{query.strip()}”" if query.strip() else count)
        if found:
            return
        self.nobody_clear.setVisible(bool(query.strip()))
        if query.strip():
            self.nobody_title.setText(f"Nobody found for “{query.strip()}”")
            self.nobody_words.setText(
                "Try part of the name, the room, the NHS number with or without spaces, or the date of birth."
                + ("" if self.left.isChecked() else " Residents who have left or died are not included.")
            )
        else:
            self.nobody_title.setText("No residents yet")
            self.nobody_words.setText(
                "Add the first resident, or import a list from a CSV file."
                if self.left.isChecked()
                else "Nobody lives here at present. Add a resident, or import a list from a CSV file."
            )

    def _fit_names(self) -> None:
        """A very long name takes more lines instead of pushing every other column out of sight."""
        self.table.horizontalHeader().setMinimumSectionSize(theme.scaled(48))
        higher: set[int] = set()
        self.table.setWordWrap(False)  # with it Qt makes a column only as wide as the text of its first row
        for column in range(len(self.table.records.columns)):
            self.table.resizeColumnToContents(column)
        self._fitted = self.table.viewport().width()
        for column, width in _WIDEST.items():
            widest = min(theme.scaled(width), max(int(_SHARE[column] * self._fitted), theme.scaled(100)))
            if self.table.columnWidth(column) <= widest:
                continue
            room, metrics = widest - 2 * M, self.table.fontMetrics()
            self.table.setColumnWidth(column, widest)
            text = self.table.records.columns[column].text
            for at, row in enumerate(self.table.rows):
                if metrics.horizontalAdvance(text(row)) > room:
                    higher.add(at)
        self.table.setWordWrap(True)
        for at in self._higher | higher:
            self.table.setRowHeight(at, self.table.verticalHeader().defaultSectionSize())
        for at in higher:
            self.table.resizeRowToContents(at)
        self._higher = higher

    def _columns(self) -> tuple[Column[ResidentRow], ...]:
        return (
            Column("Name", _name, spoken=_spoken_name, sort=lambda r: r.banner_name.casefold()),
            Column("Room", lambda r: r.room or "Not recorded", sort=lambda r: (len(r.room), r.room)),
            Column("Alerts", lambda r: str(r.standing_alerts) if r.standing_alerts else "None",
                   spoken=lambda r: plural(r.standing_alerts, "standing alert") if r.standing_alerts else "",
                   tone=lambda r: Tone.DANGER if r.standing_alerts else None, sort=lambda r: -r.standing_alerts),
            Column("CPR", _cpr, tone=_cpr_tone, sort=_cpr),
            Column("NHS No.", lambda r: format_nhs_number(r.nhs_number), spoken=_spoken_nhs),
            Column("Born", self._born, spoken=self._spoken_born, sort=lambda r: r.date_of_birth),
            Column("Status", lambda r: STATUS_WORDS[r.status], tone=_status_tone, sort=lambda r: r.status),
            Column("Due", _due, tone=lambda r: Tone.WARNING if r.due else None, sort=lambda r: -r.due),
            Column("Needs", lambda r: ", ".join(AREA_LABELS[a] for a in r.need_areas) or "None recorded",
                   sort=lambda r: -len(r.need_areas)),
        )  # fmt: skip

    def _born(self, row: ResidentRow) -> str:
        return born_words(row.date_of_birth, row.died_at, self.ctx.today())

    def _spoken_born(self, row: ResidentRow) -> str:
        died = f", died {long_date(to_local(row.died_at).date())}" if row.died_at else ""
        return f"{long_date(row.date_of_birth)}{died}"


def _may_add(session: Session) -> str:
    """A key that is probably free; refused in words when the role may not add."""
    from app.services import access, residents

    access.require(session, access.Action.EDIT_RESIDENTS)
    return f"R{len(residents.find_residents(session, include_left=True)) + 1:03d}"


def _may_import(session: Session) -> None:
    from app.services import access

    access.require(session, access.Action.IMPORT)


def _name(row: ResidentRow) -> str:
    """The name, and behind it what staff should say when that is another."""
    return f"{row.banner_name} “{row.preferred_name}”" if row.preferred_name else row.banner_name


def _spoken_name(row: ResidentRow) -> str:
    return f"{row.banner_name}, known as {row.preferred_name}" if row.preferred_name else row.banner_name


def _spoken_nhs(row: ResidentRow) -> str:
    return format_nhs_number(row.nhs_number)


def _status_tone(row: ResidentRow) -> Tone | None:
    return Tone.CAUTION if row.status == "away" else None


def _due(row: ResidentRow) -> str:
    parts = [f"{row.due} overdue"] if row.due else []
    parts += ["draft"] if row.has_draft else []
    return " · ".join(parts) or "None"


def _cpr(row: ResidentRow) -> str:
    return CPR_SHORT[row.cpr] if row.cpr else "Not recorded"


def _cpr_tone(row: ResidentRow) -> Tone | None:
    if row.cpr is None:
        return Tone.CAUTION
    return Tone.DANGER if row.cpr is CprKind.DNACPR else None
