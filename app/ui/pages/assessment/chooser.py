"""Which assessment to record: what is due first, then everything by champion pathway, found by typing a few letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.dates import short_date, to_local
from app.domain.instruments.tool import Instrument
from app.ui.pages.assessment.words import TONES
from app.ui.theme import MAIN_TARGET, S, Tone
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import heading, label

if TYPE_CHECKING:
    from app.services.assessments import AssessmentRow, DueRow
    from app.services.permission import InstrumentState

PATHWAYS = (
    ("nutrition", "Nutrition"),
    ("health", "Health"),
    ("falls", "Falls"),
    ("wound", "Wound"),
    ("dementia", "Dementia"),
    ("engagement", "Engagement and wellbeing"),
)
ELSEWHERE = (
    ("wounds", "Wounds: body map, reviews, photos"),
    ("falls", "A fall: what to do now, and the register"),
    ("observations", "Single measurements: weight, fluids, bowels, pain, glucose"),
)
"""What is recorded on a page of its own, which knows the wound, the fall or the chart that it belongs to."""
OF_ONE_THING = frozenset({"time_wound", "fall_record", "post_fall"})
"""Instruments that are of one wound or one fall, and so are begun from there."""

_ALSO = {
    "abbey": "pain",
    "abc_chart": "behaviour",
    "acb": "medicines",
    "amt10": "memory cognition",
    "barthel": "function dependency",
    "bristol": "bowel stool",
    "cfs": "frailty",
    "engagement_log": "activity",
    "fluid": "drink hydration",
    "four_at": "delirium confusion",
    "gds15": "mood depression",
    "muac": "arm",
    "must": "weight nutrition",
    "news2": "observations obs vitals",
    "orthostatic_bp": "bp blood pressure lying standing dizzy",
    "painad": "pain",
    "respect_summary": "dnacpr cpr",
    "sbard": "call gp 999 handover",
    "sixcit": "memory cognition",
    "soft_signs": "unwell deterioration",
    "waterlow": "pressure skin",
    "who5": "mood wellbeing",
}
"""Other words that people look for an instrument by."""


class Chooser(QWidget):
    """The instruments that are on, with the last result and what is due for this resident; those that are off say why.

    ``choose`` is told the instrument, ``elsewhere`` the page.
    """

    def __init__(
        self,
        states: Sequence[InstrumentState],
        latest: Mapping[str, AssessmentRow],
        due: Mapping[str, DueRow],
        choose: Callable[[str], None],
        elsewhere: Callable[[str], None],
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        self.buttons: dict[str, QPushButton] = {}
        self._rows: list[tuple[str, QWidget]] = []
        self._cards: list[tuple[QFrame, list[QWidget]]] = []
        self.box = QLineEdit()
        self.box.setAccessibleName("Find an assessment")
        self.box.setPlaceholderText("Type a few letters, such as wat, bp or bowel; then Enter")
        self.box.setMinimumHeight(MAIN_TARGET)
        self.box.textChanged.connect(self._narrow)
        self.box.returnPressed.connect(self._first)
        column.addWidget(label("Find an assessment", "strong"))
        column.addWidget(self.box)
        column.addWidget(self._links(elsewhere))
        offered = [each for each in states if each.tool.code not in OF_ONE_THING]
        wanted = [each for each in offered if each.on and each.tool.code in due]
        wanted.sort(key=lambda each: -due[each.tool.code].overdue_days)
        if wanted:
            column.addWidget(self._card("Due now", [self._row(each, latest, due, choose) for each in wanted]))
        known = {each.tool.code for each in wanted}
        for pathway, words in PATHWAYS:
            rest = [each for each in offered if each.tool.pathway == pathway and each.tool.code not in known]
            if rest:
                column.addWidget(self._card(words, [self._row(each, latest, due, choose) for each in rest]))
        self.nothing = label("Nothing is called that. Clear the box to see everything.", "strong")
        self.nothing.hide()
        column.addWidget(self.nothing)
        column.addStretch(1)

    def _links(self, elsewhere: Callable[[str], None]) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, gap=S)
        for page, words in ELSEWHERE:
            button = link(words, partial(elsewhere, page))
            self.buttons[page] = button
            flow.addWidget(button)
        return holder

    def _card(self, words: str, rows: list[QWidget]) -> QFrame:
        box, inside = card()
        inside.addWidget(heading(words))
        for row in rows:
            inside.addWidget(row)
        self._cards.append((box, rows))
        return box

    def _row(
        self,
        state: InstrumentState,
        latest: Mapping[str, AssessmentRow],
        due: Mapping[str, DueRow],
        choose: Callable[[str], None],
    ) -> QWidget:
        tool = state.tool
        holder = QWidget()
        flow = FlowLayout(holder, gap=S)
        button = secondary(tool.title.replace("&", "&&"), partial(choose, tool.code))
        button.setEnabled(state.on)
        self.buttons[tool.code] = button
        flow.addWidget(button)
        if not state.on:
            button.setAccessibleDescription(state.why_off)
            flow.addWidget(Tag("Off", Tone.NEUTRAL))
            flow.addWidget(label(state.why_off, "secondary"))
        elif tool.code in due:
            flow.addWidget(_due_tag(due[tool.code]))
        if tool.code in latest:
            row = latest[tool.code]
            said = " ".join(part for part in (row.score, row.band_label) if part)
            flow.addWidget(Tag(said or "Recorded", TONES[row.severity]))
            flow.addWidget(label(short_date(to_local(row.at).date()), "secondary", wrap=False))
        self._rows.append((_letters(tool), holder))
        return holder

    def _narrow(self, typed: str) -> None:
        words = typed.casefold().split()
        shown = 0
        for letters, row in self._rows:
            fits = all(word in letters for word in words)
            row.setVisible(fits)
            shown += fits
        for box, rows in self._cards:
            box.setVisible(any(not row.isHidden() for row in rows))
        self.nothing.setVisible(not shown)

    def _first(self) -> None:
        """Enter in the box opens the only one that is left; with several it goes to the first of them."""
        left = [row for _letters, row in self._rows if not row.isHidden()]
        codes = {button.parentWidget(): code for code, button in self.buttons.items()}
        buttons = [self.buttons[codes[row]] for row in left if row in codes]
        buttons = [button for button in buttons if button.isEnabled()]
        if len(buttons) == 1:
            buttons[0].click()
        elif buttons:
            buttons[0].setFocus(Qt.FocusReason.TabFocusReason)


def _due_tag(row: DueRow) -> Tag:
    if row.never:
        return Tag("Never done", Tone.WARNING)
    return Tag("Overdue", Tone.WARNING) if row.overdue_days > 0 else Tag("Due today", Tone.CAUTION)


def _letters(tool: Instrument) -> str:
    also = _ALSO.get(tool.code, "")
    return f"{tool.title} {tool.short} {tool.code.replace('_', ' ')} {tool.pathway} {also}".casefold()
