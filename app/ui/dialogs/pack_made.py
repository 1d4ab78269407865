"""A pack that has just been made: its version and pages, what it prints as not recorded, and the way to paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble
from app.domain.people import ResidentDetails
from app.domain.transfer import FIELD_LABELS
from app.ui.context import Context
from app.ui.dialogs import paper
from app.ui.dialogs.place import documents
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.field import ChoiceBox, Field
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import heading, label, title

if TYPE_CHECKING:
    from app.services.transfers import Pack

_LEAVES = (
    "A saved PDF leaves the protected record: anybody who can open the file can read it. "
    "Save it only where it is needed, and delete it afterwards."
)


class PackMade(QWidget):
    """The finished pack with Print and Save PDF."""

    def __init__(
        self, ctx: Context, pack: Pack, details: ResidentDetails, copies: int, close: Callable[[], None]
    ) -> None:
        super().__init__()
        self.pack, self._copies = pack, copies
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(title("The pack is ready"))
        column.addWidget(
            label(
                f"{details.banner_name}, born {details.born_with_age(ctx.today())}. Version {pack.version}, "
                f"{pack.pages} pages.{' It is kept in the record.' if pack.recorded else ''}",
                "strong",
            )
        )
        self.unrecorded = Tag("Not recorded: the record is open for reading only", Tone.DANGER)
        self.unrecorded.setVisible(not pack.recorded)
        if not pack.recorded:
            column.addWidget(self.unrecorded)
            column.addWidget(
                label(
                    "The pack is as good as any other, but it is kept nowhere: print it now, and write into the paper "
                    "notes that it went with the resident."
                )
            )
        if pack.version > 1 and pack.recorded:
            column.addWidget(
                Tag(f"Replaces version {pack.version - 1}: take the old papers out of the bag", Tone.WARNING)
            )
        names = paper.printers()
        self.printer: ChoiceBox | None = None
        if len(names) > 1:
            self.printer = ChoiceBox([(name, name) for name in names])
            column.addWidget(Field("Printer", self.printer, key="printer"))
        self.print_button = primary(self._print_words(), self.print_out)
        self.save_button = secondary("Save PDF (Ctrl+S)", self.save)
        self.close_button = secondary("Close", close)
        holder = QWidget()
        flow = FlowLayout(holder, gap=S)
        for button in (self.print_button, self.save_button, self.close_button):
            flow.addWidget(button)
        column.addWidget(holder)
        self.warning = label(_LEAVES, "secondary")
        self.save_button.setAccessibleDescription(_LEAVES)
        if not paper.prints_directly():
            self.print_button.setAccessibleDescription(_LEAVES)
        column.addWidget(self.warning)
        self.state = QFrame()
        self.state.setProperty("tone", str(Tone.INFO))
        inside = QVBoxLayout(self.state)
        inside.setContentsMargins(M, S, M, S)
        self.said = label("", "strong")
        inside.addWidget(self.said)
        self.state.hide()
        column.addWidget(self.state)
        if pack.missing:
            frame, box = card()
            box.addWidget(heading('Printed as "Not recorded", the most important first'))
            box.addWidget(label("\n".join(f"•  {FIELD_LABELS.get(key, key)}" for key in pack.missing)))
            column.addWidget(frame)
        here = Qt.ShortcutContext.WindowShortcut
        QShortcut(QKeySequence(QKeySequence.StandardKey.Print), self, self.print_out, context=here)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save, context=here)

    def focus_first(self) -> None:
        """Puts the focus on printing."""
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def print_out(self) -> None:
        """Prints: directly where that is possible, otherwise from a file that the person places."""
        if not self.print_button.isEnabled():
            return
        if not paper.prints_directly():
            if (path := self.save()) is not None:
                self._guarded(
                    lambda: paper.print_saved(path), f"Sent to the printer from {path.name}. Check the paper."
                )
            return
        self.print_button.setEnabled(False)
        self._tell("Sending to the printer", Tone.INFO)
        chosen = self.printer.value() if self.printer is not None else ""
        self._run = paper.PrintRun(
            self.pack.pdf,
            title=f"Red-bag pack, version {self.pack.version}",
            copies=self._copies,
            printer=str(chosen or ""),
            done=self._printed,
            failed=self._not_printed,
            parent=self,
        )

    def save(self) -> Path | None:
        """Saves the PDF where the person says; the warning that it leaves the record stands beside the button.

        Returns None when it was not saved.
        """
        name = documents(f"red-bag-pack-v{self.pack.version}.pdf")
        chosen, _filter = QFileDialog.getSaveFileName(self, "Save PDF", name, "PDF (*.pdf)")
        if not chosen:
            return None
        path = Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")
        saved = self._guarded(lambda: paper.save_pdf(self.pack.pdf, path), f"Saved as {path}")
        return path if saved else None

    def _guarded(self, act: Callable[[], None], said: str) -> bool:
        try:
            act()
        except EnvironmentTrouble as trouble:
            self._tell(f"{trouble.happened} {trouble.safe} {trouble.do}", Tone.DANGER)
            return False
        self._tell(said, Tone.GOOD)
        return True

    def _print_words(self) -> str:
        if not paper.prints_directly():
            return "Save and print (Ctrl+P)"
        return "Print (Ctrl+P)" if self._copies == 1 else f"Print {self._copies} copies (Ctrl+P)"

    def _printed(self) -> None:
        self.print_button.setEnabled(True)
        self._tell(f"The printer has taken {self.pack.pages} pages. Check that all of them come out.", Tone.GOOD)

    def _not_printed(self, why: str) -> None:
        self.print_button.setEnabled(True)
        self._tell(
            f"Not printed: {why}. {'The pack is kept in the record. ' if self.pack.recorded else ''}"
            "Save the PDF and print it on another computer.",
            Tone.DANGER,
        )

    def _tell(self, words: str, tone: Tone) -> None:
        self.said.setText(words)
        self.state.setProperty("tone", str(tone))
        self.state.setAccessibleName(words)
        for part in (self.state, self.said):
            part.style().unpolish(part)
            part.style().polish(part)
        self.state.show()
