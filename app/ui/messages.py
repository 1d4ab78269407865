"""One channel for what the program has to say, and the one bar that says it.

Three kinds of error arrive here (app.domain.errors): a refusal is said in its own words, a trouble of the machine says
what happened, what is safe and what to do, and a fault of ours becomes a report without resident data. Any page may
speak; only :class:`MessageBar` shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import EnvironmentTrouble, UserError
from app.ui import crash
from app.ui.theme import M, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.tag import Sign
from app.ui.widgets.text import label


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say: a tone, a sentence, what follows from it, and at most one thing to do about it."""

    tone: Tone
    text: str
    detail: str = ""
    action: str = ""
    do: Callable[[], None] | None = None


class Messages(QObject):
    """The channel. Every method may be called on the main thread only; results of work arrive there anyway."""

    shown = Signal(object)
    cleared = Signal()

    def info(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something to know: "Saved 14:05"."""
        self.shown.emit(Message(Tone.INFO, text, detail, action, do))

    def good(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something was done."""
        self.shown.emit(Message(Tone.GOOD, text, detail, action, do))

    def warning(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something was refused, or needs a look."""
        self.shown.emit(Message(Tone.WARNING, text, detail, action, do))

    def error(self, text: str, detail: str = "", *, action: str = "", do: Callable[[], None] | None = None) -> None:
        """Something failed."""
        self.shown.emit(Message(Tone.DANGER, text, detail, action, do))

    def clear(self) -> None:
        """Nothing to say any more."""
        self.cleared.emit()

    def report(self, exc: BaseException) -> None:
        """Say an exception in words, or write the crash report when it is a fault of ours."""
        self.shown.emit(in_words(exc))


def in_words(exc: BaseException) -> Message:
    """The message for an exception; one that is a fault of ours is written to a report first."""
    if isinstance(exc, UserError):
        others = [problem.message for problem in exc.problems if problem.message != exc.message]
        return Message(Tone.WARNING, exc.message, "\n".join(others))
    if isinstance(exc, EnvironmentTrouble):
        return Message(Tone.DANGER, exc.happened, f"{exc.safe} {exc.do}".strip())
    where = crash.write_report(exc)
    kept = f"A report without any resident's details is in {where}." if where else "No report could be written."
    return Message(
        Tone.DANGER,
        "Hartwell made a mistake. This is our fault, not yours.",
        f"What was saved before is safe. {kept} Try again; if it happens again, give the report to your support.",
    )


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
        self.style().unpolish(self)
        self.style().polish(self)
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
