"""The audit trail as a list: filtered by person, kind and day, newest first, more of it when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.errors import Problem, UserError
from app.ui import theme
from app.ui.forms.form import Form
from app.ui.forms.typed import Ask, Reader
from app.ui.messages import in_words
from app.ui.theme import M
from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import ChoiceBox, show_problems
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.audit import AuditPage, AuditRow, Wanted
    from app.services.session import Session
    from app.ui.context import Context

Load = Callable[["Session", "Wanted", int | None], "AuditPage"]
_ANYBODY, _ANYTHING = ("", "Everybody"), ("", "Everything")
_ASKS = (
    Ask("user", "Who", "choice", choices=(_ANYBODY,)),
    Ask("category", "What", "choice", choices=(_ANYTHING,), beside=True),
    Ask("first", "From", "date"),
    Ask("last", "To", "date", beside=True),
)


class AuditList(QWidget):
    """The filters and the table. ``load`` reads a page of it on the store thread; ``kinds`` are the categories offered.

    With ``residents`` a column says whose record an entry is about.
    """

    def __init__(self, ctx: Context, load: Load, kinds: Sequence[tuple[str, str]], *, residents: bool) -> None:
        super().__init__()
        self._ctx = ctx
        self._load = load
        self._asked = 0
        self._people: tuple[tuple[str, str], ...] = ()
        self.form = Form(_ASKS, ctx.today, {"user": "", "category": ""})
        self._box("category").set_options((_ANYTHING, *kinds))
        self._box("category").set_value("")
        self.summary = ErrorSummary()
        self.show_button = secondary("Show", self.load)
        self.all_button = secondary("Show everything", self.reset)
        self.count = label("", "strong")
        self.table: RecordTable[AuditRow] = RecordTable("Audit trail", _columns(residents=residents),
                                                        key=lambda row: row.seq)  # fmt: skip
        self.table.setMinimumHeight(theme.scaled(220))
        self.more_button = secondary("Show more", self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.summary)
        column.addWidget(self.form)
        column.addLayout(button_row(self.show_button, self.all_button))
        column.addWidget(self.count)
        column.addWidget(self.table, 1)
        column.addLayout(button_row(self.more_button))

    def wanted(self) -> Wanted:
        """What the filters ask for; UserError for a date that cannot be read."""
        from app.services.audit import Wanted

        typed = self.form.typed()
        reader = Reader(_ASKS, typed, self._ctx.today())
        first, last = reader.day("first"), reader.day("last")
        if first and last and last < first:
            reader.bad("last", "To must not be before From")
        if reader.problems:
            raise UserError("There is a problem", problems=tuple(reader.problems))
        category = str(typed["category"])
        return Wanted(str(typed["user"]), (category,) if category else (), first, last)

    def load(self) -> None:
        """Read the newest entries that the filters ask for."""
        self._read(None)

    def more(self) -> None:
        """Read the entries before the last one shown."""
        if self.table.rows:
            self._read(self.table.rows[-1].seq)

    def reset(self) -> None:
        """Take every filter away."""
        self.form.set_typed({"user": "", "category": "", "first": "", "last": ""})
        self.load()

    def _read(self, before: int | None) -> None:
        try:
            wanted = self.wanted()
        except UserError as exc:
            self._mark(exc.problems)
            return
        self._mark(())
        self._asked += 1
        asked = self._asked
        if before is None:
            self.count.setText("Reading…")

        def arrived(page: AuditPage) -> None:
            if asked == self._asked:
                self._show(page, before)

        self._ctx.call(lambda session: self._load(session, wanted, before), arrived, self._failed, owner=self)

    def _show(self, page: AuditPage, before: int | None) -> None:
        rows = page.rows if before is None else (*self.table.rows, *page.rows)
        self.table.set_rows(rows)
        self.count.setText(_count_words(len(rows), page.total))
        self.more_button.setVisible(len(rows) < page.total)
        if page.people != self._people:
            self._people = page.people
            box = self._box("user")
            chosen = box.value()
            box.set_options((_ANYBODY, *page.people))
            box.set_value(chosen or "")

    def _failed(self, exc: BaseException) -> None:
        message = in_words(exc)
        self.count.setText(f"{message.text} {message.detail}".strip())
        self.table.set_rows(())
        self.more_button.hide()

    def _mark(self, problems: Sequence[Problem]) -> None:
        show_problems(problems, self.form.fields.values(), self.summary)

    def _box(self, key: str) -> ChoiceBox:
        editor = self.form.fields[key].editor
        if not isinstance(editor, ChoiceBox):
            raise TypeError(key)
        return editor


def _columns(*, residents: bool) -> list[Column[AuditRow]]:
    columns: list[Column[AuditRow]] = [
        Column("When", lambda row: date_time(row.at)),
        Column("Who", lambda row: row.who),
        Column("What", _what, stretch=not residents),
    ]
    if residents:
        columns.append(Column("Resident", lambda row: row.resident, stretch=True))
    columns.append(Column("Reason", lambda row: row.reason))
    return columns


def _what(row: AuditRow) -> str:
    return f"{row.what} ({row.detail})" if row.detail else row.what


def _count_words(shown: int, total: int) -> str:
    if not total:
        return "No entries."
    entries = "1 entry" if total == 1 else f"{total:,} entries"
    return f"{entries}, newest first" if shown == total else f"{entries}, the newest {shown:,} of them shown"
