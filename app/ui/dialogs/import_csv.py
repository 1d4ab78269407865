"""Bringing in residents or staff from a CSV file: all of it, or nothing with every problem by row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.ui import clipboard, theme
from app.ui.dialogs.place import documents
from app.ui.messages import in_words
from app.ui.pages.resident.words import plural
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import label, rule, scrolled, title

if TYPE_CHECKING:
    from app.services.imports import Imported
    from app.services.session import Session
    from app.ui.context import Context

Noun = Literal["residents", "staff"]
MOST_BYTES = 5_000_000
"""A list of people is never larger; a file that is would be the wrong one."""

PROBLEM_COLUMNS: tuple[Column[Problem], ...] = (
    Column("Row", lambda p: str(p.row) if p.row is not None else "File", sort=lambda p: p.row or 0),
    Column("Column", lambda p: p.field or "Whole row", sort=lambda p: p.field),
    Column("What to mend", lambda p: p.message, stretch=True),
)


class ImportDialog(QDialog):
    """Says what the file must hold, reads the one that is chosen, and shows what came of it."""

    def __init__(self, ctx: Context, parent: QWidget | None, noun: Noun) -> None:
        super().__init__(parent)
        self._ctx, self._noun = ctx, noun
        self._stop, self._running = Event(), False
        self.setWindowTitle(f"Import {noun}")
        self.setAccessibleName(f"Import {noun}")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns, needed = _known_columns(noun)
        self.result_title = title(f"Import {noun} from a CSV file")
        self.file = label("", "secondary")
        self.tag = Tag("", Tone.DANGER)
        self.words = label(
            "The first line of the file names the columns. Every row is checked before anything is saved: either all "
            "of them are imported, or none, and you are told what to mend.\n\n"
            f"Must be there: {', '.join(needed)}.\n\nAll columns: {', '.join(columns)}.",
            copyable=True,
        )
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Importing")
        self.table: RecordTable[Problem] = RecordTable("What to mend, by row and column", PROBLEM_COLUMNS)
        self.table.setWordWrap(True)
        self.table.setMinimumHeight(theme.scaled(160))
        self.choose_button = primary("Choose a file…", self.choose)
        self.copy_button = secondary("Copy the list", self._copy)
        self.names_button = secondary("Copy the column names", lambda: self._copy_text(",".join(columns)))
        self.close_button = secondary("Cancel", self.reject)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(M)
        for widget in (self.result_title, self.file):
            column.addWidget(widget)
        column.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.words)
        column.addWidget(self.progress)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body), 1)
        outer.addWidget(rule())
        foot = level((self.choose_button, self.copy_button, self.names_button, self.close_button), gap=S)
        foot.setContentsMargins(L, S, L, M)
        outer.addWidget(foot)
        for hidden in (self.file, self.tag, self.progress, self.table, self.copy_button):
            hidden.hide()
        self.choose_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Room for a list of problems, never more than the screen."""
        super().showEvent(event)
        if not event.spontaneous():
            room = self.screen().availableSize()
            self.resize(min(theme.scaled(860), room.width() - 40), min(theme.scaled(560), room.height() - 80))

    def choose(self) -> None:
        """Ask for the file, then import it."""
        name, _ = QFileDialog.getOpenFileName(
            self, f"Import {self._noun} from a CSV file", documents(), "CSV files (*.csv);;All files (*)"
        )
        if name:
            self.start(Path(name))

    def start(self, path: Path) -> None:
        """Read and check the file, and import it when every row is right."""
        self._stop, self._running = Event(), True
        self.result_title.setText(f"Importing {self._noun}")
        self.file.setText(f"From {path.name}")
        self.words.setText("Reading and checking every row. Nothing is saved until all of them are right.")
        for shown in (self.file, self.progress):
            shown.show()
        for hidden in (self.tag, self.table, self.copy_button, self.names_button, self.choose_button):
            hidden.hide()
        self._ctx.call(_work(self._noun, path, self._stop), self._imported, self._failed, owner=self)

    def reject(self) -> None:
        """Stop before the first row is saved, or close; while rows are being saved their true end is waited for."""
        if self._running:
            self._stop.set()
            self.words.setText("Stopping. If the rows are being saved already, this is finished first.")
            return
        super().reject()

    def _finished(self, heading: str, tag: str, tone: Tone) -> None:
        self._running = False
        self.progress.hide()
        self.result_title.setText(heading)
        self.tag.set(tag, tone)
        self.tag.show()
        self.close_button.setText("Close")
        self.close_button.setAccessibleName("Close")

    def _imported(self, imported: Imported) -> None:
        count = plural(imported.count, *(("resident",) if self._noun == "residents" else ("member of staff", "staff")))
        self._finished(f"{count} imported", "All rows were right", Tone.GOOD)
        self.words.setText(f"{count} from this file {'is' if imported.count == 1 else 'are'} now in the record.")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, exc: BaseException) -> None:
        self.choose_button.show()
        self.choose_button.setText("Choose the file again…")
        self.choose_button.setAccessibleName("Choose the file again")
        if not isinstance(exc, UserError):
            message = in_words(exc)
            self._finished("Nothing was imported", "File not read", Tone.DANGER)
            self.words.setText(f"{message.text} {message.detail}".strip())
            self.choose_button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        problems = exc.problems or (Problem("", exc.message),)
        self._finished("Nothing was imported", plural(len(problems), "problem"), Tone.DANGER)
        self.words.setText(
            "Nothing was saved, not even the rows that are right. Mend these in the file, save it and choose it again. "
            "Row 1 is the line of column names."
        )
        self.table.set_rows(problems)
        self.table.resizeRowsToContents()
        self.table.show()
        self.copy_button.show()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        lines = ["Row\tColumn\tWhat to mend"]
        lines += ["\t".join(column.text(problem) for column in PROBLEM_COLUMNS) for problem in self.table.rows]
        self._copy_text("\n".join(lines))

    def _copy_text(self, text: str) -> None:
        clipboard.put(text)
        self._ctx.messages.info("Copied")


def _known_columns(noun: Noun) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from app.services import imports

    if noun == "residents":
        return imports.RESIDENT_COLUMNS, ("key", "family_name", "given_name", "date_of_birth", "admitted_at")
    return imports.STAFF_COLUMNS, ("key", "name", "role")


def _work(noun: Noun, path: Path, stop: Event) -> Callable[[Session], Imported]:
    def work(session: Session) -> Imported:
        from app.services import imports

        data = read_csv(path)
        if stop.is_set():
            raise UserError("Stopped before anything was saved")
        return imports.import_residents(session, data) if noun == "residents" else imports.import_staff(session, data)

    return work


def read_csv(path: Path) -> bytes:
    """The bytes of the file. UserError when it is too large, EnvironmentTrouble when it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB. Choose the CSV file")
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentTrouble(
            ExitCode.READ_ONLY,
            f"{path.name} could not be read: {error.strerror or 'the system refused'}.",
            "Nothing was imported.",
            "Close the file in other programs, or copy it to this computer, and choose it again.",
        ) from error


def open_for(ctx: Context, parent: QWidget, noun: Noun) -> ImportDialog:
    """Open the import of residents or staff."""
    dialog = ImportDialog(ctx, parent, noun)
    dialog.open()
    return dialog
