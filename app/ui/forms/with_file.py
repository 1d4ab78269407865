"""A form that takes a file along with what is typed: chosen with the button, or dropped where a form allows it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import Problem, UserError
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Reader
from app.ui.widgets.buttons import secondary
from app.ui.widgets.field import Field, show_problems
from app.ui.widgets.text import label


class FileFormDialog(FormDialog):
    """Call :meth:`ask_for` once in ``__init__``; in ``save``, :meth:`chosen` gives the file or refuses."""

    _path: Path | None = None

    def ask_for(self, what: str, field: str, kinds: str, *, help_text: str = "", drops: bool = False) -> None:
        """Add the button and the line that says what was chosen. ``what`` is "photo" or "file"."""
        self._what, self._kinds = what, kinds
        self.setAcceptDrops(drops)
        self.choose_button = secondary(f"Choose a {what}…", self.choose)
        self.choose_button.setAccessibleName(f"Choose a {what}")
        self.file_field = Field(field, self.choose_button, key="file", help_text=help_text)
        self.file_name = label(f"No {what} is chosen yet")
        self.below.addWidget(self.file_field)
        self.below.addWidget(self.file_name)

    def choose(self) -> None:
        """Ask for the file."""
        name, _ = QFileDialog.getOpenFileName(self, f"Choose a {self._what}", documents(), self._kinds)
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Use this file."""
        self._path = path
        self.file_field.set_error("")
        self.file_name.setText(f"Chosen: {path.name}")

    def chosen(self, reader: Reader) -> Path:
        """The file; UserError with every problem of the form and, when no file is chosen, that too."""
        problems = [*reader.problems]
        if self._path is None:
            problems += UserError(f"Choose the {self._what}", field="file").problems
        if problems or self._path is None:
            raise UserError("There is a problem", problems=tuple(problems))
        return self._path

    def kept(self) -> None:
        """What was chosen is safe: close without asking."""
        self._path = None
        self.saved()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """One file may be dropped."""
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Use the file that was dropped."""
        event.acceptProposedAction()
        self.take(Path(event.mimeData().urls()[0].toLocalFile()))

    def problems(self, found: Iterable[Problem]) -> None:
        """Mark these problems, those of the file too."""
        show_problems(found, (*self.form.fields.values(), self.file_field), self.summary)

    def dirty(self) -> bool:
        """A chosen file counts as typed."""
        return self._path is not None or super().dirty()
