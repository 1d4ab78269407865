"""What somebody's leaving costs, said in the form that records it, before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.ui.pages.training.words import effect_lines
from app.ui.theme import S
from app.ui.widgets.layouts import empty
from app.ui.widgets.text import heading, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.services.session import Session
    from app.services.training import LeaverEffect
    from app.ui.context import Context


class EffectBox(QWidget):
    """Computes and shows it; what is asked for twice with the same ``key`` is computed once.

    ``done`` finishes "once ...". ``lines`` are what is on the screen.
    """

    def __init__(self, ctx: Context, done: str) -> None:
        super().__init__()
        self.setAccessibleName("What would be lost")
        self._ctx, self._done = ctx, done
        self._key: object = None
        self._asked = 0
        self.lines: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(heading("What would be lost"))
        self._inside = QVBoxLayout()
        self._inside.setSpacing(S)
        column.addLayout(self._inside)

    def show_for(self, key: object, work: Callable[[Session], LeaverEffect]) -> None:
        """Ask for it, unless it is what is shown already."""
        if key == self._key:
            return
        self._key = key
        self._asked += 1
        number = self._asked
        self._put(("Working it out",))

        def arrived(found: LeaverEffect) -> None:
            if number == self._asked:
                self._put(tuple(effect_lines(found, done=self._done)))

        def failed(exc: BaseException) -> None:
            if number == self._asked:
                self._put(("It could not be worked out.",))
            self._ctx.messages.report(exc)

        self._ctx.call(work, arrived, failed, owner=self)

    def forget(self) -> None:
        """Nothing is asked for: show nothing."""
        self._key = None
        self._asked += 1
        self._put(())

    def _put(self, lines: tuple[str, ...]) -> None:
        empty(self._inside)
        self.lines = lines
        self.setVisible(bool(lines))
        for words in lines:
            self._inside.addWidget(label(words, "strong" if words.startswith("⚠") else "body"))
        window = self.window()
        if isinstance(window, QDialog) and window.isVisible():
            window.resize(window.sizeHint())  # so that what is lost and the button that confirms it are seen together
