"""The line on a resident's page that says where they are when they are not here, and leads to the journey."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.journeys import STAGE_LABELS, Stage, StepKind
from app.ui.pages.hospital.words import place_words
from app.ui.theme import S
from app.ui.widgets.buttons import link, secondary
from app.ui.widgets.layouts import level
from app.ui.widgets_form.labels import Words

if TYPE_CHECKING:
    from app.domain.people import ResidentId
    from app.services.journeys import JourneyRow
    from app.services.session import Session
    from app.ui.context import Context


class AwayLine(QWidget):
    """Hidden while the resident has never been sent to hospital; between journeys it only leads to those before."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._resident: ResidentId | None = None
        self._open = ""
        self.words = Words("", "strong")
        self.open_button = secondary("Go to the journey", self._go)
        self.all_button = link("To hospital and back", self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(level((self.words, self.open_button, self.all_button)))
        self.hide()

    def clear(self) -> None:
        """Nobody is shown."""
        self._resident, self._open = None, ""
        self.words.setText("")
        self.hide()

    def load(self, resident_id: ResidentId) -> None:
        """Read the resident's journeys; an answer about somebody who was left meanwhile is thrown away."""
        self._resident = resident_id

        def arrived(rows: tuple[JourneyRow, ...]) -> None:
            if self._resident == resident_id:
                self._show(rows)

        self._ctx.call(partial(_journeys, resident_id), arrived, owner=self)

    def _show(self, rows: tuple[JourneyRow, ...]) -> None:
        row = next((each for each in rows if each.open), None)
        self._open = row.id if row else ""
        self.words.setText(away_words(row) if row else "")
        for part in (self.words, self.open_button):
            part.setVisible(row is not None)
        self.setVisible(bool(rows))

    def _go(self) -> None:
        self._ctx.navigate.emit("hospital", self._open)

    def _all(self) -> None:
        self._ctx.navigate.emit("hospital", f"resident:{self._resident}")


def away_words(row: JourneyRow) -> str:
    """``In hospital since 20-Nov-2026 14:05, Lister Hospital, Ash Ward``."""
    journey = row.journey
    began = journey.when(StepKind.HOSPITAL_IN) or journey.when(StepKind.ADMITTED) or journey.when(StepKind.HOME_OUT)
    said = "In hospital" if row.stage is Stage.AT_HOSPITAL else STAGE_LABELS[row.stage]
    if row.stage is Stage.RETURNING:
        began = journey.when(StepKind.HOSPITAL_OUT)
    since = ", begun" if row.stage is Stage.PREPARING else " since"  # with the call, not with the papers
    parts = (f"{said}{since} {date_time(began or journey.started_at)}", place_words(journey))
    return ", ".join(part for part in parts if part)


def _journeys(resident_id: ResidentId, session: Session) -> tuple[JourneyRow, ...]:
    from app.services import journeys

    return journeys.of_resident(session, resident_id)
