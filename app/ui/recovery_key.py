"""A recovery key that was just made: shown once, printed or saved as the sheet for the safe, and proved.

Proved means that two of its groups, asked for by their place, were typed back from the paper: a key that nobody can
read is no way in.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble, Problem
from app.domain.recovery import GROUPS, groups, wrong_groups
from app.ui.dialogs import paper
from app.ui.dialogs.place import documents
from app.ui.messages import in_words
from app.ui.tasks import Tasks
from app.ui.theme import M
from app.ui.widgets.buttons import button_row, secondary
from app.ui.widgets.error_summary import ErrorSummary
from app.ui.widgets.field import Field, show_problems
from app.ui.widgets.text import label

_ASKED = 2
_IN_A_ROW = 4
_SAVED = "A saved sheet is as good as the key itself: print it, then delete the file and empty the bin."


class RecoveryKey(QWidget):
    """The key with Print and Save, and the two boxes that ask for part of it back."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._key = ""
        self._asked: tuple[int, ...] = ()
        self._sheet: Callable[[], bytes] | None = None
        self._run: paper.PrintRun | None = None
        self.key = label("", "number", copyable=False)
        self.key.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.key.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        direct = paper.prints_directly()
        self.print_button = secondary("Print the sheet" if direct else "Save and print the sheet…", self.print_out)
        self.save_button = secondary("Save the sheet as PDF…", self.save)
        self.save_button.setAccessibleDescription(_SAVED)
        self.said = label("", "strong")
        self.said.hide()
        self.summary = ErrorSummary()
        self.fields = tuple(Field(f"Group {n + 1}", QLineEdit(), key=f"group{n}") for n in range(_ASKED))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.key)
        column.addLayout(button_row(self.print_button, self.save_button))
        column.addWidget(label(_SAVED, "secondary"))
        column.addWidget(self.said)
        column.addWidget(self.summary)
        column.addWidget(
            label("To be sure that the paper can be read, type two of its groups from it. Case does not matter.")
        )
        for field in self.fields:
            column.addWidget(field)

    @property
    def asked(self) -> tuple[int, ...]:
        """Which groups are asked for, from 0."""
        return self._asked

    def show_key(self, key: str, sheet: Callable[[], bytes]) -> None:
        """Show the key; ``sheet`` makes its PDF and may take its time."""
        self._key, self._sheet = key, sheet
        parts = groups(key)
        rows = ["-".join(parts[at : at + _IN_A_ROW]) for at in range(0, len(parts), _IN_A_ROW)]
        self.key.setText("-\n".join(rows))
        self.key.setAccessibleName("Recovery key: " + ", ".join(" ".join(part) for part in parts))
        self._asked = tuple(sorted(secrets.SystemRandom().sample(range(GROUPS), _ASKED)))
        for field, place in zip(self.fields, self._asked, strict=True):
            field.label.setText(f"Group {place + 1} of the key")
            field.label_text = f"Group {place + 1} of the key"
            field.target.setAccessibleName(field.label_text)

    def proved(self) -> bool:
        """Whether both groups were typed back; marks the ones that were not."""
        typed = [(place, _text(field)) for field, place in zip(self.fields, self._asked, strict=True)]
        wrong = wrong_groups(self._key, typed)
        problems = [
            Problem(field.key, f"This is not group {place + 1} of the key. Check your paper")
            for field, place in zip(self.fields, self._asked, strict=True)
            if place in wrong
        ]
        show_problems(tuple(problems), self.fields, self.summary)
        return not wrong

    def focus_first(self) -> None:
        """The keyboard to printing: that comes before proving."""
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Take the key off the screen, and let go of it."""
        self._key, self._sheet, self._asked = "", None, ()
        self.key.setText("")
        self.key.setAccessibleName("")
        for field in self.fields:
            _box(field).clear()

    def print_out(self) -> None:
        """Print the sheet: directly where that is possible, otherwise from a file that the person places."""
        if not paper.prints_directly():
            self._make(lambda pdf: self._place(pdf, then_print=True))
            return
        self._make(self._print)

    def save(self) -> None:
        """Save the sheet where the person says."""
        self._make(lambda pdf: self._place(pdf, then_print=False))

    def save_to(self, path: Path, pdf: bytes) -> bool:
        """Write the sheet there; what happened is said below the buttons."""
        try:
            paper.save_pdf(pdf, path, safe="The key is still shown here.")
        except EnvironmentTrouble as trouble:
            self._say(f"{trouble.happened} {trouble.safe} {trouble.do}")
            return False
        self._say(f"Saved as {path}. {_SAVED}")
        return True

    def _make(self, then: Callable[[bytes], object]) -> None:
        if self._sheet is None:
            return
        self._busy(on=True)

        def done(pdf: bytes) -> None:
            self._busy(on=False)
            then(pdf)

        def failed(exc: BaseException) -> None:
            self._busy(on=False)
            message = in_words(exc)
            self._say(f"The sheet was not made. {message.text} {message.detail} Write the key down by hand.")

        self._tasks.run(self._sheet, done, failed, owner=self)

    def _place(self, pdf: bytes, *, then_print: bool) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save the recovery sheet", documents("recovery-sheet.pdf"), "PDF (*.pdf)"
        )
        if not chosen:
            return
        path = Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")
        if self.save_to(path, pdf) and then_print:
            try:
                paper.print_saved(path)
            except EnvironmentTrouble as trouble:
                self._say(f"{trouble.happened} {trouble.safe} {trouble.do}")

    def _print(self, pdf: bytes) -> None:
        self._busy(on=True)

        def end(words: str) -> None:
            self._busy(on=False)
            self._say(words)

        self._run = paper.PrintRun(
            pdf,
            title="Hartwell",  # the printer's queue shows it to everybody
            copies=1,
            done=lambda: end("Sent to the printer. Check that the page came out, and type from it below."),
            failed=lambda why: end(f"The sheet was not printed: {why}. Save it, or write the key down by hand."),
            parent=self,
        )

    def _busy(self, *, on: bool) -> None:
        for button in (self.print_button, self.save_button):
            button.setEnabled(not on)

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))


def _box(field: Field) -> QLineEdit:
    box = field.editor
    if not isinstance(box, QLineEdit):
        raise TypeError(field.key)
    return box


def _text(field: Field) -> str:
    return _box(field).text()
