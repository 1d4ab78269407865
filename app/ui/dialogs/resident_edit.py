"""Adding a resident and changing who a resident is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.people import ResidentDetails, ResidentId
from app.ui.dialogs.duplicate import DuplicateDialog
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.pages.resident.details_form import (
    ARRIVAL_FORM,
    DEATH_FORM,
    DETAILS_FORM,
    REASON,
    blank_details,
    read_arrival,
    read_change,
    typed_details,
)
from app.ui.pages.resident.words import breakable
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import secondary

if TYPE_CHECKING:
    from app.services.residents import DuplicateWarning, ResidentRow, Saved
    from app.services.session import Session
    from app.ui.context import Context


class ResidentDialog(FormDialog):
    """Who a resident is. ``added`` carries the id of a new resident, or of the known one they turned out to be."""

    added = Signal(str)

    def __init__(
        self,
        ctx: Context,
        parent: QWidget | None,
        *,
        resident_id: ResidentId | None = None,
        before: ResidentDetails | None = None,
        suggested_key: str = "",
    ) -> None:
        self._resident_id, self._before = resident_id, before
        if before is None:
            asks, typed = (*DETAILS_FORM, *ARRIVAL_FORM), blank_details(suggested_key, ctx.now())
        else:
            asks, typed = (*DETAILS_FORM, *DEATH_FORM, REASON), typed_details(before)
        super().__init__(
            ctx,
            parent,
            "Add resident" if before is None else "Change details",
            asks,
            typed,
            who=breakable(spoken_resident(before, ctx.today())) if before else "",
            action="Add resident" if before is None else "Save",
        )
        self._other: ResidentRow | None = None
        self.open_other = secondary("Open that record", self._open_other)
        self.open_other.hide()
        beside = self.form.fields["nhs_number"].layout()
        if beside is not None:
            beside.addWidget(self.open_other)
            QWidget.setTabOrder(self.form.fields["nhs_number"].target, self.open_other)
        unknown = self.form.fields["nhs_unknown"].editor
        if isinstance(unknown, QCheckBox):
            unknown.toggled.connect(self._ask_for_reason)
            self._ask_for_reason(on=unknown.isChecked())

    def save(self) -> None:
        """Check for somebody alike, then record."""
        self._offer(None)
        typed = self.form.typed()
        if self._before is None or self._resident_id is None:
            details, since = read_arrival(typed, self.ctx.now(), self.ctx.today())
            self._check(details, None, partial(self._add, details, since))
            return
        changed, reason = read_change(typed, self._before, self.ctx.now(), self.ctx.today())
        resident_id = self._resident_id
        self._check(changed, resident_id, partial(self._change, resident_id, changed, reason))

    def _ask_for_reason(self, on: bool) -> None:
        self.form.fields["nhs_number_absent_reason"].setVisible(on)

    def _check(self, details: ResidentDetails, ignoring: ResidentId | None, then: Callable[[str], None]) -> None:
        """Look for somebody alike; ``then`` gets the reason why this is somebody else, empty when nobody is."""
        from app.services import residents

        def found(warnings: tuple[DuplicateWarning, ...]) -> None:
            alike = (warning.resident for warning in warnings)
            same = next((row for row in alike if details.nhs_number and row.nhs_number == details.nhs_number), None)
            if same is not None:  # no reason can make one number belong to two people
                self._offer(same)
                self.say_at(
                    "nhs_number",
                    f"{breakable(same.banner_name)} has this NHS number. "
                    "Open that record, or mark the number as not known",
                )
                return
            if not warnings:
                then("")
                return
            ask = DuplicateDialog(self.ctx, self, details.banner_name, warnings)
            ask.different.connect(then)
            ask.same.connect(self._is_known)
            show_dialog(ask)

        self.run(lambda s: residents.check_resident(s, details, ignoring), found)

    def _offer(self, row: ResidentRow | None) -> None:
        """The way to the record that has the number already, under its box."""
        self._other = row
        self.open_other.setVisible(row is not None)
        if row is not None:
            self.open_other.setAccessibleName(f"Open the record of {row.banner_name}")

    def _open_other(self) -> None:
        if self._other is not None:
            self._is_known(self._other.id)

    def _add(self, details: ResidentDetails, since: datetime, different: str) -> None:
        from app.services import residents

        def work(session: Session) -> Saved:
            return residents.add_resident(session, details, stay_since=since, different_person_reason=different)

        def done(saved: Saved) -> None:
            self._is_known(saved.resident_id)
            self.ctx.messages.good(f"{details.banner_name} added.")  # after the record has opened: that clears the bar

        self.run(work, done)

    def _change(self, resident_id: ResidentId, details: ResidentDetails, reason: str, different: str) -> None:
        from app.services import residents

        def work(session: Session) -> Saved:
            return residents.change_resident(
                session, resident_id, details, reason=reason, different_person_reason=different
            )

        self.run(work, lambda _: self.saved())

    def _is_known(self, resident_id: str) -> None:
        self.saved()
        self.added.emit(resident_id)


def add(ctx: Context, parent: QWidget | None, suggested_key: str = "") -> ResidentDialog:
    """Open the form of a new resident; ``suggested_key`` is one that is probably free."""
    dialog = ResidentDialog(ctx, parent, suggested_key=suggested_key)
    show_dialog(dialog)
    return dialog


def change(ctx: Context, parent: QWidget | None, resident_id: ResidentId, before: ResidentDetails) -> ResidentDialog:
    """Open the form of a resident's details."""
    dialog = ResidentDialog(ctx, parent, resident_id=resident_id, before=before)
    show_dialog(dialog)
    return dialog
