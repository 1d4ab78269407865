"""After signing: whom to phone, what to do, and where the message really is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.instruments.tool import Instrument
from app.domain.people import ResidentDetails, ResidentId
from app.ui.context import Context
from app.ui.pages.alerts.card import AlertCard
from app.ui.pages.assessment.sign import result_line
from app.ui.pages.assessment.words import AID, day_words
from app.ui.theme import M
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.text import card
from app.ui.widgets_form.labels import heading, label, title

if TYPE_CHECKING:
    from app.services.alerts import AlertRow
    from app.services.assessments import Signed


class ResultView(QWidget):
    """The signed result of one assessment. Alerts come first, because somebody has to be rung now."""

    reload = Signal()

    def __init__(
        self,
        ctx: Context,
        signed: Signed,
        instrument: Instrument,
        details: ResidentDetails,
        resident_id: ResidentId,
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self._ctx = ctx
        self._resident_id = resident_id
        outcome = signed.outcome
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M)
        column.addWidget(title(f"{instrument.short} is signed"))
        column.addWidget(result_line(outcome))
        self.cards: list[AlertCard] = []
        self.leave_button = primary(f"Back to {details.banner_name}".replace("&", "&&"), leave)
        self._alerts = QVBoxLayout()
        self._alerts.setSpacing(M)
        column.addLayout(self._alerts)
        self.show_alerts(signed.alerts)
        if any(row.priority == "stat" for row in signed.alerts):
            self.hospital_button = secondary("Send to hospital: make the red-bag pack", self._hospital)
            column.addWidget(self.hospital_button, 0, Qt.AlignmentFlag.AlignLeft)
        said = " ".join(each for row in signed.alerts for each in row.do)
        others = [each for each in outcome.actions if not _said_already(each, said)]
        if others or not signed.alerts:
            box, inside = card()
            inside.addWidget(heading("Also from this result" if signed.alerts else "What to do next"))
            inside.addWidget(label("\n".join(f"•  {each}" for each in others) or "Carry on as the care plan says."))
            column.addWidget(box)
        column.addWidget(label(day_words(outcome.next_due), "strong"))
        column.addWidget(label(AID, "secondary"))
        column.addWidget(self.leave_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def _hospital(self) -> None:
        from app.ui.dialogs.hospital import open_for

        open_for(self._ctx, self._resident_id, self)

    def show_alerts(self, rows: tuple[AlertRow, ...]) -> None:
        """Shows the alerts that signing raised, as they stand now; unchanged ones are left alone, with their focus."""
        if self.cards and tuple(each.row for each in self.cards) == rows:
            return
        had_focus = any(each.isAncestorOf(self.focusWidget()) for each in self.cards if self.focusWidget() is not None)
        for old in self.cards:
            self._alerts.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.cards = [AlertCard(self._ctx, row, with_resident=False) for row in rows]
        for each in self.cards:
            each.saved.connect(self.reload)
            self._alerts.addWidget(each)
            each.show()
        if had_focus:
            self.focus_first()

    def focus_first(self) -> None:
        """Puts the focus on the first thing to do: recording the call, or going back."""
        standing = next((each for each in self.cards if each.row.standing), None)
        (standing.call_button if standing else self.leave_button).setFocus(Qt.FocusReason.OtherFocusReason)


def _said_already(action: str, said: str) -> bool:
    """Whether every sentence of an action stands among the alerts' own words."""
    sentences = [each.strip(" .?") for each in action.replace("?", ".").split(". ")]
    return all(each in said for each in sentences if each)
