"""The question before an assessment is signed: for whom, born when, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.instruments.outcome import Outcome
from app.domain.instruments.tool import Instrument
from app.domain.people import ResidentDetails
from app.ui import theme
from app.ui.dialogs.frame import Question
from app.ui.pages.assessment.words import URGENCY, band_words, score_words, tone
from app.ui.theme import S, Tone
from app.ui.widgets.banner import ResidentBanner, spoken_resident
from app.ui.widgets.buttons import primary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets_form.labels import label


class SignDialog(Question):
    """Who, born when, and what will be signed; accepted when it may be signed.

    Unanswered questions are named, and then "Go back" is the default: signing what is incomplete has to be meant. Those
    that could not be assessed (``unable``, each with its reason) are named too; they were decided on already.
    """

    def __init__(
        self,
        instrument: Instrument,
        details: ResidentDetails,
        today: date,
        outcome: Outcome,
        missing: Sequence[str],
        at: str,
        parent: QWidget,
        unable: Sequence[str] = (),
    ) -> None:
        action = primary("Sign as incomplete" if missing else "Sign")
        super().__init__(parent, f"Sign {instrument.short}?", "", action, "Go back")
        action.clicked.connect(self.accept)
        banner = ResidentBanner()
        banner.show_resident(details, today)
        self.body.addWidget(banner)
        self.body.addWidget(result_line(outcome))
        self.body.addWidget(label(f"Assessed {at}"))
        if missing:
            self.body.addWidget(Tag("Not complete", Tone.WARNING))
            self.body.addWidget(label("Not answered: " + ", ".join(missing)))
            self.body.addWidget(label("Signed like this it has no total, and it does not count as evidence."))
            self.cancel.setDefault(True)
        if unable:
            self.body.addWidget(label(f"Could not be assessed: {'; '.join(unable)}"))
            if not outcome.complete and not missing:
                self.body.addWidget(label("It has no total, and it does not count as evidence."))
        first = self.cancel if missing else action
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setAccessibleDescription(f"{spoken_resident(details, today)}. {band_words(outcome)}")
        wide = min(theme.scaled(560), 1100)
        self.setMinimumWidth(wide)
        # Side by side, the lower of two fixed heights would be the limit of both.
        for button in (action, self.cancel):
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.MinimumExpanding)
        layout = self.layout()
        if layout is not None:
            self.resize(wide, layout.totalHeightForWidth(wide))


def result_line(outcome: Outcome) -> QWidget:
    """Score, band and urgency in one line that breaks where it must."""
    holder = QWidget()
    flow = FlowLayout(holder, gap=S)
    if figure := score_words(outcome):
        flow.addWidget(label(figure, "number", wrap=False))
    flow.addWidget(Tag(band_words(outcome), tone(outcome)))
    if urgency := URGENCY[outcome.severity]:
        flow.addWidget(label(urgency, "strong", wrap=False))
    return holder
