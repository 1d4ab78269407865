"""The phrase that opens a locked PDF, in letters that can be read out across a room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QShowEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.dialogs.frame import Question
from app.ui.theme import S
from app.ui.widgets.buttons import primary
from app.ui.widgets.text import card, label

_PIXELS, _LARGEST = 26, 34
"""At 100 % text, and never more: the button below six words must stay on a laptop's screen."""


class PhraseDialog(Question):
    """Shows it once, a word on each line. Esc does not throw it away: it leads to the button that does."""

    def __init__(self, phrase: str, parent: QWidget | None) -> None:
        super().__init__(
            parent,
            "Read this phrase out",
            "The saved PDF opens with it and with nothing else. Say it on the telephone, never in the same e-mail. It "
            "is shown this once and kept nowhere.",
            primary("They have it, close"),
            "Close",
        )
        self.cancel.hide()
        self.action.clicked.connect(self.accept)
        self.words = label(phrase.replace(" ", "\n"), "title", wrap=False)
        self.words.setAccessibleName(f"Phrase: {', '.join(phrase.split(' '))}")
        self.words.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self.words.setStyleSheet(f'font-family: "{family}"; font-size: {min(theme.scaled(_PIXELS), _LARGEST)}px;')
        frame, box = card(spacing=S)
        box.addWidget(self.words)
        self.body.addWidget(frame)
        self.body.addWidget(label("All in small letters, with one space between the words.", "strong"))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """As high as the words need at this width: Qt's own guess cuts the last of them off in large text."""
        super().showEvent(event)
        layout = self.layout()
        if layout is not None and not event.spontaneous():
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def reject(self) -> None:
        """Esc leads to the button."""
        self.action.setFocus(Qt.FocusReason.OtherFocusReason)
