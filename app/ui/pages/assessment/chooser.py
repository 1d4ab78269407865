"""Which assessment to record: one button an instrument, what is overdue said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import short_date, to_local
from app.domain.instruments.registry import all_instruments
from app.ui.pages.assessment.words import TONES
from app.ui.theme import S, Tone
from app.ui.widgets.buttons import secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import heading, label

if TYPE_CHECKING:
    from app.services.assessments import AssessmentRow, DueRow

_PATHWAYS = (
    ("nutrition", "Nutrition"),
    ("health", "Health"),
    ("falls", "Falls"),
    ("wound", "Wound"),
    ("dementia", "Dementia"),
    ("engagement", "Engagement and wellbeing"),
)


class Chooser(QWidget):
    """The instruments, grouped by champion pathway, with the last result and what is overdue for this resident."""

    def __init__(
        self,
        latest: Mapping[str, AssessmentRow],
        due: Mapping[str, DueRow],
        choose: Callable[[str], None],
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self.buttons: dict[str, QWidget] = {}
        for pathway, words in _PATHWAYS:
            tools = [tool for tool in all_instruments() if tool.pathway == pathway]
            if not tools:
                continue
            box, inside = card()
            inside.addWidget(heading(words))
            for tool in tools:
                button = secondary(tool.title.replace("&", "&&"), partial(choose, tool.code))
                self.buttons[tool.code] = button
                holder = QWidget()
                flow = FlowLayout(holder, gap=S)
                flow.addWidget(button)
                if tool.code in due and (due[tool.code].overdue_days > 0 or due[tool.code].never):
                    flow.addWidget(Tag("Never done" if due[tool.code].never else "Overdue", Tone.WARNING))
                if tool.code in latest:
                    row = latest[tool.code]
                    said = " ".join(part for part in (row.score, row.band_label) if part)
                    flow.addWidget(Tag(said or "Recorded", TONES[row.severity]))
                    flow.addWidget(label(short_date(to_local(row.at).date()), "secondary", wrap=False))
                inside.addWidget(holder)
            column.addWidget(box)
        column.addStretch(1)
