"""The papers that prove one thing (a champion's certificate, a course): what is kept, adding one, taking one out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.home_facts import Attachment, HomeFact, HomeFactId
from app.ui import theme
from app.ui.dialogs.place import documents
from app.ui.forms.form import show_dialog
from app.ui.forms.typed import Ask, Reader
from app.ui.forms.with_file import FileFormDialog
from app.ui.theme import L, M, S
from app.ui.widgets.buttons import button_row, link, secondary
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.text import card, label, scrolled, title

if TYPE_CHECKING:
    from app.services.attachments import PaperContent
    from app.services.changes import Changes
    from app.services.session import Session
    from app.ui.context import Context


class PaperDialog(FileFormDialog):
    """A PDF or a photo that proves something, to be kept with an entry."""

    _asks = (Ask("title", "What the paper is", help="For example: certificate", needed="Enter what the paper is"),)

    def __init__(self, ctx: Context, parent: QWidget, about: str, words: str) -> None:
        super().__init__(
            ctx, parent, "Add a paper", self._asks, {}, who=words,
            intro="It is kept in the encrypted record. Of a photo only the picture is kept.", action="Keep",
        )  # fmt: skip
        self._entry = about
        kinds = "Papers (*.pdf *.jpg *.jpeg *.png *.PDF *.JPG *.JPEG *.PNG)"
        self.ask_for("file", "File (PDF, JPEG or PNG, up to 10 MB)", kinds)

    def save(self) -> None:
        """Keep the paper."""
        from app.services import attachments, photos

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        name, about = read.text("title"), self._entry
        path = self.chosen(read)
        self.run(lambda s: attachments.add(s, about, name, photos.read_file(path)), lambda _: self.kept())


class PapersDialog(QDialog):
    """The papers about one thing; ``about`` is its id and ``words`` what it is called."""

    def __init__(self, ctx: Context, parent: QWidget, about: str, words: str) -> None:
        from app.services.access import Action

        super().__init__(parent)
        self._ctx, self._entry, self._words = ctx, about, words
        self.setWindowTitle("Papers")
        self.setAccessibleName(f"Papers: {words}")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(L, L, L, M)
        column.setSpacing(M)
        column.addWidget(title("Papers"))
        column.addWidget(label(words, "strong"))
        self.lines = QVBoxLayout()
        self.lines.setSpacing(S)
        column.addLayout(self.lines)
        column.addStretch(1)
        self.add_button = secondary("Add a paper…", self._add)
        self.close_button = secondary("Close", self.accept)
        buttons = [self.add_button] if ctx.allowed(Action.MANAGE_STAFF) else []
        foot = QVBoxLayout()
        foot.setContentsMargins(L, S, L, M)
        foot.addLayout(button_row(*buttons, self.close_button))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body), 1)
        outer.addLayout(foot)
        self.resize(theme.scaled(560), theme.scaled(360))
        ctx.changed.connect(self._changed)
        self._load()

    def _changed(self, changes: Changes) -> None:
        if "attachment" in changes.kinds:
            self._load()

    def _load(self) -> None:
        about = self._entry

        def read(session: Session) -> tuple[HomeFact, ...]:
            from app.services import attachments

            return attachments.of(session, about)

        self._ctx.call(read, self._show, owner=self)

    def _show(self, papers: tuple[HomeFact, ...]) -> None:
        empty(self.lines)
        if not papers:
            self.lines.addWidget(label("No paper is kept for this yet.", "secondary"))
        for paper in papers:
            if isinstance(paper.body, Attachment):
                self.lines.addWidget(self._line(paper, paper.body))

    def _line(self, paper: HomeFact, body: Attachment) -> QWidget:
        frame, column = card(spacing=S)
        kind = "PDF" if body.media_type == "application/pdf" else "photo"
        column.addWidget(label(body.title, "strong"))
        column.addWidget(label(f"{kind}, {-(-body.size // 1024)} kB, kept {date_time(paper.recorded_at)}", "secondary"))
        save = link("Save…", partial(take_out, self._ctx, self, paper.id))
        save.setAccessibleName(f"Save: {body.title}")
        column.addWidget(level((save,)))
        return frame

    def _add(self) -> None:
        show_dialog(PaperDialog(self._ctx, self, self._entry, self._words))


def take_out(ctx: Context, owner: QWidget, paper: HomeFactId) -> None:
    """Ask where to, and save a paper there. Looking at a paper is audited."""

    def read(session: Session) -> PaperContent:
        from app.services import attachments

        return attachments.content(session, paper)

    ctx.call(read, partial(_save, ctx, owner), owner=owner)


def _save(ctx: Context, owner: QWidget, paper: PaperContent) -> None:
    ending = paper.name.rpartition(".")[2]
    name, _ = QFileDialog.getSaveFileName(owner, "Save the paper", documents(paper.name), f"(*.{ending})")
    if not name:
        return
    path = Path(name)

    def write(_session: Session) -> None:
        from app.ui.dialogs.paper import save_pdf

        save_pdf(paper.content, path, safe="The paper is kept in the record.", what="The paper")

    ctx.call(write, lambda _: ctx.messages.good(f"Saved as {path.name}.", "It is not encrypted there."), owner=owner)
