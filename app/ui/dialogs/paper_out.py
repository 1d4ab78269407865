"""The frame of a dialog from which a paper goes to the printer or into a file.

The paper is made when a button says so, off the main thread, and its audit entry is written before it leaves the
encrypted store. A saved PDF is whole or not there at all; one with a phrase is encrypted before it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from app.ui.dialogs import paper
from app.ui.dialogs.pack_made import PrintChoice, show_phrase
from app.ui.dialogs.place import documents
from app.ui.forms.record_dialog import RecordDialog
from app.ui.messages import in_words
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.pack_printing import Printing
    from app.services.session import Session

SAVED, PROTECTED, PRINTED = "saved", "saved with a phrase", "printed"


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """A finished paper: its bytes, how many sides, the name to offer for a file (which names nobody), and what is to be
    done in the store before it leaves and once it has left."""

    pdf: bytes
    pages: int
    file: str
    title: str
    before: Callable[[Session], None]
    after: Callable[[Session], object]


class PaperOutDialog(RecordDialog):
    """A subclass puts what it asks into ``body``, calls :meth:`stand` last, and gives :meth:`make`."""

    leaves = (
        "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. Save it "
        "only where residents' records may be kept, and delete it when it has been used. With a phrase, only who was "
        "told it can open it."
    )

    def stand(self, file: str) -> None:
        """Put the choice of printer, the warnings and the buttons below what the body has; ``file`` names a PDF."""
        self._file = file
        self.choice: PrintChoice | None = None
        self._place = QVBoxLayout()
        self.body.addLayout(self._place)
        self.warning = label(self.leaves, "strong")
        self.body.addWidget(self.warning)
        self.body.addWidget(label("Printing and saving are recorded in the audit trail with your name.", "secondary"))
        if not paper.prints_directly():
            self.body.addWidget(
                label("This computer has no printer: save the PDF, and print it where there is one.", "error")
            )
        self.state = QFrame()
        inside = QVBoxLayout(self.state)
        inside.setContentsMargins(M, S, M, S)
        self.said = label("", "strong")
        inside.addWidget(self.said)
        self.state.hide()
        self.body.addWidget(self.state)
        self.body.addStretch(1)
        self.print_button = primary("Print", self.print_out)
        self.save_button = secondary("Save PDF…", self.save)
        self.phrase_button = secondary("Save with a phrase…", self.save_locked)
        for at, button in enumerate((self.print_button, self.save_button, self.phrase_button)):
            button.setAccessibleName(button.text().rstrip("…"))
            self.buttons.insertWidget(at, button)
        self.save_button.setAccessibleDescription(self.leaves)
        self.print_button.setVisible(paper.prints_directly())
        self.ctx.call(_printing, self._show_choice, owner=self)

    def make(self, how: str, then: Callable[[Paper], None]) -> None:
        """Make the paper off the main thread and hand it to ``then`` on it; :meth:`failed` when it cannot be made.

        ``how`` it is to leave (:data:`SAVED` …) is for the audit trail."""
        raise NotImplementedError

    def first(self) -> QWidget:
        """Where the keyboard begins."""
        return self.print_button if paper.prints_directly() else self.save_button

    # ------------------------------------------------------------------------------------------------- three ways out

    def print_out(self) -> None:
        """Make it and send it to the printer."""
        if self.print_button.isEnabled() and paper.prints_directly():
            self.busy(on=True)
            self.make(PRINTED, self._print)

    def save(self) -> None:
        """Ask where, make it, and write it there."""
        if self.save_button.isEnabled() and (path := self._ask()) is not None:
            self.save_to(path)

    def save_locked(self) -> None:
        """Ask where, make it, encrypt it, write it there, and show the phrase once."""
        if self.phrase_button.isEnabled() and (path := self._ask()) is not None:
            self.save_to(path, protected=True)

    def save_to(self, path: Path, *, protected: bool = False) -> None:
        """Make it and write it there."""
        self.busy(on=True)
        if protected:
            self.make(PROTECTED, lambda made: self._lock(made, path))
        else:
            self.make(SAVED, lambda made: self._write(made, path, made.pdf, ""))

    def _ask(self) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Save PDF", documents(self._file), "PDF files (*.pdf)")
        if not chosen:
            return None
        return Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")

    def _lock(self, made: Paper, path: Path) -> None:
        """Encrypting touches no record, so it is done beside the store's thread."""
        from app.services import pack_printing

        self.ctx.tasks.disk(
            lambda: pack_printing.locked(made.pdf), lambda found: self._write(made, path, *found), self.failed,
            owner=self,
        )  # fmt: skip

    def _write(self, made: Paper, path: Path, pdf: bytes, phrase: str) -> None:
        def work(session: Session) -> object:
            made.before(session)
            paper.save_pdf(pdf, path, safe="The record is as it was.")
            return made.after(session)

        def done(_changes: object) -> None:
            self.busy(on=False)
            opens = "It opens with the phrase only." if phrase else "It is no longer protected by this program."
            self.tell(f"Saved as {path}. {opens}", Tone.GOOD)
            if phrase:
                show_phrase(phrase, self)

        self.ctx.call(work, done, self.failed, owner=self)

    def _print(self, made: Paper) -> None:
        self.ctx.call(made.before, lambda _: self._send(made), self.failed, owner=self)

    def _send(self, made: Paper) -> None:
        choice = self.choice
        self.tell("Sending to the printer", Tone.INFO)
        self._run = paper.PrintRun(
            made.pdf,
            title=made.title,
            copies=choice.count if choice is not None else 1,
            printer=choice.printer if choice is not None else "",
            done=lambda: self._printed(made),
            failed=self._not_printed,
            parent=self,
        )

    def _printed(self, made: Paper) -> None:
        self.busy(on=False)
        many = "1 page" if made.pages == 1 else f"{made.pages} pages"
        check = "it comes out" if made.pages == 1 else "all of them come out"
        self.tell(f"The printer has taken {many}. Check that {check}.", Tone.GOOD)
        self.ctx.call(made.after, owner=self)

    def _not_printed(self, why: str) -> None:
        self.busy(on=False)
        self.tell(f"Not printed: {why}. Choose another printer, or save the PDF and print it elsewhere.", Tone.DANGER)

    def _show_choice(self, remembered: Printing) -> None:
        self.choice = PrintChoice(replace(remembered, copies=1))
        self.choice.setVisible(paper.prints_directly())
        self._place.addWidget(self.choice)

    # ---------------------------------------------------------------------------------------------------- on the way

    def failed(self, exc: BaseException) -> None:
        """Say in words what could not be done; what was typed stays."""
        self.busy(on=False)
        message = in_words(exc)
        self.tell(f"{message.text} {message.detail}".strip(), Tone.DANGER)

    def busy(self, *, on: bool) -> None:
        """No second paper while one is on its way."""
        for button in (self.print_button, self.save_button, self.phrase_button):
            button.setEnabled(not on)

    def tell(self, words: str, tone: Tone) -> None:
        """What has happened, in words, where it is seen."""
        self.said.setText(words)
        self.state.setProperty("tone", str(tone))
        self.state.setAccessibleName(words)
        for part in (self.state, self.said):
            part.style().unpolish(part)
            part.style().polish(part)
        self.state.show()
        self.area.ensureWidgetVisible(self.state)

    def open_with_keyboard(self) -> None:
        """Open over the window, with the keyboard at the beginning."""
        self.open()
        self.first().setFocus(Qt.FocusReason.OtherFocusReason)


def _printing(session: Session) -> Printing:
    from app.services import pack_printing

    return pack_printing.printing(session)
