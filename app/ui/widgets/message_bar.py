"""The one bar that shows what the program has to say."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.ui.messages import Message, Messages
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.tag import Sign
from app.ui.widgets.text import label


class MessageBar(QFrame):
    """Shows the last message above the page until it is closed or replaced; nothing vanishes by itself."""

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Message")
        self._sign = Sign(Tone.INFO)
        self.text = label("", "strong")
        self.detail = label("")
        self._action = link("", self._act)
        self.close_button: QPushButton = secondary("Close", self.clear)
        self.close_button.setAccessibleName("Close message")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.text)
        words.addWidget(self.detail)
        words.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(M, S, M, S)
        row.setSpacing(M)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._do: Callable[[], None] | None = None
        self.hide()
        messages.shown.connect(self.show_message)
        messages.cleared.connect(self.clear)

    def show_message(self, message: Message) -> None:
        """Show it, and have a screen reader say it."""
        self._do = message.do
        self.setProperty("tone", str(message.tone))
        self._sign.set_tone(message.tone)
        self.text.setText(message.text)
        self.detail.setText(message.detail)
        self.detail.setVisible(bool(message.detail))
        self._action.setText(message.action)
        self._action.setVisible(bool(message.action))
        for part in (self, self.text, self.detail, self._action):  # the words' colour comes from the bar's tone
            part.style().unpolish(part)
            part.style().polish(part)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{message.text} {message.detail}".strip()))

    def clear(self) -> None:
        """Take the message away."""
        self._do = None
        self.hide()

    def _act(self) -> None:
        do = self._do
        self.clear()
        if do is not None:
            do()
