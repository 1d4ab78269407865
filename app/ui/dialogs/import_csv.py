"""Bringing in residents or staff from a CSV file: all of it, or nothing with every problem by row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble, ExitCode, Problem, UserError
from app.ui import theme
from app.ui.messages import in_words
from app.ui.pages.resident.words import plural
from app.ui.theme import L, M, S, Tone
from app.ui.widgets.buttons import button_row, primary, secondary
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import label, title

if TYPE_CHECKING:
    from app.services.imports import Imported
    from app.services.session import Session
    from app.ui.context import Context

Noun = Literal["residents", "staff"]
MOST_BYTES = 5_000_000
"""A list of people is never larger; a file that is would be the wrong one."""

_COLUMNS: tuple[Column[Problem], ...] = (
    Column("Row", lambda p: str(p.row) if p.row is not None else "File", sort=lambda p: p.row or 0, right=True),
    Column("Column", lambda p: p.field or "Whole row", sort=lambda p: p.field),
    Column("What to mend", lambda p: p.message, stretch=True),
)


class ImportDialog(QDialog):
    """Reads the file, then shows what came of it. ``again`` asks for another file."""

    again = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None, noun: Noun, path: Path) -> None:
        super().__init__(parent)
        self._ctx, self._noun, self._path = ctx, noun, path
        self.setWindowTitle(f"Import {noun}")
        self.setAccessibleName(f"Import {noun}")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.result_title = title(f"Importing {noun}")
        self.file: QLabel = label(f"From {path.name}", "secondary")
        self.tag = Tag("Nothing was imported", Tone.DANGER)
        self.tag.hide()
        self.words = label("Reading and checking every row. Nothing is saved until all of them are right.")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Importing")
        self.table: RecordTable[Problem] = RecordTable("What to mend, by row and column", _COLUMNS)
        self.table.hide()
        self.close_button = primary("Close", self.accept)
        self.copy_button = secondary("Copy the list", self._copy)
        self.again_button = secondary("Choose the file again…", self._again)
        self.cancel_button = secondary("Cancel", self.reject)
        for hidden in (self.close_button, self.copy_button, self.again_button):
            hidden.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(M)
        for widget in (self.result_title, self.file, self.tag, self.words, self.progress):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft if widget is self.tag else Qt.AlignmentFlag(0))
        column.addWidget(self.table, 1)
        column.addStretch(0)
        column.addSpacing(S)
        buttons = (self.close_button, self.again_button, self.copy_button, self.cancel_button)
        column.addLayout(button_row(*buttons))
        self._stop, self._running = Event(), True
        ctx.call(_work(noun, path, self._stop), self._imported, self._failed, owner=self)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a list of problems, never more than the screen."""
        room = self.screen().availableSize()
        return QSize(min(theme.scaled(820), room.width() - 40), min(theme.scaled(520), room.height() - 80))

    def reject(self) -> None:
        """Stop before the first row is saved, or close; while rows are being saved their true end is waited for."""
        if self._running:
            self._stop.set()
            self.words.setText("Stopping. If the rows are being saved already, this is finished first.")
            return
        super().reject()

    def _finished(self) -> None:
        self._running = False
        self.progress.hide()
        self.cancel_button.hide()
        self.close_button.show()
        self.tag.show()

    def _imported(self, imported: Imported) -> None:
        self._finished()
        count = plural(imported.count, "resident") if self._noun == "residents" else f"{imported.count} staff"
        self.result_title.setText(f"{count} imported")
        self.tag.set("All rows were right", Tone.GOOD)
        self.words.setText(f"{count} from this file {'is' if imported.count == 1 else 'are'} now in the record.")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, exc: BaseException) -> None:
        self._finished()
        self.result_title.setText("Nothing was imported")
        self.again_button.show()
        if not isinstance(exc, UserError):
            message = in_words(exc)
            self.tag.set("File not read", Tone.DANGER)
            self.words.setText(f"{message.text} {message.detail}".strip())
            self.again_button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        problems = exc.problems or (Problem("", exc.message),)
        self.tag.set(plural(len(problems), "problem"), Tone.DANGER)
        self.words.setText(
            "Nothing was saved, not even the rows that are right. Mend these in the file, save it and choose it again. "
            "Row 1 is the line of column names."
        )
        self.table.set_rows(problems)
        self.table.show()
        self.copy_button.show()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        lines = ["Row\tColumn\tWhat to mend"]
        lines += ["\t".join(column.text(problem) for column in _COLUMNS) for problem in self.table.rows]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.words.setText(f"{plural(len(self.table.rows), 'problem')} copied. Nothing was imported.")

    def _again(self) -> None:
        self.accept()
        self.again.emit()


def _work(noun: Noun, path: Path, stop: Event) -> Callable[[Session], Imported]:
    def work(session: Session) -> Imported:
        from app.services import imports

        data = _read(path)
        if stop.is_set():
            raise UserError("Stopped before anything was saved")
        return imports.import_residents(session, data) if noun == "residents" else imports.import_staff(session, data)

    return work


def _read(path: Path) -> bytes:
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


def open_file(ctx: Context, parent: QWidget, noun: Noun, path: Path) -> ImportDialog:
    """Import the file and show what came of it."""
    dialog = ImportDialog(ctx, parent, noun, path)
    dialog.again.connect(lambda: ask(ctx, parent, noun))
    dialog.resize(dialog.sizeHint())
    dialog.open()
    return dialog


def ask(ctx: Context, parent: QWidget, noun: Noun) -> None:
    """Let somebody choose a CSV file, then import it."""
    name, _ = QFileDialog.getOpenFileName(
        parent, f"Import {noun} from a CSV file", "", "CSV files (*.csv);;All files (*)"
    )
    if name:
        open_file(ctx, parent, noun, Path(name))
