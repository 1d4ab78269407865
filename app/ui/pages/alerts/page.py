"""Alerts that stand, the most pressing first, and the ones that were closed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.people import ResidentId
from app.ui.context import Context
from app.ui.pages.alerts.card import AlertCard, nothing_typed, priority_tag
from app.ui.theme import M
from app.ui.widgets.buttons import secondary
from app.ui.widgets.layouts import keep_tab_order, tab_stops
from app.ui.widgets.table import Column, RecordTable
from app.ui.widgets.text import page_column
from app.ui.widgets_form.labels import heading, label, title

if TYPE_CHECKING:
    from app.services.alerts import AlertRow
    from app.services.changes import Changes

_KINDS = frozenset({"alert", "outbox", "resident"})


class AlertsPage(QWidget):
    """The home's alerts. ``opened(resident_id)`` shows one resident's, ``opened(None)`` everybody's."""

    title = "Alerts"

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self._visit = 0
        self.cards: list[AlertCard] = []
        self.setAccessibleName("Alerts")
        column = page_column(self, widest=1100)
        top = QHBoxLayout()
        self._title = title("Alerts")
        top.addWidget(self._title, 1)
        self._reload = secondary("Refresh (F5)", self._load)
        top.addWidget(self._reload, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        self._summary = label("Loading", "strong")
        column.addWidget(self._summary)
        self._list = QVBoxLayout()
        self._list.setSpacing(M)
        column.addLayout(self._list)
        self.earlier_button = secondary("Show earlier alerts", self._show_earlier)
        column.addWidget(self.earlier_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._earlier_head = heading("Earlier alerts")
        self.earlier: RecordTable[AlertRow] = RecordTable(
            "Earlier alerts",
            (
                Column("Raised", lambda row: date_time(row.raised_at), sort=lambda row: row.raised_at),
                Column(
                    "Priority",
                    lambda row: priority_tag(row.priority)[0],
                    tone=lambda row: priority_tag(row.priority)[1],
                ),
                Column("Resident", lambda row: row.resident_name, sort=lambda row: row.resident_name),
                Column("Alert", lambda row: row.title),
                Column("Outcome", lambda row: row.closed_outcome, stretch=True),
            ),
            key=lambda row: row.id,
        )
        self.earlier.setMinimumHeight(320)
        self.earlier.verticalHeader().setAccessibleName("Earlier alerts: rows")
        self.earlier.opened.connect(lambda row: self._ctx.navigate.emit("resident", row.resident_id))
        for part in (self._earlier_head, self.earlier):
            column.addWidget(part)
            part.hide()
        column.addStretch(1)
        self._resident: ResidentId | None = None

    def opened(self, arg: Any) -> None:
        """Clear, then load; ``arg`` is a resident's id, or None for the whole home."""
        self._resident = ResidentId(arg) if isinstance(arg, str) and arg else None
        self._clear()
        self._summary.setText("Loading")
        self._earlier_head.hide()
        self.earlier.hide()
        self.earlier_button.show()
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Load again when an alert, its message or a name changed; a card that is being typed in stays as it is."""
        if changes.kinds & _KINDS:
            self._load()
            if not self.earlier.isHidden():
                self._load_earlier()

    def can_leave(self) -> bool:
        """A half-answered question about a call is asked about before it is dropped."""
        return nothing_typed(self._ctx, self.cards)

    def _load(self) -> None:
        from app.services import alerts

        self._visit += 1
        visit, resident = self._visit, self._resident

        def done(rows: tuple[AlertRow, ...]) -> None:
            if visit == self._visit:
                self._show([row for row in rows if resident is None or row.resident_id == resident])

        self._ctx.call(alerts.standing, done, owner=self)

    def _clear(self, *, but: Collection[AlertCard] = ()) -> None:
        for card in self.cards:
            self._list.removeWidget(card)
            if card not in but:
                card.hide()
                card.deleteLater()
        self.cards = []

    def _show(self, rows: list[AlertRow]) -> None:
        if rows and [card.row for card in self.cards] == rows:
            return
        # News must not sweep away what somebody is typing, and typing must not hold back news.
        typed = {card.row.id: card for card in self.cards if card.being_typed}
        self._clear(but=[typed[row.id] for row in rows if row.id in typed])
        for row in rows:
            card = typed.get(row.id)
            if card is None:
                card = AlertCard(self._ctx, row)
                card.saved.connect(self._load)
            self.cards.append(card)
            self._list.addWidget(card)
            card.show()  # now, not at the next turn of the event loop: a key may come before it
        # Cards are drawn last and come first: whoever opens this page has somebody to phone.
        keep_tab_order(tab_stops(*self.cards, self.earlier_button, self.earlier, self._reload))
        count = len(rows)
        self._summary.setText(
            "No alert is standing."
            if not count
            else f"{count} {'alert stands' if count == 1 else 'alerts stand'}, the most pressing first. Phone first; "
            "a message never replaces the call."
        )

    def _show_earlier(self) -> None:
        self.earlier_button.hide()
        self._earlier_head.show()
        self.earlier.show()
        self.earlier.setFocus(Qt.FocusReason.OtherFocusReason)
        self._load_earlier()

    def _load_earlier(self) -> None:
        from app.services import alerts

        resident = self._resident

        def done(rows: tuple[AlertRow, ...]) -> None:
            self.earlier.set_rows([row for row in rows if not row.standing])

        self._ctx.call(lambda s: alerts.all_alerts(s, resident), done, owner=self)
