"""One question on the screen: its words, the last answer, what is pressed instead of answering, and its editor.

Words, last answer and buttons share one line while there is room, so that a form is no longer for them.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.domain.questionnaire import Question, Unable
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets_form.editors import Editor
from app.ui.widgets_form.labels import Words, label
from app.ui.widgets_form.small import SmallButton

UNABLE_KEY, SAME_KEY = "F8", "F7"


class _HeadLine(FlowLayout):
    """A line that breaks, with its last part at the right edge."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, gap=10, row_gap=2)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Put the parts into their places."""
        super().setGeometry(rect)
        last = self.itemAt(self.count() - 1)
        if last is not None and self.count() > 1 and not last.isEmpty():
            place = last.geometry()
            place.moveRight(rect.right())
            last.setGeometry(place)


class Row(QFrame):
    """One question. ``unable_pressed`` and ``same_pressed`` follow the two small buttons."""

    unable_pressed = Signal()
    same_pressed = Signal()

    def __init__(self, question: Question, editor: Editor, *, marks: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.question, self.editor = question, editor
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(3)
        self._said = question.text or question.link_id
        marker = "" if not marks else " (required)" if question.required else " (optional)"
        self._head = QWidget(self)
        self._flow = _HeadLine(self._head)
        asked = Words(f"{self._said}{marker}", "strong", self._head)
        asked.setBuddy(editor.focus_on())
        self._flow.addWidget(asked)
        self._previous: QLabel | None = None
        self._same: SmallButton | None = None
        self._unable: SmallButton | None = None
        self._error: QLabel | None = None
        self._reason: Unable | None = None
        if marks:
            self._unable = SmallButton("Cannot assess", f"Cannot assess {self._said} ({UNABLE_KEY})", self._head)
            self._unable.clicked.connect(self.unable_pressed)
            self._flow.addWidget(self._unable)
        self._column.addWidget(self._head)
        self._help = label(question.help, "secondary") if question.help else None
        if self._help is not None:
            self._column.addWidget(self._help)
        self._column.addWidget(editor)
        self._describe()

    # --- last time ---

    def set_previous(self, words: str, *, offer: bool) -> None:
        """Shows the last answer beside the question, and with ``offer`` the button that takes it over.

        An empty text takes both away.
        """
        if self._previous is None and words:
            self._previous = Words("", "secondary", self._head)
            self._put(self._previous)
        if self._previous is not None:
            self._previous.setText(words)
            self._previous.setVisible(bool(words))
        if self._same is None and offer and words:
            self._same = SmallButton("No change", "", self._head)
            self._same.clicked.connect(self.same_pressed)
            self._put(self._same)
        if self._same is not None:
            self._same.setVisible(offer and bool(words))
        self.set_confirmed(confirmed=False)

    def _put(self, part: QWidget) -> None:
        """Into the first line, before the button at its end."""
        if self._unable is not None:
            self._flow.removeWidget(self._unable)
        self._flow.addWidget(part)
        part.show()
        if self._unable is not None:
            self._flow.addWidget(self._unable)

    def offers_same(self) -> bool:
        """Whether the last answer can be taken over."""
        return self._same is not None and not self._same.isHidden() and self.reason() is None

    def set_confirmed(self, *, confirmed: bool) -> None:
        """Says whether the last answer was taken over."""
        if self._same is None:
            return
        self._same.setText("✓ No change: confirmed" if confirmed else "No change")
        said = "No change since last time: confirmed" if confirmed else f"No change since last time ({SAME_KEY})"
        self._same.setAccessibleName(f"{self._said}: {said}")
        self._same.updateGeometry()
        self._describe()

    # --- cannot be assessed ---

    def reason(self) -> Unable | None:
        """Why it cannot be assessed; None when it can."""
        return self._reason

    def set_reason(self, reason: Unable | None) -> None:
        """Hides the editor and says why it cannot be assessed; None brings the editor back."""
        if self._unable is None or reason is self._reason:
            return
        self._reason = reason
        self._unable.setText(f"✕ Cannot assess: {reason.words.lower()}" if reason else "Cannot assess")
        said = f": {reason.words}. Space or {UNABLE_KEY} to change" if reason else f" ({UNABLE_KEY})"
        self._unable.setAccessibleName(f"Cannot assess {self._said}{said}")
        self._unable.take_tab_stop(on=reason is not None)
        self._unable.updateGeometry()
        self.editor.setVisible(reason is None)
        if self._help is not None:
            self._help.setVisible(reason is None)
        if self._same is not None:
            self._same.setEnabled(reason is None)

    def unable_button(self) -> QWidget:
        """What the reasons open from; it has the focus while there is a reason."""
        return self._unable if self._unable is not None else self

    def focus_on(self) -> QWidget:
        """What takes the focus: the editor, or the reason why there is none."""
        return self.editor.focus_on() if self._reason is None else self.unable_button()

    # --- what is wrong ---

    def error(self) -> str:
        """What is said to be wrong, empty when nothing is."""
        return self._error.text().removeprefix("Error: ") if self._error is not None else ""

    def set_error(self, message: str) -> None:
        """Says what is wrong beside the editor, for the eye and for the reader; an empty text takes it away."""
        if message == self.error():
            return
        if self._error is None:
            self._error = label("", "error")
            self._column.insertWidget(self._column.indexOf(self.editor), self._error)
        self._error.setText(f"Error: {message}" if message else "")
        self._error.setVisible(bool(message))
        self._describe()
        self._column.setContentsMargins(12 if message else 0, 2, 0, 2)  # room for the red edge
        for widget in (self, self.editor.focus_on()):
            widget.setProperty("fault", "true" if message else "false")
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def _describe(self) -> None:
        """What a screen reader says after the name of the editor: the error, else help and the last answer."""
        error = self.error()
        last = self._previous.text() if self._previous is not None else ""
        offer = f"{SAME_KEY} for no change" if self._same is not None and not self._same.isHidden() else ""
        said = f"Error: {error}" if error else ". ".join(filter(None, (self.question.help, last, offer)))
        self.editor.focus_on().setAccessibleDescription(said)
