"""What the home is and when it is accredited for the premium, in words, and the way to change either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.domain.dates import long_date
from app.ui.dialogs.confirm import confirm
from app.ui.pages.settings.home_edit import accreditation_kept, change_home, edit_period, keep_accreditation
from app.ui.pages.settings.home_form import KIND_LABELS, Period
from app.ui.theme import M
from app.ui.widgets.buttons import secondary
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.text import card, heading, label

if TYPE_CHECKING:
    from app.domain.people import Home
    from app.ui.context import Context

_NONE = "Not recorded"


class HomeCard(QFrame):
    """The home's details, which the manager can change."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action

        self._ctx = ctx
        column = inside(self)
        column.addWidget(heading("The home"))
        self.lines: dict[str, QLabel] = {}
        for name in home_lines(ctx.home):
            self.lines[name] = label("", copyable=True)
            column.addWidget(self.lines[name])
        may = ctx.allowed(Action.MANAGE_HOME)
        fixed = "The ODS code and the commissioner cannot be changed, because every claim carries them."
        column.addWidget(label(fixed if may else "The manager can change these.", "secondary"))
        self.change_button = secondary("Change the home's details", lambda: change_home(ctx, self))
        column.addWidget(button_flow(self.change_button))
        self.change_button.setVisible(may)
        self.load()

    def load(self) -> None:
        """Show the details as they are kept."""
        for name, value in home_lines(self._ctx.home).items():
            self.lines[name].setText(f"{name}: {value}")


class AccreditationCard(QFrame):
    """The periods in which the premium can be claimed, which the manager can change."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        from app.services.access import Action

        self._ctx = ctx
        self._may = ctx.allowed(Action.MANAGE_HOME)
        column = inside(self)
        column.addWidget(heading("Accreditation for the premium"))
        self.state = label("", "strong")
        self.periods = label("", copyable=True)
        column.addWidget(self.state)
        column.addWidget(self.periods)
        if not self._may:
            column.addWidget(label("The manager can change this.", "secondary"))
        self.change_button = secondary("Change the latest period", self._change)
        self.add_button = secondary("Add a period", lambda: edit_period(ctx, self, None))
        self.remove_button = secondary("Remove the latest period", self._remove)
        column.addWidget(button_flow(self.change_button, self.add_button, self.remove_button))
        self.load()

    def load(self) -> None:
        """Show the periods as they are kept."""
        periods = in_order(self._ctx.home.accredited)
        self.state.setText(accredited_today(periods, self._ctx.today()))
        self.periods.setText("\n".join(period_words(period) for period in periods))
        self.periods.setVisible(bool(periods))
        self.add_button.setVisible(self._may)
        for button in (self.change_button, self.remove_button):
            button.setVisible(self._may and bool(periods))

    def _change(self) -> None:
        edit_period(self._ctx, self, in_order(self._ctx.home.accredited)[-1])

    def _remove(self) -> None:
        *others, latest = in_order(self._ctx.home.accredited)
        if confirm(
            self,
            "Remove the latest period?",
            f"{period_words(latest)}. Remove it only if it was entered by mistake: without it, no premium can be "
            "claimed for these days. An accreditation that has ended needs its last day instead.",
            "Remove the period",
            irreversible=True,
        ):
            self._ctx.call(
                lambda s: keep_accreditation(s, tuple(others)),
                lambda kept: accreditation_kept(self._ctx, kept),
                owner=self,
            )


def home_lines(home: Home) -> dict[str, str]:
    """The home's details as label and words, in the order they are shown."""
    address = ", ".join(filter(None, (*home.address, home.postcode)))
    return {
        "Name": home.name,
        "ODS code": home.ods,
        "Commissioner": f"{home.ccg_name} ({home.ccg_ods})",
        "CQC location": home.cqc_location or _NONE,
        "Kind of home": KIND_LABELS.get(home.kind, home.kind),
        "Address": address or _NONE,
        "Telephone": home.phone or _NONE,
        "Email": home.email or _NONE,
        "Beds": str(home.beds) if home.beds else _NONE,
        "Locality": home.locality or _NONE,
    }


def in_order(periods: Sequence[Period]) -> list[Period]:
    """The periods, the earliest first: first run may have been given them in any order."""
    return sorted(periods, key=lambda period: period[0])


def period_words(period: Period) -> str:
    """A period in words: "Since 4 January 2016, no end recorded", "From 4 January 2016 to 31 March 2017"."""
    since, until = period
    return f"From {long_date(since)} to {long_date(until)}" if until else f"Since {long_date(since)}, no end recorded"


def accredited_today(periods: Sequence[Period], today: date) -> str:
    """Whether the home is accredited on the day, and what that means."""
    if not periods:
        return "No accreditation is recorded: no premium can be claimed."
    if any(since <= today and (until is None or today <= until) for since, until in periods):
        return "Accredited today."
    return "Not accredited today: the premium can be claimed only for days in these periods."


def inside(outside: QFrame) -> QVBoxLayout:
    """Make a frame a card; the column inside it."""
    outer = QVBoxLayout(outside)
    outer.setContentsMargins(0, 0, 0, 0)
    frame, column = card()
    outer.addWidget(frame)
    return column


def button_flow(*buttons: QWidget) -> QWidget:
    """Buttons in a row that goes on below when there is no more room."""
    row = QWidget()
    flow = FlowLayout(row, gap=M)
    for button in buttons:
        flow.addWidget(button)
    return row
