"""What was typed in a form when the lock came by itself, shown to whoever typed it so that it can be entered again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.ui import clipboard, theme
from app.ui.dialogs.frame import Question
from app.ui.widgets.buttons import primary

if TYPE_CHECKING:
    from app.services.unsaved import Unsaved
    from app.ui.context import Context


class UnsavedDialog(Question):
    """The texts, to read and to copy. They are forgotten when it is closed."""

    def __init__(self, ctx: Context, parent: QWidget | None, forms: tuple[Unsaved, ...]) -> None:
        super().__init__(
            parent, "What you were typing",
            "Hartwell locked while a form was open. Nothing of it was saved, but this is what was in it. "
            "Enter it again before you close this.",
            primary("Copy all of it", self._copy), "I have it: close",
        )  # fmt: skip
        self._ctx = ctx
        self.box = QPlainTextEdit(_as_text(forms))
        self.box.setReadOnly(True)
        self.box.setTabChangesFocus(True)
        self.box.setAccessibleName("What you were typing")
        self.box.setMinimumHeight(theme.scaled(180))
        self.body.addWidget(self.box)
        self.setModal(False)  # the form may be opened beside it
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def reject(self) -> None:
        """Close; the person has it now."""
        from app.services import unsaved

        self._ctx.call(unsaved.forget)
        super().reject()

    def _copy(self) -> None:
        clipboard.put(self.box.toPlainText())
        self._ctx.messages.info("Copied. It can be pasted until something else is copied or Hartwell locks.")


def _as_text(forms: tuple[Unsaved, ...]) -> str:
    return "\n\n".join(
        "\n".join((f"{form.title}: {form.about}" if form.about else form.title, *map(_line, form.lines)))
        for form in forms
    )


def _line(line: tuple[str, str]) -> str:
    question, answer = line
    return f"{question}: {answer}"
