"""A pack that has just been made: its version and pages, what to do with the papers before it, and the way to paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble
from app.ui import theme
from app.ui.context import Context
from app.ui.dialogs import paper
from app.ui.dialogs.place import documents
from app.ui.messages import in_words
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import label, title

if TYPE_CHECKING:
    from app.services.pack_printing import Printing
    from app.services.session import Session
    from app.services.transfers import Pack

LEAVES = (
    "A saved PDF leaves the protected record: anybody who can open the file can read it. "
    "Save it only where it is needed, and delete it afterwards. With a phrase, only who was told it can open it."
)
COUNTED_ON = (
    "These are the first papers of this journey. The number counts on from the packs of earlier journeys, so that no "
    "two packs of one resident bear the same one."
)
MOST_COPIES = 5


def usable(remembered: Printing) -> bool:
    """Whether a pack can go to the printer without another question: somebody has printed here, and it is there."""
    names = paper.printers()
    there = not remembered.printer or not names or remembered.printer in names
    return remembered.remembered and there and paper.prints_directly()


class PrintChoice(QWidget):
    """Which printer (where there is a choice) and how many copies; what was used last is chosen already."""

    def __init__(self, remembered: Printing) -> None:
        super().__init__()
        flow = FlowLayout(self, gap=M, row_gap=S)
        names = paper.printers()
        self._printer: ChoiceBox | None = None
        self._alone = names[0] if len(names) == 1 else ""
        if len(names) > 1:
            self._printer = ChoiceBox([(name, name) for name in names])
            self._printer.setMinimumHeight(theme.TARGET)
            self._printer.setAccessibleName("Printer")
            self._printer.setCurrentIndex(names.index(remembered.printer) if remembered.printer in names else 0)
            flow.addWidget(label("Printer", "strong", wrap=False))
            flow.addWidget(self._printer)
        self.copies = ChoiceBox([(number, str(number)) for number in range(1, MOST_COPIES + 1)])
        self.copies.setMinimumHeight(theme.TARGET)
        self.copies.setAccessibleName("Copies")
        self.copies.setCurrentIndex(min(remembered.copies, MOST_COPIES) - 1)
        flow.addWidget(label("Copies", "strong", wrap=False))
        flow.addWidget(self.copies)

    @property
    def printer(self) -> str:
        """The printer's name; empty for the usual one."""
        return str(self._printer.value() or "") if self._printer is not None else self._alone

    @property
    def count(self) -> int:
        """How many copies."""
        return self.copies.currentIndex() + 1


