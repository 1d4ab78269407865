"""What the answers come to, while they are being given: score, workings, what is missing, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.instruments.outcome import Outcome
from app.domain.instruments.tool import Instrument
from app.ui.pages.assessment.words import (
    AID,
    URGENCY,
    band_words,
    completeness_words,
    due_words,
    score_words,
    tone,
)
from app.ui.theme import M, S, Tone
from app.ui.widgets.tag import Tag
from app.ui.widgets_form.labels import heading, label


class LivePanel(QFrame):
    """The panel beside the form. :meth:`show_outcome` runs at every key, so it only sets texts."""

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self._instrument = instrument
        self.setProperty("role", "card")
        self.setAccessibleName("Result so far")
        self.score = label("", "number", wrap=False)
        self.tag = Tag("Not complete yet", Tone.NEUTRAL)
        self.urgency = label("", "strong")
        self.complete = label("")
        self.workings = label("", copyable=False)
        self.todo = label("")
        self.due = label("", "strong")
        self.problem = label("", "error")
        top = QHBoxLayout()
        top.setSpacing(S)
        top.addWidget(self.score)
        top.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(heading("Result so far"))
        column.addLayout(top)
        self._next = heading("What to do next")
        self._how = heading("How it is worked out")
        for part in (
            self.urgency, self.complete, self.problem, self._next, self.todo, self.due, self._how, self.workings,
        ):  # fmt: skip
            column.addWidget(part)
        column.addSpacing(S)
        column.addWidget(label(_credits(instrument), "secondary"))
        column.addStretch(1)

    def show_outcome(self, outcome: Outcome | None, wanted: int, missing: Sequence[str], trouble: str = "") -> None:
        """Shows an outcome; None with ``trouble`` when the answers contradict each other."""
        self.problem.setText(trouble)
        self.problem.setVisible(bool(trouble))
        self.complete.setText(completeness_words(wanted - len(missing), wanted, missing))
        if outcome is None:
            self.score.setText("")
            self.tag.set("Not complete yet", Tone.NEUTRAL)
            self._fill(self.urgency, "")
            self._fill(self.todo, "", self._next)
            self._fill(self.workings, "", self._how)
            self._fill(self.due, "")
            return
        figure, words, look = score_words(outcome), band_words(outcome), tone(outcome)
        self._fill(self.score, figure)
        if (self.tag.word, self.tag.property("tone")) != (words, str(look)):
            self.tag.set(words, look)
        self._fill(self.urgency, URGENCY[outcome.severity])
        self._fill(self.todo, "\n".join(f"•  {each}" for each in outcome.actions), self._next)
        self._fill(self.workings, "\n".join(outcome.workings) if outcome.parts else "", self._how)
        self._fill(self.due, due_words(outcome, self._instrument.routine_days))
        self.setAccessibleDescription(f"{figure} {words}. {self.complete.text()}".strip())

    def _fill(self, part: QWidget, text: str, head: QWidget | None = None) -> None:
        if part.property("text") != text:
            part.setProperty("text", text)
        for each in (part, head):
            if each is not None and each.isHidden() == bool(text):
                each.setVisible(bool(text))


def _credits(instrument: Instrument) -> str:
    lines = [instrument.attribution, AID if AID not in instrument.attribution else "", instrument.licence]
    return "\n".join(line for line in lines if line)
