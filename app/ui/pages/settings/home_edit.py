"""The dialogs of Settings: the home's details, and a period of its accreditation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.ui.forms.form import FormDialog, show_dialog
from app.ui.pages.settings.home_form import (
    HOME_FORM,
    PERIOD_FORM,
    Period,
    read_home,
    read_period,
    typed_home,
    typed_period,
)

if TYPE_CHECKING:
    from app.domain.people import Home
    from app.services.changes import Changes
    from app.services.session import Session
    from app.ui.context import Context


@dataclass(frozen=True, slots=True)
class Kept:
    """What a change of the home came to: the home as it is recorded now, for the pages to show."""

    changes: Changes
    home: Home


class HomeDialog(FormDialog):
    """A change of the home's details, with its reason."""

    def __init__(self, ctx: Context, parent: QWidget | None) -> None:
        super().__init__(
            ctx,
            parent,
            "Change the home's details",
            HOME_FORM,
            typed_home(ctx.home),
            intro="These are printed on red-bag packs and sent with claims.",
        )

    def save(self) -> None:
        """Record the change."""
        from app.services import settings

        details, reason = read_home(self.form.typed(), self.ctx.home, self.ctx.today())

        def done(kept: Kept) -> None:
            self.ctx.home = kept.home
            self.ctx.messages.good("The home's details are saved.")
            self.saved()

        self.run(lambda s: Kept(settings.change_home(s, details, reason=reason), s.home), done)


class PeriodDialog(FormDialog):
    """The latest period of accreditation (``period``), or with None another one."""

    def __init__(self, ctx: Context, parent: QWidget | None, period: Period | None) -> None:
        super().__init__(
            ctx,
            parent,
            "Change the latest period" if period else "Add a period of accreditation",
            PERIOD_FORM,
            typed_period(period),
            intro="The premium can be claimed only for days on which the home is accredited. "
            "Write the days as the letter of accreditation gives them.",
            action="Save" if period else "Add",
        )
        self._others = tuple(each for each in ctx.home.accredited if each != period)

    def save(self) -> None:
        """Record all periods with this one."""
        periods = (*self._others, read_period(self.form.typed(), self.ctx.today()))

        def done(kept: Kept) -> None:
            accreditation_kept(self.ctx, kept)
            self.saved()

        self.run(lambda s: keep_accreditation(s, periods), done)


def keep_accreditation(session: Session, periods: tuple[Period, ...]) -> Kept:
    """Record the periods, on the store thread."""
    from app.services import settings

    return Kept(settings.set_accreditation(session, periods), session.home)


def accreditation_kept(ctx: Context, kept: Kept) -> None:
    """Give the pages the new periods, and say that they are saved."""
    ctx.home = kept.home
    ctx.messages.good("Accreditation saved.")


def change_home(ctx: Context, parent: QWidget) -> HomeDialog:
    """Open the form of the home's details."""
    dialog = HomeDialog(ctx, parent)
    show_dialog(dialog)
    return dialog


def edit_period(ctx: Context, parent: QWidget, period: Period | None) -> PeriodDialog:
    """Open the form of a period of accreditation: the latest, or with None another one."""
    dialog = PeriodDialog(ctx, parent, period)
    show_dialog(dialog)
    return dialog