class PackMade(QWidget):
    """The finished pack with Print, Preview and Save PDF.

    ``choice`` says printer and copies; ``why`` goes into the log. ``state`` is what happened last, in words, and
    belongs where it is always in sight: whoever makes this puts it there. ``printed`` follows when the printer took it.
    """

    printed = Signal()

    def __init__(self, ctx: Context, pack: Pack, who: str, choice: PrintChoice, why: str) -> None:
        super().__init__()
        self.pack = pack
        self._ctx, self._choice, self._why = ctx, choice, why
        self._some = pack.changed_pages if len(pack.changed_pages) < pack.pages else ()
        frame, box = card()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        first = pack.supersedes is None
        box.addWidget(title("The pack is made" if first else f"Version {pack.version} of the pack is made"))
        kept = " It is kept in the record." if pack.recorded else ""
        box.addWidget(label(f"{who}. {pack.pages} pages, marked version {pack.version}.{kept}", "strong"))
        if first and pack.version > 1:
            box.addWidget(label(COUNTED_ON, "secondary"))
        self.unrecorded = Tag("Not recorded: the record is open for reading only", Tone.DANGER)
        if not pack.recorded:
            box.addWidget(self.unrecorded)
            box.addWidget(
                label(
                    "The pack is as good as any other, but it is kept nowhere: print it now, and write into the paper "
                    "notes that it went with the resident."
                )
            )
        if pack.supersedes is not None:
            box.addWidget(Tag(f"Replaces version {pack.supersedes}", Tone.WARNING))
        if exchange := self._exchange_words():
            box.addWidget(label(exchange, "strong"))
        self._buttons(box)
        self.warning = label(LEAVES, "secondary")
        self.save_button.setAccessibleDescription(LEAVES)
        box.addWidget(self.warning)
        self.state = QFrame()
        self.state.setProperty("tone", str(Tone.INFO))
        inside = QVBoxLayout(self.state)
        inside.setContentsMargins(M, S, M, S)
        self.said = label("", "strong")
        inside.addWidget(self.said)
        self.state.hide()
        here = Qt.ShortcutContext.WindowShortcut
        for keys, slot in (
            (QKeySequence(QKeySequence.StandardKey.Print), self.print_out),
            (QKeySequence(QKeySequence.StandardKey.Save), self.save),
            (QKeySequence("Ctrl+Shift+P"), self.preview),
        ):
            QShortcut(keys, self, slot, context=here)

    def _buttons(self, box: QVBoxLayout) -> None:
        self.print_button = primary("", self.print_out)
        self.all_button = secondary(f"Print all {self.pack.pages} pages", self.print_all)
        self.preview_button = secondary("Preview (Ctrl+Shift+P)", self.preview)
        self.save_button = secondary("Save PDF (Ctrl+S)", self.save)
        self.phrase_button = secondary("Save PDF with a phrase", self.save_locked)
        holder = QWidget()
        flow = FlowLayout(holder, gap=S, row_gap=S)
        for button in (
            self.print_button, self.all_button, self.preview_button, self.save_button, self.phrase_button,
        ):  # fmt: skip
            flow.addWidget(button)
        self._choice.copies.currentIndexChanged.connect(self._name_button)
        self._name_button()
        self.print_button.setVisible(paper.prints_directly())
        self.all_button.setVisible(bool(self._some) and paper.prints_directly())
        box.addWidget(holder)
        box.addWidget(self._choice)
        self._choice.setVisible(paper.prints_directly())
        if not paper.prints_directly():
            box.addWidget(
                label("This computer has no printer: save the PDF, and print it where there is one.", "error")
            )

    def focus_first(self) -> None:
        """Puts the focus on printing, or on saving where there is no printer."""
        first = self.print_button if paper.prints_directly() else self.save_button
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def unchanged(self) -> bool:
        """Whether what lies on paper says all of it already."""
        return self.pack.supersedes is not None and not self.pack.changed_pages and not self._nothing_printed

    @property
    def _nothing_printed(self) -> bool:
        return not self.pack.on_paper

    def tell_unchanged(self) -> None:
        """Says that nothing has to be printed."""
        self._tell(f"Version {self.pack.version} is kept. {self._exchange_words()} Nothing was printed.", Tone.INFO)

    def _exchange_words(self) -> str:
        from app.services.pack_printing import page_words

        if self.pack.supersedes is None or self._nothing_printed:
            return ""
        if not self.pack.changed_pages and not self.pack.gone_pages:
            return "No page says anything new: the papers in the bag are still right."
        if not self._some and self.pack.changed_pages:
            return "Every page is new: take the old papers out of the bag, and put these in."
        words = f"Take out {page_words([*self.pack.changed_pages, *self.pack.gone_pages])}"
        return f"{words}, put these in." if self.pack.changed_pages else f"{words}: they are no longer needed."

    # --- printing ---

    def print_out(self) -> None:
        """Prints what has to be printed: all of it the first time, afterwards the pages that have changed."""
        self._print(self._some, self._why)

    def print_all(self) -> None:
        """Prints every page."""
        self._print((), f"{self._why}, all pages")

    def _print(self, pages: Sequence[int], why: str) -> None:
        if not self.print_button.isEnabled() or not paper.prints_directly():
            return
        from app.services import pack_printing

        pdf, wanted, copies = self.pack.pdf, tuple(pages), self._choice.count
        self._busy(on=True)
        self._tell("Sending to the printer", Tone.INFO)
        self._ctx.call(
            lambda _session: pack_printing.for_printer(pdf, wanted, copies),
            lambda found: self._run_print(found, wanted, why, copies),
            lambda exc: self._not_printed(in_words(exc).text),
            owner=self,
        )

    def _run_print(self, pdf: bytes, pages: tuple[int, ...], why: str, copies: int) -> None:
        from app.services import pack_printing

        printer = self._choice.printer
        ctx, pack_id = self._ctx, self.pack.id

        def note(session: Session) -> None:
            pack_printing.printed(session, pack_id, printer=printer, copies=copies, pages=pages, why=why)
            pack_printing.keep_printing(session, printer, copies)

        def taken() -> None:
            if not ctx.closed:
                ctx.call(note)

        self._run = paper.PrintRun(
            pdf,
            title=f"Red-bag pack, version {self.pack.version}",
            copies=1,  # each copy has pages of its own, numbered
            printer=printer,
            done=lambda: self._printed(pages, copies),
            failed=self._not_printed,
            taken=taken,
            parent=self,
        )

    def _printed(self, pages: tuple[int, ...], copies: int) -> None:
        self._busy(on=False)
        count = len(pages) or self.pack.pages
        words = f"The printer has taken {count} {'page' if count == 1 else 'pages'}"
        if copies > 1:
            words += f", {copies} copies"
        swap = f" {self._exchange_words()}" if pages else ""
        self._tell(f"{words}.{swap} Check that all of them come out.", Tone.GOOD)
        self.printed.emit()

    def _not_printed(self, why: str) -> None:
        self._busy(on=False)
        self._tell(
            f"Not printed: {why}. {'The pack is kept in the record. ' if self.pack.recorded else ''}"
            "Choose another printer, or save the PDF and print it on another computer.",
            Tone.DANGER,
        )
        self.focus_first()

    def _busy(self, *, on: bool) -> None:
        for button in (self.print_button, self.all_button):
            button.setEnabled(not on)

    def _name_button(self) -> None:
        from app.services.pack_printing import page_words

        copies = "" if self._choice.count == 1 else f" {self._choice.count} copies"
        what = f" of {page_words(self._some)}" if self._some and copies else ""
        what = f" {page_words(self._some)}" if self._some and not copies else what
        self.print_button.setText(f"Print{copies}{what} (Ctrl+P)")

    # --- looking and saving ---

    def preview(self) -> None:
        """Shows the pages in the program, without a file."""
        from app.ui.dialogs.preview import open_for

        open_for(self._ctx, self.pack.pdf, self.pack.id, f"Red-bag pack version {self.pack.version}", self)

    def save(self) -> Path | None:
        """Saves the PDF where the person says; the warning that it leaves the record stands beside the button.

        Returns None when it was not saved.
        """
        path = ask_where(self, self.pack.version)
        if path is None or not self._write(self.pack.pdf, path):
            return None
        self._note_saved(locked=False)
        return path

    def save_locked(self) -> None:
        """Saves the PDF so that it asks for a phrase, which is shown once."""
        from app.services import pack_printing

        path = ask_where(self, self.pack.version)
        if path is None:
            return
        pdf = self.pack.pdf

        def done(found: tuple[bytes, str]) -> None:
            locked, phrase = found
            if self._write(locked, path):
                self._note_saved(locked=True)
                show_phrase(phrase, self)

        self._ctx.call(
            lambda _session: pack_printing.locked(pdf),
            done,
            lambda exc: self._tell(f"Not saved. {in_words(exc).text}", Tone.DANGER),
            owner=self,
        )

    def _note_saved(self, *, locked: bool) -> None:
        from app.services import pack_printing

        pack_id, why = self.pack.id, self._why
        self._ctx.call(lambda session: pack_printing.saved(session, pack_id, locked=locked, why=why))

    def _write(self, pdf: bytes, path: Path) -> bool:
        return self._guarded(lambda: paper.save_pdf(pdf, path), f"Saved as {path}")

    def _guarded(self, act: Callable[[], None], said: str) -> bool:
        try:
            act()
        except EnvironmentTrouble as trouble:
            self._tell(f"{trouble.happened} {trouble.safe} {trouble.do}", Tone.DANGER)
            return False
        self._tell(said, Tone.GOOD)
        return True

    def _tell(self, words: str, tone: Tone) -> None:
        self.said.setText(words)
        self.state.setProperty("tone", str(tone))
        self.state.setAccessibleName(words)
        for part in (self.state, self.said):
            part.style().unpolish(part)
            part.style().polish(part)
        self.state.show()


def ask_where(parent: QWidget, version: int) -> Path | None:
    """The place of a PDF to save, as the person chose it; None when they did not."""
    name = documents(f"red-bag-pack-v{version}.pdf")
    chosen, _filter = QFileDialog.getSaveFileName(parent, "Save PDF", name, "PDF (*.pdf)")
    if not chosen:
        return None
    return Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")


def show_phrase(phrase: str, parent: QWidget) -> QWidget:
    """The phrase of a locked PDF, large, to be read out on the telephone; it is shown this once and kept nowhere."""
    from app.ui.dialogs.phrase import PhraseDialog

    shown = PhraseDialog(phrase, parent)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    shown.open()
    return shown
